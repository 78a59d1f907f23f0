/* The inside of an agent: bases and gathering (struct nt_ice_bases) apart from the check session (struct nt_ice_session), so
 * that restart and forking can share the bases. Private to this room. */
#ifndef NT_ICE_AGENT_H
#define NT_ICE_AGENT_H

#include "core/ice/candidate.h"
#include "core/ice/ice.h"
#include "core/stun/stun.h"
#include "core/turn/client.h"

#define NT_ICE_SOURCES_MAX 4096
#define NT_ICE_BASES_MAX 1024
#define NT_ICE_EARLY_MAX 64     /* requests remembered before the peer's description */
#define NT_ICE_DATA_MAX 64      /* datagrams waiting to leave */
#define NT_ICE_OUT_MAX 128      /* messages waiting to leave */
#define NT_ICE_EVENTS_SPARE 32  /* events waiting for the owner beside one SELECTED of each component */
#define NT_ICE_PAIRS_KEPT 1000  /* pairs remembered for reports, those on check lists included */
#define NT_ICE_RELAYED_KEPT 8   /* relayed pairs that the pair limit never takes */
#define NT_ICE_MESSAGE_MAX 1024 /* any STUN message that checks make */
#define NT_ICE_HELD_MAX 4096    /* a TURN request with the longest realm, nonce and user */
#define NT_ICE_SEEN 4           /* transaction ids remembered of each pair's requests */
#define NT_ICE_CONSENT_IDS 8    /* consent requests that may still be answered: 30 s / 4 s */
#define NT_ICE_TRIGGERED_RUN 3  /* triggered checks in a row before a waiting ordinary pair gets its turn */

/* --- bases and gathering --- */
enum nt_ice_base_state { NT_ICE_BASE_ASKED = 0, NT_ICE_BASE_BOUND, NT_ICE_BASE_REFUSED };

struct nt_ice_base {
    struct nt_addr addr;
    uint8_t stream;
    uint16_t component;
    enum nt_ice_base_state state;
};

enum nt_ice_source_state { NT_ICE_SOURCE_IDLE = 0, NT_ICE_SOURCE_ASKING, NT_ICE_SOURCE_DONE, NT_ICE_SOURCE_FAILED };

/* A STUN or TURN server as seen from one base. */
struct nt_ice_source {
    uint16_t base, index;
    bool turn;
    enum nt_ice_source_state state;
    struct nt_addr server, mapped, relayed;
    bool binding;              /* a Binding transaction is under way */
    struct nt_stun_txn txn;
    nt_time refresh_at;        /* when the NAT's mapping to the server is refreshed */
    struct nt_turn_client *client;
    bool alive;                /* the allocation stands */
    uint8_t *held;             /* a message of the client that has not left yet: NT_ICE_HELD_MAX bytes */
    size_t held_len;
    bool held_paced;           /* it starts a transaction and waits for the pacer */
    struct nt_path held_path;
    uint8_t known[8][NT_STUN_ID]; /* transactions that have had their turn */
    unsigned known_next;
};

struct nt_ice_bases {
    struct nt_addr interfaces[NT_ICE_INTERFACES_MAX];
    size_t interface_count;
    struct nt_ice_base *items;
    size_t count, asked, answered; /* asked: requests handed out */
    struct nt_ice_source *sources;
    size_t source_count;
    /* Candidates: the first `settled` were gathered, peer-reflexive ones follow; with trickle, in order of discovery. */
    struct nt_ice_own *own;
    size_t own_count, own_cap, settled, prflx_count;
    size_t shown;  /* trickle: the owner has had an event of each of the first ones */
    bool ready;    /* trickle: host candidates are there */
    bool gathered;
};

/* --- the check session --- */
struct nt_ice_pair {
    uint32_t number;
    uint32_t own, remote;      /* candidates; own is a host or relayed one (RFC 8445, 6.1.2.4) */
    enum nt_ice_pair_state state;
    uint64_t priority;
    uint64_t queued;           /* place in the triggered-check queue; 0: not in it */
    bool listed;               /* on its check list */
    bool nominating;           /* controlling: checks carry USE-CANDIDATE */
    bool nominate;             /* controlled: the peer nominated it, a check of ours is still to succeed */
    bool receivable, sendable;
    uint32_t check;            /* the transaction that is not cancelled, or NT_ICE_NONE */
    nt_time rtt, answered_at;
    uint8_t seen[NT_ICE_SEEN][NT_STUN_ID];
    unsigned seen_next;
};

#define NT_ICE_NONE UINT32_MAX

struct nt_ice_valid {
    uint32_t number;
    uint32_t own, remote;
    uint32_t generator;        /* the pair whose check produced it; */
    uint32_t generated_by;     /* and its number: once this one is gone, the generator's place may be another pair's */
    uint32_t pair;             /* the check-list pair it equals, or NT_ICE_NONE; while that has `number` */
    uint64_t priority;
    bool nominated, gone;      /* gone: taken off the valid list */
};

struct nt_ice_check {
    bool used, cancelled, use_candidate, nominate;
    uint32_t pair;
    struct nt_stun_txn txn;
    enum nt_ice_role role;     /* as sent: retransmissions are identical */
    uint64_t tie_breaker;
    uint32_t priority;
};

struct nt_ice_early {
    struct nt_ice_via via;
    struct nt_addr from;
    uint32_t priority;
    bool has_priority, use_candidate;
    uint8_t id[NT_STUN_ID];
};

struct nt_ice_component {
    nt_time first_valid;       /* NT_TIME_NEVER: none yet */
    uint32_t nominating;       /* the pair being nominated, or NT_ICE_NONE */
    uint32_t selected;         /* a valid pair, or NT_ICE_NONE */
    bool lost;                 /* consent expired */
    nt_time consent_at, asked_at, consented_at, sent_at; /* asked_at: of the last consent request */
    uint8_t consent[NT_ICE_CONSENT_IDS][NT_STUN_ID];
    unsigned consent_next;
};

enum nt_ice_list_state { NT_ICE_LIST_RUNNING = 0, NT_ICE_LIST_COMPLETED, NT_ICE_LIST_FAILED };

struct nt_ice_list {
    enum nt_ice_list_state state;
    unsigned triggered_run;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1]; /* the peer's */
    char username[2 * NT_ICE_CREDENTIAL_MAX + 2];
    struct nt_stun_key key;
    char mid[NT_ICE_MID_MAX + 1];
    bool ended;                /* the peer has no more candidates to tell */
    struct nt_ice_component *components;
};

struct nt_ice_prflx_seen {
    int side;
    struct nt_addr addr;
};

struct nt_ice_session {
    char ufrag[9], pwd[25];
    struct nt_stun_key key;
    enum nt_ice_role role;
    uint64_t tie_breaker;
    bool running;              /* check lists are formed */
    bool waiting;              /* the peer's description is there before our candidates */
    bool peer_trickles;        /* RFC 8838, 3: both sides do */
    bool ended;                /* we have told that there are no more candidates */
    bool unpaired;             /* candidates came that are not paired */
    struct nt_ice_list *lists;
    struct nt_ice_component *components; /* of all lists */
    struct nt_ice_remote *remotes;
    size_t remote_count, remote_cap, remote_prflx;
    struct nt_ice_pair *pairs;
    size_t pair_count, pair_cap, listed;
    struct nt_ice_valid *valids;
    size_t valid_count, valid_cap;
    struct nt_ice_check *checks;
    size_t check_count;
    struct nt_ice_early early[NT_ICE_EARLY_MAX];
    size_t early_count;
    struct nt_ice_prflx_seen *prflx;
    size_t prflx_count, prflx_cap;
    uint32_t numbers;          /* pairs numbered so far */
    uint64_t queue_next;
    size_t next_list;
    nt_time started, tick;     /* tick: no need to look for a check to send before it */
    nt_time free_at;           /* when unused allocations are released */
};

/* --- the agent --- */
enum nt_ice_out_kind { NT_ICE_OUT_BINDING = 1, NT_ICE_OUT_CHECK, NT_ICE_OUT_ANSWER, NT_ICE_OUT_CONSENT, NT_ICE_OUT_KEEPALIVE };

/* A message that will be built when it is pulled. */
struct nt_ice_out {
    enum nt_ice_out_kind kind;
    struct nt_ice_via via;
    struct nt_addr to;
    uint8_t id[NT_STUN_ID];
    uint32_t index;   /* check, or list * components + component */
    int code;         /* of an error response; 0: success */
    bool sha256;      /* sign the response as the request was signed */
    bool unsigned_;   /* 400 and 401 before authentication */
    uint16_t unknown[4], unknown_count;
};

struct nt_ice_datagram {
    uint8_t *bytes;
    size_t len, cap;
    uint32_t component;
};

struct nt_ice_agent {
    struct nt_ice_config config; /* arrays and texts are the agent's own */
    enum nt_ice_state state;
    struct nt_ice_bases bases;
    struct nt_ice_session session;
    struct nt_ice_stats stats;
    nt_time ta, next_start, paced_at; /* the pacer: no transaction starts before next_start */
    bool turn_had_slot;
    nt_time deadline;
    nt_time close_at;
    struct nt_ice_out out[NT_ICE_OUT_MAX];
    unsigned out_head, out_count;
    struct nt_ice_datagram data[NT_ICE_DATA_MAX];
    unsigned data_head, data_count;
    struct nt_ice_event *events; /* a ring */
    unsigned event_cap, event_head, event_count;
    struct nt_ice_event arrived; /* one datagram; its bytes are in `inbox` */
    bool has_arrived;
    uint8_t *inbox;
    size_t inbox_cap;
    uint8_t scratch[NT_ICE_MESSAGE_MAX];
};

/* gather.c */
void nt_ice_gather_input(struct nt_ice_agent *a, nt_time now); /* a bind was answered */
bool nt_ice_source_response(struct nt_ice_agent *a, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now);
bool nt_ice_source_start(struct nt_ice_agent *a, nt_time now); /* starts one transaction; false: none is due */
void nt_ice_source_done(struct nt_ice_agent *a, struct nt_ice_source *s, enum nt_ice_source_state state, nt_time now);
void nt_ice_gather_timer(struct nt_ice_agent *a, nt_time now);
void nt_ice_gather_stop(struct nt_ice_agent *a, nt_time now); /* ICE is done before it */
nt_time nt_ice_gather_deadline(const struct nt_ice_agent *a);

/* relay.c: the TURN clients */
int nt_ice_relay_new(struct nt_ice_agent *a, struct nt_ice_source *s);
bool nt_ice_relay_input(struct nt_ice_agent *a, uint16_t base, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
void nt_ice_relay_timer(struct nt_ice_agent *a, nt_time now);
nt_time nt_ice_relay_deadline(const struct nt_ice_agent *a);
void nt_ice_relay_pull(struct nt_ice_agent *a, nt_time now);
bool nt_ice_relay_turn(struct nt_ice_agent *a, nt_time now); /* lets one held transaction go; false: none */
size_t nt_ice_relay_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);
void nt_ice_relay_permit(struct nt_ice_agent *a, nt_time now); /* of all remote candidates, on all allocations */
void nt_ice_relay_free(struct nt_ice_agent *a, bool all, nt_time now); /* unless all: only those no selected pair uses */

/* pair.c */
uint32_t nt_ice_pair_find(const struct nt_ice_agent *a, uint32_t own, uint32_t remote);
uint32_t nt_ice_pair_add(struct nt_ice_agent *a, uint32_t own, uint32_t remote, nt_time now); /* or NT_ICE_NONE: the limit */
void nt_ice_pair_state(struct nt_ice_agent *a, uint32_t pair, enum nt_ice_pair_state state, nt_time now);
void nt_ice_pair_unlist(struct nt_ice_agent *a, uint32_t pair, nt_time now);
void nt_ice_pair_enqueue(struct nt_ice_agent *a, uint32_t pair, nt_time now);
void nt_ice_pair_fail(struct nt_ice_agent *a, uint32_t pair, nt_time now);
uint64_t nt_ice_pair_priority_of(const struct nt_ice_agent *a, uint32_t own, uint32_t remote); /* by the role */
void nt_ice_pair_reprice(struct nt_ice_agent *a); /* priorities, after a change of role or candidate */
bool nt_ice_pair_same_group(const struct nt_ice_agent *a, uint32_t x, uint32_t y); /* the same foundation */

/* valid.c */
uint32_t nt_ice_valid_add(struct nt_ice_agent *a, uint32_t generator, uint32_t own, nt_time now);
void nt_ice_valid_remove(struct nt_ice_agent *a, uint32_t generator);
/* The candidate of a mapped address seen from `via`; a new peer-reflexive one when there is none. NT_ICE_NONE: the limit. */
uint32_t nt_ice_own_mapped(struct nt_ice_agent *a, uint32_t own, const struct nt_addr *mapped, const struct nt_addr *remote,
                           uint32_t priority, nt_time now);

/* remote.c */
uint32_t nt_ice_remote_find(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, const struct nt_addr *addr);
uint32_t nt_ice_remote_learn(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, uint32_t priority, nt_time now);
int nt_ice_remote_update(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now);
int nt_ice_remote_add(struct nt_ice_agent *a, uint8_t stream, const struct nt_ice_stream_description *s, nt_time now);
void nt_ice_remote_late(const struct nt_ice_agent *a, uint8_t stream, const struct nt_ice_stream_description *s, nt_time now);
int nt_ice_prflx_note(struct nt_ice_session *s, int side, const struct nt_addr *addr);

/* checklist.c */
int nt_ice_lists_form(struct nt_ice_agent *a, nt_time now);
void nt_ice_lists_extend(struct nt_ice_agent *a, nt_time now); /* with what has come since */
bool nt_ice_lists_pending(const struct nt_ice_agent *a); /* may Ta have something to check? */
bool nt_ice_lists_check(struct nt_ice_agent *a, nt_time now); /* starts one check; false: none could be */
void nt_ice_lists_unfreeze(struct nt_ice_agent *a, uint32_t pair, nt_time now);
void nt_ice_lists_update(struct nt_ice_agent *a, nt_time now); /* states of lists and session */
void nt_ice_lists_conclude(struct nt_ice_agent *a, uint8_t stream, uint16_t component, uint32_t keep, nt_time now);

/* check.c */
void nt_ice_check_start(struct nt_ice_agent *a, uint32_t pair, bool triggered, nt_time now);
void nt_ice_check_cancel(struct nt_ice_agent *a, uint32_t pair);
bool nt_ice_check_response(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now);
void nt_ice_check_icmp(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now);
void nt_ice_check_timer(struct nt_ice_agent *a, nt_time now);
nt_time nt_ice_check_deadline(const struct nt_ice_agent *a);
int nt_ice_check_build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap);

/* respond.c */
void nt_ice_respond(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now);
void nt_ice_respond_replay(struct nt_ice_agent *a, nt_time now);
int nt_ice_answer_build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap);
void nt_ice_role_switch(struct nt_ice_agent *a, enum nt_ice_role role, nt_time now);

/* nominate.c */
void nt_ice_nominate(struct nt_ice_agent *a, nt_time now); /* the controlling side's rule */
nt_time nt_ice_nominate_deadline(const struct nt_ice_agent *a);
void nt_ice_nominated(struct nt_ice_agent *a, uint32_t valid, nt_time now);
bool nt_ice_nomination_counts(const struct nt_ice_agent *a, const struct nt_ice_component *c, uint64_t priority, nt_time now);

/* consent.c */
void nt_ice_consent_begin(struct nt_ice_agent *a, struct nt_ice_component *c, nt_time now);
bool nt_ice_consent_response(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now);
void nt_ice_consent_timer(struct nt_ice_agent *a, nt_time now);
nt_time nt_ice_consent_deadline(const struct nt_ice_agent *a);
int nt_ice_consent_build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap);

/* data.c */
void nt_ice_data_input(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len);

/* outbox.c */
struct nt_ice_out *nt_ice_out_push(struct nt_ice_agent *a, enum nt_ice_out_kind kind, struct nt_ice_via via, const struct nt_addr *to);
void nt_ice_event_push(struct nt_ice_agent *a, const struct nt_ice_event *ev);

/* trickle.c */
bool nt_ice_trickles(const struct nt_ice_agent *a);
bool nt_ice_expects(const struct nt_ice_agent *a, size_t list); /* may more candidates come, ours or the peer's? */
void nt_ice_name_streams(const struct nt_ice_agent *a, struct nt_ice_description *d); /* and whether they have ended */
int nt_ice_tell(struct nt_ice_agent *a, struct nt_ice_description *d); /* our candidates into a description, which then are told */

/* agent.c */
bool nt_ice_silent(const struct nt_ice_agent *a);
void nt_ice_set_state(struct nt_ice_agent *a, enum nt_ice_state state);
void nt_ice_paced(struct nt_ice_agent *a, nt_time now); /* a transaction started */
void nt_ice_reckon(struct nt_ice_agent *a);             /* the deadline anew */
void nt_ice_settle(struct nt_ice_agent *a, nt_time now); /* what every call ends with: conclusions, then the next deadline */
void nt_ice_trace(const struct nt_ice_agent *a, enum nt_trace_kind kind, const struct nt_addr *x, const struct nt_addr *y, uint8_t stream,
                  uint16_t component, int64_t n2, int64_t n3, nt_time now);
/* A datagram that came by `via`, whatever it is. */
void nt_ice_dispatch(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len, nt_time now);

static inline struct nt_ice_component *nt_ice_component_of(const struct nt_ice_agent *a, const struct nt_ice_candidate *c)
{
    return &a->session.lists[c->stream - 1].components[c->component - 1];
}

static inline const struct nt_ice_own *nt_ice_pair_own(const struct nt_ice_agent *a, const struct nt_ice_pair *p)
{
    return &a->bases.own[p->own];
}

static inline const struct nt_ice_remote *nt_ice_pair_remote(const struct nt_ice_agent *a, const struct nt_ice_pair *p)
{
    return &a->session.remotes[p->remote];
}

#endif
