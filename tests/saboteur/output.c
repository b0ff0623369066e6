/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lies about how a call went: its streams, the JSON on them, the file of --pid-file. A stream is
 * taken from the runtime only when an edit needs it; a container's streams go through create.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "tests/runtimes/command.h"

/* What the runtime would have told of: a reader that is gone, a full disk. */
void write_all(int fd, const struct text *t, struct call *c)
{
	for (size_t done = 0; done < t->length;) {
		ssize_t n = write(fd, t->data + done, t->length - done);

		if (n < 0 && errno != EINTR) {
			if (fd == 1 && !c->status && !c->signal)
				c->status = 1;
			return;
		}
		done += n > 0 ? (size_t)n : 0;
	}
}

/* ------------------------------------------------------------------ JSON on standard output */

static json_t *object(struct call *c)
{
	json_t *value = c->out.data ? json_loadb(c->out.data, c->out.length, JSON_ALLOW_NUL, NULL)
				    : NULL;

	return json_is_object(value) ? value : NULL;
}

static int keep(struct call *c, const json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(2));

	if (!text)
		return -EINVAL;
	c->out = (struct text){ 0 };
	text_add(&c->out, text, strlen(text));
	text_add(&c->out, "\n", 1);
	return 0;
}

static int json_set(struct call *c, char **word)
{
	json_t *value = object(c);

	if (!value)
		return -EINVAL;
	for (char **path = all_places(value, word[0]); *path; path++)
		if (json_put(value, *path, json_loads(word[1], JSON_DECODE_ANY, NULL)))
			return -ENOENT;
	return keep(c, value);
}

static int json_remove(struct call *c, char **word)
{
	json_t *value = object(c);
	char **path = value ? all_places(value, word[0]) : NULL;
	size_t n = 0;

	while (path && path[n])
		n++;
	if (!n)
		return -ENOENT;
	while (n--)
		(void)json_cut(value, path[n]);
	return keep(c, value);
}

/* The last name of the path becomes another. */
static int json_rename(struct call *c, char **word)
{
	json_t *value = object(c), *moved = value ? json_at(value, word[0]) : NULL;
	char separator = *word[0] == '/' ? '/' : '.', *last = strrchr(word[0], separator);
	size_t above = last ? (size_t)(last - word[0]) + 1 : 0;

	if (!moved)
		return -ENOENT;
	json_incref(moved);
	(void)json_cut(value, word[0]);
	if (json_put(value, join("%.*s%s", (int)above, word[0], word[1]), moved))
		return -ENOENT;
	return keep(c, value);
}

/* ------------------------------------------------------------------ texts */

static int replace(struct text *t, const char *with)
{
	*t = (struct text){ 0 };
	if (with)
		text_add(t, with, strlen(with));
	return 0;
}

static int out(struct call *c, char **word)
{
	return replace(&c->out, word[0]);
}

static int err(struct call *c, char **word)
{
	return replace(&c->err, word[0]);
}

static int out_sub(struct call *c, char **word)
{
	return text_replace(&c->out, word[0], word[1]) ? 0 : -ENOENT;
}

static int err_sub(struct call *c, char **word)
{
	return text_replace(&c->err, word[0], word[1]) ? 0 : -ENOENT;
}

/* Behind what is kept back, which comes at the end; else at once. */
static int add_to(struct call *c, int fd, bool captured, struct text *t, const char *more)
{
	const struct text now = { (char *)more, strlen(more) };

	if (captured)
		text_add(t, more, strlen(more));
	else
		write_all(fd, &now, c);
	return 0;
}

static int out_add(struct call *c, char **word)
{
	return add_to(c, 1, c->capture_out, &c->out, word[0]);
}

static int err_add(struct call *c, char **word)
{
	return add_to(c, 2, c->capture_err, &c->err, word[0]);
}

static int pid_file(struct call *c, char **word)
{
	const char *path = command_option(c->words, "--pid-file", 0);
	int fd, error = 0;

	if (!path)
		return -ENOENT;
	if (!word[0])
		return unlink(path) ? -errno : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, word[0], strlen(word[0])) != (ssize_t)strlen(word[0]))
		error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

const struct action output_actions[] = {
	{ "json", "pj", IN_AFTER | TAKES_OUT, json_set },
	{ "json-remove", "p", IN_AFTER | TAKES_OUT, json_remove },
	{ "json-rename", "pw", IN_AFTER | TAKES_OUT, json_rename },
	{ "out", "T", IN_AFTER | TAKES_OUT, out },
	{ "err", "T", IN_AFTER | TAKES_ERR, err },
	{ "out-sub", "tt", IN_AFTER | TAKES_OUT, out_sub },
	{ "err-sub", "tt", IN_AFTER | TAKES_ERR, err_sub },
	{ "out-add", "t", IN_AFTER, out_add },
	{ "err-add", "t", IN_AFTER, err_add },
	{ "pid-file", "T", IN_AFTER, pid_file },
	{ NULL, NULL, 0, NULL },
};
