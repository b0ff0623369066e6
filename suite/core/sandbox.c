/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of a test: a mount tree on the machine's own root (read-only), its own cgroup in every
 * hierarchy, fresh /proc, /sys, /dev, /run, /tmp. Made by the test's process itself, which has been
 * cloned into new namespaces. It must never change anything that the runner or another test sees,
 * but for the cgroup that it makes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "engine.h"
#include "init/listing.h"

/* From sys/mount.h, which quarrels with linux/mount.h in some versions of libc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);
int umount2(const char *target, int flags);
#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif

#define SELF_CGROUP "self" /* leaf that the test's process sits in, on v2 */

/* Where the complaint of a step goes: the first one stays. */
struct fault {
	char *text;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static int fail(struct fault *f, int error,
						      const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(f->text, f->size, "%s: %s", what, strerror(error));
	return -error;
}

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* ------------------------------------------------------------------ hierarchies */

/* The options that a v1 hierarchy must be mounted with again: controllers and the name. */
static void mount_options(const char *super, char *to, size_t size)
{
	static const char *const not_ours[] = { "rw",
						"ro",
						"xattr",
						"noprefix",
						"clone_children",
						"cpuset_v2_mode",
						"nofavordynmods",
						"favordynmods" };
	size_t used = 0;

	*to = '\0';
	for (const char *end; *super; super = *end ? end + 1 : end) {
		size_t length;
		bool skip = !strncmp(super, "release_agent", 13);

		end = super + strcspn(super, ",");
		length = (size_t)(end - super);
		for (size_t i = 0; i < ARRAY_SIZE(not_ours); i++)
			skip |= strlen(not_ours[i]) == length &&
				!strncmp(not_ours[i], super, length);
		if (skip || used + length + 8 > size)
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s%s%.*s", used ? "," : "",
					 !used && !strncmp(super, "name=", 5) ? "none," : "",
					 (int)length, super);
	}
}

static void find_hierarchies(struct context *c)
{
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	bool v1 = false;

	while (in && fgets(line, sizeof(line), in) && c->n_hierarchies < HIERARCHY_MAX) {
		struct hierarchy *h = &c->hierarchies[c->n_hierarchies];
		char point[256], root[256], type[32], super[512];
		const char *tail = strstr(line, " - ");

		if (!tail || sscanf(line, "%*s %*s %*s %255s %255s", root, point) != 2 ||
		    sscanf(tail, " - %31s %*s %511s", type, super) != 2 || strcmp(root, "/"))
			continue;
		h->v2 = !strcmp(type, "cgroup2");
		if ((!h->v2 && strcmp(type, "cgroup")) || strlen(point) >= sizeof(h->point))
			continue;
		snprintf(h->point, sizeof(h->point), "%.127s", point);
		mount_options(h->v2 ? "" : super, h->options, sizeof(h->options));
		v1 |= !h->v2;
		c->n_hierarchies++;
	}
	if (in)
		fclose(in);
	c->cgroup_v2 = c->n_hierarchies && !v1;
}

/* Pass every controller of a v2 cgroup on to its children, one at a time: some may refuse. */
static void pass_on(const char *directory)
{
	char path[512], names[512], *save = NULL;

	snprintf(path, sizeof(path), "%s/cgroup.controllers", directory);
	file_look(path, names, sizeof(names));
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", directory);
	for (char *w = strtok_r(names, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		char word[64];

		snprintf(word, sizeof(word), "+%s", w);
		(void)write_to(path, word);
	}
}

/* A v1 cpuset is useless until it has CPUs and nodes; those of its parent. */
static void inherit_cpuset(const char *parent, const char *directory)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[512], value[256];

		snprintf(path, sizeof(path), "%s/%s", parent, files[i]);
		file_look(path, value, sizeof(value));
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		(void)write_to(path, value);
	}
}

/* v1: without a budget of its own a cgroup has none of real time to give on. Twenty tests share. */
#define RT_RUN_US  "200000"
#define RT_TEST_US "10000"

static void give_real_time(const char *directory, const char *microseconds)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/cpu.rt_runtime_us", directory);
	(void)write_to(path, microseconds);
}

/* One cgroup for all tests of this run. In the appliance init has made it. */
static int make_parent(const struct context *c, struct fault *f)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];
		char path[256], children[300];

		snprintf(path, sizeof(path), "%s%s", h->point, c->cgroup);
		if (mkdir(path, 0755) && errno != EEXIST)
			return fail(f, errno, "mkdir %s", path);
		if (h->v2 && c->cgroup_v2) {
			pass_on(h->point);
			pass_on(path);
		}
		if (strstr(h->options, "cpuset")) {
			inherit_cpuset(h->point, path);
			snprintf(children, sizeof(children), "%s/cgroup.clone_children", path);
			(void)write_to(children, "1");
		}
		give_real_time(path, RT_RUN_US);
	}
	return 0;
}

int sandbox_prepare(struct context *c, char *error, size_t size)
{
	struct fault f = { error, size };

	find_hierarchies(c);
	if (!c->n_hierarchies)
		return fail(&f, ENOENT, "no cgroup file system is mounted");
	if (c->appliance) {
		/* Mounts, namespaces and cgroups come and go with every test; on a machine of two
		 * CPUs the quick grace periods cost nobody anything. */
		(void)write_to("/sys/kernel/rcu_expedited", "1");
		/* Tests read in the kernel's log what filters log: none may be left out. */
		(void)write_to("/proc/sys/kernel/printk_ratelimit", "0");
		snprintf(c->cgroup, sizeof(c->cgroup), "/assay");
		snprintf(c->base, sizeof(c->base), "/run/assay/root");
	} else {
		snprintf(c->cgroup, sizeof(c->cgroup), "/assay.%d", (int)getpid());
		snprintf(c->base, sizeof(c->base), "/run/assay.%d", (int)getpid());
	}
	if (mkdir(c->base, 0755) && errno != EEXIST)
		return fail(&f, errno, "mkdir %s", c->base);
	return make_parent(c, &f);
}

void sandbox_finish(const struct context *c)
{
	rmdir(c->base);
	if (c->appliance)
		return;
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s%s", c->hierarchies[i].point, c->cgroup);
		rmdir(path);
	}
}

/* ------------------------------------------------------------------ cgroup of a test */

/* Bounds that no runtime comes near, so that a hostile one hurts nobody else. */
static void bound(const struct hierarchy *h, const char *path)
{
	char file[400], value[32];
	long long bytes = sysconf(_SC_PHYS_PAGES) * (long long)sysconf(_SC_PAGESIZE), threads;

	/* The kernel's own limit follows from its memory; a fork bomb must not come near that. */
	file_look("/proc/sys/kernel/threads-max", value, sizeof(value));
	threads = strtoll(value, NULL, 10) / 4;
	snprintf(value, sizeof(value), "%lld", bytes / 4 * 3);
	snprintf(file, sizeof(file), "%s/%s", path, h->v2 ? "memory.max" : "memory.limit_in_bytes");
	(void)write_to(file, value);
	snprintf(file, sizeof(file), "%s/pids.max", path);
	snprintf(value, sizeof(value), "%lld", threads > 0 && threads < 4096 ? threads : 4096);
	(void)write_to(file, value);
}

void sandbox_cgroup(const struct context *c, size_t index, char name[SANDBOX_CGROUP])
{
	snprintf(name, SANDBOX_CGROUP, "%s/t%zu", c->cgroup, index);
}

/* The folder of that cgroup in a hierarchy. */
static void cgroup_folder(const struct context *c, const struct hierarchy *h, size_t index,
			  char path[256])
{
	char name[SANDBOX_CGROUP];

	sandbox_cgroup(c, index, name);
	snprintf(path, 256, "%s%s", h->point, name);
}

static int enter_cgroups(const struct context *c, size_t index, struct fault *f)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];
		char path[256], file[300];
		int error;

		cgroup_folder(c, h, index, path);
		if (mkdir(path, 0755) && errno != EEXIST)
			return fail(f, errno, "mkdir %s", path);
		bound(h, path);
		give_real_time(path, RT_TEST_US);
		snprintf(file, sizeof(file), "%s/cgroup.procs", path);
		error = write_to(file, "0");
		if (error)
			return fail(f, -error, "enter %s", path);
	}
	/* What is the root of the new namespace is where the process is now. */
	if (unshare(CLONE_NEWCGROUP))
		return fail(f, errno, "unshare the cgroup namespace");
	for (size_t i = 0; c->cgroup_v2 && i < c->n_hierarchies; i++) {
		char path[256], file[300];

		/* v2: a cgroup with processes passes no controllers on; so into a leaf. */
		cgroup_folder(c, &c->hierarchies[i], index, path);
		snprintf(file, sizeof(file), "%s/" SELF_CGROUP, path);
		if (mkdir(file, 0755) && errno != EEXIST)
			return fail(f, errno, "mkdir %s", file);
		snprintf(file, sizeof(file), "%s/" SELF_CGROUP "/cgroup.procs", path);
		(void)write_to(file, "0");
		pass_on(path);
	}
	return 0;
}

#define TREE_MAX 32

/* A cgroup and all below it, depth first; whether the deed on the cgroup itself worked. */
static bool for_tree(const char *path, int depth, bool (*deed)(const char *path))
{
	struct listing list;
	const char *name;

	if (depth == TREE_MAX || listing_open(&list, AT_FDCWD, path))
		return deed(path);
	while ((name = listing_next(&list))) {
		char *child;

		if (list.type != DT_DIR || asprintf(&child, "%s/%s", path, name) < 0)
			continue;
		for_tree(child, depth + 1, deed);
		free(child);
	}
	close(list.fd);
	return deed(path);
}

/* It cannot go while a process is still on its way out of it. */
static bool remove_cgroup(const char *path)
{
	return !rmdir(path) || errno == ENOENT;
}

static bool thaw_cgroup(const char *path)
{
	char file[1024];

	snprintf(file, sizeof(file), "%.1000s/freezer.state", path);
	return !write_to(file, "THAWED");
}

static bool kill_cgroup(const char *path)
{
	char file[1024], line[32];
	FILE *procs;

	snprintf(file, sizeof(file), "%.1000s/cgroup.procs", path);
	procs = fopen(file, "re");
	if (!procs)
		return false;
	while (fgets(line, sizeof(line), procs))
		if (strtol(line, NULL, 10) > 1)
			kill((pid_t)strtol(line, NULL, 10), SIGKILL);
	fclose(procs);
	return true;
}

/* On v1 what is frozen cannot even be killed, and the world of a test would never fall. */
void sandbox_thaw(const struct context *c, size_t index)
{
	char path[256];

	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];

		if (h->v2 || !strstr(h->options, "freezer"))
			continue;
		cgroup_folder(c, h, index, path);
		for_tree(path, 0, thaw_cgroup);
	}
}

void sandbox_remove(const struct context *c, size_t index)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		char path[256], file[300];

		cgroup_folder(c, &c->hierarchies[i], index, path);
		if (for_tree(path, 0, remove_cgroup))
			continue;
		snprintf(file, sizeof(file), "%s/cgroup.kill", path);
		if (!c->hierarchies[i].v2 || write_to(file, "1"))
			for_tree(path, 0, kill_cgroup);
		for_tree(path, 0, remove_cgroup);
	}
}

bool sandbox_out_of_memory(const struct context *c, size_t index)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];
		char path[256], file[300], text[1024];
		const char *at;

		cgroup_folder(c, h, index, path);
		snprintf(file, sizeof(file), "%s/%s", path,
			 h->v2 ? "memory.events" : "memory.oom_control");
		file_look(file, text, sizeof(text));
		at = strstr(text, "oom_kill ");
		if (at && strtol(at + 9, NULL, 10) > 0)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ mounts */

/* musl has no wrappers for the calls of the new mount interface. */
static int clone_tree(const char *path)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static int attach(int tree, const char *path)
{
	return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
}

static int attach_read_only(const char *from, const char *to, struct fault *f)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int tree = clone_tree(from), error = 0;

	if (tree < 0)
		return fail(f, errno, "clone the mount %s", from);
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ||
	    attach(tree, to))
		error = fail(f, errno, "mount %s read-only", from);
	close(tree);
	return error;
}

/* Not to be seen in a test's world, or made anew for it. */
static bool is_own(const char *point)
{
	static const char *const own[] = { "/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		size_t n = strlen(own[i]);

		if (!strncmp(point, own[i], n) && (!point[n] || point[n] == '/'))
			return true;
	}
	return false;
}

/*
 * In the appliance: an overlay of two lower layers and no upper one. A bind mount that is read-only
 * is made writable by whoever may mount, and then the appliance's own files are there for a runtime
 * to destroy. This has nothing to be written to, and the mount below it is out of reach.
 */
static int make_overlay(const struct context *c, struct fault *f)
{
	static const char empty[] = "/run/assay/empty";

	if (mkdir(empty, 0755) && errno != EEXIST)
		return fail(f, errno, "mkdir %s", empty);
	if (mount("assay", c->base, "overlay", MS_RDONLY, "lowerdir=/:/run/assay/empty"))
		return fail(f, errno, "mount the root as an overlay");
	return 0;
}

/* The root, and on a plain host what is mounted on it (/usr, /home ...). */
static int make_root(const struct context *c, struct fault *f)
{
	FILE *in;
	char line[4096];
	int error;

	if (c->appliance)
		return make_overlay(c, f);
	error = attach_read_only("/", c->base, f);
	if (error)
		return error;
	in = fopen("/proc/self/mountinfo", "re");
	while (!error && in && fgets(line, sizeof(line), in)) {
		char point[1024], to[1200];
		struct stat a, b;

		if (sscanf(line, "%*s %*s %*s %*s %1023s", point) != 1 || !strcmp(point, "/") ||
		    is_own(point) || strchr(point, '\\') ||
		    !strncmp(point, c->base, strlen(c->base)))
			continue;
		snprintf(to, sizeof(to), "%s%s", c->base, point);
		if (stat(point, &a) || stat(to, &b) || S_ISDIR(a.st_mode) != S_ISDIR(b.st_mode))
			continue;
		error = attach_read_only(point, to, f);
	}
	if (in)
		fclose(in);
	return error;
}

struct pseudo {
	const char *type, *path, *options;
	unsigned long flags;
	bool optional;
};

static int mount_pseudo(const struct context *c, struct fault *f)
{
	static const struct pseudo list[] = {
		{ "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
		{ "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
		{ "tmpfs", "/dev", "mode=755,size=1m", MS_NOSUID, false },
		{ "tmpfs", "/run", "mode=755,size=96m", 0, false },
		{ "tmpfs", "/tmp", "mode=1777,size=64m", 0, false },
		{ "tmpfs", "/var/tmp", "mode=1777,size=64m", 0, true },
		{ "securityfs", "/sys/kernel/security", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  true },
		{ "selinuxfs", "/sys/fs/selinux", NULL, MS_NOSUID | MS_NOEXEC, true },
		{ "bpf", "/sys/fs/bpf", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		const struct pseudo *p = &list[i];
		char path[128];

		snprintf(path, sizeof(path), "%s%s", c->base, p->path);
		if (mount(p->type, path, p->type, p->flags, p->options) && !p->optional)
			return fail(f, errno, "mount %s on %s", p->type, p->path);
	}
	return 0;
}

static int make_devices(const struct context *c, struct fault *f)
{
	static const struct {
		const char *name;
		unsigned int major, minor;
	} nodes[] = {
		{ "null", 1, 3 },    { "zero", 1, 5 }, { "full", 1, 7 },  { "random", 1, 8 },
		{ "urandom", 1, 9 }, { "tty", 5, 0 },  { "kmsg", 1, 11 }, { "fuse", 10, 229 }
	};
	static const char *const links[][2] = { { "pts/ptmx", "ptmx" },
						{ "/proc/self/fd", "fd" },
						{ "/proc/self/fd/0", "stdin" },
						{ "/proc/self/fd/1", "stdout" },
						{ "/proc/self/fd/2", "stderr" } };
	static const struct pseudo list[] = {
		{ "devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=620,gid=5",
		  MS_NOSUID | MS_NOEXEC, false },
		{ "tmpfs", "/dev/shm", "mode=1777,size=32m", MS_NOSUID | MS_NODEV, false },
		{ "mqueue", "/dev/mqueue", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true },
	};
	char path[128];
	mode_t mask = umask(0);

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		snprintf(path, sizeof(path), "%s/dev/%s", c->base, nodes[i].name);
		if (mknod(path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)))
			return fail(f, errno, "mknod /dev/%s", nodes[i].name);
	}
	umask(mask);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(path, sizeof(path), "%s/dev/%s", c->base, links[i][1]);
		if (symlink(links[i][0], path))
			return fail(f, errno, "symlink /dev/%s", links[i][1]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		snprintf(path, sizeof(path), "%s%s", c->base, list[i].path);
		if (mkdir(path, 0755))
			return fail(f, errno, "mkdir %s", list[i].path);
		if (mount(list[i].type, path, list[i].type, list[i].flags, list[i].options) &&
		    !list[i].optional)
			return fail(f, errno, "mount %s on %s", list[i].type, list[i].path);
	}
	return 0;
}

/* The hierarchies where they are on the machine, each showing the test's cgroup as its root. */
static int mount_cgroups(const struct context *c, struct fault *f)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/sys/fs/cgroup", c->base);
	if (!c->cgroup_v2 &&
	    mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755,size=1m"))
		return fail(f, errno, "mount tmpfs on /sys/fs/cgroup");
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];
		const char *name = strrchr(h->point, '/') + 1;

		snprintf(path, sizeof(path), "%s%s", c->base, h->point);
		if (!c->cgroup_v2 && mkdir(path, 0755) && errno != EEXIST)
			return fail(f, errno, "mkdir %s", h->point);
		if (mount("cgroup", path, h->v2 ? "cgroup2" : "cgroup",
			  MS_NOSUID | MS_NODEV | MS_NOEXEC, *h->options ? h->options : NULL))
			return fail(f, errno, "mount cgroup on %s", h->point);
		/* "cpu,cpuacct" is also found as "cpu" and as "cpuacct". */
		for (const char *end; strchr(name, ',') || strchr(h->point, ',');) {
			end = name + strcspn(name, ",");
			snprintf(path, sizeof(path), "%s/sys/fs/cgroup/%.*s", c->base,
				 (int)(end - name), name);
			(void)!symlink(strrchr(h->point, '/') + 1, path);
			if (!*end)
				break;
			name = end + 1;
		}
	}
	return 0;
}

/* A runtime that lies where a world has its own directories is brought along. */
static int bring_runtime(const struct context *c, struct fault *f)
{
	char path[4200];
	int tree, fd;

	if (!is_own(c->runtime))
		return 0;
	snprintf(path, sizeof(path), "%s%s", c->base, c->runtime);
	for (char *slash = path + strlen(c->base) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	tree = clone_tree(c->runtime);
	if (fd < 0 || tree < 0 || attach(tree, path))
		return fail(f, errno, "bring %s along", c->runtime);
	close(fd);
	close(tree);
	return 0;
}

static int change_root(const struct context *c, struct fault *f)
{
	/* Stacks the old root on the new one and lets go of it there: no directory is needed. */
	if (chdir(c->base) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) ||
	    chdir("/"))
		return fail(f, errno, "pivot_root");
	/* As on most machines; a runtime must see to it that nothing spreads. */
	if (mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL))
		return fail(f, errno, "make the root shared");
	return 0;
}

static int place_probe(const struct context *c, struct fault *f)
{
	int fd;

	if (mkdir(WORLD_DIR, 0755))
		return fail(f, errno, "mkdir %s", WORLD_DIR);
	fd = open(WORLD_PROBE, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, c->probe, c->probe_size) != (ssize_t)c->probe_size ||
	    fchmod(fd, 0755))
		return fail(f, errno, "write %s", WORLD_PROBE);
	close(fd);
	return 0;
}

static void loopback_up(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };

	memcpy(request.ifr_name, "lo", 3);
	if (fd >= 0) {
		(void)ioctl(fd, SIOCSIFFLAGS, &request);
		close(fd);
	}
}

static void woken(int signal)
{
	(void)signal;
}

/* SIGCHLD does nothing but wake pump(), which takes it in while it waits. */
static void take_signals(void)
{
	struct sigaction child = { .sa_handler = woken, .sa_flags = SA_NOCLDSTOP };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &child, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int sandbox_enter(const struct context *c, size_t index, char *error, size_t size)
{
	static int (*const steps[])(const struct context *, struct fault *) = {
		make_root,     mount_pseudo, make_devices, mount_cgroups,
		bring_runtime, change_root,  place_probe,
	};
	struct fault f = { error, size };
	int e;

	umask(022);
	take_signals();
	/* Or the mounts below would spread to the machine. */
	if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL))
		return fail(&f, errno, "make all mounts private");
	e = enter_cgroups(c, index, &f);
	for (size_t i = 0; !e && i < ARRAY_SIZE(steps); i++)
		e = steps[i](c, &f);
	if (!e)
		loopback_up();
	return e;
}
