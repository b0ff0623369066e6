/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `assay run`: from the command line, or the appliance's files, to a verdict. Says what it found
 * about machine and runtime, plans, has the plan run, and concludes. It must never judge on its
 * own: results.c does that from the events.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "engine.h"
#include "runner.h"
#include "sabotages.h"
#include "sha256.h"
#include "suite/probe/names.h"

#define ARGS_MAX   32
#define PART_TESTS 32
#define PART_BYTES (40 * 1024)
#define LOOK_IN_S  (24 * 3600) /* for a test whose world a person looks at */
#define RUN_DIR	   "/run/assay"

struct run {
	struct context c;
	const char *args[ARGS_MAX + 1];
	size_t n_args;
	const char *only, *out;
	unsigned int jobs;
	const char *events;  /* path of events.jsonl */
	const char *payload; /* digest, or NULL */
	char sha256[7 + SHA256_HEX + 1];
	const char *spec_wanted;
	const char *prove; /* path of a list of sabotages, or NULL */
	struct sabotages sabotages;
	struct results *before; /* of a run that goes on */
	struct sink *sink;
	struct question *asked[2];
	struct plan plan;
};

static const char run_usage[] =
	"usage: assay run --runtime PATH [--runtime-arg ARG]... [--cli dialect|strict]\n"
	"                 [--spec VERSION] [--only GLOB] [--jobs N] [--out DIR] [--prove LIST]\n"
	"\n"
	"Judge a runtime on this machine, as root. Such a report is never official: its "
	"environment\n"
	"is not known. In the appliance: assay run --appliance [--jobs N] [--only GLOB].\n"
	"\n"
	"  --runtime PATH     the runtime's program\n"
	"  --runtime-arg ARG  global option of the runtime, in front of every command; repeat it\n"
	"  --cli KIND         dialect: as engines call runtimes (usual); strict: CLI 1.0.1\n"
	"  --spec VERSION     judge against this version instead of what the runtime claims\n"
	"  --only GLOB        tests, areas or requirements by name, as in `assay list`\n"
	"  --jobs N           so many tests side by side (usual: 2)\n"
	"  --out DIR          where events.jsonl and the reports go (usual: out/NAME)\n"
	"  --prove LIST       judge the tests instead: the runtime is a saboteur, LIST says what it\n"
	"                     breaks; `assay prove` reads the result\n";

static struct run this_run = { .jobs = 2 };

/* No valid result: one line, and where somebody reads the events a verdict that says so. */
__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
	struct body b = { 0 };
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "assay: run: %s\n", text);
	if (*this_run.c.base)
		sandbox_finish(&this_run.c);
	if (this_run.sink && this_run.c.appliance) {
		body_text(&b, "verdict", "no valid result");
		body_int(&b, "code", VERDICT_INVALID);
		body_text(&b, "reason", text);
		(void)sink_put(this_run.sink, EVENT_VERDICT, EVENT_SYNC, NULL, 0, VERDICT_INVALID,
			       &b);
	}
	exit(VERDICT_INVALID);
}

/* ------------------------------------------------------------------ options */

static unsigned int number(const char *text, const char *what)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value < 1 || value > 32)
		die("%s: \"%s\" is not a number from 1 to 32", what, text);
	return (unsigned int)value;
}

static enum cli cli_kind(const char *text)
{
	if (!strcmp(text, "dialect"))
		return CLI_DIALECT;
	if (strcmp(text, "strict"))
		die("--cli: \"%s\" is neither dialect nor strict", text);
	return CLI_STRICT;
}

static void add_arg(struct run *r, const char *arg)
{
	if (r->n_args == ARGS_MAX)
		die("more than %d arguments for the runtime", ARGS_MAX);
	r->args[r->n_args++] = arg;
}

static int event_fd(void)
{
	const char *fd = getenv("ASSAY_EVENT_FD");

	return fd ? (int)strtol(fd, NULL, 10) : 3;
}

static void parse_options(struct run *r, int argc, char **argv)
{
	enum { RUNTIME = 256, ARG, CLI, SPEC, ONLY, JOBS, OUT, PROVE, APPLIANCE, HELP };
	static const struct option options[] = {
		{ "runtime", required_argument, NULL, RUNTIME },
		{ "runtime-arg", required_argument, NULL, ARG },
		{ "cli", required_argument, NULL, CLI },
		{ "spec", required_argument, NULL, SPEC },
		{ "only", required_argument, NULL, ONLY },
		{ "jobs", required_argument, NULL, JOBS },
		{ "out", required_argument, NULL, OUT },
		{ "prove", required_argument, NULL, PROVE },
		{ "appliance", no_argument, NULL, APPLIANCE },
		{ "help", no_argument, NULL, HELP },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case RUNTIME:
			r->c.runtime = optarg;
			break;
		case ARG:
			add_arg(r, optarg);
			break;
		case CLI:
			r->c.cli = cli_kind(optarg);
			break;
		case SPEC:
			r->spec_wanted = optarg;
			break;
		case ONLY:
			r->only = *optarg ? optarg : NULL;
			break;
		case JOBS:
			r->jobs = number(optarg, "--jobs");
			break;
		case OUT:
			r->out = optarg;
			break;
		case PROVE:
			r->prove = optarg;
			break;
		case APPLIANCE:
			r->c.appliance = true;
			r->sink = sink_socket(event_fd());
			break;
		case 'h':
		case HELP:
			fputs(run_usage, stdout);
			exit(0);
		default:
			fputs(run_usage, stderr);
			exit(VERDICT_INVALID);
		}
	}
	if (optind < argc)
		die("unexpected argument \"%s\"", argv[optind]);
}

/* ------------------------------------------------------------------ what is judged */

/* The payload's manifest, which init has checked and unpacked. */
static void read_manifest(struct run *r)
{
	json_error_t error;
	json_t *m = json_load_file(RUN_DIR "/payload.json", JSON_REJECT_DUPLICATES, &error), *arg;
	const char *cli;
	size_t i;

	if (!m)
		die("%s/payload.json: %s", RUN_DIR, error.text);
	r->c.runtime = json_string_value(json_object_get(m, "runtime"));
	r->c.name = json_string_value(json_object_get(m, "name"));
	r->c.version = json_string_value(json_object_get(m, "version"));
	cli = json_string_value(json_object_get(m, "cli"));
	r->c.cli = cli ? cli_kind(cli) : CLI_DIALECT;
	r->spec_wanted = json_string_value(json_object_get(m, "spec"));
	r->prove = json_string_value(json_object_get(m, "prove"));
	json_array_foreach (json_object_get(m, "args"), i, arg)
		if (json_is_string(arg))
			add_arg(r, json_string_value(arg));
	if (!r->c.runtime)
		die("payload.json: no runtime");
	r->payload = getenv("ASSAY_PAYLOAD_DIGEST");
	r->events = RUN_DIR "/events.jsonl";
}

/* PATH words are looked up as a shell would; the tests need the absolute name. */
static void find_runtime(struct run *r)
{
	static char path[PATH_MAX];
	const char *search = getenv("PATH"), *slash;
	struct stat st;

	if (!r->c.runtime)
		die("--runtime is needed; see assay run --help");
	if (!strchr(r->c.runtime, '/'))
		for (const char *end; search && *search; search = *end ? end + 1 : end) {
			char *candidate;

			end = search + strcspn(search, ":");
			if (asprintf(&candidate, "%.*s/%s", (int)(end - search), search,
				     r->c.runtime) < 0)
				abort();
			if (!access(candidate, X_OK)) {
				r->c.runtime = candidate;
				break;
			}
			free(candidate);
		}
	if (!realpath(r->c.runtime, path))
		die("--runtime %s: %s", r->c.runtime, strerror(errno));
	if (stat(path, &st) || !S_ISREG(st.st_mode) || access(path, X_OK))
		die("--runtime %s: not a program", path);
	slash = strrchr(path, '/');
	r->c.runtime = path;
	r->c.name = r->c.name ? r->c.name : slash + 1;
}

static void digest_runtime(struct run *r)
{
	struct sha256 hash;
	uint8_t sum[SHA256_SIZE];
	char data[16 * 1024];
	ssize_t n;
	int fd = open(r->c.runtime, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", r->c.runtime, strerror(errno));
	sha256_init(&hash);
	while ((n = read(fd, data, sizeof(data))) > 0)
		sha256_update(&hash, data, (size_t)n);
	close(fd);
	sha256_final(&hash, sum);
	memcpy(r->sha256, "sha256:", 7);
	sha256_hex(sum, r->sha256 + 7);
}

static void read_probe(struct context *c)
{
	static char path[PATH_MAX + 8] = "/lib/assay/probe";
	const char *given = getenv("ASSAY_PROBE");
	char *slash, *data;
	struct stat st;
	ssize_t n;
	int fd;

	if (!c->appliance && given) {
		snprintf(path, sizeof(path), "%s", given);
	} else if (!c->appliance) {
		n = readlink("/proc/self/exe", path, PATH_MAX - 1);
		path[n > 0 ? n : 0] = '\0';
		slash = strrchr(path, '/');
		snprintf(slash ? slash : path, 8, "/probe");
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die("the probe %s: %s", path, strerror(errno));
	data = take((size_t)st.st_size);
	if (read(fd, data, (size_t)st.st_size) != st.st_size)
		die("the probe %s: cannot be read", path);
	close(fd);
	c->probe = data;
	c->probe_size = (size_t)st.st_size;
}

/* ------------------------------------------------------------------ what it claims */

static void ask(struct test *t, const char *command)
{
	const struct call call = { .command = command, .limit_s = CALL_LIMIT_S };
	const struct result *x = runtime_call(t, &call);

	test_evidence_bytes(t, command, x->out, result_ok(x) ? x->out_length : 0);
}

static void ask_version(struct test *t)
{
	ask(t, "--version");
}

static void ask_features(struct test *t)
{
	ask(t, "features");
}

/* Both at a time, and while they run the machine is looked at: a runtime takes long to start. */
static const struct test_entry questions[] = {
	{ .name = "suite/ask-version", .about = "", .run = ask_version },
	{ .name = "suite/ask-features", .about = "", .run = ask_features },
};

static void ask_runtime(struct run *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		r->asked[i] = runner_ask(&r->c, &questions[i], i);
}

static void hear_runtime(struct run *r)
{
	static const char *const names[][2] = { { "--version", NULL }, { "features", NULL } };
	json_t *said = runner_answer(&r->c, r->asked[0], names[0]);
	json_t *claims = runner_answer(&r->c, r->asked[1], names[1]);
	const json_t *features = json_object_get(claims, "features");
	const char *version = json_string_value(json_object_get(said, "--version"));

	r->c.version_output = take_text(version ? version : "", version ? strlen(version) : 0);
	if (json_string_length(features))
		r->c.features =
			json_loadb(json_string_value(features), json_string_length(features),
				   JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(r->c.features))
		r->c.features = NULL;
	json_decref(said);
	json_decref(claims);
}

/*
 * Judged is the version a runtime claims: what the payload says, else its features, else the first.
 * "1.0" is the whole 1.0 series, whose last patch is where its wording stands; more than the
 * catalogue knows is what the catalogue knows.
 */
static void settle_spec(struct run *r)
{
	static const struct {
		int series;
		const char *last;
	} known[] = { { 100, "1.0.2" }, { 101, "1.1.0" }, { 102, "1.2.1" }, { 103, "1.3.0" } };
	const char *claimed = json_string_value(json_object_get(r->c.features, "ociVersionMax"));
	const char *text = r->spec_wanted ? r->spec_wanted : claimed;
	int version = text ? spec_number(text) : 0;

	if (r->spec_wanted && (version < 10000 || version >= 20000))
		die("spec \"%s\": not a version of the runtime-spec from 1.0 to 1.3", text);
	if (version < 10000)
		version = 10002;
	if (version > 10300)
		version = 10300;
	if (text && text[strspn(text, "0123456789")] == '.' && !strchr(strchr(text, '.') + 1, '.'))
		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			if (known[i].series == version / 100)
				version = spec_number(known[i].last);
	snprintf(r->c.spec_text, sizeof(r->c.spec_text), "%d.%d.%d", version / 10000,
		 version / 100 % 100, version % 100);
}

/* ------------------------------------------------------------------ first events */

static void put(struct run *r, enum event_type type, unsigned int flags, int code, struct body *b)
{
	int error = sink_put(r->sink, type, flags, NULL, 0, code, b);

	body_free(b);
	if (error)
		die("events cannot be kept: %s", strerror(-error));
}

static void say_runtime(struct run *r)
{
	struct body b = { 0 };
	json_t *args = json_array();

	for (size_t i = 0; i < r->n_args; i++)
		json_array_append_new(args, json_string(r->args[i]));
	body_text(&b, "name", r->c.name);
	body_text(&b, "version", r->c.version);
	body_text(&b, "path", r->c.runtime);
	body_json(&b, "args", args);
	body_text(&b, "cli", r->c.cli == CLI_STRICT ? "strict" : "dialect");
	body_text(&b, "sha256", r->sha256);
	body_text(&b, "payload", r->payload);
	body_text(&b, "spec", r->c.spec_text);
	body_text(&b, "version_output", r->c.version_output);
	body_json(&b, "features", r->c.features);
	put(r, EVENT_RUNTIME, 0, 0, &b);
	json_decref(args);
}

static void say_machine(struct run *r)
{
	struct body b = { 0 };

	json_t *checks = feature_check(&r->c), *check;
	char missing[256];
	size_t i;

	json_array_foreach (checks, i, check)
		if (results_missing(check, missing, sizeof(missing)))
			fprintf(stderr, "assay: run: the kernel lacks %s\n", missing);
	environment_body(&b, &r->c);
	body_json(&b, "selfcheck", checks);
	put(r, EVENT_ENVIRONMENT, 0, 0, &b);
	json_decref(checks);
}

/* How many tests fit into the next part of the plan, and their list. */
static size_t plan_part(const struct plan *plan, size_t from, struct body *list)
{
	size_t n = 0;

	for (; from + n < plan->n && n < PART_TESTS && list->length < PART_BYTES; n++) {
		const struct planned *p = &plan->tests[from + n];
		json_t *ids = json_array();
		struct body one = { 0 };

		for (size_t i = 0; i < p->n_wanted; i++)
			json_array_append_new(ids, json_string(p->wanted[i]));
		body_text(&one, "name", p->name);
		body_text(&one, "about", p->about);
		body_json(&one, "requirements", ids);
		if (p->argument)
			body_text(&one, "argument", p->argument);
		body_raw(list, n ? ",{" : "{");
		body_raw(list, one.data);
		body_raw(list, "}");
		body_free(&one);
		json_decref(ids);
	}
	return n;
}

/* With assay.shell: somebody may have a hand in the outcome. */
static bool person_there(const struct run *r)
{
	return r->c.appliance && getenv("ASSAY_UNOFFICIAL");
}

static void make_plan(struct run *r)
{
	if (r->prove)
		plan_prove(&r->plan, &r->c, &r->sabotages, r->only);
	else
		plan_make(&r->plan, &r->c, r->only);
	if (!r->plan.n && r->prove)
		die("no line of %s asks for a test that there is here", r->prove);
	if (!r->plan.n)
		die("no test matches --only %s", r->only ? r->only : "*");
	if (!person_there(r) || r->plan.n > 1)
		return;
	r->c.look_in = true;
	r->plan.tests[0].limit_ms = LOOK_IN_S * 1000;
}

static void say_plan(struct run *r)
{
	size_t parts = 0, at;
	struct body list = { 0 }, b = { 0 };

	for (at = 0; at < r->plan.n; parts++, body_free(&list))
		at += plan_part(&r->plan, at, &list);
	at = 0;
	for (size_t part = 1; part <= parts; part++) {
		at += plan_part(&r->plan, at, &list);
		body_int(&b, "part", (long long)part);
		body_int(&b, "parts", (long long)parts);
		body_int(&b, "total", (long long)r->plan.n);
		body_text(&b, "digest", r->plan.digest);
		body_text(&b, "catalogue", catalogue_digest);
		body_text(&b, "suite", ASSAY_VERSION);
		body_text(&b, "spec", r->c.spec_text);
		body_json(&b, "official",
			  r->c.appliance && !r->only && !r->prove && !person_there(r)
				  ? json_true()
				  : json_false());
		body_text(&b, "only", r->only);
		if (r->prove)
			body_text(&b, "prove", r->sabotages.digest);
		body_raw(&b, ",\"tests\":[");
		body_raw(&b, list.data);
		body_raw(&b, "]");
		put(r, EVENT_PLAN, 0, 0, &b);
		body_free(&list);
	}
}

/* ------------------------------------------------------------------ going on */

static bool was_power(const struct results *b)
{
	const struct result_run *run = b->n_runs ? &b->runs[b->n_runs - 1] : NULL;

	return run && run->n_boots && !strcmp(run->boots[run->n_boots - 1].cause, "power");
}

/* The machine went down under this test and no other: it gets its outcome now. */
static void convict(struct run *r, struct planned *p, const struct result_test *was)
{
	struct body b = { 0 };

	for (size_t i = 0; i < p->n_wanted; i++) {
		bool decided = false;

		for (size_t k = 0; k < was->n_checks; k++)
			decided |= !strcmp(r->before->requirements[was->checks[k].requirement].id,
					   p->wanted[i]);
		if (decided)
			continue;
		body_text(&b, "test", p->name);
		body_text(&b, "requirement", p->wanted[i]);
		body_text(&b, "outcome", "fail");
		body_text(&b, "expected", "the machine stays up");
		body_text(&b, "observed", "the machine or the suite went down in this test");
		put(r, EVENT_CHECK, 0, 0, &b);
	}
	body_text(&b, "test", p->name);
	body_text(&b, "outcome", "crash");
	body_int(&b, "duration_ns", 0);
	body_int(&b, "runtime_ns", 0);
	if (sink_put(r->sink, EVENT_END, EVENT_SYNC, p->name, 0, 0, &b))
		die("events cannot be kept");
	body_free(&b);
	p->done = true;
}

static void resume(struct run *r)
{
	for (size_t i = 0; r->before && i < r->plan.n; i++) {
		struct planned *p = &r->plan.tests[i];
		const struct result_test *was = results_test(r->before, p->name);

		if (!was || !was->started)
			continue;
		p->attempt = was->attempt;
		p->done = was->ended;
		p->took_ns = was->duration_ns;
		if (p->done && planned_vital(p)) {
			r->plan.lacks = (unsigned int)was->lacks;
			r->plan.why = was->why;
		}
		if (was->ended)
			continue;
		if ((was->downs && was->alone && !was_power(r->before)) || was->cuts >= 3)
			convict(r, p, was);
		else
			p->alone = was->downs > 0;
	}
}

static void read_before(struct run *r)
{
	struct results_error error;
	int e;

	r->before = results_new(RESULTS_STRICT);
	e = results_read(r->before, r->events, &error);
	if (e)
		die("%s: %s", r->events, error.text);
}

/* ------------------------------------------------------------------ the end */

static int conclude(struct run *r, int status)
{
	struct results *results = results_new(RESULTS_STRICT);
	struct results_error error = { 0 };
	struct body b = { 0 };
	int code;
	char *body;

	if (results_read(results, r->events, &error))
		die("%s: %s", r->events, error.text);
	results_judge(results);
	code = results->verdict.code;
	if (status) {
		code = status == -EINTR ? VERDICT_ABORTED : VERDICT_INVALID;
		body_text(&b, "verdict", status == -EINTR ? "aborted" : "no valid result");
		body_int(&b, "code", code);
		body_text(&b, "reason", status == -EINTR ? "told to stop" : strerror(-status));
	} else {
		body = results_verdict_body(results);
		body_raw(&b, body);
		free(body);
	}
	put(r, EVENT_VERDICT, EVENT_SYNC, code, &b);
	results_free(results);
	return code;
}

static void open_out(struct run *r)
{
	char *path;

	if (!r->out && asprintf(&path, "out/%s", r->c.name) >= 0) {
		(void)mkdir("out", 0755);
		r->out = path;
	}
	if (mkdir(r->out, 0755) && errno != EEXIST)
		die("--out %s: %s", r->out, strerror(errno));
	if (asprintf(&path, "%s/events.jsonl", r->out) < 0)
		abort();
	r->events = path;
	r->sink = sink_file(path);
	if (!r->sink)
		die("%s: %s", path, strerror(errno));
}

static int render(const struct run *r)
{
	char *words[] = { (char *)"render", (char *)"--out", (char *)r->out, (char *)r->events,
			  NULL };

	return render_command(4, words);
}

int cmd_run(int argc, char **argv)
{
	struct runner_options options = { 0 };
	char error[256];
	int status, code;

	this_run.c.cli = CLI_DIALECT;
	parse_options(&this_run, argc, argv);
	if (geteuid())
		die("must be root: it makes namespaces, mounts and cgroups");
	if (this_run.c.appliance)
		read_manifest(&this_run);
	if (this_run.prove &&
	    sabotages_read(&this_run.sabotages, this_run.prove, error, sizeof(error)))
		die("%s", error);
	find_runtime(&this_run);
	this_run.c.args = this_run.args;
	digest_runtime(&this_run);
	read_probe(&this_run.c);
	this_run.c.slowness = environment_slowness(&this_run.c);
	if (this_run.c.appliance)
		read_before(&this_run);
	else
		open_out(&this_run);
	if (sandbox_prepare(&this_run.c, error, sizeof(error)))
		die("%s", error);
	ask_runtime(&this_run);
	say_machine(&this_run);
	hear_runtime(&this_run);
	settle_spec(&this_run);
	make_plan(&this_run);
	say_runtime(&this_run);
	say_plan(&this_run);
	resume(&this_run);
	options.jobs = this_run.jobs;
	options.quiet = this_run.c.appliance;
	status = runner_run(&this_run.c, &this_run.plan, this_run.sink, &options);
	sandbox_finish(&this_run.c);
	code = conclude(&this_run, status);
	if (!this_run.c.appliance)
		(void)render(&this_run);
	return code;
}
