/* LINK: suite/core/sha256.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler of the catalogue refuses what is malformed, each thing on its own. */
int compile_main(int argc, char **argv);
#define main compile_main
#include "suite/requirements/compile.c"
#undef main

#include "suite.h"

static struct row good(void)
{
	static char column[COLUMNS][80];
	static const char *const values[COLUMNS] = { "a.b-c",  "MUST",	 "runtime", "1.0.2<1.3",
						     "x.md#y", "demand", "observe", "mutant",
						     "yes",    "keyword" };
	struct row row = { 0 };

	for (int i = 0; i < COLUMNS; i++) {
		snprintf(column[i], sizeof(column[i]), "%s", values[i]);
		row.column[i] = column[i];
	}
	return row;
}

/* Complaints about a row with one column changed. */
static unsigned int wrong(enum column which, const char *value)
{
	struct row row = good();
	FILE *hidden = stderr;
	char *text = NULL;
	size_t size;

	row.column[which] = (char *)value;
	complaints = 0;
	stderr = open_memstream(&text, &size);
	check_row("x.tsv", 2, &row);
	fclose(stderr);
	stderr = hidden;
	free(text);
	return complaints;
}

static void rows_are_checked(void **state)
{
	(void)state;
	assert_int_equal(wrong(ID, "a.b-c"), 0);
	assert_int_equal(wrong(ID, "A.b"), 1);
	assert_int_equal(wrong(ID, ""), 1);
	assert_int_equal(wrong(LEVEL, "must"), 1);
	assert_int_equal(wrong(SUBJECT, "everybody"), 1);
	assert_int_equal(wrong(SINCE, "1.0"), 0);
	assert_int_equal(wrong(SINCE, "cli-1.0"), 0);
	assert_int_equal(wrong(SINCE, "1.0<"), 1);
	assert_int_equal(wrong(SINCE, "<1.3"), 1);
	assert_int_equal(wrong(SINCE, "v1.0"), 1);
	assert_int_equal(wrong(SECTION, "config"), 1);
	assert_int_equal(wrong(TEXT, ""), 1);
	assert_int_equal(wrong(TESTABLE, "kernel:X,Y;boot:v1"), 0);
	assert_int_equal(wrong(TESTABLE, "no:"), 1);
	assert_int_equal(wrong(TESTABLE, "perhaps"), 1);
	assert_int_equal(wrong(BASIS, "feeling"), 1);
}

static void lines_are_cut_at_tabs(void **state)
{
	char line[] = "a\t\tb", more[] = "a\tb\tc";
	char *column[2];

	(void)state;
	assert_int_equal(split(line, column, 2), 3);
	assert_int_equal(split(more, column, 2), 3);
	assert_string_equal(column[1], "b");
}

/* Complaints about one line of proofs after another saboteur. */
static unsigned int bad_proof(const char *id, const char *saboteur, const char *base,
			      const char *last)
{
	char *column[] = { (char *)id, (char *)saboteur, (char *)base, (char *)"kill skip" };
	struct row row = good();
	FILE *hidden = stderr;
	char *text = NULL;
	size_t size;

	rows = &row;
	n_rows = 1;
	complaints = 0;
	stderr = open_memstream(&text, &size);
	check_proof("proven.tsv", 2, column, last);
	fclose(stderr);
	stderr = hidden;
	free(text);
	rows = NULL;
	n_rows = 0;
	return complaints;
}

static void proofs_are_checked(void **state)
{
	(void)state;
	assert_int_equal(bad_proof("a.b-c", "a.b-c", "crun", ""), 0);
	assert_int_equal(bad_proof("a.b-c", "a.b-c#2", "crun", "a.b-c"), 0);
	assert_int_equal(bad_proof("a.b-d", "a.b-d", "crun", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c#1", "crun", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c#x", "crun", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c.d", "crun", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b", "crun", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c", "", ""), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c", "crun", "a.b-c"), 1);
	assert_int_equal(bad_proof("a.b-c", "a.b-c", "crun", "b"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_checked),
		cmocka_unit_test(proofs_are_checked),
		cmocka_unit_test(lines_are_cut_at_tabs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
