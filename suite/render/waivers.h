/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_RENDER_WAIVERS_H
#define ASSAY_RENDER_WAIVERS_H

#include "results.h"

/*
 * Known deviations that somebody accepts for a while. A waiver changes how a failure is shown,
 * never that it is one: outcomes, digest and verdict stay what they are without it.
 */
struct waiver {
	const char *requirement;
	const char *reason;
	const char *link;
	const char *expires; /* "2027-01-31": the last day on which it holds */
	const char *why;     /* the three as one line for a report */
	bool expired;
	bool used; /* its requirement is one that decides, and fails */
};

/*
 * Reads a waiver file into concluded results and marks what it waives. The day it is held against
 * is the one written in it (a report's own waivers.tsv), else `today`. 0, or -errno, the message
 * said: a row that is no waiver, or of no requirement, is an error.
 */
int waivers_load(struct results *r, const char *path, const char *today);

/* The same of the report in `dir`, when it has a waivers.tsv. */
int report_apply_waivers(struct results *r, const char *dir);

/* "waived", "expired" or "not needed". */
const char *waiver_standing(const struct waiver *waiver);

/* "2026-11-26", by this machine's clock. */
const char *waivers_today(char date[11]);

#endif
