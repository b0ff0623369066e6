/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal on the results disk: layout, resume scan, append. Built into PID 1 and, for
 * `assay journal`, into the suite: no allocation, no stdio, no idea of which disk. It must never
 * write over anything but a journal it was told to create, and never go on after a failed write:
 * what follows a hole is lost anyway.
 */
#include "journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "suite/core/crc32.h"

static int read_at(const struct journal *j, void *data, size_t length, uint64_t offset)
{
	char *p = data;

	while (length) {
		ssize_t n = pread(j->fd, p, length, (off_t)(j->base + offset));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENODATA;
		p += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

/*
 * Through the page cache, so that any logical block size of the disk will do: the kernel reads,
 * merges and writes whole blocks. Neighbours in a block are rewritten with the bytes they have.
 */
static int write_at(const struct journal *j, const void *data, size_t length, uint64_t offset)
{
	const char *p = data;

	while (length) {
		ssize_t n = pwrite(j->fd, p, length, (off_t)(j->base + offset));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

static uint32_t header_crc(const struct journal_header *h)
{
	return crc32(0, h, offsetof(struct journal_header, crc));
}

int journal_open(struct journal *j, int fd, uint64_t base, uint64_t size)
{
	char block[JOURNAL_HEADER_SIZE];
	bool zero = true;
	int error;

	memset(j, 0, sizeof(*j));
	j->fd = fd;
	j->base = base;
	j->size = size;
	j->offset = JOURNAL_HEADER_SIZE;
	chain_init(&j->chain);
	if (size < JOURNAL_SIZE_MIN)
		return -ENOSPC;
	error = read_at(j, block, sizeof(block), 0);
	if (error)
		return error;
	for (size_t i = 0; i < sizeof(block); i++)
		zero = zero && !block[i];
	if (zero)
		return JOURNAL_FRESH;
	memcpy(&j->header, block, sizeof(j->header));
	if (memcmp(j->header.magic, JOURNAL_MAGIC, sizeof(j->header.magic)) ||
	    j->header.crc != header_crc(&j->header))
		return JOURNAL_FOREIGN;
	return JOURNAL_FOUND;
}

ssize_t journal_next(struct journal *j, char *line)
{
	struct journal_record record;
	struct chain chain = j->chain;
	char hex[SHA256_HEX + 1];
	int error;

	if (j->offset + sizeof(record) > j->size)
		return 0;
	error = read_at(j, &record, sizeof(record), j->offset);
	if (error)
		return error;
	if (record.magic != JOURNAL_RECORD_MAGIC || record.seq != chain.seq ||
	    record.length >= EVENT_LINE_MAX || j->offset + JOURNAL_NEED(record.length) > j->size)
		return 0;
	error = read_at(j, line, record.length, j->offset + sizeof(record));
	if (error)
		return error;
	/* The chain computes the digest of the line anyway: compare with what it got. */
	sha256_hex(record.digest, hex);
	if (chain_accept(&chain, line, record.length) || memcmp(chain.prev, hex, SHA256_HEX))
		return 0;
	j->chain = chain;
	j->offset += JOURNAL_NEED(record.length);
	line[record.length] = '\n';
	return (ssize_t)record.length + 1;
}

int journal_create(struct journal *j, const struct journal_header *header)
{
	static const char zero[JOURNAL_HEADER_SIZE];
	char block[JOURNAL_HEADER_SIZE] = { 0 };
	int error;

	j->header = *header;
	memcpy(j->header.magic, JOURNAL_MAGIC, sizeof(j->header.magic));
	j->header.crc = header_crc(&j->header);
	memcpy(block, &j->header, sizeof(j->header));
	chain_init(&j->chain);
	j->offset = JOURNAL_HEADER_SIZE;
	/*
	 * In this order, each step durable before the next: the old run ends, its first record
	 * goes (the chain of every run starts alike, so it would be taken for ours), the new
	 * run begins. A cut anywhere leaves a fresh journal or an empty one.
	 */
	error = write_at(j, zero, sizeof(zero), 0);
	if (!error && fdatasync(j->fd))
		error = -errno;
	if (!error)
		error = write_at(j, zero, JOURNAL_SECTOR, JOURNAL_HEADER_SIZE);
	if (!error && fdatasync(j->fd))
		error = -errno;
	if (!error)
		error = write_at(j, block, sizeof(block), 0);
	if (!error && fdatasync(j->fd))
		error = -errno;
	j->error = error;
	return error;
}

int journal_append(struct journal *j, const char *line, size_t length)
{
	static char buffer[JOURNAL_NEED(EVENT_LINE_MAX)];
	struct journal_record record = { .magic = JOURNAL_RECORD_MAGIC, .seq = j->chain.seq };
	size_t need;

	if (j->error)
		return j->error;
	length--; /* the newline is not kept */
	need = JOURNAL_NEED(length);
	if (need > journal_free(j))
		return -ENOSPC;
	record.length = (uint32_t)length;
	sha256(line, length, record.digest);
	memcpy(buffer, &record, sizeof(record));
	memcpy(buffer + sizeof(record), line, length);
	memset(buffer + sizeof(record) + length, 0, need - sizeof(record) - length);
	j->error = write_at(j, buffer, need, j->offset);
	if (j->error)
		return j->error;
	j->offset += need;
	/* What chain_advance() would do, without a second SHA-256 of the line. */
	sha256_hex(record.digest, j->chain.prev);
	j->chain.seq++;
	return 0;
}

int journal_sync(struct journal *j)
{
	/*
	 * The kernel tells of a failed writeback once, and then takes the pages for clean: so the
	 * first error is kept, or a second try would succeed without the data.
	 */
	if (!j->error && fdatasync(j->fd))
		j->error = -errno;
	return j->error;
}

uint64_t journal_free(const struct journal *j)
{
	return j->size > j->offset ? j->size - j->offset : 0;
}
