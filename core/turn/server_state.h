/* What the files of the TURN server share. */
#ifndef NT_TURN_SERVER_STATE_H
#define NT_TURN_SERVER_STATE_H

#include "core/turn/allocation.h"
#include "core/turn/outbox.h"
#include "core/turn/server.h"

/* RFC 8656, 7.2: "The server MUST hold this reservation for at least 30 seconds" */
#define NT_TURN_RESERVATION_LIFETIME (30 * NT_SEC)
#define NT_TURN_RESERVATIONS_MAX 256
#define NT_TURN_MESSAGE_MAX 4096 /* of the server's responses */
#define NT_TURN_LISTEN_ID 1

struct nt_turn_reservation {
    uint64_t token;
    struct nt_addr addr;
    nt_time expires;
};

struct nt_turn_server {
    struct nt_turn_server_config config; /* its pointers are our own copies */
    struct nt_stun_realm realm;
    uint32_t *held; /* allocations of each user */
    struct nt_turn_allocations allocations;
    struct nt_turn_reservation *reservations; /* in the order they were made, which is that of their expiry */
    size_t reservation_count, reservation_cap;
    struct nt_turn_outbox outbox;
    bool listen_asked;
};

/* One request under work. */
struct nt_turn_request {
    struct nt_turn_server *server;
    const struct nt_path *path;
    const struct nt_stun_msg *msg;
    struct nt_stun_auth auth;
    struct nt_turn_allocation *allocation; /* of the 5-tuple, or NULL */
};

void nt_turn_drop(const struct nt_turn_server *s, const struct nt_addr *client, const struct nt_addr *peer, const char *why,
                  nt_time now);
bool nt_turn_peer_forbidden(const struct nt_turn_server *s, const struct nt_addr *peer);
bool nt_turn_tunnelled(const struct nt_addr *a);
/* max(default, min(asked, max)): RFC 8656, 7.2; asked 0: not asked. */
uint32_t nt_turn_lifetime(const struct nt_turn_server *s, uint32_t asked);
uint32_t nt_turn_seconds_left(const struct nt_turn_relay *r, nt_time now);
void nt_turn_released(struct nt_turn_server *s, struct nt_turn_relay *r, nt_time now); /* ends it, with trace and quota */

/* request.c: requests and their responses. */
void nt_turn_serve(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);
void nt_turn_answer_error(const struct nt_turn_request *q, int code, nt_time now);

/* allocate.c: Allocate, and the ports it needs. */
void nt_turn_serve_allocate(const struct nt_turn_request *q, nt_time now);
void nt_turn_answer_allocate(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now);
void nt_turn_port_answered(struct nt_turn_server *s, const struct nt_path *path, bool granted, nt_time now);
void nt_turn_expire_reservations(struct nt_turn_server *s, nt_time now);

/* relay.c: data both ways. */
void nt_turn_relay_channel_data(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                nt_time now);
void nt_turn_relay_send(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now);
void nt_turn_relay_from_peer(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
void nt_turn_relay_icmp(struct nt_turn_server *s, const struct nt_path *path, uint8_t type, uint8_t code, nt_time now);

#endif
