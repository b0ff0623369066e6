/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the call itself: whether it is made, which words it has, how often, how long.
 */
#include "saboteur.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/runtimes/command.h"

static int skip(struct call *c, char **word)
{
	c->skip = true;
	c->status = word[0] ? (int)strtol(word[0], NULL, 10) : 0;
	return 0;
}

static int first(struct call *c, char **word)
{
	run_aside(c, word);
	return 0;
}

static int again(struct call *c, char **word)
{
	int status = c->status, number = c->signal;

	if (word[0])
		run_aside(c, word);
	else
		run_real(c);
	c->status = status;
	c->signal = number;
	return 0;
}

static size_t count(char **word)
{
	size_t n = 0;

	while (word[n])
		n++;
	return n;
}

static int command(struct call *c, char **word)
{
	size_t at = command_at(c->argv + 1) + 1;

	if (!c->argv[at])
		return -ENOENT;
	c->argv[at] = word[0];
	return 0;
}

static int word_(struct call *c, char **word)
{
	char **to = c->argv + 1;
	int error = -ENOENT;

	for (char **from = to; *from; from++) {
		bool hit = !fnmatch(word[0], *from, 0);

		error = hit ? 0 : error;
		if (!hit || word[1])
			*to++ = hit ? word[1] : *from;
	}
	*to = NULL;
	return error;
}

static int add(struct call *c, char **word)
{
	size_t n = count(c->argv), more = count(word);
	char **argv = grow(NULL, (n + more + 1) * sizeof(*argv));

	memcpy(argv, c->argv, n * sizeof(*argv));
	memcpy(argv + n, word, (more + 1) * sizeof(*argv));
	c->argv = argv;
	return 0;
}

static int status(struct call *c, char **word)
{
	c->exit_status = (int)strtol(word[0], NULL, 10);
	return 0;
}

static int linger(struct call *c, char **word)
{
	(void)word;
	wait_gone(call_pid(c));
	return 0;
}

/* "hold": with the streams of the call open. */
static int monitor(struct call *c, char **word)
{
	c->hold = word[0] && !strcmp(word[0], "hold");
	go_on_in_child(c, true);
	return 0;
}

static int background(struct call *c, char **word)
{
	go_on_in_child(c, false);
	if (word[0])
		pause_ms(word[0]);
	return 0;
}

/* MS ACTION...: by a helper that is there when the call is over. */
static int later(struct call *c, char **word)
{
	const struct action *a = find_action(word[1], IN_AFTER);
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : 0;
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	pause_ms(word[0]);
	a->run(c, expand_all(c, a, word + 2));
	_exit(0);
}

static int remember(struct call *c, char **word)
{
	(void)word;
	return note_id(c);
}

/* Wrong words are found when the list is read. */
static int special(struct call *c, char **word)
{
	(void)c;
	(void)word;
	return -EINVAL;
}

const struct action call_actions[] = {
	{ "skip", "N", IN_BEFORE, skip },
	{ "first", "w+", IN_BEFORE, first },
	{ "again", "W+", IN_AFTER, again },
	{ "command", "w", IN_BEFORE, command },
	{ "word", "wT", IN_BEFORE, word_ },
	{ "add", "t+", IN_BEFORE, add },
	{ "status", "n", IN_AFTER, status },
	{ "monitor", "W", IN_BEFORE, monitor },
	{ "background", "N", IN_BEFORE, background },
	{ "later", "nwW+", IN_AFTER, later },
	{ "remember", "", IN_AFTER, remember },
	{ "linger", "", IN_AFTER | NEEDS_PID, linger },
	{ "special", "wW+", IN_BEFORE | IN_AFTER, special },
	{ NULL, NULL, 0, NULL },
};
