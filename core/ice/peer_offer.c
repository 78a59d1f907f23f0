#include "core/ice/peer_offer.h"

#include <stdlib.h>

/* "The agent forms a candidate pair for each component of the data stream": local unset: none is named. */
struct named {
    struct nt_addr local, remote;
};

struct stream {
    bool refused, uses_ice;
};

struct nt_ice_peer_offer {
    struct stream *streams;
    struct named *named; /* of each component */
};

/* "Setting the remote candidate equal to the offerer's default destination for that component": of further components it is their
 * only candidate, as of the first one (4.4.1.2.2). */
static struct nt_addr default_of(const struct nt_ice_stream_description *d, uint16_t component)
{
    if (component == 1)
        return d->default_addr;
    for (size_t i = 0; i < d->candidate_count; i++)
        if (d->candidates[i].component == component)
            return d->candidates[i].addr;
    return (struct nt_addr){0};
}

static void take_named(struct nt_ice_peer_offer *o, const struct nt_ice_session *s, uint8_t stream,
                       const struct nt_ice_stream_description *d, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    for (size_t i = 0; i < d->remote_candidate_count; i++) {
        const struct nt_ice_remote_candidate *c = &d->remote_candidates[i];
        if (c->component == 0 || c->component > env->config->components) {
            nt_ice_record_drop(env->record, NULL, &c->addr, "remote-candidates of a component that is not in use", now);
            continue;
        }
        o->named[nt_ice_components_place(env->components, stream, c->component)] =
            (struct named){.local = c->addr, .remote = default_of(d, c->component)};
    }
}

struct nt_ice_peer_offer *nt_ice_peer_offer_new(const struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    const struct nt_ice_config *config = nt_ice_session_env(s)->config;
    struct nt_ice_peer_offer *o = calloc(1, sizeof *o);
    if (o == NULL)
        return NULL;
    o->streams = calloc(config->streams, sizeof *o->streams);
    o->named = calloc((size_t)config->streams * config->components, sizeof *o->named);
    if (o->streams == NULL || o->named == NULL) {
        nt_ice_peer_offer_del(o);
        return NULL;
    }
    for (size_t i = 0; i < d->stream_count && i < config->streams; i++) {
        o->streams[i].refused = nt_ice_stream_is_refused(&d->streams[i]);
        o->streams[i].uses_ice = nt_ice_stream_uses_ice(&d->streams[i]);
        if (o->streams[i].uses_ice)
            take_named(o, s, (uint8_t)(i + 1), &d->streams[i], now);
    }
    return o;
}

void nt_ice_peer_offer_del(struct nt_ice_peer_offer *o)
{
    if (o == NULL)
        return;
    free(o->streams);
    free(o->named);
    free(o);
}

bool nt_ice_peer_offer_refuses(const struct nt_ice_peer_offer *o, uint8_t stream)
{
    return o->streams[stream - 1].refused;
}

bool nt_ice_peer_offer_uses_ice(const struct nt_ice_peer_offer *o, uint8_t stream)
{
    return o->streams[stream - 1].uses_ice;
}

static bool is_named(const struct nt_ice_peer_offer *o, size_t place)
{
    return nt_addr_is_set(&o->named[place].local);
}

/* Ours of the valid pair that is named; NULL: "Call such a pair a losing pair". */
static const struct nt_ice_candidate *find_valid(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s, size_t place)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_component *k = nt_ice_components_at(env->components, place);
    for (size_t i = 0; i < k->valid_count; i++) {
        const struct nt_ice_valid *v = &k->valids[i];
        const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, v->own)->c;
        if (!v->gone && nt_addr_equal(&own->addr, &o->named[place].local) &&
            nt_addr_equal(&nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.addr, &o->named[place].remote))
            return own;
    }
    return NULL;
}

static bool is_losing(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s, size_t place)
{
    return is_named(o, place) && find_valid(o, s, place) == NULL;
}

const struct nt_ice_candidate *nt_ice_peer_offer_named(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s,
                                                       size_t place)
{
    const struct nt_ice_components *components = nt_ice_session_env(s)->components;
    uint8_t stream = nt_ice_components_at(components, place)->stream;
    for (size_t i = 0; i < nt_ice_components_count(components); i++)
        if (nt_ice_components_at(components, i)->stream == stream && is_losing(o, s, i))
            return NULL;
    return is_named(o, place) ? find_valid(o, s, place) : NULL;
}

/* "The agent finds all the pairs in the checklist whose remote candidates equal the remote candidate in the losing pair": is one of
 * them still to be checked, or under way? Has one failed? */
struct losing {
    bool under_way, failed;
};

static struct losing look_at_pairs(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s, size_t place)
{
    const struct nt_ice_component *k = nt_ice_components_at(nt_ice_session_env(s)->components, place);
    const struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    struct losing found = {0};
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(pairs, i);
        if (!p->listed || p->stream != k->stream || p->component != k->component ||
            !nt_addr_equal(&nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr, &o->named[place].remote))
            continue;
        found.under_way = found.under_way || p->queued != 0 || p->state <= NT_ICE_IN_PROGRESS;
        found.failed = found.failed || p->state == NT_ICE_PAIR_FAILED;
    }
    return found;
}

static struct losing look_at_all(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s)
{
    struct losing all = {0};
    for (size_t i = 0; i < nt_ice_components_count(nt_ice_session_env(s)->components); i++) {
        struct losing one = is_losing(o, s, i) ? look_at_pairs(o, s, i) : (struct losing){0};
        all.under_way = all.under_way || one.under_way;
        all.failed = all.failed || one.failed;
    }
    return all;
}

/* "If at least one of the pairs is In-Progress, the agent SHOULD wait for those checks to complete". */
bool nt_ice_peer_offer_waits(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s)
{
    return nt_ice_session_state(s) == NT_ICE_SESSION_RUNNING && look_at_all(o, s).under_way;
}

/* "If none of the pairs is In-Progress, and at least one is Failed, it is most likely that a network failure [...] has occurred."
 */
bool nt_ice_peer_offer_is_lost(const struct nt_ice_peer_offer *o, const struct nt_ice_session *s)
{
    struct losing all = look_at_all(o, s);
    return all.failed && !all.under_way;
}
