#include "reports/conformance/signalling.h"

#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "reports/conformance/keeping.h"
#include "reports/conformance/keys.h"

#include <stdlib.h>

/* RFC 3261, 17.1.1.2: Timer B, after which an INVITE without an answer has failed: "64*T1". A provisional response stops it; 16.6:
 * Timer C, "larger than 3 minutes", is the patience then. */
#define TIMER_B (32 * NT_SEC)
#define TIMER_C (181 * NT_SEC)
#define SIP_LOOK_BACK 32 /* messages among which the same one is sought */

static int add_passwords(struct nt_view *v, const struct nt_view_description *d)
{
    int r = NT_OK;
    for (size_t i = 0; i < d->d.stream_count && r == NT_OK; i++)
        if (nt_ice_stream_uses_ice(&d->d.streams[i]))
            r = nt_view_add_password(v, d->party, d->d.streams[i].ufrag, d->d.streams[i].pwd);
    return r;
}

/* Reads a description, or takes what was read of an earlier one with the same text. */
static int read_description(const struct nt_view *v, struct nt_view_description *d)
{
    for (size_t i = 0; i < v->description_count; i++) {
        const struct nt_view_description *before = &v->descriptions[i];
        if (before->len != d->len || before->fragment != d->fragment || memcmp(before->text, d->text, d->len) != 0)
            continue;
        d->copy = true;
        d->err = before->err;
        d->notes = before->notes;
        d->d = before->d;
        return NT_OK;
    }
    d->notes = malloc(sizeof *d->notes);
    d->err = d->notes != NULL ? (d->fragment ? nt_sdp_read_fragment : nt_sdp_read)(&d->d, d->text, d->len, d->notes) : NT_ENOMEM;
    if (d->err == NT_ENOMEM)
        free(d->notes);
    return d->err == NT_ENOMEM ? NT_ENOMEM : NT_OK;
}

/* Of the same party, the last full one that went in a direction. */
static const struct nt_view_description *last_full(const struct nt_view *v, uint32_t party, int direction)
{
    const struct nt_view_description *last = NULL;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (nt_view_is_full(&v->descriptions[i]) && v->descriptions[i].direction == direction)
            last = &v->descriptions[i];
    return last;
}

/* RFC 8839, 4.4.3.1.1: changed credentials are a restart. 0: at least one stream has credentials in both, and none of them has
 * changed; 1: one has; -1: no stream has them in both. */
static int compare_credentials(const struct nt_ice_description *a, const struct nt_ice_description *b)
{
    int compared = -1;
    for (size_t i = 0; i < a->stream_count && i < b->stream_count; i++) {
        if (a->streams[i].ufrag[0] == '\0' || b->streams[i].ufrag[0] == '\0')
            continue;
        if (strcmp(a->streams[i].ufrag, b->streams[i].ufrag) != 0)
            return 1;
        compared = 0;
    }
    return compared;
}

static bool has_ufrag(const struct nt_ice_description *d, const char *ufrag)
{
    for (size_t i = 0; i < d->stream_count; i++)
        if (strcmp(d->streams[i].ufrag, ufrag) == 0)
            return true;
    return false;
}

/* The sections that a fragment names by their tags: RFC 8840, 4.3 lets it come before its sender's answer, whose sections are those
 * of the offer. */
static const struct nt_view_description *sections_of(const struct nt_view *v, const struct nt_view_description *fragment)
{
    const struct nt_view_description *own = last_full(v, fragment->party, fragment->direction);
    return own != NULL ? own : last_full(v, fragment->party, fragment->direction == NT_DIR_OUT ? NT_DIR_IN : NT_DIR_OUT);
}

uint8_t nt_view_stream_of(const struct nt_view *v, const struct nt_view_description *d, size_t i)
{
    const struct nt_view_description *full = d->fragment ? sections_of(v, d) : NULL;
    const struct nt_ice_stream_description *part = &d->d.streams[i];
    for (size_t k = 0; full != NULL && part->mid[0] != '\0' && k < full->d.stream_count; k++)
        if (strcmp(full->d.streams[k].mid, part->mid) == 0)
            return (uint8_t)(k + 1);
    return d->fragment ? 1 : (uint8_t)(i + 1);
}

static void place_fragment(const struct nt_view *v, struct nt_view_description *d)
{
    for (size_t i = 0; i < d->d.stream_count && !d->copy; i++)
        for (size_t k = 0; k < d->d.streams[i].candidate_count; k++)
            d->d.streams[i].candidates[k].stream = nt_view_stream_of(v, d, i);
}

/* An offer that restarts may be refused: its sender goes back to the credentials before. One without ICE changes none. */
static uint32_t generation_of(const struct nt_view *v, const struct nt_view_description *d)
{
    uint32_t next = 0, same = NT_VIEW_NONE, last = 0;
    for (uint32_t i = v->parties[d->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (!nt_view_is_full(e) || e->direction != d->direction)
            continue;
        int compared = compare_credentials(&e->d, &d->d);
        last = e->generation;
        next = compared >= 0 && e->generation >= next ? e->generation + 1 : next;
        same = compared == 0 ? e->generation : same;
    }
    return same != NT_VIEW_NONE ? same : next > 0 ? next : last;
}

static void place_description(const struct nt_view *v, struct nt_view_description *d)
{
    const struct nt_view_description *before = last_full(v, d->party, d->direction);
    if (d->err != NT_OK)
        return;
    if (d->fragment)
        place_fragment(v, d);
    else if (before != NULL)
        d->generation = generation_of(v, d);
}

static int add_description(struct nt_view *v, uint32_t party, const struct nt_capture_frame *f, uint32_t frame,
                           const struct nt_sip_message *m)
{
    int r = nt_reserve(&v->descriptions, &v->description_cap, v->description_count + 1, sizeof *v->descriptions, NT_VIEW_SIP_MAX);
    if (r != NT_OK)
        return r;
    struct nt_view_description *d = &v->descriptions[v->description_count];
    *d = (struct nt_view_description){.party = party,
                                      .frame = frame,
                                      .at = f->at,
                                      .direction = f->direction,
                                      .cseq = m->cseq,
                                      .offer = m->kind == NT_SIP_INVITE,
                                      .fragment = m->kind == NT_SIP_INFO,
                                      .text = m->body,
                                      .len = m->body_len,
                                      .next = NT_VIEW_NONE,
                                      .awaited = nt_time_after(f->at, TIMER_B),
                                      .exchanged = NT_VIEW_NONE};
    r = read_description(v, d);
    if (r != NT_OK)
        return r;
    place_description(v, d);
    v->parties[party].trickles = v->parties[party].trickles || (d->err == NT_OK && d->direction == NT_DIR_OUT && d->d.trickle);
    uint32_t *link = &v->parties[party].description;
    while (*link != NT_VIEW_NONE)
        link = &v->descriptions[*link].next;
    *link = (uint32_t)v->description_count++;
    return nt_view_is_full(d) && d->direction == NT_DIR_OUT ? add_passwords(v, d) : NT_OK;
}

/* A message crosses its sender's tap and its receiver's, and is read at the first. NULL with *err: no memory, or a limit. */
static const struct nt_view_sip *read_sip(struct nt_view *v, const uint8_t *bytes, size_t len, int *err)
{
    for (size_t i = v->sip_count; i-- > 0 && v->sip_count - i <= SIP_LOOK_BACK;)
        if (v->sips[i].len == len && memcmp(v->sips[i].bytes, bytes, len) == 0)
            return &v->sips[i];
    *err = nt_reserve(&v->sips, &v->sip_cap, v->sip_count + 1, sizeof *v->sips, NT_VIEW_SIP_MAX);
    const uint8_t *stored = *err == NT_OK ? nt_view_store(v, bytes, len, err) : NULL;
    if (stored == NULL)
        return NULL;
    struct nt_view_sip *sip = &v->sips[v->sip_count++];
    *sip = (struct nt_view_sip){.bytes = stored, .len = len};
    sip->err = nt_sip_read(&sip->message, (const char *)stored, len);
    return sip;
}

/* A step may have held it back: the agent has ended the call before it leaves. */
static void note_bye(struct nt_view *v, uint32_t party, const struct nt_capture_frame *f, uint32_t number)
{
    bool sent = f->direction == NT_DIR_OUT;
    struct nt_view_party *p = &v->parties[party];
    struct nt_view_bye *bye = sent ? &p->bye_sent : &p->bye_came;
    if (bye->frame == 0)
        *bye = (struct nt_view_bye){f->at, number};
    p->bye = nt_time_min(p->bye, sent ? f->at - v->in->parties[party].told_late : f->at);
}

/* A provisional response to the party's offer. */
static void note_provisional(const struct nt_view *v, uint32_t party, uint32_t cseq, nt_time at)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        struct nt_view_description *d = &v->descriptions[i];
        if (d->offer && d->direction == NT_DIR_OUT && d->cseq == cseq && at <= d->awaited)
            d->awaited = nt_time_after(at, TIMER_C);
    }
}

int nt_view_read_signalling(struct nt_view *v, const struct nt_capture_frame *f, uint32_t number, const uint8_t *bytes, size_t len)
{
    uint32_t party = v->taps[f->tap].party;
    int err = NT_OK;
    const struct nt_view_sip *sip = read_sip(v, bytes, len, &err);
    if (sip == NULL)
        return err;
    if (sip->err != NT_OK) {
        v->parties[party].unread |= f->direction == NT_DIR_OUT;
        return NT_OK;
    }
    const struct nt_sip_message *m = &sip->message;
    if (m->kind == NT_SIP_BYE)
        note_bye(v, party, f, number);
    if (m->kind == NT_SIP_PROVISIONAL && m->answered == NT_SIP_INVITE && f->direction == NT_DIR_IN)
        note_provisional(v, party, m->cseq, f->at);
    bool answer = m->kind == NT_SIP_OK && m->answered == NT_SIP_INVITE;
    if ((m->kind != NT_SIP_INVITE && m->kind != NT_SIP_INFO && !answer) || m->body_len == 0)
        return NT_OK;
    return add_description(v, party, f, number, m);
}

/* The first generation of a party, of the descriptions in this direction, that has a username fragment; or NT_VIEW_NONE. */
static uint32_t generation_with(const struct nt_view *v, const struct nt_view_description *like, const char *ufrag)
{
    for (uint32_t i = v->parties[like->party].description; i != NT_VIEW_NONE && ufrag[0] != '\0'; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (nt_view_is_full(e) && e->direction == like->direction && has_ufrag(&e->d, ufrag))
            return e->generation;
    }
    return NT_VIEW_NONE;
}

uint32_t nt_view_generation_of_part(const struct nt_view *v, const struct nt_view_description *d, size_t i)
{
    uint32_t generation = d->fragment ? generation_with(v, d, d->d.streams[i].ufrag) : NT_VIEW_NONE;
    return generation != NT_VIEW_NONE ? generation : d->generation;
}

/* A fragment names the credentials that it belongs to (RFC 8840, 4.4). The description that has them may come after it. */
void nt_view_place_fragments(struct nt_view *v)
{
    for (size_t k = 0; k < v->description_count; k++) {
        struct nt_view_description *d = &v->descriptions[k];
        if (!d->fragment || d->err != NT_OK)
            continue;
        for (uint32_t i = v->parties[d->party].description; &v->descriptions[i] != d; i = v->descriptions[i].next)
            if (nt_view_is_full(&v->descriptions[i]) && v->descriptions[i].direction == d->direction)
                d->generation = v->descriptions[i].generation;
        if (d->d.stream_count > 0)
            d->generation = nt_view_generation_of_part(v, d, 0);
    }
}

const struct nt_view_description *nt_view_described(const struct nt_view *v, uint32_t party, int direction)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (nt_view_is_full(&v->descriptions[i]) && v->descriptions[i].direction == direction)
            return &v->descriptions[i];
    return NULL;
}

const struct nt_ice_candidate *nt_view_candidate_in(const struct nt_ice_description *d, const struct nt_addr *a)
{
    for (size_t s = 0; s < d->stream_count; s++)
        for (size_t i = 0; i < d->streams[s].candidate_count; i++)
            if (nt_addr_equal(&d->streams[s].candidates[i].addr, a))
                return &d->streams[s].candidates[i];
    return NULL;
}

const struct nt_ice_candidate *nt_view_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *a)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        const struct nt_ice_candidate *c = d->err == NT_OK && d->direction == NT_DIR_OUT ? nt_view_candidate_in(&d->d, a) : NULL;
        if (c != NULL)
            return c;
    }
    return NULL;
}

const struct nt_view_description *nt_view_announced(const struct nt_view *v, uint32_t party, const struct nt_addr *a, nt_time since)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (d->at >= since && d->err == NT_OK && d->direction == NT_DIR_OUT && nt_view_candidate_in(&d->d, a) != NULL)
            return d;
    }
    return NULL;
}

/* The announced server-reflexive candidate that a server has told this socket. */
const struct nt_ice_candidate *nt_view_reflexive_candidate(const struct nt_view *v, uint32_t party,
                                                           const struct nt_ice_description *d, const struct nt_addr *socket)
{
    for (size_t s = 0; s < d->stream_count; s++)
        for (size_t i = 0; i < d->streams[s].candidate_count; i++) {
            struct nt_view_tuple k = {party, *socket, d->streams[s].candidates[i].addr};
            if (d->streams[s].candidates[i].type == NT_ICE_SRFLX && nt_map_get(&v->by_mapped, &k) != NT_MAP_NONE)
                return &d->streams[s].candidates[i];
        }
    return NULL;
}

const struct nt_ice_candidate *nt_view_local_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *local)
{
    const struct nt_ice_candidate *c = nt_view_candidate(v, party, local);
    for (uint32_t i = v->parties[party].description; c == NULL && i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        c = d->err == NT_OK && d->direction == NT_DIR_OUT ? nt_view_reflexive_candidate(v, party, &d->d, local) : NULL;
    }
    return c;
}

bool nt_view_uses_ice(const struct nt_view_description *d)
{
    for (size_t i = 0; d != NULL && i < d->d.stream_count; i++)
        if (nt_ice_stream_uses_ice(&d->d.streams[i]))
            return true;
    return false;
}
