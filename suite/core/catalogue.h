/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_CATALOGUE_H
#define ASSAY_CATALOGUE_H

/*
 * The catalogue of requirements: suite/requirements/NAME.tsv compiled into a sorted table.
 * The strings are the columns of the row, unchanged, and the name of its file.
 */

#include <stddef.h>

struct requirement {
	const char *id; /* "lifecycle.create.id-unique" */
	const char *level; /* MUST, MUST NOT, SHOULD, SHOULD NOT, MAY, IMPLIED */
	const char *subject; /* who owes it: runtime, config, bundle, hook, caller */
	const char *since; /* "1.1", "1.0<1.3" (before 1.3 only), "cli-1.0" */
	const char *section; /* "config.md#process" */
	const char *text; /* what is demanded, in words */
	const char *observe; /* how a test sees it */
	const char *mutant; /* one way to violate just this */
	const char *testable; /* "yes", "kernel:OPTION,...", "boot:v1", "hardware:WHAT", "no:WHY" */
	const char *basis; /* keyword, derived, implied, practice */
	const char *area; /* the file it stands in: "lifecycle" */
};

/* All rows, sorted by the bytes of their id. */
extern const struct requirement catalogue[];
extern const size_t catalogue_count;

/* "sha256:<64 hex>" over the rows: two binaries with the same value know the same catalogue. */
extern const char catalogue_digest[];

/* The row of an id, or NULL. */
const struct requirement *requirement_find(const char *id);

#endif
