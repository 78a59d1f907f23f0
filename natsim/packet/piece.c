#include "natsim/packet/piece.h"
#include "core/base/bytes.h"
#include "natsim/packet/extension.h"

struct nt_piece nt_piece_of(const struct nt_packet *p)
{
    struct nt_extensions e;
    uint32_t header = p->l4;
    if (p->family == NT_AF_IPV4)
        return (struct nt_piece){.id = nt_load16(p->data + 4),
                                 .at = (nt_load16(p->data + 6) & 0x1fffu) * 8,
                                 .len = p->len - header,
                                 .header = header,
                                 .data = header,
                                 .more = (p->data[6] & 0x20) != 0};
    (void)nt_extensions_read(p->data, p->len, &e); /* they could be read when the packet was parsed */
    const uint8_t *fragment = p->data + e.fragment;
    return (struct nt_piece){.id = nt_load32(fragment + 4),
                             .at = nt_load16(fragment + 2) & 0xfff8u,
                             .len = p->len - e.fragment - 8,
                             .header = e.fragment,
                             .data = e.fragment + 8,
                             .more = (fragment[3] & 1) != 0};
}
