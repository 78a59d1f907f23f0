/* What carries no packets in the oracle's world: attachments and servers that are down, and partitions. */
#ifndef NT_ORACLE_CUTS_H
#define NT_ORACLE_CUTS_H

#include "scenarios/oracle/place.h"

#define NT_ORACLE_DOWN_MAX 64
#define NT_ORACLE_PARTITIONS_MAX 64

struct nt_oracle_cuts {
    struct nt_oracle_place down[NT_ORACLE_DOWN_MAX];
    size_t down_count;
    const struct nt_scn_step *partitions[NT_ORACLE_PARTITIONS_MAX]; /* the case's */
    size_t partition_count;
    bool spare_servers; /* they cut no server */
};

/* False: there is no room for it. */
bool nt_oracle_cuts_take_down(struct nt_oracle_cuts *cuts, struct nt_oracle_place place);
void nt_oracle_cuts_bring_up(struct nt_oracle_cuts *cuts, struct nt_oracle_place place);
bool nt_oracle_cuts_part(struct nt_oracle_cuts *cuts, const struct nt_scn_step *partition);
void nt_oracle_cuts_heal(struct nt_oracle_cuts *cuts, const struct nt_scn_step *partition);

/* `cuts` NULL: nothing is cut. */
bool nt_oracle_is_down(const struct nt_oracle_cuts *cuts, const struct nt_oracle_place *place);
/* A partition lies before what comes from `from` at `there`. */
bool nt_oracle_is_parted(const struct nt_oracle_cuts *cuts, const struct nt_oracle_place *from,
                         const struct nt_oracle_place *there);

#endif
