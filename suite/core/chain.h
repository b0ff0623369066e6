/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_CHAIN_H
#define ASSAY_CHAIN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "event.h"

/* Where a stream of events stands: what its next line must say. Starts with chain_init(). */
struct chain {
	uint64_t seq;		       /* of the next line; the first is 1 */
	char prev[EVENT_HASH_HEX + 1]; /* SHA-256 of the last line, or EVENT_PREV_NONE */
};

void chain_init(struct chain *chain);

/*
 * Write the next line, newline included, to `line` and return its length. `body` is the inside
 * of a JSON object (event.h) and may be empty; `time_ns` is CLOCK_MONOTONIC. The chain does not
 * move: call chain_advance() once the line is kept. -EINVAL for a body that is not one
 * line of text or a type that does not exist, -EMSGSIZE when it does not fit.
 */
ssize_t chain_format(const struct chain *chain, enum event_type type, uint64_t time_ns,
		     const char *body, size_t length, char *line, size_t size);

/* The line (its newline is ignored) is kept: the next one follows it. */
void chain_advance(struct chain *chain, const char *line, size_t length);

/*
 * Is this line (its newline is ignored) the one that must follow? 0 and the chain moves on, or
 * -EBADMSG and it does not. Looks at the fixed head only: seq, type, time, prev.
 */
int chain_accept(struct chain *chain, const char *line, size_t length);

/*
 * The type of a line by its fixed head, or -EBADMSG; *body and *body_length, when given, get the
 * inside of the object behind the head, as a sender wrote it.
 */
int chain_parse(const char *line, size_t length, const char **body, size_t *body_length);

/* The name of a type in the stream ("start"), and back (-EINVAL when there is none). */
const char *event_type_name(enum event_type type);
int event_type_find(const char *name, size_t length);

#endif
