/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_SABOTEUR_H
#define ASSAY_SABOTEUR_H

/*
 * What the files of the saboteur share. The program lives for one call of a runtime and frees
 * nothing: what it allocates lasts as long as the call.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STATUS_BROKEN 125 /* the saboteur itself could not do what it was told */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct text {
	char *data; /* ends with a NUL that does not count; NULL when empty */
	size_t length;
};

/* config.json of the container under an edit: its text, or the value that the text will become. */
struct config {
	bool loaded, changed;
	struct text text;
	json_t *json; /* NULL: not asked for yet, or the text is no JSON */
};

struct step;

/* One call of the runtime. */
struct call {
	const char *real;
	char **argv; /* of the real runtime, argv[0] its path; NULL-ended */
	char **words; /* the same as they came, without argv[0]; never changed */
	const char *operation; /* "none" without one */
	const char *id; /* NULL: none */
	char *bundle, *rootfs; /* absolute; NULL: not asked for yet; "" when there is none */
	pid_t pid; /* of the container's process; 0: not asked for yet, -1: none */
	char *state; /* what the real runtime answered then */
	pid_t self; /* whom the caller has called */
	bool created; /* the call that makes the container is over, so it may be asked for a pid */
	struct config config;
	struct step *deferred[64]; /* for the runtime's process, in order */
	size_t n_deferred;
	bool strict; /* --strict: the caller keeps to the letter of CLI 1.0.1 */
	unsigned int mends; /* --mend */
	json_t *kept; /* hooks that a mend runs */
	pid_t onlooker; /* waits for the program to be executed; 0: none */
	bool skip; /* no call at all */
	int answer; /* where one that went on in a child tells the exit status; -1: it did not */
	bool reaps, hold; /* that process gets what the runtime leaves, keeps the streams */
	bool capture_out, capture_err;
	struct text out, err;
	int status, signal; /* how the real runtime ended; signal 0: it exited */
	int exit_status; /* what the saboteur makes of it; -1: the same */
};

enum {
	IN_BEFORE = 1, /* may stand before the call */
	IN_AFTER = 2, /* after it; both: usually here */
	IN_WRAP = 4, /* in front of a hook or the program */
	DEFERRED = 8, /* is done in the process that becomes the runtime */
	TAKES_OUT = 16, /* wants the runtime's standard output */
	TAKES_ERR = 32,
	NEEDS_PID = 64, /* of the container's process */
	NEEDS_BUNDLE = 128,
	USUALLY_BEFORE = 256, /* of one that may stand on both sides */
};

/*
 * `words` says what stands behind the name, a letter a word: w a word, t text with escapes, j JSON,
 * n number, m octal mode, s signal, p PATH in JSON; a capital letter need not be there, a last "+"
 * is any number more. `run` gets them expanded; call is NULL in a wrap. 0 or -errno.
 */
struct action {
	const char *name, *words;
	unsigned int flags;
	int (*run)(struct call *c, char **word);
};

enum condition_kind { HAS_TEXT, HAS_WORD, ONLY_NTH, BUT_FIRST, FAILED, SUCCEEDED };

struct condition {
	enum condition_kind kind;
	bool negated;
	char *text;
	unsigned long number;
	struct condition *next;
};

struct step {
	struct step *next;
	const char *operation;
	struct condition *conditions;
	const struct action *action;
	bool after;
	char **word; /* behind the action, NULL-ended, as written */
};

/* Tables end with an entry without a name. */
extern const struct action config_actions[], call_actions[], process_actions[], output_actions[],
	replay_actions[], world_actions[], wrap_actions[], special_actions[], cli_specials[];

/* -- text.c: memory, words, placeholders */
void *grow(void *old, size_t size);
char *copy_text(const char *text, size_t length);
char *join(const char *format, ...) __attribute__((format(printf, 1, 2)));
void text_add(struct text *t, const char *data, size_t length);
/* A number for a text that may be no name for a file. */
unsigned long text_sum(const char *text);
/* The text with every `old` in it replaced; false: there was none. */
bool text_replace(struct text *t, const char *old, const char *new);
/* A whole file; -errno. */
int text_read(struct text *t, const char *path);
/* In place: \n \t \r \\ \e and \xHH become what they stand for. */
void unescape(char *text);
/* The word with {id} and its like replaced. */
char *expand(struct call *c, const char *word);
char **expand_all(struct call *c, const struct action *a, char **word);
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern bool loud; /* --loud: complain() speaks */

/* -- rules.c */
/* The steps of a sabotage; NULL after a line on standard error. */
struct step *parse_steps(const char *text, const char *where);
/* Those of the line NAME of a list. */
struct step *find_sabotage(const char *list, const char *name);
/* A whole list is looked at; the number of faults, each told in a line. */
int check_list(const char *list);
const struct action *find_action(const char *name, unsigned int flags);
const struct action *find_special(const char *name);
/* Whether there are as many words as the action wants, and of the right kind; else a text why. */
const char *wrong_words(const struct action *a, char **word);

/* One step that applies: done now, or kept for the process that becomes the runtime. */
void apply(struct call *c, struct step *s);

/* -- conditions.c */
/* Marks which steps apply to this call: those that do not are taken off the list. */
struct step *select_steps(struct call *c, struct step *steps);
bool outcome_fits(const struct call *c, const struct step *s);

/* -- place.c: what a test keeps between calls */
/* A directory that only the calls of one test see, and that is in nobody's way; NULL and errno. */
const char *private_dir(void);
extern const char *plain_dir; /* --dir=PATH: this one instead */
/* One more call of that name; its number, from 1. 0: it cannot be counted. */
unsigned long count_call(const char *name);
/* The ids that "remember" has noted: the oldest, the newest, the newest but this one; or NULL. */
const char *noted_id(struct call *c, const char *which);
int note_id(struct call *c);

/* -- real.c */
const char *call_bundle(struct call *c);
const char *call_rootfs(struct call *c);
pid_t call_pid(struct call *c);
const char *call_state(struct call *c); /* "" when the runtime knows none */
/* In place of this process; returns only when it cannot be executed. */
void become_real(struct call *c) __attribute__((noreturn));
/* As a child, with all that came to us passed on; sets status, signal, out, err. */
void run_real(struct call *c);
/* Quietly, with other words behind the global options. */
void run_aside(struct call *c, char **word);
/* Wait until a process is gone. */
void wait_gone(pid_t pid);
void end_by_signal(int number) __attribute__((noreturn));
/*
 * Goes on in a child. The parent waits for its answer, and then the child gets what the runtime
 * leaves; or the parent ends at once.
 */
void go_on_in_child(struct call *c, bool wait_for_it);
/* There, at the end: answer, and stay while something of ours runs. */
void stay_on(struct call *c) __attribute__((noreturn));

/* -- strict.c */
/* The words become those that the real runtime knows, or the call is refused. */
void make_strict(struct call *c);
/* In the process that becomes the real runtime: its environment likewise. */
void make_listen(const struct call *c);

/* -- mend.c */
/* "NAME,..." as bits; 0: one of them is none. */
unsigned int mend_names(const char *names);
/* Whether a mend has to do with this call. */
bool is_mended(const struct call *c);
/* The call does what the mends say, by what the sabotage has made of it; whether it has to be made
 * by a child. */
bool make_mended(struct call *c);
/* After it. */
void end_mended(struct call *c);

/* -- refuse.c */
/* Why this config.json must be refused; NULL: it need not. */
const char *why_refused(const json_t *config);

/* -- replay.c */
char **strings(const json_t *list);

/* -- console.c: --console-socket, when it is to be strict or to have a fault */
int console_fault(struct call *c, char **word);
/* Before the call, unless that is skipped; whether it has to be made by a child. */
bool console_open(struct call *c);
/* After it. */
void console_close(struct call *c);
/* UNIX stream sockets; -1. */
int unix_listen(const char *path);
int unix_connect(const char *path);
/* A process has this descriptor, and nothing else, as long as the container's process lives. */
void hold_open(struct call *c, int fd);

/* -- listener.c: the state for the agent of seccomp, with a fault */
int listener_fault(struct call *c, char **word);
/* After the call. */
void listener_close(struct call *c);

/* -- net.c */
int link_fault(struct call *c, char **word);

/* -- config.c */
/* The JSON of config.json to be changed, or NULL. */
json_t *config_edit(struct call *c);
void config_touch(struct call *c);
/* Put the changed one in place of the one in the bundle, and that back. */
void config_place(struct call *c);
void config_restore(struct call *c);
/* Every place that a path with "*" in it names in this value, NULL-ended. */
char **all_places(const json_t *value, const char *path);

/* -- output.c */
void write_all(int fd, const struct text *t, struct call *c);

/* -- world.c */
void pause_ms(const char *ms);

/* -- hooks.c and wrap.c */
bool has_inside_wraps(const struct step *steps);
void remove_inside_copy(struct call *c);
int wrap_main(char **argv);

#endif
