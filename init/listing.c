/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in a directory, for init and the suite, which both look at many small ones. It must keep
 * nothing but the caller's buffer.
 */
#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What getdents64(2) fills in; libc has no header for it. */
struct dirent_64 {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

int listing_open(struct listing *l, int at, const char *path)
{
	l->used = l->at = 0;
	l->fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return l->fd < 0 ? -errno : 0;
}

const char *listing_next(struct listing *l)
{
	for (;;) {
		const struct dirent_64 *d;

		if (l->at >= l->used) {
			l->used = syscall(SYS_getdents64, l->fd, l->buffer, sizeof(l->buffer));
			l->at = 0;
			if (l->used <= 0)
				return NULL;
		}
		d = (const struct dirent_64 *)(const void *)(l->buffer + l->at);
		l->at += d->size;
		l->type = d->type;
		if (strcmp(d->name, ".") && strcmp(d->name, ".."))
			return d->name;
	}
}
