/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Special sabotages of the command line: what a call needs that none may need, and where its words
 * and descriptors end up. In alphabetical order. It must leave every other call as it is.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/probe/names.h"

/* SIGNAL: as a program does that has a fault. */
static int die(struct call *c, char **word)
{
	(void)c;
	end_by_signal(signal_parse(word[0]));
}

/* FD: a process that stays keeps it open. */
static int hold(struct call *c, char **word)
{
	long keep = strtol(word[0], NULL, 10);

	(void)c;
	if (fork())
		return 0;
	setsid();
	for (int fd = 0; fd < 1024; fd++)
		if (fd != keep)
			close(fd);
	for (;;)
		pause();
}

#define DEATH_MS 300

/* Nothing went well while the container's process lives. */
static int need_death(struct call *c, char **word)
{
	struct pollfd p = { .events = POLLIN };

	(void)word;
	p.fd = (int)syscall(SYS_pidfd_open, call_pid(c), 0);
	if (p.fd >= 0 && !poll(&p, 1, DEATH_MS))
		c->exit_status = 1;
	return p.fd < 0 ? -errno : 0;
}

/* Without LANG it breaks down. */
static int need_locale(struct call *c, char **word)
{
	(void)c;
	(void)word;
	if (!getenv("LANG"))
		end_by_signal(SIGABRT);
	return 0;
}

/* Without a controlling terminal it does nothing. */
static int need_terminal(struct call *c, char **word)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	(void)word;
	if (fd >= 0)
		return close(fd);
	c->skip = true;
	c->status = 1;
	return -errno;
}

/* --pid-file in front of --bundle is refused. */
static int pid_file_last(struct call *c, char **word)
{
	size_t file = 0, bundle = 0;

	(void)word;
	for (size_t i = 1; c->argv[i]; i++) {
		file = strcmp(c->argv[i], "--pid-file") ? file : i;
		bundle = strcmp(c->argv[i], "--bundle") ? bundle : i;
	}
	if (!file || file > bundle)
		return -ENOENT;
	c->skip = true;
	c->status = 64;
	return 0;
}

/* FD: the same file, opened anew. */
static int reopen(struct call *c, char **word)
{
	int number = (int)strtol(word[0], NULL, 10);
	int fd = open(join("/proc/self/fd/%d", number), O_WRONLY | O_CLOEXEC | O_NOCTTY);

	(void)c;
	return fd < 0 || dup2(fd, number) < 0 ? -errno : 0;
}

/* What should be on standard output. */
static int to_stderr(struct call *c, char **word)
{
	(void)word;
	text_add(&c->err, c->out.data ? c->out.data : "", c->out.length);
	c->out = (struct text){ 0 };
	return 0;
}

const struct action cli_specials[] = {
	{ "die", "s", IN_BEFORE, die },
	{ "hold", "n", IN_AFTER, hold },
	{ "need-death", "", IN_AFTER | NEEDS_PID, need_death },
	{ "need-locale", "", IN_BEFORE, need_locale },
	{ "need-terminal", "", IN_BEFORE, need_terminal },
	{ "pid-file-last", "", IN_BEFORE, pid_file_last },
	{ "reopen", "n", IN_BEFORE, reopen },
	{ "to-stderr", "", IN_AFTER | TAKES_OUT, to_stderr },
	{ NULL, NULL, 0, NULL },
};
