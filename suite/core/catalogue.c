/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds rows of the compiled catalogue and of the lists beside it. It must never change with
 * their content: the tables come from suite/requirements by its compiler.
 */
#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "lists.h"

static int by_id(const void *id, const void *row)
{
	return strcmp(id, ((const struct requirement *)row)->id);
}

const struct requirement *requirement_find(const char *id)
{
	return bsearch(id, catalogue, catalogue_count, sizeof(catalogue[0]), by_id);
}

static int by_listed(const void *id, const void *row)
{
	return strcmp(id, ((const struct listed *)row)->id);
}

static int by_proof(const void *id, const void *proof)
{
	return strcmp(id, ((const struct proof *)proof)->id);
}

const struct proof *proof_find(const char *id)
{
	const struct proof *p = bsearch(id, proven, proven_count, sizeof(*p), by_proof);

	while (p && p > proven && !strcmp(p[-1].id, id))
		p--;
	return p;
}

const char *list_find(const struct listed *list, size_t count, const char *id)
{
	const struct listed *row = bsearch(id, list, count, sizeof(*list), by_listed);

	return row ? row->text : NULL;
}
