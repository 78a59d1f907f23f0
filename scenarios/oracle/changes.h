/* What the steps of a case change, and when: the moments at which its world becomes another one. */
#ifndef NT_ORACLE_CHANGES_H
#define NT_ORACLE_CHANGES_H

#include "scenarios/model/case.h"

/* Methods that a server refuses (RFC 8489, 18.2; RFC 8656, 17). */
#define NT_ORACLE_BINDING NT_SCN_METHOD(0x001)
#define NT_ORACLE_ALLOCATE NT_SCN_METHOD(0x003)
#define NT_ORACLE_PERMISSION NT_SCN_METHOD(0x008)

/* A step begins to act, or what it did is over. */
struct nt_oracle_change {
    nt_time at;
    const struct nt_scn_step *step;        /* NULL: a credential expires, */
    const struct nt_scn_turn_use *expired; /* this one */
    bool over;
    size_t order; /* of changes at one time */
};

struct nt_oracle_changes {
    struct nt_oracle_change *items; /* in the order of time */
    size_t count;
    nt_time call_at;
    size_t call_order;
};

/* NULL, or why the oracle cannot tell what the steps do; *changes is to be freed either way. */
const char *nt_oracle_changes_find(struct nt_oracle_changes *changes, const struct nt_scn_case *c);
void nt_oracle_changes_free(struct nt_oracle_changes *changes);

/* An agent sees it: one of its interfaces comes or goes, or its session begins anew. Others are told by consent, or by nothing. */
bool nt_oracle_change_is_seen(const struct nt_oracle_change *change);
/* Before the call. */
bool nt_oracle_change_is_early(const struct nt_oracle_changes *changes, const struct nt_oracle_change *change);

#endif
