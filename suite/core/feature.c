/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the kernel can do what the tests rely on: each feature is tried, in a process of its own
 * that ends at once, and not read from a configuration. It must never leave a trace of a trial.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

/* From sys/mount.h, which quarrels with linux/mount.h in some versions of libc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* A trial: 0 when it works. Runs in a child as root of the initial namespaces. */
struct feature {
	const char *name;
	const char *option; /* as rows of the catalogue call it, after kernel: */
	int (*try)(const struct feature *f);
	long argument;
	const char *text;
	bool engine;		  /* no test can run without; the others only certify less */
	enum cgroup_mode profile; /* where it is to be there */
};

static int try_namespace(const struct feature *f)
{
	return unshare((int)f->argument);
}

static int try_pidfd(const struct feature *f)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)f;
	return fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0);
}

static int try_mount_api(const struct feature *f)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int fd;

	(void)f;
	if (unshare(CLONE_NEWNS))
		return -1;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr));
}

/* Over a directory that is always there, in a mount namespace that ends with the trial. */
static int try_mount(const struct feature *f)
{
	return unshare(CLONE_NEWNS | CLONE_NEWIPC) ||
	       mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) ||
	       mount(f->text, "/proc", f->text, 0, NULL);
}

static int try_terminal(const struct feature *f)
{
	if (try_mount(f))
		return -1;
	return open("/proc/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) < 0;
}

static int try_seccomp(const struct feature *f)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };
	uint32_t action = (uint32_t)f->argument;

	if (action)
		return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int try_inotify(const struct feature *f)
{
	(void)f;
	return inotify_init1(IN_CLOEXEC) < 0;
}

static int try_memfd(const struct feature *f)
{
	(void)f;
	return memfd_create("try", MFD_CLOEXEC) < 0;
}

static int try_socket(const struct feature *f)
{
	return socket((int)f->argument, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0;
}

/* A program that allows all: what a device rule on v2 becomes. */
static int try_device_program(const struct feature *f)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	(void)f;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insn_cnt = ARRAY_SIZE(code);
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.license = (uint64_t)(uintptr_t) "GPL";
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) < 0;
}

static int try_mempolicy(const struct feature *f)
{
	int mode = -1;

	(void)f;
	return (int)syscall(SYS_get_mempolicy, &mode, NULL, 0UL, NULL, 0UL);
}

/* getpid as a 32-bit program would ask; without the emulation the trial dies. */
static int try_ia32(const struct feature *f)
{
	(void)f;
#ifdef __x86_64__
	{
		long pid = 20;

		__asm__ volatile("int $0x80" : "+a"(pid) : : "memory", "r8", "r9", "r10", "r11");
		return pid != getpid();
	}
#else
	return 0;
#endif
}

/* The one attribute and the nest of them that a link of a kind is asked for with. */
struct link_request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	struct rtattr nest, kind;
	char name[8];
};

/* A link of a kind ("dummy") in a network namespace of its own. */
static int try_link(const struct feature *f)
{
	struct link_request r;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	size_t length = strlen(f->text);
	int fd;

	if (unshare(CLONE_NEWNET))
		return -1;
	memset(&r, 0, sizeof(r));
	memset(&answer, 0, sizeof(answer));
	r.head = (struct nlmsghdr){ .nlmsg_len = sizeof(r),
				    .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags =
					    NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK };
	r.nest = (struct rtattr){ .rta_len = sizeof(r.nest) + sizeof(r.kind) + sizeof(r.name),
				  .rta_type = IFLA_LINKINFO };
	r.kind = (struct rtattr){ .rta_len = (unsigned short)(sizeof(r.kind) + length),
				  .rta_type = IFLA_INFO_KIND };
	memcpy(r.name, f->text, length);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || send(fd, &r, sizeof(r), 0) != sizeof(r) ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.head))
		return -1;
	return answer.head.nlmsg_type != NLMSG_ERROR || answer.error.error;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; at && (at = strstr(at, word)); at += n)
		if ((at == text || strchr(" ,:", at[-1])) && (!at[n] || strchr(" ,;\n", at[n])))
			return true;
	return false;
}

static int try_lsm(const struct feature *f)
{
	return !has_word(file_read(NULL, "/sys/kernel/security/lsm"), f->text);
}

static int try_path(const struct feature *f)
{
	struct stat st;

	return stat(f->text, &st);
}

static const struct feature features[] = {
	{ "pid namespace", "PID_NS", try_namespace, CLONE_NEWPID, NULL, true, CGROUP_ANY },
	{ "mount namespace", "NAMESPACES", try_namespace, CLONE_NEWNS, NULL, true, CGROUP_ANY },
	{ "network namespace", "NET_NS", try_namespace, CLONE_NEWNET, NULL, true, CGROUP_ANY },
	{ "uts namespace", "UTS_NS", try_namespace, CLONE_NEWUTS, NULL, true, CGROUP_ANY },
	{ "ipc namespace", "IPC_NS", try_namespace, CLONE_NEWIPC, NULL, true, CGROUP_ANY },
	{ "cgroup namespace", "CGROUPS", try_namespace, CLONE_NEWCGROUP, NULL, true, CGROUP_ANY },
	{ "user namespace", "USER_NS", try_namespace, CLONE_NEWUSER, NULL, false, CGROUP_ANY },
	{ "time namespace", "TIME_NS", try_namespace, CLONE_NEWTIME, NULL, false, CGROUP_ANY },
	{ "pidfd", NULL, try_pidfd, 0, NULL, true, CGROUP_ANY },
	{ "mount_setattr", NULL, try_mount_api, 0, NULL, true, CGROUP_ANY },
	{ "tmpfs", "TMPFS", try_mount, 0, "tmpfs", true, CGROUP_ANY },
	{ "inotify", NULL, try_inotify, 0, NULL, true, CGROUP_ANY },
	{ "memfd", NULL, try_memfd, 0, NULL, true, CGROUP_ANY },
	{ "pseudo-terminals", "UNIX98_PTYS", try_terminal, 0, "devpts", true, CGROUP_ANY },
	{ "POSIX message queues", "POSIX_MQUEUE", try_mount, 0, "mqueue", false, CGROUP_ANY },
	{ "huge pages", "HUGETLBFS", try_mount, 0, "hugetlbfs", false, CGROUP_ANY },
	{ "seccomp filter", "SECCOMP_FILTER", try_seccomp, 0, NULL, false, CGROUP_ANY },
	{ "seccomp notification", "SECCOMP", try_seccomp, (long)SECCOMP_RET_USER_NOTIF, NULL, false,
	  CGROUP_ANY },
	{ "seccomp log", "AUDIT", try_seccomp, (long)SECCOMP_RET_LOG, NULL, false, CGROUP_ANY },
	{ "32-bit system calls", "IA32_EMULATION", try_ia32, 0, NULL, false, CGROUP_ANY },
	{ "BPF device programs", "CGROUP_BPF", try_device_program, 0, NULL, false, CGROUP_V2 },
	{ "dummy links", "DUMMY", try_link, 0, "dummy", false, CGROUP_ANY },
	{ "IPv4", "INET", try_socket, AF_INET, NULL, true, CGROUP_ANY },
	{ "IPv6", "IPV6", try_socket, AF_INET6, NULL, false, CGROUP_ANY },
	{ "memory policies", "NUMA", try_mempolicy, 0, NULL, false, CGROUP_ANY },
	{ "AppArmor", "SECURITY_APPARMOR", try_lsm, 0, "apparmor", false, CGROUP_V2 },
	{ "SELinux", "SECURITY_SELINUX", try_lsm, 0, "selinux", false, CGROUP_V1 },
	{ "null block device", "BLK_DEV_NULL_BLK", try_path, 0, "/sys/block/nullb0", false,
	  CGROUP_ANY },
};

static int in_child(const struct feature *f)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f->try(f) ? 1 : 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* ------------------------------------------------------------------ controllers */

static const char *const controllers[] = { "cpu", "cpuset",  "memory", "pids",
					   "io",  "hugetlb", "rdma",   "misc" };
static const char *const controllers_v1[] = { "cpu",	 "cpuacct", "cpuset",	"memory",
					      "pids",	 "blkio",   "devices",	"freezer",
					      "hugetlb", "net_cls", "net_prio", "rdma" };

static bool has_controller(const struct context *c, const char *name)
{
	char path[256];

	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];

		snprintf(path, sizeof(path), "%s/cgroup.controllers", h->point);
		if (has_word(h->v2 ? file_read(NULL, path) : h->options, name))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ the answer */

/* "huge pages (CONFIG_HUGETLBFS), wanted by 12 requirements, first linux.x" */
static const char *missing_text(const char *name, const char *option)
{
	const char *first = NULL;
	size_t n = 0;
	char *text;

	for (size_t i = 0; option && i < catalogue_count; i++) {
		if (strncmp(catalogue[i].testable, "kernel:", 7) ||
		    !has_word(catalogue[i].testable, option))
			continue;
		first = first ? first : catalogue[i].id;
		n++;
	}
	if (asprintf(&text, first ? "%s (CONFIG_%s), wanted by %zu requirements, first %s" : "%s",
		     name, option, n, first) < 0)
		abort();
	return text;
}

static void judge(json_t *list, const char *name, const char *option, bool ok, const char **missing)
{
	const char *text = ok ? name : missing_text(name, option);

	json_array_append_new(list, json_pack("{s:s s:b}", "feature", text, "ok", (int)ok));
	if (!ok && !*missing)
		*missing = text;
}

json_t *feature_check(const struct context *c, const char **missing)
{
	json_t *list = json_array();
	const char *const *names = c->cgroup_v2 ? controllers : controllers_v1;
	size_t n = c->cgroup_v2 ? ARRAY_SIZE(controllers) : ARRAY_SIZE(controllers_v1);
	enum cgroup_mode profile = c->cgroup_v2 ? CGROUP_V2 : CGROUP_V1;

	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];

		if (f->profile != CGROUP_ANY && f->profile != profile)
			continue;
		if (f->engine || c->appliance)
			judge(list, f->name, f->option, !in_child(f), missing);
	}
	for (size_t i = 0; c->appliance && i < n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "cgroup controller %s", names[i]);
		judge(list, name, NULL, has_controller(c, names[i]), missing);
	}
	return list;
}
