/* The programs of `run` steps: any command on any machine of the world, judged by what it prints or how it ends. */
#ifndef NT_PROGRAMS_RUN_STEP_H
#define NT_PROGRAMS_RUN_STEP_H

#include "scenarios/model/verdict.h"
#include "scenarios/world/world.h"


#define NT_PROGRAM_OUTPUT_MAX 65536 /* bytes that are searched */
#define NT_PROGRAM_LOG_MAX (4 << 20) /* bytes of a log */
#define NT_PROGRAM_TIME (60 * NT_SEC) /* without 'for' */

/* Starts the step's program; 0, NT_EIO. */
int nt_program_run(struct nt_world *w, const struct nt_scn_step *step, nt_time now);
bool nt_programs_done(const struct nt_program_state *list, nt_time now); /* ended, printed all, or out of time */
enum nt_outcome nt_programs_fault(const struct nt_program_state *list, char *why, size_t cap); /* NT_SKIP: one is not installed */
void nt_programs_judge(struct nt_verdict *v, const struct nt_world *w);
void nt_programs_free(struct nt_program_state *list); /* after the machines */

#endif
