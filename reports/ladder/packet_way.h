/* Inside of the room: the way of one packet, joined from the frames at the taps that it crossed. */
#ifndef NT_LADDER_PACKET_WAY_H
#define NT_LADDER_PACKET_WAY_H

#include "pcap/capture.h"
#include "reports/ladder/limits.h"

#define NT_WAY_HOPS_MAX 12 /* nodes of one way that are remembered */

struct nt_way {
    uint32_t first, last;            /* frames, from 0 */
    struct nt_addr src, dst;         /* of the last */
    uint32_t nodes[NT_WAY_HOPS_MAX]; /* visited, in order */
    uint32_t node_count;
    uint32_t frames[2 * NT_WAY_HOPS_MAX]; /* with something to tell: a fate, or relayed by a TURN server */
    uint32_t frame_count;
    bool signalling; /* on the management links: taps named NODE.signalling */
    uint32_t before; /* the previous way with the same payload, or NT_MAP_NONE */
};

struct nt_ways {
    char **nodes; /* names, in order of taps; the capture's */
    size_t node_count;
    uint32_t *node_of; /* by tap; NT_MAP_NONE: not drawn */
    struct nt_way *ways;
    size_t count, cap;
    size_t frames;        /* those that were looked at */
    uint32_t *next_frame; /* by frame, both from 1: the next one of the same way; 0: none */
};

int nt_ways_make(struct nt_ways *w, const struct nt_capture *c); /* 0 or NT_ENOMEM */
void nt_ways_free(struct nt_ways *w);

#endif
