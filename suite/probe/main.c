/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: the one program that the suite runs inside containers and as hooks. It tells what it
 * finds, one JSON line for each sub-command, and judges nothing. It must never depend on /proc, a
 * shell, a library or a file in the container, but for sub-commands that are about them.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const struct command *find_command(const char *name)
{
	static const struct command *const tables[] = { self_commands, file_commands, act_commands,
							place_commands, socket_commands,
							filter_commands, power_commands,
							limit_commands };

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

int main(int argc, char **argv)
{
	const char *nonce = argc > 1 ? argv[1] : "", *label = "";
	char **word = argc > 1 ? argv + 2 : argv + argc;
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
