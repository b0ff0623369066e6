/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the kernel over netlink: links, and RDMA devices on top of them. What it makes it must
 * not leave: a link goes with its network namespace, an RDMA device with its link, but a moment later.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <rdma/rdma_netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "suite/probe/netlink.h"

static int ask(int protocol, struct nl_request *r)
{
	int fd = nl_open(protocol, 0), error;

	if (fd < 0)
		return -errno;
	error = nl_ask(fd, r);
	close(fd);
	return error;
}

int link_make(const char *kind, const char *name)
{
	struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct nl_request r;
	struct rtattr *info;

	nl_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	nl_add(&r, IFLA_IFNAME, name, strlen(name) + 1);
	info = nl_add(&r, IFLA_LINKINFO, NULL, 0);
	nl_add(&r, IFLA_INFO_KIND, kind, strlen(kind));
	nl_nest(&r, info);
	return ask(NETLINK_ROUTE, &r);
}

static void rdma_begin(struct nl_request *r, int command, int flags)
{
	nl_begin(r, RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command), flags, "", 0);
}

int rdma_make(const char *kind, const char *name, const char *link)
{
	struct nl_request r;

	rdma_begin(&r, RDMA_NLDEV_CMD_NEWLINK, 0);
	nl_add(&r, RDMA_NLDEV_ATTR_DEV_NAME, name, strlen(name) + 1);
	nl_add(&r, RDMA_NLDEV_ATTR_NDEV_NAME, link, strlen(link) + 1);
	nl_add(&r, RDMA_NLDEV_ATTR_LINK_TYPE, kind, strlen(kind) + 1);
	return ask(NETLINK_RDMA, &r);
}

struct device {
	const char *name;
	uint32_t index;
	bool found;
};

static void find_device(void *data, const struct nlmsghdr *head)
{
	struct device *d = data;
	const struct rtattr *a = NLMSG_DATA(head);
	int left = (int)NLMSG_PAYLOAD(head, 0);
	uint32_t index = 0;
	bool same = false;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == RDMA_NLDEV_ATTR_DEV_INDEX)
			memcpy(&index, RTA_DATA(a), sizeof(index));
		if (a->rta_type == RDMA_NLDEV_ATTR_DEV_NAME)
			same = !strncmp(RTA_DATA(a), d->name, RTA_PAYLOAD(a));
	}
	if (same)
		*d = (struct device){ d->name, index, true };
}

/* The kernel removes devices by their numbers, which are only to be had in a list of all. */
int rdma_remove(const char *name)
{
	struct device d = { .name = name };
	int fd = nl_open(NETLINK_RDMA, 0), error;
	struct nl_request r;

	if (fd < 0)
		return -errno;
	rdma_begin(&r, RDMA_NLDEV_CMD_GET, NLM_F_DUMP);
	error = nl_dump(fd, &r, find_device, &d);
	close(fd);
	if (error || !d.found)
		return error ? error : -ENODEV;
	rdma_begin(&r, RDMA_NLDEV_CMD_DELLINK, 0);
	nl_add(&r, RDMA_NLDEV_ATTR_DEV_INDEX, &d.index, sizeof(d.index));
	return ask(NETLINK_RDMA, &r);
}
