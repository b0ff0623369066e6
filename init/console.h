/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_CONSOLE_H
#define ASSAY_INIT_CONSOLE_H

#include <stddef.h>

/* Open the consoles; descriptors 0, 1 and 2 become /dev/null, for all children as well. */
void console_open(void);

/*
 * One line on each console: "assay: " and the strings up to a NULL, whatever is not printable
 * ASCII replaced. A console that does not take it loses it: nothing here ever blocks.
 */
void console_say(const char *first, ...) __attribute__((sentinel));

/*
 * The port that mirrors the events: the virtio-serial port named org.assay.events, or the tty
 * `device` ("ttyS1") when the command line gives one. 0, or -errno when there is no such port.
 */
int mirror_open(const char *device);

/*
 * Queue one event line (newline included), framed `E CRC32 LINE`. When the queue is full this
 * waits for the port, but only as long as the other side keeps reading; then the port is given up.
 */
void mirror_line(const char *line, size_t length);

/* The descriptor to poll for POLLOUT, or -1 when nothing waits to be written. */
int mirror_waiting(void);

/* Write what the port takes at once. */
void mirror_flush(void);

/* Let console and mirror run dry, but not longer than a few seconds. */
void console_drain(void);

#endif
