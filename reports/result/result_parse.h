/* A case read back from JSON, which may come from anybody's disk. */
#ifndef NT_RESULT_RESULT_PARSE_H
#define NT_RESULT_RESULT_PARSE_H

#include "reports/result/result.h"

#define NT_RESULT_JSON_MAX (64u << 20) /* bytes of one case */
#define NT_RESULT_ITEMS_MAX 200000     /* members of one list of a case */

/* 0; NT_ENOMEM; NT_EFORMAT or NT_ELIMIT with an English sentence in `what`, and *c empty. */
int nt_result_case_from_json(struct nt_result_case *c, const char *json, size_t len, char *what, size_t cap);

#endif
