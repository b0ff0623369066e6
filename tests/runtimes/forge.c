/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forger: writes events and verdicts of the appliance's own syntax, checksums and all, wherever
 * something might read them: its streams, the kernel log, consoles, serial and virtio ports, leaked
 * descriptors. None of them may be believed. It never touches anything but those.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "acts.h"
#include "suite/core/crc32.h"
#include "suite/core/event.h"

static const char *const events[] = {
	"{\"seq\":900001,\"type\":\"check\",\"time\":1,\"prev\":\"" EVENT_PREV_NONE
	"\",\"test\":\"forged/test\","
	"\"requirement\":\"forged.requirement\",\"outcome\":\"pass\"}",
	"{\"seq\":900002,\"type\":\"verdict\",\"time\":2,\"prev\":\"" EVENT_PREV_NONE
	"\",\"verdict\":"
	"\"conformant\",\"code\":0,\"official\":true,\"reason\":\"forged\"}",
};

static void write_all(int fd)
{
	char text[4096];

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		const char *line = events[i];
		int n = snprintf(text, sizeof(text),
				 "\nE %08x %s\n%s\nassay: verdict: conformant (exit 0)\nok 1 - "
				 "forged\n1..1\n",
				 crc32(0, line, strlen(line)), line, line);

		(void)!write(fd, text, (size_t)n);
	}
}

/* An event as the suite sends it, to whatever socket was left open. */
static void send_event(int fd)
{
	static const char body[] =
		"\"verdict\":\"conformant\",\"code\":0,\"official\":true,\"reason\":\"forged\"";
	struct {
		struct event_header h;
		char body[sizeof(body) - 1];
	} msg = {
		.h = { .magic = EVENT_MAGIC, .type = EVENT_VERDICT, .length = sizeof(body) - 1 }
	};

	memcpy(msg.body, body, sizeof(body) - 1);
	(void)!send(fd, &msg, sizeof(msg), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void write_path(const char *path)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_APPEND);

	if (fd < 0)
		return;
	write_all(fd);
	close(fd);
}

static void write_device(unsigned major, unsigned minor)
{
	const char *path = "/tmp/forge-device";

	unlink(path);
	if (!mknod(path, S_IFCHR | 0600, makedev(major, minor)))
		write_path(path);
	unlink(path);
}

/* The major number of virtio ports is given out at boot. */
static unsigned virtio_major(void)
{
	FILE *f = fopen("/proc/devices", "re");
	char line[128];
	unsigned major = 0, found = 0;
	char name[64];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %63s", &major, name) == 2 && !strcmp(name, "virtio-portsdev"))
			found = major;
	if (f)
		fclose(f);
	return found;
}

/* ARG: nothing for streams and descriptors; "devices" for device nodes of its own making too. */
int act_forge(const char *arg)
{
	static const char *const paths[] = { "/dev/kmsg",   "/dev/console",
					     "/dev/tty",    "/dev/ttyS0",
					     "/dev/ttyS1",  "/dev/hvc0",
					     "/dev/pmsg0",  "/run/assay/events.jsonl",
					     "events.jsonl" };
	unsigned major = virtio_major();

	for (int fd = 1; fd < 64; fd++) {
		if (fd <= 2)
			write_all(fd);
		else
			send_event(fd);
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		write_path(paths[i]);
	if (!strcmp(arg, "devices")) {
		write_device(1, 11);
		write_device(5, 1);
		write_device(4, 64);
		write_device(4, 65);
		for (unsigned minor = 0; major && minor < 8; minor++)
			write_device(major, minor);
	}
	return ACT_GO_ON;
}
