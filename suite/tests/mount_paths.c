/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destinations of mounts that want to lead out of the container's root: parent segments, symlinks
 * of the root file system, of procfs and of an earlier mount. Inside, or an error; never outside.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

/*
 * A tmpfs of 128 KiB is asked for at a destination; the probe finds it at a path inside, or the
 * runtime refuses. A directory of the host, the victim, and the one above it are the same before and
 * after. "VICTIM" in a text is its path, "PARENT" that of the one above; inside there is such a path
 * only where the row says so.
 */
struct path_row {
	struct test_case c;
	const char *destination;
	const char *inside; /* NULL: nowhere but where the destination leads, if it leads anywhere */
	const char *link, *target; /* in the root */
	const char *directory; /* one that is in the root */
	const char *link2, *target2;
	const char *or_inside; /* another place that the text leaves open */
	bool or_refused; /* a refusal is as good an answer, and no lack of support */
};

#define ROW(name, id) .c = { name, "mounts.destination." id, NULL }
#define UP	      "../../../../../../../.." /* above every root */
#define AT(where, in) .destination = (where), .inside = (in)
#define LINK(at, to)  .link = (at), .target = (to)
#define LINK2(at, to) .link2 = (at), .target2 = (to)

static const struct path_row path_rows[] = {
	{ ROW("relative-dotdot", "relative.dotdot"), AT("../../x", "/x") },
	{ ROW("relative-dotdot-there", "relative.dotdot"), AT("../x", "/x"), .directory = "x" },
	{ ROW("relative-dotdot-inner", "relative.dotdot"), AT("a/../../x", "/x"), .directory = "a" },
	{ ROW("dotdot", "dotdot"), AT("/../../x", "/x") },
	{ ROW("dotdot-in-the-middle", "dotdot"), AT("/a/../../../x", "/x"), .directory = "a" },
	{ ROW("dotdot-there", "dotdot"), AT("/a/../../../x", "/x"), .directory = "x" },
	{ ROW("dotdot-to-the-host", "dotdot"), AT("/" UP "VICTIM/x", "VICTIM/x") },
	/* ".." of a link's target, or of the link's name: the text does not say which. */
	{ ROW("dotdot-behind-link", "dotdot"), AT("/a/link/../x", "PARENT/x"),
	  LINK("a/link", "VICTIM"), .directory = "a/x", .or_inside = "/a/x", .or_refused = true },
	/* Where an absolute link leads inside there is nothing: made there, or refused. */
	{ ROW("absolute-link", "symlink.absolute"), AT("/link/x", "VICTIM/x"),
	  LINK("link", "VICTIM") },
	{ ROW("absolute-link-last", "symlink.absolute"), AT("/link", "VICTIM"),
	  LINK("link", "VICTIM") },
	{ ROW("absolute-link-deep", "symlink.absolute"), AT("/a/link/x", "VICTIM/x"),
	  LINK("a/link", "VICTIM"), .directory = "a" },
	{ ROW("absolute-link-there", "symlink.absolute"), AT("/link/x", "VICTIM/x"),
	  LINK("link", "VICTIM"), .directory = "VICTIM/x" },
	{ ROW("absolute-link-chain", "symlink.absolute"), AT("/link/x", "VICTIM/x"),
	  LINK("link", "/a/b"), LINK2("a/b", "VICTIM"), .directory = "VICTIM/x" },
	/* Links of procfs whose text is "/", and that the kernel follows to a root. */
	{ ROW("magic-link", "symlink.absolute"), AT("/linkVICTIM/x", "VICTIM/x"),
	  LINK("link", "/proc/self/root"), .directory = "VICTIM/x", .or_refused = true },
	{ ROW("magic-link-of-init", "symlink.absolute"), AT("/linkVICTIM/x", "VICTIM/x"),
	  LINK("link", "/proc/1/root"), .directory = "VICTIM/x", .or_refused = true },
	{ ROW("climbing-link-there", "symlink.climbing"), AT("/link", "VICTIM"),
	  LINK("link", UP "VICTIM"), .directory = "VICTIM" },
	{ ROW("climbing-link", "symlink.climbing"), AT("/link", "VICTIM"),
	  LINK("link", UP "VICTIM") },
	{ ROW("climbing-link-first", "symlink.climbing"), AT("/link/x", "VICTIM/x"),
	  LINK("link", UP "VICTIM") },
	{ ROW("climbing-link-deep", "symlink.climbing"), AT("/a/b/link/x", "VICTIM/x"),
	  LINK("a/b/link", UP "VICTIM"), .directory = "VICTIM/x" },
	{ ROW("climbing-in-two-steps", "symlink.climbing"), AT("/link/x", "VICTIM/x"),
	  LINK("link", "upVICTIM"), LINK2("up", UP), .directory = "VICTIM/x" },
	{ ROW("inside", "symlink.inside"), AT("/run/lock", "/var/run/lock"),
	  LINK("run", "var/run"), .directory = "var/run/lock" },
	{ ROW("inside-missing", "symlink.inside"), AT("/run/lock", "/var/run/lock"),
	  LINK("run", "var/run"), .directory = "var/run" },
	{ ROW("inside-absolute", "symlink.inside"), AT("/run/lock", "/var/run/lock"),
	  LINK("run", "/var/run"), .directory = "var/run/lock" },
	{ ROW("inside-last", "symlink.inside"), AT("/var/lock", "/real/lock"),
	  LINK("var/lock", "../real/lock"), .directory = "real/lock" },
	{ ROW("inside-middle", "symlink.inside"), AT("/a/b/c/x", "/real/c/x"),
	  LINK("a/b", "/real"), .directory = "real/c/x" },
	{ ROW("inside-chain", "symlink.inside"), AT("/one/x", "/real/x"), LINK("one", "two"),
	  LINK2("two", "./real/"), .directory = "real/x" },
	{ ROW("inside-both", "symlink.inside"), AT("/one/two", "/real/end"), LINK("one", "real"),
	  LINK2("real/two", "end"), .directory = "real/end" },
	/* Nowhere at all: to be refused, unless the link is replaced, and that is looked for. */
	{ ROW("loop", "symlink.inside"), AT("/link/x", NULL), LINK("link", "link"),
	  .or_refused = true },
};

static const char *fill(struct test *t, const char *text, const char *victim)
{
	const char *word = text && strstr(text, "PARENT") ? "PARENT" : "VICTIM";
	const char *at = text ? strstr(text, word) : NULL;
	size_t length = *word == 'P' ? (size_t)(strrchr(victim, '/') - victim) : strlen(victim);

	return at ? format(t, "%.*s%.*s%s", (int)(at - text), text, (int)length, victim,
			   at + strlen(word))
		  : text;
}

/* What tells a directory of the host from one that something was made or mounted in. */
static const char *looks(struct test *t, const char *path)
{
	struct stat st;

	need(t, !stat(path, &st), path);
	return format(t, "device %llx, inode %llu, %lu links, changed at %lld.%09ld",
		      (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
		      (unsigned long)st.st_nlink, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void place_link(struct test *t, struct bundle *b, const char *link, const char *target)
{
	if (link)
		bundle_symlink(b, format(t, "rootfs/%s", link), target);
}

static void check_link(struct test *t, const char *id, struct bundle *b, const char *link,
		       const char *target)
{
	char is[512] = "";
	ssize_t n;

	if (!link)
		return;
	n = readlink(format(t, "%s/%s", bundle_rootfs(b), link), is, sizeof(is) - 1);
	check_string(t, id, format(t, "the link /%s of the root file system", link), target,
		     n < 0 ? NULL : is);
}

static void confined(struct test *t)
{
	const struct path_row *row = test_row(t);
	const char *id = row->c.requirement, *victim = host_dir(t, "victim"), *before;
	const char *destination = fill(t, row->destination, victim);
	const char *inside = fill(t, row->inside ? row->inside : row->destination, victim);
	const char *target = fill(t, row->target, victim);
	const char *target2 = fill(t, row->target2, victim);
	struct bundle *b = bundle_new(t);
	const char *beside[] = { format(t, "%s/x", bundle_path(b)), format(t, "%s/x", test_dir(t)) };
	const struct result *refusal = NULL;
	const struct facts *f;
	bool there;

	if (row->directory)
		bundle_dir(b, format(t, "rootfs/%s", fill(t, row->directory, victim)), 0755);
	place_link(t, b, row->link, target);
	place_link(t, b, row->link2, target2);
	before = looks(t, victim);
	bundle_mount(b, destination, "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "statfs", inside, "statfs", destination, "statfs",
		     row->or_inside ? row->or_inside : "/", NULL);
	f = row->or_refused ? bundle_try(b, &refusal) : bundle_supported(b, id);
	if (refusal)
		check_error(t, id, refusal);
	there = f && row->or_inside && tmpfs_size(f, "statfs#3") == 128 * 1024;
	if (f && row->link && !row->or_inside) /* and by way of the link, which leads there */
		check_int(t, id, format(t, "size of the tmpfs at %s", destination), 128 * 1024,
			  tmpfs_size(f, "statfs#2"));
	if (f && !there)
		check_int(t, id, format(t, "size of the tmpfs at %s", inside), 128 * 1024,
			  tmpfs_size(f, "statfs"));
	check_string(t, id, "the host's directory afterwards", before, looks(t, victim));
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
		check_true(t, id, access(beside[i], F_OK) && errno == ENOENT,
			   "nothing is made in the bundle or above it", "%s is there", beside[i]);
	check_link(t, id, b, row->link, target);
	check_link(t, id, b, row->link2, target2);
}

/* ------------------------------------------------------------------ a file as destination */

struct file_row {
	struct test_case c;
	const char *target; /* of the link at /etc/conf */
	const char *inside; /* the path that it leads to, seen from the container's root */
	bool there; /* a file is there already */
};

#define TO(where, in) .target = (where), .inside = (in)

static const struct file_row file_rows[] = {
	{ ROW("inside", "symlink.inside"), TO("../run/conf", "/run/conf"), .there = true },
	{ ROW("inside-missing", "symlink.inside"), TO("../run/conf", "/run/conf"), .there = false },
	{ ROW("absolute", "symlink.absolute"), TO("VICTIM", "VICTIM"), .there = true },
	{ ROW("absolute-missing", "symlink.absolute"), TO("VICTIM", "VICTIM"), .there = false },
	{ ROW("climbing", "symlink.climbing"), TO(UP "VICTIM", "VICTIM"), .there = true },
	{ ROW("climbing-missing", "symlink.climbing"), TO(UP "VICTIM", "VICTIM"), .there = false },
};

/* The victim is a file of the host, and one that is not there lies beside it. */
static void confined_file(struct test *t)
{
	const struct file_row *row = test_row(t);
	const char *id = row->c.requirement, *before;
	const char *directory = host_dir(t, "victim"), *victim = format(t, "%s/conf", directory);
	const char *target = fill(t, row->target, victim), *inside = fill(t, row->inside, victim);
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	if (row->there)
		host_file(t, "victim/conf", "victim");
	bundle_dir(b, "rootfs/run", 0755);
	if (row->there)
		bundle_file(b, format(t, "rootfs%s", inside), 0644, "covered");
	bundle_symlink(b, "rootfs/etc/conf", target);
	before = looks(t, directory);
	bundle_mount(b, "/etc/conf", "none", host_file(t, "source", "source"), "bind");
	bundle_probe(b, "read", inside, "read", "/etc/conf", NULL);
	f = bundle_supported(b, id);
	if (f) {
		check_string(t, id, format(t, "content of %s inside", inside), "source",
			     facts_string(f, "read"));
		check_string(t, id, "content of /etc/conf inside", "source",
			     facts_string(f, "read#2"));
	}
	check_string(t, id, "the host's directory afterwards", before, looks(t, directory));
	if (row->there)
		check_string(t, id, "the host's file of that name", "victim", file_read(t, victim));
	check_link(t, id, b, "etc/conf", target);
}

/* The link comes with an earlier mount. */
static void via_mount(struct test *t)
{
	const char *id = "mounts.destination.symlink.via-mount";

	for (int climbing = 0; climbing < 2; climbing++) {
		struct bundle *b = bundle_new(t);
		const char *victim = host_dir(t, format(t, "victim-%d", climbing));
		const char *volume = host_dir(t, format(t, "volume-%d", climbing));
		const char *before = looks(t, victim), *link = format(t, "%s/link", volume);
		const char *up = format(t, UP "%s", victim);
		const struct facts *f;

		need(t, !symlink(climbing ? up : victim, link), link);
		bundle_dir(b, "rootfs/vol", 0755);
		bundle_mount(b, "/vol", "none", volume, "bind");
		bundle_mount(b, "/vol/link/y", "tmpfs", "tmpfs", "size=128k");
		bundle_probe(b, "statfs", format(t, "%s/y", victim), NULL);
		f = bundle_supported(b, id);
		if (f)
			check_int(t, id, "size of the tmpfs where the link leads inside", 128 * 1024,
				  tmpfs_size(f, "statfs"));
		check_string(t, id, "the host's directory afterwards", before, looks(t, victim));
	}
}

const struct test_entry mount_path_tests[] = {
	{
		.name = "mounts/confined",
		.about = "no destination leads out of the container's root",
		.requirements = REQS("mounts.destination.dotdot"),
		.run = confined,
		CASES(path_rows),
	},
	{
		.name = "mounts/confined-file",
		.about = "no symlink at a file's destination leads out of the container's root",
		.requirements = REQS("mounts.destination.symlink.inside"),
		.run = confined_file,
		CASES(file_rows),
	},
	{
		.name = "mounts/via-mount",
		.about = "no symlink in an earlier mount leads out of the container's root",
		.requirements = REQS("mounts.destination.symlink.via-mount"),
		.run = via_mount,
	},
	{ 0 },
};
