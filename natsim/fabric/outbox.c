#include "natsim/fabric/outbox.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric_state.h"
#include "natsim/fabric/fate.h"
#include "natsim/fabric/fault.h"
#include "natsim/fabric/network.h"

#include <stdlib.h>

#define NT_OUTBOX_MAX 1000000 /* packets sent by a node in one call */

enum way { TO_NETWORK, TO_ITSELF, NOWHERE };

struct nt_outgoing {
    struct nt_packet *packet; /* NULL: a free slot of the held ones */
    uint32_t attachment;
    enum way way;
    enum nt_drop reason; /* of NOWHERE */
    bool past_faults;
    struct nt_addr next_hop; /* of TO_NETWORK */
};

/* Keeps a packet that a delay fault holds back in a free slot. */
static void hold_packet(struct nt_fabric *f, const struct nt_outgoing *out, nt_time until)
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
    nt_packets_push(f, until, NULL, (uint32_t)i, NT_HELD);
}

static void refuse_now(struct nt_fabric *f, const struct nt_outgoing *out, nt_time now)
{
    struct nt_packet *p = out->packet;
    struct nt_packet_fate fate = {.tap = out->attachment, .reason = (int)out->reason};
    if (out->reason == NT_DROP_NO_SOCKET) {
        fate.a = &p->dst;
        fate.b = &p->src;
    }
    nt_fate_drop(f, p, fate, now);
}

static void leave_now(struct nt_fabric *f, const struct nt_outgoing *out, nt_time now)
{
    if (out->way == TO_NETWORK) {
        nt_network_cross(f, out->attachment, &out->next_hop, out->packet, now);
        return;
    }
    nt_fate_show(f, out->attachment, NT_LEAVING, out->packet, now);
    out->packet->from = out->attachment;
    if (out->way == TO_ITSELF)
        nt_packets_push(f, now, out->packet, out->attachment, NT_ARRIVES);
    else
        refuse_now(f, out, now);
}

/* Sends a packet through the faults of its node, and on its way. */
static void leave_through_faults(struct nt_fabric *f, struct nt_outgoing *out, nt_time now)
{
    uint32_t node = f->attachments[out->attachment].node;
    struct nt_fault_effect effect = {0};
    if (f->nodes[node].fault != NT_FABRIC_NONE && !out->past_faults && out->way != NOWHERE)
        effect = nt_fault_apply(f, node, false, out->packet, now);
    out->past_faults = true;
    if (effect.drop) {
        nt_fate_show(f, out->attachment, NT_LEAVING, out->packet, now);
        nt_fate_drop(f, out->packet, (struct nt_packet_fate){.tap = out->attachment, .reason = NT_DROP_STEP}, now);
        return;
    }
    for (uint32_t i = 0; i <= effect.copies; i++) {
        struct nt_outgoing one = *out;
        if (i < effect.copies && (one.packet = nt_fabric_copy(f, out->packet)) == NULL)
            continue;
        if (effect.by > 0)
            hold_packet(f, &one, nt_time_after(now, effect.by));
        else
            leave_now(f, &one, now);
    }
}

void nt_outbox_release(struct nt_fabric *f, uint32_t slot, nt_time now)
{
    struct nt_outgoing out = f->held[slot];
    f->held[slot].packet = NULL;
    f->depth++; /* a reader of the trace may send meanwhile */
    leave_through_faults(f, &out, now);
    if (--f->depth == 0)
        nt_outbox_flush(f, now);
}

/* A reader of the trace may send meanwhile: its packets join the end. */
void nt_outbox_flush(struct nt_fabric *f, nt_time now)
{
    f->depth++;
    for (size_t i = 0; i < f->out_count; i++) {
        struct nt_outgoing out = f->outbox[i];
        leave_through_faults(f, &out, now);
    }
    f->out_count = 0;
    f->depth--;
}

static void put_out(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_outgoing out, nt_time now)
{
    out.packet->next = NULL;
    out.attachment = f->nodes[node].ports[port];
    if (nt_grow(&f->outbox, &f->out_cap, f->out_count + 1, sizeof *f->outbox, NT_OUTBOX_MAX) != NT_OK) {
        nt_fabric_out_of_memory(f);
        nt_pool_put(&f->pool, out.packet);
        return;
    }
    f->outbox[f->out_count++] = out;
    if (f->depth == 0)
        nt_outbox_flush(f, now);
}

void nt_fabric_send(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *next_hop, struct nt_packet *p,
                    nt_time now)
{
    put_out(f, node, port, (struct nt_outgoing){.packet = p, .way = TO_NETWORK, .next_hop = *next_hop}, now);
}

void nt_fabric_loop(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, nt_time now)
{
    put_out(f, node, port, (struct nt_outgoing){.packet = p, .way = TO_ITSELF}, now);
}

void nt_fabric_refuse(struct nt_fabric *f, uint32_t node, uint32_t port, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    put_out(f, node, port, (struct nt_outgoing){.packet = p, .way = NOWHERE, .reason = reason}, now);
}

void nt_outbox_free(struct nt_fabric *f)
{
    free(f->outbox);
    free(f->held);
}
