/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assay: one program for all that can be asked of the suite. Finds the command; the command does
 * the work.
 */
#include <stdio.h>
#include <string.h>

#include "suite/core/command.h"
#include "suite/core/engine.h"

struct entry {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;
};

static int version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("assay %s\ncatalogue %s, %zu requirements\n", ASSAY_VERSION, catalogue_digest,
	       catalogue_count);
	return 0;
}

static const struct entry commands[] = {
	{ "run", cmd_run, "judge a runtime on this machine" },
	{ "list", cmd_list, "the tests and what each decides" },
	{ "explain", cmd_explain, "a requirement, and the tests that decide it" },
	{ "coverage", cmd_coverage, "how much of the catalogue the tests decide" },
	{ "prove", cmd_prove, "the kill matrix: which tests are known to be able to fail" },
	{ "render", render_command, "reports from events" },
	{ "compare", compare_command, "where reports of other runtimes or versions differ" },
	{ "manifest", cmd_manifest,
	  "the digests of a report and of what it is about, to be signed" },
	{ "verify", cmd_verify, "whether a report is whole and says what its events say" },
	{ "summary", summary_command, "the last words on a run, for a terminal" },
	{ "progress", progress_command, "follow a run while it lasts" },
	{ "journal", cmd_journal, "the events in the journal of a results disk" },
	{ "selfcheck", cmd_selfcheck, "whether tests and catalogue fit together" },
	{ "version", version, "what this is" },
};

static void usage(FILE *to)
{
	fputs("usage: assay COMMAND [OPTIONS]\n\n", to);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].about);
	fputs("\nassay COMMAND --help says more. Exit status of a run: 0 conformant, 1 not\n"
	      "conformant, 2 no valid result, 3 aborted.\n",
	      to);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(name, "--version"))
		name = "version";
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].run(argc - 1, argv + 1);
	if (*name)
		fprintf(stderr, "assay: there is no command \"%s\"\n", name);
	usage(stderr);
	return VERDICT_INVALID;
}
