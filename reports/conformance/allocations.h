/* Inside of the room: 5-tuples and the TURN allocations on them, as each party sees them. NT_VIEW_NONE: there is none. */
#ifndef NT_CONFORMANCE_ALLOCATIONS_H
#define NT_CONFORMANCE_ALLOCATIONS_H

#include "reports/conformance/view.h"

uint32_t nt_view_pair(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
uint32_t nt_view_allocation(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
uint32_t nt_view_relayed(const struct nt_view *v, uint32_t party,
                         const struct nt_addr *relayed); /* the allocation of a relayed address */
/* The channel of a number on the item's allocation; NULL: none was asked for. */
const struct nt_view_channel *nt_view_channel(const struct nt_view *v, uint32_t allocation, uint16_t number);

/* For walk.c. 0 or NT_ENOMEM, NT_ELIMIT. */
int nt_view_number_pair(struct nt_view *v, struct nt_item *m);
int nt_view_add_allocation(struct nt_view *v, const struct nt_item *m); /* of a success response to Allocate */
int nt_view_add_channel(struct nt_view *v, const struct nt_item *m);    /* of a ChannelBind request */

#endif
