/* Tracked flows: which mapping a pair (internal, remote) uses, as connection tracking keeps it; and poison: pairs (external,
 * remote) of packets that were filtered, which keep a later flow from that external port. */
#ifndef NT_NAT_FLOW_H
#define NT_NAT_FLOW_H

#include "natsim/nat/deadlines.h"
#include "natsim/nat/inside.h"
#include "natsim/nat/lifetime.h"

/* The lists that a flow is in, newest first: of its mapping, and of the inside endpoint, if that sent the first packet. */
enum nt_flow_list { NT_FLOWS_OF_MAPPING, NT_FLOWS_OF_ENDPOINT, NT_FLOW_LISTS };

struct nt_flow {
    uint32_t proto;
    struct nt_addr internal, external, remote;
    uint32_t mapping;
    bool inbound;       /* the first packet came in */
    bool begun_outside; /* of TCP: the side of the first SYN, which changes when a new connection has the old addresses, ... */
    uint8_t connection; /* ... enum nt_connection, ... */
    uint8_t fins;       /* ... and the sides that have sent a FIN: bit 0 of that one, bit 1 of the other */
    struct nt_life life;
    uint32_t deadline;
    struct {
        uint32_t next, prev;
    } links[NT_FLOW_LISTS];
};

struct nt_flows {
    struct nt_slots slots;
    struct nt_map by_internal, by_external;
    uint32_t kind;
};

void nt_flows_init(struct nt_flows *f, size_t limit, uint32_t deadline_kind);
void nt_flows_free(struct nt_flows *f);
static inline struct nt_flow *nt_flow_at(const struct nt_flows *f, uint32_t i)
{
    return nt_slots_at(&f->slots, i);
}
uint32_t nt_flows_by_internal(const struct nt_flows *f, uint32_t proto, const struct nt_addr *internal,
                              const struct nt_addr *remote);
uint32_t nt_flows_by_external(const struct nt_flows *f, uint32_t proto, const struct nt_addr *external,
                              const struct nt_addr *remote);
/* Adds a copy of *add to the lists with these heads, to end at add->life.expires. NT_ENOMEM or NT_ELIMIT. */
int nt_flows_add(struct nt_flows *f, struct nt_deadlines *d, uint32_t *const heads[NT_FLOW_LISTS], const struct nt_flow *add);
/* Forgets the flow; `due`: its deadline has been taken out already. */
void nt_flows_remove(struct nt_flows *f, struct nt_deadlines *d, uint32_t *const heads[NT_FLOW_LISTS], uint32_t index, bool due);

struct nt_poison {
    struct nt_slots slots;
    struct nt_map by_key;
    uint32_t kind;
    uint32_t newest; /* of the list of all, or NT_MAP_NONE */
};

void nt_poison_init(struct nt_poison *p, size_t limit, uint32_t deadline_kind);
void nt_poison_free(struct nt_poison *p);
bool nt_poison_has(const struct nt_poison *p, uint32_t proto, const struct nt_addr *external, const struct nt_addr *remote);
/* Adds or refreshes an entry. Without memory, or at the limit, there is none: no packet depends on poison. */
int nt_poison_add(struct nt_poison *p, struct nt_deadlines *d, uint32_t proto, const struct nt_addr *external,
                  const struct nt_addr *remote, nt_time until);
/* The entry's deadline has come. */
void nt_poison_due(struct nt_poison *p, uint32_t index);
void nt_poison_clear(struct nt_poison *p, struct nt_deadlines *d);

#endif
