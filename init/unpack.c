/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a payload and unpacks it. Runs in a child of PID 1, so it may allocate; its input is
 * hostile. Members are copied to a private directory while they are hashed, and moved into place
 * by rename once everything is right: what was checked is what gets installed, and after an
 * error the root is as it was. It must never follow a symbolic link, leave the root, replace
 * anything, or run anything.
 */
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.h"
#include "suite/core/sha256.h"
#include "sys.h"
#include "tar.h"

#define STAGE		".payload" /* the private directory, in the root: rename() must reach */
#define MANIFEST_MAX	(4 * 1024 * 1024) /* bytes */
#define MEMBERS_MAX	65536
#define MEMORY_LEFT_KIB (48 * 1024) /* that a payload must leave for the run itself */
#define LINKS_FOLLOWED	16
#define LIBRARIES_MAX	1024
#define NOREPLACE	1 /* RENAME_NOREPLACE: linux/fs.h or stdio.h, as the libc will */

struct item {
	char *path; /* below the root, without a slash in front */
	char *link;
	enum tar_type type;
	unsigned int mode;
	bool implied; /* a directory that only its content speaks of */
};

struct payload {
	int fd;
	int root;
	int stage;
	dev_t device;  /* of the root */
	uint64_t left; /* bytes that may still be unpacked */
	char *text;    /* of the manifest */
	size_t text_length;
	json_t *manifest;
	json_t *files; /* of the manifest; borrowed */
	json_t *index; /* path -> number of the item */
	json_t *names; /* last part of a path -> number of an item */
	struct item *items;
	size_t n_items;
	struct fault *f;
};

static int refuse(struct payload *p, const char *path, const char *why, const char *more)
{
	TEXT(name, 600);

	text_quote(&name, path);
	return fault_set(p->f, -EBADMSG, "payload member ", name.data, ": ", why, more, NULL);
}

static int bad_manifest(struct payload *p, const char *key, const char *why)
{
	TEXT(name, 600);

	text_quote(&name, key);
	return fault_set(p->f, -EBADMSG, "payload.json: ", name.data, ": ", why, NULL);
}

static int no_memory(struct payload *p)
{
	return fault_set(p->f, -ENOMEM, "payload: not enough memory to check it", NULL);
}

/* The part of `path` before the slash at or after `from`; false when there is none left. */
static bool next_prefix(const char *path, size_t *from, char *prefix, size_t size)
{
	const char *slash = strchr(path + *from, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!slash || length >= size)
		return false;
	memcpy(prefix, path, length);
	prefix[length] = '\0';
	*from = length + 1;
	return true;
}

/* Relative, without "." and "..", without empty parts and control characters. */
static const char *bad_path(const char *path)
{
	const char *part = path;

	if (*path == '/')
		return "has an absolute name";
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return "has a control character in its name";
	for (;;) {
		size_t length = strcspn(part, "/");

		if (length == 2 && part[0] == '.' && part[1] == '.')
			return "leaves its root";
		if (length == 0 || (length == 1 && part[0] == '.'))
			return "has an empty part in its name";
		if (!part[length])
			return NULL;
		part += length + 1;
	}
}

static struct item *find(const struct payload *p, const json_t *index, const char *key)
{
	const json_t *number = json_object_get(index, key);

	return number ? &p->items[json_integer_value(number)] : NULL;
}

static int add(struct payload *p, const char *path, const struct tar_member *m, bool implied)
{
	const char *slash = strrchr(path, '/');
	struct item *i;

	if (p->n_items == MEMBERS_MAX)
		return fault_set(p->f, -EBADMSG, "payload: too many members", NULL);
	if (p->n_items % 256 == 0) {
		struct item *more = realloc(p->items, (p->n_items + 256) * sizeof(*more));

		if (!more)
			return no_memory(p);
		p->items = more;
	}
	i = &p->items[p->n_items];
	*i = (struct item){ .path = strdup(path), .type = TAR_DIRECTORY, .implied = implied };
	if (m) {
		i->link = strdup(m->link);
		i->type = m->type;
		i->mode = m->mode;
	}
	if (!i->path || (m && !i->link) ||
	    json_object_set_new(p->index, path, json_integer((json_int_t)p->n_items)) ||
	    json_object_set_new(p->names, slash ? slash + 1 : path,
				json_integer((json_int_t)p->n_items)))
		return no_memory(p);
	p->n_items++;
	return 0;
}

/* The directories above a member: in the payload or the appliance, and nothing but directories. */
static int check_parents(struct payload *p, const char *path, const char *name)
{
	char prefix[TAR_NAME_MAX];
	size_t from = 0;
	struct stat st;

	while (next_prefix(path, &from, prefix, sizeof(prefix))) {
		const struct item *i = find(p, p->index, prefix);
		bool there = !fstatat(p->root, prefix, &st, AT_SYMLINK_NOFOLLOW);

		if ((i && i->type == TAR_SYMLINK) || (there && S_ISLNK(st.st_mode)))
			return refuse(p, name, "goes through the symbolic link /", prefix);
		if ((i && i->type == TAR_FILE) || (there && !S_ISDIR(st.st_mode)))
			return refuse(p, name, "lies below a file: /", prefix);
		if (there && st.st_dev != p->device)
			return refuse(p, name, "is not on the root file system, but in /", prefix);
		if (!i) {
			int error = add(p, prefix, NULL, true);

			if (error)
				return error;
		}
	}
	return 0;
}

/* A relative link is held against the directory it lies in: "../.." counts its levels. */
static bool link_leaves(const char *path, const char *target)
{
	int depth = 0;

	if (*target == '/')
		target++;
	else
		for (const char *c = path; *c; c++)
			depth += *c == '/';
	while (*target) {
		size_t length = strcspn(target, "/");

		if (length == 2 && target[0] == '.' && target[1] == '.')
			depth--;
		else if (length && !(length == 1 && target[0] == '.'))
			depth++;
		if (depth < 0)
			return true;
		target += length + (target[length] == '/');
	}
	return false;
}

/* May a member be there, as far as its header tells? Adds it to the items. */
static int check_place(struct payload *p, const char *path, const struct tar_member *m)
{
	const struct item *old = find(p, p->index, path);
	const char *why = bad_path(path);
	struct stat st;
	int error;

	if (why)
		return refuse(p, m->name, why, "");
	if (!strcmp(path, STAGE) || !strncmp(path, STAGE "/", sizeof(STAGE)))
		return refuse(p, m->name, "has a name that the appliance uses", "");
	if (old)
		return refuse(p, m->name,
			      old->implied ? "comes after what it contains" : "comes twice", "");
	error = check_parents(p, path, m->name);
	if (error)
		return error;
	if (!fstatat(p->root, path, &st, AT_SYMLINK_NOFOLLOW) &&
	    !(S_ISDIR(st.st_mode) && m->type == TAR_DIRECTORY))
		return refuse(p, m->name, "replaces a file of the appliance", "");
	if (m->type == TAR_SYMLINK && !*m->link)
		return refuse(p, m->name, "is a symbolic link to nothing", "");
	if (m->type == TAR_SYMLINK && link_leaves(path, m->link))
		return refuse(p, m->name, "is a symbolic link that leaves its root", "");
	if (m->size > p->left)
		return refuse(p, m->name, "is more than the memory there is", "");
	p->left -= m->size;
	return add(p, path, m, false);
}

static const char *stage_name(size_t number, char name[24])
{
	struct text t;

	text_init(&t, name, 24);
	text_number(&t, number);
	return name;
}

/* Copy a member's data to the private directory, hashing it on the way. */
static int copy_data(struct payload *p, const struct tar_member *m, size_t number, char *hex)
{
	static char buffer[128 * 1024];
	uint8_t digest[SHA256_SIZE];
	char name[24];
	struct sha256 s;
	int error = 0;
	int fd = openat(p->stage, stage_name(number, name),
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return refuse(p, m->name, "cannot be unpacked: ", strerror(errno));
	sha256_init(&s);
	for (uint64_t at = 0; at < m->size && !error;) {
		size_t n = m->size - at < sizeof(buffer) ? (size_t)(m->size - at) : sizeof(buffer);

		error = pread_all(p->fd, buffer, n, m->data + at);
		if (!error)
			error = write_all(fd, buffer, n);
		sha256_update(&s, buffer, n);
		at += n;
	}
	if (!error && fchmod(fd, m->mode))
		error = -errno;
	close(fd);
	if (error)
		return refuse(p, m->name, "cannot be unpacked: ", strerror(-error));
	sha256_final(&s, digest);
	sha256_hex(digest, hex);
	return 0;
}

/* Is the member what the manifest says? Removes it from there: what stays behind is missing. */
static int check_listed(struct payload *p, const char *path, const struct tar_member *m,
			const char *hex)
{
	const char *entry = json_string_value(json_object_get(p->files, path));
	TEXT(real, 512);

	if (!entry)
		return refuse(p, m->name, "is not in the manifest", "");
	if (m->type == TAR_SYMLINK)
		text_join(&real, "link:", m->link, NULL);
	else
		text_join(&real, "sha256:", hex, NULL);
	if (strcmp(entry, real.data)) {
		TEXT(why, 200);

		text_join(&why, "is ", real.data, ", but the manifest says ", NULL);
		return refuse(p, m->name, why.data, entry);
	}
	json_object_del(p->files, path);
	return 0;
}

static int check_member(struct payload *p, struct tar_member *m)
{
	static const char prefix[] = "root/";
	char hex[SHA256_HEX + 1] = "";
	size_t length = strlen(m->name);
	const char *path;
	int error;

	/* Archivers end the name of a directory with a slash. */
	if (m->type == TAR_DIRECTORY && length > 1 && m->name[length - 1] == '/')
		m->name[--length] = '\0';
	if (m->type == TAR_DIRECTORY && !strcmp(m->name, "root"))
		return 0;
	if (*m->name == '/')
		return refuse(p, m->name, "has an absolute name", "");
	if (strncmp(m->name, prefix, sizeof(prefix) - 1))
		return refuse(p, m->name, "is outside of root/", "");
	path = m->name + sizeof(prefix) - 1;
	error = check_place(p, path, m);
	if (!error && m->type == TAR_FILE)
		error = copy_data(p, m, p->n_items - 1, hex);
	if (!error && m->type != TAR_DIRECTORY)
		error = check_listed(p, path, m, hex);
	return error;
}

static int check_strings(struct payload *p, const char *key, const json_t *array)
{
	const json_t *value;
	size_t i;

	if (array && !json_is_array(array))
		return bad_manifest(p, key, "is not an array");
	json_array_foreach (array, i, value)
		if (!json_is_string(value))
			return bad_manifest(p, key, "holds something that is not a string");
	return 0;
}

/* The list of sabotages of a payload that proves tests: a file of the payload. */
static int check_prove(struct payload *p)
{
	const json_t *prove = json_object_get(p->manifest, "prove");
	const char *path = json_string_value(prove);

	if (!prove)
		return 0;
	if (!path || *path != '/' || !json_object_get(p->files, path + 1))
		return bad_manifest(p, "prove", "is not the absolute path of a file of the payload");
	return 0;
}

static int check_manifest_keys(struct payload *p)
{
	static const char *const strings[] = { "kind", "name", "version", "runtime" };
	const json_t *format = json_object_get(p->manifest, "format");
	const json_t *cli = json_object_get(p->manifest, "cli");
	const json_t *value;
	const char *key;

	if (!json_is_integer(format) || json_integer_value(format) != 1)
		return bad_manifest(p, "format", "is not 1");
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		if (!json_string_length(json_object_get(p->manifest, strings[i])))
			return bad_manifest(p, strings[i], "is not a string with something in it");
	if (strcmp(json_string_value(json_object_get(p->manifest, "kind")), "runtime"))
		return bad_manifest(p, "kind", "is not \"runtime\"");
	if (cli && (!json_is_string(cli) || (strcmp(json_string_value(cli), "dialect") &&
					     strcmp(json_string_value(cli), "strict"))))
		return bad_manifest(p, "cli", "is neither \"dialect\" nor \"strict\"");
	if (check_strings(p, "args", json_object_get(p->manifest, "args")))
		return -EBADMSG;
	p->files = json_object_get(p->manifest, "files");
	if (!json_object_size(p->files))
		return bad_manifest(p, "files", "is not an object with something in it");
	json_object_foreach (p->files, key, value)
		if (!json_is_string(value))
			return bad_manifest(p, key, "its entry in \"files\" is not a string");
	return check_prove(p);
}

static int read_manifest(struct payload *p, const struct tar_member *m)
{
	json_error_t e;

	if (m->type != TAR_FILE || strcmp(m->name, "payload.json"))
		return refuse(p, m->name, "comes before payload.json", "");
	if (m->size > MANIFEST_MAX)
		return refuse(p, m->name, "is too big", "");
	p->text_length = (size_t)m->size;
	p->text = malloc(p->text_length + 1);
	if (!p->text)
		return no_memory(p);
	if (pread_all(p->fd, p->text, p->text_length, m->data))
		return refuse(p, m->name, "cannot be read", "");
	p->manifest = json_loadb(p->text, p->text_length, JSON_REJECT_DUPLICATES, &e);
	if (!p->manifest) {
		TEXT(line, 32);

		text_number(&line, (uint64_t)(e.line > 0 ? e.line : 0));
		return fault_set(p->f, -EBADMSG, "payload.json: line ", line.data, ": ", e.text,
				 NULL);
	}
	if (!json_is_object(p->manifest))
		return fault_set(p->f, -EBADMSG, "payload.json: is not a JSON object", NULL);
	return check_manifest_keys(p);
}

/* Where the symbolic link at `path`, of payload or appliance, points; false if it is none. */
static bool read_link(const struct payload *p, const char *path, char *target, size_t size)
{
	const struct item *i = find(p, p->index, path);
	struct text t;
	ssize_t n;

	if (i) {
		text_init(&t, target, size);
		text_put(&t, i->type == TAR_SYMLINK ? i->link : "");
		return i->type == TAR_SYMLINK;
	}
	n = readlinkat(p->root, path, target, size - 1);
	target[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Drop the last part of a path. */
static void drop_last(struct text *path)
{
	char *slash = strrchr(path->data, '/');

	path->length = slash ? (size_t)(slash - path->data) : 0;
	path->data[path->length] = '\0';
}

/*
 * Where `name` leads once payload and appliance are one tree, every symbolic link on the way
 * followed, as the kernel will. False when there are too many, or a path gets too long.
 */
static bool follow(const struct payload *p, const char *name, struct text *path)
{
	char todo[2048], again[2048], target[1024];
	int links = 0;
	struct text t;

	text_init(&t, todo, sizeof(todo));
	text_put(&t, name);
	for (const char *part = todo; !t.cut && !path->cut;) {
		size_t before = path->length;
		size_t length;

		part += strspn(part, "/");
		length = strcspn(part, "/");
		if (!length)
			return true;
		if (length == 2 && part[0] == '.' && part[1] == '.')
			drop_last(path);
		if (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.'))) {
			part += length;
			continue;
		}
		if (path->length)
			text_put(path, "/");
		text_bytes(path, part, length);
		part += length;
		if (!read_link(p, path->data, target, sizeof(target)))
			continue;
		if (++links > LINKS_FOLLOWED)
			return false;
		path->length = *target == '/' ? 0 : before;
		path->data[path->length] = '\0';
		text_init(&t, again, sizeof(again));
		text_join(&t, target, part, NULL);
		memcpy(todo, again, sizeof(todo));
		part = todo;
	}
	return false;
}

/* Open what `name` leads to in the payload; in the appliance too, if that is as good. */
static int open_member(const struct payload *p, const char *name, bool appliance,
		       unsigned int *mode)
{
	TEXT(path, 2048);
	char staged[24];
	const struct item *i;
	struct stat st;
	int fd;

	if (!follow(p, name, &path))
		return -ENOENT;
	i = find(p, p->index, path.data);
	if (!i && !appliance)
		return -ENOENT;
	if (i && i->type != TAR_FILE)
		return -ENOENT;
	fd = i ? openat(p->stage, stage_name((size_t)(i - p->items), staged), O_RDONLY | O_CLOEXEC)
	       : openat(p->root, path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	*mode = st.st_mode & 07777;
	return fd;
}

/*
 * Every shared library that the program needs, directly or through another, is in the payload
 * under its name. Where the loader looks for it is the loader's business.
 */
static int check_libraries(struct payload *p, const char *runtime,
			   const struct program_needs *first)
{
	/* musl's loader is its libc, under whatever name a program asks for it. */
	bool musl = strstr(first->interpreter, "/ld-musl-") != NULL;
	struct program_needs *needs = malloc(sizeof(*needs));
	json_t *seen = json_object();
	json_t *todo = json_array();
	int error = 0;

	if (!needs || !seen || !todo)
		error = no_memory(p);
	else
		*needs = *first;
	for (size_t next = 0; !error; next++) {
		const char *library;
		struct fault why;
		struct item *i;
		unsigned int mode;
		int fd;

		for (unsigned int n = 0; n < needs->n_needed && !error; n++)
			if (!json_object_get(seen, needs->needed[n]) &&
			    (json_object_set_new(seen, needs->needed[n], json_true()) ||
			     json_array_append_new(todo, json_string(needs->needed[n]))))
				error = no_memory(p);
		needs->n_needed = 0;
		library = json_string_value(json_array_get(todo, next));
		if (error || !library || next == LIBRARIES_MAX)
			break;
		if (musl && !strncmp(library, "libc.", 5))
			continue;
		i = find(p, p->names, library);
		if (!i || i->type == TAR_DIRECTORY) {
			TEXT(text, 400);

			text_quote(&text, library);
			error = refuse(p, runtime,
				       "needs a library that is not in the payload: ", text.data);
			break;
		}
		fd = open_member(p, i->path, false, &mode);
		/* What is no library of this machine is not the one the loader will take. */
		if (fd >= 0 && program_read(fd, needs, &why))
			needs->n_needed = 0;
		if (fd >= 0)
			close(fd);
	}
	json_decref(seen);
	json_decref(todo);
	free(needs);
	return error;
}

static int check_runtime(struct payload *p)
{
	const char *runtime = json_string_value(json_object_get(p->manifest, "runtime"));
	struct program_needs *needs = calloc(1, sizeof(*needs));
	unsigned int mode = 0, ignored;
	struct fault why;
	int fd = -1;
	int loader, error;

	if (!needs)
		return no_memory(p);
	if (*runtime != '/')
		error = refuse(p, runtime, "the runtime has to be an absolute path", "");
	else if ((fd = open_member(p, runtime + 1, false, &mode)) < 0)
		error = refuse(p, runtime, "the runtime is not a file of the payload", "");
	else if (!(mode & 0111))
		error = refuse(p, runtime, "the runtime is not executable", "");
	else if (program_read(fd, needs, &why))
		error = refuse(p, runtime, "the runtime ", why.line);
	else
		error = 0;
	if (!error && needs->interpreter[0]) {
		TEXT(text, 600);

		text_quote(&text, needs->interpreter);
		loader = open_member(p, needs->interpreter + 1, true, &ignored);
		if (loader < 0)
			error = refuse(
				p, runtime,
				"needs a loader or interpreter that is not there: ", text.data);
		else
			close(loader);
	}
	if (!error && needs->n_needed)
		error = check_libraries(p, runtime, needs);
	if (fd >= 0)
		close(fd);
	free(needs);
	return error;
}

static int check(struct payload *p, uint64_t size)
{
	struct tar t = { .fd = p->fd, .size = size };
	struct tar_member m;
	const char *missing;
	int kind = tar_next(&t, &m, p->f);
	int error;

	if (kind < 0)
		return kind;
	if (kind == 0)
		return fault_set(p->f, -EBADMSG, "payload: is an empty archive", NULL);
	error = read_manifest(p, &m);
	while (!error && (kind = tar_next(&t, &m, p->f)) > 0)
		error = check_member(p, &m);
	if (error || kind < 0)
		return error ? error : kind;
	missing = json_object_iter_key(json_object_iter(p->files));
	if (missing)
		return refuse(p, missing, "is in the manifest, but not in the payload", "");
	return check_runtime(p);
}

/* Move everything to where it belongs. The only part that changes the root. */
static int install(struct payload *p)
{
	for (size_t n = 0; n < p->n_items; n++) {
		const struct item *i = &p->items[n];
		char staged[24];
		int error = 0;

		if (i->type == TAR_DIRECTORY) {
			/* One of the appliance keeps its own mode. */
			if (mkdirat(p->root, i->path, 0755)
				    ? errno != EEXIST
				    : !i->implied && fchmodat(p->root, i->path, i->mode, 0))
				error = -errno;
		} else if (i->type == TAR_SYMLINK) {
			error = symlinkat(i->link, p->root, i->path) ? -errno : 0;
		} else if (syscall(SYS_renameat2, p->stage, stage_name(n, staged), p->root, i->path,
				   NOREPLACE)) {
			error = -errno;
		}
		if (error)
			return refuse(p, i->path, "cannot be installed: ", strerror(-error));
	}
	return 0;
}

static int write_manifest(struct payload *p, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int error = fd < 0 ? -errno : write_all(fd, p->text, p->text_length);

	if (fd >= 0)
		close(fd);
	if (error)
		fault_set(p->f, error, path, ": ", strerror(-error), NULL);
	return error;
}

/* What may be unpacked: what the root has room for, and memory that the run does not need. */
static uint64_t room(int root)
{
	static const char key[] = "MemAvailable:";
	char text[4096];
	struct statvfs v;
	uint64_t kib = 0, space = 0;
	const char *at;

	if (!fstatvfs(root, &v))
		space = (uint64_t)v.f_bavail * v.f_frsize;
	at = file_read("/proc/meminfo", text, sizeof(text)) > 0 ? strstr(text, key) : NULL;
	if (!at)
		return space;
	for (at += sizeof(key) - 1; *at == ' '; at++)
		;
	for (; *at >= '0' && *at <= '9'; at++)
		kib = kib * 10 + (uint64_t)(*at - '0');
	kib = kib > MEMORY_LEFT_KIB ? kib - MEMORY_LEFT_KIB : 0;
	return kib * 1024 < space ? kib * 1024 : space;
}

static void empty_stage(struct payload *p)
{
	char name[24];

	for (size_t n = 0; n < p->n_items; n++)
		unlinkat(p->stage, stage_name(n, name), 0);
	unlinkat(p->root, STAGE, AT_REMOVEDIR);
}

int unpack(int fd, uint64_t size, const char *root, const char *manifest, struct fault *f)
{
	struct payload p = { .fd = fd, .root = -1, .stage = -1, .f = f };
	struct stat st;
	int error = 0;

	umask(0);
	p.index = json_object();
	p.names = json_object();
	p.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.root >= 0 && !mkdirat(p.root, STAGE, 0700))
		p.stage = openat(p.root, STAGE, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (!p.index || !p.names || p.stage < 0 || fstat(p.root, &st)) {
		error = fault_set(f, -EIO, "payload: cannot prepare ", root, ": ", strerror(errno),
				  NULL);
		goto out;
	}
	p.device = st.st_dev;
	p.left = room(p.root);
	error = check(&p, size);
	if (!error)
		error = install(&p);
	if (!error)
		error = write_manifest(&p, manifest);
out:
	if (p.stage >= 0) {
		empty_stage(&p);
		close(p.stage);
	}
	if (p.root >= 0)
		close(p.root);
	for (size_t n = 0; n < p.n_items; n++) {
		free(p.items[n].path);
		free(p.items[n].link);
	}
	free(p.items);
	free(p.text);
	json_decref(p.manifest);
	json_decref(p.index);
	json_decref(p.names);
	return error;
}
