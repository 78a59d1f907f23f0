/* How long allocations live on the server: Refresh and expiry (RFC 8656, section 8.2). */
#ifndef NT_TURN_REFRESH_H
#define NT_TURN_REFRESH_H

#include "core/turn/server_state.h"

/* max(default, min(asked, max)): RFC 8656, 7.2; asked 0: not asked. */
uint32_t nt_turn_granted_lifetime(const struct nt_turn_server_config *config, uint32_t asked);
void nt_turn_serve_refresh(const struct nt_turn_request *q, nt_time now);
void nt_turn_expire_allocations(struct nt_turn_server *s, nt_time now);
void nt_turn_release(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now); /* both its parts */
void nt_turn_release_allocations(struct nt_turn_server *s, nt_time now);                   /* all of them */

#endif
