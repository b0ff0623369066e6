/* LINK: init/journal.c suite/core/sha256.c suite/core/crc32.c suite/core/chain.c
 * -Wl,--wrap=pread,--wrap=pwrite,--wrap=fdatasync */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power cuts at every write and every flush of the journal, on a disk that keeps of the writes
 * since the last flush whatever sectors it likes. What was acknowledged must be there afterwards,
 * what is there must be what was written, and the run must be able to go on.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "init/journal.h"

#define SIZE	JOURNAL_SIZE_MIN
#define SECTORS (SIZE / JOURNAL_SECTOR)
#define RECORDS 24
#define SEEDS	8

/* The disk: what reads see, what survives, and which sectors differ. */
static uint8_t seen[SIZE], kept[SIZE];
static bool dirty[SECTORS];
static unsigned int steps, cut_at; /* writes and flushes so far; the power goes at this one */
static uint32_t chance;
static jmp_buf power;

static uint32_t draw(void)
{
	chance = chance * 1664525 + 1013904223;
	return chance >> 16;
}

static void cut(void)
{
	for (size_t i = 0; i < SECTORS; i++)
		if (dirty[i] && draw() % 2)
			memcpy(kept + i * JOURNAL_SECTOR, seen + i * JOURNAL_SECTOR,
			       JOURNAL_SECTOR);
	memcpy(seen, kept, SIZE);
	memset(dirty, 0, sizeof(dirty));
	longjmp(power, 1);
}

ssize_t __wrap_pread(int fd, void *data, size_t length, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t length, off_t offset);
int __wrap_fdatasync(int fd);

ssize_t __wrap_pread(int fd, void *data, size_t length, off_t offset)
{
	(void)fd;
	if ((size_t)offset + length > SIZE)
		length = SIZE - (size_t)offset;
	memcpy(data, seen + offset, length);
	return (ssize_t)length;
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t length, off_t offset)
{
	(void)fd;
	assert_true((size_t)offset + length <= SIZE);
	memcpy(seen + offset, data, length);
	for (size_t i = (size_t)offset / JOURNAL_SECTOR;
	     i * JOURNAL_SECTOR < (size_t)offset + length; i++)
		dirty[i] = true;
	if (++steps == cut_at)
		cut();
	return (ssize_t)length;
}

int __wrap_fdatasync(int fd)
{
	(void)fd;
	if (++steps == cut_at)
		cut();
	memcpy(kept, seen, SIZE);
	memset(dirty, 0, sizeof(dirty));
	return 0;
}

static void power_on(uint32_t seed, unsigned int at)
{
	memcpy(seen, kept, SIZE);
	memset(dirty, 0, sizeof(dirty));
	chance = seed;
	steps = 0;
	cut_at = at;
}

/* Lines of a run: of every size around the edges of a sector, and one that fills many. */
static ssize_t make_line(const struct journal *j, const char *run, size_t number, char *line)
{
	static char body[8192];
	size_t sizes[] = { 1, 200, 320, 330, 340, 500, 512, 800, 5000 };
	size_t size = sizes[number % (sizeof(sizes) / sizeof(*sizes))];
	int n = snprintf(body, sizeof(body), "\"run\":\"%s\",\"pad\":\"", run);

	memset(body + n, 'x', size);
	body[(size_t)n + size] = '"';
	return chain_format(&j->chain, EVENT_CHECK, number, body, (size_t)n + size + 1, line,
			    EVENT_LINE_MAX);
}

/* Opens what is there, counts its lines; each must hold `run`. */
static size_t read_all(struct journal *j, const char *run)
{
	static char line[EVENT_LINE_MAX];
	size_t count = 0;
	int state = journal_open(j, 0, 0, SIZE);
	ssize_t n;

	assert_true(state == JOURNAL_FRESH || state == JOURNAL_FOUND);
	while (state == JOURNAL_FOUND && (n = journal_next(j, line)) != 0) {
		assert_true(n > 0);
		line[n - 1] = '\0';
		assert_non_null(strstr(line, run));
		count++;
	}
	return count;
}

/* Append `count` records, flush after every third; *durable is what was acknowledged. */
static void write_run(struct journal *j, const char *run, size_t first, size_t count,
		      volatile size_t *durable)
{
	static char line[EVENT_LINE_MAX];

	for (size_t i = first; i < first + count; i++) {
		ssize_t n = make_line(j, run, i, line);

		assert_true(n > 0);
		assert_int_equal(journal_append(j, line, (size_t)n), 0);
		if (i % 3 == 2) {
			assert_int_equal(journal_sync(j), 0);
			*durable = i + 1;
		}
	}
}

static void create(struct journal *j, const char *run)
{
	struct journal_header header = { 0 };

	memcpy(header.run, run, strlen(run));
	assert_int_equal(journal_create(j, &header), 0);
}

/* The whole life of a run on the disk as it is; `durable` as above. */
static void live(const char *run, volatile size_t *durable)
{
	struct journal j;

	assert_true(journal_open(&j, 0, 0, SIZE) >= 0);
	create(&j, run);
	write_run(&j, run, 0, RECORDS, durable);
}

/* After the cut: nothing acknowledged is lost, and the run goes on to its end. */
static void go_on(const char *run, const char *old, size_t durable)
{
	struct journal j;
	volatile size_t ignored = 0;
	size_t count;

	power_on(1, 0);
	/* Until the new run begins, the old one is there as it was; its header says which it is. */
	if (old && journal_open(&j, 0, 0, SIZE) == JOURNAL_FOUND &&
	    !memcmp(j.header.run, old, strlen(old))) {
		assert_int_equal(durable, 0);
		read_all(&j, old);
		return;
	}
	count = read_all(&j, run);
	assert_true(count >= durable);
	assert_true(count <= RECORDS);
	if (!j.header.magic[0])
		create(&j, run);
	write_run(&j, run, count, RECORDS - count, &ignored);
	assert_int_equal(journal_sync(&j), 0);
	assert_int_equal(read_all(&j, run), RECORDS);
}

/* Cut `run` at its every step, on a disk that holds what `prepare` leaves. */
static void cut_everywhere(const char *run, const char *old)
{
	static uint8_t start[SIZE];
	unsigned int total;
	volatile size_t durable = 0;

	memcpy(start, kept, SIZE);
	power_on(0, 0);
	live(run, &durable);
	total = steps;
	for (volatile unsigned int at = 1; at <= total; at++)
		for (volatile uint32_t seed = 0; seed < SEEDS; seed++) {
			memcpy(kept, start, SIZE);
			durable = 0;
			power_on(seed * 7919 + at, at);
			if (!setjmp(power)) {
				live(run, &durable);
				fail_msg("step %u of %u was not reached", at, total);
			}
			go_on(run, old, durable);
		}
	print_message("# %u cuts of run %s\n", total * SEEDS, run);
}

static void cuts_on_a_fresh_disk(void **state)
{
	(void)state;
	memset(kept, 0, SIZE);
	cut_everywhere("first", NULL);
}

/* `assay.new=1`: the records of the old run lie behind those of the new one. */
static void cuts_over_an_old_run(void **state)
{
	volatile size_t durable = 0;

	(void)state;
	memset(kept, 0, SIZE);
	power_on(0, 0);
	live("older", &durable);
	memcpy(kept, seen, SIZE);
	cut_everywhere("newer", "older");
}

/* The partition ends, or is zeros from there on, after each of its sectors. */
static void truncated_at_every_sector(void **state)
{
	static uint8_t whole[SIZE];
	volatile size_t durable = 0;
	struct journal j;
	size_t last = 0;

	(void)state;
	memset(kept, 0, SIZE);
	power_on(0, 0);
	live("run", &durable);
	memcpy(whole, seen, SIZE);
	assert_int_equal(read_all(&j, "run"), RECORDS);
	for (size_t sector = JOURNAL_HEADER_SIZE / JOURNAL_SECTOR;
	     sector * JOURNAL_SECTOR < j.offset; sector++) {
		struct journal t;
		size_t count;

		memset(seen, 0, SIZE);
		memcpy(seen, whole, sector * JOURNAL_SECTOR);
		count = read_all(&t, "run");
		assert_true(count >= last && count < RECORDS);
		last = count;
	}
	assert_int_equal(last, RECORDS - 1);
}

/* One changed bit anywhere in a record ends the journal before it; none is taken for another. */
static void any_bit_flipped(void **state)
{
	volatile size_t durable = 0;
	struct journal j;

	(void)state;
	memset(kept, 0, SIZE);
	power_on(0, 0);
	live("run", &durable);
	assert_int_equal(read_all(&j, "run"), RECORDS);
	uint64_t end = j.offset;

	for (uint64_t at = JOURNAL_HEADER_SIZE; at < end; at += 7) {
		uint8_t bit = (uint8_t)(1 << at % 8);
		struct journal t;

		seen[at] ^= bit;
		size_t count = read_all(&t, "run");

		/* The zero padding belongs to no record: a change there does no harm. */
		assert_true(count < RECORDS || (seen[at] ^ bit) == 0);
		assert_true(t.offset <= at || count == RECORDS);
		seen[at] ^= bit;
	}
}

/* A full disk says so, and nothing is half-written. */
static void full(void **state)
{
	static char line[EVENT_LINE_MAX];
	struct journal j;
	size_t count = 0;
	ssize_t n;
	int error;

	(void)state;
	memset(kept, 0, SIZE);
	power_on(0, 0);
	assert_int_equal(journal_open(&j, 0, 0, SIZE), JOURNAL_FRESH);
	create(&j, "run");
	for (;;) {
		n = make_line(&j, "run", 8, line);
		error = journal_append(&j, line, (size_t)n);
		if (error)
			break;
		count++;
	}
	assert_int_equal(error, -ENOSPC);
	/* A short one still goes in. */
	n = make_line(&j, "run", 0, line);
	if (JOURNAL_NEED((size_t)n - 1) <= journal_free(&j)) {
		assert_int_equal(journal_append(&j, line, (size_t)n), 0);
		count++;
	}
	assert_int_equal(read_all(&j, "run"), count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_on_a_fresh_disk),
		cmocka_unit_test(cuts_over_an_old_run),
		cmocka_unit_test(truncated_at_every_sector),
		cmocka_unit_test(any_bit_flipped),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
