/* The Internet checksum (RFC 1071) and its incremental update (RFC 1624). */
#ifndef NT_PACKET_CHECKSUM_H
#define NT_PACKET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds bytes to a running sum; each part but the last has an even length. Start with 0. */
uint64_t nt_checksum_add(uint64_t sum, const uint8_t *bytes, size_t len);
/* Adds the pseudo header of IPv4 (RFC 768) or IPv6 (RFC 8200, 8.1); `ip` is the IP header. */
uint64_t nt_checksum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len);
/* The field's value: the complement of the folded sum. 0 when the checksum itself was summed too and is right. */
uint16_t nt_checksum_end(uint64_t sum);
/* The field's new value after `len` (even) bytes it covers changed from `was` to `is`. */
uint16_t nt_checksum_update(uint16_t field, const uint8_t *was, const uint8_t *is, size_t len);

#endif
