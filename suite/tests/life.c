/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the life cycle share: containers brought to a status, the state schema, SemVer.
 * It must never decide a requirement that its caller has not named.
 */
#include "life.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ------------------------------------------------------------------ containers in a status */

void life_program(struct bundle *b)
{
	bundle_probe(b, "echo", "up", "wait", "echo", "one", "wait", "echo", "two", "wait", "echo",
		     "three", "wait", NULL);
}

struct bundle *life_bundle(struct test *t)
{
	struct bundle *b = bundle_new(t);

	life_program(b);
	return b;
}

bool life_answers(struct container *c)
{
	const struct facts *f = container_await(c, "echo");
	char name[16] = "echo";

	for (int n = 2; facts_get(f, name); n++)
		snprintf(name, sizeof(name), "echo#%d", n);
	if (!strcmp(name, "echo"))
		return false;
	container_input(c, "x", 1);
	return facts_get(container_await(c, name), name) != NULL;
}

struct container *life_created(struct bundle *b)
{
	struct container *c = container_new(b);

	must_create(c);
	return c;
}

struct container *life_running(struct bundle *b)
{
	struct container *c = life_created(b);

	must_start(c);
	must_answer(c);
	return c;
}

struct container *life_stopped(struct test *t, struct bundle *b)
{
	struct container *c = life_running(b);

	life_stop(t, c);
	return c;
}

bool life_is(const struct state *s, const char *status)
{
	return s->status && !strcmp(s->status, status);
}

const char *life_words(struct test *t, const struct state *s)
{
	if (!result_ok(s->result))
		return format(t, "state: %s", result_text(t, s->result));
	if (!s->json)
		return format(t, "state prints no JSON object: %.300s", s->result->out);
	return format(t, "status %s, pid %d", s->status ? s->status : "absent", (int)s->pid);
}

bool life_check(struct test *t, const char *requirement, const struct state *s, const char *status)
{
	return check_seen(t, requirement, life_is(s, status), format(t, "status %s", status), "%s",
			  life_words(t, s));
}

bool life_check_bundle(struct test *t, const char *requirement, const struct state *s,
		       const char *path)
{
	struct stat there, own;
	bool same = s->bundle && *s->bundle == '/' && !stat(s->bundle, &there) && !stat(path, &own) &&
		    there.st_dev == own.st_dev && there.st_ino == own.st_ino;

	return check_seen(t, requirement, same, format(t, "bundle leads to %s", path), "bundle: %s",
			  s->bundle ? s->bundle : "no string");
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

bool life_same(const struct state *a, const struct state *b)
{
	return same_text(a->id, b->id) && same_text(a->status, b->status) && a->pid == b->pid &&
	       same_text(a->bundle, b->bundle);
}

bool life_check_same(struct test *t, const char *requirement, const struct state *before,
		     struct container *c, const char *expected)
{
	const struct state *now = op_state(c);
	bool same = life_same(before, now), answers = same && life_answers(c);

	return check_seen(t, requirement, answers, expected, "%s%s", life_words(t, now),
			  answers ? "" : same ? "; it does not answer" : LIFE_ANOTHER);
}

bool life_unknown(const struct state *s)
{
	return s->result->exited && s->result->status;
}

bool life_check_unknown(struct test *t, const char *requirement, struct container *c,
			const char *expected)
{
	const struct state *s = op_state(c);

	return check_seen(t, requirement, life_unknown(s), expected, "%s", life_words(t, s));
}

void life_must_stop(struct test *t, struct container *c)
{
	const struct state *s;

	container_wait(c);
	s = state_until(c, "stopped");
	if (!life_is(s, "stopped"))
		test_stop(t, "the container comes to be stopped when its process has ended", "%s",
			  life_words(t, s));
}

void life_stop(struct test *t, struct container *c)
{
	container_close_input(c);
	life_must_stop(t, c);
}

void life_kill(struct test *t, struct container *c)
{
	must_kill(c, "KILL");
	life_must_stop(t, c);
}

bool life_refused(struct test *t, const char *requirement, struct bundle *bad, struct bundle *good)
{
	struct container *c;
	const struct state *s;

	bundle_run(good);
	c = container_new(bad);
	/* What it may leave behind is for errors.create.*. */
	if (!check_error(t, requirement, op_create(c)))
		return false;
	s = op_state(c);
	return check_seen(t, requirement, s->result->exited && s->result->status,
			  "state fails: there is no container", "%s", life_words(t, s));
}

const char *life_bundle_changes(struct test *t, const struct bundle *b, const struct ledger *before,
				const struct ledger *after)
{
	const char *text = ledger_changes(t, before, after, CHANGE_BIT(CHANGE_FILE)), *end;
	const char *root = format(t, "+file %s/rootfs/", bundle_path(b)), *all = "";

	for (const char *line = text; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		const char *words = format(t, "%.*s", (int)(end - line), line);

		if (!strstr(words, bundle_path(b)) || strstr(words, "/log"))
			continue;
		/* Empty mount points inside a writable root stay, and nobody minds. */
		if (!strncmp(words, root, strlen(root)) &&
		    (strstr(words, " directory ") || strstr(words, " 0 bytes ")))
			continue;
		all = format(t, "%s%s\n", all, words);
	}
	return all;
}

/* ------------------------------------------------------------------ state JSON */

json_t *life_object(const char *text, size_t length)
{
	json_t *value = json_loadb(text, length, JSON_ALLOW_NUL, NULL);

	return json_is_object(value) ? value : NULL;
}

bool life_no_duplicates(const char *text, size_t length)
{
	return json_loadb(text, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL) != NULL;
}

const char *life_json(struct test *t, const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	return text ? format(t, "%.400s", text) : "absent";
}

bool life_standard_status(const char *word)
{
	return word && (!strcmp(word, "creating") || !strcmp(word, "created") ||
			!strcmp(word, "running") || !strcmp(word, "stopped"));
}

/* schema/state-schema.json, with defs.json for annotations. Further properties are allowed. */
const char *life_schema(struct test *t, const json_t *state)
{
	static const char *const strings[] = { "ociVersion", "id", "status", "bundle" };
	const json_t *pid = json_object_get(state, "pid");
	json_t *annotations = json_object_get(state, "annotations"), *value;
	const char *key;

	if (!json_is_object(state))
		return "no object";
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		value = json_object_get(state, strings[i]);
		if (!json_is_string(value))
			return format(t, "%s is %s, not a string", strings[i],
				      value ? life_json(t, value) : "absent");
	}
	if (pid && !json_is_integer(pid))
		return format(t, "pid is %s, not an integer", life_json(t, pid));
	if (test_spec(t) >= 10100 && json_integer_value(pid) < 0)
		return format(t, "pid is %s, below 0", life_json(t, pid));
	if (annotations && !json_is_object(annotations))
		return format(t, "annotations is %s, not an object", life_json(t, annotations));
	json_object_foreach (annotations, key, value)
		if (*key && !json_is_string(value))
			return format(t, "annotation \"%.100s\" is %s, not a string", key,
				      life_json(t, value));
	return NULL;
}

/* ------------------------------------------------------------------ SemVer */

/* Identifiers between dots; numeric ones of a pre-release have no leading zero. */
static bool identifiers(const char *text, size_t length, bool numeric_rule)
{
	for (size_t at = 0, n; at <= length; at += n + 1) {
		bool digits = true;

		for (n = 0; at + n < length && text[at + n] != '.'; n++) {
			unsigned char c = (unsigned char)text[at + n];

			if (!isalnum(c) && c != '-')
				return false;
			digits &= isdigit(c) != 0;
		}
		if (!n || (numeric_rule && digits && n > 1 && text[at] == '0'))
			return false;
	}
	return true;
}

bool semver_valid(const char *text)
{
	size_t n;

	for (int part = 0; part < 3; part++) {
		n = strspn(text, "0123456789");
		if (!n || (n > 1 && *text == '0') || (part < 2 && text[n] != '.'))
			return false;
		text += n + (part < 2);
	}
	if (*text == '-') {
		n = strcspn(++text, "+");
		if (!identifiers(text, n, true))
			return false;
		text += n;
	}
	if (*text == '+')
		return identifiers(text + 1, strlen(text + 1), false);
	return !*text;
}

static int compare_identifiers(const char *a, size_t n, const char *b, size_t m)
{
	bool x = strspn(a, "0123456789") >= n, y = strspn(b, "0123456789") >= m;
	int order;

	if (x && y) {
		unsigned long long p = strtoull(a, NULL, 10), q = strtoull(b, NULL, 10);

		return p < q ? -1 : p > q;
	}
	if (x != y)
		return x ? -1 : 1; /* numbers are lower than words */
	order = strncmp(a, b, n < m ? n : m);
	return order ? order : (n > m) - (n < m);
}

int semver_compare(const char *a, const char *b)
{
	for (int part = 0; part < 3; part++) {
		char *x, *y;
		unsigned long long p = strtoull(a, &x, 10), q = strtoull(b, &y, 10);

		if (p != q)
			return p < q ? -1 : 1;
		a = x + (part < 2);
		b = y + (part < 2);
	}
	if (*a != '-' || *b != '-')
		return (*a != '-') - (*b != '-');
	do {
		size_t n = strcspn(++a, ".+"), m = strcspn(++b, ".+");
		int order = compare_identifiers(a, n, b, m);

		if (order)
			return order;
		a += n;
		b += m;
	} while (*a == '.' && *b == '.');
	return (*a == '.') - (*b == '.');
}

/* ------------------------------------------------------------------ processes */

long long namespace_of(pid_t pid, const char *type)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, type);
	return stat(path, &st) ? 0 : (long long)st.st_ino;
}

bool shared_kernel(const struct facts *f)
{
	long long inode = facts_int(f, "ns.mnt");
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (proc && !found && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		found = pid > 0 && namespace_of(pid, "mnt") == inode;
	}
	if (proc)
		closedir(proc);
	return found;
}

char process_state(struct test *t, pid_t pid)
{
	const char *text = file_read(t, format(t, "/proc/%d/stat", (int)pid));
	const char *end = text ? strrchr(text, ')') : NULL;

	return end && end[1] ? end[2] : '\0';
}

bool life_executes(struct test *t, const struct bundle *b, pid_t pid)
{
	struct stat program, probe;

	return !stat(format(t, "%s/probe", bundle_rootfs(b)), &probe) &&
	       !stat(format(t, "/proc/%d/exe", (int)pid), &program) &&
	       program.st_dev == probe.st_dev && program.st_ino == probe.st_ino;
}

bool readable_now(int fd)
{
	struct pollfd set = { .fd = fd, .events = POLLIN };

	return poll(&set, 1, 0) > 0;
}

bool readable_soon(struct test *t, int fd)
{
	return readable_within(t, fd, 10000);
}

bool life_gone(struct test *t, const struct ledger *before)
{
	const char *more = ledger_changes(t, before, ledger_take(t), CHANGE_BIT(CHANGE_PROCESS));
	bool all = true;

	for (const char *at = more; (at = strstr(at, "+process ")); at++) {
		int fd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(at + 9, NULL, 10), 0);

		if (fd < 0)
			continue;
		all &= readable_soon(t, fd);
		close(fd);
	}
	return all;
}

bool life_died_of(int status, int signal, bool own_kernel)
{
	if (status == -1)
		return true;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == signal;
	return own_kernel && WIFEXITED(status) && WEXITSTATUS(status) == 128 + signal;
}

const char *life_drain(struct test *t, int fd, bool *ended, size_t *length)
{
	char head[4096], more[4096];
	size_t used = 0;
	ssize_t n = -1;

	*length = 0;
	while (readable_soon(t, fd) && (n = read(fd, more, sizeof(more))) > 0) {
		size_t part = (size_t)n < sizeof(head) - used ? (size_t)n : sizeof(head) - used;

		memcpy(head + used, more, part);
		used += part;
		*length += (size_t)n;
	}
	*ended = n == 0;
	return format(t, "%.*s", (int)used, head);
}

/* ------------------------------------------------------------------ calls under way */

struct opening {
	const char *path;
	int to;
};

static int open_and_tell(void *data)
{
	const struct opening *o = data;
	int fd = open(o->path, O_WRONLY | O_CLOEXEC);

	(void)!write(o->to, "y", 1);
	if (fd >= 0)
		pause();
	return 0;
}

int fifo_or_end(struct test *t, const char *path, struct running *r)
{
	struct opening o = { .path = path };
	struct pollfd set[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int end[2], fd;
	siginfo_t info;
	pid_t helper;

	if (pipe2(end, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	o.to = end[1];
	helper = test_fork(t, open_and_tell, &o);
	close(end[1]);
	set[0].fd = end[0];
	set[1].fd = (int)syscall(SYS_pidfd_open, running_pid(r), 0);
	/* Bounded by the time limit of the test, which the runner sees to. */
	while (poll(set, 2, -1) < 0)
		if (errno != EINTR)
			test_broken(t, "poll: %s", strerror(errno));
	/* Halted, the helper is either in or out: a reader that it has let in is not lost. */
	if (!(set[0].revents & POLLIN)) {
		kill(helper, SIGSTOP);
		waitid(P_PID, (id_t)helper, &info, WSTOPPED | WEXITED | WNOWAIT);
	}
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && set[0].revents & POLLIN)
		test_broken(t, "open %s: %s", path, strerror(errno));
	kill(helper, SIGKILL);
	test_wait(t, helper);
	close(end[0]);
	close(set[1].fd);
	return fd;
}

struct gate gate_new(struct test *t, struct bundle *b, const char *path)
{
	struct gate g = { .t = t, .path = format(t, "%s/%s", bundle_path(b), path) };

	bundle_node(b, path, S_IFIFO | 0666, 0, 0);
	g.fd = open(g.path, O_RDWR | O_CLOEXEC);
	g.opened = inotify_init1(IN_CLOEXEC);
	if (g.fd < 0 || g.opened < 0 || inotify_add_watch(g.opened, g.path, IN_OPEN) < 0)
		test_broken(t, "%s: %s", g.path, strerror(errno));
	return g;
}

bool gate_or_end(const struct gate *g, struct running *r)
{
	int both = epoll_create1(EPOLL_CLOEXEC);
	int call = (int)syscall(SYS_pidfd_open, running_pid(r), 0);
	struct epoll_event event = { .events = EPOLLIN };

	if (both < 0 || call < 0 || epoll_ctl(both, EPOLL_CTL_ADD, g->opened, &event) ||
	    epoll_ctl(both, EPOLL_CTL_ADD, call, &event))
		test_broken(g->t, "%s: %s", g->path, strerror(errno));
	wait_readable(g->t, both, g->path);
	close(both);
	close(call);
	return readable_now(g->opened);
}

bool gate_late(const struct gate *g)
{
	return readable_soon(g->t, g->opened);
}

void gate_open(const struct gate *g)
{
	close(g->fd);
	close(g->opened);
}

struct running *create_begin(struct test *t, struct container *c)
{
	struct bundle *b = container_bundle(c);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct running *r;

	if (nothing < 0)
		test_broken(t, "/dev/null: %s", strerror(errno));
	r = runtime_begin(t, &(struct call){ .command = "create",
					     .options = WORDS("--bundle", bundle_path(b)),
					     .arguments = WORDS(container_id(c)),
					     .in = nothing,
					     .out = nothing,
					     .err = nothing });
	close(nothing);
	return r;
}

bool life_has_hook(const char *kind, int spec)
{
	return spec >= 10002 || !strcmp(kind, "prestart") || !strcmp(kind, "poststart") ||
	       !strcmp(kind, "poststop");
}

const char *life_early_hook(const struct test *t)
{
	return life_has_hook("createRuntime", test_spec(t)) ? "createRuntime" : "prestart";
}
