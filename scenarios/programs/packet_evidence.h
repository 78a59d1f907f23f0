/* What real agents did, as the packets at their interfaces show it: it does not depend on what they report. */
#ifndef NT_PROGRAMS_PACKET_EVIDENCE_H
#define NT_PROGRAMS_PACKET_EVIDENCE_H

#include "core/ice/ice.h"
#include "scenarios/world/world.h"

struct nt_evidence;

/* Reads the world's capture as its packets settle; the world outlives it. NULL without memory. */
struct nt_evidence *nt_evidence_new(const struct nt_world *w);
void nt_evidence_del(struct nt_evidence *evidence);
/* Where the data of the call went in the last second in which there was any: NT_PATH_DIRECT, NT_PATH_RELAYED, or NT_PATH_NONE. */
unsigned nt_evidence_path(const struct nt_evidence *evidence);
/* Looks at the packets since the last call, for nt_evidence_renewed. */
void nt_evidence_note(struct nt_evidence *evidence);
/* After a restart: a check with these fragments that nominates has been answered, and (when there is to be data) data have reached
 * the agent since. */
bool nt_evidence_renewed(const struct nt_evidence *evidence, uint32_t agent, const char *own, const char *peer, bool data);
/* The role in an agent's latest check; 0: it has sent none. */
enum nt_ice_role nt_evidence_role(const struct nt_evidence *evidence, uint32_t agent);
/* NULL, or why the counts of *agent are not exact. */
const char *nt_evidence_limit(const struct nt_evidence *evidence, uint32_t *agent);
/* An agent's checks: transactions sent, requests received. All packets have settled. */
void nt_evidence_checks(const struct nt_evidence *evidence, uint32_t agent, uint32_t *sent, uint32_t *received);

#endif
