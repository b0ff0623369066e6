/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe said, found again among whatever else a container or a runtime has written, by
 * the nonce of its bundle. It must never take a line without it for an answer.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* The n-th answer of a sub-command is "read", "read#2", "read#3". */
static void keep(json_t *all, const char *fact, json_t *value)
{
	char name[96];

	snprintf(name, sizeof(name), "%.80s", fact);
	for (unsigned int n = 2; json_object_get(all, name) && n < 100000; n++)
		snprintf(name, sizeof(name), "%.80s#%u", fact, n);
	json_object_set(all, name, value);
}

/* One line of a probe with this nonce, or NULL. */
static json_t *parse_line(const char *line, size_t length, const char *nonce)
{
	static const char head[] = "{\"probe\":\"";
	size_t n = strlen(nonce);
	json_t *object;

	/* A program's noise may stand in front of it on the same line. */
	while (length > sizeof(head) + n && strncmp(line, head, sizeof(head) - 1)) {
		line++;
		length--;
	}
	if (length <= sizeof(head) + n || strncmp(line + sizeof(head) - 1, nonce, n) ||
	    line[sizeof(head) - 1 + n] != '"')
		return NULL;
	object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
	if (object && !json_is_object(object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

struct facts *facts_parse(const char *text, size_t length, const char *nonce)
{
	struct facts *f = take(sizeof(*f));
	const char *end = text + length, *next;

	f->all = json_object();
	for (; text < end; text = next) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *fact;
		json_t *line;

		next = newline ? newline + 1 : end;
		line = newline ? parse_line(text, (size_t)(newline - text), nonce) : NULL;
		fact = json_string_value(json_object_get(line, "fact"));
		if (fact)
			keep(f->all, fact, json_object_get(line, "value"));
		if (json_is_true(json_object_get(line, "done")))
			f->done = true;
		json_decref(line);
	}
	return f;
}

const json_t *facts_get(const struct facts *f, const char *path)
{
	return f ? json_at(f->all, path) : NULL;
}

long long facts_int(const struct facts *f, const char *path)
{
	const json_t *value = facts_get(f, path);

	return json_is_integer(value) ? json_integer_value(value) : LLONG_MIN;
}

const char *facts_string(const struct facts *f, const char *path)
{
	return json_string_value(facts_get(f, path));
}

const char *facts_errno(const struct facts *f, const char *path)
{
	const json_t *value = facts_get(f, path);
	const char *error = json_string_value(json_object_get(value, "errno"));

	return !value ? NULL : error ? error : "";
}

const json_t *facts_mount(const struct facts *f, const char *mount_point)
{
	const json_t *list = facts_get(f, "mounts"), *found = NULL;
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		const char *point = json_string_value(json_object_get(one, "point"));

		if (point && !strcmp(point, mount_point))
			found = one;
	}
	return found;
}

const json_t *facts_all(const struct facts *f)
{
	return f->all;
}
