/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --mend=refuse: what `create` must refuse by the text though no known runtime looks at it. Each
 * rule is a place in config.json and what must not be there. It must never object to a valid one.
 */
#include "saboteur.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "suite/core/path.h"

/* ------------------------------------------------------------------ SemVer 2.0.0 */

/* A part up to the next dot or end: digits without a leading zero, or letters and hyphens as well. */
static const char *part(const char *at, bool any, bool zeros)
{
	const char *begin = at;
	bool digits = true;

	for (; isalnum((unsigned char)*at) || (any && *at == '-'); at++)
		digits &= isdigit((unsigned char)*at) != 0;
	if (at == begin || (!digits && !any))
		return NULL;
	return digits && !zeros && *begin == '0' && at > begin + 1 ? NULL : at;
}

static bool not_semver(const json_t *value)
{
	const char *at = json_string_value(value);

	for (int i = 0; at && i < 3; i++) {
		if (i && *at++ != '.')
			return true;
		at = part(at, false, false);
	}
	for (const char *mark = "-+"; at && *mark; mark++)
		if (*at == *mark)
			do
				at = part(at + 1, true, *mark == '+');
			while (at && *at == '.');
	return json_is_string(value) && (!at || *at);
}

/* No runtime has promised anything of a version beyond the first major one. */
static bool other_major(const json_t *value)
{
	return json_is_string(value) && strtoul(json_string_value(value), NULL, 10) > 1;
}

/* ------------------------------------------------------------------ rules */

static bool relative(const json_t *value)
{
	return json_is_string(value) && *json_string_value(value) != '/';
}

static bool repeats_type(const json_t *list)
{
	json_t *one, *other;
	size_t i, j;

	json_array_foreach ((json_t *)list, i, one)
		json_array_foreach ((json_t *)list, j, other)
			if (j < i && json_is_string(json_object_get(one, "type")) &&
			    json_equal(json_object_get(one, "type"), json_object_get(other, "type")))
				return true;
	return false;
}

#define ROWS_MAX 65535 /* of a struct winsize */

/* Without a terminal a size is ignored. */
static bool large_size(const json_t *process)
{
	const json_t *size = json_object_get(process, "consoleSize");

	return json_is_true(json_object_get(process, "terminal")) &&
	       (json_integer_value(json_object_get(size, "height")) > ROWS_MAX ||
		json_integer_value(json_object_get(size, "width")) > ROWS_MAX);
}

static bool not_positive(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) <= 0;
}

static bool empty_list(const json_t *value)
{
	return json_is_array(value) && !json_array_size(value);
}

static bool gives_errno(const json_t *action)
{
	const char *name = json_string_value(action);

	return !name || !strcmp(name, "SCMP_ACT_ERRNO") || !strcmp(name, "SCMP_ACT_TRACE");
}

static bool lost_errno(const json_t *rule)
{
	return json_object_get(rule, "errnoRet") && !gives_errno(json_object_get(rule, "action"));
}

static bool lost_default_errno(const json_t *filter)
{
	return json_object_get(filter, "defaultErrnoRet") &&
	       !gives_errno(json_object_get(filter, "defaultAction"));
}

static const struct {
	const char *place; /* "*" as in steps */
	bool (*wrong)(const json_t *value);
	const char *why;
} rules[] = {
	{ "ociVersion", not_semver, "ociVersion is no version" },
	{ "ociVersion", other_major, "ociVersion is of another major version" },
	{ "hooks.*.*.path", relative, "a hook has a relative path" },
	{ "hooks.*.*.timeout", not_positive, "a hook has a timeout that is not positive" },
	{ "process", large_size, "consoleSize is more than a terminal has" },
	{ "process.rlimits", repeats_type, "rlimits has a type twice" },
	{ "linux.maskedPaths.*", relative, "maskedPaths has a relative path" },
	{ "linux.readonlyPaths.*", relative, "readonlyPaths has a relative path" },
	{ "linux.seccomp", lost_default_errno, "defaultAction takes no errno" },
	{ "linux.seccomp.syscalls.*", lost_errno, "the action of a rule takes no errno" },
	{ "linux.seccomp.syscalls.*.names", empty_list, "a rule of seccomp has no names" },
};

const char *why_refused(const json_t *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		for (char **path = all_places(config, rules[i].place); *path; path++) {
			const json_t *value = json_at(config, *path);

			if (value && rules[i].wrong(value))
				return rules[i].why;
		}
	return NULL;
}
