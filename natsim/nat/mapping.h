/* The mappings of a NAT (RFC 4787, section 4.1): found by the rule's key from inside, by external address and port from outside. */
#ifndef NT_NAT_MAPPING_H
#define NT_NAT_MAPPING_H

#include "natsim/nat/inside.h"
#include "natsim/nat/lifetime.h"

#include <stdbool.h>

struct nt_mapping {
    uint32_t number, proto;
    struct nt_addr internal, external;
    struct nt_addr remote;   /* by the rule: unset, an address, or address and port */
    uint32_t external_index; /* which external address */
    bool ruled;              /* it is found by the rule's key; otherwise only its flows lead to it */
    struct nt_life life;     /* made alone counts where mappings live as long as their flows */
    uint32_t deadline;       /* NT_MAP_NONE: it ends with its last flow */
    uint32_t endpoint;
    uint32_t filters, flows;               /* lists of its own entries */
    uint32_t older, newer;                 /* of all */
    uint32_t sibling_older, sibling_newer; /* of its endpoint */
    /* Of the mappings with the same external address and port, in order of making; before the first: the last. */
    uint32_t shared_next, shared_prev;
};

struct nt_mappings {
    struct nt_slots slots;
    struct nt_map by_rule, by_external;
    uint32_t oldest, newest, made;
};

void nt_mappings_init(struct nt_mappings *m, size_t limit);
void nt_mappings_free(struct nt_mappings *m);
static inline struct nt_mapping *nt_mapping_at(const struct nt_mappings *m, uint32_t i)
{
    return nt_slots_at(&m->slots, i);
}
uint32_t nt_mappings_by_rule(const struct nt_mappings *m, uint32_t proto, const struct nt_addr *internal,
                             const struct nt_addr *remote);
/* The oldest of the mappings that share it. */
uint32_t nt_mappings_by_external(const struct nt_mappings *m, uint32_t proto, const struct nt_addr *external);
/* Adds a copy of *add (number, lists and links are filled in), newest of its endpoint. With add->ruled it is found by its rule's
 * key, which no other mapping has. NT_ENOMEM or NT_ELIMIT. */
int nt_mappings_add(struct nt_mappings *m, struct nt_inside *in, const struct nt_mapping *add, uint32_t *index);
/* Forgets it; its lists must be empty. */
void nt_mappings_remove(struct nt_mappings *m, struct nt_inside *in, uint32_t index);

#endif
