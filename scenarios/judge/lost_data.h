/* Where datagrams of an agent that did not arrive were dropped, as the capture shows it. */
#ifndef NT_JUDGE_LOST_DATA_H
#define NT_JUDGE_LOST_DATA_H

#include "scenarios/world/world.h"

#define NT_LOST_PLACES_MAX 8

struct nt_lost_place { /* of one node and reason */
    uint32_t tap;
    uint16_t reason;
    uint8_t fate;
    uint32_t packet; /* the first */
    uint64_t count;  /* datagrams */
};

struct nt_lost_data {
    uint64_t sent, lost;
    uint64_t marked; /* of the sent, those that packets show */
    uint64_t left;   /* datagrams that the agent's host was seen to send; the other marked ones had no pair to go by */
    struct nt_lost_place places[NT_LOST_PLACES_MAX];
    size_t count;
    bool full; /* there are further places */
    bool cut;  /* there are packets that are not kept any more */
};

/* False: nothing is lost, or its datagrams cannot be told. The places stand by their counts, the largest first. */
bool nt_lost_data_find(struct nt_lost_data *d, const struct nt_world *w, uint32_t agent);

#endif
