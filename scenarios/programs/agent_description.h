/* What a process says in JSON lines as the body of a SIP message. Candidate lines are passed on as they are, so that both sides may
 * use attributes that natsim does not know. */
#ifndef NT_PROGRAMS_AGENT_DESCRIPTION_H
#define NT_PROGRAMS_AGENT_DESCRIPTION_H

#include "scenarios/programs/agent_state.h"

/* Adds an offer, an answer or a fragment, with the candidates that it has told. */
void nt_process_describe(const struct nt_process *process, enum nt_sip_kind kind, struct nt_text *t);

#endif
