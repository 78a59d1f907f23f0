/* What run and merge do once all results are in: reports, summary, exit code. */
#ifndef NT_COMMAND_CONCLUSION_H
#define NT_COMMAND_CONCLUSION_H

#include "reports/console.h"
#include "scenarios/command/options.h"

/* Standard output; coloured when it is a terminal and NO_COLOR is not set. */
struct nt_console nt_console_on_stdout(const struct nt_options *o);
/* Sets the seed of the run, and with --stamp the date. 0 or NT_ENOMEM. */
int nt_conclusion_label(struct nt_results *results, const struct nt_options *o);
/* Writes results.json, junit.xml and report.html to o->out, and what is asked for CI. False: one of them cannot be written, which
 * is said on standard error, or the texts of cases are missing. */
bool nt_conclusion_write(const struct nt_results *results, const struct nt_options *o);
/* `broken`: an output could not be written, or cases are missing. */
int nt_conclusion_exit(const struct nt_results *results, const struct nt_options *o, bool broken);

#endif
