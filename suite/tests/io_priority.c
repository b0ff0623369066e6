/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.ioPriority: class and level of the container's program as ioprio_get(2) tells them. What
 * is refused is `disabled`, what runs with another class or level is a fail.
 */
#include <string.h>

#include "suite/suite.h"
#include "suite/tests/tests.h"

static struct bundle *with_priority(struct test *t, const char *priority)
{
	struct bundle *b = bundle_new(t);

	if (priority)
		bundle_put(b, "process.ioPriority", json_loads(priority, 0, NULL));
	bundle_probe(b, "ioprio", NULL);
	return b;
}

/* ------------------------------------------------------------------ classes and levels */

struct setting {
	struct test_case c;
	const char *class;
	int level;
};

/* The level means nothing to IOPRIO_CLASS_IDLE. */
static void check_class(struct test *t, const char *requirement, const struct facts *f,
			const char *fact, const struct setting *s)
{
	check_string(t, requirement, format(t, "class of %s", fact), s->class,
		     facts_string(f, format(t, "%s.class", fact)));
	if (strcmp(s->class, "IOPRIO_CLASS_IDLE"))
		check_int(t, requirement, format(t, "level of %s", fact), s->level,
			  facts_int(f, format(t, "%s.priority", fact)));
}

static struct bundle *with_setting(struct test *t, const struct setting *s)
{
	return with_priority(t, format(t, "{\"class\":\"%s\",\"priority\":%d}", s->class, s->level));
}

static void in_force(struct test *t)
{
	const struct setting *s = test_row(t);
	const struct facts *f;

	if (!test_wants(t, s->c.requirement))
		return;
	f = bundle_supported(with_setting(t, s), s->c.requirement);
	if (f)
		check_class(t, s->c.requirement, f, "ioprio", s);
}

#define CLASS(name, class, level) \
	{ { #name, "process.io-priority.class." #name, NULL }, "IOPRIO_CLASS_" class, level }
#define LEVEL(level)                                                             \
	{ { "level-" #level, "process.io-priority.priority.levels", NULL }, \
	  "IOPRIO_CLASS_BE", level }

static const struct setting settings[] = {
	CLASS(rt, "RT", 2), CLASS(be, "BE", 6), CLASS(idle, "IDLE", 4), LEVEL(0), LEVEL(1),
	LEVEL(2),	    LEVEL(3),		LEVEL(4),		LEVEL(5), LEVEL(6),
	LEVEL(7),
};

/* The range "should" be 0 to 7; what lies beyond must at least not become another class. */
static void out_of_range(struct test *t)
{
	static const char id[] = "process.io-priority.priority.out-of-range";
	static const int levels[] = { -1, 8, 8192 };
	const struct setting good = { { NULL, NULL, NULL }, "IOPRIO_CLASS_BE", 5 };

	if (!test_wants(t, id) || !bundle_supported(with_setting(t, &good), id))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		const struct setting bad = { { NULL, NULL, NULL }, good.class, levels[i] };
		const struct result *refusal = NULL;
		const struct facts *f = bundle_try(with_setting(t, &bad), &refusal);

		if (f)
			check_string(t, id, format(t, "class with level %d", levels[i]),
				     good.class, facts_string(f, "ioprio.class"));
		else
			check_error(t, id, refusal);
	}
}

/* ------------------------------------------------------------------ refusals */

struct refused {
	struct test_case c;
	const char *bad; /* JSON */
};

static void refused(struct test *t)
{
	const struct refused *r = test_row(t);

	if (test_wants(t, r->c.requirement))
		check_refused_if_supported(
			t, r->c.requirement, with_priority(t, r->bad),
			with_priority(t, "{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":5}"));
}

#define REFUSED(name, id, bad) { { name, "process.io-priority." id, NULL }, bad }

static const struct refused refusals[] = {
	REFUSED("class-unknown", "class.unknown", "{\"class\":\"IOPRIO_CLASS_FOO\",\"priority\":5}"),
	REFUSED("class-none", "class.unknown", "{\"class\":\"IOPRIO_CLASS_NONE\",\"priority\":0}"),
	REFUSED("class-short", "class.unknown", "{\"class\":\"BE\",\"priority\":5}"),
	REFUSED("class-lower-case", "class.unknown",
		"{\"class\":\"ioprio_class_be\",\"priority\":5}"),
	REFUSED("class-empty", "class.unknown", "{\"class\":\"\",\"priority\":5}"),
	REFUSED("no-class", "class.required", "{\"priority\":5}"),
};

/* ------------------------------------------------------------------ who gets it */

static void absent(struct test *t)
{
	bundle_run(with_priority(t, NULL), NULL);
	check_pass(t, "process.io-priority.optional");
}

/* "affecting all processes within the container": the first of them and its child. */
static void children(struct test *t)
{
	static const char id[] = "process.io-priority.children";
	const struct setting s = { { NULL, NULL, NULL }, "IOPRIO_CLASS_RT", 3 };
	struct bundle *b = with_setting(t, &s);
	const struct facts *f;

	if (!test_wants(t, id))
		return;
	bundle_probe_add(b, "forked", "ioprio", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_class(t, id, f, "ioprio", &s);
	check_class(t, id, f, "ioprio#2", &s);
}

static void unprivileged_user(struct test *t)
{
	static const char id[] = "process.io-priority.unprivileged-user";
	const struct setting s = { { NULL, NULL, NULL }, "IOPRIO_CLASS_RT", 0 };
	struct bundle *root = with_setting(t, &s), *user = bundle_copy(root);

	if (!test_wants(t, id))
		return;
	bundle_set(user, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(user, "process.capabilities", "{}");
	if (bundle_supported(root, id))
		check_class(t, id, bundle_run(user, NULL), "ioprio", &s);
}

const struct test_entry io_priority_tests[] = {
	{
		.name = "io-priority/set",
		.about = "the program has the I/O class and level asked for, or does not run",
		.run = in_force,
		CASES(settings),
	},
	{
		.name = "io-priority/out-of-range",
		.about = "a level beyond the range does not become another class",
		.requirements = REQS("process.io-priority.priority.out-of-range"),
		.run = out_of_range,
	},
	{
		.name = "io-priority/refused",
		.about = "an I/O class that is none is refused",
		.run = refused,
		CASES(refusals),
	},
	{
		.name = "io-priority/optional",
		.about = "ioPriority may be left out",
		.requirements = REQS("process.io-priority.optional"),
		.run = absent,
	},
	{
		.name = "io-priority/children",
		.about = "a child of the program has its I/O priority",
		.requirements = REQS("process.io-priority.children"),
		.run = children,
	},
	{
		.name = "io-priority/unprivileged-user",
		.about = "the I/O priority is set before privileges are dropped",
		.requirements = REQS("process.io-priority.unprivileged-user"),
		.run = unprivileged_user,
	},
	{ 0 },
};
