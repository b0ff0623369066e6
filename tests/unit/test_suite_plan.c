/* LINK: suite/core/plan.c suite/core/sabotages.c suite/core/body.c suite/core/judge.c suite/core/results.c */
/* LINK: suite/core/chain.c suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: which tests, for which requirements, for a version, a profile and a glob. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "suite/core/sabotages.h"

/* Of suite/core/test.c, which a plan needs nothing else of. */
void *take(size_t size)
{
	return calloc(1, size ? size : 1);
}

static void nothing(struct test *t)
{
	(void)t;
}

struct row {
	struct test_case head;
	int data;
};

static const struct row rows[] = {
	{ { "first", "process.cwd.exact", NULL }, 1 },
	{ { "second", "process.env.order", "about the second" }, 2 },
	{ { "later", "linux.cpu.idle", NULL }, 3 },
};

/* What is asked of all rows is older than what the second is about. */
static bool young(const void *row, int spec)
{
	return ((const struct row *)row)->data != 2 || spec >= 10002;
}

static const struct test_entry one[] = {
	{ .name = "a/plain",
	  .about = "plain",
	  .requirements = REQS("kill.stopped", "linux.cpu.idle"),
	  .run = nothing },
	{ .name = "a/later",
	  .about = "later",
	  .requirements = REQS("linux.cpu.idle"),
	  .run = nothing },
	{ .name = "a/cases", .about = "cases", CASES(rows), .run = nothing, .applies = young },
	{ 0 },
};

static const struct test_entry two[] = {
	{ .name = "b/v1",
	  .about = "v1",
	  .requirements = REQS("kill.stopped"),
	  .run = nothing,
	  .cgroup = CGROUP_V1 },
	{ .name = "b/v2",
	  .about = "v2",
	  .requirements = REQS("kill.stopped"),
	  .run = nothing,
	  .cgroup = CGROUP_V2 },
	{ .name = "b/old",
	  .about = "old",
	  .requirements = REQS("hooks.poststart.warn"),
	  .run = nothing,
	  .limit_s = 5 },
	{ 0 },
};

const struct test_entry *const test_tables[] = { one, two, NULL };

/* The names of a plan, joined by blanks. */
static const char *names(const char *spec, bool v2, const char *only)
{
	static char text[1000];
	struct context c = { .cgroup_v2 = v2, .slowness = 2, .cli = CLI_DIALECT };
	struct plan plan;

	snprintf(c.spec_text, sizeof(c.spec_text), "%s", spec);
	plan_make(&plan, &c, only);
	*text = '\0';
	for (size_t i = 0; i < plan.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 plan.tests[i].name);
	return text;
}

static void versions_are_numbers(void **state)
{
	(void)state;
	assert_int_equal(spec_number("1.0.2"), 10002);
	assert_int_equal(spec_number("1.0.2-dev"), 10002);
	assert_int_equal(spec_number("1.1.0+dev"), 10100);
	assert_int_equal(spec_number("1.3"), 10300);
	assert_int_equal(spec_number("2"), 20000);
	assert_int_equal(spec_number(""), 0);
	assert_int_equal(spec_number("one"), 0);
	assert_int_equal(spec_number("1.-1.0"), 0);
	assert_int_equal(spec_number("1.100.0"), 0);
}

static void plan_follows_version_and_profile(void **state)
{
	(void)state;
	assert_string_equal(names("1.0.0", true, NULL), "a/plain a/cases/first b/v2 b/old");
	assert_string_equal(names("1.0.2", true, NULL),
			    "a/plain a/cases/first a/cases/second b/v2 b/old");
	assert_string_equal(names("1.1.0", false, NULL),
			    "a/plain a/later a/cases/first a/cases/second a/cases/later b/v1 "
			    "b/old");
	assert_string_equal(names("1.3.0", true, NULL),
			    "a/plain a/later a/cases/first a/cases/second a/cases/later b/v2");
}

static void plan_follows_the_glob(void **state)
{
	(void)state;
	assert_string_equal(names("1.0.2", true, "b"), "b/v2 b/old");
	assert_string_equal(names("1.0.2", true, "a/cases"), "a/cases/first a/cases/second");
	assert_string_equal(names("1.0.2", true, "*/second"), "a/cases/second");
	assert_string_equal(names("1.0.2", true, "kill.*"), "a/plain b/v2");
	assert_string_equal(names("1.0.2", true, "nothing"), "");
}

static void plan_says_what_each_decides(void **state)
{
	struct context c = { .spec_text = "1.0.2", .slowness = 2 };
	struct plan a, b;

	(void)state;
	plan_make(&a, &c, NULL);
	assert_int_equal(a.tests[0].n_wanted, 1);
	assert_string_equal(a.tests[0].wanted[0], "kill.stopped");
	assert_string_equal(a.tests[0].all[1], "linux.cpu.idle");
	assert_null(a.tests[0].all[2]);
	assert_string_equal(a.tests[1].wanted[0], "process.cwd.exact");
	assert_string_equal(a.tests[1].about, "cases: first");
	assert_string_equal(a.tests[2].about, "about the second");
	assert_int_equal(((const struct row *)a.tests[2].row)->data, 2);
	assert_int_equal(a.tests[0].limit_ms, 2 * TEST_LIMIT_S * 1000);
	assert_int_equal(a.tests[a.n - 1].limit_ms, 10000);
	plan_make(&b, &c, NULL);
	assert_string_equal(a.digest, b.digest);
	plan_make(&b, &c, "a");
	assert_string_not_equal(a.digest, b.digest);
}

static const char *proof_names(const char *spec, const char *only, struct plan *plan)
{
	static struct sabotage lines[] = {
		{ "kill.stopped", "kill.stopped", "*", "kill skip", 2 },
		{ "linux.cpu.idle", "linux.cpu.idle", "a/*", "create skip", 3 },
		{ "process.cwd.exact", "process.cwd.exact", "*/second", "create skip", 4 },
		{ "kill.stopped", "kill.stopped#2", "b/*", "kill status 0", 5 },
	};
	static const struct sabotages s = { .all = lines, .n = 4 };
	static char text[1000];
	struct context c = { .cgroup_v2 = true, .slowness = 1, .cli = CLI_DIALECT };

	snprintf(c.spec_text, sizeof(c.spec_text), "%s", spec);
	plan_prove(plan, &c, &s, only);
	*text = '\0';
	for (size_t i = 0; i < plan->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 plan->tests[i].name);
	return text;
}

/* Each test bare, once; then line by line the same tests, whole, with the line's argument. */
static void plan_for_sabotages(void **state)
{
	struct plan plan, other;
	const struct planned *p;

	(void)state;
	assert_string_equal(proof_names("1.2.0", NULL, &plan),
			    "a/plain a/later a/cases/later b/v2 s1/a/plain s1/b/v2 s2/a/plain "
			    "s2/a/later s2/a/cases/later s4/b/v2");
	assert_null(plan.tests[3].argument);
	p = &plan.tests[4];
	assert_string_equal(p->argument, "--sabotage=kill.stopped");
	assert_int_equal(p->twin, 0);
	assert_int_equal(p->n_wanted, 2);
	assert_string_equal(p->wanted[0], "kill.stopped");
	assert_string_equal(p->wanted[1], "linux.cpu.idle");
	assert_string_equal(plan.tests[9].argument, "--sabotage=kill.stopped#2");
	assert_int_equal(plan.tests[9].twin, 3);
	assert_string_equal(proof_names("1.0.2", NULL, &other),
			    "a/plain b/v2 s1/a/plain s1/b/v2 s4/b/v2");
	assert_string_not_equal(plan.digest, other.digest);
	assert_string_equal(proof_names("1.2.0", "b", &other), "b/v2 s1/b/v2 s4/b/v2");
	assert_string_equal(proof_names("1.2.0", "linux.*", &other),
			    "a/plain a/later a/cases/later s2/a/plain s2/a/later s2/a/cases/later");
	assert_string_equal(proof_names("1.2.0", "nothing", &other), "");
}

/* An argument is part of what a plan is, or a run could go on with another list. */
static void digest_covers_arguments(void **state)
{
	struct sabotage line = { "kill.stopped", "kill.stopped", "*", "kill skip", 2 };
	const struct sabotages s = { .all = &line, .n = 1 };
	const struct context c = { .spec_text = "1.0.2", .slowness = 1 };
	struct plan a, b;

	(void)state;
	plan_prove(&a, &c, &s, NULL);
	plan_prove(&b, &c, &s, NULL);
	assert_string_equal(a.digest, b.digest);
	line.name = "kill.stopped#2";
	plan_prove(&b, &c, &s, NULL);
	assert_int_equal(a.n, b.n);
	assert_string_equal(a.tests[a.n - 1].name, b.tests[b.n - 1].name);
	assert_string_not_equal(a.digest, b.digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_numbers),
		cmocka_unit_test(plan_follows_version_and_profile),
		cmocka_unit_test(plan_follows_the_glob),
		cmocka_unit_test(plan_says_what_each_decides),
		cmocka_unit_test(plan_for_sabotages),
		cmocka_unit_test(digest_covers_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
