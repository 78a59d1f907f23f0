/* Inside of the room: the allocation on each pair, as its messages show it at one party: lifetime, permissions, channels, and what
 * is on its way through the server. Times are those of the messages. A dual allocation has a side for each address family. */
#ifndef NT_CONFORMANCE_RELAY_VIEW_H
#define NT_CONFORMANCE_RELAY_VIEW_H

#include "reports/conformance/finding.h"
#include "reports/conformance/relay_ring.h"

/* RFC 8656, 9 and 12: "The Permission Lifetime MUST be 300 seconds", "A channel binding lasts for 10 minutes unless refreshed" */
#define NT_PERMISSION_LIFETIME (300 * NT_SEC)
#define NT_CHANNEL_LIFETIME (600 * NT_SEC)

/* RFC 8656, 9: a time-to-expiry "decreases down once per second until it reaches zero", so that a server may be a second early or
 * late. What it has at a time for sure, and what it may have. */
static inline nt_time nt_surely_at(nt_time at)
{
    return at + NT_SEC;
}
static inline nt_time nt_maybe_at(nt_time at)
{
    return at - NT_SEC;
}

enum nt_grant_kind {
    NT_GRANT_PERMISSION = 1, /* of an IP address: port 0 */
    NT_GRANT_CHANNEL,
    NT_GRANT_ASKED,         /* a permission that was asked for, whatever the response */
    NT_GRANT_ASKED_CHANNEL, /* likewise */
    NT_GRANT_REFUSED        /* a permission that was refused together with others */
};

struct nt_relay_silence { /* of a permission, one way */
    uint32_t count;       /* datagrams that should have been relayed since one was */
    nt_time since;        /* when the first of them came */
};

struct nt_relay_grant {
    struct nt_addr peer;
    uint16_t number; /* of a channel; else 0 */
    uint8_t kind;    /* enum nt_grant_kind */
    nt_time since, until;
    uint32_t frame;                             /* of the message that granted it, or asked for it */
    struct nt_relay_silence to_client, to_peer; /* a permission */
    bool reached;                               /* a datagram of its peers came while it was there */
    uint32_t next;
};

struct nt_relay_side { /* of one address family */
    bool known, live, removed;
    nt_time expires;
    struct nt_addr relayed;
};

struct nt_relay {
    bool known;
    struct nt_relay_side sides[2]; /* IPv4, IPv6 */
    uint32_t frame;                /* of the Allocate success */
    uint32_t transaction;          /* nt_item.first of its request; NT_VIEW_NONE: none */
    nt_time sent_at;               /* when the server last sent something to the client */
    nt_time refreshing;            /* when the client last sent a Refresh that was not answered; 0: none */
    uint32_t user;                 /* of the input, or NT_VIEW_NONE */
    uint32_t grants;               /* list, the latest first */
    struct nt_relay_ring down, up; /* to peers, to the client */
};

struct nt_relay_view {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct nt_relay *of; /* by pair */
    size_t of_count, of_cap;
    struct nt_relay_grant *grants;
    size_t grant_count, grant_cap;
    size_t *resets; /* of each party: how many are behind it; NULL until the first */
};

void nt_relay_view_init(struct nt_relay_view *turn, struct nt_finder *finder);
/* Makes room for all pairs of the view; false: the finder has the error. Before each item. */
bool nt_relay_view_reach(struct nt_relay_view *turn);
void nt_relay_view_free(struct nt_relay_view *turn);
/* A server that has lost its state since its last item (nt_conf_party.reset_at) has no allocation that it is held to. */
void nt_relay_follow_resets(struct nt_relay_view *turn, const struct nt_item *m);
/* Follow messages. Without memory the finder has the error. */
void nt_relay_follow_success(struct nt_relay_view *turn, const struct nt_item *m); /* the server's */
void nt_relay_follow_refusal(struct nt_relay_view *turn, const struct nt_item *m); /* the server's */
void nt_relay_follow_request(struct nt_relay_view *turn,
                             const struct nt_item *m); /* the client's: what it asks for, whatever the response */
void nt_relay_follow_relayed(struct nt_relay_view *turn,
                             const struct nt_item *m); /* the server's, at the client: a Data indication, ChannelData */
/* For how long what was sent may still be relayed. */
static inline nt_time nt_relay_within(const struct nt_relay_view *turn)
{
    return turn->v->in->real_time ? NT_RELAY_WITHIN_REAL_TIME : NT_RELAY_WITHIN;
}
void nt_relay_add_load(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_relay_load *load);

static inline const struct nt_relay_side *nt_relay_side(const struct nt_relay *relay, uint8_t family)
{
    return &relay->sides[family == NT_AF_IPV6];
}
bool nt_relay_side_is_live(const struct nt_relay_view *turn, const struct nt_relay_side *side, nt_time now);
bool nt_relay_is_live(const struct nt_relay_view *turn, const struct nt_relay *relay, nt_time now); /* on either side */
/* The permission for an IP address, or the one that was asked for or refused; NULL: there never was one. It may have run out. */
const struct nt_relay_grant *nt_relay_grant_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                               const struct nt_addr *peer, enum nt_grant_kind kind);
struct nt_relay_grant *nt_relay_permission(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer);
void nt_relay_hear_all(struct nt_relay_view *turn,
                       const struct nt_relay *relay); /* nothing that came from peers waits to be relayed */
bool nt_relay_permits(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now);
/* The client has asked for a permission for this peer, or to bind this channel; the response may be lost. */
bool nt_relay_was_asked(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now);
const struct nt_relay_grant *nt_relay_asked_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                                    nt_time now);
/* The live binding of a channel, or to a peer; NULL: none. */
const struct nt_relay_grant *nt_relay_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                              nt_time now);
const struct nt_relay_grant *nt_relay_channel_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                                 const struct nt_addr *peer, nt_time now);
/* The binding of a channel to a peer that ran out last; NULL: there never was one. */
const struct nt_relay_grant *nt_relay_past_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number);

#endif
