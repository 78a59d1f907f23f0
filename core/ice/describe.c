#include "core/ice/describe.h"
#include "core/base/err.h"
#include "core/ice/fallback.h"

#include <stdio.h>
#include <string.h>

static bool trickles(const struct nt_ice_session *s)
{
    return nt_ice_session_env(s)->config->trickle != NT_ICE_TRICKLE_OFF;
}

/* --- ours --- */
static struct nt_addr default_of(const struct nt_ice_stream_description *d)
{
    /* RFC 8839, 4.2.1.2: "It is RECOMMENDED that default candidates be chosen based on the likelihood of those candidates to work
     * [...] relayed, server-reflexive, host", that is in rising type preference. */
    static const enum nt_ice_type order[] = {NT_ICE_RELAY, NT_ICE_SRFLX, NT_ICE_HOST};
    for (size_t t = 0; t < sizeof order / sizeof order[0]; t++)
        for (size_t i = 0; i < d->candidate_count; i++)
            if (d->candidates[i].type == order[t] && d->candidates[i].component == 1)
                return d->candidates[i].addr;
    return (struct nt_addr){0};
}

/* RFC 8838, 13: "an agent MUST NOT convey any more candidates after it has conveyed an end-of-candidates indication", nor "after
 * nomination of a candidate pair", which counts for its component here; and to one who does not trickle there is no way. */
static bool may_tell(const struct nt_ice_session *s, const struct nt_ice_entry *e)
{
    if (e->c.type == NT_ICE_PRFLX || e->told || e->gone || nt_ice_session_own_ended(s))
        return e->told;
    if (nt_ice_session_state(s) == NT_ICE_SESSION_WAITING)
        return true;
    const struct nt_ice_component *k = nt_ice_components_of(nt_ice_session_env(s)->components, e->c.stream, e->c.component);
    return nt_ice_session_peer_trickles(s) && k->selected == NT_ICE_NONE && k->nominating == 0;
}

/* RFC 8840, 4.4: "the sequence of a previously sent list of candidates MUST NOT change in subsequent INFO requests, and newly
 * gathered candidates MUST be added at the end". */
static int tell_candidates(struct nt_ice_session *s, bool gathered, struct nt_ice_description *d)
{
    struct nt_ice_candidates *own = nt_ice_session_env(s)->own;
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(own, i);
        int r = may_tell(s, e) ? nt_ice_description_add(d, &e->c) : NT_OK;
        if (r != NT_OK)
            return r;
    }
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(own, i);
        if (e->told || !may_tell(s, e))
            continue;
        nt_ice_candidates_mark_told(own, i);
        nt_ice_session_set_unpaired(s, true);
    }
    if (gathered)
        nt_ice_session_end_own(s);
    return NT_OK;
}

static bool is_gathered(const struct nt_ice_entry *e)
{
    return e->c.type != NT_ICE_PRFLX && (!e->gone || e->told);
}

/* Without trickle. RFC 8839, 4.4.1.2.1: a subsequent offer "MAY include additional candidates": those of interfaces that have come.
 */
static int tell_gathered(struct nt_ice_session *s, struct nt_ice_description *d)
{
    struct nt_ice_candidates *own = nt_ice_session_env(s)->own;
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(own, i);
        int r = is_gathered(e) ? nt_ice_description_add(d, &e->c) : NT_OK;
        if (r != NT_OK)
            return r;
    }
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_entry *e = nt_ice_candidates_at(own, i);
        if (e->told || !is_gathered(e))
            continue;
        nt_ice_candidates_mark_told(own, i);
        nt_ice_session_set_unpaired(s, true);
    }
    return NT_OK;
}

static int describe_gathered(struct nt_ice_session *s, bool gathered, struct nt_ice_description *d)
{
    int r = trickles(s) ? tell_candidates(s, gathered, d) : tell_gathered(s, d);
    for (size_t i = 0; i < d->stream_count; i++)
        d->streams[i].default_addr = default_of(&d->streams[i]);
    return r;
}

/* RFC 8839, 4.4.1.2.2: in the controlling agent's offer "it MUST include the remote-candidates attribute". */
static void add_remote_candidate(struct nt_ice_stream_description *d, uint16_t component, const struct nt_addr *addr)
{
    d->remote_candidates[d->remote_candidate_count++] = (struct nt_ice_remote_candidate){.component = component, .addr = *addr};
}

/* RFC 8839, 4.4.1.2.2 and 4.4.2: the candidates of the selected pairs alone. */
static int describe_selected(const struct nt_ice_session *s, bool offer, struct nt_ice_description *d)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    bool with_remote = offer && nt_ice_session_role(s) == NT_ICE_CONTROLLING;
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(env->components, i);
        const struct nt_ice_valid *v = nt_ice_component_selected(k);
        if (!nt_ice_session_carries(s, k->stream) || k->unused)
            continue;
        const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, v->own)->c;
        struct nt_ice_stream_description *stream = &d->streams[k->stream - 1];
        int r = nt_ice_description_add(d, own);
        if (r != NT_OK)
            return r;
        if (k->component == 1)
            stream->default_addr = own->addr;
        if (with_remote)
            add_remote_candidate(stream, k->component, &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.addr);
    }
    return NT_OK;
}

/* RFC 5888, 8.4.2: an answer has the offer's identification tags, so both sides have the same. */
static void name_streams(const struct nt_ice_session *s, struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++) {
        const char *mid = nt_ice_session_mid(s, (uint8_t)(i + 1));
        if (*mid != '\0')
            memcpy(d->streams[i].mid, mid, strlen(mid) + 1);
        else
            snprintf(d->streams[i].mid, sizeof d->streams[i].mid, "%zu", i + 1);
        d->streams[i].end_of_candidates = nt_ice_session_own_ended(s);
    }
}

static int begin_description(const struct nt_ice_session *s, struct nt_ice_description *d)
{
    int r = nt_ice_description_init(d, nt_ice_session_env(s)->config->streams);
    for (size_t i = 0; r == NT_OK && i < d->stream_count; i++) {
        memcpy(d->streams[i].ufrag, nt_ice_session_ufrag(s), strlen(nt_ice_session_ufrag(s)) + 1);
        memcpy(d->streams[i].pwd, nt_ice_session_pwd(s), strlen(nt_ice_session_pwd(s)) + 1);
    }
    return r;
}

static int end_description(const struct nt_ice_session *s, int r, const struct nt_ice_peer_offer *answered,
                           struct nt_ice_description *made, struct nt_ice_description *d)
{
    if (r != NT_OK) {
        nt_ice_description_free(made);
        return r;
    }
    nt_ice_fallback_strip(s, answered, made);
    *d = *made;
    return NT_OK;
}

static bool has_candidate(const struct nt_ice_stream_description *d, const struct nt_ice_candidate *c)
{
    for (size_t i = 0; i < d->candidate_count; i++)
        if (d->candidates[i].component == c->component && nt_addr_equal(&d->candidates[i].addr, &c->addr))
            return true;
    return false;
}

/* RFC 8839, 4.4.2: the answer "MUST set the default destination for media to the candidates in the "remote-candidates" attribute
 * from the offer", and "MUST include a "candidate" attribute in the answer for each". */
static int describe_named(const struct nt_ice_session *s, const struct nt_ice_peer_offer *answered, struct nt_ice_description *d)
{
    for (size_t i = 0; i < nt_ice_components_count(nt_ice_session_env(s)->components); i++) {
        const struct nt_ice_candidate *c = nt_ice_peer_offer_named(answered, s, i);
        if (c == NULL)
            continue;
        struct nt_ice_stream_description *stream = &d->streams[c->stream - 1];
        int r = has_candidate(stream, c) ? NT_OK : nt_ice_description_add(d, c);
        if (r != NT_OK)
            return r;
        if (c->component == 1)
            stream->default_addr = c->addr;
    }
    return NT_OK;
}

static void note_defaults(struct nt_ice_session *s, const struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++)
        nt_ice_session_note_own_default(s, (uint8_t)(i + 1), &d->streams[i].default_addr);
}

/* Its check lists have ended, each with its selected pairs or without. */
static bool is_concluded(const struct nt_ice_session *s)
{
    return nt_ice_session_state(s) == NT_ICE_SESSION_COMPLETED || nt_ice_session_state(s) == NT_ICE_SESSION_FAILED;
}

int nt_ice_describe_own(struct nt_ice_session *s, bool offer, bool gathered, const struct nt_ice_peer_offer *answered,
                        struct nt_ice_description *d)
{
    const struct nt_ice_config *config = nt_ice_session_env(s)->config;
    struct nt_ice_description made;
    int r = begin_description(s, &made);
    if (r != NT_OK)
        return r;
    made.ice2 = !config->no_ice2;
    made.trickle = trickles(s);
    made.renomination = config->renomination;
    /* RFC 8445, 14.2: "If an agent wants to use a Ta value other than the default value, the agent MUST indicate" it. */
    made.pacing_ms = config->ta != NT_ICE_TA ? (uint32_t)((config->ta + NT_MSEC - 1) / NT_MSEC) : 0;
    r = is_concluded(s) ? describe_selected(s, offer, &made) : describe_gathered(s, gathered, &made);
    if (r == NT_OK && answered != NULL)
        r = describe_named(s, answered, &made);
    if (trickles(s))
        name_streams(s, &made);
    r = end_description(s, r, answered, &made, d);
    if (r == NT_OK)
        note_defaults(s, d);
    if (r == NT_OK && offer && is_concluded(s))
        nt_ice_session_note_outcome_offered(s);
    return r;
}

int nt_ice_describe_fragment(struct nt_ice_session *s, bool gathered, struct nt_ice_description *d)
{
    struct nt_ice_description made;
    int r = begin_description(s, &made);
    if (r != NT_OK)
        return r;
    r = tell_candidates(s, gathered, &made);
    name_streams(s, &made);
    return end_description(s, r, NULL, &made, d);
}

/* --- the peer's --- */
struct nt_ice_passed {
    enum nt_ice_pass reason;
    uint16_t component;
    struct nt_addr addr;
};

static const char *pass_text(const struct nt_ice_passed *p)
{
    switch (p->reason) {
    case NT_ICE_PASS_TCP: return "TCP (RFC 6544) is not in this version";
    case NT_ICE_PASS_COMPONENT: return "its component is not in use";
    case NT_ICE_PASS_ADDRESS: return nt_addr_why_impossible(&p->addr);
    case NT_ICE_PASS_IPV6: return "IPv6 is off";
    case NT_ICE_PASS_ENDED: return "it came after the end of candidates";
    case NT_ICE_PASS_REDUNDANT: return "another candidate of the peer has the same address, and is used";
    case NT_ICE_PASS_LIMIT: return "there are too many";
    default: return "";
    }
}

static enum nt_ice_pass why_unusable(const struct nt_ice_config *config, const struct nt_ice_candidate *c)
{
    if (c->transport != NT_UDP)
        return NT_ICE_PASS_TCP;
    if (c->component < 1 || c->component > config->components)
        return NT_ICE_PASS_COMPONENT;
    if (nt_addr_why_impossible(&c->addr) != NULL)
        return NT_ICE_PASS_ADDRESS;
    return c->addr.family == NT_AF_IPV6 && !config->ipv6 ? NT_ICE_PASS_IPV6 : NT_ICE_PASS_NONE;
}

static void pass_over(const struct nt_ice_session *s, uint8_t stream, const struct nt_ice_passed *p, nt_time now)
{
    nt_ice_record_event(
        nt_ice_session_env(s)->record,
        (struct nt_trace_event){
            .at = now, .kind = NT_TR_ICE_PASSED_OVER, .a = p->addr, .n = {stream, p->component, p->reason}, .text = pass_text(p)});
}

static int make_room(struct nt_ice_session *s, size_t more)
{
    return nt_ice_candidates_reserve(nt_ice_session_remotes(s), more,
                                     (size_t)NT_ICE_CANDIDATES_MAX * nt_ice_session_env(s)->config->streams);
}

static bool is_same(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    return a->type == b->type && a->priority == b->priority && strcmp(a->foundation, b->foundation) == 0;
}

/* Of two candidates with one address each pair of one is redundant with that of the other. RFC 8445, 6.1.2.4: the higher priority
 * stays; RFC 8838, 11: "existing pairs only if they have a state of Waiting or Frozen", so that a check that has begun counts. */
static void take_another(struct nt_ice_session *s, uint32_t known, const struct nt_ice_candidate *c, nt_time now)
{
    struct nt_ice_candidates *remotes = nt_ice_session_remotes(s);
    bool counts =
        c->priority > nt_ice_candidates_at(remotes, known)->c.priority && !nt_ice_pairs_has_begun(nt_ice_session_pairs(s), known);
    if (counts)
        nt_ice_candidates_replace(remotes, known, c);
    pass_over(s, c->stream, &(struct nt_ice_passed){NT_ICE_PASS_REDUNDANT, c->component, c->addr}, now);
}

/* NT_ICE_PASS_NONE: taken, or it was known. */
static enum nt_ice_pass take_candidate(struct nt_ice_session *s, const struct nt_ice_candidate *c, nt_time now)
{
    struct nt_ice_candidates *remotes = nt_ice_session_remotes(s);
    enum nt_ice_pass reason = why_unusable(nt_ice_session_env(s)->config, c);
    if (reason != NT_ICE_PASS_NONE)
        return reason;
    uint32_t known = nt_ice_candidates_find(remotes, c->stream, c->component, &c->addr);
    if (known == NT_ICE_NONE || !nt_ice_candidates_at(remotes, known)->told)
        return nt_ice_candidates_signalled(remotes, c) ? NT_ICE_PASS_NONE : NT_ICE_PASS_LIMIT;
    if (!is_same(&nt_ice_candidates_at(remotes, known)->c, c))
        take_another(s, known, c, now);
    return NT_ICE_PASS_NONE;
}

static int take_stream(struct nt_ice_session *s, uint8_t stream, const struct nt_ice_stream_description *d, nt_time now)
{
    int r = make_room(s, d->candidate_count);
    if (r != NT_OK)
        return r;
    for (size_t k = 0; k < d->candidate_count; k++) {
        struct nt_ice_candidate c = d->candidates[k];
        c.stream = stream;
        memset(&c.base, 0, sizeof c.base);
        enum nt_ice_pass reason = take_candidate(s, &c, now);
        if (reason != NT_ICE_PASS_NONE)
            pass_over(s, stream, &(struct nt_ice_passed){reason, c.component, c.addr}, now);
    }
    return NT_OK;
}

/* RFC 8838, 14: "After an agent has received an end-of-candidates indication, it MUST ignore any newly received candidates for that
 * data stream": what is told again is not new. */
static void ignore_stream(const struct nt_ice_session *s, uint8_t stream, const struct nt_ice_stream_description *d, nt_time now)
{
    const struct nt_ice_candidates *remotes = nt_ice_session_remotes(s);
    for (size_t k = 0; k < d->candidate_count; k++) {
        const struct nt_ice_candidate *c = &d->candidates[k];
        uint32_t known = nt_ice_candidates_find(remotes, stream, c->component, &c->addr);
        if (why_unusable(nt_ice_session_env(s)->config, c) == NT_ICE_PASS_NONE &&
            (known == NT_ICE_NONE || !nt_ice_candidates_at(remotes, known)->told))
            pass_over(s, stream, &(struct nt_ice_passed){NT_ICE_PASS_ENDED, c->component, c->addr}, now);
    }
}

static int take_or_ignore_stream(struct nt_ice_session *s, uint8_t stream, const struct nt_ice_stream_description *d, nt_time now)
{
    if (!nt_ice_session_uses_ice(s, stream))
        return NT_OK; /* said when its ICE ended */
    if (!nt_ice_session_peer_trickles(s) || !nt_ice_session_peer_ended(s, stream))
        return take_stream(s, stream, d, now);
    ignore_stream(s, stream, d, now);
    return NT_OK;
}

int nt_ice_describe_take(struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    size_t more = 0;
    for (size_t i = 0; i < d->stream_count; i++)
        more += d->streams[i].candidate_count;
    int r = make_room(s, more);
    for (size_t i = 0; r == NT_OK && i < d->stream_count; i++)
        r = take_or_ignore_stream(s, (uint8_t)(i + 1), &d->streams[i], now);
    return r;
}

/* The stream of a fragment's part, by its tag if the peer's description had tags; 0: none. */
static uint8_t stream_of(const struct nt_ice_session *s, const struct nt_ice_description *fragment, size_t i)
{
    uint8_t streams = nt_ice_session_env(s)->config->streams;
    bool named = false;
    for (uint8_t k = 1; k <= streams && fragment->streams[i].mid[0] != '\0'; k++) {
        if (strcmp(nt_ice_session_mid(s, k), fragment->streams[i].mid) == 0)
            return k;
        named = named || nt_ice_session_mid(s, k)[0] != '\0';
    }
    return named || i >= streams ? 0 : (uint8_t)(i + 1);
}

/* RFC 8840, 4.4: "An agent MUST discard any received INFO requests containing "ice-pwd" and "ice-ufrag" attributes that do not
 * match those of the current ICE Negotiation Session." */
bool nt_ice_describe_is_of(const struct nt_ice_session *s, const struct nt_ice_description *fragment)
{
    for (size_t i = 0; i < fragment->stream_count; i++) {
        uint8_t stream = stream_of(s, fragment, i);
        if (stream != 0 && !nt_ice_session_uses_ice(s, stream))
            continue;
        if (stream == 0 || !nt_ice_peer_has(nt_ice_session_peer(s, stream), fragment->streams[i].ufrag, fragment->streams[i].pwd))
            return false;
    }
    return true;
}

int nt_ice_describe_take_fragment(struct nt_ice_session *s, const struct nt_ice_description *fragment, nt_time now)
{
    int r = NT_OK;
    if (!nt_ice_describe_is_of(s, fragment)) {
        nt_ice_record_drop(nt_ice_session_env(s)->record, NULL, NULL,
                           "candidates with credentials or of a stream that are not of this session", now);
        return NT_EINVAL;
    }
    for (size_t i = 0; r == NT_OK && i < fragment->stream_count; i++) {
        uint8_t stream = stream_of(s, fragment, i);
        r = take_or_ignore_stream(s, stream, &fragment->streams[i], now);
        if (r == NT_OK && fragment->streams[i].end_of_candidates)
            nt_ice_session_end_peer(s, stream);
    }
    for (uint8_t i = 1; r == NT_OK && fragment->end_of_candidates && i <= nt_ice_session_env(s)->config->streams; i++)
        nt_ice_session_end_peer(s, i);
    return r;
}
