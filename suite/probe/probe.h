/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_PROBE_H
#define ASSAY_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Output: one JSON value at a time, into a buffer of its own; commas are set as needed. */
void out_open(char bracket);  /* '{' or '[' */
void out_close(char bracket); /* '}' or ']' */
void out_key(const char *key);
void out_text(const char *text);
/* A string; bytes that are no UTF-8 make it an object {"hex":"..."} instead. */
void out_bytes(const char *data, size_t length);
void out_int(long long value);
void out_bool(bool value);
/* A 64-bit number as a string of decimal or of 16 hex digits: JSON integers end at 2^63. */
void out_u64(uint64_t value);
void out_hex(uint64_t value);
void out_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A whole error answer: {"errno":"EACCES"}; 0 gives {"ok":true}. */
void out_errno(int error);

/* Lines: begun with the fact's name, written out at their end. */
void line_begin(const char *fact);
void line_end(void);
void line_done(void); /* the line that says that all was said; once */
/* To a descriptor, and to `tee` as well unless it is -1. */
void line_init(int fd, int tee, const char *nonce, const char *label);
/* A line {"fact":"signal","value":NAME} from a signal handler. */
void line_signal(const char *name);

struct command {
	const char *name;
	int arguments; /* how many words follow it; -1: all the rest */
	void (*run)(char **argument);
	bool closing; /* what the probe has to say is said before it */
};

extern const struct command self_commands[], file_commands[], act_commands[], place_commands[],
	socket_commands[], filter_commands[], power_commands[], limit_commands[], net_commands[];
/* A child maps `size` bytes with further flags of mmap(2) and touches them by `step`: touched,
 * refused, or the signal it died of. */
void touch_in_child(const char *fact, size_t size, size_t step, int flags);
/* NULL when there is none of that name. */
const struct command *find_command(const char *name);

#endif
