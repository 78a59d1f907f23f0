#include "scenarios/apps/agent_signalling.h"
#include "scenarios/apps/sip_end.h"

#include <string.h>

static void emit_signalling(const struct nt_agent_signalling *sig, enum nt_trace_kind kind, nt_time now)
{
    nt_trace_emit(&sig->context->trace, (struct nt_trace_event){.at = now, .kind = kind});
}

/* RFC 5888, 8.4.2: the answer's identification tags are the offer's. */
static void keep_tags(struct nt_ice_description *answer, const struct nt_ice_description *offer)
{
    for (size_t i = 0; i < answer->stream_count && i < offer->stream_count; i++)
        if (answer->streams[i].mid[0] != '\0' && offer->streams[i].mid[0] != '\0')
            memcpy(answer->streams[i].mid, offer->streams[i].mid, sizeof offer->streams[i].mid);
}

/* Why no description leaves is told, but for its not being there yet. */
static void note_unsent(const struct nt_agent_signalling *sig, int err, nt_time now)
{
    const char *why =
        err == NT_ELIMIT ? "the ICE agent has more ports, servers or candidates than it can gather or describe" : "no memory";
    if (err != NT_OK && err != NT_ESTATE)
        nt_trace_emit(&sig->context->trace, (struct nt_trace_event){.at = now, .kind = NT_TR_UNSENT, .text = why});
}

/* False: the ICE agent has no description yet, or cannot make one. */
static bool send_description(struct nt_agent_signalling *sig, enum nt_sip_kind kind, nt_time now)
{
    struct nt_ice_description d;
    int err = nt_ice_local(sig->ice, kind == NT_SIP_INVITE, &d);
    note_unsent(sig, err, now);
    if (err != NT_OK)
        return false;
    emit_signalling(sig, kind == NT_SIP_INVITE ? NT_TR_OFFER_SENT : NT_TR_ANSWER_SENT, now);
    sig->context->active(sig->context->user, now);
    if (kind == NT_SIP_OK)
        keep_tags(&d, &sig->offer);
    nt_sip_end_send(sig->sip, kind, &d, now);
    nt_ice_description_free(&d);
    sig->described = true;
    sig->has_candidates = false;
    return true;
}

/* What the ICE agent does not take of its peer is told. */
static void note_refusal(const struct nt_agent_signalling *sig, int err, nt_time now)
{
    struct nt_trace trace = sig->context->trace;
    struct nt_why why = {NT_DISCARD_FORBIDDEN, "other streams than ours, or credentials that cannot be used"};
    if (err == NT_OK)
        return;
    if (err == NT_EUNSUPPORTED)
        why = (struct nt_why){NT_DISCARD_UNSUPPORTED, "other credentials than before, where they may not change"};
    if (err == NT_ESTATE)
        why = (struct nt_why){NT_DISCARD_STATE, "the ICE session has ended, or candidates are not trickled in it"};
    if (err == NT_ENOMEM || err == NT_ELIMIT)
        why = (struct nt_why){NT_DISCARD_NO_ROOM, "no room for its candidates"};
    trace.node = nt_host_node(sig->context->signal_host);
    nt_trace_discard(&trace, &why, NULL, NULL, now);
}

static void forget_offer(struct nt_agent_signalling *sig)
{
    if (sig->has_offer)
        nt_ice_description_free(&sig->offer);
    sig->has_offer = false;
}

/* When our answer has left: checks start. */
static void accept_offer(struct nt_agent_signalling *sig, nt_time now)
{
    sig->peer_trickles = sig->offer.trickle;
    note_refusal(sig, nt_ice_set_remote(sig->ice, &sig->offer, now), now);
    forget_offer(sig);
    sig->answered = true;
}

void nt_agent_signalling_candidate(struct nt_agent_signalling *sig)
{
    sig->has_candidates = true;
}

void nt_agent_signalling_gathered(struct nt_agent_signalling *sig, nt_time now)
{
    sig->gathered = sig->has_candidates = true; /* the end of candidates is trickled, too */
    if (sig->trickles || sig->described)
        return;
    if (sig->caller) {
        send_description(sig, NT_SIP_INVITE, now);
    } else if (sig->has_offer) {
        send_description(sig, NT_SIP_OK, now);
        accept_offer(sig, now);
    }
}

/* RFC 8838, 3: the first description leaves at once, but an answer to an agent that does not trickle has all candidates. */
static void send_first_description(struct nt_agent_signalling *sig, nt_time now)
{
    if (sig->caller)
        send_description(sig, NT_SIP_INVITE, now);
    else if (sig->has_offer && (sig->gathered || sig->offer.trickle) && send_description(sig, NT_SIP_OK, now))
        accept_offer(sig, now);
}

/* RFC 8840, 4.3: new candidates follow when "trickle ICE support at the peer agent" is known and "a dialog" is there for both. */
static void send_candidates(struct nt_agent_signalling *sig, nt_time now)
{
    struct nt_ice_description d;
    if (!sig->has_candidates || !sig->described || !sig->confirmed || !sig->peer_trickles)
        return;
    int err = nt_ice_trickle(sig->ice, &d, now);
    note_unsent(sig, err, now);
    if (err != NT_OK)
        return;
    nt_sip_end_send(sig->sip, NT_SIP_INFO, &d, now);
    nt_ice_description_free(&d);
    sig->has_candidates = false;
}

/* --- offers within the call --- */

static uint32_t count_restarts(const struct nt_agent_signalling *sig)
{
    return nt_ice_stats(sig->ice).restarts;
}

static void tell_waiting(const struct nt_agent_signalling *sig, enum nt_trace_kind kind, const char *why, nt_time now)
{
    nt_trace_emit(&sig->context->trace, (struct nt_trace_event){.at = now, .kind = kind, .text = why});
}

/* False: the peer has restarted meanwhile, and that is what was wished for. */
static bool is_still_wished(struct nt_agent_signalling *sig, nt_time now)
{
    if (!sig->wish.restart || sig->wish.restarts == count_restarts(sig))
        return true;
    tell_waiting(sig, NT_TR_UNSENT, "a restart that waited: the peer has restarted meanwhile", now);
    sig->wish = (struct nt_agent_wish){0};
    return false;
}

static void make_offer(struct nt_agent_signalling *sig, nt_time now)
{
    sig->offered = sig->wish;
    sig->wish = (struct nt_agent_wish){0};
    if (!sig->offered.restart) {
        send_description(sig, NT_SIP_INVITE, now);
        return;
    }
    int err = nt_ice_restart(sig->ice, now);
    sig->making = err == NT_OK;
    if (err != NT_OK)
        tell_waiting(sig, NT_TR_UNSENT, err == NT_ESTATE ? "a restart: the ICE agent cannot restart now" : "a restart: no memory",
                     now);
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

/* RFC 3261, 14.1: a new offer "MUST NOT" be made "while another INVITE transaction is in progress in either direction". */
static bool is_free(const struct nt_agent_signalling *sig)
{
    return !sig->making && !sig->has_offer && !nt_sip_end_is_busy(sig->sip);
}

static void pursue_wish(struct nt_agent_signalling *sig, nt_time now)
{
    if (sig->wish.offer && sig->wish.from <= now && is_free(sig) && is_still_wished(sig, now))
        make_offer(sig, now);
}

int nt_agent_signalling_offer(struct nt_agent_signalling *sig, bool restart, nt_time now)
{
    if (!sig->answered || nt_sip_end_is_over(sig->sip))
        return NT_ESTATE;
    sig->wish = (struct nt_agent_wish){.offer = true,
                                       .restart = restart || sig->wish.restart,
                                       .from = now > sig->wish.from ? now : sig->wish.from,
                                       .restarts = count_restarts(sig)};
    if (!is_free(sig))
        tell_waiting(sig, NT_TR_HELD, "an offer: the last one is not answered yet", now);
    pursue_wish(sig, now);
    return NT_OK;
}

/* Our own restart gives way: its offer has not left. */
static void give_way(struct nt_agent_signalling *sig, nt_time now)
{
    if (!sig->making)
        return;
    nt_ice_rollback(sig->ice, now);
    sig->making = false;
    sig->wish = sig->offered;
}

void nt_agent_signalling_described(struct nt_agent_signalling *sig, nt_time now)
{
    if (sig->making) {
        sig->making = false;
        send_description(sig, NT_SIP_INVITE, now);
    } else if (sig->has_offer && sig->answered) {
        sig->confirmed = false; /* the peer knows the new credentials once our answer is there */
        send_description(sig, NT_SIP_OK, now);
        accept_offer(sig, now);
        sig->taken_at = now;
    }
}

bool nt_agent_signalling_offers(const struct nt_agent_signalling *sig)
{
    return sig->answered && !nt_sip_end_is_over(sig->sip) && (sig->wish.offer || !is_free(sig));
}

nt_time nt_agent_signalling_deadline(const struct nt_agent_signalling *sig)
{
    return sig->wish.offer && is_free(sig) ? sig->wish.from : NT_TIME_NEVER;
}

void nt_agent_signalling_trickle(struct nt_agent_signalling *sig, nt_time now)
{
    if (sig->trickles && !sig->described)
        send_first_description(sig, now);
    if (sig->trickles)
        send_candidates(sig, now);
    pursue_wish(sig, now);
}

/* --- the first offer --- */

static void start_gathering(struct nt_agent_signalling *sig, nt_time now)
{
    nt_host_announce(sig->context->host, sig->config.endpoint, now);
    note_unsent(sig, nt_ice_gather(sig->ice, now), now);
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

void nt_agent_signalling_call(struct nt_agent_signalling *sig, nt_time now)
{
    sig->caller = true;
    emit_signalling(sig, NT_TR_CALL, now);
    start_gathering(sig, now);
}

/* --- the end --- */

static void forget_offers(struct nt_agent_signalling *sig)
{
    forget_offer(sig);
    sig->making = false;
    sig->wish = (struct nt_agent_wish){0};
}

int nt_agent_signalling_hang_up(struct nt_agent_signalling *sig, const char *why, nt_time now)
{
    if (!sig->answered || nt_sip_end_is_over(sig->sip))
        return NT_ESTATE;
    forget_offers(sig);
    nt_sip_end_bye(sig->sip, why, now);
    sig->config.over(sig->config.owner, now);
    return NT_OK;
}

bool nt_agent_signalling_is_over(const struct nt_agent_signalling *sig)
{
    return sig->sip != NULL && nt_sip_end_is_over(sig->sip);
}

/* --- what the peer sends; descriptions are freed here --- */

static void receive_next_offer(struct nt_agent_signalling *sig, struct nt_ice_description *d, nt_time now)
{
    give_way(sig, now);
    int err = nt_ice_set_offer(sig->ice, d, now);
    note_refusal(sig, err, now);
    if (err != NT_OK) {
        nt_ice_description_free(d);
        nt_sip_end_reject(sig->sip, now);
        return;
    }
    sig->offer = *d;
    sig->has_offer = true;
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

static void receive_first_offer(struct nt_agent_signalling *sig, struct nt_ice_description *d, nt_time now)
{
    int err = nt_ice_set_offer(sig->ice, d, now);
    note_refusal(sig, err, now);
    if (err != NT_OK) {
        nt_ice_description_free(d);
        nt_sip_end_reject(sig->sip, now);
        sig->rejected = true;
        return;
    }
    sig->offer = *d;
    sig->has_offer = true;
    start_gathering(sig, now);
}

/* RFC 8839, 4.4.2.1: one that the ICE agent does not take is rejected. */
static void receive_offer(struct nt_agent_signalling *sig, struct nt_ice_description *d, nt_time now)
{
    emit_signalling(sig, NT_TR_OFFER_RECEIVED, now);
    if (sig->answered)
        receive_next_offer(sig, d, now);
    else
        receive_first_offer(sig, d, now);
}

/* An answer that the ICE agent does not take undoes a restart. */
static void receive_answer(struct nt_agent_signalling *sig, struct nt_ice_description *d, nt_time now)
{
    emit_signalling(sig, NT_TR_ANSWER_RECEIVED, now);
    sig->peer_trickles = d->trickle;
    int err = nt_ice_set_remote(sig->ice, d, now);
    note_refusal(sig, err, now);
    if (err != NT_OK && sig->answered)
        nt_ice_rollback(sig->ice, now);
    nt_ice_description_free(d);
    sig->answered = sig->acknowledged = sig->confirmed = true;
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

static void receive_candidates(struct nt_agent_signalling *sig, struct nt_ice_description *d, nt_time now)
{
    note_refusal(sig, nt_ice_add_remote(sig->ice, d, now), now);
    nt_ice_description_free(d);
    nt_host_kick(sig->context->host, now);
}

static void receive_ack(struct nt_agent_signalling *sig, nt_time now)
{
    sig->acknowledged = sig->confirmed = true;
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

static void receive_bye(struct nt_agent_signalling *sig, nt_time now)
{
    forget_offers(sig);
    sig->config.over(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

static void on_signal(void *user, enum nt_sip_kind kind, struct nt_ice_description *d, nt_time now)
{
    struct nt_agent_signalling *sig = user;
    if (kind == NT_SIP_INVITE)
        receive_offer(sig, d, now);
    else if (kind == NT_SIP_OK)
        receive_answer(sig, d, now);
    else if (kind == NT_SIP_INFO)
        receive_candidates(sig, d, now);
    else if (kind == NT_SIP_ACK)
        receive_ack(sig, now);
    else if (kind == NT_SIP_BYE)
        receive_bye(sig, now);
}

/* RFC 3261, 14.1: the session goes on as it was. */
static void on_refused(void *user, const struct nt_sip_refusal *refusal, nt_time now)
{
    struct nt_agent_signalling *sig = user;
    if (!sig->answered) {
        sig->rejected = true;
        return;
    }
    nt_ice_rollback(sig->ice, now);
    if (refusal->retry_after != NT_TIME_NEVER) {
        sig->wish = sig->offered;
        sig->wish.from = nt_time_after(now, refusal->retry_after);
    }
    sig->config.read_events(sig->config.owner, now);
    nt_host_kick(sig->context->host, now);
}

/* A restart is of use only to a peer that has had an answer. */
static void on_unacknowledged(void *user, nt_time now)
{
    struct nt_agent_signalling *sig = user;
    if (sig->acknowledged)
        sig->config.unacknowledged(sig->config.owner, now);
    else
        nt_agent_signalling_hang_up(sig, NT_SIP_UNACKNOWLEDGED, now);
}

bool nt_agent_signalling_waits(const struct nt_agent_signalling *sig)
{
    return !sig->answered && !sig->rejected && !nt_agent_signalling_is_over(sig) && (sig->caller ? sig->gathered : !sig->has_offer);
}

int nt_agent_signalling_start(struct nt_agent_signalling *sig, const struct nt_agent_signalling_config *config)
{
    const struct nt_app_context *context = config->context;
    const struct nt_scn_agent *agents = context->scn->agents;
    *sig = (struct nt_agent_signalling){.config = *config,
                                        .context = context,
                                        .ice = config->ice,
                                        .trickles = config->mode != NT_ICE_TRICKLE_OFF,
                                        .taken_at = NT_TIME_NEVER};
    if (context->peer == NULL)
        return NT_OK;
    struct nt_sip_end_config sip = {.context = context,
                                    .user = agents[context->index].name,
                                    .peer = agents[context->peer_index].name,
                                    .own = context->signal_own,
                                    .via = context->signal_peer,
                                    .seed = context->seed,
                                    .trace = context->trace,
                                    .trickle = sig->trickles,
                                    .trickle_required = config->mode == NT_ICE_TRICKLE_FULL,
                                    .receive = on_signal,
                                    .refused = on_refused,
                                    .unacknowledged = on_unacknowledged,
                                    .receiver = sig};
    sig->sip = nt_sip_end_new(&sip);
    return sig->sip != NULL ? NT_OK : NT_ENOMEM;
}

void nt_agent_signalling_end(struct nt_agent_signalling *sig)
{
    nt_sip_end_del(sig->sip);
    forget_offer(sig);
}
