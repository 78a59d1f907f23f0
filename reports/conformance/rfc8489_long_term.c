#include "reports/conformance/rfc8489_long_term.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

#define IN_FLIGHT NT_SEC /* for so long after a response the client may still send requests that it made before */

struct server_key {
    uint32_t party;
    struct nt_addr server;
};

struct nonce_key {
    uint64_t hash;
    uint32_t party, len;
};

struct login {          /* of a client's 5-tuple */
    uint32_t challenge; /* the last 401 or 438, or NT_VIEW_NONE */
    uint32_t stale;     /* the last 438 */
    uint32_t refused;   /* the last 401 to a request with credentials */
    bool damaged;       /* a step damaged a challenge, and so what the client took from it */
};

struct state {
    struct login *logins; /* by pair */
    struct nt_map known;  /* servers that have challenged a party */
    struct nt_map nonces; /* to the pair that each was given to */
};

static const struct nt_item_attr *attr_of(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type);
}

static bool names_user(const struct nt_finder *finder, const struct nt_item *m)
{
    return attr_of(finder, m, NT_ATTR_USERNAME) != NULL || attr_of(finder, m, NT_ATTR_USERHASH) != NULL;
}

/* --- the client --- */

static void judge_first(struct nt_finder *finder, const struct nt_item *m)
{
    bool bare = !names_user(finder, m) && m->integrity == NT_SIGNED_NOT && attr_of(finder, m, NT_ATTR_REALM) == NULL &&
                attr_of(finder, m, NT_ATTR_NONCE) == NULL;
    nt_require(finder, NT_STUN_RULE_FIRST, m, bare, "the first request has credentials already");
}

/* The same request, for the same peers if it names any. */
static bool asks_the_same(const struct nt_finder *finder, const struct nt_item *m, const struct nt_item *before)
{
    const struct nt_item_attr *a = &finder->v->attrs[m->attrs], *b = &finder->v->attrs[before->attrs];
    bool same = m->method == before->method && m->attr_count == before->attr_count;
    for (uint32_t i = 0; same && i < m->attr_count; i++) {
        struct nt_addr peer = {0}, peer_before = {0};
        same = a[i].type == b[i].type;
        if (same && a[i].type == NT_ATTR_XOR_PEER_ADDRESS)
            same = nt_item_attr_addr(m, &a[i], &peer) && nt_item_attr_addr(before, &b[i], &peer_before) &&
                   nt_addr_equal(&peer, &peer_before);
    }
    return same;
}

static void judge_retry(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *refusal)
{
    const struct nt_item *told = &finder->v->items[refusal->request];
    static const uint16_t who[] = {NT_ATTR_USERNAME, NT_ATTR_USERHASH, NT_ATTR_REALM};
    bool same = true;
    if (!asks_the_same(finder, m, told) || m->at <= refusal->at + nt_tolerance(finder->v))
        return;
    for (size_t i = 0; i < sizeof who / sizeof *who; i++)
        same = same && nt_item_same_text(attr_of(finder, m, who[i]), attr_of(finder, told, who[i]));
    nt_require(finder, NT_STUN_RULE_NO_LOOP, m, !same, "the credentials were refused before");
}

static void judge_later(struct nt_finder *finder, const struct nt_item *m, const struct login *l)
{
    const struct nt_item *challenge = &finder->v->items[l->challenge];
    const struct nt_item_attr *offered = attr_of(finder, challenge, NT_ATTR_PASSWORD_ALGORITHMS);
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE), *realm = attr_of(finder, m, NT_ATTR_REALM);
    bool complete = names_user(finder, m) && m->integrity != NT_SIGNED_NOT && realm != NULL && nonce != NULL;
    nt_require(finder, NT_STUN_RULE_SUBSEQUENT, m, complete, "credentials are missing after the challenge");
    if (!complete || l->damaged)
        return;
    if (offered != NULL && m->at > challenge->at + IN_FLIGHT) {
        nt_require(finder, NT_STUN_RULE_COPIED, m, nt_item_same_text(offered, attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS)),
                   "PASSWORD-ALGORITHMS is not what the server sent");
        nt_require(finder, NT_STUN_RULE_ONLY_SHA256, m, attr_of(finder, m, NT_ATTR_MESSAGE_INTEGRITY) == NULL,
                   "MESSAGE-INTEGRITY after PASSWORD-ALGORITHMS");
    }
    if (l->stale != NT_VIEW_NONE && m->at > finder->v->items[l->stale].at + IN_FLIGHT) {
        const struct nt_item *told = &finder->v->items[finder->v->items[l->stale].request];
        nt_require(finder, NT_STUN_RULE_NEW_NONCE, m, !nt_item_same_text(nonce, attr_of(finder, told, NT_ATTR_NONCE)),
                   "it has the stale nonce again");
    }
    if (l->refused != NT_VIEW_NONE)
        judge_retry(finder, m, &finder->v->items[l->refused]);
}

static void judge_client(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    const struct server_key k = {m->party, m->remote};
    const struct login *l = &s->logins[m->pair];
    if (m->first != self || m->excused || nt_item_party(finder->v, m)->kind != NT_CONF_AGENT)
        return;
    if (l->challenge != NT_VIEW_NONE)
        judge_later(finder, m, l);
    else if (nt_map_get(&s->known, &k) == NT_MAP_NONE)
        judge_first(finder, m);
}

/* The transaction was already answered, so that the client ignores this response. */
static bool was_answered_before(const struct nt_finder *finder, const struct nt_item *m, uint32_t self)
{
    uint32_t answer = finder->v->items[finder->v->items[m->request].first].answer;
    return answer != self && answer != NT_VIEW_NONE && !finder->v->items[answer].excused;
}

static void note_challenge(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    struct server_key k = {m->party, m->remote};
    struct login *l = &s->logins[m->pair];
    int code = nt_item_code(finder->v, m);
    if ((code != 401 && code != 438) || m->request == NT_VIEW_NONE || attr_of(finder, m, NT_ATTR_REALM) == NULL ||
        attr_of(finder, m, NT_ATTR_NONCE) == NULL)
        return;
    if (was_answered_before(finder, m, self))
        return;
    l->challenge = self;
    l->damaged = l->damaged || m->excused;
    if (code == 438)
        l->stale = self;
    else if (finder->v->items[m->request].integrity != NT_SIGNED_NOT)
        l->refused = self;
    finder->err = nt_map_put(&s->known, &k, 1);
}

/* --- the server --- */

static uint64_t hash_of(const struct nt_item_attr *a)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < a->len; i++)
        h = (h ^ a->value[i]) * UINT64_C(1099511628211);
    return h;
}

static void judge_nonce(struct nt_finder *finder, struct state *s, const struct nt_item *m, const struct nt_item_attr *nonce)
{
    struct nonce_key k = {hash_of(nonce), m->party, nonce->len};
    uint32_t given = nt_map_get(&s->nonces, &k);
    nt_require(finder, NT_STUN_RULE_NONCE, m, given == NT_MAP_NONE || given == m->pair, "another address was given this nonce");
    if (given == NT_MAP_NONE)
        finder->err = nt_map_put(&s->nonces, &k, m->pair);
}

/* RFC 8489, 9.2: "obMatJos2" and 24 bits in base64, of which the first one is the most significant of the first character. */
static bool has_cookie(const struct nt_item_attr *nonce)
{
    return nonce->len >= 13 && memcmp(nonce->value, "obMatJos2", 9) == 0;
}

static bool first_bit(char c)
{
    return (c >= 'g' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static void judge_challenge(struct nt_finder *finder, struct state *s, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE), *realm = attr_of(finder, m, NT_ATTR_REALM);
    bool algorithms = attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS) != NULL;
    if (nt_item_code(finder->v, m) == 438)
        nt_require(finder, NT_STUN_RULE_STALE, m,
                   realm != NULL && nonce != NULL && !nt_item_same_text(nonce, attr_of(finder, q, NT_ATTR_NONCE)),
                   "a 438 without REALM, or without a new nonce");
    else
        nt_require(finder, NT_STUN_RULE_CHALLENGE, m, realm != NULL && nonce != NULL, "a 401 without REALM or NONCE");
    if (nonce == NULL)
        return;
    judge_nonce(finder, s, m, nonce);
    if (algorithms)
        nt_require(finder, NT_STUN_RULE_NONCE_COOKIE, m, has_cookie(nonce), "PASSWORD-ALGORITHMS, and no nonce cookie");
    if (has_cookie(nonce))
        nt_require(finder, NT_STUN_RULE_FEATURE, m, first_bit((char)nonce->value[9]) == algorithms, "the bit says otherwise");
}

static void judge_server(struct nt_finder *finder, struct state *s, const struct nt_item *m)
{
    const struct nt_item *q = &finder->v->items[m->request];
    int code = nt_item_code(finder->v, m);
    if (q->method != m->method || (m->class_ == NT_STUN_ERROR && code == 0))
        return; /* rfc8489.c judges that */
    bool complete = names_user(finder, q) && attr_of(finder, q, NT_ATTR_REALM) != NULL && attr_of(finder, q, NT_ATTR_NONCE) != NULL;
    if (q->integrity == NT_SIGNED_NOT)
        nt_require(finder, NT_TURN_RULE_UNAUTHENTICATED, m, code == 401, "a request without integrity was not answered with 401");
    else if (!complete)
        nt_require(finder, NT_STUN_RULE_INCOMPLETE, m, code == 400, "credentials with a part missing were not refused with 400");
    else if (q->integrity == NT_SIGNED_WRONG || (q->integrity == NT_SIGNED_UNKNOWN && finder->v->in->user_count > 0))
        nt_require(finder, NT_STUN_RULE_LONG_WRONG, m, code == 401 || code == 400 || code == 438,
                   "wrong credentials were not refused");
    if (code == 401 || code == 438)
        judge_challenge(finder, s, m, q);
}

static void judge_items(struct nt_finder *finder, struct state *s)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count && finder->err == NT_OK; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind != NT_ITEM_STUN || m->inner || m->method == NT_STUN_BINDING)
            continue;
        bool client = nt_item_party(v, m)->kind == NT_CONF_AGENT;
        if (client && m->class_ == NT_STUN_REQUEST && m->direction == NT_DIR_OUT)
            judge_client(finder, s, m, i);
        else if (client && m->class_ == NT_STUN_ERROR && m->direction == NT_DIR_IN)
            note_challenge(finder, s, m, i);
        else if (!client && nt_item_is_response(m) && m->direction == NT_DIR_OUT && !m->excused && m->request != NT_VIEW_NONE)
            judge_server(finder, s, m);
    }
}

void nt_rfc8489_long_term_judge(struct nt_finder *finder)
{
    struct state s = {.logins = malloc((finder->v->pair_count + 1u) * sizeof *s.logins)};
    nt_map_init(&s.known, sizeof(struct server_key));
    nt_map_init(&s.nonces, sizeof(struct nonce_key));
    if (s.logins == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; s.logins != NULL && i < finder->v->pair_count; i++)
        s.logins[i] = (struct login){NT_VIEW_NONE, NT_VIEW_NONE, NT_VIEW_NONE, false};
    if (s.logins != NULL)
        judge_items(finder, &s);
    free(s.logins);
    nt_map_free(&s.known);
    nt_map_free(&s.nonces);
}
