/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option words of mounts (config.md#linux-mount-options), each by its effect: on a new tmpfs,
 * on a bind mount, on a tree of bind mounts. Words about propagation are in mount_propagation.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

enum kind {
	NEW, /* a tmpfs of its own */
	BIND, /* a bind mount of a host's tmpfs */
	TREE, /* the same with another mount below it, "sub" */
};

/*
 * Effects, as letters: small when it works or happens, great when not.
 *   w  a file can be made            W  EROFS; and, asked with it, v and V: written to
 *   x  a program runs                X  EACCES
 *   s  a set-user-ID program is root S  it stays the user
 *   d  a device opens                D  EACCES
 *   l  a symlink is followed         L  ELOOP
 *   a  reading moves an access time older than the last change; g: of a directory
 *   f  reading moves an access time newer than that (strictatime); h: of a directory
 */
struct option_row {
	struct test_case c;
	const char *options, *effects;
	enum kind kind;
	unsigned long host; /* flags of the mounts that are bound */
	bool may; /* a refusal is legal */
	const char *below; /* effects in "sub" where they differ */
};

#define ROW(name, id) { name, "mounts.options." id, NULL }

static const struct option_row new_rows[] = {
	{ ROW("async", "async"), "async", "w", NEW, 0, false, NULL },
	{ ROW("atime", "atime"), "atime", "a", NEW, 0, false, NULL },
	{ ROW("defaults", "defaults"), "defaults", "wxsda", NEW, 0, false, NULL },
	{ ROW("defaults-noexec", "defaults"), "defaults,noexec", "wX", NEW, 0, false, NULL },
	{ ROW("dev", "dev"), "dev", "d", NEW, 0, false, NULL },
	{ ROW("diratime", "diratime"), "strictatime,diratime", "gh", NEW, 0, false, NULL },
	{ ROW("exec", "exec"), "exec", "x", NEW, 0, false, NULL },
	{ ROW("iversion", "iversion"), "iversion", "w", NEW, 0, false, NULL },
	{ ROW("loud", "loud"), "loud", "w", NEW, 0, false, NULL },
	{ ROW("noatime", "noatime"), "noatime", "AF", NEW, 0, false, NULL },
	{ ROW("nodev", "nodev"), "nodev", "D", NEW, 0, false, NULL },
	{ ROW("nodiratime", "nodiratime"), "strictatime,nodiratime", "afGH", NEW, 0, false, NULL },
	{ ROW("noexec", "noexec"), "noexec", "X", NEW, 0, false, NULL },
	{ ROW("noiversion", "noiversion"), "noiversion", "w", NEW, 0, false, NULL },
	{ ROW("nolazytime", "nolazytime"), "nolazytime", "w", NEW, 0, false, NULL },
	{ ROW("norelatime", "norelatime"), "norelatime", "a", NEW, 0, false, NULL },
	{ ROW("nostrictatime", "nostrictatime"), "nostrictatime", "aF", NEW, 0, false, NULL },
	{ ROW("nosuid", "nosuid"), "nosuid", "S", NEW, 0, false, NULL },
	{ ROW("nosymfollow", "nosymfollow"), "nosymfollow", "L", NEW, 0, true, NULL },
	{ ROW("ro", "ro"), "ro", "W", NEW, 0, false, NULL },
	{ ROW("relatime", "relatime"), "relatime", "aF", NEW, 0, false, NULL },
	{ ROW("rw", "rw"), "rw", "w", NEW, 0, false, NULL },
	{ ROW("silent", "silent"), "silent", "w", NEW, 0, false, NULL },
	{ ROW("strictatime", "strictatime"), "strictatime", "af", NEW, 0, false, NULL },
	{ ROW("suid", "suid"), "suid", "s", NEW, 0, false, NULL },
	{ ROW("symfollow", "symfollow"), "symfollow", "l", NEW, 0, true, NULL },
	{ ROW("nosymfollow-symfollow", "symfollow"), "nosymfollow,symfollow", "l", NEW, 0, true,
	  NULL },
	{ ROW("symfollow-nosymfollow", "nosymfollow"), "symfollow,nosymfollow", "L", NEW, 0, true,
	  NULL },
	/* Repeated, and against each other: the later decides, as in mount(8). */
	{ ROW("twice", "duplicates"), "nosuid,nosuid,ro,ro", "W", NEW, 0, false, NULL },
	{ ROW("ro-rw", "last-wins"), "ro,rw", "w", NEW, 0, false, NULL },
	{ ROW("rw-ro", "last-wins"), "rw,ro", "W", NEW, 0, false, NULL },
	{ ROW("noexec-exec", "last-wins"), "noexec,exec", "x", NEW, 0, false, NULL },
	{ ROW("exec-noexec", "last-wins"), "exec,noexec", "X", NEW, 0, false, NULL },
	{ ROW("nosuid-suid", "last-wins"), "nosuid,suid", "s", NEW, 0, false, NULL },
	{ ROW("suid-nosuid", "last-wins"), "suid,nosuid", "S", NEW, 0, false, NULL },
	{ ROW("nodev-dev", "last-wins"), "nodev,dev", "d", NEW, 0, false, NULL },
	{ ROW("dev-nodev", "last-wins"), "dev,nodev", "D", NEW, 0, false, NULL },
	{ ROW("noatime-atime", "last-wins"), "noatime,atime", "a", NEW, 0, false, NULL },
	{ ROW("atime-noatime", "last-wins"), "atime,noatime", "A", NEW, 0, false, NULL },
	{ ROW("nodiratime-diratime", "last-wins"), "strictatime,nodiratime,diratime", "gh", NEW, 0,
	  false, NULL },
	{ ROW("diratime-nodiratime", "last-wins"), "strictatime,diratime,nodiratime", "GH", NEW, 0,
	  false, NULL },
	{ ROW("strictatime-nostrictatime", "last-wins"), "strictatime,nostrictatime", "F", NEW, 0,
	  false, NULL },
	{ ROW("nostrictatime-strictatime", "last-wins"), "nostrictatime,strictatime", "f", NEW, 0,
	  false, NULL },
	{ ROW("silent-loud", "last-wins"), "silent,loud", "w", NEW, 0, false, NULL },
	{ ROW("iversion-noiversion", "last-wins"), "iversion,noiversion", "w", NEW, 0, false, NULL },
	/* Before 1.1 there is no table of words, only mount(8). */
	{ ROW("mount8-ro", "mount8"), "ro", "W", NEW, 0, true, NULL },
	{ ROW("mount8-nosuid", "mount8"), "nosuid", "S", NEW, 0, true, NULL },
	{ ROW("mount8-noexec", "mount8"), "noexec", "X", NEW, 0, true, NULL },
	{ ROW("mount8-nodev", "mount8"), "nodev", "D", NEW, 0, true, NULL },
	{ ROW("mount8-none", "mount8"), "mode=0755", "wxsd", NEW, 0, true, NULL },
};

static const struct option_row bind_rows[] = {
	{ ROW("ro", "bind-flags.ro"), "bind,ro", "W", BIND, 0, false, NULL },
	{ ROW("rw", "bind-flags.rw"), "bind,rw", "w", BIND, MS_RDONLY, true, NULL },
	{ ROW("nosuid", "bind-flags.nosuid"), "bind,nosuid", "S", BIND, 0, false, NULL },
	{ ROW("suid", "bind-flags.suid"), "bind,suid", "s", BIND, MS_NOSUID, true, NULL },
	{ ROW("nodev", "bind-flags.nodev"), "bind,nodev", "D", BIND, 0, false, NULL },
	{ ROW("dev", "bind-flags.dev"), "bind,dev", "d", BIND, MS_NODEV, true, NULL },
	{ ROW("noexec", "bind-flags.noexec"), "bind,noexec", "X", BIND, 0, false, NULL },
	{ ROW("exec", "bind-flags.exec"), "bind,exec", "x", BIND, MS_NOEXEC, true, NULL },
	{ ROW("noatime", "bind-flags.noatime"), "bind,noatime", "A", BIND, MS_RELATIME, false, NULL },
	{ ROW("strictatime", "bind-flags.strictatime"), "bind,strictatime", "f", BIND, MS_RELATIME,
	  true, NULL },
	{ ROW("relatime", "bind-flags.relatime"), "bind,relatime", "aF", BIND, MS_STRICTATIME, true,
	  NULL },
	{ ROW("nodiratime", "bind-flags.nodiratime"), "bind,nodiratime", "aGH", BIND, MS_STRICTATIME,
	  true, NULL },
	{ ROW("nosymfollow", "bind-flags.nosymfollow"), "bind,nosymfollow", "L", BIND, 0, true, NULL },
	/* Where no program runs, none shows what set-user-ID does: apart. */
	{ ROW("ro-noexec-nodev", "bind-flags.combined"), "bind,ro,noexec,nodev", "WXD", BIND, 0, false,
	  NULL },
	{ ROW("ro-nosuid", "bind-flags.combined"), "bind,ro,nosuid", "WS", BIND, 0, false, NULL },
	{ ROW("nosuid-noatime", "bind-flags.combined"), "bind,nosuid,noatime", "SA", BIND, 0, false,
	  NULL },
	{ ROW("inherited", "bind-flags.inherited"), "bind", "SD", BIND, MS_NOSUID | MS_NODEV, false,
	  NULL },
	{ ROW("inherited-noexec", "bind-flags.inherited"), "bind", "X", BIND, MS_NOEXEC, false, NULL },
	{ ROW("none", "bind-flags.inherited"), "bind", "wxsd", BIND, 0, false, NULL },
	{ ROW("ro-not-recursive", "bind-flags.ro-not-recursive"), "rbind,ro", "W", TREE, 0, false, "w" },
};

static const struct option_row tree_rows[] = {
	{ ROW("rro", "rro"), "rbind,rro", "W", TREE, 0, true, NULL },
	{ ROW("rro-rnosuid-rnodev", "rro"), "rbind,rnosuid,rnodev,rro", "WSD", TREE, 0, true,
	  NULL },
	/* Beside a word that is not recursive. */
	{ ROW("nosuid-rro", "rro"), "rbind,nosuid,rro", "WS", TREE, 0, true, "Ws" },
	{ ROW("rrw", "rrw"), "rbind,rrw", "w", TREE, MS_RDONLY, true, NULL },
	{ ROW("rnosuid", "rnosuid"), "rbind,rnosuid", "S", TREE, 0, true, NULL },
	{ ROW("rsuid", "rsuid"), "rbind,rsuid", "s", TREE, MS_NOSUID, true, NULL },
	{ ROW("rnodev", "rnodev"), "rbind,rnodev", "D", TREE, 0, true, NULL },
	{ ROW("rdev", "rdev"), "rbind,rdev", "d", TREE, MS_NODEV, true, NULL },
	{ ROW("rnoexec", "rnoexec"), "rbind,rnoexec", "X", TREE, 0, true, NULL },
	{ ROW("rexec", "rexec"), "rbind,rexec", "x", TREE, MS_NOEXEC | MS_NODEV, true,
	  "xD" },
	{ ROW("rnoatime", "rnoatime"), "rbind,rnoatime", "A", TREE, MS_RELATIME, true, NULL },
	{ ROW("ratime", "ratime"), "rbind,ratime", "a", TREE, MS_NOATIME, true, NULL },
	{ ROW("rnodiratime", "rnodiratime"), "rbind,rnodiratime", "afGH", TREE, MS_STRICTATIME, true,
	  NULL },
	{ ROW("rdiratime", "rdiratime"), "rbind,rdiratime", "g", TREE, MS_STRICTATIME | MS_NODIRATIME,
	  true, NULL },
	{ ROW("rrelatime", "rrelatime"), "rbind,rrelatime", "aF", TREE, MS_STRICTATIME, true, NULL },
	{ ROW("rnorelatime", "rnorelatime"), "rbind,rnorelatime", "a", TREE, MS_RELATIME, true, NULL },
	{ ROW("rstrictatime", "rstrictatime"), "rbind,rstrictatime", "f", TREE, MS_RELATIME, true,
	  NULL },
	{ ROW("rnostrictatime", "rnostrictatime"), "rbind,rnostrictatime", "aF", TREE, MS_STRICTATIME,
	  true, NULL },
	{ ROW("rnosymfollow", "rnosymfollow"), "rbind,rnosymfollow", "L", TREE, 0, true, NULL },
	{ ROW("rsymfollow", "rsymfollow"), "rbind,rsymfollow", "l", TREE, MS_NOSYMFOLLOW, true, NULL },
};

/* ------------------------------------------------------------------ what the probe does */

/* What is tried at a mount is there, or made, beforehand: f, p (set-user-ID), null, l -> f, d. */
static void ask(struct test *t, struct bundle *b, const char *at, bool make)
{
	const char *f = format(t, "%s/f", at), *p = format(t, "%s/p", at);
	const char *null = format(t, "%s/null", at), *link = format(t, "%s/l", at);
	const char *d = format(t, "%s/d", at);

	bundle_probe_add(b, "create", format(t, "%s/new", at), "append", f, "text", NULL);
	if (make)
		bundle_probe_add(b, "copy", "/probe", p, "4755", "mknod", null, "c", "1", "3",
				 "symlink", "f", link, "mkdir", d, NULL);
	bundle_probe_add(b, "exec", p, "exec-as", "1000", p, "open", null, "r", "open", link, "r",
			 "atime", f, "atime", d, NULL);
}

/* The same on the host. */
static void prepare(struct test *t, const char *at)
{
	const char *null = format(t, "%s/null", at), *link = format(t, "%s/l", at);
	const char *d = format(t, "%s/d", at);

	need(t, !file_write(t, format(t, "%s/f", at), "text"), at);
	place_probe(t, format(t, "%s/p", at), 04755);
	need(t, !mknod(null, S_IFCHR | 0666, 1 << 8 | 3) && !chmod(null, 0666), null);
	need(t, !symlink("f", link), link);
	need(t, !mkdir(d, 0755), d);
}

/* A tmpfs of the host with these flags on its mount, and another below it. */
static const char *source(struct test *t, const struct option_row *row)
{
	const char *top = host_dir(t, "source"), *sub = format(t, "%s/sub", top);

	host_mount(t, "top", top, "tmpfs", 0, "mode=755");
	prepare(t, top);
	need(t, !mkdir(sub, 0755), sub);
	if (row->kind == TREE) {
		host_mount(t, "sub", sub, "tmpfs", 0, "mode=755");
		prepare(t, sub);
		if (row->host)
			host_mount(t, NULL, sub, NULL, MS_REMOUNT | MS_BIND | row->host, NULL);
	}
	if (row->host)
		host_mount(t, NULL, top, NULL, MS_REMOUNT | MS_BIND | row->host, NULL);
	return top;
}

/* ------------------------------------------------------------------ what came of it */

struct effect {
	char letter; /* the small one */
	const char *what, *fact;
	int per_level; /* how many answers of this fact a level has */
	int index; /* which of them, from 1 */
	const char *yes, *no; /* errno, text, or "+MEMBER" and "-MEMBER" */
};

static const struct effect effects[] = {
	{ 'w', "making a file", "create", 1, 1, "", "EROFS" },
	{ 'v', "writing to a file", "append", 1, 1, "", "EROFS" },
	{ 'x', "running a program", "exec", 1, 1, "", "EACCES" },
	{ 's', "a set-user-ID program of root, run by a user, is", "exec-as", 1, 1, "root", "user" },
	{ 'd', "opening a device", "open", 2, 1, "", "EACCES" },
	{ 'l', "opening by a symlink", "open", 2, 2, "", "ELOOP" },
	{ 'a', "reading moves an old access time", "atime", 2, 1, "older", NULL },
	{ 'f', "reading moves a new access time", "atime", 2, 1, "newer", NULL },
	{ 'g', "reading moves an old access time of a directory", "atime", 2, 2, "older", NULL },
	{ 'h', "reading moves a new access time of a directory", "atime", 2, 2, "newer", NULL },
};

static void check_effect(struct test *t, const char *id, const struct facts *f, char letter, int level)
{
	const struct effect *e = effects;
	const char *where = level ? "in the mount below" : "in the mount", *fact;
	bool yes = letter >= 'a';
	int n;

	while (e->letter != (letter | 0x20))
		e++;
	n = level * e->per_level + e->index;
	fact = n == 1 ? e->fact : format(t, "%s#%d", e->fact, n);
	if (!e->no)
		check_json(t, id, format(t, "%s, %s", e->what, where), json_boolean(yes),
			   facts_get(f, format(t, "%s.%s", fact, e->yes)));
	else if (letter == 's' || letter == 'S')
		check_string(t, id, format(t, "%s, %s", e->what, where), yes ? e->yes : e->no,
			     facts_string(f, fact));
	else
		check_string(t, id, format(t, "%s, %s", e->what, where), yes ? e->yes : e->no,
			     facts_errno(f, fact));
}

static void check_effects(struct test *t, const char *id, const struct facts *f, const char *list,
			  int level)
{
	for (; *list; list++) {
		check_effect(t, id, f, *list, level);
		if (*list == 'w' || *list == 'W')
			check_effect(t, id, f, *list == 'w' ? 'v' : 'V', level);
	}
}

/* A read-only bind mount is one of the container, not of the host. */
static void check_host_writes(struct test *t, const char *id, const char *top, int level)
{
	const char *path = format(t, "%s%s/of-the-host", top, level ? "/sub" : "");

	check_int(t, id, "errno of writing on the host", 0, -file_write(t, path, "x"));
}

/* A word that the runtime's features list is one that it must do. */
static bool claimed(struct test *t, const char *options)
{
	const char *word = strrchr(options, ',');

	return runtime_claims(t, "mountOptions", word ? word + 1 : options) == CLAIM_YES;
}

static void option(struct test *t)
{
	const struct option_row *row = test_row(t);
	const char *id = row->c.requirement, *from;
	int levels = row->kind == TREE ? 2 : 1;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	bundle_dir(b, "rootfs/m", 0755);
	from = row->kind == NEW ? "tmpfs" : source(t, row);
	bundle_mount(b, "/m", row->kind == NEW ? "tmpfs" : "none", from, row->options);
	bundle_probe(b, "ids", NULL);
	ask(t, b, "/m", row->kind == NEW);
	if (row->kind == TREE)
		ask(t, b, "/m/sub", false);
	f = row->may && !claimed(t, row->options) ? bundle_supported(b, id) : bundle_run(b);
	for (int level = 0; f && level < levels; level++) {
		const char *list = level && row->below ? row->below : row->effects;

		check_effects(t, id, f, list, level);
		if (row->kind != NEW && strchr(row->effects, 'W'))
			check_host_writes(t, id, from, level);
	}
}

/* ------------------------------------------------------------------ flags of a super block */

struct flag_row {
	struct test_case c;
	const char *options, *word, *flags; /* as mountinfo shows it; for mount(2) */
	bool off;
};

static const struct flag_row flag_rows[] = {
	{ ROW("sync", "sync"), "sync", "sync", "16", false },
	{ ROW("dirsync", "dirsync"), "dirsync", "dirsync", "128", false },
	{ ROW("lazytime", "lazytime"), "lazytime", "lazytime", "33554432", false },
	{ ROW("sync-async", "last-wins"), "sync,async", "sync", "16", true },
	{ ROW("async-sync", "last-wins"), "async,sync", "sync", "16", false },
	{ ROW("lazytime-nolazytime", "last-wins"), "lazytime,nolazytime", "lazytime", "33554432",
	  true },
	{ ROW("nolazytime-lazytime", "last-wins"), "nolazytime,lazytime", "lazytime", "33554432",
	  false },
};

static bool shows(const struct facts *f, const char *point, const char *word)
{
	const char *super = json_string_value(json_object_get(facts_mount(f, point), "super"));
	size_t length = strlen(word);

	for (; super && *super; super += strcspn(super, ","), super += *super == ',')
		if (!strncmp(super, word, length) && (!super[length] || super[length] == ','))
			return true;
	return false;
}

/* Where the kernel shows the flag of a mount that the probe has made itself, it shows it here. */
static void flag(struct test *t)
{
	const struct flag_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	bundle_dir(b, "rootfs/m", 0755);
	bundle_dir(b, "rootfs/control", 0755);
	bundle_mount(b, "/m", "tmpfs", "tmpfs", row->options);
	f = bundle_run(b, "create", "/m/new", "mount", "control", "/control", "tmpfs", row->flags,
		       "mounts");
	check_string(t, id, "making a file", "", facts_errno(f, "create"));
	check_string(t, id, "the mount to compare with", "", facts_errno(f, "mount"));
	if (shows(f, "/control", row->word))
		check_seen(t, id, shows(f, "/m", row->word) == !row->off,
			   format(t, "mountinfo %s %s", row->off ? "does not show" : "shows",
				  row->word),
			   "%s", json_string_value(json_object_get(facts_mount(f, "/m"), "super")));
}

/* ------------------------------------------------------------------ options of the file system */

struct data_row {
	struct test_case c;
	const char *options, *effects;
	long long size, mode, uid, gid; /* gid -1: not given */
};

static const struct data_row data_rows[] = {
	{ ROW("as-data", "unknown.as-data"), "size=64k,mode=0700,uid=5,gid=6", "", 65536, 0700, 5, 6 },
	{ ROW("comma-joined", "unknown.comma-joined"), "size=1m,nosuid,mode=0711,uid=5", "S",
	  1048576, 0711, 5, -1 },
	{ ROW("with-flags", "flags-with-data"), "nosuid,strictatime,mode=711,size=65536k", "Sf",
	  65536 * 1024, 0711, 0, -1 },
	{ ROW("mount8-data", "mount8"), "size=64k,mode=0700", "", 65536, 0700, 0, -1 },
};

static void data(struct test *t)
{
	const struct data_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "tmpfs", "tmpfs", row->options);
	bundle_probe(b, "statfs", "/m", "stat", "/m", NULL);
	if (*row->effects)
		ask(t, b, "/m", true);
	f = bundle_run(b);
	check_int(t, id, "size of the tmpfs", row->size, tmpfs_size(f, "statfs"));
	check_int(t, id, "mode of its root", row->mode, facts_int(f, "stat.mode"));
	check_int(t, id, "owner of its root", row->uid, facts_int(f, "stat.uid"));
	if (row->gid >= 0)
		check_int(t, id, "group of its root", row->gid, facts_int(f, "stat.gid"));
	check_effects(t, id, f, row->effects, 0);
}

static void unknown_option(struct test *t)
{
	for (const char *const *word = WORDS("no-such-option", "size=abc"); *word; word++) {
		struct bundle *good = bundle_new(t), *bad;

		bundle_dir(good, "rootfs/m", 0755);
		bundle_mount(good, "/m", "tmpfs", "tmpfs", "size=64k");
		bad = bundle_copy(good);
		bundle_dir(bad, "rootfs/m", 0755);
		bundle_set(bad, "mounts.1.options", "[s]", *word);
		check_refused_by_create(t, "mounts.options.unknown.rejected-by-kernel", bad, good);
	}
}

/* ------------------------------------------------------------------ tmpcopyup */

struct thing {
	const char *name, *type;
	int mode, uid, gid;
	const char *text; /* what is in a file, where a link leads */
};

static const struct thing things[] = {
	{ "file", "file", 0640, 5, 6, "from below" },
	{ "program", "file", 0711, 0, 0, "" },
	{ "sub", "dir", 0750, 7, 8, NULL },
	{ "sub/deep", "file", 0604, 9, 10, "from further below" },
	/* As in many root file systems; it must not be looked through, on the host least of all. */
	{ "absolute", "link", 0777, 11, 12, "/proc/version" },
	{ "link", "link", 0777, 0, 0, "file" },
};

static bool is_link(const struct thing *one)
{
	return !strcmp(one->type, "link");
}

static void make_things(struct test *t, struct bundle *b)
{
	bundle_dir(b, "rootfs/d", 0755);
	bundle_dir(b, "rootfs/d/sub", 0755);
	for (size_t i = 0; i < ARRAY_SIZE(things); i++) {
		const struct thing *one = &things[i];
		const char *path = format(t, "%s/d/%s", bundle_rootfs(b), one->name);
		const char *inside = format(t, "/d/%s", one->name);

		if (is_link(one))
			bundle_symlink(b, format(t, "rootfs/d/%s", one->name), one->text);
		else if (one->text)
			need(t, !file_write(t, path, one->text), path);
		need(t, !lchown(path, (uid_t)one->uid, (gid_t)one->gid), path);
		need(t, is_link(one) || !chmod(path, (mode_t)one->mode), path);
		bundle_probe_add(b, "lstat", inside, "read", inside, NULL);
	}
}

static void check_thing(struct test *t, const char *id, const struct facts *f, size_t n)
{
	static const char *const members[] = { "type", "mode", "uid", "gid", "target" };
	const struct thing *one = &things[n];
	const json_t *stat = facts_get(f, format(t, n ? "lstat#%zu" : "lstat", n + 1));
	json_t *expected = json_pack("{s:s s:i s:i s:i}", "type", one->type, "mode", one->mode,
				     "uid", one->uid, "gid", one->gid);
	json_t *observed = json_object();

	if (is_link(one))
		json_object_set_new(expected, "target", json_string(one->text));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (json_object_get(stat, members[i]))
			json_object_set(observed, members[i], json_object_get(stat, members[i]));
	check_json(t, id, one->name, expected, observed);
	if (one->text && !is_link(one))
		check_string(t, id, format(t, "what is in %s", one->name), one->text,
			     facts_string(f, format(t, n ? "read#%zu" : "read", n + 1)));
}

/* The tmpfs has all that it covers, and is a copy. */
static void copy_up(struct test *t)
{
	const char *id = "mounts.options.tmpcopyup";
	struct bundle *b = bundle_new(t);
	const char *host = format(t, "%s/d", bundle_rootfs(b));
	const struct facts *f;

	with_capabilities(b);
	bundle_mount(b, "/d", "tmpfs", "tmpfs", "tmpcopyup");
	bundle_probe(b, "statfs", "/d", "list", "/d", "list", "/d/sub", NULL);
	make_things(t, b);
	bundle_probe_add(b, "write", "/d/file", "changed", "create", "/d/sub/new", "unlink",
			 "/d/link", NULL);
	f = claimed(t, "tmpcopyup") ? bundle_run(b) : bundle_supported(b, id);
	if (!f)
		return;
	check_true(t, id, tmpfs_size(f, "statfs") >= 0, "a tmpfs", "another file system");
	check_set(t, id, "names in it",
		  json_pack("[s s s s s]", "absolute", "file", "link", "program", "sub"),
		  facts_get(f, "list"));
	check_set(t, id, "names further below", json_pack("[s]", "deep"), facts_get(f, "list#2"));
	for (size_t i = 0; i < ARRAY_SIZE(things); i++)
		check_thing(t, id, f, i);
	check_string(t, id, "changing a file inside", "", facts_errno(f, "write"));
	check_string(t, id, "what that file has below", "from below",
		     file_read(t, format(t, "%s/file", host)));
	check_true(t, id, access(format(t, "%s/sub/new", host), F_OK),
		   "a file made inside is not below", "it is");
	check_true(t, id, !access(format(t, "%s/link", host), F_OK),
		   "a link removed inside is still below", "it is not");
}

/* ------------------------------------------------------------------ bind, rbind, remount */

/* top/marker, top/sub/marker and top/sub/deep/marker, each on a mount of its own. */
static const char *three_levels(struct test *t)
{
	const char *path = host_dir(t, "tree"), *top = path;

	for (int i = 0; i < 3; i++) {
		host_mount(t, "level", path, "tmpfs", 0, "mode=755");
		need(t, !file_write(t, format(t, "%s/marker", path), format(t, "level %d", i)), path);
		path = format(t, "%s/%s", path, i ? "deep" : "sub");
		need(t, !mkdir(path, 0755), path);
	}
	return top;
}

/* The directory itself, and no copy: what one side writes, the other reads. */
static void bind_one(struct test *t)
{
	const char *id = "mounts.options.bind", *top = host_dir(t, "source");
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct container *c;

	need(t, !file_write(t, format(t, "%s/marker", top), "of the host"), top);
	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", top, "bind");
	bundle_probe(b, "read", "/m/marker", "append", "/m/inside", "of the container", "wait",
		     "read", "/m/later", "echo", "end", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	must_answer(c);
	need(t, !file_write(t, format(t, "%s/later", top), "later"), top);
	container_input(c, "", 1);
	f = container_await(c, "echo");
	check_string(t, id, "file of the source", "of the host", facts_string(f, "read"));
	check_string(t, id, "on the host the file made inside", "of the container",
		     file_read(t, format(t, "%s/inside", top)));
	check_string(t, id, "inside the file made later on the host", "later",
		     facts_string(f, "read#2"));
}

static const struct test_case level_rows[] = {
	{ "bind", "mounts.options.bind.non-recursive", NULL },
	{ "rbind", "mounts.options.rbind", NULL },
};

static void bind_levels(struct test *t)
{
	static const char *const markers[] = { "/m/marker", "/m/sub/marker", "/m/sub/deep/marker" };
	const struct test_case *row = test_row(t);
	bool recursive = !strcmp(row->name, "rbind");
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", three_levels(t), row->name);
	f = bundle_run(b, "read", markers[0], "read", markers[1], "read", markers[2]);
	check_string(t, row->requirement, "file of the source", "level 0", facts_string(f, "read"));
	if (!recursive) {
		check_string(t, row->requirement, "file of a mount below it", "ENOENT",
			     facts_errno(f, "read#2"));
		return;
	}
	check_string(t, row->requirement, "file of a mount below it", "level 1",
		     facts_string(f, "read#2"));
	check_string(t, row->requirement, "file of a mount below that", "level 2",
		     facts_string(f, "read#3"));
}

static void host_unchanged(struct test *t)
{
	const char *id = "mounts.options.bind-flags.host-unchanged", *top = host_dir(t, "source");
	struct bundle *b = bundle_new(t);
	const struct ledger *before;
	struct container *c;

	host_mount(t, "top", top, "tmpfs", 0, "mode=755");
	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", top, "bind,ro,noexec,nosuid,nodev,noatime");
	bundle_probe(b, "create", "/m/new", "wait", NULL);
	before = ledger_take(t);
	c = container_new(b);
	must_create(c);
	must_start(c);
	check_string(t, id, "making a file inside", "EROFS", facts_errno(must_answer(c), "create"));
	check_unchanged(t, id, before, ledger_take(t), CHANGE_BIT(CHANGE_MOUNT));
	check_int(t, id, "errno of writing on the host", 0,
		  -file_write(t, format(t, "%s/of-the-host", top), "x"));
	container_close_input(c);
	container_wait(c);
	must_delete(c);
	check_unchanged(t, id, before, ledger_take(t), CHANGE_BIT(CHANGE_MOUNT));
}

static void remount(struct test *t)
{
	const char *id = "mounts.options.remount";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "tmpfs", "tmpfs", "size=64k");
	bundle_mount(b, "/m", "tmpfs", "tmpfs", "remount,ro");
	f = bundle_run(b, "create", "/m/new", "statfs", "/m");
	check_string(t, id, "making a file", "EROFS", facts_errno(f, "create"));
	check_int(t, id, "size of the tmpfs that was there", 65536, tmpfs_size(f, "statfs"));
}

static void remount_bind(struct test *t)
{
	const char *id = "mounts.options.remount.bind", *top = host_dir(t, "source");
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", top, "bind");
	bundle_mount(b, "/m", "none", top, "bind,remount,ro");
	need(t, !file_write(t, format(t, "%s/marker", top), "of the host"), top);
	f = bundle_run(b, "create", "/m/new", "read", "/m/marker");
	check_string(t, id, "making a file", "EROFS", facts_errno(f, "create"));
	check_string(t, id, "file of the source", "of the host", facts_string(f, "read"));
	check_int(t, id, "errno of writing on the host", 0,
		  -file_write(t, format(t, "%s/later", top), "x"));
}

static void remount_nothing(struct test *t)
{
	const char *id = "mounts.options.remount.nothing-mounted";
	struct bundle *b = bundle_new(t);
	const struct result *refusal = NULL;
	const struct facts *f;

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "none", "none", "remount,ro");
	bundle_probe(b, "create", "/m/new", NULL);
	f = bundle_try(b, &refusal);
	if (f)
		check_string(t, id, "making a file", "EROFS", facts_errno(f, "create"));
	else
		check_error(t, id, refusal);
}

const struct test_entry mount_option_tests[] = {
	{
		.name = "mounts/option",
		.about = "what an option word does on a new file system",
		.requirements = REQS("mounts.options.ro"),
		.run = option,
		CASES(new_rows),
	},
	{
		.name = "mounts/bind-option",
		.about = "what an option word does on a bind mount",
		.requirements = REQS("mounts.options.bind-flags.ro"),
		.run = option,
		CASES(bind_rows),
	},
	{
		.name = "mounts/tree-option",
		.about = "what a recursive option word does on a tree of mounts",
		.requirements = REQS("mounts.options.rro"),
		.run = option,
		CASES(tree_rows),
	},
	{
		.name = "mounts/flag",
		.about = "an option word that only mountinfo shows",
		.requirements = REQS("mounts.options.sync"),
		.run = flag,
		CASES(flag_rows),
	},
	{
		.name = "mounts/data",
		.about = "other words are options of the file system",
		.requirements = REQS("mounts.options.unknown.as-data"),
		.run = data,
		CASES(data_rows),
	},
	{
		.name = "mounts/unknown-option",
		.about = "a word that nobody knows is refused",
		.requirements = REQS("mounts.options.unknown.rejected-by-kernel"),
		.run = unknown_option,
	},
	{
		.name = "mounts/copy-up",
		.about = "a tmpfs with tmpcopyup has what it covers",
		.requirements = REQS("mounts.options.tmpcopyup"),
		.run = copy_up,
	},
	{
		.name = "mounts/bind",
		.about = "bind mounts the source itself",
		.requirements = REQS("mounts.options.bind"),
		.run = bind_one,
	},
	{
		.name = "mounts/bind-levels",
		.about = "bind takes one mount, rbind those below it too",
		.requirements = REQS("mounts.options.rbind"),
		.run = bind_levels,
		CASES(level_rows),
	},
	{
		.name = "mounts/host-unchanged",
		.about = "options of a bind mount do not change the host's mount",
		.requirements = REQS("mounts.options.bind-flags.host-unchanged"),
		.run = host_unchanged,
	},
	{
		.name = "mounts/remount",
		.about = "remount changes what is mounted",
		.requirements = REQS("mounts.options.remount"),
		.run = remount,
	},
	{
		.name = "mounts/remount-bind",
		.about = "remount with bind changes the mount and not the file system",
		.requirements = REQS("mounts.options.remount.bind"),
		.run = remount_bind,
	},
	{
		.name = "mounts/remount-nothing",
		.about = "remount where nothing is mounted is refused or works",
		.requirements = REQS("mounts.options.remount.nothing-mounted"),
		.run = remount_nothing,
	},
	{ 0 },
};
