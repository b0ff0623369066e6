/* LINK: suite/core/stream.c suite/core/patience.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: what comes wakes whoever waits for it, at whatever moment it comes. */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS	30000
#define LIMIT_S 5

/* Of other files of the engine, which a stream needs nothing else of. */
void *take(size_t size)
{
	return calloc(1, size ? size : 1);
}

void reap_orphans(struct test *t)
{
	(void)t;
}

const char *world_waits(struct test *t)
{
	(void)t;
	return "";
}

void test_hang(struct test *t, const char *what, const char *stood)
{
	(void)stood;
	(void)t;
	fail_msg("hangs: %s", what);
	abort();
}

size_t file_look(const char *path, char *text, size_t size)
{
	(void)path;
	(void)size;
	*text = '\0';
	return 0;
}

static const int64_t limit = LIMIT_S * 1000000000LL;

/* A child that answers every byte with one. */
static pid_t echo(int *to, int *from)
{
	int in[2], out[2];
	pid_t pid;
	char byte;

	assert_return_code(pipe(in), errno);
	assert_return_code(pipe(out), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (!pid) {
		close(in[1]);
		close(out[0]);
		while (read(in[0], &byte, 1) == 1 && write(out[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	close(in[0]);
	close(out[1]);
	assert_return_code(fcntl(out[0], F_SETFL, O_NONBLOCK), errno);
	*to = in[1];
	*from = out[0];
	return pid;
}

/* Who waits for the descriptor of a stream, which is drained meanwhile, must not miss its data. */
static void waits_for_a_stream(void **state)
{
	struct test t = { 0 };
	struct stream *s;
	int to, from, other[2];
	pid_t pid = echo(&to, &from);

	(void)state;
	assert_return_code(pipe(other), errno);
	s = stream_new(&t, from, 1 << 20);
	stream_new(&t, other[0], 16);
	for (size_t i = 1; i <= ROUNDS; i++) {
		const int fds[] = { from, other[0] };

		assert_int_equal(write(to, "x", 1), 1);
		while (s->head_length < i)
			assert_int_equal(pump(&t, fds, 2, now_ns() + limit), 0);
	}
	close(to);
	assert_int_equal(pump(&t, &from, 1, now_ns() + limit), 0);
	assert_true(s->ended);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(pump(&t, other, 1, now_ns()), -1);
}

/* The others are drained, and who is not there stays away. */
static void drains_the_others(void **state)
{
	struct test t = { 0 };
	struct stream *s;
	int one[2], two[2];
	size_t length;

	(void)state;
	assert_return_code(pipe(one), errno);
	assert_return_code(pipe(two), errno);
	assert_return_code(fcntl(one[0], F_SETFL, O_NONBLOCK), errno);
	s = stream_new(&t, one[0], 64);
	assert_int_equal(write(one[1], "early", 5), 5);
	assert_int_equal(pump(&t, NULL, 0, 0), -1);
	assert_string_equal(stream_text(s, &length), "early");
	assert_int_equal(write(one[1], "late", 4), 4);
	assert_int_equal(pump(&t, two, 1, now_ns()), -1);
	assert_string_equal(stream_text(s, NULL), "earlylate");
	assert_int_equal(write(two[1], "x", 1), 1);
	assert_int_equal(pump(&t, two, 1, now_ns() + limit), 0);
	close(one[1]);
	assert_int_equal(pump(&t, NULL, 0, 0), -1);
	assert_true(s->ended);
	assert_int_equal(pump(&t, two, 1, now_ns() + limit), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_a_stream),
		cmocka_unit_test(drains_the_others),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
