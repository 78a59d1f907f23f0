/* Errors on standard error, for people. */
#ifndef NT_COMMAND_COMPLAIN_H
#define NT_COMMAND_COMPLAIN_H

#include "core/base/diag.h"

/* Prints the diagnostics and clears them. */
void nt_complain(struct nt_diags *diags);
/* "natsim: path: cannot be written (why): mend". `err`: NT_EIO stands for errno. */
void nt_complain_unwritable(const char *path, int err, const char *mend);

#define NT_MEND_DISK "free the disk, or give another --out"
#define NT_MEND_OUT "give another --out"

#endif
