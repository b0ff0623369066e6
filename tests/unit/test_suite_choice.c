/* LINK: suite/core/plan.c suite/core/sabotages.c suite/core/body.c suite/core/judge.c */
/* LINK: suite/core/results.c suite/core/chain.c suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan chooses: requirements of a version of the spec, and of a side of the CLI. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/core/catalogue.h"
#include "suite/core/lists.h"

#define ROW(id, since, level, basis)                                                               \
	{                                                                                          \
		id, level, "runtime", since, "runtime.md#x", "demand", "observe", "mutant", "yes", \
			basis, "x"                                                                 \
	}

const struct requirement catalogue[] = {
	ROW("cli.both", "cli-1.0", "MUST", "keyword"),
	ROW("cli.kill.dialect", "cli-1.0", "MAY", "practice"),
	ROW("cli.kill.strict", "cli-1.0", "MUST", "derived"),
	ROW("cli.strictly", "cli-1.0", "MUST", "derived"),
	ROW("since.1-0", "1.0", "MUST", "keyword"),
	ROW("since.1-0-1", "1.0.1", "MUST", "keyword"),
	ROW("since.1-0-2-until-1-1", "1.0.2<1.1", "MUST", "keyword"),
	ROW("since.1-0-until-1-0-2", "1.0<1.0.2", "MUST", "keyword"),
	ROW("since.1-0-until-1-3", "1.0<1.3", "MUST", "keyword"),
	ROW("since.1-1", "1.1", "MUST", "keyword"),
	ROW("since.1-2-1", "1.2.1", "MUST", "keyword"),
	ROW("since.1-3", "1.3", "MUST", "keyword"),
};
const size_t catalogue_count = ARRAY_SIZE(catalogue);
const char catalogue_digest[] = "sha256:";
const struct listed untested[] = { { "", "" } };
const size_t untested_count = 0;
const struct proof proven[] = { { "", "", "", "" } };
const size_t proven_count = 0;

const struct requirement *requirement_find(const char *id)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i].id, id))
			return &catalogue[i];
	return NULL;
}

const char *list_find(const struct listed *list, size_t count, const char *id)
{
	(void)list, (void)count, (void)id;
	return NULL;
}

const struct proof *proof_find(const char *id)
{
	(void)id;
	return NULL;
}

void *take(size_t size)
{
	return calloc(1, size ? size : 1);
}

static void nothing(struct test *t)
{
	(void)t;
}

static const struct test_case sides[] = {
	{ "word", "cli.kill.dialect", NULL },
	{ "option", "cli.kill.strict", NULL },
	{ "either", "cli.both", NULL },
};

static const struct test_entry tests[] = {
	{ .name = "x/versions",
	  .about = "versions",
	  .requirements =
		  REQS("since.1-0", "since.1-0-1", "since.1-0-2-until-1-1", "since.1-0-until-1-0-2",
		       "since.1-0-until-1-3", "since.1-1", "since.1-2-1", "since.1-3"),
	  .run = nothing },
	{ .name = "x/sides",
	  .about = "sides",
	  .requirements =
		  REQS("cli.kill.strict", "cli.kill.dialect", "cli.both", "cli.strictly"),
	  .run = nothing },
	{ .name = "x/dialect-alone",
	  .about = "dialect",
	  .requirements = REQS("cli.kill.dialect"),
	  .run = nothing },
	{ .name = "x/side", .about = "side", CASES(sides), .run = nothing },
	{ 0 },
};

const struct test_entry *const test_tables[] = { tests, NULL };

/* What the test of a name decides in a plan, joined by blanks; NULL: it is not planned. */
static const char *decides(const char *spec, enum cli cli, const char *name)
{
	static char text[1000];
	struct context c = { .slowness = 1, .cli = cli };
	struct plan plan;

	snprintf(c.spec_text, sizeof(c.spec_text), "%s", spec);
	plan_make(&plan, &c, NULL);
	for (size_t i = 0; i < plan.n; i++) {
		const struct planned *p = &plan.tests[i];

		if (strcmp(p->name, name))
			continue;
		*text = '\0';
		for (size_t k = 0; k < p->n_wanted; k++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 k ? " " : "", p->wanted[k]);
		return text;
	}
	return NULL;
}

static void versions_choose(void **state)
{
	static const struct {
		const char *spec, *decided;
	} cases[] = {
		{ "1.0.0", "since.1-0 since.1-0-until-1-0-2 since.1-0-until-1-3" },
		{ "1.0.1", "since.1-0 since.1-0-1 since.1-0-until-1-0-2 since.1-0-until-1-3" },
		{ "1.0.2", "since.1-0 since.1-0-1 since.1-0-2-until-1-1 since.1-0-until-1-3" },
		{ "1.0.2-dev", "since.1-0 since.1-0-1 since.1-0-2-until-1-1 since.1-0-until-1-3" },
		{ "1.1.0", "since.1-0 since.1-0-1 since.1-0-until-1-3 since.1-1" },
		{ "1.1.0+dev", "since.1-0 since.1-0-1 since.1-0-until-1-3 since.1-1" },
		{ "1.2.0", "since.1-0 since.1-0-1 since.1-0-until-1-3 since.1-1" },
		{ "1.2.1", "since.1-0 since.1-0-1 since.1-0-until-1-3 since.1-1 since.1-2-1" },
		{ "1.3.0", "since.1-0 since.1-0-1 since.1-1 since.1-2-1 since.1-3" },
		{ "1.10.0", "since.1-0 since.1-0-1 since.1-1 since.1-2-1 since.1-3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(decides(cases[i].spec, CLI_DIALECT, "x/versions"),
				    cases[i].decided);
}

/* The strict document is asked for in both: that no runtime offers it is to be seen. */
static void sides_choose(void **state)
{
	(void)state;
	assert_string_equal(decides("1.0.0", CLI_DIALECT, "x/sides"),
			    "cli.kill.strict cli.kill.dialect cli.both cli.strictly");
	assert_string_equal(decides("1.3.0", CLI_STRICT, "x/sides"),
			    "cli.kill.strict cli.both cli.strictly");
	assert_string_equal(decides("1.3.0", CLI_DIALECT, "x/dialect-alone"), "cli.kill.dialect");
	assert_null(decides("1.3.0", CLI_STRICT, "x/dialect-alone"));
	assert_string_equal(decides("1.3.0", CLI_DIALECT, "x/side/word"), "cli.kill.dialect");
	assert_null(decides("1.3.0", CLI_STRICT, "x/side/word"));
	assert_string_equal(decides("1.3.0", CLI_STRICT, "x/side/option"), "cli.kill.strict");
	assert_string_equal(decides("1.3.0", CLI_STRICT, "x/side/either"), "cli.both");
}

/* What is not planned is still the test's own, so that a check of it says nothing. */
static void all_stay_known(void **state)
{
	const struct context c = { .slowness = 1, .cli = CLI_STRICT, .spec_text = "1.3.0" };
	struct plan plan;

	(void)state;
	plan_make(&plan, &c, "x/sides");
	assert_int_equal(plan.n, 1);
	assert_string_equal(plan.tests[0].all[1], "cli.kill.dialect");
	assert_string_equal(plan.tests[0].all[3], "cli.strictly");
	assert_null(plan.tests[0].all[4]);
	assert_null(plan.tests[0].wanted[3]);
}

/* The weight that a verdict gives to what was chosen. */
static void weights_follow(void **state)
{
	static const struct {
		const char *id, *spec;
		bool strict;
		enum weight weight;
	} cases[] = {
		{ "since.1-0-until-1-3", "1.2.1", false, WEIGHT_MUST },
		{ "since.1-0-until-1-3", "1.3.0", false, WEIGHT_OTHER },
		{ "since.1-3", "1.2.1", false, WEIGHT_OTHER },
		{ "since.1-3", "1.3.0", false, WEIGHT_MUST },
		{ "cli.kill.strict", "1.0.0", false, WEIGHT_STRICT },
		{ "cli.kill.strict", "1.0.0", true, WEIGHT_MUST },
		{ "cli.strictly", "1.0.0", false, WEIGHT_MUST },
		{ "cli.kill.dialect", "1.0.0", false, WEIGHT_PRACTICE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(requirement_weight(requirement_find(cases[i].id), cases[i].spec,
						    cases[i].strict),
				 cases[i].weight);
}

int main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test(versions_choose),
		cmocka_unit_test(sides_choose),
		cmocka_unit_test(all_stay_known),
		cmocka_unit_test(weights_follow),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
