/* What the types of ICMP and ICMPv6 messages are (RFC 792, RFC 4443). */
#ifndef NT_PACKET_ICMP_TYPE_H
#define NT_PACKET_ICMP_TYPE_H

#include "natsim/packet/protocol.h"

#include <stdbool.h>
#include <stdint.h>

/* Messages that report an error about another packet. */
static inline bool nt_icmp_is_error(uint8_t proto, uint8_t type)
{
    if (proto == NT_PROTO_ICMP6)
        return type < 128; /* RFC 4443, 2.1: error messages have a zero in the high-order bit of the type */
    /* RFC 1122, 3.2.2: unreachable, source quench, redirect, time exceeded, parameter problem. */
    return proto == NT_PROTO_ICMP && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

static inline bool nt_icmp_is_echo(uint8_t proto, uint8_t type) /* an echo request */
{
    return proto == NT_PROTO_ICMP ? type == NT_ICMP4_ECHO : proto == NT_PROTO_ICMP6 && type == NT_ICMP6_ECHO;
}

/* What asks with a query identifier (RFC 5508, section 2). RFC 1122, 3.2.2: echo, timestamp, information, address mask. */
static inline bool nt_icmp_is_query(uint8_t proto, uint8_t type)
{
    return nt_icmp_is_echo(proto, type) || (proto == NT_PROTO_ICMP && (type == 13 || type == 15 || type == 17));
}

/* And what answers it. */
static inline bool nt_icmp_is_reply(uint8_t proto, uint8_t type)
{
    if (proto == NT_PROTO_ICMP)
        return type == NT_ICMP4_ECHO_REPLY || type == 14 || type == 16 || type == 18;
    return proto == NT_PROTO_ICMP6 && type == NT_ICMP6_ECHO_REPLY;
}

#endif
