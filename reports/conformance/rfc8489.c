#include "reports/conformance/rfc8489.h"

#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

/* --- the form of one message --- */

struct form {
    uint16_t type, least, most, multiple;
};

/* RFC 8489, 14; RFC 8445, 16.1; RFC 8656, 18 */
static const struct form forms[] = {{NT_ATTR_PRIORITY, 4, 4, 1},
                                    {NT_ATTR_USE_CANDIDATE, 0, 0, 1},
                                    {NT_ATTR_ICE_CONTROLLING, 8, 8, 1},
                                    {NT_ATTR_ICE_CONTROLLED, 8, 8, 1},
                                    {NT_ATTR_MESSAGE_INTEGRITY, 20, 20, 1},
                                    {NT_ATTR_FINGERPRINT, 4, 4, 1},
                                    {NT_ATTR_LIFETIME, 4, 4, 1},
                                    {NT_ATTR_REQUESTED_TRANSPORT, 4, 4, 1},
                                    {NT_ATTR_REQUESTED_ADDRESS_FAMILY, 4, 4, 1},
                                    {NT_ATTR_RESERVATION_TOKEN, 8, 8, 1},
                                    {NT_ATTR_EVEN_PORT, 1, 1, 1},
                                    {NT_ATTR_DONT_FRAGMENT, 0, 0, 1},
                                    {NT_ATTR_USERHASH, 32, 32, 1},
                                    {NT_ATTR_UNKNOWN_ATTRIBUTES, 2, 65534, 2},
                                    {NT_ATTR_CHANGE_REQUEST, 4, 4, 1}};

static void judge_size(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        if (f->type != a->type)
            continue;
        nt_exercise(finder, NT_STUN_RULE_SIZES);
        if (a->len < f->least || a->len > f->most || a->len % f->multiple != 0)
            nt_find_violation(finder, NT_STUN_RULE_SIZES, m->party, m->frame, "%s has %u bytes", nt_stun_attr_name(a->type),
                              (unsigned)a->len);
        return;
    }
}

/* RFC 8489, 14.9: "fewer than 128 characters (which can be as long as 509 bytes when encoding them or 763 bytes when decoding)" */
static bool is_short(const struct nt_item_attr *a, size_t from)
{
    size_t characters = 0;
    for (size_t i = from; i < a->len; i++)
        characters += (a->value[i] & 0xc0) != 0x80;
    return characters < 128 && a->len <= from + 763;
}

static void judge_attr(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    struct nt_addr addr;
    judge_size(finder, m, a);
    switch (a->type) {
    case NT_ATTR_USERNAME: nt_require(finder, NT_STUN_RULE_USERNAME, m, a->len < 509, "USERNAME is too long"); break;
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE: nt_require(finder, NT_STUN_RULE_TEXTS, m, is_short(a, 0), "REALM or NONCE is too long"); break;
    case NT_ATTR_SOFTWARE: nt_require(finder, NT_STUN_RULE_SOFTWARE, m, is_short(a, 0), "SOFTWARE is too long"); break;
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256:
        nt_require(finder, NT_STUN_RULE_SHA256_LENGTH, m, a->len >= 16 && a->len <= 32 && a->len % 4 == 0,
                   "its length is not allowed");
        break;
    case NT_ATTR_ERROR_CODE:
        if (a->len < 4)
            break;
        nt_require(finder, NT_STUN_RULE_CODE, m, (a->value[2] & 7) >= 3 && (a->value[2] & 7) <= 6 && a->value[3] <= 99,
                   "no such error code");
        nt_require(finder, NT_STUN_RULE_REASON, m, is_short(a, 4), "the reason phrase is too long");
        break;
    case NT_ATTR_XOR_MAPPED_ADDRESS:
    case NT_ATTR_MAPPED_ADDRESS:
    case NT_ATTR_XOR_PEER_ADDRESS:
    case NT_ATTR_XOR_RELAYED_ADDRESS:
        nt_require(finder, NT_STUN_RULE_FAMILY, m, a->len > 0 && a->value[0] == 0 && nt_item_attr_addr(m, a, &addr),
                   "no such form of an address");
        break;
    default: break;
    }
}

static bool method_has_class(const struct nt_item *m)
{
    bool indication = m->class_ == NT_STUN_INDICATION;
    switch (m->method) {
    case NT_STUN_BINDING: return true;
    case NT_TURN_SEND:
    case NT_TURN_DATA:
    case NT_TURN_CONNECTION_ATTEMPT: return indication;
    default: return !indication;
    }
}

static void judge_form(struct nt_finder *finder, const struct nt_item *m)
{
    nt_require(finder, NT_STUN_RULE_LENGTH, m, (m->flaws & NT_FLAW_LENGTH) == 0, "the length field is not that of the datagram");
    nt_require(finder, NT_STUN_RULE_ALIGN, m, (m->flaws & NT_FLAW_ALIGN) == 0, "the length is not a multiple of four");
    nt_require(finder, NT_STUN_RULE_OVERRUN, m, (m->flaws & NT_FLAW_OVERRUN) == 0, "an attribute goes beyond the message");
    nt_require(finder, NT_STUN_RULE_PADDING, m, (m->flaws & NT_FLAW_PADDING) == 0, "padding is not zero");
    nt_require(finder, NT_STUN_RULE_METHOD, m, method_has_class(m), "the method has no such class");
    nt_require(finder, NT_STUN_RULE_AFTER, m, (m->flaws & NT_FLAW_AFTER) == 0, "an attribute follows the integrity");
    if (nt_item_attr(finder->v, m, NT_ATTR_FINGERPRINT) != NULL)
        nt_require(finder, NT_STUN_RULE_FINGERPRINT, m, (m->flaws & NT_FLAW_FINGERPRINT) == 0, "FINGERPRINT is wrong, or not last");
    for (uint32_t i = 0; i < m->attr_count; i++)
        judge_attr(finder, m, &finder->v->attrs[m->attrs + i]);
}

/* --- transactions --- */

/* RFC 8489, 9.1.4 and 9.2.5: a response that does not authenticate is discarded "as if it had never been received", and requests go
 * on. */
static bool is_accepted_answer(const struct nt_item *first, const struct nt_item *answer)
{
    return (answer->flaws & ~NT_FLAW_PADDING) == 0 && (first->integrity == NT_SIGNED_NOT || answer->integrity == NT_SIGNED_RIGHT);
}

static void judge_stop(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *first)
{
    const struct nt_item *answer = first->answer != NT_VIEW_NONE ? &finder->v->items[first->answer] : NULL;
    bool late = answer != NULL && is_accepted_answer(first, answer) && answer->at + nt_tolerance(finder->v) <= m->at;
    nt_require(finder, NT_STUN_RULE_STOP, m, !late, "sent again after the response in packet %u", (unsigned)answer->frame);
}

static void judge_retransmission(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item *first = &finder->v->items[m->first];
    bool same_way = first->pair == m->pair;
    nt_require(finder, NT_STUN_RULE_FRESH_ID, m, same_way, "the id was used for another destination");
    if (!same_way || first->excused)
        return;
    nt_require(finder, NT_STUN_RULE_IDENTICAL, m, nt_item_same_bytes(first, m), "it differs from the first request with this id");
    if (!m->copy)
        judge_stop(finder, m, first);
}

static void judge_credentials(struct nt_finder *finder, const struct nt_item *m)
{
    if (!m->check)
        return;
    bool complete = nt_item_attr(finder->v, m, NT_ATTR_USERNAME) != NULL && m->integrity != NT_SIGNED_NOT;
    nt_require(finder, NT_STUN_RULE_CREDENTIALS, m, complete, "USERNAME or integrity is missing");
}

/* A long-term request with the wrong key is a user's wrong password, not a violation; other keys were exchanged or known to the
 * server. */
static void judge_hmac(struct nt_finder *finder, const struct nt_item *m)
{
    bool long_term_request = m->class_ == NT_STUN_REQUEST && m->method != NT_STUN_BINDING;
    const struct nt_item_attr *sha256 = nt_item_attr(finder->v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    if (sha256 != NULL && (sha256->len < 16 || sha256->len > 32))
        return;
    if (!long_term_request && (m->integrity == NT_SIGNED_RIGHT || m->integrity == NT_SIGNED_WRONG))
        nt_require(finder, NT_STUN_RULE_HMAC, m, m->integrity == NT_SIGNED_RIGHT, "the integrity does not verify");
}

static void judge_request(struct nt_finder *finder, const struct nt_item *m, uint32_t self)
{
    if (m->first != self) {
        judge_retransmission(finder, m);
        return;
    }
    nt_require(finder, NT_STUN_RULE_FRESH_ID, m, !m->reused_id, "the id is that of an earlier request, which was another one");
    judge_credentials(finder, m);
}

/* --- responses --- */

static bool asks_another_way(const struct nt_view *v, const struct nt_item *q)
{
    uint32_t change;
    return nt_item_attr(v, q, NT_ATTR_RESPONSE_PORT) != NULL || (nt_item_u32(v, q, NT_ATTR_CHANGE_REQUEST, &change) && change != 0);
}

static void judge_error(struct nt_finder *finder, const struct nt_item *m)
{
    bool has = nt_item_attr(finder->v, m, NT_ATTR_ERROR_CODE) != NULL;
    int code = nt_item_code(finder->v, m);
    nt_require(finder, NT_STUN_RULE_ERROR_CODE, m, has, "an error without ERROR-CODE");
    if (code == 420)
        nt_require(finder, NT_STUN_RULE_UNKNOWN, m, nt_item_attr(finder->v, m, NT_ATTR_UNKNOWN_ATTRIBUTES) != NULL,
                   "420 without UNKNOWN-ATTRIBUTES");
}

static void judge_mapped(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_addr mapped;
    bool server = nt_item_party(finder->v, m)->kind == NT_CONF_SERVER;
    if (!server || !nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS))
        return;
    bool has = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    nt_require(finder, NT_STUN_RULE_MAPPED, m, has && nt_addr_equal(&mapped, &q->remote), "it is another address, or missing");
}

static bool was_authenticated(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    int code = nt_item_code(v, m);
    return q->integrity == NT_SIGNED_RIGHT && code != 400 && code != 401 && code != 438;
}

static void judge_signature(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    bool sha1 = nt_item_attr(finder->v, q, NT_ATTR_MESSAGE_INTEGRITY) != NULL;
    uint16_t want = sha1 ? NT_ATTR_MESSAGE_INTEGRITY : NT_ATTR_MESSAGE_INTEGRITY_SHA256;
    nt_require(finder, NT_STUN_RULE_NO_USERNAME, m, nt_item_attr(finder->v, m, NT_ATTR_USERNAME) == NULL, "USERNAME in a response");
    if (was_authenticated(finder->v, m, q))
        nt_require(finder, NT_STUN_RULE_SIGNED, m, nt_item_attr(finder->v, m, want) != NULL,
                   "the request's kind of integrity is missing");
}

/* RFC 8489, 9.1.3, on checks: the response to one that does not authenticate. */
static void judge_short_term(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    int code = nt_item_code(v, m);
    bool missing = nt_item_attr(v, q, NT_ATTR_USERNAME) == NULL || q->integrity == NT_SIGNED_NOT;
    bool foreign = q->key == NT_VIEW_NONE || v->keys[q->key].party != q->party;
    if (!q->check || nt_view_described(v, m->party, NT_DIR_OUT) == NULL)
        return;
    if (missing)
        nt_require(finder, NT_STUN_RULE_MISSING, m, code == 400, "a request without credentials was not refused with 400");
    else if (foreign || q->integrity == NT_SIGNED_WRONG)
        nt_require(finder, NT_STUN_RULE_WRONG, m, code == 401, "a request with wrong credentials was not refused with 401");
    if (missing || foreign || q->integrity == NT_SIGNED_WRONG)
        nt_require(finder, NT_STUN_RULE_PLAIN, m, m->integrity == NT_SIGNED_NOT, "the refusal is signed");
}

static void judge_repeat(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_item *first = &finder->v->items[q->first], *before = &finder->v->items[first->answer];
    /* The allocation may have ended in between: a Refresh that deletes it finds none when it is retransmitted (RFC 8656, 8.2). */
    bool gone = m->method != NT_TURN_ALLOCATE && nt_item_code(finder->v, m) == 437;
    if (before != m && nt_item_same_bytes(q, first) && !before->excused && !nt_item_is_held(finder->v, m) && !gone)
        nt_require(finder, NT_STUN_RULE_REPEAT, m,
                   before->class_ == m->class_ && nt_item_code(finder->v, before) == nt_item_code(finder->v, m),
                   "the same request was answered otherwise before");
}

static void judge_response(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    bool known = m->request != NT_VIEW_NONE;
    if (known || !v->fragmented[m->party]) /* else it may have come in fragments that could not be joined */
        nt_require(finder, NT_STUN_RULE_ANSWERS, m, known, "no request with this id came before");
    if (!known)
        return;
    const struct nt_item *q = &v->items[m->request];
    nt_require(finder, NT_STUN_RULE_SAME_METHOD, m, m->method == q->method, "it has another method than its request");
    if (!asks_another_way(v, q))
        nt_require(finder, NT_STUN_RULE_SOURCE, m, m->pair == q->pair, "it goes another way than its request came");
    if (q->unknown_required && was_authenticated(v, m, q))
        nt_require(finder, NT_STUN_RULE_REQUIRED, m, nt_item_code(v, m) == 420, "unknown attributes were not refused");
    if (m->class_ == NT_STUN_ERROR)
        judge_error(finder, m);
    judge_mapped(finder, m, q);
    judge_signature(finder, m, q);
    if (nt_item_party(v, m)->kind == NT_CONF_AGENT)
        judge_short_term(finder, m, q);
    if (nt_item_party(v, m)->kind == NT_CONF_SERVER)
        judge_repeat(finder, m, q);
}

/* RFC 8489, 11 (and RFC 5389, 12.2): a server may answer an RFC 3489 client, whose request has no cookie. */
static bool answers_classic(const struct nt_view *v, uint32_t i)
{
    const struct nt_item *m = &v->items[i];
    for (uint32_t k = i; k-- > 0;) {
        const struct nt_item *q = &v->items[k];
        if (q->pair == m->pair && q->direction == NT_DIR_IN && q->kind == NT_ITEM_OTHER && q->len >= NT_STUN_HEADER &&
            m->len >= NT_STUN_HEADER && memcmp(q->bytes + 4, m->bytes + 4, NT_STUN_HEADER - 4) == 0)
            return true;
    }
    return false;
}

void nt_rfc8489_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->direction != NT_DIR_OUT || m->excused || m->leg != NT_VIEW_NONE)
            continue;
        if (m->kind == NT_ITEM_STUN || (m->kind == NT_ITEM_OTHER && !answers_classic(v, i)))
            nt_require(finder, NT_STUN_RULE_COOKIE, m, m->kind == NT_ITEM_STUN, "a STUN message without the magic cookie");
        if (m->kind != NT_ITEM_STUN)
            continue;
        judge_form(finder, m);
        judge_hmac(finder, m);
        if (m->class_ == NT_STUN_REQUEST)
            judge_request(finder, m, i);
        else if (nt_item_is_response(m))
            judge_response(finder, m);
    }
}
