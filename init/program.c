/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an executable needs to be there before it can start: so that a payload without its
 * loader is told so, instead of a runtime that fails every test. Every offset in the file is
 * hostile: it must never read but by bounded preads.
 */
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"

#define HEADERS_MAX 64
#define DYNAMIC_MAX 512

struct image {
	int fd;
	uint64_t size;
	Elf64_Ehdr head;
	Elf64_Phdr segments[HEADERS_MAX];
	unsigned int n_segments;
};

static int read_part(const struct image *i, void *data, uint64_t length, uint64_t offset)
{
	if (offset > i->size || length > i->size - offset)
		return -ENOEXEC;
	return pread_all(i->fd, data, (size_t)length, offset) ? -EIO : 0;
}

/* A string of the file; one that does not end within PROGRAM_NAME_MAX is none. */
static int read_string(const struct image *i, char out[PROGRAM_NAME_MAX], uint64_t offset)
{
	uint64_t length = PROGRAM_NAME_MAX;

	if (offset >= i->size)
		return -ENOEXEC;
	if (length > i->size - offset)
		length = i->size - offset;
	if (read_part(i, out, length, offset) || !memchr(out, '\0', (size_t)length))
		return -ENOEXEC;
	return 0;
}

static int read_interpreter_line(const struct image *i, struct program_needs *needs,
				 struct fault *why)
{
	char line[PROGRAM_NAME_MAX] = "";
	const char *start = line + 2;
	uint64_t length = i->size < sizeof(line) - 1 ? i->size : sizeof(line) - 1;
	struct text t;

	if (read_part(i, line, length, 0))
		return -EIO;
	start += strspn(start, " \t");
	text_init(&t, needs->interpreter, sizeof(needs->interpreter));
	text_bytes(&t, start, strcspn(start, " \t\r\n"));
	if (needs->interpreter[0] != '/')
		return fault_set(why, -ENOEXEC, "is a script without an interpreter", NULL);
	return 0;
}

/* Where in the file the byte lies that is loaded at `address`. */
static int file_offset(const struct image *i, uint64_t address, uint64_t *offset)
{
	for (unsigned int n = 0; n < i->n_segments; n++) {
		const Elf64_Phdr *p = &i->segments[n];

		if (p->p_type != PT_LOAD || address < p->p_vaddr ||
		    address - p->p_vaddr >= p->p_filesz)
			continue;
		*offset = p->p_offset + (address - p->p_vaddr);
		return 0;
	}
	return -ENOEXEC;
}

static int read_dynamic(const struct image *i, const Elf64_Phdr *p, struct program_needs *needs)
{
	static Elf64_Dyn table[DYNAMIC_MAX];
	uint64_t n = p->p_filesz / sizeof(*table);
	uint64_t strings = 0;

	if (n > DYNAMIC_MAX)
		n = DYNAMIC_MAX;
	if (read_part(i, table, n * sizeof(*table), p->p_offset))
		return -ENOEXEC;
	for (uint64_t k = 0; k < n && table[k].d_tag != DT_NULL; k++)
		if (table[k].d_tag == DT_STRTAB && file_offset(i, table[k].d_un.d_ptr, &strings))
			return -ENOEXEC;
	for (uint64_t k = 0; k < n && table[k].d_tag != DT_NULL; k++) {
		if (table[k].d_tag != DT_NEEDED || needs->n_needed == PROGRAM_NEEDED_MAX)
			continue;
		if (table[k].d_un.d_val > i->size ||
		    read_string(i, needs->needed[needs->n_needed], strings + table[k].d_un.d_val))
			return -ENOEXEC;
		needs->n_needed++;
	}
	return 0;
}

static int read_machine(const struct image *i, struct fault *why)
{
	TEXT(number, 32);

	text_number(&number, i->head.e_machine);
	if (i->head.e_ident[EI_CLASS] != ELFCLASS64 || i->head.e_ident[EI_DATA] != ELFDATA2LSB ||
	    i->head.e_machine != EM_X86_64)
		return fault_set(why, -ENOEXEC, "is for another machine (e_machine ", number.data,
				 ")", NULL);
	if (i->head.e_type != ET_EXEC && i->head.e_type != ET_DYN)
		return fault_set(why, -ENOEXEC, "is an ELF file, but no executable", NULL);
	return 0;
}

int program_read(int fd, struct program_needs *needs, struct fault *why)
{
	static struct image i;
	struct stat st;
	int error;

	memset(needs, 0, sizeof(*needs));
	memset(&i, 0, sizeof(i));
	i.fd = fd;
	if (fstat(fd, &st))
		return fault_set(why, -errno, "cannot be read", NULL);
	i.size = (uint64_t)st.st_size;
	if (read_part(&i, &i.head, i.size < sizeof(i.head) ? i.size : sizeof(i.head), 0))
		return fault_set(why, -EIO, "cannot be read", NULL);
	if (!memcmp(i.head.e_ident, "#!", 2))
		return read_interpreter_line(&i, needs, why);
	if (memcmp(i.head.e_ident, ELFMAG, SELFMAG))
		return fault_set(why, -ENOEXEC, "is neither an ELF executable nor a script", NULL);
	error = read_machine(&i, why);
	if (error)
		return error;
	i.n_segments = i.head.e_phnum;
	if (i.n_segments > HEADERS_MAX || i.head.e_phentsize != sizeof(*i.segments) ||
	    read_part(&i, i.segments, i.n_segments * sizeof(*i.segments), i.head.e_phoff))
		return fault_set(why, -ENOEXEC, "has no usable program headers", NULL);
	for (unsigned int n = 0; n < i.n_segments && !error; n++) {
		const Elf64_Phdr *p = &i.segments[n];

		if (p->p_type == PT_INTERP)
			error = read_string(&i, needs->interpreter, p->p_offset);
		if (p->p_type == PT_DYNAMIC)
			error = read_dynamic(&i, p, needs);
	}
	return error ? fault_set(why, -ENOEXEC, "has damaged program headers", NULL) : 0;
}
