/* The two descriptions: ours made, the peer's taken (RFC 8445, section 5.3; RFC 8839, section 4.4). */
#include "core/base/err.h"
#include "core/ice/agent.h"

#include <stdlib.h>
#include <string.h>

static struct nt_addr default_of(const struct nt_ice_stream_description *s)
{
    /* RFC 8839, 4.2.1.2: "It is RECOMMENDED that default candidates be chosen based on the likelihood of those candidates to
     * work [...] relayed, server-reflexive, host", that is in rising type preference. */
    static const enum nt_ice_type order[] = {NT_ICE_RELAY, NT_ICE_SRFLX, NT_ICE_HOST};
    for (size_t t = 0; t < sizeof order / sizeof order[0]; t++)
        for (size_t i = 0; i < s->candidate_count; i++)
            if (s->candidates[i].type == order[t] && s->candidates[i].component == 1)
                return s->candidates[i].addr;
    return (struct nt_addr){0};
}

static int describe_gathered(struct nt_ice_agent *a, struct nt_ice_description *d)
{
    int r = nt_ice_trickles(a) ? nt_ice_tell(a, d) : NT_OK;
    for (size_t i = 0; i < a->bases.settled && r == NT_OK && !nt_ice_trickles(a); i++)
        r = nt_ice_description_add(d, &a->bases.own[i].c);
    for (size_t i = 0; i < d->stream_count; i++)
        d->streams[i].default_addr = default_of(&d->streams[i]);
    return r;
}

/* RFC 8839, 4.4.1.2.2 and 4.4.2: the candidates of the selected pairs alone; in the controlling agent's offer "it MUST include
 * the remote-candidates attribute". */
static int describe_selected(const struct nt_ice_agent *a, bool offer, struct nt_ice_description *d)
{
    const struct nt_ice_session *s = &a->session;
    bool with_remote = offer && s->role == NT_ICE_CONTROLLING;
    int r = NT_OK;
    for (size_t i = 0; i < d->stream_count; i++) {
        struct nt_ice_stream_description *stream = &d->streams[i];
        for (size_t k = 0; k < a->config.components && r == NT_OK; k++) {
            const struct nt_ice_valid *v = &s->valids[s->lists[i].components[k].selected];
            const struct nt_ice_candidate *own = &a->bases.own[v->own].c;
            r = nt_ice_description_add(d, own);
            if (k == 0)
                stream->default_addr = own->addr;
            if (with_remote && stream->remote_candidate_count < sizeof stream->remote_candidates / sizeof stream->remote_candidates[0])
                stream->remote_candidates[stream->remote_candidate_count++] =
                    (struct nt_ice_remote_candidate){.component = own->component, .addr = s->remotes[v->remote].c.addr};
        }
    }
    return r;
}

/* RFC 8838, 3: full trickle needs to know that the peer does; half trickle's offer is whole. */
static bool describable(const struct nt_ice_agent *a, bool offer)
{
    return a->bases.gathered || (a->bases.ready && !(offer && a->config.trickle == NT_ICE_TRICKLE_HALF));
}

int nt_ice_local(struct nt_ice_agent *a, bool offer, struct nt_ice_description *d)
{
    struct nt_ice_description out;
    if (!describable(a, offer))
        return NT_ESTATE;
    int r = nt_ice_description_init(&out, a->config.streams);
    if (r != NT_OK)
        return r;
    out.ice2 = !a->config.no_ice2;
    out.trickle = nt_ice_trickles(a);
    /* RFC 8445, 14.2: "If an agent wants to use a Ta value other than the default value, the agent MUST indicate" it. */
    out.pacing_ms = a->config.ta != NT_ICE_TA ? (uint32_t)((a->config.ta + NT_MSEC - 1) / NT_MSEC) : 0;
    for (size_t i = 0; i < out.stream_count; i++) {
        memcpy(out.streams[i].ufrag, a->session.ufrag, sizeof a->session.ufrag);
        memcpy(out.streams[i].pwd, a->session.pwd, sizeof a->session.pwd);
    }
    r = a->state == NT_ICE_COMPLETED ? describe_selected(a, offer, &out) : describe_gathered(a, &out);
    if (nt_ice_trickles(a))
        nt_ice_name_streams(a, &out);
    if (r != NT_OK)
        nt_ice_description_free(&out);
    else
        *d = out;
    return r;
}

static int judge(const struct nt_ice_agent *a, const struct nt_ice_description *d)
{
    if (d->stream_count != a->config.streams)
        return NT_EINVAL;
    for (size_t i = 0; i < d->stream_count; i++) {
        const struct nt_ice_stream_description *s = &d->streams[i];
        if (strlen(s->ufrag) < NT_ICE_UFRAG_MIN || strlen(s->pwd) < NT_ICE_PWD_MIN)
            return NT_EINVAL;
        /* RFC 8489, 14.3: USERNAME is less than 509 bytes */
        if (strlen(s->ufrag) + 1 + strlen(a->session.ufrag) > NT_STUN_USER_BYTES)
            return NT_EINVAL;
        if (a->session.lists != NULL &&
            (strcmp(s->ufrag, a->session.lists[i].ufrag) != 0 || strcmp(s->pwd, a->session.lists[i].pwd) != 0))
            return NT_EUNSUPPORTED; /* RFC 8445, 9: a restart */
    }
    return NT_OK;
}

/* The check lists' memory, without pairs yet. */
static int make_lists(struct nt_ice_agent *a, const struct nt_ice_description *d)
{
    struct nt_ice_session *s = &a->session;
    size_t components = (size_t)a->config.streams * a->config.components;
    s->check_count = 2 * (size_t)a->config.max_pairs + 32;
    s->lists = calloc(a->config.streams, sizeof *s->lists);
    s->components = calloc(components, sizeof *s->components);
    s->checks = calloc(s->check_count, sizeof *s->checks);
    if (s->lists == NULL || s->components == NULL || s->checks == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < components; i++) {
        s->components[i].first_valid = NT_TIME_NEVER;
        s->components[i].nominating = s->components[i].selected = NT_ICE_NONE;
    }
    for (size_t i = 0; i < a->config.streams; i++) {
        struct nt_ice_list *list = &s->lists[i];
        list->components = &s->components[i * a->config.components];
        memcpy(list->ufrag, d->streams[i].ufrag, sizeof list->ufrag);
        memcpy(list->pwd, d->streams[i].pwd, sizeof list->pwd);
        memcpy(list->mid, d->streams[i].mid, sizeof list->mid);
        /* RFC 8445, 7.2.2: "the username fragment provided by the peer, colon, the username fragment of the agent" */
        size_t n = strlen(list->ufrag);
        memcpy(list->username, list->ufrag, n);
        list->username[n] = ':';
        memcpy(list->username + n + 1, s->ufrag, sizeof s->ufrag);
        nt_stun_key_short(&list->key, list->pwd);
    }
    return NT_OK;
}

static void drop_lists(struct nt_ice_session *s)
{
    free(s->lists);
    free(s->components);
    free(s->checks);
    s->lists = NULL;
    s->components = NULL;
    s->checks = NULL;
    s->check_count = 0;
}

void nt_ice_set_pacing(struct nt_ice_agent *a, uint32_t pacing_ms)
{
    nt_time theirs = pacing_ms != 0 ? (nt_time)pacing_ms * NT_MSEC : NT_ICE_TA;
    a->ta = theirs > a->config.ta ? theirs : a->config.ta;
}

int nt_ice_set_remote(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    bool first = a->session.lists == NULL;
    int r = judge(a, d);
    if (r != NT_OK)
        return r;
    if (a->close_at != NT_TIME_NEVER || a->state == NT_ICE_FAILED || a->state == NT_ICE_DISCONNECTED)
        return NT_ESTATE;
    r = first ? make_lists(a, d) : NT_OK;
    if (r == NT_OK)
        r = nt_ice_remote_update(a, d, now);
    if (r != NT_OK) {
        if (first)
            drop_lists(&a->session);
        return r;
    }
    nt_ice_set_pacing(a, d->pacing_ms);
    /* RFC 8445, 6.1.1: "If one agent is full and one is lite, the full agent MUST take the controlling role." */
    if (first && d->lite && a->session.role == NT_ICE_CONTROLLED)
        nt_ice_role_switch(a, NT_ICE_CONTROLLING, now);
    nt_ice_pair_reprice(a);
    if (first)
        a->session.peer_trickles = nt_ice_trickles(a) && d->trickle;
    for (size_t i = 0; i < d->stream_count; i++)
        a->session.lists[i].ended |= !a->session.peer_trickles || d->streams[i].end_of_candidates;
    if (!a->bases.gathered && !a->bases.ready)
        a->session.waiting = true;
    else if (a->state != NT_ICE_COMPLETED)
        r = nt_ice_lists_form(a, now);
    if (r != NT_OK && first)
        drop_lists(&a->session);
    nt_ice_settle(a, now);
    return r;
}
