#include "reports/conformance/rfc8489_short_term.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

static bool has_sha1(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL;
}

static bool has_sha256(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256) != NULL;
}

/* RFC 8489, 9.1.3: "computed using the password utilized to authenticate the request": that of the username fragment which the
 * request names, though a restart has brought another since, or before. */
static bool is_signed_otherwise(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    bool response = nt_item_is_response(m) && m->request != NT_VIEW_NONE && nt_item_answers_check(v, m);
    uint32_t other = response ? nt_item_other_key(v, m) : NT_VIEW_NONE;
    char user[NT_ITEM_TEXT];
    if (other == NT_VIEW_NONE)
        return false;
    const struct nt_item *q = &v->items[m->request];
    nt_require(finder, NT_STUN_RULE_PASSWORD, m, false,
               "%s is that of the password '%.8s...', expected that of the username %s of packet %u", nt_item_integrity_text(v, m),
               v->keys[other].password, nt_item_value_text(nt_item_attr(v, q, NT_ATTR_USERNAME), user), (unsigned)q->frame);
    return true;
}

/* A long-term request with the wrong key is a user's wrong password, not a violation; other keys were exchanged or known to the
 * server. */
static void judge_hmac(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    bool long_term_request = m->class_ == NT_STUN_REQUEST && m->method != NT_STUN_BINDING;
    const struct nt_item_attr *sha256 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    if (long_term_request || (sha256 != NULL && (sha256->len < 16 || sha256->len > 32)))
        return;
    if (m->integrity == NT_SIGNED_WRONG && is_signed_otherwise(finder, m))
        return;
    if (m->integrity == NT_SIGNED_RIGHT || m->integrity == NT_SIGNED_WRONG)
        nt_require(finder, NT_STUN_RULE_HMAC, m, m->integrity == NT_SIGNED_RIGHT, "%s is not that of %s's password",
                   nt_item_integrity_text(v, m), v->in->parties[v->keys[m->key].party].name);
}

/* --- the client --- */

/* RFC 8489, 9.1.5: the response of each pair that the next requests have to follow: the first one to a key. */
struct state {
    uint32_t *told; /* by pair; NT_VIEW_NONE: none */
};

static void judge_credentials(struct nt_finder *finder, const struct nt_item *m)
{
    bool username = nt_item_attr(finder->v, m, NT_ATTR_USERNAME) != NULL;
    nt_require(finder, NT_STUN_RULE_CREDENTIALS, m, username && m->integrity != NT_SIGNED_NOT, "a check %s USERNAME, with %s",
               username ? "with" : "without", nt_item_integrity_text(finder->v, m));
}

static void judge_kind(struct nt_finder *finder, const struct state *s, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    const struct nt_item *told = s->told[m->pair] != NT_VIEW_NONE ? &v->items[s->told[m->pair]] : NULL;
    bool late = told != NULL && (!v->in->real_time || m->at > told->at + nt_tolerance(v));
    if (late && told->key == m->key && m->integrity == NT_SIGNED_RIGHT)
        nt_require(finder, NT_STUN_RULE_LATER_KIND, m,
                   has_sha1(v, m) == has_sha1(v, told) && has_sha256(v, m) == has_sha256(v, told),
                   "it has %s, expected %s, as the response in packet %u", nt_item_integrity_text(v, m),
                   nt_item_integrity_text(v, told), (unsigned)told->frame);
}

static void note_response(const struct nt_view *v, struct state *s, const struct nt_item *m, uint32_t self)
{
    uint32_t *told = &s->told[m->pair];
    bool one_kind = has_sha1(v, m) != has_sha256(v, m);
    if (nt_item_answers_check(v, m) && one_kind && nt_item_has_kind_of(v, m, &v->items[m->request]) &&
        m->integrity == NT_SIGNED_RIGHT && !m->excused && !nt_item_is_late(v, m) &&
        (*told == NT_VIEW_NONE || v->items[*told].key != m->key))
        *told = self;
}

/* --- the server --- */

/* Whether a user or a password is one of the party's cannot be told: a description of its own could not be read, or its ufrag has
 * more passwords than are kept. */
static bool is_unsure(const struct nt_view *v, const struct nt_item *q)
{
    bool unread = false;
    for (uint32_t i = v->parties[q->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        unread = unread || (v->descriptions[i].direction == NT_DIR_OUT && v->descriptions[i].err != NT_OK);
    return q->integrity == NT_SIGNED_UNKNOWN && (unread || q->key != NT_VIEW_NONE);
}

/* RFC 8489, 9.1.3, on checks: the response to one that does not authenticate. */
static void judge_refusal(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    char text[NT_ITEM_TEXT], user[NT_ITEM_TEXT];
    const struct nt_item_attr *username = nt_item_attr(v, q, NT_ATTR_USERNAME);
    bool missing = username == NULL || q->integrity == NT_SIGNED_NOT;
    bool foreign = q->key == NT_VIEW_NONE || v->keys[q->key].party != q->party, wrong = q->integrity == NT_SIGNED_WRONG;
    if (!q->check || nt_view_described(v, m->party, NT_DIR_OUT) == NULL)
        return;
    if (!missing && is_unsure(v, q)) {
        nt_not_judged(finder, NT_STUN_RULE_WRONG, m->party, "not all of its passwords are known");
        return;
    }
    if (missing)
        nt_require(finder, NT_STUN_RULE_MISSING, m, nt_item_code(v, m) == 400,
                   "answered with %s, expected 400: packet %u has %s USERNAME, and %s", nt_item_answer_text(v, m, text),
                   (unsigned)q->frame, username == NULL ? "no" : "a", nt_item_integrity_text(v, q));
    else if (foreign || wrong)
        nt_require(finder, NT_STUN_RULE_WRONG, m, nt_item_code(v, m) == 401,
                   "answered with %s, expected 401: the %s of packet %u (username %s) is not valid",
                   nt_item_answer_text(v, m, text), foreign ? "user" : "integrity", (unsigned)q->frame,
                   nt_item_value_text(username, user));
    if (missing || foreign || wrong)
        nt_require(finder, NT_STUN_RULE_PLAIN, m, m->integrity == NT_SIGNED_NOT, "it has %s, and packet %u did not authenticate",
                   nt_item_integrity_text(v, m), (unsigned)q->frame);
}

/* "Any response generated by a server to a request that contains a MESSAGE-INTEGRITY-SHA256 attribute MUST include [it ...]; that
 * contains only a MESSAGE-INTEGRITY attribute MUST include the MESSAGE-INTEGRITY attribute [...] only one of these attributes can
 * appear" */
static void judge_signature(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    bool sha256 = has_sha256(v, q);
    char user[NT_ITEM_TEXT];
    nt_require(finder, NT_STUN_RULE_NO_USERNAME, m, nt_item_attr(v, m, NT_ATTR_USERNAME) == NULL,
               "it has the USERNAME %s, expected none", nt_item_value_text(nt_item_attr(v, m, NT_ATTR_USERNAME), user));
    if (nt_item_is_authenticated(v, m, q) && m->integrity == NT_SIGNED_RIGHT)
        nt_kept(finder, NT_STUN_RULE_PASSWORD, m);
    if (nt_item_is_authenticated(v, m, q))
        nt_require(finder, NT_STUN_RULE_SIGNED, m, has_sha256(v, m) == sha256 && has_sha1(v, m) != sha256,
                   "it has %s, expected MESSAGE-INTEGRITY%s alone: packet %u has %s", nt_item_integrity_text(v, m),
                   sha256 ? "-SHA256" : "", (unsigned)q->frame, nt_item_integrity_text(v, q));
}

static void judge_response(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item *q = &finder->v->items[m->request];
    if (q->method != NT_STUN_BINDING || nt_item_attr(finder->v, q, NT_ATTR_REALM) != NULL)
        return; /* rfc8489_long_term_server.c */
    judge_signature(finder, m, q);
    if (nt_item_party(finder->v, m)->kind == NT_CONF_AGENT)
        judge_refusal(finder, m, q);
}

static void judge_sent(struct nt_finder *finder, const struct state *s, const struct nt_item *m, uint32_t self)
{
    judge_hmac(finder, m);
    if (m->class_ == NT_STUN_REQUEST && m->check && m->first == self) {
        judge_credentials(finder, m);
        judge_kind(finder, s, m);
    }
    if (nt_item_is_response(m) && m->request != NT_VIEW_NONE)
        judge_response(finder, m);
}

static void judge_items(struct nt_finder *finder, struct state *s)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind != NT_ITEM_STUN || m->leg != NT_VIEW_NONE)
            continue;
        if (m->direction == NT_DIR_IN)
            note_response(v, s, m, i);
        else if (!m->excused && (m->flaws & NT_FLAWS_UNREADABLE) == 0)
            judge_sent(finder, s, m, i);
    }
}

void nt_rfc8489_short_term_judge(struct nt_finder *finder)
{
    size_t size = (finder->v->pair_count + 1u) * sizeof(uint32_t);
    struct state s = {.told = malloc(size)};
    if (s.told == NULL) {
        finder->err = NT_ENOMEM;
        return;
    }
    memset(s.told, 0xff, size); /* NT_VIEW_NONE */
    judge_items(finder, &s);
    free(s.told);
}
