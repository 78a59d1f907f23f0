/* "This is done by limiting the total number of candidate pairs in the checklist set. The default limit of candidate pairs for the
 * checklist set is 100, but the value MUST be configurable." How many pairs an agent has at a time is not seen, but some of them
 * surely are in the checklist set: a pair from its first check until that is not sent again any more; and one whose check has
 * succeeded, until a pair of its component is nominated. A pair that has failed, or was never checked, may have made room for
 * another (RFC 8838, 12). A pair that a check of the peer came on first is inserted whatever the limit (7.3.1.4). */
#include "reports/conformance/rfc8445_limit.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

#define PAIRS_DEFAULT 100

struct span {           /* of a link */
    uint32_t last;      /* the last check that was sent on it */
    bool succeeds;      /* some time */
    bool checked, came; /* a check was sent; a valid one came */
    bool counts;        /* it is one of its session's and its place's */
};

struct counts {
    const struct nt_view *v;
    struct span *links;
    uint32_t *places;   /* pairs of a component that are surely there */
    uint32_t *sessions; /* likewise */
    bool *nominated;    /* by place */
};

static bool is_sent_check(const struct nt_item *m)
{
    return m->check && m->direction == NT_DIR_OUT && m->link != NT_VIEW_NONE;
}

static void look_ahead(struct counts *c)
{
    for (uint32_t i = 0; i < c->v->count; i++) {
        const struct nt_item *m = &c->v->items[i];
        if (is_sent_check(m))
            c->links[m->link].last = i;
        else if (m->link != NT_VIEW_NONE && nt_item_is_valid_success(c->v, m) && !nt_item_is_late(c->v, m))
            c->links[m->link].succeeds = true;
    }
}

static void count_pairs(struct counts *c, const struct nt_item *m, int change)
{
    c->places[m->place] += (uint32_t)change;
    c->sessions[m->session] += (uint32_t)change;
}

/* The pairs of a component whose pair is nominated may be removed (8.1.2). */
static void close_component(struct counts *c, const struct nt_item *m)
{
    c->nominated[m->place] = true;
    c->sessions[m->session] -= c->places[m->place];
}

static void judge_check(struct nt_finder *finder, struct counts *c, const struct nt_item *m, uint32_t self)
{
    uint32_t configured = nt_item_party(c->v, m)->max_pairs, limit = configured > PAIRS_DEFAULT ? configured : PAIRS_DEFAULT;
    struct span *s = &c->links[m->link];
    if (c->nominated[m->place])
        return;
    if (!s->checked && !s->came) {
        s->counts = true;
        count_pairs(c, m, 1);
        nt_require(finder, NT_ICE_RULE_PAIR_LIMIT, m, c->sessions[m->session] <= limit,
                   "a check on one more pair, while those on %u are under way or have succeeded, expected %u pairs at most",
                   (unsigned)c->sessions[m->session] - 1, (unsigned)limit);
    }
    s->checked = true;
    if (s->counts && s->last == self && !s->succeeds)
        count_pairs(c, m, -1);
}

static void judge_item(struct nt_finder *finder, struct counts *c, const struct nt_item *m, uint32_t self)
{
    bool success = m->class_ == NT_STUN_SUCCESS && nt_item_answers_check(c->v, m);
    if (is_sent_check(m))
        judge_check(finder, c, m, self);
    else if (nt_item_is_valid_check(c->v, m))
        c->links[m->link].came = true;
    else if (success && nt_item_nominates(c->v, &c->v->items[m->request]) && !c->nominated[m->place])
        close_component(c, m);
}

static bool make_counts(struct counts *c)
{
    const struct nt_view *v = c->v;
    c->links = calloc(v->link_count + 1u, sizeof *c->links);
    c->places = calloc(v->place_count + 1, sizeof *c->places);
    c->sessions = calloc(v->first_session[v->in->party_count] + 1u, sizeof *c->sessions);
    c->nominated = calloc(v->place_count + 1, sizeof *c->nominated);
    return c->links != NULL && c->places != NULL && c->sessions != NULL && c->nominated != NULL;
}

void nt_rfc8445_limit_judge(struct nt_finder *finder)
{
    struct counts c = {.v = finder->v};
    if (make_counts(&c)) {
        look_ahead(&c);
        for (uint32_t i = 0; i < c.v->count; i++)
            if (c.v->items[i].kind == NT_ITEM_STUN && c.v->items[i].link != NT_VIEW_NONE)
                judge_item(finder, &c, &c.v->items[i], i);
    } else {
        finder->err = NT_ENOMEM;
    }
    free(c.links);
    free(c.places);
    free(c.sessions);
    free(c.nominated);
}
