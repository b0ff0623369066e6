/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edits of config.json for the time of one call. The file that the test wrote must come back
 * itself, the same inode with its times, so that nobody can tell it was away.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite/core/path.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static struct text *config_text(struct call *c)
{
	struct config *f = &c->config;

	if (!f->loaded) {
		f->loaded = true;
		if (*call_bundle(c))
			(void)text_read(&f->text, join("%s/config.json", call_bundle(c)));
	}
	if (f->json) {
		char *text = json_dumps(f->json, JSON_INDENT(2));

		f->text = (struct text){ text, text ? strlen(text) : 0 };
		f->json = NULL;
	}
	return &f->text;
}

json_t *config_edit(struct call *c)
{
	struct config *f = &c->config;

	if (!f->json) {
		struct text *t = config_text(c);

		f->json = t->data ? json_loadb(t->data, t->length, JSON_ALLOW_NUL, NULL) : NULL;
	}
	return f->json;
}

void config_touch(struct call *c)
{
	c->config.changed = true;
}

/* ------------------------------------------------------------------ in the bundle */

static char *aside_path(struct call *c)
{
	return join("%s/.config.json.%d", call_bundle(c), (int)getpid());
}

static int exchange(struct call *c)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, aside_path(c), AT_FDCWD,
			    join("%s/config.json", call_bundle(c)), RENAME_EXCHANGE);
}

void config_place(struct call *c)
{
	struct text *t;
	struct stat st;
	int fd;

	if (!c->config.changed)
		return;
	t = config_text(c);
	fd = open(aside_path(c), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || stat(join("%s/config.json", call_bundle(c)), &st) ||
	    write(fd, t->data ? t->data : "", t->length) != (ssize_t)t->length ||
	    fchown(fd, st.st_uid, st.st_gid) || fchmod(fd, st.st_mode & 07777) || exchange(c)) {
		complain("config.json: %s", strerror(errno));
		unlink(aside_path(c));
		c->config.changed = false;
	}
	if (fd >= 0)
		close(fd);
}

void config_restore(struct call *c)
{
	if (!c->config.changed)
		return;
	/* Who removed it meanwhile finds it removed. */
	if (exchange(c))
		complain("config.json is not put back: %s", strerror(errno));
	unlink(aside_path(c));
}

/* ------------------------------------------------------------------ places with "*" */

struct places {
	char **path;
	size_t n;
};

static void add_place(struct places *p, char *path)
{
	p->path = grow(p->path, (p->n + 2) * sizeof(*p->path));
	p->path[p->n++] = path;
	p->path[p->n] = NULL;
}

/* `done` is the path so far, `rest` what is to be walked in `value`. */
static void walk(struct places *p, const json_t *value, const char *done, const char *rest,
		 char dot)
{
	const char *end = rest + strcspn(rest, dot == '/' ? "/" : ".");
	size_t i, length = (size_t)(end - rest);
	const char *key;
	json_t *one;
	char *path;

	if (length == 1 && *rest == '*') {
		const char *next = *end ? end + 1 : end;

		json_array_foreach ((json_t *)value, i, one) {
			path = join("%s%c%zu", done, dot, i);
			*next ? walk(p, one, path, next, dot) : add_place(p, path);
		}
		json_object_foreach ((json_t *)value, key, one) {
			path = join("%s%c%s", done, dot, key);
			*next ? walk(p, one, path, next, dot) : add_place(p, path);
		}
		return;
	}
	path = join("%s%c%.*s", done, dot, (int)length, rest);
	if (!*end)
		add_place(p, path);
	else if (strstr(end, "*"))
		walk(p, value ? json_at(value, copy_text(rest, length)) : NULL, path, end + 1, dot);
	else
		add_place(p, join("%s%s", path, end));
}

char **all_places(const json_t *value, const char *path)
{
	char dot = *path == '/' ? '/' : '.';
	struct places p = { 0 };

	add_place(&p, NULL);
	p.n = 0;
	walk(&p, value, "", path + (dot == '/'), dot);
	/* Only paths with slashes begin with one. */
	for (size_t i = 0; dot == '.' && i < p.n; i++)
		p.path[i]++;
	return p.path;
}

/* ------------------------------------------------------------------ actions */

static json_t *value_of(const char *word)
{
	return json_loads(word, JSON_DECODE_ANY, NULL);
}

static int set(struct call *c, char **word)
{
	json_t *config = config_edit(c);

	if (!config || !value_of(word[1]))
		return -EINVAL;
	for (char **path = all_places(config, word[0]); *path; path++)
		if (json_put(config, *path, value_of(word[1])))
			return -ENOENT;
	config_touch(c);
	return 0;
}

/* Backwards: the elements behind one that goes move up. */
static int remove_(struct call *c, char **word)
{
	json_t *config = config_edit(c);
	char **path = config ? all_places(config, word[0]) : NULL;
	size_t n = 0;
	int error = -ENOENT;

	while (path && path[n])
		n++;
	while (n--)
		if (!json_cut(config, path[n]))
			error = 0;
	if (!error)
		config_touch(c);
	return error;
}

static int append(struct call *c, char **word)
{
	char separator = *word[0] == '/' ? '/' : '.';

	return set(c, (char *[]){ join("%s%c+", word[0], separator), word[1], NULL });
}

static int copy(struct call *c, char **word)
{
	json_t *config = config_edit(c), *from = config ? json_at(config, word[0]) : NULL;

	if (!from || json_put(config, word[1], json_deep_copy(from)))
		return -ENOENT;
	config_touch(c);
	return 0;
}

static int move(struct call *c, char **word)
{
	json_t *config = config_edit(c), *from = config ? json_at(config, word[0]) : NULL;

	if (!from)
		return -ENOENT;
	json_incref(from);
	if (json_cut(config, word[0]) || json_put(config, word[1], from))
		return -ENOENT;
	config_touch(c);
	return 0;
}

static int reverse(struct call *c, char **word)
{
	json_t *config = config_edit(c), *list = config ? json_at(config, word[0]) : NULL;
	size_t n = json_array_size(list);

	if (n < 2)
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		json_t *last = json_incref(json_array_get(list, n - 1));

		json_array_remove(list, n - 1);
		json_array_insert_new(list, i, last);
	}
	config_touch(c);
	return 0;
}

static int sub(struct call *c, char **word)
{
	if (!text_replace(config_text(c), word[0], word[1]))
		return -ENOENT;
	config_touch(c);
	return 0;
}

int hook_action(struct call *c, char **word);
int init_action(struct call *c, char **word);

const struct action config_actions[] = {
	{ "set", "pj", IN_BEFORE, set },
	{ "remove", "p", IN_BEFORE, remove_ },
	{ "append", "pj", IN_BEFORE, append },
	{ "copy", "pp", IN_BEFORE, copy },
	{ "move", "pp", IN_BEFORE, move },
	{ "reverse", "p", IN_BEFORE, reverse },
	{ "sub", "tt", IN_BEFORE, sub },
	{ "hook", "wwW+", IN_BEFORE, hook_action },
	{ "init", "wW+", IN_BEFORE, init_action },
	{ NULL, NULL, 0, NULL },
};
