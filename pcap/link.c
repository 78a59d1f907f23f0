#include "pcap/link.h"

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "pcap/format.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define VLAN_MAX 2 /* tags skipped */

static void to_ip(struct nt_reader *r, uint32_t link)
{
    uint16_t type = ETHERTYPE_IPV4;
    switch (link) {
    case NT_LINKTYPE_NULL: /* the address family, in the byte order and numbering of some machine: the IP version decides */
    case NT_LINKTYPE_LOOP: nt_read(r, 4); break;
    case NT_LINKTYPE_ETHERNET:
        nt_read(r, 12);
        type = nt_read16(r);
        for (int i = 0; i < VLAN_MAX && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); i++) {
            nt_read16(r);
            type = nt_read16(r);
        }
        break;
    case NT_LINKTYPE_SLL:
        nt_read(r, 14);
        type = nt_read16(r);
        break;
    case NT_LINKTYPE_SLL2:
        type = nt_read16(r);
        nt_read(r, 18);
        break;
    case NT_DLT_RAW:
    case NT_LINKTYPE_RAW:
    case NT_LINKTYPE_IPV4:
    case NT_LINKTYPE_IPV6: break;
    default: type = 0;
    }
    if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
        r->err = NT_EFORMAT;
}

/* Ethernet pads short frames: an IPv4 packet ends where its header says. */
static size_t ip_length(const uint8_t *p, size_t left)
{
    size_t said = left;
    if (left >= 20 && p[0] >> 4 == 4)
        said = nt_load16(p + 2);
    else if (left >= 40 && p[0] >> 4 == 6)
        said = nt_load16(p + 4) + (size_t)40;
    return said >= 20 && said < left ? said : left;
}

int nt_capture_append_link(struct nt_capture *c, uint32_t tap, nt_time at, uint32_t link, const uint8_t *bytes, size_t len,
                           uint32_t orig_len)
{
    struct nt_reader r = nt_reader_of(bytes, len);
    to_ip(&r, link);
    size_t left = r.err == NT_OK ? nt_reader_left(&r) : 0;
    bool ip = left != 0 && (r.p[0] >> 4 == 4 || r.p[0] >> 4 == 6);
    size_t keep = ip ? (link == NT_LINKTYPE_RAW || link == NT_DLT_RAW ? left : ip_length(r.p, left)) : 0;
    struct nt_capture_frame *f = nt_capture_append(c, tap, at, r.p, keep);
    if (f == NULL)
        return c->byte_count + keep > NT_CAPTURE_BYTES_MAX || c->frame_count == NT_CAPTURE_FRAMES_MAX ? NT_ELIMIT : NT_ENOMEM;
    if (orig_len > len) /* cut by the capturing program */
        f->orig_len += orig_len - (uint32_t)len;
    return NT_OK;
}
