/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay compare`: two or more reports side by side, of other runtimes or other versions, and of
 * those only where they differ. Reads reports and bare verdicts.tsv, those of an older catalogue
 * too. It compares what they say; whether they may be believed is verify's question.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "report.h"

#define COLUMNS_MAX 32
#define SAID_MAX    160 /* bytes of an observation that are shown */

struct said {
	char *id;
	enum outcome outcome;
	const char *observed; /* of its report, or "" */
};

/* One report. */
struct column {
	char *label;
	struct results *results; /* NULL: only its verdicts.tsv is at hand */
	struct said *said;	 /* sorted by id */
	size_t n;
};

struct comparison {
	struct column columns[COLUMNS_MAX];
	size_t n;
	const char *test; /* only what this test says, or NULL */
	bool all, tsv;
};

static int complain(const char *name, const char *what)
{
	fprintf(stderr, "assay: compare: %s: %s\n", name, what);
	return -EINVAL;
}

static void add(struct column *c, const char *id, enum outcome outcome, const char *observed)
{
	if (!(c->n & (c->n + 1)))
		c->said = realloc(c->said, 2 * (c->n + 1) * sizeof(*c->said));
	if (!c->said)
		abort();
	c->said[c->n++] = (struct said){ strdup(id), outcome, observed };
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct said *)a)->id, ((const struct said *)b)->id);
}

/* ------------------------------------------------------------------ reading */

/* What one test decided, over the runs that have it: the worst. */
static void take_test(struct column *c, const char *name)
{
	const struct results *r = c->results;

	for (size_t q = 0; q < r->n_requirements; q++) {
		struct result_decision worst = { .outcome = OUTCOME_NONE };
		bool any = false;

		for (size_t t = 0; t < r->n_tests; t++) {
			struct result_decision d;

			if (strcmp(r->tests[t].name, name))
				continue;
			d = results_decide(r, t, r->requirements[q].id);
			if (d.outcome == OUTCOME_NONE && !d.n_checks)
				continue;
			if (!any || d.outcome > worst.outcome)
				worst = d;
			any = true;
		}
		if (any)
			add(c, r->requirements[q].id, worst.outcome, worst.observed);
	}
}

static void take_all(struct column *c)
{
	const struct results *r = c->results;

	for (size_t q = 0; q < r->n_requirements; q++)
		if (r->requirements[q].n_decisions)
			add(c, r->requirements[q].id, r->requirements[q].outcome,
			    r->requirements[q].worst ? r->requirements[q].worst->observed : "");
}

static int read_verdicts(struct column *c, const char *path)
{
	char id[256], outcome[32];
	FILE *in = fopen(path, "re");
	int n = 0, bad = 0;

	if (!in)
		return complain(path, strerror(errno));
	while ((n = fscanf(in, "%255[^\t\n]\t%31[a-z]", id, outcome)) == 2 && !bad) {
		bad = getc(in) != '\n' ||
		      (outcome_parse(outcome) == OUTCOME_NONE && strcmp(outcome, "none") != 0);
		add(c, id, outcome_parse(outcome), "");
	}
	fclose(in);
	return n != EOF || bad ? complain(path, "not lines of requirement and outcome") : 0;
}

/* The events of a report, if they are of this version; its verdicts are readable in any case. */
static bool read_events(struct column *c, const char *dir)
{
	struct report_files found __attribute__((cleanup(report_files_clear))) = { 0 };
	struct results_error error;

	report_files_find(&found, dir);
	if (!found.n)
		return false;
	c->results = results_new(RESULTS_STRICT);
	for (int i = 0; i < found.n; i++)
		if (results_read(c->results, found.paths[i], &error)) {
			results_free(c->results);
			c->results = NULL;
			return false;
		}
	results_conclude(c->results);
	return true;
}

/* "crun 1.28", or the name of the folder. */
static void set_label(struct column *c, const char *path, bool is_dir)
{
	struct report rep __attribute__((cleanup(report_clear))) = { 0 };
	char *copy = strdup(path), *slash;

	if (!copy)
		abort();
	if (c->results) {
		report_init(&rep, c->results);
		if (asprintf(&c->label, "%s%s%s", rep.name, *rep.version ? " " : "", rep.version) <
		    0)
			abort();
		free(copy);
		return;
	}
	if (!is_dir && (slash = strrchr(copy, '/')))
		*slash = '\0';
	while ((slash = strrchr(copy, '/')) && !slash[1])
		*slash = '\0';
	slash = strrchr(copy, '/');
	c->label = strdup(slash ? slash + 1 : copy);
	free(copy);
}

static int read_column(struct comparison *k, const char *path)
{
	struct column *c = &k->columns[k->n];
	char verdicts[1024];
	struct stat st;
	int e = 0;

	if (k->n == COLUMNS_MAX)
		return complain(path, "too many reports");
	if (stat(path, &st))
		return complain(path, strerror(errno));
	k->n++;
	snprintf(verdicts, sizeof(verdicts), "%s%s", path,
		 S_ISDIR(st.st_mode) ? "/verdicts.tsv" : "");
	if (!S_ISDIR(st.st_mode) || !read_events(c, path)) {
		if (k->test)
			return complain(path,
					"its events cannot be read: made by another version?");
		e = read_verdicts(c, verdicts);
	} else if (k->test) {
		take_test(c, k->test);
		if (!c->n)
			e = complain(path, "it has no such test");
	} else {
		take_all(c);
	}
	if (c->n)
		qsort(c->said, c->n, sizeof(*c->said), by_id);
	set_label(c, path, S_ISDIR(st.st_mode));
	return e;
}

/* Two reports of one version: told apart by where they lie. */
static void part_labels(struct comparison *k, char **paths)
{
	for (size_t i = 0; i < k->n; i++)
		for (size_t j = 0; j < i; j++) {
			char *label;

			if (strcmp(k->columns[i].label, k->columns[j].label))
				continue;
			if (asprintf(&label, "%s (%s)", k->columns[i].label, paths[i]) < 0)
				abort();
			free(k->columns[i].label);
			k->columns[i].label = label;
			break;
		}
}

/* ------------------------------------------------------------------ telling */

static const struct said *find(const struct column *c, const char *id)
{
	struct said key = { .id = (char *)id };

	return c->n ? bsearch(&key, c->said, c->n, sizeof(key), by_id) : NULL;
}

static const char *word(const struct said *s)
{
	return s ? outcome_name(s->outcome) : "not judged";
}

static void tell_words(const struct comparison *k, const char *id)
{
	bool told[COLUMNS_MAX] = { false };

	for (size_t i = 0; i < k->n; i++) {
		const struct said *s = find(&k->columns[i], id);
		bool first = true;

		for (size_t j = i; j < k->n; j++) {
			if (told[j] || strcmp(word(find(&k->columns[j], id)), word(s)))
				continue;
			printf(first ? "    %-10s  " : ", ", word(s));
			put(stdout, LINE, k->columns[j].label);
			told[j] = true;
			first = false;
		}
		if (first)
			continue;
		if (s && s->outcome == OUTCOME_FAIL && *s->observed) {
			size_t length = strlen(s->observed);

			fputs("\n                observed: ", stdout);
			put_n(stdout, LINE, s->observed, length > SAID_MAX ? SAID_MAX : length);
			fputs(length > SAID_MAX ? " ..." : "", stdout);
		}
		putchar('\n');
	}
}

static void tell(const struct comparison *k, const char *id)
{
	const struct requirement *row = requirement_find(id);

	if (k->tsv) {
		put(stdout, LINE, id);
		for (size_t i = 0; i < k->n; i++)
			printf("\t%s", word(find(&k->columns[i], id)));
		putchar('\n');
		return;
	}
	put(stdout, LINE, id);
	if (row)
		printf("  (%s, %s)\n    %s\n", row->level, row->section, row->text);
	else
		puts("  (not in this assay's catalogue)");
	tell_words(k, id);
}

/* The next id in any column, behind `id`. */
static const char *next_id(const struct comparison *k, const char *id)
{
	const char *next = NULL;

	for (size_t i = 0; i < k->n; i++) {
		const struct column *c = &k->columns[i];
		size_t low = 0, high = c->n;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (strcmp(c->said[middle].id, id) > 0)
				high = middle;
			else
				low = middle + 1;
		}
		if (low < c->n && (!next || strcmp(c->said[low].id, next) < 0))
			next = c->said[low].id;
	}
	return next;
}

static int compare(const struct comparison *k)
{
	size_t same = 0, differ = 0, partly = 0;

	if (k->tsv) {
		fputs("requirement", stdout);
		for (size_t i = 0; i < k->n; i++) {
			putchar('\t');
			put(stdout, LINE, k->columns[i].label);
		}
		putchar('\n');
	}
	for (const char *id = next_id(k, ""); id; id = next_id(k, id)) {
		bool everywhere = true, equal = true;
		const struct said *first = NULL;

		for (size_t i = 0; i < k->n; i++) {
			const struct said *s = find(&k->columns[i], id);

			everywhere &= s != NULL;
			if (s && first)
				equal &= s->outcome == first->outcome;
			if (s && !first)
				first = s;
		}
		same += everywhere && equal;
		differ += !equal;
		partly += equal && !everywhere;
		if (!equal || (k->all && !everywhere))
			tell(k, id);
	}
	if (!k->tsv) {
		printf("%s%zu the same, %zu different", differ || (k->all && partly) ? "\n" : "",
		       same, differ);
		if (partly)
			printf(", %zu not judged everywhere%s", partly,
			       k->all ? "" : " (--all shows them)");
		putchar('\n');
	}
	return differ || (k->all && partly);
}

static int usage(void)
{
	fputs("usage: assay compare [--all] [--tsv] [--test NAME] DIR DIR...\n\n"
	      "Where reports differ, and only there: the requirement in words, and what each "
	      "found. A "
	      "DIR is a\nreport, or holds a verdicts.tsv. Exit status: 0 no difference, 1 some, 2 "
	      "cannot be read.\n\n"
	      "  --all        also what is not judged in all of them: other versions of spec or "
	      "suite\n"
	      "  --tsv        a row each: requirement, an outcome for each report\n"
	      "  --test NAME  what this test found, whatever others say of its requirements\n",
	      stderr);
	return VERDICT_INVALID;
}

static void clear(struct comparison *k)
{
	for (size_t i = 0; i < k->n; i++) {
		for (size_t j = 0; j < k->columns[i].n; j++)
			free(k->columns[i].said[j].id);
		free(k->columns[i].said);
		free(k->columns[i].label);
		results_free(k->columns[i].results);
	}
}

int compare_command(int argc, char **argv)
{
	static const struct option options[] = { { "all", no_argument, NULL, 'a' },
						 { "tsv", no_argument, NULL, 's' },
						 { "test", required_argument, NULL, 't' },
						 { NULL, 0, NULL, 0 } };
	struct comparison k __attribute__((cleanup(clear))) = { 0 };
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'a')
			k.all = true;
		else if (c == 's')
			k.tsv = true;
		else if (c == 't')
			k.test = optarg;
		else
			return usage();
	}
	if (argc - optind < 2)
		return usage();
	for (int i = optind; i < argc; i++)
		if (read_column(&k, argv[i]))
			return VERDICT_INVALID;
	part_labels(&k, argv + optind);
	c = compare(&k);
	return fflush(stdout) ? VERDICT_INVALID : c;
}
