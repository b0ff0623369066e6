/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay render` and `assay summary`: from event files to a directory of reports, or to the last
 * words on a terminal. Every file is written under a temporary name first, so that a cut leaves
 * either the old or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "report.h"

#define VENDOR_MAX (64 * 1024)

struct file {
	const char *name;
	void (*render)(const struct report *, FILE *);
};

static const struct file files[] = {
	{ "verdicts.tsv", render_verdicts },
	{ "results.txt", render_tap },
	{ "junit.xml", render_junit },
	{ "results.yaml", render_results_yaml },
	{ "ctrf.json", render_ctrf },
	{ "README.md", render_readme },
	{ "environment.json", render_environment },
	{ "report.html", render_html },
};

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void free_text(char **text)
{
	free(*text);
}

static int complain(const char *command, const char *dir, const char *name, int e)
{
	fprintf(stderr, "assay: %s: %s%s%s: %s\n", command, dir, name ? "/" : "", name ? name : "",
		strerror(-e));
	return e;
}

/* A file under a name that no report has; replaced by finish(). */
static FILE *begin(int dir)
{
	int fd = openat(dir, "new.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out && fd >= 0)
		close(fd);
	return out;
}

/* The file is whole and on disk before its name is. */
static int finish(int dir, FILE *out, const char *name)
{
	int e = 0;

	errno = 0;
	if (fflush(out) || ferror(out) || fsync(fileno(out)))
		e = errno ? -errno : -EIO;
	if (fclose(out) && !e)
		e = -errno;
	if (!e && renameat(dir, "new.tmp", dir, name))
		e = -errno;
	if (e)
		unlinkat(dir, "new.tmp", 0);
	return e;
}

static int write_file(const struct report *rep, int dir, const struct file *file)
{
	FILE *out = begin(dir);

	if (!out)
		return -errno;
	file->render(rep, out);
	return finish(dir, out, file->name);
}

static int write_product(const struct report *rep, int dir, const char *vendor, const char *path)
{
	char error[160];
	FILE *out = begin(dir);

	if (!out)
		return -errno;
	if (!render_product(rep, vendor, out, error, sizeof(error)))
		return finish(dir, out, "PRODUCT.yaml");
	fclose(out);
	unlinkat(dir, "new.tmp", 0);
	fprintf(stderr, "assay: render: %s: %s\n", path, error);
	return -EINVAL;
}

/* Whether the run's file is already the one that would be written. */
static bool same_file(int dir, const char *name, FILE *in)
{
	struct stat a, b;

	return !fstatat(dir, name, &a, 0) && !fstat(fileno(in), &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static int copy_events(const struct report *rep, int dir, size_t run, const char *name)
{
	FILE *in __attribute__((cleanup(close_file))) = fopen(rep->results->runs[run].path, "re");
	char buffer[16384];
	FILE *out;
	size_t n;

	if (!in)
		return -errno;
	if (same_file(dir, name, in))
		return 0;
	out = begin(dir);
	if (!out)
		return -errno;
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		fwrite(buffer, 1, n, out);
	if (ferror(in)) {
		fclose(out);
		unlinkat(dir, "new.tmp", 0);
		return -EIO;
	}
	return finish(dir, out, name);
}

static int write_events(const struct report *rep, int dir, char *name, size_t size)
{
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		char run[80];
		int e;

		report_run_name(rep, i, run, sizeof(run));
		snprintf(name, size, "events%s%s.jsonl", *run ? "-" : "", run);
		e = copy_events(rep, dir, i, name);
		if (e)
			return e;
	}
	return 0;
}

static int write_judgement(const struct report *rep, int dir, const char *path, const char *vendor,
			   const char *vendor_path)
{
	static const struct file waivers = { "waivers.tsv", render_waivers };
	int e;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		e = write_file(rep, dir, &files[i]);
		if (e)
			return complain("render", path, files[i].name, e);
	}
	if (rep->results->n_waivers)
		e = write_file(rep, dir, &waivers);
	else
		e = unlinkat(dir, waivers.name, 0) && errno != ENOENT ? -errno : 0;
	if (e)
		return complain("render", path, waivers.name, e);
	e = write_product(rep, dir, vendor, vendor_path);
	return e && e != -EINVAL ? complain("render", path, "PRODUCT.yaml", e) : e;
}

/* No runtime was judged: nothing that could be taken for a report is left there. */
static int write_proof(const struct report *rep, int dir, const char *path)
{
	static const struct file these[] = { { "README.md", render_proof_readme },
					     { "environment.json", render_environment } };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlinkat(dir, files[i].name, 0);
	unlinkat(dir, "PRODUCT.yaml", 0);
	for (size_t i = 0; i < sizeof(these) / sizeof(*these); i++) {
		int e = write_file(rep, dir, &these[i]);

		if (e)
			return complain("render", path, these[i].name, e);
	}
	return 0;
}

/* The small and the important first: when the disk is full, evidence is what is missing. */
int report_write(const struct report *rep, int dir, const char *path,
		 const struct report_inputs *inputs)
{
	char name[512] = "";
	int e;

	e = results_prove(rep->results)
		    ? write_proof(rep, dir, path)
		    : write_judgement(rep, dir, path, inputs->vendor, inputs->vendor_path);
	if (e)
		return e;
	e = inputs->events ? write_events(rep, dir, name, sizeof(name)) : 0;
	if (!e)
		e = render_evidence(rep, dir, name, sizeof(name));
	return e ? complain("render", path, name, e) : 0;
}

char *report_read_small(const char *path)
{
	FILE *in __attribute__((cleanup(close_file))) = fopen(path, "re");
	char *text __attribute__((cleanup(free_text))) = calloc(1, VENDOR_MAX + 1);
	char *result;
	size_t n;

	if (!in || !text) {
		complain("render", path, NULL, -errno);
		return NULL;
	}
	n = fread(text, 1, VENDOR_MAX, in);
	if (ferror(in) || n == VENDOR_MAX || memchr(text, '\0', n)) {
		fprintf(stderr, "assay: render: %s: not a small text file\n", path);
		return NULL;
	}
	result = text;
	text = NULL;
	return result;
}

static int read_all(struct results *r, const char *command, char **paths, int n)
{
	struct results_error error;

	for (int i = 0; i < n; i++)
		if (results_read(r, paths[i], &error)) {
			fprintf(stderr, "assay: %s: %s\n", command, error.text);
			return -EBADMSG;
		}
	results_conclude(r);
	return 0;
}

static int render_usage(void)
{
	fputs("usage: assay render --out DIR [--vendor FILE] [--waivers FILE] EVENTS...\n"
	      "Writes the report of one or several runs (events.jsonl of each boot profile) to "
	      "DIR.\n"
	      "--vendor: lines of `key: value` for PRODUCT.yaml. --waivers: known deviations, rows "
	      "of\nrequirement, reason, link and expires (2027-01-31) with tabs between.\n",
	      stderr);
	return VERDICT_INVALID;
}

int render_command(int argc, char **argv)
{
	static const struct option options[] = { { "out", required_argument, NULL, 'o' },
						 { "vendor", required_argument, NULL, 'v' },
						 { "waivers", required_argument, NULL, 'w' },
						 { NULL, 0, NULL, 0 } };
	struct results *r __attribute__((cleanup(results_cleanup))) = NULL;
	struct report rep __attribute__((cleanup(report_clear))) = { 0 };
	char *vendor __attribute__((cleanup(free_text))) = NULL;
	int dir __attribute__((cleanup(close_fd))) = -1;
	struct report_inputs inputs = { .events = true };
	const char *out = NULL, *waivers = NULL;
	char today[11];
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			out = optarg;
		else if (c == 'v')
			inputs.vendor_path = optarg;
		else if (c == 'w')
			waivers = optarg;
		else
			return render_usage();
	}
	if (!out || optind >= argc)
		return render_usage();
	vendor = inputs.vendor_path ? report_read_small(inputs.vendor_path) : NULL;
	if (inputs.vendor_path && !vendor)
		return VERDICT_INVALID;
	inputs.vendor = vendor;
	r = results_new(RESULTS_STRICT);
	if (read_all(r, "render", argv + optind, argc - optind))
		return VERDICT_INVALID;
	if (waivers && waivers_load(r, waivers, waivers_today(today)))
		return VERDICT_INVALID;
	report_init(&rep, r);
	if (mkdir(out, 0755) && errno != EEXIST)
		return complain("render", out, NULL, -errno), VERDICT_INVALID;
	dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return complain("render", out, NULL, -errno), VERDICT_INVALID;
	return report_write(&rep, dir, out, &inputs) ? VERDICT_INVALID : 0;
}

void report_files_clear(struct report_files *f)
{
	for (int i = 0; i < f->n; i++)
		free(f->paths[i]);
	f->n = 0;
}

void report_files_find(struct report_files *f, const char *dir)
{
	/* In the order in which they are merged: the profile that most is tested in first. */
	static const char *const names[EVENT_FILES] = { "",	   "-unified",	"-unified-2",
							"-legacy", "-legacy-2", "-host",
							"-host-2" };

	for (size_t i = 0; i < EVENT_FILES && names[i]; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/events%s.jsonl", dir, names[i]) < 0)
			return;
		if (!access(path, F_OK))
			f->paths[f->n++] = path;
		else
			free(path);
	}
}

static int summary_usage(void)
{
	fputs("usage: assay summary [--colour] [--report DIR] DIR|EVENTS...\n"
	      "Prints verdict, counts and first failures of a report; its exit status is the "
	      "verdict's.\n",
	      stderr);
	return VERDICT_INVALID;
}

int summary_command(int argc, char **argv)
{
	static const struct option options[] = { { "colour", no_argument, NULL, 'c' },
						 { "color", no_argument, NULL, 'c' },
						 { "report", required_argument, NULL, 'r' },
						 { NULL, 0, NULL, 0 } };
	struct results *r __attribute__((cleanup(results_cleanup))) = NULL;
	struct report rep __attribute__((cleanup(report_clear))) = { 0 };
	struct report_files found __attribute__((cleanup(report_files_clear))) = { 0 };
	bool colour = isatty(STDOUT_FILENO);
	const char *where = NULL;
	struct stat st;
	int c, e;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			colour = true;
		else if (c == 'r')
			where = optarg;
		else
			return summary_usage();
	}
	if (optind >= argc)
		return summary_usage();
	r = results_new(RESULTS_STRICT);
	if (!stat(argv[optind], &st) && S_ISDIR(st.st_mode)) {
		if (!where)
			where = argv[optind];
		report_files_find(&found, argv[optind]);
		if (!found.n)
			return complain("summary", argv[optind], "events.jsonl", -ENOENT),
			       VERDICT_INVALID;
		e = read_all(r, "summary", found.paths, found.n);
		if (!e)
			e = report_apply_waivers(r, argv[optind]);
	} else {
		e = read_all(r, "summary", argv + optind, argc - optind);
	}
	if (e)
		return VERDICT_INVALID;
	report_init(&rep, r);
	render_summary(&rep, stdout, where, colour);
	return fflush(stdout) ? VERDICT_INVALID : (int)r->verdict.code;
}
