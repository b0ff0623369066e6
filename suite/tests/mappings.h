/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_MAPPINGS_H
#define ASSAY_TESTS_MAPPINGS_H

/* What tests about ID-mapped mounts share. */

#include "suite/suite.h"

/*
 * Ends the test as a skip unless the kernel maps the owners of a tmpfs (mount_setattr(2) with
 * MOUNT_ATTR_IDMAP, of tmpfs since 6.3).
 */
void need_mapped_mounts(struct test *t);

#endif
