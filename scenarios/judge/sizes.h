/* Up to which size an agent's data passes: what a packet that was dropped for its size says, and which datagrams arrived. */
#ifndef NT_JUDGE_SIZES_H
#define NT_JUDGE_SIZES_H

#include "reports/result/result.h"
#include "scenarios/world/world.h"

#define NT_SIZE_PLACES_MAX 4 /* of one agent's data; further ones are not told apart, and say nothing */

/* A place that has dropped an agent's data. */
struct nt_size_limit {
    uint32_t bytes; /* more of them do not fit, with what this packet had around its data */
    uint32_t mtu, tap;
    bool df;         /* its sender asked that it be not fragmented */
    uint32_t packet; /* the frame */
};

struct nt_size_limits {
    struct nt_size_limit places[NT_SIZE_PLACES_MAX];
    size_t count;
};

/* An IP packet of `len` bytes, in which `bytes` of data begin at `at`, was dropped as `dropped` says (bytes: not read). A fragment
 * says nothing. */
void nt_size_limits_note(struct nt_size_limits *l, const uint8_t *packet, uint32_t len, uint32_t at, uint32_t bytes,
                         const struct nt_size_limit *dropped);
/* Fills what *r has of the data's sizes. `limits`: of each agent of the case. 0 or NT_ENOMEM. */
int nt_sizes_describe(const struct nt_world *w, const struct nt_size_limits *limits, struct nt_result_case *r);

#endif
