#include "natsim/nat/in_order.h"

#include "core/base/bytes.h"

#include <stdlib.h>

static uint32_t id_of(const struct nt_packet *p)
{
    return p->family == NT_AF_IPV4 ? nt_load16(p->data + 4) : nt_load32(p->data + p->l4 - 4);
}

struct nt_in_order *nt_in_order_new(void)
{
    struct nt_in_order *o = malloc(sizeof *o);
    if (o != NULL)
        nt_in_order_forget(o);
    return o;
}

void nt_in_order_forget(struct nt_in_order *o)
{
    o->next = o->count = 0;
}

void nt_in_order_learn(struct nt_in_order *o, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                       nt_time now)
{
    size_t i = o->next;
    o->items[i].src = *src;
    o->items[i].dst = *dst;
    o->items[i].new_src = p->src;
    o->items[i].new_dst = p->dst;
    o->items[i].id = id_of(p);
    o->items[i].proto = p->proto;
    o->items[i].until = nt_time_after(now, NT_IN_ORDER_TIME);
    o->next = (i + 1) % NT_IN_ORDER_MAX;
    o->count += o->count < NT_IN_ORDER_MAX;
}

bool nt_in_order_apply(const struct nt_in_order *o, struct nt_packet *p, nt_time now)
{
    /* The newest first: an identification may be used again. */
    for (size_t n = 1; n <= o->count; n++) {
        size_t i = (o->next + NT_IN_ORDER_MAX - n) % NT_IN_ORDER_MAX;
        if (o->items[i].until > now && o->items[i].id == id_of(p) && o->items[i].proto == p->proto &&
            nt_addr_same_ip(&o->items[i].src, &p->src) && nt_addr_same_ip(&o->items[i].dst, &p->dst)) {
            nt_packet_set_src(p, &o->items[i].new_src);
            nt_packet_set_dst(p, &o->items[i].new_dst);
            return true;
        }
    }
    return false;
}
