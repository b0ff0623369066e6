/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A create that fails leaves the world as it was (runtime.md, Errors), at whatever stage it fails;
 * and what create must refuse. It must never count a refusal without its repaired twin.
 */
#include "cgroups.h"
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* The default devices go into this, and not into the root of the bundle. */
static void devices_elsewhere(struct bundle *b)
{
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
}

/* ------------------------------------------------------------------ stages of a failing create */

struct stage {
	struct test_case base;
	void (*spoil)(struct test *t, struct bundle *bad);
};

static void no_config(struct test *t, struct bundle *bad)
{
	bundle_write(bad);
	if (unlink(format(t, "%s/config.json", bundle_path(bad))))
		test_broken(t, "unlink config.json: %s", strerror(errno));
}

static void half_config(struct test *t, struct bundle *bad)
{
	const char *text = "{ \"ociVersion\": \"1.0.0\", \"process\": {";

	(void)t;
	bundle_raw(bad, text, strlen(text));
}

static void no_root(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_set(bad, "root.path", "s", "missing");
}

static void bad_mount(struct test *t, struct bundle *bad)
{
	bundle_mount(bad, "/log", "tmpfs", "tmpfs", NULL);
	bundle_mount(bad, "/tmp", "bind", format(t, "%s/missing", test_dir(t)), "bind");
}

static void bad_namespace(struct test *t, struct bundle *bad)
{
	bundle_namespace(bad, "network", format(t, "%s/missing", test_dir(t)));
}

static void bad_sysctl(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_set(bad, "linux.sysctl", "{s:s}", "kernel.shm_no_such_name", "1");
}

static void bad_limit(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_set(bad, "linux.resources.cpu", "{s:i s:i}", "period", 1, "quota", 1);
}

static void bad_hook(struct test *t, struct bundle *bad)
{
	bundle_hook(bad, test_spec(t) >= 10002 ? "createRuntime" : "prestart", "hook", "state",
		    "exit", "7", NULL);
}

static const struct stage stages[] = {
	{ { "no-config", NULL, "a failed create leaves nothing: there is no config.json" },
	  no_config },
	{ { "half-config", NULL, "a failed create leaves nothing: config.json is cut off" },
	  half_config },
	{ { "no-root", NULL, "a failed create leaves nothing: the root is missing" }, no_root },
	{ { "bad-mount", NULL, "a failed create leaves nothing: the last mount fails" },
	  bad_mount },
	{ { "bad-namespace", NULL, "a failed create leaves nothing: a namespace is missing" },
	  bad_namespace },
	{ { "bad-sysctl", NULL, "a failed create leaves nothing: a sysctl does not exist" },
	  bad_sysctl },
	{ { "bad-limit", NULL, "a failed create leaves nothing: the kernel refuses a limit" },
	  bad_limit },
	{ { "bad-hook", NULL, "a failed create leaves nothing: a hook of create fails" },
	  bad_hook },
};

/* What could change of the world without a trace in the lists of processes, mounts and cgroups. */
static const char *own_namespaces(struct test *t)
{
	static const char *const types[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts" };
	const char *text = "";

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		text = format(t, "%s%s %lld ", text, types[i], namespace_of(getpid(), types[i]));
	return text;
}

/* create/unable and create/inapplicable decide whether create has to refuse these. */
static bool judged_elsewhere(const struct stage *row)
{
	return row->spoil == bad_namespace || row->spoil == bad_sysctl || row->spoil == bad_limit;
}

static const char *const after_failure[] = {
	"errors.create.no-process",	"errors.create.no-mounts",
	"errors.create.no-cgroup",	"errors.create.no-namespace-change",
	"errors.create.no-pid-file",	"errors.create.bundle-untouched",
	"errors.create.id-usable-again", "errors.exposure",
	NULL,
};

static void failing_create(struct test *t)
{
	const struct stage *row = test_row(t);
	struct bundle *good = bundle_new(t), *bad;
	const char *pid_file = format(t, "%s/the-pid", test_dir(t)), *id = test_id(t);
	const char *namespaces = own_namespaces(t), *pid;
	const struct result *r;

	devices_elsewhere(good);
	bundle_set(good, "hostname", "s", "failing");
	bundle_set(good, "linux.cgroupsPath", "s", "/assay-failing");
	bundle_namespace(good, "network", NULL);
	bad = bundle_copy(good);
	row->spoil(t, bad);
	if (row->spoil != no_config)
		bundle_write(bad);
	r = runtime_call(t, &(struct call){ .command = "create",
					    .options = WORDS("--bundle", bundle_path(bad),
							     "--pid-file", pid_file),
					    .arguments = WORDS(id),
					    .ledger = true });
	if (result_ok(r) && judged_elsewhere(row)) {
		/* No error, nothing to undo. */
		for (const char *const *name = after_failure; *name; name++)
			check_pass(t, *name);
		return;
	}
	if (!r->exited || !r->status)
		test_stop(t, "create exits with a status that is not 0", "%s", result_text(t, r));
	check_unchanged(t, "errors.create.no-process", r->before, r->after,
			CHANGE_BIT(CHANGE_PROCESS));
	check_unchanged(t, "errors.create.no-mounts", r->before, r->after,
			CHANGE_BIT(CHANGE_MOUNT));
	check_unchanged(t, "errors.create.no-cgroup", r->before, r->after,
			CHANGE_BIT(CHANGE_CGROUP));
	check_unchanged(t, "errors.create.no-namespace-change", r->before, r->after,
			CHANGE_BIT(CHANGE_HOSTNAME) | CHANGE_BIT(CHANGE_LINK) |
				CHANGE_BIT(CHANGE_NAMESPACE) | CHANGE_BIT(CHANGE_SYSCTL));
	check_string(t, "errors.create.no-namespace-change", "namespaces of the caller", namespaces,
		     own_namespaces(t));
	pid = file_read(t, pid_file);
	check_seen(t, "errors.create.no-pid-file", !pid || !*pid, "no pid in the pid file", "%s",
		   pid ? pid : "no file");
	check_string(t, "errors.create.bundle-untouched", "changes in the bundle", "",
		     life_bundle_changes(t, bad, r->before, r->after));
	/* However it is shown, the status is one of an error. */
	check_error(t, "errors.exposure", r);
	/* The twin, with the same id: it is the one property that was refused. */
	r = op_create(container_with_id(good, id));
	check_ok(t, "errors.create.id-usable-again", r);
	if (!result_ok(r))
		test_stop(t, "create of the repaired twin exits with 0", "%s", result_text(t, r));
}

static void failing_state(struct test *t)
{
	struct container *c = container_new(life_bundle(t));
	const struct result *r = op_with(c, "state", &(struct call){ .ledger = true });

	check_clean_error(t, "errors.state.unchanged", r);
	check_ok(t, "errors.state.unchanged", op_create(c));
}

/* ------------------------------------------------------------------ wrong arguments of create */

/* The call must fail, leave nothing, and no container of that id. */
static void refused_call(struct test *t, const char *requirement, const struct call *call,
			 const char *id)
{
	struct call c = *call;
	struct container *none;

	c.command = "create";
	c.ledger = true;
	if (!check_clean_error(t, requirement, runtime_call(t, &c)) || !id)
		return;
	none = container_with_id(bundle_new(t), id);
	life_check_unknown(t, requirement, none, "state fails: there is no container");
}

/* A bundle that works, as often as it is used: the twin of all refusals here. */
static struct bundle *sound(struct test *t)
{
	struct bundle *b = bundle_new(t);

	devices_elsewhere(b);
	bundle_run(b, "echo", "up");
	return b;
}

static void missing_id(struct test *t)
{
	struct bundle *b = sound(t);

	refused_call(t, "ops.create.missing-id",
		     &(struct call){ .options = WORDS("--bundle", bundle_path(b)) }, NULL);
}

static void missing_bundle(struct test *t)
{
	const char *empty = format(t, "%s/empty", test_dir(t)), *id = test_id(t);

	sound(t);
	if (mkdir(empty, 0755))
		test_broken(t, "mkdir %s: %s", empty, strerror(errno));
	refused_call(t, "ops.create.missing-bundle",
		     &(struct call){ .arguments = WORDS(id), .cwd = empty }, id);
}

static void bundle_nonexistent(struct test *t)
{
	const char *path = format(t, "%s/no/such/bundle", test_dir(t)), *id = test_id(t);

	sound(t);
	refused_call(t, "ops.create.bundle-nonexistent",
		     &(struct call){ .options = WORDS("--bundle", path), .arguments = WORDS(id) },
		     id);
	check_true(t, "ops.create.bundle-nonexistent", access(path, F_OK), "no such path is made",
		   "%s", path);
}

static void bundle_is_file(struct test *t)
{
	struct bundle *b = sound(t);
	const char *path = format(t, "%s/config.json", bundle_path(b)), *id = test_id(t);

	refused_call(t, "ops.create.bundle-not-directory",
		     &(struct call){ .options = WORDS("--bundle", path), .arguments = WORDS(id) },
		     id);
}

/* ------------------------------------------------------------------ properties that cannot be */

static void occupied_device(struct test *t, struct bundle *bad)
{
	(void)t;
	bundle_file(bad, "rootfs/dev/assay", 0644, "not a device");
}

static const struct stage inapplicables[] = {
	{ { "device", NULL, "create fails when a file is where a device has to be" },
	  occupied_device },
	{ { "sysctl", NULL, "create fails when a sysctl does not exist" }, bad_sysctl },
	{ { "mount", NULL, "create fails when the source of a bind mount is missing" }, bad_mount },
};

static void inapplicable(struct test *t)
{
	const struct stage *row = test_row(t);
	struct bundle *good = bundle_new(t), *bad;
	struct container *c;
	const struct result *r;

	bundle_set(good, "linux.devices", "[{s:s s:s s:i s:i s:i}]", "path", "/dev/assay", "type",
		   "c", "major", 1, "minor", 3, "fileMode", 0666);
	bad = bundle_copy(good);
	row->spoil(t, bad);
	bundle_run(good, "echo", "up");
	c = container_new(bad);
	r = op_create(c);
	check_error(t, "ops.create.inapplicable-property", r);
	life_check_unknown(t, "ops.create.inapplicable-not-created", c,
			   "state fails: there is no container");
}

/* ------------------------------------------------------------------ odd but sound */

static void bundle_unmodified(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	const char *path = format(t, "%s/config.json", bundle_path(b)), *before;
	const struct result *r;

	devices_elsewhere(b);
	bundle_write(b);
	before = file_read(t, path);
	r = op_create_with(c, &(struct call){ .ledger = true });
	if (!result_ok(r))
		test_stop(t, "create exits with 0", "%s", result_text(t, r));
	check_string(t, "ops.create.bundle-unmodified", "config.json after create", before,
		     file_read(t, path));
	check_string(t, "ops.create.bundle-unmodified", "changes in the bundle", "",
		     life_bundle_changes(t, b, r->before, r->after));
}

static void same_bundle_twice(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *first, *second;

	devices_elsewhere(b);
	first = life_created(b);
	second = life_created(b);
	life_check(t, "ops.create.same-bundle-twice", op_state(first), "created");
	life_check(t, "ops.create.same-bundle-twice", op_state(second), "created");
	check_ok(t, "ops.create.same-bundle-twice", op_start(first));
	check_ok(t, "ops.create.same-bundle-twice", op_start(second));
	check_true(t, "ops.create.same-bundle-twice", life_answers(first) && life_answers(second),
		   "both programs answer", "one does not");
}

static void immediately(struct test *t)
{
	for (int i = 0; i < 5; i++) {
		struct container *c = life_created(life_bundle(t));
		const struct state *s = op_state(c);

		check_seen(t, "ops.create.immediately-created", life_is(s, "created"),
			   "created as soon as create has exited", "%s", life_words(t, s));
		c = life_created(life_bundle(t));
		check_ok(t, "ops.create.immediately-created", op_start(c));
	}
}

static void large_config(struct test *t)
{
	struct bundle *b = bundle_new(t);
	json_t *mounts = json_deep_copy(bundle_get(b, "mounts")), *many = json_object();
	char value[1025];
	const struct facts *f;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < 256; i++)
		json_object_set_new(many, format(t, "org.example.key-%d", i), json_string(value));
	bundle_remove(b, "mounts");
	bundle_put(b, "annotations", many);
	/* Members are written in the order in which they came: this is the end of the file. */
	bundle_put(b, "mounts", mounts);
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "size=64k");
	f = bundle_run(b, "mounts");
	check_true(t, "ops.create.large-config", facts_mount(f, "/tmp"),
		   "the mount at the end of a file of 256 KiB", "there is none on /tmp");
}

/* The bundle moved to, or linked from, another path, which create is given. */
static void created_from(struct test *t, const char *requirement, struct bundle *b,
			 const char *path)
{
	const char *id = test_id(t);
	struct container *c = container_with_id(b, id);
	const struct result *r;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	r = runtime_call(t, &(struct call){ .command = "create",
					    .options = WORDS("--bundle", path),
					    .arguments = WORDS(id),
					    .in = nothing,
					    .out = nothing,
					    .err = nothing });
	close(nothing);
	if (!check_ok(t, requirement, r))
		return;
	life_check_bundle(t, requirement, op_state(c), path);
	check_ok(t, requirement, op_start(c));
	container_wait(c);
	state_until(c, "stopped");
	check_ok(t, requirement, op_delete(c));
}

static void bundle_symlinked(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *path = format(t, "%s/link", test_dir(t));

	bundle_write(b);
	if (symlink(bundle_path(b), path))
		test_broken(t, "symlink %s: %s", path, strerror(errno));
	created_from(t, "ops.create.bundle-symlink", b, path);
}

static void bundle_long_path(struct test *t)
{
	struct bundle *b = bundle_new(t);
	const char *path = test_dir(t);

	bundle_write(b);
	while (strlen(path) < 300) {
		path = format(t, "%s/a-rather-long-name-of-a-directory", path);
		if (mkdir(path, 0755))
			test_broken(t, "mkdir %s: %s", path, strerror(errno));
	}
	path = format(t, "%s/bundle", path);
	if (rename(bundle_path(b), path))
		test_broken(t, "rename to %s: %s", path, strerror(errno));
	created_from(t, "ops.create.bundle-long-path", b, path);
}

/* ------------------------------------------------------------------ before start */

/* What a process in namespaces of the container sees there. */
struct visit {
	pid_t pid;
	const char *result;
	struct test *t;
};

static int visit(void *data)
{
	const struct visit *v = data;
	static const char *const types[] = { "uts", "ipc" };
	char name[256] = "";
	const char *value;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int fd = open(format(v->t, "/proc/%d/ns/%s", (int)v->pid, types[i]),
			      O_RDONLY | O_CLOEXEC);

		if (fd < 0 || setns(fd, 0))
			return 1;
	}
	gethostname(name, sizeof(name) - 1);
	value = file_read(v->t, "/proc/sys/kernel/msgmax");
	return file_write(v->t, v->result, format(v->t, "%s %s", name, value ? value : "")) ? 1 : 0;
}

/* What mountinfo says of the last mount on a point, from its options on. */
static const char *mounted(struct test *t, pid_t pid, const char *point)
{
	const char *text = file_read(t, format(t, "/proc/%d/mountinfo", (int)pid)), *found = NULL;

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');
		char is[512];
		int at = 0;

		if (sscanf(line, "%*s %*s %*s %*s %511s %n", is, &at) == 1 && at &&
		    !strcmp(is, point))
			found = format(t, "%.*s", (int)strcspn(line + at, "\n"), line + at);
		line = end ? end + 1 : NULL;
	}
	return found;
}

static void properties_applied(struct test *t)
{
	const char *id = "ops.create.properties-applied";
	struct bundle *b = life_bundle(t);
	struct visit v = { .result = format(t, "%s/visit", test_dir(t)), .t = t };
	const char *root, *tmp, *masked, *read_only, *seen, *uid;
	struct container *c;
	struct stat st;
	bool device;

	bundle_set(b, "hostname", "s", "applied");
	bundle_set(b, "root.readonly", "b", 1);
	bundle_set(b, "linux.sysctl", "{s:s}", "kernel.msgmax", "8191");
	bundle_set(b, "linux.maskedPaths", "[s]", "/proc/timer_list");
	bundle_set(b, "linux.readonlyPaths", "[s]", "/proc/sys");
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1001, "gid", 1002);
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "noexec");
	bundle_mount(b, "/dev", "tmpfs", "tmpfs", "mode=755");
	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i s:i}]", "path", "/dev/assay", "type", "c",
		   "major", 1, "minor", 3, "fileMode", 0666);
	bundle_probe(b, "ns", "echo", "up", "wait", NULL);
	c = life_created(b);
	v.pid = container_pid(c);
	root = mounted(t, v.pid, "/");
	tmp = mounted(t, v.pid, "/tmp");
	masked = mounted(t, v.pid, "/proc/timer_list");
	read_only = mounted(t, v.pid, "/proc/sys");
	device = !stat(format(t, "/proc/%d/root/dev/assay", (int)v.pid), &st) &&
		 S_ISCHR(st.st_mode) && st.st_rdev == 0x103;
	uid = file_read(t, format(t, "/proc/%d/status", (int)v.pid));
	uid = uid ? strstr(uid, "Uid:") : NULL;
	seen = !test_wait(t, test_fork(t, visit, &v)) ? file_read(t, v.result) : NULL;
	must_start(c);
	if (!shared_kernel(must_answer(c)))
		test_disable(t, "not to be seen from outside: it has its own kernel");
	/* Either has been applied by create or has not, and is nothing else. */
	check_seen(t, "ops.create.process-rest-optional",
		   uid && (!strncmp(uid, "Uid:\t0\t", 7) || !strncmp(uid, "Uid:\t1001\t", 10)),
		   "before start: uid 0, or 1001 already", "%.40s", uid ? uid : "none");
	check_seen(t, id, seen && !strncmp(seen, "applied 8191", 12),
		   "before start: hostname applied, kernel.msgmax 8191", "%s",
		   seen ? seen : "its namespaces cannot be entered");
	check_seen(t, id, root && !strncmp(root, "ro", 2), "before start: a read-only root", "%s",
		   root ? root : "no root");
	check_seen(t, id, tmp && strstr(tmp, "noexec") && strstr(tmp, "tmpfs"),
		   "before start: tmpfs with noexec on /tmp", "%s", tmp ? tmp : "nothing there");
	check_true(t, id, masked, "before start: a mount that hides /proc/timer_list",
		   "nothing there");
	check_seen(t, id, read_only && !strncmp(read_only, "ro", 2),
		   "before start: /proc/sys read-only", "%s",
		   read_only ? read_only : "nothing there");
	check_true(t, id, device, "before start: the device /dev/assay", "it is not there");
}

static void validation(struct test *t)
{
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct result *r;

	bundle_set(b, "process.rlimits", "[{s:s s:i s:i}]", "type", "RLIMIT_NONE_SUCH", "soft", 1,
		   "hard", 1);
	c = container_new(b);
	r = op_create(c);
	if (result_ok(r))
		r = op_start(c);
	else if (!life_check_unknown(t, "ops.create.validation-allowed", c,
				     "what create refuses is not created"))
		return;
	/* Whether it has to be refused at all is for process.rlimits. */
	check_seen(t, "ops.create.validation-allowed", r->exited, "an end, by create or by start",
		   "%s", result_text(t, r));
}

/* ------------------------------------------------------------------ where there is no room */

static const struct result *with_root(struct container *c, const char *command, const char *root)
{
	return op_with(c, command, &(struct call){ .global = WORDS("--root", root),
						   .arguments = WORDS(container_id(c)) });
}

/* Status 0 is no error: then the container has to be there, and to work. */
static void works_with_root(struct test *t, const char *id, struct container *c, const char *root)
{
	const struct result *r = with_root(c, "state", root);

	if (!check_ok(t, id, r) || !check_ok(t, id, with_root(c, "start", root)))
		return;
	check_true(t, id, container_answer(c), "its program answers", "it does not");
	container_close_input(c);
	container_wait(c);
	check_ok(t, id, with_root(c, "delete", root));
}

static void storage_full(struct test *t)
{
	const char *id = "errors.create.state-storage-full", *name = test_id(t);
	const char *root = format(t, "%s/state-root", test_dir(t));
	const char *filler = format(t, "%s/filler", root);
	struct container *c = container_with_id(life_bundle(t), name);
	const struct result *r;
	char block[4096] = { 0 };
	int fd;

	if (mkdir(root, 0755) || mount("tmpfs", root, "tmpfs", 0, "size=1m"))
		test_broken(t, "tmpfs on %s: %s", root, strerror(errno));
	r = op_create_with(c, &(struct call){ .global = WORDS("--root", root) });
	if (!result_ok(r)) {
		check_error(t, id, r);
		check_disabled(t, id, "there is no option --root to give the state a place by");
		return;
	}
	works_with_root(t, id, c, root);
	fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
	if (fd < 0 || errno != ENOSPC)
		test_broken(t, "fill %s: %s", filler, strerror(errno));
	close(fd);
	c = container_with_id(life_bundle(t), name);
	r = op_create_with(c, &(struct call){ .global = WORDS("--root", root) });
	if (result_ok(r)) {
		works_with_root(t, id, c, root);
		return;
	}
	check_clean_error(t, id, r);
	if (unlink(filler))
		test_broken(t, "unlink %s: %s", filler, strerror(errno));
	check_ok(t, id, op_create_with(c, &(struct call){ .global = WORDS("--root", root) }));
}

/*
 * The runtime may run, in its cgroup, but it can make no process and no thread. One that dies of
 * that has failed as well; what counts is that it ends, and what is there then.
 */
static void no_fork(struct test *t)
{
	const char *id = "errors.create.fork-refused", *path = "/assay-full";
	struct bundle *b = life_bundle(t);
	struct container *c = container_new(b);
	const struct result *r;

	bundle_set(b, "linux.cgroupsPath", "s", "/assay-refused");
	cg_make(t, "pids", path);
	cg_write(t, "pids", path, "cgroup.procs", format(t, "%d", (int)getpid()));
	cg_write(t, "pids", path, "pids.max",
		 format(t, "%lld", cgroup_number(t, "pids", path, "pids.current") + 1));
	r = op_create(c);
	cg_write(t, "pids", path, "pids.max", "max");
	if (!result_ok(r)) {
		check_unchanged(t, id, r->before, r->after,
				CHANGE_BIT(CHANGE_PROCESS) | CHANGE_BIT(CHANGE_MOUNT) |
					CHANGE_BIT(CHANGE_CGROUP));
		life_check_unknown(t, id, c, "there is no container");
		if (!check_ok(t, id, op_create(c))) /* the twin: now it can */
			return;
	}
	life_check(t, id, op_state(c), "created");
	if (!check_ok(t, id, op_start(c)))
		return;
	check_true(t, id, container_answer(c), "its program answers", "it does not");
}

/* A capability that there is not deserves a warning, and no more. */
static void warning(struct test *t)
{
	const char *id = "warnings.exposure";
	struct bundle *b = life_bundle(t);
	struct container *c;
	const struct result *r;
	const struct state *s;

	bundle_set(b, "process.capabilities", "{s:[s s] s:[s s] s:[s s]}", "bounding", "CAP_CHOWN",
		   "CAP_ASSAY", "effective", "CAP_CHOWN", "CAP_ASSAY", "permitted", "CAP_CHOWN",
		   "CAP_ASSAY");
	bundle_probe(b, "caps", "echo", "up", "wait", NULL);
	c = container_new(b);
	r = op_create(c);
	if (!result_ok(r)) {
		check_error(t, id, r);
		check_disabled(t, id, "it is an error here, not a warning: %s", result_text(t, r));
		return;
	}
	if (!check_ok(t, id, op_start(c)))
		return;
	check_string(t, id, "CAP_CHOWN and nothing else, as without the warning",
		     "0000000000000001", facts_string(must_answer(c), "caps.effective"));
	s = op_state(c);
	check_seen(t, id, life_is(s, "running"), "wherever a warning is shown, the program runs",
		   "%s; %zu bytes on stderr of create", life_words(t, s), r->err_length);
}

const struct test_entry error_tests[] = {
	{
		.name = "errors/create",
		.about = "a create that fails leaves nothing behind",
		.requirements = after_failure,
		.run = failing_create,
		CASES(stages),
	},
	{
		.name = "errors/state",
		.about = "a state query that fails leaves nothing behind",
		.requirements = REQS("errors.state.unchanged"),
		.run = failing_state,
	},
	{
		.name = "errors/storage-full",
		.about = "a create that cannot keep its record fails, or the container works",
		.requirements = REQS("errors.create.state-storage-full"),
		.run = storage_full,
	},
	{
		.name = "errors/no-fork",
		.about = "a create that can make no process fails and leaves nothing",
		.requirements = REQS("errors.create.fork-refused"),
		.run = no_fork,
	},
	{
		.name = "errors/warning",
		.about = "how a warning is shown, for information; the program runs",
		.requirements = REQS("warnings.exposure"),
		.run = warning,
	},
	{
		.name = "create/missing-id",
		.about = "create without an id is an error",
		.requirements = REQS("ops.create.missing-id"),
		.run = missing_id,
	},
	{
		.name = "create/missing-bundle",
		.about = "create in an empty directory, without --bundle, is an error",
		.requirements = REQS("ops.create.missing-bundle"),
		.run = missing_bundle,
	},
	{
		.name = "create/bundle-nonexistent",
		.about = "create with a bundle that does not exist is an error",
		.requirements = REQS("ops.create.bundle-nonexistent"),
		.run = bundle_nonexistent,
	},
	{
		.name = "create/bundle-is-file",
		.about = "create with a file as bundle is an error",
		.requirements = REQS("ops.create.bundle-not-directory"),
		.run = bundle_is_file,
	},
	{
		.name = "create/inapplicable",
		.about = "create fails when it cannot apply a property",
		.requirements = REQS("ops.create.inapplicable-property",
				     "ops.create.inapplicable-not-created"),
		.run = inapplicable,
		CASES(inapplicables),
	},
	{
		.name = "create/bundle-unmodified",
		.about = "create does not write into the bundle",
		.requirements = REQS("ops.create.bundle-unmodified"),
		.run = bundle_unmodified,
	},
	{
		.name = "create/same-bundle-twice",
		.about = "two containers of one bundle",
		.requirements = REQS("ops.create.same-bundle-twice"),
		.run = same_bundle_twice,
	},
	{
		.name = "create/immediately",
		.about = "a container can be started as soon as create has exited",
		.requirements = REQS("ops.create.immediately-created"),
		.run = immediately,
	},
	{
		.name = "create/large-config",
		.about = "a configuration of 256 KiB is read to its end",
		.requirements = REQS("ops.create.large-config"),
		.run = large_config,
	},
	{
		.name = "create/bundle-symlink",
		.about = "the path of the bundle may be a symbolic link",
		.requirements = REQS("ops.create.bundle-symlink"),
		.run = bundle_symlinked,
	},
	{
		.name = "create/bundle-long-path",
		.about = "the path of the bundle may be longer than a socket address",
		.requirements = REQS("ops.create.bundle-long-path"),
		.run = bundle_long_path,
	},
	{
		.name = "create/properties-applied",
		.about = "what is configured outside process is there before start",
		.requirements =
			REQS("ops.create.properties-applied", "ops.create.process-rest-optional"),
		.run = properties_applied,
	},
	{
		.name = "create/validation",
		.about = "when a wrong value of process is found, for information",
		.requirements = REQS("ops.create.validation-allowed"),
		.run = validation,
	},
	{ 0 },
};
