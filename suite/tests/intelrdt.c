/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.intelRdt (config-linux.md#intelrdt) where resctrl is not mounted. All else needs a machine
 * that has it.
 */
#include <string.h>
#include <sys/mount.h>

#include "suite/tests/common.h"

static struct bundle *with_rdt(struct test *t, const char *json)
{
	struct bundle *b = bundle_new(t);

	bundle_put(b, "linux.intelRdt", json_loads(json, 0, NULL));
	return b;
}

static void no_resctrl(struct test *t)
{
	const char *id = "linux.intelrdt.no-resctrl", *mounts;

	(void)umount2("/sys/fs/resctrl", MNT_DETACH);
	mounts = file_read(t, "/proc/self/mountinfo");
	if (!mounts || strstr(mounts, " - resctrl "))
		test_broken(t, "resctrl is mounted, and cannot be unmounted");
	check_refused_by_create(t, id, with_rdt(t, "{\"l3CacheSchema\":\"L3:0=f\"}"), bundle_new(t));
	if (test_spec(t) >= 10002)
		check_refused_by_create(
			t, id, with_rdt(t, "{\"closID\":\"oct\",\"l3CacheSchema\":\"L3:0=f\"}"),
			bundle_new(t));
}

const struct test_entry intelrdt_tests[] = {
	{
		.name = "intelrdt/no-resctrl",
		.about = "intelRdt where resctrl is not mounted is an error",
		.requirements = REQS("linux.intelrdt.no-resctrl"),
		.run = no_resctrl,
	},
	{ 0 },
};
