/* Going on with a run: what has finished of it is taken from its log, the rest is left to run. */
#ifndef NT_COMMAND_RESUME_H
#define NT_COMMAND_RESUME_H

#include "reports/result/results.h"
#include "scenarios/command/selection.h"

/* Takes the finished cases of the run in o->out into `results`, in the order in which they finished, and begins the log anew with
 * them: it appears at `path` whole, so that a process that is killed meanwhile loses none. A rank takes them from whatever logs it
 * left there, and removes the others. A case that is an error, or whose capture is gone, has no verdict: it is left to run, as is
 * one whose line is damaged, which is said on standard error. 0, or an error with a message there. */
int nt_resume_take(struct nt_results *results, const struct nt_options *o, const struct nt_selection *s, const char *path);

#endif
