/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host tool: the catalogue as a C table. Reads the TSV files of requirements, the list of what no
 * test decides and the list of what is proven; checks every row and writes one C file to standard
 * output. It must never repair a row: a malformed catalogue is an error that names file and line.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite/core/sha256.h"

#define COLUMNS	  10
#define LINE_MAX_ (16 * 1024)

enum column { ID, LEVEL, SUBJECT, SINCE, SECTION, TEXT, OBSERVE, MUTANT, TESTABLE, BASIS };

static const char header[] =
	"id\tlevel\tsubject\tsince\tsection\trequirement\tobserve\tmutant\ttestable\tbasis";

struct row {
	char *column[COLUMNS];
	const char *area;
};

static struct row *rows;
static size_t n_rows;
static unsigned int complaints;

__attribute__((format(printf, 3, 4))) static void complain(const char *file, unsigned int line,
							   const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	complaints++;
}

static bool one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static bool only(const char *text, const char *characters)
{
	return *text && strspn(text, characters) == strlen(text);
}

/* "1.0", "1.0.2<1.3", "cli-1.0" */
static bool is_since(const char *text)
{
	const char *before = strchr(text, '<');

	if (!strcmp(text, "cli-1.0"))
		return true;
	if (before && !only(before + 1, "0123456789."))
		return false;
	return strspn(text, "0123456789.") == (before ? (size_t)(before - text) : strlen(text)) &&
	       text != before && *text;
}

static bool is_testable(const char *text)
{
	return !strcmp(text, "yes") || !strncmp(text, "kernel:", 7) || !strncmp(text, "boot:", 5) ||
	       !strncmp(text, "hardware:", 9) || (!strncmp(text, "no:", 3) && text[3]);
}

static void check_row(const char *file, unsigned int line, struct row *row)
{
	static const char *const levels[] = { "MUST", "MUST NOT", "SHOULD", "SHOULD NOT",
					      "MAY",  "IMPLIED",  NULL };
	static const char *const subjects[] = { "runtime", "config", "bundle",
						"hook",	   "caller", NULL };
	static const char *const bases[] = { "keyword", "derived", "implied", "practice", NULL };

	if (!only(row->column[ID], "abcdefghijklmnopqrstuvwxyz0123456789.-"))
		complain(file, line, "id \"%s\": not of a-z, 0-9, dot and hyphen", row->column[ID]);
	if (!one_of(row->column[LEVEL], levels))
		complain(file, line, "%s: level \"%s\"", row->column[ID], row->column[LEVEL]);
	if (!one_of(row->column[SUBJECT], subjects))
		complain(file, line, "%s: subject \"%s\"", row->column[ID], row->column[SUBJECT]);
	if (!is_since(row->column[SINCE]))
		complain(file, line, "%s: since \"%s\"", row->column[ID], row->column[SINCE]);
	if (!strstr(row->column[SECTION], ".md#"))
		complain(file, line, "%s: section \"%s\"", row->column[ID], row->column[SECTION]);
	if (!is_testable(row->column[TESTABLE]))
		complain(file, line, "%s: testable \"%s\"", row->column[ID], row->column[TESTABLE]);
	if (!one_of(row->column[BASIS], bases))
		complain(file, line, "%s: basis \"%s\"", row->column[ID], row->column[BASIS]);
	for (int i = TEXT; i <= MUTANT; i++)
		if (!*row->column[i])
			complain(file, line, "%s: an empty column", row->column[ID]);
}

/* Cuts a line at its tabs, in place; the number of columns, at most `max` + 1. */
static int split(char *line, char **column, int max)
{
	int n = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (n < max)
			column[n] = line;
		n++;
		if (!tab || n > max)
			return n;
		*tab = '\0';
		line = tab + 1;
	}
}

static char *next_line(FILE *in, const char *file, unsigned int number)
{
	static char line[LINE_MAX_];
	size_t length;

	if (!fgets(line, sizeof(line), in))
		return NULL;
	length = strlen(line);
	if (!length || line[length - 1] != '\n') {
		complain(file, number, "the line is too long or has no end");
		return line;
	}
	line[length - 1] = '\0';
	if (strchr(line, '\r'))
		complain(file, number, "a carriage return");
	return line;
}

static FILE *open_or_die(const char *file)
{
	FILE *in = fopen(file, "r");

	if (!in) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		exit(1);
	}
	return in;
}

/* "lifecycle" of "suite/requirements/lifecycle.tsv" */
static char *area_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *area = strdup(slash ? slash + 1 : file);

	if (!area)
		exit(1);
	area[strcspn(area, ".")] = '\0';
	return area;
}

static void read_rows(const char *file)
{
	FILE *in = open_or_die(file);
	const char *area = area_of(file);
	char *line;

	for (unsigned int number = 1; (line = next_line(in, file, number)); number++) {
		struct row row = { .area = area };
		char *copy = strdup(line);
		int n;

		if (number == 1) {
			if (strcmp(line, header))
				complain(file, number, "not the header of a catalogue");
			free(copy);
			continue;
		}
		if (!copy)
			exit(1);
		n = split(copy, row.column, COLUMNS);
		if (n != COLUMNS) {
			complain(file, number, "%d columns, not %d", n, COLUMNS);
			continue;
		}
		check_row(file, number, &row);
		rows = realloc(rows, (n_rows + 1) * sizeof(*rows));
		if (!rows)
			exit(1);
		rows[n_rows++] = row;
	}
	fclose(in);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->column[ID], ((const struct row *)b)->column[ID]);
}

static void put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if (*text == '?')
			fputs("\\?", stdout); /* no trigraphs */
		else if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			printf("\\%03o", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void write_rows(void)
{
	struct sha256 hash;
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX + 1];

	sha256_init(&hash);
	puts("/* Generated from suite/requirements: do not edit. */\n"
	     "#include \"suite/core/catalogue.h\"\n#include \"suite/core/lists.h\"\n\n"
	     "const struct requirement catalogue[] = {");
	for (size_t i = 0; i < n_rows; i++) {
		if (i && !strcmp(rows[i].column[ID], rows[i - 1].column[ID])) {
			fprintf(stderr, "catalogue: id \"%s\" is given twice\n",
				rows[i].column[ID]);
			complaints++;
		}
		fputs("\t{ ", stdout);
		for (int c = 0; c < COLUMNS; c++) {
			put_string(rows[i].column[c]);
			fputs(", ", stdout);
			sha256_update(&hash, rows[i].column[c], strlen(rows[i].column[c]) + 1);
		}
		put_string(rows[i].area);
		puts(" },");
	}
	sha256_final(&hash, digest);
	sha256_hex(digest, hex);
	printf("};\n\nconst size_t catalogue_count = %zu;\n"
	       "const char catalogue_digest[] = \"sha256:%s\";\n",
	       n_rows, hex);
}

static bool known(const char *id)
{
	struct row key = { .column = { [ID] = (char *)id } };

	return bsearch(&key, rows, n_rows, sizeof(*rows), by_id);
}

/* A list of "id TAB text", sorted by id, as a table of struct listed. */
static void write_list(const char *file, const char *name, const char *first)
{
	FILE *in = open_or_die(file);
	char *line, *column[2], last[LINE_MAX_] = "";
	size_t n = 0;

	printf("\nconst struct listed %s[] = {\n", name);
	for (unsigned int number = 1; (line = next_line(in, file, number)); number++) {
		if (number == 1) {
			if (strcmp(line, first))
				complain(file, number, "not the header \"%s\"", first);
			continue;
		}
		if (split(line, column, 2) != 2 || !*column[1]) {
			complain(file, number, "not two columns");
			continue;
		}
		if (!known(column[0]))
			complain(file, number, "id \"%s\" is not in the catalogue", column[0]);
		if (strcmp(last, column[0]) >= 0)
			complain(file, number, "id \"%s\" is out of order (bytes)", column[0]);
		snprintf(last, sizeof(last), "%s", column[0]);
		fputs("\t{ ", stdout);
		put_string(column[0]);
		fputs(", ", stdout);
		put_string(column[1]);
		puts(" },");
		n++;
	}
	printf("\t{ 0 },\n};\nconst size_t %s_count = %zu;\n", name, n);
	fclose(in);
}

/* "a.b" or "a.b#2" for the id "a.b" */
static bool is_saboteur(const char *name, const char *id)
{
	size_t length = strlen(id);

	if (strncmp(name, id, length))
		return false;
	return !name[length] || (name[length] == '#' && only(name + length + 1, "0123456789") &&
				 strtoul(name + length + 1, NULL, 10) > 1);
}

static void check_proof(const char *file, unsigned int line, char *const *column, const char *last)
{
	if (!known(column[0]))
		complain(file, line, "id \"%s\" is not in the catalogue", column[0]);
	if (!is_saboteur(column[1], column[0]))
		complain(file, line, "\"%s\" names no saboteur of %s", column[1], column[0]);
	if (strcmp(last, column[1]) >= 0)
		complain(file, line, "saboteur \"%s\" is out of order (bytes)", column[1]);
	if (!*column[2] || !*column[3])
		complain(file, line, "an empty column");
}

static void write_proofs(const char *file)
{
	static const char first[] = "id\tsaboteur\tbase\tsabotage";
	FILE *in = open_or_die(file);
	char *line, *column[4], last[LINE_MAX_] = "";
	size_t n = 0;

	puts("\nconst struct proof proven[] = {");
	for (unsigned int number = 1; (line = next_line(in, file, number)); number++) {
		if (number == 1) {
			if (strcmp(line, first))
				complain(file, number, "not the header \"%s\"", first);
			continue;
		}
		if (split(line, column, 4) != 4) {
			complain(file, number, "not four columns");
			continue;
		}
		check_proof(file, number, column, last);
		snprintf(last, sizeof(last), "%s", column[1]);
		fputs("\t{ ", stdout);
		for (int c = 0; c < 4; c++) {
			put_string(column[c]);
			fputs(c < 3 ? ", " : " },\n", stdout);
		}
		n++;
	}
	printf("\t{ 0 },\n};\nconst size_t proven_count = %zu;\n", n);
	fclose(in);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fputs("usage: compile UNTESTED.tsv PROVEN.tsv CATALOGUE.tsv... > catalogue.c\n",
		      stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		read_rows(argv[i]);
	qsort(rows, n_rows, sizeof(*rows), by_id);
	write_rows();
	write_list(argv[1], "untested", "id\treason");
	write_proofs(argv[2]);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "catalogue: %s\n", strerror(errno));
		return 1;
	}
	return complaints ? 1 : 0;
}
