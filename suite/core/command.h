/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_COMMAND_H
#define ASSAY_COMMAND_H

/* The sub-commands of `assay`. argv[0] is the command's name; the value is the exit status. */
int cmd_list(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_selfcheck(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_prove(int argc, char **argv);
/* suite/trust */
int cmd_manifest(int argc, char **argv);
int cmd_verify(int argc, char **argv);
/* suite/render */
int render_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int summary_command(int argc, char **argv);
int progress_command(int argc, char **argv);

#endif
