/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of cgroups share: making cgroups, finding a container in them, and the test that
 * every row of a table of limits runs. It must never write to a cgroup that a runtime has made.
 */
#include "suite/tests/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "suite/core/netlink.h"
#include "suite/tests/common.h"

/* In one hierarchy; on v2 with all its controllers. */
static void make_parent(struct test *t, const char *root)
{
	const char *path = format(t, "%s" CG_PARENT, root);

	need(t, !mkdir(path, 0755) || errno == EEXIST, path);
	if (test_cgroup_v2(t)) {
		const char *word = file_read(t, format(t, "%s/cgroup.controllers", path));

		for (size_t n; word && (n = strcspn(word, " \n")); word += n + !!word[n])
			(void)file_write(t, format(t, "%s/cgroup.subtree_control", path),
					 format(t, "+%.*s", (int)n, word));
	}
}

void cg_parent(struct test *t)
{
	static const char root[] = "/sys/fs/cgroup";
	DIR *directory = opendir(root);
	struct dirent *entry;

	need(t, directory, root);
	while (!test_cgroup_v2(t) && (entry = readdir(directory)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			make_parent(t, format(t, "%s/%s", root, entry->d_name));
	closedir(directory);
	if (test_cgroup_v2(t))
		make_parent(t, root);
}

void cg_make(struct test *t, const char *controller, const char *path)
{
	for (const char *end = path; *end;) {
		const char *directory;

		if (test_cgroup_v2(t) && *controller && end != path)
			cg_write(t, controller, format(t, "%.*s", (int)(end - path), path),
				 "cgroup.subtree_control", format(t, "+%s", controller));
		end += 1 + strcspn(end + 1, "/");
		directory = cgroup_dir(t, controller, format(t, "%.*s", (int)(end - path), path));
		if (!directory)
			test_skip(t, "the kernel has no %s controller", controller);
		need(t, !mkdir(directory, 0755) || errno == EEXIST, directory);
	}
}

void cg_write(struct test *t, const char *controller, const char *path, const char *file,
	      const char *value)
{
	int error = cgroup_write(t, controller, path, file, value);

	errno = -error;
	need(t, !error, format(t, "write \"%s\" to %s of %s", value, file, path));
}

bool cg_within(const char *path, const char *top)
{
	size_t length = strlen(top);

	return path && !strncmp(path, top, length) && (!path[length] || path[length] == '/');
}

const char *cg_of(struct test *t, struct container *c, const char *controller)
{
	const char *path = cgroup_path(t, container_pid(c), controller);

	if (!path)
		test_stop(t, "the cgroup of the container's process can be told",
			  "process %d has none for \"%s\"", (int)container_pid(c), controller);
	return path;
}

const char *cg_in_force(struct test *t, struct container *c, const char *controller,
			const char *file, const char *idle)
{
	const char *path = cg_of(t, c, controller), *value;

	for (;;) {
		const char *slash = strrchr(path, '/');

		value = cgroup_value(t, controller, path, file);
		if ((value && strcmp(value, idle)) || !slash || slash == path)
			return value;
		path = format(t, "%.*s", (int)(slash - path), path);
	}
}

/* The text behind a key at the beginning of a line; NULL. */
static const char *behind(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
		if (!strncmp(text, key, length) && text[length] == ' ')
			return text + length + 1;
	return NULL;
}

long long cg_counted(struct test *t, const char *controller, const char *path, const char *top,
		     const char *file, const char *key)
{
	long long most = -1;

	for (; cg_within(path, top);
	     path = format(t, "%.*s", (int)(strrchr(path, '/') - path), path)) {
		const char *text = cgroup_value(t, controller, path, file);
		const char *number = text && key ? behind(text, key) : text;
		long long value = number ? strtoll(number, NULL, 10) : -1;

		most = value > most ? value : most;
	}
	return most;
}

#define ATTEMPTS 256 /* as many devices as tests that run side by side have by far */

/* Their names are the machine's: a test takes the next one that is free. */
const char *cg_rdma_device(struct test *t)
{
	const char *link = test_id(t);
	int error = link_make("dummy", link);

	if (error)
		test_skip(t, "the kernel has no dummy links: %s", strerror(-error));
	for (int i = 0; i < ATTEMPTS; i++) {
		const char *name = format(t, "octest%d", i);

		error = rdma_make("rxe", name, link);
		if (!error)
			return name;
		if (error != -EEXIST && error != -ENFILE)
			break;
	}
	test_skip(t, "the kernel has no software RDMA devices: %s", strerror(-error));
}

struct bundle *cg_bundle(struct test *t, const char *path, const char *resources)
{
	struct bundle *b = bundle_new(t);

	cg_parent(t);
	if (path)
		bundle_set(b, "linux.cgroupsPath", "s", path);
	if (resources)
		bundle_put(b, "linux.resources", json_loads(resources, 0, NULL));
	return b;
}

/* From the container's own cgroup up to CG_PATH; the value that is right, or that of CG_PATH. */
static const char *value_below(struct test *t, struct container *c, const struct cg_row *row,
			       const struct cg_setting *s)
{
	const char *path = cg_of(t, c, row->controller), *value;

	for (; strcmp(path, CG_PATH); path = format(t, "%.*s", (int)(strrchr(path, '/') - path), path)) {
		value = cgroup_value(t, row->controller, path, s->file);
		if (value && !strcmp(value, s->value))
			return value;
	}
	return cgroup_value(t, row->controller, CG_PATH, s->file);
}

void cg_test(struct test *t)
{
	const struct cg_row *row = test_row(t);
	const char *id = row->c.requirement, *place;
	struct container *c;

	cg_make(t, row->controller, row->before[0].file ? CG_PATH : CG_PARENT);
	if (row->needs && !cgroup_value(t, row->controller, CG_PARENT, row->needs))
		test_skip(t, "the kernel has no %s", row->needs);
	for (size_t i = 0; i < ARRAY_SIZE(row->before) && row->before[i].file; i++)
		cg_write(t, row->controller, CG_PATH, row->before[i].file, row->before[i].value);
	c = container_new(cg_bundle(t, CG_PATH, row->resources));
	if (!row->must && !may_create(t, id, c))
		return;
	if (row->must)
		must_create(c);
	place = cg_of(t, c, row->controller);
	if (!check_seen(t, id, cg_within(place, CG_PATH),
			"the container is in the cgroup " CG_PATH, "it is in %s", place))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(row->after) && row->after[i].file; i++) {
		const struct cg_setting *s = &row->after[i];

		check_string(t, id, s->file, s->value,
			     row->before[0].file
				     ? cgroup_value(t, row->controller, CG_PATH, s->file)
				     : value_below(t, c, row, s));
	}
}
