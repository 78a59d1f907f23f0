/* Why a packet was dropped. The name is the `reason` of its comment in captures; the addresses of the trace event make the detail.
 * A gateway or host that might tell the sender adds a bit that says whether it does. */
#ifndef NT_PACKET_DROP_H
#define NT_PACKET_DROP_H

#include "core/base/addr.h"

enum nt_drop {
    NT_DROP_NONE = 0,
    NT_DROP_FILTERED,   /* filtered: "no permission for a" */
    NT_DROP_NO_MAPPING, /* no-mapping: "nothing is mapped to b" */
    NT_DROP_NO_ROUTE,   /* no-route: "no route to b" */
    NT_DROP_NO_HOST,    /* no-host: "nobody has b on this network" */
    NT_DROP_MARTIAN,    /* martian: from or to an address of no single host, or from the gateway's own */
    NT_DROP_NO_SOCKET,  /* no-socket: "port b is closed" */
    NT_DROP_HAIRPIN,    /* hairpin: "no hairpinning to b" */
    NT_DROP_FIREWALL,   /* firewall: "no state for a" */
    NT_DROP_BLOCKED,    /* blocked: UDP or everything is blocked */
    NT_DROP_DENIED,     /* denied: by the policy */
    NT_DROP_UNALLOWED,  /* not-allowed: nobody inside may reach b */
    NT_DROP_STRAY,      /* no-connection: a TCP segment to b, of none that is known */
    NT_DROP_CROSSED,    /* crossed: a SYN that another has crossed (RFC 5382, REQ-4) */
    NT_DROP_LOSS,       /* loss: drawn on the network */
    NT_DROP_QUEUE,      /* queue: the attachment's queue is full */
    NT_DROP_MTU,        /* mtu: larger than the network's MTU, and DF is set */
    NT_DROP_DOWN,       /* down: the attachment is down */
    NT_DROP_DOWN_THERE, /* down: "the attachment that it would arrive at is down" */
    NT_DROP_AWAY,       /* moved: the attachment is on no network */
    NT_DROP_LEFT,       /* moved: "the attachment that it would arrive at has left the network" */
    NT_DROP_PARTITION,  /* partition */
    NT_DROP_TTL,        /* ttl: used up */
    NT_DROP_STEP,       /* step: a drop step of the scenario took it */
    NT_DROP_MALFORMED,  /* malformed */
    NT_DROP_CHECKSUM,   /* checksum */
    NT_DROP_FRAGMENT,   /* fragment: the policy drops fragments, or one that comes before the first */
    NT_DROP_INCOMPLETE, /* incomplete: fragments of a datagram that was not completed in time */
    NT_DROP_OVERLAP,    /* overlap: a fragment that overlaps others or does not fit, and those */
    NT_DROP_REPEATED,   /* repeated: a fragment that is there already */
    NT_DROP_REASSEMBLY, /* reassembly: fragments of an incomplete datagram, of which there are too many */
    NT_DROP_FORGOTTEN,  /* forgotten: fragments of an incomplete datagram, by a reboot or a flush */
    NT_DROP_NO_PORT,    /* no-port: the NAT has no free port */
    NT_DROP_LIMIT,      /* limit: max-mappings or max-per-host, or a table is full */
    NT_DROP_PROTOCOL,   /* protocol: not carried by this element */
    NT_DROP_STOPPED,    /* stopped: the host is stopped */
    NT_DROP_STACK,      /* stack: the attached IP stack does not take it */
    NT_DROP_RETRIES,    /* retries: the sender's medium gave up: nobody acknowledged, or it is never free */
    NT_DROP_EXPIRED,    /* expired: it waited for its turn on the medium for too long */
    NT_DROP_COUNT,
    NT_DROP_TOLD = 0x100, /* bit: an ICMP error tells the sender */
    NT_DROP_QUIET = 0x200 /* bit: none does, although one is usual */
};

/* The reason of a gateway's drop with its bit: what the policy refuses is usually not told, and then has none. */
enum nt_drop nt_drop_answered(enum nt_drop reason, bool answered);
const char *nt_drop_name(enum nt_drop reason); /* "filtered", "no-route", ... */
/* The detail text of a drop into buf: "no permission for 198.51.100.7:5000". */
const char *nt_drop_detail(enum nt_drop reason, const struct nt_addr *a, const struct nt_addr *b, char *buf, size_t cap);

#endif
