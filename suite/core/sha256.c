/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, for init, the suite and the host alike. It owns no state but the caller's, never
 * allocates and never fails, because PID 1 uses it with a full root and no memory left.
 * Emulated CPUs hash whole payloads with it at every boot, hence the unrolled rounds.
 */
#include "sha256.h"

#include <string.h>

static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

#define CH(x, y, z)  ((z) ^ ((x) & ((y) ^ (z))))
#define MAJ(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))

/* One round; the caller rotates the names instead of the values. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                           \
	do {                                                                                       \
		uint32_t t_ = (h) + big1(e) + CH(e, f, g) + K[i] + w[i];                           \
		(d) += t_;                                                                         \
		(h) = t_ + big0(a) + MAJ(a, b, c);                                                 \
	} while (0)

/*
 * Rotations, by shifting a word that stands twice in a double one. An emulator must compute the
 * flags of each rotate instruction, but not those of a shift whose flags nobody reads: this is
 * 1.6 times as fast in QEMU's TCG, where payloads are hashed at every boot, and 0.7 times on
 * the bare CPU, where it does not matter.
 */
static uint64_t twice(uint32_t x)
{
	return (uint64_t)x << 32 | x;
}

static uint32_t big0(uint32_t x)
{
	return (uint32_t)(twice(x) >> 2 ^ twice(x) >> 13 ^ twice(x) >> 22);
}

static uint32_t big1(uint32_t x)
{
	return (uint32_t)(twice(x) >> 6 ^ twice(x) >> 11 ^ twice(x) >> 25);
}

static uint32_t small0(uint32_t x)
{
	return (uint32_t)(twice(x) >> 7 ^ twice(x) >> 18) ^ x >> 3;
}

static uint32_t small1(uint32_t x)
{
	return (uint32_t)(twice(x) >> 17 ^ twice(x) >> 19) ^ x >> 10;
}

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t w[64];

	for (int i = 0; i < 16; i++)
		w[i] = get_be32(block + 4 * i);
	for (int i = 16; i < 64; i++)
		w[i] = small1(w[i - 2]) + w[i - 7] + small0(w[i - 15]) + w[i - 16];
	for (int i = 0; i < 64; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, i);
		ROUND(h, a, b, c, d, e, f, g, i + 1);
		ROUND(g, h, a, b, c, d, e, f, i + 2);
		ROUND(f, g, h, a, b, c, d, e, i + 3);
		ROUND(e, f, g, h, a, b, c, d, i + 4);
		ROUND(d, e, f, g, h, a, b, c, i + 5);
		ROUND(c, d, e, f, g, h, a, b, i + 6);
		ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_init(struct sha256 *s)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->state, start, sizeof(start));
	s->length = 0;
}

void sha256_update(struct sha256 *s, const void *data, size_t length)
{
	const uint8_t *p = data;
	size_t held = s->length % sizeof(s->block);

	if (!length)
		return;
	s->length += length;
	if (held) {
		size_t n = sizeof(s->block) - held;

		if (n > length)
			n = length;
		memcpy(s->block + held, p, n);
		p += n;
		length -= n;
		if (held + n < sizeof(s->block))
			return;
		compress(s->state, s->block);
	}
	for (; length >= sizeof(s->block); p += sizeof(s->block), length -= sizeof(s->block))
		compress(s->state, p);
	memcpy(s->block, p, length);
}

void sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE])
{
	uint64_t bits = s->length * 8;
	size_t held = s->length % sizeof(s->block);

	s->block[held++] = 0x80;
	if (held > 56) {
		memset(s->block + held, 0, sizeof(s->block) - held);
		compress(s->state, s->block);
		held = 0;
	}
	memset(s->block + held, 0, 56 - held);
	put_be32(s->block + 56, (uint32_t)(bits >> 32));
	put_be32(s->block + 60, (uint32_t)bits);
	compress(s->state, s->block);
	for (int i = 0; i < 8; i++)
		put_be32(digest + 4 * i, s->state[i]);
}

void sha256(const void *data, size_t length, uint8_t digest[SHA256_SIZE])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_update(&s, data, length);
	sha256_final(&s, digest);
}

void sha256_hex(const uint8_t digest[SHA256_SIZE], char hex[SHA256_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < SHA256_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[SHA256_HEX] = '\0';
}
