/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.rootfsPropagation (config-linux.md#rootfs-mount-propagation), by mounts: made on the host
 * while the container waits, made inside, and made in a mount namespace below the container's. The
 * bundle lies on a shared mount, as everything in the world of a test does.
 */
#include <string.h>
#include <unistd.h>

#include "suite/tests/common.h"

#define INSIDE "assay-inside" /* source of the mount that the probe makes */

/* What a value lets through. */
struct propagation_row {
	struct test_case c;
	const char *value;
	enum direction { IN, OUT, BELOW, BIND } direction;
	bool passes;
};

#define ROW(name, id) { name, "linux.rootfspropagation." id, NULL }

static const struct propagation_row rows[] = {
	{ ROW("shared-below", "shared"), "shared", BELOW, true },
	{ ROW("shared-out", "shared.new-group"), "shared", OUT, false },
	{ ROW("slave-in", "slave"), "slave", IN, true },
	{ ROW("slave-out", "slave.one-way"), "slave", OUT, false },
	{ ROW("private-in", "private"), "private", IN, false },
	{ ROW("private-below", "private.nested"), "private", BELOW, false },
	{ ROW("unbindable-bind", "unbindable"), "unbindable", BIND, false },
	{ ROW("unbindable-in", "unbindable.private"), "unbindable", IN, false },
	{ ROW("unbindable-out", "unbindable.private"), "unbindable", OUT, false },
};

static struct bundle *with_value(struct test *t, const char *value)
{
	struct bundle *b = bundle_new(t);

	with_capabilities(b);
	bundle_dir(b, "rootfs/in", 0755);
	bundle_dir(b, "rootfs/out", 0755);
	bundle_dir(b, "rootfs/below", 0755);
	bundle_dir(b, "rootfs/bind", 0755);
	bundle_set(b, "linux.rootfsPropagation", "s", value);
	bundle_probe(b, "mount", INSIDE, "/out", "tmpfs", "0", "spread", "/below", "mount", "/",
		     "/bind", "none", "4096", "wait", "list", "/in", "echo", "end", NULL);
	return b;
}

/* A mount of the host below the root file system, with a marker on it. */
static void mount_on_host(struct test *t, struct bundle *b)
{
	const char *in = format(t, "%s/in", bundle_rootfs(b));

	host_mount(t, "host", in, "tmpfs", 0, NULL);
	need(t, !file_write(t, format(t, "%s/marker", in), ""), in);
}

static void propagation(struct test *t)
{
	const struct propagation_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = with_value(t, row->value);
	struct container *c = container_new(b);
	const struct facts *f;

	if (!may_create(t, id, c))
		return;
	must_start(c);
	f = must_answer(c);
	switch (row->direction) {
	case IN:
		mount_on_host(t, b);
		container_input(c, "", 1);
		f = container_await(c, "echo");
		check_json(t, id, "names at a later mount of the host",
			   row->passes ? json_pack("[s]", "marker") : json_array(),
			   facts_get(f, "list"));
		break;
	case OUT:
		check_string(t, id, "mount(2) inside", "", facts_errno(f, "mount"));
		check_true(t, id, !strstr(file_read(t, "/proc/self/mountinfo"), INSIDE),
			   "a mount made inside does not appear on the host", "it does");
		break;
	case BELOW:
		check_string(t, id, "a mount made in a mount namespace below",
			     row->passes ? "seen" : "not seen", facts_string(f, "spread"));
		break;
	case BIND:
		check_string(t, id, "binding the root elsewhere", "EINVAL",
			     facts_errno(f, "mount#2"));
		break;
	}
}

/* Only the value forbids the bind mount: a private root can be bound. */
static void bindable(struct test *t)
{
	const char *id = "linux.rootfspropagation.unbindable";
	struct bundle *b = with_value(t, "private");
	struct container *c = container_new(b);

	if (!may_create(t, id, c))
		return;
	must_start(c);
	check_string(t, id, "binding a private root elsewhere", "",
		     facts_errno(must_answer(c), "mount#2"));
}

struct wrong_row {
	struct test_case c;
	const char *value;
};

static const struct wrong_row wrong_rows[] = {
	{ ROW("made-up", "invalid"), "rshared-octest" },
	{ ROW("capitals", "invalid"), "SHARED" },
	{ ROW("two", "invalid"), "shared,slave" },
};

static void wrong(struct test *t)
{
	const struct wrong_row *row = test_row(t);
	struct bundle *bad = bundle_new(t), *good = bundle_new(t);

	bundle_set(bad, "linux.rootfsPropagation", "s", row->value);
	bundle_set(good, "linux.rootfsPropagation", "s", "private");
	check_refused(t, row->c.requirement, bad, good);
}

const struct test_entry root_propagation_tests[] = {
	{
		.name = "root-propagation/mounts",
		.about = "which mounts pass between host, root file system and what is below",
		.requirements = REQS("linux.rootfspropagation.shared"),
		.run = propagation,
		CASES(rows),
	},
	{
		.name = "root-propagation/bindable",
		.about = "a private root can be bound elsewhere",
		.requirements = REQS("linux.rootfspropagation.unbindable"),
		.run = bindable,
	},
	{
		.name = "root-propagation/invalid",
		.about = "a value that the text does not have is refused",
		.requirements = REQS("linux.rootfspropagation.invalid"),
		.run = wrong,
		CASES(wrong_rows),
	},
	{ 0 },
};
