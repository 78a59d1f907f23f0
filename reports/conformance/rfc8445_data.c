#include "reports/conformance/rfc8445_data.h"

#include "reports/conformance/sessions.h"

static const struct nt_seen_link *link_in(const struct nt_seen *s, const struct nt_item *m, uint32_t session)
{
    uint32_t link = nt_view_link(s->v, m->pair, session);
    return link != NT_VIEW_NONE ? &s->links[link] : NULL;
}

/* The latest session in which its component has a selected pair, or NT_VIEW_NONE: during a restart the pair of the session before
 * goes on (RFC 8445, 9). A session that comes later has none yet; one that was left behind before needs none. */
static uint32_t selecting_session(const struct nt_seen *s, const struct nt_item *m, const struct nt_seen_component **k)
{
    for (uint32_t i = s->v->first_session[m->party + 1]; i-- > s->v->first_session[m->party];) {
        uint32_t place = nt_view_place_in(s->v, m->place, i);
        if (place != NT_VIEW_NONE && s->components[place].selected != NT_TIME_NEVER &&
            s->components[place].selected < nt_view_session_until(s->v, i)) {
            *k = &s->components[place];
            return i;
        }
    }
    return NT_VIEW_NONE;
}

/* RFC 8445, 12.1: on a valid pair, until there is a selected one for the component. */
static bool is_valid_in_any(const struct nt_seen *s, const struct nt_item *m)
{
    for (uint32_t i = s->v->first_session[m->party]; i < s->v->first_session[m->party + 1]; i++) {
        const struct nt_seen_link *l = link_in(s, m, i);
        if (l != NULL && (l->success != NT_VIEW_NONE || l->late_success))
            return true;
    }
    return false;
}

static bool any_success(const struct nt_seen *s, const struct nt_item *m)
{
    for (uint32_t i = s->v->first_session[m->party]; i < s->v->first_session[m->party + 1]; i++)
        if (s->sessions[i].any_success)
            return true;
    return false;
}

static bool has_component(const struct nt_ice_description *d, size_t stream, uint16_t component)
{
    for (size_t i = 0; stream < d->stream_count && i < d->streams[stream].candidate_count; i++)
        if (d->streams[stream].candidates[i].component == component)
            return true;
    return false;
}

/* A component of the item's stream that both agents have, and no pair of which the peer has nominated; or 0. */
static uint16_t component_without_pair(const struct nt_seen *s, const struct nt_item *m, const struct nt_ice_description *own,
                                       const struct nt_ice_description *peer)
{
    struct nt_view_place k = s->v->places[m->place];
    for (k.component = 1; k.component <= NT_ICE_COMPONENTS_MAX; k.component++) {
        uint32_t place = nt_map_get(&s->v->by_place, &k);
        bool nominated = place != NT_MAP_NONE && s->components[place].peer_nominated;
        if (!nominated && has_component(own, k.stream - 1u, k.component) && has_component(peer, k.stream - 1u, k.component))
            return k.component;
    }
    return 0;
}

/* 12.1.1. With a full peer the valid list of a lite agent gets the pairs that are nominated. */
static void judge_lite(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_view_description *own = nt_view_session_first(s->v, m->session, NT_DIR_OUT);
    const struct nt_view_description *peer = nt_view_session_first(s->v, m->session, NT_DIR_IN);
    const struct nt_seen_link *l = link_in(s, m, m->session);
    if (own == NULL || !own->d.lite || peer == NULL || peer->d.lite || m->session != s->v->first_session[m->party] ||
        nt_view_goes_without_ice(s->v, m))
        return;
    uint16_t missing = component_without_pair(s, m, &own->d, &peer->d);
    nt_require(s->finder, NT_ICE_RULE_LITE_DATA, m, l != NULL && l->peer_nominated,
               "data on a pair that the full agent has not nominated");
    if (l != NULL && l->peer_nominated)
        nt_require(s->finder, NT_ICE_RULE_LITE_DATA, m, missing == 0,
                   "data, and the full agent has nominated no pair for component %u", (unsigned)missing);
}

/* Of a session before that of the item's selected pair, while other components of that have none: its check list is still Running,
 * and "equal to the previous selected pair" is what is selected (RFC 8445, 12.1). */
static bool is_previous_selected(const struct nt_seen *s, const struct nt_item *m, uint32_t session)
{
    for (uint32_t i = session; s->sessions[session].open > 0 && i-- > s->v->first_session[m->party];) {
        const struct nt_seen_link *l = link_in(s, m, i);
        if (l != NULL && l->nominated)
            return true;
    }
    return false;
}

void nt_data_judge(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_seen_component *k = NULL;
    judge_lite(s, m);
    if (!any_success(s, m))
        return; /* data before any success is judged by RFC 7675 */
    uint32_t session = selecting_session(s, m, &k);
    if (session == NT_VIEW_NONE) {
        nt_require(s->finder, NT_ICE_RULE_DATA_PAIR, m, is_valid_in_any(s, m) || nt_view_goes_without_ice(s->v, m),
                   "data on a pair on which no check has succeeded");
        return;
    }
    const struct nt_seen_link *l = link_in(s, m, session);
    if ((nt_item_crosses(s->v, m, k->selected) && is_valid_in_any(s, m)) || is_previous_selected(s, m, session))
        return;
    nt_require(s->finder, NT_ICE_RULE_DATA_PAIR, m, l != NULL && l->success != NT_VIEW_NONE && l->nominated,
               "data on a pair that is not selected; the component has had a selected pair since packet %u", (unsigned)k->frame);
}
