#include "reports/conformance/rfc8489_retry.h"

#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/nonce.h"
#include "reports/conformance/requests.h"

#define IN_FLIGHT NT_SEC /* for so long after a response the client may still send other requests that it made before */

static const struct nt_item_attr *attr_of(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type);
}

/* --- what it takes from the response --- */

/* It is the request that the response refused, made anew; any other may have been on its way when the response came. */
static bool follows(const struct nt_finder *finder, const struct nt_item *m, const struct nt_item *response)
{
    return m->at > response->at + IN_FLIGHT || nt_item_asks_the_same(finder->v, m, &finder->v->items[response->request]);
}

/* A client of RFC 5389 does not know them: "If the request contains neither the PASSWORD-ALGORITHMS nor the PASSWORD-ALGORITHM
 * algorithm, then the request is processed as though PASSWORD-ALGORITHM were MD5" (9.2.4). */
static void judge_algorithms(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *challenge)
{
    const struct nt_item_attr *offered = attr_of(finder, challenge, NT_ATTR_PASSWORD_ALGORITHMS);
    const struct nt_item_attr *copied = attr_of(finder, m, NT_ATTR_PASSWORD_ALGORITHMS);
    if (offered == NULL || !nt_item_speaks_8489(finder->v, m) || !follows(finder, m, challenge))
        return;
    nt_require(finder, NT_STUN_RULE_COPIED, m, nt_item_same_text(offered, copied),
               "its PASSWORD-ALGORITHMS, of %u bytes, is not that of packet %u, of %u bytes", copied != NULL ? copied->len : 0u,
               (unsigned)challenge->frame, (unsigned)offered->len);
    nt_require(finder, NT_STUN_RULE_ONLY_SHA256, m, attr_of(finder, m, NT_ATTR_MESSAGE_INTEGRITY) == NULL,
               "it has %s, expected MESSAGE-INTEGRITY-SHA256 alone: packet %u has PASSWORD-ALGORITHMS",
               nt_item_integrity_text(finder->v, m), (unsigned)challenge->frame);
}

/* A client of RFC 5389 does not know USERHASH. */
static void judge_user(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *challenge)
{
    bool anonymous = nt_nonce_asks_for_userhash(attr_of(finder, challenge, NT_ATTR_NONCE));
    bool hash = attr_of(finder, m, NT_ATTR_USERHASH) != NULL, name = attr_of(finder, m, NT_ATTR_USERNAME) != NULL;
    if (follows(finder, m, challenge) && (!anonymous || nt_item_speaks_8489(finder->v, m)))
        nt_require(finder, NT_STUN_RULE_ANONYMITY, m, hash == anonymous && name != anonymous,
                   "it has %s, expected %s: the nonce of packet %u says so",
                   hash && name ? "both"
                   : hash       ? "USERHASH"
                                : "USERNAME",
                   anonymous ? "USERHASH alone" : "USERNAME alone", (unsigned)challenge->frame);
}

/* "The request MUST contain the REALM, copied from the error response. The request MUST contain the NONCE, copied from the error
 * response." Another request of the client's may have been challenged anew meanwhile, and a real client not have read it yet. */
static void judge_copied(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *challenge)
{
    const struct nt_view *v = finder->v;
    const struct nt_item *asked = &v->items[challenge->request];
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE), *realm = attr_of(finder, m, NT_ATTR_REALM);
    bool crosses = nt_item_crosses(v, m, challenge->at) && nt_item_same_text(nonce, attr_of(finder, asked, NT_ATTR_NONCE));
    char text[NT_ITEM_TEXT];
    if (nt_item_code(v, challenge) != 401 || crosses || !nt_item_asks_the_same(v, m, asked))
        return;
    nt_require(finder, NT_STUN_RULE_CHALLENGED, m, nt_item_same_text(nonce, attr_of(finder, challenge, NT_ATTR_NONCE)),
               "it has the nonce %s, expected that of packet %u, which challenged it", nt_item_value_text(nonce, text),
               (unsigned)challenge->frame);
    nt_require(finder, NT_STUN_RULE_CHALLENGED, m, nt_item_same_text(realm, attr_of(finder, challenge, NT_ATTR_REALM)),
               "it has the realm %s, expected that of packet %u, which challenged it", nt_item_value_text(realm, text),
               (unsigned)challenge->frame);
}

static void judge_nonce(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *stale)
{
    const struct nt_item_attr *old = attr_of(finder, &finder->v->items[stale->request], NT_ATTR_NONCE);
    const struct nt_item_attr *nonce = attr_of(finder, m, NT_ATTR_NONCE);
    char text[NT_ITEM_TEXT];
    if (follows(finder, m, stale))
        nt_require(finder, NT_STUN_RULE_NEW_NONCE, m, !nt_item_same_text(nonce, old),
                   "it has the nonce %s, which packet %u said is stale", nt_item_value_text(nonce, text), (unsigned)stale->frame);
}

/* --- the same credentials again --- */

enum password { SAME = 1, ANOTHER, CANNOT_TELL };

/* One that signs both requests, or one of them alone, among those that the client was given. */
static enum password compare_given(const struct nt_view *v, const struct nt_item *m, const struct nt_item *told)
{
    for (size_t i = 0; i < v->in->login_count; i++) {
        const struct nt_conf_login *l = &v->in->logins[i];
        if (l->agent != m->party)
            continue;
        bool now = nt_item_is_signed_by(v, m, l), then = nt_item_is_signed_by(v, told, l);
        if (now || then)
            return now && then ? SAME : ANOTHER;
    }
    return CANNOT_TELL;
}

static enum password compare_passwords(const struct nt_view *v, const struct nt_item *m, const struct nt_item *told)
{
    bool now = m->integrity == NT_SIGNED_RIGHT, then = told->integrity == NT_SIGNED_RIGHT;
    if (now || then)
        return now && then ? SAME : ANOTHER;
    return compare_given(v, m, told);
}

static bool names_the_same(const struct nt_finder *finder, const struct nt_item *m, const struct nt_item *told)
{
    static const uint16_t who[] = {NT_ATTR_USERNAME, NT_ATTR_USERHASH, NT_ATTR_REALM};
    for (size_t i = 0; i < sizeof who / sizeof *who; i++)
        if (!nt_item_same_text(attr_of(finder, m, who[i]), attr_of(finder, told, who[i])))
            return false;
    return true;
}

/* "The client MUST NOT perform this retry if it is not changing the USERNAME, USERHASH, REALM, or its associated password" */
static void judge_retry(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *refusal)
{
    const struct nt_view *v = finder->v;
    const struct nt_item *told = &v->items[refusal->request];
    if (!nt_item_asks_the_same(v, m, told))
        return;
    enum password password = names_the_same(finder, m, told) ? compare_passwords(v, m, told) : ANOTHER;
    if (password == CANNOT_TELL)
        nt_not_judged(finder, NT_STUN_RULE_NO_LOOP, m->party, "whether the password is another one cannot be told");
    else
        nt_require(finder, NT_STUN_RULE_NO_LOOP, m, password == ANOTHER,
                   "it has the user and the password of packet %u, which packet %u refused", (unsigned)told->frame,
                   (unsigned)refusal->frame);
}

void nt_rfc8489_retry_judge(struct nt_finder *finder, const struct nt_item *m, const struct nt_told *told)
{
    judge_algorithms(finder, m, told->last);
    judge_user(finder, m, told->last);
    if (told->nonce == told->last)
        judge_copied(finder, m, told->last);
    if (told->stale != NULL)
        judge_nonce(finder, m, told->stale);
    if (told->refused != NULL)
        judge_retry(finder, m, told->refused);
}
