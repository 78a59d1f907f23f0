#include "reports/conformance/rfc8489_long_term_server.h"

#include "core/base/err.h"
#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/nonce.h"
#include "reports/conformance/requests.h"

#include <stdlib.h>

struct nonce_key {
    uint64_t hash;
    uint32_t party, len;
};

struct state {
    struct nt_map nonces; /* to the response that gave each first */
    bool *offers;         /* by party: it has sent PASSWORD-ALGORITHMS */
};

static const struct nt_item_attr *attr_of(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type);
}

static struct nonce_key nonce_key(const struct nt_item *m, const struct nt_item_attr *nonce)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < nonce->len; i++)
        h = (h ^ nonce->value[i]) * UINT64_C(1099511628211);
    return (struct nonce_key){h, m->party, nonce->len};
}

/* --- challenges --- */

static void judge_nonce(struct nt_finder *finder, struct state *s, const struct nt_item *m, const struct nt_item_attr *nonce,
                        uint32_t self)
{
    struct nonce_key k = nonce_key(m, nonce);
    uint32_t given = nt_map_get(&s->nonces, &k);
    const struct nt_item *first = given != NT_MAP_NONE ? &finder->v->items[given] : NULL;
    char to[NT_ADDR_TEXT], before[NT_ADDR_TEXT];
    nt_require(finder, NT_STUN_RULE_NONCE, m, first == NULL || nt_addr_equal(&first->remote, &m->remote),
               "given to %s, and packet %u gave it to %s", nt_addr_format(&m->remote, to), (unsigned)first->frame,
               nt_addr_format(&first->remote, before));
    if (first == NULL)
        finder->err = nt_map_put(&s->nonces, &k, self);
}

static void judge_cookie(struct nt_finder *finder, const struct nt_item *m, const struct nt_item_attr *nonce)
{
    bool algorithms = attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS) != NULL;
    char text[NT_ITEM_TEXT];
    if (algorithms)
        nt_require(finder, NT_STUN_RULE_NONCE_COOKIE, m, nt_nonce_has_cookie(nonce),
                   "the nonce %s with PASSWORD-ALGORITHMS, expected one that begins with obMatJos2",
                   nt_item_value_text(nonce, text));
    if (nt_nonce_has_cookie(nonce))
        nt_require(finder, NT_STUN_RULE_FEATURE, m, nt_nonce_offers_algorithms(nonce) == algorithms,
                   "the bit in the nonce %s is %s, and PASSWORD-ALGORITHMS is %s", nt_item_value_text(nonce, text),
                   algorithms ? "clear" : "set", algorithms ? "there" : "missing");
}

/* What a challenge lacks; NULL: nothing. PASSWORD-ALGORITHMS is for servers that offer them. */
static const char *lacking(const struct nt_finder *finder, const struct nt_item *m, bool algorithms)
{
    if (attr_of(finder, m, NT_ATTR_REALM) == NULL)
        return "REALM";
    if (attr_of(finder, m, NT_ATTR_NONCE) == NULL)
        return "NONCE";
    return algorithms && attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS) == NULL ? "PASSWORD-ALGORITHMS" : NULL;
}

static void judge_stale(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *q)
{
    const char *lacks = lacking(finder, m, s->offers[m->party]);
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE), *old = attr_of(finder, q, NT_ATTR_NONCE);
    char text[NT_ITEM_TEXT];
    nt_require(finder, NT_STUN_RULE_STALE, m, lacks == NULL, "a 438 without %s", lacks);
    if (nonce != NULL)
        nt_require(finder, NT_STUN_RULE_STALE, m, !nt_item_same_text(nonce, old), "a 438 with the nonce of packet %u itself: %s",
                   (unsigned)q->frame, nt_item_value_text(nonce, text));
}

/* RFC 8489, 9.2.4: PASSWORD-ALGORITHMS is a must in the 401 to a user that is not valid. */
static void judge_unauthenticated(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *q)
{
    bool unknown_user = q->integrity == NT_SIGNED_UNKNOWN && nt_view_has_users(finder->v, m->party);
    const char *lacks = lacking(finder, m, unknown_user && s->offers[m->party]);
    nt_require(finder, NT_STUN_RULE_CHALLENGE, m, lacks == NULL, "a 401 without %s", lacks);
}

static void judge_challenge(struct nt_finder *finder, struct state *s, const struct nt_item *m, const struct nt_item *q,
                            uint32_t self)
{
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE);
    if (nt_item_code(finder->v, m) == 438)
        judge_stale(finder, s, m, q);
    else
        judge_unauthenticated(finder, s, m, q);
    if (attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS) != NULL)
        s->offers[m->party] = true;
    if (nonce == NULL)
        return;
    judge_nonce(finder, s, m, nonce, self);
    judge_cookie(finder, m, nonce);
}

/* --- requests --- */

static bool is_in(const struct nt_item_attr *algorithm, const struct nt_item_attr *list)
{
    for (size_t i = 0; i + 4 <= list->len;) {
        size_t len = 4u + nt_load16(list->value + i + 2);
        if (len == algorithm->len && i + len <= list->len && memcmp(list->value + i, algorithm->value, len) == 0)
            return true;
        i += (len + 3u) & ~(size_t)3;
    }
    return false;
}

/* "unless (1) PASSWORD-ALGORITHM and PASSWORD-ALGORITHMS are both present, (2) PASSWORD-ALGORITHMS matches the value sent in the
 * response that sent this NONCE, and (3) PASSWORD-ALGORITHM matches one of the entries": what is wrong; NULL: nothing, or it cannot
 * be told. */
static const char *wrong_algorithms(const struct nt_finder *finder, const struct state *s, const struct nt_item *q)
{
    const struct nt_item_attr *nonce = attr_of(finder, q, NT_ATTR_NONCE);
    const struct nt_item_attr *algorithm = attr_of(finder, q, NT_ATTR_PASSWORD_ALGORITHM);
    const struct nt_item_attr *list = attr_of(finder, q, NT_ATTR_PASSWORD_ALGORITHMS);
    if (!nt_nonce_offers_algorithms(nonce) || (algorithm == NULL && list == NULL))
        return NULL;
    if (algorithm == NULL || list == NULL)
        return algorithm == NULL ? "PASSWORD-ALGORITHMS without PASSWORD-ALGORITHM"
                                 : "PASSWORD-ALGORITHM without PASSWORD-ALGORITHMS";
    struct nonce_key k = nonce_key(q, nonce);
    uint32_t given = nt_map_get(&s->nonces, &k);
    const struct nt_item *response = given != NT_MAP_NONE ? &finder->v->items[given] : NULL;
    const struct nt_item_attr *sent = response != NULL ? attr_of(finder, response, NT_ATTR_PASSWORD_ALGORITHMS) : NULL;
    if (sent != NULL && !nt_item_same_text(sent, list))
        return "PASSWORD-ALGORITHMS that was not sent with the nonce";
    return is_in(algorithm, list) ? NULL : "PASSWORD-ALGORITHM that is not in PASSWORD-ALGORITHMS";
}

/* The response that gave the nonce was damaged on its way: whether the request's PASSWORD-ALGORITHMS are those that the server sent
 * cannot be told, and if not, 400 comes before 401. */
static bool may_be_another_list(const struct nt_finder *finder, const struct state *s, const struct nt_item *q)
{
    const struct nt_item_attr *nonce = attr_of(finder, q, NT_ATTR_NONCE);
    struct nonce_key k = nonce_key(q, nonce);
    return nt_nonce_offers_algorithms(nonce) && attr_of(finder, q, NT_ATTR_PASSWORD_ALGORITHMS) != NULL &&
           nt_map_get(&s->nonces, &k) == NT_MAP_NONE;
}

static void judge_wrong(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    char text[NT_ITEM_TEXT], user[NT_ITEM_TEXT];
    const struct nt_item_attr *name = attr_of(finder, q, NT_ATTR_USERNAME);
    bool other = code == 400 && may_be_another_list(finder, s, q);
    nt_require(finder, NT_STUN_RULE_LONG_WRONG, m, code == 401 || code == 438 || other,
               "answered with %s, expected 401: %s of packet %u (user %s) is not valid", nt_item_answer_text(finder->v, m, text),
               q->integrity == NT_SIGNED_WRONG ? "the integrity" : "the user", (unsigned)q->frame,
               name != NULL ? nt_item_value_text(name, user) : "in USERHASH");
}

/* It has given this nonce to this client. */
static bool has_given_nonce(const struct nt_finder *finder, const struct state *s, const struct nt_item *q)
{
    struct nonce_key k = nonce_key(q, attr_of(finder, q, NT_ATTR_NONCE));
    uint32_t given = nt_map_get(&s->nonces, &k);
    return given != NT_MAP_NONE && nt_addr_equal(&finder->v->items[given].remote, &q->remote);
}

/* A damaged copy with its id came before: the server may take the request for a retransmission of that, and answer as it did then.
 */
static bool passes_for_another(const struct nt_view *v, const struct nt_item *q)
{
    for (uint32_t i = q->before; i != NT_VIEW_NONE; i = v->items[i].before)
        if (!nt_item_same_bytes(&v->items[i], q))
            return true;
    return false;
}

/* The reasons for a 401 are that there is no integrity, that the user is not valid, and that the integrity is not. A request that
 * names an algorithm, with a nonce that does not offer any, is signed by a key that the server need not try. */
static void judge_right(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    char user[NT_ITEM_TEXT];
    const struct nt_item_attr *name = attr_of(finder, q, NT_ATTR_USERNAME);
    bool offered = !nt_item_names_algorithm(finder->v, q) || nt_nonce_offers_algorithms(attr_of(finder, q, NT_ATTR_NONCE));
    if (!offered || !has_given_nonce(finder, s, q) || passes_for_another(finder->v, q))
        return;
    nt_require(finder, NT_STUN_RULE_LONG_RIGHT, m, code != 401,
               "answered with 401, and the integrity of packet %u is that of its user (%s)", (unsigned)q->frame,
               name != NULL ? nt_item_value_text(name, user) : "in USERHASH");
}

/* The credential was valid for a time that is over: 401 is right. */
static bool has_expired(const struct nt_view *v, const struct nt_item *q)
{
    nt_time until = v->in->users[v->keys[q->key].user].until;
    return until != 0 && q->at >= until;
}

/* In the order of RFC 8489, 9.2.4. */
static void judge_request(struct nt_finder *finder, const struct state *s, const struct nt_item *m, const struct nt_item *q,
                          int code)
{
    const struct nt_view *v = finder->v;
    char text[NT_ITEM_TEXT];
    bool unknown = q->integrity == NT_SIGNED_UNKNOWN && nt_view_has_users(v, m->party);
    if (q->integrity == NT_SIGNED_NOT)
        return; /* rfc8656_server.c judges that */
    const char *missing = !nt_item_names_user(v, q)                   ? "USERNAME or USERHASH"
                          : attr_of(finder, q, NT_ATTR_REALM) == NULL ? "REALM"
                          : attr_of(finder, q, NT_ATTR_NONCE) == NULL ? "NONCE"
                                                                      : NULL;
    nt_require(finder, NT_STUN_RULE_INCOMPLETE, m, missing == NULL || code == 400,
               "answered with %s, expected 400: packet %u has integrity without %s", nt_item_answer_text(v, m, text),
               (unsigned)q->frame, missing);
    if (missing != NULL)
        return;
    const char *wrong = wrong_algorithms(finder, s, q);
    nt_require(finder, NT_STUN_RULE_ALGORITHMS, m, wrong == NULL || code == 400,
               "answered with %s, expected 400: packet %u has a %s", nt_item_answer_text(v, m, text), (unsigned)q->frame, wrong);
    if (wrong == NULL && (q->integrity == NT_SIGNED_WRONG || unknown))
        judge_wrong(finder, s, m, q, code);
    if (q->integrity == NT_SIGNED_RIGHT && !has_expired(v, q))
        judge_right(finder, s, m, q, code);
}

/* "Any response generated by the server MUST include the MESSAGE-INTEGRITY-SHA256 attribute [...] unless the request was processed
 * as though PASSWORD-ALGORITHM was MD5 [...] In that case, the MESSAGE-INTEGRITY attribute MUST be used instead" */
static void judge_signature(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    bool sha256 = nt_item_names_algorithm(v, q), has_sha1 = attr_of(finder, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL,
         has_sha256 = attr_of(finder, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256) != NULL;
    char user[NT_ITEM_TEXT];
    nt_require(finder, NT_STUN_RULE_LONG_USERNAME, m, attr_of(finder, m, NT_ATTR_USERNAME) == NULL,
               "it has the USERNAME %s, expected none", nt_item_value_text(attr_of(finder, m, NT_ATTR_USERNAME), user));
    if (nt_item_is_authenticated(v, m, q))
        nt_require(finder, NT_STUN_RULE_LONG_SIGNED, m, has_sha256 == sha256 && has_sha1 != sha256,
                   "it has %s, expected MESSAGE-INTEGRITY%s alone: packet %u names %s algorithm", nt_item_integrity_text(v, m),
                   sha256 ? "-SHA256" : "", (unsigned)q->frame, sha256 ? "an" : "no");
}

/* --- all --- */

static void judge_response(struct nt_finder *finder, struct state *s, const struct nt_item *m, uint32_t self)
{
    const struct nt_item *q = &finder->v->items[m->request];
    int code = nt_item_code(finder->v, m);
    if (q->method != m->method || (m->class_ == NT_STUN_ERROR && code == 0))
        return; /* rfc8489.c judges that */
    if (!nt_item_is_refused_anyway(finder->v, m)) {
        judge_request(finder, s, m, q, code);
        judge_signature(finder, m, q);
    }
    if (code == 401 || code == 438)
        judge_challenge(finder, s, m, q, self);
}

static void judge_items(struct nt_finder *finder, struct state *s)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count && finder->err == NT_OK; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind == NT_ITEM_STUN && !m->inner && m->method != NT_STUN_BINDING && m->leg == NT_VIEW_NONE &&
            nt_item_is_response(m) && m->direction == NT_DIR_OUT && !m->excused && m->request != NT_VIEW_NONE &&
            nt_item_party(v, m)->kind == NT_CONF_SERVER)
            judge_response(finder, s, m, i);
    }
}

void nt_rfc8489_long_term_server_judge(struct nt_finder *finder)
{
    struct state s = {.offers = calloc(finder->v->in->party_count + 1, sizeof *s.offers)};
    nt_map_init(&s.nonces, sizeof(struct nonce_key));
    if (s.offers == NULL)
        finder->err = NT_ENOMEM;
    else
        judge_items(finder, &s);
    free(s.offers);
    nt_map_free(&s.nonces);
}
