/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks of all six kinds: that they run, when, in which order, where, what they are given, and what
 * their failure does. Order comes from one log and from hooks that are held at a FIFO. It must
 * never ask of a hook more than its kind promises.
 */
#include "life.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum phase {
	AT_CREATE,
	AT_START,
	AT_DELETE,
};

/* A kind of hook; the row of every table here. */
struct kind {
	struct test_case base; /* its name is that in the ids of requirements */
	const char *name;      /* in the configuration */
	enum phase phase;
	bool inside;	    /* runs in the container's namespaces */
	const char *status; /* in the state that it is given; NULL: creating or created */
};

static const struct kind prestart[] = {
	{ { "prestart", NULL, NULL }, "prestart", AT_CREATE, false, NULL }
};
static const struct kind create_runtime[] = {
	{ { "create-runtime", NULL, NULL }, "createRuntime", AT_CREATE, false, NULL }
};
static const struct kind create_container[] = {
	{ { "create-container", NULL, NULL }, "createContainer", AT_CREATE, true, NULL }
};
static const struct kind start_container[] = {
	{ { "start-container", NULL, NULL }, "startContainer", AT_START, true, "created" }
};
static const struct kind poststart[] = {
	{ { "poststart", NULL, NULL }, "poststart", AT_START, false, "running" }
};
static const struct kind poststop[] = {
	{ { "poststop", NULL, NULL }, "poststop", AT_DELETE, false, "stopped" }
};

/* Kinds in the order of their moments. */
static const struct kind *const kinds[] = { prestart,	     create_runtime, create_container,
					    start_container, poststart,	     poststop };

static bool has_kind(const struct test *t, const struct kind *k)
{
	return life_has_hook(k->name, test_spec(t));
}

static const char *req(struct test *t, const struct kind *k, const char *what)
{
	return format(t, "lifecycle.hooks.%s.%s", k->base.name, what);
}

/* ------------------------------------------------------------------ what a hook is given */

/* What the n-th run of a label read from its standard input; NULL: no text. */
static const char *given(struct bundle *b, const char *label, size_t n)
{
	const struct record *r = log_find(b, label, n);

	return r ? facts_string(r->facts, "state") : NULL;
}

static json_t *given_state(struct bundle *b, const char *label)
{
	const char *text = given(b, label, 0);

	return text ? life_object(text, strlen(text)) : NULL;
}

static void check_form(struct test *t, const struct kind *k, const char *text, const json_t *state)
{
	const char *against = life_schema(t, state);
	const char *version = json_string_value(json_object_get(state, "ociVersion"));
	const char *status = json_string_value(json_object_get(state, "status"));
	const json_t *pid = json_object_get(state, "pid");

	check_seen(t, req(t, k, "state-schema"), !against, "the state as its schema demands", "%s",
		   against ? against : "so");
	check_seen(t, "state.oci-version.semver", version && semver_valid(version),
		   format(t, "%s hook: ociVersion, a SemVer version", k->name), "%s",
		   life_json(t, json_object_get(state, "ociVersion")));
	check_seen(t, "state.json.no-duplicate-names", life_no_duplicates(text, strlen(text)),
		   "no name twice in an object", "%s hook: %s", k->name, text);
	check_seen(t, "state.pid.integer", !pid || json_is_integer(pid),
		   format(t, "%s hook: pid an integer, if there", k->name), "%s",
		   life_json(t, pid));
	check_seen(t, "state.pid.not-negative", !json_is_number(pid) || json_number_value(pid) >= 0,
		   format(t, "%s hook: pid 0 or more, if there", k->name), "%s", life_json(t, pid));
	check_seen(t, "state.status.extra-not-synonym", life_standard_status(status),
		   format(t, "%s hook: a status of the text", k->name), "%s",
		   status ? status : "absent");
	if (k->status)
		check_string(t, req(t, k, "status"), "status", k->status, status);
	else
		check_seen(t, req(t, k, "status"),
			   status && (!strcmp(status, "creating") || !strcmp(status, "created")),
			   "status creating or created", "%s", status ? status : "absent");
}

/* pids of the container's process: as `state` gives it, and as its program sees itself. */
struct pids {
	long long outside, inside;
};

static void check_pid(struct test *t, const struct kind *k, const json_t *state, struct pids is)
{
	const json_t *value = json_object_get(state, "pid");
	const char *status = json_string_value(json_object_get(state, "status"));
	long long pid = json_is_integer(value) ? json_integer_value(value) : 0;
	/* Only created and running demand a pid. */
	bool excused = !pid && status && !strcmp(status, "creating");
	const char *expected = format(t, "pid %lld", k->inside ? is.inside : is.outside);
	const char *observed = format(t, "%s, status %s", life_json(t, value), status ? status : "absent");

	if (k->phase == AT_DELETE)
		return;
	if (!k->inside) {
		check_seen(t, req(t, k, "pid"), excused || pid == is.outside, expected, "%s",
			   observed);
		return;
	}
	check_seen(t, req(t, k, "pid"), (excused && k->phase == AT_CREATE) || pid == is.inside,
		   expected, "%s", observed);
	check_seen(t, req(t, k, "pid-before-1-1"), excused || pid == is.inside || pid == is.outside,
		   format(t, "pid %lld, or %lld", is.outside, is.inside), "%s", observed);
}

static void check_identity(struct test *t, const struct kind *k, const json_t *state,
			   struct container *c, const char *bundle)
{
	const char *id = req(t, k, "state-identity");
	const json_t *annotations = json_object_get(state, "annotations");

	check_string(t, id, "id", container_id(c), json_string_value(json_object_get(state, "id")));
	check_string(t, id, "bundle", bundle, json_string_value(json_object_get(state, "bundle")));
	if (annotations)
		check_json(t, id, "annotations",
			   json_incref(bundle_get(container_bundle(c), "annotations")),
			   annotations);
}

static void check_namespaces(struct test *t, const struct kind *k, const struct facts *hook,
			     const struct facts *program)
{
	static const char *const types[] = { "cgroup", "ipc", "net", "pid", "user", "uts" };
	static const char *const made[] = { "ipc", "mnt", "net", "pid", "uts" };
	const char *id = req(t, k, "namespace"), *marker = facts_string(hook, "stat.type");

	if (k->inside) {
		for (size_t i = 0; i < ARRAY_SIZE(made); i++)
			check_int(t, id, format(t, "inode of the %s namespace", made[i]),
				  facts_int(program, format(t, "ns.%s", made[i])),
				  facts_int(hook, format(t, "ns.%s", made[i])));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		check_int(t, id, format(t, "inode of the %s namespace", types[i]),
			  namespace_of(getpid(), types[i]),
			  facts_int(hook, format(t, "ns.%s", types[i])));
	check_true(t, id,
		   facts_int(hook, "ns.mnt") == namespace_of(getpid(), "mnt") ||
			   (marker && !strcmp(marker, "file")),
		   "the mount namespace of the runtime, or a copy of it",
		   "another one, and the suite's marker is not in it");
}

/* ------------------------------------------------------------------ order in the log */

/* Where in the log a line of a label with this content stands; -1: there is none. */
static long line_of(struct test *t, struct bundle *b, const char *label, const char *content)
{
	const char *text = file_read(t, format(t, "%s/log/log", bundle_path(b)));
	const char *mark = format(t, "\"label\":\"%s\"", label);

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');
		const char *words = format(t, "%.*s", (int)(end ? end - line : 0), line);

		if (strstr(words, mark) && strstr(words, content))
			return line - text;
		line = end ? end + 1 : NULL;
	}
	return -1;
}

static long ended_at(struct test *t, struct bundle *b, const char *label)
{
	return line_of(t, b, label, "\"done\":true");
}

static long began_at(struct test *t, struct bundle *b, const char *label)
{
	return line_of(t, b, label, "\"fact\":\"begin\"");
}

/* ------------------------------------------------------------------ a whole life */

static struct bundle *hooked_bundle(struct test *t)
{
	struct bundle *b = life_bundle(t);

	bundle_log_process(b);
	bundle_namespace(b, "network", NULL);
	bundle_set(b, "annotations", "{s:s s:s}", "org.example.one", "1", "two",
		   "second \"value\"");
	return b;
}

/* Labels of the hooks that ran, in the order of their begin. */
static const char *hook_order(struct test *t, struct bundle *b)
{
	size_t n;
	const struct record *r = log_read(b, &n);
	const char *order = "";

	for (size_t i = 0; i < n; i++)
		if (strcmp(r[i].label, "process"))
			order = format(t, "%s%s%s", order, *order ? " " : "", r[i].label);
	return order;
}

/* Rules for whatever is in a state, which others decide as well: a hook that has not run, which is
 * held against its own rows, has been given nothing that breaks them. */
static void no_form(struct test *t)
{
	static const char *const ids[] = { "state.oci-version.semver",
					   "state.json.no-duplicate-names", "state.pid.integer",
					   "state.pid.not-negative",
					   "state.status.extra-not-synonym" };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		check_pass(t, ids[i]);
}

static void life(struct test *t)
{
	const struct kind *k = test_row(t);
	static const char *const labels[] = { "a", "b", "c" };
	struct bundle *b = hooked_bundle(t);
	const char *marker = format(t, "%s/marker", test_dir(t)), *bundle;
	struct container *c;
	const struct facts *program;
	struct pids pids;
	json_t *state;

	file_write(t, marker, "x");
	bundle_probe(b, "ns", "session", "echo", "up", "wait", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		bundle_hook(b, k->name, labels[i], "state", "ns", "stat", marker, NULL);
	c = life_running(b);
	program = must_answer(c);
	pids = (struct pids){ must_state(c)->pid, facts_int(program, "session.pid") };
	bundle = must_state(c)->bundle;
	life_stop(t, c);
	must_delete(c);

	check_string(t, req(t, k, "listed-order"), "hooks in their order", "a b c",
		     hook_order(t, b));
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		const char *text = given(b, labels[i], 0);

		check_true(t, req(t, k, "invoked"), log_count(b, labels[i]) > 0,
			   format(t, "hook %s runs", labels[i]), "it does not");
		check_int(t, req(t, k, "once"), format(t, "runs of hook %s", labels[i]), 1,
			  (long long)log_count(b, labels[i]));
		check_seen(t, req(t, k, "state-on-stdin"), text && life_object(text, strlen(text)),
			   "one JSON object on standard input", "%s", text ? text : "no text");
	}
	if (k == prestart)
		check_seen(t, "lifecycle.hooks.prestart.point-before-1-1",
			   ended_at(t, b, "a") >= 0 &&
				   ended_at(t, b, "a") < began_at(t, b, "process"),
			   "the hook has ended when the program begins", "log: %s", log_story(b));
	state = given_state(b, "a");
	if (!log_count(b, "a"))
		no_form(t);
	if (!state)
		test_stop(t, "the hook is given a state", "it is given none");
	check_form(t, k, given(b, "a", 0), state);
	check_pid(t, k, state, pids);
	check_identity(t, k, state, c, bundle);
	check_namespaces(t, k, log_find(b, "a", 0)->facts, program);
}

/* ------------------------------------------------------------------ held at a FIFO */

/* A hook of a kind that waits at the FIFO log/hold of the bundle. */
static void held_hook(struct test *t, struct bundle *b, const struct kind *k, const char *label)
{
	const char *fifo = strcmp(k->name, "startContainer")
				   ? format(t, "%s/log/hold", bundle_path(b))
				   : "/log/hold";

	bundle_hook(b, k->name, label, "state", "ns", "mounts", "fifo", fifo, NULL);
}

/* A call under way, or over, whose hook waits at the FIFO. */
struct held {
	struct container *c;
	struct running *call;
	enum phase phase; /* of that call, which may be another than it should be */
	bool ended;	  /* the call did not wait */
	struct gate gate;
};

static const char *const commands[] = { "create", "start", "delete" };

/* The calls of a life one by one, until a hook waits at the FIFO. The program is not to read. */
static struct held hold(struct test *t, struct bundle *b, enum phase last)
{
	struct held h = { .c = container_new(b), .gate = gate_new(t, b, "log/hold") };
	const struct result *r;

	bundle_write(b);
	for (h.phase = AT_CREATE;; h.phase++) {
		if (h.phase == AT_DELETE) {
			container_wait(h.c);
			state_until(h.c, "stopped");
		}
		h.call = h.phase == AT_CREATE
				 ? create_begin(t, h.c)
				 : runtime_begin(t, &(struct call){ .command = commands[h.phase],
								    .arguments = WORDS(
									    container_id(h.c)) });
		if (gate_or_end(&h.gate, h.call))
			return h;
		r = running_end(h.call);
		if (!result_ok(r))
			test_stop(t, format(t, "%s: exit status 0", r->command), "%s",
				  result_text(t, r));
		if (h.phase == last)
			break;
		must_state(h.c);
	}
	/* It has not waited: the hook is under way, or never comes. */
	h.ended = true;
	if (!gate_late(&h.gate))
		test_stop(t, "the hook runs", "%s has ended, and it does not", commands[last]);
	return h;
}

#define LIVES 2

/*
 * Whether the call ends although its hook waits. What is not going to happen can be seen only for
 * so long: here, while the same runtime takes two others through their whole lives. The container
 * of the hook is left alone; while a hook runs may be no time to ask for its state.
 */
static bool ends_early(struct test *t, const struct held *h)
{
	for (int i = 0; i < LIVES && (!i || !running_done(h->call)); i++)
		bundle_run(bundle_new(t), NULL);
	return h->ended || running_done(h->call);
}

static void release(struct test *t, const struct held *h)
{
	const struct result *r;

	gate_open(&h->gate);
	r = running_end(h->call);
	if (!result_ok(r))
		test_stop(t, format(t, "%s: exit status 0 when its hook is released", r->command),
			  "%s", result_text(t, r));
}

/* What is left to do until the program has said its words: those. */
static const struct record *go_on(const struct held *h)
{
	if (h->phase == AT_CREATE) {
		must_state(h->c);
		must_start(h->c);
	}
	return log_wait(container_bundle(h->c), "process", 0);
}

/* What hooks of start decide beside the rows of their own kind. */
static const char *const start_phase = "lifecycle.hooks.sequence.start-phase";

/* While the hook waits: what is known of the container's process, looked at from outside. */
struct scene {
	long long mnt;	/* mount namespace of the process */
	bool host_root; /* its root is still the suite's */
	bool mounts;	/* a configured mount is there below the path of the root */
	bool program;	/* the program has been executed */
};

static struct scene look_around(struct test *t, struct bundle *b, long long pid)
{
	struct scene s = { .mnt = pid > 0 ? namespace_of((pid_t)pid, "mnt") : 0 };
	const char *mounts = file_read(t, format(t, "/proc/%lld/mountinfo", pid));
	struct stat st;

	if (pid <= 0)
		return s;
	s.host_root = !stat(format(t, "/proc/%lld/root%s/marker", pid, test_dir(t)), &st);
	s.mounts = mounts && strstr(mounts, "/mine ");
	s.program = life_executes(t, b, (pid_t)pid);
	return s;
}

static void check_scene(struct test *t, const struct kind *k, const struct scene *s)
{
	const char *id = req(t, k, "point"), *const ids[] = { id, start_phase };

	for (size_t i = 0; k == poststart && i < ARRAY_SIZE(ids); i++)
		check_true(t, ids[i], s->program,
			   "the program has been executed when the hook runs", "it has not");
	if (k->phase == AT_CREATE && !k->inside) {
		check_true(t, id, s->mnt != namespace_of(getpid(), "mnt"),
			   "the container has a mount namespace when the hook runs", "it has none");
		check_true(t, id, s->host_root, "the root is not switched when the hook runs",
			   "it is");
		if (k == create_runtime)
			check_true(t, id, s->mounts, "the mounts are made when the hook runs",
				   "they are not");
	}
}

/* The program of containers with a held hook: it stays, unless delete has to come. */
static struct bundle *holding_bundle(struct test *t, enum phase phase)
{
	struct bundle *b = hooked_bundle(t);

	bundle_probe(b, "ns", "links", "echo", "up", phase == AT_DELETE ? "exit" : "pause",
		     phase == AT_DELETE ? "0" : NULL, NULL);
	return b;
}

/* Where the first hook, which was held, stands among the others and the program. */
static void check_line(struct test *t, const struct kind *k, struct bundle *b)
{
	const char *const ids[] = { req(t, k, "point"), start_phase };
	long first = ended_at(t, b, "first"), second = ended_at(t, b, "second");

	check_seen(t, req(t, k, "one-at-a-time"), first >= 0 && first < began_at(t, b, "second"),
		   "the second hook begins when the first has ended",
		   "end of the first at %ld, begin of the second at %ld", first,
		   began_at(t, b, "second"));
	check_int(t, req(t, k, "point"), "runs of the hook after all", 1,
		  (long long)log_count(b, "first"));
	for (size_t i = 0; k == start_container && i < ARRAY_SIZE(ids); i++)
		check_seen(t, ids[i],
			   first >= 0 && second >= 0 && first < began_at(t, b, "process") &&
				   second < began_at(t, b, "process"),
			   "the program begins when the hooks have ended", "log: %s",
			   log_story(b));
}

static void held(struct test *t)
{
	const struct kind *k = test_row(t);
	const char *point = req(t, k, "point");
	struct bundle *b = holding_bundle(t, k->phase);
	const struct facts *first, *program;
	struct scene scene = { 0 };
	struct held h;
	long long pid;
	bool early, next;

	file_write(t, format(t, "%s/marker", test_dir(t)), "x");
	bundle_dir(b, "rootfs/mine", 0755);
	bundle_mount(b, "/mine", "tmpfs", "tmpfs", NULL);
	bundle_set(b, "linux.cgroupsPath", "s", "/assay-hook");
	held_hook(t, b, k, "first");
	bundle_hook(b, k->name, "second", "state", NULL);
	h = hold(t, b, k->phase);
	check_string(t, point, "call that runs the hook", commands[k->phase], commands[h.phase]);
	if (k == poststart)
		check_string(t, start_phase, "call that runs the hook", "start", commands[h.phase]);
	early = ends_early(t, &h);
	next = log_count(b, "second") > 0;
	first = log_find(b, "first", 0) ? log_find(b, "first", 0)->facts : NULL;
	pid = json_integer_value(json_object_get(given_state(b, "first"), "pid"));
	if (k->phase != AT_DELETE)
		scene = look_around(t, b, pid);
	if (k->phase == AT_DELETE)
		check_true(t, point,
			   !cgroup_exists(t, test_cgroup_v2(t) ? "" : "pids", "/assay-hook"),
			   "the container's cgroup is gone when the hook runs", "it is there");
	release(t, &h);
	if (k == start_container)
		check_true(t, "cli.start.exit-means-started", !early,
			   "start exits when the program, and so the hook before it, has run",
			   "it exits while the hook waits");
	else
		check_true(t, point, !early, "the call waits for the hook", "it does not");
	log_wait(b, "first", 0);
	if (early)
		log_wait(b, "second", 0);
	if (k == create_container) {
		const struct state *s = op_state(h.c);

		check_seen(t, "lifecycle.hooks.all.create-waits-for-hooks",
			   !early && !next && life_is(s, "created"),
			   "create waits for its hooks, then the container is created", "%s",
			   early  ? "create ended before"
			   : next ? "create went on to the next one"
				  : life_words(t, s));
	}
	program = go_on(&h)->facts;
	check_line(t, k, b);
	if (k->phase == AT_CREATE && k->inside)
		check_true(t, point,
			   facts_get(first, "mounts") &&
				   facts_mount(first, format(t, "%s/mine", bundle_rootfs(b))),
			   "the hook finds the configured mounts below the path of the root",
			   "none of them");
	if (k->phase != AT_DELETE && pid > 0 && shared_kernel(program))
		check_scene(t, k, &scene);
}

struct entry {
	pid_t pid;
	struct test *t;
};

/* In the network namespace of a process: an MTU that nobody else would set. */
static int set_mtu(void *data)
{
	const struct entry *e = data;
	struct ifreq request = { .ifr_mtu = 4321 };
	int ns = open(format(e->t, "/proc/%d/ns/net", (int)e->pid), O_RDONLY | O_CLOEXEC), fd;

	memcpy(request.ifr_name, "lo", 3);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || ioctl(fd, SIOCSIFMTU, &request) ? 1 : 0;
}

/* What a createRuntime hook could do, done by the suite while the hook waits. */
static void network(struct test *t)
{
	const char *id = "lifecycle.hooks.all.environment-complete-before-create-runtime";
	struct bundle *b = holding_bundle(t, AT_CREATE);
	struct entry e = { .t = t };
	const struct record *r;
	struct held h;
	long long net;
	int status = 1;

	held_hook(t, b, create_runtime, "hook");
	h = hold(t, b, AT_CREATE);
	e.pid = (pid_t)json_integer_value(json_object_get(given_state(b, "hook"), "pid"));
	net = e.pid > 0 ? namespace_of(e.pid, "net") : 0;
	if (net && net != namespace_of(getpid(), "net"))
		status = test_wait(t, test_fork(t, set_mtu, &e));
	release(t, &h);
	r = go_on(&h);
	if (!e.pid || !shared_kernel(r->facts)) {
		check_disabled(t, id, "not to be seen: the hook is given no pid of this kernel");
		return;
	}
	check_seen(t, id, net && net != namespace_of(getpid(), "net"),
		   "the network namespace is there when the hook runs", "inode %lld", net);
	check_int(t, id, "status of setting the MTU of lo there", 0, status);
	check_int(t, id, "MTU of lo that the program sees", 4321,
		  json_integer_value(
			  json_object_get(json_array_get(facts_get(r->facts, "links"), 0), "mtu")));
}

/* ------------------------------------------------------------------ one kind after another */

struct sequence {
	struct test_case base;
	const struct kind *first, *second;
};

static const struct sequence sequences[] = {
	{ { "prestart", "lifecycle.hooks.sequence.prestart-before-create-runtime", NULL },
	  prestart,
	  create_runtime },
	{ { "create-container", "lifecycle.hooks.sequence.create-container-after-create-runtime",
	    NULL },
	  create_runtime,
	  create_container },
	{ { "start", "lifecycle.hooks.sequence.start-phase", NULL }, start_container, poststart },
};

static void one_after_another(struct test *t, const struct sequence *s, const char *id)
{
	for (int round = 0; round < 2; round++) {
		struct bundle *b = holding_bundle(t, s->first->phase);
		struct held h;
		long end;

		held_hook(t, b, s->first, "held");
		bundle_hook(b, s->second->name, "later", "state", NULL);
		h = hold(t, b, s->first->phase);
		ends_early(t, &h);
		if (!check_seen(t, id, began_at(t, b, "later") < 0 && began_at(t, b, "process") < 0,
				"nothing that comes later begins while the hook runs", "log: %s",
				log_story(b)))
			return;
		release(t, &h);
		go_on(&h);
		end = ended_at(t, b, "held");
		if (!check_seen(t, id,
				end >= 0 && end < began_at(t, b, "later") &&
					end < began_at(t, b, "process"),
				"what comes later begins when the hook has ended", "log: %s",
				log_story(b)))
			return;
	}
}

static void in_sequence(struct test *t)
{
	const struct sequence *s = test_row(t);

	one_after_another(t, s, s->base.requirement);
}

static bool has_start_container(const void *row, int spec)
{
	(void)row;
	return life_has_hook(start_container->name, spec);
}

/* While a startContainer hook waits the program has not been executed: no poststart hook may run.
 */
static void after_program(struct test *t)
{
	one_after_another(t, &sequences[2], req(t, poststart, "point"));
}

/* ------------------------------------------------------------------ failures */

/* Hooks of all kinds that come after one, with the label "later". */
static void later_hooks(struct test *t, struct bundle *b, const struct kind *k)
{
	bool after = false;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (after && kinds[i] != poststop && has_kind(t, kinds[i]))
			bundle_hook(b, kinds[i]->name, "later", "state", NULL);
		after |= kinds[i] == k;
	}
}

/* A state of more than a pipe holds: whether a hook reads it or not is no matter of luck then. */
static void large_state(struct test *t, struct bundle *b)
{
	char value[2049];

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < 100; i++)
		bundle_set(b, format(t, "annotations.key-%d", i), "s", value);
}

/* create and start; the first that fails. Whether the hook ran at the right one is another matter.
 */
static const struct result *fail_call(struct container *c)
{
	const struct result *r = op_create(c);

	return result_ok(r) ? op_start(c) : r;
}

/* The call that runs the hooks of a kind; prestart hooks had another before 1.1. */
static const struct result *hook_call(struct test *t, const struct kind *k, struct container *c)
{
	return k->phase == AT_CREATE && (k != prestart || test_spec(t) >= 10100) ? op_create(c)
										 : fail_call(c);
}

/* What a hook that fails is held against: the same with one that does not works. */
static void must_work(struct test *t, const struct kind *k, bool large)
{
	struct bundle *b = hooked_bundle(t);

	if (large)
		large_state(t, b);
	bundle_hook(b, k->name, "fine", "state", NULL);
	bundle_run(b, NULL);
	if (!log_count(b, "fine"))
		test_stop(t, "a hook that does not fail runs", "it does not");
}

/* The program is not run, neither by the call nor by a start that comes after it. */
static void check_not_run(struct test *t, const char *id, struct container *c,
			  const struct result *call)
{
	const struct state *s = op_state(c);

	/* Who says that it has started the program shall have shown it before we count; who does
	 * not may have, and shows it late. */
	if ((result_ok(s->result) && result_ok(op_start(c))) || result_ok(call)) {
		if (s->pid > 0)
			container_answer(c);
	} else {
		container_runs(c);
	}
	check_int(t, id, "runs of the program", 0,
		  (long long)log_count(container_bundle(c), "process"));
}

static void failing(struct test *t)
{
	const struct kind *k = test_row(t);
	struct bundle *b = hooked_bundle(t), *good;
	const struct ledger *before;
	struct container *c;
	const struct result *r;
	size_t poststops;
	bool gone, known;

	must_work(t, k, false);
	bundle_hook(b, k->name, "failing", "state", "exit", "7", NULL);
	bundle_hook(b, k->name, "second", "state", NULL);
	later_hooks(t, b, k);
	bundle_hook(b, "poststop", "poststop", "state", NULL);
	before = ledger_take(t);
	c = container_new(b);
	r = hook_call(t, k, c);
	/* A start that does not wait for its hooks has exited before they run. */
	if (result_ok(r) && k->phase == AT_START)
		log_wait(b, "failing", 0);
	if (!log_count(b, "failing"))
		test_stop(t, "the failing hook runs", "it does not");
	check_error(t, req(t, k, "fail-error"), r);
	gone = life_gone(t, before);
	check_true(t, req(t, k, "fail-stops-container"), gone, "all processes of the container end",
		   "some live on");
	known = !life_check_unknown(t, req(t, k, "fail-destroys"), c, "no container any more");
	check_unchanged(t, req(t, k, "fail-destroys"), before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_MOUNT));
	if (k != poststart)
		check_not_run(t, req(t, k, "fail-program-not-run"), c, r);
	check_seen(t, req(t, k, "fail-skips-rest"),
		   !log_count(b, "second") && !log_count(b, "later"),
		   "no hook but poststop runs after the failing one", "log: %s", log_labels(b));
	if (known) {
		if (!gone)
			op_kill(c, "KILL");
		life_gone(t, before);
		op_delete(c);
	}
	poststops = log_count(b, "poststop");
	check_int(t, req(t, k, "fail-runs-poststop"), "runs of the poststop hook", 1,
		  (long long)poststops);
	if (known)
		return;
	good = life_bundle(t);
	r = op_create(container_with_id(good, container_id(c)));
	check_ok(t, req(t, k, "fail-destroys"), r);
}

/* The call fails and no container is left: for ways of failing other than a status. */
static void refused_hook(struct test *t, const struct kind *k, struct bundle *b, const char *what)
{
	const char *id = req(t, k, what);
	struct container *c = container_new(b);
	const struct result *r = hook_call(t, k, c);

	check_error(t, id, r);
	if (k != poststart)
		check_not_run(t, id, c, r);
	if (!strcmp(what, "fail-by-signal"))
		life_check_unknown(t, id, c, "no container any more");
}

static void by_signal(struct test *t)
{
	const struct kind *k = test_row(t);
	struct bundle *b = hooked_bundle(t);

	must_work(t, k, false);
	bundle_hook(b, k->name, "dying", "state", "die", "KILL", NULL);
	refused_hook(t, k, b, "fail-by-signal");
	check_int(t, req(t, k, "fail-by-signal"), "runs of the hook", 1,
		  (long long)log_count(b, "dying"));
}

static void missing_file(struct test *t)
{
	const struct kind *k = test_row(t);
	bool in_root = !strcmp(k->name, "startContainer");

	must_work(t, k, true);
	for (int there = 0; there < 2; there++) {
		struct bundle *b = hooked_bundle(t);
		const char *file = in_root ? "/tmp/hook" : format(t, "%s/hook", test_dir(t));

		if (there && in_root)
			bundle_file(b, "rootfs/tmp/hook", 0644, "no program");
		else if (there && file_write(t, file, "no program"))
			test_broken(t, "%s: %s", file, strerror(errno));
		large_state(t, b);
		bundle_set(b, format(t, "hooks.%s", k->name), "[{s:s}]", "path", file);
		refused_hook(t, k, b, "fail-missing-file");
	}
}

static void poststart_before_1_3(struct test *t)
{
	struct bundle *b = hooked_bundle(t);
	const struct ledger *before;
	struct container *c;
	const struct result *r;
	const struct state *s;
	bool gone;
	const char *warns = "lifecycle.hooks.poststart.fail-warning-before-1-3";
	const char *goes_on = "lifecycle.hooks.poststart.fail-continues-before-1-3";

	must_work(t, poststart, false);
	bundle_hook(b, "poststart", "a", "state", "exit", "7", NULL);
	bundle_hook(b, "poststart", "b", "state", NULL);
	bundle_hook(b, "poststart", "c", "state", NULL);
	bundle_hook(b, "poststop", "end", "state", NULL);
	before = ledger_take(t);
	c = container_new(b);
	r = fail_call(c);
	if (result_ok(r)) {
		bool answers = container_answer(c);

		s = op_state(c);
		check_seen(t, warns, answers && life_is(s, "running"),
			   "start exits with 0 and the program runs", "%s%s", life_words(t, s),
			   answers ? "" : "; it does not answer");
		check_seen(t, goes_on, log_count(b, "b") == 1 && log_count(b, "c") == 1,
			   "the hooks after the failing one run", "log: %s", log_labels(b));
		return;
	}
	check_error(t, warns, r);
	s = op_state(c);
	gone = life_gone(t, before);
	check_seen(t, warns,
		   life_unknown(s) && gone && log_count(b, "end") == 1 && !log_count(b, "b"),
		   "an error only with all that 1.3 asks for", "%s; %s%s; log: %s",
		   result_text(t, r), life_words(t, s), gone ? "" : "; some process lives on",
		   log_labels(b));
	check_unchanged(t, warns, before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_MOUNT));
	check_disabled(t, goes_on, "not judged: the runtime follows the later rule");
}

/* ------------------------------------------------------------------ poststop */

static void poststop_fails(struct test *t)
{
	struct bundle *b = hooked_bundle(t);
	const struct ledger *before;
	struct container *c;
	const char *gone = "lifecycle.hooks.poststop.fail-still-destroyed";

	bundle_hook(b, "poststop", "a", "state", "exit", "7", NULL);
	bundle_hook(b, "poststop", "b", "state", NULL);
	bundle_hook(b, "poststop", "c", "state", NULL);
	before = ledger_take(t);
	c = life_stopped(t, b);
	check_ok(t, "lifecycle.hooks.poststop.fail-warning", op_delete(c));
	check_string(t, "lifecycle.hooks.poststop.fail-continues", "hooks that ran",
		     "process a b c", log_labels(b));
	life_check_unknown(t, gone, c, "no container any more");
	check_unchanged(t, gone, before, ledger_take(t),
			CHANGE_BIT(CHANGE_CGROUP) | CHANGE_BIT(CHANGE_MOUNT));
	check_ok(t, gone, op_create(container_with_id(life_bundle(t), container_id(c))));
}

static void poststop_missing(struct test *t)
{
	const char *id = "lifecycle.hooks.poststop.fail-missing-file";
	struct bundle *b = hooked_bundle(t);
	struct container *c;
	const struct result *r;

	must_work(t, poststop, true);
	large_state(t, b);
	bundle_set(b, "hooks.poststop", "[{s:s}]", "path", format(t, "%s/missing", test_dir(t)));
	bundle_hook(b, "poststop", "second", "state", NULL);
	c = container_new(b);
	r = op_create(c);
	if (!result_ok(r)) {
		check_seen(t, id, r->exited, "create works, or refuses the hook", "%s",
			   result_text(t, r));
		return;
	}
	must_start(c);
	must_answer(c);
	container_close_input(c);
	container_wait(c); /* `state` now says more than the suite keeps */
	check_ok(t, id, op_delete(c));
	check_int(t, id, "runs of the second hook", 1, (long long)log_count(b, "second"));
}

static void poststop_moment(struct test *t)
{
	const char *id = "lifecycle.hooks.poststop.not-at-exit";
	struct bundle *b = hooked_bundle(t);
	const char *token = format(t, "%s/token", test_dir(t));
	struct container *c;

	file_write(t, token, "exited");
	bundle_hook(b, "poststop", "poststop", "state", "read", token, NULL);
	c = life_running(b);
	check_error(t, "lifecycle.hooks.poststop.not-on-refused-delete", op_delete(c));
	check_int(t, "lifecycle.hooks.poststop.not-on-refused-delete",
		  "runs of the hook after a refused delete", 0,
		  (long long)log_count(b, "poststop"));
	life_stop(t, c);
	check_int(t, id, "runs of the hook when the container is stopped", 0,
		  (long long)log_count(b, "poststop"));
	file_write(t, token, "deleting");
	must_delete(c);
	check_string(t, id, "what the hook read", "deleting",
		     log_find(b, "poststop", 0)
			     ? facts_string(log_find(b, "poststop", 0)->facts, "read")
			     : NULL);
}

static void poststop_without_start(struct test *t)
{
	struct bundle *b = hooked_bundle(t);
	struct container *c;

	bundle_hook(b, "poststop", "poststop", "state", NULL);
	c = life_created(b);
	/* Not by the runtime's kill, which has requirements of its own. */
	if (container_pid(c) <= 1 || kill(container_pid(c), SIGKILL))
		test_stop(t, "the process of a created container can be killed", "it cannot");
	life_stop(t, c);
	must_delete(c);
	check_int(t, "lifecycle.hooks.poststop.without-start", "runs of the hook", 1,
		  (long long)log_count(b, "poststop"));
}

static void stdin_unread(struct test *t)
{
	struct bundle *b = hooked_bundle(t);
	long long n = 0;

	large_state(t, b);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_kind(t, kinds[i])) {
			bundle_hook(b, kinds[i]->name, "deaf", "deaf", NULL);
			n++;
		}
	bundle_run(b, NULL);
	check_int(t, "lifecycle.hooks.all.stdin-unread", "runs of the hooks", n,
		  (long long)log_count(b, "deaf"));
}

/* ------------------------------------------------------------------ tables */

#define H(k, what) "lifecycle.hooks." k "." what
#define LIFE(k)                                                                                    \
	H(k, "invoked"), H(k, "listed-order"), H(k, "once"), H(k, "state-on-stdin"),               \
		H(k, "state-schema"), H(k, "state-identity"), H(k, "status"), H(k, "namespace"),   \
		"state.oci-version.semver", "state.json.no-duplicate-names", "state.pid.integer",  \
		"state.pid.not-negative", "state.status.extra-not-synonym"
#define LIFE_ENTRY(row, ...)                                                                       \
	{                                                                                          \
		.name = "hooks/life", .about = "order, moment and state of hooks",                 \
		.requirements = REQS(__VA_ARGS__), .run = life, CASES(row),                        \
	}
#define HELD_ENTRY(row, ...)                                                                       \
	{                                                                                          \
		.name = "hooks/held", .about = "the call waits for its hooks, one after another",  \
		.requirements = REQS(__VA_ARGS__), .run = held, CASES(row),                        \
	}
#define FAIL_ENTRIES(row, k, ...)                                                                  \
	{                                                                                          \
		.name = "hooks/fail",                                                              \
		.about = "a hook that fails ends the container",                                   \
		.requirements = REQS(H(k, "fail-error"), H(k, "fail-stops-container"),             \
				     H(k, "fail-destroys"), H(k, "fail-runs-poststop"),            \
				     H(k, "fail-skips-rest"), __VA_ARGS__),                        \
		.run = failing,                                                                    \
		CASES(row),                                                                        \
	},                                                                                         \
		{                                                                                  \
			.name = "hooks/fail-by-signal",                                            \
			.about = "a hook that is killed has failed",                               \
			.requirements = REQS(H(k, "fail-by-signal")),                              \
			.run = by_signal,                                                          \
			CASES(row),                                                                \
		},                                                                                 \
	{                                                                                          \
		.name = "hooks/fail-missing-file",                                                 \
		.about = "a hook that cannot be executed has failed",                              \
		.requirements = REQS(H(k, "fail-missing-file")), .run = missing_file, CASES(row),  \
	}

const struct test_entry hook_tests[] = {
	LIFE_ENTRY(prestart, LIFE("prestart"), H("prestart", "pid"),
		   H("prestart", "point-before-1-1")),
	LIFE_ENTRY(create_runtime, LIFE("create-runtime"), H("create-runtime", "pid")),
	LIFE_ENTRY(create_container, LIFE("create-container"), H("create-container", "pid"),
		   H("create-container", "pid-before-1-1")),
	LIFE_ENTRY(start_container, LIFE("start-container"), H("start-container", "pid"),
		   H("start-container", "pid-before-1-1")),
	LIFE_ENTRY(poststart, LIFE("poststart"), H("poststart", "pid")),
	LIFE_ENTRY(poststop, LIFE("poststop")),
	HELD_ENTRY(prestart, H("prestart", "point"), H("prestart", "one-at-a-time")),
	HELD_ENTRY(create_runtime, H("create-runtime", "point"),
		   H("create-runtime", "one-at-a-time")),
	HELD_ENTRY(create_container, H("create-container", "point"),
		   H("create-container", "one-at-a-time"),
		   "lifecycle.hooks.all.create-waits-for-hooks"),
	HELD_ENTRY(start_container, H("start-container", "point"),
		   H("start-container", "one-at-a-time"), "lifecycle.hooks.sequence.start-phase",
		   "cli.start.exit-means-started"),
	HELD_ENTRY(poststart, H("poststart", "point"), H("poststart", "one-at-a-time"),
		   "lifecycle.hooks.sequence.start-phase"),
	HELD_ENTRY(poststop, H("poststop", "point"), H("poststop", "one-at-a-time")),
	{
		.name = "hooks/network",
		.about = "createRuntime hooks find the container's network namespace",
		.requirements =
			REQS("lifecycle.hooks.all.environment-complete-before-create-runtime"),
		.run = network,
	},
	{
		.name = "hooks/sequence",
		.about = "hooks of one kind end before what comes next begins",
		.run = in_sequence,
		CASES(sequences),
	},
	{
		.name = "hooks/poststart-after-program",
		.about = "poststart hooks do not run before the program was executed",
		.requirements = REQS("lifecycle.hooks.poststart.point"),
		.run = after_program,
		.applies = has_start_container,
	},
	FAIL_ENTRIES(prestart, "prestart", H("prestart", "fail-program-not-run")),
	FAIL_ENTRIES(create_runtime, "create-runtime", H("create-runtime", "fail-program-not-run")),
	FAIL_ENTRIES(create_container, "create-container",
		     H("create-container", "fail-program-not-run")),
	FAIL_ENTRIES(start_container, "start-container",
		     H("start-container", "fail-program-not-run")),
	FAIL_ENTRIES(poststart, "poststart", NULL),
	{
		.name = "hooks/poststart-before-1-3",
		.about = "before 1.3 a poststart hook that fails is a warning",
		.requirements = REQS("lifecycle.hooks.poststart.fail-warning-before-1-3",
				     "lifecycle.hooks.poststart.fail-continues-before-1-3"),
		.run = poststart_before_1_3,
	},
	{
		.name = "hooks/poststop-fails",
		.about = "a poststop hook that fails is a warning",
		.requirements = REQS("lifecycle.hooks.poststop.fail-warning",
				     "lifecycle.hooks.poststop.fail-continues",
				     "lifecycle.hooks.poststop.fail-still-destroyed"),
		.run = poststop_fails,
	},
	{
		.name = "hooks/poststop-missing",
		.about = "a poststop hook that is missing is like one that fails",
		.requirements = REQS("lifecycle.hooks.poststop.fail-missing-file"),
		.run = poststop_missing,
	},
	{
		.name = "hooks/poststop-moment",
		.about = "poststop hooks run at delete, not at the exit or a refused delete",
		.requirements = REQS("lifecycle.hooks.poststop.not-at-exit",
				     "lifecycle.hooks.poststop.not-on-refused-delete"),
		.run = poststop_moment,
	},
	{
		.name = "hooks/poststop-without-start",
		.about = "poststop hooks run for a container that was never started",
		.requirements = REQS("lifecycle.hooks.poststop.without-start"),
		.run = poststop_without_start,
	},
	{
		.name = "hooks/stdin-unread",
		.about = "a hook need not read what it is given",
		.requirements = REQS("lifecycle.hooks.all.stdin-unread"),
		.run = stdin_unread,
	},
	{ 0 },
};
