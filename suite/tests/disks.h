/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_DISKS_H
#define ASSAY_TESTS_DISKS_H

/* Block devices of a test's own, and a file system to put on one. */

#include "suite/suite.h"

struct disk {
	const char *path; /* a node of it, below test_dir() */
	unsigned int major, minor;
};

/*
 * A new block device with this content (a multiple of 512 bytes); it goes away with the test, and
 * with whoever still uses it. Skips the test where the kernel has none to give.
 */
struct disk disk_new(struct test *t, const void *content, size_t length);

/*
 * The image of a file system that this kernel mounts (read-only) from a block device, with the one
 * file /marker in it. Its type, its image, its length; skips the test when the kernel knows none.
 */
struct image {
	const char *type;
	const void *data;
	size_t length;
};
#define IMAGE_MARKER "on the disk"
struct image image_new(struct test *t);

#endif
