/* What servers tell: the mapped address in a Binding response, or why there is none; the relayed address of an allocation. */
#ifndef NT_ICE_ANSWERS_H
#define NT_ICE_ANSWERS_H

#include "core/ice/gather_state.h"

/* Why a Binding request to a server failed. */
struct nt_ice_failure {
    int code;           /* 0: the server's counts for nothing */
    const char *reason; /* its phrase, or our words */
    size_t len;
};

struct nt_ice_failure nt_ice_answers_failure(const char *reason); /* in our words */
void nt_ice_answers_tell_failure(const struct nt_ice_gather *g, const struct nt_ice_source *s, const struct nt_ice_failure *f,
                                 nt_time now);
/* False: *f says why there is none. */
bool nt_ice_answers_mapped(const struct nt_stun_msg *m, struct nt_addr *mapped, struct nt_ice_failure *f);
/* False: peers cannot reach the relay there. `base` and `mapped`: the client's own, and as the server sees it. */
bool nt_ice_answers_accept_relayed(const struct nt_ice_gather *g, const struct nt_ice_source *s, const struct nt_addr *base,
                                   const struct nt_addr *mapped, nt_time now);

#endif
