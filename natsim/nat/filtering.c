#include "natsim/nat/filtering.h"

#include "core/base/err.h"

struct key {
    uint32_t owner;
    struct nt_addr remote;
};

void nt_filters_init(struct nt_filters *f, size_t limit, uint32_t deadline_kind)
{
    nt_slots_init(&f->slots, sizeof(struct nt_filter), limit);
    nt_map_init(&f->by_key, sizeof(struct key));
    f->kind = deadline_kind;
}

void nt_filters_free(struct nt_filters *f)
{
    nt_slots_free(&f->slots);
    nt_map_free(&f->by_key);
}

uint32_t nt_filters_find(const struct nt_filters *f, uint32_t owner, const struct nt_addr *remote)
{
    struct key key = {owner, *remote};
    return nt_map_get(&f->by_key, &key);
}

static int make_filter(struct nt_filters *f, struct nt_deadlines *d, uint32_t owner, const struct nt_addr *remote, nt_time until,
                       uint32_t *index)
{
    struct key key = {owner, *remote};
    uint32_t deadline = NT_MAP_NONE;
    int err = nt_slots_take(&f->slots, index);
    if (err != NT_OK)
        return err;
    if (until != NT_TIME_NEVER)
        err = nt_deadlines_add(d, f->kind, *index, until, &deadline);
    if (err == NT_OK) {
        err = nt_map_put(&f->by_key, &key, *index);
        if (err != NT_OK && deadline != NT_MAP_NONE)
            nt_deadlines_remove(d, deadline);
    }
    if (err != NT_OK) {
        nt_slots_release(&f->slots, *index);
        return err;
    }
    *nt_filter_at(f, *index) =
        (struct nt_filter){.owner = owner, .remote = *remote, .next = NT_MAP_NONE, .prev = NT_MAP_NONE, .deadline = deadline};
    return NT_OK;
}

int nt_filters_allow(struct nt_filters *f, struct nt_deadlines *d, uint32_t *head, uint32_t owner, const struct nt_addr *remote,
                     nt_time until)
{
    uint32_t index = nt_filters_find(f, owner, remote);
    if (index != NT_MAP_NONE) {
        if (nt_filter_at(f, index)->deadline != NT_MAP_NONE)
            nt_deadlines_move(d, nt_filter_at(f, index)->deadline, until);
        return NT_OK;
    }
    int err = make_filter(f, d, owner, remote, until, &index);
    if (err != NT_OK)
        return err;
    nt_filter_at(f, index)->next = *head;
    if (*head != NT_MAP_NONE)
        nt_filter_at(f, *head)->prev = index;
    *head = index;
    return NT_OK;
}

void nt_filters_remove(struct nt_filters *f, struct nt_deadlines *d, uint32_t *head, uint32_t index, bool due)
{
    const struct nt_filter *x = nt_filter_at(f, index);
    struct key key = {x->owner, x->remote};
    nt_map_remove(&f->by_key, &key);
    if (!due && x->deadline != NT_MAP_NONE)
        nt_deadlines_remove(d, x->deadline);
    *(x->prev != NT_MAP_NONE ? &nt_filter_at(f, x->prev)->next : head) = x->next;
    if (x->next != NT_MAP_NONE)
        nt_filter_at(f, x->next)->prev = x->prev;
    nt_slots_release(&f->slots, index);
}
