/* The components of all data streams: each one's valid list (RFC 8445, section 7.2.5.3.2), the pair that is being nominated and the
 * selected one. They are a session's: over a selected pair of an older session data goes on while a newer one makes its checks. */
#ifndef NT_ICE_COMPONENT_H
#define NT_ICE_COMPONENT_H

#include "core/ice/candidates.h"

#define NT_ICE_VALID_MAX 2000 /* valid pairs of all components */

struct nt_ice_valid {
    uint32_t number;
    uint32_t own, remote; /* candidates; own is that of the mapped address */
    uint32_t generator;   /* the number of the pair whose check produced it */
    uint32_t pair;        /* the check-list pair that it equals: its number; 0: none */
    uint64_t priority;
    bool nominated, gone; /* gone: taken off the valid list */
};

struct nt_ice_component {
    uint8_t stream;
    uint16_t component;
    bool unused;                       /* the peer has no such component (RFC 8445, 6.1.2.2) */
    nt_time first_valid;               /* NT_TIME_NEVER: none yet */
    uint32_t nominating;               /* controlling: the number of the pair being nominated; 0: none */
    uint32_t own_nomination;           /* of the pair that we have nominated successfully, in whichever role now; 0: none */
    nt_time nomination_failed;         /* when the last one of the peer did, and none has come since; or NT_TIME_NEVER */
    uint32_t selected;                 /* a place in the valid list, or NT_ICE_NONE */
    uint32_t nomination, named;        /* draft-thatcher-ice-renomination: the highest number so far, and its pair's; 0: none */
    const struct nt_ice_valid *valids; /* in order; pointers are valid until the next one is added */
    size_t valid_count;
};

struct nt_ice_components;

struct nt_ice_components *nt_ice_components_new(uint8_t streams, uint16_t components); /* NULL without memory */
void nt_ice_components_del(struct nt_ice_components *t);
size_t nt_ice_components_count(const struct nt_ice_components *t);
const struct nt_ice_component *nt_ice_components_at(const struct nt_ice_components *t, size_t i);
/* The place of a candidate's component. */
size_t nt_ice_components_place(const struct nt_ice_components *t, uint8_t stream, uint16_t component);
const struct nt_ice_component *nt_ice_components_of(const struct nt_ice_components *t, uint8_t stream, uint16_t component);
const struct nt_ice_valid *nt_ice_component_selected(const struct nt_ice_component *k); /* or NULL */
bool nt_ice_component_has_valid(const struct nt_ice_component *k);                      /* one that is not gone */

/* Adds a valid pair, of which own, remote and generator are the key. Its place; NT_ICE_NONE: the limit, or memory. */
uint32_t nt_ice_components_add_valid(struct nt_ice_components *t, size_t i, const struct nt_ice_valid *valid);
uint32_t nt_ice_components_find_valid(const struct nt_ice_components *t, size_t i, const struct nt_ice_valid *valid);
void nt_ice_components_revive(struct nt_ice_components *t, size_t i, uint32_t valid); /* one that was gone */
void nt_ice_components_drop(struct nt_ice_components *t, size_t i, uint32_t valid);
void nt_ice_components_nominate(struct nt_ice_components *t, size_t i, uint32_t valid); /* sets its nominated flag */
void nt_ice_components_set_unused(struct nt_ice_components *t, size_t i);
void nt_ice_components_select(struct nt_ice_components *t, size_t i, uint32_t valid);
uint32_t nt_ice_components_selections(const struct nt_ice_components *t); /* how many there were, of all of them */
void nt_ice_components_set_nominating(struct nt_ice_components *t, size_t i, uint32_t pair); /* 0: none */
void nt_ice_components_name(struct nt_ice_components *t, size_t i, uint32_t pair, uint32_t nomination);
void nt_ice_components_set_own_nomination(struct nt_ice_components *t, size_t i, uint32_t pair);
void nt_ice_components_set_nomination_failed(struct nt_ice_components *t, size_t i,
                                             nt_time at);                              /* NT_TIME_NEVER: another has come */
void nt_ice_components_note_valid(struct nt_ice_components *t, size_t i, nt_time now); /* for first_valid */
/* Priorities anew, by `priority` of own and remote. */
void nt_ice_components_set_priority(struct nt_ice_components *t, size_t i, uint32_t valid, uint64_t priority);

#endif
