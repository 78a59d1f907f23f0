/* Addresses of no single host: no packet on a network may come from one, and no router sends one on to it. RFC 1122, 3.2.1.3, "A
 * host MUST silently discard an incoming datagram containing an IP source address that is invalid", and RFC 1812, 5.3.7; RFC 4291,
 * 2.5.2, 2.5.3 and 2.7. */
#ifndef NT_PACKET_MARTIAN_H
#define NT_PACKET_MARTIAN_H

#include "core/base/addr.h"

/* This network and this host, loopback, multicast and the limited broadcast. Class E is none: Linux routes it. */
bool nt_addr_is_martian(const struct nt_addr *a);
/* Class E, and the limited broadcast address: no ICMP error is about a packet that has it (RFC 1122, 3.2.2). */
bool nt_addr_is_reserved(const struct nt_addr *a);

#endif
