/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe does: run programs, wait, catch and send signals, make system calls, end. It must
 * never do anything that was not asked for.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"

extern char **environ;

static void answer(const char *fact, int error)
{
	line_begin(fact);
	out_errno(error);
	line_end();
}

static void ended(const char *fact, int status)
{
	line_begin(fact);
	out_open('{');
	if (WIFEXITED(status)) {
		out_key("exit");
		out_int(WEXITSTATUS(status));
	} else {
		out_key("signal");
		out_text(signal_name(WTERMSIG(status)));
	}
	out_close('}');
	line_end();
}

/* PATH: run it with its name as only argument; how it ended, or why it did not start. */
static void do_exec(char **argument)
{
	int error = 0, status = 0, pipe_end[2];
	pid_t pid;

	if (pipe2(pipe_end, O_CLOEXEC)) {
		answer("exec", errno);
		return;
	}
	pid = fork();
	if (pid == 0) {
		char *const words[] = { argument[0], NULL };
		int nothing = open("/dev/null", O_RDWR);

		if (nothing >= 0)
			dup2(nothing, 1);
		execve(argument[0], words, environ);
		error = errno;
		(void)!write(pipe_end[1], &error, sizeof(error));
		_exit(127);
	}
	if (pid < 0)
		error = errno;
	close(pipe_end[1]);
	if (pid > 0) {
		if (read(pipe_end[0], &error, sizeof(error)) != sizeof(error))
			error = 0;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipe_end[0]);
	if (error)
		answer("exec", error);
	else
		ended("exec", status);
}

/* FILE WORD: the probe anew, as a child, says that into a file; how it ended. */
static void do_spawn(char **argument)
{
	char *const words[] = { (char *)"/probe", (char *)"spawned", (char *)"-o", argument[0],
				argument[1], NULL };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execve("/proc/self/exe", words, environ);
		execve(words[0], words, environ);
		_exit(127);
	}
	if (pid < 0) {
		answer("spawn", errno);
		return;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ended("spawn", status);
}

/* The rest of the words, in place of the probe. */
static void do_become(char **argument)
{
	execve(argument[0], argument, environ);
	answer("become", errno);
}

/* N: so many children at once that do nothing; how many could be made. */
static void do_forks(char **argument)
{
	long wanted = strtol(argument[0], NULL, 10), made = 0;
	int error = 0, hold[2];

	if (pipe2(hold, O_CLOEXEC)) {
		answer("forks", errno);
		return;
	}
	while (made < wanted) {
		pid_t pid = fork();

		if (pid == 0) {
			char byte;

			close(hold[1]);
			(void)!read(hold[0], &byte, 1);
			_exit(0);
		}
		if (pid < 0) {
			error = errno;
			break;
		}
		made++;
	}
	close(hold[1]);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	close(hold[0]);
	line_begin("forks");
	out_open('{');
	out_key("made");
	out_int(made);
	if (error) {
		out_key("errno");
		out_text(errno_name(error));
	}
	out_close('}');
	line_end();
}

/* A child of the probe that lives as long as its standard input's other end: "child". */
static void do_child(char **argument)
{
	pid_t pid = fork();

	(void)argument;
	if (pid == 0) {
		char byte;

		(void)!read(0, &byte, 1);
		_exit(0);
	}
	line_begin("child");
	if (pid < 0)
		out_errno(errno);
	else
		out_int(pid);
	line_end();
}

/* A child with no handlers that lives until it is killed, whatever becomes of the probe. */
static void do_daemon(char **argument)
{
	pid_t pid = fork();

	(void)argument;
	if (pid == 0) {
		struct sigaction action = { .sa_handler = SIG_DFL };

		for (int i = 1; i <= 64; i++)
			sigaction(i, &action, NULL);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		for (;;)
			pause();
	}
	line_begin("daemon");
	if (pid < 0)
		out_errno(errno);
	else
		out_int(pid);
	line_end();
}

static int quiet_ask = -1, quiet_tell = -1;

/* Each byte is answered with the signals that wait for it. */
static void be_quiet(int ask, int tell)
{
	sigset_t pending;
	char byte;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	while (read(ask, &byte, 1) == 1) {
		sigemptyset(&pending);
		sigpending(&pending);
		(void)!write(tell, &pending, sizeof(uint64_t));
	}
	_exit(0);
}

/* A child that blocks every signal and so keeps each that it gets, for "pending" to tell of. */
static void do_quiet(char **argument)
{
	int ask[2] = { -1, -1 }, tell[2] = { -1, -1 };
	sigset_t all, before;
	pid_t pid = -1;

	(void)argument;
	sigfillset(&all); /* from its first moment on */
	sigprocmask(SIG_SETMASK, &all, &before);
	if (!pipe2(ask, O_CLOEXEC) && !pipe2(tell, O_CLOEXEC))
		pid = fork();
	if (pid == 0) {
		close(ask[1]);
		close(tell[0]);
		be_quiet(ask[0], tell[1]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ask[0]);
	close(tell[1]);
	quiet_ask = ask[1];
	quiet_tell = tell[0];
	line_begin("quiet");
	if (pid < 0)
		out_errno(errno);
	else
		out_int(pid);
	line_end();
}

/* What that child has been sent by now: 16 hex digits. */
static void do_pending(char **argument)
{
	uint64_t mask = 0;
	ssize_t n = -1;

	(void)argument;
	if (write(quiet_ask, "?", 1) == 1)
		do
			n = read(quiet_tell, &mask, sizeof(mask));
		while (n < 0 && errno == EINTR);
	line_begin("pending");
	if (n != sizeof(mask))
		out_errno(n < 0 ? errno : EPIPE);
	else
		out_hex(mask);
	line_end();
}

/* BYTES: allocate and touch them. */
static void do_touch(char **argument)
{
	size_t size = strtoull(argument[0], NULL, 10);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		answer("touch", errno);
		return;
	}
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	munmap(memory, size);
	answer("touch", 0);
}

/* NUMBER A B C D E F: a bare system call; what it returned. */
static void do_syscall(char **argument)
{
	long a[7], value;

	for (int i = 0; i < 7; i++)
		a[i] = (long)strtoull(argument[i], NULL, 0);
	errno = 0;
	value = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	line_begin("syscall");
	out_open('{');
	out_key("value");
	out_int(value);
	if (value < 0) {
		out_key("errno");
		out_text(errno_name(errno));
	}
	out_close('}');
	line_end();
}

/* PID SIGNAL; signal 0 as "0". */
static void do_kill(char **argument)
{
	pid_t pid = (pid_t)strtol(argument[0], NULL, 10);

	answer("kill", kill(pid, signal_parse(argument[1])) ? errno : 0);
}

static void on_signal(int number)
{
	int error = errno;

	line_signal(signal_name(number));
	errno = error;
}

/* SIGNAL: tell of it each time it comes ("all": every one that can be caught). */
static void do_trap(char **argument)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	bool all = !strcmp(argument[0], "all");
	int error = 0;

	if (!all && sigaction(signal_parse(argument[0]), &action, NULL))
		error = errno;
	for (int i = 1; all && i <= 64; i++)
		sigaction(i, &action, NULL);
	answer("trap", error);
}

static void do_ignore(char **argument)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	answer("ignore", sigaction(signal_parse(argument[0]), &action, NULL) ? errno : 0);
}

static void do_block(char **argument)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal_parse(argument[0]));
	answer("block", sigprocmask(SIG_BLOCK, &set, NULL) ? errno : 0);
}

/* Until a byte or the end of standard input. What follows is said after it. */
static void do_wait(char **argument)
{
	char byte;
	ssize_t n;

	(void)argument;
	do
		n = read(0, &byte, 1);
	while (n < 0 && errno == EINTR);
	line_begin("wait");
	out_text(n > 0 ? "byte" : n == 0 ? "end" : errno_name(errno));
	line_end();
}

/* For ever, or until a signal ends it. */
static void do_pause(char **argument)
{
	(void)argument;
	for (;;)
		pause();
}

/* PATH: open a FIFO for reading and wait until its writer has closed it. */
static void do_fifo(char **argument)
{
	char byte;
	int fd = open(argument[0], O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 || (n < 0 && fd >= 0 && errno == EINTR))
		n = read(fd, &byte, 1);
	answer("fifo", n < 0 ? errno : 0);
	if (fd >= 0)
		close(fd);
}

static pid_t leader = 1; /* the kernel makes it 0 when that thread ends */

static void *go_on(void *unused)
{
	(void)unused;
	for (pid_t is; (is = __atomic_load_n(&leader, __ATOMIC_ACQUIRE));)
		syscall(SYS_futex, &leader, FUTEX_WAIT, is, NULL, NULL, 0);
	line_begin("leader");
	out_text("ended");
	line_end();
	for (;;)
		pause();
	return NULL;
}

/* The first thread ends; a second one says so, and lives. */
static void do_leader(char **argument)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, go_on, NULL);

	(void)argument;
	if (error) {
		answer("leader", error);
		return;
	}
	syscall(SYS_set_tid_address, &leader);
	syscall(SYS_exit, 0); /* of the thread: the library's would end all of them */
}

static void do_exit(char **argument)
{
	line_done();
	_exit((int)strtol(argument[0], NULL, 10));
}

/* SIGNAL: die of it, with its default action. */
static void do_die(char **argument)
{
	int number = signal_parse(argument[0]);
	struct sigaction action = { .sa_handler = SIG_DFL };
	struct rlimit none = { 0, 0 };
	sigset_t set;

	line_done();
	setrlimit(RLIMIT_CORE, &none);
	sigaction(number, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), number);
	_exit(121);
}

/* A fault of the program itself: that ends even a PID 1, which kill() from inside does not. */
static void do_crash(char **argument)
{
	struct rlimit none = { 0, 0 };
	volatile int *volatile nowhere = NULL;

	(void)argument;
	setrlimit(RLIMIT_CORE, &none);
	*nowhere = 1; // cppcheck-suppress nullPointer
}

static void do_errors(char **argument)
{
	(void)!write(2, argument[0], strlen(argument[0]));
	(void)!write(2, "\n", 1);
}

static void do_umask(char **argument)
{
	syscall(SYS_umask, strtol(argument[0], NULL, 8));
}

static void do_setuid(char **argument)
{
	answer("setuid", syscall(SYS_setuid, strtol(argument[0], NULL, 10)) ? errno : 0);
}

static void do_chroot(char **argument)
{
	answer("chroot", chroot(argument[0]) ? errno : 0);
}

static void do_sethostname(char **argument)
{
	answer("sethostname", sethostname(argument[0], strlen(argument[0])) ? errno : 0);
}

/* Network links of the namespace, by index: name and flags. */
static void do_links(char **argument)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), misses = 0;

	(void)argument;
	line_begin("links");
	out_open('[');
	for (int i = 1; fd >= 0 && misses < 64; i++) {
		struct ifreq request;

		memset(&request, 0, sizeof(request));
		request.ifr_ifindex = i;
		if (ioctl(fd, SIOCGIFNAME, &request)) {
			misses++;
			continue;
		}
		misses = 0;
		out_open('{');
		out_key("index");
		out_int(i);
		out_key("name");
		out_text(request.ifr_name);
		if (!ioctl(fd, SIOCGIFFLAGS, &request)) {
			out_key("up");
			out_bool(request.ifr_flags & IFF_UP);
		}
		if (!ioctl(fd, SIOCGIFMTU, &request)) {
			out_key("mtu");
			out_int(request.ifr_mtu);
		}
		out_close('}');
	}
	out_close(']');
	line_end();
	if (fd >= 0)
		close(fd);
}

const struct command act_commands[] = {
	{ "exec", 1, do_exec, false },
	{ "spawn", 2, do_spawn, false },
	{ "become", -1, do_become, true },
	{ "forks", 1, do_forks, false },
	{ "child", 0, do_child, false },
	{ "daemon", 0, do_daemon, false },
	{ "quiet", 0, do_quiet, false },
	{ "pending", 0, do_pending, false },
	{ "touch", 1, do_touch, false },
	{ "syscall", 7, do_syscall, false },
	{ "kill", 2, do_kill, false },
	{ "trap", 1, do_trap, false },
	{ "ignore", 1, do_ignore, false },
	{ "block", 1, do_block, false },
	{ "wait", 0, do_wait, true },
	{ "pause", 0, do_pause, true },
	{ "fifo", 1, do_fifo, false },
	{ "leader-ends", 0, do_leader, true },
	{ "exit", 1, do_exit, true },
	{ "die", 1, do_die, true },
	{ "crash", 0, do_crash, true },
	{ "errors", 1, do_errors, false },
	{ "set-umask", 1, do_umask, false },
	{ "setuid", 1, do_setuid, false },
	{ "chroot", 1, do_chroot, false },
	{ "sethostname", 1, do_sethostname, false },
	{ "links", 0, do_links, false },
	{ NULL, 0, NULL, false },
};
