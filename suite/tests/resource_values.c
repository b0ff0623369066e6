/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that a limit in linux.resources cannot have: of another JSON type, or negative where the
 * text says uint. config.md, "Valid values": they must be errors. The twin has a right value there.
 */
#include <string.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/tests.h"

struct value_row {
	struct test_case c;
	const char *resources; /* with a right value */
	const char *path; /* below linux.resources */
	const char *value; /* the wrong one */
	const char *controller; /* without it the row is skipped */
};

#define TYPE(name, resources, path, value, controller)                                              \
	{ { name, "linux.resources.invalid-type", "refused: " path " = " value }, resources, path,  \
	  value, controller }
#define NEGATIVE(name, resources, path, value, controller)                                          \
	{ { name, "linux.resources.negative-unsigned", "refused: " path " = " value }, resources,   \
	  path, value, controller }

#define CPU    "{\"cpu\":{\"shares\":512,\"period\":100000,\"quota\":50000}}"
#define PIDS   CG_PIDS("4037")
#define MEMORY "{\"memory\":{\"limit\":67108864}}"
#define HUGE   "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":4194304}]}"

static const struct value_row types[] = {
	TYPE("pids-limit-string", PIDS, "pids.limit", "\"4023\"", "pids"),
	TYPE("pids-limit-fraction", PIDS, "pids.limit", "4023.5", "pids"),
	TYPE("pids-array", PIDS, "pids", "[4023]", "pids"),
	TYPE("memory-limit-fraction", MEMORY, "memory.limit", "67108864.5", "memory"),
	TYPE("memory-limit-string", MEMORY, "memory.limit", "\"64M\"", "memory"),
	TYPE("memory-limit-boolean", MEMORY, "memory.limit", "true", "memory"),
	TYPE("memory-number", MEMORY, "memory", "67108864", "memory"),
	TYPE("cpu-cpus-number", "{\"cpu\":{\"cpus\":\"0\"}}", "cpu.cpus", "0", "cpuset"),
	TYPE("cpu-cpus-array", "{\"cpu\":{\"cpus\":\"0\"}}", "cpu.cpus", "[0]", "cpuset"),
	TYPE("cpu-shares-string", CPU, "cpu.shares", "\"512\"", "cpu"),
	TYPE("cpu-quota-fraction", CPU, "cpu.quota", "50000.5", "cpu"),
	TYPE("hugepages-object", HUGE, "hugepageLimits", "{\"2MB\":4194304}", "hugetlb"),
	TYPE("hugepages-size-number", HUGE, "hugepageLimits.0.pageSize", "2097152", "hugetlb"),
	TYPE("hugepages-limit-string", HUGE, "hugepageLimits.0.limit", "\"4194304\"", "hugetlb"),
	TYPE("devices-object", "{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}", "devices",
	     "{\"allow\":true}", NULL),
	TYPE("devices-allow-string", "{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}",
	     "devices.0.allow", "\"true\"", NULL),
};

static const struct value_row negatives[] = {
	NEGATIVE("cpu-shares", CPU, "cpu.shares", "-5", "cpu"),
	NEGATIVE("cpu-period", CPU, "cpu.period", "-1", "cpu"),
	NEGATIVE("hugepages-limit", HUGE, "hugepageLimits.0.limit", "-1", "hugetlb"),
};

static void wrong_value(struct test *t)
{
	const struct value_row *row = test_row(t);
	struct bundle *good, *bad;
	const char *path = format(t, "linux.resources.%s", row->path);

	if (row->controller) {
		cg_make(t, row->controller, CG_PARENT);
		if (!cgroup_exists(t, row->controller, CG_PARENT))
			test_skip(t, "the kernel has no %s controller", row->controller);
	}
	good = cg_bundle(t, CG_PARENT "/good", row->resources);
	bad = cg_bundle(t, CG_PATH, row->resources);
	raw_value(t, bad, path, row->value);
	check_refused_by_create_if_supported(t, row->c.requirement, bad, good);
}

const struct test_entry resource_value_tests[] = {
	{
		.name = "resources/type",
		.about = "a limit of another JSON type is refused",
		.requirements = REQS("linux.resources.invalid-type"),
		.run = wrong_value,
		CASES(types),
	},
	{
		.name = "resources/negative",
		.about = "a negative number is refused where there is none",
		.requirements = REQS("linux.resources.negative-unsigned"),
		.run = wrong_value,
		CASES(negatives),
	},
	{ 0 },
};
