/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime can change beyond the world of its test, as no namespace holds it: sysctls of the
 * whole machine, loop devices. Remembers how it was when the run began and puts it back after each
 * test, so that one test's leak is not the next one's surprise. It must never touch what a sandbox
 * has of its own; the ledger looks after that.
 */
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine.h"
#include "init/listing.h"

static const char *const names[] = {
	"kernel/core_pattern",	"kernel/panic",
	"kernel/panic_on_oops", "kernel/printk",
	"kernel/sysrq",		"kernel/pid_max",
	"kernel/threads-max",	"kernel/randomize_va_space",
	"vm/overcommit_memory", "vm/overcommit_ratio",
	"vm/panic_on_oom",	"vm/max_map_count",
	"fs/file-max",		"fs/nr_open",
	"fs/suid_dumpable",
};

static char before[ARRAY_SIZE(names)][256];
static int look[ARRAY_SIZE(names)]; /* kept open: they are read after each test */

/* The value without its newline; false when there is no such sysctl. */
static bool read_value(int fd, char *value, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, value, size - 1, 0);

	value[n > 0 ? n : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return n >= 0;
}

static int open_value(const char *name, int how)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return open(path, how | O_CLOEXEC);
}

void outside_remember(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		look[i] = open_value(names[i], O_RDONLY);
		read_value(look[i], before[i], sizeof(before[i]));
	}
}

void outside_restore(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char value[256];
		int fd;

		if (!before[i][0] || !read_value(look[i], value, sizeof(value)) ||
		    !strcmp(value, before[i]))
			continue;
		fd = open_value(names[i], O_WRONLY);
		if (fd < 0)
			continue;
		(void)!write(fd, before[i], strlen(before[i]));
		close(fd);
	}
}

static bool free_loop(const char *name, char *text, size_t size)
{
	char path[64], file[256];
	bool freed;
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%.20s/loop/backing_file", name);
	if (!file_look(path, file, sizeof(file)))
		return false;
	file[strcspn(file, "\n")] = '\0';
	snprintf(path, sizeof(path), "/dev/%.20s", name);
	snprintf(text, size, "+loop %s %s, left by this test or by one shortly before it", path,
		 file);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	freed = !ioctl(fd, LOOP_CLR_FD, 0);
	close(fd);
	return freed;
}

bool outside_free_loop(char *text, size_t size)
{
	struct listing blocks;
	const char *name;
	bool found = false;

	if (listing_open(&blocks, AT_FDCWD, "/sys/block"))
		return false;
	while (!found && (name = listing_next(&blocks)))
		found = !strncmp(name, "loop", 4) && free_loop(name, text, size);
	close(blocks.fd);
	return found;
}
