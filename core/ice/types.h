/* The plain data of the public calls in ice.h. */
#ifndef NT_ICE_TYPES_H
#define NT_ICE_TYPES_H

#include "core/base/endpoint.h"
#include "core/base/rand.h"
#include "core/base/trace.h"
#include "core/sdp/description.h"

enum nt_ice_role { NT_ICE_CONTROLLING = 1, NT_ICE_CONTROLLED };
enum nt_ice_mode { NT_ICE_FULL = 0, NT_ICE_LITE };
enum nt_ice_nomination { NT_ICE_REGULAR = 0, NT_ICE_AGGRESSIVE };
enum nt_ice_trickle { NT_ICE_TRICKLE_OFF = 0, NT_ICE_TRICKLE_HALF, NT_ICE_TRICKLE_FULL };
enum nt_ice_policy { NT_ICE_ALL = 0, NT_ICE_RELAY_ONLY };
enum nt_ice_prefer { NT_ICE_PREFER_IPV6 = 0, NT_ICE_PREFER_IPV4 }; /* RFC 8421, 4: whose candidates come first */
/* new: created; gathering; running: checks; completed: a nominated pair for every component of every list; failed (6.1.3,
 * never before RFC 8863's PAC timer); disconnected: consent expired; closed. */
enum nt_ice_state {
    NT_ICE_NEW = 0,
    NT_ICE_GATHERING,
    NT_ICE_RUNNING,
    NT_ICE_COMPLETED,
    NT_ICE_FAILED,
    NT_ICE_DISCONNECTED,
    NT_ICE_CLOSED
};
/* Why a candidate of the peer is not used. */
enum nt_ice_pass {
    NT_ICE_PASS_NONE = 0,
    NT_ICE_PASS_TCP,
    NT_ICE_PASS_COMPONENT,
    NT_ICE_PASS_ADDRESS,
    NT_ICE_PASS_IPV6,
    NT_ICE_PASS_ENDED,
    NT_ICE_PASS_REDUNDANT,
    NT_ICE_PASS_LIMIT
};
enum nt_ice_pair_state { NT_ICE_FROZEN = 0, NT_ICE_WAITING, NT_ICE_IN_PROGRESS, NT_ICE_SUCCEEDED, NT_ICE_PAIR_FAILED };

#define NT_ICE_SERVERS_MAX 32
#define NT_ICE_INTERFACES_MAX 16
#define NT_ICE_TA (50 * NT_MSEC)     /* RFC 8445, 14.2 */
#define NT_ICE_TR (15 * NT_SEC)      /* RFC 8445, 11 */
#define NT_ICE_PAC (39500 * NT_MSEC) /* RFC 8863, 4 */
/* RFC 8863, 5: "a backup mechanism to decide when all candidates have been received, typically a timer", since the peer told
 * something last: an Allocate request and the one after its challenge are two transactions' time. */
#define NT_ICE_LAST_CANDIDATE (2 * NT_ICE_PAC)
#define NT_ICE_CONSENT_EXPIRY (30 * NT_SEC) /* RFC 7675, 5.1 */

struct nt_ice_turn {
    struct nt_addr server;
    uint8_t transport; /* to the server: enum nt_transport; 0: NT_UDP. What it relays is UDP */
    const char *name;  /* TLS: that the certificate must have; NULL: the address */
    const char *user, *password;
};

struct nt_ice_config {
    enum nt_ice_role role;
    enum nt_ice_mode mode;
    enum nt_ice_nomination nomination;
    enum nt_ice_trickle trickle;
    enum nt_ice_policy policy;
    enum nt_ice_prefer prefer;
    uint8_t streams;         /* 0: 1 */
    uint16_t components;     /* 0: 1 */
    uint16_t max_pairs;      /* 0: 100 (RFC 8445, 6.1.2.5) */
    nt_time ta;              /* 0: NT_ICE_TA */
    nt_time rto;             /* of checks: 0: 500 ms; NT_TIME_NEVER: 14.3's formula */
    nt_time keepalive;       /* 0: NT_ICE_TR */
    nt_time nomination_wait; /* 0: the rule (100 ms after the first valid pair if the best is direct, 500 ms + 4 RTT if relayed) */
    bool no_consent, no_ice2, icmp_errors, ipv6;
    bool continual;       /* interfaces that come after gathering began get bases and candidates, too */
    bool failover;        /* valid pairs besides the selected one are kept alive, and one of them is nominated when it ends */
    bool renomination;    /* the ice-option of that name: nominations carry the attribute NOMINATION (0xC001), the highest counts */
    bool dont_fragment;   /* data may be sent with DF: TURN servers are asked whether they can (RFC 8656, 7.1) */
    const char *software; /* NULL: no SOFTWARE (checks carry none anyway) */
    const struct nt_addr *stun;
    size_t stun_count;
    const struct nt_ice_turn *turn;
    size_t turn_count;
    uint64_t tie_breaker; /* 0: random */
    struct nt_rand rand;  /* the agent's own stream */
    struct nt_trace trace;
};

enum nt_ice_event_kind {
    NT_ICE_EV_GATHERED = 1, /* all candidates are there (nt_ice_local); with trickle: the end of candidates */
    NT_ICE_EV_CANDIDATE,    /* trickle: local is a new candidate, to be told by nt_ice_local or nt_ice_trickle */
    NT_ICE_EV_STATE,        /* state */
    NT_ICE_EV_ROLE,         /* role */
    NT_ICE_EV_SELECTED,     /* stream, component, local, remote: the pair data uses from now on */
    NT_ICE_EV_LOCAL,        /* nt_ice_local has what nt_ice_restart, or nt_ice_set_offer within a session, asked for */
    NT_ICE_EV_OFFER_DUE, /* the peer is owed an offer: RFC 8839, 4.3.4 (nt_ice_local has it), or restart: 4.4.2 (nt_ice_restart) */
    NT_ICE_EV_INTERFACE, /* local.addr: an interface came or went after gathering began; interface */
    NT_ICE_EV_TOO_BIG,   /* local.addr, remote.addr, mtu: an ICMP error says that a packet between them was too large */
    NT_ICE_EV_DATA       /* stream, component, bytes, len: valid until the next input */
};

/* What a change of an interface means to the agent. */
enum nt_ice_interface_change {
    NT_ICE_IF_CAME = 1, /* it has bases, whose candidates can be told by trickle, or by a restart once ICE has completed */
    NT_ICE_IF_WENT,     /* no selected pair used it */
    NT_ICE_IF_LOST      /* a selected pair used it */
};

struct nt_ice_event {
    enum nt_ice_event_kind kind;
    enum nt_ice_state state;
    enum nt_ice_role role;
    enum nt_ice_interface_change interface;
    bool restart;
    uint8_t stream;
    uint16_t component;
    struct nt_ice_candidate local, remote;
    uint32_t mtu; /* of the link that it did not fit; 0: the error does not say */
    const uint8_t *bytes;
    size_t len;
};

/* One pair, for reports. `valid`: it is in the valid list, where `local` is the candidate of the mapped address
 * (7.2.5.3.2). A check list's pair has the base as its local candidate's address (6.1.2.4). */
struct nt_ice_pair_info {
    uint32_t number; /* from 1, in order of forming */
    struct nt_ice_candidate local, remote;
    enum nt_ice_pair_state state;
    struct nt_addr base;
    uint32_t generated_by; /* of a valid pair: the number of the pair whose check produced it (may be itself); 0: n/a */
    bool receivable;       /* our check was answered, symmetrically */
    bool sendable;         /* we answered the peer's check on (base, remote) with success */
    bool valid, nominated, selected;
    uint64_t priority;
};

struct nt_ice_stats {
    uint32_t checks_sent;     /* transactions */
    uint32_t checks_received; /* authenticated requests, retransmissions included */
    uint32_t retransmissions, prflx_local, prflx_remote, role_switches, dropped;
    uint32_t restarts; /* how often our credentials have changed; a restart that was rolled back does not count */
};

#endif
