/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features structure as a contract (features.md, features-linux.md): what it claims must work
 * when it is used, what works must not be missing from it. Each test asks for the structure anew.
 * It must never hold a runtime to a claim that the kernel, asked by the suite itself, cannot keep.
 */
#include "suite/tests/features.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/links.h"

/* The list at a path of the structure now; without one the test is over: nothing is claimed. */
static const json_t *claimed(struct test *t, const char *path)
{
	const json_t *list = features_list(features_read(t), path);

	if (!list)
		test_disable(t, "the structure has no list %s", path);
	return list;
}

/* ------------------------------------------------------------------ words of a configuration */

/* Makes a bundle that uses these words (an array, maybe empty), which the probe answers in. */
typedef struct bundle *maker(struct test *t, const json_t *words);

static json_t *one_word(const json_t *word)
{
	return json_pack("[O]", word);
}

/* What the probe says where a word is in effect; NULL: so, else what it says. */
typedef const char *judge(struct test *t, const struct facts *f, const char *word);

/* What is against a run with these words: that it is refused, or has no effect; NULL: nothing. */
static const char *fault(struct test *t, const json_t *words, maker *make, judge *in_effect)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(make(t, words), &refusal);
	const char *bad = f ? NULL : result_text(t, refusal);
	size_t i;
	json_t *word;

	json_array_foreach (words, i, word)
		if (!bad && in_effect)
			bad = in_effect(t, f, json_string_value(word));
	return bad;
}

/*
 * Each word must be taken by create and start, as nothing is. All at once is quick; when that is
 * refused, each alone, to name those that are at fault.
 */
static void check_taken(struct test *t, const char *id, const json_t *words, bool together,
			maker *make, judge *in_effect)
{
	const char *bad = "";
	size_t i;
	json_t *word;

	if (!json_array_size(words)) {
		check_disabled(t, id, "nothing is listed that could be tried");
		return;
	}
	bundle_run(make(t, json_array()));
	if (together && json_array_size(words) > 1 && !fault(t, words, make, in_effect)) {
		check_pass(t, id);
		return;
	}
	json_array_foreach (words, i, word) {
		const char *one = fault(t, one_word(word), make, in_effect);

		if (one)
			bad = format(t, "%s%s: %s; ", bad, json_string_value(word), one);
	}
	check_true(t, id, !*bad, "create and start take every word that is listed", "%s", bad);
}

/* Report of a permission: which of the words that are not listed work all the same. */
static const char *taken_unlisted(struct test *t, const char *const *words, const json_t *list,
				  maker *make)
{
	const struct result *refusal = NULL;
	const char *found = "";

	for (; *words; words++)
		if (!features_lists(list, *words) &&
		    bundle_try(make(t, json_pack("[s]", *words)), &refusal))
			found = format(t, "%s %s", found, *words);
	return found;
}

/* Those of a list that the suite can try itself; the others are told in the report. */
static json_t *triable(struct test *t, const json_t *list,
		       bool can(struct test *t, const char *word))
{
	json_t *some = json_array(), *word;
	const char *others = "";
	size_t i;

	json_array_foreach (list, i, word) {
		if (json_is_string(word) && can(t, json_string_value(word)))
			json_array_append(some, word);
		else
			others = format(t, "%s%s\n", others, life_json(t, word));
	}
	if (*others)
		test_evidence(t, "not-tried", others);
	return some;
}

static size_t index_of(const char *word, const char *const *words)
{
	size_t i = 0;

	while (words[i] && strcmp(words[i], word))
		i++;
	return i;
}

/* ------------------------------------------------------------------ versions */

struct version_row {
	struct test_case c;
	const char *name;
};

static const struct version_row version_rows[] = {
	{ { "min", "features.oci-version-min.accepted", NULL }, "ociVersionMin" },
	{ { "max", "features.oci-version-max.accepted", NULL }, "ociVersionMax" },
};

static void check_version(struct test *t, const char *id, const char *version)
{
	struct bundle *b = bundle_new(t);
	const struct result *refusal = NULL;

	bundle_set(b, "ociVersion", "s", version);
	bundle_probe(b, "ids", NULL);
	if (bundle_try(b, &refusal))
		check_pass(t, id);
	else
		check_fail(t, id, format(t, "a config of ociVersion %s is accepted", version), "%s",
			   result_text(t, refusal));
}

static void version_limit(struct test *t)
{
	const struct version_row *row = test_row(t);
	const char *version = json_string_value(json_object_get(features_read(t), row->name));

	if (!version)
		test_stop(t, format(t, "%s is a string", row->name), "it is none");
	check_version(t, row->c.requirement, version);
}

static void version_between(struct test *t)
{
	static const char *const published[] = { "1.0.0", "1.0.1", "1.0.2", "1.1.0",
						 "1.2.0", "1.2.1", "1.3.0" };
	const json_t *document = features_read(t);
	const char *id = "features.oci-version-between.accepted";
	const char *min = json_string_value(json_object_get(document, "ociVersionMin"));
	const char *max = json_string_value(json_object_get(document, "ociVersionMax"));
	bool any = false;

	if (!min || !max || !semver_valid(min) || !semver_valid(max))
		test_stop(t, "two SemVer versions", "%s and %s", min ? min : "none",
			  max ? max : "none");
	for (size_t i = 0; i < ARRAY_SIZE(published); i++) {
		if (semver_compare(published[i], min) < 0 || semver_compare(published[i], max) > 0)
			continue;
		check_version(t, id, published[i]);
		any = true;
	}
	if (!any)
		check_disabled(t, id, "no published version lies between %s and %s", min, max);
}

/* ------------------------------------------------------------------ hooks */

/* A life with a hook of each of these kinds, whose labels are the kinds. NULL: it was refused. */
static struct bundle *hooked(struct test *t, const json_t *kinds)
{
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	size_t i;
	json_t *kind;

	bundle_probe(b, "ids", NULL);
	json_array_foreach (kinds, i, kind)
		bundle_hook(b, json_string_value(kind), json_string_value(kind), "state", NULL);
	return bundle_try(b, &refusal) ? b : NULL;
}

static bool is_hook(struct test *t, const char *word)
{
	(void)t;
	return features_hooks[index_of(word, features_hooks)] != NULL;
}

static void hooks(struct test *t)
{
	const json_t *list = claimed(t, "hooks");
	json_t *known = triable(t, list, is_hook), *kind;
	struct bundle *b = hooked(t, known);
	size_t i;

	check_true(t, "features.hooks.supported", b, "hooks of all listed kinds are accepted",
		   "they are refused");
	json_array_foreach (known, i, kind)
		check_true(t, "features.hooks.supported",
			   b && log_count(b, json_string_value(kind)) > 0,
			   format(t, "a %s hook runs", json_string_value(kind)), "it does not");
	check_pass(t, "features.hooks.complete");
	for (const char *const *word = features_hooks; *word; word++) {
		if (features_lists(list, *word))
			continue;
		b = hooked(t, json_pack("[s]", *word));
		check_true(t, "features.hooks.complete", !b || !log_count(b, *word),
			   format(t, "no %s hook runs, as none is listed", *word), "one runs");
	}
}

/* ------------------------------------------------------------------ namespaces */

static const char *link_of(const char *type)
{
	return !strcmp(type, "network") ? "net" : !strcmp(type, "mount") ? "mnt" : type;
}

/* Whether a configuration with a new namespace of this type is taken; *is_new: and there is one. */
static bool namespace_works(struct test *t, const char *type, bool *is_new, const char **refused)
{
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	long long inode;

	if (!strcmp(type, "user"))
		with_user_namespace(t, b, 100000);
	bundle_namespace(b, type, NULL);
	bundle_probe(b, "ns", NULL);
	f = bundle_try(b, &refusal);
	if (!f) {
		*is_new = false;
		*refused = result_text(t, refusal);
		return false;
	}
	inode = facts_int(f, format(t, "ns.%s", link_of(type)));
	*is_new = inode > 0 && inode != namespace_of(getpid(), link_of(type));
	return true;
}

static void namespaces(struct test *t)
{
	const char *recognized = "features.linux.namespaces.recognized", *refused = "";
	const char *complete = "features.linux.namespaces.complete";
	const json_t *list = claimed(t, "linux.namespaces");
	bool is_new;

	check_pass(t, recognized);
	check_pass(t, complete);
	bundle_run(bundle_new(t), "ids");
	for (const char *const *type = features_namespaces; *type; type++) {
		if (!namespace_of(getpid(), link_of(*type)))
			continue; /* this kernel has none */
		if (!features_lists(list, *type)) {
			namespace_works(t, *type, &is_new, &refused);
			check_true(t, complete, !is_new,
				   format(t, "no new %s namespace, as none is listed", *type),
				   "there is one");
		} else if (!namespace_works(t, *type, &is_new, &refused)) {
			check_fail(t, recognized, format(t, "type %s is accepted", *type), "%s",
				   refused);
		} else {
			check_true(t, recognized, is_new,
				   format(t, "a new %s namespace", *type), "it is not new");
		}
	}
}

/* ------------------------------------------------------------------ capabilities */

static const char *const capability_sets[] = { "bounding", "effective", "permitted",
					       "inheritable", "ambient" };

/* What the suite itself may give away: its bounding set, which is as its permitted one. */
static bool is_capability(struct test *t, const char *word)
{
	size_t number = index_of(word, features_capabilities);

	(void)t;
	return features_capabilities[number] &&
	       prctl(PR_CAPBSET_READ, (unsigned long)number, 0, 0, 0) == 1;
}

static struct bundle *with_capability_list(struct test *t, const json_t *list)
{
	struct bundle *b = bundle_new(t);

	for (size_t i = 0; i < ARRAY_SIZE(capability_sets); i++)
		bundle_put(b, format(t, "process.capabilities.%s", capability_sets[i]),
			   json_deep_copy(list));
	bundle_probe(b, "caps", NULL);
	return b;
}

/* The first of the five sets that is without a capability; NULL: it is in all. */
static const char *set_without(struct test *t, const struct facts *f, const char *word)
{
	size_t number = index_of(word, features_capabilities);

	for (size_t i = 0; i < ARRAY_SIZE(capability_sets); i++) {
		const char *digits =
			facts_string(f, format(t, "caps.%s", capability_sets[i]));

		if (!digits || !(strtoull(digits, NULL, 16) >> number & 1))
			return capability_sets[i];
	}
	return NULL;
}

static void capabilities(struct test *t)
{
	const char *id = "features.linux.capabilities.recognized";
	json_t *list = triable(t, claimed(t, "linux.capabilities"), is_capability), *word;
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(with_capability_list(t, list), &refusal);
	size_t i;

	if (!f) {
		check_taken(t, id, list, false, with_capability_list, NULL);
		return;
	}
	if (!json_array_size(list))
		check_disabled(t, id, "nothing is listed that could be tried");
	json_array_foreach (list, i, word) {
		const char *name = json_string_value(word), *without = set_without(t, f, name);

		check_true(t, id, !without, format(t, "%s in all five sets", name),
			   "it is not in the %s set", without ? without : "");
	}
}

static void capabilities_complete(struct test *t)
{
	const char *id = "features.linux.capabilities.complete";
	const json_t *list = claimed(t, "linux.capabilities");
	const struct result *refusal = NULL;

	check_pass(t, id);
	for (const char *const *word = features_capabilities; *word; word++) {
		const struct facts *f;

		if (features_lists(list, *word) || !is_capability(t, *word))
			continue;
		f = bundle_try(with_capability_list(t, json_pack("[s]", *word)), &refusal);
		check_true(t, id, !f || set_without(t, f, *word),
			   format(t, "%s has no effect, as it is not listed", *word), "it has");
	}
}

/* ------------------------------------------------------------------ null is not empty */

static bool ro_works(struct test *t)
{
	const struct result *refusal = NULL;
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	const char *error;

	bundle_dir(b, "rootfs/m", 0755);
	bundle_mount(b, "/m", "tmpfs", "tmpfs", "ro");
	bundle_probe(b, "create", "/m/new", NULL);
	f = bundle_try(b, &refusal);
	error = f ? facts_errno(f, "create") : NULL;
	return error && !strcmp(error, "EROFS");
}

static bool poststop_works(struct test *t)
{
	struct bundle *b = hooked(t, json_pack("[s]", "poststop"));

	return b && log_count(b, "poststop");
}

static bool uts_works(struct test *t)
{
	const char *refused;
	bool is_new;

	namespace_works(t, "uts", &is_new, &refused);
	return is_new;
}

static bool chown_works(struct test *t)
{
	const struct result *refusal = NULL;
	const struct facts *f =
		bundle_try(with_capability_list(t, json_pack("[s]", "CAP_CHOWN")), &refusal);

	return f && !set_without(t, f, "CAP_CHOWN");
}

/* An empty list says that nothing is supported; null, or nothing, says that nothing is known. */
static void not_empty(struct test *t)
{
	static const struct {
		const char *path, *what;
		bool (*works)(struct test *t);
	} lists[] = {
		{ "hooks", "a poststop hook runs", poststop_works },
		{ "mountOptions", "mount option ro takes effect", ro_works },
		{ "linux.namespaces", "there is a new uts namespace", uts_works },
		{ "linux.capabilities", "the process has CAP_CHOWN", chown_works },
	};
	const char *id = "features.null-not-empty";
	const json_t *document = features_read(t);

	check_pass(t, id);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const json_t *list = features_list(document, lists[i].path);

		if (list && !json_array_size(list))
			check_true(t, id, !lists[i].works(t),
				   format(t, "%s is empty and nothing of it works", lists[i].path),
				   "%s", lists[i].what);
	}
}

/* ------------------------------------------------------------------ cgroups */

static const struct cg_row v1_rows[] = {
	{
		{ "v1", "features.linux.cgroup.v1.truthful", "cgroup v1 works when it is claimed" },
		"pids", CG_PIDS("4037"), { { 0 } }, { { "pids.max", "4037" } }, NULL, true,
	},
};

static const struct cg_row v2_rows[] = {
	{
		{ "v2", "features.linux.cgroup.v2.truthful", "cgroup v2 works when it is claimed" },
		"pids", CG_PIDS("4037"), { { 0 } }, { { "pids.max", "4037" } }, NULL, true,
	},
};

static void cgroup_version(struct test *t)
{
	const struct cg_row *row = test_row(t);
	const char *path = format(t, "linux.cgroup.%s", row->c.name);

	if (features_claim(features_read(t), path) != CLAIM_YES)
		test_disable(t, "%s is not claimed", path);
	cg_test(t);
}

/* The kernel knows no such device and says so; only a runtime that asks it hears that. */
static void rdma(struct test *t)
{
	static const char device[] =
		"{\"rdma\":{\"octest0\":{\"hcaHandles\":3,\"hcaObjects\":100}}}";
	struct bundle *good, *bad;

	if (features_claim(features_read(t), "linux.cgroup.rdma") != CLAIM_YES)
		test_disable(t, "linux.cgroup.rdma is not claimed");
	if (!cgroup_dir(t, "rdma", "/"))
		test_skip(t, "the kernel has no rdma controller");
	good = cg_bundle(t, CG_PATH, "{}");
	bad = bundle_copy(good);
	bundle_put(bad, "linux.resources", json_loads(device, 0, NULL));
	check_refused(t, "features.linux.cgroup.rdma.truthful", bad, good);
}

/* ------------------------------------------------------------------ seccomp */

/* System calls that neither a runtime nor the probe makes once the filter is there. */
static const char *const unused[] = {
	"acct",	  "swapon",	"swapoff",     "quotactl",	"settimeofday",
	"syslog", "kexec_load", "init_module", "delete_module", "vhangup",
};

/* A bundle with a filter that allows all, and one without (NULL). */
static struct bundle *with_filter(struct test *t, const char *action)
{
	struct bundle *b = bundle_new(t);

	if (action)
		bundle_set(b, "linux.seccomp", "{s:s}", "defaultAction", action);
	bundle_probe(b, "session", "syscall", format(t, "%d", SYS_getpriority), "0", "0", "0", "0",
		     "0", "0", NULL);
	return b;
}

/* Of which kind, its rules would have to tell. */
static const char *has_filter(struct test *t, const struct facts *f, const char *word)
{
	long long mode = facts_int(f, "session.seccomp");

	(void)word;
	return mode == SECCOMP_MODE_FILTER ? NULL
					   : format(t, "seccomp mode %lld, not a filter", mode);
}

static void add_rule(struct bundle *b, size_t number, const char *action)
{
	bundle_set(b, "linux.seccomp.syscalls.+", "{s:[s] s:s}", "names",
		   unused[number % ARRAY_SIZE(unused)], "action", action);
}

/* What a NOTIFY rule needs: a socket where someone listens. */
static void add_listener(struct test *t, struct bundle *b)
{
	const char *path = format(t, "%s/%s", test_dir(t), test_id(t));
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	need(t, fd >= 0 && strlen(path) < sizeof(address.sun_path), "a socket for the listener");
	memcpy(address.sun_path, path, strlen(path));
	need(t, !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 4), path);
	bundle_set(b, "linux.seccomp.listenerPath", "s", path);
}

static void seccomp_enabled(struct test *t)
{
	const char *id = "features.linux.seccomp.enabled.truthful";
	enum claim claim = features_claim(features_read(t), "linux.seccomp.enabled");
	struct bundle *with = with_filter(t, "SCMP_ACT_ALLOW");
	const struct facts *f;

	if (claim == CLAIM_UNKNOWN)
		test_disable(t, "linux.seccomp.enabled is absent or null");
	bundle_set(with, "linux.seccomp.syscalls", "[{s:[s] s:s s:i}]", "names", "getpriority",
		   "action", "SCMP_ACT_ERRNO", "errnoRet", EDOM);
	if (claim == CLAIM_NO) {
		check_refused(t, id, with, with_filter(t, NULL));
		return;
	}
	f = bundle_run(with_filter(t, NULL));
	check_seen(t, id, facts_int(f, "syscall.value") > 0, "getpriority works without a filter",
		   "%s", life_json(t, facts_get(f, "syscall")));
	f = bundle_run(with);
	check_string(t, id, "getpriority, which the filter denies", "EDOM",
		     facts_string(f, "syscall.errno"));
}

struct action {
	const char *name;
	unsigned int value;
};

static const struct action actions[] = {
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF },
};

static bool is_action(struct test *t, const char *word)
{
	(void)t;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i].name, word))
			return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
					&actions[i].value);
	return false;
}

/* Something else than the rules of the test say, lest a rule be one that changes nothing. */
static struct bundle *with_actions(struct test *t, const json_t *list)
{
	struct bundle *b = with_filter(t, "SCMP_ACT_ALLOW");
	size_t i;
	json_t *word;

	if (features_lists(list, "SCMP_ACT_ALLOW") && is_action(t, "SCMP_ACT_LOG"))
		bundle_set(b, "linux.seccomp.defaultAction", "s", "SCMP_ACT_LOG");
	json_array_foreach (list, i, word)
		add_rule(b, i, json_string_value(word));
	if (features_lists(list, "SCMP_ACT_NOTIFY"))
		add_listener(t, b);
	return b;
}

static const char *const operators[] = {
	"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",	    "SCMP_CMP_EQ",
	"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ", NULL,
};

static bool is_operator(struct test *t, const char *word)
{
	(void)t;
	return operators[index_of(word, operators)] != NULL;
}

static struct bundle *with_operators(struct test *t, const json_t *list)
{
	struct bundle *b = with_filter(t, "SCMP_ACT_ALLOW");
	size_t i;
	json_t *word;

	if (!json_array_size(list))
		add_rule(b, 0, "SCMP_ACT_ERRNO");
	json_array_foreach (list, i, word) {
		add_rule(b, i, "SCMP_ACT_ERRNO");
		bundle_set(b, format(t, "linux.seccomp.syscalls.%zu.args", i),
			   "[{s:i s:i s:i s:s}]", "index", 0, "value", 5, "valueTwo", 5, "op",
			   json_string_value(word));
	}
	return b;
}

/* Of one family with the machine: others may differ in the order of bytes. */
static const char *const own_archs[] = {
#if defined(__x86_64__)
	"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
#elif defined(__aarch64__)
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM",
#elif defined(__riscv)
	"SCMP_ARCH_RISCV64",
#elif defined(__s390x__)
	"SCMP_ARCH_S390X", "SCMP_ARCH_S390",
#elif defined(__powerpc64__)
	"SCMP_ARCH_PPC64LE",
#endif
	NULL,
};

static bool is_own_arch(struct test *t, const char *word)
{
	(void)t;
	return own_archs[index_of(word, own_archs)] != NULL;
}

static struct bundle *with_archs(struct test *t, const json_t *list)
{
	struct bundle *b = with_filter(t, "SCMP_ACT_ALLOW");

	add_rule(b, 0, "SCMP_ACT_ERRNO");
	if (json_array_size(list))
		bundle_put(b, "linux.seccomp.architectures", json_deep_copy(list));
	return b;
}

#define WAIT_KILLABLE "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"

struct flag {
	const char *name;
	unsigned int value; /* with what the kernel demands beside it */
};

static const struct flag flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 1 << 0 },
	{ "SECCOMP_FILTER_FLAG_LOG", 1 << 1 },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1 << 2 },
	{ WAIT_KILLABLE, 1 << 5 | 1 << 3 },
};

/* In a child: seccomp(2) with this flag; its filter allows all. */
static int use_flag(void *data)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, *(unsigned int *)data, &program) < 0;
}

static bool is_usable_flag(struct test *t, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		unsigned int value = flags[i].value;

		if (!strcmp(flags[i].name, word))
			return test_wait(t, test_fork(t, use_flag, &value)) == 0;
	}
	return false;
}

static struct bundle *with_flags(struct test *t, const json_t *list)
{
	struct bundle *b = with_filter(t, "SCMP_ACT_ALLOW");
	bool notify = features_lists(list, WAIT_KILLABLE);

	add_rule(b, 0, notify ? "SCMP_ACT_NOTIFY" : "SCMP_ACT_ERRNO");
	if (notify)
		add_listener(t, b);
	if (json_array_size(list))
		bundle_put(b, "linux.seccomp.flags", json_deep_copy(list));
	return b;
}

/* The kernel is not asked: what is supported is supported on this one. */
static bool is_any(struct test *t, const char *word)
{
	(void)t;
	(void)word;
	return true;
}

/* ------------------------------------------------------------------ memory policies */

struct number {
	const char *name;
	int value;
};

/* include/uapi/linux/mempolicy.h */
static const struct number modes[] = {
	{ "MPOL_DEFAULT", 0 },	      { "MPOL_PREFERRED", 1 },	{ "MPOL_BIND", 2 },
	{ "MPOL_INTERLEAVE", 3 },     { "MPOL_LOCAL", 4 },	{ "MPOL_PREFERRED_MANY", 5 },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
};

static const struct number mode_flags[] = {
	{ "MPOL_F_STATIC_NODES", 1 << 15 },
	{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
	{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
};

#define MODE_BIND 2

static int value_of(const struct number *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].name, name))
			return list[i].value;
	return -1;
}

static bool takes_nodes(int mode)
{
	return mode != 0 && mode != 4;
}

/* In a child: the mode with its flags, of node 0 where it takes nodes. */
static int use_policy(void *data)
{
	int mode = *(int *)data;
	unsigned long node = 1;
	bool nodes = takes_nodes(mode & 0xff);

	return syscall(SYS_set_mempolicy, mode, nodes ? &node : NULL, nodes ? 8UL : 0UL) != 0;
}

static bool kernel_takes(struct test *t, int mode)
{
	return test_wait(t, test_fork(t, use_policy, &mode)) == 0;
}

static bool is_mode(struct test *t, const char *word)
{
	int mode = value_of(modes, ARRAY_SIZE(modes), word);

	return mode >= 0 && kernel_takes(t, mode);
}

static bool is_mode_flag(struct test *t, const char *word)
{
	int flag = value_of(mode_flags, ARRAY_SIZE(mode_flags), word);

	return flag >= 0 && kernel_takes(t, MODE_BIND | flag);
}

static struct bundle *with_policy(struct test *t, const char *mode, const char *nodes)
{
	struct bundle *b = bundle_new(t);

	if (mode)
		bundle_set(b, "linux.memoryPolicy", "{s:s}", "mode", mode);
	if (nodes)
		bundle_set(b, "linux.memoryPolicy.nodes", "s", nodes);
	bundle_probe(b, "mempolicy", NULL);
	return b;
}

static struct bundle *with_mode(struct test *t, const json_t *list)
{
	const char *mode = json_string_value(json_array_get(list, 0));

	return with_policy(t, mode,
			   mode && takes_nodes(value_of(modes, ARRAY_SIZE(modes), mode)) ? "0"
											 : NULL);
}

static struct bundle *with_mode_flag(struct test *t, const json_t *list)
{
	struct bundle *b = with_policy(t, "MPOL_BIND", "0");

	if (json_array_size(list))
		bundle_put(b, "linux.memoryPolicy.flags", json_deep_copy(list));
	return b;
}

static const char *has_mode(struct test *t, const struct facts *f, const char *word)
{
	long long mode = facts_int(f, "mempolicy.mode");

	return mode == value_of(modes, ARRAY_SIZE(modes), word) ? NULL
								 : format(t, "mode %lld", mode);
}

static const char *has_mode_flag(struct test *t, const struct facts *f, const char *word)
{
	long long set = facts_int(f, "mempolicy.flags");

	return set > 0 && (set & value_of(mode_flags, ARRAY_SIZE(mode_flags), word))
		       ? NULL
		       : format(t, "mode flags %#llx", (unsigned long long)set);
}

/* ------------------------------------------------------------------ lists of words */

struct list_row {
	struct test_case c;
	const char *path;
	bool (*can)(struct test *t, const char *word);
	bool together;
	maker *make;
	judge *in_effect;
};

static const struct list_row list_rows[] = {
	{ { "actions", "features.linux.seccomp.actions.recognized", NULL },
	  "linux.seccomp.actions", is_action, true, with_actions, has_filter },
	{ { "operators", "features.linux.seccomp.operators.recognized", NULL },
	  "linux.seccomp.operators", is_operator, true, with_operators, has_filter },
	{ { "archs", "features.linux.seccomp.archs.recognized", NULL },
	  "linux.seccomp.archs", is_own_arch, true, with_archs, has_filter },
	{ { "supported-flags", "features.linux.seccomp.supported-flags.work", NULL },
	  "linux.seccomp.supportedFlags", is_any, false, with_flags, has_filter },
	{ { "memory-modes", "features.linux.memory-policy.modes.recognized", NULL },
	  "linux.memoryPolicy.modes", is_mode, false, with_mode, has_mode },
	{ { "memory-flags", "features.linux.memory-policy.flags.recognized", NULL },
	  "linux.memoryPolicy.flags", is_mode_flag, false, with_mode_flag, has_mode_flag },
};

static void listed_words(struct test *t)
{
	const struct list_row *row = test_row(t);
	json_t *words = triable(t, claimed(t, row->path), row->can);

	check_taken(t, row->c.requirement, words, row->together, row->make, row->in_effect);
}

/*
 * A flag that is known and not supported is one that libseccomp does not have: its refusal is no
 * sign that its name is not recognised, so that nothing is to be seen of those.
 */
static void known_flags(struct test *t)
{
	const json_t *document = features_read(t), *supported;
	json_t *words, *some = json_array(), *word;
	const json_t *list = features_list(document, "linux.seccomp.knownFlags");
	size_t i;

	if (!list)
		test_disable(t, "the structure has no list linux.seccomp.knownFlags");
	supported = features_list(document, "linux.seccomp.supportedFlags");
	words = triable(t, list, is_usable_flag);
	json_array_foreach (words, i, word)
		if (!supported || features_lists(supported, json_string_value(word)))
			json_array_append(some, word);
	check_taken(t, "features.linux.seccomp.known-flags.recognized", some, false, with_flags,
		    has_filter);
}

static void seccomp_complete(struct test *t)
{
	const char *id = "features.linux.seccomp.actions-complete", *found = "";
	const json_t *document = features_read(t);
	const json_t *list = features_list(document, "linux.seccomp.operators");
	const char *names[ARRAY_SIZE(actions) + 1] = { NULL };

	for (size_t i = 0, n = 0; i < ARRAY_SIZE(actions); i++)
		if (is_action(t, actions[i].name))
			names[n++] = actions[i].name;
	if (list)
		found = taken_unlisted(t, operators, list, with_operators);
	list = features_list(document, "linux.seccomp.actions");
	if (list)
		found = format(t, "%s%s", found, taken_unlisted(t, names, list, with_actions));
	list = features_list(document, "linux.seccomp.archs");
	if (list)
		found = format(t, "%s%s", found, taken_unlisted(t, own_archs, list, with_archs));
	check_true(t, id, !*found, "no action, operator or architecture works without being listed",
		   "these work:%s", found);
}

/* ------------------------------------------------------------------ security modules */

static void check_hidden(struct test *t, const char *id, const char *path, enum claim claim)
{
	const json_t *hidden = features_read_hidden(t);

	if (hidden)
		check_true(t, id, features_claim(hidden, path) == claim,
			   format(t, "%s is the same where no module is to be seen", path),
			   "it is not");
}

struct module_row {
	struct test_case c;
	const char *path, *active; /* a file that is there when the module is */
	const char *property;
	const char *known, *unknown; /* names that the module knows without a policy, and not */
};

static const struct module_row apparmor_rows[] = {
	{ { "apparmor", "features.linux.apparmor.truthful", NULL },
	  "linux.apparmor.enabled", "/sys/kernel/security/apparmor",
	  "process.apparmorProfile", "unconfined", "octest-no-such-profile" },
};

static const struct module_row selinux_rows[] = {
	{ { "selinux", "features.linux.selinux.truthful", NULL },
	  "linux.selinux.enabled", "/sys/fs/selinux/enforce",
	  "process.selinuxLabel", NULL, "octest_u:octest_r:octest_t:s0" },
};

/* The module refuses a name it does not know; only a runtime that hands it on hears that. */
static void module(struct test *t)
{
	const struct module_row *row = test_row(t);
	enum claim claim = features_claim(features_read(t), row->path);
	struct bundle *good = bundle_new(t), *bad = bundle_copy(good);
	struct stat st;

	if (claim == CLAIM_UNKNOWN)
		test_disable(t, "%s is absent or null", row->path);
	check_hidden(t, row->c.requirement, row->path, claim);
	if (claim == CLAIM_NO) {
		check_disabled(t, row->c.requirement, "%s is false", row->path);
	} else if (stat(row->active, &st)) {
		check_skip(t, row->c.requirement, "the module is not active: no %s", row->active);
	} else {
		bundle_probe(good, "ids", NULL);
		if (row->known)
			bundle_set(good, row->property, "s", row->known);
		bundle_set(bad, row->property, "s", row->unknown);
		check_refused(t, row->c.requirement, bad, good);
	}
}

/* ------------------------------------------------------------------ network devices */

#define DEVICE "octest0"

static bool sees_device(const struct facts *f)
{
	size_t i;
	json_t *link;

	json_array_foreach (facts_get(f, "links"), i, link) {
		const char *name = json_string_value(json_object_get(link, "name"));

		if (name && !strcmp(name, DEVICE))
			return true;
	}
	return false;
}

static void net_devices(struct test *t)
{
	const char *id = "features.linux.net-devices.truthful";
	enum claim claim = features_claim(features_read(t), "linux.netDevices.enabled");
	struct bundle *b = bundle_new(t);
	struct container *c = container_new(b);
	const struct result *r;
	bool inside;

	if (claim == CLAIM_UNKNOWN)
		test_disable(t, "linux.netDevices.enabled is absent or null");
	link_veth(net_here(t), DEVICE);
	bundle_namespace(b, "network", NULL);
	bundle_set(b, "linux.netDevices", "{s:{}}", DEVICE);
	bundle_probe(b, "links", "wait", NULL);
	r = op_create(c);
	if (!result_ok(r)) {
		check_seen(t, id, claim == CLAIM_NO && r->exited,
			   format(t, "create %s a network device, as is claimed",
				  claim == CLAIM_NO ? "refuses" : "moves"),
			   "%s", result_text(t, r));
		return;
	}
	must_start(c);
	inside = sees_device(must_answer(c));
	check_seen(t, id, inside == (claim == CLAIM_YES),
		   format(t, "the device is %s the container",
			  claim == CLAIM_YES ? "in" : "not in"),
		   "it is %s it", inside ? "in" : "not in");
	check_true(t, id, !if_nametoindex(DEVICE) == inside,
		   "the device is in one place", "it is in %s",
		   inside ? "both" : "neither");
}

const struct test_entry features_contract_tests[] = {
	{
		.name = "features/version",
		.about = "a version that is claimed is accepted",
		.run = version_limit,
		CASES(version_rows),
	},
	{
		.name = "features/version-between",
		.about = "published versions between the two are accepted",
		.requirements = REQS("features.oci-version-between.accepted"),
		.run = version_between,
	},
	{
		.name = "features/hooks",
		.about = "hooks that are listed run, hooks that run are listed",
		.requirements = REQS("features.hooks.supported", "features.hooks.complete"),
		.run = hooks,
	},
	{
		.name = "features/namespaces",
		.about = "namespaces that are listed work, namespaces that work are listed",
		.requirements = REQS("features.linux.namespaces.recognized",
				     "features.linux.namespaces.complete"),
		.run = namespaces,
		.limit_s = 120,
	},
	{
		.name = "features/capabilities",
		.about = "capabilities that are listed work",
		.requirements = REQS("features.linux.capabilities.recognized"),
		.run = capabilities,
		.limit_s = 120,
	},
	{
		.name = "features/capabilities-complete",
		.about = "capabilities that work are listed",
		.requirements = REQS("features.linux.capabilities.complete"),
		.run = capabilities_complete,
		.limit_s = 120,
	},
	{
		.name = "features/not-empty",
		.about = "an empty list means that nothing of it is supported",
		.requirements = REQS("features.null-not-empty"),
		.run = not_empty,
	},
	{
		.name = "features/cgroup",
		.about = "cgroup v1 works when it is claimed",
		.run = cgroup_version,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "features/cgroup",
		.about = "cgroup v2 works when it is claimed",
		.run = cgroup_version,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "features/rdma",
		.about = "a limit of an RDMA device that is not there is refused",
		.requirements = REQS("features.linux.cgroup.rdma.truthful"),
		.run = rdma,
	},
	{
		.name = "features/seccomp",
		.about = "a filter works or is refused, as is claimed",
		.requirements = REQS("features.linux.seccomp.enabled.truthful"),
		.run = seccomp_enabled,
	},
	{
		.name = "features/listed",
		.about = "what is listed is recognised",
		.run = listed_words,
		.limit_s = 120,
		CASES(list_rows),
	},
	{
		.name = "features/known-flags",
		.about = "seccomp flags that are listed are recognised",
		.requirements = REQS("features.linux.seccomp.known-flags.recognized"),
		.run = known_flags,
	},
	{
		.name = "features/seccomp-complete",
		.about = "actions, operators and architectures that work are listed",
		.requirements = REQS("features.linux.seccomp.actions-complete"),
		.run = seccomp_complete,
		.limit_s = 120,
	},
	{
		.name = "features/module",
		.about = "AppArmor is supported, wherever it is asked",
		.run = module,
		CASES(apparmor_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "features/module",
		.about = "SELinux is supported, wherever it is asked",
		.run = module,
		CASES(selinux_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "features/net-devices",
		.about = "a network device is moved when that is claimed",
		.requirements = REQS("features.linux.net-devices.truthful"),
		.run = net_devices,
	},
	{ 0 },
};
