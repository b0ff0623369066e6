/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits are for what stands still. How fast the machine is was measured when the run began; one
 * that is shared, or emulated on one that is, can give a test much less later on. What works has
 * then used CPU time all along, and what hangs has not. So a limit that is over is given again while
 * the world of the test works. It must never be given for ever: what spins hangs as well.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* Of the time that has passed: less than that is the housekeeping of programs that wait. */
#define WORKING 16

/*
 * CPU time of all that there was in a world's cgroup or below it, as the kernel counts it on v2
 * without any controller, and cpuacct on v1; 0 when it cannot be had.
 */
static int64_t used_ns(const struct context *c, const char *world)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];
		char path[300], text[512];
		const char *at;

		snprintf(path, sizeof(path), "%s%s/%s", h->point, world,
			 h->v2 ? "cpu.stat" : "cpuacct.usage");
		if (!file_look(path, text, sizeof(text)))
			continue;
		at = strstr(text, "usage_usec ");
		return at ? strtoll(at + strlen("usage_usec "), NULL, 10) * 1000
			  : strtoll(text, NULL, 10);
	}
	return 0;
}

void patience_begin(struct patience *p, const struct context *c, const char *world)
{
	p->from = now_ns();
	p->used = used_ns(c, world);
	p->given++;
}

bool patience_renew(struct patience *p, const struct context *c, const char *world)
{
	struct patience was = *p;

	patience_begin(p, c, world);
	return was.given < LIMIT_TIMES && (p->used - was.used) * WORKING >= p->from - was.from;
}

/* Until one of `fds` is ready, or -1 at `until`: pump(), or what does nothing else. */
typedef int await(struct test *t, const int *fds, int n, int64_t until);

static int working(struct test *t, await *ready_by, const int *fds, int n, int64_t span)
{
	struct patience p = { 0 };
	int64_t until;
	int ready;

	patience_begin(&p, t->context, "");
	do {
		until = p.from + span < t->end ? p.from + span : t->end;
		ready = ready_by(t, fds, n, until);
	} while (ready < 0 && until < t->end && patience_renew(&p, t->context, ""));
	return ready;
}

int wait_working(struct test *t, const int *fds, int n, int64_t span)
{
	return working(t, pump, fds, n, span);
}

static int look(struct test *t, const int *fds, int n, int64_t until)
{
	struct pollfd set = { .fd = *fds, .events = POLLIN };
	int64_t left;

	(void)t;
	(void)n;
	do {
		/* Rounded up: at 0 it would look without end. */
		left = (until - now_ns() + NS_PER_MS - 1) / NS_PER_MS;
		if (poll(&set, 1, left > 0 ? (int)left : 0) > 0)
			return 0;
	} while (left > 0);
	return -1;
}

bool readable_within(struct test *t, int fd, unsigned int ms)
{
	return working(t, look, &fd, 1, ms * NS_PER_MS) >= 0;
}
