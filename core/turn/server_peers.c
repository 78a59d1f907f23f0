#include "core/turn/server_peers.h"
#include "core/base/err.h"
#include "core/turn/peer_filter.h"
#include "core/turn/response.h"
#include "core/turn/server_trace.h"

/* The error code for a peer that the request names, or 0. */
static int peer_error(const struct nt_turn_request *q, const struct nt_addr *peer)
{
    /* RFC 8656, 10.2: "an address family that is not the same as that of a relayed transport address for the allocation [...]
     * 443 (Peer Address Family Mismatch)" */
    if (nt_turn_relay_for(q->allocation, peer->family) == NULL)
        return 443;
    return nt_turn_peer_forbidden(&q->server->config, peer) ? 403 : 0;
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
static int peers_error(const struct nt_turn_request *q)
{
    struct nt_stun_attr a = {0};
    struct nt_addr peer;
    int first = 0, seen = 0, r;
    for (; (r = next_peer(q, &a, &peer)) == NT_OK; seen++) {
        peer.port = 0;
        int code = peer_error(q, &peer);
        first = first == 0 ? code : first;
    }
    return r != NT_ENOENT || seen == 0 ? 400 : first;
}

static void install_permission(const struct nt_turn_request *q, const struct nt_addr *peer, nt_time now)
{
    nt_turn_permission_install(&q->allocation->permissions, peer, now);
    nt_turn_trace_between(q->server, NT_TR_TURN_PERMISSION, &q->allocation->client, peer, 0, now);
}

void nt_turn_serve_permissions(const struct nt_turn_request *q, nt_time now)
{
    struct nt_stun_attr a = {0};
    struct nt_addr peer;
    int code = peers_error(q);
    while (code == 0 && next_peer(q, &a, &peer) == NT_OK)
        if (nt_turn_permission_prepare(&q->allocation->permissions, &peer, now) < 0)
            code = 508;
    if (code != 0) {
        nt_turn_respond_error(q, code, now);
        return;
    }
    a = (struct nt_stun_attr){0};
    while (next_peer(q, &a, &peer) == NT_OK)
        install_permission(q, &peer, now);
    nt_turn_respond_success(q, now);
}

static int bind_channel(const struct nt_turn_request *q, nt_time now)
{
    uint32_t value;
    struct nt_addr peer;
    if (nt_stun_get_u32(q->msg, NT_ATTR_CHANNEL_NUMBER, &value) != NT_OK ||
        nt_stun_get_addr(q->msg, NT_ATTR_XOR_PEER_ADDRESS, &peer) != NT_OK)
        return 400;
    uint16_t number = (uint16_t)(value >> 16);
    if (number < NT_CHANNEL_MIN || number > NT_CHANNEL_MAX || peer.port == 0)
        return 400;
    int code = peer_error(q, &peer);
    if (code != 0)
        return code;
    if (nt_turn_permission_prepare(&q->allocation->permissions, &peer, now) < 0)
        return 508;
    int r = nt_turn_channel_bind(&q->allocation->channels, number, &peer, now);
    if (r != NT_OK)
        return r == NT_EEXIST ? 400 : 508;
    install_permission(q, &peer, now);
    nt_turn_trace_between(q->server, NT_TR_TURN_CHANNEL, &q->allocation->client, &peer, number, now);
    return 0;
}

void nt_turn_serve_channel(const struct nt_turn_request *q, nt_time now)
{
    int code = bind_channel(q, now);
    if (code != 0)
        nt_turn_respond_error(q, code, now);
    else
        nt_turn_respond_success(q, now);
}
