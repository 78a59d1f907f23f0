/* The server's side of checks (RFC 8445, section 7.3). A request is authenticated, roles are settled, its pair is admitted, it is
 * answered, a check is triggered, a nomination is noted: in this order, so that success is answered only to what is accepted. */
#ifndef NT_ICE_RESPOND_H
#define NT_ICE_RESPOND_H

#include "core/ice/session.h"

/* A Binding request from `from` by `via`. */
void nt_ice_respond(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m,
                    nt_time now);
void nt_ice_respond_replay(struct nt_ice_session *s, nt_time now); /* the session runs now */
int nt_ice_respond_build(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap);

#endif
