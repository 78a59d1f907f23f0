#include "core/ice/outcome.h"
#include "core/ice/freshness.h"
#include "core/ice/nominate.h"

/* RFC 8445, 14.3: RTO = MAX (500ms, Ta * N * (Num-Waiting + Num-In-Progress)) */
static nt_time rto_of(const struct nt_ice_session *s, nt_time ta)
{
    const struct nt_ice_config *config = nt_ice_session_env(s)->config;
    const struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    if (config->rto != NT_TIME_NEVER)
        return config->rto;
    nt_time checks = (nt_time)nt_ice_pairs_listed(pairs) * (nt_time)nt_ice_pairs_busy(pairs);
    if (checks > 0 && ta > NT_TIME_NEVER / checks) /* the peer's pacing may be anything */
        return NT_TIME_NEVER;
    return ta * checks > NT_STUN_RTO ? ta * checks : NT_STUN_RTO;
}

static void start_check(struct nt_ice_session *s, const struct nt_ice_pick *pick, nt_time ta, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), pick->pair);
    const struct nt_ice_candidate *own = &nt_ice_candidates_at(env->own, p->own)->c;
    const struct nt_ice_candidate *remote = &nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c;
    enum nt_ice_role role = nt_ice_session_role(s);
    struct nt_ice_check check = {.pair = p->number,
                                 .stream = p->stream,
                                 .via = p->via,
                                 .remote = remote->addr,
                                 .request = {.role = role,
                                             .tie_breaker = nt_ice_session_tie_breaker(s),
                                             .priority = nt_ice_prflx_priority(own),
                                             .use_candidate = p->nominating && role == NT_ICE_CONTROLLING}};
    if (check.request.use_candidate && nt_ice_session_renominates(s))
        check.request.nomination = nt_ice_components_of(env->components, p->stream, p->component)->nomination;
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(env->rand, id, sizeof id);
    nt_ice_pairs_begin_check(nt_ice_session_pairs(s), p->number, now);
    nt_ice_checks_start(nt_ice_session_checks(s), &check, id, rto_of(s, ta), now);
    nt_ice_record_event(env->record,
                        (struct nt_trace_event){.at = now,
                                                .kind = NT_TR_ICE_CHECK_SENT,
                                                .a = own->addr,
                                                .b = remote->addr,
                                                .n = {own->stream, own->component, p->number,
                                                      (check.request.use_candidate ? 1 : 0) | (pick->triggered ? 2 : 0)}});
}

bool nt_ice_outcome_start_one(struct nt_ice_session *s, nt_time ta, nt_time now)
{
    struct nt_ice_pick pick;
    if (!nt_ice_lists_next(nt_ice_session_lists(s), nt_ice_session_pairs(s), &pick, now))
        return false;
    start_check(s, &pick, ta, now);
    return true;
}

/* The pair of the check is off its check list: others that are valid are checked again in its place. */
static void show_new_role(struct nt_ice_session *s, nt_time now)
{
    const struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(pairs, i);
        if (p->listed && p->state == NT_ICE_SUCCEEDED && p->valid > 0)
            nt_ice_session_recheck(s, p->number, now);
    }
}

/* RFC 8445, 7.2.5.1; role and tie-breaker compared are those of the request, so that two of these in flight change them once. "The
 * agent MUST change the tiebreaker value", also when the peer's crossing check has switched the role before. After the switch "the
 * agent MUST add the candidate pair whose check generated the 487 error response to the triggered-check queue", also when that
 * check had been cancelled by then and its pair has Succeeded: or the peer, which may have switched as well, hears nothing of the
 * new role. Once ICE has completed, consent requests show it.
 */
static void act_on_conflict(struct nt_ice_session *s, const struct nt_ice_outcome *out, nt_time now)
{
    const struct nt_ice_check *check = &out->check;
    bool switches = nt_ice_nominate_heed_conflict(s, check->request.role, check->request.tie_breaker, now);
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), check->pair);
    bool listed = p != NULL && p->listed;
    if (check->cancelled && nt_ice_session_state(s) == NT_ICE_SESSION_COMPLETED)
        return;
    if (listed && !nt_ice_session_settles_conflicts(s))
        nt_ice_session_fail(s, check->pair, out->why, now);
    else if (!listed)
        show_new_role(s, now);
    else if (switches || !check->cancelled)
        nt_ice_session_trigger(s, check->pair, now);
}

/* RFC 8445, 7.2.5.3.4: the valid pair of a check with USE-CANDIDATE, ours or the peer's, gets the nominated flag. One side has been
 * answered with success, and counts on it: whoever has switched the role meanwhile. */
static bool is_nominating(const struct nt_ice_check *check, const struct nt_ice_pair *p)
{
    return (check->request.use_candidate && check->request.role == NT_ICE_CONTROLLING) || p->use_candidate_pending;
}

/* No other check of the pair is needed, but a nominating one that is under way or still to be sent. */
static void cancel_needless(struct nt_ice_session *s, const struct nt_ice_pair *p)
{
    const struct nt_ice_check *current = nt_ice_checks_current(nt_ice_session_checks(s), p->number);
    if (current != NULL && current->request.use_candidate)
        return;
    nt_ice_checks_cancel(nt_ice_session_checks(s), p->number);
    if (!p->nominating)
        nt_ice_pairs_dequeue(nt_ice_session_pairs(s), p->number);
}

/* RFC 8445, 7.2.5.3.1 and 7.2.5.3.2. NT_ICE_NONE: the mapped address is refused, a limit, or memory. */
static uint32_t make_valid(struct nt_ice_session *s, const struct nt_ice_pair *p, const struct nt_ice_outcome *out, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_addr *sender = &nt_ice_candidates_at(env->own, p->own)->c.addr;
    const char *why = nt_ice_why_not_mapped(sender, &out->mapped, &out->check.remote);
    if (why != NULL) {
        nt_ice_record_refused_address(env->record, sender, &out->check.remote,
                                      "the mapped address in the response to a check is refused: ", why, now);
        return NT_ICE_NONE;
    }
    uint32_t own = nt_ice_candidates_mapped(env->own, p->own, &out->mapped, &out->check.remote, out->check.request.priority, now);
    return own != NT_ICE_NONE ? nt_ice_session_add_valid(s, p->number, own, now) : NT_ICE_NONE;
}

static void act_on_success(struct nt_ice_session *s, const struct nt_ice_outcome *out, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    const struct nt_ice_pair *p = nt_ice_pairs_get(pairs, out->check.pair);
    size_t component = nt_ice_components_place(env->components, p->stream, p->component);
    uint32_t valid = make_valid(s, p, out, now);
    bool nominated = is_nominating(&out->check, p);
    nt_ice_pairs_note_success(pairs, p->number, out->check.txn.started, now);
    if (valid == NT_ICE_NONE) {
        nt_ice_session_fail(s, p->number, "no valid pair can be made of the response", now);
        return;
    }
    cancel_needless(s, p);
    nt_ice_record_event(env->record, (struct nt_trace_event){.at = now,
                                                             .kind = NT_TR_ICE_CHECK_SUCCEEDED,
                                                             .a = nt_ice_candidates_at(env->own, p->own)->c.addr,
                                                             .b = out->check.remote,
                                                             .n = {p->stream, p->component, p->number}});
    nt_ice_session_succeed(s, p->number, nt_ice_components_at(env->components, component)->valids[valid].pair, now);
    nt_ice_components_note_valid(env->components, component, now);
    /* The peer has answered our former role, and may have switched its own to suit it: it must see the new one. */
    if (out->check.request.role != nt_ice_session_role(s))
        nt_ice_session_recheck(s, p->number, now);
    if (out->check.request.use_candidate)
        nt_ice_components_set_own_nomination(env->components, component, p->number);
    if (nominated)
        nt_ice_nominate_select(s, component, valid, now);
    if (nominated && !out->check.request.use_candidate)
        nt_ice_nominate_again(s, component, now); /* the role has been switched since the peer nominated it */
}

/* RFC 7675, 5.2: 403 revokes consent, whichever request of the pair it answers, if there was consent. */
static void act_on_failure(struct nt_ice_session *s, const struct nt_ice_pair *p, const struct nt_ice_outcome *out, nt_time now)
{
    bool revoked = out->code == 403 && p->receivable;
    if (out->code == 403)
        nt_ice_freshness_forbidden(s, p, now);
    if (revoked)
        nt_ice_session_end_pair(s, p->number, out->why, now);
    else
        nt_ice_session_fail(s, p->number, out->why, now);
}

static const struct nt_why ended = {NT_DISCARD_OUTDATED, "a response to the check of a pair whose consent was lost"},
                           pair_gone = {NT_DISCARD_OUTDATED, "a response to the check of a pair that has left its check list"},
                           cancelled = {NT_DISCARD_OUTDATED, "a failure of a check that was cancelled: its pair has another one"};

/* NULL: acted on; otherwise why it changes nothing. */
static const struct nt_why *act_on(struct nt_ice_session *s, const struct nt_ice_outcome *out, nt_time now)
{
    const struct nt_ice_pair *p = nt_ice_pairs_get(nt_ice_session_pairs(s), out->check.pair);
    if (out->result == NT_ICE_RESULT_CONFLICT)
        act_on_conflict(s, out, now);
    else if (p == NULL || !p->listed)
        return &pair_gone;
    else if (p->ended)
        return &ended;
    else if (out->result == NT_ICE_RESULT_SUCCEEDED)
        act_on_success(s, out, now);
    else if (out->check.cancelled)
        return &cancelled;
    else
        act_on_failure(s, p, out, now);
    return NULL;
}

bool nt_ice_outcome_response(struct nt_ice_session *s, struct nt_ice_via via, const struct nt_addr *from,
                             const struct nt_stun_msg *m, nt_time now)
{
    struct nt_ice_outcome out = nt_ice_checks_response(nt_ice_session_checks(s), via, from, m, now);
    if (out.result == NT_ICE_RESULT_NONE)
        return false;
    const struct nt_why *why = out.result != NT_ICE_RESULT_DISCARDED ? act_on(s, &out, now) : NULL;
    if (why != NULL)
        nt_ice_record_discard(nt_ice_session_env(s)->record, why, NULL, from, now);
    return true;
}

/* RFC 8445, 7.2.5.2.2; hard errors as in RFC 1122, 4.2.3.9 and RFC 4443: protocol or port unreachable. */
static bool is_hard_error(const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    if (len < 2)
        return false;
    if (path->local.family == NT_AF_IPV4)
        return bytes[0] == 3 && (bytes[1] == 2 || bytes[1] == 3);
    return bytes[0] == 1 && bytes[1] == 4;
}

static const struct nt_why not_heeded = {NT_DISCARD_UNUSED, "ICMP errors are not acted on"},
                           soft_error = {NT_DISCARD_UNUSED, "an ICMP error that does not end a check"},
                           no_check = {NT_DISCARD_UNRELATED, "an ICMP error about no check in progress"};

const struct nt_why *nt_ice_outcome_icmp(struct nt_ice_session *s, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                         nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_pairs *pairs = nt_ice_session_pairs(s);
    const struct nt_why *why = &no_check;
    if (!env->config->icmp_errors || !is_hard_error(path, bytes, len))
        return env->config->icmp_errors ? &soft_error : &not_heeded;
    for (size_t i = 0; i < nt_ice_pairs_count(pairs); i++) {
        const struct nt_ice_pair *p = nt_ice_pairs_at(pairs, i);
        if (p->listed && p->state == NT_ICE_IN_PROGRESS && p->via.relay == NT_ICE_DIRECT &&
            nt_addr_equal(&nt_ice_candidates_at(env->own, p->own)->c.addr, &path->local) &&
            nt_addr_equal(&nt_ice_candidates_at(nt_ice_session_remotes(s), p->remote)->c.addr, &path->remote)) {
            nt_ice_session_fail(s, p->number, "an ICMP error", now);
            why = NULL;
        }
    }
    return why;
}

void nt_ice_outcome_timer(struct nt_ice_session *s, nt_time now)
{
    struct nt_ice_outcome out;
    while (nt_ice_checks_timer(nt_ice_session_checks(s), now, &out))
        act_on(s, &out, now);
}
