#include "reports/conformance/rfc8839.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/signalling.h"

struct told { /* a description that is judged */
    struct nt_finder *finder;
    const struct nt_view_description *d;
};

/* nt_require of a description. */
static void require(const struct told *t, enum nt_rule rule, bool kept, const char *otherwise)
{
    nt_require(t->finder, rule, t->d, kept, "%s", otherwise);
}

/* --- candidates --- */

static void judge_candidate(const struct told *t, const struct nt_ice_candidate *c)
{
    bool v6 = c->addr.family == NT_AF_IPV6;
    require(t, NT_ICE_RULE_LOOPBACK, !nt_addr_is_loopback(&c->addr), "a loopback address");
    if (v6)
        require(t, NT_ICE_RULE_SITE_LOCAL, !nt_addr_is_site_local(&c->addr) && !nt_addr_is_v4_compat(&c->addr),
                "such an IPv6 address");
    require(t, NT_ICE_RULE_COMPONENT, (c->priority & 0xff) == ((256u - c->component) & 0xff),
            "the priority's last byte does not fit the component");
    require(t, NT_SDP_RULE_RELATED, (c->type == NT_ICE_HOST) == !nt_addr_is_set(&c->related),
            "raddr and rport do not fit the type");
}

static bool same_base(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    if (a->type == NT_ICE_HOST || a->type == NT_ICE_RELAY) /* these are their own bases */
        return nt_addr_same_ip(&a->addr, &b->addr);
    return nt_addr_is_any(&a->related) || nt_addr_same_ip(&a->related, &b->related);
}

static void judge_two(const struct told *t, const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    bool same = strcmp(a->foundation, b->foundation) == 0;
    bool alike = a->type == b->type && a->transport == b->transport && same_base(a, b);
    require(t, NT_ICE_RULE_FOUNDATION, same ? alike : !(alike && a->type == NT_ICE_HOST),
            "foundations do not follow type and base");
    require(t, NT_ICE_RULE_UNIQUE, a->priority != b->priority, "two candidates have one priority");
    require(t, NT_ICE_RULE_TYPE_PREF, (a->priority >> 24 == b->priority >> 24) == (a->type == b->type),
            "type preferences do not follow types");
    require(t, NT_ICE_RULE_REDUNDANT, !nt_addr_equal(&a->addr, &b->addr) || !nt_addr_equal(&a->related, &b->related),
            "two candidates have one address and one base");
}

static bool is_candidate(const struct nt_ice_stream_description *s, const struct nt_addr *a)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (nt_addr_equal(&s->candidates[i].addr, a))
            return true;
    return false;
}

static bool components_gapless(const struct nt_ice_stream_description *s)
{
    uint16_t highest = 0;
    bool seen[NT_ICE_COMPONENTS_MAX + 1] = {false};
    for (size_t i = 0; i < s->candidate_count; i++) {
        uint16_t c = s->candidates[i].component;
        if (c == 0 || c > NT_ICE_COMPONENTS_MAX)
            return false;
        seen[c] = true;
        highest = c > highest ? c : highest;
    }
    for (uint16_t c = 1; c <= highest; c++)
        if (!seen[c])
            return false;
    return true;
}

static void judge_stream(const struct told *t, const struct nt_ice_stream_description *s)
{
    if (s->ufrag[0] == '\0') /* it does not use ICE */
        return;
    for (size_t i = 0; i < s->candidate_count; i++) {
        uint32_t p = s->candidates[i].priority;
        judge_candidate(t, &s->candidates[i]);
        require(t, NT_ICE_RULE_UNIQUE, p >= 1 && p <= INT32_MAX, "a priority out of range");
        require(t, NT_ICE_RULE_TYPE_PREF, p >> 24 <= 126, "a type preference above 126");
        for (size_t k = i + 1; k < s->candidate_count && s->candidate_count <= NT_ICE_CANDIDATES_MAX; k++)
            judge_two(t, &s->candidates[i], &s->candidates[k]);
    }
    require(t, NT_SDP_RULE_UFRAG, strlen(s->ufrag) >= NT_ICE_UFRAG_MIN && strlen(s->ufrag) <= 32,
            "ice-ufrag has not 4 to 32 characters");
    if (s->candidate_count == 0)
        return;
    require(t, NT_SDP_RULE_COMPONENTS, components_gapless(s), "component IDs have gaps");
    if (nt_addr_is_set(&s->default_addr) && !(nt_addr_is_any(&s->default_addr) && s->default_addr.port == 9))
        require(t, NT_SDP_RULE_DEFAULT, is_candidate(s, &s->default_addr), "the default destination is no candidate");
}

/* --- the text: candidates with names, which the reader passes over --- */

static bool numeric_address(const char *line, size_t len)
{
    struct nt_addr a;
    size_t field = 0, start = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && line[i] != ' ')
            continue;
        if (++field == 5)
            return nt_addr_parse_n(&a, line + start, i - start) == NT_OK;
        start = i + 1;
    }
    return true; /* too short: the grammar rule judges that */
}

static void judge_names(const struct told *t)
{
    static const char prefix[] = "a=candidate:";
    const char *p = t->d->text, *end = p + t->d->len;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((eol != NULL ? eol : end) - p);
        if (len > sizeof prefix && memcmp(p, prefix, sizeof prefix - 1) == 0)
            require(t, NT_SDP_RULE_FQDN, numeric_address(p, len), "a candidate with a name");
        p += len + 1;
    }
}

/* --- one description after another --- */

static void judge_next(const struct told *t, const struct nt_view_description *before)
{
    const struct nt_ice_description *a = &before->d, *b = &t->d->d;
    bool restarted = false;
    for (size_t i = 0; i < a->stream_count && i < b->stream_count; i++) {
        bool ufrag = strcmp(a->streams[i].ufrag, b->streams[i].ufrag) != 0, pwd = strcmp(a->streams[i].pwd, b->streams[i].pwd) != 0;
        require(t, NT_SDP_RULE_RESTART, ufrag == pwd, "one of ice-ufrag and ice-pwd has changed");
        restarted = restarted || ufrag || pwd;
    }
    if (!restarted)
        require(t, NT_SDP_RULE_OPTIONS,
                a->lite == b->lite && a->pacing_ms == b->pacing_ms && a->ice2 == b->ice2 && a->trickle == b->trickle,
                "ICE options have changed without a restart");
}

static void judge_remote_candidates(const struct told *t, bool subsequent)
{
    for (size_t i = 0; i < t->d->d.stream_count; i++)
        if (!t->d->offer || !subsequent || t->d->d.streams[i].remote_candidate_count > 0)
            require(t, NT_SDP_RULE_REMOTE_CANDIDATES, t->d->d.streams[i].remote_candidate_count == 0 || (t->d->offer && subsequent),
                    "remote-candidates in a first offer or an answer");
}

/* What the reader lacks, or limits, is no breach. */
static void judge_grammar(const struct told *t)
{
    const struct nt_sdp_notes *notes = t->d->notes;
    size_t named = 0;
    nt_exercise(t->finder, NT_SDP_RULE_GRAMMAR);
    for (size_t i = 0; i < nt_sdp_notes_kept(notes); i++) {
        if (notes->notes[i].kind != NT_SDP_BREACH)
            continue;
        named++;
        nt_find_violation(t->finder, NT_SDP_RULE_GRAMMAR, t->d->party, t->d->frame, "line %zu: %s", notes->notes[i].line,
                          notes->notes[i].what);
    }
    if (notes->of_kind[NT_SDP_BREACH] > named)
        nt_find_violation(t->finder, NT_SDP_RULE_GRAMMAR, t->d->party, t->d->frame, "%zu more lines",
                          notes->of_kind[NT_SDP_BREACH] - named);
}

static void judge_description(const struct told *t, const struct nt_view_description *before)
{
    judge_names(t);
    judge_grammar(t);
    if (t->d->err != NT_OK)
        return;
    require(t, NT_ICE_RULE_ICE2, t->d->d.ice2, "ice-options has no ice2");
    for (size_t i = 0; i < t->d->d.stream_count; i++)
        judge_stream(t, &t->d->d.streams[i]);
    judge_remote_candidates(t, before != NULL);
    if (before != NULL)
        judge_next(t, before);
}

static void judge_lite(struct nt_finder *finder, uint32_t party)
{
    const struct nt_view_description *own = nt_view_described(finder->v, party, NT_DIR_OUT);
    for (size_t i = 0; own != NULL && own->d.lite && i < finder->v->count; i++) {
        const struct nt_item *m = &finder->v->items[i];
        if (m->party == party && m->direction == NT_DIR_OUT && !m->excused && m->check) {
            nt_require(finder, NT_SDP_RULE_LITE, m, false, "a check from an agent that says it is lite");
            return;
        }
    }
}

static void judge_passwords(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    const struct nt_view_description *first = NULL;
    for (uint32_t p = 0; p < v->in->party_count; p++) {
        const struct nt_view_description *d = nt_view_described(v, p, NT_DIR_OUT);
        if (d == NULL)
            continue;
        if (first != NULL && d->d.stream_count > 0 && first->d.stream_count > 0) {
            const struct told t = {finder, d};
            require(&t, NT_ICE_RULE_PASSWORDS, strcmp(d->d.streams[0].pwd, first->d.streams[0].pwd) != 0,
                    "another agent has the same password");
        }
        first = d;
    }
}

void nt_rfc8839_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t p = 0; p < v->in->party_count; p++) {
        const struct nt_view_description *before = NULL;
        for (uint32_t i = v->party_description[p]; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
            const struct told t = {finder, &v->descriptions[i]};
            if (t.d->direction != NT_DIR_OUT || t.d->fragment)
                continue;
            bool again = before != NULL && before->len == t.d->len && memcmp(before->text, t.d->text, t.d->len) == 0;
            if (!again)
                judge_description(&t, before);
            if (t.d->err == NT_OK)
                before = t.d;
        }
        if (before != NULL)
            nt_exercise(finder, NT_SDP_RULE_LITE);
        judge_lite(finder, p);
    }
    judge_passwords(finder);
}
