/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener of linux.seccomp (config-linux.md#seccomp and #containerprocessstate): the test is
 * the agent. It listens, takes the state that the runtime sends with the filter's descriptor, and
 * answers the system call that the probe waits in. A runtime that refuses NOTIFY need not have it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/seccomp.h"

#define NOTIFY                                                                                      \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"sysinfo\"],"                \
	"\"action\":\"SCMP_ACT_NOTIFY\"}]}"
#define NO_NOTIFY                                                                                   \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"sysinfo\"],"                \
	"\"action\":\"SCMP_ACT_ERRNO\"}]}"
#define NOTIFY_ERRNO                                                                                \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"sysinfo\"],"                \
	"\"action\":\"SCMP_ACT_NOTIFY\",\"errnoRet\":38}]}"
#define METADATA "a \"quoted\" back\\slash,\na second line, \xc3\xa9\xe2\x82\xac"
#define FDS_MAX	 16

/* What came over one connection, to its end. */
struct message {
	bool came, ended;
	const char *text;
	size_t length, first; /* bytes in all, and with the first recvmsg(2) */
	int fds[FDS_MAX];
	size_t n_fds, n_later; /* with the first bytes; with others */
	json_t *json; /* NULL: not one JSON object in UTF-8 and nothing else */
};

static int listen_at(struct test *t, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	need(t, fd >= 0 && strlen(path) < sizeof(a.sun_path), path);
	memcpy(a.sun_path, path, strlen(path));
	need(t, !bind(fd, (struct sockaddr *)&a, sizeof(a)) && !listen(fd, 8), path);
	return fd;
}

static struct bundle *with_listener(struct test *t, const char *filter, const char *path)
{
	struct bundle *b = bundle_new(t);

	with_capabilities(b);
	seccomp_set(t, b, filter);
	if (path)
		bundle_set(b, "linux.seccomp.listenerPath", "s", path);
	bundle_probe(b, "syscall", format(t, "%d", SYS_sysinfo), "0", "0", "0", "0", "0", "0", NULL);
	return b;
}

/* A test that is the agent of one container, whose probe makes the call that the agent gets. */
struct agent {
	int fd; /* listens */
	struct bundle *b;
	struct container *c;
};

static struct agent agent_new(struct test *t)
{
	const char *path = format(t, "%s/agent", test_dir(t));
	struct agent a = { .fd = listen_at(t, path) };

	a.b = with_listener(t, NOTIFY, path);
	a.c = container_new(a.b);
	return a;
}

static void keep_fds(struct message *m, struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		if (m->length)
			m->n_later += n;
		for (size_t i = 0; !m->length && i < n && m->n_fds < FDS_MAX; i++)
			memcpy(&m->fds[m->n_fds++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	}
}

/* A connection, if one has come by now. The first byte is read alone: what comes with it shows. */
static struct message receive(struct test *t, int listener)
{
	struct message m = { .text = "" };
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char data[4096], control[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct iovec part = { data, 1 };
	ssize_t n = 1;

	m.came = fd >= 0;
	while (m.came && !m.ended) {
		struct msghdr h = { .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };

		if (!readable_soon(t, fd))
			break; /* it is kept open */
		n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		m.ended = n <= 0;
		if (n <= 0)
			break;
		keep_fds(&m, &h);
		m.text = format(t, "%s%.*s", m.text, (int)n, data);
		m.length += (size_t)n;
		part.iov_len = sizeof(data);
	}
	if (fd >= 0)
		close(fd);
	m.json = m.length == strlen(m.text) ? json_loads(m.text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (!json_is_object(m.json))
		m.json = NULL;
	return m;
}

/* The descriptor that the names say is the filter's, or the only one; -1. */
static int filter_fd(const struct message *m)
{
	json_t *name;
	size_t i;

	json_array_foreach (json_object_get(m->json, "fds"), i, name)
		if (i < m->n_fds && json_is_string(name) &&
		    !strcmp(json_string_value(name), "seccompFd"))
			return m->fds[i];
	return -1;
}

/* The next call that waits for the agent; false when the descriptor is not one of a filter. */
static bool next_call(struct test *t, int fd, struct seccomp_notif *call)
{
	memset(call, 0, sizeof(*call));
	if (fd < 0 || ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0 || errno != ENOENT)
		return false;
	return readable_soon(t, fd) && !ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, call);
}

static bool answer(int fd, const struct seccomp_notif *call, int error)
{
	struct seccomp_notif_resp response = { .id = call->id, .error = -error };

	return !ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* Created and started, and what came by then. The requirements are `disabled` when NOTIFY is
 * refused, and that is the end of the test. */
static struct message begin(struct test *t, struct container *c, int listener)
{
	const struct result *r = op_create(c);

	if (!result_ok(r)) {
		if (r->exited)
			test_disable(t, "the runtime refuses NOTIFY: %s", result_text(t, r));
		test_stop(t, "create succeeds, or ends with an error", "%s", result_text(t, r));
	}
	must_start(c);
	return receive(t, listener);
}

/* ------------------------------------------------------------------ the state */

static const char *const semver_ok = "0123456789.";

static bool is_version(const json_t *value)
{
	const char *text = json_string_value(value);
	int dots = 0;

	for (const char *at = text; at && *at && *at != '-' && *at != '+'; at++) {
		if (!strchr(semver_ok, *at))
			return false;
		dots += *at == '.';
	}
	return text && dots == 2;
}

static void check_state(struct test *t, const struct message *m, struct container *c,
			const struct state *asked)
{
	const char *id = "linux.seccomp.state.state", *status;
	const json_t *state = json_object_get(m->json, "state"), *pid;

	check_seen(t, "linux.seccomp.state.ociversion",
		   is_version(json_object_get(m->json, "ociVersion")), "ociVersion is a version",
		   "%s", life_json(t, json_object_get(m->json, "ociVersion")));
	check_json(t, "linux.seccomp.state.pid", "pid", json_integer(asked->pid),
		   json_object_get(m->json, "pid"));
	check_json(t, id, "state.id", json_string(container_id(c)), json_object_get(state, "id"));
	check_json(t, id, "state.bundle", json_string(bundle_path(container_bundle(c))),
		   json_object_get(state, "bundle"));
	check_seen(t, id, is_version(json_object_get(state, "ociVersion")), "state.ociVersion is a version",
		   "%s", life_json(t, json_object_get(state, "ociVersion")));
	status = json_string_value(json_object_get(state, "status"));
	pid = json_object_get(state, "pid");
	check_seen(
		t, id, status && *status && (json_is_integer(pid) || !strcmp(status, "creating")),
		"state has a status, and a pid unless that is creating", "%s", life_json(t, state));
	id = "linux.seccomp.state.state.status";
	check_seen(t, id, status && strcmp(status, "stopped"), "a status for a container on its way",
		   "%s", status ? status : "none");
	check_seen(t, id, !pid || json_equal(pid, json_object_get(m->json, "pid")),
		   format(t, "state.pid is pid, %s, if there is one",
			  life_json(t, json_object_get(m->json, "pid"))),
		   "%s", life_json(t, pid));
	check_json(t, "linux.seccomp.state.state.annotations", "state.annotations",
		   json_pack("{s:s}", "org.octest.k", "v"), json_object_get(state, "annotations"));
}

static void check_fds(struct test *t, const struct message *m, bool works, int nr)
{
	const json_t *fds = json_object_get(m->json, "fds");
	json_t *name;
	size_t i, named = 0;
	bool strings = json_is_array(fds);

	json_array_foreach ((json_t *)fds, i, name) {
		strings &= json_is_string(name);
		named += json_is_string(name) && !strcmp(json_string_value(name), "seccompFd");
	}
	check_seen(t, "linux.seccomp.state.fds", strings && named == 1,
		   "fds is a list of names, seccompFd once among them", "%s", life_json(t, fds));
	check_int(t, "linux.seccomp.state.scm-rights", "descriptors by SCM_RIGHTS, as many as names",
		  (long long)json_array_size(fds), m->n_fds ? (long long)m->n_fds : -1);
	check_true(t, "linux.seccomp.state.fds-order", works && m->n_fds == json_array_size(fds),
		   "the descriptor at the place of seccompFd is that of the filter", "it is not");
	check_seen(t, "linux.seccomp.listenerpath.fd", works && nr == SYS_sysinfo,
		   "seccompFd delivers the call of the probe", works ? "system call %d" : "nothing", nr);
}

static void listener(struct test *t)
{
	struct agent a = agent_new(t);
	struct seccomp_notif call;
	const struct facts *f = NULL;
	const struct state *asked;
	struct message m, more;
	bool works;
	int filter;

	bundle_set(a.b, "linux.seccomp.listenerMetadata", "s", METADATA);
	bundle_set(a.b, "/annotations/org.octest.k", "s", "v");
	m = begin(t, a.c, a.fd);
	asked = op_state(a.c);
	filter = filter_fd(&m);
	works = next_call(t, filter, &call);
	if (works && answer(filter, &call, ENOTEMPTY))
		f = must_answer(a.c);
	more = receive(t, a.fd);

	check_true(t, "linux.seccomp.listenerpath.stream", m.came,
		   "a connection within create or start", "there is none");
	check_true(t, "linux.seccomp.listenerpath.host-path", m.came,
		   "a connection to the path of the host", "there is none");
	check_true(t, "linux.seccomp.listenerpath.closed", m.ended,
		   "the connection ends while the program runs", "it is open");
	check_seen(t, "linux.seccomp.listenerpath.one-state", m.json && m.ended && !more.came,
		   "one JSON object, and one connection that ends", "%s%s",
		   more.came ? "a second connection, after " : m.ended ? "" : "no end, after ", m.text);
	check_seen(t, "linux.seccomp.state.json", m.json != NULL, "one JSON object in UTF-8", "%s", m.text);
	check_json(t, "linux.seccomp.listenermetadata.sent", "metadata", json_string(METADATA),
		   json_object_get(m.json, "metadata"));
	check_fds(t, &m, works, works ? call.data.nr : -1);
	check_state(t, &m, a.c, asked);
	check_string(t, "linux.seccomp.action.notify", "sysinfo(2) in the probe", "ENOTEMPTY",
		     f ? facts_string(f, "syscall.errno") : NULL);
}

/* 64 KiB of annotations need more than one send from most; the descriptors come with the first. */
static void fds_first(struct test *t)
{
	static char large[64 * 1024];
	const char *id = "linux.seccomp.state.fds-first";
	struct agent a = agent_new(t);
	struct message m;

	memset(large, 'x', sizeof(large) - 1);
	bundle_set(a.b, "/annotations/org.octest.large", "s", large);
	m = begin(t, a.c, a.fd);
	check_seen(t, id, m.json && m.length > sizeof(large), "a state with large annotations",
		   "%zu bytes, %s", m.length, m.json ? "one JSON object" : "not one JSON object");
	check_seen(t, id, m.n_fds && !m.n_later, "descriptors with the first byte, and none later",
		   "%zu with the first, %zu later", m.n_fds, m.n_later);
}

static void two_containers(struct test *t)
{
	const char *id = "linux.seccomp.listenerpath.no-reuse";
	const char *path = format(t, "%s/agent", test_dir(t));
	int fd = listen_at(t, path);

	for (int i = 0; i < 2; i++) {
		struct container *c = container_new(with_listener(t, NOTIFY, path));
		struct message m = begin(t, c, fd);
		const json_t *state = json_object_get(m.json, "state");

		check_json(t, id, format(t, "state.id over connection %d", i + 1),
			   json_string(container_id(c)), json_object_get(state, "id"));
	}
	check_true(t, id, !receive(t, fd).came, "two connections for two containers", "a third");
}

static void no_metadata(struct test *t)
{
	const char *id = "linux.seccomp.listenermetadata.absent", *text;
	struct agent a = agent_new(t);
	struct message m = begin(t, a.c, a.fd);
	const json_t *metadata = json_object_get(m.json, "metadata");

	text = json_string_value(metadata);
	check_seen(t, id, m.json && (!metadata || (text && !*text)), "metadata is absent or empty", "%s",
		   m.json ? life_json(t, metadata) : "no state");
}

/* A child's call comes over the descriptor that came for its parent. */
static void children(struct test *t)
{
	const char *id = "linux.seccomp.listenerpath.fd-works-for-children";
	struct agent a = agent_new(t);
	struct seccomp_notif call;
	struct message m;
	bool works;
	int filter;

	bundle_probe(a.b, "child-call", "native", format(t, "%d", SYS_sysinfo), "0", "0", "0", "0",
		     "0", "0", NULL);
	m = begin(t, a.c, a.fd);
	filter = filter_fd(&m);
	works = next_call(t, filter, &call);
	check_seen(t, id, works && (pid_t)call.pid != container_pid(a.c),
		   format(t, "a call of another process than %d, the container's first",
			  (int)container_pid(a.c)),
		   works ? "process %d" : "no call", works ? (int)call.pid : 0);
	check_true(t, id, works && answer(filter, &call, ENOTEMPTY), "the agent's answer is taken",
		   "it is not");
	check_string(t, id, "sysinfo(2) in the child", "ENOTEMPTY",
		     works ? facts_string(must_answer(a.c), "child-call.errno") : NULL);
}

/*
 * A signal comes while the agent has the call. With the flag it stays pending until the answer;
 * without it the call ends with EINTR. Until it does either, the caller is about to run.
 */
static void wait_killable(struct test *t)
{
	const char *id = "linux.seccomp.flags.wait-killable-recv";
	struct agent a = agent_new(t);
	struct seccomp_notif call;
	struct message m;
	bool works, valid;
	int filter;

	bundle_set(a.b, "linux.seccomp.flags", "[s]", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
	bundle_probe(a.b, "trap", "USR1", "syscall", format(t, "%d", SYS_sysinfo), "0", "0", "0",
		     "0", "0", "0", NULL);
	m = begin(t, a.c, a.fd);
	filter = filter_fd(&m);
	works = next_call(t, filter, &call);
	must_kill(a.c, "USR1");
	do
		must_state(a.c);
	while (process_state(t, container_pid(a.c)) == 'R');
	valid = works && !ioctl(filter, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) &&
		answer(filter, &call, ENOTEMPTY);
	check_true(t, id, valid, "the call still waits after a signal",
		   works ? "it has been interrupted" : "no call came");
	if (valid)
		check_string(t, id, "sysinfo(2) in the probe", "ENOTEMPTY",
			     facts_string(must_answer(a.c), "syscall.errno"));
}

/* ------------------------------------------------------------------ nobody there */

struct nobody_row {
	struct test_case c;
	enum nobody { MISSING, A_FILE, NO_LISTENER, UNSET } kind;
};

#define ROW(name, id) { name, "linux.seccomp.listenerpath." id, NULL }

static const struct nobody_row nobody_rows[] = {
	{ ROW("missing", "missing-socket"), MISSING },
	{ ROW("file", "missing-socket"), A_FILE },
	{ ROW("no-listener", "missing-socket"), NO_LISTENER },
	{ ROW("unset", "unset-with-notify"), UNSET },
};

static void nobody(struct test *t)
{
	const struct nobody_row *row = test_row(t);
	const char *path = format(t, "%s/nobody", test_dir(t)), *agent = format(t, "%s/agent", test_dir(t));
	struct bundle *bad = with_listener(t, NOTIFY, row->kind == UNSET ? NULL : path), *good;

	listen_at(t, agent);
	good = with_listener(t, NOTIFY, agent);
	/* Nobody answers calls here: there shall be none. */
	bundle_probe(good, "echo", "here", NULL);
	bundle_probe(bad, "echo", "here", NULL);
	if (row->kind == A_FILE)
		host_file(t, "nobody", "");
	else if (row->kind == NO_LISTENER)
		close(listen_at(t, path));
	check_refused_if_supported(t, row->c.requirement, bad, good);
}

/* There is an agent, but no call for it. */
static void errno_of_notify(struct test *t)
{
	const char *path = format(t, "%s/agent", test_dir(t));
	struct bundle *bad = with_listener(t, NOTIFY_ERRNO, path), *good = with_listener(t, NOTIFY, path);

	listen_at(t, path);
	bundle_probe(bad, "echo", "here", NULL);
	bundle_probe(good, "echo", "here", NULL);
	check_refused_if_supported(t, "linux.seccomp.errnoret.unsupported.notify", bad, good);
}

static void ignored(struct test *t)
{
	const char *id = "linux.seccomp.listenerpath.ignored";
	const char *path = format(t, "%s/agent", test_dir(t));
	int fd;

	bundle_run(with_listener(t, NO_NOTIFY, format(t, "%s/nobody", test_dir(t))));
	fd = listen_at(t, path);
	bundle_run(with_listener(t, NO_NOTIFY, path));
	check_true(t, id, !receive(t, fd).came, "no connection without NOTIFY", "there is one");
}

const struct test_entry seccomp_listener_tests[] = {
	{
		.name = "seccomp/listener",
		.about = "the agent gets a state, a descriptor and the call",
		.requirements = REQS(
			"linux.seccomp.action.notify", "linux.seccomp.listenerpath.stream",
			"linux.seccomp.listenerpath.host-path", "linux.seccomp.listenerpath.one-state",
			"linux.seccomp.listenerpath.closed", "linux.seccomp.listenerpath.fd",
			"linux.seccomp.listenermetadata.sent", "linux.seccomp.state.json",
			"linux.seccomp.state.scm-rights", "linux.seccomp.state.ociversion",
			"linux.seccomp.state.fds", "linux.seccomp.state.fds-order",
			"linux.seccomp.state.pid", "linux.seccomp.state.state",
			"linux.seccomp.state.state.status", "linux.seccomp.state.state.annotations"),
		.run = listener,
	},
	{
		.name = "seccomp/listener-fds-first",
		.about = "descriptors come with the first bytes of a state",
		.requirements = REQS("linux.seccomp.state.fds-first"),
		.run = fds_first,
	},
	{
		.name = "seccomp/listener-two-containers",
		.about = "each container has a connection of its own",
		.requirements = REQS("linux.seccomp.listenerpath.no-reuse"),
		.run = two_containers,
	},
	{
		.name = "seccomp/listener-no-metadata",
		.about = "without listenerMetadata there is none",
		.requirements = REQS("linux.seccomp.listenermetadata.absent"),
		.run = no_metadata,
	},
	{
		.name = "seccomp/listener-children",
		.about = "calls of children come over the same descriptor",
		.requirements = REQS("linux.seccomp.listenerpath.fd-works-for-children"),
		.run = children,
	},
	{
		.name = "seccomp/listener-wait-killable",
		.about = "a signal does not interrupt a call that the agent has",
		.requirements = REQS("linux.seccomp.flags.wait-killable-recv"),
		.run = wait_killable,
	},
	{
		.name = "seccomp/listener-nobody",
		.about = "a listener that cannot be reached is an error",
		.requirements = REQS("linux.seccomp.listenerpath.missing-socket"),
		.run = nobody,
		CASES(nobody_rows),
	},
	{
		.name = "seccomp/listener-errno",
		.about = "NOTIFY takes no errnoRet",
		.requirements = REQS("linux.seccomp.errnoret.unsupported.notify"),
		.run = errno_of_notify,
	},
	{
		.name = "seccomp/listener-ignored",
		.about = "without NOTIFY the listener does not matter",
		.requirements = REQS("linux.seccomp.listenerpath.ignored"),
		.run = ignored,
	},
	{ 0 },
};
