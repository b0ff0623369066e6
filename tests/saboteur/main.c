/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The saboteur: a runtime's command line, a real runtime behind it, and one thing broken on the way
 * (README.md). Without a sabotage it must be the real runtime, in this very process.
 */
#include "saboteur.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/runtimes/command.h"

static const char *list;

/*
 * What lies beside our program: for calls without any of the payload's options, with which real
 * runtime and list would have come.
 */
static const char *beside(const char *ending)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return NULL;
	path[n] = '\0';
	return realpath(join("%s.%s", path, ending), NULL);
}

/* Takes our options out of argv, up to the operation; what they say. */
static const char *own_options(struct call *c, char **argv, const char **sabotage)
{
	size_t n = 0, at = command_at(argv + 1) + 1;
	bool understood = true;

	c->argv = argv;
	for (size_t i = 0; argv[i]; i++) {
		char *word = argv[i];

		if (i == 0 || i >= at)
			argv[n++] = word;
		else if (!strncmp(word, "--real=", 7))
			c->real = word + 7;
		else if (!strncmp(word, "--list=", 7))
			list = word + 7;
		else if (!strncmp(word, "--dir=", 6))
			plain_dir = word + 6;
		else if (!strncmp(word, "--sabotage=", 11))
			*sabotage = word + 11;
		else if (!strcmp(word, "--strict"))
			c->strict = true;
		else if (!strncmp(word, "--mend=", 7))
			understood &= (c->mends = mend_names(word + 7)) != 0;
		else if (!strcmp(word, "--loud"))
			loud = true;
		else
			argv[n++] = word;
	}
	argv[n] = NULL;
	c->real = c->real ? c->real : beside("real");
	list = list ? list : beside("list");
	argv[0] = (char *)c->real;
	return understood ? c->real : NULL;
}

static void read_call(struct call *c)
{
	size_t n = 0;

	while (c->argv[n])
		n++;
	c->words = grow(NULL, n * sizeof(*c->words));
	memcpy(c->words, c->argv + 1, n * sizeof(*c->words));
	c->operation = command_operation(c->words);
	if (!*c->operation)
		c->operation = "none";
	c->id = command_id(c->words);
	c->exit_status = -1;
	c->answer = -1;
	c->self = getpid();
}

/* What we open must not become 0, 1 or 2 where the caller has closed those. */
static void fill_gaps(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/", O_PATH | O_CLOEXEC);
}

/* `inside`: a copy of ours may lie in the container. */
static void prepare(struct call *c, const struct step *steps, bool inside)
{
	unsigned int flags = 0;

	for (const struct step *s = steps; s; s = s->next) {
		flags |= s->action->flags & ~(s->after ? 0u : TAKES_OUT | TAKES_ERR);
		for (char **word = s->word; *word; word++) {
			flags |= strstr(*word, "{pid}") ? NEEDS_PID : 0;
			inside |= strstr(*word, "{rootfs}") || strstr(*word, "{bundle}");
		}
	}
	c->capture_out = flags & TAKES_OUT;
	c->capture_err = flags & TAKES_ERR;
	/* Later it may be too late to ask. */
	c->created = strcmp(c->operation, "create") && strcmp(c->operation, "run");
	if (c->created && (flags & NEEDS_PID))
		call_pid(c);
	if (inside || (flags & NEEDS_BUNDLE))
		call_rootfs(c);
}

void apply(struct call *c, struct step *s)
{
	int error;

	if (s->action->flags & DEFERRED && !s->after) {
		if (c->n_deferred < ARRAY_SIZE(c->deferred))
			c->deferred[c->n_deferred++] = s;
		return;
	}
	error = s->action->run(c, expand_all(c, s->action, s->word));
	complain("%s %s%s%s: %s", c->operation, s->action->name, *s->word ? " " : "",
		 *s->word ? *s->word : "", error ? strerror(-error) : "done");
}

/* The call with its steps, to its end. */
static int sabotage_call(struct call *c, struct step *steps, bool inside)
{
	bool stay = inside;

	prepare(c, steps, inside);
	for (struct step *s = steps; s; s = s->next) {
		stay |= s->after;
		if (!s->after)
			apply(c, s);
	}
	if (!c->skip)
		stay |= make_mended(c);
	config_place(c);
	if (!c->skip)
		make_strict(c);
	stay |= console_open(c);
	if (!c->skip && !stay && c->answer < 0 && !c->config.changed)
		become_real(c);
	if (!c->skip)
		run_real(c);
	signal(SIGPIPE, SIG_IGN);
	c->created = true;
	config_restore(c);
	end_mended(c);
	console_close(c);
	listener_close(c);
	for (struct step *s = steps; s; s = s->next)
		if (s->after && outcome_fits(c, s))
			apply(c, s);
	if (inside && (!strcmp(c->operation, "delete") || c->status || c->signal))
		remove_inside_copy(c);
	write_all(1, &c->out, c);
	write_all(2, &c->err, c);
	if (c->answer >= 0)
		stay_on(c);
	if (c->exit_status < 0 && c->signal)
		end_by_signal(c->signal);
	return c->exit_status < 0 ? c->status : c->exit_status;
}

static int usage(void)
{
	fprintf(stderr, "usage: saboteur --real=PATH [--list=FILE --sabotage=NAME] [--strict] "
			"[--mend=NAME,...] [--dir=PATH] [--loud] ARGUMENTS OF A RUNTIME\n"
			"       saboteur --check FILE...\n");
	return STATUS_BROKEN;
}

static int check(char **files)
{
	int faults = 0;

	for (; *files; files++)
		faults += check_list(*files);
	return faults ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct call c = { 0 };
	const char *sabotage = NULL;
	struct step *steps;
	bool inside;

	if (argc > 3 && !strcmp(argv[1], "--wrap"))
		return wrap_main(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "--check"))
		return check(argv + 2);
	if (!argc || !own_options(&c, argv, &sabotage))
		return usage();
	if (!sabotage && !c.strict && !c.mends)
		become_real(&c);
	fill_gaps();
	read_call(&c);
	steps = sabotage && list ? find_sabotage(list, sabotage) : NULL;
	if (sabotage && !steps)
		return STATUS_BROKEN;
	inside = (!strcmp(c.operation, "create") || !strcmp(c.operation, "delete")) &&
		 has_inside_wraps(steps);
	steps = select_steps(&c, steps);
	if (!steps && !inside && !c.strict && !is_mended(&c))
		become_real(&c);
	return sabotage_call(&c, steps, inside);
}
