/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of sabotages, and the steps in a line of them. Nothing in a list is taken as meant: what is
 * not understood whole is an error that names it, before anything is called.
 */
#include "saboteur.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/probe/names.h"

#define WORDS_MAX 64

static const struct action *const tables[] = { config_actions, call_actions,  process_actions,
					       output_actions, replay_actions, world_actions,
					       wrap_actions };

const struct action *find_action(const char *name, unsigned int flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct action *a = tables[i]; a->name; a++)
			if ((a->flags & flags) && !strcmp(a->name, name))
				return a;
	return NULL;
}

const struct action *find_special(const char *name)
{
	static const struct action *const specials[] = { special_actions, cli_specials };

	for (size_t i = 0; i < ARRAY_SIZE(specials); i++)
		for (const struct action *a = specials[i]; a->name; a++)
			if (!strcmp(a->name, name))
				return a;
	return NULL;
}

__attribute__((format(printf, 2, 3))) static void *fault(const char *where, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "saboteur: %s: %s\n", where, text);
	return NULL;
}

/* ------------------------------------------------------------------ words */

/* The next word without its quotes, or NULL; *plain: nothing of it was quoted. */
static char *next_word(const char **text, bool *plain)
{
	struct text word = { 0 };
	const char *at = *text;
	bool quoted = false;

	at += strspn(at, " ");
	*plain = true;
	if (!*at)
		return NULL;
	text_add(&word, "", 0);
	for (; *at && (quoted || *at != ' '); at++) {
		if (*at == '\'') {
			quoted = !quoted;
			*plain = false;
		} else {
			text_add(&word, at, 1);
		}
	}
	*text = at;
	return word.data;
}

static bool is_number(const char *word, int base)
{
	char *end;

	strtol(word, &end, base);
	return *word && !*end;
}

static bool is_json(const char *word)
{
	static const char *const names[] = { "{id}",  "{bundle}", "{rootfs}", "{root}",
					     "{dir}", "{first}",  "{last}",   "{other}" };
	struct text t = { 0 };

	text_add(&t, word, strlen(word));
	text_replace(&t, "{pid}", "1");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		text_replace(&t, names[i], "/x");
	return json_loads(t.data, JSON_DECODE_ANY, NULL) != NULL;
}

static bool fits(char kind, const char *word)
{
	bool open = strchr(word, '{') != NULL; /* a placeholder: not known yet */

	switch (tolower(kind)) {
	case 'n':
		return open || is_number(word, 10);
	case 'm':
		return open || is_number(word, 8);
	case 's':
		return signal_parse(word) > 0 || !strcmp(word, "0");
	case 'j':
		return is_json(word);
	default:
		return true;
	}
}

const char *wrong_words(const struct action *a, char **word)
{
	const char *kind = a->words;
	bool more = false; /* the last word may be followed by others of its kind */

	for (; *word; word++) {
		if (!*kind)
			return join("%s: one word too many: %s", a->name, *word);
		if (!fits(*kind, *word))
			return join("%s: not what it takes: %s", a->name, *word);
		more = kind[1] == '+';
		kind += !more;
	}
	return islower((unsigned char)*kind) && !more ? join("%s: a word is missing", a->name)
						      : NULL;
}

/* ------------------------------------------------------------------ conditions */

/* Up to the next character that begins a condition, without quotes. */
static char *condition_text(const char **at)
{
	struct text t = { 0 };
	bool quoted = false;

	text_add(&t, "", 0);
	for (; **at && (quoted || !strchr(" ~@^!+", **at)); ++*at) {
		if (**at == '\'')
			quoted = !quoted;
		else
			text_add(&t, *at, 1);
	}
	return t.data;
}

/* One condition at *at, or NULL. */
static struct condition *one_condition(const char **at)
{
	struct condition *k = grow(NULL, sizeof(*k));
	char *end;

	*k = (struct condition){ .negated = **at == '^' };
	*at += k->negated;
	switch (*(*at)++) {
	case '~':
	case '@':
		k->kind = (*at)[-1] == '~' ? HAS_TEXT : HAS_WORD;
		k->text = condition_text(at);
		return *k->text ? k : NULL;
	case '+':
	case '-':
		k->kind = (*at)[-1] == '+' ? ONLY_NTH : BUT_FIRST;
		k->number = strtoul(*at, &end, 10);
		if (end == *at || !k->number || k->negated)
			return NULL;
		*at = end;
		return k;
	case '!':
	case '=':
		k->kind = (*at)[-1] == '!' ? FAILED : SUCCEEDED;
		return k->negated ? NULL : k;
	default:
		return NULL;
	}
}

/* "create+2~text@glob": the operation's name, then the conditions. */
static const char *head(struct step *s, const char *at, const char *where)
{
	const char *begin = at + strspn(at, " ");
	size_t length = strcspn(begin, " ~@^!+=");
	const char *dash = memchr(begin, '-', length);

	/* "create-1" is a condition, "no-such-command" is a name. */
	while (dash && !isdigit((unsigned char)dash[1]))
		dash = memchr(dash + 1, '-', length - (size_t)(dash + 1 - begin));
	if (dash)
		length = (size_t)(dash - begin);
	if (!length || strspn(begin, "abcdefghijklmnopqrstuvwxyz-_0123456789") < length)
		return fault(where, "no operation: %.40s", begin);
	s->operation = copy_text(begin, length);
	for (at = begin + length; *at && *at != ' ';) {
		const char *from = at;
		struct condition *k = one_condition(&at);

		if (!k)
			return fault(where, "no condition: %.40s", from);
		k->next = s->conditions;
		s->conditions = k;
	}
	return at;
}

/* ------------------------------------------------------------------ steps */

static const struct action *action_of(struct step *s, const char *name, const char *where)
{
	bool before = !strncmp(name, "before:", 7), after = !strncmp(name, "after:", 6);
	const char *bare = name + (before ? 7 : after ? 6 : 0);
	unsigned int phase = before ? IN_BEFORE : after ? IN_AFTER : IN_BEFORE | IN_AFTER;
	const struct action *a = find_action(bare, phase);

	if (!a)
		return fault(where, "no action: %s", name);
	s->action = a;
	s->after = (a->flags & phase & IN_AFTER) && (after || !(a->flags & USUALLY_BEFORE));
	return a;
}

/* What is wrong with the words of a step, or NULL. "hook", "init" and "later" have an action behind
 * them; "special" is that of its first word. */
static const char *wrong_step(struct step *s)
{
	bool hook = !strcmp(s->action->name, "hook"), init = !strcmp(s->action->name, "init");
	bool later = !strcmp(s->action->name, "later");
	const struct action *inner = s->action;
	const char *wrong = wrong_words(inner, s->word);
	char **word = s->word;

	if (!wrong && !strcmp(s->action->name, "special")) {
		inner = find_special(*word);
		s->action = inner;
		s->word = word + 1;
		/* One that may stand on both sides stands where the line says. */
		s->after = inner && (inner->flags & IN_AFTER) &&
			   (s->after || !(inner->flags & IN_BEFORE));
		wrong = inner ? wrong_words(inner, s->word) : join("no special %s", *word);
	} else if (!wrong && (hook || init || later)) {
		word += hook || later;
		inner = find_action(*word, later ? IN_AFTER : IN_WRAP);
		wrong = inner ? wrong_words(inner, word + 1) : join("no action: %s", *word);
	}
	for (const struct condition *k = s->conditions; !wrong && !s->after && k; k = k->next)
		if (k->kind == FAILED || k->kind == SUCCEEDED)
			wrong = "only after the call it is known how it ended";
	return wrong;
}

/* One step and what ends it; NULL after a complaint. */
static struct step *one_step(const char **text, const char *where)
{
	struct step *s = grow(NULL, sizeof(*s));
	char *word[WORDS_MAX], *name;
	const char *wrong;
	size_t n = 0;
	bool plain;

	*s = (struct step){ 0 };
	*text = head(s, *text, where);
	if (!*text)
		return NULL;
	name = next_word(text, &plain);
	if (!name || !action_of(s, name, where))
		return name ? NULL : fault(where, "%s: no action", s->operation);
	while (n < WORDS_MAX - 1 && (word[n] = next_word(text, &plain))) {
		if (plain && !strcmp(word[n], ";"))
			break;
		n++;
	}
	word[n] = NULL;
	s->word = grow(NULL, (n + 1) * sizeof(*s->word));
	memcpy(s->word, word, (n + 1) * sizeof(*s->word));
	wrong = wrong_step(s);
	return wrong ? fault(where, "%s", wrong) : s;
}

struct step *parse_steps(const char *text, const char *where)
{
	struct step *first = NULL, **end = &first;

	do {
		*end = one_step(&text, where);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		text += strspn(text, " ");
	} while (*text);
	return first;
}

/* ------------------------------------------------------------------ lists */

/* A list as it is read, line by line. */
struct list {
	const char *path;
	FILE *in;
	char line[8192], where[512];
	char *column[3];
	unsigned int number;
	struct {
		char *id, *sabotage;
	} *seen;
	size_t n;
	char name[256]; /* of this line: the id, or ID#N */
};

static bool split(struct list *l)
{
	char *at = l->line;

	for (int i = 0; i < 3; i++) {
		l->column[i] = at;
		at = at ? strchr(at, '\t') : NULL;
		if (at)
			*at++ = '\0';
		if (!l->column[i] || !*l->column[i] || (i == 2 && at))
			return false;
	}
	return true;
}

/* The next line with a sabotage. 1; 0 at the end, -1 after a complaint. */
static int next_line(struct list *l)
{
	unsigned int same = 1;

	do {
		if (!fgets(l->line, sizeof(l->line), l->in))
			return 0;
		l->line[strcspn(l->line, "\n")] = '\0';
		l->number++;
	} while (!*l->line || *l->line == '#' ||
		 (l->number == 1 && !strncmp(l->line, "requirement\t", 12)));
	snprintf(l->where, sizeof(l->where), "%.400s:%u", l->path, l->number);
	if (!split(l)) {
		fault(l->where, "not three columns");
		return -1;
	}
	for (size_t i = 0; i < l->n; i++)
		same += !strcmp(l->seen[i].id, l->column[0]);
	snprintf(l->name, sizeof(l->name), same > 1 ? "%.200s#%u" : "%.200s", l->column[0], same);
	l->seen = grow(l->seen, (l->n + 1) * sizeof(*l->seen));
	l->seen[l->n].id = copy_text(l->column[0], strlen(l->column[0]));
	l->seen[l->n++].sabotage = copy_text(l->column[2], strlen(l->column[2]));
	return 1;
}

struct step *find_sabotage(const char *list, const char *name)
{
	struct list l = { .path = list, .in = fopen(list, "re") };
	int more;

	if (!l.in)
		return fault(list, "the list cannot be read");
	while ((more = next_line(&l)) > 0)
		if (!strcmp(l.name, name)) {
			fclose(l.in);
			return parse_steps(l.column[2], l.where);
		}
	fclose(l.in);
	return more < 0 ? NULL : fault(list, "no sabotage %s", name);
}

static bool twice(const struct list *l)
{
	const char *id = l->seen[l->n - 1].id, *sabotage = l->seen[l->n - 1].sabotage;

	for (size_t i = 0; i + 1 < l->n; i++)
		if (!strcmp(l->seen[i].id, id) && !strcmp(l->seen[i].sabotage, sabotage))
			return true;
	return false;
}

int check_list(const char *list)
{
	struct list l = { .path = list, .in = fopen(list, "re") };
	int faults = 0, more;

	if (!l.in) {
		fault(list, "the list cannot be read");
		return 1;
	}
	while ((more = next_line(&l))) {
		if (more > 0 && twice(&l))
			fault(l.where, "%s: the same sabotage twice", l.column[0]);
		else if (more > 0 && parse_steps(l.column[2], l.where))
			continue;
		faults++;
	}
	fclose(l.in);
	return faults;
}
