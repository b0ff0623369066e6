/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel command line: the only configuration of a run. It must never guess: a parameter of
 * ours that is unknown or has no sense stops the run before it begins.
 */
#include "cmdline.h"

#include <errno.h>
#include <string.h>

struct value {
	const char *text; /* NULL: the parameter had no "=" */
	size_t length;
};

/* Letters, digits and what paths of devices need: never a way out of /dev. */
static bool is_word(const struct value *v)
{
	for (size_t i = 0; i < v->length; i++) {
		char c = v->text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return v->length > 0;
}

static bool to_text(const struct value *v, char *out, size_t size)
{
	if (!v->text || !v->length || v->length >= size)
		return false;
	memcpy(out, v->text, v->length);
	out[v->length] = '\0';
	return true;
}

/* Decimal, or hexadecimal behind 0x. */
static bool to_number(const struct value *v, unsigned int max, unsigned int *out)
{
	bool hex = v->length > 2 && v->text[0] == '0' && v->text[1] == 'x';
	unsigned int base = hex ? 16 : 10;
	unsigned int n = 0;

	if (!v->text || !v->length || v->length > 10)
		return false;
	for (size_t i = hex ? 2 : 0; i < v->length; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = memchr(digits, v->text[i], base);

		/* No overflow: max is far below what the type holds. */
		if (!d || n * base + (unsigned int)(d - digits) > max)
			return false;
		n = n * base + (unsigned int)(d - digits);
	}
	*out = n;
	return true;
}

/* A switch: alone or =1 is on, =0 is off. */
static bool to_switch(const struct value *v, bool *out)
{
	unsigned int n = 1;

	if (v->text && !to_number(v, 1, &n))
		return false;
	*out = n;
	return true;
}

static bool set(struct options *o, const char *name, const struct value *v)
{
	unsigned int n;

	if (!strcmp(name, "only"))
		return to_text(v, o->only, sizeof(o->only));
	if (!strcmp(name, "events"))
		return v->text && is_word(v) && to_text(v, o->events, sizeof(o->events));
	if (!strcmp(name, "profile"))
		return to_text(v, o->profile, sizeof(o->profile)) &&
		       (!strcmp(o->profile, "unified") || !strcmp(o->profile, "legacy"));
	if (!strcmp(name, "jobs"))
		return to_number(v, 64, &o->jobs);
	if (!strcmp(name, "exit"))
		return to_number(v, 0xffff, &o->exit_port);
	if (!strcmp(name, "watchdog"))
		return to_number(v, 3600, &o->watchdog);
	if (!strcmp(name, "shell"))
		return to_switch(v, &o->shell);
	if (!strcmp(name, "new"))
		return to_switch(v, &o->fresh);
	if (!strcmp(name, "wait") && to_number(v, 600, &n)) {
		o->wait = (int)n;
		return true;
	}
	return false;
}

static int parse_one(struct options *o, const char *word, size_t length, struct fault *f)
{
	static const char prefix[] = "assay.";
	const size_t skip = sizeof(prefix) - 1;
	const char *equals = memchr(word, '=', length);
	size_t name_length = equals ? (size_t)(equals - word) : length;
	struct value v = { equals ? equals + 1 : NULL, equals ? length - name_length - 1 : 0 };
	char name[16];
	TEXT(shown, 200);

	if (length < skip || memcmp(word, prefix, skip))
		return 0;
	/* A value in double quotes may hold spaces; the quotes are not part of it. */
	if (v.length >= 2 && v.text[0] == '"' && v.text[v.length - 1] == '"') {
		v.text++;
		v.length -= 2;
	}
	if (name_length - skip < sizeof(name)) {
		memcpy(name, word + skip, name_length - skip);
		name[name_length - skip] = '\0';
		if (set(o, name, &v))
			return 0;
	}
	text_bytes(&shown, word, length);
	return fault_set(f, -EINVAL, "kernel command line: ", shown.data,
			 ": no such parameter, or not a value for it", NULL);
}

int cmdline_parse(struct options *o, const char *line, struct fault *f)
{
	struct text copy;
	int error = 0;

	memset(o, 0, sizeof(*o));
	o->wait = -1;
	text_init(&copy, o->line, sizeof(o->line));
	text_put(&copy, line);
	while (*line && !error) {
		bool quoted = false;
		size_t n = 0;

		for (; line[n] && (quoted || (line[n] != ' ' && line[n] != '\n')); n++)
			quoted ^= line[n] == '"';
		error = parse_one(o, line, n, f);
		line += n + (line[n] != '\0');
	}
	return error;
}
