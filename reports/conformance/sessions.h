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
/* The full description that a session of a party has from it (NT_DIR_OUT), or from its peer (NT_DIR_IN), at a time: the last one of
 * that generation; NULL: there is none. */
const struct nt_view_description *nt_view_session_described(const struct nt_view *v, uint32_t session, int direction, nt_time at);

/* The first of them; it may come later than what the session has sent: gathering comes before the offer. */
const struct nt_view_description *nt_view_session_first(const struct nt_view *v, uint32_t session, int direction);

#endif
