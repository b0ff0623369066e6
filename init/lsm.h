/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_LSM_H
#define ASSAY_INIT_LSM_H

#include "text.h"

/*
 * Give the security module that runs, AppArmor or SELinux, the policy of the image, and let SELinux
 * enforce it. A kernel without either is no fault: the suite's self-check says what is missing. The
 * pseudo file systems are mounted.
 */
int lsm_setup(struct fault *f);

#endif
