/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all formats share: how a requirement stands, in what order, under which name. Nothing
 * here may depend on anything but the results: no clock, no locale, no path, no environment.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lists.h"
#include "sections.h"

static const char *const standing_words[STANDINGS] = {
	[STANDS_PASS] = "passed",  [STANDS_DISABLED] = "disabled", [STANDS_UNMET] = "not met",
	[STANDS_SKIP] = "skipped", [STANDS_NONE] = "not run",	   [STANDS_ERROR] = "error",
	[STANDS_FAIL] = "failed",  [STANDS_WAIVED] = "waived",
};

const char *standing_word(enum standing standing)
{
	return standing_words[standing];
}

enum standing report_standing(const struct result_requirement *q)
{
	switch (q->outcome) {
	case OUTCOME_PASS:
		return STANDS_PASS;
	case OUTCOME_DISABLED:
		return STANDS_DISABLED;
	case OUTCOME_SKIP:
		return STANDS_SKIP;
	case OUTCOME_FAIL:
		return q->weight != WEIGHT_MUST ? STANDS_UNMET
		       : q->waiver		? STANDS_WAIVED
						: STANDS_FAIL;
	case OUTCOME_ERROR:
		return STANDS_ERROR;
	default:
		return STANDS_NONE;
	}
}

const char *report_level(const struct result_requirement *q)
{
	switch (q->weight) {
	case WEIGHT_IMPLIED:
		return "implied";
	case WEIGHT_PRACTICE:
		return "practice";
	case WEIGHT_STRICT:
		return "strict CLI";
	case WEIGHT_OTHER:
		return "other version";
	default:
		return q->row ? q->row->level : "?";
	}
}

const char *report_why(const struct result_requirement *q)
{
	switch (q->outcome) {
	case OUTCOME_DISABLED:
		return "the runtime does not claim this optional feature";
	case OUTCOME_SKIP:
		return "the environment could not offer what it needs";
	case OUTCOME_NONE:
		return "its test has no end";
	case OUTCOME_ERROR:
		return "the suite could not tell: a defect of the suite, not of the runtime";
	default:
		return q->waiver ? q->waiver->why : "";
	}
}

const char *report_fact(const json_t *event, const char *path)
{
	char key[32];

	for (;;) {
		size_t length = strcspn(path, ".");
		const char *text;

		if (length >= sizeof(key))
			return "";
		memcpy(key, path, length);
		key[length] = '\0';
		event = json_object_get(event, key);
		if (path[length]) {
			path += length + 1;
			continue;
		}
		text = json_string_value(event);
		return text ? text : "";
	}
}

/* A word as a shell takes it; only names of odd runtimes ever need the quotes. */
static void append_word(char *command, size_t size, const char *word)
{
	size_t at = strlen(command);
	bool plain =
		*word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789@%+=:,./_-")] == '\0';

	if (!plain && at + 1 < size)
		command[at++] = '\'';
	for (; *word && at + 6 < size; word++) {
		if (*word == '\'') {
			memcpy(command + at, "'\\''", 4);
			at += 4;
		} else {
			command[at++] = *word;
		}
	}
	if (!plain && at + 1 < size)
		command[at++] = '\'';
	command[at] = '\0';
}

static void append(char *command, size_t size, const char *text)
{
	size_t at = strlen(command);

	snprintf(command + at, size - at, "%s", text);
}

/*
 * NAME-VERSION as scripts/runtime has it: "crun-1.28" of 1.28-1, "runsc-20240729" of a
 * distribution's 0.0~20240729.0-4. A name alone stands for the oldest of that name, so it is no way
 * to repeat.
 */
static void append_subject(const struct report *rep, char *command, size_t size)
{
	const char *version = rep->version;
	char subject[160];

	if (!strncmp(version, "0.0~", 4) && version[4] >= '0' && version[4] <= '9') {
		version += 4;
		snprintf(subject, sizeof(subject), "%.80s-%.*s", rep->name,
			 (int)strspn(version, "0123456789"), version);
	} else if (*version >= '0' && *version <= '9') {
		snprintf(subject, sizeof(subject), "%.80s-%.*s", rep->name,
			 (int)strspn(version, "0123456789."), version);
	} else {
		snprintf(subject, sizeof(subject), "%.150s", rep->name);
	}
	append_word(command, size, subject);
}

static void append_option(char *command, size_t size, const char *option, const char *word)
{
	append(command, size, option);
	append_word(command, size, word);
}

/* On a plain host nobody else knows how the runtime was called. */
static void repeat_on_host(const json_t *runtime, char *command, size_t size)
{
	const char *spec = report_fact(runtime, "spec"), *cli = report_fact(runtime, "cli");
	json_t *arg;
	size_t i;

	append_option(command, size, "assay run --runtime ", report_fact(runtime, "path"));
	json_array_foreach (json_object_get(runtime, "args"), i, arg)
		if (json_is_string(arg))
			append_option(command, size, " --runtime-arg ", json_string_value(arg));
	if (!strcmp(cli, "strict"))
		append_option(command, size, " --cli ", cli);
	if (*spec)
		append_option(command, size, " --spec ", spec);
}

const char *report_repeat(const struct report *rep, const struct result_test *test, char *command,
			  size_t size)
{
	const struct result_run *run = &rep->results->runs[test->run];
	bool host = !strcmp(run->profile, "host");

	*command = '\0';
	if (host) {
		repeat_on_host(run->runtime, command, size);
	} else {
		append(command, size, "make run RUNTIME=");
		append_subject(rep, command, size);
		append_option(command, size, " PROFILE=", run->profile);
	}
	append_option(command, size, host ? " --only " : " ONLY=", test->name);
	return command;
}

const char *report_run_name(const struct report *rep, size_t run, char *buffer, size_t size)
{
	const struct results *r = rep->results;
	char safe[64];
	int before = 0;

	if (r->n_runs < 2) {
		snprintf(buffer, size, "%s", "");
		return buffer;
	}
	for (size_t i = 0; i < run; i++)
		before += !strcmp(r->runs[i].profile, r->runs[run].profile);
	report_file_name(r->runs[run].profile, safe, sizeof(safe));
	if (before)
		snprintf(buffer, size, "%s-%d", safe, before + 1);
	else
		snprintf(buffer, size, "%s", safe);
	return buffer;
}

/* Names that DOS gave to devices: FAT keeps them, Windows cannot open them. */
static bool reserved(const char *name)
{
	static const char *const names[] = { "con", "prn", "aux", "nul" };
	size_t stem = strcspn(name, ".");

	for (size_t i = 0; i < 4; i++)
		if (stem == 3 && !strncasecmp(name, names[i], 3))
			return true;
	return stem == 4 && (!strncasecmp(name, "com", 3) || !strncasecmp(name, "lpt", 3)) &&
	       name[3] >= '0' && name[3] <= '9';
}

void report_file_name(const char *name, char *safe, size_t size)
{
	size_t n = 0;

	if (reserved(name))
		safe[n++] = '_';
	for (; *name && n + 1 < size; name++)
		safe[n++] = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "._+-",
				   *name)
				    ? *name
				    : '_';
	if (!n)
		safe[n++] = '_';
	safe[n] = '\0';
	for (size_t i = 0; safe[i] == '.'; i++)
		safe[i] = '_';
	while (n && safe[n - 1] == '.')
		safe[--n] = '_';
}

/* Rows come in pairs where the two differ: NAME.strict and NAME.dialect. The others are shared. */
static bool in_cli_line(const struct requirement *row, bool strict)
{
	if (strncmp(row->since, "cli-", 4))
		return false;
	if (requirement_side(row->id, "dialect"))
		return !strict;
	if (strncmp(row->level, "MUST", 4) || !strcmp(row->basis, "implied") ||
	    !strcmp(row->basis, "practice"))
		return false;
	return strict || !requirement_side(row->id, "strict");
}

void report_cli(const struct report *rep, bool strict, size_t *met, size_t *judged)
{
	*met = 0;
	*judged = 0;
	for (size_t i = 0; i < rep->n; i++) {
		const struct result_requirement *q = report_requirement(rep, i);

		if (!in_cli_line(q->row, strict))
			continue;
		(*judged)++;
		*met += q->outcome == OUTCOME_PASS || q->outcome == OUTCOME_DISABLED;
	}
}

size_t report_proven(const struct report *rep)
{
	size_t n = 0;

	for (size_t i = 0; i < rep->n; i++)
		n += proof_find(report_requirement(rep, i)->id) != NULL;
	return n;
}

void report_times(const struct report *rep, int64_t *tests_ns, int64_t *runtime_ns)
{
	*tests_ns = 0;
	*runtime_ns = 0;
	for (size_t i = 0; i < rep->results->n_tests; i++) {
		*tests_ns += rep->results->tests[i].duration_ns;
		*runtime_ns += rep->results->tests[i].runtime_ns;
	}
}

int64_t report_time_of(const struct report *rep, size_t requirement)
{
	const struct result_requirement *q = &rep->results->requirements[requirement];
	int64_t sum = 0;

	for (size_t i = 0; i < q->n_decisions; i++) {
		const struct result_test *test = &rep->results->tests[q->decisions[i].test];

		sum += test->duration_ns / (int64_t)test->n_requirements;
	}
	return sum;
}

static void set_names(struct report *rep)
{
	const struct results *r = rep->results;
	size_t dot;

	rep->name = "";
	rep->version = "";
	rep->spec = "";
	rep->suite = "";
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct result_run *run = &r->runs[i];

		if (!*rep->name) {
			rep->name = report_fact(run->runtime, "name");
			rep->version = report_fact(run->runtime, "version");
		}
		if (!*rep->spec)
			rep->spec = run->spec ? run->spec : report_fact(run->runtime, "spec");
		if (!*rep->suite)
			rep->suite = run->suite ? run->suite : "";
	}
	if (!*rep->name)
		rep->name = "unknown runtime";
	dot = strcspn(rep->spec, ".");
	if (rep->spec[dot])
		dot += 1 + strcspn(rep->spec + dot + 1, ".-+");
	snprintf(rep->minor, sizeof(rep->minor), "%.*s", (int)dot, rep->spec);
}

struct place {
	size_t rank;
	const char *section;
	const char *id;
	size_t requirement;
};

static int by_section(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = x->rank < y->rank ? -1 : x->rank > y->rank;

	if (!order)
		order = strcmp(x->section, y->section);
	return order ? order : strcmp(x->id, y->id);
}

static void free_places(struct place **places)
{
	free(*places);
}

static void set_order(struct report *rep)
{
	const struct results *r = rep->results;
	struct place *places __attribute__((cleanup(free_places))) = NULL;

	places = calloc(r->n_requirements + 1, sizeof(*places));
	rep->order = calloc(r->n_requirements + 1, sizeof(*rep->order));
	if (!places || !rep->order) {
		fputs("assay: report: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	for (size_t i = 0; i < r->n_requirements; i++) {
		const struct requirement *row = r->requirements[i].row;

		if (r->requirements[i].n_decisions)
			places[rep->n++] = (struct place){ section_rank(row->section), row->section,
							   row->id, i };
	}
	qsort(places, rep->n, sizeof(*places), by_section);
	for (size_t i = 0; i < rep->n; i++)
		rep->order[i] = places[i].requirement;
}

void report_init(struct report *rep, const struct results *results)
{
	memset(rep, 0, sizeof(*rep));
	rep->results = results;
	set_names(rep);
	set_order(rep);
	for (size_t i = 0; i < rep->n; i++)
		rep->standings[report_standing(report_requirement(rep, i))]++;
	for (int i = 0; i < OUTCOMES; i++)
		rep->n_tests += results->tests_by[i];
	rep->all_passed = results->verdict.code == VERDICT_CONFORMANT &&
			  results->verdict.official &&
			  rep->standings[STANDS_PASS] + rep->standings[STANDS_DISABLED] == rep->n;
}

void report_clear(struct report *rep)
{
	free(rep->order);
	rep->order = NULL;
}
