/* LINK: suite/core/body.c suite/core/test.c suite/core/judge.c suite/core/results.c */
/* LINK: suite/core/chain.c suite/core/sha256.c suite/core/sink.c suite/core/stream.c */
/* LINK: suite/probe/names.c suite/core/outside.c suite/core/process.c init/listing.c */
/* LINK: suite/core/patience.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner does not believe the process of a test: a runtime may have got hold of its socket. And
 * it knows whose fault an end without a word was.
 */
#include "suite/core/runner.c"

#include "suite.h"

#include "events.h"

int sandbox_enter(const struct context *c, size_t index, char *error, size_t size)
{
	(void)c;
	(void)index;
	(void)error;
	(void)size;
	return 0;
}

void bundle_prepare(struct test *t)
{
	(void)t;
}

void ledger_prepare(void)
{
}

void sandbox_cgroup(const struct context *c, size_t index, char name[SANDBOX_CGROUP])
{
	(void)c;
	snprintf(name, SANDBOX_CGROUP, "/t%zu", index);
}

void sandbox_remove(const struct context *c, size_t index)
{
	(void)c;
	(void)index;
}

void sandbox_thaw(const struct context *c, size_t index)
{
	(void)c;
	(void)index;
}

bool sandbox_out_of_memory(const struct context *c, size_t index)
{
	(void)c;
	(void)index;
	return false;
}

#define EVENTS "runner-events.jsonl"

struct world {
	struct context c;
	struct plan plan;
	struct planned test;
	struct test_entry entry;
	const char *ids[3];
	struct runner_options options;
	struct runner r;
	struct job *j;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->ids[0] = "kill.stopped";
	w->ids[1] = "root.readonly";
	w->test = (struct planned){ .entry = &w->entry,
				    .name = (char *)"a/b",
				    .about = (char *)"",
				    .all = w->ids,
				    .wanted = w->ids,
				    .n_wanted = 2 };
	w->plan = (struct plan){ .tests = &w->test, .n = 1 };
	w->options.quiet = true;
	w->r = (struct runner){
		.c = &w->c, .plan = &w->plan, .sink = sink_file(EVENTS), .options = &w->options
	};
	w->r.running = w->r.alive = 1;
	w->j = job_new(&w->c, &w->test, 0);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	job_free(w->j);
	free(w);
	return 0;
}

static void send_as(struct world *w, uint32_t magic, enum event_type type, const char *body)
{
	char data[4096];
	struct event_header h = { .magic = magic,
				  .type = (uint16_t)type,
				  .length = (uint32_t)strlen(body) };

	memcpy(data, &h, sizeof(h));
	memcpy(data + sizeof(h), body, strlen(body));
	take_message(&w->r, w->j, data, sizeof(h) + strlen(body));
}

static const char *written(void)
{
	static char text[8192];
	FILE *in = fopen(EVENTS, "r");
	size_t n = fread(text, 1, sizeof(text) - 1, in);

	fclose(in);
	text[n] = '\0';
	return text;
}

static void what_a_test_may_say_is_passed_on(void **state)
{
	struct world *w = *state;

	send_as(w, EVENT_MAGIC, EVENT_CHECK,
		"\"requirement\":\"kill.stopped\",\"outcome\":\"pass\"");
	assert_non_null(strstr(written(), "\"test\":\"a/b\",\"requirement\":\"kill.stopped\""));
	assert_int_equal(w->j->decided[0], OUTCOME_PASS);
	send_as(w, EVENT_MAGIC, EVENT_END,
		"\"outcome\":\"pass\",\"runtime_ns\":5,\"answered\":1,\"hung\":2");
	assert_true(w->j->ended);
	assert_int_equal(w->r.running, 0);
	assert_int_equal(w->r.answered, 1);
	assert_int_equal(w->r.hung[1], 1);
}

static void what_it_may_not_say_is_dropped(void **state)
{
	static const struct {
		enum event_type type;
		const char *body;
	} forged[] = {
		{ EVENT_VERDICT, "\"verdict\":\"conformant\",\"code\":0" },
		{ EVENT_START, "\"attempt\":1" },
		{ EVENT_BOOT, "\"boot\":2,\"cause\":\"start\"" },
		{ EVENT_CHECK, "\"test\":\"c/d\",\"requirement\":\"kill.stopped\","
			       "\"outcome\":\"pass\"" },
		{ EVENT_CHECK, "\"requirement\":\"state.should\",\"outcome\":\"pass\"" },
		{ EVENT_CHECK, "\"requirement\":\"kill.stopped\",\"outcome\":\"great\"" },
		{ EVENT_CHECK, "\"requirement\":\"kill.stopped\",\"outcome\":\"pass\"},{\"x\":1" },
		{ EVENT_CHECK, "\"requirement\":\"kill.stopped\",\"outcome\":\"pass\"\n" },
		{ EVENT_FINDING, "not json" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(forged) - 2; i++)
		send_as(w, EVENT_MAGIC, forged[i].type, forged[i].body);
	send_as(w, EVENT_MAGIC, EVENT_FINDING, "not json");
	send_as(w, 1, EVENT_CHECK, "\"requirement\":\"kill.stopped\",\"outcome\":\"pass\"");
	assert_string_equal(written(), "");
	assert_int_equal(w->j->decided[0], OUTCOME_NONE);
}

static void a_second_line_cannot_be_smuggled_in(void **state)
{
	struct world *w = *state;

	/* white space between members may be a newline in JSON; in the record it may not */
	send_as(w, EVENT_MAGIC, EVENT_FINDING, "\"kind\":\"mount\",\n\"text\":\"x\"");
	assert_string_equal(written(), "");
	assert_int_equal(w->r.error, 0);
}

static void deaths_are_attributed(void **state)
{
	static const struct {
		int code, status;
		bool killed;
		enum outcome outcome, check;
	} cases[] = {
		{ CLD_KILLED, SIGKILL, true, OUTCOME_HANG, OUTCOME_FAIL },
		{ CLD_KILLED, SIGHUP, false, OUTCOME_CRASH, OUTCOME_FAIL },
		{ CLD_KILLED, SIGINT, false, OUTCOME_CRASH, OUTCOME_FAIL },
		{ CLD_KILLED, SIGKILL, false, OUTCOME_CRASH, OUTCOME_FAIL },
		{ CLD_DUMPED, SIGSEGV, false, OUTCOME_ERROR, OUTCOME_ERROR },
		{ CLD_EXITED, 1, false, OUTCOME_ERROR, OUTCOME_ERROR },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		siginfo_t info;

		memset(&info, 0, sizeof(info));
		info.si_code = cases[i].code;
		info.si_status = cases[i].status;
		w->j->killed = cases[i].killed;
		w->j->decided[0] = OUTCOME_PASS;
		w->j->decided[1] = OUTCOME_NONE;
		assert_int_equal(died(&w->r, w->j, &info), cases[i].outcome);
		assert_int_equal(w->j->decided[0], OUTCOME_PASS);
		assert_int_equal(w->j->decided[1], cases[i].check);
	}
}

/* What the vital test could not do is told to those that come; what others say of it is not. */
static void only_the_vital_test_tells_what_is_lacking(void **state)
{
	static const char end[] = "\"outcome\":\"fail\",\"runtime_ns\":5,\"answered\":1,"
				  "\"hung\":0,\"lacks\":5,\"why\":\"create: exit status 1\"";
	struct world *w = *state;

	send_as(w, EVENT_MAGIC, EVENT_END, end);
	assert_int_equal(w->plan.lacks, 0);
	w->entry.vital = true;
	w->j->ended = false;
	send_as(w, EVENT_MAGIC, EVENT_END, end);
	assert_int_equal(w->plan.lacks, 5);
	assert_string_equal(w->plan.why, "create: exit status 1");
	free((char *)w->plan.why);
}

static void only_what_never_ends_is_hopeless(void **state)
{
	struct world *w = *state;

	w->r.hung[COMMAND_CREATE] = HOPELESS_N;
	w->r.hung[COMMAND_START] = HOPELESS_N;
	w->r.hung[COMMAND_KILL] = HOPELESS_N - 1;
	w->r.answered = COMMAND_BIT(COMMAND_START);
	assert_int_equal(hopeless(&w->r), COMMAND_BIT(COMMAND_CREATE));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_a_test_may_say_is_passed_on),	   TEST(what_it_may_not_say_is_dropped),
		TEST(a_second_line_cannot_be_smuggled_in), TEST(deaths_are_attributed),
		TEST(only_what_never_ends_is_hopeless),
		TEST(only_the_vital_test_tells_what_is_lacking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
