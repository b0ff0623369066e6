/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.devices (config-linux.md#allowed-device-list), by what a container can open and
 * make. The nodes have numbers without a driver (LOCAL/EXPERIMENTAL USE): an open that the rules
 * let through is ENXIO, one that they do not EPERM, and nothing on the machine is ever touched. It
 * must never take a refusal for the effect of a rule without a list that lets the same through.
 */
#include <string.h>
#include <sys/stat.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"

#define ANY (-1)

struct rule {
	enum { END_OF_RULES, ALLOW, DENY } verdict;
	const char *type; /* NULL: no such member */
	int major, minor; /* ANY: likewise */
	const char *access;
};

struct deed {
	enum { END_OF_DEEDS, THROUGH, DENIED } outcome;
	char type;
	int major, minor;
	const char *how; /* an open for "r", "w" or "rw"; "m": mknod(2) */
};

/* One container. The last of each stays empty. */
struct list {
	struct rule rules[4];
	struct deed deeds[6];
};

struct rules_row {
	struct test_case c;
	const struct list *lists;
};

/* The rest of a rule that is of all devices. */
#define ALL NULL, ANY, ANY, "rwm"

#define LISTS 2 /* of a row, at most */

/* What one list cannot be told apart from, another of the same row shows. */
static const struct list order_allow_last[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "rw" } },
	  { { THROUGH, 'c', 120, 11, "rw" }, { DENIED, 'c', 120, 12, "rw" } } },
	{ { { ALLOW, "c", 120, 11, "rw" }, { DENY, ALL } },
	  { { DENIED, 'c', 120, 11, "rw" }, { DENIED, 'c', 120, 12, "rw" } } },
};

static const struct list order_three[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "rw" }, { DENY, "c", 120, 11, "w" } },
	  { { THROUGH, 'c', 120, 11, "r" }, { DENIED, 'c', 120, 11, "w" } } },
	{ { { ALLOW, ALL }, { DENY, "c", 120, 11, "rw" }, { ALLOW, "c", 120, 11, "r" } },
	  { { THROUGH, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "w" },
	    { THROUGH, 'c', 120, 12, "rw" } } },
};

static const struct list deny_all[LISTS] = {
	{ { { DENY, ALL } },
	  { { DENIED, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "w" },
	    { DENIED, 'b', 120, 0, "r" },
	    { DENIED, 'b', 120, 0, "w" } } },
	{ { { ALLOW, ALL } }, { { THROUGH, 'c', 120, 11, "rw" }, { THROUGH, 'b', 120, 0, "rw" } } },
};

static const struct list deny_mknod[LISTS] = {
	{ { { DENY, ALL } }, { { DENIED, 'c', 120, 11, "m" }, { DENIED, 'b', 120, 0, "m" } } },
	{ { { ALLOW, ALL } }, { { THROUGH, 'c', 120, 11, "m" }, { THROUGH, 'b', 120, 0, "m" } } },
};

static const struct list allow_one[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "rw" } },
	  { { THROUGH, 'c', 120, 11, "rw" },
	    { DENIED, 'c', 120, 12, "rw" },
	    { DENIED, 'c', 121, 11, "rw" },
	    { DENIED, 'b', 120, 11, "rw" } } },
};

static const struct list type_c[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 0, "rw" } },
	  { { THROUGH, 'c', 120, 0, "rw" }, { DENIED, 'b', 120, 0, "rw" } } },
};

static const struct list type_b[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "b", 120, 0, "rw" } },
	  { { THROUGH, 'b', 120, 0, "rw" }, { DENIED, 'c', 120, 0, "rw" } } },
};

static const struct list type_a[LISTS] = {
	{ { { DENY, "a", ANY, ANY, "rwm" } },
	  { { DENIED, 'c', 120, 11, "rw" }, { DENIED, 'b', 120, 0, "rw" } } },
	{ { { DENY, "a", ANY, ANY, "rwm" }, { ALLOW, "a", ANY, ANY, "rwm" } },
	  { { THROUGH, 'c', 120, 11, "rw" }, { THROUGH, 'b', 120, 0, "rw" } } },
};

static const struct list type_unset[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, NULL, 120, 0, "rw" } },
	  { { THROUGH, 'c', 120, 0, "rw" }, { THROUGH, 'b', 120, 0, "rw" } } },
	{ { { ALLOW, "a", ANY, ANY, "rwm" }, { DENY, ALL } },
	  { { DENIED, 'c', 120, 0, "rw" }, { DENIED, 'b', 120, 0, "rw" } } },
};

static const struct list major_unset[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", ANY, 11, "rw" } },
	  { { THROUGH, 'c', 120, 11, "rw" },
	    { THROUGH, 'c', 121, 11, "rw" },
	    { DENIED, 'c', 120, 12, "rw" },
	    { DENIED, 'b', 120, 11, "rw" } } },
};

static const struct list minor_unset[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 121, ANY, "rw" } },
	  { { THROUGH, 'c', 121, 1, "rw" },
	    { THROUGH, 'c', 121, 64, "rw" },
	    { DENIED, 'c', 120, 0, "rw" },
	    { DENIED, 'b', 121, 1, "rw" } } },
};

static const struct list access_r[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "r" } },
	  { { THROUGH, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "w" },
	    { DENIED, 'c', 120, 11, "rw" } } },
};

static const struct list access_w[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "w" } },
	  { { THROUGH, 'c', 120, 11, "w" },
	    { DENIED, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "rw" } } },
};

static const struct list access_by_two[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "r" }, { ALLOW, "c", 120, 11, "w" } },
	  { { THROUGH, 'c', 120, 11, "r" },
	    { THROUGH, 'c', 120, 11, "w" },
	    { THROUGH, 'c', 120, 11, "rw" } } },
};

static const struct list access_m[LISTS] = {
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "m" } },
	  { { THROUGH, 'c', 120, 11, "m" },
	    { DENIED, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "w" } } },
	{ { { DENY, ALL }, { ALLOW, "c", 120, 11, "rw" } }, { { THROUGH, 'c', 120, 11, "rw" } } },
};

static const struct list access_partial_deny[LISTS] = {
	{ { { ALLOW, ALL }, { DENY, "c", 120, 11, "w" } },
	  { { THROUGH, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "w" },
	    { THROUGH, 'c', 120, 12, "w" },
	    { THROUGH, 'c', 120, 11, "m" } } },
};

static const struct list access_in_both[LISTS] = {
	{ { { ALLOW, ALL }, { DENY, "c", 120, 11, "w" } },
	  { { THROUGH, 'c', 120, 11, "r" },
	    { DENIED, 'c', 120, 11, "rw" },
	    { THROUGH, 'c', 120, 12, "rw" } } },
};

#define ROW(name, what, v, about, lists)                                                           \
	{                                                                                          \
		{ name "-" v, "linux.resources.devices." what "." v, about }, lists                \
	}

/* Once for each version of cgroups. */
#define ROWS(v)                                                                                    \
	ROW("order-allow-last", "order", v, "what is denied first and allowed then is allowed",    \
	    order_allow_last),                                                                     \
		ROW("order-three", "order", v,                                                     \
		    "each of three rules changes what those before say", order_three),             \
		ROW("deny", "deny", v, "a rule that denies all lets nothing be opened", deny_all), \
		ROW("deny-mknod", "deny.mknod", v, "a rule that denies all lets no node be made",  \
		    deny_mknod),                                                                   \
		ROW("allow", "allow", v, "a rule that allows a device allows no other",            \
		    allow_one),                                                                    \
		ROW("type-c", "type.c", v, "type c is character devices only", type_c),            \
		ROW("type-b", "type.b", v, "type b is block devices only", type_b),                \
		ROW("type-a", "type.a", v, "type a is character and block devices", type_a),       \
		ROW("type-unset", "type.unset", v, "a rule without type is of all types",          \
		    type_unset),                                                                   \
		ROW("major-unset", "major.unset", v, "a rule without major is of every major",     \
		    major_unset),                                                                  \
		ROW("minor-unset", "minor.unset", v, "a rule without minor is of every minor",     \
		    minor_unset),                                                                  \
		ROW("access-r", "access.r", v, "access r is reading only", access_r),              \
		ROW("access-w", "access.w", v, "access w is writing only", access_w),              \
		ROW("access-by-two", "access.w", v,                                                \
		    "two rules allow together what each of them does", access_by_two),             \
		ROW("access-m", "access.m", v, "access m is mknod only", access_m),                \
		ROW("access-partial-deny", "access.partial-deny", v,                               \
		    "a rule that denies writing denies nothing else", access_partial_deny),        \
		ROW("access-in-both", "access.partial-deny", v,                                    \
		    "what may not be written is not opened for both", access_in_both)

static const struct rules_row v1_rows[] = { ROWS("v1") };
static const struct rules_row v2_rows[] = { ROWS("v2") };

/* ------------------------------------------------------------------ rules into a bundle */

static json_t *in_json(const struct rule *rules)
{
	json_t *list = json_array();

	for (const struct rule *r = rules; r->verdict; r++) {
		json_t *rule =
			json_pack("{s:b s:s}", "allow", r->verdict == ALLOW, "access", r->access);

		if (r->type)
			json_object_set_new(rule, "type", json_string(r->type));
		if (r->major != ANY)
			json_object_set_new(rule, "major", json_integer(r->major));
		if (r->minor != ANY)
			json_object_set_new(rule, "minor", json_integer(r->minor));
		json_array_append_new(list, rule);
	}
	return list;
}

static const char *node_of(struct test *t, const struct deed *d)
{
	return format(t, "/nodes/%c-%d-%d", d->type, d->major, d->minor);
}

/* The nodes are there before the runtime is: it need not make any. */
static void add_deeds(struct test *t, struct bundle *b, const struct deed *deeds)
{
	bundle_dir(b, "rootfs/nodes", 0755);
	bundle_dir(b, "rootfs/made", 0755);
	bundle_mount(b, "/made", "tmpfs", "tmpfs", NULL);
	bundle_probe(b, "echo", "begin", NULL);
	for (const struct deed *d = deeds; d->outcome; d++) {
		const char *node = node_of(t, d), *place = format(t, "rootfs%s", node);
		struct stat st;

		if (!strcmp(d->how, "m")) {
			bundle_probe_add(b, "mknod", format(t, "/made/%zu", (size_t)(d - deeds)),
					 format(t, "%c", d->type), format(t, "%d", d->major),
					 format(t, "%d", d->minor), NULL);
			continue;
		}
		if (lstat(format(t, "%s%s", bundle_rootfs(b), node), &st))
			bundle_node(b, place, (d->type == 'c' ? S_IFCHR : S_IFBLK) | 0666,
				    (unsigned int)d->major, (unsigned int)d->minor);
		bundle_probe_add(b, "open", node, d->how, NULL);
	}
}

static void check_deeds(struct test *t, const char *id, const struct facts *f,
			const struct deed *deeds)
{
	int opens = 0, mknods = 0;

	for (const struct deed *d = deeds; d->outcome; d++) {
		bool make = !strcmp(d->how, "m");
		int n = make ? ++mknods : ++opens;
		const char *fact = make ? "mknod" : "open";
		const char *through = make ? "" : "ENXIO";

		check_string(t, id,
			     format(t, "%s %c %d:%d%s%s", fact, d->type, d->major, d->minor,
				    make ? "" : " for ", make ? "" : d->how),
			     d->outcome == THROUGH ? through : "EPERM",
			     facts_errno(f, n > 1 ? format(t, "%s#%d", fact, n) : fact));
	}
}

static struct bundle *with_rules(struct test *t, const struct rule *rules)
{
	struct bundle *b = cg_bundle(t, CG_PATH, NULL);

	bundle_put(b, "linux.resources.devices", in_json(rules));
	with_capabilities(b);
	return b;
}

static void effect(struct test *t)
{
	const struct rules_row *row = test_row(t);
	const char *id = row->c.requirement;

	for (const struct list *l = row->lists; l < row->lists + LISTS && l->rules->verdict; l++) {
		struct bundle *b = with_rules(t, l->rules);
		const struct facts *f;

		add_deeds(t, b, l->deeds);
		f = bundle_supported(b, id);
		if (f)
			check_deeds(t, id, f, l->deeds);
	}
}

/* ------------------------------------------------------------------ from the beginning on */

/* Nothing goes before: what is opened first is opened by the first program's first instructions. */
static void at_once(struct test *t, const char *id, const char *controller, bool there)
{
	static const char *const sides[] = { "denied", "allowed" };

	for (int allow = 0; allow <= 1; allow++) {
		const char *path =
			format(t, CG_PARENT "/%s-%s", sides[allow], there ? "there" : "new");
		struct bundle *b = cg_bundle(t, path, NULL);
		const struct facts *f;

		if (there)
			cg_make(t, controller, path);
		bundle_set(b, "linux.resources.devices", "[{s:b s:s}]", "allow", allow, "access",
			   "rwm");
		bundle_dir(b, "rootfs/nodes", 0755);
		bundle_node(b, "rootfs/nodes/c", S_IFCHR | 0666, 120, 11);
		bundle_node(b, "rootfs/nodes/b", S_IFBLK | 0666, 120, 0);
		bundle_probe(b, "open", "/nodes/c", "rw", "open", "/nodes/b", "rw", "child-open",
			     "/nodes/c", "rw", "child-open", "/nodes/b", "rw", NULL);
		f = bundle_supported(b, id);
		for (size_t n = 0; f && n < 4; n++) {
			const char *fact = n < 2 ? "open" : "child-open";

			check_string(t, id,
				     format(t, "%s: %s of a %s device", sides[allow], fact,
					    n % 2 ? "block" : "character"),
				     allow ? "ENXIO" : "EPERM",
				     facts_errno(f, n % 2 ? format(t, "%s#2", fact) : fact));
		}
	}
}

static void at_once_v1(struct test *t)
{
	at_once(t, "linux.resources.devices.effective-on-process.v1", "devices", false);
	at_once(t, "linux.resources.devices.effective-on-process.v1", "devices", true);
}

static void at_once_v2(struct test *t)
{
	at_once(t, "linux.resources.devices.effective-on-process.v2", "", false);
	at_once(t, "linux.resources.devices.effective-on-process.v2", "", true);
}

/* ------------------------------------------------------------------ what must be refused */

struct refused_row {
	struct test_case c;
	const char *member, *bad;
};

static const struct refused_row refused_rows[] = {
	{ { "letter", "linux.resources.devices.access.invalid", NULL }, "access", "rx" },
	{ { "capital", "linux.resources.devices.access.invalid", NULL }, "access", "RW" },
	{ { "letter-first", "linux.resources.devices.access.invalid", NULL }, "access", "xr" },
	{ { "type-of-a-file", "linux.resources.devices.type.invalid", NULL }, "type", "p" },
	{ { "type-in-words", "linux.resources.devices.type.invalid", NULL }, "type", "char" },
	{ { "type-star", "linux.resources.devices.type.invalid", NULL }, "type", "*" },
};

static void refused(struct test *t)
{
	static const struct rule rules[4] = { { DENY, ALL }, { ALLOW, "c", 120, 11, "rw" } };
	const struct refused_row *row = test_row(t);
	struct bundle *good = with_rules(t, rules), *bad = bundle_copy(good);

	bundle_set(bad, format(t, "linux.resources.devices.1.%s", row->member), "s", row->bad);
	check_refused_by_create_if_supported(t, row->c.requirement, bad, good);
}

const struct test_entry device_rule_tests[] = {
	{
		.name = "device-rules/effect",
		.about = "device rules on cgroup v1",
		.requirements = REQS("linux.resources.devices.order.v1"),
		.run = effect,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "device-rules/effect",
		.about = "device rules on cgroup v2",
		.requirements = REQS("linux.resources.devices.order.v2"),
		.run = effect,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "device-rules/at-once-v1",
		.about = "device rules hold for the first thing a container does, and its children",
		.requirements = REQS("linux.resources.devices.effective-on-process.v1"),
		.run = at_once_v1,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "device-rules/at-once-v2",
		.about = "device rules hold for the first thing a container does, and its children",
		.requirements = REQS("linux.resources.devices.effective-on-process.v2"),
		.run = at_once_v2,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "device-rules/refused",
		.about = "a rule that says nothing known is refused",
		.requirements = REQS("linux.resources.devices.access.invalid"),
		.run = refused,
		CASES(refused_rows),
	},
	{ 0 },
};
