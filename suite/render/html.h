/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RENDER_HTML_H
#define ASSAY_RENDER_HTML_H

#include "out.h"
#include "report.h"

extern const char page_style[];
extern const char page_script[];

/* The parts of report.html, in their order. */
void html_map(const struct report *rep, FILE *out);
void html_failures(const struct report *rep, FILE *out);
void html_requirements(const struct report *rep, FILE *out);
void html_time(const struct report *rep, FILE *out);
void html_facts(const struct report *rep, FILE *out);

/* "pass", "fail", "unmet" ...: the class that gives a standing its colour, behind "s-". */
const char *html_class(enum standing standing);
/* A sign for it, so that colour is never all. */
const char *html_sign(enum standing standing);

/* A link to a section of the specification, in the version that is judged. */
void html_reference(const struct report *rep, const char *section, FILE *out);

/* id="..." of the group of a section in the list of requirements. */
void html_anchor(const char *section, FILE *out);

/* How a test's outcome is coloured. */
enum standing html_test_standing(const struct result_test *test);

/*
 * A catalogue's view of a section, for the map and the list: whether a row that no test decides
 * is one that a runtime owes in the version that is judged.
 */
bool html_owed(const struct report *rep, const struct requirement *row);

/* Whether a requirement of the catalogue was judged in this report. */
bool html_judged(const struct report *rep, const struct requirement *row);

#endif
