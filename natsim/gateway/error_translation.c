#include "natsim/gateway/error_translation.h"

#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/hop.h"
#include "natsim/gateway/send.h"
#include "natsim/packet/icmp.h"

/* The packet that an ICMP error quotes. */
struct quoted {
    struct nt_addr src, dst;
    uint8_t proto;
};

static enum nt_passage read_error_or_drop(struct nt_gateway *g, struct nt_packet *p, struct quoted *q, nt_time now)
{
    /* RFC 5508, REQ-3: "if the ICMP checksum fails to validate, the NAT SHOULD silently drop the ICMP Error packet"; a) likewise
     * "if the IP checksum of the embedded packet fails to validate". A redirect names a gateway of its sender's network (RFC 792):
     * on the other side of a NAT it says nothing. */
    if (!nt_packet_checksums_good(p) || nt_packet_quotes_damaged(p))
        nt_gateway_drop(g, p, NT_DROP_CHECKSUM, now);
    else if (p->data[p->l4] == NT_ICMP4_REDIRECT || nt_packet_quoted(p, &q->src, &q->dst, &q->proto) != NT_OK ||
             (q->proto != NT_PROTO_UDP && q->proto != NT_PROTO_TCP && q->proto != NT_PROTO_ICMP))
        nt_gateway_drop(g, p, NT_DROP_PROTOCOL, now);
    else
        return NT_PASSED;
    return NT_CONSUMED;
}

bool nt_error_quotes_no_flow(const struct nt_packet *p, uint8_t proto, bool came_in)
{
    int type = nt_packet_quoted_type(p);
    if (proto != NT_PROTO_ICMP && proto != NT_PROTO_ICMP6)
        return false;
    return type < 0 || !(came_in ? nt_icmp_is_reply(proto, (uint8_t)type) : nt_icmp_is_query(proto, (uint8_t)type));
}

void nt_error_translate(struct nt_gateway *g, struct nt_packet *p, bool out, bool in, nt_time now)
{
    struct quoted q;
    struct nt_nat_translation t = {.drop = NT_DROP_NONE};
    if (read_error_or_drop(g, p, &q, now) == NT_CONSUMED || (in && nt_hop_or_drop_quietly(g, p, now) == NT_CONSUMED))
        return;
    if (nt_error_quotes_no_flow(p, q.proto, out)) {
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_NO_MAPPING, &q.dst, &q.src, now);
        return;
    }
    if (out) {
        t = nt_nat_error_out(g->nat, q.proto, &q.dst, &q.src, now);
        q.dst = t.src;
    }
    if (in && t.drop == NT_DROP_NONE) {
        t = nt_nat_error_in(g->nat, q.proto, &q.src, &q.dst, now);
        q.src = t.dst;
    }
    if (t.drop != NT_DROP_NONE) {
        nt_fabric_drop(g->fabric, g->node, p, t.drop, &t.a, &t.b, now);
        return;
    }
    struct nt_addr external = nt_addr_with_port(&q.dst, 0), host = nt_addr_with_port(&q.src, 0);
    if (out) {
        nt_packet_set_quoted_dst(p, &q.dst);
        nt_gateway_set_src(g, p, &external, now);
    }
    if (in) {
        nt_packet_set_quoted_src(p, &q.src);
        nt_gateway_set_dst(g, p, &host, now);
    }
    nt_gateway_send(g, p, now);
}
