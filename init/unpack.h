/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_UNPACK_H
#define ASSAY_INIT_UNPACK_H

#include <stdint.h>

#include "text.h"

/*
 * Check every byte of the payload behind `fd`; then put its members into `root` and its manifest
 * into the file `manifest`. Allocates: never called in PID 1 itself. 0, or -errno with a fault
 * that names the member; then the root is as it was.
 */
int unpack(int fd, uint64_t size, const char *root, const char *manifest, struct fault *f);

#endif
