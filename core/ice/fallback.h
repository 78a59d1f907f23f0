/* Streams that go on without ICE (RFC 8839, sections 4.2.5, 4.3.2 and 4.3.3): RFC 3264 alone says then where media go, and that is
 * the owner's. */
#ifndef NT_ICE_FALLBACK_H
#define NT_ICE_FALLBACK_H

#include "core/ice/peer_offer.h"

/* Ends ICE for the streams that do not use it by the peer's description, which nt_ice_session_check has passed; for all of them
 * when it is an answer, and a default destination in it is no candidate. */
void nt_ice_fallback_take(struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now);
/* Ours of a stream that goes on without ICE, now or once the offer that is `answered` (or NULL) counts: "the answerer MUST NOT
 * include any ICE-related SDP attributes in the answer". RFC 8839, 4.3.4: a stream whose checks have failed is removed, by the port
 * 0; so is one that the offer refuses. */
void nt_ice_fallback_strip(const struct nt_ice_session *s, const struct nt_ice_peer_offer *answered, struct nt_ice_description *d);

#endif
