/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_LISTING_H
#define ASSAY_INIT_LISTING_H

/* A buffered directory listing over a descriptor: opendir(3) would allocate, and map, each time. */
struct listing {
	int fd;
	unsigned char type; /* of the last name, DT_DIR and so on of dirent.h */
	long used, at;
	_Alignas(8) char buffer[2048];
};

/* The next name that is not "." or "..", or NULL at the end (errors end it too). */
const char *listing_next(struct listing *l);

/* Open a directory for listing_next(); the caller closes l->fd. 0 or -errno. */
int listing_open(struct listing *l, int at, const char *path);

#endif
