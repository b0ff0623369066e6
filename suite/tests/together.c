/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two calls for one container at the same time. The first is held in a hook of its own, so that the
 * second comes while it is under way, on every machine. It must never leave that to chance.
 */
#include "life.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A limit: the second may wait for the first, and is then let go with it. Some times what a call
 * takes on a busy machine, for what a runtime does must not depend on that. */
#define SECOND_MS 8000

struct both {
	struct running *call[2];
	const struct result *result[2];
	int succeeded;
	int fd; /* holds the first call */
};

/* The first call has begun: it is held at the FIFO, or the test is over. */
static struct both hold_first(struct test *t, const char *fifo, struct running *first)
{
	struct both b = { .call = { first } };

	b.fd = fifo_or_end(t, fifo, first);
	if (b.fd < 0)
		test_stop(t, "the call runs its hook, and waits for it", "%s",
			  result_text(t, running_end(first)));
	return b;
}

/* The second call has begun. Both come to their end. */
static void finish(struct test *t, struct both *b, struct running *second)
{
	int pidfd = (int)syscall(SYS_pidfd_open, running_pid(second), 0);

	b->call[1] = second;
	(void)readable_within(t, pidfd, SECOND_MS);
	close(pidfd);
	close(b->fd);
	for (int i = 0; i < 2; i++) {
		b->result[i] = running_end(b->call[i]);
		b->succeeded += result_ok(b->result[i]);
	}
}

static const char *both_text(struct test *t, const struct both *b)
{
	return format(t, "the first: %s; the second: %s", result_text(t, b->result[0]),
		      result_text(t, b->result[1]));
}

static struct bundle *logging(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "echo", "up", "pause", NULL);
	bundle_log_process(b);
	return b;
}

static struct running *begin(struct test *t, const char *command, struct container *c)
{
	return runtime_begin(
		t, &(struct call){ .command = command, .arguments = WORDS(container_id(c)) });
}

/* ------------------------------------------------------------------ create */

static void one_wins(struct test *t, const char *id, struct container *winner, struct bundle *loser)
{
	struct bundle *b = container_bundle(winner);
	const struct state *s = op_state(winner);

	life_check(t, id, s, "created");
	check_string(t, id, "bundle of the container", bundle_path(b), s->bundle);
	if (!check_ok(t, id, op_start(winner)))
		return;
	log_wait(b, "process", 0);
	check_int(t, id, "runs of the program of the create that failed", 0,
		  (long long)log_count(loser, "process"));
	if (!check_ok(t, id, op_kill(winner, "KILL")))
		return;
	container_wait(winner);
	life_check(t, id, state_until(winner, "stopped"), "stopped");
	check_ok(t, id, op_delete(winner));
	life_check_unknown(t, id, winner, "no container after delete");
}

static void creates(struct test *t)
{
	const char *id = "ops.create.duplicate-concurrent", *name = test_id(t);
	const char *kind = test_spec(t) >= 10002 ? "createRuntime" : "prestart";
	const char *fifo = fifo_new(t, "hold");
	struct container *c[2] = { container_with_id(logging(t), name),
				   container_with_id(logging(t), name) };
	struct both b;

	bundle_hook(container_bundle(c[0]), kind, "hold", "fifo", fifo, NULL);
	for (int i = 0; i < 2; i++)
		bundle_write(container_bundle(c[i]));
	b = hold_first(t, fifo, create_begin(t, c[0]));
	finish(t, &b, create_begin(t, c[1]));
	check_seen(t, id, b.succeeded <= 1, "at most one of the two creates exits with 0", "%s",
		   both_text(t, &b));
	if (b.succeeded == 1)
		one_wins(t, id, c[result_ok(b.result[1])],
			 container_bundle(c[result_ok(b.result[0])]));
	else if (!b.succeeded)
		check_ok(t, id, op_create(container_with_id(logging(t), name)));
}

/* ------------------------------------------------------------------ start */

/* Whether a FIFO of the caller can be opened in a container: not in a sandbox. */
static bool shares_fifos(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;

	bundle_probe(b, "ns", "wait", NULL);
	c = life_created(b);
	must_start(c);
	return shared_kernel(must_answer(c));
}

/*
 * The hook that holds the first start: the one before the program where that can be, else the one
 * after it. Its FIFO.
 */
static const char *with_hold(struct test *t, struct bundle *b)
{
	if (test_spec(t) < 10002 || !shares_fifos(t)) {
		bundle_hook(b, "poststart", "hold", "fifo", fifo_new(t, "hold"), NULL);
		return format(t, "%s/hold", test_dir(t));
	}
	bundle_node(b, "log/hold", S_IFIFO | 0666, 0, 0);
	bundle_hook(b, "startContainer", "hold", "fifo", "/log/hold", NULL);
	return format(t, "%s/log/hold", bundle_path(b));
}

static void starts(struct test *t)
{
	const char *id = "ops.start.concurrent", *fifo;
	struct bundle *bundle = logging(t);
	struct running *first;
	struct container *c;
	struct both b;

	fifo = with_hold(t, bundle);
	c = life_created(bundle);
	first = begin(t, "start", c);
	b = (struct both){ .call = { first }, .fd = fifo_or_end(t, fifo, first) };
	/* It has not waited for its hook: that is under way, or never comes, which is a hang. */
	if (b.fd < 0)
		b.fd = fifo_open_write(t, fifo);
	finish(t, &b, begin(t, "start", c));
	check_seen(t, id, b.succeeded <= 1, "at most one of the two starts exits with 0", "%s",
		   both_text(t, &b));
	if (b.succeeded)
		log_wait(bundle, "process", 0);
	if (!check_ok(t, id, op_kill(c, "KILL")))
		return;
	container_wait(c);
	check_seen(t, id, log_count(bundle, "process") <= 1 && log_count(bundle, "hold") == 1,
		   "program and hook have run once", "%s", log_labels(bundle));
}

/* ------------------------------------------------------------------ delete */

static void deletes(struct test *t)
{
	const char *id = "ops.delete.concurrent", *fifo = fifo_new(t, "hold");
	struct container *other = life_running(life_bundle(t)), *c;
	const struct state *as_before = must_state(other);
	const struct ledger *before = ledger_take(t);
	struct bundle *bundle = life_bundle(t);
	struct both b;

	bundle_hook(bundle, "poststop", "hold", "fifo", fifo, NULL);
	bundle_hook(bundle, "poststop", "next", "echo", "ran", NULL);
	c = life_stopped(t, bundle);
	b = hold_first(t, fifo, begin(t, "delete", c));
	finish(t, &b, begin(t, "delete", c));
	check_seen(t, id, b.succeeded >= 1, "one of the two deletes exits with 0", "%s",
		   both_text(t, &b));
	check_string(t, id, "poststop hooks", "hold next", log_labels(bundle));
	life_check_unknown(t, id, c, "no container is left");
	check_unchanged(t, id, before, ledger_take(t),
			CHANGE_BIT(CHANGE_PROCESS) | CHANGE_BIT(CHANGE_MOUNT) |
				CHANGE_BIT(CHANGE_CGROUP));
	life_check_same(t, id, as_before, other, "another container as before");
}

const struct test_entry together_tests[] = {
	{
		.name = "together/create",
		.about = "of two creates of one id at the same time at most one succeeds",
		.requirements = REQS("ops.create.duplicate-concurrent"),
		.run = creates,
	},
	{
		.name = "together/start",
		.about = "of two starts at the same time at most one succeeds",
		.requirements = REQS("ops.start.concurrent"),
		.run = starts,
	},
	{
		.name = "together/delete",
		.about = "two deletes at the same time do no harm",
		.requirements = REQS("ops.delete.concurrent"),
		.run = deletes,
	},
	{ 0 },
};
