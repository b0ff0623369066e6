/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup hierarchies: what runtimes expect to find of them, and the sweep after a suite
 * that died. It must never fork or allocate: it is what still works when nothing else does.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listing.h"
#include "sys.h"

#define ROOT	  "/sys/fs/cgroup"
#define DEPTH_MAX 24

static bool unified;

struct hierarchy {
	const char *name, *options;
};

/*
 * Version 1, one controller to a hierarchy, but for the pairs that all distributions mount
 * together. systemd's own has no controller; runtimes look for it by name. Controllers the kernel
 * has not are left out.
 */
static const struct hierarchy legacy[] = {
	{ "systemd", "none,name=systemd" },
	{ "cpuset", "cpuset" },
	{ "cpu,cpuacct", "cpu,cpuacct" },
	{ "blkio", "blkio" },
	{ "memory", "memory" },
	{ "devices", "devices" },
	{ "freezer", "freezer" },
	{ "net_cls,net_prio", "net_cls,net_prio" },
	{ "perf_event", "perf_event" },
	{ "hugetlb", "hugetlb" },
	{ "pids", "pids" },
	{ "rdma", "rdma" },
	{ "misc", "misc" },
};

/* Single names of the pairs, as symbolic links beside them. */
static const char *const legacy_links[][2] = {
	{ "cpu,cpuacct", ROOT "/cpu" },
	{ "cpu,cpuacct", ROOT "/cpuacct" },
	{ "net_cls,net_prio", ROOT "/net_cls" },
	{ "net_cls,net_prio", ROOT "/net_prio" },
};

/* Pass on every controller that `directory` has to its children. */
static int enable_all(const char *directory, struct fault *f)
{
	char controllers[256];
	char *next = controllers, *end;
	TEXT(file, 256);

	text_join(&file, directory, "/cgroup.controllers", NULL);
	if (file_read(file.data, controllers, sizeof(controllers) - 1) <= 0)
		return fault_set(f, -ENOENT, file.data, ": the kernel has no controllers", NULL);
	text_init(&file, file_data, sizeof(file_data));
	text_join(&file, directory, "/cgroup.subtree_control", NULL);
	/* One at a time: a write with one controller that cannot be passed on enables none. */
	for (; *next; next = end) {
		TEXT(word, 64);
		char last;

		for (end = next; *end && *end != ' '; end++)
			;
		last = *end;
		*end = '\0';
		text_join(&word, "+", next, NULL);
		if (last)
			end++;
		if (file_write(file.data, word.data))
			return fault_set(f, -EINVAL, file.data, ": cannot enable ", next, NULL);
	}
	return 0;
}

static int setup_unified(struct fault *f)
{
	int error;

	/* favordynmods: moving a process costs no RCU grace period, and every test moves some. */
	if (mount("cgroup2", ROOT, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "nsdelegate,memory_recursiveprot,favordynmods"))
		return fault_set(f, -errno, "cannot mount cgroup2: ", strerror(errno), NULL);
	/*
	 * A cgroup with processes cannot pass controllers on; the root is exempt, so PID 1 stays
	 * there, and the suite goes to a leaf of its own below /assay.
	 */
	error = enable_all(ROOT, f);
	if (error)
		return error;
	if (mkdir(ROOT "/assay", 0755) || mkdir(ROOT "/assay/runner", 0755))
		return fault_set(f, -errno, ROOT "/assay: ", strerror(errno), NULL);
	return enable_all(ROOT "/assay", f);
}

static int setup_legacy(struct fault *f)
{
	unsigned int mounted = 0;

	if (mount("tmpfs", ROOT, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755"))
		return fault_set(f, -errno, "cannot mount " ROOT ": ", strerror(errno), NULL);
	for (size_t i = 0; i < sizeof(legacy) / sizeof(*legacy); i++) {
		TEXT(path, 256);
		TEXT(file, 256);

		text_join(&path, ROOT "/", legacy[i].name, NULL);
		mkdir(path.data, 0755);
		if (mount("cgroup", path.data, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  legacy[i].options)) {
			rmdir(path.data);
			continue;
		}
		mounted++;
		/* A cpuset without CPUs and nodes takes no process: let children copy theirs. */
		text_join(&file, path.data, "/cgroup.clone_children", NULL);
		if (!strcmp(legacy[i].name, "cpuset"))
			file_write(file.data, "1");
		text_put(&path, "/assay");
		if (mkdir(path.data, 0755))
			return fault_set(f, -errno, path.data, ": ", strerror(errno), NULL);
	}
	for (size_t i = 0; i < sizeof(legacy_links) / sizeof(*legacy_links); i++)
		if (symlink(legacy_links[i][0], legacy_links[i][1]))
			return fault_set(f, -errno, legacy_links[i][1], ": ", strerror(errno),
					 NULL);
	/* Version 1 has the memory controller of the parent count only on request. */
	file_write(ROOT "/memory/memory.use_hierarchy", "1");
	if (mounted < 2)
		return fault_set(f, -ENODEV, "the kernel has no cgroup v1 controllers", NULL);
	return 0;
}

int cgroup_setup(const char *profile, struct fault *f)
{
	unified = strcmp(profile, "legacy");
	return unified ? setup_unified(f) : setup_legacy(f);
}

void cgroup_enter_runner(void)
{
	/* Version 1 knows no leaves: the suite stays in the roots, and moves its tests itself. */
	if (unified)
		file_write(ROOT "/assay/runner/cgroup.procs", "0");
}

/*
 * Visit every cgroup below `path`, children first; `path` is put back as it was. What is made
 * while we look is seen next time, or not: the callers run when everything is dead or dying.
 */
static void walk(struct text *path, int depth, void (*visit)(struct text *path))
{
	struct listing l;
	const char *name;

	if (!depth || listing_open(&l, AT_FDCWD, path->data))
		return;
	while ((name = listing_next(&l))) {
		size_t length = path->length;
		struct stat st;

		if (fstatat(l.fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
			continue;
		text_join(path, "/", name, NULL);
		if (!path->cut) {
			walk(path, depth - 1, visit);
			visit(path);
		}
		path->length = length;
		path->data[length] = '\0';
		path->cut = false;
	}
	close(l.fd);
}

static void write_below(struct text *path, const char *file, const char *value)
{
	size_t length = path->length;

	text_join(path, "/", file, NULL);
	file_write(path->data, value);
	path->length = length;
	path->data[length] = '\0';
}

/* The v1 freezer holds back even SIGKILL; the v2 one does not. */
static void thaw(struct text *path)
{
	write_below(path, "freezer.state", "THAWED");
}

static void remove_one(struct text *path)
{
	const char *below = strrchr(path->data, '/');

	if (!strcmp(path->data, ROOT "/assay/runner") || !strcmp(below, "/assay"))
		return;
	rmdir(path->data);
}

static void walk_hierarchies(void (*visit)(struct text *path))
{
	TEXT(path, 2048);

	if (unified) {
		text_put(&path, ROOT);
		walk(&path, DEPTH_MAX, visit);
		return;
	}
	for (size_t i = 0; i < sizeof(legacy) / sizeof(*legacy); i++) {
		text_init(&path, path_data, sizeof(path_data));
		text_join(&path, ROOT "/", legacy[i].name, NULL);
		walk(&path, DEPTH_MAX, visit);
	}
}

void cgroup_kill(void)
{
	if (unified)
		file_write(ROOT "/assay/cgroup.kill", "1");
	else
		walk_hierarchies(thaw);
}

void cgroup_remove(void)
{
	walk_hierarchies(remove_one);
}
