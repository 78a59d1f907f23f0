/* A request that comes to the server (RFC 8656, section 5): authentication, the checks that all methods share, then the method's.
 */
#ifndef NT_TURN_REQUEST_H
#define NT_TURN_REQUEST_H

#include "core/turn/server_state.h"

/* Allocate, Refresh, CreatePermission, ChannelBind. */
bool nt_turn_serves(uint16_t method);
void nt_turn_serve(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);
/* A request with more attributes than can be read: 400. */
void nt_turn_refuse_unread(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);

#endif
