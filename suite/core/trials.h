/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TRIALS_H
#define ASSAY_TRIALS_H

#include "engine.h"

/*
 * A feature of the kernel and the trial of it: 0 when it works. A trial runs as root of the initial
 * namespaces, in a process of its own that ends with it, so what it does to itself needs no undoing.
 */
struct feature {
	const char *name;    /* for people */
	const char *options; /* what rows of the catalogue call it, after kernel: */
	int (*try)(const struct feature *f, const struct context *c);
	const char *text;
	long argument;
	enum cgroup_mode profile; /* where it is to be there */
	bool engine;		  /* no test can run without, wherever it runs */
};

/* Make, and remove, the cgroup that try_cgroup() and others write to, in each hierarchy. */
void trials_begin(const struct context *c);
void trials_end(const struct context *c);

int try_unshare(const struct feature *f, const struct context *c); /* argument: CLONE_NEW* */
int try_user_namespace(const struct feature *f, const struct context *c);
int try_time_namespace(const struct feature *f, const struct context *c);
int try_pidfd(const struct feature *f, const struct context *c);
int try_process_events(const struct feature *f, const struct context *c);
int try_kcmp(const struct feature *f, const struct context *c);
int try_sysvipc(const struct feature *f, const struct context *c);
int try_memfd(const struct feature *f, const struct context *c);
int try_inotify(const struct feature *f, const struct context *c);
int try_capability(const struct feature *f, const struct context *c); /* argument: its number */
int try_scheduler(const struct feature *f, const struct context *c); /* argument: the policy */
int try_keep_scheduler(const struct feature *f, const struct context *c);
int try_affinity(const struct feature *f, const struct context *c);
int try_io_priority(const struct feature *f, const struct context *c);
int try_mempolicy(const struct feature *f, const struct context *c);
int try_ia32(const struct feature *f, const struct context *c);
int try_x32(const struct feature *f, const struct context *c);
int try_seccomp(const struct feature *f, const struct context *c); /* argument: an action, or 0 */

int try_mount(const struct feature *f, const struct context *c); /* text: the type */
int try_known_fs(const struct feature *f, const struct context *c); /* text: a type on disks */
int try_overlay(const struct feature *f, const struct context *c);
int try_xattr(const struct feature *f, const struct context *c);
int try_terminal(const struct feature *f, const struct context *c);
int try_mount_setattr(const struct feature *f, const struct context *c); /* argument: attributes */
int try_idmap(const struct feature *f, const struct context *c);
int try_path(const struct feature *f, const struct context *c); /* text: is to be there */
int try_open(const struct feature *f, const struct context *c); /* text: can be opened */
int try_sysctl(const struct feature *f, const struct context *c);

int try_socket(const struct feature *f, const struct context *c); /* argument: the family */
int try_netlink(const struct feature *f, const struct context *c); /* argument: the protocol */
int try_link(const struct feature *f, const struct context *c); /* text: the kind */
int try_rdma(const struct feature *f, const struct context *c);

int try_apparmor(const struct feature *f, const struct context *c); /* text: a profile */
int try_selinux(const struct feature *f, const struct context *c); /* text: a label */

/*
 * text: FILE VALUE, to be written in a cgroup; on v1 the file's name says the hierarchy. In VALUE,
 * # stands for a block device's numbers. Without a value the file is read.
 */
int try_cgroup(const struct feature *f, const struct context *c);
int try_device_program(const struct feature *f, const struct context *c);

#endif
