/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five operations on their good path, and what they must refuse: runtime.md, Lifecycle and
 * Operations. Hooks, streams and the finer points of the command line have files of their own.
 */
#include "life.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A container whose probe has answered and waits for the end of its input. */
static struct container *running(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;

	bundle_probe(b, "ids", "wait", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	must_answer(c);
	return c;
}

/* One whose process has ended with status 0 and which `state` calls stopped. */
static struct container *stopped(struct test *t)
{
	struct container *c = running(t);
	const struct state *s;

	container_close_input(c);
	container_wait(c);
	s = state_until(c, "stopped");
	if (!s->status || strcmp(s->status, "stopped"))
		test_stop(t, "a container whose process has ended is stopped", "status %s",
			  s->status ? s->status : "absent");
	return c;
}

/* The probe says one more thing when its input ends: so it was alive and undisturbed till now. */
static bool answers(struct container *c)
{
	container_close_input(c);
	return facts_get(container_await(c, "wait"), "wait");
}

/* ------------------------------------------------------------------ the good path */

static void check_state(struct test *t, struct container *c, const struct state *s)
{
	check_seen(t, "state.oci-version.present", json_object_get(s->json, "ociVersion"),
		   "state has ociVersion", "%s", s->result->out);
	check_string(t, "state.id.present", "id", container_id(c), s->id);
	check_seen(t, "state.status.present", s->status, "state has status, a string", "%s",
		   s->result->out);
	check_seen(t, "state.bundle.present", s->bundle, "state has bundle, a string", "%s",
		   s->result->out);
	life_check_bundle(t, "state.bundle.right-directory", s, bundle_path(container_bundle(c)));
}

static void good_path(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct result *r;
	const struct state *s;
	size_t length;

	bundle_probe(b, "ids", "wait", NULL);
	c = container_new(b);
	r = op_create(c);
	if (!result_ok(r))
		test_stop(t, "create: exit status 0", "create: %s", result_text(t, r));
	s = must_state(c);
	check_seen(t, "cli.create.exit-zero", result_ok(r) && !strcmp(s->status, "created"),
		   "exit status 0, and the container is created", "%s, and it is %s",
		   result_text(t, r), s->status);
	container_output(c, &length);
	check_int(t, "lifecycle.create.program-not-run", "bytes from the program after create", 0,
		  (long long)length);
	check_string(t, "state.status.created", "status after create", "created", s->status);
	check_seen(t, "state.pid.present-created", s->pid > 0, "a positive integer pid", "%s",
		   s->result->out);
	check_seen(t, "state.pid.created-process", s->pid > 0 && !container_ended(c),
		   "pid is a live process after create", "pid %d %s", (int)s->pid,
		   s->pid > 0 && container_ended(c) ? "has ended" : "");
	check_state(t, c, s);

	r = op_start(c);
	check_true(t, "ops.start.runs-program", container_answer(c),
		   "the probe answers after start", "%s", container_errors(c, NULL));
	s = must_state(c);
	check_seen(t, "cli.start.exit-zero", result_ok(r) && !strcmp(s->status, "running"),
		   "exit status 0, and the container runs", "%s, and it is %s", result_text(t, r),
		   s->status);
	check_string(t, "state.status.running", "status while the program runs", "running",
		     s->status);
	check_seen(t, "state.pid.present-running", s->pid > 0, "a positive integer pid", "%s",
		   s->result->out);
	check_int(t, "state.pid.stable-over-start", "pid after start", container_pid(c), s->pid);
	check_state(t, c, s);

	container_close_input(c);
	container_wait(c);
	s = state_until(c, "stopped");
	check_string(t, "state.status.stopped", "status after the program has ended", "stopped",
		     s->status);
	check_state(t, c, s);
	r = op_delete(c);
	check_ok(t, "cli.delete.exit-zero", r);
	s = op_state(c);
	check_seen(t, "cli.delete.exit-means-gone",
		   result_ok(r) && s->result->exited && s->result->status,
		   "delete exits 0, then state is an error", "%s, then %s", result_text(t, r),
		   result_text(t, s->result));
}

static void pid_file(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *path = format(t, "%s/pid", test_dir(t)), *text;
	const char *const options[] = { "--bundle", bundle_path(b), "--pid-file", path, NULL };
	struct container *c = container_new(b);
	const struct call call = { .command = "create",
				   .options = options,
				   .arguments = WORDS(container_id(c)) };
	const struct state *s;
	size_t digits;

	bundle_write(b);
	file_write(t, path, "an older and much longer pid file\n");
	if (!result_ok(runtime_call(t, &call)))
		test_stop(t, "create exits with 0", "it does not");
	text = file_read(t, path);
	text = text ? text : "";
	digits = strspn(text, "0123456789");
	s = must_state(c);
	check_seen(t, "cli.create.pid-file", digits > 0, "a decimal number", "\"%.100s\"", text);
	check_seen(t, "cli.create.pid-file-format",
		   digits && (!text[digits] || !strcmp(text + digits, "\n")),
		   "digits and at most one newline", "\"%.100s\"", text);
	check_int(t, "cli.create.pid-file-value", "the number in the file, against state", s->pid,
		  digits ? strtoll(text, NULL, 10) : LLONG_MIN);
	check_seen(t, "cli.create.pid-file-replaced", digits && strlen(text) <= digits + 1,
		   "the pid alone", "\"%.100s\"", text);
}

/* ------------------------------------------------------------------ ends of the process */

struct ending {
	struct test_case head;
	const char *command, *argument; /* of the probe */
	const char *kill;		/* signal to send with the runtime's kill */
	int status, signal;		/* how it ends then */
};

static const struct ending endings[] = {
	{ { "status-42", "lifecycle.exit.non-zero", NULL }, "exit", "42", NULL, 42, 0 },
	{ { "crash", "lifecycle.exit.crash", NULL }, "crash", NULL, NULL, 0, SIGSEGV },
	{ { "kill", "lifecycle.exit.kill", NULL }, "pause", NULL, "KILL", 0, SIGKILL },
};

/* Whether the process ended as the row says; true if nobody could see it. */
static bool ended_so(const struct ending *e, int status, bool own_kernel)
{
	if (e->signal)
		return life_died_of(status, e->signal, own_kernel);
	return status == -1 || (WIFEXITED(status) && WEXITSTATUS(status) == e->status);
}

static void ending(struct test *t)
{
	const struct ending *e = test_row(t);
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct state *s;
	const struct result *r;
	bool own_kernel;
	int status;

	/* Held until it has been looked at: then it ends as it shall. */
	bundle_probe(b, "ns", "wait", e->command, e->argument, NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	own_kernel = !shared_kernel(must_answer(c));
	container_close_input(c);
	container_await(c, "wait");
	if (e->kill)
		must_kill(c, e->kill);
	status = container_wait(c);
	s = state_until(c, "stopped");
	r = op_delete(c);
	check_seen(t, e->head.requirement,
		   ended_so(e, status, own_kernel) && s->status && !strcmp(s->status, "stopped") &&
			   result_ok(r),
		   format(t, "%s %d, then status stopped, then delete exits 0",
			  e->signal ? "signal" : "exit status", e->signal + e->status),
		   "wait status %#x, status %s, delete: %s", (unsigned int)status,
		   s->status ? s->status : "absent", result_text(t, r));
}

static void killed_before_start(struct test *t)
{
	const char *id = "lifecycle.exit.stopped-without-start";
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);

	bundle_log_process(b);
	must_create(c);
	if (!check_ok(t, "ops.kill.created", op_kill(c, "KILL")))
		test_stop(t, "a created container is killed", "it is not");
	container_wait(c);
	life_check(t, id, state_until(c, "stopped"), "stopped");
	check_error(t, id, op_start(c));
	check_int(t, id, "runs of the program", 0, (long long)log_count(b, "process"));
	check_true(t, "ops.delete.never-started",
		   result_ok(op_delete(c)) && !result_ok(op_state(c)->result),
		   "delete exits 0, and state knows the container no more", "otherwise");
}

/* ------------------------------------------------------------------ ids in use */

struct duplicate {
	struct test_case head;
	struct container *(*make)(struct test *t);
	const char *status;
};

static struct container *created(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;

	bundle_probe(b, "ids", "wait", NULL);
	c = container_new(b);
	must_create(c);
	return c;
}

static const struct duplicate duplicates[] = {
	{ { "created", "ops.create.duplicate-created", NULL }, created, "created" },
	{ { "running", "ops.create.duplicate-running", NULL }, running, "running" },
	{ { "stopped", "ops.create.duplicate-stopped", NULL }, stopped, "stopped" },
};

static void duplicate_id(struct test *t)
{
	const struct duplicate *d = test_row(t);
	struct container *c = d->make(t), *twin;
	const struct state *before = must_state(c), *after;
	const struct result *r;

	twin = container_with_id(bundle_copy(container_bundle(c)), container_id(c));
	r = op_create(twin);
	if (!check_error(t, d->head.requirement, r))
		return;
	after = op_state(c);
	check_json(t, d->head.requirement, "state of the first container",
		   json_incref(before->json), after->json);
}

/* The first one is whole after it: same state, an answer, an orderly end. */
static void duplicate_leaves_original(struct test *t)
{
	struct container *c = running(t), *twin;
	const struct state *before = must_state(c), *after;
	const struct result *r;

	twin = container_with_id(bundle_copy(container_bundle(c)), container_id(c));
	r = op_create(twin);
	check_error(t, "ops.create.duplicate-other-bundle", r);
	check_clean_error(t, "errors.create.duplicate-leaves-original", r);
	after = op_state(c);
	check_json(t, "errors.create.duplicate-leaves-original", "state", json_incref(before->json),
		   after->json);
	check_true(t, "errors.create.duplicate-leaves-original", answers(c),
		   "its program still answers", "it does not");
	container_wait(c);
	state_until(c, "stopped");
	check_ok(t, "errors.create.duplicate-leaves-original", op_delete(c));
}

/* ------------------------------------------------------------------ refusals */

struct unknown {
	struct test_case head;
	const char *command, *signal;
};

static const struct unknown unknowns[] = {
	{ { "state", "ops.state.nonexistent", NULL }, "state", NULL },
	{ { "start", "ops.start.nonexistent", NULL }, "start", NULL },
	{ { "kill", "ops.kill.nonexistent", NULL }, "kill", "KILL" },
	{ { "delete", "ops.delete.nonexistent", NULL }, "delete", NULL },
};

static void no_such_container(struct test *t)
{
	const struct unknown *u = test_row(t);
	struct container *never = container_new(bundle_new(t)), *twin;
	const struct result *r;

	/* The same operation on one that is there works: it is the id that is refused. */
	twin = !strcmp(u->command, "start")  ? created(t)
	       : !strcmp(u->command, "kill") ? running(t)
					     : stopped(t);
	r = u->signal ? op_kill(twin, u->signal) : op_with(twin, u->command, NULL);
	if (!result_ok(r))
		test_stop(t, format(t, "%s works on a container that exists", u->command), "%s",
			  result_text(t, r));
	r = u->signal ? op_kill(never, u->signal) : op_with(never, u->command, NULL);
	check_error(t, u->head.requirement, r);
}

static void start_running(struct test *t)
{
	struct container *c = running(t);
	const struct state *before = must_state(c), *after;

	check_error(t, "ops.start.running-error", op_start(c));
	after = op_state(c);
	check_json(t, "ops.start.running-no-effect", "state", json_incref(before->json),
		   after->json);
	check_true(t, "ops.start.running-no-effect", answers(c), "its program still answers",
		   "it does not");
}

static void start_stopped(struct test *t)
{
	struct container *c = stopped(t);

	check_error(t, "ops.start.stopped-error", op_start(c));
	check_string(t, "ops.start.stopped-no-effect", "status", "stopped", op_state(c)->status);
	check_ok(t, "ops.start.stopped-no-effect", op_delete(c));
}

static void kill_stopped(struct test *t)
{
	struct container *c = stopped(t);
	const struct state *before = must_state(c), *after;

	check_error(t, "ops.kill.stopped-error", op_kill(c, "TERM"));
	check_error(t, "ops.kill.stopped-error", op_kill(c, "KILL"));
	after = op_state(c);
	check_json(t, "ops.kill.stopped-no-effect", "state", json_incref(before->json),
		   after->json);
	check_ok(t, "ops.kill.stopped-no-effect", op_delete(c));
}

static void kill_running(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;

	bundle_probe(b, "trap", "TERM", "wait", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	must_answer(c);
	check_ok(t, "ops.kill.running", op_kill(c, "TERM"));
	/* What was sent comes before the answer to what is asked now. */
	check_true(t, "ops.kill.running", answers(c), "its program answers", "it does not");
	f = container_await(c, "wait");
	check_string(t, "ops.kill.running", "signal that the program got", "SIGTERM",
		     facts_string(f, "signal"));
}

static void delete_running(struct test *t)
{
	struct container *c = running(t);
	const struct state *before = must_state(c), *after;

	check_error(t, "ops.delete.running-error", op_delete(c));
	after = op_state(c);
	check_json(t, "ops.delete.running-no-effect", "state", json_incref(before->json),
		   after->json);
	check_true(t, "ops.delete.running-no-effect", answers(c), "its program still answers",
		   "it does not");
	container_wait(c);
	state_until(c, "stopped");
	check_ok(t, "ops.delete.running-no-effect", op_delete(c));
}

static void delete_twice(struct test *t)
{
	struct container *c = stopped(t);

	must_delete(c);
	check_error(t, "ops.delete.twice", op_delete(c));
}

/* ------------------------------------------------------------------ delete takes all away */

static void delete_removes(struct test *t)
{
	const struct ledger *before;
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct ledger *after;

	bundle_probe(b, "ids", "wait", NULL);
	bundle_set(b, "linux.cgroupsPath", "s", "/assay-delete");
	c = container_new(b);
	before = ledger_take(t);
	must_create(c);
	must_start(c);
	must_answer(c);
	container_close_input(c);
	container_wait(c);
	state_until(c, "stopped");
	must_delete(c);
	after = ledger_take(t);
	check_unchanged(t, "ops.delete.removes-cgroup", before, after, CHANGE_BIT(CHANGE_CGROUP));
	check_unchanged(t, "ops.delete.removes-mounts", before, after, CHANGE_BIT(CHANGE_MOUNT));
}

const struct test_entry lifecycle_tests[] = {
	{
		.name = "lifecycle/good-path",
		.about = "create, start, state, end and delete of an ordinary container",
		.requirements =
			REQS("cli.create.exit-zero", "lifecycle.create.program-not-run",
			     "state.status.created", "state.pid.present-created",
			     "state.pid.created-process", "state.oci-version.present",
			     "state.id.present", "state.status.present", "state.bundle.present",
			     "state.bundle.right-directory", "cli.start.exit-zero",
			     "ops.start.runs-program", "state.status.running",
			     "state.pid.present-running", "state.pid.stable-over-start",
			     "state.status.stopped", "cli.delete.exit-zero",
			     "cli.delete.exit-means-gone"),
		.run = good_path,
		.vital = true,
	},
	{
		.name = "lifecycle/pid-file",
		.about = "--pid-file holds the pid of the container's process and nothing else",
		.requirements = REQS("cli.create.pid-file", "cli.create.pid-file-format",
				     "cli.create.pid-file-value", "cli.create.pid-file-replaced"),
		.run = pid_file,
	},
	{
		.name = "lifecycle/end",
		.about = "whatever its process ends with, the container is stopped",
		CASES(endings),
		.run = ending,
	},
	{
		.name = "lifecycle/killed-before-start",
		.about = "a created container that is killed is stopped and can be deleted",
		.requirements = REQS("ops.kill.created", "lifecycle.exit.stopped-without-start",
				     "ops.delete.never-started"),
		.run = killed_before_start,
	},
	{
		.name = "lifecycle/duplicate-id",
		.about = "create refuses an id that is in use",
		CASES(duplicates),
		.run = duplicate_id,
	},
	{
		.name = "lifecycle/duplicate-id-leaves-original",
		.about = "a refused duplicate leaves the first container whole",
		.requirements = REQS("ops.create.duplicate-other-bundle",
				     "errors.create.duplicate-leaves-original"),
		.run = duplicate_leaves_original,
	},
	{
		.name = "lifecycle/no-such-container",
		.about = "an id that no container has is an error",
		CASES(unknowns),
		.run = no_such_container,
	},
	{
		.name = "lifecycle/start-running",
		.about = "start of a running container is an error and does nothing",
		.requirements = REQS("ops.start.running-error", "ops.start.running-no-effect"),
		.run = start_running,
	},
	{
		.name = "lifecycle/start-stopped",
		.about = "start of a stopped container is an error and does nothing",
		.requirements = REQS("ops.start.stopped-error", "ops.start.stopped-no-effect"),
		.run = start_stopped,
	},
	{
		.name = "lifecycle/kill-running",
		.about = "kill sends the signal to the container's process",
		.requirements = REQS("ops.kill.running"),
		.run = kill_running,
	},
	{
		.name = "lifecycle/kill-stopped",
		.about = "kill of a stopped container is an error and does nothing",
		.requirements = REQS("ops.kill.stopped-error", "ops.kill.stopped-no-effect"),
		.run = kill_stopped,
	},
	{
		.name = "lifecycle/delete-running",
		.about = "delete of a running container is an error and does nothing",
		.requirements = REQS("ops.delete.running-error", "ops.delete.running-no-effect"),
		.run = delete_running,
	},
	{
		.name = "lifecycle/delete-twice",
		.about = "a second delete is an error",
		.requirements = REQS("ops.delete.twice"),
		.run = delete_twice,
	},
	{
		.name = "lifecycle/delete-removes",
		.about = "delete removes the mounts and cgroups that create made",
		.requirements = REQS("ops.delete.removes-cgroup", "ops.delete.removes-mounts"),
		.run = delete_removes,
	},
	{ 0 },
};
