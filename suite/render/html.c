/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html: the frame, the verdict, the counts and the map of the specification. One file,
 * nothing loaded from anywhere, and a content security policy that lets only its own script run,
 * whatever a runtime managed to say.
 */
#include "html.h"

#include <string.h>

#include "sections.h"
#include "sha256.h"

static const char *const classes[STANDINGS] = {
	[STANDS_PASS] = "pass", [STANDS_DISABLED] = "disabled", [STANDS_UNMET] = "unmet",
	[STANDS_SKIP] = "skip", [STANDS_NONE] = "none",		[STANDS_ERROR] = "error",
	[STANDS_FAIL] = "fail", [STANDS_WAIVED] = "waived",
};

static const char *const signs[STANDINGS] = {
	[STANDS_PASS] = "\xe2\x9c\x93",
	[STANDS_DISABLED] = "\xe2\x97\x8b",
	[STANDS_UNMET] = "~",
	[STANDS_SKIP] = "\xe2\x80\xba",
	[STANDS_NONE] = "?",
	[STANDS_ERROR] = "!",
	[STANDS_FAIL] = "\xe2\x9c\x95",
	[STANDS_WAIVED] = "\xe2\x9c\x95",
};

/* The order of columns, bars and figures: good to bad, then what is no result. */
static const enum standing display[STANDINGS] = { STANDS_PASS,	STANDS_FAIL,	 STANDS_WAIVED,
						  STANDS_UNMET, STANDS_DISABLED, STANDS_SKIP,
						  STANDS_ERROR, STANDS_NONE };

const char *html_class(enum standing standing)
{
	return classes[standing];
}

const char *html_sign(enum standing standing)
{
	return signs[standing];
}

/* "1.2.0" is a tag of the specification's repository; anything else is shown at its tip. */
static bool is_release(const char *version)
{
	return *version && version[strspn(version, "0123456789.")] == '\0' && strlen(version) < 16;
}

void html_reference(const struct report *rep, const char *section, FILE *out)
{
	fputs("<a class=\"ref\" href=\"https://github.com/opencontainers/", out);
	if (!strncmp(section, "command-line-interface.md", 25))
		fputs("runtime-tools/blob/master/docs/", out);
	else if (is_release(rep->spec))
		fprintf(out, "runtime-spec/blob/v%s/", rep->spec);
	else
		fputs("runtime-spec/blob/main/", out);
	put(out, ATTRIBUTE, section);
	fputs("\">", out);
	put(out, MARKUP, section);
	fputs("</a>", out);
}

void html_anchor(const char *section, FILE *out)
{
	fputs("s-", out);
	for (; *section; section++)
		putc(strchr("abcdefghijklmnopqrstuvwxyz0123456789", *section) ? *section : '-',
		     out);
}

enum standing html_test_standing(const struct result_test *test)
{
	if (!test->ended)
		return STANDS_NONE;
	switch (test->outcome) {
	case OUTCOME_PASS:
		return STANDS_PASS;
	case OUTCOME_DISABLED:
		return STANDS_DISABLED;
	case OUTCOME_SKIP:
		return STANDS_SKIP;
	case OUTCOME_ERROR:
		return STANDS_ERROR;
	default:
		return STANDS_FAIL;
	}
}

bool html_owed(const struct report *rep, const struct requirement *row)
{
	return !strcmp(row->subject, "runtime") &&
	       requirement_applies(row->since, *rep->spec ? rep->spec : NULL);
}

bool html_judged(const struct report *rep, const struct requirement *row)
{
	const struct results *r = rep->results;
	size_t low = 0, high = r->n_requirements;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct result_requirement *q = &r->requirements[r->sorted[middle]];
		int order = strcmp(row->id, q->id);

		if (!order)
			return q->n_decisions > 0;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* RFC 4648 of 32 bytes, for the policy. */
static void put_base64(const uint8_t *data, FILE *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < SHA256_SIZE; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16;
		size_t left = SHA256_SIZE - i;

		v |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
		v |= left > 2 ? data[i + 2] : 0;
		putc(digits[v >> 18], out);
		putc(digits[v >> 12 & 63], out);
		putc(left > 1 ? digits[v >> 6 & 63] : '=', out);
		putc(left > 2 ? digits[v & 63] : '=', out);
	}
}

static void head(const struct report *rep, FILE *out)
{
	uint8_t digest[SHA256_SIZE];

	sha256(page_script, strlen(page_script), digest);
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "img-src data:; style-src 'unsafe-inline'; script-src 'sha256-",
	      out);
	put_base64(digest, out);
	fputs("'; base-uri 'none'; form-action 'none'\">\n<meta name=\"color-scheme\" "
	      "content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
	      out);
	put(out, MARKUP, rep->name);
	putc(' ', out);
	put(out, MARKUP, rep->version);
	fprintf(out, ": %s</title>\n<style>\n%s</style>\n</head>\n", rep->results->verdict.word,
		page_style);
}

static void claim(FILE *out, const char *class, const char *text)
{
	fprintf(out, "<li class=\"claim%s\">", class);
	put(out, MARKUP, text);
	fputs("</li>\n", out);
}

static void claims(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;

	fputs("<ul class=\"claims\">\n", out);
	if (*rep->minor) {
		fputs("<li class=\"claim\">Tested Spec ", out);
		put(out, MARKUP, rep->minor);
		fputs("</li>\n", out);
	}
	for (size_t i = 0; i < r->n_runs; i++) {
		fputs("<li class=\"claim\">profile ", out);
		put(out, MARKUP, r->runs[i].profile);
		fputs("</li>\n", out);
	}
	if (rep->all_passed)
		claim(out, " good", "All tests passed");
	else if (r->verdict.code == VERDICT_CONFORMANT && r->verdict.official)
		claim(out, " good", "All mandatory tests passed");
	if (r->verdict.official) {
		fputs("</ul>\n", out);
		return;
	}
	for (size_t i = 0; i < r->n_runs; i++) {
		if (r->runs[i].only) {
			fputs("<li class=\"claim warn\">unofficial: only tests like <code>", out);
			put(out, MARKUP, r->runs[i].only);
			fputs("</code></li>\n", out);
		} else if (r->runs[i].environment &&
			   !json_is_true(json_object_get(r->runs[i].environment, "controlled"))) {
			claim(out, " warn", "unofficial: environment uncontrolled");
		} else if (!r->runs[i].official || !r->runs[i].environment) {
			claim(out, " warn", "unofficial: not a full run");
		}
	}
	fputs("</ul>\n", out);
}

static void hero(const struct report *rep, FILE *out)
{
	static const char *const words[] = { "Conformant", "Not conformant", "No valid result",
					     "Aborted" };
	static const enum standing seals[] = { STANDS_PASS, STANDS_FAIL, STANDS_ERROR,
					       STANDS_ERROR };
	const struct result_verdict *verdict = &rep->results->verdict;

	fprintf(out,
		"<body class=\"nojs v%d\">\n<header class=\"hero\"><div class=\"wrap\">\n"
		"<p class=\"kicker\">OCI runtime conformance report</p>\n"
		"<h1><span class=\"seal\" aria-hidden=\"true\">%s</span>%s</h1>\n"
		"<p class=\"subject\"><b>",
		(int)verdict->code, signs[seals[verdict->code]], words[verdict->code]);
	put(out, MARKUP, rep->name);
	fputs("</b>", out);
	if (*rep->version)
		putc(' ', out);
	put(out, MARKUP, rep->version);
	if (*rep->spec)
		fputs(", judged by runtime-spec ", out);
	put(out, MARKUP, rep->spec);
	fputs("</p>\n<p class=\"reason\">", out);
	put(out, MARKUP, verdict->reason);
	fputs("</p>\n", out);
	claims(rep, out);
	fputs("<div class=\"stack\" aria-hidden=\"true\">", out);
	for (int i = 0; i < STANDINGS; i++)
		if (rep->standings[display[i]])
			fprintf(out, "<i class=\"s-%s\" style=\"flex:%zu\"></i>",
				classes[display[i]], rep->standings[display[i]]);
	fputs("</div>\n<ul class=\"figures\">\n", out);
	for (int i = 0; i < STANDINGS; i++)
		if (rep->standings[display[i]] || display[i] <= STANDS_PASS)
			fprintf(out, "<li class=\"s-%s\"><b>%zu</b>%s</li>\n", classes[display[i]],
				rep->standings[display[i]], standing_word(display[i]));
	fprintf(out, "<li><b>%zu</b>tests</li>\n</ul>\n</div></header>\n", rep->n_tests);
}

static void navigation(FILE *out)
{
	fputs("<nav><div class=\"wrap\">\n<a href=\"#counts\">Counts</a>\n<a "
	      "href=\"#map\">Map</a>\n"
	      "<a href=\"#failures\">Failures</a>\n<a href=\"#requirements\">Requirements</a>\n"
	      "<a href=\"#time\">Time</a>\n<a href=\"#facts\">Facts</a>\n</div></nav>\n",
	      out);
}

static const struct {
	const char *title;
	const char *what;
} weights[WEIGHTS] = {
	[WEIGHT_MUST] = { "MUST and MUST NOT", "these decide conformance" },
	[WEIGHT_SHOULD] = { "SHOULD and SHOULD NOT", "recommended" },
	[WEIGHT_IMPLIED] = { "Implied", "no keyword, but plainly broken without" },
	[WEIGHT_MAY] = { "MAY", "allowed" },
	[WEIGHT_PRACTICE] = { "Practice", "what engines rely on; in no text" },
	[WEIGHT_STRICT] = { "Strict command line", "the letter of the CLI document" },
	[WEIGHT_OTHER] = { "Other versions", "not in the version that is judged" },
};

static size_t count(const struct report *rep, enum weight weight, enum standing standing)
{
	size_t n = 0;

	for (size_t i = 0; i < rep->n; i++) {
		const struct result_requirement *q = report_requirement(rep, i);

		n += q->weight == weight && report_standing(q) == standing;
	}
	return n;
}

static void matrix_row(const struct report *rep, enum weight weight, FILE *out)
{
	size_t cells[STANDINGS], sum = 0;

	for (int i = 0; i < STANDINGS; i++)
		sum += cells[i] = count(rep, weight, display[i]);
	if (!sum)
		return;
	fprintf(out, "<tr><td>%s<small>%s</small></td>", weights[weight].title,
		weights[weight].what);
	for (int i = 0; i < STANDINGS; i++) {
		if (!rep->standings[display[i]])
			continue;
		if (cells[i])
			fprintf(out,
				"<td class=\"n s-%s\"><a href=\"#requirements\" data-filter=\"%s\" "
				"data-w=\"%s\">%zu</a></td>",
				classes[display[i]], classes[display[i]], weight_name(weight),
				cells[i]);
		else
			fputs("<td class=\"n zero\">0</td>", out);
	}
	fprintf(out, "<td class=\"n\">%zu</td></tr>\n", sum);
}

static void command_line(const struct report *rep, FILE *out)
{
	size_t strict, dialect, of_strict, of_dialect;

	report_cli(rep, true, &strict, &of_strict);
	report_cli(rep, false, &dialect, &of_dialect);
	if (of_strict || of_dialect)
		fprintf(out,
			"<p class=\"note\">Command line: <b>%zu of %zu</b> met by CLI 1.0.1 to the "
			"letter, <b>%zu of %zu</b> by the dialect that engines rely on.</p>\n",
			strict, of_strict, dialect, of_dialect);
}

static void matrix(const struct report *rep, FILE *out)
{
	fputs("<section class=\"part\" id=\"counts\"><div class=\"wrap\">\n<h2>Counts</h2>\n"
	      "<p class=\"lead\">Requirements by what they weigh. Only the first row "
	      "decides.</p>\n",
	      out);
	if (!rep->n) {
		fputs("<p>No requirement was judged.</p>\n</div></section>\n", out);
		return;
	}
	fputs("<div class=\"scroll\"><table class=\"matrix\"><tr><th></th>", out);
	for (int i = 0; i < STANDINGS; i++)
		if (rep->standings[display[i]])
			fprintf(out, "<th class=\"n\">%s</th>", standing_word(display[i]));
	fputs("<th class=\"n\">all</th></tr>\n", out);
	for (int i = 0; i < WEIGHTS; i++)
		matrix_row(rep, (enum weight)i, out);
	fputs("</table></div>\n", out);
	command_line(rep, out);
	fprintf(out,
		"<p class=\"note\"><b>%zu of %zu</b> are judged by tests that are proven able to "
		"fail: each has caught a runtime that breaks just that requirement.</p>\n",
		report_proven(rep), rep->n);
	fputs("</div></section>\n", out);
}

/* A section on the map. */
struct tile {
	const char *section;
	size_t rank;
	size_t owed; /* rows of the catalogue that a runtime owes, or that were judged anyway */
	size_t judged;
	size_t standings[STANDINGS];
};

#define TILES_MAX 256

static struct tile *tile_of(struct tile *tiles, size_t *n, const char *section)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(tiles[i].section, section))
			return &tiles[i];
	if (*n == TILES_MAX)
		return &tiles[TILES_MAX - 1];
	tiles[*n] = (struct tile){ .section = section, .rank = section_rank(section) };
	return &tiles[(*n)++];
}

static size_t fill_tiles(const struct report *rep, struct tile *tiles)
{
	size_t n = 0;

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct requirement *row = &catalogue[i];

		if (html_owed(rep, row) || html_judged(rep, row))
			tile_of(tiles, &n, row->section)->owed++;
	}
	for (size_t i = 0; i < rep->n; i++) {
		const struct result_requirement *q = report_requirement(rep, i);
		struct tile *tile = tile_of(tiles, &n, q->row->section);

		tile->judged++;
		tile->standings[report_standing(q)]++;
	}
	for (size_t i = 1; i < n; i++) {
		struct tile tile = tiles[i];
		size_t at = i;

		for (; at && tile.rank < tiles[at - 1].rank; at--)
			tiles[at] = tiles[at - 1];
		tiles[at] = tile;
	}
	return n;
}

static void put_tile(const struct tile *tile, FILE *out)
{
	static const enum standing worst[] = { STANDS_FAIL, STANDS_WAIVED, STANDS_ERROR,
					       STANDS_NONE, STANDS_SKIP,   STANDS_UNMET,
					       STANDS_PASS };
	const char *class = "disabled";
	size_t passed = tile->standings[STANDS_PASS] + tile->standings[STANDS_DISABLED];

	for (size_t i = sizeof(worst) / sizeof(*worst); i > 0; i--)
		if (tile->standings[worst[i - 1]])
			class = classes[worst[i - 1]];
	if (!tile->judged)
		class = "untested";
	fprintf(out, "<a class=\"tile s-%s\" href=\"#", class);
	html_anchor(tile->section, out);
	fputs("\"><b>", out);
	put(out, MARKUP, section_title(tile->section));
	fputs("</b><span><span class=\"k\">", out);
	if (tile->judged)
		fprintf(out, "<em>%zu/%zu</em><span>of %zu</span>", passed, tile->judged,
			tile->owed);
	else
		fprintf(out, "<span>not tested</span><span>of %zu</span>", tile->owed);
	fputs("</span><span class=\"meter\">", out);
	for (int i = 0; i < STANDINGS; i++)
		if (tile->standings[display[i]])
			fprintf(out, "<i class=\"s-%s\" style=\"flex:%zu\"></i>",
				classes[display[i]], tile->standings[display[i]]);
	if (tile->owed > tile->judged)
		fprintf(out, "<i class=\"s-untested\" style=\"flex:%zu\"></i>",
			tile->owed - tile->judged);
	fputs("</span></span></a>\n", out);
}

static void legend(const struct report *rep, FILE *out)
{
	fputs("<p class=\"legend\">", out);
	for (int i = 0; i < STANDINGS; i++)
		if (rep->standings[display[i]])
			fprintf(out, "<span class=\"s-%s\"><i></i>%s</span>", classes[display[i]],
				display[i] == STANDS_UNMET ? "not met, does not decide"
							   : standing_word(display[i]));
	fputs("<span class=\"s-untested\"><i></i>not tested</span></p>\n", out);
}

void html_map(const struct report *rep, FILE *out)
{
	struct tile tiles[TILES_MAX];
	size_t n = fill_tiles(rep, tiles), done = 0;

	fputs("<section class=\"part\" id=\"map\"><div class=\"wrap\">\n<h2>Map of the "
	      "specification"
	      "</h2>\n<p class=\"lead\">Each section in the colour of its worst outcome: how many "
	      "of "
	      "its judged requirements are met, of how many it has for a runtime.</p>\n",
	      out);
	legend(rep, out);
	for (size_t d = 0; d < n_documents; d++) {
		size_t length = strlen(documents[d].file);
		bool any = false;

		for (size_t i = 0; i < n; i++) {
			if (strncmp(tiles[i].section, documents[d].file, length))
				continue;
			if (!any)
				fprintf(out,
					"<div class=\"doc\"><h3>%s</h3><div class=\"tiles\">\n",
					documents[d].title);
			any = true;
			put_tile(&tiles[i], out);
			done++;
		}
		if (any)
			fputs("</div></div>\n", out);
	}
	if (done < n)
		fprintf(out, "<p>%zu sections are in no known document.</p>\n", n - done);
	fputs("</div></section>\n", out);
}

static void footer(const struct report *rep, FILE *out)
{
	fputs("<footer><div class=\"wrap\">\n<p>Result <code>", out);
	put(out, MARKUP, rep->results->digest);
	fputs("</code>, the SHA-256 of <a href=\"verdicts.tsv\">verdicts.tsv</a>: the same for the "
	      "same image and runtime on every machine.</p>\n<p>Rendered by assay ",
	      out);
	put(out, MARKUP, rep->suite);
	fputs(" from the chain of events that ends in ", out);
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		fputs(i ? " and <code>" : "<code>", out);
		put(out, MARKUP, rep->results->runs[i].last);
		fputs("</code>", out);
	}
	fputs(". How to reproduce it: <a href=\"README.md\">README.md</a>.</p>\n</div></footer>\n",
	      out);
}

void render_html(const struct report *rep, FILE *out)
{
	head(rep, out);
	hero(rep, out);
	navigation(out);
	fputs("<main>\n", out);
	matrix(rep, out);
	html_map(rep, out);
	html_failures(rep, out);
	html_requirements(rep, out);
	html_time(rep, out);
	html_facts(rep, out);
	fputs("</main>\n", out);
	footer(rep, out);
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", page_script);
}
