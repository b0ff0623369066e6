/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.memoryPolicy (config-linux.md#memory-policy), told by get_mempolicy(2) in the container,
 * and by where new pages lie. Modes, flags and nodes that the kernel of the machine does not take
 * itself are skipped; in the appliance it takes all, and has two nodes.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define ID     "linux.memorypolicy."
#define POLICY "linux.memoryPolicy"

#ifndef MPOL_F_NUMA_BALANCING /* younger than the headers of many a system */
#define MPOL_F_NUMA_BALANCING (1 << 13)
#endif
#define PREFERRED_MANY	    5
#define WEIGHTED_INTERLEAVE 6

/* ------------------------------------------------------------------ the machine's nodes */

/* Those with memory, as the kernel and config.json write them: "0-1". */
static const char *all_nodes(struct test *t)
{
	const char *list = file_read(t, "/sys/devices/system/node/has_memory");

	if (!list)
		test_skip(t, "the kernel knows no memory nodes");
	return format(t, "%.*s", (int)strcspn(list, "\n"), list);
}

static unsigned long mask_of(const char *list)
{
	unsigned long mask = 0;

	while (list && *list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && first < 64; first++)
			mask |= 1UL << first;
		list = *end ? end + 1 : end;
	}
	return mask;
}

static json_t *numbers_of(unsigned long mask)
{
	json_t *list = json_array();

	for (int i = 0; i < 64; i++)
		if (mask & 1UL << i)
			json_array_append_new(list, json_integer(i));
	return list;
}

/* "@" in the nodes of a row is the last of the machine, "*" all that it has. */
static const char *nodes_of(struct test *t, const char *word)
{
	const char *all = word ? all_nodes(t) : NULL;

	if (word && *word == '@')
		return format(t, "%d", 63 - __builtin_clzl(mask_of(all)));
	return word && *word == '*' ? all : word;
}

/* ------------------------------------------------------------------ what is asked for */

struct policy {
	struct test_case c;
	const char *mode, *nodes; /* as in config.json; nodes NULL: none */
	const char *flags;	  /* with the brackets; NULL: none */
	int value, flag_value;
	bool strict; /* the kernel takes new pages from nowhere else, however full they are */
};

static struct bundle *with_policy(struct test *t, const char *policy)
{
	struct bundle *b = bundle_new(t);

	if (policy)
		bundle_put(b, POLICY, json_loads(policy, 0, NULL));
	bundle_probe(b, "mempolicy", "page-nodes", "16", NULL);
	return b;
}

static struct bundle *with_row(struct test *t, const struct policy *row)
{
	struct bundle *b = with_policy(t, format(t, "{\"mode\":\"%s\"}", row->mode));

	if (row->nodes)
		bundle_set(b, POLICY ".nodes", "s", nodes_of(t, row->nodes));
	if (row->flags)
		bundle_put(b, POLICY ".flags", json_loads(row->flags, 0, NULL));
	return b;
}

struct wish {
	int mode;
	unsigned long nodes;
};

static int set_policy(void *data)
{
	const struct wish *w = data;

	return syscall(SYS_set_mempolicy, w->mode, w->nodes ? &w->nodes : NULL,
		       w->nodes ? 64UL : 0UL) != 0;
}

static void need_policy(struct test *t, const struct policy *row)
{
	struct wish w = { row->value | row->flag_value, mask_of(nodes_of(t, row->nodes)) };

	/* It leaves out nodes that are not there, as long as one is. */
	if ((w.nodes & ~mask_of(all_nodes(t))) || test_wait(t, test_fork(t, set_policy, &w)))
		test_skip(t, "the kernel does not take %s of nodes %s, flags %s", row->mode,
			  row->nodes ? nodes_of(t, row->nodes) : "none",
			  row->flags ? row->flags : "none");
}

/* Whether features says that the mode and all flags are known. */
static bool claimed(struct test *t, struct bundle *b)
{
	const char *mode = json_string_value(bundle_get(b, POLICY ".mode"));
	size_t i;
	json_t *flag;

	if (!mode || runtime_claims(t, "linux.memoryPolicy.modes", mode) != CLAIM_YES)
		return false;
	json_array_foreach (bundle_get(b, POLICY ".flags"), i, flag)
		if (runtime_claims(t, "linux.memoryPolicy.flags", json_string_value(flag)) !=
		    CLAIM_YES)
			return false;
	return true;
}

/* What the probe says; a refusal is legal unless features says otherwise. NULL: it is decided. */
static const struct facts *supported(struct test *t, const char *id, struct bundle *b)
{
	if (claimed(t, b))
		return bundle_run(b);
	return bundle_supported(b, id);
}

static bool check_policy(struct test *t, const char *id, const char *who, const json_t *policy,
			 int mode, int flags, unsigned long nodes)
{
	return check_json(t, id, format(t, "memory policy of %s", who),
			  json_pack("{s:i s:i s:o}", "mode", mode, "flags", flags, "nodes",
				    numbers_of(nodes)),
			  policy);
}

/* ------------------------------------------------------------------ modes and flags */

#define MODE	  ID "mode."
#define FLAGS	  ID "flags."
#define STATIC	  "\"MPOL_F_STATIC_NODES\""
#define RELATIVE  "\"MPOL_F_RELATIVE_NODES\""
#define BALANCING "\"MPOL_F_NUMA_BALANCING\""

/* Name, requirement; mode, nodes, flags; mode and flags of the kernel; strict. */
#define ROW(name, id, ...)                                                                         \
	{                                                                                          \
		{ name, id, NULL }, __VA_ARGS__                                                    \
	}

static const struct policy policies[] = {
	ROW("preferred", MODE "preferred", "MPOL_PREFERRED", "@", NULL, MPOL_PREFERRED, 0, false),
	ROW("preferred-first", MODE "preferred", "MPOL_PREFERRED", "0", NULL, MPOL_PREFERRED, 0,
	    false),
	ROW("bind", MODE "bind", "MPOL_BIND", "@", NULL, MPOL_BIND, 0, true),
	ROW("bind-first", MODE "bind", "MPOL_BIND", "0", NULL, MPOL_BIND, 0, true),
	ROW("interleave", MODE "interleave", "MPOL_INTERLEAVE", "*", NULL, MPOL_INTERLEAVE, 0,
	    false),
	ROW("local", MODE "local", "MPOL_LOCAL", NULL, NULL, MPOL_LOCAL, 0, false),
	ROW("preferred-many", MODE "preferred-many", "MPOL_PREFERRED_MANY", "*", NULL,
	    PREFERRED_MANY, 0, false),
	ROW("weighted-interleave", MODE "weighted-interleave", "MPOL_WEIGHTED_INTERLEAVE", "*",
	    NULL, WEIGHTED_INTERLEAVE, 0, false),
	ROW("comma", ID "nodes.list", "MPOL_INTERLEAVE", "0,1", NULL, MPOL_INTERLEAVE, 0, false),
	ROW("range", ID "nodes.list", "MPOL_INTERLEAVE", "0-1", NULL, MPOL_INTERLEAVE, 0, false),
	ROW("range-of-one", ID "nodes.list", "MPOL_BIND", "1-1", NULL, MPOL_BIND, 0, true),
	ROW("static", FLAGS "static-nodes", "MPOL_BIND", "@", "[" STATIC "]", MPOL_BIND,
	    MPOL_F_STATIC_NODES, true),
	ROW("relative", FLAGS "relative-nodes", "MPOL_BIND", "@", "[" RELATIVE "]", MPOL_BIND,
	    MPOL_F_RELATIVE_NODES, true),
	ROW("balancing", FLAGS "numa-balancing", "MPOL_BIND", "*", "[" BALANCING "]", MPOL_BIND,
	    MPOL_F_NUMA_BALANCING, false),
	ROW("two-flags", FLAGS "several", "MPOL_BIND", "*", "[" STATIC "," BALANCING "]", MPOL_BIND,
	    MPOL_F_STATIC_NODES | MPOL_F_NUMA_BALANCING, false),
	ROW("two-flags-turned", FLAGS "several", "MPOL_BIND", "*", "[" BALANCING "," RELATIVE "]",
	    MPOL_BIND, MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING, false),
};

static void check_pages(struct test *t, const struct policy *row, const json_t *pages,
			unsigned long nodes)
{
	unsigned long seen = 0;
	size_t i;
	json_t *page;

	json_array_foreach ((json_t *)(uintptr_t)pages, i, page)
		seen |= json_is_integer(page) ? 1UL << (json_integer_value(page) & 63) : 1UL << 63;
	check_json(t, row->c.requirement, "nodes of new pages", numbers_of(nodes),
		   numbers_of(seen));
}

static void applied(struct test *t)
{
	const struct policy *row = test_row(t);
	const char *id = row->c.requirement;
	const struct facts *f;
	unsigned long nodes;

	need_policy(t, row);
	nodes = mask_of(nodes_of(t, row->nodes));
	f = supported(t, id, with_row(t, row));
	if (!f)
		return;
	check_policy(t, id, "the process", facts_get(f, "mempolicy"), row->value, row->flag_value,
		     nodes);
	if (row->strict)
		check_pages(t, row, facts_get(f, "page-nodes"), nodes);
}

/* The runtime's own policy, which it gets from us, is another. */
static void mode_default(struct test *t)
{
	const char *id = MODE "default";
	struct wish w = { MPOL_BIND, 1 };
	const struct facts *f;

	if (set_policy(&w))
		test_skip(t, "set_mempolicy: %s", errno_name(errno));
	f = supported(t, id, with_policy(t, "{\"mode\":\"MPOL_DEFAULT\"}"));
	if (f)
		check_policy(t, id, "the process", facts_get(f, "mempolicy"), MPOL_DEFAULT, 0, 0);
}

/* Also after a container that had one. */
static void absent(struct test *t)
{
	const char *id = ID "absent";
	const struct result *refusal;
	const struct facts *f;

	all_nodes(t);
	bundle_try(with_policy(t, "{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\"}"), &refusal);
	f = bundle_run(with_policy(t, NULL));
	check_policy(t, id, "the process", facts_get(f, "mempolicy"), MPOL_DEFAULT, 0, 0);
}

static void inherited(struct test *t)
{
	const char *id = ID "inherited", *line;
	struct bundle *b = with_policy(t, NULL);
	const struct facts *f;
	unsigned long nodes = mask_of(nodes_of(t, "@"));
	json_t *anew;

	bundle_set(b, POLICY, "{s:s s:s}", "mode", "MPOL_BIND", "nodes", nodes_of(t, "@"));
	bundle_probe(b, "mempolicy", "forked", "mempolicy", "spawn", "/log/anew", "mempolicy",
		     "read", "/log/anew", NULL);
	f = supported(t, id, b);
	if (!f)
		return;
	check_policy(t, id, "the process", facts_get(f, "mempolicy"), MPOL_BIND, 0, nodes);
	check_policy(t, id, "a child", facts_get(f, "mempolicy#2"), MPOL_BIND, 0, nodes);
	/* Lines of the probe: the second is the answer. */
	line = facts_string(f, "read");
	line = line ? strchr(line, '\n') : NULL;
	anew = line ? json_loads(line + 1, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	check_policy(t, id, "a program that it runs", json_object_get(anew, "value"), MPOL_BIND, 0,
		     nodes);
}

static void preferred_empty(struct test *t)
{
	const char *id = ID "nodes.preferred-empty";
	const struct result *refusal = NULL;
	const struct facts *f;
	long long mode;

	all_nodes(t);
	f = bundle_try(with_policy(t, "{\"mode\":\"MPOL_PREFERRED\"}"), &refusal);
	if (!f) {
		if (supported(t, id,
			      with_policy(t, "{\"mode\":\"MPOL_PREFERRED\",\"nodes\":\"0\"}")))
			check_fail(t, id, "MPOL_PREFERRED is taken without nodes, as with them",
				   "%s", result_text(t, refusal));
		return;
	}
	mode = facts_int(f, "mempolicy.mode");
	check_seen(t, id, mode == MPOL_PREFERRED || mode == MPOL_LOCAL,
		   "the mode is MPOL_PREFERRED or MPOL_LOCAL", "%lld", mode);
	check_json(t, id, "nodes", json_array(), facts_get(f, "mempolicy.nodes"));
}

/* ------------------------------------------------------------------ what is refused */

struct refusal {
	struct test_case c;
	const char *bad, *good;
};

#define BIND(nodes)    "{\"mode\":\"MPOL_BIND\",\"nodes\":\"" nodes "\"}"
#define BIND_0	       BIND("0")
#define OF(mode)       "{\"mode\":\"" mode "\",\"nodes\":\"0\"}"
#define BARE(mode)     "{\"mode\":\"" mode "\"}"
#define EMPTY(mode)    "{\"mode\":\"" mode "\",\"nodes\":\"\"}"
#define FLAGGED(flags) "{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\",\"flags\":[" flags "]}"

static const struct refusal refusals[] = {
	{ { "no-mode", MODE "required", NULL }, "{\"nodes\":\"0\"}", BIND_0 },
	{ { "no-mode-nor-nodes", MODE "required", NULL }, "{}", BIND_0 },
	{ { "empty-mode", MODE "unknown", NULL }, OF(""), BIND_0 },
	{ { "unknown-mode", MODE "unknown", NULL }, OF("MPOL_OCTEST"), BIND_0 },
	{ { "lower-case-mode", MODE "unknown", NULL }, OF("mpol_bind"), BIND_0 },
	{ { "longer-mode", MODE "unknown", NULL }, OF("MPOL_BINDER"), BIND_0 },
	{ { "short-mode", MODE "unknown", NULL }, OF("BIND"), BIND_0 },
	{ { "open-range", ID "nodes.malformed", NULL }, BIND("0-"), BIND_0 },
	{ { "letter", ID "nodes.malformed", NULL }, BIND("a"), BIND_0 },
	{ { "letter-behind", ID "nodes.malformed", NULL }, BIND("0a"), BIND_0 },
	{ { "turned-range", ID "nodes.malformed", NULL }, BIND("1-0"), BIND_0 },
	{ { "negative", ID "nodes.malformed", NULL }, BIND("-1"), BIND_0 },
	{ { "blank", ID "nodes.malformed", NULL }, BIND("0 0"), BIND_0 },
	{ { "node-900", ID "nodes.absent-node", NULL }, BIND("900"), BIND_0 },
	{ { "node-99999", ID "nodes.absent-node", NULL }, BIND("99999"), BIND_0 },
	{ { "node-2-32", ID "nodes.absent-node", NULL }, BIND("4294967296"), BIND_0 },
	{ { "node-2-64", ID "nodes.absent-node", NULL }, BIND("18446744073709551616"), BIND_0 },
	{ { "default-of-node", ID "nodes.forbidden.default", NULL },
	  OF("MPOL_DEFAULT"),
	  BARE("MPOL_DEFAULT") },
	{ { "local-of-node", ID "nodes.forbidden.local", NULL },
	  OF("MPOL_LOCAL"),
	  BARE("MPOL_LOCAL") },
	{ { "bind", ID "nodes.needed.bind", NULL }, BARE("MPOL_BIND"), BIND_0 },
	{ { "bind-empty", ID "nodes.needed.bind", NULL }, EMPTY("MPOL_BIND"), BIND_0 },
	{ { "interleave", ID "nodes.needed.interleave", NULL },
	  BARE("MPOL_INTERLEAVE"),
	  OF("MPOL_INTERLEAVE") },
	{ { "interleave-empty", ID "nodes.needed.interleave", NULL },
	  EMPTY("MPOL_INTERLEAVE"),
	  OF("MPOL_INTERLEAVE") },
	{ { "flags", FLAGS "conflict", NULL }, FLAGGED(STATIC "," RELATIVE), FLAGGED(STATIC) },
	{ { "flags-turned", FLAGS "conflict", NULL },
	  FLAGGED(RELATIVE "," STATIC),
	  FLAGGED(RELATIVE) },
	{ { "unknown-flag", FLAGS "unknown", NULL },
	  FLAGGED("\"MPOL_F_OCTEST\""),
	  FLAGGED(STATIC) },
	{ { "unknown-flag-behind", FLAGS "unknown", NULL },
	  FLAGGED(STATIC ",\"MPOL_F_OCTEST\""),
	  FLAGGED(STATIC) },
	{ { "unlisted-flag", FLAGS "unknown", NULL }, FLAGGED("\"MPOL_F_ADDR\""), FLAGGED(STATIC) },
	{ { "empty-flag", FLAGS "unknown", NULL }, FLAGGED("\"\""), FLAGGED(STATIC) },
};

static void refused(struct test *t)
{
	const struct refusal *row = test_row(t);
	struct bundle *good = with_policy(t, row->good), *bad = with_policy(t, row->bad);

	all_nodes(t);
	if (claimed(t, good))
		check_refused(t, row->c.requirement, bad, good);
	else
		check_refused_if_supported(t, row->c.requirement, bad, good);
}

/* The test's own process, and all it starts from now on, has a kernel without memory nodes. */
static bool without_numa(void)
{
#define NUMBER_IS(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1)
#define NOT_THERE     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		NUMBER_IS(SYS_set_mempolicy),
		NOT_THERE,
		NUMBER_IS(SYS_get_mempolicy),
		NOT_THERE,
		NUMBER_IS(SYS_mbind),
		NOT_THERE,
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static void unsupported_kernel(struct test *t)
{
	const char *id = ID "unsupported-kernel";
	const struct result *refusal = NULL;

	all_nodes(t);
	if (!supported(t, id, with_policy(t, BIND_0)))
		return;
	need(t, without_numa(), "a filter of system calls");
	/* The filter alone is in nobody's way. */
	bundle_run(with_policy(t, NULL));
	if (bundle_try(with_policy(t, BIND_0), &refusal))
		check_fail(t, id, "create or start fails: the kernel has no set_mempolicy",
			   "the program runs");
	else
		check_error(t, id, refusal);
}

const struct test_entry memory_policy_tests[] = {
	{
		.name = "memory-policy/applied",
		.about = "the process has the memory policy that it is to have",
		.run = applied,
		CASES(policies),
	},
	{
		.name = "memory-policy/default",
		.about = "MPOL_DEFAULT is set, and not what the runtime has itself",
		.requirements = REQS(MODE "default"),
		.run = mode_default,
	},
	{
		.name = "memory-policy/absent",
		.about = "without memoryPolicy there is none",
		.requirements = REQS(ID "absent"),
		.run = absent,
	},
	{
		.name = "memory-policy/inherited",
		.about = "the memory policy goes on to children and programs",
		.requirements = REQS(ID "inherited"),
		.run = inherited,
	},
	{
		.name = "memory-policy/preferred-empty",
		.about = "MPOL_PREFERRED needs no nodes",
		.requirements = REQS(ID "nodes.preferred-empty"),
		.run = preferred_empty,
	},
	{
		.name = "memory-policy/refused",
		.about = "a memory policy that cannot be is refused",
		.run = refused,
		CASES(refusals),
	},
	{
		.name = "memory-policy/unsupported-kernel",
		.about = "a memory policy is an error where the kernel has none",
		.requirements = REQS(ID "unsupported-kernel"),
		.run = unsupported_kernel,
	},
	{ 0 },
};
