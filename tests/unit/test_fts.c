/* SPDX-License-Identifier: Apache-2.0 */
/* LINK: rootfs/fts/fts.c -lcmocka */
/*
 * The fts(3) of the project: order, levels, cycles, what is skipped and what cannot be read. Makes
 * its tree below the working directory, which is the stage's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rootfs/fts/fts.h"

static char top[] = "/tmp/test_fts.XXXXXX";

/* top/a/{b/c,f} top/a/loop -> .. (a cycle when links are followed), top/a/lost -> nowhere */
static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(top) || chdir(top) || mkdir("a", 0755) || mkdir("a/b", 0755) ||
	    mkdir("a/b/c", 0755) || symlink("..", "a/loop") || symlink("nowhere", "a/lost"))
		return -1;
	return close(open("a/f", O_CREAT | O_WRONLY, 0644));
}

static int remove_tree(void **state)
{
	(void)state;
	unlink("a/f");
	unlink("a/loop");
	unlink("a/lost");
	rmdir("a/b/c");
	rmdir("a/b");
	rmdir("a");
	return chdir("/") || rmdir(top);
}

static int by_name(const FTSENT **x, const FTSENT **y)
{
	return strcmp((*x)->fts_name, (*y)->fts_name);
}

/* The walk as text, "LEVEL:INFO:NAME " for each entry; `skip` is not entered. */
static void walk(const char *path, int options, const char *skip, char *out, size_t size)
{
	char copy[64], *const paths[] = { copy, NULL };
	size_t n = 0;
	FTSENT *ent;
	FTS *fts;

	snprintf(copy, sizeof(copy), "%s", path);
	fts = fts_open(paths, options, by_name);
	assert_non_null(fts);
	out[0] = '\0';
	while ((ent = fts_read(fts))) {
		assert_string_equal(fts->fts_path, ent->fts_path);
		assert_int_equal(strlen(ent->fts_path), ent->fts_pathlen);
		assert_non_null(ent->fts_parent->fts_name);
		if (skip && ent->fts_info == FTS_D && !strcmp(ent->fts_name, skip))
			assert_int_equal(fts_set(fts, ent, FTS_SKIP), 0);
		n += (size_t)snprintf(out + n, size - n, "%d:%d:%s ", ent->fts_level, ent->fts_info,
				      ent->fts_name);
		assert_true(n < size);
	}
	assert_int_equal(errno, 0);
	assert_int_equal(fts_close(fts), 0);
}

static void physical(void **state)
{
	char seen[512];

	(void)state;
	walk("a", FTS_PHYSICAL, NULL, seen, sizeof(seen));
	assert_string_equal(seen, "0:1:a 1:1:b 2:1:c 2:6:c 1:6:b 1:8:f 1:12:loop 1:12:lost 0:6:a ");
	walk("./a", FTS_PHYSICAL | FTS_NOSTAT, NULL, seen, sizeof(seen));
	assert_string_equal(seen, "0:1:a 1:1:b 2:1:c 2:6:c 1:6:b 1:11:f 1:11:loop 1:11:lost 0:6:a ");
}

static void logical(void **state)
{
	char seen[512];

	(void)state;
	/* The link leads out of `a`, where `a` is met again. */
	walk("a", FTS_LOGICAL, NULL, seen, sizeof(seen));
	assert_string_equal(seen, "0:1:a 1:1:b 2:1:c 2:6:c 1:6:b 1:8:f 1:1:loop 2:2:a 1:6:loop 1:13:lost "
				  "0:6:a ");
}

static void skipped(void **state)
{
	char seen[512];

	(void)state;
	walk("a", FTS_PHYSICAL, "b", seen, sizeof(seen));
	assert_string_equal(seen, "0:1:a 1:1:b 1:6:b 1:8:f 1:12:loop 1:12:lost 0:6:a ");
}

static void not_there(void **state)
{
	char seen[64];

	(void)state;
	walk("nothing", FTS_PHYSICAL, NULL, seen, sizeof(seen));
	assert_string_equal(seen, "0:10:nothing ");
}

/* A directory that goes while it is walked cannot be read, and the walk goes on. */
static void vanished(void **state)
{
	char one[] = "a/b", two[] = "a/f", *const paths[] = { one, two, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL, NULL);
	FTSENT *ent = fts_read(fts);

	(void)state;
	assert_int_equal(ent->fts_info, FTS_D);
	assert_int_equal(rename("a/b", "a/gone"), 0);
	ent = fts_read(fts);
	assert_int_equal(ent->fts_info, FTS_DNR);
	assert_int_equal(ent->fts_errno, ENOENT);
	assert_int_equal(rename("a/gone", "a/b"), 0);
	assert_string_equal(fts_read(fts)->fts_name, "f");
	assert_null(fts_read(fts));
	fts_close(fts);
}

/* Closing in the middle frees what was not visited: the sanitizer watches. */
static void closed_early(void **state)
{
	char one[] = "a", *const paths[] = { one, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL, by_name);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_non_null(fts_read(fts));
	assert_int_equal(fts_close(fts), 0);
}

static void refused(void **state)
{
	char one[] = "a", *const paths[] = { one, NULL }, *const none[] = { NULL };

	(void)state;
	assert_null(fts_open(paths, 0, NULL));
	assert_null(fts_open(paths, FTS_LOGICAL | FTS_PHYSICAL, NULL));
	assert_null(fts_open(none, FTS_PHYSICAL, NULL));
	assert_int_equal(errno, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(physical),	cmocka_unit_test(logical),
		cmocka_unit_test(skipped),	cmocka_unit_test(not_there),
		cmocka_unit_test(vanished),	cmocka_unit_test(closed_early),
		cmocka_unit_test(refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
