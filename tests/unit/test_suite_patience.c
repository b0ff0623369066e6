/* LINK: suite/core/patience.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* Patience: a limit ends what stands still, is given again to what works, and ends that in the end. */
#include "suite.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define SPAN (10 * NS_PER_S)

/* The machine: the time, the CPU time used, of each second so much; and when something is ready. */
static struct {
	int64_t now, used, ready_at;
	int64_t share[64]; /* thousandths, by the second */
	const char *file;  /* that says it; the others are not there */
	bool interrupted;  /* the next wait is, at once */
} m;

int64_t now_ns(void)
{
	return m.now;
}

/* Whether it is ready by then. */
static bool pass_time(int64_t until)
{
	while (m.now < until) {
		if (m.now >= m.ready_at)
			return true;
		m.used += m.share[m.now / NS_PER_S % 64] * NS_PER_MS;
		m.now += NS_PER_S;
	}
	return false;
}

int pump(struct test *t, const int *fds, int n, int64_t until)
{
	(void)t;
	(void)fds;
	(void)n;
	return pass_time(until) ? 0 : -1;
}

int poll(struct pollfd *set, nfds_t n, int ms)
{
	assert_int_equal(n, 1);
	assert_int_equal(set->events, POLLIN);
	if (m.interrupted) {
		m.interrupted = false;
		errno = EINTR;
		return -1;
	}
	return pass_time(m.now + ms * NS_PER_MS);
}

size_t file_look(const char *path, char *text, size_t size)
{
	*text = '\0';
	if (!m.file || strcmp(path, m.file))
		return 0;
	return (size_t)snprintf(text, size, strstr(path, "cpu.stat") ? "usage_usec %lld\nuser_usec 7\n"
								     : "%lld\n",
				(long long)(strstr(path, "cpu.stat") ? m.used / 1000 : m.used));
}

static struct context v2 = { .hierarchies = { { .point = "/c", .v2 = true } }, .n_hierarchies = 1 };
static struct context v1 = { .hierarchies = { { .point = "/c/pids" }, { .point = "/c/cpu" } },
			     .n_hierarchies = 2 };

/* How many seconds a wait takes on a machine whose world uses a share from second to second. */
static int64_t takes(const struct context *c, const char *file, int64_t share, int until, int ready,
		     int end)
{
	struct test t = { .context = c, .end = end * NS_PER_S };
	int fd = 0;

	memset(&m, 0, sizeof(m));
	m.file = file;
	m.ready_at = ready * NS_PER_S;
	for (int i = 0; i < until; i++)
		m.share[i] = share;
	assert_int_equal(wait_working(&t, &fd, 1, SPAN), ready < 64 ? 0 : -1);
	return m.now / NS_PER_S;
}

static void what_stands_still_is_over_at_once(void **state)
{
	(void)state;
	assert_int_equal(takes(&v2, "/c/cpu.stat", 0, 0, 64, 1000), 10);
	assert_int_equal(takes(&v2, "/c/cpu.stat", 50, 64, 64, 1000), 10); /* housekeeping */
}

static void what_works_gets_more_but_not_for_ever(void **state)
{
	(void)state;
	assert_int_equal(takes(&v2, "/c/cpu.stat", 400, 64, 64, 1000), LIMIT_TIMES * 10);
	assert_int_equal(takes(&v2, "/c/cpu.stat", 400, 64, 35, 1000), 35);
	assert_int_equal(takes(&v2, "/c/cpu.stat", 400, 15, 64, 1000), 30); /* it stopped */
	assert_int_equal(takes(&v2, "/c/cpu.stat", 400, 64, 64, 23), 23); /* the end of the test */
}

static void a_descriptor_alone_is_waited_for_as_well(void **state)
{
	struct test t = { .context = &v2, .end = 1000 * NS_PER_S };

	(void)state;
	for (int share = 0; share <= 400; share += 400) {
		memset(&m, 0, sizeof(m));
		m.file = "/c/cpu.stat";
		m.ready_at = 25 * NS_PER_S;
		m.interrupted = true;
		for (int i = 0; i < 64; i++)
			m.share[i] = share;
		assert_int_equal(readable_within(&t, 7, 10000), share > 0);
		assert_int_equal(m.now / NS_PER_S, share ? 25 : 10);
	}
	m.ready_at = 64 * 60 * NS_PER_S;
	m.now = 0;
	m.interrupted = true;
	assert_false(readable_within(&t, 7, 10000));
	assert_int_equal(m.now / NS_PER_S, LIMIT_TIMES * 10);
	m.now = 0;
	t.end = 23 * NS_PER_S; /* the end of the test */
	assert_false(readable_within(&t, 7, 10000));
	assert_int_equal(m.now / NS_PER_S, 23);
}

static void either_version_of_cgroups_tells_it(void **state)
{
	(void)state;
	assert_int_equal(takes(&v1, "/c/cpu/cpuacct.usage", 400, 64, 64, 1000), LIMIT_TIMES * 10);
	assert_int_equal(takes(&v1, "/c/cpu/cpuacct.usage", 0, 0, 64, 1000), 10);
	assert_int_equal(takes(&v2, NULL, 400, 64, 64, 1000), 10); /* nobody says it works */
}

static void the_runner_looks_from_outside(void **state)
{
	struct patience p = { 0 };

	(void)state;
	memset(&m, 0, sizeof(m));
	m.file = "/c/assay/t3/cpu.stat";
	patience_begin(&p, &v2, "/assay/t3");
	for (int i = 1; i < LIMIT_TIMES; i++) {
		m.now += SPAN;
		m.used += SPAN / 2;
		assert_true(patience_renew(&p, &v2, "/assay/t3"));
	}
	m.now += SPAN;
	m.used += SPAN / 2;
	assert_false(patience_renew(&p, &v2, "/assay/t3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_still_is_over_at_once),
		cmocka_unit_test(what_works_gets_more_but_not_for_ever),
		cmocka_unit_test(a_descriptor_alone_is_waited_for_as_well),
		cmocka_unit_test(either_version_of_cgroups_tells_it),
		cmocka_unit_test(the_runner_looks_from_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
