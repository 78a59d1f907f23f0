/* Inside of the room: a capture as the judges see it. One item for each datagram that an agent or a server sent or received, in the
 * order of frames, with its STUN attributes, the request that a response answers, the key that signs it, and, at agents, what TURN
 * carried. walk.c builds it while frames go by; each item is shown to the judges of relaying at once, and what is kept of it to the
 * others at the end. */
#ifndef NT_CONFORMANCE_VIEW_H
#define NT_CONFORMANCE_VIEW_H

#include "core/base/map.h"
#include "core/sdp/sdp.h"
#include "core/stun/stun.h"
#include "reports/conformance/input.h"

#define NT_VIEW_NONE NT_MAP_NONE
/* What is kept of one capture. Where a limit is reached nothing further is judged, and the verdict says so. */
#define NT_VIEW_MAX 10000000                   /* attributes, keys, allocations */
#define NT_VIEW_SIP_MAX 10000                  /* messages of the signalling, and descriptions */
#define NT_VIEW_STUN_MAX 100000                /* STUN messages, but for those that carry data */
#define NT_VIEW_PAIRS_MAX 65536                /* (party, local, remote) */
#define NT_VIEW_BYTES_MAX (UINT32_C(24) << 20) /* of STUN messages and signalling */
/* Datagrams with data, and what TURN carries them in, are kept one by one up to these limits. Beyond, the first one of each second
 * stands for the others of its (party, local, remote), direction and kind: nt_item.count. */
#define NT_VIEW_DATA_MAX 32768
#define NT_VIEW_DATA_BYTES_MAX (UINT32_C(4) << 20)

#define NT_VIEW_PASSWORDS_MAX 16 /* of one ufrag; beyond, what none of these signs is NT_SIGNED_UNKNOWN */

#define NT_VIEW_RECENT_BITS 9 /* so many messages, as a power of two, are recognized when they come again */

/* A response or a reaction that takes longer does not count: the peer has retransmitted by then. */
#define NT_ANSWER_WITHIN (500 * NT_MSEC)
/* Of times. With real programs a capture is as exact as the machine was idle. */
#define NT_TOLERANCE (5 * NT_MSEC)
#define NT_TOLERANCE_REAL_TIME (25 * NT_MSEC)

enum nt_item_kind {
    NT_ITEM_DATA = 1,
    NT_ITEM_STUN,
    NT_ITEM_CHANNEL,
    NT_ITEM_OTHER, /* STUN without its cookie */
    NT_ITEM_STRAY  /* a datagram on one of an agent's ports that ICE does not use: a browser asks DNS, too */
};
enum nt_item_integrity { NT_SIGNED_NOT = 0, NT_SIGNED_RIGHT, NT_SIGNED_WRONG, NT_SIGNED_UNKNOWN };

enum nt_item_flaw {                          /* bits: what is wrong with the form of a STUN message */
                    NT_FLAW_LENGTH = 1,      /* the length field is not that of the datagram */
                    NT_FLAW_ALIGN = 2,       /* it is not a multiple of four */
                    NT_FLAW_OVERRUN = 4,     /* an attribute goes beyond the message */
                    NT_FLAW_PADDING = 8,     /* padding is not zero */
                    NT_FLAW_AFTER = 16,      /* attributes after the integrity */
                    NT_FLAW_FINGERPRINT = 32 /* not last, or not the right value */
};

#define NT_FLAWS_HARMLESS (NT_FLAW_PADDING | NT_FLAW_AFTER) /* the receiver passes them over: RFC 8489, 9 and 14 */
/* Of a message with one of these not all attributes are known: what it lacks is not judged. */
#define NT_FLAWS_UNREADABLE (NT_FLAW_LENGTH | NT_FLAW_ALIGN | NT_FLAW_OVERRUN)

struct nt_item_attr {
    uint16_t type, len;
    const uint8_t *value;
};

/* The bit of an attribute type in nt_item.has: distinct for the types that are asked for, so that most misses cost no search. */
static inline uint64_t nt_item_attr_bit(uint16_t type)
{
    return UINT64_C(1) << ((type + (type >> 15) * 14u) & 63u);
}

struct nt_item {
    nt_time at;
    uint32_t frame; /* from 1 */
    uint32_t party;
    uint8_t direction, kind;       /* enum nt_direction, enum nt_item_kind */
    bool excused;                  /* a step damaged or injected it: its sender is not to blame */
    bool inner;                    /* TURN carried it: local is the relayed address, remote the peer */
    bool ice_socket;               /* at an agent: STUN has passed through its socket before */
    bool copy;                     /* the same bytes on the same way within a millisecond: the network duplicated it */
    uint32_t leg;                  /* at a server: the allocation whose relayed address it came to or left from */
    uint32_t pair;                 /* the number of (party, local, remote) */
    uint32_t session, place, link; /* at an agent, when the view has ended: sessions.h */
    struct nt_addr local, remote;  /* the party's address, the other's */
    uint32_t outer;                /* of an inner one: the pair of the client and its server */
    uint32_t count;                /* of data: how many datagrams it stands for */
    const uint8_t *bytes;          /* of data only until the item was shown */
    uint32_t len;
    /* STUN */
    uint16_t method;
    uint8_t class_, flaws;
    uint8_t integrity; /* enum nt_item_integrity */
    const uint8_t *id;
    uint64_t has; /* nt_item_attr_bit of its attributes */
    uint32_t attrs;
    uint32_t attr_count;
    uint32_t same;         /* an earlier item with the same bytes, or NT_VIEW_NONE */
    bool unknown_required; /* it has a comprehension-required attribute that is not known (in a response: nor an old one, of RFC
                              3489) */
    bool check;            /* a Binding request between agents: checks.h */
    uint32_t key;          /* of nt_view.keys, or NT_VIEW_NONE */
    uint32_t
        first; /* request: the first of its transaction (itself if it is); a received one: the first with the same bytes and pair */
    bool reused_id;   /* request: an earlier one with this id has been answered; this one begins a new transaction all the same */
    uint32_t before;  /* request: the previous one with its id, or NT_VIEW_NONE */
    uint32_t request; /* response: the request that it answers (with its id, in the other direction), or NT_VIEW_NONE */
    uint32_t answer;  /* first request: its first response, or NT_VIEW_NONE */
    /* ChannelData */
    uint16_t channel;
    const uint8_t *payload;
    uint32_t payload_len;
};

struct nt_view_key {
    struct nt_stun_key key;
    uint32_t party;       /* whose password: an agent's (short-term), or the server's that knows the user */
    uint32_t user;        /* long-term: of the input; else NT_VIEW_NONE */
    uint32_t next;        /* short-term: an earlier key of the same ufrag, or NT_VIEW_NONE */
    const char *password; /* short-term: in a description */
    bool more;            /* short-term: this ufrag has further passwords, which are not kept */
};

struct nt_view_sip { /* a SIP message of the signalling as it was read the first time; it crosses two taps */
    const uint8_t *bytes;
    size_t len;
    int err;
    struct nt_sip_message message;
};

struct nt_view_description {
    uint32_t party, frame;
    nt_time at;
    uint8_t direction;
    uint32_t cseq;        /* of its SIP message: an answer has that of its offer */
    bool offer, fragment; /* a fragment (RFC 8840) trickles candidates, each with the stream it belongs to; else it is an answer */
    uint32_t generation;  /* of its party's descriptions in that direction: from 0, a new one when a username fragment changes */
    int err;              /* of reading it */
    struct nt_sdp_notes *notes;
    const char *text;
    size_t len;
    struct nt_ice_description d;
    bool copy;          /* d and notes are those of an earlier one with the same text */
    uint32_t next;      /* of the same party */
    nt_time awaited;    /* of an offer: how long its answer is awaited */
    uint32_t exchanged; /* of one that was sent: what came for it, or NT_VIEW_NONE: sessions.h */
};

struct nt_view_allocation {       /* one relayed address; a dual allocation is two of them */
    uint32_t party;               /* who sees it: the client or the server */
    struct nt_addr local, remote; /* of the client's 5-tuple, as that party sees it */
    struct nt_addr relayed;
    uint32_t other;    /* of a dual allocation: that of the other family; or NT_VIEW_NONE */
    uint32_t channels; /* list, the latest first */
};

struct nt_view_channel { /* that was asked for */
    uint32_t allocation, next;
    uint16_t number;
    struct nt_addr peer;
};

struct nt_view_tuple { /* a key; no padding: an address is 20 bytes */
    uint32_t party;
    struct nt_addr local, remote;
};

struct nt_view_place { /* a key: where a candidate stands */
    uint32_t session;
    uint16_t stream, component;
};

struct nt_view_linked { /* a key: a pair in a session */
    uint32_t pair, session;
};

struct nt_view_flow { /* a pair */
    struct nt_view_tuple tuple;
    uint32_t place;       /* of the first item on it: sessions.h */
    uint32_t kept[3][2];  /* the last item of data that was kept, by how it travels and direction; or NT_VIEW_NONE */
    uint32_t leg, leg_of; /* nt_item.leg, found when there were so many allocations */
    bool ice_socket;
};

struct nt_view_mtu { /* that an ICMP error told a party last */
    nt_time at;
    uint32_t frame, mtu; /* 0: none did */
};

struct nt_view_tap {
    uint32_t party; /* NT_VIEW_NONE: not looked at */
    bool signalling;
};

struct nt_view_bye { /* at a party's tap */
    nt_time at;
    uint32_t frame; /* 0: there is none */
};

struct nt_view_party {
    uint32_t description;                  /* its first */
    nt_time bye;                           /* when a SIP BYE was seen, or it was told to end */
    struct nt_view_bye bye_sent, bye_came; /* the first ones */
    struct nt_view_mtu told_mtu;
    bool trickles;     /* it has said that it trickles */
    bool both_roles;   /* a check that authenticates and claims both roles came to it */
    bool sends_checks; /* it has sent a request that says it is a check */
    bool unread;       /* it has sent a SIP message that is not read */
    bool streams;      /* it has sent or got TCP, which is not read */
    bool fragmented;   /* it may have sent or got a datagram that is no item, for its fragments could not be joined */
};

struct nt_view_untold { /* a session of which no description is seen */
    uint32_t party;
    const uint8_t *ufrag;
    size_t len;
};

struct nt_view_chunk { /* of kept bytes */
    struct nt_view_chunk *next;
    size_t used, cap;
    uint8_t bytes[];
};

struct nt_view_id { /* a key: a request is known by the party that sees it, its id and its direction */
    uint32_t party;
    uint8_t id[NT_STUN_ID];
    uint32_t direction;
};

struct nt_view {
    const struct nt_conf_input *in;
    struct nt_item *items;
    size_t count, cap;
    struct nt_item_attr *attrs;
    size_t attr_count, attr_cap;
    struct nt_view_key *keys;
    size_t key_count, key_cap;
    struct nt_view_description *descriptions;
    size_t description_count, description_cap;
    struct nt_view_sip *sips;
    size_t sip_count, sip_cap;
    struct nt_view_allocation *allocations;
    size_t allocation_count, allocation_cap;
    struct nt_view_channel *channels;
    size_t channel_count, channel_cap;
    struct nt_view_flow *flows; /* by pair */
    size_t flow_cap;
    uint32_t pair_count;
    struct nt_view_chunk *chunks;
    size_t stored_bytes;
    uint32_t stun_count, data_count, data_bytes;
    uint32_t cut;                                                     /* the first frame that is not judged, or 0 */
    const char *cut_why;                                              /* the limit */
    void (*show)(void *user, const struct nt_item *m, uint32_t self); /* each item as it comes; self: its number, or NT_VIEW_NONE */
    void *show_user;
    nt_time end;
    size_t tap_count;
    struct nt_view_tap *taps;
    struct nt_view_party *parties;
    struct nt_fragments *fragments; /* NULL until the first */
    uint32_t recent_pairs[1u << NT_VIEW_RECENT_BITS];
    uint32_t recent[1u << NT_VIEW_RECENT_BITS]; /* items by the hash of a message's id and class: repeats.h */
    /* sessions.h: when the view has ended */
    uint32_t *first_session;       /* each party's; and the number of all */
    uint32_t *session_party;       /* each session's */
    struct nt_view_untold *untold; /* the sessions after those that its party has told */
    size_t untold_count, untold_cap;
    struct nt_view_place *places;
    size_t place_count, place_cap;
    uint32_t link_count;
    struct nt_map by_place, by_link, by_mapped;
    struct nt_map by_id, by_pair, by_tuple, by_relayed, by_ufrag, by_socket;
};

static inline nt_time nt_tolerance(const struct nt_view *v)
{
    return v->in->real_time ? NT_TOLERANCE_REAL_TIME : NT_TOLERANCE;
}
/* Has the sender of m not read yet what came at that time? A real process is woken, and then acts. */
static inline bool nt_item_crosses(const struct nt_view *v, const struct nt_item *m, nt_time came)
{
    return v->in->real_time && m->at <= came + 2 * NT_TOLERANCE_REAL_TIME;
}
static inline const struct nt_conf_party *nt_item_party(const struct nt_view *v, const struct nt_item *m)
{
    return &v->in->parties[m->party];
}
/* A step held back datagrams of this party: rules on when it sends, and on what it answers after what it sent, do not apply to it.
 */
static inline bool nt_item_is_held(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_party(v, m)->held;
}
static inline bool nt_item_is(const struct nt_item *m, uint16_t method, uint8_t class_)
{
    return m->kind == NT_ITEM_STUN && m->method == method && m->class_ == class_;
}
static inline bool nt_item_is_response(const struct nt_item *m)
{
    return m->kind == NT_ITEM_STUN && (m->class_ == NT_STUN_SUCCESS || m->class_ == NT_STUN_ERROR);
}
static inline uint32_t nt_item_number(const struct nt_view *v, const struct nt_item *m)
{
    return (uint32_t)(m - v->items);
}
/* Of a response with a request: the first one to that transaction. */
static inline bool nt_item_is_first_answer(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t answer = v->items[v->items[m->request].first].answer;
    return answer != NT_VIEW_NONE && &v->items[answer] == m;
}
static inline bool nt_item_same_bytes(const struct nt_item *a, const struct nt_item *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

#endif
