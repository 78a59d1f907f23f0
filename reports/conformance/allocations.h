/* Inside of the room: 5-tuples and the TURN allocations on them, as each party sees them. NT_VIEW_NONE: there is none. */
#ifndef NT_CONFORMANCE_ALLOCATIONS_H
#define NT_CONFORMANCE_ALLOCATIONS_H

#include "reports/conformance/view.h"

uint32_t nt_view_pair(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
/* Of a dual allocation: either. */
uint32_t nt_view_allocation(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote);
uint32_t nt_view_relayed(const struct nt_view *v, uint32_t party,
                         const struct nt_addr *relayed); /* the allocation of a relayed address */
/* The relayed address by which an allocation reaches peers of a family; where it has none, the one it has. */
const struct nt_addr *nt_view_relayed_for(const struct nt_view *v, uint32_t allocation, uint8_t family);
/* The channel of a number on the allocation, of either family; NULL: none was asked for. */
const struct nt_view_channel *nt_view_channel(const struct nt_view *v, uint32_t allocation, uint16_t number);
/* The relayed addresses of a success response to Allocate, at most one of a family: how many. */
unsigned nt_item_relayed_addresses(const struct nt_view *v, const struct nt_item *m, struct nt_addr relayed[2]);
/* Why no peer reaches an allocation at the relayed address that a response tells; NULL: peers can. */
const char *nt_item_why_unreachable(const struct nt_item *m, const struct nt_addr *relayed);

/* For walk.c. 0 or NT_ENOMEM, NT_ELIMIT. */
int nt_view_number_pair(struct nt_view *v, struct nt_item *m);
int nt_view_add_allocation(struct nt_view *v, const struct nt_item *m); /* of a success response to Allocate */
/* Of a ChannelBind request. One that is not granted (yet) changes no channel that was asked for before. */
int nt_view_add_channel(struct nt_view *v, const struct nt_item *m, bool granted);

#endif
