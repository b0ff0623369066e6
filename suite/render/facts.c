/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.json and evidence/: what was recorded, passed on as it is. Must keep every file
 * name within what FAT takes, and every file readable by a plain `cat`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "report.h"

/* All evidence together; the rest stays in events.jsonl and is listed. The report partition has
 * 64 MiB, and nobody reads that much. */
#define EVIDENCE_MAX (16 << 20)

static void drop_head(json_t *event)
{
	json_object_del(event, "seq");
	json_object_del(event, "type");
	json_object_del(event, "time");
	json_object_del(event, "prev");
}

static json_t *without_head(json_t *event)
{
	json_t *copy = event ? json_copy(event) : json_null();

	drop_head(copy);
	return copy;
}

void render_environment(const struct report *rep, FILE *out)
{
	json_t *runs = json_array();
	char *dump;

	for (size_t i = 0; i < rep->results->n_runs; i++) {
		const struct result_run *run = &rep->results->runs[i];
		json_t *boots = json_array();

		for (size_t j = 0; j < run->n_boots; j++)
			json_array_append_new(boots, without_head(run->boots[j].event));
		json_array_append_new(runs, json_pack("{s:s, s:o, s:o, s:o}", "profile",
						      run->profile, "boots", boots, "environment",
						      without_head(run->environment), "runtime",
						      without_head(run->runtime)));
	}
	dump = json_dumps(runs, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	fprintf(out, "{\n\"runs\": %s\n}\n", dump ? dump : "[]");
	free(dump);
	json_decref(runs);
}

/* Where evidence goes, and what is left of the room for it. */
struct store {
	const struct report *rep;
	int dir; /* of the report */
	size_t left;
	FILE *index; /* evidence/index.txt */
	char *name;  /* of what failed */
	size_t size;
};

static void free_text(char **text)
{
	free(*text);
}

static int failed(struct store *s, const char *name)
{
	int e = errno ? -errno : -EIO;

	snprintf(s->name, s->size, "%s", name);
	return e;
}

/* Makes the directories on the way to "evidence/a/b/file". */
static int make_way(struct store *s, char *path)
{
	for (char *c = strchr(path, '/'); c; c = strchr(c + 1, '/')) {
		int e;

		*c = '\0';
		e = mkdirat(s->dir, path, 0755) && errno != EEXIST ? failed(s, path) : 0;
		*c = '/';
		if (e)
			return e;
	}
	return 0;
}

static int write_text(struct store *s, const char *path, const char *text, size_t length,
		      bool truncated)
{
	int fd = openat(s->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), e = 0;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out) {
		e = failed(s, path);
		if (fd >= 0)
			close(fd);
		return e;
	}
	put_n(out, TEXT, text, length);
	if (length && text[length - 1] != '\n')
		putc('\n', out);
	if (truncated)
		fputs("[cut here: there was more than the suite keeps]\n", out);
	if (ferror(out))
		e = failed(s, path);
	if (fclose(out) && !e)
		e = failed(s, path);
	return e;
}

/* Whether an earlier piece in the list has the same file name on a file system without case. */
static size_t namesakes(const struct result_evidence *list, size_t i)
{
	char name[128], other[128];
	size_t n = 0;

	report_file_name(list[i].name, name, sizeof(name));
	for (size_t j = 0; j < i; j++) {
		report_file_name(list[j].name, other, sizeof(other));
		n += !strcasecmp(name, other);
	}
	return n;
}

/* "lifecycle/Kill" as a path for FAT; tests whose names differ in case only get a number. */
static void test_path(const struct report *rep, const struct result_test *test, char *path,
		      size_t size)
{
	const struct results *r = rep->results;
	char part[EVENT_TEST_MAX], safe[EVENT_TEST_MAX + 8];
	size_t n = strlen(path), namesake = 0;

	for (const char *at = test->name; *at && n < size;) {
		size_t length = strcspn(at, "/");

		snprintf(part, sizeof(part), "%.*s", (int)length, at);
		report_file_name(part, safe, sizeof(safe));
		n += (size_t)snprintf(path + n, size - n, "%s%s", n ? "/" : "", safe);
		at += length;
		while (*at == '/')
			at++;
	}
	for (const struct result_test *t = r->tests; t < test; t++)
		namesake += t->run == test->run && !strcasecmp(t->name, test->name);
	if (namesake && n < size)
		snprintf(path + n, size - n, "~%zu", namesake + 1);
}

void report_evidence_path(const struct report *rep, size_t run, const struct result_test *test,
			  size_t i, char *path, size_t size)
{
	const struct result_evidence *list =
		test ? test->evidence : rep->results->runs[run].evidence;
	char directory[256] = "evidence", run_name[80], name[128], suffix[24] = "";
	size_t again = namesakes(list, i), stem;

	report_run_name(rep, run, run_name, sizeof(run_name));
	if (*run_name)
		snprintf(directory, sizeof(directory), "evidence/%s", run_name);
	if (test)
		test_path(rep, test, directory, sizeof(directory));
	report_file_name(list[i].name, name, sizeof(name));
	if (again)
		snprintf(suffix, sizeof(suffix), "~%zu", again + 1);
	stem = again && strrchr(name, '.') > name ? (size_t)(strrchr(name, '.') - name)
						  : strlen(name);
	snprintf(path, size, "%s/%s%.*s%s%s", directory, test ? "" : "_machine/", (int)stem, name,
		 suffix, name + stem);
}

static int write_list(struct store *s, size_t run, const struct result_test *test, size_t n)
{
	const struct result_evidence *list =
		test ? test->evidence : s->rep->results->runs[run].evidence;
	int e = 0;

	for (size_t i = 0; i < n && !e; i++) {
		char *text __attribute__((cleanup(free_text))) = NULL;
		bool truncated = false;
		size_t length = 0;
		char path[512];

		report_evidence_path(s->rep, run, test, i, path, sizeof(path));
		text = results_evidence_text(s->rep->results, run, &list[i], &length, &truncated);
		if (!text || length > s->left) {
			fprintf(s->index, "%s: only in the events\n", path);
			continue;
		}
		s->left -= length;
		fprintf(s->index, "%s\n", path);
		e = make_way(s, path);
		if (!e)
			e = write_text(s, path, text, length, truncated);
	}
	return e;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static FILE *open_index(int dir)
{
	int fd = openat(dir, "evidence/index.txt", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *index = fd < 0 ? NULL : fdopen(fd, "w");

	if (!index && fd >= 0)
		close(fd);
	return index;
}

int render_evidence(const struct report *rep, int dir, char *name, size_t size)
{
	const struct results *r = rep->results;
	FILE *index __attribute__((cleanup(close_file))) = NULL;
	struct store s = {
		.rep = rep, .dir = dir, .left = EVIDENCE_MAX, .name = name, .size = size
	};
	int e = 0;

	if (mkdirat(dir, "evidence", 0755) && errno != EEXIST)
		return failed(&s, "evidence");
	index = open_index(dir);
	if (!index)
		return failed(&s, "evidence/index.txt");
	s.index = index;
	for (size_t i = 0; i < r->n_runs && !e; i++)
		e = write_list(&s, i, NULL, r->runs[i].n_evidence);
	for (size_t i = 0; i < r->n_tests && !e; i++)
		e = write_list(&s, r->tests[i].run, &r->tests[i], r->tests[i].n_evidence);
	if (!e && (fflush(index) || ferror(index)))
		e = failed(&s, "evidence/index.txt");
	return e;
}
