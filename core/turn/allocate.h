/* Allocate on the server (RFC 8656, section 7.2): the checks in their order, the choice of ports, reservations. */
#ifndef NT_TURN_ALLOCATE_H
#define NT_TURN_ALLOCATE_H

#include "core/turn/server_state.h"

/* The response follows when the ports are bound. */
void nt_turn_serve_allocate(const struct nt_turn_request *q, nt_time now);
/* The endpoint's owner has bound the port of request path->id, or refused to. */
void nt_turn_port_answered(struct nt_turn_server *s, const struct nt_path *path, bool granted, nt_time now);

#endif
