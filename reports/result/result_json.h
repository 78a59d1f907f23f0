/* A case as one line of JSON: an entry of results.json, a line of cases.jsonl. */
#ifndef NT_RESULT_RESULT_JSON_H
#define NT_RESULT_RESULT_JSON_H

#include "reports/result/result.h"

char *nt_result_case_to_json(const struct nt_result_case *c); /* the caller frees; NULL without memory */

#endif
