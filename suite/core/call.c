/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the runtime under test: its command line, streams, limits, and the time it takes. It
 * must never believe the runtime to end, to be quiet, or to leave nothing running.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "init/listing.h"

#define WORDS_MAX 64
#define FD_PARKED 200 /* descriptors are moved up here before they get their numbers */
#define CALL_TEXT 2048
#define SABOTEUR_BROKEN 125 /* tests/saboteur/saboteur.h: it could not do what it was told */

struct running {
	struct test *t;
	struct call call;
	struct container *owner;
	struct stream *out, *err;
	struct result result;
	pid_t pid;
	int pidfd;
	unsigned int number;
	int64_t allowed_ns, runtime_began;
	const char *stood; /* what stood still when its limit was over */
	bool ended;
};

static const char *const usual_environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL
};

/* Its own pid is what only the process itself can put into its environment before it begins. */
static const char *const activation[] = { WORLD_PROBE, "-", "-o", "/dev/null", "activate", NULL };

static int append(const char **words, int n, const char *const *more)
{
	for (; more && *more && n < WORDS_MAX - 1; more++)
		words[n++] = *more;
	words[n] = NULL;
	return n;
}

static bool same_option(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return *a == '-' && length == strcspn(b, "=") && !strncmp(a, b, length);
}

/* The payload's options. Those of the call take their place: given twice, some refuse them. */
static int append_usual(const char **words, int n, const char *const *usual,
			const char *const *global)
{
	for (; *usual && n < WORDS_MAX - 1; usual++) {
		bool replaced = false;

		for (const char *const *g = global; g && *g; g++)
			replaced |= same_option(*usual, *g);
		if (!replaced)
			words[n++] = *usual;
		else if (!strchr(*usual, '=') && usual[1] && *usual[1] != '-')
			usual++;
	}
	words[n] = NULL;
	return n;
}

/* As a person would type it; words with blanks in quotes. */
static char *command_text(const char *const *words)
{
	char *text = take(CALL_TEXT);
	size_t used = 0;

	for (; *words && used < CALL_TEXT - 1; words++) {
		const char *quote = !**words || strpbrk(*words, " '\"\\\n\t") ? "'" : "";
		int n = snprintf(text + used, CALL_TEXT - used, "%s%s%.300s%s", used ? " " : "",
				 quote, *words, quote);

		used += n > 0 ? (size_t)n : 0;
	}
	return text;
}

static enum command command_of(const struct call *c)
{
	for (size_t i = 0; c->command && i < COMMANDS; i++)
		if (command_names[i] && !strcmp(c->command, command_names[i]))
			return (enum command)i;
	return COMMAND_OTHER;
}

static unsigned int command_bit(const struct call *c)
{
	return COMMAND_BIT(command_of(c));
}

/* The runtime's own time: while at least one call is under way. */
static void clock_in(struct test *t)
{
	if (!t->runs++)
		t->runtime_since = now_ns();
}

static void clock_out(struct test *t)
{
	if (!--t->runs)
		t->runtime_ns += now_ns() - t->runtime_since;
}

struct spawn {
	posix_spawn_file_actions_t actions;
	int parked[WORDS_MAX], n; /* closed after the spawn */
};

/* Descriptor `fd` of the test is to be `number` in the runtime. */
static void give(struct test *t, struct spawn *s, int fd, int number)
{
	int parked = fcntl(fd, F_DUPFD_CLOEXEC, FD_PARKED);

	if (parked < 0 || s->n == WORDS_MAX)
		test_broken(t, "descriptor %d for the runtime: %s", fd, strerror(errno));
	s->parked[s->n++] = parked;
	posix_spawn_file_actions_adddup2(&s->actions, parked, number);
}

static struct stream *give_pipe(struct test *t, struct spawn *s, int number, size_t max)
{
	int end[2];

	if (pipe2(end, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	fcntl(end[0], F_SETFL, O_NONBLOCK);
	give(t, s, end[1], number);
	close(end[1]);
	return stream_new(t, end[0], max);
}

static void give_stdin(struct test *t, struct spawn *s, const struct call *c, int nothing,
		       struct container *owner)
{
	int end[2];

	if (c->in == FD_CLOSED) {
		posix_spawn_file_actions_addclose(&s->actions, 0);
	} else if (c->in != FD_DEFAULT) {
		give(t, s, c->in, 0);
	} else if (owner) {
		if (pipe2(end, O_CLOEXEC))
			test_broken(t, "pipe: %s", strerror(errno));
		give(t, s, end[0], 0);
		close(end[0]);
		if (owner->input >= 0)
			close(owner->input);
		owner->input = end[1];
	} else {
		give(t, s, nothing, 0);
	}
}

static struct stream *give_output(struct test *t, struct spawn *s, int fd, int number,
				  struct stream **of_owner)
{
	if (fd == FD_CLOSED) {
		posix_spawn_file_actions_addclose(&s->actions, number);
		return NULL;
	}
	if (fd != FD_DEFAULT) {
		give(t, s, fd, number);
		return NULL;
	}
	if (!of_owner)
		return give_pipe(t, s, number, STREAM_MAX);
	if (*of_owner)
		stream_close(t, *of_owner);
	return *of_owner = give_pipe(t, s, number, OUTPUT_MAX);
}

static void attributes(posix_spawnattr_t *a)
{
	sigset_t pipe_only, none;

	/* The suite ignores SIGPIPE; a runtime starts as from a shell. */
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigemptyset(&none);
	posix_spawnattr_init(a);
	posix_spawnattr_setsigdefault(a, &pipe_only);
	posix_spawnattr_setsigmask(a, &none);
	posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static void spawn(struct running *r, const char *const *words)
{
	struct test *t = r->t;
	const struct call *c = &r->call;
	struct spawn s = { .n = 0 };
	posix_spawnattr_t a;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), error;
	const char *const *environment = c->environment ? c->environment : usual_environment;

	posix_spawn_file_actions_init(&s.actions);
	give_stdin(t, &s, c, nothing, r->owner);
	r->out = give_output(t, &s, c->out, 1, r->owner ? &r->owner->out : NULL);
	r->err = give_output(t, &s, c->err, 2, r->owner ? &r->owner->err : NULL);
	for (size_t i = 0; i < c->n_pass; i++)
		give(t, &s, c->pass[i], 3 + (int)i);
	posix_spawn_file_actions_addchdir_np(&s.actions, c->cwd ? c->cwd : "/");
	attributes(&a);
	error = posix_spawn(&r->pid, c->listen_pid ? WORLD_PROBE : t->context->runtime, &s.actions,
			    &a, (char *const *)words, (char *const *)environment);
	posix_spawnattr_destroy(&a);
	posix_spawn_file_actions_destroy(&s.actions);
	for (int i = 0; i < s.n; i++)
		close(s.parked[i]);
	close(nothing);
	if (error)
		test_stop(t, "the runtime can be executed", "%s: %s", t->context->runtime,
			  strerror(error));
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0)
		test_broken(t, "pidfd_open: %s", strerror(errno));
	child_add(t, r->pid);
}

struct running *runtime_begin_for(struct test *t, const struct call *c, struct container *owner)
{
	struct running *r = take(sizeof(*r));
	const char *words[WORDS_MAX];
	bool hopeless = t->planned->hopeless & command_bit(c);
	unsigned int limit_s = c->limit_s ? c->limit_s : hopeless ? HOPELESS_S : CALL_LIMIT_S;
	const char *const more[] = { t->planned->argument, NULL };
	int n = 0, first;

	/* What it cannot do at its simplest would fail, or hang, here as well, and show nothing. */
	if (t->planned->lacks & command_bit(c))
		test_stop(t, format(t, "%s works for the simplest container", c->command),
			  "it does not, as the first test found: %s", t->planned->why);
	r->t = t;
	r->call = *c;
	r->owner = owner;
	r->number = ++t->calls;
	if (c->listen_pid)
		n = append(words, n, activation);
	first = n;
	words[n++] = c->name && !c->listen_pid ? c->name : t->context->runtime;
	words[n] = NULL;
	if (!c->bare)
		n = append_usual(words, n, t->context->args, c->global);
	n = append(words, n, more);
	n = append(words, n, c->global);
	if (c->command && n < WORDS_MAX - 1)
		words[n++] = c->command;
	n = append(words, n, c->options);
	append(words, n, c->arguments);
	r->result.command = command_text(words + first);
	if (c->ledger)
		r->result.before = ledger_take(t);
	clock_in(t);
	r->result.start_ns = now_ns();
	r->allowed_ns = (int64_t)(t->context->slowness * limit_s * NS_PER_S);
	spawn(r, words);
	return r;
}

/*
 * How long one that is waited for may take, from now on: what a test did meanwhile, while it held the
 * call or another, is not the call's time.
 */
static int64_t allowed(const struct running *r)
{
	return r->allowed_ns < r->t->limit ? r->allowed_ns : r->t->limit;
}

struct running *runtime_begin(struct test *t, const struct call *c)
{
	return runtime_begin_for(t, c, NULL);
}

pid_t running_pid(const struct running *r)
{
	return r->pid;
}

bool running_done(struct running *r)
{
	siginfo_t info = { .si_pid = 0 };

	pump(r->t, NULL, 0, 0);
	return r->ended || (!waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
			    info.si_pid == r->pid);
}

bool running_readable(struct running *r, int fd)
{
	struct test *t = r->t;
	int fds[] = { fd, r->pidfd };

	if (r->ended)
		return !pump(t, fds, 1, 0);
	return !wait_working(t, fds, 2, allowed(r));
}

/* Field 22 of /proc/PID/stat: when it began, in ticks since boot. -1: it is gone. */
static long long began(pid_t pid)
{
	char path[64], text[512];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (!file_look(path, text, sizeof(text)))
		return -1;
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoll(at + 1, NULL, 10) : -1;
}

/* Everything that began with the call or after it is the runtime's, whoever its parent is now. */
static void kill_since(struct test *t, pid_t first)
{
	long long since = began(first);
	bool found = true;

	kill(first, SIGKILL);
	for (int round = 0; found && round < 100; round++) {
		struct listing list;
		const char *entry;

		found = false;
		if (listing_open(&list, AT_FDCWD, "/proc"))
			return;
		while ((entry = listing_next(&list))) {
			pid_t pid = (pid_t)strtol(entry, NULL, 10);
			long long when = pid > 1 ? began(pid) : -1;

			if (when < 0 || when < since || pid == first || child_is(t, pid))
				continue;
			/* Zombies stay in the list: only what could be killed counts. */
			if (!kill(pid, SIGKILL) && waitpid(pid, NULL, WNOHANG) == 0)
				found = true;
		}
		close(list.fd);
	}
}

static void evidence(struct running *r)
{
	struct test *t = r->t;
	const struct result *x = &r->result;
	struct stream *s = stream_new(NULL, -1, EVIDENCE_MAX);
	const char *head = format(t, "$ %s\n# %s, %lld us\n", x->command, result_text(t, x),
				  (long long)(x->end_ns - x->start_ns) / 1000);

	stream_add(s, head, strlen(head));
	if (r->stood) {
		stream_add(s, "--- what there was then\n", 24);
		stream_add(s, r->stood, strlen(r->stood));
	}
	if (x->out_length) {
		stream_add(s, "--- stdout\n", 11);
		stream_add(s, x->out, x->out_length < 8192 ? x->out_length : 8192);
	}
	if (x->err_length) {
		stream_add(s, "--- stderr\n", 11);
		stream_add(s, x->err, x->err_length < 8192 ? x->err_length : 8192);
	}
	{
		size_t length;
		const char *text = stream_text(s, &length);

		test_evidence_bytes(t,
				    format(t, "call-%02u-%s.txt", r->number,
					   r->call.command && !strchr(r->call.command, '/')
						   ? r->call.command
						   : "x"),
				    text, length);
	}
}

static void collect(struct running *r)
{
	struct result *x = &r->result;
	siginfo_t info = { .si_pid = 0 };

	waitid(P_PID, (id_t)r->pid, &info, WEXITED);
	child_remove(r->t, r->pid);
	close(r->pidfd);
	x->exited = info.si_code == CLD_EXITED && !x->timed_out;
	x->status = x->exited ? info.si_status : -1;
	x->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	pump(r->t, NULL, 0, 0);
	x->out = r->out ? stream_text(r->out, &x->out_length) : "";
	x->err = r->err ? stream_text(r->err, &x->err_length) : "";
	x->out_cut = r->out && r->out->cut;
	x->err_cut = r->err && r->err->cut;
	if (!r->owner) {
		if (r->out)
			stream_close(r->t, r->out);
		if (r->err)
			stream_close(r->t, r->err);
	}
}

/* What is to be gone gets a moment to go; what a create that works leaves is there to stay. */
static void after(struct running *r)
{
	bool ok = result_ok(&r->result);

	if (!r->call.ledger || (ok && r->owner))
		return;
	if (!ok || (r->call.command && !strcmp(r->call.command, "delete")))
		settle(r->t, r->result.before);
	r->result.after = ledger_take(r->t);
}

static void note_end(struct running *r)
{
	struct test *t = r->t;
	enum command command = command_of(&r->call);

	*(r->result.timed_out ? &t->hung : &t->answered) |= COMMAND_BIT(command);
	if (result_ok(&r->result))
		t->worked |= COMMAND_BIT(command);
	else if (!t->failed[command])
		t->failed[command] = result_text(t, &r->result);
}

const struct result *running_end(struct running *r)
{
	struct test *t = r->t;
	struct result *x = &r->result;

	if (r->ended)
		return x;
	if (wait_working(t, &r->pidfd, 1, allowed(r)) < 0) {
		x->timed_out = true;
		r->stood = world_waits(t);
		kill_since(t, r->pid);
	}
	x->end_ns = now_ns();
	clock_out(t);
	collect(r);
	note_end(r);
	r->ended = true;
	after(r);
	evidence(r);
	/* A sabotage that was none proves nothing, whatever then fails. */
	if (t->planned->argument && x->exited && x->status == SABOTEUR_BROKEN)
		test_broken(t, "%s: the saboteur is broken: %s", x->command, result_text(t, x));
	/* A test that gives its own limit expects it may be met. */
	if (x->timed_out && !r->call.limit_s)
		test_hang(t, x->command, "");
	return x;
}

const struct result *runtime_call(struct test *t, const struct call *c)
{
	return running_end(runtime_begin(t, c));
}

const char *runtime_path(const struct test *t)
{
	return t->context->runtime;
}

const json_t *runtime_features(struct test *t)
{
	return t->context->features;
}

enum claim runtime_claims(struct test *t, const char *path, const char *element)
{
	const json_t *value = t->context->features ? json_at(t->context->features, path) : NULL;
	size_t i;
	json_t *one;

	if (!value || json_is_null(value))
		return CLAIM_UNKNOWN;
	if (!element)
		return json_is_boolean(value) ? (json_is_true(value) ? CLAIM_YES : CLAIM_NO)
					      : CLAIM_UNKNOWN;
	if (!json_is_array(value))
		return CLAIM_UNKNOWN;
	json_array_foreach (value, i, one)
		if (json_is_string(one) && !strcmp(json_string_value(one), element))
			return CLAIM_YES;
	return CLAIM_NO;
}
