/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html: the failures, each with its requirement in words, what was expected and seen, the
 * evidence and the command that repeats it; and the list of all requirements, those without a
 * test included.
 */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "lists.h"
#include "sections.h"

/* Evidence inside the page: the whole of it is in the files beside. */
#define PIECE_MAX  (16 * 1024)
#define PIECES_MAX (2 << 20)

struct cards {
	const struct report *rep;
	FILE *out;
	bool *shown; /* by test: its evidence is in the page */
	size_t left; /* bytes of evidence that still go into the page */
};

static void free_text(char **text)
{
	free(*text);
}

static void free_flags(bool **flags)
{
	free(*flags);
}

static void piece(struct cards *c, size_t run, const struct result_test *test, size_t i)
{
	const struct result_evidence *e =
		test ? &test->evidence[i] : &c->rep->results->runs[run].evidence[i];
	char *text __attribute__((cleanup(free_text))) = NULL;
	size_t length = 0, show;
	bool truncated = false;
	char path[512];

	report_evidence_path(c->rep, run, test, i, path, sizeof(path));
	text = results_evidence_text(c->rep->results, run, e, &length, &truncated);
	show = length < PIECE_MAX ? length : PIECE_MAX;
	if (show > c->left)
		show = 0;
	/* Not inside a character. */
	while (text && show && show < length && ((unsigned char)text[show] & 0xc0) == 0x80)
		show--;
	c->left -= show;
	fprintf(c->out, "<details class=\"piece\"%s><summary>", test ? "" : " open");
	put(c->out, MARKUP, e->name);
	fputs(" <a href=\"", c->out);
	put(c->out, ATTRIBUTE, path);
	fputs("\">file</a></summary><pre>", c->out);
	if (text)
		put_n(c->out, MARKUP, text, show);
	if (!text)
		fputs("[not at hand]", c->out);
	else if (show < length)
		fputs("\n[more in the file]", c->out);
	else if (truncated)
		fputs("\n[cut here: there was more than the suite keeps]", c->out);
	fputs("</pre></details>\n", c->out);
}

static void test_id(const struct cards *c, const struct result_test *test)
{
	fprintf(c->out, "t-%zu", (size_t)(test - c->rep->results->tests));
}

/* What the ledger found left, and what was kept for the reader. */
static void told(struct cards *c, const struct result_test *test)
{
	for (size_t i = 0; i < test->n_findings; i++) {
		fputs("<p class=\"leftover\">Left behind, ", c->out);
		put(c->out, MARKUP, test->findings[i].kind);
		fputs(": ", c->out);
		put(c->out, MARKUP, test->findings[i].text);
		fputs("</p>\n", c->out);
	}
	if (!test->n_evidence)
		return;
	fprintf(c->out, "<details class=\"evidence\"><summary>Evidence: %zu %s</summary>\n",
		test->n_evidence, test->n_evidence == 1 ? "file" : "files");
	for (size_t i = 0; i < test->n_evidence; i++)
		piece(c, test->run, test, i);
	fputs("</details>\n", c->out);
}

static void evidence(struct cards *c, const struct result_test *test)
{
	size_t index = (size_t)(test - c->rep->results->tests);

	if (!test->n_evidence && !test->n_findings)
		return;
	if (c->shown[index]) {
		fputs("<p class=\"evidence\"><a href=\"#", c->out);
		test_id(c, test);
		fputs("\">Evidence of this test</a> is above.</p>\n", c->out);
		return;
	}
	c->shown[index] = true;
	fputs("<div id=\"", c->out);
	test_id(c, test);
	fputs("\">\n", c->out);
	told(c, test);
	fputs("</div>\n", c->out);
}

static void expected_observed(struct cards *c, const struct result_decision *d)
{
	if (!*d->expected && !*d->observed)
		return;
	fputs("<div class=\"pair\"><div><h4>Expected</h4><pre>", c->out);
	put(c->out, MARKUP, d->expected);
	fputs("</pre></div><div class=\"saw\"><h4>Observed</h4><pre>", c->out);
	put(c->out, MARKUP, d->observed);
	fputs("</pre></div></div>\n", c->out);
}

static void decision(struct cards *c, const struct result_decision *d)
{
	const struct result_test *test = &c->rep->results->tests[d->test];
	char command[512];

	expected_observed(c, d);
	fputs("<p class=\"again\"><code>", c->out);
	put(c->out, MARKUP, report_repeat(c->rep, test, command, sizeof(command)));
	fputs("</code><button type=\"button\" class=\"copy\">copy</button></p>\n", c->out);
	evidence(c, test);
}

static void card(struct cards *c, const struct result_requirement *q)
{
	enum standing standing = report_standing(q);

	fprintf(c->out,
		"<article class=\"card s-%s\"><p class=\"tags\"><span class=\"badge\">%s</span>"
		"<span class=\"lv\">%s</span>",
		html_class(standing), standing_word(standing), report_level(q));
	html_reference(c->rep, q->row->section, c->out);
	fputs("</p>\n<h3>", c->out);
	put(c->out, MARKUP, q->row->text);
	fputs("</h3>\n<p class=\"id\"><code>", c->out);
	put(c->out, MARKUP, q->id);
	fputs("</code>", c->out);
	if (*report_why(q)) {
		fputs(", ", c->out);
		put(c->out, MARKUP, report_why(q));
	}
	fputs("</p>\n", c->out);
	for (size_t i = 0; i < q->n_decisions; i++)
		if (q->decisions[i].outcome == q->outcome)
			decision(c, &q->decisions[i]);
	fputs("</article>\n", c->out);
}

static void cards_of(struct cards *c, enum standing standing)
{
	for (size_t i = 0; i < c->rep->n; i++) {
		const struct result_requirement *q = report_requirement(c->rep, i);

		if (report_standing(q) == standing)
			card(c, q);
	}
}

/* What the machine itself left: the panic that a runtime caused, say. */
static void machine(struct cards *c)
{
	for (size_t run = 0; run < c->rep->results->n_runs; run++) {
		const struct result_run *r = &c->rep->results->runs[run];

		if (!r->n_evidence)
			continue;
		fputs("<article class=\"card s-error\"><h3>The machine went down in profile ",
		      c->out);
		put(c->out, MARKUP, r->profile);
		fputs("</h3>\n<p class=\"id\">Its last words; the tests that were running have "
		      "them "
		      "among their outcomes.</p>\n",
		      c->out);
		for (size_t i = 0; i < r->n_evidence; i++)
			piece(c, run, NULL, i);
		fputs("</article>\n", c->out);
	}
}

void html_failures(const struct report *rep, FILE *out)
{
	bool *shown __attribute__((cleanup(free_flags))) =
		calloc(rep->results->n_tests + 1, sizeof(bool));
	struct cards c = { rep, out, shown, PIECES_MAX };
	const size_t *s = rep->standings;
	size_t bad = s[STANDS_FAIL] + s[STANDS_WAIVED] + s[STANDS_ERROR] + s[STANDS_NONE] +
		     s[STANDS_SKIP];

	if (!shown) {
		fputs("assay: report: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	fputs("<section class=\"part\" id=\"failures\"><div class=\"wrap\">\n<h2>Failures</h2>\n",
	      out);
	if (bad)
		fprintf(out,
			"<p class=\"lead\">%zu %s in the way of the verdict. The command under "
			"each "
			"repeats just its test.</p>\n",
			bad, bad == 1 ? "requirement stands" : "requirements stand");
	else
		fputs(rep->n ? "<p class=\"lead\">None: no requirement that decides conformance "
			       "fails.</p>\n"
			     : "<p class=\"lead\">Nothing was judged.</p>\n",
		      out);
	machine(&c);
	cards_of(&c, STANDS_FAIL);
	cards_of(&c, STANDS_WAIVED);
	cards_of(&c, STANDS_ERROR);
	cards_of(&c, STANDS_NONE);
	cards_of(&c, STANDS_SKIP);
	if (s[STANDS_UNMET]) {
		fprintf(out,
			"<details class=\"evidence\"><summary>%zu not met, without effect on the "
			"verdict: SHOULD, implied, practice</summary>\n",
			s[STANDS_UNMET]);
		cards_of(&c, STANDS_UNMET);
		fputs("</details>\n", out);
	}
	fputs("</div></section>\n", out);
}

static void decisions_table(const struct report *rep, const struct result_requirement *q, FILE *out)
{
	fputs("<div class=\"scroll\"><table><tr><th>test</th><th>outcome</th><th>expected</th>"
	      "<th>observed</th></tr>\n",
	      out);
	for (size_t i = 0; i < q->n_decisions; i++) {
		const struct result_decision *d = &q->decisions[i];
		const struct result_test *test = &rep->results->tests[d->test];

		fputs("<tr><td><code>", out);
		put(out, MARKUP, test->name);
		fputs("</code>", out);
		if (rep->results->n_runs > 1) {
			fputs(" ", out);
			put(out, MARKUP, rep->results->runs[test->run].profile);
		}
		fprintf(out, "</td><td>%s</td><td>", outcome_name(d->outcome));
		put(out, MARKUP, d->expected);
		fputs("</td><td>", out);
		put(out, MARKUP,
		    d->outcome == OUTCOME_PASS && !*d->observed && *d->expected ? "as expected"
										: d->observed);
		fputs("</td></tr>\n", out);
	}
	fputs("</table></div>", out);
}

static void row(const struct report *rep, const struct result_requirement *q, FILE *out)
{
	enum standing standing = report_standing(q);

	fprintf(out,
		"<details class=\"row\" data-s=\"%s\" data-w=\"%s\"><summary>"
		"<i class=\"dot s-%s\" title=\"%s\">%s</i><span class=\"t\">",
		html_class(standing), weight_name(q->weight), html_class(standing),
		standing_word(standing), html_sign(standing));
	put(out, MARKUP, q->row->text);
	fprintf(out, "</span><span class=\"lv\">%s</span></summary><div class=\"more\"><code>",
		report_level(q));
	put(out, MARKUP, q->id);
	fprintf(out, "</code>, %s, %s since ", standing_word(standing), q->row->basis);
	put(out, MARKUP, q->row->since);
	if (*report_why(q)) {
		fputs(": ", out);
		put(out, MARKUP, report_why(q));
	}
	for (const struct proof *p = proof_find(q->id);
	     p && p < proven + proven_count && !strcmp(p->id, q->id); p++) {
		fputs("<br>proven on ", out);
		put(out, MARKUP, p->base);
		fputs(" against <code>", out);
		put(out, MARKUP, p->sabotage);
		fputs("</code>", out);
	}
	decisions_table(rep, q, out);
	fputs("</div></details>\n", out);
}

/* Rows of the section that a runtime owes and that no test of this run decides. */
static size_t not_judged(const struct report *rep, const char *section, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct requirement *r = &catalogue[i];

		if (strcmp(r->section, section) || !html_owed(rep, r) || html_judged(rep, r))
			continue;
		n++;
		if (!out)
			continue;
		fprintf(out, "<li data-s=\"untested\"><span class=\"lv\">%s</span> ", r->level);
		put(out, MARKUP, r->text);
		fputs(" <code>", out);
		put(out, MARKUP, r->id);
		fputs("</code>", out);
		if (!strncmp(r->testable, "no:", 3)) {
			fputs(" <span class=\"why\">cannot be tested: ", out);
			put(out, MARKUP, r->testable + 3);
			fputs("</span>", out);
		}
		fputs("</li>\n", out);
	}
	return n;
}

static void group(const struct report *rep, const char *section, FILE *out)
{
	size_t judged = 0, rest = not_judged(rep, section, NULL);

	for (size_t i = 0; i < rep->n; i++)
		judged += !strcmp(report_requirement(rep, i)->row->section, section);
	if (!judged && !rest)
		return;
	fputs("<section class=\"group\" id=\"", out);
	html_anchor(section, out);
	fputs("\"><h3>", out);
	put(out, MARKUP, section_title(section));
	fputs(" <small>", out);
	html_reference(rep, section, out);
	fprintf(out, ", %zu of %zu judged</small></h3>\n", judged, judged + rest);
	if (judged)
		fputs("<div class=\"rows\">\n", out);
	for (size_t i = 0; i < rep->n; i++)
		if (!strcmp(report_requirement(rep, i)->row->section, section))
			row(rep, report_requirement(rep, i), out);
	if (judged)
		fputs("</div>\n", out);
	if (rest) {
		fprintf(out, "<details class=\"rest\"><summary>%zu not tested</summary><ul>\n",
			rest);
		not_judged(rep, section, out);
		fputs("</ul></details>\n", out);
	}
	fputs("</section>\n", out);
}

static void filter(const struct report *rep, FILE *out)
{
	fputs("<div class=\"filter\"><input id=\"q\" type=\"search\" placeholder=\"Search: words, "
	      "ids, "
	      "tests ( / )\" aria-label=\"Search requirements\">\n",
	      out);
	for (int i = 0; i < STANDINGS; i++)
		if (rep->standings[i])
			fprintf(out,
				"<button type=\"button\" data-s=\"%s\" aria-pressed=\"false\">%s "
				"%zu"
				"</button>\n",
				html_class((enum standing)i), standing_word((enum standing)i),
				rep->standings[i]);
	fputs("<button type=\"button\" data-s=\"untested\" aria-pressed=\"false\">not "
	      "tested</button>\n"
	      "<output id=\"shown\"></output></div>\n",
	      out);
}

struct place {
	size_t rank;
	const char *section;
};

static int by_rank(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : strcmp(x->section, y->section);
}

static void free_places(struct place **places)
{
	free(*places);
}

void html_requirements(const struct report *rep, FILE *out)
{
	struct place *places __attribute__((cleanup(free_places))) =
		calloc(catalogue_count + 1, sizeof(*places));

	if (!places) {
		fputs("assay: report: out of memory\n", stderr);
		exit(VERDICT_INVALID);
	}
	fputs("<section class=\"part\" id=\"requirements\"><div class=\"wrap\">\n<h2>All "
	      "requirements"
	      "</h2>\n<p class=\"lead\">In the order of the specification, in words; open one for "
	      "its "
	      "tests.</p>\n",
	      out);
	filter(rep, out);
	for (size_t i = 0; i < catalogue_count; i++)
		places[i] =
			(struct place){ section_rank(catalogue[i].section), catalogue[i].section };
	qsort(places, catalogue_count, sizeof(*places), by_rank);
	for (size_t i = 0; i < catalogue_count; i++)
		if (!i || strcmp(places[i].section, places[i - 1].section))
			group(rep, places[i].section, out);
	fputs("</div></section>\n", out);
}
