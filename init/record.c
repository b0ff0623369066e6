/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of a run on their way: chained, appended to the journal, copied to the file that
 * suite and report read, mirrored to the port. It keeps what PID 1 must know (open tests, boots,
 * verdict) and must never decide what a test's outcome is: that is the suite's.
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "sys.h"
#include "text.h"

static char line[EVENT_LINE_MAX];

static bool is_warm(const char *cause)
{
	return strcmp(cause, "start") && strcmp(cause, "power");
}

static void open_remove(struct record *r, const char *test)
{
	for (unsigned int i = 0; i < r->n_open; i++) {
		if (strcmp(r->open[i].name, test))
			continue;
		r->n_open--;
		memmove(&r->open[i], &r->open[i + 1], (r->n_open - i) * sizeof(*r->open));
		return;
	}
}

static void open_add(struct record *r, const char *test)
{
	struct open_test *t;

	open_remove(r, test);
	if (r->n_open == RECORD_OPEN_MAX)
		return;
	t = &r->open[r->n_open++];
	memcpy(t->name, test, strlen(test) + 1);
	t->deadline_ns = UINT64_MAX;
}

/* What an event means to PID 1, live or read from the journal. */
static void learn(struct record *r, int type, const char *body, size_t length)
{
	char test[EVENT_TEST_MAX] = "", cause[32] = "";
	int64_t number;

	r->events++;
	field_string(body, length, "test", test, sizeof(test));
	switch (type) {
	case EVENT_BOOT:
		number = field_number(body, length, "boot");
		r->boots = number > 0 ? (unsigned int)number : r->boots;
		field_string(body, length, "cause", cause, sizeof(cause));
		r->warm += is_warm(cause);
		/* What was open has gone down; the suite decides what becomes of it. */
		r->n_open = 0;
		break;
	case EVENT_PLAN:
		number = field_number(body, length, "total");
		r->planned = number > 0 ? (uint64_t)number : r->planned;
		break;
	case EVENT_START:
		open_add(r, test);
		break;
	case EVENT_END:
		open_remove(r, test);
		r->ended++;
		break;
	case EVENT_VERDICT:
		number = field_number(body, length, "code");
		r->verdict =
			number >= 0 && number <= VERDICT_ABORTED ? (int)number : VERDICT_INVALID;
		field_string(body, length, "verdict", r->word, sizeof(r->word));
		field_string(body, length, "reason", r->reason, sizeof(r->reason));
		break;
	default:
		break;
	}
}

static int open_file(struct record *r)
{
	r->file = open(r->path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	return r->file < 0 ? -errno : 0;
}

static void to_file(struct record *r, size_t length)
{
	/* A torn line would spoil those after it: once one is lost, wait for record_rewrite(). */
	if (!r->file_bad && write_all(r->file, line, length))
		r->file_bad = true;
}

int record_begin(struct record *r)
{
	r->verdict = -1;
	return open_file(r);
}

int record_replay(struct record *r)
{
	int error = record_begin(r);
	ssize_t n = 0;

	while (!error && (n = journal_next(&r->journal, line)) > 0) {
		const char *body;
		size_t length;
		int type = chain_parse(line, (size_t)n, &body, &length);

		to_file(r, (size_t)n);
		learn(r, type, body, length);
	}
	return error ? error : (int)n;
}

int record_rewrite(struct record *r)
{
	struct journal again;
	ssize_t n;

	if (!r->file_bad)
		return 0;
	if (journal_open(&again, r->journal.fd, r->journal.base, r->journal.size) != JOURNAL_FOUND)
		return -EIO;
	if (ftruncate(r->file, 0))
		return -errno;
	r->file_bad = false;
	while ((n = journal_next(&again, line)) > 0)
		to_file(r, (size_t)n);
	return n < 0 ? (int)n : r->file_bad ? -ENOSPC : 0;
}

/*
 * Bytes that must stay free behind an event of this type, so that those which matter more still
 * fit: for every test that has not ended its checks (about a KiB) and its end, and for the run
 * its boots and its verdict. A run that cannot keep its evidence is still a run.
 */
static uint64_t reserve(const struct record *r, enum event_type type)
{
	uint64_t left = r->planned > r->ended ? r->planned - r->ended : 0;

	switch (type) {
	case EVENT_EVIDENCE:
		return left * 4096 + 256 * 1024;
	case EVENT_CHECK:
	case EVENT_FINDING:
		return left * 1024 + 128 * 1024;
	case EVENT_START:
		return left * JOURNAL_SECTOR + 64 * 1024;
	case EVENT_END:
		return 32 * 1024;
	case EVENT_BOOT:
		return 8 * 1024;
	case EVENT_VERDICT:
		return 0;
	default:
		return 128 * 1024;
	}
}

/*
 * Add an event everywhere, if `keep` bytes of the journal stay free behind it. The mirror says it
 * last: what somebody has read there must not be lost when the power goes.
 */
static int append(struct record *r, enum event_type type, const char *body, size_t length,
		  uint64_t keep, bool sync)
{
	ssize_t n =
		chain_format(&r->journal.chain, type, now_ns(), body, length, line, sizeof(line));
	int error;

	if (n < 0)
		return (int)n;
	if (JOURNAL_NEED((size_t)n - 1) + keep > journal_free(&r->journal))
		return -ENOSPC;
	error = journal_append(&r->journal, line, (size_t)n);
	if (error)
		return error;
	to_file(r, (size_t)n);
	learn(r, (int)type, body, length);
	if (sync)
		error = journal_sync(&r->journal);
	if (!error)
		mirror_line(line, (size_t)n);
	return error;
}

/* One note for each test that lost evidence, as long as even that fits. */
static void note_dropped(struct record *r, const char *body, size_t length)
{
	char test[EVENT_TEST_MAX] = "";
	TEXT(note, 512);

	r->dropped++;
	if (field_string(body, length, "test", test, sizeof(test)) < 0 || !strcmp(test, r->noted))
		return;
	memcpy(r->noted, test, sizeof(test));
	text_join(&note, "\"test\":\"", test,
		  "\",\"name\":\"truncated.txt\",\"text\":\"The journal "
		  "is full: evidence was left out.\",\"truncated\":true",
		  NULL);
	append(r, EVENT_EVIDENCE, note.data, note.length, reserve(r, EVENT_CHECK), false);
}

int record_event(struct record *r, enum event_type type, const char *body, size_t length, bool sync)
{
	int error = append(r, type, body, length, reserve(r, type), sync);

	if (error == -ENOSPC && type == EVENT_EVIDENCE) {
		note_dropped(r, body, length);
		error = 0;
	}
	return error;
}

void record_deadline(struct record *r, const char *test, uint64_t deadline_ns)
{
	for (unsigned int i = 0; i < r->n_open; i++)
		if (!strcmp(r->open[i].name, test))
			r->open[i].deadline_ns = deadline_ns;
}
