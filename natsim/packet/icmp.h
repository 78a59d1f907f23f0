/* ICMP and ICMPv6 errors (RFC 792, RFC 4443): building them, and the packet that they quote. */
#ifndef NT_PACKET_ICMP_H
#define NT_PACKET_ICMP_H

#include "natsim/packet/packet.h"

/* ICMP and ICMPv6 types that report an error about another packet. */
bool nt_icmp_is_error(uint8_t proto, uint8_t type);
/* An error about `about`, from `src` to about's source, with as much of it as fits 576 or 1280 bytes. 0, NT_EINVAL (the families
 * differ), NT_ENOSPC. */
int nt_packet_icmp_error(struct nt_packet *p, const struct nt_addr *src, const struct nt_packet *about, uint8_t type, uint8_t code);
/* The MTU in a "fragmentation needed" or "packet too big" error. */
void nt_packet_set_icmp_mtu(struct nt_packet *p, uint32_t mtu);
uint32_t nt_packet_icmp_mtu(const struct nt_packet *p); /* 0: another error, or it says none */
/* The addresses of the packet that an ICMP error quotes; NT_ENOENT when p is no such error. Setting repairs both packets'
 * checksums. */
int nt_packet_quoted(const struct nt_packet *p, struct nt_addr *src, struct nt_addr *dst, uint8_t *proto);
void nt_packet_set_quoted_src(struct nt_packet *p, const struct nt_addr *a);
void nt_packet_set_quoted_dst(struct nt_packet *p, const struct nt_addr *a);

#endif
