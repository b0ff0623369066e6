/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_ENGINE_H
#define ASSAY_ENGINE_H

/* What the files of the engine share and a test's author does not see. */

#include <stdarg.h>
#include <sys/uio.h>

#include "event.h"
#include "path.h"
#include "results.h"
#include "suite/suite.h"

#ifndef ASSAY_VERSION /* the build says which */
#define ASSAY_VERSION "unknown"
#endif

#define TEXT_MAX      2048	   /* bytes of expected and observed in a check event */
#define EVIDENCE_MAX  (48 * 1024)  /* bytes of one piece of evidence, before JSON */
#define EVIDENCE_SUM  (256 * 1024) /* of all pieces of one test */
#define STREAM_MAX    (64 * 1024)  /* of a runtime's stream that are kept */
#define OUTPUT_MAX    (512 * 1024) /* of a container's stream that are kept */
#define HOPELESS_S    1 /* the limit of a command that hung HOPELESS_N times and never ended */
#define HOPELESS_N    3
#define CALL_LIMIT_S  10 /* one call of the runtime, on a machine of normal speed */
#define TEST_LIMIT_S  60
#define LIMIT_TIMES   4 /* a limit is given so often to what works */
#define TWIN_LIMIT_S 15 /* of a test with an argument, and TWIN_TIMES what it took without */
#define TWIN_TIMES   3
#define SETTLE_MS     2000 /* see settle_ns() */
#define SETTLE_N      8 /* answers of `state` at least, for a status that is on its way */
#define HIERARCHY_MAX 24
#define TEST_NAME_MAX (EVENT_TEST_MAX - 6) /* a plan for sabotages puts "s9999/" in front */
#define NS_PER_S      1000000000LL
#define NS_PER_MS     1000000LL

/* Where things are in the world of a test. */
#define WORLD_DIR   "/run/test"
#define WORLD_PROBE "/run/test/probe"

#define cleanup(function) __attribute__((cleanup(function)))

/* ------------------------------------------------------------------ bodies of events */

/* The inside of a JSON object under construction; `failed` when it outgrew EVENT_BODY_MAX. */
struct body {
	char *data;
	size_t length, size;
	bool failed;
};

void body_free(struct body *b);
void body_raw(struct body *b, const char *text);
/* Any bytes: what is no UTF-8, and NUL, becomes U+FFFD; cut to `max` bytes at a character. */
void body_string(struct body *b, const char *key, const char *text, size_t length, size_t max);
void body_text(struct body *b, const char *key, const char *text);
void body_int(struct body *b, const char *key, long long value);
void body_json(struct body *b, const char *key, const json_t *value);

/* ------------------------------------------------------------------ the run */

struct hierarchy {
	char point[128];   /* /sys/fs/cgroup/memory */
	char options[128]; /* to mount it again; "" for v2 */
	bool v2;
};

/* What is the same for all tests of a run. Made by cmd_run, read-only in the tests. */
struct context {
	/* the runtime under test */
	const char *runtime;	 /* absolute path */
	const char *const *args; /* global arguments, NULL-ended */
	enum cli cli;		 /* CLI_STRICT or CLI_DIALECT */
	const char *name, *version;
	char *version_output;
	json_t *features;   /* NULL: none */
	char spec_text[16]; /* "1.0.2" */
	/* the machine */
	struct hierarchy hierarchies[HIERARCHY_MAX];
	size_t n_hierarchies;
	bool cgroup_v2;
	char cgroup[64]; /* parent of the tests' cgroups in each hierarchy: "/assay" */
	char base[64];	 /* an empty directory that each test makes its root of */
	double slowness; /* 1: a machine of normal speed; limits grow with it */
	const void *probe;
	size_t probe_size;
	bool appliance;
	bool look_in; /* before a test ends, a shell in its world; assay.shell and a plan of one */
};

/* One test of the plan. */
struct planned {
	const struct test_entry *entry;
	const struct test_case *row; /* NULL: the entry itself */
	char *name, *about;
	const char **all;    /* requirements of entry or row, NULL-ended */
	const char **wanted; /* those that hold for this run */
	size_t n_wanted;
	const char *argument; /* one more for the runtime, behind the payload's; or NULL */
	size_t twin; /* of one with an argument: index of the same test without */
	unsigned int limit_ms;
	long long took_ns; /* once it is done */
	int attempt; /* of the last start so far */
	bool done, alone;
	unsigned int hopeless; /* commands (COMMAND_BIT) that only ever hung so far */
	unsigned int lacks; /* operations that do not work even in the vital test */
	const char *why; /* how the first of these ended there */
};

/* The commands that a runtime may hang in, as bits; any other is the last one. */
enum command {
	COMMAND_CREATE,
	COMMAND_START,
	COMMAND_STATE,
	COMMAND_KILL,
	COMMAND_DELETE,
	COMMAND_OTHER,
	COMMANDS
};
#define COMMAND_BIT(command) (1u << (command))
/* Their names, NULL for COMMAND_OTHER. */
extern const char *const command_names[COMMANDS];

struct plan {
	struct planned *tests;
	size_t n;
	unsigned int lacks; /* by the vital test, when it has run */
	const char *why;
	char digest[7 + 64 + 1];
};

/* Whether what this test finds missing in the runtime counts for all others; under a sabotage it
 * says nothing of the runtime. */
static inline bool planned_vital(const struct planned *p)
{
	return p->entry->vital && !p->argument;
}

void plan_make(struct plan *plan, const struct context *c, const char *only);
/*
 * For a list of sabotages: each test that some line asks for, as in any plan; then, for each line,
 * those it asks for once more, named s7/NAME after the seventh line and with the line's argument.
 * `only` (NULL: all) is held against the test's name and the line's requirement.
 */
struct sabotages;
void plan_prove(struct plan *plan, const struct context *c, const struct sabotages *s,
		const char *only);
/* Everything in the tables, in order, whatever the version: for list, explain, coverage. */
void plan_all(struct plan *plan);

/* ------------------------------------------------------------------ one test, inside */

/* A captured stream: head and tail of what came, and the descriptor while it is open. */
struct stream {
	struct stream *next;
	int fd;
	size_t max, cut; /* bytes kept; bytes lost in the middle */
	char *head, *tail;
	size_t head_length, tail_length, tail_at, tail_size;
	bool ended;
};

struct child {
	struct child *next;
	pid_t pid;
};

struct container {
	struct container *next;
	struct test *t;
	struct bundle *bundle;
	char *id, *pid_file;
	int input;
	struct stream *out, *err;
	pid_t pid;
	int pidfd;
	bool created, deleted, reaped;
	bool kept;   /* its zombie is to stay until a test takes it in */
	bool let_go; /* a delete is under way, and who calls one takes in what it ends */
	int wait_status;
	const struct ledger *before;
};

struct bundle {
	struct test *t;
	char *path, *rootfs, *log;
	char nonce[24];
	json_t *config;
	char *raw;
	size_t raw_length;
	bool written, logging;
	unsigned int number;
};

struct test {
	const struct context *context;
	const struct planned *planned;
	int channel;	       /* to the runner */
	int64_t limit, end;    /* ns for one wait; when the runner ends it, CLOCK_MONOTONIC */
	enum outcome *decided; /* by index into planned->wanted */
	unsigned int calls, bundles, ids, runs;
	struct bundle *prepared; /* made, and not asked for yet */
	unsigned int answered, hung; /* commands that ended within their limit, and did not */
	unsigned int worked; /* commands that exited with 0 at least once */
	const char *failed[COMMANDS]; /* how each ended that did not, the first time */
	struct stream *streams;
	struct child *children; /* the test's own: forks and calls that run */
	struct container *containers;
	int64_t runtime_ns, runtime_since; /* time with at least one call under way */
};

int64_t now_ns(void);
/* Memory that lives as long as the test; ends the program when there is none. */
void *take(size_t size);
char *take_text(const char *text, size_t length);

/* What a test is told over its channel when its turn comes; its world may be older than that. */
struct turn {
	int64_t limit, end; /* as in struct test */
	unsigned int hopeless, lacks; /* as in struct planned */
	char why[TEXT_MAX];
};

/* The whole life of a test in its own process: makes its world, waits for its turn; does not return. */
void test_live(const struct context *c, const struct planned *p, size_t index, int channel)
	__attribute__((noreturn));
/*
 * The limit of the test is over while waiting for `what`: outcome hang. `stood` is what
 * world_waits() says, "" where other evidence has it.
 */
void test_hang(struct test *t, const char *what, const char *stood) __attribute__((noreturn));
/* One check: the requirement must be one that the entry lists. */
void test_decide(struct test *t, const char *requirement, enum outcome outcome,
		 const char *expected, const char *observed);
void test_finding(struct test *t, enum change_kind kind, const char *text);
/* What a small file of the kernel says in one read: its length, 0 and "" when there is none. */
size_t file_look(const char *path, char *text, size_t size);
/* A finding for each line of ledger_leftovers(); `when` says after what. */
void test_leftovers(struct test *t, const char *when, const char *left);
void test_evidence_bytes(struct test *t, const char *name, const char *data, size_t length);

/*
 * Move data of all streams, until one of `fds` is ready (its index), or -1 at `until`. With n = 0
 * moves what there is and returns.
 */
int pump(struct test *t, const int *fds, int n, int64_t until);

/* Whether a limit that is over is given again, as it is, LIMIT_TIMES in all, to what works. */
struct patience {
	int64_t from, used;
	unsigned int given;
};
/* A limit begins. `world` is the test's cgroup in each hierarchy, "" within it. */
void patience_begin(struct patience *p, const struct context *c, const char *world);
/* It is over: true when the world has used CPU time meanwhile. The next one begins. */
bool patience_renew(struct patience *p, const struct context *c, const char *world);
/* pump() for `span` nanoseconds, which are a limit in that sense; not beyond the test's end. */
int wait_working(struct test *t, const int *fds, int n, int64_t span);

struct stream *stream_new(struct test *t, int fd, size_t max);
void stream_close(struct test *t, struct stream *s);
const char *stream_text(const struct stream *s, size_t *length);
void stream_add(struct stream *s, const char *data, size_t length);

/* bundle_probe() with the words as a list. */
void bundle_probe_words(struct bundle *b, va_list args);
/* Make, ahead of time, the root of the next bundle that bundle_new() or bundle_copy() gives. */
void bundle_prepare(struct test *t);
/* A call whose streams stay the container's. */
struct running *runtime_begin_for(struct test *t, const struct call *c, struct container *owner);
void child_add(struct test *t, pid_t pid);
void child_remove(struct test *t, pid_t pid);
bool child_is(const struct test *t, pid_t pid);
/*
 * What runs in the world of a test, and where in the kernel its threads wait (wchan of proc(5)), a
 * line for each process: for whoever asks why a limit came. "" for nothing but the test itself.
 */
const char *world_waits(struct test *t);
/* Reap zombies nobody has a claim on. */
void reap_orphans(struct test *t);
/* Take in a container's process if it has ended. */
void container_reap(struct container *c);
/* Open what every ledger reads, ahead of time. A sysctl is then that of the world's own namespaces. */
void ledger_prepare(void);
/* What is on its way after a call gets so long: an end, a status, a program's first word. */
int64_t settle_ns(const struct test *t);
/* Wait, bounded, for processes that are not in `before` to go. */
void settle(struct test *t, const struct ledger *before);
/* What an operation that failed has left, container `id` apart from trifles; "" for nothing. */
const char *ledger_leftovers(struct test *t, const struct ledger *before,
			     const struct ledger *after, const char *id, bool own_files);

struct facts {
	json_t *all;
	bool done;
};
/* Lines of a probe with this nonce in a text; `label` NULL: any. */
struct facts *facts_parse(const char *text, size_t length, const char *nonce);

/* ------------------------------------------------------------------ sandbox */

/* In the runner, once: hierarchies, parent cgroup, base directory. 0, or -errno and a text. */
int sandbox_prepare(struct context *c, char *error, size_t size);
void sandbox_finish(const struct context *c);
/* In the new process: its own world. 0, or -errno and a text. */
int sandbox_enter(const struct context *c, size_t index, char *error, size_t size);
/* The cgroup of a test: its path below the mount of each hierarchy. */
#define SANDBOX_CGROUP 96
void sandbox_cgroup(const struct context *c, size_t index, char name[SANDBOX_CGROUP]);
/* In the runner: kill what is left in the cgroup of a test, and remove it. */
void sandbox_remove(const struct context *c, size_t index);
/* In the runner, when a test is about to go: what a runtime has frozen there can go as well. */
void sandbox_thaw(const struct context *c, size_t index);
/* Whether the memory limit of that cgroup has killed something. */
bool sandbox_out_of_memory(const struct context *c, size_t index);

/* Sysctls of the whole machine: how they are now; and put back as they were then. */
void outside_remember(void);
void outside_restore(void);
/* Detach one loop device that has a file, whoever's; `text` names it. false: there is none. */
bool outside_free_loop(char *text, size_t size);

/* ------------------------------------------------------------------ runner and sink */

/* Where events go: init's socket, or a file. */
struct sink;
struct sink *sink_socket(int fd);
struct sink *sink_file(const char *path); /* NULL and errno */
/* 0 or -errno. With EVENT_SYNC the record is durable (on a plain host: written). */
int sink_put(struct sink *s, enum event_type type, unsigned int flags, const char *test,
	     unsigned int deadline_ms, int code, const struct body *body);
/* Of the events so far; what the sink cannot know (resumed runs) is read by the caller. */
void sink_observe(struct sink *s, struct results *r);

struct runner_options {
	unsigned int jobs;
	struct results *results; /* NULL: nobody wants the human view */
	bool quiet;
};

/* Runs what is not done. 0, -EINTR when told to stop, -errno when events cannot be kept. */
int runner_run(const struct context *c, struct plan *plan, struct sink *sink,
	       const struct runner_options *options);

/* ------------------------------------------------------------------ environment */

/* The body of the environment event, but for the self-check. */
void environment_body(struct body *b, const struct context *c);
/*
 * Tries each kernel feature: a list of {"feature","ok"}, and for those that are missing "wanted", the
 * requirements that rely on it.
 */
json_t *feature_check(const struct context *c);
/* How many kernel features the catalogue names that nothing tries; each a line on stderr. */
unsigned int feature_rows(void);
double environment_slowness(const struct context *c);

#endif
