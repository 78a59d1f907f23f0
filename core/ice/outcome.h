/* The client's side of checks in a session (RFC 8445, section 7.2): which check starts, and what the outcome of each leads to. */
#ifndef NT_ICE_OUTCOME_H
#define NT_ICE_OUTCOME_H

#include "core/ice/session.h"

bool nt_ice_outcome_start_one(struct nt_ice_session *s, nt_time ta, nt_time now); /* a check; false: none can be */
/* Is this response, from `from` by `via`, one to a check? */
bool nt_ice_outcome_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                             const struct nt_stun_msg *m, nt_time now);
/* NULL: a check has ended; or why not. */
const struct nt_why *nt_ice_outcome_icmp(struct nt_ice_session *s, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                         nt_time now); /* 7.2.5.2.2 */
void nt_ice_outcome_timer(struct nt_ice_session *s, nt_time now);

#endif
