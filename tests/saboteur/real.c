/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real runtime: in place of this process, or as its child with everything that came to us
 * passed on (descriptors, signals, LISTEN_PID) and its end made ours. It must never leave a
 * process, and nobody may see a difference that the sabotage does not make.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "tests/runtimes/command.h"

/* ------------------------------------------------------------------ what it knows */

static char *absolute(const char *path)
{
	char *full = *path ? realpath(path, NULL) : NULL;

	return full ? full : copy_text(path, strlen(path));
}

const char *call_bundle(struct call *c)
{
	char path[4096];

	if (!c->bundle) {
		command_bundle(c->real, c->words, path, sizeof(path));
		c->bundle = absolute(path);
	}
	return c->bundle;
}

const char *call_rootfs(struct call *c)
{
	const char *bundle = call_bundle(c), *path;
	json_t *config;

	if (c->rootfs)
		return c->rootfs;
	config = *bundle ? json_load_file(join("%s/config.json", bundle), 0, NULL) : NULL;
	path = config ? json_string_value(json_at(config, "root.path")) : NULL;
	if (!*bundle)
		c->rootfs = copy_text("", 0);
	else if (path && *path == '/')
		c->rootfs = absolute(path);
	else
		c->rootfs = absolute(join("%s/%s", bundle, path ? path : "rootfs"));
	return c->rootfs;
}

const char *call_state(struct call *c)
{
	static char answer[1 << 16];

	if (!c->state && c->created) {
		if (c->id)
			command_state(c->real, c->words, c->id, answer, sizeof(answer));
		c->state = answer;
	}
	return c->state ? c->state : "";
}

pid_t call_pid(struct call *c)
{
	json_t *state;

	if (!c->pid && c->created) {
		state = json_loads(call_state(c), 0, NULL);
		c->pid = state ? (pid_t)json_integer_value(json_object_get(state, "pid")) : 0;
		c->pid = c->pid > 0 ? c->pid : -1;
	}
	return c->pid;
}

/* ------------------------------------------------------------------ the process that becomes it */

static void apply_deferred(struct call *c)
{
	for (size_t i = 0; i < c->n_deferred; i++) {
		struct step *s = c->deferred[i];

		s->action->run(c, expand_all(c, s->action, s->word));
	}
}

void become_real(struct call *c)
{
	apply_deferred(c);
	make_listen(c);
	execv(c->real, c->argv);
	fprintf(stderr, "saboteur: %s: %s\n", c->real, strerror(errno));
	_exit(127);
}

void end_by_signal(int number)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;

	setrlimit(RLIMIT_CORE, &none);
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
	_exit(128 + number);
}

/* ------------------------------------------------------------------ as a child */

struct child {
	pid_t pid;
	int pidfd, signals, out, err; /* -1: not captured, or at its end */
};

static void child_runs(struct call *c, const sigset_t *mask, pid_t parent, const int *out,
		       const int *err)
{
	const char *for_us = getenv("LISTEN_PID");

	/* Who kills us means the runtime. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (for_us && strtol(for_us, NULL, 10) == c->self)
		setenv("LISTEN_PID", join("%d", (int)getpid()), 1);
	if (out)
		dup2(out[1], 1);
	if (err)
		dup2(err[1], 2);
	sigprocmask(SIG_SETMASK, mask, NULL);
	become_real(c);
}

/* Signals for us alone are for the child; what a terminal sends it has got as well. */
static void pass_signal(const struct child *k)
{
	struct signalfd_siginfo info;

	if (read(k->signals, &info, sizeof(info)) == sizeof(info) &&
	    info.ssi_code != SI_KERNEL && info.ssi_signo != SIGCHLD)
		kill(k->pid, (int)info.ssi_signo);
}

static void take_in(int *fd, struct text *t)
{
	char data[16384];
	ssize_t n = read(*fd, data, sizeof(data));

	if (n > 0) {
		text_add(t, data, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

/* Until the child has ended. Others may hold its streams open: they are not waited for. */
static void attend(struct call *c, struct child *k)
{
	for (bool ended = false; !ended;) {
		struct pollfd p[] = { { .fd = k->pidfd, .events = POLLIN },
				      { .fd = k->signals, .events = POLLIN },
				      { .fd = k->out, .events = POLLIN },
				      { .fd = k->err, .events = POLLIN } };

		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			break;
		ended = p[0].revents;
		if (p[1].revents)
			pass_signal(k);
		if (p[2].revents)
			take_in(&k->out, &c->out);
		if (p[3].revents)
			take_in(&k->err, &c->err);
	}
	for (size_t had = c->out.length + 1; k->out >= 0 && had != c->out.length;) {
		had = c->out.length;
		take_in(&k->out, &c->out);
	}
	for (size_t had = c->err.length + 1; k->err >= 0 && had != c->err.length;) {
		had = c->err.length;
		take_in(&k->err, &c->err);
	}
}

static void broken(const char *what)
{
	fprintf(stderr, "saboteur: %s: %s\n", what, strerror(errno));
	_exit(STATUS_BROKEN);
}

static void open_pipe(int *end)
{
	if (pipe2(end, O_CLOEXEC))
		broken("pipe");
	fcntl(end[0], F_SETFL, O_NONBLOCK);
}

void run_real(struct call *c)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	struct child k = { .out = -1, .err = -1 };
	pid_t parent = getpid();
	sigset_t all, mask;
	siginfo_t info;

	if (c->capture_out)
		open_pipe(out);
	if (c->capture_err)
		open_pipe(err);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	fflush(NULL);
	k.pid = fork();
	if (k.pid == 0)
		child_runs(c, &mask, parent, c->capture_out ? out : NULL,
			   c->capture_err ? err : NULL);
	if (k.pid < 0)
		broken("fork");
	k.pidfd = (int)syscall(SYS_pidfd_open, k.pid, 0);
	k.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (k.pidfd < 0 || k.signals < 0)
		broken("pidfd, signalfd");
	close(out[1]);
	close(err[1]);
	k.out = out[0];
	k.err = err[0];
	attend(c, &k);
	waitid(P_PID, (id_t)k.pid, &info, WEXITED);
	c->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	c->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	close(k.pidfd);
	close(k.signals);
	close(k.out);
	close(k.err);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

void run_aside(struct call *c, char **word)
{
	size_t at = command_at(c->words), n = 0, more = 0;
	char **argv;
	pid_t pid;

	while (word[more])
		more++;
	argv = grow(NULL, (at + more + 2) * sizeof(*argv));
	argv[n++] = (char *)c->real;
	for (size_t i = 0; i < at; i++)
		argv[n++] = c->words[i];
	memcpy(argv + n, word, (more + 1) * sizeof(*argv));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int nothing = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++)
			dup2(nothing, fd);
		if (nothing > 2)
			close(nothing);
		execv(c->real, argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void wait_gone(pid_t pid)
{
	int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (fd >= 0 && poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	if (fd >= 0)
		close(fd);
}

/* ------------------------------------------------------------------ a process that stays */

/* In the parent: ends as the child says. */
static void end_as_told(int from)
{
	int said[2];

	if (read(from, said, sizeof(said)) != sizeof(said))
		_exit(STATUS_BROKEN);
	if (said[1])
		end_by_signal(said[1]);
	_exit(said[0]);
}

void go_on_in_child(struct call *c, bool wait_for_it)
{
	int end[2];
	pid_t pid;

	if (pipe2(end, O_CLOEXEC))
		broken("pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		broken("fork");
	if (pid > 0) {
		close(end[1]);
		if (!wait_for_it)
			_exit(0);
		end_as_told(end[0]);
	}
	close(end[0]);
	c->answer = end[1];
	c->reaps = wait_for_it;
	if (c->reaps)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	setsid();
}

void stay_on(struct call *c)
{
	const int say[2] = { c->exit_status < 0 ? c->status : c->exit_status,
			     c->exit_status < 0 ? c->signal : 0 };

	(void)!write(c->answer, say, sizeof(say));
	close(c->answer);
	for (int fd = 0; fd < 3 && !c->hold; fd++)
		close(fd);
	while (c->reaps && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	_exit(0);
}
