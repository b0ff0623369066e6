/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostname and domainname: the two names of the container's UTS namespace. They are alike in all
 * but the word, so each test is a table of two.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "suite/suite.h"
#include "suite/tests/tests.h"

struct name_row {
	struct test_case c;
	const char *property; /* of config.json */
	const char *fact; /* of the probe */
	const char *other; /* the fact that must not change */
	const char *file; /* the name in the runtime's own namespace */
};

#define ROWS(id)                                                                                   \
	{ { "hostname", "hostname." id, NULL }, "hostname", "uname.nodename", "uname.domainname",  \
	  "/proc/sys/kernel/hostname" },                                                           \
	{ { "domainname", "domainname." id, NULL }, "domainname", "uname.domainname",              \
	  "uname.nodename", "/proc/sys/kernel/domainname" }

static struct bundle *named(struct test *t, const struct name_row *row, const char *name)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, row->property, "s", name);
	bundle_probe(b, "uname", NULL);
	return b;
}

static void applied(struct test *t)
{
	const struct name_row *row = test_row(t);
	const struct facts *f =
		bundle_supported(named(t, row, "oci-test.example"), row->c.requirement);

	if (f)
		check_string(t, row->c.requirement, row->property, "oci-test.example",
			     facts_string(f, row->fact));
}

static const struct name_row applied_rows[] = { ROWS("applied") };

static void host_unaffected(struct test *t)
{
	const struct name_row *row = test_row(t);
	struct container *c;
	const char *before = file_read(t, row->file);
	struct bundle *b = named(t, row, "oci-test.example");

	bundle_probe_add(b, "wait", NULL);
	c = container_new(b);
	must_create(c);
	check_string(t, row->c.requirement, "the caller's name after create", before,
		     file_read(t, row->file));
	must_start(c);
	must_answer(c);
	check_string(t, row->c.requirement, "the caller's name while it runs", before,
		     file_read(t, row->file));
	container_close_input(c);
	container_wait(c);
	must_delete(c);
	check_string(t, row->c.requirement, "the caller's name after delete", before,
		     file_read(t, row->file));
}

static const struct name_row host_rows[] = { ROWS("host-unaffected") };

static void other_unaffected(struct test *t)
{
	const struct name_row *row = test_row(t);
	const char *plain =
		facts_string(bundle_run(bundle_new(t), "uname"), row->other);
	const struct facts *f = bundle_run(named(t, row, "oci-test.example"), NULL);

	check_string(t, row->c.requirement, "the other name, as in a container without this one",
		     plain, facts_string(f, row->other));
}

static const struct name_row other_rows[] = { ROWS("other-name-unaffected") };

/* The name in the UTS namespace of a process, without the newline. */
static const char *name_in(struct test *t, const struct name_row *row, pid_t pid)
{
	const char *path = format(t, "/proc/%d/ns/uts", (int)pid), *name;
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	int other = open(path, O_RDONLY | O_CLOEXEC);

	if (own < 0 || other < 0 || setns(other, CLONE_NEWUTS))
		test_broken(t, "enter %s: %s", path, strerror(errno));
	name = file_read(t, row->file);
	if (setns(own, CLONE_NEWUTS))
		test_broken(t, "leave %s: %s", path, strerror(errno));
	close(own);
	close(other);
	return name ? format(t, "%.*s", (int)strcspn(name, "\n"), name) : NULL;
}

static void joined(struct test *t)
{
	const struct name_row *row = test_row(t);
	const char *before = file_read(t, row->file);
	struct bundle *b = named(t, row, "new-name");
	pid_t holder = test_namespaces(t, CLONE_NEWUTS);
	const struct facts *f;

	bundle_namespace(b, "uts", format(t, "/proc/%d/ns/uts", (int)holder));
	f = bundle_supported(b, row->c.requirement);
	check_string(t, row->c.requirement, "the caller's name", before, file_read(t, row->file));
	if (!f)
		return;
	check_string(t, row->c.requirement, "the name in the joined namespace", "new-name",
		     facts_string(f, row->fact));
	check_string(t, row->c.requirement, "the name that a process there sees", "new-name",
		     name_in(t, row, holder));
}

static const struct name_row joined_rows[] = { ROWS("joined-namespace") };

/* No namespace of its own: the name goes to the caller's, here the test's, or is refused. */
static void runtime_namespace(struct test *t)
{
	const struct name_row *row = test_row(t);
	struct bundle *b = named(t, row, "new-name");
	const struct result *refusal = NULL;
	const struct facts *f;

	/* The twin with a namespace; who knows no such property at all has nothing to refuse. */
	if (!bundle_supported(bundle_copy(b), row->c.requirement))
		return;
	bundle_no_namespace(b, "uts");
	f = bundle_try(b, &refusal);
	if (f)
		check_string(t, row->c.requirement, row->property, "new-name",
			     facts_string(f, row->fact));
	else
		check_error(t, row->c.requirement, refusal);
}

static const struct name_row runtime_rows[] = { ROWS("runtime-namespace") };

/* Whatever the name is then: a container without one runs, and one with an empty one may. */
static void unset(struct test *t)
{
	const struct name_row *row = test_row(t);
	const struct facts *f;

	check_true(t, row->c.requirement, facts_string(bundle_run(bundle_new(t), "uname"), row->fact),
		   "a container without the member has a name or an empty one", "uname fails");
	f = bundle_supported(named(t, row, ""), row->c.requirement);
	if (f)
		check_true(t, row->c.requirement, facts_string(f, row->fact),
			   "so has one with an empty member", "uname fails");
}

static const struct name_row unset_rows[] = { ROWS("unset") };

/* __NEW_UTS_LEN: the kernel takes 64 bytes. */
static void longest(struct test *t)
{
	const struct name_row *row = test_row(t);
	char name[65];
	const struct facts *f;

	memset(name, 'n', 64);
	name[64] = '\0';
	f = bundle_supported(named(t, row, name), row->c.requirement);
	if (f)
		check_string(t, row->c.requirement, row->property, name, facts_string(f, row->fact));
}

static const struct name_row longest_rows[] = { ROWS("max-length") };

static void too_long(struct test *t)
{
	const struct name_row *row = test_row(t);
	char name[66];
	const struct result *refusal = NULL;
	const struct facts *f;

	/* The repaired twin; who knows no such property at all has nothing to refuse. */
	if (!bundle_supported(named(t, row, "n"), row->c.requirement))
		return;
	memset(name, 'n', 65);
	name[65] = '\0';
	f = bundle_try(named(t, row, name), &refusal);
	if (f)
		check_string(t, row->c.requirement, row->property, name, facts_string(f, row->fact));
	else
		check_error(t, row->c.requirement, refusal);
}

static const struct name_row too_long_rows[] = { ROWS("too-long") };

static void unprivileged(struct test *t)
{
	static const struct name_row row = { { NULL, NULL, NULL }, "hostname", NULL, NULL, NULL };
	struct bundle *b = named(t, &row, "oci-test.example");

	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(b, "process.capabilities", "{}");
	check_string(t, "hostname.unprivileged-user", "hostname", "oci-test.example",
		     facts_string(bundle_run(b, NULL), "uname.nodename"));
}

/* In a hook that runs inside before the program, in the program, and in a child of it. */
static void everywhere(struct test *t)
{
	const char *id = "hostname.visible-to-children", *name = "oci-test.example";
	static const struct name_row row = { { NULL, NULL, NULL }, "hostname", NULL, NULL, NULL };
	struct bundle *b = named(t, &row, name);
	const struct record *hook;
	const struct facts *f;

	bundle_hook(b, "startContainer", "hook", "uname", NULL);
	bundle_probe_add(b, "forked", "uname", NULL);
	f = bundle_run(b, NULL);
	hook = log_find(b, "hook", 0);
	check_string(t, id, "hostname in a startContainer hook", name,
		     hook ? facts_string(hook->facts, "uname.nodename") : NULL);
	check_string(t, id, "hostname in the program", name, facts_string(f, "uname.nodename"));
	check_string(t, id, "hostname in a child of it", name, facts_string(f, "uname#2.nodename"));
}

const struct test_entry hostname_tests[] = {
	{
		.name = "names/applied",
		.about = "the name is set in a new UTS namespace",
		.run = applied,
		CASES(applied_rows),
	},
	{
		.name = "names/host-unaffected",
		.about = "the runtime's own UTS namespace keeps its name",
		.run = host_unaffected,
		CASES(host_rows),
	},
	{
		.name = "names/other-unaffected",
		.about = "setting one name leaves the other alone",
		.run = other_unaffected,
		CASES(other_rows),
	},
	{
		.name = "names/joined-namespace",
		.about = "the name is set in a joined UTS namespace too, or refused",
		.run = joined,
		CASES(joined_rows),
	},
	{
		.name = "names/runtime-namespace",
		.about = "without a UTS namespace of its own a container has the name, or is refused",
		.run = runtime_namespace,
		CASES(runtime_rows),
	},
	{
		.name = "names/unset",
		.about = "a container without a name or with an empty one runs",
		.run = unset,
		CASES(unset_rows),
	},
	{
		.name = "names/longest",
		.about = "a name of 64 bytes is set whole",
		.run = longest,
		CASES(longest_rows),
	},
	{
		.name = "names/too-long",
		.about = "a name of 65 bytes is never cut",
		.run = too_long,
		CASES(too_long_rows),
	},
	{
		.name = "names/unprivileged-user",
		.about = "hostname is set before privileges are dropped",
		.requirements = REQS("hostname.unprivileged-user"),
		.run = unprivileged,
	},
	{
		.name = "names/everywhere",
		.about = "hostname is there for hooks inside and for children",
		.requirements = REQS("hostname.visible-to-children"),
		.run = everywhere,
	},
	{ 0 },
};
