/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ID-mapped mounts (config.md#linux-mount-options, idmap and ridmap; #posix-platform-mounts,
 * uidMappings and gidMappings): whose files are, seen from inside and from the host. A runtime may
 * refuse any mapping, and then nothing else here says more than that; it must never drop one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/mappings.h"

/* Without a user namespace: the mount maps user 1 to INSIDE_UID and group 1 to INSIDE_GID. */
#define INSIDE_UID 12345
#define INSIDE_GID 23456
/* What 0 of a container with a user namespace is outside. */
#define FIRST 100000

#define LEVELS 3

/* ------------------------------------------------------------------ what is mounted */

/*
 * A tree of mounts, one below the other at "below". Each has a file "f" of user and group `owner`,
 * one of ids that no mapping here begins with, "other", and a directory "w" of the owner that all
 * may write to.
 */
static const char *tree(struct test *t, int levels, uid_t owner)
{
	const char *top = host_dir(t, test_id(t)), *path = top;

	for (int i = 0; i < levels; i++, path = format(t, "%s/below", path)) {
		const char *f = format(t, "%s/f", path), *other = format(t, "%s/other", path);
		const char *w = format(t, "%s/w", path);

		host_mount(t, "level", path, "tmpfs", 0, "mode=755");
		need(t, !file_write(t, f, "x") && !chown(f, owner, owner), f);
		need(t, !file_write(t, other, "x") && !chown(other, INSIDE_UID, INSIDE_GID), other);
		need(t, !mkdir(w, 0700) && !chmod(w, 0777) && !chown(w, owner, owner), w);
		need(t, !mkdir(format(t, "%s/below", path), 0755), path);
	}
	return top;
}

static const char *below(struct test *t, const char *top, int level, const char *name)
{
	return format(t, "%s%s/%s", top, level > 1 ? "/below/below" : level ? "/below" : "", name);
}

static struct bundle *with_mount(struct test *t, const char *source, const char *options)
{
	struct bundle *b = bundle_new(t);

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", source ? "none" : "tmpfs", source ? source : "tmpfs", options);
	return b;
}

#define UIDS "mounts.1.uidMappings"
#define GIDS "mounts.1.gidMappings"

static void map(struct bundle *b, const char *path, int inside, int host, int size)
{
	bundle_set(b, path, "[{s:i s:i s:i}]", "containerID", inside, "hostID", host, "size", size);
}

/* Users and groups differ, so that neither can stand for the other. */
static void map_owner(struct bundle *b, int owner)
{
	map(b, UIDS, owner, INSIDE_UID, 1);
	map(b, GIDS, owner, INSIDE_GID, 1);
}

/* ------------------------------------------------------------------ what comes of it */

/* A mapping that is not supported is an error, as config.md, "Valid values", has it. */
static void refused(struct test *t, const struct result *r, const char *const *ids)
{
	for (; *ids; ids++)
		if (r->exited && r->status)
			check_disabled(t, *ids, "the runtime refuses the mapping: %s",
				       result_text(t, r));
		else
			check_error(t, *ids, r);
}

static bool check_owner(struct test *t, const char *id, const char *what, long long uid,
			long long gid, const struct facts *f, int n)
{
	const char *fact = n > 1 ? format(t, "stat#%d", n) : "stat";
	const json_t *stat = facts_get(f, fact);
	json_t *observed = json_object();

	json_object_set(observed, "uid", json_object_get(stat, "uid"));
	json_object_set(observed, "gid", json_object_get(stat, "gid"));
	return check_json(t, id, format(t, "owner of %s", what),
			  json_pack("{s:I s:I}", "uid", uid, "gid", gid), observed);
}

static const char *of_level(struct test *t, int level)
{
	return level ? format(t, "a file of mount %d below", level) : "a file of the mount";
}

static long long overflow(struct test *t)
{
	const char *text = file_read(t, "/proc/sys/kernel/overflowuid");

	need(t, text, "/proc/sys/kernel/overflowuid");
	return strtoll(text, NULL, 10);
}

/* Owners on the host, of all that tree() made, as text. */
static const char *owners(struct test *t, const char *top, int levels)
{
	const char *all = "";

	for (int i = 0; i < levels; i++)
		for (const char *const *name = WORDS("f", "other", "w"); *name; name++) {
			const char *path = below(t, top, i, *name);
			struct stat st;

			need(t, !stat(path, &st), path);
			all = format(t, "%s%s%s %u:%u", all, *all ? ", " : "", path, st.st_uid,
				     st.st_gid);
		}
	return all;
}

/* ------------------------------------------------------------------ without a user namespace */

struct word {
	const char *options;
	int levels; /* that are mapped */
	const char *applied, *supported;
};

static const struct word idmap = { "bind,idmap", 1, "mounts.options.idmap.applied",
				   "mounts.options.idmap.supported" };
static const struct word ridmap = { "rbind,ridmap", LEVELS, "mounts.options.ridmap.applied",
				    "mounts.options.ridmap.supported" };

/* Before 1.2 there is no word. */
static const char *bind_words(struct test *t)
{
	return test_spec(t) < 10200 ? "bind" : "bind,idmap";
}

/* The user whose files are mapped looks at each mount and writes to it, then waits. */
static struct bundle *asked(struct test *t, const char *top, const struct word *w)
{
	struct bundle *b = with_mount(t, top, w == &idmap ? bind_words(t) : w->options);

	map_owner(b, 1);
	bundle_set(b, "process.user", "{s:i s:i}", "uid", INSIDE_UID, "gid", INSIDE_GID);
	bundle_probe(b, NULL);
	for (int i = 0; i < w->levels; i++)
		bundle_probe_add(b, "stat", below(t, "/m", i, "f"), "stat",
				 below(t, "/m", i, "other"), "create", below(t, "/m", i, "w/new"),
				 NULL);
	bundle_probe_add(b, "wait", NULL);
	return b;
}

/* Refused without a user namespace: the mapping that the container has is the other way. */
static void supported_elsewhere(struct test *t, const struct word *w)
{
	const struct facts *f;
	struct bundle *b;

	if (!test_wants(t, w->supported))
		return;
	b = with_mount(t, tree(t, w->levels, 0), w->options);
	with_user_namespace(t, b, FIRST);
	map(b, UIDS, 0, FIRST, 65536);
	map(b, GIDS, 0, FIRST, 65536);
	bundle_probe(b, "stat", below(t, "/m", w->levels - 1, "f"), NULL);
	f = bundle_supported(b, w->supported);
	if (f)
		check_owner(t, w->supported, of_level(t, w->levels - 1), 0, 0, f, 1);
}

static void check_mapped(struct test *t, const struct word *w, const struct facts *f)
{
	for (int i = 0; i < w->levels; i++) {
		const char *what = of_level(t, i);

		check_owner(t, w->applied, what, INSIDE_UID, INSIDE_GID, f, 2 * i + 1);
		check_owner(t, w->supported, what, INSIDE_UID, INSIDE_GID, f, 2 * i + 1);
	}
}

static void check_directions(struct test *t, const char *top, const struct facts *f)
{
	const char *uids = "mounts.uid-mappings.applied", *gids = "mounts.gid-mappings.applied";
	const char *back = "mounts.uid-mappings.write-back", *path = below(t, top, 0, "w/new");
	struct stat st = { 0 };

	check_int(t, uids, "user of a file of user 1", INSIDE_UID, facts_int(f, "stat.uid"));
	check_int(t, gids, "group of a file of group 1", INSIDE_GID, facts_int(f, "stat.gid"));
	check_int(t, uids, "user of a file of a user without a mapping", overflow(t),
		  facts_int(f, "stat#2.uid"));
	check_int(t, gids, "group of a file of a group without a mapping", overflow(t),
		  facts_int(f, "stat#2.gid"));
	if (!check_string(t, back, "making a file as that user", "", facts_errno(f, "create")))
		return;
	if (check_true(t, back, !stat(path, &st), "the file made inside is on the host", "%s",
		       strerror(errno)))
		check_seen(t, back, st.st_uid == 1 && st.st_gid == 1,
			   "on the host the file made inside is of user 1 and group 1", "%u and %u",
			   st.st_uid, st.st_gid);
}

static void mapped(struct test *t, const struct word *w, const char *const *ids)
{
	const char *owned = "mounts.uid-mappings.mount-setattr", *top, *before, *during;
	const struct result *r;
	const struct facts *f;
	struct container *c;

	need_mapped_mounts(t);
	top = tree(t, w->levels, 1);
	before = owners(t, top, w->levels);
	c = container_new(asked(t, top, w));
	r = op_create(c);
	if (result_ok(r))
		r = op_start(c);
	if (!result_ok(r)) {
		refused(t, r, ids);
		supported_elsewhere(t, w);
		return;
	}
	f = must_answer(c);
	during = owners(t, top, w->levels);
	container_close_input(c);
	if (container_wait(c) > 0)
		test_stop(t, "the container's process ends with status 0", "it does not");
	must_delete(c);
	check_mapped(t, w, f);
	if (w->levels == 1)
		check_directions(t, top, f);
	check_string(t, owned, "owners on the host, meanwhile", before, during);
	check_string(t, owned, "owners on the host, later", before, owners(t, top, w->levels));
}

#define IDMAP_IDS                                                                               \
	"mounts.options.idmap.applied", "mounts.uid-mappings.applied",                          \
		"mounts.gid-mappings.applied", "mounts.uid-mappings.write-back",                \
		"mounts.uid-mappings.mount-setattr"
#define RIDMAP_IDS "mounts.options.ridmap.applied", "mounts.uid-mappings.mount-setattr"

static void idmap_applied(struct test *t)
{
	mapped(t, &idmap, WORDS(IDMAP_IDS));
}

static void ridmap_applied(struct test *t)
{
	mapped(t, &ridmap, WORDS(RIDMAP_IDS));
}

static void not_recursive(struct test *t)
{
	const char *id = "mounts.options.idmap.non-recursive";
	struct bundle *b = with_mount(t, tree(t, LEVELS, 1), "rbind,idmap");
	const struct facts *f;

	need_mapped_mounts(t);
	map_owner(b, 1);
	bundle_probe(b, NULL);
	for (int i = 0; i < LEVELS; i++)
		bundle_probe_add(b, "stat", below(t, "/m", i, "f"), NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_owner(t, id, of_level(t, 0), INSIDE_UID, INSIDE_GID, f, 1);
	for (int i = 1; i < LEVELS; i++)
		check_owner(t, id, of_level(t, i), 1, 1, f, i + 1);
}

/* Owners on either side of two ranges, and beyond. */
static void ranges(struct test *t)
{
	static const int on_disk[] = { 0, 9, 10, 99, 100, 104, 105 };
	static const int seen[] = { 1000, 1009, -1, -1, 5000, 5004, -1 };
	const char *id = "mounts.uid-mappings.ranges", *top = tree(t, 1, 0);
	struct bundle *b = with_mount(t, top, bind_words(t));
	const struct facts *f;

	need_mapped_mounts(t);
	for (int group = 0; group < 2; group++)
		bundle_set(b, group ? GIDS : UIDS, "[{s:i s:i s:i} {s:i s:i s:i}]",
			   "containerID", 0, "hostID", 1000 + group, "size", 10,
			   "containerID", 100, "hostID", 5000 + group, "size", 5);
	bundle_probe(b, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(on_disk); i++) {
		const char *path = format(t, "%s/%d", top, on_disk[i]);

		need(t, !file_write(t, path, "") && !chown(path, on_disk[i], on_disk[i]), path);
		bundle_probe_add(b, "stat", format(t, "/m/%d", on_disk[i]), NULL);
	}
	f = bundle_supported(b, id);
	for (size_t i = 0; f && i < ARRAY_SIZE(on_disk); i++)
		check_owner(t, id, format(t, "a file of %d", on_disk[i]),
			    seen[i] < 0 ? overflow(t) : seen[i],
			    seen[i] < 0 ? overflow(t) : seen[i] + 1, f, (int)i + 1);
}

/* ------------------------------------------------------------------ never dropped */

struct dropped_row {
	struct test_case c;
	const char *options;
	bool new; /* a tmpfs of its own, not a bind mount */
};

#define ROW(name, id) { name, "mounts." id, NULL }

static const struct dropped_row dropped_rows[] = {
	{ ROW("no-word", "uid-mappings.without-option"), "bind", false },
	{ ROW("no-word-rbind", "uid-mappings.without-option"), "rbind", false },
	{ ROW("no-word-new", "uid-mappings.without-option"), "mode=0755", true },
	{ ROW("idmap-new", "options.idmap.applied"), "mode=0755,idmap", true },
	/* With other words too, which ask for steps of their own. */
	{ ROW("idmap-ro", "options.idmap.applied"), "bind,idmap,ro,nosuid", false },
	{ ROW("ridmap-rro", "options.ridmap.applied"), "rbind,ridmap,rro", false },
};

/* A mapping holds, or is an error. */
static void never_dropped(struct test *t)
{
	const struct dropped_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = with_mount(t, row->new ? NULL : tree(t, 1, 1), row->options);
	const struct result *refusal = NULL;
	const struct facts *f;

	need_mapped_mounts(t);
	map_owner(b, row->new ? 0 : 1);
	bundle_probe(b, "stat", row->new ? "/m" : "/m/f", NULL);
	f = bundle_try(b, &refusal);
	if (f)
		check_owner(t, id, row->new ? "the new file system" : of_level(t, 0), INSIDE_UID,
			    INSIDE_GID, f, 1);
	else
		check_error(t, id, refusal);
}

/* A new file system with a mapping, if there is one, has its other options too. */
static void other_options(struct test *t)
{
	const char *id = "mounts.options.flags-with-data";
	struct bundle *b = with_mount(t, NULL, "size=64k,mode=0711,ro");
	const struct result *refusal = NULL;
	const struct facts *f;

	need_mapped_mounts(t);
	if (test_spec(t) >= 10200) {
		bundle_set(b, "mounts.1.options.+", "s", "idmap");
		map_owner(b, 0);
	}
	bundle_probe(b, "statfs", "/m", "stat", "/m", "create", "/m/new", NULL);
	f = bundle_try(b, &refusal);
	if (!f) {
		check_error(t, id, refusal);
		return;
	}
	check_int(t, id, "size of the tmpfs", 65536, tmpfs_size(f, "statfs"));
	check_int(t, id, "mode of its root", 0711, facts_int(f, "stat.mode"));
	check_string(t, id, "making a file", "EROFS", facts_errno(f, "create"));
}

/* A mapping where the kernel maps no owners is an error; or it holds, should a later one do it. */
static void unsupported_file_system(struct test *t)
{
	static const char *const types[] = { "proc", "sysfs", "ramfs" }; /* as of Linux 6.18 */
	const char *id = "mounts.uid-mappings.unsupported-fs";
	struct bundle *plain = bundle_new(t);

	/* All of them without, so that it is the mapping that is refused. */
	bundle_probe(plain, "ids", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		host_mount(t, types[i], host_dir(t, types[i]), types[i], 0, NULL);
		bundle_dir(plain, format(t, "rootfs/%zu", i), 0755);
		bundle_mount(plain, format(t, "/%zu", i), "none",
			     format(t, "%s/%s", test_dir(t), types[i]), "bind");
	}
	bundle_run(plain);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct bundle *b = with_mount(t, format(t, "%s/%s", test_dir(t), types[i]),
					      bind_words(t));
		const struct result *refusal = NULL;
		const struct facts *f;

		map_owner(b, 0);
		bundle_probe(b, "stat", "/m", NULL);
		f = bundle_try(b, &refusal);
		if (f)
			check_owner(t, id, format(t, "the root of %s", types[i]), INSIDE_UID,
				    INSIDE_GID, f, 1);
		else
			check_error(t, id, refusal);
	}
}

/* ------------------------------------------------------------------ with a user namespace */

struct word_row {
	struct test_case c;
	const char *options;
	int levels;
};

static const struct word_row own_rows[] = {
	{ ROW("idmap", "options.idmap.mount-mappings-win"), "bind,idmap", 1 },
	{ ROW("ridmap", "options.ridmap.mount-mappings-win"), "rbind,ridmap", LEVELS },
};

static const struct word_row fallback_rows[] = {
	{ ROW("idmap", "options.idmap.no-fallback-error"), "bind,idmap", 1 },
	{ ROW("ridmap", "options.ridmap.no-fallback-error"), "rbind,ridmap", LEVELS },
};

static const struct word_row alone_rows[] = {
	{ ROW("idmap", "options.idmap.no-userns-error"), "bind,idmap", 1 },
	{ ROW("ridmap", "options.ridmap.no-userns-error"), "rbind,ridmap", LEVELS },
};

/* Files of the host's root in a tree, bound with a word. */
static struct bundle *of_root(struct test *t, const struct word_row *row)
{
	struct bundle *b = with_mount(t, tree(t, row->levels, 0), row->options);

	bundle_probe(b, NULL);
	for (int i = 0; i < row->levels; i++)
		bundle_probe_add(b, "stat", below(t, "/m", i, "f"), NULL);
	return b;
}

/* The container's root is FIRST outside, the owner of the files another user and group of it. */
static void own_mapping(struct test *t)
{
	const struct word_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = of_root(t, row);
	const struct facts *f;

	need_mapped_mounts(t);
	with_user_namespace(t, b, FIRST);
	map(b, UIDS, 0, FIRST + 5, 1);
	map(b, GIDS, 0, FIRST + 7, 1);
	f = bundle_supported(b, id);
	for (int i = 0; f && i < row->levels; i++)
		check_owner(t, id, of_level(t, i), 5, 7, f, i + 1);
}

/* No mappings of the mount: those of the container, or an error. */
static void fallback(struct test *t)
{
	const struct word_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = of_root(t, row);
	const struct result *refusal = NULL;
	const struct facts *f;

	need_mapped_mounts(t);
	with_user_namespace(t, b, FIRST);
	f = bundle_try(b, &refusal);
	for (int i = 0; f && i < row->levels; i++)
		check_owner(t, id, of_level(t, i), 0, 0, f, i + 1);
	if (f)
		return;
	/* It is the word that is refused, and not the rest. */
	bundle_set(b, "mounts.1.options", "[s]", row->levels > 1 ? "rbind" : "bind");
	bundle_run(b);
	check_error(t, id, refusal);
}

/* And without a user namespace there is none to take. */
static void nothing_to_map(struct test *t)
{
	const struct word_row *row = test_row(t);
	struct bundle *bad = of_root(t, row), *good = bundle_copy(bad);

	bundle_dir(good, "rootfs/m", 0755);
	bundle_set(good, "mounts.1.options", "[s]", row->levels > 1 ? "rbind" : "bind");
	check_refused_by_create(t, row->c.requirement, bad, good);
}

/* ------------------------------------------------------------------ mappings that are none */

struct bad_mapping {
	const char *name, *requirement, *path;
	const char *value; /* NULL: no such property */
};

#define ONE(inside, host, size)                                                                 \
	"{\"containerID\":" inside ",\"hostID\":" host ",\"size\":" size "}"

static const struct bad_mapping bad_mappings[] = {
	{ "only-uids", "mounts.uid-mappings.needs-gid", GIDS, NULL },
	{ "only-gids", "mounts.gid-mappings.needs-uid", UIDS, NULL },
	{ "size-zero", "mounts.uid-mappings.invalid", UIDS, "[" ONE("1", "12345", "0") "]" },
	{ "gid-size-zero", "mounts.uid-mappings.invalid", GIDS, "[" ONE("1", "23456", "0") "]" },
	{ "overlap-inside", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("0", "1000", "10") "," ONE("5", "3000", "10") "]" },
	{ "overlap-outside", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("0", "1000", "10") "," ONE("20", "1005", "10") "]" },
	{ "host-wraps", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("1", "4294967296", "1") "]" },
	{ "container-wraps", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("4294967297", "12345", "1") "]" },
	{ "size-wraps", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("1", "12345", "4294967297") "]" },
	{ "range-wraps", "mounts.uid-mappings.invalid", UIDS,
	  "[" ONE("1", "4294967290", "100") "]" },
	{ "negative", "mounts.uid-mappings.invalid", UIDS, "[" ONE("-1", "12345", "1") "]" },
	{ "gid-negative", "mounts.uid-mappings.invalid", GIDS, "[" ONE("-1", "23456", "1") "]" },
};

static void bad_mapping(struct test *t)
{
	struct bundle *good = with_mount(t, tree(t, 1, 1), bind_words(t));
	struct bundle *bad[ARRAY_SIZE(bad_mappings)];
	const struct result *r = NULL;

	map_owner(good, 1);
	bundle_probe(good, "stat", "/m/f", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad_mappings); i++) {
		const struct bad_mapping *m = &bad_mappings[i];

		bad[i] = bundle_copy(good);
		bundle_dir(bad[i], "rootfs/m", 0755);
		if (m->value)
			bundle_put(bad[i], m->path, json_loads(m->value, 0, NULL));
		else
			bundle_remove(bad[i], m->path);
	}
	/* A runtime that takes no mapping at all has at least to run the rest. */
	if (!bundle_try(good, &r)) {
		bundle_remove(good, UIDS);
		bundle_remove(good, GIDS);
		bundle_set(good, "mounts.1.options", "[s]", "bind");
		bundle_run(good);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad_mappings); i++) {
		r = op_create(container_new(bad[i]));
		check_seen(t, bad_mappings[i].requirement, r->exited && r->status,
			   format(t, "%s: create fails", bad_mappings[i].name), "%s",
			   result_text(t, r));
	}
}

const struct test_entry mount_mapping_tests[] = {
	{
		.name = "mounts/idmap",
		.about = "files on a mount with idmap are whose its mappings say, both ways",
		.requirements = REQS("mounts.options.idmap.supported", IDMAP_IDS),
		.run = idmap_applied,
	},
	{
		.name = "mounts/ridmap",
		.about = "files on each mount of a tree with ridmap are whose its mappings say",
		.requirements = REQS("mounts.options.ridmap.supported", RIDMAP_IDS),
		.run = ridmap_applied,
	},
	{
		.name = "mounts/idmap-not-recursive",
		.about = "idmap leaves the mounts below as they are",
		.requirements = REQS("mounts.options.idmap.non-recursive"),
		.run = not_recursive,
	},
	{
		.name = "mounts/idmap-ranges",
		.about = "mappings of a mount may have several ranges",
		.requirements = REQS("mounts.uid-mappings.ranges"),
		.run = ranges,
	},
	{
		.name = "mounts/idmap-never-dropped",
		.about = "mappings of a mount hold, or are an error",
		.requirements = REQS("mounts.options.idmap.applied"),
		.run = never_dropped,
		CASES(dropped_rows),
	},
	{
		.name = "mounts/idmap-and-options",
		.about = "a mapping makes no other option void",
		.requirements = REQS("mounts.options.flags-with-data"),
		.run = other_options,
	},
	{
		.name = "mounts/idmap-unsupported",
		.about = "mappings of a file system that the kernel cannot map are an error",
		.requirements = REQS("mounts.uid-mappings.unsupported-fs"),
		.run = unsupported_file_system,
	},
	{
		.name = "mounts/idmap-own-mappings",
		.about = "the mappings of the mount go before those of the container",
		.requirements = REQS("mounts.options.idmap.mount-mappings-win"),
		.run = own_mapping,
		CASES(own_rows),
	},
	{
		.name = "mounts/idmap-fallback",
		.about = "without mappings of the mount the container's hold, or it is an error",
		.requirements = REQS("mounts.options.idmap.no-fallback-error"),
		.run = fallback,
		CASES(fallback_rows),
	},
	{
		.name = "mounts/idmap-no-mapping",
		.about = "without any mapping the word is an error",
		.requirements = REQS("mounts.options.idmap.no-userns-error"),
		.run = nothing_to_map,
		CASES(alone_rows),
	},
	{
		.name = "mounts/idmap-bad-mapping",
		.about = "what is no mapping is refused",
		.requirements = REQS("mounts.uid-mappings.invalid", "mounts.uid-mappings.needs-gid",
				     "mounts.gid-mappings.needs-uid"),
		.run = bad_mapping,
	},
	{ 0 },
};
