/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the calls of one test keep between them. The suite looks for leftovers in all of a test's
 * world and must find none of ours there: this lies in the directory that /dev/shm is mounted on,
 * which belongs to the test's own /dev and is seen only in a copy of that mount without the other.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

const char *plain_dir;

const char *private_dir(void)
{
	static char path[64];
	int tree;

	if (plain_dir || *path)
		return plain_dir ? plain_dir : path;
	tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/dev", OPEN_TREE_CLONE | O_CLOEXEC);
	if (tree < 0)
		return NULL;
	if (mkdirat(tree, "shm/saboteur", 0755) && errno != EEXIST) {
		close(tree);
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/%d/fd/%d/shm/saboteur", (int)getpid(), tree);
	return path;
}

unsigned long count_call(const char *name)
{
	const char *dir = private_dir();
	unsigned long number;
	char digits[32] = "";
	int fd;

	fd = dir ? open(join("%s/calls-%s", dir, name), O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd < 0) {
		complain("calls cannot be counted: %s", strerror(errno));
		return 0;
	}
	flock(fd, LOCK_EX);
	(void)!pread(fd, digits, sizeof(digits) - 1, 0);
	number = strtoul(digits, NULL, 10) + 1;
	snprintf(digits, sizeof(digits), "%lu", number);
	if (pwrite(fd, digits, sizeof(digits), 0) < 0)
		number = 0;
	close(fd);
	return number;
}

int note_id(struct call *c)
{
	const char *dir = private_dir();
	const char *path = dir ? join("%s/ids", dir) : "";
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char *line = join("%s\n", c->id ? c->id : "");
	int error = 0;

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

const char *noted_id(struct call *c, const char *which)
{
	const char *dir = private_dir(), *found = NULL;
	struct text ids = { 0 };
	char *save = NULL;

	if (!dir || text_read(&ids, join("%s/ids", dir)))
		return NULL;
	for (char *id = strtok_r(ids.data, "\n", &save); id; id = strtok_r(NULL, "\n", &save)) {
		if (!strcmp(which, "{other}") && c->id && !strcmp(id, c->id))
			continue;
		found = id;
		if (!strcmp(which, "{first}"))
			break;
	}
	return found;
}
