#include "reports/conformance/rfc8863.h"

#include "core/base/err.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

/* RFC 8863, 4: "the timer's duration [...] MUST be [...] the value of RFC 5389's Ti", 39.5 s by default */
#define PAC NT_STUN_TI

/* RFC 8445, 9: who restarts gathers anew, and may release what it had before its new description leaves. */
#define GATHERS_WITHIN (10 * NT_SEC)

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    bool *nominated;     /* by session: something may be selected: a check with USE-CANDIDATE succeeded, its own or the peer's */
    uint32_t *allocated; /* by pair of a client and its server: the response that granted what is not released, or NT_VIEW_NONE */
};

static bool is_nomination(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_answers_check(v, m) &&
           nt_item_nominates(v, &v->items[m->request]);
}

static bool is_release(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t lifetime;
    return m->direction == NT_DIR_OUT && !m->excused && nt_item_is(m, NT_TURN_REFRESH, NT_STUN_REQUEST) &&
           nt_item_u32(v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
}

/* RFC 8656, 7.2: the family asked for, without one IPv4. */
static bool was_asked_for(const struct nt_view *v, const struct nt_item *m, const struct nt_addr *relayed)
{
    const struct nt_item *q = &v->items[m->request];
    uint32_t family = 0;
    bool named = nt_item_u32(v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &family);
    bool ipv6 = named && family >> 24 == 2;
    return nt_item_attr(v, q, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY) != NULL || (relayed->family == NT_AF_IPV6) == ipv6;
}

/* One at an address that no peer can reach, or of another family, is of no use, and may be released at once. */
static bool is_usable(const struct nt_view *v, const struct nt_item *m)
{
    struct nt_addr relayed[2], mapped;
    unsigned count = nt_item_relayed_addresses(v, m, relayed);
    if (m->request == NT_VIEW_NONE || !nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped))
        return false;
    for (unsigned i = 0; i < count; i++)
        if (nt_item_why_unreachable(m, &relayed[i]) == NULL && !nt_addr_equal(&relayed[i], &mapped) &&
            was_asked_for(v, m, &relayed[i]))
            return true;
    return false;
}

static void note_allocated(struct state *s, const struct nt_item *m)
{
    if (is_usable(s->v, m))
        s->allocated[m->pair] = nt_item_number(s->v, m);
}

/* What came too late for a description of the session has never been of use to it. */
static bool is_announced(const struct nt_view *v, const struct nt_item *granted, uint32_t session)
{
    struct nt_addr relayed[2];
    unsigned count = nt_item_relayed_addresses(v, granted, relayed);
    for (unsigned i = 0; i < count; i++)
        if (nt_view_session_candidate(v, session, &relayed[i]) != NULL)
            return true;
    return false;
}

static bool has_allocation(const struct state *s, uint32_t session)
{
    const struct nt_view *v = s->v;
    for (uint32_t i = 0; i < v->pair_count; i++)
        if (s->allocated[i] != NT_VIEW_NONE && v->flows[i].tuple.party == v->session_party[session] &&
            is_announced(v, &v->items[s->allocated[i]], session))
            return true;
    return false;
}

/* In this session or a later one, whose description a step may have dropped. */
static bool has_nominated(const struct state *s, uint32_t party, uint32_t session)
{
    for (uint32_t i = session; i < s->v->first_session[party + 1]; i++)
        if (s->nominated[i])
            return true;
    return false;
}

/* No sentence speaks of allocations: but who releases the last one has given up, and a check list that is given up has failed. One
 * of several may go: it is redundant, or of an interface that went. So may that of a session which a restart ends or has ended. */
static void judge_release(struct state *s, const struct nt_item *m)
{
    const struct nt_view *v = s->v;
    uint32_t generation = nt_view_agreed_generation_at(v, m->party, m->at), session = nt_view_session(v, m->party, generation);
    nt_time since = nt_view_session_since(v, session);
    if (s->allocated[m->pair] == NT_VIEW_NONE)
        return;
    bool announced = is_announced(v, &v->items[s->allocated[m->pair]], session);
    s->allocated[m->pair] = NT_VIEW_NONE;
    if (!announced || has_allocation(s, session) || has_nominated(s, m->party, session) || v->parties[m->party].bye <= m->at ||
        since == NT_TIME_NEVER || m->at < since || nt_view_has_ended_ice(v, m->party, m->at) ||
        nt_view_is_refused_by_peer(v, m->party, m->at) || nt_view_generation_at(v, m->party, m->at + GATHERS_WITHIN) > generation)
        return;
    nt_require(s->finder, NT_PAC_RULE_PATIENCE, m, m->at + nt_tolerance(v) >= nt_time_after(since, PAC),
               "the last allocation is released %" PRId64 " ms after checks began, expected 39500 ms at least",
               (m->at - since) / NT_MSEC);
}

static void follow(struct state *s, const struct nt_item *m)
{
    if (is_nomination(s->v, m))
        s->nominated[m->session] = true;
    else if (nt_item_is(m, NT_TURN_ALLOCATE, NT_STUN_SUCCESS) && m->direction == NT_DIR_IN)
        note_allocated(s, m);
    else if (is_release(s->v, m))
        judge_release(s, m);
}

void nt_rfc8863_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct state s = {.finder = finder,
                      .v = v,
                      .nominated = calloc(v->first_session[v->in->party_count] + 1u, sizeof *s.nominated),
                      .allocated = malloc((v->pair_count + 1u) * sizeof *s.allocated)};
    bool all = s.nominated != NULL && s.allocated != NULL;
    if (!all)
        finder->err = NT_ENOMEM;
    else
        memset(s.allocated, 0xff, (v->pair_count + 1u) * sizeof *s.allocated); /* NT_VIEW_NONE */
    for (uint32_t i = 0; all && i < v->count; i++)
        if (nt_item_party(v, &v->items[i])->kind == NT_CONF_AGENT && v->items[i].kind == NT_ITEM_STUN)
            follow(&s, &v->items[i]);
    free(s.nominated);
    free(s.allocated);
}
