/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maskedPaths and readonlyPaths (config-linux.md): what cannot be read any more, what cannot be
 * written, what beside it still can, and that nothing of it reaches the host. The process has
 * CAP_DAC_OVERRIDE, so that permissions alone never look like a mask.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

#define KEPT   "kept" /* content that must stay readable */
#define HIDDEN "hidden" /* content that a mask must hide */
#define LIST   12
#define FIRST  100000 /* of the ids of a user namespace */

/* What there is in each root file system: names that are to be guarded, and those beside them. */
static void stock(struct test *t, struct bundle *b)
{
	static const char *const hidden[] = { "secret", "hid/f", "hid/g/h", "a/b/c.txt", "a/d/e",
					      "m0",	"m1",	 "m2",	    "m3",	 "m4",
					      "m5/f",	"m6/f",	 "m7/f",    "m8/f",	 "m9/f" };
	static const char *const kept[] = { "open",	   "a/b/other", "a/f",	"ro.txt", "rod/f",
					    "a/ro/deep/f", "r0",	"r1",	"r2/f",	  "r3/f",
					    "r4",	   "r5/f" };

	with_capabilities(b);
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		bundle_file(b, format(t, "rootfs/%s", hidden[i]), 0644, HIDDEN);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		bundle_file(b, format(t, "rootfs/%s", kept[i]), 0644, KEPT);
}

static void set_list(struct bundle *b, const char *property, const char *const *paths)
{
	json_t *list = json_array();

	for (; *paths; paths++)
		json_array_append_new(list, json_string(*paths));
	bundle_put(b, property, list);
}

/* The n-th answer of a sub-command, from 0. */
static const json_t *nth(struct test *t, const struct facts *f, const char *fact, size_t n)
{
	return facts_get(f, n ? format(t, "%s#%zu", fact, n + 1) : fact);
}

/* ------------------------------------------------------------------ masked paths */

/* Nothing came, or an error: the mask is what the runtime likes, what it hides is not. */
static void check_hidden(struct test *t, const char *id, const char *path, const json_t *answer)
{
	const char *text = json_string_value(answer);
	bool empty = (text && !*text) || (json_is_array(answer) && !json_array_size(answer));

	check_seen(t, id, empty || json_object_get(answer, "errno"),
		   format(t, "%s: nothing to read, or an error", path), "%s", life_json(t, answer));
}

struct mask_row {
	struct test_case c;
	const char *paths[LIST];
	const char *files[LIST], *directories[LIST]; /* to be hidden */
	const char *kept[4];
	bool readonly, user_namespace;
	bool taken; /* must not be refused */
};

#define MASKED(name, id) { name, "linux.maskedpaths." id, NULL }

static const struct mask_row mask_rows[] = {
	{ MASKED("file", "file"), { "/secret" }, { "/secret" }, { 0 }, .kept = { "/open" } },
	{ MASKED("directory", "directory"),
	  { "/hid" },
	  { "/hid/f", "/hid/g/h" },
	  { "/hid" },
	  .kept = { "/open" } },
	{ MASKED("subdirectory", "subdirectory"),
	  { "/a/b/c.txt", "/a/d" },
	  { "/a/b/c.txt", "/a/d/e" },
	  { "/a/d" },
	  .kept = { "/a/b/other", "/a/f" } },
	{ MASKED("several", "several"),
	  { "/m0", "/m5", "/m1", "/m6", "/m2", "/m7", "/m3", "/m8", "/m4", "/m9" },
	  { "/m0", "/m1", "/m2", "/m3", "/m4", "/m5/f", "/m6/f", "/m7/f", "/m8/f", "/m9/f" },
	  { "/m5", "/m6", "/m7", "/m8", "/m9" },
	  .kept = { "/open" } },
	{ MASKED("missing", "missing"),
	  { "/nonexistent/x", "/secret" },
	  { "/secret" },
	  { 0 },
	  .kept = { "/open" },
	  .taken = true },
	{ MASKED("readonly-rootfs", "readonly-rootfs"),
	  { "/secret", "/hid" },
	  { "/secret", "/hid/f" },
	  { "/hid" },
	  .kept = { "/open" },
	  .readonly = true,
	  .taken = true },
	{ MASKED("duplicate", "duplicate"),
	  { "/hid", "/hid", "/hid/f", "/hid/" },
	  { "/hid/f", "/hid/g/h" },
	  { "/hid" },
	  .kept = { "/open" },
	  .taken = true },
	{ MASKED("user-namespace", "user-namespace"),
	  { "/secret", "/hid", "/proc/version" },
	  { "/secret", "/hid/f", "/proc/version" },
	  { "/hid" },
	  .kept = { "/open" },
	  .user_namespace = true,
	  .taken = true },
	{ MASKED("proc", "proc"),
	  { "/proc/kcore", "/proc/keys", "/proc/version", "/proc/sys/fs", "/sys/kernel" },
	  { "/proc/kcore", "/proc/keys", "/proc/version", "/proc/sys/fs/file-max" },
	  { "/proc/sys/fs", "/sys/kernel" },
	  .kept = { "/open" } },
};

static void masked(struct test *t)
{
	const struct mask_row *row = test_row(t);
	const char *id = row->c.requirement;
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	size_t n = 0;

	stock(t, b);
	if (row->readonly)
		bundle_set(b, "root.readonly", "b", 1);
	if (row->user_namespace)
		with_user_namespace(t, b, FIRST);
	else
		bundle_mount(b, "/sys", "sysfs", "sysfs", "ro,nosuid,noexec,nodev");
	set_list(b, "linux.maskedPaths", row->paths);
	bundle_probe(b, "echo", "begin", NULL);
	for (const char *const *path = row->files; *path; path++)
		bundle_probe_add(b, "read", *path, NULL);
	for (const char *const *path = row->kept; *path; path++)
		bundle_probe_add(b, "read", *path, NULL);
	for (const char *const *path = row->directories; *path; path++)
		bundle_probe_add(b, "list", *path, NULL);
	bundle_probe_add(b, "list", "/", NULL);
	f = row->taken ? bundle_run(b) : bundle_supported(b, id);
	if (!f)
		return;
	for (const char *const *path = row->files; *path; path++)
		check_hidden(t, id, *path, nth(t, f, "read", n++));
	for (const char *const *path = row->kept; *path; path++)
		check_json(t, id, *path, json_string(KEPT), nth(t, f, "read", n++));
	n = 0;
	for (const char *const *path = row->directories; *path; path++)
		check_hidden(t, id, *path, nth(t, f, "list", n++));
	check_true(t, id, access(format(t, "%s/nonexistent", bundle_rootfs(b)), F_OK),
		   "nothing is made for a path that is not there", "/nonexistent is in the root");
}

/* A bind mount of the host: hidden inside, the same on the host. */
static void masked_on_mount(struct test *t)
{
	const char *id = "linux.maskedpaths.on-mounts", *data = host_dir(t, "data");
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	host_file(t, "data/secret", HIDDEN);
	host_file(t, "data/open", KEPT);
	bundle_dir(b, "rootfs/data", 0755);
	bundle_mount(b, "/data", "none", data, "bind");
	set_list(b, "linux.maskedPaths", WORDS("/data/secret"));
	bundle_probe(b, "read", "/data/secret", "read", "/data/open", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_hidden(t, id, "/data/secret", facts_get(f, "read"));
	check_json(t, id, "/data/open", json_string(KEPT), facts_get(f, "read#2"));
	check_string(t, id, "the file on the host", HIDDEN,
		     file_read(t, format(t, "%s/secret", data)));
}

/* What fills a FIFO comes out of it, unless it is masked; and /dev/zero by another name. */
static void masked_special(struct test *t)
{
	const char *id = "linux.maskedpaths.special-files";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	int fd;

	with_capabilities(b);
	bundle_node(b, "rootfs/zero", S_IFCHR | 0666, 1, 5);
	bundle_node(b, "rootfs/fifo", S_IFIFO | 0666, 0, 0);
	bundle_node(b, "rootfs/socket", S_IFSOCK | 0666, 0, 0);
	fd = open(format(t, "%s/fifo", bundle_rootfs(b)), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	need(t, fd >= 0 && write(fd, HIDDEN, strlen(HIDDEN)) == (ssize_t)strlen(HIDDEN), "the FIFO");
	set_list(b, "linux.maskedPaths", WORDS("/zero", "/fifo", "/socket"));
	bundle_probe(b, "read", "/zero", "read", "/fifo", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_hidden(t, id, "/zero", facts_get(f, "read"));
	check_hidden(t, id, "/fifo", facts_get(f, "read#2"));
}

/* Links inside, and one that means a file of the host which is not in the root. */
static void masked_symlink(struct test *t)
{
	const char *id = "linux.maskedpaths.symlink";
	const char *victim = host_file(t, "victim", HIDDEN);
	struct bundle *b = bundle_new(t), *out = bundle_new(t);
	const struct facts *f;
	struct container *c;

	stock(t, b);
	bundle_symlink(b, "rootfs/lnk", "/secret");
	set_list(b, "linux.maskedPaths", WORDS("/lnk"));
	bundle_probe(b, "read", "/lnk", "read", "/open", NULL);
	f = bundle_supported(b, id);
	if (f) {
		check_hidden(t, id, "/lnk", facts_get(f, "read"));
		check_json(t, id, "/open", json_string(KEPT), facts_get(f, "read#2"));
	}
	bundle_symlink(out, "rootfs/lnk", victim);
	set_list(out, "linux.maskedPaths", WORDS("/lnk"));
	bundle_probe(out, "wait", NULL);
	c = container_new(out);
	if (may_create(t, id, c)) {
		must_start(c);
		must_answer(c);
	}
	check_string(t, id, "the file of the host that the link names", HIDDEN,
		     file_read(t, victim));
}

/*
 * Whatever stands where /dev/null should: it is no mask. A container that does not come up shows
 * nobody anything; whether it should have is for the tests of the default devices.
 */
static void masked_by_null(struct test *t)
{
	const char *id = "linux.maskedpaths.dev-null-replaced";

	for (int link = 0; link < 2; link++) {
		struct bundle *b = bundle_new(t);
		const struct facts *f = NULL;
		struct container *c;

		stock(t, b);
		bundle_dir(b, "rootfs/dev", 0755);
		if (link)
			bundle_symlink(b, "rootfs/dev/null", "/open");
		else
			bundle_file(b, "rootfs/dev/null", 0666, KEPT);
		set_list(b, "linux.maskedPaths", WORDS("/secret"));
		bundle_probe(b, "read", "/secret", NULL);
		c = container_new(b);
		if (!may_create(t, id, c))
			continue;
		if (result_ok(op_start(c)))
			f = container_answer(c);
		if (f)
			check_hidden(t, id, "/secret", facts_get(f, "read"));
		else
			check_disabled(t, id, "the container's program does not run");
	}
}

static const char *looks(struct test *t, const char *path)
{
	struct stat st;

	need(t, !stat(path, &st), path);
	return format(t, "mode %o, owner %u:%u, inode %llu, \"%s\"", st.st_mode, st.st_uid, st.st_gid,
		      (unsigned long long)st.st_ino, file_read(t, path));
}

static void masked_host(struct test *t)
{
	const char *id = "linux.maskedpaths.host-untouched", *before, *path;
	struct bundle *b = bundle_new(t);
	struct container *c;

	stock(t, b);
	path = format(t, "%s/secret", bundle_rootfs(b));
	before = looks(t, path);
	set_list(b, "linux.maskedPaths", WORDS("/secret", "/hid"));
	bundle_probe(b, "wait", NULL);
	c = container_new(b);
	if (!may_create(t, id, c))
		return;
	must_start(c);
	must_answer(c);
	check_string(t, id, "the file while the container runs", before, looks(t, path));
	container_close_input(c);
	container_wait(c);
	must_delete(c);
	check_string(t, id, "the file after delete", before, looks(t, path));
	check_string(t, id, "a file in the directory", HIDDEN,
		     file_read(t, format(t, "%s/hid/f", bundle_rootfs(b))));
}

/* The same path on the host and in the root. */
static void masked_inside(struct test *t)
{
	const char *id = "linux.maskedpaths.container-root", *path = host_file(t, "mark", KEPT);
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct facts *f;

	with_capabilities(b);
	bundle_file(b, format(t, "rootfs%s", path), 0644, HIDDEN);
	set_list(b, "linux.maskedPaths", WORDS(path));
	bundle_probe(b, "read", path, "wait", NULL);
	c = container_new(b);
	if (!may_create(t, id, c))
		return;
	must_start(c);
	f = must_answer(c);
	check_hidden(t, id, path, facts_get(f, "read"));
	check_string(t, id, "the file of the host", KEPT, file_read(t, path));
}

/* ------------------------------------------------------------------ read-only paths */

struct readonly_row {
	struct test_case c;
	const char *paths[LIST];
	const char *files[LIST], *directories[LIST]; /* that nothing can be written to */
	const char *writable[4]; /* directories beside them */
	bool readonly, user_namespace;
	bool taken; /* must not be refused */
};

#define READONLY(name, id) { name, "linux.readonlypaths." id, NULL }

static const struct readonly_row readonly_rows[] = {
	{ READONLY("file", "file"), { "/ro.txt" }, { "/ro.txt" }, { 0 }, .writable = { "/a" } },
	{ READONLY("directory", "directory"),
	  { "/rod" },
	  { "/rod/f" },
	  { "/rod" },
	  .writable = { "/a" } },
	{ READONLY("nested", "nested"),
	  { "/a/ro" },
	  { "/a/ro/deep/f" },
	  { "/a/ro", "/a/ro/deep" },
	  .writable = { "/a", "/a/b" } },
	{ READONLY("several", "several"),
	  { "/r0", "/r2", "/r1", "/r3", "/r4", "/r5" },
	  { "/r0", "/r1", "/r2/f", "/r3/f", "/r4", "/r5/f" },
	  { "/r2", "/r3", "/r5" },
	  .writable = { "/a" } },
	{ READONLY("missing", "missing"),
	  { "/nonexistent", "/rod" },
	  { "/rod/f" },
	  { "/rod" },
	  .writable = { "/a" },
	  .taken = true },
	{ READONLY("user-namespace", "user-namespace"),
	  { "/proc/sys", "/rod" },
	  { "/rod/f" },
	  { "/rod" },
	  .writable = { "/a" },
	  .user_namespace = true,
	  .taken = true },
	{ READONLY("readonly-rootfs", "readonly-rootfs"),
	  { "/rod", "/data/ro" },
	  { "/rod/f", "/data/ro/f" },
	  { "/rod", "/data/ro" },
	  .writable = { "/data" },
	  .readonly = true,
	  .taken = true },
	{ READONLY("on-mounts", "on-mounts"),
	  { "/data/ro" },
	  { "/data/ro/f" },
	  { "/data/ro" },
	  .writable = { "/data", "/a" } },
};

static void add_attempts(struct test *t, struct bundle *b, const struct readonly_row *row)
{
	bundle_probe(b, "echo", "begin", NULL);
	for (const char *const *path = row->files; *path; path++)
		bundle_probe_add(b, "append", *path, "x", "write", *path, "x", "chmod", *path, "600",
				 "read", *path, NULL);
	for (const char *const *path = row->directories; *path; path++)
		bundle_probe_add(b, "create", format(t, "%s/new", *path), "mkdir",
				 format(t, "%s/newdir", *path), NULL);
	for (const char *const *path = row->writable; *path; path++)
		bundle_probe_add(b, "create", format(t, "%s/new", *path), NULL);
}

static void check_attempts(struct test *t, const struct facts *f, const struct readonly_row *row)
{
	static const char *const tries[] = { "append", "write", "chmod" };
	const char *id = row->c.requirement;
	size_t n = 0, made = 0;

	for (const char *const *path = row->files; *path; path++, n++) {
		for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
			check_json(t, id, format(t, "%s of %s", tries[i], *path),
				   json_pack("{s:s}", "errno", "EROFS"), nth(t, f, tries[i], n));
		check_json(t, id, format(t, "content of %s", *path), json_string(KEPT),
			   nth(t, f, "read", n));
	}
	for (const char *const *path = row->directories; *path; path++, made++) {
		check_json(t, id, format(t, "making a file in %s", *path),
			   json_pack("{s:s}", "errno", "EROFS"), nth(t, f, "create", made));
		check_json(t, id, format(t, "making a directory in %s", *path),
			   json_pack("{s:s}", "errno", "EROFS"), nth(t, f, "mkdir", made));
	}
	for (const char *const *path = row->writable; *path; path++, made++)
		check_json(t, id, format(t, "making a file in %s", *path), json_pack("{s:b}", "ok", 1),
			   nth(t, f, "create", made));
}

static void readonly(struct test *t)
{
	const struct readonly_row *row = test_row(t);
	const char *id = row->c.requirement, *data = host_dir(t, "data");
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	stock(t, b);
	host_dir(t, "data/ro");
	host_file(t, "data/ro/f", KEPT);
	bundle_dir(b, "rootfs/data", 0755);
	if (row->readonly)
		bundle_set(b, "root.readonly", "b", 1);
	if (row->user_namespace)
		with_user_namespace(t, b, FIRST);
	else
		bundle_mount(b, "/data", "none", data, "bind");
	set_list(b, "linux.readonlyPaths", row->paths);
	add_attempts(t, b, row);
	f = row->taken ? bundle_run(b) : bundle_supported(b, id);
	if (!f)
		return;
	check_attempts(t, f, row);
	check_true(t, id, access(format(t, "%s/nonexistent", bundle_rootfs(b)), F_OK),
		   "nothing is made for a path that is not there", "/nonexistent is in the root");
	check_int(t, id, "the host writes to its own file", 0,
		  file_write(t, format(t, "%s/ro/f", data), "host"));
}

/* Opened for writing only; nothing is written to sysrq-trigger. */
static void readonly_proc(struct test *t)
{
	static const char *const paths[] = { "/proc/sys/kernel/domainname", "/proc/sysrq-trigger" };
	const char *id = "linux.readonlypaths.proc-sys";
	size_t n = ARRAY_SIZE(paths) - (access(paths[1], F_OK) != 0); /* not in every kernel */
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	set_list(b, "linux.readonlyPaths", WORDS("/proc/sys", "/proc/sysrq-trigger"));
	bundle_probe(b, "open", paths[0], "w", "open", paths[1], "w", "read",
		     "/proc/sys/kernel/ostype", NULL);
	f = bundle_supported(b, id);
	for (size_t i = 0; f && i < n; i++)
		check_json(t, id, format(t, "opening %s for writing", paths[i]),
			   json_pack("{s:s}", "errno", "EROFS"), nth(t, f, "open", i));
	if (f)
		check_json(t, id, "content of /proc/sys/kernel/ostype", json_string("Linux\n"),
			   facts_get(f, "read"));
}

static void readonly_submount(struct test *t)
{
	const char *id = "linux.readonlypaths.submounts-visible", *data = host_dir(t, "data");
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	stock(t, b);
	host_file(t, "data/marker", KEPT);
	bundle_dir(b, "rootfs/rod/sub", 0755);
	bundle_mount(b, "/rod/sub", "none", data, "bind");
	set_list(b, "linux.readonlyPaths", WORDS("/rod"));
	bundle_probe(b, "create", "/rod/new", "read", "/rod/sub/marker", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_json(t, id, "a file of the mount below", json_string(KEPT), facts_get(f, "read"));
	check_string(t, id, "making a file in /rod", "EROFS", facts_errno(f, "create"));
}

static void readonly_flags(struct test *t)
{
	const char *id = "linux.readonlypaths.mount-flags", *data = host_dir(t, "data"), *options;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	with_capabilities(b);
	host_dir(t, "data/ro");
	bundle_dir(b, "rootfs/t", 0755);
	bundle_mount(b, "/t", "none", data, "bind,nosuid,nodev,noexec");
	set_list(b, "linux.readonlyPaths", WORDS("/t/ro"));
	bundle_probe(b, "mounts", "create", "/t/ro/new", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	options = json_string_value(json_object_get(facts_mount(f, "/t/ro"), "options"));
	for (const char *const *flag = WORDS("ro", "nosuid", "nodev", "noexec"); *flag; flag++)
		check_seen(t, id,
			   options && strstr(format(t, ",%s,", options), format(t, ",%s,", *flag)),
			   format(t, "mount options of /t/ro with %s", *flag), "%s",
			   options ? options : "no mount");
	check_string(t, id, "making a file in /t/ro", "EROFS", facts_errno(f, "create"));
}

static void readonly_masked(struct test *t)
{
	const char *id = "linux.readonlypaths.also-masked";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	stock(t, b);
	set_list(b, "linux.readonlyPaths", WORDS("/secret", "/hid"));
	set_list(b, "linux.maskedPaths", WORDS("/secret", "/hid"));
	bundle_probe(b, "read", "/secret", "list", "/hid", "append", "/secret", "x", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_hidden(t, id, "/secret", facts_get(f, "read"));
	check_hidden(t, id, "/hid", facts_get(f, "list"));
	check_string(t, id, "the real file", HIDDEN,
		     file_read(t, format(t, "%s/secret", bundle_rootfs(b))));
}

static void readonly_symlink(struct test *t)
{
	const char *id = "linux.readonlypaths.symlink", *victim = host_dir(t, "victim");
	struct bundle *b = bundle_new(t), *out = bundle_new(t);
	const struct facts *f;
	struct container *c;

	stock(t, b);
	bundle_symlink(b, "rootfs/lnk", "/rod");
	set_list(b, "linux.readonlyPaths", WORDS("/lnk"));
	bundle_probe(b, "create", "/lnk/new", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_string(t, id, "making a file by way of the link", "EROFS",
			     facts_errno(f, "create"));
	bundle_symlink(out, "rootfs/lnk", victim);
	set_list(out, "linux.readonlyPaths", WORDS("/lnk"));
	bundle_probe(out, "wait", NULL);
	c = container_new(out);
	if (may_create(t, id, c)) {
		must_start(c);
		must_answer(c);
	}
	check_int(t, id, "the host writes in its directory that the link names", 0,
		  file_write(t, format(t, "%s/new", victim), ""));
}

/* ------------------------------------------------------------------ relative paths */

struct relative_row {
	struct test_case c;
	const char *property, *path;
};

static const struct relative_row relative_rows[] = {
	{ MASKED("masked", "absolute"), "linux.maskedPaths", "secret" },
	{ MASKED("masked-dot", "absolute"), "linux.maskedPaths", "./secret" },
	{ MASKED("masked-empty", "absolute"), "linux.maskedPaths", "" },
	{ READONLY("readonly", "absolute"), "linux.readonlyPaths", "rod" },
	{ READONLY("readonly-dot", "absolute"), "linux.readonlyPaths", "./rod" },
	{ READONLY("readonly-empty", "absolute"), "linux.readonlyPaths", "" },
};

static void relative(struct test *t)
{
	const struct relative_row *row = test_row(t);
	bool mask = !strcmp(row->property, "linux.maskedPaths");
	struct bundle *bad = bundle_new(t), *good = bundle_new(t);

	stock(t, bad);
	stock(t, good);
	set_list(bad, row->property, WORDS(row->path));
	set_list(good, row->property, WORDS(mask ? "/secret" : "/rod"));
	check_refused(t, row->c.requirement, bad, good);
}

const struct test_entry path_guard_tests[] = {
	{
		.name = "masked-paths/hidden",
		.about = "masked paths cannot be read, their neighbours can",
		.requirements = REQS("linux.maskedpaths.file"),
		.run = masked,
		CASES(mask_rows),
	},
	{
		.name = "masked-paths/on-mount",
		.about = "a path in a bind mount is masked in the container alone",
		.requirements = REQS("linux.maskedpaths.on-mounts"),
		.run = masked_on_mount,
	},
	{
		.name = "masked-paths/special",
		.about = "devices, FIFOs and sockets can be masked",
		.requirements = REQS("linux.maskedpaths.special-files"),
		.run = masked_special,
	},
	{
		.name = "masked-paths/symlink",
		.about = "a masked symlink hides its target, and nothing of the host",
		.requirements = REQS("linux.maskedpaths.symlink"),
		.run = masked_symlink,
	},
	{
		.name = "masked-paths/dev-null-replaced",
		.about = "a mask is not what the root file system has as /dev/null",
		.requirements = REQS("linux.maskedpaths.dev-null-replaced"),
		.run = masked_by_null,
	},
	{
		.name = "masked-paths/host-untouched",
		.about = "masked files are on the host what they were",
		.requirements = REQS("linux.maskedpaths.host-untouched"),
		.run = masked_host,
	},
	{
		.name = "masked-paths/container-root",
		.about = "masked paths are those of the container, not of the host",
		.requirements = REQS("linux.maskedpaths.container-root"),
		.run = masked_inside,
	},
	{
		.name = "readonly-paths/guarded",
		.about = "read-only paths cannot be written, their neighbours can",
		.requirements = REQS("linux.readonlypaths.file"),
		.run = readonly,
		CASES(readonly_rows),
	},
	{
		.name = "readonly-paths/proc",
		.about = "paths of procfs can be read-only",
		.requirements = REQS("linux.readonlypaths.proc-sys"),
		.run = readonly_proc,
	},
	{
		.name = "readonly-paths/mount-below",
		.about = "a mount below a read-only path is still there",
		.requirements = REQS("linux.readonlypaths.submounts-visible"),
		.run = readonly_submount,
	},
	{
		.name = "readonly-paths/mount-flags",
		.about = "a read-only path keeps the flags of its mount",
		.requirements = REQS("linux.readonlypaths.mount-flags"),
		.run = readonly_flags,
	},
	{
		.name = "readonly-paths/also-masked",
		.about = "what is read-only and masked is masked",
		.requirements = REQS("linux.readonlypaths.also-masked"),
		.run = readonly_masked,
	},
	{
		.name = "readonly-paths/symlink",
		.about = "a read-only symlink guards its target, and nothing of the host",
		.requirements = REQS("linux.readonlypaths.symlink"),
		.run = readonly_symlink,
	},
	{
		.name = "path-guards/absolute",
		.about = "a relative path is refused",
		.requirements = REQS("linux.maskedpaths.absolute"),
		.run = relative,
		CASES(relative_rows),
	},
	{ 0 },
};
