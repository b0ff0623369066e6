/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.args, process.env and process.cwd: what the program is, what it is given and where it
 * starts; and process.oomScoreAdj.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/suite.h"
#include "suite/tests/tests.h"

/* ------------------------------------------------------------------ args */

static void argv_exact(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "args", "echo", "", "echo", "a b", "echo", "\"quoted\" 'twice'", "echo",
		     "$HOME * ? \\ `id`", "echo", "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\xaa", "echo", "-x",
		     "echo", "line\nbreak\ttab", NULL);
	check_json(t, "process.args.argv-exact", "argv",
		   json_deep_copy(bundle_get(b, "process.args")),
		   facts_get(bundle_run(b, NULL), "args"));
}

static void many(struct test *t)
{
	struct bundle *b = bundle_new(t);
	char *large = malloc(100001);

	if (!large)
		test_broken(t, "no memory");
	memset(large, 'x', 100000);
	large[100000] = '\0';
	bundle_probe(b, "ids", NULL);
	/* 2000 words; `echo` takes every other as its argument and says it. */
	for (int i = 0; i < 500; i++)
		bundle_probe_add(b, "echo", format(t, "word %d", i), NULL);
	bundle_probe_add(b, "echo", large, "exit", "0", NULL);
	{
		const struct facts *f = bundle_run(b, NULL);
		const char *came = facts_string(f, "echo#501");
		bool whole = came && !strcmp(came, large);

		check_string(t, "process.args.many", "first of 500 words", "word 0",
			     facts_string(f, "echo"));
		check_string(t, "process.args.many", "last of 500 words", "word 499",
			     facts_string(f, "echo#500"));
		check_seen(t, "process.args.many", whole, "a word of 100000 bytes arrives whole",
			   "%zu bytes, %s", came ? strlen(came) : 0, whole ? "the same" : "others");
	}
	free(large);
}

/* The program, put at other places of the root, and removed from its own. */
static void place_probe(struct test *t, struct bundle *b, const char *directory)
{
	const char *from = format(t, "%s/probe", bundle_rootfs(b));

	bundle_dir(b, format(t, "rootfs/%s", directory), 0755);
	if (link(from, format(t, "%s/%s/probe", bundle_rootfs(b), directory)))
		test_broken(t, "link probe");
}

static void set_path(struct bundle *b, const char *path)
{
	bundle_set(b, "process.env", "[s]", path);
}

static void path_search(struct test *t)
{
	struct bundle *b = bundle_new(t), *good, *bad;

	place_probe(t, b, "d2");
	bundle_dir(b, "rootfs/d1", 0755);
	bundle_probe(b, "args", NULL);
	bundle_set(b, "process.args.0", "s", "probe");
	set_path(b, "PATH=/d1:/d2");
	good = bundle_copy(b);
	place_probe(t, good, "d2");
	/* The runtime's own PATH has /bin; so does this root, but the configured PATH does not. */
	bad = bundle_copy(b);
	place_probe(t, bad, "bin");
	set_path(bad, "PATH=/d1");
	check_string(t, "process.args.argv0", "argv[0]", "probe",
		     json_string_value(json_array_get(facts_get(bundle_run(b, NULL), "args"), 0)));
	check_refused(t, "process.args.path-search", bad, good);
}

/* Which of two programs runs is told by where it is; the second is reached by a symlink. */
static void path_order(struct test *t)
{
	const char *const orders[] = { "PATH=/d1:/d2", "PATH=/d2:/d1" };
	const char *const first[] = { "/d1/probe", "/second/probe" };

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct bundle *b = bundle_new(t);

		place_probe(t, b, "d1");
		place_probe(t, b, "second");
		bundle_dir(b, "rootfs/d2", 0755);
		bundle_symlink(b, "rootfs/d2/probe", "/second/probe");
		bundle_probe(b, "lstat", "/proc/self/exe", NULL);
		bundle_set(b, "process.args.0", "s", "probe");
		set_path(b, orders[i]);
		check_string(t, "process.args.path-order", format(t, "program run with %s", orders[i]),
			     first[i], facts_string(bundle_run(b, NULL), "lstat.target"));
	}
}

static void path_in_container(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;
	const char *host = format(t, "%s/host-bin", test_dir(t));

	/* A directory with the probe that is the host's alone; bound, it is the container's too. */
	if (mkdir(host, 0755) || link(format(t, "%s/probe", bundle_rootfs(good)),
				      format(t, "%s/probe", host)))
		test_broken(t, "a probe in %s", host);
	bundle_mount(good, "/volume", "bind", host, "bind");
	bundle_probe(good, "ids", NULL);
	bundle_set(good, "process.args.0", "s", "probe");
	bad = bundle_copy(good);
	set_path(good, "PATH=/volume");
	set_path(bad, format(t, "PATH=%s", host));
	check_refused(t, "process.args.path-in-container", bad, good);
}

static void path_skips(struct test *t)
{
	struct bundle *b = bundle_new(t);

	place_probe(t, b, "d3");
	bundle_file(b, "rootfs/d1/probe", 0644, "not for running");
	bundle_dir(b, "rootfs/d2/probe", 0755);
	bundle_probe(b, "lstat", "/proc/self/exe", NULL);
	bundle_set(b, "process.args.0", "s", "probe");
	set_path(b, "PATH=/d1:/d2:/d3");
	check_string(t, "process.args.path-skip-noexec", "program run", "/d3/probe",
		     facts_string(bundle_run(b, NULL), "lstat.target"));
}

static const char *program_run_for(struct test *t, const char *word)
{
	struct bundle *b = bundle_new(t);

	place_probe(t, b, "opt");
	place_probe(t, b, "wd");
	place_probe(t, b, "wd/bin");
	place_probe(t, b, "bin");
	bundle_probe(b, "lstat", "/proc/self/exe", NULL);
	set_path(b, "PATH=/bin");
	bundle_set(b, "process.cwd", "s", "/wd");
	bundle_set(b, "process.args.0", "s", word);
	return facts_string(bundle_run(b, NULL), "lstat.target");
}

static void with_slash(struct test *t)
{
	const char *absolute = program_run_for(t, "/opt/probe");
	const char *in_cwd = program_run_for(t, "./probe"), *below = program_run_for(t, "bin/probe");

	check_string(t, "process.args.slash-absolute", "program run for /opt/probe", "/opt/probe",
		     absolute);
	check_string(t, "process.args.slash-relative", "program run for ./probe in /wd", "/wd/probe",
		     in_cwd);
	check_string(t, "process.args.slash-relative", "program run for bin/probe in /wd",
		     "/wd/bin/probe", below);
}

/* The kernel gives the interpreter the path of the script as its argument: here, as the nonce. */
static void script(struct test *t)
{
	struct bundle *b = bundle_new(t);
	struct container *c;
	const char *out;

	bundle_file(b, "rootfs/script", 0755, "#!/probe\n");
	bundle_set(b, "process.args", "[s s]", "/script", "args");
	c = container_new(b);
	must_create(c);
	must_start(c);
	container_wait(c);
	out = container_output(c, NULL);
	check_seen(t, "process.args.script", strstr(out, "[\"/probe\",\"/script\",\"args\"]"),
		   "the interpreter runs as /probe /script args", "%s", *out ? out : "no output");
}

struct bad_args {
	struct test_case c;
	const char *args; /* as JSON; NULL: no member */
};

static void refused_args(struct test *t)
{
	const struct bad_args *row = test_row(t);
	struct bundle *good = bundle_new(t), *bad;

	bundle_file(good, "rootfs/plain", 0644, "no program");
	bundle_dir(good, "rootfs/directory", 0755);
	bad = bundle_copy(good);
	bundle_file(bad, "rootfs/plain", 0644, "no program");
	bundle_dir(bad, "rootfs/directory", 0755);
	if (row->args)
		bundle_put(bad, "process.args", json_loads(row->args, 0, NULL));
	else
		bundle_remove(bad, "process.args");
	check_refused(t, row->c.requirement, bad, good);
}

static const struct bad_args bad_args[] = {
	{ { "empty-array", "process.args.at-least-one", NULL }, "[]" },
	{ { "absent", "process.args.missing", NULL }, NULL },
	{ { "empty-first", "process.args.empty-first", NULL }, "[\"\"]" },
	{ { "not-found", "process.args.not-found", NULL }, "[\"/no/such\"]" },
	{ { "plain-file", "process.args.not-executable", NULL }, "[\"/plain\"]" },
	{ { "directory", "process.args.not-executable", NULL }, "[\"/directory\"]" },
};

static void command_line_ignored(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "args", NULL);
	bundle_set(b, "process.commandLine", "s", "/no/such program");
	check_json(t, "process.commandline.ignored", "argv",
		   json_deep_copy(bundle_get(b, "process.args")),
		   facts_get(bundle_run(b, NULL), "args"));
}

/* ------------------------------------------------------------------ env */

/* Whether a program starts without it is for process.env.optional. */
#define USUAL_PATH "PATH=/usr/bin:/bin"

struct env_row {
	struct test_case c;
	const char *entry; /* "NAME=value", to arrive byte for byte */
};

static void env_entry(struct test *t)
{
	const struct env_row *row = test_row(t);
	struct bundle *b = bundle_new(t);

	bundle_set(b, "process.env", "[s s s s]", USUAL_PATH, "BEFORE=1", row->entry, "AFTER=2");
	check_subset(t, row->c.requirement, "environment",
		     json_pack("[s s s s]", USUAL_PATH, "BEFORE=1", row->entry, "AFTER=2"),
		     facts_get(bundle_run(b, "env"), "env"));
}

static const struct env_row env_rows[] = {
	{ { "value-with-equals", "process.env.value-with-equals", NULL }, "A=b=c=" },
	{ { "empty-value", "process.env.empty-value", NULL }, "EMPTY=" },
	{ { "whitespace", "process.env.whitespace", NULL }, "A= \t\n'single' \"double\" $HOME \\ " },
	{ { "name-with-dots", "process.env.unusual-names", NULL }, "a.b-c=1" },
	{ { "name-lower-case", "process.env.unusual-names", NULL }, "lower=2" },
	{ { "name-with-digit", "process.env.unusual-names", NULL }, "1X=3" },
	{ { "utf-8", "json.utf8.verbatim", NULL }, "A=\xc3\xa9\xe2\x82\xac\xf0\x9f\xa7\xaa" },
};

static void env_applied(struct test *t)
{
	struct bundle *b = bundle_new(t);
	json_t *list = json_pack("[s]", USUAL_PATH);

	for (int i = 0; i < 20; i++)
		json_array_append_new(list, json_string(format(t, "NAME_%d=value %d", i, i * i)));
	bundle_put(b, "process.env", json_deep_copy(list));
	check_subset(t, "process.env.applied", "environment", list,
		     facts_get(bundle_run(b, "env"), "env"));
}

static void env_large(struct test *t)
{
	struct bundle *b = bundle_new(t);
	json_t *list = json_pack("[s]", USUAL_PATH);
	char *large = malloc(20001);

	if (!large)
		test_broken(t, "no memory");
	/* What the probe says of it must stay in the reach of one captured answer. */
	memset(large, 'y', 20000);
	large[20000] = '\0';
	json_array_append_new(list, json_string(format(t, "LARGE=%s", large)));
	for (int i = 0; i < 500; i++)
		json_array_append_new(list, json_string(format(t, "N%d=%d", i, i)));
	bundle_put(b, "process.env", json_deep_copy(list));
	check_subset(t, "process.env.large", "environment", list,
		     facts_get(bundle_run(b, "env"), "env"));
	free(large);
}

static void env_optional(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_remove(b, "process.env");
	bundle_run(b, "env");
	check_pass(t, "process.env.optional");
}

/* Variables of the runtime's caller, with and without a configured environment. */
static void env_no_leak(struct test *t)
{
	const struct call details = {
		.environment = WORDS("PATH=/usr/sbin:/usr/bin:/sbin:/bin:/leak", "ASSAY_SECRET=1"),
	};

	for (int with = 1; with >= 0; with--) {
		struct bundle *b = bundle_new(t);
		const struct result *r;
		struct container *c;
		const json_t *env;
		json_t *one;
		size_t i;

		if (!with)
			bundle_remove(b, "process.env");
		bundle_probe(b, "env", NULL);
		c = container_new(b);
		r = op_create_with(c, &details);
		if (!result_ok(r) && !with)
			return; /* process.env.optional fails */
		if (!result_ok(r))
			test_stop(t, "create: exit status 0", "%s", result_text(t, r));
		must_start(c);
		env = facts_get(must_answer(c), "env");
		json_array_foreach (env, i, one) {
			const char *entry = json_string_value(one);

			if (entry && (strstr(entry, "ASSAY_SECRET") || strstr(entry, "/leak")))
				check_fail(t, "process.env.no-leak",
					   "nothing of the caller's environment", "%s", entry);
		}
		check_true(t, "process.env.no-leak", json_is_array(env), "the environment is told",
			   "it is not");
	}
}

/* ------------------------------------------------------------------ cwd */

static void cwd_applied(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "rootfs/wd/dir/marker", 0644, "here");
	bundle_set(b, "process.cwd", "s", "/wd/dir");
	f = bundle_run(b, "cwd", "read", "marker");
	check_string(t, "process.cwd.applied", "working directory", "/wd/dir", facts_string(f, "cwd"));
	check_string(t, "process.cwd.applied", "a file of it, by relative name", "here",
		     facts_string(f, "read"));
}

struct cwd_row {
	struct test_case c;
	const char *cwd; /* NULL: no member */
	const char *seen; /* where the process may be instead of an error; NULL: nowhere */
};

static void cwd_refused(struct test *t)
{
	const struct cwd_row *row = test_row(t);
	struct bundle *good = bundle_new(t), *bad;

	bundle_set(good, "process.cwd", "s", "/tmp");
	bad = bundle_copy(good);
	bundle_file(bad, "rootfs/plain", 0644, "no directory");
	if (row->cwd)
		bundle_set(bad, "process.cwd", "s", row->cwd);
	else
		bundle_remove(bad, "process.cwd");
	check_refused(t, row->c.requirement, bad, good);
}

static const struct cwd_row cwd_refusals[] = {
	{ { "absent", "process.cwd.required", NULL }, NULL, NULL },
	{ { "empty", "process.cwd.required", NULL }, "", NULL },
	{ { "relative", "process.cwd.absolute", NULL }, "tmp", NULL },
	{ { "dot-relative", "process.cwd.absolute", NULL }, "./tmp", NULL },
	{ { "dot-dot", "process.cwd.absolute", NULL }, "../tmp", NULL },
	{ { "dot", "process.cwd.absolute", NULL }, ".", NULL },
	{ { "plain-file", "process.cwd.not-directory", NULL }, "/plain", NULL },
};

/* Right where the row says, or an error; never somewhere else. */
static void cwd_or_error(struct test *t)
{
	const struct cwd_row *row = test_row(t);
	struct bundle *b = bundle_new(t);
	const struct result *refusal = NULL;
	const struct facts *f;

	bundle_dir(b, "rootfs/wd/dir", 0755);
	bundle_probe(b, "cwd", NULL);
	bundle_set(b, "process.cwd", "s", row->cwd);
	f = bundle_try(b, &refusal);
	if (f)
		check_string(t, row->c.requirement, "working directory", row->seen,
			     facts_string(f, "cwd"));
	else
		check_error(t, row->c.requirement, refusal);
}

static const struct cwd_row cwd_choices[] = {
	{ { "missing", "process.cwd.missing", NULL }, "/no/such/dir", "/no/such/dir" },
	{ { "dot-segments", "process.cwd.dot-segments", NULL }, "/wd/../wd/./dir/", "/wd/dir" },
	{ { "above-root", "process.cwd.dot-segments", NULL }, "/../../..", "/" },
};

static void cwd_in_mount(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_file(b, "rootfs/vol/sub/marker", 0644, "hidden");
	bundle_file(b, "volume/sub/marker", 0644, "mounted");
	bundle_mount(b, "/vol", "bind", format(t, "%s/volume", bundle_path(b)), "bind");
	bundle_set(b, "process.cwd", "s", "/vol/sub");
	check_string(t, "process.cwd.in-mount", "a file of it, by relative name", "mounted",
		     facts_string(bundle_run(b, "read", "marker"), "read"));
}

static void cwd_symlink(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *outside = format(t, "%s/target", test_dir(t));

	if (mkdir(outside, 0755) || file_write(t, format(t, "%s/marker", outside), "outside"))
		test_broken(t, "%s", outside);
	bundle_file(b, format(t, "rootfs%s/marker", outside), 0644, "inside");
	bundle_symlink(b, "rootfs/link", outside);
	bundle_set(b, "process.cwd", "s", "/link");
	check_string(t, "process.cwd.symlink", "a file of it, by relative name", "inside",
		     facts_string(bundle_run(b, "read", "marker"), "read"));
}

/* ------------------------------------------------------------------ oomScoreAdj */

/* What the process has, told by itself or, for one with a kernel of its own, by its host process. */
static void check_oom(struct test *t, const char *requirement, struct bundle *b, int expected)
{
	struct container *c;
	const char *inside, *outside;
	long in, out;

	bundle_probe(b, "oom", "wait", NULL);
	c = container_new(b);
	must_create(c);
	must_start(c);
	inside = facts_string(must_answer(c), "oom");
	outside = file_read(t, format(t, "/proc/%d/oom_score_adj", (int)container_pid(c)));
	in = inside ? strtol(inside, NULL, 10) : LONG_MIN;
	out = outside ? strtol(outside, NULL, 10) : LONG_MIN;
	check_seen(t, requirement, in == expected || out == expected,
		   format(t, "oom_score_adj %d", expected), "inside %ld, seen from outside %ld", in,
		   out);
	container_close_input(c);
	container_wait(c);
	must_delete(c);
}

static void set_own_oom(struct test *t, const char *value)
{
	if (file_write(t, "/proc/self/oom_score_adj", value))
		test_broken(t, "oom_score_adj");
}

static int lower_own_oom(void *data)
{
	return file_write(data, "/proc/self/oom_score_adj", "-1000") != 0;
}

/* Less than one has takes CAP_SYS_RESOURCE. */
static bool may_lower(struct test *t)
{
	return !test_wait(t, test_fork(t, lower_own_oom, t));
}

static void oom_set(struct test *t)
{
	static const int values[] = { 100, 1000, -500, -1000 };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct bundle *b = bundle_new(t);

		if (values[i] < 0 && !may_lower(t)) {
			check_skip(t, "process.oom-score-adj.set", "the suite itself cannot lower it");
			return;
		}
		bundle_set(b, "process.oomScoreAdj", "i", values[i]);
		check_oom(t, "process.oom-score-adj.set", b, values[i]);
	}
}

static void oom_zero_and_unset(struct test *t)
{
	struct bundle *b = bundle_new(t);

	set_own_oom(t, "300");
	check_oom(t, "process.oom-score-adj.unset", b, 300);
	b = bundle_new(t);
	bundle_set(b, "process.oomScoreAdj", "i", 0);
	check_oom(t, "process.oom-score-adj.zero", b, 0);
}

static void oom_unprivileged(struct test *t)
{
	struct bundle *b = bundle_new(t);

	if (!may_lower(t))
		test_skip(t, "the suite itself cannot lower it");
	bundle_set(b, "process.oomScoreAdj", "i", -500);
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	check_oom(t, "process.oom-score-adj.unprivileged-user", b, -500);
}

/* The runtime, its caller and hooks that run outside keep what they have. */
static void oom_of_others(struct test *t)
{
	static const char *const kinds[] = { "createRuntime", "poststart", "poststop" };
	const char *id = "process.oom-score-adj.runtime-unaffected", *own;
	struct bundle *b = bundle_new(t);
	size_t seen = 0;

	set_own_oom(t, "300");
	bundle_set(b, "process.oomScoreAdj", "i", 700);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		bundle_hook(b, kinds[i], kinds[i], "oom", NULL);
	check_oom(t, id, b, 700);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct record *hook = log_find(b, kinds[i], 0);
		const char *text = hook ? facts_string(hook->facts, "oom") : NULL;

		/* That hooks run at all is a demand of its own. */
		if (!text)
			continue;
		seen++;
		check_int(t, id, format(t, "oom_score_adj of a %s hook", kinds[i]), 300,
			  strtol(text, NULL, 10));
	}
	check_true(t, id, seen, "a hook tells what it has", "none does");
	own = file_read(t, "/proc/self/oom_score_adj");
	check_int(t, id, "oom_score_adj of the caller", 300, own ? strtol(own, NULL, 10) : LONG_MIN);
}

const struct test_entry process_tests[] = {
	{
		.name = "process/argv-exact",
		.about = "args become argv, byte for byte",
		.requirements = REQS("process.args.argv-exact"),
		.run = argv_exact,
	},
	{
		.name = "process/args-many",
		.about = "a thousand arguments and a long one arrive whole",
		.requirements = REQS("process.args.many"),
		.run = many,
	},
	{
		.name = "process/path-search",
		.about = "a name without slash is searched in the configured PATH, and only there",
		.requirements = REQS("process.args.argv0", "process.args.path-search"),
		.run = path_search,
	},
	{
		.name = "process/path-order",
		.about = "the directories of PATH are tried from left to right",
		.requirements = REQS("process.args.path-order"),
		.run = path_order,
	},
	{
		.name = "process/path-in-container",
		.about = "PATH is searched in the container's file system, not in the host's",
		.requirements = REQS("process.args.path-in-container"),
		.run = path_in_container,
	},
	{
		.name = "process/path-skips",
		.about = "what cannot be executed does not end the search of PATH",
		.requirements = REQS("process.args.path-skip-noexec"),
		.run = path_skips,
	},
	{
		.name = "process/args-with-slash",
		.about = "a name with a slash is not searched",
		.requirements = REQS("process.args.slash-absolute", "process.args.slash-relative"),
		.run = with_slash,
	},
	{
		.name = "process/script",
		.about = "a script runs through its interpreter in the container",
		.requirements = REQS("process.args.script"),
		.run = script,
	},
	{
		.name = "process/args-refused",
		.about = "args that name no program are refused",
		.run = refused_args,
		CASES(bad_args),
	},
	{
		.name = "process/command-line-ignored",
		.about = "commandLine does not replace args on Linux",
		.requirements = REQS("process.commandline.ignored"),
		.run = command_line_ignored,
	},
	{
		.name = "process/env",
		.about = "an entry of env arrives byte for byte",
		.run = env_entry,
		CASES(env_rows),
	},
	{
		.name = "process/env-applied",
		.about = "every entry of env is in the environment",
		.requirements = REQS("process.env.applied"),
		.run = env_applied,
	},
	{
		.name = "process/env-large",
		.about = "a large environment arrives whole",
		.requirements = REQS("process.env.large"),
		.run = env_large,
	},
	{
		.name = "process/env-optional",
		.about = "env may be left out",
		.requirements = REQS("process.env.optional"),
		.run = env_optional,
	},
	{
		.name = "process/env-no-leak",
		.about = "the runtime's own environment stays outside",
		.requirements = REQS("process.env.no-leak"),
		.run = env_no_leak,
	},
	{
		.name = "process/cwd",
		.about = "the process starts in cwd",
		.requirements = REQS("process.cwd.applied"),
		.run = cwd_applied,
	},
	{
		.name = "process/cwd-refused",
		.about = "a cwd that is no absolute path of a directory is refused",
		.run = cwd_refused,
		CASES(cwd_refusals),
	},
	{
		.name = "process/cwd-or-error",
		.about = "the process starts right there, or not at all",
		.run = cwd_or_error,
		CASES(cwd_choices),
	},
	{
		.name = "process/cwd-in-mount",
		.about = "cwd is looked up after the mounts",
		.requirements = REQS("process.cwd.in-mount"),
		.run = cwd_in_mount,
	},
	{
		.name = "process/cwd-symlink",
		.about = "a symlink in cwd is resolved inside the root",
		.requirements = REQS("process.cwd.symlink"),
		.run = cwd_symlink,
	},
	{
		.name = "process/oom-score-adj",
		.about = "oomScoreAdj is set",
		.requirements = REQS("process.oom-score-adj.set"),
		.run = oom_set,
	},
	{
		.name = "process/oom-score-adj-zero",
		.about = "oomScoreAdj 0 is set, and an absent one keeps the caller's",
		.requirements = REQS("process.oom-score-adj.zero", "process.oom-score-adj.unset"),
		.run = oom_zero_and_unset,
	},
	{
		.name = "process/oom-score-adj-unprivileged",
		.about = "oomScoreAdj is set before privileges are dropped",
		.requirements = REQS("process.oom-score-adj.unprivileged-user"),
		.run = oom_unprivileged,
	},
	{
		.name = "process/oom-score-adj-of-others",
		.about = "oomScoreAdj is for the container's process alone",
		.requirements = REQS("process.oom-score-adj.runtime-unaffected"),
		.run = oom_of_others,
	},
	{ 0 },
};
