/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_DISKS_H
#define ASSAY_INIT_DISKS_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct disk {
	char name[32];	 /* "vdb1": what it is called in sysfs and /dev; "" is not found */
	char parent[32]; /* "vdb": the disk of a partition, or itself */
	uint64_t size;	 /* bytes */
	bool read_only;
};

/* The three places of a run, each known by what is on it, never by its letter. */
struct disks {
	struct disk payload; /* a tar stream that begins with payload.json */
	struct disk journal; /* the GPT partition named ASSAY-JOURNAL */
	struct disk report;  /* the GPT partition named ASSAY-REPORT */
};

/*
 * Look once: exactly one of each, journal and report on one disk, which can be written and is big
 * enough. 0; -ENOENT when results have no place (yet); -ENOTUNIQ, -EROFS, -ENOSPC, -EXDEV. With a
 * good results disk, -ENOMEDIUM for no payload (yet) and -EMLINK for two. The fault names the
 * devices. `sys` is /sys/class/block and `dev` is /dev but in unit tests.
 */
int disks_look(struct disks *d, const char *sys, const char *dev, struct fault *f);

/*
 * Look until all are there, waiting for the kernel's word of new devices, for at most `seconds`
 * (-1: 2 s, 20 s on a machine with USB, where disks need a while to show up).
 */
int disks_find(struct disks *d, int seconds, struct fault *f);

#endif
