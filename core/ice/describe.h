/* Our description (RFC 8445, section 5.3; RFC 8839, section 4.4), and what the peer's says of its candidates. With trickle (RFC
 * 8838) both come piece by piece. */
#ifndef NT_ICE_DESCRIBE_H
#define NT_ICE_DESCRIBE_H

#include "core/ice/peer_offer.h"

/* Our whole description; the caller frees it. `gathered`: we have all of our candidates. `answered`: the peer's offer within the
 * session that it answers, or NULL. NT_OK, NT_ENOMEM, NT_ELIMIT. */
int nt_ice_describe_own(struct nt_ice_session *s, bool offer, bool gathered, const struct nt_ice_peer_offer *answered,
                        struct nt_ice_description *d);
/* All candidates told so far and new ones at the end (RFC 8840, 4.4), for a peer that trickles. */
int nt_ice_describe_fragment(struct nt_ice_session *s, bool gathered, struct nt_ice_description *d);
/* The candidates of the peer's description. What cannot be used is passed over, with a trace event. NT_OK or NT_ENOMEM. */
int nt_ice_describe_take(struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now);
bool nt_ice_describe_is_of(const struct nt_ice_session *s, const struct nt_ice_description *fragment); /* of this session? */
/* A fragment of it. NT_EINVAL: it is not of this session. */
int nt_ice_describe_take_fragment(struct nt_ice_session *s, const struct nt_ice_description *fragment, nt_time now);

#endif
