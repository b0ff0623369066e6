/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.cpu (config-linux.md#cpu) on cgroup v1 and v2: values, what the kernel refuses,
 * and the effects of a quota, of CPUs and of memory nodes. How long something takes is no verdict.
 */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/life.h"

#define CPU(members) "{\"cpu\":{" members "}}"

#define SHARES	   "cpu.shares"
#define QUOTA	   "cpu.cfs_quota_us"
#define PERIOD	   "cpu.cfs_period_us"
#define BURST	   "cpu.cfs_burst_us"
#define RT_RUNTIME "cpu.rt_runtime_us"
#define RT_PERIOD  "cpu.rt_period_us"

/* ------------------------------------------------------------------ values */

static const struct cg_row v1_rows[] = {
	{ { "shares", "linux.resources.cpu.shares.v1", NULL }, "cpu",
	  CPU("\"shares\":512"), { { 0 } }, { { SHARES, "512" }, { QUOTA, "-1" } }, NULL, false },
	{ { "shares-least", "linux.resources.cpu.shares.v1", NULL }, "cpu",
	  CPU("\"shares\":2"), { { SHARES, "512" } }, { { SHARES, "2" } }, NULL, false },
	{ { "shares-most", "linux.resources.cpu.shares.v1", NULL }, "cpu",
	  CPU("\"shares\":262144"), { { 0 } }, { { SHARES, "262144" } }, NULL, false },
	{ { "quota", "linux.resources.cpu.quota.v1", NULL }, "cpu",
	  CPU("\"quota\":40000,\"period\":80000"), { { 0 } },
	  { { QUOTA, "40000" }, { PERIOD, "80000" } }, NULL, false },
	{ { "quota-only", "linux.resources.cpu.quota.only.v1", NULL }, "cpu",
	  CPU("\"quota\":30000"), { { 0 } }, { { QUOTA, "30000" }, { PERIOD, "100000" } }, NULL,
	  false },
	{ { "quota-only-existing", "linux.resources.cpu.quota.only.v1", NULL }, "cpu",
	  CPU("\"quota\":30000"), { { PERIOD, "50000" } },
	  { { QUOTA, "30000" }, { PERIOD, "50000" } }, NULL, false },
	{ { "quota-unlimited", "linux.resources.cpu.quota.unlimited.v1", NULL }, "cpu",
	  CPU("\"quota\":-1"), { { QUOTA, "20000" } }, { { QUOTA, "-1" } }, NULL, false },
	{ { "period", "linux.resources.cpu.period.v1", NULL }, "cpu",
	  CPU("\"period\":50000"), { { 0 } }, { { PERIOD, "50000" }, { QUOTA, "-1" } }, NULL,
	  false },
	{ { "burst", "linux.resources.cpu.burst.v1", NULL }, "cpu",
	  CPU("\"quota\":50000,\"period\":100000,\"burst\":20000"), { { 0 } },
	  { { BURST, "20000" }, { QUOTA, "50000" }, { PERIOD, "100000" } }, BURST, false },
	{ { "burst-zero", "linux.resources.cpu.burst.v1", NULL }, "cpu",
	  CPU("\"burst\":0"), { { QUOTA, "50000" }, { BURST, "20000" } },
	  { { BURST, "0" }, { QUOTA, "50000" } }, BURST, false },
	{ { "idle", "linux.resources.cpu.idle.v1", NULL }, "cpu",
	  CPU("\"idle\":1"), { { 0 } }, { { "cpu.idle", "1" } }, "cpu.idle", false },
	{ { "idle-zero", "linux.resources.cpu.idle.zero", NULL }, "cpu",
	  CPU("\"idle\":0"), { { "cpu.idle", "1" } }, { { "cpu.idle", "0" } }, "cpu.idle", false },
};

static const struct cg_row v2_rows[] = {
	{ { "quota", "linux.resources.cpu.quota.v2", NULL }, "cpu",
	  CPU("\"quota\":40000,\"period\":80000"), { { 0 } }, { { "cpu.max", "40000 80000" } },
	  NULL, false },
	{ { "quota-only", "linux.resources.cpu.quota.only.v2", NULL }, "cpu",
	  CPU("\"quota\":30000"), { { 0 } }, { { "cpu.max", "30000 100000" } }, NULL, false },
	{ { "quota-unlimited", "linux.resources.cpu.quota.unlimited.v2", NULL }, "cpu",
	  CPU("\"quota\":-1"), { { "cpu.max", "20000 100000" } }, { { "cpu.max", "max 100000" } },
	  NULL, false },
	{ { "period", "linux.resources.cpu.period.v2", NULL }, "cpu",
	  CPU("\"period\":50000"), { { 0 } }, { { "cpu.max", "max 50000" } }, NULL, false },
	{ { "burst", "linux.resources.cpu.burst.v2", NULL }, "cpu",
	  CPU("\"quota\":50000,\"period\":100000,\"burst\":20000"), { { 0 } },
	  { { "cpu.max.burst", "20000" }, { "cpu.max", "50000 100000" } }, "cpu.max.burst",
	  false },
	{ { "burst-zero", "linux.resources.cpu.burst.v2", NULL }, "cpu",
	  CPU("\"burst\":0"), { { "cpu.max", "50000 100000" }, { "cpu.max.burst", "20000" } },
	  { { "cpu.max.burst", "0" }, { "cpu.max", "50000 100000" } }, "cpu.max.burst", false },
	{ { "idle", "linux.resources.cpu.idle.v2", NULL }, "cpu",
	  CPU("\"idle\":1"), { { 0 } }, { { "cpu.idle", "1" } }, "cpu.idle", false },
	{ { "idle-zero", "linux.resources.cpu.idle.zero", NULL }, "cpu",
	  CPU("\"idle\":0"), { { "cpu.idle", "1" } }, { { "cpu.idle", "0" } }, "cpu.idle", false },
};

/* A burst as large as the quota is refused only by who has no burst at all. */
static void burst_equal(struct test *t)
{
	const char *id = "linux.resources.cpu.burst.equal-quota", *value;
	const char *file = test_cgroup_v2(t) ? "cpu.max.burst" : BURST;
	struct container *c;

	cg_make(t, "cpu", CG_PARENT);
	if (!cgroup_value(t, "cpu", CG_PARENT, file))
		test_skip(t, "the kernel has no %s", file);
	if (!may_create(t, id,
			container_new(cg_bundle(t, CG_PARENT "/less",
						CPU("\"quota\":50000,\"burst\":20000")))))
		return;
	c = container_new(cg_bundle(t, CG_PATH, CPU("\"quota\":50000,\"burst\":50000")));
	must_create(c);
	value = cg_in_force(t, c, "cpu", file, "0");
	check_string(t, id, file, "50000", value);
}

/* The weights of containers with these shares; false when one was refused, which is decided then. */
static bool weights(struct test *t, const char *id, const char *const *shares, long long *weight)
{
	for (size_t i = 0; shares[i]; i++) {
		struct container *c = container_new(
			cg_bundle(t, format(t, CG_PARENT "/s%s", shares[i]),
				  format(t, CPU("\"shares\":%s"), shares[i])));
		const char *value;

		if (!may_create(t, id, c))
			return false;
		value = cg_in_force(t, c, "cpu", "cpu.weight", "100");
		weight[i] = value ? strtoll(value, NULL, 10) : 0;
	}
	return true;
}

/* The text has no formula; none that keeps the meaning of "relative" turns two of these round. */
static void shares_v2(struct test *t)
{
	static const char *const shares[] = { "2", "256", "1024", "4096", "65536", "262144", NULL };
	const char *id = "linux.resources.cpu.shares.v2";
	long long weight[ARRAY_SIZE(shares)] = { 0 };
	bool rises = true;

	if (!weights(t, id, shares, weight))
		return;
	for (size_t i = 0; shares[i + 1]; i++)
		rises = rises && weight[i] > 0 && weight[i] < weight[i + 1];
	check_seen(t, id, rises,
		   "cpu.weight rises with shares of 2, 256, 1024, 4096, 65536 and 262144",
		   "%lld, %lld, %lld, %lld, %lld, %lld", weight[0], weight[1], weight[2], weight[3],
		   weight[4], weight[5]);
}

struct clamp_row {
	struct test_case c;
	const char *inside, *outside;
	int sign; /* of the weight of `inside` minus that of `outside`, unless it is 0 */
};

static const struct clamp_row clamp_rows[] = {
	{ { "below", NULL, "shares below the least are the least, or refused" }, "2", "1", 1 },
	{ { "above", NULL, "shares above the most are the most, or refused" },
	  "262144", "1000000", -1 },
};

static void shares_clamp_v2(struct test *t)
{
	const struct clamp_row *row = test_row(t);
	const char *id = "linux.resources.cpu.shares.v2.clamp";
	long long inside, outside;
	const struct result *r;
	struct container *c;

	if (!weights(t, id, WORDS(row->inside), &inside))
		return;
	c = container_new(
		cg_bundle(t, CG_PATH, format(t, CPU("\"shares\":%s"), row->outside)));
	r = op_create(c);
	if (!result_ok(r)) {
		check_error(t, id, r);
		return;
	}
	outside = cgroup_number(t, "cpu", cg_of(t, c, "cpu"), "cpu.weight");
	check_seen(t, id, outside > 0 && (inside - outside) * row->sign >= 0,
		   format(t, "shares %s give a weight not %s that of shares %s", row->outside,
			  row->sign > 0 ? "above" : "below", row->inside),
		   "%lld, against %lld", outside, inside);
}

/* ------------------------------------------------------------------ what the kernel refuses */

struct refused_row {
	struct test_case c;
	const char *bad, *good;
};

static const struct refused_row refused_rows[] = {
	{ { "period-short", "linux.resources.cpu.period.invalid", NULL },
	  CPU("\"period\":100"), CPU("\"period\":50000") },
	{ { "period-long", "linux.resources.cpu.period.invalid", NULL },
	  CPU("\"period\":2000000"), CPU("\"period\":50000") },
	{ { "cpus-many", "linux.resources.cpu.cpus.invalid", NULL },
	  CPU("\"cpus\":\"100000\""), CPU("\"cpus\":\"0\"") },
	{ { "cpus-letters", "linux.resources.cpu.cpus.invalid", NULL },
	  CPU("\"cpus\":\"a-b\""), CPU("\"cpus\":\"0\"") },
	{ { "cpus-backwards", "linux.resources.cpu.cpus.invalid", NULL },
	  CPU("\"cpus\":\"1-0\""), CPU("\"cpus\":\"0\"") },
};

static void refused(struct test *t)
{
	const struct refused_row *row = test_row(t);

	check_refused_by_create_if_supported(t, row->c.requirement,
					     cg_bundle(t, CG_PATH, row->bad),
					     cg_bundle(t, CG_PARENT "/good", row->good));
}

static const struct refused_row realtime_rows[] = {
	{ { "runtime", "linux.resources.cpu.realtimeruntime.v2", NULL },
	  CPU("\"shares\":512,\"realtimeRuntime\":9500"), CPU("\"shares\":512") },
	{ { "period", "linux.resources.cpu.realtimeperiod.v2", NULL },
	  CPU("\"shares\":512,\"realtimePeriod\":1000000"), CPU("\"shares\":512") },
};

static void realtime_v2(struct test *t)
{
	const struct refused_row *row = test_row(t);

	check_refused_by_create(t, row->c.requirement, cg_bundle(t, CG_PATH, row->bad),
				cg_bundle(t, CG_PARENT "/good", row->good));
}

/* The kernel refuses a quota below the burst that is there. */
static void below_burst(struct test *t)
{
	const char *id = "linux.resources.cpu.quota.below-burst";
	bool v2 = test_cgroup_v2(t);
	const char *file = v2 ? "cpu.max" : QUOTA, *burst = v2 ? "cpu.max.burst" : BURST, *value;
	struct container *c;
	const struct result *r;

	cg_make(t, "cpu", CG_PATH);
	cg_make(t, "cpu", CG_PARENT "/good");
	if (!cgroup_value(t, "cpu", CG_PATH, burst))
		test_skip(t, "the kernel has no %s", burst);
	for (const char *const *path = WORDS(CG_PATH, CG_PARENT "/good"); *path; path++)
		cg_write(t, "cpu", *path, file, v2 ? "100000 100000" : "100000");
	cg_write(t, "cpu", CG_PATH, burst, "80000");
	if (!may_create(t, id,
			container_new(cg_bundle(t, CG_PARENT "/good", CPU("\"quota\":50000")))))
		return;
	c = container_new(cg_bundle(t, CG_PATH, CPU("\"quota\":50000")));
	r = op_create(c);
	if (!result_ok(r)) {
		check_error(t, id, r);
		return;
	}
	value = cgroup_value(t, "cpu", cg_of(t, c, "cpu"), file);
	check_string(t, id, file, v2 ? "50000 100000" : "50000", value);
}

/* ------------------------------------------------------------------ real time on v1 */

/* What there is for the containers, of the little that the root of a test's world has. */
static void give_real_time(struct test *t)
{
	cg_make(t, "cpu", CG_PARENT);
	if (cgroup_number(t, "cpu", "/", RT_RUNTIME) < 9000)
		test_skip(t, "there is no real time to give");
	cg_write(t, "cpu", CG_PARENT, RT_RUNTIME, "9000");
}

static const struct cg_row realtime_v1_rows[] = {
	{ { "runtime", "linux.resources.cpu.realtimeruntime.v1", NULL }, "cpu",
	  CPU("\"realtimeRuntime\":5000,\"realtimePeriod\":1000000"), { { 0 } },
	  { { RT_RUNTIME, "5000" }, { RT_PERIOD, "1000000" } }, NULL, false },
	{ { "runtime-only", "linux.resources.cpu.realtimeruntime.v1", NULL }, "cpu",
	  CPU("\"realtimeRuntime\":5000"), { { 0 } },
	  { { RT_RUNTIME, "5000" }, { RT_PERIOD, "1000000" } }, NULL, false },
	{ { "period", "linux.resources.cpu.realtimeperiod.v1", NULL }, "cpu",
	  CPU("\"realtimeRuntime\":4000,\"realtimePeriod\":500000"), { { 0 } },
	  { { RT_PERIOD, "500000" }, { RT_RUNTIME, "4000" }, { PERIOD, "100000" } }, NULL, false },
};

static void realtime_v1(struct test *t)
{
	give_real_time(t);
	cg_test(t);
}

/* A cgroup that is made on the way has no budget, so the kernel refuses one below it. */
static void realtime_nested(struct test *t)
{
	const char *id = "linux.resources.cpu.realtime.parents.v1";
	const char *resources = CPU("\"realtimeRuntime\":4000"); /* twice is what there is */
	struct container *c;
	const struct result *r;

	give_real_time(t);
	if (!may_create(t, id, container_new(cg_bundle(t, CG_PATH, resources))))
		return;
	c = container_new(cg_bundle(t, CG_PARENT "/rt/c", resources));
	r = op_create(c);
	if (result_ok(r))
		check_string(t, id, RT_RUNTIME, "4000",
			     cgroup_value(t, "cpu", cg_of(t, c, "cpu"), RT_RUNTIME));
	else
		check_error(t, id, r);
}

/* ------------------------------------------------------------------ the quota's effect */

/*
 * The quota is less than the scheduler lets a process run at a time, so that who uses more is
 * throttled however busy the machine is.
 */
static void quota_enforced(struct test *t)
{
	const char *id = "linux.resources.cpu.quota.enforced", *place;
	struct bundle *b = cg_bundle(t, CG_PATH, CPU("\"quota\":1000,\"period\":10000"));
	struct container *c = container_new(b);
	long long before, after;

	bundle_probe(b, "spin", "50", "wait", NULL);
	if (!may_create(t, id, c))
		return;
	place = cg_of(t, c, "cpu");
	before = cg_counted(t, "cpu", place, CG_PATH, "cpu.stat", "nr_throttled");
	must_start(c);
	must_answer(c);
	after = cg_counted(t, "cpu", place, CG_PATH, "cpu.stat", "nr_throttled");
	/* It needs fifty periods. A start in the cgroup is throttled a few times as well. */
	check_seen(t, id, after >= before + 25,
		   "a process that uses 50 ms is throttled 25 times when it may have 1 ms in 10",
		   "throttled %lld times before it and %lld after it", before, after);
}

/* ------------------------------------------------------------------ CPUs and nodes */

#define NODES "/sys/devices/system/node/has_memory"

/* The test needs CPUs 0 and 1, as in the appliance. */
static void need_two_cpus(struct test *t)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) || !CPU_ISSET(0, &cpus) || !CPU_ISSET(1, &cpus))
		test_skip(t, "there are no CPUs 0 and 1");
}

static void need_two_nodes(struct test *t)
{
	const char *nodes = file_read(t, NODES);

	if (!nodes || strcmp(nodes, "0-1\n") != 0)
		test_skip(t, "there are no memory nodes 0 and 1, and just these");
}

struct set_row {
	struct test_case c;
	const char *members; /* of cpu */
	const char *file, *before; /* of a cgroup that is there already; NULL: it is not */
	const char *cpus; /* JSON, what sched_getaffinity(2) gives; NULL: not looked at */
	const char *nodes; /* Mems_allowed_list; NULL: not looked at */
	bool must;
};

/* CPUs are given with the node that there always is, so that these say nothing of each other. */
#define CPUS_1 "\"cpus\":\"1\",\"mems\":\"0\""
#define MEMS_1 "\"cpus\":\"0-1\",\"mems\":\"1\""

static const struct set_row cpus_v1[] = {
	{ { "cpus-v1", "linux.resources.cpu.cpus.v1", NULL }, CPUS_1, NULL, NULL, "[1]", NULL, false },
	{ { "cpus-alone", "linux.resources.cpu.cpus.v1.without-mems", NULL },
	  "\"cpus\":\"0\"", NULL, NULL, "[0]", NULL, true },
};
static const struct set_row cpus_v2[] = {
	{ { "cpus-v2", "linux.resources.cpu.cpus.v2", NULL }, "\"cpus\":\"1\"", NULL, NULL, "[1]",
	  NULL, false },
};
static const struct set_row cpus_format[] = {
	{ { "comma", NULL, NULL }, "\"cpus\":\"0,1\"", "cpuset.cpus", "0", "[0,1]", NULL, false },
	{ { "range", NULL, NULL }, "\"cpus\":\"0-1\"", "cpuset.cpus", "0", "[0,1]", NULL, false },
	{ { "both", NULL, NULL }, "\"cpus\":\"0-0,1\"", "cpuset.cpus", "0", "[0,1]", NULL, false },
};
static const struct set_row mems_v1[] = {
	{ { "mems-v1", "linux.resources.cpu.mems.v1", NULL }, MEMS_1, NULL, NULL, NULL, "1", false },
};
static const struct set_row mems_v2[] = {
	{ { "mems-v2", "linux.resources.cpu.mems.v2", NULL }, "\"mems\":\"1\"", NULL, NULL, NULL, "1",
	  false },
};
static const struct set_row mems_format[] = {
	{ { "comma", NULL, NULL }, "\"mems\":\"0,1\"", "cpuset.mems", "0", NULL, "0-1", false },
	{ { "range", NULL, NULL }, "\"mems\":\"0-1\"", "cpuset.mems", "0", NULL, "0-1", false },
	{ { "both", NULL, NULL }, "\"mems\":\"0-0,1\"", "cpuset.mems", "0", NULL, "0-1", false },
};

/* A cgroup of v1 that is used needs both. */
static void make_set(struct test *t, const struct set_row *row)
{
	cg_make(t, "cpuset", CG_PATH);
	if (!test_cgroup_v2(t))
		for (const char *const *file = WORDS("cpuset.cpus", "cpuset.mems"); *file; file++)
			for (const char *const *path = WORDS(CG_PARENT, CG_PATH); *path; path++)
				cg_write(t, "cpuset", *path, *file,
					 cgroup_value(t, "cpuset", "/", *file));
	cg_write(t, "cpuset", CG_PATH, row->file, row->before);
}

/* A kernel of its own numbers CPUs and nodes as it likes; what runs it is held to them instead. */
static void confined_outside(struct test *t, const char *id, pid_t pid)
{
	const struct set_row *row = test_row(t);
	const char *status = file_read(t, format(t, "/proc/%d/status", (int)pid));
	const char *nodes = status ? strstr(status, "\nMems_allowed_list:\t") : NULL;
	json_t *cpus = json_array();
	cpu_set_t set;

	if (!sched_getaffinity(pid, sizeof(set), &set))
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, &set))
				json_array_append_new(cpus, json_integer(i));
	if (row->cpus)
		check_json(t, id, "CPUs of the container's process, from outside",
			   json_loads(row->cpus, 0, NULL), cpus);
	if (nodes)
		nodes = strchr(nodes, '\t') + 1;
	if (row->nodes)
		check_string(t, id, "memory nodes of the container's process, from outside",
			     row->nodes,
			     nodes ? format(t, "%.*s", (int)strcspn(nodes, "\n"), nodes) : NULL);
	json_decref(cpus);
}

static void confined(struct test *t, const char *id)
{
	const struct set_row *row = test_row(t);
	struct bundle *b = cg_bundle(t, CG_PATH, format(t, CPU("%s"), row->members));
	struct container *c = container_new(b);
	const struct facts *f;

	if (row->file)
		make_set(t, row);
	bundle_probe(b, "ns", "sched", "status", "forked", "sched", "echo", "up", "wait", NULL);
	if (row->must) {
		must_create(c);
		must_start(c);
	} else if (!may_start(t, id, c)) {
		return;
	}
	f = must_answer(c);
	if (!shared_kernel(f)) {
		confined_outside(t, id, container_pid(c));
		return;
	}
	for (const char *const *who = WORDS("sched.cpus", "sched#2.cpus"); row->cpus && *who; who++)
		check_json(t, id, format(t, "CPUs of %s", who[1] ? "the process" : "a child of it"),
			   json_loads(row->cpus, 0, NULL), facts_get(f, *who));
	if (row->nodes)
		check_string(t, id, "Mems_allowed_list", row->nodes,
			     facts_string(f, "status.Mems_allowed_list"));
}

static void cpus(struct test *t)
{
	need_two_cpus(t);
	confined(t, ((const struct set_row *)test_row(t))->c.requirement);
}

static void cpus_lists(struct test *t)
{
	need_two_cpus(t);
	confined(t, "linux.resources.cpu.cpus.format");
}

static void mems(struct test *t)
{
	need_two_cpus(t);
	need_two_nodes(t);
	confined(t, ((const struct set_row *)test_row(t))->c.requirement);
}

static void mems_lists(struct test *t)
{
	need_two_cpus(t);
	need_two_nodes(t);
	confined(t, "linux.resources.cpu.mems.format");
}

const struct test_entry cgroup_cpu_tests[] = {
	{
		.name = "cpu/v1",
		.about = "cpu settings on cgroup v1",
		.requirements = REQS("linux.resources.cpu.shares.v1"),
		.run = cg_test,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cpu/v2",
		.about = "cpu settings on cgroup v2",
		.requirements = REQS("linux.resources.cpu.quota.v2"),
		.run = cg_test,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpu/burst-equal-quota",
		.about = "a burst as large as the quota is a valid one",
		.requirements = REQS("linux.resources.cpu.burst.equal-quota"),
		.run = burst_equal,
	},
	{
		.name = "cpu/shares-v2",
		.about = "shares become weights in the same order",
		.requirements = REQS("linux.resources.cpu.shares.v2"),
		.run = shares_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpu/shares-clamp-v2",
		.about = "shares out of range",
		.requirements = REQS("linux.resources.cpu.shares.v2.clamp"),
		.run = shares_clamp_v2,
		CASES(clamp_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpu/refused",
		.about = "what the kernel refuses is an error",
		.requirements = REQS("linux.resources.cpu.period.invalid"),
		.run = refused,
		CASES(refused_rows),
	},
	{
		.name = "cpu/realtime-v2",
		.about = "real time, which cgroup v2 cannot do, is refused",
		.requirements = REQS("linux.resources.cpu.realtimeruntime.v2"),
		.run = realtime_v2,
		CASES(realtime_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpu/quota-below-burst",
		.about = "a quota that the kernel refuses is not lost",
		.requirements = REQS("linux.resources.cpu.quota.below-burst"),
		.run = below_burst,
	},
	{
		.name = "cpu/realtime-v1",
		.about = "real time on cgroup v1",
		.requirements = REQS("linux.resources.cpu.realtimeruntime.v1"),
		.run = realtime_v1,
		CASES(realtime_v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cpu/realtime-nested-v1",
		.about = "a budget of real time reaches a nested cgroup, or create fails",
		.requirements = REQS("linux.resources.cpu.realtime.parents.v1"),
		.run = realtime_nested,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cpu/quota-enforced",
		.about = "who uses more than the quota is throttled",
		.requirements = REQS("linux.resources.cpu.quota.enforced"),
		.run = quota_enforced,
	},
	{
		.name = "cpuset/cpus",
		.about = "the container runs on the CPUs listed",
		.requirements = REQS("linux.resources.cpu.cpus.v1"),
		.run = cpus,
		CASES(cpus_v1),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cpuset/cpus",
		.about = "the container runs on the CPUs listed",
		.requirements = REQS("linux.resources.cpu.cpus.v2"),
		.run = cpus,
		CASES(cpus_v2),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpuset/cpus-list",
		.about = "cpus is a list with commas and ranges",
		.requirements = REQS("linux.resources.cpu.cpus.format"),
		.run = cpus_lists,
		CASES(cpus_format),
	},
	{
		.name = "cpuset/mems",
		.about = "the container has its memory of the nodes listed",
		.requirements = REQS("linux.resources.cpu.mems.v1"),
		.run = mems,
		CASES(mems_v1),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "cpuset/mems",
		.about = "the container has its memory of the nodes listed",
		.requirements = REQS("linux.resources.cpu.mems.v2"),
		.run = mems,
		CASES(mems_v2),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "cpuset/mems-list",
		.about = "mems is a list with commas and ranges",
		.requirements = REQS("linux.resources.cpu.mems.format"),
		.run = mems_lists,
		CASES(mems_format),
	},
	{ 0 },
};
