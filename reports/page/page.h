/* report.html as text: the page, its data and its script in one file, with nothing from outside. */
#ifndef NT_PAGE_PAGE_H
#define NT_PAGE_PAGE_H

#include "reports/result/result.h"
#include "reports/result/text.h"

/* Appends the page. Ladders are drawn from the captures under dir, where there are any. */
void nt_page(struct nt_text *t, const struct nt_results *r, const char *dir);

#endif
