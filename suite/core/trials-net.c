/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of networks and their devices. Links are made in a network namespace that ends with the
 * trial; the RDMA device, which is seen from everywhere, goes with its link.
 */
#include "trials.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <rdma/rdma_netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINK "try"

int try_socket(const struct feature *f, const struct context *c)
{
	(void)c;
	return socket((int)f->argument, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0;
}

int try_netlink(const struct feature *f, const struct context *c)
{
	(void)c;
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, (int)f->argument) < 0;
}

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

static int make_link(const char *kind)
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
	add(&r, IFLA_IFNAME, LINK, sizeof(LINK));
	add(&r, IFLA_LINKINFO, nest, RTA_ALIGN(a->rta_len));
	return ask(NETLINK_ROUTE, &r);
}

int try_link(const struct feature *f, const struct context *c)
{
	(void)c;
	return unshare(CLONE_NEWNET) || make_link(f->text);
}

int try_rdma(const struct feature *f, const struct context *c)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(0),
				       .nlmsg_type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV,
								      RDMA_NLDEV_CMD_NEWLINK) } };

	(void)c;
	add(&r, RDMA_NLDEV_ATTR_DEV_NAME, "assay-try", sizeof("assay-try"));
	add(&r, RDMA_NLDEV_ATTR_NDEV_NAME, LINK, sizeof(LINK));
	add(&r, RDMA_NLDEV_ATTR_LINK_TYPE, f->text, strlen(f->text) + 1);
	return unshare(CLONE_NEWNET) || make_link("dummy") || ask(NETLINK_RDMA, &r);
}
