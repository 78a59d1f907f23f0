/* The commands of natsim. Each returns an exit code (options.h) and prints errors for people on standard error. */
#ifndef NT_COMMAND_COMMAND_H
#define NT_COMMAND_COMMAND_H

#include "core/base/diag.h"
#include "scenarios/command/options.h"

int nt_command(int argc, char **argv); /* what main calls */

int nt_command_run(const struct nt_options *o);
int nt_command_list(const struct nt_options *o);
int nt_command_lint(const struct nt_options *o);
int nt_command_presets(const struct nt_options *o);
int nt_command_schema(const struct nt_options *o);
int nt_command_explain(const struct nt_options *o);
int nt_command_classify(const struct nt_options *o);
int nt_command_interop(const struct nt_options *o);
int nt_command_merge(const struct nt_options *o);

/* The carrier of --carrier; NULL with a diagnostic. */
const struct nt_carrier_ops *nt_command_carrier(const struct nt_options *o, struct nt_diags *diags);
/* Prints and clears. */
void nt_complain(struct nt_diags *diags);

#endif
