/* LINK: suite/core/body.c suite/core/stream.c suite/core/patience.c suite/core/test.c suite/core/process.c init/listing.c */
/* LINK: suite/core/judge.c suite/core/results.c suite/core/chain.c suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: what differs between two lists, and what of it is a trifle. */
#include "suite/core/ledger.c"

#include "suite.h"

#include "events.h"

void bundle_prepare(struct test *t)
{
	(void)t;
}

int sandbox_enter(const struct context *c, size_t index, char *error, size_t size)
{
	(void)c;
	(void)index;
	(void)error;
	(void)size;
	return 0;
}

struct line {
	enum change_kind kind;
	const char *key, *value;
};

static struct ledger *make(const struct line *line)
{
	struct ledger *l = take(sizeof(*l));

	for (; line->key; line++)
		add(l, line->kind, line->key, line->value);
	qsort(l->entry, l->n, sizeof(*l->entry), by_key);
	return l;
}

static const struct line before[] = {
	{ CHANGE_MOUNT, "/", "tmpfs" },
	{ CHANGE_FILE, "/run/a", "file 644 0:0 1 bytes" },
	{ CHANGE_PROCESS, "7", "old" },
	{ 0 },
};

static const struct line after[] = {
	{ CHANGE_MOUNT, "/", "tmpfs" },
	{ CHANGE_MOUNT, "/x", "bind" },
	{ CHANGE_MOUNT, "/x", "bind" },
	{ CHANGE_FILE, "/run/a", "file 600 0:0 1 bytes" },
	{ CHANGE_FILE, "/run/rt", "directory 700 0:0 " },
	{ CHANGE_FILE, "/run/rt/assay-1", "directory 700 0:0 " },
	{ CHANGE_FILE, WORLD_DIR "/bundle-1/rootfs/dev/pts", "directory 755 0:0 " },
	{ CHANGE_FILE, WORLD_DIR "/pid-1", "file 644 0:0 1 bytes" },
	{ CHANGE_CGROUP, "/sys/fs/cgroup/x", "" },
	{ 0 },
};

static void changes_are_told(void **state)
{
	const struct ledger *a = make(before), *b = make(after);

	(void)state;
	assert_string_equal(ledger_changes(NULL, a, a, CHANGE_ANY), "");
	assert_string_equal(ledger_changes(NULL, a, b, CHANGE_BIT(CHANGE_MOUNT)),
			    "+mount /x bind\n+mount /x bind");
	assert_string_equal(ledger_changes(NULL, b, a, CHANGE_BIT(CHANGE_CGROUP)),
			    "-cgroup /sys/fs/cgroup/x ");
	assert_string_equal(ledger_changes(NULL, a, b, CHANGE_BIT(CHANGE_PROCESS)),
			    "-process 7 old");
	assert_non_null(strstr(ledger_changes(NULL, a, b, CHANGE_ANY),
			       "~file /run/a: file 644 0:0 1 bytes -> file 600 0:0 1 bytes"));
}

static void leftovers_leave_trifles_out(void **state)
{
	const struct ledger *a = make(before), *b = make(after);
	const char *all = ledger_leftovers(NULL, a, b, "assay-1", true);
	const char *others = ledger_leftovers(NULL, a, b, "assay-1", false);

	(void)state;
	/* a runtime's own directory is a trifle, that of the container is not */
	assert_null(strstr(all, "/run/rt directory"));
	assert_non_null(strstr(all, "+file /run/rt/assay-1"));
	/* mount points in the root file system are, the pid file only where asked */
	assert_null(strstr(all, "rootfs/dev/pts"));
	assert_non_null(strstr(all, "/pid-1"));
	assert_null(strstr(others, "/pid-1"));
	assert_non_null(strstr(others, "+cgroup /sys/fs/cgroup/x"));
	assert_non_null(strstr(others, "+mount /x"));
}

static void mount_lines_are_read(void **state)
{
	struct ledger *l = take(sizeof(*l));
	char plain[] = "36 35 98:0 /sub /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=x";
	char ns[] = "37 35 0:4 mnt:[4026532] /run/ns rw - nsfs nsfs rw";
	char cut[] = "38 35";

	(void)state;
	add_mount(l, plain);
	add_mount(l, ns);
	add_mount(l, cut);
	assert_int_equal(l->n, 2);
	assert_string_equal(l->entry[0].key, "/mnt");
	assert_string_equal(l->entry[0].value,
			    "root /sub options rw,noatime ext3 /dev/root rw,errors=x");
	assert_int_equal(l->entry[1].kind, CHANGE_NAMESPACE);
}

/* This process and its world hold still: twice the same. */
static void nothing_changes_by_looking(void **state)
{
	struct context c = { 0 };
	struct test t = { .context = &c };
	const struct ledger *a, *b;

	(void)state;
	ledger_prepare();
	a = ledger_take(&t);
	b = ledger_take(&t);
	assert_true(a->n > 0);
	assert_string_equal(ledger_changes(&t, a, b,
					   CHANGE_BIT(CHANGE_MOUNT) | CHANGE_BIT(CHANGE_LINK) |
						   CHANGE_BIT(CHANGE_HOSTNAME)),
			    "");
	for (size_t i = 0; i < ARRAY_SIZE(sysctl_fds); i++)
		close(sysctl_fds[i]);
}

/* On a tmpfs an empty directory is not opened; it must not be taken for one when it is not. */
static void directories_fill(void **state)
{
	char top[] = "/dev/shm/ledger-XXXXXX", *inner;
	struct ledger empty = { 0 }, full = { 0 };
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(top));
	inner = concat(WORDS(top, "/", "d"));
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(stat(top, &st), 0);
	add_files(&empty, top, st.st_dev, 0);
	assert_int_equal(empty.n, 1);
	assert_string_equal(empty.entry[0].key, inner);
	fd = open(concat(WORDS(inner, "/", "f")), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	add_files(&full, top, st.st_dev, 0);
	assert_int_equal(full.n, 2);
	assert_string_equal(full.entry[1].key, concat(WORDS(inner, "/", "f")));
	assert_int_equal(unlink(full.entry[1].key), 0);
	assert_int_equal(rmdir(inner), 0);
	assert_int_equal(rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(leftovers_leave_trifles_out),
		cmocka_unit_test(mount_lines_are_read),
		cmocka_unit_test(nothing_changes_by_looking),
		cmocka_unit_test(directories_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
