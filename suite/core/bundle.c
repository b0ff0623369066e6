/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles: a directory, a small root file system with the probe, and a configuration that asks for
 * as little as a runtime can be asked for. It must never lean on what some runtime does besides.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "engine.h"

/* ------------------------------------------------------------------ files */

static const char *below(const struct bundle *b, const char *path)
{
	return format(b->t, "%s/%s", b->path, path);
}

/* The directories above a path of the bundle. */
static void parents(struct bundle *b, const char *path)
{
	char *copy = take_text(path, strlen(path));

	for (char *slash = copy + strlen(b->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			test_broken(b->t, "mkdir %s: %s", copy, strerror(errno));
		*slash = '/';
	}
}

static void write_bytes(struct test *t, const char *path, const void *data, size_t length,
			mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, length) != (ssize_t)length || fchmod(fd, mode) || close(fd))
		test_broken(t, "write %s: %s", path, strerror(errno));
}

void bundle_file(struct bundle *b, const char *path, mode_t mode, const char *content)
{
	path = below(b, path);
	parents(b, path);
	write_bytes(b->t, path, content, strlen(content), mode);
}

void bundle_dir(struct bundle *b, const char *path, mode_t mode)
{
	path = below(b, path);
	parents(b, path);
	if ((mkdir(path, mode) && errno != EEXIST) || chmod(path, mode))
		test_broken(b->t, "mkdir %s: %s", path, strerror(errno));
}

void bundle_symlink(struct bundle *b, const char *path, const char *target)
{
	path = below(b, path);
	parents(b, path);
	if (symlink(target, path))
		test_broken(b->t, "symlink %s: %s", path, strerror(errno));
}

void bundle_node(struct bundle *b, const char *path, mode_t mode, unsigned int major,
		 unsigned int minor)
{
	path = below(b, path);
	parents(b, path);
	if (mknod(path, mode, makedev(major, minor)) || chmod(path, mode & 07777))
		test_broken(b->t, "mknod %s: %s", path, strerror(errno));
}

/* ------------------------------------------------------------------ making one */

static void make_root(struct bundle *b)
{
	static const char *const directories[] = { "proc", "sys", "dev", "tmp", "etc", "log" };

	if (mkdir(b->path, 0755) || mkdir(b->rootfs, 0755))
		test_broken(b->t, "mkdir %s: %s", b->rootfs, strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		bundle_dir(b, format(b->t, "rootfs/%s", directories[i]),
			   strcmp(directories[i], "tmp") ? 0755 : 01777);
	write_bytes(b->t, format(b->t, "%s/probe", b->rootfs), b->t->context->probe,
		    b->t->context->probe_size, 0755);
}

void bundle_prepare(struct test *t)
{
	struct bundle *b = take(sizeof(*b));
	unsigned char random[8];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		test_broken(t, "getrandom: %s", strerror(errno));
	b->t = t;
	b->number = ++t->bundles;
	b->path = take_text(format(t, "%s/bundle-%u", WORLD_DIR, b->number), 64);
	b->rootfs = take_text(format(t, "%s/rootfs", b->path), 80);
	b->log = take_text(format(t, "%s/log", b->path), 80);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(b->nonce + 2 * i, 3, "%02x", random[i]);
	make_root(b);
	t->prepared = b;
}

static struct bundle *make(struct test *t)
{
	struct bundle *b;

	if (!t->prepared)
		bundle_prepare(t);
	b = t->prepared;
	t->prepared = NULL;
	return b;
}

struct bundle *bundle_new(struct test *t)
{
	struct bundle *b = make(t);

	b->config =
		json_pack("{s:s s:{s:s s:b} s:{s:b s:{s:i s:i} s:s s:[s s s]}"
			  "s:[{s:s s:s s:s}] s:{s:[{s:s}{s:s}{s:s}{s:s}]}}",
			  "ociVersion", t->context->spec_text, "root", "path", "rootfs", "readonly",
			  0, "process", "terminal", 0, "user", "uid", 0, "gid", 0, "cwd", "/",
			  "args", "/probe", b->nonce, "echo", "mounts", "destination", "/proc",
			  "type", "proc", "source", "proc", "linux", "namespaces", "type", "pid",
			  "type", "ipc", "type", "uts", "type", "mount");
	if (!b->config)
		test_broken(t, "the default configuration is wrong");
	bundle_put(b, "process.env", json_pack("[s]", "PATH=/usr/bin:/bin"));
	bundle_probe(b, "ids", NULL);
	return b;
}

/* In strings of a copy, words of the old bundle become those of the new one. */
static json_t *rename_in(struct test *t, json_t *value, const struct bundle *from,
			 const struct bundle *to)
{
	size_t i, length = strlen(from->path);
	const char *key;
	json_t *one;

	if (json_is_string(value)) {
		const char *text = json_string_value(value);

		if (!strcmp(text, from->nonce))
			return json_string(to->nonce);
		if (!strncmp(text, from->path, length) && (text[length] == '/' || !text[length]))
			return json_string(format(t, "%s%s", to->path, text + length));
		return json_incref(value);
	}
	json_array_foreach (value, i, one) {
		json_array_set_new(value, i, rename_in(t, one, from, to));
	}
	json_object_foreach (value, key, one) {
		json_object_set_new(value, key, rename_in(t, one, from, to));
	}
	return json_incref(value);
}

struct bundle *bundle_copy(const struct bundle *from)
{
	struct bundle *b = make(from->t);

	b->config = json_deep_copy(from->config);
	json_decref(rename_in(b->t, b->config, from, b));
	b->logging = from->logging;
	if (b->logging)
		bundle_dir(b, "log", 0777);
	return b;
}

void bundle_rename(struct bundle *b, const char *name)
{
	const char *path = format(b->t, "%s/%s", WORLD_DIR, name);

	if (rename(b->path, path))
		test_broken(b->t, "rename %s to %s: %s", b->path, path, strerror(errno));
	b->path = take_text(path, strlen(path));
	b->rootfs = take_text(format(b->t, "%s/rootfs", path), strlen(path) + 7);
	b->log = take_text(format(b->t, "%s/log", path), strlen(path) + 4);
}

const char *bundle_path(const struct bundle *b)
{
	return b->path;
}

const char *bundle_rootfs(const struct bundle *b)
{
	return b->rootfs;
}

const char *bundle_nonce(const struct bundle *b)
{
	return b->nonce;
}

/* ------------------------------------------------------------------ the configuration */

json_t *bundle_config(struct bundle *b)
{
	return b->config;
}

void bundle_put(struct bundle *b, const char *path, json_t *value)
{
	if (!value || json_put(b->config, path, value))
		test_broken(b->t, "config: cannot set %s", path);
}

void bundle_set(struct bundle *b, const char *path, const char *pack_format, ...)
{
	json_error_t error;
	json_t *value;
	va_list args;

	va_start(args, pack_format);
	value = json_vpack_ex(&error, JSON_ENCODE_ANY, pack_format, args);
	va_end(args);
	if (!value)
		test_broken(b->t, "config: %s: json_pack \"%s\": %s", path, pack_format,
			    error.text);
	bundle_put(b, path, value);
}

json_t *bundle_get(const struct bundle *b, const char *path)
{
	return json_at(b->config, path);
}

void bundle_remove(struct bundle *b, const char *path)
{
	if (json_cut(b->config, path))
		test_broken(b->t, "config: there is no %s to remove", path);
}

/* Index of the namespace of a type, or the number of them. */
static size_t find_namespace(struct bundle *b, const char *type)
{
	json_t *list = bundle_get(b, "linux.namespaces"), *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *is = json_string_value(json_object_get(one, "type"));

		if (is && !strcmp(is, type))
			return i;
	}
	return json_array_size(list);
}

void bundle_no_namespace(struct bundle *b, const char *type)
{
	json_array_remove(bundle_get(b, "linux.namespaces"), find_namespace(b, type));
}

void bundle_namespace(struct bundle *b, const char *type, const char *path)
{
	bundle_no_namespace(b, type);
	if (path)
		bundle_set(b, "linux.namespaces.+", "{s:s s:s}", "type", type, "path", path);
	else
		bundle_set(b, "linux.namespaces.+", "{s:s}", "type", type);
}

void bundle_mount(struct bundle *b, const char *destination, const char *type, const char *source,
		  const char *options)
{
	json_t *mount = json_pack("{s:s s:s* s:s*}", "destination", destination, "type", type,
				  "source", source);

	if (options) {
		json_t *list = json_array();
		const char *end;

		for (const char *at = options; *at; at = *end ? end + 1 : end) {
			end = at + strcspn(at, ",");
			json_array_append_new(list, json_stringn(at, (size_t)(end - at)));
		}
		json_object_set_new(mount, "options", list);
	}
	bundle_put(b, "mounts.+", mount);
}

/* ------------------------------------------------------------------ probe and hooks */

static void add_words(json_t *list, va_list args)
{
	const char *word;

	while ((word = va_arg(args, const char *)))
		json_array_append_new(list, json_string(word));
}

static json_t *probe_head(struct bundle *b)
{
	json_t *list = json_pack("[s s]", "/probe", b->nonce);

	if (b->logging) /* both: the answer on stdout, the moment in the log */
		json_array_extend(list, json_pack("[s s s s]", "-l", "process", "-t", "/log/log"));
	return list;
}

void bundle_probe_words(struct bundle *b, va_list args)
{
	json_t *list = probe_head(b);

	add_words(list, args);
	bundle_put(b, "process.args", list);
}

void bundle_probe(struct bundle *b, ...)
{
	va_list args;

	va_start(args, b);
	bundle_probe_words(b, args);
	va_end(args);
}

void bundle_probe_add(struct bundle *b, ...)
{
	va_list args;

	va_start(args, b);
	add_words(bundle_get(b, "process.args"), args);
	va_end(args);
}

/* One directory, seen on both sides: a bind mount, as even a sandboxed runtime shares those. */
static void need_log(struct bundle *b)
{
	json_t *list = bundle_get(b, "mounts"), *one;
	size_t i;

	bundle_dir(b, "log", 0777);
	json_array_foreach (list, i, one) {
		const char *destination = json_string_value(json_object_get(one, "destination"));

		if (destination && !strcmp(destination, "/log"))
			return;
	}
	bundle_mount(b, "/log", "bind", b->log, "bind,rw");
}

void bundle_log_process(struct bundle *b)
{
	json_t *words = bundle_get(b, "process.args");

	need_log(b);
	if (b->logging)
		return;
	b->logging = true;
	for (int i = 3; i >= 0; i--) {
		static const char *const option[] = { "-l", "process", "-t", "/log/log" };

		json_array_insert_new(words, 2, json_string(option[i]));
	}
}

/* A runtime may be killed by SIGPIPE, or not, when its hook is gone before it has written the state. */
static bool reads_input(const json_t *words)
{
	static const char *const readers[] = { "state", "save", "deaf" };
	const json_t *word;
	size_t i;

	json_array_foreach (words, i, word)
		for (size_t k = 0; k < ARRAY_SIZE(readers); k++)
			if (!strcmp(json_string_value(word), readers[k]))
				return true;
	return false;
}

void bundle_hook(struct bundle *b, const char *kind, const char *label, ...)
{
	/* startContainer runs inside, after the change of root; all others find our paths. */
	bool inside = !strcmp(kind, "startContainer");
	json_t *words, *does = json_array();
	va_list args;

	need_log(b);
	words = json_pack("[s s s s s s]", "probe", b->nonce, "-l", label, "-o",
			  inside ? "/log/log" : format(b->t, "%s/log", b->log));
	va_start(args, label);
	add_words(does, args);
	va_end(args);
	if (!reads_input(does))
		json_array_append_new(words, json_string("drain"));
	json_array_extend(words, does);
	json_decref(does);
	bundle_put(b, format(b->t, "hooks.%s.+", kind),
		   json_pack("{s:s s:o}", "path", inside ? "/probe" : WORLD_PROBE, "args", words));
}

/* ------------------------------------------------------------------ writing it */

void bundle_raw(struct bundle *b, const char *text, size_t length)
{
	b->raw = take_text(text, length);
	b->raw_length = length;
}

void bundle_write(struct bundle *b)
{
	char *text = b->raw ? b->raw : json_dumps(b->config, JSON_INDENT(2));
	size_t length = b->raw ? b->raw_length : text ? strlen(text) : 0;

	if (!text)
		test_broken(b->t, "config: it cannot be written as JSON");
	write_bytes(b->t, below(b, "config.json"), text, length, 0644);
	test_evidence_bytes(
		b->t, b->number == 1 ? "config.json" : format(b->t, "config-%u.json", b->number),
		text, length);
	b->written = true;
}
