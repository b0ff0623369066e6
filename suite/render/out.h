/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RENDER_OUT_H
#define ASSAY_RENDER_OUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * How a text is made safe for where it goes. Everything a runtime can influence is written by
 * put() and never by %s. In every kind a character that would hide or reorder text (controls,
 * bidirectional overrides, zero width) is shown as \uXXXX, and bytes that are not UTF-8 as U+FFFD.
 */
enum kind {
	TEXT,	   /* plain, newlines and tabs kept */
	LINE,	   /* plain, on one line */
	JSON,	   /* a JSON string with its quotes; also a YAML double-quoted scalar */
	MARKUP,	   /* XML or HTML character data */
	ATTRIBUTE, /* the inside of a "..." attribute */
	TAP,	   /* a TAP description */
	MARKDOWN,  /* on one line, without effect in Markdown */
};

void put(FILE *out, enum kind kind, const char *text);
void put_n(FILE *out, enum kind kind, const char *text, size_t length);

/* A time as seconds with three decimals: "12.345". Never by floating point. */
void put_seconds(FILE *out, int64_t ns);

/* A time for people: "340 ms", "12.3 s", "4 min 05 s". */
void put_duration(FILE *out, int64_t ns);

#endif
