/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where events go: over a socket to PID 1 of the appliance, or on a plain host into a file with the
 * same chain. It must never reorder events or drop one: an event that cannot be kept ends the run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "engine.h"

struct sink {
	int fd;
	bool socket;
	struct chain chain;
};

static struct sink *sink_new(int fd, bool socket)
{
	struct sink *s = take(sizeof(*s));

	s->fd = fd;
	s->socket = socket;
	chain_init(&s->chain);
	return s;
}

struct sink *sink_socket(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return sink_new(fd, true);
}

struct sink *sink_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0644);

	return fd < 0 ? NULL : sink_new(fd, false);
}

static int put_socket(struct sink *s, const struct event_header *h, const struct body *body)
{
	struct iovec part[2] = { { (void *)h, sizeof(*h) }, { body->data, body->length } };
	struct msghdr message = { .msg_iov = part, .msg_iovlen = 2 };
	struct event_reply reply;
	ssize_t n;

	do
		n = sendmsg(s->fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!(h->flags & EVENT_SYNC))
		return 0;
	do
		n = recv(s->fd, &reply, sizeof(reply), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(reply))
		return n < 0 ? -errno : -EPIPE;
	return reply.status;
}

static int put_file(struct sink *s, enum event_type type, const struct body *body)
{
	static char line[EVENT_LINE_MAX];
	ssize_t n = chain_format(&s->chain, type, (uint64_t)now_ns(), body->data, body->length,
				 line, sizeof(line));
	size_t at = 0;

	if (n < 0)
		return (int)n;
	while (at < (size_t)n) {
		ssize_t written = write(s->fd, line + at, (size_t)n - at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		at += (size_t)written;
	}
	chain_advance(&s->chain, line, (size_t)n);
	return 0;
}

int sink_put(struct sink *s, enum event_type type, unsigned int flags, const char *test,
	     unsigned int deadline_ms, int code, const struct body *body)
{
	struct event_header h = { .magic = EVENT_MAGIC,
				  .type = (uint16_t)type,
				  .flags = (uint16_t)flags,
				  .length = (uint32_t)body->length,
				  .deadline_ms = deadline_ms,
				  .code = code };

	if (body->failed)
		return -EMSGSIZE;
	if (test)
		memcpy(h.test, test, strnlen(test, sizeof(h.test) - 1));
	return s->socket ? put_socket(s, &h, body) : put_file(s, type, body);
}
