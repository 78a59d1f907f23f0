#include "natsim/fabric/fate.h"
#include "natsim/fabric/fabric_state.h"

void nt_fate_show(struct nt_fabric *f, uint32_t tap, enum nt_crossing direction, struct nt_packet *p, nt_time now)
{
    p->shown = ++f->shown;
    if (f->trace.emit == NULL)
        return;
    struct nt_trace_event event = {
        .at = now, .node = f->attachments[tap].node, .kind = NT_TR_PACKET, .bytes = p->data, .len = p->len};
    event.n[0] = tap, event.n[1] = direction, event.n[2] = p->marks;
    f->trace.emit(f->trace.user, &event);
}

static inline void tell_fate(const struct nt_fabric *f, const struct nt_packet_fate *fate, nt_time now)
{
    if (f->trace.emit == NULL)
        return;
    struct nt_trace_event event = {.at = now, .node = fate->node, .kind = fate->kind, .text = fate->network};
    event.n[0] = fate->tap == NT_FABRIC_NONE ? -1 : (int64_t)fate->tap;
    event.n[1] = fate->reason;
    event.n[2] = (int64_t)fate->shown;
    event.n[3] = fate->mtu;
    if (fate->a != NULL)
        event.a = *fate->a;
    if (fate->b != NULL)
        event.b = *fate->b;
    f->trace.emit(f->trace.user, &event);
}

/* The packet that a node is receiving is the latest at its tap. One that the node has held is named by its number; so is a piece of
 * a packet that was held: the packet was never seen, and has none. */
static void tell_fate_of_one(const struct nt_fabric *f, const struct nt_packet *p, struct nt_packet_fate fate, nt_time now)
{
    if (p->shown != 0 && (p->shown < f->shown || fate.tap == NT_FABRIC_NONE)) {
        fate.tap = NT_FABRIC_NONE;
        fate.shown = p->shown;
    }
    tell_fate(f, &fate, now);
}

/* A packet that was put together was never seen: its pieces were. */
static void tell_fate_of(const struct nt_fabric *f, const struct nt_packet *p, const struct nt_packet_fate *fate, nt_time now)
{
    if (p->pieces == NULL)
        tell_fate_of_one(f, p, *fate, now);
    for (const struct nt_packet *piece = p->pieces; piece != NULL; piece = piece->next)
        tell_fate_of_one(f, piece, *fate, now);
}

void nt_fate_drop(struct nt_fabric *f, struct nt_packet *p, struct nt_packet_fate fate, nt_time now)
{
    fate.node = f->attachments[fate.tap].node;
    fate.kind = NT_TR_DROP;
    if (fate.reason == NT_DROP_MTU)
        fate.mtu = f->networks[f->attachments[fate.tap].network].config.mtu;
    if (fate.a == NULL)
        fate.a = &p->src;
    if (fate.b == NULL)
        fate.b = &p->dst;
    tell_fate(f, &fate, now);
    nt_pool_put(&f->pool, p);
}

void nt_fabric_drop(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                    const struct nt_addr *b, nt_time now)
{
    struct nt_packet_fate fate = {.node = node, .tap = f->in_tap, .kind = NT_TR_DROP, .reason = (int)reason, .a = a, .b = b};
    tell_fate_of(f, p, &fate, now);
    nt_pool_put(&f->pool, p);
}

void nt_fabric_drop_too_large(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, uint32_t mtu,
                              nt_time now)
{
    struct nt_packet_fate fate = {
        .node = node, .tap = f->in_tap, .kind = NT_TR_DROP, .reason = (int)reason, .a = &p->src, .b = &p->dst, .mtu = mtu};
    tell_fate_of(f, p, &fate, now);
    nt_pool_put(&f->pool, p);
}

void nt_fabric_drop_held(struct nt_fabric *f, uint32_t node, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                         const struct nt_addr *b, nt_time now)
{
    struct nt_packet_fate fate = {
        .node = node, .tap = NT_FABRIC_NONE, .shown = p->shown, .kind = NT_TR_DROP, .reason = (int)reason, .a = a, .b = b};
    tell_fate_of(f, p, &fate, now);
    nt_pool_put(&f->pool, p);
}

void nt_fabric_translated(struct nt_fabric *f, uint32_t node, const struct nt_packet *p, int which, const struct nt_addr *from,
                          const struct nt_addr *to, nt_time now)
{
    struct nt_packet_fate fate = {.node = node, .tap = f->in_tap, .kind = NT_TR_TRANSLATED, .reason = which, .a = from, .b = to};
    if (p->pieces == NULL)
        tell_fate(f, &fate, now);
    else
        tell_fate_of(f, p, &fate, now);
}

uint32_t nt_fabric_receiving(const struct nt_fabric *f, uint32_t node)
{
    return f->in_tap != NT_FABRIC_NONE && f->attachments[f->in_tap].node == node ? f->in_tap : NT_FABRIC_NONE;
}

const struct nt_trace *nt_fabric_trace(const struct nt_fabric *f)
{
    return &f->trace;
}
