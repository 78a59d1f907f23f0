#include "natsim/fabric/packets.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric_state.h"

#include <stdlib.h>
#include <string.h>

void nt_fabric_out_of_memory(struct nt_fabric *f)
{
    f->nomem = true;
}

struct nt_pool *nt_fabric_pool(struct nt_fabric *f)
{
    return &f->pool;
}

uint8_t *nt_fabric_scratch(struct nt_fabric *f)
{
    if (f->scratch == NULL)
        f->scratch = malloc(NT_SCRATCH);
    if (f->scratch == NULL)
        nt_fabric_out_of_memory(f);
    return f->scratch;
}

struct nt_packet *nt_fabric_packet(struct nt_fabric *f, uint32_t cap)
{
    struct nt_packet *p = nt_pool_get(&f->pool, cap != 0 ? cap : f->mtu_max);
    if (p == NULL)
        nt_fabric_out_of_memory(f);
    return p;
}

struct nt_packet *nt_fabric_copy(struct nt_fabric *f, const struct nt_packet *p)
{
    struct nt_packet *copy = nt_fabric_packet(f, p->len);
    if (copy == NULL)
        return NULL;
    uint8_t *data = copy->data;
    uint32_t cap = copy->cap;
    *copy = *p;
    copy->data = data;
    copy->cap = cap;
    copy->next = copy->pieces = NULL;
    memcpy(data, p->data, p->len);
    return copy;
}

void nt_fabric_consumed(struct nt_fabric *f, struct nt_packet *p)
{
    nt_pool_put(&f->pool, p);
}

static void push_delivery(struct nt_fabric *f, struct nt_event e)
{
    if (nt_queue_push(&f->queue, NT_EV_DELIVERY, e) == NT_OK)
        return;
    nt_fabric_out_of_memory(f);
    if (e.item != NULL)
        nt_pool_put(&f->pool, e.item);
}

void nt_packets_push(struct nt_fabric *f, nt_time at, struct nt_packet *p, uint32_t target, enum nt_delivery_kind kind)
{
    push_delivery(f, (struct nt_event){.at = at, .item = p, .target = target, .kind = (uint8_t)kind});
}

void nt_packets_push_lost(struct nt_fabric *f, nt_time at, struct nt_packet *p, enum nt_drop reason)
{
    push_delivery(f, (struct nt_event){.at = at, .item = p, .kind = NT_LOST, .reason = (uint8_t)reason});
}
