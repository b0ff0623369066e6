/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of the appliance: the boot, from the kernel's hand-over to power off. There is one way to
 * start: read the journal, decide what is left, go on; a first boot is the case of an empty one.
 * PID 1 must never exit, never allocate or use stdio, and never start a test without a place
 * where its result is safe.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot.h"
#include "cgroup.h"
#include "cmdline.h"
#include "console.h"
#include "disks.h"
#include "journal.h"
#include "lsm.h"
#include "mounts.h"
#include "payload.h"
#include "pstore.h"
#include "record.h"
#include "report.h"
#include "supervise.h"
#include "sys.h"
#include "verdict.h"
#include "watchdog.h"

#define RELEASE_FILE "/etc/assay-release"
#define PAYLOAD_FILE "/run/assay/payload.json"
#define RUN_ROOM     (32 * 1024 * 1024) /* of /run/assay, on top of the size of the journal */

/* Everything there is to know about this boot. */
struct machine {
	struct options options;
	struct disks disks;
	struct record record;
	struct boot_facts facts;
	struct last_boot last;
	struct fault no_payload; /* why there is none, when the rest of the disks is right */
	enum journal_state journal;
	bool may_begin; /* nobody's journal, and a report partition that works */
	bool ours;	/* the journal holds this run, so the report may be written */
	uint8_t payload[SHA256_SIZE];
	char payload_text[7 + SHA256_HEX + 1];
	char profile[16];
	char release[4096];
};

static struct machine machine;

static int read_cmdline(struct machine *m, struct fault *f)
{
	char line[sizeof(m->options.line)];

	if (file_read("/proc/cmdline", line, sizeof(line)) < 0)
		return fault_set(f, -EIO, "/proc/cmdline cannot be read", NULL);
	return cmdline_parse(&m->options, line, f);
}

/* The kernel is built for one profile, and says for which at the end of its release. */
static int read_profile(struct machine *m, struct fault *f)
{
	static const char *const profiles[] = { "unified", "legacy" };
	struct utsname u;
	struct text t;

	if (uname(&u))
		return fault_set(f, -errno, "uname: ", strerror(errno), NULL);
	text_init(&t, m->profile, sizeof(m->profile));
	for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
		TEXT(suffix, 32);
		size_t length = strlen(u.release);

		text_join(&suffix, "-assay-", profiles[i], NULL);
		if (length > suffix.length &&
		    !strcmp(u.release + length - suffix.length, suffix.data))
			text_put(&t, profiles[i]);
	}
	if (!t.length)
		return fault_set(f, -EINVAL, "kernel ", u.release,
				 ": not a kernel of the appliance", NULL);
	if (m->options.profile[0] && strcmp(m->options.profile, m->profile))
		return fault_set(f, -EINVAL, "assay.profile=", m->options.profile,
				 ", but the kernel is ", u.release, NULL);
	m->facts.profile = m->profile;
	return 0;
}

static int load_policies(struct machine *m, struct fault *f)
{
	(void)m;
	return lsm_setup(f);
}

static int set_up_cgroups(struct machine *m, struct fault *f)
{
	return cgroup_setup(m->profile, f);
}

static int read_release(struct machine *m, struct fault *f)
{
	ssize_t n = file_read(RELEASE_FILE, m->release, sizeof(m->release));
	char *newline = strchr(m->release, '\n');

	if (newline)
		*newline = '\0';
	/* It goes into events as it is, so it has to be an object. Everybody trusts the image. */
	if (n <= 0 || m->release[0] != '{' || m->release[strlen(m->release) - 1] != '}')
		return fault_set(f, -EINVAL, RELEASE_FILE ": not one JSON object", NULL);
	m->facts.release = m->release;
	return 0;
}

/* Settings of the running kernel that the run depends on, whatever the command line says. */
static void tune_kernel(void)
{
	char value[32];

	/* A panic must lead to a new boot; 0 would wait for a person. */
	if (file_read("/proc/sys/kernel/panic", value, sizeof(value)) > 0 && !strcmp(value, "0"))
		file_write("/proc/sys/kernel/panic", "1");
	/* After an oops no later result could be trusted. */
	file_write("/proc/sys/kernel/panic_on_oops", "1");
	/* The console is for records; a panic raises the level by itself. */
	file_write("/proc/sys/kernel/printk", "3");
	/* Ctrl-Alt-Del becomes SIGINT, so that the journal ends properly. */
	reboot(RB_DISABLE_CAD);
	sethostname("assay", 5);
}

static int open_console(struct machine *m, struct fault *f)
{
	int error;

	(void)f;
	error = mirror_open(m->options.events);
	if (error && m->options.events[0])
		return fault_set(f, error, "assay.events=", m->options.events, ": ",
				 strerror(-error), NULL);
	if (m->options.watchdog && watchdog_start(m->options.watchdog))
		return fault_set(f, -ENOENT, "assay.watchdog: there is no watchdog", NULL);
	return 0;
}

static int find_disks(struct machine *m, struct fault *f)
{
	int error = disks_find(&m->disks, m->options.wait, f);

	/* Not having one payload is said in the report, as anything else about payloads is. */
	if (error == -ENOMEDIUM || error == -EMLINK) {
		m->no_payload = *f;
		error = 0;
	}
	if (error)
		return error;
	/* All events may come to lie there, and a journal is bigger than what it holds. */
	return mounts_run(m->disks.journal.size + RUN_ROOM, f);
}

/* Look at the journal; nothing is written before the payload is known. */
static int open_journal(struct machine *m, struct fault *f)
{
	static const uint8_t none[SHA256_SIZE];
	struct journal *j = &m->record.journal;
	const char *name = m->disks.journal.name;
	TEXT(path, 64);
	int fd, state;

	text_join(&path, "/dev/", name, NULL);
	/* O_EXCL claims a block device: as long as it is open, nothing can mount it. */
	fd = open(path.data, O_RDWR | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		return fault_set(f, -errno, "results disk ", path.data, ": ", strerror(errno),
				 NULL);
	state = journal_open(j, fd, 0, m->disks.journal.size);
	if (state < 0)
		return fault_set(f, state, "results disk ", path.data, ": ", strerror(-state),
				 NULL);
	m->journal = (enum journal_state)state;
	if (state == JOURNAL_FOREIGN && !m->options.fresh)
		return fault_set(
			f, -EEXIST, "results disk ", path.data,
			": holds something else than a journal (assay.new=1 overwrites it)", NULL);
	/* A run that never had a payload is nothing that could be lost. */
	if (state == JOURNAL_FOUND && !memcmp(j->header.payload, none, sizeof(none)))
		m->journal = JOURNAL_FRESH;
	return 0;
}

static int install_payload(struct machine *m, struct fault *f)
{
	TEXT(path, 64);
	struct text t;
	int error;

	if (m->no_payload.line[0]) {
		*f = m->no_payload;
		return -ENOMEDIUM;
	}
	text_join(&path, "/dev/", m->disks.payload.name, NULL);
	error = payload_install(path.data, m->disks.payload.size, "/", PAYLOAD_FILE, m->payload, f);
	if (error)
		return error;
	text_init(&t, m->payload_text, sizeof(m->payload_text));
	text_put(&t, "sha256:");
	text_hex(&t, m->payload, sizeof(m->payload));
	return 0;
}

/* What makes two boots parts of one run: image, payload, profile, selection. */
static void identify(const struct machine *m, uint8_t identity[SHA256_SIZE])
{
	const char *const parts[] = { m->release, m->payload_text, m->profile, m->options.only };
	struct sha256 s;

	sha256_init(&s);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		sha256_update(&s, parts[i], strlen(parts[i]));
		sha256_update(&s, "\n", 1);
	}
	sha256_final(&s, identity);
}

static int create_journal(struct machine *m, struct fault *f)
{
	struct journal_header h = { .reserved = 0 };
	uint64_t clock = now_ns();
	int error;

	/* Early entropy may be missing, and blocking for it is worse than a plainer number. */
	if (getrandom(h.run, sizeof(h.run), GRND_NONBLOCK) != sizeof(h.run))
		memcpy(h.run, &clock, sizeof(clock));
	memcpy(h.payload, m->payload, sizeof(h.payload));
	identify(m, h.identity);
	error = journal_create(&m->record.journal, &h);
	if (!error)
		error = record_begin(&m->record);
	if (error)
		return fault_set(f, error, "results disk /dev/", m->disks.journal.name, ": ",
				 strerror(-error), NULL);
	m->ours = true;
	return 0;
}

/* Go on with the run on the disk if it is this one; begin one if there is none. */
static int resume(struct machine *m, struct fault *f)
{
	struct journal *j = &m->record.journal;
	uint8_t identity[SHA256_SIZE];
	bool same, own;
	int error;

	if (m->journal != JOURNAL_FOUND)
		return create_journal(m, f);
	identify(m, identity);
	same = !memcmp(identity, j->header.identity, sizeof(identity));
	/* After a warm reset of this very run assay.new has been obeyed already. */
	own = m->last.warm && !memcmp(m->last.run, j->header.run, sizeof(j->header.run));
	if (!same && !m->options.fresh)
		return fault_set(f, -EEXIST, "results disk /dev/", m->disks.journal.name,
				 ": holds the run of another image, payload or selection "
				 "(assay.new=1 overwrites it)",
				 NULL);
	if (!same)
		return create_journal(m, f);
	error = record_replay(&m->record);
	if (error)
		return fault_set(f, error, "results disk /dev/", m->disks.journal.name, ": ",
				 strerror(-error), NULL);
	m->ours = true;
	if (m->record.verdict >= 0 && m->options.fresh && !own) {
		close(m->record.file);
		m->record = (struct record){ .journal = *j, .path = RECORD_FILE };
		return create_journal(m, f);
	}
	return 0;
}

static int check_report(struct machine *m, struct fault *f)
{
	int error = report_check(&m->disks.report, f);

	m->may_begin = !error && m->journal == JOURNAL_FRESH;
	return error;
}

/* Say why this boot came about, in the journal, with the kernel's last words. */
static int record_boot(struct machine *m, struct fault *f)
{
	static char data[EVENT_BODY_MAX];
	struct record *r = &m->record;
	const char *cause = "start";
	struct text body;
	int error;

	if (r->verdict >= 0)
		return 0;
	if (r->events)
		cause = m->last.panic ? "panic" : m->last.warm ? "reset" : "power";
	error = boot_event(r, &m->facts, r->boots + 1, cause, r->events ? m->last.last : "");
	if (!error && !strcmp(cause, "panic")) {
		text_init(&body, data, sizeof(data));
		text_put(&body, "\"test\":\"\",\"name\":\"panic.txt\",\"text\":\"");
		/* At worst each byte becomes six: leave room for the end of the object. */
		body.size -= 64;
		text_json(&body, m->last.text, strlen(m->last.text));
		body.size += 64;
		text_join(&body, "\",\"truncated\":", body.cut ? "true" : "false", NULL);
		error = record_event(r, EVENT_EVIDENCE, body.data, body.length, true);
	}
	if (error)
		return fault_set(f, error, "results disk /dev/", m->disks.journal.name, ": ",
				 strerror(-error), NULL);
	pstore_clear();
	pstore_mark(r->journal.header.run);
	if (!strcmp(cause, "panic"))
		console_say("the last boot ended: ", m->last.last, NULL);
	return 0;
}

static int run_suite(struct machine *m, struct fault *f)
{
	struct record *r = &m->record;
	TEXT(boots, 16);
	TEXT(ms, 32);

	if (r->verdict >= 0) {
		console_say("the run on this disk has its verdict: it is reported again", NULL);
		return 0;
	}
	if (r->warm >= WARM_BOOTS_MAX)
		return fault_set(f, -ELOOP, "too many restarts in one run", NULL);
	text_number(&boots, r->boots);
	text_number(&ms, now_ns() / NS_PER_MS);
	console_say("boot ", boots.data, ", ", m->profile, ": the suite starts after ", ms.data,
		    " ms", NULL);
	return supervise(r, &m->facts, f);
}

/* The boot. Each step counts on those before it; the first that fails ends the run. */
static int (*const steps[])(struct machine *m, struct fault *f) = {
	read_cmdline,	 /* what is asked of this run */
	read_profile,	 /* unified or legacy */
	load_policies,	 /* of AppArmor or SELinux */
	set_up_cgroups,	 /* as the profile has them */
	read_release,	 /* what image this is */
	open_console,	 /* the port of events, the watchdog */
	find_disks,	 /* exactly one payload, one results disk */
	open_journal,	 /* fresh, or a run to go on with, or not ours */
	check_report,	 /* its partition can be written */
	install_payload, /* checked whole, then unpacked */
	resume,		 /* the events of the boots before */
	record_boot,	 /* and why there is another one */
	run_suite,	 /* until its verdict is in the journal */
};

/*
 * The run ends here, and not with the suite's verdict. Where the journal is ours (or nobody's), the
 * reason goes there, and a report is made of it; a disk with another run stays as it is.
 */
static int end_early(struct machine *m, int error, const struct fault *f)
{
	int code = error == -ECANCELED ? VERDICT_ABORTED : VERDICT_INVALID;
	struct fault ignored;

	console_say(code == VERDICT_ABORTED ? "aborted: " : "error: ", f->line, NULL);
	if (!m->ours && m->may_begin && !create_journal(m, &ignored) &&
	    boot_event(&m->record, &m->facts, 1, "start", ""))
		m->ours = false;
	/* A verdict that was there stands; one that cannot be written is no report either. */
	if (m->ours && m->record.verdict < 0 && boot_verdict(&m->record, code, f->line))
		m->ours = false;
	return code;
}

/* The report, and in plain words whether there is one. */
static int store(struct machine *m, int code, bool failed)
{
	struct fault f = { .line = "" };
	int error;

	if (!m->ours) {
		console_say("results: not stored", NULL);
		return VERDICT_INVALID;
	}
	error = record_rewrite(&m->record);
	if (error)
		fault_set(&f, error, "the events cannot be read back: ", strerror(-error), NULL);
	else
		error = report_write(&m->disks.report, &f);
	if (error) {
		/* One error a run: what follows from the first is told, but as what it is. */
		console_say(failed ? "" : "error: ", "results: not stored: ", f.line, NULL);
		return VERDICT_INVALID;
	}
	console_say("results: stored on /dev/", m->disks.report.name, " (ASSAY-REPORT)", NULL);
	return code;
}

int main(void)
{
	static const char usage[] = "init: this is PID 1 of the appliance, and nothing else\n";
	struct machine *m = &machine;
	struct fault f = { .line = "" };
	sigset_t all;
	const char *word;
	int error, code;

	if (getpid() != 1)
		return write(2, usage, sizeof(usage) - 1) < 0 ? 1 : VERDICT_INVALID;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	umask(022);
	m->facts = (struct boot_facts){
		.options = &m->options, .profile = "", .release = "{}", .payload = m->payload_text
	};
	m->record.path = RECORD_FILE;
	m->record.journal.fd = -1;
	m->record.verdict = -1;

	error = root_switch(&f);
	if (!error)
		error = mounts_early(&f);
	console_open();
	if (!error) {
		tune_kernel();
		pstore_read(&m->last);
	}
	for (size_t i = 0; !error && i < sizeof(steps) / sizeof(*steps); i++)
		error = steps[i](m, &f);
	code = error ? end_early(m, error, &f) : m->record.verdict;
	code = store(m, code, error);
	if (!error && m->record.reason[0])
		console_say("reason: ", m->record.reason, NULL);
	/* The suite's word may say more than its code: a run may judge no runtime at all. */
	word = code == m->record.verdict && m->record.word[0] ? m->record.word : verdict_word(code);
	verdict_and_off(&m->options, code, word);
}
