/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_PROBE_NETLINK_H
#define ASSAY_PROBE_NETLINK_H

/*
 * Requests over netlink(7), and links and addresses by rtnetlink(7), as little of it as is needed.
 * Of the probe, which looks, and of the suite, which makes links as well; so both see the same.
 */

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

/* A request under construction: attributes are put behind what there is. */
struct nl_request {
	struct nlmsghdr head;
	char data[496];
};

/* A NETLINK_* socket in the network namespace of the caller, for good; `groups` is what it hears. */
int nl_open(int protocol, unsigned int groups);
/* Begin with the fixed part of a message type. */
void nl_begin(struct nl_request *r, int type, int flags, const void *body, size_t size);
/* One more attribute; data may be NULL: it stays zero. */
struct rtattr *nl_add(struct nl_request *r, int type, const void *data, size_t length);
/* All that was added since belongs into that attribute. */
void nl_nest(struct nl_request *r, struct rtattr *outer);
/* Send it and hear whether it was done: 0, or -errno. */
int nl_ask(int fd, struct nl_request *r);
/* Send a request for a list (NLM_F_DUMP), and each entry of it to `take`: 0, or -errno. */
int nl_dump(int fd, const struct nl_request *r,
	    void (*take)(void *data, const struct nlmsghdr *head), void *data);

struct link {
	int index;
	unsigned int flags, mtu, queue, group;
	char name[IFNAMSIZ], kind[16], mac[3 * 6]; /* kind "": none */
};

struct address {
	int index;     /* of its link */
	char text[80]; /* "192.0.2.1/24 universe permanent", "... link passing" */
};

struct net_view {
	struct link link[64];
	struct address address[128];
	size_t links, addresses;
};

/* All links and addresses of the socket's namespace: 0, or -errno. */
int nl_view(int fd, struct net_view *v);

#endif
