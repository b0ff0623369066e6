/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.txt: TAP 14, one point for each requirement, the plan first so that a cut-off stream
 * is not taken for a success. What does not decide conformance is a TODO point: shown as not ok,
 * and no failure to a consumer.
 */
#include "out.h"
#include "report.h"

static void field(FILE *out, const char *key, const char *text)
{
	fprintf(out, "  %s: ", key);
	put(out, JSON, text);
	putc('\n', out);
}

static void block(const struct report *rep, const struct result_requirement *q, FILE *out)
{
	const struct result_test *test = &rep->results->tests[q->worst->test];
	char command[512];

	fputs("  ---\n", out);
	field(out, "requirement", q->row->text);
	field(out, "level", report_level(q));
	field(out, "section", q->row->section);
	field(out, "test", test->name);
	field(out, "expected", q->worst->expected);
	field(out, "observed", q->worst->observed);
	field(out, "waived", q->waiver ? report_why(q) : "");
	field(out, "repeat", report_repeat(rep, test, command, sizeof(command)));
	fputs("  ...\n", out);
}

static void point(const struct report *rep, size_t n, FILE *out)
{
	const struct result_requirement *q = report_requirement(rep, n);
	enum standing standing = report_standing(q);
	bool ok = standing <= STANDS_DISABLED || standing == STANDS_SKIP;

	fprintf(out, "%sok %zu - ", ok ? "" : "not ", n + 1);
	put(out, TAP, q->id);
	if (standing == STANDS_DISABLED || standing == STANDS_SKIP)
		fprintf(out, " # SKIP %s: %s", standing_word(standing), report_why(q));
	else if (standing == STANDS_UNMET)
		fprintf(out, " # TODO %s: does not decide conformance", report_level(q));
	putc('\n', out);
	if (!ok)
		block(rep, q, out);
}

static void comment(FILE *out, const char *what, const char *text)
{
	fprintf(out, "# %s: ", what);
	put(out, LINE, text);
	putc('\n', out);
}

void render_tap(const struct report *rep, FILE *out)
{
	const struct result_verdict *verdict = &rep->results->verdict;

	fprintf(out, "TAP version 14\n1..%zu%s\n", rep->n,
		rep->n ? "" : " # SKIP nothing was judged");
	fputs("# ", out);
	put(out, LINE, rep->name);
	putc(' ', out);
	put(out, LINE, rep->version);
	fputs(", judged by runtime-spec ", out);
	put(out, LINE, *rep->spec ? rep->spec : "?");
	putc('\n', out);
	if (!verdict->official)
		fputs("# unofficial: not a full run in a controlled environment\n", out);
	for (size_t i = 0; i < rep->n; i++)
		point(rep, i, out);
	comment(out, "verdict", verdict->word);
	comment(out, "reason", verdict->reason);
	comment(out, "result", rep->results->digest);
	if (verdict->code >= VERDICT_INVALID) {
		fprintf(out, "Bail out! %s: ", verdict->word);
		put(out, LINE, verdict->reason);
		putc('\n', out);
	}
}

void render_verdicts(const struct report *rep, FILE *out)
{
	fwrite(rep->results->tsv, 1, rep->results->tsv_length, out);
}
