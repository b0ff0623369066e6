/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices: as the source of a mount (config.md#mounts) and in linux.devices. The images are
 * made here, byte by byte, as the image of the appliance has no program for that; the kernel that
 * mounts them first is the proof that they are right. They must never be mounted to be written.
 */
#include "suite/tests/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "suite/tests/common.h"
#include "suite/tests/tests.h"

#define CONTROL_MINOR 237 /* of /dev/loop-control, LOOP_CTRL_MINOR of the kernel */
#define ATTEMPTS      64 /* others may take the number that the kernel has just told */

/* ------------------------------------------------------------------ devices */

/* A free number: the node of it, opened. The others of the machine ask the kernel as well. */
static int open_free(struct test *t, int control, const char *path, int *number)
{
	int fd;

	*number = ioctl(control, LOOP_CTL_GET_FREE);
	need(t, *number >= 0, "LOOP_CTL_GET_FREE");
	(void)unlink(path);
	need(t, !mknod(path, S_IFBLK | 0600, makedev(LOOP_MAJOR, (unsigned int)*number)), path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	need(t, fd >= 0, path);
	return fd;
}

struct disk disk_new(struct test *t, const void *content, size_t length)
{
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	const char *path = format(t, "%s/disk-%s", test_dir(t), test_id(t));
	const char *control_path = format(t, "%s/loop-control", test_dir(t));
	int control, fd, number, memory = memfd_create("disk", MFD_CLOEXEC);

	need(t, memory >= 0 && write(memory, content, length) == (ssize_t)length, "memfd");
	(void)mknod(control_path, S_IFCHR | 0600, makedev(MISC_MAJOR, CONTROL_MINOR));
	control = open(control_path, O_RDWR | O_CLOEXEC);
	if (control < 0)
		test_skip(t, "the kernel has no loop devices: %s", strerror(errno));
	config.fd = (unsigned int)memory;
	for (int i = 0;; i++) {
		fd = open_free(t, control, path, &number);
		if (!ioctl(fd, LOOP_CONFIGURE, &config))
			break;
		need(t, errno == EBUSY && i < ATTEMPTS, "LOOP_CONFIGURE");
		close(fd);
	}
	close(control);
	close(memory);
	/* `fd` stays open as long as the test: with its last user the device is free again. */
	return (struct disk){ path, LOOP_MAJOR, (unsigned int)number };
}

/* ------------------------------------------------------------------ images */

static void put(unsigned char *at, size_t bytes, unsigned int value)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

/* FAT12: the boot sector, one FAT, one sector for the root directory, then clusters of a sector. */
#define FAT_SECTOR 512u
#define FAT_COUNT  128u

static size_t make_vfat(unsigned char *image)
{
	unsigned char *fat = image + FAT_SECTOR, *entry = fat + FAT_SECTOR;

	memcpy(image, "\xeb\x3c\x90" "ASSAY   ", 11);
	put(image + 11, 2, FAT_SECTOR);
	image[13] = 1; /* sectors of a cluster */
	put(image + 14, 2, 1); /* sectors in front of the FAT */
	image[16] = 1;
	put(image + 17, 2, FAT_SECTOR / 32);
	put(image + 19, 2, FAT_COUNT);
	image[21] = 0xf8;
	put(image + 22, 2, 1);
	put(image + 24, 2, 1);
	put(image + 26, 2, 1);
	image[38] = 0x29;
	memcpy(image + 43, "NO NAME    FAT12   ", 19);
	put(image + 510, 2, 0xaa55);
	memcpy(fat, "\xf8\xff\xff\xff\x0f", 5); /* cluster 2 is the last of its file */
	memcpy(entry, "MARKER     \x20\x08", 13); /* a file, its name in small letters */
	put(entry + 26, 2, 2);
	put(entry + 28, 4, sizeof(IMAGE_MARKER) - 1);
	memcpy(entry + FAT_SECTOR, IMAGE_MARKER, sizeof(IMAGE_MARKER) - 1);
	return (size_t)FAT_COUNT * FAT_SECTOR;
}

#define BLOCK	   1024u
#define EXT_BLOCKS 64u
#define EXT_INODES 16u

static void ext_inode(unsigned char *table, unsigned int number, unsigned int mode,
		      unsigned int size, unsigned int links, unsigned int block)
{
	unsigned char *at = table + (size_t)(number - 1) * 128;

	put(at, 2, mode);
	put(at + 4, 4, size);
	put(at + 26, 2, links);
	put(at + 28, 4, BLOCK / 512);
	put(at + 40, 4, block);
}

static unsigned char *ext_entry(unsigned char *at, unsigned int inode, unsigned int length,
				const char *name)
{
	put(at, 4, inode);
	put(at + 4, 2, length);
	put(at + 6, 2, (unsigned int)strlen(name));
	memcpy(at + 8, name, strlen(name));
	return at + length;
}

/* Revision 0: 1 superblock, 2 group, 3 and 4 bitmaps, 5 and 6 inodes, 7 the root, 8 the file. */
static size_t make_ext(unsigned char *image)
{
	unsigned char *super = image + BLOCK, *group = image + (size_t)2 * BLOCK;
	unsigned char *table = image + (size_t)5 * BLOCK, *at = image + (size_t)7 * BLOCK;

	put(super, 4, EXT_INODES);
	put(super + 4, 4, EXT_BLOCKS);
	put(super + 12, 4, EXT_BLOCKS - 9);
	put(super + 16, 4, EXT_INODES - 11);
	put(super + 20, 4, 1);
	put(super + 32, 4, 8192);
	put(super + 36, 4, 8192);
	put(super + 40, 4, EXT_INODES);
	put(super + 56, 2, 0xef53);
	put(super + 58, 2, 1); /* unmounted as it should be */
	put(super + 60, 2, 1);
	put(group, 4, 3);
	put(group + 4, 4, 4);
	put(group + 8, 4, 5);
	put(group + 12, 2, EXT_BLOCKS - 9);
	put(group + 14, 2, EXT_INODES - 11);
	put(group + 16, 2, 1);
	memset(image + (size_t)3 * BLOCK, 0xff, BLOCK);
	memset(image + (size_t)3 * BLOCK + 1, 0, EXT_BLOCKS / 8 - 1);
	image[3 * BLOCK + 7] = 0x80;
	memset(image + (size_t)4 * BLOCK, 0xff, BLOCK);
	image[4 * BLOCK + 1] = 0x07;
	ext_inode(table, 2, S_IFDIR | 0755, BLOCK, 2, 7);
	ext_inode(table, 11, S_IFREG | 0644, sizeof(IMAGE_MARKER) - 1, 1, 8);
	at = ext_entry(at, 2, 12, ".");
	at = ext_entry(at, 2, 12, "..");
	ext_entry(at, 11, BLOCK - 24, "marker");
	memcpy(image + (size_t)8 * BLOCK, IMAGE_MARKER, sizeof(IMAGE_MARKER) - 1);
	return (size_t)EXT_BLOCKS * BLOCK;
}

static const struct {
	const char *type;
	size_t (*make)(unsigned char *image);
} images[] = { { "vfat", make_vfat }, { "ext4", make_ext }, { "ext2", make_ext } };

struct image image_new(struct test *t)
{
	const char *trial = host_dir(t, "trial");

	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		unsigned char *data = calloc(EXT_BLOCKS, BLOCK);
		struct image image = { images[i].type, data, 0 };
		struct disk disk;

		need(t, data, "memory");
		image.length = images[i].make(data);
		disk = disk_new(t, image.data, image.length);
		if (mount(disk.path, trial, image.type, MS_RDONLY, NULL)) {
			need(t, errno == ENODEV, format(t, "mount the %s image", image.type));
			continue;
		}
		need(t, file_read(t, format(t, "%s/marker", trial)), "the marker of the image");
		need(t, !umount2(trial, 0), "umount");
		return image;
	}
	test_skip(t, "the kernel knows no file system to put on a disk");
}

/* ------------------------------------------------------------------ tests */

static void source_device(struct test *t)
{
	const char *id = "mounts.source.device";
	struct image image = image_new(t);
	struct disk disk = disk_new(t, image.data, image.length);
	struct bundle *b = bundle_new(t);
	const struct facts *f;

	bundle_file(b, "rootfs/disk/marker", 0644, "of the root");
	bundle_mount(b, "/disk", image.type, disk.path, "ro");
	bundle_probe(b, "read", "/disk/marker", NULL);
	f = bundle_supported(b, id);
	if (f)
		check_string(t, id, format(t, "file of the %s file system on the device", image.type),
			     IMAGE_MARKER, facts_string(f, "read"));
}

static void block_device(struct test *t)
{
	const char *id = "linux.devices.type.b", *path = "/dev/oct-b";
	struct bundle *b = bundle_new(t);
	const struct facts *f;
	struct disk disk;
	char content[512 + 1];

	memset(content, '.', 512);
	memcpy(content, IMAGE_MARKER, sizeof(IMAGE_MARKER) - 1);
	content[512] = '\0';
	disk = disk_new(t, content, 512);
	bundle_set(b, "linux.devices", "[{s:s s:s s:i s:i}]", "path", path, "type", "b", "major",
		   (int)disk.major, "minor", (int)disk.minor);
	bundle_set(b, "linux.resources.devices", "[{s:b s:s s:i s:i s:s}]", "allow", 1, "type", "b",
		   "major", (int)disk.major, "minor", (int)disk.minor, "access", "rwm");
	bundle_probe(b, "stat", path, "read", path, NULL);
	f = bundle_supported(b, id);
	if (!f)
		return;
	check_string(t, id, "type of the node", "block", facts_string(f, "stat.type"));
	check_json(t, id, "its numbers", json_pack("[i i]", (int)disk.major, (int)disk.minor),
		   json_pack("[I I]", (json_int_t)facts_int(f, "stat.major"),
			     (json_int_t)facts_int(f, "stat.minor")));
	check_string(t, id, "content of the disk", content, facts_string(f, "read"));
}

const struct test_entry disk_tests[] = {
	{
		.name = "mounts/source-device",
		.about = "the file system on a block device can be mounted, or is refused",
		.requirements = REQS("mounts.source.device"),
		.run = source_device,
	},
	{
		.name = "devices/block",
		.about = "type b is a block device, with the numbers and the content of the disk",
		.requirements = REQS("linux.devices.type.b"),
		.run = block_device,
	},
	{ 0 },
};
