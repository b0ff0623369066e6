/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root (config.md#root): how root.path is found, that it is the container's /, that nothing leads
 * out of it, and root.readonly.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "suite/tests/common.h"

#define MARK "/marker"

/* A marker file in the root file system of a bundle: the name of that tree. */
static void mark(struct test *t, struct bundle *b, const char *rootfs, const char *name)
{
	bundle_file(b, format(t, "%s" MARK, rootfs), 0644, name);
}

static void check_marker(struct test *t, const char *requirement, const struct facts *f,
			 const char *name)
{
	check_string(t, requirement, "content of " MARK " inside", name, facts_string(f, "read"));
}

/* ------------------------------------------------------------------ what must be refused */

static void no_root(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);

	bundle_remove(bad, "root");
	check_refused_by_create(t, "root.required", bad, good);
}

static void no_path(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);

	bundle_remove(bad, "root.path");
	check_refused_by_create(t, "root.path.required", bad, good);
	good = bundle_new(t);
	bad = bundle_copy(good);
	bundle_set(bad, "root", "{}");
	check_refused_by_create(t, "root.path.required", bad, good);
}

static void empty_path(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);

	/* The bundle directory would do as a root, were it taken for one. */
	for (const char *const *name = WORDS("proc", "sys", "dev", "tmp", "etc"); *name; name++)
		bundle_dir(bad, *name, 0755);
	place_probe(t, format(t, "%s/probe", bundle_path(bad)), 0755);
	bundle_set(bad, "root.path", "s", "");
	check_refused_by_create(t, "root.path.empty", bad, good);
}

static void missing_path(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);
	const char *path = format(t, "%s/does-not-exist", bundle_path(bad));

	bundle_set(bad, "root.path", "s", "does-not-exist");
	check_refused_by_create(t, "root.path.exists", bad, good);
	check_true(t, "root.path.exists", access(path, F_OK) && errno == ENOENT,
		   "the missing directory is not made", "%s exists", path);
}

static void path_no_directory(struct test *t)
{
	static const char *const names[] = { "file", "fifo", "dangling", "socket",
					     "device", "link", "file/below" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct bundle *good = bundle_new(t), *bad = bundle_copy(good);

		bundle_file(bad, "file", 0755, "no directory");
		bundle_node(bad, "fifo", S_IFIFO | 0666, 0, 0);
		bundle_node(bad, "socket", S_IFSOCK | 0666, 0, 0);
		bundle_node(bad, "device", S_IFCHR | 0666, 1, 3);
		bundle_symlink(bad, "dangling", "nowhere");
		bundle_symlink(bad, "link", "file");
		bundle_set(bad, "root.path", "s", names[i]);
		check_refused_by_create(t, "root.path.is-directory", bad, good);
	}
}

/* ------------------------------------------------------------------ how the path is found */

static void relative_path(struct test *t)
{
	struct bundle *b = bundle_new(t), *other = bundle_new(t);

	mark(t, b, "rootfs", "bundle");
	mark(t, other, "rootfs", "current directory");
	bundle_probe(b, "read", MARK, NULL);
	check_marker(t, "root.path.relative", run_from(t, b, bundle_path(other)), "bundle");
}

static void absolute_path(struct test *t)
{
	struct bundle *b = bundle_new(t);

	mark(t, b, "rootfs", "absolute");
	bundle_set(b, "root.path", "s", bundle_rootfs(b));
	check_marker(t, "root.path.absolute", bundle_run(b, "read", MARK), "absolute");
}

/* As engines do: the bundle has no root file system, which lies elsewhere. */
static void outside_bundle(struct test *t)
{
	const char *id = "root.path.outside-bundle";
	struct bundle *b = bundle_new(t);
	const char *moved = format(t, "%s/elsewhere", test_dir(t));
	const struct facts *f;

	mark(t, b, "rootfs", "elsewhere");
	need(t, !rename(bundle_rootfs(b), moved), moved);
	bundle_set(b, "root.path", "s", moved);
	bundle_probe(b, "read", MARK, NULL);
	f = bundle_supported(b, id);
	if (f)
		check_marker(t, id, f, "elsewhere");
}

struct path_row {
	struct test_case c;
	const char *directory, *path;
};

static const struct path_row path_rows[] = {
	{ { "two-components", NULL, NULL }, "sub/tree", "sub/tree" },
	{ { "dot-and-slash", NULL, NULL }, "tree", "./tree/" },
	{ { "parent", NULL, NULL }, "tree", "sub/../tree" },
};

static void odd_path(struct test *t)
{
	const struct path_row *row = test_row(t);
	struct bundle *b = bundle_new(t);

	bundle_dir(b, "sub", 0755);
	make_root(t, b, row->directory);
	mark(t, b, row->directory, row->directory);
	mark(t, b, "rootfs", "rootfs");
	bundle_set(b, "root.path", "s", row->path);
	check_marker(t, "root.path.multi-component", bundle_run(b, "read", MARK), row->directory);
}

/* Followed, with everything in it, or refused; never another tree. */
static void symlink_path(struct test *t)
{
	const char *id = "root.path.symlink";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	make_root(t, b, "tree");
	mark(t, b, "tree", "tree");
	mark(t, b, "rootfs", "rootfs");
	bundle_dir(b, "tree/data", 0755);
	bundle_symlink(b, "link", "tree");
	bundle_set(b, "root.path", "s", "link");
	bundle_mount(b, "/data", "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "read", MARK, "statfs", "/data", "statfs", "/", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_marker(t, id, f, "tree");
	check_int(t, id, "bytes of the tmpfs listed for /data", 128 * 1024, tmpfs_size(f, "statfs"));
}

/* A root file system that is there only in the runtime's mount namespace. */
static void private_mount(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *id = "root.path.runtime-namespace";

	mark(t, b, "rootfs", "underneath");
	need(t, !unshare(CLONE_NEWNS), "unshare the mount namespace");
	need(t, !mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), "make mounts private");
	need(t, !mount("root", bundle_rootfs(b), "tmpfs", 0, "mode=755"), "mount a tmpfs");
	make_root(t, b, "rootfs");
	mark(t, b, "rootfs", "mounted");
	check_marker(t, id, bundle_run(b, "read", MARK), "mounted");
}

/* ------------------------------------------------------------------ it is the root */

static void is_the_root(struct test *t)
{
	const char *id = "root.path.is-container-root";
	struct bundle *b = bundle_new(t);
	const char *outside = test_dir(t);
	const struct facts *f;

	mark(t, b, "rootfs", "here");
	bundle_file(b, "rootfs/deep/down/file", 0644, "below");
	f = bundle_run(b, "read", MARK, "read", "/deep/down/file", "stat", outside, "stat", "/usr");
	check_marker(t, id, f, "here");
	check_string(t, id, "content of /deep/down/file inside", "below", facts_string(f, "read#2"));
	check_string(t, id, format(t, "stat of the host's %s", outside), "ENOENT",
		     facts_errno(f, "stat"));
	check_string(t, id, "stat of the host's /usr", "ENOENT", facts_errno(f, "stat#2"));
}

/* No directory but that of the root is open, for it would be a way out. */
static void check_descriptors(struct test *t, const char *id, const struct facts *f)
{
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)facts_get(f, "fds"), i, one) {
		const char *type = json_string_value(json_object_get(one, "type"));
		bool same = json_integer_value(json_object_get(one, "ino")) ==
				    facts_int(f, "stat.ino") &&
			    json_integer_value(json_object_get(one, "dev")) ==
				    facts_int(f, "stat.dev");

		if (type && !strcmp(type, "dir") && !same)
			check_fail(t, id, "no open directory leads out of the root",
				   "descriptor %lld is open on a directory, %s",
				   json_integer_value(json_object_get(one, "fd")),
				   json_string_value(json_object_get(one, "target")));
	}
}

/*
 * No mount inside shows a directory of the host that the root file system lies in: an old root that
 * was not detached. Such a mount is of the same file system, and its root there leads to ours.
 */
static void check_mounts(struct test *t, const char *id, struct bundle *b, const struct facts *f)
{
	const char *path = bundle_rootfs(b), *device;
	json_t *one;
	struct stat st;
	size_t i;

	need(t, !stat(path, &st), path);
	/* A kernel of its own, or a layer above the root, has other numbers. */
	if (facts_int(f, "stat.dev") != (long long)st.st_dev ||
	    facts_int(f, "stat.ino") != (long long)st.st_ino)
		return;
	device = format(t, "%u:%u", major(st.st_dev), minor(st.st_dev));
	json_array_foreach ((json_t *)facts_get(f, "mounts"), i, one) {
		const char *root = json_string_value(json_object_get(one, "root"));
		const char *of = json_string_value(json_object_get(one, "device")), *in;
		size_t length = root ? strlen(root) : 0;

		if (!root || !of || strcmp(of, device))
			continue;
		/* The file system is mounted somewhere above: its own paths are tails of ours. */
		for (in = path; *root == '/' && length > 1 && *in && strncmp(in, root, length);)
			in += 1 + strcspn(in + 1, "/");
		if (length == 1 || (*in && in[length] == '/'))
			check_fail(t, id, "no mount shows a directory above the root",
				   "%s is %s of the file system that has the root",
				   json_string_value(json_object_get(one, "point")), root);
	}
}

/* An old root that is left stacked on the new one is what ".." of the root leads to. */
static void no_way_up(struct test *t)
{
	const char *id = "root.path.no-escape", *outside = test_dir(t) + 1;
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	json_t *here;

	/* The last step: a directory of the host, from a working directory left outside of a root
	 * that the process has changed. */
	bundle_set(b, "process.capabilities", "{}");
	for (const char *const *set = WORDS("bounding", "effective", "permitted"); *set; set++)
		json_object_set_new(bundle_get(b, "process.capabilities"), *set,
				    json_pack("[s]", "CAP_SYS_CHROOT"));
	f = bundle_run(b, "stat", "/", "stat", "/..", "stat", "/../../../..", "stat",
		       format(t, "/../%s", outside), "stat", format(t, "/../../../%s", outside),
		       "fds", "mounts", "chroot", "/tmp", "stat",
		       format(t, "../../../../../../../../%s", outside));
	here = json_pack("[I I]", facts_int(f, "stat.dev"), facts_int(f, "stat.ino"));
	for (int n = 2; n <= 3; n++) {
		json_t *up = json_pack("[I I]", facts_int(f, format(t, "stat#%d.dev", n)),
				       facts_int(f, format(t, "stat#%d.ino", n)));

		check_json(t, id, "device and inode of .. above /", json_incref(here), up);
	}
	for (int n = 4; n <= 6; n++)
		check_string(t, id, "a directory of the host by way of ..", "ENOENT",
			     facts_errno(f, format(t, "stat#%d", n)));
	check_string(t, id, "chroot inside, before the last of them", "", facts_errno(f, "chroot"));
	check_descriptors(t, id, f);
	check_mounts(t, id, b, f);
}

/* ------------------------------------------------------------------ readonly */

static void readonly(struct test *t)
{
	const char *id = "root.readonly.true";
	struct bundle *b = bundle_new(t);
	static const char *const tried[] = { "create", "create#2", "write", "append",  "mkdir",
					     "mkdir#2", "unlink", "chmod",  "rename",  "utimes",
					     "symlink", "mkfifo" };
	const struct facts *f;

	bundle_file(b, "rootfs/etc/file", 0644, "as it was");
	bundle_file(b, "rootfs/deep/down/file", 0644, "as it was");
	bundle_set(b, "root.readonly", "b", 1);
	f = bundle_run(b, "create", "/new", "create", "/deep/down/new", "write", "/etc/file", "x",
		       "append", "/deep/down/file", "x", "mkdir", "/etc/new", "mkdir", "/deep/new",
		       "unlink", "/etc/file", "chmod", "/etc/file", "777", "rename", "/etc/file",
		       "/etc/other", "utimes", "/etc/file", "symlink", "x", "/deep/link", "mkfifo",
		       "/fifo");
	for (size_t i = 0; i < ARRAY_SIZE(tried); i++)
		check_string(t, id, tried[i], "EROFS", facts_errno(f, tried[i]));
	check_string(t, id, "the file on the host", "as it was",
		     file_read(t, format(t, "%s/etc/file", bundle_rootfs(b))));
	check_string(t, id, "the deep file on the host", "as it was",
		     file_read(t, format(t, "%s/deep/down/file", bundle_rootfs(b))));
}

static void writable(struct test *t)
{
	for (int given = 0; given < 2; given++) {
		struct bundle *b = bundle_new(t);
		const struct facts *f;

		if (given)
			bundle_set(b, "root.readonly", "b", 0);
		else
			bundle_remove(b, "root.readonly");
		f = bundle_run(b, "append", "/new", "written", "read", "/new");
		check_string(t, "root.readonly.default",
			     given ? "a file made in /, readonly false" : "a file made in /, no readonly",
			     "written", facts_string(f, "read"));
	}
}

static void other_mounts(struct test *t)
{
	const char *id = "root.readonly.other-mounts";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/data", 0755);
	bundle_dir(b, "rootfs/vol", 0755);
	bundle_dir(b, "vol", 0755);
	bundle_set(b, "root.readonly", "b", 1);
	bundle_mount(b, "/data", "tmpfs", "tmpfs", NULL);
	bundle_mount(b, "/vol", "none", format(t, "%s/vol", bundle_path(b)), "bind,rw");
	f = bundle_run(b, "create", "/new", "create", "/data/new", "create", "/vol/new");
	check_string(t, id, "create in the read-only root", "EROFS", facts_errno(f, "create"));
	check_string(t, id, "create in a tmpfs", "", facts_errno(f, "create#2"));
	check_string(t, id, "create in a writable bind mount", "", facts_errno(f, "create#3"));
}

/* Whether the host can write in the root file system. */
static const char *host_writes(struct test *t, struct bundle *b)
{
	int error = file_write(t, format(t, "%s/etc/of-the-host", bundle_rootfs(b)), "x");

	return error ? errno_name(-error) : "";
}

static void host_unaffected(struct test *t)
{
	const char *id = "root.readonly.host-unaffected";
	struct bundle *b = bundle_new(t);
	struct container *c;
	const char *source = bundle_rootfs(b), *moment[] = { "created", "running", "deleted" };

	/* A mount of its own: a runtime that changes what it finds there changes the host's. */
	need(t, !mount(source, source, NULL, MS_BIND, NULL), "bind the root file system");
	bundle_set(b, "root.readonly", "b", 1);
	bundle_probe(b, "create", "/new", "wait", NULL);
	c = container_new(b);
	must_create(c);
	check_string(t, id, format(t, "writing on the host, %s", moment[0]), "", host_writes(t, b));
	must_start(c);
	check_string(t, id, "create inside", "EROFS", facts_errno(must_answer(c), "create"));
	check_string(t, id, format(t, "writing on the host, %s", moment[1]), "", host_writes(t, b));
	container_close_input(c);
	container_wait(c);
	must_delete(c);
	check_string(t, id, format(t, "writing on the host, %s", moment[2]), "", host_writes(t, b));
}

/* The mount is there, or there is no container; a runtime may also make room for it. */
static void missing_mount_point(struct test *t)
{
	const char *id = "root.readonly.missing-mountpoint";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "root.readonly", "b", 1);
	bundle_mount(b, "/new", "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "statfs", "/new", "create", "/other", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "bytes of the tmpfs listed for /new", 128 * 1024, tmpfs_size(f, "statfs"));
	check_string(t, id, "create in the read-only root", "EROFS", facts_errno(f, "create"));
}

const struct test_entry root_tests[] = {
	{
		.name = "root/absent",
		.about = "a configuration without root is refused",
		.requirements = REQS("root.required"),
		.run = no_root,
	},
	{
		.name = "root/no-path",
		.about = "a root without path is refused",
		.requirements = REQS("root.path.required"),
		.run = no_path,
	},
	{
		.name = "root/empty-path",
		.about = "an empty root.path is refused",
		.requirements = REQS("root.path.empty"),
		.run = empty_path,
	},
	{
		.name = "root/missing-path",
		.about = "a root.path that names nothing is refused and not made",
		.requirements = REQS("root.path.exists"),
		.run = missing_path,
	},
	{
		.name = "root/no-directory",
		.about = "a root.path that names no directory is refused",
		.requirements = REQS("root.path.is-directory"),
		.run = path_no_directory,
	},
	{
		.name = "root/relative-path",
		.about = "a relative root.path starts at the bundle, wherever the runtime is called",
		.requirements = REQS("root.path.relative"),
		.run = relative_path,
	},
	{
		.name = "root/absolute-path",
		.about = "an absolute root.path is used as it stands",
		.requirements = REQS("root.path.absolute"),
		.run = absolute_path,
	},
	{
		.name = "root/outside-bundle",
		.about = "an absolute root.path may lie outside of the bundle, or is refused",
		.requirements = REQS("root.path.outside-bundle"),
		.run = outside_bundle,
	},
	{
		.name = "root/odd-path",
		.about = "root.path may have several components, dots and a slash at its end",
		.requirements = REQS("root.path.multi-component"),
		.run = odd_path,
		CASES(path_rows),
	},
	{
		.name = "root/symlink",
		.about = "a root.path that is a symlink is followed or refused",
		.requirements = REQS("root.path.symlink"),
		.run = symlink_path,
	},
	{
		.name = "root/private-mount",
		.about = "root.path is looked up in the runtime's mount namespace",
		.requirements = REQS("root.path.runtime-namespace"),
		.run = private_mount,
	},
	{
		.name = "root/is-the-root",
		.about = "root.path is / inside, and the host's root is not",
		.requirements = REQS("root.path.is-container-root"),
		.run = is_the_root,
	},
	{
		.name = "root/no-way-up",
		.about = "nothing leads above the container's root",
		.requirements = REQS("root.path.no-escape"),
		.run = no_way_up,
	},
	{
		.name = "root/readonly",
		.about = "readonly true: nothing in the root can be changed from inside",
		.requirements = REQS("root.readonly.true"),
		.run = readonly,
	},
	{
		.name = "root/writable",
		.about = "without readonly the root can be written",
		.requirements = REQS("root.readonly.default"),
		.run = writable,
	},
	{
		.name = "root/readonly-other-mounts",
		.about = "a read-only root leaves other mounts writable",
		.requirements = REQS("root.readonly.other-mounts"),
		.run = other_mounts,
	},
	{
		.name = "root/readonly-host",
		.about = "a read-only root does not concern the host",
		.requirements = REQS("root.readonly.host-unaffected"),
		.run = host_unaffected,
	},
	{
		.name = "root/readonly-missing-mount-point",
		.about = "a read-only root does not lose mounts that have no place in it",
		.requirements = REQS("root.readonly.missing-mountpoint"),
		.run = missing_mount_point,
	},
	{ 0 },
};
