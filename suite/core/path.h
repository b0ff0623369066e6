/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_PATH_H
#define ASSAY_PATH_H

#include <jansson.h>

/*
 * Places in JSON: names and array indices joined by dots ("process.rlimits.0.soft"), or, for names
 * with dots, by slashes behind a first slash ("/annotations/org.example.key").
 */

/* The value at a path, borrowed, or NULL. */
json_t *json_at(const json_t *value, const char *path);
/*
 * Put a value (taken over) where a path says; what is missing on the way is made, "+" appends to an
 * array. 0, or -1 when there is something else on the way.
 */
int json_put(json_t *root, const char *path, json_t *value);
/* Remove what is there; -1 when there is nothing. */
int json_cut(json_t *root, const char *path);

#endif
