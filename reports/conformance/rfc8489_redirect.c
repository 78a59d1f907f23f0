#include "reports/conformance/rfc8489_redirect.h"

#include "reports/conformance/message.h"
#include "reports/conformance/requests.h"

#define REDIRECTS_MAX 32          /* the latest are remembered */
#define REMEMBERED (300 * NT_SEC) /* "within the last five minutes" */
#define FOLLOWED NT_SEC           /* a request that comes later may be a new attempt of its own */

struct state {
    uint32_t responses[REDIRECTS_MAX]; /* a ring of 300s that clients got */
    unsigned count;
};

static const struct nt_item *redirect_of(const struct nt_finder *finder, const struct state *s, unsigned back)
{
    return &finder->v->items[s->responses[(s->count - 1 - back) % REDIRECTS_MAX]];
}

static unsigned redirects(const struct state *s)
{
    return s->count < REDIRECTS_MAX ? s->count : REDIRECTS_MAX;
}

/* Its ALTERNATE-SERVER of a family where a server can be, as the client takes it; false: none. */
static bool read_alternate(const struct nt_view *v, const struct nt_item *m, int family, struct nt_addr *a)
{
    for (uint32_t i = 0; i < m->attr_count; i++) {
        const struct nt_item_attr *attr = &v->attrs[m->attrs + i];
        if (attr->type == NT_ATTR_ALTERNATE_SERVER && nt_item_attr_addr(m, attr, a) && a->family == family &&
            nt_addr_why_impossible(a) == NULL)
            return true;
    }
    return false;
}

/* --- the server --- */

static void judge_family(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item *q = &finder->v->items[m->request];
    struct nt_addr a;
    char from[NT_ADDR_TEXT];
    nt_require(finder, NT_STUN_RULE_ALTERNATE_FAMILY, m, read_alternate(finder->v, m, q->remote.family, &a),
               "%s, expected one of the family of %s",
               nt_item_attr(finder->v, m, NT_ATTR_ALTERNATE_SERVER) != NULL
                   ? "no ALTERNATE-SERVER is of its client's family, and where a server can be"
                   : "no ALTERNATE-SERVER",
               nt_addr_format(&q->remote, from));
}

/* --- the client --- */

/* The 300 that a request follows: the last one that names its destination and answered the same request; NULL: none. */
static const struct nt_item *followed(const struct nt_finder *finder, const struct state *s, const struct nt_item *m)
{
    struct nt_addr a;
    for (unsigned i = 0; i < redirects(s); i++) {
        const struct nt_item *r = redirect_of(finder, s, i);
        if (r->party == m->party && m->at <= r->at + FOLLOWED && read_alternate(finder->v, r, m->remote.family, &a) &&
            nt_addr_equal(&a, &m->remote) && nt_item_asks_the_same(finder->v, m, &finder->v->items[r->request]))
            return r;
    }
    return NULL;
}

/* A request that asked the same of that server, and was redirected, before; NULL: none. */
static const struct nt_item *visited(const struct nt_finder *finder, const struct state *s, const struct nt_item *m)
{
    for (unsigned i = 0; i < redirects(s); i++) {
        const struct nt_item *r = redirect_of(finder, s, i), *q = &finder->v->items[r->request];
        if (q->party == m->party && nt_addr_equal(&q->remote, &m->remote) && m->at <= q->at + REMEMBERED &&
            nt_item_asks_the_same(finder->v, m, q))
            return q;
    }
    return NULL;
}

static void judge_credentials(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *told)
{
    const struct nt_item_attr *name = nt_item_attr(finder->v, m, NT_ATTR_USERNAME);
    const struct nt_item_attr *before = nt_item_attr(finder->v, told, NT_ATTR_USERNAME);
    char now[NT_ITEM_TEXT], then[NT_ITEM_TEXT];
    if (name != NULL && before != NULL)
        nt_require(finder, NT_STUN_RULE_ALTERNATE_USER, m, nt_item_same_text(name, before),
                   "the user is %s, expected %s as in packet %u, which was redirected", nt_item_value_text(name, now),
                   nt_item_value_text(before, then), (unsigned)told->frame);
}

static void judge_request(struct nt_finder *finder, const struct state *s, const struct nt_item *m)
{
    const struct nt_item *r = followed(finder, s, m), *q = r != NULL ? visited(finder, s, m) : NULL;
    if (r == NULL)
        return;
    nt_require(finder, NT_STUN_RULE_ALTERNATE_LOOP, m, q == NULL, "packet %u leads back to a server that packet %u asked the same",
               (unsigned)r->frame, (unsigned)q->frame);
    judge_credentials(finder, m, &finder->v->items[r->request]);
}

static void judge_item(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    bool client = nt_item_party(finder->v, m)->kind == NT_CONF_AGENT, out = m->direction == NT_DIR_OUT;
    bool redirects_it = m->request != NT_VIEW_NONE && nt_item_code(finder->v, m) == 300;
    if (client && out && m->class_ == NT_STUN_REQUEST && m->first == self && !m->excused)
        judge_request(finder, s, m);
    else if (client && !out && redirects_it)
        s->responses[s->count++ % REDIRECTS_MAX] = self;
    else if (!client && out && redirects_it && !m->excused)
        judge_family(finder, m);
}

void nt_rfc8489_redirect_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct state s = {.count = 0};
    for (uint32_t i = 0; i < v->count; i++)
        if (v->items[i].kind == NT_ITEM_STUN && !v->items[i].inner && v->items[i].leg == NT_VIEW_NONE)
            judge_item(finder, &s, &v->items[i], i);
}
