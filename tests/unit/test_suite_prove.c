/* LINK: suite/core/prove.c suite/core/sabotages.c suite/core/results.c suite/core/judge.c */
/* LINK: suite/core/chain.c suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* The kill matrix: what counts as a proof, and all that does not; and the form of a list. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "suite/core/command.h"
#include "suite/core/engine.h"
#include "suite/core/sabotages.h"

#define HEADER "requirement\ttests\tsabotage\n"
#define LIST   "list.tsv"
#define EVENTS "events.jsonl"

/* Of suite/core/plan.c: what tests there are, for a list by itself. */
void plan_all(struct plan *plan)
{
	static const char *wanted[] = { "kill.stopped", "root.readonly", NULL };
	static struct planned one = { .name = (char *)"a/one", .wanted = wanted };

	*plan = (struct plan){ .tests = &one, .n = 1 };
}

static char said[4096], complained[4096];

static void write_list(const char *lines)
{
	FILE *out = fopen(LIST, "w");

	assert_non_null(out);
	fputs(lines, out);
	fclose(out);
}

/* assay prove, with what it says on both streams. */
static int prove(const char *base, const char *events)
{
	const char *words[] = { "prove", "--list", LIST, "--base", base, events, NULL };
	FILE *out = stdout, *err = stderr;
	int code;

	stdout = fmemopen(said, sizeof(said), "w");
	stderr = fmemopen(complained, sizeof(complained), "w");
	memset(said, 0, sizeof(said));
	memset(complained, 0, sizeof(complained));
	code = cmd_prove(events ? 6 : 5, (char **)words);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	return code;
}

/* The outcome of the n-th row, from 1, and its reason and tests: "killed||a/one". */
static const char *row(unsigned int n)
{
	static char text[512];
	const char *at = said;

	while (at && n--) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	for (int column = 0; at && column < 4; column++) {
		at = strpbrk(at, "\t\n");
		at = at && *at == '\t' ? at + 1 : NULL;
	}
	snprintf(text, sizeof(text), "%.*s", at ? (int)strcspn(at, "\n") : 7, at ? at : "no row\n");
	for (char *c = text; *c; c++)
		*c = *c == '\t' ? '|' : *c;
	return text;
}

/* A test's plan entry; `name` is that of a sabotage or NULL. */
#define BARE(test, id) "{'name':'" test "','about':'t','requirements':['" id "']}"
#define BROKEN(test, id, name)                                                                     \
	"{'name':'" test "','about':'t','requirements':['" id "'],'argument':'--sabotage=" name    \
	"'}"

static void plan(struct events *e, int total, const char *tests)
{
	struct sabotages s;
	char error[256];

	assert_int_equal(sabotages_read(&s, LIST, error, sizeof(error)), 0);
	events_boot(e, "unified");
	event(e, EVENT_PLAN,
	      "'part':1,'parts':1,'total':%d,'digest':'sha256:55','catalogue':'%s',"
	      "'suite':'0.1.0','spec':'1.2.0','official':false,'only':null,'prove':'%s',"
	      "'tests':[%s]",
	      total, catalogue_digest, s.digest, tests);
}

static void verdict(struct events *e)
{
	event(e, EVENT_VERDICT, "'verdict':'proof complete','code':0,'reason':'r'");
	events_close(e);
}

/* One requirement, one test, bare and under one sabotage, with these outcomes; the code. */
static int twins(const char *bare, const char *broken)
{
	struct events e;

	write_list(HEADER "kill.stopped\t*\tkill skip\n");
	events_open(&e, EVENTS);
	plan(&e, 2,
	     BARE("a/one", "kill.stopped") "," BROKEN("s1/a/one", "kill.stopped", "kill.stopped"));
	events_test(&e, "a/one", "kill.stopped", bare);
	events_test(&e, "s1/a/one", "kill.stopped", broken);
	verdict(&e);
	return prove("base", EVENTS);
}

static void twins_decide(void **state)
{
	(void)state;
	assert_int_equal(twins("pass", "fail"), 0);
	assert_string_equal(said,
			    "requirement\tsaboteur\tsabotage\tbase\toutcome\treason\ttests\n"
			    "kill.stopped\tkill.stopped\tkill skip\tbase\tkilled\t\ta/one\n");
	assert_int_equal(twins("pass", "pass"), 1);
	assert_string_equal(row(1), "survived||a/one");
	assert_int_equal(twins("pass", "disabled"), 1);
	assert_string_equal(row(1), "survived|disabled|a/one");
	assert_int_equal(twins("pass", "error"), 1);
	assert_string_equal(row(1), "error|the test could not tell|a/one");
	assert_int_equal(twins("pass", "skip"), 1);
	assert_string_equal(row(1), "error|the test could not tell|a/one");
}

/* What the base does not pass, a saboteur cannot break; nor is what broke down a proof. */
static void bare_twin_must_pass(void **state)
{
	(void)state;
	assert_int_equal(twins("fail", "fail"), 0);
	assert_string_equal(row(1), "masked|fail|a/one");
	assert_int_equal(twins("disabled", "fail"), 0);
	assert_string_equal(row(1), "masked|disabled|a/one");
	assert_int_equal(twins("error", "fail"), 1);
	assert_string_equal(row(1), "error|the bare test could not tell|a/one");
	assert_int_equal(twins("skip", "fail"), 1);
	assert_string_equal(row(1), "error|the bare test could not tell|a/one");
}

/* A hang and a crash under a sabotage are noticed, as they are in any run. */
static void hang_is_noticed(void **state)
{
	struct events e;

	(void)state;
	write_list(HEADER "kill.stopped\t*\tkill skip\n");
	events_open(&e, EVENTS);
	plan(&e, 2,
	     BARE("a/one", "kill.stopped") "," BROKEN("s1/a/one", "kill.stopped", "kill.stopped"));
	events_test(&e, "a/one", "kill.stopped", "pass");
	events_start(&e, "s1/a/one");
	events_end(&e, "s1/a/one", "hang");
	verdict(&e);
	assert_int_equal(prove("base", EVENTS), 0);
	assert_string_equal(row(1), "killed||a/one");
}

/* Another requirement of the test that fails is no proof of this one. */
static void only_its_own_requirement_counts(void **state)
{
	struct events e;

	(void)state;
	write_list(HEADER "kill.stopped\t*\tkill skip\n");
	events_open(&e, EVENTS);
	plan(&e, 2,
	     "{'name':'a/one','about':'t','requirements':['kill.stopped','root.readonly']},"
	     "{'name':'s1/a/one','about':'t','requirements':['kill.stopped','root.readonly'],"
	     "'argument':'--sabotage=kill.stopped'}");
	events_start(&e, "a/one");
	events_check(&e, "a/one", "kill.stopped", "pass");
	events_check(&e, "a/one", "root.readonly", "pass");
	events_end(&e, "a/one", "pass");
	events_start(&e, "s1/a/one");
	events_check(&e, "s1/a/one", "kill.stopped", "pass");
	events_check(&e, "s1/a/one", "root.readonly", "fail");
	events_end(&e, "s1/a/one", "fail");
	verdict(&e);
	assert_int_equal(prove("base", EVENTS), 1);
	assert_string_equal(row(1), "survived||a/one");
}

/* One test of several that notices is enough; each further line has its own row and fate. */
static void one_test_is_enough_for_a_line(void **state)
{
	struct events e;

	(void)state;
	write_list(HEADER "kill.stopped\t*\tkill skip\n# a remark\n\n"
			  "root.readonly\t*\tremove root.readonly\n"
			  "kill.stopped\ta/*\tkill status 0\n"
			  "hooks.poststart.warn\t*\tcreate skip\n"
			  "linux.cpu.idle\t*\tcreate skip\n");
	events_open(&e, EVENTS);
	plan(&e, 5,
	     BARE("a/one", "kill.stopped") "," BARE("a/two", "kill.stopped") "," BROKEN(
		     "s1/a/one", "kill.stopped",
		     "kill.stopped") "," BROKEN("s1/a/two", "kill.stopped",
						"kill.stopped") "," BROKEN("s3/a/two",
									   "kill.stopped",
									   "kill.stopped#2"));
	events_test(&e, "a/one", "kill.stopped", "pass");
	events_test(&e, "a/two", "kill.stopped", "pass");
	events_test(&e, "s1/a/one", "kill.stopped", "pass");
	events_test(&e, "s1/a/two", "kill.stopped", "fail");
	events_test(&e, "s3/a/two", "kill.stopped", "pass");
	verdict(&e);
	assert_int_equal(prove("base", EVENTS), 1);
	assert_string_equal(row(1), "killed||a/two");
	assert_string_equal(row(2), "inapplicable|no test here|");
	assert_string_equal(row(3), "survived||a/two");
	assert_non_null(strstr(said, "\nkill.stopped\tkill.stopped#2\tkill status 0\tbase\t"));
	assert_string_equal(row(4), "inapplicable|no test here|");
	assert_string_equal(row(5), "inapplicable|no test here|");
}

static void version_makes_it_inapplicable(void **state)
{
	struct events e;
	struct sabotages s;
	char error[256];

	(void)state;
	write_list(HEADER "kill.stopped\t*\tkill skip\nlinux.cpu.idle\t*\tcreate skip\n");
	assert_int_equal(sabotages_read(&s, LIST, error, sizeof(error)), 0);
	events_open(&e, EVENTS);
	events_boot(&e, "unified");
	event(&e, EVENT_PLAN,
	      "'part':1,'parts':1,'total':1,'digest':'d','catalogue':'%s','suite':'0.1.0',"
	      "'spec':'1.0.2','official':false,'only':null,'prove':'%s','tests':[%s]",
	      catalogue_digest, s.digest, BARE("a/one", "kill.stopped"));
	events_test(&e, "a/one", "kill.stopped", "pass");
	verdict(&e);
	assert_int_equal(prove("base", EVENTS), 0);
	assert_string_equal(row(1), "inapplicable|no test here|");
	assert_string_equal(row(2), "inapplicable|not in this version|");
}

/* A run that broke off proves nothing of what it did not end, and says so. */
static void incomplete_run_is_none(void **state)
{
	struct events e;

	(void)state;
	write_list(HEADER "kill.stopped\t*\tkill skip\n");
	events_open(&e, EVENTS);
	plan(&e, 2,
	     BARE("a/one", "kill.stopped") "," BROKEN("s1/a/one", "kill.stopped", "kill.stopped"));
	events_test(&e, "a/one", "kill.stopped", "pass");
	events_start(&e, "s1/a/one");
	events_check(&e, "s1/a/one", "kill.stopped", "fail");
	events_close(&e);
	assert_int_equal(prove("base", EVENTS), VERDICT_INVALID);
	assert_string_equal(row(1), "error|the test has no end|a/one");
	assert_non_null(strstr(complained, "have no end"));
}

static void other_runs_are_refused(void **state)
{
	struct events e;

	(void)state;
	assert_int_equal(twins("pass", "fail"), 0);
	write_list(HEADER "kill.stopped\t*\tkill status 0\n");
	assert_int_equal(prove("base", EVENTS), VERDICT_INVALID);
	assert_non_null(strstr(complained, "not a run of this list"));
	events_open(&e, EVENTS);
	events_boot(&e, "unified");
	events_plan(&e, 1, 1, 1, BARE("a/one", "kill.stopped"));
	events_test(&e, "a/one", "kill.stopped", "pass");
	events_close(&e);
	assert_int_equal(prove("base", EVENTS), VERDICT_INVALID);
	/* And an argument of its own is for a run that proves. */
	events_open(&e, EVENTS);
	events_boot(&e, "unified");
	events_plan(&e, 1, 1, 1, BROKEN("s1/a/one", "kill.stopped", "kill.stopped"));
	events_close(&e);
	assert_int_equal(prove("base", EVENTS), VERDICT_INVALID);
	assert_non_null(strstr(complained, "argument of its own"));
}

/* The base is called as the runtime event does, unless something else is said. */
static void base_has_a_name(void **state)
{
	const char *words[] = { "prove", "--list", LIST, EVENTS, NULL };
	FILE *out = stdout;

	(void)state;
	assert_int_equal(twins("pass", "fail"), 0);
	stdout = fmemopen(said, sizeof(said), "w");
	assert_int_equal(cmd_prove(4, (char **)words), 0);
	fclose(stdout);
	stdout = out;
	assert_non_null(strstr(said, "\tcrun-1.8\tkilled\t"));
}

static int list_error(const char *text, const char *says)
{
	write_list(text);
	if (prove("base", NULL) != VERDICT_INVALID)
		return 1;
	if (!strstr(complained, says))
		fail_msg("\"%s\" does not say \"%s\"", complained, says);
	return 0;
}

static void lists_are_checked(void **state)
{
	(void)state;
	write_list(HEADER "kill.stopped\ta/*\tkill skip\nkill.stopped\t*\tkill skip\n");
	assert_int_equal(prove("base", NULL), 0);
	assert_int_equal(list_error("", "not a list"), 0);
	assert_int_equal(list_error(HEADER, "no sabotage"), 0);
	assert_int_equal(list_error(HEADER "kill.stopped\t*\tkill skip", "not a list"), 0);
	assert_int_equal(list_error("kill.stopped\t*\tkill skip\n", "list.tsv:1: not the header"),
			 0);
	assert_int_equal(list_error(HEADER "# x\nkill.stopped\t*\n", "list.tsv:3: 2 columns"), 0);
	assert_int_equal(list_error(HEADER "kill.stopped\t*\ta\tb\n", "list.tsv:2: 4 columns"), 0);
	assert_int_equal(list_error(HEADER "kill.stopped\t\ta\n", "empty column"), 0);
	assert_int_equal(list_error(HEADER "kill.nothing\t*\ta\n", "not in the catalogue"), 0);
	assert_int_equal(list_error(HEADER "kill.stopped\t*\ta\nkill.stopped\t*\ta\n",
				    "list.tsv:3: the same as line 2"),
			 0);
	assert_int_equal(list_error(HEADER "kill.stopped\tb/*\ta\n",
				    "list.tsv:2: no test like \"b/*\" decides kill.stopped"),
			 0);
	assert_int_equal(list_error(HEADER "linux.cpu.idle\t*\ta\n", "decides linux.cpu.idle"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins_decide),
		cmocka_unit_test(bare_twin_must_pass),
		cmocka_unit_test(hang_is_noticed),
		cmocka_unit_test(only_its_own_requirement_counts),
		cmocka_unit_test(one_test_is_enough_for_a_line),
		cmocka_unit_test(version_makes_it_inapplicable),
		cmocka_unit_test(incomplete_run_is_none),
		cmocka_unit_test(other_runs_are_refused),
		cmocka_unit_test(base_has_a_name),
		cmocka_unit_test(lists_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
