#include "reports/conformance/datagram.h"

#include "core/base/err.h"
#include "natsim/packet/packet.h"

static bool parse(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_packet *p)
{
    /* Parsing only reads; the packet's shape is for writers too. */
    *p = (struct nt_packet){.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len, .cap = f->len};
    return f->len > 0 && nt_packet_parse(p) == NT_OK;
}

bool nt_capture_datagram(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_addr *src, struct nt_addr *dst,
                         const uint8_t **bytes, size_t *len)
{
    struct nt_packet p;
    if (f->len != f->orig_len || !parse(c, f, &p) || p.proto != NT_PROTO_UDP || p.fragment)
        return false;
    *src = p.src;
    *dst = p.dst;
    *bytes = p.data + p.payload;
    *len = p.payload_len;
    return true;
}

bool nt_capture_is_fragment(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet p;
    return parse(c, f, &p) && p.fragment;
}
