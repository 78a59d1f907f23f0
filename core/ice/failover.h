/* After completion, with config.failover or renomination: other valid pairs are checked as often as consent is asked for, and with
 * config.failover the controlling agent nominates the best one that answers when the selected pair has ended. That departs from RFC
 * 8445, 8.1.1, and is asked for by the configuration: core/README.md. */
#ifndef NT_ICE_FAILOVER_H
#define NT_ICE_FAILOVER_H

#include "core/ice/session.h"

void nt_ice_failover_timer(struct nt_ice_session *s, nt_time now);
nt_time nt_ice_failover_deadline(const struct nt_ice_session *s);
/* Is this response, from `from` by `via`, one to a check of a backup pair? */
bool nt_ice_failover_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                              const struct nt_stun_msg *m, nt_time now);
int nt_ice_failover_build(const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf, size_t cap);
bool nt_ice_failover_uses(const struct nt_ice_session *s, int16_t relay); /* a backup pair does */
/* The component's selected pair has ended. True: another pair may follow it; it carries no data and is asked nothing until then. */
bool nt_ice_failover_suspend(struct nt_ice_session *s, size_t component, nt_time now);
/* Nominates the best valid pair of each component with that remote address (port 0: any port), or, if it is unset, with that remote
 * type; also the selected one, which a nomination under way gives way to. NT_OK; NT_ESTATE: there is none. */
int nt_ice_failover_renominate(struct nt_ice_session *s, enum nt_ice_type remote, const struct nt_addr *addr, nt_time now);

#endif
