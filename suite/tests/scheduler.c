/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.scheduler, what the container's program runs under; and process.execCPUAffinity, which
 * says nothing of that program. The text makes no policy or flag one that a runtime must support:
 * what is refused is `disabled`, what runs otherwise than asked is a fail.
 */
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/suite.h"
#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define NICE_5 "{\"policy\":\"SCHED_OTHER\",\"nice\":5}"
#define FIFO_1 "{\"policy\":\"SCHED_FIFO\",\"priority\":1}"
/* A tenth of a processor: several tests at once, and one processor, are to have room for it. A
 * program that may not make children could be none that a runtime's process turns into. */
#define DEADLINE(numbers) DEADLINE_FLAGS(numbers, "\"SCHED_FLAG_RESET_ON_FORK\"")
#define DEADLINE_FLAGS(numbers, flags) \
	"{\"policy\":\"SCHED_DEADLINE\"," numbers ",\"flags\":[" flags "]}"
#define RUNTIME		"\"runtime\":1100000"
#define RUNTIME_TO_END	RUNTIME ",\"deadline\":7000000"
#define RUNTIME_TO_NEXT RUNTIME_TO_END ",\"period\":11000000"

static struct bundle *with_scheduler(struct test *t, const char *scheduler)
{
	struct bundle *b = bundle_new(t);

	if (scheduler)
		bundle_put(b, "process.scheduler", json_loads(scheduler, 0, NULL));
	bundle_probe(b, "sched", NULL);
	return b;
}

/* The test's own policy, and so what the runtime has when it is called. */
static void run_under(struct test *t, int policy, int nice)
{
	struct sched_param none = { 0 };

	need(t, !syscall(SYS_sched_setscheduler, 0, policy, &none), "sched_setscheduler");
	need(t, !setpriority(PRIO_PROCESS, 0, nice), "setpriority");
}

/* What sched_getattr(2) says is, in each member of `expected`, this. */
static void check_members(struct test *t, const char *requirement, const struct facts *f,
			  const char *fact, const char *expected)
{
	json_t *all = json_loads(expected, 0, NULL), *value;
	const char *name;

	json_object_foreach (all, name, value)
		check_json(t, requirement, format(t, "%s.%s", fact, name), json_incref(value),
			   facts_get(f, format(t, "%s.%s", fact, name)));
}

/* ------------------------------------------------------------------ settings that are in force */

struct setting {
	struct test_case c;
	const char *scheduler; /* JSON */
	const char *expected; /* JSON, see check_members() */
	const char *child; /* likewise, of a child of the program; NULL: none is made */
	int policy, nice; /* of the caller */
};

static void in_force(struct test *t)
{
	const struct setting *s = test_row(t);
	struct bundle *b;
	const struct facts *f;

	if (!test_wants(t, s->c.requirement))
		return;
	run_under(t, s->policy, s->nice);
	b = with_scheduler(t, s->scheduler);
	if (s->child)
		bundle_probe_add(b, "forked", "sched", NULL);
	f = bundle_supported(b, s->c.requirement);
	if (!f)
		return;
	check_members(t, s->c.requirement, f, "sched", s->expected);
	if (s->child)
		check_members(t, s->c.requirement, f, "sched#2", s->child);
}

#define SETTING(name, id, scheduler, expected, ...) \
	{ { name, "process.scheduler." id, NULL }, scheduler, expected, __VA_ARGS__ }
#define PLAIN NULL, SCHED_OTHER, 0

static const struct setting settings[] = {
	SETTING("other", "policy.other", "{\"policy\":\"SCHED_OTHER\"}",
		"{\"policy\":\"SCHED_OTHER\"}", NULL, SCHED_BATCH, 0),
	SETTING("batch", "policy.batch", "{\"policy\":\"SCHED_BATCH\",\"nice\":3}",
		"{\"policy\":\"SCHED_BATCH\",\"nice\":3}", PLAIN),
	SETTING("idle", "policy.idle", "{\"policy\":\"SCHED_IDLE\"}",
		"{\"policy\":\"SCHED_IDLE\"}", PLAIN),
	SETTING("nice-positive", "nice.applied", "{\"policy\":\"SCHED_OTHER\",\"nice\":11}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":11}", PLAIN),
	SETTING("nice-negative", "nice.applied", "{\"policy\":\"SCHED_OTHER\",\"nice\":-7}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":-7}", PLAIN),
	SETTING("nice-lowest", "nice.applied", "{\"policy\":\"SCHED_OTHER\",\"nice\":19}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":19}", PLAIN),
	SETTING("nice-default", "nice.default", "{\"policy\":\"SCHED_OTHER\"}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":0}", NULL, SCHED_OTHER, 5),
	SETTING("nice-zero", "nice.applied", "{\"policy\":\"SCHED_OTHER\",\"nice\":0}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":0}", NULL, SCHED_OTHER, 5),
	SETTING("reset-on-fork", "flags.reset-on-fork",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":-5,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":-5,\"flags\":\"1\"}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":0,\"flags\":\"0\"}", SCHED_OTHER, 0),
	/* What is kept shows nothing alone: who ignores all keeps all. So the rest is to be set. */
	SETTING("keep-policy", "flags.keep-policy",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":6,\"flags\":[\"SCHED_FLAG_KEEP_POLICY\"]}",
		"{\"policy\":\"SCHED_BATCH\",\"nice\":6}", NULL, SCHED_BATCH, 0),
	SETTING("keep-params", "flags.keep-params",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":9,\"flags\":[\"SCHED_FLAG_KEEP_PARAMS\","
		"\"SCHED_FLAG_RESET_ON_FORK\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"nice\":4,\"flags\":\"1\"}", NULL, SCHED_OTHER, 4),
	SETTING("reclaim", "flags.reclaim",
		DEADLINE_FLAGS(RUNTIME_TO_NEXT, "\"SCHED_FLAG_RECLAIM\""),
		"{\"policy\":\"SCHED_DEADLINE\",\"flags\":\"2\"}", PLAIN),
	SETTING("dl-overrun", "flags.dl-overrun",
		DEADLINE_FLAGS(RUNTIME_TO_NEXT, "\"SCHED_FLAG_DL_OVERRUN\""),
		"{\"policy\":\"SCHED_DEADLINE\",\"flags\":\"4\"}", PLAIN),
	SETTING("flags-multiple", "flags.multiple",
		DEADLINE_FLAGS(RUNTIME_TO_NEXT,
			       "\"SCHED_FLAG_RESET_ON_FORK\",\"SCHED_FLAG_RECLAIM\""),
		"{\"policy\":\"SCHED_DEADLINE\",\"flags\":\"3\"}", PLAIN),
};

/* Not on the legacy profile: a kernel with RT_GROUP_SCHED refuses these in a new cgroup. */
static const struct setting realtime_settings[] = {
	SETTING("fifo", "policy.fifo", "{\"policy\":\"SCHED_FIFO\",\"priority\":7}",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":7}", PLAIN),
	SETTING("rr", "policy.rr", "{\"policy\":\"SCHED_RR\",\"priority\":9}",
		"{\"policy\":\"SCHED_RR\",\"priority\":9}", PLAIN),
	SETTING("priority-lowest", "priority.applied", FIFO_1,
		"{\"policy\":\"SCHED_FIFO\",\"priority\":1}", PLAIN),
	SETTING("priority-middle", "priority.applied", "{\"policy\":\"SCHED_RR\",\"priority\":42}",
		"{\"policy\":\"SCHED_RR\",\"priority\":42}", PLAIN),
	SETTING("priority-highest", "priority.applied",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":99}",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":99}", PLAIN),
};

/* ------------------------------------------------------------------ deadlines */

static void deadline(struct test *t)
{
	static const struct {
		const char *requirement, *expected;
	} shown[] = {
		{ "process.scheduler.policy.deadline", "{\"policy\":\"SCHED_DEADLINE\"}" },
		{ "process.scheduler.runtime.applied", "{\"runtime\":\"1100000\"}" },
		{ "process.scheduler.deadline.applied", "{\"deadline\":\"7000000\"}" },
		{ "process.scheduler.period.applied", "{\"period\":\"11000000\"}" },
	};
	const struct result *refusal = NULL;
	const struct facts *f;

	if (!test_wants(t, shown[0].requirement))
		return;
	f = bundle_try(with_scheduler(t, DEADLINE(RUNTIME_TO_NEXT)), &refusal);
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (f)
			check_members(t, shown[i].requirement, f, "sched", shown[i].expected);
		else if (check_error(t, shown[i].requirement, refusal))
			check_disabled(t, shown[i].requirement, "the runtime refuses the value: %s",
				       result_text(t, refusal));
	}
}

/* sched_setattr(2): a period of 0 is that of the deadline; kernels differ in what they tell. */
static void default_period(struct test *t)
{
	static const char id[] = "process.scheduler.period.default";
	const struct facts *f;
	const char *period;

	if (!test_wants(t, id))
		return;
	f = bundle_supported(with_scheduler(t, DEADLINE(RUNTIME_TO_END)), id);
	if (!f)
		return;
	check_members(t, id, f, "sched",
		      "{\"policy\":\"SCHED_DEADLINE\",\"runtime\":\"1100000\",\"deadline\":\"7000000\"}");
	period = facts_string(f, "sched.period");
	check_seen(t, id, period && (!strcmp(period, "7000000") || !strcmp(period, "0")),
		   "the period is 0, or what the kernel takes for that: 7000000", "period %s",
		   period ? period : "absent");
}

/* ------------------------------------------------------------------ refusals */

struct refused {
	struct test_case c;
	const char *bad, *good; /* JSON */
};

static void refused(struct test *t)
{
	const struct refused *r = test_row(t);

	if (test_wants(t, r->c.requirement))
		check_refused_if_supported(t, r->c.requirement, with_scheduler(t, r->bad),
					   with_scheduler(t, r->good));
}

#define REFUSED(name, id, bad, good) { { name, "process.scheduler." id, NULL }, bad, good }

static const struct refused refusals[] = {
	REFUSED("no-policy", "policy.required", "{\"nice\":5}", NICE_5),
	REFUSED("nothing", "policy.required", "{}", NICE_5),
	REFUSED("policy-empty", "policy.unknown", "{\"policy\":\"\",\"nice\":5}", NICE_5),
	REFUSED("policy-unknown", "policy.unknown", "{\"policy\":\"SCHED_FOO\",\"nice\":5}", NICE_5),
	REFUSED("policy-normal", "policy.unknown", "{\"policy\":\"SCHED_NORMAL\",\"nice\":5}",
		NICE_5),
	REFUSED("policy-lower-case", "policy.unknown", "{\"policy\":\"sched_other\",\"nice\":5}",
		NICE_5),
	REFUSED("policy-without-prefix", "policy.unknown", "{\"policy\":\"OTHER\",\"nice\":5}",
		NICE_5),
	REFUSED("policy-and-more", "policy.unknown", "{\"policy\":\"SCHED_OTHER2\",\"nice\":5}",
		NICE_5),
	REFUSED("iso", "policy.iso", "{\"policy\":\"SCHED_ISO\"}", "{\"policy\":\"SCHED_BATCH\"}"),
	REFUSED("flag-unknown", "flags.unknown",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_FOO\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}"),
	REFUSED("flag-lower-case", "flags.unknown",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"sched_flag_reset_on_fork\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}"),
	REFUSED("flag-empty", "flags.unknown", "{\"policy\":\"SCHED_OTHER\",\"flags\":[\"\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}"),
	REFUSED("flag-unknown-among-others", "flags.unknown",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\","
		"\"SCHED_FLAG_FOO\"]}",
		"{\"policy\":\"SCHED_OTHER\",\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}"),
	REFUSED("no-runtime", "runtime.default",
		DEADLINE("\"deadline\":7000000,\"period\":11000000"), DEADLINE(RUNTIME_TO_NEXT)),
	REFUSED("no-deadline", "deadline.default", DEADLINE(RUNTIME ",\"period\":11000000"),
		DEADLINE(RUNTIME_TO_NEXT)),
	REFUSED("runtime-above-deadline", "deadline.inconsistent",
		DEADLINE("\"runtime\":8000000,\"deadline\":7000000,\"period\":11000000"),
		DEADLINE(RUNTIME_TO_NEXT)),
	REFUSED("deadline-above-period", "deadline.inconsistent",
		DEADLINE(RUNTIME ",\"deadline\":12000000,\"period\":11000000"),
		DEADLINE(RUNTIME_TO_NEXT)),
};

static const struct refused realtime_refusals[] = {
	REFUSED("no-priority", "priority.default", "{\"policy\":\"SCHED_FIFO\"}", FIFO_1),
	REFUSED("priority-zero", "priority.out-of-range",
		"{\"policy\":\"SCHED_RR\",\"priority\":0}", "{\"policy\":\"SCHED_RR\",\"priority\":1}"),
	REFUSED("priority-above", "priority.out-of-range",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":100}",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":99}"),
	REFUSED("priority-negative", "priority.out-of-range",
		"{\"policy\":\"SCHED_FIFO\",\"priority\":-1}", FIFO_1),
};

/* ------------------------------------------------------------------ the rest */

static void absent(struct test *t)
{
	bundle_run(with_scheduler(t, NULL), NULL);
	check_pass(t, "process.scheduler.optional");
}

/* What root gets must not be denied to a user: it is set before privileges are dropped. */
static void unprivileged_user(struct test *t)
{
	static const char id[] = "process.scheduler.unprivileged-user";
	struct bundle *root, *user;

	if (!test_wants(t, id))
		return;
	root = with_scheduler(t, "{\"policy\":\"SCHED_OTHER\",\"nice\":-5}");
	user = bundle_copy(root);
	bundle_set(user, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(user, "process.capabilities", "{}");
	if (bundle_supported(root, id))
		check_members(t, id, bundle_run(user, NULL), "sched",
			      "{\"policy\":\"SCHED_OTHER\",\"nice\":-5}");
}

/* ------------------------------------------------------------------ execCPUAffinity */

/* With one processor nothing can go wrong, and so nothing is wrong. */
static void not_for_init(struct test *t)
{
	static const char id[] = "process.exec-cpu-affinity.not-for-init";
	struct bundle *b = bundle_new(t), *twin;
	const json_t *cpus;

	if (!test_wants(t, id))
		return;
	bundle_probe(b, "sched", NULL);
	twin = bundle_copy(b);
	bundle_set(b, "process.execCPUAffinity", "{s:s s:s}", "initial", "0", "final", "0");
	cpus = facts_get(bundle_run(twin, NULL), "sched.cpus");
	if (!json_array_size(cpus))
		test_stop(t, "the probe tells its processors", "it has no answer");
	check_json(t, id, "processors of the container's program", json_deep_copy(cpus),
		   facts_get(bundle_run(b, NULL), "sched.cpus"));
}

static void affinity_members(struct test *t)
{
	static const char *const values[] = { "{}", "{\"initial\":\"0\"}", "{\"final\":\"0\"}" };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct bundle *b = bundle_new(t);

		bundle_put(b, "process.execCPUAffinity", json_loads(values[i], 0, NULL));
		bundle_run(b, "ids");
	}
	check_pass(t, "process.exec-cpu-affinity.initial.optional");
}

static void affinity_format(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "process.execCPUAffinity", "{s:s s:s}", "initial", "0-1,3", "final",
		   "0,0-1");
	bundle_run(b, "ids");
	check_pass(t, "process.exec-cpu-affinity.format");
}

const struct test_entry scheduler_tests[] = {
	{
		.name = "scheduler/set",
		.about = "the program runs under the scheduling asked for, or not at all",
		.run = in_force,
		CASES(settings),
	},
	{
		.name = "scheduler/realtime",
		.about = "the program runs with the realtime priority asked for, or not at all",
		.run = in_force,
		.cgroup = CGROUP_V2,
		CASES(realtime_settings),
	},
	{
		.name = "scheduler/deadline",
		.about = "run budget, deadline and period are those asked for, each in its place",
		.requirements = REQS("process.scheduler.policy.deadline",
				     "process.scheduler.runtime.applied",
				     "process.scheduler.deadline.applied",
				     "process.scheduler.period.applied"),
		.run = deadline,
	},
	{
		.name = "scheduler/default-period",
		.about = "a period that is not given counts as 0",
		.requirements = REQS("process.scheduler.period.default"),
		.run = default_period,
	},
	{
		.name = "scheduler/refused",
		.about = "scheduling that is none is refused",
		.run = refused,
		CASES(refusals),
	},
	{
		.name = "scheduler/realtime-refused",
		.about = "a realtime priority that is none is refused",
		.run = refused,
		.cgroup = CGROUP_V2,
		CASES(realtime_refusals),
	},
	{
		.name = "scheduler/optional",
		.about = "scheduler may be left out",
		.requirements = REQS("process.scheduler.optional"),
		.run = absent,
	},
	{
		.name = "scheduler/unprivileged-user",
		.about = "scheduling is set before privileges are dropped",
		.requirements = REQS("process.scheduler.unprivileged-user"),
		.run = unprivileged_user,
	},
	{
		.name = "exec-affinity/not-for-init",
		.about = "execCPUAffinity leaves the container's first process alone",
		.requirements = REQS("process.exec-cpu-affinity.not-for-init"),
		.run = not_for_init,
	},
	{
		.name = "exec-affinity/optional",
		.about = "initial and final may each be left out",
		.requirements = REQS("process.exec-cpu-affinity.initial.optional"),
		.run = affinity_members,
	},
	{
		.name = "exec-affinity/format",
		.about = "lists of processors with commas and ranges are accepted",
		.requirements = REQS("process.exec-cpu-affinity.format"),
		.run = affinity_format,
	},
	{ 0 },
};
