/* Values of JSON as text, in the form that jansson gives them. */
#ifndef NT_RESULT_JSON_TEXT_H
#define NT_RESULT_JSON_TEXT_H

#include "reports/result/text.h"

#include <stdint.h>

/* A string; NULL: null. In one that is no UTF-8 control characters and malformed bytes are '?'. */
void nt_json_string(struct nt_text *t, const char *s);
void nt_json_number(struct nt_text *t, int64_t v);
void nt_json_unsigned(struct nt_text *t, uint64_t v);

#endif
