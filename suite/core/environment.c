/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine as it is: what the report says of it, and how fast it is. What it can do is tried in
 * feature.c.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "sha256.h"

extern char **environ;

static const char *slurp(const char *path)
{
	return file_read(NULL, path);
}

static json_t *first_line(const char *path)
{
	const char *text = slurp(path);

	return text ? json_stringn(text, strcspn(text, "\n")) : NULL;
}

/* ------------------------------------------------------------------ what there is */

static json_t *config_digest(void)
{
	uint8_t sum[SHA256_SIZE];
	char text[7 + SHA256_HEX + 1] = "sha256:";
	struct sha256 hash;
	char data[4096];
	ssize_t n;
	int fd = open("/proc/config.gz", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return json_null();
	sha256_init(&hash);
	while ((n = read(fd, data, sizeof(data))) > 0)
		sha256_update(&hash, data, (size_t)n);
	close(fd);
	sha256_final(&hash, sum);
	sha256_hex(sum, text + 7);
	return json_string(text);
}

static json_t *kernel(void)
{
	struct utsname u;

	memset(&u, 0, sizeof(u));
	uname(&u);
	return json_pack("{s:s s:s s:s s:o}", "release", u.release, "version", u.version, "machine",
			 u.machine, "config", config_digest());
}

/* The value of "key : value" in a text like /proc/cpuinfo. */
static json_t *field(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	at = at ? strchr(at, ':') : NULL;
	if (!at)
		return json_null();
	at += 1 + strspn(at + 1, " \t");
	return json_stringn(at, strcspn(at, "\n"));
}

/* What the kernel reads the time from: a TSC that it has found unstable makes each look dear. */
static json_t *clocksource(void)
{
	json_t *name = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");

	return name ? name : json_null();
}

static json_t *cpu(void)
{
	return json_pack("{s:o s:i}", "model", field(slurp("/proc/cpuinfo"), "model name"), "count",
			 (int)sysconf(_SC_NPROCESSORS_ONLN));
}

static long long kib(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	return at ? strtoll(at + strcspn(at, "0123456789\n"), NULL, 10) : 0;
}

static json_t *memory(void)
{
	json_t *nodes = json_array();

	for (int i = 0; i < 64; i++) {
		char path[96];
		const char *text, *at;

		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", i);
		text = slurp(path);
		at = text ? strstr(text, "MemTotal:") : NULL;
		if (at)
			json_array_append_new(nodes, json_integer(kib(at, "MemTotal:")));
	}
	return json_pack("{s:I s:o}", "kib", (json_int_t)kib(slurp("/proc/meminfo"), "MemTotal:"),
			 "nodes", nodes);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static json_t *pci(void)
{
	static const char top[] = "/sys/bus/pci/devices";
	json_t *list = json_array();
	DIR *directory = opendir(top);
	struct dirent *entry;
	char *name[256];
	size_t n = 0;

	while (directory && (entry = readdir(directory)) && n < ARRAY_SIZE(name))
		if (entry->d_name[0] != '.')
			name[n++] = take_text(entry->d_name, strlen(entry->d_name));
	if (directory)
		closedir(directory);
	qsort(name, n, sizeof(*name), by_text);
	for (size_t i = 0; i < n; i++) {
		static const char *const files[] = { "vendor", "device", "class" };
		char path[256];
		const char *value[3];

		for (size_t f = 0; f < 3; f++) {
			snprintf(path, sizeof(path), "%s/%s/%s", top, name[i], files[f]);
			value[f] = slurp(path);
			value[f] = value[f] && !strncmp(value[f], "0x", 2) ? value[f] + 2 : "?";
		}
		json_array_append_new(list, json_sprintf("%s %.4s:%.4s class %.6s", name[i],
							 value[0], value[1], value[2]));
	}
	return list;
}

static json_t *dmi(void)
{
	static const char *const files[] = { "sys_vendor", "product_name", "product_version",
					     "bios_vendor", "bios_version" };
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[96];
		json_t *value;

		snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", files[i]);
		value = first_line(path);
		if (value)
			json_object_set_new(object, files[i], value);
	}
	return object;
}

/* The vendor string of the hypervisor's CPUID leaf: "KVMKVMKVM", "TCGTCGTCGTCG". */
static json_t *hypervisor(void)
{
#ifdef __x86_64__
	unsigned int a = 1, b, c = 0, d;
	char text[13] = "";

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c & 1u << 31))
		return json_null();
	a = 0x40000000;
	c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	memcpy(text, &b, 4);
	memcpy(text + 4, &c, 4);
	memcpy(text + 8, &d, 4);
	for (char *t = text; *t; t++)
		if (!isprint((unsigned char)*t))
			*t = '?';
	return json_string(text);
#else
	return json_null();
#endif
}

static json_t *lsm(void)
{
	const char *text = slurp("/sys/kernel/security/lsm");
	json_t *list = json_array();

	for (const char *end; text && *text; text = *end == ',' ? end + 1 : "") {
		end = text + strcspn(text, ",\n");
		if (end != text)
			json_array_append_new(list, json_stringn(text, (size_t)(end - text)));
	}
	return list;
}

void environment_body(struct body *b, const struct context *c)
{
	const char *cgroup = c->cgroup_v2 ? "v2" : "v1";
	struct stat st;
	json_t *now;

	for (size_t i = 0; !c->cgroup_v2 && i < c->n_hierarchies; i++)
		if (c->hierarchies[i].v2)
			cgroup = "hybrid";
	now = json_pack("{s:b s:o s:o s:o s:o s:o s:o s:s s:o s:s s:o s:f}", "controlled",
			(int)c->appliance, "kernel", kernel(), "cpu", cpu(), "clocksource",
			clocksource(), "memory", memory(), "pci", pci(), "dmi", dmi(), "firmware",
			stat("/sys/firmware/efi", &st) ? "bios" : "efi", "hypervisor", hypervisor(),
			"cgroup", cgroup, "lsm", lsm(), "slowness", c->slowness);
	for (void *i = json_object_iter(now); i; i = json_object_iter_next(now, i))
		body_json(b, json_object_iter_key(i), json_object_iter_value(i));
	json_decref(now);
}

/* ------------------------------------------------------------------ how fast */

/* One process made, run and ended takes this long on a machine that the limits are meant for. */
#define NORMAL_NS (2 * NS_PER_MS)
#define SLOWEST	  8

double environment_slowness(const struct context *c)
{
	int64_t best = INT64_MAX;
	double slowness;
	int fd = memfd_create("probe", MFD_CLOEXEC);
	char path[64], *const words[] = { (char *)"probe", (char *)"x", (char *)"set-umask",
					  (char *)"22", NULL };

	if (fd < 0 || write(fd, c->probe, c->probe_size) != (ssize_t)c->probe_size)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 5; i++) {
		posix_spawn_file_actions_t actions;
		int64_t began = now_ns();
		pid_t pid;

		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
		if (!posix_spawn(&pid, path, &actions, NULL, words, environ)) {
			waitpid(pid, NULL, 0);
			best = now_ns() - began < best ? now_ns() - began : best;
		}
		posix_spawn_file_actions_destroy(&actions);
	}
	close(fd);
	slowness = (double)best / NORMAL_NS;
	return slowness < 1 ? 1 : slowness > SLOWEST ? SLOWEST : slowness;
}
