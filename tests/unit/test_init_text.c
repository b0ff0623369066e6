/* LINK: init/text.c init/cmdline.c */
/* SPDX-License-Identifier: Apache-2.0 */
/* Text that never overflows, the bit of JSON that PID 1 reads, and the kernel command line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/cmdline.h"
#include "init/text.h"

static void text_is_cut(void **state)
{
	TEXT(t, 8);

	(void)state;
	text_join(&t, "abc", "def", NULL);
	assert_false(t.cut);
	text_put(&t, "gh");
	assert_true(t.cut);
	assert_string_equal(t.data, "abcdefg");
	text_number(&t, 12);
	assert_string_equal(t.data, "abcdefg");
}

static void json_is_escaped(void **state)
{
	TEXT(t, 128);

	(void)state;
	text_json(&t, "a\"b\\c\nd\te\x7f\xc3\0z", 13);
	assert_string_equal(t.data, "a\\\"b\\\\c\\nd\\u0009e\\u007f\\u00c3\\u0000z");
}

/* Whatever the size, no escape is cut in two. */
static void json_is_cut_between(void **state)
{
	(void)state;
	for (size_t size = 1; size < 20; size++) {
		char data[32];
		struct text t;

		text_init(&t, data, size);
		text_json(&t, "\x01\x02\x03", 3);
		assert_int_equal(t.length % 6, 0);
		assert_int_equal(data[t.length], 0);
	}
}

static void quotes_are_harmless(void **state)
{
	TEXT(t, 600);
	char longer[300];

	(void)state;
	text_quote(&t, "a\033[31m\n");
	assert_string_equal(t.data, "\"a\\x1b[31m\\x0a\"");
	memset(longer, '\xff', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	text_init(&t, t_data, sizeof(t_data));
	text_quote(&t, longer);
	assert_false(t.cut);
	assert_true(t.length == 120 * 4 + 5);
}

static void faults_are_one_line(void **state)
{
	struct fault f;

	(void)state;
	assert_int_equal(fault_set(&f, -EIO, "a\nb", "\tc", NULL), -EIO);
	assert_string_equal(f.line, "a?b?c");
}

static void fields_of_the_top(void **state)
{
	static const char body[] = "\"a\":{\"test\":\"no\"},\"b\":[\"test\",\":\",{\"n\":1}],"
				   "\"c\":\"\\\"test\\\":\",\"test\":\"x/y\",\"n\":42,\"m\":-1";
	const size_t length = sizeof(body) - 1;
	char out[8];

	(void)state;
	assert_int_equal(field_string(body, length, "test", out, sizeof(out)), 3);
	assert_string_equal(out, "x/y");
	assert_int_equal(field_number(body, length, "n"), 42);
	assert_int_equal(field_number(body, length, "m"), -ENOENT);
	assert_int_equal(field_number(body, length, "test"), -ENOENT);
	assert_int_equal(field_string(body, length, "n", out, sizeof(out)), -ENOENT);
	assert_int_equal(field_string(body, length, "c", out, 4), -EMSGSIZE);
	/* However it is cut, nothing behind the end is read (the sanitizer would tell). */
	for (size_t n = 0; n < length; n++) {
		char cut[sizeof(body)];

		memcpy(cut, body, n);
		field_string(cut, n, "test", out, sizeof(out));
		field_number(cut, n, "n");
	}
}

static void parameters_are_read(void **state)
{
	struct options o;
	struct fault f;

	(void)state;
	assert_int_equal(cmdline_parse(&o, "console=ttyS0 quiet", &f), 0);
	assert_int_equal(o.wait, -1);
	assert_int_equal(o.exit_port, 0);
	assert_false(o.shell || o.fresh);
	assert_int_equal(cmdline_parse(&o,
				       "quiet assay.only=\"a/b c*\" assay.jobs=4 assay.exit=0xf4 "
				       "assay.events=ttyS1 assay.shell assay.new=1 assay.wait=0 "
				       "assay.watchdog=30  assay.profile=legacy panic=1\n",
				       &f),
			 0);
	assert_string_equal(o.only, "a/b c*");
	assert_string_equal(o.events, "ttyS1");
	assert_string_equal(o.profile, "legacy");
	assert_int_equal(o.jobs, 4);
	assert_int_equal(o.exit_port, 0xf4);
	assert_int_equal(o.wait, 0);
	assert_int_equal(o.watchdog, 30);
	assert_true(o.shell && o.fresh);
	assert_int_equal(cmdline_parse(&o, "assay.new=0", &f), 0);
	assert_false(o.fresh);
}

static void mistakes_are_named(void **state)
{
	static const char *const bad[] = {
		"assay.olny=x",
		"assay.",
		"assay.jobs",
		"assay.jobs=",
		"assay.jobs=x",
		"assay.jobs=-1",
		"assay.jobs=65",
		"assay.exit=0x10000",
		"assay.exit=99999999999",
		"assay.events=../sda",
		"assay.events=",
		"assay.profile=other",
		"assay.new=2",
		"assay.only=",
		"assay.wait=4294967297",
		"assay.averylongnameindeed=1",
	};
	struct options o;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(cmdline_parse(&o, bad[i], &f), -EINVAL);
		assert_non_null(strstr(f.line, bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut),	       cmocka_unit_test(json_is_escaped),
		cmocka_unit_test(json_is_cut_between), cmocka_unit_test(quotes_are_harmless),
		cmocka_unit_test(faults_are_one_line), cmocka_unit_test(fields_of_the_top),
		cmocka_unit_test(parameters_are_read), cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
