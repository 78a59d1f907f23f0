/* Commands that run no case. */
#ifndef NT_COMMAND_INFO_H
#define NT_COMMAND_INFO_H

#include "scenarios/command/options.h"

int nt_command_list(const struct nt_options *o);
int nt_command_lint(const struct nt_options *o);
int nt_command_schema(const struct nt_options *o);
int nt_command_presets(const struct nt_options *o);

#endif
