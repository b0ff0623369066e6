/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a terminal's master comes to the caller, by the letter of CLI 1.0.1 and as engines have it,
 * and what a terminal does to the streams of create. It must never judge a form that it did not ask
 * for.
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "life.h"

static const char *end_words(enum console_end end)
{
	static const char *const words[] = {
		[CONSOLE_END_CLEAN] = "its end",
		[CONSOLE_END_UNREAD] = "its end, the response unread",
		[CONSOLE_END_MORE] = "another message",
		[CONSOLE_END_OPEN] = "no end: somebody has it open",
	};

	return words[end];
}

/* The program's own account of its descriptors: 0, 1 and 2 and no others. */
static bool only_standard(const struct facts *f)
{
	const json_t *list = facts_get(f, "fds");
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (json_integer_value(json_object_get(one, "fd")) != (json_int_t)i)
			return false;
	return json_array_size(list) == 3;
}

/* ------------------------------------------------------------------ what both forms share */

struct names {
	const char *socket, *leak, *control, *rights, *master;
};

static const struct names strict_names = {
	"cli.create.console-socket-fd.strict",
	"cli.create.console-socket-fd-not-leaked.strict",
	"cli.console.request.has-control-message.strict",
	"cli.console.request.scm-rights.strict",
	"cli.console.request.first-fd-is-master.strict",
};

static const struct names dialect_names = {
	"cli.create.console-socket-fd.dialect",
	"cli.create.console-socket-fd-not-leaked.dialect",
	"cli.console.request.has-control-message.dialect",
	"cli.console.request.scm-rights.dialect",
	"cli.console.request.first-fd-is-master.dialect",
};

static void check_control(struct test *t, const struct names *id, const struct delivery *d)
{
	check_seen(t, id->control, d->came && d->n_control > 0,
		   "a control message comes with the first bytes",
		   "%zu bytes, %zu control messages", d->length, d->n_control);
	check_seen(t, id->rights,
		   d->n_control && d->level == SOL_SOCKET && d->type == SCM_RIGHTS && d->n_fd,
		   "the first is of level SOL_SOCKET and type SCM_RIGHTS, with a descriptor",
		   "%zu control messages, level %d, type %d, %zu descriptors", d->n_control,
		   d->level, d->type, d->n_fd);
	check_true(t, id->master, delivery_master(d) >= 0,
		   "the first descriptor is the master of a terminal", "%s",
		   d->n_fd ? "it is something else" : "there is none");
}

/* It is the program's own terminal that came, and the way it came is closed. */
static void check_program(struct test *t, const struct names *id, struct container *c,
			  const struct delivery *d, enum console_end end)
{
	int master = delivery_master(d);
	const struct facts *f;

	check_seen(t, id->leak, end != CONSOLE_END_OPEN,
		   "the connection is at its end when create has exited", "%s", end_words(end));
	if (master < 0) {
		check_fail(t, id->socket, "the master of a terminal", "none came");
		check_fail(t, id->leak, "a program on the terminal", "there is no master");
		return;
	}
	f = terminal_started(c);
	check_seen(t, id->leak, only_standard(f), "descriptors 0, 1 and 2", "%s",
		   life_json(t, facts_get(f, "fds")));
	check_true(t, id->socket, master_speaks(t, master, c),
		   "what the program says comes out of the master", "it does not");
}

/* ------------------------------------------------------------------ strict */

/* A create that has sent its request and waits. */
struct session {
	struct container *c;
	struct console *k;
	struct running *r;
	const struct delivery *d;
};

static struct session offer(struct test *t, int type)
{
	struct bundle *b = terminal_bundle(t);
	struct session s = { .c = container_new(b), .k = console_new(t, CLI_STRICT, type) };

	bundle_probe(b, "fds", NULL);
	s.r = console_create(s.k, s.c, &(struct call){ .ledger = true });
	s.d = console_receive(s.k, s.r);
	return s;
}

/* On a socket of the one or the other type; which types work is a demand of its own. */
static struct session requested(struct test *t)
{
	struct session s = offer(t, SOCK_STREAM);
	const struct result *r;

	if (s.d->came)
		return s;
	running_end(s.r);
	s = offer(t, SOCK_SEQPACKET);
	if (s.d->came)
		return s;
	r = running_end(s.r);
	test_stop(t, "a request comes over the console socket", "create: %s", result_text(t, r));
}

static void check_request(struct test *t, const struct session *s)
{
	const json_t *type = json_object_get(s->d->json, "type");

	check_seen(t, "cli.console.utf8-json.strict", s->d->json != NULL,
		   "one JSON object in UTF-8", "%.300s", s->d->data);
	check_seen(t, "cli.console.request.type-present.strict", json_is_string(type),
		   "type: a string", "type: %s", life_json(t, type));
	check_string(t, "cli.console.request.type-terminal.strict", "type", "terminal",
		     json_string_value(type));
	check_string(t, "cli.console.request.container.strict", "container", container_id(s->c),
		     json_string_value(json_object_get(s->d->json, "container")));
	check_control(t, &strict_names, s->d);
	check_seen(t, "cli.console.request.one-descriptor.strict", s->d->n_fd > 0,
		   "one descriptor or more", "%zu descriptors", s->d->n_fd);
}

static void request(struct test *t)
{
	const char *waits = "cli.console.awaits-response.strict";
	struct session s = requested(t);
	const struct result *r;
	enum console_end end;
	bool again;

	check_request(t, &s);
	check_true(t, waits, !running_done(s.r), "create does not end before it has a response",
		   "it has ended");
	check_true(t, waits, console_respond(s.k, CONSOLE_SUCCESS), "create takes a response",
		   "it has closed the socket");
	again = console_asked_again(s.k, s.r);
	r = running_end(s.r);
	end = console_ended(s.k);
	check_true(t, "cli.console.one-request.strict", !again && end != CONSOLE_END_MORE,
		   "one request and then the end", "a second one");
	check_seen(t, waits, end != CONSOLE_END_UNREAD, "create has read the response", "%s",
		   end_words(end));
	check_ok(t, waits, r);
	if (!check_ok(t, strict_names.socket, r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	check_program(t, &strict_names, s.c, s.d, end);
}

struct socket_type {
	struct test_case base;
	int type;
};

static const struct socket_type socket_types[] = {
	{ { "stream", "cli.console.stream-socket.strict", "a console socket may be a SOCK_STREAM" },
	  SOCK_STREAM },
	{ { "seqpacket", "cli.console.seqpacket-socket.strict",
	    "a console socket may be a SOCK_SEQPACKET" },
	  SOCK_SEQPACKET },
};

static void socket_type(struct test *t)
{
	const struct socket_type *row = test_row(t);
	const char *id = row->base.requirement;
	struct session s = offer(t, row->type);

	check_true(t, id, s.d->came && delivery_master(s.d) >= 0,
		   "the request comes, with a terminal's master", "%s",
		   s.d->came ? "a message without one" : "none");
	if (s.d->came)
		check_true(t, id, console_respond(s.k, CONSOLE_SUCCESS), "create takes a response",
			   "it has closed the socket");
	check_ok(t, id, running_end(s.r));
}

/* What create comes to when its request is answered so. */
static struct session answered(struct test *t, const char *response)
{
	struct session s = requested(t);

	if (!console_respond(s.k, response))
		test_stop(t, "create takes a response", "it has closed the socket");
	return s;
}

static void check_undone(struct test *t, const char *id, struct container *c,
			 const struct result *r)
{
	check_clean_error(t, id, r);
	life_check_unknown(t, id, c, "no container");
}

/* The twin of what create has to refuse. */
static void must_succeed(struct test *t)
{
	struct session s = answered(t, CONSOLE_SUCCESS);
	const struct result *r = running_end(s.r);

	if (!result_ok(r))
		test_stop(t, "create exits with 0 when its request was taken", "%s",
			  result_text(t, r));
}

static void error_response(struct test *t)
{
	static const char *const responses[] = {
		"{\"type\":\"error\"}", "{\"type\":\"error\",\"message\":\"no room\"}"
	};

	must_succeed(t);
	for (size_t i = 0; i < ARRAY_SIZE(responses); i++) {
		struct session s = answered(t, responses[i]);

		check_undone(t, "cli.console.error-response.strict", s.c, running_end(s.r));
	}
}

static void message_ignored(struct test *t)
{
	struct session s = answered(t, "{\"type\":\"success\",\"message\":\"an error\"}");
	const char *id = "cli.console.message-ignored.strict";

	check_ok(t, id, running_end(s.r));
	life_check(t, id, op_state(s.c), "created");
}

/* The server is gone before create is called, or goes without a response. */
static void server_gone(struct test *t)
{
	const char *id = "cli.console.server-gone.strict";
	struct container *c = container_new(terminal_bundle(t));
	struct console *k = console_new(t, CLI_STRICT, SOCK_STREAM);
	const struct call details = { .ledger = true, .limit_s = 10 };
	struct running *r;

	must_succeed(t);
	console_hang_up(k);
	r = console_create(k, c, &details);
	check_undone(t, id, c, running_end(r));
	c = container_new(terminal_bundle(t));
	k = console_new(t, CLI_STRICT, SOCK_STREAM);
	r = console_create(k, c, &details);
	console_receive(k, r);
	console_hang_up(k);
	check_true(t, id, running_end(r)->exited, "create ends when the server goes",
		   "it does not");
}

static void bad_descriptor(struct test *t)
{
	const char *id = "cli.console.bad-descriptor.strict", *word = format(t, "%d", CONSOLE_FD);
	const struct call details = { .ledger = true, .limit_s = 10 };
	int file = open(format(t, "%s/file", test_dir(t)), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (file < 0)
		test_broken(t, "file: %s", strerror(errno));
	must_succeed(t);
	for (int closed = 0; closed < 2; closed++) {
		struct container *c = container_new(terminal_bundle(t));
		struct running *r = console_call(t, c, word, closed ? -1 : file, &details);

		check_undone(t, id, c, running_end(r));
	}
}

/* ------------------------------------------------------------------ dialect */

static void connection(struct test *t)
{
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);
	struct console *k = console_new(t, CLI_DIALECT, SOCK_STREAM);
	struct running *call;
	const struct delivery *d;
	const struct result *r;
	enum console_end end;

	bundle_probe(b, "fds", NULL);
	call = console_create(k, c, &(struct call){ .limit_s = 10 });
	d = console_receive(k, call);
	r = running_end(call);
	if (!d->connected)
		test_stop(t, "create connects to the path of the console socket", "create: %s",
			  result_text(t, r));
	check_ok(t, "cli.console.awaits-response.dialect", r);
	check_seen(t, "cli.console.utf8-json.dialect", d->came && d->n_control > 0,
		   "at least one byte with the control message", "%zu bytes, %zu control messages",
		   d->length, d->n_control);
	check_control(t, &dialect_names, d);
	check_seen(t, "cli.console.request.one-descriptor.dialect", d->n_fd == 1, "one descriptor",
		   "%zu descriptors", d->n_fd);
	if (!check_ok(t, dialect_names.socket, r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	end = console_ended(k);
	check_true(t, "cli.console.one-request.dialect",
		   end != CONSOLE_END_MORE && !console_asked_again(k, call),
		   "one connection, one message", "%s",
		   end == CONSOLE_END_MORE ? "a second message" : "a second connection");
	check_program(t, &dialect_names, c, d, end);
}

static void bad_path(struct test *t)
{
	const char *id = "cli.console.bad-descriptor.dialect";
	const char *paths[] = { format(t, "%s/missing", test_dir(t)),
				format(t, "%s/file", test_dir(t)), NULL };
	const struct call details = { .ledger = true, .limit_s = 10 };
	struct console *k = console_new(t, CLI_DIALECT, SOCK_STREAM);
	const struct result *r;

	if (console_try(t, CLI_DIALECT, container_new(terminal_bundle(t)), NULL, &r) < 0)
		test_stop(t, "a terminal's master comes over the console socket", "create: %s",
			  result_text(t, r));
	file_write(t, paths[1], "");
	/* The socket file stays when its listener goes. */
	console_hang_up(k);
	paths[2] = console_word(k);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct container *c = container_new(terminal_bundle(t));

		check_undone(t, id, c,
			     running_end(console_call(t, c, paths[i], -1, &details)));
	}
}

/* ------------------------------------------------------------------ whatever the form */

static void not_in_container(struct test *t)
{
	const char *id = "cli.console.master-not-in-container";
	enum cli form = console_form(t);
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);
	int master;
	const struct facts *f;

	bundle_probe(b, "fds", "tty", "ns", "pause", NULL);
	master = console_created(t, form, c, NULL);
	f = terminal_started(c);
	check_seen(t, id, only_standard(f), "descriptors 0, 1 and 2", "%s",
		   life_json(t, facts_get(f, "fds")));
	for (int fd = 0; fd < 3; fd++) {
		long long major = facts_int(f, format(t, "tty.%d.rdev-major", fd));
		long long minor = facts_int(f, format(t, "tty.%d.rdev-minor", fd));

		/* Slaves are 136:N, a master is 5:2; a sandbox has numbers of its own. */
		check_seen(t, id,
			   json_is_true(facts_get(f, format(t, "tty.%d.tty", fd))) && major != 5 &&
				   (!shared_kernel(f) || minor == master_number(master)),
			   format(t, "descriptor %d: the other side of the master, terminal %d", fd,
				  master_number(master)),
			   "device %lld:%lld", major, minor);
	}
}

/* A container with a terminal whose program says whether its stdin is one, and ends. */
static struct container *asking(struct test *t, enum cli form, int *master)
{
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);

	bundle_probe(b, "ns", "tty", "wait", NULL);
	*master = console_created(t, form, c, NULL);
	return c;
}

/*
 * With the last copy of a master its terminal is hung up: a process that waits there is told by
 * SIGHUP, which may end it before start, and for a program its stdin is no terminal any more.
 */
static void only_copy(struct test *t)
{
	const char *id = "cli.console.master-only-copy";
	enum cli form = console_form(t);
	int master;
	struct container *c = asking(t, form, &master);
	const struct facts *f = terminal_started(c);
	const struct record *said;

	if (!shared_kernel(f)) {
		check_disabled(t, id, "the terminal is that of a kernel of its own");
		return;
	}
	if (!json_is_true(facts_get(f, "tty.0.tty")))
		test_stop(t, "stdin is a terminal", "it is not");
	c = asking(t, form, &master);
	close(master);
	op_start(c);
	check_true(t, id, readable_soon(t, container_pidfd(c)),
		   "a process whose terminal was hung up comes to its end",
		   "it waits: somebody still has the master");
	said = log_find(container_bundle(c), "process", 0);
	check_true(t, id, !said || json_is_false(facts_get(said->facts, "tty.0.tty")),
		   "stdin hung up when the master was closed", "somebody still has the master");
}

/* A pipe with ten bytes, or a file of ten. */
static int ten_bytes(struct test *t, bool file)
{
	const char *path = format(t, "%s/ten", test_dir(t));
	int end[2];

	if (file) {
		if (file_write(t, path, "0123456789"))
			test_broken(t, "write %s", path);
		return open(path, O_RDONLY | O_CLOEXEC);
	}
	if (pipe2(end, O_CLOEXEC) || write(end[1], "0123456789", 10) != 10)
		test_broken(t, "pipe: %s", strerror(errno));
	close(end[1]);
	return end[0];
}

static void stdin_not_read(struct test *t)
{
	const char *id = "cli.create.terminal.stdin-not-read";
	enum cli form = console_form(t);

	for (int file = 0; file < 2; file++) {
		struct container *c = container_new(terminal_bundle(t));
		int in = ten_bytes(t, file), queued = -1;

		console_created(t, form, c, &(struct call){ .in = in });
		terminal_started(c);
		if (file)
			check_int(t, id, "offset of a file that is stdin", 0,
				  (long long)lseek(in, 0, SEEK_CUR));
		else
			check_int(t, id, "bytes left in a pipe that is stdin", 10,
				  ioctl(in, FIONREAD, &queued) ? -1 : queued);
		close(in);
	}
}

static void streams(struct test *t)
{
	const char *id = "cli.create.terminal.streams-not-passed";
	enum cli form = console_form(t);
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);
	int out[2], err[2], master;

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	bundle_probe(b, "echo", "streams", "wait", NULL);
	master = console_created(t, form, c, &(struct call){ .out = out[1], .err = err[1] });
	close(out[1]);
	close(err[1]);
	check_true(t, id, comes_to_end(t, out[0]), "stdout of create is at its end when it has exited",
		   "somebody has it open");
	check_true(t, id, comes_to_end(t, err[0]), "stderr of create is at its end when it has exited",
		   "somebody has it open");
	terminal_started(c);
	check_true(t, id, !container_ended(c) && master_speaks(t, master, c),
		   "the program lives and speaks on its terminal", "it does not");
}

/* What create says of itself is its own affair; it must not keep it from its work. */
static void diagnostics(struct test *t)
{
	enum cli form = console_form(t);
	struct bundle *b = terminal_bundle(t);
	const struct result *r;
	const char *got;
	int master;

	bundle_probe(b, "echo", "diagnostics", NULL);
	master = console_try(t, form, container_new(b), NULL, &r);
	got = master >= 0 ? "a master" : "no master";
	check_seen(t, "cli.create.terminal.stdout", result_ok(r) && master >= 0,
		   "create sends the master and exits with 0, whatever it writes to stdout",
		   "%s, %s, %zu bytes on stdout", result_text(t, r), got,
		   r->out_length);
	check_seen(t, "cli.create.terminal.stderr", result_ok(r) && master >= 0,
		   "create sends the master and exits with 0, whatever it writes to stderr",
		   "%s, %s, %zu bytes on stderr", result_text(t, r), got,
		   r->err_length);
}

const struct test_entry console_tests[] = {
	{
		.name = "console/request",
		.about = "over a connected socket: one request with the master, one response",
		.requirements = REQS("cli.create.console-socket-fd.strict",
				     "cli.create.console-socket-fd-not-leaked.strict",
				     "cli.console.utf8-json.strict",
				     "cli.console.one-request.strict",
				     "cli.console.awaits-response.strict",
				     "cli.console.request.type-present.strict",
				     "cli.console.request.type-terminal.strict",
				     "cli.console.request.container.strict",
				     "cli.console.request.has-control-message.strict",
				     "cli.console.request.scm-rights.strict",
				     "cli.console.request.first-fd-is-master.strict",
				     "cli.console.request.one-descriptor.strict"),
		.run = request,
	},
	{
		.name = "console/type",
		.about = "what a console socket may be",
		.run = socket_type,
		CASES(socket_types),
	},
	{
		.name = "console/error-response",
		.about = "create undoes its work when its request was not taken",
		.requirements = REQS("cli.console.error-response.strict"),
		.run = error_response,
	},
	{
		.name = "console/message-ignored",
		.about = "a message in a response does not turn success into an error",
		.requirements = REQS("cli.console.message-ignored.strict"),
		.run = message_ignored,
	},
	{
		.name = "console/server-gone",
		.about = "create fails when nobody serves its console socket",
		.requirements = REQS("cli.console.server-gone.strict"),
		.run = server_gone,
	},
	{
		.name = "console/bad-descriptor",
		.about = "create fails when the descriptor is no socket",
		.requirements = REQS("cli.console.bad-descriptor.strict"),
		.run = bad_descriptor,
	},
	{
		.name = "console/connection",
		.about = "over a path: one connection, one message with the master",
		.requirements = REQS("cli.create.console-socket-fd.dialect",
				     "cli.create.console-socket-fd-not-leaked.dialect",
				     "cli.console.utf8-json.dialect",
				     "cli.console.one-request.dialect",
				     "cli.console.awaits-response.dialect",
				     "cli.console.request.has-control-message.dialect",
				     "cli.console.request.scm-rights.dialect",
				     "cli.console.request.first-fd-is-master.dialect",
				     "cli.console.request.one-descriptor.dialect"),
		.run = connection,
	},
	{
		.name = "console/bad-path",
		.about = "create fails when nobody listens at the path",
		.requirements = REQS("cli.console.bad-descriptor.dialect"),
		.run = bad_path,
	},
	{
		.name = "console/not-in-container",
		.about = "the program has its side of the terminal and not the master",
		.requirements = REQS("cli.console.master-not-in-container"),
		.run = not_in_container,
	},
	{
		.name = "console/only-copy",
		.about = "nobody but the receiver has the master when create has exited",
		.requirements = REQS("cli.console.master-only-copy"),
		.run = only_copy,
	},
	{
		.name = "console/stdin-not-read",
		.about = "create with a terminal leaves its own stdin alone",
		.requirements = REQS("cli.create.terminal.stdin-not-read"),
		.run = stdin_not_read,
	},
	{
		.name = "console/streams",
		.about = "the streams of create do not reach a program with a terminal",
		.requirements = REQS("cli.create.terminal.streams-not-passed"),
		.run = streams,
	},
	{
		.name = "console/diagnostics",
		.about = "what create with a terminal writes to stdout and stderr, for information",
		.requirements = REQS("cli.create.terminal.stdout", "cli.create.terminal.stderr"),
		.run = diagnostics,
	},
	{ 0 },
};
