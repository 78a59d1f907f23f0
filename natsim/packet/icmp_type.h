/* What the types of ICMP and ICMPv6 messages are (RFC 792, RFC 4443). */
#ifndef NT_PACKET_ICMP_TYPE_H
#define NT_PACKET_ICMP_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/* Messages that report an error about another packet. */
bool nt_icmp_is_error(uint8_t proto, uint8_t type);
bool nt_icmp_is_echo(uint8_t proto, uint8_t type); /* an echo request */
/* What asks with a query identifier (RFC 5508, section 2), and what answers it. */
bool nt_icmp_is_query(uint8_t proto, uint8_t type);
bool nt_icmp_is_reply(uint8_t proto, uint8_t type);

#endif
