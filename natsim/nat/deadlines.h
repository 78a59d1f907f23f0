/* Times at which entries of the NAT's tables end: a heap in the order (time, order of adding), so that entries
 * that end at the same time end in an order that depends on nothing else. */
#ifndef NT_NAT_DEADLINES_H
#define NT_NAT_DEADLINES_H

#include "core/base/time.h"
#include "natsim/nat/slots.h"

#include <stdbool.h>

struct nt_deadlines {
    struct nt_slots items;
    uint32_t *heap;
    size_t heap_cap, count;
    uint64_t added;
};

void nt_deadlines_init(struct nt_deadlines *d, size_t limit);
void nt_deadlines_free(struct nt_deadlines *d);
/* `kind` and `index` are the caller's, and say what ends. *id stays valid until removed. NT_ENOMEM or NT_ELIMIT. */
int nt_deadlines_add(struct nt_deadlines *d, uint32_t kind, uint32_t index, nt_time at, uint32_t *id);
void nt_deadlines_move(struct nt_deadlines *d, uint32_t id, nt_time at);
void nt_deadlines_remove(struct nt_deadlines *d, uint32_t id);
nt_time nt_deadlines_next(const struct nt_deadlines *d);
/* Takes out the first deadline that is due; false: none is. */
bool nt_deadlines_due(struct nt_deadlines *d, nt_time now, uint32_t *kind, uint32_t *index, nt_time *at);

#endif
