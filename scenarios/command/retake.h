/* A finished case, taken from its line in a log: its texts are made again, as the process that ran it made them. */
#ifndef NT_COMMAND_RETAKE_H
#define NT_COMMAND_RETAKE_H

#include "reports/result/results.h"
#include "scenarios/files/case_line.h"

/* `dir`: where its capture is. 0, or an error of nt_results_take. */
int nt_retake_case(struct nt_results *results, size_t index, const struct nt_case_place *place, const struct nt_result_case *c,
                   const char *dir);

#endif
