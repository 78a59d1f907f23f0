/* Virtual time: the world runs from event to event, and a case ends when nothing more is expected. */
#ifndef NT_RUN_CLOCK_VIRTUAL_H
#define NT_RUN_CLOCK_VIRTUAL_H

#include "scenarios/world/clock.h"

struct nt_clock_virtual {
    nt_time longest_way; /* no packet is longer on its way */
};

/* Refers to `clock`. */
struct nt_run_clock nt_clock_virtual(struct nt_clock_virtual *clock, const struct nt_scn_case *c);

#endif
