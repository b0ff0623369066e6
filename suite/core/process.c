/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children of a test and what else runs in its world: forks, waiting, orphans. A test is PID 1 of
 * its PID namespace, so every orphan becomes its child. It must never reap a container's process on
 * its own, but while it is deleted: whether that has been reaped is something tests decide.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

#include "engine.h"
#include "init/listing.h"

#define SHOWN_MAX 1000 /* processes in one text */
#define PLACES	  8    /* where threads of one process wait */

void child_add(struct test *t, pid_t pid)
{
	struct child *c = take(sizeof(*c));

	c->pid = pid;
	c->next = t->children;
	t->children = c;
}

void child_remove(struct test *t, pid_t pid)
{
	for (struct child **p = &t->children; *p; p = &(*p)->next)
		if ((*p)->pid == pid) {
			*p = (*p)->next;
			return;
		}
}

bool child_is(const struct test *t, pid_t pid)
{
	for (const struct child *c = t->children; c; c = c->next)
		if (c->pid == pid)
			return true;
	return false;
}

static struct container *container_of(const struct test *t, pid_t pid)
{
	for (struct container *c = t->containers; c; c = c->next)
		if (c->pid == pid && !c->reaped)
			return c;
	return NULL;
}

void container_reap(struct container *c)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid((idtype_t)P_PIDFD, (id_t)c->pidfd, &info, WEXITED | WNOHANG) || !info.si_pid)
		return;
	c->wait_status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	c->reaped = true;
}

/* Nobody's child, or that of a container that is being deleted. */
static void reap(struct test *t, pid_t pid)
{
	struct container *c = container_of(t, pid);

	if (child_is(t, pid))
		return;
	if (c && c->let_go)
		container_reap(c);
	else if (!c)
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOHANG);
}

void reap_orphans(struct test *t)
{
	siginfo_t info;
	struct listing list;
	const char *entry;

	/* Cheap in the usual case: nothing has ended, or only what is claimed. */
	info.si_pid = 0;
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return;
	if (listing_open(&list, AT_FDCWD, "/proc"))
		return;
	while ((entry = listing_next(&list))) {
		pid_t pid = (pid_t)strtol(entry, NULL, 10);

		if (pid > 1)
			reap(t, pid);
	}
	close(list.fd);
}

pid_t test_fork(struct test *t, int (*body)(void *data), void *data)
{
	pid_t pid = fork();

	if (pid < 0)
		test_broken(t, "fork: %s", strerror(errno));
	if (pid == 0)
		_exit(body(data));
	child_add(t, pid);
	return pid;
}

int test_wait(struct test *t, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;

	if (fd < 0)
		test_broken(t, "pidfd_open: %s", strerror(errno));
	wait_readable(t, fd, "a helper of the test ends");
	close(fd);
	if (waitpid(pid, &status, 0) != pid)
		test_broken(t, "waitpid: %s", strerror(errno));
	child_remove(t, pid);
	return status;
}

pid_t test_namespaces(struct test *t, int clone_flags)
{
	/* The bare call, as fork() would make it but into new namespaces. clone() has no room for
	 * the time namespace (its bit is one of the signal's); that one is for the children. */
	pid_t pid = (pid_t)syscall(SYS_clone, (clone_flags & ~CLONE_NEWTIME) | SIGCHLD, NULL, NULL,
				   NULL, NULL);

	if (pid < 0)
		test_broken(t, "clone with flags %#x: %s", clone_flags, strerror(errno));
	if (pid == 0) {
		if (clone_flags & CLONE_NEWTIME)
			(void)unshare(CLONE_NEWTIME);
		for (;;)
			pause();
	}
	child_add(t, pid);
	return pid;
}

/* ------------------------------------------------------------------ FIFOs and files */

const char *fifo_new(struct test *t, const char *name)
{
	const char *path = format(t, "%s/%s", WORLD_DIR, name);

	if (mkfifo(path, 0666) || chmod(path, 0666))
		test_broken(t, "mkfifo %s: %s", path, strerror(errno));
	return path;
}

struct opening {
	const char *path;
	int flags, to;
};

/* A helper opens it, which may block, and hands the descriptor over when the other end is there. */
static int open_and_tell(void *data)
{
	const struct opening *o = data;
	int fd = open(o->path, o->flags | O_CLOEXEC);

	(void)!write(o->to, fd < 0 ? "n" : "y", 1);
	if (fd >= 0)
		pause();
	return 0;
}

static int fifo_open(struct test *t, const char *path, int flags)
{
	struct opening o = { .path = path, .flags = flags };
	int end[2], fd;
	char said = 'n';
	pid_t pid;

	if (pipe2(end, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	o.to = end[1];
	pid = test_fork(t, open_and_tell, &o);
	close(end[1]);
	wait_readable(t, end[0], path);
	if (read(end[0], &said, 1) != 1 || said != 'y')
		test_broken(t, "open %s: failed", path);
	close(end[0]);
	/* The helper keeps its end open, so this does not block; then ours is the one. */
	fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		test_broken(t, "open %s: %s", path, strerror(errno));
	fcntl(fd, F_SETFL, flags);
	kill(pid, SIGKILL);
	test_wait(t, pid);
	return fd;
}

int fifo_open_read(struct test *t, const char *path)
{
	return fifo_open(t, path, O_RDONLY);
}

int fifo_open_write(struct test *t, const char *path)
{
	return fifo_open(t, path, O_WRONLY);
}

const char *file_read(struct test *t, const char *path)
{
	struct stream *s;
	char data[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return NULL;
	s = stream_new(NULL, -1, 1024 * 1024);
	while ((n = read(fd, data, sizeof(data))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			stream_add(s, data, (size_t)n);
	close(fd);
	(void)t;
	return n < 0 && !s->head_length ? NULL : stream_text(s, NULL);
}

/* openat(2): musl's open() makes a second call for O_CLOEXEC. */
size_t file_look(const char *path, char *text, size_t size)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	n = n > 0 ? n : 0;
	text[n] = '\0';
	return (size_t)n;
}

int file_write(struct test *t, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644), error = 0;
	size_t length = strlen(text);

	(void)t;
	if (fd < 0)
		return -errno;
	errno = 0;
	if (length && write(fd, text, length) != (ssize_t)length)
		error = errno ? -errno : -EIO;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

/* ------------------------------------------------------------------ what stands still */

struct place {
	char name[64];
	unsigned int threads;
};

/* Where in the kernel the threads of a process wait: "9 in futex_wait_queue, 1 runs". */
static const char *waits_of(struct test *t, const char *pid)
{
	struct place places[PLACES + 1] = { { .threads = 0 } };
	const char *text = "", *thread;
	struct listing list;

	if (listing_open(&list, AT_FDCWD, format(t, "/proc/%s/task", pid)))
		return text;
	while ((thread = listing_next(&list))) {
		char name[64];
		size_t i = 0;

		/* "0": it runs, or is about to. */
		if (!file_look(format(t, "/proc/%s/task/%s/wchan", pid, thread), name, sizeof(name)))
			continue;
		while (i < PLACES && places[i].threads && strcmp(places[i].name, name) != 0)
			i++;
		snprintf(places[i].name, sizeof(places[i].name), "%s", i < PLACES ? name : "others");
		places[i].threads++;
	}
	close(list.fd);
	for (size_t i = 0; i <= PLACES; i++)
		if (places[i].threads)
			text = format(t, "%s%s%u %s%s", text, *text ? ", " : "", places[i].threads,
				      strcmp(places[i].name, "0") ? "in " : "",
				      strcmp(places[i].name, "0") ? places[i].name : "runs");
	return text;
}

const char *world_waits(struct test *t)
{
	struct stream *all = stream_new(NULL, -1, EVIDENCE_MAX);
	unsigned int shown = 0;
	struct listing list;
	const char *pid;

	if (listing_open(&list, AT_FDCWD, "/proc"))
		return "";
	while ((pid = listing_next(&list)) && shown < SHOWN_MAX) {
		char stat[512], *name, *after;
		const char *line;

		if (*pid < '0' || *pid > '9' || strtol(pid, NULL, 10) == getpid() ||
		    !file_look(format(t, "/proc/%s/stat", pid), stat, sizeof(stat)))
			continue;
		/* "7 (a name) S 1 ...": the name may hold anything. */
		name = strchr(stat, '(');
		after = strrchr(stat, ')');
		if (!name || !after || strlen(after) < 4)
			continue;
		*after = '\0';
		line = format(t, "pid %s, a child of %ld, %s: %s\n", pid,
			      strtol(after + 4, NULL, 10), name + 1,
			      after[2] == 'Z' ? "a zombie" : waits_of(t, pid));
		stream_add(all, line, strlen(line));
		shown++;
	}
	close(list.fd);
	return stream_text(all, NULL);
}
