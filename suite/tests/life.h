/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_LIFE_H
#define ASSAY_TESTS_LIFE_H

/* What the tests of the life cycle share. */

#include "suite/tests/tests.h"

/* A bundle whose program says "up" and then one word more for each of three bytes it is given. */
struct bundle *life_bundle(struct test *t);
/* A bundle's program becomes that. */
void life_program(struct bundle *b);
/* Whether the program of such a bundle answers now, being given a byte. */
bool life_answers(struct container *c);
/* A container of the bundle in a status; any step that fails ends the test. */
struct container *life_created(struct bundle *b);
struct container *life_running(struct bundle *b);
struct container *life_stopped(struct test *t, struct bundle *b);
/* Reap the process when it ends and see `state` say "stopped", or end the test. */
void life_must_stop(struct test *t, struct container *c);
/* The same, having let the program end by itself, or killed it with KILL. */
void life_stop(struct test *t, struct container *c);
void life_kill(struct test *t, struct container *c);
bool life_is(const struct state *s, const char *status);
/* An answer in words: "status running, pid 12". */
const char *life_words(struct test *t, const struct state *s);
/* Decides: the answer says this status. */
bool life_check(struct test *t, const char *requirement, const struct state *s, const char *status);
/* Decides: the answer's bundle is an absolute path of that directory, however spelled. */
bool life_check_bundle(struct test *t, const char *requirement, const struct state *s,
		       const char *path);
/* Whether two answers agree in id, status, pid and bundle. */
bool life_same(const struct state *a, const struct state *b);
#define LIFE_ANOTHER ", which is another" /* what does not agree, in words */
/* Decides: `state` says of the container what it said before, and the program answers. */
bool life_check_same(struct test *t, const char *requirement, const struct state *before,
		     struct container *c, const char *expected);
/* Whether `state` did not know the container: it failed as a program does. */
bool life_unknown(const struct state *s);
/* Decides: `state` does not know the container. */
bool life_check_unknown(struct test *t, const char *requirement, struct container *c,
			const char *expected);

/*
 * "Create must refuse": with a status, and `state` fails afterwards. `good`, the same but for the
 * one property, goes first and must run.
 */
bool life_refused(struct test *t, const char *requirement, struct bundle *bad, struct bundle *good);

/* Whether a version, as test_spec() gives it, has a kind of hook: the first had but three. */
bool life_has_hook(const char *kind, int spec);
/* The kind of hook whose failure the version judged against takes for one of create. */
const char *life_early_hook(const struct test *t);

/* What has changed in a bundle, but for mount points in its root and its log; "" for nothing. */
const char *life_bundle_changes(struct test *t, const struct bundle *b, const struct ledger *before,
				const struct ledger *after);

/* The object in a text, repeated names allowed; NULL when it is not one JSON object. */
json_t *life_object(const char *text, size_t length);
/* Whether no object in a text repeats a name; the text is known to be JSON. */
bool life_no_duplicates(const char *text, size_t length);
/* What the state schema has against a value; NULL for nothing. Status words are not looked at, and
 * before 1.1, when the text did not refer to the schema, nor is the least pid. */
const char *life_schema(struct test *t, const json_t *state);
bool life_standard_status(const char *word);
/* A value as text; "absent" for NULL. */
const char *life_json(struct test *t, const json_t *value);

/* SemVer 2.0.0: its grammar, and its order of two valid versions (negative, 0, positive). */
bool semver_valid(const char *text);
int semver_compare(const char *a, const char *b);

/* Inode of a namespace of a process ("mnt", "pid"); 0 when it cannot be seen. */
long long namespace_of(pid_t pid, const char *type);
/*
 * Whether the container runs on the kernel of the suite, by what its probe said to "ns": some
 * process here is in its mount namespace. In a sandbox nothing can be seen from outside.
 */
bool shared_kernel(const struct facts *f);
/* Whether a descriptor has something to read: a byte, an end, the end of a process (pidfd); now, or
 * as soon as what is on its way has come, within a limit. */
bool readable_now(int fd);
bool readable_soon(struct test *t, int fd);
/* Whether a process executes the probe of a bundle, seen from outside. */
bool life_executes(struct test *t, const struct bundle *b, pid_t pid);
/* Whether all processes that there are now and were not in a ledger end, within a limit. */
bool life_gone(struct test *t, const struct ledger *before);
/*
 * Whether a wait status is of a process that a signal has ended; -1, one that nobody could ask for,
 * is. With a kernel of its own nothing but the exit status of the process that stands for the
 * container can tell it, which is that of a shell then.
 */
bool life_died_of(int status, int signal, bool own_kernel);
/*
 * All that comes from a pipe until its writers are gone, which they must be within a limit: *ended.
 * The first 4 KiB of it.
 */
const char *life_drain(struct test *t, int fd, bool *ended, size_t *length);
/* The letter of the state of a process in /proc ('Z'); 0 when it is not there. */
char process_state(struct test *t, pid_t pid);

/*
 * Until a FIFO is opened for reading by what a call has started: a descriptor to write to, whose
 * closing releases the reader. -1: the call ended first, and nobody reads.
 */
int fifo_or_end(struct test *t, const char *path, struct running *r);

/*
 * A FIFO held open for writing since before anything could come to it: what opens it for reading
 * has come, and reads until gate_open(). A look lets nobody through.
 */
struct gate {
	struct test *t;
	const char *path;
	int fd, opened; /* the write end; inotify */
};
struct gate gate_new(struct test *t, struct bundle *b, const char *path); /* below the bundle directory */
/* Waits until something comes, or a call ends; whether something has come by then. */
bool gate_or_end(const struct gate *g, struct running *r);
/* Whether something has come, or comes yet within a limit. */
bool gate_late(const struct gate *g);
void gate_open(const struct gate *g);

/* Begin to create a container, its streams on /dev/null; config.json must have been written. */
struct running *create_begin(struct test *t, struct container *c);

#endif
