/* LINK: init/journal.c suite/core/chain.c suite/core/sha256.c suite/core/crc32.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what was appended is read back, a cut at any byte loses only what came after it,
 * and nothing of an older run or of somebody else is ever taken for ours.
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

#include "init/journal.h"

#define SIZE	JOURNAL_SIZE_MIN
#define RECORDS 12

static int new_disk(void)
{
	char path[] = "journal.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	return fd;
}

/* A line of its own length for each number, some of them over a sector. */
static ssize_t make_line(const struct journal *j, int n, char *line)
{
	char body[4096];
	int length =
		snprintf(body, sizeof(body), "\"n\":%d,\"pad\":\"%0*d\"", n, n * 131 % 1500 + 1, n);

	return chain_format(&j->chain, EVENT_CHECK, (uint64_t)n, body, (size_t)length, line,
			    EVENT_LINE_MAX);
}

static void append_line(struct journal *j, int n)
{
	static char line[EVENT_LINE_MAX];
	ssize_t length = make_line(j, n, line);

	assert_true(length > 0);
	assert_int_equal(journal_append(j, line, (size_t)length), 0);
	assert_int_equal(journal_sync(j), 0);
}

static void create(struct journal *j, int fd, uint8_t run)
{
	struct journal_header h = { .run = { run } };
	int state = journal_open(j, fd, 0, SIZE);

	assert_true(state == JOURNAL_FRESH || state == JOURNAL_FOUND);
	assert_int_equal(journal_create(j, &h), 0);
}

/* How many records the next boot finds. */
static int count(struct journal *j, int fd)
{
	static char line[EVENT_LINE_MAX];
	int n = 0;

	assert_int_equal(journal_open(j, fd, 0, SIZE), JOURNAL_FOUND);
	while (journal_next(j, line) > 0)
		n++;
	return n;
}

static void written_is_read(void **state)
{
	struct journal j, again;
	int fd = new_disk();

	(void)state;
	create(&j, fd, 1);
	for (int i = 0; i < RECORDS; i++)
		append_line(&j, i);
	assert_int_equal(count(&again, fd), RECORDS);
	assert_int_equal(again.header.run[0], 1);
	assert_int_equal(again.offset, j.offset);
	assert_string_equal(again.chain.prev, j.chain.prev);
	append_line(&again, 99);
	assert_int_equal(count(&j, fd), RECORDS + 1);
	close(fd);
}

/* The disk as it is after only the first bytes of all writes have reached it. */
static void cut_anywhere(void **state)
{
	static char whole[SIZE], zero[SIZE];
	uint64_t ends[RECORDS + 1];
	struct journal j;
	int fd = new_disk();

	(void)state;
	create(&j, fd, 1);
	ends[0] = j.offset;
	for (int i = 0; i < RECORDS; i++) {
		append_line(&j, i);
		ends[i + 1] = j.offset;
	}
	assert_int_equal(pread(fd, whole, SIZE, 0), SIZE);
	for (uint64_t cut = ends[0]; cut <= ends[RECORDS]; cut += 61) {
		int found, whole_records = 0;

		for (int i = 1; i <= RECORDS; i++)
			whole_records += ends[i] <= cut;
		assert_int_equal(pwrite(fd, whole, cut, 0), (ssize_t)cut);
		assert_int_equal(pwrite(fd, zero, SIZE - cut, (off_t)cut), (ssize_t)(SIZE - cut));
		found = count(&j, fd);
		/* The padding of a record may be missing: its line is there. */
		assert_true(found == whole_records || found == whole_records + 1);
		append_line(&j, 1000);
		assert_int_equal(count(&j, fd), found + 1);
	}
	close(fd);
}

/* A sector that never got there, or got other bytes, ends the records before it. */
static void damage_ends_it(void **state)
{
	struct journal j;
	int fd = new_disk();

	(void)state;
	create(&j, fd, 1);
	for (int i = 0; i < RECORDS; i++)
		append_line(&j, i);
	for (uint64_t at = JOURNAL_HEADER_SIZE; at < j.offset; at += JOURNAL_SECTOR) {
		char old, bad;
		struct journal k;
		int found;

		assert_int_equal(pread(fd, &old, 1, (off_t)at), 1);
		bad = (char)(old ^ 0x10);
		assert_int_equal(pwrite(fd, &bad, 1, (off_t)at), 1);
		found = count(&k, fd);
		assert_true(found <= RECORDS && k.offset <= at + JOURNAL_SECTOR);
		assert_int_equal(pwrite(fd, &old, 1, (off_t)at), 1);
	}
	assert_int_equal(count(&j, fd), RECORDS);
	close(fd);
}

static void old_run_never_counts(void **state)
{
	struct journal j;
	int fd = new_disk();

	(void)state;
	create(&j, fd, 1);
	for (int i = 0; i < RECORDS; i++)
		append_line(&j, i);
	create(&j, fd, 2);
	assert_int_equal(count(&j, fd), 0);
	assert_int_equal(j.header.run[0], 2);
	/* As long as the old first record, so that the old second one comes right behind it. */
	append_line(&j, 0x7fff);
	assert_int_equal(count(&j, fd), 1);
	close(fd);
}

static void foreign_is_told(void **state)
{
	struct journal j;
	struct journal_header h = { .run = { 1 } };
	int fd = new_disk();

	(void)state;
	assert_int_equal(journal_open(&j, fd, 0, SIZE), JOURNAL_FRESH);
	assert_int_equal(journal_open(&j, fd, 0, SIZE - 1), -ENOSPC);
	/* Any byte of the first block that is not zero, at its very end too. */
	assert_int_equal(pwrite(fd, "x", 1, JOURNAL_HEADER_SIZE - 1), 1);
	assert_int_equal(journal_open(&j, fd, 0, SIZE), JOURNAL_FOREIGN);
	assert_int_equal(journal_create(&j, &h), 0);
	for (size_t i = 0; i < sizeof(struct journal_header); i++) {
		char old, bad;

		assert_int_equal(pread(fd, &old, 1, (off_t)i), 1);
		bad = (char)(old + 1);
		assert_int_equal(pwrite(fd, &bad, 1, (off_t)i), 1);
		assert_int_equal(journal_open(&j, fd, 0, SIZE), JOURNAL_FOREIGN);
		assert_int_equal(pwrite(fd, &old, 1, (off_t)i), 1);
	}
	assert_int_equal(journal_open(&j, fd, 0, SIZE), JOURNAL_FOUND);
	close(fd);
}

static void full_is_told(void **state)
{
	static char line[EVENT_LINE_MAX];
	struct journal j, again;
	int fd = new_disk();
	int n = 0, error;

	(void)state;
	create(&j, fd, 1);
	do {
		ssize_t length = make_line(&j, n, line);

		error = journal_append(&j, line, (size_t)length);
		n += !error;
	} while (!error);
	assert_int_equal(error, -ENOSPC);
	assert_int_equal(j.error, 0);
	assert_int_equal(count(&again, fd), n);
	/* Full for one is not full for a smaller one; nothing lies behind the end. */
	assert_true(j.offset <= SIZE);
	assert_int_equal(lseek(fd, 0, SEEK_END), SIZE);
	close(fd);
}

static void failed_write_stays(void **state)
{
	static char line[EVENT_LINE_MAX];
	struct journal j;
	int fd = new_disk();
	int full;
	ssize_t length;

	(void)state;
	create(&j, fd, 1);
	full = open("/dev/full", O_RDWR);
	assert_true(full >= 0);
	j.fd = full;
	length = make_line(&j, 1, line);
	assert_int_equal(journal_append(&j, line, (size_t)length), -ENOSPC);
	j.fd = fd;
	assert_int_equal(journal_append(&j, line, (size_t)length), -ENOSPC);
	assert_int_equal(journal_sync(&j), -ENOSPC);
	close(full);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_is_read),    cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damage_ends_it),     cmocka_unit_test(old_run_never_counts),
		cmocka_unit_test(foreign_is_told),    cmocka_unit_test(full_is_told),
		cmocka_unit_test(failed_write_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
