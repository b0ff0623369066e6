/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "special link": what a runtime might do to network links, on the host or in the container's
 * namespace: the one that its config.json names, else that of its process.
 */
#include "saboteur.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/veth.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite/probe/netlink.h"

/* What is done, where. */
struct place {
	int fd;		   /* a socket in the namespace */
	int other;	   /* the other namespace: links go there */
	int index;	   /* of the link */
	const char *value; /* NULL: none */
};

static const char *network_of(struct call *c)
{
	json_t *config = json_load_file(join("%s/config.json", call_bundle(c)), 0, NULL), *one;
	json_t *list = json_object_get(json_object_get(config, "linux"), "namespaces");
	size_t i;

	json_array_foreach (list, i, one) {
		const char *type = json_string_value(json_object_get(one, "type"));
		const char *path = json_string_value(json_object_get(one, "path"));

		if (type && path && !strcmp(type, "network"))
			return path;
	}
	return call_pid(c) > 0 ? join("/proc/%d/ns/net", (int)call_pid(c)) : "";
}

static int change(struct place *p, int flags, int mask, int type, const void *data, size_t size)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC,
			       .ifi_index = p->index,
			       .ifi_flags = (unsigned int)flags,
			       .ifi_change = (unsigned int)mask };
	struct nl_request r;

	nl_begin(&r, RTM_NEWLINK, 0, &m, sizeof(m));
	if (type)
		nl_add(&r, type, data, size);
	return nl_ask(p->fd, &r);
}

static int up(struct place *p)
{
	return change(p, IFF_UP, IFF_UP, 0, NULL, 0);
}

static int down(struct place *p)
{
	return change(p, 0, IFF_UP, 0, NULL, 0);
}

static int number(struct place *p, int type)
{
	uint32_t value = p->value ? (uint32_t)strtoul(p->value, NULL, 10) : 0;

	return change(p, 0, 0, type, &value, sizeof(value));
}

static int mtu(struct place *p)
{
	return number(p, IFLA_MTU);
}

static int queue(struct place *p)
{
	return number(p, IFLA_TXQLEN);
}

static int group(struct place *p)
{
	return number(p, IFLA_GROUP);
}

/* The last byte of the hardware address. */
static int mac(struct place *p)
{
	unsigned char bytes[6] = { 2 };

	bytes[5] = (unsigned char)(p->value ? strtoul(p->value, NULL, 10) : 0);
	return change(p, 0, 0, IFLA_ADDRESS, bytes, sizeof(bytes));
}

static int name(struct place *p)
{
	return p->value ? change(p, 0, 0, IFLA_IFNAME, p->value, strlen(p->value) + 1) : -EINVAL;
}

/* To the other namespace, where it may have another name. */
static int away(struct place *p)
{
	return change(p, 0, 0, IFLA_NET_NS_FD, &p->other, sizeof(p->other));
}

static int removed(struct place *p)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC, .ifi_index = p->index };
	struct nl_request r;

	nl_begin(&r, RTM_DELLINK, 0, &m, sizeof(m));
	return nl_ask(p->fd, &r);
}

static int address(struct place *p, int type)
{
	int family = p->value && strchr(p->value, ':') ? AF_INET6 : AF_INET;
	const char *slash = p->value ? strchr(p->value, '/') : NULL;
	struct ifaddrmsg m = { .ifa_family = (unsigned char)family,
			       .ifa_scope = RT_SCOPE_UNIVERSE,
			       .ifa_index = (unsigned int)p->index };
	size_t size = family == AF_INET ? 4 : 16;
	unsigned char bytes[16];
	struct nl_request r;

	if (!slash ||
	    inet_pton(family, join("%.*s", (int)(slash - p->value), p->value), bytes) != 1)
		return -EINVAL;
	m.ifa_prefixlen = (unsigned char)strtoul(slash + 1, NULL, 10);
	nl_begin(&r, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0, &m, sizeof(m));
	nl_add(&r, IFA_LOCAL, bytes, size);
	nl_add(&r, IFA_ADDRESS, bytes, size);
	return nl_ask(p->fd, &r);
}

static int address_on(struct place *p)
{
	return address(p, RTM_NEWADDR);
}

static int address_off(struct place *p)
{
	return address(p, RTM_DELADDR);
}

/* A new one in its place, of a pair that nobody knows. */
static int anew(struct place *p, const char *name)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC };
	struct nl_request r;
	struct rtattr *info;
	int error = removed(p);

	if (error)
		return error;
	nl_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof(m));
	nl_add(&r, IFLA_IFNAME, name, strlen(name) + 1);
	info = nl_add(&r, IFLA_LINKINFO, NULL, 0);
	nl_add(&r, IFLA_INFO_KIND, "veth", 4);
	nl_nest(&r, info);
	return nl_ask(p->fd, &r);
}

static int find(int fd, const char *name)
{
	static struct net_view view;

	for (size_t i = 0; !nl_view(fd, &view) && i < view.links; i++)
		if (!strcmp(view.link[i].name, name))
			return view.link[i].index;
	return 0;
}

/* WHERE DEED NAME [VALUE]: "host" or "there". */
int link_fault(struct call *c, char **word)
{
	static const struct {
		const char *name;
		int (*run)(struct place *p);
	} deeds[] = {
		{ "up", up },	       { "down", down },	{ "mtu", mtu },
		{ "queue", queue },    { "group", group },	{ "mac", mac },
		{ "name", name },      { "away", away },	{ "remove", removed },
		{ "add", address_on }, { "drop", address_off },
	};
	int host = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open(network_of(c), O_RDONLY | O_CLOEXEC);
	bool inside = !strcmp(word[0], "there");
	struct place p = { .other = inside ? host : there, .value = word[3] };
	int error = -EINVAL;

	if (inside && setns(there, CLONE_NEWNET))
		return -errno;
	p.fd = nl_open(NETLINK_ROUTE, 0);
	if (inside && setns(host, CLONE_NEWNET))
		return -errno;
	p.index = find(p.fd, word[2]);
	if (!p.index)
		return -ENODEV;
	if (!strcmp(word[1], "anew"))
		error = anew(&p, word[2]);
	for (size_t i = 0; i < ARRAY_SIZE(deeds); i++)
		if (!strcmp(word[1], deeds[i].name))
			error = deeds[i].run(&p);
	close(p.fd);
	close(host);
	close(there);
	return error;
}
