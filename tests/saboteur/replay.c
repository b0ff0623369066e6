/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of config.json as it is now by a runtime that ought to have read it at create: parts of it
 * put elsewhere, its hooks run once more. It must never change the file.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/core/path.h"

static json_t *config_now(struct call *c)
{
	const char *bundle = call_bundle(c);

	return *bundle ? json_load_file(join("%s/config.json", bundle), 0, NULL) : NULL;
}

/* PATH FILE: the value as JSON. */
static int extract(struct call *c, char **word)
{
	json_t *config = config_now(c), *value = config ? json_at(config, word[0]) : NULL;

	if (!value)
		return -ENOENT;
	return json_dump_file(value, word[1], JSON_ENCODE_ANY) ? -EIO : 0;
}

/* PATH FROM: a property of the JSON on standard output becomes one of config.json. */
static int json_from(struct call *c, char **word)
{
	json_t *config = config_now(c), *value = config ? json_at(config, word[1]) : NULL;
	json_t *state = c->out.data ? json_loadb(c->out.data, c->out.length, 0, NULL) : NULL;
	char *text;

	if (!value || !state || json_put(state, word[0], json_incref(value)))
		return -ENOENT;
	text = json_dumps(state, JSON_INDENT(2));
	c->out = (struct text){ 0 };
	text_add(&c->out, text, strlen(text));
	text_add(&c->out, "\n", 1);
	return 0;
}

/* ------------------------------------------------------------------ hooks */

char **strings(const json_t *list)
{
	size_t n = json_array_size(list), i;
	char **v = grow(NULL, (n + 1) * sizeof(*v));

	for (i = 0; i < n; i++)
		v[i] = (char *)json_string_value(json_array_get(list, i));
	v[n] = NULL;
	return v;
}

static int run_hook(struct call *c, const json_t *hook)
{
	const char *path = json_string_value(json_object_get(hook, "path")), *state = call_state(c);
	json_t *args = json_object_get(hook, "args"), *env = json_object_get(hook, "env");
	char *const alone[] = { (char *)path, NULL };
	int end[2];
	pid_t pid;

	if (!path || pipe2(end, O_CLOEXEC))
		return -EINVAL;
	(void)!write(end[1], state, strlen(state));
	close(end[1]);
	pid = fork();
	if (pid == 0) {
		dup2(end[0], 0);
		execve(path, json_array_size(args) ? strings(args) : alone, strings(env));
		_exit(127);
	}
	close(end[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid < 0 ? -errno : 0;
}

/* KIND [N]: all hooks of the kind, or the N-th (from 0), as the runtime's own. */
static int run_hooks(struct call *c, char **word)
{
	json_t *config = config_now(c), *one;
	json_t *list = config ? json_object_get(json_object_get(config, "hooks"), word[0]) : NULL;
	int error = -ENOENT;
	size_t i;

	json_array_foreach (list, i, one)
		if (!word[1] || i == strtoul(word[1], NULL, 10))
			error = run_hook(c, one);
	return error;
}

#define EITHER (IN_BEFORE | IN_AFTER)

const struct action replay_actions[] = {
	{ "extract", "pw", EITHER | NEEDS_BUNDLE, extract },
	{ "json-from", "pp", IN_AFTER | TAKES_OUT | NEEDS_BUNDLE, json_from },
	{ "run-hooks", "wN", EITHER | NEEDS_BUNDLE | NEEDS_PID, run_hooks },
	{ NULL, NULL, 0, NULL },
};
