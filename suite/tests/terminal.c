/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.terminal and process.consoleSize (config.md, "Process"): what the program has on its
 * standard streams, and what its caller has at the other end. How the master comes to the caller is
 * the affair of console_socket.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "life.h"

#define ROWS	37
#define COLUMNS 113

static bool is_tty(struct test *t, const struct facts *f, int fd)
{
	return json_is_true(facts_get(f, format(t, "tty.%d.tty", fd)));
}

/* ------------------------------------------------------------------ with a terminal */

static void type_in(struct test *t, int master, const char *text)
{
	size_t length = strlen(text);

	if (write(master, text, length) != (ssize_t)length)
		test_stop(t, "the master takes what is typed", "%s", strerror(errno));
}

static void check_pty(struct test *t, const struct facts *f, int master, bool shared)
{
	for (int fd = 0; fd < 3; fd++) {
		long long major = facts_int(f, format(t, "tty.%d.rdev-major", fd));
		long long minor = facts_int(f, format(t, "tty.%d.rdev-minor", fd));
		/* Of a sandbox the numbers are its own. */
		bool own = !shared || (major == 136 && minor == master_number(master));

		check_seen(t, "process.terminal.pty", is_tty(t, f, fd) && own,
			   format(t, "descriptor %d is the other side of the master, terminal %d",
				  fd, master_number(master)),
			   "%s, device %lld:%lld", is_tty(t, f, fd) ? "a terminal" : "no terminal",
			   major, minor);
	}
}

/*
 * tcgetpgrp(3) answers only about the controlling terminal, and only there ^C does something. What
 * /dev/tty is, which may be missing, is a matter of the default devices.
 */
static void check_controlling(struct test *t, const struct facts *f)
{
	const char *id = "process.terminal.controlling";

	check_int(t, id, "foreground process group of the terminal, as the program's own",
		  facts_int(f, "session.pgid"), facts_int(f, "session.foreground"));
	check_string(t, id, "what the character ^C is to the program", "SIGINT",
		     facts_string(f, "signal"));
}

/* Before a ^C all that was said must have been read: it empties the terminal. */
static void streams(struct test *t)
{
	enum cli form = console_form(t);
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);
	const char *first, *rest, *all = "process.terminal.all-streams";
	const char *usable = "process.terminal.master-usable";
	const struct facts *f;
	bool ended, hung_up, shared;
	int master;

	bundle_probe(b, "ns", "tty", "session", "errors", "by-stderr", "trap", "SIGINT", "wait",
		     NULL);
	master = console_created(t, form, c, NULL);
	shared = shared_kernel(terminal_started(c));
	first = master_text(t, master, bundle_nonce(b), &ended);
	type_in(t, master, "\003typed by us\n");
	container_wait(c);
	rest = master_text(t, master, NULL, &hung_up);
	f = log_find(b, "process", 0)->facts;
	check_pty(t, f, master, shared);
	check_seen(t, all, strstr(first, bundle_nonce(b)) && strstr(first, "by-stderr"),
		   "what goes to descriptors 1 and 2 comes out of the master", "%.400s", first);
	check_string(t, all, "what descriptor 0 gives of a typed line", "byte",
		     facts_string(f, "wait"));
	check_controlling(t, f);
	check_seen(t, usable, strstr(rest, "typed by us"), "what is typed is echoed", "\"%.300s\"",
		   rest);
	check_true(t, usable, hung_up, "the master is hung up when the program has ended",
		   "it is not");
}

static struct bundle *sized(struct test *t)
{
	struct bundle *b = terminal_bundle(t);

	bundle_set(b, "process.consoleSize", "{s:i s:i}", "height", ROWS, "width", COLUMNS);
	bundle_probe(b, "tty", NULL);
	return b;
}

static void size(struct test *t)
{
	enum cli form = console_form(t);
	struct container *c = container_new(sized(t));
	const struct facts *f;
	int master = console_created(t, form, c, NULL);

	f = terminal_started(c);
	for (int fd = 0; fd < 3; fd++)
		check_json(t, "process.consolesize.applied",
			   format(t, "rows and columns of descriptor %d", fd),
			   json_pack("[i i]", ROWS, COLUMNS),
			   json_pack("[I I]", facts_int(f, format(t, "tty.%d.rows", fd)),
				     facts_int(f, format(t, "tty.%d.columns", fd))));
	close(master);
}

struct bad_size {
	struct test_case c;
	const char *path, *value; /* as JSON */
};

#define SIZE   "process.consoleSize"
#define HEIGHT SIZE ".height"
#define WIDTH  SIZE ".width"

static const struct bad_size bad_sizes[] = {
	{ { "height-of-17-bits", "process.consolesize.too-large", NULL }, HEIGHT, "70000" },
	{ { "width-of-17-bits", "process.consolesize.too-large", NULL }, WIDTH, "65649" },
	{ { "array", "process.consolesize.wrong-type", NULL }, SIZE, "[37,113]" },
	{ { "string", "process.consolesize.wrong-type", NULL }, SIZE, "\"37x113\"" },
	{ { "height-string", "process.consolesize.height.wrong-type", NULL }, HEIGHT, "\"37\"" },
	{ { "height-negative", "process.consolesize.height.wrong-type", NULL }, HEIGHT, "-1" },
	{ { "height-fraction", "process.consolesize.height.wrong-type", NULL }, HEIGHT, "37.5" },
	{ { "width-string", "process.consolesize.width.wrong-type", NULL }, WIDTH, "\"113\"" },
	{ { "width-negative", "process.consolesize.width.wrong-type", NULL }, WIDTH, "-1" },
	{ { "width-fraction", "process.consolesize.width.wrong-type", NULL }, WIDTH, "113.5" },
};

/* The twin, with a size that there is, goes first: it shows which form works. */
static void refused_size(struct test *t)
{
	const struct bad_size *row = test_row(t);
	enum cli form = console_form_with(t, sized);
	struct bundle *bad = sized(t);
	struct container *c = container_new(bad);
	const struct result *r;
	int master;

	bundle_put(bad, row->path, json_loads(row->value, JSON_DECODE_ANY, NULL));
	master = console_try(t, form, c, NULL, &r);
	if (result_ok(r))
		r = op_start(c);
	check_error(t, row->c.requirement, r);
	if (master >= 0)
		close(master);
}

/* ------------------------------------------------------------------ without one */

/* A terminal of the caller's own, 24 rows of 80 characters: its master. */
static int own_terminal(struct test *t, int *terminal)
{
	struct winsize usual = { .ws_row = 24, .ws_col = 80 };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || grantpt(master) || unlockpt(master))
		test_broken(t, "a terminal of our own: %s", strerror(errno));
	*terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*terminal < 0 || ioctl(*terminal, TIOCSWINSZ, &usual))
		test_broken(t, "a terminal of our own: %s", strerror(errno));
	return master;
}

struct no_terminal {
	struct test_case c;
	bool says_false, sized;
};

static const struct no_terminal no_terminals[] = {
	{ { "default", "process.terminal.default-false", "without terminal there is none" },
	  false,
	  false },
	{ { "false", "process.terminal.explicit-false", "with terminal false there is none" },
	  true,
	  false },
	{ { "false-and-size", "process.consolesize.ignored-terminal-false",
	    "a size without a terminal is nothing" },
	  true,
	  true },
	{ { "default-and-size", "process.consolesize.ignored-terminal-unset",
	    "a size alone makes no terminal" },
	  false,
	  true },
};

static struct bundle *without_terminal(struct test *t, const struct no_terminal *row)
{
	struct bundle *b = bundle_new(t);

	if (row->says_false)
		bundle_set(b, "process.terminal", "b", 0);
	if (row->sized)
		bundle_set(b, SIZE, "{s:i s:i}", "height", ROWS, "width", COLUMNS);
	bundle_probe(b, "tty", "session", NULL);
	bundle_log_process(b);
	return b;
}

/* The caller's streams are its terminal, which stays what it is. */
static void called_from_terminal(struct test *t, const struct no_terminal *row)
{
	const char *id = row->c.requirement;
	struct bundle *b = without_terminal(t, row);
	struct container *c = container_new(b);
	struct winsize after = { 0 };
	int terminal, master = own_terminal(t, &terminal);
	const struct facts *f;

	if (!check_ok(t, id,
		      op_create_with(c, &(struct call){
						.in = terminal, .out = terminal, .err = terminal })))
		return;
	f = terminal_started(c);
	check_true(t, id, json_is_false(facts_get(f, "session.tty")),
		   "no controlling terminal, called from a terminal", "there is one");
	if (ioctl(terminal, TIOCGWINSZ, &after))
		test_broken(t, "TIOCGWINSZ: %s", strerror(errno));
	check_seen(t, id, after.ws_row == 24 && after.ws_col == 80,
		   "the caller's terminal has 24 rows of 80 characters, as before",
		   "%d rows of %d", after.ws_row, after.ws_col);
	close(terminal);
	close(master);
}

static void no_terminal(struct test *t)
{
	const struct no_terminal *row = test_row(t);
	const char *id = row->c.requirement;
	struct container *c = container_new(without_terminal(t, row));
	const struct facts *f;

	/* No console socket is given, and none may be asked for. */
	if (!check_ok(t, id, op_create(c)) || !check_ok(t, id, op_start(c)))
		return;
	f = must_answer(c);
	for (int fd = 0; fd < 3; fd++)
		check_true(t, id, json_is_false(facts_get(f, format(t, "tty.%d.tty", fd))),
			   format(t, "descriptor %d is no terminal", fd), "it is one");
	check_true(t, id, json_is_false(facts_get(f, "session.tty")), "no controlling terminal",
		   "there is one");
	called_from_terminal(t, row);
}

const struct test_entry terminal_tests[] = {
	{
		.name = "terminal/streams",
		.about = "the program's streams are a terminal whose other end is the caller's",
		.requirements = REQS("process.terminal.pty", "process.terminal.all-streams",
				     "process.terminal.controlling",
				     "process.terminal.master-usable"),
		.run = streams,
	},
	{
		.name = "terminal/size",
		.about = "consoleSize is the size of the terminal",
		.requirements = REQS("process.consolesize.applied"),
		.run = size,
	},
	{
		.name = "terminal/bad-size",
		.about = "a size that no terminal has is refused",
		.run = refused_size,
		CASES(bad_sizes),
	},
	{
		.name = "terminal/none",
		.about = "no terminal",
		.run = no_terminal,
		CASES(no_terminals),
	},
	{ 0 },
};
