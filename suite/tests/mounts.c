/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts (config.md#mounts) without the option words: order, destinations, sources, types. The
 * destinations that want to lead out of the container's root are in mount_paths.c, the options in
 * mount_options.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

/* What statfs(2) tells of a file system (linux/magic.h). */
#define MAGIC_PROC    0x9fa0
#define MAGIC_SYSFS   0x62656572
#define MAGIC_DEVPTS  0x1cd1
#define MAGIC_TMPFS   0x01021994
#define MAGIC_RAMFS   0x858458f6LL
#define MAGIC_MQUEUE  0x19800202
#define MAGIC_CGROUP2 0x63677270

#define KIB 1024

/* A directory of the host with a file in it: its path. */
static const char *marked_dir(struct test *t, const char *name, const char *content)
{
	const char *path = host_dir(t, name);

	host_file(t, format(t, "%s/marker", name), content);
	return path;
}

static void check_size(struct test *t, const char *requirement, const struct facts *f,
		       const char *fact, const char *path, long long kib)
{
	check_int(t, requirement, format(t, "size of the tmpfs at %s", path), kib * KIB,
		  tmpfs_size(f, fact));
}

/* ------------------------------------------------------------------ all of them, in order */

static void none(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_remove(b, "mounts");
	bundle_run(b, "ids");
	check_pass(t, "mounts.optional");
	b = bundle_new(t);
	bundle_set(b, "mounts", "[]");
	bundle_run(b, "ids");
	check_pass(t, "mounts.optional");
}

static void all_applied(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_probe(b, "ids", NULL);
	for (int i = 1; i <= 8; i++) {
		const char *path = format(t, "/m%d", i);

		bundle_dir(b, format(t, "rootfs%s", path), 0755);
		bundle_mount(b, path, "tmpfs", "tmpfs", format(t, "size=%dk", i * 64));
		bundle_probe_add(b, "statfs", path, NULL);
	}
	f = bundle_run(b);
	for (int i = 1; i <= 8; i++)
		check_size(t, "mounts.applied", f, i == 1 ? "statfs" : format(t, "statfs#%d", i),
			   format(t, "/m%d", i), i * 64);
}

static void parent_first(struct test *t)
{
	const char *id = "mounts.order.parent-first";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/a/b", 0755);
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=64k");
	bundle_mount(b, "/a/b", "tmpfs", "tmpfs", "size=128k");
	f = bundle_run(b, "statfs", "/a", "statfs", "/a/b");
	check_size(t, id, f, "statfs", "/a", 64);
	check_size(t, id, f, "statfs#2", "/a/b", 128);
}

static void child_first(struct test *t)
{
	const char *id = "mounts.order.child-first", *error;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/a/b", 0755);
	bundle_mount(b, "/a/b", "tmpfs", "tmpfs", "size=64k");
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=128k");
	f = bundle_run(b, "statfs", "/a", "statfs", "/a/b");
	check_size(t, id, f, "statfs", "/a", 128);
	error = facts_errno(f, "statfs#2");
	check_true(t, id, (error && !strcmp(error, "ENOENT")) || tmpfs_size(f, "statfs#2") == 128 * KIB,
		   "the later mount of /a hides the earlier one of /a/b",
		   "/a/b is a file system of %lld bytes", tmpfs_size(f, "statfs#2"));
}

static void same_destination(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_dir(b, "rootfs/a", 0755);
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=64k");
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=128k");
	check_size(t, "mounts.order.same-destination", bundle_run(b, "statfs", "/a"), "statfs", "/a",
		   128);
	b = bundle_new(t);
	bundle_dir(b, "rootfs/a", 0755);
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=128k");
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=64k");
	check_size(t, "mounts.order.same-destination", bundle_run(b, "statfs", "/a"), "statfs", "/a",
		   64);
}

/* tmpfs, bind, tmpfs, bind: each lies in the one before it. */
static void interleaved(struct test *t)
{
	const char *id = "mounts.order.interleaved-types";
	struct bundle *b = bundle_new(t), *swapped;
	const struct facts *f;
	const char *directory = marked_dir(t, "dir", "directory"), *file;

	host_dir(t, "dir/c");
	file = host_file(t, "file", "file");
	bundle_dir(b, "rootfs/a", 0755);
	swapped = bundle_copy(b);
	bundle_dir(swapped, "rootfs/a/b", 0755);
	bundle_mount(b, "/a", "tmpfs", "tmpfs", "size=64k");
	bundle_mount(b, "/a/b", "none", directory, "bind");
	bundle_mount(b, "/a/b/c", "tmpfs", "tmpfs", "size=128k");
	bundle_mount(b, "/a/b/c/f", "none", file, "bind");
	f = bundle_run(b, "statfs", "/a", "read", "/a/b/marker", "statfs", "/a/b/c", "read",
		       "/a/b/c/f");
	check_size(t, id, f, "statfs", "/a", 64);
	check_string(t, id, "file of the bind mount in it", "directory", facts_string(f, "read"));
	check_size(t, id, f, "statfs#2", "/a/b/c", 128);
	check_string(t, id, "file bound into that", "file", facts_string(f, "read#2"));

	bundle_mount(swapped, "/a/b", "none", directory, "bind");
	bundle_mount(swapped, "/a", "tmpfs", "tmpfs", "size=64k");
	f = bundle_run(swapped, "statfs", "/a", "stat", "/a/b/marker");
	check_size(t, id, f, "statfs", "/a", 64);
	check_string(t, id, "file of a bind mount hidden by a later tmpfs", "ENOENT",
		     facts_errno(f, "stat"));
}

/* ------------------------------------------------------------------ destinations */

static void no_destination(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;

	bundle_dir(good, "rootfs/new", 0755);
	bundle_mount(good, "/new", "tmpfs", "tmpfs", NULL);
	bad = bundle_copy(good);
	bundle_remove(bad, "mounts.1.destination");
	check_refused_by_create(t, "mounts.destination.required", bad, good);
}

static void relative_destination(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/rel/dir", 0755);
	bundle_dir(b, "rootfs/wd/rel/dir", 0755);
	bundle_set(b, "process.cwd", "s", "/wd");
	bundle_mount(b, "rel/dir", "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "statfs", "/rel/dir", NULL);
	f = run_from(t, b, bundle_rootfs(b));
	check_pass(t, "mounts.destination.relative.accepted");
	check_size(t, "mounts.destination.relative.root", f, "statfs", "/rel/dir", 128);
}

static void missing_directory(struct test *t)
{
	const char *id = "mounts.destination.missing-directory";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_mount(b, "/n1/n2/n3", "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "statfs", "/n1/n2/n3", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_size(t, id, f, "statfs", "/n1/n2/n3", 128);
}

static void missing_file(struct test *t)
{
	const char *id = "mounts.destination.missing-file";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_mount(b, "/etc/new.conf", "none", host_file(t, "conf", "of the host"), "bind");
	bundle_probe(b, "stat", "/etc/new.conf", "read", "/etc/new.conf", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "type of the destination", "file", facts_string(f, "stat.type"));
	check_string(t, id, "its content", "of the host", facts_string(f, "read"));
}

/*
 * What mount(2) refuses, or what a runtime that opens files carelessly waits for: mounted all the
 * same, or refused; never dropped.
 */
struct kind_row {
	struct test_case c;
	mode_t there; /* at /etc/place; S_IFLNK: a link to a file beside it */
	const char *destination;
	enum { DIRECTORY, FILE_, TMPFS } source;
};

static const struct kind_row kind_rows[] = {
	{ { "directory-on-file", NULL, NULL }, S_IFREG, "/etc/place", DIRECTORY },
	{ { "directory-on-link-to-file", NULL, NULL }, S_IFLNK, "/etc/place", DIRECTORY },
	{ { "directory-on-fifo", NULL, NULL }, S_IFIFO, "/etc/place", DIRECTORY },
	{ { "directory-below-file", NULL, NULL }, S_IFREG, "/etc/place/below", DIRECTORY },
	{ { "file-on-directory", NULL, NULL }, S_IFDIR, "/etc/place", FILE_ },
	{ { "file-on-fifo", NULL, NULL }, S_IFIFO, "/etc/place", FILE_ },
	{ { "file-on-socket", NULL, NULL }, S_IFSOCK, "/etc/place", FILE_ },
	{ { "file-below-file", NULL, NULL }, S_IFREG, "/etc/place/below", FILE_ },
	{ { "tmpfs-on-file", NULL, NULL }, S_IFREG, "/etc/place", TMPFS },
	{ { "tmpfs-on-fifo", NULL, NULL }, S_IFIFO, "/etc/place", TMPFS },
	{ { "tmpfs-on-device", NULL, NULL }, S_IFCHR, "/etc/place", TMPFS },
	{ { "tmpfs-below-file", NULL, NULL }, S_IFREG, "/etc/place/below", TMPFS },
};

static void kind_mismatch(struct test *t)
{
	const struct kind_row *row = test_row(t);
	const char *id = "mounts.destination.kind-mismatch", *place = "rootfs/etc/place";
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "rootfs/etc/beside", 0644, "of the root");
	if (row->there == S_IFREG)
		bundle_file(b, place, 0644, "of the root");
	else if (row->there == S_IFDIR)
		bundle_dir(b, place, 0755);
	else if (row->there == S_IFLNK)
		bundle_symlink(b, place, "beside");
	else
		bundle_node(b, place, row->there | 0666, 1, 3);
	if (row->source == TMPFS)
		bundle_mount(b, row->destination, "tmpfs", "tmpfs", "size=128k");
	else
		bundle_mount(b, row->destination, "none",
			     row->source == FILE_ ? host_file(t, "file", "file")
						  : marked_dir(t, "dir", "directory"),
			     "bind");
	/* No reading of what may still be the FIFO. */
	bundle_probe(b, "stat", row->destination, "statfs", row->destination, "stat",
		     format(t, "%s/marker", row->destination), NULL);
	f = bundle_try(b, &refusal);
	if (!f)
		check_error(t, id, refusal);
	else if (row->source == TMPFS)
		check_size(t, id, f, "statfs", row->destination, 128);
	else if (row->source == FILE_)
		check_json(t, id, "type and size of the destination, a file of 4 bytes",
			   json_pack("[s i]", "file", 4),
			   json_pack("[s? I]", facts_string(f, "stat.type"),
				     (json_int_t)facts_int(f, "stat.size")));
	else
		check_string(t, id, "the marker of the directory", "", facts_errno(f, "stat#2"));
}

static void covers(struct test *t)
{
	const char *id = "mounts.destination.covers-content";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "rootfs/data/marker", 0644, "covered");
	bundle_mount(b, "/data", "tmpfs", "tmpfs", "size=128k");
	f = bundle_run(b, "list", "/data", "statfs", "/data");
	check_json(t, id, "names in /data", json_array(), facts_get(f, "list"));
	check_size(t, id, f, "statfs", "/data", 128);
	check_string(t, id, "the covered file after delete", "covered",
		     file_read(t, format(t, "%s/data/marker", bundle_rootfs(b))));
}

static void nested_in_bind(struct test *t)
{
	const char *id = "mounts.destination.nested-in-bind";
	struct bundle *b = bundle_new(t);
	const char *directory = marked_dir(t, "dir", "directory"), *sub = host_dir(t, "dir/sub");
	struct container *c;
	struct stat before, after;

	bundle_dir(b, "rootfs/vol", 0755);
	bundle_mount(b, "/vol", "none", directory, "bind");
	bundle_mount(b, "/vol/sub", "tmpfs", "tmpfs", "size=128k");
	need(t, !stat(sub, &before), sub);
	bundle_probe(b, "statfs", "/vol/sub", "read", "/vol/marker", "wait", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	check_size(t, id, must_answer(c), "statfs", "/vol/sub", 128);
	check_string(t, id, "file of the bind mount", "directory",
		     facts_string(must_answer(c), "read"));
	need(t, !stat(sub, &after), sub);
	check_true(t, id, before.st_dev == after.st_dev,
		   "the tmpfs does not appear in the host's directory",
		   "the host's directory is another file system now");
}

struct name_row {
	struct test_case c;
	const char *destination;
};

static const struct name_row name_rows[] = {
	{ { "space", NULL, NULL }, "/with space" },
	{ { "tab", NULL, NULL }, "/with\ttab" },
	{ { "backslash", NULL, NULL }, "/with\\040backslash" },
	{ { "colon", NULL, NULL }, "/with:colon" },
	{ { "comma", NULL, NULL }, "/with,comma" },
	{ { "newline", NULL, NULL }, "/with\nnewline" },
	{ { "utf-8", NULL, NULL }, "/mit\xc3\xb6\xe2\x82\xac" },
	{ { "dash", NULL, NULL }, "/-with-dash" },
};

static void special_name(struct test *t)
{
	const struct name_row *row = test_row(t);
	struct bundle *b = bundle_new(t);

	bundle_dir(b, format(t, "rootfs%s", row->destination), 0755);
	bundle_mount(b, row->destination, "tmpfs", "tmpfs", "size=128k");
	check_size(t, "mounts.destination.special-characters",
		   bundle_run(b, "statfs", row->destination), "statfs", row->destination, 128);
}

/* ------------------------------------------------------------------ sources */

static void no_source(struct test *t)
{
	const char *id = "mounts.source.optional";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/t", 0755);
	bundle_remove(b, "mounts.0.source");
	bundle_mount(b, "/t", "tmpfs", NULL, "size=128k");
	f = bundle_run(b, "statfs", "/t", "statfs", "/proc");
	check_size(t, id, f, "statfs", "/t", 128);
	check_int(t, id, "type of the file system at /proc", MAGIC_PROC, facts_int(f, "statfs#2.type"));
}

/* A text and no path, though the bundle has a directory of that name. */
static void source_dummy(struct test *t)
{
	const char *id = "mounts.source.dummy";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "my-label/marker", 0644, "of the bundle");
	bundle_dir(b, "rootfs/t", 0755);
	bundle_mount(b, "/t", "tmpfs", "my-label", "size=128k");
	f = bundle_run(b, "statfs", "/t", "mounts");
	check_size(t, id, f, "statfs", "/t", 128);
	check_string(t, id, "source of the tmpfs in mountinfo", "my-label",
		     json_string_value(json_object_get(facts_mount(f, "/t"), "source")));
}

static void bind_directory(struct test *t)
{
	const char *id = "mounts.source.bind-directory";
	struct bundle *b = bundle_new(t);
	const char *directory = marked_dir(t, "dir", "of the host");
	const struct facts *f;
	struct container *c;

	bundle_dir(b, "rootfs/vol", 0755);
	bundle_mount(b, "/vol", "none", directory, "bind");
	bundle_probe(b, "read", "/vol/marker", "append", "/vol/inside", "from inside", "wait", "read",
		     "/vol/later", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	f = must_answer(c);
	check_string(t, id, "the host's file inside", "of the host", facts_string(f, "read"));
	check_string(t, id, "writing inside", "", facts_errno(f, "append"));
	check_string(t, id, "on the host the file made inside", "from inside",
		     file_read(t, format(t, "%s/inside", directory)));
	host_file(t, "dir/later", "made later");
	container_input(c, "", 1);
	check_string(t, id, "inside a file made later on the host", "made later",
		     facts_string(container_await(c, "read#2"), "read#2"));
}

static void bind_file(struct test *t)
{
	const char *id = "mounts.source.bind-file";
	struct bundle *b = bundle_new(t);
	const char *file = host_file(t, "file", "first");
	struct container *c;

	bundle_file(b, "rootfs/etc/f", 0644, "covered");
	bundle_mount(b, "/etc/f", "none", file, "bind");
	bundle_probe(b, "read", "/etc/f", "wait", "read", "/etc/f", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	check_string(t, id, "content inside", "first", facts_string(must_answer(c), "read"));
	host_file(t, "file", "second");
	container_input(c, "", 1);
	check_string(t, id, "content inside after a change on the host", "second",
		     facts_string(container_await(c, "read#2"), "read#2"));
}

struct special_row {
	struct test_case c;
	mode_t mode;
	const char *type;
	bool missing; /* the destination */
};

static const struct special_row special_rows[] = {
	{ { "socket", NULL, NULL }, S_IFSOCK, "socket", false },
	{ { "fifo", NULL, NULL }, S_IFIFO, "fifo", false },
	{ { "device", NULL, NULL }, S_IFCHR, "char", false },
	{ { "socket-missing", NULL, NULL }, S_IFSOCK, "socket", true },
	{ { "fifo-missing", NULL, NULL }, S_IFIFO, "fifo", true },
	{ { "device-missing", NULL, NULL }, S_IFCHR, "char", true },
};

static void bind_special(struct test *t)
{
	const struct special_row *row = test_row(t);
	const char *id = "mounts.source.bind-special-file";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_node(b, "node", row->mode | 0666, 1, 3);
	if (!row->missing)
		bundle_file(b, "rootfs/etc/place", 0644, "");
	bundle_mount(b, "/etc/place", "none", format(t, "%s/node", bundle_path(b)), "bind");
	bundle_probe(b, "stat", "/etc/place", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "type of the file inside", row->type, facts_string(f, "stat.type"));
	if (row->mode == S_IFCHR)
		check_json(t, id, "its numbers", json_pack("[i i]", 1, 3),
			   json_pack("[I I]", (json_int_t)facts_int(f, "stat.major"),
				     (json_int_t)facts_int(f, "stat.minor")));
}

static void bind_relative(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *elsewhere = host_dir(t, "elsewhere");

	marked_dir(t, "elsewhere/vol", "current directory");
	bundle_file(b, "vol/marker", 0644, "bundle");
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "none", "vol", "bind");
	bundle_probe(b, "read", "/mnt/marker", NULL);
	check_string(t, "mounts.source.bind-relative", "file of the bind mount", "bundle",
		     facts_string(run_from(t, b, elsewhere), "read"));
}

static void bind_absolute(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *directory = marked_dir(t, "dir", "host");

	bundle_file(b, format(t, "%s/marker", directory + 1), 0644, "below the bundle");
	bundle_file(b, format(t, "rootfs%s/marker", directory), 0644, "inside");
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "none", directory, "bind");
	check_string(t, "mounts.source.bind-absolute", "file of the bind mount", "host",
		     facts_string(bundle_run(b, "read", "/mnt/marker"), "read"));
}

/* The same absolute path inside leads elsewhere: a source is the host's. */
static void source_of_the_host(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *directory = marked_dir(t, "dir", "host");

	bundle_file(b, format(t, "rootfs%s/marker", directory), 0644, "inside");
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "none", directory, "bind");
	check_string(t, "mounts.source.runtime-namespace", "file of the bind mount", "host",
		     facts_string(bundle_run(b, "read", "/mnt/marker"), "read"));
}

static void bind_missing(struct test *t)
{
	const char *id = "mounts.source.bind-missing";
	struct bundle *good = bundle_new(t), *bad;
	const char *missing = format(t, "%s/missing", test_dir(t));

	bundle_dir(good, "rootfs/mnt", 0755);
	bundle_mount(good, "/mnt", "none", host_dir(t, "there"), "bind");
	bad = bundle_copy(good);
	bundle_dir(bad, "rootfs/mnt", 0755);
	bundle_set(bad, "mounts.1.source", "s", missing);
	check_refused_by_create(t, id, bad, good);
	check_true(t, id, access(missing, F_OK) && errno == ENOENT,
		   "the missing source is not made on the host", "%s is there", missing);
	/* A link to it is no source either. */
	good = bundle_copy(good);
	bundle_dir(good, "rootfs/mnt", 0755);
	bad = bundle_copy(good);
	bundle_dir(bad, "rootfs/mnt", 0755);
	bundle_symlink(bad, "link", missing);
	bundle_set(bad, "mounts.1.source", "s", format(t, "%s/link", bundle_path(bad)));
	check_refused_by_create(t, id, bad, good);
	check_true(t, id, access(missing, F_OK) && errno == ENOENT,
		   "what the link leads to is not made on the host", "%s is there", missing);
}

static void bind_unset(struct test *t)
{
	const char *source = host_dir(t, "there");

	for (int empty = 0; empty < 2; empty++) {
		struct bundle *good = bundle_new(t), *bad;

		bundle_dir(good, "rootfs/mnt", 0755);
		bundle_mount(good, "/mnt", "none", source, "bind");
		bad = bundle_copy(good);
		bundle_dir(bad, "rootfs/mnt", 0755);
		if (empty)
			bundle_set(bad, "mounts.1.source", "s", "");
		else
			bundle_remove(bad, "mounts.1.source");
		check_refused_by_create(t, "mounts.source.bind-unset", bad, good);
	}
}

static void bind_symlink(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *directory = marked_dir(t, "dir", "host");
	const char *link = format(t, "%s/link", test_dir(t));

	need(t, !symlink(directory, link), link);
	bundle_file(b, format(t, "rootfs%s/marker", directory), 0644, "inside");
	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "none", link, "bind");
	check_string(t, "mounts.source.bind-symlink", "file of the bind mount", "host",
		     facts_string(bundle_run(b, "read", "/mnt/marker"), "read"));
}

/* ------------------------------------------------------------------ what makes a bind mount */

struct bind_row {
	struct test_case c;
	const char *type, *options;
};

static const struct bind_row bind_rows[] = {
	{ { "bind", "mounts.bind.by-bind-option", NULL }, "none", "bind" },
	{ { "rbind", "mounts.bind.by-rbind-option", NULL }, "none", "rbind" },
	{ { "type-tmpfs", "mounts.bind.type-ignored", NULL }, "tmpfs", "bind" },
	{ { "type-ext4", "mounts.bind.type-ignored", NULL }, "ext4", "bind" },
	{ { "type-proc", "mounts.bind.type-ignored", NULL }, "proc", "bind" },
	{ { "type-sysfs", "mounts.bind.type-ignored", NULL }, "sysfs", "rbind" },
	{ { "type-cgroup", "mounts.bind.type-ignored", NULL }, "cgroup", "bind" },
	{ { "type-unknown", "mounts.bind.type-ignored", NULL }, "no-such-fs", "bind" },
	{ { "type-empty", "mounts.bind.type-ignored", NULL }, "", "bind" },
	{ { "no-type", "mounts.type.optional", NULL }, NULL, "bind" },
	{ { "no-type-rbind", "mounts.type.optional", NULL }, NULL, "rbind" },
};

static void is_bind(struct test *t)
{
	const struct bind_row *row = test_row(t);
	struct bundle *b = bundle_new(t);

	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", row->type, marked_dir(t, "dir", "host"), row->options);
	check_string(t, row->c.requirement, "file of the bind mount", "host",
		     facts_string(bundle_run(b, "read", "/mnt/marker"), "read"));
}

/* A bind mount, or none; not something else in its place. */
static void type_bind(struct test *t)
{
	const char *id = "mounts.bind.type-bind-no-option";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/mnt", 0755);
	bundle_mount(b, "/mnt", "bind", marked_dir(t, "dir", "host"), NULL);
	bundle_probe(b, "read", "/mnt/marker", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_string(t, id, "file of the mount of type bind", "host", facts_string(f, "read"));
}

static void no_options(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/t", 0755);
	bundle_file(b, "rootfs/t/covered", 0644, "");
	bundle_mount(b, "/t", "tmpfs", "tmpfs", NULL);
	f = bundle_run(b, "list", "/t", "statfs", "/t", "create", "/t/new");
	/* The root file system may itself be a tmpfs. */
	check_json(t, "mounts.options.optional", "names in it", json_array(), facts_get(f, "list"));
	check_int(t, "mounts.options.optional", "type of the file system", MAGIC_TMPFS,
		  facts_int(f, "statfs.type"));
	check_string(t, "mounts.options.optional", "create in it", "", facts_errno(f, "create"));
}

/* ------------------------------------------------------------------ types */

static void type_tmpfs(struct test *t)
{
	const char *id = "mounts.type.tmpfs";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "rootfs/t/old", 0644, "");
	bundle_mount(b, "/t", "tmpfs", "tmpfs", NULL);
	f = bundle_run(b, "list", "/t", "statfs", "/t", "append", "/t/new", "text", "read", "/t/new");
	check_int(t, id, "type of the file system", MAGIC_TMPFS, facts_int(f, "statfs.type"));
	check_json(t, id, "names in it", json_array(), facts_get(f, "list"));
	check_string(t, id, "a file made in it", "text", facts_string(f, "read"));
	check_true(t, id, access(format(t, "%s/t/new", bundle_rootfs(b)), F_OK) && errno == ENOENT,
		   "the file is gone after delete", "it is in the root file system");
}

static void type_proc(struct test *t)
{
	const char *id = "mounts.type.proc";
	const struct facts *f;
	json_t *one, *pids = json_array();
	size_t i;

	f = bundle_run(bundle_new(t), "statfs", "/proc", "list", "/proc", "lstat", "/proc/self",
		       "session");
	check_int(t, id, "type of the file system", MAGIC_PROC, facts_int(f, "statfs.type"));
	check_string(t, id, "/proc/self", format(t, "%lld", facts_int(f, "session.pid")),
		     facts_string(f, "lstat.target"));
	json_array_foreach ((json_t *)facts_get(f, "list"), i, one) {
		const char *name = json_string_value(one);

		if (name && strspn(name, "0123456789") == strlen(name))
			json_array_append(pids, one);
	}
	check_json(t, id, "processes in /proc of a new pid namespace", json_pack("[s]", "1"), pids);
}

/* The loopback of the test's own network namespace gets this size of packets. */
static void set_loopback_mtu(struct test *t, int mtu)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo" };

	request.ifr_mtu = mtu;
	need(t, fd >= 0 && !ioctl(fd, SIOCSIFMTU, &request), "set the MTU of lo");
	close(fd);
}

/* What tells the host's sysfs from the container's: its links, and what it says of them. */
static void type_sysfs(struct test *t)
{
	const char *id = "mounts.type.sysfs";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	json_t *one, *names = json_array();
	size_t i;

	set_loopback_mtu(t, 1234);
	bundle_namespace(b, "network", NULL);
	bundle_mount(b, "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro");
	f = bundle_run(b, "statfs", "/sys", "list", "/sys/class/net", "links", "read",
		       "/sys/class/net/lo/mtu");
	check_int(t, id, "type of the file system", MAGIC_SYSFS, facts_int(f, "statfs.type"));
	if (facts_errno(f, "list") && *facts_errno(f, "list"))
		return;
	json_array_foreach ((json_t *)facts_get(f, "links"), i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		json_t *mtu = json_object_get(one, "mtu");

		json_array_append(names, json_object_get(one, "name"));
		if (name && !strcmp(name, "lo") && facts_string(f, "read"))
			check_string(t, id, "what it says of lo, against what the namespace says",
				     format(t, "%lld\n", json_integer_value(mtu)),
				     facts_string(f, "read"));
	}
	check_set(t, id, "names in /sys/class/net, against the links of the namespace", names,
		  facts_get(f, "list"));
}

/* The test has a pty of its own, which must not be seen. */
static void type_devpts(struct test *t)
{
	const char *id = "mounts.type.devpts";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	need(t, posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) >= 0, "a pty of the host");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/dev/pts", "devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620");
	f = bundle_run(b, "statfs", "/dev/pts", "list", "/dev/pts", "pty", "/dev/pts/ptmx");
	check_int(t, id, "type of the file system", MAGIC_DEVPTS, facts_int(f, "statfs.type"));
	check_set(t, id, "names in it before a pty is opened", json_pack("[s]", "ptmx"),
		  facts_get(f, "list"));
	check_json(t, id, "a pty opened there", json_pack("{s:i s:b}", "number", 0, "there", 1),
		   facts_get(f, "pty"));
}

static void type_ramfs(struct test *t)
{
	const char *id = "mounts.type.ramfs";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/r", 0755);
	bundle_mount(b, "/r", "ramfs", "ramfs", NULL);
	bundle_probe(b, "statfs", "/r", "create", "/r/new", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "type of the file system", MAGIC_RAMFS, facts_int(f, "statfs.type"));
	check_string(t, id, "create in it", "", facts_errno(f, "create"));
}

static void type_mqueue(struct test *t)
{
	const char *id = "mounts.type.mqueue";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	/* A file made in the file system is a queue of its IPC namespace. */
	if (file_write(t, "/dev/mqueue/of-the-host", ""))
		test_skip(t, "the kernel has no POSIX message queues");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev");
	bundle_probe(b, "statfs", "/dev/mqueue", "create", "/dev/mqueue/inside", "list",
		     "/dev/mqueue", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "type of the file system", MAGIC_MQUEUE, facts_int(f, "statfs.type"));
	check_set(t, id, "queues of the container's IPC namespace", json_pack("[s]", "inside"),
		  facts_get(f, "list"));
}

static void type_overlay(struct test *t)
{
	const char *id = "mounts.type.overlay";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	const char *tree = host_dir(t, "overlay");

	/* A tmpfs of its own: an upper directory wants extended attributes and no sharing. */
	host_mount(t, "overlay", tree, "tmpfs", 0, NULL);
	marked_dir(t, "overlay/lower", "lower");
	host_dir(t, "overlay/upper");
	host_dir(t, "overlay/work");
	bundle_dir(b, "rootfs/o", 0755);
	bundle_mount(b, "/o", "overlay", "overlay",
		     format(t, "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", tree, tree,
			    tree));
	bundle_probe(b, "read", "/o/marker", "append", "/o/new", "written", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "file of the lower directory", "lower", facts_string(f, "read"));
	check_string(t, id, "in the upper directory the file written inside", "written",
		     file_read(t, format(t, "%s/upper/new", tree)));
}

static void type_cgroup2(struct test *t)
{
	const char *id = "mounts.type.cgroup2";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_namespace(b, "cgroup", NULL);
	bundle_mount(b, "/sys", "tmpfs", "tmpfs", NULL);
	bundle_mount(b, "/sys/fs/cgroup", "cgroup2", "cgroup", "ro,nosuid,noexec,nodev");
	bundle_probe(b, "statfs", "/sys/fs/cgroup", "read", "/sys/fs/cgroup/cgroup.controllers",
		     NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "type of the file system", MAGIC_CGROUP2, facts_int(f, "statfs.type"));
	check_true(t, id, facts_string(f, "read"), "cgroup.controllers can be read", "it cannot");
}

/* What it is on v2 the text does not say; an empty directory is no view of cgroups. */
static void type_cgroup(struct test *t)
{
	const char *id = "mounts.type.cgroup";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_namespace(b, "cgroup", NULL);
	bundle_mount(b, "/sys", "tmpfs", "tmpfs", NULL);
	bundle_mount(b, "/sys/fs/cgroup", "cgroup", "cgroup", "ro,nosuid,noexec,nodev");
	bundle_probe(b, "list", "/sys/fs/cgroup", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_true(t, id, json_array_size(facts_get(f, "list")) > 0,
			   "there is something at /sys/fs/cgroup", "there is nothing");
}

static void type_unknown(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;

	bundle_dir(good, "rootfs/t", 0755);
	bundle_mount(good, "/t", "tmpfs", "none", NULL);
	bad = bundle_copy(good);
	bundle_dir(bad, "rootfs/t", 0755);
	bundle_set(bad, "mounts.1.type", "s", "no-such-fs");
	check_refused_by_create(t, "mounts.type.unknown", bad, good);
}

static void type_missing(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;

	bundle_dir(good, "rootfs/t", 0755);
	bundle_mount(good, "/t", "none", host_dir(t, "dir"), "bind");
	bad = bundle_copy(good);
	bundle_dir(bad, "rootfs/t", 0755);
	bundle_remove(bad, "mounts.1.type");
	bundle_remove(bad, "mounts.1.options");
	check_refused_by_create(t, "mounts.type.missing-nonbind", bad, good);
}

const struct test_entry mount_tests[] = {
	{
		.name = "mounts/none",
		.about = "mounts may be absent or empty",
		.requirements = REQS("mounts.optional"),
		.run = none,
	},
	{
		.name = "mounts/all",
		.about = "every entry of mounts is mounted",
		.requirements = REQS("mounts.applied"),
		.run = all_applied,
	},
	{
		.name = "mounts/parent-first",
		.about = "a mount below an earlier one is seen",
		.requirements = REQS("mounts.order.parent-first"),
		.run = parent_first,
	},
	{
		.name = "mounts/child-first",
		.about = "a mount hides an earlier one below it",
		.requirements = REQS("mounts.order.child-first"),
		.run = child_first,
	},
	{
		.name = "mounts/same-destination",
		.about = "of two mounts at one place the later is on top",
		.requirements = REQS("mounts.order.same-destination"),
		.run = same_destination,
	},
	{
		.name = "mounts/interleaved",
		.about = "bind mounts and others keep their order",
		.requirements = REQS("mounts.order.interleaved-types"),
		.run = interleaved,
	},
	{
		.name = "mounts/no-destination",
		.about = "a mount without destination is refused",
		.requirements = REQS("mounts.destination.required"),
		.run = no_destination,
	},
	{
		.name = "mounts/relative-destination",
		.about = "a relative destination starts at the container's /",
		.requirements = REQS("mounts.destination.relative.accepted",
				     "mounts.destination.relative.root"),
		.run = relative_destination,
	},
	{
		.name = "mounts/missing-directory",
		.about = "a mount whose destination is missing is mounted or refused",
		.requirements = REQS("mounts.destination.missing-directory"),
		.run = missing_directory,
	},
	{
		.name = "mounts/missing-file",
		.about = "a file bound to a missing destination is a file there, or refused",
		.requirements = REQS("mounts.destination.missing-file"),
		.run = missing_file,
	},
	{
		.name = "mounts/kind-mismatch",
		.about = "a mount on a file of another kind is done or refused, never dropped",
		.requirements = REQS("mounts.destination.kind-mismatch"),
		.run = kind_mismatch,
		CASES(kind_rows),
	},
	{
		.name = "mounts/covers",
		.about = "a mount hides what was there, and leaves it as it was",
		.requirements = REQS("mounts.destination.covers-content"),
		.run = covers,
	},
	{
		.name = "mounts/nested-in-bind",
		.about = "a destination may lie in an earlier bind mount",
		.requirements = REQS("mounts.destination.nested-in-bind"),
		.run = nested_in_bind,
	},
	{
		.name = "mounts/special-name",
		.about = "a destination may have any character a path can have",
		.requirements = REQS("mounts.destination.special-characters"),
		.run = special_name,
		CASES(name_rows),
	},
	{
		.name = "mounts/no-source",
		.about = "source may be absent",
		.requirements = REQS("mounts.source.optional"),
		.run = no_source,
	},
	{
		.name = "mounts/source-dummy",
		.about = "the source of a mount without a device is handed on as its label",
		.requirements = REQS("mounts.source.dummy"),
		.run = source_dummy,
	},
	{
		.name = "mounts/bind-directory",
		.about = "a bound directory is the host's, both ways",
		.requirements = REQS("mounts.source.bind-directory"),
		.run = bind_directory,
	},
	{
		.name = "mounts/bind-file",
		.about = "a single file can be bound",
		.requirements = REQS("mounts.source.bind-file"),
		.run = bind_file,
	},
	{
		.name = "mounts/bind-special",
		.about = "a socket, FIFO or device as source stays what it is, or is refused",
		.requirements = REQS("mounts.source.bind-special-file"),
		.run = bind_special,
		CASES(special_rows),
	},
	{
		.name = "mounts/bind-relative",
		.about = "a relative source of a bind mount starts at the bundle",
		.requirements = REQS("mounts.source.bind-relative"),
		.run = bind_relative,
	},
	{
		.name = "mounts/bind-absolute",
		.about = "an absolute source of a bind mount is used as it stands",
		.requirements = REQS("mounts.source.bind-absolute"),
		.run = bind_absolute,
	},
	{
		.name = "mounts/source-of-the-host",
		.about = "sources are looked up outside of the container's root",
		.requirements = REQS("mounts.source.runtime-namespace"),
		.run = source_of_the_host,
	},
	{
		.name = "mounts/bind-missing",
		.about = "a missing source of a bind mount is refused and not made",
		.requirements = REQS("mounts.source.bind-missing"),
		.run = bind_missing,
	},
	{
		.name = "mounts/bind-unset",
		.about = "a bind mount without a source is refused",
		.requirements = REQS("mounts.source.bind-unset"),
		.run = bind_unset,
	},
	{
		.name = "mounts/bind-symlink",
		.about = "a source that is a symlink is followed on the host",
		.requirements = REQS("mounts.source.bind-symlink"),
		.run = bind_symlink,
	},
	{
		.name = "mounts/is-bind",
		.about = "bind or rbind among the options makes a bind mount, whatever the type",
		.requirements = REQS("mounts.bind.by-bind-option", "mounts.bind.by-rbind-option",
				     "mounts.bind.type-ignored", "mounts.type.optional"),
		.run = is_bind,
		CASES(bind_rows),
	},
	{
		.name = "mounts/type-bind",
		.about = "type bind without an option is a bind mount, or refused",
		.requirements = REQS("mounts.bind.type-bind-no-option"),
		.run = type_bind,
	},
	{
		.name = "mounts/no-options",
		.about = "options may be absent",
		.requirements = REQS("mounts.options.optional"),
		.run = no_options,
	},
	{
		.name = "mounts/type-tmpfs",
		.about = "type tmpfs is a fresh tmpfs",
		.requirements = REQS("mounts.type.tmpfs"),
		.run = type_tmpfs,
	},
	{
		.name = "mounts/type-proc",
		.about = "type proc is that of the container's pid namespace",
		.requirements = REQS("mounts.type.proc"),
		.run = type_proc,
	},
	{
		.name = "mounts/type-sysfs",
		.about = "type sysfs is that of the container's network namespace",
		.requirements = REQS("mounts.type.sysfs"),
		.run = type_sysfs,
	},
	{
		.name = "mounts/type-devpts",
		.about = "type devpts is a new instance",
		.requirements = REQS("mounts.type.devpts"),
		.run = type_devpts,
	},
	{
		.name = "mounts/type-ramfs",
		.about = "a less usual type is mounted or refused",
		.requirements = REQS("mounts.type.ramfs"),
		.run = type_ramfs,
	},
	{
		.name = "mounts/type-mqueue",
		.about = "type mqueue is that of the container's IPC namespace, or refused",
		.requirements = REQS("mounts.type.mqueue"),
		.run = type_mqueue,
	},
	{
		.name = "mounts/type-overlay",
		.about = "a type with data options gets them, or is refused",
		.requirements = REQS("mounts.type.overlay"),
		.run = type_overlay,
	},
	{
		.name = "mounts/type-cgroup2",
		.about = "type cgroup2 is the unified hierarchy, or refused",
		.requirements = REQS("mounts.type.cgroup2"),
		.run = type_cgroup2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "mounts/type-cgroup",
		.about = "type cgroup shows cgroups of some kind, or is refused",
		.requirements = REQS("mounts.type.cgroup"),
		.run = type_cgroup,
	},
	{
		.name = "mounts/type-unknown",
		.about = "a type that the kernel does not know is refused",
		.requirements = REQS("mounts.type.unknown"),
		.run = type_unknown,
	},
	{
		.name = "mounts/type-missing",
		.about = "a mount without type that is no bind mount is refused",
		.requirements = REQS("mounts.type.missing-nonbind"),
		.run = type_missing,
	},
	{ 0 },
};
