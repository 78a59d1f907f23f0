#include "reports/conformance/rfc8445_restarts.h"

#include "reports/conformance/sessions.h"

#define SETTLED NT_SEC /* what was under way when the new session concluded */

/* When the first later session had concluded, before one after it was agreed on; NT_TIME_NEVER: none has. */
static nt_time succeeded_at(const struct nt_seen *s, const struct nt_item *m)
{
    for (uint32_t i = m->session + 1; i < s->v->first_session[m->party + 1]; i++)
        if (s->sessions[i].open == 0 && s->sessions[i].concluded != NT_TIME_NEVER &&
            s->sessions[i].concluded < nt_view_session_until(s->v, i))
            return s->sessions[i].concluded;
    return NT_TIME_NEVER;
}

/* "The agent MUST remember the nominated pair [...] the agent MUST flush the valid lists and checklists": of the session before its
 * selected pairs are left, for consent (RFC 7675, 5.1), until the new session has its own. */
void nt_restarts_judge_check(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_view *v = s->v;
    if (m->excused || m->session + 1 == v->first_session[m->party + 1])
        return;
    nt_time now = m->at - (v->in->real_time ? 2 * nt_tolerance(v) : 0), succeeded = succeeded_at(s, m);
    if (!nt_view_is_superseded(v, m, now))
        return;
    nt_require(s->finder, NT_SDP_RULE_FLUSHED, m, s->links[m->link].nominated,
               "a check of a session that a restart has left behind, and not on its selected pair");
    if (s->links[m->link].nominated)
        nt_require(s->finder, NT_SDP_RULE_FLUSHED, m, succeeded == NT_TIME_NEVER || m->at <= succeeded + SETTLED + nt_tolerance(v),
                   "a check of a session that a restart has left behind, %" PRId64 " ms after the new one has selected its pairs",
                   (m->at - succeeded) / NT_MSEC);
}
