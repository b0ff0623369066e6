/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The create phase: what it makes before the program runs, and that nothing done to config.json
 * afterwards matters. It must never look for an effect of create only after start.
 */
#include "life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ what create makes */

static void namespaces_made(struct test *t)
{
	static const char *const types[][2] = { { "pid", "pid" },   { "network", "net" },
						{ "mount", "mnt" }, { "ipc", "ipc" },
						{ "uts", "uts" },   { "cgroup", "cgroup" } };
	struct bundle *b = life_bundle(t);
	long long inode[ARRAY_SIZE(types)];
	const struct facts *f;
	struct container *c;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		bundle_namespace(b, types[i][0], NULL);
	bundle_probe(b, "ns", "echo", "up", "wait", NULL);
	c = life_created(b);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		inode[i] = namespace_of(container_pid(c), types[i][1]);
	must_start(c);
	f = must_answer(c);
	if (!shared_kernel(f))
		test_disable(t, "not to be seen from outside: the container has its own kernel");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		long long ours = namespace_of(getpid(), types[i][1]);

		check_seen(t, "lifecycle.create.namespaces-made", inode[i] && inode[i] != ours,
			   format(t, "a new %s namespace before start", types[i][0]),
			   "inode %lld, that of the caller is %lld", inode[i], ours);
		check_int(t, "lifecycle.create.namespaces-made",
			  format(t, "inode of the %s namespace of the program", types[i][0]),
			  inode[i], facts_int(f, format(t, "ns.%s", types[i][1])));
	}
}

/* Mount points of a process, in order. */
static const char *mount_points(struct test *t, pid_t pid)
{
	const char *text = file_read(t, format(t, "/proc/%d/mountinfo", (int)pid));
	const char *all = "";

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');
		char point[512];

		if (sscanf(line, "%*s %*s %*s %*s %511s", point) == 1)
			all = format(t, "%s%s ", all, point);
		line = end ? end + 1 : NULL;
	}
	return all;
}

static void mounts_made(struct test *t)
{
	struct bundle *b = life_bundle(t);
	const char *dir = format(t, "%s/source", test_dir(t)), *points, *first, *second;
	struct container *c;
	const struct facts *f;

	if (mkdir(dir, 0755) || file_write(t, format(t, "%s/who", dir), "original"))
		test_broken(t, "%s: %s", dir, strerror(errno));
	bundle_dir(b, "rootfs/one", 0755);
	bundle_dir(b, "rootfs/two", 0755);
	bundle_mount(b, "/one", "tmpfs", "tmpfs", NULL);
	bundle_mount(b, "/two", "bind", dir, "bind");
	bundle_probe(b, "ns", "read", "/two/who", "echo", "up", "wait", NULL);
	c = life_created(b);
	points = mount_points(t, container_pid(c));
	if (rename(dir, format(t, "%s.away", dir)) || mkdir(dir, 0755) ||
	    file_write(t, format(t, "%s/who", dir), "another"))
		test_broken(t, "%s: %s", dir, strerror(errno));
	must_start(c);
	f = must_answer(c);
	check_string(t, "lifecycle.create.mounts-made",
		     "file in the bind mount whose source was exchanged after create", "original",
		     facts_string(f, "read"));
	if (!shared_kernel(f))
		return;
	first = strstr(points, " /one ");
	second = strstr(points, " /two ");
	check_seen(t, "lifecycle.create.mounts-made", first && second && first < second,
		   "before start: mounts on /one and /two, in this order", "mounted on: %s",
		   points);
}

static const char *const limit_path = "/assay-limits";

static struct bundle *with_pids_limit(struct test *t, int limit)
{
	struct bundle *b = life_bundle(t);

	bundle_set(b, "linux.cgroupsPath", "s", limit_path);
	bundle_set(b, "linux.resources.pids.limit", "i", limit);
	return b;
}

/* pids.max of the cgroup at the configured path, or of the one the process is in. */
static long long pids_max(struct test *t, struct container *c)
{
	const char *path = cgroup_exists(t, "pids", limit_path) ? limit_path : NULL;

	if (!path)
		path = cgroup_path(t, container_pid(c), "pids");
	return path ? cgroup_number(t, "pids", path, "pids.max") : -1;
}

static void cgroup_made(struct test *t)
{
	struct container *c = life_created(with_pids_limit(t, 1017));

	check_int(t, "lifecycle.create.cgroup-made", "pids.max before start", 1017, pids_max(t, c));
}

static void program_not_run(struct test *t)
{
	const char *id = "lifecycle.create.program-not-run";
	struct bundle *b = bundle_new(t);
	const char *dir = format(t, "%s/token", test_dir(t));
	const char *file = format(t, "%s/word", dir);
	struct container *c;
	const struct facts *f;
	size_t n;

	if (mkdir(dir, 0755) || file_write(t, file, "A"))
		test_broken(t, "%s: %s", file, strerror(errno));
	bundle_dir(b, "rootfs/token", 0755);
	bundle_mount(b, "/token", "bind", dir, "bind");
	bundle_probe(b, "read", "/token/word", NULL);
	bundle_log_process(b);
	c = life_created(b);
	/* What create has set off shows itself while another container lives its whole life. */
	bundle_run(bundle_new(t), NULL);
	container_output(c, &n);
	check_seen(t, id, !n && !log_count(b, "process"), "no word of the program after create",
		   "%zu bytes of output, log: %s", n, log_story(b));
	check_true(t, id, !life_executes(t, b, container_pid(c)),
		   "the container's process does not execute the program after create", "it does");
	file_write(t, file, "B");
	must_start(c);
	f = must_answer(c);
	container_wait(c);
	check_string(t, id, "what the program read", "B", facts_string(f, "read"));
	check_int(t, id, "runs of the program", 1, (long long)log_count(b, "process"));
	must_delete(c);
	check_int(t, "lifecycle.start.program-once", "runs of the program after delete", 1,
		  (long long)log_count(b, "process"));
}

/* ------------------------------------------------------------------ what create cannot make */

struct unable {
	struct test_case base;
	void (*spoil)(struct test *t, struct bundle *bad);
};

static void bind_missing(struct test *t, struct bundle *bad)
{
	bundle_mount(bad, "/tmp", "bind", format(t, "%s/missing", test_dir(t)), "bind");
}

static void join_missing(struct test *t, struct bundle *bad)
{
	bundle_namespace(bad, "network", format(t, "%s/missing", test_dir(t)));
}

static void bogus_type(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_namespace(bad, "bogus", NULL);
}

static void late_failure(struct test *t, struct bundle *bad)
{
	bundle_mount(bad, "/log", "tmpfs", "tmpfs", NULL);
	bundle_set(bad, "linux.resources.pids.limit", "i", 1000);
	bundle_set(bad, "hostname", "s", "late");
	bind_missing(t, bad);
}

/* The kernel takes no quota below 1 ms. */
static void bad_limit(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_set(bad, "linux.resources.cpu", "{s:i s:i}", "period", 1, "quota", 1);
}

static const struct unable unables[] = {
	{ { "bind-source", "lifecycle.create.unable-error",
	    "create fails when the source of a bind mount is missing" },
	  bind_missing },
	{ { "namespace-path", "lifecycle.create.unable-namespace-path",
	    "create fails when a namespace to join is missing" },
	  join_missing },
	{ { "namespace-type", "lifecycle.create.unable-namespace-type",
	    "create fails for a type of namespace that there is not" },
	  bogus_type },
	{ { "late", "lifecycle.create.unable-late-failure",
	    "create itself reports what goes wrong late" },
	  late_failure },
	{ { "cgroup-limit", "lifecycle.create.unable-cgroup-limit",
	    "create fails when the kernel refuses a limit" },
	  bad_limit },
};

static void unable(struct test *t)
{
	const struct unable *row = test_row(t);
	struct bundle *good = life_bundle(t), *bad;

	if (row->spoil == bad_limit)
		bundle_set(good, "linux.resources.cpu", "{s:i s:i}", "period", 100000, "quota",
			   50000);
	bundle_probe(good, "echo", "up", NULL);
	bad = bundle_copy(good);
	row->spoil(t, bad);
	life_refused(t, row->base.requirement, bad, good);
}

/* ------------------------------------------------------------------ edits after create */

static void edit_args(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;

	bundle_probe(b, "echo", "original", NULL);
	c = life_created(b);
	bundle_probe(b, "echo", "edited", NULL);
	bundle_write(b);
	must_start(c);
	f = must_answer(c);
	check_string(t, "lifecycle.create.config-edit-args", "word of the program", "original",
		     facts_string(f, "echo"));
	check_true(t, "lifecycle.create.config-edit-args", !facts_get(f, "echo#2"), "one program",
		   "a second one as well");
}

static void edit_env(struct test *t)
{
	const char *id = "lifecycle.create.config-edit-env";
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;

	bundle_set(b, "process.env", "[s s]", "PATH=/usr/bin:/bin", "WHICH=original");
	bundle_set(b, "process.cwd", "s", "/tmp");
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1001, "gid", 1002);
	bundle_probe(b, "env", "cwd", "ids", NULL);
	c = life_created(b);
	bundle_set(b, "process.env", "[s s]", "PATH=/usr/bin:/bin", "WHICH=edited");
	bundle_set(b, "process.cwd", "s", "/etc");
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 2001, "gid", 2002);
	bundle_write(b);
	must_start(c);
	f = must_answer(c);
	check_subset(t, id, "environment", json_pack("[s]", "WHICH=original"), facts_get(f, "env"));
	check_string(t, id, "working directory", "/tmp", facts_string(f, "cwd"));
	check_int(t, id, "uid", 1001, facts_int(f, "ids.uid"));
	check_int(t, id, "gid", 1002, facts_int(f, "ids.gid"));
}

static void edit_mounts(struct test *t)
{
	const char *id = "lifecycle.create.config-edit-mounts";
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;

	bundle_set(b, "hostname", "s", "original");
	bundle_file(b, "rootfs/tmp/seen", 0644, "x");
	bundle_probe(b, "uname", "stat", "/tmp/seen", NULL);
	c = life_created(b);
	bundle_set(b, "hostname", "s", "edited");
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", NULL);
	bundle_write(b);
	must_start(c);
	f = must_answer(c);
	check_string(t, id, "hostname", "original", facts_string(f, "uname.nodename"));
	check_string(t, id, "type of /tmp/seen, which the new mount would hide", "file",
		     facts_string(f, "stat.type"));
}

/* Hooks named "original" are configured, and those of a second list written after create. */
static struct container *with_edited_hooks(struct bundle *b, const char *first, const char *second)
{
	struct container *c;
	const char *const kinds[] = { first, second };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i])
			bundle_hook(b, kinds[i], "original", "state", NULL);
	c = life_created(b);
	bundle_remove(b, "hooks");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i])
			bundle_hook(b, kinds[i], "edited", "state", NULL);
	bundle_write(b);
	return c;
}

static void edit_start_hooks(struct test *t)
{
	const char *id = "lifecycle.create.config-edit-start-hooks";
	bool inside = test_spec(t) >= 10002; /* startContainer came with 1.0.2 */
	struct bundle *b = life_bundle(t);
	struct container *c = with_edited_hooks(b, "poststart", inside ? "startContainer" : NULL);

	must_start(c);
	must_answer(c);
	check_int(t, id, "runs of the hooks configured at create", inside ? 2 : 1,
		  (long long)log_count(b, "original"));
	check_int(t, id, "runs of the hooks put in later", 0, (long long)log_count(b, "edited"));
}

static void edit_poststop(struct test *t)
{
	const char *id = "lifecycle.create.config-edit-poststop";
	struct bundle *b = life_bundle(t);
	struct container *c = with_edited_hooks(b, "poststop", NULL);

	must_start(c);
	must_answer(c);
	life_stop(t, c);
	must_delete(c);
	check_int(t, id, "runs of the hook configured at create", 1,
		  (long long)log_count(b, "original"));
	check_int(t, id, "runs of the hook put in later", 0, (long long)log_count(b, "edited"));
}

static void edit_annotations(struct test *t)
{
	const char *id = "lifecycle.create.config-edit-annotations";
	struct bundle *b = life_bundle(t);
	struct container *c;
	json_t *before, *created, *running;

	bundle_set(b, "annotations", "{s:s}", "which", "original");
	c = life_created(b);
	before = json_deep_copy(json_object_get(must_state(c)->json, "annotations"));
	bundle_set(b, "annotations", "{s:s s:s}", "which", "edited", "more", "new");
	bundle_write(b);
	created = json_object_get(must_state(c)->json, "annotations");
	must_start(c);
	must_answer(c);
	running = json_object_get(must_state(c)->json, "annotations");
	/* The property is optional: what counts is that no edit is seen. */
	check_json(t, id, "annotations of the state after the edit",
		   before ? json_deep_copy(before) : NULL, created);
	check_json(t, id, "annotations of the state after start",
		   before ? json_deep_copy(before) : NULL, running);
	if (json_object_size(created))
		check_string(t, id, "annotation \"which\"", "original",
			     json_string_value(json_object_get(created, "which")));
}

static void edit_limits(struct test *t)
{
	struct bundle *b = with_pids_limit(t, 1017);
	struct container *c = life_created(b);

	bundle_set(b, "linux.resources.pids.limit", "i", 1099);
	bundle_write(b);
	must_start(c);
	must_answer(c);
	check_int(t, "lifecycle.create.config-edit-limits", "pids.max after start", 1017,
		  pids_max(t, c));
}

static void config_removed(struct test *t)
{
	const char *id = "lifecycle.create.config-removed";
	const struct result *r;

	for (int removed = 0; removed < 2; removed++) {
		struct bundle *b = life_bundle(t);
		const char *path = format(t, "%s/config.json", bundle_path(b));
		struct container *c = life_created(b);

		if (removed ? unlink(path) : truncate(path, 10))
			test_broken(t, "%s: %s", path, strerror(errno));
		life_check(t, id, op_state(c), "created");
		r = op_start(c);
		if (!check_ok(t, id, r))
			return;
		must_answer(c);
		life_check(t, id, op_state(c), "running");
		r = op_kill(c, "KILL");
		if (!check_ok(t, id, r))
			return;
		container_wait(c);
		life_check(t, id, state_until(c, "stopped"), "stopped");
		check_ok(t, id, op_delete(c));
		life_check_unknown(t, id, c, "no container after delete");
	}
}

/* ------------------------------------------------------------------ the caller's side */

static void host_unchanged(struct test *t)
{
	static const char *const types[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts" };
	struct bundle *b = life_bundle(t);
	const char *cgroups = file_read(t, "/proc/self/cgroup"), *points;
	const struct ledger *before = ledger_take(t);
	long long inode[ARRAY_SIZE(types)];
	struct container *c;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		inode[i] = namespace_of(getpid(), types[i]);
	bundle_namespace(b, "network", NULL);
	bundle_dir(b, "rootfs/mine", 0755);
	bundle_mount(b, "/mine", "tmpfs", "tmpfs", NULL);
	c = life_created(b);
	for (int running = 0; running < 2; running++) {
		points = mount_points(t, getpid());
		check_seen(
			t, "lifecycle.create.host-mounts-unchanged",
			!strstr(points, format(t, "%s/mine ", bundle_rootfs(b))) &&
				!strstr(points, format(t, "%s/proc ", bundle_rootfs(b))),
			format(t, "no configured mount below %s for the caller", bundle_rootfs(b)),
			"%s: %s", running ? "running" : "created", points);
		check_string(t, "lifecycle.create.caller-unchanged", "cgroups of the caller",
			     cgroups, file_read(t, "/proc/self/cgroup"));
		for (size_t i = 0; i < ARRAY_SIZE(types); i++)
			check_int(t, "lifecycle.create.caller-unchanged",
				  format(t, "inode of the caller's %s namespace", types[i]),
				  inode[i], namespace_of(getpid(), types[i]));
		if (!running) {
			must_start(c);
			must_answer(c);
		}
	}
	life_stop(t, c);
	must_delete(c);
	check_unchanged(t, "lifecycle.create.network-of-host-unchanged", before, ledger_take(t),
			CHANGE_BIT(CHANGE_LINK));
}

static void network_unchanged(struct test *t)
{
	static const char *const files[] = {
		"/proc/net/dev_mcast", "/proc/net/if_inet6",	      "/proc/net/route",
		"/proc/net/fib_trie",  "/sys/class/net/lo/operstate", "/sys/class/net/lo/flags"
	};
	const char *before[ARRAY_SIZE(files)];
	struct bundle *b = life_bundle(t);
	struct container *c;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		before[i] = file_read(t, files[i]);
	bundle_namespace(b, "network", NULL);
	c = life_stopped(t, b);
	must_delete(c);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *after = file_read(t, files[i]);

		check_seen(t, "lifecycle.create.network-of-host-unchanged",
			   (!before[i] && !after) ||
				   (before[i] && after && !strcmp(before[i], after)),
			   format(t, "%s as before: %s", files[i],
				  before[i] ? before[i] : "cannot be read"),
			   "%s", after ? after : "cannot be read");
	}
}

const struct test_entry create_tests[] = {
	{
		.name = "create/namespaces",
		.about = "the namespaces are there when create has finished",
		.requirements = REQS("lifecycle.create.namespaces-made"),
		.run = namespaces_made,
	},
	{
		.name = "create/mounts",
		.about = "the mounts are there when create has finished",
		.requirements = REQS("lifecycle.create.mounts-made"),
		.run = mounts_made,
	},
	{
		.name = "create/cgroup",
		.about = "a limit is in force when create has finished",
		.requirements = REQS("lifecycle.create.cgroup-made"),
		.run = cgroup_made,
	},
	{
		.name = "create/program-not-run",
		.about = "the program runs at start, once, and not at create",
		.requirements =
			REQS("lifecycle.create.program-not-run", "lifecycle.start.program-once"),
		.run = program_not_run,
	},
	{
		.name = "create/unable",
		.about = "create fails when it cannot make what is asked for",
		.requirements = REQS("lifecycle.create.unable-error"),
		.run = unable,
		CASES(unables),
	},
	{
		.name = "create/edit-args",
		.about = "process.args edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-args"),
		.run = edit_args,
	},
	{
		.name = "create/edit-env",
		.about = "env, cwd and user edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-env"),
		.run = edit_env,
	},
	{
		.name = "create/edit-mounts",
		.about = "mounts and hostname edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-mounts"),
		.run = edit_mounts,
	},
	{
		.name = "create/edit-start-hooks",
		.about = "hooks of start edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-start-hooks"),
		.run = edit_start_hooks,
	},
	{
		.name = "create/edit-poststop",
		.about = "poststop hooks edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-poststop"),
		.run = edit_poststop,
	},
	{
		.name = "create/edit-annotations",
		.about = "annotations edited after create are not seen in the state",
		.requirements = REQS("lifecycle.create.config-edit-annotations"),
		.run = edit_annotations,
	},
	{
		.name = "create/edit-limits",
		.about = "limits edited after create do not count",
		.requirements = REQS("lifecycle.create.config-edit-limits"),
		.run = edit_limits,
	},
	{
		.name = "create/config-removed",
		.about = "a config.json that is broken or gone does not hinder what comes later",
		.requirements = REQS("lifecycle.create.config-removed"),
		.run = config_removed,
	},
	{
		.name = "create/host-unchanged",
		.about = "mounts, cgroups and namespaces of the caller stay as they were",
		.requirements = REQS("lifecycle.create.host-mounts-unchanged",
				     "lifecycle.create.caller-unchanged",
				     "lifecycle.create.network-of-host-unchanged"),
		.run = host_unchanged,
	},
	{
		.name = "create/network-unchanged",
		.about = "links, addresses and routes of the caller stay as they were",
		.requirements = REQS("lifecycle.create.network-of-host-unchanged"),
		.run = network_unchanged,
	},
	{ 0 },
};
