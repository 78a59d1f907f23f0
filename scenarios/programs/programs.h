/* The real programs of a world: they are started before the clock, introduced to each other, and told to stop in the end. A case
 * without real programs has an empty set. */
#ifndef NT_PROGRAMS_PROGRAMS_H
#define NT_PROGRAMS_PROGRAMS_H

#include "scenarios/model/verdict.h"
#include "scenarios/programs/adapter_messages.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/world/world.h"

#define NT_PROGRAMS_HELLO (30 * NT_SEC) /* for all to get ready, by the machine's clock */
#define NT_PROGRAMS_WHY 600             /* bytes of a reason */
#define NT_PROGRAMS_STOP (3 * NT_SEC)   /* to end after being told to */

struct nt_programs;

/* NULL without memory. */
struct nt_programs *nt_programs_new(const struct nt_scn_case *c, const struct nt_program_logs *logs);
void nt_programs_del(struct nt_programs *programs); /* before the world */
struct nt_world_hooks nt_programs_hooks(struct nt_programs *programs);

/* Makes the machines, starts servers and agents, and waits until all are ready; the clock then starts. NT_PASS, or NT_SKIP (not
 * here, or unsupported), NT_FAIL, NT_ERROR with the reason in `why`. */
enum nt_outcome nt_programs_begin(struct nt_programs *programs, struct nt_world *w, char *why, size_t cap);
/* Tells the agents to stop, and gives them the time for it; machines end with nt_programs_del. */
void nt_programs_end(struct nt_programs *programs);

/* Notes what agents should have said by now. */
void nt_programs_note_time(struct nt_programs *programs);
/* A program ended when it should not, or broke its contract: the case is decided. */
bool nt_programs_broken(const struct nt_programs *programs);
/* The same as an outcome with its reason, of the first in the order of the file; NT_PASS: none. */
enum nt_outcome nt_programs_fault(const struct nt_programs *programs, char *why, size_t cap);
/* Judges what the programs of run steps printed, and how they ended. */
void nt_programs_judge(struct nt_verdict *v, const struct nt_programs *programs);
/* Where the agents' data went in the last second in which there was any: NT_PATH_DIRECT, NT_PATH_RELAYED, or NT_PATH_NONE. 0: the
 * case has no real programs. */
unsigned nt_programs_path(const struct nt_programs *programs);
const struct nt_adapter_hello *nt_programs_hello(const struct nt_programs *programs, uint32_t agent); /* NULL: our agent */

#endif
