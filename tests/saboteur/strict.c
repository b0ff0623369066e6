/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --strict: a runtime that knows what engines use is made to keep the letter of CLI 1.0.1, so that
 * the tests of that letter have a runtime that passes. It must change nothing where both agree.
 */
#include "saboteur.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/runtimes/command.h"

/* kill --signal S ID becomes kill ID S. */
static void signal_word(struct call *c)
{
	char *name = command_option(c->argv + 1, "--signal", 0), **to = c->argv;
	bool value = false;

	if (!name)
		return;
	for (char **at = c->argv; *at; at++) {
		bool alone = !strcmp(*at, "--signal");

		if (!value && !alone && strncmp(*at, "--signal=", 9))
			*to++ = *at;
		value = alone;
	}
	/* At least one word is gone. */
	*to++ = name;
	*to = NULL;
}

/* runtime.md#delete: only a stopped container may be deleted. */
static bool is_created(struct call *c)
{
	static char answer[1 << 16];
	json_t *state;
	const char *status;

	if (!c->id || command_option(c->words, "--force", 'f'))
		return false;
	command_state(c->real, c->words, c->id, answer, sizeof(answer));
	state = json_loads(answer, 0, NULL);
	status = json_string_value(json_object_get(state, "status"));
	return status && !strcmp(status, "created");
}

void make_strict(struct call *c)
{
	if (!c->strict)
		return;
	if (!strcmp(c->operation, "kill"))
		signal_word(c);
	if (strcmp(c->operation, "delete") || !is_created(c))
		return;
	fprintf(stderr, "saboteur: %s: not stopped\n", c->id);
	c->skip = true;
	c->status = 1;
}

/* The letter has LISTEN_FDS alone; LISTEN_PID has to name the process that becomes the runtime. */
void make_listen(const struct call *c)
{
	if (c->strict && getenv("LISTEN_FDS"))
		setenv("LISTEN_PID", join("%d", (int)getpid()), 1);
}
