/* Inside of the room: the data of the page, in a compact form that page_js.inc reads: strings by number, records as lists. */
#ifndef NT_PAGE_PAGE_DATA_H
#define NT_PAGE_PAGE_DATA_H

#include "reports/page/strings.h"
#include "reports/result/result.h"

#define NT_PAGE_DETAILS_MAX 1500000 /* bytes of details of all cases; beyond, cases that passed go without */

/* One case of the overview. */
void nt_page_case(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c);
/* What a case shows when it is opened: agents, violations, ladder. `dir`: where captures are. */
void nt_page_details(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir);

#endif
