#include "reports/conformance/requests.h"

#include "reports/conformance/message.h"

static bool asks(uint16_t type)
{
    switch (type) {
    case NT_ATTR_USERNAME:
    case NT_ATTR_USERHASH:
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE:
    case NT_ATTR_PASSWORD_ALGORITHM:
    case NT_ATTR_PASSWORD_ALGORITHMS:
    case NT_ATTR_MESSAGE_INTEGRITY:
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256:
    case NT_ATTR_FINGERPRINT:
    case NT_ATTR_SOFTWARE: return false;
    default: return true;
    }
}

static const struct nt_item_attr *next_asked(const struct nt_view *v, const struct nt_item *m, uint32_t *i)
{
    while (*i < m->attr_count) {
        const struct nt_item_attr *a = &v->attrs[m->attrs + (*i)++];
        if (asks(a->type))
            return a;
    }
    return NULL;
}

/* An IPv6 address is XORed with the transaction id, too. */
static bool is_same_value(const struct nt_item *m, const struct nt_item_attr *a, const struct nt_item *n,
                          const struct nt_item_attr *b)
{
    struct nt_addr peer, other;
    if (a->type != b->type)
        return false;
    if (a->type == NT_ATTR_XOR_PEER_ADDRESS)
        return nt_item_attr_addr(m, a, &peer) && nt_item_attr_addr(n, b, &other) && nt_addr_equal(&peer, &other);
    return nt_item_same_text(a, b);
}

bool nt_item_asks_the_same(const struct nt_view *v, const struct nt_item *m, const struct nt_item *before)
{
    uint32_t i = 0, k = 0;
    if (m->method != before->method)
        return false;
    for (;;) {
        const struct nt_item_attr *a = next_asked(v, m, &i), *b = next_asked(v, before, &k);
        if (a == NULL || b == NULL)
            return a == b;
        if (!is_same_value(m, a, before, b))
            return false;
    }
}

bool nt_item_names_user(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_USERNAME) != NULL || nt_item_attr(v, m, NT_ATTR_USERHASH) != NULL;
}

bool nt_item_names_algorithm(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_PASSWORD_ALGORITHM) != NULL || nt_item_attr(v, m, NT_ATTR_PASSWORD_ALGORITHMS) != NULL;
}

bool nt_item_speaks_8489(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_names_algorithm(v, m) || nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256) != NULL ||
           nt_item_attr(v, m, NT_ATTR_USERHASH) != NULL;
}

bool nt_item_is_refused_anyway(const struct nt_view *v, const struct nt_item *m)
{
    int code = nt_item_code(v, m);
    return (nt_item_party(v, m)->refuses && m->class_ == NT_STUN_ERROR) || code == 500 ||
           (m->method == NT_TURN_ALLOCATE && (code == 300 || code == 486));
}
