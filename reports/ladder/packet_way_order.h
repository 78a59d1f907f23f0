/* Inside of the room: the order of the columns. */
#ifndef NT_LADDER_PACKET_WAY_ORDER_H
#define NT_LADDER_PACKET_WAY_ORDER_H

#include "reports/ladder/packet_way.h"

/* Fills column_of[node]: the ends of the longest way stand outside, servers in the middle. 0 or NT_ENOMEM. */
int nt_ways_order(const struct nt_ways *w, uint32_t *column_of);

#endif
