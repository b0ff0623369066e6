/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of cgroup controllers, by setting limits of a cgroup that nobody is in. It must never
 * write to a cgroup that it has not made.
 */
#include "trials.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK_DEVICE "/sys/block/nullb0/dev"

static void cgroup_of(const struct context *c, const struct hierarchy *h, char *path, size_t size)
{
	snprintf(path, size, "%s%s/try", h->point, c->cgroup);
}

void trials_begin(const struct context *c)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		char path[256];

		cgroup_of(c, &c->hierarchies[i], path, sizeof(path));
		(void)mkdir(path, 0755);
	}
}

void trials_end(const struct context *c)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		char path[256];

		cgroup_of(c, &c->hierarchies[i], path, sizeof(path));
		(void)rmdir(path);
	}
}

/* The hierarchy of a controller; on v2 there is but one. */
static const struct hierarchy *hierarchy_of(const struct context *c, const char *name, size_t length)
{
	for (size_t i = 0; i < c->n_hierarchies; i++) {
		const struct hierarchy *h = &c->hierarchies[i];

		for (const char *o = h->options, *end; *o; o = *end ? end + 1 : end) {
			end = o + strcspn(o, ",");
			if ((size_t)(end - o) == length && !strncmp(o, name, length))
				return h;
		}
		if (c->cgroup_v2)
			return h;
	}
	return NULL;
}

/* VALUE with the numbers of the block device for #; false when there is no such device. */
static bool fill_in(const char *value, char *to, size_t size)
{
	const char *mark = strchr(value, '#'), *device;

	if (!mark)
		return snprintf(to, size, "%s", value) < (int)size;
	device = file_read(NULL, BLOCK_DEVICE);
	return device && snprintf(to, size, "%.*s%.*s%s", (int)(mark - value), value,
				  (int)strcspn(device, "\n"), device, mark + 1) < (int)size;
}

int try_cgroup(const struct feature *f, const struct context *c)
{
	const char *space = strchr(f->text, ' ');
	int length = (int)(space ? (size_t)(space - f->text) : strlen(f->text));
	const struct hierarchy *h = hierarchy_of(c, f->text, strcspn(f->text, "."));
	char path[256], file[400], value[128];
	int fd;

	if (!h)
		return -1;
	cgroup_of(c, h, path, sizeof(path));
	snprintf(file, sizeof(file), "%s/%.*s", path, length, f->text);
	if (!space)
		return file_read(NULL, file) == NULL;
	fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd < 0 || !fill_in(space + 1, value, sizeof(value)) ||
	       write(fd, value, strlen(value)) < 0;
}

/* A program that allows all, as one of device rules would be, attached. */
int try_device_program(const struct feature *f, const struct context *c)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct hierarchy *h = hierarchy_of(c, "", 0);
	union bpf_attr attr;
	char path[256];
	int program, cgroup;

	(void)f;
	if (!h)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insn_cnt = ARRAY_SIZE(code);
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.license = (uint64_t)(uintptr_t) "GPL";
	program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	cgroup_of(c, h, path, sizeof(path));
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (program < 0 || cgroup < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr));
}
