/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill: which signal, to whom, in both dialects of the command line. What the program got is told
 * by the program. It must never wait for a signal that should not come: a later one that did is
 * proof.
 */
#include "life.h"

#include <stdio.h>
#include <string.h>

/* A running container whose probe tells of every signal that can be caught, and answers. */
static struct container *trapping(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_probe(b, "ns", "trap", "all", "echo", "up", "wait", "echo", "one", "wait", "echo",
		     "two", "wait", NULL);
	return life_running(b);
}

/* How many signals the probe has told of so far; the last one's name. */
static int signals(struct container *c, const char **last)
{
	const struct facts *f = container_await(c, "echo");
	char name[24] = "signal";
	int n = 0;

	*last = "none";
	while (facts_get(f, name)) {
		*last = facts_string(f, name);
		snprintf(name, sizeof(name), "signal#%d", ++n + 1);
	}
	return n;
}

/* The program answers, and has told of so many signals in all. */
static void check_signals(struct test *t, const char *requirement, struct container *c,
			  int expected)
{
	bool alive = life_answers(c);
	const char *last;
	int n = signals(c, &last);

	check_seen(t, requirement, alive && n == expected,
		   format(t, "the program answers; %d signals in all", expected),
		   "%s; %d signals, the last %s", alive ? "it does" : "it does not", n, last);
}

/* The n-th signal (from 1) that it tells of. */
static const char *nth_signal(struct test *t, struct container *c, int n)
{
	const char *name = n == 1 ? "signal" : format(t, "signal#%d", n);

	return facts_string(container_await(c, name), name);
}

static void missing_id(struct test *t)
{
	struct container *c = trapping(t, bundle_new(t));
	check_error(t, "ops.kill.missing-id", runtime_call(t, &(struct call){ .command = "kill" }));
	check_signals(t, "ops.kill.missing-id", c, 0);
}

static void deleted(struct test *t)
{
	struct container *c = life_stopped(t, life_bundle(t));

	check_error(t, "cli.kill.exit-nonzero", op_kill(c, "TERM"));
	must_delete(c);
	check_error(t, "ops.kill.deleted", op_kill(c, "KILL"));
	check_error(t, "cli.kill.exit-nonzero", op_kill(c, "TERM"));
}

/* How a signal is called: HUP, with SIG in front, and by its number. */
static const char *called(struct test *t, int signal, int form)
{
	return form == 0   ? signal_name(signal) + 3
	       : form == 1 ? signal_name(signal)
			   : format(t, "%d", signal);
}

/* Sent: how many signals so far. Whether kill took the word; then it was this signal, once. */
static bool sent_exactly(struct test *t, struct container *c, int signal, const char *word,
			 int *sent)
{
	static const char *const rows[] = { "ops.kill.exact-signal", "cli.kill.further-names" };
	const struct result *r = op_kill(c, word);
	const char *is;

	if (!result_ok(r)) {
		check_error(t, rows[0], r); /* only TERM and KILL have to be known */
		return false;
	}
	is = nth_signal(t, c, ++*sent);
	for (size_t i = 0; i < (signal == SIGTERM ? 1 : ARRAY_SIZE(rows)); i++)
		check_string(t, rows[i], format(t, "signal after kill %s", word),
			     signal_name(signal), is);
	return is != NULL;
}

static void exact_signal(struct test *t)
{
	struct container *c = trapping(t, bundle_new(t));
	const char *taken = "";
	int sent = 0, others = 0;

	if (!sent_exactly(t, c, SIGTERM, "TERM", &sent))
		test_stop(t, "kill TERM sends SIGTERM", "it does not");
	for (int signal = 1; signal < 32; signal++)
		for (int form = 0; form < 3; form++) {
			const char *word = called(t, signal, form);

			if (signal == SIGKILL || signal == SIGSTOP ||
			    !sent_exactly(t, c, signal, word, &sent))
				continue;
			others += signal != SIGTERM;
			taken = format(t, "%s %s", taken, word);
		}
	check_signals(t, "ops.kill.exact-signal", c, sent);
	if (others)
		check_seen(t, "cli.kill.further-names", true, "", "accepted:%s", taken);
	else
		check_disabled(t, "cli.kill.further-names", "nothing but TERM is accepted");
}

static void only_the_process(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct container *c;

	bundle_probe(b, "trap", "TERM", "quiet", "echo", "up", "wait", "pending", "echo", "one",
		     "wait", NULL);
	c = life_running(b);
	must_kill(c, "TERM");
	check_true(t, "ops.kill.container-process", life_answers(c),
		   "the process lives and answers", "it does not");
	f = container_await(c, "pending");
	check_string(t, "ops.kill.container-process", "signal that the process tells of", "SIGTERM",
		     facts_string(f, "signal"));
	check_string(t, "ops.kill.only-container-process", "signals that its child got",
		     "0000000000000000", facts_string(f, "pending"));
}

static void ignored(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct result *r;

	bundle_probe(b, "ignore", "TERM", "echo", "up", "wait", "echo", "one", "wait", NULL);
	c = life_running(b);
	r = op_kill(c, "TERM");
	check_ok(t, "ops.kill.ignored-signal", r);
	check_ok(t, "cli.kill.exit-zero-when-ignored", r);
	check_true(t, "ops.kill.ignored-signal", life_answers(c), "the program answers",
		   "it does not");
	life_check(t, "ops.kill.ignored-signal", op_state(c), "running");
}

static void unknown_signal(struct test *t)
{
	static const char *const names[] = { "NOSUCH", "SIGFOO", "999", "-1" };
	struct container *c = trapping(t, bundle_new(t));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		check_error(t, "ops.kill.unknown-signal", op_kill(c, names[i]));
	check_signals(t, "ops.kill.unknown-signal", c, 0);
	must_kill(c, "TERM");
	check_string(t, "ops.kill.unknown-signal", "signal after kill TERM", "SIGTERM",
		     nth_signal(t, c, 1));
}

/* ------------------------------------------------------------------ the command line */

/* Nothing is decided by the status alone: it ends the test unless it is 0. */
static void must_end_well(struct test *t, const struct result *r)
{
	if (!result_ok(r))
		test_stop(t, format(t, "%s: exit status 0", r->command), "%s", result_text(t, r));
}

/* kill with exactly these options and words behind the id. */
static const struct result *kill_with(struct test *t, struct container *c,
				      const char *const *options, const char *word)
{
	return runtime_call(t, &(struct call){ .command = "kill",
					       .options = options,
					       .arguments = WORDS(container_id(c), word) });
}

/* The process, which has told of `before` signals, must tell of no further one but end by it. */
static void check_death(struct test *t, const char *requirement, struct container *c, int before,
			int signal, bool own_kernel)
{
	const char *caught = nth_signal(t, c, before + 1);
	int status;

	if (!check_seen(t, requirement, !caught, "the process ends and catches nothing",
			"it catches %s", caught ? caught : "nothing"))
		return;
	status = container_wait(c);
	check_seen(t, requirement, life_died_of(status, signal, own_kernel),
		   format(t, "the process is killed by %s", signal_name(signal)),
		   "wait status %#x", status);
	life_check(t, requirement, state_until(c, "stopped"), "stopped");
}

static bool own_kernel(struct container *c)
{
	return !shared_kernel(container_await(c, "ns"));
}

static void signal_option(struct test *t)
{
	const char *id = "cli.kill.signal-option.strict";
	struct container *c = trapping(t, bundle_new(t));
	bool own = own_kernel(c);

	must_end_well(t, kill_with(t, c, WORDS("--signal", "TERM"), NULL));
	check_string(t, id, "signal after --signal TERM", "SIGTERM", nth_signal(t, c, 1));
	if (check_ok(t, id, kill_with(t, c, WORDS("--signal", "KILL"), NULL)))
		check_death(t, id, c, 1, SIGKILL, own);
}

static void signal_word(struct test *t)
{
	static const char *const words[] = { "KILL", "9", "SIGKILL" };
	const char *id = "cli.kill.signal-option.dialect";
	struct container *c = trapping(t, bundle_new(t));
	bool own = own_kernel(c);

	must_end_well(t, kill_with(t, c, NULL, "TERM"));
	check_string(t, id, "signal after kill ID TERM", "SIGTERM", nth_signal(t, c, 1));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		c = trapping(t, bundle_new(t));
		if (check_ok(t, id, kill_with(t, c, NULL, words[i])))
			check_death(t, id, c, 0, SIGKILL, own);
	}
}

static void default_signal(struct test *t)
{
	struct container *c = trapping(t, bundle_new(t));

	must_end_well(t, op_kill(c, NULL));
	check_string(t, "cli.kill.default-signal-term", "signal after kill without one", "SIGTERM",
		     nth_signal(t, c, 1));
	check_signals(t, "cli.kill.default-signal-term", c, 1);
}

static void term(struct test *t)
{
	struct container *catching = trapping(t, bundle_new(t)), *dying;
	struct bundle *b = life_bundle(t);
	bool own = own_kernel(catching);

	/* The first process of a PID namespace is spared the default action. */
	bundle_no_namespace(b, "pid");
	dying = life_running(b);
	for (int i = 0; i < 2; i++) {
		const struct result *r = op_kill(i ? dying : catching, "TERM");

		check_ok(t, "cli.kill.exit-zero", r);
		if (!check_ok(t, "cli.kill.term", r))
			return;
	}
	if (check_string(t, "cli.kill.term", "signal after kill TERM", "SIGTERM",
			 nth_signal(t, catching, 1)))
		check_death(t, "cli.kill.term", dying, 0, SIGTERM, own);
}

static void sure_kill(struct test *t)
{
	for (int shared = 0; shared < 2; shared++) {
		struct bundle *b = bundle_new(t);
		struct container *c;
		bool own;

		if (shared)
			bundle_no_namespace(b, "pid");
		c = trapping(t, b);
		own = own_kernel(c);
		if (check_ok(t, "cli.kill.kill", op_kill(c, "KILL")))
			check_death(t, "cli.kill.kill", c, 0, SIGKILL, own);
	}
}

const struct test_entry kill_tests[] = {
	{
		.name = "kill/missing-id",
		.about = "kill without an id is an error and signals nobody",
		.requirements = REQS("ops.kill.missing-id"),
		.run = missing_id,
	},
	{
		.name = "kill/deleted",
		.about = "kill of a deleted container is an error",
		.requirements = REQS("ops.kill.deleted", "cli.kill.exit-nonzero"),
		.run = deleted,
	},
	{
		.name = "kill/exact-signal",
		.about = "every signal, by name and by number, arrives as what it is, once",
		.requirements = REQS("ops.kill.exact-signal", "cli.kill.further-names"),
		.run = exact_signal,
		.limit_s = 120, /* some ninety calls */
	},
	{
		.name = "kill/only-the-process",
		.about = "the signal goes to the container's process and no other",
		.requirements =
			REQS("ops.kill.container-process", "ops.kill.only-container-process"),
		.run = only_the_process,
	},
	{
		.name = "kill/ignored",
		.about = "a signal that the program ignores leaves it running",
		.requirements = REQS("ops.kill.ignored-signal", "cli.kill.exit-zero-when-ignored"),
		.run = ignored,
	},
	{
		.name = "kill/unknown-signal",
		.about = "a signal that there is not is an error without effect",
		.requirements = REQS("ops.kill.unknown-signal"),
		.run = unknown_signal,
	},
	{
		.name = "kill/signal-option",
		.about = "kill --signal NAME ID",
		.requirements = REQS("cli.kill.signal-option.strict"),
		.run = signal_option,
	},
	{
		.name = "kill/signal-word",
		.about = "kill ID NAME, as engines call it",
		.requirements = REQS("cli.kill.signal-option.dialect"),
		.run = signal_word,
	},
	{
		.name = "kill/default-signal",
		.about = "without a signal it is TERM",
		.requirements = REQS("cli.kill.default-signal-term"),
		.run = default_signal,
	},
	{
		.name = "kill/term",
		.about = "TERM is what POSIX says",
		.requirements = REQS("cli.kill.term", "cli.kill.exit-zero"),
		.run = term,
	},
	{
		.name = "kill/kill",
		.about = "KILL ends a program that catches all it can",
		.requirements = REQS("cli.kill.kill"),
		.run = sure_kill,
	},
	{ 0 },
};
