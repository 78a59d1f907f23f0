/* The names that files of cases would share: characters that a file's name cannot have become "_", and a file system may take upper
 * and lower case for the same. Kept small for millions of ids. */
#ifndef NT_FILES_SHARED_NAMES_H
#define NT_FILES_SHARED_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_name_hashes {
    uint64_t plain, full; /* of the name that an id has, and of the one that it gets when it shares that */
    bool shared;
};

struct nt_shared_names {
    struct nt_name_hashes *items;
    size_t count, cap;
};

/* One after another all ids of a run, whichever of them this process runs. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_shared_names_add(struct nt_shared_names *names, const char *id);
/* After the last: only names that are shared are left. 0; NT_EEXIST: two ids have one name even with their hashes. */
int nt_shared_names_settle(struct nt_shared_names *names);
void nt_shared_names_free(struct nt_shared_names *names);

/* How the names of the files of a case begin: its id with "_" for characters outside A-Za-z0-9._-, and with "_" and 16 digits of
 * the id's hash when it is too long, or shares the name with another. NULL without memory; the caller frees. */
char *nt_shared_names_of(const struct nt_shared_names *names, const char *id);

#endif
