/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_LISTS_H
#define ASSAY_LISTS_H

#include <stddef.h>

/* The lists beside the catalogue, sorted by the bytes of their id, compiled with it. */
struct listed {
	const char *id;
	const char *text;
};

extern const struct listed untested[]; /* why no test decides it: untested.tsv */
extern const size_t untested_count;
/* The text of an id in a list, or NULL. */
const char *list_find(const struct listed *list, size_t count, const char *id);

/* That tests can fail: proven.tsv, which scripts/prove writes. Sorted by the saboteur's name. */
struct proof {
	const char *id;
	const char *saboteur; /* the id; ID#2, ID#3 for further ones */
	const char *base;     /* the runtime behind it: "crun-1.28" */
	const char *sabotage; /* the steps, as in tests/saboteur/saboteurs */
};

extern const struct proof proven[];
extern const size_t proven_count;

/* The first proof of an id, those of further saboteurs follow; NULL when it is not proven. */
const struct proof *proof_find(const char *id);

#endif
