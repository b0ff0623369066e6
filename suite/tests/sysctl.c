/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.sysctl (config-linux.md#sysctl): what the program reads below /proc/sys, and that the
 * host's own values stay. Each key is one of a namespace that the container has to itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define SYSCTL "linux.sysctl"
#define SOMAXCONN_FILE "/proc/sys/net/core/somaxconn"

/* The numbers and words of a value, however they are apart: "100\t200\n" as "100 200". */
static const char *plain(struct test *t, const char *value)
{
	char *text, *word, *save = NULL;
	const char *all = "";

	if (!value)
		return NULL;
	text = strdup(value);
	need(t, text != NULL, "strdup");
	for (word = strtok_r(text, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
		all = format(t, "%s%s%s", all, *all ? " " : "", word);
	free(text);
	return all;
}

/* The file of a key whose parts have no dots in them. */
static const char *key_file(struct test *t, const char *key)
{
	char *path = (char *)format(t, "/proc/sys/%s", key);

	for (char *dot = path; (dot = strchr(dot, '.'));)
		*dot = '/';
	return path;
}

/* ------------------------------------------------------------------ what is set */

struct setting {
	const char *key, *value;
};

#define MAX_KEYS 8

struct sysctl_row {
	struct test_case c;
	const char *namespace; /* one more than usual; NULL: none */
	struct setting set[MAX_KEYS];
};

#define ID "linux.sysctl."

static const struct sysctl_row rows[] = {
	{ { "net", ID "net", NULL },
	  "network",
	  { { "net.ipv4.ip_forward", "1" },
	    { "net.core.somaxconn", "257" },
	    { "net.ipv4.ip_default_ttl", "77" } } },
	{ { "ipc-sysv", ID "ipc.sysv", NULL },
	  NULL,
	  { { "kernel.shmmax", "1048577" },
	    { "kernel.shmall", "70001" },
	    { "kernel.shmmni", "99" },
	    { "kernel.msgmax", "4097" },
	    { "kernel.msgmnb", "16385" },
	    { "kernel.sem", "100 200 30 40" } } },
	{ { "ipc-mqueue", ID "ipc.mqueue", NULL },
	  NULL,
	  { { "fs.mqueue.msg_max", "7" }, { "fs.mqueue.queues_max", "77" } } },
	{ { "uts", ID "uts", NULL }, NULL, { { "kernel.domainname", "oct.example" } } },
	{ { "user", ID "user", NULL }, "user", { { "user.max_mnt_namespaces", "5" } } },
	{ { "several", ID "several", NULL },
	  "network",
	  { { "net.core.somaxconn", "258" },
	    { "kernel.msgmax", "4098" },
	    { "net.ipv4.ip_default_ttl", "78" },
	    { "kernel.domainname", "six.example" },
	    { "kernel.shmmni", "98" },
	    { "net.ipv4.ping_group_range", "5 6" } } },
	{ { "several-fields", ID "value.string", NULL },
	  "network",
	  { { "net.ipv4.ping_group_range", "100 200" },
	    { "net.ipv4.ip_local_port_range", "20000 30001" } } },
};

static struct bundle *with_keys(struct test *t, const struct sysctl_row *row)
{
	struct bundle *b = bundle_new(t);

	if (row->namespace && !strcmp(row->namespace, "user"))
		with_user_namespace(t, b, 100000);
	else if (row->namespace)
		bundle_namespace(b, row->namespace, NULL);
	bundle_set(b, SYSCTL, "{}");
	bundle_probe(b, "uname", NULL);
	for (const struct setting *s = row->set; s < row->set + MAX_KEYS && s->key; s++) {
		json_object_set_new(bundle_get(b, SYSCTL), s->key, json_string(s->value));
		bundle_probe_add(b, "sysctl", s->key, NULL);
	}
	return b;
}

static void applied(struct test *t)
{
	const struct sysctl_row *row = test_row(t);
	const char *id = row->c.requirement, *before[MAX_KEYS] = { NULL };
	const struct facts *f;

	for (int i = 0; i < MAX_KEYS && row->set[i].key; i++)
		before[i] = file_read(t, key_file(t, row->set[i].key));
	f = bundle_supported(with_keys(t, row), id);
	for (int i = 0; f && i < MAX_KEYS && row->set[i].key; i++) {
		const char *key = row->set[i].key;
		const char *fact = i ? format(t, "sysctl#%d", i + 1) : "sysctl";

		check_string(t, id, format(t, "%s inside", key), row->set[i].value,
			     plain(t, facts_string(f, fact)));
		check_string(t, id, format(t, "%s of the host, as before", key), before[i],
			     file_read(t, key_file(t, key)));
		if (!strcmp(key, "kernel.domainname"))
			check_string(t, id, "domain name that uname(2) gives inside",
				     row->set[i].value, facts_string(f, "uname.domainname"));
	}
}

/* ------------------------------------------------------------------ what cannot be set */

static struct bundle *with_key(struct test *t, const char *key, const char *value)
{
	struct bundle *b = bundle_new(t);

	bundle_namespace(b, "network", NULL);
	bundle_put(b, SYSCTL, json_object());
	json_object_set_new(bundle_get(b, SYSCTL), key, json_string(value));
	bundle_probe(b, "sysctl", "net.core.somaxconn", NULL);
	return b;
}

/* The way to it is good: another key is set there. */
static bool sets(struct test *t, const char *id)
{
	const struct facts *f = bundle_supported(with_key(t, "net.core.somaxconn", "257"), id);

	return f && check_string(t, id, "net.core.somaxconn inside", "257",
				 plain(t, facts_string(f, "sysctl")));
}

struct bad_key {
	struct test_case c;
	const char *key, *value;
};

static const struct bad_key bad_keys[] = {
	{ { "unknown", ID "unknown-key", "a key that the kernel does not have is refused" },
	  "net.octest.none",
	  "1" },
	{ { "unknown-leaf", ID "unknown-key", "a key that its directory does not have is refused" },
	  "net.core.octest_none",
	  "1" },
	{ { "directory", ID "unknown-key", "a key that is a directory is refused" },
	  "net.core",
	  "1" },
	{ { "word", ID "invalid-value", "a value that the kernel refuses is refused" },
	  "net.core.somaxconn",
	  "plenty" },
	{ { "too-large", ID "invalid-value", "a value out of the kernel's range is refused" },
	  "net.ipv4.ip_default_ttl",
	  "256" },
};

static void refused(struct test *t)
{
	const struct bad_key *row = test_row(t);

	if (sets(t, row->c.requirement))
		check_error(t, row->c.requirement,
			    op_create(container_new(with_key(t, row->key, row->value))));
}

#define GLOBAL "/proc/sys/vm/swappiness"

/*
 * Whatever becomes of such a key, no value of the machine may change. A runtime may also be led
 * there by what stands for a dot.
 */
static void traversal(struct test *t)
{
	static const char *const keys[] = {
		"net/../vm/swappiness",		  "net.ipv4/../../vm/swappiness",
		"net/core/../../vm.swappiness",	  "net./../vm/swappiness",
		"net/../../../proc/sys/vm/swappiness", "net.core.somaxconn/../../../vm/swappiness",
	};
	const char *id = ID "path-traversal", *before = plain(t, file_read(t, GLOBAL)), *other;

	if (!before)
		test_broken(t, "%s cannot be read", GLOBAL);
	other = strcmp(before, "17") ? "17" : "18";
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct container *c = container_new(with_key(t, keys[i], other));
		const struct result *r = op_create(c);
		const char *after = plain(t, file_read(t, GLOBAL));

		check_string(t, id, format(t, "vm.swappiness of the host after %s", keys[i]),
			     before, after);
		if (!after || strcmp(after, before))
			file_write(t, GLOBAL, before);
		check_seen(t, id, r->exited, "create ends with a status", "%s", result_text(t, r));
	}
}

/* ------------------------------------------------------------------ how it is set */

static void read_only(struct test *t)
{
	const char *id = ID "with-readonly-proc-sys";
	struct bundle *b = with_key(t, "net.core.somaxconn", "257");
	const struct facts *f;

	bundle_set(b, "linux.readonlyPaths", "[s]", "/proc/sys");
	bundle_probe_add(b, "write", SOMAXCONN_FILE, "300", NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "net.core.somaxconn inside", "257", plain(t, facts_string(f, "sysctl")));
	check_string(t, id, "writing it inside, /proc/sys being a read-only path", "EROFS",
		     facts_errno(f, "write"));
}

#define LINK	   "oct.100"
#define FORWARDING "/proc/sys/net/ipv4/conf/" LINK "/forwarding"

/* In that network namespace: its loopback link gets a name with a dot, and forwards nothing. */
static int name_link(void *data)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_newname = LINK };
	int ns = open(data, O_RDONLY | O_CLOEXEC), link, file;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		return 1;
	link = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (link < 0 || ioctl(link, SIOCSIFNAME, &request))
		return 2;
	file = open(FORWARDING, O_WRONLY | O_CLOEXEC);
	return file < 0 || write(file, "0", 1) != 1 ? 3 : 0;
}

static void slashes(struct test *t)
{
	const char *id = ID "slash-form";
	const char *path = format(t, "/proc/%d/ns/net", (int)test_namespaces(t, CLONE_NEWNET));
	int status = test_wait(t, test_fork(t, name_link, (void *)path));
	struct bundle *b = with_key(t, "net/ipv4/conf/" LINK "/forwarding", "1");
	const struct facts *f;

	if (status)
		test_broken(t, "a link with a dot in its name: status %d", status);
	bundle_namespace(b, "network", path);
	bundle_probe(b, "read", FORWARDING, NULL);
	f = bundle_supported(b, id);
	if (f)
		check_string(t, id, FORWARDING, "1", plain(t, facts_string(f, "read")));
}

const struct test_entry sysctl_tests[] = {
	{
		.name = "sysctl/applied",
		.about = "kernel parameters are set inside and nowhere else",
		.run = applied,
		CASES(rows),
	},
	{
		.name = "sysctl/refused",
		.about = "a kernel parameter that cannot be set is refused",
		.run = refused,
		CASES(bad_keys),
	},
	{
		.name = "sysctl/traversal",
		.about = "no key leads out of the container's part of /proc/sys",
		.requirements = REQS(ID "path-traversal"),
		.run = traversal,
		.exclusive = true, /* a runtime that fails changes a value of the machine */
	},
	{
		.name = "sysctl/read-only",
		.about = "kernel parameters are set before /proc/sys becomes read-only",
		.requirements = REQS(ID "with-readonly-proc-sys"),
		.run = read_only,
	},
	{
		.name = "sysctl/slashes",
		.about = "a key with slashes may have dots in its parts",
		.requirements = REQS(ID "slash-form"),
		.run = slashes,
	},
	{ 0 },
};
