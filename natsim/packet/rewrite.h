/* Where addresses, ports and checksums lie in a packet, be it a whole one or one quoted by an ICMP error. */
#ifndef NT_PACKET_REWRITE_H
#define NT_PACKET_REWRITE_H

#include "natsim/packet/packet.h"

struct nt_view {
    uint8_t *ip;
    size_t len; /* bytes that are there */
    uint8_t family, proto;
    uint16_t l4;
    bool head; /* the transport header begins in this packet: not so in later fragments */
};

struct nt_view nt_view_of(const struct nt_packet *p);
/* The address with its port, 0 without one. */
struct nt_addr nt_view_addr(const struct nt_view *v, bool src);
/* Writes address and port and updates the checksums. */
void nt_view_rewrite(const struct nt_view *v, bool src, const struct nt_addr *a);

/* ICMP and ICMPv6 types that report an error about another packet. */
bool nt_icmp_is_error(uint8_t proto, uint8_t type);

#endif
