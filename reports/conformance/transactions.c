#include "reports/conformance/transactions.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"

#define SAME_ID 16 /* requests of one id that are looked at */

/* What says that a request is malformed, or does not authenticate; or has a code that may come at any point. */
static bool may_refuse_broken(const struct nt_view *v, const struct nt_item *m)
{
    int code = nt_item_code(v, m);
    return m->class_ == NT_STUN_ERROR && (code == 0 || code == 300 || code == 400 || code == 401 || code == 438 || code == 500);
}

/* A success, or an error that only an authentic request draws, does not answer one that was damaged on its way. */
static bool may_answer(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    bool broken = (q->flaws & ~NT_FLAWS_HARMLESS) != 0 || q->integrity == NT_SIGNED_WRONG || q->integrity == NT_SIGNED_UNKNOWN;
    return !broken || may_refuse_broken(v, m);
}

/* The request that a response answers: the last one with its id on its way; otherwise the last one with its id. */
static uint32_t answered_by(const struct nt_view *v, const struct nt_item *m, uint32_t last)
{
    uint32_t i = last;
    for (unsigned n = 0; i != NT_VIEW_NONE && n < SAME_ID; n++, i = v->items[i].before)
        if (may_answer(v, m, &v->items[i]) && v->items[i].pair == m->pair)
            return i;
    return last;
}

/* The earlier request with the same bytes on the same pair. One with other bytes was damaged on its way, or is somebody else's. */
static uint32_t same_before(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t i = m->before;
    for (unsigned n = 0; i != NT_VIEW_NONE && n < SAME_ID; n++, i = v->items[i].before)
        if (v->items[i].pair == m->pair && nt_item_same_bytes(&v->items[i], m))
            return i;
    return NT_VIEW_NONE;
}

/* A request joins the transaction of an earlier one with its id. */
static void join_transaction(const struct nt_view *v, struct nt_item *m, uint32_t self)
{
    const struct nt_item *before = &v->items[m->before], *first = &v->items[before->first];
    uint32_t same = same_before(v, m);
    m->copy = m->at - before->at <= NT_MSEC && m->pair == before->pair && nt_item_same_bytes(m, before);
    m->reused_id = m->direction == NT_DIR_OUT && !nt_item_same_bytes(m, first) && !first->excused && !m->excused &&
                   first->answer != NT_VIEW_NONE;
    if (m->direction == NT_DIR_OUT || m->excused)
        m->first = m->reused_id ? self : before->first;
    else
        m->first = same != NT_VIEW_NONE ? v->items[same].first : self;
}

static struct nt_view_id key_of(const struct nt_item *m, uint32_t direction)
{
    struct nt_view_id k = {.party = m->party, .direction = direction};
    memcpy(k.id, m->id, NT_STUN_ID);
    return k;
}

static void match_response(struct nt_view *v, struct nt_item *m, uint32_t self)
{
    struct nt_view_id k = key_of(m, m->direction == NT_DIR_IN ? NT_DIR_OUT : NT_DIR_IN);
    uint32_t last = nt_map_get(&v->by_id, &k);
    if (last == NT_MAP_NONE)
        return;
    m->request = answered_by(v, m, last);
    struct nt_item *first = &v->items[v->items[m->request].first];
    if (first->answer == NT_VIEW_NONE)
        first->answer = self;
}

static int match_request(struct nt_view *v, struct nt_item *m, uint32_t self)
{
    struct nt_view_id k = key_of(m, m->direction);
    m->before = nt_map_get(&v->by_id, &k);
    if (m->before != NT_VIEW_NONE)
        join_transaction(v, m, self);
    return nt_map_put(&v->by_id, &k, self);
}

int nt_view_match_transaction(struct nt_view *v, struct nt_item *m, uint32_t self)
{
    if (nt_item_is_response(m))
        match_response(v, m, self);
    return m->class_ == NT_STUN_REQUEST ? match_request(v, m, self) : NT_OK;
}

/* RFC 8489, 9.2.5: a response that does not authenticate is discarded "as if it were never received", but for those that cannot. */
static bool ends_transaction(const struct nt_view *v, const struct nt_item *m)
{
    int code = nt_item_code(v, m);
    bool unsigned_too = v->items[m->request].integrity == NT_SIGNED_NOT || code == 401 || code == 438 || code == 300;
    return !m->excused && (m->flaws & ~NT_FLAWS_HARMLESS) == 0 && (m->integrity == NT_SIGNED_RIGHT || unsigned_too);
}

bool nt_item_is_late(const struct nt_view *v, const struct nt_item *m)
{
    return m->at > v->items[v->items[m->request].first].at + NT_STUN_TI;
}

/* Where one id was used for two transactions, whose response this is cannot be told: it may be the one that is awaited. */
bool nt_item_is_ignored(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item *first = &v->items[v->items[m->request].first];
    uint32_t answer = first->answer;
    return !first->reused_id && answer != NT_VIEW_NONE && &v->items[answer] != m && ends_transaction(v, &v->items[answer]);
}
