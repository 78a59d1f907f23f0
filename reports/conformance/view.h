/* A capture as the rules see it: one item for each datagram that an agent or a server sent or received, in the order of frames,
 * with its STUN attributes, the request that a response answers, the key that signs it, and, at agents, what TURN carried. */
#ifndef NT_CONFORMANCE_VIEW_H
#define NT_CONFORMANCE_VIEW_H

#include "core/base/map.h"
#include "core/sdp/description.h"
#include "core/sdp/sdp.h"
#include "core/stun/stun.h"
#include "reports/conformance/conformance.h"

#define NT_VIEW_NONE UINT32_MAX
#define NT_VIEW_MAX 100000000 /* items, attributes, pairs: what is beyond is not judged */

enum nt_item_kind {
    NT_ITEM_DATA = 1, NT_ITEM_STUN, NT_ITEM_CHANNEL,
    NT_ITEM_OTHER, /* STUN without its cookie */
    NT_ITEM_STRAY  /* an agent's datagrams on a port that is no matter of ICE: a browser asks DNS, too */
};
enum nt_item_integrity { NT_SIGNED_NOT = 0, NT_SIGNED_RIGHT, NT_SIGNED_WRONG, NT_SIGNED_UNKNOWN };

enum nt_item_flaw { /* bits: what is wrong with the form of a STUN message */
    NT_FLAW_LENGTH = 1,      /* the length field is not that of the datagram */
    NT_FLAW_ALIGN = 2,       /* it is not a multiple of four */
    NT_FLAW_OVERRUN = 4,     /* an attribute goes beyond the message */
    NT_FLAW_PADDING = 8,     /* padding is not zero */
    NT_FLAW_AFTER = 16,      /* attributes after the integrity */
    NT_FLAW_FINGERPRINT = 32 /* not last, or not the right value */
};

struct nt_item_attr {
    uint16_t type, len;
    const uint8_t *value;
};

struct nt_item {
    nt_time at;
    uint32_t frame;               /* from 1 */
    uint32_t party;
    uint8_t direction, kind;      /* enum nt_direction, enum nt_item_kind */
    bool excused;                 /* a step damaged or injected it: its sender is not to blame */
    bool inner;                   /* TURN carried it: local is the relayed address, remote the peer */
    bool copy;                    /* the same bytes on the same way within a millisecond: a duplicate of the network */
    uint32_t leg;                 /* at a server: the allocation whose relayed address it came to or left from */
    uint32_t pair;                /* the number of (party, local, remote) */
    struct nt_addr local, remote; /* the party's address, the other's */
    struct nt_addr server;        /* of an inner one; its outer local address is `base` */
    struct nt_addr base;
    const uint8_t *bytes;
    uint32_t len;
    /* STUN */
    uint16_t method;
    uint8_t class_, flaws;
    uint8_t integrity;            /* enum nt_item_integrity */
    const uint8_t *id;
    uint32_t attrs;
    uint32_t attr_count;
    uint32_t key;                 /* of nt_view.keys, or NT_VIEW_NONE */
    uint32_t first;               /* request: the first of its transaction (itself if it is); one that came: with its bytes, this way */
    bool reused_id;               /* request: another one of this id was answered before; it begins a transaction all the same */
    uint32_t before;              /* request: the last one of its id, or NT_VIEW_NONE */
    uint32_t request;             /* response: the request that it answers, one of its id that went the other way, or NT_VIEW_NONE */
    uint32_t answer;              /* first request: its first response, or NT_VIEW_NONE */
    /* ChannelData */
    uint16_t channel;
    const uint8_t *payload;
    uint32_t payload_len;
};

struct nt_view_key {
    struct nt_stun_key key;
    uint32_t party;               /* short-term: whose password; else NT_VIEW_NONE */
    uint32_t user;                /* long-term: of the input */
};

struct nt_view_description {
    uint32_t party, frame;
    nt_time at;
    uint8_t direction;
    bool offer;
    int err;                      /* of reading it */
    struct nt_sdp_error *error;
    const char *text;
    size_t len;
    struct nt_ice_description d;
    uint32_t next;                /* of the same party */
};

struct nt_view_allocation {
    uint32_t party;               /* who sees it: the client or the server */
    struct nt_addr local, remote; /* of the client's 5-tuple, as that party sees it */
    struct nt_addr relayed;
    uint32_t channels;            /* list: the last that was asked for */
};

struct nt_view_channel {
    uint32_t allocation, next;
    uint16_t number;
    struct nt_addr peer;
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
    struct nt_view_allocation *allocations;
    size_t allocation_count, allocation_cap;
    struct nt_view_channel *channels;
    size_t channel_count, channel_cap;
    uint32_t pair_count;
    uint32_t *tap_party;          /* party of each tap; NT_VIEW_NONE: not looked at */
    bool *tap_signalling;
    uint32_t *party_description;  /* each party's first */
    nt_time *bye;                 /* each party's: when a SIP BYE was seen */
    bool *fragmented;             /* each party's: some datagram came to it in fragments, and is no item */
    struct nt_map by_id, by_pair, by_tuple, by_relayed, by_ufrag, by_socket;
};

/* Builds it whole; 0 or NT_ENOMEM. */
int nt_view_init(struct nt_view *v, const struct nt_conf_input *in);
void nt_view_free(struct nt_view *v);

/* The first attribute of a type, or NULL; the n-th. */
const struct nt_item_attr *nt_item_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type);
bool nt_item_addr(const struct nt_view *v, const struct nt_item *m, uint16_t type, struct nt_addr *a);
bool nt_item_attr_addr(const struct nt_item *m, const struct nt_item_attr *attr, struct nt_addr *a);
bool nt_item_u32(const struct nt_view *v, const struct nt_item *m, uint16_t type, uint32_t *value);
int nt_item_code(const struct nt_view *v, const struct nt_item *m); /* of an error response; 0: none */
bool nt_item_same_text(const struct nt_item_attr *a, const struct nt_item_attr *b);

static inline bool nt_item_is(const struct nt_item *m, uint16_t method, uint8_t class_)
{
    return m->kind == NT_ITEM_STUN && m->method == method && m->class_ == class_;
}
static inline bool nt_item_response(const struct nt_item *m)
{
    return m->kind == NT_ITEM_STUN && (m->class_ == NT_STUN_SUCCESS || m->class_ == NT_STUN_ERROR);
}
/* Rules on when a party sends, and on what it answers by what it sent before, say nothing of one whose datagrams a step held back. */
static inline bool nt_item_held(const struct nt_view *v, const struct nt_item *m)
{
    return v->in->parties[m->party].held;
}
static inline const struct nt_conf_party *nt_item_party(const struct nt_view *v, const struct nt_item *m)
{
    return &v->in->parties[m->party];
}
static inline bool nt_item_same_bytes(const struct nt_item *a, const struct nt_item *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}
/* A request between agents, as opposed to one to a STUN server. */
bool nt_item_check(const struct nt_view *v, const struct nt_item *m);
/* A response to such a one. */
bool nt_item_check_response(const struct nt_view *v, const struct nt_item *m);
/* A check that came to its party and that it must accept: authentic, complete, well formed. */
bool nt_item_valid_check(const struct nt_view *v, const struct nt_item *m);
/* A success response that its party must accept: authentic, from where its request went. */
bool nt_item_valid_success(const struct nt_view *v, const struct nt_item *m);
bool nt_view_is_server(const struct nt_view *v, const struct nt_addr *a);
/* The announced candidate of a party at an address (its own or, of a reflexive one, its base), or NULL. */
const struct nt_ice_candidate *nt_view_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *a);
/* The allocation of a 5-tuple as a party sees it, or NT_VIEW_NONE. */
uint32_t nt_view_allocation(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
/* The pair of a 5-tuple; the allocation that has a relayed address at a server; or NT_VIEW_NONE. */
uint32_t nt_view_pair(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
uint32_t nt_view_relayed(const struct nt_view *v, uint32_t party, const struct nt_addr *relayed);
/* The first description of a party that went `direction`, or NULL. */
const struct nt_view_description *nt_view_described(const struct nt_view *v, uint32_t party, int direction);

/* Parts of the building, each in its file. */
void nt_item_read_stun(struct nt_view *v, struct nt_item *m, int *err);          /* stun.c */
void nt_view_sign(struct nt_view *v, struct nt_item *m, int *err);               /* keys.c: finds the key, verifies */
int nt_view_add_password(struct nt_view *v, uint32_t party, const char *ufrag, const char *pwd);
int nt_view_read_signalling(struct nt_view *v);                                  /* signalling.c */
/* The UDP datagram of a frame; false: it is none. */
bool nt_view_datagram(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_addr *src, struct nt_addr *dst,
                      const uint8_t **bytes, size_t *len);

#endif
