/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sabotages that a line of a list cannot say, one function each, in alphabetical order. They have
 * the whole call at hand (saboteur.h), and must break just the one thing they are named after.
 */
#include "saboteur.h"

#include <errno.h>
#include <string.h>

/* NAME: the state has this property twice, which no JSON library would write. */
static int duplicate(struct call *c, char **word)
{
	json_t *state = c->out.data ? json_loadb(c->out.data, c->out.length, 0, NULL) : NULL;
	json_t *value = state ? json_object_get(state, word[0]) : NULL;
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL, *brace;
	struct text made = { 0 };

	brace = text ? strchr(c->out.data, '{') : NULL;
	if (!brace)
		return -ENOENT;
	text_add(&made, c->out.data, (size_t)(brace + 1 - c->out.data));
	text = join("\"%s\": %s,", word[0], text);
	text_add(&made, text, strlen(text));
	text_add(&made, brace + 1, strlen(brace + 1));
	c->out = made;
	return 0;
}

/* The phase is IN_BEFORE or IN_AFTER; TAKES_OUT and TAKES_ERR fill c->out and c->err. */
const struct action special_actions[] = {
	{ "duplicate", "w", IN_AFTER | TAKES_OUT, duplicate },
	{ NULL, NULL, 0, NULL },
};
