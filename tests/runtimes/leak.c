/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leaky runtime: leaves one thing of each kind behind that the ledger must find.
 * Names all begin with "leak", so that a table can look for them. It never cleans up.
 */
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/loop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acts.h"

static void leak_mount(void)
{
	mkdir("/run/leak-mount", 0700);
	mount("leak", "/run/leak-mount", "tmpfs", 0, NULL);
}

static void leak_cgroup(void)
{
	mkdir("/sys/fs/cgroup/leak", 0755);
	mkdir("/sys/fs/cgroup/memory/leak", 0755);
	mkdir("/sys/fs/cgroup/pids/leak", 0755);
}

/* A process of its own session, away from our streams. */
static void leak_process(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		for (int fd = 0; fd < 64; fd++)
			close(fd);
		for (;;)
			pause();
	}
	wait(NULL);
}

static void leak_link(void)
{
	static const char *const kinds[] = { "dummy", "bridge", "veth", "ifb" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct {
			struct nlmsghdr h;
			struct ifinfomsg i;
			char attrs[128];
		} msg = {
			.h.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.h.nlmsg_type = RTM_NEWLINK,
			.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL,
			.i.ifi_family = AF_UNSPEC,
		};
		const char *kind = kinds[i];
		struct rtattr *name =
			(struct rtattr *)((char *)&msg + NLMSG_ALIGN(msg.h.nlmsg_len));

		name->rta_type = IFLA_IFNAME;
		name->rta_len = RTA_LENGTH(sizeof("leak0"));
		memcpy(RTA_DATA(name), "leak0", sizeof("leak0"));
		msg.h.nlmsg_len = NLMSG_ALIGN(msg.h.nlmsg_len) + RTA_ALIGN(name->rta_len);
		struct rtattr *info = (struct rtattr *)((char *)&msg + msg.h.nlmsg_len);
		struct rtattr *data = (struct rtattr *)((char *)info + RTA_LENGTH(0));

		data->rta_type = IFLA_INFO_KIND;
		data->rta_len = (unsigned short)RTA_LENGTH(strlen(kind));
		memcpy(RTA_DATA(data), kind, strlen(kind));
		info->rta_type = IFLA_LINKINFO;
		info->rta_len = (unsigned short)RTA_LENGTH(RTA_ALIGN(data->rta_len));
		msg.h.nlmsg_len += RTA_ALIGN(info->rta_len);

		int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

		(void)!send(fd, &msg, msg.h.nlmsg_len, 0);
		close(fd);
		if (if_nametoindex("leak0"))
			return;
	}
}

static void leak_file(void)
{
	static const char *const paths[] = { "/run/leak-file", "/tmp/leak-file",
					     "/dev/shm/leak-file" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		close(open(paths[i], O_WRONLY | O_CREAT, 0600));
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	(void)!write(fd, value, strlen(value));
	close(fd);
}

/* One of the network namespace, one of the whole machine. */
static void leak_sysctl(void)
{
	set("/proc/sys/net/ipv4/ip_forward", "1");
	set("/proc/sys/net/ipv4/ip_default_ttl", "77");
	set("/proc/sys/vm/overcommit_memory", "1");
}

/* A network namespace kept alive by a bind mount, as `ip netns add` does. */
static void leak_namespace(void)
{
	close(open("/run/leak-netns", O_WRONLY | O_CREAT, 0600));
	if (fork() == 0) {
		if (!unshare(CLONE_NEWNET))
			mount("/proc/self/ns/net", "/run/leak-netns", NULL, MS_BIND, NULL);
		_exit(0);
	}
	wait(NULL);
}

static void leak_hostname(void)
{
	(void)!sethostname("leak-host", 9);
}

static void leak_loop(void)
{
	char path[64];

	mknod("/dev/loop-control", S_IFCHR | 0600, makedev(10, 237));
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	int file = open("/run/leak-loop-file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)!ftruncate(file, 1 << 20);
	if (number < 0)
		return;
	snprintf(path, sizeof(path), "/dev/loop%d", number);
	mknod(path, S_IFBLK | 0600, makedev(7, (unsigned)number));
	int loop = open(path, O_RDWR | O_CLOEXEC);

	if (loop >= 0)
		ioctl(loop, LOOP_SET_FD, file);
}

static const struct {
	const char *kind;
	void (*leak)(void);
} leaks[] = {
	{ "mount", leak_mount },       { "cgroup", leak_cgroup },	{ "process", leak_process },
	{ "link", leak_link },	       { "file", leak_file },		{ "sysctl", leak_sysctl },
	{ "hostname", leak_hostname }, { "namespace", leak_namespace }, { "loop", leak_loop },
};

/* ARG: a kind of the table, or nothing for all of them. */
int act_leak(const char *arg)
{
	for (size_t i = 0; i < sizeof(leaks) / sizeof(*leaks); i++)
		if (!*arg || !strcmp(arg, leaks[i].kind))
			leaks[i].leak();
	return ACT_GO_ON;
}
