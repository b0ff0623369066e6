/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_BOOT_H
#define ASSAY_INIT_BOOT_H

#include "cmdline.h"
#include "record.h"

/* What every boot event says. */
struct boot_facts {
	const struct options *options;
	const char *profile;
	const char *release; /* /etc/assay-release, a JSON object on one line */
	const char *payload; /* "sha256:..."; "" when none was accepted */
};

/*
 * Append the boot event, durably, and write the same body to /run/assay/boot.json. `panic` is the
 * line that says why, or "". 0 or -errno, as record_event().
 */
int boot_event(struct record *r, const struct boot_facts *facts, unsigned int number,
	       const char *cause, const char *panic);

/* End the run here: a verdict event of PID 1's own. The reason becomes part of a JSON string. */
int boot_verdict(struct record *r, int code, const char *reason);

/* "conformant", "not conformant", "no valid result", "aborted". */
const char *verdict_word(int code);

#endif
