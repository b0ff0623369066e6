/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the network namespace has, by rtnetlink(7): it needs no /sys, and sees all that ip(8) does.
 */
#include "probe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"

static void member(const char *key, unsigned int number)
{
	out_key(key);
	out_int(number);
}

static void tell(const struct net_view *v, const struct link *l)
{
	out_key(l->name);
	out_open('{');
	out_key("kind");
	out_text(l->kind);
	out_key("mac");
	out_text(l->mac);
	out_key("up");
	out_bool(l->flags & IFF_UP);
	member("mtu", l->mtu);
	member("queue", l->queue);
	member("group", l->group);
	out_key("addresses");
	out_open('[');
	for (size_t i = 0; i < v->addresses; i++)
		if (v->address[i].index == l->index)
			out_text(v->address[i].text);
	out_close(']');
	out_close('}');
}

static void do_net(char **argument)
{
	static struct net_view view;
	int fd = nl_open(NETLINK_ROUTE, 0);
	int error = fd < 0 ? errno : -nl_view(fd, &view);

	(void)argument;
	line_begin("net");
	if (error) {
		out_errno(error);
	} else {
		out_open('{');
		for (size_t i = 0; i < view.links; i++)
			tell(&view, &view.link[i]);
		out_close('}');
	}
	line_end();
	if (fd >= 0)
		close(fd);
}

const struct command net_commands[] = {
	{ "net", 0, do_net, false },
	{ NULL, 0, NULL, false },
};
