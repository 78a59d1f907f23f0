/* Filter entries (RFC 4787, section 5): which remote addresses an owner (a mapping, or an inside endpoint) has sent to. */
#ifndef NT_NAT_FILTERING_H
#define NT_NAT_FILTERING_H

#include "natsim/nat/deadlines.h"
#include "natsim/nat/inside.h"

struct nt_filter {
    uint32_t owner;        /* the key: index of a mapping or of an endpoint, ... */
    struct nt_addr remote; /* ... and an address, or address and port */
    uint32_t next, prev;   /* in the owner's list */
    uint32_t deadline;     /* NT_MAP_NONE: lives as long as its owner */
};

struct nt_filters {
    struct nt_slots slots;
    struct nt_map by_key;
    uint32_t kind; /* of its deadlines */
};

void nt_filters_init(struct nt_filters *f, size_t limit, uint32_t deadline_kind);
void nt_filters_free(struct nt_filters *f);
uint32_t nt_filters_find(const struct nt_filters *f, uint32_t owner, const struct nt_addr *remote);
/* Makes or refreshes the entry in the owner's list *head; until NT_TIME_NEVER: as long as the owner. NT_ENOMEM or NT_ELIMIT. */
int nt_filters_allow(struct nt_filters *f, struct nt_deadlines *d, uint32_t *head, uint32_t owner, const struct nt_addr *remote,
                     nt_time until);
/* Forgets the entry; `due`: its deadline has been taken out already. */
void nt_filters_remove(struct nt_filters *f, struct nt_deadlines *d, uint32_t *head, uint32_t index, bool due);
static inline struct nt_filter *nt_filter_at(const struct nt_filters *f, uint32_t i)
{
    return nt_slots_at(&f->slots, i);
}

#endif
