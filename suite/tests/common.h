/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_COMMON_H
#define ASSAY_TESTS_COMMON_H

/* What tests about file systems and cgroups share, beyond suite.h. */

#include <time.h>

#include "suite/suite.h"

/* Preparation: ends the test as an `error` of ours unless it worked; errno tells why. */
void need(struct test *t, bool ok, const char *what);
/* A copy of the probe at a path of the host. */
void place_probe(struct test *t, const char *path, mode_t mode);
/* A directory of a bundle becomes a root file system as bundle_new() makes them. */
void make_root(struct test *t, struct bundle *b, const char *path);
/* A directory below test_dir(), mode 0755; its path. */
const char *host_dir(struct test *t, const char *name);
/* A file of the host below test_dir(), whose directory is there; its path. */
const char *host_file(struct test *t, const char *name, const char *content);
/* Let so many seconds pass; with TFD_TIMER_ABSTIME, until the machine has been up for so many. */
void wait_clock(struct test *t, int flags, time_t s);
/* mount(2), or the test is broken. */
void host_mount(struct test *t, const char *source, const char *target, const char *type,
		unsigned long flags, const char *data);
/* Like bundle_run() with the probe set before, the runtime being called from a directory. */
const struct facts *run_from(struct test *t, struct bundle *b, const char *directory);
/* Bytes of a file system by its statfs fact; -1 when it is no tmpfs or there is no answer. */
long long tmpfs_size(const struct facts *f, const char *fact);
/* Effective, permitted and bounding sets of the process: what tests of file systems need. */
void with_capabilities(struct bundle *b);
/* The root file system belongs to this user and group, as one for a user namespace does. */
void give_root_to(struct test *t, struct bundle *b, int id);
/* New user namespace; ids from 0 up are those from `first` up outside, 65536 of them, and the root
 * file system is theirs. */
void with_user_namespace(struct test *t, struct bundle *b, int first);

/*
 * As bundle_supported(), for a create only: the runtime must create this, or refuse, as the text
 * lets it. False: it has not, and the requirement is decided.
 */
bool may_create(struct test *t, const char *requirement, struct container *c);
/* The same for a create and a start. */
bool may_start(struct test *t, const char *requirement, struct container *c);

/* config.json with a property's value being exactly these bytes, which jansson may not hold. */
void raw_value(struct test *t, struct bundle *b, const char *path, const char *value);
/* config.json as it stands in the object, with one text replaced everywhere. */
void raw_replace(struct test *t, struct bundle *b, const char *old, const char *new);

/*
 * Sub-commands of a probe that describes its whole world, and what they said without all that
 * differs from one container to the next: for "as without it".
 */
void probe_report(struct bundle *b);
json_t *report(const struct facts *f);
#endif
