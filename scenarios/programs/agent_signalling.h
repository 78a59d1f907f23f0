/* The signalling of an agent that is a process: what it says in JSON lines goes out as SIP with SDP (agent_description), what comes
 * as SIP goes in as JSON lines (agent_told); the offers, the answers and the end of its call. */
#ifndef NT_PROGRAMS_AGENT_SIGNALLING_H
#define NT_PROGRAMS_AGENT_SIGNALLING_H

#include "scenarios/programs/agent_state.h"

int nt_process_connect(struct nt_process *process);                  /* its end of the signalling; 0 or NT_ENOMEM */
void nt_process_start_call(struct nt_process *process, nt_time now); /* says 'start' */
/* Has it restart ICE. NT_ESTATE: outside of an answered call; NT_EUNSUPPORTED: it cannot. */
int nt_process_restart(struct nt_process *process, nt_time now);
void nt_process_retry(struct nt_process *process, nt_time now);     /* an offer that met the peer's, when its time has come */
int nt_process_hang_up(struct nt_process *process, nt_time now);    /* NT_ESTATE: outside of an answered call */
const char *nt_process_objection(const struct nt_process *process); /* why either of the last two was refused */
bool nt_process_negotiates(const struct nt_process *process);       /* an offer waits for its answer */
/* What it said. */
void nt_process_described(struct nt_process *process, const struct nt_adapter_event *ev, nt_time now);
void nt_process_candidate(struct nt_process *process, const char *candidate, nt_time now);
void nt_process_candidates_end(struct nt_process *process, nt_time now);
bool nt_process_controlling(const struct nt_process *process);
void nt_process_free_lines(struct nt_process *process);
void nt_process_stop(struct nt_process *process); /* tells it to stop */

#endif
