/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the features structure claims about mounts (features.md#mount-options, features-linux.md
 * #mountextensions): each option it lists is taken and shows in mountinfo, mappings of a mount are
 * used. Effects option by option are for mount_options.c. It must never try a word that the text
 * does not define.
 */
#include "suite/tests/features.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/mappings.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW (1ul << 8)
#endif

/* ------------------------------------------------------------------ options */

enum kind {
	NEW, /* a tmpfs of its own */
	AGAIN, /* the same, and the option in a second mount at its place */
	BIND, /* a bind mount of a host's tmpfs */
	TREE, /* the same with another mount below it, which the option holds for too */
};

/* Words as mountinfo has them, of mount, super block or propagation, up to a colon. */
struct option {
	const char *word;
	enum kind kind;
	unsigned long host; /* flags of the mounts that are bound, or their propagation */
	const char *shows, *hides;
};

static const struct option table[] = {
	{ "async", NEW, 0, NULL, "sync" },
	{ "atime", NEW, 0, NULL, "noatime" },
	{ "bind", BIND, 0, NULL, NULL },
	{ "defaults", NEW, 0, "rw", "noexec" },
	{ "dev", NEW, 0, NULL, "nodev" },
	{ "diratime", NEW, 0, NULL, "nodiratime" },
	{ "dirsync", NEW, 0, "dirsync", NULL },
	{ "exec", NEW, 0, NULL, "noexec" },
	{ "iversion", NEW, 0, NULL, NULL },
	{ "lazytime", NEW, 0, "lazytime", NULL },
	{ "loud", NEW, 0, NULL, NULL },
	{ "mand", NEW, 0, NULL, NULL },
	{ "noatime", NEW, 0, "noatime", NULL },
	{ "nodev", NEW, 0, "nodev", NULL },
	{ "nodiratime", NEW, 0, "nodiratime", NULL },
	{ "noexec", NEW, 0, "noexec", NULL },
	{ "noiversion", NEW, 0, NULL, NULL },
	{ "nolazytime", NEW, 0, NULL, "lazytime" },
	{ "nomand", NEW, 0, NULL, "mand" },
	{ "norelatime", NEW, 0, NULL, NULL },
	{ "nostrictatime", NEW, 0, NULL, NULL },
	{ "nosuid", NEW, 0, "nosuid", NULL },
	{ "nosymfollow", NEW, 0, "nosymfollow", NULL },
	{ "private", BIND, MS_SHARED, NULL, "shared" },
	{ "ratime", TREE, MS_NOATIME, NULL, "noatime" },
	{ "rbind", TREE, 0, NULL, NULL },
	{ "rdev", TREE, MS_NODEV, NULL, "nodev" },
	{ "rdiratime", TREE, MS_NODIRATIME, NULL, "nodiratime" },
	{ "relatime", NEW, 0, "relatime", NULL },
	{ "remount", AGAIN, 0, "ro", NULL },
	{ "rexec", TREE, MS_NOEXEC, NULL, "noexec" },
	{ "rnoatime", TREE, 0, "noatime", NULL },
	{ "rnodev", TREE, 0, "nodev", NULL },
	{ "rnodiratime", TREE, 0, "nodiratime", NULL },
	{ "rnoexec", TREE, 0, "noexec", NULL },
	{ "rnorelatime", TREE, 0, NULL, NULL },
	{ "rnostrictatime", TREE, 0, NULL, NULL },
	{ "rnosuid", TREE, 0, "nosuid", NULL },
	{ "rnosymfollow", TREE, 0, "nosymfollow", NULL },
	{ "ro", NEW, 0, "ro", NULL },
	{ "rprivate", TREE, MS_SHARED, NULL, "shared" },
	{ "rrelatime", TREE, MS_STRICTATIME, "relatime", NULL },
	{ "rro", TREE, 0, "ro", NULL },
	{ "rrw", TREE, MS_RDONLY, NULL, "ro" },
	{ "rshared", TREE, MS_PRIVATE, "shared", NULL },
	{ "rslave", TREE, MS_SHARED, "master", NULL },
	{ "rstrictatime", TREE, 0, NULL, "relatime" },
	{ "rsuid", TREE, MS_NOSUID, NULL, "nosuid" },
	{ "rsymfollow", TREE, MS_NOSYMFOLLOW, NULL, "nosymfollow" },
	{ "runbindable", TREE, MS_PRIVATE, "unbindable", NULL },
	{ "rw", NEW, 0, "rw", NULL },
	{ "shared", BIND, MS_PRIVATE, "shared", NULL },
	{ "silent", NEW, 0, NULL, NULL },
	{ "slave", BIND, MS_SHARED, "master", NULL },
	{ "strictatime", NEW, 0, NULL, "relatime" },
	{ "suid", NEW, 0, NULL, "nosuid" },
	{ "symfollow", NEW, 0, NULL, "nosymfollow" },
	{ "sync", NEW, 0, "sync", NULL },
	{ "tmpcopyup", NEW, 0, NULL, NULL },
	{ "unbindable", BIND, MS_PRIVATE, "unbindable", NULL },
};

static void set_flags(struct test *t, const char *path, unsigned long flags)
{
	bool propagation = flags & (MS_SHARED | MS_PRIVATE);

	if (flags)
		host_mount(t, NULL, path, NULL, flags | (propagation ? 0 : MS_REMOUNT | MS_BIND),
			   NULL);
}

/* What is bound for an option. Flags come last: they could forbid what has to be made before. */
static const char *source(struct test *t, const struct option *o)
{
	const char *top = host_dir(t, format(t, "%s-%s", o->word, test_id(t)));
	const char *sub = format(t, "%s/sub", top);

	host_mount(t, "octest", top, "tmpfs", 0, "mode=755,size=64k");
	if (o->kind == TREE) {
		need(t, !mkdir(sub, 0755), sub);
		host_mount(t, "octest", sub, "tmpfs", 0, "mode=755,size=64k");
		set_flags(t, sub, o->host);
	}
	set_flags(t, top, o->host);
	return top;
}

static bool among(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

static void add_option(struct test *t, struct bundle *b, const struct option *o)
{
	const char *point = format(t, "/m/%s", o->word);
	const char *words = format(t, "%s,%s", o->kind == TREE ? "rbind" : "bind", o->word);

	bundle_dir(b, format(t, "rootfs%s", point), 0755);
	if (o->kind == AGAIN)
		bundle_mount(b, point, "tmpfs", "tmpfs", NULL);
	if (o->kind == AGAIN)
		bundle_mount(b, point, "tmpfs", "tmpfs", format(t, "%s,ro", o->word));
	else if (o->kind == NEW)
		bundle_mount(b, point, "tmpfs", "tmpfs", o->word);
	else
		bundle_mount(b, point, "none", source(t, o),
			     among(o->word, WORDS("bind", "rbind")) ? o->word : words);
}

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncmp(list, word, length) && (!list[length] || list[length] == ','))
			return true;
	return false;
}

static bool shows(const json_t *mounted, const char *word)
{
	size_t i, length = strlen(word);
	json_t *one;

	json_array_foreach (json_object_get(mounted, "optional"), i, one) {
		const char *text = json_string_value(one);

		if (text && !strncmp(text, word, length) && (!text[length] || text[length] == ':'))
			return true;
	}
	return has_word(json_string_value(json_object_get(mounted, "options")), word) ||
	       has_word(json_string_value(json_object_get(mounted, "super")), word);
}

/* Of a mount the probe saw; "rw" and "ro" of the super block are not the mount's. */
static void check_shown(struct test *t, const char *id, const struct option *o,
			const struct facts *f, const char *point)
{
	const json_t *mounted = facts_mount(f, point);
	bool flag = (o->shows && !strcmp(o->shows, "ro")) || (o->hides && !strcmp(o->hides, "ro"));
	const char *own = json_string_value(json_object_get(mounted, "options"));

	if (!check_true(t, id, mounted, format(t, "option %s: a mount at %s", o->word, point),
			"there is none"))
		return;
	if (o->shows)
		check_seen(t, id, flag ? has_word(own, o->shows) : shows(mounted, o->shows),
			   format(t, "option %s: mountinfo shows %s", o->word, o->shows), "%s",
			   life_json(t, mounted));
	if (o->hides)
		check_seen(t, id, flag ? !has_word(own, o->hides) : !shows(mounted, o->hides),
			   format(t, "option %s: mountinfo does not show %s", o->word, o->hides),
			   "%s", life_json(t, mounted));
}

/* All of them in one container; when it is refused, the halves, down to the word at fault. */
static void check_options(struct test *t, const char *id, const struct option *const *list,
			  size_t n)
{
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	/* What is to be seen of a slave is not to be lost with the root's own propagation. */
	bundle_set(b, "linux.rootfsPropagation", "s", "shared");
	bundle_probe(b, "mounts", NULL);
	for (size_t i = 0; i < n; i++)
		add_option(t, b, list[i]);
	f = bundle_try(b, &refusal);
	if (!f && n > 1) {
		check_options(t, id, list, n / 2);
		check_options(t, id, list + n / 2, n - n / 2);
		return;
	}
	if (!f)
		check_fail(t, id, format(t, "option %s is taken", list[0]->word), "%s",
			   result_text(t, refusal));
	for (size_t i = 0; f && i < n; i++) {
		check_shown(t, id, list[i], f, format(t, "/m/%s", list[i]->word));
		if (list[i]->kind == TREE)
			check_shown(t, id, list[i], f, format(t, "/m/%s/sub", list[i]->word));
	}
}

/* ------------------------------------------------------------------ mappings */

#define FIRST 100000 /* what 0 inside is outside */

static void with_mappings(struct bundle *b, const char *path)
{
	bundle_set(b, path, "[{s:i s:i s:i}]", "containerID", 0, "hostID", FIRST, "size", 65536);
}

/* A file of root's on the host, in a container whose root is another: whose is it there? */
static struct bundle *mapped(struct test *t, const char *options)
{
	struct bundle *b = bundle_new(t);
	const char *from = host_dir(t, test_id(t));

	host_mount(t, "octest", from, "tmpfs", 0, "mode=755,size=64k");
	need(t, !file_write(t, format(t, "%s/f", from), "x"), from);
	with_user_namespace(t, b, FIRST);
	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", from, options);
	if (strstr(options, "idmap"))
		for (const char *const *map = WORDS("uidMappings", "gidMappings"); *map; map++)
			with_mappings(b, format(t, "mounts.1.%s", *map));
	bundle_probe(b, "stat", "/m/f", NULL);
	return b;
}

static bool is_mapped(const struct facts *f)
{
	return facts_int(f, "stat.uid") == 0 && facts_int(f, "stat.gid") == 0;
}

/* Options idmap and ridmap are taken with mappings, and shift owners. */
static void check_idmap_option(struct test *t, const char *id, const char *word)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(
		mapped(t, format(t, "%s,%s", *word == 'r' ? "rbind" : "bind", word)), &refusal);

	check_seen(t, id, f && is_mapped(f),
		   format(t, "option %s maps the owner of a file to 0 and 0", word), "%s",
		   f ? life_json(t, facts_get(f, "stat")) : result_text(t, refusal));
}

/* ------------------------------------------------------------------ the tests */

struct group_row {
	struct test_case c;
	unsigned int kinds; /* bits */
};

#define ID "features.mount-options.recognized"

static const struct group_row group_rows[] = {
	{ { "new", ID, "options listed are taken by a new file system" }, 1 << NEW | 1 << AGAIN },
	{ { "bind", ID, "options listed are taken by a bind mount" }, 1 << BIND },
	{ { "recursive", ID, "options listed are taken by a tree of bind mounts" }, 1 << TREE },
	{ { "idmap", ID, "options listed map owners" }, 0 },
};

static void idmap_options(struct test *t, const json_t *list)
{
	static const char *const words[] = { "idmap", "ridmap" };
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!features_lists(list, words[i]))
			continue;
		need_mapped_mounts(t);
		check_idmap_option(t, ID, words[i]);
		any = true;
	}
	if (!any)
		check_disabled(t, ID, "neither idmap nor ridmap is listed");
}

static void mount_options(struct test *t)
{
	const struct group_row *row = test_row(t);
	const json_t *list = features_list(features_read(t), "mountOptions");
	const struct option *known[ARRAY_SIZE(table)];
	size_t n = 0;

	if (!list)
		test_disable(t, "the structure has no list mountOptions");
	if (!row->kinds) {
		idmap_options(t, list);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if ((row->kinds & 1u << table[i].kind) && features_lists(list, table[i].word))
			known[n++] = &table[i];
	if (n)
		check_options(t, ID, known, n);
	else
		check_disabled(t, ID, "no such option is listed");
}

static void idmap(struct test *t)
{
	const char *truthful = "features.linux.mount-extensions.idmap.truthful";
	const char *partial = "features.linux.mount-extensions.idmap.true-when-partial";
	enum claim claim =
		features_claim(features_read(t), "linux.mountExtensions.idmap.enabled");
	const struct result *refusal = NULL;
	const struct facts *f;

	need_mapped_mounts(t);
	f = bundle_run(mapped(t, "bind"));
	check_true(t, truthful, !is_mapped(f), "without mappings owners are not mapped",
		   "they are");
	f = bundle_try(mapped(t, "bind,idmap"), &refusal);
	if (f && is_mapped(f))
		check_true(t, partial, claim != CLAIM_NO,
			   "a mount is mapped, so idmap.enabled is not false", "it is false");
	else
		check_disabled(t, partial, "a mount with mappings is not mapped");
	if (claim != CLAIM_YES)
		check_disabled(t, truthful, "idmap.enabled is not true");
	else if (f)
		check_seen(t, truthful, is_mapped(f), "owner 0 and 0", "%s",
			   life_json(t, facts_get(f, "stat")));
	else
		check_error(t, truthful, refusal);
}

const struct test_entry features_mounts_tests[] = {
	{
		.name = "features/mount-options",
		.about = "mount options that are listed are taken and show",
		.run = mount_options,
		.limit_s = 120,
		CASES(group_rows),
	},
	{
		.name = "features/idmap",
		.about = "mappings of a mount are used when idmap is claimed",
		.requirements = REQS("features.linux.mount-extensions.idmap.truthful",
				     "features.linux.mount-extensions.idmap.true-when-partial"),
		.run = idmap,
	},
	{ 0 },
};
