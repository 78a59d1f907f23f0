#include "reports/conformance/signalling.h"

#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "reports/conformance/datagram.h"
#include "reports/conformance/keys.h"

#include <stdlib.h>

static int add_passwords(struct nt_view *v, const struct nt_view_description *d)
{
    int r = NT_OK;
    for (size_t i = 0; i < d->d.stream_count && r == NT_OK; i++)
        r = nt_view_add_password(v, d->party, d->d.streams[i].ufrag, d->d.streams[i].pwd);
    return r;
}

static int read_body(struct nt_view *v, uint32_t party, const struct nt_capture_frame *f, uint32_t frame,
                     const struct nt_sip_message *m)
{
    int r = nt_grow(&v->descriptions, &v->description_cap, v->description_count + 1, sizeof *v->descriptions, NT_VIEW_MAX);
    struct nt_sdp_error *error = r == NT_OK ? calloc(1, sizeof *error) : NULL;
    if (error == NULL)
        return NT_ENOMEM;
    struct nt_view_description *d = &v->descriptions[v->description_count];
    *d = (struct nt_view_description){.party = party,
                                      .frame = frame,
                                      .at = f->at,
                                      .direction = f->direction,
                                      .error = error,
                                      .offer = m->kind == NT_SIP_INVITE,
                                      .text = m->body,
                                      .len = m->body_len,
                                      .next = NT_VIEW_NONE};
    d->err = nt_sdp_read(&d->d, m->body, m->body_len, error);
    if (d->err == NT_ENOMEM) {
        free(error);
        return NT_ENOMEM;
    }
    uint32_t *link = &v->party_description[party];
    while (*link != NT_VIEW_NONE)
        link = &v->descriptions[*link].next;
    *link = (uint32_t)v->description_count++;
    return d->err == NT_OK && d->direction == NT_DIR_OUT ? add_passwords(v, d) : NT_OK;
}

static int read_frame(struct nt_view *v, uint32_t frame)
{
    const struct nt_capture_frame *f = &v->in->capture->frames[frame - 1];
    uint32_t party = v->tap_party[f->tap];
    struct nt_addr src, dst;
    const uint8_t *bytes;
    size_t len;
    struct nt_sip_message m;
    if (f->direction == NT_DIR_IN && f->fate == NT_FATE_DROPPED)
        return NT_OK;
    if (!nt_capture_datagram(v->in->capture, f, &src, &dst, &bytes, &len) || nt_sip_read(&m, (const char *)bytes, len) != NT_OK)
        return NT_OK;
    if (m.kind == NT_SIP_BYE && f->at < v->bye[party])
        v->bye[party] = f->at;
    bool answer = m.kind == NT_SIP_OK && m.answered == NT_SIP_INVITE;
    if ((m.kind != NT_SIP_INVITE && !answer) || m.body_len == 0)
        return NT_OK;
    return read_body(v, party, f, frame, &m);
}

int nt_view_read_signalling(struct nt_view *v)
{
    const struct nt_capture *c = v->in->capture;
    for (uint32_t i = 1; i <= c->frame_count; i++) {
        uint32_t tap = c->frames[i - 1].tap;
        if (tap >= c->tap_count || !v->tap_signalling[tap] || v->tap_party[tap] == NT_VIEW_NONE)
            continue;
        int r = read_frame(v, i);
        if (r != NT_OK)
            return r;
    }
    return NT_OK;
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
