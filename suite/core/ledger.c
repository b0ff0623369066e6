/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: what there is in a test's world, as sorted lines, and the difference of two such
 * lists. It must stay cheap, as it is taken around operations: no helper programs, no reading of
 * contents, nothing that wakes or changes what it looks at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "init/listing.h"

#define DEPTH_MAX   24
#define ENTRIES_MAX 20000

/* Of a file only what tells a change; a directory's size and time follow from what is in it. */
struct file {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	long long size;
	struct timespec changed;
	const char *target; /* of a link */
};

/* One thing: a line "KIND KEY<TAB>VALUE"; sorted by kind and key. */
struct entry {
	enum change_kind kind;
	const char *key, *value;
	const struct file *file; /* instead of a value: few of them are ever told */
};

struct ledger {
	struct entry *entry;
	size_t n, size;
};

static const char *const kind_names[CHANGE_KINDS] = { "mount",	"cgroup",   "process",	 "link",
						      "sysctl", "hostname", "namespace", "file" };

static void add_entry(struct ledger *l, struct entry entry)
{
	if (l->n == ENTRIES_MAX)
		return;
	if (l->n == l->size) {
		l->size = l->size ? l->size * 2 : 256;
		l->entry = realloc(l->entry, l->size * sizeof(*l->entry));
		if (!l->entry)
			abort();
	}
	l->entry[l->n++] = entry;
}

static void add(struct ledger *l, enum change_kind kind, const char *key, const char *value)
{
	add_entry(l, (struct entry){ kind, key, value, NULL });
}

/* All parts in one text. printf(3) would take more time than all else in a ledger. */
static char *concat(const char *const *parts)
{
	size_t length = 0, used = 0;
	char *text;

	for (size_t i = 0; parts[i]; i++)
		length += strlen(parts[i]);
	text = take(length + 1);
	for (size_t i = 0; parts[i]; used += strlen(parts[i++]))
		memcpy(text + used, parts[i], strlen(parts[i]));
	return text;
}

/* ------------------------------------------------------------------ mounts and namespaces */

static void add_mount(struct ledger *l, char *line)
{
	char *save = NULL, *word[11] = { 0 }, *tail = strstr(line, " - ");
	size_t n = 0;

	if (tail) {
		*tail = '\0';
		tail += 3;
	}
	for (char *w = strtok_r(line, " ", &save); w && n < 11; w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	if (n < 6)
		return;
	/* Not the ids: they change when the same thing is mounted anew. */
	add(l, tail && !strncmp(tail, "nsfs", 4) ? CHANGE_NAMESPACE : CHANGE_MOUNT, word[4],
	    concat(WORDS("root ", word[3], " options ", word[5], " ", tail ? tail : "")));
}

static void add_mounts(struct test *t, struct ledger *l)
{
	char *text = (char *)file_read(t, "/proc/self/mountinfo");

	for (char *line = text, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		add_mount(l, line);
	}
}

/* ------------------------------------------------------------------ trees */

#define EMPTY_SIZE 40 /* of a directory of a tmpfs: two names of 20 bytes (mm/shmem.c) */

/*
 * Directories only: in a cgroup file system they are the cgroups. There one without any below it has
 * two links (fs/kernfs/inode.c), and its forty files need not be listed.
 */
static void add_cgroups(struct ledger *l, const char *path, int depth)
{
	struct listing list;
	const char *name;

	if (depth == DEPTH_MAX || listing_open(&list, AT_FDCWD, path))
		return;
	while ((name = listing_next(&list))) {
		struct stat st;
		char *directory;

		if (list.type != DT_DIR)
			continue;
		directory = concat(WORDS(path, "/", name));
		add(l, CHANGE_CGROUP, directory, "");
		if (fstatat(list.fd, name, &st, AT_SYMLINK_NOFOLLOW) || st.st_nlink != 2)
			add_cgroups(l, directory, depth + 1);
	}
	close(list.fd);
}

static const struct file *file_of(const struct stat *st, const char *path)
{
	struct file *f = take(sizeof(*f));
	char target[1024] = "";

	*f = (struct file){ .mode = st->st_mode, .uid = st->st_uid, .gid = st->st_gid };
	if (S_ISREG(st->st_mode)) {
		f->size = st->st_size;
		f->changed = st->st_mtim;
	} else if (S_ISLNK(st->st_mode) && readlink(path, target, sizeof(target) - 1) > 0) {
		f->target = take_text(target, strlen(target));
	}
	return f;
}

static const char *file_text(const struct file *f)
{
	mode_t mode = f->mode & 07777;

	if (S_ISREG(f->mode))
		return format(NULL, "file %o %u:%u %lld bytes at %lld.%09ld", mode, f->uid, f->gid,
			      f->size, (long long)f->changed.tv_sec, f->changed.tv_nsec);
	return format(NULL, "%s %o %u:%u %s",
		      S_ISDIR(f->mode)	  ? "directory"
		      : S_ISLNK(f->mode)  ? "link"
		      : S_ISSOCK(f->mode) ? "socket"
		      : S_ISFIFO(f->mode) ? "fifo"
					  : "device",
		      mode, f->uid, f->gid, f->target ? f->target : "");
}

static const char *value_of(const struct entry *e)
{
	return e->file ? file_text(e->file) : e->value;
}

static int by_value(const struct entry *a, const struct entry *b)
{
	const struct file *x = a->file, *y = b->file;

	if (!x || !y)
		return strcmp(value_of(a), value_of(b));
	return x->mode != y->mode || x->uid != y->uid || x->gid != y->gid || x->size != y->size ||
	       x->changed.tv_sec != y->changed.tv_sec ||
	       x->changed.tv_nsec != y->changed.tv_nsec ||
	       strcmp(x->target ? x->target : "", y->target ? y->target : "");
}

/* `device`: of the tree's top, a tmpfs; what is mounted below may count otherwise. */
static void add_files(struct ledger *l, const char *path, dev_t device, int depth)
{
	struct listing list;
	const char *name;

	if (depth == DEPTH_MAX || listing_open(&list, AT_FDCWD, path))
		return;
	while (l->n < ENTRIES_MAX && (name = listing_next(&list))) {
		struct stat st;
		char *file;

		if (fstatat(list.fd, name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		file = concat(WORDS(path, "/", name));
		add_entry(l, (struct entry){ CHANGE_FILE, file, NULL, file_of(&st, file) });
		if (S_ISDIR(st.st_mode) && (st.st_dev != device || st.st_size != EMPTY_SIZE))
			add_files(l, file, device, depth + 1);
	}
	close(list.fd);
}

/* ------------------------------------------------------------------ the rest */

/* What stands behind the name in /proc/PID/stat. A zombie does nothing, it waits to be reaped; but a
 * thread group whose leader has ended may have threads that run. */
static bool is_zombie(const char *tail)
{
	char state = 0;
	long threads = 0;

	return sscanf(tail, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld",
		      &state, &threads) == 2 &&
	       state == 'Z' && threads <= 1;
}

static void add_processes(struct test *t, struct ledger *l)
{
	struct listing list;
	const char *entry;

	if (listing_open(&list, AT_FDCWD, "/proc"))
		return;
	while ((entry = listing_next(&list))) {
		pid_t pid = (pid_t)strtol(entry, NULL, 10);
		char path[64], text[512], *key, *name, *end;

		if (pid <= 1 || child_is(t, pid))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		file_look(path, text, sizeof(text));
		name = strchr(text, '(');
		end = strrchr(text, ')');
		if (!name || !end || is_zombie(end + 1))
			continue;
		if (asprintf(&key, "%d", (int)pid) < 0)
			abort();
		add(l, CHANGE_PROCESS, key, take_text(name + 1, (size_t)(end - name) - 1));
	}
	close(list.fd);
}

static void add_links(struct ledger *l)
{
	struct listing list;
	const char *name;

	if (listing_open(&list, AT_FDCWD, "/sys/class/net"))
		return;
	while ((name = listing_next(&list)))
		add(l, CHANGE_LINK, take_text(name, strlen(name)), "");
	close(list.fd);
}

/* Those of the namespaces that a runtime might join instead of make, and some of the kernel's. */
static const char *const sysctls[] = {
	"/proc/sys/kernel/domainname",
	"/proc/sys/kernel/shmmax",
	"/proc/sys/kernel/shmall",
	"/proc/sys/kernel/shmmni",
	"/proc/sys/kernel/msgmax",
	"/proc/sys/kernel/msgmnb",
	"/proc/sys/kernel/msgmni",
	"/proc/sys/kernel/sem",
	"/proc/sys/kernel/core_pattern",
	"/proc/sys/kernel/panic",
	"/proc/sys/kernel/sysrq",
	"/proc/sys/fs/mqueue/msg_max",
	"/proc/sys/fs/mqueue/queues_max",
	"/proc/sys/net/core/somaxconn",
	"/proc/sys/net/ipv4/ip_forward",
	"/proc/sys/net/ipv4/ip_unprivileged_port_start",
	"/proc/sys/net/ipv4/ping_group_range",
	"/proc/sys/vm/overcommit_memory",
};
static int sysctl_fds[ARRAY_SIZE(sysctls)];

void ledger_prepare(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++)
		sysctl_fds[i] = openat(AT_FDCWD, sysctls[i], O_RDONLY | O_CLOEXEC);
}

static void add_sysctls(struct ledger *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		char value[512];
		ssize_t n = pread(sysctl_fds[i], value, sizeof(value) - 1, 0);

		if (n <= 0)
			continue;
		value[n] = '\0';
		add(l, CHANGE_SYSCTL, sysctls[i] + sizeof("/proc/sys/") - 1,
		    take_text(value, strcspn(value, "\n")));
	}
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = (int)x->kind - (int)y->kind;

	order = order ? order : strcmp(x->key, y->key);
	return order ? order : by_value(x, y);
}

const struct ledger *ledger_take(struct test *t)
{
	static const char *const trees[] = { "/run", "/tmp", "/var/tmp", "/dev" };
	struct ledger *l = take(sizeof(*l));
	struct utsname name;
	struct stat top;

	reap_orphans(t);
	add_mounts(t, l);
	for (size_t i = 0; i < t->context->n_hierarchies; i++)
		add_cgroups(l, t->context->hierarchies[i].point, 0);
	add_processes(t, l);
	add_links(l);
	add_sysctls(l);
	if (!uname(&name))
		add(l, CHANGE_HOSTNAME, "hostname",
		    take_text(name.nodename, strlen(name.nodename)));
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++)
		if (!stat(trees[i], &top))
			add_files(l, trees[i], top.st_dev, 0);
	qsort(l->entry, l->n, sizeof(*l->entry), by_key);
	return l;
}

/* ------------------------------------------------------------------ differences */

struct difference {
	struct test *t;
	unsigned int kinds;
	/* what is a trifle here: */
	bool leftovers, own_files;
	const char *id;
	struct stream *text;
};

/* Inside of the root file system of a bundle: mount points that a runtime makes there stay. */
static bool in_rootfs(const char *path)
{
	return !strncmp(path, WORLD_DIR "/bundle-", sizeof(WORLD_DIR "/bundle-") - 1) &&
	       strstr(path, "/rootfs");
}

/*
 * "Modulo any possible trivial ancillary changes such as logging" (runtime.md#errors): directories
 * that a runtime keeps all its containers in, but not what bears the name of this one.
 */
static bool trifle(const struct difference *d, const struct entry *e)
{
	bool own = !strncmp(e->key, WORLD_DIR, sizeof(WORLD_DIR) - 1);

	if (!d->leftovers || e->kind != CHANGE_FILE)
		return false;
	if (own)
		return !d->own_files || in_rootfs(e->key);
	return !strncmp(value_of(e), "directory", 9) && !(d->id && strstr(e->key, d->id));
}

static void tell(struct difference *d, const char *sign, const struct entry *e, const char *now)
{
	const char *line;

	if (!(d->kinds & CHANGE_BIT(e->kind)) || trifle(d, e))
		return;
	line = now ? format(d->t, "%s%s %s: %s -> %s\n", sign, kind_names[e->kind], e->key,
			    value_of(e), now)
		   : format(d->t, "%s%s %s %s\n", sign, kind_names[e->kind], e->key, value_of(e));
	stream_add(d->text, line, strlen(line));
}

static const char *compare(struct difference *d, const struct ledger *before,
			   const struct ledger *after)
{
	size_t i = 0, j = 0, length;
	char *text;

	d->text = stream_new(NULL, -1, STREAM_MAX);
	while (i < before->n || j < after->n) {
		const struct entry *a = i < before->n ? &before->entry[i] : NULL;
		const struct entry *b = j < after->n ? &after->entry[j] : NULL;
		int order = !a ? 1 : !b ? -1 : (int)a->kind - (int)b->kind;

		if (a && b && !order)
			order = strcmp(a->key, b->key);
		if (order < 0)
			tell(d, "-", a, NULL);
		else if (order > 0)
			tell(d, "+", b, NULL);
		else if (by_value(a, b))
			tell(d, "~", a, value_of(b));
		i += order <= 0;
		j += order >= 0;
	}
	text = (char *)stream_text(d->text, &length);
	if (length)
		text[length - 1] = '\0';
	return text;
}

const char *ledger_changes(struct test *t, const struct ledger *before, const struct ledger *after,
			   unsigned int kinds)
{
	struct difference d = { .t = t, .kinds = kinds };

	return compare(&d, before, after);
}

const char *ledger_leftovers(struct test *t, const struct ledger *before,
			     const struct ledger *after, const char *id, bool own_files)
{
	struct difference d = {
		.t = t, .kinds = CHANGE_ANY, .leftovers = true, .own_files = own_files, .id = id
	};

	return compare(&d, before, after);
}

int64_t settle_ns(const struct test *t)
{
	return (int64_t)(t->context->slowness * SETTLE_MS * NS_PER_MS);
}

/*
 * A process that was told to die needs a moment; what is still there after it stays in the ledger.
 * Waits for the event, by pidfd; the time is only a limit.
 */
void settle(struct test *t, const struct ledger *before)
{
	int64_t until = now_ns() + settle_ns(t);
	struct ledger l = { 0 };

	add_processes(t, &l);
	for (size_t i = 0; i < l.n; i++) {
		pid_t pid = (pid_t)strtol(l.entry[i].key, NULL, 10);
		bool old = false;
		int fd;

		for (size_t j = 0; j < before->n && !old; j++)
			old = before->entry[j].kind == CHANGE_PROCESS &&
			      !strcmp(before->entry[j].key, l.entry[i].key);
		fd = old ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd < 0)
			continue;
		wait_working(t, &fd, 1, until - now_ns());
		close(fd);
	}
	free(l.entry);
}
