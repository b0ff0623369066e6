/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end: verdict, sentinel, power off. It must never return, and never touch an I/O port that
 * the command line did not name: on a real machine that port is somebody else's.
 */
#include "verdict.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "suite/core/event.h"
#include "sys.h"
#include "watchdog.h"

/* A shell for as long as a person wants it; the watchdog is petted meanwhile. */
static void shell(void)
{
	static char program[] = "/bin/busybox", name[] = "sh", path[] = "PATH=/bin:/usr/bin:/sbin";
	char *const argv[] = { name, NULL };
	char *const envp[] = { path, NULL };
	int status;
	pid_t pid;

	console_say("shell: exit powers the machine off", NULL);
	pid = fork();
	if (pid == 0) {
		sigset_t none;
		int fd;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* A session leader's first terminal becomes its controlling one: job control. */
		setsid();
		fd = open("/dev/console", O_RDWR);
		ioctl(fd, TIOCSCTTY, 1);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execve(program, argv, envp);
		_exit(127);
	}
	if (pid > 0)
		child_wait(pid, 24 * 3600 * 1000ull, &status);
}

void verdict_and_off(const struct options *o, int code, const char *word)
{
	TEXT(number, 16);

	if (o->shell)
		shell();
	text_number(&number, (uint64_t)code);
	console_say("verdict: ", word, " (exit ", number.data, ")", NULL);
	console_drain();
	watchdog_stop();
	sync();
	/* QEMU ends here, with status (value << 1) | 1; without the device nothing happens. */
	if (o->exit_port && !ioperm(o->exit_port, 1, 1))
		outb((unsigned char)EVENT_DEBUG_EXIT(code), (unsigned short)o->exit_port);
	reboot(RB_POWER_OFF);
	/* Without a way to power off it returns; PID 1 must not end, or the kernel panics. */
	for (;;)
		pause();
}
