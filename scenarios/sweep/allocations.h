/* The allocations of all TURN servers of a world that live. */
#ifndef NT_SWEEP_ALLOCATIONS_H
#define NT_SWEEP_ALLOCATIONS_H

#include "scenarios/model/case.h"

struct nt_sweep_allocations {
    size_t living;
    struct nt_addr last; /* the relayed address that was granted last */
};

void nt_sweep_allocations_event(struct nt_sweep_allocations *a, struct nt_scn_node node, const struct nt_trace_event *ev);

#endif
