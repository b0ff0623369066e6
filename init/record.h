/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_RECORD_H
#define ASSAY_INIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "journal.h"
#include "suite/core/event.h"

#define RECORD_FILE	"/run/assay/events.jsonl"
#define RECORD_OPEN_MAX 64

/* A test that has begun in this boot and not ended. */
struct open_test {
	char name[EVENT_TEST_MAX];
	uint64_t deadline_ns; /* UINT64_MAX: none was given */
};

/* The events of the run: where they go, and what PID 1 has to know of them. */
struct record {
	struct journal journal;
	const char *path; /* of the copy that suite and report read: RECORD_FILE */
	int file;
	bool file_bad; /* it misses lines; record_rewrite() makes it whole */
	struct open_test open[RECORD_OPEN_MAX];
	unsigned int n_open;
	unsigned int boots; /* number of the last boot event */
	unsigned int warm;  /* boots because something went down: panic, reset, runner */
	uint64_t events, planned, ended;
	uint64_t dropped; /* pieces of evidence the journal had no room for */
	int verdict;	  /* code of the verdict event, or -1 */
	char word[32];	  /* its words: "not conformant" */
	char reason[512];
	char noted[EVENT_TEST_MAX]; /* test whose evidence was last noted as dropped */
};

/* Read all records of an opened journal: the file and the state follow. 0 or -errno. */
int record_replay(struct record *r);

/* Begin with an empty, created journal. 0 or -errno. */
int record_begin(struct record *r);

/*
 * Add an event everywhere: journal, file, mirror. With `sync` it is durable on return. Evidence
 * that does not fit is left out and noted. 0; -EINVAL (a body that is not one), -ENOSPC (the
 * journal has no room for what a verdict needs), or -errno of the disk.
 */
int record_event(struct record *r, enum event_type type, const char *body, size_t length,
		 bool sync);

/* The latest time for an open test to end. */
void record_deadline(struct record *r, const char *test, uint64_t deadline_ns);

/* Make the file whole again out of the journal, if it is not. 0 or -errno. */
int record_rewrite(struct record *r);

#endif
