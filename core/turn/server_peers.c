#include "core/turn/server_peers.h"
#include "core/base/err.h"
#include "core/turn/peer_filter.h"
#include "core/turn/response.h"
#include "core/turn/server_trace.h"

#define NONE ((struct nt_turn_refusal){0, NULL})

/* Why the request may not name the peer. */
static struct nt_turn_refusal peer_refusal(const struct nt_turn_request *q, const struct nt_addr *peer)
{
    /* RFC 8656, 10.2: "an address family that is not the same as that of a relayed transport address for the allocation [...]
     * 443 (Peer Address Family Mismatch)" */
    if (nt_turn_relay_for(q->allocation, peer->family) == NULL)
        return (struct nt_turn_refusal){443, "no relayed address of the peer's family"};
    return nt_turn_peer_forbidden(&q->server->config, peer) ? (struct nt_turn_refusal){403, "a forbidden peer"} : NONE;
}

/* The next XOR-PEER-ADDRESS of the request, however many there are: *a starts as {0}. NT_ENOENT: there is no further one. */
static int next_peer(const struct nt_turn_request *q, struct nt_stun_attr *a, struct nt_addr *peer)
{
    while (nt_stun_next_attr(q->msg, a))
        if (a->type == NT_ATTR_XOR_PEER_ADDRESS)
            return nt_stun_attr_addr(q->msg, a, peer);
    return NT_ENOENT;
}

/* RFC 8656, 10.2: there is at least one XOR-PEER-ADDRESS and all are valid, or nothing is installed. */
static struct nt_turn_refusal peers_refusal(const struct nt_turn_request *q)
{
    struct nt_stun_attr a = {0};
    struct nt_addr peer;
    struct nt_turn_refusal first = NONE;
    int seen = 0, r;
    for (; (r = next_peer(q, &a, &peer)) == NT_OK; seen++) {
        peer.port = 0;
        struct nt_turn_refusal refusal = peer_refusal(q, &peer);
        first = first.code == 0 ? refusal : first;
    }
    return r != NT_ENOENT || seen == 0 ? (struct nt_turn_refusal){400, "no XOR-PEER-ADDRESS, or a malformed one"} : first;
}

/* Makes room for a permission, without giving it. */
static struct nt_turn_refusal prepare_permission(const struct nt_turn_request *q, const struct nt_addr *peer, nt_time now)
{
    int r = nt_turn_permission_prepare(&q->allocation->permissions, peer, now);
    return r >= 0 ? NONE
                  : (struct nt_turn_refusal){508, r == NT_ELIMIT ? "the limit of permissions of an allocation" : "no memory"};
}

static void install_permission(const struct nt_turn_request *q, const struct nt_addr *peer, nt_time now)
{
    nt_turn_permission_install(&q->allocation->permissions, peer, now);
    nt_turn_trace_between(q->server, NT_TR_TURN_PERMISSION, &q->allocation->client.remote, peer, 0, now);
}

void nt_turn_serve_permissions(const struct nt_turn_request *q, nt_time now)
{
    struct nt_stun_attr a = {0};
    struct nt_addr peer;
    struct nt_turn_refusal refusal = peers_refusal(q);
    while (refusal.code == 0 && next_peer(q, &a, &peer) == NT_OK)
        refusal = prepare_permission(q, &peer, now);
    if (refusal.code != 0) {
        nt_turn_respond_error(q, &refusal, now);
        return;
    }
    a = (struct nt_stun_attr){0};
    while (next_peer(q, &a, &peer) == NT_OK)
        install_permission(q, &peer, now);
    nt_turn_respond_success(q, now);
}

/* Reads what is to be bound. */
static struct nt_turn_refusal read_binding(const struct nt_turn_request *q, uint16_t *number, struct nt_addr *peer)
{
    uint32_t value;
    if (nt_stun_get_u32(q->msg, NT_ATTR_CHANNEL_NUMBER, &value) != NT_OK ||
        nt_stun_get_addr(q->msg, NT_ATTR_XOR_PEER_ADDRESS, peer) != NT_OK)
        return (struct nt_turn_refusal){400, "no CHANNEL-NUMBER or XOR-PEER-ADDRESS, or a malformed one"};
    *number = (uint16_t)(value >> 16);
    if (*number < NT_CHANNEL_MIN || *number > NT_CHANNEL_MAX)
        return (struct nt_turn_refusal){400, "a channel number out of range"};
    return peer->port == 0 ? (struct nt_turn_refusal){400, "port 0 is nobody's"} : peer_refusal(q, peer);
}

static struct nt_turn_refusal bind_channel(const struct nt_turn_request *q, nt_time now)
{
    uint16_t number;
    struct nt_addr peer;
    struct nt_turn_refusal refusal = read_binding(q, &number, &peer);
    if (refusal.code == 0)
        refusal = prepare_permission(q, &peer, now);
    if (refusal.code != 0)
        return refusal;
    int r = nt_turn_channel_bind(&q->allocation->channels, number, &peer, now);
    if (r != NT_OK)
        return r == NT_EEXIST ? (struct nt_turn_refusal){400, "the number or the peer is bound otherwise"}
                              : (struct nt_turn_refusal){508, "no memory"};
    install_permission(q, &peer, now);
    nt_turn_trace_between(q->server, NT_TR_TURN_CHANNEL, &q->allocation->client.remote, &peer, number, now);
    return NONE;
}

void nt_turn_serve_channel(const struct nt_turn_request *q, nt_time now)
{
    struct nt_turn_refusal refusal = bind_channel(q, now);
    if (refusal.code != 0)
        nt_turn_respond_error(q, &refusal, now);
    else
        nt_turn_respond_success(q, now);
}
