/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RESULTS_MEMORY_H
#define ASSAY_RESULTS_MEMORY_H

#include "results.h"

/* Between results.c and judge.c only: memory that lives as long as the object. Never NULL. */
void *results_alloc(struct results *r, size_t size);

/* `array` of `n` elements with room for one more; perhaps moved (the old one stays allocated). */
void *results_grow(struct results *r, void *array, size_t n, size_t size);

#endif
