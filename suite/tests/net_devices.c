/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.netDevices (config-linux.md#network-devices). The host is the test's own network namespace;
 * the devices are veth links, whose other ends stay there. Those are down, so that the kernel gives
 * no address of its own, and what is seen is what was there before.
 */
#include <errno.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/links.h"
#include "suite/tests/tests.h"

#define ID	"linux.netdevices."
#define DEVICES "linux.netDevices"
#define PLACE	"/linux/netDevices/"
#define MAC	"02:00:5e:00:53:01"
#define V4	"192.0.2.10/24"
#define KEPT	" universe permanent"
#define MTU	1400

/* ------------------------------------------------------------------ devices and containers */

/* A device with all that is to be kept, up. */
static struct net *device(struct test *t, const char *name)
{
	struct net *here = net_here(t);

	link_veth(here, name);
	link_mac(here, name, MAC);
	link_mtu(here, name, MTU);
	link_up(here, name, true);
	address_add(here, name, V4);
	return here;
}

static void want(struct test *t, struct bundle *b, const char *device, const char *name)
{
	const char *path = format(t, PLACE "%s", device);

	if (name)
		bundle_set(b, path, "{s:s}", "name", name);
	else
		bundle_set(b, path, "{}");
}

/* A container with a network namespace, new unless a path is given, that wants a device. */
static struct bundle *wanting(struct test *t, const char *path, const char *device,
			      const char *name)
{
	struct bundle *b = bundle_new(t);

	bundle_namespace(b, "network", path);
	want(t, b, device, name);
	bundle_probe(b, "net", NULL);
	return b;
}

static bool claimed(struct test *t)
{
	return runtime_claims(t, "linux.netDevices.enabled", NULL) == CLAIM_YES;
}

/* Whether it moves devices at all, told by the plainest that there is. */
static bool moves(struct test *t)
{
	struct net *here = net_here(t);
	const struct result *refusal = NULL;

	link_veth(here, "octz");
	return claimed(t) || bundle_try(wanting(t, NULL, "octz", NULL), &refusal);
}

/*
 * What it sees. A runtime that neither says that it moves devices nor moves the plainest may
 * refuse to: then all that is undecided is `disabled`.
 */
static const json_t *inside(struct test *t, struct bundle *b)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(b, &refusal);
	const json_t *net = f ? facts_get(f, "net") : NULL;

	if (f && !net)
		test_stop(t, "the probe tells what links there are", "it does not");
	if (!f && refusal->exited && !moves(t))
		test_disable(t, "the runtime refuses to move a device: %s",
			     result_text(t, refusal));
	if (!f)
		test_stop(t, "the device is moved into the container", "%s: %s", refusal->command,
			  result_text(t, refusal));
	return net;
}

/* The same for one that is only created. */
static struct container *created(struct test *t, struct bundle *b)
{
	struct container *c = container_new(b);
	const struct result *r = op_create(c);

	if (!result_ok(r) && r->exited && !moves(t))
		test_disable(t, "the runtime refuses to move a device: %s", result_text(t, r));
	if (!result_ok(r))
		test_stop(t, "create: exit status 0", "%s", result_text(t, r));
	return c;
}

/* Only create may refuse: it is there that all of config.json but `process` is put into effect. */
static bool refused(struct test *t, const char *id, struct bundle *bad, struct bundle *good)
{
	return claimed(t) ? check_refused_by_create(t, id, bad, good)
			  : check_refused_by_create_if_supported(t, id, bad, good);
}

static const char *names(struct test *t, const json_t *net)
{
	const char *name, *all = "";
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)net, name, value)
		all = format(t, "%s%s%s", all, *all ? " " : "", name);
	return all;
}

static bool has(const json_t *net, const char *name)
{
	return json_object_get(net, name) != NULL;
}

/* The link with that hardware address there, or NULL. */
static const char *of_mac(const json_t *net, const char *mac)
{
	const char *name;
	json_t *link;

	json_object_foreach ((json_t *)(uintptr_t)net, name, link) {
		const char *is = json_string_value(json_object_get(link, "mac"));

		if (is && !strcmp(is, mac))
			return name;
	}
	return NULL;
}

/* It is there, and the host has none of that name any more. */
static bool check_moved(struct test *t, const char *id, const json_t *net, const char *name,
			struct net *here, const char *old)
{
	json_t *left = net_facts(here);
	bool ok = check_seen(t, id, has(net, name), format(t, "the container has %s", name),
			     "it has %s", names(t, net));

	return check_seen(t, id, !has(left, old), format(t, "the host has no %s any more", old),
			  "it has %s", names(t, left)) &&
	       ok;
}

static bool check_up(struct test *t, const char *id, const json_t *net, const char *name)
{
	return check_json(t, id, format(t, "whether %s is up", name), json_true(),
			  link_fact(net, name, "up"));
}

static bool check_address(struct test *t, const char *id, const json_t *net, const char *name,
			  const char *address)
{
	return check_subset(t, id, format(t, "addresses of %s", name),
			    json_pack("[s+]", address, KEPT), link_fact(net, name, "addresses"));
}

static void check_mac(struct test *t, const char *id, const json_t *net, const char *name,
		      const char *mac)
{
	check_string(t, id, format(t, "hardware address of %s", name), mac,
		     json_string_value(link_fact(net, name, "mac")));
}

/* ------------------------------------------------------------------ to move */

static void one(struct test *t)
{
	struct net *here = device(t, "oct0");
	const json_t *net = inside(t, wanting(t, NULL, "oct0", NULL));
	const char *found = of_mac(net, MAC);

	check_moved(t, ID "moved", net, found ? found : "oct0", here, "oct0");
	check_string(t, ID "name.default", "name of the link with the device's hardware address",
		     "oct0", found);
	check_mac(t, ID "preserve.mac", net, "oct0", MAC);
	check_json(t, ID "preserve.mtu", "MTU of oct0", json_integer(MTU),
		   link_fact(net, "oct0", "mtu"));
	check_up(t, ID "up", net, "oct0");
	check_address(t, ID "preserve.ipv4", net, "oct0", V4);
}

/* Of each kind that the kernel has and lets go; in the appliance all of them. */
static void several(struct test *t)
{
	static const char *const devices[] = { "octa", "octb", "octc" };
	struct net *here = net_here(t);
	struct bundle *b;
	const json_t *net;

	link_veth(here, "octa");
	if (!link_try(here, "octb", "dummy"))
		link_veth(here, "octb");
	link_veth(here, "octc");
	b = wanting(t, NULL, "octa", NULL);
	want(t, b, "octb", NULL);
	want(t, b, "octc", NULL);
	net = inside(t, b);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		check_moved(t, ID "several", net, devices[i], here, devices[i]);
}

/* A port where nobody listens: only an answer from the other end makes it a refusal at once. */
static const char *knock(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	struct timeval limit = { .tv_sec = 30 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error = 0;

	inet_pton(AF_INET, address, &to.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (void *)&to, sizeof(to)))
		error = errno;
	close(fd);
	return errno_name(error);
}

/* The addresses are given afterwards: that they are kept is not the point here. */
static void pair(struct test *t)
{
	struct net *here = net_here(t), *there;
	struct bundle *b;
	struct container *c;
	const char *said;
	json_t *net;
	int tries = 0;

	link_veth(here, "oct0");
	link_up(here, "oct0p", true);
	address_add(here, "oct0p", "192.0.2.1/24");
	b = wanting(t, NULL, "oct0", NULL);
	bundle_probe_add(b, "wait", NULL);
	c = created(t, b);
	must_start(c);
	must_answer(c);
	there = net_at(t, format(t, "/proc/%d/ns/net", (int)container_pid(c)));
	net = net_facts(there);
	if (!check_moved(t, ID "type.veth", net, "oct0", here, "oct0"))
		return;
	link_up(there, "oct0", true);
	address_add(there, "oct0", V4);
	/* The kernel hands nothing on before it has noticed that the other end is up. */
	do
		said = knock("192.0.2.10");
	while (!strcmp(said, "EHOSTUNREACH") && ++tries < 5);
	check_string(t, ID "type.veth", "a connection through the pair", "ECONNREFUSED", said);
}

static void in_user_namespace(struct test *t)
{
	struct net *here = device(t, "oct0");
	struct bundle *b = wanting(t, NULL, "oct0", "ctr0");
	const json_t *net;

	with_user_namespace(t, b, 100000);
	net = inside(t, b);
	check_moved(t, ID "user-namespace", net, "ctr0", here, "oct0");
	check_up(t, ID "user-namespace", net, "ctr0");
	check_address(t, ID "user-namespace", net, "ctr0", V4);
}

/* ------------------------------------------------------------------ names */

static void renamed(struct test *t)
{
	struct net *here = device(t, "oct0");
	const json_t *net = inside(t, wanting(t, NULL, "oct0", "ctr_eth0"));

	check_moved(t, ID "name.rename", net, "ctr_eth0", here, "oct0");
	check_mac(t, ID "name.rename", net, "ctr_eth0", MAC);
	check_seen(t, ID "name.rename", !has(net, "oct0"), "the container has no oct0", "it has %s",
		   names(t, net));
	check_mac(t, ID "preserve.mac", net, "ctr_eth0", MAC);
	check_address(t, ID "preserve.ipv4", net, "ctr_eth0", V4);
	check_json(t, ID "preserve.mtu", "MTU of ctr_eth0", json_integer(MTU),
		   link_fact(net, "ctr_eth0", "mtu"));
	check_up(t, ID "up", net, "ctr_eth0");
}

static void swapped(struct test *t)
{
	struct net *here = net_here(t);
	struct bundle *b;
	const json_t *net;

	link_veth(here, "octa");
	link_veth(here, "octb");
	link_mac(here, "octa", "02:00:5e:00:53:0a");
	link_mac(here, "octb", "02:00:5e:00:53:0b");
	b = wanting(t, NULL, "octa", "octb");
	want(t, b, "octb", "octa");
	net = inside(t, b);
	check_mac(t, ID "name.swap", net, "octb", "02:00:5e:00:53:0a");
	check_mac(t, ID "name.swap", net, "octa", "02:00:5e:00:53:0b");
}

/* The kernel takes the lowest number that is free. */
static void template(struct test *t)
{
	const char *path, *found;
	struct net *there = net_new(t, &path);
	const json_t *net;

	device(t, "oct0");
	link_veth(there, "eth0");
	net = inside(t, wanting(t, path, "oct0", "eth%d"));
	found = of_mac(net, MAC);
	check_string(t, ID "name.template", "name of the moved device", "eth1", found);
	check_seen(t, ID "name.template", has(net, "eth0"), "eth0, which was there, stays",
		   "there is %s", names(t, net));
}

static void template_alone(struct test *t)
{
	const char *id = ID "name.template-no-conflict";
	const json_t *net;

	device(t, "oct0");
	net = inside(t, wanting(t, NULL, "oct0", "net%d"));
	check_string(t, id, "name of the moved device", "net0", of_mac(net, MAC));
	check_up(t, id, net, "net0");
	check_address(t, id, net, "net0", V4);
	check_json(t, id, "MTU of net0", json_integer(MTU), link_fact(net, "net0", "mtu"));
}

/* ------------------------------------------------------------------ what is refused */

struct refusal {
	struct test_case c;
	const char *device, *name;
	const char *taken; /* a link in a namespace that is joined; NULL: the namespace is new */
	bool both;	   /* another device is to have the same name */
};

#define BACK ID "name.conflict-rollback"
#define LONG "octest-a-name-of-more-than-thirty-two-characters-in-all"

static const struct refusal refusals[] = {
	{ { "taken", ID "name.conflict", NULL }, "oct0", "eth0", "eth0", false },
	{ { "loopback", ID "name.conflict", NULL }, "oct0", "lo", NULL, false },
	{ { "twice", ID "name.conflict", NULL }, "oct0", "eth0", NULL, true },
	{ { "own-name", ID "name.conflict-same-name", NULL }, "oct0", NULL, "oct0", false },
	{ { "long-name", ID "name.too-long", NULL }, "oct0", "octest-sixteen-c", NULL, false },
	{ { "longer-name", ID "name.too-long", NULL }, "oct0", LONG, NULL, false },
	{ { "slash", ID "name.too-long", NULL }, "oct0", "oct/0", NULL, false },
	{ { "missing", ID "check.missing", NULL }, "oct-none", NULL, NULL, false },
	{ { "missing-renamed", ID "check.missing", NULL }, "oct-none", "eth0", NULL, false },
	{ { "not-movable", ID "check.not-movable", NULL }, "lo", "hostlo", NULL, false },
};

/* "twice" is half done whichever comes first. */
static const struct refusal undone[] = {
	{ { "taken", BACK, NULL }, "oct0", "eth0", "eth0", false },
	{ { "loopback", BACK, NULL }, "oct0", "lo", NULL, false },
	{ { "twice", BACK, NULL }, "oct0", "eth0", NULL, true },
	{ { "own-name", BACK, NULL }, "oct0", NULL, "oct0", false },
	{ { "long-name", BACK, NULL }, "oct0", "octest-sixteen-c", NULL, false },
	{ { "slash", BACK, NULL }, "oct0", "oct/0", NULL, false },
	{ { "not-movable", BACK, NULL }, "lo", "hostlo", NULL, false },
};

static void check_as_before(struct test *t, const char *id, const char *where, struct net *n,
			    const json_t *before, const char *link)
{
	json_t *after = net_facts(n);

	check_json(t, id, format(t, "%s %s", link, where),
		   json_incref(json_object_get(before, link)), json_object_get(after, link));
}

/* Its twin moves another device, to a name of the greatest length, as well into a joined one. */
static struct bundle *refusal_twin(struct test *t, const char *path)
{
	link_veth(net_here(t), "octg");
	return wanting(t, path, "octg", "octest-fifteen-");
}

static struct bundle *refusal(struct test *t, const struct refusal *row, const char *path)
{
	struct net *here = device(t, "oct0");
	struct bundle *b = wanting(t, path, row->device, row->name);

	address_add(here, "oct0", "2001:db8::10/64");
	if (row->both) {
		link_veth(here, "oct1");
		want(t, b, "oct1", row->name);
	}
	return b;
}

static void refused_names(struct test *t)
{
	const struct refusal *row = test_row(t);
	const char *path = NULL;

	if (row->taken)
		link_veth(net_new(t, &path), row->taken);
	refused(t, row->c.requirement, refusal(t, row, path), refusal_twin(t, path));
}

/* runtime.md#errors: as if it had not been attempted. That it is refused at all is asked above. */
static void undo(struct test *t)
{
	static const char *const links[] = { "oct0", "oct1", "lo" };
	const struct refusal *row = test_row(t);
	const char *path = NULL;
	struct net *here = net_here(t), *there = row->taken ? net_new(t, &path) : NULL;
	struct bundle *bad = refusal(t, row, path);
	json_t *before, *before_there;

	if (there)
		link_veth(there, row->taken);
	inside(t, refusal_twin(t, path));
	before = net_facts(here);
	before_there = there ? net_facts(there) : NULL;
	if (result_ok(op_create(container_new(bad))))
		test_stop(t, "create is refused", "exit status 0");
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (has(before, links[i]))
			check_as_before(t, BACK, "of the host", here, before, links[i]);
	if (there)
		check_as_before(t, BACK, "of the joined namespace", there, before_there,
				row->taken);
}

/* ------------------------------------------------------------------ no namespace */

/* Whether it is refused, or the device stays where it is: it must not bear another name there. */
static void no_namespace(struct test *t)
{
	struct net *here = device(t, "oct0");
	struct bundle *b = wanting(t, NULL, "oct0", "ctr0");
	const struct result *refusal = NULL;
	json_t *after;

	bundle_no_namespace(b, "network");
	bundle_try(b, &refusal);
	after = net_facts(here);
	check_mac(t, ID "check.no-network-namespace", after, "oct0", MAC);
	check_seen(t, ID "check.no-network-namespace", !has(after, "ctr0"),
		   "the host has no link ctr0", "it has %s", names(t, after));
	if (refusal)
		check_error(t, ID "check.no-network-namespace", refusal);
}

/* ------------------------------------------------------------------ what is kept */

static bool among(const json_t *list, const char *word)
{
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (!strcmp(json_string_value(one), word))
			return true;
	return false;
}

static void addresses(struct test *t)
{
	static const char *const others[] = { "169.254.9.9/16 link permanent",
					      "169.254.9.9/16" KEPT, "203.0.113.9/24" KEPT,
					      "2001:db8:1::9/64" KEPT };
	struct net *here = device(t, "oct0");
	const json_t *net, *list;

	address_add(here, "oct0", "198.51.100.7/32");
	address_add(here, "oct0", "192.0.2.11/24");
	address_add(here, "oct0", "2001:db8::10/64");
	address_add(here, "oct0", "fd00:5::1/128");
	address_add_link(here, "oct0", "169.254.9.9/16");
	address_add_passing(here, "oct0", "203.0.113.9/24", 6000);
	address_add_passing(here, "oct0", "2001:db8:1::9/64", 6000);
	net = inside(t, wanting(t, NULL, "oct0", NULL));
	list = link_fact(net, "oct0", "addresses");
	check_subset(t, ID "preserve.ipv4", "addresses of oct0",
		     json_pack("[s s s]", V4 KEPT, "198.51.100.7/32" KEPT, "192.0.2.11/24" KEPT),
		     list);
	check_subset(t, ID "preserve.ipv6", "addresses of oct0",
		     json_pack("[s s]", "2001:db8::10/64" KEPT, "fd00:5::1/128" KEPT), list);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		check_seen(t, ID "preserve.scope-filter",
			   has(net, "oct0") && !among(list, others[i]),
			   format(t, "oct0 has no %s", others[i]), "%s",
			   has(net, "oct0") ? format(t, "its addresses: %s",
						     json_dumps(list, JSON_ENCODE_ANY))
					    : "no oct0");
}

static void from_down(struct test *t)
{
	struct net *here = net_here(t);
	const json_t *net;

	link_veth(here, "oct0");
	address_add(here, "oct0", V4);
	net = inside(t, wanting(t, NULL, "oct0", NULL));
	check_address(t, ID "preserve.down-interface", net, "oct0", V4);
	check_up(t, ID "preserve.down-interface", net, "oct0");
	check_up(t, ID "up", net, "oct0");
}

static void attributes(struct test *t)
{
	const char *id = ID "preserve.txqlen-alias";
	struct net *here = device(t, "oct0");
	const json_t *net;

	link_queue(here, "oct0", 77);
	link_group(here, "oct0", 5);
	net = inside(t, wanting(t, NULL, "oct0", "ctr0"));
	check_json(t, id, "queue length", json_integer(77), link_fact(net, "ctr0", "queue"));
	check_json(t, id, "group", json_integer(5), link_fact(net, "ctr0", "group"));
	check_json(t, id, "kind", json_string("veth"), link_fact(net, "ctr0", "kind"));
}

/* ------------------------------------------------------------------ when, and for how long */

/* Pinned by the test: what the runtime leaves there is there when the container is gone. */
struct pinned {
	struct net *here, *there;
	struct container *c;
};

static struct pinned pinned(struct test *t, const char *then)
{
	const char *path;
	struct pinned p = { .here = device(t, "oct0"), .there = net_new(t, &path) };
	struct bundle *b = wanting(t, path, "oct0", "ctr0");

	bundle_probe_add(b, then, NULL);
	p.c = created(t, b);
	return p;
}

static bool check_there(struct test *t, const char *id, const char *when, struct pinned *p)
{
	json_t *net = net_facts(p->there), *left = net_facts(p->here);

	return check_seen(t, id, has(net, "ctr0"), format(t, "ctr0 is in its namespace %s", when),
			  "there is %s", names(t, net)) &&
	       check_true(t, id, !of_mac(left, MAC),
			  format(t, "the device is not on the host %s", when), "it is there, as %s",
			  of_mac(left, MAC));
}

static void at_create(struct test *t)
{
	const char *id = ID "up-at-create";
	struct pinned p = pinned(t, "wait");
	json_t *net = net_facts(p.there);

	check_there(t, id, "after create", &p);
	check_up(t, id, net, "ctr0");
	check_address(t, id, net, "ctr0", V4);
}

/* What whoever owns the namespace does there stays, over all that a runtime can be asked. */
static void unmanaged(struct test *t)
{
	const char *id = ID "lifecycle.no-management";
	struct pinned p = pinned(t, "wait");
	json_t *set;

	bundle_probe(container_bundle(p.c), "net", "wait", NULL);
	if (!check_there(t, id, "after create", &p))
		return;
	link_up(p.there, "ctr0", false);
	link_mtu(p.there, "ctr0", 1300);
	address_remove(p.there, "ctr0", V4);
	set = net_facts(p.there);
	must_start(p.c);
	must_answer(p.c);
	check_as_before(t, id, "of the namespace after start", p.there, set, "ctr0");
	must_state(p.c);
	must_kill(p.c, "SIGCONT");
	check_as_before(t, id, "of the namespace after state and kill", p.there, set, "ctr0");
	container_close_input(p.c);
	container_wait(p.c);
	must_delete(p.c);
	check_as_before(t, id, "of the namespace after delete", p.there, set, "ctr0");
}

static void left_there(struct test *t)
{
	const char *id = ID "lifecycle.no-move-back";
	struct pinned p = pinned(t, "wait");

	must_start(p.c);
	must_answer(p.c);
	if (!check_there(t, id, "while it runs", &p))
		return;
	must_kill(p.c, "SIGKILL");
	container_wait(p.c);
	check_there(t, id, "after its end", &p);
	must_delete(p.c);
	check_there(t, id, "after delete", &p);
}

static void left_on_exit(struct test *t)
{
	const char *id = ID "lifecycle.no-move-back-on-exit";
	struct pinned p = pinned(t, "deaf");

	must_start(p.c);
	container_wait(p.c);
	check_there(t, id, "after its end", &p);
	state_until(p.c, "stopped");
	check_there(t, id, "when it is stopped", &p);
	must_delete(p.c);
	check_there(t, id, "after delete", &p);
}

/* The kernel removes the namespace in its own time, and with it the pair; it says so. */
static void cleaned_up(struct test *t)
{
	const char *id = ID "lifecycle.kernel-cleanup";
	struct net *here = device(t, "oct0");
	int watch = net_watch(here);
	struct bundle *b = wanting(t, NULL, "oct0", NULL);
	struct container *c;

	bundle_probe_add(b, "wait", NULL);
	c = created(t, b);
	must_start(c);
	if (!check_moved(t, id, facts_get(must_answer(c), "net"), "oct0", here, "oct0"))
		return;
	must_kill(c, "SIGKILL");
	container_wait(c);
	must_delete(c);
	do
		wait_readable(t, watch, "the end of the other end of the pair");
	while (!net_gone(t, watch, "oct0p"));
	check_true(t, id, !has(net_facts(here), "oct0"), "the kernel has removed both ends",
		   "oct0 is on the host");
}

const struct test_entry net_device_tests[] = {
	{
		.name = "net-devices/moved",
		.about = "a device is moved into the container, and is as it was, and up",
		.requirements = REQS(ID "moved", ID "name.default", ID "preserve.mac",
				     ID "preserve.mtu", ID "preserve.ipv4", ID "up"),
		.run = one,
	},
	{
		.name = "net-devices/several",
		.about = "every device is moved",
		.requirements = REQS(ID "several"),
		.run = several,
	},
	{
		.name = "net-devices/pair",
		.about = "one end of a veth pair stays linked to the other",
		.requirements = REQS(ID "type.veth"),
		.run = pair,
	},
	{
		.name = "net-devices/user-namespace",
		.about = "a device is moved into a namespace of another user",
		.requirements = REQS(ID "user-namespace"),
		.run = in_user_namespace,
	},
	{
		.name = "net-devices/renamed",
		.about = "a device gets the name it is to have, and keeps all else",
		.requirements = REQS(ID "name.rename", ID "preserve.mac", ID "preserve.mtu",
				     ID "preserve.ipv4", ID "up"),
		.run = renamed,
	},
	{
		.name = "net-devices/swapped",
		.about = "two devices take each other's name",
		.requirements = REQS(ID "name.swap"),
		.run = swapped,
	},
	{
		.name = "net-devices/template",
		.about = "the kernel chooses a free name by a template",
		.requirements = REQS(ID "name.template"),
		.run = template,
	},
	{
		.name = "net-devices/template-alone",
		.about = "a device whose name the kernel chose is up and has its addresses",
		.requirements = REQS(ID "name.template-no-conflict"),
		.run = template_alone,
	},
	{
		.name = "net-devices/refused",
		.about = "a device that cannot be moved, or not have its name, is an error",
		.run = refused_names,
		CASES(refusals),
	},
	{
		.name = "net-devices/undone",
		.about = "after an error the devices are on the host as before",
		.run = undo,
		CASES(undone),
	},
	{
		.name = "net-devices/no-namespace",
		.about = "a device of a container in the host's namespace keeps its name",
		.requirements = REQS(ID "check.no-network-namespace"),
		.run = no_namespace,
	},
	{
		.name = "net-devices/addresses",
		.about = "permanent addresses of global scope are kept, and no others",
		.requirements =
			REQS(ID "preserve.ipv4", ID "preserve.ipv6", ID "preserve.scope-filter"),
		.run = addresses,
	},
	{
		.name = "net-devices/from-down",
		.about = "a device that was down is up afterwards, with its addresses",
		.requirements = REQS(ID "preserve.down-interface", ID "up"),
		.run = from_down,
	},
	{
		.name = "net-devices/attributes",
		.about = "queue length, group and kind of a device are kept",
		.requirements = REQS(ID "preserve.txqlen-alias"),
		.run = attributes,
	},
	{
		.name = "net-devices/at-create",
		.about = "the device is in the namespace when create is over",
		.requirements = REQS(ID "up-at-create"),
		.run = at_create,
	},
	{
		.name = "net-devices/unmanaged",
		.about = "what is changed of a moved device stays changed",
		.requirements = REQS(ID "lifecycle.no-management"),
		.run = unmanaged,
	},
	{
		.name = "net-devices/left-there",
		.about = "a device stays in its namespace when the container is killed and deleted",
		.requirements = REQS(ID "lifecycle.no-move-back"),
		.run = left_there,
	},
	{
		.name = "net-devices/left-on-exit",
		.about = "a device stays in its namespace when the program ends",
		.requirements = REQS(ID "lifecycle.no-move-back-on-exit"),
		.run = left_on_exit,
	},
	{
		.name = "net-devices/cleaned-up",
		.about = "a device goes with the namespace of its container",
		.requirements = REQS(ID "lifecycle.kernel-cleanup"),
		.run = cleaned_up,
	},
	{ 0 },
};
