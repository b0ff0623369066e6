/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay prove`: from the events of a run with a saboteur to the kill matrix. A sabotage is killed
 * when a test fails its requirement that passes without it. It must never count a test that broke
 * down, or whose bare twin did not pass, as a proof.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "engine.h"
#include "sabotages.h"

/* In rising order of what they say: the best of a line's tests decides. */
enum fate { INAPPLICABLE, MASKED, SURVIVED, UNKNOWN, KILLED, FATES };

static const char *const fate_words[FATES] = { "inapplicable", "masked", "survived", "error",
					       "killed" };

/* What the tests of one line came to. */
struct proof {
	enum fate fate;
	const char *reason;
	char *tests; /* those of that fate, with blanks between them */
};

static const char usage_text[] =
	"usage: assay prove --list LIST [--base NAME] [EVENTS...]\n"
	"\n"
	"The kill matrix of runs that were made with --prove LIST, a row for each sabotage:\n"
	"killed, survived, masked (the base itself does not pass), inapplicable, or error.\n"
	"--base: what the runtime behind the saboteur is called. Without EVENTS: whether tests\n"
	"and list fit together. Exit status: 0, 1 when a sabotage survived or could not be\n"
	"judged, 2 when a run is incomplete or of another list.\n";

/* ------------------------------------------------------------------ one line */

/* What a test and its bare twin say together. */
static enum fate fate_of(const struct result_decision *bare, const struct result_decision *broken,
			 const char **reason)
{
	*reason = "";
	if (bare->outcome == OUTCOME_FAIL || bare->outcome == OUTCOME_DISABLED) {
		*reason = outcome_name(bare->outcome);
		return MASKED;
	}
	if (bare->outcome != OUTCOME_PASS) {
		*reason = bare->outcome == OUTCOME_NONE ? "the bare test has no end"
							: "the bare test could not tell";
		return UNKNOWN;
	}
	switch (broken->outcome) {
	case OUTCOME_FAIL:
		return KILLED;
	case OUTCOME_PASS:
		return SURVIVED;
	case OUTCOME_DISABLED:
		*reason = "disabled";
		return SURVIVED;
	case OUTCOME_NONE:
		*reason = "the test has no end";
		return UNKNOWN;
	default:
		*reason = "the test could not tell";
		return UNKNOWN;
	}
}

/* The same test of the same run without an argument, or SIZE_MAX. */
static size_t twin_of(const struct results *r, const struct result_test *test)
{
	const char *name = strchr(test->name, '/');

	for (size_t i = 0; name && i < r->n_tests; i++)
		if (r->tests[i].run == test->run && !r->tests[i].argument &&
		    !strcmp(r->tests[i].name, name + 1))
			return i;
	return SIZE_MAX;
}

static void note(struct proof *p, enum fate fate, const char *reason, const char *test)
{
	char *tests;

	if (p->tests && fate < p->fate)
		return;
	if (!p->tests || fate > p->fate) {
		free(p->tests);
		p->tests = NULL;
		p->fate = fate;
		p->reason = reason;
	}
	if (asprintf(&tests, "%s%s%s", p->tests ? p->tests : "", p->tests ? " " : "", test) < 0)
		abort();
	free(p->tests);
	p->tests = tests;
}

/* Why nothing was run for a line. */
static const char *absent(const struct results *r, const struct sabotage *s)
{
	const struct requirement *row = requirement_find(s->requirement);

	for (size_t i = 0; i < r->n_runs; i++)
		if (row && r->runs[i].spec && requirement_applies(row->since, r->runs[i].spec))
			return "no test here";
	return "not in this version";
}

static struct proof prove(const struct results *r, const struct sabotage *s)
{
	struct proof p = { .fate = INAPPLICABLE, .reason = "" };
	char *argument = sabotage_argument(s);

	for (size_t i = 0; i < r->n_tests; i++) {
		const struct result_test *test = &r->tests[i];
		struct result_decision bare, broken;
		const char *reason;
		enum fate fate;
		size_t twin;

		if (!test->argument || strcmp(test->argument, argument))
			continue;
		twin = twin_of(r, test);
		if (twin == SIZE_MAX) {
			note(&p, UNKNOWN, "the test did not run bare", test->name);
			continue;
		}
		bare = results_decide(r, twin, s->requirement);
		broken = results_decide(r, i, s->requirement);
		fate = fate_of(&bare, &broken, &reason);
		note(&p, fate, reason, r->tests[twin].name);
	}
	free(argument);
	if (!p.tests)
		p.reason = absent(r, s);
	return p;
}

/* ------------------------------------------------------------------ the matrix */

static char *base_name(const struct results *r, const char *given)
{
	const char *name = json_string_value(json_object_get(r->runs[0].runtime, "name"));
	const char *version = json_string_value(json_object_get(r->runs[0].runtime, "version"));
	char *text;

	if (asprintf(&text, "%s%s%s", given ? given : name ? name : "?",
		     !given && version ? "-" : "", !given && version ? version : "") < 0)
		abort();
	return text;
}

static int matrix(const struct results *r, const struct sabotages *s, const char *given)
{
	size_t fates[FATES] = { 0 };
	char *base = base_name(r, given);

	puts("requirement\tsaboteur\tsabotage\tbase\toutcome\treason\ttests");
	for (size_t i = 0; i < s->n; i++) {
		const struct sabotage *line = &s->all[i];
		struct proof p = prove(r, line);

		printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", line->requirement, line->name, line->steps,
		       base, fate_words[p.fate], p.reason, p.tests ? p.tests : "");
		fates[p.fate]++;
		free(p.tests);
	}
	free(base);
	if (fflush(stdout))
		return VERDICT_INVALID;
	return fates[SURVIVED] || fates[UNKNOWN] ? 1 : 0;
}

/* A line that no test could ever answer is a mistake in it. */
static int check_list(const struct sabotages *s, const char *path)
{
	struct plan plan;
	int wrong = 0;

	plan_all(&plan);
	for (size_t i = 0; i < s->n; i++) {
		bool any = false;

		for (size_t k = 0; k < plan.n && !any; k++)
			any = sabotage_wants(&s->all[i], plan.tests[k].name, plan.tests[k].wanted);
		if (any)
			continue;
		fprintf(stderr, "assay: prove: %s:%u: no test like \"%s\" decides %s\n", path,
			s->all[i].line, s->all[i].tests, s->all[i].requirement);
		wrong = VERDICT_INVALID;
	}
	return wrong;
}

static int read_runs(struct results *r, char **paths, int n, const struct sabotages *s)
{
	struct results_error error;

	for (int i = 0; i < n; i++) {
		if (results_read(r, paths[i], &error)) {
			fprintf(stderr, "assay: prove: %s\n", error.text);
			return -EBADMSG;
		}
		if (r->runs[i].prove && !strcmp(r->runs[i].prove, s->digest))
			continue;
		fprintf(stderr, "assay: prove: %s: not a run of this list\n", paths[i]);
		return -EBADMSG;
	}
	results_conclude(r);
	return 0;
}

int cmd_prove(int argc, char **argv)
{
	static const struct option options[] = { { "list", required_argument, NULL, 'l' },
						 { "base", required_argument, NULL, 'b' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	struct results *r cleanup(results_cleanup) = NULL;
	const char *list = NULL, *base = NULL;
	struct sabotages s;
	char error[512];
	int option, code;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'l')
			list = optarg;
		else if (option == 'b')
			base = optarg;
		else
			return fputs(usage_text, option == 'h' ? stdout : stderr),
			       option == 'h' ? 0 : VERDICT_INVALID;
	}
	if (!list)
		return fputs(usage_text, stderr), VERDICT_INVALID;
	if (sabotages_read(&s, list, error, sizeof(error))) {
		fprintf(stderr, "assay: prove: %s\n", error);
		return VERDICT_INVALID;
	}
	if (optind == argc)
		return check_list(&s, list);
	r = results_new(RESULTS_STRICT);
	if (read_runs(r, argv + optind, argc - optind, &s))
		return VERDICT_INVALID;
	code = matrix(r, &s, base);
	if (r->verdict.code == VERDICT_CONFORMANT)
		return code;
	fprintf(stderr, "assay: prove: %s\n", r->verdict.reason);
	return VERDICT_INVALID;
}
