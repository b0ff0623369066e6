/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ociVersion: what is none is refused, and what the runtime supports is what SemVer says it is.
 * config.md, "Specification version". Values are made of the version judged against, so that none
 * is refused for another reason than its form.
 */
#include <stdio.h>
#include <string.h>

#include "suite/tests/common.h"
#include "suite/tests/life.h"

static struct bundle *of_version(struct test *t, const char *version)
{
	struct bundle *b = bundle_new(t);

	bundle_set(b, "ociVersion", "s", version);
	bundle_probe(b, "echo", "up", NULL);
	return b;
}

struct bad_version {
	struct test_case c;
	const char *before, *after; /* around the version judged against */
	const char *value; /* or this; with neither, its minor with a zero in front */
};

static void bad_version(struct test *t)
{
	const struct bad_version *row = test_row(t);
	const char *good = test_spec_text(t), *bad = row->value;
	int major = test_spec(t) / 10000, minor = test_spec(t) / 100 % 100;

	if (!bad && row->before)
		bad = format(t, "%s%s%s", row->before, good, row->after);
	else if (!bad)
		bad = format(t, "%d.0%d.%d", major, minor, test_spec(t) % 100);
	if (semver_valid(bad) && strcmp(row->c.requirement, "ociversion.compat.other-major"))
		test_broken(t, "\"%s\" is a version", bad);
	check_refused(t, row->c.requirement, of_version(t, bad), of_version(t, good));
}

#define GARBAGE	  "ociversion.semver.garbage"
#define NEAR_MISS "ociversion.semver.near-miss"
#define MAJOR	  "ociversion.compat.other-major"

static const struct bad_version bad_versions[] = {
	{ { "empty", GARBAGE, NULL }, NULL, NULL, "" },
	{ { "latest", GARBAGE, NULL }, NULL, NULL, "latest" },
	{ { "invalid", GARBAGE, NULL }, NULL, NULL, "invalid" },
	{ { "blank", GARBAGE, NULL }, NULL, NULL, " " },
	{ { "dots", GARBAGE, NULL }, NULL, NULL, ".." },
	{ { "one-part", NEAR_MISS, NULL }, NULL, NULL, "1" },
	{ { "two-parts", NEAR_MISS, NULL }, NULL, NULL, "1.0" },
	{ { "four-parts", NEAR_MISS, NULL }, "", ".0", NULL },
	{ { "v", NEAR_MISS, NULL }, "v", "", NULL },
	{ { "zero-major", NEAR_MISS, NULL }, "0", "", NULL },
	{ { "zero-minor", NEAR_MISS, NULL }, NULL, NULL, NULL },
	{ { "empty-pre-release", NEAR_MISS, NULL }, "", "-", NULL },
	{ { "empty-build", NEAR_MISS, NULL }, "", "+", NULL },
	{ { "two-builds", NEAR_MISS, NULL }, "", "+a+b", NULL },
	{ { "zero-pre-release", NEAR_MISS, NULL }, "", "-01", NULL },
	{ { "underscore", NEAR_MISS, NULL }, "", "-a_b", NULL },
	{ { "blank-before", NEAR_MISS, NULL }, " ", "", NULL },
	{ { "blank-after", NEAR_MISS, NULL }, "", " ", NULL },
	{ { "line-after", NEAR_MISS, NULL }, "", "\n", NULL },
	{ { "words-after", NEAR_MISS, NULL }, "", " or later", NULL },
	{ { "two", MAJOR, NULL }, NULL, NULL, "2.0.0" },
	{ { "two-like-ours", MAJOR, NULL }, NULL, NULL, "2.1.0" },
	{ { "ninety-nine", MAJOR, NULL }, NULL, NULL, "99.1.0" },
};

static void absent(struct test *t)
{
	struct bundle *good = of_version(t, test_spec_text(t)), *bad = bundle_copy(good);

	bundle_remove(bad, "ociVersion");
	check_refused(t, "ociversion.required", bad, good);
}

/* The program of a configuration of this version runs. */
static bool check_version(struct test *t, const char *id, const char *version)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(of_version(t, version), &refusal);

	return check_seen(t, id, f != NULL, format(t, "ociVersion %s: the program runs", version),
			  "%s", f ? "so" : result_text(t, refusal));
}

static void build_metadata(struct test *t)
{
	const char *good = test_spec_text(t);

	bundle_run(of_version(t, good), NULL);
	if (check_version(t, "ociversion.semver.build-metadata", format(t, "%s+assay", good)))
		check_version(t, "ociversion.semver.build-metadata",
			      format(t, "%s+0.assay-1.001", good));
}

/* What features states, if it states a version at all. */
static const char *stated(struct test *t, const char *which)
{
	const char *text = json_string_value(json_object_get(runtime_features(t), which));

	return text && semver_valid(text) ? text : NULL;
}

static void older(struct test *t)
{
	static const char *const releases[] = { "1.0.0", "1.0.1", "1.0.2", "1.1.0",
						"1.2.0", "1.2.1", "1.3.0" };
	const char *least = stated(t, "ociVersionMin");

	for (size_t i = 0; i < ARRAY_SIZE(releases); i++) {
		if (semver_compare(releases[i], test_spec_text(t)) > 0)
			break;
		if (!least || semver_compare(releases[i], least) >= 0)
			check_version(t, "ociversion.compat.older", releases[i]);
	}
}

static void newer_patch(struct test *t)
{
	const char *most = stated(t, "ociVersionMax");
	int major, minor, patch;

	if (!most || semver_compare(most, test_spec_text(t)) < 0)
		most = test_spec_text(t);
	bundle_run(of_version(t, test_spec_text(t)), NULL);
	if (sscanf(most, "%d.%d.%d", &major, &minor, &patch) != 3)
		test_broken(t, "version %s", most);
	check_version(t, "ociversion.compat.newer-patch",
		      format(t, "%d.%d.%d", major, minor, patch + 1));
}

const struct test_entry oci_version_tests[] = {
	{
		.name = "oci-version/absent",
		.about = "a configuration without ociVersion is refused",
		.requirements = REQS("ociversion.required"),
		.run = absent,
	},
	{
		.name = "oci-version/refused",
		.about = "an ociVersion that is no version, or of another major, is refused",
		.run = bad_version,
		CASES(bad_versions),
	},
	{
		.name = "oci-version/build-metadata",
		.about = "build metadata does not make it another version",
		.requirements = REQS("ociversion.semver.build-metadata"),
		.run = build_metadata,
	},
	{
		.name = "oci-version/older",
		.about = "configurations of earlier releases work",
		.requirements = REQS("ociversion.compat.older"),
		.run = older,
	},
	{
		.name = "oci-version/newer-patch",
		.about = "a higher patch level of a supported minor version works",
		.requirements = REQS("ociversion.compat.newer-patch"),
		.run = newer_patch,
	},
	{ 0 },
};
