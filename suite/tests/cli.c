/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: its form, ids as arguments, exit statuses, the pid file; and the scope of
 * containers over several calls. It must never use a word of a runtime's messages.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct result *call(struct test *t, const char *command, const char *const *options,
				 const char *id)
{
	return runtime_call(
		t,
		&(struct call){ .command = command, .options = options, .arguments = WORDS(id) });
}

/* What an error must leave as it was, whatever a runtime writes to its own files. */
#define EFFECTS                                                                                    \
	(CHANGE_BIT(CHANGE_MOUNT) | CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_PROCESS))

/* ------------------------------------------------------------------ form */

static void template(struct test *t)
{
	const char *pid_file = format(t, "%s/pid", test_dir(t));

	for (int swapped = 0; swapped < 2; swapped++) {
		struct bundle *b = bundle_new(t);
		const char *path = bundle_path(b), *id = test_id(t), *pid;
		const struct result *r;
		const struct state *s;

		bundle_write(b);
		unlink(pid_file);
		r = call(t, "create",
			 swapped ? WORDS("--pid-file", pid_file, "--bundle", path)
				 : WORDS("--bundle", path, "--pid-file", pid_file),
			 id);
		check_ok(t, "cli.template", r);
		check_ok(t, "cli.template.option-order", r);
		s = op_state(container_with_id(b, id));
		check_ok(t, "cli.template", s->result);
		life_check_bundle(t, "cli.create.bundle-option", s, path);
		pid = file_read(t, pid_file);
		check_seen(t, "cli.template.option-order",
			   pid && s->pid > 0 && strtol(pid, NULL, 10) == s->pid,
			   "the pid of state in the file, whatever the order of the options",
			   "%s, state says %d", pid ? pid : "no file", (int)s->pid);
		check_string(t, "cli.create.id-argument", "id", id, s->id);
	}
}

static void named_like_commands(struct test *t)
{
	static const char *const ids[] = { "start", "delete", "state" };
	const char *req = "cli.command-unambiguous";

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct container *c = container_with_id(life_bundle(t), ids[i]);
		const struct state *s;

		if (!result_ok(op_create(c)))
			test_stop(t, "create exits with 0", "for the id %s it does not", ids[i]);
		s = op_state(c);
		check_seen(t, req, life_is(s, "created") && s->id && !strcmp(s->id, ids[i]),
			   format(t, "state %s: created", ids[i]), "%s, id %s", life_words(t, s),
			   s->id ? s->id : "absent");
		must_start(c);
		must_answer(c);
		life_check(t, req, op_state(c), "running");
		life_kill(t, c);
		must_delete(c);
		life_check_unknown(t, req, c, format(t, "delete %s deletes it", ids[i]));
	}
}

static void hyphens(struct test *t)
{
	static const char *const words[] = { "-create", "--create" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct bundle *b = bundle_new(t);
		struct container *c = container_new(b);

		bundle_write(b);
		call(t, words[i], WORDS("--bundle", bundle_path(b)), container_id(c));
		life_check_unknown(t, "cli.command-name-no-hyphen", c,
				   format(t, "%s creates nothing", words[i]));
	}
}

static void unknown_command(struct test *t)
{
	struct container *c = life_running(life_bundle(t));
	const struct state *before = must_state(c);
	const struct result *r = runtime_call(t, &(struct call){ .command = "frobnicate" });

	check_error(t, "cli.unknown-command.nonzero", r);
	r = runtime_call(t, &(struct call){ .command = "frobnicate",
					    .arguments = WORDS(container_id(c)),
					    .ledger = true });
	check_error(t, "cli.unknown-command.nonzero", r);
	check_unchanged(t, "cli.unknown-command.no-effect", r->before, r->after, EFFECTS);
	check_true(t, "cli.unknown-command.no-effect", life_same(before, op_state(c)),
		   "state as before", "it is another");
	check_true(t, "cli.unknown-command.no-effect", life_answers(c), "the program answers",
		   "it does not");
}

/* Its status and words are free; that it is a program which ends, and does nothing, is not. */
static void no_command(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const struct result *r = runtime_call(t, &(struct call){ .ledger = true });

	check_seen(t, "cli.no-command", r->exited, "it ends by itself",
		   "%s, %zu bytes on stdout, %zu on stderr", result_text(t, r), r->out_length,
		   r->err_length);
	check_unchanged(t, "cli.no-command", r->before, r->after, EFFECTS);
	life_check(t, "cli.no-command", op_state(c), "created");
}

static void locale(struct test *t)
{
	static const char *const environments[][3] = {
		{ "PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL },
		{ "PATH=/usr/bin:/bin", NULL, NULL },
	};
	static const char *const rows[] = { "cli.encoding.utf8-state", "cli.encoding.c-locale" };
	const char *text = "caf\xc3\xa9 \xf0\x9f\x93\xa6";
	struct bundle *b = bundle_new(t);
	const char *path = format(t, "%s/%s", test_dir(t), "b\xc3\xbcndel-\xf0\x9f\x93\xa6");
	struct container *c;
	const struct result *r;

	bundle_set(b, "annotations", "{s:s}", "org.example", text);
	bundle_write(b);
	if (rename(bundle_path(b), path))
		test_broken(t, "rename to %s: %s", path, strerror(errno));
	c = container_new(b);
	r = runtime_call(t, &(struct call){ .command = "create",
					    .options = WORDS("--bundle", path),
					    .arguments = WORDS(container_id(c)),
					    .environment = environments[0] });
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *state, *is;

		r = op_with(c, "state", &(struct call){ .environment = environments[i] });
		check_ok(t, rows[i], r);
		state = life_object(r->out, r->out_length); /* jansson takes valid UTF-8 only */
		check_string(t, rows[i], "bundle", path,
			     json_string_value(json_object_get(state, "bundle")));
		is = json_object_get(json_object_get(state, "annotations"), "org.example");
		if (is)
			check_string(t, rows[i], "annotation", text, json_string_value(is));
	}
}

/* ------------------------------------------------------------------ which container */

/* Of two containers in the same status each call has to take the one that was named. */
static void named_one(struct test *t)
{
	struct container *a = life_created(life_bundle(t)), *b = life_created(life_bundle(t));
	const struct state *s = op_state(a);

	check_string(t, "cli.state.id-argument", "id", container_id(a), s->id);
	s = op_state(b);
	check_string(t, "cli.state.id-argument", "id", container_id(b), s->id);
	must_start(b);
	check_true(t, "cli.start.id-argument",
		   life_is(op_state(a), "created") && life_is(op_state(b), "running"),
		   "the one that was named runs, the other does not", "otherwise");
	must_start(a);
	must_answer(a);
	must_answer(b);
	must_kill(b, "KILL");
	if (!check_true(t, "cli.kill.id-argument", life_answers(a), "the other one answers",
			"it does not"))
		return;
	container_wait(b);
	check_true(t, "cli.kill.id-argument", life_is(state_until(b, "stopped"), "stopped"),
		   "the one that was named is killed", "it is not");
	life_stop(t, a);
	must_delete(b);
	check_true(t, "cli.delete.id-argument",
		   life_unknown(op_state(b)) && life_is(op_state(a), "stopped"),
		   "the one that was named is gone, the other is not", "otherwise");
}

/* Each call is a process of its own. */
static void creator(struct test *t)
{
	const char *id = "scope.creator-can-operate";
	struct container *c = life_created(life_bundle(t));

	life_check(t, id, op_state(c), "created");
	if (!check_ok(t, id, op_start(c)))
		return;
	must_answer(c);
	if (!check_ok(t, id, op_kill(c, "KILL")) ||
	    !check_true(t, id, readable_soon(t, container_pidfd(c)), "kill with KILL ends the process",
			"it lives on"))
		return;
	container_wait(c);
	life_check(t, id, state_until(c, "stopped"), "stopped");
	check_ok(t, id, op_delete(c));
	life_check_unknown(t, id, c, "no container after delete");
}

static void independent(struct test *t)
{
	struct container *a = life_running(life_bundle(t)), *b = life_running(life_bundle(t));
	const struct state *before = must_state(b);

	life_kill(t, a);
	must_delete(a);
	life_check_same(t, "scope.containers-independent", before, b,
			format(t, "the other one as before: %s", life_words(t, before)));
}

static void many(struct test *t)
{
	struct container *c[8];
	const struct state *s[8];
	const char *id = "scope.many-containers";

	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		c[i] = life_created(life_bundle(t));
	for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
		s[i] = must_state(c[i]);
		check_string(t, id, "id", container_id(c[i]), s[i]->id);
		life_check_bundle(t, id, s[i], bundle_path(container_bundle(c[i])));
		for (size_t k = 0; k < i; k++)
			check_seen(t, id, s[i]->pid > 0 && s[i]->pid != s[k]->pid,
				   "a pid of its own", "pid %d, that of another is %d",
				   (int)s[i]->pid, (int)s[k]->pid);
	}
}

static void from_anywhere(struct test *t)
{
	const char *id = "scope.found-from-anywhere";
	static const char *const bare[] = { "PATH=/usr/bin:/bin", NULL };
	static const char *const rich[] = { "PATH=/usr/bin:/bin", "HOME=/tmp", "TMPDIR=/tmp",
					    "XDG_DATA_HOME=/tmp/data", NULL };
	static const char *const commands[] = { "state", "start", "kill" };
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	const struct result *r;

	/* kill sends TERM by itself. */
	bundle_probe(b, "trap", "TERM", "echo", "up", "wait", NULL);
	r = op_create_with(c, &(struct call){ .cwd = bundle_path(b), .environment = rich });
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!check_ok(t, id,
			      op_with(c, commands[i],
				      &(struct call){ .cwd = "/", .environment = bare })))
			return;
		if (!strcmp(commands[i], "start"))
			must_answer(c);
	}
	life_kill(t, c);
	check_ok(t, id, op_with(c, "delete", &(struct call){ .cwd = "/", .environment = bare }));
	life_check_unknown(t, id, c, "no container after delete");
}

/* ------------------------------------------------------------------ create */

static void bundle_before_cwd(struct test *t)
{
	struct bundle *a = bundle_new(t), *b = bundle_new(t);
	struct container *c = container_new(b);

	bundle_probe(a, "echo", "from the working directory", NULL);
	bundle_probe(b, "echo", "from --bundle", NULL);
	bundle_write(a);
	if (!result_ok(op_create_with(c, &(struct call){ .cwd = bundle_path(a) })))
		test_stop(t, "create exits with 0", "it does not");
	must_start(c);
	check_string(t, "cli.create.bundle-overrides-cwd", "word of the program", "from --bundle",
		     facts_string(must_answer(c), "echo"));
}

static void create_errors(struct test *t)
{
	const char *id = "cli.create.exit-nonzero";
	struct bundle *b = life_bundle(t);
	struct container *c = life_created(b);

	check_error(t, id, op_create(container_with_id(b, container_id(c))));
	check_error(t, id, call(t, "create", WORDS("--bundle", "/nonexistent"), test_id(t)));
	check_error(t, id, call(t, "create", WORDS("--bundle", bundle_path(b)), NULL));
	check_error(t, id, call(t, "create", WORDS("--bundle", test_dir(t)), test_id(t)));
	b = life_bundle(t);
	bundle_raw(b, "[]", 2);
	check_error(t, id, op_create(container_new(b)));
}

static void pid_file_ready(struct test *t)
{
	const char *path = format(t, "%s/pid", test_dir(t));

	for (int i = 0; i < 10; i++) {
		struct bundle *b = bundle_new(t);
		const char *id = test_id(t), *text;
		const struct result *r;
		const struct state *s;

		bundle_write(b);
		unlink(path);
		r = call(t, "create", WORDS("--bundle", bundle_path(b), "--pid-file", path), id);
		text = file_read(t, path);
		if (!result_ok(r))
			test_stop(t, "create exits with 0", "%s", result_text(t, r));
		s = must_state(container_with_id(b, id));
		if (!check_seen(t, "cli.create.pid-file-ready",
				text && s->pid > 0 && strtol(text, NULL, 10) == s->pid,
				format(t, "pid %d in the file when create has exited", (int)s->pid),
				"\"%.100s\"", text ? text : "no file"))
			return;
	}
}

static void pid_file_unwritable(struct test *t)
{
	const char *id = "cli.create.pid-file-unwritable";
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	const struct result *r;

	bundle_write(b);
	r = runtime_call(t,
			 &(struct call){ .command = "create",
					 .options = WORDS("--bundle", bundle_path(b), "--pid-file",
							  format(t, "%s/no/such/pid", test_dir(t))),
					 .arguments = WORDS(container_id(c)),
					 .ledger = true });
	if (!check_error(t, id, r))
		return;
	life_check_unknown(t, id, c, "no container");
	check_unchanged(t, id, r->before, r->after, EFFECTS);
	check_ok(t, id, op_create(container_new(bundle_copy(b)))); /* the twin */
}

/*
 * What a reader can meet follows from what has happened to the name: a file that is put there whole
 * (renamed, linked) is never seen half written, one that is written to after it was there may be.
 */
static void pid_file_atomic(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *directory = format(t, "%s/pids", test_dir(t)), *text;
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool there = false, written = false;
	union {
		struct inotify_event event;
		char room[64 * 1024];
	} events;
	const struct result *r;
	ssize_t n;

	bundle_write(b);
	if (mkdir(directory, 0755) || fd < 0 ||
	    inotify_add_watch(fd, directory, IN_CREATE | IN_MOVED_TO | IN_MODIFY) < 0)
		test_broken(t, "watch %s: %s", directory, strerror(errno));
	r = call(t, "create",
		 WORDS("--bundle", bundle_path(b), "--pid-file", format(t, "%s/pid", directory)),
		 test_id(t));
	text = file_read(t, format(t, "%s/pid", directory));
	if (!result_ok(r) || !text)
		test_stop(t, "create writes a pid file", "%s, %s", result_text(t, r),
			  text ? text : "no file");
	while ((n = read(fd, &events, sizeof(events))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e =
				(const struct inotify_event *)(events.room + at);

			at += (ssize_t)(sizeof(*e) + e->len);
			if (!e->len || strcmp(e->name, "pid"))
				continue;
			written |= there && e->mask & IN_MODIFY;
			there |= (e->mask & (IN_CREATE | IN_MOVED_TO)) != 0;
		}
	close(fd);
	check_true(t, "cli.create.pid-file-atomic", there && !written,
		   "the pid file is whole when it comes to be there", "%s",
		   there ? "it is written to afterwards" : "it never came");
}

/* From where a relative path counts is not said: the caller's directory and the bundle are known
 * answers. */
static void pid_file_relative(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const char *cwd = format(t, "%s/elsewhere", test_dir(t)), *at_cwd, *at_bundle;
	const struct result *r;
	const struct state *s;

	bundle_write(b);
	if (mkdir(cwd, 0755))
		test_broken(t, "mkdir %s: %s", cwd, strerror(errno));
	r = runtime_call(t, &(struct call){ .command = "create",
					    .options = WORDS("--bundle", bundle_path(b),
							     "--pid-file", "relative.pid"),
					    .arguments = WORDS(container_id(c)),
					    .cwd = cwd });
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	s = must_state(c);
	at_cwd = file_read(t, format(t, "%s/relative.pid", cwd));
	at_bundle = file_read(t, format(t, "%s/relative.pid", bundle_path(b)));
	check_seen(t, "cli.create.pid-file-relative",
		   !at_cwd != !at_bundle && strtol(at_cwd ? at_cwd : at_bundle, NULL, 10) == s->pid,
		   format(t, "pid %d in a file in the working directory or in the bundle",
			  (int)s->pid),
		   "in the working directory: %s; in the bundle: %s", at_cwd ? at_cwd : "none",
		   at_bundle ? at_bundle : "none");
}

/* A word too many: whatever it does with the container that was named, it ends, and no other
 * container has any part in it. */
static void one_id_only(struct test *t)
{
	static const char *const commands[] = { "create", "start", "state", "kill", "delete" };
	struct container *other = life_created(life_bundle(t));
	const struct state *before = must_state(other);
	const char *id = "cli.create.one-id-only";

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct bundle *b = life_bundle(t);
		struct container *c = i ? life_created(b) : container_new(b);
		struct call call = { .command = commands[i] };
		const struct state *now;
		const struct result *r;

		bundle_write(b);
		call.options = i ? NULL : WORDS("--bundle", bundle_path(b));
		call.arguments = !strcmp(commands[i], "kill") ?
					 WORDS(container_id(c), "KILL", "surplus") :
					 WORDS(container_id(c), "surplus");
		r = runtime_call(t, &call);
		check_seen(t, id, r->exited, format(t, "%s with a surplus word ends", commands[i]),
			   "%s", result_text(t, r));
		now = op_state(other);
		check_seen(t, id, life_same(before, now), "another container as before",
			   "after %s: %s%s", commands[i], life_words(t, now),
			   life_same(before, now) ? "" : LIFE_ANOTHER);
	}
}

static void create_returns(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	bool ended = container_ended(c);
	const struct state *s = op_state(c);

	check_seen(t, "cli.create.returns", !ended && life_is(s, "created"),
		   "create has exited, its process lives", "%s%s", life_words(t, s),
		   ended ? "; it has ended" : "");
	must_start(c);
	must_answer(c);
	check_true(t, "cli.start.returns", life_answers(c), "start has exited, the program answers",
		   "it does not");
}

/* The caller, in a session of its own, is gone before anything else happens. */
struct caller {
	struct test *t;
	struct container *c;
};

static int create_and_leave(void *data)
{
	const struct caller *k = data;
	const struct result *r;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	r = runtime_call(
		k->t,
		&(struct call){ .command = "create",
				.options = WORDS("--bundle", bundle_path(container_bundle(k->c))),
				.arguments = WORDS(container_id(k->c)),
				.in = nothing,
				.out = nothing,
				.err = nothing });
	return result_ok(r) ? 0 : 1;
}

static void survives_caller(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct caller k = { t, container_new(b) };

	bundle_probe(b, "echo", "up", "pause", NULL);
	bundle_log_process(b);
	bundle_write(b);
	if (test_wait(t, test_fork(t, create_and_leave, &k)))
		test_stop(t, "create exits with 0 in a session of its own", "it does not");
	life_check(t, "cli.create.survives-caller", op_state(k.c), "created");
	check_ok(t, "cli.create.survives-caller", op_start(k.c));
	log_wait(b, "process", 0);
	life_check(t, "cli.create.survives-caller", op_state(k.c), "running");
	/* Nor was there a terminal to control it. */
	check_pass(t, "cli.create.no-controlling-terminal");
}

/* ------------------------------------------------------------------ start, state, delete */

/* Whether the program was executed by then shows where a hook stands before it: hooks.c. */
static void start_means_started(struct test *t)
{
	for (int i = 0; i < 5; i++) {
		struct container *c = life_created(life_bundle(t));
		const struct state *s;

		must_start(c);
		s = op_state(c);
		if (!check_seen(t, "cli.start.exit-means-started",
				life_is(s, "running") || life_is(s, "stopped"),
				"running as soon as start has exited", "%s", life_words(t, s)))
			return;
	}
}

/* Whether a text has a state in it, whatever stands around it. */
static bool state_within(const char *text, size_t length)
{
	const char *at = memchr(text, '{', length);
	const json_t *state = at ? json_loadb(at, length - (size_t)(at - text),
					      JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL)
				 : NULL;

	return json_string_value(json_object_get(state, "id")) &&
	       json_string_value(json_object_get(state, "status"));
}

static void state_output(struct test *t)
{
	static const char *const in[] = { "created", "running", "stopped" };
	struct container *c = life_created(life_bundle(t));
	const struct state *s[ARRAY_SIZE(in)];

	s[0] = op_state(c);
	must_start(c);
	must_answer(c);
	s[1] = op_state(c);
	container_close_input(c);
	container_wait(c);
	s[2] = state_until(c, "stopped");
	for (size_t i = 0; i < ARRAY_SIZE(in); i++) {
		const struct result *r = s[i]->result;

		check_ok(t, "cli.state.exit-zero", r);
		check_seen(t, "cli.state.stdout-json", state_within(r->out, r->out_length),
			   format(t, "the state on stdout, %s", in[i]), "%.300s", r->out);
		check_seen(t, "cli.state.stdout-only-json", life_object(r->out, r->out_length),
			   "one JSON object and nothing else on stdout", "%.300s", r->out);
	}
	check_ok(t, "cli.delete.exit-zero", op_delete(c));
}

static void state_errors(struct test *t)
{
	const char *id = "cli.state.exit-nonzero";
	struct container *c = life_stopped(t, life_bundle(t));

	check_error(t, id, call(t, "state", NULL, test_id(t)));
	check_error(t, id, call(t, "state", NULL, NULL));
	check_ok(t, id, op_state(c)->result); /* the twin */
	must_delete(c);
	check_error(t, id, op_state(c)->result);
}

/* "Zero if the state was successfully written to stdout and non-zero on errors." */
static void state_unwritten(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (full < 0)
		test_broken(t, "/dev/full: %s", strerror(errno));
	must_state(c);
	check_error(t, "cli.state.exit-nonzero",
		    op_with(c, "state", &(struct call){ .out = full }));
	close(full);
}

/* One moment after delete has exited, and not one later. */
static void delete_means_gone(struct test *t)
{
	const char *id = "cli.delete.exit-means-gone";
	const struct ledger *before;
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct record *hook;
	const struct result *r;

	bundle_set(b, "linux.cgroupsPath", "s", "/assay-gone");
	bundle_hook(b, "poststop", "poststop", "state", NULL);
	before = ledger_take(t);
	c = life_stopped(t, b);
	/* Not op_delete(): that gives what is to be gone a moment to go. */
	r = call(t, "delete", NULL, container_id(c));
	if (!check_ok(t, id, r))
		return;
	hook = log_find(b, "poststop", 0);
	check_unchanged(t, id, before, ledger_take(t), EFFECTS);
	check_true(t, id, hook && hook->done, "the poststop hook has ended when delete has exited",
		   hook ? "it has begun" : "it has not run");
	life_check_unknown(t, id, c, "no container");
}

/* ------------------------------------------------------------------ operations offered */

static void supported(struct test *t)
{
	struct container *c = container_new(life_bundle(t));
	const struct state *s = op_state(c);
	bool before = result_ok(s->result);

	check_true(t, "ops.supported.create", !before && result_ok(op_create(c)),
		   "create makes a container that was not there", "%s",
		   before ? "there was one" : "it exits otherwise than with 0");
	s = op_state(c);
	check_seen(t, "ops.supported.state", result_ok(s->result) && s->id, "state shows it", "%s",
		   life_words(t, s));
	check_true(t, "ops.supported.start", result_ok(op_start(c)) && container_answer(c),
		   "start runs the program", "it does not");
	check_true(t, "ops.supported.kill", result_ok(op_kill(c, "KILL")) && !life_answers(c),
		   "kill with KILL ends the program", "it does not");
	container_close_input(c); /* so it ends in any case */
	container_wait(c);
	state_until(c, "stopped");
	check_true(t, "ops.supported.delete", result_ok(op_delete(c)) && life_unknown(op_state(c)),
		   "delete removes it", "it does not");
}

static bool ends_well(struct test *t, const char *command, const char *const *options,
		      const char *id)
{
	const struct result *r = call(t, command, options, id);

	return check_seen(t, "cli.no-crash", r->exited, "an exit, whatever the arguments",
			  "%s: %s", r->command, result_text(t, r));
}

/* Whatever it is given, a runtime ends by itself. */
static void no_crash(struct test *t)
{
	static const char *const commands[] = { "create", "start", "state", "kill", "delete" };
	static const char *const ids[] = { NULL,     "",     " ",	 "-",
					   "--",     "--x=", "%s%n%s", "a\nb",
					   "\xff\xfe" };
	const char *longest = format(t, "%05000d", 1);
	const char *const empty[] = { "--bundle", "", "--pid-file", "", NULL };
	struct bundle *b = bundle_new(t);
	const char *const whole[] = { "--bundle", bundle_path(b), NULL };

	bundle_write(b);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		for (size_t k = 0; k <= ARRAY_SIZE(ids); k++) {
			const char *id = k < ARRAY_SIZE(ids) ? ids[k] : longest;

			if (!ends_well(t, commands[i], NULL, id) ||
			    (!i && (!ends_well(t, commands[i], whole, id) ||
				    !ends_well(t, commands[i], empty, id))))
				return;
		}
}

/* A whole life, in calls with these details. */
static void whole_life(struct test *t, const char *id, const struct call *details)
{
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	struct call dying = *details;

	bundle_namespace(b, "network", NULL); /* without, some need an option for that */
	if (!check_ok(t, id, op_create_with(c, details)) ||
	    !check_ok(t, id, op_with(c, "state", details)) ||
	    !check_ok(t, id, op_with(c, "start", details)))
		return;
	check_true(t, id, container_answer(c), "the program answers", "it does not");
	dying.arguments = WORDS(container_id(c), "KILL");
	if (!check_ok(t, id, op_with(c, "kill", &dying)))
		return;
	container_wait(c);
	state_until(c, "stopped");
	check_ok(t, id, op_with(c, "delete", details));
}

/* Nothing of the caller's but the file itself tells the program what it is. */
static void executable(struct test *t)
{
	whole_life(t, "cli.executable", &(struct call){ .name = "another-name" });
}

static void no_globals(struct test *t)
{
	whole_life(t, "cli.global.none-required", &(struct call){ .bare = true });
}

/* How a container is isolated is left open. What program and host say of it must not disagree. */
static void isolation(struct test *t)
{
	static const char *const types[] = { "mnt", "pid", "ipc", "uts", "net", "user" };
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;
	bool shared;
	pid_t pid;

	bundle_probe(b, "ns", "wait", NULL);
	c = life_created(b);
	must_start(c);
	f = must_answer(c);
	pid = must_state(c)->pid;
	shared = shared_kernel(f);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		long long outside = namespace_of(pid, types[i]);
		long long inside = facts_int(f, format(t, "ns.%s", types[i]));

		check_seen(t, "scope.isolation-free", !shared || inside == outside,
			   format(t, "the %s namespace of process %d is the program's", types[i],
				  (int)pid),
			   "inode %lld, the program's is %lld", outside, inside);
	}
	check_seen(t, "scope.isolation-free", pid > 0 && pid != getpid(),
		   "a process that stands for the container", "pid %d; %s", (int)pid,
		   shared ? "the kernel is shared" : "the container has its own kernel");
}

const struct test_entry cli_tests[] = {
	{
		.name = "cli/supported",
		.about = "the five operations are there",
		.requirements =
			REQS("ops.supported.create", "ops.supported.state", "ops.supported.start",
			     "ops.supported.kill", "ops.supported.delete"),
		.run = supported,
	},
	{
		.name = "cli/template",
		.about = "options of a command in any order, and then the id",
		.requirements = REQS("cli.template", "cli.template.option-order",
				     "cli.create.id-argument", "cli.create.bundle-option"),
		.run = template,
	},
	{
		.name = "cli/named-like-commands",
		.about = "the first word is the command, whatever the id is called",
		.requirements = REQS("cli.command-unambiguous"),
		.run = named_like_commands,
	},
	{
		.name = "cli/executable",
		.about = "the runtime is one file to be executed, by whatever name",
		.requirements = REQS("cli.executable"),
		.run = executable,
	},
	{
		.name = "cli/no-globals",
		.about = "a whole life without a global option",
		.requirements = REQS("cli.global.none-required"),
		.run = no_globals,
	},
	{
		.name = "scope/isolation",
		.about = "whether the kernel is shared, for information",
		.requirements = REQS("scope.isolation-free"),
		.run = isolation,
	},
	{
		.name = "cli/hyphens",
		.about = "no command begins with a hyphen",
		.requirements = REQS("cli.command-name-no-hyphen"),
		.run = hyphens,
	},
	{
		.name = "cli/unknown-command",
		.about = "a command that there is not is an error and does nothing",
		.requirements =
			REQS("cli.unknown-command.nonzero", "cli.unknown-command.no-effect"),
		.run = unknown_command,
	},
	{
		.name = "cli/no-command",
		.about = "without a command the runtime ends and does nothing",
		.requirements = REQS("cli.no-command"),
		.run = no_command,
	},
	{
		.name = "cli/locale",
		.about = "the state is UTF-8, with and without a locale",
		.requirements = REQS("cli.encoding.utf8-state", "cli.encoding.c-locale"),
		.run = locale,
	},
	{
		.name = "cli/named-one",
		.about = "of two containers each call takes the one that was named",
		.requirements = REQS("cli.state.id-argument", "cli.start.id-argument",
				     "cli.kill.id-argument", "cli.delete.id-argument"),
		.run = named_one,
	},
	{
		.name = "scope/creator",
		.about = "who created a container can query, start, kill and delete it",
		.requirements = REQS("scope.creator-can-operate"),
		.run = creator,
	},
	{
		.name = "scope/independent",
		.about = "the end of one container leaves another alone",
		.requirements = REQS("scope.containers-independent"),
		.run = independent,
	},
	{
		.name = "scope/many",
		.about = "eight containers at once, each with its own id, pid and bundle",
		.requirements = REQS("scope.many-containers"),
		.run = many,
	},
	{
		.name = "scope/from-anywhere",
		.about = "a container is found by its id alone",
		.requirements = REQS("scope.found-from-anywhere"),
		.run = from_anywhere,
	},
	{
		.name = "cli/bundle-before-cwd",
		.about = "--bundle counts, not the bundle in the working directory",
		.requirements = REQS("cli.create.bundle-overrides-cwd"),
		.run = bundle_before_cwd,
	},
	{
		.name = "cli/create-errors",
		.about = "every error of create has a status that is not 0",
		.requirements = REQS("cli.create.exit-nonzero"),
		.run = create_errors,
	},
	{
		.name = "cli/pid-file-ready",
		.about = "the pid file is whole when create has exited",
		.requirements = REQS("cli.create.pid-file-ready"),
		.run = pid_file_ready,
	},
	{
		.name = "cli/pid-file-unwritable",
		.about = "a pid file that cannot be written is an error",
		.requirements = REQS("cli.create.pid-file-unwritable"),
		.run = pid_file_unwritable,
	},
	{
		.name = "cli/pid-file-atomic",
		.about = "whether a reader may see a pid file that is not whole, for information",
		.requirements = REQS("cli.create.pid-file-atomic"),
		.run = pid_file_atomic,
	},
	{
		.name = "cli/pid-file-relative",
		.about = "where a relative pid file goes to, for information",
		.requirements = REQS("cli.create.pid-file-relative"),
		.run = pid_file_relative,
	},
	{
		.name = "cli/one-id-only",
		.about = "a word too many harms no other container",
		.requirements = REQS("cli.create.one-id-only"),
		.run = one_id_only,
	},
	{
		.name = "cli/returns",
		.about = "create and start exit though the container lives on",
		.requirements = REQS("cli.create.returns", "cli.start.returns"),
		.run = create_returns,
	},
	{
		.name = "cli/survives-caller",
		.about = "a container outlives the session of who created it",
		.requirements =
			REQS("cli.create.survives-caller", "cli.create.no-controlling-terminal"),
		.run = survives_caller,
	},
	{
		.name = "cli/start-means-started",
		.about = "when start has exited with 0 the program has been executed",
		.requirements = REQS("cli.start.exit-means-started"),
		.run = start_means_started,
	},
	{
		.name = "cli/state-output",
		.about = "state prints JSON, all of it and nothing else",
		.requirements = REQS("cli.state.exit-zero", "cli.state.stdout-json",
				     "cli.state.stdout-only-json", "cli.delete.exit-zero"),
		.run = state_output,
	},
	{
		.name = "cli/state-errors",
		.about = "state of what there is not is an error",
		.requirements = REQS("cli.state.exit-nonzero"),
		.run = state_errors,
	},
	{
		.name = "cli/state-unwritten",
		.about = "a state that could not be written is an error",
		.requirements = REQS("cli.state.exit-nonzero"),
		.run = state_unwritten,
	},
	{
		.name = "cli/delete-means-gone",
		.about = "when delete has exited with 0 nothing is left to be done",
		.requirements = REQS("cli.delete.exit-means-gone"),
		.run = delete_means_gone,
	},
	{
		.name = "cli/no-crash",
		.about = "no argument makes the runtime crash",
		.requirements = REQS("cli.no-crash"),
		.run = no_crash,
	},
	{ 0 },
};
