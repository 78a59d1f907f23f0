/* RFC 8489: the form of messages, transactions, and credentials of both kinds. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

/* --- the form of one message --- */

struct form {
    uint16_t type, least, most, multiple;
};

/* RFC 8489, 14; RFC 8445, 16.1; RFC 8656, 18 */
static const struct form forms[] = {
    {NT_ATTR_PRIORITY, 4, 4, 1},         {NT_ATTR_USE_CANDIDATE, 0, 0, 1},         {NT_ATTR_ICE_CONTROLLING, 8, 8, 1},
    {NT_ATTR_ICE_CONTROLLED, 8, 8, 1},   {NT_ATTR_MESSAGE_INTEGRITY, 20, 20, 1},   {NT_ATTR_FINGERPRINT, 4, 4, 1},
    {NT_ATTR_LIFETIME, 4, 4, 1},         {NT_ATTR_REQUESTED_TRANSPORT, 4, 4, 1},   {NT_ATTR_REQUESTED_ADDRESS_FAMILY, 4, 4, 1},
    {NT_ATTR_RESERVATION_TOKEN, 8, 8, 1}, {NT_ATTR_EVEN_PORT, 1, 1, 1},             {NT_ATTR_DONT_FRAGMENT, 0, 0, 1},
    {NT_ATTR_USERHASH, 32, 32, 1},       {NT_ATTR_UNKNOWN_ATTRIBUTES, 2, 65534, 2}, {NT_ATTR_CHANGE_REQUEST, 4, 4, 1}};

static void judge_size(struct nt_judge *j, const struct nt_item *m, const struct nt_item_attr *a)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        if (f->type == a->type &&
            nt_judge_breaks(j, NT_STUN_RULE_SIZES, a->len >= f->least && a->len <= f->most && a->len % f->multiple == 0))
            nt_judge_broken(j, NT_STUN_RULE_SIZES, m->party, m->frame, "%s has %u bytes", nt_stun_attr_name(a->type), (unsigned)a->len);
    }
}

/* RFC 8489, 14.9: "fewer than 128 characters (which can be as long as 509 bytes when encoding them or 763 bytes when decoding)" */
static bool short_text(const struct nt_item_attr *a, size_t from)
{
    size_t characters = 0;
    for (size_t i = from; i < a->len; i++)
        characters += (a->value[i] & 0xc0) != 0x80;
    return characters < 128 && a->len <= from + 763;
}

static void judge_attr(struct nt_judge *j, const struct nt_item *m, const struct nt_item_attr *a)
{
    struct nt_addr addr;
    judge_size(j, m, a);
    switch (a->type) {
    case NT_ATTR_USERNAME: nt_judge_that(j, NT_STUN_RULE_USERNAME, m, a->len < 509, "USERNAME is too long"); break;
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE: nt_judge_that(j, NT_STUN_RULE_TEXTS, m, short_text(a, 0), "REALM or NONCE is too long"); break;
    case NT_ATTR_SOFTWARE: nt_judge_that(j, NT_STUN_RULE_SOFTWARE, m, short_text(a, 0), "SOFTWARE is too long"); break;
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256:
        nt_judge_that(j, NT_STUN_RULE_SHA256_LENGTH, m, a->len >= 16 && a->len <= 32 && a->len % 4 == 0, "its length is not allowed");
        break;
    case NT_ATTR_ERROR_CODE:
        if (a->len < 4)
            break;
        nt_judge_that(j, NT_STUN_RULE_CODE, m, (a->value[2] & 7) >= 3 && (a->value[2] & 7) <= 6 && a->value[3] <= 99, "no such error code");
        nt_judge_that(j, NT_STUN_RULE_REASON, m, short_text(a, 4), "the reason phrase is too long");
        break;
    case NT_ATTR_XOR_MAPPED_ADDRESS:
    case NT_ATTR_MAPPED_ADDRESS:
    case NT_ATTR_XOR_PEER_ADDRESS:
    case NT_ATTR_XOR_RELAYED_ADDRESS:
        nt_judge_that(j, NT_STUN_RULE_FAMILY, m, a->len > 0 && a->value[0] == 0 && nt_item_attr_addr(m, a, &addr), "no such form of an address");
        break;
    default: break;
    }
}

static bool class_allowed(const struct nt_item *m)
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

static void judge_form(struct nt_judge *j, const struct nt_item *m)
{
    nt_judge_that(j, NT_STUN_RULE_LENGTH, m, (m->flaws & NT_FLAW_LENGTH) == 0, "the length field is not that of the datagram");
    nt_judge_that(j, NT_STUN_RULE_ALIGN, m, (m->flaws & NT_FLAW_ALIGN) == 0, "the length is not a multiple of four");
    nt_judge_that(j, NT_STUN_RULE_OVERRUN, m, (m->flaws & NT_FLAW_OVERRUN) == 0, "an attribute goes beyond the message");
    nt_judge_that(j, NT_STUN_RULE_PADDING, m, (m->flaws & NT_FLAW_PADDING) == 0, "padding is not zero");
    nt_judge_that(j, NT_STUN_RULE_METHOD, m, class_allowed(m), "the method has no such class");
    nt_judge_that(j, NT_STUN_RULE_AFTER, m, (m->flaws & NT_FLAW_AFTER) == 0, "an attribute follows the integrity");
    if (nt_item_attr(j->v, m, NT_ATTR_FINGERPRINT) != NULL)
        nt_judge_that(j, NT_STUN_RULE_FINGERPRINT, m, (m->flaws & NT_FLAW_FINGERPRINT) == 0, "FINGERPRINT is wrong, or not last");
    for (uint32_t i = 0; i < m->attr_count; i++)
        judge_attr(j, m, &j->v->attrs[m->attrs + i]);
}

/* --- transactions --- */

static void judge_retransmission(struct nt_judge *j, const struct nt_item *m)
{
    const struct nt_item *first = &j->v->items[m->first];
    bool same_way = first->pair == m->pair;
    nt_judge_that(j, NT_STUN_RULE_FRESH_ID, m, same_way, "the id was used for another destination");
    if (!same_way || first->excused)
        return;
    nt_judge_that(j, NT_STUN_RULE_IDENTICAL, m, nt_item_same_bytes(first, m),
                  "it differs from the first request with this id");
    if (!m->copy)
        nt_judge_that(j, NT_STUN_RULE_STOP, m, first->answer == NT_VIEW_NONE || j->v->items[first->answer].at + nt_judge_tolerance(j->v) > m->at, "");
}

static void judge_credentials(struct nt_judge *j, const struct nt_item *m)
{
    if (!nt_item_check(j->v, m))
        return;
    bool complete = nt_item_attr(j->v, m, NT_ATTR_USERNAME) != NULL && m->integrity != NT_SIGNED_NOT;
    nt_judge_that(j, NT_STUN_RULE_CREDENTIALS, m, complete, "USERNAME or integrity is missing");
}

/* A wrong key is a wrong configuration where users are typed in, and an error where they were exchanged. */
static void judge_hmac(struct nt_judge *j, const struct nt_item *m)
{
    bool long_term_request = m->class_ == NT_STUN_REQUEST && m->method != NT_STUN_BINDING;
    const struct nt_item_attr *sha256 = nt_item_attr(j->v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    if (sha256 != NULL && (sha256->len < 16 || sha256->len > 32))
        return;
    if (!long_term_request && (m->integrity == NT_SIGNED_RIGHT || m->integrity == NT_SIGNED_WRONG))
        nt_judge_that(j, NT_STUN_RULE_HMAC, m, m->integrity == NT_SIGNED_RIGHT, "the integrity does not verify");
}

static void judge_request(struct nt_judge *j, const struct nt_item *m, uint32_t self)
{
    if (m->first != self) {
        judge_retransmission(j, m);
        return;
    }
    nt_judge_that(j, NT_STUN_RULE_FRESH_ID, m, !m->reused_id, "the id is that of an earlier request, which was another one");
    judge_credentials(j, m);
}

/* --- responses --- */

static bool unknown_required(const struct nt_view *v, const struct nt_item *m)
{
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (v->attrs[m->attrs + i].type < 0x8000 && !nt_stun_attr_known(v->attrs[m->attrs + i].type))
            return true;
    return false;
}

static bool sent_elsewhere(const struct nt_view *v, const struct nt_item *q)
{
    uint32_t change;
    return nt_item_attr(v, q, NT_ATTR_RESPONSE_PORT) != NULL || (nt_item_u32(v, q, NT_ATTR_CHANGE_REQUEST, &change) && change != 0);
}

static void judge_error(struct nt_judge *j, const struct nt_item *m, const struct nt_item *q)
{
    bool has = nt_item_attr(j->v, m, NT_ATTR_ERROR_CODE) != NULL;
    int code = nt_item_code(j->v, m);
    nt_judge_that(j, NT_STUN_RULE_ERROR_CODE, m, has, "an error without ERROR-CODE");
    if (code == 420)
        nt_judge_that(j, NT_STUN_RULE_UNKNOWN, m, nt_item_attr(j->v, m, NT_ATTR_UNKNOWN_ATTRIBUTES) != NULL, "420 without UNKNOWN-ATTRIBUTES");
    (void)q;
}

static void judge_mapped(struct nt_judge *j, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_addr mapped;
    bool server = nt_item_party(j->v, m)->kind == NT_CONF_SERVER;
    if (!server || !nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS))
        return;
    bool has = nt_item_addr(j->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    nt_judge_that(j, NT_STUN_RULE_MAPPED, m, has && nt_addr_equal(&mapped, &q->remote), "it is another address, or missing");
}

static bool authenticated(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    int code = nt_item_code(v, m);
    return q->integrity == NT_SIGNED_RIGHT && code != 400 && code != 401 && code != 438;
}

static void judge_signature(struct nt_judge *j, const struct nt_item *m, const struct nt_item *q)
{
    bool sha1 = nt_item_attr(j->v, q, NT_ATTR_MESSAGE_INTEGRITY) != NULL;
    uint16_t want = sha1 ? NT_ATTR_MESSAGE_INTEGRITY : NT_ATTR_MESSAGE_INTEGRITY_SHA256;
    nt_judge_that(j, NT_STUN_RULE_NO_USERNAME, m, nt_item_attr(j->v, m, NT_ATTR_USERNAME) == NULL, "USERNAME in a response");
    if (authenticated(j->v, m, q))
        nt_judge_that(j, NT_STUN_RULE_SIGNED, m, nt_item_attr(j->v, m, want) != NULL, "the request's kind of integrity is missing");
}

/* RFC 8489, 9.1.3, on checks: what an agent answers to one that does not authenticate. */
static void judge_short_term(struct nt_judge *j, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = j->v;
    int code = nt_item_code(v, m);
    bool missing = nt_item_attr(v, q, NT_ATTR_USERNAME) == NULL || q->integrity == NT_SIGNED_NOT;
    bool foreign = q->key == NT_VIEW_NONE || v->keys[q->key].party != q->party;
    if (!nt_item_check(v, q) || nt_view_described(v, m->party, NT_DIR_OUT) == NULL)
        return;
    if (missing)
        nt_judge_that(j, NT_STUN_RULE_MISSING, m, code == 400, "a request without credentials was not refused with 400");
    else if (foreign || q->integrity == NT_SIGNED_WRONG)
        nt_judge_that(j, NT_STUN_RULE_WRONG, m, code == 401, "a request with wrong credentials was not refused with 401");
    if (missing || foreign || q->integrity == NT_SIGNED_WRONG)
        nt_judge_that(j, NT_STUN_RULE_PLAIN, m, m->integrity == NT_SIGNED_NOT, "the refusal is signed");
}

static void judge_repeat(struct nt_judge *j, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_item *first = &j->v->items[q->first], *before = &j->v->items[first->answer];
    /* Its allocation may have ended in between: a Refresh that deletes it finds none when it is repeated (RFC 8656, 8.2). */
    bool gone = m->method != NT_TURN_ALLOCATE && nt_item_code(j->v, m) == 437;
    if (before != m && nt_item_same_bytes(q, first) && !before->excused && !nt_item_held(j->v, m) && !gone)
        nt_judge_that(j, NT_STUN_RULE_REPEAT, m, before->class_ == m->class_ && nt_item_code(j->v, before) == nt_item_code(j->v, m),
                      "the same request was answered otherwise before");
}

static void judge_response(struct nt_judge *j, const struct nt_item *m)
{
    const struct nt_view *v = j->v;
    nt_judge_that(j, NT_STUN_RULE_ANSWERS, m, m->request != NT_VIEW_NONE, "no request with this id came before");
    if (m->request == NT_VIEW_NONE)
        return;
    const struct nt_item *q = &v->items[m->request];
    nt_judge_that(j, NT_STUN_RULE_SAME_METHOD, m, m->method == q->method, "it has another method than its request");
    if (!sent_elsewhere(v, q))
        nt_judge_that(j, NT_STUN_RULE_SOURCE, m, m->pair == q->pair, "it goes another way than its request came");
    if (unknown_required(v, q) && authenticated(v, m, q))
        nt_judge_that(j, NT_STUN_RULE_REQUIRED, m, nt_item_code(v, m) == 420, "unknown attributes were not refused");
    if (m->class_ == NT_STUN_ERROR)
        judge_error(j, m, q);
    judge_mapped(j, m, q);
    judge_signature(j, m, q);
    if (nt_item_party(v, m)->kind == NT_CONF_AGENT)
        judge_short_term(j, m, q);
    if (nt_item_party(v, m)->kind == NT_CONF_SERVER)
        judge_repeat(j, m, q);
}

/* RFC 8489, 11 (and RFC 5389, 12.2): a server may answer an RFC 3489 client, whose transaction has no cookie. */
static bool answers_classic(const struct nt_view *v, uint32_t i)
{
    const struct nt_item *m = &v->items[i];
    for (uint32_t k = i; k-- > 0;) {
        const struct nt_item *q = &v->items[k];
        if (q->pair == m->pair && q->direction == NT_DIR_IN && q->kind == NT_ITEM_OTHER && q->len >= NT_STUN_HEADER && m->len >= NT_STUN_HEADER &&
            memcmp(q->bytes + 4, m->bytes + 4, NT_STUN_HEADER - 4) == 0)
            return true;
    }
    return false;
}

void nt_judge_stun(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->direction != NT_DIR_OUT || m->excused || m->leg != NT_VIEW_NONE)
            continue;
        if (m->kind == NT_ITEM_STUN || (m->kind == NT_ITEM_OTHER && !answers_classic(v, i)))
            nt_judge_that(j, NT_STUN_RULE_COOKIE, m, m->kind == NT_ITEM_STUN, "a STUN message without the magic cookie");
        if (m->kind != NT_ITEM_STUN)
            continue;
        judge_form(j, m);
        judge_hmac(j, m);
        if (m->class_ == NT_STUN_REQUEST)
            judge_request(j, m, i);
        else if (nt_item_response(m))
            judge_response(j, m);
    }
    nt_judge_long_term(j);
    nt_judge_timing(j);
}
