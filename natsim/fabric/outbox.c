/* The outbox: what a node puts out leaves when its call has returned, so that the fate of each packet is told before the next
 * packet is shown. */
#include "natsim/fabric/fabric_state.h"

/* Keeps what a delay fault holds back in a free slot. */
static void hold(struct nt_fabric *f, const struct nt_outgoing *out, nt_time until)
{
    size_t i = 0;
    while (i < f->held_count && f->held[i].packet != NULL)
        i++;
    if (nt_grow(&f->held, &f->held_cap, i + 1, sizeof *f->held, NT_OUTBOX_MAX) != NT_OK) {
        nt_fabric_out_of_memory(f);
        nt_pool_put(&f->pool, out->packet);
        return;
    }
    if (i == f->held_count)
        f->held_count++;
    f->held[i] = *out;
    nt_fabric_push(f, until, NULL, (uint32_t)i, NT_HELD);
}

static void leave_now(struct nt_fabric *f, const struct nt_outgoing *out, nt_time now)
{
    if (out->way == NT_WAY_NETWORK) {
        nt_network_cross(f, out, now);
        return;
    }
    nt_fabric_show(f, out->attachment, 2, out->packet, now);
    if (out->way == NT_WAY_LOOP)
        nt_fabric_push(f, now, out->packet, out->attachment, NT_DELIVER);
    else
        nt_fabric_end_packet(f, out->attachment, out->packet, out->reason, &out->a, &out->b, NULL, now);
}

void nt_outbox_leave(struct nt_fabric *f, struct nt_outgoing *out, nt_time now)
{
    const struct nt_attachment *at = f->attachments + out->attachment;
    struct nt_fault_effect effect = {0};
    if (f->nodes[at->node].fault != NT_FABRIC_NONE && !out->past_faults && out->way != NT_WAY_NOWHERE)
        effect = nt_fault_match(f, at->node, false, out->packet, now);
    out->past_faults = true;
    if (effect.drop) {
        nt_fabric_show(f, out->attachment, 2, out->packet, now);
        nt_fabric_end_packet(f, out->attachment, out->packet, NT_DROP_STEP, &out->packet->src, &out->packet->dst, NULL, now);
        return;
    }
    for (uint32_t i = 0; i <= effect.copies; i++) {
        struct nt_outgoing one = *out;
        if (i < effect.copies && (one.packet = nt_fabric_copy(f, out->packet)) == NULL)
            continue;
        if (effect.by > 0)
            hold(f, &one, nt_time_after(now, effect.by));
        else
            leave_now(f, &one, now);
    }
}

/* What a trace's reader sends meanwhile joins the end. */
void nt_outbox_flush(struct nt_fabric *f, nt_time now)
{
    f->depth++;
    for (size_t i = 0; i < f->out_count; i++) {
        struct nt_outgoing out = f->outbox[i];
        nt_outbox_leave(f, &out, now);
    }
    f->out_count = 0;
    f->depth--;
}

static void add(struct nt_fabric *f, struct nt_outgoing out, nt_time now)
{
    if (nt_grow(&f->outbox, &f->out_cap, f->out_count + 1, sizeof *f->outbox, NT_OUTBOX_MAX) != NT_OK) {
        nt_fabric_out_of_memory(f);
        nt_pool_put(&f->pool, out.packet);
        return;
    }
    f->outbox[f->out_count++] = out;
    if (f->depth == 0)
        nt_outbox_flush(f, now);
}

static void put_out(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, enum nt_way way, enum nt_drop reason,
                    const struct nt_addr *a, const struct nt_addr *b, nt_time now)
{
    p->next = NULL;
    struct nt_outgoing out = {.packet = p, .attachment = f->nodes[node].ports[port], .way = way, .reason = reason};
    if (a != NULL)
        out.a = *a;
    if (b != NULL)
        out.b = *b;
    add(f, out, now);
}

void nt_fabric_send(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now)
{
    put_out(f, node, port, p, NT_WAY_NETWORK, NT_DROP_NONE, NULL, next_hop, now);
}

void nt_fabric_loop(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, nt_time now)
{
    put_out(f, node, port, p, NT_WAY_LOOP, NT_DROP_NONE, NULL, NULL, now);
}

void nt_fabric_refuse(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *a,
                      const struct nt_addr *b, nt_time now)
{
    put_out(f, node, port, p, NT_WAY_NOWHERE, reason, a, b, now);
}
