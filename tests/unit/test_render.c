/* LINK: suite/core/results.c suite/core/judge.c suite/core/chain.c suite/core/sha256.c */
/* LINK: suite/core/crc32.c suite/render/[a-z]*.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* The reports: safe whatever a runtime says, the same bytes again, and each format's own traps. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "events.h"
#include "suite/core/crc32.h"
#include "suite/core/results.h"
#include "suite/render/out.h"
#include "suite/render/report.h"

#define A "render-a.jsonl"
#define B "render-b.jsonl"

/* As JSON: a terminal escape, NUL, CDATA end, markup, bidirectional override, quotes, YAML and
 * TAP signs, a character outside the BMP, a noncharacter. */
#define HOSTILE                                                                                    \
	"\\u001b[31m\\u0000]]>&<script>alert(1)</script>\\u202e\\\"`x` # | \\\\ - : {\\r\\n\\t"    \
	"not ok 1\\nBail out!\\n...\\n\\ud83d\\ude00\\ufffe\xc3\xa9"

static char *slurp(const char *path, size_t *length)
{
	FILE *f = fopen(path, "r");
	char *data = calloc(1, (4 << 20) + 1);

	assert_non_null(f);
	*length = fread(data, 1, 4 << 20, f);
	fclose(f);
	return data;
}

static void add_verdict(struct events *e)
{
	struct results *r = results_new(RESULTS_STRICT);
	char *body;

	fflush(e->file);
	assert_int_equal(results_read(r, e->path, NULL), 0);
	results_judge(r);
	body = results_verdict_body(r);
	/* event() would turn the apostrophes of a reason into quotes; there are none. */
	event(e, EVENT_VERDICT, "%s", body);
	free(body);
	results_free(r);
	events_close(e);
}

/* One requirement of each kind of standing; what fails says something hostile. */
static void write_run(const char *path, const char *profile, const char *text)
{
	struct events e;

	events_open(&e, path);
	events_boot(&e, profile);
	events_plan(&e, 1, 1, 5,
		    "{'name':'a/One','about':'x','requirements':['kill.stopped','state.should']},"
		    "{'name':'a/one','about':'x','requirements':['root.readonly']},"
		    "{'name':'../..','about':'x','requirements':['process.cwd.exact']},"
		    "{'name':'b/con','about':'x','requirements':['linux.cpu.idle']},"
		    "{'name':'b/$(id)','about':'x','requirements':['process.env.order']}");
	events_start(&e, "a/One");
	event(&e, EVENT_CHECK,
	      "'test':'a/One','requirement':'kill.stopped','outcome':'fail','expected':\"%s\","
	      "'observed':\"%s\"",
	      text, text);
	events_check(&e, "a/One", "state.should", "fail");
	event(&e, EVENT_EVIDENCE, "'test':'a/One','name':'config.json','text':\"%s\"", text);
	event(&e, EVENT_EVIDENCE, "'test':'a/One','name':'CONFIG.json','text':\"%s\"", text);
	event(&e, EVENT_EVIDENCE, "'test':'a/One','name':'../../x','text':\"%s\"", text);
	event(&e, EVENT_FINDING, "'test':'a/One','kind':'mount','text':\"%s\"", text);
	events_end(&e, "a/One", "fail");
	events_start(&e, "a/one");
	events_check(&e, "a/one", "root.readonly", "disabled");
	event(&e, EVENT_EVIDENCE, "'test':'a/one','name':'x','text':'y','truncated':true");
	events_end(&e, "a/one", "disabled");
	events_test(&e, "../..", "process.cwd.exact", "fail");
	event(&e, EVENT_EVIDENCE, "'test':'../..','name':'..','text':'y'");
	event(&e, EVENT_EVIDENCE, "'test':'','name':'panic.txt','text':\"%s\"", text);
	events_test(&e, "b/con", "linux.cpu.idle", "pass");
	event(&e, EVENT_EVIDENCE, "'test':'b/con','name':'NUL.txt','text':'y'");
	events_test(&e, "b/$(id)", "process.env.order", "fail");
	add_verdict(&e);
}

/* Runs a sub-command; argv as main() would have it: writable pointers, a NULL at the end. */
static int run(int (*command)(int, char **), const char *const *words)
{
	char *argv[16] = { NULL }, *copy[16];
	int argc = 0, code;

	for (; words[argc]; argc++)
		argv[argc] = copy[argc] = strdup(words[argc]);
	code = command(argc, argv);
	/* getopt may have put them into another order. */
	for (int i = 0; i < argc; i++)
		free(copy[i]);
	return code;
}

#define RUN(command, ...) run(command, (const char *const[]){ __VA_ARGS__, NULL })

static int render(const char *out, const char *a, const char *b)
{
	return RUN(render_command, "render", "--out", out, a, b);
}

static bool valid_utf8(const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);
	bool ok = string != NULL;

	json_decref(string);
	return ok;
}

/* Whether a file is plain text: UTF-8 with no control but newline and tab, no hidden character. */
static void assert_plain(const char *path)
{
	size_t length;
	char *text = slurp(path, &length);

	if (!valid_utf8(text, length))
		fail_msg("%s: not UTF-8", path);
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\t') ||
		    text[i] == 0x7f)
			fail_msg("%s: byte %d at %zu", path, text[i], i);
	if (strstr(text, "\xe2\x80\xae") || strstr(text, "\xef\xbf\xbe"))
		fail_msg("%s: a hidden character", path);
	free(text);
}

static void assert_fat_name(const char *name)
{
	assert_true(*name && strlen(name) < 255);
	assert_null(strpbrk(name, "\"*/:<>?\\|"));
	assert_int_not_equal(name[strlen(name) - 1], '.');
	assert_true(strncasecmp(name, "con", 4) && strncasecmp(name, "nul.", 4));
}

/* All below a directory: plain text, names for FAT, no two that differ in case only. */
static size_t walk(const char *path)
{
	DIR *dir = opendir(path);
	char names[64][256];
	struct dirent *d;
	size_t n = 0, files = 0;

	assert_non_null(dir);
	while ((d = readdir(dir))) {
		char sub[4096];
		struct stat st;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		assert_fat_name(d->d_name);
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(strcasecmp(names[i], d->d_name), 0);
		snprintf(names[n++], 256, "%s", d->d_name);
		snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
		assert_int_equal(lstat(sub, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			files += walk(sub);
		} else if (!strstr(d->d_name, ".jsonl")) {
			assert_plain(sub);
			files++;
		}
	}
	closedir(dir);
	return files;
}

static const char *const all[] = { "verdicts.tsv",     "results.txt", "junit.xml",
				   "results.yaml",     "ctrf.json",   "README.md",
				   "environment.json", "report.html", "PRODUCT.yaml",
				   "events.jsonl" };

static void hostile_text_is_harmless(void **state)
{
	size_t length;
	char *text;

	(void)state;
	write_run(A, "unified", HOSTILE);
	assert_int_equal(render("hostile", A, NULL), 0);
	assert_int_equal(walk("hostile"), 9 + 1 + 3 + 1 + 1 + 1 + 1);
	text = slurp("hostile/report.html", &length);
	assert_null(strstr(text, "<script>alert"));
	free(text);
	text = slurp("hostile/junit.xml", &length);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "]]>"));
	assert_non_null(strstr(text, "\\u001b[31m"));
	assert_non_null(strstr(text, "tests=\"7\" failures=\"1\" errors=\"0\""));
	free(text);
	text = slurp("hostile/results.txt", &length);
	assert_int_equal(strncmp(text, "TAP version 14\n1..6\n", 20), 0);
	assert_null(strstr(text, "\nnot ok 1\n"));
	assert_null(strstr(text, "\nBail out!"));
	assert_non_null(strstr(text, "ok 4 - process.cwd.exact # TODO implied: does not decide"));
	free(text);
}

static void json_is_json(void **state)
{
	static const char *const names[] = { "ctrf.json", "environment.json" };

	(void)state;
	write_run(A, "unified", HOSTILE);
	assert_int_equal(render("json", A, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		char path[64];
		json_t *json;

		snprintf(path, sizeof(path), "json/%s", names[i]);
		json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(json);
		json_decref(json);
	}
}

/* Again into the same place, into another, and from the copy inside a report: the same bytes. */
static void same_bytes_again(void **state)
{
	(void)state;
	write_run(A, "unified", HOSTILE);
	assert_int_equal(render("same-1", A, NULL), 0);
	assert_int_equal(render("same-1", A, NULL), 0);
	assert_int_equal(render("same-1", "same-1/events.jsonl", NULL), 0);
	assert_int_equal(render("same-2", "same-1/events.jsonl", NULL), 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char one[64], two[64], *a, *b;
		size_t m, n;

		snprintf(one, sizeof(one), "same-1/%s", all[i]);
		snprintf(two, sizeof(two), "same-2/%s", all[i]);
		a = slurp(one, &m);
		b = slurp(two, &n);
		assert_int_equal(m, n);
		assert_memory_equal(a, b, n);
		free(a);
		free(b);
	}
}

static void both_profiles(void **state)
{
	size_t length;
	char *text;

	(void)state;
	write_run(A, "unified", "x");
	write_run(B, "legacy", "x");
	assert_int_equal(render("both", A, B), 0);
	walk("both");
	assert_int_equal(access("both/events-unified.jsonl", F_OK), 0);
	assert_int_equal(access("both/events-legacy.jsonl", F_OK), 0);
	assert_int_equal(access("both/evidence/legacy/a/One/config.json", F_OK), 0);
	text = slurp("both/README.md", &length);
	assert_non_null(strstr(text, "make certify RUNTIME=crun-1.8\n"));
	free(text);
}

/* Nobody there knows the runtime's options but the report. */
static void repeats_on_a_host(void **state)
{
	size_t length;
	char *text;

	(void)state;
	write_run(A, "host", "x");
	assert_int_equal(render("host", A, NULL), 0);
	text = slurp("host/junit.xml", &length);
	assert_non_null(strstr(text, "assay run --runtime /usr/bin/crun --runtime-arg "
				     "&#39;--root=/a b&#39; --spec 1.0.0 --only a/One"));
	free(text);
}

/* Before there is a plan init may end a run: the report says why, and is still a report. */
static void ended_by_init(void **state)
{
	struct events e;
	size_t length;
	char *text;

	(void)state;
	events_open(&e, A);
	event(&e, EVENT_BOOT, "'boot':1,'cause':'start','profile':'unified'");
	event(&e, EVENT_VERDICT,
	      "'verdict':'no valid result','code':2,'reason':'payload member `../x`: leaves its "
	      "root'");
	events_close(&e);
	assert_int_equal(render("init", A, NULL), 0);
	text = slurp("init/results.txt", &length);
	assert_non_null(strstr(text, "1..0 # SKIP"));
	assert_non_null(strstr(text, "\nBail out! no valid result: payload member '../x': leaves"));
	free(text);
	text = slurp("init/junit.xml", &length);
	assert_non_null(strstr(text, "tests=\"1\" failures=\"0\" errors=\"1\""));
	free(text);
}

/* Numbers at the edge, and clocks that go back: plots and sums bear them. */
static void extreme_numbers(void **state)
{
	static const char *const durations_of[] = { "9223372036854775807", "-9223372036854775808",
						    "0" };
	struct events e;

	(void)state;
	events_open(&e, A);
	events_boot(&e, "unified");
	events_plan(&e, 1, 1, 3,
		    "{'name':'0','requirements':['kill.stopped']},"
		    "{'name':'1','requirements':['kill.stopped']},"
		    "{'name':'2','requirements':[]}");
	for (int i = 0; i < 3; i++) {
		char name[2] = { (char)('0' + i), 0 };

		e.now = i == 1 ? INT64_MAX / 64 - 5000000 : 0;
		event(&e, EVENT_BOOT, "'boot':2147483647,'cause':'power','profile':'unified'");
		events_start(&e, name);
		if (i < 2)
			events_check(&e, name, "kill.stopped", "pass");
		event(&e, EVENT_END,
		      "'test':'%s','outcome':'pass','duration_ns':%s,'runtime_ns':%s", name,
		      durations_of[i], durations_of[i]);
	}
	add_verdict(&e);
	assert_int_equal(render("extreme", A, NULL), 0);
	walk("extreme");
	/* A time that no clock shows is no event. */
	events_open(&e, A);
	e.now = INT64_MAX - 1;
	event(&e, EVENT_BOOT, "'boot':1,'cause':'start'");
	events_close(&e);
	assert_int_equal(render("extreme", A, NULL), 2);
}

static void vendor_file(void **state)
{
	static const struct {
		const char *text, *expect;
	} cases[] = {
		{ "vendor: ACME: \"x\"\n# c\n\nwebsite_url: https://a.example\n"
		  "documentation_url:  d\ndescription: \"q\\u0041\"\n",
		  "vendor: \"ACME: \\\"x\\\"\"\nname: \"crun\"\nversion: \"1.8\"\nwebsite_url: "
		  "\"https://a.example\"\ndocumentation_url: \"d\"\ntype: \"distribution\"\n"
		  "description: \"qA\"\n" },
		{ "vendor:\n", NULL },
		{ "color: red\n", NULL },
		{ "vendor: a\nvendor: b\n", NULL },
		{ "nonsense\n", NULL },
	};

	(void)state;
	write_run(A, "unified", "x");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		FILE *f = fopen("vendor.txt", "w");
		size_t length;
		char *text;

		fputs(cases[i].text, f);
		fclose(f);
		assert_int_equal(RUN(render_command, "render", "--out", "vendor", "--vendor",
				     "vendor.txt", A),
				 cases[i].expect ? 0 : 2);
		if (!cases[i].expect)
			continue;
		text = slurp("vendor/PRODUCT.yaml", &length);
		assert_non_null(strstr(text, cases[i].expect));
		assert_null(strstr(text, "Missing"));
		free(text);
	}
}

static void errors_are_exit_2(void **state)
{
	FILE *f;

	(void)state;
	write_run(A, "unified", "x");
	assert_int_equal(RUN(render_command, "render", "--out", "x"), 2);
	assert_int_equal(render("err", "no-such-file", NULL), 2);
	f = fopen("plain-file", "w");
	fclose(f);
	assert_int_equal(render("plain-file", A, NULL), 2);
	assert_int_equal(render("no/such/place", A, NULL), 2);
}

static char *escaped(enum kind kind, const char *text, size_t length)
{
	char *data = NULL;
	size_t n;
	FILE *out = open_memstream(&data, &n);

	put_n(out, kind, text, length);
	fclose(out);
	return data;
}

static void escapes(void **state)
{
	static const struct {
		enum kind kind;
		const char *text, *expect;
	} cases[] = {
		{ TEXT, "a\tb\n\x1b\x7f", "a\tb\n\\u001b\\u007f" },
		{ LINE, "a\tb\n", "a b " },
		{ JSON, "\"\\\n\x01\xe2\x80\xae", "\"\\\"\\\\\\n\\u0001\\u202e\"" },
		{ MARKUP, "<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;" },
		{ ATTRIBUTE, "\n\"", "&#10;&quot;" },
		{ TAP, "a # SKIP \\", "a \\# SKIP \\\\" },
		{ MARKDOWN, "*_[x](y)`<b>|\n#", "\\*\\_\\[x\\](y)\\`&lt;b&gt;\\| \\#" },
		/* Not UTF-8: stray, truncated, overlong, surrogate, too big. */
		{ TEXT, "\x80", "\xef\xbf\xbd" },
		{ TEXT, "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ TEXT, "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ TEXT, "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ TEXT, "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ TEXT, "\xff", "\xef\xbf\xbd" },
		{ TEXT, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ TEXT, "\xf3\xa0\x80\x81", "\\udb40\\udc01" },
	};
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text = escaped(cases[i].kind, cases[i].text, strlen(cases[i].text));
		assert_string_equal(text, cases[i].expect);
		free(text);
	}
	text = escaped(TEXT, "a\0b", 3);
	assert_string_equal(text, "a\\u0000b");
	free(text);
}

/* Any bytes at all, in every kind: UTF-8 comes out. */
static void escapes_anything(void **state)
{
	static char noise[65536];
	uint32_t x = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (char)(x >> 24);
	}
	for (int kind = TEXT; kind <= MARKDOWN; kind++) {
		char *text = escaped((enum kind)kind, noise, sizeof(noise));

		assert_true(valid_utf8(text, strlen(text)));
		free(text);
	}
}

static void durations(void **state)
{
	static const struct {
		int64_t ns;
		const char *expect;
	} cases[] = {
		{ 0, "0 ms" },
		{ 999999999, "999 ms" },
		{ 1000000000, "1.0 s" },
		{ 59990000000, "59.9 s" },
		{ 65000000000, "1 min 05 s" },
		{ 3661000000000, "1 h 01 min" },
		{ -5, "0 ms" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *data = NULL;
		size_t n;
		FILE *out = open_memstream(&data, &n);

		put_duration(out, cases[i].ns);
		fclose(out);
		assert_string_equal(data, cases[i].expect);
		free(data);
	}
}

static void frame(FILE *out, const char *line)
{
	fprintf(out, "E %08x %s\n", crc32(0, line, strlen(line)), line);
}

/* The events of A as frames, with what a serial line may do to them. */
static void write_frames(const char *path, size_t drop, size_t stop, bool noise)
{
	size_t length, n = 0;
	char *text = slurp(A, &length), *line, *save = NULL;
	FILE *out = fopen(path, "w");

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (++n > stop)
			break;
		if (noise)
			fputs("[    1.0] kernel says\x1b[2J\nE 00000000 {}\nE zz\r\n\n", out);
		if (n != drop)
			frame(out, line);
		if (noise)
			frame(out, line);
	}
	if (noise) {
		for (int i = 0; i < 80000; i++)
			putc('x', out);
		frame(out, "{\"seq\":0}");
		frame(out, "not json");
	}
	fclose(out);
	free(text);
}

static int progress(const char *mode, const char *path, char **text)
{
	int saved = dup(STDOUT_FILENO), fd = open("progress.txt", O_RDWR | O_CREAT | O_TRUNC, 0644);
	size_t length;
	int code;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	code = RUN(progress_command, "progress", mode, "--report", "out/here", path);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	*text = slurp("progress.txt", &length);
	return code;
}

/* What a command says, with its exit status. */
#define SAYS(code, text, command, ...)                                                             \
	do {                                                                                       \
		int saved_ = dup(STDOUT_FILENO);                                                   \
		int fd_ = open("said.txt", O_RDWR | O_CREAT | O_TRUNC, 0644);                      \
		size_t length_;                                                                    \
                                                                                                   \
		fflush(stdout);                                                                    \
		dup2(fd_, STDOUT_FILENO);                                                          \
		*(code) = RUN(command, __VA_ARGS__);                                               \
		fflush(stdout);                                                                    \
		dup2(saved_, STDOUT_FILENO);                                                       \
		close(saved_);                                                                     \
		close(fd_);                                                                        \
		*(text) = slurp("said.txt", &length_);                                             \
	} while (0)

static void write_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void has(const char *path, const char *words)
{
	size_t length;
	char *text = slurp(path, &length);

	if (!strstr(text, words))
		fail_msg("%s has no \"%s\"", path, words);
	free(text);
}

#define WAIVER "kill.stopped\tA \"known\" <b>one</b>\thttps://x.example/1\t2999-01-31"

/* Said wherever the failure is, and a failure all the same: outcome, count, digest, verdict. */
static void waived_is_not_passed(void **state)
{
	struct results *r = results_new(RESULTS_STRICT), *s = results_new(RESULTS_STRICT);
	char *text;
	int code;

	(void)state;
	write_run(A, "unified", "x");
	write_text("waivers", "requirement\treason\tlink\texpires\n\n" WAIVER "\n"
			      "linux.cpu.idle\tpasses now\thttps://x.example/2\t2999-01-31\n"
			      "state.should\tdoes not decide\thttps://x.example/3\t2000-01-31\n");
	assert_int_equal(
		RUN(render_command, "render", "--out", "waived", "--waivers", "waivers", A), 0);
	assert_int_equal(RUN(render_command, "render", "--out", "bare", A), 0);
	/* For the stage that parses the formats. */
	assert_int_equal(
		RUN(render_command, "render", "--out", "known", "--waivers", "waivers", A), 0);
	has("waived/verdicts.tsv", "kill.stopped\tfail\n");
	has("waived/results.yaml",
	    "\"kill.stopped\": {status: FAIL, level: \"MUST\", decides: true, "
	    "tests: 1, waived: \"known deviation, waived until 2999-01-31: "
	    "A \\\"known\\\" <b>one</b> (https://x.example/1)\"}");
	has("waived/results.yaml", "verdict: \"not conformant\"");
	has("waived/results.txt", "not ok 2 - kill.stopped\n");
	has("waived/results.txt", "waived: \"known deviation");
	has("waived/junit.xml", "failures=\"1\"");
	has("waived/junit.xml", "type=\"waived\" message=\"known deviation");
	has("waived/ctrf.json", "\"failed\": 1");
	has("waived/report.html", "A &quot;known&quot; &lt;b&gt;one&lt;/b&gt;");
	has("waived/README.md", "not needed (until 2999-01-31), linux.cpu.idle: passes now, ");
	has("waived/waivers.tsv", WAIVER "\twaived\n");
	has("waived/waivers.tsv",
	    "linux.cpu.idle\tpasses now\thttps://x.example/2\t2999-01-31\tnot needed\n");
	has("waived/waivers.tsv", "\t2000-01-31\texpired\n");
	SAYS(&code, &text, summary_command, "summary", "waived");
	assert_int_equal(code, VERDICT_NOT_CONFORMANT);
	assert_non_null(strstr(text, "waived: 1 of the 1 failures"));
	assert_non_null(strstr(text, "waiver not needed: linux.cpu.idle"));
	free(text);
	assert_int_equal(results_read(r, A, NULL), 0);
	assert_int_equal(results_read(s, A, NULL), 0);
	results_conclude(r);
	results_conclude(s);
	assert_int_equal(waivers_load(r, "waivers", "2026-01-01"), 0);
	assert_string_equal(r->digest, s->digest);
	assert_string_equal(r->verdict.reason, s->verdict.reason);
	assert_int_equal(r->verdict.code, s->verdict.code);
	assert_memory_equal(r->counts, s->counts, sizeof(r->counts));
	results_free(r);
	results_free(s);
	/* And without it there is no trace. */
	assert_int_equal(access("bare/waivers.tsv", F_OK), -1);
	assert_int_equal(RUN(render_command, "render", "--out", "waived", A), 0);
	assert_int_equal(access("waived/waivers.tsv", F_OK), -1);
}

/* From the report's own file: the same bytes, whatever the day. One that is over waives nothing. */
static void waivers_have_a_day(void **state)
{
	char *text;
	int code;

	(void)state;
	write_run(A, "unified", "x");
	write_text("waivers",
		   "# held against 2020-05-05\nkill.stopped\told\thttps://x.example\t2020-05-05\n");
	assert_int_equal(RUN(render_command, "render", "--out", "then", "--waivers", "waivers", A),
			 0);
	has("then/waivers.tsv", "# held against 2020-05-05\n");
	has("then/waivers.tsv", "2020-05-05\twaived\n");
	assert_int_equal(
		RUN(render_command, "render", "--out", "again", "--waivers", "then/waivers.tsv", A),
		0);
	SAYS(&code, &text, compare_command, "compare", "then", "again");
	assert_int_equal(code, 0);
	free(text);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char path[80];
		size_t n, m;
		char *a, *b;

		snprintf(path, sizeof(path), "then/%s", all[i]);
		a = slurp(path, &n);
		snprintf(path, sizeof(path), "again/%s", all[i]);
		b = slurp(path, &m);
		assert_int_equal(n, m);
		assert_memory_equal(a, b, n);
		free(a);
		free(b);
	}
	write_text("waivers",
		   "# held against 2020-05-06\nkill.stopped\told\thttps://x.example\t2020-05-05\n");
	assert_int_equal(RUN(render_command, "render", "--out", "then", "--waivers", "waivers", A),
			 0);
	has("then/waivers.tsv", "2020-05-05\texpired\n");
	has("then/results.yaml", "waived: 0");
}

static void bad_waivers(void **state)
{
	static const char *const files[] = {
		"kill.stopped\treason\thttps://x\n",
		"kill.stopped\t\thttps://x\t2999-01-31\n",
		"no.such\treason\thttps://x\t2999-01-31\n",
		"kill.*\treason\thttps://x\t2999-01-31\n",
		"kill.stopped\treason\tx\t2999-01-31\n",
		"kill.stopped\treason\thttps://x\tnever\n",
		"kill.stopped\treason\thttps://x\t2999-13-31\n",
		"kill.stopped\treason\thttps://x\t2999-1-31\n",
		"kill.stopped\treason\x1b[0m\thttps://x\t2999-01-31\n",
		WAIVER "\ta\tb\n",
		WAIVER "\n" WAIVER "\n",
		"# held against tomorrow\n",
	};

	(void)state;
	write_run(A, "unified", "x");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		write_text("waivers", files[i]);
		assert_int_equal(
			RUN(render_command, "render", "--out", "waived", "--waivers", "waivers", A),
			2);
	}
	assert_int_equal(RUN(render_command, "render", "--out", "waived", "--waivers", "none", A),
			 2);
}

static void compare_tells_differences(void **state)
{
	char *text;
	int code;

	(void)state;
	write_run(A, "unified", "x");
	assert_int_equal(RUN(render_command, "render", "--out", "one", A), 0);
	(void)mkdir("two", 0755);
	write_text("two/verdicts.tsv",
		   "kill.stopped\tpass\nold.one\tpass\nprocess.cwd.exact\tfail\n");
	SAYS(&code, &text, compare_command, "compare", "one", "two/");
	assert_int_equal(code, 1);
	assert_non_null(strstr(text, "kill.stopped  (MUST, runtime.md#kill)\n"
				     "    kill of a stopped container is an error.\n"
				     "    fail        crun 1.8\n"
				     "                observed: x\n"
				     "    pass        two\n"));
	assert_null(strstr(text, "process.cwd.exact"));
	assert_null(strstr(text, "old.one"));
	assert_non_null(strstr(text, "\n1 the same, 1 different, 5 not judged everywhere"));
	free(text);
	SAYS(&code, &text, compare_command, "compare", "--all", "one", "two/verdicts.tsv");
	assert_non_null(strstr(text, "old.one  (not in this assay's catalogue)\n"
				     "    not judged  crun 1.8\n    pass        two\n"));
	free(text);
	SAYS(&code, &text, compare_command, "compare", "--tsv", "two", "one", "two");
	assert_int_equal(code, 1);
	assert_string_equal(text, "requirement\ttwo\tcrun 1.8\ttwo (two)\n"
				  "kill.stopped\tpass\tfail\tpass\n");
	free(text);
	SAYS(&code, &text, compare_command, "compare", "--test", "a/one", "one", "one");
	assert_int_equal(code, 0);
	assert_string_equal(text, "1 the same, 0 different\n");
	free(text);
	assert_int_equal(RUN(compare_command, "compare", "--test", "a/one", "one", "two"), 2);
	assert_int_equal(RUN(compare_command, "compare", "--test", "a/none", "one", "one"), 2);
	assert_int_equal(RUN(compare_command, "compare", "one"), 2);
	assert_int_equal(RUN(compare_command, "compare", "one", "three"), 2);
	write_text("two/verdicts.tsv", "kill.stopped\tsuper\n");
	assert_int_equal(RUN(compare_command, "compare", "one", "two"), 2);
	write_text("two/verdicts.tsv", "kill.stopped pass\n");
	assert_int_equal(RUN(compare_command, "compare", "one", "two"), 2);
}

static void progress_tells(void **state)
{
	char *text;

	(void)state;
	write_run(A, "unified", HOSTILE);
	write_frames("frames", 0, 1000, false);
	assert_int_equal(progress("--plain", "frames", &text), 1);
	assert_non_null(strstr(text, "[1/5] fail     a/One  5 ms\n"));
	assert_non_null(strstr(text, "\nverdict: not conformant\n"));
	assert_non_null(strstr(text, "\nreport:  out/here\n"));
	assert_null(strchr(text, '\x1b'));
	free(text);
	assert_int_equal(progress("--tty", "frames", &text), 1);
	assert_non_null(strstr(text, "5/5"));
	assert_null(strstr(text, "[31m]]>"));
	free(text);
}

static void progress_survives_noise(void **state)
{
	char *text;

	(void)state;
	write_run(A, "unified", HOSTILE);
	write_frames("frames", 0, 1000, true);
	assert_int_equal(progress("--plain", "frames", &text), 1);
	assert_non_null(strstr(text, "came damaged"));
	assert_non_null(strstr(text, "1 of 3 MUST and MUST NOT requirements fail"));
	free(text);
	/* One event lost: the verdict as it was given, no counts that could be wrong. */
	write_frames("frames", 7, 1000, false);
	assert_int_equal(progress("--plain", "frames", &text), 1);
	assert_non_null(strstr(text, "some not at all"));
	assert_non_null(strstr(text, "\nverdict: not conformant\n"));
	free(text);
	/* No end. */
	write_frames("frames", 0, 9, false);
	assert_int_equal(progress("--plain", "frames", &text), 2);
	assert_non_null(strstr(text, "no verdict: the events ended after 0 of 5 tests"));
	free(text);
	assert_int_equal(progress("--plain", "/dev/null", &text), 2);
	free(text);
	assert_int_equal(progress("--plain", "no/such", &text), 2);
	free(text);
}

static void write_proof(const char *path)
{
	struct events e;

	events_open(&e, path);
	events_boot(&e, "unified");
	event(&e, EVENT_PLAN,
	      "'part':1,'parts':1,'total':2,'digest':'d','catalogue':'%s','suite':'0.1.0',"
	      "'spec':'1.2.0','official':false,'only':null,'prove':'sha256:66','tests':["
	      "{'name':'a/one','about':'x','requirements':['kill.stopped']},"
	      "{'name':'s1/a/one','about':'x','requirements':['kill.stopped'],'argument':'-x'}]",
	      catalogue_digest);
	events_test(&e, "a/one", "kill.stopped", "pass");
	events_test(&e, "s1/a/one", "kill.stopped", "fail");
	add_verdict(&e);
}

/* Nothing that could be taken for a report, and nothing left of one that was there. */
static void proof_is_no_report(void **state)
{
	static const char *const gone[] = { "verdicts.tsv", "results.txt",  "junit.xml",
					    "results.yaml", "ctrf.json",    "report.html",
					    "PRODUCT.yaml" };
	char path[64], *text;
	size_t length;

	(void)state;
	write_run(A, "unified", HOSTILE);
	assert_int_equal(render("proof", A, NULL), 0);
	write_proof(A);
	assert_int_equal(render("proof", A, NULL), 0);
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		snprintf(path, sizeof(path), "proof/%s", gone[i]);
		assert_int_not_equal(access(path, F_OK), 0);
	}
	text = slurp("proof/README.md", &length);
	assert_non_null(strstr(text, "proof complete"));
	assert_non_null(strstr(text, "no conformance report"));
	assert_null(strstr(text, "conformant"));
	free(text);
	assert_int_equal(RUN(summary_command, "summary", A), 0);
}

static void summary_exit_status(void **state)
{
	(void)state;
	write_run(A, "unified", HOSTILE);
	assert_int_equal(render("sum", A, NULL), 0);
	assert_int_equal(RUN(summary_command, "summary", A), 1);
	assert_int_equal(RUN(summary_command, "summary", "sum"), 1);
	assert_int_equal(RUN(summary_command, "summary", "no/such"), 2);
	assert_int_equal(RUN(summary_command, "summary", "hostile/evidence"), 2);
	assert_int_equal(RUN(summary_command, "summary"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_is_harmless),
		cmocka_unit_test(json_is_json),
		cmocka_unit_test(same_bytes_again),
		cmocka_unit_test(both_profiles),
		cmocka_unit_test(repeats_on_a_host),
		cmocka_unit_test(ended_by_init),
		cmocka_unit_test(extreme_numbers),
		cmocka_unit_test(vendor_file),
		cmocka_unit_test(errors_are_exit_2),
		cmocka_unit_test(escapes),
		cmocka_unit_test(escapes_anything),
		cmocka_unit_test(durations),
		cmocka_unit_test(progress_tells),
		cmocka_unit_test(progress_survives_noise),
		cmocka_unit_test(proof_is_no_report),
		cmocka_unit_test(summary_exit_status),
		cmocka_unit_test(waived_is_not_passed),
		cmocka_unit_test(waivers_have_a_day),
		cmocka_unit_test(bad_waivers),
		cmocka_unit_test(compare_tells_differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
