/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_INIT_SYS_H
#define ASSAY_INIT_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* CLOCK_MONOTONIC in ns: no clock of the machine can be trusted, and none is set. */
uint64_t now_ns(void);

/* Milliseconds from now until `deadline_ns`, rounded up, for poll(); 0 once it has passed. */
int ms_until(uint64_t deadline_ns);

/* A whole small file, NUL-terminated and without its last newline; length or -errno. */
ssize_t file_read(const char *path, char *buffer, size_t size);

/* One write() of `text` to a file that exists (sysfs, procfs, cgroups). 0 or -errno. */
int file_write(const char *path, const char *text);

/* All of the bytes, past EINTR and short writes. 0 or -errno. */
int write_all(int fd, const void *data, size_t length);
int pwrite_all(int fd, const void *data, size_t length, uint64_t offset);

/* All of the bytes; -ENODATA when the file ends before. 0 or -errno. */
int pread_all(int fd, void *data, size_t length, uint64_t offset);

/*
 * Wait until child `pid` has ended, petting the watchdog and reaping orphans meanwhile. After
 * `limit_ms` it is killed. 0 with its wait status, -ETIMEDOUT when it had to be killed.
 */
int child_wait(pid_t pid, uint64_t limit_ms, int *status);

#endif
