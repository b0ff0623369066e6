/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that a runtime need not support. config.md, "Valid values": runtimes may choose which
 * subset of the valid values they support, unless support is explicitly required, and "MUST
 * generate an error" for the others. So a refusal is `disabled`, never a pass, and silence a fail.
 */
#include <stddef.h>

#include "suite/suite.h"
#include "engine.h"

const struct facts *bundle_supported(struct bundle *b, const char *requirement)
{
	const struct result *refusal = NULL;
	const struct facts *f = bundle_try(b, &refusal);

	if (f)
		return f;
	if (refusal->exited && refusal->status)
		check_disabled(b->t, requirement, "the runtime refuses the value: %s",
			       result_text(b->t, refusal));
	else
		check_error(b->t, requirement, refusal);
	return NULL;
}
