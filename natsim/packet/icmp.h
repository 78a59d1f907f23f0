/* ICMP and ICMPv6 errors (RFC 792, RFC 4443): building them, and the packet that they quote. */
#ifndef NT_PACKET_ICMP_H
#define NT_PACKET_ICMP_H

#include "natsim/packet/icmp_type.h"
#include "natsim/packet/packet.h"

/* The packet reports an error about another one; later fragments cannot tell, and do not. */
bool nt_packet_is_icmp_error(const struct nt_packet *p);
bool nt_packet_is_too_big(const struct nt_packet *p); /* "fragmentation needed", or "packet too big" */
bool nt_packet_is_echo(const struct nt_packet *p);    /* a whole echo request, or its first fragment */
bool nt_packet_is_query(const struct nt_packet *p);   /* likewise */
/* Turns an echo request into the answer to it. */
void nt_packet_reply_echo(struct nt_packet *p);
/* An error about `about`, from `src` to about's source, with as much of it as fits 576 or 1280 bytes. 0, NT_EINVAL (the families
 * differ), NT_ENOSPC. */
int nt_packet_icmp_error(struct nt_packet *p, const struct nt_addr *src, const struct nt_packet *about, uint8_t type, uint8_t code);
/* The MTU in a "fragmentation needed" or "packet too big" error. */
void nt_packet_set_icmp_mtu(struct nt_packet *p, uint32_t mtu);
uint32_t nt_packet_icmp_mtu(const struct nt_packet *p); /* 0: another error, or it says none */
/* Whether the header checksum of the IPv4 packet that an ICMP error quotes is wrong; IPv6 has none. */
bool nt_packet_quotes_damaged(const struct nt_packet *p);
/* A source route is in the IPv4 header, or in the one that an ICMP error quotes. */
bool nt_packet_has_source_route(const struct nt_packet *p);
/* The addresses of the packet that an ICMP error quotes; without ports, if that was a later fragment. NT_ENOENT when p is no such
 * error. Setting repairs both packets' checksums. */
int nt_packet_quoted(const struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto);
/* The type of the ICMP message that an error quotes; -1: it quotes none, or a later fragment of one. */
int nt_packet_quoted_type(const struct nt_packet *p);
/* The sequence number of the TCP segment that an error quotes; NT_ENOENT: it quotes none. */
int nt_packet_quoted_sequence(const struct nt_packet *p, uint32_t *seq);
void nt_packet_set_quoted_src(struct nt_packet *p, const struct nt_addr *a);
void nt_packet_set_quoted_dst(struct nt_packet *p, const struct nt_addr *a);

#endif
