#include "scenarios/judge/expectations_agent.h"
#include "scenarios/model/words.h"
#include "scenarios/programs/agent.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 200

static bool is_type(const char *type, uint8_t types)
{
    int t = nt_ice_type_by_name(type, strlen(type));
    return t >= 0 && (types & (1 << t)) != 0;
}

/* The types that a process may report for these: a reflexive candidate may be learnt either way (a check may overtake the
 * candidate), and some stacks report the type of the base, host. */
static uint8_t as_reported(uint8_t types, bool base)
{
    uint8_t reflexive = (1 << NT_ICE_SRFLX) | (1 << NT_ICE_PRFLX);
    if ((types & reflexive) != 0)
        types = (uint8_t)(types | reflexive | (base ? 1 << NT_ICE_HOST : 0));
    return types;
}

static bool candidate_matches(const struct nt_scn_match *m, const char *type, const struct nt_addr *addr)
{
    if (m->types == 0 && m->address_count == 0)
        return true;
    if (is_type(type, m->types))
        return true;
    for (size_t i = 0; i < m->address_count; i++)
        if (m->addresses[i].port == 0 ? nt_addr_same_ip(&m->addresses[i], addr) : nt_addr_equal(&m->addresses[i], addr))
            return true;
    return false;
}

static const char *match_text(const struct nt_scn_match *m, char *buf, size_t cap)
{
    size_t len = 0;
    char addr[NT_ADDR_TEXT];
    buf[0] = '\0';
    for (int t = 0; t < 4 && len < cap; t++)
        if ((m->types & (1 << t)) != 0)
            len += (size_t)snprintf(buf + len, cap - len, "%s%s", len > 0 ? " or " : "", nt_ice_type_name((enum nt_ice_type)t));
    for (size_t i = 0; i < m->address_count && len < cap; i++) {
        const struct nt_addr *a = &m->addresses[i];
        const char *shown = a->port != 0 ? nt_addr_format(a, addr) : nt_addr_format_ip(a, addr);
        len += (size_t)snprintf(buf + len, cap - len, "%s%s", len > 0 ? " or " : "", shown);
    }
    return len > 0 ? buf : "any";
}

static void judge_state(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_result_agent *r, const char *why)
{
    const char *state = e->state >= 0 ? nt_agent_state_name((enum nt_ice_state)e->state) : r->state;
    if (strcmp(r->state, state) != 0)
        nt_verdict_fail(v, e->state_place, 0, "%s: expected state %s, found %s%s%s", r->name, state, r->state,
                        why != NULL ? ": " : "", why != NULL ? why : "");
    const char *role = nt_role_name((enum nt_ice_role)e->role);
    if (e->role != 0 && strcmp(r->role, role) != 0)
        nt_verdict_fail(v, e->role_place, 0, "%s: expected role %s, found %s", r->name, role, r->role);
}

static void judge_selected(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_adapter_hello *hello,
                           const struct nt_result_agent *r)
{
    char local[TEXT_MAX], remote[TEXT_MAX];
    if (!e->selected)
        return;
    match_text(&e->selected_local, local, sizeof local);
    match_text(&e->selected_remote, remote, sizeof remote);
    if (r->selected_count == 0) {
        nt_verdict_fail(v, e->selected_place, 0, "%s: expected selected %s/%s, nothing is selected", r->name,
                        local[0] ? local : "any", remote[0] ? remote : "any");
        return;
    }
    const struct nt_result_selected *s = &r->selected[0];
    struct nt_scn_match want_local = e->selected_local, want_remote = e->selected_remote;
    if (hello != NULL) {
        want_local.types = as_reported(want_local.types, hello->local_base);
        want_remote.types = as_reported(want_remote.types, false);
    }
    if (!candidate_matches(&want_local, s->local.type, &s->local.addr) ||
        !candidate_matches(&want_remote, s->remote.type, &s->remote.addr)) {
        char la[NT_ADDR_TEXT], ra[NT_ADDR_TEXT];
        nt_verdict_fail(v, e->selected_place, 0, "%s: expected selected %s/%s, found %s/%s (%s, %s)", r->name,
                        local[0] ? local : "any", remote[0] ? remote : "any", s->local.type, s->remote.type,
                        nt_addr_format(&s->local.addr, la), nt_addr_format(&s->remote.addr, ra));
    }
}

static void judge_candidates(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_result_agent *r)
{
    uint32_t found[4] = {0};
    if (!e->candidates)
        return;
    for (size_t i = 0; i < r->candidate_count; i++) {
        int t = nt_ice_type_by_name(r->candidates[i].type, strlen(r->candidates[i].type));
        if (t >= 0 && strcmp(r->candidates[i].transport, "udp") == 0)
            found[t]++;
    }
    for (int t = 0; t < 4; t++)
        if (found[t] != e->candidate_counts[t])
            nt_verdict_fail(v, e->candidates_place, 0, "%s: expected %u %s candidates, found %u", r->name,
                            (unsigned)e->candidate_counts[t], nt_ice_type_name((enum nt_ice_type)t), (unsigned)found[t]);
}

static bool has_prflx(const struct nt_result_agent *r, const struct nt_addr *a)
{
    for (size_t i = 0; i < r->prflx_count; i++)
        if (a->port == 0 ? nt_addr_same_ip(a, &r->prflx[i].addr) : nt_addr_equal(a, &r->prflx[i].addr))
            return true;
    return false;
}

static void judge_prflx(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_result_agent *r)
{
    char what[TEXT_MAX], addr[NT_ADDR_TEXT];
    int64_t remote = 0;
    if (!e->prflx)
        return;
    for (size_t i = 0; i < r->prflx_count; i++)
        remote += r->prflx[i].remote;
    snprintf(what, sizeof what, "%s: local peer-reflexive candidates", r->name);
    nt_verdict_count(v, &e->prflx_local, (int64_t)r->prflx_count - remote, what);
    snprintf(what, sizeof what, "%s: remote peer-reflexive candidates", r->name);
    nt_verdict_count(v, &e->prflx_remote, remote, what);
    for (size_t i = 0; i < e->prflx_from_count; i++)
        if (!has_prflx(r, &e->prflx_from[i]))
            nt_verdict_fail(v, e->prflx_place, 0, "%s: expected a peer-reflexive candidate %s, there was none", r->name,
                            nt_addr_format(&e->prflx_from[i], addr));
}

static bool agrees(enum nt_tri want, bool found)
{
    return want == NT_TRI_ANY || (want == NT_TRI_YES) == found;
}

static bool pair_matches(const struct nt_scn_pair_expect *e, const struct nt_result_pair *p)
{
    return candidate_matches(&e->local, p->local_type, &p->local) && candidate_matches(&e->remote, p->remote_type, &p->remote) &&
           agrees(e->receivable, p->receivable) && agrees(e->sendable, p->sendable) && agrees(e->handshake, p->handshake) &&
           agrees(e->valid, p->valid) && agrees(e->nominated, p->nominated);
}

static void judge_pairs(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_result_agent *r)
{
    for (size_t i = 0; i < e->pair_count; i++) {
        const struct nt_scn_pair_expect *want = &e->pairs[i];
        struct nt_scn_count at_least_one = {.set = true, .op = NT_OP_GE, .value = 1, .place = want->place};
        const struct nt_scn_count *count = want->count.set ? &want->count : &at_least_one;
        char what[TEXT_MAX], local[64], remote[64];
        int64_t found = 0;
        for (size_t k = 0; k < r->pair_count; k++)
            found += pair_matches(want, &r->pairs[k]);
        snprintf(what, sizeof what, "%s: pairs of %.60s and %.60s as described", r->name,
                 match_text(&want->local, local, sizeof local), match_text(&want->remote, remote, sizeof remote));
        nt_verdict_count(v, count, found, what);
    }
}

void nt_expectations_judge_agent(struct nt_verdict *v, const struct nt_scn_agent_expect *e, const struct nt_adapter_hello *hello,
                                 const struct nt_result_agent *r, const char *why)
{
    char what[TEXT_MAX];
    judge_state(v, e, r, why);
    judge_selected(v, e, hello, r);
    judge_candidates(v, e, r);
    judge_prflx(v, e, r);
    judge_pairs(v, e, r);
    snprintf(what, sizeof what, "%s: checks", r->name);
    nt_verdict_count(v, &e->checks, r->checks_sent, what);
    snprintf(what, sizeof what, "%s: restarts", r->name);
    nt_verdict_count(v, &e->restarts, r->restarts, what);
}
