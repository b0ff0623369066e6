/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the OCI conformance programme asks for: results.yaml with its status words and
 * maps, PRODUCT.yaml with its keys, and a README.md that says how to reproduce. All YAML strings
 * are JSON strings, so that "1.3" stays a string and no text can end early.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "report.h"

static const char *const words[STANDINGS] = {
	[STANDS_PASS] = "Pass", [STANDS_DISABLED] = "Disabled", [STANDS_UNMET] = "FAIL",
	[STANDS_SKIP] = "Skip", [STANDS_NONE] = "Error",	[STANDS_ERROR] = "Error",
	[STANDS_FAIL] = "FAIL", [STANDS_WAIVED] = "FAIL",
};

/* The page generator of the programme shows these as "APIs", in this order. */
static const struct {
	const char *name;
	const char *sections[8];
} apis[] = {
	{ "Create", { "runtime.md#create" } },
	{ "Start", { "runtime.md#start" } },
	{ "State", { "runtime.md#state", "runtime.md#query-state" } },
	{ "Kill", { "runtime.md#kill" } },
	{ "Delete", { "runtime.md#delete" } },
	{ "Lifecycle",
	  { "runtime.md#lifecycle", "runtime.md#scope-of-a-container", "runtime.md#operations",
	    "runtime.md#errors", "runtime.md#warnings" } },
	{ "Hooks",
	  { "config.md#posix-platform-hooks", "config.md#prestart", "config.md#createruntime-hooks",
	    "config.md#createcontainer-hooks", "config.md#startcontainer-hooks",
	    "config.md#poststart", "config.md#poststop" } },
	{ "Features", { "features.md#", "features-linux.md#" } },
	{ "Command line", { "command-line-interface.md#" } },
};

#define N_APIS (sizeof(apis) / sizeof(*apis))

/* Index of the API that a section belongs to, or N_APIS. A name ending in # takes a document. */
static size_t api_of(const char *section)
{
	for (size_t i = 0; i < N_APIS; i++)
		for (const char *const *s = apis[i].sections; *s; s++) {
			size_t length = strlen(*s);
			bool whole = (*s)[length - 1] == '#';

			if (whole ? !strncmp(section, *s, length) : !strcmp(section, *s))
				return i;
		}
	return N_APIS;
}

/* "process.user" of "process.user.uid.large", "hostname" of "hostname.set". */
static size_t property_length(const char *id)
{
	size_t first = strcspn(id, "."), second;

	if (!id[first])
		return first;
	second = first + 1 + strcspn(id + first + 1, ".");
	return id[second] ? second : first;
}

/* What a group of requirements comes to: only those that decide count; disabled if all are. */
struct group {
	bool any;
	enum standing worst;
};

static void join(struct group *g, const struct result_requirement *q)
{
	enum standing standing = report_standing(q);

	if (q->weight != WEIGHT_MUST)
		return;
	if (!g->any)
		g->worst = standing;
	else if (g->worst == STANDS_DISABLED && standing == STANDS_PASS)
		g->worst = STANDS_PASS;
	else if (standing != STANDS_DISABLED && standing > g->worst)
		g->worst = standing;
	g->any = true;
}

static void config_runtime(const struct report *rep, FILE *out)
{
	const json_t *runtime = rep->results->n_runs ? rep->results->runs[0].runtime : NULL;
	const json_t *features = json_object_get(runtime, "features");
	char *dump;

	fputs("  runtime:\n    name: ", out);
	put(out, JSON, rep->name);
	fputs("\n    version: ", out);
	put(out, JSON, rep->version);
	fputs("\n    sha256: ", out);
	put(out, JSON, report_fact(runtime, "sha256"));
	fputs("\n    payload: ", out);
	put(out, JSON, report_fact(runtime, "payload"));
	fputs("\n    cli: ", out);
	put(out, JSON, report_fact(runtime, "cli"));
	dump = json_is_object(features) ? json_dumps(features, JSON_ENSURE_ASCII) : NULL;
	fprintf(out, "\n    features: %s\n", dump ? dump : "null");
	free(dump);
}

static void config_environment(const struct report *rep, FILE *out)
{
	fputs("  environments:\n", out);
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		const json_t *e = rep->results->runs[i].environment;

		fputs("    - profile: ", out);
		put(out, JSON, rep->results->runs[i].profile);
		fprintf(out, "\n      controlled: %s",
			json_is_true(json_object_get(e, "controlled")) ? "true" : "false");
		fputs("\n      kernel: ", out);
		put(out, JSON, report_fact(e, "kernel.release"));
		fputs("\n      kernel_config: ", out);
		put(out, JSON, report_fact(e, "kernel.config"));
		fputs("\n      cgroup: ", out);
		put(out, JSON, report_fact(e, "cgroup"));
		putc('\n', out);
	}
	if (!rep->results->n_runs)
		fputs("    []\n", out);
}

/* The command line has two lines of its own. */
static void command_line(const struct report *rep, FILE *out)
{
	for (int strict = 1; strict >= 0; strict--) {
		size_t met, judged;

		report_cli(rep, strict, &met, &judged);
		fprintf(out, "  cli_%s: {met: %zu, judged: %zu}\n", strict ? "strict" : "dialect",
			met, judged);
	}
}

static void config(const struct report *rep, FILE *out)
{
	const struct result_verdict *verdict = &rep->results->verdict;
	const struct result_run *run = rep->results->n_runs ? rep->results->runs : NULL;
	const json_t *boot = run && run->n_boots ? run->boots[0].event : NULL;

	fputs("config:\n  version: ", out);
	put(out, JSON, rep->minor);
	fputs("\n  spec: ", out);
	put(out, JSON, rep->spec);
	putc('\n', out);
	config_runtime(rep, out);
	fputs("  suite:\n    name: \"assay\"\n    version: ", out);
	put(out, JSON, rep->suite);
	fputs("\n    image: ", out);
	put(out, JSON, report_fact(boot, "image.version"));
	fputs("\n    plan: ", out);
	put(out, JSON, run && run->plan ? run->plan : "");
	putc('\n', out);
	config_environment(rep, out);
	fputs("result:\n  verdict: ", out);
	put(out, JSON, verdict->word);
	fputs("\n  reason: ", out);
	put(out, JSON, verdict->reason);
	fprintf(out, "\n  official: %s\n  digest: ", verdict->official ? "true" : "false");
	put(out, JSON, rep->results->digest);
	putc('\n', out);
	fprintf(out, "  waived: %zu\n", rep->standings[STANDS_WAIVED]);
	command_line(rep, out);
	fprintf(out, "  proven: {requirements: %zu, judged: %zu}\n", report_proven(rep), rep->n);
}

static void api_map(const struct report *rep, FILE *out)
{
	struct group groups[N_APIS] = { { 0 } };
	bool any = false;

	for (size_t i = 0; i < rep->n; i++) {
		const struct result_requirement *q = report_requirement(rep, i);
		size_t api = api_of(q->row->section);

		if (api < N_APIS)
			join(&groups[api], q);
	}
	for (size_t i = 0; i < N_APIS; i++)
		any |= groups[i].any;
	fputs(any ? "apis:\n" : "apis: {}\n", out);
	for (size_t i = 0; i < N_APIS; i++)
		if (groups[i].any)
			fprintf(out, "  \"%s\": %s\n", apis[i].name, words[groups[i].worst]);
}

/* Whether a requirement is about a property of the configuration. */
static bool is_data(const struct result_requirement *q)
{
	return q->n_decisions && q->weight == WEIGHT_MUST && api_of(q->row->section) == N_APIS;
}

static void free_flags(bool **flags)
{
	free(*flags);
}

/*
 * The status of the property that requirement `i` (in sorted order) is about, over all of them.
 * Ids are sorted, and yet others may stand between two of one property ("a.b-c" before "a.b.c"):
 * `left` says which are still to be written.
 */
static enum standing property(const struct results *r, size_t i, bool *left)
{
	const char *id = r->requirements[r->sorted[i]].id;
	size_t length = property_length(id);
	struct group g = { 0 };

	for (size_t j = i; j < r->n_requirements; j++) {
		const struct result_requirement *q = &r->requirements[r->sorted[j]];

		if (strncmp(q->id, id, length))
			break;
		if (!left[j] || property_length(q->id) != length)
			continue;
		left[j] = false;
		join(&g, q);
	}
	return g.worst;
}

static void data_map(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;
	bool *left __attribute__((cleanup(free_flags))) = calloc(r->n_requirements + 1, 1);
	bool any = false;

	for (size_t i = 0; left && i < r->n_requirements; i++)
		any |= left[i] = is_data(&r->requirements[r->sorted[i]]);
	fputs(any ? "data:\n" : "data: {}\n", out);
	for (size_t i = 0; any && i < r->n_requirements; i++) {
		const char *id = r->requirements[r->sorted[i]].id;

		if (!left[i])
			continue;
		fputs("  ", out);
		put_n(out, JSON, id, property_length(id));
		fprintf(out, ": %s\n", words[property(r, i, left)]);
	}
}

void render_results_yaml(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;

	config(rep, out);
	api_map(rep, out);
	data_map(rep, out);
	fputs(rep->n ? "requirements:\n" : "requirements: {}\n", out);
	for (size_t i = 0; i < r->n_requirements; i++) {
		const struct result_requirement *q = &r->requirements[r->sorted[i]];

		if (!q->n_decisions)
			continue;
		fputs("  ", out);
		put(out, JSON, q->id);
		fprintf(out, ": {status: %s, level: ", words[report_standing(q)]);
		put(out, JSON, q->row->level);
		fprintf(out, ", decides: %s, tests: %zu",
			q->weight == WEIGHT_MUST ? "true" : "false", q->n_decisions);
		if (q->waiver) {
			fputs(", waived: ", out);
			put(out, JSON, report_why(q));
		}
		fputs("}\n", out);
	}
}

/* In the order in which the programme lists them. */
static const char *const product_keys[] = { "vendor",		"name",	    "version",
					    "website_url",	"repo_url", "documentation_url",
					    "product_logo_url", "type",	    "description" };

#define N_KEYS (sizeof(product_keys) / sizeof(*product_keys))

struct product {
	char *values[N_KEYS];
};

static void free_product(struct product *p)
{
	for (size_t i = 0; i < N_KEYS; i++)
		free(p->values[i]);
}

static int vendor_key(const char *key, size_t length)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strlen(product_keys[i]) == length && !memcmp(product_keys[i], key, length))
			return (int)i;
	return -1;
}

/* The value of a line: plain text, or a double-quoted string as this module writes it. */
static char *vendor_value(const char *text, size_t length)
{
	json_t *quoted;
	char *copy = NULL;

	while (length && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	if (!length || *text != '"')
		return length ? strndup(text, length) : NULL;
	quoted = json_loadb(text, length, JSON_DECODE_ANY, NULL);
	if (json_is_string(quoted))
		copy = strdup(json_string_value(quoted));
	json_decref(quoted);
	return copy;
}

static int read_vendor(const char *text, struct product *p, char *error, size_t size)
{
	unsigned int number = 0;

	for (const char *next; *text; text = next) {
		size_t length = strcspn(text, "\n"), key_length;
		const char *line = text;
		int key;

		number++;
		next = text + length + (text[length] == '\n');
		while (length && isspace((unsigned char)*line)) {
			line++;
			length--;
		}
		if (!length || *line == '#')
			continue;
		key_length = strcspn(line, ":\n");
		key = key_length < length ? vendor_key(line, key_length) : -1;
		if (key < 0 || p->values[key]) {
			snprintf(error, size,
				 "line %u: not \"key: value\" with a key of PRODUCT.yaml%s", number,
				 key < 0 ? "" : ", or a second one");
			return -EINVAL;
		}
		p->values[key] = vendor_value(line + key_length + 1, length - key_length - 1);
		if (!p->values[key]) {
			snprintf(error, size, "line %u: \"%s\" has no value", number,
				 product_keys[key]);
			return -EINVAL;
		}
	}
	return 0;
}

int render_product(const struct report *rep, const char *vendor, FILE *out, char *error,
		   size_t size)
{
	struct product p __attribute__((cleanup(free_product))) = { { NULL } };
	const char *missing[N_KEYS];
	size_t n = 0;

	if (vendor && read_vendor(vendor, &p, error, size))
		return -EINVAL;
	fputs("# PRODUCT.yaml of a submission to the OCI conformance programme.\n", out);
	for (size_t i = 0; i < N_KEYS; i++) {
		const char *key = product_keys[i], *value = p.values[i];

		/* These three are known here; what a vendor calls the product goes first. */
		if (!value && !strcmp(key, "name"))
			value = rep->name;
		else if (!value && !strcmp(key, "version"))
			value = rep->version;
		else if (!value && !strcmp(key, "type"))
			value = "distribution";
		if (value) {
			fprintf(out, "%s: ", key);
			put(out, JSON, value);
			putc('\n', out);
		} else if (strcmp(key, "repo_url") && strcmp(key, "product_logo_url")) {
			missing[n++] = key;
		}
	}
	if (!n)
		return 0;
	fputs("# Missing, for only the vendor knows: ", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? ", " : "", missing[i]);
	fputs(". Give them as `key: value` lines: assay render --vendor FILE.\n", out);
	return 0;
}

static void bullet(FILE *out, const char *what, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "- %s: ", what);
	put(out, MARKDOWN, text);
	putc('\n', out);
}

static void readme_run(const struct report *rep, size_t n, FILE *out)
{
	const struct result_run *run = &rep->results->runs[n];
	const json_t *boot = run->n_boots ? run->boots[0].event : NULL;
	const json_t *image = json_object_get(boot, "image");
	const char *key;
	json_t *value;

	fputs("\nProfile ", out);
	put(out, MARKDOWN, run->profile);
	fputs(":\n\n", out);
	bullet(out, "kernel", report_fact(run->environment, "kernel.release"));
	bullet(out, "kernel config", report_fact(run->environment, "kernel.config"));
	json_object_foreach ((json_t *)image, key, value) {
		char *dump = json_is_string(value)
				     ? strdup(json_string_value(value))
				     : json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

		fputs("- image ", out);
		put(out, MARKDOWN, key);
		fputs(": ", out);
		put(out, MARKDOWN, dump);
		putc('\n', out);
		free(dump);
	}
	bullet(out, "payload", report_fact(boot, "payload"));
	bullet(out, "plan", run->plan ? run->plan : "");
}

/* The one command: both profiles at once when both are in here. */
static void readme_command(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;
	struct result_test any = { .name = "x" };
	char command[512];
	char *only;

	report_repeat(rep, &any, command, sizeof(command));
	only = strstr(command, !strcmp(r->runs[0].profile, "host") ? " --only x" : " ONLY=x");
	if (only)
		*only = '\0';
	only = r->n_runs > 1 ? strstr(command, " PROFILE=") : NULL;
	if (only)
		*only = '\0';
	fputs("\n    ", out);
	if (only && !strncmp(command, "make run ", 9)) {
		fputs("make certify ", out);
		put(out, LINE, command + 9);
	} else {
		put(out, LINE, command);
	}
	putc('\n', out);
}

void render_proof_readme(const struct report *rep, FILE *out)
{
	fprintf(out, "# %s\n\n", rep->results->verdict.word);
	put(out, MARKDOWN, rep->results->verdict.reason);
	fputs(".\n\nThis is no conformance report. The runtime was a saboteur in front of ", out);
	put(out, MARKDOWN, rep->name);
	putc(' ', out);
	put(out, MARKDOWN, rep->version);
	fputs(", which broke one thing\nat a time, to see that the tests of the suite notice. What "
	      "they noticed is the kill matrix:\n\n    assay prove --list LIST",
	      out);
	for (size_t i = 0; i < rep->results->n_runs; i++) {
		char name[80];

		report_run_name(rep, i, name, sizeof(name));
		fprintf(out, " events%s%s.jsonl", *name ? "-" : "", name);
	}
	fputs("\n\nThe list has the digest\n\n", out);
	for (size_t i = 0; i < rep->results->n_runs; i++)
		bullet(out, rep->results->runs[i].profile, rep->results->runs[i].prove);
}

/* A deviation that is known is still one: said where the verdict is, and nowhere left out. */
static void readme_waivers(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;

	if (!r->n_waivers)
		return;
	fprintf(out,
		"\n## Known deviations\n\nWaivers, held against %s. A waived failure is a "
		"failure: the verdict is the same without them.\n\n",
		r->waived_on);
	for (size_t i = 0; i < r->n_waivers; i++) {
		const struct waiver *w = &r->waivers[i];

		fprintf(out, "- %s (until %s), ", waiver_standing(w), w->expires);
		put(out, MARKDOWN, w->requirement);
		fputs(": ", out);
		put(out, MARKDOWN, w->reason);
		fputs(", ", out);
		put(out, MARKDOWN, w->link);
		putc('\n', out);
	}
}

static void readme_files(const struct results *r, FILE *out)
{
	fputs("\n## Files\n\n"
	      "| file | what |\n|---|---|\n"
	      "| report.html | the report, for people |\n"
	      "| verdicts.tsv | the canonical result |\n"
	      "| events\\*.jsonl | what happened, each line chained to the one before |\n"
	      "| results.yaml, PRODUCT.yaml | for the OCI conformance programme |\n"
	      "| junit.xml, ctrf.json | for CI systems |\n"
	      "| results.txt | TAP 14, for test harnesses (`prove` takes it from Test::Harness "
	      "3.48 on) |\n"
	      "| environment.json | hardware, kernel, image, runtime |\n"
	      "| evidence/ | what was seen in tests that did not pass |\n",
	      out);
	if (r->n_waivers)
		fputs("| waivers.tsv | known deviations, and until when they are accepted |\n",
		      out);
	fputs("| manifest.json | of a certification: the digest of every file, image, payload and "
	      "chain of events. This is what is signed; `scripts/verify DIR` checks all of it |\n",
	      out);
}

void render_readme(const struct report *rep, FILE *out)
{
	const struct results *r = rep->results;

	fputs("# ", out);
	put(out, MARKDOWN, rep->name);
	putc(' ', out);
	put(out, MARKDOWN, rep->version);
	fputs(", OCI runtime-spec ", out);
	put(out, MARKDOWN, *rep->minor ? rep->minor : "?");
	fprintf(out, ": %s\n\n", r->verdict.word);
	put(out, MARKDOWN, r->verdict.reason);
	fputs(".\n", out);
	if (!r->verdict.official)
		fputs("\nThis is not an official result: the run was not a full one in a "
		      "controlled "
		      "environment.\n",
		      out);
	readme_waivers(rep, out);
	fputs("\n## How to reproduce\n\nWith a checkout of assay ", out);
	put(out, MARKDOWN, rep->suite);
	fputs(" on any Linux host with QEMU:\n", out);
	if (r->n_runs)
		readme_command(rep, out);
	fputs("\n(RUNTIME: a name of `scripts/runtime --list`, or the path of the runtime; its "
	      "payload "
	      "must have the\ndigest below.) It builds or fetches the image, packs the runtime, "
	      "boots, "
	      "and says (times differ):\n\n",
	      out);
	fprintf(out, "    verdict: %s\n    result:  %s\n", r->verdict.word, r->digest);
	fputs("\nThe second is the SHA-256 of `verdicts.tsv`: the outcome of each requirement, "
	      "with "
	      "no time, host or\npath in it. It is the same on every machine. All other files are "
	      "rendered from the events and can be\nrendered again, to the same bytes:\n\n"
	      "    assay render --out DIR --vendor PRODUCT.yaml",
	      out);
	if (r->n_waivers)
		fputs(" --waivers waivers.tsv", out);
	for (size_t i = 0; i < r->n_runs; i++) {
		char name[80];

		report_run_name(rep, i, name, sizeof(name));
		fprintf(out, " events%s%s.jsonl", *name ? "-" : "", name);
	}
	fputs("\n\n## What was used\n\n", out);
	bullet(out, "runtime", rep->name);
	bullet(out, "version", rep->version);
	if (r->n_runs) {
		bullet(out, "SHA-256 of the runtime", report_fact(r->runs[0].runtime, "sha256"));
		bullet(out, "payload", report_fact(r->runs[0].runtime, "payload"));
	}
	for (size_t i = 0; i < r->n_runs; i++)
		readme_run(rep, i, out);
	readme_files(r, out);
}
