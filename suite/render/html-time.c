/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html: where the time went, and the facts of environment, runtime and image. All
 * geometry is in whole numbers, so that the page is the same everywhere.
 */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#define LANES_MAX 16
#define LANE	  22	/* height, with a gap of 4 */
#define WIDTH	  10000 /* of a plot, in its own units */
#define TOP	  10	/* slowest tests, biggest areas */

/* How long a boot lasted; events that were put together by hand may run backwards. */
static int64_t boot_length(const struct result_boot *boot)
{
	return boot->last_ns > boot->time ? boot->last_ns - boot->time : 0;
}

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* When a test of a run began, on a clock that goes on over boots. */
static int64_t began(const struct result_run *run, const struct result_test *test)
{
	int64_t at = 0, since;

	for (size_t i = 0; i < test->life && i < run->n_boots; i++)
		at = add(at, boot_length(&run->boots[i]));
	since = test->start_ns - (run->n_boots ? run->boots[test->life].time : run->first_ns);
	return since > 0 ? add(at, since) : at;
}

static int64_t run_length(const struct result_run *run)
{
	int64_t length = 0;

	if (!run->n_boots)
		return run->last_ns > run->first_ns ? run->last_ns - run->first_ns : 0;
	for (size_t i = 0; i < run->n_boots; i++)
		length = add(length, boot_length(&run->boots[i]));
	return length;
}

/* A time on the scale of a plot: 0 to WIDTH, never beyond. */
static long long scaled(int64_t ns, int64_t all)
{
	int64_t us = ns / 1000, all_us = all / 1000 + 1;

	if (us <= 0)
		return 0;
	if (us >= all_us)
		return WIDTH;
	return us > INT64_MAX / WIDTH ? us / (all_us / WIDTH) : us * WIDTH / all_us;
}

static void bar(const struct result_test *test, int64_t at, int64_t all, size_t lane, FILE *out)
{
	const char *class = html_class(html_test_standing(test));
	long long x = scaled(at, all), w = scaled(test->duration_ns, all);
	long long in = scaled(test->runtime_ns, all);

	fprintf(out, "<g class=\"s-%s\"><title>%s: ", class,
		outcome_name(test->ended ? test->outcome : OUTCOME_NONE));
	put(out, MARKUP, test->name);
	fputs(", ", out);
	put_duration(out, test->duration_ns);
	fprintf(out,
		"</title><rect x=\"%lld\" y=\"%zu\" width=\"%lld\" height=\"%d\"/>"
		"<rect class=\"in\" x=\"%lld\" y=\"%zu\" width=\"%lld\" height=\"%d\"/></g>\n",
		x, lane * LANE, w ? w : 1, LANE - 4, x, lane * LANE, in < w ? in : w, LANE - 4);
}

/* The first lane that is free at that time; the last one takes what is too much. */
static size_t lane_for(int64_t *free_at, int64_t at, int64_t duration)
{
	size_t lane = 0;

	while (lane + 1 < LANES_MAX && free_at[lane] > at)
		lane++;
	free_at[lane] = add(at, duration);
	return lane;
}

struct slot {
	int64_t at;
	const struct result_test *test;
};

static int by_start(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->test->name, y->test->name);
}

static void free_slots(struct slot **slots)
{
	free(*slots);
}

static struct slot *new_slots(const struct report *rep)
{
	struct slot *slots = calloc(rep->results->n_tests + 1, sizeof(*slots));

	if (!slots) {
		fputs("assay: report: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	return slots;
}

static void axis(int64_t all, FILE *out)
{
	static const int steps[] = {
		1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200
	};
	int64_t seconds = all / 1000000000;
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(*steps) && seconds / steps[i] > 8)
		i++;
	fputs("<div class=\"axis\">", out);
	for (int64_t t = 0; t <= seconds && t / steps[i] < 40; t += steps[i]) {
		long long x = scaled(t * 1000000000, all);

		fprintf(out, "<span style=\"left:%lld.%02lld%%\">", x / 100, x % 100);
		if (steps[i] < 60)
			fprintf(out, "%lld s</span>", (long long)t);
		else
			fprintf(out, "%lld min</span>", (long long)(t / 60));
	}
	fputs("</div>\n", out);
}

static void boot_lines(const struct result_run *run, int64_t all, size_t height, FILE *out)
{
	int64_t at = 0;

	for (size_t i = 1; i < run->n_boots; i++) {
		at = add(at, boot_length(&run->boots[i - 1]));
		fprintf(out,
			"<line class=\"boot\" x1=\"%lld\" y1=\"0\" x2=\"%lld\" y2=\"%zu\"><title>"
			"boot %d: ",
			scaled(at, all), scaled(at, all), height, run->boots[i].number);
		put(out, MARKUP, run->boots[i].cause);
		fputs("</title></line>\n", out);
	}
}

static void caption(const struct result_run *run, size_t tests, size_t lanes, int64_t all,
		    FILE *out)
{
	fputs("<figcaption>Profile ", out);
	put(out, MARKUP, run->profile);
	fprintf(out, ": %zu tests in ", tests);
	put_duration(out, all);
	fprintf(out, ", up to %zu at a time", lanes);
	if (run->n_boots > 1)
		fprintf(out, ", %zu boots (dashed lines)", run->n_boots);
	fputs("<small>Each bar is a test in the colour of its outcome; the strong part is the "
	      "share "
	      "spent inside the runtime's own commands.</small></figcaption>\n",
	      out);
}

static void gantt(const struct report *rep, size_t n, FILE *out)
{
	const struct result_run *run = &rep->results->runs[n];
	struct slot *slots __attribute__((cleanup(free_slots))) = new_slots(rep);
	int64_t free_at[LANES_MAX] = { 0 }, all = run_length(run);
	size_t lanes = 0, tests = 0;

	for (size_t i = 0; i < rep->results->n_tests; i++) {
		const struct result_test *test = &rep->results->tests[i];

		if (test->run == n && test->started)
			slots[tests++] = (struct slot){ began(run, test), test };
	}
	if (!tests)
		return;
	qsort(slots, tests, sizeof(*slots), by_start);
	for (size_t i = 0; i < tests; i++) {
		size_t lane = lane_for(free_at, slots[i].at, slots[i].test->duration_ns);

		lanes = lane + 1 > lanes ? lane + 1 : lanes;
	}
	memset(free_at, 0, sizeof(free_at));
	fputs("<figure>", out);
	caption(run, tests, lanes, all, out);
	fprintf(out,
		"<div class=\"gantt\"><svg viewBox=\"0 0 %d %zu\" preserveAspectRatio=\"none\" "
		"style=\"height:%zupx\" role=\"img\" aria-label=\"Time line of the tests\">\n",
		WIDTH, lanes * LANE, lanes * LANE);
	for (size_t i = 0; i < tests; i++)
		bar(slots[i].test, slots[i].at, all,
		    lane_for(free_at, slots[i].at, slots[i].test->duration_ns), out);
	boot_lines(run, all, lanes * LANE, out);
	fputs("</svg></div>\n", out);
	axis(all, out);
	fputs("</figure>\n", out);
}

/* The tests of one area: what stands before the first slash. */
struct area {
	const char *name;
	size_t length;
	size_t tests;
	int64_t all, runtime;
};

static int by_time(const void *a, const void *b)
{
	const struct area *x = a, *y = b;

	if (x->all != y->all)
		return x->all > y->all ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void free_areas(struct area **areas)
{
	free(*areas);
}

static size_t fill_areas(const struct report *rep, struct area *areas)
{
	size_t n = 0;

	for (size_t i = 0; i < rep->results->n_tests; i++) {
		const struct result_test *test = &rep->results->tests[i];
		size_t length = strcspn(test->name, "/"), at = 0;

		while (at < n &&
		       (areas[at].length != length || memcmp(areas[at].name, test->name, length)))
			at++;
		if (at == n)
			areas[n++] = (struct area){ .name = test->name, .length = length };
		areas[at].tests++;
		areas[at].all += test->duration_ns;
		areas[at].runtime +=
			test->runtime_ns < test->duration_ns ? test->runtime_ns : test->duration_ns;
	}
	qsort(areas, n, sizeof(*areas), by_time);
	return n;
}

/* A piece of a bar, in hundredths of a percent of the longest. */
static void part(FILE *out, int64_t ns, int64_t most_ms)
{
	long long share = (long long)(ns / 1000000 * WIDTH / most_ms);

	fprintf(out, "<i style=\"width:%lld.%02lld%%\"></i>", share / 100, share % 100);
}

static void area_bars(const struct report *rep, FILE *out)
{
	struct area *areas __attribute__((cleanup(free_areas))) =
		calloc(rep->results->n_tests + 1, sizeof(*areas));
	size_t n = areas ? fill_areas(rep, areas) : 0;
	int64_t most = n ? areas[0].all / 1000000 + 1 : 1;

	fputs("<figure><figcaption>By area<small>Strong: inside the runtime. Pale: the suite "
	      "around "
	      "it.</small></figcaption><div class=\"bars\">\n",
	      out);
	for (size_t i = 0; i < n && i < 2 * TOP; i++) {
		const struct area *a = &areas[i];

		fputs("<span>", out);
		put_n(out, MARKUP, a->name, a->length);
		fprintf(out, " <small>(%zu)</small></span><span class=\"b\">", a->tests);
		part(out, a->runtime, most);
		part(out, a->all - a->runtime, most);
		fputs("</span><span class=\"n\">", out);
		put_duration(out, a->all);
		fputs("</span>\n", out);
	}
	fputs("</div></figure>\n", out);
}

static int by_duration(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->test->duration_ns != y->test->duration_ns)
		return x->test->duration_ns > y->test->duration_ns ? -1 : 1;
	return strcmp(x->test->name, y->test->name);
}

static void test_row(const struct report *rep, const struct result_test *test, FILE *out)
{
	enum standing standing = html_test_standing(test);

	fprintf(out, "<tr><td><i class=\"dot s-%s\" title=\"%s\">%s</i></td><td><code>",
		html_class(standing), outcome_name(test->ended ? test->outcome : OUTCOME_NONE),
		html_sign(standing));
	put(out, MARKUP, test->name);
	fputs("</code>", out);
	if (rep->results->n_runs > 1) {
		fputs(" ", out);
		put(out, MARKUP, rep->results->runs[test->run].profile);
	}
	fputs("</td><td>", out);
	put(out, MARKUP, test->about);
	if (test->attempt > 1)
		fprintf(out, " (attempt %d)", test->attempt);
	fputs("</td><td class=\"n\">", out);
	put_duration(out, test->duration_ns);
	fputs("</td><td class=\"n\">", out);
	put_duration(out, test->runtime_ns);
	fputs("</td></tr>\n", out);
}

static void test_tables(const struct report *rep, FILE *out)
{
	static const char head[] =
		"<div class=\"scroll\"><table><tr><th></th><th>test</th><th>about</th>"
		"<th class=\"n\">time</th><th class=\"n\">in the runtime</th></tr>\n";
	struct slot *slots __attribute__((cleanup(free_slots))) = new_slots(rep);
	size_t n = rep->results->n_tests;

	for (size_t i = 0; i < n; i++)
		slots[i].test = &rep->results->tests[i];
	qsort(slots, n, sizeof(*slots), by_duration);
	fputs("<figure><figcaption>The slowest tests</figcaption>", out);
	fputs(head, out);
	for (size_t i = 0; i < n && i < TOP; i++)
		test_row(rep, slots[i].test, out);
	fprintf(out,
		"</table></div>\n<details class=\"evidence\"><summary>All %zu tests, in the order "
		"of "
		"the plan</summary>%s",
		n, head);
	for (size_t i = 0; i < n; i++)
		test_row(rep, &rep->results->tests[i], out);
	fputs("</table></div></details></figure>\n", out);
}

void html_time(const struct report *rep, FILE *out)
{
	int64_t all, runtime;

	report_times(rep, &all, &runtime);
	fputs("<section class=\"part\" id=\"time\"><div class=\"wrap\">\n<h2>Where the time "
	      "went</h2>\n"
	      "<p class=\"lead\">",
	      out);
	if (all > 0) {
		put_duration(out, all);
		fputs(" of tests, ", out);
		put_duration(out, runtime);
		fprintf(out, " of that inside the runtime (%lld %%).",
			(long long)(runtime / 1000 * 100 / (all / 1000 + 1)));
	} else {
		fputs("No test has run.", out);
	}
	fputs("</p>\n", out);
	for (size_t i = 0; i < rep->results->n_runs; i++)
		gantt(rep, i, out);
	if (all > 0) {
		area_bars(rep, out);
		test_tables(rep, out);
	}
	fputs("</div></section>\n", out);
}

/* The start of a row of facts; digests get a face that shows them best. */
static void key_of(FILE *out, const char *key, const char *value)
{
	bool digest = value && strlen(value) >= 64 &&
		      strspn(value, "sha256:0123456789abcdef") == strlen(value);

	fputs("<dt>", out);
	put(out, MARKUP, key);
	fprintf(out, "</dt><dd%s>", digest ? " class=\"digest\"" : "");
}

static void pair(FILE *out, const char *key, const char *value)
{
	key_of(out, key, value);
	put(out, MARKUP, value);
	fputs("</dd>\n", out);
}

/* Any value as text: scalars plain, lists with commas, the rest as JSON. */
static void put_value(const json_t *value, FILE *out)
{
	char *dump;
	size_t i;
	json_t *item;

	if (json_is_string(value)) {
		put_n(out, MARKUP, json_string_value(value), json_string_length(value));
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, item) {
			fputs(i ? ", " : "", out);
			put_value(item, out);
		}
		if (!json_array_size(value))
			fputs("none", out);
	} else {
		dump = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
		put(out, MARKUP, dump);
		free(dump);
	}
}

static bool has_own_place(const char *key)
{
	static const char *const keys[] = {
		"seq",	 "type",  "time", "prev", "features", "selfcheck", "version_output",
		"panic", "image", "boot", "open"
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

/* The members of an event, whatever they are; members of members as "kernel release". */
static void pairs(const json_t *object, const char *above, int depth, FILE *out)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		char name[128];

		if (depth == 0 && has_own_place(key))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", above, *above ? " " : "", key);
		if (json_is_object(value) && depth < 3) {
			pairs(value, name, depth + 1, out);
			continue;
		}
		key_of(out, name, json_string_value(value));
		put_value(value, out);
		fputs("</dd>\n", out);
	}
}

static void open_fact(FILE *out, const char *title, const char *of)
{
	fprintf(out, "<section class=\"fact\"><h3>%s", title);
	if (*of) {
		fputs(", profile ", out);
		put(out, MARKUP, of);
	}
	fputs("</h3>\n<dl>\n", out);
}

static void folded(FILE *out, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, "<details><summary>%s</summary><pre>", title);
	put(out, MARKUP, text);
	fputs("</pre></details>\n", out);
}

static void runtime_fact(const struct report *rep, FILE *out)
{
	const json_t *runtime = rep->results->n_runs ? rep->results->runs[0].runtime : NULL;
	const json_t *features = json_object_get(runtime, "features");
	char *dump = json_is_object(features)
			     ? json_dumps(features, JSON_INDENT(2) | JSON_ENSURE_ASCII)
			     : NULL;

	open_fact(out, "Runtime", "");
	pairs(runtime, "", 0, out);
	if (!dump)
		pair(out, "features", "the runtime has no such command");
	fputs("</dl>\n", out);
	folded(out, "What it says of its version", report_fact(runtime, "version_output"));
	folded(out, "What it claims (features)", dump);
	fputs("</section>\n", out);
	free(dump);
}

static void image_fact(const struct report *rep, FILE *out)
{
	const struct result_run *run = rep->results->n_runs ? rep->results->runs : NULL;
	const json_t *boot = run && run->n_boots ? run->boots[0].event : NULL;

	open_fact(out, "Image and suite", "");
	pair(out, "suite", rep->suite);
	pairs(json_object_get(boot, "image"), "", 1, out);
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		char name[96];

		snprintf(name, sizeof(name), "plan, %.64s", rep->results->runs[i].profile);
		pair(out, name, rep->results->runs[i].plan ? rep->results->runs[i].plan : "none");
	}
	pair(out, "catalogue", catalogue_digest);
	fputs("</dl></section>\n", out);
}

/* The requirements that a missing feature leaves without a test. */
static void wanted_by(const json_t *check, FILE *out)
{
	const json_t *wanted = json_object_get(check, "wanted");
	size_t i;
	json_t *id;

	if (json_is_true(json_object_get(check, "ok")))
		return;
	fputs("<p>", out);
	put(out, MARKUP, report_fact(check, "feature"));
	fprintf(out, " is missing; %zu requirements want it", json_array_size(wanted));
	json_array_foreach (wanted, i, id) {
		fputs(i ? ", " : ": ", out);
		put(out, MARKUP, json_string_value(id));
	}
	fputs("</p>\n", out);
}

static void self_check(const json_t *environment, FILE *out)
{
	const json_t *checks = json_object_get(environment, "selfcheck");
	size_t missing = 0, i;
	json_t *check;

	if (!json_array_size(checks))
		return;
	json_array_foreach (checks, i, check)
		missing += !json_is_true(json_object_get(check, "ok"));
	fprintf(out, "<details%s><summary>Self-check: %zu features tried", missing ? " open" : "",
		json_array_size(checks));
	if (missing)
		fprintf(out, ", %zu missing", missing);
	fputs("</summary><p class=\"oks\">", out);
	json_array_foreach (checks, i, check) {
		bool ok = json_is_true(json_object_get(check, "ok"));

		fprintf(out, "<span class=\"s-%s\">%s ", ok ? "pass" : "fail",
			html_sign(ok ? STANDS_PASS : STANDS_FAIL));
		put(out, MARKUP, report_fact(check, "feature"));
		fputs("</span>", out);
	}
	fputs("</p>", out);
	json_array_foreach (checks, i, check)
		wanted_by(check, out);
	fputs("</details>\n", out);
}

static void environment_fact(const struct report *rep, size_t n, FILE *out)
{
	const struct result_run *run = &rep->results->runs[n];

	open_fact(out, "Environment", run->profile);
	pairs(run->environment, "", 0, out);
	if (run->n_boots)
		pair(out, "command line", report_fact(run->boots[0].event, "cmdline"));
	for (size_t i = 1; i < run->n_boots; i++) {
		char name[32];

		snprintf(name, sizeof(name), "boot %d", run->boots[i].number);
		pair(out, name, run->boots[i].cause);
	}
	fputs("</dl>\n", out);
	self_check(run->environment, out);
	for (size_t i = 1; i < run->n_boots; i++)
		folded(out, "Last words of the kernel", report_fact(run->boots[i].event, "panic"));
	fputs("</section>\n", out);
}

void html_facts(const struct report *rep, FILE *out)
{
	fputs("<section class=\"part\" id=\"facts\"><div class=\"wrap\">\n<h2>Facts</h2>\n"
	      "<div class=\"facts\">\n",
	      out);
	runtime_fact(rep, out);
	image_fact(rep, out);
	for (size_t i = 0; i < rep->results->n_runs; i++)
		environment_fact(rep, i, out);
	fputs("</div>\n</div></section>\n", out);
}
