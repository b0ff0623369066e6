/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in fixed buffers, and the little JSON that PID 1 writes and looks up. It must never
 * allocate and never write past a buffer: a text that does not fit is cut, which is right for a
 * message and never happens to a record (those are sized for their longest).
 */
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void text_init(struct text *t, char *data, size_t size)
{
	*t = (struct text){ .data = data, .size = size };
	data[0] = '\0';
}

void text_bytes(struct text *t, const char *s, size_t length)
{
	size_t left = t->size - t->length - 1;

	if (length > left) {
		length = left;
		t->cut = true;
	}
	memcpy(t->data + t->length, s, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void text_put(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_number(struct text *t, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_bytes(t, digits + n, sizeof(digits) - n);
}

static const char hex[] = "0123456789abcdef";

void text_hex(struct text *t, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char pair[2] = { hex[bytes[i] >> 4], hex[bytes[i] & 15] };

		text_bytes(t, pair, sizeof(pair));
	}
}

static void join(struct text *t, va_list pieces)
{
	const char *s;

	while ((s = va_arg(pieces, const char *)))
		text_put(t, s);
}

void text_join(struct text *t, ...)
{
	va_list pieces;

	va_start(pieces, t);
	join(t, pieces);
	va_end(pieces);
}

void text_json(struct text *t, const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)s[i];
		char code[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
		size_t n = sizeof(code);

		if (c == '"' || c == '\\' || c == '\n') {
			code[1] = c == '\n' ? 'n' : (char)c;
			n = 2;
		} else if (c >= 0x20 && c < 0x7f) {
			code[0] = (char)c;
			n = 1;
		}
		if (n > t->size - t->length - 1) {
			t->cut = true;
			return;
		}
		text_bytes(t, code, n);
	}
}

void text_quote(struct text *t, const char *s)
{
	size_t shown = strnlen(s, 120);

	text_put(t, "\"");
	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)s[i];
		char code[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		if (c >= 0x20 && c < 0x7f)
			text_bytes(t, s + i, 1);
		else
			text_bytes(t, code, sizeof(code));
	}
	text_put(t, s[shown] ? "...\"" : "\"");
}

int fault_set(struct fault *f, int error, ...)
{
	struct text t;
	va_list pieces;

	text_init(&t, f->line, sizeof(f->line));
	va_start(pieces, error);
	join(&t, pieces);
	va_end(pieces);
	for (size_t i = 0; i < t.length; i++)
		if ((unsigned char)f->line[i] < 0x20 || f->line[i] == 0x7f)
			f->line[i] = '?';
	return error;
}

/* Behind the string that starts at `i` (at its opening quote), or `length`. */
static size_t skip_string(const char *body, size_t length, size_t i)
{
	for (i++; i < length && body[i] != '"'; i++)
		if (body[i] == '\\')
			i++;
	return i < length ? i + 1 : length;
}

/* Where the value of a top-level key begins, or `length`. */
static size_t find_value(const char *body, size_t length, const char *key)
{
	size_t key_length = strlen(key);
	int depth = 0;

	for (size_t i = 0; i < length;) {
		size_t start = i;

		if (body[i] == '{' || body[i] == '[')
			depth++;
		if (body[i] == '}' || body[i] == ']')
			depth--;
		if (body[i] != '"') {
			i++;
			continue;
		}
		i = skip_string(body, length, i);
		if (depth == 0 && i < length && body[i] == ':' && i - start == key_length + 2 &&
		    !memcmp(body + start + 1, key, key_length))
			return i + 1;
	}
	return length;
}

int field_string(const char *body, size_t length, const char *key, char *out, size_t size)
{
	size_t at = find_value(body, length, key);
	size_t end;

	if (at >= length || body[at] != '"')
		return -ENOENT;
	end = skip_string(body, length, at);
	if (end - at < 2 || body[end - 1] != '"')
		return -ENOENT;
	if (end - at - 2 >= size)
		return -EMSGSIZE;
	memcpy(out, body + at + 1, end - at - 2);
	out[end - at - 2] = '\0';
	return (int)(end - at - 2);
}

int64_t field_number(const char *body, size_t length, const char *key)
{
	size_t at = find_value(body, length, key);
	int64_t value = 0;

	if (at >= length || body[at] < '0' || body[at] > '9')
		return -ENOENT;
	for (; at < length && body[at] >= '0' && body[at] <= '9'; at++) {
		if (value > (INT64_MAX - 9) / 10)
			return -ENOENT;
		value = value * 10 + (body[at] - '0');
	}
	return value;
}
