/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --mend: the real runtime obeys where all known ones break the text. A mend takes config.json and
 * the call as the steps of a sabotage left them, and must change nothing where the runtime obeys.
 *
 * start: the hooks of start are taken out of what the real runtime reads; `start` runs those of
 * startContainer itself, inside, then the program, and those of poststart when that has been
 * executed; a hook that fails destroys the container (runtime.md#lifecycle).
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
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "tests/runtimes/command.h"

enum { START = 1, REFUSE = 2, FILESYSTEMS = 4, CAPABILITIES = 8, UMASK = 16 };

static const struct {
	const char *name;
	unsigned int bit;
} mends[] = {
	{ "start", START },
	{ "refuse", REFUSE },
	{ "filesystems", FILESYSTEMS },
	{ "capabilities", CAPABILITIES },
	{ "umask", UMASK },
	{ "all", ~0u },
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

static void refuse(struct call *c, const char *why)
{
	fprintf(stderr, "saboteur: %s: %s\n", c->operation, why);
	c->skip = true;
	c->status = 1;
}

/* ------------------------------------------------------------------ create */

/* config.md#default-filesystems: what a container has though its mounts do not say so. */
static void add_filesystems(struct call *c, json_t *config)
{
	static const char *const wanted[][2] = {
		{ "/proc", "proc" }, { "/sys", "sysfs" }, { "/dev/pts", "devpts" }, { "/dev/shm", "tmpfs" }
	};
	json_t *mounts = json_at(config, "mounts"), *namespaces, *one;
	bool own = false, user = false;
	size_t i;

	namespaces = json_at(config, "linux.namespaces");
	json_array_foreach (namespaces, i, one) {
		const char *type = json_string_value(json_object_get(one, "type"));

		own |= type && !strcmp(type, "mount") && !json_object_get(one, "path");
		user |= type && !strcmp(type, "user");
	}
	/* Not everything may be mounted in a user namespace. */
	if (!own || user || (mounts && !json_is_array(mounts)))
		return;
	for (size_t n = 0; n < ARRAY_SIZE(wanted); n++) {
		bool there = false;

		json_array_foreach (mounts, i, one) {
			const char *to = json_string_value(json_object_get(one, "destination"));

			there |= to && !strcmp(to, wanted[n][0]);
		}
		if (there)
			continue;
		json_put(config, "mounts.+", json_pack("{s:s s:s s:s}", "destination", wanted[n][0],
						       "type", wanted[n][1], "source", wanted[n][1]));
		mounts = json_at(config, "mounts");
		config_touch(c);
	}
}

/* By number. */
static const char capabilities[] =
	"CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
	"NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
	"SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME "
	"SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG "
	"WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE ";

/* The number of "CAP_CHOWN"; -1. */
static int capability_parse(const char *name)
{
	int number = 0;

	for (const char *at = capabilities, *end; (end = strchr(at, ' ')); at = end + 1, number++)
		if (!strncmp(name, "CAP_", 4) && strlen(name + 4) == (size_t)(end - at) &&
		    !strncmp(name + 4, at, (size_t)(end - at)))
			return number;
	return -1;
}

/* config.md#linux-process: what the runtime itself may not have does not stop the container. */
static void drop_capabilities(struct call *c, json_t *config)
{
	json_t *sets = json_at(config, "process.capabilities"), *set;
	const char *kind;

	json_object_foreach (sets, kind, set)
		for (size_t i = json_array_size(set); i-- > 0;) {
			const char *name = json_string_value(json_array_get(set, i));
			int number = name ? capability_parse(name) : -1;

			if (number < 0 || prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 0)
				continue;
			json_array_remove(set, i);
			config_touch(c);
		}
}

/* config.md#posix-platform-user: without one the mask of the calling process is left as it is. */
static void keep_umask(struct call *c, json_t *config)
{
	json_t *user = json_at(config, "process.user");
	mode_t own = umask(0);

	umask(own);
	if (!json_is_object(user) || json_object_get(user, "umask"))
		return;
	json_object_set_new(user, "umask", json_integer(own));
	config_touch(c);
}

/* Where the hooks of this container lie until it is started; NULL. */
static char *kept_path(const struct call *c)
{
	const char *dir = private_dir();

	return dir && c->id ? join("%s/hooks-%lx", dir, text_sum(c->id)) : NULL;
}

/* And then. */
static char *taken_path(const struct call *c)
{
	return join("%s-taken", kept_path(c));
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

static void keep_hooks(struct call *c, json_t *config)
{
	static const char *const kinds[] = { "startContainer", "poststart" };
	json_t *kept = json_object();
	const char *path = kept_path(c);

	if (!path)
		return;
	unlink(path);
	unlink(taken_path(c));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		json_t *list = json_at(config, join("hooks.%s", kinds[i]));

		if (are_hooks(list))
			json_object_set(kept, kinds[i], list);
	}
	if (json_dump_file(kept, path, 0))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (json_object_get(kept, kinds[i]) && !json_cut(config, join("hooks.%s", kinds[i])))
			config_touch(c);
}

static void mend_create(struct call *c)
{
	json_t *config = config_edit(c);
	const char *why = config && c->mends & REFUSE ? why_refused(config) : NULL;

	if (why)
		refuse(c, why);
	if (why || !json_is_object(config))
		return;
	if (c->mends & START)
		keep_hooks(c, config);
	if (c->mends & FILESYSTEMS)
		add_filesystems(c, config);
	if (c->mends & CAPABILITIES)
		drop_capabilities(c, config);
	if (c->mends & UMASK)
		keep_umask(c, config);
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
	static const char *const types[] = { "ipc",  "uts", "net", "cgroup",
					     "time", "pid", "mnt", "user" };
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

/* In a child: a hook with the state, in the container or outside; ends with 0 when it did well. */
static void run_hook(struct call *c, const json_t *hook, const char *state, bool inside)
{
	const char *path = json_string_value(json_object_get(hook, "path"));
	json_t *args = json_object_get(hook, "args"), *limit = json_object_get(hook, "timeout");
	char *const alone[] = { (char *)path, NULL };
	int input = memfd_create("state", MFD_CLOEXEC), how = 1;
	struct pollfd p = { .fd = -1, .events = POLLIN };
	pid_t pid;

	if (input < 0 || write(input, state, strlen(state)) < 0 || lseek(input, 0, SEEK_SET) ||
	    (inside && !enter(c->pid)))
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

/* What the real runtime says of the container; its status. */
static const char *ask(struct call *c, char *state, size_t size)
{
	json_t *answer;

	command_state(c->real, c->words, c->id, state, size);
	answer = json_loads(state, 0, NULL);
	c->pid = (pid_t)json_integer_value(json_object_get(answer, "pid"));
	return json_string_value(json_object_get(answer, "status"));
}

/* The hooks of a kind, one after the other; the container does not live on when one fails. */
static void run_kept(struct call *c, const char *kind, const char *state)
{
	json_t *list = json_object_get(c->kept, kind), *hook;
	size_t i;

	json_array_foreach (list, i, hook) {
		int how = 1;
		pid_t pid;

		fflush(NULL);
		pid = fork();
		if (pid == 0)
			run_hook(c, hook, state, !strcmp(kind, "startContainer"));
		if (pid > 0 && waitpid(pid, &how, 0) == pid && !how)
			continue;
		run_aside(c, (char *[]){ (char *)"delete", (char *)"--force", (char *)c->id, NULL });
		refuse(c, join("a %s hook has failed", kind));
		return;
	}
}

/* In a child: looks on until the process executes a program, or ends. */
static void look_on(pid_t pid, int ready)
{
	bool seized = !ptrace(PTRACE_SEIZE, pid, NULL, (void *)(long)PTRACE_O_TRACEEXEC);
	int how;

	close(ready);
	while (seized && waitpid(pid, &how, __WALL) == pid && WIFSTOPPED(how)) {
		int event = how >> 16;
		long pass = event ? 0 : WSTOPSIG(how);

		if (event == PTRACE_EVENT_EXEC) {
			ptrace(PTRACE_DETACH, pid, NULL, NULL);
			break;
		}
		/* One that is stopped stays so until it is told to go on. */
		if (event == PTRACE_EVENT_STOP && WSTOPSIG(how) != SIGTRAP)
			ptrace(PTRACE_LISTEN, pid, NULL, NULL);
		else
			ptrace(PTRACE_CONT, pid, NULL, (void *)pass);
	}
	_exit(0);
}

static void mend_start(struct call *c)
{
	static char state[1 << 20];
	const char *path = kept_path(c), *status = c->id ? ask(c, state, sizeof(state)) : NULL;
	int ready[2];
	char byte;

	if (!path || !status || strcmp(status, "created"))
		return;
	/* Of two at once, one starts it. */
	if (rename(path, taken_path(c)) && !access(taken_path(c), F_OK)) {
		refuse(c, "it is being started");
		return;
	}
	c->kept = json_load_file(taken_path(c), 0, NULL);
	run_kept(c, "startContainer", state);
	if (c->skip || pipe2(ready, O_CLOEXEC))
		return;
	fflush(NULL);
	c->onlooker = fork();
	if (c->onlooker == 0)
		look_on(c->pid, ready[1]);
	close(ready[1]);
	(void)!read(ready[0], &byte, 1);
	close(ready[0]);
}

void end_mended(struct call *c)
{
	static char state[1 << 20];

	if (c->onlooker <= 0)
		return;
	if (c->status || c->signal) {
		kill(c->onlooker, SIGKILL);
		(void)rename(taken_path(c), kept_path(c));
	}
	waitpid(c->onlooker, NULL, 0);
	if (c->status || c->signal || !json_object_get(c->kept, "poststart"))
		return;
	ask(c, state, sizeof(state));
	run_kept(c, "poststart", state);
}

/* ------------------------------------------------------------------ both */

bool is_mended(const struct call *c)
{
	return (c->mends && !strcmp(c->operation, "create")) ||
	       (c->mends & START && !strcmp(c->operation, "start"));
}

bool make_mended(struct call *c)
{
	if (!is_mended(c))
		return false;
	strcmp(c->operation, "create") ? mend_start(c) : mend_create(c);
	return c->onlooker > 0;
}
