/* Where addresses, ports and checksums lie in the bytes of a packet, and how they are rewritten. The packet may be a whole one or
 * one quoted by an ICMP error, whose end may be missing. */
#ifndef NT_PACKET_REWRITE_H
#define NT_PACKET_REWRITE_H

#include "core/base/addr.h"

struct nt_headers {
    uint8_t *ip;
    size_t len; /* bytes that are there */
    uint8_t family, proto;
    uint16_t l4;    /* offset of the transport header */
    bool transport; /* the transport header is in this packet: not so in later fragments */
};

/* The address with its port, 0 without one. */
struct nt_addr nt_headers_addr(const struct nt_headers *h, bool src);
/* Writes address and port and updates the checksums (RFC 1624). */
void nt_headers_rewrite(const struct nt_headers *h, bool src, const struct nt_addr *a);

#endif
