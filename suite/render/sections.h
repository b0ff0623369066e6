/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RENDER_SECTIONS_H
#define ASSAY_RENDER_SECTIONS_H

#include <stddef.h>

struct document {
	const char *file; /* "config.md" */
	const char *title;
};

extern const struct document documents[];
extern const size_t n_documents;

/* The place of a section ("config.md#process") in the order of the specification. */
size_t section_rank(const char *name);

/* Its heading; the anchor when it is not known. */
const char *section_title(const char *name);

#endif
