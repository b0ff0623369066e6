/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_SUITE_H
#define ASSAY_SUITE_H

/*
 * The whole API that the author of a test sees. Read this file once, then copy a neighbour.
 *
 * A test is a function and an entry in its file's table (suite/tests/AREA.c); suite/tests/tests.c
 * lists the tables, in the order of the plan. One file for one area of the spec.
 *
 *	static void additional_gids(struct test *t)
 *	{
 *		struct bundle *b = bundle_new(t);
 *		const struct facts *f;
 *
 *		bundle_set(b, "process.user", "{s:i s:i s:[ii]}", "uid", 1000, "gid", 1000,
 *			   "additionalGids", 2001, 2002);
 *		f = bundle_run(b, "ids");
 *		check_set(t, "process.user.additional-gids", "supplementary groups",
 *			  json_pack("[iii]", 1000, 2001, 2002), facts_get(f, "ids.groups"));
 *	}
 *
 *	const struct test_entry user_tests[] = {
 *		{
 *			.name = "user/additional-gids",
 *			.about = "additionalGids are the groups of the process, and no others",
 *			.requirements = REQS("process.user.additional-gids"),
 *			.run = additional_gids,
 *		},
 *		{ 0 },
 *	};
 *
 * The world of a test. Each runs in a process of its own that is PID 1 of its own PID, mount,
 * cgroup, network, UTS and IPC namespaces (the user namespace is the initial one): own /proc, /sys,
 * /dev, /run, /tmp, /var/tmp, own cgroup root, an up `lo`, the root file system read-only. It may do
 * there what it likes: mount, make links, kill. Everything goes away with it; there is no clean-up
 * to write, and nothing to free: every pointer this API returns lives until the test ends. Orphans
 * of the runtime become the test's children, so that container_wait() gets the exit status of the
 * container's process, as a shim would.
 *
 * The rules (CONTRIBUTING.md has them all):
 * - Every requirement that the entry lists is decided by at least one check_*() on every path that
 *   returns; one that is not is an `error` of ours, never a pass. Several checks of one requirement
 *   are fine, the worst counts. A check of an id that the entry does not list is an `error` too.
 * - When the *runtime* does not let a test reach its point (create fails, the probe never
 *   answers), nothing was shown: helpers that need success, those named must_*() and bundle_run(),
 *   end the test, and what was not decided yet fails with the reason. When *our* preparation fails,
 *   helpers end the test as an `error`; write test_broken() for your own.
 * - Never sleep, never poll a clock. Wait with container_wait(), container_answer(), log_wait(),
 *   wait_readable(); they obey the time limit of the test and end it as a hang.
 * - Never look at the words of a runtime's messages.
 */

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct test; /* a test that runs; opaque but for the functions below */

/* ------------------------------------------------------------------ tables of tests */

/* On which boot profile a test runs. */
enum cgroup_mode {
	CGROUP_ANY,
	CGROUP_V1,
	CGROUP_V2,
};

/*
 * A row of a table-driven test. Put it first into a struct of your own, make an array of those and
 * name it with CASES(); each row is a test AREA/NAME/ROW of its own. With `requirement` set the row
 * decides just that one, else all that the entry lists.
 */
struct test_case {
	const char *name;
	const char *requirement;
	const char *about; /* NULL: the entry's, followed by the row's name */
};

struct test_entry {
	const char *name; /* "area/short-name", stable: people and reports refer to it */
	const char *about; /* one line: what it shows */
	const char *const *requirements; /* REQS(...) */
	void (*run)(struct test *t);
	/* Whether a row (NULL: the test that is one) has a meaning for a version, as test_spec() gives
	 * it, that its requirement holds for: a kind of hook may be younger than what is asked of
	 * all. NULL: all have. One that has none is not planned; there is no pass for nothing. */
	bool (*applies)(const void *row, int spec);
	const void *cases; /* CASES(array); NULL: the test is one */
	size_t n_cases, case_size;
	enum cgroup_mode cgroup;
	bool exclusive; /* no other test runs meanwhile: it changes what all share */
	bool vital; /* goes first: an operation that does not work in it is not tried by others */
	unsigned int limit_s; /* for one wait, on a machine of normal speed; 0: the usual 60 s */
};

#define REQS(...)     ((const char *const[]){ __VA_ARGS__, NULL })
#define CASES(array)  .cases = (array), .n_cases = ARRAY_SIZE(array), .case_size = sizeof((array)[0])
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The rows of a table end with an entry without a name. suite/tests/tests.c: */
extern const struct test_entry *const test_tables[];

/* ------------------------------------------------------------------ the test that runs */

/* The row of a table-driven test: your struct, whose first member is the struct test_case. */
const void *test_row(const struct test *t);
/* The version judged against, as an integer: 10002 for 1.0.2, 10300 for 1.3.0. */
int test_spec(const struct test *t);
/* The same as text, "1.0.2"; what bundle_new() writes into ociVersion. */
const char *test_spec_text(const struct test *t);
/* true on a pure cgroup v2 host (profile unified). */
bool test_cgroup_v2(const struct test *t);
/* Whether a requirement is planned: one that does not hold for the version is not, and a check of
 * it says nothing. For tests that would do needless work. */
bool test_wants(const struct test *t, const char *requirement);
/* The test's own empty directory, absolute, on a tmpfs, mode 0755. */
const char *test_dir(const struct test *t);
/* Path of the probe on the runtime's side (for hooks); in a bundle's root it is /probe. */
const char *test_probe(const struct test *t);
/* A new name, unique in the test: "assay-1". */
const char *test_id(struct test *t);
/* printf into memory that lives as long as the test. */
const char *format(struct test *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the test, which could not be done for a reason of ours: outcome error. */
void test_broken(struct test *t, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* Ends the test; what is not decided yet fails with this text: the runtime did not let us see. */
void test_stop(struct test *t, const char *expected, const char *observed_format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
/* Ends the test; what is not decided yet is `disabled`: features disclaims it. */
void test_disable(struct test *t, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* Ends the test; what is not decided yet is `skip`. In the appliance this makes a run invalid. */
void test_skip(struct test *t, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* A piece of text for the report; shown only when the test does not pass. */
void test_evidence(struct test *t, const char *name, const char *text);

/* ------------------------------------------------------------------ checks */

/*
 * Each decides one requirement: pass or fail, with both sides in words. They return whether it
 * passed. `what` names the thing looked at ("exit status of delete"). JSON arguments are taken over.
 */
/* `otherwise` is what is so if it fails ("it is gone"): a pass does not say it. */
bool check_true(struct test *t, const char *requirement, bool ok, const char *expected,
		const char *otherwise, ...) __attribute__((format(printf, 5, 6)));
/* What was seen ("status running, pid 9") is told with either outcome, so it must fit both. */
bool check_seen(struct test *t, const char *requirement, bool ok, const char *expected,
		const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* Words without a value would fit one outcome only: they do not compile. */
#define check_seen(t, requirement, ok, expected, seen, value, ...)                                 \
	check_seen(t, requirement, ok, expected, seen, value, ##__VA_ARGS__)
bool check_int(struct test *t, const char *requirement, const char *what, long long expected,
	       long long observed);
/* NULL observed: absent, never equal. */
bool check_string(struct test *t, const char *requirement, const char *what, const char *expected,
		  const char *observed);
/* Any JSON values, compared whole (1 and 1.0 differ). NULL: absent. `observed` is only borrowed. */
bool check_json(struct test *t, const char *requirement, const char *what, json_t *expected,
		const json_t *observed);
/* Two arrays as sets: same elements, any order, no duplicates. `observed` is only borrowed. */
bool check_set(struct test *t, const char *requirement, const char *what, json_t *expected,
	       const json_t *observed);
/* `observed` (borrowed) has at least the elements of `expected`. */
bool check_subset(struct test *t, const char *requirement, const char *what, json_t *expected,
		  const json_t *observed);

struct result;
/* The call exited with status 0. */
bool check_ok(struct test *t, const char *requirement, const struct result *r);
/* The call failed as a program does: an exit status that is not 0; no signal, no hang. */
bool check_error(struct test *t, const char *requirement, const struct result *r);
/* check_error(), and the ledger saw nothing change (r must come from a call with a ledger). */
bool check_clean_error(struct test *t, const char *requirement, const struct result *r);

/* Decided without a comparison. */
void check_pass(struct test *t, const char *requirement);
void check_fail(struct test *t, const char *requirement, const char *expected,
		const char *observed_format, ...) __attribute__((format(printf, 4, 5)));
/* The runtime disclaims this optional feature, or refused a value that it need not support. */
void check_disabled(struct test *t, const char *requirement, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The environment lacks what is needed. Never in the appliance. */
void check_skip(struct test *t, const char *requirement, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct bundle;
/*
 * "Must be refused": `bad` must not get a program to run: create fails, or, for what only start can
 * see, start fails; with a status, not a crash. What a failed create leaves behind is a finding. Its
 * twin `good`, identical but for the one property, goes first and must run and answer; else the
 * test is stopped.
 */
bool check_refused(struct test *t, const char *requirement, struct bundle *bad, struct bundle *good);
/* The same, but only create may refuse. */
bool check_refused_by_create(struct test *t, const char *requirement, struct bundle *bad,
			     struct bundle *good);
/* As check_refused(), where the runtime need not support `good` either: refusing it is `disabled`. */
bool check_refused_if_supported(struct test *t, const char *requirement, struct bundle *bad,
				struct bundle *good);
bool check_refused_by_create_if_supported(struct test *t, const char *requirement,
					  struct bundle *bad, struct bundle *good);

/* ------------------------------------------------------------------ bundles */

/*
 * A bundle directory: config.json and rootfs/ with /probe, /proc, /sys, /dev, /tmp, /etc and
 * /log. The default configuration runs the probe as root, read-write root, new pid, ipc, uts and
 * mount namespaces, a mount of proc at /proc, and `ociVersion` as test_spec_text(). Nothing more:
 * what a test needs, it says.
 */
struct bundle *bundle_new(struct test *t);
/* A second bundle with the same configuration and its own directory and root. */
struct bundle *bundle_copy(const struct bundle *b);
const char *bundle_path(const struct bundle *b); /* absolute */
const char *bundle_rootfs(const struct bundle *b); /* absolute: PATH/rootfs */
/* Give the directory another name, in the same place. Before anything has been told its path. */
void bundle_rename(struct bundle *b, const char *name);
/* The configuration itself, for what the functions below cannot say. Borrowed. */
json_t *bundle_config(struct bundle *b);

/*
 * Set the property at a path to what a json_pack() format makes. A path is names and array indices
 * joined by dots ("process.rlimits.0.soft"; "mounts.+" appends); objects on the way are made. For
 * names with dots begin with a slash and use slashes: "/annotations/org.example.key".
 */
void bundle_set(struct bundle *b, const char *path, const char *pack_format, ...);
/* The same with a value at hand, which is taken over. */
void bundle_put(struct bundle *b, const char *path, json_t *value);
/* The property, borrowed, or NULL. */
json_t *bundle_get(const struct bundle *b, const char *path);
/* Remove a property; it must be there. */
void bundle_remove(struct bundle *b, const char *path);
/* Namespaces: by type, a new one each unless a path is given; replaces an entry of the type. */
void bundle_namespace(struct bundle *b, const char *type, const char *path);
void bundle_no_namespace(struct bundle *b, const char *type);
/* Append to mounts; options: one comma-separated string, or NULL for none at all. */
void bundle_mount(struct bundle *b, const char *destination, const char *type, const char *source,
		  const char *options);

/* What the probe does: sub-commands with their arguments (suite/probe/README.md), NULL-ended. */
void bundle_probe(struct bundle *b, ...) __attribute__((sentinel));
/* Appends to it. */
void bundle_probe_add(struct bundle *b, ...) __attribute__((sentinel));
/* The word that proves an answer is of this bundle's probe. */
const char *bundle_nonce(const struct bundle *b);

/*
 * Append a hook of a kind ("createRuntime") that runs the probe under a label and appends what it
 * finds to the bundle's log. Sub-commands as above; "state" reports its standard input. Kinds that
 * run inside get the paths as seen there.
 */
void bundle_hook(struct bundle *b, const char *kind, const char *label, ...)
	__attribute__((sentinel));
/* Make the container's own program append to the log as well (label "process"), beside stdout. */
void bundle_log_process(struct bundle *b);

/* Exact bytes for config.json instead of the object. */
void bundle_raw(struct bundle *b, const char *text, size_t length);
/* Write config.json now. create does it only the first time; bundle_run() and bundle_try() always. */
void bundle_write(struct bundle *b);
/* Files below the bundle directory, parents made: "rootfs/etc/passwd". Mode as given, root's. */
void bundle_file(struct bundle *b, const char *path, mode_t mode, const char *content);
void bundle_dir(struct bundle *b, const char *path, mode_t mode);
void bundle_symlink(struct bundle *b, const char *path, const char *target);
/* S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK with permissions. */
void bundle_node(struct bundle *b, const char *path, mode_t mode, unsigned int major,
		 unsigned int minor);

/* ------------------------------------------------------------------ calls of the runtime */

enum cli {
	CLI_PAYLOAD, /* what the payload says */
	CLI_STRICT, /* CLI 1.0.1: kill --signal S ID, --console-socket FD */
	CLI_DIALECT, /* what engines use: kill ID S, --console-socket PATH */
};

#define FD_DEFAULT 0 /* /dev/null for stdin, a captured pipe for stdout and stderr */
#define FD_CLOSED  (-1) /* the descriptor is not open in the runtime */

/* How to call the runtime. A member that is 0 or NULL means the usual. */
struct call {
	const char *const *global; /* more global options; in place of the payload's of that name */
	const char *command; /* "create"; NULL: no command at all */
	const char *name; /* argv[0]; usual: the path of the runtime */
	bool bare; /* without the payload's global options */
	const char *const *options; /* command options, in front of the arguments */
	const char *const *arguments; /* usually the id */
	const char *const *environment; /* all of it; usual: PATH and nothing else */
	const char *cwd; /* usual: / */
	int in, out, err; /* FD_DEFAULT, FD_CLOSED or a descriptor of the test */
	const int *pass; /* further descriptors, to be 3, 4, ... in the runtime */
	size_t n_pass;
	enum cli cli;
	bool listen_pid; /* LISTEN_PID in its environment is the pid of the runtime's process */
	unsigned int limit_s; /* 0: the usual limit of one call */
	bool ledger; /* compare before and after (create always does) */
};

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What the payload says: CLI_STRICT or CLI_DIALECT. */
enum cli test_cli(const struct test *t);

struct ledger;

/* How a call ended. */
struct result {
	const char *command; /* the whole command line, for people */
	bool exited; /* false: killed by `signal`, or timed out */
	int status; /* exit status, when it exited */
	int signal;
	bool timed_out; /* over the limit of one call: all it had started has been killed */
	const char *out, *err; /* at most 64 KiB each: the head and the tail */
	size_t out_length, err_length;
	bool out_cut, err_cut; /* the middle is missing */
	int64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	const struct ledger *before, *after; /* NULL without a ledger */
};

bool result_ok(const struct result *r); /* exited with 0 */
/* "exit status 1", "killed by SIGSEGV", "no end within 10 s". */
const char *result_text(struct test *t, const struct result *r);

/* Call the runtime with exactly this and wait for its end. Never NULL. */
const struct result *runtime_call(struct test *t, const struct call *c);
/* Begin only; for calls side by side, and for tests that look while a call is under way. */
struct running *runtime_begin(struct test *t, const struct call *c);
pid_t running_pid(const struct running *r);
/* Whether it has ended by now. */
bool running_done(struct running *r);
/* Wait until a descriptor is readable (true), or the call has ended or is over its limit. */
bool running_readable(struct running *r, int fd);
/* Wait for its end. Its time limit counts from here, as a test may have held it until now. */
const struct result *running_end(struct running *r);

/* The runtime's `features` document; NULL when it has no such command or it is no JSON object. */
const json_t *runtime_features(struct test *t);
enum claim { CLAIM_UNKNOWN, CLAIM_YES, CLAIM_NO };
/*
 * What features says: path as for bundle_get(); with `element` whether the array there has that
 * string, without whether the boolean there is true. CLAIM_UNKNOWN: it says nothing.
 */
enum claim runtime_claims(struct test *t, const char *path, const char *element);
/* Version output, path of the program, global arguments: what the payload says. */
const char *runtime_path(const struct test *t);

/* ------------------------------------------------------------------ containers */

/*
 * A container as the test knows it: an id and a bundle. Nothing is called until the test does.
 * Its stdin is a pipe whose other end the test holds (container_input(), container_close_input());
 * stdout and stderr are captured all its life.
 */
struct container *container_new(struct bundle *b);
struct container *container_with_id(struct bundle *b, const char *id);
const char *container_id(const struct container *c);
struct bundle *container_bundle(const struct container *c);

/*
 * The five operations, in the payload's dialect. The second form takes further details; NULL
 * members are filled in: command, and for create --bundle and --pid-file in front of the options
 * given, for all the id.
 */
const struct result *op_create(struct container *c);
const struct result *op_start(struct container *c);
const struct result *op_kill(struct container *c, const char *signal); /* NULL: no signal word */
const struct result *op_delete(struct container *c);
const struct result *op_create_with(struct container *c, const struct call *details);
const struct result *op_with(struct container *c, const char *command, const struct call *details);

/* The answer of `state`. */
struct state {
	const struct result *result;
	json_t *json; /* one JSON object and nothing else on stdout, no duplicate names; or NULL */
	const char *status, *id, *bundle, *oci_version; /* NULL when absent or of a wrong type */
	pid_t pid; /* 0 when absent */
};
const struct state *op_state(struct container *c); /* never NULL */

/*
 * `state` again and again until it shows this status, within a limit: between an event and what a
 * runtime with processes of its own says of it may lie a moment. Its last answer, whatever it was.
 */
const struct state *state_until(struct container *c, const char *status);

/* The same, for tests whose point lies further on: they end the test unless the call exits 0. */
void must_create(struct container *c);
void must_start(struct container *c);
void must_kill(struct container *c, const char *signal);
void must_delete(struct container *c);
const struct state *must_state(struct container *c); /* and valid, with id and status */

/* The process of the container, from --pid-file (or `state`); 0 before create. */
pid_t container_pid(struct container *c);
/* A pidfd of it that the test may poll; stays valid after its end. */
int container_pidfd(struct container *c);
/*
 * Wait for the end of the container's process and reap it. Its wait status (WIFEXITED...); -1 when
 * it was not our child, so that only its end is known. Ends the test at the time limit.
 */
int container_wait(struct container *c);
/* Wait for its end but leave the zombie where it is: nobody has reaped it yet. */
void container_wait_zombie(struct container *c);
/* Whether the process has ended (does not wait). */
bool container_ended(struct container *c);
void container_input(struct container *c, const void *data, size_t length);
void container_close_input(struct container *c);
const char *container_output(struct container *c, size_t *length); /* so far; capped */
const char *container_errors(struct container *c, size_t *length);

/*
 * Wait until the probe has said all (its last line), or the process has ended, and return what it
 * said. NULL: it has not said its last line. must_answer() ends the test instead.
 */
const struct facts *container_answer(struct container *c);
const struct facts *must_answer(struct container *c);
/*
 * Wait until the probe has said one fact ("signal#2": a second signal came; "wait": it was woken),
 * or has ended; what it said by then, never NULL. For what is said after the last line, which comes
 * before the first "wait", "pause", "exit", "die", "crash" or "become".
 */
const struct facts *container_await(struct container *c, const char *fact);
/*
 * Whether the program has said a word, or does before its process has ended or stands still. For
 * after a call that failed: it may have let the program go all the same, which is slow to speak.
 */
bool container_runs(struct container *c);

/*
 * The usual: a container of this bundle is created, started, answers, ends with status 0, is
 * deleted; any step that fails ends the test. The words after the bundle are probe sub-commands and
 * replace those set before; with none given (NULL first) those set before stay.
 */
const struct facts *bundle_run_words(struct bundle *b, ...) __attribute__((sentinel));
#define bundle_run(...) bundle_run_words(__VA_ARGS__, (const char *)NULL)
/* The same, returning NULL instead of ending the test when create or start refuses (cleanly or
 * not: *refusal is that call). For values that a runtime need not support. */
const struct facts *bundle_try(struct bundle *b, const struct result **refusal);
/*
 * The same for a value that a runtime may leave unsupported: NULL when create or start refuses, and
 * then the requirement is decided (`disabled` for an error, a fail for a crash or a hang).
 */
const struct facts *bundle_supported(struct bundle *b, const char *requirement);

/* ------------------------------------------------------------------ what the probe said */

/*
 * Facts by dotted path: the sub-command's name, then members ("ids.uid", "rlimits.RLIMIT_CPU.soft").
 * A sub-command given twice answers twice: "read", then "read#2", "read#3".
 */
const json_t *facts_get(const struct facts *f, const char *path); /* NULL when absent */
long long facts_int(const struct facts *f, const char *path); /* LLONG_MIN when absent */
const char *facts_string(const struct facts *f, const char *path); /* NULL when absent */
/* "" for success, else the name of the errno ("EROFS") of a sub-command that tried something;
 * NULL when there is no such answer. */
const char *facts_errno(const struct facts *f, const char *path);
/* The mountinfo entry mounted last on a mount point, or NULL (needs "mounts"). */
const json_t *facts_mount(const struct facts *f, const char *mount_point);
/* All facts as one object. */
const json_t *facts_all(const struct facts *f);

/* ------------------------------------------------------------------ the log of hooks */

/* One run of the probe in the log: what it was called, and what it found. */
struct record {
	const char *label;
	const struct facts *facts;
	bool done; /* it came to its end */
};
/* All runs so far, in the order in which they began; *n of them. */
const struct record *log_read(struct bundle *b, size_t *n);
/* The n-th run (from 0) with that label, or NULL. */
const struct record *log_find(struct bundle *b, const char *label, size_t n);
/* How many runs have that label. */
size_t log_count(struct bundle *b, const char *label);
/* Wait until the n-th run of a label has ended. Ends the test at the time limit. */
const struct record *log_wait(struct bundle *b, const char *label, size_t n);
/* Labels in order, joined by spaces: "create-runtime create-container process". */
const char *log_labels(struct bundle *b);
/* In words: "create-runtime begins, create-runtime ends, process begins". */
const char *log_story(struct bundle *b);

/* ------------------------------------------------------------------ the ledger */

/*
 * What there is in the test's world: mounts, cgroups, processes, links, sysctls, hostname,
 * namespaces kept by mounts, files (state directories, bundles, /run, /tmp, /var/tmp, /dev).
 */
const struct ledger *ledger_take(struct test *t);

enum change_kind {
	CHANGE_MOUNT,
	CHANGE_CGROUP,
	CHANGE_PROCESS,
	CHANGE_LINK,
	CHANGE_SYSCTL,
	CHANGE_HOSTNAME,
	CHANGE_NAMESPACE,
	CHANGE_FILE,
	CHANGE_KINDS
};
#define CHANGE_BIT(kind) (1u << (kind))
#define CHANGE_ANY	 (~0u)

/*
 * The differences of the kinds asked for (CHANGE_BIT), one line each: "+mount /x tmpfs", "-file
 * /run/crun/a", "~cgroup ..."; "" when there are none.
 */
const char *ledger_changes(struct test *t, const struct ledger *before, const struct ledger *after,
			   unsigned int kinds);
/* Passes when nothing of these kinds differs. */
bool check_unchanged(struct test *t, const char *requirement, const struct ledger *before,
		     const struct ledger *after, unsigned int kinds);

/* ------------------------------------------------------------------ cgroups */

/*
 * The cgroup of a process for a controller ("" for v2's one tree), as a path in the test's view:
 * "/x" lies in the test's own cgroup root. NULL when there is none. Asks libcgroup.
 */
const char *cgroup_path(struct test *t, pid_t pid, const char *controller);
/* A directory of the cgroup in the test's file system: /sys/fs/cgroup/memory/x. */
const char *cgroup_dir(struct test *t, const char *controller, const char *path);
/* The value of a file there without its last newline; NULL when it cannot be read. */
const char *cgroup_value(struct test *t, const char *controller, const char *path,
			 const char *file);
/* LLONG_MIN when absent, LLONG_MAX for "max". */
long long cgroup_number(struct test *t, const char *controller, const char *path, const char *file);
/* 0 or -errno. */
int cgroup_write(struct test *t, const char *controller, const char *path, const char *file,
		 const char *value);
bool cgroup_exists(struct test *t, const char *controller, const char *path);

/* ------------------------------------------------------------------ waiting, and odds and ends */

/* Wait until a descriptor is readable or at its end. Ends the test at the time limit. */
void wait_readable(struct test *t, int fd, const char *what);
/*
 * Whether a descriptor is readable, at its end or in error, or is so within a limit, for what is on
 * its way: it ends what stands still, and is given again to what works. No stream is read meanwhile
 * and no child reaped.
 */
bool readable_within(struct test *t, int fd, unsigned int ms);
/* A FIFO below test_dir(); its path. fifo_open() waits for the other end, as above. */
const char *fifo_new(struct test *t, const char *name);
int fifo_open_read(struct test *t, const char *path);
int fifo_open_write(struct test *t, const char *path);
/* A child of the test that does `body` and exits with what it returns. */
pid_t test_fork(struct test *t, int (*body)(void *data), void *data);
/* Wait for a child made by test_fork(); its wait status. */
int test_wait(struct test *t, pid_t pid);
/* A helper process with new namespaces (CLONE_NEW*), alive until the test ends; its pid. */
pid_t test_namespaces(struct test *t, int clone_flags);
/* Whole small file of the test's world, NUL-terminated; NULL when it cannot be read. */
const char *file_read(struct test *t, const char *path);
/* Write a file, made when not there; 0 or -errno. */
int file_write(struct test *t, const char *path, const char *text);

/* "SIGTERM" for 15, "EROFS" for 30; "?" for others. */
const char *signal_name(int signal);
const char *errno_name(int error);

#endif
