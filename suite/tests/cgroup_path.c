/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.cgroupsPath (config-linux.md#cgroups-path): where a container is, that its cgroup is made
 * and goes with it, and that nothing is changed that resources does not name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

static void check_within(struct test *t, const char *id, const char *what, const char *path,
			 const char *top)
{
	check_seen(t, id, cg_within(path, top), format(t, "%s: %s or below", what, top), "%s",
		   path);
}

/* ------------------------------------------------------------------ where */

static void absolute_v2(struct test *t)
{
	const char *id = "linux.cgroupspath.absolute.v2";
	struct container *c = container_new(cg_bundle(t, CG_PARENT "/abs", NULL));

	if (may_create(t, id, c))
		check_within(t, id, "cgroup of the container", cg_of(t, c, ""), CG_PARENT "/abs");
}

static void absolute_v1(struct test *t)
{
	const char *id = "linux.cgroupspath.absolute.v1";
	struct container *c;

	c = container_new(cg_bundle(t, CG_PARENT "/abs",
				    "{\"pids\":{\"limit\":4050},\"memory\":{\"limit\":268435456},"
				    "\"cpu\":{\"shares\":512}}"));
	if (!may_create(t, id, c))
		return;
	for (const char *const *name = WORDS("pids", "memory", "cpu"); *name; name++)
		check_within(t, id, format(t, "cgroup of the container for %s", *name),
			     cg_of(t, c, *name), CG_PARENT "/abs");
}

/* The runtime sits in a cgroup of its own: an absolute path does not start there. */
static void from_below(struct test *t)
{
	const char *id = "linux.cgroupspath.absolute.runtime-in-subcgroup";
	struct bundle *b = cg_bundle(t, CG_PARENT "/abs2", CG_PIDS("4050"));
	struct container *c = container_new(b);

	cg_make(t, "pids", CG_PARENT "/caller");
	cg_write(t, "pids", CG_PARENT "/caller", "cgroup.procs", "0");
	if (may_create(t, id, c))
		check_within(t, id, "cgroup of the container", cg_of(t, c, "pids"),
			     CG_PARENT "/abs2");
}

/* Two containers, one after the other, called from different places, of different bundles. */
static void consistent(struct test *t, const char *id, const char *path)
{
	const char *first = NULL;

	for (int i = 0; i < 2; i++) {
		struct container *c = container_new(cg_bundle(t, path, CG_PIDS("4050")));
		struct call call = { .cwd = i ? test_dir(t) : "/" };
		const struct result *r = op_create_with(c, &call);
		const char *place;

		if (!result_ok(r)) {
			if (check_error(t, id, r))
				check_disabled(t, id, "refused, as it may be");
			return;
		}
		place = cg_of(t, c, "pids");
		if (i)
			check_string(t, id, "cgroup of the second container", first, place);
		first = place;
		must_start(c);
		container_wait(c);
		must_delete(c);
	}
}

static void consistent_absolute(struct test *t)
{
	consistent(t, "linux.cgroupspath.consistent.absolute", CG_PARENT "/same");
}

static void consistent_relative(struct test *t)
{
	consistent(t, "linux.cgroupspath.consistent.relative", "octest-rel");
}

/* Wherever that is: the limit holds there. */
static void limits_apply(struct test *t, const char *id, const char *path, const char *resources,
			 const char *limit)
{
	struct container *c = container_new(cg_bundle(t, path, resources));

	if (may_create(t, id, c))
		check_string(t, id, "pids.max of the container's cgroup", limit,
			     cg_in_force(t, c, "pids", "pids.max", "max"));
}

static void relative_limits(struct test *t)
{
	limits_apply(t, "linux.cgroupspath.relative.limits", "octest-rel", CG_PIDS("4017"), "4017");
}

/* Some place of its own: the container is not where the runtime is. */
static void relative(struct test *t)
{
	const char *id = "linux.cgroupspath.relative";
	struct container *c = container_new(cg_bundle(t, "octest-rel", CG_PIDS("4050")));
	const char *own = cgroup_path(t, getpid(), "pids");

	if (may_create(t, id, c))
		check_seen(t, id, own && strcmp(cg_of(t, c, "pids"), own),
			   format(t, "the container is in a cgroup of its own, not in %s", own),
			   "it is in %s", cg_of(t, c, "pids"));
}

static void absent(struct test *t)
{
	limits_apply(t, "linux.cgroupspath.absent", NULL, CG_PIDS("4019"), "4019");
}

static void separate(struct test *t)
{
	const char *id = "linux.cgroupspath.absent.separate";
	struct container *one = container_new(cg_bundle(t, NULL, CG_PIDS("4021")));
	struct container *two = container_new(cg_bundle(t, NULL, CG_PIDS("4022")));

	must_create(one);
	must_create(two);
	check_string(t, id, "pids.max of the first container", "4021",
		     cg_in_force(t, one, "pids", "pids.max", "max"));
	check_string(t, id, "pids.max of the second container", "4022",
		     cg_in_force(t, two, "pids", "pids.max", "max"));
}

#define TEN	"abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

struct odd_row {
	struct test_case c;
	const char *path, *clean; /* clean: what the path is inside the hierarchy */
};

static const struct odd_row odd_rows[] = {
	{ { "above-root", NULL, NULL }, "/../octest-up", "/octest-up" },
	{ { "climbing", NULL, NULL }, "/octest/../../esc", "/esc" },
	/* cgroupfs takes names beyond NAME_MAX, so this one may work as well. */
	{ { "long-name", NULL, NULL }, "/octest/" HUNDRED HUNDRED HUNDRED,
	  "/octest/" HUNDRED HUNDRED HUNDRED },
};

static void odd_path(struct test *t)
{
	const struct odd_row *row = test_row(t);
	const char *id = "linux.cgroupspath.invalid";
	struct container *c = container_new(cg_bundle(t, row->path, CG_PIDS("4050")));
	const struct result *r = op_create(c);

	/* An error is what the text wants of who calls the value invalid. */
	if (result_ok(r))
		check_within(t, id, "cgroup of the container", cg_of(t, c, "pids"), row->clean);
	else
		check_clean_error(t, id, r);
}

/* ------------------------------------------------------------------ made, used, gone */

static void created(struct test *t)
{
	const char *id = "linux.cgroupspath.created";
	struct container *c = container_new(cg_bundle(t, CG_PARENT "/n1/n2/n3", CG_PIDS("4050")));

	must_create(c);
	check_within(t, id, "cgroup of the container", cg_of(t, c, "pids"), CG_PARENT "/n1/n2/n3");
}

static void existing(struct test *t)
{
	const char *id = "linux.cgroupspath.existing";
	struct bundle *b = cg_bundle(t, CG_PATH, CG_PIDS("4050"));
	struct container *c = container_new(b);

	cg_make(t, "pids", CG_PATH);
	must_create(c);
	check_within(t, id, "cgroup of the container", cg_of(t, c, "pids"), CG_PATH);
}

static void member_at_create(struct test *t)
{
	struct container *c = container_new(cg_bundle(t, CG_PATH, CG_PIDS("4050")));

	must_create(c);
	check_within(t, "linux.cgroupspath.member-at-create", "cgroup of the created container",
		     cg_of(t, c, "pids"), CG_PATH);
}

/* The hierarchies that have a cgroup, one name each; "" for none. */
static const char *where_there_is(struct test *t, const char *path)
{
	static const char *const v1[] = { "cpu",     "cpuacct",	 "cpuset",  "memory", "devices",
					  "freezer", "blkio",	 "pids",    "hugetlb", "net_cls",
					  "net_prio", "perf_event", "rdma" };
	const char *text = "";

	if (test_cgroup_v2(t))
		return cgroup_exists(t, "", path) ? "the unified hierarchy" : "";
	for (size_t i = 0; i < ARRAY_SIZE(v1); i++)
		if (cgroup_exists(t, v1[i], path))
			text = format(t, "%s%s%s", text, *text ? " " : "", v1[i]);
	return text;
}

static void deleted(struct test *t)
{
	const char *id = "linux.cgroupspath.deleted";
	struct container *c = container_new(cg_bundle(t, CG_PARENT "/del", CG_PIDS("4050")));

	must_create(c);
	check_true(t, id, *where_there_is(t, CG_PARENT "/del"), "create makes the cgroup",
		   "there is none");
	must_start(c);
	container_wait(c);
	must_delete(c);
	check_string(t, id, "hierarchies that still have the cgroup after delete", "",
		     where_there_is(t, CG_PARENT "/del"));
}

/* What cannot be applied is a mount, which is tried when the container has its cgroup already. */
static void deleted_on_error(struct test *t)
{
	const char *id = "linux.cgroupspath.deleted-on-error";
	struct bundle *good = cg_bundle(t, CG_PARENT "/good", CG_PIDS("4050")), *bad;

	bundle_dir(good, "rootfs/mnt", 0755);
	bundle_mount(good, "/mnt", "none", host_dir(t, "there"), "bind");
	bad = bundle_copy(good);
	bundle_dir(bad, "rootfs/mnt", 0755);
	bundle_set(bad, "linux.cgroupsPath", "s", CG_PARENT "/err");
	bundle_set(bad, "mounts.1.source", "s", format(t, "%s/missing", test_dir(t)));
	check_refused_by_create(t, id, bad, good);
	check_string(t, id, "hierarchies that have the cgroup after a create that failed", "",
		     where_there_is(t, CG_PARENT "/err"));
}

static void kept(struct test *t)
{
	const char *id = "linux.cgroupspath.preexisting-kept";
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	struct container *c = container_new(b);

	cg_make(t, "pids", CG_PATH);
	cg_make(t, "pids", CG_PARENT "/neighbour");
	must_create(c);
	must_start(c);
	container_wait(c);
	must_delete(c);
	check_true(t, id, cgroup_exists(t, "pids", CG_PATH),
		   "the cgroup that was there before create is still there", "it is gone");
	check_true(t, id, cgroup_exists(t, "pids", CG_PARENT "/neighbour"),
		   "a neighbour of it is still there", "it is gone");
}

/* ------------------------------------------------------------------ what is not named */

struct untouched_row {
	struct test_case c;
	const char *resources, *pids; /* pids.max afterwards */
};

static const struct untouched_row untouched_rows[] = {
	{ { "resources-absent", "linux.cgroupspath.resources-absent", NULL }, NULL, "4055" },
	{ { "partial-resources", "linux.cgroupspath.partial-resources", NULL }, CG_PIDS("4009"), "4009" },
	{ { "empty-objects", "linux.resources.empty-objects", NULL },
	  "{\"memory\":{},\"cpu\":{},\"blockIO\":{},\"network\":{},\"devices\":[],"
	  "\"hugepageLimits\":[]}",
	  "4055" },
};

static void untouched(struct test *t)
{
	const struct untouched_row *row = test_row(t);
	const char *file = test_cgroup_v2(t) ? "memory.max" : "memory.limit_in_bytes";
	struct bundle *b = cg_bundle(t, CG_PATH, row->resources);

	cg_make(t, "pids", CG_PATH);
	cg_make(t, "memory", CG_PATH);
	cg_write(t, "pids", CG_PATH, "pids.max", "4055");
	cg_write(t, "memory", CG_PATH, file, "268435456");
	must_create(container_new(b));
	check_string(t, row->c.requirement, "pids.max", row->pids,
		     cgroup_value(t, "pids", CG_PATH, "pids.max"));
	check_string(t, row->c.requirement, file, "268435456",
		     cgroup_value(t, "memory", CG_PATH, file));
}

static void at_create(struct test *t)
{
	const char *id = "linux.resources.at-create";
	const char *file = test_cgroup_v2(t) ? "memory.max" : "memory.limit_in_bytes";
	const char *none = test_cgroup_v2(t) ? "max" : "9223372036854771712";
	struct container *c;

	c = container_new(cg_bundle(t, CG_PATH,
				    "{\"pids\":{\"limit\":4023},\"memory\":{\"limit\":67108864}}"));
	must_create(c);
	check_string(t, id, "pids.max of the created container", "4023",
		     cg_in_force(t, c, "pids", "pids.max", "max"));
	check_string(t, id, format(t, "%s of the created container", file), "67108864",
		     cg_in_force(t, c, "memory", file, none));
}

static void parent_untouched(struct test *t)
{
	const char *id = "linux.resources.parent-untouched";
	struct bundle *b = cg_bundle(t, CG_PARENT "/par/c", CG_PIDS("4023"));
	struct container *c = container_new(b);

	cg_make(t, "pids", CG_PARENT "/par");
	cg_write(t, "pids", CG_PARENT "/par", "pids.max", "4099");
	must_create(c);
	check_string(t, id, "pids.max of the container", "4023",
		     cg_in_force(t, c, "pids", "pids.max", "max"));
	check_string(t, id, "pids.max of the cgroup above it", "4099",
		     cgroup_value(t, "pids", CG_PARENT "/par", "pids.max"));
}

const struct test_entry cgroup_path_tests[] = {
	{
		.name = "cgroup/absolute-v2",
		.about = "an absolute cgroupsPath starts at the mount of the hierarchy",
		.requirements = REQS("linux.cgroupspath.absolute.v2"),
		.run = absolute_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cgroup/absolute-v1",
		.about = "an absolute cgroupsPath starts at the mount of each hierarchy in use",
		.requirements = REQS("linux.cgroupspath.absolute.v1"),
		.run = absolute_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cgroup/from-below",
		.about = "an absolute cgroupsPath does not start at the runtime's own cgroup",
		.requirements = REQS("linux.cgroupspath.absolute.runtime-in-subcgroup"),
		.run = from_below,
	},
	{
		.name = "cgroup/consistent-absolute",
		.about = "one absolute cgroupsPath is one place, whoever uses it",
		.requirements = REQS("linux.cgroupspath.consistent.absolute"),
		.run = consistent_absolute,
	},
	{
		.name = "cgroup/consistent-relative",
		.about = "one relative cgroupsPath is one place, whoever uses it",
		.requirements = REQS("linux.cgroupspath.consistent.relative"),
		.run = consistent_relative,
	},
	{
		.name = "cgroup/relative",
		.about = "a relative cgroupsPath is some cgroup, or refused",
		.requirements = REQS("linux.cgroupspath.relative"),
		.run = relative,
	},
	{
		.name = "cgroup/relative-limits",
		.about = "limits hold at a relative cgroupsPath",
		.requirements = REQS("linux.cgroupspath.relative.limits"),
		.run = relative_limits,
	},
	{
		.name = "cgroup/absent",
		.about = "limits hold without cgroupsPath",
		.requirements = REQS("linux.cgroupspath.absent"),
		.run = absent,
	},
	{
		.name = "cgroup/separate",
		.about = "two containers without cgroupsPath have a cgroup each",
		.requirements = REQS("linux.cgroupspath.absent.separate"),
		.run = separate,
	},
	{
		.name = "cgroup/odd-path",
		.about = "an odd cgroupsPath is refused or taken for what it says",
		.requirements = REQS("linux.cgroupspath.invalid"),
		.run = odd_path,
		CASES(odd_rows),
	},
	{
		.name = "cgroup/created",
		.about = "missing cgroups on the way are made",
		.requirements = REQS("linux.cgroupspath.created"),
		.run = created,
	},
	{
		.name = "cgroup/existing",
		.about = "a cgroup that is there can be used",
		.requirements = REQS("linux.cgroupspath.existing"),
		.run = existing,
	},
	{
		.name = "cgroup/member-at-create",
		.about = "the process is in its cgroup when create has returned",
		.requirements = REQS("linux.cgroupspath.member-at-create"),
		.run = member_at_create,
	},
	{
		.name = "cgroup/deleted",
		.about = "delete removes the cgroup that create has made",
		.requirements = REQS("linux.cgroupspath.deleted"),
		.run = deleted,
	},
	{
		.name = "cgroup/deleted-on-error",
		.about = "a create that fails leaves no cgroup",
		.requirements = REQS("linux.cgroupspath.deleted-on-error"),
		.run = deleted_on_error,
	},
	{
		.name = "cgroup/kept",
		.about = "a cgroup that was there before create stays after delete",
		.requirements = REQS("linux.cgroupspath.preexisting-kept"),
		.run = kept,
	},
	{
		.name = "cgroup/untouched",
		.about = "limits that resources does not name stay as they were",
		.requirements = REQS("linux.cgroupspath.resources-absent",
				     "linux.cgroupspath.partial-resources",
				     "linux.resources.empty-objects"),
		.run = untouched,
		CASES(untouched_rows),
	},
	{
		.name = "cgroup/at-create",
		.about = "limits are in force when create has returned",
		.requirements = REQS("linux.resources.at-create"),
		.run = at_create,
	},
	{
		.name = "cgroup/parent-untouched",
		.about = "limits go to the container's cgroup and not to the one above it",
		.requirements = REQS("linux.resources.parent-untouched"),
		.run = parent_untouched,
	},
	{ 0 },
};
