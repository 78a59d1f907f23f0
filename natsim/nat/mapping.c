/* The table of mappings, its two keys and its lists. */
#include "natsim/nat/mapping.h"

#include "core/base/err.h"

void nt_mappings_init(struct nt_mappings *m, size_t limit)
{
    nt_slots_init(&m->slots, sizeof(struct nt_mapping), limit);
    nt_map_init(&m->by_rule, sizeof(struct nt_nat_key));
    nt_map_init(&m->by_external, sizeof(struct nt_nat_key));
    m->oldest = m->newest = NT_MAP_NONE;
    m->made = 0;
}

void nt_mappings_free(struct nt_mappings *m)
{
    nt_slots_free(&m->slots);
    nt_map_free(&m->by_rule);
    nt_map_free(&m->by_external);
    m->oldest = m->newest = NT_MAP_NONE;
}

uint32_t nt_mappings_by_rule(const struct nt_mappings *m, uint32_t proto, const struct nt_addr *internal,
                             const struct nt_addr *remote)
{
    struct nt_nat_key key = {.proto = proto, .a = *internal, .b = *remote};
    return nt_map_get(&m->by_rule, &key);
}

uint32_t nt_mappings_by_external(const struct nt_mappings *m, uint32_t proto, const struct nt_addr *external)
{
    struct nt_nat_key key = {.proto = proto, .a = *external};
    return nt_map_get(&m->by_external, &key);
}

static struct nt_nat_key rule_key(const struct nt_mapping *x)
{
    return (struct nt_nat_key){.proto = x->proto, .a = x->internal, .b = x->remote};
}

static struct nt_nat_key external_key(const struct nt_mapping *x)
{
    return (struct nt_nat_key){.proto = x->proto, .a = x->external};
}

/* Adds the mapping behind those that share its external address and port. */
static int enter_external(struct nt_mappings *m, uint32_t index)
{
    struct nt_mapping *x = nt_mapping_at(m, index);
    struct nt_nat_key key = external_key(x);
    uint32_t first = nt_map_get(&m->by_external, &key);
    x->shared_next = NT_MAP_NONE;
    x->shared_prev = first == NT_MAP_NONE ? index : nt_mapping_at(m, first)->shared_prev;
    if (first == NT_MAP_NONE)
        return nt_map_put(&m->by_external, &key, index);
    nt_mapping_at(m, x->shared_prev)->shared_next = index;
    nt_mapping_at(m, first)->shared_prev = index;
    return NT_OK;
}

static void leave_external(struct nt_mappings *m, uint32_t index)
{
    const struct nt_mapping *x = nt_mapping_at(m, index);
    struct nt_nat_key key = external_key(x);
    uint32_t first = nt_map_get(&m->by_external, &key);
    if (first != index)
        nt_mapping_at(m, x->shared_prev)->shared_next = x->shared_next;
    else if (x->shared_next != NT_MAP_NONE)
        (void)nt_map_put(&m->by_external, &key, x->shared_next); /* replaces: cannot fail */
    else
        nt_map_remove(&m->by_external, &key);
    if (x->shared_next != NT_MAP_NONE)
        nt_mapping_at(m, x->shared_next)->shared_prev = x->shared_prev;
    else if (first != index)
        nt_mapping_at(m, first)->shared_prev = x->shared_prev;
}

static void link_in(struct nt_mappings *m, struct nt_inside_endpoint *e, uint32_t index)
{
    struct nt_mapping *x = nt_mapping_at(m, index);
    x->older = m->newest;
    if (m->newest != NT_MAP_NONE)
        nt_mapping_at(m, m->newest)->newer = index;
    else
        m->oldest = index;
    m->newest = index;
    x->sibling_older = e->newest;
    if (e->newest != NT_MAP_NONE)
        nt_mapping_at(m, e->newest)->sibling_newer = index;
    e->newest = index;
}

static void link_out(struct nt_mappings *m, struct nt_inside_endpoint *e, uint32_t index)
{
    const struct nt_mapping *x = nt_mapping_at(m, index);
    *(x->older != NT_MAP_NONE ? &nt_mapping_at(m, x->older)->newer : &m->oldest) = x->newer;
    *(x->newer != NT_MAP_NONE ? &nt_mapping_at(m, x->newer)->older : &m->newest) = x->older;
    if (x->sibling_older != NT_MAP_NONE)
        nt_mapping_at(m, x->sibling_older)->sibling_newer = x->sibling_newer;
    *(x->sibling_newer != NT_MAP_NONE ? &nt_mapping_at(m, x->sibling_newer)->sibling_older : &e->newest) = x->sibling_older;
}

int nt_mappings_add(struct nt_mappings *m, struct nt_inside *in, const struct nt_mapping *add, uint32_t *index)
{
    struct nt_inside_endpoint *e = nt_inside_endpoint_at(in, add->endpoint);
    int err = nt_slots_take(&m->slots, index);
    if (err != NT_OK)
        return err;
    struct nt_mapping *x = nt_mapping_at(m, *index);
    *x = *add;
    x->filters = x->flows = NT_MAP_NONE;
    x->older = x->newer = x->sibling_older = x->sibling_newer = NT_MAP_NONE;
    err = enter_external(m, *index);
    if (err == NT_OK && x->ruled) {
        struct nt_nat_key key = rule_key(x);
        err = nt_map_put(&m->by_rule, &key, *index);
        if (err != NT_OK)
            leave_external(m, *index);
    }
    if (err != NT_OK) {
        nt_slots_release(&m->slots, *index);
        return err;
    }
    x->number = ++m->made;
    link_in(m, e, *index);
    nt_inside_host_at(in, e->host)->mappings++;
    return NT_OK;
}

void nt_mappings_remove(struct nt_mappings *m, struct nt_inside *in, uint32_t index)
{
    struct nt_mapping *x = nt_mapping_at(m, index);
    struct nt_inside_endpoint *e = nt_inside_endpoint_at(in, x->endpoint);
    leave_external(m, index);
    link_out(m, e, index);
    nt_inside_host_at(in, e->host)->mappings--;
    if (x->ruled) {
        struct nt_nat_key key = rule_key(x);
        nt_map_remove(&m->by_rule, &key);
    }
    nt_slots_release(&m->slots, index);
}
