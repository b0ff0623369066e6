/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For unit tests: writes event files with a sound chain, and brings a small catalogue, so that
 * the tests of results and reports do not change with every row of the real one.
 */
#ifndef ASSAY_TEST_EVENTS_H
#define ASSAY_TEST_EVENTS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/core/catalogue.h"
#include "suite/core/chain.h"
#include "suite/core/lists.h"

const struct requirement catalogue[] = {
	{ "cli.create.exit-zero", "MUST", "runtime", "cli-1.0", "command-line-interface.md#create",
	  "create exits 0 when the container was created.", "o", "m", "yes", "derived", "x" },
	{ "cli.create.listen-fds.strict", "MUST", "runtime", "cli-1.0",
	  "command-line-interface.md#create", "Descriptors are passed.", "o", "m", "yes",
	  "keyword", "x" },
	{ "hooks.poststart.warn", "MUST", "runtime", "1.0<1.3", "config.md#poststart",
	  "A failing poststart hook is a warning.", "o", "m", "yes", "keyword", "x" },
	{ "kill.stopped", "MUST", "runtime", "1.0", "runtime.md#kill",
	  "kill of a stopped container is an error.", "o", "m", "yes", "keyword", "x" },
	{ "linux.cpu.idle", "MUST", "runtime", "1.1", "config-linux.md#cpu", "cpu.idle is set.",
	  "o", "m", "yes", "derived", "x" },
	{ "process.cwd.exact", "IMPLIED", "runtime", "1.0", "config.md#process",
	  "cwd is the working directory <of> the \"process\" & nothing else.", "o", "m", "yes",
	  "implied", "x" },
	{ "process.env.order", "MAY", "runtime", "1.0", "config.md#process", "Order is kept.", "o",
	  "m", "yes", "practice", "x" },
	{ "process.rlimits.duplicate", "MUST NOT", "runtime", "1.0", "config.md#posix-process",
	  "No rlimit is given twice.", "o", "m", "yes", "keyword", "x" },
	{ "root.readonly", "MUST", "runtime", "1.0", "config.md#root",
	  "The root is read-only if asked for.", "o", "m", "yes", "keyword", "x" },
	{ "state.should", "SHOULD", "runtime", "1.0", "runtime.md#state", "State should be nice.",
	  "o", "m", "yes", "keyword", "x" },
};
const size_t catalogue_count = sizeof(catalogue) / sizeof(*catalogue);
const char catalogue_digest[] =
	"sha256:ca7a109eca7a109eca7a109eca7a109eca7a109eca7a109eca7a109eca7a109e";

const struct proof proven[] = {
	{ "kill.stopped", "kill.stopped", "crun-1.8", "kill status 0" },
	{ "kill.stopped", "kill.stopped#2", "crun-1.8", "kill skip" },
};
const size_t proven_count = sizeof(proven) / sizeof(*proven);

const struct proof *proof_find(const char *id)
{
	return strcmp(id, proven[0].id) ? NULL : proven;
}

const struct requirement *requirement_find(const char *id)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i].id, id))
			return &catalogue[i];
	return NULL;
}

/* An event file under construction. */
struct events {
	FILE *file;
	const char *path;
	struct chain chain;
	uint64_t now;
};

static inline void events_open(struct events *e, const char *path)
{
	memset(e, 0, sizeof(*e));
	e->path = path;
	e->file = fopen(path, "w");
	if (!e->file)
		abort();
	chain_init(&e->chain);
	e->now = 1000000000;
}

/* One event; its body has ' for ", so that it reads well in C. ` stays a real apostrophe. */
__attribute__((format(printf, 3, 4))) static inline void
event(struct events *e, enum event_type type, const char *format, ...)
{
	static char body[EVENT_BODY_MAX + 2], line[EVENT_LINE_MAX];
	va_list args;
	ssize_t n;
	int length;

	va_start(args, format);
	length = vsnprintf(body, sizeof(body), format, args);
	va_end(args);
	for (char *c = body; *c; c++)
		*c = *c == '\'' ? '"' : *c == '`' ? '\'' : *c;
	e->now += 1000000;
	n = chain_format(&e->chain, type, e->now, body, (size_t)length, line, sizeof(line));
	if (n < 0 || fwrite(line, 1, (size_t)n, e->file) != (size_t)n)
		abort();
	chain_advance(&e->chain, line, (size_t)n);
}

/* The first events of a run in a controlled environment. */
static inline void events_boot(struct events *e, const char *profile)
{
	event(e, EVENT_BOOT,
	      "'boot':1,'cause':'start','profile':'%s','cmdline':'assay.exit=0xf4',"
	      "'image':{'version':'0.1.0','suite':'sha256:11'},'payload':'sha256:22','open':[]",
	      profile);
	event(e, EVENT_ENVIRONMENT,
	      "'controlled':true,'kernel':{'release':'6.12.0-assay','config':'sha256:33'},"
	      "'cpu':{'model':'QEMU','count':2},'memory':{'kib':1048576,'nodes':[1,2]},"
	      "'cgroup':'v2','lsm':['apparmor'],'selfcheck':[{'feature':'pidfd','ok':true}]");
	event(e, EVENT_RUNTIME,
	      "'name':'crun','version':'1.8','path':'/usr/bin/crun','args':['--root=/a b'],'cli':'dialect',"
	      "'sha256':'44','payload':'sha256:22','spec':'1.0.0','features':null,"
	      "'version_output':'crun 1.8'");
}

static inline void events_plan(struct events *e, int part, int parts, int total, const char *tests)
{
	event(e, EVENT_PLAN,
	      "'part':%d,'parts':%d,'total':%d,'digest':'sha256:55','catalogue':'%s',"
	      "'suite':'0.1.0','spec':'1.2.0','official':true,'only':null,'tests':[%s]",
	      part, parts, total, catalogue_digest, tests);
}

static inline void events_start(struct events *e, const char *test)
{
	event(e, EVENT_START, "'test':'%s','attempt':1,'deadline_ms':1000", test);
}

static inline void events_check(struct events *e, const char *test, const char *id,
				const char *outcome)
{
	event(e, EVENT_CHECK,
	      "'test':'%s','requirement':'%s','outcome':'%s','expected':'E','observed':'O'", test,
	      id, outcome);
}

static inline void events_end(struct events *e, const char *test, const char *outcome)
{
	event(e, EVENT_END, "'test':'%s','outcome':'%s','duration_ns':5000000,'runtime_ns':4000000",
	      test, outcome);
}

static inline void events_test(struct events *e, const char *test, const char *id,
			       const char *outcome)
{
	events_start(e, test);
	events_check(e, test, id, outcome);
	events_end(e, test, outcome);
}

static inline void events_close(struct events *e)
{
	fclose(e->file);
	e->file = NULL;
}

#endif
