/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unknown properties: "Runtimes that are reading or processing this configuration file MUST NOT
 * generate an error if they encounter an unknown property. Instead, they MUST ignore unknown
 * properties" (config.md, "Extensibility"). A container with them is held against its twin without.
 */
#include <stdlib.h>
#include <string.h>

#include "suite/tests/common.h"
#include "suite/tests/console.h"
#include "suite/tests/life.h"

/* A place below an object of the configuration, in the form for names with dots. */
static const char *below(struct test *t, const char *object, const char *name)
{
	char *path = (char *)format(t, "%s%s/%s", *object ? "/" : "", object, name);

	for (char *at = path; at < path + strlen(object) + 1; at++)
		if (*at == '.')
			*at = '/';
	return path;
}

/* Unknown properties of every JSON type in an object of the configuration; "": in the whole. */
static void add_unknown(struct test *t, struct bundle *b, const char *object)
{
	bundle_set(b, below(t, object, "foo"), "s", "text");
	bundle_set(b, below(t, object, "com.example.x"), "{s:[{}, n, f], s:{s:{}}}", "a", 1.5, "b",
		   "path");
	bundle_set(b, below(t, object, "depth"), "i", -7);
	bundle_set(b, below(t, object, "securebits"), "[s b]", "noroot", 1);
	bundle_set(b, below(t, object, "com.example.flag"), "b", 1);
	bundle_set(b, below(t, object, "com.example.nothing"), "n");
}

/* All that the probe said, but for what names the one run. */
static json_t *said(const struct facts *f)
{
	json_t *all = json_copy((json_t *)facts_all(f));

	json_object_del(all, "begin");
	return all;
}

/* ------------------------------------------------------------------ at each level */

struct level {
	struct test_case c;
	const char *object; /* that gets unknown properties */
	const char *base_path, *base; /* what else there is, as JSON: its neighbours */
	const char *words[7]; /* of the probe, which sees those */
	bool optional; /* a runtime may leave the neighbours unsupported */
};

static void level(struct test *t)
{
	const struct level *row = test_row(t);
	struct bundle *plain = bundle_new(t), *unknown;
	json_t *expected;
	const struct facts *f;

	if (!test_wants(t, row->c.requirement))
		return;
	if (row->base)
		bundle_put(plain, row->base_path, json_loads(row->base, JSON_DECODE_ANY, NULL));
	bundle_probe(plain, "echo", "up", NULL);
	for (size_t i = 0; row->words[i]; i++)
		bundle_probe_add(plain, row->words[i], NULL);
	unknown = bundle_copy(plain);
	add_unknown(t, unknown, row->object);
	for (int i = 0; i < 2; i++)
		bundle_file(i ? plain : unknown, "rootfs/etc/seen", 0644, "x");
	f = row->optional ? bundle_supported(plain, row->c.requirement) : bundle_run(plain, NULL);
	if (!f)
		return;
	expected = said(f);
	check_json(t, row->c.requirement, "what the probe finds, as without unknown properties",
		   expected, said(bundle_run(unknown, NULL)));
}

#define ID(name) "extensibility." name
#define CAPS                                                                                     \
	"{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\"],\"effective\":[\"CAP_CHOWN\"],\"permitted\":[" \
	"\"CAP_CHOWN\"],\"inheritable\":[],\"ambient\":[]}"
#define SECCOMP                                                                                    \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"    \
	"\"action\":\"SCMP_ACT_ERRNO\"}]}"

static const struct level levels[] = {
	{ { "top-level", ID("top-level"), NULL }, "", "hostname", "\"neighbour\"",
	  { "uname", "cwd", "env", "ids" }, false },
	{ { "root", ID("root"), NULL }, "root", "root", "{\"path\":\"rootfs\",\"readonly\":true}",
	  { "utimes", "/", "list", "/etc" }, false },
	{ { "mounts", ID("mounts"), NULL }, "mounts.1", "mounts.1",
	  "{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	  "\"options\":[\"nosuid\",\"noexec\",\"size=64k\"]}",
	  { "statfs", "/tmp" }, false },
	{ { "process", ID("process"), NULL }, "process", "process.cwd", "\"/etc\"",
	  { "cwd", "env", "ids", "caps" }, false },
	{ { "process-user", ID("process-user"), NULL }, "process.user", "process.user",
	  "{\"uid\":1001,\"gid\":1002,\"umask\":23,\"additionalGids\":[5,6]}",
	  { "ids", "umask" }, false },
	{ { "process-capabilities", ID("process-capabilities"), NULL }, "process.capabilities",
	  "process.capabilities", CAPS, { "caps", "session" }, false },
	{ { "process-rlimits", ID("process-rlimits"), NULL }, "process.rlimits.0",
	  "process.rlimits", "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]",
	  { "rlimits" }, false },
	{ { "process-scheduler", ID("process-scheduler"), NULL }, "process.scheduler",
	  "process.scheduler", "{\"policy\":\"SCHED_BATCH\",\"nice\":5}", { "sched" }, true },
	{ { "process-io-priority", ID("process-io-priority"), NULL }, "process.ioPriority",
	  "process.ioPriority", "{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":3}", { "ioprio" },
	  true },
	{ { "process-exec-cpu-affinity", ID("process-exec-cpu-affinity"), NULL },
	  "process.execCPUAffinity", "process.execCPUAffinity",
	  "{\"initial\":\"0\",\"final\":\"0\"}", { "sched" }, true },
	{ { "linux", ID("linux"), NULL }, "linux", "linux.maskedPaths", "[\"/etc\"]",
	  { "list", "/etc" }, false },
	{ { "linux-namespaces", ID("linux-nested"), NULL }, "linux.namespaces.0", NULL, NULL,
	  { "session" }, false },
	{ { "linux-resources", ID("linux-nested"), NULL }, "linux.resources", "linux.resources",
	  "{\"pids\":{\"limit\":1000}}", { "ids" }, false },
	{ { "linux-resources-pids", ID("linux-nested"), NULL }, "linux.resources.pids",
	  "linux.resources", "{\"pids\":{\"limit\":1000}}", { "ids" }, false },
	{ { "linux-devices", ID("linux-nested"), NULL }, "linux.devices.0", "linux.devices",
	  "[{\"path\":\"/dev/assay\",\"type\":\"c\",\"major\":1,\"minor\":5,\"fileMode\":438,"
	  "\"uid\":0,\"gid\":0}]",
	  { "device", "/dev/assay" }, false },
	{ { "linux-seccomp", ID("linux-nested"), NULL }, "linux.seccomp", "linux.seccomp", SECCOMP,
	  { "mkdir", "/tmp/new" }, true },
	{ { "linux-seccomp-rule", ID("linux-nested"), NULL }, "linux.seccomp.syscalls.0",
	  "linux.seccomp", SECCOMP, { "mkdir", "/tmp/new" }, true },
};

/* ------------------------------------------------------------------ a terminal, a hook */

static json_t *terminal_size(struct test *t, enum cli form, struct bundle *b)
{
	struct container *c = container_new(b);
	const struct facts *f;
	json_t *size;

	console_created(t, form, c, NULL);
	must_start(c);
	f = log_wait(b, "process", 0)->facts;
	size = json_pack("{s:O? s:O?}", "rows", facts_get(f, "tty.0.rows"), "columns",
			 facts_get(f, "tty.0.columns"));
	container_wait(c);
	must_delete(c);
	return size;
}

static void console_size(struct test *t)
{
	struct bundle *plain = terminal_bundle(t), *unknown;
	enum cli form = console_form(t);
	json_t *expected;

	bundle_set(plain, "process.consoleSize", "{s:i s:i}", "height", 33, "width", 77);
	bundle_probe(plain, "tty", NULL);
	unknown = bundle_copy(plain);
	add_unknown(t, unknown, "process.consoleSize");
	expected = terminal_size(t, form, plain);
	check_json(t, ID("process-console-size"), "size of the terminal, as without them",
		   expected, terminal_size(t, form, unknown));
}

static void hook_entry(struct test *t)
{
	const char *id = ID("hook-entry");
	const char *hook = test_spec(t) >= 10002 ? "hooks.createRuntime.0" : "hooks.prestart.0";
	struct bundle *plain = bundle_new(t), *unknown;
	const struct facts *f;

	bundle_hook(plain, test_spec(t) >= 10002 ? "createRuntime" : "prestart", "hook", "args",
		    "env", NULL);
	bundle_set(plain, format(t, "%s.env", hook), "[s]", "NEIGHBOUR=1");
	unknown = bundle_copy(plain);
	bundle_dir(unknown, "log", 0777);
	bundle_run(plain, NULL);
	if (!log_find(plain, "hook", 0))
		test_stop(t, "a hook without unknown properties runs", "it does not");
	add_unknown(t, unknown, hook);
	bundle_run(unknown, NULL);
	check_int(t, id, "runs of the hook", 1, (long long)log_count(unknown, "hook"));
	f = log_find(unknown, "hook", 0) ? log_find(unknown, "hook", 0)->facts : NULL;
	if (!f)
		return;
	check_json(t, id, "its arguments",
		   json_incref(bundle_get(unknown, format(t, "%s.args", hook))),
		   facts_get(f, "args"));
	check_json(t, id, "its environment, as without them",
		   json_incref((json_t *)facts_get(log_find(plain, "hook", 0)->facts, "env")),
		   facts_get(f, "env"));
}

/* ------------------------------------------------------------------ no effect */

struct lookalike {
	const char *path, *value;
};

/* What somebody might take for a property, or for one of another place. */
static const struct lookalike lookalikes[] = {
	{ "privileged", "true" },
	{ "readonly", "true" },
	{ "args", "[\"/probe\"]" },
	{ "cwd", "\"/etc\"" },
	{ "env", "[\"LOOKALIKE=1\"]" },
	{ "user", "{\"uid\":1000,\"gid\":1000}" },
	{ "host-name", "\"lookalike\"" },
	{ "host_name", "\"lookalike\"" },
	{ "domain-name", "\"lookalike\"" },
	{ "mount", "[{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}]" },
	{ "rlimits", "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]" },
	{ "maskedPaths", "[\"/etc\"]" },
	{ "root.read_only", "true" },
	{ "root.read-only", "true" },
	{ "root.ro", "true" },
	{ "process.readonly", "true" },
	{ "process.privileged", "true" },
	{ "process.capAdd", "[\"CAP_SYS_ADMIN\"]" },
	{ "process.cap_add", "[\"CAP_SYS_ADMIN\"]" },
	{ "process.capability", "{\"bounding\":[\"CAP_SYS_ADMIN\"]}" },
	{ "process.environment", "[\"LOOKALIKE=1\"]" },
	{ "process.workingDir", "\"/etc\"" },
	{ "process.umask", "63" },
	{ "process.uid", "1000" },
	{ "process.additionalGids", "[7]" },
	{ "process.no_new_privileges", "true" },
	{ "process.noNewPrivs", "true" },
	{ "process.oom_score_adj", "500" },
	{ "process.rlimit", "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]" },
	{ "process.ulimits", "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]" },
	{ "process.user.name", "\"nobody\"" },
	{ "process.user.additional_gids", "[7]" },
	{ "process.user.groups", "[7]" },
	{ "process.user.u_mask", "63" },
	{ "linux.masked_paths", "[\"/etc\"]" },
	{ "linux.maskedPath", "[\"/etc\"]" },
	{ "linux.read-only-paths", "[\"/etc\"]" },
	{ "linux.namespace", "[{\"type\":\"network\"}]" },
	{ "linux.hostname", "\"lookalike\"" },
	{ "linux.sysctls", "{\"kernel.domainname\":\"lookalike\"}" },
	{ "hook", "{\"prestart\":[{\"path\":\"/nonexistent\"}]}" },
};

static void no_effect(struct test *t)
{
	struct bundle *plain = bundle_new(t), *unknown;
	json_t *expected;

	bundle_set(plain, "hostname", "s", "plain");
	bundle_set(plain, "process.oomScoreAdj", "i", 100);
	probe_report(plain);
	unknown = bundle_copy(plain);
	for (size_t i = 0; i < ARRAY_SIZE(lookalikes); i++)
		bundle_put(unknown, lookalikes[i].path,
			   json_loads(lookalikes[i].value, JSON_DECODE_ANY, NULL));
	for (int i = 0; i < 2; i++)
		bundle_file(i ? plain : unknown, "rootfs/etc/seen", 0644, "x");
	expected = report(bundle_run(plain, NULL));
	check_json(t, ID("no-effect"), "what the probe finds, as without them", expected,
		   report(bundle_run(unknown, NULL)));
}

struct other_case {
	const char *path, *other, *value; /* a property, another spelling of it, and a value */
	const char *fact;
};

static const struct other_case other_cases[] = {
	{ "hostname", "HOSTNAME", "\"shouted\"", "uname.nodename" },
	{ "root.readonly", "root.READONLY", "true", "utimes" },
	{ "process.cwd", "process.CWD", "\"/tmp\"", "cwd" },
	{ "process.noNewPrivileges", "process.nonewprivileges", "true", "nnp" },
	{ "process.user.umask", "process.user.uMask", "63", "umask" },
	{ "process.oomScoreAdj", "process.oomscoreadj", "500", "oom" },
};

/* The misspelled ones before the others, or behind them; or alone, where they are not needed. */
enum place { BEFORE, BEHIND, ALONE, PLACES };

static struct bundle *spelled(struct test *t, const struct bundle *plain, enum place place)
{
	struct bundle *b = bundle_copy(plain);

	for (size_t i = 0; i < ARRAY_SIZE(other_cases); i++) {
		const struct other_case *o = &other_cases[i];
		json_t *is = json_incref(bundle_get(b, o->path));

		bundle_remove(b, o->path);
		if (place != BEHIND)
			bundle_put(b, o->other, json_loads(o->value, JSON_DECODE_ANY, NULL));
		if (place != ALONE || !strcmp(o->path, "process.cwd"))
			bundle_put(b, o->path, is);
		if (place == BEHIND)
			bundle_put(b, o->other, json_loads(o->value, JSON_DECODE_ANY, NULL));
	}
	(void)t;
	return b;
}

static void case_sensitive(struct test *t)
{
	static const char *const places[] = { "before the right ones", "behind the right ones",
					      "alone" };
	struct bundle *plain = bundle_new(t), *none;
	const struct facts *with, *without;

	bundle_set(plain, "hostname", "s", "plain");
	bundle_set(plain, "root.readonly", "b", 0);
	bundle_set(plain, "process.cwd", "s", "/etc");
	bundle_set(plain, "process.noNewPrivileges", "b", 0);
	bundle_set(plain, "process.user.umask", "i", 027);
	bundle_set(plain, "process.oomScoreAdj", "i", 100);
	bundle_probe(plain, "uname", "utimes", "/", "cwd", "nnp", "umask", "oom", NULL);
	none = bundle_copy(plain);
	for (size_t i = 0; i < ARRAY_SIZE(other_cases); i++)
		if (strcmp(other_cases[i].path, "process.cwd"))
			bundle_remove(none, other_cases[i].path);
	with = bundle_run(bundle_copy(plain), NULL);
	without = bundle_run(none, NULL);
	for (enum place p = BEFORE; p < PLACES; p++) {
		const struct facts *f = bundle_run(spelled(t, plain, p), NULL);

		for (size_t i = 0; i < ARRAY_SIZE(other_cases); i++)
			check_json(t, ID("case-sensitive"),
				   format(t, "%s, with %s %s", other_cases[i].fact,
					  other_cases[i].other, places[p]),
				   json_incref((json_t *)facts_get(p == ALONE ? without : with,
								   other_cases[i].fact)),
				   facts_get(f, other_cases[i].fact));
	}
}

/* ------------------------------------------------------------------ unusual values */

struct unusual {
	struct test_case c;
	const char *before, *open, *inside, *close, *after; /* open and close so many times */
	size_t times;
};

static char *put_times(char *at, const char *text, size_t times)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < times; i++, at += length)
		memcpy(at, text, length);
	return at;
}

static char *written_out(const struct unusual *u)
{
	size_t length = strlen(u->before) + strlen(u->inside) + strlen(u->after) +
			u->times * (strlen(u->open) + strlen(u->close));
	char *text = malloc(length + 1), *at = text;

	if (!text)
		abort();
	at = put_times(at, u->before, 1);
	at = put_times(at, u->open, u->times);
	at = put_times(at, u->inside, 1);
	at = put_times(at, u->close, u->times);
	*put_times(at, u->after, 1) = '\0';
	return text;
}

/* RFC 8259 lets a parser have limits, so a refusal is no fault; dying of it is. */
static void unusual(struct test *t)
{
	const struct unusual *row = test_row(t);
	const char *id = ID("deep-nesting");
	struct bundle *plain = bundle_new(t), *b = bundle_copy(plain);
	char *value = written_out(row);
	const struct facts *f;

	raw_value(t, b, "unknown", value);
	free(value);
	bundle_run(plain, NULL);
	f = bundle_supported(b, id);
	if (f)
		check_int(t, id, "uid of the program", 0, facts_int(f, "ids.uid"));
}

static const struct unusual unusual_values[] = {
	{ { "arrays-100", NULL, NULL }, "", "[", "1", "]", "", 100 },
	{ { "objects-100", NULL, NULL }, "", "{\"a\":", "[]", "}", "", 100 },
	{ { "arrays-100000", NULL, NULL }, "", "[", "", "]", "", 100000 },
	{ { "objects-100000", NULL, NULL }, "", "{\"a\":", "0", "}", "", 100000 },
	{ { "text-1-mb", NULL, NULL }, "\"", "0123456789abcdef", "", "", "\"", 1 << 16 },
	{ { "list-100000", NULL, NULL }, "[0", ",{}", "", "", "]", 100000 },
	{ { "number-1e400", NULL, NULL }, "1e400", "", "", "", "", 0 },
	{ { "number-minus-1e-400", NULL, NULL }, "-1e-400", "", "", "", "", 0 },
	{ { "number-1000-digits", NULL, NULL }, "", "1", "9", "0", "", 500 },
	{ { "number-20-digits", NULL, NULL }, "98765432109876543210", "", "", "", "", 0 },
};

const struct test_entry extensibility_tests[] = {
	{
		.name = "extensibility/level",
		.about = "unknown properties are ignored, their neighbours are not",
		.run = level,
		CASES(levels),
	},
	{
		.name = "extensibility/console-size",
		.about = "unknown properties of consoleSize are ignored",
		.requirements = REQS("extensibility.process-console-size"),
		.run = console_size,
	},
	{
		.name = "extensibility/hook-entry",
		.about = "unknown properties of a hook are ignored",
		.requirements = REQS("extensibility.hook-entry"),
		.run = hook_entry,
	},
	{
		.name = "extensibility/no-effect",
		.about = "what looks like a property but is none has no effect",
		.requirements = REQS("extensibility.no-effect"),
		.run = no_effect,
	},
	{
		.name = "extensibility/case-sensitive",
		.about = "a name in other letters is another name",
		.requirements = REQS("extensibility.case-sensitive"),
		.run = case_sensitive,
	},
	{
		.name = "extensibility/unusual",
		.about = "unknown values of unusual size or shape kill nobody",
		.requirements = REQS("extensibility.deep-nesting"),
		.run = unusual,
		CASES(unusual_values),
	},
	{ 0 },
};
