#include "scenarios/command/complain.h"
#include "core/base/err.h"
#include "scenarios/command/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nt_complain(struct nt_diags *diags)
{
    char *text = nt_diags_format(diags);
    fputs(text != NULL ? text : "out of memory\n", stderr);
    free(text);
    nt_diags_clear(diags);
}

void nt_complain_unwritable(const char *path, int err, const char *mend)
{
    nt_say_error("%s: cannot be written (%s): %s", path, err == NT_EIO ? strerror(errno) : nt_strerror(err), mend);
}
