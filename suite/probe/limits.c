/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What limits and scheduling do, beyond what they are said to be: the probe takes of a resource
 * until it is refused more, and looks at what a child inherits. It must give back what it took.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

static void answer(const char *fact, int error)
{
	line_begin(fact);
	out_errno(error);
	line_end();
}

static void so_much(const char *fact, const char *key, long long number, int error)
{
	line_begin(fact);
	out_open('{');
	out_key(key);
	out_int(number);
	if (error) {
		out_key("errno");
		out_text(errno_name(error));
	}
	out_close('}');
	line_end();
}

/* NAME: a sub-command without arguments, answered by a child. */
static void do_forked(char **argument)
{
	const struct command *c = find_command(argument[0]);
	pid_t pid;

	if (!c || c->arguments) {
		answer("forked", EINVAL);
		return;
	}
	pid = fork();
	if (pid == 0) {
		c->run(argument + 1);
		_exit(0);
	}
	if (pid < 0)
		answer("forked", errno);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* N: new pages are touched; the memory node of each, or why it cannot be told. */
static void do_page_nodes(char **argument)
{
	long wanted = strtol(argument[0], NULL, 10), size = sysconf(_SC_PAGESIZE);
	size_t length = (size_t)(wanted * size);
	volatile char *page =
		mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		answer("page-nodes", errno);
		return;
	}
	madvise((void *)page, length, MADV_NOHUGEPAGE);
	line_begin("page-nodes");
	out_open('[');
	for (long i = 0; i < wanted; i++) {
		int node = -1;

		page[i * size] = 1;
		if (syscall(SYS_get_mempolicy, &node, NULL, 0UL, &page[i * size],
			    MPOL_F_NODE | MPOL_F_ADDR))
			out_text(errno_name(errno));
		else
			out_int(node);
	}
	out_close(']');
	line_end();
	munmap((void *)page, length);
}

/* RLIMIT_X SOFT HARD: of the probe itself. */
static void do_set_limit(char **argument)
{
	uint64_t limit[2] = { strtoull(argument[1], NULL, 10), strtoull(argument[2], NULL, 10) };
	int resource = rlimit_parse(argument[0]);

	if (resource < 0)
		answer("set-limit", EINVAL);
	else
		answer("set-limit",
		       syscall(SYS_prlimit64, 0, resource, limit, NULL) ? errno : 0);
}

/* N: open so many descriptors more; the highest number that could be had. */
static void do_opens(char **argument)
{
	long wanted = strtol(argument[0], NULL, 10);
	int first = -1, highest = -1, error = 0;

	for (long i = 0; i < wanted && !error; i++) {
		int fd = open("/", O_PATH | O_CLOEXEC);

		if (fd < 0)
			error = errno;
		else if (first < 0)
			first = fd;
		highest = fd > highest ? fd : highest;
	}
	/* Other descriptors may lie between: those of the standard streams stay. */
	for (int fd = first > 3 ? first : 3; first >= 0 && fd <= highest; fd++)
		if (fcntl(fd, F_GETFL) & O_PATH)
			close(fd);
	so_much("opens", "highest", highest, error);
}

/* PATH BYTES: a new file is filled; how much could be written. */
static void do_fill(char **argument)
{
	static const char zeros[4096];
	long long wanted = strtoll(argument[1], NULL, 10), written = 0;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int fd = open(argument[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0 ? errno : 0;

	sigaction(SIGXFSZ, &ignore, NULL);
	while (!error && written < wanted) {
		long long left = wanted - written;
		ssize_t n = write(fd, zeros,
				  left < (long long)sizeof(zeros) ? (size_t)left : sizeof(zeros));

		if (n < 0)
			error = errno;
		else
			written += n;
	}
	if (fd >= 0)
		close(fd);
	so_much("fill", "written", written, error);
}

/* BYTES: a mapping, never touched: address space alone. */
static void do_map(char **argument)
{
	size_t size = strtoull(argument[0], NULL, 10);
	void *memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0);

	answer("map", memory == MAP_FAILED ? errno : 0);
	if (memory != MAP_FAILED)
		munmap(memory, size);
}

/* BYTES: more data segment, never touched. The bare call says no by changing nothing. */
static void do_grow(char **argument)
{
	long size = strtol(argument[0], NULL, 10), was = syscall(SYS_brk, 0);
	bool grown = syscall(SYS_brk, was + size) == was + size;

	answer("grow", grown ? 0 : ENOMEM);
	syscall(SYS_brk, was);
}

/*
 * SECONDS SIGNAL: use so much more of the processor's time, or less: until that signal is pending.
 * What a runtime's process had used before may have been more than a limit, and is no matter.
 */
static void do_burn(char **argument)
{
	long seconds = strtol(argument[0], NULL, 10);
	int number = signal_parse(argument[1]);
	struct timespec begin = { 0 }, used = { 0 };
	sigset_t set, pending;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &begin);
	do {
		sigemptyset(&pending);
		sigpending(&pending);
		syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &used);
	} while (!sigismember(&pending, number) && used.tv_sec - begin.tv_sec <= seconds);
	line_begin("burn");
	out_text(sigismember(&pending, number) ? signal_name(number) : "none");
	line_end();
}

/* MILLISECONDS: use so much of the processor's time. */
static void do_spin(char **argument)
{
	long long goal = strtoll(argument[0], NULL, 10) * 1000000, used;
	struct timespec begin = { 0 }, now = { 0 };

	syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &begin);
	do {
		syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &now);
		used = (now.tv_sec - begin.tv_sec) * 1000000000LL + now.tv_nsec - begin.tv_nsec;
	} while (used < goal);
	answer("spin", 0);
}

/*
 * BYTES: huge pages of 2 MiB, in a child: mapped or refused, then touched, unless that kills. Only a
 * mapping without a reservation can fail that late.
 */
static void do_huge(char **argument)
{
	touch_in_child("huge", strtoull(argument[0], NULL, 10), 2 << 20, MAP_HUGETLB | MAP_HUGE_2MB);
}

/* PATH BYTES: read past all caches, as only so cgroup v1 knows whose reading it is. */
static void do_pull(char **argument)
{
	enum { PIECE = 64 << 10 };
	static _Alignas(4096) char piece[PIECE];
	long long wanted = strtoll(argument[1], NULL, 10), got = 0;
	struct timespec begin = { 0 }, end = { 0 };
	int fd = open(argument[0], O_RDONLY | O_DIRECT | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &begin);
	while (!error && got < wanted) {
		ssize_t n = read(fd, piece, PIECE);

		if (n <= 0)
			error = n < 0 ? errno : ENODATA;
		else
			got += n;
	}
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &end);
	if (fd >= 0)
		close(fd);
	line_begin("pull");
	out_open('{');
	out_key("bytes");
	out_int(got);
	out_key("ms");
	out_int((end.tv_sec - begin.tv_sec) * 1000LL + (end.tv_nsec - begin.tv_nsec) / 1000000);
	out_key("errno");
	out_text(error ? errno_name(error) : "");
	out_close('}');
	line_end();
}

const struct command limit_commands[] = {
	{ "forked", 1, do_forked, false },
	{ "page-nodes", 1, do_page_nodes, false },
	{ "set-limit", 3, do_set_limit, false },
	{ "opens", 1, do_opens, false },
	{ "fill", 2, do_fill, false },
	{ "map", 1, do_map, false },
	{ "grow", 1, do_grow, false },
	{ "burn", 2, do_burn, false },
	{ "spin", 1, do_spin, false },
	{ "huge", 1, do_huge, false },
	{ "pull", 2, do_pull, false },
	{ NULL, 0, NULL, false },
};
