/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delete: what it removes, what it must not touch, and when it must refuse. The plain refusals are
 * in lifecycle.c. It must never let the cleaning up of the sandbox pass for that of the runtime.
 */
#include "life.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ------------------------------------------------------------------ helpers */

/* A cgroup made by the test in every hierarchy; it joins none. */
static void make_cgroup(struct test *t, const char *path)
{
	const char *text = file_read(t, "/proc/self/mountinfo");

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n'), *type = strstr(line, " - cgroup");
		char point[256];

		if (type && (!end || type < end) &&
		    sscanf(line, "%*s %*s %*s %*s %255s", point) == 1 &&
		    mkdir(format(t, "%s%s", point, path), 0755) && errno != EEXIST)
			test_broken(t, "mkdir %s%s: %s", point, path, strerror(errno));
		line = end ? end + 1 : NULL;
	}
}

static struct container *ended_and_deleted(struct test *t, struct bundle *b)
{
	struct container *c = life_stopped(t, b);

	must_delete(c);
	return c;
}

/* ------------------------------------------------------------------ refusals */

static void missing_id(struct test *t)
{
	struct container *c = life_stopped(t, life_bundle(t));

	check_error(t, "ops.delete.missing-id",
		    runtime_call(t, &(struct call){ .command = "delete" }));
	life_check(t, "ops.delete.missing-id", op_state(c), "stopped");
	must_delete(c);
}

static void errors(struct test *t)
{
	struct container *c = life_running(life_bundle(t));
	const char *id = "cli.delete.exit-nonzero";

	check_error(t, id, op_delete(c));
	life_stop(t, c);
	must_delete(c);
	check_error(t, id, op_delete(c));
	check_error(t, id, op_delete(container_new(life_bundle(t))));
	check_error(t, id, runtime_call(t, &(struct call){ .command = "delete" }));
}

static void created(struct test *t)
{
	struct container *c = life_created(life_bundle(t));
	const struct state *before = must_state(c), *after;
	const struct result *r;

	check_error(t, "ops.delete.created-error.strict", op_delete(c));
	after = op_state(c);
	check_seen(t, "ops.delete.created-no-effect.strict", life_same(before, after),
		   format(t, "as before: %s", life_words(t, before)), "%s", life_words(t, after));
	r = op_start(c);
	if (check_ok(t, "ops.delete.created-no-effect.strict", r))
		check_true(t, "ops.delete.created-no-effect.strict",
			   container_answer(c) && life_answers(c), "the program runs and answers",
			   "it does not");
}

static void created_dialect(struct test *t)
{
	const char *id = "ops.delete.created-no-effect.dialect";
	struct bundle *b = life_bundle(t);
	const struct ledger *before;
	struct container *c;
	const struct result *r;

	bundle_log_process(b);
	before = ledger_take(t);
	c = life_created(b);
	r = op_delete(c);
	check_ok(t, "ops.delete.created-error.dialect", r);
	if (!result_ok(r)) {
		life_check(t, id, op_state(c), "created");
		check_ok(t, id, op_start(c));
		return;
	}
	if (!check_true(t, id, readable_soon(t, container_pidfd(c)), "its waiting process ends",
			"it lives on"))
		return;
	container_wait(c);
	life_check_unknown(t, id, c, "no container");
	check_unchanged(t, id, before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_MOUNT));
	check_int(t, id, "runs of the program", 0, (long long)log_count(b, "process"));
}

/* ------------------------------------------------------------------ what goes */

static void undo(struct test *t)
{
	struct bundle *b = life_bundle(t);
	const struct ledger *before, *after;

	make_cgroup(t, "/parent");
	bundle_set(b, "linux.cgroupsPath", "s", "/parent/assay");
	bundle_namespace(b, "network", NULL);
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	before = ledger_take(t);
	ended_and_deleted(t, b);
	check_true(t, "lifecycle.destroy.undo-create", life_gone(t, before),
		   "all processes of the container end", "some do not");
	after = ledger_take(t);
	check_unchanged(t, "lifecycle.destroy.undo-create", before, after,
			CHANGE_BIT(CHANGE_MOUNT) | CHANGE_BIT(CHANGE_CGROUP) |
				CHANGE_BIT(CHANGE_PROCESS) | CHANGE_BIT(CHANGE_LINK) |
				CHANGE_BIT(CHANGE_HOSTNAME) | CHANGE_BIT(CHANGE_NAMESPACE));
	check_unchanged(t, "ops.delete.removes-helpers", before, after, CHANGE_BIT(CHANGE_PROCESS));
}

static void default_cgroup(struct test *t)
{
	const struct ledger *before = ledger_take(t);
	struct container *c = life_running(life_bundle(t));
	const char *made = ledger_changes(t, before, ledger_take(t), CHANGE_BIT(CHANGE_CGROUP));
	const char *left;

	life_stop(t, c);
	must_delete(c);
	left = ledger_changes(t, before, ledger_take(t), CHANGE_BIT(CHANGE_CGROUP));
	check_seen(t, "ops.delete.removes-default-cgroup", !*left,
		   "the cgroups that the runtime chose are gone", "made: %.600s; left: %.600s",
		   made, left);
}

/* Whether a process or a mount still refers to a namespace. */
static bool namespace_held(struct test *t, const char *type, long long inode)
{
	const char *mounts = file_read(t, "/proc/self/mountinfo");
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool held = mounts && strstr(mounts, format(t, "%s:[%lld]", type, inode));

	while (proc && !held && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		held = pid > 0 && namespace_of(pid, type) == inode;
	}
	if (proc)
		closedir(proc);
	return held;
}

static void namespaces(struct test *t)
{
	static const char *const types[] = { "cgroup", "ipc", "mnt", "net", "pid", "uts" };
	struct bundle *b = life_bundle(t);
	const struct ledger *before = ledger_take(t);
	long long inode[ARRAY_SIZE(types)];
	struct container *c;

	bundle_namespace(b, "network", NULL);
	bundle_namespace(b, "cgroup", NULL);
	c = life_running(b);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		inode[i] = namespace_of(container_pid(c), types[i]);
	life_stop(t, c);
	must_delete(c);
	life_gone(t, before);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		check_true(t, "ops.delete.removes-namespaces",
			   inode[i] == namespace_of(getpid(), types[i]) ||
				   !namespace_held(t, types[i], inode[i]),
			   format(t, "nothing holds the %s namespace any more", types[i]),
			   "inode %lld is held", inode[i]);
}

static size_t entries(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		n++;
		if (entry->d_type == DT_DIR) {
			char *below;

			if (asprintf(&below, "%s/%s", path, entry->d_name) >= 0)
				n += entries(below);
		}
	}
	if (directory)
		closedir(directory);
	return n;
}

static void state_files(struct test *t)
{
	const char *id = "ops.delete.removes-state";
	const char *root = format(t, "%s/root", test_dir(t));
	const struct call with_root = { .global = WORDS("--root", root) };
	size_t first = 0;

	for (int i = 0; i < 6; i++) {
		struct container *c = container_new(bundle_new(t));
		const struct result *r = op_create_with(c, &with_root);

		if (!i && !result_ok(r)) {
			/* Then its record is among what the ledger sees of /run. */
			const struct ledger *before = ledger_take(t);

			c = ended_and_deleted(t, life_bundle(t));
			check_true(t, id,
				   !strstr(ledger_changes(t, before, ledger_take(t),
							  CHANGE_BIT(CHANGE_FILE)),
					   container_id(c)),
				   "no file that bears the id", "there is one");
			return;
		}
		if (!result_ok(r) || !result_ok(op_with(c, "start", &with_root)))
			test_stop(t, "create and start with --root exit with 0", "life %d", i + 1);
		container_wait(c);
		for (int j = 0; j < 30 && !result_ok(op_with(c, "delete", &with_root)); j++)
			;
		if (!i)
			first = entries(root);
	}
	check_int(t, id, "entries below the state root after six lives", (long long)first,
		  (long long)entries(root));
}

static void daemons(struct test *t)
{
	const char *id = "ops.delete.removes-processes";
	struct bundle *b = bundle_new(t);
	const struct ledger *before = ledger_take(t);
	struct container *c;
	const struct result *r;

	bundle_no_namespace(b, "pid");
	bundle_set(b, "linux.cgroupsPath", "s", "/assay-daemons");
	bundle_probe(b, "daemon", "echo", "up", NULL);
	c = life_created(b);
	must_start(c);
	must_answer(c);
	life_must_stop(t, c);
	r = op_delete(c);
	/* Whether the cgroup has gone as well is a matter of luck where a runtime tries for so long to
	 * remove it and then says that it has; what is left is a finding. */
	if (check_ok(t, id, r))
		check_true(t, id, life_gone(t, before), "the daemon ends", "it lives on");
}

static void nested_cgroups(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const struct ledger *before = ledger_take(t);
	const struct facts *f;

	bundle_set(b, "linux.cgroupsPath", "s", "/assay-nested");
	bundle_namespace(b, "cgroup", NULL);
	bundle_dir(b, "rootfs/sys/fs/cgroup", 0755);
	bundle_mount(b, "/sys/fs/cgroup", "cgroup", "cgroup", "rw");
	f = bundle_run(b, "mkdir", "/sys/fs/cgroup/one", "mkdir", "/sys/fs/cgroup/one/two");
	if (strcmp(facts_errno(f, "mkdir#2") ? facts_errno(f, "mkdir#2") : "?", ""))
		test_stop(t, "the program can make cgroups below its own", "%s",
			  facts_errno(f, "mkdir#2") ? facts_errno(f, "mkdir#2") : "no answer");
	check_unchanged(t, "ops.delete.removes-nested-cgroups", before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP));
}

/* ------------------------------------------------------------------ what stays */

static void keeps_files(struct test *t)
{
	struct bundle *b = life_bundle(t);
	const char *dir = format(t, "%s/shared", test_dir(t)), *changes;
	const char *output = format(t, "%s/output", test_dir(t)), *written;
	const struct ledger *before;
	struct container *c = container_new(b);
	int out;

	if (mkdir(dir, 0755) || mkdir(format(t, "%s/sub", dir), 0755) ||
	    file_write(t, format(t, "%s/file", dir), "precious") ||
	    file_write(t, format(t, "%s/sub/file", dir), "precious as well"))
		test_broken(t, "%s: %s", dir, strerror(errno));
	bundle_dir(b, "rootfs/shared", 0755);
	bundle_file(b, "rootfs/etc/kept", 0644, "kept");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_mount(b, "/shared", "bind", dir, "rbind,rw");
	bundle_write(b);
	out = open(output, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (out < 0 || write(out, "log of the caller\n", 18) != 18)
		test_broken(t, "%s: %s", output, strerror(errno));
	before = ledger_take(t);
	if (!result_ok(op_create_with(c, &(struct call){ .out = out, .err = out })))
		test_stop(t, "create exits with 0", "it does not");
	must_start(c);
	life_kill(t, c);
	written = file_read(t, output);
	must_delete(c);
	close(out);
	check_string(t, "ops.delete.keeps-bundle", "changes in the bundle", "",
		     life_bundle_changes(t, b, before, ledger_take(t)));
	changes = ledger_changes(t, before, ledger_take(t), CHANGE_BIT(CHANGE_FILE));
	check_seen(t, "ops.delete.keeps-bind-source", !strstr(changes, dir),
		   "the source of the bind mount as it was", "%.900s", changes);
	check_string(t, "ops.delete.keeps-pid-file-target", "the caller's file after delete",
		     written ? written : "", file_read(t, output));
}

static void keeps_namespace(struct test *t)
{
	const char *id = "ops.delete.keeps-joined-namespace";
	const char *path = format(t, "%s/netns", test_dir(t));
	pid_t holder = test_namespaces(t, CLONE_NEWNET);
	struct bundle *b = life_bundle(t);
	struct stat st;
	ino_t inode;
	int fd;

	if (file_write(t, path, "") ||
	    mount(format(t, "/proc/%d/ns/net", (int)holder), path, NULL, MS_BIND, NULL) ||
	    stat(path, &st))
		test_broken(t, "bind %s: %s", path, strerror(errno));
	inode = st.st_ino;
	kill(holder, SIGKILL);
	test_wait(t, holder);
	bundle_namespace(b, "network", path);
	ended_and_deleted(t, b);
	check_true(t, id, !stat(path, &st) && st.st_ino == inode,
		   "the namespace is still mounted where it was", "it is not");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check_true(t, id, fd >= 0 && !setns(fd, CLONE_NEWNET), "it can be entered", "%s",
		   strerror(errno));
}

static void keeps_parent(struct test *t)
{
	struct bundle *b = life_bundle(t);
	const struct ledger *before;

	make_cgroup(t, "/parent");
	make_cgroup(t, "/parent/sibling");
	bundle_set(b, "linux.cgroupsPath", "s", "/parent/assay");
	before = ledger_take(t);
	ended_and_deleted(t, b);
	check_unchanged(t, "ops.delete.keeps-parent-cgroup", before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP));
}

static void keeps_foreign(struct test *t)
{
	const char *controller = test_cgroup_v2(t) ? "" : "pids";
	struct container *c;
	int error;

	make_cgroup(t, "/foreign");
	c = life_running(life_bundle(t));
	error = cgroup_write(t, controller, "/foreign", "cgroup.procs",
			     format(t, "%d", (int)container_pid(c)));
	if (error)
		test_broken(t, "move %d: %s", (int)container_pid(c), strerror(-error));
	life_stop(t, c);
	op_delete(c); /* whether it can is another matter */
	check_true(t, "ops.delete.keeps-foreign-cgroup", cgroup_exists(t, controller, "/foreign"),
		   "the cgroup that the process was moved to", "it is gone");
}

/* ------------------------------------------------------------------ ids */

static void hostile(struct test *t)
{
	static const char *const ids[] = { "", ".", "..", "../x", "../../x", "x/..", "/" };
	static const char *const sentinels[] = { "/run/sentinel", "/run/x/sentinel",
						 "/tmp/sentinel", "/dev/shm/sentinel" };
	const char *id = "ops.delete.hostile-id";
	struct container *c = life_created(life_bundle(t));

	/* One of them may be where the runtime keeps its records. */
	if ((mkdir("/run/x", 0755) && errno != EEXIST) || (mkdir("/tmp/x", 0755) && errno != EEXIST))
		test_broken(t, "mkdir: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(sentinels); i++)
		if (file_write(t, sentinels[i], "keep"))
			test_broken(t, "%s: %s", sentinels[i], strerror(errno));
	for (size_t i = 0; i < 2 * ARRAY_SIZE(ids); i++) {
		bool force = i >= ARRAY_SIZE(ids);
		const char *word = ids[i % ARRAY_SIZE(ids)];
		const struct result *r =
			runtime_call(t, &(struct call){ .command = "delete",
							.options = force ? WORDS("--force") : NULL,
							.arguments = WORDS(word) });

		if (!force)
			check_error(t, id, r);
		for (size_t k = 0; k < ARRAY_SIZE(sentinels); k++)
			if (!check_true(
				    t, id, !access(sentinels[k], F_OK),
				    format(t, "%s is there after: %s", sentinels[k], r->command),
				    "it is gone"))
				return;
		if (!check_true(t, id, !access(bundle_path(container_bundle(c)), F_OK),
				format(t, "the bundle is there after: %s", r->command),
				"it is gone"))
			return;
	}
}

static void id_again(struct test *t)
{
	const char *id = "ops.delete.id-reuse", *name = test_id(t);
	pid_t last = 0;

	for (int i = 0; i < 5; i++) {
		struct container *c = container_with_id(life_bundle(t), name);
		const struct state *s;

		if (!check_ok(t, id, op_create(c)) || !check_ok(t, id, op_start(c)))
			test_stop(t, "the id can be used", "it cannot, in round %d", i + 1);
		must_answer(c);
		s = must_state(c);
		check_string(t, "ops.delete.id-reuse-allowed", "bundle of the container now",
			     bundle_path(container_bundle(c)), s->bundle);
		check_seen(t, id, life_is(s, "running") && s->pid != last, "a new process, running",
			   "%s; before: pid %d", life_words(t, s), (int)last);
		last = s->pid;
		life_stop(t, c);
		if (!check_ok(t, id, op_delete(c)))
			return;
	}
}

static void not_by_itself(struct test *t)
{
	const char *id = "lifecycle.exit.no-auto-delete";
	struct bundle *b = life_bundle(t);
	struct container *c;
	int status;

	bundle_probe(b, "exit", "42", NULL);
	c = life_created(b);
	must_start(c);
	status = container_wait(c);
	check_seen(t, "lifecycle.exit.status-visible",
		   status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 42,
		   "exit status 42, seen by the caller's waitid()", "wait status %#x",
		   (unsigned int)status);
	life_must_stop(t, c);
	for (int i = 0; i < 10; i++)
		if (!life_check(t, id, op_state(c), "stopped"))
			return;
	check_error(t, id, op_create(container_with_id(bundle_copy(b), container_id(c))));
}

const struct test_entry delete_tests[] = {
	{
		.name = "delete/missing-id",
		.about = "delete without an id is an error and deletes nothing",
		.requirements = REQS("ops.delete.missing-id"),
		.run = missing_id,
	},
	{
		.name = "delete/errors",
		.about = "every error of delete has a status that is not 0",
		.requirements = REQS("cli.delete.exit-nonzero"),
		.run = errors,
	},
	{
		.name = "delete/created",
		.about = "delete of a created container is an error and does nothing",
		.requirements = REQS("ops.delete.created-error.strict",
				     "ops.delete.created-no-effect.strict"),
		.run = created,
	},
	{
		.name = "delete/created-dialect",
		.about = "delete of a created container removes it whole, as engines rely on",
		.requirements = REQS("ops.delete.created-error.dialect",
				     "ops.delete.created-no-effect.dialect"),
		.run = created_dialect,
	},
	{
		.name = "delete/undo",
		.about = "after delete the world is as it was before create",
		.requirements = REQS("lifecycle.destroy.undo-create", "ops.delete.removes-helpers"),
		.run = undo,
	},
	{
		.name = "delete/default-cgroup",
		.about = "a cgroup that the runtime chose itself goes as well",
		.requirements = REQS("ops.delete.removes-default-cgroup"),
		.run = default_cgroup,
	},
	{
		.name = "delete/namespaces",
		.about = "nothing holds the namespaces of a deleted container",
		.requirements = REQS("ops.delete.removes-namespaces"),
		.run = namespaces,
	},
	{
		.name = "delete/state-files",
		.about = "the runtime keeps no record of a deleted container",
		.requirements = REQS("ops.delete.removes-state"),
		.run = state_files,
	},
	{
		.name = "delete/daemons",
		.about = "what a program without a PID namespace of its own left running goes",
		.requirements = REQS("ops.delete.removes-processes"),
		.run = daemons,
	},
	{
		.name = "delete/nested-cgroups",
		.about = "cgroups that the program made below its own go as well",
		.requirements = REQS("ops.delete.removes-nested-cgroups"),
		.run = nested_cgroups,
		.cgroup = CGROUP_V2,
	},
	{
		.name = "delete/keeps-files",
		.about = "bundle, bind sources and the caller's files stay",
		.requirements = REQS("ops.delete.keeps-bundle", "ops.delete.keeps-bind-source",
				     "ops.delete.keeps-pid-file-target"),
		.run = keeps_files,
	},
	{
		.name = "delete/keeps-namespace",
		.about = "a namespace that was only joined stays",
		.requirements = REQS("ops.delete.keeps-joined-namespace"),
		.run = keeps_namespace,
	},
	{
		.name = "delete/keeps-parent-cgroup",
		.about = "cgroups that were there before stay",
		.requirements = REQS("ops.delete.keeps-parent-cgroup"),
		.run = keeps_parent,
	},
	{
		.name = "delete/keeps-foreign-cgroup",
		.about = "a cgroup that the process was moved to stays",
		.requirements = REQS("ops.delete.keeps-foreign-cgroup"),
		.run = keeps_foreign,
	},
	{
		.name = "delete/hostile-id",
		.about = "an id that is a path removes nothing",
		.requirements = REQS("ops.delete.hostile-id"),
		.run = hostile,
	},
	{
		.name = "delete/id-again",
		.about = "the id of a deleted container can be used again",
		.requirements = REQS("ops.delete.id-reuse", "ops.delete.id-reuse-allowed"),
		.run = id_again,
	},
	{
		.name = "delete/not-by-itself",
		.about = "a container whose process has ended stays until it is deleted",
		.requirements =
			REQS("lifecycle.exit.no-auto-delete", "lifecycle.exit.status-visible"),
		.run = not_by_itself,
	},
	{ 0 },
};
