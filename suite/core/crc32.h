/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_CRC32_H
#define ASSAY_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in zip, gzip and zlib's crc32(): start with 0, feed the result back to go on. */
uint32_t crc32(uint32_t crc, const void *data, size_t length);

#endif
