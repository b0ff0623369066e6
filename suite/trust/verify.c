/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay verify`: is a report whole, and does it say what its events say? Needs nothing but this
 * program: the chain is hashed again, the plan is made again from the tables compiled in, every
 * file is rendered again and compared. What is wrong is named, all of it. It must never write into
 * the report, and never believe a number that it can compute. The signature is scripts/verify's.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "engine.h"
#include "manifest.h"
#include "sha256.h"
#include "suite/render/out.h"

#define MANIFEST_MAX (64 << 20)
#define SHOWN_MAX    12 /* problems of one kind that are told */
#define SUMS_MAX     64

struct sum {
	char digest[7 + 64 + 1];
	char name[160];
};

struct verify {
	const char *dir; /* as given; the process stands in it */
	bool partial;
	const char *signature;	   /* "ok:by NAME ...", "wrong:WHY", "note:WHAT"; NULL: not asked */
	struct sum sums[SUMS_MAX]; /* digests of the reference image; n_sums 0: not given */
	size_t n_sums;
	const char *topic;
	size_t problems, of_topic;
	char first[400];
	struct tree tree;
	json_t *manifest;
	char *manifest_text;
	struct report_files events;
	struct results *results;
	struct report report;
};

/* ------------------------------------------------------------------ what is said */

static void topic(struct verify *v, const char *name)
{
	v->topic = name;
	v->of_topic = 0;
}

__attribute__((format(printf, 2, 3))) static void problem(struct verify *v, const char *format, ...)
{
	char text[700];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!v->problems++)
		snprintf(v->first, sizeof(v->first), "%s: %.300s", v->topic, text);
	if (v->of_topic++ >= SHOWN_MAX)
		return;
	printf("WRONG  %-13s ", v->topic);
	put(stdout, LINE, text);
	putchar('\n');
}

/* Ends a topic: one line of what was found right, or how much more is wrong. */
__attribute__((format(printf, 2, 3))) static void done(struct verify *v, const char *format, ...)
{
	char text[400];
	va_list args;

	if (v->of_topic > SHOWN_MAX)
		printf("WRONG  %-13s and %zu more\n", v->topic, v->of_topic - SHOWN_MAX);
	if (v->of_topic)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("ok     %-13s ", v->topic);
	put(stdout, LINE, text);
	putchar('\n');
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* ------------------------------------------------------------------ manifest and files */

static void read_manifest(struct verify *v)
{
	const struct leaf *leaf = tree_find(&v->tree, MANIFEST);
	json_error_t error;
	FILE *in;
	size_t n;

	topic(v, "manifest");
	if (!leaf || leaf->size > MANIFEST_MAX) {
		problem(v, MANIFEST ": there is none that could be read");
		return;
	}
	v->manifest_text = take((size_t)leaf->size + 1);
	in = fopen(MANIFEST, "re");
	n = in ? fread(v->manifest_text, 1, (size_t)leaf->size, in) : 0;
	if (in)
		fclose(in);
	v->manifest = json_loadb(v->manifest_text, n, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(v->manifest))
		problem(v, MANIFEST ": line %d: %s", v->manifest ? 1 : error.line,
			v->manifest ? "no object" : error.text);
}

/* Links, FIFOs and the like: nothing is opened where there is one. */
static bool only_files(struct verify *v)
{
	topic(v, "files");
	for (size_t i = 0; i < v->tree.n; i++)
		if (!*v->tree.leaves[i].digest)
			problem(v, "%s: neither a file nor a directory", v->tree.leaves[i].path);
	return !v->of_topic;
}

static void check_files(struct verify *v)
{
	json_t *listed = json_object_get(v->manifest, "files"), *digest;
	const char *path;
	size_t n = 0;

	topic(v, "files");
	for (size_t i = 0; i < v->tree.n; i++) {
		const struct leaf *leaf = &v->tree.leaves[i];
		const char *want = json_string_value(json_object_get(listed, leaf->path));

		if (manifest_itself(leaf->path))
			continue;
		else if (!want)
			problem(v, "%s: not in the manifest", leaf->path);
		else if (strcmp(want, leaf->digest))
			problem(v, "%s: is %s, and %s in the manifest", leaf->path, leaf->digest,
				want);
		n++;
	}
	json_object_foreach (listed, path, digest)
		if (!tree_find(&v->tree, path))
			problem(v, "%s: missing", path);
	done(v, "%zu files have the digests of the manifest", n);
}

/* ------------------------------------------------------------------ events */

static void read_events(struct verify *v)
{
	size_t lines = 0;

	topic(v, "events");
	report_files_find(&v->events, ".");
	if (!v->events.n)
		problem(v, "there is no events.jsonl");
	v->results = results_new(RESULTS_STRICT);
	for (int i = 0; i < v->events.n && !v->of_topic; i++) {
		struct results_error error;

		if (results_read(v->results, v->events.paths[i] + 2, &error))
			problem(v, "%s", error.text);
	}
	if (v->of_topic)
		return;
	for (size_t i = 0; i < v->results->n_runs; i++)
		lines += v->results->runs[i].events;
	done(v, "%zu events of %zu runs, each chained to the one before", lines,
	     v->results->n_runs);
}

static const struct result_test *test_of(const struct results *r, size_t run, size_t n)
{
	for (size_t i = 0; i < r->n_tests; i++)
		if (r->tests[i].run == run && !n--)
			return &r->tests[i];
	return NULL;
}

static void check_complete(struct verify *v)
{
	const struct results *r = v->results;

	topic(v, "complete");
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct result_run *run = &r->runs[i];
		size_t tests = 0;

		for (size_t k = 0; k < r->n_tests; k++) {
			if (r->tests[k].run != i)
				continue;
			tests++;
			if (!r->tests[k].ended)
				problem(v, "%s: test %s was planned and has no end", run->profile,
					r->tests[k].name);
		}
		if (!run->parts || run->parts_seen != run->parts || tests != run->planned)
			problem(v, "%s: %zu of %zu planned tests are in the plan", run->profile,
				tests, run->planned);
		if (!run->verdict)
			problem(v, "%s: the run did not reach its verdict", run->profile);
		else if (run->verdict_line != run->events)
			problem(v, "%s: %llu events stand behind its verdict", run->profile,
				(unsigned long long)(run->events - run->verdict_line));
		if (!run->environment || !run->runtime)
			problem(v, "%s: it does not say on what machine, or which runtime",
				run->profile);
	}
	done(v, "all %zu planned tests have their end", r->n_tests);
}

/* The recorded verdict is that of the events. One that says itself that it is void is no lie. */
static void check_verdict(struct verify *v)
{
	const struct results *r = v->results;
	bool honest = false;

	topic(v, "verdict");
	for (size_t i = 0; i < r->n_runs; i++) {
		const json_t *code = json_object_get(r->runs[i].verdict, "code");

		honest |= json_integer_value(code) >= VERDICT_INVALID;
	}
	if (r->verdict.code >= VERDICT_INVALID && (!honest || !v->partial))
		problem(v, "%s: %s", r->verdict.word, r->verdict.reason);
	done(v, "%s: %s", r->verdict.word, r->verdict.reason);
}

/* ------------------------------------------------------------------ the plan */

static bool same_test(const struct results *r, const struct result_test *was,
		      const struct planned *p)
{
	if (strcmp(was->name, p->name) || strcmp(was->about, p->about) ||
	    was->n_requirements != p->n_wanted)
		return false;
	for (size_t i = 0; i < p->n_wanted; i++)
		if (strcmp(r->requirements[was->requirements[i]].id, p->wanted[i]))
			return false;
	return true;
}

/* What a run planned is what this version of the suite plans for such a machine and runtime. */
static void check_plan_of(struct verify *v, size_t n)
{
	const struct results *r = v->results;
	const struct result_run *run = &r->runs[n];
	struct context c = { 0 };
	struct plan plan;

	snprintf(c.spec_text, sizeof(c.spec_text), "%s", run->spec ? run->spec : "");
	c.cli = same(report_fact(run->runtime, "cli"), "strict") ? CLI_STRICT : CLI_DIALECT;
	c.cgroup_v2 = same(report_fact(run->environment, "cgroup"), "v2");
	c.slowness = 1;
	plan_make(&plan, &c, run->only);
	for (size_t i = 0; i < plan.n; i++) {
		const struct result_test *was = test_of(r, n, i);

		if (was && same_test(r, was, &plan.tests[i]))
			continue;
		problem(v, "%s: test %zu of the plan is %s; assay " ASSAY_VERSION " plans %s",
			run->profile, i + 1, was ? was->name : "missing", plan.tests[i].name);
		return;
	}
	if (run->planned != plan.n)
		problem(v, "%s: %zu tests are planned; assay " ASSAY_VERSION " plans %zu",
			run->profile, run->planned, plan.n);
	else if (strcmp(run->plan, plan.digest))
		problem(v, "%s: its plan says %s; that of assay " ASSAY_VERSION " is %s",
			run->profile, run->plan, plan.digest);
}

static void check_plan(struct verify *v)
{
	topic(v, "plan");
	for (size_t i = 0; i < v->results->n_runs; i++)
		if (same(v->results->runs[i].suite, ASSAY_VERSION))
			check_plan_of(v, i);
		else
			problem(v, "%s: made by assay %s; only that can verify it",
				v->results->runs[i].profile,
				v->results->runs[i].suite ? v->results->runs[i].suite : "?");
	done(v, "the plan of each run is that of assay " ASSAY_VERSION);
}

/* ------------------------------------------------------------------ image and payload */

static const json_t *image_of(const struct result_run *run)
{
	return run->n_boots ? json_object_get(run->boots[0].event, "image") : NULL;
}

/* All boots of all runs are of one image and one payload. */
static void check_boots(struct verify *v)
{
	const struct results *r = v->results;

	topic(v, "boots");
	for (size_t i = 0; i < r->n_runs; i++) {
		const struct result_run *run = &r->runs[i];
		const char *cgroup = report_fact(run->environment, "cgroup");

		for (size_t k = 0; k < run->n_boots; k++) {
			const json_t *boot = run->boots[k].event;

			if (!json_equal(json_object_get(boot, "image"), image_of(&r->runs[0])))
				problem(v, "%s: boot %d is of another image than the first",
					run->profile, run->boots[k].number);
			if (!same(report_fact(boot, "payload"),
				  report_fact(run->runtime, "payload")))
				problem(v, "%s: boot %d had payload %s, and the runtime is of %s",
					run->profile, run->boots[k].number,
					report_fact(boot, "payload"),
					report_fact(run->runtime, "payload"));
		}
		if ((same(run->profile, "unified") && !same(cgroup, "v2")) ||
		    (same(run->profile, "legacy") && !same(cgroup, "v1")))
			problem(v, "profile %s ran on cgroup %s", run->profile, cgroup);
		if (run->n_boots &&
		    !same(report_fact(run->boots[0].event, "image.version"), ASSAY_VERSION))
			problem(v, "%s: the image is of version %s, the suite of " ASSAY_VERSION,
				run->profile, report_fact(run->boots[0].event, "image.version"));
	}
	done(v, "one image, one payload, each profile on its kernel");
}

static const struct sum *find_sum(const struct verify *v, const char *name)
{
	for (size_t i = 0; i < v->n_sums; i++)
		if (!strcmp(v->sums[i].name, name))
			return &v->sums[i];
	return NULL;
}

/* A medium, or the initramfs and the kernel of each profile. */
static bool booted_all(const struct verify *v, const json_t *booted)
{
	if (json_object_get(booted, "assay.iso") || json_object_get(booted, "assay.img"))
		return true;
	for (size_t i = 0; i < v->results->n_runs; i++) {
		char direct[96], medium[96];

		snprintf(direct, sizeof(direct), "kernel/%.60s/vmlinux",
			 v->results->runs[i].profile);
		snprintf(medium, sizeof(medium), "kernel/%.60s/bzImage",
			 v->results->runs[i].profile);
		if (!json_object_get(booted, direct) && !json_object_get(booted, medium))
			return false;
	}
	return json_object_get(booted, "initramfs.cpio.zst") ||
	       json_object_get(booted, "initramfs.cpio.xz");
}

/* What the guest read in its own /etc/assay-release, against the list's digest of that file. */
static void check_release(struct verify *v)
{
	const struct sum *sum = find_sum(v, "assay-release");
	const json_t *image = image_of(&v->results->runs[0]);
	char *dump = image ? json_dumps(image, JSON_COMPACT) : NULL, hex[SHA256_HEX + 1];
	uint8_t digest[SHA256_SIZE];
	struct sha256 hash;

	if (sum && dump) {
		sha256_init(&hash);
		sha256_update(&hash, dump, strlen(dump));
		sha256_update(&hash, "\n", 1);
		sha256_final(&hash, digest);
		sha256_hex(digest, hex);
		if (strcmp(hex, sum->digest + 7))
			problem(v, "what the guest says of its image is not what the reference "
				   "image says (assay-release)");
	}
	free(dump);
}

static void check_image(struct verify *v)
{
	json_t *booted = json_object_get(v->manifest, "booted"), *digest;
	const char *name;

	topic(v, "image");
	if (!v->n_sums) {
		printf("-      %-13s not compared: no list of digests was given (--image)\n",
		       v->topic);
		return;
	}
	json_object_foreach (booted, name, digest) {
		const struct sum *sum = find_sum(v, name);

		if (!sum)
			problem(v, "%s: the reference image has no such file", name);
		else if (!same(json_string_value(digest), sum->digest))
			problem(v, "%s: %s was booted, the reference image has %s", name,
				json_string_value(digest) ? json_string_value(digest) : "?",
				sum->digest);
	}
	if (!v->partial && !booted_all(v, booted))
		problem(v, "the manifest does not say which kernel and initramfs, or which medium, "
			   "was booted");
	check_release(v);
	done(v, "%zu files of the reference image were booted", json_object_size(booted));
}

static void note_program(const struct verify *v)
{
	char digest[7 + 64 + 1] = "";
	int err;

	if (!image_of(&v->results->runs[0]))
		return;
	err = file_digest("/proc/self/exe", true, digest, NULL);
	if (err)
		printf("-      %-13s whether it ran the tests is not known: /proc/self/exe: %s\n",
		       "program", strerror(-err));
	else
		printf("-      %-13s %s\n", "program",
		       same(digest, report_fact(v->results->runs[0].boots[0].event, "image.suite"))
			       ? "this assay is, byte for byte, the one that ran the tests"
			       : "this assay is another build of the one that ran the tests");
}

/* ------------------------------------------------------------------ manifest against events */

static void hold(struct verify *v, const char *path, json_t *given, json_t *made);

static void hold_members(struct verify *v, const char *path, json_t *given, json_t *made)
{
	const char *key;
	json_t *value;
	char below[300];

	json_object_foreach (made, key, value) {
		snprintf(below, sizeof(below), "%.200s%s%.80s", path, *path ? "." : "", key);
		hold(v, below, json_object_get(given, key), value);
	}
	json_object_foreach (given, key, value)
		if (!json_object_get(made, key))
			problem(v, "%s%s%s: no manifest has this", path, *path ? "." : "", key);
}

/* What the manifest gives at `path` is what the report makes it. */
static void hold(struct verify *v, const char *path, json_t *given, json_t *made)
{
	char *a, *b;

	if (!strcmp(path, "files") || json_equal(given, made))
		return;
	if (json_is_object(given) && json_is_object(made)) {
		hold_members(v, path, given, made);
		return;
	}
	if (json_is_array(given) && json_is_array(made) &&
	    json_array_size(given) == json_array_size(made)) {
		for (size_t i = 0; i < json_array_size(made); i++) {
			char below[300];

			snprintf(below, sizeof(below), "%.200s[%zu]", path, i);
			hold(v, below, json_array_get(given, i), json_array_get(made, i));
		}
		return;
	}
	a = given ? json_dumps(given, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	b = json_dumps(made, JSON_ENCODE_ANY | JSON_COMPACT);
	problem(v, "%s: the manifest says %.120s, the events %.120s", path, a ? a : "nothing",
		b ? b : "?");
	free(a);
	free(b);
}

static void check_manifest(struct verify *v)
{
	json_t *made = manifest_make(&v->report, &v->tree, json_object_get(v->manifest, "booted"));
	char *text = manifest_text(made);

	topic(v, "manifest");
	hold(v, "", v->manifest, made);
	if (!v->problems && strcmp(text, v->manifest_text))
		problem(v, MANIFEST ": not in the form that is written: edited");
	json_decref(made);
	free(text);
	done(v, "says what the events say");
}

/* ------------------------------------------------------------------ rendered again */

/* The first line in which two files differ. */
static unsigned long differing_line(const char *a, const char *b)
{
	FILE *x = fopen(a, "re"), *y = fopen(b, "re");
	unsigned long line = 1;
	int c = 0, d = 0;

	while (x && y && (c = getc_unlocked(x)) == (d = getc_unlocked(y)) && c != EOF)
		line += c == '\n';
	if (x)
		fclose(x);
	if (y)
		fclose(y);
	return line;
}

static bool is_events(const struct verify *v, const char *path)
{
	char name[128];

	for (size_t i = 0; i < v->results->n_runs; i++)
		if (!strcmp(path, manifest_events(&v->report, i, name, sizeof(name))))
			return true;
	return false;
}

/* kernel.log, or of several runs kernel-PROFILE.log: as the machine wrote it. */
static bool is_log(const struct verify *v, const char *path)
{
	for (size_t i = 0; i < v->results->n_runs; i++) {
		char label[80], name[128];

		report_run_name(&v->report, i, label, sizeof(label));
		snprintf(name, sizeof(name), "kernel%s%s.log", *label ? "-" : "", label);
		if (!strcmp(path, name))
			return true;
	}
	return false;
}

static void compare_trees(struct verify *v, const char *scratch)
{
	struct tree made cleanup(tree_clear) = { 0 };
	char error[300];

	if (tree_read(&made, scratch, error, sizeof(error))) {
		problem(v, "%s", error);
		return;
	}
	for (size_t i = 0; i < made.n; i++) {
		const struct leaf *is = tree_find(&v->tree, made.leaves[i].path);
		char path[1200];

		snprintf(path, sizeof(path), "%s/%s", scratch, made.leaves[i].path);
		if (!is)
			problem(v, "%s: missing", made.leaves[i].path);
		else if (strcmp(is->digest, made.leaves[i].digest))
			problem(v, "%s: not what the events render to, from line %lu on", is->path,
				differing_line(is->path, path));
	}
	for (size_t i = 0; i < v->tree.n; i++) {
		const char *path = v->tree.leaves[i].path;

		if (!tree_find(&made, path) && !is_events(v, path) && !is_log(v, path) &&
		    !manifest_itself(path))
			problem(v, "%s: no part of this report", path);
	}
	done(v, "%zu files are, byte for byte, what the events render to", made.n);
}

static void check_rendering(struct verify *v)
{
	const char *tmp = getenv("TMPDIR");
	struct report_inputs inputs = { .vendor_path = "PRODUCT.yaml" };
	const struct leaf *product = tree_find(&v->tree, inputs.vendor_path);
	char scratch[300], *vendor = NULL;
	int dir, e;

	topic(v, "rendered");
	snprintf(scratch, sizeof(scratch), "%.200s/assay-verify-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(scratch)) {
		problem(v, "%s: %s", scratch, strerror(errno));
		return;
	}
	dir = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (product)
		vendor = report_read_small(inputs.vendor_path);
	inputs.vendor = vendor;
	e = report_write(&v->report, dir, scratch, &inputs);
	if (e == -EINVAL) { /* the vendor's values are no such: all else is still to be seen */
		problem(v, "PRODUCT.yaml: not one of this program's");
		inputs.vendor = NULL;
		e = report_write(&v->report, dir, scratch, &inputs);
	}
	if (e)
		problem(v, "%s: %s", scratch, strerror(-e));
	else
		compare_trees(v, scratch);
	close(dir);
	tree_remove(scratch);
	free(vendor);
}

/* ------------------------------------------------------------------ a certification */

static void check_certification(struct verify *v)
{
	static const char *const profiles[] = { "unified", "legacy" };
	const struct results *r = v->results;

	topic(v, "certification");
	if (v->partial)
		return;
	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		size_t n = 0;

		for (size_t i = 0; i < r->n_runs; i++)
			n += same(r->runs[i].profile, profiles[p]);
		if (n != 1)
			problem(v, "%zu runs of profile %s, and it takes one", n, profiles[p]);
	}
	for (size_t i = 0; i < r->n_runs; i++)
		if (r->runs[i].only)
			problem(v, "%s: only tests like %s", r->runs[i].profile, r->runs[i].only);
	if (!r->verdict.official)
		problem(v, "unofficial: not full runs in a controlled environment");
	done(v, "full runs of both profiles in a controlled environment");
}

/* What scripts/verify had ssh-keygen say. */
static void tell_signature(struct verify *v)
{
	const char *text = v->signature ? strchr(v->signature, ':') : NULL;

	topic(v, "signature");
	if (!text)
		return;
	if (!strncmp(v->signature, "wrong:", 6))
		problem(v, "%s", text + 1);
	else if (!strncmp(v->signature, "ok:", 3))
		done(v, "%s", text + 1);
	else
		printf("-      %-13s %s\n", v->topic, text + 1);
}

static void note_waivers(const struct verify *v)
{
	char today[11];

	waivers_today(today);
	for (size_t i = 0; i < v->results->n_waivers; i++) {
		const struct waiver *w = &v->results->waivers[i];

		if (strcmp(w->expires, today) >= 0)
			continue;
		printf("-      %-13s ", "waivers");
		put(stdout, LINE, w->requirement);
		printf(": expired on %s\n", w->expires);
	}
}

/* ------------------------------------------------------------------ the command */

static void check_report(struct verify *v)
{
	if (results_prove(v->results)) {
		topic(v, "certification");
		problem(v, "this run proved tests and judged no runtime");
		return;
	}
	results_conclude(v->results);
	topic(v, "waivers");
	if (report_apply_waivers(v->results, "."))
		problem(v, "waivers.tsv: not one of this program's");
	report_init(&v->report, v->results);
	check_complete(v);
	check_plan(v);
	check_verdict(v);
	check_boots(v);
	check_rendering(v);
	if (v->manifest)
		check_manifest(v);
	check_image(v);
	check_certification(v);
	note_waivers(v);
	note_program(v);
	report_clear(&v->report);
}

static void check_all(struct verify *v)
{
	if (!only_files(v))
		return;
	read_manifest(v);
	if (v->manifest)
		check_files(v);
	read_events(v);
	if (!v->of_topic)
		check_report(v);
}

static int verify(struct verify *v)
{
	char error[300];

	if (tree_read(&v->tree, ".", error, sizeof(error))) {
		fprintf(stderr, "assay: verify: %s: %s\n", v->dir, error);
		return VERDICT_INVALID;
	}
	check_all(v);
	tell_signature(v);
	if (v->problems) {
		printf("\nrefused: %zu %s; first: ", v->problems,
		       v->problems == 1 ? "thing is wrong" : "things are wrong");
		put(stdout, LINE, v->first);
		putchar('\n');
	} else {
		printf("\n%s: ", v->partial  ? "sound, but no certification"
				 : v->n_sums ? "accepted"
					     : "sound, but the image was not compared");
		put(stdout, LINE, v->report.name);
		putchar(' ');
		put(stdout, LINE, v->report.version);
		printf(": %s, %s\n", v->results->verdict.word, v->results->digest);
	}
	return fflush(stdout) ? VERDICT_INVALID : v->problems > 0;
}

/* Lines of sha256sum; # begins a comment. */
static int read_sums(struct verify *v, const char *path)
{
	char *text = report_read_small(path);

	for (char *line = text, *next; line && *line; line = next) {
		size_t length = strcspn(line, "\n");
		struct sum *sum = &v->sums[v->n_sums];

		next = line + length + (line[length] == '\n');
		line[length] = '\0';
		if (!length || *line == '#')
			continue;
		if (v->n_sums == SUMS_MAX || length < 67 || line[64] != ' ' ||
		    strspn(line, "0123456789abcdef") != 64 || length - 66 >= sizeof(sum->name)) {
			fprintf(stderr, "assay: verify: %s: not lines of sha256sum\n", path);
			return -EINVAL;
		}
		snprintf(sum->digest, sizeof(sum->digest), "sha256:%.64s", line);
		snprintf(sum->name, sizeof(sum->name), "%s", line + 66);
		v->n_sums++;
	}
	free(text);
	return v->n_sums ? 0 : -EINVAL;
}

static int usage(void)
{
	fputs("usage: assay verify [--image SUMS] [--partial] DIR\n\n"
	      "Whether a report is whole and says what its events say: chain, plan, digests, every "
	      "file\nrendered again. Names all that is wrong. Exit status: 0, 1 something is "
	      "wrong, "
	      "2 could not\nlook.\n\n"
	      "  --image SUMS  digests of the image that must have been booted: images/SHA256SUMS\n"
	      "  --partial     a report that certifies nothing is right too: of a few tests, of "
	      "one\n                profile, of a host\n"
	      "  --signature   what scripts/verify found of the signature, to be told with the "
	      "rest\n",
	      stderr);
	return VERDICT_INVALID;
}

int cmd_verify(int argc, char **argv)
{
	static const struct option options[] = { { "image", required_argument, NULL, 'i' },
						 { "partial", no_argument, NULL, 'p' },
						 { "signature", required_argument, NULL, 's' },
						 { NULL, 0, NULL, 0 } };
	static struct verify v;
	int c, code;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p')
			v.partial = true;
		else if (c == 's')
			v.signature = optarg;
		else if (c != 'i')
			return usage();
		else if (read_sums(&v, optarg))
			return VERDICT_INVALID;
	}
	if (argc - optind != 1)
		return usage();
	v.dir = argv[optind];
	if (chdir(v.dir)) {
		fprintf(stderr, "assay: verify: %s: %s\n", v.dir, strerror(errno));
		return VERDICT_INVALID;
	}
	code = verify(&v);
	results_free(v.results);
	report_files_clear(&v.events);
	tree_clear(&v.tree);
	json_decref(v.manifest);
	return code;
}
