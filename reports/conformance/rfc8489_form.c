#include "reports/conformance/rfc8489_form.h"

#include "core/base/strings.h"
#include "reports/conformance/message.h"

/* --- attributes --- */

struct form {
    uint16_t type, least, most, multiple;
};

/* RFC 8489, 14; RFC 8445, 16.1; RFC 8656, 18; RFC 6062, 6.2.1; RFC 5780, 7.2 */
static const struct form forms[] = {{NT_ATTR_PRIORITY, 4, 4, 1},
                                    {NT_ATTR_USE_CANDIDATE, 0, 0, 1},
                                    {NT_ATTR_ICE_CONTROLLING, 8, 8, 1},
                                    {NT_ATTR_ICE_CONTROLLED, 8, 8, 1},
                                    {NT_ATTR_MESSAGE_INTEGRITY, 20, 20, 1},
                                    {NT_ATTR_FINGERPRINT, 4, 4, 1},
                                    {NT_ATTR_CHANNEL_NUMBER, 4, 4, 1},
                                    {NT_ATTR_LIFETIME, 4, 4, 1},
                                    {NT_ATTR_REQUESTED_TRANSPORT, 4, 4, 1},
                                    {NT_ATTR_REQUESTED_ADDRESS_FAMILY, 4, 4, 1},
                                    {NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, 4, 4, 1},
                                    {NT_ATTR_ADDRESS_ERROR_CODE, 4, 767, 1},
                                    {NT_ATTR_RESERVATION_TOKEN, 8, 8, 1},
                                    {NT_ATTR_EVEN_PORT, 1, 1, 1},
                                    {NT_ATTR_DONT_FRAGMENT, 0, 0, 1},
                                    {NT_ATTR_ICMP, 8, 8, 1},
                                    {NT_ATTR_CONNECTION_ID, 4, 4, 1},
                                    {NT_ATTR_USERHASH, 32, 32, 1},
                                    {NT_ATTR_PASSWORD_ALGORITHM, 4, 65535, 1},
                                    {NT_ATTR_PASSWORD_ALGORITHMS, 4, 65535, 1},
                                    {NT_ATTR_UNKNOWN_ATTRIBUTES, 2, 65534, 2},
                                    {NT_ATTR_CHANGE_REQUEST, 4, 4, 1}};

static bool has_form(const struct nt_item_attr *a, const struct form *f)
{
    return a->len >= f->least && a->len <= f->most && a->len % f->multiple == 0;
}

static void judge_size(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        if (f->type != a->type)
            continue;
        nt_require(finder, NT_STUN_RULE_SIZES, m, has_form(a, f), "%s has %u bytes, expected %s%u%s", nt_stun_attr_name(a->type),
                   (unsigned)a->len, f->least < f->most ? "at least " : "", (unsigned)f->least,
                   f->multiple > 1 ? " and an even number" : "");
        return;
    }
}

static size_t count_characters(const struct nt_item_attr *a, size_t from)
{
    size_t characters = 0;
    for (size_t i = from; i < a->len; i++)
        characters += (a->value[i] & 0xc0) != 0x80;
    return characters;
}

/* RFC 8489, 14.9: "a UTF-8-encoded [RFC3629] sequence of fewer than 128 characters (which can be as long as 509 bytes when encoding
 * them and as long as 763 bytes when decoding them)". Of NONCE it says the length alone. */
static void judge_text(struct nt_finder *finder, enum nt_rule rule, const struct nt_item *m, const struct nt_item_attr *a,
                       size_t from)
{
    size_t characters = count_characters(a, from), bytes = a->len - from;
    const char *what = from > 0 ? "the reason phrase of " : "";
    nt_require(finder, rule, m, characters < 128 && bytes <= 763,
               "%s%s has %zu characters in %zu bytes, expected fewer than 128 characters", what, nt_stun_attr_name(a->type),
               characters, bytes);
    nt_require(finder, rule, m, a->type == NT_ATTR_NONCE || nt_is_utf8(a->value + from, a->len - from), "%s%s is no UTF-8", what,
               nt_stun_attr_name(a->type));
}

static void judge_error_code(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    if (a->len < 4)
        return; /* rfc8489.c: it is as good as none */
    unsigned class = a->value[2] & 7u, number = a->value[3];
    nt_require(finder, NT_STUN_RULE_CODE, m, class >= 3 && class <= 6 && number <= 99,
               "the class is %u, the number %u, expected 3 to 6 and 0 to 99", class, number);
    judge_text(finder, NT_STUN_RULE_REASON, m, a, 4);
}

static void judge_address(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    struct nt_addr addr;
    unsigned first = a->len > 0 ? a->value[0] : 0, family = a->len > 1 ? a->value[1] : 0;
    nt_require(finder, NT_STUN_RULE_FAMILY, m, first == 0 && nt_item_attr_addr(m, a, &addr),
               "%s has the first byte %u, family %u, %u bytes; expected 0, then family 1 and 8 bytes, or 2 and 20",
               nt_stun_attr_name(a->type), first, family, (unsigned)a->len);
}

static void judge_attr(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *a)
{
    judge_size(finder, m, a);
    switch (a->type) {
    case NT_ATTR_USERNAME:
        nt_require(finder, NT_STUN_RULE_USERNAME, m, a->len < 509, "USERNAME has %u bytes, expected fewer than 509",
                   (unsigned)a->len);
        nt_require(finder, NT_STUN_RULE_USERNAME, m, nt_is_utf8(a->value, a->len), "USERNAME is no UTF-8");
        break;
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE: judge_text(finder, NT_STUN_RULE_TEXTS, m, a, 0); break;
    case NT_ATTR_SOFTWARE: judge_text(finder, NT_STUN_RULE_SOFTWARE, m, a, 0); break;
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256:
        nt_require(finder, NT_STUN_RULE_SHA256_LENGTH, m, a->len >= 16 && a->len <= 32 && a->len % 4 == 0,
                   "it has %u bytes, expected 16 to 32 and a multiple of 4", (unsigned)a->len);
        break;
    case NT_ATTR_ERROR_CODE: judge_error_code(finder, m, a); break;
    case NT_ATTR_XOR_MAPPED_ADDRESS:
    case NT_ATTR_MAPPED_ADDRESS:
    case NT_ATTR_XOR_PEER_ADDRESS:
    case NT_ATTR_XOR_RELAYED_ADDRESS:
    case NT_ATTR_ALTERNATE_SERVER:
    case NT_ATTR_RESPONSE_ORIGIN:
    case NT_ATTR_OTHER_ADDRESS: judge_address(finder, m, a); break;
    default: break;
    }
}

/* --- the message --- */

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

static void judge_method(struct nt_finder *finder, const struct nt_item *m)
{
    static const char *const classes[] = {"a request", "an indication", "a success response", "an error response"};
    const char *name = nt_stun_method_name(m->method);
    nt_require(finder, NT_STUN_RULE_METHOD, m, method_has_class(m), "%s of the method %s (0x%03x)", classes[m->class_ & 3],
               name != NULL ? name : "without a name", (unsigned)m->method);
}

static void judge_length(struct nt_finder *finder, const struct nt_item *m)
{
    unsigned length = nt_load16(m->bytes + 2);
    nt_require(finder, NT_STUN_RULE_LENGTH, m, (m->flaws & NT_FLAW_LENGTH) == 0, "the length field says %u, expected %u", length,
               (unsigned)m->len - NT_STUN_HEADER);
    nt_require(finder, NT_STUN_RULE_ALIGN, m, (m->flaws & NT_FLAW_ALIGN) == 0, "the length is %u, expected a multiple of 4",
               length);
}

static void judge_attrs(struct nt_finder *finder, const struct nt_item *m)
{
    char text[NT_ITEM_TEXT];
    const bool overrun = (m->flaws & NT_FLAW_OVERRUN) != 0;
    struct nt_item_attr a = overrun ? nt_item_flawed_attr(m, NT_FLAW_OVERRUN) : (struct nt_item_attr){0};
    nt_require(finder, NT_STUN_RULE_OVERRUN, m, !overrun, "%s says %u bytes, more than are left", nt_item_attr_name(a.type, text),
               (unsigned)a.len);
    nt_require(finder, NT_STUN_RULE_PADDING, m, (m->flaws & NT_FLAW_PADDING) == 0, "the padding of %s is not zero",
               nt_item_attr_name(nt_item_flawed_attr(m, NT_FLAW_PADDING).type, text));
    nt_require(finder, NT_STUN_RULE_AFTER, m, (m->flaws & NT_FLAW_AFTER) == 0, "%s follows the integrity, and is ignored",
               nt_item_attr_name(nt_item_flawed_attr(m, NT_FLAW_AFTER).type, text));
}

static void judge_fingerprint(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item_attr *a = nt_item_attr(finder->v, m, NT_ATTR_FINGERPRINT);
    if (a == NULL)
        return;
    size_t before = (size_t)(a->value - m->bytes) - 4, after = m->len - before - 4 - a->len;
    nt_require(finder, NT_STUN_RULE_FINGERPRINT, m, (m->flaws & NT_FLAW_FINGERPRINT) == 0,
               "it is 0x%08x, expected 0x%08x; %zu bytes follow it, expected none",
               (unsigned)(a->len == 4 ? nt_load32(a->value) : 0), (unsigned)nt_stun_fingerprint(m->bytes, before), after);
}

static void judge_form(struct nt_finder *finder, const struct nt_item *m)
{
    judge_length(finder, m);
    judge_method(finder, m);
    judge_attrs(finder, m);
    judge_fingerprint(finder, m);
    for (uint32_t i = 0; i < m->attr_count; i++)
        judge_attr(finder, m, &finder->v->attrs[m->attrs + i]);
}

/* RFC 8489, 11 (and RFC 5389, 12.2): a server may answer an RFC 3489 client, whose request has no cookie, and from another address
 * if that asks for it (RFC 3489, 8.1). */
static bool answers_classic(const struct nt_view *v, uint32_t i)
{
    const struct nt_item *m = &v->items[i];
    for (uint32_t k = i; k-- > 0;) {
        const struct nt_item *q = &v->items[k];
        if (q->party == m->party && nt_addr_equal(&q->remote, &m->remote) && q->direction == NT_DIR_IN &&
            q->kind == NT_ITEM_OTHER && q->len >= NT_STUN_HEADER && m->len >= NT_STUN_HEADER &&
            memcmp(q->bytes + 4, m->bytes + 4, NT_STUN_HEADER - 4) == 0)
            return true;
    }
    return false;
}

void nt_rfc8489_form_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->direction != NT_DIR_OUT || m->excused || m->leg != NT_VIEW_NONE)
            continue;
        if (m->kind == NT_ITEM_STUN || (m->kind == NT_ITEM_OTHER && !answers_classic(v, i)))
            nt_require(finder, NT_STUN_RULE_COOKIE, m, m->kind == NT_ITEM_STUN, "bytes 4 to 7 are 0x%08x, expected 0x2112a442",
                       (unsigned)nt_load32(m->bytes + 4));
        if (m->kind == NT_ITEM_STUN)
            judge_form(finder, m);
    }
}
