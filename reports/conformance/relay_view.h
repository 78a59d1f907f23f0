/* Inside of the room: the allocation on each pair, as its messages show it at one party: lifetime, permissions, channels, and what
 * is on its way through the server. Times are those of the messages. */
#ifndef NT_CONFORMANCE_RELAY_VIEW_H
#define NT_CONFORMANCE_RELAY_VIEW_H

#include "reports/conformance/finding.h"

#define NT_RELAY_RING 64 /* datagrams on their way that are remembered */

struct nt_relay_grant { /* a channel; a permission (port 0, number 0); or one that was asked for (port 0, number 1) */
    struct nt_addr peer;
    uint16_t number;
    nt_time until;
    uint32_t next;
};

/* What a message asks to relay, or what was relayed. The datagram itself is not kept. */
struct nt_relay_load {
    nt_time at;
    uint64_t hash;
    uint32_t len;
    uint16_t channel;    /* of ChannelData, whose peer the relay's channels tell; else 0 */
    struct nt_addr peer; /* else */
};

struct nt_relay_ring {
    struct nt_relay_load *loads; /* NULL until the first */
    unsigned next, count;
};

struct nt_relay {
    bool known, live, removed;
    nt_time expires;
    struct nt_addr relayed;
    uint32_t user;                 /* of the input, or NT_VIEW_NONE */
    uint32_t grants;               /* list */
    struct nt_relay_ring down, up; /* to peers, to the client */
};

struct nt_relay_view {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct nt_relay *of; /* by pair */
    size_t of_count, of_cap;
    struct nt_relay_grant *grants;
    size_t grant_count, grant_cap;
};

void nt_relay_view_init(struct nt_relay_view *turn, struct nt_finder *finder);
/* Makes room for all pairs of the view; false: the finder has the error. Before each item. */
bool nt_relay_view_reach(struct nt_relay_view *turn);
void nt_relay_view_free(struct nt_relay_view *turn);
/* Follow messages. Without memory the finder has the error. */
void nt_relay_follow_success(struct nt_relay_view *turn, const struct nt_item *m); /* the server's */
void nt_relay_follow_request(struct nt_relay_view *turn,
                             const struct nt_item *m); /* the client's: what it asks for, whatever the response */
void nt_relay_follow_relayed(struct nt_relay_view *turn,
                             const struct nt_item *m); /* the server's, at the client: a Data indication, ChannelData */
void nt_relay_ring_add(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_relay_load *load);

bool nt_relay_is_live(const struct nt_relay *relay, nt_time now);
bool nt_relay_permits(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now);
/* The client has asked for a permission for this peer; the response may be lost. */
bool nt_relay_was_asked(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now);
/* The live channel of a number, or to a peer; NULL: none. */
const struct nt_relay_grant *nt_relay_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                              nt_time now);
const struct nt_relay_grant *nt_relay_channel_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                                 const struct nt_addr *peer, nt_time now);

#endif
