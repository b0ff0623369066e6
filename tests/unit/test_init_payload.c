/* LINK: init/payload.c init/unpack.c init/program.c init/tar.c init/text.c init/sys.c init/listing.c
 * init/watchdog.c */
/* LINK: suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads, good and hostile: what gets in, what is said about what does not, and that a refused
 * payload leaves the root as it was. The last tests feed damaged copies of a good payload, byte
 * by byte: none may crash the reader, get out of the root, or install what the digest denies.
 */
#include <elf.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/payload.h"
#include "init/unpack.h"
#include "suite/core/sha256.h"

#define BLOCK	 512
#define MEMBERS	 16
#define DISK_MAX (256 * 1024)

struct entry {
	const char *name, *link;
	const void *data;
	size_t size;
	unsigned int mode;
	char type;
};

static struct {
	unsigned char disk[DISK_MAX];
	size_t length;
	struct entry entries[MEMBERS];
	size_t n;
	const char *runtime, *more_files, *prove;
} p;

static char root[64];
static struct fault fault;

/* A static program, as small as they come: nothing but its header. */
static Elf64_Ehdr plain = {
	.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
	.e_type = ET_EXEC,
	.e_machine = EM_X86_64,
	.e_phentsize = sizeof(Elf64_Phdr),
};

/* A dynamic one: loader /lib64/ld.so, library libx.so. */
static struct {
	Elf64_Ehdr head;
	Elf64_Phdr segments[3];
	Elf64_Dyn dynamic[3];
	char strings[32];
} dynamic;

static void make_dynamic(void)
{
	dynamic.head = plain;
	dynamic.head.e_type = ET_DYN;
	dynamic.head.e_phoff = offsetof(typeof(dynamic), segments);
	dynamic.head.e_phnum = 3;
	memcpy(dynamic.strings, "\0/lib64/ld.so\0libx.so", 22);
	dynamic.segments[0] =
		(Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = 0x1000, .p_filesz = sizeof(dynamic) };
	dynamic.segments[1] = (Elf64_Phdr){ .p_type = PT_INTERP,
					    .p_offset = offsetof(typeof(dynamic), strings) + 1,
					    .p_filesz = 13 };
	dynamic.segments[2] = (Elf64_Phdr){ .p_type = PT_DYNAMIC,
					    .p_offset = offsetof(typeof(dynamic), dynamic),
					    .p_filesz = sizeof(dynamic.dynamic) };
	dynamic.dynamic[0] = (Elf64_Dyn){ .d_tag = DT_NEEDED, .d_un.d_val = 14 };
	dynamic.dynamic[1] =
		(Elf64_Dyn){ .d_tag = DT_STRTAB,
			     .d_un.d_ptr = 0x1000 + offsetof(typeof(dynamic), strings) };
}

static void put_header(const struct entry *e)
{
	unsigned char *h = p.disk + p.length;
	const char *name = e->name;
	unsigned int sum = 0;

	assert_true(p.length + 2 * BLOCK + e->size < DISK_MAX);
	memset(h, 0, BLOCK);
	/* A long name is split at a slash, the first half goes to the prefix. */
	if (strlen(name) > 100) {
		const char *slash = strchr(name + strlen(name) - 100, '/');

		memcpy(h + 345, name, (size_t)(slash - name));
		name = slash + 1;
	}
	memcpy(h, name, strlen(name));
	snprintf((char *)h + 100, 8, "%07o", e->mode);
	snprintf((char *)h + 124, 12, "%011zo", e->size);
	memset(h + 148, ' ', 8);
	h[156] = (unsigned char)e->type;
	if (e->link)
		memcpy(h + 157, e->link, strlen(e->link));
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	p.length += BLOCK;
}

static void put_entry(const struct entry *e)
{
	put_header(e);
	if (e->size)
		memcpy(p.disk + p.length, e->data, e->size);
	p.length += (e->size + BLOCK - 1) / BLOCK * BLOCK;
}

static void add(struct entry e)
{
	assert_true(p.n < MEMBERS);
	p.entries[p.n++] = e;
}

static void add_file(const char *name, unsigned int mode, const void *data, size_t size)
{
	add((struct entry){ .name = name, .type = '0', .mode = mode, .data = data, .size = size });
}

static void add_directory(const char *name)
{
	add((struct entry){ .name = name, .type = '5', .mode = 0750 });
}

static void add_link(const char *name, const char *target)
{
	add((struct entry){ .name = name, .type = '2', .mode = 0777, .link = target });
}

/* The manifest for the entries, then all of it as a disk. */
static void make_disk(void)
{
	static char text[16 * 1024];
	struct entry manifest = { .name = "payload.json", .type = '0', .mode = 0644, .data = text };
	size_t n;

	n = (size_t)snprintf(text, sizeof(text),
			     "{\"format\":1,\"kind\":\"runtime\",\"name\":\"x\",\"version\":\"1\","
			     "\"runtime\":\"%s\",\"args\":[\"-v\"],\"cli\":\"strict\",\"files\":{",
			     p.runtime ? p.runtime : "/usr/bin/run");
	for (size_t i = 0; i < p.n; i++) {
		const struct entry *e = &p.entries[i];
		const char *name = strncmp(e->name, "root/", 5) ? e->name : e->name + 5;
		const char *comma = text[n - 1] == '{' ? "" : ",";
		uint8_t digest[SHA256_SIZE];
		char hex[SHA256_HEX + 1];

		sha256(e->data, e->size, digest);
		sha256_hex(digest, hex);
		if (e->type == '0')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"%s\":\"sha256:%s\"",
					      comma, name, hex);
		if (e->type == '2')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"%s\":\"link:%s\"",
					      comma, name, e->link);
	}
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%s}%s%s}\n",
			      p.more_files ? p.more_files : "", p.prove ? ",\"prove\":" : "",
			      p.prove ? p.prove : "");
	manifest.size = n;
	p.length = 0;
	put_entry(&manifest);
	for (size_t i = 0; i < p.n; i++)
		put_entry(&p.entries[i]);
	memset(p.disk + p.length, 0, (size_t)2 * BLOCK);
	p.length += (size_t)2 * BLOCK;
}

static void path_in_root(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s/%s", root, name);
}

static void make_file(const char *name, const char *text)
{
	char path[256];
	int fd;

	path_in_root(path, sizeof(path), name);
	fd = open(path, O_WRONLY | O_CREAT, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int setup(void **state)
{
	static const char *const directories[] = { "", "bin", "etc", "usr", "usr/bin" };
	static int n;
	char path[256];

	(void)state;
	memset(&p, 0, sizeof(p));
	make_dynamic();
	snprintf(root, sizeof(root), "root.%d.%d", (int)getpid(), n++);
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		path_in_root(path, sizeof(path), directories[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	make_file("bin/busybox", "x");
	path_in_root(path, sizeof(path), "bin/sh");
	assert_int_equal(symlink("busybox", path), 0);
	path_in_root(path, sizeof(path), "sbin");
	assert_int_equal(symlink("bin", path), 0);
	return 0;
}

static int disk_file(const void *data, size_t length)
{
	char path[] = "payload.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, data, length), (ssize_t)length);
	return fd;
}

static int try_bytes(const void *data, size_t length)
{
	int fd = disk_file(data, length);
	int error;

	fault.line[0] = '\0';
	error = unpack(fd, length, root, "manifest", &fault);
	close(fd);
	return error;
}

static bool there(const char *name)
{
	char path[256];
	struct stat st;

	path_in_root(path, sizeof(path), name);
	return !lstat(path, &st);
}

static void accepted(void)
{
	make_disk();
	if (try_bytes(p.disk, p.length))
		fail_msg("refused: %s", fault.line);
	assert_false(there(".payload"));
}

/* Refused with a line that names the thing, and nothing of it installed. */
static void refused(const char *named)
{
	make_disk();
	assert_true(try_bytes(p.disk, p.length) < 0);
	if (!strstr(fault.line, named))
		fail_msg("\"%s\" does not name \"%s\"", fault.line, named);
	assert_false(there(".payload"));
	assert_false(there("usr/bin/run"));
}

static void add_runtime(void)
{
	add_file("root/usr/bin/run", 0755, &plain, sizeof(plain));
}

static void good(void **state)
{
	static const char deep[] =
		"root/opt/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/file";
	char path[256];
	struct stat st;

	(void)state;
	add_directory("root/");
	add_directory("root/etc/");
	add_directory("root/etc/x");
	add_file("root/etc/x/empty", 0600, "", 0);
	add_file(deep, 0640, "data", 4);
	add_link("root/usr/lib64", "/lib64");
	add_link("root/usr/up", "../etc");
	add_runtime();
	accepted();
	path_in_root(path, sizeof(path), "usr/bin/run");
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0755);
	assert_int_equal(st.st_size, sizeof(plain));
	path_in_root(path, sizeof(path), "etc/x");
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0750);
	/* A directory of the appliance keeps its mode. */
	path_in_root(path, sizeof(path), "etc");
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_true(there(deep + strlen("root/")));
	assert_true(there("usr/lib64") && there("usr/up"));
}

static void script(void **state)
{
	static const char text[] = "#! /bin/sh -e\nexit 0\n";

	(void)state;
	add_file("root/usr/bin/run", 0755, text, sizeof(text) - 1);
	accepted();
}

/* A list of sabotages is a file of the payload, or there is none. */
static void prove(void **state)
{
	static const char *const bad[] = { "\"opt/list\"", "\"/opt/other\"", "\"\"", "1", "null",
					   "[\"/opt/list\"]" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		setup(state);
		add_runtime();
		add_file("root/opt/list", 0644, "list", 4);
		p.prove = bad[i];
		refused("prove");
	}
	setup(state);
	add_runtime();
	add_file("root/opt/list", 0644, "list", 4);
	p.prove = "\"/opt/list\"";
	accepted();
}

static void dynamic_with_all(void **state)
{
	(void)state;
	add_link("root/lib64", "usr/lib64");
	add_file("root/usr/lib64/ld-1.so", 0755, &plain, sizeof(plain));
	add_link("root/usr/lib64/ld.so", "ld-1.so");
	add_file("root/usr/lib64/libx.so", 0644, &plain, sizeof(plain));
	add_file("root/usr/bin/run", 0755, &dynamic, sizeof(dynamic));
	accepted();
}

static void dynamic_without_library(void **state)
{
	(void)state;
	add_file("root/lib64/ld.so", 0755, &plain, sizeof(plain));
	add_file("root/usr/bin/run", 0755, &dynamic, sizeof(dynamic));
	refused("libx.so");
}

static void dynamic_without_loader(void **state)
{
	(void)state;
	add_link("root/lib64", "/usr/lib64");
	add_file("root/usr/lib64/libx.so", 0644, &plain, sizeof(plain));
	add_file("root/usr/bin/run", 0755, &dynamic, sizeof(dynamic));
	refused("/lib64/ld.so");
}

static void runtime_through_links(void **state)
{
	(void)state;
	p.runtime = "/usr/sbin/run";
	add_link("root/usr/sbin", "../opt/./bin");
	add_link("root/opt/bin/run", "../x/../real");
	add_directory("root/opt/x");
	add_file("root/opt/real", 0755, &plain, sizeof(plain));
	accepted();
}

static void runtime_in_circles(void **state)
{
	(void)state;
	p.runtime = "/a/run";
	add_link("root/a", "b");
	add_link("root/b", "a");
	refused("/a/run");
}

/* One line each: what is added to a good payload, and what the error must name. */
static const struct {
	struct entry entry;
	const char *named;
} bad[] = {
	{ { .name = "root/../evil", .type = '0' }, "leaves its root" },
	{ { .name = "root/..", .type = '5' }, "leaves its root" },
	{ { .name = "root//evil", .type = '0' }, "root//evil" },
	{ { .name = "root/./evil", .type = '0' }, "root/./evil" },
	{ { .name = "root/evil\n", .type = '0' }, "evil\\x0a" },
	{ { .name = "root/evil/", .type = '0' }, "root/evil/" },
	{ { .name = "rootevil", .type = '0' }, "rootevil" },
	{ { .name = "/root/evil", .type = '0' }, "absolute" },
	{ { .name = "payload.json", .type = '0' }, "outside of root/" },
	{ { .name = "root/.payload", .type = '5' }, "root/.payload" },
	{ { .name = "root/.payload/evil", .type = '0' }, "root/.payload/evil" },
	{ { .name = "root/sbin/evil", .type = '0' }, "/sbin" },
	{ { .name = "root/bin/busybox/evil", .type = '0' }, "/bin/busybox" },
	{ { .name = "root/bin/busybox", .type = '0' }, "replaces" },
	{ { .name = "root/bin/sh", .type = '2', .link = "busybox" }, "replaces" },
	{ { .name = "root/bin", .type = '0' }, "replaces" },
	{ { .name = "root/bin/busybox", .type = '5' }, "replaces" },
	{ { .name = "root/evil", .type = '2', .link = "" }, "link to nothing" },
	{ { .name = "root/evil", .type = '2', .link = "a/../../x" }, "leaves its root" },
	{ { .name = "root/evil", .type = '2', .link = "/../x" }, "leaves its root" },
	{ { .name = "root/evil", .type = '1', .link = "bin/busybox" }, "hard link" },
	{ { .name = "root/evil", .type = 'x' }, "root/evil" },
	{ { .name = "root/evil", .type = 'L' }, "root/evil" },
	{ { .name = "root/evil", .type = '3' }, "device" },
	{ { .name = "root/evil", .type = '5', .size = 4, .data = "data" }, "has data" },
};

static void bad_members(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		setup(state);
		add_runtime();
		/* Not in the manifest: the entries that could be listed are refused before that. */
		make_disk();
		p.length -= (size_t)2 * BLOCK;
		put_entry(&bad[i].entry);
		memset(p.disk + p.length, 0, (size_t)2 * BLOCK);
		p.length += (size_t)2 * BLOCK;
		assert_true(try_bytes(p.disk, p.length) < 0);
		if (!strstr(fault.line, bad[i].named))
			fail_msg("%zu: \"%s\" does not name \"%s\"", i, fault.line, bad[i].named);
		assert_false(there("usr/bin/run"));
		assert_false(there("evil"));
	}
}

static void file_below_file(void **state)
{
	(void)state;
	add_runtime();
	add_file("root/usr/bin/run/evil", 0644, "x", 1);
	refused("lies below a file");
}

static void link_over_implied_directory(void **state)
{
	(void)state;
	add_runtime();
	add_file("root/opt/a/file", 0644, "x", 1);
	add_link("root/opt/a", "/etc");
	refused("root/opt/a");
}

/* The digest is that of the stream, whatever follows on the disk. */
static void digest_of_the_stream(void **state)
{
	uint8_t want[SHA256_SIZE], got[SHA256_SIZE] = { 0 };
	struct fault f = { .line = "" };
	int fd;

	(void)state;
	add_runtime();
	make_disk();
	sha256(p.disk, p.length, want);
	fd = open("disk.img", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p.disk, p.length), (ssize_t)p.length);
	assert_int_equal(write(fd, "garbage behind the end", 22), 22);
	close(fd);
	assert_int_equal(payload_install("disk.img", p.length + 22, root, "manifest", got, &f), 0);
	assert_memory_equal(want, got, SHA256_SIZE);
	assert_true(there("usr/bin/run"));
}

/* A disk that ends anywhere before the archive does. */
static void truncated_anywhere(void **state)
{
	(void)state;
	add_runtime();
	add_file("root/etc/note", 0644, "note", 4);
	make_disk();
	for (size_t length = 0; length < p.length; length += 101) {
		assert_true(try_bytes(p.disk, length) < 0);
		assert_true(fault.line[0] != '\0');
		assert_false(there("usr/bin/run"));
	}
}

/*
 * One byte changed, all over the disk. Whatever the reader makes of it, a file that gets
 * installed has the bytes of the manifest: so the runtime is whole, or not there.
 */
static void damaged_anywhere(void **state)
{
	char path[256];

	(void)state;
	add_file("root/etc/note", 0644, "note", 4);
	add_runtime();
	make_disk();
	for (size_t at = 0; at < p.length - (size_t)2 * BLOCK; at += at % BLOCK < 200 ? 3 : 37) {
		unsigned char old = p.disk[at];

		p.disk[at] = (unsigned char)(old ^ (1 << at % 8));
		try_bytes(p.disk, p.length);
		p.disk[at] = old;
		assert_false(there(".payload"));
		if (there("usr/bin/run")) {
			Elf64_Ehdr got;
			int fd;

			path_in_root(path, sizeof(path), "usr/bin/run");
			fd = open(path, O_RDONLY);
			assert_int_equal(read(fd, &got, sizeof(got)), sizeof(got));
			close(fd);
			assert_memory_equal(&got, &plain, sizeof(got));
			unlink(path);
		}
		path_in_root(path, sizeof(path), "etc/note");
		unlink(path);
	}
}

/* Every byte of the ELF headers, damaged: a refusal or not, but no read out of bounds. */
static void damaged_elf(void **state)
{
	unsigned char *bytes = (unsigned char *)&dynamic;

	(void)state;
	for (size_t at = 0; at < sizeof(dynamic); at++) {
		/* The sanitizers watch. */
		for (int bit = 0; bit < 8; bit += 7) {
			setup(state);
			bytes[at] ^= (unsigned char)(1 << bit);
			add_file("root/lib64/ld.so", 0755, &plain, sizeof(plain));
			add_file("root/lib64/libx.so", 0644, &plain, sizeof(plain));
			add_file("root/usr/bin/run", 0755, &dynamic, sizeof(dynamic));
			make_disk();
			try_bytes(p.disk, p.length);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good, setup),
		cmocka_unit_test_setup(script, setup),
		cmocka_unit_test_setup(prove, setup),
		cmocka_unit_test_setup(dynamic_with_all, setup),
		cmocka_unit_test_setup(dynamic_without_library, setup),
		cmocka_unit_test_setup(dynamic_without_loader, setup),
		cmocka_unit_test_setup(runtime_through_links, setup),
		cmocka_unit_test_setup(runtime_in_circles, setup),
		cmocka_unit_test(bad_members),
		cmocka_unit_test_setup(file_below_file, setup),
		cmocka_unit_test_setup(link_over_implied_directory, setup),
		cmocka_unit_test_setup(digest_of_the_stream, setup),
		cmocka_unit_test_setup(truncated_anywhere, setup),
		cmocka_unit_test_setup(damaged_anywhere, setup),
		cmocka_unit_test(damaged_elf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
