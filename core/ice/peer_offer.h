/* The peer's offer within a session, from nt_ice_set_offer until its answer has left: which streams it refuses, and which pairs it
 * names by remote-candidates (RFC 8839, section 4.4.2 and appendix B). */
#ifndef NT_ICE_PEER_OFFER_H
#define NT_ICE_PEER_OFFER_H

#include "core/ice/session.h"

struct nt_ice_peer_offer;

/* NULL without memory. */
struct nt_ice_peer_offer *nt_ice_peer_offer_new(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now);
void nt_ice_peer_offer_del(struct nt_ice_peer_offer *o);
bool nt_ice_peer_offer_refuses(const struct nt_ice_peer_offer *o, uint8_t stream);  /* by the port 0 */
bool nt_ice_peer_offer_uses_ice(const struct nt_ice_peer_offer *o, uint8_t stream); /* false: refused, or RFC 3264 alone */
/* The candidate of ours that is named for the component at this place, when all pairs named for its stream are valid; NULL: none is
 * named, or one is not valid. */
const struct nt_ice_candidate *nt_ice_peer_offer_named(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s,
                                                       size_t place);
/* A pair that is named is not valid yet, and a check that may make it so has not ended. */
bool nt_ice_peer_offer_waits(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s);
/* A pair that is named is not valid: its checks have failed. */
bool nt_ice_peer_offer_is_lost(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s);

#endif
