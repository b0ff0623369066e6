/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_SABOTAGES_H
#define ASSAY_SABOTAGES_H

/*
 * A list of sabotages (tests/saboteur/README.md has its form): what is to be broken, and which
 * tests shall notice. What the steps mean only the saboteur knows.
 */

#include <stdbool.h>
#include <stddef.h>

struct sabotage {
	const char *requirement;
	const char *name; /* the requirement; ID#2, ID#3 for its further lines */
	const char *tests; /* glob */
	const char *steps;
	unsigned int line; /* of the file */
};

struct sabotages {
	struct sabotage *all;
	size_t n;
	char digest[7 + 64 + 1]; /* of the file */
};

/* 0, or -errno and one line that names the file and, if it is one, the line. */
int sabotages_read(struct sabotages *s, const char *path, char *error, size_t size);
/* Whether it asks for a test that decides these requirements (NULL-ended). */
bool sabotage_wants(const struct sabotage *s, const char *test, const char *const *decided);
/* The argument that has the saboteur do it; malloc'ed. */
char *sabotage_argument(const struct sabotage *s);

#endif
