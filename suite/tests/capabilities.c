/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.capabilities and process.noNewPrivileges: what the program may do, told by the kernel's
 * five sets and by trying it. It must never take a set for the truth where the deed can be seen, nor
 * judge a deed that the environment does not let anyone do.
 */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "suite/suite.h"
#include "suite/tests/common.h"
#include "suite/tests/features.h"
#include "suite/tests/tests.h"

/* ------------------------------------------------------------------ names and numbers */

/* All that capabilities(7) lists, by their number; and the one that the same deed may do with. */
#define CAPABILITIES(X)                                                                            \
	X(CHOWN, "chown", CHOWN)                                                                   \
	X(DAC_OVERRIDE, "dac-override", DAC_OVERRIDE)                                              \
	X(DAC_READ_SEARCH, "dac-read-search", DAC_OVERRIDE)                                        \
	X(FOWNER, "fowner", FOWNER)                                                                \
	X(FSETID, "fsetid", FSETID)                                                                \
	X(KILL, "kill", KILL)                                                                      \
	X(SETGID, "setgid", SETGID)                                                                \
	X(SETUID, "setuid", SETUID)                                                                \
	X(SETPCAP, "setpcap", SETPCAP)                                                             \
	X(LINUX_IMMUTABLE, "linux-immutable", LINUX_IMMUTABLE)                                     \
	X(NET_BIND_SERVICE, "net-bind-service", NET_BIND_SERVICE)                                  \
	X(NET_BROADCAST, "net-broadcast", NET_BROADCAST)                                           \
	X(NET_ADMIN, "net-admin", NET_ADMIN)                                                       \
	X(NET_RAW, "net-raw", NET_RAW)                                                             \
	X(IPC_LOCK, "ipc-lock", IPC_LOCK)                                                          \
	X(IPC_OWNER, "ipc-owner", IPC_OWNER)                                                       \
	X(SYS_MODULE, "sys-module", SYS_MODULE)                                                    \
	X(SYS_RAWIO, "sys-rawio", SYS_RAWIO)                                                       \
	X(SYS_CHROOT, "sys-chroot", SYS_CHROOT)                                                    \
	X(SYS_PTRACE, "sys-ptrace", SYS_PTRACE)                                                    \
	X(SYS_PACCT, "sys-pacct", SYS_PACCT)                                                       \
	X(SYS_ADMIN, "sys-admin", SYS_ADMIN)                                                       \
	X(SYS_BOOT, "sys-boot", SYS_BOOT)                                                          \
	X(SYS_NICE, "sys-nice", SYS_NICE)                                                          \
	X(SYS_RESOURCE, "sys-resource", SYS_RESOURCE)                                              \
	X(SYS_TIME, "sys-time", SYS_TIME)                                                          \
	X(SYS_TTY_CONFIG, "sys-tty-config", SYS_TTY_CONFIG)                                        \
	X(MKNOD, "mknod", MKNOD)                                                                   \
	X(LEASE, "lease", LEASE)                                                                   \
	X(AUDIT_WRITE, "audit-write", AUDIT_WRITE)                                                 \
	X(AUDIT_CONTROL, "audit-control", AUDIT_CONTROL)                                           \
	X(SETFCAP, "setfcap", SETFCAP)                                                             \
	X(MAC_OVERRIDE, "mac-override", MAC_OVERRIDE)                                              \
	X(MAC_ADMIN, "mac-admin", MAC_ADMIN)                                                       \
	X(SYSLOG, "syslog", SYS_ADMIN)                                                             \
	X(WAKE_ALARM, "wake-alarm", WAKE_ALARM)                                                    \
	X(BLOCK_SUSPEND, "block-suspend", BLOCK_SUSPEND)                                           \
	X(AUDIT_READ, "audit-read", AUDIT_READ)                                                    \
	X(PERFMON, "perfmon", SYS_ADMIN)                                                           \
	X(BPF, "bpf", SYS_ADMIN)                                                                   \
	X(CHECKPOINT_RESTORE, "checkpoint-restore", SYS_ADMIN)

#define NAME_ID(name)		  "process.capabilities.name." name
#define AS_ID(name, id, also)	  NAME_ID(id),
#define AS_ROW(name, id, also)	  [CAP_##name] = { "CAP_" #name, NAME_ID(id), CAP_##also },

static const struct capability {
	const char *name, *requirement;
	int also; /* another that lets it be done, or its own number */
} capabilities[] = { CAPABILITIES(AS_ROW) };

#define BIT(name) (1ULL << CAP_##name)

/* What the suite, and so the runtime, can give away. */
static uint64_t grantable(void)
{
	uint64_t mask = 0;

	for (int i = 0; i < (int)ARRAY_SIZE(capabilities); i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			mask |= 1ULL << i;
	return mask;
}

static json_t *names(uint64_t mask)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (mask >> i & 1)
			json_array_append_new(list, json_string(capabilities[i].name));
	return list;
}

/* ------------------------------------------------------------------ bundles and answers */

static const char *const sets[] = { "bounding", "permitted", "effective", "inheritable", "ambient" };

/* All five arrays; those that are 0 are empty arrays. */
static void grant(struct test *t, struct bundle *b, uint64_t bounding, uint64_t permitted,
		  uint64_t effective, uint64_t inheritable, uint64_t ambient)
{
	const uint64_t masks[] = { bounding, permitted, effective, inheritable, ambient };

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		bundle_put(b, format(t, "process.capabilities.%s", sets[i]), names(masks[i]));
}

static struct bundle *with_user(struct test *t, int id)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "process.user", "{s:i s:i}", "uid", id, "gid", id);
	return b;
}

static uint64_t mask_of(const struct facts *f, const char *path)
{
	const char *digits = facts_string(f, path);

	return digits ? strtoull(digits, NULL, 16) : ~0ULL;
}

static const char *mask_text(struct test *t, uint64_t mask)
{
	const char *text = "";

	for (int i = 0; i < 64; i++)
		if (mask >> i & 1)
			text = i < (int)ARRAY_SIZE(capabilities) ?
				       format(t, "%s %s", text, capabilities[i].name) :
				       format(t, "%s %d", text, i);
	return *text ? text + 1 : "none";
}

static bool check_mask(struct test *t, const char *requirement, const struct facts *f,
		       const char *path, uint64_t expected)
{
	if (!facts_string(f, path)) {
		check_fail(t, requirement, format(t, "%s is told", path), "no answer");
		return false;
	}
	return check_seen(t, requirement, mask_of(f, path) == expected,
			  format(t, "%s: %s", path, mask_text(t, expected)), "%s",
			  mask_text(t, mask_of(f, path)));
}

/* No more than these. */
static bool check_within(struct test *t, const char *requirement, const struct facts *f,
			 const char *path, uint64_t most)
{
	return check_seen(t, requirement, facts_string(f, path) && !(mask_of(f, path) & ~most),
			  format(t, "%s: at most %s", path, mask_text(t, most)), "%s",
			  facts_string(f, path) ? mask_text(t, mask_of(f, path)) : "no answer");
}

static void check_sets(struct test *t, const char *requirement, const struct facts *f,
		       uint64_t bounding, uint64_t permitted, uint64_t effective,
		       uint64_t inheritable, uint64_t ambient)
{
	const uint64_t masks[] = { bounding, permitted, effective, inheritable, ambient };

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		check_mask(t, requirement, f, format(t, "caps.%s", sets[i]), masks[i]);
}

/* How a deed ended: "" done, an errno, NULL when it could not be tried. */
static const char *deed(const struct facts *f, int number)
{
	return json_string_value(json_object_get(facts_get(f, "powers"), capabilities[number].name));
}

/* What the deeds of the probe are done to: the owner's IDs are those outside. */
static void place_things(struct test *t, struct bundle *b, int root, int user)
{
	const char *dir = format(t, "%s/powers", bundle_rootfs(b));
	const char *copy = format(t, "%s/set-uid", dir), *own = format(t, "%s/own", dir);

	bundle_dir(b, "rootfs/powers", 0755);
	bundle_file(b, "rootfs/powers/root", 0600, "root");
	bundle_file(b, "rootfs/powers/own", 0755, "own");
	place_probe(t, copy, 0755);
	need(t,
	     !chown(dir, (uid_t)root, (gid_t)root) && !chmod(dir, 0777) &&
		     !chown(format(t, "%s/root", dir), (uid_t)root, (gid_t)root) &&
		     !chown(own, (uid_t)user, (gid_t)root) && !chown(copy, (uid_t)root, (gid_t)root) &&
		     !chmod(copy, 04755),
	     dir);
}

#define USER 1000

/* A program of an unprivileged user, in a network of its own, that tries all deeds. */
static struct bundle *with_deeds(struct test *t, uint64_t mask)
{
	struct bundle *b = with_user(t, USER);

	place_things(t, b, 0, USER);
	bundle_namespace(b, "network", NULL);
	grant(t, b, mask, mask, mask, mask, mask);
	bundle_probe(b, "caps", "powers", NULL);
	return b;
}

/* ------------------------------------------------------------------ each name */

/*
 * All names in a few containers: each name is in half of them, no two in the same ones. A number is
 * that of its name when it is set in just those: nothing but its own name gives that pattern, nor do
 * several others together cover what it leaves out. What deviates is looked at alone.
 */
#define GROUPS 8

/* When the runtime refuses the whole: those that no kernel or library lacks any more. */
#define OLD_NAMES (BIT(PERFMON) - 1)

struct names_test {
	struct test *t;
	uint64_t all; /* what can be given */
	uint64_t together; /* of them, what is asked for at once */
	uint64_t members[GROUPS];
	const struct facts *with_all, *answers[GROUPS];
};

static void make_groups(struct names_test *n)
{
	unsigned int code = 0;

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
		do
			code++;
		while (__builtin_popcount(code) != GROUPS / 2);
		for (int g = 0; g < GROUPS; g++)
			if (code >> g & 1 && n->together >> i & 1)
				n->members[g] |= 1ULL << i;
	}
}

static const struct facts *answer_with(struct test *t, uint64_t mask)
{
	const struct result *refusal = NULL;

	return bundle_try(with_deeds(t, mask), &refusal);
}

/* Whether the runtime has such a set at all: one that nothing gets into is judged by its own row. */
static bool in_use(const struct names_test *n, size_t set)
{
	const char *path = format(n->t, "caps.%s", sets[set]);

	return !n->with_all || !set || mask_of(n->with_all, path);
}

/* Whether a set has a bit though it should not, or the reverse. */
static bool wrong_set(const struct names_test *n, const struct facts *f, int number, bool listed)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		const char *path = format(n->t, "caps.%s", sets[i]);

		if (!facts_string(f, path) ||
		    (in_use(n, i) && (mask_of(f, path) >> number & 1) != listed))
			return true;
	}
	return false;
}

/* The deed of a number against what is listed; NULL: as it should be, or nothing to be said. */
static const char *wrong_deed(const struct names_test *n, const struct facts *f, int number,
			      uint64_t listed)
{
	const char *can = deed(n->with_all, number), *done = deed(f, number);

	if (!can || *can || !done)
		return NULL;
	if (listed >> number & 1)
		return *done ? done : NULL;
	if (listed >> capabilities[number].also & 1)
		return NULL;
	return *done ? NULL : "done";
}

/* With this one capability and no other. */
static void judge_alone(const struct names_test *n, int number)
{
	struct test *t = n->t;
	const char *id = capabilities[number].requirement, *bad;
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(with_deeds(t, 1ULL << number), &refusal);
	uint64_t mask = 1ULL << number;

	if (!f) {
		check_fail(t, id, format(t, "%s in all five sets", capabilities[number].name), "%s",
			   result_text(t, refusal));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (in_use(n, i))
			check_mask(t, id, f, format(t, "caps.%s", sets[i]), mask);
	bad = wrong_deed(n, f, number, mask);
	check_seen(t, id, !bad, format(t, "what needs %s is done", capabilities[number].name), "%s",
		   bad ? bad : "it is");
}

static void judge(const struct names_test *n, int number)
{
	struct test *t = n->t;
	const struct capability *c = &capabilities[number];

	if (!test_wants(t, c->requirement))
		return;
	if (!(n->all >> number & 1)) {
		check_skip(t, c->requirement, "the kernel or the suite itself has no %s", c->name);
		return;
	}
	if (!(n->together >> number & 1)) {
		judge_alone(n, number);
		return;
	}
	for (int g = 0; g < GROUPS; g++) {
		const struct facts *f = n->answers[g];
		bool listed = n->members[g] >> number & 1;
		const char *bad = NULL;

		if (!f && !listed)
			continue;
		if (!f || wrong_set(n, f, number, listed)) {
			judge_alone(n, number);
			return;
		}
		bad = wrong_deed(n, f, number, n->members[g]);
		if (!check_seen(t, c->requirement, !bad,
				format(t, "what needs %s, %s", c->name,
				       listed ? "which is listed, is done" :
						"which is not listed, is refused"),
				"%s", bad ? bad : "so it is"))
			return;
	}
}

static void each_name(struct test *t)
{
	struct names_test n = { .t = t, .all = grantable() };

	n.together = n.all;
	n.with_all = answer_with(t, n.together);
	if (!n.with_all) {
		n.together &= OLD_NAMES;
		n.with_all = answer_with(t, n.together);
	}
	make_groups(&n);
	for (int g = 0; g < GROUPS; g++)
		n.answers[g] = answer_with(t, n.members[g]);
	for (int i = 0; i < (int)ARRAY_SIZE(capabilities); i++)
		judge(&n, i);
}

/* ------------------------------------------------------------------ the five sets */

/* Effects: those of `mask` are done when they can be, those of `others` are refused. */
static void check_deeds(struct test *t, const char *requirement, const struct facts *f,
			uint64_t mask, uint64_t others)
{
	for (int i = 0; i < (int)ARRAY_SIZE(capabilities); i++) {
		const char *done = deed(f, i);

		if (!((mask | others) >> i & 1))
			continue;
		if (mask >> i & 1)
			check_string(t, requirement,
				     format(t, "what needs %s, which is listed",
					    capabilities[i].name),
				     "", done);
		else
			check_true(t, requirement, done && *done,
				   format(t, "what needs %s, which is not listed, is refused",
					  capabilities[i].name),
				   "%s", done ? "it is done" : "it could not be tried");
	}
}

/* Deeds of every kernel and sandbox. */
#define COMMON_DEEDS                                                                               \
	(BIT(CHOWN) | BIT(DAC_OVERRIDE) | BIT(FOWNER) | BIT(SETGID) | BIT(SETUID) | BIT(SYS_CHROOT))

static void effective(struct test *t)
{
	const char *id = "process.capabilities.effective";
	const uint64_t mask = BIT(CHOWN) | BIT(SETUID) | BIT(SYS_CHROOT);
	const struct facts *f = bundle_run(with_deeds(t, mask), NULL);

	check_sets(t, id, f, mask, mask, mask, mask, mask);
	check_deeds(t, id, f, mask, COMMON_DEEDS & ~mask);
}

/* The kernel gives root at execve(2) what the bounding set lets through. */
static void check_root(struct test *t, struct bundle *b)
{
	const char *id = "process.capabilities.effective";
	const uint64_t mask = BIT(CHOWN) | BIT(KILL) | BIT(SYS_CHROOT);
	const struct facts *f;

	grant(t, b, mask, mask, mask, 0, 0);
	f = bundle_run(b, "caps", "chroot", "/", "mkdir", "/tmp/d", "chown", "/tmp/d", "7", "7",
		       "setuid", "7");
	check_sets(t, id, f, mask, mask, mask, 0, 0);
	check_string(t, id, "chroot(2)", "", facts_errno(f, "chroot"));
	check_string(t, id, "chown(2)", "", facts_errno(f, "chown"));
	check_string(t, id, "setuid(2) without CAP_SETUID", "EPERM", facts_errno(f, "setuid"));
}

static void effective_root(struct test *t)
{
	check_root(t, with_user(t, 0));
}

/* A user namespace gives its first process all capabilities, whoever it is. */
static void effective_in_user_namespace(struct test *t)
{
	const char *id = "process.capabilities.effective";
	const uint64_t mask = BIT(CHOWN) | BIT(SETUID) | BIT(SYS_CHROOT);
	const int first = 200000;
	struct bundle *b = with_user(t, USER), *root = with_user(t, 0);
	const struct facts *f;

	if (runtime_claims(t, "linux.namespaces", "user") == CLAIM_NO)
		test_disable(t, "features does not list user namespaces");
	with_user_namespace(t, b, first);
	place_things(t, b, first, first + USER);
	bundle_namespace(b, "network", NULL);
	grant(t, b, mask, mask, mask, mask, mask);
	f = bundle_run(b, "caps", "powers");
	check_sets(t, id, f, mask, mask, mask, mask, mask);
	check_deeds(t, id, f, mask, COMMON_DEEDS & ~mask);
	with_user_namespace(t, root, first);
	check_root(t, root);
}

static void bounding(struct test *t)
{
	const uint64_t wide = BIT(CHOWN) | BIT(KILL) | BIT(SYS_CHROOT);
	struct bundle *b = with_user(t, 0);
	const struct facts *f;

	grant(t, b, wide, wide, wide, BIT(KILL), 0);
	f = bundle_run(b, "caps");
	check_mask(t, "process.capabilities.inheritable", f, "caps.inheritable", BIT(KILL));
	check_mask(t, "process.capabilities.bounding", f, "caps.bounding", wide);
	b = with_user(t, USER);
	place_things(t, b, 0, USER);
	grant(t, b, wide, 0, 0, 0, 0);
	f = bundle_run(b, "caps", "gain", "/powers/set-uid");
	check_mask(t, "process.capabilities.bounding", f, "caps.bounding", wide);
	/* What is bounded away does not come back with the powers of root. */
	check_mask(t, "process.capabilities.bounding", f, "gain.bounding", wide);
	check_within(t, "process.capabilities.bounding", f, "gain.permitted", wide);
	check_within(t, "process.capabilities.bounding", f, "gain.effective", wide);
}

static void all_empty(struct test *t)
{
	const char *id = "process.capabilities.bounding.empty";
	struct bundle *b = with_user(t, 0);
	const struct facts *f;

	grant(t, b, 0, 0, 0, 0, 0);
	f = bundle_run(b, "caps", "chroot", "/", "setuid", "7");
	check_sets(t, id, f, 0, 0, 0, 0, 0);
	check_string(t, id, "chroot(2)", "EPERM", facts_errno(f, "chroot"));
	check_string(t, id, "setuid(2)", "EPERM", facts_errno(f, "setuid"));
}

/*
 * execve(2) gives root again all that is bounding, unless no new privileges are to be had; then what
 * was permitted before is seen after it.
 */
static void permitted(struct test *t)
{
	const uint64_t wide = BIT(CHOWN) | BIT(KILL) | BIT(SYS_CHROOT), some = BIT(CHOWN);
	struct bundle *b = with_user(t, 0);
	const struct facts *f;

	grant(t, b, wide, some, some, 0, 0);
	bundle_set(b, "process.noNewPrivileges", "b", true);
	f = bundle_run(b, "caps", "chroot", "/");
	check_mask(t, "process.capabilities.inheritable.empty", f, "caps.inheritable", 0);
	check_mask(t, "process.capabilities.permitted", f, "caps.permitted", some);
	check_mask(t, "process.capabilities.permitted", f, "caps.effective", some);
	check_string(t, "process.capabilities.permitted", "chroot(2)", "EPERM",
		     facts_errno(f, "chroot"));
}

static void ambient(struct test *t)
{
	const char *id = "process.capabilities.ambient";
	const uint64_t wide = BIT(CHOWN) | BIT(SYS_CHROOT), some = BIT(CHOWN);
	struct bundle *b = with_user(t, USER);
	const struct facts *f;

	place_things(t, b, 0, USER);
	grant(t, b, wide, wide, wide, wide, some);
	f = bundle_run(b, "caps", "powers");
	check_sets(t, id, f, wide, some, some, wide, some);
	check_deeds(t, id, f, some, wide & ~some);
}

/* Nothing of what is permitted stays with an unprivileged user over execve(2) without them. */
static void ambient_empty(struct test *t)
{
	const char *id = "process.capabilities.ambient.empty";
	const uint64_t wide = BIT(CHOWN) | BIT(SYS_CHROOT);
	struct bundle *b = with_user(t, USER);
	const struct facts *f;

	place_things(t, b, 0, USER);
	grant(t, b, wide, wide, wide, wide, 0);
	f = bundle_run(b, "caps", "powers");
	check_sets(t, id, f, wide, 0, 0, wide, 0);
	check_deeds(t, id, f, 0, wide);
}

/* ------------------------------------------------------------------ what cannot be granted */

/* Create and start must work all the same; NULL: they did not, and the requirement is decided. */
static const struct facts *granted(struct test *t, const char *requirement, struct bundle *b)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(b, &refusal);

	if (!f)
		check_fail(t, requirement, "create and start: exit status 0", "%s",
			   result_text(t, refusal));
	return f;
}

static void ambient_not_grantable(struct test *t)
{
	const char *id = "process.capabilities.ambient-not-grantable";
	struct bundle *b = with_user(t, USER);
	const struct facts *f;

	bundle_probe(b, "caps", NULL);
	/* One is not inheritable, one neither permitted nor inheritable; the third is both. */
	grant(t, b, BIT(KILL) | BIT(CHOWN) | BIT(SETUID), BIT(KILL) | BIT(CHOWN),
	      BIT(KILL) | BIT(CHOWN), BIT(CHOWN), BIT(KILL) | BIT(CHOWN) | BIT(SETUID));
	f = granted(t, id, b);
	if (!f)
		return;
	check_mask(t, id, f, "caps.bounding", BIT(KILL) | BIT(CHOWN) | BIT(SETUID));
	check_within(t, id, f, "caps.ambient", BIT(CHOWN));
}

/* Root has CAP_KILL and no other. What becomes of the ambient array is for other rows. */
static void check_kill_only(struct test *t, const char *requirement, const struct facts *f,
			    uint64_t may_have)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		const char *path = format(t, "caps.%s", sets[i]);

		check_within(t, requirement, f, path, BIT(KILL) | may_have);
		check_true(t, requirement,
			   !strcmp(sets[i], "ambient") || mask_of(f, path) & BIT(KILL),
			   format(t, "CAP_KILL is %s", sets[i]), "it is not");
	}
}

static struct bundle *with_names(struct test *t, const char *a, const char *b)
{
	struct bundle *bundle = with_user(t, 0);

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		bundle_set(bundle, format(t, "process.capabilities.%s", sets[i]), "[s s]", a, b);
	bundle_probe(bundle, "caps", NULL);
	return bundle;
}

struct unknown {
	struct test_case c;
	const char *name;
};

/* What can be mapped is granted, whatever stands beside it, before or behind. */
static void unknown_name(struct test *t)
{
	const char *id = "process.capabilities.unknown-name";
	const struct unknown *row = test_row(t);

	for (int behind = 0; behind < 2; behind++) {
		const struct facts *f =
			granted(t, id, behind ? with_names(t, "CAP_KILL", row->name) :
						with_names(t, row->name, "CAP_KILL"));

		if (!f)
			return;
		check_kill_only(t, id, f, 0);
	}
}

static const struct unknown unknown_names[] = {
	{ { "no-such-name", NULL, NULL }, "CAP_ASSAY" },
	{ { "longer-name", NULL, NULL }, "CAP_CHOWNER" },
};

/* Who keeps to 1.1 as well cannot keep to both texts. */
static void unknown_name_error(struct test *t)
{
	if (features_series(runtime_features(t), "ociVersionMax") >= 101)
		test_disable(t, "the runtime is made for 1.1 or later too, which wants no error");
	check_refused(t, "process.capabilities.unknown-name.error",
		      with_names(t, "CAP_ASSAY", "CAP_KILL"), with_names(t, "CAP_KILL", "CAP_KILL"));
}

/* The runtime is called without a capability, as by an engine that is bounded itself. */
static void not_grantable(struct test *t)
{
	const char *id = "process.capabilities.not-grantable";
	struct bundle *b = with_names(t, "CAP_SYS_TIME", "CAP_KILL");
	const struct facts *f;

	need(t, !prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0), "drop CAP_SYS_TIME");
	f = granted(t, id, b);
	if (!f)
		return;
	/* A kernel of the container's own may have more to give than the runtime. */
	check_kill_only(t, id, f, BIT(SYS_TIME));
}

static void duplicates(struct test *t)
{
	const struct facts *f = granted(t, "process.capabilities.duplicates",
					with_names(t, "CAP_KILL", "CAP_KILL"));

	if (f)
		check_kill_only(t, "process.capabilities.duplicates", f, 0);
}

/* ------------------------------------------------------------------ noNewPrivileges */

/*
 * An unprivileged program that runs two files: one of root with the set-user-ID bit, one that has a
 * capability of its own.
 */
static struct bundle *with_gains(struct test *t)
{
	const struct vfs_cap_data own = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0] = { .permitted = (uint32_t)BIT(CHOWN) },
	};
	struct bundle *b = with_user(t, USER);
	const char *copy = format(t, "%s/powers/with-chown", bundle_rootfs(b));

	place_things(t, b, 0, USER);
	place_probe(t, copy, 0755);
	need(t, !setxattr(copy, "security.capability", &own, sizeof(own), 0), copy);
	grant(t, b, BIT(CHOWN) | BIT(KILL), 0, 0, 0, 0);
	bundle_probe(b, "nnp", "gain", "/powers/set-uid", "gain", "/powers/with-chown", NULL);
	return b;
}

static void check_gains(struct test *t, const char *id, const struct facts *f, bool gains)
{
	const uint64_t wide = BIT(CHOWN) | BIT(KILL);

	check_int(t, id, "user of a set-user-ID program", USER, facts_int(f, "gain.uid"));
	check_int(t, id, "its effective user", gains ? 0 : USER, facts_int(f, "gain.euid"));
	check_mask(t, id, f, "gain.permitted", gains ? wide : 0);
	check_mask(t, id, f, "gain.effective", gains ? wide : 0);
	check_int(t, id, "effective user of a program with a capability", USER,
		  facts_int(f, "gain#2.euid"));
	check_mask(t, id, f, "gain#2.permitted", gains ? BIT(CHOWN) : 0);
	check_mask(t, id, f, "gain#2.effective", gains ? BIT(CHOWN) : 0);
}

static void no_new_privileges(struct test *t)
{
	struct bundle *b = with_gains(t);
	const struct facts *without, *with_false, *with_true;

	without = bundle_run(b, NULL);
	b = with_gains(t);
	bundle_set(b, "process.noNewPrivileges", "b", false);
	with_false = bundle_run(b, NULL);
	b = with_gains(t);
	bundle_set(b, "process.noNewPrivileges", "b", true);
	with_true = bundle_run(b, NULL);

	check_pass(t, "process.no-new-privileges.optional");
	check_int(t, "process.no-new-privileges.default", "no_new_privs when it is left out", 0,
		  facts_int(without, "nnp"));
	check_gains(t, "process.no-new-privileges.default", without, true);
	check_int(t, "process.no-new-privileges.default", "no_new_privs when it is false", 0,
		  facts_int(with_false, "nnp"));
	check_gains(t, "process.no-new-privileges.default", with_false, true);
	check_int(t, "process.no-new-privileges.true", "no_new_privs", 1,
		  facts_int(with_true, "nnp"));
	check_gains(t, "process.no-new-privileges.effect", with_true, false);
}

const struct test_entry capability_tests[] = {
	{
		.name = "capabilities/names",
		.about = "each name gives the capability of its number, and what can be done with it",
		.requirements = (const char *const[]){ CAPABILITIES(AS_ID) NULL },
		.run = each_name,
		.limit_s = 180,
	},
	{
		.name = "capabilities/effective",
		.about = "an unprivileged user has the capabilities that all arrays list, in effect",
		.requirements = REQS("process.capabilities.effective"),
		.run = effective,
	},
	{
		.name = "capabilities/effective-root",
		.about = "root has the capabilities that the arrays list, in effect, and no others",
		.requirements = REQS("process.capabilities.effective"),
		.run = effective_root,
	},
	{
		.name = "capabilities/effective-in-user-namespace",
		.about = "the same for a user and for root inside a user namespace",
		.requirements = REQS("process.capabilities.effective"),
		.run = effective_in_user_namespace,
	},
	{
		.name = "capabilities/bounding",
		.about = "bounding bounds, a set-user-ID program as well; inheritable is what is listed",
		.requirements = REQS("process.capabilities.bounding",
				     "process.capabilities.inheritable"),
		.run = bounding,
	},
	{
		.name = "capabilities/empty",
		.about = "empty arrays leave root without any capability",
		.requirements = REQS("process.capabilities.bounding.empty"),
		.run = all_empty,
	},
	{
		.name = "capabilities/permitted",
		.about = "permitted is less than bounding; inheritable stays empty",
		.requirements = REQS("process.capabilities.permitted",
				     "process.capabilities.inheritable.empty"),
		.run = permitted,
	},
	{
		.name = "capabilities/ambient",
		.about = "ambient capabilities stay with an unprivileged user, and no others",
		.requirements = REQS("process.capabilities.ambient"),
		.run = ambient,
	},
	{
		.name = "capabilities/ambient-empty",
		.about = "inheritable capabilities do not become ambient by themselves",
		.requirements = REQS("process.capabilities.ambient.empty"),
		.run = ambient_empty,
	},
	{
		.name = "capabilities/ambient-not-grantable",
		.about = "ambient capabilities that the kernel does not let through are no error",
		.requirements = REQS("process.capabilities.ambient-not-grantable"),
		.run = ambient_not_grantable,
	},
	{
		.name = "capabilities/unknown-name",
		.about = "a name that the kernel does not have is no error, and harms no other",
		.requirements = REQS("process.capabilities.unknown-name"),
		.run = unknown_name,
		CASES(unknown_names),
	},
	{
		.name = "capabilities/unknown-name-error",
		.about = "before 1.1 a name that the kernel does not have is an error",
		.requirements = REQS("process.capabilities.unknown-name.error"),
		.run = unknown_name_error,
	},
	{
		.name = "capabilities/not-grantable",
		.about = "a capability that the runtime itself lacks is no error",
		.requirements = REQS("process.capabilities.not-grantable"),
		.run = not_grantable,
	},
	{
		.name = "capabilities/duplicates",
		.about = "a name that is repeated is harmless",
		.requirements = REQS("process.capabilities.duplicates"),
		.run = duplicates,
	},
	{
		.name = "capabilities/no-new-privileges",
		.about = "noNewPrivileges, and nothing else, keeps programs from gaining privileges",
		.requirements = REQS("process.no-new-privileges.true",
				     "process.no-new-privileges.effect",
				     "process.no-new-privileges.default",
				     "process.no-new-privileges.optional"),
		.run = no_new_privileges,
	},
	{ 0 },
};
