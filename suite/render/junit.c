/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit.xml in the part that all consumers share: no nested suites, counts that add up, unique
 * names, XML 1.0 characters only. A <failure> is the runtime's, an <error> is ours, and only what
 * decides conformance is a failure, so that the colour of a CI job is the verdict.
 */
#include "out.h"
#include "report.h"

#include <string.h>

struct counts {
	size_t tests, failures, errors, skipped;
	int64_t time;
};

static void add(struct counts *c, const struct report *rep, size_t n)
{
	enum standing standing = report_standing(report_requirement(rep, n));

	c->tests++;
	c->failures += standing == STANDS_FAIL || standing == STANDS_WAIVED;
	c->errors += standing == STANDS_ERROR || standing == STANDS_NONE;
	c->skipped += standing == STANDS_SKIP || standing == STANDS_DISABLED;
	/* Whole milliseconds, as they are printed: the sum is the sum of what is shown. */
	c->time += report_time_of(rep, rep->order[n]) / 1000000 * 1000000;
}

static void attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put(out, ATTRIBUTE, value);
	putc('"', out);
}

static void line(FILE *out, const char *name, const char *value)
{
	if (!*value)
		return;
	fprintf(out, "%s: ", name);
	put(out, MARKUP, value);
	putc('\n', out);
}

/* "config-linux.md#cpu" as "config-linux.cpu": the dots are how viewers build their tree. */
static void class_name(FILE *out, const char *section)
{
	const char *md = strstr(section, ".md#");

	put_n(out, ATTRIBUTE, section, md ? (size_t)(md - section) : strlen(section));
	if (md) {
		putc('.', out);
		put(out, ATTRIBUTE, md + 4);
	}
}

static void details(const struct report *rep, const struct result_requirement *q, FILE *out)
{
	const struct result_test *test = &rep->results->tests[q->worst->test];
	char command[512];

	line(out, "level", report_level(q));
	line(out, "section", q->row->section);
	line(out, "test", test->name);
	line(out, "expected", q->worst->expected);
	line(out, "observed", q->worst->observed);
	line(out, "repeat", report_repeat(rep, test, command, sizeof(command)));
}

static void outcome(const struct report *rep, const struct result_requirement *q, FILE *out)
{
	enum standing standing = report_standing(q);
	const char *element = NULL;

	switch (standing) {
	case STANDS_PASS:
		return;
	case STANDS_FAIL:
	case STANDS_WAIVED:
		element = "failure";
		break;
	case STANDS_ERROR:
	case STANDS_NONE:
		element = "error";
		break;
	case STANDS_UNMET:
		fprintf(out, "      <system-out>%s not met; does not decide conformance\n",
			report_level(q));
		line(out, "requirement", q->row->text);
		details(rep, q, out);
		fputs("</system-out>\n", out);
		return;
	default:
		fputs("      <skipped", out);
		attribute(out, "message", report_why(q));
		fputs("/>\n", out);
		return;
	}
	fprintf(out, "      <%s", element);
	attribute(out, "type", standing == STANDS_FAIL ? q->row->level : standing_word(standing));
	attribute(out, "message", standing == STANDS_FAIL ? q->row->text : report_why(q));
	fputs(">\n", out);
	details(rep, q, out);
	fprintf(out, "</%s>\n", element);
}

static void test_case(const struct report *rep, size_t n, FILE *out)
{
	const struct result_requirement *q = report_requirement(rep, n);

	fputs("    <testcase", out);
	attribute(out, "name", q->id);
	fputs(" classname=\"", out);
	class_name(out, q->row->section);
	fputs("\" time=\"", out);
	put_seconds(out, report_time_of(rep, rep->order[n]));
	if (report_standing(q) == STANDS_PASS) {
		fputs("\"/>\n", out);
		return;
	}
	fputs("\">\n", out);
	outcome(rep, q, out);
	fputs("    </testcase>\n", out);
}

static void property(FILE *out, const char *name, const char *value)
{
	fputs("      <property", out);
	attribute(out, "name", name);
	attribute(out, "value", value);
	fputs("/>\n", out);
}

static void counts(FILE *out, const struct counts *c, bool suite)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", c->tests, c->failures,
		c->errors);
	if (suite)
		fprintf(out, " skipped=\"%zu\"", c->skipped);
	fputs(" time=\"", out);
	put_seconds(out, c->time);
	putc('"', out);
}

/* The first suite is the run itself. Its case fails only when there is no valid result to show. */
static void run_suite(const struct report *rep, const struct counts *c, FILE *out)
{
	const struct result_verdict *verdict = &rep->results->verdict;

	fputs("  <testsuite name=\"run\"", out);
	counts(out, c, true);
	fputs(">\n    <properties>\n", out);
	property(out, "runtime", rep->name);
	property(out, "runtime-version", rep->version);
	property(out, "runtime-spec", rep->spec);
	property(out, "assay", rep->suite);
	property(out, "verdict", verdict->word);
	property(out, "reason", verdict->reason);
	property(out, "official", verdict->official ? "true" : "false");
	property(out, "result", rep->results->digest);
	fputs("    </properties>\n    <testcase name=\"valid result\" classname=\"run\" "
	      "time=\"0.000\"",
	      out);
	if (c->errors) {
		fputs(">\n      <error", out);
		attribute(out, "type", verdict->word);
		attribute(out, "message", verdict->reason);
		fputs("/>\n    </testcase>\n", out);
	} else {
		fputs("/>\n", out);
	}
	fputs("  </testsuite>\n", out);
}

/* The end of the requirements that are in the same section as the one at `from`. */
static size_t section_end(const struct report *rep, size_t from)
{
	const char *section = report_requirement(rep, from)->row->section;
	size_t end = from;

	while (end < rep->n && !strcmp(report_requirement(rep, end)->row->section, section))
		end++;
	return end;
}

void render_junit(const struct report *rep, FILE *out)
{
	struct counts run = { .tests = 1, .errors = rep->results->verdict.code >= VERDICT_INVALID };
	struct counts all = run;

	for (size_t i = 0; i < rep->n; i++)
		add(&all, rep, i);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	attribute(out, "name", "assay");
	counts(out, &all, false);
	fputs(">\n", out);
	run_suite(rep, &run, out);
	for (size_t i = 0, end; i < rep->n; i = end) {
		struct counts c = { 0 };

		end = section_end(rep, i);
		for (size_t j = i; j < end; j++)
			add(&c, rep, j);
		fputs("  <testsuite", out);
		attribute(out, "name", report_requirement(rep, i)->row->section);
		counts(out, &c, true);
		fputs(">\n", out);
		for (size_t j = i; j < end; j++)
			test_case(rep, j, out);
		fputs("  </testsuite>\n", out);
	}
	fputs("</testsuites>\n", out);
}
