/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the kernel maps the owners of a mount at all. It must never decide a requirement.
 */
#include "suite/tests/mappings.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/tests/common.h"

/* In a child: a clone of a tmpfs gets the mapping of the user namespace of a process. */
static int map_mount(void *data)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/tmp", OPEN_TREE_CLONE);

	attr.userns_fd = (unsigned long long)*(int *)data;
	return tree < 0 ||
	       syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
}

void need_mapped_mounts(struct test *t)
{
	pid_t pid = test_namespaces(t, CLONE_NEWUSER);
	int fd;

	for (const char *const *map = WORDS("uid_map", "gid_map"); *map; map++)
		need(t, !file_write(t, format(t, "/proc/%d/%s", (int)pid, *map), "0 100000 65536"),
		     *map);
	fd = open(format(t, "/proc/%d/ns/user", (int)pid), O_RDONLY | O_CLOEXEC);
	need(t, fd >= 0, "the user namespace of a helper");
	if (test_wait(t, test_fork(t, map_mount, &fd)))
		test_skip(t, "the kernel does not map the owners of a tmpfs");
	close(fd);
}
