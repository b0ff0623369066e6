/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features structure as a document (features.md, features-linux.md, schema/features-*.json):
 * that it is printed, its types, words and versions. It must never judge a property that is absent
 * or null, but for the two versions; that claims are true is for features_contract.c.
 */
#include "suite/tests/features.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

#define NAME_BYTES 128

const char *const features_hooks[] = {
	"prestart",	  "createRuntime", "createContainer",
	"startContainer", "poststart",	   "poststop",
	NULL,
};

const char *const features_namespaces[] = {
	"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time", NULL,
};

const char *const features_capabilities[] = {
	"CAP_CHOWN",	      "CAP_DAC_OVERRIDE",     "CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",	      "CAP_FSETID",	      "CAP_KILL",
	"CAP_SETGID",	      "CAP_SETUID",	      "CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",      "CAP_NET_RAW",	      "CAP_IPC_LOCK",
	"CAP_IPC_OWNER",      "CAP_SYS_MODULE",	      "CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",     "CAP_SYS_PTRACE",	      "CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",      "CAP_SYS_BOOT",	      "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",   "CAP_SYS_TIME",	      "CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",	      "CAP_LEASE",	      "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",  "CAP_SETFCAP",	      "CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",      "CAP_SYSLOG",	      "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",  "CAP_AUDIT_READ",	      "CAP_PERFMON",
	"CAP_BPF",	      "CAP_CHECKPOINT_RESTORE", NULL,
};

/* ------------------------------------------------------------------ asking */

static const struct result *ask(struct test *t)
{
	return runtime_call(t, &(struct call){ .command = "features" });
}

/* A runtime that ends with 0 whatever it is told says nothing by doing so. */
static bool takes_any_command(struct test *t)
{
	return result_ok(runtime_call(t, &(struct call){ .command = "octest-no-command" }));
}

static const json_t *parse(struct test *t, const struct result *r)
{
	json_t *document = result_ok(r) ? life_object(r->out, r->out_length) : NULL;

	if (document)
		return document;
	/* What was printed when the run began does not become optional later on. */
	if (runtime_features(t) || (!r->exited) || (result_ok(r) && !takes_any_command(t)))
		test_stop(t, "features: exit status 0 and one JSON object", "%s, %zu bytes: %.300s",
			  result_text(t, r), r->out_length, r->out);
	test_disable(t, "the runtime has no features command: %s", result_text(t, r));
}

const json_t *features_read(struct test *t)
{
	return parse(t, ask(t));
}

/* Over the whole of /sys lies an empty file system, in a mount namespace of the test's own. */
static void hide_sys(struct test *t)
{
	need(t, !unshare(CLONE_NEWNS), "unshare the mount namespace");
	host_mount(t, NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	host_mount(t, "nothing", "/sys", "tmpfs", 0, "mode=755");
}

static void show_sys(struct test *t)
{
	need(t, !umount2("/sys", MNT_DETACH), "umount /sys");
}

const json_t *features_read_hidden(struct test *t)
{
	const struct result *r;

	hide_sys(t);
	r = ask(t);
	show_sys(t);
	return result_ok(r) ? life_object(r->out, r->out_length) : NULL;
}

/* ------------------------------------------------------------------ looking things up */

/* Like features_at(), but null is a value. */
static const json_t *member_at(const json_t *value, const char *path)
{
	while (value && *path) {
		size_t length = strcspn(path, ".");
		char name[NAME_BYTES];

		if (length >= sizeof(name))
			return NULL;
		memcpy(name, path, length);
		name[length] = '\0';
		value = json_object_get(value, name);
		path += length + (path[length] == '.');
	}
	return value;
}

const json_t *features_at(const json_t *document, const char *path)
{
	const json_t *value = member_at(document, path);

	return json_is_null(value) ? NULL : value;
}

const json_t *features_list(const json_t *document, const char *path)
{
	const json_t *value = features_at(document, path);

	return json_is_array(value) ? value : NULL;
}

enum claim features_claim(const json_t *document, const char *path)
{
	const json_t *value = features_at(document, path);

	if (!json_is_boolean(value))
		return CLAIM_UNKNOWN;
	return json_is_true(value) ? CLAIM_YES : CLAIM_NO;
}

bool features_lists(const json_t *list, const char *word)
{
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (json_is_string(one) && !strcmp(json_string_value(one), word))
			return true;
	return false;
}

int features_series(const json_t *document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	if (!text || !semver_valid(text))
		return 0;
	return (int)strtol(text, NULL, 10) * 100 + (int)strtol(strchr(text, '.') + 1, NULL, 10);
}

/* ------------------------------------------------------------------ what there may be */

enum shape {
	TEXT,
	FLAG,
	LIST, /* of strings */
	OBJECT,
	MAP, /* from strings to strings */
};

/* A property of the structure, the series of the text that brought it, how its words begin. */
struct property {
	const char *path;
	enum shape shape;
	int since;
	const char *prefix;
};

static const struct property properties[] = {
	{ "ociVersionMin", TEXT, 101, NULL },
	{ "ociVersionMax", TEXT, 101, NULL },
	{ "hooks", LIST, 101, NULL },
	{ "mountOptions", LIST, 101, NULL },
	{ "annotations", MAP, 101, NULL },
	{ "potentiallyUnsafeConfigAnnotations", LIST, 102, NULL },
	{ "linux", OBJECT, 101, NULL },
	{ "linux.namespaces", LIST, 101, NULL },
	{ "linux.capabilities", LIST, 101, "CAP_" },
	{ "linux.cgroup", OBJECT, 101, NULL },
	{ "linux.cgroup.v1", FLAG, 101, NULL },
	{ "linux.cgroup.v2", FLAG, 101, NULL },
	{ "linux.cgroup.systemd", FLAG, 101, NULL },
	{ "linux.cgroup.systemdUser", FLAG, 101, NULL },
	{ "linux.cgroup.rdma", FLAG, 101, NULL },
	{ "linux.seccomp", OBJECT, 101, NULL },
	{ "linux.seccomp.enabled", FLAG, 101, NULL },
	{ "linux.seccomp.actions", LIST, 101, "SCMP_ACT_" },
	{ "linux.seccomp.operators", LIST, 101, "SCMP_CMP_" },
	{ "linux.seccomp.archs", LIST, 101, "SCMP_ARCH_" },
	{ "linux.seccomp.knownFlags", LIST, 101, "SECCOMP_FILTER_FLAG_" },
	{ "linux.seccomp.supportedFlags", LIST, 101, "SECCOMP_FILTER_FLAG_" },
	{ "linux.apparmor", OBJECT, 101, NULL },
	{ "linux.apparmor.enabled", FLAG, 101, NULL },
	{ "linux.selinux", OBJECT, 101, NULL },
	{ "linux.selinux.enabled", FLAG, 101, NULL },
	{ "linux.memoryPolicy", OBJECT, 103, NULL },
	{ "linux.memoryPolicy.modes", LIST, 103, "MPOL_" },
	{ "linux.memoryPolicy.flags", LIST, 103, "MPOL_F_" },
	{ "linux.intelRdt", OBJECT, 101, NULL },
	{ "linux.intelRdt.enabled", FLAG, 101, NULL },
	{ "linux.intelRdt.schemata", FLAG, 103, NULL },
	{ "linux.intelRdt.monitoring", FLAG, 103, NULL },
	{ "linux.mountExtensions", OBJECT, 102, NULL },
	{ "linux.mountExtensions.idmap", OBJECT, 102, NULL },
	{ "linux.mountExtensions.idmap.enabled", FLAG, 102, NULL },
	{ "linux.netDevices", OBJECT, 103, NULL },
	{ "linux.netDevices.enabled", FLAG, 103, NULL },
};

static const struct property *property_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		if (!strcmp(properties[i].path, path))
			return &properties[i];
	return NULL;
}

/* What a list has against it; NULL for nothing. `words`: its words are looked at as well. */
static const char *wrong_list(struct test *t, const struct property *p, const json_t *value,
			      bool words)
{
	const char *prefix = p->prefix ? p->prefix : "";
	size_t i;
	json_t *one;

	if (!json_is_array(value))
		return format(t, "%s is no array: %s", p->path, life_json(t, value));
	json_array_foreach (value, i, one) {
		if (!json_is_string(one))
			return format(t, "%s has an element that is no string: %s", p->path,
				      life_json(t, one));
		if (words && (!*json_string_value(one) ||
			      strncmp(json_string_value(one), prefix, strlen(prefix))))
			return format(t, "%s has \"%s\"", p->path, json_string_value(one));
	}
	return NULL;
}

static const char *wrong_map(struct test *t, const struct property *p, const json_t *value)
{
	const char *key;
	json_t *one;

	if (!json_is_object(value))
		return format(t, "%s is no object: %s", p->path, life_json(t, value));
	json_object_foreach ((json_t *)value, key, one)
		if (!json_is_string(one))
			return format(t, "\"%.100s\" of %s is no string: %s", key, p->path,
				      life_json(t, one));
	return NULL;
}

/* The same for any shape. */
static const char *wrong(struct test *t, const struct property *p, const json_t *value, bool words)
{
	bool ok = true;

	switch (p->shape) {
	case LIST:
		return wrong_list(t, p, value, words);
	case MAP:
		return wrong_map(t, p, value);
	case TEXT:
		ok = json_is_string(value);
		break;
	case FLAG:
		ok = json_is_boolean(value);
		break;
	case OBJECT:
		ok = json_is_object(value);
		break;
	}
	return ok ? NULL : format(t, "%s is %s", p->path, life_json(t, value));
}

/* ------------------------------------------------------------------ the whole */

/* Each version by itself: there, a string, and of a form that ociVersion of a config takes. */
static void check_version(struct test *t, const json_t *document, const char *name,
			  const char *present, const char *semver)
{
	const json_t *value = json_object_get(document, name);
	const char *text = json_string_value(value);

	check_seen(t, present, text, format(t, "%s is a string", name), "%s", life_json(t, value));
	check_seen(t, semver, text && semver_valid(text),
		   format(t, "%s is a SemVer 2.0.0 version", name), "%s", life_json(t, value));
}

static void document(struct test *t)
{
	const struct result *r = ask(t);
	const json_t *document = parse(t, r);
	const char *min = json_string_value(json_object_get(document, "ociVersionMin"));
	const char *max = json_string_value(json_object_get(document, "ociVersionMax"));

	check_pass(t, "features.provided");
	check_pass(t, "features.single-object");
	check_seen(t, "state.json.no-duplicate-names", life_no_duplicates(r->out, r->out_length),
		   "no name twice in an object", "%.300s", r->out);
	check_version(t, document, "ociVersionMin", "features.oci-version-min.present",
		      "features.oci-version-min.semver");
	check_version(t, document, "ociVersionMax", "features.oci-version-max.present",
		      "features.oci-version-max.semver");
	check_seen(t, "features.oci-version-max.not-less",
		   min && max && semver_valid(min) && semver_valid(max) &&
			   semver_compare(max, min) >= 0,
		   "ociVersionMax is not lower than ociVersionMin", "%s and %s",
		   max ? max : "absent", min ? min : "absent");
}

/* Null counts as absent; words that only a later text has are not the schema's to refuse. */
static void schema(struct test *t)
{
	const json_t *document = features_read(t);
	int series = features_series(document, "ociVersionMax");
	const char *bad = NULL;

	/* Before 1.1 there is no schema; who prints the structure all the same means the first. */
	series = series > 101 ? series : 101;
	for (const char *const *name = WORDS("ociVersionMin", "ociVersionMax"); *name; name++)
		if (!features_at(document, *name))
			bad = format(t, "%s is absent", *name);
	for (size_t i = 0; i < ARRAY_SIZE(properties) && !bad; i++) {
		const struct property *p = &properties[i];
		const json_t *value = features_at(document, p->path);

		if (value && p->since <= series)
			bad = wrong(t, p, value, !strcmp(p->path, "linux.capabilities"));
	}
	check_seen(t, "features.schema", !bad, "the structure as the features schema demands", "%s",
		   bad ? bad : "so");
}

/* The first property below an object that the series does not define; NULL: all are defined. */
static const char *undefined_below(struct test *t, const json_t *object, const char *path,
				   int series)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		const char *name = *path ? format(t, "%s.%s", path, key) : key;
		const struct property *p = property_of(name);
		const char *found = NULL;

		if (!p || p->since > series)
			return name;
		if (p->shape == OBJECT)
			found = undefined_below(t, value, name, series);
		if (found)
			return found;
	}
	return NULL;
}

static void undefined(struct test *t)
{
	const char *id = "features.no-undefined-properties", *found;
	const json_t *document = features_read(t);
	int series = features_series(document, "ociVersionMax");

	if (series && (series < 101 || series > 103)) {
		check_disabled(t, id, "no text the suite knows says what ociVersionMax %s defines",
			       json_string_value(json_object_get(document, "ociVersionMax")));
		return;
	}
	found = undefined_below(t, document, "", series);
	check_seen(t, id, !found, format(t, "only properties that %d.%d defines", series / 100,
					 series % 100),
		   "%s", found ? found : "so");
}

/* null may stand for any property but the two; nowhere else: a list or a map has no unknown. */
static void nulls(struct test *t)
{
	const char *id = "features.null-allowed", *list = "";
	const json_t *document = features_read(t);

	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		const struct property *p = &properties[i];
		const json_t *value = member_at(document, p->path);

		if (json_is_null(value) || !value)
			list = format(t, "%s%s %s\n", list, value ? "null" : "absent", p->path);
		if (p->shape == TEXT)
			check_true(t, id, !json_is_null(value),
				   format(t, "%s is not null", p->path), "null");
	}
	test_evidence(t, "absent-or-null", list);
}

/* ------------------------------------------------------------------ types */

struct type_row {
	struct test_case c;
	const char *paths[4]; /* the first is the one it is about */
	bool words; /* those of a list are looked at: not empty, and how they begin */
};

#define TYPE(name, id, words, ...) { { name, "features." id, NULL }, { __VA_ARGS__ }, words }

static const struct type_row type_rows[] = {
	TYPE("hooks", "hooks.type", false, "hooks"),
	TYPE("mount-options", "mount-options.type", false, "mountOptions"),
	TYPE("annotations", "annotations.type", false, "annotations"),
	TYPE("unsafe-annotations", "unsafe-annotations.type", true,
	     "potentiallyUnsafeConfigAnnotations"),
	TYPE("linux", "linux.present", false, "linux"),
	TYPE("namespaces", "linux.namespaces.type", false, "linux.namespaces"),
	TYPE("capabilities", "linux.capabilities.type", false, "linux.capabilities"),
	TYPE("cgroup", "linux.cgroup.type", false, "linux.cgroup"),
	TYPE("cgroup-v1", "linux.cgroup.v1.type", false, "linux.cgroup.v1"),
	TYPE("cgroup-v2", "linux.cgroup.v2.type", false, "linux.cgroup.v2"),
	TYPE("cgroup-systemd", "linux.cgroup.systemd.type", false, "linux.cgroup.systemd"),
	TYPE("cgroup-systemd-user", "linux.cgroup.systemd-user.type", false,
	     "linux.cgroup.systemdUser"),
	TYPE("cgroup-rdma", "linux.cgroup.rdma.type", false, "linux.cgroup.rdma"),
	TYPE("seccomp", "linux.seccomp.type", false, "linux.seccomp"),
	TYPE("seccomp-enabled", "linux.seccomp.enabled.type", false, "linux.seccomp.enabled"),
	TYPE("seccomp-actions", "linux.seccomp.actions.type", true, "linux.seccomp.actions"),
	TYPE("seccomp-operators", "linux.seccomp.operators.type", true, "linux.seccomp.operators"),
	TYPE("seccomp-archs", "linux.seccomp.archs.type", true, "linux.seccomp.archs"),
	TYPE("seccomp-known-flags", "linux.seccomp.known-flags.type", true,
	     "linux.seccomp.knownFlags"),
	TYPE("seccomp-supported-flags", "linux.seccomp.supported-flags.type", true,
	     "linux.seccomp.supportedFlags"),
	TYPE("apparmor", "linux.apparmor.type", false, "linux.apparmor", "linux.apparmor.enabled"),
	TYPE("selinux", "linux.selinux.type", false, "linux.selinux", "linux.selinux.enabled"),
	TYPE("memory-policy", "linux.memory-policy.type", false, "linux.memoryPolicy",
	     "linux.memoryPolicy.modes", "linux.memoryPolicy.flags"),
	TYPE("memory-policy-words", "linux.memory-policy.names-known", true, "linux.memoryPolicy",
	     "linux.memoryPolicy.modes", "linux.memoryPolicy.flags"),
	TYPE("intel-rdt", "linux.intel-rdt.type", false, "linux.intelRdt",
	     "linux.intelRdt.enabled"),
	TYPE("intel-rdt-schemata", "linux.intel-rdt.schemata.type", false,
	     "linux.intelRdt.schemata"),
	TYPE("intel-rdt-monitoring", "linux.intel-rdt.monitoring.type", false,
	     "linux.intelRdt.monitoring"),
	TYPE("mount-extensions", "linux.mount-extensions.type", false, "linux.mountExtensions",
	     "linux.mountExtensions.idmap", "linux.mountExtensions.idmap.enabled"),
	TYPE("net-devices", "linux.net-devices.type", false, "linux.netDevices",
	     "linux.netDevices.enabled"),
};

static void type(struct test *t)
{
	const struct type_row *row = test_row(t);
	const json_t *document = features_read(t);
	const char *id = row->c.requirement;

	if (!features_at(document, row->paths[0])) {
		check_disabled(t, id, "%s is absent or null", row->paths[0]);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(row->paths) && row->paths[i]; i++) {
		const json_t *value = features_at(document, row->paths[i]);
		const char *bad = value ? wrong(t, property_of(row->paths[i]), value, row->words)
					: NULL;

		check_seen(t, id, !bad, format(t, "%s as the text says", row->paths[i]), "%s",
			   bad ? bad : "so");
	}
}

/* ------------------------------------------------------------------ words of lists */

/* Options that mean something to one kind of file system only. */
static const char *const specific_options[] = {
	"size",	    "mode",    "uid",	      "gid",	  "nr_inodes", "lowerdir",
	"upperdir", "workdir", "newinstance", "ptmxmode", "subvol",    "data",
	"context",  NULL,
};

/* config.md#linux-mount-options, the column MUST: the same from 1.1 to 1.3. */
static const char *const required_options[] = {
	"async",     "atime",	  "bind",	 "defaults", "dev",	    "diratime",
	"dirsync",   "exec",	  "iversion",	 "lazytime", "loud",	    "noatime",
	"nodev",     "nodiratime", "noexec",	 "noiversion", "nolazytime", "norelatime",
	"nostrictatime", "nosuid", "private",	 "rbind",    "relatime",    "remount",
	"ro",	     "rprivate",  "rshared",	 "rslave",   "runbindable", "rw",
	"shared",    "silent",	  "slave",	 "strictatime", "suid",	    "sync",
	"unbindable", NULL,
};

enum relation {
	ONLY, /* the list has no other words */
	ALL, /* it has these */
	NONE, /* it has none of these */
};

struct words_row {
	struct test_case c;
	const char *path;
	enum relation relation;
	const char *const *words;
};

static const struct words_row words_rows[] = {
	{ { "hooks", "features.hooks.names-known", NULL }, "hooks", ONLY, features_hooks },
	{ { "namespaces", "features.linux.namespaces.known-names", NULL },
	  "linux.namespaces", ONLY, features_namespaces },
	{ { "mount-options-specific", "features.mount-options.no-fs-specific", NULL },
	  "mountOptions", NONE, specific_options },
	{ { "mount-options-required", "features.mount-options.required-listed", NULL },
	  "mountOptions", ALL, required_options },
};

static bool among(const char *word, const char *const *words)
{
	for (; word && *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* Those of the list that are not among the words, or are. */
static const char *elements(struct test *t, const json_t *list, const char *const *words, bool are)
{
	const char *found = "";
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one)
		if (among(json_string_value(one), words) == are)
			found = format(t, "%s %s", found, life_json(t, one));
	return found;
}

static void words(struct test *t)
{
	static const char *const texts[] = { "only words of the text", "all that must be",
					     "none of what only one file system knows" };
	const struct words_row *row = test_row(t);
	const json_t *list = features_list(features_read(t), row->path);
	const char *bad = "";

	if (!list) {
		check_disabled(t, row->c.requirement, "there is no list %s", row->path);
		return;
	}
	if (row->relation != ALL)
		bad = elements(t, list, row->words, row->relation == NONE);
	for (const char *const *word = row->words; row->relation == ALL && *word; word++)
		if (!features_lists(list, *word))
			bad = format(t, "%s %s", bad, *word);
	check_true(t, row->c.requirement, !*bad,
		   format(t, "%s: %s", row->path, texts[row->relation]), "%s%s",
		   row->relation == ALL ? "missing:" : "there is:", bad);
}

static void capability_pattern(struct test *t)
{
	const char *id = "features.linux.capabilities.pattern";
	const json_t *list = features_list(features_read(t), "linux.capabilities");
	size_t i;
	json_t *one;

	if (!list) {
		check_disabled(t, id, "there is no list linux.capabilities");
		return;
	}
	check_pass(t, id);
	json_array_foreach (list, i, one) {
		const char *word = json_string_value(one);

		if (!word || strncmp(word, "CAP_", 4) || !word[4] ||
		    word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
			check_fail(t, id, "CAP_ and then capitals, digits, underscores", "%s",
				   life_json(t, one));
	}
}

static void supported_subset(struct test *t)
{
	const char *id = "features.linux.seccomp.supported-flags.subset", *extra = "";
	const json_t *document = features_read(t);
	const json_t *known = features_list(document, "linux.seccomp.knownFlags");
	const json_t *supported = features_list(document, "linux.seccomp.supportedFlags");
	size_t i;
	json_t *one;

	if (!supported || !known) {
		check_disabled(t, id, "one of the lists is not there");
		return;
	}
	json_array_foreach (supported, i, one)
		if (json_is_string(one) && !features_lists(known, json_string_value(one)))
			extra = format(t, "%s %s", extra, json_string_value(one));
	check_true(t, id, !*extra, "every flag of supportedFlags is in knownFlags",
		   "only in supportedFlags:%s", extra);
}

static void annotation_keys(struct test *t)
{
	const char *empty = "features.annotations.key-not-empty";
	const char *naming = "features.annotations.key-naming";
	const json_t *map = features_at(features_read(t), "annotations");
	const char *key;
	json_t *value;

	if (!json_is_object(map)) {
		check_disabled(t, empty, "there are no annotations");
		check_disabled(t, naming, "there are no annotations");
		return;
	}
	check_pass(t, empty);
	check_pass(t, naming);
	json_object_foreach ((json_t *)map, key, value) {
		if (!*key)
			check_fail(t, empty, "no annotation key is empty", "\"\": %s",
				   life_json(t, value));
		else if (!strchr(key, '.') || strpbrk(key, " \t\n"))
			check_fail(t, naming, "keys in reverse domain notation", "\"%.100s\"", key);
	}
}

/* ------------------------------------------------------------------ where and when it is asked */

/* supportedFlags speaks of the kernel by its own definition. */
static json_t *comparable(const json_t *document)
{
	json_t *copy = json_deep_copy(document);

	json_object_del((json_t *)member_at(copy, "linux.seccomp"), "supportedFlags");
	return copy;
}

static void check_same(struct test *t, const char *where, const json_t *first, const json_t *again)
{
	check_json(t, "features.compile-time", format(t, "the structure, asked again %s", where),
		   comparable(first), comparable(again));
}

/* All but the one that no runtime does without. */
static void drop_capabilities(struct test *t)
{
	for (int i = 0; features_capabilities[i] && prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (strcmp(features_capabilities[i], "CAP_SYS_ADMIN"))
			need(t, !prctl(PR_CAPBSET_DROP, i, 0, 0, 0), "drop a capability");
}

/* As it was, where /sys shows nothing, with one capability; where it is printed, it is the same. */
static void compile_time(struct test *t)
{
	const json_t *first = features_read(t), *other;
	const struct result *r;

	check_same(t, "elsewhere", first,
		   parse(t, runtime_call(t, &(struct call){ .command = "features",
							    .cwd = test_dir(t),
							    .environment = WORDS("LANG=C") })));
	other = features_read_hidden(t);
	if (other)
		check_same(t, "without cgroups and /sys", first, other);
	drop_capabilities(t);
	r = ask(t);
	other = result_ok(r) ? life_object(r->out, r->out_length) : NULL;
	if (other)
		check_same(t, "with one capability", first, other);
}

static void no_bundle(struct test *t)
{
	const char *id = "features.no-bundle-needed", *empty = host_dir(t, "empty");
	const struct result *r;
	struct dirent *entry;
	DIR *directory;
	int entries = 0;

	features_read(t);
	r = runtime_call(t, &(struct call){ .command = "features", .cwd = empty, .ledger = true });
	check_ok(t, id, r);
	check_unchanged(t, id, r->before, r->after, CHANGE_ANY);
	directory = opendir(empty);
	need(t, directory, empty);
	while ((entry = readdir(directory)))
		entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(directory);
	check_int(t, id, "files in the directory it was called from", 0, entries);
}

const struct test_entry features_tests[] = {
	{
		.name = "features/document",
		.about = "features prints one JSON object with two versions in order",
		.requirements =
			REQS("features.provided", "features.single-object",
			     "state.json.no-duplicate-names", "features.oci-version-min.present",
			     "features.oci-version-min.semver", "features.oci-version-max.present",
			     "features.oci-version-max.semver",
			     "features.oci-version-max.not-less"),
		.run = document,
	},
	{
		.name = "features/schema",
		.about = "the structure follows the schema of its version",
		.requirements = REQS("features.schema"),
		.run = schema,
	},
	{
		.name = "features/undefined",
		.about = "no property that the version does not define",
		.requirements = REQS("features.no-undefined-properties"),
		.run = undefined,
	},
	{
		.name = "features/null",
		.about = "which properties are absent or null",
		.requirements = REQS("features.null-allowed"),
		.run = nulls,
	},
	{
		.name = "features/type",
		.about = "type of a property of the features structure",
		.run = type,
		CASES(type_rows),
	},
	{
		.name = "features/words",
		.about = "words of a list of the features structure",
		.run = words,
		CASES(words_rows),
	},
	{
		.name = "features/capability-names",
		.about = "capabilities are named as the kernel names them",
		.requirements = REQS("features.linux.capabilities.pattern"),
		.run = capability_pattern,
	},
	{
		.name = "features/supported-flags",
		.about = "seccomp flags that are supported are known",
		.requirements = REQS("features.linux.seccomp.supported-flags.subset"),
		.run = supported_subset,
	},
	{
		.name = "features/annotation-keys",
		.about = "keys of annotations",
		.requirements = REQS("features.annotations.key-not-empty",
				     "features.annotations.key-naming"),
		.run = annotation_keys,
	},
	{
		.name = "features/compile-time",
		.about = "the structure does not depend on where and when it is asked for",
		.requirements = REQS("features.compile-time"),
		.run = compile_time,
	},
	{
		.name = "features/no-bundle",
		.about = "the structure needs no bundle and leaves nothing behind",
		.requirements = REQS("features.no-bundle-needed"),
		.run = no_bundle,
	},
	{ 0 },
};
