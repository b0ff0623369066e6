/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources.hugepageLimits (config-linux.md#huge-page-limits). From 1.1 on the limit is one of
 * reservations where the kernel counts those, before it is one of use. What a runtime sets beside
 * that is its own affair.
 */
#include <errno.h>
#include <linux/mman.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "suite/tests/cgroups.h"
#include "suite/tests/common.h"
#include "suite/tests/life.h"
#include "suite/tests/tests.h"

#define ENTRY(size, limit) "{\"pageSize\":\"" size "\",\"limit\":" limit "}"
#define HUGE(entries)	   "{\"hugepageLimits\":[" entries "]}"
#define TWO_PAGES	   HUGE(ENTRY("2MB", "4194304"))
#define PAGE		   (2LL << 20)

/* The file in which a limit of the pages of this size is to stand. */
static const char *limit_file(struct test *t, const char *size)
{
	return format(t, "hugetlb.%s.%s%s", size, test_spec(t) < 10100 ? "" : "rsvd.",
		      test_cgroup_v2(t) ? "max" : "limit_in_bytes");
}

static void need_file(struct test *t, const char *file)
{
	cg_make(t, "hugetlb", CG_PARENT);
	if (!cgroup_value(t, "hugetlb", CG_PARENT, file))
		test_skip(t, "the kernel has no %s", file);
}

/* The limit at the container's own cgroup, or at the nearest one above it that has one. */
static const char *limit_of(struct test *t, struct container *c, const char *size)
{
	const char *file = limit_file(t, size);

	return cg_in_force(t, c, "hugetlb", file, cgroup_value(t, "hugetlb", CG_PARENT, file));
}

static const struct cg_row v1_rows[] = {
	{ { "reserved", "linux.resources.hugepagelimits.rsvd.v1", NULL }, "hugetlb", TWO_PAGES,
	  { { 0 } }, { { "hugetlb.2MB.rsvd.limit_in_bytes", "4194304" } },
	  "hugetlb.2MB.rsvd.limit_in_bytes", false },
	{ { "used", "linux.resources.hugepagelimits.fault.v1", NULL }, "hugetlb", TWO_PAGES,
	  { { 0 } }, { { "hugetlb.2MB.limit_in_bytes", "4194304" } }, "hugetlb.2MB.limit_in_bytes",
	  false },
};

static const struct cg_row v2_rows[] = {
	{ { "reserved", "linux.resources.hugepagelimits.rsvd.v2", NULL }, "hugetlb", TWO_PAGES,
	  { { 0 } }, { { "hugetlb.2MB.rsvd.max", "4194304" } }, "hugetlb.2MB.rsvd.max", false },
};

static void several(struct test *t)
{
	const char *id = "linux.resources.hugepagelimits.several";
	struct container *c;

	need_file(t, limit_file(t, "2MB"));
	need_file(t, limit_file(t, "1GB"));
	c = container_new(cg_bundle(
		t, CG_PATH, HUGE(ENTRY("2MB", "4194304") "," ENTRY("1GB", "1073741824"))));
	if (!may_create(t, id, c))
		return;
	check_string(t, id, "limit of pages of 2 MiB", "4194304", limit_of(t, c, "2MB"));
	check_string(t, id, "limit of pages of 1 GiB", "1073741824", limit_of(t, c, "1GB"));
	/* The other way round: neither the first alone nor the last alone. */
	c = container_new(cg_bundle(
		t, CG_PARENT "/d", HUGE(ENTRY("1GB", "2147483648") "," ENTRY("2MB", "6291456"))));
	must_create(c);
	check_string(t, id, "limit of pages of 2 MiB, named last", "6291456", limit_of(t, c, "2MB"));
	check_string(t, id, "limit of pages of 1 GiB, named first", "2147483648",
		     limit_of(t, c, "1GB"));
}

/* Whether the pool has that limit, be it one of reservations or of use. */
static void check_pool(struct test *t, const char *id, struct container *c, const char *limit)
{
	const char *end = test_cgroup_v2(t) ? "max" : "limit_in_bytes";
	const char *files[] = { format(t, "hugetlb.2MB.rsvd.%s", end),
				format(t, "hugetlb.2MB.%s", end) };
	const char *values[2];

	for (int i = 0; i < 2; i++) {
		const char *idle = cgroup_value(t, "hugetlb", CG_PARENT, files[i]);

		values[i] = idle ? cg_in_force(t, c, "hugetlb", files[i], idle) : NULL;
		values[i] = values[i] ? values[i] : "none";
	}
	check_seen(t, id, !strcmp(values[0], limit) || !strcmp(values[1], limit),
		   format(t, "the pages of 2097152 bytes have the limit %s", limit),
		   "%s: %s, %s: %s", files[0], values[0], files[1], values[1]);
}

/* ------------------------------------------------------------------ effects */

#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"

/* So many pages of 2 MiB more in the machine's pool; what there were. */
static const char *more_pages(struct test *t, long pages)
{
	const char *before = file_read(t, POOL);
	long had = before ? strtol(before, NULL, 10) : -1;
	void *memory = MAP_FAILED;

	/* The kernel adds fewer, without an error, when memory is too scattered. */
	for (int tries = 0; memory == MAP_FAILED && tries < 3; tries++) {
		int error = had < 0 ? -ENOENT : file_write(t, POOL, format(t, "%ld", had + pages));

		errno = -error;
		need(t, !error, POOL);
		/* And without a limit they are to be had. */
		memory = mmap(NULL, (size_t)(pages * PAGE), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
		if (memory == MAP_FAILED)
			(void)file_write(t, "/proc/sys/vm/compact_memory", "1");
	}
	if (memory == MAP_FAILED) {
		int why = errno;

		(void)file_write(t, POOL, before);
		test_broken(t, "%ld huge pages: %s", pages, strerror(why));
	}
	munmap(memory, (size_t)(pages * PAGE));
	return before;
}

/*
 * What a container says of so much memory in huge pages, under a limit; NULL when the requirement
 * is decided. The memory of a kernel of its own is no huge page of ours: its cgroup alone tells.
 */
static const struct facts *try_pages(struct test *t, const char *id, const char *limit,
				     const char *first, const char *second)
{
	struct bundle *b = cg_bundle(
		t, CG_PATH, format(t, HUGE(ENTRY("2MB", "%s")), limit));
	struct container *c = container_new(b);
	const struct facts *f = NULL;
	const char *before;

	bundle_probe(b, "ns", "huge", first, "huge", second, "echo", "up", "wait", NULL);
	before = more_pages(t, 4);
	if (may_start(t, id, c))
		f = must_answer(c);
	(void)file_write(t, POOL, before);
	if (!f || shared_kernel(f))
		return f;
	check_pool(t, id, c, limit);
	return NULL;
}

static void enforced(struct test *t)
{
	const char *id = "linux.resources.hugepagelimits.enforced";
	const struct facts *f;

	need_file(t, limit_file(t, "2MB"));
	f = try_pages(t, id, "4194304", "4194304", "6291456");
	if (!f)
		return;
	check_string(t, id, "2 huge pages under a limit of 2", "touched", facts_string(f, "huge"));
	check_string(t, id, "a mapping of 3", "refused", facts_string(f, "huge#2"));
}

static void zero(struct test *t)
{
	const char *id = "linux.resources.hugepagelimits.zero", *how;
	const struct facts *f;

	need_file(t, limit_file(t, "2MB"));
	f = try_pages(t, id, "0", "2097152", "4194304");
	if (!f)
		return;
	for (int i = 0; i < 2; i++) {
		how = facts_string(f, i ? "huge#2" : "huge");
		check_seen(t, id, how && (!strcmp(how, "refused") || !strcmp(how, "SIGBUS")),
			   "under a limit of 0 the mapping is refused, or touching it gives SIGBUS",
			   "%s", how ? how : "no answer");
	}
}

/* ------------------------------------------------------------------ page sizes */

struct size_row {
	struct test_case c;
	const char *bad;
};

#define SIZE_ROW(name, id, size) \
	{ { name, "linux.resources.hugepagelimits." id, "no such page size: " size }, size }

static const struct size_row sizes[] = {
	SIZE_ROW("unknown", "pagesize.unknown", "3MB"),
	SIZE_ROW("unknown-small", "pagesize.unknown", "4KB"),
	SIZE_ROW("small-letters", "pagesize.format", "2mb"),
	SIZE_ROW("no-b", "pagesize.format", "2M"),
	SIZE_ROW("zero", "pagesize.format", "0MB"),
	SIZE_ROW("bytes", "pagesize.format", "2097152"),
	SIZE_ROW("empty", "pagesize.format", ""),
	SIZE_ROW("fraction", "pagesize.format", "2.0MB"),
	SIZE_ROW("path", "pagesize.format", "../hugetlb.2MB"),
};

static void page_size(struct test *t)
{
	const struct size_row *row = test_row(t);
	struct bundle *good = cg_bundle(t, CG_PARENT "/good", TWO_PAGES);
	struct bundle *bad = cg_bundle(t, CG_PATH, TWO_PAGES);

	need_file(t, limit_file(t, "2MB"));
	bundle_set(bad, "linux.resources.hugepageLimits.0.pageSize", "s", row->bad);
	check_refused_by_create_if_supported(t, row->c.requirement, bad, good);
}

static void no_page_size(struct test *t)
{
	struct bundle *good = cg_bundle(t, CG_PARENT "/good", TWO_PAGES);
	struct bundle *bad = cg_bundle(t, CG_PATH, TWO_PAGES);

	need_file(t, limit_file(t, "2MB"));
	bundle_remove(bad, "linux.resources.hugepageLimits.0.pageSize");
	check_refused_by_create_if_supported(
		t, "linux.resources.hugepagelimits.pagesize-required", bad, good);
}

/* "2MB" is the pool of 2097152 bytes; a name that counts the same must be no other limit. */
static void base_1024(struct test *t)
{
	const char *id = "linux.resources.hugepagelimits.pagesize.base1024";
	struct container *c;
	const struct result *r;

	need_file(t, limit_file(t, "2MB"));
	c = container_new(cg_bundle(t, CG_PATH, TWO_PAGES));
	if (!may_create(t, id, c))
		return;
	check_pool(t, id, c, "4194304");
	c = container_new(cg_bundle(t, CG_PARENT "/kilo", HUGE(ENTRY("2048KB", "6291456"))));
	r = op_create(c);
	if (result_ok(r))
		check_pool(t, id, c, "6291456");
	else
		check_error(t, id, r);
}

const struct test_entry cgroup_hugetlb_tests[] = {
	{
		.name = "hugetlb/v1",
		.about = "a limit of huge pages on cgroup v1",
		.requirements = REQS("linux.resources.hugepagelimits.rsvd.v1"),
		.run = cg_test,
		CASES(v1_rows),
		.cgroup = CGROUP_V1,
	},
	{
		.name = "hugetlb/v2",
		.about = "a limit of huge pages on cgroup v2",
		.requirements = REQS("linux.resources.hugepagelimits.rsvd.v2"),
		.run = cg_test,
		CASES(v2_rows),
		.cgroup = CGROUP_V2,
	},
	{
		.name = "hugetlb/several",
		.about = "each page size has its own limit",
		.requirements = REQS("linux.resources.hugepagelimits.several"),
		.run = several,
	},
	{
		.name = "hugetlb/enforced",
		.about = "a reservation over the limit fails when it is made",
		.requirements = REQS("linux.resources.hugepagelimits.enforced"),
		.run = enforced,
		.exclusive = true, /* the pool is the machine's */
	},
	{
		.name = "hugetlb/zero",
		.about = "a limit of 0 is a limit",
		.requirements = REQS("linux.resources.hugepagelimits.zero"),
		.run = zero,
		.exclusive = true, /* the pool is the machine's */
	},
	{
		.name = "hugetlb/page-size",
		.about = "a page size that the kernel does not have is refused",
		.requirements = REQS("linux.resources.hugepagelimits.pagesize.unknown"),
		.run = page_size,
		CASES(sizes),
	},
	{
		.name = "hugetlb/no-page-size",
		.about = "an entry without pageSize is refused",
		.requirements = REQS("linux.resources.hugepagelimits.pagesize-required"),
		.run = no_page_size,
	},
	{
		.name = "hugetlb/base-1024",
		.about = "the prefixes of page sizes count by 1024",
		.requirements = REQS("linux.resources.hugepagelimits.pagesize.base1024"),
		.run = base_1024,
	},
	{ 0 },
};
