/* Nomination (RFC 8445, sections 7.2.5.3.4, 7.3.1.5, 8.1): which valid pair the controlling side nominates and when, and what a
 * nomination of either side leads to. */
#ifndef NT_ICE_NOMINATE_H
#define NT_ICE_NOMINATE_H

#include "core/ice/session.h"

/* Controlling: nominates in each component what is due. `gathered`: we have all of our candidates. */
void nt_ice_nominate(struct nt_ice_session *s, bool gathered, nt_time now);
nt_time nt_ice_nominate_deadline(const struct nt_ice_session *s);
/* Controlled: the peer's check on `pair` had USE-CANDIDATE. A Succeeded pair's valid pair is nominated now, another once its check
 * has succeeded. */
void nt_ice_nominate_heard(struct nt_ice_session *s, uint32_t pair, uint32_t nomination, nt_time now); /* 0: no number */
/* Controlling: the check that produced the component's valid pair is repeated, with USE-CANDIDATE. */
void nt_ice_nominate_pair(struct nt_ice_session *s, size_t component, uint32_t pair, nt_time now);
/* The valid pair gets its nominated flag, and is selected unless a better one is. */
void nt_ice_nominate_select(struct nt_ice_session *s, size_t component, uint32_t valid, nt_time now);
/* Controlling: nominates the selected pair to the peer once more. We may have selected it as the peer nominated it, before a late
 * check of its switched our role: if our answer was lost, the peer does not know, and does not nominate any more. Not after we have
 * nominated another pair ourselves. */
void nt_ice_nominate_again(struct nt_ice_session *s, size_t component, nt_time now);
void nt_ice_nominate_switch_role(struct nt_ice_session *s, enum nt_ice_role role,
                                 nt_time now); /* and nominates again what is selected */
/* RFC 8445, 7.2.5.1: 487 answered a request of this role and tie-breaker. True: the role is switched. */
bool nt_ice_nominate_heed_conflict(struct nt_ice_session *s, enum nt_ice_role role, uint64_t tie_breaker, nt_time now);
/* Would a nomination of this pair (0: one that is not formed) of this priority change the component's selected pair? */
bool nt_ice_nomination_counts(const struct nt_ice_session *s, size_t component, uint32_t pair, uint64_t priority, nt_time now);
/* Is the consent that the pair's last check obtained in need of a new answer, before data is sent on it? */
bool nt_ice_nominate_is_stale(const struct nt_ice_session *s, const struct nt_ice_pair *p, nt_time now);

#endif
