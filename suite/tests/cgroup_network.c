/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.network (config-linux.md#network): net_cls and net_prio, which cgroup v1 alone
 * has. net_prio knows the links of the initial network namespace only, by name. A test has a
 * namespace of its own, so it makes there a link of the name that the kernel knows, and both
 * readings of a name lead to one. It must never change a link that it has not made.
 */
#include <net/if.h>
#include <string.h>

#include "suite/core/netlink.h"
#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

#define MAP "net_prio.ifpriomap"

static const struct cg_row classid_rows[] = {
	{ { "usual", "linux.resources.network.classid.v1", "classID is that of the cgroup" },
	  "net_cls",
	  "{\"network\":{\"classID\":1048577}}",
	  { { 0 } },
	  { { "net_cls.classid", "1048577" } },
	  NULL,
	  false },
	{ { "existing", "linux.resources.network.classid.v1",
	    "classID takes the place of another" },
	  "net_cls",
	  "{\"network\":{\"classID\":1048577}}",
	  { { "net_cls.classid", "655361" } },
	  { { "net_cls.classid", "1048577" } },
	  NULL,
	  false },
	{ { "large", "linux.resources.network.classid.large.v1", "classID has 32 bits" },
	  "net_cls",
	  "{\"network\":{\"classID\":4294901761}}",
	  { { 0 } },
	  { { "net_cls.classid", "4294901761" } },
	  NULL,
	  false },
};

/* ------------------------------------------------------------------ links */

/* A name, other than lo, that the kernel knows for net_prio, as a link here. */
static const char *second_link(struct test *t)
{
	const char *map;

	cg_make(t, "net_prio", CG_PARENT);
	map = cgroup_value(t, "net_prio", CG_PARENT, MAP);
	for (const char *line = map; line && *line; line += strcspn(line, "\n"), line += !!*line) {
		const char *name = format(t, "%.*s", (int)strcspn(line, " \n"), line);

		if (!strcmp(name, "lo") || strlen(name) >= IF_NAMESIZE)
			continue;
		if (!if_nametoindex(name))
			need(t, !link_make("dummy", name),
			     format(t, "make the dummy link %s", name));
		return name;
	}
	test_skip(t, "the initial network namespace has no link but lo");
}

/* ------------------------------------------------------------------ priorities */

static void check_priority(struct test *t, const char *id, struct container *c, const char *name,
			   int priority)
{
	const char *map = cg_in_force(t, c, "net_prio", MAP, "");
	const char *line = format(t, "%s %d", name, priority), *at = map ? strstr(map, line) : NULL;

	while (at &&
	       ((at > map && at[-1] != '\n') || (at[strlen(line)] && at[strlen(line)] != '\n')))
		at = strstr(at + 1, line);
	check_seen(t, id, at, format(t, MAP " of the container has the line \"%s\"", line), "%s",
		   map ? map : "no such file");
}

static void priorities(struct test *t)
{
	const char *id = "linux.resources.network.priorities.v1", *name = second_link(t);
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);
	struct container *c = container_new(b);

	bundle_set(b, "linux.resources.network.priorities", "[{s:s s:i}{s:s s:i}]", "name", "lo",
		   "priority", 3, "name", name, "priority", 7);
	if (!may_create(t, id, c))
		return;
	check_priority(t, id, c, "lo", 3);
	check_priority(t, id, c, name, 7);
}

static struct bundle *with_priority(struct test *t, const char *path, const char *name)
{
	struct bundle *b = cg_bundle(t, path, NULL);

	bundle_set(b, "linux.resources.network.priorities", "[{s:s s:i}]", "name", name, "priority",
		   7);
	return b;
}

/* The container's own network namespace has lo and nothing else. */
static void runtime_namespace(struct test *t)
{
	const char *id = "linux.resources.network.priorities.runtime-netns.v1";
	const char *name = second_link(t);
	struct bundle *b = with_priority(t, CG_PATH, name);
	struct container *c = container_new(with_priority(t, CG_PARENT "/shared", name));

	if (!may_create(t, id, c))
		return;
	check_priority(t, id, c, name, 7);
	bundle_namespace(b, "network", NULL);
	c = container_new(b);
	must_create(c);
	check_priority(t, id, c, name, 7);
}

static void unknown_interface(struct test *t)
{
	cg_make(t, "net_prio", CG_PARENT);
	check_refused_by_create_if_supported(
		t, "linux.resources.network.priorities.unknown-interface.v1",
		with_priority(t, CG_PATH, "oct-none"), with_priority(t, CG_PARENT "/good", "lo"));
}

static void nameless(struct test *t)
{
	struct bundle *bad = with_priority(t, CG_PATH, "lo");

	cg_make(t, "net_prio", CG_PARENT);
	bundle_remove(bad, "linux.resources.network.priorities.0.name");
	check_refused_by_create_if_supported(t, "linux.resources.network.priorities.name-required",
					     bad, with_priority(t, CG_PARENT "/good", "lo"));
}

/* ------------------------------------------------------------------ cgroup v2 */

struct v2_row {
	struct test_case c;
	const char *resources;
};

static const struct v2_row v2_rows[] = {
	{ { "classid", "linux.resources.network.classid.v2", NULL },
	  "{\"network\":{\"classID\":1048577}}" },
	{ { "priorities", "linux.resources.network.priorities.v2", NULL },
	  "{\"network\":{\"priorities\":[{\"name\":\"lo\",\"priority\":3}]}}" },
};

static void refused_v2(struct test *t)
{
	const struct v2_row *row = test_row(t);

	check_refused_by_create(t, row->c.requirement, cg_bundle(t, CG_PATH, row->resources),
				cg_bundle(t, CG_PARENT "/good", NULL));
}

const struct test_entry cgroup_network_tests[] = {
	{
		.name = "network/classid",
		.about = "classID is net_cls.classid of the cgroup",
		.requirements = REQS("linux.resources.network.classid.v1",
				     "linux.resources.network.classid.large.v1"),
		.run = cg_test,
		CASES(classid_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "network/priorities",
		.about = "priorities are those of the cgroup, link by link",
		.requirements = REQS("linux.resources.network.priorities.v1"),
		.run = priorities,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "network/runtime-namespace",
		.about = "links are named as in the runtime's network namespace",
		.requirements = REQS("linux.resources.network.priorities.runtime-netns.v1"),
		.run = runtime_namespace,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "network/unknown-interface",
		.about = "a priority of a link that is not there is an error",
		.requirements = REQS("linux.resources.network.priorities.unknown-interface.v1"),
		.run = unknown_interface,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "network/nameless",
		.about = "a priority of no link is an error",
		.requirements = REQS("linux.resources.network.priorities.name-required"),
		.run = nameless,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "network/refused-v2",
		.about = "what cgroup v2 has no place for is an error",
		.requirements = REQS("linux.resources.network.classid.v2"),
		.run = refused_v2,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{ 0 },
};
