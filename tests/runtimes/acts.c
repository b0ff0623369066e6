/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bad runtime may do to its machine: hang, breed, eat, kill, crash, destroy, fill, babble.
 * Each act goes as far as root can. It never cleans up after itself.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/reboot.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acts.h"

static void ignore_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
}

static int act_hang(const char *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 1;
}

/* Deaf to signals, in a session of its own, reparented, and still holding our streams open. */
static int act_hang_hard(const char *arg)
{
	ignore_signals();
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
	}
	return act_hang(arg);
}

static int act_fork_bomb(const char *arg)
{
	(void)arg;
	ignore_signals();
	for (;;)
		fork();
	return 1;
}

static int act_eat(const char *arg)
{
	const size_t step = 1 << 20;

	(void)arg;
	for (;;) {
		void *p = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p != MAP_FAILED)
			memset(p, 0x5a, step);
	}
	return 1;
}

/* Many small eaters: no single one stands out for the OOM killer. */
static int act_eat_many(const char *arg)
{
	for (int i = 0; i < 64; i++)
		if (fork() == 0)
			act_eat(arg);
	return act_hang(arg);
}

static void sysrq(const char *key)
{
	const char *path = "/proc/sysrq-trigger";
	int fd = open(path, O_WRONLY);

	/* A sandbox may hide it: then a proc of our own. */
	if (fd < 0 && !mkdir("/tmp/fake-proc", 0700) &&
	    !mount("proc", "/tmp/fake-proc", "proc", 0, NULL))
		fd = open("/tmp/fake-proc/sysrq-trigger", O_WRONLY);
	if (fd >= 0)
		(void)!write(fd, key, 1);
}

static int act_panic(const char *arg)
{
	sysrq("c");
	return act_hang(arg);
}

static int act_reset(const char *arg)
{
	sysrq("b");
	return act_hang(arg);
}

/* In a pid namespace of ours this kills that namespace's init; outside it resets the machine. */
static int act_reboot(const char *arg)
{
	reboot(RB_AUTOBOOT);
	return act_hang(arg);
}

static int act_kill_all(const char *arg)
{
	(void)arg;
	kill(-1, SIGKILL);
	kill(getppid(), SIGKILL);
	kill(1, SIGKILL);
	return 1;
}

static int act_stop_all(const char *arg)
{
	kill(-1, SIGSTOP);
	kill(getppid(), SIGSTOP);
	kill(1, SIGSTOP);
	return act_hang(arg);
}

/* Everything that could be written to or removed, first as it stands, then after each remount. */
static int act_vandal(const char *arg)
{
	static const char *const victims[] = {
		"/bin/assay",
		"/bin/busybox",
		"/bin/sh",
		"/init",
		"/probe",
		"/lib/assay/probe",
		"/etc/passwd",
		"/etc/assay-release",
		"/usr/bin/crun",
		"/run/assay/events.jsonl",
		"/run/assay/payload.json",
	};
	static const char *const points[] = { "/proc", "/sys/fs/cgroup", "/sys",
					      "/dev",  "/tmp",		 "/run" };

	(void)arg;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(victims) / sizeof(*victims); i++) {
			int fd = open(victims[i], O_WRONLY | O_TRUNC);

			if (fd >= 0) {
				(void)!write(fd, "vandal\n", 7);
				close(fd);
			}
			unlink(victims[i]);
		}
		mount(NULL, "/", NULL, round ? MS_REMOUNT : MS_REMOUNT | MS_BIND, NULL);
	}
	mount("none", "/", NULL, MS_REC | MS_SHARED, NULL);
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++)
		umount2(points[i], MNT_DETACH);
	mount("tmpfs", "/usr", "tmpfs", 0, NULL);
	mount("tmpfs", "/bin", "tmpfs", 0, NULL);
	return 1;
}

static void fill_file(const char *dir)
{
	static char block[1 << 20];
	char path[256];

	snprintf(path, sizeof(path), "%s/fake-fill", dir);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
}

static void fill_inodes(const char *dir)
{
	char path[256];

	for (unsigned long i = 0;; i++) {
		snprintf(path, sizeof(path), "%s/fake-%lu", dir, i);
		int fd = open(path, O_WRONLY | O_CREAT, 0600);

		if (fd < 0)
			return;
		close(fd);
	}
}

/* ARG: "bytes" or "inodes". */
static int act_fill(const char *arg)
{
	static const char *const dirs[] = { "/tmp",	"/run", "/var/tmp", "/var",
					    "/dev/shm", "/dev", "/" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		(strcmp(arg, "inodes") ? fill_file : fill_inodes)(dirs[i]);
	return 1;
}

/* ARG: json, binary, nul, escape or line. The command succeeds, its output is rubbish. */
static int act_garbage(const char *arg)
{
	static const char escape[] =
		"\033[2J\033[1;31m\033]0;owned\007\033[?1049h\r\b\b\233\177\xc3\x28\xff\xfe"
		"{\"ociVersion\":\"1.0.2\",\"id\":\"\033c\"}\n";
	uint32_t seed = 1;

	if (!strcmp(arg, "json")) {
		printf("{\"ociVersion\": \"1.0.2\", \"id\": , \"status\": \"running\", }}\n");
	} else if (!strcmp(arg, "nul")) {
		fwrite("{\"ociVersion\":\"1.0.2\",\0\0\0\"status\":\"run\0ning\"}\n", 1, 47,
		       stdout);
	} else if (!strcmp(arg, "escape")) {
		fwrite(escape, 1, sizeof(escape) - 1, stdout);
		fwrite(escape, 1, sizeof(escape) - 1, stderr);
	} else if (!strcmp(arg, "line")) {
		for (int i = 0; i < 4 << 20; i++)
			putchar('x');
	} else {
		for (int i = 0; i < 1 << 16; i++) {
			seed = seed * 1664525 + 1013904223;
			putchar((int)(seed >> 24));
			putc((int)(seed >> 16 & 255), stderr);
		}
	}
	fflush(stdout);
	return 0;
}

/* ARG: MiB on stdout and as many on stderr, then it goes on; without, no end of it. */
static int act_flood(const char *arg)
{
	static char block[1 << 20];
	long left = *arg ? strtol(arg, NULL, 10) : LONG_MAX;

	signal(SIGPIPE, SIG_IGN);
	memset(block, 'y', sizeof(block));
	for (; left > 0; left--)
		if ((write(1, block, sizeof(block)) < 0) + (write(2, block, sizeof(block)) < 0) ==
		    2)
			break;
	return ACT_GO_ON;
}

/* A byte now and then for ever: progress of a kind, but no end. */
static int act_trickle(const char *arg)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };

	(void)arg;
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		(void)!write(1, ".", 1);
		nanosleep(&tenth, NULL); /* banned-ok: the slowness is the misbehaviour */
	}
	return 1;
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * ARG: seconds of CPU time on a machine of normal speed, more on a slow one: by what a process takes,
 * as the suite itself measures it for its limits.
 */
static int act_work(const char *arg)
{
	double best = 1, slowness;

	for (int i = 0; i < 5; i++) {
		double began = seconds(CLOCK_MONOTONIC), took;
		pid_t pid = fork();

		if (pid == 0) {
			int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

			dup2(nothing, 1);
			dup2(nothing, 2);
			execl("/proc/self/exe", "fake", "--acts", NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
		took = seconds(CLOCK_MONOTONIC) - began;
		best = took < best ? took : best;
	}
	slowness = best / 0.002;
	slowness = slowness < 1 ? 1 : slowness > 8 ? 8 : slowness;
	while (seconds(CLOCK_PROCESS_CPUTIME_ID) < slowness * strtod(arg, NULL))
		;
	return ACT_GO_ON;
}

/* ARG: the exit status. */
static int act_exit(const char *arg)
{
	return (int)strtol(arg, NULL, 10);
}

static int act_refuse(const char *arg)
{
	(void)arg;
	fprintf(stderr, "fake: no such command\n");
	return 1;
}

static int act_crash(const char *arg)
{
	(void)arg;
	raise(SIGSEGV);
	return 1;
}

const struct act acts[] = {
	{ "hang", "sleeps for ever", act_hang },
	{ "hang-hard", "the same, ignoring signals, with a child in a session of its own",
	  act_hang_hard },
	{ "fork-bomb", "forks without end", act_fork_bomb },
	{ "eat", "takes all memory", act_eat },
	{ "eat-many", "64 processes take all memory", act_eat_many },
	{ "panic", "panics the kernel (sysrq c)", act_panic },
	{ "reset", "resets the machine (sysrq b)", act_reset },
	{ "reboot", "calls reboot(2)", act_reboot },
	{ "kill-all", "kills every process it can", act_kill_all },
	{ "stop-all", "stops every process it can, then hangs", act_stop_all },
	{ "vandal", "overwrites, deletes, umounts and remounts, then fails", act_vandal },
	{ "leak", "leaves mounts, cgroups, processes, links ... behind and goes on", act_leak },
	{ "fill", "fills every file system (bytes, inodes), then fails", act_fill },
	{ "garbage", "prints rubbish (json, binary, nul, escape, line) and succeeds", act_garbage },
	{ "flood", "prints MiB, or without end, and goes on", act_flood },
	{ "trickle", "prints a byte now and then for ever", act_trickle },
	{ "forge", "writes records of the appliance's own syntax everywhere and goes on",
	  act_forge },
	{ "work", "uses ARG seconds of CPU time and goes on", act_work },
	{ "exit", "does nothing and exits with ARG", act_exit },
	{ "refuse", "fails as if it did not know the command", act_refuse },
	{ "crash", "dies of SIGSEGV", act_crash },
	{ 0 }
};
