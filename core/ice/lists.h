/* The check lists of a session (RFC 8445, sections 6.1.2.1, 6.1.4.2): the state of each, and whose turn it is. */
#ifndef NT_ICE_LISTS_H
#define NT_ICE_LISTS_H

#include "core/ice/component.h"
#include "core/ice/pairs.h"

#define NT_ICE_TRIGGERED_RUN 3 /* triggered checks in a row before a waiting ordinary pair gets its turn */

/* ended: its stream does not use ICE (RFC 8839, 4.2.5) */
enum nt_ice_list_state { NT_ICE_LIST_RUNNING = 0, NT_ICE_LIST_COMPLETED, NT_ICE_LIST_FAILED, NT_ICE_LIST_ENDED };

/* The check that comes next. */
struct nt_ice_pick {
    uint32_t pair; /* its number */
    bool triggered;
};

struct nt_ice_lists;

struct nt_ice_lists *nt_ice_lists_new(uint8_t streams); /* NULL without memory */
void nt_ice_lists_del(struct nt_ice_lists *t);
enum nt_ice_list_state nt_ice_lists_state(const struct nt_ice_lists *t, uint8_t stream);
size_t nt_ice_lists_count(const struct nt_ice_lists *t, enum nt_ice_list_state state); /* in that state */
bool nt_ice_lists_next(struct nt_ice_lists *t, struct nt_ice_pairs *pairs, struct nt_ice_pick *pick,
                       nt_time now); /* false: nothing can be checked */
void nt_ice_lists_end(struct nt_ice_lists *t, uint8_t stream);
/* Is there something to check, or may there be once a pair can be sent? Not before the time of `look_at`. */
bool nt_ice_lists_pending(const struct nt_ice_lists *t, const struct nt_ice_pairs *pairs);
nt_time nt_ice_lists_look_at(const struct nt_ice_lists *t);
void nt_ice_lists_set_look_at(struct nt_ice_lists *t, nt_time at);
/* The stream's list completes, or fails if it may. */
void nt_ice_lists_update(struct nt_ice_lists *t, uint8_t stream, const struct nt_ice_pairs *pairs,
                         const struct nt_ice_components *components, bool may_fail);
void nt_ice_lists_fail(struct nt_ice_lists *t, uint8_t stream); /* one that runs */

#endif
