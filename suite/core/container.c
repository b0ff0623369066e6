/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers as a test drives them: the five operations, the process, what the probe answers. It
 * must never call the runtime when the test did not ask for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

struct container *container_with_id(struct bundle *b, const char *id)
{
	struct container *c = take(sizeof(*c));

	c->t = b->t;
	c->bundle = b;
	c->id = take_text(id, strlen(id));
	c->pid_file = take_text(format(b->t, "%s/pid-%u", WORLD_DIR, ++b->t->ids), 64);
	c->input = -1;
	c->pidfd = -1;
	c->next = b->t->containers;
	b->t->containers = c;
	return c;
}

struct container *container_new(struct bundle *b)
{
	return container_with_id(b, test_id(b->t));
}

const char *container_id(const struct container *c)
{
	return c->id;
}

struct bundle *container_bundle(const struct container *c)
{
	return c->bundle;
}

/* ------------------------------------------------------------------ the process */

static void know_pid(struct container *c, pid_t pid)
{
	if (c->pid || pid <= 1)
		return;
	c->pid = pid;
	c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
}

static void read_pid_file(struct container *c)
{
	const char *text = file_read(c->t, c->pid_file);

	if (text)
		know_pid(c, (pid_t)strtol(text, NULL, 10));
}

pid_t container_pid(struct container *c)
{
	if (!c->pid && c->created)
		op_state(c);
	return c->pid;
}

int container_pidfd(struct container *c)
{
	if (container_pid(c) <= 0)
		test_stop(c->t, "the pid of the container's process is known",
			  "neither the pid file nor state has it");
	if (c->pidfd < 0)
		test_stop(c->t, "the container's process can be watched", "there is no process %d",
			  (int)c->pid);
	return c->pidfd;
}

bool container_ended(struct container *c)
{
	int fd = container_pidfd(c);

	return pump(c->t, &fd, 1, 0) >= 0;
}

static void wait_end(struct container *c)
{
	wait_readable(c->t, container_pidfd(c), "the container's process ends");
}

void container_wait_zombie(struct container *c)
{
	wait_end(c);
	c->kept = true;
}

int container_wait(struct container *c)
{
	if (c->reaped)
		return c->wait_status;
	wait_end(c);
	c->wait_status = -1;
	container_reap(c);
	c->reaped = true;
	return c->wait_status;
}

void container_input(struct container *c, const void *data, size_t length)
{
	/* Nobody reads any more: that is seen elsewhere. */
	if (c->input >= 0 && write(c->input, data, length) < 0 && errno != EPIPE)
		test_broken(c->t, "write to the container: %s", strerror(errno));
}

void container_close_input(struct container *c)
{
	if (c->input >= 0)
		close(c->input);
	c->input = -1;
}

static const char *captured(struct container *c, const struct stream *s, size_t *length)
{
	size_t n = 0;

	pump(c->t, NULL, 0, 0);
	if (!length)
		length = &n;
	*length = 0;
	return s ? stream_text(s, length) : "";
}

const char *container_output(struct container *c, size_t *length)
{
	return captured(c, c->out, length);
}

const char *container_errors(struct container *c, size_t *length)
{
	return captured(c, c->err, length);
}

/* ------------------------------------------------------------------ operations */

static const struct result *op(struct container *c, const char *command, const struct call *details,
			       const char *const *options, const char *const *arguments)
{
	struct call call = details ? *details : (struct call){ 0 };
	const char *words[32];
	int n = 0;

	if (!call.command)
		call.command = command;
	for (; options && *options && n < 30; options++)
		words[n++] = *options;
	for (; call.options && *call.options && n < 30; call.options++)
		words[n++] = *call.options;
	words[n] = NULL;
	call.options = words;
	if (!call.arguments)
		call.arguments = arguments;
	return running_end(runtime_begin_for(c->t, &call, strcmp(command, "create") ? NULL : c));
}

/* How many containers of the test exist, as far as it knows. */
static unsigned int living(const struct test *t)
{
	unsigned int n = 0;

	for (const struct container *c = t->containers; c; c = c->next)
		n += c->created && !c->deleted;
	return n;
}

const struct result *op_create_with(struct container *c, const struct call *details)
{
	struct call call = details ? *details : (struct call){ 0 };
	const struct result *r;
	bool alone = !living(c->t);

	if (!c->bundle->written)
		bundle_write(c->bundle);
	call.ledger = true;
	r = op(c, "create", &call, WORDS("--bundle", c->bundle->path, "--pid-file", c->pid_file),
	       WORDS(c->id));
	if (!result_ok(r))
		return r;
	if (details && details->ledger)
		((struct result *)r)->after = ledger_take(c->t);
	c->created = true;
	c->before = alone ? r->before : NULL;
	read_pid_file(c);
	return r;
}

const struct result *op_create(struct container *c)
{
	return op_create_with(c, NULL);
}

void test_leftovers(struct test *t, const char *when, const char *left)
{
	static const char *const kinds[CHANGE_KINDS] = {
		"mount", "cgroup", "process", "link", "sysctl", "hostname", "namespace", "file"
	};

	for (const char *end; *left; left = *end ? end + 1 : end) {
		enum change_kind kind = CHANGE_FILE;

		end = left + strcspn(left, "\n");
		for (size_t i = 0; i < CHANGE_KINDS; i++)
			if (!strncmp(left + 1, kinds[i], strlen(kinds[i])))
				kind = (enum change_kind)i;
		test_finding(t, kind, format(t, "%s: %.*s", when, (int)(end - left), left));
	}
}

/* After a delete everything that create had made is gone. */
static void look_for_leftovers(struct container *c)
{
	if (!c->before || living(c->t))
		return;
	settle(c->t, c->before);
	test_leftovers(c->t, "after delete",
		       ledger_leftovers(c->t, c->before, ledger_take(c->t), c->id, false));
}

const struct result *op_with(struct container *c, const char *command, const struct call *details)
{
	const struct result *r;

	if (!strcmp(command, "create"))
		return op_create_with(c, details);
	c->let_go = !strcmp(command, "delete") && !c->kept;
	r = op(c, command, details, NULL, WORDS(c->id));
	c->let_go = false;
	if (!strcmp(command, "delete") && result_ok(r) && !c->deleted) {
		c->deleted = true;
		look_for_leftovers(c);
	}
	return r;
}

const struct result *op_start(struct container *c)
{
	return op_with(c, "start", NULL);
}

const struct result *op_delete(struct container *c)
{
	return op_with(c, "delete", NULL);
}

const struct result *op_kill(struct container *c, const char *signal)
{
	const char *const strict[] = { "--signal", signal, NULL };
	const char *const dialect[] = { c->id, signal, NULL };
	struct call call = { 0 };

	if (signal && c->t->context->cli == CLI_STRICT)
		call.options = strict;
	else if (signal)
		call.arguments = dialect;
	return op_with(c, "kill", &call);
}

static void parse_state(struct state *s)
{
	const struct result *r = s->result;
	const json_t *pid;

	if (!result_ok(r) || r->out_cut)
		return;
	s->json = json_loadb(r->out, r->out_length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!json_is_object(s->json)) {
		s->json = NULL;
		return;
	}
	s->status = json_string_value(json_object_get(s->json, "status"));
	s->id = json_string_value(json_object_get(s->json, "id"));
	s->bundle = json_string_value(json_object_get(s->json, "bundle"));
	s->oci_version = json_string_value(json_object_get(s->json, "ociVersion"));
	pid = json_object_get(s->json, "pid");
	s->pid = json_is_integer(pid) ? (pid_t)json_integer_value(pid) : 0;
}

const struct state *op_state(struct container *c)
{
	struct state *s = take(sizeof(*s));

	s->result = op_with(c, "state", NULL);
	parse_state(s);
	if (s->pid > 0 && s->status && strcmp(s->status, "stopped"))
		know_pid(c, s->pid);
	return s;
}

const struct state *state_until(struct container *c, const char *status)
{
	int64_t until = now_ns() + settle_ns(c->t);
	const struct state *s;
	int n = 0;

	/* On a busy machine the time is over after a few answers, which take longer as well. */
	do
		s = op_state(c);
	while ((!s->status || strcmp(s->status, status)) && (++n < SETTLE_N || now_ns() < until));
	return s;
}

static void must(struct test *t, const char *what, const struct result *r)
{
	if (!result_ok(r))
		test_stop(t, format(t, "%s: exit status 0", what), "%s: %s", what,
			  result_text(t, r));
}

void must_create(struct container *c)
{
	must(c->t, "create", op_create(c));
}

void must_start(struct container *c)
{
	must(c->t, "start", op_start(c));
}

void must_kill(struct container *c, const char *signal)
{
	must(c->t, "kill", op_kill(c, signal));
}

void must_delete(struct container *c)
{
	must(c->t, "delete", op_delete(c));
}

const struct state *must_state(struct container *c)
{
	const struct state *s = op_state(c);

	must(c->t, "state", s->result);
	if (!s->json || !s->status || !s->id)
		test_stop(c->t, "state prints one JSON object with id and status", "%.500s",
			  s->result->out);
	return s;
}

/* ------------------------------------------------------------------ answers */

static struct facts *said(struct container *c)
{
	size_t length;
	const char *text = container_output(c, &length);

	return facts_parse(text, length, c->bundle->nonce);
}

/* Until the fact is there (NULL: the last line); what was said by then. */
static struct facts *listen(struct container *c, const char *fact)
{
	for (;;) {
		struct facts *f = said(c);
		int fds[2] = { c->out && c->out->fd >= 0 ? c->out->fd : -1, container_pidfd(c) };
		int ready;

		if (fact ? facts_get(f, fact) != NULL : f->done)
			return f;
		if (fds[0] < 0)
			return f; /* every writer has gone */
		ready = wait_working(c->t, fds, 2, c->t->limit);
		if (ready < 0)
			test_hang(c->t, "the probe in the container answers", world_waits(c->t));
		if (ready == 1) {
			/* Ended: what it wrote before is in the pipe by now. */
			f = said(c);
			return f;
		}
	}
}

const struct facts *container_answer(struct container *c)
{
	const struct facts *f = listen(c, NULL);

	return f->done ? f : NULL;
}

const struct facts *container_await(struct container *c, const char *fact)
{
	return listen(c, fact);
}

bool container_runs(struct container *c)
{
	int ready = 0;

	while (!strstr(container_output(c, NULL), c->bundle->nonce)) {
		int fds[2] = { c->out ? c->out->fd : -1, c->pidfd };

		if (ready || fds[0] < 0)
			return false;
		ready = wait_working(c->t, fds, 2, settle_ns(c->t));
	}
	return true;
}

const struct facts *must_answer(struct container *c)
{
	const struct facts *f = container_answer(c);
	size_t n;
	const char *errors = container_errors(c, &n);

	if (!f)
		test_stop(c->t, "the probe in the container answers",
			  "it ended without an answer; stderr: %.300s", errors);
	return f;
}

static void replace_words(struct bundle *b, va_list args)
{
	va_list look;

	va_copy(look, args);
	if (va_arg(look, const char *))
		bundle_probe_words(b, args);
	va_end(look);
}

static const struct facts *run(struct bundle *b, const struct result **refusal)
{
	struct container *c = container_new(b);
	const struct facts *f;
	const struct result *r;
	int status;

	/* The configuration as it is now: a test may run one bundle several times. */
	bundle_write(b);
	r = op_create(c);

	if (result_ok(r) || !refusal) {
		must(b->t, "create", r);
		r = op_start(c);
	}
	if (refusal && !result_ok(r)) {
		*refusal = r;
		return NULL;
	}
	must(b->t, "start", r);
	f = must_answer(c);
	container_close_input(c);
	status = container_wait(c);
	if (status > 0)
		test_stop(b->t, "the container's process ends with status 0", "%s %d",
			  WIFEXITED(status) ? "exit status" : "signal",
			  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	must_delete(c);
	return f;
}

const struct facts *bundle_run_words(struct bundle *b, ...)
{
	va_list args;

	va_start(args, b);
	replace_words(b, args);
	va_end(args);
	return run(b, NULL);
}

const struct facts *bundle_try(struct bundle *b, const struct result **refusal)
{
	return run(b, refusal);
}
