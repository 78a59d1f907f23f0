/* What faults of STUN and TURN clients and servers ask about a datagram. */
#ifndef FAULTY_TURN_EVENT_H
#define FAULTY_TURN_EVENT_H

#include "tests/faulty/fault.h"

static inline bool is_of(const struct fault_event *e, uint8_t class_, uint16_t method)
{
    return e->stun != NULL && e->stun->class_ == class_ && e->stun->method == method;
}
static inline bool is_turn(const struct fault_event *e)
{
    return e->stun != NULL && e->stun->method != NT_STUN_BINDING;
}

/* --- of a client --- */

static inline bool asks(const struct fault_event *e, uint16_t method)
{
    return e->outgoing && is_of(e, NT_STUN_REQUEST, method);
}
static inline bool asks_turn(const struct fault_event *e)
{
    return e->outgoing && is_turn(e) && e->stun->class_ == NT_STUN_REQUEST;
}
static inline bool asks_signed(const struct fault_event *e) /* with credentials that the faults know */
{
    return asks_turn(e) && e->key != NULL;
}
static inline bool asks_bare(const struct fault_event *e) /* the first request of all */
{
    return asks_turn(e) && !stun_edit_has(e->stun, NT_ATTR_REALM);
}
static inline bool asks_with_algorithms(const struct fault_event *e)
{
    return asks_signed(e) && stun_edit_has(e->stun, NT_ATTR_PASSWORD_ALGORITHM);
}
static inline bool asks_allocate(const struct fault_event *e)
{
    return asks(e, NT_TURN_ALLOCATE);
}
static inline bool asks_permission(const struct fault_event *e)
{
    return asks(e, NT_TURN_CREATE_PERMISSION);
}
static inline bool asks_channel(const struct fault_event *e)
{
    return asks(e, NT_TURN_CHANNEL_BIND);
}
static inline bool asks_refresh(const struct fault_event *e)
{
    return asks(e, NT_TURN_REFRESH);
}
static inline bool sends_indication(const struct fault_event *e)
{
    return e->outgoing && is_of(e, NT_STUN_INDICATION, NT_TURN_SEND);
}
static inline bool is_channel_data(const struct fault_event *e)
{
    return e->stun == NULL && e->sdp == NULL && e->len >= 4 && (e->bytes[0] & 0xf0) == 0x40;
}
static inline bool sends_channel_data(const struct fault_event *e) /* as a client */
{
    return e->outgoing && e->frame.kind == FRAME_CHANNEL && is_channel_data(e);
}

/* --- of a server --- */

#define SERVER_PORT 3478

static inline bool to_client(const struct fault_event *e) /* not from a relayed address */
{
    return e->outgoing && e->path.local.port == SERVER_PORT;
}
static inline bool to_peer(const struct fault_event *e)
{
    return e->outgoing && e->path.local.port != SERVER_PORT;
}
static inline bool responds(const struct fault_event *e)
{
    return to_client(e) && e->request != NULL && e->stun != NULL && e->stun->class_ >= NT_STUN_SUCCESS;
}
static inline bool answers_binding(const struct fault_event *e)
{
    return responds(e) && e->stun->method == NT_STUN_BINDING;
}
static inline bool tells_mapped(const struct fault_event *e)
{
    return answers_binding(e) && e->stun->class_ == NT_STUN_SUCCESS;
}
static inline bool refuses(const struct fault_event *e, int code)
{
    return responds(e) && e->stun->class_ == NT_STUN_ERROR && stun_edit_error(e->stun) == code;
}
static inline bool challenges(const struct fault_event *e)
{
    return refuses(e, 401);
}
static inline bool offers_algorithms(const struct fault_event *e)
{
    return challenges(e) && stun_edit_has(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}
static inline bool says_stale(const struct fault_event *e)
{
    return refuses(e, 438);
}
static inline bool grants(const struct fault_event *e) /* a TURN request that is authenticated */
{
    return responds(e) && is_turn(e) && e->stun->class_ == NT_STUN_SUCCESS && e->key != NULL;
}
static inline bool allocates(const struct fault_event *e)
{
    return grants(e) && e->stun->method == NT_TURN_ALLOCATE;
}
static inline bool permits(const struct fault_event *e)
{
    return grants(e) && e->stun->method == NT_TURN_CREATE_PERMISSION;
}
static inline bool binds_channel(const struct fault_event *e)
{
    return grants(e) && e->stun->method == NT_TURN_CHANNEL_BIND;
}
static inline bool refreshes(const struct fault_event *e)
{
    return grants(e) && e->stun->method == NT_TURN_REFRESH;
}
static inline bool gives_indication(const struct fault_event *e)
{
    return to_client(e) && is_of(e, NT_STUN_INDICATION, NT_TURN_DATA);
}
static inline bool gives_channel_data(const struct fault_event *e)
{
    return to_client(e) && is_channel_data(e);
}

#endif
