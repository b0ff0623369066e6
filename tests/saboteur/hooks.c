/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the saboteur in front of hooks and of the container's program, by editing config.json. It
 * must keep what those get: words, environment, directory, descriptors.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/core/path.h"

#define INSIDE_KIND "startContainer" /* runs after the change of root; the others find our paths */

int hook_action(struct call *c, char **word);
int init_action(struct call *c, char **word);

/* ------------------------------------------------------------------ the copy inside */

static const char *own_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	return path;
}

/* One for each container, as two may have the same root; an id may be no name for a file. */
static const char *inside_path(const struct call *c)
{
	return join("/.saboteur-%lx", text_sum(c->id ? c->id : ""));
}

static char *copy_path(struct call *c)
{
	return join("%s%s", call_rootfs(c), inside_path(c));
}

static int place_copy(struct call *c)
{
	struct text program = { 0 };
	int fd, error = text_read(&program, "/proc/self/exe");

	if (error || !*call_rootfs(c))
		return error ? error : -ENOENT;
	if (!access(copy_path(c), X_OK))
		return 0;
	fd = open(copy_path(c), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
	if (fd < 0)
		return -errno;
	if (write(fd, program.data, program.length) != (ssize_t)program.length || fchmod(fd, 0755))
		error = errno ? -errno : -ENOSPC;
	close(fd);
	return error;
}

void remove_inside_copy(struct call *c)
{
	if (*call_rootfs(c))
		(void)unlink(copy_path(c));
}

/* "startContainer.2" as the kind and the number; -1: all of them. */
static long split_kind(const char *word, char **kind)
{
	const char *dot = strrchr(word, '.');

	*kind = copy_text(word, dot ? (size_t)(dot - word) : strlen(word));
	return dot ? strtol(dot + 1, NULL, 10) : -1;
}

bool has_inside_wraps(const struct step *steps)
{
	char *kind;

	for (; steps; steps = steps->next) {
		if (!strcmp(steps->action->name, "init"))
			return true;
		if (strcmp(steps->action->name, "hook"))
			continue;
		split_kind(steps->word[0], &kind);
		if (!fnmatch(kind, INSIDE_KIND, 0) && strcmp(steps->word[1], "host"))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ wrapping */

/*
 * Of a wrapped hook or program, what it is to do; NULL: it is not wrapped. Its words are the
 * saboteur, "--wrap", this, the path ("" for a program: the first of its words), its own words.
 */
static const char *wrapping(const json_t *args)
{
	const char *mark = json_string_value(json_array_get(args, 1));

	return mark && !strcmp(mark, "--wrap") ? json_string_value(json_array_get(args, 2)) : NULL;
}

static void set_wrapping(json_t *args, json_t *spec)
{
	json_array_set_new(args, 2, json_string(json_dumps(spec, JSON_COMPACT)));
}

/* One more action in front of what has these words. */
static void wrap(json_t *args, const char *self, const char *path, char **action)
{
	const char *already = wrapping(args);
	json_t *spec, *words = json_array();

	if (already) {
		spec = json_loads(already, 0, NULL);
	} else {
		spec = json_pack("{s:[], s:b}", "do", "hook", *path != '\0');
		json_array_insert_new(args, 0, json_string(self));
		json_array_insert_new(args, 1, json_string("--wrap"));
		json_array_insert_new(args, 2, json_string(""));
		json_array_insert_new(args, 3, json_string(path));
	}
	for (; *action; action++)
		json_array_append_new(words, json_string(*action));
	json_array_append_new(json_object_get(spec, "do"), words);
	set_wrapping(args, spec);
}

/* `copy`: the file it takes away; NULL: it leaves it. */
static void mark(json_t *args, const char *copy)
{
	const char *text = wrapping(args);
	json_t *spec = text ? json_loads(text, 0, NULL) : NULL;

	if (spec) {
		json_object_set_new(spec, "last", copy ? json_string(copy) : json_null());
		set_wrapping(args, spec);
	}
}

/* The last one inside to run takes the copy away. */
static void mark_last(const struct call *c, json_t *config)
{
	json_t *list = json_at(config, "hooks." INSIDE_KIND), *one, *last = NULL;
	size_t i;

	json_array_foreach (list, i, one) {
		json_t *args = json_object_get(one, "args");

		mark(args, NULL);
		last = wrapping(args) ? args : last;
	}
	if (wrapping(json_at(config, "process.args")))
		last = json_at(config, "process.args");
	mark(last, inside_path(c));
}

static int wrap_hook(struct call *c, json_t *hook, bool inside, char **action)
{
	const char *path = json_string_value(json_object_get(hook, "path"));
	json_t *args = json_object_get(hook, "args");
	int error = inside ? place_copy(c) : 0;

	if (error || !path)
		return error ? error : -EINVAL;
	/* One that is not there stays so with us in front of it, unless that is the lie. */
	if (access(inside ? join("%s%s", call_rootfs(c), path) : path, X_OK) &&
	    strcmp(action[0], "never") && strcmp(action[0], "status"))
		return -ENOENT;
	if (!json_is_array(args)) {
		args = json_pack("[s]", path);
		json_object_set_new(hook, "args", args);
	}
	wrap(args, "saboteur", path, action);
	json_object_set_new(hook, "path", json_string(inside ? inside_path(c) : own_path()));
	return 0;
}

/* ------------------------------------------------------------------ from inside to outside */

/* What a word of an inside hook is called outside, if it lies on a bind mount. */
static json_t *outside_word(json_t *config, const char *word)
{
	json_t *mounts = json_object_get(config, "mounts"), *one;
	size_t i;

	json_array_foreach (mounts, i, one) {
		const char *to = json_string_value(json_object_get(one, "destination"));
		const char *from = json_string_value(json_object_get(one, "source"));
		size_t length = to ? strlen(to) : 0;

		if (length > 1 && from && *from == '/' && !strncmp(word, to, length) &&
		    (word[length] == '/' || !word[length]))
			return json_string(join("%s%s", from, word + length));
	}
	return json_string(word);
}

static int move_outside(struct call *c, json_t *config, const char *kind, size_t index)
{
	json_t *list = json_object_get(json_object_get(config, "hooks"), kind), *args, *one;
	json_t *hook = json_incref(json_array_get(list, index));
	const char *path = json_string_value(json_object_get(hook, "path"));
	size_t i;

	json_array_remove(list, index);
	if (path && !strcmp(kind, INSIDE_KIND)) {
		args = json_object_get(hook, "args");
		json_array_foreach (args, i, one) {
			if (json_is_string(one))
				json_array_set_new(args, i,
						   outside_word(config, json_string_value(one)));
		}
		json_object_set_new(hook, "path", json_string(join("%s%s", call_rootfs(c), path)));
	}
	return json_put(config, "hooks.createRuntime.+", hook) ? -EINVAL : 0;
}

/* ------------------------------------------------------------------ actions */

/* Backwards, as "host" takes them off the list. */
static int wrap_list(struct call *c, json_t *config, const char *kind, long index, char **action)
{
	json_t *list = json_object_get(json_object_get(config, "hooks"), kind);
	bool inside = !strcmp(kind, INSIDE_KIND);
	int error = -ENOENT;

	for (size_t i = json_array_size(list); i-- > 0;) {
		if (index >= 0 && i != (size_t)index)
			continue;
		error = !strcmp(action[0], "host") ?
				move_outside(c, config, kind, i) :
				wrap_hook(c, json_array_get(list, i), inside, action);
		if (error)
			break;
	}
	return error;
}

int hook_action(struct call *c, char **word)
{
	json_t *config = config_edit(c), *hooks = config ? json_object_get(config, "hooks") : NULL;
	int error = -ENOENT;
	const char *kind;
	json_t *list;
	void *next;
	char *glob;
	long index = split_kind(word[0], &glob);

	json_object_foreach_safe (hooks, next, kind, list)
		if (!fnmatch(glob, kind, 0) && !wrap_list(c, config, kind, index, word + 1))
			error = 0;
	if (error)
		return error;
	mark_last(c, config);
	config_touch(c);
	return 0;
}

int init_action(struct call *c, char **word)
{
	json_t *config = config_edit(c), *args = config ? json_at(config, "process.args") : NULL;
	int error = json_array_size(args) ? place_copy(c) : -ENOENT;

	if (error)
		return error;
	wrap(args, inside_path(c), "", word);
	mark_last(c, config);
	config_touch(c);
	return 0;
}
