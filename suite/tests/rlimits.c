/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.rlimits: "For each entry in rlimits, a getrlimit(3) on type MUST succeed"; soft and hard
 * as configured, unknown and repeated types refused. The limits are those the process itself sees.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "suite/suite.h"
#include "suite/tests/tests.h"

#define INFINITY_TEXT "18446744073709551615"

/* Numbers as they stand in config.json: not all fit jansson's integers. */
struct limit {
	struct test_case c;
	const char *type, *soft, *hard;
};

/* config.json with one entry for each limit, written as text. */
static void write_limits(struct bundle *b, struct test *t, const struct limit *l, size_t n)
{
	static const char place[] = "\"@rlimits@\"";
	char *text, *at;
	const char *list = "";

	bundle_set(b, "process.rlimits", "s", "@rlimits@");
	for (size_t i = 0; i < n; i++)
		list = format(t, "%s%s{\"type\":\"%s\",\"soft\":%s,\"hard\":%s}", list, i ? "," : "",
			      l[i].type, l[i].soft, l[i].hard);
	text = json_dumps(bundle_config(b), JSON_COMPACT);
	at = text ? strstr(text, place) : NULL;
	if (!at)
		test_broken(t, "config: no place for rlimits");
	*at = '\0';
	text = (char *)format(t, "%s[%s]%s", text, list, at + strlen(place));
	bundle_raw(b, text, strlen(text));
}

static struct bundle *with_limits(struct test *t, const struct limit *l, size_t n)
{
	struct bundle *b = bundle_new(t);

	bundle_probe(b, "rlimits", NULL);
	write_limits(b, t, l, n);
	return b;
}

/* Whether the process has exactly this limit; decides the requirement. */
static bool check_limit(struct test *t, const char *requirement, const struct facts *f,
			const struct limit *l)
{
	const char *soft = facts_string(f, format(t, "rlimits.%s.soft", l->type));
	const char *hard = facts_string(f, format(t, "rlimits.%s.hard", l->type));

	return check_string(t, requirement, format(t, "%s, soft:hard", l->type),
			    format(t, "%s:%s", l->soft, l->hard),
			    soft && hard ? format(t, "%s:%s", soft, hard) : NULL);
}

static void limit_type(struct test *t)
{
	const struct limit *l = test_row(t);
	const struct facts *f = bundle_supported(with_limits(t, l, 1), l->c.requirement);

	if (f)
		check_limit(t, l->c.requirement, f, l);
}

#define TYPE(name, type, soft, hard) { { #name, "process.rlimits.type." #name, NULL }, type, soft, hard }

static const struct limit types[] = {
	TYPE(as, "RLIMIT_AS", "4294967296", "8589934592"),
	TYPE(core, "RLIMIT_CORE", "1048576", "2097152"),
	TYPE(cpu, "RLIMIT_CPU", "600", "1200"),
	TYPE(data, "RLIMIT_DATA", "1073741824", "2147483648"),
	TYPE(fsize, "RLIMIT_FSIZE", "1048576", "4194304"),
	TYPE(locks, "RLIMIT_LOCKS", "100", "200"),
	TYPE(memlock, "RLIMIT_MEMLOCK", "65536", "131072"),
	TYPE(msgqueue, "RLIMIT_MSGQUEUE", "409600", "819200"),
	TYPE(nice, "RLIMIT_NICE", "5", "10"),
	TYPE(nofile, "RLIMIT_NOFILE", "77", "99"),
	TYPE(nproc, "RLIMIT_NPROC", "555", "777"),
	TYPE(rss, "RLIMIT_RSS", "1048576", "2097152"),
	TYPE(rtprio, "RLIMIT_RTPRIO", "3", "7"),
	TYPE(rttime, "RLIMIT_RTTIME", "500000", "900000"),
	TYPE(sigpending, "RLIMIT_SIGPENDING", "111", "222"),
	TYPE(stack, "RLIMIT_STACK", "4194304", "16777216"),
};

/* In the order of the rows above. */
static const int type_numbers[ARRAY_SIZE(types)] = {
	RLIMIT_AS,   RLIMIT_CORE, RLIMIT_CPU,	RLIMIT_DATA,   RLIMIT_FSIZE,  RLIMIT_LOCKS,
	RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS,
	RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK,
};

/* Values at the edges: each row may be refused, but never changed. */
static const struct limit values[] = {
	{ { "infinity-core", "process.rlimits.infinity", NULL }, "RLIMIT_CORE", INFINITY_TEXT,
	  INFINITY_TEXT },
	{ { "infinity-as", "process.rlimits.infinity", NULL }, "RLIMIT_AS", INFINITY_TEXT,
	  INFINITY_TEXT },
	/* One more than a double can tell from its neighbour, and one beyond the signed range. */
	{ { "exact-64-bit", "process.rlimits.exact-64-bit", NULL }, "RLIMIT_AS",
	  "9007199254740993", "9223372036854775809" },
};

static void soft_and_hard(struct test *t)
{
	static const struct limit l = { { NULL, NULL, NULL }, "RLIMIT_NOFILE", "77", "99" };
	const struct facts *f = bundle_run(with_limits(t, &l, 1), NULL);

	check_string(t, "process.rlimits.soft", "soft limit", l.soft,
		     facts_string(f, "rlimits.RLIMIT_NOFILE.soft"));
	check_string(t, "process.rlimits.hard", "hard limit", l.hard,
		     facts_string(f, "rlimits.RLIMIT_NOFILE.hard"));
}

static void zero(struct test *t)
{
	static const struct limit l[] = {
		{ { NULL, NULL, NULL }, "RLIMIT_CORE", "0", "0" },
		{ { NULL, NULL, NULL }, "RLIMIT_MEMLOCK", "0", "0" },
	};
	const struct facts *f = bundle_run(with_limits(t, l, ARRAY_SIZE(l)), NULL);

	for (size_t i = 0; i < ARRAY_SIZE(l); i++)
		check_limit(t, "process.rlimits.zero", f, &l[i]);
}

/*
 * Every type in one configuration, none above the caller's own hard limit: to raise one takes a
 * privilege, which is another requirement.
 */
static void all_at_once(struct test *t)
{
	struct limit all[ARRAY_SIZE(types)];
	const struct facts *f;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct rlimit own;

		all[i] = types[i];
		if (getrlimit(type_numbers[i], &own))
			test_broken(t, "getrlimit %s", all[i].type);
		if (own.rlim_max < strtoull(all[i].hard, NULL, 10))
			all[i].hard = all[i].soft = format(t, "%llu", (unsigned long long)own.rlim_max);
	}
	f = bundle_run(with_limits(t, all, ARRAY_SIZE(all)), NULL);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		check_limit(t, "process.rlimits.getrlimit-succeeds", f, &all[i]);
}

static void absent_or_empty(struct test *t)
{
	struct bundle *none = bundle_new(t), *empty = bundle_copy(none);

	bundle_run(none, "ids");
	bundle_set(empty, "process.rlimits", "[]");
	bundle_run(empty, "ids");
	check_pass(t, "process.rlimits.optional");
}

struct refused {
	struct test_case c;
	const char *rlimits; /* as JSON */
};

static void refused(struct test *t)
{
	const struct refused *r = test_row(t);
	struct bundle *good = bundle_new(t), *bad;

	bundle_set(good, "process.rlimits", "[{s:s s:i s:i}]", "type", "RLIMIT_NOFILE", "soft", 77,
		   "hard", 99);
	bad = bundle_copy(good);
	bundle_put(bad, "process.rlimits", json_loads(r->rlimits, 0, NULL));
	check_refused(t, r->c.requirement, bad, good);
}

static const struct refused refusals[] = {
	{ { "unknown-type", "process.rlimits.unknown-type", NULL },
	  "[{\"type\":\"RLIMIT_FOO\",\"soft\":77,\"hard\":99}]" },
	{ { "prefix-alone", "process.rlimits.unknown-type", NULL },
	  "[{\"type\":\"RLIMIT_\",\"soft\":77,\"hard\":99}]" },
	{ { "empty-type", "process.rlimits.unknown-type", NULL },
	  "[{\"type\":\"\",\"soft\":77,\"hard\":99}]" },
	{ { "no-type", "process.rlimits.type-required", NULL }, "[{\"soft\":77,\"hard\":99}]" },
	{ { "duplicate-equal", "process.rlimits.duplicate-type", NULL },
	  "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99},"
	  "{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99}]" },
	{ { "duplicate-different", "process.rlimits.duplicate-type", NULL },
	  "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":77,\"hard\":99},"
	  "{\"type\":\"RLIMIT_NOFILE\",\"soft\":78,\"hard\":98}]" },
	{ { "soft-above-hard", "process.rlimits.soft-above-hard", NULL },
	  "[{\"type\":\"RLIMIT_NOFILE\",\"soft\":200,\"hard\":100}]" },
};

/* setrlimit(2): not even root may set a NOFILE hard limit above fs.nr_open. */
static void above_nr_open(struct test *t)
{
	const char *nr_open = file_read(t, "/proc/sys/fs/nr_open");
	struct limit l = { { NULL, NULL, NULL }, "RLIMIT_NOFILE", "77", NULL };
	const struct result *refusal = NULL;
	const struct facts *f;

	if (!nr_open)
		test_broken(t, "fs.nr_open cannot be read");
	l.hard = format(t, "%ld", strtol(nr_open, NULL, 10) + 1);
	f = bundle_try(with_limits(t, &l, 1), &refusal);
	if (f)
		check_limit(t, "process.rlimits.not-permitted", f, &l);
	else
		check_error(t, "process.rlimits.not-permitted", refusal);
}

/*
 * A runtime that is itself limited to 1024 and is asked for 4096. It may refuse that to everybody;
 * but what it does for uid 0 it must not fail to do for uid 1000: limits are set before privileges
 * are dropped.
 */
static void unprivileged_user(struct test *t)
{
	static const struct limit l = { { NULL, NULL, NULL }, "RLIMIT_NOFILE", "4096", "4096" };
	const struct rlimit low = { 1024, 1024 };
	struct bundle *root = with_limits(t, &l, 1), *user = bundle_new(t);
	const struct facts *f;

	if (setrlimit(RLIMIT_NOFILE, &low))
		test_broken(t, "setrlimit");
	bundle_probe(user, "rlimits", NULL);
	bundle_set(user, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	write_limits(user, t, &l, 1);
	if (!bundle_supported(root, "process.rlimits.unprivileged-user"))
		return;
	f = bundle_run(user, NULL);
	check_limit(t, "process.rlimits.unprivileged-user", f, &l);
}

/* ------------------------------------------------------------------ what the limits do */

/* "the value of the limit enforced for the corresponding resource": what the kernel does for it. */
struct effect {
	struct limit l;
	int uid; /* limits that a privilege lifts are for a user; one of its own, where it is counted */
	const char *const *words; /* of the probe */
	const char *fact, *expected; /* of the last of them; JSON */
	const char *fact_before, *expected_before; /* what is still allowed; NULL: nothing is asked */
};

#define EFFECT(name, type, soft, hard) \
	{ { #name, "process.rlimits.type." #name, NULL }, type, soft, hard }
#define OK "{\"ok\":true}"
#define NUMBER_TEXT_(number) #number
#define NUMBER_TEXT(number)  NUMBER_TEXT_(number)

static const struct effect effects[] = {
	/* Numbers end one below the limit, whatever else is open. */
	{ EFFECT(nofile, "RLIMIT_NOFILE", "40", "50"), 0, WORDS("opens", "60"), "opens",
	  "{\"highest\":39,\"errno\":\"EMFILE\"}", NULL, NULL },
	{ EFFECT(fsize, "RLIMIT_FSIZE", "10000", "20000"), 0, WORDS("fill", "/tmp/file", "15000"),
	  "fill", "{\"written\":10000,\"errno\":\"EFBIG\"}", NULL, NULL },
	{ EFFECT(as, "RLIMIT_AS", "4294967296", "8589934592"), 0,
	  WORDS("map", "1073741824", "map", "5368709120"), "map#2",
	  "{\"errno\":\"ENOMEM\"}", "map", OK },
	/* What no limit keeps from growing must fit into the memory of a small machine. */
	{ EFFECT(data, "RLIMIT_DATA", "536870912", "1073741824"), 0,
	  WORDS("grow", "134217728", "grow", "671088640"), "grow#2",
	  "{\"errno\":\"ENOMEM\"}", "grow", OK },
	{ EFFECT(cpu, "RLIMIT_CPU", "1", "100"), 0, WORDS("burn", "5", "SIGXCPU"), "burn",
	  "\"SIGXCPU\"", NULL, NULL },
	/* The highest priority that is allowed is 20 less the limit. */
	{ EFFECT(nice, "RLIMIT_NICE", "25", "30"), 1000,
	  WORDS("syscall", NUMBER_TEXT(SYS_setpriority), "0", "0", "-5", "0", "0", "0", "syscall",
		NUMBER_TEXT(SYS_setpriority), "0", "0", "-6", "0", "0", "0"),
	  "syscall#2", "{\"value\":-1,\"errno\":\"EACCES\"}", "syscall", "{\"value\":0}" },
	/* The program itself is one of them; the threads of a runtime's process were, too. */
	{ EFFECT(nproc, "RLIMIT_NPROC", "60", "70"), 54321, WORDS("forks", "80"), "forks",
	  "{\"made\":59,\"errno\":\"EAGAIN\"}", NULL, NULL },
	/* All that the program has mapped is more than this. */
	{ EFFECT(memlock, "RLIMIT_MEMLOCK", "4096", "131072"), 1000,
	  WORDS("syscall", NUMBER_TEXT(SYS_mlockall), "1", "0", "0", "0", "0", "0"), "syscall",
	  "{\"value\":-1,\"errno\":\"ENOMEM\"}", NULL, NULL },
};

static void effect(struct test *t)
{
	const struct effect *e = test_row(t);
	const char *id = e->l.c.requirement;
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	if (e->uid) {
		bundle_set(b, "process.user", "{s:i s:i}", "uid", e->uid, "gid", e->uid);
		bundle_set(b, "process.capabilities", "{}");
	}
	bundle_probe(b, NULL);
	for (const char *const *word = e->words; *word; word++)
		bundle_probe_add(b, *word, NULL);
	write_limits(b, t, &e->l, 1);
	f = bundle_supported(b, id);
	if (!f)
		return;
	if (e->fact_before)
		check_json(t, id, "what is within the limit",
			   json_loads(e->expected_before, JSON_DECODE_ANY, NULL),
			   facts_get(f, e->fact_before));
	check_json(t, id, "what is beyond the limit", json_loads(e->expected, JSON_DECODE_ANY, NULL),
		   facts_get(f, e->fact));
}

/* The ceiling of what an unprivileged process may set. */
static void hard_is_ceiling(struct test *t)
{
	static const char id[] = "process.rlimits.hard-is-ceiling";
	static const struct limit l = { { NULL, NULL, NULL }, "RLIMIT_NOFILE", "77", "99" };
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_set(b, "process.user", "{s:i s:i}", "uid", 1000, "gid", 1000);
	bundle_set(b, "process.capabilities", "{}");
	bundle_probe(b, "set-limit", l.type, "99", "100", "set-limit", l.type, "99", "99", "rlimits",
		     NULL);
	write_limits(b, t, &l, 1);
	f = bundle_run(b, NULL);
	check_string(t, id, "raising the hard limit", "EPERM", facts_errno(f, "set-limit"));
	check_string(t, id, "raising the soft limit to the hard one", "",
		     facts_errno(f, "set-limit#2"));
	check_string(t, id, "soft limit then", "99", facts_string(f, "rlimits.RLIMIT_NOFILE.soft"));
}

/* More mounts than descriptors: a runtime limited itself would be short of them, and so its hooks. */
static void only_the_process(struct test *t)
{
	static const char id[] = "process.rlimits.only-process";
	static const struct limit l = { { NULL, NULL, NULL }, "RLIMIT_NOFILE", "20", "20" };
	static const char *const kinds[] = { "createRuntime", "poststart", "poststop" };
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	for (int i = 0; i < 24; i++) {
		const char *name = format(t, "rootfs/mount-%d", i);

		bundle_dir(b, name, 0755);
		bundle_mount(b, name + strlen("rootfs"), "tmpfs", "tmpfs", NULL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		bundle_hook(b, kinds[i], kinds[i], "rlimits", NULL);
	bundle_probe(b, "rlimits", NULL);
	write_limits(b, t, &l, 1);
	f = bundle_run(b, NULL);
	check_limit(t, id, f, &l);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *hard = facts_string(log_wait(b, kinds[i], 0)->facts,
						"rlimits.RLIMIT_NOFILE.hard");

		check_seen(t, id, hard && strcmp(hard, l.hard),
			   format(t, "a hook of %s is not limited to %s descriptors", kinds[i],
				  l.hard),
			   "%s", hard ? hard : "no answer");
	}
}

const struct test_entry rlimits_tests[] = {
	{
		.name = "rlimits/type",
		.about = "the limit is in force as configured, or refused",
		.run = limit_type,
		CASES(types),
	},
	{
		.name = "rlimits/value",
		.about = "a value at the edge is in force as configured, or refused",
		.run = limit_type,
		CASES(values),
	},
	{
		.name = "rlimits/soft-and-hard",
		.about = "soft and hard limit are those configured, each in its place",
		.requirements = REQS("process.rlimits.soft", "process.rlimits.hard"),
		.run = soft_and_hard,
	},
	{
		.name = "rlimits/zero",
		.about = "zero is a limit",
		.requirements = REQS("process.rlimits.zero"),
		.run = zero,
	},
	{
		.name = "rlimits/all",
		.about = "sixteen limits in one configuration are all in force",
		.requirements = REQS("process.rlimits.getrlimit-succeeds"),
		.run = all_at_once,
	},
	{
		.name = "rlimits/optional",
		.about = "rlimits may be absent or empty",
		.requirements = REQS("process.rlimits.optional"),
		.run = absent_or_empty,
	},
	{
		.name = "rlimits/refused",
		.about = "an entry that cannot be applied is refused",
		.run = refused,
		CASES(refusals),
	},
	{
		.name = "rlimits/not-permitted",
		.about = "a limit that the kernel refuses is an error, not another limit",
		.requirements = REQS("process.rlimits.not-permitted"),
		.run = above_nr_open,
	},
	{
		.name = "rlimits/unprivileged-user",
		.about = "a limit above the caller's own is in force for an unprivileged user",
		.requirements = REQS("process.rlimits.unprivileged-user"),
		.run = unprivileged_user,
	},
	{
		.name = "rlimits/enforced",
		.about = "the soft limit is enforced",
		.run = effect,
		CASES(effects),
	},
	{
		.name = "rlimits/hard-is-ceiling",
		.about = "an unprivileged process can raise its soft limit to the hard one, no further",
		.requirements = REQS("process.rlimits.hard-is-ceiling"),
		.run = hard_is_ceiling,
	},
	{
		.name = "rlimits/only-process",
		.about = "limits are those of the container's process, not of the runtime and its hooks",
		.requirements = REQS("process.rlimits.only-process"),
		.run = only_the_process,
	},
	{ 0 },
};
