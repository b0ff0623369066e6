/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard streams and descriptors: those of create are the program's, untouched; those of the
 * other calls are nobody's. It must never read from a stream that the program is to read.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* ------------------------------------------------------------------ objects to pass on */

/* Something to be a stream: the runtime's end, and the suite's (the same for a file). */
struct object {
	int given, ours;
};

static struct object a_pipe(struct test *t, bool to_runtime)
{
	int end[2];

	if (pipe2(end, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	return to_runtime ? (struct object){ end[0], end[1] } : (struct object){ end[1], end[0] };
}

static struct object a_socket(struct test *t)
{
	int end[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end))
		test_broken(t, "socketpair: %s", strerror(errno));
	return (struct object){ end[0], end[1] };
}

static struct object a_file(struct test *t, const char *name, const char *content, int flags)
{
	const char *path = format(t, "%s/%s", test_dir(t), name);
	int fd;

	if (file_write(t, path, content))
		test_broken(t, "write %s", path);
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	if (fd < 0)
		test_broken(t, "open %s: %s", path, strerror(errno));
	return (struct object){ fd, fd };
}

static struct object a_terminal(struct test *t)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave, zero = 0;
	char path[64] = "";

	if (master < 0 || ioctl(master, TIOCSPTLCK, &zero) || ptsname_r(master, path, sizeof(path)))
		test_broken(t, "/dev/ptmx: %s", strerror(errno));
	slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		test_broken(t, "%s: %s", path, strerror(errno));
	return (struct object){ slave, master };
}

static int queued(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}

static long long size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : (long long)st.st_size;
}

/* ------------------------------------------------------------------ containers with them */

/* A bundle whose program says in the log what it finds, whatever its streams are. */
static struct bundle *logging_bundle(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_log_process(b);
	return b;
}

/* create with these streams; ends the test unless it exits with 0. */
static struct container *created_with(struct test *t, struct bundle *b, const struct call *streams)
{
	struct container *c = container_new(b);
	const struct result *r = op_create_with(c, streams);

	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	return c;
}

/* start, and what the program says in the log. */
static const struct facts *started(struct bundle *b, struct container *c)
{
	must_start(c);
	return log_wait(b, "process", 0)->facts;
}

/* Of descriptor `fd` in the probe's list: NULL when it is not open. */
static const json_t *descriptor(const struct facts *f, int fd)
{
	const json_t *list = facts_get(f, "fds");
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (json_integer_value(json_object_get(one, "fd")) == fd)
			return one;
	return NULL;
}

struct passing {
	struct test_case base;
	struct object (*make)(struct test *t, int fd);
};

static struct object make_pipe(struct test *t, int fd)
{
	return a_pipe(t, fd == 0);
}

static struct object make_file(struct test *t, int fd)
{
	return a_file(t, format(t, "stream-%d", fd), "", 0);
}

static struct object make_socket(struct test *t, int fd)
{
	(void)fd;
	return a_socket(t);
}

static struct object make_terminal(struct test *t, int fd)
{
	(void)fd;
	return a_terminal(t);
}

static const struct passing passings[] = {
	{ { "pipe", NULL, "the program's streams are the pipes given to create" }, make_pipe },
	{ { "file", NULL, "the program's streams are the files given to create" }, make_file },
	{ { "socket", NULL, "the program's streams are the sockets given to create" },
	  make_socket },
	{ { "terminal", NULL, "the program's streams are the terminals given to create" },
	  make_terminal },
};

/* A line for the program to read to its end, whatever it comes from. */
static void feed(struct test *t, const struct passing *row, struct object in)
{
	const char *line = row->make == make_terminal ? "word\n\004" : "word\n";

	if (write(in.ours, line, strlen(line)) != (ssize_t)strlen(line))
		test_broken(t, "write: %s", strerror(errno));
	if (row->make == make_file)
		lseek(in.given, 0, SEEK_SET);
	else if (row->make == make_pipe)
		close(in.ours);
	else if (row->make == make_socket)
		shutdown(in.ours, SHUT_WR);
}

/* Whether a text has come out at the suite's end by now. */
static bool came(struct object o, const char *text)
{
	char data[16384];
	size_t used = 0;
	ssize_t n;

	fcntl(o.ours, F_SETFL, fcntl(o.ours, F_GETFL) | O_NONBLOCK);
	do {
		n = o.ours == o.given
			    ? pread(o.ours, data + used, sizeof(data) - 1 - used, (off_t)used)
			    : read(o.ours, data + used, sizeof(data) - 1 - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0 && used < sizeof(data) - 1);
	data[used] = '\0';
	return strstr(data, text);
}

static void check_same_file(struct test *t, const char *requirement, const struct facts *f,
			    pid_t pid, int given, int fd)
{
	long order = syscall(SYS_kcmp, getpid(), pid, KCMP_FILE, given, fd);
	struct stat st;

	if (order < 0 && (errno == ENOSYS || errno == EPERM)) {
		if (fstat(given, &st))
			test_broken(t, "fstat: %s", strerror(errno));
		check_int(t, requirement, "inode", (long long)st.st_ino,
			  json_integer_value(json_object_get(descriptor(f, fd), "ino")));
		return;
	}
	check_seen(t, requirement, order == 0,
		   format(t, "descriptor %d is the open file given to create", fd), "kcmp: %ld",
		   order);
}

static void passed_through(struct test *t)
{
	static const char *const rows[] = { "cli.create.stdin.passthrough",
					    "cli.create.stdout.passthrough",
					    "cli.create.stderr.passthrough" };
	const struct passing *row = test_row(t);
	struct bundle *b = logging_bundle(t);
	struct object o[3];
	struct container *c;
	const struct facts *f;

	for (int i = 0; i < 3; i++)
		o[i] = row->make(t, i);
	feed(t, row, o[0]);
	/* The line before the last that the log has is in all streams. */
	bundle_probe(b, "ns", "fds", "state", "errors", "diagnosis", "echo", "answer", "cwd",
		     "pause", NULL);
	c = created_with(t, b,
			 &(struct call){ .in = o[0].given, .out = o[1].given, .err = o[2].given });
	f = started(b, c);
	check_string(t, rows[0], "what the program reads", "word\n", facts_string(f, "state"));
	check_true(t, rows[1], came(o[1], "\"answer\""), "the program's words on stdout",
		   "they do not come");
	check_true(t, rows[2], came(o[2], "diagnosis"), "the program's words on stderr",
		   "they do not come");
	/* A container with a kernel of its own cannot be looked into. */
	for (int i = 0; i < 3 && shared_kernel(f); i++)
		check_same_file(t, rows[i], f, container_pid(c), o[i].given, i);
}

/* ------------------------------------------------------------------ stdin of create */

static void stdin_bytes(struct test *t)
{
	const char *id = "cli.create.stdin.not-read";

	for (int file = 0; file < 2; file++) {
		struct bundle *b = logging_bundle(t);
		struct object o = file ? a_file(t, "ten", "0123456789", 0) : a_pipe(t, true);
		struct container *c;

		if (!file && write(o.ours, "0123456789", 10) != 10)
			test_broken(t, "write: %s", strerror(errno));
		bundle_probe(b, "state", NULL);
		c = created_with(t, b, &(struct call){ .in = o.given });
		check_int(t, id, file ? "offset after create" : "bytes queued after create",
			  file ? 0 : 10,
			  file ? (long long)lseek(o.given, 0, SEEK_CUR) : queued(o.given));
		if (!file)
			close(o.ours);
		check_string(t, id, "what the program reads", "0123456789",
			     facts_string(started(b, c), "state"));
	}
}

static void stdin_offset(struct test *t)
{
	const char *id = "cli.create.stdin.no-seek";
	struct bundle *b = logging_bundle(t);
	struct object o = a_file(t, "long", format(t, "%0100dthe rest", 0), 0);
	struct container *c;

	lseek(o.given, 100, SEEK_SET);
	bundle_probe(b, "state", NULL);
	c = created_with(t, b, &(struct call){ .in = o.given });
	check_int(t, id, "offset after create", 100, (long long)lseek(o.given, 0, SEEK_CUR));
	check_string(t, id, "what the program reads", "the rest",
		     facts_string(started(b, c), "state"));
}

static void stdin_socket(struct test *t)
{
	struct bundle *b = logging_bundle(t);
	struct object o = a_socket(t);
	struct container *c;
	char byte;
	ssize_t n;

	bundle_probe(b, "state", NULL);
	c = created_with(t, b, &(struct call){ .in = o.given });
	n = recv(o.ours, &byte, 1, MSG_DONTWAIT);
	check_true(t, "cli.create.stdin.not-written", n < 0 && errno == EAGAIN,
		   "nothing arrives at the other end of stdin", n ? "a byte" : "its end");
	close(o.given);
	n = send(o.ours, "hello", 5, MSG_NOSIGNAL);
	if (n != 5 || shutdown(o.ours, SHUT_WR)) {
		check_fail(t, "cli.create.stdin.not-closed", "the other end can still send", "%s",
			   strerror(errno));
		return;
	}
	check_string(t, "cli.create.stdin.not-closed", "what the program reads", "hello",
		     facts_string(started(b, c), "state"));
}

static void stdin_terminal(struct test *t)
{
	const char *id = "cli.create.stdin.no-ioctl";
	struct object o = a_terminal(t);
	struct termios before, after;
	struct winsize size = { .ws_row = 17, .ws_col = 71 }, now;

	if (tcgetattr(o.given, &before))
		test_broken(t, "tcgetattr: %s", strerror(errno));
	before.c_lflag ^= ECHO | ICANON;
	before.c_iflag ^= ICRNL;
	before.c_oflag ^= ONLCR;
	before.c_cc[VINTR] = 7;
	if (tcsetattr(o.given, TCSANOW, &before) || ioctl(o.given, TIOCSWINSZ, &size) ||
	    tcgetattr(o.given, &before))
		test_broken(t, "tcsetattr: %s", strerror(errno));
	created_with(t, life_bundle(t), &(struct call){ .in = o.given });
	if (tcgetattr(o.given, &after) || ioctl(o.given, TIOCGWINSZ, &now))
		test_broken(t, "tcgetattr: %s", strerror(errno));
	check_true(t, id,
		   after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag &&
			   after.c_oflag == before.c_oflag && after.c_cflag == before.c_cflag &&
			   after.c_cc[VINTR] == before.c_cc[VINTR],
		   "the settings of the terminal as before", "they are others");
	check_seen(t, id, now.ws_row == 17 && now.ws_col == 71, "17 rows, 71 columns",
		   "%d rows, %d columns", now.ws_row, now.ws_col);
}

struct flagging {
	struct test_case base;
	int more;
};

static const struct flagging flaggings[] = {
	{ { "blocking", NULL, "create leaves the flags of blocking streams as they are" }, 0 },
	{ { "nonblocking", NULL, "create leaves the flags of non-blocking streams as they are" },
	  O_NONBLOCK },
};

static void flags_kept(struct test *t)
{
	const struct flagging *row = test_row(t);
	struct object in = a_pipe(t, true), out = a_file(t, "out", "", O_APPEND);
	struct object err = a_pipe(t, false);
	int fds[] = { in.given, out.given, err.given }, before[3];

	for (int i = 0; i < 3; i++) {
		fcntl(fds[i], F_SETFL, fcntl(fds[i], F_GETFL) | row->more);
		before[i] = fcntl(fds[i], F_GETFL);
	}
	created_with(t, life_bundle(t),
		     &(struct call){ .in = fds[0], .out = fds[1], .err = fds[2] });
	for (int i = 0; i < 3; i++)
		check_int(t, i ? "cli.create.stdout.flags-kept" : "cli.create.stdin.flags-kept",
			  format(t, "flags of stream %d after create", i), before[i],
			  fcntl(fds[i], F_GETFL));
}

/* ------------------------------------------------------------------ stdout, stderr of create */

static void nothing_written(struct test *t)
{
	struct bundle *b = logging_bundle(t);
	struct object out = a_file(t, "out", "", 0), err = a_file(t, "err", "", 0);
	const char *text, *nonce = bundle_nonce(b);
	long long out_bytes, err_bytes;
	struct container *c;
	bool own = true;

	bundle_probe(b, "echo", "up", NULL);
	c = created_with(t, b, &(struct call){ .out = out.given, .err = err.given });
	out_bytes = size_of(out.given);
	err_bytes = size_of(err.given);
	started(b, c);
	container_wait(c);
	check_int(t, "cli.create.stdout.nothing-written", "bytes on stdout after create", 0,
		  out_bytes);
	check_int(t, "cli.create.stderr.silent-on-success", "bytes on stderr after create", 0,
		  err_bytes);
	text = file_read(t, format(t, "%s/out", test_dir(t)));
	for (const char *line = text; own && line && *line;) {
		const char *end = strchr(line, '\n');

		own = end && !strncmp(line, "{\"probe\":\"", 10) &&
		      !strncmp(line + 10, nonce, strlen(nonce));
		line = end ? end + 1 : NULL;
	}
	check_seen(t, "cli.create.stdout.nothing-written", own && text && *text,
		   "the program's own words alone", "%.400s", text ? text : "nothing");
}

static void stdout_offset(struct test *t)
{
	const char *id = "cli.create.stdout.no-seek";
	struct object o = a_file(t, "out", format(t, "%080d", 0), 0);

	lseek(o.given, 50, SEEK_SET);
	created_with(t, life_bundle(t), &(struct call){ .out = o.given });
	check_int(t, id, "offset after create", 50, (long long)lseek(o.given, 0, SEEK_CUR));
	check_int(t, id, "size after create", 80, size_of(o.given));
}

static void end_of_file(struct test *t)
{
	struct object out = a_pipe(t, false), err = a_pipe(t, false);
	const struct object *both[] = { &out, &err };
	struct container *c;

	c = created_with(t, life_bundle(t), &(struct call){ .out = out.given, .err = err.given });
	close(out.given);
	close(err.given);
	must_start(c);
	life_stop(t, c);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		bool ended;
		size_t n;

		life_drain(t, both[i]->ours, &ended, &n);
		check_true(t, "cli.create.streams-closed-by-runtime", ended,
			   format(t, "std%s of the stopped container is at its end",
				  i ? "err" : "out"),
			   "somebody holds it");
	}
}

static void one_object(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct object o = a_file(t, "both", "", 0);
	const char *text, *one, *two, *three;
	struct container *c;

	bundle_probe(b, "echo", "first", "errors", "second", "echo", "third", NULL);
	c = created_with(t, b, &(struct call){ .out = o.given, .err = o.given });
	must_start(c);
	container_wait(c);
	text = file_read(t, format(t, "%s/both", test_dir(t)));
	one = text ? strstr(text, "\"first\"") : NULL;
	two = text ? strstr(text, "second\n") : NULL;
	three = text ? strstr(text, "\"third\"") : NULL;
	check_seen(t, "cli.create.streams-same-object",
		   one && two && three && one < two && two < three,
		   "all that was written to both, in its order", "%.900s", text ? text : "nothing");
}

/* ------------------------------------------------------------------ descriptors */

static bool closed_or_null(const struct facts *f, int fd)
{
	const json_t *is = descriptor(f, fd);

	return !is || (json_integer_value(json_object_get(is, "major")) == 1 &&
		       json_integer_value(json_object_get(is, "minor")) == 3);
}

static bool only_standard(const struct facts *f)
{
	const json_t *list = facts_get(f, "fds");
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (json_integer_value(json_object_get(one, "fd")) > 2)
			return false;
	return json_is_array(list);
}

static void check_closed(struct test *t, const char *requirement, const struct facts *f, int fd)
{
	check_seen(t, requirement, facts_get(f, "fds") && closed_or_null(f, fd),
		   format(t, "descriptor %d of the program: closed or /dev/null", fd), "%s",
		   life_json(t, descriptor(f, fd)));
}

static void closed_stdin(struct test *t)
{
	struct bundle *b = logging_bundle(t);

	bundle_probe(b, "fds", NULL);
	check_closed(t, "cli.create.closed-stdin",
		     started(b, created_with(t, b, &(struct call){ .in = FD_CLOSED })), 0);
}

/* The document closes stdin alone; without the others a runtime may refuse to work. */
static void closed_streams(struct test *t)
{
	static const bool closed[][3] = { { false, true, false },
					  { false, false, true },
					  { true, true, true } };
	const char *id = "cli.create.closed-streams";
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(closed); i++) {
		struct bundle *b = logging_bundle(t);
		struct container *c = container_new(b);
		const struct call streams = { .in = closed[i][0] ? FD_CLOSED : FD_DEFAULT,
					      .out = closed[i][1] ? FD_CLOSED : FD_DEFAULT,
					      .err = closed[i][2] ? FD_CLOSED : FD_DEFAULT };
		const struct result *r;
		const struct facts *f;

		bundle_probe(b, "fds", NULL);
		r = op_create_with(c, &streams);
		if (!result_ok(r)) {
			if (!check_error(t, id, r))
				return;
			continue;
		}
		any = true;
		f = started(b, c);
		for (int fd = 0; fd < 3; fd++)
			if (closed[i][fd])
				check_closed(t, id, f, fd);
	}
	if (!any)
		check_disabled(t, id, "create refuses to work without its streams");
}

static void descriptors(struct test *t)
{
	struct bundle *b = logging_bundle(t);
	struct object o = a_pipe(t, true);
	const int many[] = { o.given, o.given, o.given, o.given, o.given, o.given, o.given };
	const struct facts *f;

	bundle_probe(b, "fds", NULL);
	f = started(b, created_with(t, b, &(struct call){ .pass = many, .n_pass = 7 }));
	check_seen(t, "runtime-linux.fds.only-standard-streams", only_standard(f),
		   "descriptors 0, 1 and 2, though the caller left 3 to 9 open", "%s",
		   life_json(t, facts_get(f, "fds")));
	b = bundle_copy(b);
	f = started(b, created_with(t, b, NULL));
	check_seen(t, "runtime-linux.fds.none-from-runtime", only_standard(f),
		   "descriptors 0, 1 and 2", "%s", life_json(t, facts_get(f, "fds")));
	for (int fd = 0; fd < 3; fd++)
		check_true(t, "runtime-linux.fds.standard-streams-open", descriptor(f, fd) != NULL,
			   format(t, "descriptor %d is open", fd), "it is not");
}

#define UP "../../../../../../../../../../../.."

/* Whether the process stands in the tree whose root it has: what is not below that leads elsewhere. */
static bool inside_root(const struct facts *f)
{
	static const char *const members[] = { "ino", "dev" };
	const char *cwd = facts_string(f, "cwd");
	bool same = cwd && *cwd == '/';

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		same &= json_equal(json_object_get(facts_get(f, "stat"), members[i]),
				   json_object_get(facts_get(f, "stat#2"), members[i])) != 0;
	return same;
}

static bool refused_or_inside(struct test *t, const char *path)
{
	struct bundle *b = bundle_new(t);
	const struct result *refusal;
	const struct facts *f;
	const char *cwd, *marker = format(t, "%s/marker", test_dir(t)), *leak;
	bool ok;

	bundle_symlink(b, "rootfs/link", "/proc/self/fd/7");
	bundle_probe(b, "cwd", "stat", "/", "stat", UP, "read", format(t, UP "%s", marker), NULL);
	bundle_set(b, "process.cwd", "s", path);
	f = bundle_try(b, &refusal);
	if (!f)
		return true;
	cwd = facts_string(f, "cwd");
	leak = facts_string(f, "read");
	ok = check_seen(t, "runtime-linux.fds.no-host-cwd", cwd && *cwd == '/',
			"a directory inside the root", "cwd %s: %s", path, cwd ? cwd : "none");
	ok &= check_true(t, "process.cwd.no-host-leak", inside_root(f) && !leak,
			 "what lies above the working directory is the root of the container",
			 "cwd %s: %s; %s", path, cwd ? cwd : "none",
			 leak ? "a file of the host can be read" : "something else");
	return ok;
}

/* Directories that the runtime may still hold open, by all names that /proc has for them. */
static void no_host_cwd(struct test *t)
{
	static const char *const others[] = { "/proc/self/cwd", "/proc/1/cwd", "/proc/self/root",
					      "/link" };

	if (file_write(t, format(t, "%s/marker", test_dir(t)), "host"))
		test_broken(t, "marker");
	for (int fd = 3; fd < 13; fd++)
		if (!refused_or_inside(t, format(t, "/proc/self/fd/%d", fd)))
			return;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!refused_or_inside(t, others[i]))
			return;
	check_true(t, "runtime-linux.fds.no-host-cwd", true, "", "tried descriptors 3 to 12");
	check_true(t, "process.cwd.no-host-leak", true, "", "tried descriptors 3 to 12 and others");
}

static long long inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : (long long)st.st_ino;
}

static bool same_object(const json_t *is, int fd)
{
	return is && json_integer_value(json_object_get(is, "ino")) == inode_of(fd);
}

/* Each stream of the program is the caller's, or /dev/null in its place. */
static void null_in_place(struct test *t)
{
	const char *id = "runtime-linux.fds.dev-null-allowed";
	const struct object o[] = { a_pipe(t, true), a_pipe(t, false), a_pipe(t, false) };
	struct bundle *b = logging_bundle(t);
	const struct facts *f;

	bundle_probe(b, "ns", "fds", "wait", NULL);
	f = started(b, created_with(t, b, &(struct call){ .in = o[0].given,
							  .out = o[1].given,
							  .err = o[2].given }));
	if (!shared_kernel(f))
		test_disable(t, "not to be told: the container has its own kernel");
	for (int fd = 0; fd < 3; fd++) {
		const json_t *is = descriptor(f, fd);

		check_seen(t, id, same_object(is, o[fd].given) || (is && closed_or_null(f, fd)),
			   format(t, "descriptor %d is that of create, inode %lld, or /dev/null",
				  fd, inode_of(o[fd].given)),
			   "%s", life_json(t, is));
	}
}

/* What a caller passes on for socket activation may come, and nothing beside it. */
static void extra_ones(struct test *t)
{
	const char *id = "runtime-linux.fds.extra-allowed", *more = "";
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
						   "LISTEN_FDS=1", NULL };
	struct object o = a_pipe(t, true);
	struct bundle *b = logging_bundle(t);
	const struct facts *f;
	json_t *one;
	size_t i;

	bundle_probe(b, "ns", "fds", "wait", NULL);
	f = started(b, created_with(t, b, &(struct call){ .pass = &o.given,
							  .n_pass = 1,
							  .environment = environment }));
	json_array_foreach ((json_t *)facts_get(f, "fds"), i, one) {
		long long fd = json_integer_value(json_object_get(one, "fd"));

		if (fd > 3 || (fd == 3 && shared_kernel(f) && !same_object(one, o.given)))
			more = format(t, "%s%s ", more, life_json(t, one));
	}
	check_seen(t, id, facts_get(f, "fds") && !*more,
		   "beyond 0, 1 and 2 at most the one that the caller passes on", "%s",
		   facts_get(f, "fds") ? more : "nothing is known of any");
}

/* ------------------------------------------------------------------ streams of the other calls */

struct calling {
	struct test_case base;
	const char *command;
};

static const struct calling callings[] = {
	{ { "state", "cli.state.stdin-not-read", "state does not read its stdin" }, "state" },
	{ { "start", "cli.start.stdin-not-read", "start does not read its stdin" }, "start" },
	{ { "kill", "cli.kill.stdin-not-read", "kill does not read its stdin" }, "kill" },
	{ { "delete", "cli.delete.stdin-not-read", "delete does not read its stdin" }, "delete" },
};

static void stdin_not_read(struct test *t)
{
	const struct calling *row = test_row(t);
	const char *id = row->base.requirement;

	for (int empty = 0; empty < 2; empty++) {
		struct bundle *b = life_bundle(t);
		struct object o = a_pipe(t, true);
		struct container *c = !strcmp(row->command, "delete") ? life_stopped(t, b)
				      : !strcmp(row->command, "kill") ? life_running(b)
								      : life_created(b);
		struct call call = { .command = row->command, .in = o.given, .limit_s = 10 };
		const struct result *r;

		call.arguments = WORDS(container_id(c)); /* kill sends TERM by itself */
		if (!empty && write(o.ours, "12345", 5) != 5)
			test_broken(t, "write: %s", strerror(errno));
		r = runtime_call(t, &call);
		if (!check_ok(t, id, r) ||
		    !check_int(t, id, "bytes left in its stdin", empty ? 0 : 5, queued(o.given)))
			return;
	}
}

static void start_streams(struct test *t)
{
	const char *id = "cli.start.own-streams-unused";
	struct bundle *b = life_bundle(t);
	struct container *c = life_created(b);
	struct object out = a_pipe(t, false), err = a_pipe(t, false);
	const struct result *r =
		op_with(c, "start", &(struct call){ .out = out.given, .err = err.given });
	const struct object *both[] = { &out, &err };

	close(out.given);
	close(err.given);
	if (!result_ok(r))
		test_stop(t, "start exits with 0", "%s", result_text(t, r));
	must_answer(c);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		bool ended;
		size_t n;
		const char *text = life_drain(t, both[i]->ours, &ended, &n);

		check_seen(t, id, ended && !strstr(text, bundle_nonce(b)),
			   format(t, "no word of the program on std%s of start, and its end",
				  i ? "err" : "out"),
			   "%s%.300s", ended ? "" : "somebody holds it; ", text);
	}
	check_true(t, id, life_answers(c), "the program lives and answers on the streams of create",
		   "it does not");
}

/* What is printed there is the runtime's affair; when the call has ended, it has an end. */
struct output {
	struct test_case base;
	const char *command;
	int fd;
};

static const struct output outputs[] = {
	{ { "create-error", "cli.create.stderr.on-failure",
	    "nobody holds stderr of a create that has failed" },
	  "create",
	  2 },
	{ { "start-stdout", "cli.start.stdout", "nobody holds stdout of a start that has ended" },
	  "start",
	  1 },
	{ { "start-stderr", "cli.start.stderr", "nobody holds stderr of a start that has ended" },
	  "start",
	  2 },
	{ { "state-stderr", "cli.state.stderr", "nobody holds stderr of a state that has ended" },
	  "state",
	  2 },
	{ { "kill-stdout", "cli.kill.stdout", "nobody holds stdout of a kill that has ended" },
	  "kill",
	  1 },
	{ { "kill-stderr", "cli.kill.stderr", "nobody holds stderr of a kill that has ended" },
	  "kill",
	  2 },
	{ { "delete-stdout", "cli.delete.stdout",
	    "nobody holds stdout of a delete that has ended" },
	  "delete",
	  1 },
	{ { "delete-stderr", "cli.delete.stderr",
	    "nobody holds stderr of a delete that has ended" },
	  "delete",
	  2 },
	{ { "unknown-command", "cli.unknown-command.stderr",
	    "nobody holds stderr of a command that there is not" },
	  "frobnicate",
	  2 },
};

/* One in the status that the command asks for. */
static struct container *ready_for(struct test *t, const char *command)
{
	struct bundle *b = life_bundle(t);

	if (!strcmp(command, "create")) {
		bundle_mount(b, "/tmp", "bind", format(t, "%s/missing", test_dir(t)), "bind");
		bundle_write(b);
		return container_new(b);
	}
	return !strcmp(command, "delete") ? life_stopped(t, b)
	       : !strcmp(command, "kill") ? life_running(b)
					  : life_created(b);
}

static void output_ends(struct test *t)
{
	const struct output *row = test_row(t);
	struct container *c = ready_for(t, row->command);
	bool create = !strcmp(row->command, "create"), ended;
	bool fails = create || !strcmp(row->command, "frobnicate");
	struct object o = a_pipe(t, false);
	const char *const bundle[] = { "--bundle", bundle_path(container_bundle(c)), NULL };
	const struct call call = { .command = row->command,
				   .options = create ? bundle : NULL,
				   .arguments = WORDS(container_id(c)),
				   .out = row->fd == 1 ? o.given : FD_DEFAULT,
				   .err = row->fd == 2 ? o.given : FD_DEFAULT };
	const struct result *r = runtime_call(t, &call);
	size_t n;

	close(o.given);
	if (!r->exited || (r->status != 0) != fails)
		test_stop(t, fails ? "an error" : "exit status 0", "%s", result_text(t, r));
	life_drain(t, o.ours, &ended, &n);
	check_seen(t, row->base.requirement, ended, "it is at its end when the call has ended",
		   "%zu bytes, and %s", n, ended ? "its end" : "somebody holds it");
}

const struct test_entry stream_tests[] = {
	{
		.name = "streams/pass",
		.about = "the program's streams are those given to create",
		.requirements =
			REQS("cli.create.stdin.passthrough", "cli.create.stdout.passthrough",
			     "cli.create.stderr.passthrough"),
		.run = passed_through,
		CASES(passings),
	},
	{
		.name = "streams/stdin-bytes",
		.about = "create leaves every byte of stdin to the program",
		.requirements = REQS("cli.create.stdin.not-read"),
		.run = stdin_bytes,
	},
	{
		.name = "streams/stdin-offset",
		.about = "create does not seek on stdin",
		.requirements = REQS("cli.create.stdin.no-seek"),
		.run = stdin_offset,
	},
	{
		.name = "streams/stdin-socket",
		.about = "create neither writes to stdin nor shuts it down",
		.requirements = REQS("cli.create.stdin.not-written", "cli.create.stdin.not-closed"),
		.run = stdin_socket,
	},
	{
		.name = "streams/stdin-terminal",
		.about = "create does not change a terminal that is its stdin",
		.requirements = REQS("cli.create.stdin.no-ioctl"),
		.run = stdin_terminal,
	},
	{
		.name = "streams/flags",
		.about = "create leaves the flags of the streams as they are",
		.requirements = REQS("cli.create.stdin.flags-kept", "cli.create.stdout.flags-kept"),
		.run = flags_kept,
		CASES(flaggings),
	},
	{
		.name = "streams/nothing-written",
		.about = "a create that works writes nothing to stdout and stderr",
		.requirements = REQS("cli.create.stdout.nothing-written",
				     "cli.create.stderr.silent-on-success"),
		.run = nothing_written,
	},
	{
		.name = "streams/stdout-offset",
		.about = "create neither moves in stdout nor cuts it",
		.requirements = REQS("cli.create.stdout.no-seek"),
		.run = stdout_offset,
	},
	{
		.name = "streams/end-of-file",
		.about = "when the program has ended nobody holds its streams",
		.requirements = REQS("cli.create.streams-closed-by-runtime"),
		.run = end_of_file,
	},
	{
		.name = "streams/one-object",
		.about = "stdout and stderr that are one open file stay one",
		.requirements = REQS("cli.create.streams-same-object"),
		.run = one_object,
	},
	{
		.name = "streams/closed-stdin",
		.about = "create works without a stdin, and does not make it something else",
		.requirements = REQS("cli.create.closed-stdin"),
		.run = closed_stdin,
	},
	{
		.name = "streams/closed",
		.about = "a stream that is closed at create does not become something else",
		.requirements = REQS("cli.create.closed-streams"),
		.run = closed_streams,
	},
	{
		.name = "streams/descriptors",
		.about = "the program has descriptors 0, 1 and 2, and no others",
		.requirements = REQS("runtime-linux.fds.only-standard-streams",
				     "runtime-linux.fds.none-from-runtime",
				     "runtime-linux.fds.standard-streams-open"),
		.run = descriptors,
	},
	{
		.name = "streams/null-in-place",
		.about = "a stream of the program is the caller's, or /dev/null",
		.requirements = REQS("runtime-linux.fds.dev-null-allowed"),
		.run = null_in_place,
	},
	{
		.name = "streams/extra-ones",
		.about = "with LISTEN_FDS the program has what the caller passes on, and no more",
		.requirements = REQS("runtime-linux.fds.extra-allowed"),
		.run = extra_ones,
	},
	{
		.name = "streams/no-host-cwd",
		.about = "no descriptor of the runtime leads the working directory out of the root",
		.requirements = REQS("runtime-linux.fds.no-host-cwd",
				     "process.cwd.no-host-leak"),
		.run = no_host_cwd,
	},
	{
		.name = "streams/stdin-of",
		.about = "only the program reads",
		.run = stdin_not_read,
		CASES(callings),
	},
	{
		.name = "streams/of-start",
		.about = "the streams of start never reach the program",
		.requirements = REQS("cli.start.own-streams-unused"),
		.run = start_streams,
	},
	{
		.name = "streams/end-of",
		.about = "what a call prints ends with it",
		.run = output_ends,
		CASES(outputs),
	},
	{ 0 },
};
