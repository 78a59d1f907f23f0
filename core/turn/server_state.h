/* What the files of the TURN server share. Each part is written by its own file alone: config by server.c, allocations by
 * allocation.c (with what allocate.c notes of the Allocate request), and so on. */
#ifndef NT_TURN_SERVER_STATE_H
#define NT_TURN_SERVER_STATE_H

#include "core/stun/connections.h"
#include "core/stun/outbox.h"
#include "core/turn/allocation.h"
#include "core/turn/reservation.h"
#include "core/turn/server_config.h"

#define NT_TURN_MESSAGE_MAX 4096 /* of the server's messages; UNKNOWN-ATTRIBUTES comes on top of it */

struct nt_turn_server {
    struct nt_turn_server_config config; /* its pointers are our own copies */
    struct nt_stun_realm realm;
    struct nt_turn_allocations allocations;
    struct nt_turn_reservations reservations;
    struct nt_stun_connections connections;
    struct nt_stun_outbox outbox;
    unsigned listens_asked;
};

/* The request that is being served. */
struct nt_turn_request {
    struct nt_turn_server *server;
    const struct nt_path *path;
    const struct nt_stun_msg *msg;
    struct nt_stun_auth auth;
    struct nt_turn_allocation *allocation; /* of the 5-tuple, or NULL */
    struct nt_stun_decision decision;      /* of the server's owner */
};

/* The address of the service in a family. */
static inline const struct nt_addr *nt_turn_listen(const struct nt_turn_server *s, uint8_t family)
{
    return family == NT_AF_IPV6 ? &s->config.listen6 : &s->config.listen;
}

/* The index of the user who made the request. */
static inline uint32_t nt_turn_request_user(const struct nt_turn_request *q)
{
    return (uint32_t)(q->auth.user - q->server->realm.users);
}

#endif
