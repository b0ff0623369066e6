/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in JSON documents, by path. Paths come from tests and lists of ours, documents from
 * anywhere; it must never change more than the one place it is told.
 */
#include "path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 512

/* The next name of a path, and what is left of it; false at its end. */
static bool next_name(const char **path, char separator, char *name)
{
	const char *end;
	size_t length;

	if (!**path)
		return false;
	end = strchr(*path, separator);
	length = end ? (size_t)(end - *path) : strlen(*path);
	if (length >= NAME_SIZE)
		abort();
	memcpy(name, *path, length);
	name[length] = '\0';
	*path += length + (end ? 1 : 0);
	return true;
}

static json_t *child(const json_t *value, const char *name)
{
	char *end;
	unsigned long index;

	if (json_is_object(value))
		return json_object_get(value, name);
	index = strtoul(name, &end, 10);
	return json_is_array(value) && *name && !*end ? json_array_get(value, index) : NULL;
}

json_t *json_at(const json_t *value, const char *path)
{
	char separator = *path == '/' ? '/' : '.', name[NAME_SIZE];

	path += *path == '/';
	while (value && next_name(&path, separator, name))
		value = child(value, name);
	return (json_t *)value;
}

int json_put(json_t *root, const char *path, json_t *value)
{
	char separator = *path == '/' ? '/' : '.', name[NAME_SIZE];

	path += *path == '/';
	while (next_name(&path, separator, name)) {
		json_t *next = *path ? child(root, name) : NULL;
		bool array = *path == '+' || (*path >= '0' && *path <= '9');

		if (next) {
			root = next;
			continue;
		}
		next = !*path ? value : array ? json_array() : json_object();
		if (json_is_object(root)) {
			if (json_object_set_new(root, name, next))
				return -1;
		} else if (!strcmp(name, "+") || strtoul(name, NULL, 10) >= json_array_size(root)) {
			if (json_array_append_new(root, next))
				return -1;
		} else if (json_array_set_new(root, strtoul(name, NULL, 10), next)) {
			return -1;
		}
		root = next;
	}
	return 0;
}

int json_cut(json_t *root, const char *path)
{
	char separator = *path == '/' ? '/' : '.', name[NAME_SIZE], *end;
	json_t *parent = NULL;
	unsigned long index;

	path += *path == '/';
	while (root && next_name(&path, separator, name)) {
		parent = root;
		root = child(parent, name);
	}
	if (!root || !parent)
		return -1;
	if (json_is_object(parent))
		return json_object_del(parent, name);
	index = strtoul(name, &end, 10);
	return json_array_remove(parent, index);
}
