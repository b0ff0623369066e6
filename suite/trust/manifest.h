/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TRUST_MANIFEST_H
#define ASSAY_TRUST_MANIFEST_H

/*
 * manifest.json: one small file that stands for a whole report. It has the digest of every other
 * file, the last hash of each chain of events, and the digests of image, payload, kernel config and
 * catalogue; who signs it signs all of that. It holds nothing of its own but what the guest cannot
 * know, the files that were booted.
 */

#include <jansson.h>
#include <stdbool.h>

#include "suite/render/report.h"
#include "tree.h"

#define MANIFEST	   "manifest.json"
#define MANIFEST_SIGNATURE MANIFEST ".sig"

/* The manifest that a report must have. `booted`: {"initramfs.cpio.zst":"sha256:..."}, may be NULL.
 */
json_t *manifest_make(const struct report *rep, const struct tree *tree, const json_t *booted);

/* As it is written, newline at the end; malloc'ed. */
char *manifest_text(const json_t *manifest);

/* Whether a path is one of the manifest itself, which lists all others. */
bool manifest_itself(const char *path);

/* Whether a report may have a file of this name. */
bool manifest_part(const char *path);

/* "events.jsonl", "events-legacy.jsonl": the file of a run. */
const char *manifest_events(const struct report *rep, size_t run, char *name, size_t size);

#endif
