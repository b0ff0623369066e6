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
extern const struct listed proven[]; /* which saboteur its test caught: proven.tsv */
extern const size_t proven_count;

/* The text of an id in a list, or NULL. */
const char *list_find(const struct listed *list, size_t count, const char *id);

#endif
