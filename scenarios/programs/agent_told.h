/* What comes as SIP from the peer, told to a process in JSON lines. */
#ifndef NT_PROGRAMS_AGENT_TOLD_H
#define NT_PROGRAMS_AGENT_TOLD_H

#include "scenarios/programs/agent_state.h"

void nt_process_tell_description(struct nt_process *process, bool offer, const char *text, size_t len);
/* Candidates of the description that it was told; those of an earlier one go with that one's ufrag. */
void nt_process_tell_fragment(struct nt_process *process, const char *text, size_t len);
/* Those of a description, each once. `known`: it has read them there itself. */
void nt_process_tell_candidates(struct nt_process *process, const char *text, size_t len, bool known);

#endif
