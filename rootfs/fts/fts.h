/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FTS_H
#define FTS_H

/*
 * fts(3), which libcgroup walks hierarchies with and musl does not have. Names and meanings are
 * those of 4.4BSD; left out are chdir (every walk is FTS_NOCHDIR), fts_children, whiteouts, and of
 * fts_set everything but FTS_SKIP.
 */

#include <sys/stat.h>
#include <sys/types.h>

typedef struct _ftsent {
	struct _ftsent *fts_cycle;  /* FTS_DC: the directory above that this one is again */
	struct _ftsent *fts_parent; /* never NULL: the roots share one of level -1 */
	struct _ftsent *fts_link;   /* the next one of the same directory */
	long fts_number;            /* for the caller, as is fts_pointer */
	void *fts_pointer;
	char *fts_accpath; /* the same as fts_path */
	char *fts_path;    /* from the root that was given */
	char *fts_name;    /* the last part of fts_path */
	int fts_errno;     /* of FTS_DNR, FTS_ERR, FTS_NS */
	unsigned short fts_pathlen;
	unsigned short fts_namelen;
	ino_t fts_ino;
	dev_t fts_dev;
	nlink_t fts_nlink;
	short fts_level;
	unsigned short fts_info;
	unsigned short fts_instr;
	struct stat *fts_statp;
	struct stat fts_stat;
} FTSENT;

typedef struct {
	FTSENT *fts_cur;    /* what fts_read returned last */
	FTSENT *fts_parent; /* that of the roots */
	char *fts_path;     /* that of fts_cur */
	dev_t fts_dev;      /* where the root of fts_cur is, for FTS_XDEV */
	int (*fts_compar)(const FTSENT **, const FTSENT **);
	int fts_options;
} FTS;

/* options */
#define FTS_COMFOLLOW 0x0001
#define FTS_LOGICAL 0x0002
#define FTS_NOCHDIR 0x0004
#define FTS_NOSTAT 0x0008
#define FTS_PHYSICAL 0x0010
#define FTS_SEEDOT 0x0020
#define FTS_XDEV 0x0040

#define FTS_ROOTPARENTLEVEL (-1)
#define FTS_ROOTLEVEL 0

/* fts_info */
#define FTS_D 1
#define FTS_DC 2
#define FTS_DEFAULT 3
#define FTS_DNR 4
#define FTS_DOT 5
#define FTS_DP 6
#define FTS_ERR 7
#define FTS_F 8
#define FTS_NS 10
#define FTS_NSOK 11
#define FTS_SL 12
#define FTS_SLNONE 13

/* fts_instr */
#define FTS_SKIP 4

FTS *fts_open(char *const *paths, int options, int (*compar)(const FTSENT **, const FTSENT **));
FTSENT *fts_read(FTS *fts);
int fts_set(FTS *fts, FTSENT *ent, int instr);
int fts_close(FTS *fts);

#endif
