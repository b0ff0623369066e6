/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.json, and `assay manifest` which writes it. A pure function of the report's files and
 * of the digests of what was booted: verify.c makes it again and holds the two against each other.
 */
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static json_t *fact(const json_t *event, const char *path)
{
	return json_string(report_fact(event, path));
}

static json_t *runtime(const struct report *rep)
{
	const struct results *r = rep->results;
	const json_t *event = r->n_runs ? r->runs[0].runtime : NULL;

	return json_pack("{s:s s:s s:o s:o s:o s:s}", "name", rep->name, "version", rep->version,
			 "sha256", fact(event, "sha256"), "payload", fact(event, "payload"), "cli",
			 fact(event, "cli"), "spec", rep->spec);
}

static json_t *counts(const struct report *rep)
{
	const struct results *r = rep->results;
	json_t *by_outcome = json_object();

	for (int i = OUTCOME_NONE; i <= OUTCOME_ERROR; i++)
		json_object_set_new(by_outcome, outcome_name((enum outcome)i),
				    json_integer((json_int_t)r->totals[i]));
	return json_pack("{s:I s:o s:I s:I s:I}", "tests", (json_int_t)rep->n_tests, "requirements",
			 by_outcome, "must_fail", (json_int_t)r->counts[WEIGHT_MUST][OUTCOME_FAIL],
			 "waived", (json_int_t)rep->standings[STANDS_WAIVED], "findings",
			 (json_int_t)r->n_findings);
}

static json_t *result(const struct report *rep)
{
	const struct result_verdict *v = &rep->results->verdict;

	return json_pack("{s:s s:s s:b s:s s:o}", "verdict", v->word, "reason", v->reason,
			 "official", (int)v->official, "digest", rep->results->digest, "counts",
			 counts(rep));
}

const char *manifest_events(const struct report *rep, size_t run, char *name, size_t size)
{
	char label[80];

	report_run_name(rep, run, label, sizeof(label));
	snprintf(name, size, "events%s%s.jsonl", *label ? "-" : "", label);
	return name;
}

static json_t *runs(const struct report *rep)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rep->results->n_runs; i++) {
		const struct result_run *run = &rep->results->runs[i];
		const json_t *boot = run->n_boots ? run->boots[0].event : NULL;
		json_t *image = json_object_get(boot, "image");
		char name[128];

		manifest_events(rep, i, name, sizeof(name));
		json_array_append_new(list, json_pack("{s:s s:s s:I s:s s:s s:I s:o s:o s:O}",
						      "profile", run->profile, "events", name,
						      "lines", (json_int_t)run->events, "last",
						      run->last, "plan", run->plan ? run->plan : "",
						      "tests", (json_int_t)run->planned, "kernel",
						      fact(run->environment, "kernel.release"),
						      "kernel_config",
						      fact(run->environment, "kernel.config"),
						      "image", image ? image : json_null()));
	}
	return list;
}

static json_t *files(const struct tree *tree)
{
	json_t *all = json_object();

	for (size_t i = 0; i < tree->n; i++)
		if (!manifest_itself(tree->leaves[i].path))
			json_object_set_new(all, tree->leaves[i].path,
					    json_string(tree->leaves[i].digest));
	return all;
}

json_t *manifest_make(const struct report *rep, const struct tree *tree, const json_t *booted)
{
	return json_pack("{s:i s:s s:o s:{s:s s:s} s:o s:o s:o s:o}", "format", 1, "kind",
			 "assay-report", "runtime", runtime(rep), "suite", "version", rep->suite,
			 "catalogue", catalogue_digest, "booted",
			 booted ? json_deep_copy(booted) : json_object(), "result", result(rep),
			 "runs", runs(rep), "files", files(tree));
}

char *manifest_text(const json_t *manifest)
{
	char *dump = json_dumps(manifest, JSON_INDENT(2) | JSON_ENSURE_ASCII), *text = NULL;

	if (!dump || asprintf(&text, "%s\n", dump) < 0) {
		fputs("assay: manifest: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	free(dump);
	return text;
}

bool manifest_itself(const char *path)
{
	return !strcmp(path, MANIFEST) || !strcmp(path, MANIFEST_SIGNATURE);
}

static bool named(const char *path, const char *stem, const char *end)
{
	size_t length = strlen(path), n = strlen(stem), m = strlen(end);

	return length >= n + m && !strncmp(path, stem, n) && !strcmp(path + length - m, end) &&
	       (length == n + m || path[n] == '-') && !strchr(path, '/');
}

bool manifest_part(const char *path)
{
	static const char *const names[] = {
		"verdicts.tsv", "results.txt",	    "junit.xml",   "results.yaml", "ctrf.json",
		"README.md",	"environment.json", "report.html", "PRODUCT.yaml", "waivers.tsv",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return !strncmp(path, "evidence/", 9) || named(path, "events", ".jsonl") ||
	       named(path, "kernel", ".log") || manifest_itself(path);
}

/* ------------------------------------------------------------------ the command */

static int usage(void)
{
	fputs("usage: assay manifest [--booted NAME=FILE]... DIR\n\n"
	      "Writes manifest.json of a report. --booted: the files of the image that was booted, "
	      "by "
	      "their\nnames in images/SHA256SUMS.\n",
	      stderr);
	return VERDICT_INVALID;
}

static int complain(const char *name, const char *what)
{
	fprintf(stderr, "assay: manifest: %s: %s\n", name, what);
	return VERDICT_INVALID;
}

static int add_booted(json_t *booted, char *word)
{
	char digest[7 + 64 + 1], *equals = strchr(word, '=');
	int e;

	if (!equals || equals == word)
		return usage();
	*equals = '\0';
	e = file_digest(equals + 1, true, digest, NULL);
	if (e)
		return complain(equals + 1, strerror(-e));
	json_object_set_new(booted, word, json_string(digest));
	return 0;
}

static void free_json(json_t **json)
{
	json_decref(*json);
}

static void free_text(char **text)
{
	free(*text);
}

/* Under another name first: a cut leaves the old one or the new one. */
static int write_manifest(const char *dir, const char *text)
{
	char *path __attribute__((cleanup(free_text))) = NULL;
	char *part __attribute__((cleanup(free_text))) = NULL;
	FILE *out;
	bool bad;

	if (asprintf(&path, "%s/" MANIFEST, dir) < 0 || asprintf(&part, "%s.new", path) < 0)
		return complain(dir, "out of memory");
	out = fopen(part, "we");
	if (!out)
		return complain(part, strerror(errno));
	fputs(text, out);
	bad = ferror(out);
	bad |= fclose(out) != 0;
	if (bad || rename(part, path)) {
		unlink(part);
		return complain(path, "cannot be written");
	}
	return 0;
}

static int make(const char *dir, const json_t *booted)
{
	struct results *r __attribute__((cleanup(results_cleanup))) = results_new(RESULTS_STRICT);
	struct report_files found __attribute__((cleanup(report_files_clear))) = { 0 };
	struct report rep __attribute__((cleanup(report_clear))) = { 0 };
	struct tree tree __attribute__((cleanup(tree_clear))) = { 0 };
	json_t *manifest __attribute__((cleanup(free_json))) = NULL;
	char *text __attribute__((cleanup(free_text))) = NULL;
	struct results_error error;
	char what[300];

	if (tree_read(&tree, dir, what, sizeof(what)))
		return complain(dir, what);
	for (size_t i = 0; i < tree.n; i++)
		if (!manifest_part(tree.leaves[i].path) || !*tree.leaves[i].digest)
			return complain(tree.leaves[i].path, "not part of a report");
	report_files_find(&found, dir);
	if (!found.n)
		return complain(dir, "no events.jsonl");
	for (int i = 0; i < found.n; i++)
		if (results_read(r, found.paths[i], &error))
			return complain("events", error.text);
	results_conclude(r);
	if (report_apply_waivers(r, dir))
		return VERDICT_INVALID;
	report_init(&rep, r);
	manifest = manifest_make(&rep, &tree, booted);
	text = manifest_text(manifest);
	return write_manifest(dir, text);
}

int cmd_manifest(int argc, char **argv)
{
	static const struct option options[] = { { "booted", required_argument, NULL, 'b' },
						 { NULL, 0, NULL, 0 } };
	json_t *booted __attribute__((cleanup(free_json))) = json_object();
	int c, e;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'b')
			return usage();
		e = add_booted(booted, optarg);
		if (e)
			return e;
	}
	return argc - optind == 1 ? make(argv[optind], booted) : usage();
}
