/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_SECCOMP_H
#define ASSAY_TESTS_SECCOMP_H

#include "suite/suite.h"

/* linux.seccomp becomes this JSON text; where `names` is a string, all system calls that programs
 * use are meant, but sysinfo and ustat. */
void seccomp_set(struct test *t, struct bundle *b, const char *text);

#endif
