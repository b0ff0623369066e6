/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destinations of mounts that want to lead out of the container's root: parent segments, symlinks
 * of the root file system and of an earlier mount. Inside, or an error; never on the host.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

/*
 * A tmpfs of 128 KiB is asked for at a destination; the probe finds it at a path inside, or the
 * runtime refuses. A directory of the host, the victim, is the same before, during and after.
 */
struct path_row {
	struct test_case c;
	const char *destination, *inside;
	const char *link, *target; /* in the root; "VICTIM" in the target is the host's directory */
	const char *directory; /* one that is in the root */
};

#define ROW(name, id) { name, "mounts.destination." id, NULL }

static const struct path_row path_rows[] = {
	{ ROW("relative-dotdot", "relative.dotdot"), "../../x", "/x", NULL, NULL, NULL },
	{ ROW("relative-dotdot-there", "relative.dotdot"), "../x", "/x", NULL, NULL, "x" },
	{ ROW("dotdot", "dotdot"), "/../../x", "/x", NULL, NULL, NULL },
	{ ROW("dotdot-in-the-middle", "dotdot"), "/a/../../../x", "/x", NULL, NULL, "a" },
	{ ROW("dotdot-there", "dotdot"), "/a/../../../x", "/x", NULL, NULL, "x" },
	/* Where an absolute link leads inside there is nothing: made there, or refused. */
	{ ROW("absolute-link", "symlink.absolute"), "/link/x", "VICTIM/x", "link", "VICTIM", NULL },
	{ ROW("absolute-link-last", "symlink.absolute"), "/link", "VICTIM", "link", "VICTIM", NULL },
	{ ROW("absolute-link-deep", "symlink.absolute"), "/a/link/x", "VICTIM/x", "a/link", "VICTIM",
	  "a" },
	{ ROW("absolute-link-there", "symlink.absolute"), "/link/x", "VICTIM/x", "link", "VICTIM",
	  "VICTIM/x" },
	{ ROW("climbing-link-there", "symlink.climbing"), "/link", "VICTIM", "link",
	  "../../../../../../../..VICTIM", "VICTIM" },
	{ ROW("climbing-link", "symlink.climbing"), "/link", "VICTIM", "link",
	  "../../../../../../../..VICTIM", NULL },
	{ ROW("climbing-link-first", "symlink.climbing"), "/link/x", "VICTIM/x", "link",
	  "../../../../../../../..VICTIM", NULL },
	{ ROW("inside", "symlink.inside"), "/run/lock", "/var/run/lock", "run", "var/run",
	  "var/run/lock" },
	{ ROW("inside-missing", "symlink.inside"), "/run/lock", "/var/run/lock", "run", "var/run",
	  "var/run" },
	{ ROW("inside-absolute", "symlink.inside"), "/run/lock", "/var/run/lock", "run", "/var/run",
	  "var/run/lock" },
};

static const char *fill(struct test *t, const char *text, const char *victim)
{
	const char *at = text ? strstr(text, "VICTIM") : NULL;

	return at ? format(t, "%.*s%s%s", (int)(at - text), text, victim, at + strlen("VICTIM")) : text;
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

static void confined(struct test *t)
{
	const struct path_row *row = test_row(t);
	const char *id = row->c.requirement, *victim = host_dir(t, "victim"), *before, *inside;
	struct bundle *b = bundle_new(t);
	const char *beside = format(t, "%s/x", bundle_path(b));
	const struct facts *f;
	char byte;

	if (row->directory)
		bundle_dir(b, format(t, "rootfs/%s", fill(t, row->directory, victim)), 0755);
	if (row->link)
		bundle_symlink(b, format(t, "rootfs/%s", row->link), fill(t, row->target, victim));
	inside = fill(t, row->inside, victim);
	before = looks(t, victim);
	bundle_mount(b, row->destination, "tmpfs", "tmpfs", "size=128k");
	bundle_probe(b, "statfs", inside, "statfs", row->destination, NULL);
	f = bundle_supported(b, id);
	if (f && row->link) /* and by way of the link, which leads there */
		check_int(t, id, format(t, "size of the tmpfs at %s", row->destination), 128 * 1024,
			  tmpfs_size(f, "statfs#2"));
	if (f)
		check_int(t, id, format(t, "size of the tmpfs at %s", inside), 128 * 1024,
			  tmpfs_size(f, "statfs"));
	check_string(t, id, "the host's directory afterwards", before, looks(t, victim));
	check_true(t, id, access(beside, F_OK) && errno == ENOENT, "nothing is made in the bundle",
		   "%s is there", beside);
	if (row->link)
		check_true(t, id,
			   readlink(format(t, "%s/%s", bundle_rootfs(b), row->link), &byte, 1) == 1,
			   "the link of the root file system is still one", "it is none");
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
		const char *up = format(t, "../../../../../../../..%s", victim);
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
		.name = "mounts/via-mount",
		.about = "no symlink in an earlier mount leads out of the container's root",
		.requirements = REQS("mounts.destination.symlink.via-mount"),
		.run = via_mount,
	},
	{ 0 },
};
