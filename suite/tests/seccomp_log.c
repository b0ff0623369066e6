/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter writes to the kernel's log (config-linux.md#seccomp): LOG as an action and as a
 * flag. Records come a moment after the call, in the order of the calls, among those of other
 * tests; so the program has a name of its own, and a call of the test itself, which is always
 * logged, ends the look. Where even that is not seen the log cannot tell (another program takes the
 * records, or they are too many for a kernel that limits them): the test is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/seccomp.h"

#define CODE_LOG   0x7ffc0000u
#define CODE_ERRNO 0x00050000u

struct row {
	struct test_case c;
	const char *filter;
	const char *error; /* what sysinfo(NULL) gives; NULL: anything but EFAULT, its own */
	unsigned int code; /* of the record for it */
	bool only; /* no other call leaves a record */
	const char *without; /* a filter under which there must be none */
};

#define ROW(name, id)	{ name, "linux.seccomp." id, NULL }
#define RULES(rules)	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" rules "]}"
#define SYSINFO(action) "{\"names\":[\"sysinfo\"],\"action\":\"SCMP_ACT_" action "\"}"
#define DEFAULT(action) /* but for all else than sysinfo and ustat */                               \
	"{\"defaultAction\":\"SCMP_ACT_" action "\",\"syscalls\":[{\"names\":\"ALL\",\"action\":"       \
	"\"SCMP_ACT_ALLOW\"}]}"
#define FLAGS(flags)                                                                                \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[" flags "],\"syscalls\":["                  \
	SYSINFO("ERRNO") "]}"

static const struct row rows[] = {
	{ ROW("default", "defaultaction.log"), DEFAULT("LOG"), "EFAULT", CODE_LOG, false, NULL },
	{ ROW("rule", "action.log"), RULES(SYSINFO("LOG")), "EFAULT", CODE_LOG, true, NULL },
	{ ROW("flag", "flags.log"), FLAGS("\"SECCOMP_FILTER_FLAG_LOG\""), NULL, CODE_ERRNO, true,
	  RULES(SYSINFO("ERRNO")) },
};

/* ------------------------------------------------------------------ the log */

/* Who makes calls, what else it may not, and what has been seen of it. */
struct seen {
	const char *name;
	size_t expected, others; /* records of sysinfo with the code, of anything else */
	const char *other;
	long long serial; /* of the last record */
	bool gap; /* some were left out, it may be of this */
	bool lost; /* some were overwritten before they were read */
	int marks;
};

#define TRIES 5 /* where the kernel limits its log */

static int open_log(struct test *t)
{
	const char *path = format(t, "%s/kmsg", test_dir(t));
	int fd;

	need(t, !mknod(path, S_IFCHR | 0600, makedev(1, 11)) || errno == EEXIST, path);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	need(t, fd >= 0 && lseek(fd, 0, SEEK_END) >= 0, path);
	return fd;
}

/* The number behind a name in a record; -1. */
static long long number_of(const char *record, const char *name, int base)
{
	const char *at = strstr(record, name);

	return at ? strtoll(at + strlen(name), NULL, base) : -1;
}

static bool is_by(const char *record, const char *name)
{
	const char *at = strstr(record, " comm=\"");
	size_t length = strlen(name);

	return at && !strncmp(at + 7, name, length) && at[7 + length] == '"';
}

static void look(struct test *t, struct seen *s, const char *record, unsigned int code)
{
	if (!is_by(record, s->name))
		return;
	if (number_of(record, " syscall=", 10) == SYS_sysinfo &&
	    number_of(record, " code=", 16) == (long long)code)
		s->expected++;
	else
		s->other = s->others++ ? s->other : format(t, "%s", strstr(record, " comm="));
}

/* "audit(SECONDS.MS:SERIAL)": two parts of one record have the same. */
static void count(struct seen *s, const char *record)
{
	const char *at = strstr(record, " audit(");
	long long serial = at ? number_of(at, ":", 10) : -1;

	s->gap |= s->serial && serial > s->serial + 1;
	s->serial = serial > s->serial ? serial : s->serial;
}

/* Reads on until a record of this name; what is seen of another is noted. False: none comes. */
static bool read_until(struct test *t, int fd, const char *name, struct seen *s, unsigned int code)
{
	char record[8192];

	while (readable_soon(t, fd)) {
		ssize_t n = read(fd, record, sizeof(record) - 1);

		if (n < 0 && errno != EPIPE && errno != EAGAIN && errno != EINTR)
			return false;
		s->lost |= n < 0 && errno == EPIPE;
		record[n > 0 ? n : 0] = '\0';
		if (strstr(record, ";audit: type="))
			count(s, record);
		if (!strstr(record, "type=1326 "))
			continue;
		if (is_by(record, name))
			return true;
		look(t, s, record, code);
	}
	return false;
}

/* A child of the test makes a call that a filter of its own has logged. */
static int logged_call(void *name)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sysinfo, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { ARRAY_SIZE(program), program };

	if (prctl(PR_SET_NAME, name) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		return 1;
	syscall(SYS_sysinfo, NULL);
	return 0;
}

/* All that has been logged until now is read. */
static void read_all(struct test *t, int fd, struct seen *s, unsigned int code)
{
	for (int try = 0; try < TRIES; try++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d-%.10s", s->marks++ % 10, s->name);
		if (test_wait(t, test_fork(t, logged_call, name)))
			test_broken(t, "the test cannot set a filter of its own");
		if (read_until(t, fd, name, s, code))
			return;
	}
	test_skip(t, "the kernel's log does not show what a filter logs");
}

/* ------------------------------------------------------------------ the tests */

/* The call in a container; false: the requirement is decided, and the log does not matter. */
static bool call(struct test *t, const char *filter, const struct row *row, struct seen *s)
{
	const char *id = row->c.requirement, *error;
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct result *r;
	const struct facts *f;
	int fd = open_log(t);

	*s = (struct seen){ .name = format(t, "%.10s", bundle_nonce(b)) };
	read_all(t, fd, s, row->code);
	s->gap = s->lost = false;
	with_capabilities(b);
	seccomp_set(t, b, filter);
	place_probe(t, format(t, "%s/%s", bundle_rootfs(b), s->name), 0755);
	bundle_probe(b, "ns", "syscall", format(t, "%d", SYS_getcwd), "0", "0", "0", "0", "0", "0",
		     "syscall", format(t, "%d", SYS_sysinfo), "0", "0", "0", "0", "0", "0", "wait",
		     NULL);
	bundle_set(b, "process.args.0", "s", format(t, "/%s", s->name));
	if (!may_create(t, id, c))
		return false;
	r = op_start(c);
	if (!result_ok(r)) {
		if (check_error(t, id, r))
			check_disabled(t, id, "the runtime refuses it: %s", result_text(t, r));
		return false;
	}
	f = must_answer(c);
	error = facts_string(f, "syscall#2.errno");
	if (row->error)
		check_string(t, id, "sysinfo(NULL)", row->error, error);
	else
		check_seen(t, id, error && *error && strcmp(error, "EFAULT"),
			   "the filter fails sysinfo(NULL)", "%s", error ? error : "no answer");
	if (!shared_kernel(f)) {
		check_disabled(t, id, "the container has its own kernel, and its own log");
		return false;
	}
	read_all(t, fd, s, row->code);
	container_close_input(c);
	return true;
}

/* The call leaves a record or not; false: the log does not matter. */
static bool logs(struct test *t, const char *filter, const struct row *row, bool expected)
{
	const char *id = row->c.requirement;
	const char *limit = file_read(t, "/proc/sys/kernel/printk_ratelimit");
	bool limited = !limit || strtol(limit, NULL, 10);
	struct seen s;
	int n = 0;

	do {
		if (n++ == TRIES)
			test_skip(t, "the kernel leaves records out of its log");
		if (!call(t, filter, row, &s))
			return false;
	} while ((s.lost || (limited && s.gap)) && !(expected && s.expected));
	check_seen(t, id, expected ? s.expected : !s.expected,
		   format(t, "%s of sysinfo in the kernel's log, code %#x",
			  expected ? "a record" : "no record", row->code),
		   "%zu", s.expected);
	if (row->only)
		check_seen(t, id, !s.others, "no record of another call", "%zu%s", s.others,
			   s.others ? format(t, ", the first%s", s.other) : "");
	return true;
}

static void log_(struct test *t)
{
	const struct row *row = test_row(t);

	if (logs(t, row->filter, row, true) && row->without)
		logs(t, row->without, row, false);
}

const struct test_entry seccomp_log_tests[] = {
	{
		.name = "seccomp/log",
		.about = "what is logged is in the kernel's log",
		.requirements = REQS("linux.seccomp.action.log"),
		.run = log_,
		CASES(rows),
	},
	{ 0 },
};
