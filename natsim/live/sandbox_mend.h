/* Why there can be no sandbox here, and what helps: for people, with the one line that an administrator needs. */
#ifndef NT_LIVE_SANDBOX_MEND_H
#define NT_LIVE_SANDBOX_MEND_H

#include <stddef.h>

void nt_sandbox_explain(char *why, size_t cap, const char *what);

#endif
