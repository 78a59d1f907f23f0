#include "reports/conformance/sessions.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

#define UNTOLD_MAX 64 /* sessions that are not told */

/* --- generations --- */

uint32_t nt_view_generation_at(const struct nt_view *v, uint32_t party, nt_time at)
{
    uint32_t generation = 0;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->direction == NT_DIR_OUT && d->at <= at)
            generation = d->generation;
    }
    return generation;
}

/* The last description of a party that was exchanged for one of the peer's until then, or NULL. */
static const struct nt_view_description *agreed_at(const struct nt_view *v, uint32_t party, nt_time at)
{
    const struct nt_view_description *agreed = NULL;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE && v->descriptions[i].at <= at;
         i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        const struct nt_view_description *peer =
            nt_view_is_full(d) && d->direction == NT_DIR_OUT ? nt_view_exchanged_for(v, d) : NULL;
        if (peer != NULL && peer->at <= at)
            agreed = d;
    }
    return agreed;
}

uint32_t nt_view_agreed_generation_at(const struct nt_view *v, uint32_t party, nt_time at)
{
    const struct nt_view_description *agreed = agreed_at(v, party, at);
    return agreed != NULL ? agreed->generation : 0;
}

/* One stream may restart while another goes on. */
bool nt_view_is_superseded(const struct nt_view *v, const struct nt_item *m, nt_time at)
{
    const struct nt_view_description *now = agreed_at(v, m->party, at), *own = nt_view_session_first(v, m->session, NT_DIR_OUT);
    size_t stream = v->places[m->place].stream - 1u;
    if (now == NULL || own == NULL || now->generation <= nt_view_generation(v, m))
        return false;
    return stream >= own->d.stream_count || stream >= now->d.stream_count ||
           strcmp(own->d.streams[stream].ufrag, now->d.streams[stream].ufrag) != 0;
}

/* The peer has offered a restart since the session of the item was agreed on: the answer may have left, though it is not seen. */
static bool peer_has_restarted(const struct nt_view *v, const struct nt_item *m, nt_time at)
{
    const struct nt_view_description *peer = nt_view_session_first(v, m->session, NT_DIR_IN);
    for (uint32_t i = v->parties[m->party].description; peer != NULL && i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->direction == NT_DIR_IN && d->at <= at && d->generation > peer->generation)
            return true;
    }
    return false;
}

bool nt_view_may_be_given_up(const struct nt_view *v, const struct nt_item *m, nt_time at)
{
    bool agreed = nt_view_generation(v, m) == 0 || nt_view_session_since(v, m->session) != NT_TIME_NEVER;
    return !agreed || (v->in->parties[m->party].told_partly && peer_has_restarted(v, m, at));
}

nt_time nt_view_session_since(const struct nt_view *v, uint32_t session)
{
    uint32_t party = v->session_party[session];
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *own = &v->descriptions[i];
        const struct nt_view_description *peer = nt_view_is_of_session(v, own, session) ? nt_view_exchanged_for(v, own) : NULL;
        if (nt_view_uses_ice(peer) && nt_view_uses_ice(own))
            return own->at > peer->at ? own->at : peer->at;
    }
    return NT_TIME_NEVER;
}

bool nt_view_is_of_session(const struct nt_view *v, const struct nt_view_description *d, uint32_t session)
{
    return nt_view_is_full(d) && d->direction == NT_DIR_OUT && d->generation == session - v->first_session[d->party];
}

const struct nt_view_description *nt_view_exchanged_for(const struct nt_view *v, const struct nt_view_description *own)
{
    return own->exchanged != NT_VIEW_NONE ? &v->descriptions[own->exchanged] : NULL;
}

bool nt_view_may_have_answered(const struct nt_view *v, const struct nt_view_description *d, nt_time at)
{
    bool may = v->in->parties[d->party].told_partly && nt_view_is_full(d) && d->offer && d->direction == NT_DIR_IN && d->at <= at;
    for (uint32_t i = d->next; may && i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *answer = &v->descriptions[i];
        may = answer->offer || answer->fragment || answer->direction == NT_DIR_IN || answer->cseq != d->cseq;
    }
    return may;
}

const struct nt_view_description *nt_view_session_first(const struct nt_view *v, uint32_t session, int direction)
{
    for (uint32_t i = v->parties[v->session_party[session]].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = nt_view_is_of_session(v, &v->descriptions[i], session) ? &v->descriptions[i] : NULL;
        if (d != NULL && direction == NT_DIR_IN)
            d = nt_view_exchanged_for(v, d);
        if (d != NULL)
            return d;
    }
    return NULL;
}

static const struct nt_ice_candidate *session_candidate(const struct nt_view *v, uint32_t session, const struct nt_addr *local,
                                                        bool reflexive)
{
    uint32_t party = v->session_party[session];
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        bool told = d->err == NT_OK && d->direction == NT_DIR_OUT && d->generation == session - v->first_session[party];
        const struct nt_ice_candidate *c = !told       ? NULL
                                           : reflexive ? nt_view_reflexive_candidate(v, party, &d->d, local)
                                                       : nt_view_candidate_in(&d->d, local);
        if (c != NULL)
            return c;
    }
    return NULL;
}

/* A restart may give another priority to an address that was announced before. */
const struct nt_ice_candidate *nt_view_session_candidate(const struct nt_view *v, uint32_t session, const struct nt_addr *local)
{
    const struct nt_ice_candidate *c = session_candidate(v, session, local, false);
    return c != NULL ? c : session_candidate(v, session, local, true);
}

nt_time nt_view_session_until(const struct nt_view *v, uint32_t session)
{
    nt_time until = NT_TIME_NEVER;
    for (uint32_t i = session + 1; i < v->first_session[v->session_party[session] + 1]; i++)
        until = nt_time_min(until, nt_view_session_since(v, i));
    return until;
}

bool nt_view_may_renominate(const struct nt_view *v, uint32_t session)
{
    const struct nt_view_description *own = nt_view_session_first(v, session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(v, session, NT_DIR_IN);
    return own != NULL && peer != NULL && own->d.renomination && peer->d.renomination;
}

bool nt_view_may_fail_over(const struct nt_view *v)
{
    for (size_t i = 0; i < v->in->party_count; i++)
        if (v->in->parties[i].kind == NT_CONF_AGENT && !v->in->parties[i].fails_over)
            return false;
    return true;
}

/* The last one that a party got; NULL: none. */
static const struct nt_view_description *last_of_peer(const struct nt_view *v, uint32_t party, nt_time at)
{
    const struct nt_view_description *peer = NULL;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->direction == NT_DIR_IN && d->at <= at)
            peer = d;
    }
    return peer;
}

bool nt_view_has_ended_ice(const struct nt_view *v, uint32_t party, nt_time at)
{
    const struct nt_view_description *peer = last_of_peer(v, party, at);
    for (size_t i = 0; peer != NULL && !peer->offer && i < peer->d.stream_count; i++) {
        const struct nt_ice_stream_description *s = &peer->d.streams[i];
        if (nt_ice_stream_uses_ice(s) && s->default_unlisted && (s->end_of_candidates || !peer->d.trickle))
            return true;
    }
    return false;
}

/* RFC 8839, 4.3.4: ICE of the peer has failed. */
bool nt_view_is_refused_by_peer(const struct nt_view *v, uint32_t party, nt_time at)
{
    const struct nt_view_description *peer = last_of_peer(v, party, at);
    bool refused = peer != NULL && peer->d.stream_count > 0;
    for (size_t i = 0; refused && i < peer->d.stream_count; i++)
        refused = nt_ice_stream_is_refused(&peer->d.streams[i]);
    return refused;
}

/* RFC 8839, 4.2.5: the peer's section has ice-mismatch, or nothing of ICE, and is not refused. */
bool nt_view_goes_without_ice(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_view_description *peer = last_of_peer(v, m->party, m->at);
    size_t stream = v->places[m->place].stream - 1u;
    bool without = peer != NULL && stream < peer->d.stream_count && !nt_ice_stream_uses_ice(&peer->d.streams[stream]) &&
                   !nt_ice_stream_is_refused(&peer->d.streams[stream]);
    return without || nt_view_has_ended_ice(v, m->party, m->at);
}

/* The generation of a party that announced this username fragment, or NT_VIEW_NONE; *stream: the first one that has it, from 1. */
static uint32_t generation_of_ufrag(const struct nt_view *v, uint32_t party, const uint8_t *ufrag, size_t len, uint16_t *stream)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        for (size_t s = 0; nt_view_is_full(d) && d->direction == NT_DIR_OUT && s < d->d.stream_count; s++)
            if (strlen(d->d.streams[s].ufrag) == len && memcmp(d->d.streams[s].ufrag, ufrag, len) == 0) {
                *stream = (uint16_t)(s + 1);
                return d->generation;
            }
    }
    return NT_VIEW_NONE;
}

/* The half of a check's USERNAME that is its party's own; *len 0: there is none. */
static const uint8_t *own_ufrag(const struct nt_view *v, const struct nt_item *m, size_t *len)
{
    const struct nt_item_attr *username = nt_item_attr(v, m, NT_ATTR_USERNAME);
    const uint8_t *colon = username != NULL ? memchr(username->value, ':', username->len) : NULL;
    size_t left = colon != NULL ? (size_t)(colon - username->value) : 0;
    *len = colon == NULL ? 0 : m->direction == NT_DIR_IN ? left : username->len - left - 1u;
    return colon == NULL ? NULL : m->direction == NT_DIR_IN ? username->value : colon + 1;
}

static uint32_t newest_generation(const struct nt_view *v, uint32_t party)
{
    uint32_t newest = 0;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->direction == NT_DIR_OUT && d->generation > newest)
            newest = d->generation;
    }
    return newest;
}

/* Of a username fragment that its party has not told, for a step has dropped the description: after the sessions that are told. */
static uint32_t untold_generation(const struct nt_view *v, uint32_t party, const uint8_t *ufrag, size_t len)
{
    uint32_t generation = newest_generation(v, party);
    for (size_t i = 0; i < v->untold_count; i++) {
        const struct nt_view_untold *u = &v->untold[i];
        generation += u->party == party;
        if (u->party == party && u->len == len && memcmp(u->ufrag, ufrag, len) == 0)
            return generation;
    }
    return NT_VIEW_NONE;
}

static uint32_t generation_of_check(const struct nt_view *v, const struct nt_item *m, uint16_t *stream)
{
    size_t len;
    const uint8_t *ufrag = own_ufrag(v, m, &len);
    uint32_t generation = ufrag != NULL ? generation_of_ufrag(v, m->party, ufrag, len, stream) : NT_VIEW_NONE;
    return generation != NT_VIEW_NONE || ufrag == NULL ? generation : untold_generation(v, m->party, ufrag, len);
}

/* --- numbers --- */

/* What an agent checks with, and a step has kept from being told. */
static int note_untold(struct nt_view *v, const struct nt_item *m)
{
    uint16_t stream;
    size_t len;
    const uint8_t *ufrag = own_ufrag(v, m, &len);
    if (ufrag == NULL || len == 0 || generation_of_check(v, m, &stream) != NT_VIEW_NONE)
        return NT_OK;
    int r = nt_reserve(&v->untold, &v->untold_cap, v->untold_count + 1, sizeof *v->untold, UNTOLD_MAX);
    if (r == NT_OK)
        v->untold[v->untold_count++] = (struct nt_view_untold){m->party, ufrag, len};
    return r == NT_ELIMIT ? NT_OK : r;
}

static int find_untold(struct nt_view *v)
{
    int r = NT_OK;
    for (size_t i = 0; i < v->count && r == NT_OK; i++)
        if (v->items[i].check && v->items[i].direction == NT_DIR_OUT && v->in->parties[v->items[i].party].told_partly)
            r = note_untold(v, &v->items[i]);
    return r;
}

static uint32_t count_untold(const struct nt_view *v, uint32_t party)
{
    uint32_t n = 0;
    for (size_t i = 0; i < v->untold_count; i++)
        n += v->untold[i].party == party;
    return n;
}

static int count_sessions(struct nt_view *v)
{
    uint32_t total = 0, parties = (uint32_t)v->in->party_count;
    int r = find_untold(v);
    v->first_session = malloc((parties + 1) * sizeof *v->first_session);
    if (v->first_session == NULL || r != NT_OK)
        return NT_ENOMEM;
    for (uint32_t p = 0; p < parties; p++) {
        v->first_session[p] = total;
        total += 1 + newest_generation(v, p) + count_untold(v, p);
    }
    v->first_session[parties] = total;
    v->session_party = malloc((total + 1) * sizeof *v->session_party);
    if (v->session_party == NULL)
        return NT_ENOMEM;
    for (uint32_t p = 0; p < parties; p++)
        for (uint32_t s = v->first_session[p]; s < v->first_session[p + 1]; s++)
            v->session_party[s] = p;
    return NT_OK;
}

static int number_place(struct nt_view *v, const struct nt_view_place *place, uint32_t *number)
{
    *number = nt_map_get(&v->by_place, place);
    if (*number != NT_MAP_NONE)
        return NT_OK;
    int r = nt_grow(&v->places, &v->place_cap, v->place_count + 1, sizeof *v->places, SIZE_MAX);
    if (r != NT_OK)
        return r;
    *number = (uint32_t)v->place_count;
    v->places[v->place_count++] = *place;
    return nt_map_put(&v->by_place, place, *number);
}

/* RFC 8445, 5.1.2.1: the last byte of a priority is 256 minus the component. */
static uint16_t component_of_check(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t priority = 0;
    bool there = m->kind == NT_ITEM_STUN && nt_item_u32(v, m, NT_ATTR_PRIORITY, &priority);
    uint32_t component = 256 - (priority & 0xff);
    return there && component <= NT_ICE_COMPONENTS_MAX ? (uint16_t)component : 1;
}

/* Where the item stands: by its local candidate; else as what went before on its pair; else by its USERNAME and PRIORITY. */
static int place_item(struct nt_view *v, struct nt_item *m, uint16_t stream)
{
    const struct nt_ice_candidate *c = nt_view_local_candidate(v, m->party, &m->local);
    uint32_t *before = &v->flows[m->pair].place;
    struct nt_view_place place = {.stream = stream, .component = component_of_check(v, m)};
    if (c != NULL)
        place = (struct nt_view_place){.stream = c->stream != 0 ? c->stream : stream, .component = c->component};
    else if (*before != NT_VIEW_NONE)
        place = v->places[*before];
    place.session = m->session;
    int r = number_place(v, &place, &m->place);
    if (r == NT_OK && *before == NT_VIEW_NONE)
        *before = m->place;
    return r;
}

static int link_item(struct nt_view *v, struct nt_item *m)
{
    struct nt_view_linked k = {m->pair, m->session};
    m->link = nt_view_link(v, m->pair, m->session);
    if (m->link != NT_VIEW_NONE)
        return NT_OK;
    m->link = v->link_count++;
    return nt_map_put(&v->by_link, &k, m->link);
}

uint32_t nt_view_link(const struct nt_view *v, uint32_t pair, uint32_t session)
{
    struct nt_view_linked k = {pair, session};
    if (session == v->first_session[v->flows[pair].tuple.party])
        return pair;
    uint32_t link = nt_map_get(&v->by_link, &k);
    return link != NT_MAP_NONE ? link : NT_VIEW_NONE;
}

uint32_t nt_view_place_in(const struct nt_view *v, uint32_t place, uint32_t session)
{
    struct nt_view_place k = v->places[place];
    if (k.session == session)
        return place;
    k.session = session;
    uint32_t found = nt_map_get(&v->by_place, &k);
    return found != NT_MAP_NONE ? found : NT_VIEW_NONE;
}

uint32_t nt_view_place_count(const struct nt_view *v, uint32_t session)
{
    uint32_t count = 0;
    for (size_t i = 0; i < v->place_count; i++)
        count += v->places[i].session == session;
    return count;
}

/* Of a party that has one session all items of a pair stand at one place. */
static int number_simply(struct nt_view *v, struct nt_item *m)
{
    struct nt_view_flow *flow = &v->flows[m->pair];
    uint16_t stream = 1;
    int r = NT_OK;
    m->session = v->first_session[m->party];
    m->link = m->pair;
    if (flow->place == NT_VIEW_NONE) {
        generation_of_check(v, m, &stream);
        r = place_item(v, m, stream);
    }
    m->place = flow->place;
    return r;
}

static int number_item(struct nt_view *v, struct nt_item *m)
{
    uint16_t stream = 1;
    uint32_t generation = NT_VIEW_NONE;
    if (nt_view_session_count(v, m->party) == 1)
        return number_simply(v, m);
    if (m->kind == NT_ITEM_STUN && nt_item_is_response(m) && m->request != NT_VIEW_NONE) {
        m->session = v->items[m->request].session;
        m->place = v->items[m->request].place;
        return link_item(v, m);
    }
    if (m->kind == NT_ITEM_STUN)
        generation = generation_of_check(v, m, &stream);
    m->session = nt_view_session(v, m->party, generation != NT_VIEW_NONE ? generation : nt_view_generation_at(v, m->party, m->at));
    int r = place_item(v, m, stream);
    return r == NT_OK ? link_item(v, m) : r;
}

/* An offer may have been refused: the next one has another number, and perhaps the same credentials. */
static uint32_t find_exchanged(const struct nt_view *v, const struct nt_view_description *own)
{
    uint32_t last = NT_VIEW_NONE;
    bool after = false;
    for (uint32_t i = v->parties[own->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        after = after || d == own;
        if (!nt_view_is_full(d) || d->direction != NT_DIR_IN || d->cseq != own->cseq || d->offer == own->offer ||
            after != own->offer)
            continue;
        if (after)
            return i;
        last = i;
    }
    return last;
}

/* RFC 8839, 4.4.2.1: who answers an offer that restarts "MUST change" its credentials, too: with those of a session before there is
 * no new one. */
static bool answers_no_restart(const struct nt_view *v, const struct nt_view_description *own)
{
    uint32_t answer = own->offer && own->exchanged != NT_VIEW_NONE ? v->descriptions[own->exchanged].generation : NT_VIEW_NONE;
    for (uint32_t i = v->parties[own->party].description; answer != NT_VIEW_NONE && &v->descriptions[i] != own;
         i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (nt_view_is_full(e) && e->direction == NT_DIR_OUT && e->generation < own->generation && e->exchanged != NT_VIEW_NONE &&
            v->descriptions[e->exchanged].generation == answer && nt_view_uses_ice(&v->descriptions[own->exchanged]))
            return true;
    }
    return false;
}

/* In their order: what follows from earlier ones is known. */
static void pair_descriptions(struct nt_view *v)
{
    for (size_t i = 0; i < v->description_count; i++) {
        struct nt_view_description *d = &v->descriptions[i];
        d->exchanged = nt_view_is_full(d) && d->direction == NT_DIR_OUT ? find_exchanged(v, d) : NT_VIEW_NONE;
        bool late = d->offer && d->generation > 0 && d->exchanged != NT_VIEW_NONE && v->descriptions[d->exchanged].at > d->awaited;
        if (late || answers_no_restart(v, d))
            d->exchanged = NT_VIEW_NONE;
    }
}

int nt_view_number_sessions(struct nt_view *v)
{
    int r = count_sessions(v);
    pair_descriptions(v);
    v->link_count = v->pair_count;
    for (uint32_t i = 0; i < v->pair_count; i++)
        v->flows[i].place = NT_VIEW_NONE;
    for (size_t i = 0; i < v->count && r == NT_OK; i++) {
        struct nt_item *m = &v->items[i];
        m->session = m->place = m->link = NT_VIEW_NONE;
        if (v->in->parties[m->party].kind == NT_CONF_AGENT)
            r = number_item(v, m);
    }
    return r;
}
