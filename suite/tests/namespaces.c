/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.namespaces (config-linux.md#namespaces): new ones, those of a path, those inherited; what
 * must be refused. That the namespace is the right one is told by its inode, as the process itself
 * sees it; a sandbox, whose inodes are its own, is asked for a marker instead where there is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/life.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

struct type {
	const char *name, *link; /* in the configuration; below /proc/PID/ns */
	int flag;
	const char *other; /* another type, whose file must be refused */
};

static const struct type types[] = {
	{ "pid", "pid", CLONE_NEWPID, "uts" },	     { "network", "net", CLONE_NEWNET, "ipc" },
	{ "mount", "mnt", CLONE_NEWNS, "net" },	     { "ipc", "ipc", CLONE_NEWIPC, "net" },
	{ "uts", "uts", CLONE_NEWUTS, "ipc" },	     { "user", "user", CLONE_NEWUSER, "net" },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP, "uts" }, { "time", "time", CLONE_NEWTIME, "net" },
};

static const struct type *type_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

static long long inode(struct test *t, const char *path)
{
	struct stat st;

	need(t, !stat(path, &st), path);
	return (long long)st.st_ino;
}

/* The test's own namespace, which is the runtime's. */
static long long own_inode(struct test *t, const struct type *type)
{
	return inode(t, format(t, "/proc/self/ns/%s", type->link));
}

static int keep_time(void *data)
{
	const int *said = data;

	if (unshare(CLONE_NEWTIME) || write(*said, "", 1) != 1)
		return 1;
	for (;;)
		pause();
}

/* A process whose children have a new time namespace, once it has one. */
static pid_t time_namespace(struct test *t)
{
	int end[2];
	char byte;
	pid_t pid;

	need(t, !pipe2(end, O_CLOEXEC), "pipe");
	pid = test_fork(t, keep_time, &end[1]);
	close(end[1]);
	wait_readable(t, end[0], "a helper has a time namespace");
	need(t, read(end[0], &byte, 1) == 1, "unshare the time namespace");
	close(end[0]);
	return pid;
}

/* A namespace of the type that a helper keeps; the path of its file. */
static const char *kept(struct test *t, const struct type *type)
{
	pid_t pid = type->flag == CLONE_NEWTIME ? time_namespace(t)
						: test_namespaces(t, type->flag);

	if (type->flag == CLONE_NEWUSER)
		for (const char *const *map = WORDS("uid_map", "gid_map"); *map; map++)
			need(t, !file_write(t, format(t, "/proc/%d/%s", (int)pid, *map), "0 100000 65536"),
			     *map);
	/* The helper's own time namespace is ours; the new one is for its children. */
	return format(t, "/proc/%d/ns/%s", (int)pid,
		      type->flag == CLONE_NEWTIME ? "time_for_children" : type->link);
}

/* A bundle with a namespace of this type (NULL path: new), and what it needs to work. */
static struct bundle *with_type(struct test *t, const struct type *type, const char *path)
{
	struct bundle *b = bundle_new(t);

	if (type->flag == CLONE_NEWUSER && path)
		give_root_to(t, b, 100000);
	else if (type->flag == CLONE_NEWUSER)
		with_user_namespace(t, b, 100000);
	bundle_namespace(b, type->name, path);
	bundle_probe(b, "ns", NULL);
	return b;
}

static long long fact_inode(struct test *t, const struct facts *f, const struct type *type)
{
	return facts_int(f, format(t, "ns.%s", type->link));
}

/* ------------------------------------------------------------------ for each type */

struct type_row {
	struct test_case c;
	const char *type;
};

static const struct type_row new_rows[] = {
	{ { "pid", "linux.namespaces.pid.new", NULL }, "pid" },
	{ { "network", "linux.namespaces.network.new", NULL }, "network" },
	{ { "mount", "linux.namespaces.mount.new", NULL }, "mount" },
	{ { "ipc", "linux.namespaces.ipc.new", NULL }, "ipc" },
	{ { "uts", "linux.namespaces.uts.new", NULL }, "uts" },
	{ { "user", "linux.namespaces.user.new", NULL }, "user" },
	{ { "cgroup", "linux.namespaces.cgroup.new", NULL }, "cgroup" },
	{ { "time", "linux.namespaces.time.new", NULL }, "time" },
};

/* A port of 127.0.0.1 on which we listen. */
static const char *own_port(struct test *t, int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(t,
	     *fd >= 0 && !bind(*fd, (struct sockaddr *)&address, length) && !listen(*fd, 1) &&
		     !getsockname(*fd, (struct sockaddr *)&address, &length),
	     "listen on 127.0.0.1");
	return format(t, "%d", ntohs(address.sin_port));
}

/* Nothing of a kernel is in a container with one of its own, unless the network is handed in. */
static void own_kernel(struct test *t, const char *id, const struct facts *f)
{
	const char *error = facts_errno(f, "connect");

	check_true(t, id, error && *error, "a kernel of its own, and no way to a port of the host's",
		   "the port is there");
}

/* Two containers: neither has the runtime's, nor the other's. */
static void new(struct test *t)
{
	const struct type_row *row = test_row(t);
	const struct type *type = type_of(row->type);
	struct container *c[2];
	long long seen[3] = { own_inode(t, type) };
	int fd;
	const char *port = own_port(t, &fd);

	for (int i = 0; i < 2; i++) {
		struct bundle *b = with_type(t, type, NULL);

		bundle_probe_add(b, "connect", port, "wait", NULL);
		c[i] = container_new(b);
		if (!may_create(t, row->c.requirement, c[i]))
			return;
		must_start(c[i]);
		if (!shared_kernel(must_answer(c[i]))) {
			own_kernel(t, row->c.requirement, must_answer(c[i]));
			return;
		}
		seen[i + 1] = fact_inode(t, must_answer(c[i]), type);
	}
	check_seen(t, row->c.requirement,
		   seen[1] != LLONG_MIN && seen[1] != seen[0] && seen[2] != LLONG_MIN &&
			   seen[2] != seen[0] && seen[1] != seen[2],
		   format(t, "two containers have a %s namespace each, neither the runtime's", type->name),
		   "runtime %lld, containers %lld and %lld", seen[0], seen[1], seen[2]);
}

static const struct type_row path_rows[] = {
	{ { "pid", "linux.namespaces.pid.path", NULL }, "pid" },
	{ { "network", "linux.namespaces.network.path", NULL }, "network" },
	{ { "ipc", "linux.namespaces.ipc.path", NULL }, "ipc" },
	{ { "uts", "linux.namespaces.uts.path", NULL }, "uts" },
	{ { "user", "linux.namespaces.user.path", NULL }, "user" },
	{ { "cgroup", "linux.namespaces.cgroup.path", NULL }, "cgroup" },
	{ { "time", "linux.namespaces.time.path", NULL }, "time" },
	{ { "mount", "linux.namespaces.mount.path", NULL }, "mount" },
};

/* ------------------------------------------------------------------ markers */

#define KEY    "1095980377" /* of a System V segment; any number but 0 */
#define SHMGET "29"
#define NAME   "assay-marker"

struct inside {
	const char *path;
	int flag, port, said;
};

/* In that namespace: something that can be found there, as long as the process lives. */
static int leave_marker(void *data)
{
	const struct inside *in = data;
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)in->port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int ns = open(in->path, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, in->flag))
		return 1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (in->flag == CLONE_NEWUTS && sethostname(NAME, strlen(NAME)))
		return 2;
	if (in->flag == CLONE_NEWIPC &&
	    shmget((key_t)strtol(KEY, NULL, 10), 4096, IPC_CREAT | 0666) < 0)
		return 3;
	if (in->flag == CLONE_NEWNET &&
	    (ioctl(fd, SIOCSIFFLAGS, &lo) ||
	     bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1)))
		return 4;
	if (write(in->said, "", 1) != 1)
		return 5;
	for (;;)
		pause();
}

/* Types that have none are told by their inode alone. */
static void with_marker(struct test *t, struct bundle *b, const struct type *type, const char *path)
{
	struct inside in = { .path = path, .flag = type->flag, .port = 4242 };
	int end[2];
	char byte;

	if (type->flag == CLONE_NEWPID) {
		/* Its first process; of ours one of our own. */
		bundle_probe_add(b, "session", "kill",
				 strstr(path, "/self/") ? format(t, "%d", (int)test_namespaces(t, 0))
							: "1",
				 "0", NULL);
		return;
	}
	if (!(type->flag & (CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)))
		return;
	need(t, !pipe2(end, O_CLOEXEC), "pipe");
	in.said = end[1];
	test_fork(t, leave_marker, &in);
	close(end[1]);
	wait_readable(t, end[0], "a helper has left a marker");
	need(t, read(end[0], &byte, 1) == 1, format(t, "a marker in the %s namespace", type->name));
	close(end[0]);
	bundle_probe_add(b, "uname", "connect", format(t, "%d", in.port), "syscall", SHMGET, KEY,
			 "4096", "0", "0", "0", "0", NULL);
}

static bool finds_marker(const struct facts *f, const struct type *type)
{
	const char *fact = type->flag == CLONE_NEWPID ? "kill" : "connect";
	const char *name = facts_string(f, "uname.nodename"), *error = facts_errno(f, fact);

	switch (type->flag) {
	case CLONE_NEWUTS:
		return name && !strcmp(name, NAME);
	case CLONE_NEWIPC:
		return facts_int(f, "syscall.value") >= 0;
	case CLONE_NEWPID:
		return error && !*error && facts_int(f, "session.pid") != 1;
	case CLONE_NEWNET:
		return error && !*error;
	}
	return false;
}

/* That the program is in that namespace; on a kernel of its own, that it is as if it were. */
static void check_in(struct test *t, const char *id, const struct type *type, const char *path,
		     const struct facts *f)
{
	long long expected = inode(t, path), observed = fact_inode(t, f, type);
	bool shared = shared_kernel(f);
	const char *want = format(t, "the %s namespace of inode %lld, or what is in it", type->name,
				  expected);

	check_seen(t, id, shared ? observed == expected : finds_marker(f, type), want, "%s %lld",
		   shared ? "inode" : "a kernel of its own without that; inode", observed);
}

static void joined(struct test *t)
{
	const struct type_row *row = test_row(t);
	const struct type *type = type_of(row->type);
	const char *path = kept(t, type);
	struct bundle *b = with_type(t, type, path);
	struct container *c = container_new(b);

	with_marker(t, b, type, path);
	bundle_probe_add(b, "wait", NULL);
	if (!may_create(t, row->c.requirement, c))
		return;
	must_start(c);
	check_in(t, row->c.requirement, type, path, must_answer(c));
}

static const struct type_row mismatch_rows[] = {
	{ { "pid", "linux.namespaces.pid.path-type-mismatch", NULL }, "pid" },
	{ { "network", "linux.namespaces.network.path-type-mismatch", NULL }, "network" },
	{ { "mount", "linux.namespaces.mount.path-type-mismatch", NULL }, "mount" },
	{ { "ipc", "linux.namespaces.ipc.path-type-mismatch", NULL }, "ipc" },
	{ { "uts", "linux.namespaces.uts.path-type-mismatch", NULL }, "uts" },
	{ { "user", "linux.namespaces.user.path-type-mismatch", NULL }, "user" },
	{ { "cgroup", "linux.namespaces.cgroup.path-type-mismatch", NULL }, "cgroup" },
	{ { "time", "linux.namespaces.time.path-type-mismatch", NULL }, "time" },
};

/* The file of the right type works, or there is nothing to tell a refusal by. */
static void mismatch(struct test *t)
{
	const struct type_row *row = test_row(t);
	const struct type *type = type_of(row->type);
	const char *path = kept(t, type);
	struct bundle *b = with_type(t, type, path);

	if (!bundle_supported(b, row->c.requirement))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].link, type->other))
			path = kept(t, &types[i]);
	check_error(t, row->c.requirement, op_create(container_new(with_type(t, type, path))));
}

static const struct type_row inherit_rows[] = {
	{ { "pid", "linux.namespaces.pid.inherit", NULL }, "pid" },
	{ { "network", "linux.namespaces.network.inherit", NULL }, "network" },
	{ { "mount", "linux.namespaces.mount.inherit", NULL }, "mount" },
	{ { "ipc", "linux.namespaces.ipc.inherit", NULL }, "ipc" },
	{ { "uts", "linux.namespaces.uts.inherit", NULL }, "uts" },
	{ { "user", "linux.namespaces.user.inherit", NULL }, "user" },
	{ { "cgroup", "linux.namespaces.cgroup.inherit", NULL }, "cgroup" },
	{ { "time", "linux.namespaces.time.inherit", NULL }, "time" },
};

/* Without a mount namespace what the runtime mounts is the test's world, which goes away. */
static void inherited(struct test *t)
{
	const struct type_row *row = test_row(t);
	const struct type *type = type_of(row->type);
	struct bundle *b = bundle_new(t);
	struct container *c;

	bundle_no_namespace(b, type->name);
	if (type->flag == CLONE_NEWNS)
		bundle_remove(b, "mounts.0");
	bundle_probe(b, "ns", NULL);
	with_marker(t, b, type, format(t, "/proc/self/ns/%s", type->link));
	bundle_probe_add(b, "wait", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	must_answer(c);
	if (type->flag != CLONE_NEWNS) {
		check_in(t, row->c.requirement, type, format(t, "/proc/self/ns/%s", type->link),
			 must_answer(c));
		return;
	}
	/* Of /proc there is none: the host looks, at the waiting process. */
	check_int(t, row->c.requirement, "inode of the container's mount namespace, as the runtime's",
		  own_inode(t, type), inode(t, format(t, "/proc/%d/ns/mnt", (int)container_pid(c))));
}

static const struct type_row twice_rows[] = {
	{ { "pid", NULL, NULL }, "pid" },	{ { "network", NULL, NULL }, "network" },
	{ { "mount", NULL, NULL }, "mount" },	{ { "ipc", NULL, NULL }, "ipc" },
	{ { "uts", NULL, NULL }, "uts" },	{ { "user", NULL, NULL }, "user" },
	{ { "cgroup", NULL, NULL }, "cgroup" }, { { "time", NULL, NULL }, "time" },
};

static bool version_has_type(const void *row, int spec)
{
	const struct type_row *r = row;

	return spec >= 10100 || strcmp(r->type, "time");
}

static void twice(struct test *t)
{
	const char *id = "linux.namespaces.duplicate.same";
	const struct type_row *row = test_row(t);
	const struct type *type = type_of(row->type);
	struct bundle *bad = with_type(t, type, NULL);

	if (!bundle_supported(with_type(t, type, NULL), id))
		return;
	bundle_set(bad, "linux.namespaces.+", "{s:s}", "type", type->name);
	check_error(t, id, op_create(container_new(bad)));
}

/* ------------------------------------------------------------------ what must be refused */

static void twice_with_path(struct test *t)
{
	const char *id = "linux.namespaces.duplicate.different-path";
	const struct type *type = type_of("network");
	const char *path = kept(t, type);

	for (int order = 0; order < 2; order++) {
		struct bundle *good = with_type(t, type, path), *bad = bundle_copy(good);

		bundle_no_namespace(bad, "network");
		for (int i = 0; i < 2; i++)
			if (i == order)
				bundle_set(bad, "linux.namespaces.+", "{s:s}", "type", "network");
			else
				bundle_set(bad, "linux.namespaces.+", "{s:s s:s}", "type", "network",
					   "path", path);
		check_refused_by_create_if_supported(t, id, bad, good);
	}
}

static void no_type(struct test *t)
{
	struct bundle *good = with_type(t, type_of("uts"), kept(t, type_of("uts"))), *bad;

	bad = bundle_copy(good);
	bundle_remove(bad, format(t, "linux.namespaces.%zu.type",
				  json_array_size(bundle_get(bad, "linux.namespaces")) - 1));
	check_refused_by_create_if_supported(t, "linux.namespaces.type.required", bad, good);
}

static void unknown_type(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);

	bundle_namespace(bad, "octest", NULL);
	check_refused_by_create(t, "linux.namespaces.type.unknown", bad, good);
}

/* Found from the bundle and from the current directory alike. */
static void relative_path(struct test *t)
{
	const char *id = "linux.namespaces.path.absolute";
	const char *path = kept(t, type_of("uts"));
	struct bundle *good = bundle_new(t), *bad;
	struct container *c;

	bundle_namespace(good, "uts", path);
	bad = bundle_copy(good);
	bundle_namespace(bad, "uts", "ns/uts");
	bundle_file(bad, "ns/uts", 0644, "");
	host_mount(t, path, format(t, "%s/ns/uts", bundle_path(bad)), NULL, MS_BIND, NULL);
	bundle_run(good, "ids");
	c = container_new(bad);
	check_error(t, id, op_create_with(c, &(struct call){ .cwd = bundle_path(bad) }));
}

static void missing_path(struct test *t)
{
	struct bundle *good = with_type(t, type_of("uts"), kept(t, type_of("uts"))), *bad;

	bad = bundle_copy(good);
	bundle_namespace(bad, "uts", format(t, "%s/nonexistent", test_dir(t)));
	check_refused_by_create_if_supported(t, "linux.namespaces.path.missing-file", bad, good);
}

static void no_namespace(struct test *t)
{
	const char *id = "linux.namespaces.path.not-a-namespace";
	const char *const *path =
		WORDS(host_file(t, "file", "text"), host_dir(t, "directory"), "/dev/null");

	for (; *path; path++) {
		struct bundle *good, *bad;

		good = with_type(t, type_of("network"), kept(t, type_of("network")));
		bad = bundle_copy(good);
		bundle_namespace(bad, "network", *path);
		check_refused_by_create_if_supported(t, id, bad, good);
	}
}

/* ------------------------------------------------------------------ where paths are looked up */

static void path_of_the_host(struct test *t)
{
	const char *id = "linux.namespaces.path.runtime-mount-namespace";
	const struct type *type = type_of("uts");
	const char *path = host_file(t, "ns", ""), *from = kept(t, type);
	struct bundle *b = with_type(t, type, path);
	struct container *c = container_new(b);

	host_mount(t, from, path, NULL, MS_BIND, NULL);
	bundle_file(b, format(t, "rootfs%s", path), 0644, "no namespace");
	with_marker(t, b, type, from);
	bundle_probe_add(b, "wait", NULL);
	if (may_start(t, id, c))
		check_in(t, id, type, from, must_answer(c));
}

static void bound_and_proc(struct test *t)
{
	const char *id = "linux.namespaces.path.bind-mounted-and-proc";
	const struct type *type = type_of("network");
	const char *bound = host_file(t, "ns", "");
	pid_t pid = test_namespaces(t, type->flag);
	const char *link = format(t, "/proc/%d/ns/net", (int)pid);
	struct bundle *by_proc = with_type(t, type, link), *by_mount;

	host_mount(t, link, bound, NULL, MS_BIND, NULL);
	with_marker(t, by_proc, type, link);
	bundle_probe_add(by_proc, "wait", NULL);
	by_mount = bundle_copy(by_proc);
	bundle_namespace(by_mount, "network", bound);
	check_in(t, id, type, bound, must_answer(life_running(by_proc)));
	kill(pid, SIGKILL);
	test_wait(t, pid);
	check_in(t, id, type, bound, must_answer(life_running(by_mount)));
}

/* A namespace that belongs to a user namespace, both by path, in both orders. */
static void owned(struct test *t)
{
	const char *id = "linux.namespaces.path.owned-by-userns";
	pid_t pid = test_namespaces(t, CLONE_NEWUSER | CLONE_NEWNET);
	const char *user = format(t, "/proc/%d/ns/user", (int)pid);
	const char *net = format(t, "/proc/%d/ns/net", (int)pid);
	int refused = 0;

	for (const char *const *map = WORDS("uid_map", "gid_map"); *map; map++)
		need(t, !file_write(t, format(t, "/proc/%d/%s", (int)pid, *map), "0 100000 65536"),
		     *map);
	for (int order = 0; order < 2; order++) {
		struct bundle *b = bundle_new(t);
		const struct result *refusal = NULL;
		const struct facts *f;

		give_root_to(t, b, 100000);
		bundle_namespace(b, order ? "network" : "user", order ? net : user);
		bundle_namespace(b, order ? "user" : "network", order ? user : net);
		bundle_probe(b, "ns", NULL);
		f = bundle_try(b, &refusal);
		if (!f) {
			refused++;
			check_error(t, id, refusal);
			continue;
		}
		check_int(t, id, "network namespace", inode(t, net), facts_int(f, "ns.net"));
		check_int(t, id, "user namespace", inode(t, user), facts_int(f, "ns.user"));
	}
	if (refused == 2)
		check_disabled(t, id, "refused in both orders");
	else
		check_int(t, id, "orders that are refused, when one works", 0, refused);
}

static void all_inherited(struct test *t)
{
	const char *id = "linux.namespaces.all-inherited";

	for (int absent = 0; absent < 2; absent++) {
		struct bundle *b = bundle_new(t);
		struct container *c;

		bundle_remove(b, "mounts.0");
		if (absent)
			bundle_remove(b, "linux.namespaces");
		else
			bundle_set(b, "linux.namespaces", "[]");
		bundle_probe(b, "ids", "wait", NULL);
		c = container_new(b);
		must_create(c);
		must_start(c);
		must_answer(c);
		for (size_t i = 0; i < ARRAY_SIZE(types); i++)
			check_int(t, id,
				  format(t, "%s namespace, %s", types[i].name,
					 absent ? "no namespaces" : "namespaces []"),
				  own_inode(t, &types[i]),
				  inode(t, format(t, "/proc/%d/ns/%s", (int)container_pid(c),
						  types[i].link)));
		container_close_input(c);
		container_wait(c);
		must_delete(c);
	}
}

/* ------------------------------------------------------------------ hardly any linux object */

/*
 * What it runs in then is the runtime's affair, which may also refuse; but it must not touch what it
 * shares with the host.
 */
static void no_linux(struct test *t)
{
	const char *id = "linux.optional";
	const struct ledger *before;
	struct stat root, after;
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct result *r;

	bundle_remove(b, "linux");
	bundle_remove(b, "mounts");
	bundle_probe(b, "ids", NULL);
	need(t, !stat("/", &root), "/");
	before = ledger_take(t);
	r = op_create(c);
	if (!result_ok(r)) {
		check_clean_error(t, id, r);
	} else {
		check_ok(t, id, op_start(c));
		container_close_input(c);
		container_wait(c);
		check_ok(t, id, op_delete(c));
	}
	check_unchanged(t, id, before, ledger_take(t), CHANGE_BIT(CHANGE_MOUNT));
	need(t, !stat("/", &after), "/");
	check_true(t, id, root.st_dev == after.st_dev && root.st_ino == after.st_ino,
		   "the host has the root it had", "it has another");
}

static void little_linux(struct test *t)
{
	const char *id = "linux.optional.absent";
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);

	bundle_set(b, "linux", "{s:[{s:s} {s:s}]}", "namespaces", "type", "pid", "type", "mount");
	if (!check_ok(t, id, op_create(c)) || !check_ok(t, id, op_start(c)))
		return;
	check_true(t, id, life_answers(c), "its program answers", "it does not");
	check_ok(t, id, op_kill(c, "KILL"));
	container_wait(c);
	life_check(t, id, state_until(c, "stopped"), "stopped");
	check_ok(t, id, op_delete(c));
}

/* ------------------------------------------------------------------ isolation */

/* Before 1.0.2 the text did not say SHOULD of them. */
#define SUPPORTED "linux.namespaces.types-supported"

static void check_supported(struct test *t, const char *type, const struct facts *f)
{
	long long own = own_inode(t, type_of(type)), inside = fact_inode(t, f, type_of(type));

	if (strcmp(type, "time"))
		check_seen(t, SUPPORTED, inside != LLONG_MIN && inside != own,
			   format(t, "a %s namespace that is not the runtime's, %lld", type, own),
			   "%lld", inside);
}

/* Runs what shows that a type does its work; a type refused: not supported, as it SHOULD be. */
static const struct facts *isolated(struct test *t, const char *id, const char *type,
				    struct bundle *b)
{
	const struct result *refusal = NULL;
	const struct facts *f;

	bundle_probe_add(b, "ns", NULL);
	f = bundle_try(b, &refusal);
	if (f) {
		check_supported(t, type, f);
		return f;
	}
	check_fail(t, id, "the type is supported", "%s", result_text(t, refusal));
	if (strcmp(type, "time"))
		check_fail(t, SUPPORTED, format(t, "type %s is supported", type), "%s",
			   result_text(t, refusal));
	return NULL;
}

static void pid_isolation(struct test *t)
{
	const char *id = "linux.namespaces.pid.isolation";
	pid_t marker = test_namespaces(t, 0);
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	json_t *pids = json_array(), *one;
	size_t i;

	bundle_probe(b, "list", "/proc", "session", "kill", format(t, "%d", (int)marker), "0", NULL);
	f = isolated(t, id, "pid", b);
	if (!f)
		return;
	json_array_foreach ((json_t *)facts_get(f, "list"), i, one)
		if (strspn(json_string_value(one), "0123456789") == json_string_length(one))
			json_array_append(pids, one);
	check_json(t, id, "processes in /proc",
		   json_pack("[s]", format(t, "%lld", facts_int(f, "session.pid"))), pids);
	check_string(t, id, "kill(2) of a process of the host", "ESRCH", facts_errno(f, "kill"));
}

static void network_isolation(struct test *t)
{
	const char *id = "linux.namespaces.network.isolation";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	const char *port, *error;
	int fd;

	port = own_port(t, &fd);
	bundle_no_namespace(b, "network");
	bundle_probe(b, "connect", port, NULL);
	/* The way there is real: with the host's network it works. */
	check_string(t, id, "connect to the host's port in the host's network", "",
		     facts_errno(bundle_run(b), "connect"));
	b = bundle_new(t);
	bundle_namespace(b, "network", NULL);
	bundle_probe(b, "connect", port, "bind", port, "links", NULL);
	f = isolated(t, id, "network", b);
	if (!f)
		return;
	error = facts_errno(f, "connect");
	check_true(t, id, error && *error, "no connection to the host's port", "it is there");
	error = facts_errno(f, "bind");
	check_true(t, id, error && strcmp(error, "EADDRINUSE"), "the host's port is not in use inside",
		   "it is");
	close(fd);
}

static void mount_isolation(struct test *t)
{
	const char *id = "linux.namespaces.mount.isolation";
	struct bundle *b = bundle_new(t);
	const struct ledger *before;
	struct container *c;
	const char *mounts;

	with_capabilities(b);
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_probe(b, "mount", "assay-marker", "/mnt", "tmpfs", "0", "ns", "wait", NULL);
	before = ledger_take(t);
	c = container_new(b);
	must_create(c);
	must_start(c);
	check_supported(t, "mount", must_answer(c));
	check_string(t, id, "mount(2) inside", "", facts_errno(must_answer(c), "mount"));
	mounts = file_read(t, "/proc/self/mountinfo");
	check_true(t, id, mounts && !strstr(mounts, "assay-marker"),
		   "a mount made inside is not seen outside", "it is seen");
	check_unchanged(t, id, before, ledger_take(t), CHANGE_BIT(CHANGE_MOUNT));
}

static void ipc_isolation(struct test *t)
{
	const char *id = "linux.namespaces.ipc.isolation";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	need(t, shmget((key_t)strtol(KEY, NULL, 10), 4096, IPC_CREAT | 0666) >= 0, "shmget");
	/* With the host's IPC namespace it is there. */
	bundle_no_namespace(b, "ipc");
	f = bundle_run(b, "syscall", SHMGET, KEY, "4096", "0", "0", "0", "0");
	check_true(t, id, facts_int(f, "syscall.value") >= 0,
		   "without an ipc namespace the host's segment is found", "%s",
		   facts_string(f, "syscall.errno"));
	b = bundle_new(t);
	bundle_probe(b, "syscall", SHMGET, KEY, "4096", "0", "0", "0", "0", "syscall", SHMGET,
		     "1095980378", "4096", "0x3b6", "0", "0", "0", NULL);
	f = isolated(t, id, "ipc", b);
	if (!f)
		return;
	check_string(t, id, "shmget of the host's key", "ENOENT", facts_string(f, "syscall.errno"));
	check_true(t, id, facts_int(f, "syscall#2.value") >= 0, "a segment can be made inside", "%s",
		   facts_string(f, "syscall#2.errno"));
	check_true(t, id, shmget(1095980378, 4096, 0) < 0 && errno == ENOENT,
		   "a segment made inside is not seen outside", "it is seen");
}

static void uts_isolation(struct test *t)
{
	const char *id = "linux.namespaces.uts.isolation";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	char before[256] = "", after[256] = "";

	need(t, !gethostname(before, sizeof(before)), "gethostname");
	with_capabilities(b);
	bundle_set(b, "hostname", "s", "ocihost");
	bundle_probe(b, "uname", "sethostname", "changed", "uname", NULL);
	f = isolated(t, id, "uts", b);
	if (!f)
		return;
	check_string(t, id, "host name inside", "ocihost", facts_string(f, "uname.nodename"));
	check_string(t, id, "host name after sethostname(2) inside", "changed",
		     facts_string(f, "uname#2.nodename"));
	need(t, !gethostname(after, sizeof(after)), "gethostname");
	check_string(t, id, "host name outside", before, after);
}

static void user_isolation(struct test *t)
{
	const char *id = "linux.namespaces.user.isolation";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct stat st;

	with_user_namespace(t, b, 100000);
	bundle_dir(b, "vol", 0777);
	bundle_file(b, "vol/secret", 0600, "root's");
	bundle_dir(b, "rootfs/vol", 0755);
	bundle_mount(b, "/vol", "none", format(t, "%s/vol", bundle_path(b)), "bind,rw");
	bundle_probe(b, "ids", "append", "/vol/new", "x", "read", "/vol/secret", NULL);
	f = isolated(t, id, "user", b);
	if (!f)
		return;
	check_int(t, id, "user ID inside", 0, facts_int(f, "ids.uid"));
	check_string(t, id, "making a file in a bind mount", "", facts_errno(f, "append"));
	if (!stat(format(t, "%s/vol/new", bundle_path(b)), &st))
		check_int(t, id, "its owner outside", 100000, st.st_uid);
	check_string(t, id, "reading a file of the host's root", "EACCES", facts_errno(f, "read"));
}

static void cgroup_isolation(struct test *t)
{
	const char *id = "linux.namespaces.cgroup.isolation", *text;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	cg_parent(t);
	bundle_set(b, "linux.cgroupsPath", "s", CG_PARENT "/a");
	bundle_namespace(b, "cgroup", NULL);
	bundle_probe(b, "read", "/proc/self/cgroup", NULL);
	f = isolated(t, id, "cgroup", b);
	if (!f)
		return;
	text = facts_string(f, "read");
	if (!text)
		text = "";
	check_seen(t, id, *text && !strstr(text, "octest") && !strstr(text, ".."),
		   "/proc/self/cgroup shows the container's own root", "\"%s\"", text);
}

static void time_isolation(struct test *t)
{
	const char *id = "linux.namespaces.time.isolation";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct timespec now;
	long long seconds;

	bundle_namespace(b, "time", NULL);
	bundle_set(b, "linux.timeOffsets", "{s:{s:i}}", "monotonic", "secs", 86400);
	bundle_probe(b, "clocks", NULL);
	f = isolated(t, id, "time", b);
	if (!f)
		return;
	need(t, !clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime");
	seconds = facts_int(f, "clocks.monotonic") / 1000000000 - now.tv_sec;
	/* Between the two readings lies what is left of the run: minutes at most. */
	check_seen(t, id, seconds <= 86400 && seconds > 86400 - 600,
		   "the monotonic clock inside is a day ahead", "%lld s", seconds);
}

const struct test_entry namespace_tests[] = {
	{
		.name = "namespaces/new",
		.about = "an entry without path is a new namespace",
		.requirements = REQS("linux.namespaces.pid.new"),
		.run = new,
		CASES(new_rows),
	},
	{
		.name = "namespaces/path",
		.about = "an entry with path is that namespace",
		.requirements = REQS("linux.namespaces.pid.path"),
		.run = joined,
		CASES(path_rows),
	},
	{
		.name = "namespaces/mismatch",
		.about = "a path of another type is refused",
		.requirements = REQS("linux.namespaces.pid.path-type-mismatch"),
		.run = mismatch,
		CASES(mismatch_rows),
	},
	{
		.name = "namespaces/inherit",
		.about = "a type without entry is the runtime's",
		.requirements = REQS("linux.namespaces.pid.inherit"),
		.run = inherited,
		CASES(inherit_rows),
	},
	{
		.name = "namespaces/all-inherited",
		.about = "without entries all namespaces are the runtime's",
		.requirements = REQS("linux.namespaces.all-inherited"),
		.run = all_inherited,
	},
	{
		.name = "namespaces/no-linux",
		.about = "without a linux object a container runs, or is refused, and harms nobody",
		.requirements = REQS("linux.optional"),
		.run = no_linux,
	},
	{
		.name = "namespaces/little-linux",
		.about = "a linux object need not have more than namespaces",
		.requirements = REQS("linux.optional.absent"),
		.run = little_linux,
	},
	{
		.name = "namespaces/twice",
		.about = "a type given twice is refused",
		.requirements = REQS("linux.namespaces.duplicate.same"),
		.run = twice,
		.applies = version_has_type,
		CASES(twice_rows),
	},
	{
		.name = "namespaces/twice-with-path",
		.about = "a type given twice is refused whatever the paths",
		.requirements = REQS("linux.namespaces.duplicate.different-path"),
		.run = twice_with_path,
	},
	{
		.name = "namespaces/no-type",
		.about = "an entry without type is refused",
		.requirements = REQS("linux.namespaces.type.required"),
		.run = no_type,
	},
	{
		.name = "namespaces/unknown-type",
		.about = "an unknown type is refused",
		.requirements = REQS("linux.namespaces.type.unknown"),
		.run = unknown_type,
	},
	{
		.name = "namespaces/relative-path",
		.about = "a relative path is refused",
		.requirements = REQS("linux.namespaces.path.absolute"),
		.run = relative_path,
	},
	{
		.name = "namespaces/missing-path",
		.about = "a path that names nothing is refused",
		.requirements = REQS("linux.namespaces.path.missing-file"),
		.run = missing_path,
	},
	{
		.name = "namespaces/no-namespace",
		.about = "a path that names no namespace is refused",
		.requirements = REQS("linux.namespaces.path.not-a-namespace"),
		.run = no_namespace,
	},
	{
		.name = "namespaces/path-of-the-host",
		.about = "a path is looked up outside of the container's root",
		.requirements = REQS("linux.namespaces.path.runtime-mount-namespace"),
		.run = path_of_the_host,
	},
	{
		.name = "namespaces/bound-and-proc",
		.about = "a path may be a link of /proc and a bind mount",
		.requirements = REQS("linux.namespaces.path.bind-mounted-and-proc"),
		.run = bound_and_proc,
	},
	{
		.name = "namespaces/owned",
		.about = "a user namespace and one that it owns are joined in any order",
		.requirements = REQS("linux.namespaces.path.owned-by-userns"),
		.run = owned,
	},
	{
		.name = "namespaces/pid-isolation",
		.about = "a new pid namespace hides the host's processes",
		.requirements = REQS("linux.namespaces.pid.isolation", SUPPORTED),
		.run = pid_isolation,
	},
	{
		.name = "namespaces/network-isolation",
		.about = "a new network namespace hides the host's ports",
		.requirements = REQS("linux.namespaces.network.isolation", SUPPORTED),
		.run = network_isolation,
	},
	{
		.name = "namespaces/mount-isolation",
		.about = "a mount made inside is not seen outside",
		.requirements = REQS("linux.namespaces.mount.isolation", SUPPORTED),
		.run = mount_isolation,
	},
	{
		.name = "namespaces/ipc-isolation",
		.about = "a new ipc namespace hides the host's segments",
		.requirements = REQS("linux.namespaces.ipc.isolation", SUPPORTED),
		.run = ipc_isolation,
	},
	{
		.name = "namespaces/uts-isolation",
		.about = "a new uts namespace keeps the host's name out of reach",
		.requirements = REQS("linux.namespaces.uts.isolation", SUPPORTED),
		.run = uts_isolation,
	},
	{
		.name = "namespaces/user-isolation",
		.about = "a new user namespace maps ids",
		.requirements = REQS("linux.namespaces.user.isolation", SUPPORTED),
		.run = user_isolation,
	},
	{
		.name = "namespaces/cgroup-isolation",
		.about = "a new cgroup namespace hides where the container is",
		.requirements = REQS("linux.namespaces.cgroup.isolation", SUPPORTED),
		.run = cgroup_isolation,
	},
	{
		.name = "namespaces/time-isolation",
		.about = "a new time namespace has clocks of its own",
		.requirements = REQS("linux.namespaces.time.isolation"),
		.run = time_isolation,
	},
	{ 0 },
};
