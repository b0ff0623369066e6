/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctrf.json, for dashboards: one test for each requirement. Times are relative to the start of
 * the run: a report holds no date, or it would never be the same twice.
 */
#include "out.h"
#include "report.h"
#include "sections.h"

static const char *const statuses[STANDINGS] = {
	[STANDS_PASS] = "passed",  [STANDS_DISABLED] = "skipped", [STANDS_UNMET] = "other",
	[STANDS_SKIP] = "skipped", [STANDS_NONE] = "pending",	  [STANDS_ERROR] = "other",
	[STANDS_FAIL] = "failed",  [STANDS_WAIVED] = "failed",
};

static void member(FILE *out, const char *indent, const char *key, const char *value)
{
	fprintf(out, ",\n%s\"%s\": ", indent, key);
	put(out, JSON, value);
}

static void one(const struct report *rep, size_t n, FILE *out)
{
	const struct result_requirement *q = report_requirement(rep, n);
	enum standing standing = report_standing(q);
	char command[512];

	fprintf(out, "%s\n      {\n        \"name\": ", n ? "," : "");
	put(out, JSON, q->id);
	member(out, "        ", "status", statuses[standing]);
	fprintf(out, ",\n        \"duration\": %lld",
		(long long)(report_time_of(rep, rep->order[n]) / 1000000));
	fputs(",\n        \"suite\": [", out);
	put(out, JSON, q->row->section);
	putc(']', out);
	if (standing == STANDS_FAIL || standing == STANDS_UNMET || standing == STANDS_ERROR)
		member(out, "        ", "message", q->row->text);
	else if (standing != STANDS_PASS)
		member(out, "        ", "message", report_why(q));
	member(out, "        ", "rawStatus", outcome_name(q->outcome));
	fputs(",\n        \"tags\": [", out);
	put(out, JSON, report_level(q));
	fputs("],\n        \"type\": \"conformance\",\n        \"extra\": {\n"
	      "          \"decides\": ",
	      out);
	fputs(q->weight == WEIGHT_MUST ? "true" : "false", out);
	member(out, "          ", "test", rep->results->tests[q->worst->test].name);
	if (standing != STANDS_PASS) {
		member(out, "          ", "expected", q->worst->expected);
		member(out, "          ", "observed", q->worst->observed);
		member(out, "          ", "repeat",
		       report_repeat(rep, &rep->results->tests[q->worst->test], command,
				     sizeof(command)));
	}
	fputs("\n        }\n      }", out);
}

static void summary(const struct report *rep, FILE *out)
{
	const size_t *s = rep->standings;
	int64_t tests_ns, runtime_ns;

	report_times(rep, &tests_ns, &runtime_ns);
	fprintf(out,
		"    \"summary\": {\n      \"tests\": %zu,\n      \"passed\": %zu,\n"
		"      \"failed\": %zu,\n      \"skipped\": %zu,\n      \"pending\": %zu,\n"
		"      \"other\": %zu,\n      \"start\": 0,\n      \"stop\": %lld,\n"
		"      \"extra\": {\n        \"verdict\": ",
		rep->n, s[STANDS_PASS], s[STANDS_FAIL] + s[STANDS_WAIVED],
		s[STANDS_DISABLED] + s[STANDS_SKIP], s[STANDS_NONE],
		s[STANDS_UNMET] + s[STANDS_ERROR], (long long)(tests_ns / 1000000));
	put(out, JSON, rep->results->verdict.word);
	member(out, "        ", "reason", rep->results->verdict.reason);
	fprintf(out, ",\n        \"official\": %s",
		rep->results->verdict.official ? "true" : "false");
	member(out, "        ", "result", rep->results->digest);
	fputs("\n      }\n    },\n", out);
}

void render_ctrf(const struct report *rep, FILE *out)
{
	const json_t *environment = rep->results->n_runs ? rep->results->runs[0].environment : NULL;

	fputs("{\n  \"reportFormat\": \"CTRF\",\n  \"specVersion\": \"0.0.0\",\n"
	      "  \"generatedBy\": \"assay\",\n  \"results\": {\n"
	      "    \"tool\": {\n      \"name\": \"assay\",\n      \"version\": ",
	      out);
	put(out, JSON, rep->suite);
	fputs("\n    },\n", out);
	summary(rep, out);
	fputs("    \"tests\": [", out);
	for (size_t i = 0; i < rep->n; i++)
		one(rep, i, out);
	fputs("\n    ],\n    \"environment\": {\n      \"appName\": ", out);
	put(out, JSON, rep->name);
	member(out, "      ", "appVersion", rep->version);
	member(out, "      ", "osPlatform", "linux");
	member(out, "      ", "osRelease", report_fact(environment, "kernel.release"));
	fputs(",\n      \"extra\": {\n        \"spec\": ", out);
	put(out, JSON, rep->spec);
	fputs("\n      }\n    }\n  }\n}\n", out);
}
