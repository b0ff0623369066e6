/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system tree of the appliance: the root on tmpfs, the pseudo file systems (cgroups
 * have a file of their own). It must mount nothing that belongs to a disk, and nothing that the
 * table does not show.
 */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listing.h"
#include "sys.h"

#define NEW_ROOT       "/new"
#define TREE_DEPTH_MAX 16
#define HARD_LINKS_MAX 32

struct mount_row {
	const char *type, *target, *options;
	unsigned long flags;
	bool required;
};

#define PSEUDO (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* In this order: later rows lie in earlier ones. What the kernel has not is left out, if it may. */
static const struct mount_row table[] = {
	{ "proc", "/proc", NULL, PSEUDO, true },
	{ "sysfs", "/sys", NULL, PSEUDO, true },
	{ "devtmpfs", "/dev", "mode=0755", MS_NOSUID, true },
	{ "devpts", "/dev/pts", "mode=0620,gid=5,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, true },
	{ "tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/run", "mode=0755", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "mqueue", "/dev/mqueue", NULL, PSEUDO, false },
	{ "hugetlbfs", "/dev/hugepages", NULL, MS_NOSUID | MS_NODEV, false },
	{ "securityfs", "/sys/kernel/security", NULL, PSEUDO, false },
	{ "selinuxfs", "/sys/fs/selinux", NULL, MS_NOSUID | MS_NOEXEC, false },
	{ "pstore", "/sys/fs/pstore", NULL, PSEUDO, false },
	{ "bpf", "/sys/fs/bpf", "mode=0700", PSEUDO, false },
	{ "resctrl", "/sys/fs/resctrl", NULL, PSEUDO, false },
};

static int copy_file(int from_dir, const char *name, const struct stat *st, int to_dir)
{
	static char buffer[128 * 1024];
	int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int error = 0;
	ssize_t n = 0;

	if (from < 0 || to < 0)
		error = -errno;
	while (!error && (n = read(from, buffer, sizeof(buffer))) > 0)
		error = write_all(to, buffer, (size_t)n);
	if (!error && n < 0)
		error = -errno;
	/* Owner first: chown() clears the set-user-ID bit. */
	if (!error && (fchown(to, st->st_uid, st->st_gid) || fchmod(to, st->st_mode & 07777)))
		error = -errno;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return error;
}

/* Files with several names (busybox) are copied once and linked after that. */
static struct {
	ino_t inode;
	char path[192]; /* from the root */
} links[HARD_LINKS_MAX];

/* Link `path` in the new root to the copy that is there already; false if there is none. */
static bool link_known(const struct stat *st, const char *path)
{
	for (int i = 0; i < HARD_LINKS_MAX && links[i].inode; i++) {
		TEXT(from, 256);
		TEXT(to, 1024);

		if (links[i].inode != st->st_ino)
			continue;
		text_join(&from, NEW_ROOT, links[i].path, NULL);
		text_join(&to, NEW_ROOT, path, NULL);
		return !link(from.data, to.data);
	}
	return false;
}

static void link_remember(const struct stat *st, const char *path)
{
	struct text t;
	int i = 0;

	while (i < HARD_LINKS_MAX && links[i].inode)
		i++;
	if (i == HARD_LINKS_MAX || st->st_nlink < 2)
		return;
	text_init(&t, links[i].path, sizeof(links[i].path));
	text_put(&t, path);
	links[i].inode = t.cut ? 0 : st->st_ino;
}

static int copy_other(int from, const char *name, const struct stat *st, int to)
{
	char target[4096];
	ssize_t n;

	if (!S_ISLNK(st->st_mode)) {
		if (mknodat(to, name, st->st_mode, st->st_rdev) ||
		    fchmodat(to, name, st->st_mode & 07777, 0))
			return -errno;
		return 0;
	}
	n = readlinkat(from, name, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	return symlinkat(target, to, name) ? -errno : 0;
}

static int move_tree(int from, int to, const char *path, int depth, struct fault *f);

static int move_directory(int from, const char *name, const struct stat *st, int to,
			  const char *path, int depth, struct fault *f)
{
	int down_from = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int down_to = -1;
	int error = 0;

	if (down_from < 0 || mkdirat(to, name, 0700))
		error = -errno;
	if (!error) {
		down_to = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = depth ? move_tree(down_from, down_to, path, depth - 1, f) : -ELOOP;
	}
	if (!error &&
	    (fchown(down_to, st->st_uid, st->st_gid) || fchmod(down_to, st->st_mode & 07777)))
		error = -errno;
	if (down_from >= 0)
		close(down_from);
	if (down_to >= 0)
		close(down_to);
	return error;
}

static int move_entry(int from, const char *name, int to, const char *path, int depth,
		      struct fault *f)
{
	struct stat st;
	int error = 0;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		error = move_directory(from, name, &st, to, path, depth, f);
	} else if (S_ISREG(st.st_mode)) {
		if (!link_known(&st, path)) {
			error = copy_file(from, name, &st, to);
			link_remember(&st, path);
		}
	} else {
		error = copy_other(from, name, &st, to);
	}
	if (!error && unlinkat(from, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
		error = -errno;
	return error;
}

/*
 * Move the content of directory `from` to `to`, freeing each file once it is copied: with both
 * copies of a tree in memory a small machine would not get through.
 */
static int move_tree(int from, int to, const char *path, int depth, struct fault *f)
{
	struct listing l;
	const char *name;
	int error = listing_open(&l, from, ".");

	if (error)
		return error;
	/* Removing what was listed does not disturb the listing: tmpfs keeps a cursor. */
	while (!error && (name = listing_next(&l))) {
		TEXT(here, 512);

		text_join(&here, path, "/", name, NULL);
		if (!strcmp(here.data, NEW_ROOT))
			continue;
		error = move_entry(from, name, to, here.data, depth, f);
		if (error && !f->line[0])
			fault_set(f, error, "root: cannot move ", here.data, ": ", strerror(-error),
				  NULL);
	}
	close(l.fd);
	return error;
}

int root_switch(struct fault *f)
{
	int from = -1, to = -1;
	int error = 0;

	f->line[0] = '\0';
	mkdir(NEW_ROOT, 0755);
	/* 3/4 of the memory: the payload is unpacked here, and a full root must leave some. */
	if (mount("tmpfs", NEW_ROOT, "tmpfs", 0, "mode=0755,size=75%,nr_inodes=64k")) {
		error = fault_set(f, -errno, "root: cannot mount a tmpfs: ", strerror(errno), NULL);
		goto out;
	}
	from = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	to = open(NEW_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = move_tree(from, to, "", TREE_DEPTH_MAX, f);
	if (error)
		goto out;
	/*
	 * The initramfs is the one mount that cannot be moved, covered by pivot_root() or taken
	 * away. So the new root is moved over it; from there pivot_root() works, as runtimes need.
	 */
	if (chdir(NEW_ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		error = fault_set(f, -errno, "root: cannot move to the tmpfs: ", strerror(errno),
				  NULL);
out:
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return error;
}

int mounts_early(struct fault *f)
{
	static const char *const dev_links[][2] = {
		{ "/proc/self/fd", "/dev/fd" },
		{ "/proc/self/fd/0", "/dev/stdin" },
		{ "/proc/self/fd/1", "/dev/stdout" },
		{ "/proc/self/fd/2", "/dev/stderr" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct mount_row *m = &table[i];

		mkdir(m->target, 0755);
		if (mount(m->type, m->target, m->type, m->flags, m->options) && m->required)
			return fault_set(f, -errno, "cannot mount ", m->type, " on ", m->target,
					 ": ", strerror(errno), NULL);
	}
	for (size_t i = 0; i < sizeof(dev_links) / sizeof(*dev_links); i++)
		if (symlink(dev_links[i][0], dev_links[i][1]) && errno != EEXIST)
			return fault_set(f, -errno, "cannot make ", dev_links[i][1], ": ",
					 strerror(errno), NULL);
	return 0;
}

int mounts_run(uint64_t bytes, struct fault *f)
{
	TEXT(options, 64);

	text_put(&options, "mode=0755,size=");
	text_number(&options, bytes);
	mkdir("/run/assay", 0755);
	if (mount("tmpfs", "/run/assay", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.data))
		return fault_set(f, -errno, "cannot mount /run/assay: ", strerror(errno), NULL);
	return 0;
}
