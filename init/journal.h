/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_JOURNAL_H
#define ASSAY_JOURNAL_H

/*
 * The journal: a raw partition that holds the event lines of one run. PID 1 writes it, `assay
 * journal` reads it on any host. Integers are little-endian (the appliance is x86).
 *
 *   block 0      struct journal_header, zero padded to JOURNAL_HEADER_SIZE
 *   after it     records: struct journal_record, the line without its newline, zero padding to
 *                the next JOURNAL_SECTOR
 *
 * A fresh journal is one whose block 0 is all zeros. Records end where the next one is not whole
 * or does not follow in seq and prev: that is how a cut while writing ends it, and why what an
 * older run left further on never counts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "suite/core/chain.h"
#include "suite/core/sha256.h"

#define JOURNAL_MAGIC	     "ASSAYJ1\n"
#define JOURNAL_RECORD_MAGIC 0x314a5645u /* "EVJ1" */
#define JOURNAL_SECTOR	     512
#define JOURNAL_HEADER_SIZE  4096
#define JOURNAL_SIZE_MIN     (1024 * 1024) /* bytes: a smaller partition cannot hold a run */

struct journal_header {
	char magic[8];
	uint8_t run[16];	       /* random, of this run */
	uint8_t identity[SHA256_SIZE]; /* of image, payload and what was asked to run */
	uint8_t payload[SHA256_SIZE];  /* its digest; zeros: no payload was accepted */
	uint32_t reserved;
	uint32_t crc; /* CRC-32 of all before it */
};

struct journal_record {
	uint32_t magic;
	uint32_t length; /* of the line */
	uint64_t seq;
	uint8_t digest[SHA256_SIZE]; /* of the line: the `prev` of the next one */
};

_Static_assert(sizeof(struct journal_header) == 96, "the layout has no holes");
_Static_assert(sizeof(struct journal_record) == 48, "the layout has no holes");

/* Bytes that a line of `length` (no newline) takes in the journal. */
#define JOURNAL_NEED(length)                                                                       \
	((sizeof(struct journal_record) + (length) + JOURNAL_SECTOR - 1) / JOURNAL_SECTOR *        \
	 JOURNAL_SECTOR)

struct journal {
	int fd;
	uint64_t base;	    /* where block 0 is; not 0 in the image of a whole disk */
	uint64_t size;	    /* bytes, block 0 included */
	uint64_t offset;    /* of the next record, from base */
	struct chain chain; /* what the next line must say */
	struct journal_header header;
	int error; /* -errno of the first write that failed; it stays */
};

enum journal_state {
	JOURNAL_FRESH,	 /* all zeros */
	JOURNAL_FOUND,	 /* header read; journal_next() gives the lines */
	JOURNAL_FOREIGN, /* something else is there: do not touch it */
};

/* Look at block 0. An enum journal_state, or -errno (-ENOSPC: smaller than JOURNAL_SIZE_MIN). */
int journal_open(struct journal *j, int fd, uint64_t base, uint64_t size);

/*
 * The next line, newline included, in `line` (EVENT_LINE_MAX bytes). Its length, 0 at the end of
 * the records, -errno when the disk cannot be read. At the end, journal_append() goes on there.
 */
ssize_t journal_next(struct journal *j, char *line);

/* Make it an empty journal of this header (magic and crc are filled in). 0 or -errno. */
int journal_create(struct journal *j, const struct journal_header *header);

/*
 * Append a line that chain_format() made from j->chain (newline included); the chain moves on.
 * Durable only after journal_sync(). 0, -ENOSPC (nothing written), or -errno.
 */
int journal_append(struct journal *j, const char *line, size_t length);

/* All appended records are on the disk, or -errno, now and ever after. */
int journal_sync(struct journal *j);

/* Bytes left for records. */
uint64_t journal_free(const struct journal *j);

#endif
