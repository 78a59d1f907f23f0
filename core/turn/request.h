/* A request that comes to the server (RFC 8656, section 5): authentication, the checks that all methods share, then the method's.
 */
#ifndef NT_TURN_REQUEST_H
#define NT_TURN_REQUEST_H

#include "core/turn/server_state.h"

/* Allocate, Refresh, CreatePermission, ChannelBind. */
void nt_turn_serve(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);

#endif
