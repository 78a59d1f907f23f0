/* Requests that came before the peer's description: each is answered at once and acted upon once the session runs (RFC 8445, 7.3:
 * "once the answer is received, it MUST proceed with the remaining steps required"). */
#ifndef NT_ICE_EARLY_H
#define NT_ICE_EARLY_H

#include "core/ice/candidate.h"
#include "core/stun/stun.h"

#define NT_ICE_EARLY_MAX 64 /* sources of requests remembered; fewer if the limit of pairs is low */

/* An authentic request, as far as the check lists need it. */
struct nt_ice_heard {
    struct nt_ice_via via;
    uint8_t stream;
    uint16_t component;
    struct nt_addr from;
    uint32_t priority, nomination; /* 0: no NOMINATION */
    bool has_priority, use_candidate;
    uint8_t id[NT_STUN_ID];
};

struct nt_ice_early;

struct nt_ice_early *nt_ice_early_new(void); /* NULL without memory */
void nt_ice_early_del(struct nt_ice_early *early);
/* NULL: remembered, and it will have its pair; otherwise why not. `most`: how many can have one. */
const char *nt_ice_early_remember(struct nt_ice_early *early, const struct nt_ice_heard *h, size_t most);
const struct nt_ice_heard *nt_ice_early_at(const struct nt_ice_early *early, size_t i); /* NULL: no i-th */
void nt_ice_early_forget(struct nt_ice_early *early);                                   /* all of them */

#endif
