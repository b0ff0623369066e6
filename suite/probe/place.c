/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe tries on a mount or a device: access times, programs and set-user-ID bits,
 * propagation, devices, ports, memory. A refusal is an answer. It must never judge what it finds.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#include "names.h"

static char block[4096];

static void answer(const char *fact, int error)
{
	line_begin(fact);
	out_errno(error);
	line_end();
}

static void member(const char *key, long long number)
{
	out_key(key);
	out_int(number);
}

/* Under a key: how something went, "" for well. */
static void error_member(const char *key, int error)
{
	out_key(key);
	out_text(error ? errno_name(error) : "");
}

/* ------------------------------------------------------------------ access times */

/* Gives it this access time, reads it; 1 when that moved the time, 0 when not, -errno. */
static int read_moves(const char *path, time_t atime)
{
	struct timespec times[2] = { { .tv_sec = atime }, { .tv_nsec = UTIME_NOW } };
	struct stat st;
	int fd, error = 0;

	if (utimensat(AT_FDCWD, path, times, 0))
		return -errno;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		error = -errno;
	else if (S_ISDIR(st.st_mode))
		error = syscall(SYS_getdents64, fd, block, sizeof(block)) < 0 ? -errno : 0;
	else
		error = read(fd, block, 1) < 0 ? -errno : 0;
	if (!error && fstat(fd, &st))
		error = -errno;
	close(fd);
	return error ? error : st.st_atime != atime;
}

/*
 * PATH of a file or directory: does reading it move an access time that is older than its last
 * change ("older": not with noatime), and one that is newer than everything ("newer": only with
 * strictatime; relatime compares)?
 */
static void do_atime(char **argument)
{
	int older = read_moves(argument[0], 1000000000);
	int newer = read_moves(argument[0], time(NULL) + 3600);

	line_begin("atime");
	if (older < 0 || newer < 0) {
		out_errno(older < 0 ? -older : -newer);
	} else {
		out_open('{');
		out_key("older");
		out_bool(older);
		out_key("newer");
		out_bool(newer);
		out_close('}');
	}
	line_end();
}

/* ------------------------------------------------------------------ files */

static int copy(const char *from, const char *to, mode_t mode)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, error = 0;
	ssize_t n = 0;

	if (in < 0)
		return errno;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		error = errno;
	while (!error && (n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			error = errno ? errno : EIO;
	if (!error && (n < 0 || fchmod(out, mode)))
		error = errno;
	close(in);
	if (out >= 0)
		close(out);
	return error;
}

/* FROM TO MODE(octal) */
static void do_copy(char **argument)
{
	answer("copy", copy(argument[0], argument[1], (mode_t)strtoul(argument[2], NULL, 8)));
}

static void do_rename(char **argument)
{
	answer("rename", rename(argument[0], argument[1]) ? errno : 0);
}

/* PATH: access and modification time to a fixed moment. */
static void do_utimes(char **argument)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	answer("utimes", utimensat(AT_FDCWD, argument[0], times, 0) ? errno : 0);
}

static void do_mkfifo(char **argument)
{
	answer("mkfifo", mkfifo(argument[0], 0666) ? errno : 0);
}

/* A writer and a reader, as two processes, pass a byte through a FIFO that is there. */
static void do_through(char **argument)
{
	pid_t pid = fork();
	char byte = '?';
	int fd, status = -1;

	if (pid == 0) {
		fd = open(argument[0], O_WRONLY | O_CLOEXEC);
		_exit(fd < 0 || write(fd, "!", 1) != 1);
	}
	fd = open(argument[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		fcntl(fd, F_SETFL, 0);
		if (pid > 0)
			waitpid(pid, &status, 0);
		(void)!read(fd, &byte, 1);
		close(fd);
	} else if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	line_begin("through");
	out_text(status == 0 && byte == '!' ? "!" : "");
	line_end();
}

/* ------------------------------------------------------------------ programs */

/* UID PATH: as that user without groups, run a copy of the probe; the euid that it came to have. */
static void do_exec_as(char **argument)
{
	unsigned long uid = strtoul(argument[0], NULL, 10);
	int error = 0, status = 0, pipe_end[2];
	pid_t pid;

	if (pipe2(pipe_end, O_CLOEXEC)) {
		answer("exec-as", errno);
		return;
	}
	pid = fork();
	if (pid == 0) {
		static char nonce[] = "-", command[] = "euid";
		char *const words[] = { argument[1], nonce, command, NULL };

		/* The bare calls: no threads to tell of it. */
		if (!syscall(SYS_setgroups, 0, NULL) && !syscall(SYS_setresgid, uid, uid, uid) &&
		    !syscall(SYS_setresuid, uid, uid, uid)) {
			close(1);
			execve(argument[1], words, (char *const[]){ NULL });
		}
		error = errno;
		(void)!write(pipe_end[1], &error, sizeof(error));
		_exit(127);
	}
	if (pid < 0)
		error = errno;
	close(pipe_end[1]);
	if (pid > 0) {
		if (read(pipe_end[0], &error, sizeof(error)) != sizeof(error))
			error = 0;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipe_end[0]);
	line_begin("exec-as");
	if (error)
		out_errno(error);
	else
		out_text(!WIFEXITED(status)	    ? "killed"
			 : WEXITSTATUS(status) == 40 ? "root"
			 : WEXITSTATUS(status) == 41 ? "user"
						     : "failed");
	line_end();
}

/* What exec-as runs: the exit status tells. */
static void do_euid(char **argument)
{
	(void)argument;
	_exit(geteuid() ? 41 : 40);
}

/* ------------------------------------------------------------------ propagation */

/* DIRECTORY: a child in a mount namespace of its own mounts a tmpfs there; does it come here? */
static void do_spread(char **argument)
{
	struct stat before, after;
	int error = 0, status = 0, pipe_end[2];
	pid_t pid;

	if (stat(argument[0], &before) || pipe2(pipe_end, O_CLOEXEC)) {
		answer("spread", errno);
		return;
	}
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) || mount("spread", argument[0], "tmpfs", 0, NULL)) {
			error = errno;
			(void)!write(pipe_end[1], &error, sizeof(error));
		}
		_exit(0);
	}
	close(pipe_end[1]);
	if (pid < 0 || read(pipe_end[0], &error, sizeof(error)) != sizeof(error))
		error = pid < 0 ? errno : 0;
	if (pid > 0)
		waitpid(pid, &status, 0);
	close(pipe_end[0]);
	if (!error && stat(argument[0], &after))
		error = errno;
	line_begin("spread");
	if (error)
		out_errno(error);
	else
		out_text(after.st_dev != before.st_dev ? "seen" : "not seen");
	line_end();
	if (!error && after.st_dev != before.st_dev)
		umount2(argument[0], MNT_DETACH);
}

/* ------------------------------------------------------------------ devices */

static void try_write(int fd)
{
	memset(block, 'x', sizeof(block));
	out_key("write");
	if (fd < 0) {
		out_int(-1);
		return;
	}
	ssize_t n = write(fd, block, sizeof(block));

	if (n < 0)
		out_text(errno_name(errno));
	else
		out_int(n);
}

/* 16 bytes twice: how many came, whether all are zero, whether both reads gave the same. */
static void try_read(int fd)
{
	char first[16] = { 0 }, second[16] = { 0 };
	static const char zeros[16];
	ssize_t n = read(fd, first, sizeof(first));

	(void)!read(fd, second, sizeof(second));
	member("read", n);
	out_key("zeros");
	out_bool(n > 0 && !memcmp(first, zeros, sizeof(zeros)));
	out_key("same");
	out_bool(!memcmp(first, second, sizeof(first)));
}

/* PATH: type, numbers, and what reading and writing a character device gives. */
static void do_device(char **argument)
{
	struct stat st;
	int fd;

	line_begin("device");
	if (stat(argument[0], &st)) {
		out_errno(errno);
		line_end();
		return;
	}
	out_open('{');
	out_key("type");
	out_text(S_ISCHR(st.st_mode) ? "char" : S_ISBLK(st.st_mode) ? "block" : "other");
	member("major", (long long)major(st.st_rdev));
	member("minor", (long long)minor(st.st_rdev));
	fd = open(argument[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	error_member("open", fd < 0 ? errno : 0);
	if (fd >= 0) {
		try_read(fd);
		close(fd);
	}
	fd = open(argument[0], O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	error_member("open-rw", fd < 0 ? errno : 0);
	if (fd >= 0) {
		try_write(fd);
		close(fd);
	}
	out_close('}');
	line_end();
}

/* PATH of a ptmx: opens a pty there and looks for its other end in /dev/pts. */
static void do_pty(char **argument)
{
	int fd = open(argument[0], O_RDWR | O_CLOEXEC | O_NOCTTY), number = -1;
	char path[64];
	struct stat st;

	line_begin("pty");
	if (fd < 0 || ioctl(fd, TIOCGPTN, &number)) {
		out_errno(errno);
	} else {
		snprintf(path, sizeof(path), "/dev/pts/%d", number);
		out_open('{');
		member("number", number);
		out_key("there");
		out_bool(!stat(path, &st) && S_ISCHR(st.st_mode));
		out_close('}');
	}
	line_end();
	if (fd >= 0)
		close(fd);
}

/* ------------------------------------------------------------------ ports, memory */

static int on_port(const char *port, int (*call)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0)
		return errno;
	if (call(fd, (const struct sockaddr *)&address, sizeof(address)))
		error = errno;
	close(fd);
	return error;
}

/* PORT of 127.0.0.1 */
static void do_connect(char **argument)
{
	answer("connect", on_port(argument[0], connect));
}

static void do_bind(char **argument)
{
	answer("bind", on_port(argument[0], bind));
}

void touch_in_child(const char *fact, size_t size, size_t step, int flags)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

		if (memory == MAP_FAILED)
			_exit(1);
		for (size_t i = 0; i < size; i += step)
			((volatile char *)memory)[i] = 1;
		_exit(0);
	}
	line_begin(fact);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		out_errno(errno);
	else if (WIFSIGNALED(status))
		out_text(signal_name(WTERMSIG(status)));
	else
		out_text(WEXITSTATUS(status) ? "refused" : "touched");
	line_end();
}

/* BYTES: a child allocates and touches them; how it ended. */
static void do_touch_child(char **argument)
{
	touch_in_child("touch-child", strtoull(argument[0], NULL, 10), 4096, 0);
}

const struct command place_commands[] = {
	{ "atime", 1, do_atime, false },
	{ "copy", 3, do_copy, false },
	{ "rename", 2, do_rename, false },
	{ "utimes", 1, do_utimes, false },
	{ "mkfifo", 1, do_mkfifo, false },
	{ "through", 1, do_through, false },
	{ "exec-as", 2, do_exec_as, false },
	{ "euid", 0, do_euid, true },
	{ "spread", 1, do_spread, false },
	{ "device", 1, do_device, false },
	{ "pty", 1, do_pty, false },
	{ "connect", 1, do_connect, false },
	{ "bind", 1, do_bind, false },
	{ "touch-child", 1, do_touch_child, false },
	{ NULL, 0, NULL, false },
};
