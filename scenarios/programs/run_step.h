/* The programs of `run` steps: any command on any machine of the world, judged by what it prints or how it ends. */
#ifndef NT_PROGRAMS_RUN_STEP_H
#define NT_PROGRAMS_RUN_STEP_H

#include "natsim/live/machine.h"
#include "scenarios/model/verdict.h"
#include "scenarios/programs/program_files.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/world/world.h"

#define NT_STEP_PROGRAM_TIME (60 * NT_SEC) /* without 'for' */

struct nt_step_program; /* a list of them: NULL is the empty one */

/* Starts the step's program, and adds it to the list; 0, NT_ENOMEM, NT_EIO. */
int nt_step_program_start(struct nt_step_program **list, struct nt_machine *m, struct nt_world *w, const struct nt_scn_step *step,
                          const struct nt_program_files *files, const struct nt_program_logs *logs, nt_time now);
void nt_step_programs_free(struct nt_step_program *list); /* after the machines */
/* Each has ended, has printed all that is expected, or is out of time. */
bool nt_step_programs_done(const struct nt_step_program *list, nt_time now);
/* One that could not be started; NULL: none. */
const struct nt_step_program *nt_step_programs_absent(const struct nt_step_program *list);
/* NT_SKIP: one is not installed here. NT_ERROR: one is no program. */
enum nt_outcome nt_step_programs_fault(const struct nt_step_program *list, char *why, size_t cap);
void nt_step_programs_judge(struct nt_verdict *v, const struct nt_step_program *list);

#endif
