/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way of text into a report. Owns escaping; must never pass on a byte that its
 * destination could take for markup, for a terminal command or for the end of a string.
 */
#include "out.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT 0xfffd

/* The next code point, advancing *text; REPLACEMENT for what is not well-formed UTF-8. */
static uint32_t decode(const unsigned char **text, const unsigned char *end)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *text;
	uint32_t c = *p++;
	int more = c < 0x80 ? 0 : c >= 0xf0 && c < 0xf8 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : -1;

	*text = p;
	if (more == 0)
		return c;
	if (more < 0 || c >= 0xf8 || end - p < more)
		return REPLACEMENT;
	c &= 0x3fu >> more;
	for (int i = 0; i < more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return REPLACEMENT;
	*text = p + more;
	return c;
}

/* What must not reach a reader as it is: it would be invisible, or change what is around it. */
static bool hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe0fff);
}

static void put_escape(FILE *out, uint32_t c)
{
	if (c < 0x10000)
		fprintf(out, "\\u%04x", c);
	else
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
			0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* The replacement of a character in that kind of text, or NULL when it stands for itself. */
static const char *special(enum kind kind, uint32_t c)
{
	switch (c) {
	case '\n':
		return kind == JSON			? "\\n"
		       : kind == ATTRIBUTE		? "&#10;"
		       : kind == TEXT || kind == MARKUP ? "\n"
							: " ";
	case '\t':
		return kind == JSON			? "\\t"
		       : kind == ATTRIBUTE		? "&#9;"
		       : kind == TEXT || kind == MARKUP ? "\t"
							: " ";
	case '\r':
		return kind == JSON ? "\\r" : NULL;
	case '"':
		return kind == JSON			     ? "\\\""
		       : kind == ATTRIBUTE || kind == MARKUP ? "&quot;"
							     : NULL;
	case '\\':
		return kind == JSON || kind == TAP || kind == MARKDOWN ? "\\\\" : NULL;
	case '&':
		return kind == ATTRIBUTE || kind == MARKUP || kind == MARKDOWN ? "&amp;" : NULL;
	case '<':
		return kind == ATTRIBUTE || kind == MARKUP || kind == MARKDOWN ? "&lt;" : NULL;
	case '>':
		return kind == ATTRIBUTE || kind == MARKUP || kind == MARKDOWN ? "&gt;" : NULL;
	case '\'':
		return kind == ATTRIBUTE || kind == MARKUP ? "&#39;" : NULL;
	case '#':
		return kind == TAP || kind == MARKDOWN ? "\\#" : NULL;
	case '`':
		return kind == MARKDOWN ? "\\`" : NULL;
	case '*':
		return kind == MARKDOWN ? "\\*" : NULL;
	case '_':
		return kind == MARKDOWN ? "\\_" : NULL;
	case '[':
		return kind == MARKDOWN ? "\\[" : NULL;
	case ']':
		return kind == MARKDOWN ? "\\]" : NULL;
	case '|':
		return kind == MARKDOWN ? "\\|" : NULL;
	default:
		return NULL;
	}
}

void put_n(FILE *out, enum kind kind, const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + length;

	if (kind == JSON)
		putc('"', out);
	while (p < end) {
		const unsigned char *start = p;
		uint32_t c = decode(&p, end);
		const char *instead = special(kind, c);

		if (instead)
			fputs(instead, out);
		else if (hidden(c))
			put_escape(out, c);
		else if (c == REPLACEMENT)
			fputs("\xef\xbf\xbd", out);
		else
			fwrite(start, 1, (size_t)(p - start), out);
	}
	if (kind == JSON)
		putc('"', out);
}

void put(FILE *out, enum kind kind, const char *text)
{
	put_n(out, kind, text ? text : "", text ? strlen(text) : 0);
}

void put_seconds(FILE *out, int64_t ns)
{
	int64_t ms = ns < 0 ? 0 : ns / 1000000;

	fprintf(out, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

void put_duration(FILE *out, int64_t ns)
{
	int64_t ms = ns < 0 ? 0 : ns / 1000000, s = ms / 1000;

	if (ms < 1000)
		fprintf(out, "%lld ms", (long long)ms);
	else if (s < 60)
		fprintf(out, "%lld.%lld s", (long long)s, (long long)(ms % 1000 / 100));
	else if (s < 3600)
		fprintf(out, "%lld min %02lld s", (long long)(s / 60), (long long)(s % 60));
	else
		fprintf(out, "%lld h %02lld min", (long long)(s / 3600), (long long)(s / 60 % 60));
}
