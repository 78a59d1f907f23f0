/* The inside of the real programs of a world, for programs.c and clock_real.c. */
#ifndef NT_PROGRAMS_PROGRAMS_STATE_H
#define NT_PROGRAMS_PROGRAMS_STATE_H

#include "core/ice/ice.h"
#include "natsim/live/live.h"
#include "scenarios/programs/machines.h"

struct nt_coturn;
struct nt_evidence;
struct nt_process;
struct nt_step_program;

struct nt_programs {
    const struct nt_scn_case *scn;
    struct nt_program_logs logs;
    struct nt_world *w;             /* NULL until they begin */
    struct nt_live *live;           /* NULL until they begin */
    struct nt_evidence *evidence;   /* likewise */
    struct nt_program_files *files; /* likewise */
    struct nt_machines machines;
    struct nt_process **processes;    /* by agent; NULL: ours */
    struct nt_coturn **coturns;       /* by server; NULL: ours */
    enum nt_ice_state caller, callee; /* as last seen */
    nt_time changed;                  /* when one of the two did */
    struct nt_step_program *steps;    /* of run steps, in the order of their starts */
};

#endif
