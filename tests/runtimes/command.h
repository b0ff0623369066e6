/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_COMMAND_H
#define ASSAY_COMMAND_H

#include <stddef.h>

/* The command line of a runtime, as those read it that stand in front of a real one. `words` is
 * without the program's name and ends with NULL. */

/* The index of the operation's word, or that of the NULL when there is none. */
size_t command_at(char **words);
/* The operation; "version" for an option that asks for it; "" for a call without one. */
const char *command_operation(char **words);
/* The id: the first word behind the operation that is no option and no option's value; or NULL. */
char *command_id(char **words);
/* The value of the last "--name VALUE", "--name=VALUE" or (letter not 0) "-n VALUE"; or NULL. */
char *command_option(char **words, const char *name, char letter);
/* What the real runtime answers to `state ID`, with this call's global options; "" for none. */
void command_state(const char *real, char **words, const char *id, char *answer, size_t size);
/* The bundle: what --bundle says; create's default "."; else what the real runtime knows; or "". */
void command_bundle(const char *real, char **words, char *path, size_t size);
/* A whole small file or stream as a string; what does not fit is left out. */
void command_slurp(int fd, char *text, size_t size);

#endif
