/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe's words: JSON lines written with write(2) from one static buffer. It must never
 * allocate or use stdio streams: the probe runs under limits and filters that are there to hurt.
 */
#include "probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

static char buffer[128 * 1024];
static size_t used;
static bool comma, done;
static int out_fd = 1, tee_fd = -1;
static const char *nonce = "", *label = "";

static void put(const char *data, size_t length)
{
	if (length > sizeof(buffer) - used)
		length = sizeof(buffer) - used; /* an unfinished line is noise to the reader */
	memcpy(buffer + used, data, length);
	used += length;
}

static void write_all(int fd)
{
	size_t at = 0;

	while (at < used) {
		ssize_t n = write(fd, buffer + at, used - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
}

/* The log first: who has read the answer finds the record in it. */
static void flush(void)
{
	if (tee_fd >= 0)
		write_all(tee_fd);
	write_all(out_fd);
	used = 0;
}

static void value(void)
{
	if (comma)
		put(",", 1);
	comma = true;
}

void out_open(char bracket)
{
	value();
	put(&bracket, 1);
	comma = false;
}

void out_close(char bracket)
{
	put(&bracket, 1);
	comma = true;
}

static void string(const char *data, size_t length)
{
	put("\"", 1);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)data[i];
		char text[8];

		if (c == '"' || c == '\\')
			put(text, (size_t)snprintf(text, sizeof(text), "\\%c", c));
		else if (c < ' ' || c == 0x7f)
			put(text, (size_t)snprintf(text, sizeof(text), "\\u%04x", c));
		else
			put(&data[i], 1);
	}
	put("\"", 1);
}

void out_key(const char *key)
{
	value();
	string(key, strlen(key));
	put(":", 1);
	comma = false;
}

/* Length of the UTF-8 sequence at `s`, 0 when it is none (overlong, surrogate, cut). */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool is_text(const char *data, size_t length)
{
	for (size_t i = 0, n; i < length; i += n) {
		n = sequence((const unsigned char *)data + i, length - i);
		if (!n || !data[i])
			return false;
	}
	return true;
}

void out_bytes(const char *data, size_t length)
{
	if (is_text(data, length)) {
		value();
		string(data, length);
		return;
	}
	out_open('{');
	out_key("hex");
	put("\"", 1);
	for (size_t i = 0; i < length; i++) {
		char text[4];

		put(text, (size_t)snprintf(text, sizeof(text), "%02x", (unsigned char)data[i]));
	}
	put("\"", 1);
	out_close('}');
}

void out_text(const char *text)
{
	out_bytes(text, strlen(text));
}

void out_format(const char *format, ...)
{
	char text[4200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	out_text(text);
}

void out_int(long long number)
{
	char text[24];

	value();
	put(text, (size_t)snprintf(text, sizeof(text), "%lld", number));
}

void out_bool(bool truth)
{
	value();
	put(truth ? "true" : "false", truth ? 4 : 5);
}

void out_u64(uint64_t number)
{
	out_format("%llu", (unsigned long long)number);
}

void out_hex(uint64_t number)
{
	out_format("%016llx", (unsigned long long)number);
}

void out_errno(int error)
{
	out_open('{');
	if (error) {
		out_key("errno");
		out_text(errno_name(error));
	} else {
		out_key("ok");
		out_bool(true);
	}
	out_close('}');
}

void line_init(int fd, int tee, const char *run_nonce, const char *run_label)
{
	out_fd = fd;
	tee_fd = tee;
	nonce = run_nonce;
	label = run_label;
}

static void head(void)
{
	struct timespec now = { 0 };

	/* The bare call: a vDSO may read a page that a time namespace has changed, but is not there
	 * under every sandbox. */
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	comma = false;
	out_open('{');
	out_key("probe");
	out_text(nonce);
	if (*label) {
		out_key("label");
		out_text(label);
	}
	out_key("time");
	out_int(now.tv_sec * 1000000000LL + now.tv_nsec);
}

void line_begin(const char *fact)
{
	head();
	out_key("fact");
	out_text(fact);
	out_key("value");
}

void line_end(void)
{
	out_close('}');
	put("\n", 1);
	flush();
}

void line_done(void)
{
	if (done)
		return;
	done = true;
	head();
	out_key("done");
	out_bool(true);
	line_end();
}

void line_signal(const char *name)
{
	char text[400];
	int n = snprintf(
		text, sizeof(text),
		"{\"probe\":\"%s\",\"label\":\"%s\",\"fact\":\"signal\",\"value\":\"%s\"}\n", nonce,
		label, name);

	if (n <= 0 || (size_t)n >= sizeof(text))
		return;
	if (tee_fd >= 0)
		(void)!write(tee_fd, text, (size_t)n);
	(void)!write(out_fd, text, (size_t)n);
}
