/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What files there are below a directory, and their digests. The directory is anybody's: it must
 * never follow a link, open what could block, or go deeper than a report ever does.
 */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

#define DEPTH_MAX  16
#define LEAVES_MAX 200000

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int digest_fd(int fd, char digest[7 + 64 + 1], long long *bytes)
{
	uint8_t sum[SHA256_SIZE];
	struct sha256 hash;
	char data[32 * 1024];
	long long all = 0;
	ssize_t n;

	sha256_init(&hash);
	while ((n = read(fd, data, sizeof(data))) > 0) {
		sha256_update(&hash, data, (size_t)n);
		all += n;
	}
	if (n < 0)
		return -errno;
	sha256_final(&hash, sum);
	memcpy(digest, "sha256:", 7);
	sha256_hex(sum, digest + 7);
	if (bytes)
		*bytes = all;
	return 0;
}

/* Opens what is a file and stays one: a FIFO would block, a link could lead anywhere. */
static int open_file(int dir, const char *path, bool links)
{
	int fd = openat(dir, path,
			O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (links ? 0 : O_NOFOLLOW));
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

int file_digest(const char *path, bool links, char digest[7 + 64 + 1], long long *bytes)
{
	int fd __attribute__((cleanup(close_fd))) = open_file(AT_FDCWD, path, links);

	return fd < 0 ? fd : digest_fd(fd, digest, bytes);
}

struct walk {
	struct tree *t;
	char *error;
	size_t size, room;
};

static int fail(struct walk *w, const char *path, const char *what, int e)
{
	snprintf(w->error, w->size, "%.200s: %s", path, what);
	return e;
}

static int add(struct walk *w, int dir, const char *name, char *path, bool regular)
{
	struct tree *t = w->t;
	struct leaf *leaf;
	int fd __attribute__((cleanup(close_fd))) = -1;

	if (t->n == LEAVES_MAX)
		return fail(w, path, "more files than a report has", -EFBIG);
	if (t->n == w->room) {
		size_t room = w->room ? 2 * w->room : 256;
		struct leaf *more = realloc(t->leaves, room * sizeof(*more));

		if (!more)
			return fail(w, path, "out of memory", -ENOMEM);
		t->leaves = more;
		w->room = room;
	}
	leaf = &t->leaves[t->n];
	*leaf = (struct leaf){ .path = strdup(path) };
	if (!leaf->path)
		return fail(w, path, "out of memory", -ENOMEM);
	t->n++;
	if (!regular)
		return 0;
	fd = open_file(dir, name, false);
	if (fd < 0 || digest_fd(fd, leaf->digest, &leaf->size))
		return fail(w, path, "cannot be read", -EIO);
	return 0;
}

static int walk(struct walk *w, int parent, const char *name, const char *path, int depth)
{
	DIR *dir __attribute__((cleanup(close_dir))) = NULL;
	struct dirent *entry;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return fail(w, path, strerror(errno), -errno);
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return fail(w, path, "out of memory", -ENOMEM);
	}
	if (depth == DEPTH_MAX)
		return fail(w, path, "deeper than a report is", -ELOOP);
	while ((entry = readdir(dir))) {
		char below[1024];
		struct stat st;
		int e;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "",
			     entry->d_name) >= (int)sizeof(below))
			return fail(w, path, "a name too long for a report", -ENAMETOOLONG);
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			return fail(w, below, strerror(errno), -errno);
		e = S_ISDIR(st.st_mode)
			    ? walk(w, dirfd(dir), entry->d_name, below, depth + 1)
			    : add(w, dirfd(dir), entry->d_name, below, S_ISREG(st.st_mode));
		if (e)
			return e;
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct leaf *)a)->path, ((const struct leaf *)b)->path);
}

int tree_read(struct tree *t, const char *dir, char *error, size_t size)
{
	struct walk w = { .t = t, .error = error, .size = size };
	int fd __attribute__((cleanup(close_fd))) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int e;

	*t = (struct tree){ 0 };
	if (fd < 0) {
		e = -errno;
		return fail(&w, dir, strerror(-e), e);
	}
	e = walk(&w, fd, ".", "", 0);
	if (t->n)
		qsort(t->leaves, t->n, sizeof(*t->leaves), by_path);
	return e;
}

void tree_clear(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->leaves[i].path);
	free(t->leaves);
	*t = (struct tree){ 0 };
}

const struct leaf *tree_find(const struct tree *t, const char *path)
{
	struct leaf key = { .path = (char *)path };

	return t->n ? bsearch(&key, t->leaves, t->n, sizeof(key), by_path) : NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void tree_remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
