/* Text in the page's element of data. */
#ifndef NT_PAGE_SCRIPT_TEXT_H
#define NT_PAGE_SCRIPT_TEXT_H

#include "reports/result/text.h"

/* A JSON string that is safe within a script element. Control characters and what is no UTF-8 are '?'. */
void nt_script_string(struct nt_text *t, const char *s);

#endif
