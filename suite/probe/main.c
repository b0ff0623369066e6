/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: the one program that the suite runs inside containers and as hooks. It tells what it
 * finds, one JSON line for each sub-command, and judges nothing. It must never depend on /proc, a
 * shell, a library or a file in the container, but for sub-commands that are about them.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

const struct command *find_command(const char *name)
{
	static const struct command *const tables[] = { self_commands, file_commands, act_commands,
							place_commands, socket_commands,
							filter_commands, power_commands,
							limit_commands, net_commands };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct command *c = tables[i]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

static int usage(const char *text)
{
	(void)!write(2, "probe: ", 7);
	(void)!write(2, text, strlen(text));
	(void)!write(2, "\n", 1);
	return 120;
}

/* How many words follow; not counted beyond what is there. */
static int available(char **word)
{
	int n = 0;

	while (word[n])
		n++;
	return n;
}

/* Never 0, 1 or 2, which the caller may have left closed: what is there is a finding. */
static int open_output(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666), high = fd;

	if (fd >= 0 && fd < 3) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		close(fd);
	}
	return high;
}

#define WORDS_MAX 32

/* Called without any word: those in PROGRAM.words, one a line, behind the name; none without it. */
static char **words_beside(void)
{
	static char text[4096], path[4096], *word[WORDS_MAX + 2];
	const char *program = (const char *)getauxval(AT_EXECFN);
	int fd, n = 1;
	ssize_t length;

	snprintf(path, sizeof(path), "%s.words", program ? program : "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	for (char *at = text, *end; length > 0 && n <= WORDS_MAX; at = end + 1) {
		end = strchr(at, '\n');
		if (!end)
			break;
		*end = '\0';
		word[n++] = at;
	}
	word[0] = path;
	return word;
}

int main(int argc, char **argv)
{
	char **all = argc > 1 ? argv : words_beside(), **word = all + 1;
	const char *nonce = *word ? *word++ : "", *label = "";
	int fd = 1, tee = -1;

	for (; *word && word[0][0] == '-' && word[1]; word += 2) {
		int *to = word[0][1] == 'o' ? &fd : &tee;

		if (!strcmp(*word, "-l")) {
			label = word[1];
			continue;
		}
		if (strcmp(*word, "-o") && strcmp(*word, "-t"))
			return usage("unknown option");
		*to = open_output(word[1]);
		if (*to < 0)
			return usage("cannot open the output");
	}
	line_init(fd, tee, nonce, label);
	line_begin("begin");
	out_int(getpid());
	line_end();
	while (*word) {
		const struct command *c = find_command(*word++);
		int n = c ? c->arguments : 0;

		if (!c || available(word) < n)
			return usage(c ? "an argument is missing" : "unknown sub-command");
		if (c->closing)
			line_done();
		c->run(word);
		word += n < 0 ? available(word) : n;
	}
	line_done();
	return 0;
}
