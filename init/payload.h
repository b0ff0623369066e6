/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_PAYLOAD_H
#define ASSAY_INIT_PAYLOAD_H

#include <stdint.h>

#include "suite/core/sha256.h"
#include "text.h"

/*
 * Check the payload on `device` (`size` bytes) and, if all of it is right, unpack it over `root`
 * and write its manifest to `manifest`. All of this happens in a child; the parent neither
 * allocates nor reads the disk. The digest is that of the stream, two zero blocks included. 0,
 * or -errno with a fault; then nothing was put into the root.
 */
int payload_install(const char *device, uint64_t size, const char *root, const char *manifest,
		    uint8_t digest[SHA256_SIZE], struct fault *f);

#endif
