#include "reports/conformance/rfc8839_candidates.h"

#include "reports/conformance/signalling.h"

#define TWO_BY_TWO_MAX 65536 /* comparisons of one description */

static const char *text(const struct nt_ice_candidate *c, char buf[NT_ADDR_TEXT])
{
    return nt_addr_format(&c->addr, buf);
}

/* --- one --- */

static void judge_priority(const struct told *t, const struct nt_ice_candidate *c, const char *which)
{
    uint32_t p = c->priority;
    nt_require(t->finder, NT_ICE_RULE_UNIQUE, t->d, p >= 1 && p <= INT32_MAX,
               "the priority of %s is %" PRIu32 ", expected 1 to 2147483647", which, p);
    nt_require(t->finder, NT_ICE_RULE_TYPE_PREF, t->d, p >> 24 <= 126,
               "the type preference of %s is %" PRIu32 ", expected 126 at most", which, p >> 24);
    nt_require(t->finder, NT_ICE_RULE_COMPONENT, t->d, (p & 0xff) == ((256u - c->component) & 0xff),
               "the last byte of the priority of %s is %" PRIu32 ", expected %u for component %u", which, p & 0xff,
               (256u - c->component) & 0xff, (unsigned)c->component);
}

/* RFC 8839, 5.1: raddr may hide the address: then it "MUST be set to '0.0.0.0' or '::' and the port to 9". */
static void judge_related(const struct told *t, const struct nt_ice_candidate *c, const char *which)
{
    bool there = nt_addr_is_set(&c->related), host = c->type == NT_ICE_HOST;
    nt_require(t->finder, NT_SDP_RULE_RELATED, t->d, host != there,
               host ? "raddr at the host candidate %s" : "no raddr and rport at %s", which);
    if (there && nt_addr_is_any(&c->related))
        nt_require(t->finder, NT_SDP_RULE_RELATED, t->d, c->related.port == 9, "the hidden raddr of %s has rport %u, expected 9",
                   which, (unsigned)c->related.port);
}

static void judge_one(const struct told *t, const struct nt_ice_candidate *c)
{
    char which[NT_ADDR_TEXT];
    text(c, which);
    nt_require(t->finder, NT_ICE_RULE_LOOPBACK, t->d, !nt_addr_is_loopback(&c->addr), "%s is a loopback address", which);
    if (c->addr.family == NT_AF_IPV6)
        nt_require(t->finder, NT_ICE_RULE_SITE_LOCAL, t->d, !nt_addr_is_site_local(&c->addr) && !nt_addr_is_v4_compat(&c->addr),
                   "%s is a site-local or IPv4-compatible address", which);
    judge_priority(t, c, which);
    judge_related(t, c, which);
}

/* --- two --- */

static bool has_same_base(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    if (a->type == NT_ICE_HOST || a->type == NT_ICE_RELAY) /* these are their own bases */
        return nt_addr_same_ip(&a->addr, &b->addr);
    return nt_addr_is_any(&a->related) || nt_addr_same_ip(&a->related, &b->related);
}

static void judge_foundation(const struct told *t, const struct nt_ice_candidate *a, const struct nt_ice_candidate *b,
                             const char *one, const char *other)
{
    bool same = strcmp(a->foundation, b->foundation) == 0;
    bool alike = a->type == b->type && a->transport == b->transport && has_same_base(a, b);
    nt_require(t->finder, NT_ICE_RULE_FOUNDATION, t->d, !same || alike,
               "%s and %s have the foundation %s, but not one type and base", one, other, a->foundation);
    nt_require(t->finder, NT_ICE_RULE_FOUNDATION, t->d, same || !(alike && a->type == NT_ICE_HOST),
               "%s and %s have one type and base, and the foundations %s and %s", one, other, a->foundation, b->foundation);
}

static void judge_two(const struct told *t, const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    char one[NT_ADDR_TEXT], other[NT_ADDR_TEXT];
    text(a, one);
    text(b, other);
    judge_foundation(t, a, b, one, other);
    nt_require(t->finder, NT_ICE_RULE_UNIQUE, t->d, a->priority != b->priority, "%s and %s both have the priority %" PRIu32, one,
               other, a->priority);
    nt_require(t->finder, NT_ICE_RULE_TYPE_PREF, t->d, (a->priority >> 24 == b->priority >> 24) == (a->type == b->type),
               "the type preferences of %s and %s are %" PRIu32 " and %" PRIu32 ", and their types %s and %s", one, other,
               a->priority >> 24, b->priority >> 24, nt_ice_type_name(a->type), nt_ice_type_name(b->type));
    nt_require(t->finder, NT_ICE_RULE_REDUNDANT, t->d,
               !nt_addr_equal(&a->addr, &b->addr) || !nt_addr_equal(&a->related, &b->related), "%s is there twice, with one base",
               one);
}

/* The same party told it before, of the same session: two fragments of which no description was seen are told apart by their ufrag.
 */
static bool is_of_session(const struct told *t, const struct nt_view_description *e)
{
    if (e->err != NT_OK || e->direction != NT_DIR_OUT || e->generation != t->d->generation)
        return false;
    return e->d.stream_count > 0 && t->d->d.stream_count > 0 && strcmp(e->d.streams[0].ufrag, t->d->d.streams[0].ufrag) == 0;
}

static void judge_with_earlier(const struct told *t, const struct nt_ice_candidate *c)
{
    const struct nt_view *v = t->finder->v;
    for (uint32_t i = v->parties[t->d->party].description; &v->descriptions[i] != t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (!is_of_session(t, e))
            continue;
        for (size_t s = 0; s < e->d.stream_count; s++)
            for (size_t k = 0; k < e->d.streams[s].candidate_count; k++)
                if (e->d.streams[s].candidates[k].stream == c->stream)
                    judge_two(t, c, &e->d.streams[s].candidates[k]);
    }
}

static bool was_told(const struct told *t, const struct nt_ice_candidate *c)
{
    const struct nt_view *v = t->finder->v;
    for (uint32_t i = v->parties[t->d->party].description; &v->descriptions[i] != t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (is_of_session(t, e) && nt_told_candidate(&e->d, c) != NULL)
            return true;
    }
    return false;
}

/* --- all --- */

/* A line beyond the limits of the reader may have the candidate that is missing. */
static bool is_cut(const struct told *t, enum nt_rule rule)
{
    bool cut = t->d->notes->of_kind[NT_SDP_LIMIT] > 0;
    if (cut)
        nt_not_judged(t->finder, rule, t->d->party, "lines beyond the limits of the reader");
    return cut;
}

struct components {
    bool seen[NT_ICE_COMPONENTS_MAX + 1];
    uint16_t highest, beyond; /* beyond: one that is out of range */
};

static void see_components(struct components *all, const struct nt_ice_stream_description *s, uint8_t stream)
{
    for (size_t i = 0; i < s->candidate_count; i++) {
        uint16_t c = s->candidates[i].component;
        bool in_range = c > 0 && c <= NT_ICE_COMPONENTS_MAX;
        if (s->candidates[i].stream != stream)
            continue;
        all->seen[in_range ? c : 0] = true;
        all->highest = in_range && c > all->highest ? c : all->highest;
        all->beyond = in_range ? all->beyond : c;
    }
}

static bool has_gaps(const struct components *all, uint16_t *missing)
{
    *missing = all->beyond;
    if (all->seen[0])
        return true;
    for (*missing = 1; *missing <= all->highest; ++*missing)
        if (!all->seen[*missing])
            return true;
    return false;
}

/* What trickles is whole when its end is told. */
static void judge_components(const struct told *t, const struct nt_ice_stream_description *s, uint8_t stream)
{
    const struct nt_view *v = t->finder->v;
    struct components all = {.highest = 0};
    uint16_t missing;
    see_components(&all, s, stream);
    for (uint32_t i = v->parties[t->d->party].description; t->d->fragment && &v->descriptions[i] != t->d;
         i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        for (size_t k = 0;
             e->err == NT_OK && e->direction == NT_DIR_OUT && e->generation == t->d->generation && k < e->d.stream_count; k++)
            see_components(&all, &e->d.streams[k], stream);
    }
    bool gaps = has_gaps(&all, &missing);
    if (gaps && is_cut(t, NT_SDP_RULE_COMPONENTS))
        return;
    nt_require(t->finder, NT_SDP_RULE_COMPONENTS, t->d, !gaps, "component %u is missing, or out of range", (unsigned)missing);
}

static bool has_candidate(const struct nt_ice_stream_description *s, const struct nt_addr *a)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (s->candidates[i].component == 1 && nt_addr_equal(&s->candidates[i].addr, a))
            return true;
    return false;
}

/* RFC 8839, 4.2.1.2: the default destination of component 1, in c= and m=. */
static void judge_default(const struct told *t, const struct nt_ice_stream_description *s)
{
    char where[NT_ADDR_TEXT];
    bool any = nt_addr_is_any(&s->default_addr), held = any && t->before != NULL && !t->restarts; /* that is another rule's */
    if (!nt_addr_is_set(&s->default_addr) || (any && s->default_addr.port == 9) || held)
        return;
    bool told = has_candidate(s, &s->default_addr);
    if (!told && is_cut(t, NT_SDP_RULE_DEFAULT))
        return;
    nt_require(t->finder, NT_SDP_RULE_DEFAULT, t->d, told, "the default destination %s is no candidate",
               nt_addr_format(&s->default_addr, where));
}

static void judge_stream(const struct told *t, const struct nt_ice_stream_description *s)
{
    size_t index = (size_t)(s - t->d->d.streams), ufrag = strlen(s->ufrag);
    for (size_t i = 0; i < s->candidate_count; i++) {
        const struct nt_ice_candidate *c = &s->candidates[i];
        if (t->d->fragment && was_told(t, c))
            continue;
        judge_one(t, c);
        for (size_t k = i + 1; k < s->candidate_count && s->candidate_count * s->candidate_count <= TWO_BY_TWO_MAX; k++)
            judge_two(t, c, &s->candidates[k]);
        if (t->d->fragment)
            judge_with_earlier(t, c);
    }
    nt_require(t->finder, NT_SDP_RULE_UFRAG, t->d, ufrag >= NT_ICE_UFRAG_MIN && ufrag <= 32,
               "ice-ufrag has %zu characters, expected 4 to 32", ufrag);
    bool trickles = t->d->fragment || t->d->d.trickle, whole = !trickles || s->end_of_candidates || t->d->d.end_of_candidates;
    if (s->candidate_count > 0 && whole)
        judge_components(t, s, nt_view_stream_of(t->finder->v, t->d, index));
    if (s->candidate_count > 0 && !t->d->fragment)
        judge_default(t, s);
}

/* RFC 8445, 5.1.1.3 speaks of all candidates of an agent. */
static void judge_foundations_between(const struct told *t, const struct nt_ice_stream_description *a,
                                      const struct nt_ice_stream_description *b)
{
    char one[NT_ADDR_TEXT], other[NT_ADDR_TEXT];
    for (size_t i = 0; a->candidate_count * b->candidate_count <= TWO_BY_TWO_MAX && i < a->candidate_count; i++)
        for (size_t k = 0; k < b->candidate_count; k++) {
            text(&a->candidates[i], one);
            text(&b->candidates[k], other);
            judge_foundation(t, &a->candidates[i], &b->candidates[k], one, other);
        }
}

void nt_rfc8839_judge_candidates(const struct told *t)
{
    for (size_t i = 0; i < t->d->d.stream_count; i++)
        if (nt_ice_stream_uses_ice(&t->d->d.streams[i]))
            judge_stream(t, &t->d->d.streams[i]);
    for (size_t i = 1; !t->d->fragment && i < t->d->d.stream_count; i++)
        for (size_t k = 0; k < i; k++)
            if (nt_ice_stream_uses_ice(&t->d->d.streams[i]) && nt_ice_stream_uses_ice(&t->d->d.streams[k]))
                judge_foundations_between(t, &t->d->d.streams[k], &t->d->d.streams[i]);
}
