/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json as JSON: text that is no JSON, the spelling of names and values, the order of
 * members. glossary.md, "JSON". It must never hold a runtime against what a parser may accept.
 */
#include <stdlib.h>
#include <string.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

/* ------------------------------------------------------------------ text */

/* Two, three and four bytes; a letter with its accent apart, which nobody shall join; the last. */
#define TEXT  "\xc3\xa9-\xe2\x82\xac-\xf0\x9f\x98\x80-e\xcc\x81-\xf4\x8f\xbf\xbf"
#define POINT "/tmp/" TEXT

static void verbatim(struct test *t)
{
	const char *id = "json.utf8.verbatim";
	struct bundle *b = bundle_new(t);
	const json_t *annotations;
	const struct state *s;
	const struct facts *f;
	struct container *c;

	bundle_set(b, "process.env", "[s s]", "PATH=/bin", "\xc3\xbc=" TEXT);
	bundle_mount(b, POINT, "tmpfs", "tmpfs", "mode=0750");
	bundle_set(b, "annotations", "{s:s}", "org.example." TEXT, "value " TEXT);
	bundle_probe(b, "args", "env", "stat", POINT, "list", "/tmp", "echo", "arg " TEXT, "wait",
		     NULL);
	c = life_running(b);
	f = must_answer(c);
	s = must_state(c);
	annotations = json_object_get(s->json, "annotations");
	check_json(t, id, "arguments", json_incref(bundle_get(b, "process.args")),
		   facts_get(f, "args"));
	check_subset(t, id, "environment", json_pack("[s]", "\xc3\xbc=" TEXT), facts_get(f, "env"));
	check_set(t, id, "names in the directory of the mount point", json_pack("[s]", TEXT),
		  facts_get(f, "list"));
	check_int(t, id, "mode of what is mounted there", 0750,
		  facts_int(f, "stat.mode") & 07777);
	if (annotations)
		check_string(t, id, "annotation in state", "value " TEXT,
			     json_string_value(
				     json_object_get(annotations, "org.example." TEXT)));
	life_stop(t, c);
	must_delete(c);
}

static void escaped_value(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "env", NULL);
	raw_value(t, b, "process.env.+",
		  "\"VALUE=<\\\"|\\\\|\\/|\\b|\\f|\\n|\\r|\\t|\\u0041|\\u00e9|\\u20AC|"
		  "\\uD83D\\ude00|\\\\u0041|\\\\n>\"");
	check_subset(t, "json.escapes.values", "environment",
		     json_pack("[s]", "VALUE=<\"|\\|/|\b|\f|\n|\r|\t|A|\xc3\xa9|\xe2\x82\xac|"
				      "\xf0\x9f\x98\x80|\\u0041|\\n>"),
		     facts_get(bundle_run(b, NULL), "env"));
}

static void escaped_name(struct test *t)
{
	const char *id = "json.escapes.names";
	struct bundle *b = bundle_new(t), *plain;
	const struct facts *f;

	bundle_set(b, "hostname", "s", "escaped");
	bundle_set(b, "process.cwd", "s", "/etc");
	bundle_probe(b, "uname", "cwd", NULL);
	plain = bundle_copy(b);
	f = bundle_run(plain, NULL);
	if (!facts_string(f, "uname.nodename") || strcmp(facts_string(f, "uname.nodename"), "escaped"))
		test_stop(t, "hostname is applied when its name is spelled plainly", "%s",
			  life_json(t, facts_get(f, "uname.nodename")));
	raw_replace(t, b, "\"hostname\":", "\"\\u0068ostn\\u0061m\\u0065\":");
	check_string(t, id, "hostname, its name spelled with escapes", "escaped",
		     facts_string(bundle_run(b, NULL), "uname.nodename"));
	b = bundle_copy(plain);
	raw_replace(t, b, "\"cwd\":", "\"c\\u0077d\":");
	check_string(t, id, "cwd, its name spelled with escapes", "/etc",
		     facts_string(bundle_run(b, NULL), "cwd"));
}

/* ------------------------------------------------------------------ order */

/* A copy with the members of every object the other way round. */
static json_t *reversed(const json_t *value)
{
	json_t *made, *one;
	const char *key;
	const char **keys;
	size_t i, n = 0;

	if (json_is_array(value)) {
		made = json_array();
		json_array_foreach (value, i, one)
			json_array_append_new(made, reversed(one));
		return made;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	made = json_object();
	keys = calloc(json_object_size(value) + 1, sizeof(*keys));
	if (!keys)
		abort();
	json_object_foreach ((json_t *)value, key, one)
		keys[n++] = key;
	while (n-- > 0)
		json_object_set_new(made, keys[n], reversed(json_object_get(value, keys[n])));
	free(keys);
	return made;
}

static void raw_reversed(struct test *t, struct bundle *b)
{
	json_t *config = reversed(bundle_config(b));
	char *text = json_dumps(config, JSON_INDENT(2));

	if (!text)
		test_broken(t, "config: it cannot be written the other way round");
	bundle_raw(b, text, strlen(text));
	free(text);
}

/* One of everything that every runtime has. */
static struct bundle *rich_bundle(struct test *t)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "hostname", "s", "ordered");
	bundle_set(b, "process.user", "{s:i s:i s:[i i] s:i}", "uid", 1001, "gid", 1002,
		   "additionalGids", 5, 6, "umask", 027);
	bundle_set(b, "process.cwd", "s", "/etc");
	bundle_set(b, "process.rlimits", "[{s:s s:i s:i}]", "type", "RLIMIT_NOFILE", "soft", 77,
		   "hard", 99);
	with_capabilities(b);
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "nosuid,nodev,noexec,size=64k,mode=0700");
	bundle_set(b, "linux.maskedPaths", "[s]", "/proc/version");
	bundle_set(b, "linux.readonlyPaths", "[s]", "/proc/sys");
	bundle_set(b, "annotations", "{s:s s:s}", "org.example.a", "1", "org.example.b", "2");
	probe_report(b);
	return b;
}

static void order_of_members(struct test *t)
{
	struct bundle *b = rich_bundle(t), *other = bundle_copy(b);
	json_t *plain = report(bundle_run(b, NULL));

	raw_reversed(t, other);
	check_json(t, "json.order.members", "what the probe finds, all members reversed", plain,
		   report(bundle_run(other, NULL)));
}

static const char *const order[] = { "prestart",       "createRuntime", "createContainer",
				     "startContainer", "poststart",	"poststop" };

/* The hooks that ran, in their order, but for one kind; or that should have. */
static const char *ran_without(struct test *t, struct bundle *b, const char *kind)
{
	const char *ran = "";
	const struct record *r;
	size_t n;

	r = log_read(b, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(r[i].label, kind))
			ran = format(t, "%s %s", ran, r[i].label);
	return ran;
}

static const char *all_without(struct test *t, const char *kind)
{
	const char *all = "";

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (strcmp(order[i], kind) && (test_spec(t) >= 10002 || !i || i > 3))
			all = format(t, "%s %s", all, order[i]);
	return all;
}

/* Whether the two kinds of start keep their order has tests of its own, which hold them. */
static void order_of_kinds(struct test *t)
{
	static const char *const left_out[] = { "startContainer", "poststart" };
	struct bundle *b = bundle_new(t);

	for (size_t i = ARRAY_SIZE(order); i-- > 0;)
		if (test_spec(t) >= 10002 || !i || i > 3)
			bundle_hook(b, order[i], order[i], "state", NULL);
	bundle_run(b, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		check_string(t, "json.order.hook-kinds",
			     format(t, "hooks in the order in which they ran, but %s", left_out[i]),
			     all_without(t, left_out[i]), ran_without(t, b, left_out[i]));
}

/* ------------------------------------------------------------------ no JSON, no object */

struct bad_text {
	struct test_case c;
	const char *text; /* NULL: what `cut` leaves of a good one */
	int cut; /* bytes from its end; -1: half of it */
};

static void bad_text(struct test *t)
{
	const struct bad_text *row = test_row(t);
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);
	const char *text = row->text;
	size_t length = text ? strlen(text) : 0;

	if (!text) {
		text = json_dumps(bundle_config(bad), JSON_COMPACT);
		length = text ? strlen(text) : 0;
		length -= row->cut < 0 ? length / 2 : (size_t)row->cut;
	}
	if (!text)
		test_broken(t, "config: it cannot be written");
	bundle_raw(bad, text, length);
	life_refused(t, row->c.requirement, bad, good);
}

#define SYNTAX "json.invalid.syntax"
#define TOP    "json.invalid.top-level-type"

static const struct bad_text bad_texts[] = {
	{ { "cut-in-the-middle", SYNTAX, NULL }, NULL, -1 },
	{ { "cut-before-last-brace", SYNTAX, NULL }, NULL, 1 },
	{ { "no-json", SYNTAX, NULL }, "\x8b\x1f\x08\xe3\x91\x02{\xff\"\x7f\x03\xc4[\x9a]:\xee\x80", 0 },
	{ { "words", SYNTAX, NULL }, "ociVersion = 1.0.0\nroot.path = rootfs\n", 0 },
	{ { "null", TOP, NULL }, "null", 0 },
	{ { "array", TOP, NULL }, "[]", 0 },
	{ { "string", TOP, NULL }, "\"config\"", 0 },
	{ { "number", TOP, NULL }, "1", 0 },
	{ { "true", TOP, NULL }, "true", 0 },
	{ { "empty", TOP, NULL }, "", 0 },
	{ { "blanks", TOP, NULL }, " \n", 0 },
};

const struct test_entry json_tests[] = {
	{
		.name = "json/utf8",
		.about = "text in UTF-8 reaches the container byte for byte",
		.requirements = REQS("json.utf8.verbatim"),
		.run = verbatim,
	},
	{
		.name = "json/escaped-value",
		.about = "escapes in a value are decoded",
		.requirements = REQS("json.escapes.values"),
		.run = escaped_value,
	},
	{
		.name = "json/escaped-name",
		.about = "a name spelled with escapes is that name",
		.requirements = REQS("json.escapes.names"),
		.run = escaped_name,
	},
	{
		.name = "json/order-of-members",
		.about = "the order of members does not matter",
		.requirements = REQS("json.order.members"),
		.run = order_of_members,
	},
	{
		.name = "json/order-of-hook-kinds",
		.about = "hooks run in their order, not in that of the file",
		.requirements = REQS("json.order.hook-kinds"),
		.run = order_of_kinds,
	},
	{
		.name = "json/refused",
		.about = "a config.json that is no JSON object is refused",
		.run = bad_text,
		CASES(bad_texts),
	},
	{ 0 },
};
