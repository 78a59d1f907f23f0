#include "reports/conformance/rfc8656_silence.h"

#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"
#include "reports/conformance/tunnels.h"

/* So many in a row, for so long, are not lost by chance; and so small ones fit into one packet. */
#define SILENT_MANY 4
#define SILENT_FOR (2 * NT_SEC)
#define SILENT_BYTES 400

/* Counts one more that should be relayed. A real server may have stood still, unless it has sent something else meanwhile. true:
 * they are too many; the count begins anew. */
static bool count_unrelayed(const struct nt_relay_view *turn, const struct nt_relay *relay, struct nt_relay_silence *s, nt_time at)
{
    if (s->count == 0)
        s->since = at;
    if (s->count == 0 || !turn->v->in->real_time || relay->sent_at > s->since)
        s->count++;
    if (s->count <= SILENT_MANY || at - s->since < SILENT_FOR)
        return false;
    s->count = 0;
    return true;
}

/* The permission of a peer whose small datagram the server surely relays; NULL: it may be dropped. */
static struct nt_relay_grant *sure_permission(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m,
                                              const struct nt_addr *peer, uint32_t len)
{
    bool sure = len <= SILENT_BYTES && peer->port != 0 && !m->excused && nt_relay_permits(turn, relay, peer, nt_surely_at(m->at));
    return sure ? nt_relay_permission(turn, relay, peer) : NULL;
}

/* --- to the client --- */

/* A peer's datagrams that are let in are relayed. */
void nt_rfc8656_peer_sent(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m)
{
    char text[NT_ADDR_TEXT];
    struct nt_relay_grant *any = nt_relay_permission(turn, relay, &m->remote);
    struct nt_relay_grant *g = sure_permission(turn, relay, m, &m->remote, m->len);
    if (any != NULL)
        any->reached = true;
    if (g == NULL)
        return;
    if (count_unrelayed(turn, relay, &g->to_client, m->at))
        nt_require(turn->finder, NT_TURN_RULE_PERMISSION_LIFE, m, false,
                   "no datagram of %s was relayed for %" PRId64 " ms, and the permission of packet %u is %" PRId64 " s old",
                   nt_addr_format(&m->remote, text), (m->at - g->to_client.since) / NT_MSEC, (unsigned)g->frame,
                   (m->at - g->since) / NT_SEC);
}

void nt_rfc8656_client_got(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer)
{
    struct nt_relay_grant *g = nt_relay_permission(turn, relay, peer);
    if (g != NULL)
        g->to_client.count = 0;
}

/* --- to peers --- */

/* Its messages are read, and none of their attributes forbids to relay: "unable to set the DF bit" discards a Send indication. */
static bool is_understood(const struct nt_relay_view *turn, const struct nt_item *m)
{
    return (m->flaws & ~NT_FLAWS_HARMLESS) == 0 &&
           (m->kind == NT_ITEM_CHANNEL || (!m->unknown_required && nt_item_attr(turn->v, m, NT_ATTR_DONT_FRAGMENT) == NULL));
}

/* The server has a way to it, and lets it have data: something came from it, or it is one of the server's own relayed addresses.
 * Not so in real time: what a real server sends from one of its addresses to another passes no tap. */
static bool is_reached(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_relay_grant *g,
                       const struct nt_addr *peer)
{
    bool own = nt_view_relayed(turn->v, m->party, peer) != NT_VIEW_NONE;
    return own ? !turn->v->in->real_time : g->reached && !nt_address_is_tunnelled(peer);
}

/* 11.2 and 12.6: "The resulting UDP datagram is then sent to the peer." An empty one is not seen. */
void nt_rfc8656_client_sent(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m, const struct nt_addr *peer,
                            uint32_t len)
{
    char text[NT_ADDR_TEXT];
    struct nt_relay_grant *g = sure_permission(turn, relay, m, peer, len);
    if (g == NULL || len == 0 || !is_understood(turn, m) || !is_reached(turn, m, g, peer))
        return;
    bool silent = count_unrelayed(turn, relay, &g->to_peer, m->at);
    nt_require(turn->finder, NT_TURN_RULE_RELAYED, m, !silent,
               "nothing that the client sent to %s was relayed for %" PRId64 " ms; packet %u granted the permission",
               nt_addr_format(peer, text), (m->at - g->to_peer.since) / NT_MSEC, (unsigned)g->frame);
}

void nt_rfc8656_peer_got(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer)
{
    struct nt_relay_grant *g = nt_relay_permission(turn, relay, peer);
    if (g != NULL)
        g->to_peer.count = 0;
}
