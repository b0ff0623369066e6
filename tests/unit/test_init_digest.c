/* LINK: suite/core/sha256.c suite/core/crc32.c suite/core/chain.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 and CRC-32 against published vectors, and the chain of event lines: what is written
 * is accepted, what is changed anywhere is not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "suite/core/chain.h"
#include "suite/core/crc32.h"
#include "suite/core/sha256.h"

/* FIPS 180-4 examples, and one of each length around the block and padding edges. */
static void sha256_vectors(void **state)
{
	static const struct {
		const char *text, *hex;
	} vectors[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		sha256(vectors[i].text, strlen(vectors[i].text), digest);
		sha256_hex(digest, hex);
		assert_string_equal(hex, vectors[i].hex);
	}
}

static void sha256_million(void **state)
{
	char chunk[1000], hex[SHA256_HEX + 1];
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	(void)state;
	memset(chunk, 'a', sizeof(chunk));
	sha256_init(&s);
	for (int i = 0; i < 1000; i++)
		sha256_update(&s, chunk, sizeof(chunk));
	sha256_final(&s, digest);
	sha256_hex(digest, hex);
	assert_string_equal(hex,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* However the data is cut, the digest is that of the whole. */
static void sha256_pieces(void **state)
{
	uint8_t data[300], whole[SHA256_SIZE], pieces[SHA256_SIZE];
	struct sha256 s;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t length = 0; length <= sizeof(data); length++) {
		sha256(data, length, whole);
		for (size_t step = 1; step < 70; step += 3) {
			sha256_init(&s);
			for (size_t at = 0; at < length; at += step)
				sha256_update(&s, data + at,
					      length - at < step ? length - at : step);
			sha256_final(&s, pieces);
			assert_memory_equal(whole, pieces, SHA256_SIZE);
		}
	}
}

static void crc32_vectors(void **state)
{
	(void)state;
	assert_int_equal(crc32(0, "", 0), 0);
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

static void chain_writes_and_accepts(void **state)
{
	struct chain writer, reader;
	char line[EVENT_LINE_MAX];
	const char *body;
	size_t length;
	ssize_t n;

	(void)state;
	chain_init(&writer);
	chain_init(&reader);
	n = chain_format(&writer, EVENT_BOOT, 42, "", 0, line, sizeof(line));
	assert_int_equal(n, 108);
	line[n] = '\0';
	assert_string_equal(line,
			    "{\"seq\":1,\"type\":\"boot\",\"time\":42,\"prev\":\"" EVENT_PREV_NONE
			    "\"}\n");
	assert_int_equal(chain_accept(&reader, line, (size_t)n), 0);
	chain_advance(&writer, line, (size_t)n);
	assert_int_equal(chain_parse(line, (size_t)n, &body, &length), EVENT_BOOT);
	assert_int_equal(length, 0);

	n = chain_format(&writer, EVENT_END, 43, "\"test\":\"a/b\"", 12, line, sizeof(line));
	assert_true(n > 0);
	assert_int_equal(chain_parse(line, (size_t)n, &body, &length), EVENT_END);
	assert_int_equal(length, 12);
	assert_memory_equal(body, "\"test\":\"a/b\"", 12);
	/* The newline is not part of what is hashed. */
	assert_int_equal(chain_accept(&reader, line, (size_t)n - 1), 0);
	chain_advance(&writer, line, (size_t)n);
	assert_string_equal(writer.prev, reader.prev);
	assert_int_equal(writer.seq, 3);
}

/* Any changed byte of the head is refused at once, of the body at the next line. */
static void chain_refuses_changes(void **state)
{
	struct chain start, reader;
	char first[512], second[512], bad[512];
	ssize_t n, m;

	(void)state;
	chain_init(&start);
	n = chain_format(&start, EVENT_CHECK, 7, "\"test\":\"x\"", 10, first, sizeof(first));
	chain_advance(&start, first, (size_t)n);
	m = chain_format(&start, EVENT_CHECK, 8, "\"test\":\"y\"", 10, second, sizeof(second));
	for (ssize_t i = 0; i < n - 1; i++) {
		memcpy(bad, first, (size_t)n);
		bad[i] ^= 1;
		chain_init(&reader);
		assert_true(chain_accept(&reader, bad, (size_t)n) ||
			    chain_accept(&reader, second, (size_t)m));
	}
	for (ssize_t i = 0; i < n - 1; i++) {
		chain_init(&reader);
		assert_true(chain_accept(&reader, first, (size_t)i) ||
			    chain_accept(&reader, second, (size_t)m));
	}
	chain_init(&reader);
	assert_int_equal(chain_accept(&reader, second, (size_t)m), -EBADMSG);
	assert_int_equal(reader.seq, 1);
}

static void chain_refuses_bad_bodies(void **state)
{
	static char big[EVENT_BODY_MAX + 1], line[EVENT_LINE_MAX];
	struct chain c;

	(void)state;
	chain_init(&c);
	memset(big, ' ', sizeof(big));
	assert_int_equal(chain_format(&c, EVENT_END, 0, "a\nb", 3, line, sizeof(line)), -EINVAL);
	assert_int_equal(chain_format(&c, EVENT_END, 0, "a\0b", 3, line, sizeof(line)), -EINVAL);
	assert_int_equal(chain_format(&c, EVENT_TYPES, 0, "", 0, line, sizeof(line)), -EINVAL);
	assert_int_equal(chain_format(&c, EVENT_END, 0, big, sizeof(big), line, sizeof(line)),
			 -EMSGSIZE);
	assert_int_equal(chain_format(&c, EVENT_END, 0, "ab", 2, line, 100), -EMSGSIZE);
	/* The biggest of everything fits EVENT_LINE_MAX. */
	c.seq = UINT64_MAX;
	assert_true(chain_format(&c, EVENT_ENVIRONMENT, UINT64_MAX, big, EVENT_BODY_MAX, line,
				 sizeof(line)) > 0);
}

static void types_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_TYPES; i++) {
		const char *name = event_type_name((enum event_type)i);

		assert_int_equal(event_type_find(name, strlen(name)), i);
	}
	assert_int_equal(event_type_find("star", 4), -EINVAL);
	assert_string_equal(event_type_name(EVENT_TYPES), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_vectors),
		cmocka_unit_test(sha256_million),
		cmocka_unit_test(sha256_pieces),
		cmocka_unit_test(crc32_vectors),
		cmocka_unit_test(chain_writes_and_accepts),
		cmocka_unit_test(chain_refuses_changes),
		cmocka_unit_test(chain_refuses_bad_bodies),
		cmocka_unit_test(types_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
