#include "scenarios/apps/agent_recovery.h"
#include "scenarios/apps/agent_signalling.h"
#include "scenarios/apps/sip_types.h"

void nt_agent_recovery_init(struct nt_agent_recovery *r, const struct nt_app_context *context, struct nt_ice_agent *ice,
                            struct nt_agent_signalling *signalling)
{
    const struct nt_scn_agent *scn = &context->scn->agents[context->index];
    *r = (struct nt_agent_recovery){.context = context,
                                    .ice = ice,
                                    .signalling = signalling,
                                    .restarts = scn->recover == NT_RECOVER_RESTART,
                                    .continual = scn->continual,
                                    .heard = NT_TIME_NEVER,
                                    .due = NT_TIME_NEVER,
                                    .failed_at = NT_TIME_NEVER};
}

static void tell(const struct nt_agent_recovery *r, enum nt_trace_kind kind, const char *text, nt_time now)
{
    nt_trace_emit(&r->context->trace, (struct nt_trace_event){.at = now, .kind = kind, .text = text});
}

/* A restart of either side makes up for what was before it, and counts as an attempt: two agents that take turns give up as soon as
 * one that is alone. */
static void note_restarts(struct nt_agent_recovery *r)
{
    uint32_t restarts = nt_ice_stats(r->ice).restarts;
    if (restarts == r->restarts_seen)
        return;
    r->restarts_seen = restarts;
    r->attempts += !r->trying && !r->settled;
    r->trying = r->settled = false;
    r->lost = r->came = r->bare = r->unacknowledged = r->owed = r->owes_restart = false;
    r->due = NT_TIME_NEVER;
}

void nt_agent_recovery_interface(struct nt_agent_recovery *r, const struct nt_addr *address, bool up, nt_time now)
{
    size_t i = 0;
    r->heard = now;
    while (i < r->up_count && !nt_addr_same_ip(&r->up[i], address))
        i++;
    if (up && i == r->up_count && i < NT_ICE_INTERFACES_MAX) {
        note_restarts(r);
        r->bare |= r->up_count == 0 && r->signalling->answered;
        r->up[r->up_count++] = *address;
    } else if (!up && i < r->up_count) {
        r->up[i] = r->up[--r->up_count];
    }
}

void nt_agent_recovery_timer(struct nt_agent_recovery *r)
{
    r->heard = NT_TIME_NEVER;
}

void nt_agent_recovery_event(struct nt_agent_recovery *r, const struct nt_ice_event *ev)
{
    note_restarts(r);
    r->owed |= ev->kind == NT_ICE_EV_OFFER_DUE;
    r->owes_restart |= ev->kind == NT_ICE_EV_OFFER_DUE && ev->restart;
    if (ev->kind != NT_ICE_EV_INTERFACE)
        return;
    r->lost |= ev->interface == NT_ICE_IF_LOST;
    r->came |= ev->interface == NT_ICE_IF_CAME;
}

void nt_agent_recovery_unacknowledged(struct nt_agent_recovery *r)
{
    note_restarts(r);
    r->unacknowledged = true;
}

/* --- restarts --- */

/* Until ICE has completed, candidates of a new interface trickle where both sides can (RFC 8838); else the session restarts. */
static bool wants_interface(struct nt_agent_recovery *r, enum nt_ice_state state)
{
    bool trickles = r->signalling->config.mode == NT_ICE_TRICKLE_FULL && r->signalling->peer_trickles;
    if (state < NT_ICE_COMPLETED && trickles)
        r->came = false;
    return r->continual && r->came && state >= NT_ICE_RUNNING;
}

/* No pair carries data any more, ICE has failed, the peer may not know our credentials, the interface of a selected pair is gone,
 * the session has begun without an interface; or an interface has come. */
static bool is_in_need(struct nt_agent_recovery *r)
{
    enum nt_ice_state state = nt_ice_state(r->ice);
    bool broken = state == NT_ICE_DISCONNECTED || state == NT_ICE_FAILED || r->unacknowledged || r->lost || r->bare;
    return (r->restarts && broken) || wants_interface(r, state);
}

static void give_up(struct nt_agent_recovery *r, nt_time now)
{
    if (!r->gave_up)
        tell(r, NT_TR_UNSENT, "a restart: 5 in a row, of either side, have come to nothing, and this agent gives up", now);
    r->gave_up = true;
    r->due = NT_TIME_NEVER;
}

static void plan_restart(struct nt_agent_recovery *r, nt_time now)
{
    nt_time wait = r->attempts == 0 ? 0 : NT_RECOVERY_WAIT << (r->attempts - 1);
    r->due = nt_time_after(now, wait);
    if (wait > 0)
        tell(r, NT_TR_HELD, "a restart: the last one came to nothing", now);
    else if (r->up_count == 0)
        tell(r, NT_TR_HELD, "a restart: no interface is up", now);
}

static void restart(struct nt_agent_recovery *r, nt_time now)
{
    r->attempts++;
    r->trying = true;
    r->settled = false;
    r->due = NT_TIME_NEVER;
    r->lost = r->came = r->bare = r->unacknowledged = false;
    nt_agent_signalling_offer(r->signalling, true, now);
}

/* True: it has restarted, or is going to. */
static bool recover(struct nt_agent_recovery *r, nt_time now)
{
    if (nt_agent_signalling_offers(r->signalling))
        return true;
    r->trying = false;
    if (!is_in_need(r)) {
        r->due = NT_TIME_NEVER;
        return false;
    }
    if (r->bare) { /* what came to nothing before had no interface */
        r->attempts = 0;
        r->due = now;
    }
    if (r->attempts >= NT_RECOVERY_ATTEMPTS) {
        give_up(r, now);
        return false;
    }
    if (r->due == NT_TIME_NEVER)
        plan_restart(r, now);
    if (r->due <= now && r->up_count > 0)
        restart(r, now);
    return true;
}

/* --- the end of a call whose ICE has failed --- */

static void note_failure(struct nt_agent_recovery *r, nt_time now)
{
    if (nt_ice_state(r->ice) != NT_ICE_FAILED)
        r->failed_at = NT_TIME_NEVER;
    else if (r->failed_at == NT_TIME_NEVER)
        r->failed_at = now;
}

/* RFC 8445, 8.1.1 leaves to the agents what follows when ICE fails. The controlling one offers (RFC 8839, 4.3.4). The controlled
 * one says BYE once it has answered that, or when nothing comes: the controlling one may fail as much later as it waits for
 * candidates (RFC 8863, 5), and its offer may take the time of one that is not answered. */
#define BYE_WAIT (NT_ICE_LAST_CANDIDATE + NT_SIP_TIMER_B)

static nt_time bye_due(const struct nt_agent_recovery *r)
{
    if (r->failed_at == NT_TIME_NEVER || nt_ice_role(r->ice) != NT_ICE_CONTROLLED || !r->signalling->answered)
        return NT_TIME_NEVER;
    bool told = r->signalling->taken_at != NT_TIME_NEVER && r->signalling->taken_at >= r->failed_at;
    return told ? r->failed_at : nt_time_after(r->failed_at, BYE_WAIT);
}

static void end_failed_call(struct nt_agent_recovery *r, nt_time now)
{
    if (r->owed) {
        nt_agent_signalling_offer(r->signalling, r->owes_restart, now);
        r->owed = r->owes_restart = false;
    }
    if (nt_agent_signalling_offers(r->signalling))
        return;
    if (r->unacknowledged)
        nt_agent_signalling_hang_up(r->signalling, NT_SIP_UNACKNOWLEDGED, now);
    else if (bye_due(r) <= now)
        nt_agent_signalling_hang_up(r->signalling, "ICE has failed", now);
}

/* Nothing has happened that asks for anything. */
static bool is_calm(const struct nt_agent_recovery *r, enum nt_ice_state state)
{
    return state <= NT_ICE_COMPLETED && r->due == NT_TIME_NEVER && r->failed_at == NT_TIME_NEVER && !r->bare && !r->lost &&
           !r->came && !r->owed && !r->unacknowledged;
}

void nt_agent_recovery_act(struct nt_agent_recovery *r, nt_time now)
{
    enum nt_ice_state state = nt_ice_state(r->ice);
    if (state == NT_ICE_COMPLETED) {
        r->attempts = 0;
        r->settled = true;
    }
    if (r->heard != NT_TIME_NEVER || is_calm(r, state) || !r->signalling->answered || nt_agent_signalling_is_over(r->signalling))
        return;
    note_restarts(r);
    note_failure(r, now);
    if (!recover(r, now))
        end_failed_call(r, now);
}

nt_time nt_agent_recovery_deadline(const struct nt_agent_recovery *r)
{
    if (r->heard != NT_TIME_NEVER)
        return r->heard;
    if (r->due == NT_TIME_NEVER && r->failed_at == NT_TIME_NEVER)
        return NT_TIME_NEVER;
    if (nt_agent_signalling_is_over(r->signalling) || nt_agent_signalling_offers(r->signalling))
        return NT_TIME_NEVER;
    return nt_time_min(r->up_count > 0 ? r->due : NT_TIME_NEVER, r->due == NT_TIME_NEVER ? bye_due(r) : NT_TIME_NEVER);
}

bool nt_agent_recovery_goes_on(const struct nt_agent_recovery *r)
{
    return r->due != NT_TIME_NEVER && r->up_count > 0 && !nt_agent_signalling_is_over(r->signalling);
}
