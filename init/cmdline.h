/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_CMDLINE_H
#define ASSAY_INIT_CMDLINE_H

#include <stdbool.h>

#include "text.h"

/* What the kernel command line asks of the appliance. Defaults make the official run. */
struct options {
	char line[4096];   /* all of it, as the kernel took it */
	char only[512];	   /* assay.only=GLOB: run these tests; "" is all of them */
	char events[32];   /* assay.events=ttyS1: mirror the events there */
	char profile[16];  /* assay.profile=unified|legacy; "" is what the kernel was built for */
	unsigned int jobs; /* assay.jobs=N; 0 is the suite's own choice */
	unsigned int exit_port; /* assay.exit=0xf4: isa-debug-exit is there; 0 is none */
	int wait; /* assay.wait=SECONDS for disks to appear; -1 is by what the machine has */
	unsigned int watchdog; /* assay.watchdog=SECONDS; 0 leaves it alone */
	bool shell;	       /* assay.shell: a shell on the console at the end */
	bool fresh;	       /* assay.new=1: start over on a disk with another run */
};

/*
 * Read the options out of a command line. Parameters without "assay." are the kernel's. 0, or
 * -EINVAL with a line that names the parameter: a mistyped one must not pass for the default.
 */
int cmdline_parse(struct options *o, const char *line, struct fault *f);

#endif
