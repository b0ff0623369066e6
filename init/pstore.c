/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's last words: panic records in memory that survives a warm reset (ramoops), or in
 * the firmware's (efi-pstore). Firmware may clear such memory, so all of it is a bonus: it must
 * never decide what happens next, only what the report can say about it. Records that are not
 * the appliance's own stay untouched.
 */
#include "pstore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "listing.h"
#include "sys.h"

#define DIRECTORY "/sys/fs/pstore"
#define MARKER	  "assay boot "

static bool starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/*
 * A record of another system's panic, which the firmware has kept for its owner, does not name
 * our kernel. What is in ramoops is ours: the command line reserves that memory for us.
 */
static bool is_ours(const char *name, const char *text)
{
	struct utsname u;

	if (starts(name, "dmesg-ramoops-"))
		return true;
	return starts(name, "dmesg-") && !uname(&u) && strstr(text, u.release);
}

/* Without "<6>" and "[    1.234567] " in front. */
static const char *skip_prefix(const char *s)
{
	const char *end;

	if (*s == '<' && (end = strchr(s, '>')))
		s = end + 1;
	if (*s == '[' && (end = strstr(s, "] ")))
		s = end + 2;
	return s;
}

/* The line that holds the last `what` of the text. */
static bool find_line(struct last_boot *l, const char *what)
{
	const char *at = NULL;
	struct text t;

	for (const char *next = l->text; (next = strstr(next, what)); next++)
		at = next;
	if (!at)
		return false;
	while (at > l->text && at[-1] != '\n')
		at--;
	at = skip_prefix(at);
	text_init(&t, l->last, sizeof(l->last));
	text_bytes(&t, at, strcspn(at, "\n"));
	return true;
}

/* Keep the end of a record: a log's reason to stop is in its last lines. */
static void take_record(struct last_boot *l, const char *name)
{
	static char text[256 * 1024];
	TEXT(path, 512);
	ssize_t length;
	size_t keep;

	text_join(&path, DIRECTORY "/", name, NULL);
	length = file_read(path.data, text, sizeof(text));
	if (length <= 0 || !is_ours(name, text))
		return;
	for (ssize_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = '?';
	/* An oops comes before its panic, as a record of its own: the panic tells more. */
	if (l->panic && !starts(text, "Panic"))
		return;
	l->panic = true;
	keep = (size_t)length < sizeof(l->text) ? (size_t)length : sizeof(l->text) - 1;
	memcpy(l->text, text + length - keep, keep);
	l->text[keep] = '\0';
}

static bool hex_bytes(const char *hex, uint8_t *out, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 2 * length; i++) {
		const char *d = hex[i] ? strchr(digits, hex[i]) : NULL;

		if (!d)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (d - digits));
	}
	return true;
}

/* The zone for user messages holds what the last boot wrote there, so it may hold more than once.
 */
static void take_marker(struct last_boot *l)
{
	char text[4096];
	const char *at;

	if (file_read(DIRECTORY "/pmsg-ramoops-0", text, sizeof(text)) <= 0)
		return;
	at = strstr(text, MARKER);
	l->warm = at && hex_bytes(at + strlen(MARKER), l->run, sizeof(l->run));
}

static void each_record(void (*visit)(struct last_boot *l, const char *name), struct last_boot *l)
{
	struct listing list;
	const char *name;

	if (listing_open(&list, AT_FDCWD, DIRECTORY))
		return;
	while ((name = listing_next(&list)))
		if (starts(name, "dmesg-"))
			visit(l, name);
	close(list.fd);
}

void pstore_read(struct last_boot *l)
{
	memset(l, 0, sizeof(*l));
	each_record(take_record, l);
	take_marker(l);
	if (l->panic && !find_line(l, "Kernel panic - not syncing") && !find_line(l, "BUG:") &&
	    !find_line(l, "Oops"))
		find_line(l, "");
}

static void remove_record(struct last_boot *l, const char *name)
{
	char text[4096];
	TEXT(path, 512);

	(void)l;
	text_join(&path, DIRECTORY "/", name, NULL);
	if (file_read(path.data, text, sizeof(text)) > 0 && is_ours(name, text))
		unlink(path.data);
}

void pstore_clear(void)
{
	each_record(remove_record, NULL);
}

void pstore_mark(const uint8_t run[16])
{
	TEXT(line, 128);

	text_put(&line, MARKER);
	text_hex(&line, run, 16);
	text_put(&line, "\n");
	file_write("/dev/pmsg0", line.data);
}
