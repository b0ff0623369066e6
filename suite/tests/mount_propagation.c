/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option words of mounts that are about propagation (config.md#linux-mount-options): by mounts
 * that are made later, on the host, inside, and in a mount namespace below the container's.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

/*
 * A tmpfs of the host with a place to mount on ("in", and "out" for the container's mounts), and
 * for a tree the same again on a mount below it, "sub"; shared or private as a whole.
 */
static const char *source(struct test *t, unsigned long propagation, bool tree)
{
	const char *top = host_dir(t, format(t, "source-%s", test_id(t))), *path = top;

	for (int i = 0; i <= tree; i++, path = format(t, "%s/sub", top)) {
		if (i)
			need(t, !mkdir(path, 0755), path);
		host_mount(t, "source", path, "tmpfs", 0, "mode=755");
		host_mount(t, NULL, path, NULL, propagation, NULL);
		need(t, !mkdir(format(t, "%s/in", path), 0755), path);
		need(t, !mkdir(format(t, "%s/out", path), 0755), path);
	}
	return top;
}

static struct bundle *bound(struct test *t, const char *from, const char *options)
{
	struct bundle *b = bundle_new(t);

	with_capabilities(b);
	bundle_dir(b, "rootfs/m", 0755);
	bundle_dir(b, "rootfs/b", 0755);
	bundle_mount(b, "/m", "none", from, options);
	return b;
}

/* ------------------------------------------------------------------ between host and container */

struct group_row {
	struct test_case c;
	const char *options;
	bool tree; /* also in the mount below */
	bool in; /* a mount of the host comes in; none ever comes out */
	bool ro; /* and the mount is read-only */
};

#define ROW(name, id) { name, "mounts.options." id, NULL }

static const struct group_row group_rows[] = {
	{ ROW("private", "private"), "bind,private", false, false, false },
	{ ROW("rprivate", "rprivate"), "rbind,rprivate", true, false, false },
	{ ROW("slave", "slave"), "bind,slave", false, true, false },
	{ ROW("rslave", "rslave"), "rbind,rslave", true, true, false },
	{ ROW("slave-ro", "propagation.with-flags"), "bind,ro,slave", false, true, true },
};

/*
 * Mounts pass only where the root mount is in a group too. What is refused of the root mount is not
 * what is asked: then as a slave, which lets mounts in.
 */
static struct container *started(struct bundle *b)
{
	struct container *c = container_new(b);

	bundle_set(b, "linux.rootfsPropagation", "s", "shared");
	if (!result_ok(op_create(c))) {
		bundle_set(b, "linux.rootfsPropagation", "s", "slave");
		bundle_write(b);
		c = container_new(b);
		must_create(c);
	}
	must_start(c);
	return c;
}

/* A mount of the host below the source, made while the container waits, and one made inside. */
static void group(struct test *t)
{
	const struct group_row *row = test_row(t);
	const char *id = row->c.requirement, *top = source(t, MS_SHARED, row->tree);
	struct bundle *b = bound(t, top, row->options);
	struct stat before, after;
	struct container *c;
	const struct facts *f;

	bundle_probe(b, "mount", "inside", "/m/out", "tmpfs", "0", NULL);
	if (row->tree)
		bundle_probe_add(b, "mount", "inside", "/m/sub/out", "tmpfs", "0", NULL);
	bundle_probe_add(b, "create", "/m/new", "wait", "list", "/m/in", NULL);
	if (row->tree)
		bundle_probe_add(b, "list", "/m/sub/in", NULL);
	bundle_probe_add(b, "echo", "end", NULL);
	c = started(b);
	f = must_answer(c);
	for (int i = 0; i <= row->tree; i++) {
		const char *level = i ? format(t, "%s/sub", top) : top;
		const char *in = format(t, "%s/in", level), *out = format(t, "%s/out", level);

		check_string(t, id, "mount(2) inside", "", facts_errno(f, i ? "mount#2" : "mount"));
		need(t, !stat(level, &before) && !stat(out, &after), out);
		check_true(t, id, before.st_dev == after.st_dev,
			   "a mount made inside does not appear on the host", "it appears below %s",
			   i ? "sub" : "the source");
		host_mount(t, "host", in, "tmpfs", 0, NULL);
		need(t, !file_write(t, format(t, "%s/marker", in), ""), in);
	}
	if (row->ro)
		check_string(t, id, "making a file", "EROFS", facts_errno(f, "create"));
	container_input(c, "", 1);
	f = container_await(c, "echo");
	for (int i = 0; i <= row->tree; i++)
		check_json(t, id,
			   format(t, "names at a later mount of the host below %s",
				  i ? "sub" : "the source"),
			   row->in ? json_pack("[s]", "marker") : json_array(),
			   facts_get(f, i ? "list#2" : "list"));
}

/* ------------------------------------------------------------------ below the container */

struct spread_row {
	struct test_case c;
	const char *with, *without; /* options */
	bool tree;
};

static const struct spread_row spread_rows[] = {
	{ ROW("shared", "shared"), "bind,shared", "bind", false },
	{ ROW("rshared", "rshared"), "rbind,rshared", "rbind", true },
};

/* Private on the host: what is shared inside has been made so by the word. */
static void spread(struct test *t)
{
	const struct spread_row *row = test_row(t);
	const char *id = row->c.requirement;
	const struct facts *f[2];

	for (int i = 0; i < 2; i++) {
		struct bundle *b = bound(t, source(t, MS_PRIVATE, row->tree),
					 i ? row->with : row->without);

		bundle_probe(b, "spread", "/m/in", NULL);
		if (row->tree)
			bundle_probe_add(b, "spread", "/m/sub/in", NULL);
		f[i] = bundle_run(b);
	}
	for (int i = 0; i <= row->tree; i++) {
		const char *fact = i ? "spread#2" : "spread";
		const char *control = facts_string(f[0], fact);

		/* Shared anyway: then the word has nothing to show. */
		if (control && !strcmp(control, "seen"))
			check_pass(t, id);
		else
			check_string(t, id,
				     format(t, "a mount made in a mount namespace below, in %s",
					    i ? "the mount below" : "the mount"),
				     "seen", facts_string(f[1], fact));
	}
}

static void only_this_mount(struct test *t)
{
	const char *id = "mounts.options.propagation.only-this-mount", *seen[2];

	for (int i = 0; i < 2; i++) {
		struct bundle *b = bound(t, source(t, MS_PRIVATE, false), "bind");

		bundle_dir(b, "rootfs/a", 0755);
		if (i)
			bundle_mount(b, "/a", "none", source(t, MS_PRIVATE, false), "bind,shared");
		seen[i] = facts_string(bundle_run(b, "spread", "/m/in"), "spread");
	}
	if (!seen[0])
		test_stop(t, "the probe tells whether a mount spreads", "it does not");
	check_string(t, id, "a mount in a neighbour of a shared mount, as without it", seen[0], seen[1]);
}

static void on_new(struct test *t)
{
	const char *id = "mounts.options.propagation.on-new-filesystem", *control;
	const struct facts *f[3];
	static const char *const words[] = { NULL, "shared", "unbindable" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct bundle *b = bundle_new(t);

		with_capabilities(b);
		bundle_dir(b, "rootfs/m", 0755);
		bundle_dir(b, "rootfs/b", 0755);
		bundle_mount(b, "/m", "tmpfs", "tmpfs", words[i]);
		bundle_probe(b, "mkdir", "/m/in", "mount", "/m", "/b", "none", "4096", "spread", "/m/in",
			     NULL);
		f[i] = i ? bundle_supported(b, id) : bundle_run(b);
	}
	check_string(t, id, "binding a tmpfs elsewhere, without a word", "", facts_errno(f[0], "mount"));
	control = facts_string(f[0], "spread");
	if (f[1] && control && !strcmp(control, "not seen"))
		check_string(t, id, "a mount made below a shared tmpfs", "seen",
			     facts_string(f[1], "spread"));
	if (f[2])
		check_string(t, id, "binding an unbindable tmpfs elsewhere", "EINVAL",
			     facts_errno(f[2], "mount"));
}

static const struct spread_row unbindable_rows[] = {
	{ ROW("unbindable", "unbindable"), "bind,unbindable", "bind", false },
	{ ROW("runbindable", "runbindable"), "rbind,runbindable", "rbind", true },
};

static void unbindable(struct test *t)
{
	const struct spread_row *row = test_row(t);
	const char *id = row->c.requirement;

	for (int i = 0; i < 2; i++) {
		struct bundle *b = bound(t, source(t, MS_PRIVATE, row->tree),
					 i ? row->with : row->without);
		const struct facts *f;

		bundle_probe(b, "mount", "/m", "/b", "none", "4096", NULL);
		if (row->tree)
			bundle_probe_add(b, "mount", "/m/sub", "/b", "none", "4096", NULL);
		f = bundle_run(b);
		for (int level = 0; level <= row->tree; level++)
			check_string(t, id,
				     format(t, "binding %s elsewhere, with %s",
					    level ? "the mount below" : "the mount",
					    i ? row->with : row->without),
				     i ? "EINVAL" : "", facts_errno(f, level ? "mount#2" : "mount"));
	}
}

const struct test_entry mount_propagation_tests[] = {
	{
		.name = "mounts/propagation",
		.about = "which mounts pass between host and container",
		.requirements = REQS("mounts.options.private"),
		.run = group,
		CASES(group_rows),
	},
	{
		.name = "mounts/spread",
		.about = "a shared mount passes mounts on",
		.requirements = REQS("mounts.options.shared"),
		.run = spread,
		CASES(spread_rows),
	},
	{
		.name = "mounts/unbindable",
		.about = "an unbindable mount cannot be bound",
		.requirements = REQS("mounts.options.unbindable"),
		.run = unbindable,
		CASES(unbindable_rows),
	},
	{
		.name = "mounts/only-this-mount",
		.about = "a word about propagation changes no neighbour",
		.requirements = REQS("mounts.options.propagation.only-this-mount"),
		.run = only_this_mount,
	},
	{
		.name = "mounts/propagation-of-new",
		.about = "a word about propagation works on a new file system, or is refused",
		.requirements = REQS("mounts.options.propagation.on-new-filesystem"),
		.run = on_new,
	},
	{ 0 },
};
