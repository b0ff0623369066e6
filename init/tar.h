/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_TAR_H
#define ASSAY_INIT_TAR_H

#include <stdint.h>

#include "text.h"

#define TAR_BLOCK    512
#define TAR_NAME_MAX 257 /* prefix, "/", name; NUL included */
#define TAR_LINK_MAX 101

enum tar_type {
	TAR_FILE = '0',
	TAR_SYMLINK = '2',
	TAR_DIRECTORY = '5',
};

struct tar_member {
	char name[TAR_NAME_MAX];
	char link[TAR_LINK_MAX]; /* where a symbolic link points */
	enum tar_type type;
	unsigned int mode; /* 07777 */
	uint64_t size;	   /* bytes of data; 0 but for files */
	uint64_t data;	   /* offset of it; filled in by tar_next() */
};

/* A stream of `size` bytes (the disk's: a bound, not the stream's end) behind a descriptor. */
struct tar {
	int fd;
	uint64_t size;
	uint64_t offset; /* of the next header; behind the two zero blocks at the end */
};

/*
 * Parse one header block. 1: a member; 0: a block of zeros; -EBADMSG: not a header of a plain
 * ustar member of a type above. POSIX.1-1988 ustar only: no GNU and no pax extensions.
 */
int tar_parse(const char block[TAR_BLOCK], struct tar_member *m, struct fault *f);

/*
 * The next member, its data within the disk. 1; 0 at the end of the archive (two zero blocks), when
 * `offset` is the length of the stream; -EBADMSG or another -errno with a fault that names it.
 */
int tar_next(struct tar *t, struct tar_member *m, struct fault *f);

#endif
