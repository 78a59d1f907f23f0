/* A full ICE agent (RFC 8445, 8863, 7675), sans-IO. The owner says which interfaces there are (NT_IN_IF_UP), grants ports,
 * carries the descriptions, and reads the events. Threads: none; one agent, one caller at a time. */
#ifndef NT_ICE_ICE_H
#define NT_ICE_ICE_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"
#include "core/base/trace.h"
#include "core/sdp/description.h"

enum nt_ice_role { NT_ICE_CONTROLLING = 1, NT_ICE_CONTROLLED };
enum nt_ice_mode { NT_ICE_FULL = 0, NT_ICE_LITE };
enum nt_ice_nomination { NT_ICE_REGULAR = 0, NT_ICE_AGGRESSIVE };
enum nt_ice_trickle { NT_ICE_TRICKLE_OFF = 0, NT_ICE_TRICKLE_HALF, NT_ICE_TRICKLE_FULL };
enum nt_ice_policy { NT_ICE_ALL = 0, NT_ICE_RELAY_ONLY };
/* new: created; gathering; running: checks; completed: a nominated pair for every component of every list; failed (6.1.3,
 * never before RFC 8863's PAC timer); disconnected: consent expired; closed. */
enum nt_ice_state {
    NT_ICE_NEW = 0, NT_ICE_GATHERING, NT_ICE_RUNNING, NT_ICE_COMPLETED, NT_ICE_FAILED, NT_ICE_DISCONNECTED, NT_ICE_CLOSED
};
enum nt_ice_pair_state { NT_ICE_FROZEN = 0, NT_ICE_WAITING, NT_ICE_IN_PROGRESS, NT_ICE_SUCCEEDED, NT_ICE_PAIR_FAILED };

#define NT_ICE_SERVERS_MAX 16
#define NT_ICE_INTERFACES_MAX 16
#define NT_ICE_TA (50 * NT_MSEC)            /* RFC 8445, 14.2 */
#define NT_ICE_TR (15 * NT_SEC)             /* RFC 8445, 11 */
#define NT_ICE_PAC (39500 * NT_MSEC)        /* RFC 8863, 4 */
#define NT_ICE_CONSENT_EXPIRY (30 * NT_SEC) /* RFC 7675, 5.1 */

struct nt_ice_turn {
    struct nt_addr server;
    uint8_t transport; /* NT_UDP; others are NT_EUNSUPPORTED */
    const char *user, *password;
};

struct nt_ice_config {
    enum nt_ice_role role;
    enum nt_ice_mode mode;
    enum nt_ice_nomination nomination;
    enum nt_ice_trickle trickle;
    enum nt_ice_policy policy;
    uint8_t streams;       /* 0: 1 */
    uint16_t components;   /* 0: 1 */
    uint16_t max_pairs;    /* 0: 100 (RFC 8445, 6.1.2.5) */
    nt_time ta;            /* 0: NT_ICE_TA */
    nt_time rto;           /* of checks: 0: 500 ms; NT_TIME_NEVER: 14.3's formula */
    nt_time keepalive;     /* 0: NT_ICE_TR */
    nt_time nomination_wait; /* 0: the rule (100 ms after the first valid pair if the best is direct, 500 ms + 4 RTT if relayed) */
    bool no_consent, no_ice2, icmp_errors, ipv6;
    const char *software;  /* NULL: no SOFTWARE (checks carry none anyway) */
    const struct nt_addr *stun;
    size_t stun_count;
    const struct nt_ice_turn *turn;
    size_t turn_count;
    uint64_t tie_breaker;  /* 0: random */
    struct nt_rand rand;   /* the agent's own stream */
    struct nt_trace trace;
};

enum nt_ice_event_kind {
    NT_ICE_EV_GATHERED = 1, /* all candidates are there (nt_ice_local); with trickle: the end of candidates */
    NT_ICE_EV_CANDIDATE,    /* trickle: local is a new candidate, to be told by nt_ice_local or nt_ice_trickle */
    NT_ICE_EV_STATE,        /* state */
    NT_ICE_EV_ROLE,         /* role */
    NT_ICE_EV_SELECTED,     /* stream, component, local, remote: the pair data uses from now on */
    NT_ICE_EV_DATA          /* stream, component, bytes, len: valid until the next input */
};

struct nt_ice_event {
    enum nt_ice_event_kind kind;
    enum nt_ice_state state;
    enum nt_ice_role role;
    uint8_t stream;
    uint16_t component;
    struct nt_ice_candidate local, remote;
    const uint8_t *bytes;
    size_t len;
};

/* One pair, for reports. `valid`: it is in the valid list, where `local` is the candidate of the mapped address
 * (7.2.5.3.2). A check list's pair has the base as its local candidate's address (6.1.2.4). */
struct nt_ice_pair_info {
    uint32_t number;          /* from 1, in order of forming */
    struct nt_ice_candidate local, remote;
    enum nt_ice_pair_state state;
    struct nt_addr base;
    uint32_t generated_by;    /* of a valid pair: the number of the pair whose check produced it (may be itself); 0: n/a */
    bool receivable;          /* our check was answered, symmetrically */
    bool sendable;            /* we answered the peer's check on (base, remote) with success */
    bool valid, nominated, selected;
    uint64_t priority;
};

struct nt_ice_stats {
    uint32_t checks_sent;     /* transactions */
    uint32_t checks_received; /* authenticated requests, retransmissions included */
    uint32_t retransmissions, prflx_local, prflx_remote, role_switches, dropped;
};

struct nt_ice_agent;

/* NULL with *err set (NT_EUNSUPPORTED for what is not in this version). The configuration is copied. */
struct nt_ice_agent *nt_ice_agent_new(const struct nt_ice_config *config, int *err);
void nt_ice_agent_del(struct nt_ice_agent *a);

/* Law 1's calls. */
void nt_ice_input(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now);
void nt_ice_timer(struct nt_ice_agent *a, nt_time now);
size_t nt_ice_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now);
nt_time nt_ice_deadline(const struct nt_ice_agent *a);
int nt_ice_event(struct nt_ice_agent *a, struct nt_ice_event *ev); /* 1: *ev is one */
int nt_ice_request(struct nt_ice_agent *a, struct nt_request *req);

/* Starts gathering on the interfaces given so far by NT_IN_IF_UP. */
int nt_ice_gather(struct nt_ice_agent *a, nt_time now);
/* Our description (the caller frees it), for an offer or an answer: all candidates until ICE has completed, then those of the
 * selected pairs alone, with remote-candidates in the controlling agent's offer (RFC 8839, 4.4). NT_ESTATE before gathering.
 * With trickle (RFC 8838) it may be had as soon as the interfaces are bound, but a half trickle offer only when gathering has
 * ended. What it holds counts as told from then on: the owner sends it. */
int nt_ice_local(struct nt_ice_agent *a, bool offer, struct nt_ice_description *d);
/* The peer's pacing (0: none told), for gathering after its offer: both agents MUST use the higher value (RFC 8445, 14.2). */
void nt_ice_set_pacing(struct nt_ice_agent *a, uint32_t pacing_ms);
/* The peer's description: checks start. Before it, requests are answered and remembered (7.3). A repeated description with
 * the same credentials updates (RFC 8839, 4.4), with others is a restart (NT_EUNSUPPORTED in this version). */
int nt_ice_set_remote(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now);
/* RFC 8838 between two agents that both trickle, after nt_ice_set_remote (NT_ESTATE before it, and when the peer does not).
 * nt_ice_trickle: what the owner sends now, as RFC 8840, 4.4 has it: all candidates told so far and new ones at the end, and the
 * end of candidates once gathering has ended. New ones are told and paired by that; none is after the end of candidates, nor once
 * its component has its pair. nt_ice_add_remote: what came; candidates known already mean nothing, so that fragments may
 * be lost, doubled or late. NT_EINVAL: it is not of this session. */
int nt_ice_trickle(struct nt_ice_agent *a, struct nt_ice_description *d, nt_time now);
int nt_ice_add_remote(struct nt_ice_agent *a, const struct nt_ice_description *fragment, nt_time now);
/* Data over the selected pair (through nt_ice_output): 0, NT_ESTATE when there is none or consent is lost, NT_ELIMIT when the
 * queue (64 datagrams) is full. */
int nt_ice_send(struct nt_ice_agent *a, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len, nt_time now);
/* Releases allocations and ends: state closed once that is done (or after a transaction's time). */
void nt_ice_close(struct nt_ice_agent *a, nt_time now);

enum nt_ice_state nt_ice_state(const struct nt_ice_agent *a);
enum nt_ice_role nt_ice_role(const struct nt_ice_agent *a);
struct nt_ice_stats nt_ice_stats(const struct nt_ice_agent *a);
/* Reports: local candidates after redundancy elimination, without peer-reflexive ones, by stream, component, falling
 * priority; every pair formed (pruned ones too), then valid pairs that are not also check-list pairs. */
size_t nt_ice_candidate_count(const struct nt_ice_agent *a);
const struct nt_ice_candidate *nt_ice_candidate_at(const struct nt_ice_agent *a, size_t i);
size_t nt_ice_pair_count(const struct nt_ice_agent *a);
void nt_ice_pair_at(const struct nt_ice_agent *a, size_t i, struct nt_ice_pair_info *info);
/* The selected pair of a component; false: none. */
bool nt_ice_selected(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                     struct nt_ice_candidate *remote);
/* Peer-reflexive candidates as discovered, in order: side 0 local, 1 remote. false: no i-th. */
bool nt_ice_prflx_at(const struct nt_ice_agent *a, size_t i, int *side, struct nt_addr *addr);

#endif
