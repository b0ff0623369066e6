/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_CGROUP_H
#define ASSAY_INIT_CGROUP_H

#include "text.h"

/*
 * Mount the hierarchies of the profile, "unified" or "legacy", on /sys/fs/cgroup and make the
 * cgroup /assay in each, with all controllers passed on to it and to its children.
 */
int cgroup_setup(const char *profile, struct fault *f);

/* Called in the child that becomes the suite: enter /assay/runner, where the profile needs it. */
void cgroup_enter_runner(void);

/*
 * Kill everything in /assay and below, and thaw it. Needs neither fork nor memory, so it works in
 * the middle of a fork bomb.
 */
void cgroup_kill(void);

/* Remove every cgroup that cgroup_setup() did not make. They must be empty. */
void cgroup_remove(void);

#endif
