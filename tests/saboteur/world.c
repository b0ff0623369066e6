/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to the world around a call: files, mounts, descriptors, processes. Everything is
 * tried; what cannot be done leaves the call as it is.
 */
#include "saboteur.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "suite/probe/names.h"
#include "tests/runtimes/acts.h"

static int write_to(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0644), error = 0;
	size_t length = text ? strlen(text) : 0;

	if (fd < 0)
		return -errno;
	if (length && write(fd, text, length) != (ssize_t)length)
		error = -errno;
	close(fd);
	return error;
}

/* /proc and cgroup files are not to be made. */
static int write_(struct call *c, char **word)
{
	int error = write_to(word[0], O_CREAT | O_TRUNC, word[1]);

	(void)c;
	return error ? write_to(word[0], 0, word[1]) : 0;
}

static int unlink_(struct call *c, char **word)
{
	(void)c;
	return unlink(word[0]) && rmdir(word[0]) ? -errno : 0;
}

static int mkdir_(struct call *c, char **word)
{
	char *path = copy_text(word[0], strlen(word[0]));

	(void)c;
	for (char *slash = path + 1; *path && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	return mkdir(path, 0755) ? -errno : 0;
}

/* The files of a cgroup cannot go, but the directories can. */
static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	if (type == FTW_DP)
		rmdir(path);
	else
		unlink(path);
	return 0;
}

static int rmtree(struct call *c, char **word)
{
	(void)c;
	if (nftw(word[0], remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		return -errno;
	return access(word[0], F_OK) ? 0 : -ENOTEMPTY;
}

static int chmod_(struct call *c, char **word)
{
	(void)c;
	return chmod(word[0], (mode_t)strtoul(word[1], NULL, 8)) ? -errno : 0;
}

/* PATH UID GID; of a symlink itself. */
static int chown_(struct call *c, char **word)
{
	(void)c;
	return lchown(word[0], (uid_t)strtoul(word[1], NULL, 10),
		      (gid_t)strtoul(word[2], NULL, 10))
		       ? -errno
		       : 0;
}

static int symlink_(struct call *c, char **word)
{
	(void)c;
	return symlink(word[0], word[1]) ? -errno : 0;
}

static const struct {
	const char *name;
	unsigned long flag;
} mount_flags[] = {
	{ "bind", MS_BIND },	     { "rbind", MS_BIND | MS_REC }, { "ro", MS_RDONLY },
	{ "rw", 0 },		     { "nosuid", MS_NOSUID },	    { "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC },     { "remount", MS_REMOUNT },	    { "private", MS_PRIVATE },
	{ "rprivate", MS_PRIVATE | MS_REC },			    { "shared", MS_SHARED },
	{ "rshared", MS_SHARED | MS_REC },			    { "slave", MS_SLAVE },
	{ "rslave", MS_SLAVE | MS_REC },			    { "move", MS_MOVE },
};

/* SOURCE TARGET TYPE OPTIONS: flags of the kernel and, joined by commas, what is for the type. */
static int mount_(struct call *c, char **word)
{
	char *save = NULL, *options = join("%s", word[3] ? word[3] : "");
	struct text data = { 0 };
	unsigned long flags = 0;

	(void)c;
	for (char *w = strtok_r(options, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(mount_flags) && strcmp(mount_flags[i].name, w))
			i++;
		if (i < ARRAY_SIZE(mount_flags)) {
			flags |= mount_flags[i].flag;
			continue;
		}
		if (data.length)
			text_add(&data, ",", 1);
		text_add(&data, w, strlen(w));
	}
	return mount(word[0], word[1], word[2], flags, data.data) ? -errno : 0;
}

static int umount_(struct call *c, char **word)
{
	(void)c;
	return umount2(word[0], MNT_DETACH) ? -errno : 0;
}

static int signal_(struct call *c, char **word)
{
	pid_t pid = word[1] ? (pid_t)strtol(word[1], NULL, 10) : call_pid(c);

	if (pid <= 1)
		return -ESRCH;
	return kill(pid, signal_parse(word[0])) ? -errno : 0;
}

static int reap(struct call *c, char **word)
{
	(void)word;
	wait_gone(call_pid(c));
	return 0;
}

static int leak(struct call *c, char **word)
{
	(void)c;
	act_leak(word[0]);
	return 0;
}

void pause_ms(const char *ms)
{
	long n = strtol(ms, NULL, 10);
	struct timespec left = { .tv_sec = n / 1000, .tv_nsec = n % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR) /* banned-ok: it is to be late */
		;
}

static int delay(struct call *c, char **word)
{
	(void)c;
	pause_ms(word[0]);
	return 0;
}

/* ------------------------------------------------------------------ descriptors */

static int fd_read(int fd, const char *value)
{
	char data[4096];
	size_t left = value ? strtoul(value, NULL, 10) : 1;

	return read(fd, data, left < sizeof(data) ? left : sizeof(data)) < 0 ? -errno : 0;
}

static int fd_drain(int fd, const char *value)
{
	char data[4096];
	ssize_t n;

	(void)value;
	while ((n = read(fd, data, sizeof(data))) > 0 || (n < 0 && errno == EINTR))
		;
	return n < 0 ? -errno : 0;
}

static int fd_write(int fd, const char *value)
{
	return value && write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

static int fd_seek(int fd, const char *value)
{
	return lseek(fd, value ? strtol(value, NULL, 10) : 0, SEEK_SET) < 0 ? -errno : 0;
}

static int fd_truncate(int fd, const char *value)
{
	return ftruncate(fd, value ? strtol(value, NULL, 10) : 0) ? -errno : 0;
}

static int change_flags(int fd, int set, int clear)
{
	return fcntl(fd, F_SETFL, (fcntl(fd, F_GETFL) | set) & ~clear) ? -errno : 0;
}

static int fd_nonblock(int fd, const char *value)
{
	(void)value;
	return change_flags(fd, O_NONBLOCK, 0);
}

static int fd_append(int fd, const char *value)
{
	(void)value;
	return change_flags(fd, O_APPEND, 0);
}

static int fd_no_append(int fd, const char *value)
{
	(void)value;
	return change_flags(fd, 0, O_APPEND);
}

static int fd_shutdown(int fd, const char *value)
{
	(void)value;
	return shutdown(fd, SHUT_RDWR) ? -errno : 0;
}

static int fd_raw(int fd, const char *value)
{
	struct termios t;

	(void)value;
	if (tcgetattr(fd, &t))
		return -errno;
	cfmakeraw(&t);
	return tcsetattr(fd, TCSANOW, &t) ? -errno : 0;
}

/* ROWSxCOLUMNS: of a terminal's window. */
static int fd_size(int fd, const char *value)
{
	struct winsize size = { 0 };

	if (!value || sscanf(value, "%hux%hu", &size.ws_row, &size.ws_col) != 2)
		return -EINVAL;
	return ioctl(fd, TIOCSWINSZ, &size) ? -errno : 0;
}

/* FD DEED [VALUE]: to what the caller has passed, and shares. */
static int fd_(struct call *c, char **word)
{
	static const struct {
		const char *name;
		int (*run)(int fd, const char *value);
	} deeds[] = {
		{ "read", fd_read },	     { "drain", fd_drain },   { "write", fd_write },
		{ "seek", fd_seek },	     { "raw", fd_raw },	      { "truncate", fd_truncate },
		{ "nonblock", fd_nonblock }, { "append", fd_append }, { "no-append", fd_no_append },
		{ "shutdown", fd_shutdown }, { "size", fd_size },
	};

	(void)c;
	for (size_t i = 0; i < ARRAY_SIZE(deeds); i++)
		if (!strcmp(word[1], deeds[i].name))
			return deeds[i].run((int)strtol(word[0], NULL, 10), word[2]);
	return -EINVAL;
}

/* FROM TO: content and mode. */
static int copy_file(struct call *c, char **word)
{
	struct text t = { 0 };
	int error = text_read(&t, word[0]), fd;
	struct stat st;

	(void)c;
	if (error)
		return error;
	fd = open(word[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, t.data, t.length) != (ssize_t)t.length || stat(word[0], &st) ||
	    fchmod(fd, st.st_mode & 07777))
		error = -errno;
	close(fd);
	return error;
}

#define EITHER (IN_BEFORE | IN_AFTER)

const struct action world_actions[] = {
	{ "write", "wT", EITHER | IN_WRAP, write_ },
	{ "unlink", "w", EITHER | IN_WRAP, unlink_ },
	{ "mkdir", "w", EITHER | IN_WRAP, mkdir_ },
	{ "rmtree", "w", EITHER | IN_WRAP, rmtree },
	{ "chmod", "wm", EITHER | IN_WRAP, chmod_ },
	{ "chown", "wnn", EITHER | IN_WRAP, chown_ },
	{ "symlink", "ww", EITHER | IN_WRAP, symlink_ },
	{ "mount", "wwwW", EITHER | IN_WRAP, mount_ },
	{ "umount", "w", EITHER | IN_WRAP, umount_ },
	{ "fd", "nwT", EITHER | IN_WRAP, fd_ },
	{ "copy-file", "ww", EITHER, copy_file },
	{ "signal", "sN", EITHER | NEEDS_PID, signal_ },
	{ "reap", "", EITHER | NEEDS_PID, reap },
	{ "leak", "w", EITHER, leak },
	{ "delay", "n", EITHER | IN_WRAP | USUALLY_BEFORE, delay },
	{ NULL, NULL, 0, NULL },
};
