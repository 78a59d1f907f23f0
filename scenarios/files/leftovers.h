/* What an earlier run left in the directory of outputs: removes files of natsim's, and only these. No link is followed. */
#ifndef NT_FILES_LEFTOVERS_H
#define NT_FILES_LEFTOVERS_H

#include <stdbool.h>
#include <stdint.h>

struct nt_leftovers {
    int dir, captures, logs; /* descriptors; -1: there is no such directory */
};

/* 0; NT_EINVAL: captures or logs is a link or no directory, and `*what` is its name; NT_EIO (errno). */
int nt_leftovers_open(struct nt_leftovers *l, int dir, const char **what);
void nt_leftovers_close(struct nt_leftovers *l); /* dir stays open */

/* Removes a record of a rank or of merge, and the captures and logs that it names, with what they were called while they were
 * written. Other names remove nothing, since a record may be anybody's. 0, NT_EIO (errno) or NT_ENOMEM. */
int nt_leftovers_remove_part(const struct nt_leftovers *l, const char *record);
/* Likewise all records of ranks and of merge, what `record` names, and the reports, which have the same names in each run.
 * `others`: files that are in captures/ and logs/ without any record, which stay. */
int nt_leftovers_remove_all(const struct nt_leftovers *l, int record, uint64_t *others);
/* Removes nothing but what the captures that the open record names were called while they were written. 0 or NT_EIO (errno). */
int nt_leftovers_remove_unfinished(const struct nt_leftovers *l, int record);

#endif
