/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.timeOffsets (config-linux.md#offset-for-time-namespace). How far a clock is ahead is told
 * by its distance to the real-time clock, which has no offset and is the same for all.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define S     1000000000LL
#define CLOSE (S / 10) /* looks at two clocks are that close together, one time in five at least */
#define LOOKS 5

#define OFFSETS "linux.timeOffsets"

/* How far the real-time clock is ahead of another; of several looks the one done fastest. */
struct ahead {
	long long monotonic, boottime;
};

static void nearer(long long *least, long long now)
{
	if (now < *least)
		*least = now;
}

static long long now(struct test *t, clockid_t clock)
{
	struct timespec at;

	need(t, !clock_gettime(clock, &at), "clock_gettime");
	return at.tv_sec * S + at.tv_nsec;
}

static struct ahead ours(struct test *t)
{
	struct ahead a = { LLONG_MAX, LLONG_MAX };

	for (int i = 0; i < LOOKS; i++) {
		long long monotonic = now(t, CLOCK_MONOTONIC), boottime = now(t, CLOCK_BOOTTIME);
		long long real = now(t, CLOCK_REALTIME);

		nearer(&a.monotonic, real - monotonic);
		nearer(&a.boottime, real - boottime);
	}
	return a;
}

static struct ahead theirs(struct test *t, const struct facts *f)
{
	struct ahead a = { LLONG_MAX, LLONG_MAX };

	for (int i = 1; i <= LOOKS; i++) {
		const char *look = i > 1 ? format(t, "clocks#%d", i) : "clocks";
		long long real = facts_int(f, format(t, "%s.realtime", look));

		if (real == LLONG_MIN)
			test_stop(t, "the probe tells the time", "it does not");
		nearer(&a.monotonic, real - facts_int(f, format(t, "%s.monotonic", look)));
		nearer(&a.boottime, real - facts_int(f, format(t, "%s.boottime", look)));
	}
	return a;
}

static bool check_shift(struct test *t, const char *id, const char *clock, long long expected,
			long long shift)
{
	return check_seen(t, id, llabs(shift - expected) < CLOSE,
			  format(t, "the %s clock is %lld ns ahead", clock, expected), "%lld ns",
			  shift);
}

static bool check_clocks(struct test *t, const char *id, const struct facts *f, long long monotonic,
			 long long boottime)
{
	struct ahead a = ours(t), b = theirs(t, f);
	bool first = check_shift(t, id, "monotonic", monotonic, a.monotonic - b.monotonic);

	return check_shift(t, id, "boottime", boottime, a.boottime - b.boottime) && first;
}

/* In a time namespace of its own, new unless a path is given; offsets NULL: none. */
static struct bundle *timed(struct test *t, const char *path, const char *offsets)
{
	struct bundle *b = bundle_new(t);

	bundle_namespace(b, "time", path);
	if (offsets)
		bundle_put(b, OFFSETS, json_loads(offsets, 0, NULL));
	bundle_probe(b, "clocks", "clocks", "clocks", "clocks", "clocks", NULL);
	return b;
}

struct offset {
	struct test_case c;
	const char *offsets;
	long long monotonic, boottime;
};

#define ID "linux.timeoffsets."

static const struct offset rows[] = {
	{ { "monotonic", ID "monotonic.secs", NULL },
	  "{\"monotonic\":{\"secs\":86400}}",
	  86400 * S,
	  0 },
	{ { "monotonic-fraction", ID "monotonic.nanosecs", NULL },
	  "{\"monotonic\":{\"secs\":100,\"nanosecs\":500000000}}",
	  100 * S + S / 2,
	  0 },
	{ { "boottime", ID "boottime.secs", NULL },
	  "{\"boottime\":{\"secs\":604800}}",
	  0,
	  604800 * S },
	{ { "boottime-fraction", ID "boottime.nanosecs", NULL },
	  "{\"boottime\":{\"secs\":10,\"nanosecs\":250000000}}",
	  0,
	  10 * S + S / 4 },
	{ { "back", ID "negative-secs", NULL },
	  "{\"monotonic\":{\"secs\":-2},\"boottime\":{\"secs\":-3}}",
	  -2 * S,
	  -3 * S },
	{ { "back-and-fraction", ID "negative-secs", NULL },
	  "{\"monotonic\":{\"secs\":-2,\"nanosecs\":750000000}}",
	  -2 * S + 3 * S / 4,
	  0 },
	{ { "both", ID "independent-clocks", NULL },
	  "{\"monotonic\":{\"secs\":1000},\"boottime\":{\"secs\":2000}}",
	  1000 * S,
	  2000 * S },
	{ { "fraction-only", ID "nanosecs-only", NULL },
	  "{\"monotonic\":{\"nanosecs\":500000000}}",
	  S / 2,
	  0 },
};

/* No clock can be behind its own beginning: one goes back only on a machine that has been up. */
static void wait_uptime(struct test *t)
{
	wait_clock(t, TFD_TIMER_ABSTIME, 4);
}

static void applied(struct test *t)
{
	const struct offset *row = test_row(t);
	const struct facts *f;

	if (row->monotonic < 0 || row->boottime < 0)
		wait_uptime(t);
	f = bundle_supported(timed(t, NULL, row->offsets), row->c.requirement);
	if (f)
		check_clocks(t, row->c.requirement, f, row->monotonic, row->boottime);
}

/* After a container that had some. */
static void absent(struct test *t)
{
	const char *id = ID "absent";
	const struct facts *f;

	if (!bundle_supported(timed(t, NULL, "{\"monotonic\":{\"secs\":500}}"), id))
		return;
	f = bundle_supported(timed(t, NULL, NULL), id);
	if (f)
		check_clocks(t, id, f, 0, 0);
}

/* ------------------------------------------------------------------ what cannot be */

static void no_namespace(struct test *t)
{
	struct bundle *good = timed(t, NULL, "{\"monotonic\":{\"secs\":7}}");
	struct bundle *bad = bundle_copy(good);

	bundle_no_namespace(bad, "time");
	check_refused_by_create_if_supported(t, ID "no-time-namespace", bad, good);
}

/* A time namespace with a process in it: its clocks are set for good. */
static void joined(struct test *t)
{
	const char *id = ID "joined-namespace";
	struct bundle *good = timed(t, NULL, "{\"monotonic\":{\"secs\":100}}");
	struct container *c = container_new(good);
	const struct facts *f;
	const char *path;

	bundle_probe_add(good, "wait", NULL);
	if (!may_create(t, id, c))
		return;
	must_start(c);
	must_answer(c);
	path = format(t, "/proc/%d/ns/time", (int)container_pid(c));
	f = bundle_supported(timed(t, path, NULL), id);
	if (!f || !check_clocks(t, id, f, 100 * S, 0))
		return;
	check_error(t, id,
		    op_create(container_new(timed(t, path, "{\"monotonic\":{\"secs\":7}}"))));
}

/* Either an error or what it says; the largest that is no question goes first. */
static void range(struct test *t)
{
	static const char *const seconds[] = { "1", "3" };
	const char *id = ID "nanosecs-range";
	const struct facts *f =
		bundle_supported(timed(t, NULL, "{\"monotonic\":{\"nanosecs\":999999999}}"), id);

	if (!f || !check_clocks(t, id, f, S - 1, 0))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		const char *offsets = format(
			t, "{\"monotonic\":{\"secs\":0,\"nanosecs\":%s000000000}}", seconds[i]);
		const struct result *refusal = NULL;

		f = bundle_try(timed(t, NULL, offsets), &refusal);
		if (f)
			check_clocks(t, id, f, strtoll(seconds[i], NULL, 10) * S, 0);
		else
			check_error(t, id, refusal);
	}
}

static void before_zero(struct test *t)
{
	wait_uptime(t);
	check_refused_by_create_if_supported(
		t, ID "before-zero", timed(t, NULL, "{\"monotonic\":{\"secs\":-1000000000}}"),
		timed(t, NULL, "{\"monotonic\":{\"secs\":-2}}"));
}

const struct test_entry time_offset_tests[] = {
	{
		.name = "time-offsets/applied",
		.about = "each clock is ahead by what timeOffsets says of it",
		.run = applied,
		CASES(rows),
	},
	{
		.name = "time-offsets/absent",
		.about = "a time namespace without offsets has the clocks of the runtime",
		.requirements = REQS(ID "absent"),
		.run = absent,
	},
	{
		.name = "time-offsets/no-namespace",
		.about = "offsets without a time namespace are refused",
		.requirements = REQS(ID "no-time-namespace"),
		.run = no_namespace,
	},
	{
		.name = "time-offsets/joined",
		.about = "offsets for a time namespace that is in use are refused",
		.requirements = REQS(ID "joined-namespace"),
		.run = joined,
	},
	{
		.name = "time-offsets/range",
		.about = "more nanoseconds than a second has are refused, or so many",
		.requirements = REQS(ID "nanosecs-range"),
		.run = range,
	},
	{
		.name = "time-offsets/before-zero",
		.about = "an offset to a time before zero is refused",
		.requirements = REQS(ID "before-zero"),
		.run = before_zero,
	},
	{ 0 },
};
