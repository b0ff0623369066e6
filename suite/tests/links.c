/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links and addresses for tests, by rtnetlink(7). A socket belongs to the network namespace it was
 * made in, so one for each namespace is all that is needed to work there.
 */
#include "suite/tests/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite/probe/netlink.h"
#include "suite/tests/common.h"

struct net {
	struct test *t;
	const char *path; /* NULL: the test's own */
	int fd;
};

/* Made in that namespace. */
static int socket_at(struct test *t, const char *path, unsigned int groups)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd, other = -1;

	need(t, own >= 0, "/proc/self/ns/net");
	if (path) {
		other = open(path, O_RDONLY | O_CLOEXEC);
		need(t, other >= 0 && !setns(other, CLONE_NEWNET), path);
		close(other);
	}
	fd = nl_open(NETLINK_ROUTE, groups);
	need(t, fd >= 0, "a socket of rtnetlink");
	if (path)
		need(t, !setns(own, CLONE_NEWNET), "setns to the own network namespace");
	close(own);
	return fd;
}

struct net *net_at(struct test *t, const char *path)
{
	struct net *n = calloc(1, sizeof(*n));

	need(t, n, "memory");
	n->t = t;
	n->path = path;
	n->fd = socket_at(t, path, 0);
	return n;
}

struct net *net_here(struct test *t)
{
	return net_at(t, NULL);
}

struct net *net_new(struct test *t, const char **path)
{
	*path = format(t, "/proc/%d/ns/net", (int)test_namespaces(t, CLONE_NEWNET));
	return net_at(t, *path);
}

/* ------------------------------------------------------------------ to look */

json_t *net_facts(struct net *n)
{
	static struct net_view view;
	json_t *facts = json_object();

	errno = -nl_view(n->fd, &view);
	need(n->t, !errno, "a list of the links");
	for (size_t i = 0; i < view.links; i++) {
		const struct link *l = &view.link[i];
		json_t *list = json_array();

		for (size_t k = 0; k < view.addresses; k++)
			if (view.address[k].index == l->index)
				json_array_append_new(list, json_string(view.address[k].text));
		json_object_set_new(facts, l->name,
				    json_pack("{s:s s:s s:b s:i s:i s:i s:o}", "kind", l->kind,
					      "mac", l->mac, "up", (l->flags & IFF_UP) != 0, "mtu",
					      (int)l->mtu, "queue", (int)l->queue, "group",
					      (int)l->group, "addresses", list));
	}
	return facts;
}

const json_t *link_fact(const json_t *net, const char *link, const char *member)
{
	return json_object_get(json_object_get(net, link), member);
}

/* ------------------------------------------------------------------ to make */

static void done(struct net *n, struct nl_request *r, const char *what)
{
	errno = -nl_ask(n->fd, r);
	need(n->t, !errno, what);
}

static void begin_new(struct nl_request *r, const char *name, const char *kind,
		      struct rtattr **info)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC };

	nl_begin(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof(m));
	nl_add(r, IFLA_IFNAME, name, strlen(name) + 1);
	*info = nl_add(r, IFLA_LINKINFO, NULL, 0);
	nl_add(r, IFLA_INFO_KIND, kind, strlen(kind));
}

void link_veth(struct net *n, const char *name)
{
	const char *other = format(n->t, "%sp", name);
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC };
	struct nl_request r;
	struct rtattr *info, *data, *peer;

	begin_new(&r, name, "veth", &info);
	data = nl_add(&r, IFLA_INFO_DATA, NULL, 0);
	peer = nl_add(&r, VETH_INFO_PEER, &m, sizeof(m));
	nl_add(&r, IFLA_IFNAME, other, strlen(other) + 1);
	nl_nest(&r, peer);
	nl_nest(&r, data);
	nl_nest(&r, info);
	done(n, &r, "a veth link");
}

bool link_try(struct net *n, const char *name, const char *kind)
{
	struct nl_request r;
	struct rtattr *info;

	begin_new(&r, name, kind, &info);
	nl_nest(&r, info);
	return !nl_ask(n->fd, &r);
}

static int index_of(struct net *n, const char *name)
{
	static struct net_view view;

	errno = -nl_view(n->fd, &view);
	need(n->t, !errno, "a list of the links");
	for (size_t i = 0; i < view.links; i++)
		if (!strcmp(view.link[i].name, name))
			return view.link[i].index;
	errno = ENODEV;
	need(n->t, false, name);
	return 0;
}

/* With one attribute, or none (type 0). */
static void change(struct net *n, const char *name, unsigned int flags, unsigned int mask, int type,
		   const void *data, size_t size)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC,
			       .ifi_index = index_of(n, name),
			       .ifi_flags = flags,
			       .ifi_change = mask };
	struct nl_request r;

	nl_begin(&r, RTM_NEWLINK, 0, &m, sizeof(m));
	if (type)
		nl_add(&r, type, data, size);
	done(n, &r, format(n->t, "a change of the link %s", name));
}

void link_up(struct net *n, const char *name, bool up)
{
	change(n, name, up ? IFF_UP : 0, IFF_UP, 0, NULL, 0);
}

void link_mtu(struct net *n, const char *name, unsigned int mtu)
{
	change(n, name, 0, 0, IFLA_MTU, &mtu, sizeof(mtu));
}

void link_queue(struct net *n, const char *name, unsigned int packets)
{
	change(n, name, 0, 0, IFLA_TXQLEN, &packets, sizeof(packets));
}

void link_group(struct net *n, const char *name, unsigned int group)
{
	change(n, name, 0, 0, IFLA_GROUP, &group, sizeof(group));
}

void link_mac(struct net *n, const char *name, const char *mac)
{
	unsigned char bytes[6];
	char *at = (char *)(uintptr_t)mac;

	for (size_t i = 0; i < sizeof(bytes); i++, at += *at == ':')
		bytes[i] = (unsigned char)strtoul(at, &at, 16);
	change(n, name, 0, 0, IFLA_ADDRESS, bytes, sizeof(bytes));
}

/* ------------------------------------------------------------------ addresses */

static void address(struct net *n, int type, const char *link, const char *text,
		    unsigned char scope, unsigned int seconds)
{
	const char *slash = strchr(text, '/');
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	struct ifaddrmsg m = { .ifa_family = (unsigned char)family,
			       .ifa_scope = scope,
			       .ifa_index = (unsigned int)index_of(n, link) };
	struct ifa_cacheinfo life = { .ifa_prefered = seconds, .ifa_valid = seconds };
	unsigned int flags = IFA_F_NODAD;
	unsigned char bytes[16];
	struct nl_request r;

	need(n->t, slash, text);
	m.ifa_prefixlen = (unsigned char)strtoul(slash + 1, NULL, 10);
	need(n->t, inet_pton(family, format(n->t, "%.*s", (int)(slash - text), text), bytes) == 1,
	     text);
	nl_begin(&r, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0, &m, sizeof(m));
	nl_add(&r, IFA_LOCAL, bytes, family == AF_INET ? 4 : 16);
	nl_add(&r, IFA_ADDRESS, bytes, family == AF_INET ? 4 : 16);
	if (family == AF_INET6)
		nl_add(&r, IFA_FLAGS, &flags, sizeof(flags));
	if (seconds)
		nl_add(&r, IFA_CACHEINFO, &life, sizeof(life));
	done(n, &r, format(n->t, "the address %s of %s", text, link));
}

void address_add(struct net *n, const char *link, const char *text)
{
	address(n, RTM_NEWADDR, link, text, RT_SCOPE_UNIVERSE, 0);
}

void address_remove(struct net *n, const char *link, const char *text)
{
	address(n, RTM_DELADDR, link, text, RT_SCOPE_UNIVERSE, 0);
}

void address_add_link(struct net *n, const char *link, const char *text)
{
	address(n, RTM_NEWADDR, link, text, RT_SCOPE_LINK, 0);
}

void address_add_passing(struct net *n, const char *link, const char *text, unsigned int seconds)
{
	address(n, RTM_NEWADDR, link, text, RT_SCOPE_UNIVERSE, seconds);
}

/* ------------------------------------------------------------------ to wait */

int net_watch(struct net *n)
{
	return socket_at(n->t, n->path, RTMGRP_LINK);
}

bool net_gone(struct test *t, int watch, const char *link)
{
	_Alignas(8) static char heard[32 * 1024];
	ssize_t n = recv(watch, heard, sizeof(heard), 0);
	const struct nlmsghdr *head = (const void *)heard;
	unsigned int length = n > 0 ? (unsigned int)n : 0;

	need(t, n > 0, "news of the links");
	for (; NLMSG_OK(head, length); head = NLMSG_NEXT(head, length)) {
		const struct ifinfomsg *m = NLMSG_DATA(head);
		const struct rtattr *a = IFLA_RTA(m);
		int left = (int)IFLA_PAYLOAD(head);

		for (; head->nlmsg_type == RTM_DELLINK && RTA_OK(a, left); a = RTA_NEXT(a, left))
			if (a->rta_type == IFLA_IFNAME &&
			    !strncmp(RTA_DATA(a), link, RTA_PAYLOAD(a)))
				return true;
	}
	return false;
}
