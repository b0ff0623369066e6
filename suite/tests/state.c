/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `state` says: every property in every status, and that asking does no harm. It must never
 * take the text of an answer for more than JSON: order, blanks and line ends are the runtime's.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* One answer, parsed without the engine's strictness: each fault is to fail its own requirement. */
struct look {
	const char *when;
	const struct result *result;
	json_t *json;
};

static struct look look_at(struct test *t, const char *when, const struct state *s)
{
	struct look l = { when, s->result, NULL };

	if (!result_ok(l.result))
		test_stop(t, "state exits with 0", "in status %s: %s", when,
			  result_text(t, l.result));
	l.json = life_object(l.result->out, l.result->out_length);
	if (!l.json)
		test_stop(t, "state prints one JSON object and nothing else",
			  "in status %s: %.500s", when, l.result->out);
	return l;
}

/* A container is looked at in each status of its life. */
struct looks {
	struct container *c;
	pid_t pid; /* in status created */
	struct look in[3];
};

static struct looks all_looks(struct test *t, struct bundle *b)
{
	struct looks l = { .c = life_created(b) };
	const struct state *s = op_state(l.c);

	l.pid = s->pid;
	l.in[0] = look_at(t, "created", s);
	must_start(l.c);
	must_answer(l.c);
	l.in[1] = look_at(t, "running", op_state(l.c));
	container_close_input(l.c);
	container_wait(l.c);
	l.in[2] = look_at(t, "stopped", state_until(l.c, "stopped"));
	return l;
}

/* A check of every look: `ok` of the value of a property. */
static void each(struct test *t, const char *requirement, const struct looks *l, const char *name,
		 bool (*ok)(const json_t *), const char *expected)
{
	for (size_t i = 0; i < ARRAY_SIZE(l->in); i++) {
		const json_t *value = json_object_get(l->in[i].json, name);

		check_seen(t, requirement, ok(value),
			   format(t, "%s in status %s: %s", name, l->in[i].when, expected),
			   "%s: %s", name, life_json(t, value));
	}
}

static bool is_there(const json_t *value)
{
	return value != NULL;
}

static bool is_string(const json_t *value)
{
	return json_is_string(value);
}

static bool is_semver(const json_t *value)
{
	return json_is_string(value) && semver_valid(json_string_value(value));
}

static bool is_integer_if_there(const json_t *value)
{
	return !value || json_is_integer(value);
}

static bool is_positive(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0;
}

static bool is_not_negative_if_there(const json_t *value)
{
	return !json_is_number(value) || json_number_value(value) >= 0;
}

/* ------------------------------------------------------------------ properties */

static void version_value(struct test *t, const struct looks *l)
{
	const char *max = json_string_value(json_object_get(runtime_features(t), "ociVersionMax"));

	for (size_t i = 0; i < ARRAY_SIZE(l->in); i++) {
		const char *is = json_string_value(json_object_get(l->in[i].json, "ociVersion"));
		bool major_1 = is && semver_valid(is) && !strncmp(is, "1.", 2), ok = major_1;

		if (ok && max && semver_valid(max))
			ok = semver_compare(is, max) <= 0;
		check_seen(t, "state.oci-version.plausible", ok,
			   max ? format(t, "a version of major 1, not above ociVersionMax %s", max)
			       : "a version of major 1",
			   "%s", is ? is : "no string");
		check_seen(t, "state.oci-version.at-create",
			   major_1 && json_equal(json_object_get(l->in[0].json, "ociVersion"),
					      json_object_get(l->in[i].json, "ociVersion")),
			   format(t, "a version of major 1, that of the first status, %s",
				  life_json(t, json_object_get(l->in[0].json, "ociVersion"))),
			   "%s", life_json(t, json_object_get(l->in[i].json, "ociVersion")));
	}
}

static void pattern(struct test *t, const struct looks *l)
{
	static const char *const schema[] = { "state.schema.created", "state.schema.running",
					      "state.schema.stopped" };

	for (size_t i = 0; i < ARRAY_SIZE(l->in); i++) {
		const struct look *k = &l->in[i];
		const char *against = life_schema(t, k->json);

		check_seen(t, schema[i], !against, "state as its schema demands", "%s",
			   against ? against : "so");
		check_seen(t, "state.pattern", !against, "state as the text shows it", "%s",
			   against ? against : "so");
		check_pass(t, "state.json.single-object"); /* look_at() has seen to it */
		check_seen(t, "state.json.no-duplicate-names",
			   life_no_duplicates(k->result->out, k->result->out_length),
			   "no name twice in an object", "in status %s: %.500s", k->when,
			   k->result->out);
	}
}

static void properties(struct test *t)
{
	const struct looks l = all_looks(t, life_bundle(t));

	each(t, "state.oci-version.present", &l, "ociVersion", is_there, "there");
	each(t, "state.oci-version.string", &l, "ociVersion", is_string, "a string");
	each(t, "state.oci-version.semver", &l, "ociVersion", is_semver, "a SemVer version");
	each(t, "state.id.present", &l, "id", is_string, "a string");
	each(t, "state.status.present", &l, "status", is_string, "a string");
	each(t, "state.bundle.present", &l, "bundle", is_string, "a string");
	each(t, "state.pid.integer", &l, "pid", is_integer_if_there, "an integer, if there");
	each(t, "state.pid.not-negative", &l, "pid", is_not_negative_if_there,
	     "0 or more, if there");
	check_seen(t, "state.pid.present-created",
		   is_positive(json_object_get(l.in[0].json, "pid")),
		   "pid in status created: a positive integer", "pid: %s",
		   life_json(t, json_object_get(l.in[0].json, "pid")));
	check_seen(t, "state.pid.present-running",
		   is_positive(json_object_get(l.in[1].json, "pid")),
		   "pid in status running: a positive integer", "pid: %s",
		   life_json(t, json_object_get(l.in[1].json, "pid")));
	/* It may be missing or be whatever number: but that is all. */
	check_seen(t, "state.pid.stopped-optional",
		   is_integer_if_there(json_object_get(l.in[2].json, "pid")),
		   "pid in status stopped: absent or an integer", "pid: %s",
		   life_json(t, json_object_get(l.in[2].json, "pid")));
	version_value(t, &l);
	pattern(t, &l);
}

static void status_words(struct test *t)
{
	const struct looks l = all_looks(t, life_bundle(t));
	static const char *const rows[] = { "state.status.created", "state.status.running",
					    "state.status.stopped" };

	for (size_t i = 0; i < ARRAY_SIZE(l.in); i++) {
		const char *is = json_string_value(json_object_get(l.in[i].json, "status"));

		check_string(t, rows[i], "status", l.in[i].when, is);
		check_seen(t, "state.status.extra-not-synonym", life_standard_status(is),
			   format(t, "the word of the text for status %s", l.in[i].when),
			   "status: %s", is ? is : "absent");
		check_seen(t, "state.status.extra-values", is && *is,
			   "a word, of the text or of the runtime's own", "status: %s",
			   is ? is : "no string");
	}
	/* "until delete": it stays so. */
	for (int i = 0; i < 5; i++) {
		const struct state *s = op_state(l.c);

		check_seen(t, "state.status.stopped", result_ok(s->result) && life_is(s, "stopped"),
			   "status stopped until delete", "%s", life_words(t, s));
	}
}

static void extra_properties(struct test *t)
{
	static const char *const known[] = { "ociVersion", "id",     "status",
					     "pid",	   "bundle", "annotations" };
	struct container *c = life_created(life_bundle(t));
	const struct state *s = must_state(c);
	const char *against = life_schema(t, s->json), *key, *more = "";
	json_t *value;

	json_object_foreach (s->json, key, value) {
		bool is_known = false;

		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			is_known |= !strcmp(known[i], key);
		if (!is_known)
			more = format(t, "%s %s", more, key);
	}
	/* Beside the ones of the text, not in their place. */
	check_seen(t, "state.extra-properties", !against,
		   "the properties of the text, and any number of others", "%s; others:%s",
		   against ? against : "so", *more ? more : " none");
}

/* Ids that engines use; a runtime may refuse what it finds invalid, but not change it. */
static void id_unchanged(struct test *t)
{
	static const char *const ids[] = {
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "a_b.c-d",
		"8461", "Q"
	};
	struct bundle *b = life_bundle(t);
	struct container *c = life_created(b);

	check_string(t, "state.id.equals-argument", "id", container_id(c), must_state(c)->id);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct state *s;

		c = container_with_id(bundle_copy(b), ids[i]);
		if (!result_ok(op_create(c)))
			continue;
		s = op_state(c);
		if (!result_ok(s->result))
			test_stop(t, "state knows what create has created", "%s: %s", ids[i],
				  life_words(t, s));
		check_string(t, "state.id.equals-argument", "id", ids[i],
			     json_string_value(json_object_get(
				     life_object(s->result->out, s->result->out_length), "id")));
	}
}

/* ------------------------------------------------------------------ bundle */

/* create in a directory, with these options in front of the id; state is asked from /. */
static const struct state *created_in(struct test *t, struct container *c, const char *cwd,
				      const char *const *options)
{
	const struct state *s;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct result *r;

	bundle_write(container_bundle(c));
	r = runtime_call(t, &(struct call){ .command = "create",
					    .options = options,
					    .arguments = WORDS(container_id(c)),
					    .cwd = cwd,
					    .in = nothing,
					    .out = nothing,
					    .err = nothing });
	close(nothing);
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s, in %s: %s", r->command, cwd,
			  result_text(t, r));
	s = op_state(c);
	if (!result_ok(s->result) || !s->json)
		test_stop(t, "state knows the container", "%s", life_words(t, s));
	return s;
}

/* What state says of the bundle is one thing, which bundle was taken another. */
static void check_runs(struct test *t, const char *requirement, struct container *c)
{
	if (check_ok(t, requirement, op_start(c)))
		check_true(t, requirement, log_wait(container_bundle(c), "process", 0)->done,
			   "the program of the bundle runs", "it does not");
}

static void bundle_relative(struct test *t)
{
	struct bundle *b = bundle_new(t), *other;
	struct container *direct, *around;
	const char *name, *parent;
	const struct state *s;

	bundle_log_process(b);
	other = bundle_copy(b);
	direct = container_new(b);
	around = container_new(other);
	name = strrchr(bundle_path(b), '/') + 1;
	parent = format(t, "%.*s", (int)(name - 1 - bundle_path(b)), bundle_path(b));
	/* Both before the first check: who stops then has shown nothing. */
	s = created_in(t, direct, parent, WORDS("--bundle", name));
	name = strrchr(bundle_path(other), '/') + 1;
	created_in(t, around, parent, WORDS("--bundle", format(t, "./%s/../%s", name, name)));
	check_seen(t, "state.bundle.absolute", s->bundle && *s->bundle == '/',
		   "bundle: an absolute path", "bundle: %s", s->bundle ? s->bundle : "no string");
	life_check_bundle(t, "state.bundle.right-directory", s, bundle_path(b));
	check_runs(t, "cli.create.bundle-relative", direct);
	check_runs(t, "cli.create.bundle-relative", around);
}

static void bundle_from_cwd(struct test *t)
{
	struct bundle *b = life_bundle(t);
	const struct state *s = created_in(t, container_new(b), bundle_path(b), NULL);
	static const char *const rows[] = { "state.bundle.default-cwd",
					    "cli.create.bundle-default" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		life_check_bundle(t, rows[i], s, bundle_path(b));
}

/* ------------------------------------------------------------------ annotations */

/* What the state says of annotations, in each status, against what was configured (borrowed). */
static void annotation_looks(struct test *t, struct bundle *b, const char *requirement,
			     const json_t *configured)
{
	const struct looks l = all_looks(t, b);

	for (size_t i = 0; i < ARRAY_SIZE(l.in); i++) {
		const json_t *is = json_object_get(l.in[i].json, "annotations");
		bool ok = !is || json_equal(is, configured);

		/* null and wrong types have rows of their own. */
		if (is && !json_is_object(is))
			ok = true;
		check_seen(t, requirement, ok,
			   format(t, "in status %s annotations, if there, are %s", l.in[i].when,
				  life_json(t, configured)),
			   "%s", life_json(t, is));
		check_seen(t, "state.annotations.optional", !is || ok,
			   "annotations: absent, or those of the configuration",
			   "in status %s: %s", l.in[i].when, life_json(t, is));
	}
}

static void annotations(struct test *t)
{
	struct bundle *b = life_bundle(t);

	bundle_set(b, "annotations", "{s:s s:s s:s}", "org.example.one", "1", "org.example.two",
		   "second value", "three", "");
	annotation_looks(t, b, "state.annotations.match", bundle_get(b, "annotations"));
	b = life_bundle(t);
	annotation_looks(t, b, "state.annotations.match", json_object());
}

static void annotations_none(struct test *t)
{
	struct bundle *b = life_bundle(t);

	for (int empty = 0; empty < 2; empty++) {
		const struct looks l = all_looks(t, b);

		for (size_t i = 0; i < ARRAY_SIZE(l.in); i++) {
			const json_t *is = json_object_get(l.in[i].json, "annotations");

			check_seen(t, "state.annotations.not-null", !is || json_is_object(is),
				   "annotations: absent or an object", "in status %s: %s",
				   l.in[i].when, life_json(t, is));
			check_seen(t, "state.annotations.none", !json_object_size(is),
				   "annotations: absent or empty", "in status %s: %s",
				   l.in[i].when, life_json(t, is));
		}
		b = bundle_copy(b);
		bundle_put(b, "annotations", json_object());
	}
}

static void annotation_types(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct looks l;

	bundle_set(b, "annotations", "{s:s s:s s:s s:s}", "a", "1", "b", "true", "c", "", "d",
		   "null");
	l = all_looks(t, b);
	for (size_t i = 0; i < ARRAY_SIZE(l.in); i++) {
		json_t *is = json_object_get(l.in[i].json, "annotations"), *value;
		const char *key;
		bool ok = !is || json_is_object(is);

		json_object_foreach (is, key, value)
			ok &= json_is_string(value) &&
			      (!json_object_get(bundle_get(b, "annotations"), key) ||
			       json_equal(value,
					  json_object_get(bundle_get(b, "annotations"), key)));
		check_seen(t, "state.annotations.string-values", ok,
			   "the values stay the strings they were", "in status %s: %s",
			   l.in[i].when, life_json(t, is));
	}
}

static void annotation_escapes(struct test *t)
{
	struct bundle *b = life_bundle(t);

	bundle_set(b, "annotations", "{s:s s:s s:s s:s s:s}", "quote\"back\\slash", "a \"b\" \\c\\",
		   "line", "one\ntwo\ttab\rreturn", "control", "\x01\x1f end", "caf\xc3\xa9",
		   "\xf0\x9f\x93\xa6 \xe2\x82\xac", "slash", "a/b</script>");
	annotation_looks(t, b, "state.annotations.escaping", bundle_get(b, "annotations"));
}

/* More than a pipe, and more than the suite keeps of a stream: both go into files. */
static void annotations_large(struct test *t)
{
	const char *id = "state.annotations.large", *kind;
	const char *fifo = fifo_new(t, "read-late"), *saved = format(t, "%s/saved", test_dir(t));
	const char *printed = format(t, "%s/printed", test_dir(t)), *text[2];
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	struct running *create;
	const struct result *r;
	char value[4097];
	int fd, out;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < 200; i++)
		bundle_set(b, format(t, "annotations.key-%d", i), "s", value);
	kind = test_spec(t) >= 10002 ? "createRuntime" : "prestart";
	bundle_hook(b, kind, "reader", "fifo", fifo, "save", saved, NULL);
	bundle_write(b);
	create = create_begin(t, c);
	fd = fifo_or_end(t, fifo, create);
	if (fd >= 0)
		close(fd);
	r = running_end(create);
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	out = open(printed, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	r = op_with(c, "state", &(struct call){ .out = out });
	close(out);
	if (!result_ok(r))
		test_stop(t, "state exits with 0", "%s", result_text(t, r));
	text[0] = file_read(t, saved);
	text[1] = file_read(t, printed);
	for (size_t i = 0; i < 2; i++) {
		const json_t *state = text[i] ? life_object(text[i], strlen(text[i])) : NULL;
		const json_t *is = json_object_get(state, "annotations");

		check_true(t, id, state, "one JSON object",
			   i ? "the state is none" : "what the hook read is none");
		check_true(t, id, !is || json_equal(is, bundle_get(b, "annotations")),
			   "all annotations, if any", "%zu of 200, or cut", json_object_size(is));
	}
}

/* ------------------------------------------------------------------ pid */

/* What there is to know of the process only when it runs on our kernel. */
static void command_line(struct test *t, struct container *c, const struct facts *f)
{
	struct bundle *b = container_bundle(c);
	pid_t pid = must_state(c)->pid;
	const char *path = format(t, "/proc/%d/cmdline", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096] = "";
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	json_t *words = json_array();

	if (fd >= 0)
		close(fd);
	for (const char *word = text; n > 0 && word < text + n; word += strlen(word) + 1)
		json_array_append_new(words, json_string(word));
	if (shared_kernel(f))
		check_json(t, "state.pid.running-process", path, bundle_get(b, "process.args"),
			   words);
}

static void pid_of_process(struct test *t)
{
	static const char *const types[] = { "ipc", "mnt", "pid", "uts" };
	static const char *const both[] = { "state.pid.running-process",
					    "state.pid.caller-namespace" };
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct state *created, *running;
	const struct facts *f;
	long long inode[ARRAY_SIZE(types)];
	bool ended;
	int pidfd;

	bundle_probe(b, "ns", "echo", "up", "wait", "echo", "one", NULL);
	c = life_created(b);
	created = must_state(c);
	pidfd = created->pid > 0 ? (int)syscall(SYS_pidfd_open, created->pid, 0) : -1;
	if (pidfd < 0)
		test_stop(t, "pid names a live process while the status is created", "%s",
			  life_words(t, created));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		inode[i] = namespace_of(created->pid, types[i]);
	check_true(t, "state.pid.created-process", !container_ended(c),
		   "the process lives on after create has exited", "it has ended");
	must_start(c);
	f = must_answer(c);
	running = must_state(c);
	for (size_t i = 0; shared_kernel(f) && i < ARRAY_SIZE(types); i++)
		check_seen(t, "state.pid.created-process",
			   inode[i] && inode[i] != namespace_of(getpid(), types[i]),
			   format(t, "in status created the process is in a new %s namespace",
				  types[i]),
			   "inode %lld, that of the caller is %lld", inode[i],
			   namespace_of(getpid(), types[i]));
	ended = container_ended(c);
	check_seen(t, "state.pid.stable-over-start",
		   running->pid == created->pid && !ended,
		   "the pid of status created, still alive", "created: %s; running: %s%s",
		   life_words(t, created), life_words(t, running), ended ? "; it has ended" : "");
	command_line(t, c, f);
	check_true(t, "state.pid.running-process", !container_ended(c),
		   "the process lives while the program does", "it has ended");
	container_close_input(c);
	container_wait_zombie(c);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		check_true(t, both[i], readable_soon(t, pidfd),
			   "the process that state named ends with the program", "it lives on");
}

static void pid_after_stop(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	pid_t was = must_state(c)->pid;
	const struct state *s;
	bool free;

	must_start(c);
	must_answer(c);
	life_stop(t, c);
	s = op_state(c);
	free = kill(was, 0) && errno == ESRCH;
	/* Any other number was that of something else when it was printed. */
	check_seen(t, "state.pid.stopped-not-foreign",
		   s->json && (s->pid <= 0 || (s->pid == was && free)),
		   "pid absent, not positive, or the number that nobody has any more",
		   "%s; before: pid %d, which %s has now", life_words(t, s), (int)was,
		   free ? "nobody" : "some process");
}

static void echo_bytes(int fd) __attribute__((noreturn));
static void echo_bytes(int fd)
{
	char byte;

	while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
		;
	_exit(0);
}

/* A child of the test with this pid, that answers each byte; 0 when the number is somebody's. */
static pid_t child_with_pid(struct test *t, pid_t pid, int *fd)
{
	struct clone_args a = { .exit_signal = SIGCHLD,
				.set_tid = (uintptr_t)&pid,
				.set_tid_size = 1 };
	pid_t child;
	int end[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end))
		test_broken(t, "socketpair: %s", strerror(errno));
	child = (pid_t)syscall(SYS_clone3, &a, sizeof(a));
	if (child == 0) {
		close(end[0]);
		echo_bytes(end[1]);
	}
	if (child < 0 && errno == EEXIST)
		return 0;
	if (child < 0)
		test_skip(t, "clone3 with set_tid: %s", strerror(errno));
	close(end[1]);
	*fd = end[0];
	return child;
}

/* One that has been killed never does, however long it takes to die. */
static bool child_answers(struct test *t, int fd)
{
	char byte = '?';

	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return false;
	wait_readable(t, fd, "the stranger answers or ends");
	return read(fd, &byte, 1) == 1;
}

static void recycled_pid(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	pid_t pid = must_state(c)->pid, stranger;
	const struct result *r;
	int fd = -1;

	must_start(c);
	must_answer(c);
	life_stop(t, c);
	stranger = child_with_pid(t, pid, &fd);
	if (!stranger) {
		/* Who keeps the zombie keeps the number from being used anew. */
		check_pass(t, "state.status.pid-reuse");
		check_pass(t, "ops.kill.pid-reuse");
		return;
	}
	life_check(t, "state.status.pid-reuse", op_state(c), "stopped");
	r = op_kill(c, "KILL");
	check_error(t, "ops.kill.pid-reuse", r);
	check_true(t, "ops.kill.pid-reuse", child_answers(t, fd), "the stranger lives",
		   "it is dead");
}

/* ------------------------------------------------------------------ status in odd moments */

static void created_persists(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const struct state *first = must_state(c);

	for (int i = 0; i < 20; i++) {
		const struct state *s = op_state(c);

		if (!life_is(s, "created") || !life_same(first, s) || container_ended(c)) {
			check_fail(t, "state.status.created-persists",
				   "created, with the same pid, until somebody acts",
				   "query %d: %s%s", i + 1, life_words(t, s),
				   container_ended(c) ? "; the process has ended" : "");
			return;
		}
	}
	check_pass(t, "state.status.created-persists");
}

static void unreaped(struct test *t)
{
	struct container *c = life_running(life_bundle(t));
	const struct state *s;
	pid_t pid = container_pid(c);

	container_close_input(c);
	container_wait_zombie(c);
	s = state_until(c, "stopped");
	check_seen(t, "state.status.unreaped", life_is(s, "stopped"),
		   "status stopped once the process has exited", "%s; state of the process: %c",
		   life_words(t, s), process_state(t, pid) ? process_state(t, pid) : '-');
	check_error(t, "ops.kill.unreaped", op_kill(c, "TERM"));
	check_ok(t, "ops.delete.stopped-unreaped", op_delete(c));
}

static void killed_from_host(struct test *t)
{
	struct container *c = life_running(life_bundle(t));

	if (kill(container_pid(c), SIGKILL))
		test_broken(t, "kill %d: %s", (int)container_pid(c), strerror(errno));
	container_wait(c);
	life_check(t, "state.status.killed-from-host", state_until(c, "stopped"), "stopped");
}

/* SIGSTOP, and its event; a sandbox is asked to halt the program, not halted itself. */
static void halt(struct test *t, struct container *c, bool shared)
{
	pid_t pid = container_pid(c);
	siginfo_t info = { .si_pid = 0 };

	if (!shared && !result_ok(op_kill(c, "STOP")))
		test_disable(t, "kill has no STOP, and from outside it cannot be halted");
	if (!shared)
		return;
	if (kill(pid, SIGSTOP))
		test_broken(t, "kill %d: %s", (int)pid, strerror(errno));
	/* When the process is somebody else's child we go without. */
	(void)waitid(P_PID, (id_t)pid, &info, WSTOPPED);
}

static void halted(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	bool shared;

	bundle_probe(b, "ns", "echo", "up", "wait", "echo", "one", "wait", "echo", "two", "wait",
		     NULL);
	c = life_running(b);
	shared = shared_kernel(must_answer(c));
	halt(t, c, shared);
	life_check(t, "state.status.sigstop-is-running", op_state(c), "running");
	check_error(t, "ops.delete.stopped-by-sigstop-refused", op_delete(c));
	if (shared)
		kill(container_pid(c), SIGCONT);
	else
		must_kill(c, "CONT");
	check_true(t, "state.status.sigstop-is-running", life_answers(c),
		   "the program answers after SIGCONT", "it does not");
	check_true(t, "ops.delete.stopped-by-sigstop-refused", life_answers(c),
		   "the program answers after SIGCONT", "it does not");
}

static void hostile_name(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct state *s;

	/* The kernel takes the name of a program from the path that was executed. */
	bundle_symlink(b, "rootfs/) Z 1 (", "probe");
	bundle_set(b, "process.args.0", "s", "/) Z 1 (");
	c = life_running(b);
	s = op_state(c);
	check_seen(t, "state.status.hostile-process-name", life_is(s, "running"),
		   "status running, whatever the program is called", "%s", life_words(t, s));
	container_close_input(c);
	container_wait(c);
	life_check(t, "state.status.hostile-process-name", state_until(c, "stopped"), "stopped");
}

static void during_create(struct test *t)
{
	/* Older versions have no createRuntime; their prestart may also run at start. */
	const char *kind = test_spec(t) >= 10002 ? "createRuntime" : "prestart";
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	const char *fifo = fifo_new(t, "hold");
	struct running *create, *query;
	const struct result *r;
	const char *status;
	int fd, pidfd;

	bundle_hook(b, kind, "hold", "state", "fifo", fifo, NULL);
	bundle_write(b);
	create = create_begin(t, c);
	fd = fifo_or_end(t, fifo, create);
	if (fd < 0)
		test_stop(t, format(t, "create runs its %s hook", kind), "create ended before: %s",
			  result_text(t, running_end(create)));
	query = runtime_begin(t, &(struct call){ .command = "state",
						 .arguments = WORDS(container_id(c)) });
	pidfd = (int)syscall(SYS_pidfd_open, running_pid(query), 0);
	/* One that waits for create to end may do so: then the hook is let go first. */
	(void)readable_soon(t, pidfd);
	close(pidfd);
	close(fd);
	r = running_end(query);
	status = json_string_value(
		json_object_get(life_object(r->out, r->out_length), "status"));
	check_seen(t, "state.status.during-create",
		   result_ok(r) ? status && (!strcmp(status, "creating") ||
					     !strcmp(status, "created"))
				: r->exited,
		   "an error, creating or created", "%s, status %s", result_text(t, r),
		   status ? status : "none");
	if (!result_ok(running_end(create)))
		test_stop(t, "create exits with 0 after the query", "%s",
			  result_text(t, running_end(create)));
	life_check(t, "state.status.during-create", op_state(c), "created");
}

static int rank_of(const char *status)
{
	static const char *const order[] = { "creating", "created", "running", "stopped" };

	for (size_t i = 0; status && i < ARRAY_SIZE(order); i++)
		if (!strcmp(status, order[i]))
			return (int)i;
	return -1;
}

/* One query in the midst of things: whole and valid, or an error; and never a step back. */
static void glance(struct test *t, struct container *c, int *reached, bool *torn)
{
	const struct state *s = op_state(c);
	const char *against = s->json ? life_schema(t, s->json) : "no JSON object";
	bool whole = result_ok(s->result) ? !against : s->result->exited;

	if (!whole) {
		*torn = true;
		check_fail(t, "state.poll-consistent", "a valid state, or an error", "%s; %s",
			   life_words(t, s), against ? against : "");
	}
	if (rank_of(s->status) >= 0 && rank_of(s->status) < *reached)
		check_fail(t, "state.status.monotonic", "the status only moves forward",
			   "%s after step %d", life_words(t, s), *reached);
	if (rank_of(s->status) > *reached)
		*reached = rank_of(s->status);
}

static void watched(struct test *t)
{
	bool torn = false;

	for (int round = 0; round < 3; round++) {
		struct bundle *b = bundle_new(t);
		struct container *c = container_new(b);
		struct running *r;
		int reached = 0;

		bundle_write(b);
		r = create_begin(t, c);
		for (int i = 0; i < 40 && !running_done(r); i++)
			glance(t, c, &reached, &torn);
		if (!result_ok(running_end(r)))
			test_stop(t, "create exits with 0 while others ask", "%s",
				  result_text(t, running_end(r)));
		must_state(c);
		r = runtime_begin(t, &(struct call){ .command = "start",
						     .arguments = WORDS(container_id(c)) });
		for (int i = 0; i < 40 && !running_done(r); i++)
			glance(t, c, &reached, &torn);
		if (!result_ok(running_end(r)))
			test_stop(t, "start exits with 0 while others ask", "%s",
				  result_text(t, running_end(r)));
		container_wait(c);
		/* A status that was there and is not any more is a step back, and nothing else. */
		if (reached < rank_of("stopped"))
			life_must_stop(t, c);
		reached = rank_of("stopped");
		glance(t, c, &reached, &torn);
		r = runtime_begin(t, &(struct call){ .command = "delete",
						     .arguments = WORDS(container_id(c)) });
		for (int i = 0; i < 40 && !running_done(r); i++)
			glance(t, c, &reached, &torn);
		if (!result_ok(running_end(r)))
			test_stop(t, "delete exits with 0 while others ask", "%s",
				  result_text(t, running_end(r)));
	}
	check_true(t, "state.status.monotonic", true, "", "three lives");
	check_true(t, "state.poll-consistent", !torn, "a valid state, or an error", "three lives");
}

#define QUERY_KINDS                                                                                \
	(CHANGE_BIT(CHANGE_MOUNT) | CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_PROCESS) |       \
	 CHANGE_BIT(CHANGE_LINK) | CHANGE_BIT(CHANGE_HOSTNAME) | CHANGE_BIT(CHANGE_NAMESPACE))

static void query_many(struct test *t, struct container *c)
{
	const struct ledger *before;

	op_state(c);
	before = ledger_take(t);
	for (int i = 0; i < 10; i++)
		op_state(c);
	check_unchanged(t, "state.query-has-no-effect", before, ledger_take(t), QUERY_KINDS);
}

static void query_has_no_effect(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const char *id = "state.query-has-no-effect";
	const struct state *s;
	size_t n;

	query_many(t, c);
	container_output(c, &n);
	s = op_state(c);
	check_seen(t, id, life_is(s, "created") && !n, "created, the program has not run",
		   "%s, %zu bytes of output", life_words(t, s), n);
	must_start(c);
	must_answer(c);
	query_many(t, c);
	check_true(t, id, life_answers(c), "the program still answers", "it does not");
	life_stop(t, c);
	query_many(t, c);
	life_check(t, id, op_state(c), "stopped");
}

static void leader_ended(struct test *t)
{
	const char *id = "state.status.leader-thread-exited";
	struct bundle *b = bundle_new(t);
	struct container *c;
	const struct result *r;

	bundle_probe(b, "leader-ends", NULL);
	c = life_created(b);
	must_start(c);
	if (!facts_get(container_await(c, "leader"), "leader"))
		test_stop(t, "the second thread of the program speaks", "it does not");
	life_check(t, id, op_state(c), "running");
	r = op_kill(c, "KILL");
	if (!check_ok(t, id, r))
		return;
	container_wait(c);
	life_check(t, id, state_until(c, "stopped"), "stopped");
}

const struct test_entry state_tests[] = {
	{
		.name = "state/properties",
		.about = "each property of the state is there, of its type, in every status",
		.requirements = REQS(
			"state.oci-version.present", "state.oci-version.string",
			"state.oci-version.semver", "state.oci-version.plausible",
			"state.oci-version.at-create", "state.id.present", "state.status.present",
			"state.bundle.present", "state.pid.present-created",
			"state.pid.present-running", "state.pid.integer", "state.pid.not-negative",
			"state.pid.stopped-optional", "state.schema.created",
			"state.schema.running", "state.schema.stopped", "state.pattern",
			"state.json.single-object", "state.json.no-duplicate-names"),
		.run = properties,
	},
	{
		.name = "state/status",
		.about = "the status is the word of the text for where the container is",
		.requirements =
			REQS("state.status.created", "state.status.running", "state.status.stopped",
			     "state.status.extra-not-synonym", "state.status.extra-values"),
		.run = status_words,
	},
	{
		.name = "state/extra-properties",
		.about = "further properties of the state, for information",
		.requirements = REQS("state.extra-properties"),
		.run = extra_properties,
	},
	{
		.name = "state/id",
		.about = "the id is the one given to create, byte for byte, and a string",
		.requirements = REQS("state.id.equals-argument"),
		.run = id_unchanged,
	},
	{
		.name = "state/bundle-relative",
		.about = "a relative --bundle becomes an absolute path of the same directory",
		.requirements = REQS("state.bundle.absolute", "state.bundle.right-directory",
				     "cli.create.bundle-relative"),
		.run = bundle_relative,
	},
	{
		.name = "state/bundle-from-cwd",
		.about = "without --bundle the working directory is the bundle",
		.requirements = REQS("state.bundle.default-cwd", "cli.create.bundle-default"),
		.run = bundle_from_cwd,
	},
	{
		.name = "state/annotations",
		.about = "annotations of the state are those of the configuration",
		.requirements = REQS("state.annotations.match", "state.annotations.optional"),
		.run = annotations,
	},
	{
		.name = "state/annotations-none",
		.about = "without annotations the property is absent or an empty object",
		.requirements = REQS("state.annotations.not-null", "state.annotations.none"),
		.run = annotations_none,
	},
	{
		.name = "state/annotations-types",
		.about = "annotation values that look like other types stay strings",
		.requirements = REQS("state.annotations.string-values"),
		.run = annotation_types,
	},
	{
		.name = "state/annotations-escapes",
		.about = "annotation text survives JSON escaping",
		.requirements = REQS("state.annotations.escaping", "state.annotations.optional"),
		.run = annotation_escapes,
	},
	{
		.name = "state/annotations-large",
		.about = "800 KiB of annotations are complete in the state and for a hook",
		.requirements = REQS("state.annotations.large"),
		.run = annotations_large,
	},
	{
		.name = "state/pid",
		.about = "pid is the container's process, from created to its end",
		.requirements = REQS("state.pid.created-process", "state.pid.running-process",
				     "state.pid.stable-over-start", "state.pid.caller-namespace"),
		.run = pid_of_process,
	},
	{
		.name = "state/pid-after-stop",
		.about = "a stopped container's pid names nobody else",
		.requirements = REQS("state.pid.stopped-not-foreign"),
		.run = pid_after_stop,
	},
	{
		.name = "state/recycled-pid",
		.about = "a stranger with the pid of a stopped container is left alone",
		.requirements = REQS("state.status.pid-reuse", "ops.kill.pid-reuse"),
		.run = recycled_pid,
	},
	{
		.name = "state/created-persists",
		.about = "a created container stays created",
		.requirements = REQS("state.status.created-persists"),
		.run = created_persists,
	},
	{
		.name = "state/unreaped",
		.about = "a process that has exited and was not reaped counts as stopped",
		.requirements = REQS("state.status.unreaped", "ops.kill.unreaped",
				     "ops.delete.stopped-unreaped"),
		.run = unreaped,
	},
	{
		.name = "state/killed-from-host",
		.about = "a signal from outside the runtime stops the container as well",
		.requirements = REQS("state.status.killed-from-host"),
		.run = killed_from_host,
	},
	{
		.name = "state/halted",
		.about = "a program that is halted is running",
		.requirements = REQS("state.status.sigstop-is-running",
				     "ops.delete.stopped-by-sigstop-refused"),
		.run = halted,
	},
	{
		.name = "state/leader-ended",
		.about = "a program whose first thread has ended runs as long as another does",
		.requirements = REQS("state.status.leader-thread-exited"),
		.run = leader_ended,
	},
	{
		.name = "state/hostile-name",
		.about = "the name of the program does not change its status",
		.requirements = REQS("state.status.hostile-process-name"),
		.run = hostile_name,
	},
	{
		.name = "state/during-create",
		.about = "while create is at work nothing later than created is reported",
		.requirements = REQS("state.status.during-create"),
		.run = during_create,
	},
	{
		.name = "state/watched",
		.about = "queries during create, start and delete get a valid state or an error",
		.requirements = REQS("state.status.monotonic", "state.poll-consistent"),
		.run = watched,
	},
	{
		.name = "state/query-has-no-effect",
		.about = "asking changes nothing",
		.requirements = REQS("state.query-has-no-effect"),
		.run = query_has_no_effect,
	},
	{ 0 },
};
