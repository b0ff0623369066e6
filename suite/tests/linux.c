/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.md on objects that may be missing, `process` and `linux`, and that what stands in `linux`
 * holds on Linux. A runtime may refuse a configuration without them, but not trip over it.
 */
#include <string.h>
#include <sys/stat.h>

#include "suite/suite.h"
#include "suite/tests/common.h"
#include "suite/tests/tests.h"

/* There is no program to run, so nothing to start: created is as far as it comes. */
static void no_process(struct test *t)
{
	static const char id[] = "process.optional-at-create";
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);

	bundle_remove(b, "process");
	if (!may_create(t, id, c))
		return;
	check_string(t, id, "status", "created", op_state(c)->status);
	op_kill(c, "KILL");
	state_until(c, "stopped");
	check_ok(t, id, op_delete(c));
}

/*
 * Without `linux` there are no namespaces, so that the container's root has to be made where the
 * runtime itself is, or not at all.
 */
static void no_linux(struct test *t)
{
	static const char id[] = "linux.optional";
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct ledger *before = ledger_take(t);
	const struct result *r;
	const char *changes;
	struct stat root, now;

	need(t, !stat("/", &root), "stat /");
	bundle_remove(b, "linux");
	r = op_create(c);
	changes = ledger_changes(t, before, ledger_take(t),
				 CHANGE_BIT(CHANGE_MOUNT) | CHANGE_BIT(CHANGE_HOSTNAME) |
					 CHANGE_BIT(CHANGE_LINK));
	if (!result_ok(r)) {
		if (check_error(t, id, r) &&
		    check_seen(t, id, !*changes, "an error changes nothing", "%s", changes))
			check_disabled(t, id, "the runtime refuses a configuration without it: %s",
				       result_text(t, r));
		return;
	}
	check_string(t, id, "status", "created", op_state(c)->status);
	check_true(t, id,
		   !stat("/", &now) && now.st_dev == root.st_dev && now.st_ino == root.st_ino,
		   "the root of the runtime's caller stays", "it is another one");
}

static void linux_used(struct test *t)
{
	static const char id[] = "linux.used";
	struct bundle *b = bundle_new(t), *twin;
	const struct facts *f;

	bundle_file(b, "rootfs/etc/secret", 0644, "secret");
	bundle_probe(b, "session", "read", "/etc/secret", NULL);
	twin = bundle_copy(b);
	bundle_file(twin, "rootfs/etc/secret", 0644, "secret");
	bundle_set(b, "linux.maskedPaths", "[s]", "/etc/secret");
	f = bundle_run(twin, NULL);
	if (!facts_string(f, "read") || strcmp(facts_string(f, "read"), "secret"))
		test_stop(t, "the file is readable where it is not masked", "%s",
			  facts_string(f, "read") ? facts_string(f, "read") : "no content");
	f = bundle_run(b, NULL);
	check_int(t, id, "pid in a new PID namespace", 1, facts_int(f, "session.pid"));
	check_seen(t, id,
		   facts_get(f, "read") &&
			   (!facts_string(f, "read") || !*facts_string(f, "read")),
		   "a masked file cannot be read, or is empty", "\"%s\"",
		   facts_string(f, "read") ? facts_string(f, "read") : "");
}

const struct test_entry linux_tests[] = {
	{
		.name = "linux/no-process",
		.about = "a configuration without process can be created",
		.requirements = REQS("process.optional-at-create"),
		.run = no_process,
	},
	{
		.name = "linux/absent",
		.about = "the linux object may be left out, or that is an error",
		.requirements = REQS("linux.optional"),
		.run = no_linux,
	},
	{
		.name = "linux/used",
		.about = "what stands in linux holds",
		.requirements = REQS("linux.used"),
		.run = linux_used,
	},
	{ 0 },
};
