/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events that PID 1 itself writes: that a boot began, and why; and the verdict of a run that
 * the suite could not end. It must never write a verdict that is good.
 */
#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

#define BOOT_FILE "/run/assay/boot.json"

static void put_string(struct text *t, const char *key, const char *value)
{
	text_join(t, t->length ? ",\"" : "\"", key, "\":\"", NULL);
	text_json(t, value, strlen(value));
	text_put(t, "\"");
}

static void write_file(const struct text *body)
{
	int fd = open(BOOT_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	if (write_all(fd, "{", 1) || write_all(fd, body->data, body->length) ||
	    write_all(fd, "}\n", 2))
		unlink(BOOT_FILE);
	close(fd);
}

int boot_event(struct record *r, const struct boot_facts *facts, unsigned int number,
	       const char *cause, const char *panic)
{
	static char data[EVENT_BODY_MAX];
	struct text body;
	int error;

	text_init(&body, data, sizeof(data));
	text_put(&body, "\"boot\":");
	text_number(&body, number);
	put_string(&body, "cause", cause);
	put_string(&body, "profile", facts->profile);
	put_string(&body, "cmdline", facts->options->line);
	text_join(&body, ",\"image\":", facts->release, NULL);
	put_string(&body, "payload", facts->payload);
	text_put(&body, ",\"open\":[");
	for (unsigned int i = 0; i < r->n_open; i++)
		text_join(&body, i ? ",\"" : "\"", r->open[i].name, "\"", NULL);
	text_put(&body, "]");
	if (*panic)
		put_string(&body, "panic", panic);
	error = record_event(r, EVENT_BOOT, body.data, body.length, true);
	write_file(&body);
	return error;
}

int boot_verdict(struct record *r, int code, const char *reason)
{
	TEXT(body, 2048);

	text_join(&body, "\"verdict\":\"", verdict_word(code), "\",\"code\":", NULL);
	text_number(&body, (uint64_t)code);
	text_put(&body, ",\"official\":false");
	put_string(&body, "reason", reason);
	return record_event(r, EVENT_VERDICT, body.data, body.length, true);
}

const char *verdict_word(int code)
{
	static const char *const words[] = {
		[VERDICT_CONFORMANT] = "conformant",
		[VERDICT_NOT_CONFORMANT] = "not conformant",
		[VERDICT_INVALID] = "no valid result",
		[VERDICT_ABORTED] = "aborted",
	};

	return code >= 0 && code <= VERDICT_ABORTED ? words[code] : words[VERDICT_INVALID];
}
