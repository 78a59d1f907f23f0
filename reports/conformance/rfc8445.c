#include "reports/conformance/rfc8445.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

/* RFC 8445, 5.1.2.2: the recommended values. An agent whose host candidates have them is expected to use them throughout. */
#define PRFLX_PREFERENCE 110
#define HOST_PREFERENCE 126
#define PAIRS_DEFAULT 100    /* 6.1.2.5 */
#define EARLY_MOST 64        /* sources that an agent need not remember more of before the peer's description */
#define REMEMBERED_MOST 1024 /* peer-reflexive candidates that it need not learn more of, whatever its limit of pairs */

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

/* What an agent has to do with candidate pairs so far: those that its candidates and the peer's make, and those that checks came
 * on. */
struct pair_counts {
    bool *seen;      /* by pair */
    uint32_t *heard; /* by party: pairs with a check on them */
};

static void count_pair(struct pair_counts *counts, const struct nt_item *m)
{
    counts->heard[m->party] += !counts->seen[m->pair];
    counts->seen[m->pair] = true;
}

static uint32_t formed_pairs(const struct nt_ice_description *own, const struct nt_ice_description *peer)
{
    uint32_t n = 0;
    for (size_t i = 0; i < own->stream_count && i < peer->stream_count; i++)
        for (size_t k = 0; k < own->streams[i].candidate_count; k++) {
            const struct nt_ice_candidate *c = &own->streams[i].candidates[k];
            bool base = c->type == NT_ICE_HOST || c->type == NT_ICE_RELAY;
            for (size_t m = 0; base && m < peer->streams[i].candidate_count; m++)
                n += c->component == peer->streams[i].candidates[m].component;
        }
    return n;
}

/* RFC 8445, 6.1.2.5: the number of pairs MUST be limited. At the limit a request that gets no pair may be refused; before the
 * peer's description, when as many sources have asked as half of the pairs. With trickle it is not known how many pairs there are.
 */
static bool may_be_at_limit(const struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *q)
{
    const struct nt_view_description *own = nt_view_described(finder->v, q->party, NT_DIR_OUT),
                                     *peer = nt_view_described(finder->v, q->party, NT_DIR_IN);
    uint32_t limit = nt_item_party(finder->v, q)->max_pairs, heard = counts->heard[q->party];
    limit = limit != 0 ? limit : PAIRS_DEFAULT;
    if (heard >= REMEMBERED_MOST || (own != NULL && own->d.trickle))
        return true;
    if (own == NULL || peer == NULL || peer->at > q->at)
        return heard >= EARLY_MOST || heard > limit / 2;
    return formed_pairs(&own->d, &peer->d) + heard > limit;
}

/* RFC 8445, 7.3.1.5: a nomination that is not accepted MUST be rejected, "e.g., 400". */
static bool may_be_refused(const struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *q, int code)
{
    return code == 400 && (has_attr(finder, q, NT_ATTR_USE_CANDIDATE) || may_be_at_limit(finder, counts, q));
}

static void judge_answer(struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *m)
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
    if (nt_item_is_valid_check(finder->v, q) && !may_be_refused(finder, counts, q, code))
        nt_require(finder, NT_ICE_RULE_LEFT_HALF, m, code != 401 && code != 400, "an authentic check was refused");
}

static void judge_indication(struct nt_finder *finder, const struct nt_item *m)
{
    nt_require(finder, NT_ICE_RULE_INDICATION, m, !has_attr(finder, m, NT_ATTR_USERNAME) && m->integrity == NT_SIGNED_NOT,
               "an authenticated keepalive");
}

static void judge_items(struct nt_finder *finder, struct pair_counts *counts)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->check)
            count_pair(counts, m);
        if (m->direction != NT_DIR_OUT || m->excused || m->kind != NT_ITEM_STUN || nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (m->check)
            judge_check(finder, m);
        else if (nt_item_answers_check(v, m))
            judge_answer(finder, counts, m);
        else if (nt_item_is(m, NT_STUN_BINDING, NT_STUN_INDICATION))
            judge_indication(finder, m);
    }
}

void nt_rfc8445_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct pair_counts counts = {.seen = calloc(v->pair_count + 1u, sizeof *counts.seen),
                                 .heard = calloc(v->in->party_count + 1, sizeof *counts.heard)};
    if (counts.seen == NULL || counts.heard == NULL)
        finder->err = NT_ENOMEM;
    else
        judge_items(finder, &counts);
    free(counts.seen);
    free(counts.heard);
}
