/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One child: the suite. Takes its events, holds it to the deadlines it named, and when it is
 * gone, for whatever reason, leaves no process and no cgroup of its time behind. It must never
 * wait for the suite without a limit, never need memory or a fork to clean up, and never know
 * what an event is about.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/loop.h>

#include "cgroup.h"
#include "console.h"
#include "listing.h"
#include "sys.h"
#include "watchdog.h"

#define GRACE_NS     (15 * NS_PER_S)  /* after a deadline that the suite should have kept itself */
#define IDLE_NS	     (180 * NS_PER_S) /* of a suite that runs no test and says nothing */
#define GOODBYE_NS   (30 * NS_PER_S)  /* from the verdict to the suite's exit */
#define REAP_NS	     (20 * NS_PER_S)  /* for what was killed to be gone */
#define OUTPUT_LINES 400	      /* of the suite's own output, on the console, in a run */
#define FRUITLESS    3 /* starts in a row without one test: the suite itself is broken */
#define EVENT_FD     3

enum ending { RUNNING, FINISHED, DIED, HUNG, ABORTED, DISK };

struct suite {
	struct record *record;
	pid_t pid;
	int socket;  /* events come, replies go */
	int output;  /* what it prints */
	int signals; /* SIGCHLD, SIGINT */
	bool exited, closed;
	int status;
	unsigned int tests;  /* started or ended since it was started */
	uint64_t heard_ns;   /* of the last event */
	uint64_t verdict_ns; /* of its verdict, or 0 */
	int disk_error;
	char line[200]; /* of its output, being collected */
	size_t line_length;
	unsigned int lines;
};

/* One message: a header and a body, with one byte more than is allowed, to see the excess. */
static struct {
	struct event_header header;
	char body[EVENT_BODY_MAX + 1];
} message;

static void become_suite(const struct boot_facts *facts, int socket, int output)
{
	const struct options *o = facts->options;
	const struct rlimit files = { 1024, 524288 };
	static char program[] = "/bin/assay", run[] = "run", appliance[] = "--appliance";
	static char jobs_flag[] = "--jobs", only_flag[] = "--only";
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	static char home[] = "HOME=/root", term[] = "TERM=dumb", event_fd[] = "ASSAY_EVENT_FD=3";
	static char unofficial[] = "ASSAY_UNOFFICIAL=assay.shell";
	char *argv[8] = { program, run, appliance };
	char *envp[8] = { path, home, term, event_fd };
	unsigned int argc = 3, envc = 4;
	sigset_t none;
	TEXT(jobs, 16);
	TEXT(digest, 128);

	text_number(&jobs, o->jobs);
	text_join(&digest, "ASSAY_PAYLOAD_DIGEST=", facts->payload, NULL);
	if (o->jobs) {
		argv[argc++] = jobs_flag;
		argv[argc++] = jobs.data;
	}
	if (o->only[0]) {
		argv[argc++] = only_flag;
		argv[argc++] = (char *)o->only;
	}
	envp[envc++] = digest.data;
	if (o->shell)
		envp[envc++] = unofficial;
	/* A mount namespace of its own: what the suite mounts goes when it goes. */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		_exit(126);
	cgroup_enter_runner();
	setrlimit(RLIMIT_NOFILE, &files);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* dup2() leaves the copies open across exec; all else here is close-on-exec. */
	if (dup2(socket, EVENT_FD) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(126);
	if (socket == EVENT_FD)
		fcntl(EVENT_FD, F_SETFD, 0);
	execve(argv[0], argv, envp);
	_exit(127);
}

static int start(struct suite *s, const struct boot_facts *facts)
{
	int sockets[2] = { -1, -1 }, pipes[2] = { -1, -1 };
	int buffer = 4 * (int)sizeof(message);
	int error = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) ||
	    pipe2(pipes, O_CLOEXEC | O_NONBLOCK)) {
		error = -errno;
		goto out;
	}
	/* The suite's side blocks: a full buffer slows it down instead of losing events. */
	fcntl(sockets[1], F_SETFL, 0);
	fcntl(pipes[1], F_SETFL, 0);
	setsockopt(sockets[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	s->pid = fork();
	if (s->pid == 0)
		become_suite(facts, sockets[1], pipes[1]);
	if (s->pid < 0) {
		error = -errno;
		goto out;
	}
	close(sockets[1]);
	close(pipes[1]);
	s->socket = sockets[0];
	s->output = pipes[0];
	s->exited = s->closed = false;
	s->tests = 0;
	s->verdict_ns = 0;
	s->heard_ns = now_ns();
	return 0;
out:
	for (int i = 0; i < 2; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
		if (pipes[i] >= 0)
			close(pipes[i]);
	}
	return error;
}

/* A line of progress for each test: people watch consoles. */
static void say_progress(const struct record *r, const char *test, size_t length)
{
	char outcome[16] = "?";
	TEXT(count, 64);

	field_string(message.body, length, "outcome", outcome, sizeof(outcome));
	text_number(&count, r->ended);
	text_put(&count, "/");
	text_number(&count, r->planned);
	console_say(count.data, " ", test, ": ", outcome, NULL);
}

static bool is_valid(const struct event_header *h, ssize_t n)
{
	return n >= (ssize_t)sizeof(*h) && h->magic == EVENT_MAGIC && h->type < EVENT_TYPES &&
	       h->type != EVENT_BOOT && h->length == (size_t)n - sizeof(*h) &&
	       h->length <= EVENT_BODY_MAX && memchr(h->test, '\0', sizeof(h->test));
}

/* One message. false: there is none, or no more to come. */
static bool take_event(struct suite *s, enum ending *ending)
{
	const struct event_header *h = &message.header;
	struct record *r = s->record;
	struct event_reply reply;
	ssize_t n = recv(s->socket, &message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC);
	int error;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		s->closed = n == 0 || errno != EAGAIN;
		return false;
	}
	error = is_valid(h, n)
			? record_event(r, h->type, message.body, h->length, h->flags & EVENT_SYNC)
			: -EPROTO;
	if (error == -EPROTO || error == -EINVAL || error == -EMSGSIZE) {
		console_say("warning: the suite sent what is no event", NULL);
		*ending = DIED;
		return false;
	}
	s->heard_ns = now_ns();
	reply = (struct event_reply){ .seq = r->journal.chain.seq - 1, .status = error };
	if (h->flags & EVENT_SYNC)
		send(s->socket, &reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (error) {
		s->disk_error = error;
		*ending = DISK;
		return false;
	}
	s->tests += h->type == EVENT_START || h->type == EVENT_END;
	if (h->type == EVENT_START)
		record_deadline(r, h->test, s->heard_ns + h->deadline_ms * NS_PER_MS + GRACE_NS);
	if (h->type == EVENT_END)
		say_progress(r, h->test, h->length);
	if (h->type == EVENT_VERDICT)
		s->verdict_ns = s->heard_ns;
	return true;
}

static void flush_line(struct suite *s)
{
	s->line[s->line_length] = '\0';
	if (s->line_length && s->lines++ < OUTPUT_LINES)
		console_say("suite: ", s->line, NULL);
	s->line_length = 0;
}

static void take_output(struct suite *s)
{
	char data[1024];
	ssize_t n;

	while ((n = read(s->output, data, sizeof(data))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (data[i] == '\n' || s->line_length == sizeof(s->line) - 1)
				flush_line(s);
			if (data[i] != '\n')
				s->line[s->line_length++] = data[i];
		}
	}
	if (n == 0 && s->output >= 0) {
		close(s->output);
		s->output = -1;
	}
}

/* PID 1 inherits every orphan; only one of the dead is of interest. */
static void reap(struct suite *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->pid)
			continue;
		s->exited = true;
		s->status = status;
	}
}

static enum ending take_signals(struct suite *s)
{
	struct signalfd_siginfo info;
	enum ending ending = RUNNING;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGINT)
			ending = ABORTED;
	return ending;
}

/* When the suite, as it is now, is to be taken for hung. */
static uint64_t hung_at(const struct suite *s)
{
	const struct record *r = s->record;
	uint64_t at = UINT64_MAX;

	if (s->verdict_ns)
		return s->verdict_ns + GOODBYE_NS;
	if (!r->n_open)
		return s->heard_ns + IDLE_NS;
	for (unsigned int i = 0; i < r->n_open; i++)
		if (r->open[i].deadline_ns < at)
			at = r->open[i].deadline_ns;
	return at;
}

/* From start to end of one life of the suite. */
static enum ending watch(struct suite *s)
{
	enum ending ending = RUNNING;

	while (ending == RUNNING) {
		struct pollfd p[] = {
			{ .fd = s->closed ? -1 : s->socket, .events = POLLIN },
			{ .fd = s->output, .events = POLLIN },
			{ .fd = s->signals, .events = POLLIN },
			{ .fd = mirror_waiting(), .events = POLLOUT },
		};
		int wait_ms = ms_until(hung_at(s));

		if (wait_ms > watchdog_interval_ms())
			wait_ms = watchdog_interval_ms();
		poll(p, sizeof(p) / sizeof(*p), wait_ms);
		watchdog_pet();
		mirror_flush();
		ending = take_signals(s);
		/* First who is dead, then what he said: nothing can come after that. */
		reap(s);
		while (ending == RUNNING && take_event(s, &ending))
			;
		take_output(s);
		if (ending == RUNNING && s->exited)
			ending = s->verdict_ns ? FINISHED : DIED;
		if (ending == RUNNING && s->closed && !s->verdict_ns)
			ending = DIED;
		if (ending == RUNNING && now_ns() >= hung_at(s))
			ending = s->verdict_ns ? FINISHED : HUNG;
	}
	return ending;
}

/* Loop devices outlive the processes that set them up, and hold their files. */
static void free_loops(void)
{
	struct listing l;
	const char *name;

	if (listing_open(&l, AT_FDCWD, "/sys/block"))
		return;
	while ((name = listing_next(&l))) {
		TEXT(path, 128);
		int fd;

		text_join(&path, "/sys/block/", name, "/loop/backing_file", NULL);
		if (strncmp(name, "loop", 4) || access(path.data, F_OK))
			continue;
		text_init(&path, path_data, sizeof(path_data));
		text_join(&path, "/dev/", name, NULL);
		fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		ioctl(fd, LOOP_CLR_FD, 0);
		close(fd);
	}
	close(l.fd);
}

/*
 * Kill all there is. With the suite gone or going, every process but PID 1 is a remnant; those
 * in foreign cgroups die by kill(-1), which also wins against a fork bomb once it is repeated.
 * false: something cannot be killed (it sits in the kernel), and only a reset helps.
 */
static bool sweep(struct suite *s)
{
	uint64_t deadline = now_ns() + REAP_NS;
	int ignored;
	pid_t pid;

	for (;;) {
		struct signalfd_siginfo info;
		struct pollfd p = { .fd = s->signals, .events = POLLIN };

		cgroup_kill();
		kill(-1, SIGKILL);
		while ((pid = waitpid(-1, &ignored, WNOHANG)) > 0)
			;
		if (pid < 0 && errno == ECHILD)
			break;
		if (now_ns() >= deadline)
			return false;
		poll(&p, 1, 100);
		while (read(s->signals, &info, sizeof(info)) > 0)
			;
		watchdog_pet();
	}
	take_output(s);
	flush_line(s);
	if (s->output >= 0)
		close(s->output);
	close(s->socket);
	free_loops();
	cgroup_remove();
	return true;
}

/* Signals are read from a descriptor: no handler, so no race between looking and waiting. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void say_ending(const struct suite *s, enum ending ending)
{
	TEXT(how, 64);

	if (!s->exited)
		text_put(&how, "was killed");
	else if (WIFSIGNALED(s->status))
		text_put(&how, "died of signal ");
	else
		text_put(&how, "exited with status ");
	if (s->exited)
		text_number(&how, (uint64_t)(WIFSIGNALED(s->status) ? WTERMSIG(s->status)
								    : WEXITSTATUS(s->status)));
	console_say("warning: the suite ", ending == HUNG ? "hung and " : "", how.data,
		    ": it is started again", NULL);
}

static int disk_fault(const struct suite *s, struct fault *f)
{
	if (s->disk_error == -ENOSPC)
		return fault_set(f, -ENOSPC, "results disk: the journal is full", NULL);
	return fault_set(f, s->disk_error,
			 "results disk: the journal cannot be written: ", strerror(-s->disk_error),
			 NULL);
}

int supervise(struct record *r, const struct boot_facts *facts, struct fault *f)
{
	struct suite s = { .record = r, .socket = -1, .output = -1 };
	unsigned int fruitless = 0;
	int error;

	s.signals = open_signals();
	for (;;) {
		enum ending ending;

		error = start(&s, facts);
		if (error)
			return fault_set(f, error,
					 "the suite cannot be started: ", strerror(-error), NULL);
		ending = watch(&s);
		if (!s.exited)
			kill(s.pid, SIGKILL);
		if (!sweep(&s) && ending != FINISHED) {
			/* The journal has it all: the next boot goes on from there. */
			console_say("warning: a process cannot be killed: the machine is reset",
				    NULL);
			console_drain();
			reboot(RB_AUTOBOOT);
		}
		if (ending == FINISHED)
			return 0;
		if (ending == ABORTED)
			return fault_set(f, -ECANCELED, "stopped by Ctrl-Alt-Del", NULL);
		if (ending == DISK)
			return disk_fault(&s, f);
		fruitless = s.tests ? 0 : fruitless + 1;
		if (fruitless == FRUITLESS)
			return fault_set(f, -ELOOP, "the suite ends without running a test", NULL);
		if (r->warm >= WARM_BOOTS_MAX)
			return fault_set(f, -ELOOP, "too many restarts in one run", NULL);
		say_ending(&s, ending);
		error = boot_event(r, facts, r->boots,
				   ending == HUNG ? "runner-hung" : "runner-died", "");
		if (error) {
			s.disk_error = error;
			return disk_fault(&s, f);
		}
	}
}
