/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RESULTS_H
#define ASSAY_RESULTS_H

/*
 * What the events say: outcomes, counts, the verdict and the result digest. The one place that
 * computes them; the suite (its verdict, its resume), the reports and the progress view all ask
 * here.
 *
 * A caller opens, feeds one or several runs (a run is one events.jsonl: an appliance run of one
 * profile, with all its boots), then judges:
 *
 *   struct results *r = results_new(RESULTS_STRICT);
 *   results_read(r, "events.jsonl", &err)   or   results_run_begin(r), results_feed(r, line, ...)
 *   results_judge(r);                       what the suite puts into its `verdict` event
 *   results_conclude(r);                    for reports: also holds the recorded verdict against it
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalogue.h"
#include "event.h"

/* In rising order of weight: the worst of several decides. HANG and CRASH belong to tests only. */
enum outcome {
	OUTCOME_NONE, /* not decided (yet) */
	OUTCOME_PASS,
	OUTCOME_DISABLED,
	OUTCOME_SKIP,
	OUTCOME_FAIL,
	OUTCOME_ERROR,
	OUTCOME_HANG,
	OUTCOME_CRASH,
	OUTCOMES
};

/* "pass", "disabled" ..., "none"; never NULL. */
const char *outcome_name(enum outcome outcome);
/* The outcome of that name; OUTCOME_NONE for anything else (NULL included). */
enum outcome outcome_parse(const char *name);
enum outcome outcome_worst(enum outcome a, enum outcome b);

/* What a requirement counts for. Only WEIGHT_MUST decides conformance. */
enum weight {
	WEIGHT_MUST, /* MUST or MUST NOT, basis keyword or derived */
	WEIGHT_SHOULD,
	WEIGHT_IMPLIED, /* no keyword, but plainly broken without: listed in its own count */
	WEIGHT_MAY,
	WEIGHT_PRACTICE, /* no text: recorded, never judged */
	WEIGHT_STRICT, /* the CLI document's letter (.strict rows), when the payload says "dialect"
			*/
	WEIGHT_OTHER,  /* the row does not hold for the version of the spec that is judged */
	WEIGHTS
};

/* Stable short name: "must", "should", "implied", "may", "practice", "strict", "other". */
const char *weight_name(enum weight weight);
/* The weight of a row for a runtime that claims `spec` ("1.2.0") and the dialect or strict CLI. */
enum weight requirement_weight(const struct requirement *row, const char *spec, bool strict);
/* "1.2.0-dev" as 10200, a missing part being 0; 0 when it is no version. */
int spec_number(const char *text);
/* Whether `since` ("1.0<1.3") holds for `spec` ("1.2.1", "1.3.0-rc.1"); cli-... always does. */
bool requirement_applies(const char *since, const char *spec);

/*
 * Whether a row is on that side of the command line, "strict" or "dialect". Where the two differ, the
 * last word of an id says whose row it is; one that ends otherwise holds for both.
 */
bool requirement_side(const char *id, const char *side);

struct result_check {
	size_t requirement; /* index into results.requirements */
	enum outcome outcome;
	const char *expected; /* "" when absent */
	const char *observed;
};

struct result_evidence {
	const char *name; /* "config.json" */
	long offset;	  /* of its line in the run's events.jsonl: its text is read when wanted */
	size_t length;	  /* of that line, without the newline */
};

struct result_finding {
	const char *kind; /* "mount" */
	const char *text;
};

struct result_test {
	const char *name;
	const char *about;
	size_t run;	      /* index into results.runs */
	size_t *requirements; /* what the plan says it decides; indices */
	size_t n_requirements;
	const char *argument; /* what the runtime was given beside the payload's own, or NULL */
	bool started;
	bool ended;
	bool open; /* started in the boot (or life of the suite) that lasts, and no end yet */
	enum outcome outcome; /* of its end event */
	int attempt;	      /* of its last start event, from 1 */
	int64_t start_ns;     /* monotonic, comparable within one boot only */
	int64_t duration_ns;
	int64_t runtime_ns; /* spent in the runtime's own commands */
	int64_t lacks; /* of the vital test: bits of the operations that did not work; and why */
	const char *why;
	int boot;	    /* number of the boot in which it last started */
	size_t life;	    /* the same as an index into its run's boots */
	int downs;  /* how often machine or suite went down while it was open (no power cut) */
	int cuts;   /* how often the power went off while it was open */
	bool alone; /* the last of those found no other test open */
	/* Of the last attempt only: */
	struct result_check *checks;
	size_t n_checks;
	struct result_evidence *evidence;
	size_t n_evidence;
	struct result_finding *findings;
	size_t n_findings;
};

/* What one test says about one requirement: the worst of its checks, or what their lack means. */
struct result_decision {
	size_t test;	      /* index into results.tests */
	enum outcome outcome; /* OUTCOME_NONE: the test has no end */
	const char *expected;
	const char *observed;
	size_t n_checks;
};

struct result_requirement {
	const char *id;
	const struct requirement *row; /* NULL only in RESULTS_LENIENT */
	enum weight weight;
	/* After results_judge: */
	enum outcome outcome;
	struct result_decision *decisions; /* in the order of the tests */
	size_t n_decisions;
	const struct result_decision *worst; /* the one that gave the outcome, or NULL */
	const struct waiver *waiver; /* render/waivers.h: of a failure that is accepted, or NULL */
};

struct result_boot {
	int number;
	const char *cause; /* "start", "panic", "reset", "power", "runner-died", "runner-hung" */
	int64_t time;
	int64_t last_ns; /* time of its last event */
	json_t *event;
};

struct result_run {
	const char *path;    /* NULL when fed by lines; never part of a report */
	const char *profile; /* "unified", "legacy", or "host" without a boot event */
	const char
		*last; /* 64 hex: SHA-256 of its last line, which through prev covers all of them */
	json_t *environment; /* the events, NULL until seen */
	json_t *runtime;
	json_t *verdict;
	const char *spec;  /* of the plan: the version judged against */
	const char *suite; /* of the plan: the version of assay */
	const char *only;  /* the plan's glob, or NULL */
	const char *prove; /* digest of the list of sabotages that was run, or NULL */
	bool official;	   /* of the plan */
	const char *plan;  /* digest of the plan */
	int parts;	   /* of the plan, as announced and as seen */
	int parts_seen;
	size_t planned; /* tests, as announced; results.tests has those seen */
	struct result_boot *boots;
	size_t n_boots;
	struct result_evidence *evidence; /* of no test: the kernel's last words */
	size_t n_evidence;
	uint64_t events;
	uint64_t verdict_line; /* of the first verdict, from 1; 0: there is none */
	int64_t first_ns, last_ns;
	void *state; /* of the reader */
};

struct result_verdict {
	enum verdict_code code;
	const char *word; /* "conformant", "not conformant", "no valid result", "aborted"; or
			     "proof complete" */
	char reason[512]; /* one line; never empty */
	bool official;	  /* a full plan in a controlled environment */
};

enum results_mode {
	RESULTS_STRICT,	 /* a broken chain or a requirement out of the catalogue is an error */
	RESULTS_LENIENT, /* for the progress view: lines may be missing, nothing is verified */
};

struct results {
	struct result_run *runs;
	size_t n_runs;
	struct result_test *tests; /* in the order of the plans */
	size_t n_tests;
	struct result_requirement *requirements; /* in the order of the plans */
	size_t n_requirements;
	/* After results_judge: */
	size_t *sorted; /* indices of the requirements, by the bytes of their id */
	size_t counts[WEIGHTS][OUTCOMES]; /* requirements */
	size_t totals[OUTCOMES];	  /* requirements of any weight */
	size_t tests_by[OUTCOMES];	  /* tests; [OUTCOME_NONE]: those without an end */
	size_t n_findings;
	struct result_verdict verdict;
	char *tsv; /* verdicts.tsv */
	size_t tsv_length;
	char digest[7 + 64 + 1]; /* "sha256:<64 hex>" of it: the result digest */
	struct waiver *waivers; /* render/waivers.h: what a waiver file says, sorted; shown only */
	size_t n_waivers;
	char waived_on[11]; /* the day they were held against */
	enum results_mode mode;
	size_t latest;	/* of the reader: the test found last */
	size_t *by_row; /* of the reader: 1 + index of the requirement of each catalogue row */
	void *memory;	/* of the reader: everything above hangs off it */
};

struct results_error {
	unsigned long line; /* 0 when it is not about a line */
	char text[400];	    /* one line, no newline: "events.jsonl: line 12: edited: ..." */
};

/* A new, empty object; ends the program when there is no memory. Free with results_free. */
struct results *results_new(enum results_mode mode);
void results_free(struct results *r);
static inline void results_cleanup(struct results **r)
{
	results_free(*r);
}

/* Begins a run; its lines follow by results_feed. `path` may be NULL (then no evidence text). */
void results_run_begin(struct results *r, const char *path);

/*
 * Takes one event line (with or without its newline). Returns 0, or -EBADMSG with *err filled:
 * not JSON, out of sequence, not chained to the line before, a test that was not planned ...
 */
int results_feed(struct results *r, const char *line, size_t length, struct results_error *err);

/* A run from a file. Returns 0, -errno (cannot read) or -EBADMSG; *err names path and line. */
int results_read(struct results *r, const char *path, struct results_error *err);

/*
 * Computes outcomes, counts, digest and verdict from the events so far, without regard to a
 * verdict event. May be called again after more events.
 */
void results_judge(struct results *r);

/*
 * An entry of the self-check in words, when it says that a feature of the kernel is missing:
 * "AppArmor (process.apparmor.applied, process.apparmor.unknown-profile and 1 more)"; its length,
 * or 0 when it is there.
 */
size_t results_missing(const json_t *check, char *to, size_t size);

/*
 * results_judge, and then holds it against the recorded verdict of each run: a run without one,
 * with one of another outcome or digest, or one that init ended, is no valid result.
 */
void results_conclude(struct results *r);

/* The body of a verdict event (inside of a JSON object, no braces); malloc'ed. After a judge. */
char *results_verdict_body(const struct results *r);

struct result_test *results_test(struct results *r, const char *name);

/*
 * What one test (an index) says about a requirement. OUTCOME_NONE: it has no end, or it does not
 * decide that. The one way to ask a test that had an argument of its own: such a test says nothing
 * of the runtime that is judged.
 */
struct result_decision results_decide(const struct results *r, size_t test, const char *requirement);

/* Whether one of the runs was there to prove tests: then no runtime is judged. */
bool results_prove(const struct results *r);

/*
 * Text of a piece of evidence, read again from the run's file; malloc'ed, NULL when it cannot be
 * had. UTF-8 that may hold control characters (NUL too, hence *length; another NUL ends it).
 * *truncated says whether the suite had cut it.
 */
char *results_evidence_text(const struct results *r, size_t run, const struct result_evidence *e,
			    size_t *length, bool *truncated);

#endif
