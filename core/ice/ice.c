#include "core/ice/ice.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/describe.h"
#include "core/ice/events.h"
#include "core/ice/failover.h"
#include "core/ice/fallback.h"
#include "core/ice/freshness.h"
#include "core/ice/inbound.h"
#include "core/ice/outbound.h"
#include "core/ice/outcome.h"
#include "core/ice/relay.h"
#include "core/ice/report.h"

struct nt_ice_agent *nt_ice_agent_new(const struct nt_ice_config *config, int *err)
{
    return nt_ice_agent_make(config, err);
}

void nt_ice_agent_del(struct nt_ice_agent *a)
{
    nt_ice_agent_unmake(a);
}

/* --- Law 1's calls --- */
/* What a connection brings, or the answer to a bind request. */
static void take_news(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                      nt_time now)
{
    if (path->transport > NT_UDP)
        nt_ice_inbound_connection(a, path, kind, bytes, len, now);
    else if (kind == NT_IN_CONNECTED || kind == NT_IN_CLOSED)
        nt_ice_inbound_bind(a, path, kind == NT_IN_CONNECTED, now);
}

void nt_ice_input(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                  nt_time now)
{
    nt_ice_events_forget_data(nt_ice_agent_env(a)->events);
    switch (kind) {
    case NT_IN_DATAGRAM: nt_ice_inbound_datagram(a, path, bytes, len, now); break;
    case NT_IN_CONNECTED:
    case NT_IN_CLOSED:
    case NT_IN_STREAM:
    case NT_IN_SEND_FAILED: take_news(a, path, kind, bytes, len, now); break;
    case NT_IN_ICMP: nt_ice_inbound_icmp(a, path, bytes, len, now); break;
    case NT_IN_IF_UP: nt_ice_inbound_interface_up(a, &path->local, now); break;
    case NT_IN_IF_DOWN: nt_ice_inbound_interface_down(a, &path->local, now); break;
    default: break;
    }
    nt_ice_agent_settle(a, now);
}

/* RFC 8445, 8.3: candidates that no selected pair uses are freed. */
static bool is_relay_selected(const struct nt_ice_agent *a, size_t source)
{
    const struct nt_ice_env *env = nt_ice_session_env(nt_ice_agent_session(a));
    for (size_t i = 0; i < nt_ice_components_count(env->components); i++) {
        const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_at(env->components, i));
        const struct nt_ice_entry *own = v != NULL ? nt_ice_candidates_at(env->own, v->own) : NULL;
        if (own != NULL && own->via.relay == (int16_t)source && !own->gone)
            return true;
    }
    return false;
}

static void release_allocations(struct nt_ice_agent *a, bool all, nt_time now)
{
    for (uint16_t i = 0; i < nt_ice_relays_count(nt_ice_agent_env(a)->relays); i++)
        if (all || !(is_relay_selected(a, i) || nt_ice_failover_uses(nt_ice_agent_session(a), (int16_t)i)))
            nt_ice_relays_release(nt_ice_agent_env(a)->relays, i, now);
    nt_ice_inbound_relay_events(a, now);
}

void nt_ice_timer(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_is_silent(a))
        return;
    nt_ice_relays_timer(nt_ice_agent_env(a)->relays, now);
    nt_ice_inbound_relay_events(a, now);
    nt_ice_gather_timer(nt_ice_agent_gather(a), now);
    nt_ice_agent_finish_gathering(a, now);
    if (nt_ice_agent_is_checking(a))
        nt_ice_outcome_timer(nt_ice_agent_session(a), now);
    nt_ice_agent_conclude(a, now);
    if (nt_ice_agent_is_checking(a)) {
        nt_ice_freshness_timer(nt_ice_agent_session(a), now);
        nt_ice_failover_timer(nt_ice_agent_session(a), now);
    }
    if (nt_ice_sessions_former(nt_ice_agent_sessions(a)) != NULL)
        nt_ice_freshness_timer(nt_ice_sessions_former(nt_ice_agent_sessions(a)), now);
    nt_ice_agent_heed_consent(a, NT_ICE_CONSENT_LOST, now);
    if (nt_ice_agent_takes_free_time(a, now))
        release_allocations(a, false, now);
    nt_ice_relays_pull(nt_ice_agent_env(a)->relays, now);
    nt_ice_pacer_timer(nt_ice_agent_pacer(a), nt_ice_agent_gather(a), nt_ice_agent_is_checking(a) ? nt_ice_agent_session(a) : NULL,
                       now);
    nt_ice_agent_settle(a, now);
}

size_t nt_ice_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = nt_ice_outbound_next(a, path, buf, cap, now);
    if (n == 0)
        nt_ice_agent_reckon_deadline(a);
    return n;
}

nt_time nt_ice_deadline(const struct nt_ice_agent *a)
{
    return nt_ice_agent_deadline(a);
}

int nt_ice_event(struct nt_ice_agent *a, struct nt_ice_event *ev)
{
    bool trickles = nt_ice_agent_env(a)->config->trickle != NT_ICE_TRICKLE_OFF;
    const struct nt_ice_candidate *c = trickles ? nt_ice_candidates_next_gathered(nt_ice_agent_env(a)->own) : NULL;
    if (c == NULL)
        return nt_ice_events_pull(nt_ice_agent_env(a)->events, ev);
    *ev = (struct nt_ice_event){.kind = NT_ICE_EV_CANDIDATE, .stream = c->stream, .component = c->component, .local = *c};
    return 1;
}

int nt_ice_request(struct nt_ice_agent *a, struct nt_request *req)
{
    return nt_ice_bases_request(nt_ice_agent_env(a)->bases, req) || nt_ice_relays_request(nt_ice_agent_env(a)->relays, req);
}

/* --- what the owner asks for --- */
int nt_ice_gather(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_state(a) != NT_ICE_NEW)
        return NT_ESTATE;
    int r = nt_ice_bases_make(nt_ice_agent_env(a)->bases, nt_ice_agent_env(a)->config);
    if (r == NT_OK)
        r = nt_ice_gather_extend(nt_ice_agent_gather(a));
    if (r != NT_OK) {
        nt_ice_bases_unmake(nt_ice_agent_env(a)->bases);
        return r;
    }
    nt_ice_gather_tell_unasked(nt_ice_agent_gather(a), now);
    nt_ice_agent_begin(a, now);
    nt_ice_agent_bound(a, now);
    nt_ice_agent_settle(a, now);
    return NT_OK;
}

static struct nt_ice_session *newest_of(const struct nt_ice_agent *a)
{
    return nt_ice_sessions_newest(nt_ice_agent_sessions(a));
}

static bool is_restarting(const struct nt_ice_agent *a)
{
    return nt_ice_sessions_pending(nt_ice_agent_sessions(a)) != NULL;
}

/* An exchange that is open says who offers. */
static bool is_out_of_turn(const struct nt_ice_agent *a, bool offer)
{
    enum nt_ice_exchange exchange = nt_ice_agent_exchange(a);
    return exchange != NT_ICE_EXCHANGE_NONE && offer != (exchange == NT_ICE_EXCHANGE_OURS);
}

int nt_ice_local(struct nt_ice_agent *a, bool offer, struct nt_ice_description *d)
{
    struct nt_ice_session *s = newest_of(a);
    if (is_out_of_turn(a, offer) || !nt_ice_agent_is_describable(a, offer))
        return NT_ESTATE;
    int r = nt_ice_describe_own(s, offer, nt_ice_gather_done(nt_ice_agent_gather(a)), nt_ice_agent_peer_offer(a), d);
    if (r == NT_OK) {
        nt_ice_session_set_offered(s, offer);
        nt_ice_agent_note_told(a);
    }
    if (nt_ice_session_state(s) != NT_ICE_SESSION_WAITING && nt_ice_session_unpaired(s))
        nt_ice_agent_set_due(a); /* the timer pairs what was told */
    return r;
}

static bool has_offered(const struct nt_ice_agent *a)
{
    return nt_ice_agent_exchange(a) == NT_ICE_EXCHANGE_OURS || nt_ice_session_offered(nt_ice_agent_session(a));
}

/* RFC 8445, 9. The pending session knows the peer's credentials at once, so that what trickles in finds it. */
static int begin_peers_restart(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    int r = nt_ice_agent_begin_restart(a, now);
    if (r != NT_OK)
        return r;
    r = nt_ice_session_check(newest_of(a), d, now);
    if (r == NT_OK)
        r = nt_ice_session_describe(newest_of(a), d);
    if (r != NT_OK) {
        nt_ice_agent_give_up_restart(a, now);
        return r;
    }
    nt_ice_session_set_peer_trickles(newest_of(a), nt_ice_agent_env(a)->config->trickle != NT_ICE_TRICKLE_OFF && d->trickle);
    nt_ice_agent_open(a, NT_ICE_EXCHANGE_PEERS, NULL);
    return NT_OK;
}

static bool refuses_all(const struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++)
        if (!nt_ice_stream_is_refused(&d->streams[i]))
            return false;
    return true;
}

/* After failure and disconnection an offer can only restart ICE, or end what has failed. */
static int begin_peers_exchange(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    int r = nt_ice_agent_is_over(a) && !refuses_all(d) ? NT_ESTATE : nt_ice_session_check(s, d, now);
    struct nt_ice_peer_offer *offer = r == NT_OK ? nt_ice_peer_offer_new(s, d, now) : NULL;
    if (r != NT_OK)
        return r;
    if (offer == NULL)
        return NT_ENOMEM;
    nt_ice_agent_open(a, NT_ICE_EXCHANGE_PEERS, offer);
    return NT_OK;
}

static int set_later_offer(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    int r = NT_EUNSUPPORTED;
    if (has_offered(a) || nt_ice_agent_exchange(a) == NT_ICE_EXCHANGE_PEERS)
        return NT_ESTATE;
    enum nt_ice_restarts what = nt_ice_session_what_restarts(nt_ice_agent_session(a), d, now);
    if (what == NT_ICE_RESTARTS_ALL)
        r = begin_peers_restart(a, d, now);
    else if (what == NT_ICE_RESTARTS_NONE)
        r = begin_peers_exchange(a, d, now);
    nt_ice_agent_settle(a, now);
    return r;
}

int nt_ice_set_offer(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    if (nt_ice_agent_is_closing(a))
        return NT_ESTATE;
    if (nt_ice_session_described(s))
        return set_later_offer(a, d, now);
    if (nt_ice_agent_is_over(a))
        return NT_ESTATE;
    int r = nt_ice_session_check(s, d, now);
    if (r != NT_OK)
        return r;
    nt_ice_pacer_set_peer(nt_ice_agent_pacer(a), d->pacing_ms);
    nt_ice_fallback_take(s, d, now);
    return NT_OK;
}

/* What the first description of a session says besides. */
static void take_first(struct nt_ice_agent *a, struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    /* RFC 8445, 6.1.1: "If one agent is full and one is lite, the full agent MUST take the controlling role." */
    if (d->lite && nt_ice_session_role(s) == NT_ICE_CONTROLLED)
        nt_ice_session_take_role(s, NT_ICE_CONTROLLING, now);
    nt_ice_session_set_peer_trickles(s, nt_ice_agent_env(a)->config->trickle != NT_ICE_TRICKLE_OFF && d->trickle);
}

/* The candidates of the description, and what else it says. */
static int take_description(struct nt_ice_agent *a, struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    int r = nt_ice_describe_take(s, d, now);
    if (r != NT_OK)
        return r;
    nt_ice_session_note_heard(s, now);
    nt_ice_pacer_set_peer(nt_ice_agent_pacer(a), d->pacing_ms);
    if (nt_ice_session_state(s) == NT_ICE_SESSION_WAITING)
        take_first(a, s, d, now);
    nt_ice_session_reprice(s);
    for (uint8_t i = 0; i < d->stream_count; i++)
        nt_ice_session_note_peer_default(s, i + 1, &d->streams[i].default_addr);
    for (uint8_t i = 0; i < d->stream_count; i++)
        if (!nt_ice_session_peer_trickles(s) || d->streams[i].end_of_candidates)
            nt_ice_session_end_peer(s, i + 1);
    bool ready = nt_ice_gather_done(nt_ice_agent_gather(a)) || nt_ice_gather_ready(nt_ice_agent_gather(a));
    return ready && nt_ice_session_state(s) != NT_ICE_SESSION_COMPLETED ? nt_ice_agent_form_lists(a, now) : NT_OK;
}

/* RFC 8839, 4.4.2.1: the answerer "MUST change the SDP "ice-pwd" and "ice-ufrag" attribute values". */
static int check_answer_to_restart(const struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    const struct nt_ice_session *s = nt_ice_agent_session(a);
    if (!nt_ice_agent_has_told(a))
        return NT_ESTATE;
    if (nt_ice_agent_exchange(a) == NT_ICE_EXCHANGE_PEERS || nt_ice_session_what_restarts(s, d, now) == NT_ICE_RESTARTS_ALL)
        return NT_OK;
    nt_ice_record_drop(nt_ice_agent_env(a)->record, NULL, NULL,
                       "the peer's answer to a restart is refused: it has credentials of before", now);
    return NT_EINVAL;
}

/* RFC 8839, 4.3.4, on either side: after failure an exchange removes what has failed. */
static int end_after_failure(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_exchange(a) == NT_ICE_EXCHANGE_NONE && !has_offered(a))
        return NT_ESTATE;
    nt_ice_session_set_offered(nt_ice_agent_session(a), false);
    nt_ice_agent_end_exchange(a);
    nt_ice_agent_settle(a, now);
    return NT_OK;
}

/* No stream uses ICE any more. A peer that removes all of them while none has its pairs knows that none will. */
static void end_ice(struct nt_ice_agent *a, bool refused, nt_time now)
{
    bool running = nt_ice_agent_state(a) == NT_ICE_RUNNING && !is_restarting(a);
    nt_ice_agent_end_exchange(a);
    if (!refused || !running || nt_ice_sessions_former(nt_ice_agent_sessions(a)) != NULL) {
        nt_ice_close(a, now);
        return;
    }
    nt_ice_agent_fail(a, "the peer refuses the stream, by the port 0, before it has a selected pair", now);
    nt_ice_agent_settle(a, now);
}

int nt_ice_set_remote(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    struct nt_ice_session *s = newest_of(a);
    bool first = !nt_ice_session_described(s);
    if (nt_ice_agent_is_closing(a))
        return NT_ESTATE;
    if (nt_ice_agent_is_over(a) && !is_restarting(a))
        return end_after_failure(a, now);
    int r = is_restarting(a) ? check_answer_to_restart(a, d, now) : NT_OK;
    if (r == NT_OK)
        r = nt_ice_session_check(s, d, now);
    if (r != NT_OK)
        return r;
    nt_ice_fallback_take(s, d, now);
    nt_ice_session_set_offered(s, false);
    if (nt_ice_session_is_without_ice(s)) {
        end_ice(a, refuses_all(d), now);
        return NT_OK;
    }
    r = nt_ice_session_describe(s, d);
    if (r != NT_OK)
        return r;
    r = take_description(a, s, d, now);
    if (r == NT_OK)
        nt_ice_agent_end_exchange(a);
    else if (first)
        nt_ice_session_undescribe(s);
    nt_ice_agent_settle(a, now);
    return r;
}

int nt_ice_restart(struct nt_ice_agent *a, nt_time now)
{
    const struct nt_ice_session *s = nt_ice_agent_session(a);
    bool open = nt_ice_agent_exchange(a) != NT_ICE_EXCHANGE_NONE || has_offered(a);
    bool ready = nt_ice_gather_done(nt_ice_agent_gather(a)) || nt_ice_gather_ready(nt_ice_agent_gather(a));
    if (nt_ice_agent_is_closing(a) || open || !ready || !nt_ice_session_described(s) || nt_ice_session_is_without_ice(s))
        return NT_ESTATE;
    int r = nt_ice_agent_begin_restart(a, now);
    if (r != NT_OK)
        return r;
    nt_ice_agent_open(a, NT_ICE_EXCHANGE_OURS, NULL);
    nt_ice_agent_settle(a, now);
    return NT_OK;
}

int nt_ice_rollback(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    if (nt_ice_agent_is_closing(a) || !nt_ice_session_described(s) ||
        (nt_ice_agent_exchange(a) == NT_ICE_EXCHANGE_NONE && !nt_ice_session_offered(s)))
        return NT_ESTATE;
    nt_ice_session_set_offered(s, false);
    nt_ice_agent_roll_back(a, now);
    nt_ice_agent_settle(a, now);
    return NT_OK;
}

int nt_ice_renominate(struct nt_ice_agent *a, enum nt_ice_type remote, const struct nt_addr *addr, nt_time now)
{
    struct nt_ice_session *s = nt_ice_agent_session(a);
    bool may = nt_ice_agent_state(a) == NT_ICE_COMPLETED && !nt_ice_agent_is_closing(a) && nt_ice_session_renominates(s) &&
               nt_ice_session_role(s) == NT_ICE_CONTROLLING;
    int r = may ? nt_ice_failover_renominate(s, remote, addr, now) : NT_ESTATE;
    nt_ice_agent_settle(a, now);
    return r;
}

/* RFC 8838, 15: in a restart of ours the peer is known to trickle before its answer. */
static bool may_tell(const struct nt_ice_agent *a)
{
    const struct nt_ice_session *s = newest_of(a);
    bool known = is_restarting(a) ? nt_ice_session_offered(s) : nt_ice_session_described(s) && !nt_ice_agent_is_over(a);
    return known && nt_ice_session_peer_trickles(s) && !nt_ice_agent_is_closing(a);
}

int nt_ice_trickle(struct nt_ice_agent *a, struct nt_ice_description *d, nt_time now)
{
    if (!may_tell(a))
        return NT_ESTATE;
    int r = nt_ice_describe_fragment(newest_of(a), nt_ice_gather_done(nt_ice_agent_gather(a)), d);
    nt_ice_agent_settle(a, now);
    return r;
}

/* RFC 8838, 4: "candidate trickling needs to be correlated to a specific ICE session, so that if there is an ICE restart, any
 * delayed updates for a previous session can be recognized as such and ignored". The session that a fragment is for: the pending
 * one of the peer's restart, or else the current one, which tells if it is not. */
static struct nt_ice_session *session_for(const struct nt_ice_agent *a, const struct nt_ice_description *fragment)
{
    struct nt_ice_session *pending = nt_ice_sessions_pending(nt_ice_agent_sessions(a));
    bool fits = pending != NULL && nt_ice_session_described(pending) && nt_ice_describe_is_of(pending, fragment);
    return fits ? pending : nt_ice_agent_session(a);
}

int nt_ice_add_remote(struct nt_ice_agent *a, const struct nt_ice_description *fragment, nt_time now)
{
    struct nt_ice_session *s = session_for(a, fragment);
    bool over = nt_ice_agent_is_closing(a) || (nt_ice_agent_is_over(a) && s == nt_ice_agent_session(a));
    if (over || !nt_ice_session_described(s) || !nt_ice_session_peer_trickles(s))
        return NT_ESTATE;
    int r = nt_ice_describe_take_fragment(s, fragment, now);
    if (r != NT_OK)
        return r;
    nt_ice_session_note_heard(s, now);
    nt_ice_session_reprice(s);
    nt_ice_session_set_unpaired(s, true);
    nt_ice_agent_settle(a, now);
    return NT_OK;
}

int nt_ice_send(struct nt_ice_agent *a, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len, bool df, nt_time now)
{
    (void)now;
    if (stream == 0 || stream > nt_ice_agent_env(a)->config->streams || component == 0 ||
        component > nt_ice_agent_env(a)->config->components || len == 0)
        return NT_EINVAL;
    const struct nt_ice_session *s = nt_ice_agent_is_checking(a) ? nt_ice_sessions_carrier(nt_ice_agent_sessions(a), stream) : NULL;
    if (s == NULL)
        return NT_ESTATE;
    size_t place = nt_ice_components_place(nt_ice_session_env(s)->components, stream, component);
    if (nt_ice_components_at(nt_ice_session_env(s)->components, place)->unused)
        return NT_ESTATE;
    return nt_ice_data_put(nt_ice_agent_data(a), place, bytes, len, df);
}

void nt_ice_close(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_agent_is_closing(a) || nt_ice_agent_state(a) == NT_ICE_CLOSED)
        return;
    nt_ice_agent_close(a, now);
    release_allocations(a, true, now);
    nt_ice_agent_settle(a, now);
}

/* --- what it is --- */
enum nt_ice_state nt_ice_state(const struct nt_ice_agent *a)
{
    return nt_ice_agent_state(a);
}

enum nt_ice_role nt_ice_role(const struct nt_ice_agent *a)
{
    return nt_ice_session_role(nt_ice_agent_session(a));
}

struct nt_ice_stats nt_ice_stats(const struct nt_ice_agent *a)
{
    return *nt_ice_record_stats(nt_ice_agent_env(a)->record);
}

static const struct nt_ice_env *current_env(const struct nt_ice_agent *a)
{
    return nt_ice_session_env(nt_ice_agent_session(a));
}

size_t nt_ice_candidate_count(const struct nt_ice_agent *a)
{
    return nt_ice_candidates_settled(current_env(a)->own);
}

const struct nt_ice_candidate *nt_ice_candidate_at(const struct nt_ice_agent *a, size_t i)
{
    return nt_ice_report_candidate(current_env(a), i);
}

size_t nt_ice_pair_count(const struct nt_ice_agent *a)
{
    return nt_ice_report_pair_count(nt_ice_agent_session(a));
}

void nt_ice_pair_at(const struct nt_ice_agent *a, size_t i, struct nt_ice_pair_info *info)
{
    nt_ice_report_pair(nt_ice_agent_session(a), i, info);
}

static bool is_selected(const struct nt_ice_session *s, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                        struct nt_ice_candidate *remote)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    const struct nt_ice_valid *v = nt_ice_component_selected(nt_ice_components_of(env->components, stream, component));
    if (v == NULL)
        return false;
    *local = nt_ice_candidates_at(env->own, v->own)->c;
    *remote = nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c;
    return true;
}

bool nt_ice_selected(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, struct nt_ice_candidate *local,
                     struct nt_ice_candidate *remote)
{
    const struct nt_ice_session *former = nt_ice_sessions_former(nt_ice_agent_sessions(a));
    if (stream == 0 || stream > nt_ice_agent_env(a)->config->streams || component == 0 ||
        component > nt_ice_agent_env(a)->config->components)
        return false;
    return is_selected(nt_ice_agent_session(a), stream, component, local, remote) ||
           (former != NULL && is_selected(former, stream, component, local, remote));
}
