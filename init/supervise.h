/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_SUPERVISE_H
#define ASSAY_INIT_SUPERVISE_H

#include "boot.h"
#include "text.h"

#define WARM_BOOTS_MAX 16 /* that one run may take before it ends without a result */

/*
 * Run the suite until its verdict is in the journal, starting it again whenever it dies or hangs.
 * 0; or -errno with a fault when the run cannot go on: -ECANCELED (Ctrl-Alt-Del), -ELOOP (too many
 * restarts), -ENOSPC and others (the results disk). No process but PID 1 is left on return.
 */
int supervise(struct record *r, const struct boot_facts *facts, struct fault *f);

#endif
