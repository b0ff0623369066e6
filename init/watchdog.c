/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware watchdog: it resets a machine whose kernel no longer runs PID 1. It is armed only
 * when the command line asks (assay.watchdog=SECONDS) and must know nothing of tests: those have
 * deadlines of their own, and a slow test must never be mistaken for a dead machine.
 */
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/watchdog.h>

static int device = -1;
static int interval_ms = 10000;

int watchdog_start(unsigned int seconds)
{
	int timeout = (int)seconds;

	device = open("/dev/watchdog0", O_WRONLY | O_CLOEXEC);
	if (device < 0)
		return -errno;
	/* The driver rounds to what its hardware can do, and says what it took. */
	if (ioctl(device, WDIOC_SETTIMEOUT, &timeout) && ioctl(device, WDIOC_GETTIMEOUT, &timeout))
		timeout = (int)seconds;
	if (timeout < 3)
		timeout = 3;
	interval_ms = timeout * 1000 / 3;
	if (interval_ms > 10000)
		interval_ms = 10000;
	watchdog_pet();
	return 0;
}

void watchdog_pet(void)
{
	if (device >= 0)
		ioctl(device, WDIOC_KEEPALIVE, 0);
}

int watchdog_interval_ms(void)
{
	return interval_ms;
}

void watchdog_stop(void)
{
	if (device < 0)
		return;
	/* Closing alone leaves it ticking; the magic character says that the end is meant. */
	if (write(device, "V", 1) == 1)
		close(device);
	device = -1;
}
