/* A row of `natsim bench`: work that is the same each time, done a stated number of times. */
#ifndef NT_COMMAND_BENCH_ROW_H
#define NT_COMMAND_BENCH_ROW_H

#include "natsim/fabric/fabric.h"

#include <stdbool.h>
#include <stdint.h>

struct nt_bench {
    const struct nt_carrier_ops *carrier; /* of hops; NULL: the built-in one */
    unsigned rounds;
    /* The figures of the row. */
    uint64_t cost, items;
};

#endif
