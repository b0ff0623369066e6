/* LINK: suite/core/body.c suite/core/stream.c suite/core/patience.c suite/core/facts.c suite/core/bundle.c */
/* LINK: suite/core/path.c suite/core/test.c suite/core/process.c suite/core/judge.c suite/core/results.c */
/* LINK: suite/core/chain.c suite/core/sha256.c suite/core/hooklog.c init/listing.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes from outside as text: bounded streams, strings on their way into events, answers of
 * the probe among noise, paths in JSON.
 */
#include "suite.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"

int sandbox_enter(const struct context *c, size_t index, char *error, size_t size)
{
	(void)c;
	(void)index;
	(void)error;
	(void)size;
	return 0;
}

void ledger_prepare(void)
{
}

/* ------------------------------------------------------------------ streams */

static char pattern(size_t i)
{
	return (char)('a' + i * 7 % 26);
}

/* `total` bytes in pieces of `piece` into a stream that keeps `max`. */
static void feed(size_t max, size_t total, size_t piece)
{
	struct stream *s = stream_new(NULL, -1, max);
	size_t length, kept = total < max ? total : max, half = max / 2;
	const char *text;
	char *data = malloc(piece);

	for (size_t at = 0; at < total;) {
		size_t n = total - at < piece ? total - at : piece;

		for (size_t i = 0; i < n; i++)
			data[i] = pattern(at + i);
		stream_add(s, data, n);
		at += n;
	}
	free(data);
	text = stream_text(s, &length);
	assert_int_equal(length, kept);
	assert_int_equal(s->cut, total - kept);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(text[i],
				 pattern(total <= max || i < half ? i : total - (length - i)));
}

static void stream_keeps_head_and_tail(void **state)
{
	static const size_t totals[] = { 0, 1, 31, 32, 33, 63, 64, 65, 96, 127, 1000, 20000 };
	static const size_t pieces[] = { 1, 3, 32, 64, 100, 20000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(totals); i++)
		for (size_t k = 0; k < ARRAY_SIZE(pieces); k++)
			feed(64, totals[i], pieces[k]);
	feed(64 * 1024, 3 * 64 * 1024 + 17, 4097);
}

/* ------------------------------------------------------------------ bodies */

static void body_holds(const char *text, size_t length, size_t max, const char *want)
{
	struct body b = { 0 };

	body_string(&b, "k", text, length, max);
	assert_string_equal(b.data, want);
	assert_int_equal(b.length, strlen(want));
	assert_false(b.failed);
	body_free(&b);
}

static void body_takes_any_bytes(void **state)
{
	(void)state;
	body_holds("a\"b\\c\n\x01\x7f", 8, 100, "\"k\":\"a\\\"b\\\\c\\u000a\\u0001\\u007f\"");
	body_holds("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, 100,
		   "\"k\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	/* a lone byte, an overlong slash, a surrogate, a cut sequence, NUL: each byte replaced */
	body_holds("\xff", 1, 9, "\"k\":\"\xef\xbf\xbd\"");
	body_holds("\xc0\xaf", 2, 9, "\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\"");
	body_holds("\xed\xa0\x80", 3, 9, "\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	body_holds("\xe2\x82", 2, 9, "\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\"");
	body_holds("a\0b", 3, 9,
		   "\"k\":\"a\xef\xbf\xbd"
		   "b\"");
	/* never half a character */
	body_holds("ab\xe2\x82\xac", 5, 4, "\"k\":\"ab\"");
	body_holds("ab\xe2\x82\xac", 5, 5, "\"k\":\"ab\xe2\x82\xac\"");
}

static void body_does_not_outgrow_its_bound(void **state)
{
	struct body b = { 0 };
	char *text = calloc(1, EVENT_BODY_MAX);

	(void)state;
	memset(text, '\n', EVENT_BODY_MAX);
	body_string(&b, "k", text, EVENT_BODY_MAX, EVENT_BODY_MAX);
	assert_true(b.failed);
	assert_true(b.length < EVENT_BODY_MAX);
	body_free(&b);
	free(text);
}

/* ------------------------------------------------------------------ answers of the probe */

#define SAY(n, rest) "{\"probe\":\"" n "\",\"time\":1," rest "}\n"

static void facts_come_with_the_nonce(void **state)
{
	static const char
		text[] =
			"noise\n" SAY("abc", "\"fact\":\"ids\",\"value\":{\"uid\":7}")
				SAY("xyz", "\"fact\":\"ids\",\"value\":{\"uid\":0}") "prompt$ " SAY(
					"abc", "\"fact\":\"read\",\"value\":\"one\"")
					SAY("abc", "\"fact\":\"read\",\"value\":{\"errno\":"
						   "\"EROFS\"}") "{\"probe\":\"abc\" not "
								 "json\n\0binary\n" SAY(
									 "abc",
									 "\"done\":true") "{\"probe"
											  "\":"
											  "\"abc\","
											  "\"fact\""
											  ":\"late"
											  "\","
											  "\"value"
											  "\":1}";
	const struct facts *f = facts_parse(text, sizeof(text) - 1, "abc");

	(void)state;
	assert_true(f->done);
	assert_int_equal(facts_int(f, "ids.uid"), 7);
	assert_string_equal(facts_string(f, "read"), "one");
	assert_string_equal(facts_errno(f, "read#2"), "EROFS");
	assert_string_equal(facts_errno(f, "ids"), "");
	assert_null(facts_errno(f, "write"));
	assert_null(facts_get(f, "late")); /* a line without its end */
	assert_int_equal(facts_int(f, "ids.nothing"), LLONG_MIN);
	f = facts_parse(text, sizeof(text) - 1, "ab");
	assert_false(f->done);
	assert_null(facts_get(f, "ids"));
	assert_null(facts_get(NULL, "ids"));
}

/* ------------------------------------------------------------------ paths in a configuration */

static void paths_make_what_is_missing(void **state)
{
	struct bundle b = { .config = json_object() };
	char *text;

	(void)state;
	bundle_set(&b, "a.b.c", "i", 1);
	bundle_set(&b, "list.+", "s", "x");
	bundle_set(&b, "list.+", "s", "y");
	bundle_set(&b, "list.0", "s", "z");
	bundle_set(&b, "deep.0.name", "s", "n");
	bundle_set(&b, "/notes/org.example/key", "s", "v");
	bundle_set(&b, "/notes/with.dot", "b", 1);
	bundle_set(&b, "nothing", "n");
	text = json_dumps(b.config, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text,
			    "{\"a\":{\"b\":{\"c\":1}},\"deep\":[{\"name\":\"n\"}],"
			    "\"list\":[\"z\",\"y\"],\"notes\":{\"org.example\":{\"key\":\"v\"},"
			    "\"with.dot\":true},\"nothing\":null}");
	free(text);
	assert_string_equal(json_string_value(bundle_get(&b, "/notes/org.example/key")), "v");
	assert_string_equal(json_string_value(bundle_get(&b, "list.1")), "y");
	assert_null(bundle_get(&b, "list.9"));
	assert_null(bundle_get(&b, "a.b.c.d"));
	bundle_remove(&b, "a.b.c");
	bundle_remove(&b, "list.0");
	bundle_remove(&b, "/notes/with.dot");
	assert_int_equal(json_object_size(bundle_get(&b, "a.b")), 0);
	assert_string_equal(json_string_value(bundle_get(&b, "list.0")), "y");
	assert_null(bundle_get(&b, "/notes/with.dot"));
}

/* ------------------------------------------------------------------ what stands still */

static void a_process_that_waits_is_named(void **state)
{
	struct test t = { 0 };
	const char *text, *line;
	pid_t pid = fork();

	(void)state;
	assert_return_code(pid, errno);
	if (!pid) {
		prctl(PR_SET_NAME, "a (name) b");
		for (;;)
			pause();
	}
	/* It gives itself the name a little later. */
	do
		text = world_waits(&t);
	while (!(line = strstr(text, format(&t, "pid %d, a child of %d, a (name) b: 1 ", (int)pid, (int)getpid()))));
	assert_non_null(strchr(line, '\n'));
	assert_null(strstr(text, format(&t, "pid %d, ", (int)getpid())));
	kill(pid, SIGKILL);
	assert_return_code(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), errno);
	assert_non_null(strstr(world_waits(&t), format(&t, "pid %d, a child of %d, a (name) b: a zombie\n",
							(int)pid, (int)getpid())));
	waitpid(pid, NULL, 0);
}

/* ------------------------------------------------------------------ the log of a bundle */

#define SAID(label, rest) "{\"probe\":\"n1\",\"label\":\"" label "\"," rest "}\n"
#define BEGINS(label)	  SAID(label, "\"fact\":\"begin\"")
#define ENDS(label)	  SAID(label, "\"done\":true")

/* What log_story() and log_labels() say of a log. */
static void log_says(const char *text, const char *story, const char *labels)
{
	char folder[] = "/tmp/assay-log-XXXXXX";
	struct test t = { 0 };
	struct bundle b = { .t = &t, .log = mkdtemp(folder), .nonce = "n1" };
	const char *path = format(&t, "%s/log", b.log);
	FILE *file;

	assert_non_null(b.log);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_string_equal(log_story(&b), story);
	assert_string_equal(log_labels(&b), labels);
	unlink(path);
	rmdir(b.log);
}

static void a_log_is_told_in_the_order_of_its_lines(void **state)
{
	(void)state;
	log_says("", "nothing ran", "");
	log_says(BEGINS("a") ENDS("a") BEGINS("b") SAID("b", "\"fact\":\"state\"") ENDS("b") BEGINS("a"),
		 "a begins, a ends, b begins, b ends, a begins", "a b a");
	log_says(BEGINS("a") BEGINS("b") ENDS("a") ENDS("b"), "a begins, b begins, a ends, b ends", "a b");
	/* Words of others, no JSON, and the half of a line. */
	log_says("{\"probe\":\"n2\",\"label\":\"a\",\"fact\":\"begin\"}\nhello\n\n" BEGINS("a")
		 "{\"probe\":\"n1\",\"label\":\"a\",\"done\":true}",
		 "a begins", "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_keeps_head_and_tail),
		cmocka_unit_test(body_takes_any_bytes),
		cmocka_unit_test(body_does_not_outgrow_its_bound),
		cmocka_unit_test(facts_come_with_the_nonce),
		cmocka_unit_test(paths_make_what_is_missing),
		cmocka_unit_test(a_process_that_waits_is_named),
		cmocka_unit_test(a_log_is_told_in_the_order_of_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
