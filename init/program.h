/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_PROGRAM_H
#define ASSAY_INIT_PROGRAM_H

#include <stdint.h>

#include "text.h"

#define PROGRAM_NAME_MAX   256
#define PROGRAM_NEEDED_MAX 64

/* What a program needs to start. */
struct program_needs {
	char interpreter[PROGRAM_NAME_MAX]; /* the loader, or a script's interpreter; "" is none */
	char needed[PROGRAM_NEEDED_MAX][PROGRAM_NAME_MAX]; /* shared libraries, by name */
	unsigned int n_needed;
};

/*
 * Read the head of an executable or shared library for x86-64, or of a script. 0; -ENOEXEC with
 * `why` set ("is for another machine (e_machine 183)"), or -errno.
 */
int program_read(int fd, struct program_needs *needs, struct fault *why);

#endif
