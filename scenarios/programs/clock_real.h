/* Real time, for cases with real programs: the world keeps pace with the machine's clock. */
#ifndef NT_PROGRAMS_CLOCK_REAL_H
#define NT_PROGRAMS_CLOCK_REAL_H

#include "scenarios/programs/programs.h"
#include "scenarios/world/clock.h"

/* Without any progress: longer than gathering from a dead server, and than the patience of RFC 8863 (39.5 s each), as what happens
 * within a process is not seen. */
#define NT_CLOCK_REAL_PATIENCE (45 * NT_SEC)
#define NT_CLOCK_REAL_SETTLE (2 * NT_SEC) /* after data both ways: pairs may still change */

/* After nt_programs_begin; refers to `programs`. */
struct nt_run_clock nt_clock_real(struct nt_programs *programs);

#endif
