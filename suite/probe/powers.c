/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe is allowed to do: for each capability an operation that the kernel refuses without
 * it, tried in a child of its own, and what running another file makes of it. It must change nothing
 * outside the container, nor anything that outlasts it: where success would, it is enough that the
 * kernel's next objection is another one.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acct.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "names.h"

#define NOT_HERE 255 /* in place of an errno: it cannot be tried */

/* ------------------------------------------------------------------ another file */

/* What "lurk" tells of itself, through descriptor 3. */
struct lurker {
	int error; /* why it did not start */
	int shm; /* a memory segment of its own, or -1 */
	uint32_t uid, euid, gid, egid;
	uint64_t permitted, effective, bounding;
};

/*
 * What a file that gives privileges runs: tells what it has, becomes with all IDs the user that it is
 * by its effective one, and lives until its standard input ends.
 */
static void do_lurk(char **argument)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct set[2] = { { 0 } };
	struct lurker me = { .uid = getuid(), .euid = geteuid(), .gid = getgid(), .egid = getegid() };
	char byte;

	(void)argument;
	syscall(SYS_capget, &head, set);
	me.permitted = set[0].permitted | (uint64_t)set[1].permitted << 32;
	me.effective = set[0].effective | (uint64_t)set[1].effective << 32;
	for (int i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			me.bounding |= 1ULL << i;
	(void)!syscall(SYS_setresuid, me.euid, me.euid, me.euid);
	me.shm = shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	(void)!write(3, &me, sizeof(me));
	while (read(0, &byte, 1) > 0)
		;
	shmctl(me.shm, IPC_RMID, NULL);
	_exit(0);
}

/* Its pid, or -1; *hold is what it waits for. */
static pid_t start_lurker(char *path, struct lurker *told, int *hold)
{
	static char nonce[] = "-", command[] = "lurk";
	char *const words[] = { path, nonce, command, NULL };
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = -1;

	*told = (struct lurker){ .error = EPIPE };
	if (!pipe2(in, O_CLOEXEC) && !pipe2(out, O_CLOEXEC))
		pid = fork();
	if (pid == 0) {
		/* Not in each other's way, whatever numbers they have. */
		int read_end = fcntl(in[0], F_DUPFD_CLOEXEC, 10);
		int write_end = fcntl(out[1], F_DUPFD_CLOEXEC, 10);

		dup2(read_end, 0);
		dup2(write_end, 3);
		close(1);
		execve(path, words, (char *const[]){ NULL });
		told->error = errno;
		(void)!write(write_end, told, sizeof(*told));
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	if (pid > 0 && read(out[0], told, sizeof(*told)) != sizeof(*told))
		*told = (struct lurker){ .error = EPIPE };
	close(out[0]);
	*hold = in[1];
	return pid;
}

static void end_lurker(pid_t pid, int hold)
{
	close(hold);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* PATH: a copy of the probe; what it has when it is run from here. */
static void do_gain(char **argument)
{
	struct lurker told;
	int hold;
	pid_t pid = start_lurker(argument[0], &told, &hold);

	end_lurker(pid, hold);
	line_begin("gain");
	if (told.error) {
		out_errno(told.error);
	} else {
		out_open('{');
		out_key("uid");
		out_int(told.uid);
		out_key("euid");
		out_int(told.euid);
		out_key("gid");
		out_int(told.gid);
		out_key("egid");
		out_int(told.egid);
		out_key("permitted");
		out_hex(told.permitted);
		out_key("effective");
		out_hex(told.effective);
		out_key("bounding");
		out_hex(told.bounding);
		out_close('}');
	}
	line_end();
}

/* ------------------------------------------------------------------ operations */

/* Files that the caller has put there: root's own (0600); the user's own, of a foreign group. */
#define ROOT_FILE  "/powers/root"
#define OWN_FILE   "/powers/own"
#define ROOT_PROBE "/powers/set-uid"

static struct lurker lurker;
static pid_t lurker_pid;

static int result(long value)
{
	return value < 0 ? errno : 0;
}

/* What must not succeed: that the kernel objects to something else is as good. */
static int beyond(long value, int objection)
{
	return value < 0 && errno != objection ? errno : 0;
}

static int power_chown(void)
{
	return result(chown(ROOT_FILE, 2000, (gid_t)-1) ? -1 : chown(ROOT_FILE, 0, (gid_t)-1));
}

static int power_dac_override(void)
{
	return result(open(ROOT_FILE, O_WRONLY | O_CLOEXEC));
}

static int power_dac_read_search(void)
{
	return result(open(ROOT_FILE, O_RDONLY | O_CLOEXEC));
}

static int power_fowner(void)
{
	return result(chmod(ROOT_FILE, 0600));
}

/* Without it the bit goes, and nothing is said. */
static int power_fsetid(void)
{
	struct stat st;

	if (chmod(OWN_FILE, 02755) || stat(OWN_FILE, &st))
		return NOT_HERE;
	return st.st_mode & S_ISGID ? 0 : EPERM;
}

static int power_kill(void)
{
	return lurker_pid > 0 ? result(kill(lurker_pid, 0)) : NOT_HERE;
}

static int power_setgid(void)
{
	return result(syscall(SYS_setgid, 2000));
}

static int power_setuid(void)
{
	return result(syscall(SYS_setuid, 2000));
}

static int power_setpcap(void)
{
	return result(prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0));
}

static int power_linux_immutable(void)
{
	int fd = open(OWN_FILE, O_RDONLY | O_CLOEXEC), flags = 0, error;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return NOT_HERE;
	flags |= FS_IMMUTABLE_FL;
	error = result(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	flags &= ~FS_IMMUTABLE_FL;
	if (!error)
		error = result(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	return error;
}

static size_t small_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* From which port on all may is a setting of the network namespace. */
static int power_net_bind_service(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char first[16];

	small_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", first, sizeof(first));
	if (fd < 0 || strtol(first, NULL, 10) < 2)
		return NOT_HERE;
	return result(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int power_net_admin(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request))
		return NOT_HERE;
	request.ifr_flags |= IFF_UP;
	return result(ioctl(fd, SIOCSIFFLAGS, &request));
}

static int power_net_raw(void)
{
	return result(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
}

static int power_ipc_lock(void)
{
	static char page[4096];
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_MEMLOCK, &none) ? NOT_HERE : result(mlock(page, sizeof(page)));
}

static int power_ipc_owner(void)
{
	struct shmid_ds about;

	return lurker_pid > 0 && lurker.shm >= 0 ? result(shmctl(lurker.shm, IPC_STAT, &about)) :
						   NOT_HERE;
}

static int power_sys_module(void)
{
	return beyond(syscall(SYS_delete_module, "assay_no_such_module", O_NONBLOCK), ENOENT);
}

static int power_sys_rawio(void)
{
#ifdef SYS_iopl
	return result(syscall(SYS_iopl, 3));
#else
	return NOT_HERE;
#endif
}

static int power_sys_chroot(void)
{
	return result(chroot("/"));
}

static int power_sys_ptrace(void)
{
	return lurker_pid > 0 ? result(ptrace(PTRACE_SEIZE, lurker_pid, NULL, NULL)) : NOT_HERE;
}

static int power_sys_pacct(void)
{
	return beyond(acct("/powers/no-such-file"), ENOENT);
}

static int power_sys_admin(void)
{
	return result(sethostname("powers", 6));
}

/* The words that would make it happen are not said. */
static int power_sys_boot(void)
{
	return beyond(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL);
}

static int power_sys_nice(void)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_NICE, &none) ? NOT_HERE : result(setpriority(PRIO_PROCESS, 0, -1));
}

static int power_sys_resource(void)
{
	const struct rlimit none = { 0, 0 }, one = { 1, 1 };

	return setrlimit(RLIMIT_CORE, &none) ? NOT_HERE : result(setrlimit(RLIMIT_CORE, &one));
}

/* No clock ticks so fast. */
static int power_sys_time(void)
{
	struct timex wrong = { .modes = ADJ_TICK, .tick = 1 };

	return beyond(adjtimex(&wrong), EINVAL);
}

/* In a session of its own there is no terminal to hang up. */
static int power_sys_tty_config(void)
{
	return setsid() < 0 ? NOT_HERE : result(vhangup());
}

static int power_mknod(void)
{
	int error = result(mknod("/powers/node", S_IFCHR | 0600, makedev(1, 3)));

	unlink("/powers/node");
	return error;
}

static int power_lease(void)
{
	int fd = open(ROOT_PROBE, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NOT_HERE : result(fcntl(fd, F_SETLEASE, F_RDLCK));
}

static int audit_socket(uint32_t groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT), error;

	if (fd < 0 || !bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* A message of user space to the log. The kernel answers before send(2) returns. */
static int power_audit_write(void)
{
	struct {
		struct nlmsghdr head;
		char text[8];
	} message = {
		.head = { .nlmsg_len = sizeof(message),
			  .nlmsg_type = AUDIT_USER,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.text = "assay",
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[256];
	} answer = { 0 };
	int fd = audit_socket(0);

	if (fd < 0 || send(fd, &message, sizeof(message), 0) < 0)
		return errno;
	if (recv(fd, &answer, sizeof(answer), MSG_DONTWAIT) < (ssize_t)sizeof(answer.head) ||
	    answer.head.nlmsg_type != NLMSG_ERROR)
		return NOT_HERE;
	return -answer.error.error;
}

static int write_once(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = result(write(fd, text, strlen(text)));
	close(fd);
	return error;
}

/* Whoever has no login user ID may take one; what then changes it is the capability. */
static int power_audit_control(void)
{
	write_once("/proc/self/loginuid", "1000");
	return write_once("/proc/self/loginuid", "1001");
}

static int power_setfcap(void)
{
	const struct vfs_cap_data none = { .magic_etc = VFS_CAP_REVISION_2 };

	return result(setxattr(OWN_FILE, "security.capability", &none, sizeof(none), 0));
}

static int power_syslog(void)
{
	return result(klogctl(9, NULL, 0)); /* how much is unread */
}

static int power_wake_alarm(void)
{
	return result(timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC));
}

/* Without it the flag goes, and nothing is said; /proc shows what is left of the wish. */
static int power_block_suspend(void)
{
	struct epoll_event wish = { .events = EPOLLIN | EPOLLWAKEUP };
	int fd, ends[2];
	char text[512];
	const char *events;

	if (pipe2(ends, O_CLOEXEC) || (fd = epoll_create1(0)) < 0 ||
	    epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &wish) || dup2(fd, 100) < 0 ||
	    !small_file("/proc/self/fdinfo/100", text, sizeof(text)))
		return NOT_HERE;
	events = strstr(text, "events:");
	if (!events)
		return NOT_HERE;
	return strtoul(events + 7, NULL, 16) & EPOLLWAKEUP ? 0 : EPERM;
}

static int power_audit_read(void)
{
	return result(audit_socket(1U << (AUDIT_NLGRP_READLOG - 1)));
}

/* Looking at the kernel's part of what a process does; at some settings all may. */
static int power_perfmon(void)
{
	struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE,
					 .size = sizeof(event),
					 .config = PERF_COUNT_SW_DUMMY };
	char paranoid[16];

	small_file("/proc/sys/kernel/perf_event_paranoid", paranoid, sizeof(paranoid));
	if (strtol(paranoid, NULL, 10) < 2)
		return NOT_HERE;
	return result(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0UL));
}

/* A map of a kind that is not for everyone, whatever the setting. */
static int power_bpf(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_LPM_TRIE,
			       .key_size = 8,
			       .value_size = 4,
			       .max_entries = 1,
			       .map_flags = BPF_F_NO_PREALLOC };

	return result(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
}

/* A child with the pid of one's choice. */
static int power_checkpoint_restore(void)
{
	pid_t wanted = 20000;
	struct clone_args how = { .exit_signal = SIGCHLD,
				  .set_tid = (uint64_t)(uintptr_t)&wanted,
				  .set_tid_size = 1 };
	long pid = syscall(SYS_clone3, &how, sizeof(how));

	if (pid == 0)
		syscall(SYS_exit_group, 0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return result(pid);
}

#define POWER(name, function) { "CAP_" #name, power_##function }

static const struct {
	const char *name;
	int (*tried)(void);
} powers[] = {
	POWER(CHOWN, chown),
	POWER(DAC_OVERRIDE, dac_override),
	POWER(DAC_READ_SEARCH, dac_read_search),
	POWER(FOWNER, fowner),
	POWER(FSETID, fsetid),
	POWER(KILL, kill),
	POWER(SETGID, setgid),
	POWER(SETUID, setuid),
	POWER(SETPCAP, setpcap),
	POWER(LINUX_IMMUTABLE, linux_immutable),
	POWER(NET_BIND_SERVICE, net_bind_service),
	POWER(NET_ADMIN, net_admin),
	POWER(NET_RAW, net_raw),
	POWER(IPC_LOCK, ipc_lock),
	POWER(IPC_OWNER, ipc_owner),
	POWER(SYS_MODULE, sys_module),
	POWER(SYS_RAWIO, sys_rawio),
	POWER(SYS_CHROOT, sys_chroot),
	POWER(SYS_PTRACE, sys_ptrace),
	POWER(SYS_PACCT, sys_pacct),
	POWER(SYS_ADMIN, sys_admin),
	POWER(SYS_BOOT, sys_boot),
	POWER(SYS_NICE, sys_nice),
	POWER(SYS_RESOURCE, sys_resource),
	POWER(SYS_TIME, sys_time),
	POWER(SYS_TTY_CONFIG, sys_tty_config),
	POWER(MKNOD, mknod),
	POWER(LEASE, lease),
	POWER(AUDIT_WRITE, audit_write),
	POWER(AUDIT_CONTROL, audit_control),
	POWER(SETFCAP, setfcap),
	POWER(SYSLOG, syslog),
	POWER(WAKE_ALARM, wake_alarm),
	POWER(BLOCK_SUSPEND, block_suspend),
	POWER(AUDIT_READ, audit_read),
	POWER(PERFMON, perfmon),
	POWER(BPF, bpf),
	POWER(CHECKPOINT_RESTORE, checkpoint_restore),
};

#define COUNT (sizeof(powers) / sizeof(powers[0]))

static int try_power(size_t i)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(powers[i].tried());
	if (pid < 0)
		return NOT_HERE;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : NOT_HERE;
}

/* By capability, what its operation gives: "" or an errno. Those that cannot be tried are not told. */
static void do_powers(char **argument)
{
	static char path[] = ROOT_PROBE;
	int hold, got[COUNT];
	pid_t pid = start_lurker(path, &lurker, &hold);

	(void)argument;
	/* It is of use only when it has become someone else. */
	lurker_pid = !lurker.error && lurker.euid != getuid() ? pid : -1;
	for (size_t i = 0; i < COUNT; i++)
		got[i] = try_power(i);
	end_lurker(pid, hold);
	line_begin("powers");
	out_open('{');
	for (size_t i = 0; i < COUNT; i++) {
		if (got[i] == NOT_HERE)
			continue;
		out_key(powers[i].name);
		out_text(got[i] ? errno_name(got[i]) : "");
	}
	out_close('}');
	line_end();
}

const struct command power_commands[] = {
	{ "powers", 0, do_powers, false },
	{ "gain", 1, do_gain, false },
	{ "lurk", 0, do_lurk, true },
	{ NULL, 0, NULL, false },
};
