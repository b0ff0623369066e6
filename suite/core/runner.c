/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the plan: a process for each test, some side by side, each with its deadline; passes on what
 * they say as events. It must never wait for a test without a limit, and never let one test's
 * process speak for another.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/probe/names.h"

#define JOBS_MAX    40
#define DYING_MAX   4 /* a test's world takes a while to fall; the next one begins meanwhile */
#define PATIENCE_NS (5 * NS_PER_S) /* what a test gets to end itself, over its deadline */
#define KEPT_MAX    256		   /* pieces of evidence of one test */

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct piece {
	char *data;
	size_t length;
};

struct job {
	struct planned *test;
	size_t index;
	pid_t pid;
	int pidfd, channel, errors;
	int64_t began, deadline, said_end;
	struct patience patience;
	char world[SANDBOX_CGROUP];
	struct piece kept[KEPT_MAX];
	size_t n_kept, kept_sum;
	enum outcome outcome; /* of its end message */
	int64_t runtime_ns;
	bool ended, killed, concluded;
	enum outcome *decided;
	unsigned int said;
};

struct runner {
	const struct context *c;
	struct plan *plan;
	struct sink *sink;
	const struct runner_options *options;
	struct job *jobs[JOBS_MAX];
	struct job *ready; /* prepared, and not begun: it has no event yet */
	unsigned int running; /* have not said their end */
	unsigned int alive;   /* nor have they gone */
	size_t done;
	unsigned int answered, hung[COMMANDS]; /* which commands ever ended; how often each hung */
	int signals;
	int error; /* -errno of the first event that could not be kept */
};

/* What works all along is over then as well. */
static unsigned int longest_ms(const struct planned *p)
{
	return LIMIT_TIMES * p->limit_ms;
}

/* ------------------------------------------------------------------ a process */

static void in_child(const struct context *c, const struct job *j, int channel)
	__attribute__((noreturn));
static void in_child(const struct context *c, const struct job *j, int channel)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), tied = fcntl(channel, F_DUPFD, 64);
	sigset_t none;

	dup2(j->errors, 2);
	dup2(nothing, 0);
	dup2(nothing, 1);
	dup3(tied, 3, O_CLOEXEC);
	syscall(SYS_close_range, 4, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	test_live(c, j->test, j->index, 3);
}

/* The process: it makes its world and waits there for job_go(). */
static int job_prepare(const struct context *c, struct job *j)
{
	const unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS |
				    CLONE_NEWIPC | CLONE_PIDFD | SIGCHLD;
	int end[2], size = 1024 * 1024;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end))
		return -errno;
	setsockopt(end[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	j->errors = memfd_create("errors", MFD_CLOEXEC);
	j->pid = (pid_t)syscall(SYS_clone, flags, NULL, &j->pidfd, NULL, NULL);
	if (j->pid == 0)
		in_child(c, j, end[1]);
	close(end[1]);
	if (j->pid < 0) {
		int error = errno;

		close(end[0]);
		close(j->errors);
		return -error;
	}
	j->channel = end[0];
	return 0;
}

/* Its turn. What it cannot know since it was prepared goes along. */
static void job_go(const struct context *c, struct job *j)
{
	struct turn turn = { .hopeless = j->test->hopeless, .lacks = j->test->lacks };

	j->began = now_ns();
	turn.limit = (int64_t)j->test->limit_ms * NS_PER_MS;
	turn.end = j->began + (int64_t)longest_ms(j->test) * NS_PER_MS;
	j->deadline = j->began + turn.limit;
	patience_begin(&j->patience, c, j->world);
	if (j->test->why)
		snprintf(turn.why, sizeof(turn.why), "%s", j->test->why);
	/* A process that has died is found by its pidfd. */
	(void)send(j->channel, &turn, sizeof(turn), MSG_NOSIGNAL);
}

static void job_free(struct job *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->n_kept; i++)
		free(j->kept[i].data);
	free(j->decided);
	free(j);
}

static struct job *job_new(const struct context *c, struct planned *p, size_t index)
{
	struct job *j = take(sizeof(*j));

	j->test = p;
	j->index = index;
	sandbox_cgroup(c, index, j->world);
	j->decided = take((p->n_wanted + 1) * sizeof(*j->decided));
	return j;
}

/* How it died, once its pidfd is readable. */
static siginfo_t job_reap(const struct context *c, struct job *j)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	waitid((idtype_t)P_PIDFD, (id_t)j->pidfd, &info, WEXITED);
	close(j->pidfd);
	close(j->channel);
	sandbox_remove(c, j->index);
	return info;
}

/* ------------------------------------------------------------------ events */

static void put(struct runner *r, enum event_type type, unsigned int flags, const struct job *j,
		struct body *b)
{
	int error = sink_put(r->sink, type, flags, j ? j->test->name : NULL,
			     j ? longest_ms(j->test) : 0, 0, b);

	if (error && !r->error)
		r->error = error;
	body_free(b);
}

static void check(struct runner *r, struct job *j, size_t i, enum outcome outcome,
		  const char *expected, const char *observed)
{
	struct body b = { 0 };

	j->decided[i] = outcome_worst(j->decided[i], outcome);
	body_text(&b, "test", j->test->name);
	body_text(&b, "requirement", j->test->wanted[i]);
	body_text(&b, "outcome", outcome_name(outcome));
	body_text(&b, "expected", expected);
	body_text(&b, "observed", observed);
	put(r, EVENT_CHECK, 0, j, &b);
}

/* Note what a check decided; false when it is none of this test's. */
static bool note(struct job *j, const json_t *object)
{
	const char *id = json_string_value(json_object_get(object, "requirement"));
	enum outcome outcome = outcome_parse(json_string_value(json_object_get(object, "outcome")));

	for (size_t i = 0; id && outcome && i < j->test->n_wanted; i++) {
		if (strcmp(j->test->wanted[i], id))
			continue;
		j->decided[i] = outcome_worst(j->decided[i], outcome);
		return true;
	}
	return false;
}

static void keep(struct job *j, const char *data, size_t length)
{
	if (j->n_kept == KEPT_MAX || j->kept_sum + length > EVIDENCE_SUM)
		return;
	j->kept[j->n_kept].data = take_text(data, length);
	j->kept[j->n_kept++].length = length;
	j->kept_sum += length;
}

static void note_hangs(struct runner *r, const json_t *object)
{
	long long hung = json_integer_value(json_object_get(object, "hung"));

	r->answered |= (unsigned int)json_integer_value(json_object_get(object, "answered"));
	for (int i = 0; i < COMMANDS; i++)
		r->hung[i] += hung >> i & 1;
}

static void note_lacks(struct runner *r, const struct job *j, const json_t *object)
{
	const char *why = json_string_value(json_object_get(object, "why"));

	if (!why || !planned_vital(j->test))
		return;
	r->plan->lacks = (unsigned int)json_integer_value(json_object_get(object, "lacks"));
	r->plan->why = take_text(why, strlen(why));
}

/*
 * A command that hung time and again and never ended will not begin to: the tests to come give it
 * less time, or a runtime without it would take hours to judge.
 */
static unsigned int hopeless(const struct runner *r)
{
	unsigned int bits = 0;

	for (int i = 0; i < COMMANDS; i++)
		if (r->hung[i] >= HOPELESS_N && !(r->answered & COMMAND_BIT(i)))
			bits |= COMMAND_BIT(i);
	return bits;
}

/* One message of a test: a whole body, or nothing. What is wrong is not passed on. */
static void take_message(struct runner *r, struct job *j, const char *data, size_t length)
{
	struct event_header h;
	struct body b = { 0 };
	json_t *object;
	const char *text = data + sizeof(h);

	if (length < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	if (h.magic != EVENT_MAGIC || h.length != length - sizeof(h))
		return;
	/* JSON allows a newline between members; a record does not. */
	for (size_t i = 0; i < h.length; i++)
		if ((unsigned char)text[i] < ' ')
			return;
	b.data = malloc(h.length + 3);
	if (!b.data)
		abort();
	b.data[0] = '{';
	memcpy(b.data + 1, text, h.length);
	b.data[h.length + 1] = '}';
	object = json_loadb(b.data, h.length + 2, JSON_REJECT_DUPLICATES, NULL);
	body_free(&b);
	if (!object || json_object_get(object, "test"))
		return;
	body_text(&b, "test", j->test->name);
	body_raw(&b, ",");
	body_raw(&b, take_text(text, h.length));
	if (h.type == EVENT_END && !j->ended) {
		j->ended = true;
		j->outcome = outcome_parse(json_string_value(json_object_get(object, "outcome")));
		j->runtime_ns = json_integer_value(json_object_get(object, "runtime_ns"));
		j->said_end = now_ns();
		if (r) {
			r->running--;
			note_hangs(r, object);
			note_lacks(r, j, object);
			sandbox_thaw(r->c, j->index);
			outside_restore();
		}
	} else if (h.type == EVENT_CHECK && r && note(j, object)) {
		put(r, EVENT_CHECK, 0, j, &b);
	} else if (h.type == EVENT_FINDING && r) {
		put(r, EVENT_FINDING, 0, j, &b);
	} else if (h.type == EVENT_EVIDENCE) {
		keep(j, b.data, b.length);
	}
	body_free(&b);
	json_decref(object);
}

/* All messages that are there. */
static void listen_to(struct runner *r, struct job *j)
{
	static char data[sizeof(struct event_header) + EVENT_BODY_MAX];
	ssize_t n;

	while ((n = recv(j->channel, data, sizeof(data), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && errno == EINTR))
		if (n > 0)
			take_message(r, j, data, (size_t)n);
}

/* ------------------------------------------------------------------ the end of a test */

static void rest(struct runner *r, struct job *j, enum outcome outcome, const char *expected,
		 const char *observed)
{
	for (size_t i = 0; i < j->test->n_wanted; i++)
		if (j->decided[i] == OUTCOME_NONE)
			check(r, j, i, outcome, expected, observed);
}

/* It has not said its end: whose fault was it? */
static enum outcome died(struct runner *r, struct job *j, const siginfo_t *info)
{
	char text[128];

	if (j->killed) {
		rest(r, j, OUTCOME_FAIL, "an answer within the time limit",
		     "the test had to be killed: no end within the time limit");
		return OUTCOME_HANG;
	}
	/* reboot(2) within a PID namespace ends its PID 1 with one of these two. */
	if (info->si_code != CLD_EXITED &&
	    (info->si_status == SIGHUP || info->si_status == SIGINT)) {
		rest(r, j, OUTCOME_FAIL, "the machine stays up", "the runtime called reboot(2)");
		return OUTCOME_CRASH;
	}
	if (info->si_code != CLD_EXITED && info->si_status == SIGKILL) {
		rest(r, j, OUTCOME_FAIL, "the runtime leaves memory to others",
		     "the test's process was killed: its cgroup had no memory left");
		return OUTCOME_CRASH;
	}
	snprintf(text, sizeof(text), "the test's process ended with %s %d",
		 info->si_code == CLD_EXITED ? "status" : "signal", info->si_status);
	rest(r, j, OUTCOME_ERROR, "the test comes to its end", text);
	return OUTCOME_ERROR;
}

/* What the process wrote to its standard error: sanitizers, assertions. */
static void keep_errors(struct job *j)
{
	char text[4096];
	struct body b = { 0 };
	ssize_t n = pread(j->errors, text, sizeof(text), 0);

	if (n <= 0)
		return;
	body_text(&b, "test", j->test->name);
	body_text(&b, "name", "stderr-of-the-test.txt");
	body_string(&b, "text", text, (size_t)n, (size_t)n);
	body_raw(&b, ",\"truncated\":false");
	keep(j, b.data, b.length);
	body_free(&b);
}

static void report(const struct runner *r, const struct job *j, enum outcome outcome)
{
	if (r->options->quiet)
		return;
	printf("[%zu/%zu] %-8s %s\n", r->done, r->plan->n, outcome_name(outcome), j->test->name);
	fflush(stdout);
}

/* A loop device is only surely a test's own when no other test is there. */
static void free_loops(struct runner *r, struct job *j)
{
	char text[400];
	unsigned int others = 0;

	for (size_t i = 0; i < ARRAY_SIZE(r->jobs); i++)
		others += r->jobs[i] && r->jobs[i] != j;
	while (r->c->appliance && !others && outside_free_loop(text, sizeof(text))) {
		struct body b = { 0 };

		body_text(&b, "test", j->test->name);
		body_text(&b, "kind", "loop");
		body_text(&b, "text", text);
		put(r, EVENT_FINDING, 0, j, &b);
	}
}

/*
 * What did not pass is shown. A test with an argument of its own is there to fail: in the
 * appliance, where there is no room for hundreds of those, it is shown when it does not.
 */
static bool tells(const struct runner *r, const struct job *j, enum outcome outcome)
{
	if (!j->test->argument)
		return outcome != OUTCOME_PASS;
	return !r->c->appliance || (outcome != OUTCOME_FAIL && outcome != OUTCOME_HANG);
}

/* What there is to say of a test that has said its end, or died without a word. */
static void conclude(struct runner *r, struct job *j, enum outcome outcome)
{
	struct body b = { 0 };

	j->concluded = true;
	for (size_t i = 0; i < j->test->n_wanted && outcome <= OUTCOME_ERROR; i++)
		outcome = outcome_worst(outcome, j->decided[i]);
	keep_errors(j);
	for (size_t i = 0; tells(r, j, outcome) && i < j->n_kept; i++) {
		body_raw(&b, take_text(j->kept[i].data, j->kept[i].length));
		put(r, EVENT_EVIDENCE, 0, j, &b);
	}
	body_text(&b, "test", j->test->name);
	body_text(&b, "outcome", outcome_name(outcome));
	body_int(&b, "duration_ns", j->said_end - j->began);
	body_int(&b, "runtime_ns", j->runtime_ns);
	if (planned_vital(j->test) && r->plan->lacks) {
		body_int(&b, "lacks", r->plan->lacks);
		body_text(&b, "why", r->plan->why);
	}
	put(r, EVENT_END, EVENT_SYNC, j, &b);
	j->test->took_ns = j->said_end - j->began;
	j->test->done = true;
	r->done++;
	report(r, j, outcome);
}

/* Those that have ended. The next test need not wait for it, so it is called when that has begun. */
static void conclude_all(struct runner *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(r->jobs); i++) {
		struct job *j = r->jobs[i];

		if (j && j->ended && !j->concluded)
			conclude(r, j, j->outcome);
	}
}

/* Its world has fallen. */
static void job_end(struct runner *r, struct job *j)
{
	bool out_of_memory = sandbox_out_of_memory(r->c, j->index);
	siginfo_t info;

	listen_to(r, j);
	r->alive--;
	info = job_reap(r->c, j);
	free_loops(r, j);
	if (!j->ended) {
		j->said_end = now_ns();
		r->running--;
		outside_restore();
		if (!j->killed && info.si_code != CLD_EXITED && info.si_status == SIGKILL &&
		    !out_of_memory)
			info.si_status = 0; /* nobody's: an error of ours */
		conclude(r, j, died(r, j, &info));
	}
	conclude_all(r);
	close(j->errors);
}

/* ------------------------------------------------------------------ side by side */

/*
 * A test with an argument of its own is there to fail, and often does so by hanging. How long it
 * takes when it does not is known: the same test without the argument came first.
 */
static void shorten(const struct runner *r, struct planned *p)
{
	long long ms;

	if (!p->argument || !r->plan->tests[p->twin].done)
		return;
	ms = (long long)(TWIN_LIMIT_S * 1000 * r->c->slowness) +
	     TWIN_TIMES * r->plan->tests[p->twin].took_ns / NS_PER_MS;
	if (ms < p->limit_ms)
		p->limit_ms = (unsigned int)ms;
}

static struct job *job_of(const struct runner *r, struct planned *p)
{
	return job_new(r->c, p, (size_t)(p - r->plan->tests));
}

/*
 * The world of the test that comes next is made while others run: where there is a second CPU, it
 * costs nobody time. Not in the phases of tests that want the machine for themselves.
 */
static void prepare(struct runner *r, struct planned *p)
{
	r->ready = job_of(r, p);
	if (!job_prepare(r->c, r->ready))
		return;
	job_free(r->ready); /* begin() will try, and tell */
	r->ready = NULL;
}

static int begin(struct runner *r, struct planned *p)
{
	bool ready = r->ready && r->ready->test == p;
	struct job *j = ready ? r->ready : job_of(r, p);
	struct body b = { 0 };
	unsigned int slot = 0;
	int error;

	shorten(r, p);
	body_text(&b, "test", p->name);
	body_int(&b, "attempt", ++p->attempt);
	body_int(&b, "deadline_ms", longest_ms(p));
	put(r, EVENT_START, EVENT_SYNC, j, &b);
	if (r->error)
		return r->error;
	p->hopeless = hopeless(r);
	p->lacks = r->plan->lacks;
	p->why = r->plan->why;
	error = ready ? 0 : job_prepare(r->c, j);
	if (error)
		return error;
	r->ready = NULL;
	job_go(r->c, j);
	while (r->jobs[slot])
		slot++;
	r->jobs[slot] = j;
	r->running++;
	r->alive++;
	conclude_all(r);
	return r->error;
}

/* Until something has happened to a job; deals with it. -EINTR: told to stop. */
static int step(struct runner *r)
{
	struct pollfd set[2 * JOBS_MAX + 1];
	struct job *owner[2 * JOBS_MAX + 1];
	int64_t next = INT64_MAX, left;
	struct timespec limit;
	nfds_t n = 0;

	conclude_all(r);
	set[n++] = (struct pollfd){ .fd = r->signals, .events = POLLIN };
	for (int i = 0; i < JOBS_MAX; i++) {
		struct job *j = r->jobs[i];
		int64_t end =
			j ? j->deadline + (j->killed ? INT64_MAX / 2 - j->deadline : PATIENCE_NS)
			  : 0;

		if (!j)
			continue;
		owner[n] = j;
		set[n++] = (struct pollfd){ .fd = j->channel, .events = POLLIN };
		owner[n] = j;
		set[n++] = (struct pollfd){ .fd = j->pidfd, .events = POLLIN };
		next = end < next ? end : next;
	}
	left = next - now_ns();
	left = left < 0 ? 0 : left;
	limit = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
	if (ppoll(set, n, &limit, NULL) < 0 && errno != EINTR)
		return -errno;
	if (set[0].revents)
		return -EINTR;
	for (nfds_t i = 1; i < n; i += 2) {
		struct job *j = owner[i];

		/* The channel hangs up a moment before the process is gone. */
		if (set[i].revents & POLLIN)
			listen_to(r, j);
		else if (set[i].revents && !set[i + 1].revents)
			ppoll(&set[i + 1], 1, &limit, NULL);
		if (set[i + 1].revents) {
			job_end(r, j);
			for (int slot = 0; slot < JOBS_MAX; slot++)
				if (r->jobs[slot] == j)
					r->jobs[slot] = NULL;
			job_free(j);
		} else if (j->killed || now_ns() <= j->deadline + PATIENCE_NS) {
			continue;
		} else if (patience_renew(&j->patience, r->c, j->world)) {
			j->deadline = now_ns() + (int64_t)j->test->limit_ms * NS_PER_MS;
		} else {
			j->killed = true;
			sandbox_thaw(r->c, j->index);
			syscall(SYS_pidfd_send_signal, j->pidfd, SIGKILL, NULL, 0);
		}
	}
	return r->error;
}

/* Until at most so many tests run, and not too many are falling. */
static int drain_to(struct runner *r, unsigned int running)
{
	int error = 0;

	while (!error && (r->running > running || r->alive > running + DYING_MAX))
		error = step(r);
	return error;
}

/* Until nothing is left of any. */
static int drain(struct runner *r)
{
	int error = 0;

	while (!error && r->alive)
		error = step(r);
	return error;
}

/* The first test of a phase at or behind this one, or NULL. */
static struct planned *first_of(const struct runner *r, struct planned *p, bool alone,
				bool exclusive)
{
	for (; p < r->plan->tests + r->plan->n; p++)
		if (!p->done && (p->alone || planned_vital(p)) == alone &&
		    (alone || p->entry->exclusive == exclusive))
			return p;
	return NULL;
}

/* First what must show itself alone or is vital, then side by side, then what wants the machine. */
static int phase(struct runner *r, bool alone, bool exclusive)
{
	unsigned int jobs = alone || exclusive ? 1 : r->options->jobs;
	struct planned *p = first_of(r, r->plan->tests, alone, exclusive), *next;
	int error = 0;

	for (; !error && p; p = next) {
		next = first_of(r, p + 1, alone, exclusive);
		error = alone || exclusive ? drain(r) : drain_to(r, jobs - 1);
		if (!error)
			error = begin(r, p);
		if (!error && next && !alone && !exclusive)
			prepare(r, next);
	}
	return error ? error : drain(r);
}

static void kill_all(struct runner *r)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (r->jobs[i]) {
			syscall(SYS_pidfd_send_signal, r->jobs[i]->pidfd, SIGKILL, NULL, 0);
			job_reap(r->c, r->jobs[i]);
		}
	if (r->ready) {
		syscall(SYS_pidfd_send_signal, r->ready->pidfd, SIGKILL, NULL, 0);
		job_reap(r->c, r->ready);
	}
}

static int stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int runner_run(const struct context *c, struct plan *plan, struct sink *sink,
	       const struct runner_options *options)
{
	struct runner r = { .c = c, .plan = plan, .sink = sink, .options = options };
	int error;

	outside_remember();
	for (size_t i = 0; i < plan->n; i++)
		r.done += plan->tests[i].done;
	r.signals = stop_signals();
	if (r.signals < 0)
		return -errno;
	error = phase(&r, true, false);
	if (!error)
		error = phase(&r, false, false);
	if (!error)
		error = phase(&r, false, true);
	kill_all(&r);
	close(r.signals);
	return error;
}

/* ------------------------------------------------------------------ outside of the plan */

static json_t *piece_text(const struct job *j, const char *name)
{
	for (size_t i = 0; i < j->n_kept; i++) {
		char *text = NULL;
		json_t *object, *found = NULL;

		if (asprintf(&text, "{%.*s}", (int)j->kept[i].length, j->kept[i].data) < 0)
			abort();
		object = json_loads(text, JSON_ALLOW_NUL, NULL);
		free(text);
		if (!strcmp(json_string_value(json_object_get(object, "name")), name))
			found = json_incref(json_object_get(object, "text"));
		json_decref(object);
		if (found)
			return found;
	}
	return NULL;
}

struct question {
	struct planned planned;
	struct job *job; /* NULL: could not begin */
};

struct question *runner_ask(const struct context *c, const struct test_entry *entry, size_t index)
{
	static const char *none[] = { NULL };
	struct question *q = take(sizeof(*q));

	q->planned = (struct planned){ .entry = entry,
				       .name = (char *)entry->name,
				       .about = (char *)"",
				       .limit_ms = (unsigned int)(30000 * c->slowness) };
	q->planned.all = q->planned.wanted = none;
	q->job = job_new(c, &q->planned, SIZE_MAX / 2 + index);
	if (job_prepare(c, q->job)) {
		job_free(q->job);
		q->job = NULL;
	} else {
		job_go(c, q->job);
	}
	return q;
}

json_t *runner_answer(const struct context *c, struct question *q, const char *const *names)
{
	json_t *answer = json_object();
	struct job *j = q->job;
	struct pollfd set;

	if (!j) {
		free(q);
		return answer;
	}
	set = (struct pollfd){ .fd = j->pidfd, .events = POLLIN };
	if (poll(&set, 1, (int)longest_ms(&q->planned)) <= 0)
		syscall(SYS_pidfd_send_signal, j->pidfd, SIGKILL, NULL, 0);
	listen_to(NULL, j);
	job_reap(c, j);
	for (; *names; names++) {
		json_t *text = piece_text(j, *names);

		if (text)
			json_object_set_new(answer, *names, text);
	}
	keep_errors(j);
	close(j->errors);
	job_free(j);
	free(q);
	return answer;
}
