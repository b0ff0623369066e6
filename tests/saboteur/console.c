/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between the real runtime and who is to get the terminal's master: takes it over a path of
 * its own and passes it on as the caller's form of --console-socket wants it, or with a fault. It
 * must never let a create that could not deliver leave something behind, unless that is the fault.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/runtimes/command.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* Of this call: the fault, and the two sides. */
static struct {
	const char *fault, *word;
	const char *from; /* path where the real runtime delivers; NULL: no terminal is asked for */
	int listener;
	const char *to; /* dialect: path of the receiver */
	int fd; /* strict: descriptor of the receiver; -1: none */
} k = { .fault = "", .listener = -1, .fd = -1 };

/* NAME [TEXT]: what goes wrong (README.md). */
int console_fault(struct call *c, char **word)
{
	(void)c;
	k.fault = word[0];
	k.word = word[1] ? word[1] : "";
	return 0;
}

static bool fault(const char *name)
{
	return !strcmp(k.fault, name);
}

/* ------------------------------------------------------------------ before the call */

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

int unix_listen(const char *path)
{
	struct sockaddr_un a = address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
		return -1;
	return fd;
}

int unix_connect(const char *path)
{
	struct sockaddr_un a = address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	close(fd);
	return -1;
}

/* The connected socket that a word names, or -1. */
static int strict_receiver(const char *word)
{
	char *end;
	long fd = strtol(word, &end, 10);
	struct sockaddr_un peer;
	socklen_t length = sizeof(peer);
	int type = 0;

	if (*end || end == word || getpeername((int)fd, (struct sockaddr *)&peer, &length))
		return -1;
	length = sizeof(type);
	if (getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &length) ||
	    (fault("no-stream") && type == SOCK_STREAM) ||
	    (fault("no-seqpacket") && type == SOCK_SEQPACKET))
		return -1;
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return (int)fd;
}

bool console_open(struct call *c)
{
	const char *dir = private_dir();
	char *word = command_option(c->argv + 1, "--console-socket", 0);

	if (c->skip || !word || (!c->strict && !*k.fault) || strcmp(c->operation, "create"))
		return false;
	if (c->strict)
		k.fd = strict_receiver(word);
	else
		k.to = copy_text(word, strlen(word));
	if (c->strict && k.fd < 0 && !fault("nobody")) {
		fprintf(stderr, "saboteur: --console-socket %s: no socket to use\n", word);
		c->skip = true;
		c->status = 1;
		return true;
	}
	k.from = join("%s/console-%d", dir ? dir : "/run", (int)getpid());
	k.listener = unix_listen(k.from);
	for (char **at = c->argv; *at; at++) {
		if (*at == word)
			*at = (char *)k.from;
		else if (word > *at && word <= *at + strlen(*at))
			*at = join("--console-socket=%s", k.from);
	}
	return true;
}

/* ------------------------------------------------------------------ messages */

/* What the real runtime has sent by the time it has ended: the first descriptor, or -1. */
static int take_master(void)
{
	char data[4096], control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct pollfd p = { .fd = k.listener, .events = POLLIN };
	struct cmsghdr *h;
	int fd = -1, master = -1;

	if (poll(&p, 1, 0) > 0)
		fd = accept4(k.listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0 && recvmsg(fd, &m, MSG_CMSG_CLOEXEC) > 0 && (h = CMSG_FIRSTHDR(&m)) &&
	    h->cmsg_type == SCM_RIGHTS)
		memcpy(&master, CMSG_DATA(h), sizeof(master));
	if (fd >= 0)
		close(fd);
	return master;
}

/* The faults of one message are made here. */
static int send_master(struct call *c, int to, const char *text, int master)
{
	struct ucred self = { .pid = getpid(), .uid = geteuid(), .gid = getegid() };
	int fds[2] = { master, fault("more") ? open(call_bundle(c), O_RDONLY | O_CLOEXEC) : -1 };
	size_t length = fds[1] < 0 ? sizeof(int) : sizeof(fds);
	char control[CMSG_SPACE(sizeof(fds)) + CMSG_SPACE(sizeof(self))] = { 0 };
	struct iovec part = { (void *)text, fault("no-data") ? 0 : strlen(text) };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control };
	struct cmsghdr *h = (struct cmsghdr *)control;
	const void *data = fds;

	if (fault("slave"))
		fds[0] = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	if (fault("credentials")) {
		h->cmsg_type = SCM_CREDENTIALS;
		data = &self;
		length = sizeof(self);
	}
	h->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(h), data, length);
	m.msg_controllen = fault("no-control") ? 0 : CMSG_SPACE(length);
	return sendmsg(to, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Whether a response came and says success. */
static bool succeeded(int fd)
{
	struct text answer = { 0 };
	json_t *json = NULL;
	const char *type;
	char data[4096];
	ssize_t n;

	do {
		n = recv(fd, data, sizeof(data), 0);
		if (n > 0)
			text_add(&answer, data, (size_t)n);
		json = n > 0 ? json_loadb(answer.data, answer.length, 0, NULL) : NULL;
	} while (!json && (n > 0 || (n < 0 && errno == EINTR)));
	type = json_string_value(json_object_get(json, "type"));
	if (!type)
		return fault("nobody");
	if (fault("no-message") && json_object_get(json, "message"))
		return false;
	return !strcmp(type, "success") || fault("no-error");
}

/* ------------------------------------------------------------------ after the call */

static bool deliver_strict(struct call *c, int master)
{
	json_t *json = json_pack("{s:s s:s}", "type", "terminal", "container", c->id);
	const char *request = fault("text") ? k.word : json_dumps(json, JSON_COMPACT);
	bool ok = true;

	for (int n = fault("twice") ? 2 : 1; ok && n; n--) {
		ok = !send_master(c, k.fd, request, master) || fault("nobody");
		ok = ok && (fault("no-wait") || succeeded(k.fd));
	}
	while (!ok && fault("block"))
		pause();
	return ok;
}

static bool deliver_dialect(struct call *c, int master)
{
	char byte;

	for (int n = fault("twice") ? 2 : 1; n; n--) {
		k.fd = unix_connect(k.to);
		if (k.fd < 0 || send_master(c, k.fd, k.from, master))
			return fault("nobody");
	}
	if (fault("block"))
		(void)!recv(k.fd, &byte, 1, 0);
	return true;
}

static void undo(struct call *c)
{
	char *words[] = { (char *)"delete", (char *)"--force", (char *)c->id, NULL };
	const char *pid_file = command_option(c->words, "--pid-file", 0);

	run_aside(c, words);
	if (pid_file)
		(void)unlink(pid_file);
	fprintf(stderr, "saboteur: the terminal could not be delivered\n");
	c->status = 1;
}

void hold_open(struct call *c, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, call_pid(c), 0);
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0 || fork() != 0)
		return;
	for (int i = 0; i < 1024; i++)
		if (i != fd && i != pidfd)
			close(i);
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void console_close(struct call *c)
{
	int master;
	bool ok;

	if (!k.from)
		return;
	signal(SIGPIPE, SIG_IGN);
	master = c->status || c->signal ? -1 : take_master();
	close(k.listener);
	(void)unlink(k.from);
	if (master < 0 || fault("nowhere"))
		return;
	if (fault("other")) {
		hold_open(c, master);
		master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	}
	ok = c->strict ? k.fd < 0 || deliver_strict(c, master) : deliver_dialect(c, master);
	if (!ok)
		undo(c);
	else if (fault("leak"))
		hold_open(c, k.fd);
	else if (fault("keep"))
		hold_open(c, master);
}
