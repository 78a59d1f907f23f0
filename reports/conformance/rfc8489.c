#include "reports/conformance/rfc8489.h"

#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/requests.h"

/* --- requests --- */

/* One of another method, or from elsewhere, is none to the request. RFC 8489, 9.1.4 and 9.2.5: a response that does not
 * authenticate is discarded "as if it had never been received", and requests go on. */
static bool is_accepted_answer(const struct nt_view *v, const struct nt_item *first, const struct nt_item *answer)
{
    return answer->method == first->method && answer->pair == first->pair && (answer->flaws & ~NT_FLAWS_HARMLESS) == 0 &&
           (first->integrity == NT_SIGNED_NOT || (answer->integrity == NT_SIGNED_RIGHT && nt_item_has_kind_of(v, answer, first)));
}

static void judge_stop(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *first)
{
    const struct nt_item *answer = first->answer != NT_VIEW_NONE ? &finder->v->items[first->answer] : NULL;
    bool late = answer != NULL && is_accepted_answer(finder->v, first, answer) && answer->at + nt_tolerance(finder->v) <= m->at;
    nt_require(finder, NT_STUN_RULE_STOP, m, !late, "sent again after the response in packet %u", (unsigned)answer->frame);
}

/* RFC 8489, 5: the id may come again "unless the new request is bit-wise identical to the previous request and sent from the same
 * transport address to the same IP address": to another port of it, too. */
static void judge_used_id(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item *first = &finder->v->items[m->first];
    bool same_way = nt_addr_equal(&first->local, &m->local) && nt_addr_same_ip(&first->remote, &m->remote);
    bool same = nt_item_same_bytes(first, m);
    char now[NT_ADDR_TEXT], then[NT_ADDR_TEXT];
    nt_require(finder, NT_STUN_RULE_FRESH_ID, m, same_way && (same || first->pair == m->pair),
               "sent to %s, and the id is that of packet %u, to %s", nt_addr_format(&m->remote, now), (unsigned)first->frame,
               nt_addr_format(&first->remote, then));
    if (first->pair != m->pair || first->excused)
        return;
    nt_require(finder, NT_STUN_RULE_IDENTICAL, m, same, "it has %u bytes, and differs from packet %u, of %u bytes, with this id",
               (unsigned)m->len, (unsigned)first->frame, (unsigned)first->len);
    if (!m->copy)
        judge_stop(finder, m, first);
}

static void judge_request(struct nt_finder *finder, const struct nt_item *m, uint32_t self)
{
    if (m->first != self)
        judge_used_id(finder, m);
    else
        nt_require(finder, NT_STUN_RULE_FRESH_ID, m, !m->reused_id,
                   "the id is that of packet %u, another request, which was answered", (unsigned)finder->v->items[m->before].frame);
}

/* --- responses --- */

static bool asks_another_way(const struct nt_view *v, const struct nt_item *q)
{
    uint32_t change;
    return nt_item_attr(v, q, NT_ATTR_RESPONSE_PORT) != NULL || (nt_item_u32(v, q, NT_ATTR_CHANGE_REQUEST, &change) && change != 0);
}

static void judge_way(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    char from[NT_ADDR_TEXT], to[NT_ADDR_TEXT], back[NT_ADDR_TEXT], by[NT_ADDR_TEXT];
    if (!asks_another_way(finder->v, q))
        nt_require(finder, NT_STUN_RULE_SOURCE, m, m->pair == q->pair,
                   "sent from %s to %s, expected from %s to %s, as packet %u came", nt_addr_format(&m->local, from),
                   nt_addr_format(&m->remote, to), nt_addr_format(&q->local, by), nt_addr_format(&q->remote, back),
                   (unsigned)q->frame);
}

/* --- unknown attributes --- */

static bool lists(const struct nt_item_attr *list, uint16_t type)
{
    for (size_t i = 0; i + 2 <= list->len; i += 2)
        if (nt_load16(list->value + i) == type)
            return true;
    return false;
}

/* An unknown attribute of the request that the list lacks; or NULL. */
static const struct nt_item_attr *unlisted(const struct nt_view *v, const struct nt_item *q, const struct nt_item_attr *list)
{
    for (uint32_t i = 0; i < q->attr_count; i++)
        if (nt_attr_is_unknown(v->attrs[q->attrs + i].type) && !lists(list, v->attrs[q->attrs + i].type))
            return &v->attrs[q->attrs + i];
    return NULL;
}

/* A type in the list that the request has not; or 0. */
static uint16_t invented(const struct nt_view *v, const struct nt_item *q, const struct nt_item_attr *list)
{
    for (size_t i = 0; i + 2 <= list->len; i += 2)
        if (nt_item_attr(v, q, nt_load16(list->value + i)) == NULL)
            return nt_load16(list->value + i);
    return 0;
}

static void judge_list(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_item_attr *list = nt_item_attr(finder->v, m, NT_ATTR_UNKNOWN_ATTRIBUTES);
    if (list == NULL) {
        nt_require(finder, NT_STUN_RULE_UNKNOWN, m, false, "a 420 without UNKNOWN-ATTRIBUTES");
        return;
    }
    const struct nt_item_attr *missing = unlisted(finder->v, q, list);
    uint16_t foreign = invented(finder->v, q, list);
    nt_require(finder, NT_STUN_RULE_UNKNOWN, m, missing == NULL, "it does not list 0x%04x, which packet %u has",
               (unsigned)missing->type, (unsigned)q->frame);
    nt_require(finder, NT_STUN_RULE_UNKNOWN, m, foreign == 0, "it lists 0x%04x, which packet %u has not", (unsigned)foreign,
               (unsigned)q->frame);
}

/* RFC 8489, 6.3: unknown attributes are looked for once the authentication is done, if the usage has any. */
static bool is_past_authentication(const struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    bool open =
        nt_item_party(finder->v, m)->kind == NT_CONF_SERVER && q->method == NT_STUN_BINDING && q->integrity == NT_SIGNED_NOT;
    return open || nt_item_is_authenticated(finder->v, m, q);
}

static void judge_unknown(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    char text[NT_ITEM_TEXT];
    static const struct nt_item_attr none = {0};
    bool anyway = nt_item_is_refused_anyway(finder->v, m);
    if (q->unknown_required && !anyway && (q->flaws & ~NT_FLAWS_HARMLESS) == 0 && is_past_authentication(finder, m, q))
        nt_require(finder, NT_STUN_RULE_REQUIRED, m, nt_item_code(finder->v, m) == 420,
                   "answered with %s, expected 420: packet %u has the unknown 0x%04x", nt_item_answer_text(finder->v, m, text),
                   (unsigned)q->frame, (unsigned)unlisted(finder->v, q, &none)->type);
    if (nt_item_code(finder->v, m) == 420)
        judge_list(finder, m, q);
}

/* --- what a response says --- */

static void judge_error(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item_attr *code = nt_item_attr(finder->v, m, NT_ATTR_ERROR_CODE);
    nt_require(finder, NT_STUN_RULE_ERROR_CODE, m, code != NULL && code->len >= 4,
               "an error %s%u bytes, expected 4 and a reason phrase",
               code == NULL ? "without ERROR-CODE: " : "with an ERROR-CODE of ", code == NULL ? 0u : (unsigned)code->len);
}

static void judge_mapped(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_addr mapped;
    char seen[NT_ADDR_TEXT], expected[NT_ADDR_TEXT];
    bool server = nt_item_party(finder->v, m)->kind == NT_CONF_SERVER;
    if (!server || !nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS))
        return;
    bool has = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    nt_require(finder, NT_STUN_RULE_MAPPED, m, has && nt_addr_equal(&mapped, &q->remote),
               "XOR-MAPPED-ADDRESS is %s, expected %s, the source of packet %u", has ? nt_addr_format(&mapped, seen) : "missing",
               nt_addr_format(&q->remote, expected), (unsigned)q->frame);
}

static bool was_reset(const struct nt_conf_party *server, nt_time from, nt_time to)
{
    for (size_t i = 0; i < server->reset_count; i++)
        if (server->reset_at[i] >= from && server->reset_at[i] <= to)
            return true;
    return false;
}

/* What may have changed in between: steps of the server; the allocation has ended, so that a Refresh that deletes it finds none
 * when it is retransmitted (RFC 8656, 8.2); there is room for an allocation again (7.2); the nonce has run out. */
static bool may_differ(const struct nt_view *v, const struct nt_item *m, const struct nt_item *before)
{
    int code = nt_item_code(v, m);
    bool allocate = m->method == NT_TURN_ALLOCATE;
    return nt_item_party(v, m)->refuses || was_reset(nt_item_party(v, m), before->at, m->at) || code == 438 ||
           (code == 437 && !allocate) || (allocate && m->class_ == NT_STUN_SUCCESS && before->class_ == NT_STUN_ERROR);
}

static void judge_repeat(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    const struct nt_item *first = &v->items[q->first], *before = &v->items[first->answer];
    char now[NT_ITEM_TEXT], then[NT_ITEM_TEXT];
    bool same = nt_item_same_bytes(q, first) && nt_item_same_bytes(q, &v->items[before->request]); /* no damaged copy of it */
    if (before != m && same && !before->excused && !may_differ(v, m, before))
        nt_require(finder, NT_STUN_RULE_REPEAT, m, before->class_ == m->class_ && nt_item_code(v, before) == nt_item_code(v, m),
                   "answered with %s, and packet %u, to the same request, with %s", nt_item_answer_text(v, m, now),
                   (unsigned)before->frame, nt_item_answer_text(v, before, then));
}

static void judge_old(struct nt_finder *finder, const struct nt_item *m)
{
    uint16_t old = 0;
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (nt_stun_attr_is_old(finder->v->attrs[m->attrs + i].type))
            old = finder->v->attrs[m->attrs + i].type;
    nt_require(finder, NT_STUN_RULE_OLD_TYPES, m, old == 0, "it has attribute 0x%04x, which a client of RFC 8489 does not know",
               (unsigned)old);
}

static void judge_id(struct nt_finder *finder, const struct nt_item *m)
{
    bool known = m->request != NT_VIEW_NONE;
    if (!known && finder->v->parties[m->party].fragmented)
        nt_not_judged(finder, NT_STUN_RULE_ANSWERS, m->party, "a request may have come in fragments that could not be joined");
    else
        nt_require(finder, NT_STUN_RULE_ANSWERS, m, known, "no request with the id %08x%08x%08x came before",
                   (unsigned)nt_load32(m->id), (unsigned)nt_load32(m->id + 4), (unsigned)nt_load32(m->id + 8));
}

static void judge_response(struct nt_finder *finder, const struct nt_item *m)
{
    judge_id(finder, m);
    if (m->request == NT_VIEW_NONE)
        return;
    const struct nt_item *q = &finder->v->items[m->request];
    nt_require(finder, NT_STUN_RULE_SAME_METHOD, m, m->method == q->method, "the method is 0x%03x, that of packet %u 0x%03x",
               (unsigned)m->method, (unsigned)q->frame, (unsigned)q->method);
    judge_way(finder, m, q);
    judge_unknown(finder, m, q);
    bool readable = (m->flaws & NT_FLAWS_UNREADABLE) == 0;
    if (readable && m->class_ == NT_STUN_ERROR)
        judge_error(finder, m);
    if (readable)
        judge_mapped(finder, m, q);
    judge_old(finder, m);
    if (nt_item_party(finder->v, m)->kind == NT_CONF_SERVER)
        judge_repeat(finder, m, q);
}

void nt_rfc8489_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind != NT_ITEM_STUN || m->direction != NT_DIR_OUT || m->excused || m->leg != NT_VIEW_NONE)
            continue;
        if (m->class_ == NT_STUN_REQUEST)
            judge_request(finder, m, i);
        else if (nt_item_is_response(m))
            judge_response(finder, m);
    }
}
