/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe is: ids, environment, capabilities, limits, scheduling. Asked of the kernel by
 * system calls wherever there is one. It must never change anything about the process.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include "names.h"

#ifndef SYS_lsm_get_self_attr /* in no libc yet; the same number on every architecture */
#define SYS_lsm_get_self_attr 459
#endif

/* Of linux/lsm.h, which is younger than the headers of many a system. */
#define LSM_ATTR_CURRENT 100
#define LSM_ID_SELINUX	 101
#define LSM_ID_APPARMOR	 104

struct lsm_context {
	uint64_t id, flags, length, text_length;
	char text[];
};

extern char **environ;

static void member(const char *key, long long number)
{
	out_key(key);
	out_int(number);
}

static void ids(char **argument)
{
	uid_t uid[3] = { 0 };
	gid_t gid[3] = { 0 }, group[1024];
	long n;

	(void)argument;
	syscall(SYS_getresuid, &uid[0], &uid[1], &uid[2]);
	syscall(SYS_getresgid, &gid[0], &gid[1], &gid[2]);
	n = syscall(SYS_getgroups, (int)(sizeof(group) / sizeof(group[0])), group);
	line_begin("ids");
	out_open('{');
	member("uid", uid[0]);
	member("euid", uid[1]);
	member("suid", uid[2]);
	member("gid", gid[0]);
	member("egid", gid[1]);
	member("sgid", gid[2]);
	out_key("groups");
	out_open('[');
	for (long i = 0; i < n; i++)
		out_int(group[i]);
	out_close(']');
	out_close('}');
	line_end();
}

static void env(char **argument)
{
	(void)argument;
	line_begin("env");
	out_open('[');
	for (char **e = environ; e && *e; e++)
		out_text(*e);
	out_close(']');
	line_end();
}

/* The argument vector is kept right in front of the environment by the kernel. */
static void args(char **argument)
{
	char **first = environ - 1;

	(void)argument;
	while ((long)(intptr_t)first[-1] > 4096)
		first--;
	line_begin("args");
	out_open('[');
	for (; *first; first++)
		out_text(*first);
	out_close(']');
	line_end();
}

static void cwd(char **argument)
{
	char path[4097];
	long n = syscall(SYS_getcwd, path, sizeof(path) - 1);

	(void)argument;
	line_begin("cwd");
	if (n < 0)
		out_errno(errno);
	else
		out_text(path);
	line_end();
}

static void cap_set(const char *name, const uint32_t low, const uint32_t high)
{
	out_key(name);
	out_hex((uint64_t)high << 32 | low);
}

static void caps(char **argument)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct set[2] = { { 0 } };
	uint64_t bounding = 0, ambient = 0;

	(void)argument;
	syscall(SYS_capget, &head, set);
	for (int i = 0; i < 64; i++) {
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			bounding |= 1ULL << i;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
			ambient |= 1ULL << i;
	}
	line_begin("caps");
	out_open('{');
	cap_set("effective", set[0].effective, set[1].effective);
	cap_set("permitted", set[0].permitted, set[1].permitted);
	cap_set("inheritable", set[0].inheritable, set[1].inheritable);
	cap_set("bounding", (uint32_t)bounding, (uint32_t)(bounding >> 32));
	cap_set("ambient", (uint32_t)ambient, (uint32_t)(ambient >> 32));
	out_close('}');
	line_end();
}

/* Every resource the kernel knows, also those newer than this program ("RLIMIT_16"). */
static void rlimits(char **argument)
{
	uint64_t limit[2];

	(void)argument;
	line_begin("rlimits");
	out_open('{');
	for (int i = 0; syscall(SYS_prlimit64, 0, i, NULL, limit) == 0; i++) {
		char name[32];

		snprintf(name, sizeof(name), "RLIMIT_%s", rlimit_name(i));
		out_key(name);
		out_open('{');
		out_key("soft");
		out_u64(limit[0]);
		out_key("hard");
		out_u64(limit[1]);
		out_close('}');
	}
	out_close('}');
	line_end();
}

static void mask(char **argument)
{
	mode_t old = umask(0);

	(void)argument;
	umask(old);
	line_begin("umask");
	out_int(old);
	line_end();
}

static void nnp(char **argument)
{
	(void)argument;
	line_begin("nnp");
	out_int(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	line_end();
}

/* struct sched_attr of the kernel, version 1. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t clamp_min, clamp_max;
};

/* The older calls, for a kernel without sched_getattr(2); nothing is said of what they do not tell. */
static long old_attributes(struct sched_attributes *a)
{
	int priority = 0;
	long policy = syscall(SYS_sched_getscheduler, 0), nice;

	if (policy < 0 || syscall(SYS_sched_getparam, 0, &priority))
		return -1;
	errno = 0;
	nice = syscall(SYS_getpriority, PRIO_PROCESS, 0);
	if (nice < 0)
		return -1;
	a->policy = (uint32_t)policy & 7;
	a->priority = (uint32_t)priority;
	a->nice = 20 - (int32_t)nice; /* the bare call gives 40 to 1 */
	return 0;
}

static void sched(char **argument)
{
	static const char *const policies[] = { "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",
						"SCHED_BATCH", "SCHED_ISO",  "SCHED_IDLE",
						"SCHED_DEADLINE", "SCHED_EXT" };
	struct sched_attributes a = { .size = sizeof(a) };
	unsigned char cpus[128] = { 0 };
	bool all = !syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0);
	long n;

	(void)argument;
	line_begin("sched");
	if (!all && (errno != ENOSYS || old_attributes(&a))) {
		out_errno(errno);
		line_end();
		return;
	}
	out_open('{');
	out_key("policy");
	out_text(a.policy < 8 ? policies[a.policy] : "?");
	member("nice", a.nice);
	member("priority", a.priority);
	if (all) {
		out_key("flags");
		out_u64(a.flags);
		out_key("runtime");
		out_u64(a.runtime);
		out_key("deadline");
		out_u64(a.deadline);
		out_key("period");
		out_u64(a.period);
	}
	n = syscall(SYS_sched_getaffinity, 0, sizeof(cpus), cpus);
	out_key("cpus");
	out_open('[');
	for (long i = 0; i < n * 8; i++)
		if (cpus[i / 8] & 1 << i % 8)
			out_int(i);
	out_close(']');
	out_close('}');
	line_end();
}

static void ioprio(char **argument)
{
	static const char *const classes[] = { "IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT",
					       "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE" };
	long value = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);

	(void)argument;
	line_begin("ioprio");
	if (value < 0) {
		out_errno(errno);
	} else {
		out_open('{');
		out_key("class");
		out_text(value >> 13 < 4 ? classes[value >> 13] : "?");
		member("priority", value & 0x1fff);
		out_close('}');
	}
	line_end();
}

static void persona(char **argument)
{
	(void)argument;
	line_begin("personality");
	out_int(personality(0xffffffff));
	line_end();
}

static void uts(char **argument)
{
	struct utsname name;

	(void)argument;
	memset(&name, 0, sizeof(name));
	uname(&name);
	line_begin("uname");
	out_open('{');
	out_key("nodename");
	out_text(name.nodename);
	out_key("domainname");
	out_text(name.domainname);
	out_key("machine");
	out_text(name.machine);
	out_key("release");
	out_text(name.release);
	out_close('}');
	line_end();
}

static void session(char **argument)
{
	int death = 0, subreaper = 0;

	(void)argument;
	line_begin("session");
	out_open('{');
	member("pid", getpid());
	member("ppid", getppid());
	member("pgid", getpgid(0));
	member("sid", getsid(0));
	member("tid", syscall(SYS_gettid));
	member("foreground", tcgetpgrp(0));
	/* With a controlling terminal /dev/tty opens, whatever the standard streams are. */
	out_key("tty");
	out_bool(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) >= 0);
	member("dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &death);
	member("death-signal", death);
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	member("subreaper", subreaper);
	member("seccomp", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	member("securebits", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	member("keepcaps", prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
	out_close('}');
	line_end();
}

static void terminal(char **argument)
{
	(void)argument;
	line_begin("tty");
	out_open('[');
	for (int fd = 0; fd < 3; fd++) {
		struct winsize size = { 0 };
		struct stat st = { 0 };

		out_open('{');
		out_key("tty");
		out_bool(isatty(fd));
		if (!fstat(fd, &st)) {
			member("rdev-major", (long long)(st.st_rdev >> 8 & 0xfff));
			member("rdev-minor", (long long)((st.st_rdev & 0xff) | (st.st_rdev >> 12 & ~0xffULL)));
			member("uid", st.st_uid);
			member("gid", st.st_gid);
		}
		if (!ioctl(fd, TIOCGWINSZ, &size)) {
			member("rows", size.ws_row);
			member("columns", size.ws_col);
		}
		out_close('}');
	}
	out_close(']');
	line_end();
}

/* Blocked, ignored and caught signals as the kernel's masks. */
static void sigmasks(char **argument)
{
	uint64_t blocked = 0, ignored = 0, caught = 0;

	(void)argument;
	syscall(SYS_rt_sigprocmask, 0, NULL, &blocked, 8);
	for (int i = 1; i <= 64; i++) {
		struct {
			void *handler;
			unsigned long flags;
			void *restorer;
			uint64_t mask;
		} action = { 0 };

		if (syscall(SYS_rt_sigaction, i, NULL, &action, 8))
			continue;
		if (action.handler == (void *)1)
			ignored |= 1ULL << (i - 1);
		else if (action.handler)
			caught |= 1ULL << (i - 1);
	}
	line_begin("sigmasks");
	out_open('{');
	out_key("blocked");
	out_hex(blocked);
	out_key("ignored");
	out_hex(ignored);
	out_key("caught");
	out_hex(caught);
	out_close('}');
	line_end();
}

static void mempolicy(char **argument)
{
	unsigned long nodes[16] = { 0 };
	int mode = -1;

	(void)argument;
	line_begin("mempolicy");
	if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0)) {
		out_errno(errno);
		line_end();
		return;
	}
	out_open('{');
	member("mode", mode & 0xff);
	member("flags", mode & ~0xff);
	out_key("nodes");
	out_open('[');
	for (int i = 0; i < (int)sizeof(nodes) * 8; i++)
		if (nodes[i / 64] & 1UL << i % 64)
			out_int(i);
	out_close(']');
	out_close('}');
	line_end();
}

static void clocks(char **argument)
{
	static const struct {
		const char *name;
		int id;
	} clock[] = { { "monotonic", 1 }, { "boottime", 7 }, { "realtime", 0 } };

	(void)argument;
	line_begin("clocks");
	out_open('{');
	for (int i = 0; i < 3; i++) {
		long now[2] = { 0, 0 };

		syscall(SYS_clock_gettime, clock[i].id, now);
		member(clock[i].name, now[0] * 1000000000LL + now[1]);
	}
	out_close('}');
	line_end();
}

/* What the security modules call this process: the name may have a newline or a NUL at its end. */
static void label(char **argument)
{
	static uint64_t buffer[512];
	uint32_t size = sizeof(buffer);
	long n = syscall(SYS_lsm_get_self_attr, LSM_ATTR_CURRENT, buffer, &size, 0);
	const struct lsm_context *c = (const void *)buffer;

	(void)argument;
	line_begin("label");
	if (n < 0) {
		out_errno(errno);
		line_end();
		return;
	}
	out_open('{');
	for (; n > 0; n--, c = (const void *)((const char *)c + c->length)) {
		size_t length = strnlen(c->text, c->text_length);

		out_key(c->id == LSM_ID_SELINUX	   ? "selinux"
			: c->id == LSM_ID_APPARMOR ? "apparmor"
						   : "other");
		out_bytes(c->text, length && c->text[length - 1] == '\n' ? length - 1 : length);
	}
	out_close('}');
	line_end();
}

const struct command self_commands[] = {
	{ "ids", 0, ids, false },
	{ "env", 0, env, false },
	{ "args", 0, args, false },
	{ "cwd", 0, cwd, false },
	{ "caps", 0, caps, false },
	{ "rlimits", 0, rlimits, false },
	{ "umask", 0, mask, false },
	{ "nnp", 0, nnp, false },
	{ "sched", 0, sched, false },
	{ "ioprio", 0, ioprio, false },
	{ "personality", 0, persona, false },
	{ "uname", 0, uts, false },
	{ "session", 0, session, false },
	{ "tty", 0, terminal, false },
	{ "sigmasks", 0, sigmasks, false },
	{ "mempolicy", 0, mempolicy, false },
	{ "clocks", 0, clocks, false },
	{ "label", 0, label, false },
	{ NULL, 0, NULL, false },
};
