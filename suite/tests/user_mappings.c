/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.uidMappings and linux.gidMappings (config-linux.md#user-namespace-mappings). Which map
 * there is, is told by what becomes of files outside, whose owners the program sets inside.
 */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define UIDS "linux.uidMappings"
#define GIDS "linux.gidMappings"

static json_t *entry(json_int_t inside, json_int_t outside, json_int_t size)
{
	return json_pack("{s:I s:I s:I}", "containerID", inside, "hostID", outside, "size", size);
}

/* A new user namespace without maps, a root that belongs to 100000, and /vol, open to all. */
static struct bundle *unmapped(struct test *t)
{
	struct bundle *b = bundle_new(t);

	give_root_to(t, b, 100000);
	bundle_namespace(b, "user", NULL);
	with_capabilities(b);
	bundle_dir(b, "rootfs/vol", 0755);
	bundle_dir(b, "vol", 0777);
	bundle_mount(b, "/vol", "none", format(t, "%s/vol", bundle_path(b)), "bind,rw");
	return b;
}

static struct bundle *mapped(struct test *t, json_t *uids, json_t *gids)
{
	struct bundle *b = unmapped(t);

	bundle_put(b, UIDS, uids);
	bundle_put(b, GIDS, gids);
	return b;
}

/* The program makes a file in /vol and gives it away; the answers are "append#N" and "chown#N". */
static void make(struct test *t, struct bundle *b, const char *name, const char *uid,
		 const char *gid)
{
	const char *path = format(t, "/vol/%s", name);

	bundle_probe_add(b, "append", path, "", "chown", path, uid, gid, NULL);
}

static long long owner(struct test *t, struct bundle *b, const char *name, bool group)
{
	struct stat st;

	if (lstat(format(t, "%s/vol/%s", bundle_path(b), name), &st))
		return -1;
	return group ? st.st_gid : st.st_uid;
}

#define SAME "4294967295" /* chown(2): leave it */

/* Both maps in one container; a type that is refused is so for both. */
static const struct facts *both(struct test *t, struct bundle *b, const char *uids,
				const char *gids)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(b, &refusal);

	for (const char *const *id = WORDS(uids, gids); !f && *id; id++)
		if (check_error(t, *id, refusal))
			check_disabled(t, *id, "the runtime refuses the maps: %s",
				       result_text(t, refusal));
	return f;
}

static void applied(struct test *t)
{
	const char *uid = "linux.uidmappings.applied", *gid = "linux.gidmappings.applied";
	struct bundle *b = mapped(t, json_pack("[o]", entry(0, 100000, 10)),
				  json_pack("[o]", entry(0, 200000, 7)));
	const struct facts *f;

	bundle_probe(b, "read", "/proc/self/uid_map", NULL);
	make(t, b, "first", SAME, SAME);
	make(t, b, "last", "9", "6");
	make(t, b, "uid-beyond", "10", SAME);
	make(t, b, "gid-beyond", SAME, "7");
	f = both(t, b, uid, gid);
	if (!f)
		return;
	check_int(t, uid, "owner outside of a file of uid 0", 100000, owner(t, b, "first", false));
	check_int(t, uid, "owner outside of a file of uid 9", 100009, owner(t, b, "last", false));
	check_string(t, uid, "chown(2) to uid 10, of ten", "EINVAL", facts_errno(f, "chown#3"));
	check_int(t, gid, "group outside of a file of gid 0", 200000, owner(t, b, "first", true));
	check_int(t, gid, "group outside of a file of gid 6", 200006, owner(t, b, "last", true));
	check_string(t, gid, "chown(2) to gid 7, of seven", "EINVAL", facts_errno(f, "chown#4"));
}

static void multiple(struct test *t)
{
	const char *uid = "linux.uidmappings.multiple", *gid = "linux.gidmappings.multiple";
	struct bundle *b = mapped(
		t, json_pack("[o o]", entry(0, 100000, 10), entry(1000, 300000, 5)),
		json_pack("[o o o]", entry(0, 100000, 10), entry(2000, 400000, 5),
			  entry(10, 500000, 1)));
	const struct facts *f;

	bundle_probe(b, "ids", NULL);
	make(t, b, "low", "3", "4");
	make(t, b, "high", "1004", "2004");
	make(t, b, "third", SAME, "10");
	make(t, b, "between", "10", SAME);
	make(t, b, "beyond", SAME, "2005");
	f = both(t, b, uid, gid);
	if (!f)
		return;
	check_int(t, uid, "owner outside of a file of uid 3", 100003, owner(t, b, "low", false));
	check_int(t, uid, "owner outside of a file of uid 1004", 300004,
		  owner(t, b, "high", false));
	check_string(t, uid, "chown(2) to a uid between the maps", "EINVAL",
		     facts_errno(f, "chown#4"));
	check_int(t, gid, "group outside of a file of gid 4", 100004, owner(t, b, "low", true));
	check_int(t, gid, "group outside of a file of gid 2004", 400004,
		  owner(t, b, "high", true));
	check_int(t, gid, "group outside of a file of gid 10", 500000, owner(t, b, "third", true));
	check_string(t, gid, "chown(2) to a gid beyond the maps", "EINVAL",
		     facts_errno(f, "chown#5"));
}

/* Not even root is mapped. */
static void without_root(struct test *t)
{
	const char *id = "linux.uidmappings.containerid.nonzero";
	struct bundle *b = mapped(t, json_pack("[o]", entry(1000, 100000, 1)),
				  json_pack("[o]", entry(1000, 100000, 1)));
	const struct facts *f;

	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_probe(b, "ids", NULL);
	make(t, b, "file", "0", SAME);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "uid inside", 1000, facts_int(f, "ids.uid"));
	check_int(t, id, "owner outside of a file of uid 1000", 100000, owner(t, b, "file", false));
	check_string(t, id, "chown(2) to uid 0, without mapping", "EINVAL", facts_errno(f, "chown"));
}

/* ------------------------------------------------------------------ what cannot be */

static struct bundle *ten(struct test *t)
{
	struct bundle *b = mapped(t, json_pack("[o]", entry(0, 100000, 10)),
				  json_pack("[o]", entry(0, 100000, 10)));

	bundle_probe(b, "ids", NULL);
	return b;
}

struct overlap {
	struct test_case c;
	json_int_t inside, outside;
};

static const struct overlap overlaps[] = {
	{ { "inside", "linux.uidmappings.overlap", "ranges that overlap inside are refused" },
	  5,
	  200000 },
	{ { "outside", "linux.uidmappings.overlap", "ranges that overlap outside are refused" },
	  20,
	  100005 },
};

static void overlap(struct test *t)
{
	const struct overlap *row = test_row(t);
	struct bundle *bad = ten(t), *good = ten(t);

	json_array_append_new(bundle_get(bad, UIDS), entry(row->inside, row->outside, 10));
	json_array_append_new(bundle_get(good, UIDS), entry(20, 200000, 10));
	check_refused_by_create_if_supported(t, row->c.requirement, bad, good);
}

static void without_namespace(struct test *t)
{
	struct bundle *bad = ten(t);

	bundle_no_namespace(bad, "user");
	check_refused_by_create_if_supported(t, "linux.uidmappings.without-user-namespace", bad,
					     ten(t));
}

static void unmapped_user(struct test *t)
{
	struct bundle *bad = ten(t), *good = ten(t);

	bundle_set(bad, "process.user.uid", "i", 50);
	bundle_set(good, "process.user.uid", "i", 9);
	check_refused_if_supported(t, "linux.uidmappings.unmapped-process-user", bad, good);
}

#define MOST	   340 /* entries that the kernel takes, of a page of text at most */
#define OUTSIDE(i) (1000 + 2 * (i))

/* N ids that are apart outside, so that no two entries could be one. */
static struct bundle *entries(struct test *t, int n)
{
	struct bundle *b = unmapped(t);

	give_root_to(t, b, OUTSIDE(0));
	bundle_put(b, UIDS, json_array());
	for (int i = 0; i < n; i++)
		json_array_append_new(bundle_get(b, UIDS), entry(i, OUTSIDE(i), 1));
	bundle_put(b, GIDS, json_deep_copy(bundle_get(b, UIDS)));
	bundle_probe(b, "read", "/proc/self/uid_map", "read", "/proc/self/gid_map", NULL);
	return b;
}

static int lines(const char *text)
{
	int n = 0;

	for (; text && *text; text++)
		n += *text == '\n';
	return n;
}

static void entry_limit(struct test *t)
{
	const char *id = "linux.uidmappings.entry-limit";
	struct bundle *b = entries(t, MOST);
	const struct facts *f;

	make(t, b, "last", format(t, "%d", MOST - 1), SAME);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_int(t, id, "entries of the uid map", MOST, lines(facts_string(f, "read")));
	check_int(t, id, "entries of the gid map", MOST, lines(facts_string(f, "read#2")));
	check_int(t, id, "owner outside of a file of the last uid", OUTSIDE(MOST - 1),
		  owner(t, b, "last", false));
	check_error(t, id, op_create(container_new(entries(t, MOST + 1))));
}

/* ------------------------------------------------------------------ owners */

static const char *owners; /* nftw(3) hands nothing through */
static struct test *walker;

static int note(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)type;
	(void)at;
	owners = format(walker, "%s%s %d:%d\n", owners, path, (int)st->st_uid, (int)st->st_gid);
	return 0;
}

static const char *owners_of(struct test *t, const char *tree)
{
	owners = "";
	walker = t;
	need(t, !nftw(tree, note, 16, FTW_PHYS), tree);
	return owners;
}

/* The lines of `before` that are not in `after`: entries that are gone, or have another owner. */
static const char *changed(struct test *t, const char *before, const char *after)
{
	const char *all = "", *end;

	for (const char *line = before; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!strstr(after, format(t, "%.*s\n", (int)(end - line), line)))
			all = format(t, "%s%.*s; ", all, (int)(end - line), line);
	}
	return all;
}

static void give_away(struct test *t, struct bundle *b, const char *path, int id)
{
	need(t, !chown(format(t, "%s/%s", bundle_path(b), path), (uid_t)id, (gid_t)id), path);
}

/* Of all owners: root of the host, one that is nobody inside, one that is mapped. */
static void ownership(struct test *t)
{
	static const char *const trees[] = { "rootfs", "vol" };
	static const char *const ids[] = { "linux.uidmappings.rootfs-ownership",
					   "linux.uidmappings.mount-source-ownership" };
	struct bundle *b = ten(t);
	const char *before[2];
	const struct result *refusal = NULL;
	const struct facts *f;

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		bundle_dir(b, format(t, "%s/d", trees[i]), 0755);
		bundle_file(b, format(t, "%s/d/root", trees[i]), 0644, "");
		bundle_file(b, format(t, "%s/d/other", trees[i]), 0644, "");
		bundle_file(b, format(t, "%s/d/mapped", trees[i]), 0644, "");
		bundle_symlink(b, format(t, "%s/d/link", trees[i]), "other");
		give_away(t, b, format(t, "%s/d/other", trees[i]), 4242);
		give_away(t, b, format(t, "%s/d/mapped", trees[i]), 100003);
		before[i] = owners_of(t, format(t, "%s/%s", bundle_path(b), trees[i]));
	}
	f = bundle_try(b, &refusal);
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		const char *now = owners_of(t, format(t, "%s/%s", bundle_path(b), trees[i]));
		const char *other = changed(t, before[i], now);

		check_true(t, ids[i], !*other, "all entries have the owners they had",
			   "these had: %.600s", other);
		if (!f && check_error(t, ids[i], refusal))
			check_disabled(t, ids[i], "no container in a user namespace: %s",
				       result_text(t, refusal));
	}
}

const struct test_entry mapping_tests[] = {
	{
		.name = "mappings/applied",
		.about = "each map is that of its kind, first and last id included",
		.requirements = REQS("linux.uidmappings.applied", "linux.gidmappings.applied"),
		.run = applied,
	},
	{
		.name = "mappings/multiple",
		.about = "several entries all take effect",
		.requirements = REQS("linux.uidmappings.multiple", "linux.gidmappings.multiple"),
		.run = multiple,
	},
	{
		.name = "mappings/without-root",
		.about = "a map need not have id 0",
		.requirements = REQS("linux.uidmappings.containerid.nonzero"),
		.run = without_root,
	},
	{
		.name = "mappings/overlap",
		.about = "ranges that overlap are refused",
		.run = overlap,
		CASES(overlaps),
	},
	{
		.name = "mappings/without-namespace",
		.about = "maps without a user namespace are refused",
		.requirements = REQS("linux.uidmappings.without-user-namespace"),
		.run = without_namespace,
	},
	{
		.name = "mappings/unmapped-user",
		.about = "a process whose uid has no mapping is refused",
		.requirements = REQS("linux.uidmappings.unmapped-process-user"),
		.run = unmapped_user,
	},
	{
		.name = "mappings/entry-limit",
		.about = "as many entries as the kernel takes are whole, one more is refused",
		.requirements = REQS("linux.uidmappings.entry-limit"),
		.run = entry_limit,
	},
	{
		.name = "mappings/ownership",
		.about = "no owner is changed to realize a map",
		.requirements = REQS("linux.uidmappings.rootfs-ownership",
				     "linux.uidmappings.mount-source-ownership"),
		.run = ownership,
	},
	{ 0 },
};
