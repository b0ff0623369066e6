/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an entry of hooks says: path, args, env, timeout, of every kind; and values that are none.
 * config.md, "POSIX-platform Hooks". When hooks run, and what their failure does to a container, is
 * for hooks.c. A hook leaves its mark in the log of the bundle, never on a stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

/* A kind of hook; the row of most tables here. */
struct kind {
	struct test_case c;
	const char *name; /* in the configuration */
	bool inside;	  /* path is looked up in the container */
};

#define KINDS(id)                                                                                  \
	{ { "prestart", id, NULL }, "prestart", false },                                           \
	{ { "create-runtime", id, NULL }, "createRuntime", false },                                \
	{ { "create-container", id, NULL }, "createContainer", false },                            \
	{ { "start-container", id, NULL }, "startContainer", true },                               \
	{ { "poststart", id, NULL }, "poststart", false },                                         \
	{ { "poststop", id, NULL }, "poststop", false }

static const struct kind kinds[] = { KINDS(NULL) };

static bool is(const struct kind *k, const char *name)
{
	return !strcmp(k->name, name);
}

static bool row_applies(const void *row, int spec)
{
	const struct kind *k = row;

	return life_has_hook(k->name, spec);
}

static bool has_kind(const struct test *t, const struct kind *k)
{
	return life_has_hook(k->name, test_spec(t));
}

/* Whether what is wrong with such a hook may be no more than a warning of the call that runs it. */
static bool only_warns(const struct test *t, const struct kind *k)
{
	return is(k, "poststop") || (is(k, "poststart") && test_spec(t) < 10300);
}

static const char *entry(struct test *t, const struct kind *k, const char *member)
{
	return format(t, "hooks.%s.0%s%s", k->name, *member ? "." : "", member);
}

/* ------------------------------------------------------------------ a whole life */

/* create, start, delete: the first that fails, or NULL. The program ends by itself. */
static const struct result *whole_life(struct container *c, const struct call *details)
{
	const struct result *r = op_create_with(c, details);

	if (result_ok(r))
		r = op_with(c, "start", details);
	if (!result_ok(r))
		return r;
	container_wait(c);
	state_until(c, "stopped");
	r = op_with(c, "delete", details);
	return result_ok(r) ? NULL : r;
}

/* The twin of one that must not run: it must. */
static void must_run_hook(struct test *t, struct bundle *b, const char *label)
{
	bundle_run(b, NULL);
	if (!log_count(b, label))
		test_stop(t, "the hook runs when nothing is wrong with it", "it does not");
}

/*
 * Some call of the life fails as a program does; where a warning is enough, none need to. Whether a
 * runtime dies of writing to a hook that is not there is for hooks/fail-missing-file, which sees it
 * every time; here it is a matter of luck.
 */
static void check_life_fails(struct test *t, const char *id, const char *what,
			     const struct result *failed, bool warning)
{
	check_seen(t, id, failed ? failed->exited || failed->signal == SIGPIPE : warning,
		   format(t, "%s: %s ends with an error", what,
			  warning ? "if a call fails it" : "create, or the call that runs the hook,"),
		   "%s", failed ? result_text(t, failed) : "create, start and delete work");
}

/* The hook "hook" of this bundle must not be taken: nothing runs, and a call says so. */
static void check_not_taken(struct test *t, const char *id, const struct kind *k, const char *what,
			    struct bundle *bad, const struct call *details)
{
	const struct result *failed = whole_life(container_new(bad), details);

	check_life_fails(t, id, what, failed, only_warns(t, k));
	check_int(t, id, format(t, "runs of the hook, %s", what), 0,
		  (long long)log_count(bad, "hook"));
}

/* ------------------------------------------------------------------ path */

static struct bundle *hooked(struct test *t, const struct kind *k)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "echo", "up", NULL);
	bundle_hook(b, k->name, "hook", NULL);
	return b;
}

static void no_path(struct test *t)
{
	const struct kind *k = test_row(t);
	struct bundle *b;

	must_run_hook(t, hooked(t, k), "hook");
	b = hooked(t, k);
	bundle_put(b, entry(t, k, "args.0"), json_incref(bundle_get(b, entry(t, k, "path"))));
	bundle_remove(b, entry(t, k, "path"));
	check_not_taken(t, k->c.requirement, k, "without a path", b, NULL);
}

/* A program wherever a path that is not absolute could lead: from the directory of the caller, of
 * the bundle, the root, and along PATH. */
static void place_everywhere(struct test *t, struct bundle *b, const char *cwd)
{
	const char *const at[] = { cwd, bundle_path(b), bundle_rootfs(b) };

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		const char *bin = format(t, "%s/bin", at[i]);

		need(t, !mkdir(bin, 0755) || errno == EEXIST, bin);
		if (access(format(t, "%s/hook", at[i]), F_OK))
			place_probe(t, format(t, "%s/hook", at[i]), 0755);
		if (access(format(t, "%s/hook", bin), F_OK))
			place_probe(t, format(t, "%s/hook", bin), 0755);
	}
}

static void relative_path(struct test *t)
{
	static const char *const paths[] = { "hook", "./hook", "bin/hook", "" };
	const struct kind *k = test_row(t);
	const char *cwd = host_dir(t, "cwd");
	const char *search = format(t, "PATH=%s:%s/bin:/:/bin:/usr/bin", cwd, cwd);
	const struct call details = { .cwd = cwd, .environment = WORDS(search) };

	must_run_hook(t, hooked(t, k), "hook");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct bundle *b = hooked(t, k);

		place_everywhere(t, b, cwd);
		bundle_set(b, "process.env", "[s]", search);
		bundle_set(b, entry(t, k, "env"), "[s]", search);
		bundle_set(b, entry(t, k, "path"), "s", paths[i]);
		check_not_taken(t, k->c.requirement, k, format(t, "with path \"%s\"", paths[i]), b,
				&details);
	}
}

/* What the running program is told from others by: so many bytes more at the end of its file. */
enum mark { ON_HOST = 1, IN_ROOT = 2, IN_MOUNT = 3 };

static void place_marked(struct test *t, const char *path, enum mark mark)
{
	int fd;

	place_probe(t, path, 0755);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	need(t, fd >= 0 && write(fd, "mmm", mark) == (ssize_t)mark && !close(fd), path);
}

static enum mark mark_of(struct test *t, struct bundle *b)
{
	const struct record *r = log_find(b, "hook", 0);
	struct stat st;

	need(t, !stat(test_probe(t), &st), "the probe");
	return r ? (enum mark)(facts_int(r->facts, "stat.size") - st.st_size) : 0;
}

/* A hook whose path is HOOK_DIR/hook, which is on neither side yet. */
#define HOOK_DIR "/run/assay"

static struct bundle *placed(struct test *t, const struct kind *k, bool on_host, bool in_root)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "echo", "up", NULL);
	bundle_hook(b, k->name, "hook", "stat", "/proc/self/exe", NULL);
	bundle_set(b, entry(t, k, "path"), "s", HOOK_DIR "/hook");
	need(t, !mkdir(HOOK_DIR, 0755) || errno == EEXIST, HOOK_DIR);
	need(t, !unlink(HOOK_DIR "/hook") || errno == ENOENT, HOOK_DIR "/hook");
	if (on_host)
		place_marked(t, HOOK_DIR "/hook", ON_HOST);
	bundle_dir(b, "rootfs" HOOK_DIR, 0755);
	if (in_root)
		place_marked(t, format(t, "%s" HOOK_DIR "/hook", bundle_rootfs(b)), IN_ROOT);
	return b;
}

static void path_namespace(struct test *t)
{
	const struct kind *k = test_row(t);
	const char *id = k->c.requirement;
	struct bundle *both = placed(t, k, true, true), *host, *mount;

	must_run_hook(t, both, "hook");
	check_int(t, id, "which program ran: 1 that of the host, 2 that in the root",
		  k->inside ? IN_ROOT : ON_HOST, mark_of(t, both));
	if (!k->inside) {
		check_not_taken(t, id, k, "only in the root", placed(t, k, false, true), NULL);
		return;
	}
	/* What start says of it is for lifecycle.hooks.start-container.fail-missing-file. */
	host = placed(t, k, true, false);
	bundle_log_process(host);
	whole_life(container_new(host), NULL);
	check_string(t, id, "what runs, the program being only on the host", "", log_labels(host));
	mount = placed(t, k, true, false);
	bundle_mount(mount, HOOK_DIR, "bind", host_dir(t, "mine"), "bind");
	place_marked(t, format(t, "%s/mine/hook", test_dir(t)), IN_MOUNT);
	if (check_true(t, id, !whole_life(container_new(mount), NULL),
		       "a hook in a mount of the container: create, start and delete work",
		       "one fails"))
		check_int(t, id, "which program ran: 3 that in the mount", IN_MOUNT,
			  mark_of(t, mount));
}

#define PATH_NAMESPACE(row, n, inside)                                                             \
	{ { row, "hooks." row ".path-namespace", NULL }, n, inside }

static const struct kind path_namespaces[] = {
	PATH_NAMESPACE("prestart", "prestart", false),
	PATH_NAMESPACE("create-runtime", "createRuntime", false),
	PATH_NAMESPACE("create-container", "createContainer", false),
	PATH_NAMESPACE("start-container", "startContainer", true),
	PATH_NAMESPACE("poststart", "poststart", false),
	PATH_NAMESPACE("poststop", "poststop", false),
};

static const struct kind required_paths[] = { KINDS("hooks.path.required") };
static const struct kind absolute_paths[] = { KINDS("hooks.path.absolute") };

/* ------------------------------------------------------------------ args and env */

/* The facts of the hook of a kind, whose label is its name; NULL, and decided: it did not run. */
static const struct facts *ran(struct test *t, const char *id, struct bundle *b,
			       const struct kind *k)
{
	const struct record *r = log_find(b, k->name, 0);

	check_true(t, id, r && r->done, format(t, "the %s hook runs", k->name), "it does not");
	return r ? r->facts : NULL;
}

static void args_exact(struct test *t)
{
	const char *id = "hooks.args.argv-exact";
	struct bundle *b = bundle_new(t);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_kind(t, &kinds[i])) {
			bundle_hook(b, kinds[i].name, kinds[i].name, "args", "echo", "", "echo",
				    "a b", "echo", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", "echo",
				    "$HOME", "echo", "a;exit 7", "echo", "*", "echo", "\"'`", "echo",
				    "\\n\n\t%s", "echo", "--", "echo", "-x", NULL);
			bundle_set(b, entry(t, &kinds[i], "args.0"), "s", "other name");
		}
	bundle_run(b, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct facts *f = has_kind(t, &kinds[i]) ? ran(t, id, b, &kinds[i]) : NULL;

		if (f)
			check_json(t, id, format(t, "argv of the %s hook", kinds[i].name),
				   json_incref(bundle_get(b, entry(t, &kinds[i], "args"))),
				   facts_get(f, "args"));
	}
}

/* The probe finds its words in a file beside it, as args has none. */
static void without_words(struct test *t, struct bundle *b, const struct kind *k, bool empty)
{
	const char *name = format(t, "%s.words", k->name), *words;

	words = format(t, "%s\n-l\n%s\n-o\n%s/log\ndrain\n", bundle_nonce(b), k->name,
		       k->inside ? "/log" : format(t, "%s/log", bundle_path(b)));
	bundle_hook(b, k->name, k->name, NULL);
	bundle_remove(b, entry(t, k, "args"));
	if (empty)
		bundle_set(b, entry(t, k, "args"), "[]");
	bundle_set(b, entry(t, k, "path"), "s",
		   k->inside ? format(t, "/%s", k->name)
			     : format(t, "%s/rootfs/%s", bundle_path(b), k->name));
	place_probe(t, format(t, "%s/%s", bundle_rootfs(b), k->name), 0755);
	bundle_file(b, format(t, "rootfs/%s", name), 0644, words);
}

static void args_absent(struct test *t)
{
	const char *id = "hooks.args.absent";

	for (int empty = 0; empty < 2; empty++) {
		struct bundle *b = bundle_new(t);

		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			if (has_kind(t, &kinds[i]))
				without_words(t, b, &kinds[i], empty);
		bundle_probe(b, "echo", "up", NULL);
		if (!check_true(t, id, !whole_life(container_new(b), NULL),
				format(t, "hooks %s args: create, start and delete work",
				       empty ? "with empty" : "without"),
				"one fails"))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			if (has_kind(t, &kinds[i]))
				check_int(t, id,
					  format(t, "runs of the %s hook %s args", kinds[i].name,
						 empty ? "with empty" : "without"),
					  1, (long long)log_count(b, kinds[i].name));
	}
}

/* Of which variables, by their names, a list of an environment has none. */
static bool lacks(const json_t *environment, const char *const *names)
{
	const json_t *one;
	size_t i;

	json_array_foreach (environment, i, one)
		for (const char *const *name = names; *name; name++)
			if (!strncmp(json_string_value(one), *name, strlen(*name)) &&
			    json_string_value(one)[strlen(*name)] == '=')
				return false;
	return json_is_array(environment);
}

/* Every kind of hook with this environment, the caller and the program having others. */
static struct bundle *with_environment(struct test *t, json_t *environment)
{
	static const char *const caller[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SECRET=1",
					      "HOME=/nowhere", NULL };
	const struct call details = { .environment = caller };
	struct bundle *b = bundle_new(t);
	const struct result *failed;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_kind(t, &kinds[i])) {
			bundle_hook(b, kinds[i].name, kinds[i].name, "env", NULL);
			bundle_put(b, entry(t, &kinds[i], "env"), json_incref(environment));
		}
	bundle_set(b, "process.env", "[s s]", "PATH=/bin", "PROGRAM=1");
	bundle_probe(b, "echo", "up", NULL);
	failed = whole_life(container_new(b), &details);
	if (failed)
		test_stop(t, "create, start and delete work", "%s: %s", failed->command,
			  result_text(t, failed));
	return b;
}

static void env(struct test *t)
{
	const char *applied = "hooks.env.applied", *leak = "hooks.env.no-leak";
	json_t *given = json_pack("[s s s s]", "A=1", "B=x=y", "C=", "D=$A \"\xc3\xa9\n");
	struct bundle *b = with_environment(t, given);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct facts *f;

		if (!has_kind(t, &kinds[i]))
			continue;
		f = ran(t, applied, b, &kinds[i]);
		check_seen(t, leak, f && lacks(facts_get(f, "env"), WORDS("SECRET", "PROGRAM")),
			   format(t, "neither the caller's nor the program's variables in the %s "
				     "hook",
				  kinds[i].name),
			   "%s", f ? life_json(t, facts_get(f, "env")) : "it does not run");
		if (f)
			check_subset(t, applied, format(t, "environment of the %s hook",
							kinds[i].name),
				     json_incref(given), facts_get(f, "env"));
	}
}

static void env_empty(struct test *t)
{
	const char *id = "hooks.env.empty";
	struct bundle *b = with_environment(t, json_array());

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct facts *f = has_kind(t, &kinds[i]) ? ran(t, id, b, &kinds[i]) : NULL;

		if (f)
			check_seen(t, id,
				   lacks(facts_get(f, "env"), WORDS("SECRET", "PROGRAM", "HOME")),
				   format(t, "no variables from elsewhere in the %s hook",
					  kinds[i].name),
				   "%s", life_json(t, facts_get(f, "env")));
	}
}

/* ------------------------------------------------------------------ lists of hooks */

static void optional(struct test *t)
{
	const char *id = "hooks.optional";
	struct bundle *none = bundle_new(t), *empty = bundle_new(t), *lists = bundle_new(t);
	struct bundle *const all[] = { none, empty, lists };
	static const char *const what[] = { "no hooks", "no kind of hooks", "no hook of any kind" };

	bundle_set(empty, "hooks", "{}");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_kind(t, &kinds[i]))
			bundle_set(lists, format(t, "hooks.%s", kinds[i].name), "[]");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		check_string(t, id, format(t, "word of the program, with %s", what[i]), "up",
			     facts_string(bundle_run(all[i], "echo", "up"), "echo"));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct bundle *b = has_kind(t, &kinds[i]) ? hooked(t, &kinds[i]) : NULL;

		if (!b)
			continue;
		bundle_run(b, NULL);
		check_int(t, id, format(t, "runs of a hook, %s being the only kind", kinds[i].name),
			  1, (long long)log_count(b, "hook"));
	}
}

static void repeated(struct test *t)
{
	const char *id = "hooks.repeated-entry";
	struct bundle *b = bundle_new(t);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (int n = 0; n < 2 && has_kind(t, &kinds[i]); n++)
			bundle_hook(b, kinds[i].name, kinds[i].name, NULL);
	bundle_run(b, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_kind(t, &kinds[i]))
			check_int(t, id, format(t, "runs of two equal %s hooks", kinds[i].name), 2,
				  (long long)log_count(b, kinds[i].name));
}

static void unknown_kind(struct test *t)
{
	static const char *const unknown[] = { "preFoo", "createSandbox", "com.example.hook",
					       "stop" };
	const char *id = "hooks.unknown-kind";
	struct bundle *b = bundle_new(t);

	bundle_hook(b, life_early_hook(t), "known", NULL);
	bundle_hook(b, "unknown", "unknown", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		bundle_put(b, format(t, "/hooks/%s", unknown[i]),
			   json_deep_copy(bundle_get(b, "hooks.unknown")));
	bundle_remove(b, "hooks.unknown");
	bundle_set(b, "hooks.flag", "b", 1);
	bundle_set(b, "hooks.text", "s", "/probe");
	bundle_run(b, NULL);
	check_int(t, id, "runs of hooks of unknown kinds", 0, (long long)log_count(b, "unknown"));
	check_int(t, id, "runs of the hook beside them", 1, (long long)log_count(b, "known"));
}

/* ------------------------------------------------------------------ what they are for */

static void effect_visible(struct test *t)
{
	const char *id = "hooks.start-container.effect-visible";
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", NULL);
	bundle_probe(b, "read", "/tmp/made", "read", "/etc/made", NULL);
	bundle_hook(b, "startContainer", "hook", "create", "/tmp/made", "write", "/tmp/made",
		    "in a mount", "create", "/etc/made", "write", "/etc/made", "in the root",
		    NULL);
	f = bundle_run(b, NULL);
	check_string(t, id, "what the hook wrote in a mount of the container", "in a mount",
		     facts_string(f, "read"));
	check_string(t, id, "what the hook wrote in the root", "in the root",
		     facts_string(f, "read#2"));
}

static void rootfs_still_there(struct test *t)
{
	const char *id = "hooks.poststop.rootfs-still-there";
	struct bundle *b = bundle_new(t);
	const char *const at[] = { format(t, "%s/hook", bundle_path(b)),
				   format(t, "%s/etc/hook", bundle_rootfs(b)) };
	static const char *const labels[] = { "beside", "below" };

	bundle_probe(b, "echo", "up", NULL);
	for (int i = 0; i < 2; i++) {
		place_probe(t, at[i], 0755);
		bundle_hook(b, "poststop", labels[i], NULL);
		bundle_set(b, format(t, "hooks.poststop.%d.path", i), "s", at[i]);
	}
	whole_life(container_new(b), NULL);
	for (int i = 0; i < 2; i++)
		check_int(t, id, format(t, "runs of the hook %s the root", labels[i]), 1,
			  (long long)log_count(b, labels[i]));
}

static void poststop_pid(struct test *t)
{
	const char *id = "hooks.poststop.state-pid", *text;
	struct bundle *b = life_bundle(t);
	const struct record *r;
	const json_t *value;
	struct container *c;
	long long pid;

	bundle_hook(b, "poststop", "hook", "state", NULL);
	c = life_running(b);
	pid = must_state(c)->pid;
	life_stop(t, c);
	must_delete(c);
	r = log_find(b, "hook", 0);
	text = r ? facts_string(r->facts, "state") : NULL;
	if (!text)
		test_stop(t, "the hook is given a state", "it is given none");
	value = json_object_get(life_object(text, strlen(text)), "pid");
	check_seen(t, id, !value || !json_integer_value(value) || json_integer_value(value) == pid,
		   format(t, "pid absent, 0 or %lld", pid), "%s", life_json(t, value));
}

struct status_row {
	struct test_case c;
	const char *status;
};

static void any_status(struct test *t)
{
	const struct status_row *row = test_row(t);
	const char *id = "hooks.failure.any-nonzero";
	struct bundle *good = bundle_new(t), *bad;
	const struct result *r;

	bundle_probe(good, "echo", "up", NULL);
	bundle_hook(good, life_early_hook(t), "hook", "exit", "0", NULL);
	bad = bundle_copy(good);
	bundle_dir(bad, "log", 0777);
	bundle_log_process(bad);
	bundle_put(bad, format(t, "hooks.%s.0.args.8", life_early_hook(t)), json_string(row->status));
	must_run_hook(t, good, "hook");
	r = whole_life(container_new(bad), NULL);
	check_int(t, id, "runs of the hook", 1, (long long)log_count(bad, "hook"));
	check_life_fails(t, id, format(t, "a hook with exit status %s", row->status), r, false);
	check_int(t, id, "runs of the program", 0, (long long)log_count(bad, "process"));
}

static const struct status_row statuses[] = {
	{ { "1", NULL, NULL }, "1" },	{ { "2", NULL, NULL }, "2" },
	{ { "77", NULL, NULL }, "77" }, { { "126", NULL, NULL }, "126" },
	{ { "127", NULL, NULL }, "127" }, { { "128", NULL, NULL }, "128" },
	{ { "255", NULL, NULL }, "255" },
};

/* ------------------------------------------------------------------ wrong types */

struct wrong {
	struct test_case c;
	const char *kind; /* of the hook there is; NULL: the early one */
	const char *member; /* of its entry; NULL: `value` is a place for that */
	const char *value; /* NULL: the entry in place of the list, or the kinds in a list */
};

static void wrong_type(struct test *t)
{
	const struct wrong *row = test_row(t);
	const char *kind = row->kind ? row->kind : life_early_hook(t), *id = row->c.requirement;
	const struct kind k = { .name = kind };
	struct bundle *good = bundle_new(t), *bad;

	if (!test_wants(t, id))
		return;
	/* A hook run without its words, or with one more, still reads its state and ends well: that
	 * create fails is then for the wrong value, never for the hook. */
	host_file(t, "probe.words", "-\ndrain\n");
	bundle_probe(good, "echo", "up", NULL);
	bundle_hook(good, kind, "hook", "exit", "0", NULL);
	bad = bundle_copy(good);
	bundle_dir(bad, "log", 0777);
	if (row->member)
		bundle_put(bad, entry(t, &k, row->member),
			   json_loads(row->value, JSON_DECODE_ANY, NULL));
	else if (row->kind)
		bundle_put(bad, format(t, "hooks.%s", kind),
			   json_incref(bundle_get(bad, entry(t, &k, ""))));
	else if (row->value)
		bundle_set(bad, "hooks", "s", row->value);
	else
		bundle_put(bad, "hooks", json_pack("[O]", bundle_get(bad, "hooks")));
	must_run_hook(t, good, "hook");
	check_life_fails(t, id, "hooks of a wrong type", whole_life(container_new(bad), NULL), false);
}

#define WRONG(name, id, kind, member, value) { { name, "hooks." id "wrong-type", NULL }, kind, member, value }

static const struct wrong wrong_types[] = {
	WRONG("hooks-array", "", NULL, NULL, NULL),
	WRONG("hooks-string", "", NULL, NULL, "/probe"),
	WRONG("prestart-object", "prestart.", "prestart", NULL, NULL),
	WRONG("create-runtime-object", "create-runtime.", "createRuntime", NULL, NULL),
	WRONG("create-container-object", "create-container.", "createContainer", NULL, NULL),
	WRONG("start-container-object", "start-container.", "startContainer", NULL, NULL),
	WRONG("poststart-object", "poststart.", "poststart", NULL, NULL),
	WRONG("poststop-object", "poststop.", "poststop", NULL, NULL),
	WRONG("path-number", "path.", NULL, "path", "7"),
	WRONG("path-list", "path.", NULL, "path", "[\"/run/test/probe\"]"),
	WRONG("args-string", "args.", NULL, "args", "\"probe\""),
	WRONG("args-number-inside", "args.", NULL, "args.+", "7"),
	WRONG("env-object", "env.", NULL, "env", "{\"A\":\"1\"}"),
	WRONG("env-string", "env.", NULL, "env", "\"A=1\""),
	WRONG("env-number-inside", "env.", NULL, "env", "[\"A=1\",7]"),
	WRONG("timeout-string", "timeout.", NULL, "timeout", "\"50\""),
	WRONG("timeout-fraction", "timeout.", NULL, "timeout", "50.5"),
	WRONG("timeout-true", "timeout.", NULL, "timeout", "true"),
	WRONG("timeout-list", "timeout.", NULL, "timeout", "[50]"),
};

const struct test_entry hook_field_tests[] = {
	{
		.name = "hook-fields/no-path",
		.about = "a hook without a path is an error",
		.run = no_path,
		.applies = row_applies,
		CASES(required_paths),
	},
	{
		.name = "hook-fields/relative-path",
		.about = "a hook whose path is not absolute is an error, and never run",
		.run = relative_path,
		.applies = row_applies,
		CASES(absolute_paths),
	},
	{
		.name = "hook-fields/path-namespace",
		.about = "the path of a hook is looked up on the right side",
		.run = path_namespace,
		CASES(path_namespaces),
	},
	{
		.name = "hook-fields/args",
		.about = "args are the hook's argv, to the byte",
		.requirements = REQS("hooks.args.argv-exact"),
		.run = args_exact,
	},
	{
		.name = "hook-fields/no-args",
		.about = "a hook need not have args",
		.requirements = REQS("hooks.args.absent"),
		.run = args_absent,
	},
	{
		.name = "hook-fields/env",
		.about = "env is the hook's environment",
		.requirements = REQS("hooks.env.applied", "hooks.env.no-leak"),
		.run = env,
	},
	{
		.name = "hook-fields/empty-env",
		.about = "an empty env is an empty environment",
		.requirements = REQS("hooks.env.empty"),
		.run = env_empty,
	},
	{
		.name = "hook-fields/optional",
		.about = "any kind of hooks may be left out",
		.requirements = REQS("hooks.optional"),
		.run = optional,
	},
	{
		.name = "hook-fields/repeated",
		.about = "a hook listed twice runs twice",
		.requirements = REQS("hooks.repeated-entry"),
		.run = repeated,
	},
	{
		.name = "hook-fields/unknown-kind",
		.about = "unknown kinds of hooks are ignored",
		.requirements = REQS("hooks.unknown-kind"),
		.run = unknown_kind,
	},
	{
		.name = "hook-fields/effect-visible",
		.about = "the program finds what a startContainer hook has done",
		.requirements = REQS("hooks.start-container.effect-visible"),
		.run = effect_visible,
	},
	{
		.name = "hook-fields/bundle-still-there",
		.about = "poststop hooks find the bundle and its root",
		.requirements = REQS("hooks.poststop.rootfs-still-there"),
		.run = rootfs_still_there,
	},
	{
		.name = "hook-fields/poststop-pid",
		.about = "poststop hooks are told of no other process",
		.requirements = REQS("hooks.poststop.state-pid"),
		.run = poststop_pid,
	},
	{
		.name = "hook-fields/status",
		.about = "every exit status but 0 is a failure",
		.requirements = REQS("hooks.failure.any-nonzero"),
		.run = any_status,
		CASES(statuses),
	},
	{
		.name = "hook-fields/wrong-type",
		.about = "a value of a wrong JSON type is refused",
		.run = wrong_type,
		CASES(wrong_types),
	},
	{ 0 },
};
