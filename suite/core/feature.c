/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the kernel can do what the tests rely on: each feature that the catalogue names is tried,
 * in a process of its own that ends at once, and not read from a configuration. What is missing is
 * said with the requirements that wanted it. It must never leave a trace of a trial.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalogue.h"
#include "engine.h"
#include "trials.h"

#define SCHED_DEADLINE_POLICY 6 /* of linux/sched.h, which quarrels with sched.h */

#define ANYWHERE(name, options, try, text, argument) \
	{ name, options, try, text, argument, CGROUP_ANY, false }
#define ON_V1(name, options, try, text, argument) \
	{ name, options, try, text, argument, CGROUP_V1, false }
#define ON_V2(name, options, try, text, argument) \
	{ name, options, try, text, argument, CGROUP_V2, false }
#define ENGINE(name, options, try, text, argument) \
	{ name, options, try, text, argument, CGROUP_ANY, true }

/*
 * Beside its own option a feature has those without which it could not work. A row of the
 * catalogue that names an option which is not here is an error of the build.
 */
static const struct feature features[] = {
	/* namespaces */
	ENGINE("pid namespace", "PID_NS", try_unshare, NULL, CLONE_NEWPID),
	ENGINE("mount namespace", "NAMESPACES", try_unshare, NULL, CLONE_NEWNS),
	ENGINE("network namespace", "NET_NS", try_unshare, NULL, CLONE_NEWNET),
	ENGINE("uts namespace", "UTS_NS", try_unshare, NULL, CLONE_NEWUTS),
	ENGINE("ipc namespace", "IPC_NS", try_unshare, NULL, CLONE_NEWIPC),
	ENGINE("cgroup namespace", "CGROUPS", try_unshare, NULL, CLONE_NEWCGROUP),
	ANYWHERE("user namespace", "USER_NS", try_user_namespace, NULL, 0),
	ANYWHERE("time namespace", "TIME_NS", try_time_namespace, NULL, 0),

	/* processes */
	ENGINE("pidfd", "", try_pidfd, NULL, 0),
	ENGINE("inotify", "", try_inotify, NULL, 0),
	ENGINE("memfd", "", try_memfd, NULL, 0),
	ANYWHERE("process events", "CONNECTOR PROC_EVENTS", try_process_events, NULL, 0),
	ANYWHERE("kcmp", "KCMP", try_kcmp, NULL, 0),
	ANYWHERE("System V shared memory", "SYSVIPC", try_sysvipc, NULL, 0),
	ANYWHERE("CAP_PERFMON", "CAP_PERFMON", try_capability, NULL, 38),
	ANYWHERE("CAP_BPF", "CAP_BPF", try_capability, NULL, 39),
	ANYWHERE("CAP_CHECKPOINT_RESTORE", "CAP_CHECKPOINT_RESTORE", try_capability, NULL, 40),
	ON_V2("real-time scheduling", "SCHED_FIFO", try_scheduler, NULL, SCHED_FIFO),
	ON_V2("round-robin scheduling", "SCHED_RR", try_scheduler, NULL, SCHED_RR),
	ANYWHERE("deadline scheduling", "SCHED_DEADLINE", try_scheduler, NULL,
		 SCHED_DEADLINE_POLICY),
	ANYWHERE("SCHED_FLAG_KEEP_ALL", "SCHED_FLAG_KEEP_POLICY SCHED_FLAG_KEEP_PARAMS",
		 try_keep_scheduler, NULL, 0),
	ANYWHERE("CPU affinity", "SMP", try_affinity, NULL, 0),
	ANYWHERE("I/O priorities", "BLOCK", try_io_priority, NULL, 0),
	ANYWHERE("memory policies", "NUMA", try_mempolicy, NULL, 0),
	ANYWHERE("a second memory node", "NUMA", try_path, "/sys/devices/system/node/node1", 0),
	ANYWHERE("32-bit system calls", "IA32_EMULATION", try_ia32, NULL, 0),
	ANYWHERE("x32 system calls", "X86_X32_ABI", try_x32, NULL, 0),
	ANYWHERE("seccomp filter", "SECCOMP SECCOMP_FILTER", try_seccomp, NULL, 0),
	ANYWHERE("seccomp notification", "SECCOMP", try_seccomp, NULL, SECCOMP_RET_USER_NOTIF),
	ANYWHERE("seccomp log", "AUDIT", try_seccomp, NULL, SECCOMP_RET_LOG),
	ANYWHERE("audit", "AUDIT", try_netlink, NULL, NETLINK_AUDIT),

	/* mounts and files */
	ENGINE("tmpfs", "TMPFS", try_mount, "tmpfs", 0),
	ENGINE("pseudo-terminals", "UNIX98_PTYS", try_terminal, "devpts", 0),
	ENGINE("mount_setattr", "AT_RECURSIVE", try_mount_setattr, NULL, MOUNT_ATTR_RDONLY),
	ANYWHERE("mounts that follow no symbolic links", "NOSYMFOLLOW", try_mount_setattr, NULL,
		 MOUNT_ATTR_NOSYMFOLLOW),
	ANYWHERE("idmapped mounts", "MOUNT_ATTR_IDMAP USER_NS", try_idmap, "tmpfs", 0),
	ANYWHERE("extended attributes on tmpfs", "TMPFS_XATTR", try_xattr, "tmpfs", 0),
	ANYWHERE("overlay", "OVERLAY_FS", try_overlay, NULL, 0),
	ANYWHERE("ISO 9660", "ISO9660_FS", try_known_fs, "iso9660", 0),
	ANYWHERE("loop devices", "BLK_DEV_LOOP", try_open, "/dev/loop-control", 0),
	ANYWHERE("POSIX message queues", "POSIX_MQUEUE", try_mount, "mqueue", 0),
	ANYWHERE("huge pages", "HUGETLBFS", try_mount, "hugetlbfs", 0),
	ANYWHERE("null block device", "BLK_DEV_NULL_BLK", try_open, "/dev/nullb0", 0),
	ANYWHERE("sysctls", "PROC_SYSCTL", try_sysctl, NULL, 0),
	ANYWHERE("/proc/sysrq-trigger", "MAGIC_SYSRQ", try_path, "/proc/sysrq-trigger", 0),
	ANYWHERE("/proc/kcore", "PROC_KCORE", try_open, "/proc/kcore", 0),

	/* networks */
	ENGINE("IPv4", "INET", try_socket, NULL, AF_INET),
	ANYWHERE("IPv6", "IPV6", try_socket, NULL, AF_INET6),
	ANYWHERE("dummy links", "DUMMY", try_link, "dummy", 0),
	ANYWHERE("veth links", "VETH", try_link, "veth", 0),
	ANYWHERE("netlink of xfrm", "XFRM_USER", try_netlink, NULL, NETLINK_XFRM),
	ANYWHERE("netlink of netfilter", "NETFILTER_NETLINK", try_netlink, NULL, NETLINK_NETFILTER),
	ANYWHERE("virtio links", "VIRTIO_NET", try_path, "/sys/bus/virtio/drivers/virtio_net", 0),
	ANYWHERE("soft RDMA devices", "INFINIBAND RDMA_RXE", try_rdma, "rxe", 0),

	/* security modules, with the policies of rootfs/lsm */
	ON_V2("AppArmor", "SECURITY SECURITY_APPARMOR", try_apparmor, "assay-confined", 0),
	ON_V1("SELinux", "SECURITY SECURITY_NETWORK SECURITY_SELINUX", try_selinux,
	      "system_u:system_r:container_t:s0:c1,c2", 0),

	/* controllers */
	ON_V2("cgroup controller cpu", "CGROUP_SCHED FAIR_GROUP_SCHED", try_cgroup,
	      "cpu.weight 50", 0),
	ON_V2("cpu.max", "CFS_BANDWIDTH", try_cgroup, "cpu.max 50000 100000", 0),
	ON_V2("cpu.uclamp", "UCLAMP_TASK UCLAMP_TASK_GROUP", try_cgroup, "cpu.uclamp.min 10", 0),
	ON_V2("cgroup controller cpuset", "CPUSETS", try_cgroup, "cpuset.cpus 0", 0),
	ON_V2("cgroup controller memory", "MEMCG", try_cgroup, "memory.max 67108864", 0),
	ON_V2("memory.swap", "SWAP", try_cgroup, "memory.swap.max 0", 0),
	ON_V2("cgroup controller pids", "CGROUP_PIDS", try_cgroup, "pids.max 10", 0),
	ON_V2("cgroup controller io", "BLK_CGROUP", try_cgroup, "io.stat", 0),
	ON_V2("io.max", "BLK_DEV_THROTTLING", try_cgroup, "io.max # rbps=1048576", 0),
	ON_V2("io.bfq.weight", "IOSCHED_BFQ BFQ_GROUP_IOSCHED", try_cgroup, "io.bfq.weight 50", 0),
	ON_V2("cgroup controller hugetlb", "CGROUP_HUGETLB", try_cgroup, "hugetlb.2MB.max 0", 0),
	ON_V2("cgroup controller rdma", "CGROUP_RDMA", try_cgroup, "rdma.max", 0),
	ON_V2("cgroup controller misc", "", try_cgroup, "misc.current", 0),
	ON_V2("device programs", "CGROUP_BPF BPF_SYSCALL", try_device_program, NULL, 0),
	ON_V1("cgroup controller cpu", "CGROUP_SCHED FAIR_GROUP_SCHED", try_cgroup,
	      "cpu.shares 512", 0),
	ON_V1("cpu.cfs_quota_us", "CFS_BANDWIDTH", try_cgroup, "cpu.cfs_quota_us 50000", 0),
	ON_V1("cpu.rt_runtime_us", "RT_GROUP_SCHED", try_cgroup, "cpu.rt_runtime_us 1000", 0),
	ON_V1("cgroup controller cpuacct", "", try_cgroup, "cpuacct.usage", 0),
	ON_V1("cgroup controller cpuset", "CPUSETS CPUSETS_V1", try_cgroup, "cpuset.cpus 0", 0),
	ON_V1("cgroup controller memory", "MEMCG MEMCG_V1", try_cgroup,
	      "memory.limit_in_bytes 67108864", 0),
	ON_V1("memory.memsw", "SWAP", try_cgroup, "memory.memsw.limit_in_bytes 134217728", 0),
	ON_V1("cgroup controller pids", "CGROUP_PIDS", try_cgroup, "pids.max 10", 0),
	ON_V1("cgroup controller blkio", "BLK_CGROUP BLK_DEV_THROTTLING", try_cgroup,
	      "blkio.throttle.read_bps_device # 1048576", 0),
	ON_V1("blkio.bfq.weight", "IOSCHED_BFQ BFQ_GROUP_IOSCHED", try_cgroup,
	      "blkio.bfq.weight 50", 0),
	ON_V1("cgroup controller devices", "CGROUP_DEVICE", try_cgroup, "devices.deny c 1:3 rwm",
	      0),
	ON_V1("cgroup controller freezer", "", try_cgroup, "freezer.state THAWED", 0),
	ON_V1("cgroup controller hugetlb", "CGROUP_HUGETLB", try_cgroup,
	      "hugetlb.2MB.limit_in_bytes 0", 0),
	ON_V1("cgroup controller net_cls", "CGROUP_NET_CLASSID", try_cgroup,
	      "net_cls.classid 1048577", 0),
	ON_V1("cgroup controller net_prio", "CGROUP_NET_PRIO", try_cgroup,
	      "net_prio.ifpriomap lo 1", 0),
	ON_V1("cgroup controller rdma", "CGROUP_RDMA", try_cgroup, "rdma.max", 0),
};

struct trial {
	const struct feature *feature;
	const struct context *context;
};

static int trial_main(void *data)
{
	const struct trial *t = data;

	_exit(t->feature->try(t->feature, t->context) ? 1 : 0);
}

/* It borrows this memory while we wait: there are many, and a copy each would be the dearest part. */
static bool works(const struct feature *f, const struct context *c)
{
	static _Alignas(16) char stack[128 * 1024];
	struct trial trial = { f, c };
	int status = 1;
	pid_t pid = clone(trial_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
			  &trial);

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && status == 0;
}

/* ------------------------------------------------------------------ who wants it */

/*
 * The next option that a row names, in `word`: after kernel:, in capitals, with or without CONFIG_.
 * `at` is where to go on; false when there are no more.
 */
static bool next_option(const char **at, char *word, size_t size)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	while (**at) {
		const char *from = *at;
		size_t n = strspn(from, capitals);

		*at += n ? n : 1;
		if (n < 2 || n >= size || !strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
			continue;
		if (n > 7 && !strncmp(from, "CONFIG_", 7)) {
			from += 7;
			n -= 7;
		}
		snprintf(word, size, "%.*s", (int)n, from);
		return true;
	}
	return false;
}

static bool has_option(const struct feature *f, const char *option)
{
	size_t n = strlen(option);

	for (const char *at = f->options; (at = strstr(at, option)); at += n)
		if ((at == f->options || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

static const char *options_of(const struct requirement *r)
{
	return strncmp(r->testable, "kernel:", 7) ? "" : r->testable + 7;
}

static bool wants(const struct requirement *r, const struct feature *f, enum cgroup_mode profile)
{
	const char *at = options_of(r);
	char option[64];

	if (strstr(at, profile == CGROUP_V2 ? "boot:v1" : "boot:v2"))
		return false;
	while (next_option(&at, option, sizeof(option)))
		if (has_option(f, option))
			return true;
	return false;
}

static json_t *wanted_by(const struct feature *f, enum cgroup_mode profile)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < catalogue_count; i++)
		if (wants(&catalogue[i], f, profile))
			json_array_append_new(ids, json_string(catalogue[i].id));
	return ids;
}

unsigned int feature_rows(void)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < catalogue_count; i++) {
		const char *at = options_of(&catalogue[i]);
		bool any = !*at;
		char option[64];

		while (next_option(&at, option, sizeof(option))) {
			size_t k = 0;

			while (k < ARRAY_SIZE(features) && !has_option(&features[k], option))
				k++;
			any = true;
			if (k < ARRAY_SIZE(features))
				continue;
			fprintf(stderr, "assay: %s: nothing tries the kernel's %s\n",
				catalogue[i].id, option);
			wrong++;
		}
		if (any)
			continue;
		fprintf(stderr, "assay: %s: \"%s\" names no feature of the kernel\n",
			catalogue[i].id, catalogue[i].testable);
		wrong++;
	}
	return wrong;
}

/* ------------------------------------------------------------------ the answer */

json_t *feature_check(const struct context *c)
{
	enum cgroup_mode profile = c->cgroup_v2 ? CGROUP_V2 : CGROUP_V1;
	json_t *list = json_array();

	trials_begin(c);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];
		json_t *answer;
		bool ok;

		if ((f->profile != CGROUP_ANY && f->profile != profile) ||
		    (!f->engine && !c->appliance))
			continue;
		ok = works(f, c);
		answer = json_pack("{s:s s:b}", "feature", f->name, "ok", (int)ok);
		if (!ok)
			json_object_set_new(answer, "wanted", wanted_by(f, profile));
		json_array_append_new(list, answer);
	}
	trials_end(c);
	return list;
}
