/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe sees around it: files, mounts, namespaces, descriptors, and what it may do with
 * files. A refusal is an answer ({"errno":"EROFS"}), never the end of the probe.
 */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "names.h"

static char content[64 * 1024];

static void member(const char *key, long long number)
{
	out_key(key);
	out_int(number);
}

static void answer(const char *fact, int error)
{
	line_begin(fact);
	out_errno(error);
	line_end();
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "dir";
	case S_IFREG:
		return "file";
	case S_IFLNK:
		return "link";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFIFO:
		return "fifo";
	default:
		return "socket";
	}
}

static void stat_members(const struct stat *st)
{
	out_key("type");
	out_text(type_name(st->st_mode));
	member("mode", st->st_mode & 07777);
	member("uid", st->st_uid);
	member("gid", st->st_gid);
	member("size", st->st_size);
	member("nlink", (long long)st->st_nlink);
	member("ino", (long long)st->st_ino);
	member("dev", (long long)st->st_dev);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		member("major", major(st->st_rdev));
		member("minor", minor(st->st_rdev));
	}
}

static void stat_path(const char *fact, const char *path, int flags)
{
	struct stat st;
	char target[4097];
	ssize_t n;

	line_begin(fact);
	if (fstatat(AT_FDCWD, path, &st, flags)) {
		out_errno(errno);
		line_end();
		return;
	}
	out_open('{');
	stat_members(&st);
	n = S_ISLNK(st.st_mode) ? readlink(path, target, sizeof(target)) : -1;
	if (n >= 0) {
		out_key("target");
		out_bytes(target, (size_t)n);
	}
	out_close('}');
	line_end();
}

static void do_stat(char **argument)
{
	stat_path("stat", argument[0], 0);
}

static void do_lstat(char **argument)
{
	stat_path("lstat", argument[0], AT_SYMLINK_NOFOLLOW);
}

static void do_statfs(char **argument)
{
	struct statfs st;

	line_begin("statfs");
	if (statfs(argument[0], &st)) {
		out_errno(errno);
	} else {
		out_open('{');
		member("type", (long long)(unsigned long)st.f_type);
		member("flags", (long long)st.f_flags);
		member("bsize", (long long)st.f_bsize);
		member("blocks", (long long)st.f_blocks);
		member("files", (long long)st.f_files);
		out_close('}');
	}
	line_end();
}

/* Reads the head of a file into `content`; its length, or -errno. */
static ssize_t slurp(const char *path)
{
	size_t used = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	while (used < sizeof(content)) {
		ssize_t n = read(fd, content + used, sizeof(content) - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !used) {
			int error = errno;

			close(fd);
			return -error;
		}
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	return (ssize_t)used;
}

static void read_as(const char *fact, const char *path)
{
	ssize_t n = slurp(path);

	line_begin(fact);
	if (n < 0)
		out_errno((int)-n);
	else
		out_bytes(content, (size_t)n);
	line_end();
}

static void do_read(char **argument)
{
	read_as("read", argument[0]);
}

/* An extended attribute, without the NUL that some end with. */
static void do_xattr(char **argument)
{
	ssize_t n = getxattr(argument[0], argument[1], content, sizeof(content));

	line_begin("xattr");
	if (n < 0)
		out_errno(errno);
	else
		out_bytes(content, n && !content[n - 1] ? (size_t)n - 1 : (size_t)n);
	line_end();
}

static void do_sysctl(char **argument)
{
	char path[512];
	int n = snprintf(path, sizeof(path), "/proc/sys/%s", argument[0]);

	for (int i = 10; i < n && i < (int)sizeof(path); i++)
		if (path[i] == '.')
			path[i] = '/';
	read_as("sysctl", path);
}

static void do_oom(char **argument)
{
	(void)argument;
	read_as("oom", "/proc/self/oom_score_adj");
}

static int write_file(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0644), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

static void do_write(char **argument)
{
	answer("write", write_file(argument[0], argument[1], 0));
}

static void do_create(char **argument)
{
	answer("create", write_file(argument[0], "", O_CREAT | O_EXCL));
}

static void do_append(char **argument)
{
	answer("append", write_file(argument[0], argument[1], O_CREAT | O_APPEND));
}

/* MODE: r, w, rw, d (directory), p (path only). */
static int try_open(char **argument)
{
	int flags = !strcmp(argument[1], "rw") ? O_RDWR
		    : argument[1][0] == 'w'    ? O_WRONLY
		    : argument[1][0] == 'd'    ? O_RDONLY | O_DIRECTORY
		    : argument[1][0] == 'p'    ? O_PATH
					       : O_RDONLY;
	int fd = open(argument[0], flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void do_open(char **argument)
{
	answer("open", try_open(argument));
}

static void do_child_open(char **argument)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_open(argument));
	if (pid < 0) {
		answer("child-open", errno);
		return;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	answer("child-open", WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
}

/* Opens it and reads a byte or so: a device that opens may still refuse. */
static void do_readable(char **argument)
{
	char byte[16];
	int fd = open(argument[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	answer("readable", fd < 0 || read(fd, byte, sizeof(byte)) < 0 ? errno : 0);
	if (fd >= 0)
		close(fd);
}

static void do_mkdir(char **argument)
{
	answer("mkdir", mkdir(argument[0], 0755) ? errno : 0);
}

static void do_unlink(char **argument)
{
	int flag = 0;
	struct stat st;

	if (!lstat(argument[0], &st) && S_ISDIR(st.st_mode))
		flag = AT_REMOVEDIR;
	answer("unlink", unlinkat(AT_FDCWD, argument[0], flag) ? errno : 0);
}

static void do_symlink(char **argument)
{
	answer("symlink", symlink(argument[0], argument[1]) ? errno : 0);
}

static void do_chmod(char **argument)
{
	answer("chmod", chmod(argument[0], (mode_t)strtoul(argument[1], NULL, 8)) ? errno : 0);
}

static void do_chown(char **argument)
{
	answer("chown", lchown(argument[0], (uid_t)strtoul(argument[1], NULL, 10),
			       (gid_t)strtoul(argument[2], NULL, 10))
				? errno
				: 0);
}

/* PATH TYPE(c b p) MAJOR MINOR */
static void do_mknod(char **argument)
{
	mode_t type = argument[1][0] == 'c' ? S_IFCHR : argument[1][0] == 'b' ? S_IFBLK : S_IFIFO;
	dev_t device = makedev(strtoul(argument[2], NULL, 10), strtoul(argument[3], NULL, 10));

	answer("mknod", mknod(argument[0], type | 0666, device) ? errno : 0);
}

/* SOURCE TARGET TYPE FLAGS(number) */
static void do_mount(char **argument)
{
	answer("mount", mount(argument[0], argument[1], argument[2], strtoul(argument[3], NULL, 0),
			      NULL)
				? errno
				: 0);
}

static void do_umount(char **argument)
{
	answer("umount", umount2(argument[0], MNT_DETACH) ? errno : 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void do_list(char **argument)
{
	static char *name[2048];
	static char names[48 * 1024];
	size_t n = 0, used = 0;
	DIR *directory = opendir(argument[0]);
	struct dirent *entry;

	line_begin("list");
	if (!directory) {
		out_errno(errno);
		line_end();
		return;
	}
	while ((entry = readdir(directory)) && n < sizeof(name) / sizeof(name[0])) {
		size_t length = strlen(entry->d_name) + 1;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    length > sizeof(names) - used)
			continue;
		name[n++] = memcpy(names + used, entry->d_name, length);
		used += length;
	}
	closedir(directory);
	qsort(name, n, sizeof(name[0]), by_name);
	out_open('[');
	for (size_t i = 0; i < n; i++)
		out_text(name[i]);
	out_close(']');
	line_end();
}

/* mountinfo writes blank, tab, newline and backslash as octal; undone in place. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] && text[3]) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static void mount_entry(char *line)
{
	static const char *const keys[] = { "id", "parent", "device", "root", "point", "options" };
	static const char *const tail[] = { "type", "source", "super" };
	char *word = line, *next = NULL;

	out_open('{');
	for (size_t i = 0; i < 6 && word; i++, word = next) {
		next = strchr(word, ' ');
		if (next)
			*next++ = '\0';
		unescape(word);
		out_key(keys[i]);
		if (i < 2)
			out_int(strtol(word, NULL, 10));
		else
			out_text(word);
	}
	out_key("optional");
	out_open('[');
	for (; word; word = next) {
		next = strchr(word, ' ');
		if (next)
			*next++ = '\0';
		if (!strcmp(word, "-"))
			break;
		out_text(word);
	}
	out_close(']');
	word = word ? next : NULL;
	for (size_t i = 0; i < 3 && word; i++, word = next) {
		next = strchr(word, ' ');
		if (next)
			*next++ = '\0';
		unescape(word);
		out_key(tail[i]);
		out_text(word);
	}
	out_close('}');
}

static void mounts(char **argument)
{
	ssize_t n = slurp("/proc/self/mountinfo");

	(void)argument;
	line_begin("mounts");
	if (n < 0) {
		out_errno((int)-n);
		line_end();
		return;
	}
	content[n < (ssize_t)sizeof(content) ? n : n - 1] = '\0';
	out_open('[');
	for (char *line = content, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		mount_entry(line);
	}
	out_close(']');
	line_end();
}

/* Inode numbers of the namespaces, and of the user namespace that owns each. */
static void ns(char **argument)
{
	static const char *const types[] = { "cgroup", "ipc", "mnt", "net", "pid", "pid_for_children",
					     "time",   "time_for_children", "user", "uts" };

	(void)argument;
	line_begin("ns");
	out_open('{');
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char path[64];
		struct stat st;
		int fd, owner;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", types[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!fstat(fd, &st))
			member(types[i], (long long)st.st_ino);
		owner = ioctl(fd, NS_GET_USERNS);
		if (owner >= 0 && !fstat(owner, &st)) {
			char key[64];

			snprintf(key, sizeof(key), "%s-owner", types[i]);
			member(key, (long long)st.st_ino);
		}
		if (owner >= 0)
			close(owner);
		close(fd);
	}
	out_close('}');
	line_end();
}

static void status(char **argument)
{
	ssize_t n = slurp("/proc/self/status");

	(void)argument;
	line_begin("status");
	if (n < 0) {
		out_errno((int)-n);
		line_end();
		return;
	}
	content[n < (ssize_t)sizeof(content) ? n : n - 1] = '\0';
	out_open('{');
	for (char *line = content, *next; line && *line; line = next) {
		char *value = strchr(line, ':');

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!value)
			continue;
		*value++ = '\0';
		while (*value == '\t' || *value == ' ')
			value++;
		out_key(line);
		out_text(value);
	}
	out_close('}');
	line_end();
}

/* By trying each number: /proc need not be there. The output of -o is ours and left out. */
static void fds(char **argument)
{
	(void)argument;
	line_begin("fds");
	out_open('[');
	for (int fd = 0; fd < 4096; fd++) {
		int flags = fcntl(fd, F_GETFD), state;
		char path[64], target[1025];
		struct stat st;
		ssize_t n;

		if (flags < 0 || (fd > 2 && flags & FD_CLOEXEC))
			continue;
		out_open('{');
		member("fd", fd);
		state = fcntl(fd, F_GETFL);
		member("flags", state);
		if (!fstat(fd, &st))
			stat_members(&st);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		if (n >= 0) {
			out_key("target");
			out_bytes(target, (size_t)n);
		}
		if (lseek(fd, 0, SEEK_CUR) >= 0)
			member("offset", lseek(fd, 0, SEEK_CUR));
		out_close('}');
	}
	out_close(']');
	line_end();
}

static void do_echo(char **argument)
{
	line_begin("echo");
	out_text(argument[0]);
	line_end();
}

/* Standard input to its end: the state that a hook is given. */
static void state(char **argument)
{
	size_t used = 0;

	(void)argument;
	while (used < sizeof(content)) {
		ssize_t n = read(0, content + used, sizeof(content) - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	line_begin("state");
	out_bytes(content, used);
	line_end();
}

/* Standard input to its end, and not a word about it. */
static void drain(char **argument)
{
	ssize_t n;

	(void)argument;
	do
		n = read(0, content, sizeof(content));
	while (n > 0 || (n < 0 && errno == EINTR));
}

/* For hooks that are not to read what they are given. */
static void deaf(char **argument)
{
	(void)argument;
}

/* PATH: standard input to its end into a file, however long it is; how many bytes. */
static void save(char **argument)
{
	int fd = open(argument[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int error = fd < 0 ? errno : 0;
	long long sum = 0;
	ssize_t n;

	while (!error && (n = read(0, content, sizeof(content))) != 0) {
		if (n > 0 && write(fd, content, (size_t)n) == n)
			sum += n;
		else if (errno != EINTR)
			error = errno;
	}
	if (fd >= 0)
		close(fd);
	line_begin("save");
	if (error)
		out_errno(error);
	else
		out_int(sum);
	line_end();
}

const struct command file_commands[] = {
	{ "stat", 1, do_stat, false },
	{ "lstat", 1, do_lstat, false },
	{ "statfs", 1, do_statfs, false },
	{ "read", 1, do_read, false },
	{ "xattr", 2, do_xattr, false },
	{ "sysctl", 1, do_sysctl, false },
	{ "oom", 0, do_oom, false },
	{ "write", 2, do_write, false },
	{ "create", 1, do_create, false },
	{ "append", 2, do_append, false },
	{ "open", 2, do_open, false },
	{ "child-open", 2, do_child_open, false },
	{ "readable", 1, do_readable, false },
	{ "mkdir", 1, do_mkdir, false },
	{ "unlink", 1, do_unlink, false },
	{ "symlink", 2, do_symlink, false },
	{ "chmod", 2, do_chmod, false },
	{ "chown", 3, do_chown, false },
	{ "mknod", 4, do_mknod, false },
	{ "mount", 4, do_mount, false },
	{ "umount", 1, do_umount, false },
	{ "list", 1, do_list, false },
	{ "mounts", 0, mounts, false },
	{ "ns", 0, ns, false },
	{ "status", 0, status, false },
	{ "fds", 0, fds, false },
	{ "echo", 1, do_echo, false },
	{ "state", 0, state, false },
	{ "save", 1, save, false },
	{ "drain", 0, drain, false },
	{ "deaf", 0, deaf, false },
	{ NULL, 0, NULL, false },
};
