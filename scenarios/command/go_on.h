/* The command line that goes on with a run that was cut short. */
#ifndef NT_COMMAND_GO_ON_H
#define NT_COMMAND_GO_ON_H

#include "scenarios/command/options.h"

/* A line on standard output that can be pasted into a shell: the words of this command line, and --resume. Of a rank the line says
 * to start all ranks so. */
void nt_print_go_on(const struct nt_options *o);

#endif
