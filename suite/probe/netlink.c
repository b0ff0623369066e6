/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink(7) for the probe and the suite. It must never ask for more than it was told to: the
 * namespace that it looks at is the thing under test.
 */
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int nl_open(int protocol, unsigned int groups)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd >= 0 && bind(fd, (void *)&name, sizeof(name))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void nl_begin(struct nl_request *r, int type, int flags, const void *body, size_t size)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_type = (uint16_t)type;
	r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	r->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	memcpy(NLMSG_DATA(&r->head), body, size);
}

struct rtattr *nl_add(struct nl_request *r, int type, const void *data, size_t length)
{
	size_t at = NLMSG_ALIGN(r->head.nlmsg_len);
	struct rtattr *a = (void *)((char *)r + at);

	if (at + RTA_SPACE(length) > sizeof(*r))
		return NULL;
	a->rta_type = (uint16_t)type;
	a->rta_len = (uint16_t)RTA_LENGTH(length);
	if (data)
		memcpy(RTA_DATA(a), data, length);
	r->head.nlmsg_len = (uint32_t)(at + RTA_SPACE(length));
	return a;
}

void nl_nest(struct nl_request *r, struct rtattr *outer)
{
	if (outer)
		outer->rta_len = (uint16_t)((char *)r + r->head.nlmsg_len - (char *)outer);
}

int nl_ask(int fd, struct nl_request *r)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[768];
	} answer;

	memset(&answer, 0, sizeof(answer));
	r->head.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, r, r->head.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.head))
		return -errno;
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EBADMSG;
}

int nl_dump(int fd, const struct nl_request *r,
	    void (*take)(void *data, const struct nlmsghdr *head), void *data)
{
	_Alignas(8) static char answer[32 * 1024];

	if (send(fd, r, r->head.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = recv(fd, answer, sizeof(answer), 0);
		const struct nlmsghdr *head = (const void *)answer;
		unsigned int length = n > 0 ? (unsigned int)n : 0;

		if (n <= 0)
			return n ? -errno : -EBADMSG;
		for (; NLMSG_OK(head, length); head = NLMSG_NEXT(head, length)) {
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (head->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(head))->error;
			take(data, head);
		}
	}
}

static unsigned int number(const struct rtattr *a)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(a) >= sizeof(value))
		memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

static void text(char *to, size_t size, const struct rtattr *a)
{
	snprintf(to, size, "%.*s", (int)RTA_PAYLOAD(a), (const char *)RTA_DATA(a));
}

static void take_kind(struct link *l, const struct rtattr *info)
{
	const struct rtattr *a = RTA_DATA(info);
	int left = (int)RTA_PAYLOAD(info);

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_INFO_KIND)
			text(l->kind, sizeof(l->kind), a);
}

static void take_link(void *data, const struct nlmsghdr *head)
{
	struct net_view *v = data;
	const struct ifinfomsg *m = NLMSG_DATA(head);
	const struct rtattr *a = IFLA_RTA(m);
	int left = (int)IFLA_PAYLOAD(head);
	struct link *l = &v->link[v->links];

	if (head->nlmsg_type != RTM_NEWLINK || v->links == sizeof(v->link) / sizeof(v->link[0]))
		return;
	*l = (struct link){ .index = m->ifi_index, .flags = m->ifi_flags };
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		const unsigned char *mac = RTA_DATA(a);

		switch (a->rta_type) {
		case IFLA_IFNAME:
			text(l->name, sizeof(l->name), a);
			break;
		case IFLA_MTU:
			l->mtu = number(a);
			break;
		case IFLA_TXQLEN:
			l->queue = number(a);
			break;
		case IFLA_GROUP:
			l->group = number(a);
			break;
		case IFLA_LINKINFO:
			take_kind(l, a);
			break;
		case IFLA_ADDRESS:
			if (RTA_PAYLOAD(a) == 6)
				snprintf(l->mac, sizeof(l->mac), "%02x:%02x:%02x:%02x:%02x:%02x",
					 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
			break;
		default:
			break;
		}
	}
	v->links++;
}

/* Of a link with a peer IFA_LOCAL is its own; of IPv6 there is IFA_ADDRESS alone. */
static void take_address(void *data, const struct nlmsghdr *head)
{
	struct net_view *v = data;
	const struct ifaddrmsg *m = NLMSG_DATA(head);
	const struct rtattr *a = IFA_RTA(m), *own = NULL;
	int left = (int)IFA_PAYLOAD(head);
	struct address *to = &v->address[v->addresses];
	unsigned int flags = m->ifa_flags;
	char name[INET6_ADDRSTRLEN] = "?";

	if (head->nlmsg_type != RTM_NEWADDR ||
	    v->addresses == sizeof(v->address) / sizeof(v->address[0]))
		return;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFA_LOCAL || (a->rta_type == IFA_ADDRESS && !own))
			own = a;
		if (a->rta_type == IFA_FLAGS)
			flags = number(a);
	}
	if (own && RTA_PAYLOAD(own) == (m->ifa_family == AF_INET ? 4 : 16))
		inet_ntop(m->ifa_family, RTA_DATA(own), name, sizeof(name));
	to->index = (int)m->ifa_index;
	snprintf(to->text, sizeof(to->text), "%s/%u %s %s", name, m->ifa_prefixlen,
		 m->ifa_scope == RT_SCOPE_UNIVERSE ? "universe"
		 : m->ifa_scope == RT_SCOPE_LINK   ? "link"
						   : "other",
		 flags & IFA_F_PERMANENT ? "permanent" : "passing");
	v->addresses++;
}

int nl_view(int fd, struct net_view *v)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg address = { .ifa_family = AF_UNSPEC };
	struct nl_request r;
	int error;

	v->links = v->addresses = 0;
	nl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &link, sizeof(link));
	error = nl_dump(fd, &r, take_link, v);
	if (error)
		return error;
	nl_begin(&r, RTM_GETADDR, NLM_F_DUMP, &address, sizeof(address));
	return nl_dump(fd, &r, take_address, v);
}
