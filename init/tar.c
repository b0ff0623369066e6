/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads ustar headers from a disk that may hold anything. It knows the format and its bounds;
 * what a name may be is for payload.c. It must never read outside of the disk, and never accept a
 * field that has more than one reading.
 */
#include "tar.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "sys.h"

/* POSIX.1-1988, the layout of a header block. */
struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], uname[32], gname[32], major[8], minor[8];
	char prefix[155], pad[12];
};

_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

/* Octal digits, ended by NUL or space; -1 for anything else (GNU's base-256 included). */
static int64_t octal(const char *field, size_t size)
{
	int64_t value = 0;
	size_t i = 0;

	/* 11 digits are 33 bits: no overflow. */
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		value = value * 8 + (field[i] - '0');
	if (!i)
		return -1;
	for (; i < size; i++)
		if (field[i] && field[i] != ' ')
			return -1;
	return value;
}

/* The sum of all bytes, those of the checksum itself taken as spaces. */
static int64_t checksum(const char block[TAR_BLOCK])
{
	int64_t sum = 0;

	for (size_t i = 0; i < TAR_BLOCK; i++) {
		size_t field = offsetof(struct ustar, checksum);

		sum += i >= field && i < field + 8 ? ' ' : (unsigned char)block[i];
	}
	return sum;
}

static int refuse(const struct tar_member *m, const char *why, struct fault *f)
{
	TEXT(name, 600);

	text_quote(&name, m->name);
	return fault_set(f, -EBADMSG, "payload member ", name.data, ": ", why, NULL);
}

static void read_names(const struct ustar *h, struct tar_member *m)
{
	struct text name, link;

	text_init(&name, m->name, sizeof(m->name));
	text_init(&link, m->link, sizeof(m->link));
	text_bytes(&name, h->prefix, strnlen(h->prefix, sizeof(h->prefix)));
	if (name.length)
		text_put(&name, "/");
	text_bytes(&name, h->name, strnlen(h->name, sizeof(h->name)));
	text_bytes(&link, h->link, strnlen(h->link, sizeof(h->link)));
}

int tar_parse(const char block[TAR_BLOCK], struct tar_member *m, struct fault *f)
{
	struct ustar h;
	int64_t mode, size;
	bool zero = true;

	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < TAR_BLOCK; i++)
		zero = zero && !block[i];
	if (zero)
		return 0;
	memcpy(&h, block, sizeof(h));
	if (memcmp(h.magic, "ustar", 6) || memcmp(h.version, "00", 2))
		return fault_set(f, -EBADMSG, "payload: not a ustar header", NULL);
	if (octal(h.checksum, sizeof(h.checksum)) != checksum(block))
		return fault_set(f, -EBADMSG, "payload: a header has a wrong checksum", NULL);
	read_names(&h, m);
	mode = octal(h.mode, sizeof(h.mode));
	size = octal(h.size, sizeof(h.size));
	if (mode < 0 || mode > 07777)
		return refuse(m, "its mode is not one", f);
	if (size < 0)
		return refuse(m, "its size is not one", f);
	if (h.type == '1')
		return refuse(m, "is a hard link", f);
	if (h.type == '3' || h.type == '4')
		return refuse(m, "is a device", f);
	if (h.type == '6')
		return refuse(m, "is a FIFO", f);
	if (h.type != TAR_FILE && h.type != TAR_SYMLINK && h.type != TAR_DIRECTORY)
		return refuse(m, "is not a file, a directory or a symbolic link", f);
	if (h.type != TAR_FILE && size)
		return refuse(m, "has data, which only a file may have", f);
	m->type = (enum tar_type)h.type;
	m->mode = (unsigned int)mode;
	m->size = (uint64_t)size;
	return 1;
}

/* A header can only be read whole; the disk's end before it is the archive's missing end. */
static int read_header(struct tar *t, struct tar_member *m, struct fault *f)
{
	char block[TAR_BLOCK];
	TEXT(at, 32);
	int error;

	text_number(&at, t->offset);
	if (t->offset + TAR_BLOCK > t->size)
		return fault_set(f, -EBADMSG, "payload: the disk ends at byte ", at.data,
				 " without the end of the archive", NULL);
	error = pread_all(t->fd, block, sizeof(block), t->offset);
	if (error)
		return fault_set(f, error, "payload: cannot read byte ", at.data, ": ",
				 strerror(-error), NULL);
	error = tar_parse(block, m, f);
	if (error < 0 && !m->name[0]) {
		TEXT(line, sizeof(f->line));

		text_join(&line, f->line, " (at byte ", at.data, ")", NULL);
		fault_set(f, error, line.data, NULL);
	}
	t->offset += TAR_BLOCK;
	return error;
}

int tar_next(struct tar *t, struct tar_member *m, struct fault *f)
{
	int kind = read_header(t, m, f);

	if (kind == 0) {
		kind = read_header(t, m, f);
		if (kind > 0)
			return fault_set(f, -EBADMSG, "payload: a block of zeros in the middle",
					 NULL);
		return kind;
	}
	if (kind < 0)
		return kind;
	m->data = t->offset;
	/* size is below 2^33: nothing here can overflow. */
	if (m->size > t->size - t->offset)
		return refuse(m, "the disk ends before its data does", f);
	t->offset += (m->size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	return 1;
}
