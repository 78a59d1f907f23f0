/* What the limit of pairs took off the lists of the agents, or kept from them. */
#ifndef NT_SWEEP_LIMITS_H
#define NT_SWEEP_LIMITS_H

#include "scenarios/model/case.h"

struct nt_sweep_gone {
    uint32_t agent;
    struct nt_addr local, remote;
    bool had_succeeded;
};

struct nt_sweep_limits {
    struct nt_sweep_gone *items;
    size_t count, cap;
    struct nt_sweep_succeeded *succeeded; /* pairs, by agent and number */
    size_t succeeded_count, succeeded_cap;
};

/* *l: all zero at first. */
void nt_sweep_limits_event(struct nt_sweep_limits *l, struct nt_scn_node node, const struct nt_trace_event *ev);
void nt_sweep_limits_free(struct nt_sweep_limits *l);
/* Did the limit take this pair? */
bool nt_sweep_limits_took(const struct nt_sweep_limits *l, uint32_t agent, const struct nt_addr *local,
                          const struct nt_addr *remote);

#endif
