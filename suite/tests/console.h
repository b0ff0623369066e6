/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_CONSOLE_H
#define ASSAY_TESTS_CONSOLE_H

/*
 * The receiving end of --console-socket, for tests of terminals. Two forms: CLI_STRICT, the letter
 * of CLI 1.0.1 (a connected descriptor, a request, a response), and CLI_DIALECT, what engines use
 * (a path to connect to, one message, no response).
 */

#include "suite/tests/tests.h"

#define CONSOLE_FD	5 /* what the strict form names; 3 and 4 lead nowhere */
#define CONSOLE_SUCCESS "{\"type\":\"success\"}"

struct console;

/* Ready to be used for one create. type: SOCK_STREAM or, in the strict form, SOCK_SEQPACKET. */
struct console *console_new(struct test *t, enum cli form, int type);
/* The word that follows --console-socket. */
const char *console_word(const struct console *k);

/*
 * Begin to create through it a container whose config.json asks for a terminal. Streams and
 * environment as in `details`, which may be NULL; further descriptors are taken by the console.
 */
struct running *console_create(struct console *k, struct container *c, const struct call *details);
/* The same with any word behind --console-socket; `fd` is to be CONSOLE_FD, -1: that is closed. */
struct running *console_call(struct test *t, struct container *c, const char *word, int fd,
			     const struct call *details);

/* The first message that came, or what there was instead of it. */
struct delivery {
	bool connected; /* strict form: always */
	bool came; /* at least one byte; false: create ended, or closed the socket, without one */
	const char *data; /* its ordinary data, with a NUL behind it */
	size_t length;
	json_t *json; /* strict form: the data as one JSON object, or NULL */
	size_t n_control; /* control messages that came with its first bytes */
	int level, type; /* of the first of them */
	int fd[8]; /* descriptors in the first, close-on-exec */
	size_t n_fd;
};

/* Wait for the message, or for the end of the call or of the connection. */
const struct delivery *console_receive(struct console *k, struct running *r);
/* The master among what came: the first descriptor, when it is one; else -1. */
int delivery_master(const struct delivery *d);
/* Number of the terminal behind a master: /dev/pts/N; -1: it is no master. */
int master_number(int fd);

/* Send a response. false: nobody can receive it any more. */
bool console_respond(struct console *k, const char *text);
/*
 * Strict form: while create goes on, whether another request comes; it is answered, so that create
 * can end. Dialect: whether there has been another connection by now.
 */
bool console_asked_again(struct console *k, struct running *r);
/* Close the suite's end; a path stays, with nobody listening. */
void console_hang_up(struct console *k);

/* How a connection ended. */
enum console_end {
	CONSOLE_END_CLEAN, /* its end, all that was sent having been read */
	CONSOLE_END_UNREAD, /* its end, with a response that nobody has read */
	CONSOLE_END_MORE, /* another message came */
	CONSOLE_END_OPEN, /* somebody still has it open */
};
/* What becomes of the connection once create has exited; waits for its end, within a limit. */
enum console_end console_ended(struct console *k);
/* The same for any stream that is to be at its end, whatever is read from it on the way. */
bool comes_to_end(struct test *t, int fd);

/* config.json asks for a terminal, and its program also tells its log what it finds. */
struct bundle *terminal_bundle(struct test *t);

/*
 * The form that the runtime takes: that of the payload if it works, else the other. Creates a
 * container each. With neither the test is over, and what is not decided is `disabled`.
 */
enum cli console_form(struct test *t);
/* The same with other containers than those of terminal_bundle(). */
enum cli console_form_with(struct test *t, struct bundle *(*make)(struct test *t));
/* create, and what the form wants answered; the master that came, or -1. *r is how create ended. */
int console_try(struct test *t, enum cli form, struct container *c, const struct call *details,
		const struct result **r);
/*
 * Create a container through a console of this form, answering what is to be answered; its master.
 * Ends the test unless create exits with 0 and has sent one. `details` as above.
 */
int console_created(struct test *t, enum cli form, struct container *c, const struct call *details);
/* Start such a container; what its program has said to its log. */
const struct facts *terminal_started(struct container *c);
/*
 * What comes out of a master: up to the last word of the program with this nonce, or all of it.
 * *ended: nobody has the terminal any more.
 */
const char *master_text(struct test *t, int master, const char *nonce, bool *ended);
/* Whether the words of a container's program come out of a master, up to its last one. */
bool master_speaks(struct test *t, int master, struct container *c);

#endif
