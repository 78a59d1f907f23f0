/* Inside of the room: ICE sessions. An agent has one for each generation of its credentials (RFC 8445, 9): each description that
 * changes a username fragment begins one. Several streams, components and generations are told apart by what the messages say: a
 * check by its USERNAME and its local address. Numbers are dense, so that a judge keeps its state in arrays. Ready when the view
 * has ended. */
#ifndef NT_CONFORMANCE_SESSIONS_H
#define NT_CONFORMANCE_SESSIONS_H

#include "reports/conformance/view.h"

/* Gives each kept item of an agent its session, stream, component, place and link. 0 or NT_ENOMEM. */
int nt_view_number_sessions(struct nt_view *v);

/* The session of a party's generation. */
static inline uint32_t nt_view_session(const struct nt_view *v, uint32_t party, uint32_t generation)
{
    return v->first_session[party] + generation;
}
static inline uint32_t nt_view_generation(const struct nt_view *v, const struct nt_item *m)
{
    return m->session - v->first_session[m->party];
}
/* How many a party has, one at the least. */
static inline uint32_t nt_view_session_count(const struct nt_view *v, uint32_t party)
{
    return v->first_session[party + 1] - v->first_session[party];
}
/* The link of a pair in a session, or NT_VIEW_NONE: no STUN of that session went over it. */
uint32_t nt_view_link(const struct nt_view *v, uint32_t pair, uint32_t session);
/* The place of the same stream and component in another session, or NT_VIEW_NONE: nothing stood there. */
uint32_t nt_view_place_in(const struct nt_view *v, uint32_t place, uint32_t session);
uint32_t nt_view_place_count(const struct nt_view *v, uint32_t session); /* components that something was sent or received on */
/* The generation in which a party is at a time: that of the last description it had sent. */
uint32_t nt_view_generation_at(const struct nt_view *v, uint32_t party, nt_time at);
/* As above, of those that were exchanged for one of the peer's: an offer that restarts may yet be refused. */
uint32_t nt_view_agreed_generation_at(const struct nt_view *v, uint32_t party, nt_time at);
/* Whether a party described itself with it, for this session. */
bool nt_view_is_of_session(const struct nt_view *v, const struct nt_view_description *d, uint32_t session);
/* What a party got for a description of its own: the answer to its offer, or the offer that it answered. NULL: nothing, the offer
 * was refused or nothing came. */
const struct nt_view_description *nt_view_exchanged_for(const struct nt_view *v, const struct nt_view_description *own);
/* What came to the party may be an offer that it has answered, though no answer is seen: a step drops what it tells. */
bool nt_view_may_have_answered(const struct nt_view *v, const struct nt_view_description *d, nt_time at);
/* The first full description that a session of a party has from it (NT_DIR_OUT), or from its peer (NT_DIR_IN); NULL: there is none.
 * It may come later than what the session has sent: gathering comes before the offer. */
const struct nt_view_description *nt_view_session_first(const struct nt_view *v, uint32_t session, int direction);
/* When a session had both descriptions, its agent's and the peer's, and both used ICE, so that its checks began; NT_TIME_NEVER: it
 * never had. */
nt_time nt_view_session_since(const struct nt_view *v, uint32_t session);
/* When a later session of the agent was agreed on: what it selects from then on, it has not waited for. NT_TIME_NEVER: none was. */
nt_time nt_view_session_until(const struct nt_view *v, uint32_t session);
/* At this time a later session of the agent was agreed on, in which the item's stream has other credentials: the item's own session
 * has nothing left but its selected pairs (RFC 8839, 4.4.3.1.1). */
bool nt_view_is_superseded(const struct nt_view *v, const struct nt_item *m, nt_time at);
/* The item's session was never agreed on: its offer was refused, or its answer lost, and after a while it is given up; or, when a
 * step has held back or dropped what the agent told, it may be superseded. */
bool nt_view_may_be_given_up(const struct nt_view *v, const struct nt_item *m, nt_time at);
/* The candidate whose checks leave from this address, as this session announced it; NULL: it did not. */
const struct nt_ice_candidate *nt_view_session_candidate(const struct nt_view *v, uint32_t session, const struct nt_addr *local);
/* Both agents have said so in this session: another option than RFC 8445's, of draft-thatcher-ice-renomination. */
bool nt_view_may_renominate(const struct nt_view *v, uint32_t session);
/* All agents are set to nominate another pair when the selected one ends, which is not of RFC 8445 either. */
bool nt_view_may_fail_over(const struct nt_view *v);
/* RFC 8839, 4.3.3: the offerer that detects a mismatch in the answer "MUST terminate the usage of ICE for the entire session". */
bool nt_view_has_ended_ice(const struct nt_view *v, uint32_t party, nt_time at);
bool nt_view_is_refused_by_peer(const struct nt_view *v, uint32_t party, nt_time at); /* all streams: its ICE has failed */
/* The peer has said that it does without ICE there, or ICE has ended so. */
bool nt_view_goes_without_ice(const struct nt_view *v, const struct nt_item *m);

#endif
