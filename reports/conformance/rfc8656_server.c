#include "reports/conformance/rfc8656_server.h"

#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/relay_view.h"
#include "reports/conformance/rfc8656_allocate.h"
#include "reports/conformance/rfc8656_peers.h"
#include "reports/conformance/rfc8656_relaying.h"

/* --- who may ask --- */

/* RFC 8656, 7.2 (1), (10), (11): an open server asks nobody for credentials, and 486 or 300 may come at any point. */
static void judge_unauthenticated(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    char answer[NT_ITEM_TEXT];
    bool early = m->method == NT_TURN_ALLOCATE && (code == 486 || code == 300);
    if (nt_view_has_users(turn->v, m->party) || code == 401)
        nt_require(turn->finder, NT_TURN_RULE_UNAUTHENTICATED, m, code == 401 || early,
                   "answered with %s, expected 401: packet %u has no credentials", nt_item_answer_text(turn->v, m, answer),
                   (unsigned)q->frame);
    else
        nt_not_judged(turn->finder, NT_TURN_RULE_UNAUTHENTICATED, m->party, "it is not known whether the server has users");
}

/* Codes that may come whatever else there is to say: of authentication, and RFC 8489, 6.3.1 (420), 10 (300) and 14.8 (500). */
static bool comes_first(const struct nt_item *m, int code)
{
    return code == 401 || code == 438 || code == 420 || code == 300 || code == 500 ||
           (m->method == NT_TURN_ALLOCATE && code == 486);
}

/* Whether the server has taken the request for that of a user, or of a guest whom it lets in. */
static bool was_let_in(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    return q->integrity == NT_SIGNED_RIGHT || (q->integrity == NT_SIGNED_NOT && code == 0 && !nt_view_has_users(turn->v, m->party));
}

/* --- answers --- */

static void judge_without_allocation(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    char answer[NT_ITEM_TEXT];
    bool removed = relay->sides[0].removed || relay->sides[1].removed;
    if (code != 400 && nt_item_is_first_answer(turn->v, m)) /* a malformed request is refused first: RFC 8489, 9.2.4 */
        nt_require(turn->finder, removed ? NT_TURN_RULE_REMOVED : NT_TURN_RULE_NO_ALLOCATION, m, code == 437,
                   "answered with %s, expected 437: packet %u has no allocation%s", nt_item_answer_text(turn->v, m, answer),
                   (unsigned)q->frame,
                   removed        ? ", it was deleted"
                   : relay->known ? ", it has expired"
                                  : "");
}

/* RFC 8656, 6: an allocation is there until its time-to-expiry is over. */
static void judge_kept(struct nt_relay_view *turn, const struct nt_item *m, int code)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    nt_require(turn->finder, NT_TURN_RULE_KEPT, m, code != 437,
               "answered with 437, and the allocation of packet %u has not expired", (unsigned)relay->frame);
}

static bool is_other_user(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    uint32_t user = q->key != NT_VIEW_NONE ? turn->v->keys[q->key].user : NT_VIEW_NONE;
    return relay->user != NT_VIEW_NONE && user != NT_VIEW_NONE && user != relay->user;
}

static void judge_with_allocation(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    char answer[NT_ITEM_TEXT];
    bool other = is_other_user(turn, m, q);
    nt_require(turn->finder, NT_TURN_RULE_OTHER_USER, m, !other || code == 441,
               "answered with %s, expected 441: packet %u is of user %s, the allocation of packet %u of %s",
               nt_item_answer_text(turn->v, m, answer), (unsigned)q->frame, turn->v->in->users[turn->v->keys[q->key].user].user,
               (unsigned)relay->frame, turn->v->in->users[relay->user].user);
    if (other)
        return;
    nt_require(turn->finder, NT_TURN_RULE_OTHER_USER, m, code != 441 || relay->user == NT_VIEW_NONE || q->key == NT_VIEW_NONE,
               "answered with 441, and packet %u is of the allocation's user", (unsigned)q->frame);
    judge_kept(turn, m, code);
    if (code == 437)
        return;
    if (m->method == NT_TURN_REFRESH)
        nt_rfc8656_judge_refresh(turn, m, q, code);
    else if (m->method == NT_TURN_CREATE_PERMISSION)
        nt_rfc8656_judge_permission(turn, m, q, code);
    else if (m->method == NT_TURN_CHANNEL_BIND)
        nt_rfc8656_judge_channel(turn, m, q, code);
}

/* Of what is not judged: the rule that stands for the others about the request. */
static enum nt_rule rule_about(uint16_t method)
{
    switch (method) {
    case NT_TURN_ALLOCATE: return NT_TURN_RULE_BAD_TRANSPORT;
    case NT_TURN_REFRESH: return NT_TURN_RULE_REFRESH_FAMILY;
    case NT_TURN_CREATE_PERMISSION: return NT_TURN_RULE_NO_PEER;
    case NT_TURN_CHANNEL_BIND: return NT_TURN_RULE_CHANNEL_REFUSED;
    default: return NT_TURN_RULE_NO_ALLOCATION;
    }
}

/* Why it cannot be told what the answer should be; NULL: it can. */
static const char *undecided(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    if (code != 0 && nt_item_party(turn->v, m)->refuses)
        return "steps make the server refuse requests";
    return q->integrity == NT_SIGNED_UNKNOWN ? "it is not known whether the credentials are right" : NULL;
}

static void judge_answer(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    if (q->integrity == NT_SIGNED_NOT)
        judge_unauthenticated(turn, m, q, code);
    const struct nt_relay *relay = &turn->of[m->pair];
    const char *why = comes_first(m, code) ? NULL : undecided(turn, m, q, code);
    if (why != NULL)
        nt_not_judged(turn->finder, rule_about(m->method), m->party, why);
    if (why != NULL || comes_first(m, code) || !was_let_in(turn, m, q, code))
        return;
    if (m->method == NT_TURN_ALLOCATE)
        nt_rfc8656_judge_allocate(turn, m, q, code);
    else if (nt_relay_is_live(turn, relay, nt_surely_at(m->at)))
        judge_with_allocation(turn, m, q, code);
    else if (!nt_relay_is_live(turn, relay, nt_maybe_at(m->at)))
        judge_without_allocation(turn, m, q, code);
    else
        nt_not_judged(turn->finder, rule_about(m->method), m->party, "the allocation was about to expire");
}

/* Whatever is to be said of a grant, it is one. */
static void take_answer(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_item *q = &turn->v->items[m->request];
    int code = nt_item_code(turn->v, m);
    if (q->method != m->method || (m->class_ == NT_STUN_ERROR && code == 0))
        return; /* rfc8489.c judges that */
    if (!m->excused)
        judge_answer(turn, m, q, code);
    if (m->class_ == NT_STUN_SUCCESS)
        nt_relay_follow_success(turn, m);
    else
        nt_relay_follow_refusal(turn, m);
}

/* --- all --- */

static void take_sent(struct nt_relay_view *turn, const struct nt_item *m)
{
    turn->of[m->pair].sent_at = m->at;
    if (m->excused) /* whatever it was, before a step damaged it */
        nt_relay_hear_all(turn, &turn->of[m->pair]);
    if (m->kind == NT_ITEM_CHANNEL && !m->excused)
        nt_rfc8656_judge_to_client(turn, m);
    else if (nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION) && !m->excused)
        nt_rfc8656_judge_indication(turn, m);
    else if (nt_item_is_response(m) && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE)
        take_answer(turn, m);
}

static void take_received(struct nt_relay_view *turn, const struct nt_item *m)
{
    if (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION))
        nt_rfc8656_note_sent(turn, m);
    else if (m->kind == NT_ITEM_STUN && m->class_ == NT_STUN_REQUEST)
        nt_relay_follow_request(turn, m);
}

void nt_rfc8656_server_item(struct nt_relay_view *turn, const struct nt_item *m)
{
    if (nt_item_party(turn->v, m)->kind != NT_CONF_SERVER || !nt_relay_view_reach(turn))
        return;
    nt_relay_follow_resets(turn, m);
    if (m->leg != NT_VIEW_NONE)
        nt_rfc8656_judge_leg(turn, m);
    else if (m->direction == NT_DIR_OUT)
        take_sent(turn, m);
    else
        take_received(turn, m);
}
