/* Keeps the selected pairs alive: sends consent requests (RFC 7675) and keepalives (RFC 8445, section 11), takes the responses.
 * When one component's consent is lost, nt_ice_consents_any_lost says so. */
#ifndef NT_ICE_FRESHNESS_H
#define NT_ICE_FRESHNESS_H

#include "core/ice/session.h"

void nt_ice_freshness_timer(struct nt_ice_session *s, nt_time now);
/* As nt_ice_session_lose_bases; without another pair to follow, consent of a selected pair that used one is lost. */
bool nt_ice_freshness_lose_bases(struct nt_ice_session *s, nt_time now);
/* A check of this pair was answered with 403: consent is revoked, if it is the selected one's. */
void nt_ice_freshness_forbidden(struct nt_ice_session *s, const struct nt_ice_pair *p, nt_time now);
/* Is this response, from `from` by `via`, one to a consent request? */
bool nt_ice_freshness_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                               const struct nt_stun_msg *m, nt_time now);
int nt_ice_freshness_build_consent(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap);
int nt_ice_freshness_build_keepalive(const struct nt_ice_message *m, uint8_t *buf, size_t cap);

#endif
