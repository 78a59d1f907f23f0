/* The record of a run in its directory, which is its lock, too: hidden files that say what run it is and what files it writes. So
 * another run is kept out while this one lasts, a later one removes what this one wrote and nothing else, and --resume knows
 * whether it goes on with the same run.
 *
 *   .natsim-run        of a run in one process; of ranks: which launch they are of
 *   .natsim-run.1-of-4 of rank 1
 *   .natsim-run.merge  what merge wrote
 *
 * record_file.h has their form. The names of captures and logs stand there; reports have the same names in each run.
 *
 *   nt_run_record_lock(&r, dir, &is)     refuses, with who is at work in r.why
 *   nt_run_record_begin(&r)              removes what earlier runs wrote, and begins a record; or
 *   nt_run_record_resume(&r)             goes on with the record that is there; what differs is in r.why
 *   nt_run_record_add(&r, "captures/x")  in any process of the run, before that file is written
 *   nt_run_record_end(&r)                drops the lock, as the end of the process does; the record stays
 *
 * Ranks of one launch (one name of the launcher's, or none and the same selection) work side by side. A rank that is started again
 * removes what it wrote itself, the first rank of another launch whatever earlier runs wrote. */
#ifndef NT_FILES_RUN_RECORD_H
#define NT_FILES_RUN_RECORD_H

#include "scenarios/files/run_identity.h"

#include <stdbool.h>

#define NT_RUN_WHY 1000

struct nt_run_record {
    int dir, lock, names; /* descriptors; names may be lock. -1: none. The process may not open the lock's file a second time */
    struct nt_run_identity is;
    bool merge;      /* of merge, which is no run */
    bool first;      /* no other process is at work in the directory */
    int unlocked;    /* the file system has no locks, for this errno: nobody can be kept out. To be said */
    uint64_t others; /* files in captures/ and logs/ that were there without any record: they stay. To be said */
    char why[NT_RUN_WHY];
};

/* Opens the directory, which is there. `is` is copied, its texts are not. 0; NT_EEXIST: another run is at work there, `why` says
 * who; NT_EINVAL: something there is a symbolic link or no plain file or directory, `why` says what; NT_EIO (errno); NT_ENOMEM. */
int nt_run_record_lock(struct nt_run_record *r, const char *dir, const struct nt_run_identity *is);
/* Likewise for merge, which ranks at work do not keep out. It begins its record at once and removes nothing. */
int nt_run_record_lock_merge(struct nt_run_record *r, const char *dir);
int nt_run_record_begin(struct nt_run_record *r); /* 0, NT_EIO (errno), NT_ENOMEM */
/* Removes what captures were called while they were written. NT_ENOENT: there is no record of a run; NT_EEXIST: it is of another
 * run. `why` says what differs. */
int nt_run_record_resume(struct nt_run_record *r);
bool nt_run_record_is_in(const char *dir); /* some run has left one there */
/* `name`: "captures/X", "logs/X", or a rank's "cases.X.jsonl". What X is called while it is written belongs to it. 0 or NT_EIO
 * (errno). */
int nt_run_record_add(const struct nt_run_record *r, const char *name);
void nt_run_record_end(struct nt_run_record *r); /* may be called twice */

#endif
