/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves the machine as it happens: lines for people on the console, framed events on a
 * port for programs. Both are conveniences: the journal is the record. So they must never hold
 * up the run for a cable with flow control on it, or a host that stopped reading.
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "listing.h"
#include "suite/core/crc32.h"
#include "sys.h"
#include "text.h"

#define PATIENCE_MS 5000 /* a port that takes nothing for so long is given up */

#define CONSOLES_MAX 4

/* All that the kernel writes to: a screen and a serial line see the same. */
static int consoles[CONSOLES_MAX];
static int n_consoles;

static int mirror_fd = -1;
static struct {
	size_t start, length; /* of what waits in the ring */
	char ring[256 * 1024];
} mirror;

/*
 * O_NONBLOCK belongs to the open file, not to the descriptor: the one the kernel gave to 0, 1 and
 * 2 would be shared with every child, so each console is opened anew.
 */
static void add_console(const char *name)
{
	TEXT(path, 64);
	int fd;

	text_join(&path, "/dev/", name, NULL);
	fd = open(path.data, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && n_consoles < CONSOLES_MAX)
		consoles[n_consoles++] = fd;
	else if (fd >= 0)
		close(fd);
}

void console_open(void)
{
	char active[128];
	char *name = active;
	int fd;

	/* /dev/console is only the last one of the command line; this file lists them all. */
	file_read("/sys/class/tty/console/active", active, sizeof(active));
	while (*name) {
		char *end = name + strcspn(name, " ");
		bool last = !*end;

		*end = '\0';
		add_console(name);
		name = last ? end : end + 1;
	}
	if (!n_consoles)
		add_console("console");
	fd = open("/dev/null", O_RDWR | O_NOCTTY);
	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* Once a line is begun it should be whole: wait for the rest a little, then give it up. */
static void put(int console, const char *data, size_t length)
{
	for (;;) {
		ssize_t n = write(console, data, length);
		struct pollfd p = { .fd = console, .events = POLLOUT };

		if (n > 0) {
			data += n;
			length -= (size_t)n;
		}
		if (!length || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
		if (poll(&p, 1, 100) <= 0)
			return;
	}
}

void console_say(const char *first, ...)
{
	TEXT(line, 1024);
	const char *s = first;
	va_list pieces;

	text_put(&line, "assay: ");
	va_start(pieces, first);
	for (; s; s = va_arg(pieces, const char *))
		text_put(&line, s);
	va_end(pieces);
	/* No cursor movement and no second line, whoever wrote the pieces. */
	for (size_t i = 0; i < line.length; i++)
		if (line.data[i] < 0x20 || line.data[i] > 0x7e)
			line.data[i] = '?';
	if (line.length == line.size - 1)
		line.length--;
	line.data[line.length++] = '\n';
	for (int i = 0; i < n_consoles; i++)
		put(consoles[i], line.data, line.length);
}

/* A device whose sysfs file `name` says what we look for: /dev/vport0p1. */
static int find_virtio_port(struct text *path)
{
	struct listing l;
	const char *name;
	int found = -ENOENT;

	if (listing_open(&l, AT_FDCWD, "/sys/class/virtio-ports"))
		return -ENOENT;
	while (found && (name = listing_next(&l))) {
		TEXT(file, 256);
		char value[64];

		text_join(&file, "/sys/class/virtio-ports/", name, "/name", NULL);
		if (file_read(file.data, value, sizeof(value)) > 0 &&
		    !strcmp(value, "org.assay.events")) {
			text_join(path, "/dev/", name, NULL);
			found = 0;
		}
	}
	close(l.fd);
	return found;
}

int mirror_open(const char *device)
{
	TEXT(path, 256);
	struct termios t;
	int error = 0;

	if (*device)
		text_join(&path, "/dev/", device, NULL);
	else
		error = find_virtio_port(&path);
	if (error)
		return error;
	mirror_fd = open(path.data, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (mirror_fd < 0)
		return -errno;
	/* A tty would turn \n into \r\n and echo what the other side sends. */
	if (!tcgetattr(mirror_fd, &t)) {
		t.c_iflag = IGNBRK | IGNPAR;
		t.c_oflag = 0;
		t.c_lflag = 0;
		tcsetattr(mirror_fd, TCSANOW, &t);
	}
	return 0;
}

int mirror_waiting(void)
{
	return mirror.length ? mirror_fd : -1;
}

void mirror_flush(void)
{
	while (mirror_fd >= 0 && mirror.length) {
		size_t n = sizeof(mirror.ring) - mirror.start;
		ssize_t written;

		if (n > mirror.length)
			n = mirror.length;
		written = write(mirror_fd, mirror.ring + mirror.start, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 && errno != EAGAIN) {
			close(mirror_fd);
			mirror_fd = -1;
		}
		if (written <= 0)
			return;
		mirror.start = (mirror.start + (size_t)written) % sizeof(mirror.ring);
		mirror.length -= (size_t)written;
	}
}

/* Wait until at least `bytes` are free; false, and the port closed, if its reader is gone. */
static bool make_room(size_t bytes)
{
	while (mirror_fd >= 0 && sizeof(mirror.ring) - mirror.length < bytes) {
		struct pollfd p = { .fd = mirror_fd, .events = POLLOUT };
		size_t before = mirror.length;

		if (poll(&p, 1, PATIENCE_MS) > 0)
			mirror_flush();
		if (mirror_fd >= 0 && mirror.length == before) {
			close(mirror_fd);
			mirror_fd = -1;
			console_say("warning: nobody reads the port of events: it is given up",
				    NULL);
		}
	}
	return mirror_fd >= 0;
}

static void queue(const char *data, size_t length)
{
	size_t end = (mirror.start + mirror.length) % sizeof(mirror.ring);
	size_t first = sizeof(mirror.ring) - end;

	if (first > length)
		first = length;
	memcpy(mirror.ring + end, data, first);
	memcpy(mirror.ring, data + first, length - first);
	mirror.length += length;
}

void mirror_line(const char *line, size_t length)
{
	uint32_t crc = crc32(0, line, length - 1);
	uint8_t bytes[4] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
			     (uint8_t)crc };
	TEXT(frame, 16);

	text_put(&frame, "E ");
	text_hex(&frame, bytes, sizeof(bytes));
	text_put(&frame, " ");
	if (mirror_fd < 0 || !make_room(frame.length + length))
		return;
	queue(frame.data, frame.length);
	queue(line, length);
	mirror_flush();
}

void console_drain(void)
{
	pid_t pid;
	int status;

	make_room(sizeof(mirror.ring));
	/*
	 * tcdrain() waits for ever when flow control holds the line, so a child does it. What a
	 * UART has not sent when the machine goes off is lost.
	 */
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < n_consoles; i++)
			tcdrain(consoles[i]);
		if (mirror_fd >= 0)
			tcdrain(mirror_fd);
		_exit(0);
	}
	if (pid > 0)
		child_wait(pid, 3000, &status);
}
