/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RUNNER_H
#define ASSAY_RUNNER_H

#include "engine.h"

struct question;

/*
 * Begin one entry that is not of the plan, in a sandbox: a question to the runtime before there is
 * a plan. Several may be under way; each has another `index`. Never NULL.
 */
struct question *runner_ask(const struct context *c, const struct test_entry *entry, size_t index);

/* Wait for it, and collect pieces of its evidence by name. Frees the question. Never NULL. */
json_t *runner_answer(const struct context *c, struct question *q, const char *const *names);

#endif
