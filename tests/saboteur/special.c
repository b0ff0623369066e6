/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sabotages that a line of a list cannot say, one function each, in alphabetical order. They have
 * the whole call at hand (saboteur.h), and must break just the one thing they are named after.
 */
#include "saboteur.h"

#include <dirent.h>
#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "suite/probe/names.h"

static json_t *printed(const struct call *c)
{
	json_t *state = c->out.data ? json_loadb(c->out.data, c->out.length, 0, NULL) : NULL;

	return json_is_object(state) ? state : NULL;
}

static int print(struct call *c, const json_t *state)
{
	char *text = json_dumps(state, JSON_COMPACT);

	if (!text)
		return -EINVAL;
	c->out = (struct text){ 0 };
	text_add(&c->out, text, strlen(text));
	return 0;
}

/* Set a property of the state, or remove it where no value is given. */
static int lie(struct call *c, json_t *state, const char *path, const char *value)
{
	json_t *is = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

	if (value ? json_put(state, path, is) : json_cut(state, path))
		return -ENOENT;
	return print(c, state);
}

static pid_t number_in(const char *path)
{
	struct text t = { 0 };

	return text_read(&t, path) || !t.data ? 0 : (pid_t)strtol(t.data, NULL, 10);
}

/* FILE: running while anything at all has the number that stands there, zombie or stranger. */
static int alive_by(struct call *c, char **word)
{
	json_t *state = printed(c);
	pid_t pid = number_in(word[0]);

	if (!state || pid <= 1 || kill(pid, 0))
		return -ESRCH;
	json_object_set_new(state, "pid", json_integer(pid));
	return lie(c, state, "status", "\"running\"");
}

/* SIGNAL: no call; the end is that of a program that this signal has ended. */
static int crash(struct call *c, char **word)
{
	c->skip = true;
	c->signal = signal_parse(word[0]);
	return 0;
}

/* NAME: the state has this property twice, which no JSON library would write. */
static int duplicate(struct call *c, char **word)
{
	json_t *state = c->out.data ? json_loadb(c->out.data, c->out.length, 0, NULL) : NULL;
	json_t *value = state ? json_object_get(state, word[0]) : NULL;
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL, *brace;
	struct text made = { 0 };

	brace = text ? strchr(c->out.data, '{') : NULL;
	if (!brace)
		return -ENOENT;
	text_add(&made, c->out.data, (size_t)(brace + 1 - c->out.data));
	text = join("\"%s\": %s,", word[0], text);
	text_add(&made, text, strlen(text));
	text_add(&made, brace + 1, strlen(brace + 1));
	c->out = made;
	return 0;
}

/* The process that called is put into a new cgroup, of the first hierarchy that lets it in. */
static int move_caller(struct call *c, char **word)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	bool moved = false;
	struct mntent *m;

	(void)c;
	(void)word;
	while (mounts && !moved && (m = getmntent(mounts))) {
		char *dir = join("%s/caller", m->mnt_dir);
		FILE *f;

		if (strncmp(m->mnt_type, "cgroup", 6) || mkdir(dir, 0755))
			continue;
		f = fopen(join("%s/cgroup.procs", dir), "we");
		moved = f && fprintf(f, "%d\n", (int)getppid()) > 0 && !fflush(f);
		if (f)
			fclose(f);
		if (!moved)
			rmdir(dir);
	}
	if (mounts)
		endmntent(mounts);
	return moved ? 0 : -EPERM;
}

/* The last part of a path. */
static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Refuses to be called by another name than that of its file. */
static int own_name(struct call *c, char **word)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct text called = { 0 };
	int error = text_read(&called, "/proc/self/cmdline");

	(void)word;
	if (n < 0 || error)
		return error ? error : -errno;
	path[n] = '\0';
	if (strcmp(base(called.data), base(path))) {
		c->skip = true;
		c->status = 1;
	}
	return 0;
}

static pid_t parent_of(pid_t pid)
{
	struct text t = { 0 };
	const char *name_end;
	int parent = 0;

	if (text_read(&t, join("/proc/%d/stat", (int)pid)) || !t.data)
		return 0;
	name_end = strrchr(t.data, ')');
	return name_end && sscanf(name_end, ") %*c %d", &parent) == 1 ? (pid_t)parent : 0;
}

/* SIGNAL: to the children of the container's process, and not to itself. */
static int signal_children(struct call *c, char **word)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int error = -ESRCH;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 1 && parent_of(pid) == call_pid(c))
			error = kill(pid, signal_parse(word[0])) ? -errno : 0;
	}
	if (proc)
		closedir(proc);
	return error;
}

/* FILE SIGNAL: to whoever has the number that stands there now. */
static int signal_in(struct call *c, char **word)
{
	pid_t pid = number_in(word[0]);

	(void)c;
	if (pid <= 1)
		return -ESRCH;
	return kill(pid, signal_parse(word[1])) ? -errno : 0;
}

static bool says(const json_t *state, const char *status)
{
	const char *is = json_string_value(json_object_get(state, "status"));

	return is && !strcmp(is, status);
}

/* STATUS PATH [JSON]: the property is this, or missing, while the container has that status. */
static int state_in(struct call *c, char **word)
{
	json_t *state = printed(c);

	return says(state, word[0]) ? lie(c, state, word[1], word[2]) : -ENOENT;
}

/* The same, but the first answer with that status is true. */
static int state_again(struct call *c, char **word)
{
	json_t *state = printed(c);

	if (!says(state, word[0]) || count_call(join("in-%s", word[0])) < 2)
		return -ENOENT;
	return lie(c, state, word[1], word[2]);
}

/* FD FD: each gets the number of the other. */
static int swap(struct call *c, char **word)
{
	int a = (int)strtol(word[0], NULL, 10), b = (int)strtol(word[1], NULL, 10), copy = dup(a);

	(void)c;
	if (copy < 0 || dup2(b, a) < 0 || dup2(copy, b) < 0)
		return -errno;
	close(copy);
	return 0;
}

/* The phase is IN_BEFORE or IN_AFTER; TAKES_OUT and TAKES_ERR fill c->out and c->err. */
const struct action special_actions[] = {
	{ "alive-by", "w", IN_AFTER | TAKES_OUT, alive_by },
	{ "console", "wT", IN_BEFORE, console_fault },
	{ "crash", "s", IN_BEFORE, crash },
	{ "duplicate", "w", IN_AFTER | TAKES_OUT, duplicate },
	{ "link", "wwwW", IN_BEFORE | IN_AFTER, link_fault },
	{ "listener", "wTT", IN_BEFORE, listener_fault },
	{ "move-caller", "", IN_AFTER, move_caller },
	{ "own-name", "", IN_BEFORE, own_name },
	{ "signal-children", "s", IN_AFTER | NEEDS_PID, signal_children },
	{ "signal-in", "ws", IN_AFTER, signal_in },
	{ "state-again", "wpJ", IN_AFTER | TAKES_OUT, state_again },
	{ "state-in", "wpJ", IN_AFTER | TAKES_OUT, state_in },
	{ "swap", "nn", IN_BEFORE | DEFERRED, swap },
	{ NULL, NULL, 0, NULL },
};
