/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay progress`: the events of a run as they come over a serial line, as one live line on a
 * terminal or as plain lines elsewhere, and the summary at the end. The line is not to be
 * trusted: what is damaged is counted and left out, and no byte of it reaches the terminal raw.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "crc32.h"
#include "out.h"
#include "report.h"

#define FRAME_HEAD 11 /* "E 01234567 " */
#define FRAME_MAX  (FRAME_HEAD + EVENT_LINE_MAX)
#define TICK_MS	   1000 /* how often the live line counts on by itself */
#define BAR	   20

struct progress {
	struct results *results;
	bool tty;
	bool live; /* no summary at the end: somebody else has a better one */
	const char *where; /* the report, to be told at the end */
	char *frame;
	size_t length;
	bool overlong;	       /* the line in the buffer is too long for a frame */
	unsigned long damaged; /* frames with a wrong checksum or without sense */
	unsigned long noise;   /* lines that are no frames */
	int64_t seq;	       /* of the last event */
	uint32_t first; /* checksum of the first one: another first event begins another run */
	bool gaps;	/* some events never came */
	bool began;
	int64_t start_ms;
	char current[EVENT_TEST_MAX];
	size_t done, open, bad;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static size_t planned(const struct progress *p)
{
	size_t total = 0;

	for (size_t i = 0; i < p->results->n_runs; i++)
		total += p->results->runs[i].planned;
	return total;
}

static void tally(struct progress *p)
{
	const struct results *r = p->results;

	p->done = p->open = p->bad = 0;
	for (size_t i = 0; i < r->n_tests; i++) {
		const struct result_test *t = &r->tests[i];

		p->done += t->ended;
		p->open += t->open;
		p->bad += t->ended && t->outcome >= OUTCOME_FAIL;
		if (t->open)
			snprintf(p->current, sizeof(p->current), "%s", t->name);
	}
	if (!p->open)
		p->current[0] = '\0';
}

static size_t columns(void)
{
	struct winsize ws;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col >= 20 ? ws.ws_col : 80;
}

static void write_status(const struct progress *p, FILE *out)
{
	size_t total = planned(p), filled = total ? p->done * BAR / total : 0;
	int64_t elapsed = p->began ? now_ms() - p->start_ms : 0;

	if (!total && !p->done) {
		fputs(p->began ? "preparing" : "waiting for the appliance", out);
		return;
	}
	putc('[', out);
	for (size_t i = 0; i < BAR; i++)
		putc(i < filled ? '#' : '.', out);
	fprintf(out, "] %zu/%zu  ", p->done, total);
	put_duration(out, elapsed / 1000 * 1000000000);
	/* From the share that is done, once that says something. */
	if (p->done >= 3 && p->done < total) {
		fputs(" of about ", out);
		put_duration(out, elapsed * (int64_t)total / (int64_t)p->done / 1000 * 1000000000);
	}
	if (p->bad)
		fprintf(out, "  %zu not passed", p->bad);
	fputs("  ", out);
	put(out, LINE, p->current);
	if (p->open > 1)
		fprintf(out, " +%zu", p->open - 1);
}

/* The live line, cut to the width so that it never wraps. */
static void show(const struct progress *p)
{
	size_t length = 0, width = columns() - 1;
	char *line = NULL;
	FILE *out = open_memstream(&line, &length);

	if (!out)
		return;
	write_status(p, out);
	if (!fclose(out)) {
		if (length > width) {
			length = width;
			while (length && ((unsigned char)line[length] & 0xc0) == 0x80)
				length--;
		}
		fputs("\r\033[K", stdout);
		fwrite(line, 1, length, stdout);
		fflush(stdout);
	}
	free(line);
}

/* Clears the live line, so that a plain one can take its place. */
static void plain(const struct progress *p)
{
	fputs(p->tty ? "\r\033[K" : "", stdout);
}

static const char *member(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

static void tell_end(const struct progress *p, const json_t *event)
{
	size_t total = planned(p);

	printf("[%zu/%zu] %-8s ", p->done, total,
	       outcome_name(outcome_parse(member(event, "outcome"))));
	put(stdout, LINE, member(event, "test"));
	fputs("  ", stdout);
	put_duration(stdout, json_integer_value(json_object_get(event, "duration_ns")));
	putchar('\n');
}

static void tell_boot(const struct progress *p, const json_t *event)
{
	const char *cause = member(event, "cause"), *panic = member(event, "panic");

	if (p->tty && !strcmp(cause, "start"))
		return;
	plain(p);
	printf("boot %lld: ", (long long)json_integer_value(json_object_get(event, "boot")));
	put(stdout, LINE, cause);
	if (*member(event, "profile")) {
		fputs(", profile ", stdout);
		put(stdout, LINE, member(event, "profile"));
	}
	putchar('\n');
	if (*panic) {
		fputs("  ", stdout);
		put(stdout, LINE, panic);
		putchar('\n');
	}
}

static void tell_runtime(const json_t *event)
{
	fputs("runtime: ", stdout);
	put(stdout, LINE, member(event, "name"));
	putchar(' ');
	put(stdout, LINE, member(event, "version"));
	putchar('\n');
}

static void tell(struct progress *p, const json_t *event)
{
	const char *type = member(event, "type");

	if (!strcmp(type, "boot"))
		tell_boot(p, event);
	else if (!strcmp(type, "runtime") && !p->tty)
		tell_runtime(event);
	else if (!strcmp(type, "plan") && !p->tty &&
		 json_integer_value(json_object_get(event, "part")) == 1)
		printf("plan: %zu tests\n", planned(p));
	else if (!strcmp(type, "end") && !p->tty)
		tell_end(p, event);
	if (p->tty)
		show(p);
	else
		fflush(stdout);
}

/* Takes one event that came whole. The same event twice (a mirror that repeats) is no news. */
static void take(struct progress *p, const char *line, size_t length)
{
	json_t *event = json_loadb(line, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	int64_t seq = json_integer_value(json_object_get(event, "seq"));

	uint32_t crc = crc32(0, line, length);
	bool begins = seq == 1 && (!p->seq || crc != p->first);

	if (seq < 1) {
		p->damaged++;
	} else if (begins || seq > p->seq) {
		if (begins && p->seq)
			results_run_begin(p->results, NULL);
		else if (seq != p->seq + 1)
			p->gaps = true;
		if (begins)
			p->first = crc;
		if (!p->began) {
			p->began = true;
			p->start_ms = now_ms();
		}
		p->seq = seq;
		if (results_feed(p->results, line, length, NULL))
			p->gaps = true;
		tally(p);
		tell(p, event);
	}
	json_decref(event);
}

static bool hex32(const char *text, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, text[i]);

		if (!text[i] || !at)
			return false;
		*value = *value << 4 | (uint32_t)(at - digits);
	}
	return true;
}

/* A whole line: a frame, a damaged frame, or whatever else came down the wire. */
static void take_line(struct progress *p)
{
	const char *line = p->frame;
	size_t length = p->length;
	uint32_t crc;

	if (length && line[length - 1] == '\r')
		length--;
	if (!length && !p->overlong)
		return;
	if (length < FRAME_HEAD || line[0] != 'E' || line[1] != ' ' || line[10] != ' ' ||
	    !hex32(line + 2, &crc))
		p->noise++;
	else if (p->overlong || crc32(0, line + FRAME_HEAD, length - FRAME_HEAD) != crc)
		p->damaged++;
	else
		take(p, line + FRAME_HEAD, length - FRAME_HEAD);
}

static void take_bytes(struct progress *p, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (data[i] == '\n') {
			take_line(p);
			p->length = 0;
			p->overlong = false;
		} else if (p->length < FRAME_MAX) {
			p->frame[p->length++] = data[i];
		} else {
			p->overlong = true;
		}
	}
}

/* Reads to the end; -errno when it cannot. */
static int follow(struct progress *p, int fd)
{
	char data[4096];

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (p->tty && !poll(&pfd, 1, TICK_MS)) {
			show(p);
			continue;
		}
		n = read(fd, data, sizeof(data));
		if (n > 0)
			take_bytes(p, data, (size_t)n);
		else if (!n)
			break;
		else if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	take_line(p);
	return 0;
}

/* Whether all that a summary needs is there: every event, and every requirement known. */
static bool whole(const struct progress *p)
{
	if (p->gaps)
		return false;
	for (size_t i = 0; i < p->results->n_requirements; i++)
		if (!p->results->requirements[i].row)
			return false;
	return true;
}

static const json_t *last_verdict(const struct results *r)
{
	return r->n_runs ? r->runs[r->n_runs - 1].verdict : NULL;
}

/* What is known when events are missing: the verdict as the appliance gave it. */
static int conclude_briefly(const struct progress *p)
{
	const json_t *verdict = last_verdict(p->results);
	const char *result = member(verdict, "result");

	printf("\nverdict: ");
	put(stdout, LINE, member(verdict, "verdict"));
	printf("\nreason:  ");
	put(stdout, LINE, member(verdict, "reason"));
	printf("\nresult:  ");
	put(stdout, LINE, *result ? result : "none");
	putchar('\n');
	if (p->where) {
		printf("report:  ");
		put(stdout, LINE, p->where);
		putchar('\n');
	}
	return (int)json_integer_value(json_object_get(verdict, "code"));
}

static int conclude(struct progress *p)
{
	struct report rep __attribute__((cleanup(report_clear))) = { 0 };

	plain(p);
	if (p->damaged || p->gaps)
		printf("%lu events came damaged%s; the journal has them all\n", p->damaged,
		       p->gaps ? ", some not at all" : "");
	if (!last_verdict(p->results)) {
		printf("no verdict: the events ended after %zu of %zu tests\n", p->done,
		       planned(p));
		return VERDICT_INVALID;
	}
	if (p->live)
		return (int)json_integer_value(
			json_object_get(last_verdict(p->results), "code"));
	if (!whole(p))
		return conclude_briefly(p);
	results_conclude(p->results);
	report_init(&rep, p->results);
	render_summary(&rep, stdout, p->where, p->tty);
	return (int)p->results->verdict.code;
}

static int usage(void)
{
	fputs("usage: assay progress [--tty|--plain] [--live] [--report DIR] [FILE]\n"
	      "Shows a run from its framed events, read from FILE (a FIFO, say) or standard "
	      "input;\nwith --live without the summary at the end.\n"
	      "Its exit status is the verdict's, or 2 when the events end without one.\n",
	      stderr);
	return VERDICT_INVALID;
}

static void close_fd(const int *fd)
{
	if (*fd > STDERR_FILENO)
		close(*fd);
}

static void free_text(char **text)
{
	free(*text);
}

int progress_command(int argc, char **argv)
{
	static const struct option options[] = { { "tty", no_argument, NULL, 't' },
						 { "plain", no_argument, NULL, 'p' },
						 { "live", no_argument, NULL, 'l' },
						 { "report", required_argument, NULL, 'r' },
						 { NULL, 0, NULL, 0 } };
	struct results *r __attribute__((cleanup(results_cleanup))) = NULL;
	char *frame __attribute__((cleanup(free_text))) = NULL;
	int fd __attribute__((cleanup(close_fd))) = STDIN_FILENO;
	struct progress p = { .tty = isatty(STDOUT_FILENO) };
	int c, e;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 't' || c == 'p')
			p.tty = c == 't';
		else if (c == 'l')
			p.live = true;
		else if (c == 'r')
			p.where = optarg;
		else
			return usage();
	}
	if (argc - optind > 1)
		return usage();
	if (optind < argc)
		fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "assay: progress: %s: %s\n", argv[optind], strerror(errno));
		return VERDICT_INVALID;
	}
	frame = malloc(FRAME_MAX);
	if (!frame) {
		fputs("assay: progress: out of memory\n", stderr);
		return VERDICT_INVALID;
	}
	r = results_new(RESULTS_LENIENT);
	results_run_begin(r, NULL);
	p.results = r;
	p.frame = frame;
	if (p.tty)
		show(&p);
	e = follow(&p, fd);
	if (e) {
		fprintf(stderr, "assay: progress: %s\n", strerror(-e));
		return VERDICT_INVALID;
	}
	c = conclude(&p);
	return fflush(stdout) ? VERDICT_INVALID : c;
}
