/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks: comparisons that decide requirements and put both sides into words. They must never look
 * at anything but what they are given, and never pass for want of an answer.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "suite/probe/names.h"

#define format_into(text, format)                                                                  \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		vsnprintf(text, sizeof(text), format, args);                                       \
		va_end(args);                                                                      \
	} while (0)

static bool decide(struct test *t, const char *requirement, bool ok, const char *expected,
		   const char *observed)
{
	test_decide(t, requirement, ok ? OUTCOME_PASS : OUTCOME_FAIL, expected, observed);
	return ok;
}

bool check_true(struct test *t, const char *requirement, bool ok, const char *expected,
		const char *otherwise, ...)
{
	char observed[TEXT_MAX] = "";

	if (!ok)
		format_into(observed, otherwise);
	return decide(t, requirement, ok, expected, observed);
}

bool (check_seen)(struct test *t, const char *requirement, bool ok, const char *expected,
		 const char *seen, ...)
{
	char observed[TEXT_MAX];

	format_into(observed, seen);
	return decide(t, requirement, ok, expected, observed);
}

static const char *number_text(struct test *t, const char *what, long long number)
{
	if (number == LLONG_MIN)
		return format(t, "%s: absent", what);
	return format(t, "%s: %lld", what, number);
}

bool check_int(struct test *t, const char *requirement, const char *what, long long expected,
	       long long observed)
{
	return decide(t, requirement, expected == observed, number_text(t, what, expected),
		      number_text(t, what, observed));
}

bool check_string(struct test *t, const char *requirement, const char *what, const char *expected,
		  const char *observed)
{
	return decide(t, requirement, observed && !strcmp(expected, observed),
		      format(t, "%s: \"%s\"", what, expected),
		      observed ? format(t, "%s: \"%s\"", what, observed)
			       : format(t, "%s: absent", what));
}

static const char *json_text(struct test *t, const char *what, const json_t *value)
{
	char *text =
		value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;

	return format(t, "%s: %s", what, text ? text : "absent");
}

bool check_json(struct test *t, const char *requirement, const char *what, json_t *expected,
		const json_t *observed)
{
	bool ok = (!expected && !observed) ||
		  (expected && observed && json_equal(expected, observed));

	return decide(t, requirement, ok, json_text(t, what, expected),
		      json_text(t, what, observed));
}

static bool holds(const json_t *array, const json_t *value)
{
	size_t i;
	json_t *element;

	json_array_foreach (array, i, element)
		if (json_equal(element, value))
			return true;
	return false;
}

static bool within(const json_t *small, const json_t *large)
{
	size_t i;
	json_t *element;

	json_array_foreach (small, i, element)
		if (!holds(large, element))
			return false;
	return true;
}

bool check_set(struct test *t, const char *requirement, const char *what, json_t *expected,
	       const json_t *observed)
{
	/* Equal sizes and inclusion both ways: a duplicate in one makes one of them fail. */
	bool ok = json_is_array(observed) &&
		  json_array_size(expected) == json_array_size(observed) &&
		  within(expected, observed) && within(observed, expected);

	return decide(t, requirement, ok, json_text(t, what, expected),
		      json_text(t, what, observed));
}

bool check_subset(struct test *t, const char *requirement, const char *what, json_t *expected,
		  const json_t *observed)
{
	return decide(t, requirement, json_is_array(observed) && within(expected, observed),
		      json_text(t, format(t, "%s, at least", what), expected),
		      json_text(t, what, observed));
}

void check_pass(struct test *t, const char *requirement)
{
	decide(t, requirement, true, "", "");
}

void check_fail(struct test *t, const char *requirement, const char *expected,
		const char *observed_format, ...)
{
	char observed[TEXT_MAX];

	format_into(observed, observed_format);
	decide(t, requirement, false, expected, observed);
}

void check_disabled(struct test *t, const char *requirement, const char *why, ...)
{
	char text[TEXT_MAX];

	format_into(text, why);
	test_decide(t, requirement, OUTCOME_DISABLED, "", text);
}

void check_skip(struct test *t, const char *requirement, const char *why, ...)
{
	char text[TEXT_MAX];

	format_into(text, why);
	test_decide(t, requirement, OUTCOME_SKIP, "", text);
}

/* ------------------------------------------------------------------ calls */

bool result_ok(const struct result *r)
{
	return r->exited && r->status == 0;
}

/* The first line of what it said helps people; nothing decides by it. */
const char *result_text(struct test *t, const struct result *r)
{
	int length = (int)strcspn(r->err, "\n");
	const char *said =
		length ? format(t, ", saying \"%.*s\"", length < 300 ? length : 300, r->err) : "";

	if (r->timed_out)
		return "no end within the time limit";
	if (!r->exited)
		return format(t, "killed by %s%s", signal_name(r->signal), said);
	return format(t, "exit status %d%s", r->status, r->status ? said : "");
}

bool check_ok(struct test *t, const char *requirement, const struct result *r)
{
	return decide(t, requirement, result_ok(r), format(t, "%s: exit status 0", r->command),
		      result_text(t, r));
}

bool check_error(struct test *t, const char *requirement, const struct result *r)
{
	return decide(t, requirement, r->exited && r->status,
		      format(t, "%s: an exit status that is not 0", r->command), result_text(t, r));
}

bool check_clean_error(struct test *t, const char *requirement, const struct result *r)
{
	const char *left;

	if (!check_error(t, requirement, r))
		return false;
	if (!r->before || !r->after)
		test_broken(t, "check_clean_error() of a call without a ledger");
	left = ledger_leftovers(t, r->before, r->after, NULL, true);
	return decide(t, requirement, !*left, format(t, "%s: nothing is left behind", r->command),
		      left);
}

bool check_unchanged(struct test *t, const char *requirement, const struct ledger *before,
		     const struct ledger *after, unsigned int kinds)
{
	const char *changes = ledger_changes(t, before, after, kinds);

	return decide(t, requirement, !*changes, "nothing changes", changes);
}

static bool refused(struct test *t, const char *requirement, struct bundle *bad, bool by_create)
{
	struct container *c = container_new(bad);
	const struct result *r = op_create(c);

	if (result_ok(r) && !by_create) {
		bool refuses, runs;

		r = op_start(c);
		refuses = r->exited && r->status;
		/* A start that fails but has let the program go refuses nothing. */
		runs = refuses && container_runs(c);
		return decide(t, requirement, refuses && !runs,
			      "create or start ends with an exit status that is not 0, and the "
			      "program does not run",
			      format(t, "create: exit status 0; start: %s%s", result_text(t, r),
				     runs ? "; the program runs" : ""));
	}
	/* That an error leaves nothing behind is a demand of its own, with tests of its own. */
	if (!result_ok(r))
		test_leftovers(t, "after a failed create",
			       ledger_leftovers(t, r->before, r->after, NULL, true));
	return check_error(t, requirement, r);
}

bool check_refused(struct test *t, const char *requirement, struct bundle *bad, struct bundle *good)
{
	bundle_run(good);
	return refused(t, requirement, bad, false);
}

bool check_refused_by_create(struct test *t, const char *requirement, struct bundle *bad,
			     struct bundle *good)
{
	bundle_run(good);
	return refused(t, requirement, bad, true);
}

bool check_refused_if_supported(struct test *t, const char *requirement, struct bundle *bad,
				struct bundle *good)
{
	return bundle_supported(good, requirement) && refused(t, requirement, bad, false);
}

bool check_refused_by_create_if_supported(struct test *t, const char *requirement,
					  struct bundle *bad, struct bundle *good)
{
	return bundle_supported(good, requirement) && refused(t, requirement, bad, true);
}
