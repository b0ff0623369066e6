/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime that misbehaves on purpose. It calls a real runtime and does one bad thing on the way,
 * for the operations and containers its rules name; all else it passes on untouched.
 * It owns only the command line. It never runs outside a virtual machine by accident: without a
 * rule it does nothing but call the real runtime.
 *
 *   fake [--real=PATH] [--do=OP,GLOB,ACT[,ARG]]... ARGUMENTS OF A RUNTIME
 *
 * OP is create, start, state, kill, delete, run, features, version, or `any`. GLOB must match one
 * word of the arguments (the container's id, the bundle) or be `*`; `~TEXT` instead fits a
 * container whose config.json holds TEXT, for ids do not tell which test it is. The first rule that
 * fits acts.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acts.h"
#include "command.h"

static const char *real = "/usr/bin/crun";

static int config_holds(const char *text, char **argv)
{
	static char config[1 << 20];
	char path[4096], bundle[4000];

	command_bundle(real, argv, bundle, sizeof(bundle));
	snprintf(path, sizeof(path), "%s/config.json", *bundle ? bundle : ".");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	command_slurp(fd, config, sizeof(config));
	if (fd >= 0)
		close(fd);
	return strstr(config, text) != NULL;
}

static int matches(const char *glob, char **argv)
{
	if (!strcmp(glob, "*"))
		return 1;
	if (*glob == '~')
		return config_holds(glob + 1, argv);
	for (; *argv; argv++)
		if (!fnmatch(glob, *argv, 0))
			return 1;
	return 0;
}

/* Cuts the next field off a rule; the last field may hold commas. */
static char *field(char **rule)
{
	char *start = *rule;
	char *comma = start ? strchr(start, ',') : NULL;

	if (comma)
		*comma++ = '\0';
	*rule = comma;
	return start;
}

static int apply(char *rule, char **argv)
{
	const char *op = field(&rule);
	const char *glob = field(&rule);
	const char *name = field(&rule);

	if (!glob || !name) {
		fprintf(stderr, "fake: rule \"%s\": not OP,GLOB,ACT[,ARG]\n", op);
		return 125;
	}
	if (strcmp(op, "any") && strcmp(op, command_operation(argv)))
		return ACT_GO_ON;
	if (!matches(glob, argv))
		return ACT_GO_ON;
	for (const struct act *act = acts; act->name; act++)
		if (!strcmp(act->name, name))
			return act->run(rule ? rule : "");
	fprintf(stderr, "fake: no act \"%s\"\n", name);
	return 125;
}

static void list_acts(void)
{
	for (const struct act *act = acts; act->name; act++)
		printf("%-12s %s\n", act->name, act->about);
}

int main(int argc, char **argv)
{
	char **rest = argv + 1;

	(void)argc;
	/* The rules stand first; what remains belongs to the real runtime, read before any acts. */
	while (*rest && (!strncmp(*rest, "--do=", 5) || !strncmp(*rest, "--real=", 7)))
		rest++;
	if (*rest && !strcmp(*rest, "--acts")) {
		list_acts();
		return 0;
	}
	for (char **word = argv + 1; word < rest; word++) {
		if (!strncmp(*word, "--real=", 7)) {
			real = *word + 7;
			continue;
		}
		int status = apply(*word + 5, rest);

		if (status != ACT_GO_ON)
			return status;
	}
	rest[-1] = (char *)real;
	execv(real, rest - 1);
	perror(real);
	return 127;
}
