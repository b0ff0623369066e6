/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of events.jsonl and the chain of hashes through them: written and checked by the
 * same module, for PID 1's journal, the suite's own file and whoever reads them later. It must
 * never allocate or use stdio (PID 1), and never look into a body: that is the sender's.
 */
#include "chain.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "sha256.h"

static const char *const type_names[EVENT_TYPES] = {
	[EVENT_BOOT] = "boot",	     [EVENT_ENVIRONMENT] = "environment",
	[EVENT_RUNTIME] = "runtime", [EVENT_PLAN] = "plan",
	[EVENT_START] = "start",     [EVENT_CHECK] = "check",
	[EVENT_FINDING] = "finding", [EVENT_EVIDENCE] = "evidence",
	[EVENT_END] = "end",	     [EVENT_VERDICT] = "verdict",
};

/* A line being written; `full` is sticky, so that only the end has to be checked. */
struct out {
	char *at;
	size_t left;
	bool full;
};

/* A line being read; `bad` is sticky likewise. */
struct in {
	const char *at;
	size_t left;
	bool bad;
};

static void put(struct out *o, const char *data, size_t length)
{
	if (o->full || length > o->left) {
		o->full = true;
		return;
	}
	memcpy(o->at, data, length);
	o->at += length;
	o->left -= length;
}

static void put_text(struct out *o, const char *text)
{
	put(o, text, strlen(text));
}

static void put_number(struct out *o, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	put(o, digits + n, sizeof(digits) - n);
}

static void take(struct in *i, const char *text)
{
	size_t length = strlen(text);

	if (i->bad || length > i->left || memcmp(i->at, text, length)) {
		i->bad = true;
		return;
	}
	i->at += length;
	i->left -= length;
}

static uint64_t take_number(struct in *i)
{
	size_t n = 0;
	uint64_t v = 0;

	for (; n < i->left && i->at[n] >= '0' && i->at[n] <= '9'; n++) {
		uint64_t digit = (uint64_t)(i->at[n] - '0');

		if (v > (UINT64_MAX - digit) / 10)
			i->bad = true;
		v = v * 10 + digit;
	}
	/* One spelling for one number: no leading zero. */
	if (!n || (n > 1 && i->at[0] == '0'))
		i->bad = true;
	i->at += n;
	i->left -= n;
	return v;
}

/* A string up to the next quote; the head has no escapes. */
static const char *take_word(struct in *i, size_t *length)
{
	const char *word = i->at;
	const char *quote = i->bad ? NULL : memchr(i->at, '"', i->left);

	if (!quote) {
		i->bad = true;
		*length = 0;
		return word;
	}
	*length = (size_t)(quote - word);
	i->at += *length;
	i->left -= *length;
	return word;
}

struct head {
	uint64_t seq;
	int type;
	const char *prev;
	size_t prev_length;
	const char *body;
	size_t body_length;
};

static size_t without_newline(const char *line, size_t length)
{
	return length && line[length - 1] == '\n' ? length - 1 : length;
}

static int parse(const char *line, size_t length, struct head *h)
{
	struct in i = { line, without_newline(line, length), false };
	const char *word;
	size_t n;

	take(&i, "{\"seq\":");
	h->seq = take_number(&i);
	take(&i, ",\"type\":\"");
	word = take_word(&i, &n);
	h->type = event_type_find(word, n);
	take(&i, "\",\"time\":");
	take_number(&i);
	take(&i, ",\"prev\":\"");
	h->prev = take_word(&i, &h->prev_length);
	take(&i, "\"");
	if (i.bad || h->type < 0 || h->prev_length != EVENT_HASH_HEX)
		return -EBADMSG;
	if (i.left < 1 || i.at[i.left - 1] != '}')
		return -EBADMSG;
	if (i.left > 1)
		take(&i, ",");
	h->body = i.at;
	h->body_length = i.left - 1;
	return i.bad ? -EBADMSG : 0;
}

void chain_init(struct chain *chain)
{
	chain->seq = 1;
	memcpy(chain->prev, EVENT_PREV_NONE, sizeof(chain->prev));
}

ssize_t chain_format(const struct chain *chain, enum event_type type, uint64_t time_ns,
		     const char *body, size_t length, char *line, size_t size)
{
	struct out o = { line, size, false };

	if ((unsigned int)type >= EVENT_TYPES)
		return -EINVAL;
	if (length > EVENT_BODY_MAX)
		return -EMSGSIZE;
	/* A control character would end the line early, and JSON forbids it raw anyway. */
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)body[i] < 0x20)
			return -EINVAL;
	put_text(&o, "{\"seq\":");
	put_number(&o, chain->seq);
	put_text(&o, ",\"type\":\"");
	put_text(&o, type_names[type]);
	put_text(&o, "\",\"time\":");
	put_number(&o, time_ns);
	put_text(&o, ",\"prev\":\"");
	put(&o, chain->prev, EVENT_HASH_HEX);
	put_text(&o, length ? "\"," : "\"");
	put(&o, body, length);
	put_text(&o, "}\n");
	return o.full ? -EMSGSIZE : o.at - line;
}

void chain_advance(struct chain *chain, const char *line, size_t length)
{
	uint8_t digest[SHA256_SIZE];

	sha256(line, without_newline(line, length), digest);
	sha256_hex(digest, chain->prev);
	chain->seq++;
}

int chain_accept(struct chain *chain, const char *line, size_t length)
{
	struct head h;

	if (parse(line, length, &h) || h.seq != chain->seq ||
	    memcmp(h.prev, chain->prev, EVENT_HASH_HEX))
		return -EBADMSG;
	chain_advance(chain, line, length);
	return 0;
}

int chain_parse(const char *line, size_t length, const char **body, size_t *body_length)
{
	struct head h;

	if (parse(line, length, &h))
		return -EBADMSG;
	if (body)
		*body = h.body;
	if (body_length)
		*body_length = h.body_length;
	return h.type;
}

const char *event_type_name(enum event_type type)
{
	return (unsigned int)type < EVENT_TYPES ? type_names[type] : "?";
}

int event_type_find(const char *name, size_t length)
{
	for (int i = 0; i < EVENT_TYPES; i++)
		if (strlen(type_names[i]) == length && !memcmp(type_names[i], name, length))
			return i;
	return -EINVAL;
}
