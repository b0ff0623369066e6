/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_CGROUPS_H
#define ASSAY_TESTS_CGROUPS_H

/* What the tests of cgroups share: places, and the table of limits. */

#include "suite/suite.h"

/* Where the containers of these tests go, below the root of the test's world. */
#define CG_PARENT "/octest"
#define CG_PATH	  "/octest/c"

/*
 * Resources with this limit on pids. What a runtime runs in the cgroup counts too, its own threads
 * and those of a sandbox with a kernel of its own, and there are more of them where there are more
 * CPUs: a limit that is only read back lies far beyond them, and one that is to bind well above.
 */
#define CG_PIDS(number) "{\"pids\":{\"limit\":" number "}}"

/* CG_PARENT in every hierarchy: what a runtime makes below it is all that it makes. */
void cg_parent(struct test *t);
/* Make a cgroup with its parents (v2: with the controller in it). */
void cg_make(struct test *t, const char *controller, const char *path);
/* Write a file of a cgroup of ours, or the test is broken. */
void cg_write(struct test *t, const char *controller, const char *path, const char *file,
	      const char *value);
/* Whether a cgroup is `top` or lies below it. */
bool cg_within(const char *path, const char *top);
/* The cgroup of a created container for a controller; ends the test when it is not to be had. */
const char *cg_of(struct test *t, struct container *c, const char *controller);
/*
 * What a file says for a container: the value at its own cgroup, or, when that is `idle`, at the
 * nearest one above it, below the root, that says something else.
 */
const char *cg_in_force(struct test *t, struct container *c, const char *controller,
			const char *file, const char *idle);
/*
 * What a cgroup has counted, or one from it up to `top`, whichever is most: the number behind `key`
 * in a file of such lines, or the number that is all of it (NULL). -1: none of them can be asked.
 */
long long cg_counted(struct test *t, const char *controller, const char *path, const char *top,
		     const char *file, const char *key);
/* CG_PARENT, and a bundle with this cgroupsPath and these resources (JSON text; NULL: none). */
struct bundle *cg_bundle(struct test *t, const char *path, const char *resources);

/* A new RDMA device; its name. It goes with the network namespace of the test. */
const char *cg_rdma_device(struct test *t);

struct cg_setting {
	const char *file, *value;
};

/* A row of a table of limits. */
struct cg_row {
	struct test_case c;
	const char *controller;
	const char *resources; /* linux.resources as JSON */
	struct cg_setting before[2]; /* of a cgroup that is there already; none: it is not */
	struct cg_setting after[3]; /* what is in force when create has returned */
	const char *needs; /* a file that the kernel must have, else the row is skipped */
	bool must; /* a refusal is no answer */
};

/*
 * The test of such a row: creates a container with the resources in CG_PATH; the values are those
 * of CG_PATH, or of a cgroup the runtime has made below it, as long as none was there before.
 */
void cg_test(struct test *t);

#endif
