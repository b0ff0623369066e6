/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_MOUNTS_H
#define ASSAY_INIT_MOUNTS_H

#include <stdint.h>

#include "text.h"

/* Leave the initramfs for a tmpfs with the same content. Faults name the file. */
int root_switch(struct fault *f);

/* Mount the table of pseudo file systems; a required one that fails is a fault. */
int mounts_early(struct fault *f);

/* /run/assay, a file system of its own with room for `bytes`, so that no full root hurts it. */
int mounts_run(uint64_t bytes, struct fault *f);

#endif
