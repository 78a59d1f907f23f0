/* natsim interop: the suite interop, with other defaults. */
#include "scenarios/command/interop.h"
#include "scenarios/command/run.h"

#include <stdio.h>

#define INTEROP_JOBS 6 /* more than processors: cases in real time mostly wait */

int nt_command_interop(const struct nt_options *given)
{
    const char *suite[] = {"interop"}, *tag[] = {given->short_form ? "short" : "full"};
    struct nt_options o = *given;
    if (o.args.count > 0) {
        fputs("natsim: interop takes no arguments: --filter selects among its cases\n", stderr);
        return NT_EXIT_USAGE;
    }
    o.args = (struct nt_option_list){suite, 1, 1};
    if (o.tags.count == 0)
        o.tags = (struct nt_option_list){tag, 1, 1};
    if (o.runs == 0)
        o.runs = o.short_form ? 1 : 3;
    if (o.jobs == 0)
        o.jobs = INTEROP_JOBS;
    return nt_command_run(&o);
}
