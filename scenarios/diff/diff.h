/* Two runs side by side: what changed, came, went, in groups, and in a group what changed alike as one. */
#ifndef NT_DIFF_DIFF_H
#define NT_DIFF_DIFF_H

#include "scenarios/diff/groups.h"
#include "scenarios/diff/results_file.h"

#define NT_DIFF_CASES_MAX 10000000 /* of one run */

struct nt_diff_member {  /* the cases of one name that changed alike */
    uint64_t seed;       /* of the first one */
    uint32_t name;       /* in nt_diff.names */
    uint32_t cases, all; /* of so many with this name */
    bool seeded;
};

struct nt_diff_change {
    enum nt_diff_group group;
    char *text;    /* of the first case; numbers in it may be others in other cases */
    char *also;    /* what else differs in that case, or "" */
    char *command; /* runs that case alone; NULL: only the old run has it */
    struct nt_diff_member *members;
    size_t member_count, member_cap;
    size_t cases;
    uint32_t order;
};

struct nt_diff {
    struct nt_diff_run runs[2]; /* old, new */
    struct nt_diff_options o;
    struct nt_strings names;
    struct nt_diff_change *changes; /* by group, then those of many cases first */
    size_t change_count, change_cap;
    size_t in_group[NT_DIFF_GROUP_COUNT]; /* cases */
    size_t compared;                      /* cases that both runs have */
    size_t same, advice_only;             /* of them; advice_only: nothing but advice differs, and it was not asked for */
};

/* Reads and compares two runs, each a directory or a file. 0; NT_EFORMAT with a diagnostic; NT_ENOMEM. To be freed in any case. */
int nt_diff_make(struct nt_diff *d, const char *before, const char *after, const struct nt_diff_options *o, struct nt_diags *diags);
void nt_diff_free(struct nt_diff *d);
/* Cases that differ or that only one run has. */
size_t nt_diff_found(const struct nt_diff *d);
/* How many changes from number `first` on are of its group; 0 at the end. */
size_t nt_diff_group_span(const struct nt_diff *d, size_t first);

#endif
