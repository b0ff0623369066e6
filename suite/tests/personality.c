/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.personality (config-linux.md#personality): the execution domain of the program, by what it
 * is told itself and by the machine that uname(2) names. What a 32-bit machine is called here, the
 * running kernel says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define ID	    "linux.personality."
#define DOMAIN(n)   ((n) & 0xff)
#define PERSONALITY "linux.personality"

/* The suite's own domain, which the runtime gets from it; and its machine there. */
static const char *live_as(struct test *t, int domain)
{
	struct utsname name;

	need(t, personality((unsigned long)domain) >= 0 && !uname(&name), "personality");
	return format(t, "%s", name.machine);
}

static struct bundle *with_domain(struct test *t, const char *domain)
{
	struct bundle *b = bundle_new(t);

	if (domain)
		bundle_set(b, PERSONALITY, "{s:s}", "domain", domain);
	bundle_probe(b, "personality", "uname", NULL);
	return b;
}

static void check_domain(struct test *t, const char *id, const struct facts *f, int domain,
			 const char *machine)
{
	/* A sandbox may not have the system call; then the machine alone tells. */
	if (facts_int(f, "personality") != -1)
		check_int(t, id, "execution domain of the program", domain,
			  DOMAIN(facts_int(f, "personality")));
	check_string(t, id, "machine that uname(2) gives inside", machine,
		     facts_string(f, "uname.machine"));
}

struct domain_row {
	struct test_case c;
	int own; /* of the runtime's caller */
	const char *domain; /* NULL: none is configured */
	int expected;
	bool no_flags; /* an empty list of them */
};

static const struct domain_row domains[] = {
	{ { "linux", ID "linux", "LINUX is the usual domain" },
	  PER_LINUX,
	  "LINUX",
	  PER_LINUX,
	  false },
	{ { "linux-from-32", ID "linux", "LINUX is the usual domain, called from another" },
	  PER_LINUX32,
	  "LINUX",
	  PER_LINUX,
	  false },
	{ { "linux32", ID "linux32", "LINUX32 is the domain of 32 bits" },
	  PER_LINUX,
	  "LINUX32",
	  PER_LINUX32,
	  false },
	{ { "absent", ID "absent", "without personality the domain stays" },
	  PER_LINUX,
	  NULL,
	  PER_LINUX,
	  false },
	{ { "no-flags", ID "flags.empty", "an empty list of flags is as none" },
	  PER_LINUX,
	  "LINUX",
	  PER_LINUX,
	  true },
	{ { "32-no-flags", ID "flags.empty", "an empty list of flags changes no domain" },
	  PER_LINUX,
	  "LINUX32",
	  PER_LINUX32,
	  true },
};

static void domain(struct test *t)
{
	const struct domain_row *row = test_row(t);
	const char *id = row->c.requirement, *machine = live_as(t, row->expected);
	struct bundle *b = with_domain(t, row->domain);
	const struct facts *f;

	live_as(t, row->own);
	if (row->no_flags) {
		/* Where the domain works it must work with no flags as well. */
		if (!bundle_supported(with_domain(t, row->domain), id))
			return;
		bundle_set(b, PERSONALITY ".flags", "[]");
	}
	f = row->domain && !row->no_flags ? bundle_supported(b, id) : bundle_run(b, NULL);
	if (f)
		check_domain(t, id, f, row->expected, machine);
}

/* The text of facts that a second program has said into a file. */
static const json_t *told(struct test *t, const char *text, const char *fact)
{
	char *copy = strdup(text ? text : ""), *save = NULL;
	const json_t *value = NULL;

	need(t, copy != NULL, "strdup");
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *said = json_loads(line, 0, NULL);
		const char *name = json_string_value(json_object_get(said, "fact"));

		if (name && !strcmp(name, fact))
			value = json_object_get(said, "value");
	}
	free(copy);
	return value;
}

static void inherited(struct test *t)
{
	const char *id = ID "inherited", *machine = live_as(t, PER_LINUX32), *text;
	struct bundle *b = with_domain(t, "LINUX32");
	const struct facts *f;

	live_as(t, PER_LINUX);
	bundle_probe_add(b, "spawn", "/tmp/child", "personality", "spawn", "/tmp/child", "uname",
			 "read", "/tmp/child", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	text = facts_string(f, "read");
	check_domain(t, id, f, PER_LINUX32, machine);
	if (facts_int(f, "personality") != -1)
		check_int(t, id, "execution domain of a program that it starts", PER_LINUX32,
			  DOMAIN(json_integer_value(told(t, text, "personality"))));
	check_string(t, id, "machine that uname(2) gives there", machine,
		     json_string_value(json_object_get(told(t, text, "uname"), "machine")));
}

/* The filter is for the program: it must not keep the runtime from what it has to set. */
static void with_seccomp(struct test *t)
{
	const char *id = ID "with-seccomp", *machine = live_as(t, PER_LINUX32);
	struct bundle *b = with_domain(t, "LINUX32");
	const struct facts *f;

	live_as(t, PER_LINUX);
	bundle_set(b, "linux.seccomp", "{s:s s:[{s:[s] s:s}]}", "defaultAction", "SCMP_ACT_ALLOW",
		   "syscalls", "names", "personality", "action", "SCMP_ACT_ERRNO");
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "machine that uname(2) gives inside", machine,
		     facts_string(f, "uname.machine"));
	check_int(t, id, "what personality(2) gives the program", -1, facts_int(f, "personality"));
}

struct bad_domain {
	struct test_case c;
	const char *personality; /* as JSON */
};

#define UNKNOWN ID "domain.unknown"
#define FLAGS	ID "flags.none-supported"

static const struct bad_domain bad_domains[] = {
	{ { "bsd", UNKNOWN, NULL }, "{\"domain\":\"BSD\"}" },
	{ { "lower-case", UNKNOWN, NULL }, "{\"domain\":\"linux32\"}" },
	{ { "longer", UNKNOWN, NULL }, "{\"domain\":\"LINUX321\"}" },
	{ { "no-randomize", FLAGS, NULL },
	  "{\"domain\":\"LINUX\",\"flags\":[\"ADDR_NO_RANDOMIZE\"]}" },
	{ { "32-and-compat", FLAGS, NULL },
	  "{\"domain\":\"LINUX32\",\"flags\":[\"ADDR_COMPAT_LAYOUT\"]}" },
	{ { "no-flag-at-all", FLAGS, NULL }, "{\"domain\":\"LINUX\",\"flags\":[\"OCTEST\"]}" },
};

static void refused(struct test *t)
{
	const struct bad_domain *row = test_row(t);
	struct bundle *bad = with_domain(t, "LINUX32");

	bundle_put(bad, PERSONALITY, json_loads(row->personality, 0, NULL));
	check_refused_if_supported(t, row->c.requirement, bad, with_domain(t, "LINUX32"));
}

const struct test_entry personality_tests[] = {
	{
		.name = "personality/domain",
		.about = "the execution domain of the program",
		.run = domain,
		CASES(domains),
	},
	{
		.name = "personality/inherited",
		.about = "the domain is that of the programs too that the program starts",
		.requirements = REQS(ID "inherited"),
		.run = inherited,
	},
	{
		.name = "personality/with-seccomp",
		.about = "a filter of the program does not keep the domain from being set",
		.requirements = REQS(ID "with-seccomp"),
		.run = with_seccomp,
	},
	{
		.name = "personality/refused",
		.about = "a domain or flag that there is not is refused",
		.run = refused,
		CASES(bad_domains),
	},
	{ 0 },
};
