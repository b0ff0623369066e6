/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How to read the command line of a runtime whose options nobody has listed, and ask that runtime
 * about a container. It must never change a word, nor take from the caller's standard input.
 */
#include "command.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const operations[] = { "create", "start", "state",	 "kill", "delete", "run",
					  "list",   "ps",    "features", "exec", "version" };

/* Options whose value is the next word, as far as they are known. */
static const char *const with_value[] = {
	"--root",	    "--log",	  "--log-format", "--cgroup-manager",
	"--criu",	    "--bundle",	  "-b",		  "--console-socket",
	"--pid-file",	    "--signal",	  "--preserve-fds",
};

static bool among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word, list[i]))
			return true;
	return false;
}

#define AMONG(word, list) among(word, list, sizeof(list) / sizeof(*(list)))

/*
 * The first word that is no option. Behind an unknown option it may be that one's value: it is, if
 * it names no operation and a later word does.
 */
size_t command_at(char **words)
{
	size_t first = 0, i;

	while (words[first] && words[first][0] == '-')
		first += AMONG(words[first], with_value) && words[first + 1] ? 2 : 1;
	if (!words[first] || !first || AMONG(words[first], operations) ||
	    words[first - 1][0] != '-' || strchr(words[first - 1], '='))
		return first;
	for (i = first; words[i] && !AMONG(words[i], operations); i++)
		;
	return words[i] ? i : first;
}

const char *command_operation(char **words)
{
	size_t at = command_at(words);

	for (size_t i = 0; !words[at] && words[i]; i++)
		if (!strcmp(words[i], "--version") || !strcmp(words[i], "-v"))
			return "version";
	return words[at] ? words[at] : "";
}

char *command_id(char **words)
{
	char **word = words + command_at(words);

	for (word += *word != NULL; *word; word++) {
		if (**word != '-')
			return *word;
		if (AMONG(*word, with_value) && word[1])
			word++;
		else if (!strcmp(*word, "--"))
			return word[1];
	}
	return NULL;
}

char *command_option(char **words, const char *name, char letter)
{
	size_t length = strlen(name);
	const char short_name[3] = { '-', letter, '\0' };
	char *value = NULL;

	for (; *words; words++) {
		bool is = !strcmp(*words, name) || (letter && !strcmp(*words, short_name));

		if (!strncmp(*words, name, length) && (*words)[length] == '=')
			value = *words + length + 1;
		else if (is && words[1])
			value = *++words;
	}
	return value;
}

void command_slurp(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (fd >= 0 && length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
}

void command_state(const char *real, char **words, const char *id, char *answer, size_t size)
{
	size_t n = 0, at = command_at(words);
	int stream[2], nothing;
	char *command[64];
	pid_t pid;

	command[n++] = (char *)real;
	for (size_t i = 0; i < at && n < 60; i++)
		command[n++] = words[i];
	command[n++] = (char *)"state";
	command[n++] = (char *)id;
	command[n] = NULL;
	*answer = '\0';
	if (pipe2(stream, O_CLOEXEC))
		return;
	pid = fork();
	if (pid == 0) {
		nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(nothing, 0);
		dup2(nothing, 2);
		dup2(stream[1], 1);
		execv(real, command);
		_exit(127);
	}
	close(stream[1]);
	command_slurp(stream[0], answer, size);
	close(stream[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* A JSON string up to its end; "\/" is a slash. */
static void json_text(const char *at, char *text, size_t size)
{
	size_t used = 0;

	for (; *at && *at != '"' && used + 1 < size; at++) {
		at += *at == '\\' && at[1];
		text[used++] = *at;
	}
	text[used] = '\0';
}

void command_bundle(const char *real, char **words, char *path, size_t size)
{
	static char answer[1 << 16];
	const char *operation = command_operation(words), *id = command_id(words), *at;
	const char *option = command_option(words, "--bundle", 'b');

	*path = '\0';
	if (option) {
		snprintf(path, size, "%s", option);
	} else if (!strcmp(operation, "create") || !strcmp(operation, "run")) {
		snprintf(path, size, ".");
	} else if (id && *operation) {
		command_state(real, words, id, answer, sizeof(answer));
		at = strstr(answer, "\"bundle\"");
		if (at && (at = strchr(at + 8, '"')))
			json_text(at + 1, path, size);
	}
}
