/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a list of sabotages and says which tests a line of it asks for. It must never look into
 * the steps, and never take a line that is not quite one: what is not run proves nothing.
 */
#include "sabotages.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "sha256.h"

#define COLUMNS	 3
#define LIST_MAX (4 * 1024 * 1024)

static const char header[] = "requirement\ttests\tsabotage";

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static void free_text(char **text)
{
	free(*text);
}

__attribute__((format(printf, 5, 6))) static int wrong(const char *path, unsigned int line,
						       char *error, size_t size,
						       const char *format, ...)
{
	int n = snprintf(error, size, "%s:%u: ", path, line);
	va_list args;

	va_start(args, format);
	if (n > 0 && (size_t)n < size)
		vsnprintf(error + n, size - (size_t)n, format, args);
	va_end(args);
	return -EBADMSG;
}

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Cuts a line at its tabs, in place; the number of columns. */
static size_t split(char *line, const char **column)
{
	size_t n = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (n < COLUMNS)
			column[n] = line;
		n++;
		if (!tab)
			return n;
		*tab = '\0';
		line = tab + 1;
	}
}

/* The first line of a requirement has its name, the others are numbered from 2. */
static const char *name_of(const struct sabotages *s, const char *id)
{
	unsigned int before = 0;
	char *name;

	for (size_t i = 0; i < s->n; i++)
		before += !strcmp(s->all[i].requirement, id);
	if (!before)
		return id;
	if (asprintf(&name, "%s#%u", id, before + 1) < 0)
		abort();
	return name;
}

static int read_line(struct sabotages *s, char *text, const char *path, unsigned int line,
		     char *error, size_t size)
{
	const char *column[COLUMNS];
	size_t n = split(text, column);

	if (n != COLUMNS)
		return wrong(path, line, error, size, "%zu columns, not %d", n, COLUMNS);
	for (n = 0; n < COLUMNS; n++)
		if (!*column[n])
			return wrong(path, line, error, size, "an empty column");
	if (!requirement_find(column[0]))
		return wrong(path, line, error, size, "requirement \"%s\" is not in the catalogue",
			     column[0]);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->all[i].requirement, column[0]) &&
		    !strcmp(s->all[i].tests, column[1]) && !strcmp(s->all[i].steps, column[2]))
			return wrong(path, line, error, size, "the same as line %u",
				     s->all[i].line);
	s->all = must(realloc(s->all, (s->n + 1) * sizeof(*s->all)));
	s->all[s->n] = (struct sabotage){ .requirement = column[0],
					  .name = name_of(s, column[0]),
					  .tests = column[1],
					  .steps = column[2],
					  .line = line };
	s->n++;
	return 0;
}

static void digest(struct sabotages *s, const char *text, size_t length)
{
	struct sha256 hash;
	uint8_t sum[SHA256_SIZE];

	sha256_init(&hash);
	sha256_update(&hash, text, length);
	sha256_final(&hash, sum);
	memcpy(s->digest, "sha256:", 7);
	sha256_hex(sum, s->digest + 7);
}

int sabotages_read(struct sabotages *s, const char *path, char *error, size_t size)
{
	__attribute__((cleanup(close_file))) FILE *file = fopen(path, "re");
	__attribute__((cleanup(free_text))) char *text = must(malloc(LIST_MAX + 1));
	char *line, *next, *kept;
	unsigned int number = 0;
	size_t length;
	int e;

	*s = (struct sabotages){ 0 };
	errno = 0;
	length = file ? fread(text, 1, LIST_MAX + 1, file) : 0;
	if (!file || ferror(file)) {
		e = errno ? -errno : -EIO;
		snprintf(error, size, "%s: %s", path, strerror(-e));
		return e;
	}
	if (length > LIST_MAX || memchr(text, '\0', length) || memchr(text, '\r', length) ||
	    !length || text[length - 1] != '\n')
		return wrong(path, 1, error, size, "not a list of lines of text");
	digest(s, text, length);
	text[length - 1] = '\0';
	/* The lines point into it: it stays. */
	kept = must(strdup(text));
	for (line = kept; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		if (number == 1 && strcmp(line, header))
			return wrong(path, 1, error, size, "not the header of a list of sabotages");
		if (number == 1 || !*line || *line == '#')
			continue;
		e = read_line(s, line, path, number, error, size);
		if (e)
			return e;
	}
	if (!s->n)
		return wrong(path, number, error, size, "no sabotage in it");
	return 0;
}

bool sabotage_wants(const struct sabotage *s, const char *test, const char *const *decided)
{
	if (fnmatch(s->tests, test, 0))
		return false;
	for (; *decided; decided++)
		if (!strcmp(*decided, s->requirement))
			return true;
	return false;
}

char *sabotage_argument(const struct sabotage *s)
{
	char *text;

	if (asprintf(&text, "--sabotage=%s", s->name) < 0)
		abort();
	return text;
}
