/* Inside of the room: what the writers of files share. */
#ifndef NT_REPORTS_OUTPUT_H
#define NT_REPORTS_OUTPUT_H

#include "reports/result/text.h"

/* Writes the text as dir/name, and frees it. */
int nt_write_text(struct nt_text *t, const char *dir, const char *name);

#endif
