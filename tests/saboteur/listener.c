/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between the real runtime and the agent of seccomp: takes the state and the descriptors
 * over a socket of its own, named in config.json for the time of the call, and passes them on with
 * a fault. It must never change what it passes on but by that fault.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite/core/path.h"

#define FDS_MAX 8

static struct {
	const char *fault, *word, *value;
	const char *from, *to;
	int listener;
	struct text state;
	int fds[FDS_MAX + 1];
	size_t n_fds;
} l;

/* NAME [WORD [WORD]]: what goes wrong (README.md). */
int listener_fault(struct call *c, char **word)
{
	const char *dir = private_dir();
	json_t *seccomp = json_at(config_edit(c), "linux.seccomp");
	const char *path = json_string_value(json_object_get(seccomp, "listenerPath"));

	if (!path)
		return -ENOENT;
	l.fault = word[0];
	l.word = word[1] ? word[1] : "";
	l.value = word[1] && word[2] ? word[2] : "";
	l.to = copy_text(path, strlen(path));
	l.from = join("%s/listener-%d", dir ? dir : "/run", (int)getpid());
	l.listener = unix_listen(l.from);
	json_object_set_new(seccomp, "listenerPath", json_string(l.from));
	config_touch(c);
	return l.listener < 0 ? -EIO : 0;
}

static bool fault(const char *name)
{
	return !strcmp(l.fault, name);
}

static void take(void)
{
	char data[16 * 1024], control[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct pollfd p = { .fd = l.listener, .events = POLLIN };
	int fd = poll(&p, 1, 0) > 0 ? accept4(l.listener, NULL, NULL, SOCK_CLOEXEC) : -1;
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		struct iovec part = { data, sizeof(data) };
		struct msghdr m = { .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };
		struct cmsghdr *h;

		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
		h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
		if (h && h->cmsg_type == SCM_RIGHTS) {
			l.n_fds = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(l.fds, CMSG_DATA(h), l.n_fds * sizeof(int));
		}
		if (n > 0)
			text_add(&l.state, data, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
}

/* Edits of the state: set PATH JSON, remove PATH, text TEXT, before TEXT, behind TEXT. */
static void edit(void)
{
	json_t *json = l.state.data ? json_loadb(l.state.data, l.state.length, 0, NULL) : NULL;
	char *text;

	if (fault("set"))
		json_put(json, l.word, json_loads(l.value, JSON_DECODE_ANY, NULL));
	else if (fault("remove"))
		json_cut(json, l.word);
	else if (fault("text"))
		l.state = (struct text){ 0 };
	if (fault("set") || fault("remove")) {
		text = json_dumps(json, JSON_COMPACT);
		l.state = (struct text){ text, strlen(text) };
	} else if (fault("text") || fault("behind")) {
		text_add(&l.state, l.word, strlen(l.word));
	} else if (fault("before")) {
		text = join("%s%s", l.word, l.state.data);
		l.state = (struct text){ text, strlen(text) };
	}
}

/* What is wrong with the descriptors. */
static void edit_fds(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fault("no-fds"))
		l.n_fds = 0;
	else if (fault("more"))
		l.fds[l.n_fds++] = null;
	else if (fault("other"))
		l.fds[0] = null;
	else if (fault("turned") && l.n_fds == 1) {
		l.fds[1] = l.fds[0];
		l.fds[0] = null;
		l.n_fds = 2;
		l.fault = "set";
		l.word = "fds";
		l.value = "[\"seccompFd\",\"other\"]";
	}
}

static void send_part(int fd, const char *data, size_t length, bool with_fds)
{
	char control[CMSG_SPACE((FDS_MAX + 1) * sizeof(int))] = { 0 };
	struct iovec part = { (void *)data, length };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *h = (struct cmsghdr *)control;

	if (with_fds && l.n_fds) {
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(l.n_fds * sizeof(int));
		memcpy(CMSG_DATA(h), l.fds, l.n_fds * sizeof(int));
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(l.n_fds * sizeof(int));
	}
	(void)!sendmsg(fd, &m, MSG_NOSIGNAL);
}

static void deliver(struct call *c)
{
	int fd = unix_connect(l.to);
	size_t head = fault("late") && l.state.length ? 1 : 0;

	if (fd < 0)
		return;
	if (head)
		send_part(fd, l.state.data, head, false);
	send_part(fd, l.state.data + head, l.state.length - head, true);
	if (fault("twice"))
		send_part(fd, l.state.data, l.state.length, false);
	if (fault("keep"))
		hold_open(c, fd);
	close(fd);
}

void listener_close(struct call *c)
{
	if (!l.from)
		return;
	take();
	close(l.listener);
	(void)unlink(l.from);
	if (fault("anyway"))
		text_add(&l.state, "{}", 2);
	if (!l.state.length || fault("nowhere"))
		return;
	edit_fds();
	edit();
	deliver(c);
	if (fault("again"))
		deliver(c);
}
