#include "reports/conformance/rfc8445.h"

#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

/* RFC 8445, 5.1.2.2: the recommended values. An agent whose host candidates have them is expected to use them throughout. */
#define PRFLX_PREFERENCE 110
#define HOST_PREFERENCE 126

static bool has_attr(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type) != NULL;
}

static const struct nt_ice_candidate *any_host(const struct nt_view *v, uint32_t party)
{
    const struct nt_view_description *d = nt_view_described(v, party, NT_DIR_OUT);
    for (size_t i = 0; d != NULL && d->d.stream_count > 0 && i < d->d.streams[0].candidate_count; i++)
        if (d->d.streams[0].candidates[i].type == NT_ICE_HOST)
            return &d->d.streams[0].candidates[i];
    return NULL;
}

/* RFC 8445, 7.1.1: the priority that the local candidate would have if it were peer-reflexive: local preference and component stay.
 */
static void judge_priority(struct nt_finder *finder, const struct nt_item *m)
{
    uint32_t priority = 0;
    bool there = nt_item_u32(finder->v, m, NT_ATTR_PRIORITY, &priority);
    nt_require(finder, NT_ICE_RULE_PRIORITY, m, there, "PRIORITY is missing");
    const struct nt_ice_candidate *c = nt_view_candidate(finder->v, m->party, &m->local), *host = any_host(finder->v, m->party);
    if (!there || c == NULL)
        return;
    uint32_t want = (uint32_t)PRFLX_PREFERENCE << 24 | (c->priority & 0xffffff);
    bool usual = host != NULL && host->priority >> 24 == HOST_PREFERENCE;
    bool right = usual ? priority == want : (priority & 0xffffff) == (want & 0xffffff);
    if (!right)
        nt_find_violation(finder, NT_ICE_RULE_PRIORITY, m->party, m->frame, "PRIORITY is %" PRIu32 ", expected %" PRIu32, priority,
                          want);
}

static bool username_right(const struct nt_finder *finder, const struct nt_item *m, const struct nt_view_description *own,
                           const struct nt_view_description *peer)
{
    const struct nt_item_attr *u = nt_item_attr(finder->v, m, NT_ATTR_USERNAME);
    for (size_t i = 0; i < own->d.stream_count && i < peer->d.stream_count; i++) {
        const char *left = peer->d.streams[i].ufrag, *right = own->d.streams[i].ufrag;
        size_t a = strlen(left), b = strlen(right);
        if (u->len == a + 1 + b && memcmp(u->value, left, a) == 0 && u->value[a] == ':' && memcmp(u->value + a + 1, right, b) == 0)
            return true;
    }
    return false;
}

static void judge_username(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view_description *own = nt_view_described(finder->v, m->party, NT_DIR_OUT),
                                     *peer = nt_view_described(finder->v, m->party, NT_DIR_IN);
    if (own != NULL && peer != NULL && has_attr(finder, m, NT_ATTR_USERNAME))
        nt_require(finder, NT_ICE_RULE_CHECK_USERNAME, m, username_right(finder, m, own, peer), "it is not peer's:own");
}

static void judge_check(struct nt_finder *finder, const struct nt_item *m)
{
    bool controlling = has_attr(finder, m, NT_ATTR_ICE_CONTROLLING), controlled = has_attr(finder, m, NT_ATTR_ICE_CONTROLLED);
    judge_priority(finder, m);
    nt_require(finder, NT_ICE_RULE_ROLE, m, controlling != controlled, "not exactly one of ICE-CONTROLLING and ICE-CONTROLLED");
    if (controlling != controlled)
        nt_require(finder, NT_ICE_RULE_USE_CANDIDATE, m, controlling || !has_attr(finder, m, NT_ATTR_USE_CANDIDATE),
                   "USE-CANDIDATE of the controlled agent");
    judge_username(finder, m);
    nt_require(finder, NT_ICE_RULE_CHECK_FINGERPRINT, m, has_attr(finder, m, NT_ATTR_FINGERPRINT), "no FINGERPRINT");
}

static void judge_answer(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item *q = &finder->v->items[m->request];
    struct nt_addr mapped;
    int code = nt_item_code(finder->v, m);
    nt_require(finder, NT_ICE_RULE_CHECK_FINGERPRINT, m, has_attr(finder, m, NT_ATTR_FINGERPRINT), "no FINGERPRINT");
    nt_require(finder, NT_ICE_RULE_ALTERNATE, m, !has_attr(finder, m, NT_ATTR_ALTERNATE_SERVER) && code != 300,
               "ALTERNATE-SERVER in a check's response");
    if (m->class_ == NT_STUN_SUCCESS) {
        bool there = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
        nt_require(finder, NT_ICE_RULE_CHECK_MAPPED, m, there && nt_addr_equal(&mapped, &q->remote),
                   "it is another address, or missing");
    }
    if (nt_item_is_valid_check(finder->v, q))
        nt_require(finder, NT_ICE_RULE_LEFT_HALF, m, code != 401 && code != 400, "an authentic check was refused");
}

static void judge_indication(struct nt_finder *finder, const struct nt_item *m)
{
    nt_require(finder, NT_ICE_RULE_INDICATION, m, !has_attr(finder, m, NT_ATTR_USERNAME) && m->integrity == NT_SIGNED_NOT,
               "an authenticated keepalive");
}

void nt_rfc8445_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->direction != NT_DIR_OUT || m->excused || m->kind != NT_ITEM_STUN || nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (m->check)
            judge_check(finder, m);
        else if (nt_item_answers_check(v, m))
            judge_answer(finder, m);
        else if (nt_item_is(m, NT_STUN_BINDING, NT_STUN_INDICATION))
            judge_indication(finder, m);
    }
}
