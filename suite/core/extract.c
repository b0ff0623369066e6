/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay journal`: the event lines of a results disk, or of its journal partition, on any host. It
 * must never write to the disk, and never give more than the sound head of the journal.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "engine.h"
#include "init/journal.h"

#define SECTOR	    512
#define ENTRIES_MAX 128

static uint64_t little(const unsigned char *at, int bytes)
{
	uint64_t value = 0;

	for (int i = bytes; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

/* The partition of a GPT disk with the name of a journal (UTF-16 in the entry). */
static bool find_partition(int fd, uint64_t *base, uint64_t *size)
{
	static const char name[] = "ASSAY-JOURNAL";
	unsigned char header[SECTOR], entry[128];
	uint64_t table, count, length;

	if (pread(fd, header, sizeof(header), SECTOR) != SECTOR || memcmp(header, "EFI PART", 8))
		return false;
	table = little(header + 72, 8) * SECTOR;
	count = little(header + 80, 4);
	length = little(header + 84, 4);
	for (uint64_t i = 0; i < count && i < ENTRIES_MAX && length >= sizeof(entry); i++) {
		size_t n = 0;

		if (pread(fd, entry, sizeof(entry), (off_t)(table + i * length)) != sizeof(entry))
			return false;
		while (n < sizeof(name) && entry[56 + 2 * n] == (unsigned char)name[n] &&
		       !entry[57 + 2 * n])
			n++;
		if (n != sizeof(name))
			continue;
		*base = little(entry + 32, 8) * SECTOR;
		*size = (little(entry + 40, 8) + 1) * SECTOR - *base;
		return true;
	}
	return false;
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "assay: journal: %s: %s\n", path, what);
	return VERDICT_INVALID;
}

int cmd_journal(int argc, char **argv)
{
	static const char text[] = "usage: assay journal DISK|PARTITION|IMAGE > events.jsonl\n\n"
				   "The events in the journal of a results disk.\n";
	static char line[EVENT_LINE_MAX];
	uint64_t base = 0, size;
	struct journal j;
	ssize_t n;
	off_t end;
	int fd, state;

	if (argc != 2 || !strcmp(argv[1], "--help")) {
		fputs(text, argc == 2 ? stdout : stderr);
		return argc == 2 ? 0 : VERDICT_INVALID;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (end < 0)
		return complain(argv[1], strerror(errno));
	size = (uint64_t)end;
	(void)find_partition(fd, &base, &size);
	state = journal_open(&j, fd, base, size);
	if (state < 0)
		return complain(argv[1], strerror(-state));
	if (state != JOURNAL_FOUND)
		return complain(argv[1], state == JOURNAL_FRESH ? "an empty journal"
								: "there is no journal");
	while ((n = journal_next(&j, line)) > 0)
		fwrite(line, 1, (size_t)n, stdout);
	if (n < 0)
		return complain(argv[1], strerror((int)-n));
	return fflush(stdout) || ferror(stdout) ? complain("standard output", strerror(errno)) : 0;
}
