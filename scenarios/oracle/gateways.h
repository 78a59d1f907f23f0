/* The oracle's gateways and the way of a packet through them, from RFC 4787 and LANGUAGE.md alone. */
#ifndef NT_ORACLE_GATEWAYS_H
#define NT_ORACLE_GATEWAYS_H

#include "scenarios/oracle/facts.h"

struct nt_oracle_packet {
    struct nt_oracle_place at; /* the node that sends it on, or, held, the gateway that is to take it */
    uint16_t src, dst;         /* numbers of addresses */
};

enum nt_oracle_way { NT_ORACLE_LOST = 0, NT_ORACLE_ARRIVED, NT_ORACLE_HELD };

/* Does the order of first packets matter to this policy? */
bool nt_oracle_is_ordered(const struct nt_nat_policy *p);
/* Takes the packet to a host (at), or to its loss. With `hold` it stops before the first gateway from outside at which its moment
 * of arrival matters. *noticed: it came to a host or to a gateway's own address, so that it can matter to anybody. */
enum nt_oracle_way nt_oracle_send(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p, bool hold,
                                  bool *noticed);
/* Lets a held packet go on. */
enum nt_oracle_way nt_oracle_land(struct nt_oracle_world *w, struct nt_oracle_table *t, struct nt_oracle_packet *p);

#endif
