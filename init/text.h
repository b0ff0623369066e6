/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_TEXT_H
#define ASSAY_INIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text in a fixed buffer: always ended with a NUL, cut when full (`cut` says so), never
 * allocated. Declare one with TEXT(name, bytes).
 */
struct text {
	char *data;
	size_t size; /* of the buffer, NUL included */
	size_t length;
	bool cut;
};

#define TEXT(name, bytes)                                                                          \
	char name##_data[bytes] = "";                                                              \
	struct text name = { .data = name##_data, .size = sizeof(name##_data) }

/* Make `t` an empty text over `data`. */
void text_init(struct text *t, char *data, size_t size);

void text_put(struct text *t, const char *s);
void text_bytes(struct text *t, const char *s, size_t length);
void text_number(struct text *t, uint64_t value);
void text_hex(struct text *t, const uint8_t *bytes, size_t length);

/* The strings up to a NULL, one after the other. */
void text_join(struct text *t, ...) __attribute__((sentinel));

/*
 * The inside of a JSON string. Bytes that are not ASCII become \u00XX, whatever they were: what
 * comes here (kernel log, command line) promises no encoding. Cut only between characters.
 */
void text_json(struct text *t, const char *s, size_t length);

/* A name from hostile input, in double quotes, everything unprintable as \xHH, at most 120 bytes.
 */
void text_quote(struct text *t, const char *s);

/* The reason something failed: one line that names the thing. */
struct fault {
	char line[512];
};

/* Set the line to the strings up to a NULL, each clear of control characters; returns `error`. */
int fault_set(struct fault *f, int error, ...) __attribute__((sentinel));

/*
 * One member of the JSON object whose inside is `body` (event.h), top level only. The string is
 * copied as written, escapes and all. Length, or -ENOENT, or -EMSGSIZE.
 */
int field_string(const char *body, size_t length, const char *key, char *out, size_t size);

/* The same for a number that is not negative; -ENOENT when there is none. */
int64_t field_number(const char *body, size_t length, const char *key);

#endif
