/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The saboteur in front of a hook or of the container's program: does what it is told and becomes
 * that. It runs where there may be no file but this one, and not as root; what it is not told to
 * change, the other must get as it came.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/core/path.h"
#include "suite/probe/names.h"

/* What the actions have said so far. */
static struct {
	const char *path;
	char **argv;
	bool hook; /* standard input is the state, and ends */
	bool loaded, twice, detach;
	struct text input;
	int status; /* -1: that of the other */
} w = { .status = -1 };

/* ------------------------------------------------------------------ standard input */

static void load(void)
{
	char data[4096];
	ssize_t n;

	while (!w.loaded && (n = read(0, data, sizeof(data))) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			text_add(&w.input, data, (size_t)n);
	}
	w.loaded = true;
}

/* The text as a pipe that has it all and ends. */
static void give_input(void)
{
	int end[2];

	if (!w.loaded || pipe(end))
		return;
	if (w.input.length > 65536)
		fcntl(end[1], F_SETPIPE_SZ, (int)w.input.length);
	if (w.input.length)
		(void)!write(end[1], w.input.data, w.input.length);
	close(end[1]);
	if (end[0]) {
		dup2(end[0], 0);
		close(end[0]);
	}
}

static json_t *input_json(void)
{
	load();
	return w.input.data ? json_loadb(w.input.data, w.input.length, JSON_ALLOW_NUL, NULL) : NULL;
}

static int keep(json_t *value)
{
	char *text = json_dumps(value, 0);

	w.input = (struct text){ text, text ? strlen(text) : 0 };
	return 0;
}

static int stdin_set(struct call *c, char **word)
{
	json_t *value = input_json();

	(void)c;
	if (!value || json_put(value, word[0], json_loads(word[1], JSON_DECODE_ANY, NULL)))
		return -EINVAL;
	return keep(value);
}

static int stdin_remove(struct call *c, char **word)
{
	json_t *value = input_json();

	(void)c;
	return !value || json_cut(value, word[0]) ? -ENOENT : keep(value);
}

static int stdin_rename(struct call *c, char **word)
{
	json_t *value = input_json(), *moved = value ? json_object_get(value, word[0]) : NULL;

	(void)c;
	if (!moved)
		return -ENOENT;
	json_object_set(value, word[1], moved);
	json_object_del(value, word[0]);
	return keep(value);
}

static int stdin_text(struct call *c, char **word)
{
	(void)c;
	load();
	w.input = (struct text){ 0 };
	text_add(&w.input, word[0], strlen(word[0]));
	return 0;
}

static int stdin_sub(struct call *c, char **word)
{
	(void)c;
	load();
	return w.input.data && text_replace(&w.input, word[0], word[1]) ? 0 : -ENOENT;
}

/* Only so many bytes of it. */
static int stdin_cut(struct call *c, char **word)
{
	size_t length = strtoul(word[0], NULL, 10);

	(void)c;
	load();
	if (w.input.length > length)
		w.input.length = length;
	return 0;
}

static int stdin_empty(struct call *c, char **word)
{
	(void)c;
	(void)word;
	w.loaded = true;
	w.input.length = 0;
	return 0;
}

/* ------------------------------------------------------------------ how it runs */

static int never(struct call *c, char **word)
{
	(void)c;
	_exit(word[0] ? (int)strtol(word[0], NULL, 10) : 0);
}

static int die(struct call *c, char **word)
{
	(void)c;
	end_by_signal(signal_parse(word[0]));
}

static int status(struct call *c, char **word)
{
	(void)c;
	w.status = (int)strtol(word[0], NULL, 10);
	return 0;
}

static int twice(struct call *c, char **word)
{
	(void)c;
	(void)word;
	w.twice = true;
	if (w.hook)
		load();
	return 0;
}

static int detach(struct call *c, char **word)
{
	(void)c;
	(void)word;
	w.detach = true;
	return 0;
}

static int arg0(struct call *c, char **word)
{
	(void)c;
	if (!*w.path)
		w.path = w.argv[0];
	w.argv[0] = word[0];
	return 0;
}

static int arg(struct call *c, char **word)
{
	size_t n = 0;
	char **argv;

	(void)c;
	while (w.argv[n])
		n++;
	argv = grow(NULL, (n + 2) * sizeof(*argv));
	memcpy(argv, w.argv, n * sizeof(*argv));
	argv[n] = word[0];
	argv[n + 1] = NULL;
	w.argv = argv;
	return 0;
}

/* A file of JSON that the saboteur has put into the container, as a list of strings; or NULL. */
static char **strings_of(const char *path)
{
	json_t *list = json_load_file(path, 0, NULL);
	size_t n = json_array_size(list), i;
	char **v = n ? grow(NULL, (n + 1) * sizeof(*v)) : NULL;

	for (i = 0; i < n; i++)
		v[i] = (char *)json_string_value(json_array_get(list, i));
	if (v)
		v[n] = NULL;
	return v;
}

static int args_from(struct call *c, char **word)
{
	char **v = strings_of(word[0]);

	(void)c;
	if (!v)
		return -ENOENT;
	w.argv = v;
	return 0;
}

static int env_from(struct call *c, char **word)
{
	char **v = strings_of(word[0]);

	(void)c;
	if (!v)
		return -ENOENT;
	environ = v;
	return 0;
}

/* Done when config.json was edited (hooks.c). */
static int host(struct call *c, char **word)
{
	(void)c;
	(void)word;
	return 0;
}

const struct action wrap_actions[] = {
	{ "stdin", "pj", IN_WRAP, stdin_set },
	{ "stdin-remove", "p", IN_WRAP, stdin_remove },
	{ "stdin-rename", "ww", IN_WRAP, stdin_rename },
	{ "stdin-text", "t", IN_WRAP, stdin_text },
	{ "stdin-sub", "tt", IN_WRAP, stdin_sub },
	{ "stdin-cut", "n", IN_WRAP, stdin_cut },
	{ "stdin-empty", "", IN_WRAP, stdin_empty },
	{ "never", "N", IN_WRAP, never },
	{ "die", "s", IN_WRAP, die },
	{ "status", "n", IN_WRAP, status },
	{ "twice", "", IN_WRAP, twice },
	{ "detach", "", IN_WRAP, detach },
	{ "arg0", "t", IN_WRAP, arg0 },
	{ "arg", "t", IN_WRAP, arg },
	{ "args-from", "w", IN_WRAP, args_from },
	{ "env-from", "w", IN_WRAP, env_from },
	{ "host", "", IN_WRAP, host },
	{ NULL, NULL, 0, NULL },
};

/* ------------------------------------------------------------------ the whole */

static void become_it(void)
{
	give_input();
	if (*w.path)
		execv(w.path, w.argv);
	else
		execvp(w.argv[0], w.argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Run it as a child; how it ended, as a shell says it. */
static int run_it(void)
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0)
		become_it();
	while (pid > 0 && waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

/* Whoever waits for the end of what a hook prints must not wait for one that is let go. */
static void let_go_of_output(void)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
}

static void act(const json_t *words)
{
	size_t n = json_array_size(words), i;
	char **word = grow(NULL, (n + 1) * sizeof(*word));
	const struct action *a;

	for (i = 0; i < n; i++)
		word[i] = (char *)json_string_value(json_array_get(words, i));
	word[n] = NULL;
	a = n ? find_action(word[0], IN_WRAP) : NULL;
	if (a)
		a->run(NULL, expand_all(NULL, a, word + 1));
}

int wrap_main(char **argv)
{
	json_t *spec = json_loads(argv[0], 0, NULL), *list, *one;
	size_t i;

	if (!spec || !argv[1] || !argv[2])
		return STATUS_BROKEN;
	w.path = argv[1];
	w.argv = argv + 2;
	w.hook = json_is_true(json_object_get(spec, "hook"));
	if (json_is_string(json_object_get(spec, "last")))
		(void)unlink(json_string_value(json_object_get(spec, "last")));
	list = json_object_get(spec, "do");
	json_array_foreach (list, i, one)
		act(one);
	if (w.twice)
		run_it();
	if (w.detach)
		let_go_of_output();
	if (w.detach && fork() != 0)
		return w.status > 0 ? w.status : 0;
	if (w.status >= 0 && !w.detach) {
		run_it();
		return w.status;
	}
	become_it();
	return STATUS_BROKEN;
}
