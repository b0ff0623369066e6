/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --mend=start-hook: `start` runs the startContainer hooks itself, waits for them, and when one fails
 * it destroys the container and fails (runtime.md#lifecycle). It gets them as the steps of a sabotage
 * left them, and out of what the real runtime reads. It must not run anything of a container that is
 * not in status "created".
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "tests/runtimes/command.h"

#define KIND "hooks.startContainer"

static const struct {
	const char *name;
	unsigned int bit;
} mends[] = {
	{ "start-hook", MEND_START_HOOK },
	{ "refuse", MEND_REFUSE },
	{ "all", MEND_START_HOOK | MEND_REFUSE },
};

unsigned int mend_names(const char *names)
{
	unsigned int bits = 0;

	for (const char *end; *names; names = *end ? end + 1 : end) {
		size_t length = strcspn(names, ","), i;

		end = names + length;
		for (i = 0; i < ARRAY_SIZE(mends); i++)
			if (strlen(mends[i].name) == length && !strncmp(mends[i].name, names, length))
				break;
		if (i == ARRAY_SIZE(mends))
			return 0;
		bits |= mends[i].bit;
	}
	return bits;
}

bool is_mended(const struct call *c)
{
	return c->mends && (!strcmp(c->operation, "create") || !strcmp(c->operation, "start"));
}

static void refuse(struct call *c, const char *why)
{
	fprintf(stderr, "saboteur: %s: %s\n", c->operation, why);
	c->skip = true;
	c->status = 1;
}

/* ------------------------------------------------------------------ create */

/* Where the hooks of this container lie until it is started; NULL and errno. */
static char *kept_path(const struct call *c)
{
	const char *dir = private_dir();

	return dir && c->id ? join("%s/start-hooks-%lx", dir, text_sum(c->id)) : NULL;
}

/* Ones that are not as they should be are the real runtime's business. */
static bool are_hooks(const json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)list, i, one) {
		const char *path = json_string_value(json_object_get(one, "path"));
		json_t *args = json_object_get(one, "args"), *env = json_object_get(one, "env");

		if (!path || *path != '/' || (args && !json_is_array(args)) ||
		    (env && !json_is_array(env)))
			return false;
	}
	return json_array_size(list);
}

static void keep_hooks(struct call *c)
{
	json_t *config = config_edit(c), *list = config ? json_at(config, KIND) : NULL;
	const char *path = kept_path(c);

	if (!path)
		return;
	unlink(path);
	if (!are_hooks(list) || json_dump_file(list, path, 0))
		return;
	json_cut(config, KIND);
	config_touch(c);
}

/* ------------------------------------------------------------------ start */

static ino_t inode(const char *pid, const char *type)
{
	struct stat st;

	return stat(join("/proc/%s/ns/%s", pid, type), &st) ? 0 : st.st_ino;
}

/* The user namespace comes last: from inside it not all of the others may be entered. */
static bool enter(pid_t pid)
{
	static const char *const types[] = { "ipc", "uts", "net", "cgroup", "time", "pid", "mnt", "user" };
	int root = open(join("/proc/%d/root", (int)pid), O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd[ARRAY_SIZE(types)];

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		char *number = join("%d", (int)pid);

		fd[i] = -1;
		if (inode(number, types[i]) != inode("self", types[i]))
			fd[i] = open(join("/proc/%s/ns/%s", number, types[i]), O_RDONLY | O_CLOEXEC);
	}
	for (size_t i = 0; i + 1 < ARRAY_SIZE(types); i++)
		if (fd[i] >= 0 && setns(fd[i], 0))
			return false;
	if (root < 0 || fchdir(root) || chroot("."))
		return false;
	return fd[ARRAY_SIZE(types) - 1] < 0 ||
	       (!setns(fd[ARRAY_SIZE(types) - 1], 0) && !setgid(0) && !setuid(0));
}

/* In a child: the hook in the container, with the state; exit status 0 when it has done well. */
static void run_inside(struct call *c, const json_t *hook, const char *state)
{
	const char *path = json_string_value(json_object_get(hook, "path"));
	json_t *args = json_object_get(hook, "args"), *limit = json_object_get(hook, "timeout");
	char *const alone[] = { (char *)path, NULL };
	int input = memfd_create("state", MFD_CLOEXEC), how = 1;
	struct pollfd p = { .fd = -1, .events = POLLIN };
	pid_t pid;

	if (input < 0 || write(input, state, strlen(state)) < 0 || lseek(input, 0, SEEK_SET) ||
	    !enter(call_pid(c)))
		_exit(1);
	pid = fork();
	if (pid == 0) {
		dup2(input, 0);
		execve(path, json_array_size(args) ? strings(args) : alone,
		       strings(json_object_get(hook, "env")));
		_exit(127);
	}
	p.fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (poll(&p, 1, limit ? (int)json_integer_value(limit) * 1000 : -1) == 0)
		kill(pid, SIGKILL);
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		_exit(1);
	_exit(how ? 1 : 0);
}

static void start_hooks(struct call *c)
{
	static char state[1 << 20];
	const char *path = kept_path(c), *status;
	json_t *list = path ? json_load_file(path, 0, NULL) : NULL, *answer, *hook;
	size_t i;

	if (!list)
		return;
	command_state(c->real, c->words, c->id, state, sizeof(state));
	answer = json_loads(state, 0, NULL);
	status = json_string_value(json_object_get(answer, "status"));
	if (!status || strcmp(status, "created"))
		return;
	c->pid = (pid_t)json_integer_value(json_object_get(answer, "pid"));
	json_array_foreach (list, i, hook) {
		int how = 1;
		pid_t pid;

		fflush(NULL);
		pid = fork();
		if (pid == 0)
			run_inside(c, hook, state);
		if (pid > 0 && waitpid(pid, &how, 0) == pid && !how)
			continue;
		run_aside(c, (char *[]){ (char *)"delete", (char *)"--force", (char *)c->id, NULL });
		refuse(c, "a startContainer hook has failed");
		return;
	}
}

/* ------------------------------------------------------------------ both */

void make_mended(struct call *c)
{
	bool create = !strcmp(c->operation, "create");
	const char *why = NULL;

	if (!is_mended(c))
		return;
	if (create && c->mends & MEND_REFUSE && config_edit(c))
		why = why_refused(config_edit(c));
	if (why)
		refuse(c, why);
	else if (c->mends & MEND_START_HOOK)
		create ? keep_hooks(c) : start_hooks(c);
}
