/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_PSTORE_H
#define ASSAY_INIT_PSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/* What memory that outlived the reset says about the boot before. */
struct last_boot {
	bool warm;	      /* a marker was there: the memory was not cold */
	uint8_t run[16];      /* whose it was */
	bool panic;	      /* a panic was recorded */
	char text[16 * 1024]; /* the end of the kernel log of that panic */
	char last[512];	      /* its line that says why */
};

/* Read the records, leaving them where they are. */
void pstore_read(struct last_boot *l);

/* Remove the records that pstore_read() took for ours, so that they count once. */
void pstore_clear(void);

/* Leave the marker for the next boot, if it comes without the power going off. */
void pstore_mark(const uint8_t run[16]);

#endif
