#include "reports/conformance/rfc8445_answers.h"

#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

/* RFC 8445, 8.3.1: "the agent SHOULD wait an additional three seconds, and then it can cease responding to checks" */
#define LINGER (3 * NT_SEC)

#define MOVED "steps take its interfaces down or to other networks: the candidate may be gone"

/* A relayed candidate is freed by its client; checks still arrive that its server relayed before it knew. */
static bool is_released(const struct nt_seen *s, const struct nt_item *m)
{
    return m->inner && s->given_up[m->outer];
}

/* Once ICE has concluded, all candidates may be freed but those of selected pairs. */
static bool may_be_freed(const struct nt_seen *s, const struct nt_item *m)
{
    nt_time concluded = nt_seen_concluded(s, m);
    if (concluded == NT_TIME_NEVER || m->at < concluded + LINGER)
        return false;
    for (uint32_t i = 0; i < s->v->pair_count; i++) {
        const struct nt_view_tuple *t = &s->v->flows[i].tuple;
        bool here = t->party == m->party && nt_addr_equal(&t->local, &m->local);
        uint32_t link = here ? nt_view_link(s->v, i, m->session) : NT_VIEW_NONE;
        if (link != NT_VIEW_NONE && s->links[link].nominated)
            return false;
    }
    return true;
}

/* Nor is what a restart has left behind: the check lists are flushed, and their candidates may be freed. */
bool nt_answers_in_use(const struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_ice_candidate *c = nt_view_local_candidate(s->v, m->party, &m->local);
    return c != NULL && c->type != NT_ICE_PRFLX && !is_released(s, m) && !may_be_freed(s, m) &&
           !nt_view_is_superseded(s->v, m, m->at + NT_ANSWER_WITHIN) && !nt_view_may_be_given_up(s->v, m, m->at);
}

/* ICE had failed, and a restart, by which it lives again, comes before the answer. */
static bool is_answered_anew(const struct nt_view *v, const struct nt_item *m, uint32_t answer)
{
    return answer != NT_VIEW_NONE && nt_view_generation_at(v, m->party, v->items[answer].at) > nt_view_generation(v, m);
}

/* Until the call ends. An agent that has selected nothing goes on answering until the PAC timer ends. RFC 8656, 11.4 lets a client
 * discard what comes from a peer for which it believes that there is no permission: the server's response may have been lost. One
 * that asks for a permission first answers later. */
void nt_answers_judge(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_view *v = s->v;
    uint32_t answer = v->items[m->first].answer, last = s->sessions[m->session].last_binding;
    nt_time since = nt_view_session_since(v, m->session);
    bool answered = answer != NT_VIEW_NONE && (m->inner || v->items[answer].at <= m->at + NT_ANSWER_WITHIN);
    bool active = last != NT_VIEW_NONE && last > nt_item_number(v, m) && v->items[last].at > m->at;
    nt_time waits_until = nt_time_after(since, NT_STUN_TI) - nt_item_party(v, m)->told_late;
    bool patient = since <= m->at && m->at < waits_until && nt_seen_concluded(s, m) == NT_TIME_NEVER;
    if (nt_view_goes_without_ice(v, m) || m->at + NT_ANSWER_WITHIN > v->end ||
        v->parties[m->party].bye <= m->at + NT_ANSWER_WITHIN || !nt_answers_in_use(s, m) || is_answered_anew(v, m, answer) ||
        (m->inner && !nt_granted_to(&s->granted, m)))
        return;
    const char *how =
        answer == NT_VIEW_NONE ? "a valid check was not answered" : "a valid check was answered after more than 500 ms";
    if (!answered && nt_item_party(v, m)->moves) {
        nt_not_judged(s->finder, NT_ICE_RULE_ANSWERED, m->party, MOVED);
        nt_not_judged(s->finder, NT_PAC_RULE_LISTENING, m->party, MOVED);
        return;
    }
    if (answered || active)
        nt_require(s->finder, NT_ICE_RULE_ANSWERED, m, answered, "%s", how);
    if (patient && (answered || !active))
        nt_require(s->finder, NT_PAC_RULE_LISTENING, m, answered, "%s, and the PAC timer runs", how);
}
