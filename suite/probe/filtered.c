/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that a filter may fail, trap, trace or kill, made where the probe itself survives:
 * in a child, in a thread of one, under a handler or a tracer, through another ABI. The child makes
 * no other call than those it must, lest the filter strike the wrong one.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"
#include "probe.h"

#define X32_BIT 0x40000000L /* __X32_SYSCALL_BIT of the kernel's asm/unistd.h */

/* What a child tells before it ends, if it can. */
struct told {
	long value;
	bool returned;
};

static struct told *share(void)
{
	void *memory = mmap(NULL, sizeof(struct told), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void tell_value(long value)
{
	out_key("value");
	out_int(value < 0 && value > -4096 ? -1 : value);
	if (value < 0 && value > -4096) {
		out_key("errno");
		out_text(errno_name((int)-value));
	}
}

static void tell_end(int status)
{
	out_key("end");
	if (WIFSIGNALED(status))
		out_text(signal_name(WTERMSIG(status)));
	else
		out_format("exit %d", WEXITSTATUS(status));
}

/* The child's answer, or how it failed to give one. */
static void tell(const char *fact, const struct told *told, int status)
{
	line_begin(fact);
	out_open('{');
	if (told->returned)
		tell_value(told->value);
	tell_end(status);
	out_close('}');
	line_end();
}

static void failed(const char *fact, int error)
{
	line_begin(fact);
	out_errno(error);
	line_end();
}

static void numbers(char **argument, int n, long *to)
{
	for (int i = 0; i < n; i++)
		to[i] = (long)strtoull(argument[i], NULL, 0);
}

/* The kernel's return value, errors as negative numbers. */
static long native(const long *a)
{
	long value = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);

	return value == -1 ? -errno : value;
}

/* As a program of 32 bits does; all that is passed must fit. */
static long by_interrupt(const long *a)
{
#if defined(__x86_64__)
	int value;

	__asm__ volatile("int $0x80"
			 : "=a"(value)
			 : "a"((int)a[0]), "b"((int)a[1]), "c"((int)a[2]), "d"((int)a[3])
			 : "memory", "r8", "r9", "r10", "r11");
	return value;
#else
	(void)a;
	return -ENOSYS;
#endif
}

/* ABI NR A B C D E F: native, i386 or x32; made by a child. */
static void do_child_call(char **argument)
{
	struct told *told = share();
	long a[7];
	int status = 0;
	pid_t pid;

	numbers(argument + 1, 7, a);
	if (!strcmp(argument[0], "x32"))
		a[0] |= X32_BIT;
	pid = told ? fork() : -1;
	if (pid == 0) {
		told->value = !strcmp(argument[0], "i386") ? by_interrupt(a) : native(a);
		told->returned = true;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		failed("child-call", errno);
	else
		tell("child-call", told, status);
}

static long thread_call[7];
static pthread_mutex_t held;
static int begun[2]; /* a pipe */

/* It goes with the mutex held, whether by itself or by the filter. */
static void *thread_body(void *data)
{
	struct told *told = data;

	pthread_mutex_lock(&held);
	(void)!write(begun[1], "", 1);
	told->value = native(thread_call);
	told->returned = true;
	syscall(SYS_exit, 0);
	return NULL;
}

/* The first thread stays out of it: the kernel gives it the mutex when the second is gone. */
static void child_of_two(struct told *told)
{
	pthread_mutexattr_t robust;
	pthread_t thread;
	char byte;

	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	/* The kernel wakes as for a shared one, whoever it is. */
	pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&held, &robust);
	if (pipe(begun) || pthread_create(&thread, NULL, thread_body, told) ||
	    read(begun[0], &byte, 1) != 1)
		_exit(120);
	_exit(pthread_mutex_lock(&held) == EOWNERDEAD ? 0 : 120);
}

/* NR: made by the second of two threads; whether it returned, and how the process ended. */
static void do_thread_call(char **argument)
{
	struct told *told = share();
	int status = 0;
	pid_t pid;

	numbers(argument, 1, thread_call);
	pid = told ? fork() : -1;
	if (pid == 0)
		child_of_two(told);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		failed("thread-call", errno);
	else
		tell("thread-call", told, status);
}

static volatile sig_atomic_t trapped;
static siginfo_t trap_info;

static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	trapped++;
	trap_info = *info;
}

/* NR: made with a handler for SIGSYS; what that was told. */
static void do_trapped_call(char **argument)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO }, old;
	long a[7] = { 0 }, value;

	numbers(argument, 1, a);
	trapped = 0;
	sigaction(SIGSYS, &action, &old);
	value = native(a);
	sigaction(SIGSYS, &old, NULL);
	line_begin("trapped-call");
	out_open('{');
	out_key("signals");
	out_int(trapped);
	if (trapped) {
		out_key("code");
		out_int(trap_info.si_code);
		out_key("errno");
		out_int(trap_info.si_errno);
		out_key("syscall");
		out_int(trap_info.si_syscall);
		out_key("arch");
		out_format("%x", trap_info.si_arch);
	} else {
		tell_value(value);
	}
	out_close('}');
	line_end();
}

/* The tracer's part: how many stops of the filter there were, and the data of the last. */
static int trace(pid_t pid, int *stops, unsigned long *data)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return status;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
			++*stops;
			ptrace(PTRACE_GETEVENTMSG, pid, NULL, data);
		}
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	}
	return status;
}

/* NR: made by a child that the probe traces; stops of the filter, their data, what came of it. */
static void do_traced_call(char **argument)
{
	struct told *told = share();
	long a[7] = { 0 };
	unsigned long data = 0;
	int stops = 0, status;
	pid_t pid;

	numbers(argument, 1, a);
	pid = told ? fork() : -1;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
			_exit(120);
		told->value = native(a);
		told->returned = true;
		_exit(0);
	}
	if (pid < 0) {
		failed("traced-call", errno);
		return;
	}
	status = trace(pid, &stops, &data);
	line_begin("traced-call");
	out_open('{');
	out_key("stops");
	out_int(stops);
	if (stops) {
		out_key("data");
		out_int((long long)data);
	}
	if (told->returned)
		tell_value(told->value);
	tell_end(status);
	out_close('}');
	line_end();
}

const struct command filter_commands[] = {
	{ "child-call", 8, do_child_call, false },
	{ "thread-call", 1, do_thread_call, false },
	{ "trapped-call", 1, do_trapped_call, false },
	{ "traced-call", 1, do_traced_call, false },
	{ NULL, 0, NULL, false },
};
