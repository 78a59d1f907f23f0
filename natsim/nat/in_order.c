#include "natsim/nat/in_order.h"

#include "core/base/err.h"
#include "natsim/packet/piece.h"
#include "natsim/packet/shares.h"

#include <stdlib.h>
#include <string.h>

struct first {
    struct nt_addr src, dst, new_src, new_dst; /* src comes first for nt_shares_find_victim */
    uint32_t id;
    uint8_t proto; /* 0 for IPv6: later fragments may name another */
    nt_time until;
};

struct nt_in_order {
    struct nt_shares shares; /* datagrams of each source */
    struct first *items;     /* the oldest first */
    size_t count, cap;
};

struct nt_in_order *nt_in_order_new(void)
{
    struct nt_in_order *o = calloc(1, sizeof *o);
    if (o != NULL)
        nt_shares_init(&o->shares);
    return o;
}

void nt_in_order_del(struct nt_in_order *o)
{
    if (o == NULL)
        return;
    nt_shares_free(&o->shares);
    free(o->items);
    free(o);
}

static void remove_first(struct nt_in_order *o, size_t i)
{
    nt_shares_take(&o->shares, &o->items[i].src, 1);
    memmove(o->items + i, o->items + i + 1, (--o->count - i) * sizeof *o->items);
}

void nt_in_order_forget(struct nt_in_order *o)
{
    while (o->count > 0)
        remove_first(o, o->count - 1);
}

static void make_room(struct nt_in_order *o, nt_time now)
{
    while (o->count > 0 && o->items[0].until <= now)
        remove_first(o, 0);
    if (o->count == NT_IN_ORDER_MAX)
        remove_first(o, nt_shares_find_victim(&o->shares, o->items, o->count, sizeof *o->items));
}

static uint8_t proto_of(const struct nt_packet *p)
{
    return p->family == NT_AF_IPV4 ? p->proto : 0;
}

int nt_in_order_learn(struct nt_in_order *o, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                      nt_time now)
{
    make_room(o, now);
    if (nt_grow(&o->items, &o->cap, o->count + 1, sizeof *o->items, NT_IN_ORDER_MAX) != NT_OK ||
        nt_shares_add(&o->shares, src, 1) != NT_OK)
        return NT_ENOMEM;
    o->items[o->count++] = (struct first){.src = *src,
                                          .dst = *dst,
                                          .new_src = p->src,
                                          .new_dst = p->dst,
                                          .id = nt_piece_of(p).id,
                                          .proto = proto_of(p),
                                          .until = nt_time_after(now, NT_IN_ORDER_TIME)};
    return NT_OK;
}

bool nt_in_order_apply(const struct nt_in_order *o, struct nt_packet *p, nt_time now)
{
    uint32_t id = nt_piece_of(p).id;
    /* The newest first: an identification may be used again. */
    for (size_t i = o->count; i-- > 0 && o->items[i].until > now;) {
        const struct first *f = o->items + i;
        if (f->id == id && f->proto == proto_of(p) && nt_addr_same_ip(&f->src, &p->src) && nt_addr_same_ip(&f->dst, &p->dst)) {
            nt_packet_set_src(p, &f->new_src);
            nt_packet_set_dst(p, &f->new_dst);
            return true;
        }
    }
    return false;
}
