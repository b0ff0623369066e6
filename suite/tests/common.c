/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests about file systems and cgroups share: preparation on the host's side, runs that a
 * runtime may refuse. It must never decide a requirement but with the outcome of such a refusal.
 */
#include "suite/tests/common.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TMPFS 0x01021994

void need(struct test *t, bool ok, const char *what)
{
	if (!ok)
		test_broken(t, "%s: %s", what, strerror(errno));
}

void place_probe(struct test *t, const char *path, mode_t mode)
{
	int in = open(test_probe(t), O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char data[16384];
	ssize_t n = -1;

	need(t, in >= 0 && out >= 0, path);
	while ((n = read(in, data, sizeof(data))) > 0)
		need(t, write(out, data, (size_t)n) == n, path);
	need(t, n == 0 && !fchmod(out, mode), path);
	close(in);
	close(out);
}

void make_root(struct test *t, struct bundle *b, const char *path)
{
	static const char *const directories[] = { "proc", "sys", "dev", "tmp", "etc", "log" };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		bundle_dir(b, format(t, "%s/%s", path, directories[i]), 0755);
	place_probe(t, format(t, "%s/%s/probe", bundle_path(b), path), 0755);
}

const char *host_dir(struct test *t, const char *name)
{
	const char *path = format(t, "%s/%s", test_dir(t), name);

	need(t, !mkdir(path, 0755), path);
	return path;
}

const char *host_file(struct test *t, const char *name, const char *content)
{
	const char *path = format(t, "%s/%s", test_dir(t), name);
	int error = file_write(t, path, content);

	errno = -error;
	need(t, !error, path);
	return path;
}

void wait_clock(struct test *t, int flags, time_t s)
{
	const struct itimerspec once = { .it_value.tv_sec = s };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	need(t, fd >= 0 && !timerfd_settime(fd, flags, &once, NULL), "timer");
	wait_readable(t, fd, "time passes");
	close(fd);
}

void host_mount(struct test *t, const char *source, const char *target, const char *type,
		unsigned long flags, const char *data)
{
	need(t, !mount(source, target, type, flags, data), format(t, "mount on %s", target));
}

const struct facts *run_from(struct test *t, struct bundle *b, const char *directory)
{
	struct container *c = container_new(b);
	const struct result *r = op_create_with(c, &(struct call){ .cwd = directory });
	const struct facts *f;
	int status;

	if (!result_ok(r))
		test_stop(t, "create: exit status 0", "%s", result_text(t, r));
	must_start(c);
	f = must_answer(c);
	container_close_input(c);
	status = container_wait(c);
	if (status > 0)
		test_stop(t, "the container's process ends with status 0", "wait status %d", status);
	must_delete(c);
	return f;
}

long long tmpfs_size(const struct facts *f, const char *fact)
{
	const json_t *value = facts_get(f, fact);

	if (json_integer_value(json_object_get(value, "type")) != TMPFS)
		return -1;
	return json_integer_value(json_object_get(value, "bsize")) *
	       json_integer_value(json_object_get(value, "blocks"));
}

void with_capabilities(struct bundle *b)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };

	bundle_set(b, "process.capabilities", "{}");
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		json_object_set_new(bundle_get(b, "process.capabilities"), sets[i],
				    json_pack("[s s s s s s s s s]", "CAP_CHOWN",
					      "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID",
					      "CAP_KILL", "CAP_MKNOD", "CAP_SETGID", "CAP_SETUID",
					      "CAP_SYS_ADMIN"));
}

static int new_owner; /* nftw(3) hands nothing through */

static int give(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return lchown(path, (uid_t)new_owner, (gid_t)new_owner);
}

void give_root_to(struct test *t, struct bundle *b, int id)
{
	new_owner = id;
	need(t, !nftw(bundle_rootfs(b), give, 16, FTW_PHYS), "chown the root file system");
}

void with_user_namespace(struct test *t, struct bundle *b, int first)
{
	give_root_to(t, b, first);
	bundle_namespace(b, "user", NULL);
	for (const char *const *map = WORDS("linux.uidMappings", "linux.gidMappings"); *map; map++)
		bundle_set(b, *map, "[{s:i s:i s:i}]", "containerID", 0, "hostID", first, "size",
			   65536);
}

static bool taken(struct test *t, const char *requirement, const struct result *r)
{
	if (!result_ok(r) && check_error(t, requirement, r))
		check_disabled(t, requirement, "the runtime refuses the value: %s",
			       result_text(t, r));
	return result_ok(r);
}

bool may_create(struct test *t, const char *requirement, struct container *c)
{
	return taken(t, requirement, op_create(c));
}

bool may_start(struct test *t, const char *requirement, struct container *c)
{
	return may_create(t, requirement, c) && taken(t, requirement, op_start(c));
}

/* ------------------------------------------------------------------ exact bytes */

#define PLACE "\"@value@\""

void raw_replace(struct test *t, struct bundle *b, const char *old, const char *new)
{
	char *text = json_dumps(bundle_config(b), JSON_COMPACT), *at = text ? strstr(text, old) : NULL;
	const char *made = "", *rest = text;

	if (!at)
		test_broken(t, "config: there is no %s", old);
	for (; at; at = strstr(rest, old)) {
		made = format(t, "%s%.*s%s", made, (int)(at - rest), rest, new);
		rest = at + strlen(old);
	}
	made = format(t, "%s%s", made, rest);
	free(text);
	bundle_raw(b, made, strlen(made));
}

void raw_value(struct test *t, struct bundle *b, const char *path, const char *value)
{
	bundle_set(b, path, "s", "@value@");
	raw_replace(t, b, PLACE, value);
}

/* ------------------------------------------------------------------ what a container is like */

static const char *const reported[] = { "ids",	 "env",	    "cwd", "caps",  "rlimits",
					"umask", "nnp",	    "oom", "uname", "personality",
					"sched", "sigmasks" };

void probe_report(struct bundle *b)
{
	bundle_probe(b, "mounts", "list", "/", "utimes", "/", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(reported); i++)
		bundle_probe_add(b, reported[i], NULL);
}

json_t *report(const struct facts *f)
{
	static const char *const members[] = { "point", "type", "options", "super" };
	json_t *all = json_object(), *mounts = json_array(), *one;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reported); i++)
		json_object_set(all, reported[i], (json_t *)facts_get(f, reported[i]));
	json_object_set(all, "list", (json_t *)facts_get(f, "list"));
	json_object_set(all, "utimes", (json_t *)facts_get(f, "utimes"));
	json_array_foreach (facts_get(f, "mounts"), i, one) {
		json_t *mount = json_object();

		for (size_t k = 0; k < ARRAY_SIZE(members); k++)
			json_object_set(mount, members[k], json_object_get(one, members[k]));
		json_array_append_new(mounts, mount);
	}
	json_object_set_new(all, "mounts", mounts);
	return all;
}
