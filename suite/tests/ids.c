/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids that are odd: empty, too long, or paths; and those in common use. Which of them are valid is
 * up to the runtime, what becomes of anything else is not. It must never count a refusal by itself.
 */
#include "life.h"

#include <string.h>

struct odd {
	struct test_case base;
	const char *id; /* NULL: 5000 characters */
	bool refuse;	/* it must not be taken */
	bool common;	/* for information: engines use such ids */
};

#define DOT   "ops.create.invalid-id-dot"
#define SLASH "ops.create.invalid-id-slash"
#define USUAL "ops.create.valid-id-charset"

static const struct odd odds[] = {
	{ { "empty", "ops.create.invalid-id-empty", "an empty id is refused" }, "", true, false },
	{ { "dot", DOT, "the id . is refused or works, and does no harm" }, ".", false, false },
	{ { "dot-dot", DOT, "the id .. is refused or works, and does no harm" },
	  "..",
	  false,
	  false },
	{ { "slash", SLASH, "an id with a slash is refused or works, and does no harm" },
	  "a/b",
	  false,
	  false },
	{ { "upwards", SLASH, "an id that leads upwards is refused or works, and does no harm" },
	  "../evil",
	  false,
	  false },
	{ { "absolute", SLASH, "an id that is a path is refused or works, and does no harm" },
	  "/run/evil",
	  false,
	  false },
	{ { "long", "ops.create.invalid-id-too-long",
	    "an id of 5000 characters is refused cleanly or works" },
	  NULL,
	  false,
	  false },
	{ { "hex", USUAL, "an id of 64 hexadecimal digits" },
	  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  false,
	  true },
	{ { "uuid", USUAL, "an id that is a UUID" },
	  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
	  false,
	  true },
	{ { "hyphen", USUAL, "an id with a hyphen" }, "name-1", false, true },
	{ { "punctuated", USUAL, "an id with an underscore and a dot" }, "a_b.c", false, true },
	{ { "letter", USUAL, "an id of one letter" }, "x", false, true },
};

/* A container of that id, from created to gone. */
static void lives(struct test *t, const char *requirement, struct container *c)
{
	const struct state *s = op_state(c);

	check_string(t, requirement, "status", "created", s->status);
	if (!check_string(t, requirement, "id in the state", container_id(c), s->id) ||
	    !check_ok(t, requirement, op_start(c)))
		return;
	check_true(t, requirement, life_answers(c), "its program answers", "it does not");
	if (!check_ok(t, requirement, op_kill(c, "KILL")))
		return;
	container_wait(c);
	life_check(t, requirement, state_until(c, "stopped"), "stopped");
	check_ok(t, requirement, op_delete(c));
	life_check_unknown(t, requirement, c, "no container after delete");
}

/*
 * Of the changes of files those that are none of this container's business: what is gone or
 * changed, and what bears the last part of its id as name, which must be nowhere by now.
 */
static const char *harm(struct test *t, const char *id, const struct ledger *before)
{
	const char *text = ledger_changes(t, before, ledger_take(t), CHANGE_BIT(CHANGE_FILE));
	const char *name = format(t, "/%s ", strrchr(id, '/') ? strrchr(id, '/') + 1 : id);
	const char *all = "", *end;

	for (const char *line = text; *line; line = *end ? end + 1 : end) {
		const char *words;

		end = line + strcspn(line, "\n");
		words = format(t, "%.*s", (int)(end - line), line);
		if (*words != '+' || (strchr(id, '/') && strstr(words, name)))
			all = format(t, "%s%s\n", all, words);
	}
	return all;
}

static void odd_id(struct test *t)
{
	const struct odd *row = test_row(t);
	const char *req = row->base.requirement;
	const char *id = row->id ? row->id : format(t, "%05000d", 7);
	/* The twin, with an id that is not odd; and the one to be harmed. */
	struct container *other = life_running(life_bundle(t));
	struct container *c = container_with_id(life_bundle(t), id);
	const struct state *as_before = must_state(other);
	const struct ledger *before = ledger_take(t);
	const struct result *r = op_create(c);

	if (row->refuse || !result_ok(r)) {
		check_clean_error(t, req, r);
		if (row->common && r->exited)
			check_disabled(t, req, "it is no valid id for the runtime: %s",
				       result_text(t, r));
	} else {
		lives(t, req, c);
	}
	check_string(t, req, "changes of what belongs to others", "", harm(t, id, before));
	life_check_same(t, req, as_before, other, "another container as before");
}

const struct test_entry id_tests[] = {
	{
		.name = "ids/create",
		.about = "create with an odd id",
		.requirements = REQS("ops.create.invalid-id-empty"),
		.run = odd_id,
		CASES(odds),
	},
	{ 0 },
};
