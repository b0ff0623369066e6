/* LINK: suite/core/check.c suite/probe/names.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks: what decides, and that the words which a pass leaves in the record are true of a pass.
 */
#include "suite.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct test t;
static struct {
	enum outcome outcome;
	char *expected, *observed;
} said;

static struct result scripted[2]; /* what create and start come to */
static const char *leftovers = "";
static bool runs;

/* ----------------------------------------------------------- of other files of the engine */

void test_decide(struct test *test, const char *requirement, enum outcome outcome,
		 const char *expected, const char *observed)
{
	(void)test;
	assert_string_equal(requirement, "a.b");
	free(said.expected);
	free(said.observed);
	said.outcome = outcome;
	said.expected = strdup(expected);
	said.observed = strdup(observed);
}

const char *format(struct test *test, const char *text, ...)
{
	static char made[32][512];
	static unsigned int next;
	char *is = made[next++ % 32];
	va_list args;

	(void)test;
	va_start(args, text);
	vsnprintf(is, sizeof(made[0]), text, args);
	va_end(args);
	return is;
}

void test_broken(struct test *test, const char *text, ...)
{
	(void)test;
	fail_msg("broken: %s", text);
	abort();
}

void test_leftovers(struct test *test, const char *when, const char *left)
{
	(void)test;
	(void)when;
	(void)left;
}

const char *ledger_leftovers(struct test *test, const struct ledger *before,
			     const struct ledger *after, const char *id, bool own_files)
{
	(void)test;
	(void)before;
	(void)after;
	(void)id;
	(void)own_files;
	return leftovers;
}

const char *ledger_changes(struct test *test, const struct ledger *before,
			   const struct ledger *after, unsigned int kinds)
{
	(void)kinds;
	return ledger_leftovers(test, before, after, NULL, false);
}

struct container *container_new(struct bundle *b)
{
	(void)b;
	return NULL;
}

const struct result *op_create(struct container *c)
{
	(void)c;
	return &scripted[0];
}

const struct result *op_start(struct container *c)
{
	(void)c;
	return &scripted[1];
}

bool container_runs(struct container *c)
{
	(void)c;
	return runs;
}

const struct facts *bundle_run_words(struct bundle *b, ...)
{
	(void)b;
	return NULL;
}

const struct facts *bundle_supported(struct bundle *b, const char *requirement)
{
	(void)b;
	(void)requirement;
	return NULL;
}

/* ------------------------------------------------------------------ tests */

static const struct result works = { .command = "x", .exited = true, .err = "" };
static const struct result fails = { .command = "x", .exited = true, .status = 1, .err = "no\n" };
static const struct result dies = { .command = "x", .signal = SIGSEGV, .err = "" };
static const struct result hangs = { .command = "x", .timed_out = true, .err = "" };

static void is(bool returned, enum outcome outcome, const char *expected, const char *observed)
{
	assert_int_equal(returned, outcome == OUTCOME_PASS);
	assert_int_equal(said.outcome, outcome);
	assert_string_equal(said.expected, expected);
	assert_string_equal(said.observed, observed);
}

static void a_pass_does_not_say_the_contrary(void **state)
{
	(void)state;
	is(check_true(&t, "a.b", true, "it lives", "it is gone"), OUTCOME_PASS, "it lives", "");
	is(check_true(&t, "a.b", false, "it lives", "it is gone"), OUTCOME_FAIL, "it lives",
	   "it is gone");
	is(check_true(&t, "a.b", false, "none", "there is %s", "one"), OUTCOME_FAIL, "none",
	   "there is one");
	is(check_seen(&t, "a.b", true, "running", "%s, pid %d", "running", 7), OUTCOME_PASS,
	   "running", "running, pid 7");
	is(check_seen(&t, "a.b", false, "running", "%s", "stopped"), OUTCOME_FAIL, "running",
	   "stopped");
}

static void what_is_absent_equals_nothing(void **state)
{
	(void)state;
	is(check_int(&t, "a.b", "n", 1, LLONG_MIN), OUTCOME_FAIL, "n: 1", "n: absent");
	is(check_int(&t, "a.b", "n", 1, 1), OUTCOME_PASS, "n: 1", "n: 1");
	is(check_string(&t, "a.b", "s", "", NULL), OUTCOME_FAIL, "s: \"\"", "s: absent");
	is(check_string(&t, "a.b", "s", "x", "x"), OUTCOME_PASS, "s: \"x\"", "s: \"x\"");
}

static void json_is_compared_whole(void **state)
{
	json_t *real = json_real(1), *two = json_pack("[s,s]", "a", "a"),
	       *both = json_pack("[s,s]", "b", "a"), *null = json_null();

	(void)state;
	assert_false(check_json(&t, "a.b", "j", json_integer(1), real));
	assert_false(check_json(&t, "a.b", "j", json_null(), NULL));
	assert_false(check_json(&t, "a.b", "j", NULL, null));
	assert_true(check_json(&t, "a.b", "j", NULL, NULL));
	assert_true(check_json(&t, "a.b", "j", json_null(), null));
	assert_true(check_set(&t, "a.b", "j", json_pack("[s,s]", "a", "b"), both));
	assert_false(check_set(&t, "a.b", "j", json_pack("[s]", "a"), both));
	assert_false(check_set(&t, "a.b", "j", json_pack("[s]", "a"), two));
	assert_false(check_set(&t, "a.b", "j", json_pack("[s,s]", "a", "b"), two));
	assert_false(check_set(&t, "a.b", "j", json_array(), NULL));
	assert_true(check_subset(&t, "a.b", "j", json_pack("[s]", "a"), both));
	assert_false(check_subset(&t, "a.b", "j", json_pack("[s]", "c"), both));
	assert_false(check_subset(&t, "a.b", "j", json_array(), NULL));
	json_decref(real);
	json_decref(two);
	json_decref(both);
}

static void only_an_exit_status_is_an_error(void **state)
{
	(void)state;
	is(check_ok(&t, "a.b", &works), OUTCOME_PASS, "x: exit status 0", "exit status 0");
	is(check_ok(&t, "a.b", &fails), OUTCOME_FAIL, "x: exit status 0",
	   "exit status 1, saying \"no\"");
	assert_true(check_error(&t, "a.b", &fails));
	assert_false(check_error(&t, "a.b", &works));
	is(check_error(&t, "a.b", &dies), OUTCOME_FAIL, "x: an exit status that is not 0",
	   "killed by SIGSEGV");
	is(check_error(&t, "a.b", &hangs), OUTCOME_FAIL, "x: an exit status that is not 0",
	   "no end within the time limit");
}

static void a_clean_error_leaves_nothing(void **state)
{
	struct result r = fails;

	(void)state;
	r.before = r.after = (const struct ledger *)&r;
	leftovers = "";
	assert_true(check_clean_error(&t, "a.b", &r));
	leftovers = "a mount";
	is(check_clean_error(&t, "a.b", &r), OUTCOME_FAIL, "x: nothing is left behind", "a mount");
	assert_false(check_unchanged(&t, "a.b", NULL, NULL, 0));
	leftovers = "";
	assert_true(check_unchanged(&t, "a.b", NULL, NULL, 0));
}

/* How create and start end, whether the program runs; refused by either, or only by create. */
static void refusing_is_failing_before_the_program_runs(void **state)
{
	static const struct {
		const struct result *create, *start;
		bool runs, by_either, by_create;
	} rows[] = {
		{ &fails, &fails, false, true, true },	 { &dies, &fails, false, false, false },
		{ &hangs, &fails, false, false, false }, { &works, &fails, false, true, false },
		{ &works, &works, true, false, false },	 { &works, &dies, false, false, false },
		{ &works, &fails, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scripted[0] = *rows[i].create;
		scripted[1] = *rows[i].start;
		runs = rows[i].runs;
		assert_int_equal(check_refused(&t, "a.b", NULL, NULL), rows[i].by_either);
		assert_int_equal(check_refused_by_create(&t, "a.b", NULL, NULL),
				 rows[i].by_create);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pass_does_not_say_the_contrary),
		cmocka_unit_test(what_is_absent_equals_nothing),
		cmocka_unit_test(json_is_compared_whole),
		cmocka_unit_test(only_an_exit_status_is_an_error),
		cmocka_unit_test(a_clean_error_leaves_nothing),
		cmocka_unit_test(refusing_is_failing_before_the_program_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
