#include "natsim/nat/flow.h"

#include "core/base/err.h"

static struct nt_nat_key internal_key(const struct nt_flow *x)
{
    return (struct nt_nat_key){.proto = x->proto, .a = x->internal, .b = x->remote};
}

static struct nt_nat_key external_key(const struct nt_flow *x)
{
    return (struct nt_nat_key){.proto = x->proto, .a = x->external, .b = x->remote};
}

void nt_flows_init(struct nt_flows *f, size_t limit, uint32_t deadline_kind)
{
    nt_slots_init(&f->slots, sizeof(struct nt_flow), limit);
    nt_map_init(&f->by_internal, sizeof(struct nt_nat_key));
    nt_map_init(&f->by_external, sizeof(struct nt_nat_key));
    f->kind = deadline_kind;
}

void nt_flows_free(struct nt_flows *f)
{
    nt_slots_free(&f->slots);
    nt_map_free(&f->by_internal);
    nt_map_free(&f->by_external);
}

uint32_t nt_flows_by_internal(const struct nt_flows *f, uint32_t proto, const struct nt_addr *internal,
                              const struct nt_addr *remote)
{
    struct nt_nat_key key = {.proto = proto, .a = *internal, .b = *remote};
    return nt_map_get(&f->by_internal, &key);
}

uint32_t nt_flows_by_external(const struct nt_flows *f, uint32_t proto, const struct nt_addr *external,
                              const struct nt_addr *remote)
{
    struct nt_nat_key key = {.proto = proto, .a = *external, .b = *remote};
    return nt_map_get(&f->by_external, &key);
}

static void link_flow(struct nt_flows *f, uint32_t *head, enum nt_flow_list list, uint32_t index)
{
    struct nt_flow *x = nt_flow_at(f, index);
    x->links[list].prev = NT_MAP_NONE;
    x->links[list].next = *head;
    if (*head != NT_MAP_NONE)
        nt_flow_at(f, *head)->links[list].prev = index;
    *head = index;
}

static void unlink_flow(struct nt_flows *f, uint32_t *head, enum nt_flow_list list, uint32_t index)
{
    uint32_t next = nt_flow_at(f, index)->links[list].next, prev = nt_flow_at(f, index)->links[list].prev;
    *(prev != NT_MAP_NONE ? &nt_flow_at(f, prev)->links[list].next : head) = next;
    if (next != NT_MAP_NONE)
        nt_flow_at(f, next)->links[list].prev = prev;
}

static int count_lists(const struct nt_flow *x)
{
    return x->inbound ? NT_FLOWS_OF_ENDPOINT : NT_FLOW_LISTS;
}

int nt_flows_add(struct nt_flows *f, struct nt_deadlines *d, uint32_t *const heads[NT_FLOW_LISTS], const struct nt_flow *add)
{
    struct nt_nat_key inside = internal_key(add), outside = external_key(add);
    uint32_t index;
    int err = nt_slots_take(&f->slots, &index);
    if (err != NT_OK)
        return err;
    struct nt_flow *x = nt_flow_at(f, index);
    *x = *add;
    err = nt_deadlines_add(d, f->kind, index, x->life.expires, &x->deadline);
    if (err == NT_OK) {
        err = nt_map_put(&f->by_internal, &inside, index);
        if (err == NT_OK && (err = nt_map_put(&f->by_external, &outside, index)) != NT_OK)
            nt_map_remove(&f->by_internal, &inside);
        if (err != NT_OK)
            nt_deadlines_remove(d, x->deadline);
    }
    if (err != NT_OK) {
        nt_slots_release(&f->slots, index);
        return err;
    }
    for (int list = 0; list < count_lists(x); list++)
        link_flow(f, heads[list], (enum nt_flow_list)list, index);
    return NT_OK;
}

void nt_flows_remove(struct nt_flows *f, struct nt_deadlines *d, uint32_t *const heads[NT_FLOW_LISTS], uint32_t index, bool due)
{
    const struct nt_flow *x = nt_flow_at(f, index);
    struct nt_nat_key inside = internal_key(x), outside = external_key(x);
    nt_map_remove(&f->by_internal, &inside);
    nt_map_remove(&f->by_external, &outside);
    if (!due)
        nt_deadlines_remove(d, x->deadline);
    for (int list = 0; list < count_lists(x); list++)
        unlink_flow(f, heads[list], (enum nt_flow_list)list, index);
    nt_slots_release(&f->slots, index);
}

struct poisoned {
    struct nt_nat_key key;
    uint32_t deadline;
    uint32_t older, newer;
};

static struct poisoned *poisoned_at(const struct nt_poison *p, uint32_t index)
{
    return nt_slots_at(&p->slots, index);
}

void nt_poison_init(struct nt_poison *p, size_t limit, uint32_t deadline_kind)
{
    nt_slots_init(&p->slots, sizeof(struct poisoned), limit);
    nt_map_init(&p->by_key, sizeof(struct nt_nat_key));
    p->kind = deadline_kind;
    p->newest = NT_MAP_NONE;
}

void nt_poison_free(struct nt_poison *p)
{
    nt_slots_free(&p->slots);
    nt_map_free(&p->by_key);
    p->newest = NT_MAP_NONE;
}

bool nt_poison_has(const struct nt_poison *p, uint32_t proto, const struct nt_addr *external, const struct nt_addr *remote)
{
    struct nt_nat_key key = {.proto = proto, .a = *external, .b = *remote};
    return nt_map_get(&p->by_key, &key) != NT_MAP_NONE;
}

int nt_poison_add(struct nt_poison *p, struct nt_deadlines *d, uint32_t proto, const struct nt_addr *external,
                  const struct nt_addr *remote, nt_time until)
{
    struct nt_nat_key key = {.proto = proto, .a = *external, .b = *remote};
    uint32_t index = nt_map_get(&p->by_key, &key);
    if (index != NT_MAP_NONE) {
        nt_deadlines_move(d, poisoned_at(p, index)->deadline, until);
        return NT_OK;
    }
    int err = nt_slots_take(&p->slots, &index);
    if (err != NT_OK)
        return err;
    struct poisoned *x = poisoned_at(p, index);
    x->key = key;
    err = nt_deadlines_add(d, p->kind, index, until, &x->deadline);
    if (err == NT_OK) {
        err = nt_map_put(&p->by_key, &key, index);
        if (err != NT_OK)
            nt_deadlines_remove(d, x->deadline);
    }
    if (err != NT_OK) {
        nt_slots_release(&p->slots, index);
        return err;
    }
    x->newer = NT_MAP_NONE;
    x->older = p->newest;
    if (p->newest != NT_MAP_NONE)
        poisoned_at(p, p->newest)->newer = index;
    p->newest = index;
    return NT_OK;
}

void nt_poison_due(struct nt_poison *p, uint32_t index)
{
    const struct poisoned *x = poisoned_at(p, index);
    nt_map_remove(&p->by_key, &x->key);
    *(x->newer != NT_MAP_NONE ? &poisoned_at(p, x->newer)->older : &p->newest) = x->older;
    if (x->older != NT_MAP_NONE)
        poisoned_at(p, x->older)->newer = x->newer;
    nt_slots_release(&p->slots, index);
}

void nt_poison_clear(struct nt_poison *p, struct nt_deadlines *d)
{
    while (p->newest != NT_MAP_NONE) {
        nt_deadlines_remove(d, poisoned_at(p, p->newest)->deadline);
        nt_poison_due(p, p->newest);
    }
}
