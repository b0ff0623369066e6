/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process changes about itself before it becomes the real runtime, a hook or the container's
 * program. It must touch nothing outside of the process.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/probe/names.h"

static int env(struct call *c, char **word)
{
	char *equals = strchr(word[0], '=');

	(void)c;
	if (!equals)
		return unsetenv(word[0]) ? -errno : 0;
	return setenv(copy_text(word[0], (size_t)(equals - word[0])), equals + 1, 1) ? -errno : 0;
}

static int cwd(struct call *c, char **word)
{
	(void)c;
	return chdir(word[0]) ? -errno : 0;
}

static int umask_(struct call *c, char **word)
{
	(void)c;
	umask((mode_t)strtoul(word[0], NULL, 8));
	return 0;
}

static int close_(struct call *c, char **word)
{
	(void)c;
	return close((int)strtol(word[0], NULL, 10)) ? -errno : 0;
}

/* For reading and writing where that is possible, at the end of a file. */
static int open_(struct call *c, char **word)
{
	int number = (int)strtol(word[0], NULL, 10), fd;

	(void)c;
	fd = open(word[1], O_RDWR | O_CREAT | O_APPEND | O_NOCTTY, 0666);
	if (fd < 0)
		fd = open(word[1], O_RDONLY | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fd == number)
		return 0;
	if (dup2(fd, number) < 0)
		return -errno;
	close(fd);
	return 0;
}

static int uid(struct call *c, char **word)
{
	unsigned int id = (unsigned int)strtoul(word[0], NULL, 10);

	(void)c;
	if (setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id))
		return -errno;
	return 0;
}

static int nice_(struct call *c, char **word)
{
	(void)c;
	return setpriority(PRIO_PROCESS, 0, (int)strtol(word[0], NULL, 10)) ? -errno : 0;
}

static int limit(struct call *c, char **word)
{
	struct rlimit limit = { strtoull(word[1], NULL, 10), strtoull(word[2], NULL, 10) };
	int resource = rlimit_parse(word[0]);

	(void)c;
	if (resource < 0)
		return -EINVAL;
	return setrlimit(resource, &limit) ? -errno : 0;
}

static int cpu(struct call *c, char **word)
{
	unsigned long mask[16] = { 0 }, n = strtoul(word[0], NULL, 10);

	(void)c;
	if (n >= 64)
		return -EINVAL;
	mask[0] = 1UL << n;
	return syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask) ? -errno : 0;
}

static int syscall_(struct call *c, char **word)
{
	long a[7] = { 0 };

	(void)c;
	for (int i = 0; i < 7 && word[i]; i++)
		a[i] = (long)strtoull(word[i], NULL, 0);
	return syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]) < 0 ? -errno : 0;
}

#define ALWAYS (IN_BEFORE | IN_WRAP | DEFERRED)

const struct action process_actions[] = {
	{ "env", "t", ALWAYS, env },	   { "cwd", "w", ALWAYS, cwd },
	{ "umask", "m", ALWAYS, umask_ },  { "close", "n", ALWAYS, close_ },
	{ "open", "nw", ALWAYS, open_ },   { "uid", "n", ALWAYS, uid },
	{ "nice", "n", ALWAYS, nice_ },	   { "syscall", "w+", ALWAYS, syscall_ },
	{ "limit", "wnn", ALWAYS, limit }, { "cpu", "n", ALWAYS, cpu },
	{ NULL, NULL, 0, NULL },
};
