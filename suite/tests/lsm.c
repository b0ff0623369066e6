/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels of the security modules: AppArmor (profile unified), SELinux (legacy). rootfs/lsm has
 * the policies: what is called there what, and what that may not do. A label is looked at twice, as
 * the kernel names it and by what it forbids. It must never take a word of the runtime's for either.
 */
#include "common.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "suite/tests/tests.h"

/* A security module, as tests and runtimes see whether it runs. */
struct module {
	const char *name, *fact; /* for people; the probe's */
	const char *active;	 /* is there when it runs */
	const char *loaded;	 /* likewise, once it has the appliance's policy */
	const char *property, *claim;
};

static const struct module apparmor = {
	"AppArmor",
	"label.apparmor",
	"/sys/kernel/security/apparmor",
	"/sys/kernel/security/apparmor/policy/profiles",
	"process.apparmorProfile",
	"linux.apparmor.enabled",
};

static const struct module selinux = {
	"SELinux",
	"label.selinux",
	"/sys/fs/selinux/enforce",
	"/sys/fs/selinux/class/process",
	"process.selinuxLabel",
	"linux.selinux.enabled",
};

#define SELINUX "security.selinux"
#define FILES	"system_u:object_r:container_file_t:s0"
#define SECRET	"system_u:object_r:secret_t:s0"
#define PROCESS "system_u:system_r:container_t:s0"
#define OTHER	"system_u:system_r:container_other_t:s0"

static void need_module(struct test *t, const struct module *m)
{
	struct stat st;

	if (stat(m->loaded, &st))
		test_skip(t, "%s does not run, or has no policy: %s: %s", m->name, m->loaded,
			  strerror(errno));
}

static void need_no_module(struct test *t, const struct module *m)
{
	struct stat st;

	if (!stat(m->active, &st))
		test_skip(t, "%s runs here", m->name);
}

/* ------------------------------------------------------------------ the label of the process */

/* What the probe tries with a file, and whether it may under this label. */
struct deed {
	const char *verb, *path, *how;
	bool allowed;
};

struct label_row {
	struct test_case c;
	const struct module *module;
	const char *label, *seen; /* in config.json; as the kernel says it */
	void (*harden)(struct test *t, struct bundle *b);
	bool refusable; /* what the runtime finds is a trap, so that it may well stop there */
	struct deed deeds[3];
};

static void unprivileged(struct test *t, struct bundle *b)
{
	(void)t;
	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(b, "process.noNewPrivileges", "b", 1);
}

static void user_namespace(struct test *t, struct bundle *b)
{
	with_user_namespace(t, b, 100000);
}

/*
 * The runtime sets the label by writing to a file of /proc. These are plain files, which take any
 * word, where a runtime that trusts the container's own /proc would look.
 */
static void forged_proc(struct test *t, struct bundle *b)
{
	static const char *const files[] = { "exec", "current", "apparmor/exec", "apparmor/current" };

	for (const char *const *p = WORDS("self", "thread-self", "1", "self/task/1"); *p; p++)
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			bundle_file(b, format(t, "forged/%s/attr/%s", *p, files[i]), 0666, "");
	bundle_put(b, "mounts", json_array());
	bundle_mount(b, "/proc", "bind", format(t, "%s/forged", bundle_path(b)), "rbind,rw");
}

/* The root's own /proc is such a directory, and nothing is mounted there. */
static void no_proc(struct test *t, struct bundle *b)
{
	static const char *const files[] = { "exec", "current", "apparmor/exec", "apparmor/current" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		bundle_file(b, format(t, "rootfs/proc/self/attr/%s", files[i]), 0666, "");
	bundle_put(b, "mounts", json_array());
}

/* Another name of a file that all may write: only the policy tells the two from each other. */
static void make_files(struct test *t, struct bundle *b, const struct module *m)
{
	static const struct {
		const char *name, *label;
	} files[] = {
		{ "secret", SECRET },
		{ "mine", FILES ":c1,c2" },
		{ "theirs", FILES ":c1,c3" },
	};

	for (const char *const *d = WORDS("denied", "other"); *d; d++) {
		bundle_dir(b, format(t, "rootfs/%s", *d), 0777);
		need(t, !chmod(format(t, "%s/%s", bundle_rootfs(b), *d), 0777), *d);
	}
	for (size_t i = 0; m == &selinux && i < ARRAY_SIZE(files); i++) {
		const char *path = format(t, "%s/%s", bundle_rootfs(b), files[i].name);

		bundle_file(b, format(t, "rootfs/%s", files[i].name), 0666, "");
		need(t, !chmod(path, 0666), path);
		need(t, !setxattr(path, SELINUX, files[i].label, strlen(files[i].label), 0), path);
	}
}

static void check_label(struct test *t, const struct label_row *row, const struct facts *f)
{
	const char *id = row->c.requirement;
	int turn[2] = { 0, 0 };

	check_string(t, id, format(t, "what %s calls the process", row->module->name), row->seen,
		     facts_string(f, row->module->fact));
	for (const struct deed *d = row->deeds; d < row->deeds + ARRAY_SIZE(row->deeds) && d->verb;
	     d++) {
		int n = ++turn[*d->verb == 'o'];
		const char *fact = n > 1 ? format(t, "%s#%d", d->verb, n) : d->verb;

		check_string(t, id, format(t, "%s %s", d->verb, d->path), d->allowed ? "" : "EACCES",
			     facts_errno(f, fact));
	}
}

/* Whether it is the label that the runtime refuses, having claimed that it knows the module. */
static void judge_refusal(struct test *t, const struct label_row *row, struct bundle *b,
			  const char *refusal)
{
	const char *id = row->c.requirement;
	const struct result *without = NULL;

	bundle_remove(b, row->module->property);
	if (!bundle_try(b, &without))
		check_disabled(t, id, "refused without a label as well: %s",
			       result_text(t, without));
	else if (runtime_claims(t, row->module->claim, NULL) == CLAIM_YES)
		check_fail(t, id, "a container with this label", "refused: %s", refusal);
	else
		check_disabled(t, id, "the runtime refuses the label: %s", refusal);
}

/* A container with this label; a runtime that does not claim to know the module may refuse it. */
static void labelled(struct test *t)
{
	const struct label_row *row = test_row(t);
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	need_module(t, row->module);
	bundle_set(b, row->module->property, "s", row->label);
	bundle_probe(b, "label", NULL);
	for (const struct deed *d = row->deeds; d < row->deeds + ARRAY_SIZE(row->deeds) && d->verb;
	     d++) {
		bundle_probe_add(b, d->verb, d->path, NULL);
		if (d->how)
			bundle_probe_add(b, d->how, NULL);
	}
	make_files(t, b, row->module);
	if (row->harden)
		row->harden(t, b);
	f = bundle_try(b, &refusal);
	if (f)
		check_label(t, row, f);
	else if (!check_error(t, row->c.requirement, refusal) || row->refusable)
		return;
	else
		judge_refusal(t, row, b, result_text(t, refusal));
}

#define APPARMOR_ROW(word, about, profile, mode, harden, trap, ...)                                \
	{                                                                                          \
		{ word, "process.apparmor.applied", about }, &apparmor, profile,       \
			profile " (" mode ")", harden, trap, { __VA_ARGS__ }                       \
	}
#define SELINUX_ROW(word, about, label, harden, trap, ...)                                        \
	{                                                                                          \
		{ word, "process.selinux.applied", about }, &selinux, label, label,     \
			harden, trap, { __VA_ARGS__ }                                              \
	}
#define CREATE(path, allowed)                                                                      \
	{                                                                                          \
		"create", path, NULL, allowed                                                      \
	}
#define OPEN(path, allowed)                                                                        \
	{                                                                                          \
		"open", path, "rw", allowed                                                        \
	}

static const struct label_row apparmor_labels[] = {
	APPARMOR_ROW("confined", "the process runs under the profile that is named",
		     "assay-confined", "enforce", NULL, false, CREATE("/denied/file", false),
		     CREATE("/other/file", true)),
	APPARMOR_ROW("other", "the process runs under another profile when that is named",
		     "assay-other", "enforce", NULL, false, CREATE("/denied/file", true),
		     CREATE("/other/file", false)),
	APPARMOR_ROW("complain", "the process runs under a profile that only complains",
		     "assay-complain", "complain", NULL, false, CREATE("/denied/file", true),
		     CREATE("/other/file", true)),
	APPARMOR_ROW("unprivileged", "a profile for a user without privileges, and no new ones",
		     "assay-confined", "enforce", unprivileged, false,
		     CREATE("/denied/file", false), CREATE("/other/file", true)),
	APPARMOR_ROW("user-namespace", "a profile in a new user namespace", "assay-confined",
		     "enforce", user_namespace, false, CREATE("/denied/file", false),
		     CREATE("/other/file", true)),
	APPARMOR_ROW("no-proc", "no process without its profile when nothing is mounted on /proc",
		     "assay-confined", "enforce", no_proc, true, CREATE("/denied/file", false),
		     CREATE("/other/file", true)),
	APPARMOR_ROW("forged-proc", "no process without its profile when /proc is plain files",
		     "assay-confined", "enforce", forged_proc, true, CREATE("/denied/file", false),
		     CREATE("/other/file", true)),
};

static const struct label_row selinux_labels[] = {
	SELINUX_ROW("container", "the process has the label that is given", PROCESS, NULL, false,
		    OPEN("/secret", false), CREATE("/other/file", true)),
	SELINUX_ROW("other", "the process has another label when that is given", OTHER, NULL,
		    false, OPEN("/secret", true), CREATE("/other/file", true)),
	SELINUX_ROW("categories", "a label with categories is set whole", PROCESS ":c1,c2", NULL,
		    false, OPEN("/secret", false), OPEN("/mine", true), OPEN("/theirs", false)),
	SELINUX_ROW("range", "a label with a range of categories is set whole",
		    PROCESS "-s0:c0.c3,c5", NULL, false, OPEN("/secret", false),
		    OPEN("/theirs", true)),
	SELINUX_ROW("unprivileged", "a label for a user without privileges, and no new ones",
		    PROCESS, unprivileged, false, OPEN("/secret", false),
		    CREATE("/other/file", true)),
	SELINUX_ROW("user-namespace", "a label in a new user namespace", PROCESS, user_namespace,
		    false, OPEN("/secret", false), CREATE("/other/file", true)),
	SELINUX_ROW("no-proc", "no process without its label when nothing is mounted on /proc",
		    PROCESS, no_proc, true, OPEN("/secret", false), CREATE("/other/file", true)),
	SELINUX_ROW("forged-proc", "no process without its label when /proc is plain files",
		    PROCESS, forged_proc, true, OPEN("/secret", false),
		    CREATE("/other/file", true)),
};

/* ------------------------------------------------------------------ labels that there are not */

struct refused_row {
	struct test_case c;
	const struct module *module;
	const char *label, *good;
};

/* The twin has a label too, where the runtime says that it could set one. */
static void refused(struct test *t, const struct module *m, const char *id, const char *label,
		    const char *good_label)
{
	struct bundle *good = bundle_new(t), *bad;

	bundle_probe(good, "label", NULL);
	bad = bundle_copy(good);
	bundle_set(bad, m->property, "s", label);
	if (good_label && runtime_claims(t, m->claim, NULL) == CLAIM_YES)
		bundle_set(good, m->property, "s", good_label);
	check_refused(t, id, bad, good);
}

static void unknown(struct test *t)
{
	const struct refused_row *row = test_row(t);

	need_module(t, row->module);
	refused(t, row->module, row->c.requirement, row->label, row->good);
}

#define NO_PROFILE(word, about, profile)                                                           \
	{                                                                                          \
		{ word, "process.apparmor.unknown-profile", about }, &apparmor,        \
			profile, "assay-confined"                                                  \
	}
#define NO_LABEL(word, about, label)                                                               \
	{                                                                                          \
		{ word, "process.selinux.invalid-label", about }, &selinux, label,      \
			PROCESS ":c1"                                                              \
	}

static const struct refused_row unknown_profiles[] = {
	NO_PROFILE("missing", "refused: a profile that is not loaded", "assay-no-such-profile"),
	NO_PROFILE("beginning", "refused: the beginning of a profile's name", "assay-confine"),
	NO_PROFILE("child", "refused: a child profile that there is not", "assay-confined//none"),
};

static const struct refused_row invalid_labels[] = {
	NO_LABEL("words", "refused: what is no label", "not:a:label"),
	NO_LABEL("type", "refused: a type that there is not",
		 "system_u:system_r:no_such_t:s0:c1"),
	NO_LABEL("user", "refused: a user that there is not",
		 "no_such_u:system_r:container_t:s0:c1"),
	NO_LABEL("role", "refused: a role that there is not",
		 "system_u:no_such_r:container_t:s0:c1"),
	NO_LABEL("type-of-role", "refused: a type that its role may not have",
		 "system_u:other_r:container_t:s0:c1"),
	NO_LABEL("category", "refused: a category that there is not", PROCESS ":c1000"),
	NO_LABEL("no-level", "refused: a label without its level",
		 "system_u:system_r:container_t"),
};

/* ------------------------------------------------------------------ hosts without the module */

static void unsupported_host(struct test *t)
{
	const struct refused_row *row = test_row(t);

	need_no_module(t, row->module);
	refused(t, row->module, row->c.requirement, row->label, NULL);
}

static const struct refused_row no_apparmor[] = {
	{ { "apparmor", "process.apparmor.unsupported-host",
	    "refused: a profile where no AppArmor runs" },
	  &apparmor, "assay-confined", NULL },
};

static const struct refused_row no_selinux[] = {
	{ { "selinux", "process.selinux.unsupported-host",
	    "refused: a label where no SELinux runs" },
	  &selinux, PROCESS, NULL },
};

/* ------------------------------------------------------------------ mountLabel */

#define MOUNT_LABEL FILES ":c1,c2"

static struct bundle *with_mount_label(struct test *t, const char *label)
{
	struct bundle *b = bundle_new(t);

	need_module(t, &selinux);
	bundle_set(b, "linux.mountLabel", "s", label);
	return b;
}

/* In two mounts, so that not just the first or the last one is labelled. */
static void label_tmpfs(struct test *t)
{
	const char *id = "linux.mountlabel.tmpfs";
	struct bundle *b = with_mount_label(t, FILES);
	const struct facts *f;

	for (const char *const *m = WORDS("/tmp", "/log"); *m; m++) {
		bundle_mount(b, *m, "tmpfs", "tmpfs", "nosuid");
		bundle_probe_add(b, "create", format(t, "%s/file", *m), "xattr",
				 format(t, "%s/file", *m), SELINUX, NULL);
	}
	f = bundle_supported(b, id);
	for (const char *const *n = WORDS("xattr", "xattr#2"); f && *n; n++)
		check_string(t, id, "label of a file made in a tmpfs", FILES, facts_string(f, *n));
}

/* What is forbidden to the process by the label of its mount, and by nothing else. */
static void label_counts(struct test *t)
{
	const char *id = "linux.mountlabel.tmpfs";
	struct bundle *b = with_mount_label(t, SECRET);
	const struct facts *f;

	bundle_set(b, "process.selinuxLabel", "s", PROCESS);
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "nosuid");
	bundle_probe(b, "label", "create", "/tmp/file", "create", "/log/file", "xattr", "/tmp",
		     SELINUX, NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "label of the mount", SECRET, facts_string(f, "xattr"));
	/* To a process without its label, which others judge, nothing is forbidden. */
	if (!facts_string(f, selinux.fact) || strcmp(facts_string(f, selinux.fact), PROCESS))
		return;
	check_string(t, id, "making a file in a tmpfs with a forbidden label", "EACCES",
		     facts_errno(f, "create"));
	check_string(t, id, "making a file beside it", "", facts_errno(f, "create#2"));
}

static void label_dev(struct test *t)
{
	static const struct {
		const char *path, *type, *options;
	} mounts[] = {
		{ "/dev", "tmpfs", "nosuid,mode=755" },
		{ "/dev/shm", "tmpfs", "nosuid,nodev,mode=1777" },
		{ "/dev/pts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620" },
		{ "/dev/mqueue", "mqueue", "nosuid,noexec,nodev" },
	};
	const char *id = "linux.mountlabel.dev";
	struct bundle *b = with_mount_label(t, MOUNT_LABEL);
	const struct facts *f;

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		bundle_mount(b, mounts[i].path, mounts[i].type, mounts[i].type, mounts[i].options);
		bundle_probe_add(b, "xattr", mounts[i].path, SELINUX, NULL);
	}
	f = bundle_supported(b, id);
	for (size_t i = 0; f && i < ARRAY_SIZE(mounts); i++)
		check_string(t, id, format(t, "label of %s", mounts[i].path), MOUNT_LABEL,
			     facts_string(f, i ? format(t, "xattr#%zu", i + 1) : "xattr"));
}

/*
 * The comma of the categories stands in the midst of a list that has commas between its words. What
 * the mount is without a label is for other tests to judge; here the label must not change it.
 */
static void label_options(struct test *t)
{
	const char *id = "linux.mountlabel.options-kept";
	struct bundle *b = with_mount_label(t, MOUNT_LABEL), *plain;
	const struct facts *f, *without;

	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "size=64k,mode=750,nosuid,nodev");
	bundle_probe(b, "xattr", "/tmp", SELINUX, "stat", "/tmp", "statfs", "/tmp", "mounts", NULL);
	plain = bundle_copy(b);
	bundle_remove(plain, "linux.mountLabel");
	without = bundle_run(plain, NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "the whole label", MOUNT_LABEL, facts_string(f, "xattr"));
	check_int(t, id, "mode of the mount", facts_int(without, "stat.mode"),
		  facts_int(f, "stat.mode"));
	check_int(t, id, "size of the mount", tmpfs_size(without, "statfs"),
		  tmpfs_size(f, "statfs"));
	check_string(t, id, "options of the mount",
		     json_string_value(json_object_get(facts_mount(without, "/tmp"), "options")),
		     json_string_value(json_object_get(facts_mount(f, "/tmp"), "options")));
}

static void label_pseudo(struct test *t)
{
	const char *id = "linux.mountlabel.no-proc-sys";
	struct bundle *b = with_mount_label(t, MOUNT_LABEL);
	const struct facts *f;

	bundle_namespace(b, "network", NULL);
	bundle_mount(b, "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro");
	bundle_mount(b, "/tmp", "tmpfs", "tmpfs", "nosuid");
	bundle_probe(b, "xattr", "/tmp", SELINUX, "mounts", NULL);
	f = bundle_run(b, NULL);
	check_string(t, id, "type of what is mounted on /proc", "proc",
		     json_string_value(json_object_get(facts_mount(f, "/proc"), "type")));
	check_string(t, id, "type of what is mounted on /sys", "sysfs",
		     json_string_value(json_object_get(facts_mount(f, "/sys"), "type")));
	if (!facts_string(f, "xattr") || strcmp(facts_string(f, "xattr"), MOUNT_LABEL))
		check_disabled(t, id, "mountLabel has no effect on a tmpfs either");
}

static void label_without_selinux(struct test *t)
{
	struct bundle *good = bundle_new(t), *bad;

	need_no_module(t, &selinux);
	bundle_mount(good, "/tmp", "tmpfs", "tmpfs", "nosuid");
	bad = bundle_copy(good);
	bundle_set(bad, "linux.mountLabel", "s", FILES);
	check_refused(t, "linux.mountlabel.without-selinux", bad, good);
}

const struct test_entry lsm_tests[] = {
	{
		.name = "lsm/profile",
		.about = "the AppArmor profile of the process",
		.run = labelled,
		.cgroup = CGROUP_V2,
		CASES(apparmor_labels),
	},
	{
		.name = "lsm/label",
		.about = "the SELinux label of the process",
		.run = labelled,
		.cgroup = CGROUP_V1,
		CASES(selinux_labels),
	},
	{
		.name = "lsm/unknown-profile",
		.about = "a profile that cannot be applied is refused",
		.run = unknown,
		.cgroup = CGROUP_V2,
		CASES(unknown_profiles),
	},
	{
		.name = "lsm/invalid-label",
		.about = "a label that cannot be applied is refused",
		.run = unknown,
		.cgroup = CGROUP_V1,
		CASES(invalid_labels),
	},
	{
		.name = "lsm/no-module",
		.about = "a profile is refused where no AppArmor runs",
		.run = unsupported_host,
		.cgroup = CGROUP_V1,
		CASES(no_apparmor),
	},
	{
		.name = "lsm/no-module",
		.about = "a label is refused where no SELinux runs",
		.run = unsupported_host,
		.cgroup = CGROUP_V2,
		CASES(no_selinux),
	},
	{
		.name = "lsm/mount-label/tmpfs",
		.about = "files of a tmpfs have the label that mountLabel gives",
		.requirements = REQS("linux.mountlabel.tmpfs"),
		.run = label_tmpfs,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "lsm/mount-label/effect",
		.about = "what mountLabel forbids to the process is forbidden",
		.requirements = REQS("linux.mountlabel.tmpfs"),
		.run = label_counts,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "lsm/mount-label/dev",
		.about = "/dev and the mounts below have the label that mountLabel gives",
		.requirements = REQS("linux.mountlabel.dev"),
		.run = label_dev,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "lsm/mount-label/options",
		.about = "the label is set whole, and the mount's own options stay",
		.requirements = REQS("linux.mountlabel.options-kept"),
		.run = label_options,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "lsm/mount-label/proc-and-sys",
		.about = "mountLabel is no obstacle to mounts that cannot have it",
		.requirements = REQS("linux.mountlabel.no-proc-sys"),
		.run = label_pseudo,
		.cgroup = CGROUP_V1,
	},
	{
		.name = "lsm/mount-label/no-module",
		.about = "refused: mountLabel where no SELinux runs",
		.requirements = REQS("linux.mountlabel.without-selinux"),
		.run = label_without_selinux,
		.cgroup = CGROUP_V2,
	},
	{ 0 },
};
