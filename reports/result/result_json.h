/* A case as one line of JSON: an entry of results.json, a line of the log (cases.jsonl). */
#ifndef NT_RESULT_RESULT_JSON_H
#define NT_RESULT_RESULT_JSON_H

#include "reports/result/result.h"
#include "reports/result/text.h"

void nt_result_case_json(struct nt_text *t, const struct nt_result_case *c); /* "{...}", without what the log alone has */
void nt_result_case_log(struct nt_text *t, const struct nt_result_case *c);  /* that: members, each with a comma before it */

#endif
