/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: which tests run, in which order, for which requirements. A function of the tables, the
 * version of the spec, the boot profile and the glob alone; never of anything a runtime does.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "sabotages.h"
#include "sha256.h"

/* Whether a requirement holds for a run: its versions, and its side of the command line. */
static bool holds(const struct context *c, const char *id)
{
	const struct requirement *r = requirement_find(id);

	if (!c)
		return true;
	if (!r || !requirement_applies(r->since, c->spec_text))
		return false;
	return c->cli != CLI_STRICT || !requirement_side(id, "dialect");
}

static bool applies(const struct test_entry *e, const struct test_case *row,
		    const struct context *c)
{
	return !c || !e->applies || e->applies(row, spec_number(c->spec_text));
}

static void add_test(struct plan *plan, const struct test_entry *e, const struct test_case *row,
		     const struct context *c)
{
	struct planned *p;
	const char *const *ids = e->requirements;
	size_t n = 0;

	if (!applies(e, row, c))
		return;
	plan->tests = realloc(plan->tests, (plan->n + 1) * sizeof(*plan->tests));
	if (!plan->tests)
		abort();
	p = &plan->tests[plan->n];
	*p = (struct planned){ .entry = e, .row = row };
	while (ids && ids[n])
		n++;
	p->all = take((n + 2) * sizeof(*p->all));
	p->wanted = take((n + 2) * sizeof(*p->wanted));
	if (row && row->requirement)
		p->all[0] = row->requirement;
	else if (n)
		memcpy(p->all, ids, n * sizeof(*ids));
	for (const char **id = p->all; *id; id++)
		if (holds(c, *id))
			p->wanted[p->n_wanted++] = *id;
	if (!p->n_wanted)
		return;
	if (asprintf(&p->name, "%s%s%s", e->name, row ? "/" : "", row ? row->name : "") < 0 ||
	    asprintf(&p->about, "%s%s%s", row && row->about ? row->about : e->about,
		     row && !row->about ? ": " : "", row && !row->about ? row->name : "") < 0)
		abort();
	p->limit_ms = (unsigned int)((e->limit_s ? e->limit_s : TEST_LIMIT_S) * 1000 *
				     (c ? c->slowness : 1));
	plan->n++;
}

static bool fits(const struct test_entry *e, const struct context *c)
{
	return !c || e->cgroup == CGROUP_ANY || (e->cgroup == CGROUP_V2) == c->cgroup_v2;
}

static void digest(struct plan *plan)
{
	struct sha256 hash;
	uint8_t sum[SHA256_SIZE];

	sha256_init(&hash);
	for (size_t i = 0; i < plan->n; i++) {
		const struct planned *p = &plan->tests[i];

		sha256_update(&hash, p->name, strlen(p->name) + 1);
		for (size_t j = 0; j < p->n_wanted; j++)
			sha256_update(&hash, p->wanted[j], strlen(p->wanted[j]) + 1);
		if (p->argument)
			sha256_update(&hash, p->argument, strlen(p->argument) + 1);
		sha256_update(&hash, "\n", 1);
	}
	sha256_final(&hash, sum);
	memcpy(plan->digest, "sha256:", 7);
	sha256_hex(sum, plan->digest + 7);
}

/* A glob is held against the name, and against the first parts of it: "mounts" is all of them. */
static bool matches(const char *only, const struct planned *p)
{
	if (!only || !fnmatch(only, p->name, 0) || !fnmatch(only, p->name, FNM_LEADING_DIR))
		return true;
	for (size_t i = 0; i < p->n_wanted; i++)
		if (!fnmatch(only, p->wanted[i], 0))
			return true;
	return false;
}

static void make(struct plan *plan, const struct context *c, const char *only)
{
	*plan = (struct plan){ 0 };
	for (const struct test_entry *const *table = test_tables; *table; table++) {
		for (const struct test_entry *e = *table; e->name; e++) {
			size_t first = plan->n;

			if (!fits(e, c))
				continue;
			if (!e->cases)
				add_test(plan, e, NULL, c);
			for (size_t i = 0; i < e->n_cases; i++)
				add_test(plan, e,
					 (const struct test_case *)((const char *)e->cases +
								    i * e->case_size),
					 c);
			for (size_t i = first; i < plan->n;) {
				if (matches(only, &plan->tests[i])) {
					i++;
					continue;
				}
				memmove(&plan->tests[i], &plan->tests[i + 1],
					(plan->n - i - 1) * sizeof(*plan->tests));
				plan->n--;
			}
		}
	}
	digest(plan);
}

void plan_make(struct plan *plan, const struct context *c, const char *only)
{
	make(plan, c, only);
}

static struct planned *add(struct plan *plan, const struct planned *p)
{
	plan->tests = realloc(plan->tests, (plan->n + 1) * sizeof(*plan->tests));
	if (!plan->tests)
		abort();
	plan->tests[plan->n] = *p;
	return &plan->tests[plan->n++];
}

/* The requirements stay all of the test's: a line's is judged just as in a run of any runtime. */
static void add_sabotaged(struct plan *plan, size_t bare, const struct sabotage *s, size_t ordinal)
{
	const struct planned twin = plan->tests[bare];
	struct planned *p = add(plan, &twin);

	p->argument = sabotage_argument(s);
	p->twin = bare;
	if (asprintf(&p->name, "s%zu/%s", ordinal, twin.name) < 0 ||
	    asprintf(&p->about, "%s, sabotaged: %s", twin.about, s->name) < 0)
		abort();
}

static bool asks(const struct sabotage *s, const struct planned *p, const char *only)
{
	return sabotage_wants(s, p->name, p->wanted) &&
	       (!only || !fnmatch(only, p->name, 0) || !fnmatch(only, p->name, FNM_LEADING_DIR) ||
		!fnmatch(only, s->requirement, 0));
}

void plan_prove(struct plan *plan, const struct context *c, const struct sabotages *s,
		const char *only)
{
	struct plan all;
	size_t bare;

	make(&all, c, NULL);
	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < all.n; i++) {
		bool any = false;

		for (size_t k = 0; k < s->n && !any; k++)
			any = asks(&s->all[k], &all.tests[i], only);
		if (any)
			add(plan, &all.tests[i]);
	}
	free(all.tests);
	bare = plan->n;
	for (size_t k = 0; k < s->n; k++)
		for (size_t i = 0; i < bare; i++)
			if (asks(&s->all[k], &plan->tests[i], only))
				add_sabotaged(plan, i, &s->all[k], k + 1);
	digest(plan);
}

void plan_all(struct plan *plan)
{
	make(plan, NULL, NULL);
}
