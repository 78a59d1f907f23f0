/* Fragments translated as they come (RFC 4787, REQ-14 asks for reassembly of out-of-order ones: a NAT with this does not):
 * the first fragment of a datagram has the ports, later ones are recognized by the IP identification. */
#ifndef NT_NAT_IN_ORDER_H
#define NT_NAT_IN_ORDER_H

#include "core/base/time.h"
#include "natsim/packet/packet.h"

#define NT_IN_ORDER_MAX 1024 /* datagrams on the way; beyond: the oldest of the source that has most is forgotten */
#define NT_IN_ORDER_TIME (30 * NT_SEC)

struct nt_in_order;

struct nt_in_order *nt_in_order_new(void); /* NULL without memory */
void nt_in_order_del(struct nt_in_order *o);
void nt_in_order_forget(struct nt_in_order *o);

/* The first fragment, which came as (src, dst), is now p->src and p->dst. NT_ENOMEM: it is not remembered. */
int nt_in_order_learn(struct nt_in_order *o, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                      nt_time now);
/* Rewrites a later fragment; false: its first one has not been seen. */
bool nt_in_order_apply(const struct nt_in_order *o, struct nt_packet *p, nt_time now);

#endif
