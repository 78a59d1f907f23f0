/* The server's trace events. */
#ifndef NT_TURN_SERVER_TRACE_H
#define NT_TURN_SERVER_TRACE_H

#include "core/turn/server_state.h"

/* What is being handed in is dropped; client and peer may be NULL. */
void nt_turn_trace_drop(const struct nt_turn_server *s, const struct nt_why *why, const struct nt_addr *client,
                        const struct nt_addr *peer, nt_time now);
/* A request of the client is answered with an error. */
void nt_turn_trace_refused(const struct nt_turn_server *s, const struct nt_addr *client, int code, const char *why, nt_time now);
/* Something begins or ends between a client and an address: NT_TR_TURN_ALLOCATED, _RELEASED, _PERMISSION, _CHANNEL (with its
 * number). */
void nt_turn_trace_between(const struct nt_turn_server *s, enum nt_trace_kind kind, const struct nt_addr *client,
                           const struct nt_addr *other, uint16_t number, nt_time now);

#endif
