/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few things PID 1 asks of libc and kernel everywhere, in a form that neither allocates nor
 * uses stdio. Nothing here may block without a limit, except on the results disk itself.
 */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "watchdog.h"

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

int ms_until(uint64_t deadline_ns)
{
	uint64_t now = now_ns();

	if (deadline_ns <= now)
		return 0;
	if (deadline_ns - now > 3600 * NS_PER_S)
		return 3600 * 1000;
	return (int)((deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS);
}

ssize_t file_read(const char *path, char *buffer, size_t size)
{
	size_t length = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	buffer[0] = '\0';
	if (fd < 0)
		return -errno;
	/* Files of procfs and sysfs may come in pieces and have no size. */
	while (length < size - 1 && (n = read(fd, buffer + length, size - 1 - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	if (length && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return (ssize_t)length;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int error = 0;

	if (fd < 0)
		return -errno;
	/* One write: a kernel file takes each write as a command of its own. */
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

int write_all(int fd, const void *data, size_t length)
{
	const char *p = data;

	while (length) {
		ssize_t n = write(fd, p, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		length -= (size_t)n;
	}
	return 0;
}

int pwrite_all(int fd, const void *data, size_t length, uint64_t offset)
{
	const char *p = data;

	while (length) {
		ssize_t n = pwrite(fd, p, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

int pread_all(int fd, void *data, size_t length, uint64_t offset)
{
	char *p = data;

	while (length) {
		ssize_t n = pread(fd, p, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENODATA;
		p += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

int child_wait(pid_t pid, uint64_t limit_ms, int *status)
{
	uint64_t deadline = now_ns() + limit_ms * NS_PER_MS;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool killed = false;

	*status = -1;
	for (;;) {
		struct pollfd p = { .fd = pidfd, .events = POLLIN };
		pid_t reaped;
		int wait_ms;

		while ((reaped = waitpid(-1, status, WNOHANG)) > 0 && reaped != pid)
			;
		if (reaped == pid || (reaped < 0 && errno == ECHILD))
			break;
		if (!killed && now_ns() >= deadline) {
			kill(pid, SIGKILL);
			killed = true;
		}
		/* A killed child that stays is in the kernel's hands; so is its end. */
		if (killed && now_ns() >= deadline + 10 * NS_PER_S)
			break;
		wait_ms = ms_until(killed ? deadline + 10 * NS_PER_S : deadline);
		if (wait_ms > watchdog_interval_ms())
			wait_ms = watchdog_interval_ms();
		/* Without a pidfd (descriptors or memory are out) look every 10 ms. */
		poll(&p, pidfd < 0 ? 0 : 1, pidfd < 0 ? 10 : wait_ms);
		watchdog_pet();
	}
	if (pidfd >= 0)
		close(pidfd);
	return killed ? -ETIMEDOUT : 0;
}
