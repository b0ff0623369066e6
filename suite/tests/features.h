/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_FEATURES_H
#define ASSAY_TESTS_FEATURES_H

/* What the tests of the features structure share. */

#include "suite/suite.h"

/*
 * The structure as `features` prints it now. Ends the test: `disabled` when the runtime has no such
 * command, which is its right (features.md), else what is not decided fails.
 */
const json_t *features_read(struct test *t);
/*
 * The same once more, where /sys shows neither cgroups nor security modules; NULL when the runtime
 * does not print it there.
 */
const json_t *features_read_hidden(struct test *t);

/* A property by its path, names joined by dots; NULL when absent or null: both mean unknown. */
const json_t *features_at(const json_t *document, const char *path);
/* An array; NULL also for what is none. */
const json_t *features_list(const json_t *document, const char *path);
/* As runtime_claims(), of a structure at hand. */
enum claim features_claim(const json_t *document, const char *path);
bool features_lists(const json_t *list, const char *word);

/*
 * A version as series of the text: 103 for "1.3.0" and "1.3.1-rc.1+dev"; 0 for what is no version.
 */
int features_series(const json_t *document, const char *name);

/* Words that the text defines, NULL-ended. */
extern const char *const features_hooks[], *const features_namespaces[];
extern const char *const features_capabilities[]; /* by their number in the kernel */

#endif
