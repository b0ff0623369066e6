/* LINK: init/disks.c init/journal.c init/listing.c init/tar.c init/text.c init/sys.c init/watchdog.c */
/* LINK: suite/core/chain.c suite/core/sha256.c suite/core/crc32.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* Which disks are whose, on machines made of files: sysfs and /dev are directories here. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/disks.h"

static char top[128], sys[192], dev[192];
static const char *bus; /* the directory whole disks lie in: "block" for most */

static void put(const char *path, const void *data, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), (ssize_t)length);
	close(fd);
}

static void put_text(const char *directory, const char *name, const char *text)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	put(path, text, strlen(text));
}

/* Block device `name`; of disk `parent`, or a whole disk when that is NULL. */
static void add(const char *name, const char *parent, const char *part_name, unsigned int mib,
		int read_only, const char *content)
{
	char path[512], target[512], text[256];

	snprintf(path, sizeof(path), "%s/devices/pci/%s/%s", top, bus, parent ? parent : name);
	mkdir(path, 0755);
	if (parent) {
		snprintf(path, sizeof(path), "%s/devices/pci/%s/%s/%s", top, bus, parent, name);
		mkdir(path, 0755);
		snprintf(target, sizeof(target), "../devices/pci/%s/%s/%s", bus, parent, name);
	} else {
		snprintf(target, sizeof(target), "../devices/pci/%s/%s", bus, name);
	}
	snprintf(text, sizeof(text), "%u\n", mib * 2048);
	put_text(path, "size", text);
	if (parent)
		put_text(path, "partition", "1\n");
	put_text(path, "ro", read_only ? "1\n" : "0\n");
	snprintf(text, sizeof(text), "MAJOR=1\nDEVNAME=%s\n%s%s\n", name,
		 part_name ? "PARTN=1\nPARTNAME=" : "DEVTYPE=disk", part_name ? part_name : "");
	put_text(path, "uevent", text);
	snprintf(path, sizeof(path), "%s/%s", sys, name);
	assert_int_equal(symlink(target, path), 0);
	put_text(dev, name, content ? content : "");
}

static void add_payload(const char *name)
{
	char path[512], block[512] = "payload.json";
	unsigned int sum = 0;

	add(name, NULL, NULL, 8, 1, NULL);
	memcpy(block + 100, "0000644", 8);
	memcpy(block + 124, "00000000000", 12);
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	snprintf(path, sizeof(path), "%s/%s", dev, name);
	put(path, block, sizeof(block));
}

static void add_results(const char *disk)
{
	char name[32];

	add(disk, NULL, NULL, 128, 0, NULL);
	snprintf(name, sizeof(name), "%s1", disk);
	add(name, disk, "ASSAY-JOURNAL", 64, 0, NULL);
	snprintf(name, sizeof(name), "%s2", disk);
	add(name, disk, "ASSAY-REPORT", 64, 0, NULL);
}

static int setup(void **state)
{
	static int n;
	char path[256];

	(void)state;
	snprintf(top, sizeof(top), "machine.%d.%d", (int)getpid(), n++);
	snprintf(sys, sizeof(sys), "%s/class", top);
	snprintf(dev, sizeof(dev), "%s/dev", top);
	mkdir(top, 0755);
	mkdir(sys, 0755);
	mkdir(dev, 0755);
	snprintf(path, sizeof(path), "%s/devices", top);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/devices/pci", top);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/devices/pci/block", top);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/devices/pci/nvme", top);
	mkdir(path, 0755);
	bus = "block";
	return 0;
}

static int look(struct disks *d, const char *named)
{
	struct fault f = { .line = "" };
	int error = disks_look(d, sys, dev, &f);

	if (error && !strstr(f.line, named))
		fail_msg("\"%s\" does not name \"%s\"", f.line, named);
	return error;
}

static void all_there(void **state)
{
	struct disks d;

	(void)state;
	add_payload("vda");
	add_results("vdb");
	add("sr0", NULL, NULL, 600, 1, "not a tar");
	add("loop0", NULL, NULL, 1, 0, NULL);
	add("sda", NULL, NULL, 100, 0, "");
	assert_int_equal(look(&d, ""), 0);
	assert_string_equal(d.payload.name, "vda");
	assert_string_equal(d.journal.name, "vdb1");
	assert_string_equal(d.journal.parent, "vdb");
	assert_string_equal(d.report.name, "vdb2");
	assert_int_equal(d.journal.size, 64 * 1024 * 1024);
}

static void something_missing(void **state)
{
	struct disks d;

	(void)state;
	assert_int_equal(look(&d, "ASSAY-JOURNAL"), -ENOENT);
	add_payload("vda");
	assert_int_equal(look(&d, "ASSAY-JOURNAL"), -ENOENT);
	add("vdb", NULL, NULL, 128, 0, NULL);
	add("vdb1", "vdb", "ASSAY-JOURNAL", 64, 0, NULL);
	assert_int_equal(look(&d, "ASSAY-REPORT"), -ENOENT);
	add("vdc", NULL, NULL, 128, 0, NULL);
	add("vdc1", "vdc", "ASSAY-REPORT", 64, 0, NULL);
	assert_int_equal(look(&d, "/dev/vdc1"), -EXDEV);
}

static void no_payload(void **state)
{
	struct disks d;

	(void)state;
	add_results("nvme0n1");
	assert_int_equal(look(&d, "payload"), -ENOMEDIUM);
	assert_string_equal(d.journal.name, "nvme0n11");
}

static void two_of_a_kind(void **state)
{
	struct disks d;

	(void)state;
	add_payload("vda");
	add_payload("sda");
	add_results("vdb");
	assert_int_equal(look(&d, "/dev/sda and /dev/vda"), -EMLINK);
	assert_string_equal(d.journal.name, "vdb1");
	add_results("sdb");
	assert_int_equal(look(&d, "/dev/sdb and /dev/vdb"), -ENOTUNIQ);
}

/* Whole NVMe disks do not lie in a directory called "block". */
static void two_whole_disks(void **state)
{
	struct disks d;

	(void)state;
	add_results("vdb");
	bus = "nvme";
	add_payload("nvme1n1");
	add_payload("nvme0n1");
	assert_int_equal(look(&d, "/dev/nvme0n1 and /dev/nvme1n1"), -EMLINK);
}

static void two_partitions(void **state)
{
	struct disks d;

	(void)state;
	add_payload("vda");
	add_results("vdb");
	add("vdb3", "vdb", "ASSAY-JOURNAL", 64, 0, NULL);
	assert_int_equal(look(&d, "/dev/vdb1 and /dev/vdb3"), -ENOTUNIQ);
}

static void read_only(void **state)
{
	struct disks d;

	(void)state;
	add_payload("vda");
	add("vdb", NULL, NULL, 128, 1, NULL);
	add("vdb1", "vdb", "ASSAY-JOURNAL", 64, 0, NULL);
	add("vdb2", "vdb", "ASSAY-REPORT", 64, 0, NULL);
	assert_int_equal(look(&d, "/dev/vdb1"), -EROFS);
}

static void too_small(void **state)
{
	struct disks d;

	(void)state;
	add_payload("vda");
	add("vdb", NULL, NULL, 128, 0, NULL);
	add("vdb1", "vdb", "ASSAY-JOURNAL", 64, 0, NULL);
	add("vdb2", "vdb", "ASSAY-REPORT", 1, 0, NULL);
	assert_int_equal(look(&d, "ASSAY-REPORT"), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_there, setup),
		cmocka_unit_test_setup(something_missing, setup),
		cmocka_unit_test_setup(no_payload, setup),
		cmocka_unit_test_setup(two_of_a_kind, setup),
		cmocka_unit_test_setup(two_whole_disks, setup),
		cmocka_unit_test_setup(two_partitions, setup),
		cmocka_unit_test_setup(read_only, setup),
		cmocka_unit_test_setup(too_small, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
