/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TRUST_TREE_H
#define ASSAY_TRUST_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* A file below a directory. */
struct leaf {
	char *path; /* "evidence/a/b/config.json" */
	long long size;
	char digest[7 + 64 + 1]; /* "sha256:<64 hex>"; "" for what is no file */
};

/* All that is below a directory but directories, sorted by the bytes of the path. */
struct tree {
	struct leaf *leaves;
	size_t n;
};

/* Reads and digests. 0, or -errno with one line in error. Links are never followed. */
int tree_read(struct tree *t, const char *dir, char *error, size_t size);
void tree_clear(struct tree *t);

const struct leaf *tree_find(const struct tree *t, const char *path);

/* "sha256:<64 hex>" of a file; 0 or -errno. `links`: follow one. */
int file_digest(const char *path, bool links, char digest[7 + 64 + 1], long long *bytes);

/* Removes a directory of our own making, with all that is in it. */
void tree_remove(const char *dir);

#endif
