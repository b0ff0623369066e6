/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_EVENT_H
#define ASSAY_EVENT_H

/*
 * The event record: the one thing that init and the suite share.
 *
 * The suite sends messages over a SOCK_SEQPACKET socket, one event each: this header, then
 * `length` bytes of body. A body is the inside of a JSON object (`"test":"a/b","code":1`),
 * UTF-8, one line, no NUL. The receiver (PID 1 in the appliance, the suite's own file sink
 * elsewhere) adds seq, type, time and prev, and appends the line to events.jsonl:
 *
 *   {"seq":7,"type":"start","time":1234567,"prev":"<64 hex>",BODY}
 *
 * `prev` is the SHA-256 of the line before, without its newline; 64 zeros in the first line.
 */

#include <stddef.h>
#include <stdint.h>

#define EVENT_MAGIC     0x59415341u /* "ASAY" */
#define EVENT_BODY_MAX  (64 * 1024) /* bytes of body */
#define EVENT_LINE_MAX  (EVENT_BODY_MAX + 256) /* bytes of line, newline included */
#define EVENT_TEST_MAX  96 /* bytes of a test's name, NUL included */
#define EVENT_HASH_HEX  64
#define EVENT_PREV_NONE "0000000000000000000000000000000000000000000000000000000000000000"

enum event_type {
	EVENT_BOOT,
	EVENT_ENVIRONMENT,
	EVENT_RUNTIME,
	EVENT_PLAN,
	EVENT_START,
	EVENT_CHECK,
	EVENT_FINDING,
	EVENT_EVIDENCE,
	EVENT_END,
	EVENT_VERDICT,
	EVENT_TYPES
};

/* The exit status of the suite, of init's verdict, of scripts/run. */
enum verdict_code {
	VERDICT_CONFORMANT = 0,
	VERDICT_NOT_CONFORMANT = 1,
	VERDICT_INVALID = 2,
	VERDICT_ABORTED = 3,
};

/* The byte written to isa-debug-exit for a verdict: QEMU exits with 33 + 2 * code. */
#define EVENT_DEBUG_EXIT(code) (0x10 + (code))

enum event_flag {
	EVENT_SYNC = 1, /* answer with an event_reply once the record is durable */
};

struct event_header {
	uint32_t magic;
	uint16_t type; /* enum event_type */
	uint16_t flags; /* enum event_flag */
	uint32_t length; /* bytes of body that follow */
	uint32_t deadline_ms; /* EVENT_START: the longest the test may take */
	int32_t code; /* EVENT_VERDICT: enum verdict_code */
	char test[EVENT_TEST_MAX]; /* EVENT_START, EVENT_END: the test's name */
};

struct event_reply {
	uint64_t seq;
	int32_t status; /* 0, or -errno: the record is not durable */
	int32_t reserved;
};

#endif
