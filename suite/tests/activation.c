/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that LISTEN_FDS announces: which reach the program, under which number. In both
 * forms: with LISTEN_FDS alone, the letter of CLI 1.0.1, and with LISTEN_PID, as sd_listen_fds(3)
 * has it. It must never take a descriptor for the one that was passed because it has its number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "life.h"

#define PASSED_MAX 5

/* Pairs of connected sockets: the ends to pass, and the suite's. */
struct sockets {
	int given[PASSED_MAX], ours[PASSED_MAX];
};

static struct sockets sockets(struct test *t)
{
	struct sockets s;

	for (int i = 0; i < PASSED_MAX; i++) {
		int end[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end))
			test_broken(t, "socketpair: %s", strerror(errno));
		s.given[i] = end[0];
		s.ours[i] = end[1];
	}
	return s;
}

/* A call with LISTEN_FDS=number (NULL: unset), `n` descriptors passed as 3, 4, ... */
static struct call activating(struct test *t, enum cli form, const char *number, const int *fds,
			      size_t n)
{
	const char **environment = calloc(3, sizeof(*environment));

	if (!environment)
		test_broken(t, "out of memory");
	environment[0] = "PATH=/usr/bin:/bin";
	environment[1] = number ? format(t, "LISTEN_FDS=%s", number) : NULL;
	return (struct call){ .environment = environment,
			      .pass = fds,
			      .n_pass = n,
			      .listen_pid = form == CLI_DIALECT };
}

static struct bundle *logging_bundle(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_log_process(b);
	return b;
}

static const struct facts *started(struct container *c)
{
	must_start(c);
	return log_wait(container_bundle(c), "process", 0)->facts;
}

/* What a program with descriptors passed to it tells, which then has ended; or NULL when create
 * does not exit with 0. */
static const struct facts *program(struct bundle *b, const struct call *call,
				   const struct result **refusal)
{
	struct container *c = container_new(b);
	const struct result *r = op_create_with(c, call);
	const struct facts *f;

	*refusal = r;
	if (!result_ok(r))
		return NULL;
	f = started(c);
	container_wait(c);
	return f;
}

static const struct facts *must_run(struct test *t, struct bundle *b, const struct call *call)
{
	const struct result *r;
	const struct facts *f = program(b, call, &r);

	if (!f)
		test_stop(t, "create with LISTEN_FDS exits with 0", "%s", result_text(t, r));
	return f;
}

static const char *token(struct test *t, int fd)
{
	return format(t, "token %d of %s", fd, test_id(t));
}

static void put(struct test *t, int fd, const char *text)
{
	const char *line = format(t, "%s\n", text);

	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		test_broken(t, "write: %s", strerror(errno));
}

/* What has come by now; the program has said that it has sent it. */
static const char *come(struct test *t, int fd)
{
	char text[256];
	ssize_t n;

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return format(t, "%s", text);
}

/* Tokens go to the program and back over each of n sockets, position by position. */
static bool exchange(struct test *t, const char *id, enum cli form, int n)
{
	struct sockets s = sockets(t);
	struct bundle *b = logging_bundle(t);
	const char *in[PASSED_MAX], *out[PASSED_MAX], *number = format(t, "%d", n);
	struct call call = activating(t, form, number, s.given, (size_t)n);
	const struct result *r;
	const struct facts *f;
	bool ok = true;

	bundle_probe(b, "echo", id, NULL);
	for (int i = 0; i < n; i++) {
		const char *fd = format(t, "%d", 3 + i);

		in[i] = token(t, 3 + i);
		out[i] = token(t, 3 + i);
		put(t, s.ours[i], in[i]);
		shutdown(s.ours[i], SHUT_WR);
		bundle_probe_add(b, "receive", fd, "send", fd, out[i], NULL);
	}
	f = program(b, &call, &r);
	if (!f)
		return check_ok(t, id, r);
	for (int i = 0; i < n; i++) {
		const char *fact = i ? format(t, "receive#%d", i + 1) : "receive";

		ok &= check_string(t, id, format(t, "what the program receives over %d", 3 + i),
				   in[i], facts_string(f, fact));
		ok &= check_string(t, id, format(t, "what the program sends over %d", 3 + i),
				   out[i], come(t, s.ours[i]));
	}
	return ok;
}

/* The same over the two pipes of which the program gets one end each. */
static void pipes(struct test *t, const char *id, enum cli form)
{
	int to[2], from[2], given[2];
	struct bundle *b = logging_bundle(t);
	struct call call = activating(t, form, "2", given, 2);
	const char *in = token(t, 3), *out = token(t, 4);
	const struct result *r;
	const struct facts *f;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		test_broken(t, "pipe: %s", strerror(errno));
	given[0] = to[0];
	given[1] = from[1];
	put(t, to[1], in);
	close(to[1]);
	bundle_probe(b, "echo", id, "receive", "3", "send", "4", out, NULL);
	f = program(b, &call, &r);
	if (!f) {
		check_ok(t, id, r);
		return;
	}
	check_string(t, id, "what the program receives over 3, a pipe", in,
		     facts_string(f, "receive"));
	check_string(t, id, "what the program sends over 4, a pipe", out, come(t, from[0]));
}

/* ------------------------------------------------------------------ the two forms */

struct form {
	struct test_case base;
	enum cli form;
};

static const struct form passing[] = {
	{ { "strict", "cli.create.listen-fds.passed.strict",
	    "LISTEN_FDS=2: descriptors 3 and 4 reach the program" },
	  CLI_STRICT },
	{ { "dialect", "cli.create.listen-fds.passed.dialect",
	    "LISTEN_FDS=2 and LISTEN_PID: descriptors 3 and 4 reach the program" },
	  CLI_DIALECT },
};

static void passed(struct test *t)
{
	const struct form *row = test_row(t);

	if (exchange(t, row->base.requirement, row->form, 2))
		pipes(t, row->base.requirement, row->form);
}

static const struct form ordering[] = {
	{ { "strict", "cli.create.listen-fds.order.strict",
	    "LISTEN_FDS=3: each descriptor keeps its number" },
	  CLI_STRICT },
	{ { "dialect", "cli.create.listen-fds.order.dialect",
	    "LISTEN_FDS=3 and LISTEN_PID: each descriptor keeps its number" },
	  CLI_DIALECT },
};

static void order(struct test *t)
{
	const struct form *row = test_row(t);

	exchange(t, row->base.requirement, row->form, 3);
}

/* ------------------------------------------------------------------ in the form that works */

static bool works(struct test *t, enum cli form)
{
	struct sockets s = sockets(t);
	struct bundle *b = logging_bundle(t);
	struct call call = activating(t, form, "1", s.given, 1);
	const struct result *r;
	const struct facts *f;
	const char *word = token(t, 3);

	put(t, s.ours[0], word);
	bundle_probe(b, "receive", "3", NULL);
	f = program(b, &call, &r);
	return f && facts_string(f, "receive") && !strcmp(facts_string(f, "receive"), word);
}

/* The payload's form first. With neither the test is over: `disabled`. */
static enum cli listen_form(struct test *t)
{
	enum cli first = test_cli(t), other = first == CLI_STRICT ? CLI_DIALECT : CLI_STRICT;

	if (works(t, first))
		return first;
	if (works(t, other))
		return other;
	test_disable(t, "LISTEN_FDS passes no descriptor, with LISTEN_PID or without");
}

static json_t *numbers(const struct facts *f)
{
	const json_t *list = facts_get(f, "fds");
	json_t *all = json_array();
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		json_array_append(all, json_object_get(one, "fd"));
	return json_is_array(list) ? all : NULL;
}

static void exact_count(struct test *t)
{
	enum cli form = listen_form(t);
	struct sockets s = sockets(t);
	struct bundle *b = logging_bundle(t);
	struct call call = activating(t, form, "2", s.given, 4);

	bundle_probe(b, "fds", NULL);
	check_set(t, "cli.create.listen-fds.exact-count",
		  "descriptors of the program, of 3 to 6 two being announced",
		  json_pack("[iiiii]", 0, 1, 2, 3, 4), numbers(must_run(t, b, &call)));
}

static int listening(struct test *t, struct sockaddr_un *a)
{
	const char *path = format(t, "%s/service", test_dir(t));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(a->sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)a, sizeof(*a)) || listen(fd, 1))
		test_broken(t, "socket %s: %s", path, strerror(errno));
	return fd;
}

static void usable(struct test *t)
{
	const char *id = "cli.create.listen-fds.usable", *word = token(t, 3);
	enum cli form = listen_form(t);
	struct sockaddr_un a;
	int service = listening(t, &a), client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct bundle *b = logging_bundle(t);
	struct call call = activating(t, form, "1", &service, 1);
	const struct facts *f;

	if (client < 0 || connect(client, (struct sockaddr *)&a, sizeof(a)))
		test_broken(t, "connect to %s: %s", a.sun_path, strerror(errno));
	bundle_probe(b, "accept", "3", word, NULL);
	f = must_run(t, b, &call);
	check_string(t, id, "the error of accepting a connection", "", facts_errno(f, "accept"));
	check_string(t, id, "the reply over the connection", word, come(t, client));
}

static void environment(struct test *t)
{
	const char *id = "cli.create.listen-fds.environment";
	enum cli form = listen_form(t);
	struct sockets s = sockets(t);
	struct bundle *b = logging_bundle(t);
	struct call call = activating(t, form, "1", s.given, 1);
	const struct facts *f;

	bundle_probe(b, "env", NULL);
	f = must_run(t, b, &call);
	check_subset(t, id, "environment of the program",
		     json_pack("[ss]", "LISTEN_FDS=1",
			       format(t, "LISTEN_PID=%lld", facts_int(f, "begin"))),
		     facts_get(f, "env"));
}

/* No form is asked for: whatever the caller sets, nothing is announced. */
static void zero(struct test *t)
{
	static const char *const values[] = { "0", NULL };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(values); i++) {
		const char *value = values[i / 2];
		struct sockets s = sockets(t);
		struct bundle *b = logging_bundle(t);
		struct call call = activating(t, i % 2 ? CLI_STRICT : CLI_DIALECT, value, s.given,
					      1);

		bundle_probe(b, "fds", NULL);
		check_set(t, "cli.create.listen-fds.zero",
			  format(t, "descriptors of the program with LISTEN_FDS %s",
				 value ? value : "unset"),
			  json_pack("[iii]", 0, 1, 2), numbers(must_run(t, b, &call)));
	}
}

static void invalid(struct test *t)
{
	static const char *const values[] = { "abc", "-1", "99999999999" };
	const char *id = "cli.create.listen-fds.invalid";

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct sockets s = sockets(t);
		struct bundle *b = logging_bundle(t);
		struct call call = activating(t, CLI_DIALECT, values[i], s.given, 1);
		const struct result *r;
		const struct facts *f;

		bundle_probe(b, "fds", NULL);
		f = program(b, &call, &r);
		if (f)
			check_set(t, id,
				  format(t, "descriptors of the program with LISTEN_FDS=%s",
					 values[i]),
				  json_pack("[iii]", 0, 1, 2), numbers(f));
		else
			check_clean_error(t, id, r);
	}
}

static void survives_start(struct test *t)
{
	const char *id = "cli.create.listen-fds.survives-start";
	enum cli form = listen_form(t);
	struct sockets s = sockets(t);
	struct bundle *b = logging_bundle(t);
	struct container *c = container_new(b);
	struct call create = activating(t, form, "1", &s.given[0], 1);
	struct call start = activating(t, form, "1", &s.given[1], 1);
	const char *of_create = token(t, 3), *of_start = token(t, 3);
	const struct result *r;

	put(t, s.ours[0], of_create);
	put(t, s.ours[1], of_start);
	bundle_probe(b, "echo", "survives-start", "receive", "3", NULL);
	r = op_create_with(c, &create);
	if (!result_ok(r))
		test_stop(t, "create with LISTEN_FDS exits with 0", "%s", result_text(t, r));
	r = op_with(c, "start", &start);
	if (!result_ok(r))
		test_stop(t, "start with LISTEN_FDS exits with 0", "%s", result_text(t, r));
	check_string(t, id, "what the program receives over 3, sent to that of create", of_create,
		     facts_string(log_wait(b, "process", 0)->facts, "receive"));
}

const struct test_entry activation_tests[] = {
	{
		.name = "listen-fds/passed",
		.about = "LISTEN_FDS=2: descriptors 3 and 4 reach the program",
		.run = passed,
		CASES(passing),
	},
	{
		.name = "listen-fds/order",
		.about = "each descriptor keeps its number",
		.run = order,
		CASES(ordering),
	},
	{
		.name = "listen-fds/exact-count",
		.about = "descriptors that are not announced do not reach the program",
		.requirements = REQS("cli.create.listen-fds.exact-count"),
		.run = exact_count,
	},
	{
		.name = "listen-fds/usable",
		.about = "a listening socket is of use to the program",
		.requirements = REQS("cli.create.listen-fds.usable"),
		.run = usable,
	},
	{
		.name = "listen-fds/environment",
		.about = "whether the program is told what it has been given, for information",
		.requirements = REQS("cli.create.listen-fds.environment"),
		.run = environment,
	},
	{
		.name = "listen-fds/zero",
		.about = "with LISTEN_FDS 0 or unset no descriptor is passed",
		.requirements = REQS("cli.create.listen-fds.zero"),
		.run = zero,
	},
	{
		.name = "listen-fds/invalid",
		.about = "with a senseless LISTEN_FDS no descriptor is passed",
		.requirements = REQS("cli.create.listen-fds.invalid"),
		.run = invalid,
	},
	{
		.name = "listen-fds/survives-start",
		.about = "the program gets the descriptors of create, whatever those of start",
		.requirements = REQS("cli.create.listen-fds.survives-start"),
		.run = survives_start,
	},
	{ 0 },
};
