/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what the tests said to outcomes, counts, verdict and result digest: the rules of
 * conformance, all of them, in one place. Pure: reads struct results only, never a file or clock.
 */
#include "results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results-memory.h"
#include "sha256.h"

#define ALL_RUNS SIZE_MAX

static const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_NONE] = "none", [OUTCOME_PASS] = "pass",   [OUTCOME_DISABLED] = "disabled",
	[OUTCOME_SKIP] = "skip", [OUTCOME_FAIL] = "fail",   [OUTCOME_ERROR] = "error",
	[OUTCOME_HANG] = "hang", [OUTCOME_CRASH] = "crash",
};

static const char *const weight_names[WEIGHTS] = {
	[WEIGHT_MUST] = "must",	  [WEIGHT_SHOULD] = "should",	  [WEIGHT_IMPLIED] = "implied",
	[WEIGHT_MAY] = "may",	  [WEIGHT_PRACTICE] = "practice", [WEIGHT_STRICT] = "strict",
	[WEIGHT_OTHER] = "other",
};

static const char *const verdict_words[] = {
	[VERDICT_CONFORMANT] = "conformant",
	[VERDICT_NOT_CONFORMANT] = "not conformant",
	[VERDICT_INVALID] = "no valid result",
	[VERDICT_ABORTED] = "aborted",
};

const char *outcome_name(enum outcome outcome)
{
	return (unsigned int)outcome < OUTCOMES ? outcome_names[outcome] : "none";
}

enum outcome outcome_parse(const char *name)
{
	for (int i = OUTCOME_PASS; name && i < OUTCOMES; i++)
		if (!strcmp(outcome_names[i], name))
			return (enum outcome)i;
	return OUTCOME_NONE;
}

enum outcome outcome_worst(enum outcome a, enum outcome b)
{
	return a > b ? a : b;
}

const char *weight_name(enum weight weight)
{
	return (unsigned int)weight < WEIGHTS ? weight_names[weight] : "other";
}

int spec_number(const char *text)
{
	int part[3] = { 0, 0, 0 };

	for (int i = 0; i < 3; i++) {
		char *end;
		long number = strtol(text, &end, 10);

		if (end == text || number < 0 || number > 99)
			return 0;
		part[i] = (int)number;
		text = end;
		if (*text != '.')
			break;
		text++;
	}
	return part[0] * 10000 + part[1] * 100 + part[2];
}

bool requirement_applies(const char *since, const char *spec)
{
	const char *before = strchr(since, '<');
	int version;

	if (!strncmp(since, "cli-", 4))
		return true;
	if (!spec || *spec < '0' || *spec > '9')
		return !before;
	version = spec_number(spec);
	return version >= spec_number(since) &&
	       (!before || version < spec_number(before + 1));
}

bool requirement_side(const char *id, const char *side)
{
	const char *last = strrchr(id, '.');

	return last && !strcmp(last + 1, side);
}

enum weight requirement_weight(const struct requirement *row, const char *spec, bool strict)
{
	if (!row || !requirement_applies(row->since, spec))
		return WEIGHT_OTHER;
	if (!strcmp(row->basis, "practice"))
		return WEIGHT_PRACTICE;
	if (!strncmp(row->level, "SHOULD", 6))
		return WEIGHT_SHOULD;
	if (!strcmp(row->level, "MAY"))
		return WEIGHT_MAY;
	if (strncmp(row->level, "MUST", 4) || !strcmp(row->basis, "implied"))
		return WEIGHT_IMPLIED;
	return !strict && requirement_side(row->id, "strict") ? WEIGHT_STRICT : WEIGHT_MUST;
}

/* What a finished test says of a requirement that none of its checks decided. */
static void decide_by_silence(const struct result_test *test, struct result_decision *d)
{
	switch (test->outcome) {
	case OUTCOME_HANG:
		d->outcome = OUTCOME_FAIL;
		d->expected = "an answer within the time limit";
		d->observed = "the test hung before this was decided";
		break;
	case OUTCOME_CRASH:
		d->outcome = OUTCOME_FAIL;
		d->expected = "the machine and the suite stay up";
		d->observed = "they went down before this was decided";
		break;
	case OUTCOME_SKIP:
	case OUTCOME_DISABLED:
		d->outcome = test->outcome;
		break;
	default:
		d->outcome = OUTCOME_ERROR;
		d->expected = "a decision";
		d->observed = "the test ended without one: a defect of the suite";
		break;
	}
}

/* A hang or a crash that came after the last check still spoils the test: silence is no pass. */
static bool spoiled(const struct result_test *test)
{
	bool failed = false, silent = false;

	if (test->outcome != OUTCOME_HANG && test->outcome != OUTCOME_CRASH)
		return false;
	for (size_t i = 0; i < test->n_requirements; i++) {
		bool checked = false;

		for (size_t j = 0; j < test->n_checks; j++)
			checked |= test->checks[j].requirement == test->requirements[i];
		silent |= !checked;
	}
	for (size_t j = 0; j < test->n_checks; j++)
		failed |= test->checks[j].outcome == OUTCOME_FAIL;
	return !failed && !silent;
}

static struct result_decision decide(const struct results *r, size_t t, size_t requirement)
{
	const struct result_test *test = &r->tests[t];
	struct result_decision d = { .test = t, .expected = "", .observed = "" };

	for (size_t i = 0; i < test->n_checks; i++) {
		const struct result_check *check = &test->checks[i];

		if (check->requirement != requirement)
			continue;
		d.n_checks++;
		if (check->outcome <= d.outcome)
			continue;
		d.outcome = check->outcome;
		d.expected = check->expected;
		d.observed = check->observed;
	}
	if (!test->ended)
		d.outcome = OUTCOME_NONE;
	else if (!d.n_checks || spoiled(test))
		decide_by_silence(test, &d);
	return d;
}

struct result_decision results_decide(const struct results *r, size_t test, const char *requirement)
{
	const struct result_test *t = &r->tests[test];

	for (size_t i = 0; i < t->n_requirements; i++)
		if (!strcmp(r->requirements[t->requirements[i]].id, requirement))
			return decide(r, test, t->requirements[i]);
	return (struct result_decision){ .test = test, .expected = "", .observed = "" };
}

bool results_prove(const struct results *r)
{
	for (size_t i = 0; i < r->n_runs; i++)
		if (r->runs[i].prove)
			return true;
	return false;
}

/* The worst decides, over tests and over runs (the boot profiles). */
static void combine(struct result_requirement *q)
{
	bool undecided = false;

	q->worst = NULL;
	for (size_t i = 0; i < q->n_decisions; i++) {
		const struct result_decision *d = &q->decisions[i];

		undecided |= d->outcome == OUTCOME_NONE;
		if (!q->worst || d->outcome > q->worst->outcome)
			q->worst = d;
	}
	q->outcome = q->worst ? q->worst->outcome : OUTCOME_NONE;
	/* A pass stands only when every test that was to look has looked. */
	if (undecided && q->outcome < OUTCOME_FAIL)
		q->outcome = OUTCOME_NONE;
}

static const char *spec_of(const struct results *r)
{
	const char *spec = NULL;

	for (size_t i = 0; i < r->n_runs && !spec; i++)
		spec = r->runs[i].spec;
	for (size_t i = 0; i < r->n_runs && !spec; i++)
		spec = json_string_value(json_object_get(r->runs[i].runtime, "spec"));
	return spec;
}

static bool strict_cli(const struct results *r)
{
	for (size_t i = 0; i < r->n_runs; i++) {
		const char *cli = json_string_value(json_object_get(r->runs[i].runtime, "cli"));

		if (cli && !strcmp(cli, "strict"))
			return true;
	}
	return false;
}

static void decide_all(struct results *r, size_t run)
{
	const char *spec = spec_of(r);
	bool strict = strict_cli(r);

	for (size_t i = 0; i < r->n_requirements; i++) {
		r->requirements[i].decisions = NULL;
		r->requirements[i].n_decisions = 0;
		r->requirements[i].weight =
			requirement_weight(r->requirements[i].row, spec, strict);
	}
	for (size_t t = 0; t < r->n_tests; t++) {
		const struct result_test *test = &r->tests[t];

		for (size_t i = 0; i < test->n_requirements; i++) {
			struct result_requirement *q = &r->requirements[test->requirements[i]];

			if ((run != ALL_RUNS && test->run != run) || test->argument)
				continue;
			q->decisions = results_grow(r, q->decisions, q->n_decisions,
						    sizeof(*q->decisions));
			q->decisions[q->n_decisions++] = decide(r, t, test->requirements[i]);
		}
	}
	for (size_t i = 0; i < r->n_requirements; i++)
		combine(&r->requirements[i]);
}

static void count_all(struct results *r, size_t run)
{
	memset(r->counts, 0, sizeof(r->counts));
	memset(r->totals, 0, sizeof(r->totals));
	memset(r->tests_by, 0, sizeof(r->tests_by));
	r->n_findings = 0;
	for (size_t i = 0; i < r->n_requirements; i++) {
		const struct result_requirement *q = &r->requirements[i];

		if (!q->n_decisions)
			continue;
		r->counts[q->weight][q->outcome]++;
		r->totals[q->outcome]++;
	}
	for (size_t t = 0; t < r->n_tests; t++) {
		if (run != ALL_RUNS && r->tests[t].run != run)
			continue;
		r->tests_by[r->tests[t].ended ? r->tests[t].outcome : OUTCOME_NONE]++;
		r->n_findings += r->tests[t].n_findings;
	}
}

/* Insertion: the plans come nearly sorted, and musl of old has no qsort_r. */
static void sort_ids(struct results *r)
{
	r->sorted = results_alloc(r, (r->n_requirements + 1) * sizeof(*r->sorted));
	for (size_t i = 0; i < r->n_requirements; i++) {
		const char *id = r->requirements[i].id;
		size_t at = i;

		for (; at && strcmp(id, r->requirements[r->sorted[at - 1]].id) < 0; at--)
			r->sorted[at] = r->sorted[at - 1];
		r->sorted[at] = i;
	}
}

static void write_tsv(struct results *r)
{
	struct sha256 hash;
	uint8_t digest[SHA256_SIZE];
	FILE *out;

	free(r->tsv);
	r->tsv = NULL;
	out = open_memstream(&r->tsv, &r->tsv_length);
	for (size_t i = 0; out && i < r->n_requirements; i++) {
		const struct result_requirement *q = &r->requirements[r->sorted[i]];

		if (q->n_decisions)
			fprintf(out, "%s\t%s\n", q->id, outcome_name(q->outcome));
	}
	if (!out || fclose(out)) {
		fputs("assay: results: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	sha256_init(&hash);
	sha256_update(&hash, r->tsv, r->tsv_length);
	sha256_final(&hash, digest);
	memcpy(r->digest, "sha256:", 7);
	sha256_hex(digest, r->digest + 7);
}

#define give(v, c, ...)                                                                            \
	do {                                                                                       \
		(v)->code = (c);                                                                   \
		(v)->word = verdict_words[c];                                                      \
		snprintf((v)->reason, sizeof((v)->reason), __VA_ARGS__);                           \
	} while (0)

size_t results_missing(const json_t *check, char *to, size_t size)
{
	const char *feature = json_string_value(json_object_get(check, "feature"));
	const json_t *wanted = json_object_get(check, "wanted");
	size_t n = json_array_size(wanted), said = n > 3 ? 2 : n, used;

	if (json_is_true(json_object_get(check, "ok")))
		return 0;
	used = (size_t)snprintf(to, size, "%s", feature ? feature : "?");
	for (size_t i = 0; i < said && used < size; i++) {
		const char *id = json_string_value(json_array_get(wanted, i));

		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : " (",
					 id ? id : "?");
	}
	if (n > said && used < size)
		used += (size_t)snprintf(to + used, size - used, " and %zu more", n - said);
	if (n && used < size)
		used += (size_t)snprintf(to + used, size - used, ")");
	return used < size ? used : size - 1;
}

/* All that the self-check of a run missed, as many as there is room for; false: nothing. */
static bool missing_features(const struct result_run *run, char *to, size_t size)
{
	const json_t *checks = json_object_get(run->environment, "selfcheck");
	size_t used = 0, i;
	json_t *check;

	json_array_foreach (checks, i, check) {
		char one[256];
		size_t n = results_missing(check, one, sizeof(one));

		if (n && used + n + 3 < size)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "; " : "",
						 one);
	}
	return used > 0;
}

/* Whether a run is complete and its environment sound; if not, *v says what is wrong. */
static bool valid_run(struct results *r, size_t n, struct result_verdict *v)
{
	const struct result_run *run = &r->runs[n];
	char missing[400];
	const struct result_test *first = NULL;
	size_t tests = 0, open = 0;

	for (size_t t = 0; t < r->n_tests; t++) {
		if (r->tests[t].run != n)
			continue;
		tests++;
		open += !r->tests[t].ended;
		if (!r->tests[t].ended && !first)
			first = &r->tests[t];
	}
	if (missing_features(run, missing, sizeof(missing)))
		give(v, VERDICT_INVALID, "%s: the kernel lacks what tests need: %s", run->profile,
		     missing);
	else if (!run->parts)
		give(v, VERDICT_INVALID, "%s: no test was planned", run->profile);
	else if (run->parts_seen != run->parts || tests != run->planned)
		give(v, VERDICT_INVALID, "%s: the plan is incomplete: %zu of %zu tests",
		     run->profile, tests, run->planned);
	else if (!tests)
		give(v, VERDICT_INVALID, "%s: no test was planned", run->profile);
	else if (first)
		give(v, VERDICT_INVALID, "%s: %zu of %zu tests have no end; first: %s",
		     run->profile, open, tests, first->name);
	else
		return true;
	return false;
}

static const struct result_requirement *first_with(const struct results *r, enum outcome outcome,
						   bool must)
{
	for (size_t i = 0; i < r->n_requirements; i++) {
		const struct result_requirement *q = &r->requirements[r->sorted[i]];

		if (q->n_decisions && q->outcome == outcome && (!must || q->weight == WEIGHT_MUST))
			return q;
	}
	return NULL;
}

static const struct result_test *test_in_error(const struct results *r, size_t run)
{
	for (size_t t = 0; t < r->n_tests; t++)
		if (r->tests[t].ended && r->tests[t].outcome == OUTCOME_ERROR &&
		    (run == ALL_RUNS || r->tests[t].run == run))
			return &r->tests[t];
	return NULL;
}

static void judge_outcomes(struct results *r, size_t run)
{
	const struct result_requirement *error = first_with(r, OUTCOME_ERROR, false);
	const struct result_requirement *skip = first_with(r, OUTCOME_SKIP, false);
	const struct result_requirement *fail = first_with(r, OUTCOME_FAIL, true);
	const struct result_test *defect = test_in_error(r, run);
	const size_t *must = r->counts[WEIGHT_MUST];
	size_t judged = must[OUTCOME_PASS] + must[OUTCOME_FAIL] + must[OUTCOME_DISABLED];

	if (error)
		give(&r->verdict, VERDICT_INVALID,
		     "the suite could not tell for %zu requirements; first: %s",
		     r->totals[OUTCOME_ERROR], error->id);
	else if (defect)
		give(&r->verdict, VERDICT_INVALID, "test %s ended in an error of the suite",
		     defect->name);
	else if (skip)
		give(&r->verdict, VERDICT_INVALID,
		     "the environment could not offer what %zu requirements need; first: %s",
		     r->totals[OUTCOME_SKIP], skip->id);
	else if (fail)
		give(&r->verdict, VERDICT_NOT_CONFORMANT,
		     "%zu of %zu MUST and MUST NOT requirements fail; first: %s",
		     must[OUTCOME_FAIL], judged, fail->id);
	else
		give(&r->verdict, VERDICT_CONFORMANT,
		     "none of %zu MUST and MUST NOT requirements fails", judged);
}

/* A run that proves tests judges no runtime; all it can be is complete. */
static void judge_proof(struct results *r, size_t run)
{
	size_t bare = 0, sabotaged = 0;

	for (size_t t = 0; t < r->n_tests; t++) {
		if (run != ALL_RUNS && r->tests[t].run != run)
			continue;
		sabotaged += r->tests[t].argument != NULL;
		bare += !r->tests[t].argument;
	}
	give(&r->verdict, VERDICT_CONFORMANT,
	     "no runtime is judged: %zu tests ran bare, and %zu under a sabotage", bare, sabotaged);
	r->verdict.word = "proof complete";
}

static void judge(struct results *r, size_t only)
{
	bool valid = r->n_runs > 0;

	decide_all(r, only);
	sort_ids(r);
	count_all(r, only);
	write_tsv(r);
	r->verdict.official = valid;
	if (!valid)
		give(&r->verdict, VERDICT_INVALID, "no events");
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct result_run *run = &r->runs[i];

		if (only != ALL_RUNS && only != i)
			continue;
		if (!run->official || run->only || run->prove ||
		    !json_is_true(json_object_get(run->environment, "controlled")))
			r->verdict.official = false;
		valid = valid && valid_run(r, i, &r->verdict);
	}
	if (valid && results_prove(r))
		judge_proof(r, only);
	else if (valid)
		judge_outcomes(r, only);
}

void results_judge(struct results *r)
{
	judge(r, ALL_RUNS);
}

/* Holds the verdict just computed for a run against its own; false when that ends the matter. */
static bool recorded_agrees(struct results *r, const struct result_run *run)
{
	struct result_verdict *v = &r->verdict;
	const char *word = json_string_value(json_object_get(run->verdict, "verdict"));
	const char *reason = json_string_value(json_object_get(run->verdict, "reason"));
	const char *digest = json_string_value(json_object_get(run->verdict, "result"));
	int64_t code = json_integer_value(json_object_get(run->verdict, "code"));

	if (!run->verdict) {
		if (v->code <= VERDICT_NOT_CONFORMANT)
			give(v, VERDICT_INVALID, "%s: the run did not reach its verdict",
			     run->profile);
		return false;
	}
	if (code == VERDICT_INVALID || code == VERDICT_ABORTED) {
		give(v, (enum verdict_code)code, "%s", reason && *reason ? reason : word);
		return false;
	}
	if (v->code != (enum verdict_code)code) {
		char computed[sizeof(v->reason)];

		memcpy(computed, v->reason, sizeof(computed));
		give(v, VERDICT_INVALID, "%s: recorded as \"%.40s\", but %.300s", run->profile,
		     word, computed);
		return false;
	}
	if (digest && strcmp(digest, r->digest)) {
		give(v, VERDICT_INVALID, "%s: recorded result %.72s is not that of its events, %s",
		     run->profile, digest, r->digest);
		return false;
	}
	return true;
}

void results_conclude(struct results *r)
{
	struct result_verdict bad = { .code = VERDICT_CONFORMANT };

	for (size_t i = 0; i < r->n_runs && bad.code == VERDICT_CONFORMANT; i++) {
		judge(r, i);
		if (!recorded_agrees(r, &r->runs[i]))
			bad = r->verdict;
	}
	judge(r, ALL_RUNS);
	if (bad.code == VERDICT_CONFORMANT)
		return;
	bad.official = r->verdict.official;
	r->verdict = bad;
	/* A reason may come from init; whatever it is, it stays one line. */
	for (char *c = r->verdict.reason; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

char *results_verdict_body(const struct results *r)
{
	const struct result_verdict *v = &r->verdict;
	json_t *reason = json_string(v->reason);
	char *quoted = json_dumps(reason, JSON_ENCODE_ANY | JSON_ENSURE_ASCII), *body = NULL;
	size_t tests = 0;
	int n;

	for (int i = 0; i < OUTCOMES; i++)
		tests += r->tests_by[i];
	n = asprintf(&body,
		     "\"verdict\":\"%s\",\"code\":%d,\"official\":%s,\"reason\":%s,\"counts\":{"
		     "\"pass\":%zu,\"disabled\":%zu,\"skip\":%zu,\"fail\":%zu,\"error\":%zu,"
		     "\"must_fail\":%zu,\"should_fail\":%zu,\"implied_fail\":%zu,"
		     "\"findings\":%zu,\"tests\":%zu},\"result\":\"%s\"",
		     v->word, (int)v->code, v->official ? "true" : "false",
		     quoted ? quoted : "\"\"", r->totals[OUTCOME_PASS], r->totals[OUTCOME_DISABLED],
		     r->totals[OUTCOME_SKIP], r->totals[OUTCOME_FAIL], r->totals[OUTCOME_ERROR],
		     r->counts[WEIGHT_MUST][OUTCOME_FAIL], r->counts[WEIGHT_SHOULD][OUTCOME_FAIL],
		     r->counts[WEIGHT_IMPLIED][OUTCOME_FAIL], r->n_findings, tests, r->digest);
	free(quoted);
	json_decref(reason);
	if (n < 0) {
		fputs("assay: results: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	return body;
}
