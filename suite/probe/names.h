/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_NAMES_H
#define ASSAY_NAMES_H

/* "EROFS" for 30, "SIGTERM" for 15; a number without a name in digits (static memory). */
const char *errno_name(int error);
const char *signal_name(int signal);
/* The number of "SIGTERM", "TERM" or "15"; 0 when there is none. */
int signal_parse(const char *word);
/* "CPU" for RLIMIT_CPU; digits for one that has no name here. */
const char *rlimit_name(int resource);
/* The number of "RLIMIT_CPU"; -1 when there is none. */
int rlimit_parse(const char *word);

#endif
