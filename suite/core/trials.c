/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of what the kernel does for processes, mounts and networks: each asks for the thing itself
 * rather than for a sign of it. They must leave nothing that outlives their process.
 */
#include "trials.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/kcmp.h>
#include <linux/mempolicy.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* From sys/mount.h, which quarrels with linux/mount.h in some versions of libc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif
#define KEEP_ALL	0x18 /* SCHED_FLAG_KEEP_ALL */
#define IOPRIO_BEST_7	(2 << 13 | 7) /* IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7) */
#define X32_SYSCALL_BIT 0x40000000

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------ processes */

int try_unshare(const struct feature *f, const struct context *c)
{
	(void)c;
	return unshare((int)f->argument);
}

int try_user_namespace(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return unshare(CLONE_NEWUSER) || write_to("/proc/self/uid_map", "0 0 1") ||
	       write_to("/proc/self/setgroups", "deny") || write_to("/proc/self/gid_map", "0 0 1");
}

int try_time_namespace(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return unshare(CLONE_NEWTIME) || write_to("/proc/self/timens_offsets", "monotonic 7 0");
}

int try_pidfd(const struct feature *f, const struct context *c)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)f, (void)c;
	return fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0);
}

/* Whoever starts to listen is told so by an event; without the events nothing would come. */
int try_process_events(const struct feature *f, const struct context *c)
{
	static const enum proc_cn_mcast_op listen = PROC_CN_MCAST_LISTEN;
	_Alignas(8) char request[NLMSG_SPACE(sizeof(struct cn_msg) + sizeof(listen))] = { 0 };
	struct nlmsghdr *head = (void *)request;
	struct cn_msg *message = NLMSG_DATA(head);
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	struct timeval limit = { .tv_usec = 500000 };
	char event[512];
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	(void)f, (void)c;
	head->nlmsg_len = NLMSG_LENGTH(sizeof(*message) + sizeof(listen));
	head->nlmsg_type = NLMSG_DONE;
	message->id = (struct cb_id){ CN_IDX_PROC, CN_VAL_PROC };
	message->len = sizeof(listen);
	memcpy(message->data, &listen, sizeof(listen));
	if (fd < 0 || bind(fd, (const void *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    send(fd, request, head->nlmsg_len, 0) < 0)
		return -1;
	return recv(fd, event, sizeof(event), 0) <= 0;
}

int try_kcmp(const struct feature *f, const struct context *c)
{
	int fd = dup(0), other = fd < 0 ? -1 : dup(fd);

	(void)f, (void)c;
	return syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, fd, other) != 0;
}

int try_sysvipc(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return unshare(CLONE_NEWIPC) || shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0;
}

int try_memfd(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return memfd_create("try", MFD_CLOEXEC) < 0;
}

int try_inotify(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return inotify_init1(IN_CLOEXEC) < 0; /* the end of one that watches is waited for */
}

int try_capability(const struct feature *f, const struct context *c)
{
	(void)c;
	return prctl(PR_CAPBSET_READ, f->argument, 0, 0, 0) < 0;
}

/* As in linux/sched/types.h, which no libc gets along with. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

int try_scheduler(const struct feature *f, const struct context *c)
{
	struct scheduling s = { .size = sizeof(s), .policy = (uint32_t)f->argument };

	(void)c;
	if (f->argument == SCHED_DEADLINE) {
		s.runtime = NS_PER_MS;
		s.deadline = s.period = 100 * NS_PER_MS;
	} else if (f->argument == SCHED_FIFO || f->argument == SCHED_RR) {
		s.priority = 1;
	}
	return syscall(SYS_sched_setattr, 0, &s, 0) || syscall(SYS_sched_getscheduler, 0) != f->argument;
}

int try_keep_scheduler(const struct feature *f, const struct context *c)
{
	struct scheduling s = { .size = sizeof(s), .flags = KEEP_ALL };

	(void)f, (void)c;
	return (int)syscall(SYS_sched_setattr, 0, &s, 0);
}

int try_affinity(const struct feature *f, const struct context *c)
{
	cpu_set_t set;
	int last = -1;

	(void)f, (void)c;
	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			last = i;
	CPU_ZERO(&set);
	CPU_SET(last, &set);
	return sched_setaffinity(0, sizeof(set), &set) || sched_getcpu() != last;
}

int try_io_priority(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return syscall(SYS_ioprio_set, 1, 0, IOPRIO_BEST_7) ||
	       syscall(SYS_ioprio_get, 1, 0) != IOPRIO_BEST_7;
}

int try_mempolicy(const struct feature *f, const struct context *c)
{
	unsigned long nodes = 1;
	int mode = -1;

	(void)f, (void)c;
	return syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 8UL) ||
	       syscall(SYS_get_mempolicy, &mode, NULL, 0UL, NULL, 0UL) || mode != MPOL_BIND;
}

/* getpid as a 32-bit program would ask; without the emulation the trial dies. */
int try_ia32(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
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

int try_x32(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
#ifdef __x86_64__
	return syscall(X32_SYSCALL_BIT | SYS_getpid) != getpid();
#else
	return 0;
#endif
}

int try_seccomp(const struct feature *f, const struct context *c)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };
	uint32_t action = (uint32_t)f->argument;

	(void)c;
	if (action)
		return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* ------------------------------------------------------------------ mounts and files */

/* A mount namespace of its own, from which nothing spreads. */
static int own_mounts(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
}

/* Over a directory that is always there. */
int try_mount(const struct feature *f, const struct context *c)
{
	(void)c;
	return own_mounts() || unshare(CLONE_NEWIPC) ||
	       mount(f->text, "/proc", f->text, 0, NULL);
}

/* There is nothing to mount: the kernel must complain of that, and not of the type. */
int try_known_fs(const struct feature *f, const struct context *c)
{
	(void)c;
	return own_mounts() || !mount("/proc/no-such-device", "/proc", f->text, 0, NULL) ||
	       errno == ENODEV;
}

int try_overlay(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return own_mounts() || mount("try", "/proc", "overlay", MS_RDONLY, "lowerdir=/bin:/lib");
}

int try_xattr(const struct feature *f, const struct context *c)
{
	char value[8];

	return try_mount(f, c) || setxattr("/proc", "trusted.try", "value", 5, 0) ||
	       getxattr("/proc", "trusted.try", value, sizeof(value)) != 5;
}

int try_terminal(const struct feature *f, const struct context *c)
{
	return try_mount(f, c) || open("/proc/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) < 0;
}

int try_mount_setattr(const struct feature *f, const struct context *c)
{
	struct mount_attr attr = { .attr_set = (uint64_t)f->argument };
	int fd;

	(void)c;
	if (own_mounts())
		return -1;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/",
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	return fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
				 sizeof(attr));
}

/* A descriptor of a user namespace whose one child is gone before this process is. */
static int mapped_namespace(void)
{
	char path[64];
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	int fd = -1;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	for (const char *const *map = WORDS("uid_map", "gid_map"); pid > 0 && *map; map++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, *map);
		if (write_to(path, "0 1000 10"))
			goto out;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
out:
	if (pid > 0)
		kill(pid, SIGKILL);
	return fd;
}

int try_idmap(const struct feature *f, const struct context *c)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int ns = mapped_namespace(), fd;
	struct stat st;

	if (ns < 0 || try_mount(f, c) || chown("/proc", 3, 3))
		return -1;
	attr.userns_fd = (uint64_t)ns;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return fd < 0 ||
	       syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ||
	       fstat(fd, &st) || st.st_uid != 1003;
}

int try_path(const struct feature *f, const struct context *c)
{
	struct stat st;

	(void)c;
	return stat(f->text, &st);
}

int try_open(const struct feature *f, const struct context *c)
{
	(void)c;
	return open(f->text, O_RDWR | O_CLOEXEC | O_NONBLOCK) < 0 &&
	       open(f->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK) < 0;
}

int try_sysctl(const struct feature *f, const struct context *c)
{
	(void)f, (void)c;
	return unshare(CLONE_NEWUTS) || write_to("/proc/sys/kernel/domainname", "try");
}

/* ------------------------------------------------------------------ security modules */

/* What the next program would run as, were there one: the kernel looks the name up now. */
int try_apparmor(const struct feature *f, const struct context *c)
{
	char text[128];

	(void)c;
	snprintf(text, sizeof(text), "exec %s", f->text);
	return write_to("/proc/thread-self/attr/apparmor/exec", text);
}

int try_selinux(const struct feature *f, const struct context *c)
{
	const char *enforce = file_read(NULL, "/sys/fs/selinux/enforce");

	(void)c;
	return !enforce || *enforce != '1' || write_to("/proc/thread-self/attr/exec", f->text);
}
