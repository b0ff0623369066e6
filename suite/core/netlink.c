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
#include <sys/socket.h>
#include <unistd.h>

/* A netlink request under construction: attributes are put behind what there is. */
struct request {
	struct nlmsghdr head;
	char data[256];
};

static void add(struct request *r, int type, const void *data, size_t length)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = (unsigned short)type;
	a->rta_len = (unsigned short)RTA_LENGTH(length);
	memcpy(RTA_DATA(a), data, length);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + (uint32_t)RTA_ALIGN(a->rta_len);
}

/* Send it and hear whether it was done: 0, or -errno. */
static int ask(int protocol, struct request *r)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[512];
	} answer = { .head = { 0 } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int error = -1;

	r->head.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (fd >= 0 && send(fd, r, r->head.nlmsg_len, 0) >= 0 &&
	    recv(fd, &answer, sizeof(answer), 0) >= (ssize_t)sizeof(answer.head) &&
	    answer.head.nlmsg_type == NLMSG_ERROR)
		error = answer.error.error;
	if (fd >= 0)
		close(fd);
	return error;
}

int link_make(const char *kind, const char *name)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
				       .nlmsg_type = RTM_NEWLINK,
				       .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL } };
	char nest[64];
	struct rtattr *a = (void *)nest;

	memset(nest, 0, sizeof(nest));
	a->rta_type = IFLA_INFO_KIND;
	a->rta_len = (unsigned short)RTA_LENGTH(strlen(kind));
	memcpy(RTA_DATA(a), kind, strlen(kind));
	add(&r, IFLA_IFNAME, name, strlen(name) + 1);
	add(&r, IFLA_LINKINFO, nest, RTA_ALIGN(a->rta_len));
	return ask(NETLINK_ROUTE, &r);
}

static struct request rdma_request(int command)
{
	return (struct request){
		.head = { .nlmsg_len = NLMSG_LENGTH(0),
			  .nlmsg_type = (uint16_t)RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, command) }
	};
}

int rdma_make(const char *kind, const char *name, const char *link)
{
	struct request r = rdma_request(RDMA_NLDEV_CMD_NEWLINK);

	add(&r, RDMA_NLDEV_ATTR_DEV_NAME, name, strlen(name) + 1);
	add(&r, RDMA_NLDEV_ATTR_NDEV_NAME, link, strlen(link) + 1);
	add(&r, RDMA_NLDEV_ATTR_LINK_TYPE, kind, strlen(kind) + 1);
	return ask(NETLINK_RDMA, &r);
}

/* Of one answer about a device: whether it is this one, and its number. */
static bool is_device(const struct nlmsghdr *head, const char *name, uint32_t *index)
{
	const struct rtattr *a = NLMSG_DATA(head);
	int left = (int)NLMSG_PAYLOAD(head, 0);
	bool same = false;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == RDMA_NLDEV_ATTR_DEV_INDEX)
			memcpy(index, RTA_DATA(a), sizeof(*index));
		if (a->rta_type == RDMA_NLDEV_ATTR_DEV_NAME)
			same = !strncmp(RTA_DATA(a), name, RTA_PAYLOAD(a));
	}
	return same;
}

/* The kernel removes devices by their numbers, which are only to be had in a list of all. */
int rdma_remove(const char *name)
{
	struct request list = rdma_request(RDMA_NLDEV_CMD_GET);
	struct request removal = rdma_request(RDMA_NLDEV_CMD_DELLINK);
	_Alignas(8) static char answer[32 * 1024];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_RDMA);
	uint32_t index = 0;
	bool found = false, more = fd >= 0;

	list.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	more = more && send(fd, &list, list.head.nlmsg_len, 0) >= 0;
	while (more && !found) {
		ssize_t n = recv(fd, answer, sizeof(answer), 0);
		const struct nlmsghdr *head = (const void *)answer;
		unsigned int length = n > 0 ? (unsigned int)n : 0;

		more = n > 0;
		for (; !found && NLMSG_OK(head, length); head = NLMSG_NEXT(head, length)) {
			more = head->nlmsg_type != NLMSG_DONE && head->nlmsg_type != NLMSG_ERROR;
			found = more && is_device(head, name, &index);
		}
	}
	if (fd >= 0)
		close(fd);
	add(&removal, RDMA_NLDEV_ATTR_DEV_INDEX, &index, sizeof(index));
	return found ? ask(NETLINK_RDMA, &removal) : -ENODEV;
}
