/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything read from a runtime or a container comes through here: bounded (the head and the tail
 * are kept, the middle is counted), and drained whenever a test waits for anything, so that no
 * writer ever blocks for want of a reader. It must never wait without a limit.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"

#define POLL_MAX 64

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct stream *stream_new(struct test *t, int fd, size_t max)
{
	struct stream *s = take(sizeof(*s));

	s->fd = fd;
	s->max = max;
	if (t) {
		s->next = t->streams;
		t->streams = s;
	}
	return s;
}

void stream_close(struct test *t, struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	for (struct stream **p = &t->streams; *p; p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
}

/* The head fills first, up to half of what is kept; then the tail turns in a ring. */
void stream_add(struct stream *s, const char *data, size_t length)
{
	size_t half = s->max / 2, n;

	if (s->head_length < half) {
		n = length < half - s->head_length ? length : half - s->head_length;
		s->head = realloc(s->head, s->head_length + n + 1);
		if (!s->head)
			abort();
		memcpy(s->head + s->head_length, data, n);
		s->head_length += n;
		data += n;
		length -= n;
	}
	if (length > half) {
		s->cut += length - half;
		data += length - half;
		length = half;
	}
	if (length && s->tail_size < half) {
		size_t size = s->tail_size ? s->tail_size : 4096;

		while (size < s->tail_length + length && size < half)
			size *= 2;
		if (size > half)
			size = half;
		s->tail = realloc(s->tail, size);
		if (!s->tail)
			abort();
		s->tail_size = size;
	}
	for (; length; length -= n, data += n) {
		size_t end = (s->tail_at + s->tail_length) % s->tail_size;

		n = s->tail_size - end < length ? s->tail_size - end : length;
		memcpy(s->tail + end, data, n);
		s->tail_length += n;
		if (s->tail_length > s->tail_size) {
			size_t over = s->tail_length - s->tail_size;

			s->cut += over;
			s->tail_at = (s->tail_at + over) % s->tail_size;
			s->tail_length = s->tail_size;
		}
	}
}

const char *stream_text(const struct stream *s, size_t *length)
{
	size_t first = s->tail_size - s->tail_at;
	char *text = take(s->head_length + s->tail_length + 1);

	if (s->head_length)
		memcpy(text, s->head, s->head_length);
	if (first > s->tail_length)
		first = s->tail_length;
	if (first)
		memcpy(text + s->head_length, s->tail + s->tail_at, first);
	if (s->tail_length > first)
		memcpy(text + s->head_length + first, s->tail, s->tail_length - first);
	if (length)
		*length = s->head_length + s->tail_length;
	return text;
}

static void drain(struct stream *s)
{
	static char data[64 * 1024];

	/* Bounded, so that one that floods does not keep the others waiting. */
	for (int i = 0; i < 8; i++) {
		ssize_t n = read(s->fd, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			s->ended = true;
			close(s->fd);
			s->fd = -1;
			return;
		}
		stream_add(s, data, (size_t)n);
	}
}

/* The stream that reads from a descriptor, or NULL. */
static struct stream *stream_of(const struct test *t, int fd)
{
	struct stream *s = t->streams;

	while (s && s->fd != fd)
		s = s->next;
	return fd >= 0 ? s : NULL;
}

static bool among(int fd, const int *fds, int n)
{
	while (n-- > 0)
		if (fds[n] == fd)
			return true;
	return false;
}

int pump(struct test *t, const int *fds, int n, int64_t until)
{
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		struct pollfd set[POLL_MAX];
		struct stream *owner[POLL_MAX];
		int count = 0, ready;
		struct timespec limit;
		int64_t left = until - now_ns();

		/* Each once: of two entries only the second may see what has just come, and what
		 * is drained by then wakes nobody. */
		for (; count < n; count++) {
			owner[count] = stream_of(t, fds[count]);
			set[count] = (struct pollfd){ .fd = fds[count], .events = POLLIN };
		}
		for (struct stream *s = t->streams; s && count < POLL_MAX; s = s->next) {
			if (s->fd < 0 || among(s->fd, fds, n))
				continue;
			owner[count] = s;
			set[count++] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
		}
		if (left < 0)
			left = 0;
		limit = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
		if (!n)
			limit = (struct timespec){ 0 };
		/* SIGCHLD comes in here and nowhere else; a call under way may wait for its
		 * orphans. */
		ready = ppoll(set, (nfds_t)count, &limit, &none);
		if (ready < 0 && errno != EINTR)
			abort();
		if (ready < 0) {
			reap_orphans(t);
			continue;
		}
		for (int i = 0; i < count; i++)
			if (set[i].revents && owner[i])
				drain(owner[i]);
		for (int i = 0; i < n; i++)
			if (set[i].revents)
				return i;
		if (!ready || !n)
			return -1;
	}
}

void wait_readable(struct test *t, int fd, const char *what)
{
	if (wait_working(t, &fd, 1, t->limit) < 0)
		test_hang(t, what, world_waits(t));
}
