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

const char *list_find(const struct listed *list, size_t count, const char *id)
{
	const struct listed *row = bsearch(id, list, count, sizeof(*list), by_listed);

	return row ? row->text : NULL;
}
