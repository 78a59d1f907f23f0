/* Pairs that are valid besides the selected ones, and are kept alive: which they are, and when each is checked again. The checks
 * are those of core/ice/failover.h. */
#ifndef NT_ICE_BACKUPS_H
#define NT_ICE_BACKUPS_H

#include "core/ice/types.h"
#include "core/stun/stun.h"

#define NT_ICE_BACKUPS_MAX 4 /* of each component; those of the highest priority */

struct nt_ice_backup {
    uint32_t pair; /* its number; 0: a free place */
    nt_time since; /* when it became one */
    nt_time ask_at, asked_at;
    enum nt_ice_role role; /* of the last request, as is the tie-breaker */
    uint64_t tie_breaker;
    uint8_t id[NT_STUN_ID];
};

struct nt_ice_backups;

struct nt_ice_backups *nt_ice_backups_new(struct nt_rand *rand, size_t components); /* NULL without memory */
void nt_ice_backups_del(struct nt_ice_backups *t);
size_t nt_ice_backups_count(const struct nt_ice_backups *t); /* places: NT_ICE_BACKUPS_MAX of each component */
const struct nt_ice_backup *nt_ice_backups_at(const struct nt_ice_backups *t, size_t i);
/* These pairs of a component, `count` of them, at most NT_ICE_BACKUPS_MAX. New ones are due within an interval. */
void nt_ice_backups_set(struct nt_ice_backups *t, size_t component, const uint32_t *pairs, size_t count, nt_time now);
void nt_ice_backups_asked(struct nt_ice_backups *t, size_t i, const uint8_t id[NT_STUN_ID], enum nt_ice_role role,
                          uint64_t tie_breaker, nt_time now);
nt_time nt_ice_backups_since(const struct nt_ice_backups *t, uint32_t pair); /* NT_TIME_NEVER: it is none */
void nt_ice_backups_look(struct nt_ice_backups *t, nt_time now);             /* what is due at this time has been seen to */
bool nt_ice_backups_looked(const struct nt_ice_backups *t, nt_time at);
nt_time nt_ice_backups_deadline(const struct nt_ice_backups *t);

#endif
