/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks file hierarchies for libcgroup; see fts.h. A directory is read whole when the walk enters
 * it, and each entry owns its path, so at any time only the directories above the current entry and
 * their unvisited entries are held. Never changes the working directory.
 */
#include "fts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void free_list(FTSENT *ent)
{
	while (ent) {
		FTSENT *next = ent->fts_link;

		free(ent->fts_path);
		free(ent);
		ent = next;
	}
}

/* An entry of that name, its path made from that of the parent; NULL with errno if it cannot be. */
static FTSENT *new_entry(FTSENT *parent, const char *name)
{
	size_t above = parent->fts_pathlen, len = strlen(name);
	int slash = above && parent->fts_path[above - 1] != '/';
	FTSENT *ent;

	if (above + (size_t)slash + len > USHRT_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	ent = calloc(1, sizeof(*ent));
	if (!ent)
		return NULL;
	ent->fts_path = malloc(above + (size_t)slash + len + 1);
	if (!ent->fts_path) {
		free(ent);
		return NULL;
	}
	if (above)
		memcpy(ent->fts_path, parent->fts_path, above);
	if (slash)
		ent->fts_path[above] = '/';
	ent->fts_name = ent->fts_path + above + slash;
	memcpy(ent->fts_name, name, len + 1);
	ent->fts_accpath = ent->fts_path;
	ent->fts_pathlen = (unsigned short)(above + (size_t)slash + len);
	ent->fts_namelen = (unsigned short)len;
	ent->fts_parent = parent;
	ent->fts_level = (short)(parent->fts_level + 1);
	ent->fts_statp = &ent->fts_stat;
	return ent;
}

/* What FTS_D or FTS_DC makes of a directory: has the walk come through it before? */
static unsigned short directory(FTSENT *ent)
{
	FTSENT *up;

	for (up = ent->fts_parent; up->fts_level >= FTS_ROOTLEVEL; up = up->fts_parent)
		if (up->fts_ino == ent->fts_ino && up->fts_dev == ent->fts_dev) {
			ent->fts_cycle = up;
			return FTS_DC;
		}
	return FTS_D;
}

/* Fills in fts_stat; returns the entry's fts_info. */
static unsigned short look(FTSENT *ent, int follow)
{
	struct stat *st = &ent->fts_stat;
	int dangling = 0;

	if (follow && stat(ent->fts_path, st) < 0) {
		if (errno != ENOENT || lstat(ent->fts_path, st) < 0)
			goto failed;
		dangling = 1;
	} else if (!follow && lstat(ent->fts_path, st) < 0) {
		goto failed;
	}
	ent->fts_dev = st->st_dev;
	ent->fts_ino = st->st_ino;
	ent->fts_nlink = st->st_nlink;
	if (S_ISDIR(st->st_mode))
		return directory(ent);
	if (S_ISLNK(st->st_mode))
		return dangling ? FTS_SLNONE : FTS_SL;
	return S_ISREG(st->st_mode) ? FTS_F : FTS_DEFAULT;
failed:
	ent->fts_errno = errno;
	memset(st, 0, sizeof(*st));
	return FTS_NS;
}

static int compare(const void *a, const void *b, void *fts)
{
	const FTSENT *const *x = a, *const *y = b;

	return ((FTS *)fts)->fts_compar((const FTSENT **)x, (const FTSENT **)y);
}

/* The list in the caller's order; unsorted if there is no memory for it, as in BSD. */
static FTSENT *sort(FTS *fts, FTSENT *list)
{
	FTSENT **all, *ent, **link = &list;
	size_t n = 0, i = 0;

	for (ent = list; ent; ent = ent->fts_link)
		n++;
	if (!fts->fts_compar || n < 2)
		return list;
	all = calloc(n, sizeof(FTSENT *));
	if (!all)
		return list;
	for (ent = list; ent; ent = ent->fts_link)
		all[i++] = ent;
	qsort_r(all, n, sizeof(FTSENT *), compare, fts);
	for (i = 0; i < n; i++) {
		*link = all[i];
		link = &all[i]->fts_link;
	}
	*link = NULL;
	free(all);
	return list;
}

static unsigned short kind(const FTS *fts, FTSENT *ent, const struct dirent *d)
{
	int nostat = (fts->fts_options & FTS_NOSTAT) && (fts->fts_options & FTS_PHYSICAL);

	if (d->d_name[0] == '.' && (!d->d_name[1] || (d->d_name[1] == '.' && !d->d_name[2])))
		return FTS_DOT;
	if (nostat && d->d_type != DT_UNKNOWN && d->d_type != DT_DIR)
		return FTS_NSOK;
	return look(ent, fts->fts_options & FTS_LOGICAL);
}

/* The entries of a directory; NULL with errno 0 if it has none. */
static FTSENT *children(FTS *fts, FTSENT *dir)
{
	FTSENT *list = NULL, **link = &list;
	struct dirent *d;
	int error;
	DIR *handle = opendir(dir->fts_path);

	if (!handle)
		return NULL;
	while ((errno = 0, d = readdir(handle))) {
		int dot = !strcmp(d->d_name, ".") || !strcmp(d->d_name, "..");

		if (dot && !(fts->fts_options & FTS_SEEDOT))
			continue;
		*link = new_entry(dir, d->d_name);
		if (!*link)
			break;
		(*link)->fts_info = kind(fts, *link, d);
		link = &(*link)->fts_link;
	}
	error = errno;
	closedir(handle);
	if (error) {
		free_list(list);
		list = NULL;
	}
	errno = error;
	return sort(fts, list);
}

/*
 * Begins a walk of the given paths, in the order of compar, or as given and found if it is NULL.
 * Exactly one of FTS_LOGICAL and FTS_PHYSICAL. NULL with errno if it cannot.
 */
FTS *fts_open(char *const *paths, int options, int (*compar)(const FTSENT **, const FTSENT **))
{
	FTS *fts;
	FTSENT **link;

	if (!(options & FTS_LOGICAL) == !(options & FTS_PHYSICAL) || !*paths) {
		errno = EINVAL;
		return NULL;
	}
	fts = calloc(1, sizeof(*fts));
	if (!fts)
		return NULL;
	fts->fts_options = options;
	fts->fts_compar = compar;
	fts->fts_parent = calloc(1, sizeof(*fts->fts_parent));
	if (!fts->fts_parent)
		goto failed;
	fts->fts_parent->fts_level = FTS_ROOTPARENTLEVEL;
	fts->fts_parent->fts_name = fts->fts_parent->fts_path = strdup("");
	if (!fts->fts_parent->fts_path)
		goto failed;
	link = &fts->fts_parent->fts_link; /* holds the roots until the first fts_read */
	for (; *paths; paths++) {
		if (!**paths) {
			errno = ENOENT;
			goto failed;
		}
		*link = new_entry(fts->fts_parent, *paths);
		if (!*link)
			goto failed;
		(*link)->fts_info = look(*link, options & (FTS_LOGICAL | FTS_COMFOLLOW));
		link = &(*link)->fts_link;
	}
	fts->fts_parent->fts_link = sort(fts, fts->fts_parent->fts_link);
	return fts;
failed:
	fts_close(fts);
	return NULL;
}

static FTSENT *arrive(FTS *fts, FTSENT *ent)
{
	char *slash;

	fts->fts_cur = ent;
	fts->fts_path = ent->fts_path;
	if (ent->fts_level > FTS_ROOTLEVEL)
		return ent;
	fts->fts_dev = ent->fts_dev;
	slash = strrchr(ent->fts_name, '/');
	if (slash && (slash != ent->fts_name || slash[1]))
		ent->fts_name = slash + 1; /* only now: sorting roots is by all of their paths */
	return ent;
}

/* The next entry, directories before (FTS_D) and after (FTS_DP) what is in them. NULL with errno 0
 * at the end. The entry is valid until the next call, that of a directory until its FTS_DP. */
FTSENT *fts_read(FTS *fts)
{
	FTSENT *cur = fts->fts_cur, *next;

	if (!cur) {
		next = fts->fts_parent->fts_link;
		fts->fts_parent->fts_link = NULL;
		errno = 0;
		return next ? arrive(fts, next) : NULL;
	}
	if (cur->fts_info == FTS_D) {
		int elsewhere = (fts->fts_options & FTS_XDEV) && cur->fts_dev != fts->fts_dev;

		errno = 0;
		next = cur->fts_instr == FTS_SKIP || elsewhere ? NULL : children(fts, cur);
		if (next)
			return arrive(fts, next);
		cur->fts_info = errno ? FTS_DNR : FTS_DP;
		cur->fts_errno = errno;
		return cur;
	}
	next = cur->fts_link;
	if (!next) {
		next = cur->fts_parent;
		next->fts_info = FTS_DP;
	}
	cur->fts_link = NULL;
	free_list(cur);
	if (next->fts_level == FTS_ROOTPARENTLEVEL) {
		fts->fts_cur = NULL;
		errno = 0;
		return NULL;
	}
	return arrive(fts, next);
}

/* With FTS_SKIP, a directory that fts_read has just returned is not entered. */
int fts_set(FTS *fts, FTSENT *ent, int instr)
{
	(void)fts;
	if (instr && instr != FTS_SKIP) {
		errno = EINVAL;
		return -1;
	}
	ent->fts_instr = (unsigned short)instr;
	return 0;
}

int fts_close(FTS *fts)
{
	FTSENT *ent, *up;

	for (ent = fts->fts_cur; ent && ent != fts->fts_parent; ent = up) {
		up = ent->fts_parent;
		free_list(ent);
	}
	if (fts->fts_parent) {
		free_list(fts->fts_parent->fts_link);
		fts->fts_parent->fts_link = NULL;
		free_list(fts->fts_parent);
	}
	free(fts);
	return 0;
}
