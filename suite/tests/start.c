/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: what it runs, what it refuses, and what it leaves alone. The plain refusals are in
 * lifecycle.c. It must never take the exit status of start for a sign that the program ran.
 */
#include "life.h"

#include <string.h>

static void missing_id(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const char *rows[] = { "ops.start.missing-id", "cli.start.exit-nonzero" };
	const struct result *r = runtime_call(t, &(struct call){ .command = "start" });

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_error(t, rows[i], r);
	life_check(t, rows[0], op_state(c), "created");
	/* It was the missing id: with it start works. */
	must_start(c);
	check_error(t, rows[1], op_start(c));
	must_answer(c);
	life_stop(t, c);
	check_error(t, rows[1], op_start(c));
	must_delete(c);
	check_error(t, rows[1], op_start(c));
}

static void deleted(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct result *r;

	bundle_log_process(b);
	c = life_stopped(t, b);
	must_delete(c);
	r = op_with(c, "start", &(struct call){ .ledger = true });
	check_clean_error(t, "ops.start.deleted", r);
	check_int(t, "ops.start.deleted", "runs of the program", 1,
		  (long long)log_count(b, "process"));
}

static void killed_before(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *c;

	bundle_log_process(b);
	c = life_created(b);
	life_kill(t, c);
	check_error(t, "ops.start.killed-before-start", op_start(c));
	check_int(t, "ops.start.killed-before-start", "runs of the program", 0,
		  (long long)log_count(b, "process"));
	life_check(t, "ops.start.killed-before-start", op_state(c), "stopped");
}

static void runs_program(struct test *t)
{
	const char *id = "ops.start.runs-program";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "process.env", "[s s]", "PATH=/usr/bin:/bin", "WORD=a b 'c'");
	bundle_set(b, "process.cwd", "s", "/tmp");
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1001, "gid", 1002);
	bundle_probe(b, "args", "env", "cwd", "ids", "echo", "$(x) \"y\" *", NULL);
	f = bundle_run(b);
	check_json(t, id, "arguments", json_incref(bundle_get(b, "process.args")),
		   facts_get(f, "args"));
	check_subset(t, id, "environment", json_incref(bundle_get(b, "process.env")),
		     facts_get(f, "env"));
	check_string(t, id, "working directory", "/tmp", facts_string(f, "cwd"));
	check_int(t, id, "uid", 1001, facts_int(f, "ids.uid"));
	check_int(t, id, "gid", 1002, facts_int(f, "ids.gid"));
}

static void no_process(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;

	bundle_probe(good, "echo", "up", NULL);
	bad = bundle_copy(good);
	bundle_remove(bad, "process");
	check_refused(t, "ops.start.no-process", bad, good);
}

/* ------------------------------------------------------------------ ids that are paths */

struct hostile {
	struct test_case base;
	const char *command, *signal;
};

static const struct hostile hostiles[] = {
	{ { "state", "ops.state.hostile-id", "state does not follow an id that is a path" },
	  "state",
	  NULL },
	{ { "start", "ops.start.hostile-id", "start does not follow an id that is a path" },
	  "start",
	  NULL },
	{ { "kill", "ops.kill.hostile-id", "kill does not follow an id that is a path" },
	  "kill",
	  "KILL" },
};

static const struct result *call_on(struct test *t, const struct hostile *h,
				    const char *const *global, const char *id)
{
	return runtime_call(t, &(struct call){ .global = global,
					       .command = h->command,
					       .arguments = WORDS(id, h->signal) });
}

/* With a second state directory beside the one of the container, where the runtime has --root. */
static void hostile_between_roots(struct test *t, const struct hostile *h)
{
	const char *a = format(t, "%s/roots/a", test_dir(t));
	const char *b = format(t, "%s/roots/b", test_dir(t)), *name = test_id(t);
	struct container *c = container_with_id(life_bundle(t), name);
	const struct call create = { .global = WORDS("--root", b) };

	if (!result_ok(op_create_with(c, &create)))
		return; /* no such option: nothing to see here */
	check_error(t, h->base.requirement,
		    call_on(t, h, WORDS("--root", a), format(t, "../b/%s", name)));
	check_true(t, h->base.requirement, !container_ended(c), "the container stays alive",
		   "its process has ended");
}

static void hostile_id(struct test *t)
{
	const struct hostile *h = test_row(t);
	bool kills = h->signal != NULL;
	struct container *c = kills ? life_running(life_bundle(t)) : life_created(life_bundle(t));
	const char *id = container_id(c);
	const char *const ids[] = { format(t, "../%s", id), format(t, "./%s", id),
				    format(t, "x/../%s", id) };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		check_error(t, h->base.requirement, call_on(t, h, NULL, ids[i]));
	life_check(t, h->base.requirement, op_state(c), kills ? "running" : "created");
	if (kills)
		check_true(t, h->base.requirement, life_answers(c), "its program answers",
			   "it does not");
	hostile_between_roots(t, h);
}

static void state_without_id(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const struct result *r = runtime_call(t, &(struct call){ .command = "state" });

	check_error(t, "ops.state.missing-id", r);
	check_seen(t, "ops.state.missing-id", !life_object(r->out, r->out_length),
		   "no state on stdout", "%.300s", r->out);
	check_error(t, "ops.state.empty-id",
		    runtime_call(t, &(struct call){ .command = "state", .arguments = WORDS("") }));
	must_state(c);
}

const struct test_entry start_tests[] = {
	{
		.name = "start/missing-id",
		.about = "start without an id is an error; so are its other errors by their status",
		.requirements = REQS("ops.start.missing-id", "cli.start.exit-nonzero"),
		.run = missing_id,
	},
	{
		.name = "start/deleted",
		.about = "start of a deleted container is an error and runs nothing",
		.requirements = REQS("ops.start.deleted"),
		.run = deleted,
	},
	{
		.name = "start/killed-before",
		.about = "start of a container that was killed before is an error",
		.requirements = REQS("ops.start.killed-before-start"),
		.run = killed_before,
	},
	{
		.name = "start/runs-program",
		.about = "start runs process.args with its environment, directory and user",
		.requirements = REQS("ops.start.runs-program"),
		.run = runs_program,
	},
	{
		.name = "start/no-process",
		.about = "without a process nothing is started",
		.requirements = REQS("ops.start.no-process"),
		.run = no_process,
	},
	{
		.name = "ids/path",
		.about = "an id that is a path leads nowhere",
		.run = hostile_id,
		CASES(hostiles),
	},
	{
		.name = "ids/state-without",
		.about = "state without an id, or with an empty one, is an error",
		.requirements = REQS("ops.state.missing-id", "ops.state.empty-id"),
		.run = state_without_id,
	},
	{ 0 },
};
