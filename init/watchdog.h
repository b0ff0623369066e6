/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_WATCHDOG_H
#define ASSAY_INIT_WATCHDOG_H

/* Arm the hardware watchdog for about `seconds`; 0 or -errno (-ENOENT: there is none). */
int watchdog_start(unsigned int seconds);

/* Tell it that PID 1's loop turns. Nothing happens when none is armed. */
void watchdog_pet(void);

/* The longest time between two watchdog_pet(), in ms. */
int watchdog_interval_ms(void);

/* Disarm it, where the hardware can. */
void watchdog_stop(void);

#endif
