/* Trickle ICE (RFC 8838): what is told when, and what comes one by one. Gathering and the check lists, which it changes, are in
 * their own files. */
#include "core/base/err.h"
#include "core/ice/agent.h"

#include <stdio.h>
#include <string.h>

bool nt_ice_trickles(const struct nt_ice_agent *a)
{
    return a->config.trickle != NT_ICE_TRICKLE_OFF;
}

bool nt_ice_expects(const struct nt_ice_agent *a, size_t list)
{
    return nt_ice_trickles(a) && (!a->bases.gathered || !a->session.lists[list].ended);
}

/* RFC 8838, 13: "an agent MUST NOT convey any more candidates after it has conveyed an end-of-candidates indication", nor "after
 * nomination of a candidate pair", which counts for its component here; and to one who does not trickle there is no way. */
static bool may_tell(const struct nt_ice_agent *a, const struct nt_ice_own *own)
{
    if (own->c.type == NT_ICE_PRFLX || own->told || a->session.ended)
        return own->told;
    if (a->session.lists == NULL)
        return true;
    const struct nt_ice_component *c = nt_ice_component_of(a, &own->c);
    return a->session.peer_trickles && c->selected == NT_ICE_NONE && c->nominating == NT_ICE_NONE;
}

/* RFC 5888, 8.4.2: an answer has the offer's identification tags, so both sides have the same. */
void nt_ice_name_streams(const struct nt_ice_agent *a, struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++) {
        struct nt_ice_stream_description *s = &d->streams[i];
        if (a->session.lists != NULL && a->session.lists[i].mid[0] != '\0')
            memcpy(s->mid, a->session.lists[i].mid, sizeof s->mid);
        else
            snprintf(s->mid, sizeof s->mid, "%zu", i + 1);
        s->end_of_candidates = a->session.ended;
    }
}

/* RFC 8840, 4.4: "the sequence of a previously sent list of candidates MUST NOT change in subsequent INFO requests, and newly
 * gathered candidates MUST be added at the end". */
int nt_ice_tell(struct nt_ice_agent *a, struct nt_ice_description *d)
{
    struct nt_ice_bases *b = &a->bases;
    for (size_t i = 0; i < b->own_count; i++) {
        int r = may_tell(a, &b->own[i]) ? nt_ice_description_add(d, &b->own[i].c) : NT_OK;
        if (r != NT_OK)
            return r;
    }
    for (size_t i = 0; i < b->own_count; i++) {
        bool told = may_tell(a, &b->own[i]);
        a->session.unpaired |= told && !b->own[i].told;
        b->own[i].told = told;
    }
    a->session.ended |= b->gathered;
    if (a->session.running && a->session.unpaired)
        a->deadline = 0; /* the timer pairs them */
    return NT_OK;
}

static int may_trickle(const struct nt_ice_agent *a)
{
    bool over = a->close_at != NT_TIME_NEVER || a->state == NT_ICE_FAILED || a->state == NT_ICE_DISCONNECTED;
    return a->session.lists == NULL || !a->session.peer_trickles || over ? NT_ESTATE : NT_OK;
}

int nt_ice_trickle(struct nt_ice_agent *a, struct nt_ice_description *d, nt_time now)
{
    struct nt_ice_description out;
    int r = may_trickle(a);
    if (r == NT_OK)
        r = nt_ice_description_init(&out, a->config.streams);
    if (r != NT_OK)
        return r;
    for (size_t i = 0; i < out.stream_count; i++) {
        memcpy(out.streams[i].ufrag, a->session.ufrag, sizeof a->session.ufrag);
        memcpy(out.streams[i].pwd, a->session.pwd, sizeof a->session.pwd);
    }
    r = nt_ice_tell(a, &out);
    nt_ice_name_streams(a, &out);
    if (r != NT_OK)
        nt_ice_description_free(&out);
    else
        *d = out;
    nt_ice_settle(a, now);
    return r;
}

/* The check list of a fragment's stream, by its tag if the peer's description had tags; NULL: of none. */
static struct nt_ice_list *list_of(const struct nt_ice_agent *a, const struct nt_ice_description *fragment, size_t i)
{
    bool named = false;
    for (size_t k = 0; k < a->config.streams && fragment->streams[i].mid[0] != '\0'; k++) {
        if (strcmp(a->session.lists[k].mid, fragment->streams[i].mid) == 0)
            return &a->session.lists[k];
        named = named || a->session.lists[k].mid[0] != '\0';
    }
    return named || i >= a->config.streams ? NULL : &a->session.lists[i];
}

/* RFC 8840, 4.4: "An agent MUST discard any received INFO requests containing "ice-pwd" and "ice-ufrag" attributes that do not
 * match those of the current ICE Negotiation Session." */
static bool of_session(const struct nt_ice_agent *a, const struct nt_ice_description *fragment)
{
    for (size_t i = 0; i < fragment->stream_count; i++) {
        const struct nt_ice_stream_description *s = &fragment->streams[i];
        const struct nt_ice_list *list = list_of(a, fragment, i);
        if (list == NULL || strcmp(list->ufrag, s->ufrag) != 0 || strcmp(list->pwd, s->pwd) != 0)
            return false;
    }
    return true;
}

int nt_ice_add_remote(struct nt_ice_agent *a, const struct nt_ice_description *fragment, nt_time now)
{
    int r = may_trickle(a);
    if (r != NT_OK)
        return r;
    if (!of_session(a, fragment))
        return NT_EINVAL;
    for (size_t i = 0; r == NT_OK && i < fragment->stream_count; i++) {
        struct nt_ice_list *list = list_of(a, fragment, i);
        uint8_t stream = (uint8_t)(list - a->session.lists + 1);
        if (list->ended)
            nt_ice_remote_late(a, stream, &fragment->streams[i], now);
        else
            r = nt_ice_remote_add(a, stream, &fragment->streams[i], now);
        list->ended |= r == NT_OK && fragment->streams[i].end_of_candidates;
    }
    for (size_t i = 0; r == NT_OK && i < a->config.streams; i++)
        a->session.lists[i].ended |= fragment->end_of_candidates;
    nt_ice_pair_reprice(a);
    a->session.unpaired = true;
    nt_ice_settle(a, now);
    return r;
}
