#include "reports/conformance/rfc8445_pacing.h"

#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

#define TA_DEFAULT_MS 50

static uint32_t announced(const struct nt_view_description *d)
{
    return d != NULL && d->d.pacing_ms != 0 ? d->d.pacing_ms : TA_DEFAULT_MS;
}

/* RFC 8445, 14.2: "the higher value is used"; before the peer's description, and after one that ends ICE, the own one. */
nt_time nt_pacing_ta(const struct nt_view *v, const struct nt_item *m, nt_time at)
{
    const struct nt_view_description *peer = nt_view_session_first(v, m->session, NT_DIR_IN);
    uint32_t a = announced(nt_view_session_first(v, m->session, NT_DIR_OUT));
    uint32_t b = peer != NULL && peer->at <= at && !nt_view_has_ended_ice(v, m->party, at) ? announced(peer) : 0;
    return (nt_time)(a > b ? a : b) * NT_MSEC;
}

/* One that answers without ICE, since the offer had none that it could read, has gathered before at a pace that it tells nobody. */
static bool tells_pace(const struct nt_view *v, uint32_t session)
{
    const struct nt_view_description *own = nt_view_session_first(v, session, NT_DIR_OUT);
    return own == NULL || nt_view_uses_ice(own);
}

/* RFC 7675, 5.1: consent has an interval of its own, and goes on during a restart; so do checks that keep other pairs of a session
 * alive which has concluded. */
static bool has_other_pace(const struct nt_seen *s, const struct nt_item *m)
{
    return m->check && (s->links[m->link].nominated || nt_seen_concluded(s, m) != NT_TIME_NEVER);
}

/* Gathering and checks share the pace, until ICE has concluded. */
void nt_pacing_started(struct nt_seen *s, const struct nt_item *m)
{
    struct nt_seen_agent *a = &s->agents[m->party];
    if (m->excused || has_other_pace(s, m))
        return;
    if (!tells_pace(s->v, m->session)) {
        nt_not_judged(s->finder, NT_ICE_RULE_PACING, m->party, "its description does not use ICE, and so tells no pace");
    } else if (a->started != NT_VIEW_NONE && nt_seen_concluded(s, m) == NT_TIME_NEVER) {
        const struct nt_item *before = &s->v->items[a->started];
        nt_time gap = m->at - before->at, own = nt_pacing_ta(s->v, m, m->at);
        nt_time pace = before->session != m->session && own < a->pace ? own : a->pace; /* a restart may change it */
        nt_require(s->finder, NT_ICE_RULE_PACING, m, gap + nt_tolerance(s->v) >= pace,
                   "%" PRId64 ".%03d ms after the transaction begun in packet %u, expected %" PRId64 " ms", gap / NT_MSEC,
                   (int)(gap / NT_USEC % 1000), (unsigned)before->frame, pace / NT_MSEC);
    }
    a->started = nt_item_number(s->v, m);
    a->pace = nt_pacing_ta(s->v, m, m->at);
}
