/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.unified (config-linux.md#unified): each key is a file of the container's cgroup,
 * and gets its value or the create fails. It must never depend on a key that one kernel has only,
 * without looking for its file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/disks.h"

#define UNIFIED(members) "{\"unified\":{" members "}}"

/* ------------------------------------------------------------------ values */

static const struct cg_row rows[] = {
	{ { "written", "linux.resources.unified.written", NULL }, "memory",
	  UNIFIED("\"pids.max\":\"4033\",\"memory.high\":\"50331648\""), { { 0 } },
	  { { "pids.max", "4033" }, { "memory.high", "50331648" }, { "memory.max", "max" } }, NULL,
	  false },
	{ { "existing", "linux.resources.unified.written", NULL }, "pids",
	  UNIFIED("\"pids.max\":\"max\",\"memory.high\":\"50331648\""), { { "pids.max", "4044" } },
	  { { "pids.max", "max" }, { "memory.high", "50331648" } }, NULL, false },
	{ { "unknown-key", "linux.resources.unified.unknown-key", NULL }, "memory",
	  UNIFIED("\"memory.oom.group\":\"1\""), { { 0 } }, { { "memory.oom.group", "1" } },
	  "memory.oom.group", false },
	{ { "unknown-uclamp", "linux.resources.unified.unknown-key", NULL }, "cpu",
	  UNIFIED("\"cpu.uclamp.max\":\"50.00\""), { { 0 } }, { { "cpu.uclamp.max", "50.00" } },
	  "cpu.uclamp.max", false },
	{ { "core-key", "linux.resources.unified.core-key", NULL }, "",
	  UNIFIED("\"cgroup.max.descendants\":\"5\""), { { 0 } },
	  { { "cgroup.max.descendants", "5" } }, NULL, false },
	{ { "with-classic", "linux.resources.unified.with-classic", NULL }, "memory",
	  "{\"pids\":{\"limit\":4033},\"unified\":{\"memory.high\":\"50331648\"}}", { { 0 } },
	  { { "pids.max", "4033" }, { "memory.high", "50331648" } }, NULL, false },
	{ { "with-classic-one", "linux.resources.unified.with-classic", NULL }, "memory",
	  "{\"memory\":{\"limit\":67108864},\"unified\":{\"memory.high\":\"50331648\"}}", { { 0 } },
	  { { "memory.max", "67108864" }, { "memory.high", "50331648" } }, NULL, false },
};

/* Each line is a setting of its own for the kernel, which takes one with a write. */
static void multiline(struct test *t)
{
	static const char content[4096];
	const char *id = "linux.resources.unified.multiline", *value;
	struct disk one = disk_new(t, content, sizeof(content));
	struct disk two = disk_new(t, content, sizeof(content));
	const char *first = format(t, "%u:%u rbps=2097152", one.major, one.minor);
	const char *second = format(t, "%u:%u", two.major, two.minor);
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	struct container *c = container_new(b);

	cg_make(t, "io", CG_PARENT);
	if (!cgroup_value(t, "io", CG_PARENT, "io.max"))
		test_skip(t, "the kernel has no io.max");
	bundle_set(b, "linux.resources.unified", "{s:s}", "io.max",
		   format(t, "%s\n%s wiops=120", first, second));
	must_create(c);
	value = cgroup_value(t, "io", cg_of(t, c, "io"), "io.max");
	check_seen(t, id, value && strstr(value, first),
		   format(t, "io.max has \"%s\"", first), "%s", value ? value : "no such file");
	check_seen(t, id,
		   value && strstr(value, format(t, "%s ", second)) && strstr(value, "wiops=120"),
		   format(t, "io.max has \"%s\" with wiops=120", second), "%s",
		   value ? value : "no such file");
}

/* ------------------------------------------------------------------ controllers */

struct key_row {
	struct test_case c;
	const char *controller, *key, *value;
};

static const struct key_row keys[] = {
	{ { "cpu", NULL, NULL }, "cpu", "cpu.weight", "77" },
	{ { "cpuset", NULL, NULL }, "cpuset", "cpuset.cpus", "0" },
	{ { "io", NULL, NULL }, "io", "io.weight", "default 77" },
	{ { "memory", NULL, NULL }, "memory", "memory.high", "50331648" },
	{ { "pids", NULL, NULL }, "pids", "pids.max", "4033" },
	{ { "hugetlb", NULL, NULL }, "hugetlb", "hugetlb.2MB.max", "4194304" },
	{ { "rdma", NULL, NULL }, "rdma", "rdma.max", NULL }, /* of a device of the test's */
};

/* Whether a file of a cgroup, a list of words, has this one. */
static bool has_word(struct test *t, const char *path, const char *file, const char *word)
{
	const char *text = cgroup_value(t, "", path, file);
	size_t length = strlen(word);

	for (size_t n; text && (n = strcspn(text, " ")); text += n + !!text[n])
		if (n == length && !strncmp(text, word, n))
			return true;
	return false;
}

/* Whether a text has this line; the kernel ends some with a blank. */
static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (size_t n; text && (n = strcspn(text, "\n")); text += n + !!text[n])
		if (!strncmp(text, line, length) &&
		    length + strspn(text + length, " ") == n)
			return true;
	return false;
}

/* The world's root passes a controller on no longer. Its cgroups must not pass it on either. */
static void take_away(struct test *t, const char *controller)
{
	cg_make(t, "", CG_PARENT);
	if (!has_word(t, "/", "cgroup.controllers", controller))
		test_skip(t, "the kernel has no %s controller", controller);
	cg_write(t, "", "/", "cgroup.subtree_control", format(t, "-%s", controller));
	if (has_word(t, CG_PARENT, "cgroup.controllers", controller))
		test_broken(t, "%s is still there", controller);
}

static void enabled(struct test *t, const char *id, const char *controller, const char *key,
		    const char *value)
{
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const char *place, *now;

	if (!cgroup_value(t, "", "/", key))
		test_skip(t, "the kernel has no %s", key);
	take_away(t, controller);
	bundle_set(b, "linux.cgroupsPath", "s", CG_PARENT "/u/c");
	bundle_set(b, "linux.resources.unified", "{s:s}", key, value);
	must_create(c);
	place = cg_of(t, c, controller);
	check_seen(t, id, cg_within(place, CG_PARENT "/u/c"),
		   "the container is in " CG_PARENT "/u/c", "it is in %s", place);
	check_seen(t, id, has_word(t, CG_PARENT "/u/c", "cgroup.controllers", controller),
		   format(t, "cgroup.controllers of " CG_PARENT "/u/c has %s", controller), "%s",
		   cgroup_value(t, "", CG_PARENT "/u/c", "cgroup.controllers"));
	now = cgroup_value(t, "", CG_PARENT "/u/c", key);
	check_seen(t, id, has_line(now, value), format(t, "%s has the line \"%s\"", key, value),
		   "%s", now ? now : "no such file");
}

static void controllers_enabled(struct test *t)
{
	enabled(t, "linux.resources.unified.controllers-enabled", "pids", "pids.max", "4033");
}

static void each_controller(struct test *t)
{
	const struct key_row *row = test_row(t);
	const char *value = row->value;

	if (!value)
		value = format(t, "%s hca_handle=2 hca_object=2000", cg_rdma_device(t));
	enabled(t, "linux.resources.unified.controllers-enabled.each", row->controller, row->key,
		value);
}

static int stay(void *data)
{
	(void)data;
	return pause();
}

/* A cgroup with a process in it passes no domain controller on to its children. */
static void cannot_enable(struct test *t)
{
	const char *id = "linux.resources.unified.cannot-enable";
	const char *resources = UNIFIED("\"memory.high\":\"50331648\"");
	struct bundle *good = cg_bundle(t, CG_PARENT "/good/c", resources);
	struct bundle *bad = cg_bundle(t, CG_PARENT "/full/c", resources);
	pid_t pid = test_fork(t, stay, NULL);

	cg_make(t, "", CG_PARENT "/full");
	cg_write(t, "", CG_PARENT "/full", "cgroup.procs", format(t, "%d", (int)pid));
	if (cgroup_write(t, "", CG_PARENT "/full", "cgroup.subtree_control", "+memory") != -EBUSY)
		test_broken(t, "the kernel enables memory beside a process");
	check_refused_by_create(t, id, bad, good);
}

/* ------------------------------------------------------------------ what must be refused */

struct refused_row {
	struct test_case c;
	const char *bad;
};

#define GOOD UNIFIED("\"pids.max\":\"4033\"")

static const struct refused_row refused_rows[] = {
	{ { "missing-controller", "linux.resources.unified.missing-controller", NULL },
	  UNIFIED("\"pids.max\":\"4033\",\"nosuch.max\":\"1\"") },
	{ { "missing-file", "linux.resources.unified.missing-file", NULL },
	  UNIFIED("\"pids.max\":\"4033\",\"memory.octnone\":\"1\"") },
	{ { "missing-core-file", "linux.resources.unified.missing-file", NULL },
	  UNIFIED("\"pids.max\":\"4033\",\"cgroup.octnone\":\"1\"") },
	{ { "invalid-value", "linux.resources.unified.invalid-value", NULL },
	  UNIFIED("\"pids.max\":\"lots\"") },
};

static void refused(struct test *t)
{
	const struct refused_row *row = test_row(t);

	check_refused_by_create(t, row->c.requirement, cg_bundle(t, CG_PATH, row->bad),
				cg_bundle(t, CG_PARENT "/good", GOOD));
}

static void refused_v1(struct test *t)
{
	check_refused_by_create(t, "linux.resources.unified.v1", cg_bundle(t, CG_PATH, GOOD),
				cg_bundle(t, CG_PARENT "/good", CG_PIDS("4033")));
}

struct climb_row {
	struct test_case c;
	const char *key;
};

static const struct climb_row climb_rows[] = {
	{ { "up", NULL, NULL }, "../pids.max" },
	{ { "absolute", NULL, NULL }, "/sys/fs/cgroup" CG_PARENT "/pids.max" },
	{ { "behind-a-name", NULL, NULL }, "pids.x/../../pids.max" },
	{ { "beside", NULL, NULL }, "../neighbour/pids.max" },
};

static void climbing(struct test *t)
{
	const struct climb_row *row = test_row(t);
	const char *id = "linux.resources.unified.path-traversal";
	const char *resources = format(t, UNIFIED("\"pids.max\":\"4033\",\"%s\":\"3\""), row->key);

	cg_make(t, "pids", CG_PARENT "/neighbour");
	cg_write(t, "pids", CG_PARENT, "pids.max", "4077");
	cg_write(t, "pids", CG_PARENT "/neighbour", "pids.max", "4078");
	check_refused_by_create(t, id, cg_bundle(t, CG_PATH, resources),
				cg_bundle(t, CG_PARENT "/good", GOOD));
	check_string(t, id, "pids.max above the container", "4077",
		     cgroup_value(t, "pids", CG_PARENT, "pids.max"));
	check_string(t, id, "pids.max beside the container", "4078",
		     cgroup_value(t, "pids", CG_PARENT "/neighbour", "pids.max"));
}

const struct test_entry cgroup_unified_tests[] = {
	{
		.name = "unified/value",
		.about = "keys of unified are files of the cgroup",
		.requirements = REQS("linux.resources.unified.written"),
		.run = cg_test,
		CASES(rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/multiline",
		.about = "a value of several lines sets every one of them",
		.requirements = REQS("linux.resources.unified.multiline"),
		.run = multiline,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/enabled",
		.about = "controllers are enabled, on all the way",
		.requirements = REQS("linux.resources.unified.controllers-enabled"),
		.run = controllers_enabled,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/enabled-each",
		.about = "any controller is enabled",
		.requirements = REQS("linux.resources.unified.controllers-enabled.each"),
		.run = each_controller,
		CASES(keys),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/cannot-enable",
		.about = "a controller that cannot be enabled is an error",
		.requirements = REQS("linux.resources.unified.cannot-enable"),
		.run = cannot_enable,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/refused",
		.about = "what cannot be written is an error",
		.requirements = REQS("linux.resources.unified.missing-controller"),
		.run = refused,
		CASES(refused_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "unified/refused-v1",
		.about = "unified is an error on cgroup v1",
		.requirements = REQS("linux.resources.unified.v1"),
		.run = refused_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "unified/climbing",
		.about = "a key names no file of another cgroup",
		.requirements = REQS("linux.resources.unified.path-traversal"),
		.run = climbing,
		CASES(climb_rows),
		.cgroup = CGROUP_V2,
	},
	{ 0 },
};
