/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory, texts and words of the saboteur. It must never lose a byte of what it passes on.
 */
#include "saboteur.h"
#include "tests/runtimes/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool loud;

void *grow(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (!p)
		abort();
	return p;
}

char *copy_text(const char *text, size_t length)
{
	char *copy = grow(NULL, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *join(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}

void complain(const char *format, ...)
{
	va_list args;

	if (!loud)
		return;
	va_start(args, format);
	dprintf(2, "saboteur: ");
	vdprintf(2, format, args);
	dprintf(2, "\n");
	va_end(args);
}

void text_add(struct text *t, const char *data, size_t length)
{
	t->data = grow(t->data, t->length + length + 1);
	memcpy(t->data + t->length, data, length);
	t->length += length;
	t->data[t->length] = '\0';
}

unsigned long text_sum(const char *text)
{
	unsigned long sum = 5381;

	for (; *text; text++)
		sum = sum * 33 + (unsigned char)*text;
	return sum;
}

bool text_replace(struct text *t, const char *old, const char *new)
{
	struct text made = { 0 };
	size_t length = strlen(old);
	char *at = t->data, *end = at + t->length, *hit;
	bool found = false;

	while (length && at && (hit = memmem(at, (size_t)(end - at), old, length))) {
		text_add(&made, at, (size_t)(hit - at));
		text_add(&made, new, strlen(new));
		at = hit + length;
		found = true;
	}
	if (!found)
		return false;
	text_add(&made, at, (size_t)(end - at));
	*t = made;
	return true;
}

int text_read(struct text *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	char data[8192];
	ssize_t n;

	if (fd < 0)
		return -errno;
	*t = (struct text){ 0 };
	text_add(t, "", 0);
	while ((n = read(fd, data, sizeof(data))) > 0)
		text_add(t, data, (size_t)n);
	if (n < 0)
		error = -errno;
	close(fd);
	return error;
}

void unescape(char *text)
{
	static const char from[] = "ntre\\", to[] = "\n\t\r\033\\";
	char *out = text;

	while (*text) {
		const char *known = *text == '\\' && text[1] ? strchr(from, text[1]) : NULL;
		unsigned int byte;

		if (known) {
			*out++ = to[known - from];
			text += 2;
		} else if (sscanf(text, "\\x%2x", &byte) == 1) {
			*out++ = (char)byte;
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

static const char *placeholder(struct call *c, const char *name)
{
	const char *value = NULL;

	if (!strcmp(name, "{id}"))
		value = c->id;
	else if (!strcmp(name, "{bundle}"))
		value = call_bundle(c);
	else if (!strcmp(name, "{rootfs}"))
		value = call_rootfs(c);
	else if (!strcmp(name, "{pid}"))
		value = call_pid(c) > 0 ? join("%d", (int)call_pid(c)) : "0";
	else if (!strcmp(name, "{root}"))
		value = command_option(c->words, "--root", 0);
	else if (!strcmp(name, "{dir}"))
		value = private_dir();
	else
		value = noted_id(c, name);
	return value ? value : "";
}

char *expand(struct call *c, const char *word)
{
	static const char *const names[] = { "{id}",  "{bundle}", "{rootfs}", "{pid}",	"{root}",
					     "{dir}", "{first}",  "{last}",   "{other}" };
	struct text t = { 0 };

	if (!c || !strchr(word, '{'))
		return (char *)word;
	text_add(&t, word, strlen(word));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(t.data, names[i]))
			text_replace(&t, names[i], placeholder(c, names[i]));
	return t.data;
}

char **expand_all(struct call *c, const struct action *a, char **word)
{
	const char *kind = a->words;
	char **made;
	size_t n = 0;

	while (word[n])
		n++;
	made = grow(NULL, (n + 1) * sizeof(*made));
	for (size_t i = 0; i < n; i++) {
		made[i] = word[i];
		if (*kind == 't' || *kind == 'T') {
			made[i] = copy_text(word[i], strlen(word[i]));
			unescape(made[i]);
		}
		made[i] = expand(c, made[i]);
		if (kind[0] && kind[1] && kind[1] != '+')
			kind++;
	}
	made[n] = NULL;
	return made;
}
