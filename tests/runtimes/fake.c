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
#include <sys/wait.h>
#include <unistd.h>

#include "acts.h"

static const char *real = "/usr/bin/crun";

static const char *const operations[] = { "create", "start", "state",	 "kill", "delete", "run",
					  "list",   "ps",    "features", "exec", "version" };

/* The operation is the first word that names one: options come before it or after it. */
static const char *operation_of(char **argv)
{
	for (; *argv; argv++) {
		const char *word = *argv;

		if (!strcmp(word, "--version") || !strcmp(word, "-v"))
			return "version";
		for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
			if (!strcmp(word, operations[i]))
				return operations[i];
	}
	return "";
}

/* A whole small file or stream as a string; what does not fit is left out. */
static void slurp(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (fd >= 0 && length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
}

/* What the real runtime answers to `state WORD`, with the global options of this call. */
static void ask_state(char **argv, char *word, char *answer, size_t size)
{
	char *command[64];
	size_t n = 0;
	int stream[2];

	command[n++] = (char *)real;
	while (*argv && strcmp(*argv, operation_of(argv)) && n < 60)
		command[n++] = *argv++;
	command[n++] = (char *)"state";
	command[n++] = word;
	command[n] = NULL;
	*answer = '\0';
	if (pipe2(stream, O_CLOEXEC))
		return;
	if (fork() == 0) {
		dup2(stream[1], 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		execv(real, command);
		_exit(127);
	}
	close(stream[1]);
	slurp(stream[0], answer, size);
	close(stream[0]);
	wait(NULL);
}

/* The bundle: what --bundle says, else what the real runtime knows of the container. */
static void find_bundle(char **argv, char *path, size_t size)
{
	static char answer[1 << 16];
	char **operation = argv;

	*path = '\0';
	for (char **word = argv; *word; word++) {
		if ((!strcmp(*word, "--bundle") || !strcmp(*word, "-b")) && word[1])
			snprintf(path, size, "%s", word[1]);
		else if (!strncmp(*word, "--bundle=", 9))
			snprintf(path, size, "%s", *word + 9);
		if (!strcmp(*word, operation_of(argv)))
			operation = word;
	}
	for (char **word = operation + 1; !*path && *operation && *word; word++) {
		char *at;

		if (**word == '-')
			continue;
		ask_state(argv, *word, answer, sizeof(answer));
		at = strstr(answer, "\"bundle\"");
		if (at && (at = strchr(at + 8, '"')))
			snprintf(path, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
	}
}

static int config_holds(const char *text, char **argv)
{
	static char config[1 << 20];
	char path[4096], bundle[4000];

	find_bundle(argv, bundle, sizeof(bundle));
	snprintf(path, sizeof(path), "%s/config.json", *bundle ? bundle : ".");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	slurp(fd, config, sizeof(config));
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
	if (strcmp(op, "any") && strcmp(op, operation_of(argv)))
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
