/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a test in its process: what it has decided, what it tells the runner, how it ends.
 * Every way out goes through finish(). It must never leave a planned requirement without a word.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

const char *const command_names[COMMANDS] = {
	[COMMAND_CREATE] = "create", [COMMAND_START] = "start",	  [COMMAND_STATE] = "state",
	[COMMAND_KILL] = "kill",     [COMMAND_DELETE] = "delete",
};

void *take(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		abort();
	return memory;
}

char *take_text(const char *text, size_t length)
{
	char *copy = take(length + 1);

	memcpy(copy, text, length);
	return copy;
}

/* To the runner: a header and a body without the test's name. The runner adds it. */
static void tell(struct test *t, enum event_type type, struct body *b)
{
	struct event_header h = { .magic = EVENT_MAGIC,
				  .type = (uint16_t)type,
				  .length = (uint32_t)b->length };
	struct iovec part[2] = { { &h, sizeof(h) }, { b->data, b->length } };
	struct msghdr message = { .msg_iov = part, .msg_iovlen = 2 };
	ssize_t n;

	if (b->failed)
		abort();
	do
		n = sendmsg(t->channel, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		_exit(1);
	body_free(b);
}

static void decide(struct test *t, size_t i, enum outcome outcome, const char *expected,
		   const char *observed)
{
	struct body b = { 0 };

	t->decided[i] = outcome_worst(t->decided[i], outcome);
	body_text(&b, "requirement", t->planned->wanted[i]);
	body_text(&b, "outcome", outcome_name(outcome));
	if (outcome != OUTCOME_PASS || *expected)
		body_text(&b, "expected", expected);
	if (outcome != OUTCOME_PASS || *observed)
		body_text(&b, "observed", observed);
	tell(t, EVENT_CHECK, &b);
}

/* Of the vital test: operations that never worked. Without a container none of them has. */
static void tell_lacks(struct test *t, struct body *b)
{
	unsigned int lacks = 0, all = COMMAND_BIT(COMMAND_OTHER) - 1;
	const char *why = NULL;

	for (int i = 0; i < COMMAND_OTHER; i++) {
		if (!t->failed[i] || t->worked & COMMAND_BIT(i))
			continue;
		lacks |= COMMAND_BIT(i);
		why = why ? why : format(t, "%s: %s", command_names[i], t->failed[i]);
	}
	if (lacks & COMMAND_BIT(COMMAND_CREATE))
		lacks = all;
	if (!lacks)
		return;
	body_int(b, "lacks", lacks);
	body_text(b, "why", why);
}

static int terminal = -1; /* of the one who looks in */

/* Before the world is made: it has a console of its own. */
static void open_terminal(const struct context *c)
{
	if (c->look_in)
		terminal = open("/dev/console", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

/* The world of the test as it is at its end: bundles, containers, cgroups, the runtime. */
static void look_in(struct test *t)
{
	static char shell[] = "sh", path[] = "PATH=/bin:/usr/bin:/sbin:/usr/sbin",
		    term[] = "TERM=vt100";
	char *const argv[] = { shell, NULL };
	char *const envp[] = { path, term, NULL };
	pid_t pid;

	if (terminal < 0)
		return;
	dprintf(terminal,
		"\r\n%s: this is its world, before it is taken down. The bundles are below %s;\r\n"
		"exit lets it end.\r\n",
		t->planned->name, WORLD_DIR);
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		(void)!chdir(WORLD_DIR);
		dup2(terminal, 0);
		dup2(terminal, 1);
		dup2(terminal, 2);
		ioctl(0, TIOCSCTTY, 1);
		execve("/bin/sh", argv, envp);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

#define DEATH_MS 200 /* what is frozen does not die before the runner thaws it */

/* The next test begins at our word: nothing of ours may be there any more that does things. */
static void end_processes(void)
{
	const struct timespec limit = { .tv_nsec = DEATH_MS * NS_PER_MS };
	sigset_t child;
	pid_t pid;

	if (getpid() != 1)
		return;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	kill(-1, SIGKILL);
	do
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
	while (pid > 0 || (!pid && sigtimedwait(&child, NULL, &limit) > 0));
}

static void finish(struct test *t, enum outcome outcome) __attribute__((noreturn));
static void finish(struct test *t, enum outcome outcome)
{
	struct body b = { 0 };

	for (size_t i = 0; i < t->planned->n_wanted; i++)
		outcome = outcome_worst(outcome, t->decided[i]);
	body_text(&b, "outcome", outcome_name(outcome));
	body_int(&b, "runtime_ns", t->runtime_ns);
	body_int(&b, "answered", t->answered);
	body_int(&b, "hung", t->hung);
	if (planned_vital(t->planned))
		tell_lacks(t, &b);
	look_in(t);
	end_processes();
	tell(t, EVENT_END, &b);
	_exit(0);
}

static void decide_rest(struct test *t, enum outcome outcome, const char *expected,
			const char *observed)
{
	/* A test of one requirement that breaks off has not shown it, whatever it saw on the way. */
	bool alone = t->planned->n_wanted == 1 && outcome == OUTCOME_FAIL;

	for (size_t i = 0; i < t->planned->n_wanted; i++)
		if (t->decided[i] == OUTCOME_NONE || (alone && t->decided[i] == OUTCOME_PASS))
			decide(t, i, outcome, expected, observed);
}

/* Index of a planned requirement; -1 when it does not hold for this run. */
static int wanted(const struct test *t, const char *requirement)
{
	for (size_t i = 0; i < t->planned->n_wanted; i++)
		if (!strcmp(t->planned->wanted[i], requirement))
			return (int)i;
	return -1;
}

bool test_wants(const struct test *t, const char *requirement)
{
	return wanted(t, requirement) >= 0;
}

void test_decide(struct test *t, const char *requirement, enum outcome outcome,
		 const char *expected, const char *observed)
{
	int i = wanted(t, requirement);

	for (const char **id = t->planned->all; i < 0 && *id; id++)
		if (!strcmp(*id, requirement))
			return;
	if (i < 0)
		test_broken(t, "it checks %s, which its table entry does not list", requirement);
	decide(t, (size_t)i, outcome, expected, observed);
}

#define format_into(text, format)                                                                  \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		vsnprintf(text, sizeof(text), format, args);                                       \
		va_end(args);                                                                      \
	} while (0)

void test_broken(struct test *t, const char *format, ...)
{
	char text[TEXT_MAX];

	format_into(text, format);
	decide_rest(t, OUTCOME_ERROR, "the test can be done", text);
	finish(t, OUTCOME_ERROR);
}

void test_stop(struct test *t, const char *expected, const char *format, ...)
{
	char text[TEXT_MAX];

	format_into(text, format);
	decide_rest(t, OUTCOME_FAIL, expected, text);
	finish(t, OUTCOME_PASS);
}

void test_disable(struct test *t, const char *format, ...)
{
	char text[TEXT_MAX];

	format_into(text, format);
	decide_rest(t, OUTCOME_DISABLED, "", text);
	finish(t, OUTCOME_PASS);
}

void test_skip(struct test *t, const char *format, ...)
{
	char text[TEXT_MAX];

	format_into(text, format);
	decide_rest(t, OUTCOME_SKIP, "", text);
	finish(t, OUTCOME_PASS);
}

void test_hang(struct test *t, const char *what, const char *stood)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "no end within the time limit: %s", what);
	if (*stood)
		test_evidence(t, "processes.txt", stood);
	decide_rest(t, OUTCOME_FAIL, "an answer within the time limit", text);
	finish(t, OUTCOME_HANG);
}

void test_evidence_bytes(struct test *t, const char *name, const char *data, size_t length)
{
	struct body b = { 0 };
	size_t max = length > EVIDENCE_MAX ? EVIDENCE_MAX : length;

	body_text(&b, "name", name);
	body_string(&b, "text", data, length, max);
	body_raw(&b, max < length ? ",\"truncated\":true" : ",\"truncated\":false");
	/* Control characters grow sixfold; a text full of them is cut shorter. */
	while (b.failed) {
		max /= 2;
		body_free(&b);
		body_text(&b, "name", name);
		body_string(&b, "text", data, length, max);
		body_raw(&b, ",\"truncated\":true");
	}
	tell(t, EVENT_EVIDENCE, &b);
}

void test_evidence(struct test *t, const char *name, const char *text)
{
	test_evidence_bytes(t, name, text, strlen(text));
}

void test_finding(struct test *t, enum change_kind kind, const char *text)
{
	static const char *const kinds[CHANGE_KINDS] = {
		"mount", "cgroup", "process", "link", "sysctl", "hostname", "namespace", "file"
	};
	struct body b = { 0 };

	body_text(&b, "kind", kinds[kind]);
	body_text(&b, "text", text);
	tell(t, EVENT_FINDING, &b);
}

/* Before it, nothing may be told: the test has no "start" in the record yet. */
static void wait_for_turn(struct test *t, struct planned *p)
{
	struct turn turn;
	ssize_t n;

	do
		n = recv(t->channel, &turn, sizeof(turn), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(turn))
		_exit(1); /* the runner is gone */
	t->limit = turn.limit;
	t->end = turn.end;
	p->hopeless = turn.hopeless;
	p->lacks = turn.lacks;
	p->why = take_text(turn.why, strlen(turn.why));
}

void test_live(const struct context *c, const struct planned *planned, size_t index, int channel)
{
	struct test *t = take(sizeof(*t));
	struct planned *p = take(sizeof(*p));
	char error[256];
	int failed;

	*p = *planned;
	t->context = c;
	t->planned = p;
	t->channel = channel;
	t->decided = take(p->n_wanted * sizeof(*t->decided));
	open_terminal(c);
	failed = sandbox_enter(c, index, error, sizeof(error));
	if (!failed) {
		bundle_prepare(t);
		ledger_prepare();
	}
	wait_for_turn(t, p);
	if (failed)
		test_broken(t, "the sandbox could not be made: %s", error);
	p->entry->run(t);
	decide_rest(t, OUTCOME_ERROR, "a decision",
		    "the test ended without one: a defect of the suite");
	finish(t, OUTCOME_PASS);
}

/* ------------------------------------------------------------------ what a test may ask */

const void *test_row(const struct test *t)
{
	return t->planned->row;
}

int test_spec(const struct test *t)
{
	return spec_number(t->context->spec_text);
}

enum cli test_cli(const struct test *t)
{
	return t->context->cli;
}

const char *test_spec_text(const struct test *t)
{
	return t->context->spec_text;
}

bool test_cgroup_v2(const struct test *t)
{
	return t->context->cgroup_v2;
}

const char *test_dir(const struct test *t)
{
	(void)t;
	return WORLD_DIR;
}

const char *test_probe(const struct test *t)
{
	(void)t;
	return WORLD_PROBE;
}

const char *test_id(struct test *t)
{
	return format(t, "assay-%u", ++t->ids);
}

const char *format(struct test *t, const char *text, ...)
{
	char *made = NULL;
	va_list args;

	(void)t;
	va_start(args, text);
	if (vasprintf(&made, text, args) < 0)
		abort();
	va_end(args);
	return made;
}
