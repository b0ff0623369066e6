/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.pids (config-linux.md#pids), on cgroup v1 and v2 alike: the file is pids.max on
 * both. The kernel takes 0 to PID_MAX_LIMIT (4194304) and "max".
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

static const struct cg_row v1_rows[] = {
	{
		{ "limit-v1", "linux.resources.pids.limit.v1", "pids.limit is pids.max of the cgroup" },
		"pids", CG_PIDS("4037"), { { 0 } }, { { "pids.max", "4037" } }, NULL, false,
	},
	{
		{ "unlimited-v1", "linux.resources.pids.limit.unlimited.v1", "-1 takes a limit away" },
		"pids", CG_PIDS("-1"), { { "pids.max", "4050" } }, { { "pids.max", "max" } }, NULL, false,
	},
};

static const struct cg_row v2_rows[] = {
	{
		{ "limit-v2", "linux.resources.pids.limit.v2", "pids.limit is pids.max of the cgroup" },
		"pids", CG_PIDS("4037"), { { 0 } }, { { "pids.max", "4037" } }, NULL, false,
	},
	{
		{ "unlimited-v2", "linux.resources.pids.limit.unlimited.v2", "-1 takes a limit away" },
		"pids", CG_PIDS("-1"), { { "pids.max", "4050" } }, { { "pids.max", "max" } }, NULL, false,
	},
};

static const struct cg_row rows[] = {
	{
		{ "absent", "linux.resources.pids.limit.absent", "pids without limit changes nothing" },
		"pids", "{\"pids\":{}}", { { "pids.max", "4050" } }, { { "pids.max", "4050" } }, NULL, true,
	},
	{
		{ "large", "linux.resources.pids.limit.large", "the largest limit is kept" },
		"pids", CG_PIDS("4194304"), { { 0 } }, { { "pids.max", "4194304" } }, NULL, false,
	},
};

/* More than the kernel knows: an error, or no limit. Whether limits are taken, `large` tells. */
static void beyond(struct test *t)
{
	const char *id = "linux.resources.pids.limit.large", *value;
	struct container *c = container_new(cg_bundle(t, CG_PATH, CG_PIDS("4294967301")));
	const struct result *r = op_create(c);

	if (!result_ok(r)) {
		check_error(t, id, r);
		return;
	}
	value = cg_in_force(t, c, "pids", "pids.max", "max");
	check_string(t, id, "pids.max for a limit beyond what the kernel takes", "max", value);
}

static void enforced(struct test *t)
{
	const char *id = "linux.resources.pids.limit.enforced";
	struct bundle *b = cg_bundle(t, CG_PATH, CG_PIDS("200"));
	const struct facts *f;
	long long made;

	bundle_probe(b, "forks", "512", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	made = facts_int(f, "forks.made");
	check_seen(t, id, made >= 0 && made <= 199, "at most 199 children under a limit of 200",
		   "%lld", made);
	check_string(t, id, "the fork after that", "EAGAIN", facts_string(f, "forks.errno"));
	/* And it is the limit that does it. */
	b = cg_bundle(t, CG_PATH, CG_PIDS("400"));
	f = bundle_run(b, "forks", "512");
	check_seen(t, id, facts_int(f, "forks.made") > 199, "more than 199 under a limit of 400",
		   "%lld", facts_int(f, "forks.made"));
}

/* 0 and 1 have one effect: a task that is there stays, no other can be made. */
static void zero(struct test *t, const char *id)
{
	struct bundle *b;
	const struct facts *f;

	cg_make(t, "pids", CG_PATH);
	cg_write(t, "pids", CG_PATH, "pids.max", "4050");
	b = cg_bundle(t, CG_PATH, CG_PIDS("0"));
	f = bundle_run(b, "forks", "1");
	check_int(t, id, "children that could be made", 0, facts_int(f, "forks.made"));
	check_string(t, id, "fork", "EAGAIN", facts_string(f, "forks.errno"));
}

static void zero_v1(struct test *t)
{
	zero(t, "linux.resources.pids.limit.zero.v1");
}

static void zero_v2(struct test *t)
{
	zero(t, "linux.resources.pids.limit.zero.v2");
}

const struct test_entry cgroup_pids_tests[] = {
	{
		.name = "pids/value",
		.about = "pids.limit on cgroup v1",
		.requirements = REQS("linux.resources.pids.limit.v1",
				     "linux.resources.pids.limit.unlimited.v1"),
		.run = cg_test,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "pids/value",
		.about = "pids.limit on cgroup v2",
		.requirements = REQS("linux.resources.pids.limit.v2",
				     "linux.resources.pids.limit.unlimited.v2"),
		.run = cg_test,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "pids/value",
		.about = "pids.limit on any cgroup version",
		.requirements = REQS("linux.resources.pids.limit.absent",
				     "linux.resources.pids.limit.large"),
		.run = cg_test,
		CASES(rows),
	},
	{
		.name = "pids/beyond",
		.about = "a limit beyond what the kernel takes does not become another one",
		.requirements = REQS("linux.resources.pids.limit.large"),
		.run = beyond,
	},
	{
		.name = "pids/enforced",
		.about = "a fork over the limit is refused",
		.requirements = REQS("linux.resources.pids.limit.enforced"),
		.run = enforced,
	},
	{
		.name = "pids/zero-v1",
		.about = "limit 0 is a limit",
		.requirements = REQS("linux.resources.pids.limit.zero.v1"),
		.run = zero_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "pids/zero-v2",
		.about = "limit 0 is a limit",
		.requirements = REQS("linux.resources.pids.limit.zero.v2"),
		.run = zero_v2,
		.cgroup = CGROUP_V2,
	},
	{ 0 },
};
