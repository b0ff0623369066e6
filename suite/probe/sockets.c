/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that the probe was given by their numbers: what passes over them; and programs that
 * are to be given some. It must never open what was not passed.
 */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static int send_text(int fd, const char *text)
{
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		ssize_t n = write(fd, text + at, length - at);

		if (n < 0 && errno != EINTR)
			return errno;
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* FD TEXT */
static void do_send(char **argument)
{
	int error = send_text(number(argument[0]), argument[1]);

	line_begin("send");
	out_errno(error);
	line_end();
}

/* FD: what comes from it, up to the end of a line or of all. */
static void do_receive(char **argument)
{
	char text[256];
	size_t length = 0;
	int error = 0;

	while (length < sizeof(text)) {
		ssize_t n = read(number(argument[0]), text + length, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			error = errno;
		if (n <= 0 || text[length] == '\n')
			break;
		length++;
	}
	line_begin("receive");
	if (error)
		out_errno(error);
	else
		out_bytes(text, length);
	line_end();
}

/* FD TEXT: take one connection of a listening socket and send the text over it. */
static void do_accept(char **argument)
{
	int fd, error;

	do
		fd = accept4(number(argument[0]), NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	error = fd < 0 ? errno : send_text(fd, argument[1]);
	if (fd >= 0)
		close(fd);
	line_begin("accept");
	out_errno(error);
	line_end();
}

/* The rest of the words in place of the probe, which they find named in LISTEN_PID. */
static void do_activate(char **argument)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (!setenv("LISTEN_PID", pid, 1))
		execve(argument[0], argument, environ);
	_exit(127);
}

const struct command socket_commands[] = {
	{ "send", 2, do_send, false },
	{ "receive", 1, do_receive, false },
	{ "accept", 2, do_accept, false },
	{ "activate", -1, do_activate, false },
	{ NULL, 0, NULL, false },
};
