/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads event lines into struct results: which tests were planned, what became of each, what
 * they said. Verifies before it believes: chain, plan, catalogue. It must never decide anything
 * (judge.c does) and never keep evidence in memory: a run may hold more of it than the machine.
 */
#include "results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "results-memory.h"
#include "sha256.h"

#define PLAN_PARTS_MAX 1024
#define TIME_MAX       (INT64_MAX / 64) /* ns since boot: four years */

struct memory {
	struct memory *next;
	max_align_t data[];
};

/* What a run needs while it is read. */
struct reader {
	struct chain chain;
	long offset; /* of the next line in the run's file */
	bool parts[PLAN_PARTS_MAX + 1];
};

/* One line on its way in. */
struct feed {
	struct results *r;
	struct result_run *run;
	struct reader *reader;
	json_t *event;
	const char *line;
	size_t length;
	enum event_type type;
	int64_t time;
	struct results_error *err;
};

void *results_alloc(struct results *r, size_t size)
{
	struct memory *m = calloc(1, sizeof(*m) + size);

	if (!m) {
		fputs("assay: results: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	m->next = r->memory;
	r->memory = m;
	return m->data;
}

/* Room for one more element; capacities are powers of two, so that n says when one is full. */
void *results_grow(struct results *r, void *array, size_t n, size_t size)
{
	void *larger;

	if (n && (n & (n - 1)))
		return array;
	larger = results_alloc(r, (n ? 2 * n : 1) * size);
	if (n)
		memcpy(larger, array, n * size);
	return larger;
}

static const char *keep(struct results *r, const char *text, size_t length)
{
	size_t nuls = 0, n = 0;
	char *copy;

	for (size_t i = 0; i < length; i++)
		nuls += !text[i];
	copy = results_alloc(r, length + 5 * nuls + 1);
	/* A NUL would hide what follows it; nothing that is judged may be hidden. */
	for (size_t i = 0; i < length; i++) {
		if (text[i]) {
			copy[n++] = text[i];
		} else {
			memcpy(copy + n, "\\u0000", 6);
			n += 6;
		}
	}
	return copy;
}

static const char *keep_json(struct results *r, const json_t *text)
{
	return json_is_string(text) ? keep(r, json_string_value(text), json_string_length(text))
				    : "";
}

struct results *results_new(enum results_mode mode)
{
	struct results *r = calloc(1, sizeof(*r));

	if (!r) {
		fputs("assay: results: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	r->mode = mode;
	r->by_row = results_alloc(r, (catalogue_count + 1) * sizeof(*r->by_row));
	r->verdict.code = VERDICT_INVALID;
	r->verdict.word = "no valid result";
	snprintf(r->verdict.reason, sizeof(r->verdict.reason), "nothing was judged");
	return r;
}

void results_free(struct results *r)
{
	struct memory *m, *next;

	if (!r)
		return;
	for (size_t i = 0; i < r->n_runs; i++) {
		json_decref(r->runs[i].environment);
		json_decref(r->runs[i].runtime);
		json_decref(r->runs[i].verdict);
		for (size_t j = 0; j < r->runs[i].n_boots; j++)
			json_decref(r->runs[i].boots[j].event);
	}
	for (m = r->memory; m; m = next) {
		next = m->next;
		free(m);
	}
	free(r->tsv);
	free(r);
}

void results_run_begin(struct results *r, const char *path)
{
	struct result_run *run;
	struct reader *reader = results_alloc(r, sizeof(*reader));

	r->runs = results_grow(r, r->runs, r->n_runs, sizeof(*r->runs));
	run = &r->runs[r->n_runs++];
	memset(run, 0, sizeof(*run));
	run->path = path ? keep(r, path, strlen(path)) : NULL;
	run->profile = "host";
	run->official = true;
	run->state = reader;
	chain_init(&reader->chain);
	run->last = reader->chain.prev;
}

__attribute__((format(printf, 2, 3))) static int bad(const struct feed *f, const char *format, ...)
{
	char what[300];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	for (char *c = what; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (f->err) {
		f->err->line = (unsigned long)f->run->events + 1;
		snprintf(f->err->text, sizeof(f->err->text), "line %lu: %s", f->err->line, what);
	}
	return -EBADMSG;
}

static const char *text_of(const struct feed *f, const char *key)
{
	const json_t *value = json_object_get(f->event, key);

	return json_is_string(value) ? json_string_value(value) : NULL;
}

static int64_t number_of(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

/* Names are looked up among the run's own tests: two profiles plan tests of the same name. */
static struct result_test *find_test(struct results *r, size_t run, const char *name)
{
	/* Most events are about the test of the event before, or the one after that. */
	for (size_t n = 0; name && n < r->n_tests; n++) {
		size_t i = (r->latest + n) % r->n_tests;

		if (r->tests[i].run == run && !strcmp(r->tests[i].name, name)) {
			r->latest = i;
			return &r->tests[i];
		}
	}
	return NULL;
}

struct result_test *results_test(struct results *r, const char *name)
{
	struct result_test *test = NULL;

	for (size_t i = r->n_runs; i > 0 && !test; i--)
		test = find_test(r, i - 1, name);
	return test;
}

static struct result_test *add_test(struct feed *f, const char *name, const char *about)
{
	struct results *r = f->r;
	struct result_test *test;

	r->tests = results_grow(r, r->tests, r->n_tests, sizeof(*r->tests));
	test = &r->tests[r->n_tests++];
	memset(test, 0, sizeof(*test));
	test->name = keep(r, name, strlen(name));
	test->about = about ? keep(r, about, strlen(about)) : "";
	test->run = (size_t)(f->run - r->runs);
	return test;
}

/* The test that a line names. In the lenient view a lost plan must not lose the rest. */
static struct result_test *named_test(struct feed *f)
{
	const char *name = text_of(f, "test");
	struct result_test *test = find_test(f->r, (size_t)(f->run - f->r->runs), name);

	if (!test && name && f->r->mode == RESULTS_LENIENT)
		test = add_test(f, name, NULL);
	return test;
}

/* Index of a requirement, made when new; SIZE_MAX when the catalogue does not have it. */
static size_t find_requirement(struct results *r, const char *id)
{
	const struct requirement *row = requirement_find(id);
	struct result_requirement *q;

	if (row && r->by_row[row - catalogue])
		return r->by_row[row - catalogue] - 1;
	if (!row && r->mode == RESULTS_STRICT)
		return SIZE_MAX;
	for (size_t i = 0; !row && i < r->n_requirements; i++)
		if (!strcmp(r->requirements[i].id, id))
			return i;
	r->requirements =
		results_grow(r, r->requirements, r->n_requirements, sizeof(*r->requirements));
	q = &r->requirements[r->n_requirements];
	memset(q, 0, sizeof(*q));
	q->id = row ? row->id : keep(r, id, strlen(id));
	q->row = row;
	r->n_requirements++;
	if (row)
		r->by_row[row - catalogue] = r->n_requirements;
	return r->n_requirements - 1;
}

/* What was open when the machine went down: the suite's resume policy asks for these counts. */
static void note_interrupted(struct feed *f, const char *cause)
{
	size_t run = (size_t)(f->run - f->r->runs), open = 0;

	for (size_t i = 0; i < f->r->n_tests; i++)
		open += f->r->tests[i].run == run && f->r->tests[i].open;
	for (size_t i = 0; i < f->r->n_tests; i++) {
		struct result_test *test = &f->r->tests[i];

		if (test->run != run || !test->open)
			continue;
		test->open = false;
		test->alone = open == 1;
		if (!strcmp(cause, "power"))
			test->cuts++;
		else
			test->downs++;
	}
}

static int feed_boot(struct feed *f)
{
	const char *cause = text_of(f, "cause"), *profile = text_of(f, "profile");
	int64_t number = number_of(f->event, "boot", 0);
	struct result_run *run = f->run;
	struct result_boot *boot;

	if (number < 1 || number > INT32_MAX || !cause)
		return bad(f, "a boot event needs \"boot\" from 1 up and \"cause\"");
	if (profile && run->n_boots && strcmp(profile, run->profile))
		return bad(f, "profile \"%.40s\" after profile \"%.40s\" in one run", profile,
			   run->profile);
	if (profile)
		run->profile = keep(f->r, profile, strlen(profile));
	note_interrupted(f, cause);
	run->boots = results_grow(f->r, run->boots, run->n_boots, sizeof(*run->boots));
	boot = &run->boots[run->n_boots++];
	boot->number = (int)number;
	boot->cause = keep(f->r, cause, strlen(cause));
	boot->time = f->time;
	boot->last_ns = f->time;
	boot->event = json_incref(f->event);
	return 0;
}

static void replace(json_t **slot, json_t *event)
{
	json_decref(*slot);
	*slot = json_incref(event);
}

/* Files that are merged into one result must be about one runtime. */
static int feed_runtime(struct feed *f)
{
	static const char *const same[] = { "name", "version", "sha256", "payload", "cli" };
	const json_t *first = f->r->runs[0].runtime;

	if (!text_of(f, "name"))
		return bad(f, "a runtime event needs \"name\"");
	for (size_t i = 0; first && i < sizeof(same) / sizeof(*same); i++) {
		const char *was = json_string_value(json_object_get(first, same[i]));
		const char *is = text_of(f, same[i]);

		if (strcmp(was ? was : "", is ? is : ""))
			return bad(f, "another runtime than before: %s \"%.80s\", not \"%.80s\"",
				   same[i], is ? is : "", was ? was : "");
	}
	replace(&f->run->runtime, f->event);
	return 0;
}

static int plan_test(struct feed *f, const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "name"));
	const char *about = json_string_value(json_object_get(entry, "about"));
	const char *argument = json_string_value(json_object_get(entry, "argument"));
	const json_t *ids = json_object_get(entry, "requirements");
	struct result_test *test;
	size_t i;
	json_t *id;

	if (!name || !*name || strlen(name) >= EVENT_TEST_MAX || !json_is_array(ids))
		return bad(f, "a planned test needs \"name\" and \"requirements\"");
	if (find_test(f->r, (size_t)(f->run - f->r->runs), name)) {
		if (f->r->mode == RESULTS_LENIENT)
			return 0;
		return bad(f, "test \"%s\" is planned twice", name);
	}
	if (argument && !f->run->prove && f->r->mode == RESULTS_STRICT)
		return bad(f, "test \"%s\" has an argument of its own in a run that proves nothing",
			   name);
	test = add_test(f, name, about);
	test->argument = argument ? keep(f->r, argument, strlen(argument)) : NULL;
	json_array_foreach (ids, i, id) {
		size_t q = json_is_string(id) ? find_requirement(f->r, json_string_value(id))
					      : SIZE_MAX;

		if (q == SIZE_MAX)
			return bad(f, "requirement \"%.120s\" is not in this assay's catalogue",
				   json_is_string(id) ? json_string_value(id) : "?");
		test->requirements = results_grow(f->r, test->requirements, test->n_requirements,
						  sizeof(*test->requirements));
		test->requirements[test->n_requirements++] = q;
	}
	return 0;
}

static int plan_head(struct feed *f, int64_t parts, int64_t total)
{
	const char *digest = text_of(f, "digest"), *rows = text_of(f, "catalogue");
	const char *spec = text_of(f, "spec"), *only = text_of(f, "only");
	const char *suite = text_of(f, "suite"), *prove = text_of(f, "prove");
	struct result_run *run = f->run;

	if (run->parts && (run->parts != parts || run->planned != (size_t)total ||
			   strcmp(run->plan, digest ? digest : "")))
		return bad(f, "a second, other plan");
	if (rows && strcmp(rows, catalogue_digest) && f->r->mode == RESULTS_STRICT)
		return bad(f, "catalogue %.72s is not the one of this assay, %.72s", rows,
			   catalogue_digest);
	if (run->parts)
		return 0;
	run->parts = (int)parts;
	run->planned = (size_t)total;
	run->plan = keep(f->r, digest ? digest : "", digest ? strlen(digest) : 0);
	run->spec = spec ? keep(f->r, spec, strlen(spec)) : NULL;
	run->suite = suite ? keep(f->r, suite, strlen(suite)) : NULL;
	run->only = only ? keep(f->r, only, strlen(only)) : NULL;
	run->prove = prove ? keep(f->r, prove, strlen(prove)) : NULL;
	run->official = json_is_true(json_object_get(f->event, "official"));
	return 0;
}

static int feed_plan(struct feed *f)
{
	int64_t part = number_of(f->event, "part", 0), parts = number_of(f->event, "parts", 0);
	int64_t total = number_of(f->event, "total", -1);
	const json_t *tests = json_object_get(f->event, "tests");
	json_t *entry;
	size_t i;
	int e;

	if (part < 1 || part > parts || parts > PLAN_PARTS_MAX || total < 0 || total > INT32_MAX ||
	    !json_is_array(tests))
		return bad(f, "a plan event needs \"part\", \"parts\", \"total\" and \"tests\"");
	e = plan_head(f, parts, total);
	if (e)
		return e;
	/* A suite that died while it planned says it all again. */
	if (f->reader->parts[part])
		return 0;
	f->reader->parts[part] = true;
	f->run->parts_seen++;
	json_array_foreach (tests, i, entry) {
		e = plan_test(f, entry);
		if (e)
			return e;
	}
	return 0;
}

/* A test that starts again forgets what it said before it was cut off. */
static int feed_start(struct feed *f)
{
	struct result_test *test = named_test(f);

	if (!test)
		return bad(f, "start of a test that is not planned");
	test->started = true;
	test->open = true;
	test->ended = false;
	test->outcome = OUTCOME_NONE;
	test->attempt = (int)number_of(f->event, "attempt", 1);
	test->start_ns = f->time;
	test->boot = f->run->n_boots ? f->run->boots[f->run->n_boots - 1].number : 1;
	test->life = f->run->n_boots ? f->run->n_boots - 1 : 0;
	test->checks = NULL;
	test->n_checks = 0;
	test->evidence = NULL;
	test->n_evidence = 0;
	test->findings = NULL;
	test->n_findings = 0;
	return 0;
}

static bool decides(const struct result_test *test, size_t requirement)
{
	for (size_t i = 0; i < test->n_requirements; i++)
		if (test->requirements[i] == requirement)
			return true;
	return false;
}

static int feed_check(struct feed *f)
{
	struct result_test *test = named_test(f);
	const char *id = text_of(f, "requirement");
	enum outcome outcome = outcome_parse(text_of(f, "outcome"));
	struct result_check *check;
	size_t q;

	if (!test || !test->started)
		return bad(f, "check of a test that has not started");
	if (!id || outcome == OUTCOME_NONE || outcome > OUTCOME_ERROR)
		return bad(f, "a check event needs \"requirement\" and an outcome");
	q = find_requirement(f->r, id);
	if (q == SIZE_MAX)
		return bad(f, "requirement \"%.120s\" is not in this assay's catalogue", id);
	test->checks = results_grow(f->r, test->checks, test->n_checks, sizeof(*test->checks));
	check = &test->checks[test->n_checks++];
	check->requirement = q;
	check->outcome = outcome;
	check->expected = keep_json(f->r, json_object_get(f->event, "expected"));
	check->observed = keep_json(f->r, json_object_get(f->event, "observed"));
	if (decides(test, q))
		return 0;
	/* The suite contradicts its own plan: its defect, and never a pass. */
	test->requirements = results_grow(f->r, test->requirements, test->n_requirements,
					  sizeof(*test->requirements));
	test->requirements[test->n_requirements++] = q;
	if (f->r->mode == RESULTS_STRICT) {
		check->outcome = OUTCOME_ERROR;
		check->expected = "a check of a requirement that the plan lists for this test";
		check->observed = "a check of one that it does not list";
	}
	return 0;
}

static int feed_evidence(struct feed *f)
{
	const char *name = text_of(f, "name"), *of = text_of(f, "test");
	struct result_test *test = of && *of ? named_test(f) : NULL;
	struct result_evidence **list = test ? &test->evidence : &f->run->evidence;
	size_t *n = test ? &test->n_evidence : &f->run->n_evidence;

	if (!name || !of || (*of && !test))
		return bad(f, "an evidence event needs \"name\" and a planned \"test\"");
	*list = results_grow(f->r, *list, *n, sizeof(**list));
	(*list)[*n].name = keep(f->r, name, strlen(name));
	(*list)[*n].offset = f->reader->offset;
	(*list)[*n].length = f->length;
	(*n)++;
	return 0;
}

static int feed_finding(struct feed *f)
{
	struct result_test *test = named_test(f);
	struct result_finding *finding;

	if (!test)
		return bad(f, "finding of a test that is not planned");
	test->findings =
		results_grow(f->r, test->findings, test->n_findings, sizeof(*test->findings));
	finding = &test->findings[test->n_findings++];
	finding->kind = keep_json(f->r, json_object_get(f->event, "kind"));
	finding->text = keep_json(f->r, json_object_get(f->event, "text"));
	return 0;
}

/* A time that a test took, within what sums and plots can bear: a day and a bit. */
static int64_t duration_of(const struct feed *f, const char *key)
{
	int64_t ns = number_of(f->event, key, 0), most = 100000000000000;

	return ns < 0 ? 0 : ns > most ? most : ns;
}

static int feed_end(struct feed *f)
{
	struct result_test *test = named_test(f);
	enum outcome outcome = outcome_parse(text_of(f, "outcome"));

	if (!test || (!test->started && f->r->mode == RESULTS_STRICT))
		return bad(f, "end of a test that has not started");
	if (outcome == OUTCOME_NONE)
		return bad(f, "an end event needs an outcome");
	test->ended = true;
	test->open = false;
	test->outcome = outcome;
	test->duration_ns = duration_of(f, "duration_ns");
	test->runtime_ns = duration_of(f, "runtime_ns");
	test->lacks = number_of(f->event, "lacks", 0);
	test->why = keep_json(f->r, json_object_get(f->event, "why"));
	return 0;
}

static int feed_verdict(struct feed *f)
{
	int64_t code = number_of(f->event, "code", -1);

	if (!text_of(f, "verdict") || code < VERDICT_CONFORMANT || code > VERDICT_ABORTED)
		return bad(f, "a verdict event needs \"verdict\" and a code from 0 to 3");
	replace(&f->run->verdict, f->event);
	if (!f->run->verdict_line)
		f->run->verdict_line = f->run->events + 1;
	return 0;
}

static int feed_environment(struct feed *f)
{
	replace(&f->run->environment, f->event);
	return 0;
}

static int (*const feeders[EVENT_TYPES])(struct feed *) = {
	[EVENT_BOOT] = feed_boot,	[EVENT_ENVIRONMENT] = feed_environment,
	[EVENT_RUNTIME] = feed_runtime, [EVENT_PLAN] = feed_plan,
	[EVENT_START] = feed_start,	[EVENT_CHECK] = feed_check,
	[EVENT_FINDING] = feed_finding, [EVENT_EVIDENCE] = feed_evidence,
	[EVENT_END] = feed_end,		[EVENT_VERDICT] = feed_verdict,
};

static int verify_chain(struct feed *f)
{
	struct chain *chain = &f->reader->chain;
	int64_t seq = number_of(f->event, "seq", -1);
	const char *prev = text_of(f, "prev");

	if (f->r->mode == RESULTS_LENIENT)
		return 0;
	if (seq != (int64_t)chain->seq)
		return bad(f, "sequence number %lld where %llu must follow", (long long)seq,
			   (unsigned long long)chain->seq);
	if (!prev || strcmp(prev, chain->prev))
		return bad(f, "does not follow from the line before it: one of the two was edited");
	if (chain_accept(chain, f->line, f->length))
		return bad(f, "not in the form that is written: edited");
	return 0;
}

static int feed_event(struct feed *f)
{
	const char *type = text_of(f, "type");
	int t = type ? event_type_find(type, strlen(type)) : -1, e;

	if (t < 0)
		return bad(f, "no event: unknown \"type\"");
	e = verify_chain(f);
	if (e)
		return e;
	f->type = (enum event_type)t;
	f->time = number_of(f->event, "time", 0);
	if (f->time < 0 || f->time > TIME_MAX)
		return bad(f, "no event: its \"time\" is not one");
	e = feeders[t](f);
	if (e)
		return e;
	if (!f->run->events)
		f->run->first_ns = f->time;
	f->run->last_ns = f->time;
	if (f->run->n_boots)
		f->run->boots[f->run->n_boots - 1].last_ns = f->time;
	f->run->events++;
	return 0;
}

int results_feed(struct results *r, const char *line, size_t length, struct results_error *err)
{
	size_t whole = length;
	struct feed f = { .r = r, .err = err, .line = line };
	json_error_t where;
	int e;

	if (!r->n_runs)
		results_run_begin(r, NULL);
	f.run = &r->runs[r->n_runs - 1];
	f.reader = f.run->state;
	if (length && line[length - 1] == '\n')
		length--;
	f.length = length;
	f.event = json_loadb(line, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(f.event)) {
		json_decref(f.event);
		return bad(&f, length ? "torn or edited: not one JSON object" : "empty");
	}
	e = feed_event(&f);
	json_decref(f.event);
	f.reader->offset += (long)whole;
	return e;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static void free_text(char **text)
{
	free(*text);
}

static int fail(struct results_error *err, const char *path, const char *what, int e)
{
	if (err) {
		err->line = 0;
		snprintf(err->text, sizeof(err->text), "%.200s: %s", path, what);
	}
	return e;
}

/* Puts the path in front of what the reader said. */
static int blame(struct results_error *err, const char *path)
{
	char what[sizeof(err->text)];

	if (err) {
		memcpy(what, err->text, sizeof(what));
		snprintf(err->text, sizeof(err->text), "%.120s: %.270s", path, what);
	}
	return -EBADMSG;
}

int results_read(struct results *r, const char *path, struct results_error *err)
{
	__attribute__((cleanup(close_file))) FILE *file = fopen(path, "re");
	__attribute__((cleanup(free_text))) char *line = malloc(EVENT_LINE_MAX + 2);
	struct result_run *run;
	struct feed at;

	if (!file)
		return fail(err, path, strerror(errno), -errno);
	if (!line)
		return fail(err, path, "out of memory", -ENOMEM);
	results_run_begin(r, path);
	run = &r->runs[r->n_runs - 1];
	at = (struct feed){ .r = r, .run = run, .err = err };
	for (;;) {
		size_t length = 0;
		int c = 0;

		while (length <= EVENT_LINE_MAX && (c = getc_unlocked(file)) != EOF) {
			line[length++] = (char)c;
			if (c == '\n')
				break;
		}
		if (!length && c == EOF)
			break;
		if (line[length - 1] != '\n') {
			bad(&at, c == EOF ? "torn: no end of line" : "longer than a line can be");
			return blame(err, path);
		}
		if (results_feed(r, line, length, err))
			return blame(err, path);
		run = &r->runs[r->n_runs - 1];
		at.run = run;
	}
	if (ferror(file))
		return fail(err, path, "cannot be read", -EIO);
	if (!run->events) {
		bad(&at, "no event");
		return blame(err, path);
	}
	return 0;
}

char *results_evidence_text(const struct results *r, size_t run, const struct result_evidence *e,
			    size_t *length, bool *truncated)
{
	__attribute__((cleanup(close_file))) FILE *file = NULL;
	__attribute__((cleanup(free_text))) char *line = malloc(e->length + 1);
	const json_t *text;
	json_t *event;
	char *copy = NULL;

	if (!line || run >= r->n_runs || !r->runs[run].path)
		return NULL;
	file = fopen(r->runs[run].path, "re");
	if (!file || fseek(file, e->offset, SEEK_SET) ||
	    fread(line, 1, e->length, file) != e->length)
		return NULL;
	event = json_loadb(line, e->length, JSON_ALLOW_NUL, NULL);
	text = json_object_get(event, "text");
	if (json_is_string(text)) {
		*length = json_string_length(text);
		*truncated = json_is_true(json_object_get(event, "truncated"));
		copy = malloc(*length + 1);
		if (copy)
			memcpy(copy, json_string_value(text), *length + 1);
	}
	json_decref(event);
	return copy;
}
