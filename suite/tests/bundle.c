/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle: which file is the configuration, which directory the root, what its name may be.
 * bundle.md. It must never lean on where the suite itself keeps its bundles.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

/* A written config.json goes to another place below the bundle, or "../NAME" beside it. */
static void move_config(struct test *t, struct bundle *b, const char *to)
{
	const char *from = format(t, "%s/config.json", bundle_path(b));

	bundle_write(b);
	need(t, !rename(from, format(t, "%s/%s", bundle_path(b), to)), to);
}

static struct bundle *saying(struct test *t, const char *word)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "args", "echo", word, NULL);
	return b;
}

/* ------------------------------------------------------------------ the configuration */

static void read_from_bundle(struct test *t)
{
	struct bundle *b[2] = { saying(t, "one"), saying(t, "two") };

	bundle_write(b[0]);
	bundle_write(b[1]);
	for (int i = 0; i < 2; i++)
		check_json(t, "bundle.config.read-from-bundle",
			   "arguments, called from the other bundle's directory",
			   json_incref(bundle_get(b[i], "process.args")),
			   facts_get(run_from(t, b[i], bundle_path(b[!i])), "args"));
}

struct misplaced {
	struct test_case c;
	void (*misplace)(struct test *t, struct bundle *bad);
};

static void absent(struct test *t, struct bundle *bad)
{
	bundle_write(bad);
	need(t, !unlink(format(t, "%s/config.json", bundle_path(bad))), "config.json");
}

static void directory(struct test *t, struct bundle *bad)
{
	absent(t, bad);
	bundle_dir(bad, "config.json", 0755);
}

static void dangling(struct test *t, struct bundle *bad)
{
	absent(t, bad);
	bundle_symlink(bad, "config.json", "nowhere.json");
}

static void lower(struct test *t, struct bundle *bad)
{
	bundle_dir(bad, "config", 0755);
	move_config(t, bad, "config/config.json");
}

static void in_root(struct test *t, struct bundle *bad)
{
	move_config(t, bad, "rootfs/config.json");
}

static void above(struct test *t, struct bundle *bad)
{
	move_config(t, bad, "../config.json");
}

/* Every name that somebody might think of, each with the very same good configuration. */
static const char *const decoys[] = { "Config.json", "CONFIG.JSON", "config.JSON",  "config",
				      "runtime.json", "spec.json",  "config.yaml",  "config.json~",
				      ".config.json", "config.json.bak", "config.toml" };

static void decoyed(struct test *t, struct bundle *b)
{
	const char *path = format(t, "%s/config.json", bundle_path(b));

	bundle_write(b);
	for (size_t i = 0; i < ARRAY_SIZE(decoys); i++)
		bundle_file(b, decoys[i], 0644, file_read(t, path));
}

static void renamed(struct test *t, struct bundle *bad)
{
	decoyed(t, bad);
	need(t, !unlink(format(t, "%s/config.json", bundle_path(bad))), "config.json");
}

static void misplaced(struct test *t)
{
	const struct misplaced *row = test_row(t);
	struct bundle *good = saying(t, "good"), *bad = bundle_copy(good);

	row->misplace(t, bad);
	life_refused(t, row->c.requirement, bad, good);
}

static const struct misplaced misplacements[] = {
	{ { "absent", "bundle.config.present", NULL }, absent },
	{ { "directory", "bundle.config.present", NULL }, directory },
	{ { "dangling-link", "bundle.config.present", NULL }, dangling },
	{ { "below", "bundle.config.location", NULL }, lower },
	{ { "in-root", "bundle.config.location", NULL }, in_root },
	{ { "above", "bundle.config.location", NULL }, above },
	{ { "other-name", "bundle.config.name", NULL }, renamed },
};

static void beside_decoys(struct test *t)
{
	struct bundle *b = saying(t, "decoy");

	decoyed(t, b);
	bundle_probe(b, "echo", "config.json", NULL);
	check_string(t, "bundle.config.name", "word of the program that runs", "config.json",
		     facts_string(bundle_run(b, NULL), "echo"));
}

/* ------------------------------------------------------------------ the root, the directory */

static void root_directory(struct test *t)
{
	struct bundle *b = bundle_new(t);

	make_root(t, b, "other");
	bundle_file(b, "rootfs/etc/mark", 0644, "rootfs");
	bundle_file(b, "other/etc/mark", 0644, "other");
	bundle_set(b, "root.path", "s", "other");
	check_string(t, "bundle.root.directory", "mark in the root", "other",
		     facts_string(bundle_run(b, "read", "/etc/mark"), "read"));
}

struct named {
	struct test_case c;
	const char *name; /* NULL: 200 letters */
};

static void any_name(struct test *t)
{
	const struct named *row = test_row(t);
	const char *id = "bundle.directory-name-free";
	struct bundle *b = saying(t, "named");
	const struct facts *f;
	const struct state *s;
	struct container *c;
	char letters[201];

	memset(letters, 'b', sizeof(letters) - 1);
	letters[sizeof(letters) - 1] = '\0';
	bundle_run(saying(t, "plain"), NULL);
	bundle_rename(b, row->name ? row->name : letters);
	bundle_hook(b, test_spec(t) >= 10002 ? "createRuntime" : "prestart", "hook", "state", NULL);
	bundle_probe_add(b, "wait", NULL);
	c = life_running(b);
	f = must_answer(c);
	s = must_state(c);
	check_string(t, id, "word of the program", "named", facts_string(f, "echo"));
	check_string(t, id, "bundle in state", bundle_path(b), s->bundle);
	check_int(t, id, "runs of the hook", 1, (long long)log_count(b, "hook"));
	life_stop(t, c);
	must_delete(c);
}

static const struct named names[] = {
	{ { "blanks", NULL, NULL }, "two  blanks " },
	{ { "utf8", NULL, NULL }, "b\xc3\xbcndel-\xf0\x9f\x93\xa6" },
	{ { "dash", NULL, NULL }, "-bundle" },
	{ { "long", NULL, NULL }, NULL },
	{ { "shell", NULL, NULL }, "a$HOME;`b`'\"\\*?&|" },
	{ { "percent", NULL, NULL }, "%s%n%d{}" },
	{ { "line", NULL, NULL }, "two\nlines" },
	{ { "colon-comma", NULL, NULL }, "a:b,c=d" },
};

const struct test_entry bundle_tests[] = {
	{
		.name = "bundle/read-from-bundle",
		.about = "the configuration is that of the bundle, wherever the runtime is called",
		.requirements = REQS("bundle.config.read-from-bundle"),
		.run = read_from_bundle,
	},
	{
		.name = "bundle/misplaced",
		.about = "without config.json at the top of the bundle there is no container",
		.run = misplaced,
		CASES(misplacements),
	},
	{
		.name = "bundle/beside-decoys",
		.about = "of several files only config.json is the configuration",
		.requirements = REQS("bundle.config.name"),
		.run = beside_decoys,
	},
	{
		.name = "bundle/root-directory",
		.about = "the root is the directory that root.path names",
		.requirements = REQS("bundle.root.directory"),
		.run = root_directory,
	},
	{
		.name = "bundle/any-name",
		.about = "the directory of a bundle may have any name",
		.requirements = REQS("bundle.directory-name-free"),
		.run = any_name,
		CASES(names),
	},
	{ 0 },
};
