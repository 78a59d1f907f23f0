#include "reports/conformance/rfc8489_long_term.h"

#include "core/base/err.h"
#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/nonce.h"
#include "reports/conformance/requests.h"
#include "reports/conformance/rfc8489_retry.h"
#include "reports/conformance/servers.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

/* RFC 8489, 9.2.3: a server is what its name or its IP address says, whatever the port. */
struct server_key {
    uint32_t party, server; /* `server`: the party, or NT_VIEW_NONE: then its address is here */
    struct nt_addr ip;
};

struct login {          /* of a client's 5-tuple */
    uint32_t challenge; /* the last 401 or 438, or NT_VIEW_NONE */
    uint32_t nonce;     /* the last 401 or 438 with a NONCE, though it may lack the REALM */
    uint32_t stale;     /* the last 438 */
    uint32_t refused;   /* the last 401 to a request with credentials */
    uint32_t bid_down;  /* the last 401 or 438 whose nonce says algorithms, and lists none */
    uint32_t success;   /* the last success of a request with credentials */
    bool damaged;       /* a step damaged a challenge, and so what the client took from it */
};

static const struct login no_login = {NT_VIEW_NONE, NT_VIEW_NONE, NT_VIEW_NONE, NT_VIEW_NONE, NT_VIEW_NONE, NT_VIEW_NONE, false};

struct state {
    struct login *logins; /* by pair */
    bool *speaks_8489;    /* by party */
    struct nt_map known;  /* servers that have challenged a party, or were named to it */
};

static const struct nt_item_attr *attr_of(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type);
}

static struct server_key key_of(const struct nt_view *v, uint32_t party, const struct nt_addr *a)
{
    struct server_key k = {.party = party, .server = nt_view_server_at(v, a)};
    if (k.server == NT_VIEW_NONE)
        k.ip = nt_addr_with_port(a, 0);
    return k;
}

static void note_server(struct nt_finder *finder, struct state *s, uint32_t party, const struct nt_addr *a)
{
    struct server_key k = key_of(finder->v, party, a);
    finder->err = nt_map_put(&s->known, &k, 1);
}

/* --- requests --- */

/* The first attribute of a kind that a request has; or NT_VIEW_NONE. */
static uint32_t first_of(const struct nt_finder *finder, const struct nt_item *m, const uint16_t *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (attr_of(finder, m, types[i]) != NULL)
            return types[i];
    return NT_VIEW_NONE;
}

static uint32_t credential_of(const struct nt_finder *finder, const struct nt_item *m)
{
    static const uint16_t types[] = {
        NT_ATTR_USERNAME, NT_ATTR_USERHASH, NT_ATTR_MESSAGE_INTEGRITY,   NT_ATTR_MESSAGE_INTEGRITY_SHA256,
        NT_ATTR_REALM,    NT_ATTR_NONCE,    NT_ATTR_PASSWORD_ALGORITHMS, NT_ATTR_PASSWORD_ALGORITHM};
    return first_of(finder, m, types, sizeof types / sizeof *types);
}

static void judge_first(struct nt_finder *finder, const struct nt_item *m)
{
    uint32_t type = credential_of(finder, m);
    char text[NT_ITEM_TEXT];
    if (type != NT_VIEW_NONE && finder->v->parties[m->party].streams)
        nt_not_judged(finder, NT_STUN_RULE_FIRST, m->party, "it may have asked the server over TCP before, which is not read");
    else
        nt_require(finder, NT_STUN_RULE_FIRST, m, type == NT_VIEW_NONE,
                   "it has %s, and no transaction with this server came before", nt_item_attr_name((uint16_t)type, text));
}

/* What a later request lacks; NULL: nothing. */
static const char *lacking(const struct nt_finder *finder, const struct nt_item *m)
{
    if (!nt_item_names_user(finder->v, m))
        return "USERNAME or USERHASH";
    if (attr_of(finder, m, NT_ATTR_REALM) == NULL)
        return "REALM";
    if (attr_of(finder, m, NT_ATTR_NONCE) == NULL)
        return "NONCE";
    return m->integrity == NT_SIGNED_NOT ? "integrity" : NULL;
}

/* "If so and the nonce cookie has the STUN Security Feature Password algorithms bit set to 1 but no PASSWORD-ALGORITHMS attribute
 * is present, then the client MUST NOT retry the request with a new transaction" */
static void judge_bid_down(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *response)
{
    if (!nt_item_asks_the_same(finder->v, m, &finder->v->items[response->request]))
        return;
    if (!s->speaks_8489[m->party])
        nt_not_judged(finder, NT_STUN_RULE_BID_DOWN, m->party, "it may be a client of RFC 5389");
    else
        nt_require(finder, NT_STUN_RULE_BID_DOWN, m, false,
                   "asked again, although packet %u has no PASSWORD-ALGORITHMS, and its nonce says that it had",
                   (unsigned)response->frame);
}

/* --- the client --- */

static const struct nt_item *item_of(const struct nt_finder *finder, uint32_t number)
{
    return number != NT_VIEW_NONE ? &finder->v->items[number] : NULL;
}

static void judge_challenged(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct login *l)
{
    const struct nt_told told = {item_of(finder, l->challenge), item_of(finder, l->nonce), item_of(finder, l->stale),
                                 item_of(finder, l->refused)};
    const struct nt_item *bid_down = item_of(finder, l->bid_down);
    if (bid_down != NULL)
        judge_bid_down(finder, s, m, bid_down);
    if (lacking(finder, m) != NULL || l->damaged)
        return;
    nt_rfc8489_retry_judge(finder, m, &told);
}

static void judge_request(struct nt_finder *finder, struct state *s, const struct nt_item *m)
{
    const struct server_key k = key_of(finder->v, m->party, &m->remote);
    struct login *l = &s->logins[m->pair];
    const struct nt_item *success = item_of(finder, l->success);
    const char *lacks = lacking(finder, m);
    /* It starts afresh, as after a restart of its own or the server's: a new login. */
    bool afresh = m->method == NT_TURN_ALLOCATE && credential_of(finder, m) == NT_VIEW_NONE;
    if (l->challenge == NT_VIEW_NONE && nt_map_get(&s->known, &k) == NT_MAP_NONE)
        judge_first(finder, m);
    if (success != NULL && !afresh)
        nt_require(finder, NT_STUN_RULE_SUBSEQUENT, m, lacks == NULL, "it lacks %s, with which packet %u succeeded", lacks,
                   (unsigned)success->frame);
    if (l->challenge != NT_VIEW_NONE)
        judge_challenged(finder, s, m, l);
    if (afresh)
        *l = no_login;
}

/* --- what the client is told --- */

static void note_bid_down(struct nt_finder *finder, struct login *l, const struct nt_item *m, uint32_t self)
{
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE);
    if (!nt_nonce_offers_algorithms(nonce) || attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS) != NULL)
        return;
    l->bid_down = self;
    if (nt_is_judged(finder, NT_STUN_RULE_BID_DOWN, m->party))
        nt_exercise(finder, NT_STUN_RULE_BID_DOWN);
}

static void note_challenge(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    struct login *l = &s->logins[m->pair];
    int code = nt_item_code(finder->v, m);
    if ((code != 401 && code != 438) || attr_of(finder, m, NT_ATTR_NONCE) == NULL)
        return;
    l->nonce = self;
    if (attr_of(finder, m, NT_ATTR_REALM) == NULL)
        return;
    l->challenge = self;
    l->damaged = l->damaged || m->excused;
    if (code == 438)
        l->stale = self;
    else if (finder->v->items[m->request].integrity != NT_SIGNED_NOT)
        l->refused = self;
    note_bid_down(finder, l, m, self);
    note_server(finder, s, m->party, &m->remote);
}

/* RFC 8489, 10: the request to an alternate server has the same credentials. */
static void note_alternates(struct nt_finder *finder, struct state *s, const struct nt_item *m)
{
    struct nt_addr a;
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (finder->v->attrs[m->attrs + i].type == NT_ATTR_ALTERNATE_SERVER &&
            nt_item_attr_addr(m, &finder->v->attrs[m->attrs + i], &a) && finder->err == NT_OK)
            note_server(finder, s, m->party, &a);
}

static void note_response(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    if (m->request == NT_VIEW_NONE || nt_item_is_ignored(finder->v, m))
        return;
    if (m->class_ == NT_STUN_SUCCESS && lacking(finder, &finder->v->items[m->request]) == NULL)
        s->logins[m->pair].success = self;
    else if (nt_item_code(finder->v, m) == 300)
        note_alternates(finder, s, m);
    else
        note_challenge(finder, s, m, self);
}

/* --- all --- */

static bool is_clients(const struct nt_finder *finder, const struct nt_item *m)
{
    return m->kind == NT_ITEM_STUN && !m->inner && m->method != NT_STUN_BINDING &&
           nt_item_party(finder->v, m)->kind == NT_CONF_AGENT;
}

static void judge_items(struct nt_finder *finder, struct state *s)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count && finder->err == NT_OK; i++) {
        const struct nt_item *m = &v->items[i];
        if (!is_clients(finder, m))
            continue;
        if (m->class_ == NT_STUN_REQUEST && m->direction == NT_DIR_OUT && m->first == i && !m->excused)
            judge_request(finder, s, m);
        else if (nt_item_is_response(m) && m->direction == NT_DIR_IN)
            note_response(finder, s, m, i);
    }
}

static void note_versions(const struct nt_finder *finder, struct state *s)
{
    for (uint32_t i = 0; i < finder->v->count; i++) {
        const struct nt_item *m = &finder->v->items[i];
        if (is_clients(finder, m) && m->class_ == NT_STUN_REQUEST && m->direction == NT_DIR_OUT &&
            nt_item_speaks_8489(finder->v, m))
            s->speaks_8489[m->party] = true;
    }
}

void nt_rfc8489_long_term_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct state s = {.logins = malloc((v->pair_count + 1u) * sizeof *s.logins),
                      .speaks_8489 = calloc(v->in->party_count + 1, sizeof *s.speaks_8489)};
    bool ready = s.logins != NULL && s.speaks_8489 != NULL;
    nt_map_init(&s.known, sizeof(struct server_key));
    if (!ready)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; ready && i < v->pair_count; i++)
        s.logins[i] = no_login;
    if (ready) {
        note_versions(finder, &s);
        judge_items(finder, &s);
    }
    free(s.logins);
    free(s.speaks_8489);
    nt_map_free(&s.known);
}
