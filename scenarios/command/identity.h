/* What run a command line is: the program, the flags that change results, and the scenario files with their contents. */
#ifndef NT_COMMAND_IDENTITY_H
#define NT_COMMAND_IDENTITY_H

#include "scenarios/command/selection.h"
#include "scenarios/files/run_identity.h"

struct nt_identity {
    struct nt_run_identity is; /* its texts are here, or the options' */
    char program[200];
    char *selection;
};

/* 0 or NT_ENOMEM; the caller frees in either case. */
int nt_identity_make(struct nt_identity *identity, const struct nt_options *o, const struct nt_selection *s);
void nt_identity_free(struct nt_identity *identity);

#endif
