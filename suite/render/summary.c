/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words on a terminal: verdict, counts, the first failures with their requirement in
 * words, and where the report lies. Must stay a screenful, whatever failed.
 */
#include <string.h>

#include "out.h"
#include "report.h"

#define FIRST 5 /* failures told in full */
#define NAMES 8 /* names listed of those that do not decide */

struct paint {
	bool on;
};

static const char *paint(const struct paint *p, const char *code)
{
	return p->on ? code : "";
}

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define PLAIN  "\033[0m"

static void counts(const struct report *rep, FILE *out)
{
	static const enum standing order[] = { STANDS_PASS,  STANDS_FAIL,     STANDS_WAIVED,
					       STANDS_UNMET, STANDS_DISABLED, STANDS_SKIP,
					       STANDS_ERROR, STANDS_NONE };
	bool first = true;

	fprintf(out, "  %zu tests, %zu requirements: ", rep->n_tests, rep->n);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (!rep->standings[order[i]])
			continue;
		fprintf(out, "%s%zu %s", first ? "" : ", ", rep->standings[order[i]],
			standing_word(order[i]));
		first = false;
	}
	fputs(first ? "none judged\n" : "\n", out);
	if (rep->n)
		fprintf(out, "  %zu of them by tests proven able to fail\n", report_proven(rep));
	if (rep->results->n_findings)
		fprintf(out, "  leftovers found after tests: %zu\n", rep->results->n_findings);
}

static void command_line(const struct report *rep, FILE *out)
{
	size_t strict, dialect, of_strict, of_dialect;

	report_cli(rep, true, &strict, &of_strict);
	report_cli(rep, false, &dialect, &of_dialect);
	if (of_strict || of_dialect)
		fprintf(out,
			"  command line: %zu of %zu met by CLI 1.0.1 to the letter, %zu of %zu by "
			"the "
			"dialect of engines\n",
			strict, of_strict, dialect, of_dialect);
}

static void detail(FILE *out, const char *what, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "    %-9s ", what);
	put(out, LINE, text);
	putc('\n', out);
}

static void told(const struct report *rep, const struct result_requirement *q, FILE *out,
		 const struct paint *p)
{
	enum standing standing = report_standing(q);
	char command[512];

	fprintf(out, "\n  %s%s%s  ", paint(p, standing == STANDS_FAIL ? RED : YELLOW),
		standing_word(standing), paint(p, PLAIN));
	put(out, LINE, q->id);
	fprintf(out, " (%s, ", report_level(q));
	put(out, LINE, q->row->section);
	fprintf(out, ")\n    %s", paint(p, BOLD));
	put(out, LINE, q->row->text);
	fprintf(out, "%s\n", paint(p, PLAIN));
	detail(out, "expected:", q->worst->expected);
	detail(out, "observed:", q->worst->observed);
	detail(out, "again:",
	       report_repeat(rep, &rep->results->tests[q->worst->test], command, sizeof(command)));
}

/* What stands in the way of a verdict or made it a bad one: those that decide first. */
static void failures(const struct report *rep, FILE *out, const struct paint *p)
{
	static const enum standing order[] = { STANDS_FAIL, STANDS_ERROR, STANDS_SKIP };
	size_t shown = 0, all = 0;

	for (size_t o = 0; o < sizeof(order) / sizeof(*order); o++)
		for (size_t i = 0; i < rep->n; i++) {
			const struct result_requirement *q = report_requirement(rep, i);

			if (report_standing(q) != order[o] || all++ >= FIRST)
				continue;
			told(rep, q, out, p);
			shown++;
		}
	if (all > shown)
		fprintf(out, "\n  ... and %zu more\n", all - shown);
}

static void unmet(const struct report *rep, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < rep->n; i++) {
		const struct result_requirement *q = report_requirement(rep, i);

		if (report_standing(q) != STANDS_UNMET)
			continue;
		if (n < NAMES) {
			fputs(n ? ", " : "\n  not met, without effect on the verdict: ", out);
			put(out, LINE, q->id);
		}
		n++;
	}
	if (n > NAMES)
		fprintf(out, " and %zu more", n - NAMES);
	if (n)
		putc('\n', out);
}

static void official(const struct report *rep, FILE *out)
{
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		const struct result_run *run = &rep->results->runs[i];

		if (run->only) {
			fputs("  unofficial: only tests like ", out);
			put(out, LINE, run->only);
			putc('\n', out);
			return;
		}
		if (run->environment &&
		    !json_is_true(json_object_get(run->environment, "controlled"))) {
			fputs("  unofficial: environment uncontrolled; this cannot certify\n", out);
			return;
		}
	}
	fputs("  unofficial: not a full run\n", out);
}

/* Known deviations, and waivers that should go: expired, or of what is no failure any more. */
static void waivers(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;
	size_t waived = rep->standings[STANDS_WAIVED];

	if (waived)
		fprintf(out,
			"  waived: %zu of the %zu failures; a waiver is no pass, the verdict "
			"stays\n",
			waived, waived + rep->standings[STANDS_FAIL]);
	for (size_t i = 0; i < r->n_waivers; i++) {
		if (!r->waivers[i].expired && r->waivers[i].used)
			continue;
		fprintf(out, "  waiver %s: ", waiver_standing(&r->waivers[i]));
		put(out, LINE, r->waivers[i].requirement);
		putc('\n', out);
	}
}

static void judgement(const struct report *rep, FILE *out, const struct paint *p)
{
	counts(rep, out);
	command_line(rep, out);
	if (!rep->results->verdict.official)
		official(rep, out);
	waivers(rep, out);
	failures(rep, out, p);
	unmet(rep, out);
}

void render_summary(const struct report *rep, FILE *out, const char *where, bool colour)
{
	static const char *const colours[] = { GREEN, RED, YELLOW, YELLOW };
	const struct result_verdict *verdict = &rep->results->verdict;
	const struct paint p = { colour };

	fprintf(out, "\n%s%s%s%s: ", paint(&p, BOLD), paint(&p, colours[verdict->code]),
		verdict->word, paint(&p, PLAIN));
	put(out, LINE, rep->name);
	if (*rep->version)
		putc(' ', out);
	put(out, LINE, rep->version);
	if (*rep->spec)
		fputs(", judged by runtime-spec ", out);
	put(out, LINE, rep->spec);
	fputs("\n  ", out);
	put(out, LINE, verdict->reason);
	putc('\n', out);
	if (!results_prove(rep->results))
		judgement(rep, out, &p);
	fprintf(out, "\nverdict: %s\n", verdict->word);
	if (!results_prove(rep->results))
		fprintf(out, "result:  %s\n", rep->results->digest);
	if (where) {
		fputs("report:  ", out);
		put(out, LINE, where);
		putc('\n', out);
	}
}
