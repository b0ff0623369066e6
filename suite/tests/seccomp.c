/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.seccomp (config-linux.md#seccomp): actions, errno values, names, arguments, operators and
 * ABIs of filters, by system calls that the probe makes under them. Calls are chosen so that their
 * own failure is another than the filter's (sysinfo(NULL) is EFAULT, ustat of no device EINVAL,
 * lseek of a pipe ESPIPE, sendto to no socket EBADF, getcwd of no bytes ERANGE), and filtered are
 * those that no runtime needs on its way to the program. The listener is in seccomp_listener.c.
 */
#include <errno.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/seccomp.h"

/* All names of x86_64 that every libseccomp knows, but sysinfo and ustat: nobody needs these two. */
static const char others[] =
	"read write open close stat fstat lstat poll lseek mmap mprotect munmap brk "
	"rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev access "
	"pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl dup dup2 "
	"pause nanosleep getitimer alarm setitimer getpid sendfile socket connect accept "
	"sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername "
	"socketpair setsockopt getsockopt clone fork vfork execve exit wait4 kill uname "
	"semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync "
	"truncate ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link "
	"unlink symlink readlink chmod fchmod chown fchown lchown umask gettimeofday "
	"getrlimit getrusage times ptrace getuid syslog getgid setuid setgid geteuid getegid "
	"setpgid getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid "
	"getresuid setresgid getresgid getpgid setfsuid setfsgid getsid capget capset "
	"rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime mknod "
	"uselib personality statfs fstatfs sysfs getpriority setpriority sched_setparam "
	"sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max "
	"sched_get_priority_min sched_rr_get_interval mlock munlock mlockall munlockall "
	"vhangup modify_ldt pivot_root _sysctl prctl arch_prctl adjtimex setrlimit chroot "
	"sync acct settimeofday mount umount2 swapon swapoff reboot sethostname "
	"setdomainname iopl ioperm create_module init_module delete_module get_kernel_syms "
	"query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security "
	"gettid readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr "
	"listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill time "
	"futex sched_setaffinity sched_getaffinity set_thread_area io_setup io_destroy "
	"io_getevents io_submit io_cancel get_thread_area lookup_dcookie epoll_create "
	"epoll_ctl_old epoll_wait_old remap_file_pages getdents64 set_tid_address "
	"restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime "
	"timer_getoverrun timer_delete clock_settime clock_gettime clock_getres "
	"clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes vserver mbind "
	"set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive "
	"mq_notify mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set "
	"ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages openat "
	"mkdirat mknodat fchownat futimesat newfstatat unlinkat renameat linkat symlinkat "
	"readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list "
	"get_robust_list splice tee sync_file_range vmsplice move_pages utimensat "
	"epoll_pwait signalfd timerfd_create eventfd fallocate timerfd_settime "
	"timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 "
	"preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init "
	"fanotify_mark prlimit64 name_to_handle_at open_by_handle_at clock_adjtime syncfs "
	"sendmmsg setns getcpu process_vm_readv process_vm_writev kcmp finit_module "
	"sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create "
	"kexec_file_load bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 "
	"pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq "
	"pidfd_send_signal pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2";

static json_t *all_others(void)
{
	json_t *list = json_array();
	const char *end;

	for (const char *name = others; *name; name = *end ? end + 1 : end) {
		end = name + strcspn(name, " ");
		json_array_append_new(list, json_stringn(name, (size_t)(end - name)));
	}
	return list;
}

void seccomp_set(struct test *t, struct bundle *b, const char *text)
{
	json_error_t error;
	json_t *filter = json_loads(text, 0, &error), *rule;
	size_t i;

	if (!filter)
		test_broken(t, "a filter of the suite is no JSON: %s", error.text);
	json_array_foreach (json_object_get(filter, "syscalls"), i, rule)
		if (json_is_string(json_object_get(rule, "names")))
			json_object_set_new(rule, "names", all_others());
	bundle_put(b, "linux.seccomp", filter);
}

static struct bundle *with_filter(struct test *t, const char *text)
{
	struct bundle *b = bundle_new(t);

	with_capabilities(b);
	seccomp_set(t, b, text);
	return b;
}

/* ------------------------------------------------------------------ what one call gives */

#define RULE(names, action)	    "{\"names\":" names ",\"action\":\"SCMP_ACT_" action "\"}"
#define RULE_ERRNO(names, action, errno) \
	"{\"names\":" names ",\"action\":\"SCMP_ACT_" action "\",\"errnoRet\":" errno "}"
#define FILTER(action, rules)	    "{\"defaultAction\":\"SCMP_ACT_" action "\",\"syscalls\":[" rules "]}"
#define FILTER_ERRNO(action, errno, rules) \
	"{\"defaultAction\":\"SCMP_ACT_" action "\",\"defaultErrnoRet\":" errno ",\"syscalls\":[" rules "]}"
#define OTHERS			    RULE("\"ALL\"", "ALLOW") /* seccomp_set() fills in the names */
#define SYSINFO			    "[\"sysinfo\"]"

/* One call by each of up to four sub-commands of the probe, and each answer as JSON. */
struct call_row {
	struct test_case c;
	const char *filter;
	struct {
		const char *fact;
		long nr; /* "syscall", "child-call" (native): no arguments; else the sub-command's */
		const char *answer;
	} calls[4];
};

#define ROW(name, id)	  { name, "linux.seccomp." id, NULL }
#define FAILS(errno)	  "{\"value\":-1,\"errno\":\"" errno "\"}"
#define SYSINFO_WORKS	  FAILS("EFAULT")
#define GETCWD_WORKS	  FAILS("ERANGE")
/* What a filter gives that states no errno: EPERM since 1.1, before that it is not said. */
#define SOME_ERROR	  "some"

static const struct call_row call_rows[] = {
	{ ROW("default-errno", "defaultaction.errno"),
	  FILTER("ERRNO", OTHERS),
	  { { "syscall", SYS_sysinfo, SOME_ERROR }, { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-kill", "defaultaction.kill"),
	  FILTER("KILL", OTHERS),
	  { { "child-call", SYS_sysinfo, "{\"end\":\"SIGSYS\"}" },
	    { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-kill-thread", "defaultaction.kill-thread"),
	  FILTER("KILL_THREAD", OTHERS),
	  { { "thread-call", SYS_sysinfo, "{\"end\":\"exit 0\"}" },
	    { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-kill-process", "defaultaction.kill-process"),
	  FILTER("KILL_PROCESS", OTHERS),
	  { { "thread-call", SYS_sysinfo, "{\"end\":\"SIGSYS\"}" },
	    { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-trap", "defaultaction.trap"),
	  FILTER("TRAP", OTHERS),
	  { { "trapped-call", SYS_sysinfo, "trap" }, { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-trace", "defaultaction.trace"),
	  FILTER("TRACE", OTHERS),
	  { { "syscall", SYS_sysinfo, FAILS("ENOSYS") }, { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("default-errno-value", "defaulterrnoret.value"),
	  FILTER_ERRNO("ERRNO", "38", OTHERS),
	  { { "syscall", SYS_sysinfo, FAILS("ENOSYS") } } },
	{ ROW("default-errno-absent", "defaulterrnoret.default"),
	  FILTER("ERRNO", OTHERS),
	  { { "syscall", SYS_sysinfo, FAILS("EPERM") } } },
	{ ROW("default-errno-of-trace", "defaulterrnoret.trace"),
	  FILTER_ERRNO("TRACE", "42", OTHERS),
	  { { "traced-call", SYS_sysinfo, "42" } } },
	{ ROW("default-errno-not-for-rules", "defaulterrnoret.not-for-rules"),
	  FILTER_ERRNO("ERRNO", "38", OTHERS "," RULE(SYSINFO, "ERRNO")),
	  { { "syscall", SYS_sysinfo, FAILS("EPERM") }, { "syscall", SYS_ustat, FAILS("ENOSYS") } } },
	{ ROW("errno-value", "errnoret.value"),
	  FILTER("ALLOW", RULE_ERRNO(SYSINFO, "ERRNO", "28")),
	  { { "syscall", SYS_sysinfo, FAILS("ENOSPC") } } },
	{ ROW("errno-absent", "errnoret.default"),
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")),
	  { { "syscall", SYS_sysinfo, FAILS("EPERM") } } },
	{ ROW("errno-per-rule", "errnoret.per-rule"),
	  FILTER("ALLOW", RULE_ERRNO(SYSINFO, "ERRNO", "28") "," RULE_ERRNO("[\"ustat\"]", "ERRNO", "40")),
	  { { "syscall", SYS_sysinfo, FAILS("ENOSPC") }, { "syscall", SYS_ustat, FAILS("ELOOP") } } },
	{ ROW("errno-of-trace", "errnoret.trace"),
	  FILTER("ALLOW", RULE_ERRNO(SYSINFO, "TRACE", "77")),
	  { { "traced-call", SYS_sysinfo, "77" } } },
	{ ROW("errno-of-trace-absent", "errnoret.trace-default"),
	  FILTER("ALLOW", RULE(SYSINFO, "TRACE")),
	  { { "traced-call", SYS_sysinfo, "1" } } },
	{ ROW("kill", "action.kill"),
	  FILTER("ALLOW", RULE(SYSINFO, "KILL")),
	  { { "child-call", SYS_sysinfo, "{\"end\":\"SIGSYS\"}" },
	    { "child-call", SYS_getcwd, "{\"value\":-1,\"errno\":\"ERANGE\",\"end\":\"exit 0\"}" } } },
	{ ROW("kill-thread", "action.kill-thread"),
	  FILTER("ALLOW", RULE(SYSINFO, "KILL_THREAD")),
	  { { "thread-call", SYS_sysinfo, "{\"end\":\"exit 0\"}" },
	    { "thread-call", SYS_getcwd, "{\"value\":-1,\"errno\":\"ERANGE\",\"end\":\"exit 0\"}" } } },
	{ ROW("kill-process", "action.kill-process"),
	  FILTER("ALLOW", RULE(SYSINFO, "KILL_PROCESS")),
	  { { "thread-call", SYS_sysinfo, "{\"end\":\"SIGSYS\"}" },
	    { "thread-call", SYS_getcwd, "{\"value\":-1,\"errno\":\"ERANGE\",\"end\":\"exit 0\"}" } } },
	{ ROW("trap", "action.trap"),
	  FILTER("ALLOW", RULE(SYSINFO, "TRAP")),
	  { { "trapped-call", SYS_sysinfo, "trap" },
	    { "trapped-call", SYS_getcwd, "{\"signals\":0,\"value\":-1,\"errno\":\"ERANGE\"}" } } },
	{ ROW("trace", "action.trace"),
	  FILTER("ALLOW", RULE(SYSINFO, "TRACE")),
	  { { "syscall", SYS_sysinfo, FAILS("ENOSYS") }, { "traced-call", SYS_sysinfo, "stops" } } },
	{ ROW("same-as-default", "action.same-as-default"),
	  FILTER("ALLOW", RULE("[\"getcwd\"]", "ALLOW")),
	  { { "syscall", SYS_getcwd, GETCWD_WORKS } } },
	{ ROW("names", "names.several"),
	  FILTER("ALLOW", RULE("[\"ustat\",\"sysinfo\",\"sethostname\"]", "ERRNO")),
	  { { "syscall", SYS_ustat, SOME_ERROR },
	    { "syscall", SYS_sysinfo, SOME_ERROR },
	    { "syscall", SYS_sethostname, SOME_ERROR } } },
	{ ROW("unknown-name", "names.unknown"),
	  FILTER("ALLOW", RULE("[\"octest_none\",\"ustat\"]", "ERRNO")),
	  { { "syscall", SYS_ustat, SOME_ERROR } } },
	{ ROW("entries", "syscalls.several-entries"),
	  FILTER("ALLOW", RULE("[\"ustat\"]", "ERRNO") "," RULE(SYSINFO, "ERRNO") "," RULE(
				  "[\"sethostname\"]", "ERRNO")),
	  { { "syscall", SYS_ustat, SOME_ERROR },
	    { "syscall", SYS_sysinfo, SOME_ERROR },
	    { "syscall", SYS_sethostname, SOME_ERROR } } },
};

/* Fails by the filter and not by itself. */
static void check_filtered(struct test *t, const char *id, const char *what, const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "errno"));
	bool own = error && (!strcmp(error, "EFAULT") || !strcmp(error, "ERANGE") ||
			     !strcmp(error, "ESPIPE") || !strcmp(error, "EBADF") ||
			     !strcmp(error, "EINVAL"));

	if (test_spec(t) >= 10100)
		check_string(t, id, what, "EPERM", error);
	else
		check_seen(t, id, error && !own, format(t, "%s: an error of the filter's", what),
			   "%s", life_json(t, answer));
}

static void check_trap(struct test *t, const char *id, long nr, const json_t *answer)
{
	json_t *copy = json_deep_copy(answer);

	if (json_is_object(copy))
		json_object_del(copy, "errno"); /* not said */
	check_json(t, id, "what the handler of SIGSYS is told",
		   json_pack("{s:i s:i s:i s:s}", "signals", 1, "code", 1, "syscall", (int)nr, "arch",
			     format(t, "%x", AUDIT_ARCH_X86_64)),
		   copy);
}

static void check_answer(struct test *t, const char *id, const char *fact, long nr,
			 const char *expected, const json_t *answer)
{
	const char *what = format(t, "%s of system call %ld", fact, nr);

	if (!strcmp(expected, SOME_ERROR))
		check_filtered(t, id, what, answer);
	else if (!strcmp(expected, "trap"))
		check_trap(t, id, nr, answer);
	else if (!strcmp(expected, "stops"))
		check_int(t, id, "stops that a tracer sees", 1,
			  json_integer_value(json_object_get(answer, "stops")));
	else if (*expected != '{')
		check_json(t, id, "data that a tracer sees", json_loads(expected, JSON_DECODE_ANY, NULL),
			   json_object_get(answer, "data"));
	else
		check_json(t, id, what, json_loads(expected, 0, NULL), answer);
}

static void add_call(struct test *t, struct bundle *b, const char *fact, long nr)
{
	const char *number = format(t, "%ld", nr);

	if (!strcmp(fact, "syscall"))
		bundle_probe_add(b, fact, number, "0", "0", "0", "0", "0", "0", NULL);
	else if (!strcmp(fact, "child-call"))
		bundle_probe_add(b, fact, "native", number, "0", "0", "0", "0", "0", "0", NULL);
	else
		bundle_probe_add(b, fact, number, NULL);
}

/* The answer to the n-th call of a row, counting those by the same sub-command. */
static const json_t *answer_to(struct test *t, const struct facts *f, const struct call_row *row,
			       size_t n)
{
	size_t before = 0;

	for (size_t i = 0; i < n; i++)
		before += !strcmp(row->calls[i].fact, row->calls[n].fact);
	return facts_get(f, before ? format(t, "%s#%zu", row->calls[n].fact, before + 1)
				   : row->calls[n].fact);
}

static void calls(struct test *t)
{
	const struct call_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = with_filter(t, row->filter);
	const struct facts *f;

	bundle_probe(b, "echo", "begin", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(row->calls) && row->calls[i].fact; i++)
		add_call(t, b, row->calls[i].fact, row->calls[i].nr);
	f = strcmp(row->c.name, "same-as-default") ? bundle_supported(b, id) : bundle_run(b);
	for (size_t i = 0; f && i < ARRAY_SIZE(row->calls) && row->calls[i].fact; i++)
		check_answer(t, id, row->calls[i].fact, row->calls[i].nr, row->calls[i].answer,
			     answer_to(t, f, row, i));
}

/* ------------------------------------------------------------------ operators and arguments */

/* lseek of a pipe to each of the offsets; those that the filter is to hit. */
struct argument_row {
	struct test_case c;
	const char *args; /* of one entry, or two alternatives joined by "|" */
	size_t n;
	struct {
		long long offset;
		bool hit;
	} calls[6];
};

#define HIGH		4294967296LL
#define CONDITION(op, value) "{\"index\":1,\"op\":\"SCMP_CMP_" op "\",\"value\":" value "}"
#define MASKED(value, two)                                                                          \
	"{\"index\":1,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" value ",\"valueTwo\":" two "}"
#define AROUND(name, id, op, below, at, above)                                                      \
	{ ROW(name, id), CONDITION(op, "3"), 3, { { 2, below }, { 3, at }, { 4, above } } },            \
	{                                                                                           \
		ROW(name "-64bit", id), CONDITION(op, "4294967299"), 5,                             \
		{                                                                                   \
			{ HIGH + 2, below }, { HIGH + 3, at }, { HIGH + 4, above },                 \
			{ 4, below }, { 2 * HIGH + 2, above },                                      \
		}                                                                                   \
	}

static const struct argument_row argument_rows[] = {
	AROUND("ne", "op.ne", "NE", true, false, true),
	AROUND("lt", "op.lt", "LT", true, false, false),
	AROUND("le", "op.le", "LE", true, true, false),
	AROUND("eq", "op.eq", "EQ", false, true, false),
	AROUND("ge", "op.ge", "GE", false, true, true),
	AROUND("gt", "op.gt", "GT", false, false, true),
	{ ROW("masked-eq", "op.masked-eq"),
	  MASKED("240", "32"),
	  5,
	  { { 0x20, true }, { 0x2f, true }, { 0x120, true }, { 0x30, false }, { 0, false } } },
	{ ROW("masked-eq-64bit", "op.masked-eq"),
	  MASKED("4294967297", "4294967296"),
	  5,
	  { { HIGH, true }, { HIGH + 2, true }, { HIGH + 1, false }, { 0, false }, { 2, false } } },
	{ ROW("masked-eq-default", "op.masked-eq.default-valuetwo"),
	  CONDITION("MASKED_EQ", "1"),
	  4,
	  { { 0, true }, { 2, true }, { 1, false }, { 3, false } } },
	{ ROW("value", "args.value-64bit"),
	  CONDITION("EQ", "4294967297"),
	  3,
	  { { HIGH + 1, true }, { 1, false }, { 2 * HIGH + 1, false } } },
	{ ROW("alternatives", "args.or-entries"),
	  CONDITION("EQ", "1") "|" CONDITION("EQ", "2"),
	  3,
	  { { 1, true }, { 2, true }, { 3, false } } },
	{ ROW("both", "args.and"),
	  CONDITION("EQ", "5") ",{\"index\":2,\"op\":\"SCMP_CMP_EQ\",\"value\":0}",
	  2,
	  { { 5, true }, { 6, false } } },
	{ ROW("not-both", "args.and"),
	  CONDITION("EQ", "5") ",{\"index\":2,\"op\":\"SCMP_CMP_EQ\",\"value\":1}",
	  2,
	  { { 5, false }, { 6, false } } },
};

static const char *with_arguments(struct test *t, const char *name, const char *args)
{
	const char *rules = "", *end;

	for (; *args; args = *end ? end + 1 : end) {
		end = args + strcspn(args, "|");
		rules = format(t, "%s%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[%.*s]}",
			       rules, *rules ? "," : "", name, (int)(end - args), args);
	}
	return format(t, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[%s]}", rules);
}

static void arguments(struct test *t)
{
	const struct argument_row *row = test_row(t);
	const char *id = row->c.requirement, *nr = format(t, "%d", SYS_lseek);
	struct bundle *b = with_filter(t, with_arguments(t, "lseek", row->args));
	const struct facts *f;

	bundle_probe(b, "echo", "begin", NULL);
	for (size_t i = 0; i < row->n; i++)
		bundle_probe_add(b, "syscall", nr, "0", format(t, "%lld", row->calls[i].offset), "0",
				 "0", "0", "0", NULL);
	f = bundle_supported(b, id);
	for (size_t i = 0; f && i < row->n; i++) {
		const json_t *answer = facts_get(f, i ? format(t, "syscall#%zu", i + 1) : "syscall");
		const char *what = format(t, "lseek to %lld", row->calls[i].offset);

		if (row->calls[i].hit)
			check_filtered(t, id, what, answer);
		else
			check_json(t, id, what, json_loads(FAILS("ESPIPE"), 0, NULL), answer);
	}
}

/* Six rules for sendto, each with a mark of its own for one argument; each mark everywhere. */
static void indices(struct test *t)
{
	enum { N = 6, MARK = 0x1000 };
	const char *id = "linux.seccomp.args.index", *args = "";
	struct bundle *b;
	const struct facts *f;
	size_t n = 0;

	for (int i = 0; i < N; i++)
		args = format(t, "%s%s{\"index\":%d,\"op\":\"SCMP_CMP_EQ\",\"value\":%d}", args,
			      i ? "|" : "", i, MARK + i);
	b = with_filter(t, with_arguments(t, "sendto", args));
	bundle_probe(b, "echo", "begin", NULL);
	for (int i = 0; i < N * N; i++) {
		const char *word[N];

		for (int j = 0; j < N; j++)
			word[j] = j == i % N ? format(t, "%d", MARK + i / N) : j ? "0" : "9999";
		bundle_probe_add(b, "syscall", format(t, "%d", SYS_sendto), word[0], word[1], word[2],
				 word[3], word[4], word[5], NULL);
	}
	f = bundle_supported(b, id);
	for (int i = 0; f && i < N * N; i++, n++) {
		const json_t *answer = facts_get(f, n ? format(t, "syscall#%zu", n + 1) : "syscall");
		const char *what = format(t, "the mark for argument %d as argument %d", i / N, i % N);

		if (i % N == i / N)
			check_filtered(t, id, what, answer);
		else
			check_json(t, id, what, json_loads(FAILS("EBADF"), 0, NULL), answer);
	}
}

/* ------------------------------------------------------------------ architectures */

/* getpid is filtered, getppid is not; by the machine's own ABI or another. */
struct abi_row {
	struct test_case c;
	const char *architectures; /* NULL: the property is absent */
	const char *abi, *getpid, *getppid;
	bool listed;
};

#define X86_64 "\"SCMP_ARCH_X86_64\""

static const struct abi_row abi_rows[] = {
	{ ROW("x86-64", "architectures.x86-64"), X86_64, "native", "39", "110", true },
	{ ROW("x86", "architectures.x86"), X86_64 ",\"SCMP_ARCH_X86\"", "i386", "20", "64", true },
	{ ROW("x32", "architectures.x32"), X86_64 ",\"SCMP_ARCH_X32\"", "x32", "39", "110", true },
	{ ROW("unlisted-x86", "architectures.unlisted"), X86_64, "i386", "20", "64", false },
	{ ROW("unlisted-x32", "architectures.unlisted-x32"), X86_64, "x32", "39", "110", false },
	{ ROW("absent", "architectures.absent"), NULL, "native", "39", "110", true },
	{ ROW("absent-x86", "architectures.absent"), NULL, "i386", "20", "64", false },
};

static void abis(struct test *t)
{
	const struct abi_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = with_filter(t, FILTER("ALLOW", RULE("[\"getpid\"]", "ERRNO")));
	const json_t *answer;
	const struct facts *f;

	if (row->architectures)
		bundle_put(b, "linux.seccomp.architectures",
			   json_loads(format(t, "[%s]", row->architectures), 0, NULL));
	bundle_probe(b, "child-call", row->abi, row->getpid, "0", "0", "0", "0", "0", "0",
		     "child-call", row->abi, row->getppid, "0", "0", "0", "0", "0", "0", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	answer = facts_get(f, "child-call");
	if (!row->listed) {
		/* Killed, or an error: all but the number of the process. */
		check_seen(t, id,
			   json_is_object(answer) &&
				   json_integer_value(json_object_get(answer, "value")) <= 0 &&
				   json_object_get(answer, "end"),
			   format(t, "getpid by %s does not succeed", row->abi), "%s",
			   life_json(t, answer));
		return;
	}
	check_filtered(t, id, format(t, "getpid by %s", row->abi), answer);
	answer = facts_get(f, "child-call#2");
	check_seen(t, id, json_integer_value(json_object_get(answer, "value")) > 0,
		   format(t, "getppid by %s gives a process", row->abi), "%s", life_json(t, answer));
}

/* ------------------------------------------------------------------ one by one */

static void absent(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f = bundle_run(b, "session");

	check_int(t, "linux.seccomp.absent", "seccomp mode of the process", 0,
		  facts_int(f, "session.seccomp"));
}

static void no_rules(struct test *t)
{
	const char *id = "linux.seccomp.syscalls.absent";

	for (int empty = 0; empty < 2; empty++) {
		struct bundle *b = with_filter(t, empty ? FILTER("ALLOW", "")
							: "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");

		check_string(t, id, empty ? "echo, with no rules" : "echo, without rules", "here",
			     facts_string(bundle_run(b, "echo", "here"), "echo"));
	}
}

/* A program cannot even begin; whether that is an error of start or a quick death is the kernel's
 * business with the runtime. */
static void kill_all(struct test *t)
{
	const char *id = "linux.seccomp.defaultaction.kill-empty";

	for (int empty = 0; empty < 2; empty++) {
		struct bundle *b = with_filter(t, empty ? FILTER("KILL", "")
							: "{\"defaultAction\":\"SCMP_ACT_KILL\"}");
		struct container *c = container_new(b);
		const struct result *r = op_create(c);
		size_t length = 0;

		if (result_ok(r))
			r = op_start(c);
		if (!result_ok(r)) {
			check_error(t, id, r);
			continue;
		}
		check_true(t, id, !container_answer(c) && (container_output(c, &length), !length),
			   "the program says nothing", "it ran: %s", container_output(c, NULL));
	}
}

static void zero_errno(struct test *t)
{
	const char *id = "linux.seccomp.errnoret.zero";
	struct bundle *b = with_filter(t, FILTER("ALLOW", RULE_ERRNO("[\"sethostname\"]", "ERRNO", "0")));
	const struct facts *f;

	/* The runtime itself has set the name before. */
	bundle_set(b, "hostname", "s", "before");
	bundle_probe(b, "sethostname", "after", "uname", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "sethostname(2)", "", facts_errno(f, "sethostname"));
	check_string(t, id, "the host name afterwards", "before", facts_string(f, "uname.nodename"));
}

static void not_executed(struct test *t)
{
	const char *id = "linux.seccomp.action.errno";
	struct bundle *b = with_filter(t, FILTER("ALLOW", RULE("[\"mkdir\",\"mkdirat\"]", "ERRNO")));
	const char *made = format(t, "%s/made", bundle_rootfs(b));
	const struct facts *f;

	bundle_probe(b, "mkdir", "/made", NULL);
	add_call(t, b, "syscall", SYS_getcwd);
	add_call(t, b, "syscall", SYS_sysinfo);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_filtered(t, id, "mkdir(2)", facts_get(f, "mkdir"));
	check_true(t, id, access(made, F_OK) && errno == ENOENT, "no directory is made", "%s is there",
		   made);
	check_json(t, id, "getcwd(2)", json_loads(GETCWD_WORKS, 0, NULL), facts_get(f, "syscall"));
	check_json(t, id, "sysinfo(2)", json_loads(SYSINFO_WORKS, 0, NULL), facts_get(f, "syscall#2"));
}

/* A static program's first calls are arch_prctl(2) and set_tid_address(2): dead before a word. */
static void before_program(struct test *t)
{
	const char *id = "linux.seccomp.before-program";
	struct bundle *good = with_filter(t, FILTER("ALLOW", RULE("[\"ustat\"]", "KILL"))), *bad;
	struct container *c;
	int status;

	bad = bundle_copy(good);
	seccomp_set(t, bad, FILTER("ALLOW", RULE("[\"set_tid_address\"]", "KILL")));
	if (!bundle_supported(good, id))
		return;
	c = container_new(bad);
	must_create(c);
	must_start(c);
	check_true(t, id, !container_answer(c), "the program is dead before it can speak", "it spoke: %s",
		   container_output(c, NULL));
	status = container_wait(c);
	if (status >= 0)
		check_seen(t, id, WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
			   "it ends by SIGSYS", "wait status %#x", status);
}

static void inherited(struct test *t)
{
	const char *id = "linux.seccomp.inherited";
	struct bundle *b = with_filter(t, FILTER("ALLOW", RULE(SYSINFO, "ERRNO")));
	const struct facts *f;
	struct container *c;

	bundle_probe(b, "echo", "begin", NULL);
	add_call(t, b, "child-call", SYS_sysinfo);
	add_call(t, b, "thread-call", SYS_sysinfo);
	bundle_probe_add(b, "become", "/probe", bundle_nonce(b), "syscall", format(t, "%d", SYS_sysinfo),
			 "0", "0", "0", "0", "0", "0", NULL);
	c = container_new(b);
	if (!may_create(t, id, c))
		return;
	must_start(c);
	f = container_await(c, "syscall");
	check_filtered(t, id, "sysinfo(2) in a child", facts_get(f, "child-call"));
	check_filtered(t, id, "sysinfo(2) in a thread", facts_get(f, "thread-call"));
	check_filtered(t, id, "sysinfo(2) in a program executed again", facts_get(f, "syscall"));
}

static void without_no_new_privileges(struct test *t)
{
	const char *id = "linux.seccomp.without-no-new-privs";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	seccomp_set(t, b, FILTER("ALLOW", RULE(SYSINFO, "ERRNO")));
	bundle_set(b, "process.noNewPrivileges", "b", 0);
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(b, "process.capabilities", "{}");
	bundle_probe(b, "nnp", NULL);
	add_call(t, b, "syscall", SYS_sysinfo);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_filtered(t, id, "sysinfo(2)", facts_get(f, "syscall"));
	check_int(t, id, "no_new_privs of the process", 0, facts_int(f, "nnp"));
}

/* An error, or an effect: nothing in between. */
static void errno_of_trap(struct test *t)
{
	const char *id = "linux.seccomp.errnoret.unsupported.trap";
	struct bundle *b = with_filter(t, FILTER("ALLOW", RULE_ERRNO(SYSINFO, "TRAP", "38")));
	const struct result *refusal = NULL;
	const struct facts *f;

	bundle_probe(b, "echo", "begin", NULL);
	add_call(t, b, "trapped-call", SYS_sysinfo);
	f = bundle_try(b, &refusal);
	if (f)
		check_int(t, id, "si_errno that the handler sees", 38,
			  facts_int(f, "trapped-call.errno"));
	else
		check_error(t, id, refusal);
}

/* ------------------------------------------------------------------ what must be refused */

struct refused_row {
	struct test_case c;
	const char *bad, *good;
};

#define ARGUMENT(entry)                                                                             \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"lseek\"],\"action\":"       \
	"\"SCMP_ACT_ERRNO\",\"args\":[" entry "]}]}"
#define WITH(members) "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," members "}"
/* A default that takes no errno, of which the program would see nothing. */
#define NO_ERRNO(name, action)                                                                      \
	{                                                                                           \
		ROW("default-errno-of-" name, "defaulterrnoret.unsupported"),                       \
			FILTER_ERRNO(action, "38", OTHERS), FILTER(action, OTHERS)                  \
	}
#define NO_RULE_ERRNO(name, id, base, action)                                                       \
	{                                                                                           \
		ROW("errno-of-" name, "errnoret.unsupported." id),                                  \
			FILTER(base, OTHERS "," RULE_ERRNO(SYSINFO, action, "38")),                 \
			FILTER(base, OTHERS "," RULE(SYSINFO, action))                              \
	}

static const struct refused_row refused_rows[] = {
	{ ROW("no-default", "defaultaction.required"),
	  "{\"syscalls\":[" RULE(SYSINFO, "ERRNO") "]}",
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")) },
	{ ROW("unknown-default", "defaultaction.unknown"),
	  FILTER("OCTEST", OTHERS),
	  FILTER("ERRNO", OTHERS) },
	{ ROW("unknown-action", "defaultaction.unknown"),
	  FILTER("ALLOW", RULE(SYSINFO, "OCTEST")),
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")) },
	NO_ERRNO("allow", "ALLOW"),
	NO_ERRNO("kill", "KILL"),
	NO_ERRNO("kill-process", "KILL_PROCESS"),
	NO_ERRNO("kill-thread", "KILL_THREAD"),
	NO_ERRNO("log", "LOG"),
	NO_RULE_ERRNO("kill", "kill", "ERRNO", "KILL"),
	NO_RULE_ERRNO("kill-process", "kill", "ERRNO", "KILL_PROCESS"),
	NO_RULE_ERRNO("kill-thread", "kill", "ERRNO", "KILL_THREAD"),
	NO_RULE_ERRNO("allow", "allow", "ERRNO", "ALLOW"),
	NO_RULE_ERRNO("log", "log", "ALLOW", "LOG"),
	{ ROW("no-action", "action.required"),
	  FILTER("ALLOW", "{\"names\":" SYSINFO "}"),
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")) },
	{ ROW("no-names", "names.required"),
	  FILTER("ALLOW", "{\"action\":\"SCMP_ACT_ERRNO\"}"),
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")) },
	{ ROW("empty-names", "names.non-empty"),
	  FILTER("ALLOW", RULE("[]", "ERRNO")),
	  FILTER("ALLOW", RULE(SYSINFO, "ERRNO")) },
	{ ROW("unknown-flag", "flags.unknown"),
	  WITH("\"flags\":[\"SECCOMP_FILTER_FLAG_OCTEST\"]"),
	  WITH("\"flags\":[]") },
	{ ROW("unknown-architecture", "architectures.unknown"),
	  WITH("\"architectures\":[\"SCMP_ARCH_OCTEST\"]"),
	  WITH("\"architectures\":[\"SCMP_ARCH_X86_64\"]") },
	{ ROW("index", "args.index.range"),
	  ARGUMENT("{\"index\":6,\"op\":\"SCMP_CMP_EQ\",\"value\":3}"),
	  ARGUMENT("{\"index\":5,\"op\":\"SCMP_CMP_EQ\",\"value\":3}") },
	{ ROW("unknown-operator", "op.unknown"),
	  ARGUMENT("{\"index\":1,\"op\":\"SCMP_CMP_OCTEST\",\"value\":3}"),
	  ARGUMENT(CONDITION("EQ", "3")) },
	{ ROW("no-operator", "args.op-required"),
	  ARGUMENT("{\"index\":1,\"value\":3}"),
	  ARGUMENT(CONDITION("EQ", "3")) },
};

static void refused(struct test *t)
{
	const struct refused_row *row = test_row(t);

	check_refused(t, row->c.requirement, with_filter(t, row->bad), with_filter(t, row->good));
}

const struct test_entry seccomp_tests[] = {
	{
		.name = "seccomp/absent",
		.about = "without seccomp there is no filter",
		.requirements = REQS("linux.seccomp.absent"),
		.run = absent,
	},
	{
		.name = "seccomp/calls",
		.about = "what a system call gives under a filter",
		.requirements = REQS("linux.seccomp.action.errno"),
		.run = calls,
		CASES(call_rows),
	},
	{
		.name = "seccomp/arguments",
		.about = "a rule holds for the arguments it says, and no others",
		.requirements = REQS("linux.seccomp.args.index"),
		.run = arguments,
		CASES(argument_rows),
	},
	{
		.name = "seccomp/index",
		.about = "index picks one of six arguments",
		.requirements = REQS("linux.seccomp.args.index"),
		.run = indices,
	},
	{
		.name = "seccomp/abi",
		.about = "a filter holds for the ABIs it lists, and lets nobody pass by another",
		.requirements = REQS("linux.seccomp.architectures.x86-64"),
		.run = abis,
		CASES(abi_rows),
	},
	{
		.name = "seccomp/no-rules",
		.about = "a filter may be without rules",
		.requirements = REQS("linux.seccomp.syscalls.absent"),
		.run = no_rules,
	},
	{
		.name = "seccomp/kill-all",
		.about = "no program survives a filter that kills at every call",
		.requirements = REQS("linux.seccomp.defaultaction.kill-empty"),
		.run = kill_all,
	},
	{
		.name = "seccomp/zero-errno",
		.about = "errnoRet 0 makes a call succeed that is not made",
		.requirements = REQS("linux.seccomp.errnoret.zero"),
		.run = zero_errno,
	},
	{
		.name = "seccomp/not-executed",
		.about = "a call that a rule fails has no effect, others work",
		.requirements = REQS("linux.seccomp.action.errno"),
		.run = not_executed,
	},
	{
		.name = "seccomp/before-program",
		.about = "the filter is there before the program's first call",
		.requirements = REQS("linux.seccomp.before-program"),
		.run = before_program,
	},
	{
		.name = "seccomp/inherited",
		.about = "children, threads and programs executed later stay under the filter",
		.requirements = REQS("linux.seccomp.inherited"),
		.run = inherited,
	},
	{
		.name = "seccomp/without-no-new-privileges",
		.about = "a filter needs no noNewPrivileges, and does not set it",
		.requirements = REQS("linux.seccomp.without-no-new-privs"),
		.run = without_no_new_privileges,
	},
	{
		.name = "seccomp/errno-of-trap",
		.about = "errnoRet of a trap is an error or has its effect",
		.requirements = REQS("linux.seccomp.errnoret.unsupported.trap"),
		.run = errno_of_trap,
	},
	{
		.name = "seccomp/refused",
		.about = "a filter that cannot be made is refused",
		.requirements = REQS("linux.seccomp.defaultaction.required"),
		.run = refused,
		CASES(refused_rows),
	},
	{ 0 },
};
