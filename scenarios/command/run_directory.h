/* The directory of a run's outputs, from its lock to its record. */
#ifndef NT_COMMAND_RUN_DIRECTORY_H
#define NT_COMMAND_RUN_DIRECTORY_H

#include "scenarios/command/identity.h"
#include "scenarios/files/run_record.h"

struct nt_run_directory {
    struct nt_identity identity;
    struct nt_run_record record;
};

#define NT_RUN_RECORD_CLOSED                                                                                                       \
    {                                                                                                                              \
        .dir = -1, .lock = -1, .names = -1                                                                                         \
    }
#define NT_RUN_DIRECTORY_CLOSED                                                                                                    \
    {                                                                                                                              \
        .record = NT_RUN_RECORD_CLOSED                                                                                             \
    }

/* Makes and locks the directory, and removes what earlier runs left there; with o->resume only what is half written, and the run
 * there must be this one. An exit code; what is wrong, and what stays, is said on
 * standard error. The directory is to be closed in any case. */
int nt_run_directory_open(struct nt_run_directory *d, const struct nt_options *o, const struct nt_selection *s);
/* Likewise for merge, which removes nothing. The record is to be ended in any case; before, it is NT_RUN_RECORD_CLOSED. */
int nt_run_directory_open_for_merge(struct nt_run_record *record, const struct nt_options *o);
void nt_run_directory_close(struct nt_run_directory *d);

#endif
