/* Other orders of deliveries than that of time, for exploration. */
#ifndef NT_FABRIC_DELIVERY_ORDER_H
#define NT_FABRIC_DELIVERY_ORDER_H

#include "natsim/fabric/packets.h"
#include "natsim/fabric/queue.h"

#define NT_OPTIONS_MAX 16

/* When packets are due at several nodes within `window` of the next one, `choose` says which of them (0: the next one) arrives now,
 * before its time. Packets to one node keep their order. At most NT_OPTIONS_MAX nodes count. choose NULL: the order of time. */
/* options >= 2 */
void nt_fabric_choose(struct nt_fabric *f, nt_time window, uint32_t (*choose)(void *user, uint32_t options), void *user);

/* There were never more than NT_OPTIONS_MAX of them. */
bool nt_fabric_chose_from_all(const struct nt_fabric *f);

/* Takes the next event out of the queue when it is an arrival that has alternatives; false: it is not. */
bool nt_delivery_order_take(struct nt_fabric *f, struct nt_event *e);

#endif
