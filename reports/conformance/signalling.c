#include "reports/conformance/signalling.h"

#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "reports/conformance/keeping.h"
#include "reports/conformance/keys.h"

#include <stdlib.h>

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
        if (before->len != d->len || memcmp(before->text, d->text, d->len) != 0)
            continue;
        d->copy = true;
        d->err = before->err;
        d->notes = before->notes;
        d->d = before->d;
        return NT_OK;
    }
    d->notes = malloc(sizeof *d->notes);
    d->err = d->notes != NULL ? nt_sdp_read(&d->d, d->text, d->len, d->notes) : NT_ENOMEM;
    if (d->err == NT_ENOMEM)
        free(d->notes);
    return d->err == NT_ENOMEM ? NT_ENOMEM : NT_OK;
}

static int add_description(struct nt_view *v, uint32_t party, const struct nt_capture_frame *f, uint32_t frame,
                           const struct nt_sip_message *m)
{
    int r = nt_grow(&v->descriptions, &v->description_cap, v->description_count + 1, sizeof *v->descriptions, NT_VIEW_SIP_MAX);
    if (r != NT_OK)
        return r;
    struct nt_view_description *d = &v->descriptions[v->description_count];
    *d = (struct nt_view_description){.party = party,
                                      .frame = frame,
                                      .at = f->at,
                                      .direction = f->direction,
                                      .offer = m->kind == NT_SIP_INVITE,
                                      .text = m->body,
                                      .len = m->body_len,
                                      .next = NT_VIEW_NONE};
    r = read_description(v, d);
    if (r != NT_OK)
        return r;
    uint32_t *link = &v->party_description[party];
    while (*link != NT_VIEW_NONE)
        link = &v->descriptions[*link].next;
    *link = (uint32_t)v->description_count++;
    return d->err == NT_OK && d->direction == NT_DIR_OUT ? add_passwords(v, d) : NT_OK;
}

/* A message crosses its sender's tap and its receiver's, and is read at the first. NULL with *err: no memory, or a limit. */
static const struct nt_view_sip *read_sip(struct nt_view *v, const uint8_t *bytes, size_t len, int *err)
{
    for (size_t i = v->sip_count; i-- > 0 && v->sip_count - i <= SIP_LOOK_BACK;)
        if (v->sips[i].len == len && memcmp(v->sips[i].bytes, bytes, len) == 0)
            return &v->sips[i];
    *err = nt_grow(&v->sips, &v->sip_cap, v->sip_count + 1, sizeof *v->sips, NT_VIEW_SIP_MAX);
    const uint8_t *stored = *err == NT_OK ? nt_view_store(v, bytes, len, err) : NULL;
    if (stored == NULL)
        return NULL;
    struct nt_view_sip *sip = &v->sips[v->sip_count++];
    *sip = (struct nt_view_sip){.bytes = stored, .len = len};
    sip->err = nt_sip_read(&sip->message, (const char *)stored, len);
    return sip;
}

int nt_view_read_signalling(struct nt_view *v, const struct nt_capture_frame *f, uint32_t number, const uint8_t *bytes, size_t len)
{
    uint32_t party = v->tap_party[f->tap];
    int err = NT_OK;
    const struct nt_view_sip *sip = read_sip(v, bytes, len, &err);
    if (sip == NULL || sip->err != NT_OK)
        return err;
    const struct nt_sip_message *m = &sip->message;
    if (m->kind == NT_SIP_BYE && f->at < v->bye[party])
        v->bye[party] = f->at;
    bool answer = m->kind == NT_SIP_OK && m->answered == NT_SIP_INVITE;
    if ((m->kind != NT_SIP_INVITE && !answer) || m->body_len == 0)
        return NT_OK;
    return add_description(v, party, f, number, m);
}

const struct nt_view_description *nt_view_described(const struct nt_view *v, uint32_t party, int direction)
{
    for (uint32_t i = v->party_description[party]; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (v->descriptions[i].err == NT_OK && v->descriptions[i].direction == direction)
            return &v->descriptions[i];
    return NULL;
}

static const struct nt_ice_candidate *candidate_in(const struct nt_ice_description *d, const struct nt_addr *a)
{
    for (size_t s = 0; s < d->stream_count; s++)
        for (size_t i = 0; i < d->streams[s].candidate_count; i++)
            if (nt_addr_equal(&d->streams[s].candidates[i].addr, a))
                return &d->streams[s].candidates[i];
    return NULL;
}

const struct nt_ice_candidate *nt_view_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *a)
{
    for (uint32_t i = v->party_description[party]; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        const struct nt_ice_candidate *c = d->err == NT_OK && d->direction == NT_DIR_OUT ? candidate_in(&d->d, a) : NULL;
        if (c != NULL)
            return c;
    }
    return NULL;
}

nt_time nt_view_checks_since(const struct nt_view *v, uint32_t party)
{
    const struct nt_view_description *own = nt_view_described(v, party, NT_DIR_OUT), *peer = nt_view_described(v, party, NT_DIR_IN);
    if (own == NULL || peer == NULL)
        return NT_TIME_NEVER;
    return own->at > peer->at ? own->at : peer->at;
}
