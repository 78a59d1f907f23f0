#include "reports/conformance/rfc3261.h"

#include "reports/conformance/agent_events.h"

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
};

/* What was sent later than a BYE at the agent's tap; while both cross, a process has not read it yet. */
static bool is_after(const struct nt_view *v, const struct nt_item *m, const struct nt_view_bye *bye)
{
    return m->at > nt_time_after(bye->at, nt_tolerance(v)) && !nt_item_crosses(v, m, bye->at);
}

/* 15.1.1: "The UAC MUST consider the session terminated (and therefore stop sending or listening for media) as soon as the BYE
 * request is passed to the client transaction"; 15.1.2: "the UAS SHOULD terminate the session". */
static void judge_data(void *state, const struct nt_item *m)
{
    struct state *s = state;
    const struct nt_view_bye *sent = &s->v->parties[m->party].bye_sent, *came = &s->v->parties[m->party].bye_came;
    if (sent->frame != 0)
        nt_require(s->finder, NT_SIP_RULE_ENDED, m, !is_after(s->v, m, sent), "data, %" PRId64 " ms after its BYE in packet %u",
                   (m->at - sent->at) / NT_MSEC, (unsigned)sent->frame);
    if (came->frame != 0 && sent->frame == 0)
        nt_require(s->finder, NT_SIP_RULE_ENDED_BY_PEER, m, !is_after(s->v, m, came),
                   "data, %" PRId64 " ms after the BYE in packet %u came", (m->at - came->at) / NT_MSEC, (unsigned)came->frame);
}

/* With the session its ICE ends, too. */
static void judge_request(void *state, const struct nt_item *m)
{
    struct state *s = state;
    const struct nt_view_bye *sent = &s->v->parties[m->party].bye_sent, *came = &s->v->parties[m->party].bye_came;
    const struct nt_view_bye *bye = sent->frame != 0 ? sent : came;
    if (bye->frame != 0 && m->check && !m->excused && m->first == nt_item_number(s->v, m))
        nt_require(s->finder, NT_SIP_RULE_ENDED_BY_PEER, m, !is_after(s->v, m, bye),
                   "a check, %" PRId64 " ms after the BYE in packet %u", (m->at - bye->at) / NT_MSEC, (unsigned)bye->frame);
}

void nt_rfc3261_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {.data_sent = judge_data, .request_sent = judge_request};
    struct state s = {finder, finder->v};
    bool ended = false;
    for (size_t i = 0; i < finder->v->in->party_count; i++)
        ended = ended || finder->v->parties[i].bye_sent.frame != 0 || finder->v->parties[i].bye_came.frame != 0;
    if (ended)
        nt_agent_events(finder->v, &handlers, &s);
}
