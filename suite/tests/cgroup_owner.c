/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a container's cgroup is (config-linux.md#cgroup-ownership), and what becomes of one that
 * others use (config-linux.md#control-groups). A runtime need not give a cgroup away at all; what
 * holds for those that do is `disabled` for those that do not.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

/* Where the ids of the container begin outside. */
#define FIRST 100000

#define LIST "/sys/kernel/cgroup/delegate"

/* ------------------------------------------------------------------ owners */

/* -1 when there is no such file; "" is the directory itself. */
static long owner(struct test *t, const char *controller, const char *path, const char *file)
{
	const char *directory = cgroup_dir(t, controller, path);
	struct stat st;

	return !directory || stat(format(t, "%s/%s", directory, file), &st) ? -1 : (long)st.st_uid;
}

/* With all that makes a runtime give the cgroup away: a new cgroup namespace, a writable mount. */
static struct bundle *given(struct test *t, const char *path)
{
	struct bundle *b = cg_bundle(t, path, CG_PIDS("4050"));

	with_user_namespace(t, b, FIRST);
	bundle_namespace(b, "cgroup", NULL);
	bundle_mount(b, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev");
	return b;
}

/* The directory of a container that is created, or NULL: the runtime has not given it away. */
static const char *given_place(struct test *t, struct container *c, long to)
{
	const char *place;

	must_create(c);
	place = cg_of(t, c, "");
	return owner(t, "", place, "") == to ? place : NULL;
}

static bool on_list(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (size_t n; list && (n = strcspn(list, "\n")); list += n + !!list[n])
		if (n == length && !strncmp(list, name, n))
			return true;
	return false;
}

/* Names of the files of a cgroup that have this owner, and are (not) on a list. */
static json_t *files_of(struct test *t, const char *place, long uid, const char *list, bool on)
{
	json_t *names = json_array();
	DIR *directory = opendir(cgroup_dir(t, "", place));
	struct dirent *entry;

	need(t, directory, place);
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_REG && on_list(list, entry->d_name) == on &&
		    owner(t, "", place, entry->d_name) == uid)
			json_array_append_new(names, json_string(entry->d_name));
	closedir(directory);
	return names;
}

static void not_given(struct test *t, const char *const *ids)
{
	for (; *ids; ids++)
		check_disabled(t, *ids, "the runtime does not change the owner of a cgroup");
}

static void change(struct test *t)
{
	const char *const *rest = WORDS("linux.cgroup.ownership.delegate-files",
					"linux.cgroup.ownership.no-other-files",
					"linux.cgroup.ownership.parents");
	const char *list = file_read(t, LIST), *place;
	struct container *c = container_new(given(t, CG_PARENT "/p/c"));

	if (!list)
		test_skip(t, "the kernel has no " LIST);
	must_create(c);
	place = cg_of(t, c, "");
	if (!check_int(t, "linux.cgroup.ownership.change", "owner of the container's cgroup", FIRST,
		       owner(t, "", place, ""))) {
		not_given(t, rest);
		return;
	}
	check_set(t, rest[0], "files of the list that are still root's", json_array(),
		  files_of(t, place, 0, list, true));
	check_set(t, rest[1], "other files that are the user's", json_array(),
		  files_of(t, place, FIRST, list, false));
	check_int(t, rest[2], "owner of the cgroup above", 0, owner(t, "", CG_PARENT "/p", ""));
	check_set(t, rest[2], "files of the cgroup above that are the user's", json_array(),
		  files_of(t, CG_PARENT "/p", FIRST, "", false));
}

struct mapped_row {
	struct test_case c;
	int uid;
	bool user_namespace;
	long owner; /* or root's, as it was */
};

static const struct mapped_row mapped_rows[] = {
	{ { "mapped", "linux.cgroup.ownership.uid-mapped", NULL }, 5, true, FIRST + 5 },
	{ { "as-it-is", "linux.cgroup.ownership.uid-without-userns", NULL }, 1000, false, 1000 },
};

static void mapped(struct test *t)
{
	const struct mapped_row *row = test_row(t);
	struct bundle *b = given(t, CG_PATH);
	struct container *c;
	long is;

	bundle_set(b, "process.user", "{s:i s:i}", "uid", row->uid, "gid", row->uid);
	if (!row->user_namespace) {
		bundle_no_namespace(b, "user");
		bundle_remove(b, "linux.uidMappings");
		bundle_remove(b, "linux.gidMappings");
		give_root_to(t, b, 0);
	}
	c = container_new(b);
	must_create(c);
	is = owner(t, "", cg_of(t, c, ""), "");
	check_seen(t, row->c.requirement, is == row->owner || is == 0,
		   format(t, "the owner of the cgroup is %ld, or root as before", row->owner), "%ld",
		   is);
}

/* ------------------------------------------------------------------ where it stays root's */

static void inherited(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_no_namespace(b, "cgroup");
}

static void joined(struct test *t, struct bundle *b)
{
	/* That of the test, whose root all paths here begin at. */
	bundle_namespace(b, "cgroup", format(t, "/proc/%d/ns/cgroup", (int)getpid()));
}

static void read_only(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_set(b, "mounts.1.options", "[s s s s]", "nosuid", "noexec", "nodev", "ro");
}

static void no_mount(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_remove(b, "mounts.1");
}

static void other_source(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_set(b, "mounts.1.source", "s", "cgroup2");
}

static void other_place(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_set(b, "mounts.1.destination", "s", "/mnt");
}

struct kept_row {
	struct test_case c;
	void (*prepare)(struct test *t, struct bundle *b);
};

static const struct kept_row kept_rows[] = {
	{ { "inherited", "linux.cgroup.ownership.inherited-cgroupns", NULL }, inherited },
	{ { "joined", "linux.cgroup.ownership.joined-cgroupns", NULL }, joined },
	{ { "read-only", "linux.cgroup.ownership.readonly-mount", NULL }, read_only },
	{ { "no-mount", "linux.cgroup.ownership.no-mount", NULL }, no_mount },
	{ { "other-source", "linux.cgroup.ownership.other-source", NULL }, other_source },
	{ { "other-place", "linux.cgroup.ownership.other-source", NULL }, other_place },
};

static void kept(struct test *t)
{
	const struct kept_row *row = test_row(t);
	struct bundle *b = given(t, CG_PATH);
	struct container *c;

	row->prepare(t, b);
	c = container_new(b);
	must_create(c);
	check_int(t, row->c.requirement, "owner of the container's cgroup", 0,
		  owner(t, "", cg_of(t, c, ""), ""));
}

static void kept_v1(struct test *t)
{
	const char *id = "linux.cgroup.ownership.v1";
	struct bundle *b = given(t, CG_PATH);
	struct container *c = container_new(b);

	bundle_set(b, "linux.resources", "{s:{s:i} s:{s:i}}", "pids", "limit", 4050, "memory", "limit",
		   67108864);
	must_create(c);
	for (const char *const *name = WORDS("pids", "memory", "devices", "cpu", "freezer"); *name;
	     name++) {
		const char *place = cg_of(t, c, *name);

		check_int(t, id, format(t, "owner of %s in %s", place, *name), 0,
			  owner(t, *name, place, ""));
		check_int(t, id, format(t, "owner of cgroup.procs of %s in %s", place, *name), 0,
			  owner(t, *name, place, "cgroup.procs"));
	}
}

/* ------------------------------------------------------------------ another list */

/* With a name in front that no cgroup has. */
static void missing_file(struct test *t)
{
	static const char *const ids[] = { "linux.cgroup.ownership.missing-delegate-file",
					   "linux.cgroup.ownership.missing-delegate-file-rest",
					   NULL };
	const char *list = file_read(t, LIST), *place;
	struct container *twin = container_new(given(t, CG_PARENT "/twin")), *c;
	const struct result *r;

	if (!list)
		test_skip(t, "the kernel has no " LIST);
	if (!given_place(t, twin, FIRST)) {
		not_given(t, ids);
		return;
	}
	host_mount(t, host_file(t, "list", format(t, "cgroup.octest-none\n%s", list)), LIST, NULL,
		   MS_BIND, NULL);
	c = container_new(given(t, CG_PATH));
	r = op_create(c);
	if (!check_ok(t, ids[0], r))
		return;
	place = cg_of(t, c, "");
	check_int(t, ids[1], "owner of the container's cgroup", FIRST, owner(t, "", place, ""));
	check_set(t, ids[1], "files of the list that are still root's", json_array(),
		  files_of(t, place, 0, list, true));
}

static void no_list(struct test *t)
{
	static const char built_in[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
	const char *const *ids = WORDS("linux.cgroup.ownership.fallback.procs"), *place;
	struct container *twin = container_new(given(t, CG_PARENT "/twin"));

	if (!file_read(t, LIST))
		test_skip(t, "the kernel has no " LIST);
	if (!given_place(t, twin, FIRST)) {
		not_given(t, ids);
		return;
	}
	host_mount(t, "none", "/sys/kernel/cgroup", "tmpfs", 0, NULL);
	place = given_place(t, container_new(given(t, CG_PATH)), FIRST);
	if (!place)
		not_given(t, ids);
	else
		check_set(t, ids[0], "files of the list that are still root's", json_array(),
			  files_of(t, place, 0, built_in, true));
}

/* ------------------------------------------------------------------ a cgroup that others use */

struct neighbour {
	int ask[2], tell[2];
	pid_t pid;
};

static int echo(void *data)
{
	struct neighbour *n = data;
	char byte;

	close(n->ask[1]);
	close(n->tell[0]);
	while (read(n->ask[0], &byte, 1) == 1 && write(n->tell[1], &byte, 1) == 1)
		;
	return 0;
}

static void neighbour_new(struct test *t, struct neighbour *n)
{
	need(t, !pipe2(n->ask, O_CLOEXEC) && !pipe2(n->tell, O_CLOEXEC), "pipe");
	n->pid = test_fork(t, echo, n);
	close(n->ask[0]);
	close(n->tell[1]);
}

/* It answers; one that is being killed does not. */
static bool neighbour_lives(struct test *t, const struct neighbour *n)
{
	char byte = 'x';

	(void)write(n->ask[1], &byte, 1);
	wait_readable(t, n->tell[0], "a process beside the container");
	return read(n->tell[0], &byte, 1) == 1;
}

struct used_row {
	struct test_case c;
	bool fails; /* a mount whose source is missing lets the create fail */
};

static const struct used_row used_rows[] = {
	{ { "create", NULL, NULL }, false },
	{ { "failing-create", NULL, NULL }, true },
};

/* A mount that works, or not. */
static struct bundle *with_mount(struct test *t, const char *path, const char *resources, bool works)
{
	struct bundle *b = cg_bundle(t, path, resources);
	const char *there = host_dir(t, works ? "there" : "other");

	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "none", works ? there : format(t, "%s/missing", there), "bind");
	return b;
}

static void populated(struct test *t)
{
	const struct used_row *row = test_row(t);
	const char *id = "linux.cgroup.fitness.populated", *place;
	struct container *c = container_new(with_mount(t, CG_PATH, CG_PIDS("4050"), !row->fails));
	struct neighbour n;
	const struct result *r;
	bool lives;

	cg_make(t, "pids", CG_PATH);
	neighbour_new(t, &n);
	cg_write(t, "pids", CG_PATH, "cgroup.procs", format(t, "%d", (int)n.pid));
	r = op_create(c);
	if (row->fails && result_ok(r)) {
		check_fail(t, id, "a mount without a source lets create fail", "%s", result_text(t, r));
		return;
	}
	lives = neighbour_lives(t, &n);
	place = lives ? cgroup_path(t, n.pid, "pids") : NULL;
	check_true(t, id, lives, "a process that was in the cgroup is alive", "it is gone (%s)",
		   result_text(t, r));
	check_string(t, id, "its cgroup", CG_PATH, place);
}

static void error_leaves(struct test *t)
{
	const char *id = "linux.cgroup.fitness.error-leaves-cgroup";
	const char *file = test_cgroup_v2(t) ? "memory.max" : "memory.limit_in_bytes";
	struct bundle *good = with_mount(t, CG_PARENT "/good", NULL, true);
	struct bundle *bad = with_mount(t, CG_PATH, NULL, false);

	for (const char *const *path = WORDS(CG_PATH, CG_PARENT "/good"); *path; path++) {
		cg_make(t, "memory", *path);
		cg_write(t, "memory", *path, file, "268435456");
	}
	check_refused_by_create(t, id, bad, good);
	check_true(t, id, cgroup_exists(t, "memory", CG_PATH),
		   "the cgroup that was there before create is still there", "it is gone");
	check_string(t, id, file, "268435456", cgroup_value(t, "memory", CG_PATH, file));
}

const struct test_entry cgroup_owner_tests[] = {
	{
		.name = "cgroup/owner",
		.about = "the cgroup is given to the user of the container, and not more than it",
		.requirements = REQS("linux.cgroup.ownership.change",
				     "linux.cgroup.ownership.delegate-files",
				     "linux.cgroup.ownership.no-other-files",
				     "linux.cgroup.ownership.parents"),
		.run = change,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/owner-id",
		.about = "the owner is the user of the process as seen from outside, or nobody new",
		.requirements = REQS("linux.cgroup.ownership.uid-mapped"),
		.run = mapped,
		CASES(mapped_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/owner-kept",
		.about = "the cgroup stays root's where nobody is to change it",
		.requirements = REQS("linux.cgroup.ownership.no-mount"),
		.run = kept,
		CASES(kept_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/owner-kept-v1",
		.about = "cgroups of v1 stay root's",
		.requirements = REQS("linux.cgroup.ownership.v1"),
		.run = kept_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cgroup/owner-missing-file",
		.about = "a file that the kernel lists and the cgroup lacks is no error",
		.requirements = REQS("linux.cgroup.ownership.missing-delegate-file",
				     "linux.cgroup.ownership.missing-delegate-file-rest"),
		.run = missing_file,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/owner-no-list",
		.about = "without the kernel's list the files are those of the text",
		.requirements = REQS("linux.cgroup.ownership.fallback.procs"),
		.run = no_list,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/populated",
		.about = "processes that are in the cgroup stay there",
		.requirements = REQS("linux.cgroup.fitness.populated"),
		.run = populated,
		CASES(used_rows),
	},
	{
		.name = "cgroup/error-leaves",
		.about = "a create that fails leaves a cgroup that was there as it was",
		.requirements = REQS("linux.cgroup.fitness.error-leaves-cgroup"),
		.run = error_leaves,
	},
	{ 0 },
};
