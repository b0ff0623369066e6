/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of events: the inside of a JSON object, built up member by member. Whatever bytes come in,
 * valid UTF-8 on one line comes out. It must never cut a character or a JSON escape in two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static void append(struct body *b, const char *data, size_t length)
{
	if (b->failed)
		return;
	if (b->length + length + 1 > EVENT_BODY_MAX) {
		b->failed = true;
		return;
	}
	if (b->length + length + 1 > b->size) {
		size_t size = b->size ? b->size * 2 : 512;
		char *data_new;

		while (size < b->length + length + 1)
			size *= 2;
		data_new = realloc(b->data, size);
		if (!data_new) {
			b->failed = true;
			return;
		}
		b->data = data_new;
		b->size = size;
	}
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

void body_free(struct body *b)
{
	free(b->data);
	*b = (struct body){ 0 };
}

void body_raw(struct body *b, const char *text)
{
	append(b, text, strlen(text));
}

static void key_append(struct body *b, const char *key)
{
	if (b->length)
		append(b, ",", 1);
	append(b, "\"", 1);
	append(b, key, strlen(key));
	append(b, "\":", 2);
}

/* Length of the UTF-8 sequence at `s`; 0 when it is none (overlong, surrogate, cut). */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void body_string(struct body *b, const char *key, const char *text, size_t length, size_t max)
{
	key_append(b, key);
	append(b, "\"", 1);
	for (size_t i = 0; i < length;) {
		const unsigned char *s = (const unsigned char *)text + i;
		size_t n = sequence(s, length - i);
		char escape[8];

		if (i + (n ? n : 1) > max)
			break;
		if (!n || !*s) {
			append(b, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (*s == '"' || *s == '\\') {
			snprintf(escape, sizeof(escape), "\\%c", *s);
			append(b, escape, 2);
		} else if (*s < ' ' || *s == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", *s);
			append(b, escape, 6);
		} else {
			append(b, (const char *)s, n);
		}
		i += n;
	}
	append(b, "\"", 1);
}

void body_text(struct body *b, const char *key, const char *text)
{
	if (text) {
		body_string(b, key, text, strlen(text), TEXT_MAX);
		return;
	}
	key_append(b, key);
	append(b, "null", 4);
}

void body_int(struct body *b, const char *key, long long value)
{
	char digits[24];

	key_append(b, key);
	append(b, digits, (size_t)snprintf(digits, sizeof(digits), "%lld", value));
}

void body_json(struct body *b, const char *key, const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS)
			   : strdup("null");

	key_append(b, key);
	if (text)
		append(b, text, strlen(text));
	else
		b->failed = true;
	free(text);
}
