/* One case of a scenario as plain data: substituted, checked, with addresses. The loader makes it; the world is built from it, the
 * oracle predicts it, and its expectations are judged. Strings belong to the case. Indices are into the arrays of the case. */
#ifndef NT_MODEL_CASE_H
#define NT_MODEL_CASE_H

#include "core/base/err.h"
#include "core/base/trace.h"
#include "core/ice/ice.h"
#include "natsim/fabric/medium.h"
#include "natsim/nat/policy/policy.h"
#include "reports/result/words.h"

#define NT_SCN_NODES_MAX 100000
#define NT_SCN_AGENTS_MAX 32000       /* each has a link of its own to the platform */
#define NT_SCN_PROGRAMS_MAX 64        /* on one host, with the one that is the agent or the server */
#define NT_SCN_COMMAND_MAX 32767      /* bytes of a command */
#define NT_SCN_NESTED_MAX 255         /* gateways, one behind the other: no packet crosses more */
#define NT_SCN_CALL_DATA_MAX 10000000 /* datagrams of one agent that go on with the call */
#define NT_SCN_NONE UINT32_MAX
#define NT_SCN_SERVERS_MAX (NT_ICE_SERVERS_MAX / 2) /* of one agent and kind; each may have an address of either family */
#define NT_SCN_EXPLORE_MAX 32                       /* deliveries to choose in an exploration */

/* What carries frames between nodes. ANY: only what every carrier can do. */
enum nt_carrier_name { NT_CARRIER_ANY = 0, NT_CARRIER_BUILTIN, NT_CARRIER_NS3 };

struct nt_place {
    int line, column; /* from 1; 0: none */
};

struct nt_scn_network {
    char *name;
    struct nt_place place;
    struct nt_prefix ipv4, ipv6; /* addr.family NT_AF_NONE: none */
    nt_time delay, jitter;
    uint32_t loss, duplicate, reorder; /* parts of NT_CHANCE_ONE */
    uint64_t rate;                     /* bits per second; 0: unlimited */
    uint32_t queue, mtu;               /* 100, 1500 */
    enum nt_medium medium;
    struct nt_place medium_place, burst_place; /* of these keys; line 0: not given */
    struct nt_burst_loss burst;
    struct nt_wifi_config wifi; /* of NT_MEDIUM_WIFI, defaults filled in */
};

#define NT_SCN_ADDRESSES_MAX (NT_NAT_ADDRESSES_MAX + 4)

struct nt_scn_attachment {
    uint32_t network;
    struct nt_addr *addresses; /* assigned: IPv4 ones first, then IPv6 ones, port 0 */
    size_t address_count;
    struct nt_waypoint *points; /* where it is in a Wi-Fi cell; none: at the origin */
    size_t point_count;
};

struct nt_scn_gateway {
    char *name;
    struct nt_place place;
    struct nt_scn_attachment *inside;
    size_t inside_count;
    struct nt_scn_attachment outside; /* policy.addresses IPv4 ones */
    struct nt_nat_policy policy;
    char *preset; /* "" for a policy written out */
};

enum { NT_SCN_STUN = 1, NT_SCN_TURN = 2, NT_SCN_PLATFORM = 4, NT_SCN_COTURN = 8 /* a real server instead of ours */ };

struct nt_scn_user {
    char *name, *password;
    nt_time until; /* of a time-limited credential: valid until then; 0: for ever */
};

struct nt_scn_server {
    char *name;
    struct nt_place place;
    uint8_t kinds;               /* bits */
    struct nt_scn_attachment on; /* IPv4: [0] the service; [1] alternate (behaviour) and relayed addresses */
    bool behaviour, md5, sha256;
    struct nt_addr relay, relay6; /* the relay address; unset without TURN */
    uint16_t port_low, port_high; /* 0, 0: default */
    struct nt_scn_user *users;
    size_t user_count;
    char *realm;       /* "natsim" by default */
    uint32_t lifetime; /* seconds; 0: default */
    nt_time nonce_lifetime;
    uint32_t quota;
    char *secret; /* of time-limited credentials, as use-auth-secret of deployed servers; NULL: none. `users` are then those that
                   * agents were given */
    struct nt_prefix *deny;
    size_t deny_count;
};

struct nt_scn_turn_use {
    struct nt_place place, password_place; /* place: of the user */
    uint32_t server;
    char *user, *password; /* of a time-limited credential: made at load, and valid from 0 on */
    nt_time valid;         /* for so long; 0: no time-limited one */
    uint8_t transport;
};

enum nt_scn_recover { NT_RECOVER_NONE = 0, NT_RECOVER_FAILOVER, NT_RECOVER_RESTART };

struct nt_scn_agent {
    char *name;
    struct nt_place place;
    char *exec;              /* the command of a process that is the agent; NULL: ours */
    const char *call_key;    /* the first key that means something in a call alone; NULL: none */
    struct nt_place call_at; /* its place */
    struct nt_scn_attachment *on;
    size_t on_count;
    int role; /* enum nt_ice_role; 0: the caller is controlling */
    enum nt_ice_policy policy;
    enum nt_ice_prefer prefer;
    enum nt_ice_trickle trickle;
    bool trickle_given; /* otherwise a process trickles when both sides can */
    uint16_t max_pairs;
    nt_time ta, rto, keepalive, nomination_wait; /* as in struct nt_ice_config */
    bool no_consent, no_ice2, icmp_errors, ipv6;
    enum nt_scn_recover recover;
    bool continual, renomination;
    uint64_t tie_breaker; /* 0: random */
    uint32_t *stun;
    struct nt_place *stun_places; /* of each */
    size_t stun_count;
    struct nt_scn_turn_use *turn;
    size_t turn_count;
};

enum nt_scn_node_kind { NT_SCN_NODE_NONE = 0, NT_SCN_NODE_GATEWAY, NT_SCN_NODE_SERVER, NT_SCN_NODE_AGENT };

struct nt_scn_node {
    enum nt_scn_node_kind kind;
    uint32_t index;
};

enum nt_scn_step_kind {
    NT_STEP_CALL = 1,
    NT_STEP_REOFFER,
    NT_STEP_SEND,
    NT_STEP_SIGNALLING,
    NT_STEP_FAULT,
    NT_STEP_LINK,
    NT_STEP_NAT,
    NT_STEP_SERVER,
    NT_STEP_PARTITION,
    NT_STEP_INJECT,
    NT_STEP_RUN,
    NT_STEP_RESTART,
    NT_STEP_HANGUP,
    NT_STEP_RENOMINATE,
    NT_STEP_MOVE
};

enum nt_scn_server_do { NT_SERVER_STOP = 1, NT_SERVER_START, NT_SERVER_RESET, NT_SERVER_REFUSE, NT_SERVER_SLOW, NT_SERVER_REVOKE };
#define NT_SCN_METHOD(method) (1u << (method)) /* a STUN method as a bit of nt_scn_step.methods */
#define NT_SCN_NTH_MAX 65536                   /* the greatest number in `nth` of a refusal */

enum nt_scn_message { NT_MESSAGE_ANY = 0, NT_MESSAGE_OFFER, NT_MESSAGE_ANSWER, NT_MESSAGE_CANDIDATE };
enum nt_scn_signal_act { NT_SIGNAL_DELAY = 1, NT_SIGNAL_DROP, NT_SIGNAL_DUPLICATE, NT_SIGNAL_REJECT };

struct nt_scn_match {          /* any of these types or addresses; empty: any candidate */
    uint8_t types;             /* bits 1 << enum nt_ice_type */
    struct nt_addr *addresses; /* port 0: any port */
    size_t address_count;
};

enum nt_scn_way { NT_WAY_BOTH = 0, NT_WAY_FROM, NT_WAY_TO }; /* from: what side a sends to side b; to: what comes back */

struct nt_scn_send { /* a run of datagrams */
    uint32_t bytes, count;
    nt_time interval;
    bool df; /* they are not to be fragmented */
};

struct nt_scn_step {
    struct nt_place place;
    enum nt_scn_step_kind kind;
    char *text;               /* the name of the step: "call", "drop", ... */
    nt_time at;               /* when after.kind is NODE_NONE */
    struct nt_scn_node after; /* an event of this name at this node */
    uint32_t after_nth;       /* which one, from 1 */
    char *event;              /* "check-sent", ... */
    nt_time delay;
    uint32_t from, to;                /* agents; from: of a restart, a hangup, a renomination, too */
    struct nt_scn_match remote;       /* renominate: one type, or one address */
    struct nt_scn_attachment move_to; /* move: with its addresses; `where` and `port` say what moves */
    struct nt_place move_place;       /* of its key `address`, or of the step */
    nt_time outage;                   /* move: how long the attachment is on no network */
    char *user;                       /* revoke */
    struct nt_scn_send send;
    enum nt_scn_message message;
    enum nt_scn_signal_act act;
    nt_time by;               /* by how much signalling, packets or responses are delayed */
    int fault;                /* enum nt_fault_kind (natsim/fabric/fabric.h) */
    struct nt_scn_node where; /* fault, link, nat, server, inject */
    uint32_t port;            /* link: attachment number; a gateway: inside ones first, then outside */
    bool up;
    int control; /* nat: enum nt_control */
    enum nt_scn_server_do server_do;
    unsigned methods;         /* refuse: NT_SCN_METHOD bits */
    int code;                 /* refuse: an error code, or NT_UNANSWERED */
    struct nt_addr alternate; /* refuse with 300 */
    char *filter;             /* BPF; NULL: all packets */
    uint32_t *nth;
    size_t nth_count;                    /* fault, refuse; 0: all */
    nt_time duration;                    /* the key `for`; 0: without end */
    struct nt_scn_node *side_a, *side_b; /* partition */
    size_t side_a_count, side_b_count;
    enum nt_scn_way way;    /* partition: what does not pass */
    struct nt_addr as, dst; /* inject */
    uint8_t *payload;       /* inject: the bytes, made at load */
    size_t payload_len;
    bool whole_packet; /* inject: they are an IP packet; otherwise a datagram's, from `as` to `dst` */
    char *command;     /* run */
    char **prints;     /* run: texts it must print; count 0: it must exit with status 0 */
    size_t print_count;
};

/* --- expectations --- */
enum nt_scn_op { NT_OP_EQ = 0, NT_OP_NE, NT_OP_LT, NT_OP_LE, NT_OP_GT, NT_OP_GE };

struct nt_scn_count { /* 5, ">= 5"; unset: not expected */
    bool set;
    enum nt_scn_op op;
    int64_t value;
    struct nt_place place;
};

enum nt_tri { NT_TRI_ANY = 0, NT_TRI_NO, NT_TRI_YES };

struct nt_scn_pair_expect {
    struct nt_place place;
    struct nt_scn_match local, remote;
    enum nt_tri receivable, sendable, handshake, valid, nominated;
    struct nt_scn_count count; /* unset: ">= 1" */
};

struct nt_scn_agent_expect {
    struct nt_place place;
    struct nt_place state_place, role_place, selected_place, candidates_place, prflx_place;
    int state; /* enum nt_ice_state; -1: not expected */
    int role;  /* 0: not expected */
    struct nt_scn_count checks, restarts;
    bool selected;
    struct nt_scn_match selected_local, selected_remote;
    bool candidates;
    uint32_t candidate_counts[4]; /* by enum nt_ice_type */
    bool prflx;
    struct nt_scn_count prflx_local, prflx_remote;
    struct nt_addr *prflx_from;
    size_t prflx_from_count;
    struct nt_scn_pair_expect *pairs;
    size_t pair_count;
};

struct nt_scn_packets_expect {
    struct nt_place place;
    char *tap;     /* full name */
    int direction; /* enum nt_direction, 0: both */
    char *filter;  /* NULL: all */
    struct nt_scn_count count;
};

struct nt_scn_event { /* never */
    struct nt_place place;
    struct nt_scn_node node;
    char *event;
};

enum { NT_PATH_UNASKED = 0, NT_PATH_ORACLE = 8 }; /* beside enum nt_path_bit, whose values are bits, too */

struct nt_scn_expect {
    struct nt_place path_place, data_place, within_place, conformance_place, limit_place;
    unsigned path;                      /* bits: any of these; NT_PATH_ORACLE only alone */
    struct nt_scn_agent_expect *agents; /* one for each agent of the case */
    struct nt_scn_count data_lost;      /* unset: the default rule */
    bool data_during_call;              /* data flow both ways from selection to the end */
    nt_time data_interval;              /* between two datagrams of one agent then; 20 ms by default */
    struct nt_scn_count data_gap;       /* nanoseconds: the longest silence of either way */
    struct nt_scn_count lost_above;     /* bytes: larger data is lost */
    struct nt_scn_packets_expect *packets;
    size_t packet_count;
    bool conformance_asked; /* the key is given: processes are judged, too */
    char **rules;           /* that must be broken; count 0: clean */
    size_t rule_count;
    nt_time within; /* 0: not expected */
    nt_time until;  /* 0: not given */
    nt_time limit;  /* 10 minutes by default */
    struct nt_scn_event *never;
    size_t never_count;
    struct nt_place outcomes_place, explore_place;
    uint32_t explore_first; /* deliveries to choose; 0: no exploration */
    nt_time explore_window;
    unsigned outcomes; /* bits of enum nt_path_bit, 0: not asked */
};

struct nt_scn_param {
    char *name;
    char *json;  /* the value with its type, as JSON */
    char *label; /* as in the id */
};

struct nt_scn_case {
    char *id;   /* "classic/four-types[left=none,right=none]", without #seed */
    char *file; /* as in results.json */
    char *path; /* to open it */
    char *claim;
    char **tags;
    size_t tag_count;
    uint64_t seed;
    struct nt_place place;
    struct nt_scn_param *params;
    size_t param_count;
    struct nt_scn_network *networks;
    size_t network_count;
    struct nt_scn_gateway *gateways;
    size_t gateway_count;
    struct nt_scn_server *servers;
    size_t server_count;
    struct nt_scn_agent *agents;
    size_t agent_count;
    struct nt_scn_step *steps;
    size_t step_count;
    uint32_t *moves; /* the steps that move attachments, in file order */
    size_t move_count;
    struct nt_scn_expect expect;
    uint32_t caller, callee; /* of the call step; NT_SCN_NONE without a call */
    struct nt_scn_skip {
        const char *why; /* and how to mend it; NULL: it can be run here */
        struct nt_place place;
    } skip;
    struct nt_arena *arena; /* the memory of all of it */
};

/* The k-th place of an agent's attachments, or a server's: those that it begins with, then those that steps move one to, in file
 * order. NULL: there is none. */
const struct nt_scn_attachment *nt_scn_place_at(const struct nt_scn_case *c, struct nt_scn_node n, size_t k);
/* Has it that address, of that network, at any time? */
bool nt_scn_ever_has(const struct nt_scn_case *c, struct nt_scn_node n, uint32_t network, const struct nt_addr *a);
/* A step moves this attachment. */
bool nt_scn_moves(const struct nt_scn_case *c, struct nt_scn_node n, uint32_t port);
/* The name that agents have for a user: without the time of a time-limited credential. */
const char *nt_scn_user_name(const struct nt_scn_server *s, const struct nt_scn_user *u);
bool nt_scn_lossy(const struct nt_scn_case *c); /* a network may lose packets without a trace of it */
/* A packet is not longer on its way: each network there and back (a relay, a hairpin), and the delays that steps add. */
nt_time nt_scn_longest_way(const struct nt_scn_case *c);
const char *nt_scn_node_name(const struct nt_scn_case *c, struct nt_scn_node n);
bool nt_scn_uses_ipv6(const struct nt_scn_case *c); /* some agent does */
/* Does the case run real programs, and so in real time? Does this agent, or this server, run on a machine for real programs? */
bool nt_scn_live(const struct nt_scn_case *c);
bool nt_scn_live_agent(const struct nt_scn_case *c, uint32_t agent);
/* Is this event of the node ever known? Real programs report only some. */
bool nt_scn_is_reported(const struct nt_scn_case *c, struct nt_scn_node n, const char *event);
bool nt_scn_live_server(const struct nt_scn_case *c, uint32_t server);

#endif
