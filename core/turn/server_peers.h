/* The server's side of CreatePermission and ChannelBind (RFC 8656, sections 10.2 and 12.2). */
#ifndef NT_TURN_SERVER_PEERS_H
#define NT_TURN_SERVER_PEERS_H

#include "core/turn/server_state.h"

void nt_turn_serve_permissions(const struct nt_turn_request *q, nt_time now);
void nt_turn_serve_channel(const struct nt_turn_request *q, nt_time now);

#endif
