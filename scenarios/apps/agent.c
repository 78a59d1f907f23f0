#include "scenarios/apps/agent.h"
#include "core/base/strings.h"
#include "scenarios/apps/agent_data.h"
#include "scenarios/apps/agent_objection.h"
#include "scenarios/apps/agent_recovery.h"
#include "scenarios/apps/agent_result.h"
#include "scenarios/apps/agent_signalling.h"
#include "scenarios/apps/server.h"
#include "scenarios/apps/sip_end.h"

#include <stdlib.h>
#include <string.h>

#define LABEL_MAX_BYTES 300

struct nt_app_agent {
    struct nt_app_context context;
    struct nt_ice_agent *ice;
    struct nt_agent_signalling signalling;
    struct nt_agent_recovery recovery;
    size_t selected_components;
    nt_time selected_at;
    bool ended_failed;         /* ICE had failed when the call ended: the agent stays failed */
    struct nt_agent_data data; /* last, as its flows are not zeroed */
};

/* --- the endpoint on the host: the ICE agent, whose events are read after each call --- */

static void on_selected(struct nt_app_agent *a, nt_time now)
{
    if (++a->selected_components != 1)
        return;
    a->selected_at = now;
    nt_agent_data_selected(&a->data, now);
}

static void on_state(struct nt_app_agent *a, enum nt_ice_state state, nt_time now)
{
    if (state >= NT_ICE_COMPLETED)
        a->context.active(a->context.user, now);
    if (state == NT_ICE_CLOSED)
        nt_agent_data_hang_up(&a->data, now);
}

static void read_events(struct nt_app_agent *a, nt_time now)
{
    struct nt_ice_event ev;
    while (nt_ice_event(a->ice, &ev)) {
        if (ev.kind == NT_ICE_EV_CANDIDATE)
            nt_agent_signalling_candidate(&a->signalling);
        else if (ev.kind == NT_ICE_EV_GATHERED)
            nt_agent_signalling_gathered(&a->signalling, now);
        else if (ev.kind == NT_ICE_EV_SELECTED)
            on_selected(a, now);
        else if (ev.kind == NT_ICE_EV_TOO_BIG)
            nt_agent_data_too_big(&a->data, &ev, now);
        else if (ev.kind == NT_ICE_EV_DATA)
            nt_agent_data_receive(&a->data, ev.bytes, ev.len, now);
        else if (ev.kind == NT_ICE_EV_LOCAL)
            nt_agent_signalling_described(&a->signalling, now);
        else if (ev.kind == NT_ICE_EV_INTERFACE || ev.kind == NT_ICE_EV_OFFER_DUE)
            nt_agent_recovery_event(&a->recovery, &ev);
        else if (ev.kind == NT_ICE_EV_STATE)
            on_state(a, ev.state, now);
    }
    nt_agent_recovery_act(&a->recovery, now);
    nt_agent_signalling_trickle(&a->signalling, now);
}

static void read_agent_events(void *owner, nt_time now)
{
    read_events(owner, now);
}

static void agent_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_app_agent *a = self;
    if (kind == NT_IN_IF_UP || kind == NT_IN_IF_DOWN)
        nt_agent_recovery_interface(&a->recovery, &path->local, kind == NT_IN_IF_UP, now);
    nt_ice_input(a->ice, path, kind, bytes, len, now);
    read_events(a, now);
    nt_agent_data_send_due(&a->data, now);
}

static void agent_timer(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    nt_ice_timer(a->ice, now);
    nt_agent_recovery_timer(&a->recovery);
    read_events(a, now);
    nt_agent_data_send_due(&a->data, now);
}

static size_t agent_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_app_agent *a = self;
    size_t n = nt_ice_output(a->ice, path, buf, cap, now);
    if (n > 0 || nt_agent_data_deadline(&a->data) > now)
        return n;
    nt_agent_data_send_due(&a->data, now);
    return nt_ice_output(a->ice, path, buf, cap, now);
}

static nt_time agent_deadline(const void *self)
{
    const struct nt_app_agent *a = self;
    nt_time own = nt_time_min(nt_agent_signalling_deadline(&a->signalling), nt_agent_recovery_deadline(&a->recovery));
    return nt_time_min(nt_time_min(nt_ice_deadline(a->ice), nt_agent_data_deadline(&a->data)), own);
}

static int agent_request(void *self, struct nt_request *req)
{
    struct nt_app_agent *a = self;
    return nt_ice_request(a->ice, req);
}

/* --- as a party --- */

static void agent_meets(void *self, const struct nt_peer_kind *peer)
{
    struct nt_app_agent *a = self;
    a->data.mode = !peer->process ? NT_DATA_NUMBERED : peer->webrtc ? NT_DATA_NONE : NT_DATA_PROBES;
    nt_sip_end_webrtc(a->signalling.sip, peer->webrtc);
}

static void agent_call(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    nt_agent_signalling_call(&a->signalling, now);
}

static int agent_reoffer(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    return nt_agent_signalling_offer(&a->signalling, false, now);
}

static int agent_restart(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    return nt_agent_signalling_offer(&a->signalling, true, now);
}

/* RFC 3261, 15: the session is over, and allocations are released, after failure, too. */
static void end_session(void *owner, nt_time now)
{
    struct nt_app_agent *a = owner;
    nt_agent_data_hang_up(&a->data, now);
    a->ended_failed = nt_ice_state(a->ice) == NT_ICE_FAILED;
    nt_ice_close(a->ice, now);
    read_events(a, now);
    nt_host_kick(a->context.host, now);
}

static void on_unacknowledged(void *owner, nt_time now)
{
    struct nt_app_agent *a = owner;
    nt_agent_recovery_unacknowledged(&a->recovery);
    read_events(a, now);
}

static int agent_hangup(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    return nt_agent_signalling_hang_up(&a->signalling, "a step hangs up", now);
}

static int agent_renominate(void *self, const struct nt_scn_step *step, nt_time now)
{
    struct nt_app_agent *a = self;
    struct nt_addr any = {0};
    enum nt_ice_type type = NT_ICE_HOST;
    while (type < NT_ICE_RELAY && (step->remote.types & 1 << type) == 0)
        type++;
    int r = nt_ice_renominate(a->ice, type, step->remote.address_count > 0 ? step->remote.addresses : &any, now);
    read_events(a, now);
    nt_host_kick(a->context.host, now);
    return r;
}

static const char *agent_objection(const void *self, const struct nt_scn_step *step)
{
    const struct nt_app_agent *a = self;
    return nt_agent_objection(&a->signalling, a->ice, step);
}

static int agent_signal_fault(void *self, const struct nt_scn_step *step)
{
    struct nt_app_agent *a = self;
    return nt_sip_end_fault(a->signalling.sip, step->message, step->act, step->by);
}

static int agent_send(void *self, const struct nt_scn_send *run, nt_time now)
{
    struct nt_app_agent *a = self;
    int r = nt_agent_data_add_flow(&a->data, run, now);
    if (r != NT_EUNSUPPORTED)
        nt_host_kick(a->context.host, now);
    return r;
}

static bool agent_note_delivery(void *self, const uint8_t *bytes, size_t len, uint32_t *number, nt_time now)
{
    struct nt_app_agent *a = self;
    return nt_agent_data_note_delivery(&a->data, bytes, len, number, now);
}

static void agent_unheard(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    nt_agent_data_unheard(&a->data, now);
}

static bool agent_waits(const void *self)
{
    const struct nt_app_agent *a = self;
    return nt_agent_signalling_waits(&a->signalling);
}

/* Its session lives, or is to. After the end of the call, allocations are released. */
static bool lives(const struct nt_app_agent *a)
{
    enum nt_ice_state state = nt_ice_state(a->ice);
    if (nt_agent_signalling_is_over(&a->signalling))
        return state != NT_ICE_CLOSED;
    return state < NT_ICE_COMPLETED || nt_agent_signalling_offers(&a->signalling) || nt_agent_recovery_goes_on(&a->recovery);
}

/* An agent that waits for a description does nothing until it comes, and it may have been lost. */
static bool agent_goes_on(const void *self)
{
    const struct nt_app_agent *a = self;
    return !agent_waits(a) && (lives(a) || !nt_agent_data_done(&a->data));
}

static enum nt_ice_state agent_state(const void *self)
{
    const struct nt_app_agent *a = self;
    return a->ended_failed ? NT_ICE_FAILED : nt_ice_state(a->ice);
}

static struct nt_data_count agent_data_count(const void *self)
{
    const struct nt_app_agent *a = self;
    return nt_agent_data_count(&a->data);
}

static nt_time agent_selected_at(const void *self)
{
    const struct nt_app_agent *a = self;
    return a->selected_at;
}

static bool agent_selected_pair(const void *self, struct nt_addr *local, struct nt_addr *remote)
{
    const struct nt_app_agent *a = self;
    struct nt_ice_candidate l, r;
    if (!nt_ice_selected(a->ice, 1, 1, &l, &r))
        return false;
    *local = l.addr;
    *remote = r.addr;
    return true;
}

static int agent_describe(const void *self, struct nt_result_agent *r)
{
    const struct nt_app_agent *a = self;
    return nt_agent_result(a->ice, agent_state(a), r);
}

struct nt_party nt_app_agent_party(struct nt_app_agent *a)
{
    static const struct nt_party_ops ops = {.meets = agent_meets,
                                            .call = agent_call,
                                            .reoffer = agent_reoffer,
                                            .restart = agent_restart,
                                            .hangup = agent_hangup,
                                            .renominate = agent_renominate,
                                            .objection = agent_objection,
                                            .signal = agent_signal_fault,
                                            .send = agent_send,
                                            .note_delivery = agent_note_delivery,
                                            .unheard = agent_unheard,
                                            .waits = agent_waits,
                                            .goes_on = agent_goes_on,
                                            .state = agent_state,
                                            .data = agent_data_count,
                                            .selected_at = agent_selected_at,
                                            .selected = agent_selected_pair,
                                            .describe = agent_describe};
    return (struct nt_party){.ops = &ops, .self = a};
}

/* --- birth and end --- */

static size_t stun_addresses(const struct nt_scn_case *c, const struct nt_scn_agent *scn, struct nt_addr *out)
{
    size_t n = 0;
    for (size_t i = 0; i < scn->stun_count; i++)
        n += nt_app_stun_addresses(c, scn->stun[i], scn, out + n);
    return n;
}

static size_t turn_servers(const struct nt_scn_case *c, const struct nt_scn_agent *scn, struct nt_ice_turn *out)
{
    struct nt_addr at[2];
    size_t n = 0;
    for (size_t i = 0; i < scn->turn_count; i++) {
        const struct nt_scn_turn_use *use = &scn->turn[i];
        size_t count = nt_app_turn_addresses(c, use->server, scn, at);
        for (size_t k = 0; k < count; k++)
            out[n++] =
                (struct nt_ice_turn){.server = at[k], .transport = use->transport, .user = use->user, .password = use->password};
    }
    return n;
}

/* RFC 8838, 3: full trickle is for agents that know of each other's support; otherwise the caller's offer is half trickle's. */
static enum nt_ice_trickle trickle_mode(const struct nt_app_context *context)
{
    const struct nt_scn_agent *agents = context->scn->agents;
    bool known = context->peer_index != NT_SCN_NONE && agents[context->peer_index].trickle != NT_ICE_TRICKLE_OFF;
    enum nt_ice_trickle wanted = agents[context->index].trickle;
    return wanted == NT_ICE_TRICKLE_FULL && !known ? NT_ICE_TRICKLE_HALF : wanted;
}

static bool sends_with_df(const struct nt_scn_case *c, uint32_t agent)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SEND && c->steps[i].from == agent && c->steps[i].send.df)
            return true;
    return false;
}

static struct nt_ice_agent *new_ice_agent(const struct nt_app_context *context)
{
    const struct nt_scn_case *c = context->scn;
    const struct nt_scn_agent *scn = &c->agents[context->index];
    struct nt_addr stun[NT_ICE_SERVERS_MAX];
    struct nt_ice_turn turn[NT_ICE_SERVERS_MAX];
    char label[LABEL_MAX_BYTES];
    enum nt_ice_role by_call = context->index == c->caller ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED;
    struct nt_ice_config config = {.role = scn->role != 0 ? (enum nt_ice_role)scn->role : by_call,
                                   .policy = scn->policy,
                                   .prefer = scn->prefer,
                                   .streams = 1,
                                   .components = 1,
                                   .max_pairs = scn->max_pairs,
                                   .ta = scn->ta,
                                   .rto = scn->rto,
                                   .keepalive = scn->keepalive,
                                   .nomination_wait = scn->nomination_wait,
                                   .no_consent = scn->no_consent,
                                   .no_ice2 = scn->no_ice2,
                                   .icmp_errors = scn->icmp_errors,
                                   .ipv6 = scn->ipv6,
                                   .continual = scn->continual,
                                   .failover = scn->recover == NT_RECOVER_FAILOVER,
                                   .renomination = scn->renomination,
                                   .dont_fragment = sends_with_df(c, context->index),
                                   .software = "natsim " NATSIM_VERSION,
                                   .stun = stun,
                                   .turn = turn,
                                   .tie_breaker = scn->tie_breaker,
                                   .trickle = trickle_mode(context),
                                   .trace = context->trace};
    config.stun_count = stun_addresses(c, scn, stun);
    config.turn_count = turn_servers(c, scn, turn);
    nt_join(label, sizeof label, "agent/", scn->name);
    nt_fabric_stream(context->fabric, label, &config.rand);
    int err;
    return nt_ice_agent_new(&config, &err);
}

static int start_agent(struct nt_app_agent *a)
{
    static const struct nt_endpoint_ops ops = {agent_input, agent_timer, agent_output, agent_deadline, agent_request};
    if ((a->ice = new_ice_agent(&a->context)) == NULL)
        return NT_ENOMEM;
    nt_agent_data_init(&a->data, &a->context, a->ice);
    nt_agent_recovery_init(&a->recovery, &a->context, a->ice, &a->signalling);
    uint32_t endpoint = nt_app_run(&a->context, NT_APP_ICE, (struct nt_endpoint){.ops = &ops, .self = a});
    if (endpoint == NT_FABRIC_NONE)
        return NT_ENOMEM;
    return nt_agent_signalling_start(&a->signalling, &(struct nt_agent_signalling_config){.context = &a->context,
                                                                                          .ice = a->ice,
                                                                                          .endpoint = endpoint,
                                                                                          .mode = trickle_mode(&a->context),
                                                                                          .read_events = read_agent_events,
                                                                                          .over = end_session,
                                                                                          .unacknowledged = on_unacknowledged,
                                                                                          .owner = a});
}

struct nt_app_agent *nt_app_agent_new(const struct nt_app_context *context)
{
    struct nt_app_agent *a = malloc(sizeof *a);
    if (a == NULL)
        return NULL;
    memset(a, 0, offsetof(struct nt_app_agent, data.flows));
    a->context = *context;
    a->selected_at = NT_TIME_NEVER;
    if (start_agent(a) == NT_OK)
        return a;
    nt_app_agent_del(a);
    return NULL;
}

void nt_app_agent_del(struct nt_app_agent *a)
{
    if (a == NULL)
        return;
    if (a->ice != NULL)
        nt_ice_agent_del(a->ice);
    nt_agent_signalling_end(&a->signalling);
    nt_agent_data_free(&a->data);
    free(a);
}
