/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RENDER_REPORT_H
#define ASSAY_RENDER_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "results.h"
#include "waivers.h"

/* How a requirement stands, as every format shows it. In rising order of concern. */
enum standing {
	STANDS_PASS,
	STANDS_DISABLED, /* the runtime disclaims it, or cleanly refuses it where it may */
	STANDS_UNMET,  /* it fails, but it is not one that decides: SHOULD, implied, practice ... */
	STANDS_SKIP,   /* the environment could not offer what it needs */
	STANDS_NONE,   /* not decided: its test has no end */
	STANDS_ERROR,  /* the suite could not tell */
	STANDS_WAIVED, /* a violated MUST, and a waiver says that this is known: it stays one */
	STANDS_FAIL,   /* a MUST or MUST NOT that is violated */
	STANDINGS
};

/* Results and what all formats want to know of them. */
struct report {
	const struct results *results; /* concluded */
	const char *name;	       /* of the runtime; "unknown runtime" before its event */
	const char *version;	       /* of the runtime; "" when unknown */
	const char *suite;	       /* version of assay that ran the tests */
	const char *spec;	       /* "1.2.0"; "" when unknown */
	char minor[16];		       /* "1.2" */
	size_t *order; /* indices of the requirements with a decision: by section, then id */
	size_t n;
	size_t standings[STANDINGS];
	size_t n_tests;
	bool all_passed; /* conformant, official, and nothing at all failed */
};

/* Frees with report_clear. `results` must have been concluded, in RESULTS_STRICT. */
void report_init(struct report *rep, const struct results *results);
void report_clear(struct report *rep);

enum standing report_standing(const struct result_requirement *q);
/* "passed", "failed", "not met", ... */
const char *standing_word(enum standing standing);

static inline const struct result_requirement *report_requirement(const struct report *rep,
								  size_t i)
{
	return &rep->results->requirements[rep->order[i]];
}

/* What a requirement weighs, for people: "MUST", "SHOULD", "MAY", "implied", "practice" ... */
const char *report_level(const struct result_requirement *q);

/* Why a requirement stands as it does, when neither pass nor fail say it; never NULL. */
const char *report_why(const struct result_requirement *q);

/* A string member of the boot, environment or runtime event, following `path` ("kernel.release");
 * "" when there is none. */
const char *report_fact(const json_t *event, const char *path);

/* The command that repeats one test, quoted for a shell; returns `command`. */
const char *report_repeat(const struct report *rep, const struct result_test *test, char *command,
			  size_t size);

/* The name of a run in file names: "" for an only run, else its profile ("legacy", "legacy-2"). */
const char *report_run_name(const struct report *rep, size_t run, char *buffer, size_t size);

/*
 * Part of a file name that FAT, and any shell, takes: what is not a letter, digit or one of
 * ._+- becomes _, and so do dots and spaces at its ends; reserved names get a _.
 */
void report_file_name(const char *name, char *safe, size_t size);

/*
 * The command line by itself, of which two lines are given: the letter of CLI 1.0.1 (`strict`), or
 * the dialect that engines rely on. Counts the judged requirements of that line, and those met.
 */
void report_cli(const struct report *rep, bool strict, size_t *met, size_t *judged);

/* How many of the judged requirements are by tests that are proven able to fail. */
size_t report_proven(const struct report *rep);

/* Sum over the tests of the time they took, and of the part spent in the runtime. */
void report_times(const struct report *rep, int64_t *tests_ns, int64_t *runtime_ns);

/* The share of a test's time that is shown with one of its requirements. */
int64_t report_time_of(const struct report *rep, size_t requirement);

/* The renderers: each writes one file, from the results alone, the same bytes anywhere. */
void render_tap(const struct report *rep, FILE *out);
void render_junit(const struct report *rep, FILE *out);
void render_results_yaml(const struct report *rep, FILE *out);
void render_readme(const struct report *rep, FILE *out);
void render_proof_readme(const struct report *rep, FILE *out);
void render_ctrf(const struct report *rep, FILE *out);
void render_environment(const struct report *rep, FILE *out);
void render_html(const struct report *rep, FILE *out);
void render_waivers(const struct report *rep, FILE *out);
void render_verdicts(const struct report *rep, FILE *out);

/*
 * PRODUCT.yaml. `vendor` is the text of the vendor's file (lines of "key: value"), or NULL.
 * Returns 0, or -EINVAL with one line in error.
 */
int render_product(const struct report *rep, const char *vendor, FILE *out, char *error,
		   size_t size);

/*
 * Where a piece of evidence is written: "evidence/lifecycle/kill/config.json". `test` is NULL for
 * evidence of the run itself.
 */
void report_evidence_path(const struct report *rep, size_t run, const struct result_test *test,
			  size_t i, char *path, size_t size);

/* evidence/...: below the open directory `dir`. Returns 0 or -errno; *name: what failed. */
int render_evidence(const struct report *rep, int dir, char *name, size_t size);

/* What goes into a report beside the events. */
struct report_inputs {
	const char *vendor; /* text of the vendor's file, or NULL; and its path, for messages */
	const char *vendor_path;
	bool events; /* copy the events too */
};

/*
 * All files of a report into the open directory `dir`, which messages call `path`. Returns 0 or
 * -errno, the message said.
 */
int report_write(const struct report *rep, int dir, const char *path,
		 const struct report_inputs *inputs);

/* A small text file as a whole, malloc'ed; NULL with the message said. */
char *report_read_small(const char *path);

/* The event files of a report, in the order in which they are merged: events.jsonl, or one for each
 * profile. */
#define EVENT_FILES 8

struct report_files {
	char *paths[EVENT_FILES];
	int n;
};

void report_files_find(struct report_files *f, const char *dir);
void report_files_clear(struct report_files *f);

/* The last words on a terminal: verdict, counts, first failures. `where` may be NULL. */
void render_summary(const struct report *rep, FILE *out, const char *where, bool colour);

/* Sub-commands of assay; argv[0] is the command's name. The exit status. */
int render_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int summary_command(int argc, char **argv);
int progress_command(int argc, char **argv);

#endif
