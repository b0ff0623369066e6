/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_VERDICT_H
#define ASSAY_INIT_VERDICT_H

#include "cmdline.h"

/* Say the verdict, give the machine's owner a shell if asked for, and power off. */
void verdict_and_off(const struct options *o, int code, const char *word)
	__attribute__((noreturn));

#endif
