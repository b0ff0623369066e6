/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeout of hooks: "the number of seconds before aborting the hook. If set, timeout MUST be
 * greater than zero" (config.md, "POSIX-platform Hooks"). Time itself is the subject here, so it is
 * let pass; but no verdict depends on how fast a machine is: what is to be aborted never ends by
 * itself, and what is not to be has its limit far away.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

enum phase { AT_CREATE, AT_START, AT_DELETE };

/* Of a hook that ends by itself, but never before a timeout that has passed when it begins. */
#define SHORT_MS "500"

/* A kind of hook; the row of the tables here. */
struct kind {
	struct test_case c;
	const char *name; /* in the configuration */
	enum phase phase; /* the call that runs it */
	bool inside;
};

#define KIND(row, name, phase, inside) { { row, NULL, NULL }, name, phase, inside }

/* Those whose failure is one of create or start in every version, and then the rest. */
static const struct kind before_program[] = {
	KIND("prestart", "prestart", AT_CREATE, false),
	KIND("create-runtime", "createRuntime", AT_CREATE, false),
	KIND("create-container", "createContainer", AT_CREATE, false),
	KIND("start-container", "startContainer", AT_START, true),
};
static const struct kind poststart[] = { KIND("poststart", "poststart", AT_START, false) };
static const struct kind poststop[] = { KIND("poststop", "poststop", AT_DELETE, false) };

static bool row_applies(const void *row, int spec)
{
	const struct kind *k = row;

	return life_has_hook(k->name, spec);
}

/* ------------------------------------------------------------------ hooks that wait for ever */

#define ABORT_S	      3 /* enough for a hook to get as far as its FIFO */
#define ABORT_LIMIT_S 20 /* of a call that aborts a hook after that */

/* A hook that waits at the FIFO log/hold, and that no signal but KILL ends; its place in the list. */
static void stuck_hook(struct test *t, struct bundle *b, const char *kind, int index,
		       const char *label, int timeout)
{
	bool inside = !strcmp(kind, "startContainer");

	bundle_hook(b, kind, label, "state", "ignore", "SIGTERM", "ignore", "SIGINT", "fifo",
		    inside ? "/log/hold" : format(t, "%s/log/hold", bundle_path(b)), NULL);
	if (timeout)
		bundle_set(b, format(t, "hooks.%s.%d.timeout", kind, index), "i", timeout);
}

static const struct result *limited_call(struct test *t, struct container *c, enum phase phase)
{
	static const char *const commands[] = { "create", "start", "delete" };
	const char *const bundle[] = { "--bundle", bundle_path(container_bundle(c)), NULL };
	struct call call = { .command = commands[phase],
			     .arguments = WORDS(container_id(c)),
			     .limit_s = ABORT_LIMIT_S };
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct result *r;

	if (phase == AT_CREATE) {
		bundle_write(container_bundle(c));
		call.options = bundle;
		call.in = call.out = call.err = nothing;
	}
	r = runtime_call(t, &call);
	close(nothing);
	return r;
}

/* The calls of a life until one runs a hook that never ends, which may be another than it should
 * be; its result. *came: it ran; *gone: it is no more. */
static const struct result *abort_call(struct test *t, struct container *c, enum phase last,
				       bool *came, bool *gone)
{
	struct gate gate = gate_new(t, container_bundle(c), "log/hold");
	int writer = open(gate.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	const struct result *r;
	char own[256];

	/* The opening just now is not the hook's. */
	need(t, writer >= 0 && read(gate.opened, own, sizeof(own)) > 0, gate.path);
	for (enum phase phase = AT_CREATE;; phase++) {
		if (phase == AT_DELETE) {
			container_wait(c);
			state_until(c, "stopped");
		}
		r = limited_call(t, c, phase);
		*came = readable_now(gate.opened);
		if (*came || phase == last || !result_ok(r))
			break;
		must_state(c);
	}
	/* A start that does not wait for its hook has ended before it. */
	*came = *came || gate_late(&gate);
	close(gate.fd);
	/* It is the only end for writing: nothing but an error can come, when nobody reads any more. */
	*gone = readable_within(t, writer, ABORT_LIMIT_S * 1000);
	close(gate.opened);
	close(writer);
	return r;
}

/* The same with a hook that ends at once, which the timeout must not harm. */
static void must_work(struct test *t, const struct kind *k)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "echo", "up", NULL);
	bundle_hook(b, k->name, "fine", NULL);
	bundle_set(b, format(t, "hooks.%s.0.timeout", k->name), "i", 50);
	bundle_run(b, NULL);
	if (!log_count(b, "fine"))
		test_stop(t, "a hook within its timeout runs", "it does not");
}

static void aborts(struct test *t)
{
	const char *id = "hooks.timeout.aborts", *failure = "hooks.timeout.counts-as-failure";
	const struct kind *k = test_row(t);
	struct bundle *b = bundle_new(t);
	const struct result *r;
	struct container *c;
	bool came, gone;

	must_work(t, k);
	bundle_probe(b, "echo", "up", k == poststart ? "pause" : NULL, NULL);
	bundle_log_process(b);
	stuck_hook(t, b, k->name, 0, "stuck", ABORT_S);
	c = container_new(b);
	r = abort_call(t, c, k->phase, &came, &gone);
	if (!came)
		test_stop(t, "the hook runs", "it does not; %s", result_text(t, r));
	check_true(t, id, !r->timed_out,
		   format(t, "%s ends though its hook never would", r->command), "it does not");
	check_true(t, id, gone, "the hook is no more", "it lives on");
	if (k == poststart || k == poststop)
		return;
	/* What start says of a hook that fails is for lifecycle.hooks.start-container.fail-error. */
	if (k->phase == AT_CREATE)
		check_error(t, failure, r);
	else if (result_ok(r))
		container_wait(c); /* by then the program has run, or never will */
	else
		container_runs(c);
	check_int(t, failure, "runs of the program", 0, (long long)log_count(b, "process"));
}

static void poststop_goes_on(struct test *t)
{
	const char *id = "hooks.poststop.failure.timeout";
	struct bundle *b = bundle_new(t);
	const struct result *r;
	bool came, gone;

	must_work(t, poststop);
	bundle_probe(b, "echo", "up", NULL);
	stuck_hook(t, b, "poststop", 0, "stuck", ABORT_S);
	bundle_hook(b, "poststop", "second", NULL);
	r = abort_call(t, container_new(b), AT_DELETE, &came, &gone);
	if (!came)
		test_stop(t, "the hook runs", "it does not; %s", result_text(t, r));
	check_ok(t, id, r);
	check_int(t, id, "runs of the second hook", 1, (long long)log_count(b, "second"));
}

/* ------------------------------------------------------------------ hooks that may take long */

#define HELD_S	 11 /* longer than a limit that somebody may have thought up */
#define LITTLE_S 8 /* enough for a hook that takes SHORT_MS, and less than that */

/* A create whose first hook waits. */
struct waiting {
	struct running *call;
	struct gate gate;
	bool early; /* it has ended by itself */
};

static struct waiting begin_waiting(struct test *t, struct bundle *b)
{
	struct waiting w = { .gate = gate_new(t, b, "log/hold") };
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	bundle_write(b);
	w.call = runtime_begin(t, &(struct call){ .command = "create",
						  .options = WORDS("--bundle", bundle_path(b)),
						  .arguments = WORDS(test_id(t)),
						  .in = nothing,
						  .out = nothing,
						  .err = nothing,
						  .limit_s = 60 });
	close(nothing);
	if (!gate_or_end(&w.gate, w.call))
		test_stop(t, "the hook runs, and create waits for it", "%s",
			  result_text(t, running_end(w.call)));
	return w;
}

static bool ends_well(struct test *t, const struct waiting *w, const char **how)
{
	const struct result *r;

	gate_open(&w->gate);
	r = running_end(w->call);
	*how = w->early ? format(t, "create ends while the hook runs: %s", result_text(t, r))
			: result_text(t, r);
	return !w->early && result_ok(r);
}

static void patient(struct test *t)
{
	const char *kind = life_early_hook(t), *how;
	struct bundle *free = bundle_new(t), *limited = bundle_new(t);
	struct waiting w[2];
	bool ok[2], later;

	stuck_hook(t, free, kind, 0, "held", 0);
	stuck_hook(t, limited, kind, 0, "held", 50);
	bundle_hook(limited, kind, "later", "spin", SHORT_MS, NULL);
	bundle_set(limited, format(t, "hooks.%s.1.timeout", kind), "i", LITTLE_S);
	w[0] = begin_waiting(t, free);
	w[1] = begin_waiting(t, limited);
	wait_clock(t, 0, HELD_S);
	for (int i = 0; i < 2; i++)
		w[i].early = running_done(w[i].call);
	ok[0] = ends_well(t, &w[0], &how);
	check_seen(t, "hooks.timeout.absent", ok[0] && log_find(free, "held", 0)->done,
		   "create works, its hook without a timeout having taken its time", "%s; log: %s",
		   how, log_story(free));
	ok[1] = ends_well(t, &w[1], &how);
	later = log_count(limited, "later") == 1 && log_find(limited, "later", 0)->done;
	check_seen(t, "hooks.timeout.seconds", !w[1].early && log_find(limited, "held", 0)->done,
		   format(t, "a hook with a timeout of 50 s may take %d s", HELD_S), "%s; log: %s",
		   how, log_story(limited));
	check_seen(t, "hooks.timeout.per-hook", ok[1] && later,
		   format(t, "a second hook, with a timeout of %d s, does not pay for the first",
			  LITTLE_S),
		   "%s; log: %s", how, log_story(limited));
}

/* ------------------------------------------------------------------ timeouts that are none */

struct bad_timeout {
	struct kind k; /* first, as its test_case is */
	int timeout;
};

/* From the version on that has such a hook, and has its failure end the call. */
static bool fails_its_call(const void *row, int spec)
{
	const struct bad_timeout *bad = row;

	if (!strcmp(bad->k.name, "poststart"))
		return spec >= 10300;
	return life_has_hook(bad->k.name, spec);
}

static void not_positive(struct test *t)
{
	const struct bad_timeout *row = test_row(t);
	const char *id = row->k.c.requirement;
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct result *r;

	must_work(t, &row->k);
	bundle_hook(b, row->k.name, "hook", "spin", SHORT_MS, NULL);
	bundle_set(b, format(t, "hooks.%s.0.timeout", row->k.name), "i", row->timeout);
	c = container_new(b);
	r = op_create(c);
	if (result_ok(r))
		r = op_start(c);
	/* Killed at once, the hook may be gone before it is told the state. */
	check_seen(t, id, (r->exited && r->status) || r->signal == SIGPIPE,
		   format(t, "create or start fails, the timeout of its hook being %d",
			  row->timeout),
		   "%s", result_text(t, r));
}

#define BAD(row, name, phase, inside)                                                              \
	{ { { "zero-" row, "hooks.timeout.positive.zero", NULL }, name, phase, inside }, 0 },      \
	{ { { "negative-" row, "hooks.timeout.positive.negative", NULL }, name, phase, inside }, -1 }

static const struct bad_timeout bad_timeouts[] = {
	BAD("prestart", "prestart", AT_CREATE, false),
	BAD("create-runtime", "createRuntime", AT_CREATE, false),
	BAD("create-container", "createContainer", AT_CREATE, false),
	BAD("start-container", "startContainer", AT_START, true),
	BAD("poststart", "poststart", AT_START, false),
};

const struct test_entry hook_timeout_tests[] = {
	{
		.name = "hook-timeout/aborts",
		.about = "a hook over its timeout is aborted, and has failed",
		.requirements = REQS("hooks.timeout.aborts", "hooks.timeout.counts-as-failure"),
		.run = aborts,
		.applies = row_applies,
		.limit_s = 120,
		CASES(before_program),
	},
	{
		.name = "hook-timeout/aborts",
		.about = "a hook over its timeout is aborted",
		.requirements = REQS("hooks.timeout.aborts"),
		.run = aborts,
		.limit_s = 120,
		CASES(poststart),
	},
	{
		.name = "hook-timeout/aborts",
		.about = "a hook over its timeout is aborted",
		.requirements = REQS("hooks.timeout.aborts"),
		.run = aborts,
		.limit_s = 120,
		CASES(poststop),
	},
	{
		.name = "hook-timeout/poststop-goes-on",
		.about = "a poststop hook over its timeout does not stop delete",
		.requirements = REQS("hooks.poststop.failure.timeout"),
		.run = poststop_goes_on,
		.limit_s = 120,
	},
	{
		.name = "hook-timeout/patient",
		.about = "a hook may take as long as its timeout says, and each for itself",
		.requirements = REQS("hooks.timeout.seconds", "hooks.timeout.per-hook",
				     "hooks.timeout.absent"),
		.run = patient,
		.limit_s = 120,
	},
	{
		.name = "hook-timeout/not-positive",
		.about = "a timeout of no seconds or less is an error",
		.run = not_positive,
		.applies = fails_its_call,
		CASES(bad_timeouts),
	},
	{ 0 },
};
