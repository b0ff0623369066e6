/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.memory (config-linux.md#memory) on cgroup v1 and v2. Keys that v2 has nothing
 * for are conversions that are not possible, which must be errors (config-linux.md#unified).
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

#define MEMORY(members) "{\"memory\":{" members "}}"
/* What v1 shows for no limit: LONG_MAX in pages of 4 KiB. */
#define V1_NONE		"9223372036854771712"

#define LIMIT	"memory.limit_in_bytes"
#define SOFT	"memory.soft_limit_in_bytes"
#define MEMSW	"memory.memsw.limit_in_bytes"
#define TCP	"memory.kmem.tcp.limit_in_bytes"

static const struct cg_row v1_rows[] = {
	{ { "limit", "linux.resources.memory.limit.v1", NULL }, "memory",
	  MEMORY("\"limit\":67108864"), { { 0 } },
	  { { LIMIT, "67108864" }, { SOFT, V1_NONE } }, NULL, false },
	{ { "limit-unlimited", "linux.resources.memory.limit.unlimited.v1", NULL }, "memory",
	  MEMORY("\"limit\":-1"), { { LIMIT, "134217728" } }, { { LIMIT, V1_NONE } }, NULL, false },
	{ { "reservation", "linux.resources.memory.reservation.v1", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"reservation\":33554432"), { { 0 } },
	  { { SOFT, "33554432" }, { LIMIT, "67108864" } }, NULL, false },
	{ { "swap", "linux.resources.memory.swap.v1", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":134217728"), { { 0 } },
	  { { MEMSW, "134217728" }, { LIMIT, "67108864" } }, MEMSW, false },
	{ { "swap-equal-limit", "linux.resources.memory.swap.equal-limit.v1", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":67108864"), { { 0 } },
	  { { MEMSW, "67108864" }, { LIMIT, "67108864" } }, MEMSW, false },
	{ { "swap-unlimited", "linux.resources.memory.swap.unlimited.v1", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":-1"),
	  { { LIMIT, "100663296" }, { MEMSW, "134217728" } },
	  { { MEMSW, V1_NONE }, { LIMIT, "67108864" } }, MEMSW, false },
	{ { "kernel-tcp", "linux.resources.memory.kerneltcp.v1", NULL }, "memory",
	  MEMORY("\"kernelTCP\":16777216"), { { 0 } }, { { TCP, "16777216" } }, TCP, false },
	{ { "swappiness", "linux.resources.memory.swappiness.v1", NULL }, "memory",
	  MEMORY("\"swappiness\":17"), { { 0 } }, { { "memory.swappiness", "17" } }, NULL, false },
	{ { "swappiness-zero", "linux.resources.memory.swappiness.zero.v1", NULL }, "memory",
	  MEMORY("\"swappiness\":0"), { { "memory.swappiness", "60" } },
	  { { "memory.swappiness", "0" } }, NULL, false },
	{ { "limit-large", "linux.resources.memory.limit.large", NULL }, "memory",
	  MEMORY("\"limit\":8589934592"), { { 0 } }, { { LIMIT, "8589934592" } }, NULL, false },
};

static const struct cg_row v2_rows[] = {
	{ { "limit", "linux.resources.memory.limit.v2", NULL }, "memory",
	  MEMORY("\"limit\":67108864"), { { 0 } },
	  { { "memory.max", "67108864" }, { "memory.high", "max" } }, NULL, false },
	{ { "limit-unlimited", "linux.resources.memory.limit.unlimited.v2", NULL }, "memory",
	  MEMORY("\"limit\":-1"), { { "memory.max", "134217728" } }, { { "memory.max", "max" } },
	  NULL, false },
	{ { "swap", "linux.resources.memory.swap.v2", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":134217728"), { { 0 } },
	  { { "memory.swap.max", "67108864" }, { "memory.max", "67108864" } }, "memory.swap.max",
	  false },
	{ { "swap-equal-limit", "linux.resources.memory.swap.equal-limit.v2", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":67108864"), { { 0 } },
	  { { "memory.swap.max", "0" }, { "memory.max", "67108864" } }, "memory.swap.max", false },
	{ { "swap-unlimited", "linux.resources.memory.swap.unlimited.v2", NULL }, "memory",
	  MEMORY("\"limit\":67108864,\"swap\":-1"), { { "memory.swap.max", "33554432" } },
	  { { "memory.swap.max", "max" }, { "memory.max", "67108864" } }, "memory.swap.max", false },
	{ { "limit-large", "linux.resources.memory.limit.large", NULL }, "memory",
	  MEMORY("\"limit\":8589934592"), { { 0 } }, { { "memory.max", "8589934592" } }, NULL,
	  false },
	{ { "check-before-update", "linux.resources.memory.checkbeforeupdate.pass.v2", NULL },
	  "memory", MEMORY("\"limit\":67108864,\"checkBeforeUpdate\":true"), { { 0 } },
	  { { "memory.max", "67108864" } }, NULL, true },
	{ { "check-before-update-unlimited",
	    "linux.resources.memory.checkbeforeupdate.unlimited.v2", NULL },
	  "memory", MEMORY("\"limit\":-1,\"checkBeforeUpdate\":true"),
	  { { "memory.max", "134217728" } }, { { "memory.max", "max" } }, NULL, true },
};

/* ------------------------------------------------------------------ what must be refused */

struct refused_row {
	struct test_case c;
	const char *bad, *good;
};

static const struct refused_row v1_refused[] = {
	{ { "use-hierarchy-false", "linux.resources.memory.usehierarchy.false.v1", NULL },
	  MEMORY("\"limit\":67108864,\"useHierarchy\":false"), MEMORY("\"limit\":67108864") },
	{ { "swappiness-range", "linux.resources.memory.swappiness.range", NULL },
	  MEMORY("\"swappiness\":201"), MEMORY("\"swappiness\":17") },
	{ { "swap-below-limit", "linux.resources.memory.swap.below-limit", NULL },
	  MEMORY("\"limit\":67108864,\"swap\":33554432"),
	  MEMORY("\"limit\":67108864,\"swap\":134217728") },
};

static const struct refused_row v2_refused[] = {
	{ { "kernel", "linux.resources.memory.kernel.v2", NULL },
	  MEMORY("\"limit\":67108864,\"kernel\":33554432"), MEMORY("\"limit\":67108864") },
	{ { "kernel-tcp", "linux.resources.memory.kerneltcp.v2", NULL },
	  MEMORY("\"limit\":67108864,\"kernelTCP\":16777216"), MEMORY("\"limit\":67108864") },
	{ { "swappiness", "linux.resources.memory.swappiness.v2", NULL },
	  MEMORY("\"limit\":67108864,\"swappiness\":17"), MEMORY("\"limit\":67108864") },
	{ { "use-hierarchy-false", "linux.resources.memory.usehierarchy.false.v2", NULL },
	  MEMORY("\"limit\":67108864,\"useHierarchy\":false"), MEMORY("\"limit\":67108864") },
	{ { "swap-below-limit", "linux.resources.memory.swap.below-limit", NULL },
	  MEMORY("\"limit\":67108864,\"swap\":33554432"),
	  MEMORY("\"limit\":67108864,\"swap\":134217728") },
};

static void refused(struct test *t)
{
	const struct refused_row *row = test_row(t);

	check_refused_by_create(t, row->c.requirement, cg_bundle(t, CG_PATH, row->bad),
				cg_bundle(t, CG_PARENT "/good", row->good));
}

/* ------------------------------------------------------------------ effects */

/*
 * Swap would let the memory through; without accounting of swap there is none to be had. The limit
 * leaves room for a runtime that has more in the cgroup than the container's program.
 */
static const char *without_swap(struct test *t)
{
	const char *file = test_cgroup_v2(t) ? "memory.swap.max" : MEMSW;

	cg_make(t, "memory", CG_PARENT);
	return cgroup_value(t, "memory", CG_PARENT, file)
		       ? MEMORY("\"limit\":134217728,\"swap\":134217728")
		       : MEMORY("\"limit\":134217728");
}

/*
 * Whether the limit of a cgroup, or of one from it up to CG_PATH, has stood in the way: the world of
 * a test has a limit as well, and kills by SIGKILL too. True when none is left to ask.
 */
static bool limit_met(struct test *t, const char *path)
{
	const char *top = cg_within(path, CG_PATH) ? CG_PATH : path;

	if (test_cgroup_v2(t))
		return cg_counted(t, "memory", path, top, "memory.events", "max") != 0;
	/* v1 asks the limit with swap before the other, which may be as low. */
	return cg_counted(t, "memory", path, top, "memory.memsw.failcnt", NULL) > 0 ||
	       cg_counted(t, "memory", path, top, "memory.failcnt", NULL) != 0;
}

/* Who is over the limit may be killed with all that is in the cgroup, and then says no more. */
static void enforced(struct test *t)
{
	const char *id = "linux.resources.memory.limit.enforced", *how, *path;
	struct bundle *b = cg_bundle(t, CG_PATH, without_swap(t));
	struct container *c = container_new(b);
	const struct facts *f;
	bool killed;

	bundle_probe(b, "touch-child", "16777216", "touch-child", "268435456", NULL);
	if (!may_create(t, id, c))
		return;
	path = cg_of(t, c, "memory");
	must_start(c);
	f = container_await(c, "touch-child#2");
	how = facts_string(f, "touch-child");
	if (!how || strcmp(how, "touched") != 0)
		test_stop(t, "16 MiB are to be had under a limit of 128 MiB", "%s",
			  how ? how : "no answer");
	how = facts_string(f, "touch-child#2");
	if (!how) {
		container_wait(c);
		how = "SIGKILL";
	}
	killed = !strcmp(how, "SIGKILL");
	if (check_seen(t, id, killed || !strcmp(how, "refused"),
		       "256 MiB under a limit of 128 MiB: killed by SIGKILL, or refused", "%s", how) &&
	    killed)
		check_true(t, id, limit_met(t, path), "the limit of the container's cgroup was met",
			   "it was not");
}

/* v2 cannot do without the OOM killer: an error, unless a runtime knows a way. */
static void oom_killer_off_v2(struct test *t)
{
	const char *id = "linux.resources.memory.disableoomkiller.true.v2";
	const struct result *refusal = NULL;
	struct bundle *b;
	const struct facts *f;

	b = cg_bundle(t, CG_PATH, MEMORY("\"limit\":33554432,\"disableOOMKiller\":true"));
	bundle_run(cg_bundle(t, CG_PARENT "/good", MEMORY("\"limit\":33554432")), "ids");
	bundle_probe(b, "touch-child", "67108864", NULL);
	f = bundle_try(b, &refusal);
	if (f)
		check_string(t, id, "64 MiB under a limit of 32 MiB without OOM killer", "touched",
			     facts_string(f, "touch-child"));
	else
		check_error(t, id, refusal);
}

static void oom_killer_on_v2(struct test *t)
{
	const char *id = "linux.resources.memory.disableoomkiller.false.v2";
	struct bundle *b;

	b = cg_bundle(t, CG_PATH, MEMORY("\"limit\":33554432,\"disableOOMKiller\":false"));
	check_string(t, id, "64 MiB under a limit of 32 MiB", "SIGKILL",
		     facts_string(bundle_run(b, "touch-child", "67108864"), "touch-child"));
}

/* memory.oom_control says it in one of its lines. */
static void oom_killer_v1(struct test *t, const char *id, const char *resources, const char *before,
			  const char *line)
{
	struct bundle *b = cg_bundle(t, CG_PATH, resources);
	const char *text;

	cg_make(t, "memory", CG_PATH);
	cg_write(t, "memory", CG_PATH, "memory.oom_control", before);
	if (!may_create(t, id, container_new(b)))
		return;
	text = cgroup_value(t, "memory", CG_PATH, "memory.oom_control");
	check_seen(t, id, text && !strncmp(text, line, strlen(line)),
		   format(t, "memory.oom_control begins with \"%s\"", line), "%s", text ? text : "");
}

static void oom_killer_off_v1(struct test *t)
{
	oom_killer_v1(t, "linux.resources.memory.disableoomkiller.true.v1",
		      MEMORY("\"limit\":67108864,\"disableOOMKiller\":true"), "0",
		      "oom_kill_disable 1\n");
}

static void oom_killer_on_v1(struct test *t)
{
	oom_killer_v1(t, "linux.resources.memory.disableoomkiller.false.v1",
		      MEMORY("\"limit\":67108864,\"disableOOMKiller\":false"), "1",
		      "oom_kill_disable 0\n");
}

/* ------------------------------------------------------------------ conversions to v2 */

static void reservation_v2(struct test *t)
{
	const char *id = "linux.resources.memory.reservation.v2";
	struct container *c;
	long long low, high;

	c = container_new(
		cg_bundle(t, CG_PATH, MEMORY("\"limit\":67108864,\"reservation\":33554432")));
	if (!may_create(t, id, c))
		return;
	low = cgroup_number(t, "memory", CG_PATH, "memory.low");
	high = cgroup_number(t, "memory", CG_PATH, "memory.high");
	check_seen(t, id, low == 33554432 || high == 33554432,
		   "memory.low or memory.high is 33554432", "low %lld, high %lld", low, high);
	check_int(t, id, "memory.max", 67108864, cgroup_number(t, "memory", CG_PATH, "memory.max"));
}

static void reservation_unlimited_v2(struct test *t)
{
	const char *id = "linux.resources.memory.reservation.unlimited.v2";
	long long low, high;

	if (!may_create(t, id, container_new(cg_bundle(t, CG_PATH, MEMORY("\"reservation\":-1")))))
		return;
	low = cgroup_number(t, "memory", CG_PATH, "memory.low");
	high = cgroup_number(t, "memory", CG_PATH, "memory.high");
	check_seen(t, id, (low == 0 || low == LLONG_MAX) && high == LLONG_MAX,
		   "memory.low is 0 or max, memory.high is max", "low %lld, high %lld", low, high);
}

/* The same with a limit is to work, or a refusal says nothing. */
static void swap_without_limit_v2(struct test *t)
{
	const char *id = "linux.resources.memory.swap.without-limit.v2";
	const char *both = MEMORY("\"limit\":67108864,\"swap\":134217728");
	long long memory, swap;
	const struct result *r;

	cg_make(t, "memory", CG_PARENT);
	if (!cgroup_value(t, "memory", CG_PARENT, "memory.swap.max"))
		test_skip(t, "the kernel has no memory.swap.max");
	if (!may_create(t, id, container_new(cg_bundle(t, CG_PARENT "/good", both))))
		return;
	r = op_create(container_new(cg_bundle(t, CG_PATH, MEMORY("\"swap\":134217728"))));
	if (!result_ok(r)) {
		check_error(t, id, r);
		return;
	}
	memory = cgroup_number(t, "memory", CG_PATH, "memory.max");
	swap = cgroup_number(t, "memory", CG_PATH, "memory.swap.max");
	check_seen(t, id,
		   memory >= 0 && swap >= 0 && memory <= 134217728 && swap <= 134217728 - memory,
		   "memory.max and memory.swap.max are 134217728 together, at most",
		   "memory.max %lld, memory.swap.max %lld (%lld: max)", memory, swap, LLONG_MAX);
}

static int charge_tmpfs(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), error;

	if (fd < 0)
		return -1;
	error = fallocate(fd, 0, 0, size);
	close(fd);
	return error;
}

/* The kernel refuses a limit below what is in use and cannot be given back. */
static void limit_below_usage_v1(struct test *t)
{
	const char *id = "linux.resources.memory.checkbeforeupdate.reject.v1";
	const char *resources = MEMORY("\"limit\":33554432"), *file;
	struct bundle *good = cg_bundle(t, CG_PARENT "/good", resources);
	struct bundle *bad = cg_bundle(t, CG_PATH, resources);
	long long usage;

	cg_make(t, "memory", CG_PATH);
	/* Charged where the writer is; tmpfs without swap stays. */
	cg_write(t, "memory", CG_PATH, "cgroup.procs", "0");
	file = format(t, "%s/charge", test_dir(t));
	need(t, !charge_tmpfs(file, 64 << 20), file);
	cg_make(t, "memory", CG_PARENT "/self");
	cg_write(t, "memory", CG_PARENT "/self", "cgroup.procs", "0");
	usage = cgroup_number(t, "memory", CG_PATH, "memory.usage_in_bytes");
	if (usage < 64 << 20)
		test_broken(t, "only %lld bytes are charged", usage);
	check_refused_by_create(t, id, bad, good);
	/* A runtime that takes the cgroup away breaks another rule. */
	if (cgroup_exists(t, "memory", CG_PATH))
		check_string(t, id, LIMIT " afterwards", V1_NONE,
			     cgroup_value(t, "memory", CG_PATH, LIMIT));
}

const struct test_entry cgroup_memory_tests[] = {
	{
		.name = "memory/v1",
		.about = "memory limits on cgroup v1",
		.requirements = REQS("linux.resources.memory.limit.v1"),
		.run = cg_test,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "memory/v2",
		.about = "memory limits on cgroup v2",
		.requirements = REQS("linux.resources.memory.limit.v2"),
		.run = cg_test,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/refused-v1",
		.about = "memory limits that cgroup v1 cannot do are refused",
		.requirements = REQS("linux.resources.memory.swappiness.range"),
		.run = refused,
		CASES(v1_refused),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "memory/refused-v2",
		.about = "memory limits that cgroup v2 cannot do are refused",
		.requirements = REQS("linux.resources.memory.kernel.v2"),
		.run = refused,
		CASES(v2_refused),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/enforced",
		.about = "memory over the limit is not to be had",
		.requirements = REQS("linux.resources.memory.limit.enforced"),
		.run = enforced,
	},
	{
		.name = "memory/oom-killer-off-v2",
		.about = "disableOOMKiller is refused or has its effect",
		.requirements = REQS("linux.resources.memory.disableoomkiller.true.v2"),
		.run = oom_killer_off_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/oom-killer-on-v2",
		.about = "disableOOMKiller false is what v2 does anyway",
		.requirements = REQS("linux.resources.memory.disableoomkiller.false.v2"),
		.run = oom_killer_on_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/oom-killer-off-v1",
		.about = "disableOOMKiller true switches the OOM killer off",
		.requirements = REQS("linux.resources.memory.disableoomkiller.true.v1"),
		.run = oom_killer_off_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "memory/oom-killer-on-v1",
		.about = "disableOOMKiller false switches the OOM killer on",
		.requirements = REQS("linux.resources.memory.disableoomkiller.false.v1"),
		.run = oom_killer_on_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "memory/reservation-v2",
		.about = "reservation becomes the nearest thing v2 has",
		.requirements = REQS("linux.resources.memory.reservation.v2"),
		.run = reservation_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/reservation-unlimited-v2",
		.about = "reservation -1 is no number",
		.requirements = REQS("linux.resources.memory.reservation.unlimited.v2"),
		.run = reservation_unlimited_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/swap-without-limit-v2",
		.about = "swap without limit does not become something else",
		.requirements = REQS("linux.resources.memory.swap.without-limit.v2"),
		.run = swap_without_limit_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "memory/limit-below-usage-v1",
		.about = "a limit that the kernel refuses is an error",
		.requirements = REQS("linux.resources.memory.checkbeforeupdate.reject.v1"),
		.run = limit_below_usage_v1,
		.cgroup = CGROUP_V1,
	},
	{ 0 },
};
