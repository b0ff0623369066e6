/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_FAKE_ACTS_H
#define ASSAY_FAKE_ACTS_H

#define ACT_GO_ON (-1) /* what an act returns when the real runtime shall be called after it */

struct act {
	const char *name;
	const char *about;
	/* Misbehaves. `arg` is the text after the act's name, "" if none. Returns the exit status,
	 * ACT_GO_ON, or not at all. */
	int (*run)(const char *arg);
};

/* All acts, ended by an empty one. */
extern const struct act acts[];

/* The acts that live in files of their own. */
int act_leak(const char *arg);
int act_forge(const char *arg);

#endif
