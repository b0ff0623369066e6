/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: record PROFILE RELEASE [GLOB] EVENTS
 *        record --forge EVENTS [--verdict]
 * Writes the events of a run that never was: the whole plan of this suite (or of a GLOB of it), as
 * if in the appliance, for a runtime that fails here and there. For tests of what is done with a
 * report: it has two boots, a test that took the machine down, evidence, leftovers, and what a
 * runtime disclaims. RELEASE is the image's /etc/assay-release. --forge is the other side: edited
 * events get a chain that holds again; with --verdict also the verdict that they come to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "engine.h"

#define PART 32

static struct sink *sink;

static void put(enum event_type type, struct body *b)
{
	if (sink_put(sink, type, 0, NULL, 0, 0, b)) {
		fputs("record: an event cannot be written\n", stderr);
		exit(2);
	}
	body_free(b);
}

static void boot(const char *profile, const char *release, int number, const char *cause)
{
	struct body b = { 0 };

	body_int(&b, "boot", number);
	body_text(&b, "cause", cause);
	body_text(&b, "profile", profile);
	body_text(&b, "cmdline", "quiet assay.exit=0xf4");
	body_raw(&b, ",\"image\":");
	body_raw(&b, release);
	body_text(&b, "payload", "sha256:22");
	body_raw(&b, ",\"open\":[]");
	put(EVENT_BOOT, &b);
}

static void machine(const struct context *c)
{
	struct body b = { 0 };

	body_raw(&b, "\"controlled\":true,\"kernel\":{\"release\":\"6.12-assay\",\"config\":"
		     "\"sha256:33\"},"
		     "\"cpu\":{\"model\":\"none\",\"count\":2},\"memory\":{\"kib\":1048576},"
		     "\"lsm\":[],\"selfcheck\":[{\"feature\":\"pidfd\",\"ok\":true}]");
	body_text(&b, "cgroup", c->cgroup_v2 ? "v2" : "v1");
	put(EVENT_ENVIRONMENT, &b);
	body_text(&b, "name", "paper");
	body_text(&b, "version", "1.0");
	body_text(&b, "path", "/usr/bin/paper");
	body_raw(&b, ",\"args\":[]");
	body_text(&b, "cli", "dialect");
	body_text(&b, "sha256", "sha256:44");
	body_text(&b, "payload", "sha256:22");
	body_text(&b, "spec", c->spec_text);
	body_raw(&b, ",\"features\":null");
	put(EVENT_RUNTIME, &b);
}

static void one_planned(struct body *b, const struct planned *p)
{
	struct body one = { 0 };
	json_t *ids = json_array();

	for (size_t i = 0; i < p->n_wanted; i++)
		json_array_append_new(ids, json_string(p->wanted[i]));
	body_text(&one, "name", p->name);
	body_text(&one, "about", p->about);
	body_json(&one, "requirements", ids);
	body_raw(b, one.data);
	body_free(&one);
	json_decref(ids);
}

static void say_plan(const struct plan *plan, const struct context *c, const char *only)
{
	size_t parts = (plan->n + PART - 1) / PART;

	for (size_t part = 0; part < parts; part++) {
		struct body b = { 0 };

		body_int(&b, "part", (long long)part + 1);
		body_int(&b, "parts", (long long)parts);
		body_int(&b, "total", (long long)plan->n);
		body_text(&b, "digest", plan->digest);
		body_text(&b, "catalogue", catalogue_digest);
		body_text(&b, "suite", ASSAY_VERSION);
		body_text(&b, "spec", c->spec_text);
		body_raw(&b, only ? ",\"official\":false" : ",\"official\":true");
		body_text(&b, "only", only);
		body_raw(&b, ",\"tests\":[");
		for (size_t i = part * PART; i < plan->n && i < (part + 1) * PART; i++) {
			body_raw(&b, i % PART ? ",{" : "{");
			one_planned(&b, &plan->tests[i]);
			body_raw(&b, "}");
		}
		body_raw(&b, "]");
		put(EVENT_PLAN, &b);
	}
}

static void start(const struct planned *p, int attempt)
{
	struct body b = { 0 };

	body_text(&b, "test", p->name);
	body_int(&b, "attempt", attempt);
	body_int(&b, "deadline_ms", 60000);
	put(EVENT_START, &b);
}

static void check(const struct planned *p, size_t i, const char *outcome)
{
	struct body b = { 0 };

	body_text(&b, "test", p->name);
	body_text(&b, "requirement", p->wanted[i]);
	body_text(&b, "outcome", outcome);
	body_text(&b, "expected", "a thing");
	body_text(&b, "observed", strcmp(outcome, "fail") ? "a thing" : "another thing");
	put(EVENT_CHECK, &b);
}

static void tell(const struct planned *p)
{
	struct body b = { 0 };

	body_text(&b, "test", p->name);
	body_text(&b, "name", "config.json");
	body_text(&b, "text", "{\"ociVersion\": \"1.2.0\"}\n");
	put(EVENT_EVIDENCE, &b);
	body_text(&b, "test", p->name);
	body_text(&b, "kind", "mount");
	body_text(&b, "text", "/run/left/behind");
	put(EVENT_FINDING, &b);
}

static void end(const struct planned *p, const char *outcome)
{
	struct body b = { 0 };

	body_text(&b, "test", p->name);
	body_text(&b, "outcome", outcome);
	body_int(&b, "duration_ns", 5000000);
	body_int(&b, "runtime_ns", 4000000);
	put(EVENT_END, &b);
}

static void run_test(const struct planned *p, size_t n)
{
	const char *outcome = n % 97 == 5 ? "fail" : n % 89 == 7 ? "disabled" : "pass";

	for (size_t i = 0; i < p->n_wanted; i++)
		check(p, i, i && !strcmp(outcome, "fail") ? "pass" : outcome);
	if (!strcmp(outcome, "fail"))
		tell(p);
	end(p, outcome);
}

static void conclude(const char *path)
{
	struct results *r = results_new(RESULTS_STRICT);
	struct results_error error;
	struct body b = { 0 };
	char *body;

	if (results_read(r, path, &error)) {
		fprintf(stderr, "record: %s\n", error.text);
		exit(2);
	}
	results_judge(r);
	body = results_verdict_body(r);
	body_raw(&b, body);
	put(EVENT_VERDICT, &b);
	free(body);
	results_free(r);
}

struct line {
	enum event_type type;
	char *body;
};

/* What a forger would do who has read how the chain is made. */
static int forge(const char *path, bool verdict)
{
	static char line[EVENT_LINE_MAX + 2];
	FILE *in = fopen(path, "r");
	struct line *lines = NULL;
	size_t n = 0;

	while (in && fgets(line, sizeof(line), in)) {
		const char *body;
		size_t length;
		int type = chain_parse(line, strlen(line), &body, &length);
		struct line *more;

		if (type < 0) {
			fprintf(stderr, "record: %s: line %zu is no event\n", path, n + 1);
			return 2;
		}
		if (verdict && type == EVENT_VERDICT)
			continue;
		more = realloc(lines, (n + 1) * sizeof(*lines));
		if (!more)
			abort();
		lines = more;
		lines[n++] = (struct line){ (enum event_type)type, take_text(body, length) };
	}
	if (!in || fclose(in))
		return 2;
	sink = sink_file(path);
	for (size_t i = 0; sink && i < n; i++) {
		struct body b = { 0 };

		body_raw(&b, lines[i].body);
		put(lines[i].type, &b);
	}
	if (verdict)
		conclude(path);
	return sink ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct context c = { .cli = CLI_DIALECT, .slowness = 1, .spec_text = "1.2.0" };
	const char *only = argc == 5 ? argv[3] : NULL, *path = argc > 3 ? argv[argc - 1] : "";
	struct plan plan;

	if (argc >= 3 && !strcmp(argv[1], "--forge"))
		return forge(argv[2], argc == 4 && !strcmp(argv[3], "--verdict"));
	if (argc < 4 || argc > 5) {
		fputs("usage: record PROFILE RELEASE [GLOB] EVENTS\n"
		      "       record --forge EVENTS [--verdict]\n",
		      stderr);
		return 2;
	}
	c.cgroup_v2 = !strcmp(argv[1], "unified");
	plan_make(&plan, &c, only);
	sink = sink_file(path);
	if (!sink || plan.n < 3) {
		fprintf(stderr, "record: %s: cannot be written, or too small a plan\n", path);
		return 2;
	}
	boot(argv[1], argv[2], 1, "start");
	machine(&c);
	say_plan(&plan, &c, only);
	for (size_t i = 0; i < plan.n; i++) {
		start(&plan.tests[i], 1);
		if (i == 2) {
			boot(argv[1], argv[2], 2, "panic");
			machine(&c);
			say_plan(&plan, &c, only);
			end(&plan.tests[i], "crash");
		} else {
			run_test(&plan.tests[i], i);
		}
	}
	conclude(path);
	return 0;
}
