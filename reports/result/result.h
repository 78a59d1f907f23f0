/* What is done with the data of a case, and the words in it. */
#ifndef NT_RESULT_RESULT_H
#define NT_RESULT_RESULT_H

#include "reports/result/case.h"

void nt_result_case_free(struct nt_result_case *c);
const char *nt_outcome_name(enum nt_outcome o);
const char *nt_side_name(bool remote); /* "local", "remote" */
/* What a parameter's value is called; "" at the least. */
const char *nt_param_label(const struct nt_result_param *p);

#endif
