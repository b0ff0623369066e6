/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1's side of the payload: a child does the work, because it needs memory, JSON and time, and
 * because the input is hostile. PID 1 must never look into the payload itself: what it learns is a
 * digest or one line of error.
 */
#include "payload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/fs.h>

#include "sys.h"
#include "tar.h"
#include "unpack.h"

struct answer {
	int error;
	uint8_t digest[SHA256_SIZE];
	struct fault fault;
};

/* SHA-256 of the stream from its first byte to the end of the archive. */
static int stream_digest(int fd, uint64_t size, uint8_t digest[SHA256_SIZE], struct fault *f)
{
	static char buffer[128 * 1024];
	struct tar t = { .fd = fd, .size = size };
	struct tar_member m;
	struct sha256 s;
	int kind;

	while ((kind = tar_next(&t, &m, f)) > 0)
		;
	if (kind < 0)
		return kind;
	sha256_init(&s);
	for (uint64_t at = 0; at < t.offset;) {
		size_t n = sizeof(buffer);
		int error;

		if (n > t.offset - at)
			n = (size_t)(t.offset - at);
		error = pread_all(fd, buffer, n, at);
		if (error)
			return fault_set(f, error, "payload: ", strerror(-error), NULL);
		sha256_update(&s, buffer, n);
		at += n;
	}
	sha256_final(&s, digest);
	return 0;
}

/* Read exactly one answer; a child that died without one has none. */
static int take_answer(int pipe_fd, struct answer *a)
{
	size_t length = 0;
	ssize_t n;

	while (length < sizeof(*a) &&
	       (n = read(pipe_fd, (char *)a + length, sizeof(*a) - length)) > 0)
		length += (size_t)n;
	return length == sizeof(*a) ? 0 : -EPIPE;
}

/*
 * The stream is hashed as a whole and member by member. On an emulated CPU that is most of the
 * time a boot takes, so the two run side by side.
 */
static void child(int fd, uint64_t size, const char *root, const char *manifest, int answer_fd)
{
	struct answer whole = { .error = -EIO }, a = { .error = -EIO };
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		_exit(1);
	pid = fork();
	if (pid == 0) {
		whole.error = stream_digest(fd, size, whole.digest, &whole.fault);
		_exit(write_all(fds[1], &whole, sizeof(whole)) ? 1 : 0);
	}
	close(fds[1]);
	if (pid < 0)
		whole.error = stream_digest(fd, size, whole.digest, &whole.fault);
	a.error = unpack(fd, size, root, manifest, &a.fault);
	if (pid > 0 && !a.error && take_answer(fds[0], &whole))
		fault_set(&whole.fault, 0, "payload: cannot be hashed", NULL);
	if (!a.error) {
		memcpy(a.digest, whole.digest, sizeof(a.digest));
		a.error = whole.error;
		if (whole.error)
			a.fault = whole.fault;
	}
	_exit(write_all(answer_fd, &a, sizeof(a)) ? 1 : 0);
}

int payload_install(const char *device, uint64_t size, const char *root, const char *manifest,
		    uint8_t digest[SHA256_SIZE], struct fault *f)
{
	struct answer a = { .error = 0 };
	int fds[2] = { -1, -1 };
	int on = 1, status, error;
	pid_t pid;
	int fd = open(device, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fault_set(f, -errno, "payload ", device, ": ", strerror(errno), NULL);
	/* From here on the kernel itself refuses writes to it. A plain file says ENOTTY. */
	ioctl(fd, BLKROSET, &on);
	if (pipe2(fds, O_CLOEXEC)) {
		error = fault_set(f, -errno, "payload: no pipe: ", strerror(errno), NULL);
		goto out;
	}
	pid = fork();
	if (pid == 0)
		child(fd, size, root, manifest, fds[1]);
	close(fds[1]);
	fds[1] = -1;
	if (pid < 0) {
		error = fault_set(f, -errno, "payload: no process: ", strerror(errno), NULL);
		goto out;
	}
	/* A CD at single speed reads 150 KiB/s; what is slower than 128 is broken. */
	error = child_wait(pid, 60000 + size / 128, &status);
	/* The answer is smaller than a pipe: the child never waits for us to read it. */
	if (error) {
		error = fault_set(f, error, "payload ", device, ": cannot be read in time", NULL);
	} else if (take_answer(fds[0], &a)) {
		error = fault_set(f, -EIO, "payload ", device, ": its check died", NULL);
	} else {
		error = a.error;
		memcpy(digest, a.digest, SHA256_SIZE);
		if (error)
			*f = a.fault;
	}
out:
	if (fds[0] >= 0)
		close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	close(fd);
	return error;
}
