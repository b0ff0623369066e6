/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiving end of --console-socket in both forms, and containers with a terminal. It must
 * never answer a request on its own, but where its caller only wants the terminal.
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "life.h"

/* ------------------------------------------------------------------ a console */

struct console {
	struct test *t;
	enum cli form;
	const char *word;
	int listener; /* dialect */
	int given; /* strict: the end that the runtime gets */
	int peer; /* the suite's end of the connection; -1: none yet, or no more */
	bool unread; /* the other end was closed with a response in it */
	struct delivery delivery;
};

static struct sockaddr_un address(struct test *t, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path))
		test_broken(t, "%s: too long for a socket", path);
	memcpy(a.sun_path, path, strlen(path));
	return a;
}

static void make_listener(struct console *k)
{
	struct test *t = k->t;
	struct sockaddr_un a;

	k->word = format(t, "%s/console-%s", test_dir(t), test_id(t));
	a = address(t, k->word);
	k->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (k->listener < 0 || bind(k->listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(k->listener, 8))
		test_broken(t, "socket %s: %s", k->word, strerror(errno));
}

struct console *console_new(struct test *t, enum cli form, int type)
{
	struct console *k = calloc(1, sizeof(*k));
	int end[2];

	if (!k)
		test_broken(t, "out of memory");
	*k = (struct console){ .t = t, .form = form, .listener = -1, .given = -1, .peer = -1 };
	if (form == CLI_DIALECT) {
		make_listener(k);
		return k;
	}
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, end))
		test_broken(t, "socketpair: %s", strerror(errno));
	k->given = end[0];
	k->peer = end[1];
	k->word = format(t, "%d", CONSOLE_FD);
	return k;
}

const char *console_word(const struct console *k)
{
	return k->word;
}

static int dev_null(struct test *t)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		test_broken(t, "/dev/null: %s", strerror(errno));
	return fd;
}

struct running *console_call(struct test *t, struct container *c, const char *word, int fd,
			     const struct call *details)
{
	struct bundle *b = container_bundle(c);
	struct call call = details ? *details : (struct call){ 0 };
	int nothing = dev_null(t), pass[] = { nothing, nothing, fd };
	struct running *r;

	bundle_write(b);
	call.command = "create";
	call.options = WORDS("--bundle", bundle_path(b), "--console-socket", word);
	call.arguments = WORDS(container_id(c));
	call.pass = pass;
	call.n_pass = fd < 0 ? 0 : 3;
	r = runtime_begin(t, &call);
	close(nothing);
	return r;
}

struct running *console_create(struct console *k, struct container *c, const struct call *details)
{
	struct running *r = console_call(k->t, c, k->word, k->given, details);

	/* Now the runtime's end is the runtime's alone. */
	if (k->given >= 0)
		close(k->given);
	k->given = -1;
	return r;
}

/* ------------------------------------------------------------------ what comes */

static void take_control(struct delivery *d, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (d->n_control++)
			continue;
		d->level = h->cmsg_level;
		d->type = h->cmsg_type;
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		d->n_fd = n < ARRAY_SIZE(d->fd) ? n : ARRAY_SIZE(d->fd);
		memcpy(d->fd, CMSG_DATA(h), d->n_fd * sizeof(int));
	}
}

/* One recvmsg(2), its data appended; how many bytes came, 0 at the end or for an error. */
static size_t receive_part(struct console *k, struct delivery *d)
{
	static char data[64 * 1024];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int)) + CMSG_SPACE(64)];
	} control;
	struct iovec part = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct delivery unused = { 0 };
	ssize_t n = recvmsg(k->peer, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	char *all;

	if (n < 0) {
		k->unread |= errno == ECONNRESET;
		return 0;
	}
	/* Descriptors belong to the first bytes; those that come later are not looked for. */
	take_control(d->length ? &unused : d, &m);
	for (size_t i = 0; i < unused.n_fd; i++)
		close(unused.fd[i]);
	all = calloc(1, d->length + (size_t)n + 1);
	if (!all)
		test_broken(k->t, "out of memory");
	if (d->length)
		memcpy(all, d->data, d->length);
	memcpy(all + d->length, data, (size_t)n);
	d->data = all;
	d->length += (size_t)n;
	return (size_t)n;
}

/* On a stream socket a request may come in pieces. */
static bool more_to_come(const struct console *k, struct delivery *d)
{
	if (k->form == CLI_DIALECT)
		return false;
	d->json = life_object(d->data, d->length);
	return !d->json && d->data[strspn(d->data, " \t\r\n")] == '{';
}

const struct delivery *console_receive(struct console *k, struct running *r)
{
	struct delivery *d = &k->delivery;

	if (k->form == CLI_DIALECT && running_readable(r, k->listener))
		k->peer = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC);
	if (k->peer < 0)
		return d;
	d->connected = true;
	while (running_readable(r, k->peer) && receive_part(k, d) && more_to_come(k, d))
		;
	d->came = d->length > 0;
	return d;
}

int master_number(int fd)
{
	int number = -1;

	return isatty(fd) && !ioctl(fd, TIOCGPTN, &number) ? number : -1;
}

int delivery_master(const struct delivery *d)
{
	return d->n_fd && master_number(d->fd[0]) >= 0 ? d->fd[0] : -1;
}

bool console_respond(struct console *k, const char *text)
{
	size_t length = strlen(text);

	return send(k->peer, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

bool console_asked_again(struct console *k, struct running *r)
{
	struct delivery more = { 0 };
	bool again = false;

	if (k->form == CLI_DIALECT)
		return readable_now(k->listener);
	while (running_readable(r, k->peer) && receive_part(k, &more)) {
		again = true;
		if (!console_respond(k, CONSOLE_SUCCESS))
			break;
	}
	for (size_t i = 0; i < more.n_fd; i++)
		close(more.fd[i]);
	return again;
}

void console_hang_up(struct console *k)
{
	if (k->listener >= 0)
		close(k->listener);
	if (k->peer >= 0)
		close(k->peer);
	k->listener = -1;
	k->peer = -1;
}

/* ------------------------------------------------------------------ ends */

/* A socket whose other end was closed with something unread in it tells so by ECONNRESET. */
enum console_end console_ended(struct console *k)
{
	char data[256];

	while (readable_soon(k->t, k->peer)) {
		ssize_t n = recv(k->peer, data, sizeof(data), MSG_DONTWAIT);

		if (n > 0)
			return CONSOLE_END_MORE;
		if (n == 0)
			return k->unread ? CONSOLE_END_UNREAD : CONSOLE_END_CLEAN;
		k->unread |= errno == ECONNRESET;
	}
	return CONSOLE_END_OPEN;
}

bool comes_to_end(struct test *t, int fd)
{
	char data[4096];
	ssize_t n;

	do
		n = readable_soon(t, fd) ? read(fd, data, sizeof(data)) : -1;
	while (n > 0);
	return n == 0;
}

/* ------------------------------------------------------------------ containers with a terminal */

struct bundle *terminal_bundle(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "process.terminal", "b", 1);
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/dev/pts", "devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620");
	bundle_log_process(b);
	return b;
}

int console_try(struct test *t, enum cli form, struct container *c, const struct call *details,
		const struct result **r)
{
	struct console *k = console_new(t, form, SOCK_STREAM);
	struct running *call = console_create(k, c, details);
	const struct delivery *d = console_receive(k, call);

	if (form == CLI_STRICT && d->came)
		(void)console_respond(k, CONSOLE_SUCCESS);
	*r = running_end(call);
	return delivery_master(d);
}

int console_created(struct test *t, enum cli form, struct container *c, const struct call *details)
{
	const struct result *r;
	int master = console_try(t, form, c, details, &r);

	if (!result_ok(r))
		test_stop(t, "create with a console socket exits with 0", "%s", result_text(t, r));
	if (master < 0)
		test_stop(t, "a terminal's master comes over the console socket", "none came");
	op_state(c); /* so that its process is known */
	return master;
}

enum cli console_form(struct test *t)
{
	return console_form_with(t, terminal_bundle);
}

enum cli console_form_with(struct test *t, struct bundle *(*make)(struct test *t))
{
	enum cli first = test_cli(t), forms[] = { first, first == CLI_STRICT ? CLI_DIALECT
									     : CLI_STRICT };
	const struct result *r;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		int master = console_try(t, forms[i], container_new(make(t)), NULL, &r);

		if (master >= 0 && result_ok(r))
			return forms[i];
	}
	test_disable(t, "no form of console socket works: %s", result_text(t, r));
}

const struct facts *terminal_started(struct container *c)
{
	must_start(c);
	return log_wait(container_bundle(c), "process", 0)->facts;
}

/* The last line with the nonce says that it is the last. */
static bool all_said(const char *text, const char *nonce)
{
	const char *last = NULL;

	for (const char *at = text; (at = strstr(at, nonce)); at++)
		last = at;
	return last && strstr(last, "\"done\":true");
}

/* A master whose terminal has no user any more gives an error. */
const char *master_text(struct test *t, int master, const char *nonce, bool *ended)
{
	const char *all = "";
	char data[4096];

	*ended = false;
	while (!nonce || !all_said(all, nonce)) {
		ssize_t n;

		if (!readable_soon(t, master))
			return all;
		n = read(master, data, sizeof(data) - 1);
		if (n <= 0) {
			*ended = true;
			return all;
		}
		all = format(t, "%s%.*s", all, (int)n, data);
	}
	return all;
}

bool master_speaks(struct test *t, int master, struct container *c)
{
	const char *nonce = bundle_nonce(container_bundle(c));
	bool ended;

	return all_said(master_text(t, master, nonce, &ended), nonce);
}
