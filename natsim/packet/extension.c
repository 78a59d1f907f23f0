#include "natsim/packet/extension.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/protocol.h"

enum { IP6_HEADER = 40, LENGTH_MIN = 8 };

/* RFC 7045, 4. ESP, Mobility and HIP stand last, and are taken for what is carried. */
static bool is_extension(uint8_t next)
{
    return next == NT_EXT_HOP_BY_HOP || next == NT_EXT_ROUTING || next == NT_EXT_FRAGMENT || next == NT_EXT_AUTHENTICATION ||
           next == NT_EXT_DESTINATION || next == NT_EXT_SHIM6;
}

/* RFC 8200, 4.2 to 4.6: in units of 8 octets beyond the first 8. RFC 4302, 2.2: of 4 octets beyond the first 8. */
static uint32_t extension_length(uint8_t next, const uint8_t *header)
{
    if (next == NT_EXT_FRAGMENT)
        return 8;
    return next == NT_EXT_AUTHENTICATION ? (header[1] + 2u) * 4 : (header[1] + 1u) * 8;
}

int nt_extensions_read(const uint8_t *packet, uint32_t len, struct nt_extensions *e)
{
    uint32_t named_at = 6;
    *e = (struct nt_extensions){.proto = packet[named_at], .end = IP6_HEADER};
    while (!e->later && is_extension(e->proto)) {
        const uint8_t *header = packet + e->end;
        if (e->end + LENGTH_MIN > len || e->end + extension_length(e->proto, header) > len)
            return NT_ESHORT;
        if (e->proto == NT_EXT_HOP_BY_HOP && e->end != IP6_HEADER) /* RFC 8200, 4.1 */
            return NT_EFORMAT;
        if (e->proto == NT_EXT_FRAGMENT && e->fragment != 0)
            return NT_EFORMAT;
        if (e->proto == NT_EXT_FRAGMENT) {
            e->fragment = e->end;
            e->named_at = named_at;
            e->later = nt_load16(header + 2) >> 3 != 0;
        }
        named_at = e->end;
        e->end += extension_length(e->proto, header);
        e->proto = header[0];
    }
    return NT_OK;
}
