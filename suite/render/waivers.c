/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiver files: read strictly, written back into the report with the day they were held against, so
 * that the report can be rendered again to the same bytes on any other day. It must never touch an
 * outcome, a count of outcomes or the verdict.
 */
#include "waivers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "report.h"
#include "results-memory.h"

#define HELD	 "# held against "
#define COLUMNS	 "requirement\treason\tlink\texpires"
#define N_FIELDS 4

struct reader {
	struct results *r;
	const char *path;
	unsigned int line;
	struct waiver *all;
	size_t n;
};

static int bad(const struct reader *w, const char *what, const char *name)
{
	fprintf(stderr, "assay: %s: line %u: %s", w->path, w->line, what);
	if (name) {
		fputs(": ", stderr);
		put(stderr, LINE, name);
	}
	putc('\n', stderr);
	return -EINVAL;
}

/* "2027-01-31", and a day that could be one. */
static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	int month, day;

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-')
			return false;
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static const char *keep(struct results *r, const char *text)
{
	size_t length = strlen(text);
	char *copy = results_alloc(r, length + 1);

	memcpy(copy, text, length);
	return copy;
}

static const char *join(struct results *r, const char *const *fields)
{
	static const char *const between[] = { "known deviation, waived until ", ": ", " (", ")" };
	const char *const parts[] = { between[0], fields[3], between[1], fields[1],
				      between[2], fields[2], between[3] };
	size_t length = 0, at = 0;
	char *text;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		length += strlen(parts[i]);
	text = results_alloc(r, length + 1);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		memcpy(text + at, parts[i], strlen(parts[i]));
		at += strlen(parts[i]);
	}
	return text;
}

/* A row has four fields; a fifth is what a report wrote about it, and is not believed. */
static int split(const struct reader *w, char *line, char **fields)
{
	size_t n = 0;

	/* The file goes into the report as it is, and onto terminals. */
	for (const char *c = line; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return bad(w, "a control character", NULL);
	for (char *next = line; next; n++) {
		char *field = next;

		next = strchr(field, '\t');
		if (next)
			*next++ = '\0';
		if (n < N_FIELDS)
			fields[n] = field;
	}
	if (n < N_FIELDS || n > N_FIELDS + 1)
		return bad(w, "not requirement, reason, link and expires with tabs between", NULL);
	for (size_t i = 0; i < N_FIELDS; i++)
		if (!*fields[i])
			return bad(w, "a field is empty", fields[0]);
	return 0;
}

static int add(struct reader *w, char *line)
{
	char *fields[N_FIELDS];
	struct waiver *waiver;

	if (split(w, line, fields))
		return -EINVAL;
	if (!requirement_find(fields[0]))
		return bad(w, "no such requirement", fields[0]);
	if (strncmp(fields[2], "https://", 8) && strncmp(fields[2], "http://", 7))
		return bad(w, "the link is no address on the web", fields[2]);
	if (!is_date(fields[3]))
		return bad(w, "expires is no date like 2027-01-31", fields[3]);
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->all[i].requirement, fields[0]))
			return bad(w, "waived twice", fields[0]);
	w->all = results_grow(w->r, w->all, w->n, sizeof(*w->all));
	waiver = &w->all[w->n++];
	*waiver = (struct waiver){ .requirement = keep(w->r, fields[0]),
				   .reason = keep(w->r, fields[1]),
				   .link = keep(w->r, fields[2]),
				   .expires = keep(w->r, fields[3]),
				   .why = join(w->r, (const char *const *)fields) };
	return 0;
}

static int take_line(struct reader *w, char *line)
{
	if (!strncmp(line, HELD, sizeof(HELD) - 1)) {
		if (!is_date(line + sizeof(HELD) - 1))
			return bad(w, "no date", line);
		memcpy(w->r->waived_on, line + sizeof(HELD) - 1, sizeof(w->r->waived_on));
		return 0;
	}
	if (!*line || *line == '#' || !strncmp(line, COLUMNS, sizeof(COLUMNS) - 1))
		return 0;
	return add(w, line);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct waiver *)a)->requirement,
		      ((const struct waiver *)b)->requirement);
}

static void apply(struct results *r)
{
	for (size_t i = 0; i < r->n_waivers; i++) {
		struct waiver *waiver = &r->waivers[i];

		waiver->expired = strcmp(waiver->expires, r->waived_on) < 0;
		for (size_t k = 0; k < r->n_requirements; k++) {
			struct result_requirement *q = &r->requirements[k];

			if (strcmp(q->id, waiver->requirement) || q->outcome != OUTCOME_FAIL ||
			    q->weight != WEIGHT_MUST)
				continue;
			waiver->used = true;
			q->waiver = waiver->expired ? NULL : waiver;
		}
	}
}

static void free_text(char **text)
{
	free(*text);
}

int waivers_load(struct results *r, const char *path, const char *today)
{
	char *text __attribute__((cleanup(free_text))) = report_read_small(path);
	struct reader w = { .r = r, .path = path };

	if (!text)
		return -EIO;
	memcpy(r->waived_on, today, sizeof(r->waived_on));
	for (char *line = text, *next; *line; line = next) {
		size_t length = strcspn(line, "\n");

		next = line + length + (line[length] == '\n');
		line[length] = '\0';
		w.line++;
		if (take_line(&w, line))
			return -EINVAL;
	}
	if (w.n)
		qsort(w.all, w.n, sizeof(*w.all), by_id);
	r->waivers = w.all;
	r->n_waivers = w.n;
	apply(r);
	return 0;
}

int report_apply_waivers(struct results *r, const char *dir)
{
	char *path __attribute__((cleanup(free_text))) = NULL;
	char today[11];

	if (asprintf(&path, "%s/waivers.tsv", dir) < 0)
		return -ENOMEM;
	return access(path, F_OK) ? 0 : waivers_load(r, path, waivers_today(today));
}

const char *waivers_today(char date[11])
{
	time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || strftime(date, 11, "%Y-%m-%d", &tm) != 10)
		memcpy(date, "0000-00-00", 11);
	return date;
}

const char *waiver_standing(const struct waiver *waiver)
{
	return waiver->expired ? "expired" : waiver->used ? "waived" : "not needed";
}

void render_waivers(const struct report *rep, FILE *out)
{
	fprintf(out, HELD "%s\n" COLUMNS "\tstanding\n", rep->results->waived_on);
	for (size_t i = 0; i < rep->results->n_waivers; i++) {
		const struct waiver *w = &rep->results->waivers[i];

		fprintf(out, "%s\t%s\t%s\t%s\t%s\n", w->requirement, w->reason, w->link, w->expires,
			waiver_standing(w));
	}
}
