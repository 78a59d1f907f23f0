/* The extension headers of IPv6 (RFC 8200, 4). */
#ifndef NT_PACKET_EXTENSION_H
#define NT_PACKET_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

struct nt_extensions {
    uint8_t proto;     /* the upper-layer protocol; of a later fragment: what the Fragment header names */
    uint32_t end;      /* where that begins */
    uint32_t fragment; /* where the Fragment header lies, 0: there is none */
    uint32_t named_at; /* the octet before it that names it */
    bool later;        /* of a fragment that is not the first */
};

/* Reads the headers behind the IPv6 header of a packet of `len` octets, up to the upper-layer header or to the end of a later
 * fragment's Fragment header. 0, NT_ESHORT, or NT_EFORMAT: two Fragment headers, or Hop-by-Hop options that are not the first; then
 * *e is how far it came. */
int nt_extensions_read(const uint8_t *packet, uint32_t len, struct nt_extensions *e);

#endif
