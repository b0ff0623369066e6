/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_REPORT_H
#define ASSAY_INIT_REPORT_H

#include "disks.h"
#include "text.h"

/* Can a report be written there at all? Looked at before the first test. 0 or a fault. */
int report_check(const struct disk *disk, struct fault *f);

/*
 * Have the report rendered from /run/assay/events.jsonl onto the disk, add the kernel's log, and
 * see to it that all of it is on the disk. 0, or -errno with a fault: it is not stored.
 */
int report_write(const struct disk *disk, struct fault *f);

#endif
