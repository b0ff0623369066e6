/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.rdma (config-linux.md#rdma), on software devices over links of the test's own
 * network namespace. rdma.max is the same file on cgroup v1 and v2.
 */
#include <string.h>

#include "suite/core/netlink.h"
#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/tests.h"

/* A line without the blank that the kernel puts at its end. */
static const char *values(struct test *t, const char *line)
{
	size_t length = strcspn(line, "\n");

	for (; length && line[length - 1] == ' '; length--)
		;
	return format(t, "%.*s", (int)length, line);
}

/* What rdma.max of a cgroup says of a device; "" when it says nothing. */
static const char *caps_at(struct test *t, const char *path, const char *device)
{
	const char *text = cgroup_value(t, "rdma", path, "rdma.max");
	size_t length = strlen(device);

	for (; text && *text; text += strcspn(text, "\n"), text += !!*text)
		if (!strncmp(text, device, length) && text[length] == ' ')
			return values(t, text + length + 1);
	return "";
}

#define FREE "hca_handle=max hca_object=max"

/* At the container's own cgroup, or at the nearest one above that limits the device. */
static const char *caps_of(struct test *t, struct container *c, const char *device)
{
	const char *path = cg_of(t, c, "rdma"), *caps;

	for (;;) {
		const char *slash = strrchr(path, '/');

		caps = caps_at(t, path, device);
		if ((*caps && strcmp(caps, FREE)) || !slash || slash == path)
			return caps;
		path = format(t, "%.*s", (int)(slash - path), path);
	}
}

static void need_controller(struct test *t)
{
	cg_make(t, "rdma", CG_PARENT);
	if (!cgroup_value(t, "rdma", CG_PARENT, "rdma.max"))
		test_skip(t, "the kernel has no rdma.max");
}

/* One more device is limited. */
static void limit(struct bundle *b, const char *device, const char *caps)
{
	json_t *rdma = bundle_get(b, "linux.resources.rdma");

	if (!rdma) {
		bundle_put(b, "linux.resources.rdma", json_object());
		rdma = bundle_get(b, "linux.resources.rdma");
	}
	json_object_set_new(rdma, device, json_loads(caps, 0, NULL));
}

struct caps_row {
	struct test_case c;
	const char *caps, *expected;
};

static const struct caps_row v1_rows[] = {
	{ { "handles", "linux.resources.rdma.hcahandles.v1", NULL }, "{\"hcaHandles\":3}",
	  "hca_handle=3 hca_object=max" },
	{ { "objects", "linux.resources.rdma.hcaobjects.v1", NULL }, "{\"hcaObjects\":1000}",
	  "hca_handle=max hca_object=1000" },
	{ { "both", "linux.resources.rdma.both.v1", NULL }, "{\"hcaHandles\":2,\"hcaObjects\":20}",
	  "hca_handle=2 hca_object=20" },
};

static const struct caps_row v2_rows[] = {
	{ { "handles", "linux.resources.rdma.hcahandles.v2", NULL }, "{\"hcaHandles\":3}",
	  "hca_handle=3 hca_object=max" },
	{ { "objects", "linux.resources.rdma.hcaobjects.v2", NULL }, "{\"hcaObjects\":1000}",
	  "hca_handle=max hca_object=1000" },
	{ { "both", "linux.resources.rdma.both.v2", NULL }, "{\"hcaHandles\":2,\"hcaObjects\":20}",
	  "hca_handle=2 hca_object=20" },
};

static const struct caps_row zero_rows[] = {
	{ { "handles", "linux.resources.rdma.zero", NULL }, "{\"hcaHandles\":0}",
	  "hca_handle=0 hca_object=max" },
	{ { "objects", "linux.resources.rdma.zero", NULL }, "{\"hcaHandles\":7,\"hcaObjects\":0}",
	  "hca_handle=7 hca_object=0" },
};

static void caps(struct test *t)
{
	const struct caps_row *row = test_row(t);
	const char *device;
	struct container *c;
	struct bundle *b;

	if (!test_wants(t, row->c.requirement))
		return;
	need_controller(t);
	device = cg_rdma_device(t);
	b = cg_bundle(t, CG_PATH, NULL);
	limit(b, device, row->caps);
	c = container_new(b);
	if (may_create(t, row->c.requirement, c))
		check_string(t, row->c.requirement, "rdma.max of the device", row->expected,
			     caps_of(t, c, device));
	(void)rdma_remove(device);
}

static void several(struct test *t)
{
	const char *id = "linux.resources.rdma.several", *devices[3];
	struct container *c;
	struct bundle *b;

	need_controller(t);
	b = cg_bundle(t, CG_PATH, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		devices[i] = cg_rdma_device(t);
	limit(b, devices[0], "{\"hcaHandles\":5,\"hcaObjects\":50}");
	limit(b, devices[1], "{\"hcaHandles\":6,\"hcaObjects\":60}");
	c = container_new(b);
	if (may_create(t, id, c)) {
		check_string(t, id, "rdma.max of the first device", "hca_handle=5 hca_object=50",
			     caps_of(t, c, devices[0]));
		check_string(t, id, "rdma.max of the second device", "hca_handle=6 hca_object=60",
			     caps_of(t, c, devices[1]));
		check_string(t, id, "rdma.max of a device that is not named", FREE,
			     caps_of(t, c, devices[2]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		(void)rdma_remove(devices[i]);
}

static void unknown_device(struct test *t)
{
	struct bundle *good, *bad;
	const char *device;

	need_controller(t);
	device = cg_rdma_device(t);
	good = cg_bundle(t, CG_PARENT "/good", NULL);
	limit(good, device, "{\"hcaHandles\":3}");
	bad = cg_bundle(t, CG_PATH, NULL);
	limit(bad, "octnone0", "{\"hcaHandles\":3}");
	check_refused_by_create_if_supported(t, "linux.resources.rdma.unknown-device", bad, good);
	(void)rdma_remove(device);
}

const struct test_entry cgroup_rdma_tests[] = {
	{
		.name = "rdma/v1",
		.about = "limits of an RDMA device on cgroup v1",
		.requirements = REQS("linux.resources.rdma.hcahandles.v1"),
		.run = caps,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "rdma/v2",
		.about = "limits of an RDMA device on cgroup v2",
		.requirements = REQS("linux.resources.rdma.hcahandles.v2"),
		.run = caps,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "rdma/zero",
		.about = "a limit of 0 is a limit",
		.requirements = REQS("linux.resources.rdma.zero"),
		.run = caps,
		CASES(zero_rows),
	},
	{
		.name = "rdma/several",
		.about = "each device has its own limits, and others have none",
		.requirements = REQS("linux.resources.rdma.several"),
		.run = several,
	},
	{
		.name = "rdma/unknown-device",
		.about = "a limit of a device that is not there is refused",
		.requirements = REQS("linux.resources.rdma.unknown-device"),
		.run = unknown_device,
	},
	{ 0 },
};
