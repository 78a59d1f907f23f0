/* IP packets: parse arbitrary bytes, and everything that rewrites a packet keeps its checksums right. */
#include "natsim/packet/icmp.h"
#include "tests/fuzz/feed.h"

static void rewrite(struct nt_packet *p)
{
    struct nt_addr src = p->src, dst = p->dst, a, b;
    uint8_t proto;
    src.ip[3] ^= 0x55, src.port ^= 0x1234;
    dst.ip[2] ^= 0xaa, dst.port ^= 0x4321;
    nt_packet_set_src(p, &src);
    nt_packet_set_dst(p, &dst);
    CHECK(nt_packet_checksums_good(p));
    if (nt_packet_quoted(p, &a, &b, &proto) == 0) {
        nt_packet_set_quoted_src(p, &dst);
        nt_packet_set_quoted_dst(p, &src);
        nt_packet_set_icmp_mtu(p, 1400);
        CHECK(nt_packet_checksums_good(p));
    }
    if (nt_packet_hop(p))
        CHECK(nt_packet_checksums_good(p));
}

static void answer_with_error(const struct nt_packet *about)
{
    uint8_t buf[2048];
    struct nt_packet error = {.data = buf, .cap = sizeof buf};
    struct nt_addr src = about->dst;
    if (nt_packet_icmp_error(&error, &src, about, 3, 3) != 0)
        return;
    CHECK(nt_packet_parse(&error) == 0 && nt_packet_checksums_good(&error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = feed_copy(data, size);
    struct nt_packet p = {.data = copy, .len = (uint32_t)size, .cap = (uint32_t)size};
    if (nt_packet_parse(&p) == 0) {
        CHECK(p.len <= size && (uint32_t)p.payload + p.payload_len <= p.len);
        nt_packet_checksums_good(&p);
        answer_with_error(&p);
        nt_packet_fix_checksums(&p);
        CHECK(nt_packet_checksums_good(&p));
        rewrite(&p);
    }
    free(copy);
    return 0;
}
