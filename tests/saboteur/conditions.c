/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps of a sabotage apply to a call. All is decided before anything is done, but for how
 * the call ends.
 */
#include "saboteur.h"

#include <fnmatch.h>
#include <string.h>

static bool config_has(struct call *c, const char *text)
{
	struct text config = { 0 };
	const char *bundle = call_bundle(c);

	return *bundle && !text_read(&config, join("%s/config.json", bundle)) &&
	       memmem(config.data, config.length, text, strlen(text));
}

static bool has_word(const struct call *c, const char *glob)
{
	for (char **word = c->words; *word; word++)
		if (!fnmatch(glob, *word, 0))
			return true;
	return false;
}

static bool holds(struct call *c, const struct condition *k, unsigned long number)
{
	switch (k->kind) {
	case HAS_TEXT:
		return config_has(c, expand(c, k->text)) != k->negated;
	case HAS_WORD:
		return has_word(c, expand(c, k->text)) != k->negated;
	case ONLY_NTH:
		return number == k->number;
	case BUT_FIRST:
		return number > k->number;
	default:
		return true;
	}
}

static bool is_about(const struct call *c, const struct step *s)
{
	return !strcmp(s->operation, "any") || !strcmp(s->operation, c->operation);
}

static bool counts(const struct step *s)
{
	for (const struct condition *k = s->conditions; k; k = k->next)
		if (k->kind == ONLY_NTH || k->kind == BUT_FIRST)
			return true;
	return false;
}

static bool all_hold(struct call *c, const struct step *s, unsigned long number)
{
	for (const struct condition *k = s->conditions; k; k = k->next)
		if (!holds(c, k, number))
			return false;
	return true;
}

struct step *select_steps(struct call *c, struct step *steps)
{
	unsigned long number = 0, number_any = 0;
	struct step *first = NULL, **end = &first;

	/* A call counts once, whatever the number of steps that want to know. */
	for (struct step *s = steps; s; s = s->next) {
		bool any = !strcmp(s->operation, "any");
		unsigned long *n = any ? &number_any : &number;

		if (is_about(c, s) && counts(s) && !*n)
			*n = count_call(s->operation);
	}
	for (struct step *s = steps; s; s = s->next) {
		bool any = !strcmp(s->operation, "any");

		if (!is_about(c, s) || !all_hold(c, s, any ? number_any : number))
			continue;
		*end = s;
		end = &s->next;
	}
	*end = NULL;
	return first;
}

bool outcome_fits(const struct call *c, const struct step *s)
{
	bool failed = c->signal || c->status;

	for (const struct condition *k = s->conditions; k; k = k->next)
		if ((k->kind == FAILED && !failed) || (k->kind == SUCCEEDED && failed))
			return false;
	return true;
}
