/* A packet is a real IPv4 or IPv6 packet with correct checksums, in a buffer of a pool. Whoever holds the pointer owns it: it is
 * handed on by nt_fabric_send, or ends by nt_fabric_drop or nt_fabric_consumed. */
#ifndef NT_PACKET_PACKET_H
#define NT_PACKET_PACKET_H

#include "core/base/addr.h"
#include "natsim/packet/protocol.h"
#include "natsim/packet/rewrite.h"

enum nt_packet_mark { NT_MARK_DAMAGED = 1, NT_MARK_INJECTED = 2 }; /* bits: a step did that on purpose */

#define NT_PACKET_NEW UINT32_MAX

struct nt_packet {
    uint8_t *data; /* the IP header */
    uint32_t len, cap;
    uint32_t marks;  /* enum nt_packet_mark */
    uint32_t origin; /* the node that made it; NT_PACKET_NEW before it has left */
    uint32_t from;   /* the attachment that it left by last; of the fabric */
    uint64_t shown;  /* the number, from 1, of the trace's latest event that showed it */
    /* Filled by nt_packet_parse; kept correct by the functions below. */
    uint8_t family, proto, ttl, tos;
    uint8_t df, fragment, first_fragment; /* fragment: part of a fragmented datagram; its ports are known in the first alone */
    /* offsets from data; payload of UDP, or everything after the IP header of another protocol */
    uint16_t l4, payload, payload_len;
    struct nt_addr src, dst; /* ports of UDP and TCP; ICMP echo: the identifier in both */
    struct nt_packet *next;  /* in the list that holds it */
    /* The fragments that a whole packet was put together from, in order, and which it owns; NULL: it came whole. */
    struct nt_packet *pieces;
    uint32_t pieces_at;   /* where their data begin in the whole */
    uint32_t fragment_id; /* for the fragments of an IPv6 packet whose df is 0: its source is yet to cut it */
};

/* 0, NT_ESHORT, NT_EFORMAT (bad version, header length, total length, order of extension headers). */
int nt_packet_parse(struct nt_packet *p);
/* Writes a whole UDP packet into p->data; id: the IPv4 identification. NT_ENOSPC beyond the buffer. */
int nt_packet_udp(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *payload, size_t len,
                  uint8_t ttl, uint8_t tos, bool df, uint16_t id);
/* Writes the IP header alone, for `len` bytes that follow it; returns its length. */
uint16_t nt_packet_ip_header(struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst, uint8_t proto, uint16_t len,
                             uint8_t ttl, uint8_t tos, bool df, uint16_t id);
struct nt_headers nt_packet_headers(const struct nt_packet *p);
/* Rewrites an address (and port, when the packet has ports), checksums included (RFC 1624). */
void nt_packet_set_src(struct nt_packet *p, const struct nt_addr *a);
void nt_packet_set_dst(struct nt_packet *p, const struct nt_addr *a);
/* Decrements the TTL or hop limit, of pieces, too; false: it is used up. */
bool nt_packet_hop(struct nt_packet *p);
/* Recomputes every checksum from the bytes. */
void nt_packet_fix_checksums(struct nt_packet *p);
/* Of the IP header alone, which IPv6 does not protect. */
bool nt_packet_header_good(const struct nt_packet *p);
bool nt_packet_checksums_good(const struct nt_packet *p);

#endif
