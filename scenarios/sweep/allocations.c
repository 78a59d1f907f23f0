#include "scenarios/sweep/allocations.h"

void nt_sweep_allocations_event(struct nt_sweep_allocations *a, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    if (node.kind != NT_SCN_NODE_SERVER)
        return;
    if (ev->kind == NT_TR_TURN_ALLOCATED) {
        a->living++;
        a->last = ev->b;
    } else if (ev->kind == NT_TR_TURN_RELEASED && a->living > 0) {
        a->living--;
    }
}
