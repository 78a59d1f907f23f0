#include "scenarios/programs/agent_signalling.h"
#include "core/base/err.h"
#include "scenarios/apps/server.h"
#include "scenarios/programs/agent_description.h"
#include "scenarios/programs/agent_told.h"
#include "scenarios/programs/sdp_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_message(struct nt_process *process, enum nt_sip_kind kind, nt_time now)
{
    struct nt_text t = {0};
    nt_process_describe(process, kind, &t);
    if (kind == NT_SIP_INVITE)
        nt_process_emit(process, NT_TR_OFFER_SENT, now);
    if (kind == NT_SIP_OK)
        nt_process_emit(process, NT_TR_ANSWER_SENT, now);
    if (kind != NT_SIP_INFO)
        nt_process_active(process, now);
    if (t.len > NT_PROCESS_DESCRIPTION_MAX)
        nt_process_broke(
            process, "its description, or its candidates at a time, have more than 64000 bytes: one message of SIP carries them");
    else if (t.len > 0)
        nt_sip_end_send_text(process->sip, kind, t.p, t.len, now);
    nt_text_free(&t);
    process->sent = true;
    process->has_candidates = false;
}

static void note_answered(struct nt_process *process)
{
    process->answered = process->in_call = true;
}

/* RFC 8838, 3, as apps/agent_signalling.c: a full trickle offer leaves at once, and so does an answer to an agent that trickles;
 * others have all candidates. New candidates follow in the dialog, once the offer has been answered. */
static void send_due(struct nt_process *process, nt_time now)
{
    enum nt_ice_trickle mode = process->trickle;
    if (!process->described)
        return;
    if (!process->sent && process->offers && (process->ended_candidates || mode == NT_ICE_TRICKLE_FULL)) {
        send_message(process, NT_SIP_INVITE, now);
    } else if (!process->sent && process->has_offer &&
               (process->ended_candidates || (mode != NT_ICE_TRICKLE_OFF && process->peer_trickles))) {
        send_message(process, NT_SIP_OK, now);
        note_answered(process);
    }
    if (process->sent && process->has_candidates && process->confirmed && process->peer_trickles && mode != NT_ICE_TRICKLE_OFF)
        send_message(process, NT_SIP_INFO, now);
}

/* Another ufrag than before. */
static void note_restart(struct nt_process *process, const char *before, nt_time now)
{
    if (*before == '\0' || strcmp(before, process->ufrag) == 0)
        return;
    process->restarts++;
    nt_trace_emit(&process->context.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_RESTARTED, .n = {0, 0, process->restarts}});
}

void nt_process_described(struct nt_process *process, const struct nt_adapter_event *ev, nt_time now)
{
    char before[sizeof process->ufrag];
    memcpy(before, process->ufrag, sizeof before);
    process->described = true;
    process->heard_at = now;
    process->version++;
    nt_process_active(process, now);
    snprintf(process->mid, sizeof process->mid, "0");
    if (*ev->sdp != '\0') {
        size_t len = strlen(ev->sdp);
        nt_text_add(&process->sdp, ev->sdp, len);
        if (len > 0 && ev->sdp[len - 1] != '\n')
            nt_text_add(&process->sdp, "\r\n", 2);
        if (!nt_sdp_find(ev->sdp, len, "a=ice-ufrag:", process->ufrag, sizeof process->ufrag) ||
            !nt_sdp_find(ev->sdp, len, "a=ice-pwd:", process->pwd, sizeof process->pwd))
            nt_process_broke(process, "\"sdp\" has no a=ice-ufrag or no a=ice-pwd of at most 256 bytes: both are expected");
        nt_sdp_find(ev->sdp, len, "a=mid:", process->mid, sizeof process->mid);
    } else {
        snprintf(process->ufrag, sizeof process->ufrag, "%s", ev->ufrag);
        snprintf(process->pwd, sizeof process->pwd, "%s", ev->pwd);
        process->ice2 = nt_sdp_has_tag(ev->options, "ice2");
    }
    note_restart(process, before, now);
    send_due(process, now);
}

static size_t add_servers(const struct nt_process *process, struct nt_adapter_server *out)
{
    const struct nt_scn_agent *scn = nt_process_scn(process);
    const struct nt_scn_case *c = process->context.scn;
    struct nt_addr at[2];
    size_t n = 0;
    for (size_t i = 0; i < scn->stun_count; i++)
        if (nt_app_stun_addresses(c, scn->stun[i], scn, at) > 0)
            out[n++].addr = at[0];
    for (size_t i = 0; i < scn->turn_count; i++) {
        size_t count = nt_app_turn_addresses(c, scn->turn[i].server, scn, at);
        for (size_t k = 0; k < count; k++)
            out[n++] = (struct nt_adapter_server){.addr = at[k], .user = scn->turn[i].user, .password = scn->turn[i].password};
    }
    return n;
}

bool nt_process_controlling(const struct nt_process *process)
{
    int role = nt_process_scn(process)->role;
    return role != 0 ? role == NT_ICE_CONTROLLING : process->context.index == process->context.scn->caller;
}

void nt_process_start_call(struct nt_process *process, nt_time now)
{
    struct nt_adapter_server servers[2 * NT_ICE_SERVERS_MAX] = {0};
    struct nt_adapter_start s = {.controlling = nt_process_controlling(process),
                                 .offerer = process->caller,
                                 .relay_only = nt_process_scn(process)->policy == NT_ICE_RELAY_ONLY,
                                 .servers = servers,
                                 .server_count = add_servers(process, servers)};
    process->heard_at = now;
    process->started = true;
    process->offers = process->caller;
    process->has_servers = s.server_count > 0;
    nt_adapter_start(process->adapter, &s);
}

/* What was said about the description before counts no more: the process describes itself anew. */
static void begin_negotiation(struct nt_process *process, bool offers, nt_time now)
{
    process->offers = offers;
    process->has_offer = !offers;
    process->described = process->ended_candidates = process->sent = process->has_candidates = false;
    process->answered = process->confirmed = false;
    process->retry_at = NT_TIME_NEVER;
    process->selected = (struct nt_addr){0};
    process->heard_at = now;
    process->sdp.len = 0;
    nt_line_list_free(&process->candidates);
}

bool nt_process_negotiates(const struct nt_process *process)
{
    return process->started && !process->answered;
}

int nt_process_restart(struct nt_process *process, nt_time now)
{
    if (!nt_adapter_hello(process->adapter)->restart)
        return NT_EUNSUPPORTED;
    if (!process->in_call || nt_process_negotiates(process) || process->stopping || process->ended)
        return NT_ESTATE;
    begin_negotiation(process, true, now);
    nt_process_active(process, now);
    nt_adapter_restart(process->adapter);
    return NT_OK;
}

/* RFC 8839, 4.4.2: the default destination of the answer is the candidate that the offer names. */
static void note_remote_candidate(struct nt_process *process, const char *text, size_t len)
{
    char its[NT_ADDR_TEXT], ip[NT_ADDR_TEXT];
    unsigned port;
    if (!nt_sdp_find(text, len, "a=remote-candidates:1 ", its, sizeof its) || sscanf(its, "%55s %u", ip, &port) != 2 ||
        port > UINT16_MAX || nt_addr_parse(&process->selected, ip) != NT_OK)
        return;
    process->selected.port = (uint16_t)port;
    process->version++;
}

/* An offer within the call. ICE goes on with the same credentials, and its process has nothing to say to it; with others it
 * restarts. */
static void receive_reoffer(struct nt_process *process, const char *text, size_t len, nt_time now)
{
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1] = "";
    nt_sdp_find(text, len, "a=ice-ufrag:", ufrag, sizeof ufrag);
    if (nt_process_negotiates(process)) {
        nt_sip_end_meet(process->sip, now); /* it makes its own: the peer's last one has been answered */
    } else if (strcmp(ufrag, process->peer_ufrag) == 0) {
        nt_process_tell_candidates(process, text, len, false);
        note_remote_candidate(process, text, len);
        send_message(process, NT_SIP_OK, now);
    } else if (nt_adapter_hello(process->adapter)->restart) {
        begin_negotiation(process, false, now);
        nt_process_tell_description(process, true, text, len);
    } else {
        nt_sip_end_reject(process->sip, now);
    }
}

static void receive_offer(struct nt_process *process, const char *text, size_t len, nt_time now)
{
    nt_process_emit(process, NT_TR_OFFER_RECEIVED, now);
    if (process->in_call) {
        receive_reoffer(process, text, len, now);
    } else {
        process->has_offer = true;
        nt_process_start_call(process, now);
        nt_process_tell_description(process, true, text, len);
    }
}

static void receive_answer(struct nt_process *process, const char *text, size_t len, nt_time now)
{
    nt_process_emit(process, NT_TR_ANSWER_RECEIVED, now);
    process->confirmed = true;
    nt_process_tell_description(process, false, text, len);
    note_answered(process);
}

/* The session goes on. The process keeps its offer, which goes out again, unless the peer's comes first. */
static void on_refused(void *user, const struct nt_sip_refusal *refusal, nt_time now)
{
    struct nt_process *process = user;
    if (!process->in_call)
        return; /* there is none */
    process->answered = true;
    if (refusal->retry_after != NT_TIME_NEVER)
        process->retry_at = nt_time_after(now, refusal->retry_after);
}

void nt_process_retry(struct nt_process *process, nt_time now)
{
    if (now < process->retry_at || nt_process_negotiates(process) || nt_sip_end_is_busy(process->sip))
        return;
    process->retry_at = NT_TIME_NEVER;
    process->offers = true;
    process->answered = process->sent = false;
    send_due(process, now);
}

void nt_process_stop(struct nt_process *process)
{
    if (process->adapter == NULL || process->ended || process->stopping)
        return;
    process->stopping = true;
    nt_adapter_stop(process->adapter);
}

/* The call is over, by either side's word. */
static void end_call(struct nt_process *process, nt_time now)
{
    process->hung_up = true;
    nt_process_emit(process, NT_TR_ICE_CLOSED, now);
    nt_process_active(process, now);
    nt_process_stop(process);
}

static void on_unacknowledged(void *user, nt_time now)
{
    struct nt_process *process = user;
    nt_sip_end_bye(process->sip, NT_SIP_UNACKNOWLEDGED, now);
    end_call(process, now);
}

int nt_process_hang_up(struct nt_process *process, nt_time now)
{
    if (!process->in_call || process->ended || process->stopping)
        return NT_ESTATE;
    nt_sip_end_bye(process->sip, "a step says so", now);
    end_call(process, now);
    return NT_OK;
}

const char *nt_process_objection(const struct nt_process *process)
{
    if (process->hung_up)
        return "the call is over";
    if (process->ended)
        return "the process has ended";
    if (process->stopping)
        return "the process has been told to stop";
    return process->in_call ? "its last offer is not answered yet" : "the call is not answered yet";
}

static void on_signal(void *user, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    struct nt_process *process = user;
    if (process->ended || process->stopping)
        return;
    if (kind == NT_SIP_INVITE) {
        receive_offer(process, text, len, now);
    } else if (kind == NT_SIP_OK) {
        receive_answer(process, text, len, now);
    } else if (kind == NT_SIP_INFO) {
        nt_process_tell_fragment(process, text, len);
    } else if (kind == NT_SIP_BYE) {
        end_call(process, now);
    } else {
        process->confirmed = true;
    }
    send_due(process, now);
}

void nt_process_candidate(struct nt_process *process, const char *candidate, nt_time now)
{
    size_t len = strlen(candidate);
    if (nt_line_list_has(&process->candidates, candidate, len))
        return;
    if (!nt_line_list_add(&process->candidates, candidate, len))
        nt_process_broke(process, "it has more than 512 candidates: so many are expected at most");
    process->has_candidates = true;
    process->heard_at = now;
    nt_process_active(process, now);
    send_due(process, now);
}

void nt_process_candidates_end(struct nt_process *process, nt_time now)
{
    process->ended_candidates = process->has_candidates = true;
    nt_process_emit(process, NT_TR_ICE_GATHERED, now);
    nt_process_active(process, now);
    send_due(process, now);
}

int nt_process_connect(struct nt_process *process)
{
    const struct nt_app_context *context = &process->context;
    if (context->peer == NULL)
        return NT_OK;
    struct nt_sip_end_config config = {.context = context,
                                       .user = nt_process_scn(process)->name,
                                       .peer = context->scn->agents[context->peer_index].name,
                                       .own = context->signal_own,
                                       .via = context->signal_peer,
                                       .seed = context->seed,
                                       .trace = context->trace,
                                       .receive_text = on_signal,
                                       .refused = on_refused,
                                       .unacknowledged = on_unacknowledged,
                                       .receiver = process};
    process->sip = nt_sip_end_new(&config);
    return process->sip != NULL ? NT_OK : NT_ENOMEM;
}

void nt_process_free_lines(struct nt_process *process)
{
    nt_line_list_free(&process->candidates);
    nt_line_list_free(&process->peer_candidates);
    nt_text_free(&process->sdp);
}
