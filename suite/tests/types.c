/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of a JSON type or range that a property cannot have. config.md, "Valid values": "Runtime
 * implementations MUST generate an error when invalid or unsupported values are encountered". The
 * twin is the same configuration with a right value in that one place.
 */
#include "suite/tests/common.h"
#include "suite/tests/tests.h"

struct wrong_type {
	struct test_case c;
	const char *path; /* of the property */
	const char *value; /* as it stands in config.json; jansson could not hold them all */
	const char *base_path; /* what the right value goes with; NULL: nothing */
	const char *base; /* as JSON */
	bool optional; /* a runtime may leave the right value unsupported */
};

static void wrong_value(struct test *t,
			bool (*check)(struct test *t, const char *requirement, struct bundle *bad,
				      struct bundle *good))
{
	const struct wrong_type *w = test_row(t);
	struct bundle *good = bundle_new(t), *bad;

	if (!test_wants(t, w->c.requirement))
		return;
	if (w->base)
		bundle_put(good, w->base_path, json_loads(w->base, JSON_DECODE_ANY, NULL));
	if (w->optional && !bundle_supported(bundle_copy(good), w->c.requirement))
		return;
	bad = bundle_copy(good);
	raw_value(t, bad, w->path, w->value);
	check(t, w->c.requirement, bad, good);
}

static void wrong_type(struct test *t)
{
	wrong_value(t, check_refused);
}

/* A runtime may refuse the right value as well. */
static void wrong_type_if_supported(struct test *t)
{
	wrong_value(t, check_refused_if_supported);
}

#define ROW(name, id, path, value) { { name, id, "refused: " path " = " value }, path, value, NULL, NULL, false }
#define ROW_ON(name, id, path, value, ...) \
	{ { name, id, "refused: " path " = " value }, path, value, __VA_ARGS__, false }
#define ROW_OPTIONAL(name, id, path, value, ...) \
	{ { name, id, "refused: " path " = " value }, path, value, __VA_ARGS__, true }

#define TMPFS_PATH "mounts.1"
#define TMPFS	   "{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\"]}"
#define ON_TMPFS   TMPFS_PATH, TMPFS
/* Both of them, as one alone is refused for that. */
#define MAPPING	   "{\"containerID\":0,\"hostID\":7,\"size\":9}"
#define MAPPED                                                                                  \
	"{\"destination\":\"/tmp\",\"type\":\"bind\",\"source\":\"/tmp\",\"options\":[\"bind\"]," \
	"\"uidMappings\":[" MAPPING "],\"gidMappings\":[" MAPPING "]}"
#define ON_MAPPED   TMPFS_PATH, MAPPED
#define ON_ANNOTATION "annotations", "{\"key\":\"2\"}"
#define RLIMIT_PATH "process.rlimits"
#define RLIMIT	    "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]"
#define ON_RLIMIT   RLIMIT_PATH, RLIMIT
#define CAPS_PATH   "process.capabilities"
#define CAPS                                                                                     \
	"{\"bounding\":[\"CAP_CHOWN\"],\"effective\":[\"CAP_CHOWN\"],\"permitted\":[\"CAP_CHOWN\"]," \
	"\"inheritable\":[],\"ambient\":[]}"
#define ON_CAPS CAPS_PATH, CAPS
/* Nothing effective: else the kernel refuses it where the runtime takes permitted for empty. */
#define NO_EFFECTIVE "{\"bounding\":[\"CAP_CHOWN\"],\"effective\":[],\"permitted\":[\"CAP_CHOWN\"]}"
#define ON_NO_EFFECTIVE CAPS_PATH, NO_EFFECTIVE

static const struct wrong_type wrong_types[] = {
	ROW("oci-version-number", "ociversion.wrong-type", "ociVersion", "1.0"),
	ROW("root-array", "root.wrong-type", "root", "[\"rootfs\"]"),
	ROW("root-string", "root.wrong-type", "root", "\"rootfs\""),
	ROW("root-path-number", "root.path.wrong-type", "root.path", "7"),
	ROW("root-path-array", "root.path.wrong-type", "root.path", "[\"rootfs\"]"),
	ROW("root-readonly-string", "root.readonly.wrong-type", "root.readonly", "\"true\""),
	ROW("root-readonly-number", "root.readonly.wrong-type", "root.readonly", "1"),
	ROW("mounts-object", "mounts.wrong-type", "mounts", "{\"destination\":\"/proc\"}"),
	ROW("mounts-string", "mounts.wrong-type", "mounts", "\"/proc\""),
	ROW("mounts-entry-string", "mounts.entry.wrong-type", "mounts.+", "\"/tmp\""),
	ROW_ON("destination-number", "mounts.destination.wrong-type", "mounts.1.destination", "7",
	       ON_TMPFS),
	ROW_ON("source-number", "mounts.source.wrong-type", "mounts.1.source", "7", ON_TMPFS),
	ROW_ON("type-number", "mounts.type.wrong-type", "mounts.1.type", "7", ON_TMPFS),
	ROW_ON("options-string", "mounts.options.wrong-type", "mounts.1.options",
	       "\"nosuid,nodev\"", ON_TMPFS),
	ROW_ON("options-number-inside", "mounts.options.wrong-type", "mounts.1.options",
	       "[\"nosuid\",7]", ON_TMPFS),
	ROW_OPTIONAL("mount-uid-mappings-object", "mounts.uid-mappings.wrong-type",
		     "mounts.1.uidMappings", MAPPING, ON_MAPPED),
	ROW_OPTIONAL("mount-gid-mappings-object", "mounts.gid-mappings.wrong-type",
		     "mounts.1.gidMappings", MAPPING, ON_MAPPED),
	ROW("process-string", "process.wrong-type", "process", "\"/probe\""),
	ROW("process-array", "process.wrong-type", "process", "[\"/probe\"]"),
	ROW("terminal-string", "process.terminal.wrong-type", "process.terminal", "\"false\""),
	ROW("terminal-number", "process.terminal.wrong-type", "process.terminal", "0"),
	ROW("cwd-number", "process.cwd.wrong-type", "process.cwd", "7"),
	ROW("cwd-array", "process.cwd.wrong-type", "process.cwd", "[\"/\"]"),
	ROW("env-object", "process.env.wrong-type", "process.env", "{\"A\":\"1\"}"),
	ROW("env-string", "process.env.wrong-type", "process.env", "\"A=1\""),
	ROW("env-number-inside", "process.env.wrong-type", "process.env", "[\"A=1\",7]"),
	ROW("args-string", "process.args.wrong-type", "process.args", "\"/probe\""),
	ROW("args-number-inside", "process.args.wrong-type", "process.args", "[\"/probe\",7]"),
	ROW("rlimits-object", "process.rlimits.wrong-type", "process.rlimits",
	    "{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}"),
	ROW_ON("rlimit-type-number", "process.rlimits.type.wrong-type", "process.rlimits.0.type",
	       "7", ON_RLIMIT),
	ROW_ON("rlimit-soft-string", "process.rlimits.soft.wrong-type", "process.rlimits.0.soft",
	       "\"77\"", ON_RLIMIT),
	ROW_ON("rlimit-soft-negative", "process.rlimits.soft.wrong-type",
	       "process.rlimits.0.soft", "-1", ON_RLIMIT),
	ROW_ON("rlimit-soft-fraction", "process.rlimits.soft.wrong-type",
	       "process.rlimits.0.soft", "1.5", ON_RLIMIT),
	ROW_ON("rlimit-soft-too-big", "process.rlimits.soft.wrong-type",
	       "process.rlimits.0.soft", "18446744073709551616", ON_RLIMIT),
	ROW_ON("rlimit-hard-string", "process.rlimits.hard.wrong-type", "process.rlimits.0.hard",
	       "\"99\"", ON_RLIMIT),
	ROW_ON("rlimit-hard-negative", "process.rlimits.hard.wrong-type",
	       "process.rlimits.0.hard", "-1", ON_RLIMIT),
	ROW_ON("rlimit-hard-fraction", "process.rlimits.hard.wrong-type",
	       "process.rlimits.0.hard", "99.5", ON_RLIMIT),
	ROW_ON("rlimit-hard-too-big", "process.rlimits.hard.wrong-type",
	       "process.rlimits.0.hard", "18446744073709551616", ON_RLIMIT),
	ROW("apparmor-number", "process.apparmor.wrong-type", "process.apparmorProfile", "7"),
	ROW("selinux-number", "process.selinux.wrong-type", "process.selinuxLabel", "7"),
	ROW("capabilities-array", "process.capabilities.wrong-type", "process.capabilities",
	    "[\"CAP_CHOWN\"]"),
	ROW_ON("bounding-string", "process.capabilities.bounding.wrong-type",
	       "process.capabilities.bounding", "\"CAP_CHOWN\"", ON_CAPS),
	ROW_ON("effective-string", "process.capabilities.effective.wrong-type",
	       "process.capabilities.effective", "\"CAP_CHOWN\"", ON_CAPS),
	ROW_ON("permitted-string", "process.capabilities.permitted.wrong-type",
	       "process.capabilities.permitted", "\"CAP_CHOWN\"", ON_NO_EFFECTIVE),
	ROW_ON("inheritable-string", "process.capabilities.inheritable.wrong-type",
	       "process.capabilities.inheritable", "\"CAP_CHOWN\"", ON_CAPS),
	ROW_ON("ambient-string", "process.capabilities.ambient.wrong-type",
	       "process.capabilities.ambient", "\"CAP_CHOWN\"", ON_CAPS),
	ROW("no-new-privileges-string", "process.no-new-privileges.wrong-type",
	    "process.noNewPrivileges", "\"true\""),
	ROW("no-new-privileges-number", "process.no-new-privileges.wrong-type",
	    "process.noNewPrivileges", "1"),
	ROW("oom-score-adj-string", "process.oom-score-adj.wrong-type", "process.oomScoreAdj",
	    "\"100\""),
	ROW("oom-score-adj-fraction", "process.oom-score-adj.wrong-type", "process.oomScoreAdj",
	    "1.5"),
	ROW("user-string", "process.user.wrong-type", "process.user", "\"root\""),
	ROW("uid-digits", "process.user.uid.wrong-type", "process.user.uid", "\"1000\""),
	ROW("uid-name", "process.user.uid.wrong-type", "process.user.uid", "\"root\""),
	ROW("uid-fraction", "process.user.uid.wrong-type", "process.user.uid", "1.5"),
	ROW("gid-digits", "process.user.gid.wrong-type", "process.user.gid", "\"1000\""),
	ROW("gid-name", "process.user.gid.wrong-type", "process.user.gid", "\"root\""),
	ROW("gid-fraction", "process.user.gid.wrong-type", "process.user.gid", "1.5"),
	ROW("umask-string", "process.user.umask.wrong-type", "process.user.umask", "\"022\""),
	ROW("umask-negative", "process.user.umask.wrong-type", "process.user.umask", "-1"),
	ROW("additional-gids-number", "process.user.additional-gids.wrong-type",
	    "process.user.additionalGids", "7"),
	ROW("additional-gids-string-inside", "process.user.additional-gids.wrong-type",
	    "process.user.additionalGids", "[\"7\"]"),
	ROW("additional-gids-negative", "process.user.additional-gids.wrong-type",
	    "process.user.additionalGids", "[-1]"),
	ROW("additional-gids-too-big", "process.user.additional-gids.wrong-type",
	    "process.user.additionalGids", "[4294967296]"),
	ROW("annotations-array", "annotations.map", "annotations", "[\"org.example.a\",\"1\"]"),
	ROW("annotations-string", "annotations.map", "annotations", "\"org.example.a=1\""),
	ROW("annotations-number", "annotations.map", "annotations", "1"),
	ROW("annotations-true", "annotations.map", "annotations", "true"),
	ROW_ON("annotation-number", "annotations.values.string", "annotations.key", "2",
	       ON_ANNOTATION),
	ROW_ON("annotation-true", "annotations.values.string", "annotations.key", "true",
	       ON_ANNOTATION),
	ROW_ON("annotation-array", "annotations.values.string", "annotations.key", "[\"2\"]",
	       ON_ANNOTATION),
	ROW_ON("annotation-object", "annotations.values.string", "annotations.key",
	       "{\"value\":\"2\"}", ON_ANNOTATION),
	ROW("hostname-number", "hostname.wrong-type", "hostname", "7"),
	ROW("domainname-number", "domainname.wrong-type", "domainname", "7"),
	ROW("linux-string", "linux.wrong-type", "linux", "\"namespaces\""),
	ROW("linux-array", "linux.wrong-type", "linux", "[]"),
	ROW("uid-negative", "process.user.uid.out-of-range", "process.user.uid", "-1"),
	ROW("uid-33-bit", "process.user.uid.out-of-range", "process.user.uid", "4294967296"),
	ROW("gid-33-bit", "process.user.uid.out-of-range", "process.user.gid", "4294967297"),
	ROW("uid-reserved", "process.user.uid.reserved", "process.user.uid", "4294967295"),
	ROW("gid-reserved", "process.user.uid.reserved", "process.user.gid", "4294967295"),
	ROW("oom-score-adj-above", "process.oom-score-adj.out-of-range", "process.oomScoreAdj",
	    "1001"),
	ROW("oom-score-adj-below", "process.oom-score-adj.out-of-range", "process.oomScoreAdj",
	    "-1001"),
};

#define SCHEDULER_PATH "process.scheduler"
#define OTHER	       SCHEDULER_PATH, "{\"policy\":\"SCHED_OTHER\",\"nice\":5}"
#define FIFO	       SCHEDULER_PATH, "{\"policy\":\"SCHED_FIFO\",\"priority\":3}"
#define DEADLINE                                                                                   \
	SCHEDULER_PATH,                                                                            \
		"{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1100000,\"deadline\":7000000,"           \
		"\"period\":11000000,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}"

/* Not on the legacy profile: a kernel with RT_GROUP_SCHED refuses SCHED_FIFO in a new cgroup. */
static const struct wrong_type scheduler_types[] = {
	ROW("scheduler-string", "process.scheduler.wrong-type", "process.scheduler",
	    "\"SCHED_OTHER\""),
	ROW_ON("policy-number", "process.scheduler.policy.wrong-type", "process.scheduler.policy",
	       "0", OTHER),
	ROW_ON("nice-string", "process.scheduler.nice.wrong-type", "process.scheduler.nice",
	       "\"5\"", OTHER),
	ROW_ON("nice-too-big", "process.scheduler.nice.wrong-type", "process.scheduler.nice",
	       "2147483648", OTHER),
	ROW_ON("priority-string", "process.scheduler.priority.wrong-type",
	       "process.scheduler.priority", "\"3\"", FIFO),
	ROW_ON("priority-too-big", "process.scheduler.priority.wrong-type",
	       "process.scheduler.priority", "2147483648", FIFO),
	ROW_ON("flags-string", "process.scheduler.flags.wrong-type", "process.scheduler.flags",
	       "\"SCHED_FLAG_RESET_ON_FORK\"", OTHER),
	ROW_ON("flags-number", "process.scheduler.flags.wrong-type", "process.scheduler.flags",
	       "1", OTHER),
	ROW_ON("runtime-string", "process.scheduler.runtime.wrong-type",
	       "process.scheduler.runtime", "\"1\"", OTHER),
	ROW_ON("runtime-digits", "process.scheduler.runtime.wrong-type",
	       "process.scheduler.runtime", "\"1100000\"", DEADLINE),
	ROW_ON("runtime-negative", "process.scheduler.runtime.wrong-type",
	       "process.scheduler.runtime", "-1", OTHER),
	ROW_ON("deadline-string", "process.scheduler.deadline.wrong-type",
	       "process.scheduler.deadline", "\"1\"", OTHER),
	ROW_ON("deadline-digits", "process.scheduler.deadline.wrong-type",
	       "process.scheduler.deadline", "\"7000000\"", DEADLINE),
	ROW_ON("deadline-negative", "process.scheduler.deadline.wrong-type",
	       "process.scheduler.deadline", "-1", OTHER),
	ROW_ON("period-string", "process.scheduler.period.wrong-type", "process.scheduler.period",
	       "\"1\"", OTHER),
	ROW_ON("period-digits", "process.scheduler.period.wrong-type",
	       "process.scheduler.period", "\"11000000\"", DEADLINE),
	ROW_ON("period-negative", "process.scheduler.period.wrong-type",
	       "process.scheduler.period", "-1", OTHER),
};

#define IOPRIO "process.ioPriority", "{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":4}"

static const struct wrong_type io_priority_types[] = {
	ROW("io-priority-string", "process.io-priority.wrong-type", "process.ioPriority",
	    "\"IOPRIO_CLASS_BE\""),
	ROW_ON("class-number", "process.io-priority.class.wrong-type", "process.ioPriority.class",
	       "2", IOPRIO),
	ROW_ON("priority-string", "process.io-priority.priority.wrong-type",
	       "process.ioPriority.priority", "\"4\"", IOPRIO),
	ROW_ON("priority-fraction", "process.io-priority.priority.wrong-type",
	       "process.ioPriority.priority", "1.5", IOPRIO),
};

const struct test_entry types_tests[] = {
	{
		.name = "types/wrong",
		.about = "a value of a wrong JSON type or range is refused",
		.run = wrong_type,
		CASES(wrong_types),
	},
	{
		.name = "types/scheduler",
		.about = "a scheduler value of a wrong JSON type or range is refused",
		.run = wrong_type_if_supported,
		.cgroup = CGROUP_V2,
		CASES(scheduler_types),
	},
	{
		.name = "types/io-priority",
		.about = "an I/O priority of a wrong JSON type is refused",
		.run = wrong_type_if_supported,
		CASES(io_priority_types),
	},
	{ 0 },
};
