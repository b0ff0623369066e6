/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cgroups of containers, through libcgroup: where a process is, what a file says, on v1 and v2
 * alike. It must never create or remove a cgroup; sandbox.c has those of the tests.
 */
#include <errno.h>
/* Two of its names are the suite's too. */
#define CGROUP_V1 LIBCGROUP_V1
#define CGROUP_V2 LIBCGROUP_V2
#include <libcgroup.h>
#undef CGROUP_V1
#undef CGROUP_V2
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine.h"

/* In the world of a test, whose mounts are not those of the runner: once per process. */
static void need_library(struct test *t)
{
	static bool ready;
	int error;

	if (ready)
		return;
	error = cgroup_init();
	if (error)
		test_broken(t, "libcgroup: %s", cgroup_strerror(error));
	ready = true;
}

const char *cgroup_path(struct test *t, pid_t pid, const char *controller)
{
	char *path = NULL;
	const char *copy;

	need_library(t);
	if (!*controller || t->context->cgroup_v2) {
		/* The one tree of v2; libcgroup finds it only by a controller that is in it. */
		const char *text = file_read(t, format(t, "/proc/%d/cgroup", (int)pid));
		const char *line = text ? strstr(text, "0::") : NULL;

		return line ? format(t, "%.*s", (int)strcspn(line + 3, "\n"), line + 3) : NULL;
	}
	if (cgroup_get_current_controller_path(pid, controller, &path) || !path)
		return NULL;
	copy = take_text(path, strlen(path));
	free(path);
	return copy;
}

static const char *mount_point(struct test *t, const char *controller)
{
	char *point = NULL;
	const char *copy;

	need_library(t);
	if (t->context->cgroup_v2)
		return t->context->n_hierarchies ? t->context->hierarchies[0].point : NULL;
	if (cgroup_get_subsys_mount_point(controller, &point) || !point)
		return NULL;
	copy = take_text(point, strlen(point));
	free(point);
	return copy;
}

const char *cgroup_dir(struct test *t, const char *controller, const char *path)
{
	const char *point = mount_point(t, controller);

	return point && path ? format(t, "%s%s%s", point, *path == '/' ? "" : "/", path) : NULL;
}

/*
 * libcgroup's own reading wants every file below a controller it has listed; files of v2's core
 * ("cgroup.type") and of v1 without a prefix are in none. So: its map of mounts, and the file.
 */
const char *cgroup_value(struct test *t, const char *controller, const char *path, const char *file)
{
	const char *directory = cgroup_dir(t, controller, path);
	char *text = directory ? (char *)file_read(t, format(t, "%s/%s", directory, file)) : NULL;
	size_t length = text ? strlen(text) : 0;

	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';
	return text;
}

long long cgroup_number(struct test *t, const char *controller, const char *path, const char *file)
{
	const char *text = cgroup_value(t, controller, path, file);
	char *end;
	long long value;

	if (!text || !*text)
		return LLONG_MIN;
	if (!strcmp(text, "max"))
		return LLONG_MAX;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno || *end ? LLONG_MIN : value;
}

int cgroup_write(struct test *t, const char *controller, const char *path, const char *file,
		 const char *value)
{
	const char *directory = cgroup_dir(t, controller, path);

	return directory ? file_write(t, format(t, "%s/%s", directory, file), value) : -ENOENT;
}

bool cgroup_exists(struct test *t, const char *controller, const char *path)
{
	const char *directory = cgroup_dir(t, controller, path);
	struct stat st;

	return directory && !stat(directory, &st) && S_ISDIR(st.st_mode);
}
