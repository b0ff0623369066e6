/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_SHA256_H
#define ASSAY_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32 /* bytes of a digest */
#define SHA256_HEX  64 /* characters of one, without the NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes taken so far */
	uint8_t block[64];
};

/* FIPS 180-4 SHA-256. No allocation, no failure: usable in PID 1. */
void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t length);
void sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE]);

/* The digest of one buffer. */
void sha256(const void *data, size_t length, uint8_t digest[SHA256_SIZE]);

/* A digest as 64 lower-case hex digits and a NUL. */
void sha256_hex(const uint8_t digest[SHA256_SIZE], char hex[SHA256_HEX + 1]);

#endif
