/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the disks of a run by identity. It must never write to a disk, never prefer one match
 * to another (two sticks of the same make look alike to a tired person too), and never trust a
 * device's name.
 */
#include "disks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "journal.h"
#include "listing.h"
#include "sys.h"
#include "tar.h"
#include "watchdog.h"

#define REPORT_SIZE_MIN (4 * 1024 * 1024)
#define SYSFS_SECTOR	512 /* the unit of sysfs `size`, whatever the disk's own is */

/* Devices that never carry a run, and would cost a read each. */
static bool is_virtual(const char *name)
{
	static const char *const prefixes[] = { "ram", "loop", "zram", "nbd",
						"fd",  "dm-",  "md",   "nullb" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static void copy_name(char *out, size_t size, const char *name)
{
	struct text t;

	text_init(&t, out, size);
	text_put(&t, name);
}

static uint64_t read_number(const char *sys, const char *device, const char *file)
{
	TEXT(path, 256);
	char value[32];
	uint64_t n = 0;

	text_join(&path, sys, "/", device, "/", file, NULL);
	if (file_read(path.data, value, sizeof(value)) <= 0)
		return 0;
	for (const char *p = value; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return n;
}

/*
 * /sys/class/block/vdb1 is a link to .../block/vdb/vdb1: the directory that holds a partition is
 * its disk. A whole disk lies anywhere, but has no file "partition".
 */
static void read_parent(const char *sys, const char *device, struct disk *d)
{
	TEXT(path, 256);
	char target[512];
	char *last, *before;
	ssize_t n;

	copy_name(d->parent, sizeof(d->parent), device);
	if (!read_number(sys, device, "partition"))
		return;
	text_join(&path, sys, "/", device, NULL);
	n = readlink(path.data, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	last = strrchr(target, '/');
	if (!last)
		return;
	*last = '\0';
	before = strrchr(target, '/');
	if (before)
		copy_name(d->parent, sizeof(d->parent), before + 1);
}

/* The GPT name of a partition, as its uevent tells it; "" for everything else. */
static void read_part_name(const char *sys, const char *device, char *out, size_t size)
{
	static const char key[] = "\nPARTNAME=";
	TEXT(path, 256);
	char value[1024];
	const char *at;
	struct text t;

	text_init(&t, out, size);
	text_join(&path, sys, "/", device, "/uevent", NULL);
	if (file_read(path.data, value, sizeof(value)) <= 0)
		return;
	at = strstr(value, key);
	if (at)
		text_bytes(&t, at + sizeof(key) - 1, strcspn(at + sizeof(key) - 1, "\n"));
}

/* Opening also makes a drive look for its medium; one without has no size, or fails to read. */
static bool is_payload(const char *dev, const char *device)
{
	TEXT(path, 256);
	char block[TAR_BLOCK];
	struct tar_member m;
	struct fault ignored;
	bool found;
	int fd;

	text_join(&path, dev, "/", device, NULL);
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	found = !pread_all(fd, block, sizeof(block), 0) && tar_parse(block, &m, &ignored) == 1 &&
		!strcmp(m.name, "payload.json");
	close(fd);
	return found;
}

/* A second match is an error; the fault names both, in an order that does not depend on chance. */
static int take(struct disk *slot, const struct disk *found, const char *what, int error,
		struct fault *f)
{
	/* Two of a kind on one disk are told by partition, else the disk is what to look for. */
	bool apart = strcmp(found->parent, slot->parent);
	const char *old = apart ? slot->parent : slot->name;
	const char *new = apart ? found->parent : found->name;
	bool swap = strcmp(new, old) < 0;

	if (slot->name[0])
		return fault_set(f, error, "two ", what, ": /dev/", swap ? new : old, " and /dev/",
				 swap ? old : new, ": leave one attached", NULL);
	*slot = *found;
	return 0;
}

static int look_at(struct disks *d, const char *sys, const char *dev, const char *name,
		   struct fault *f)
{
	struct disk found = { .name = "" };
	char part_name[64];

	if (is_virtual(name) || strlen(name) >= sizeof(found.name))
		return 0;
	copy_name(found.name, sizeof(found.name), name);
	found.size = read_number(sys, name, "size") * SYSFS_SECTOR;
	if (!found.size)
		return 0;
	read_parent(sys, name, &found);
	/* A partition of a disk that is locked as a whole says 0 here. */
	found.read_only = read_number(sys, name, "ro") || read_number(sys, found.parent, "ro");
	read_part_name(sys, name, part_name, sizeof(part_name));
	if (!strcmp(part_name, "ASSAY-JOURNAL"))
		return take(&d->journal, &found, "results disks", -ENOTUNIQ, f);
	if (!strcmp(part_name, "ASSAY-REPORT"))
		return take(&d->report, &found, "results disks", -ENOTUNIQ, f);
	if (is_payload(dev, name))
		return take(&d->payload, &found, "payloads", -EMLINK, f);
	return 0;
}

static int check_results(const struct disk *d, uint64_t min, const char *what, struct fault *f)
{
	TEXT(size, 32);

	text_number(&size, d->size / 1024);
	if (d->read_only)
		return fault_set(f, -EROFS, "results disk /dev/", d->name, " (", what,
				 ") is read-only", NULL);
	if (d->size < min)
		return fault_set(f, -ENOSPC, "results disk /dev/", d->name, " (", what,
				 ") is too small: ", size.data, " KiB", NULL);
	return 0;
}

static int check_all(const struct disks *d, struct fault *f)
{
	const char *one = d->journal.name[0] ? d->journal.parent : d->report.parent;
	int error;

	if (!*one)
		return fault_set(f, -ENOENT, "no results disk: no partition named ASSAY-JOURNAL",
				 NULL);
	if (!d->journal.name[0] || !d->report.name[0])
		return fault_set(f, -ENOENT, "results disk /dev/", one, ": no partition named ",
				 d->journal.name[0] ? "ASSAY-REPORT" : "ASSAY-JOURNAL", NULL);
	if (strcmp(d->journal.parent, d->report.parent))
		return fault_set(f, -EXDEV, "/dev/", d->journal.name, " (ASSAY-JOURNAL) and /dev/",
				 d->report.name, " (ASSAY-REPORT) are not on one disk", NULL);
	error = check_results(&d->journal, JOURNAL_SIZE_MIN, "ASSAY-JOURNAL", f);
	if (!error)
		error = check_results(&d->report, REPORT_SIZE_MIN, "ASSAY-REPORT", f);
	if (!error && !d->payload.name[0])
		error = fault_set(f, -ENOMEDIUM, "no payload: no disk begins with payload.json",
				  NULL);
	return error;
}

int disks_look(struct disks *d, const char *sys, const char *dev, struct fault *f)
{
	struct fault two_payloads = { .line = "" };
	struct listing l;
	const char *name;
	int error = listing_open(&l, AT_FDCWD, sys);
	int payloads = 0;

	memset(d, 0, sizeof(*d));
	if (error)
		return fault_set(f, -ENOENT, "no disks: ", sys, ": ", strerror(-error), NULL);
	while (!error && (name = listing_next(&l))) {
		error = look_at(d, sys, dev, name, f);
		/* The results disk is of use even then: the report says what was wrong. */
		if (error == -EMLINK) {
			payloads = error;
			two_payloads = *f;
			error = 0;
		}
	}
	close(l.fd);
	if (!error)
		error = check_all(d, f);
	if (!error && payloads) {
		*f = two_payloads;
		error = payloads;
	}
	return error;
}

/* Root hubs are listed as soon as there is a controller, before any stick is. */
static bool has_usb(void)
{
	struct listing l;
	bool found;

	if (listing_open(&l, AT_FDCWD, "/sys/bus/usb/devices"))
		return false;
	found = listing_next(&l) != NULL;
	close(l.fd);
	return found;
}

static int uevents_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

int disks_find(struct disks *d, int seconds, struct fault *f)
{
	/* Listen first, then look: what appears in between is told, not missed. */
	int uevents = uevents_open();
	uint64_t start = now_ns();
	int error;

	for (;;) {
		int limit_s = seconds >= 0 ? seconds : has_usb() ? 20 : 2;
		struct pollfd p = { .fd = uevents, .events = POLLIN };
		char message[4096];
		int wait_ms;

		error = disks_look(d, "/sys/class/block", "/dev", f);
		wait_ms = ms_until(start + (uint64_t)limit_s * NS_PER_S);
		if ((error != -ENOENT && error != -ENOMEDIUM) || !wait_ms)
			break;
		/* Some drives tell nobody that their medium is readable now: look again then. */
		poll(&p, 1, wait_ms < 500 ? wait_ms : 500);
		while (recv(uevents, message, sizeof(message), 0) > 0)
			;
		watchdog_pet();
	}
	if (uevents >= 0)
		close(uevents);
	return error;
}
