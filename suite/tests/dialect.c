/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines rely on beyond the CLI document: further commands and options, and what the document
 * lets a runtime add. A runtime that refuses an extension does not offer it; one that takes it has
 * to do what it means. It must never count an extension that is not there against a runtime.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first use of an extension: an error says that there is none, and that is the end of it. */
static void need_offer(struct test *t, const struct result *r)
{
	if (result_ok(r))
		return;
	if (!r->exited)
		test_stop(t, format(t, "%s works, or is an error", r->command), "%s",
			  result_text(t, r));
	test_disable(t, "the runtime does not offer it: %s: %s", r->command, result_text(t, r));
}

static int nothing(struct test *t)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		test_broken(t, "/dev/null: %s", strerror(errno));
	return fd;
}

/* A call whose streams may stay with a container: they lead nowhere. */
static const struct result *call_detached(struct test *t, const char *command,
					  const char *const *options, const char *const *arguments)
{
	int fd = nothing(t);
	const struct result *r = runtime_call(t, &(struct call){ .command = command,
								 .options = options,
								 .arguments = arguments,
								 .in = fd,
								 .out = fd,
								 .err = fd });

	close(fd);
	return r;
}

/* What a probe said on a stream of the runtime, by the name of the fact. */
static json_t *said(const struct bundle *b, const struct result *r, const char *fact)
{
	for (const char *line = r->out, *end; *line; line = *end ? end + 1 : end) {
		json_t *value;

		end = line + strcspn(line, "\n");
		value = life_object(line, (size_t)(end - line));
		if (json_equal(json_object_get(value, "probe"), json_string(bundle_nonce(b))) &&
		    json_equal(json_object_get(value, "fact"), json_string(fact)))
			return json_object_get(value, "value");
	}
	return NULL;
}

static json_t *parsed(const struct result *r)
{
	return json_loadb(r->out, r->out_length, JSON_REJECT_DUPLICATES, NULL);
}

/* The number in a pid file; 0 for none. */
static pid_t pid_in(struct test *t, const char *path)
{
	const char *text = file_read(t, path);

	return text ? (pid_t)strtol(text, NULL, 10) : 0;
}

static bool lives(struct test *t, pid_t pid)
{
	return pid > 0 && process_state(t, pid) && process_state(t, pid) != 'Z';
}

/* A container that runs a program which tells its namespaces and then waits. */
static struct container *running_with(struct bundle *b, const struct facts **f)
{
	struct container *c;

	bundle_probe(b, "ns", "echo", "up", "wait", "echo", "one", "wait", NULL);
	c = life_created(b);
	must_start(c);
	*f = must_answer(c);
	return c;
}

/* ------------------------------------------------------------------ forms of the command line */

struct form {
	struct test_case base;
	enum { DOUBLE_DASH, EQUALS, AFTER_ID } kind;
};

static const struct form forms[] = {
	{ { "double-dash", "dialect.runtime.double-dash", "-- ends the options of create" },
	  DOUBLE_DASH },
	{ { "equals", "dialect.runtime.equals-form", "create --bundle=PATH" }, EQUALS },
	{ { "after-id", "dialect.runtime.options-after-id", "options of create behind the id" },
	  AFTER_ID },
};

static void form(struct test *t)
{
	const struct form *row = test_row(t);
	const char *id = row->base.requirement;
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const char *name = container_id(c), *path = bundle_path(b);
	const struct state *s;

	bundle_log_process(b);
	bundle_write(b);
	need_offer(t,
		   row->kind == DOUBLE_DASH
			   ? call_detached(t, "create", WORDS("--bundle", path, "--"), WORDS(name))
		   : row->kind == EQUALS
			   ? call_detached(t, "create", WORDS(format(t, "--bundle=%s", path)),
					   WORDS(name))
			   : call_detached(t, "create", NULL, WORDS(name, "--bundle", path)));
	s = op_state(c);
	if (!check_seen(t, id,
			life_is(s, "created") && s->id && !strcmp(s->id, name) && s->bundle &&
				!strcmp(s->bundle, path),
			format(t, "a created container %s of %s", name, path), "%s, bundle %s",
			life_words(t, s), s->bundle ? s->bundle : "absent") ||
	    !check_ok(t, id, op_start(c)))
		return;
	log_wait(b, "process", 0);
}

/* ------------------------------------------------------------------ global options */

static void version(struct test *t)
{
	const struct result *r = runtime_call(t, &(struct call){ .global = WORDS("--version") });

	need_offer(t, r);
	check_seen(t, "dialect.runtime.version-option",
		   strpbrk(r->out, "0123456789") &&
			   strspn(r->out, "0123456789. \n") < r->out_length,
		   "a name and a version on stdout", "\"%.300s\"", r->out);
}

static json_t *state_with(struct container *c, const char *const *global)
{
	const struct result *r = op_with(c, "state", &(struct call){ .global = global });

	return result_ok(r) ? life_object(r->out, r->out_length) : NULL;
}

static void root(struct test *t)
{
	const char *id = "dialect.runtime.root", *name = test_id(t);
	const char *const global[] = { "--root", format(t, "%s/root", test_dir(t)), NULL };
	struct bundle *b = life_bundle(t);
	struct container *here = container_with_id(b, name);
	struct container *there = container_with_id(life_bundle(t), name);
	const struct state *s;

	bundle_set(b, "linux.cgroupsPath", "s",
		   "/assay-here"); /* the usual one is that of the id */
	need_offer(t, op_create_with(there, &(struct call){ .global = global }));
	life_check_unknown(t, id, here, "the usual root does not know it");
	if (!check_ok(t, id, op_create(here)) || !check_ok(t, id, op_start(here)))
		return;
	s = op_state(here);
	check_seen(t, id, life_is(s, "running"), "the one of the usual root runs", "%s",
		   life_words(t, s));
	check_string(t, id, "bundle of that one", bundle_path(container_bundle(here)), s->bundle);
	check_string(t, id, "status of the other", "created",
		     json_string_value(json_object_get(state_with(there, global), "status")));
	check_string(t, id, "bundle of the other", bundle_path(container_bundle(there)),
		     json_string_value(json_object_get(state_with(there, global), "bundle")));
}

/* The last of the objects in a text, which engines read one after the other. */
static json_t *last_object(const char *text)
{
	json_t *last = NULL, *one;
	json_error_t error;

	for (; text && *(text += strspn(text, " \n")); text += error.position) {
		one = json_loads(text, JSON_DISABLE_EOF_CHECK, &error);
		if (!one)
			return NULL;
		last = one;
	}
	return last;
}

static void log_file(struct test *t)
{
	const char *file = format(t, "%s/runtime.log", test_dir(t)), *text;
	const char *const global[] = { "--log", file, "--log-format", "json", NULL };
	struct bundle *bad = life_bundle(t);
	const struct result *r;
	json_t *last;

	need_offer(t, op_create_with(container_new(life_bundle(t)),
				     &(struct call){ .global = global }));
	bundle_mount(bad, "/tmp", "bind", format(t, "%s/missing", test_dir(t)), "bind");
	r = op_create_with(container_new(bad), &(struct call){ .global = global });
	if (result_ok(r))
		test_stop(t, "create fails when a source of a mount is missing", "exit status 0");
	text = file_read(t, file);
	last = last_object(text);
	check_seen(t, "dialect.runtime.log",
		   json_string_length(json_object_get(last, "level")) &&
			   json_string_length(json_object_get(last, "msg")),
		   "the log: JSON objects, the last of them with level and msg", "%.500s",
		   text ? text : "no such file");
}

/* ------------------------------------------------------------------ options of create */

static void no_new_keyring(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	long long ours;
	const struct facts *f;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		test_skip(t, "no session keyrings: %s", strerror(errno));
	ours = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
	bundle_probe(b, "ns", "syscall", format(t, "%d", SYS_keyctl),
		     format(t, "%d", KEYCTL_GET_KEYRING_ID),
		     format(t, "%llu", (unsigned long long)(long)KEY_SPEC_SESSION_KEYRING), "0",
		     "0", "0", "0", "wait", NULL);
	need_offer(t, op_create_with(c, &(struct call){ .options = WORDS("--no-new-keyring") }));
	must_start(c);
	f = must_answer(c);
	if (!shared_kernel(f))
		test_disable(t, "the container has its own kernel, and its own keyrings");
	check_int(t, "dialect.runtime.no-new-keyring", "session keyring of the program", ours,
		  facts_int(f, "syscall.value"));
}

static void no_pivot(struct test *t)
{
	const char *id = "dialect.runtime.no-pivot";
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct facts *f;

	bundle_file(b, "rootfs/etc/which", 0644, "of the bundle");
	bundle_probe(b, "read", "/etc/which", "stat", test_probe(t), NULL);
	need_offer(t, op_create_with(c, &(struct call){ .options = WORDS("--no-pivot") }));
	if (!check_ok(t, id, op_start(c)))
		return;
	f = must_answer(c);
	check_string(t, id, "/etc/which", "of the bundle", facts_string(f, "read"));
	check_string(t, id, "a file of the caller", "ENOENT", facts_errno(f, "stat"));
}

static void preserve_fds(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	json_t *expected = json_array(), *observed = json_array(), *one;
	int fd[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		const char *path = format(t, "%s/given-%zu", test_dir(t), i);
		struct stat st;

		fd[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (fd[i] < 0 || fstat(fd[i], &st) || write(fd[i], "given", i + 3) < 0)
			test_broken(t, "%s: %s", path, strerror(errno));
		json_array_append_new(expected, json_pack("[i i]", 3 + (int)i, 3 + (int)i));
	}
	bundle_probe(b, "fds", NULL);
	need_offer(t, op_create_with(c, &(struct call){ .options = WORDS("--preserve-fds", "2"),
							.pass = fd,
							.n_pass = 2 }));
	must_start(c);
	/* Known by what can be seen from inside of a sandbox as well: where they stand. */
	json_array_foreach ((json_t *)facts_get(must_answer(c), "fds"), i, one)
		if (json_integer_value(json_object_get(one, "fd")) > 2)
			json_array_append_new(observed,
					      json_pack("[O O*]", json_object_get(one, "fd"),
							json_object_get(one, "offset")));
	check_set(t, "dialect.runtime.preserve-fds", "further descriptors, and their offsets",
		  expected, observed);
}

/* The pid that a descriptor of a process names; 0 when it is none. */
static pid_t named_by(struct test *t, int pidfd)
{
	const char *text = file_read(t, format(t, "/proc/self/fdinfo/%d", pidfd));
	const char *line = text ? strstr(text, "\nPid:\t") : NULL;

	return line ? (pid_t)strtol(line + 6, NULL, 10) : 0;
}

/* A descriptor that was sent to a socket, which listens, by now; -1 for none. */
static int sent_to(int listener)
{
	char bytes[256], control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int from = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), fd = -1;
	struct cmsghdr *c;

	if (from < 0 || recvmsg(from, &message, MSG_CMSG_CLOEXEC) < 0)
		return -1;
	c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	close(from);
	return fd;
}

static void pidfd_socket(struct test *t)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = format(t, "%s/pidfd.sock", test_dir(t));
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), fd;
	struct container *c = container_new(life_bundle(t));

	memcpy(address.sun_path, path, strlen(path) + 1);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 4))
		test_broken(t, "%s: %s", path, strerror(errno));
	need_offer(t,
		   op_create_with(c, &(struct call){ .options = WORDS("--pidfd-socket", path) }));
	fd = sent_to(listener);
	check_int(t, "dialect.runtime.pidfd-socket", "pid that the descriptor sent names",
		  must_state(c)->pid, fd < 0 ? LLONG_MIN : named_by(t, fd));
}

/* ------------------------------------------------------------------ further commands */

static void run_foreground(struct test *t, const char *id)
{
	static const char *const status[] = { "0", "42" };

	for (int i = 0; i < 2; i++) {
		struct bundle *b = bundle_new(t);
		const struct result *r;

		bundle_probe(b, "echo", "up", "exit", status[i], NULL);
		bundle_write(b);
		r = runtime_call(t, &(struct call){ .command = "run",
						    .options = WORDS("--bundle", bundle_path(b)),
						    .arguments = WORDS(test_id(t)) });
		if (!i)
			need_offer(t, r);
		check_seen(t, id, r->exited && r->status == (i ? 42 : 0),
			   format(t, "run exits as its program does, with %s", status[i]), "%s",
			   result_text(t, r));
		check_string(t, id, "word of the program, on the stdout of run", "up",
			     json_string_value(said(b, r, "echo")));
	}
}

static void run(struct test *t)
{
	const char *id = "dialect.runtime.run", *file = format(t, "%s/the-pid", test_dir(t));
	struct bundle *b = bundle_new(t);
	const struct result *r;
	bool alive;
	pid_t pid;

	run_foreground(t, id);
	bundle_probe(b, "echo", "up", "pause", NULL);
	bundle_log_process(b);
	bundle_write(b);
	r = call_detached(t, "run",
			  WORDS("--detach", "--pid-file", file, "--bundle", bundle_path(b)),
			  WORDS(test_id(t)));
	if (!result_ok(r))
		return; /* run is there, --detach is not */
	pid = pid_in(t, file);
	alive = lives(t, pid);
	if (check_seen(t, id, alive, "run --detach has exited, the process of its pid file lives",
		       "pid %d%s", (int)pid, alive ? "" : " is no more"))
		log_wait(b, "process", 0);
}

/* Reap what has ended, as who supervises containers does; whether the call was among it. */
static bool reap(struct container *c, const struct running *r)
{
	siginfo_t info = { .si_pid = 0 };

	while (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid) {
		if (info.si_pid == running_pid(r))
			return true;
		if (info.si_pid == container_pid(c))
			container_wait(c);
		else
			waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG);
		info.si_pid = 0;
	}
	return false;
}

/* delete --force: some runtimes wait in it until the processes have been reaped. */
static const struct result *forced(struct test *t, struct container *c)
{
	struct signalfd_siginfo told;
	struct running *r;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		test_broken(t, "signalfd: %s", strerror(errno));
	r = runtime_begin(t, &(struct call){ .command = "delete",
					     .options = WORDS("--force"),
					     .arguments = WORDS(container_id(c)) });
	while (!reap(c, r)) {
		wait_readable(t, fd, "delete --force ends");
		(void)!read(fd, &told, sizeof(told));
	}
	close(fd);
	return running_end(r);
}

static void delete_force(struct test *t)
{
	const char *id = "dialect.runtime.delete-force";

	need_offer(t, op_with(container_new(bundle_new(t)), "delete",
			      &(struct call){ .options = WORDS("--force") }));
	check_pass(t, id); /* an id that nobody knows is no error */
	for (int i = 0; i < 3; i++) {
		static const char *const status[] = { "created", "running", "stopped" };
		const struct ledger *before = ledger_take(t);
		struct container *c = i == 0   ? life_created(life_bundle(t))
				      : i == 1 ? life_running(life_bundle(t))
					       : life_stopped(t, life_bundle(t));

		check_ok(t, id, forced(t, c));
		life_check_unknown(t, id, c, format(t, "%s: it is gone", status[i]));
		check_true(t, id, life_gone(t, before),
			   format(t, "%s: so is its process", status[i]), "it lives");
	}
}

static void kill_all(struct test *t)
{
	const char *id = "dialect.runtime.kill-all";
	struct bundle *b = bundle_new(t);
	const struct ledger *before;
	struct container *c;
	const struct facts *f;
	int status;

	/* In the caller's PID namespace nobody dies with the first process of the container. */
	bundle_no_namespace(b, "pid");
	bundle_probe(b, "ns", "daemon", "wait", NULL);
	before = ledger_take(t);
	c = life_created(b);
	must_start(c);
	f = must_answer(c);
	if (!shared_kernel(f))
		test_disable(t, "not to be seen from outside: the container has its own kernel");
	need_offer(t, op_with(c, "kill",
			      &(struct call){ .options = WORDS("--all"),
					      .arguments = WORDS(container_id(c), "TERM") }));
	status = container_wait(c);
	check_seen(t, id, status == -1 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM),
		   "the first process dies of SIGTERM", "wait status %d", status);
	check_true(t, id, life_gone(t, before), "and so does the other one", "it lives");
}

static void list(struct test *t)
{
	struct container *a = life_created(life_bundle(t)), *b = life_running(life_bundle(t));
	const struct result *r = runtime_call(
		t, &(struct call){ .command = "list", .options = WORDS("--format", "json") });
	json_t *all, *one, *seen = json_array();
	size_t i;

	need_offer(t, r);
	all = parsed(r);
	json_array_foreach (all, i, one)
		json_array_append_new(seen, json_pack("[O* O*]", json_object_get(one, "id"),
						      json_object_get(one, "status")));
	check_set(
		t, "dialect.runtime.list", "containers with their status",
		json_pack("[[s s] [s s]]", container_id(a), "created", container_id(b), "running"),
		json_is_array(all) ? seen : NULL);
}

static void ps(struct test *t)
{
	struct container *c = life_running(life_bundle(t));
	const struct result *r =
		op_with(c, "ps", &(struct call){ .options = WORDS("--format", "json") });

	need_offer(t, r);
	check_subset(t, "dialect.runtime.ps", "pids", json_pack("[i]", (int)must_state(c)->pid),
		     parsed(r));
}

static void events(struct test *t)
{
	const char *id = "dialect.runtime.events-stats";
	struct container *c = life_running(life_bundle(t));
	const struct result *r =
		op_with(c, "events", &(struct call){ .options = WORDS("--stats") });
	json_t *event;

	need_offer(t, r);
	event = life_object(r->out, r->out_length);
	check_string(t, id, "type", "stats", json_string_value(json_object_get(event, "type")));
	check_string(t, id, "id", container_id(c), json_string_value(json_object_get(event, "id")));
	check_seen(t, id, json_object_size(json_object_get(event, "data")), "data, an object", "%s",
		   life_json(t, json_object_get(event, "data")));
}

/* ------------------------------------------------------------------ exec */

/* A file for exec --process, whose program is the probe with one sub-command and its argument. */
static const char *process_file(struct test *t, struct bundle *b, const char *word,
				const char *argument)
{
	const char *path = format(t, "%s/process-%s.json", test_dir(t), word);
	json_t *process =
		json_pack("{s:b s:{s:i s:i} s:s s:[s] s:[s s s s s s s*]}", "terminal", 0, "user",
			  "uid", 0, "gid", 0, "cwd", "/", "env", "PATH=/usr/bin:/bin", "args",
			  "/probe", bundle_nonce(b), "ns", "read", "/etc/which", word, argument);

	if (json_dump_file(process, path, 0))
		test_broken(t, "write %s", path);
	return path;
}

static void exec_detached(struct test *t, struct container *c)
{
	const char *id = "dialect.runtime.exec", *file = format(t, "%s/exec-pid", test_dir(t));
	const char *process = process_file(t, container_bundle(c), "pause", NULL);
	const struct result *r = call_detached(
		t, "exec", WORDS("--process", process, "--detach", "--pid-file", file),
		WORDS(container_id(c)));
	bool alive;
	pid_t pid;

	if (!result_ok(r))
		return; /* exec is there, --detach is not */
	pid = pid_in(t, file);
	alive = lives(t, pid);
	check_seen(t, id, alive && pid != container_pid(c),
		   format(t, "exec --detach has exited, a process of its own, not %d, lives",
			  (int)container_pid(c)),
		   "pid %d%s", (int)pid, alive ? "" : " is no more");
}

static void exec(struct test *t)
{
	static const char *const types[] = { "mnt", "pid", "ipc", "uts" };
	const char *id = "dialect.runtime.exec";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct container *c;
	bool shared;

	bundle_file(b, "rootfs/etc/which", 0644, "of the container");
	c = running_with(b, &f);
	shared = shared_kernel(f);
	for (int i = 0; i < 2; i++) {
		const char *process = process_file(t, b, "exit", i ? "42" : "0");
		const struct result *r = op_with(
			c, "exec", &(struct call){ .options = WORDS("--process", process) });
		const json_t *ns;

		if (!i)
			need_offer(t, r);
		check_seen(t, id, r->exited && r->status == (i ? 42 : 0),
			   format(t, "exec exits as its program does, with %d", i ? 42 : 0), "%s",
			   result_text(t, r));
		check_string(t, id, "/etc/which, for the program", "of the container",
			     json_string_value(said(b, r, "read")));
		ns = said(b, r, "ns");
		/* The numbers of a sandbox mean nothing. */
		for (size_t k = 0; shared && k < ARRAY_SIZE(types); k++)
			check_json(
				t, id, format(t, "%s namespace, inside", types[k]),
				json_incref((json_t *)facts_get(f, format(t, "ns.%s", types[k]))),
				json_object_get(ns, types[k]));
	}
	exec_detached(t, c);
}

/* ------------------------------------------------------------------ pause, update */

#define FREEZE_TRIES 20

/*
 * Whether the kernel has frozen a container, by its cgroup; `*seen` says what was read last. A
 * process that runs just now is frozen a little later.
 */
static bool frozen(struct test *t, struct container *c, const char **seen)
{
	const char *controller = test_cgroup_v2(t) ? "" : "freezer";
	const char *path = cgroup_path(t, container_pid(c), controller);

	*seen = NULL;
	for (int n = 0; path && n < FREEZE_TRIES; n++) {
		*seen = cgroup_value(t, controller, path,
				     test_cgroup_v2(t) ? "cgroup.events" : "freezer.state");
		if (*seen && (strstr(*seen, "frozen 1") || !strcmp(*seen, "FROZEN")))
			return true;
		op_state(c);
	}
	return false;
}

static void pause_resume(struct test *t)
{
	const char *id = "dialect.runtime.pause-resume", *seen;
	const struct facts *f;
	struct container *c = running_with(bundle_new(t), &f);

	need_offer(t, op_with(c, "pause", NULL));
	life_check(t, id, state_until(c, "paused"), "paused");
	if (shared_kernel(f)) {
		bool stands = frozen(t, c, &seen);

		check_seen(t, id, stands, "its cgroup is frozen between pause and resume", "%s",
			   seen ? seen : "nothing to be read");
	}
	/* For a kernel that cannot be seen: what is frozen does not answer. */
	container_input(c, "x", 1);
	life_check(t, id, op_state(c), "paused");
	check_true(t, id, !strstr(container_output(c, NULL), "\"one\""),
		   "no answer between pause and resume", "an answer");
	if (!check_ok(t, id, op_with(c, "resume", NULL)) ||
	    !life_check(t, id, op_state(c), "running"))
		return;
	check_true(t, id, facts_get(container_await(c, "echo#2"), "echo#2"),
		   "the answer comes after resume", "none");
}

static void update(struct test *t)
{
	const char *id = "dialect.runtime.update", *file, *path;
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct container *c;
	int fd;

	bundle_set(b, "linux.resources.pids.limit", "i", 1017);
	c = running_with(b, &f);
	file = format(t, "%s/resources.json", test_dir(t));
	if (file_write(t, file, "{\"pids\":{\"limit\":1099}}"))
		test_broken(t, "write %s", file);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	need_offer(t, op_with(c, "update",
			      &(struct call){ .options = WORDS("--resources", "-"), .in = fd }));
	close(fd);
	path = cgroup_path(t, container_pid(c), "pids");
	check_int(t, id, "pids.max after update", 1099,
		  path ? cgroup_number(t, "pids", path, "pids.max") : LLONG_MIN);
	check_true(t, id, life_answers(c), "the program answers", "it does not");
}

/* ------------------------------------------------------------------ what may be added */

struct global {
	struct test_case base;
	const char *words[3];
};

static const struct global globals[] = {
	{ { "debug", "cli.global.hyphen-options",
	    "with --debug, if it is there, state answers as without" },
	  { "--debug" } },
	{ { "systemd-cgroup", "cli.global.hyphen-options",
	    "with --systemd-cgroup, if it is there, state answers as without" },
	  { "--systemd-cgroup" } },
	{ { "log", "cli.global.option-values", "--log FILE does not take FILE for the command" },
	  { "--log", "/run/test/global.log" } },
	{ { "log-format", "cli.global.option-values",
	    "--log-format text does not take text for the command" },
	  { "--log-format", "text" } },
	{ { "log-equals", "cli.global.option-values", "--log=FILE is the same" },
	  { "--log=/run/test/global.log" } },
};

/* An option may be there or not. If it is, the command is still the one that was named. */
static void global_option(struct test *t)
{
	const struct global *row = test_row(t);
	const char *id = row->base.requirement;
	struct container *c = life_running(life_bundle(t));
	const struct state *before = must_state(c);
	const struct result *r = op_with(c, "state", &(struct call){ .global = row->words });
	json_t *state = result_ok(r) ? life_object(r->out, r->out_length) : NULL;

	life_check_same(t, id, before, c,
			"the container is as before, whether the option is there or not");
	if (!result_ok(r)) {
		need_offer(t, r);
	} else {
		check_json(t, id, "state with the option", json_incref(before->json), state);
	}
}

/* Words that engines call runtimes with: each is there and works, or is an error. */
static void extensions(struct test *t)
{
	static const char *const commands[][2] = {
		{ "list", NULL }, { "ps", "" },	    { "events", "--stats" }, { "features", NULL },
		{ "exec", "" },	  { "resume", "" }, { "spec", NULL },
	};
	const char *id = "cli.extensions-allowed", *offered = "";
	struct container *c = life_running(life_bundle(t));
	const struct state *before = must_state(c);

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *option = commands[i][1];
		const struct result *r = runtime_call(
			t, &(struct call){ .command = commands[i][0],
					   .options = option && *option ? WORDS(option) : NULL,
					   .arguments = option ? WORDS(container_id(c)) : NULL,
					   .cwd = test_dir(t) });

		if (!r->exited)
			test_stop(t, format(t, "%s works, or is an error", r->command), "%s",
				  result_text(t, r));
		offered = format(t, "%s%s%s", offered, result_ok(r) ? " " : "",
				 result_ok(r) ? commands[i][0] : "");
	}
	life_check_same(t, id, before, c,
			format(t, "a container that runs is as before, these being offered:%s",
			       offered));
}

#define ONE(test_name, id, text, function)                                                         \
	{                                                                                          \
		.name = "dialect/" test_name, .about = text,                                       \
		.requirements = REQS("dialect.runtime." id), .run = function,                      \
	}

const struct test_entry dialect_tests[] = {
	{
		.name = "dialect/form",
		.about = "forms of the command line of create",
		.requirements = REQS("dialect.runtime.equals-form"),
		.run = form,
		CASES(forms),
	},
	ONE("version", "version-option", "--version tells name and version", version),
	ONE("root", "root", "containers of two roots do not know each other", root),
	ONE("log", "log", "an error is an object at the end of the log", log_file),
	ONE("no-new-keyring", "no-new-keyring", "the session keyring of the caller is kept",
	    no_new_keyring),
	ONE("no-pivot", "no-pivot", "with --no-pivot as well the root is the bundle's", no_pivot),
	ONE("preserve-fds", "preserve-fds", "so many more descriptors get to the program",
	    preserve_fds),
	ONE("pidfd-socket", "pidfd-socket", "the descriptor sent names the container's process",
	    pidfd_socket),
	ONE("run", "run", "run creates and starts, and exits as the program does", run),
	ONE("delete-force", "delete-force",
	    "delete --force of a container in any status, or of none", delete_force),
	ONE("kill-all", "kill-all", "kill --all signals every process of a container", kill_all),
	ONE("list", "list", "list shows all containers and their status", list),
	ONE("ps", "ps", "ps shows the pid that state shows", ps),
	ONE("events", "events-stats", "events --stats prints one object", events),
	ONE("exec", "exec", "exec runs a program in the container, and exits as it does", exec),
	ONE("pause-resume", "pause-resume", "pause stops all of a container until resume",
	    pause_resume),
	ONE("update", "update", "update changes a limit of a container that runs", update),
	{
		.name = "dialect/global",
		.about = "a global option, if it is there, leaves the command what it is",
		.requirements = REQS("cli.global.hyphen-options"),
		.run = global_option,
		CASES(globals),
	},
	{
		.name = "dialect/extensions",
		.about = "further commands work or are an error, and disturb no container",
		.requirements = REQS("cli.extensions-allowed"),
		.run = extensions,
	},
	{ 0 },
};
