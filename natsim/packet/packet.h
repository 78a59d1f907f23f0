/* A packet is a real IPv4 or IPv6 packet with right checksums, in a buffer of the fabric's pool. Whoever holds the pointer owns
 * it: it is handed on by nt_fabric_send, or ends by nt_fabric_drop or nt_fabric_consumed. */
#ifndef NT_PACKET_PACKET_H
#define NT_PACKET_PACKET_H

#include "core/base/addr.h"
#include "core/base/time.h"

enum { NT_PROTO_ICMP = 1, NT_PROTO_TCP = 6, NT_PROTO_UDP = 17, NT_PROTO_ICMP6 = 58 };

enum nt_packet_mark { NT_MARK_DAMAGED = 1, NT_MARK_INJECTED = 2 }; /* bits: a step did that on purpose */

#define NT_PACKET_NEW UINT32_MAX

struct nt_packet {
    uint8_t *data;       /* the IP header */
    uint32_t len, cap;
    uint32_t marks;      /* enum nt_packet_mark */
    uint32_t origin;     /* the node that made it; NT_PACKET_NEW before it has left */
    uint64_t shown;      /* which of the fabric's packet events showed it last, from 1 */
    /* Filled by nt_packet_parse; kept right by the functions below. */
    uint8_t family, proto, ttl, tos;
    uint8_t df, fragment, first_fragment; /* fragment: part of a fragmented datagram; its ports are known in the first alone */
    uint16_t l4, payload, payload_len;    /* offsets from data; payload of UDP, or of the whole of another protocol */
    struct nt_addr src, dst;              /* ports of UDP and TCP; ICMP echo: the identifier in both */
    struct nt_packet *next;               /* of the list it is in */
};

/* 0, NT_ESHORT, NT_EFORMAT (bad version, header length, total length), NT_EUNSUPPORTED (extension headers beyond fragment). */
int nt_packet_parse(struct nt_packet *p);
/* Writes a whole UDP packet into p->data; id: the IPv4 identification. NT_ENOSPC beyond the buffer. */
int nt_packet_udp(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *payload, size_t len, uint8_t ttl,
                  uint8_t tos, bool df, uint16_t id);
/* Writes the IP header alone, for `len` bytes that follow it; its length. */
uint16_t nt_packet_ip_header(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, uint8_t proto, uint16_t len, uint8_t ttl,
                             uint8_t tos, bool df, uint16_t id);
/* An ICMP (v4 or v6) error about `about`, from `src` to about's source, with as much of it as fits 576 or 1280 bytes. */
int nt_packet_icmp_error(struct nt_packet *p, const struct nt_addr *src, const struct nt_packet *about, uint8_t type, uint8_t code);
/* Rewrites an address (and port, when the packet has ports), checksums included (RFC 1624). */
void nt_packet_set_src(struct nt_packet *p, const struct nt_addr *a);
void nt_packet_set_dst(struct nt_packet *p, const struct nt_addr *a);
/* The addresses of the packet quoted in an ICMP error; NT_ENOENT when it is none. Setting repairs both packets' checksums. */
int nt_packet_quoted(const struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto);
void nt_packet_set_quoted_src(struct nt_packet *p, const struct nt_addr *a);
void nt_packet_set_quoted_dst(struct nt_packet *p, const struct nt_addr *a);
/* The MTU that a "fragmentation needed" or "packet too big" error tells. */
void nt_packet_set_icmp_mtu(struct nt_packet *p, uint32_t mtu);
/* TTL or hop limit less one; false: it is used up. */
bool nt_packet_hop(struct nt_packet *p);
/* Recomputes every checksum from the bytes. */
void nt_packet_fix_checksums(struct nt_packet *p);
bool nt_packet_checksums_good(const struct nt_packet *p);

/* Why a packet ended; the name is the `reason` of its comment, the addresses of the trace event make the detail. */
enum nt_drop {
    NT_DROP_NONE = 0,
    NT_DROP_FILTERED,      /* filtered: "no permission for a" */
    NT_DROP_NO_MAPPING,    /* no-mapping: "nothing is mapped to b" */
    NT_DROP_NO_ROUTE,      /* no-route: "no route to b" */
    NT_DROP_NO_HOST,       /* no-host: "nobody has b on this network" */
    NT_DROP_NO_SOCKET,     /* no-socket: "port b is closed" */
    NT_DROP_HAIRPIN,       /* hairpin: "no hairpinning to b" */
    NT_DROP_FIREWALL,      /* firewall: "no state for a" */
    NT_DROP_BLOCKED,       /* blocked: "UDP is blocked", "everything is blocked" */
    NT_DROP_DENIED,        /* denied: the policy's deny */
    NT_DROP_LOSS,          /* loss: drawn on the network */
    NT_DROP_QUEUE,         /* queue: the attachment's queue is full */
    NT_DROP_MTU,           /* mtu: larger than the network's MTU, and DF is set */
    NT_DROP_DOWN,          /* down: the attachment is down */
    NT_DROP_PARTITION,     /* partition */
    NT_DROP_TTL,           /* ttl: used up */
    NT_DROP_STEP,          /* step: a drop step of the scenario took it */
    NT_DROP_MALFORMED,     /* malformed */
    NT_DROP_CHECKSUM,      /* checksum */
    NT_DROP_FRAGMENT,      /* fragment: the policy drops fragments, or reassembly gave up */
    NT_DROP_NO_PORT,       /* no-port: the NAT has no free port */
    NT_DROP_LIMIT,         /* limit: max-mappings or max-per-host */
    NT_DROP_PROTOCOL,      /* protocol: not carried by this element */
    NT_DROP_STOPPED,       /* stopped: the host is stopped */
    NT_DROP_RETRIES,       /* retries: the sender's medium gave up: nobody acknowledged, or it is never free */
    NT_DROP_EXPIRED,       /* expired: it waited for its turn on the medium for too long */
    NT_DROP_COUNT
};

const char *nt_drop_name(enum nt_drop reason); /* "filtered", "no-route", ... */
/* The detail text of a drop into buf: "no permission for 198.51.100.7:5000". */
const char *nt_drop_detail(enum nt_drop reason, const struct nt_addr *a, const struct nt_addr *b, char *buf, size_t cap);

#endif
