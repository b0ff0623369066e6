/* LINK: init/record.c init/boot.c init/journal.c init/console.c init/text.c init/sys.c init/listing.c */
/* LINK: init/watchdog.c suite/core/chain.c suite/core/sha256.c suite/core/crc32.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events on their way: what PID 1 learns of them, the same live and after a boot; and a
 * journal that fills up, which costs evidence first, and never the ends and the verdict.
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

#include "init/boot.h"
#include "init/record.h"

static struct record r;
static struct options options = { .line = "quiet \"x\"" };
static const struct boot_facts facts = {
	.options = &options, .profile = "unified", .release = "{\"a\":1}", .payload = "sha256:0"
};

static int setup(void **state)
{
	const struct journal_header h = { .run = { 1 } };
	char path[] = "disk.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	memset(&r, 0, sizeof(r));
	assert_int_equal(ftruncate(fd, JOURNAL_SIZE_MIN), 0);
	assert_int_equal(journal_open(&r.journal, fd, 0, JOURNAL_SIZE_MIN), JOURNAL_FRESH);
	assert_int_equal(journal_create(&r.journal, &h), 0);
	r.path = "events.jsonl";
	assert_int_equal(record_begin(&r), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(r.journal.fd);
	close(r.file);
	return 0;
}

__attribute__((format(printf, 2, 3))) static int event(enum event_type type, const char *format,
						       ...)
{
	static char body[EVENT_BODY_MAX];
	va_list values;
	int n;

	va_start(values, format);
	n = vsnprintf(body, sizeof(body), format, values);
	va_end(values);
	return record_event(&r, type, body, (size_t)n, true);
}

/* The next boot: the same disk, nothing else. */
static void reboot_now(void)
{
	struct journal j;

	assert_int_equal(journal_open(&j, r.journal.fd, 0, JOURNAL_SIZE_MIN), JOURNAL_FOUND);
	close(r.file);
	memset(&r, 0, sizeof(r));
	r.journal = j;
	r.path = "events.jsonl";
	assert_int_equal(record_replay(&r), 0);
}

static size_t lines_with(const char *text)
{
	static char line[EVENT_LINE_MAX + 1];
	FILE *f = fopen("events.jsonl", "re");
	size_t n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, text) != NULL;
	fclose(f);
	return n;
}

static void what_is_open(void **state)
{
	(void)state;
	assert_int_equal(boot_event(&r, &facts, 1, "start", ""), 0);
	assert_int_equal(event(EVENT_PLAN, "\"part\":1,\"total\":3"), 0);
	assert_int_equal(event(EVENT_START, "\"test\":\"a\""), 0);
	assert_int_equal(event(EVENT_START, "\"test\":\"b\""), 0);
	record_deadline(&r, "b", 77);
	assert_int_equal(event(EVENT_END, "\"test\":\"a\",\"outcome\":\"pass\""), 0);
	assert_int_equal(r.n_open, 1);
	assert_string_equal(r.open[0].name, "b");
	assert_int_equal(r.open[0].deadline_ns, 77);
	reboot_now();
	assert_int_equal(r.n_open, 1);
	assert_string_equal(r.open[0].name, "b");
	assert_true(r.open[0].deadline_ns == UINT64_MAX);
	assert_true(r.planned == 3 && r.ended == 1 && r.boots == 1 && r.warm == 0);
	assert_int_equal(boot_event(&r, &facts, 2, "panic", "why \"\\\n"), 0);
	assert_int_equal(r.n_open, 0);
	assert_true(r.boots == 2 && r.warm == 1);
	assert_int_equal(lines_with("\"open\":[\"b\"]"), 1);
	assert_int_equal(lines_with("\"panic\":\"why \\\"\\\\\\n\""), 1);
	assert_int_equal(lines_with("\"cmdline\":\"quiet \\\"x\\\"\",\"image\":{\"a\":1}"), 2);
	assert_int_equal(r.verdict, -1);
	assert_int_equal(boot_verdict(&r, VERDICT_INVALID, "a reason"), 0);
	reboot_now();
	assert_int_equal(r.verdict, VERDICT_INVALID);
	assert_string_equal(r.word, "no valid result");
	assert_string_equal(r.reason, "a reason");
	assert_int_equal(r.events, 7);
}

static void more_open_than_there_is_room(void **state)
{
	(void)state;
	for (int i = 0; i < RECORD_OPEN_MAX + 10; i++)
		assert_int_equal(event(EVENT_START, "\"test\":\"t%d\"", i), 0);
	assert_int_equal(r.n_open, RECORD_OPEN_MAX);
	for (int i = 0; i < RECORD_OPEN_MAX + 10; i++)
		assert_int_equal(event(EVENT_END, "\"test\":\"t%d\"", i), 0);
	assert_int_equal(r.n_open, 0);
	assert_int_equal(r.ended, RECORD_OPEN_MAX + 10);
}

/* Evidence without end: it is dropped, once noted for each test; the rest of the run fits. */
static void full_of_evidence(void **state)
{
	const int tests = 100;

	(void)state;
	assert_int_equal(boot_event(&r, &facts, 1, "start", ""), 0);
	assert_int_equal(event(EVENT_PLAN, "\"part\":1,\"total\":%d", tests), 0);
	for (int t = 0; t < tests; t++) {
		assert_int_equal(event(EVENT_START, "\"test\":\"t/%d\"", t), 0);
		for (int i = 0; i < 4; i++)
			assert_int_equal(
				event(EVENT_EVIDENCE,
				      "\"test\":\"t/%d\",\"name\":\"x\",\"text\":\"%020000d\"", t,
				      i),
				0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(event(EVENT_CHECK,
					       "\"test\":\"t/%d\",\"requirement\":\"r\","
					       "\"outcome\":\"fail\",\"observed\":\"%0200d\"",
					       t, i),
					 0);
		assert_int_equal(event(EVENT_END, "\"test\":\"t/%d\",\"outcome\":\"fail\"", t), 0);
	}
	assert_true(r.dropped > 300);
	assert_true(lines_with("truncated.txt") > 50);
	assert_int_equal(lines_with("\"type\":\"end\""), tests);
	assert_int_equal(boot_verdict(&r, VERDICT_NOT_CONFORMANT, "x"), 0);
	reboot_now();
	assert_int_equal(r.ended, tests);
	assert_int_equal(r.verdict, VERDICT_NOT_CONFORMANT);
}

/* Full of what matters: that is told, and the verdict still fits. */
static void full_of_checks(void **state)
{
	int error, n = 0;

	(void)state;
	assert_int_equal(event(EVENT_PLAN, "\"part\":1,\"total\":10"), 0);
	assert_int_equal(event(EVENT_START, "\"test\":\"a\""), 0);
	do
		error = event(EVENT_CHECK, "\"test\":\"a\",\"observed\":\"%02000d\"", n++);
	while (!error);
	assert_int_equal(error, -ENOSPC);
	assert_int_equal(event(EVENT_END, "\"test\":\"a\""), 0);
	assert_int_equal(boot_event(&r, &facts, 2, "power", ""), 0);
	assert_int_equal(boot_verdict(&r, VERDICT_INVALID, "full"), 0);
	reboot_now();
	assert_int_equal(r.verdict, VERDICT_INVALID);
}

static void bad_bodies(void **state)
{
	(void)state;
	assert_int_equal(record_event(&r, EVENT_CHECK, "a\nb", 3, false), -EINVAL);
	assert_int_equal(record_event(&r, EVENT_TYPES, "", 0, false), -EINVAL);
	assert_int_equal(r.events, 0);
	reboot_now();
	assert_int_equal(r.events, 0);
}

/* A copy that lost lines, on a full file system, is made again from the journal. */
static void copy_is_made_again(void **state)
{
	int full = open("/dev/full", O_WRONLY);
	int file = r.file;

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(event(EVENT_CHECK, "\"n\":1"), 0);
	r.file = full;
	assert_int_equal(event(EVENT_CHECK, "\"n\":2"), 0);
	assert_true(r.file_bad);
	r.file = file;
	assert_int_equal(event(EVENT_CHECK, "\"n\":3"), 0);
	assert_int_equal(lines_with("\"n\""), 1);
	assert_int_equal(record_rewrite(&r), 0);
	assert_int_equal(lines_with("\"n\""), 3);
	close(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_open, setup, teardown),
		cmocka_unit_test_setup_teardown(more_open_than_there_is_room, setup, teardown),
		cmocka_unit_test_setup_teardown(full_of_evidence, setup, teardown),
		cmocka_unit_test_setup_teardown(full_of_checks, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_bodies, setup, teardown),
		cmocka_unit_test_setup_teardown(copy_is_made_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
