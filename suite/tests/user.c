/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.user: uid, gid, additionalGids and umask of the process, as it sees them itself.
 */
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

static struct bundle *with_user(struct test *t, json_int_t uid, json_int_t gid)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "process.user", "{s:I s:I}", "uid", uid, "gid", gid);
	return b;
}

static json_t *uids(const struct facts *f)
{
	return json_pack("[I I I]", facts_int(f, "ids.uid"), facts_int(f, "ids.euid"),
			 facts_int(f, "ids.suid"));
}

static json_t *gids(const struct facts *f)
{
	return json_pack("[I I I]", facts_int(f, "ids.gid"), facts_int(f, "ids.egid"),
			 facts_int(f, "ids.sgid"));
}

static void check_ids(struct test *t, const char *requirement, const char *what, json_int_t id,
		      json_t *observed)
{
	check_json(t, requirement, what, json_pack("[I I I]", id, id, id), observed);
	json_decref(observed);
}

static void uid_and_gid(struct test *t)
{
	const struct facts *f = bundle_run(with_user(t, 11, 22), "ids");

	check_ids(t, "process.user.uid", "real, effective and saved user ID", 11, uids(f));
	check_ids(t, "process.user.gid", "real, effective and saved group ID", 22, gids(f));
	f = bundle_run(with_user(t, 11, 0), "ids");
	check_ids(t, "process.user.gid", "real, effective and saved group ID", 0, gids(f));
}

struct id_row {
	struct test_case c;
	json_int_t id;
};

static void large_id(struct test *t)
{
	const struct id_row *row = test_row(t);
	const struct facts *f = bundle_supported(with_user(t, row->id, row->id), row->c.requirement);

	if (!f)
		return;
	check_ids(t, row->c.requirement, "user IDs", row->id, uids(f));
	check_ids(t, row->c.requirement, "group IDs", row->id, gids(f));
}

static const struct id_row large_ids[] = {
	{ { "17-bit", "process.user.uid.large", NULL }, 65537 },
	{ { "32-bit", "process.user.uid.large", NULL }, 2147483648 },
	{ { "largest", "process.user.uid.large", NULL }, 4294967294 },
};

/* Nothing in the root names 1234 and 4321. */
static void unlisted(struct test *t)
{
	struct bundle *b = with_user(t, 1234, 4321);
	const struct facts *f;

	if (rmdir(format(t, "%s/etc", bundle_rootfs(b))))
		test_broken(t, "rmdir etc");
	f = bundle_run(b, "ids");
	check_ids(t, "process.user.uid.unlisted", "user IDs", 1234, uids(f));
	check_ids(t, "process.user.uid.unlisted", "group IDs", 4321, gids(f));
}

/* The set of supplementary groups; that the primary group is among them is left open. */
static bool check_groups(struct test *t, const char *requirement, json_t *expected, json_int_t gid,
			 const struct facts *f)
{
	const json_t *observed = facts_get(f, "ids.groups");
	json_t *others = json_array(), *one;
	bool ok;
	size_t i;

	if (!json_is_array(observed)) {
		json_decref(others);
		return check_set(t, requirement, "supplementary groups", expected, NULL);
	}
	json_array_foreach (observed, i, one)
		if (json_integer_value(one) != gid)
			json_array_append(others, one);
	ok = check_set(t, requirement, "supplementary groups but the primary one", expected, others);
	json_decref(others);
	return ok;
}

static void passwd_not_consulted(struct test *t)
{
	struct bundle *b = with_user(t, 1234, 4321);
	const struct facts *f;

	bundle_file(b, "rootfs/etc/passwd", 0644,
		    "root:x:0:0::/:/probe\nuser:x:1234:7::/home:/probe\n");
	bundle_file(b, "rootfs/etc/group", 0644, "root:x:0:\nmore:x:8:user\nothers:x:9:user,root\n");
	bundle_set(b, "process.user.additionalGids", "[i]", 5);
	f = bundle_run(b, "ids");
	check_ids(t, "process.user.passwd-not-consulted", "group IDs", 4321, gids(f));
	check_groups(t, "process.user.passwd-not-consulted", json_pack("[i]", 5), 4321, f);
}

static void additional_gids(struct test *t)
{
	struct bundle *b = with_user(t, 1000, 1000);
	const struct facts *f;

	bundle_set(b, "process.user.additionalGids", "[i i i]", 5, 6, 70000);
	bundle_file(b, "rootfs/for-six", 0040, "six");
	if (chown(format(t, "%s/for-six", bundle_rootfs(b)), 0, 6))
		test_broken(t, "chown");
	f = bundle_run(b, "ids", "read", "/for-six");
	check_groups(t, "process.user.additional-gids", json_pack("[i i i]", 5, 6, 70000), 1000, f);
	check_string(t, "process.user.additional-gids", "a file that only group 6 may read", "six",
		     facts_string(f, "read"));
}

static void no_leak(struct test *t)
{
	static const gid_t own[] = { 900, 901 };
	struct bundle *b = with_user(t, 1000, 1000);

	if (setgroups(2, own))
		test_broken(t, "setgroups");
	check_groups(t, "process.user.additional-gids.no-leak", json_array(), 1000,
		     bundle_run(b, "ids"));
	b = bundle_copy(b);
	bundle_set(b, "process.user.additionalGids", "[i]", 5);
	check_groups(t, "process.user.additional-gids.no-leak", json_pack("[i]", 5), 1000,
		     bundle_run(b, "ids"));
}

static void duplicates(struct test *t)
{
	struct bundle *b = with_user(t, 1000, 5);
	const struct facts *f;
	const json_t *groups;
	json_t *one;
	bool five = false, six = false, other = false;
	size_t i;

	bundle_set(b, "process.user.additionalGids", "[i i i]", 5, 6, 6);
	f = bundle_run(b, "ids");
	groups = facts_get(f, "ids.groups");
	json_array_foreach (groups, i, one) {
		five |= json_integer_value(one) == 5;
		six |= json_integer_value(one) == 6;
		other |= json_integer_value(one) != 5 && json_integer_value(one) != 6;
	}
	check_seen(t, "process.user.additional-gids.duplicates", five && six && !other,
		   "groups 5 and 6 and no others", "groups %s",
		   json_dumps(groups ? groups : json_null(), JSON_ENCODE_ANY));
}

static void many(struct test *t)
{
	struct bundle *b = with_user(t, 1000, 1000);
	json_t *list = json_array();

	for (int i = 0; i < 1000; i++)
		json_array_append_new(list, json_integer(2000 + i));
	bundle_put(b, "process.user.additionalGids", json_deep_copy(list));
	check_groups(t, "process.user.additional-gids.many", list, 1000, bundle_run(b, "ids"));
}

static void optional(struct test *t)
{
	struct bundle *b = with_user(t, 1000, 1000);

	check_groups(t, "process.user.additional-gids.optional", json_array(), 1000,
		     bundle_run(b, "ids"));
	b = bundle_copy(b);
	bundle_set(b, "process.user.additionalGids", "[]");
	check_groups(t, "process.user.additional-gids.optional", json_array(), 1000,
		     bundle_run(b, "ids"));
}

static void username_ignored(struct test *t)
{
	struct bundle *b = with_user(t, 12, 12);

	bundle_set(b, "process.user.username", "s", "root");
	check_ids(t, "process.user.username-ignored", "user IDs", 12, uids(bundle_run(b, "ids")));
}

static void umask_applied(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "process.user.umask", "i", 077);
	f = bundle_run(b, "umask", "append", "/tmp/new", "", "stat", "/tmp/new");
	check_int(t, "process.user.umask", "umask", 077, facts_int(f, "umask"));
	/* The probe asks for 0644. */
	check_int(t, "process.user.umask", "mode of a new file", 0600, facts_int(f, "stat.mode"));
	umask(022);
	b = bundle_copy(b);
	bundle_set(b, "process.user.umask", "i", 0);
	f = bundle_run(b, "umask");
	check_int(t, "process.user.umask.zero", "umask", 0, facts_int(f, "umask"));
}

static void umask_unset(struct test *t)
{
	static const mode_t masks[] = { 0037, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i]);
		check_int(t, "process.user.umask.unset", "umask, which is the caller's", masks[i],
			  facts_int(bundle_run(bundle_new(t), "umask"), "umask"));
	}
}

/* 0777 would make every node and mount point of the set-up inaccessible. */
static void umask_not_for_set_up(struct test *t)
{
	struct bundle *b = with_user(t, 1000, 1000);
	const struct facts *f;

	bundle_set(b, "process.user.umask", "i", 0777);
	bundle_mount(b, "/made/by-runtime", "tmpfs", "tmpfs", "nosuid,nodev");
	f = bundle_run(b, "open", "/dev/null", "rw", "open", "/made/by-runtime", "d");
	check_string(t, "process.user.umask.setup-unaffected", "opening /dev/null", "",
		     facts_errno(f, "open"));
	check_string(t, "process.user.umask.setup-unaffected", "opening a made mount point", "",
		     facts_errno(f, "open#2"));
}

/* ------------------------------------------------------------------ in a user namespace */

#define FIRST 100000 /* what 0 is outside */

static struct stat outside(struct test *t, struct bundle *b, const char *name)
{
	struct stat st;

	if (stat(format(t, "%s/vol/%s", bundle_path(b), name), &st))
		test_stop(t, format(t, "%s is made in a bind mount", name), "it is not there");
	return st;
}

/* Inside and outside: what the process is to itself, and what the host makes of its files. */
static void user_namespace(struct test *t)
{
	static const char *const ids[] = { "process.user.userns.uid", "process.user.userns.gid",
					   "process.user.userns.additional-gids" };
	struct bundle *b = with_user(t, 10, 20);
	const struct result *refusal = NULL;
	const struct facts *f;

	with_user_namespace(t, b, FIRST);
	bundle_set(b, "process.user.additionalGids", "[i]", 30);
	bundle_dir(b, "rootfs/vol", 0755);
	bundle_dir(b, "vol", 0777);
	bundle_file(b, "vol/for-thirty", 0040, "thirty");
	if (chown(format(t, "%s/vol/for-thirty", bundle_path(b)), 0, FIRST + 30))
		test_broken(t, "chown");
	bundle_mount(b, "/vol", "none", format(t, "%s/vol", bundle_path(b)), "bind,rw");
	bundle_probe(b, "ids", "append", "/vol/new", "", "read", "/vol/for-thirty", NULL);
	f = bundle_try(b, &refusal);
	for (size_t i = 0; !f && i < ARRAY_SIZE(ids); i++)
		if (check_error(t, ids[i], refusal))
			check_disabled(t, ids[i], "no container in a user namespace: %s",
				       result_text(t, refusal));
	if (!f)
		return;
	check_ids(t, ids[0], "user IDs inside", 10, uids(f));
	check_int(t, ids[0], "owner, outside, of a file it made", FIRST + 10,
		  outside(t, b, "new").st_uid);
	check_ids(t, ids[1], "group IDs inside", 20, gids(f));
	check_int(t, ids[1], "group, outside, of a file it made", FIRST + 20,
		  outside(t, b, "new").st_gid);
	check_groups(t, ids[2], json_pack("[i]", 30), 20, f);
	check_string(t, ids[2], "a file that only a group of the host's, its 30, may read", "thirty",
		     facts_string(f, "read"));
}

struct unmapped {
	struct test_case c;
	json_int_t uid, gid, more;
};

/* Ten IDs are mapped, 0 to 9. */
static const struct unmapped unmapped_rows[] = {
	{ { "uid", "process.user.userns.unmapped", "a uid without mapping is refused" }, 11, 9, 9 },
	{ { "gid", "process.user.userns.unmapped", "a gid without mapping is refused" }, 9, 11, 9 },
	{ { "additional-gid", "process.user.userns.unmapped",
	    "an additional gid without mapping is refused" },
	  9,
	  9,
	  11 },
	{ { "uid-next", "process.user.userns.unmapped", "the first uid without mapping is refused" },
	  10,
	  9,
	  9 },
};

static struct bundle *ten_mapped(struct test *t, json_int_t uid, json_int_t gid, json_int_t more)
{
	struct bundle *b = with_user(t, uid, gid);

	with_user_namespace(t, b, FIRST);
	bundle_set(b, "linux.uidMappings.0.size", "i", 10);
	bundle_set(b, "linux.gidMappings.0.size", "i", 10);
	bundle_set(b, "process.user.additionalGids", "[I]", more);
	return b;
}

static void unmapped(struct test *t)
{
	const struct unmapped *row = test_row(t);

	check_refused_if_supported(t, row->c.requirement,
				   ten_mapped(t, row->uid, row->gid, row->more),
				   ten_mapped(t, 9, 9, 9));
}

const struct test_entry user_tests[] = {
	{
		.name = "user/uid-and-gid",
		.about = "uid and gid become all three IDs of the process",
		.requirements = REQS("process.user.uid", "process.user.gid"),
		.run = uid_and_gid,
	},
	{
		.name = "user/large",
		.about = "an ID of many bits is applied whole, or refused",
		.run = large_id,
		CASES(large_ids),
	},
	{
		.name = "user/unlisted",
		.about = "IDs need no entry in passwd or group",
		.requirements = REQS("process.user.uid.unlisted"),
		.run = unlisted,
	},
	{
		.name = "user/passwd-not-consulted",
		.about = "groups come from the configuration, not from the root's /etc",
		.requirements = REQS("process.user.passwd-not-consulted"),
		.run = passwd_not_consulted,
	},
	{
		.name = "user/additional-gids",
		.about = "additionalGids are the groups of the process, and no others",
		.requirements = REQS("process.user.additional-gids"),
		.run = additional_gids,
	},
	{
		.name = "user/additional-gids-no-leak",
		.about = "groups of the runtime's caller do not reach the process",
		.requirements = REQS("process.user.additional-gids.no-leak"),
		.run = no_leak,
	},
	{
		.name = "user/additional-gids-duplicates",
		.about = "repeated and primary IDs in additionalGids are harmless",
		.requirements = REQS("process.user.additional-gids.duplicates"),
		.run = duplicates,
	},
	{
		.name = "user/additional-gids-many",
		.about = "a thousand groups are applied whole",
		.requirements = REQS("process.user.additional-gids.many"),
		.run = many,
	},
	{
		.name = "user/additional-gids-optional",
		.about = "additionalGids may be absent or empty",
		.requirements = REQS("process.user.additional-gids.optional"),
		.run = optional,
	},
	{
		.name = "user/username-ignored",
		.about = "a user name does not replace the uid",
		.requirements = REQS("process.user.username-ignored"),
		.run = username_ignored,
	},
	{
		.name = "user/umask",
		.about = "umask is set, zero included",
		.requirements = REQS("process.user.umask", "process.user.umask.zero"),
		.run = umask_applied,
	},
	{
		.name = "user/umask-unset",
		.about = "without umask the caller's stays",
		.requirements = REQS("process.user.umask.unset"),
		.run = umask_unset,
	},
	{
		.name = "user/umask-not-for-set-up",
		.about = "umask does not spoil what the runtime makes before",
		.requirements = REQS("process.user.umask.setup-unaffected"),
		.run = umask_not_for_set_up,
	},
	{
		.name = "user/user-namespace",
		.about = "IDs are those of the container's user namespace",
		.requirements = REQS("process.user.userns.uid", "process.user.userns.gid",
				     "process.user.userns.additional-gids"),
		.run = user_namespace,
	},
	{
		.name = "user/unmapped",
		.about = "an ID without mapping is refused",
		.run = unmapped,
		CASES(unmapped_rows),
	},
	{ 0 },
};
