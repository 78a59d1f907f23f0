/* The pacer (RFC 8445, sections 6.1.4.2 and 14.2): one new transaction every Ta, be it of gathering, of a TURN client or a check.
 */
#ifndef NT_ICE_PACER_H
#define NT_ICE_PACER_H

#include "core/ice/gather.h"
#include "core/ice/session.h"

struct nt_ice_pacer;

struct nt_ice_pacer *nt_ice_pacer_new(const struct nt_ice_env *env); /* NULL without memory */
void nt_ice_pacer_del(struct nt_ice_pacer *p);
/* The peer's pacing in ms (0: the default): "Both agents MUST use the higher value of the proposed values". */
void nt_ice_pacer_set_peer(struct nt_ice_pacer *p, uint32_t pacing_ms);
void nt_ice_pacer_start(struct nt_ice_pacer *p, nt_time now); /* of gathering: a transaction may start at once */
void nt_ice_pacer_checks_first(struct nt_ice_pacer *p);       /* the first check goes before a held TURN request */
/* Starts what is due, if it is time. `session` NULL: no checks are made. */
void nt_ice_pacer_timer(struct nt_ice_pacer *p, struct nt_ice_gather *g, struct nt_ice_session *session, nt_time now);
/* The output is drained in the instant of the timer, and the turn was not used: a TURN request that has come since may take it. */
void nt_ice_pacer_output(struct nt_ice_pacer *p, nt_time now);
nt_time nt_ice_pacer_next(const struct nt_ice_pacer *p);            /* when the next transaction may start */
bool nt_ice_pacer_looked(const struct nt_ice_pacer *p, nt_time at); /* has its timer run at that time, or since? */

#endif
