/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report partition: mounted only while it is written, with no other process alive, so that
 * no runtime can reach it and no cut leaves it dirty for long. It must never be the only copy of
 * anything: whatever is here can be rendered again from the journal.
 */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console.h"
#include "sys.h"

#define MOUNT_POINT   "/run/assay/report"
#define FREE_MIN      (1024 * 1024)
#define RENDER_MS     (300 * 1000)
#define KLOG_READ_ALL 3 /* SYSLOG_ACTION_READ_ALL */

static int mount_report(const struct disk *disk, unsigned long flags, struct fault *f)
{
	TEXT(device, 64);

	text_join(&device, "/dev/", disk->name, NULL);
	mkdir(MOUNT_POINT, 0755);
	if (mount(device.data, MOUNT_POINT, "vfat",
		  flags | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME,
		  "utf8=1,shortname=mixed,errors=remount-ro"))
		return fault_set(f, -errno, "results disk ", device.data,
				 " (ASSAY-REPORT) cannot be mounted as FAT: ", strerror(errno),
				 NULL);
	return 0;
}

int report_check(const struct disk *disk, struct fault *f)
{
	struct statvfs v;
	/* Read-only, which leaves every bit as it is: the disk may yet turn out not to be ours. */
	int error = mount_report(disk, MS_RDONLY, f);

	if (error)
		return error;
	if (statvfs(MOUNT_POINT, &v) || (uint64_t)v.f_bavail * v.f_frsize < FREE_MIN)
		error = fault_set(f, -ENOSPC, "results disk /dev/", disk->name,
				  " (ASSAY-REPORT) is full", NULL);
	if (umount2(MOUNT_POINT, 0) && !error)
		error = fault_set(f, -errno, "results disk /dev/", disk->name, ": ",
				  strerror(errno), NULL);
	return error;
}

/* What the renderer prints becomes console lines, as many as a person would read. */
static void forward(int fd)
{
	char line[200], c;
	size_t length = 0;
	unsigned int lines = 0;

	while (read(fd, &c, 1) == 1) {
		if (c != '\n')
			line[length++] = c;
		if ((c == '\n' && length) || length == sizeof(line) - 1) {
			line[length] = '\0';
			if (lines++ < 100)
				console_say(line, NULL);
			length = 0;
		}
	}
}

static int render(struct fault *f)
{
	static char program[] = "/bin/assay", verb[] = "render", out[] = "--out";
	static char where[] = MOUNT_POINT, events[] = "/run/assay/events.jsonl";
	static char path[] = "PATH=/bin:/usr/bin";
	char *const argv[] = { program, verb, out, where, events, NULL };
	char *const envp[] = { path, NULL };
	int output = open("/run/assay/render.log", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int status, error;
	pid_t pid = fork();

	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (output >= 0) {
			dup2(output, 1);
			dup2(output, 2);
		}
		execve(argv[0], argv, envp);
		_exit(127);
	}
	if (pid < 0)
		return fault_set(f, -errno, "the report cannot be rendered: ", strerror(errno),
				 NULL);
	error = child_wait(pid, RENDER_MS, &status);
	if (output >= 0) {
		lseek(output, 0, SEEK_SET);
		forward(output);
		close(output);
	}
	if (error)
		return fault_set(f, error, "the report was not rendered in time", NULL);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return fault_set(f, -EIO, "the report could not be rendered", NULL);
	return 0;
}

static int write_kernel_log(void)
{
	static char log[512 * 1024];
	int n = klogctl(KLOG_READ_ALL, log, sizeof(log));
	int fd = open(MOUNT_POINT "/kernel.log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int error = fd < 0 ? -errno : 0;

	if (!error && n > 0)
		error = write_all(fd, log, (size_t)n);
	if (fd >= 0)
		close(fd);
	return error;
}

int report_write(const struct disk *disk, struct fault *f)
{
	int error = mount_report(disk, 0, f);
	int fd;

	if (error)
		return error;
	error = render(f);
	if (!error && write_kernel_log())
		error = fault_set(f, -ENOSPC, "results disk /dev/", disk->name,
				  " (ASSAY-REPORT) is full", NULL);
	/* umount() writes back too, but tells nobody whether that went well. */
	fd = open(MOUNT_POINT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd)) {
		if (!error)
			error = fault_set(f, -errno, "results disk /dev/", disk->name,
					  " (ASSAY-REPORT): ", strerror(errno), NULL);
	}
	if (fd >= 0)
		close(fd);
	if (umount2(MOUNT_POINT, 0) && !error)
		error = fault_set(f, -errno, "results disk /dev/", disk->name, ": ",
				  strerror(errno), NULL);
	return error;
}
