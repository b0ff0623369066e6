/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.blockIO (config-linux.md#block-io) on cgroup v1 and v2, on disks of the test's own.
 * Weights want BFQ on the disk. On v1 a weight is what the kernel's file takes; how one becomes a
 * weight of v2 no text says, but whatever the way, a larger one stays the larger one. What v2 has
 * nothing for must be an error (config-linux.md#unified).
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/disks.h"
#include "suite/tests/tests.h"

#define ID(name)      "linux.resources.blockio." name
#define DISK_BYTES    (1 << 20)
#define READ_BYTES    (512 << 10)
#define NO_DEVICE     4000, 77 /* numbers that nobody has */

static const char *controller(struct test *t)
{
	return test_cgroup_v2(t) ? "io" : "blkio";
}

static void need_file(struct test *t, const char *file)
{
	cg_make(t, controller(t), CG_PARENT);
	if (!cgroup_value(t, controller(t), CG_PARENT, file))
		test_skip(t, "the kernel has no %s", file);
}

/* The file of weights by device. */
static const char *weight_file(struct test *t)
{
	return test_cgroup_v2(t) ? "io.bfq.weight" : "blkio.bfq.weight_device";
}

/* ------------------------------------------------------------------ disks */

static struct disk spare_disk(struct test *t)
{
	void *zeros = calloc(1, DISK_BYTES);
	struct disk d;

	need(t, zeros, "memory");
	d = disk_new(t, zeros, DISK_BYTES);
	free(zeros);
	return d;
}

static const char *disk_name(struct test *t, const struct disk *d)
{
	return format(t, "%u:%u", d->major, d->minor);
}

/* Only a disk that BFQ serves has weights. The number outlives the test: "none" is what it had. */
static void set_scheduler(struct test *t, const struct disk *d, const char *scheduler)
{
	const char *path = format(t, "/sys/dev/block/%u:%u/queue/scheduler", d->major, d->minor);

	if (file_write(t, path, scheduler))
		test_skip(t, "the kernel has no scheduler %s for %s", scheduler, disk_name(t, d));
}

static struct disk bfq_disk(struct test *t)
{
	struct disk d = spare_disk(t);

	set_scheduler(t, &d, "bfq");
	need_file(t, weight_file(t));
	return d;
}

/* One more entry of an array of blockIO: {"major":..,"minor":..} and these members. */
static void entry(struct bundle *b, const char *array, unsigned int major, unsigned int minor,
		  const char *members)
{
	json_t *value = json_loads(members, 0, NULL), *blockio, *list;

	json_object_set_new(value, "major", json_integer(major));
	json_object_set_new(value, "minor", json_integer(minor));
	if (!bundle_get(b, "linux.resources.blockIO"))
		bundle_put(b, "linux.resources.blockIO", json_object());
	blockio = bundle_get(b, "linux.resources.blockIO");
	list = json_object_get(blockio, array);
	if (!list) {
		json_object_set_new(blockio, array, json_array());
		list = json_object_get(blockio, array);
	}
	json_array_append_new(list, value);
}

/* ------------------------------------------------------------------ what the files say */

/* What the line of a word says behind it; NULL when there is none. */
static const char *line_of(struct test *t, const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; text && *text; text += strcspn(text, "\n"), text += !!*text)
		if (!strncmp(text, word, length) && text[length] == ' ')
			return format(t, "%.*s", (int)strcspn(text + length + 1, "\n"),
				      text + length + 1);
	return NULL;
}

/* The lines of a text, but for one of a word. */
static json_t *lines_but(const char *text, const char *word)
{
	json_t *list = json_array();

	for (size_t n; text && *text; text += n + !!text[n]) {
		n = strcspn(text, "\n");
		if (n && strncmp(text, word, strlen(word)) != 0)
			json_array_append_new(list, json_stringn(text, n));
	}
	return list;
}

/*
 * The rules for devices in a file, of the container's own cgroup, or of the nearest one above it, up
 * to that of its path, that has any. The line of the default is none of them.
 */
static json_t *rules(struct test *t, struct container *c, const char *file, const char *top)
{
	const char *path = cg_of(t, c, controller(t));

	for (;;) {
		json_t *list = lines_but(cgroup_value(t, controller(t), path, file), "default ");

		if (json_array_size(list) || !cg_within(path, top) || !strcmp(path, top))
			return list;
		path = format(t, "%.*s", (int)(strrchr(path, '/') - path), path);
	}
}

static json_t *rule(struct test *t, const struct disk *d, const char *text)
{
	return json_string(format(t, "%s %s", disk_name(t, d), text));
}

/* A weight of a container for a word: "default" or a disk; -1 when there is none. */
static long weight_of(struct test *t, struct container *c, const char *top, const char *file,
		      const char *word)
{
	const char *usual = cgroup_value(t, controller(t), CG_PARENT, file);
	const char *idle = usual ? line_of(t, usual, word) : NULL;
	const char *path = cg_of(t, c, controller(t)), *value;

	for (;;) {
		value = line_of(t, cgroup_value(t, controller(t), path, file), word);
		if ((value && (!idle || strcmp(value, idle) != 0)) || !cg_within(path, top) ||
		    !strcmp(path, top))
			return value ? strtol(value, NULL, 10) : -1;
		path = format(t, "%.*s", (int)(strrchr(path, '/') - path), path);
	}
}

/* ------------------------------------------------------------------ throttles */

enum direction { READ_BPS, WRITE_BPS, READ_IOPS, WRITE_IOPS, DIRECTIONS };

static const struct {
	const char *array, *file, *key;
} throttles[DIRECTIONS] = {
	[READ_BPS] = { "throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps" },
	[WRITE_BPS] = { "throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps" },
	[READ_IOPS] = { "throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops" },
	[WRITE_IOPS] = { "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops" },
};

static void need_throttles(struct test *t)
{
	need_file(t, test_cgroup_v2(t) ? "io.max" : throttles[READ_BPS].file);
}

static void throttle(struct test *t, struct bundle *b, enum direction direction,
		     const struct disk *d, const char *rate)
{
	entry(b, throttles[direction].array, d->major, d->minor, format(t, "{\"rate\":%s}", rate));
}

/* What io.max says of a device with these rates; NULL: none. */
static const char *io_max(struct test *t, const char *const rates[DIRECTIONS])
{
	const char *text = "";

	for (int i = 0; i < DIRECTIONS; i++)
		text = format(t, "%s%s%s=%s", text, i ? " " : "", throttles[i].key,
			      rates[i] ? rates[i] : "max");
	return text;
}

struct throttle_row {
	struct test_case c;
	const char *rates[DIRECTIONS];
};

static const struct throttle_row v1_throttles[] = {
	{ { "read-bps", ID("throttlereadbpsdevice.v1"), NULL }, { [READ_BPS] = "1048576" } },
	{ { "write-bps", ID("throttlewritebpsdevice.v1"), NULL }, { [WRITE_BPS] = "2097152" } },
	{ { "read-iops", ID("throttlereadiopsdevice.v1"), NULL }, { [READ_IOPS] = "120" } },
	{ { "write-iops", ID("throttlewriteiopsdevice.v1"), NULL }, { [WRITE_IOPS] = "130" } },
};

static const struct throttle_row v2_throttles[] = {
	{ { "read-bps", ID("throttlereadbpsdevice.v2"), NULL }, { [READ_BPS] = "1048576" } },
	{ { "write-bps", ID("throttlewritebpsdevice.v2"), NULL }, { [WRITE_BPS] = "2097152" } },
	{ { "read-iops", ID("throttlereadiopsdevice.v2"), NULL }, { [READ_IOPS] = "120" } },
	{ { "write-iops", ID("throttlewriteiopsdevice.v2"), NULL }, { [WRITE_IOPS] = "130" } },
	{ { "combined", ID("throttle.combined.v2"), NULL },
	  { "1048576", "2097152", "120", "130" } },
};

/* Beyond 32 bits, signed and not. */
static const struct throttle_row large_throttles[] = {
	{ { "2-gib", ID("throttle.large-rate"), NULL }, { [READ_BPS] = "2147483648" } },
	{ { "10-gib", ID("throttle.large-rate"), NULL }, { [WRITE_BPS] = "10737418240" } },
};

static void throttled(struct test *t)
{
	const struct throttle_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = cg_bundle(t, CG_PATH, "{\"blockIO\":{}}");
	struct container *c;
	struct disk d;

	if (!test_wants(t, id))
		return;
	need_throttles(t);
	d = spare_disk(t);
	for (int i = 0; i < DIRECTIONS; i++)
		if (row->rates[i])
			throttle(t, b, (enum direction)i, &d, row->rates[i]);
	c = container_new(b);
	if (!may_create(t, id, c))
		return;
	if (test_cgroup_v2(t)) {
		check_set(t, id, "io.max", json_pack("[o]", rule(t, &d, io_max(t, row->rates))),
			  rules(t, c, "io.max", CG_PATH));
		return;
	}
	for (int i = 0; i < DIRECTIONS; i++)
		check_set(t, id, throttles[i].file,
			  row->rates[i] ? json_pack("[o]", rule(t, &d, row->rates[i]))
					: json_array(),
			  rules(t, c, throttles[i].file, CG_PATH));
}

static void several_disks(struct test *t)
{
	const char *id = ID("throttle.several-devices");
	const char *const rates[][DIRECTIONS] = { { [WRITE_BPS] = "1048576" },
						  { [WRITE_BPS] = "3145728" } };
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	json_t *expected = json_array();
	struct container *c;
	struct disk d[2];

	need_throttles(t);
	for (int i = 0; i < 2; i++) {
		d[i] = spare_disk(t);
		throttle(t, b, WRITE_BPS, &d[i], rates[i][WRITE_BPS]);
		json_array_append_new(expected, rule(t, &d[i],
						     test_cgroup_v2(t) ? io_max(t, rates[i])
								       : rates[i][WRITE_BPS]));
	}
	c = container_new(b);
	if (may_create(t, id, c))
		check_set(t, id, "rules for the two disks", expected,
			  rules(t, c,
				test_cgroup_v2(t) ? "io.max" : throttles[WRITE_BPS].file, CG_PATH));
}

static void unknown_device(struct test *t)
{
	struct bundle *good = cg_bundle(t, CG_PARENT "/good", NULL);
	struct bundle *bad = cg_bundle(t, CG_PATH, NULL);
	struct disk d;

	need_throttles(t);
	d = spare_disk(t);
	throttle(t, good, READ_BPS, &d, "1048576");
	entry(bad, throttles[READ_BPS].array, NO_DEVICE, "{\"rate\":1048576}");
	check_refused_by_create_if_supported(t, ID("device.unknown"), bad, good);
}

/*
 * 512 KiB at 256 KiB a second take two seconds, less what the kernel lets through ahead of time. The
 * rate is far below that of a loaded machine, which must not pass for a throttle.
 */
static void enforced(struct test *t)
{
	const char *id = ID("throttle.enforced"), *path = "/dev/oct-disk";
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	const struct facts *f;
	struct disk d;
	long long ms;

	need_throttles(t);
	d = spare_disk(t);
	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i}]", "path", path, "type", "b", "major",
		   (int)d.major, "minor", (int)d.minor);
	bundle_set(b, "linux.resources.devices", "[{s:b s:s s:i s:i s:s}]", "allow", 1, "type", "b",
		   "major", (int)d.major, "minor", (int)d.minor, "access", "rwm");
	throttle(t, b, READ_BPS, &d, "262144");
	bundle_probe(b, "pull", path, format(t, "%d", READ_BYTES), NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	if (facts_int(f, "pull.bytes") != READ_BYTES)
		test_stop(t, "the container reads its disk", "%s", facts_string(f, "pull.errno"));
	ms = facts_int(f, "pull.ms");
	check_seen(t, id, ms >= 1000, "512 KiB at 262144 bytes a second take a second or more",
		   "%lld ms", ms);
}

/* ------------------------------------------------------------------ weights */

static const struct cg_row v1_weights[] = {
	{ { "smallest", ID("weight.v1"), NULL }, "blkio", "{\"blockIO\":{\"weight\":10}}",
	  { { 0 } }, { { "blkio.bfq.weight", "10" } }, "blkio.bfq.weight", false },
	{ { "middle", ID("weight.v1"), NULL }, "blkio", "{\"blockIO\":{\"weight\":500}}",
	  { { 0 } }, { { "blkio.bfq.weight", "500" } }, "blkio.bfq.weight", false },
	{ { "largest", ID("weight.v1"), NULL }, "blkio", "{\"blockIO\":{\"weight\":1000}}",
	  { { 0 } }, { { "blkio.bfq.weight", "1000" } }, "blkio.bfq.weight", false },
};

/* Both are "the weight" of a cgroup: which one has a say depends on the disk. */
static const char *const v2_weights[] = { "io.bfq.weight", "io.weight" };

static void check_order(struct test *t, const char *id, const char *what, const long w[][3])
{
	bool rises = false, falls = false;

	for (size_t i = 0; i < ARRAY_SIZE(v2_weights); i++) {
		rises = rises || (w[i][0] > 0 && w[i][0] < w[i][1] && w[i][1] < w[i][2]);
		falls = falls || w[i][0] > w[i][1] || w[i][1] > w[i][2];
	}
	check_seen(t, id, rises && !falls,
		   format(t, "%s rises with the weight, in io.bfq.weight or io.weight", what),
		   "io.bfq.weight %ld, %ld, %ld; io.weight %ld, %ld, %ld (-1: none)", w[0][0],
		   w[0][1], w[0][2], w[1][0], w[1][1], w[1][2]);
}

/* The weights of three containers, for a word of the files. False: decided. */
static bool three_weights(struct test *t, const char *id, const struct disk *d, const char *word,
			  long w[][3], long usual[][3])
{
	static const int given[] = { 10, 500, 1000 };

	for (int n = 0; n < 3; n++) {
		const char *path = format(t, CG_PARENT "/w%d", given[n]);
		struct bundle *b = cg_bundle(t, path, NULL);
		struct container *c = container_new(b);

		if (d)
			entry(b, "weightDevice", d->major, d->minor,
			      format(t, "{\"weight\":%d}", given[n]));
		else
			bundle_set(b, "linux.resources.blockIO.weight", "i", given[n]);
		if (!may_create(t, id, c))
			return false;
		for (size_t i = 0; i < ARRAY_SIZE(v2_weights); i++) {
			w[i][n] = weight_of(t, c, path, v2_weights[i], word);
			usual[i][n] = weight_of(t, c, path, v2_weights[i], "default");
		}
	}
	return true;
}

static void weight_v2(struct test *t)
{
	const char *id = ID("weight.v2.bfq");
	long w[ARRAY_SIZE(v2_weights)][3], usual[ARRAY_SIZE(v2_weights)][3];

	need_file(t, "io.bfq.weight");
	if (three_weights(t, id, NULL, "default", w, usual))
		check_order(t, id, "the default", w);
}

static void device_weight_v2(struct test *t)
{
	const char *id = ID("weightdevice.weight.v2");
	long w[ARRAY_SIZE(v2_weights)][3], usual[ARRAY_SIZE(v2_weights)][3];
	struct disk d = bfq_disk(t);

	if (three_weights(t, id, &d, disk_name(t, &d), w, usual)) {
		check_order(t, id, "that of the disk", w);
		for (size_t i = 0; i < ARRAY_SIZE(v2_weights); i++)
			check_seen(t, id, usual[i][0] == usual[i][1] && usual[i][1] == usual[i][2],
				   format(t, "the default of %s is not changed", v2_weights[i]),
				   "%ld, %ld, %ld", usual[i][0], usual[i][1], usual[i][2]);
	}
	set_scheduler(t, &d, "none");
}

static void device_weight_v1(struct test *t)
{
	const char *id = ID("weightdevice.weight.v1"), *file = weight_file(t);
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	struct container *c = container_new(b);
	struct disk d = bfq_disk(t);

	entry(b, "weightDevice", d.major, d.minor, "{\"weight\":400}");
	if (may_create(t, id, c)) {
		check_set(t, id, file, json_pack("[o]", rule(t, &d, "400")),
			  rules(t, c, file, CG_PATH));
		check_string(t, id, "the default weight",
			     cgroup_value(t, "blkio", CG_PARENT, "blkio.bfq.weight"),
			     cgroup_value(t, "blkio", CG_PATH, "blkio.bfq.weight"));
	}
	set_scheduler(t, &d, "none");
}

static void several_weights(struct test *t)
{
	const char *id = ID("weightdevice.several"), *file = weight_file(t);
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	struct container *c = container_new(b);
	struct disk d[2];
	long w[ARRAY_SIZE(v2_weights)][2] = { { 0 } };

	for (int i = 0; i < 2; i++) {
		d[i] = bfq_disk(t);
		entry(b, "weightDevice", d[i].major, d[i].minor,
		      i ? "{\"weight\":800}" : "{\"weight\":200}");
	}
	if (!may_create(t, id, c))
		;
	else if (!test_cgroup_v2(t))
		check_set(t, id, file,
			  json_pack("[o o]", rule(t, &d[0], "200"), rule(t, &d[1], "800")),
			  rules(t, c, file, CG_PATH));
	else {
		for (size_t i = 0; i < ARRAY_SIZE(v2_weights); i++)
			for (int n = 0; n < 2; n++)
				w[i][n] = weight_of(t, c, CG_PATH, v2_weights[i],
						    disk_name(t, &d[n]));
		check_seen(t, id,
			   (w[0][0] > 0 && w[0][0] < w[0][1]) || (w[1][0] > 0 && w[1][0] < w[1][1]),
			   "the disk with the larger weight has it, in io.bfq.weight or io.weight",
			   "io.bfq.weight %ld and %ld; io.weight %ld and %ld (-1: none)", w[0][0],
			   w[0][1], w[1][0], w[1][1]);
	}
	for (int i = 0; i < 2; i++)
		set_scheduler(t, &d[i], "none");
}

/* ------------------------------------------------------------------ leaf weights */

/* They went from the kernel with CFQ, in 5.0; v2 never had them. */
static void leaf_weight(struct test *t)
{
	const char *id = test_cgroup_v2(t) ? ID("leafweight.v2") : ID("leafweight.v1");

	cg_make(t, controller(t), CG_PARENT);
	if (cgroup_value(t, controller(t), CG_PARENT, "blkio.leaf_weight"))
		test_skip(t, "the kernel has leaf weights");
	check_refused_by_create(t, id, cg_bundle(t, CG_PATH, "{\"blockIO\":{\"leafWeight\":300}}"),
				cg_bundle(t, CG_PARENT "/good", "{\"blockIO\":{}}"));
}

/* Alone, and beside a weight, which must not hide it. */
static void leaf_weight_of_device(struct test *t, bool alone)
{
	const char *id = test_cgroup_v2(t) ? ID("weightdevice.leafweight.v2")
					   : ID("weightdevice.leafweight.v1");
	struct bundle *bad = cg_bundle(t, CG_PATH, NULL), *good;
	struct disk d = bfq_disk(t);

	if (cgroup_value(t, controller(t), CG_PARENT, "blkio.leaf_weight_device"))
		test_skip(t, "the kernel has leaf weights");
	entry(bad, "weightDevice", d.major, d.minor,
	      alone ? "{\"leafWeight\":300}" : "{\"weight\":400,\"leafWeight\":300}");
	if (alone) {
		good = cg_bundle(t, CG_PARENT "/good", "{\"blockIO\":{\"weightDevice\":[]}}");
		check_refused_by_create(t, id, bad, good);
	} else {
		good = cg_bundle(t, CG_PARENT "/good", NULL);
		entry(good, "weightDevice", d.major, d.minor, "{\"weight\":400}");
		check_refused_by_create_if_supported(t, id, bad, good);
	}
	set_scheduler(t, &d, "none");
}

static void leaf_weight_alone(struct test *t)
{
	leaf_weight_of_device(t, true);
}

static void leaf_weight_beside(struct test *t)
{
	leaf_weight_of_device(t, false);
}

const struct test_entry cgroup_io_tests[] = {
	{
		.name = "blockio/v1",
		.about = "a rate of one direction and unit, on cgroup v1",
		.requirements = REQS(ID("throttlereadbpsdevice.v1")),
		.run = throttled,
		CASES(v1_throttles),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/v2",
		.about = "rates of directions and units, on cgroup v2",
		.requirements = REQS(ID("throttlereadbpsdevice.v2")),
		.run = throttled,
		CASES(v2_throttles),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "blockio/large-rate",
		.about = "a rate beyond 32 bits is kept",
		.requirements = REQS(ID("throttle.large-rate")),
		.run = throttled,
		CASES(large_throttles),
	},
	{
		.name = "blockio/several-disks",
		.about = "each disk has the rate that is meant for it",
		.requirements = REQS(ID("throttle.several-devices")),
		.run = several_disks,
	},
	{
		.name = "blockio/unknown-device",
		.about = "a rate for a device that is not there is refused",
		.requirements = REQS(ID("device.unknown")),
		.run = unknown_device,
	},
	{
		.name = "blockio/enforced",
		.about = "reading from a disk is not faster than its rate",
		.requirements = REQS(ID("throttle.enforced")),
		.run = enforced,
	},
	{
		.name = "blockio/weight-v1",
		.about = "weight is the weight of the cgroup",
		.requirements = REQS(ID("weight.v1")),
		.run = cg_test,
		CASES(v1_weights),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/weight-v2",
		.about = "a larger weight is a larger weight of the cgroup",
		.requirements = REQS(ID("weight.v2.bfq")),
		.run = weight_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "blockio/device-weight-v1",
		.about = "weightDevice is the weight for that disk, and no other",
		.requirements = REQS(ID("weightdevice.weight.v1")),
		.run = device_weight_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/device-weight-v2",
		.about = "a larger weightDevice is a larger weight for that disk, and no other",
		.requirements = REQS(ID("weightdevice.weight.v2")),
		.run = device_weight_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "blockio/several-weights",
		.about = "each disk has the weight that is meant for it",
		.requirements = REQS(ID("weightdevice.several")),
		.run = several_weights,
	},
	{
		.name = "blockio/leaf-weight-v1",
		.about = "leafWeight, which the kernel has no more, is refused",
		.requirements = REQS(ID("leafweight.v1")),
		.run = leaf_weight,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/leaf-weight-v2",
		.about = "leafWeight, which v2 does not have, is refused",
		.requirements = REQS(ID("leafweight.v2")),
		.run = leaf_weight,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "blockio/device-leaf-weight-alone-v1",
		.about = "leafWeight for a disk, which the kernel has no more, is refused",
		.requirements = REQS(ID("weightdevice.leafweight.v1")),
		.run = leaf_weight_alone,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/device-leaf-weight-beside-v1",
		.about = "leafWeight for a disk is refused beside a weight as well",
		.requirements = REQS(ID("weightdevice.leafweight.v1")),
		.run = leaf_weight_beside,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "blockio/device-leaf-weight-alone-v2",
		.about = "leafWeight for a disk, which v2 does not have, is refused",
		.requirements = REQS(ID("weightdevice.leafweight.v2")),
		.run = leaf_weight_alone,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "blockio/device-leaf-weight-beside-v2",
		.about = "leafWeight for a disk is refused beside a weight as well",
		.requirements = REQS(ID("weightdevice.leafweight.v2")),
		.run = leaf_weight_beside,
		.cgroup = CGROUP_V2,
	},
	{ 0 },
};
