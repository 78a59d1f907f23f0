/* What was seen of one world, for the laws. */
#ifndef NT_SWEEP_OBSERVATION_H
#define NT_SWEEP_OBSERVATION_H

#include "reports/result/result.h"
#include "scenarios/sweep/allocations.h"
#include "scenarios/sweep/limits.h"
#include "scenarios/sweep/taps.h"

#define NT_LAW_DETAIL 600 /* bytes of what breaks a law */

struct nt_observation {
    const struct nt_scn_case *c;
    const struct nt_result_case *r;
    const struct nt_sweep_datagrams *d; /* NULL: not all packets are known, or their times are those of real time */
    const struct nt_result_case *twin;  /* of a world with limits of pairs that has not completed: the same without them; or NULL */
    const struct nt_sweep_limits *limits;
    const struct nt_sweep_allocations *allocations;
    const struct nt_capture *packets; /* NULL: as `d` */
    bool faultless;                   /* nothing is lost, refused or disturbed */
    bool settles;                     /* nothing but changes that agents have the time to settle after */
    bool untold;                      /* the oracle cannot tell of it, or it was skipped */
};

enum nt_law_holds { NT_LAW_KEPT, NT_LAW_BROKEN, NT_LAW_NOT_TRIED };

/* The world ran so far that its agents have states. */
bool nt_result_has_states(const struct nt_result_case *r, const struct nt_scn_case *c);
/* Both agents of the call have completed; only where they have states. */
bool nt_result_completed(const struct nt_result_case *r, const struct nt_scn_case *c);
bool nt_observation_completed(const struct nt_observation *o);
/* A flow may get another address on its way, because a NAT forgets it: the sides see different ones for good, and what one tells
 * may never reach the other. */
bool nt_observation_moves_flows(const struct nt_observation *o);

#endif
