#include "natsim/fabric/fault.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric_state.h"

#define NT_FAULTS_MAX 65536

struct nt_fault_state {
    struct nt_fault fault;
    uint64_t matches;
    uint32_t next; /* of the same node */
};

int nt_fabric_add_fault(struct nt_fabric *f, const struct nt_fault *fault)
{
    if (fault->node >= f->node_count)
        return NT_EINVAL;
    int r = nt_grow(&f->faults, &f->fault_cap, f->fault_count + 1, sizeof *f->faults, NT_FAULTS_MAX);
    if (r != NT_OK)
        return r;
    uint32_t *link = &f->nodes[fault->node].fault;
    while (*link != NT_FABRIC_NONE)
        link = &f->faults[*link].next;
    f->faults[f->fault_count] = (struct nt_fault_state){.fault = *fault, .next = NT_FABRIC_NONE};
    *link = (uint32_t)f->fault_count++;
    return NT_OK;
}

static bool is_hit(const struct nt_fault *fault, uint64_t match)
{
    for (size_t i = 0; i < fault->nth_count; i++)
        if (fault->nth[i] == match)
            return true;
    return fault->nth_count == 0;
}

/* The last byte that is not all ones; the last one if there is none. */
static uint8_t *byte_to_damage(const struct nt_packet *p)
{
    uint8_t *first = p->data + p->payload, *last = first + p->payload_len - 1, *byte = last;
    while (byte > first && *byte == UINT8_MAX)
        byte--;
    return *byte != UINT8_MAX ? byte : last;
}

/* Flips one bit of the payload, and repairs the checksums, so that the packet reaches the protocol above UDP. Bits are set, from
 * the end: another damage, of this packet or of one that carries its bytes on, never undoes the first. */
static void corrupt_payload(struct nt_packet *p)
{
    if (p->payload_len == 0)
        return;
    uint8_t *byte = byte_to_damage(p);
    *byte = *byte != UINT8_MAX ? (uint8_t)(*byte | (*byte + 1)) : UINT8_MAX - 1;
    p->marks |= NT_MARK_DAMAGED;
    nt_packet_fix_checksums(p);
}

struct nt_fault_effect nt_fault_apply(struct nt_fabric *f, uint32_t node, bool on_arrival, struct nt_packet *p, nt_time now)
{
    struct nt_fault_effect effect = {0};
    bool damage = false;
    for (uint32_t i = f->nodes[node].fault; i != NT_FABRIC_NONE; i = f->faults[i].next) {
        struct nt_fault_state *s = f->faults + i;
        const struct nt_fault *t = &s->fault;
        if (t->on_arrival != on_arrival || now >= t->until || (t->match != NULL && !t->match(t->user, p->data, p->len)) ||
            !is_hit(t, ++s->matches))
            continue;
        switch (t->kind) {
        case NT_FAULT_DROP: effect.drop = true; break;
        case NT_FAULT_DUPLICATE: effect.copies++; break;
        case NT_FAULT_CORRUPT: damage = true; break;
        case NT_FAULT_DELAY: effect.by = nt_time_after(effect.by, t->by); break;
        }
    }
    if (damage)
        corrupt_payload(p);
    return effect;
}
