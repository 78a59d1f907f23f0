/* natsim complete WORD...: what may stand in the place of the last word; the completion of bash (scenarios/share/) asks so. */
#ifndef NT_COMMAND_COMPLETION_H
#define NT_COMMAND_COMPLETION_H

#include "scenarios/command/options.h"

int nt_command_complete(const struct nt_options *o);

#endif
