/* Inside of the room: the data of the page, compact: strings by number, records as lists (page_js.inc reads them). */
#ifndef NT_PAGE_PAGE_DATA_H
#define NT_PAGE_PAGE_DATA_H

#include "reports/page/strings.h"
#include "reports/result/result.h"

#define NT_PAGE_DETAILS_MAX 1500000 /* bytes of details of all cases; beyond, cases that passed go without */

/* One case of the overview: a list. */
void nt_page_case(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c);
/* What opens: agents, violations, ladder. `dir`: where captures are. */
void nt_page_details(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir);

#endif
