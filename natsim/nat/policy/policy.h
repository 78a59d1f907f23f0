/* A NAT's policy in the words of RFC 4787: plain data, read by the NAT that follows it and by the oracle that predicts it. */
#ifndef NT_POLICY_POLICY_H
#define NT_POLICY_POLICY_H

#include "core/base/addr.h"
#include "core/base/time.h"

enum nt_dependence { NT_DEP_ENDPOINT_INDEPENDENT = 1, NT_DEP_ADDRESS, NT_DEP_ADDRESS_AND_PORT };
enum nt_gateway_kind { NT_GW_TRANSLATE = 0, NT_GW_NONE, NT_GW_BLOCKED_UDP, NT_GW_BLOCKED };
enum nt_ports { NT_PORTS_PRESERVE = 1, NT_PORTS_SEQUENTIAL, NT_PORTS_RANDOM, NT_PORTS_OVERLOAD };
enum nt_conflict { NT_CONFLICT_NEXT = 0, NT_CONFLICT_LOWEST, NT_CONFLICT_RANDOM, NT_CONFLICT_FAIL, NT_CONFLICT_OVERLOAD };
enum nt_low_ports { NT_LOW_IN_RANGE = 0, NT_LOW_SAME_CLASS, NT_LOW_LINUX };
enum nt_reuse { NT_REUSE_RULE = 0, NT_REUSE_LATEST_BY_SOURCE, NT_REUSE_NEVER };
enum nt_hairpin { NT_HAIRPIN_NONE = 0, NT_HAIRPIN_INTERNAL, NT_HAIRPIN_EXTERNAL };
enum nt_replies { NT_REPLIES_TABLE = 0, NT_REPLIES_PINNED };
enum nt_pooling { NT_POOLING_PAIRED = 0, NT_POOLING_ARBITRARY };
enum nt_unsolicited { NT_UNSOLICITED_DROP = 0, NT_UNSOLICITED_REJECT };
enum nt_icmp { NT_ICMP_TRANSLATE = 0, NT_ICMP_DROP, NT_ICMP_DROP_TOO_BIG };
enum nt_fragments { NT_FRAG_REASSEMBLE = 0, NT_FRAG_IN_ORDER, NT_FRAG_DROP };
enum nt_filter_scope { NT_SCOPE_MAPPING = 0, NT_SCOPE_ENDPOINT, NT_SCOPE_FLOW };
enum nt_when_full { NT_FULL_REFUSE = 0, NT_FULL_STEAL };
/* What an unsolicited SYN gets: nothing for 6 s, then an ICMP error if none has gone out meanwhile (RFC 5382, REQ-4); nothing; the
 * error at once; or a reset at once. */
enum nt_unsolicited_syn { NT_SYN_ICMP_AFTER = 0, NT_SYN_DROP, NT_SYN_REJECT, NT_SYN_RESET };
/* How TCP connections are tracked: by the states of RFC 7857, section 2, or by Linux's. */
enum nt_tcp_tracking { NT_TRACK_RFC7857 = 0, NT_TRACK_LINUX };
/* The states of a connection. RFC 7857: SYN_SENT is INIT, FIN_WAIT one side's FIN, TIME_WAIT both's, RESET is TRANS. Linux has all:
 * CROSSING is SYN_SENT2, RESET is CLOSE. */
enum nt_connection {
    NT_CONN_SYN_SENT = 0,
    NT_CONN_CROSSING,
    NT_CONN_SYN_RECEIVED,
    NT_CONN_ESTABLISHED,
    NT_CONN_FIN_WAIT,
    NT_CONN_CLOSE_WAIT,
    NT_CONN_LAST_ACK,
    NT_CONN_TIME_WAIT,
    NT_CONN_RESET,
    NT_CONNECTION_STATES
};
enum nt_v6_policy { NT_V6_FIREWALL = 0, NT_V6_OPEN, NT_V6_NONE };

/* The ICMP messages that a gateway sends of itself: bits of `answers`. */
enum nt_answers {
    NT_ANSWER_TOO_BIG = 1,       /* fragmentation needed, packet too big (RFC 4787, REQ-13) */
    NT_ANSWER_TTL = 2,           /* time exceeded in transit (RFC 1812, 4.3.2.4) */
    NT_ANSWER_LIMIT = 4,         /* administratively prohibited: no flow can be made (RFC 5508, REQ-8) */
    NT_ANSWER_ECHO = 8,          /* echo replies to those inside */
    NT_ANSWER_ECHO_OUTSIDE = 16, /* and to those outside */
    NT_ANSWER_PORT = 32,         /* port unreachable, to those inside who send to a closed port of the gateway's own addresses */
    NT_ANSWER_ROUTE = 64,        /* network unreachable: no route (RFC 1812, 4.3.3.1) */
    NT_ANSWER_HOST = 128,        /* host unreachable: nobody has the address (RFC 1812, 4.3.3.1), 3 s after the packet */
    NT_ANSWER_LIMIT_HOST = 256   /* in place of NT_ANSWER_LIMIT: host unreachable (RFC 6888, REQ-11) */
};

#define NT_NAT_PORT_LIFETIMES_MAX 8
#define NT_NAT_ADDRESSES_MAX 64
#define NT_NAT_ALLOWED_MAX 32

enum nt_allowed_proto { NT_ALLOWED_UDP = 0, NT_ALLOWED_TCP };

/* Of TCP, what differs from the rest of the policy (RFC 5382). */
struct nt_nat_tcp {
    enum nt_dependence mapping, filtering; /* 0, before nt_nat_policy_finish: as the policy's */
    enum nt_ports ports;                   /* likewise; with another mapping by that */
    enum nt_unsolicited_syn unsolicited;
    bool unsolicited_given; /* otherwise REJECT where the policy's unsolicited packets are rejected */
    enum nt_tcp_tracking tracking;
    nt_time life[NT_CONNECTION_STATES]; /* how long a connection may be idle: 2 h 4 min established, else 4 min */
};

struct nt_nat_policy {
    enum nt_gateway_kind kind;
    enum nt_dependence mapping, filtering;
    enum nt_ports ports;
    uint16_t range_low, range_high; /* 1024, 65535 */
    bool parity, contiguity;        /* RFC 4787, 4.2.2 and 4.2.3, as long as there are such ports */
    uint16_t block;                 /* ports per inside host and external address; 0: no blocks */
    enum nt_conflict conflict;
    /* The external ports of inside ports below 1024: as of any other; 1..1023; or Linux's, which are kept, or drawn from 1..511
     * (below 512) or 600..1023, unless a range or blocks are set. */
    enum nt_low_ports low_ports;
    enum nt_reuse reuse;
    uint16_t addresses; /* external addresses: 1 */
    enum nt_pooling pooling;
    nt_time life_new, life_replied, life_stream; /* all 300 s when `lifetime` gives one; stream: after 2 s of traffic both ways */
    struct {
        uint16_t port; /* remote port */
        nt_time life;
    } life_by_port[NT_NAT_PORT_LIFETIMES_MAX];
    size_t life_by_port_count;
    nt_time icmp_lifetime; /* of a mapping of an ICMP query identifier: 60 s */
    nt_time hold_down;     /* for so long the port of an expired mapping is not assigned */
    bool refresh_outbound, refresh_inbound;
    nt_time filter_lifetime; /* 0: as long as the mapping */
    /* What a filter entry holds for: its mapping; all mappings of the inside endpoint; or there is none, and the tracked flow of
     * the 5-tuple lets in, as long as it lives. */
    enum nt_filter_scope filter_scope;
    enum nt_hairpin hairpin;
    enum nt_replies replies;
    enum nt_unsolicited unsolicited;
    nt_time poison; /* 0: none */
    enum nt_icmp icmp;
    bool icmp_kills_mapping;
    unsigned answers;      /* enum nt_answers */
    uint32_t icmp_burst;   /* so many ICMP errors to one destination at once, then one per icmp_interval; 0: no limit */
    nt_time icmp_interval; /* 1 s where icmp_burst is set */
    enum nt_fragments fragments;
    uint32_t max_mappings, max_per_host; /* 0: no limit (the NAT's own: NT_NAT_MAPPINGS_MAX) */
    uint32_t mapping_burst; /* so many new mappings of one inside host at once, then one per mapping_interval; 0: no limit */
    nt_time mapping_interval;
    /* Without room for a new mapping (RFC 5508, 6): it is refused; or the mapping whose timer ends first is ended to make room. */
    enum nt_when_full when_full;
    bool deny_udp;
    /* The destinations outside that may be reached; count 0: all. */
    struct {
        enum nt_allowed_proto proto;
        uint16_t port; /* 0: any */
    } allowed[NT_NAT_ALLOWED_MAX];
    size_t allowed_count;
    enum nt_v6_policy ipv6;
    struct nt_nat_tcp tcp;
};

/* RFC 4787's defaults as the language has them; mapping and filtering are 0 and must be set. */
void nt_nat_policy_init(struct nt_nat_policy *p);
/* Sets the ports where none are given, by the mapping. 0, or NT_EINVAL with *what (static) for a contradiction, such as overload
 * with an endpoint-dependent mapping. */
int nt_nat_policy_finish(struct nt_nat_policy *p, bool ports_given, const char **what);

/* The policy that holds for TCP, of one that is finished: with its own mapping, filtering and ports, and without filter entries and
 * poison: connections let in, as flows do. */
struct nt_nat_policy nt_nat_policy_of_tcp(const struct nt_nat_policy *p);
/* The idle time of connections that are being opened, are established, or are being closed. */
void nt_nat_tcp_set_lives(struct nt_nat_tcp *t, nt_time opening, nt_time established, nt_time closing);

/* Whether a port of this protocol may be reached by `allowed`. */
bool nt_nat_policy_allows(const struct nt_nat_policy *p, enum nt_allowed_proto proto, uint16_t port);

const char *nt_dependence_name(enum nt_dependence d);

#endif
