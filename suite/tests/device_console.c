/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /dev/console and /dev/tty (config-linux.md#default-devices): the container's own terminal if it
 * has one, and never that of the machine. Nothing here may write to the machine's console.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/console.h"
#include "suite/tests/life.h"

#define WORDS_SAID "written-to-the-console"

/* All that comes out of a master until the words do, within a limit. */
static const char *what_comes(struct test *t, int master)
{
	const char *all = "";

	while (!strstr(all, WORDS_SAID)) {
		char data[4096];
		ssize_t n = readable_soon(t, master) ? read(master, data, sizeof(data) - 1) : -1;

		if (n <= 0)
			return all;
		data[n] = '\0';
		all = format(t, "%s%s", all, data);
	}
	return all;
}

/* Type and numbers, which tell a sandboxed terminal from others as well. */
static json_t *device_of(struct test *t, const struct facts *f, const char *fact)
{
	return json_pack("[s? I I]", facts_string(f, format(t, "%s.type", fact)),
			 (json_int_t)facts_int(f, format(t, "%s.major", fact)),
			 (json_int_t)facts_int(f, format(t, "%s.minor", fact)));
}

static void with_terminal(struct test *t)
{
	const char *id = "linux.default-devices.console.terminal";
	const char *tty = "linux.default-devices.tty";
	enum cli form = console_form(t);
	struct bundle *b = terminal_bundle(t);
	struct container *c = container_new(b);
	const struct facts *f;
	json_t *terminal, *seen;
	int master;

	bundle_probe(b, "tty", "lstat", "/dev/console", "stat", "/dev/tty", "write", "/dev/console",
		     WORDS_SAID "\n", "wait", NULL);
	master = console_created(t, form, c, NULL);
	must_start(c);
	f = log_wait(b, "process", 0)->facts;
	seen = device_of(t, f, "stat");
	check_json(t, tty, "/dev/tty of a container with a terminal: type, major, minor",
		   json_pack("[s i i]", "char", 5, 0), seen);
	terminal = json_pack("[s I I]", "char", (json_int_t)facts_int(f, "tty.0.rdev-major"),
			     (json_int_t)facts_int(f, "tty.0.rdev-minor"));
	check_true(t, id, json_is_true(facts_get(f, "tty.0.tty")), "standard input is a terminal",
		   "it is none");
	check_json(t, id, "/dev/console itself, against standard input: type, major, minor", terminal,
		   device_of(t, f, "lstat"));
	check_string(t, id, "writing to /dev/console", "", facts_errno(f, "write"));
	check_true(t, id, strstr(what_comes(t, master), WORDS_SAID),
		   "what is written there comes out of the terminal", "it does not come");
}

/*
 * The console of the machine, in the test's world, is a terminal of the test's: nothing may come
 * out of it. Where /dev/console is the kernel's own, 5:1, that it opens is enough.
 */
static void without_terminal(struct test *t)
{
	const char *id = "linux.default-devices.console.no-terminal", *path = "/dev/console";
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), own;
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct facts *f;
	bool opens, kernels;
	const char *said;

	need(t, master >= 0 && !grantpt(master) && !unlockpt(master), "a pty");
	own = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	need(t, own >= 0 && !fcntl(master, F_SETFL, O_NONBLOCK), "the pty's other side");
	need(t, !file_write(t, path, ""), path);
	host_mount(t, ptsname(master), path, NULL, MS_BIND, NULL);
	bundle_probe(b, "stat", path, "open", path, "w", "wait", "write", path, "from-inside\n", NULL);
	must_create(c);
	must_start(c);
	f = must_answer(c);
	opens = facts_errno(f, "open") && !*facts_errno(f, "open");
	kernels = facts_int(f, "stat.major") == 5 && facts_int(f, "stat.minor") == 1;
	check_true(t, id, !opens || !kernels, "the kernel's console cannot be opened inside",
		   "/dev/console is 5:1 and opens");
	if (opens && kernels)
		return;
	container_input(c, "", 1);
	container_await(c, "write");
	/* What a terminal is written comes out later, but in order. */
	need(t, write(own, WORDS_SAID, strlen(WORDS_SAID)) == (ssize_t)strlen(WORDS_SAID), path);
	said = what_comes(t, master);
	need(t, strstr(said, WORDS_SAID), "the pty hands on what it is written");
	check_string(t, id, "what comes out of the machine's console before words of the test", "",
		     format(t, "%.*s", (int)(strstr(said, WORDS_SAID) - said), said));
}

const struct test_entry device_console_tests[] = {
	{
		.name = "devices/console",
		.about = "with a terminal that is /dev/console, and there is /dev/tty",
		.requirements = REQS("linux.default-devices.console.terminal",
				     "linux.default-devices.tty"),
		.run = with_terminal,
	},
	{
		.name = "devices/no-console",
		.about = "without a terminal /dev/console is not the machine's",
		.requirements = REQS("linux.default-devices.console.no-terminal"),
		.run = without_terminal,
	},
	{ 0 },
};
