/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes payload disks that are wrong in one way each, for the appliance to refuse.
 * Every kind is the good payload and one change. It owns its own idea of ustar, on purpose: it must
 * never share code with the reader it tests.
 *
 *   mkbad KIND RUNTIME OUT     RUNTIME: a static executable that the payload installs
 *   mkbad --list               the kinds and what the error has to name
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite/core/sha256.h"

#define BLOCK 512

struct member {
	const char *name;
	char type;
	unsigned mode;
	const void *data;
	size_t size;
	uint64_t claimed; /* the size in the header, if it is to be another */
	const char *link;
	bool unlisted;	 /* not in the manifest */
	bool bad_digest; /* listed with the digest of something else */
	bool bad_header; /* header checksum off by one */
};

struct payload {
	struct member members[16];
	size_t n;
	const char *manifest; /* instead of the one made from the members */
	const char *format, *kind, *runtime;
	const char *files; /* more entries of "files" */
	const char *keys;  /* more keys */
	size_t cut;	   /* bytes of the image that are missing at its end */
	long hole; /* bytes of zeros behind the data of the last member: on disk, in no memory */
	bool no_end;	   /* without the two zero blocks, the disk ends with the last member */
};

struct kind {
	const char *name;
	const char *names; /* a word that the one line of error must hold */
	const char *about;
	void (*change)(struct payload *p);
};

static struct member *add(struct payload *p, struct member m)
{
	p->members[p->n] = m;
	return &p->members[p->n++];
}

static void add_file(struct payload *p, const char *name, const char *text)
{
	add(p,
	    (struct member){
		    .name = name, .type = '0', .mode = 0644, .data = text, .size = strlen(text) });
}

/* The runtime itself is always the last of the good members. */
static struct member *runtime_of(struct payload *p)
{
	return &p->members[p->n - 1];
}

static void change_none(struct payload *p)
{
	(void)p;
}

static void change_truncated(struct payload *p)
{
	p->cut = runtime_of(p)->size / 2;
}

static void change_no_end(struct payload *p)
{
	p->no_end = true;
}

static void change_digest(struct payload *p)
{
	runtime_of(p)->bad_digest = true;
}

static void change_header(struct payload *p)
{
	runtime_of(p)->bad_header = true;
}

static void change_traversal(struct payload *p)
{
	add_file(p, "root/usr/../../evil", "x\n");
}

static void change_outside(struct payload *p)
{
	add_file(p, "evil", "x\n");
}

static void change_absolute(struct payload *p)
{
	add_file(p, "/etc/evil", "x\n");
}

static void change_device(struct payload *p)
{
	add(p, (struct member){ .name = "root/evil-node", .type = '3', .mode = 0666 });
}

static void change_fifo(struct payload *p)
{
	add(p, (struct member){ .name = "root/evil-fifo", .type = '6', .mode = 0666 });
}

static void change_hardlink(struct payload *p)
{
	add(p,
	    (struct member){
		    .name = "root/evil-link", .type = '1', .mode = 0644, .link = "/etc/passwd" });
}

static void change_symlink(struct payload *p)
{
	add(p,
	    (struct member){
		    .name = "root/evil-link", .type = '2', .mode = 0777, .link = "../../../etc" });
}

/* The link stays inside as text, but a member is written through it. */
static void change_through(struct payload *p)
{
	add(p,
	    (struct member){ .name = "root/usr/evil", .type = '2', .mode = 0777, .link = "/etc" });
	add_file(p, "root/usr/evil/through", "x\n");
}

static void change_bomb(struct payload *p)
{
	static const char zero[BLOCK];

	add(p, (struct member){ .name = "root/evil-bomb",
				.type = '0',
				.mode = 0644,
				.data = zero,
				.size = sizeof(zero),
				.claimed = UINT64_C(8) * 1024 * 1024 * 1024 - 1 });
}

/* The disk really has it all, in a hole: 1 GiB, more than the memory of the guest. */
static void change_huge(struct payload *p)
{
	static const char zero[BLOCK];
	const uint64_t size = UINT64_C(1) << 30;

	add(p, (struct member){ .name = "root/evil-huge",
				.type = '0',
				.mode = 0644,
				.data = zero,
				.size = sizeof(zero),
				.claimed = size });
	p->hole = (long)(size - sizeof(zero));
}

static void change_extra(struct payload *p)
{
	add_file(p, "root/etc/evil-extra", "x\n");
	p->members[p->n - 1].unlisted = true;
}

static void change_missing(struct payload *p)
{
	p->files = ",\"usr/lib/evil-missing\":\"sha256:"
		   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"";
}

static void change_twice(struct payload *p)
{
	add_file(p, "root/etc/fake-note", "a second one\n");
	p->members[p->n - 1].unlisted = true;
}

/* A copy of the runtime with one part of its ELF header changed. */
static unsigned char *own_copy(struct payload *p)
{
	struct member *m = runtime_of(p);
	unsigned char *copy = malloc(m->size);

	if (!copy)
		exit(1);
	memcpy(copy, m->data, m->size);
	m->data = copy;
	return copy;
}

static void change_arch(struct payload *p)
{
	own_copy(p)[18] = 183; /* e_machine: EM_AARCH64 */
}

static void change_mode(struct payload *p)
{
	runtime_of(p)->mode = 0644;
}

static void change_text(struct payload *p)
{
	struct member *m = runtime_of(p);

	m->data = "this is not a program\n";
	m->size = strlen(m->data);
}

/* A script whose interpreter is not there. */
static void change_script(struct payload *p)
{
	struct member *m = runtime_of(p);

	m->data = "#!/usr/bin/evil-interpreter\n";
	m->size = strlen(m->data);
}

/* The smallest ELF that asks for a loader: header, one PT_INTERP, its string. */
static void change_dynamic(struct payload *p)
{
	static unsigned char elf[BLOCK];
	static const char loader[] = "/lib64/evil-loader.so.2";
	struct member *m = runtime_of(p);

	memcpy(elf, m->data, 64);
	memset(elf + 32, 0, 16); /* e_phoff, e_shoff */
	elf[32] = 64;
	elf[56] = 1;		   /* e_phnum */
	memset(elf + 60, 0, 4);	   /* e_shnum, e_shstrndx */
	elf[64] = 3;		   /* PT_INTERP */
	elf[68] = 4;		   /* PF_R */
	elf[72] = 120;		   /* p_offset */
	elf[96] = sizeof(loader);  /* p_filesz */
	elf[104] = sizeof(loader); /* p_memsz */
	memcpy(elf + 120, loader, sizeof(loader));
	m->data = elf;
	m->size = sizeof(elf);
}

static void change_replaces(struct payload *p)
{
	add_file(p, "root/bin/assay", "#!/bin/sh\nexit 0\n");
	p->members[p->n - 1].mode = 0755;
}

static void change_replaces_link(struct payload *p)
{
	add(p, (struct member){ .name = "root/bin", .type = '2', .mode = 0777, .link = "usr/bin" });
}

static void change_json(struct payload *p)
{
	p->manifest = "{ \"format\": 1, \"kind\": \"runtime\", \"name\": \"fake\" \"version\" }\n";
}

static void change_array(struct payload *p)
{
	p->manifest = "[1, 2, 3]\n";
}

static void change_format(struct payload *p)
{
	p->format = "9";
}

static void change_kind(struct payload *p)
{
	p->kind = "\"evil-kind\"";
}

static void change_type(struct payload *p)
{
	p->runtime = "[\"evil\"]";
}

static void change_relative(struct payload *p)
{
	p->runtime = "\"usr/bin/fake\"";
}

static void change_no_runtime(struct payload *p)
{
	p->runtime = "\"/usr/bin/evil-none\"";
}

static void change_args(struct payload *p)
{
	p->keys = ",\"args\":[\"--root\", 7]";
}

static void change_cli(struct payload *p)
{
	p->keys = ",\"cli\":\"evil-cli\"";
}

static const struct kind kinds[] = {
	{ "good", "", "nothing wrong with it", change_none },
	{ "truncated", "usr/bin/fake", "the disk ends within a member", change_truncated },
	{ "no-end", "payload", "the disk ends without the end of the archive", change_no_end },
	{ "digest", "usr/bin/fake", "a member that is not what the manifest says", change_digest },
	{ "header", "payload", "a header with a wrong checksum", change_header },
	{ "traversal", "evil", "a member with .. in its name", change_traversal },
	{ "outside", "evil", "a member outside root/", change_outside },
	{ "absolute", "evil", "a member with an absolute name", change_absolute },
	{ "device", "evil-node", "a device node", change_device },
	{ "fifo", "evil-fifo", "a FIFO", change_fifo },
	{ "hardlink", "evil-link", "a hard link", change_hardlink },
	{ "symlink", "evil-link", "a symbolic link that leaves the root", change_symlink },
	{ "through", "evil", "a member written through a symbolic link", change_through },
	{ "bomb", "evil-bomb", "a member of 8 GiB", change_bomb },
	{ "huge", "evil-huge", "a member of 1 GiB, all there", change_huge },
	{ "extra", "evil-extra", "a member the manifest does not list", change_extra },
	{ "missing", "evil-missing", "a member of the manifest that is not there", change_missing },
	{ "twice", "fake-note", "a member that comes twice", change_twice },
	{ "arch", "usr/bin/fake", "a runtime for another machine", change_arch },
	{ "mode", "usr/bin/fake", "a runtime that is not executable", change_mode },
	{ "text", "usr/bin/fake", "a runtime that is no program", change_text },
	{ "script", "evil-interpreter", "a script without its interpreter", change_script },
	{ "dynamic", "evil-loader", "a dynamic executable without its loader", change_dynamic },
	{ "replaces", "bin/assay", "a member that replaces a file of the appliance",
	  change_replaces },
	{ "replaces-dir", "bin", "a link that replaces a directory of the appliance",
	  change_replaces_link },
	{ "json", "payload.json", "a manifest that is not JSON", change_json },
	{ "array", "payload.json", "a manifest that is no object", change_array },
	{ "format", "format", "a format of the future", change_format },
	{ "kind", "kind", "another kind of payload", change_kind },
	{ "type", "runtime", "a key of the wrong type", change_type },
	{ "relative", "usr/bin/fake", "a runtime with a relative path", change_relative },
	{ "no-runtime", "evil-none", "a runtime that is not in the payload", change_no_runtime },
	{ "args", "args", "an argument that is no string", change_args },
	{ "cli", "cli", "a dialect nobody speaks", change_cli },
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void put(FILE *out, const void *data, size_t size)
{
	static const char zero[BLOCK];

	if (fwrite(data, 1, size, out) != size ||
	    (size % BLOCK && fwrite(zero, 1, BLOCK - size % BLOCK, out) != BLOCK - size % BLOCK))
		die("write");
}

static void put_member(FILE *out, const struct member *m)
{
	unsigned char h[BLOCK] = { 0 };
	unsigned sum = m->bad_header;

	snprintf((char *)h, 100, "%s", m->name);
	snprintf((char *)h + 100, 8, "%07o", m->mode);
	snprintf((char *)h + 108, 8, "%07o", 0);
	snprintf((char *)h + 116, 8, "%07o", 0);
	snprintf((char *)h + 124, 12, "%011llo",
		 (unsigned long long)(m->claimed ? m->claimed : m->size));
	snprintf((char *)h + 136, 12, "%011o", 0);
	memset(h + 148, ' ', 8);
	h[156] = (unsigned char)m->type;
	if (m->link)
		snprintf((char *)h + 157, 100, "%s", m->link);
	memcpy(h + 257, "ustar\00000", 8);
	snprintf((char *)h + 329, 8, "%07o", 0);
	snprintf((char *)h + 337, 8, "%07o", 0);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	put(out, h, BLOCK);
	if (m->size)
		put(out, m->data, m->size);
}

/* The manifest: what `scripts/pack` would have written for these members. */
static char *manifest_of(const struct payload *p)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	const char *comma = "";

	if (!f)
		die("manifest");
	fprintf(f,
		"{\"format\":%s,\"kind\":%s,\"name\":\"fake\",\"version\":\"0\",\"runtime\":%s,"
		"\"files\":{",
		p->format, p->kind, p->runtime);
	for (size_t i = 0; i < p->n; i++) {
		const struct member *m = &p->members[i];
		const char *name = strncmp(m->name, "root/", 5) ? m->name : m->name + 5;
		uint8_t digest[SHA256_SIZE];
		char hex[SHA256_HEX + 1];

		if (m->type == '5' || m->unlisted)
			continue;
		sha256(m->data ? m->data : "", m->size, digest);
		digest[0] ^= m->bad_digest;
		sha256_hex(digest, hex);
		if (m->link)
			fprintf(f, "%s\"%s\":\"link:%s\"", comma, name, m->link);
		else
			fprintf(f, "%s\"%s\":\"sha256:%s\"", comma, name, hex);
		comma = ",";
	}
	fprintf(f, "%s}%s}\n", p->files, p->keys);
	if (fclose(f))
		die("manifest");
	return text;
}

static void *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rbe");
	struct stat st;
	char *data;

	if (!f || fstat(fileno(f), &st))
		die(path);
	*size = (size_t)st.st_size;
	data = malloc(*size);
	if (!data || fread(data, 1, *size, f) != *size)
		die(path);
	fclose(f);
	return data;
}

static void write_payload(const struct payload *p, const char *path)
{
	static const char zero[BLOCK];
	const char *text = p->manifest ? p->manifest : manifest_of(p);
	struct member manifest = {
		.name = "payload.json", .type = '0', .mode = 0644, .data = text
	};
	FILE *out = fopen(path, "wbe");

	if (!out)
		die(path);
	manifest.size = strlen(text);
	put_member(out, &manifest);
	for (size_t i = 0; i < p->n; i++)
		put_member(out, &p->members[i]);
	if (p->hole && fseek(out, p->hole, SEEK_CUR))
		die(path);
	for (int i = 0; i < 2 && !p->no_end; i++)
		put(out, zero, BLOCK);
	if (fflush(out))
		die(path);
	if (p->cut && ftruncate(fileno(out), (ftell(out) - (long)p->cut) / BLOCK * BLOCK))
		die(path);
	if (fclose(out))
		die(path);
}

int main(int argc, char **argv)
{
	struct payload p = { .format = "1",
			     .kind = "\"runtime\"",
			     .runtime = "\"/usr/bin/fake\"",
			     .files = "",
			     .keys = "" };
	struct member runtime = { .name = "root/usr/bin/fake", .type = '0', .mode = 0755 };

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			printf("%s\t%s\t%s\n", kinds[i].name, kinds[i].names, kinds[i].about);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "usage: mkbad KIND RUNTIME OUT | mkbad --list\n");
		return 2;
	}
	runtime.data = slurp(argv[2], &runtime.size);
	add(&p, (struct member){ .name = "root/usr", .type = '5', .mode = 0755 });
	add(&p, (struct member){ .name = "root/usr/bin", .type = '5', .mode = 0755 });
	add_file(&p, "root/etc/fake-note", "installed by a payload\n");
	add(&p,
	    (struct member){
		    .name = "root/usr/bin/fake-too", .type = '2', .mode = 0777, .link = "fake" });
	add(&p, runtime);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, argv[1])) {
			kinds[i].change(&p);
			write_payload(&p, argv[3]);
			return 0;
		}
	fprintf(stderr, "mkbad: no kind \"%s\"\n", argv[1]);
	return 2;
}
