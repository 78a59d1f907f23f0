/* Numbers of the protocols that IP carries (IANA), and of ICMP's types and codes (RFC 792, RFC 4443). */
#ifndef NT_PACKET_PROTOCOL_H
#define NT_PACKET_PROTOCOL_H

enum { NT_PROTO_ICMP = 1, NT_PROTO_TCP = 6, NT_PROTO_UDP = 17, NT_PROTO_ICMP6 = 58 };
/* Extension headers of IPv6 that stand before what is carried (RFC 8200, 4; RFC 4302; RFC 5533). */
enum {
    NT_EXT_HOP_BY_HOP = 0,
    NT_EXT_ROUTING = 43,
    NT_EXT_FRAGMENT = 44,
    NT_EXT_AUTHENTICATION = 51,
    NT_EXT_DESTINATION = 60,
    NT_EXT_SHIM6 = 140
};

enum { NT_ICMP4_ECHO_REPLY = 0, NT_ICMP4_UNREACHABLE = 3, NT_ICMP4_REDIRECT = 5, NT_ICMP4_ECHO = 8, NT_ICMP4_TIME_EXCEEDED = 11 };
/* Codes of NT_ICMP4_UNREACHABLE; RFC 1812, 5.2.7.1: 13 is "communication administratively prohibited". */
enum { NT_ICMP4_NETWORK = 0, NT_ICMP4_HOST = 1, NT_ICMP4_PORT = 3, NT_ICMP4_FRAGMENTATION_NEEDED = 4, NT_ICMP4_PROHIBITED = 13 };

enum { NT_ICMP6_UNREACHABLE = 1, NT_ICMP6_TOO_BIG = 2, NT_ICMP6_TIME_EXCEEDED = 3, NT_ICMP6_ECHO = 128, NT_ICMP6_ECHO_REPLY = 129 };
/* Codes of NT_ICMP6_UNREACHABLE. */
enum { NT_ICMP6_NO_ROUTE = 0, NT_ICMP6_PROHIBITED = 1, NT_ICMP6_ADDRESS = 3, NT_ICMP6_PORT = 4 };

enum { NT_ICMP_REASSEMBLY_TIME = 1 }; /* a code of either Time Exceeded */

#endif
