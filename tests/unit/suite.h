/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For unit tests of the engine: what its files want of each other and a unit test does not have.
 * The engine's memory lives as long as the process of a test and is never freed.
 */
#ifndef ASSAY_TEST_SUITE_H
#define ASSAY_TEST_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "suite/core/engine.h"

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return 1;
}

#endif
