/* LINK: suite/core/results.c suite/core/judge.c suite/core/chain.c suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* What events say: outcomes, verdict, digest, merging, resume; and that edited files are refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "events.h"
#include "suite/core/results.h"

#define A "results-a.jsonl"
#define B "results-b.jsonl"

#define PLAN_TWO                                                                                   \
	"{'name':'a/one','about':'first','requirements':['kill.stopped','state.should']},"         \
	"{'name':'a/two','about':'second','requirements':['root.readonly']}"

static struct results *read_run(struct events *e)
{
	struct results *r = results_new(RESULTS_STRICT);
	struct results_error err = { 0 };

	events_close(e);
	if (results_read(r, e->path, &err))
		fail_msg("%s", err.text);
	return r;
}

static void begin_two(struct events *e)
{
	events_open(e, A);
	events_boot(e, "unified");
	events_plan(e, 1, 1, 2, PLAN_TWO);
}

static enum outcome outcome_of(const struct results *r, const char *id)
{
	for (size_t i = 0; i < r->n_requirements; i++)
		if (!strcmp(r->requirements[i].id, id))
			return r->requirements[i].outcome;
	return OUTCOMES;
}

static void passes(void **state)
{
	struct events e;
	struct results *r;

	(void)state;
	begin_two(&e);
	events_start(&e, "a/one");
	events_check(&e, "a/one", "state.should", "fail");
	events_check(&e, "a/one", "kill.stopped", "pass");
	events_end(&e, "a/one", "fail");
	events_test(&e, "a/two", "root.readonly", "pass");
	r = read_run(&e);
	results_judge(r);
	assert_string_equal(r->verdict.word, "conformant");
	assert_true(r->verdict.official);
	assert_string_equal(r->tsv,
			    "kill.stopped\tpass\nroot.readonly\tpass\nstate.should\tfail\n");
	assert_string_equal(
		r->digest,
		"sha256:0e276711343d7b48bb94b9922b69f0a33f7fad330ef8fb8f34fa10980c427095");
	assert_int_equal(r->counts[WEIGHT_MUST][OUTCOME_PASS], 2);
	assert_int_equal(r->counts[WEIGHT_SHOULD][OUTCOME_FAIL], 1);
	/* Without the verdict event the run is not over. */
	results_conclude(r);
	assert_int_equal(r->verdict.code, VERDICT_INVALID);
	assert_string_equal(r->verdict.reason, "unified: the run did not reach its verdict");
	results_free(r);
}

static void verdict_is_recorded_and_agrees(void **state)
{
	struct events e;
	struct results *r;
	char *body;

	(void)state;
	begin_two(&e);
	events_start(&e, "a/one");
	events_check(&e, "a/one", "state.should", "pass");
	events_check(&e, "a/one", "kill.stopped", "fail");
	events_check(&e, "a/one", "kill.stopped", "pass");
	events_end(&e, "a/one", "fail");
	events_test(&e, "a/two", "root.readonly", "pass");
	fflush(e.file);
	r = results_new(RESULTS_STRICT);
	assert_int_equal(results_read(r, A, NULL), 0);
	results_judge(r);
	assert_int_equal(r->verdict.code, VERDICT_NOT_CONFORMANT);
	assert_string_equal(r->verdict.reason,
			    "1 of 2 MUST and MUST NOT requirements fail; first: kill.stopped");
	body = results_verdict_body(r);
	event(&e, EVENT_VERDICT, "%s", body);
	free(body);
	results_free(r);
	r = read_run(&e);
	results_conclude(r);
	assert_int_equal(r->verdict.code, VERDICT_NOT_CONFORMANT);
	results_free(r);
}

static void false_verdicts_are_found(void **state)
{
	static const char *const bodies[] = {
		"'verdict':'conformant','code':0,'official':true",
		"'verdict':'not conformant','code':1,'result':'sha256:00'",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct events e;
		struct results *r;

		begin_two(&e);
		events_start(&e, "a/one");
		events_check(&e, "a/one", "state.should", "pass");
		events_check(&e, "a/one", "kill.stopped", "fail");
		events_end(&e, "a/one", "fail");
		events_test(&e, "a/two", "root.readonly", "pass");
		event(&e, EVENT_VERDICT, "%s", bodies[i]);
		r = read_run(&e);
		results_conclude(r);
		assert_int_equal(r->verdict.code, VERDICT_INVALID);
		results_free(r);
	}
}

/* Each of these runs judges nothing. */
static void invalid_runs(void **state)
{
	static const struct {
		const char *one, *two, *reason;
	} cases[] = {
		{ "pass", "error",
		  "the suite could not tell for 1 requirements; first: root.readonly" },
		{ "fail", "skip",
		  "the environment could not offer what 1 requirements need; first: "
		  "root.readonly" },
		{ "pass", NULL, "unified: 1 of 2 tests have no end; first: a/two" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct events e;
		struct results *r;

		begin_two(&e);
		events_start(&e, "a/one");
		events_check(&e, "a/one", "kill.stopped", cases[i].one);
		events_check(&e, "a/one", "state.should", "pass");
		events_end(&e, "a/one", cases[i].one);
		events_start(&e, "a/two");
		if (cases[i].two) {
			events_check(&e, "a/two", "root.readonly", cases[i].two);
			events_end(&e, "a/two", cases[i].two);
		}
		r = read_run(&e);
		results_judge(r);
		assert_int_equal(r->verdict.code, VERDICT_INVALID);
		assert_string_equal(r->verdict.reason, cases[i].reason);
		results_free(r);
	}
}

/* However the tests end: what the kernel lacks is named, and who wanted it. */
static void missing_features(void **state)
{
	struct events e;
	struct results *r;

	(void)state;
	begin_two(&e);
	event(&e, EVENT_ENVIRONMENT,
	      "'controlled':true,'selfcheck':[{'feature':'pidfd','ok':true},"
	      "{'feature':'AppArmor','ok':false,'wanted':['a.one','a.two']},"
	      "{'feature':'misc','ok':false,'wanted':[]},"
	      "{'feature':'seccomp','ok':false,'wanted':['s.one','s.two','s.three','s.four']}]");
	events_test(&e, "a/one", "kill.stopped", "fail");
	events_test(&e, "a/two", "root.readonly", "pass");
	r = read_run(&e);
	results_judge(r);
	assert_int_equal(r->verdict.code, VERDICT_INVALID);
	assert_string_equal(r->verdict.reason,
			    "unified: the kernel lacks what tests need: AppArmor (a.one, a.two); "
			    "misc; seccomp (s.one, s.two and 2 more)");
	results_free(r);
}

static void plans_must_be_whole(void **state)
{
	struct events e;
	struct results *r;

	(void)state;
	events_open(&e, A);
	events_boot(&e, "unified");
	events_plan(&e, 1, 2, 3, PLAN_TWO);
	events_plan(&e, 1, 2, 3, PLAN_TWO); /* said again after the suite died: no harm */
	r = read_run(&e);
	results_judge(r);
	assert_int_equal(r->n_tests, 2);
	assert_string_equal(r->verdict.reason, "unified: the plan is incomplete: 2 of 3 tests");
	results_free(r);

	events_open(&e, A);
	events_boot(&e, "unified");
	r = read_run(&e);
	results_judge(r);
	assert_string_equal(r->verdict.reason, "unified: no test was planned");
	results_free(r);

	r = results_new(RESULTS_STRICT);
	results_judge(r);
	assert_int_equal(r->verdict.code, VERDICT_INVALID);
	assert_string_equal(r->verdict.reason, "no events");
	results_free(r);
}

/* A test that ends without a word on a requirement: what that means depends on how it ended. */
static void silence(void **state)
{
	static const struct {
		const char *end;
		enum outcome outcome;
	} cases[] = {
		{ "pass", OUTCOME_ERROR },	  { "fail", OUTCOME_ERROR },
		{ "error", OUTCOME_ERROR },	  { "skip", OUTCOME_SKIP },
		{ "hang", OUTCOME_FAIL },	  { "crash", OUTCOME_FAIL },
		{ "disabled", OUTCOME_DISABLED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct events e;
		struct results *r;

		begin_two(&e);
		events_start(&e, "a/one");
		events_check(&e, "a/one", "state.should", "pass");
		events_end(&e, "a/one", cases[i].end);
		events_test(&e, "a/two", "root.readonly", "pass");
		r = read_run(&e);
		results_judge(r);
		assert_int_equal(outcome_of(r, "kill.stopped"), cases[i].outcome);
		assert_int_equal(outcome_of(r, "state.should"), OUTCOME_PASS);
		results_free(r);
	}
}

/* Everything was checked, and then it hung: none of it stands. */
static void late_hang_spoils(void **state)
{
	struct events e;
	struct results *r;

	(void)state;
	begin_two(&e);
	events_test(&e, "a/two", "root.readonly", "pass");
	events_start(&e, "a/one");
	events_check(&e, "a/one", "state.should", "pass");
	events_check(&e, "a/one", "kill.stopped", "pass");
	events_end(&e, "a/one", "hang");
	r = read_run(&e);
	results_judge(r);
	assert_int_equal(outcome_of(r, "kill.stopped"), OUTCOME_FAIL);
	assert_int_equal(r->tests_by[OUTCOME_HANG], 1);
	assert_int_equal(r->verdict.code, VERDICT_NOT_CONFORMANT);
	results_free(r);
}

static void check_outside_the_plan_is_our_error(void **state)
{
	struct events e;
	struct results *r;

	(void)state;
	begin_two(&e);
	events_start(&e, "a/two");
	events_check(&e, "a/two", "root.readonly", "pass");
	events_check(&e, "a/two", "linux.cpu.idle", "pass");
	events_end(&e, "a/two", "pass");
	r = read_run(&e);
	results_judge(r);
	assert_int_equal(outcome_of(r, "linux.cpu.idle"), OUTCOME_ERROR);
	results_free(r);
}

/* Boots: what was open, alone or not, and that a second attempt forgets the first. */
static void resume(void **state)
{
	struct events e;
	struct results *r;
	struct result_test *one, *two;

	(void)state;
	begin_two(&e);
	events_start(&e, "a/one");
	events_start(&e, "a/two");
	events_check(&e, "a/two", "root.readonly", "fail");
	event(&e, EVENT_BOOT,
	      "'boot':2,'cause':'panic','profile':'unified','open':['a/one','a/two']");
	event(&e, EVENT_EVIDENCE, "'test':'','name':'panic.txt','text':'oops'");
	events_test(&e, "a/two", "root.readonly", "pass");
	events_start(&e, "a/one");
	event(&e, EVENT_BOOT, "'boot':3,'cause':'power','profile':'unified','open':['a/one']");
	r = read_run(&e);
	one = results_test(r, "a/one");
	two = results_test(r, "a/two");
	assert_true(one->started && !one->ended && !one->open);
	assert_int_equal(one->downs, 1);
	assert_int_equal(one->cuts, 1);
	assert_true(one->alone);
	assert_int_equal(two->downs, 1);
	assert_false(two->alone);
	assert_int_equal(two->n_checks, 1);
	assert_int_equal(two->boot, 2);
	assert_int_equal(r->runs[0].n_boots, 3);
	assert_int_equal(r->runs[0].n_evidence, 1);
	results_judge(r);
	assert_int_equal(outcome_of(r, "root.readonly"), OUTCOME_PASS);
	assert_null(results_test(r, "a/three"));
	results_free(r);
}

static void write_profile(const char *path, const char *profile, const char *outcome)
{
	struct events e;
	struct results *r;
	char *body;

	events_open(&e, path);
	events_boot(&e, profile);
	events_plan(&e, 1, 1, 2, PLAN_TWO);
	events_start(&e, "a/one");
	events_check(&e, "a/one", "state.should", "pass");
	events_check(&e, "a/one", "kill.stopped", "pass");
	events_end(&e, "a/one", "pass");
	events_test(&e, "a/two", "root.readonly", outcome);
	fflush(e.file);
	r = results_new(RESULTS_STRICT);
	assert_int_equal(results_read(r, path, NULL), 0);
	results_judge(r);
	body = results_verdict_body(r);
	event(&e, EVENT_VERDICT, "%s", body);
	free(body);
	results_free(r);
	events_close(&e);
}

static void profiles_merge(void **state)
{
	static const struct {
		const char *a, *b;
		enum outcome both;
		enum verdict_code code;
	} cases[] = {
		{ "pass", "pass", OUTCOME_PASS, VERDICT_CONFORMANT },
		{ "pass", "fail", OUTCOME_FAIL, VERDICT_NOT_CONFORMANT },
		{ "pass", "disabled", OUTCOME_DISABLED, VERDICT_CONFORMANT },
		{ "skip", "pass", OUTCOME_SKIP, VERDICT_INVALID },
		{ "skip", "skip", OUTCOME_SKIP, VERDICT_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct results *r = results_new(RESULTS_STRICT);

		write_profile(A, "unified", cases[i].a);
		write_profile(B, "legacy", cases[i].b);
		assert_int_equal(results_read(r, A, NULL), 0);
		assert_int_equal(results_read(r, B, NULL), 0);
		results_conclude(r);
		assert_int_equal(outcome_of(r, "root.readonly"), cases[i].both);
		assert_int_equal(r->verdict.code, cases[i].code);
		assert_int_equal(r->n_tests, 4);
		results_free(r);
	}
}

static void unofficial(void **state)
{
	static const char *const plans[] = { "'official':false,'only':null",
					     "'official':true,'only':'a/*'" };
	struct events e;
	struct results *r;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		events_open(&e, A);
		events_boot(&e, "unified");
		event(&e, EVENT_PLAN,
		      "'part':1,'parts':1,'total':1,%s,'tests':[{'name':'a','requirements':"
		      "['kill.stopped']}]",
		      plans[i]);
		events_test(&e, "a", "kill.stopped", "pass");
		r = read_run(&e);
		results_judge(r);
		assert_int_equal(r->verdict.code, VERDICT_CONFORMANT);
		assert_false(r->verdict.official);
		results_free(r);
	}
}

static void weights(void **state)
{
	static const struct {
		const char *id, *spec;
		bool strict;
		enum weight weight;
	} cases[] = {
		{ "kill.stopped", "1.0.0", false, WEIGHT_MUST },
		{ "process.rlimits.duplicate", "1.0.0", false, WEIGHT_MUST },
		{ "state.should", "1.0.0", false, WEIGHT_SHOULD },
		{ "process.cwd.exact", "1.0.0", false, WEIGHT_IMPLIED },
		{ "process.env.order", "1.0.0", false, WEIGHT_PRACTICE },
		{ "cli.create.exit-zero", "1.0.0", false, WEIGHT_MUST },
		{ "cli.create.listen-fds.strict", "1.0.0", false, WEIGHT_STRICT },
		{ "cli.create.listen-fds.strict", "1.0.0", true, WEIGHT_MUST },
		{ "hooks.poststart.warn", "1.2.1", false, WEIGHT_MUST },
		{ "hooks.poststart.warn", "1.3.0", false, WEIGHT_OTHER },
		{ "hooks.poststart.warn", "1.3.0-rc.1", false, WEIGHT_OTHER },
		{ "linux.cpu.idle", "1.0.2", false, WEIGHT_OTHER },
		{ "linux.cpu.idle", "1.1.0+dev", false, WEIGHT_MUST },
		{ "linux.cpu.idle", NULL, false, WEIGHT_MUST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(requirement_weight(requirement_find(cases[i].id), cases[i].spec,
						    cases[i].strict),
				 cases[i].weight);
	assert_true(requirement_applies("1.0.2<1.3", "1.2.1"));
	assert_false(requirement_applies("1.0.2<1.3", "1.0.1"));
	assert_false(requirement_applies("1.0<1.0.2", "1.0.2"));
}

/* Everything that is refused, and that the message names line and reason. */
static void refused(void **state)
{
	static const struct {
		enum event_type type;
		const char *body, *message;
	} cases[] = {
		{ EVENT_START, "'test':'a/none'", "start of a test that is not planned" },
		{ EVENT_CHECK, "'test':'a/one','requirement':'kill.stopped','outcome':'pass'",
		  "check of a test that has not started" },
		{ EVENT_END, "'test':'a/one','outcome':'pass'", "end of a test that has not" },
		{ EVENT_FINDING, "'test':'x'", "finding of a test that is not planned" },
		{ EVENT_EVIDENCE, "'test':'x','name':'y'", "an evidence event needs" },
		{ EVENT_VERDICT, "'verdict':'x','code':4", "a verdict event needs" },
		{ EVENT_BOOT, "'boot':0,'cause':'x'", "a boot event needs" },
		{ EVENT_BOOT, "'boot':2,'cause':'x','profile':'legacy'",
		  "profile \"legacy\" after" },
		{ EVENT_RUNTIME, "'name':'runc','version':'1'", "another runtime than before" },
		{ EVENT_PLAN, "'part':1,'parts':1,'total':1,'tests':[]", "a second, other plan" },
		{ EVENT_PLAN, "'part':2,'parts':1,'total':1,'tests':[]", "a plan event needs" },
		{ EVENT_START, "'test':'a/one','test':'a/two'", "torn or edited" },
	};
	struct results_error err;
	struct events e;
	struct results *r;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_two(&e);
		event(&e, cases[i].type, "%s", cases[i].body);
		events_close(&e);
		r = results_new(RESULTS_STRICT);
		assert_int_equal(results_read(r, A, &err), -EBADMSG);
		assert_int_equal(err.line, 5);
		assert_non_null(strstr(err.text, A ": line 5: "));
		assert_non_null(strstr(err.text, cases[i].message));
		results_free(r);
	}
}

static void refuses_other_catalogues(void **state)
{
	struct results_error err;
	struct events e;
	struct results *r;

	(void)state;
	for (int i = 0; i < 2; i++) {
		events_open(&e, A);
		if (i)
			event(&e, EVENT_PLAN,
			      "'part':1,'parts':1,'total':1,'catalogue':'sha256:1','tests':[]");
		else
			events_plan(&e, 1, 1, 1, "{'name':'a','requirements':['no.such']}");
		events_close(&e);
		r = results_new(RESULTS_STRICT);
		assert_int_equal(results_read(r, A, &err), -EBADMSG);
		assert_non_null(strstr(err.text, i ? "catalogue sha256:1 is not the one"
						   : "\"no.such\" is not in this assay"));
		results_free(r);
	}
}

static char *slurp(const char *path, size_t *length)
{
	FILE *f = fopen(path, "r");
	char *data = malloc(1 << 20);

	assert_non_null(f);
	*length = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

static int read_bytes(const char *data, size_t length, struct results_error *err)
{
	struct results *r = results_new(RESULTS_STRICT);
	FILE *f = fopen(B, "w");
	int e;

	assert_int_equal(fwrite(data, 1, length, f), length);
	fclose(f);
	e = results_read(r, B, err);
	if (!e) {
		/* The last line has no successor in the chain: the verdict vouches for it. */
		results_conclude(r);
		e = r->verdict.code == VERDICT_CONFORMANT ? 0 : -EINVAL;
	}
	results_free(r);
	return e;
}

/* Cut anywhere, or with any one bit of any line but the last changed: found. */
static void torn_and_edited(void **state)
{
	struct results_error err;
	size_t length, last;
	char *data;

	(void)state;
	write_profile(A, "unified", "pass");
	data = slurp(A, &length);
	assert_int_equal(read_bytes(data, length, &err), 0);
	for (size_t cut = 0; cut < length; cut += 7)
		assert_int_not_equal(read_bytes(data, cut, &err), 0);
	for (last = length - 2; data[last] != '\n'; last--)
		;
	for (size_t i = 0; i < last; i += 5) {
		data[i] ^= 2;
		assert_int_not_equal(read_bytes(data, length, &err), 0);
		data[i] ^= 2;
	}
	free(data);
}

static void lines_of_any_kind(void **state)
{
	static char line[EVENT_LINE_MAX + 100];
	static const char *const bad[] = {
		"", "\n", "{}\n", "[]\n", "\xff\xfe\n", "{\"seq\":1", "{\"type\":\"x\"}\n", "null\n"
	};
	struct results_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(read_bytes(bad[i], strlen(bad[i]), &err), -EBADMSG);
		assert_int_equal(err.line, 1);
	}
	memset(line, ' ', sizeof(line));
	assert_int_equal(read_bytes(line, sizeof(line), &err), -EBADMSG);
	assert_non_null(strstr(err.text, "longer than a line"));
	assert_int_equal(results_read(NULL, "no/such/file", &err), -ENOENT);
	assert_string_equal(err.text, "no/such/file: No such file or directory");
}

static void evidence_is_read_again(void **state)
{
	struct events e;
	struct results *r;
	size_t length;
	bool cut;
	char *text;

	(void)state;
	begin_two(&e);
	events_start(&e, "a/one");
	event(&e, EVENT_EVIDENCE, "'test':'a/one','name':'one','text':'first\\u0000\\u001b'");
	event(&e, EVENT_EVIDENCE, "'test':'a/one','name':'two','text':'second','truncated':true");
	r = read_run(&e);
	assert_int_equal(r->tests[0].n_evidence, 2);
	text = results_evidence_text(r, 0, &r->tests[0].evidence[1], &length, &cut);
	assert_string_equal(text, "second");
	assert_true(cut);
	free(text);
	text = results_evidence_text(r, 0, &r->tests[0].evidence[0], &length, &cut);
	assert_int_equal(length, 7);
	assert_memory_equal(text, "first\0\x1b", 8);
	assert_false(cut);
	free(text);
	results_free(r);
}

/* The progress view takes what arrives. */
static void lenient(void **state)
{
	static const char *const lines[] = {
		"{\"seq\":9,\"type\":\"start\",\"time\":1,\"test\":\"x\"}",
		("{\"seq\":12,\"type\":\"check\",\"time\":1,\"test\":\"x\",\"requirement\":\"q\","
		 "\"outcome\":\"pass\"}"),
		"{\"seq\":13,\"type\":\"end\",\"time\":1,\"test\":\"x\",\"outcome\":\"pass\"}",
	};
	struct results *r = results_new(RESULTS_LENIENT);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(results_feed(r, lines[i], strlen(lines[i]), NULL), 0);
	assert_int_equal(results_feed(r, "nonsense", 8, NULL), -EBADMSG);
	results_judge(r);
	assert_int_equal(outcome_of(r, "q"), OUTCOME_PASS);
	assert_int_equal(r->verdict.code, VERDICT_INVALID);
	results_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes),
		cmocka_unit_test(verdict_is_recorded_and_agrees),
		cmocka_unit_test(false_verdicts_are_found),
		cmocka_unit_test(invalid_runs),
		cmocka_unit_test(missing_features),
		cmocka_unit_test(plans_must_be_whole),
		cmocka_unit_test(silence),
		cmocka_unit_test(late_hang_spoils),
		cmocka_unit_test(check_outside_the_plan_is_our_error),
		cmocka_unit_test(resume),
		cmocka_unit_test(profiles_merge),
		cmocka_unit_test(unofficial),
		cmocka_unit_test(weights),
		cmocka_unit_test(refused),
		cmocka_unit_test(refuses_other_catalogues),
		cmocka_unit_test(torn_and_edited),
		cmocka_unit_test(lines_of_any_kind),
		cmocka_unit_test(evidence_is_read_again),
		cmocka_unit_test(lenient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
