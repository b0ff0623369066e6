/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container has unasked (config-linux.md#default-filesystems, #default-devices,
 * runtime-linux.md#dev-symbolic-links) and the devices that linux.devices lists.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"

/* ------------------------------------------------------------------ default file systems */

struct fs_row {
	struct test_case c;
	const char *path;
	long long magic;
};

static const struct fs_row fs_rows[] = {
	{ { "proc", "linux.default-filesystems.proc", NULL }, "/proc", 0x9fa0 },
	{ { "sys", "linux.default-filesystems.sys", NULL }, "/sys", 0x62656572 },
	{ { "devpts", "linux.default-filesystems.devpts", NULL }, "/dev/pts", 0x1cd1 },
	{ { "devshm", "linux.default-filesystems.devshm", NULL }, "/dev/shm", 0x01021994 },
};

static void default_fs(struct test *t)
{
	const struct fs_row *row = test_row(t);
	struct bundle *b = bundle_new(t);

	bundle_set(b, "mounts", "[]");
	check_int(t, row->c.requirement, format(t, "type of the file system at %s", row->path),
		  row->magic, facts_int(bundle_run(b, "statfs", row->path), "statfs.type"));
}

/* ------------------------------------------------------------------ default devices */

struct device_row {
	struct test_case c;
	const char *path;
	int major, minor;
	bool zeros, random; /* what reading gives: zeros, or never the same twice; else its end */
	const char *full; /* the errno of writing; NULL: 4096 bytes are taken */
};

static const struct device_row device_rows[] = {
	{ { "null", "linux.default-devices.null", NULL }, "/dev/null", 1, 3, false, false, NULL },
	{ { "zero", "linux.default-devices.zero", NULL }, "/dev/zero", 1, 5, true, false, NULL },
	{ { "full", "linux.default-devices.full", NULL }, "/dev/full", 1, 7, true, false, "ENOSPC" },
	{ { "random", "linux.default-devices.random", NULL }, "/dev/random", 1, 8, false, true, NULL },
	{ { "urandom", "linux.default-devices.urandom", NULL }, "/dev/urandom", 1, 9, false, true,
	  NULL },
};

/* Numbers, and that it does what a device of these numbers does. */
static void check_device(struct test *t, const char *id, const struct facts *f, const char *fact,
			 const struct device_row *d)
{
	const json_t *value = facts_get(f, fact);
	bool zeros = json_is_true(json_object_get(value, "zeros"));
	bool same = json_is_true(json_object_get(value, "same"));

	check_json(t, id, format(t, "%s: type, major, minor", d->path),
		   json_pack("[s i i]", "char", d->major, d->minor),
		   json_pack("[s? I I]", facts_string(f, format(t, "%s.type", fact)),
			     (json_int_t)facts_int(f, format(t, "%s.major", fact)),
			     (json_int_t)facts_int(f, format(t, "%s.minor", fact))));
	check_json(t, id, format(t, "%s: opened for reading, for both", d->path),
		   json_pack("[s s]", "", ""),
		   json_pack("[s? s?]", facts_string(f, format(t, "%s.open", fact)),
			     facts_string(f, format(t, "%s.open-rw", fact))));
	check_int(t, id, format(t, "%s: bytes that reading gives", d->path),
		  d->zeros || d->random ? 16 : 0, facts_int(f, format(t, "%s.read", fact)));
	check_seen(t, id, zeros == d->zeros && (!d->random || !same),
		   format(t, "%s: what reading gives", d->path), "%s, %s", zeros ? "zeros" : "no zeros",
		   same ? "the same twice" : "different each time");
	if (d->full)
		check_string(t, id, format(t, "%s: writing", d->path), d->full,
			     facts_string(f, format(t, "%s.write", fact)));
	else
		check_int(t, id, format(t, "%s: bytes that writing takes", d->path), 4096,
			  facts_int(f, format(t, "%s.write", fact)));
}

static void default_device(struct test *t)
{
	const struct device_row *row = test_row(t);

	check_device(t, row->c.requirement, bundle_run(bundle_new(t), "device", row->path), "device",
		     row);
}

static void check_node(struct test *t, const char *id, const struct facts *f, const char *fact,
		       const char *path, const char *type, int major, int minor)
{
	json_t *seen = json_pack("[s? I I]", facts_string(f, format(t, "%s.type", fact)),
				 (json_int_t)facts_int(f, format(t, "%s.major", fact)),
				 (json_int_t)facts_int(f, format(t, "%s.minor", fact)));

	check_json(t, id, format(t, "%s: type, major, minor", path),
		   json_pack("[s i i]", type, major, minor), seen);
}

static void tty(struct test *t)
{
	check_node(t, "linux.default-devices.tty", bundle_run(bundle_new(t), "stat", "/dev/tty"), "stat",
		   "/dev/tty", "char", 5, 0);
}

/* All of them, with what the probe is asked for them. */
static void ask_for_all(struct bundle *b)
{
	bundle_probe(b, "stat", "/dev/null", "stat", "/dev/zero", "stat", "/dev/full", "stat",
		     "/dev/random", "stat", "/dev/urandom", "stat", "/dev/tty", "lstat", "/dev/ptmx",
		     NULL);
}

static void check_all(struct test *t, const char *id, const struct facts *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(device_rows); i++)
		check_node(t, id, f, i ? format(t, "stat#%zu", i + 1) : "stat", device_rows[i].path,
			   "char", device_rows[i].major, device_rows[i].minor);
	check_node(t, id, f, "stat#6", "/dev/tty", "char", 5, 0);
	check_string(t, id, "lstat of /dev/ptmx", "", facts_errno(f, "lstat"));
}

static void besides_configured(struct test *t)
{
	const char *id = "linux.default-devices.besides-configured";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i}]", "path", "/dev/oct-zero", "type", "c",
		   "major", 1, "minor", 5);
	ask_for_all(b);
	bundle_probe_add(b, "stat", "/dev/oct-zero", NULL);
	f = bundle_run(b);
	check_all(t, id, f);
	check_node(t, id, f, "stat#7", "/dev/oct-zero", "char", 1, 5);
}

static void also_listed(struct test *t)
{
	const char *id = "linux.default-devices.also-listed";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i s:i}{s:s s:s s:i s:i s:i}]", "path",
		   "/dev/null", "type", "c", "major", 1, "minor", 3, "fileMode", 0666, "path",
		   "/dev/tty", "type", "c", "major", 5, "minor", 0, "fileMode", 0666);
	bundle_probe(b, "device", "/dev/null", "stat", "/dev/tty", NULL);
	f = bundle_run(b);
	check_device(t, id, f, "device", &device_rows[0]);
	check_node(t, id, f, "stat", "/dev/tty", "char", 5, 0);
}

static void bare_root(struct test *t)
{
	struct bundle *b = bundle_new(t);

	ask_for_all(b);
	check_all(t, "linux.default-devices.bare-rootfs", bundle_run(b));
}

/* A container of this bundle, if it may be, has each default device, and each works. */
static void check_each_if_supported(struct test *t, const char *id, struct bundle *b)
{
	const struct facts *f;

	bundle_probe(b, "echo", "begin", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(device_rows); i++)
		bundle_probe_add(b, "device", device_rows[i].path, NULL);
	f = bundle_supported(b, id);
	for (size_t i = 0; f && i < ARRAY_SIZE(device_rows); i++)
		check_device(t, id, f, i ? format(t, "device#%zu", i + 1) : "device",
			     &device_rows[i]);
}

static void in_user_namespace(struct test *t)
{
	struct bundle *b = bundle_new(t);

	with_user_namespace(t, b, 100000);
	check_each_if_supported(t, "linux.default-devices.user-namespace", b);
}

static void unprivileged(struct test *t)
{
	const char *id = "linux.default-devices.unprivileged-use";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_probe(b, "open", "/dev/null", "rw", "open", "/dev/zero", "rw", "open", "/dev/full", "rw",
		     "open", "/dev/random", "r", "open", "/dev/urandom", "r", NULL);
	f = bundle_run(b);
	for (size_t i = 0; i < ARRAY_SIZE(device_rows); i++)
		check_string(t, id, format(t, "open of %s", device_rows[i].path), "",
			     facts_errno(f, i ? format(t, "open#%zu", i + 1) : "open"));
}

/* The rule that the example of the text begins with. */
static void deny_all(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "linux.resources.devices", "[{s:b s:s}]", "allow", 0, "access", "rwm");
	check_each_if_supported(t, "linux.default-devices.deny-all-rule", b);
}

/* With a devpts of its own: the one it leads to, and no other. */
static void ptmx(struct test *t)
{
	const char *id = "linux.default-devices.ptmx.form";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	bool link, same;

	/* The host has number 0: a pty of that number and in that place is not the container's. */
	need(t, posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) >= 0, "a pty of the host");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/dev/pts", "devpts", "devpts", "newinstance,ptmxmode=0666,mode=0620");
	bundle_probe(b, "lstat", "/dev/ptmx", "stat", "/dev/ptmx", "stat", "/dev/pts/ptmx", "pty",
		     "/dev/ptmx", NULL);
	f = bundle_run(b);
	same = facts_int(f, "stat.ino") == facts_int(f, "stat#2.ino") &&
	       facts_int(f, "stat.dev") == facts_int(f, "stat#2.dev");
	link = facts_string(f, "lstat.type") && !strcmp(facts_string(f, "lstat.type"), "link");
	check_seen(t, id, facts_int(f, "stat.ino") != LLONG_MIN && same,
		   "/dev/ptmx is /dev/pts/ptmx, by a link or a bind mount",
		   "%s, inode %lld of device %lld and %lld of device %lld",
		   link ? "a link" : "no link", facts_int(f, "stat.ino"), facts_int(f, "stat.dev"),
		   facts_int(f, "stat#2.ino"), facts_int(f, "stat#2.dev"));
	check_json(t, id, "a pty opened at /dev/ptmx, in the container's /dev/pts",
		   json_pack("{s:i s:b}", "number", 0, "there", 1), facts_get(f, "pty"));
}

/* ------------------------------------------------------------------ links in /dev */

static const struct {
	const char *name, *requirement, *target;
} links[] = {
	{ "/dev/fd", "linux.dev-symlinks.fd", "/proc/self/fd" },
	{ "/dev/stdin", "linux.dev-symlinks.stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "linux.dev-symlinks.stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "linux.dev-symlinks.stderr", "/proc/self/fd/2" },
};

/* `id` NULL: each decides its own. */
static void check_links(struct test *t, const char *id, const struct facts *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		check_string(t, id ? id : links[i].requirement, format(t, "link %s", links[i].name),
			     links[i].target,
			     facts_string(f, i ? format(t, "lstat#%zu.target", i + 1)
					       : "lstat.target"));
}

static void ask_for_links(struct bundle *b)
{
	bundle_probe(b, "lstat", "/dev/fd", "lstat", "/dev/stdin", "lstat", "/dev/stdout", "lstat",
		     "/dev/stderr", NULL);
}

static void dev_links(struct test *t)
{
	struct bundle *b = bundle_new(t);

	ask_for_links(b);
	check_links(t, NULL, bundle_run(b));
}

/* The second container finds what the first has left in the root file system. */
static void links_again(struct test *t)
{
	struct bundle *b = bundle_new(t);

	ask_for_links(b);
	bundle_run(b);
	check_links(t, NULL, bundle_run(b));
}

static void links_after_mounts(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "mounts", "[]");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/dev/pts", "devpts", "devpts", NULL);
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", NULL);
	bundle_mount(b, "/proc", "proc", "proc", NULL);
	ask_for_links(b);
	check_links(t, "linux.dev-symlinks.after-mounts", bundle_run(b));
}

/* Through the process that waits; where that shows another root, a hook looks in its stead. */
static void links_at_create(struct test *t)
{
	const char *id = "linux.dev-symlinks.at-create";
	struct bundle *b = bundle_new(t);
	const struct record *hook;
	struct container *c;
	const char *root;

	bundle_file(b, "rootfs/marker", 0644, "this root");
	bundle_hook(b, "startContainer", "before-start", "lstat", "/dev/fd", "lstat", "/dev/stdin",
		    "lstat", "/dev/stdout", "lstat", "/dev/stderr", NULL);
	c = container_new(b);
	must_create(c);
	root = format(t, "/proc/%d/root", (int)container_pid(c));
	if (file_read(t, format(t, "%s/marker", root))) {
		for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
			char target[256] = "";
			ssize_t n = readlink(format(t, "%s%s", root, links[i].name), target,
					     sizeof(target) - 1);

			check_string(t, id, format(t, "link %s before start", links[i].name),
				     links[i].target, n < 0 ? NULL : target);
		}
		return;
	}
	must_start(c);
	hook = log_find(b, "before-start", 0);
	if (hook)
		check_links(t, id, hook->facts);
	else
		check_fail(t, id, "a startContainer hook runs, and tells of the links", "none ran");
}

static void links_without_proc(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "mounts", "[]");
	bundle_run(b, "ids");
	check_pass(t, "linux.dev-symlinks.source-absent");
}

/* ------------------------------------------------------------------ devices that are listed */

/* One device listed, and the probe looks at it. */
static struct bundle *with_device(struct test *t, const char *path, const char *type, int major,
				  int minor)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i}]", "path", path, "type", type, "major",
		   major, "minor", minor);
	bundle_probe(b, "stat", path, NULL);
	return b;
}

static void available(struct test *t)
{
	const char *id = "linux.devices.available";
	struct bundle *b = with_device(t, "/dev/oct-full", "c", 1, 7);
	const struct facts *f;

	bundle_set(b, "linux.devices.+", "{s:s s:s s:i s:i}", "path", "/dev/oct-zero", "type", "c",
		   "major", 1, "minor", 5);
	bundle_probe(b, "device", "/dev/oct-full", "device", "/dev/oct-zero", NULL);
	f = bundle_run(b);
	check_device(t, id, f, "device", &device_rows[2]);
	check_device(t, id, f, "device#2", &device_rows[1]);
}

struct node_row {
	struct test_case c;
	const char *path, *type;
	int major, minor;
	const char *seen;
	int like; /* behaves like this one of device_rows; NO_DRIVER: is only looked at */
	bool must;
};

#define NO_DRIVER (-1)

static const struct node_row node_rows[] = {
	{ { "type-c", "linux.devices.type.c", NULL }, "/dev/oct-c", "c", 1, 5, "char", 1, false },
	{ { "type-u", "linux.devices.type.u", NULL }, "/dev/oct-u", "u", 1, 3, "char", 0, false },
	{ { "numbers", "linux.devices.major-minor", NULL }, "/dev/oct-n", "c", 1, 7, "char", 2, false },
	{ { "other-numbers", "linux.devices.major-minor", NULL }, "/dev/oct-n", "c", 1, 5, "char", 1,
	  false },
	{ { "large-numbers", "linux.devices.major-minor.large", NULL }, "/dev/oct-l", "c", 4000,
	  1048000, "char", NO_DRIVER, false },
	{ { "outside-dev", "linux.devices.path.outside-dev", NULL }, "/opt/oct/zero", "c", 1, 5, "char",
	  1, true },
	{ { "missing-parents", "linux.devices.path.missing-parents", NULL }, "/dev/oct/deep/zero", "c",
	  1, 5, "char", 1, true },
	{ { "missing-parents-outside-dev", "linux.devices.path.missing-parents", NULL },
	  "/new/deep/zero", "c", 1, 5, "char", 1, true },
};

static void node(struct test *t)
{
	const struct node_row *row = test_row(t);
	struct bundle *b = with_device(t, row->path, row->type, row->major, row->minor);
	const struct facts *f;

	bundle_dir(b, "rootfs/opt/oct", 0755);
	if (row->like != NO_DRIVER)
		bundle_probe_add(b, "device", row->path, NULL);
	f = row->must ? bundle_run(b) : bundle_supported(b, row->c.requirement);
	if (!f)
		return;
	check_node(t, row->c.requirement, f, "stat", row->path, row->seen, row->major, row->minor);
	if (row->like != NO_DRIVER)
		check_device(t, row->c.requirement, f, "device", &device_rows[row->like]);
}

/* A FIFO, with and without the numbers it does not need. */
static void fifo(struct test *t)
{
	struct bundle *b = bundle_new(t), *bare;
	const struct facts *f;

	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i s:i}]", "path", "/dev/oct-p", "type", "p",
		   "major", 0, "minor", 0, "fileMode", 0666);
	bundle_probe(b, "stat", "/dev/oct-p", "through", "/dev/oct-p", NULL);
	bare = bundle_copy(b);
	bundle_remove(bare, "linux.devices.0.major");
	bundle_remove(bare, "linux.devices.0.minor");
	f = bundle_supported(b, "linux.devices.type.p");
	if (!f) {
		check_disabled(t, "linux.devices.type.p.no-numbers", "type p is refused at all");
		return;
	}
	check_string(t, "linux.devices.type.p", "type of the file", "fifo",
		     facts_string(f, "stat.type"));
	check_string(t, "linux.devices.type.p", "what went through it", "!",
		     facts_string(f, "through"));
	f = bundle_run(bare);
	check_string(t, "linux.devices.type.p.no-numbers", "type of the file", "fifo",
		     facts_string(f, "stat.type"));
}

struct refused_row {
	struct test_case c;
	const char *member, *value; /* of the entry; NULL value: absent */
};

static const struct refused_row refused_rows[] = {
	{ { "no-type", "linux.devices.type.required", NULL }, "type", NULL },
	{ { "unknown-type", "linux.devices.type.invalid", NULL }, "type", "x" },
	{ { "no-path", "linux.devices.path.required", NULL }, "path", NULL },
};

static void refused(struct test *t)
{
	const struct refused_row *row = test_row(t);
	struct bundle *good = with_device(t, "/dev/oct", "c", 1, 5), *bad = bundle_copy(good);
	const char *path = format(t, "linux.devices.0.%s", row->member);

	if (row->value)
		bundle_set(bad, path, "s", row->value);
	else
		bundle_remove(bad, path);
	check_refused_by_create(t, row->c.requirement, bad, good);
}

struct conflict_row {
	struct test_case c;
	mode_t there; /* type of the file that is there */
	int major, minor;
};

static const struct conflict_row conflict_rows[] = {
	{ { "regular-file", "linux.devices.path.conflict.regular-file", NULL }, S_IFREG, 0, 0 },
	{ { "directory", "linux.devices.path.conflict.directory", NULL }, S_IFDIR, 0, 0 },
	{ { "numbers", "linux.devices.path.conflict.numbers", NULL }, S_IFCHR, 1, 5 },
	{ { "fifo", "linux.devices.path.conflict.type", NULL }, S_IFIFO, 0, 0 },
	{ { "block", "linux.devices.path.conflict.type", NULL }, S_IFBLK, 1, 7 },
};

/*
 * The directory for what is there already. Not /dev, where a runtime may mount something of its own
 * that covers it, unless the runtime takes no device elsewhere, which linux.devices.path.outside-dev
 * tells.
 */
static const char *place_of_devices(struct test *t, int minor)
{
	struct bundle *b = with_device(t, "/opt/oct-dev", "c", 1, minor);
	const struct result *refusal = NULL;

	bundle_dir(b, "rootfs/opt", 0755);
	return bundle_try(b, &refusal) ? "/opt" : "/dev";
}

/* Asked for: c 1:7; there is something else. The twin: there is nothing. */
static void conflict(struct test *t)
{
	const struct conflict_row *row = test_row(t);
	const char *path = format(t, "%s/oct-dev", place_of_devices(t, 7));
	const char *place = format(t, "rootfs%s", path), *real;
	struct bundle *good = with_device(t, path, "c", 1, 7), *bad = bundle_copy(good);
	struct stat before, after;

	bundle_dir(good, "rootfs/opt", 0755);
	if (row->there == S_IFREG)
		bundle_file(bad, place, 0644, "as it was");
	else if (row->there == S_IFDIR)
		bundle_dir(bad, place, 0755);
	else
		bundle_node(bad, place, row->there | 0644, (unsigned int)row->major,
			    (unsigned int)row->minor);
	real = format(t, "%s%s", bundle_rootfs(bad), path);
	need(t, !lstat(real, &before), real);
	check_refused_by_create(t, row->c.requirement, bad, good);
	check_true(t, row->c.requirement,
		   !lstat(real, &after) && before.st_ino == after.st_ino &&
			   before.st_mode == after.st_mode && before.st_rdev == after.st_rdev &&
			   before.st_size == after.st_size,
		   "what was there is as it was", "it is not");
}

static void match(struct test *t)
{
	const char *path = format(t, "%s/oct-dev", place_of_devices(t, 5));
	struct bundle *b = with_device(t, path, "c", 1, 5);

	bundle_node(b, format(t, "rootfs%s", path), S_IFCHR | 0666, 1, 5);
	bundle_probe(b, "device", path, NULL);
	check_device(t, "linux.devices.path.match", bundle_run(b), "device", &device_rows[1]);
}

/* What the path leads through or is; "VICTIM" is a directory of the host, which stays empty. */
struct link_row {
	struct test_case c;
	const char *path, *link, *target;
	const char *there; /* a directory that there is inside */
};

#define UP "../../../../../../../.."

static const struct link_row link_rows[] = {
	{ { "absolute", NULL, NULL }, "/lnk/oct", "lnk", "VICTIM", NULL },
	{ { "absolute-there", NULL, NULL }, "/lnk/oct", "lnk", "VICTIM", "VICTIM" },
	{ { "climbing", NULL, NULL }, "/a/lnk/oct", "a/lnk", UP "VICTIM", NULL },
	{ { "climbing-there", NULL, NULL }, "/a/lnk/oct", "a/lnk", UP "VICTIM", "VICTIM" },
	{ { "magic", NULL, NULL }, "/lnkVICTIM/oct", "lnk", "/proc/self/root", "VICTIM" },
	{ { "inside", NULL, NULL }, "/lnk/oct", "lnk", "real", "/real" },
	/* The file itself: there already, and not the device. */
	{ { "last", NULL, NULL }, "/opt/oct", "opt/oct", "VICTIM/oct", "VICTIM" },
	/* All of /dev, with the default devices and the links to be made there. */
	{ { "dev", NULL, NULL }, "/dev/oct", "dev", "VICTIM", "VICTIM" },
	{ { "dev-climbing", NULL, NULL }, "/dev/oct", "dev", UP "VICTIM", "VICTIM" },
	{ { "last-climbing", NULL, NULL }, "/opt/oct", "opt/oct", UP "VICTIM/oct", "VICTIM" },
};

static const char *with_victim(struct test *t, const char *text, const char *victim)
{
	const char *at = strstr(text, "VICTIM");

	return at ? format(t, "%.*s%s%s", (int)(at - text), text, victim, at + strlen("VICTIM")) : text;
}

static void symlink_in_root(struct test *t)
{
	const struct link_row *row = test_row(t);
	const char *id = "linux.devices.path.symlink-in-rootfs", *victim = host_dir(t, "victim");
	const char *path = with_victim(t, row->path, victim);
	struct bundle *b = with_device(t, path, "c", 1, 5);
	const struct result *refusal = NULL;
	const struct facts *f;
	bool empty;

	(void)rmdir(format(t, "%s/%s", bundle_rootfs(b), row->link));
	bundle_symlink(b, format(t, "rootfs/%s", row->link), with_victim(t, row->target, victim));
	if (row->there)
		bundle_dir(b, format(t, "rootfs/%s", with_victim(t, row->there, victim)), 0755);
	/* That it may be refused is no lack of support: the row wants that it leads nowhere else. */
	f = bundle_try(b, &refusal);
	if (f)
		check_node(t, id, f, "stat", path, "char", 1, 5);
	else
		check_error(t, id, refusal);
	empty = !rmdir(victim);
	check_true(t, id, empty, "the directory of the host is still there, and empty", "rmdir: %s",
		   errno_name(errno));
}

static void after_mounts(struct test *t)
{
	const char *id = "linux.devices.path.after-mounts";
	struct bundle *b = with_device(t, "/dev/oct-zero", "c", 1, 5);
	const struct facts *f;

	bundle_dir(b, "rootfs/opt", 0755);
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/opt", "tmpfs", "tmpfs", "mode=755");
	bundle_set(b, "linux.devices.+", "{s:s s:s s:i s:i}", "path", "/opt/zero", "type", "c",
		   "major", 1, "minor", 5);
	bundle_probe(b, "device", "/dev/oct-zero", "device", "/opt/zero", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_device(t, id, f, "device", &device_rows[1]);
	check_device(t, id, f, "device#2", &device_rows[1]);
}

static void openable(struct test *t)
{
	const char *id = "linux.devices.openable";
	struct bundle *b = with_device(t, "/opt/dev/zero", "c", 1, 5);
	const struct facts *f;

	bundle_dir(b, "rootfs/opt/dev", 0755);
	bundle_mount(b, "/opt/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_probe(b, "device", "/opt/dev/zero", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_device(t, id, f, "device", &device_rows[1]);
}

static void readonly_root(struct test *t)
{
	const char *id = "linux.devices.readonly-rootfs";
	struct bundle *b = with_device(t, "/opt/oct/zero", "c", 1, 5);
	const struct facts *f;

	bundle_dir(b, "rootfs/opt/oct", 0755);
	bundle_set(b, "root.readonly", "b", 1);
	bundle_probe(b, "device", "/opt/oct/zero", "create", "/opt/oct/new", NULL);
	f = bundle_run(b);
	check_device(t, id, f, "device", &device_rows[1]);
	check_string(t, id, "create in the read-only root", "EROFS", facts_errno(f, "create"));
}

/* ------------------------------------------------------------------ mode and owner */

static void file_mode(struct test *t)
{
	static const int modes[] = { 0640, 0600, 0666, 0444 };
	const char *id = "linux.devices.filemode";

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct bundle *b = with_device(t, "/dev/oct", "c", 1, 5);
		const struct facts *f;

		bundle_set(b, "linux.devices.0.fileMode", "i", modes[i]);
		f = bundle_supported(b, id);
		if (f)
			check_int(t, id, "mode of the node", modes[i], facts_int(f, "stat.mode"));
	}
}

/* No default is named: what runtimes usually do, and that the device is there. */
static void defaults(struct test *t)
{
	const struct facts *f = bundle_run(with_device(t, "/dev/oct", "c", 1, 5), NULL);
	const char *mode = "linux.devices.filemode.default", *id = "linux.devices.owner.default";

	check_node(t, mode, f, "stat", "/dev/oct", "char", 1, 5);
	check_int(t, mode, "mode of the node", 0666, facts_int(f, "stat.mode"));
	check_node(t, id, f, "stat", "/dev/oct", "char", 1, 5);
	check_int(t, id, "owner of the node", 0, facts_int(f, "stat.uid"));
	check_int(t, id, "group of the node", 0, facts_int(f, "stat.gid"));
}

static void mode_and_umask(struct test *t)
{
	const char *id = "linux.devices.filemode.umask";
	struct bundle *b = with_device(t, "/dev/oct", "c", 1, 5);
	const struct facts *f;

	bundle_set(b, "linux.devices.0.fileMode", "i", 0666);
	umask(077);
	f = bundle_supported(b, id);
	if (f)
		check_int(t, id, "mode of the node, the runtime's umask being 077", 0666,
			  facts_int(f, "stat.mode"));
}

static void owner(struct test *t)
{
	struct bundle *b = with_device(t, "/dev/oct", "c", 1, 5);
	const struct facts *f;

	bundle_set(b, "linux.devices.0.uid", "i", 1234);
	f = bundle_supported(b, "linux.devices.uid");
	if (f)
		check_int(t, "linux.devices.uid", "owner of the node", 1234, facts_int(f, "stat.uid"));
	b = bundle_copy(b);
	bundle_set(b, "linux.devices.0.gid", "i", 4321);
	f = bundle_supported(b, "linux.devices.gid");
	if (f)
		check_int(t, "linux.devices.gid", "group of the node", 4321, facts_int(f, "stat.gid"));
}

/* mknod(2) is refused there; a node of the host at that path can be bound. */
static void listed_in_user_namespace(struct test *t)
{
	const char *id = "linux.devices.user-namespace";
	struct bundle *b = with_device(t, "/dev/oct-zero", "c", 1, 5);
	const struct facts *f;

	need(t, !mknod("/dev/oct-zero", S_IFCHR | 0666, 1 << 8 | 5) && !chmod("/dev/oct-zero", 0666),
	     "mknod /dev/oct-zero");
	with_user_namespace(t, b, 100000);
	bundle_probe(b, "device", "/dev/oct-zero", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_device(t, id, f, "device", &device_rows[1]);
}

/* Ids 0 up are 100000 up outside, and groups 0 up are 200000 up; the host has the node. */
static void owner_in_user_namespace(struct test *t)
{
	const char *uid = "linux.devices.uid.container-namespace";
	const char *gid = "linux.devices.gid.container-namespace";
	struct bundle *b = with_device(t, "/dev/oct-zero", "c", 1, 5);
	const struct facts *f;

	need(t, !mknod("/dev/oct-zero", S_IFCHR | 0666, 1 << 8 | 5) && !chmod("/dev/oct-zero", 0666),
	     "mknod /dev/oct-zero");
	with_user_namespace(t, b, 100000);
	bundle_set(b, "linux.gidMappings.0.hostID", "i", 200000);
	bundle_set(b, "linux.devices.0.uid", "i", 5);
	bundle_set(b, "linux.devices.0.gid", "i", 7);
	f = bundle_supported(b, uid);
	if (!f) {
		check_disabled(t, gid, "the runtime refuses such an owner");
		return;
	}
	check_int(t, uid, "owner of the node", 5, facts_int(f, "stat.uid"));
	check_int(t, gid, "group of the node", 7, facts_int(f, "stat.gid"));
}

const struct test_entry device_tests[] = {
	{
		.name = "devices/default-fs",
		.about = "a container has the file systems that programs expect",
		.requirements = REQS("linux.default-filesystems.proc"),
		.run = default_fs,
		CASES(fs_rows),
	},
	{
		.name = "devices/default",
		.about = "a container has the devices that programs expect",
		.requirements = REQS("linux.default-devices.null"),
		.run = default_device,
		CASES(device_rows),
	},
	{
		.name = "devices/tty",
		.about = "a container has /dev/tty",
		.requirements = REQS("linux.default-devices.tty"),
		.run = tty,
	},
	{
		.name = "devices/besides-configured",
		.about = "default devices come besides those of the configuration",
		.requirements = REQS("linux.default-devices.besides-configured"),
		.run = besides_configured,
	},
	{
		.name = "devices/also-listed",
		.about = "a default device may be listed as well",
		.requirements = REQS("linux.default-devices.also-listed"),
		.run = also_listed,
	},
	{
		.name = "devices/bare-root",
		.about = "default devices are there without a mount at /dev",
		.requirements = REQS("linux.default-devices.bare-rootfs"),
		.run = bare_root,
	},
	{
		.name = "devices/default-in-user-namespace",
		.about = "default devices are there in a user namespace",
		.requirements = REQS("linux.default-devices.user-namespace"),
		.run = in_user_namespace,
	},
	{
		.name = "devices/unprivileged",
		.about = "default devices are for everybody",
		.requirements = REQS("linux.default-devices.unprivileged-use"),
		.run = unprivileged,
	},
	{
		.name = "devices/deny-all",
		.about = "default devices work in spite of a rule that denies all",
		.requirements = REQS("linux.default-devices.deny-all-rule"),
		.run = deny_all,
	},
	{
		.name = "devices/ptmx",
		.about = "/dev/ptmx is that of the container's devpts",
		.requirements = REQS("linux.default-devices.ptmx.form"),
		.run = ptmx,
	},
	{
		.name = "devices/links",
		.about = "/dev has the links to /proc/self/fd",
		.requirements = REQS("linux.dev-symlinks.fd", "linux.dev-symlinks.stdin",
				     "linux.dev-symlinks.stdout", "linux.dev-symlinks.stderr"),
		.run = dev_links,
	},
	{
		.name = "devices/links-again",
		.about = "links that are in the root file system already are no obstacle",
		.requirements = REQS("linux.dev-symlinks.fd", "linux.dev-symlinks.stdin",
				     "linux.dev-symlinks.stdout", "linux.dev-symlinks.stderr"),
		.run = links_again,
	},
	{
		.name = "devices/links-after-mounts",
		.about = "the links are made after the mounts",
		.requirements = REQS("linux.dev-symlinks.after-mounts"),
		.run = links_after_mounts,
	},
	{
		.name = "devices/links-at-create",
		.about = "the links are there when create has returned",
		.requirements = REQS("linux.dev-symlinks.at-create"),
		.run = links_at_create,
	},
	{
		.name = "devices/links-without-proc",
		.about = "a container without /proc needs no links",
		.requirements = REQS("linux.dev-symlinks.source-absent"),
		.run = links_without_proc,
	},
	{
		.name = "devices/available",
		.about = "every device that is listed is there and works",
		.requirements = REQS("linux.devices.available"),
		.run = available,
	},
	{
		.name = "devices/node",
		.about = "a listed device is where and what the entry says",
		.requirements = REQS("linux.devices.type.c"),
		.run = node,
		CASES(node_rows),
	},
	{
		.name = "devices/fifo",
		.about = "type p is a FIFO and needs no numbers",
		.requirements = REQS("linux.devices.type.p", "linux.devices.type.p.no-numbers"),
		.run = fifo,
	},
	{
		.name = "devices/refused",
		.about = "an entry that cannot be supplied is refused",
		.requirements = REQS("linux.devices.type.required"),
		.run = refused,
		CASES(refused_rows),
	},
	{
		.name = "devices/conflict",
		.about = "another file at the path of a device is refused and left alone",
		.requirements = REQS("linux.devices.path.conflict.type"),
		.run = conflict,
		CASES(conflict_rows),
	},
	{
		.name = "devices/match",
		.about = "the very device at its path is no conflict",
		.requirements = REQS("linux.devices.path.match"),
		.run = match,
	},
	{
		.name = "devices/symlink-in-root",
		.about = "a symlink in the root leads no device to the host",
		.requirements = REQS("linux.devices.path.symlink-in-rootfs"),
		.run = symlink_in_root,
		CASES(link_rows),
	},
	{
		.name = "devices/after-mounts",
		.about = "devices are seen on mounts that cover their place",
		.requirements = REQS("linux.devices.path.after-mounts"),
		.run = after_mounts,
	},
	{
		.name = "devices/openable",
		.about = "a device on a tmpfs can be opened",
		.requirements = REQS("linux.devices.openable"),
		.run = openable,
	},
	{
		.name = "devices/readonly-root",
		.about = "a read-only root gets its devices all the same",
		.requirements = REQS("linux.devices.readonly-rootfs"),
		.run = readonly_root,
	},
	{
		.name = "devices/mode",
		.about = "fileMode is the mode",
		.requirements = REQS("linux.devices.filemode"),
		.run = file_mode,
	},
	{
		.name = "devices/defaults",
		.about = "mode and owner of a device that gives none are what is usual",
		.requirements = REQS("linux.devices.filemode.default", "linux.devices.owner.default"),
		.run = defaults,
	},
	{
		.name = "devices/mode-and-umask",
		.about = "the runtime's umask takes nothing from fileMode",
		.requirements = REQS("linux.devices.filemode.umask"),
		.run = mode_and_umask,
	},
	{
		.name = "devices/owner",
		.about = "uid and gid are the owner",
		.requirements = REQS("linux.devices.uid", "linux.devices.gid"),
		.run = owner,
	},
	{
		.name = "devices/listed-in-user-namespace",
		.about = "a listed device works in a user namespace",
		.requirements = REQS("linux.devices.user-namespace"),
		.run = listed_in_user_namespace,
	},
	{
		.name = "devices/owner-in-user-namespace",
		.about = "uid and gid are those of the container's user namespace",
		.requirements = REQS("linux.devices.uid.container-namespace",
				     "linux.devices.gid.container-namespace"),
		.run = owner_in_user_namespace,
	},
	{ 0 },
};
