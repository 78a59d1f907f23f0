/* The oracle's gateways, and how packets travel through them. Written from RFC 4787 and from the language's rules, not from
 * natsim's NAT. */
#ifndef NT_ORACLE_GATEWAYS_H
#define NT_ORACLE_GATEWAYS_H

#include "natsim/nat/policy/policy.h"
#include "scenarios/oracle/facts.h"

struct nt_oracle_packet {
    struct nt_oracle_place at;   /* the node that sends it on; of a held packet the gateway that will receive it */
    struct nt_oracle_place from; /* the host that sent it; set by nt_oracle_packet_send */
    uint16_t src, dst;           /* numbers of addresses */
    uint8_t hops;                /* gateways that it has crossed */
};

enum nt_oracle_fate { NT_ORACLE_LOST = 0, NT_ORACLE_ARRIVED, NT_ORACLE_HELD };

/* Does the order in which first packets come matter to this policy? */
bool nt_oracle_is_order_sensitive(const struct nt_nat_policy *p);
/* Carries the packet until it arrives at a host (packet->at) or is lost. It stops at place number `hold` of those, in front of
 * gateways that it would enter from outside, where its time of arrival matters; 0: nowhere. *noticed: it came to a host or to an
 * address of a gateway. */
enum nt_oracle_fate nt_oracle_packet_send(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet,
                                          unsigned hold, bool *noticed);
/* Carries a held packet on. */
enum nt_oracle_fate nt_oracle_packet_release(struct nt_oracle_map *map, struct nt_oracle_table *t, struct nt_oracle_packet *packet);

#endif
