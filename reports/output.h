/* Files that appear whole or not at all (written beside their place, then renamed). 0, NT_EIO (errno) or NT_ENOMEM. */
#ifndef NT_REPORTS_OUTPUT_H
#define NT_REPORTS_OUTPUT_H

#include "reports/result/text.h"

int nt_write_file(const char *path, const void *bytes, size_t len);
/* Writes the text as dir/name, and frees it; a text that lacked memory is not written. */
int nt_write_text(struct nt_text *t, const char *dir, const char *name);

#endif
