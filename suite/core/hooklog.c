/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a bundle: every run of the probe as a hook, and of the process when asked for, appends
 * its lines to one file, so that their order is the order of the file. It must never order by time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "engine.h"

/* One run is told from another of its label by its `begin` line. */
struct run {
	const char *label;
	struct stream *text;
	bool done;
};

static const char *log_text(struct bundle *b)
{
	return file_read(b->t, format(b->t, "%s/log", b->log));
}

struct line {
	const char *text; /* with its end */
	size_t length;
	const char *label;
	bool begins, ends; /* its run */
};

/* The next whole line of a run, from `*at` on; false: there is none. */
static bool next_line(struct bundle *b, const char **at, struct line *l)
{
	for (const char *end; *at && (end = strchr(*at, '\n')); *at = end + 1) {
		json_t *object = json_loadb(*at, (size_t)(end - *at), JSON_ALLOW_NUL, NULL);
		const char *fact = json_string_value(json_object_get(object, "fact"));

		*l = (struct line){
			.text = *at,
			.length = (size_t)(end - *at) + 1,
			.label = json_string_value(json_object_get(object, "label")),
			.begins = fact && !strcmp(fact, "begin"),
			.ends = json_is_true(json_object_get(object, "done")),
		};
		if (!l->label || !json_equal(json_object_get(object, "probe"), json_string(b->nonce)))
			continue;
		*at = end + 1;
		return true;
	}
	return false;
}

static size_t parse(struct bundle *b, const char *text, struct run **runs)
{
	struct line l;
	size_t n = 0;

	*runs = NULL;
	while (next_line(b, &text, &l)) {
		struct run *r = NULL;

		if (l.begins) {
			*runs = realloc(*runs, (n + 1) * sizeof(**runs));
			if (!*runs)
				abort();
			r = &(*runs)[n++];
			*r = (struct run){ .label = l.label,
					   .text = stream_new(NULL, -1, OUTPUT_MAX) };
		}
		/* Runs of one label do not overlap: the line is of the last that began. */
		for (size_t i = n; !r && i > 0; i--)
			if (!strcmp((*runs)[i - 1].label, l.label))
				r = &(*runs)[i - 1];
		if (r)
			stream_add(r->text, l.text, l.length);
	}
	return n;
}

const struct record *log_read(struct bundle *b, size_t *n)
{
	const char *text = log_text(b);
	struct record *records;
	struct run *runs = NULL;

	*n = text ? parse(b, text, &runs) : 0;
	records = take((*n + 1) * sizeof(*records));
	for (size_t i = 0; i < *n; i++) {
		size_t length;
		const char *said = stream_text(runs[i].text, &length);
		const struct facts *f = facts_parse(said, length, b->nonce);

		records[i] = (struct record){ .label = runs[i].label, .facts = f, .done = f->done };
	}
	return records;
}

const struct record *log_find(struct bundle *b, const char *label, size_t n)
{
	size_t count;
	const struct record *records = log_read(b, &count);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(records[i].label, label) && n-- == 0)
			return &records[i];
	return NULL;
}

size_t log_count(struct bundle *b, const char *label)
{
	size_t count, found = 0;
	const struct record *records = log_read(b, &count);

	for (size_t i = 0; i < count; i++)
		found += !strcmp(records[i].label, label);
	return found;
}

const char *log_labels(struct bundle *b)
{
	size_t count;
	const struct record *records = log_read(b, &count);
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = format(b->t, "%s%s%s", text, i ? " " : "", records[i].label);
	return text;
}

const char *log_story(struct bundle *b)
{
	const char *at = log_text(b), *text = "";
	struct line l;

	while (next_line(b, &at, &l))
		if (l.begins || l.ends)
			text = format(b->t, "%s%s%s %s", text, *text ? ", " : "", l.label,
				      l.begins ? "begins" : "ends");
	return *text ? text : "nothing ran";
}

const struct record *log_wait(struct bundle *b, const char *label, size_t n)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	const struct record *r;

	if (fd < 0 || inotify_add_watch(fd, b->log, IN_CREATE | IN_MODIFY) < 0)
		test_broken(b->t, "inotify: %s", strerror(errno));
	while (!(r = log_find(b, label, n)) || !r->done) {
		char events[4096];

		wait_readable(b->t, fd, format(b->t, "the run of \"%s\" in the log", label));
		while (read(fd, events, sizeof(events)) > 0)
			;
	}
	close(fd);
	return r;
}
