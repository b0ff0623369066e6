/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that look at the suite itself: list, explain, coverage, selfcheck. They must work
 * for any user, anywhere, and never need a runtime.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "engine.h"
#include "lists.h"

static int usage(const char *text)
{
	fputs(text, stderr);
	return VERDICT_INVALID;
}

static bool want_help(int argc, char **argv)
{
	return argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
}

/* ------------------------------------------------------------------ list */

int cmd_list(int argc, char **argv)
{
	static const char text[] = "usage: assay list [--only GLOB]\n\n"
				   "The tests, in the order of the plan, and what each decides.\n";
	struct plan plan;
	const char *only = NULL;
	size_t shown = 0;

	if (want_help(argc, argv))
		return fputs(text, stdout), 0;
	if (argc == 3 && !strcmp(argv[1], "--only"))
		only = argv[2];
	else if (argc != 1)
		return usage(text);
	plan_all(&plan);
	for (size_t i = 0; i < plan.n; i++) {
		const struct planned *p = &plan.tests[i];

		if (only && fnmatch(only, p->name, 0) && fnmatch(only, p->name, FNM_LEADING_DIR))
			continue;
		shown++;
		printf("%s\t%s%s\n", p->name, p->about,
		       p->entry->cgroup == CGROUP_V1   ? " (profile legacy)"
		       : p->entry->cgroup == CGROUP_V2 ? " (profile unified)"
						       : "");
		for (size_t k = 0; k < p->n_wanted; k++)
			printf("\t%s\n", p->wanted[k]);
	}
	if (shown)
		return 0;
	fprintf(stderr, "assay: list: no test matches %s\n", only ? only : "*");
	return VERDICT_INVALID;
}

/* ------------------------------------------------------------------ explain */

/* Words that look like the one that is not there. */
static void suggest(const char *id)
{
	unsigned int n = 0;

	fprintf(stderr, "assay: explain: there is no requirement \"%s\"\n", id);
	for (size_t i = 0; i < catalogue_count && n < 10; i++)
		if (strstr(catalogue[i].id, id) && n++ < 10)
			fprintf(stderr, "  %s\n", catalogue[i].id);
}

static void explain(const struct requirement *r, const struct plan *plan)
{
	const char *reason = list_find(untested, untested_count, r->id);
	const struct proof *proof = proof_find(r->id);
	unsigned int n = 0;

	printf("%s\n\n  %s\n\n", r->id, r->text);
	printf("  level      %s, basis %s\n", r->level, r->basis);
	printf("  owed by    the %s\n", r->subject);
	printf("  since      %s\n", r->since);
	printf("  section    %s\n", r->section);
	printf("  observed   %s\n", r->observe);
	printf("  violation  %s\n", r->mutant);
	printf("  testable   %s\n", r->testable);
	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; k < plan->tests[i].n_wanted; k++)
			if (!strcmp(plan->tests[i].wanted[k], r->id))
				printf("  %-10s %s\n", n++ ? "" : "tests", plan->tests[i].name);
	if (!n)
		printf("  tests      none%s%s\n", reason ? ": " : "", reason ? reason : "");
	if (!proof)
		puts("  proven     not yet");
	for (n = 0; proof && proof < proven + proven_count && !strcmp(proof->id, r->id); proof++)
		printf("  %-10s on %s against \"%s\"\n", n++ ? "" : "proven", proof->base,
		       proof->sabotage);
}

int cmd_explain(int argc, char **argv)
{
	static const char text[] = "usage: assay explain ID...\n\n"
				   "A requirement: what is demanded, where, since when, and the "
				   "tests that decide it.\n"
				   "An ID may be a glob.\n";
	struct plan plan;

	if (want_help(argc, argv))
		return fputs(text, stdout), 0;
	if (argc < 2)
		return usage(text);
	plan_all(&plan);
	for (int i = 1; i < argc; i++) {
		unsigned int n = 0;

		for (size_t k = 0; k < catalogue_count; k++)
			if (!fnmatch(argv[i], catalogue[k].id, 0)) {
				if (n++ || i > 1)
					putchar('\n');
				explain(&catalogue[k], &plan);
			}
		if (!n) {
			suggest(argv[i]);
			return VERDICT_INVALID;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------ coverage */

static const char *reason_of(const struct requirement *r, bool decided)
{
	const char *reason = list_find(untested, untested_count, r->id);

	if (decided)
		return "";
	if (!strncmp(r->testable, "no:", 3))
		return r->testable + 3;
	if (!strncmp(r->testable, "hardware:", 9))
		return r->testable;
	return reason ? reason : "";
}

static bool is_testable(const struct requirement *r)
{
	return strncmp(r->testable, "no:", 3) && strncmp(r->testable, "hardware:", 9);
}

static const char *const levels[] = {
	"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "IMPLIED", "MAY"
};

struct count {
	const char *file;
	size_t level, rows, testable, decided, proven, reasons;
};

static size_t count_slot(struct count *counts, size_t *n, const struct requirement *r)
{
	size_t length = strcspn(r->section, "#"), level = 0;

	while (level < ARRAY_SIZE(levels) - 1 && strcmp(levels[level], r->level))
		level++;
	for (size_t i = 0; i < *n; i++)
		if (counts[i].level == level && strlen(counts[i].file) == length &&
		    !strncmp(counts[i].file, r->section, length))
			return i;
	counts[*n] = (struct count){ .file = take_text(r->section, length), .level = level };
	return (*n)++;
}

static int by_file(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : (int)x->level - (int)y->level;
}

static void print_counts(struct count *counts, size_t n)
{
	struct count sum = { 0 };

	qsort(counts, n, sizeof(*counts), by_file);
	printf("%-26s %-10s %6s %8s %8s %8s %8s\n", "file", "level", "rows", "testable", "decided",
	       "proven", "reasons");
	for (size_t i = 0; i < n; i++) {
		const struct count *c = &counts[i];

		printf("%-26s %-10s %6zu %8zu %8zu %8zu %8zu\n", c->file, levels[c->level], c->rows,
		       c->testable, c->decided, c->proven, c->reasons);
		sum.rows += c->rows;
		sum.testable += c->testable;
		sum.decided += c->decided;
		sum.proven += c->proven;
		sum.reasons += c->reasons;
	}
	printf("%-26s %-10s %6zu %8zu %8zu %8zu %8zu\n", "all", "", sum.rows, sum.testable,
	       sum.decided, sum.proven, sum.reasons);
	if (sum.testable)
		printf("\n%.1f %% of the testable rows are decided\n",
		       100.0 * (double)sum.decided / (double)sum.testable);
	if (sum.decided)
		printf("%.1f %% of the decided rows are proven: their tests are known to fail\n",
		       100.0 * (double)sum.proven / (double)sum.decided);
}

/* Which rows some test decides, by index into the catalogue. */
static bool *decided_rows(void)
{
	struct plan plan;
	bool *decided = take(catalogue_count * sizeof(*decided));

	plan_all(&plan);
	for (size_t i = 0; i < plan.n; i++)
		for (size_t k = 0; k < plan.tests[i].n_wanted; k++) {
			const struct requirement *r = requirement_find(plan.tests[i].wanted[k]);

			if (r)
				decided[r - catalogue] = true;
		}
	return decided;
}

static bool is_area(const char *name)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i].area, name))
			return true;
	return false;
}

int cmd_coverage(int argc, char **argv)
{
	static const char text[] =
		"usage: assay coverage [--area AREA] [--tsv]\n\n"
		"How much of the catalogue the tests decide, by file of the spec and level.\n"
		"Rows that only special hardware can decide do not count as testable here.\n"
		"--area: one file of the catalogue: config, linux, lifecycle, caller.\n"
		"--tsv: a row each: id, file, level, testable, decided, proven, reason.\n";
	const char *area = NULL;
	const bool *decided;
	struct count counts[256];
	bool tsv = false;
	size_t n = 0;

	if (want_help(argc, argv))
		return fputs(text, stdout), 0;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--tsv"))
			tsv = true;
		else if (!strcmp(argv[i], "--area") && i + 1 < argc)
			area = argv[++i];
		else
			return usage(text);
	}
	if (area && !is_area(area))
		return usage(text);
	decided = decided_rows();
	if (tsv)
		puts("id\tfile\tlevel\ttestable\tdecided\tproven\treason");
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct requirement *r = &catalogue[i];
		bool is_proven = proof_find(r->id);
		const char *reason = reason_of(r, decided[i]);
		struct count *c;

		if (area && strcmp(area, r->area))
			continue;
		c = &counts[count_slot(counts, &n, r)];
		if (tsv)
			printf("%s\t%.*s\t%s\t%s\t%s\t%s\t%s\n", r->id,
			       (int)strcspn(r->section, "#"), r->section, r->level, r->testable,
			       decided[i] ? "yes" : "no", is_proven ? "yes" : "no", reason);
		c->rows++;
		c->testable += is_testable(r) || decided[i];
		c->decided += decided[i];
		c->proven += is_proven;
		c->reasons += !decided[i] && *reason;
	}
	if (!tsv)
		print_counts(counts, n);
	return 0;
}

/* ------------------------------------------------------------------ selfcheck */

/* What a table of tests can get wrong; each a line on stderr. */
static unsigned int check_test(const struct plan *plan, size_t i)
{
	const struct planned *p = &plan->tests[i];
	unsigned int wrong = 0;

	for (const char **id = p->all; *id; id++) {
		const struct requirement *r = requirement_find(*id);

		if (!r) {
			fprintf(stderr,
				"assay: test %s: requirement \"%s\" is not in the catalogue\n",
				p->name, *id);
			wrong++;
			continue;
		}
		if (!strncmp(r->testable, "no:", 3)) {
			fprintf(stderr, "assay: test %s: requirement %s says it is not testable\n",
				p->name, *id);
			wrong++;
		}
		if (list_find(untested, untested_count, *id)) {
			fprintf(stderr, "assay: test %s: requirement %s is in untested.tsv\n",
				p->name, *id);
			wrong++;
		}
		for (const char **other = p->all; other < id; other++)
			if (!strcmp(*other, *id)) {
				fprintf(stderr, "assay: test %s: %s is listed twice\n", p->name,
					*id);
				wrong++;
			}
	}
	for (size_t k = 0; k < i; k++)
		if (!strcmp(plan->tests[k].name, p->name)) {
			fprintf(stderr, "assay: test %s: two tests have this name\n", p->name);
			wrong++;
		}
	if (strlen(p->name) >= TEST_NAME_MAX || !strchr(p->name, '/') ||
	    p->name[strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789-./")]) {
		fprintf(stderr,
			"assay: test %s: not a name (area/short-name, a-z 0-9 . -, at most %d)\n",
			p->name, TEST_NAME_MAX - 1);
		wrong++;
	}
	if (!p->entry->run || !p->entry->about) {
		fprintf(stderr, "assay: test %s: it has no function, or no line about it\n",
			p->name);
		wrong++;
	}
	return wrong;
}

static unsigned int check_empty(void)
{
	unsigned int wrong = 0;

	for (const struct test_entry *const *table = test_tables; *table; table++)
		for (const struct test_entry *e = *table; e->name; e++) {
			bool any = e->requirements && *e->requirements;

			for (size_t i = 0; i < e->n_cases; i++)
				any |= ((const struct test_case *)((const char *)e->cases +
								   i * e->case_size))
					       ->requirement != NULL;
			if (any)
				continue;
			fprintf(stderr, "assay: test %s: it decides nothing\n", e->name);
			wrong++;
		}
	return wrong;
}

/* A proof of what no test decides any more is none. */
static unsigned int check_proofs(void)
{
	const bool *decided = decided_rows();
	unsigned int wrong = 0;

	for (size_t i = 0; i < proven_count; i++) {
		const struct requirement *r = requirement_find(proven[i].id);

		if (r && decided[r - catalogue])
			continue;
		fprintf(stderr, "assay: proven.tsv: no test decides %s\n", proven[i].id);
		wrong++;
	}
	return wrong;
}

int cmd_selfcheck(int argc, char **argv)
{
	struct plan plan;
	unsigned int wrong;

	(void)argv;
	if (argc != 1)
		return usage("usage: assay selfcheck\n\nWhether tests and catalogue fit together; "
			     "part of every build.\n");
	plan_all(&plan);
	wrong = check_empty() + check_proofs() + feature_rows();
	for (size_t i = 0; i < plan.n; i++)
		wrong += check_test(&plan, i);
	return wrong ? 1 : 0;
}
