/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations: what they may hold, and that they have no effect of their own. config.md,
 * "Annotations". A state need not show them; one that does must show them as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

/* A whole life with these annotations: decides, if the state shows any, that they are the same. */
static void check_kept(struct test *t, const char *id, json_t *annotations)
{
	struct bundle *b = life_bundle(t);
	const json_t *shown;
	struct container *c;

	bundle_put(b, "annotations", annotations);
	c = life_running(b);
	shown = json_object_get(must_state(c)->json, "annotations");
	life_stop(t, c);
	must_delete(c);
	if (shown)
		check_json(t, id, "annotations in state", json_incref(annotations), shown);
	else
		check_pass(t, id);
}

static void structure(struct test *t)
{
	char *long_value = malloc(30001);

	if (!long_value)
		abort();
	for (size_t i = 0; i < 30000; i++)
		long_value[i] = "0123456789 abcdef\n"[i % 18];
	long_value[30000] = '\0';
	check_kept(t, "annotations.structure",
		   json_pack("{s:s s:s s:s s:s s:s s:s}", "org.example.object",
			     "{\"a\": [1, {\"b\": null}], \"c\": \"\\u00e9\"}", "org.example.cut",
			     "{\"a\": [1,", "org.example.list", "[]", "org.example.lines",
			     "one\n\ttwo\r\nthree\n", "org.example.words",
			     " \"$HOME\" 'a' \\n %s ", "org.example.long", long_value));
	free(long_value);
}

static void absent(struct test *t)
{
	const char *id = "annotations.absent";
	struct bundle *b = bundle_new(t);

	check_string(t, id, "word of the program, without annotations", "up",
		     facts_string(bundle_run(b, "echo", "up"), "echo"));
	b = bundle_new(t);
	bundle_set(b, "annotations", "{}");
	check_string(t, id, "word of the program, with an empty map", "up",
		     facts_string(bundle_run(b, "echo", "up"), "echo"));
}

static void empty_value(struct test *t)
{
	check_kept(t, "annotations.values.empty",
		   json_pack("{s:s s:s}", "org.example.empty", "", "org.example.other", "x"));
}

static void image(struct test *t)
{
	json_t *all = json_object();
	static const char *const keys[][2] = {
		{ "os", "linux" },	     { "os.version", "6.12" },
		{ "os.features", "seccomp" }, { "architecture", "amd64" },
		{ "variant", "v2" },	     { "author", "A. U. Thor <author@example.org>" },
		{ "created", "2020-02-29T12:00:00.5Z" }, { "stopSignal", "SIGRTMIN+3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set_new(all, format(t, "org.opencontainers.image.%s", keys[i][0]),
				    json_string(keys[i][1]));
	check_kept(t, "annotations.image.accepted", all);
}

static void unknown_keys(struct test *t)
{
	static const char *const keys[] = { "com.example.unknown",
					    "run.oci-test.foo",
					    "plain",
					    "with-dash",
					    "with blank",
					    "\xc3\xbcml\xc3\xa4ut-\xe2\x82\xac",
					    "org.opencontainers.oci-test.foo",
					    "org.opencontainers.image.unknown",
					    "org.opencontainers",
					    "/slashes/a",
					    "UPPER.Case",
					    "key=value" };
	struct bundle *plain = bundle_new(t), *b;
	json_t *annotations = json_object(), *expected;

	probe_report(plain);
	b = bundle_copy(plain);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set_new(annotations, keys[i], json_string("true"));
	for (int i = 0; i < 30; i++)
		json_object_set_new(annotations, format(t, "com.example.key-%d", i),
				    json_string("/probe"));
	bundle_put(b, "annotations", annotations);
	expected = report(bundle_run(plain, NULL));
	check_json(t, "annotations.keys.unknown-ignored", "what the probe finds, as without them",
		   expected, report(bundle_run(b, NULL)));
}

/* What signals came: the one that was asked for, and by the end no other. */
static void stop_signal(struct test *t)
{
	const char *id = "annotations.image.stop-signal.explicit-wins";
	static const char *const values[] = { "SIGUSR1", "USR1", "10" };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct bundle *b = bundle_new(t);
		const struct facts *f;
		struct container *c;

		bundle_set(b, "/annotations/org.opencontainers.image.stopSignal", "s", values[i]);
		bundle_probe(b, "trap", "SIGUSR1", "trap", "SIGUSR2", "wait", NULL);
		c = life_running(b);
		must_kill(c, "USR2");
		f = container_await(c, "signal");
		check_string(t, id, "signal that came", "SIGUSR2",
			     facts_string(f, "signal"));
		container_close_input(c);
		container_wait(c);
		f = container_await(c, "signal#2");
		check_seen(t, id, !facts_get(f, "signal#2"), "no other signal", "%s",
			   life_json(t, facts_get(f, "signal#2")));
		must_delete(c);
	}
}

const struct test_entry annotation_tests[] = {
	{
		.name = "annotations/structure",
		.about = "values may be any text",
		.requirements = REQS("annotations.structure"),
		.run = structure,
	},
	{
		.name = "annotations/absent",
		.about = "there may be no annotations",
		.requirements = REQS("annotations.absent"),
		.run = absent,
	},
	{
		.name = "annotations/empty-value",
		.about = "a value may be empty",
		.requirements = REQS("annotations.values.empty"),
		.run = empty_value,
	},
	{
		.name = "annotations/image",
		.about = "the keys of the image specification may be used",
		.requirements = REQS("annotations.image.accepted"),
		.run = image,
	},
	{
		.name = "annotations/unknown-keys",
		.about = "unknown keys have no effect",
		.requirements = REQS("annotations.keys.unknown-ignored"),
		.run = unknown_keys,
	},
	{
		.name = "annotations/stop-signal",
		.about = "the signal that kill is given is sent, whatever an annotation says",
		.requirements = REQS("annotations.image.stop-signal.explicit-wins"),
		.run = stop_signal,
	},
	{ 0 },
};
