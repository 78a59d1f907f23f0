#include "scenarios/programs/agent.h"
#include "scenarios/programs/agent_result.h"
#include "scenarios/programs/agent_signalling.h"
#include "scenarios/programs/packet_evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* --- what it reports --- */

static void on_state(struct nt_process *process, enum nt_ice_state state, nt_time now)
{
    if (process->stopping || state == process->state)
        return;
    bool was_lost = process->state == NT_ICE_DISCONNECTED || process->state == NT_ICE_FAILED;
    process->state = state;
    process->lost = process->data_ok && state >= NT_ICE_FAILED;
    nt_process_active(process, now);
    if (state == NT_ICE_COMPLETED)
        nt_process_emit(process, was_lost ? NT_TR_ICE_RECOVERED : NT_TR_ICE_COMPLETED, now);
    if (state == NT_ICE_DISCONNECTED)
        nt_process_emit(process, NT_TR_ICE_DISCONNECTED, now);
    if (state == NT_ICE_FAILED)
        nt_process_emit(process, NT_TR_ICE_FAILED, now);
}

static void on_selected(struct nt_process *process, const struct nt_adapter_event *ev, nt_time now)
{
    if (process->stopping || (process->has_selected && nt_addr_equal(&ev->local.addr, &process->local.addr) &&
                              nt_addr_equal(&ev->remote.addr, &process->remote.addr) && ev->local.type == process->local.type &&
                              ev->remote.type == process->remote.type))
        return;
    process->local = ev->local;
    process->remote = ev->remote;
    if (!process->has_selected)
        process->selected_at = now;
    process->has_selected = true;
    nt_process_active(process, now);
    nt_trace_emit(
        &process->context.trace,
        (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_SELECTED, .a = process->local.addr, .b = process->remote.addr});
}

/* --- what it owes --- */

/* By its contract, so that the call goes on; NULL: nothing. `said`: how it says so. */
static const char *owed_by(const struct nt_process *process, const char **said)
{
    *said = process->described ? "{\"t\":\"signal\",\"cand\":{\"end\":true}}" : "{\"t\":\"signal\",\"desc\":{...}}";
    if (!process->started || process->ended_candidates)
        return NULL; /* or it has said all */
    return process->described ? "the end of its candidates" : "its description";
}

static void note_what_it_owes(struct nt_process *process)
{
    char text[NT_ADAPTER_WHY_MAX];
    const char *said, *owed = owed_by(process, &said);
    nt_time wait = process->described && !process->has_servers ? NT_PROCESS_OWED_ALONE : NT_PROCESS_OWED;
    if (owed == NULL || nt_fabric_now(process->context.fabric) < process->heard_at + wait)
        return;
    const char *asked = !process->in_call ? "natsim's 'start'" : process->offers ? "natsim's 'restart'" : "a new offer";
    snprintf(text, sizeof text, "%s is missing %d s after %s: %s is expected", owed, (int)(wait / NT_SEC),
             process->described ? "the last of them" : asked, said);
    nt_process_broke(process, text);
}

void nt_process_note_time(struct nt_process *process)
{
    if (process->ended || process->stopping)
        return;
    nt_process_retry(process, nt_fabric_now(process->context.fabric));
    note_what_it_owes(process);
    if (process->closed_at != 0 && nt_live_clock() >= process->closed_at + NT_PROCESS_CLOSED)
        nt_process_broke(process, "it closed its standard output and went on: it is expected to stay open until 'bye'");
}

/* It may leave before it is told to stop, when it owes nothing. */
static void on_bye(struct nt_process *process)
{
    char text[NT_ADAPTER_WHY_MAX];
    const char *said, *owed = owed_by(process, &said);
    process->bye = true;
    if (process->stopping || process->context.peer == NULL || (process->started && owed == NULL))
        return;
    snprintf(text, sizeof text, "'bye' before %s: an adapter is expected to run until natsim's 'stop'",
             process->started ? owed : "natsim's 'start'");
    nt_process_broke(process, text);
}

/* --- events --- */

static void note_outdated(const struct nt_process *process, nt_time now)
{
    static const struct nt_why why = {NT_DISCARD_OUTDATED, "a candidate of the process's description before its latest"};
    nt_trace_discard(&process->context.trace, &why, NULL, NULL, now);
}

static void on_event(void *user, const struct nt_adapter_event *ev, nt_time now)
{
    struct nt_process *process = user;
    switch (ev->said) {
    case NT_ADAPTER_NOTHING:
    case NT_ADAPTER_NO_MESSAGE:
    case NT_ADAPTER_HELLO:
    case NT_ADAPTER_LOOPBACK: return;
    case NT_ADAPTER_BYE: on_bye(process); return;
    case NT_ADAPTER_DESCRIBED: nt_process_described(process, ev, now); return;
    case NT_ADAPTER_CANDIDATE: nt_process_candidate(process, ev->candidate, now); return;
    case NT_ADAPTER_CANDIDATES_END: nt_process_candidates_end(process, now); return;
    case NT_ADAPTER_OUTDATED: note_outdated(process, now); return;
    case NT_ADAPTER_STATE: on_state(process, ev->state, now); return;
    case NT_ADAPTER_SELECTED: on_selected(process, ev, now); return;
    case NT_ADAPTER_OPEN: process->open = true; return;
    case NT_ADAPTER_DATA:
        process->echoes = ev->n;
        process->data_ok |= ev->ok;
        nt_process_active(process, now);
        return;
    case NT_ADAPTER_WRONG: nt_process_broke(process, ev->text); return;
    case NT_ADAPTER_CLOSED: process->closed_at = process->stopping ? 0 : nt_live_clock(); return;
    case NT_ADAPTER_ENDED:
        process->ended = true;
        process->ended_early = !process->stopping;
        process->status = ev->status;
        return;
    }
}

/* --- as a party --- */

static void process_call(void *self, nt_time now)
{
    struct nt_process *process = self;
    process->caller = true;
    nt_process_emit(process, NT_TR_CALL, now);
    nt_process_start_call(process, now);
}

static int process_reoffer(void *self, nt_time now)
{
    (void)self;
    (void)now;
    return NT_EUNSUPPORTED;
}

static int process_restart(void *self, nt_time now)
{
    return nt_process_restart(self, now);
}

static int process_hang_up(void *self, nt_time now)
{
    return nt_process_hang_up(self, now);
}

static int process_renominate(void *self, const struct nt_scn_step *step, nt_time now)
{
    (void)self;
    (void)step;
    (void)now;
    return NT_EUNSUPPORTED;
}

static const char *process_objection(const void *self, const struct nt_scn_step *step)
{
    (void)step;
    return nt_process_objection(self);
}

static int process_signal_fault(void *self, const struct nt_scn_step *step)
{
    struct nt_process *process = self;
    return nt_sip_end_fault(process->sip, step->message, step->act, step->by);
}

static int process_send(void *self, const struct nt_scn_send *run, nt_time now)
{
    (void)self, (void)run, (void)now;
    return NT_EUNSUPPORTED;
}

static bool process_note_delivery(void *self, const uint8_t *bytes, size_t len, uint32_t *number, nt_time now)
{
    (void)self, (void)bytes, (void)len, (void)number, (void)now;
    return false;
}

static void process_unheard(void *self, nt_time now)
{
    (void)self, (void)now;
}

static bool process_waits(const void *self)
{
    const struct nt_process *process = self;
    return !process->ended && !process->in_call && (process->caller ? process->sent : !process->has_offer);
}

/* Data both ways as far as this side can tell; between WebRTC and our agent: ICE connected and a pair selected. */
static bool is_connected(const struct nt_process *process)
{
    if (process->restarts > 0 && !nt_evidence_renewed(process->evidence, process->context.index, process->ufrag,
                                                      process->peer_ufrag, !process->webrtc_meets_ours))
        return false;
    if (!process->webrtc_meets_ours)
        return process->data_ok;
    const struct nt_party *peer = process->context.peer;
    return process->state == NT_ICE_COMPLETED && process->has_selected && peer->ops->state(peer->self) == NT_ICE_COMPLETED;
}

/* A failure that only one side reports is not the end: the other may still find a pair. */
static bool process_goes_on(const void *self)
{
    const struct nt_process *process = self;
    const struct nt_party *peer = process->context.peer;
    bool both_failed = process->state == NT_ICE_FAILED && peer->ops->state(peer->self) == NT_ICE_FAILED;
    return !process->ended && !process->stopping && (nt_process_negotiates(process) || (!both_failed && !is_connected(process)));
}

static enum nt_ice_state process_state(const void *self)
{
    const struct nt_process *process = self;
    bool renews = process->restarts > 0 && process->answered && !is_connected(process);
    if (process->hung_up)
        return NT_ICE_CLOSED;
    if (process->lost || !process->data_ok)
        return process->state;
    return renews ? NT_ICE_RUNNING : NT_ICE_COMPLETED;
}

static struct nt_data_count process_data(const void *self)
{
    const struct nt_process *process = self;
    uint32_t sent = process->open ? process->data_ok && process->echoes > 0 ? process->echoes : 20 : 0;
    return (struct nt_data_count){.sent = sent,
                                  .received = process->data_ok         ? sent
                                              : process->echoes < sent ? process->echoes
                                                                       : sent};
}

static nt_time process_selected_at(const void *self)
{
    return ((const struct nt_process *)self)->selected_at;
}

static bool process_selected_pair(const void *self, struct nt_addr *local, struct nt_addr *remote)
{
    const struct nt_process *process = self;
    *local = process->local.addr;
    *remote = process->remote.addr;
    return process->has_selected;
}

static int process_describe(const void *self, struct nt_result_agent *r)
{
    return nt_process_result(self, process_state(self), r);
}

static void process_meets(void *self, const struct nt_peer_kind *peer)
{
    struct nt_process *process = self;
    const struct nt_scn_agent *scn = nt_process_scn(process);
    bool both = peer->trickles && nt_adapter_hello(process->adapter)->trickle;
    process->webrtc_meets_ours = !peer->process && nt_adapter_hello(process->adapter)->webrtc;
    process->trickle = scn->trickle_given ? scn->trickle : both ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF;
    nt_sip_end_trickle(process->sip, process->trickle != NT_ICE_TRICKLE_OFF, process->trickle == NT_ICE_TRICKLE_FULL);
}

struct nt_party nt_process_party(struct nt_process *process)
{
    static const struct nt_party_ops ops = {.meets = process_meets,
                                            .call = process_call,
                                            .reoffer = process_reoffer,
                                            .restart = process_restart,
                                            .hangup = process_hang_up,
                                            .renominate = process_renominate,
                                            .objection = process_objection,
                                            .signal = process_signal_fault,
                                            .send = process_send,
                                            .note_delivery = process_note_delivery,
                                            .unheard = process_unheard,
                                            .waits = process_waits,
                                            .goes_on = process_goes_on,
                                            .state = process_state,
                                            .data = process_data,
                                            .selected_at = process_selected_at,
                                            .selected = process_selected_pair,
                                            .describe = process_describe};
    return (struct nt_party){.ops = &ops, .self = process};
}

/* --- its life --- */

/* The signal that ended it, or 0; a shell in between reports it as 128 and more. */
static int signal_of(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    return WEXITSTATUS(status) > 128 && WEXITSTATUS(status) <= 192 ? WEXITSTATUS(status) - 128 : 0;
}

static const char *last_words(const struct nt_process *process)
{
    return process->adapter != NULL ? nt_adapter_last_words(process->adapter) : "";
}

enum process_fault { FAULT_NONE = 0, FAULT_CONTRACT, FAULT_UNSUPPORTED, FAULT_NOT_STARTED, FAULT_CRASHED, FAULT_STATUS };

/* "Not supported" is what an adapter says: a shell says 127 when there is no such program. */
static enum process_fault find_fault(const struct nt_process *process)
{
    int code = WIFEXITED(process->status) ? WEXITSTATUS(process->status) : -1;
    if (process->wrong[0] != '\0')
        return FAULT_CONTRACT;
    if (!process->ended || (code == 0 && (process->bye || !process->ended_early)))
        return FAULT_NONE;
    if (nt_process_hello(process) == NULL && nt_program_was_not_started(process->status, last_words(process)))
        return FAULT_NOT_STARTED;
    if (code == 127)
        return FAULT_UNSUPPORTED;
    return signal_of(process->status) != 0 ? FAULT_CRASHED : FAULT_STATUS;
}

bool nt_process_broken(const struct nt_process *process)
{
    return find_fault(process) != FAULT_NONE;
}

enum nt_outcome nt_process_fault(const struct nt_process *process, char *why, size_t cap)
{
    const char *name = nt_process_scn(process)->name, *words = last_words(process);
    char command[NT_PROGRAM_WORDS_MAX];
    const char *colon = *words != '\0' ? ": " : "";
    bool misses_end = process->ended_early && process->described && !process->ended_candidates;
    switch (find_fault(process)) {
    case FAULT_NONE: return NT_PASS;
    case FAULT_CONTRACT: snprintf(why, cap, "%s broke the contract of adapters: %s", name, process->wrong); return NT_FAIL;
    case FAULT_UNSUPPORTED:
        snprintf(why, cap, "%s: not supported here: %s", name, *words != '\0' ? words : "its process ended with status 127");
        return NT_SKIP;
    case FAULT_NOT_STARTED:
        nt_program_words(command, nt_process_scn(process)->exec, strlen(nt_process_scn(process)->exec));
        snprintf(why, cap, "%s: its process cannot be started: %s%sis '%s' here, with its interpreter, and may it be executed?",
                 name, words, *words != '\0' ? ": " : "", command);
        return NT_ERROR;
    case FAULT_CRASHED:
        snprintf(why, cap, "%s: its process crashed: signal %d%s%s", name, signal_of(process->status), colon, words);
        return NT_FAIL;
    case FAULT_STATUS:
        snprintf(why, cap, "%s: its process ended with status %d%s%s%s%s", name,
                 WIFEXITED(process->status) ? WEXITSTATUS(process->status) : -1,
                 process->ended_early ? " before it was told to stop" : "",
                 misses_end ? ", and before the end of its candidates" : "", colon, words);
        return NT_FAIL;
    }
    return NT_PASS;
}

bool nt_process_ended(const struct nt_process *process)
{
    return process->ended;
}

const char *nt_process_last_line(const struct nt_process *process)
{
    return process->adapter != NULL ? nt_adapter_last_line(process->adapter) : "";
}

const struct nt_adapter_hello *nt_process_hello(const struct nt_process *process)
{
    return process->adapter != NULL ? nt_adapter_hello(process->adapter) : NULL;
}

int nt_process_start(struct nt_process *process, struct nt_machine *m, const struct nt_evidence *evidence,
                     const struct nt_program_log *log)
{
    struct nt_adapter_config config = {
        .machine = m, .command = nt_process_scn(process)->exec, .log = &process->log, .event = on_event, .user = process};
    process->evidence = evidence;
    process->log = *log;
    process->adapter = nt_adapter_new(&config);
    return process->adapter != NULL ? NT_OK : NT_EIO;
}

struct nt_process *nt_process_new(const struct nt_app_context *context)
{
    struct nt_process *process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    process->context = *context;
    process->selected_at = process->retry_at = NT_TIME_NEVER;
    if (nt_process_connect(process) == NT_OK)
        return process;
    free(process);
    return NULL;
}

void nt_process_del(struct nt_process *process)
{
    if (process == NULL)
        return;
    nt_adapter_del(process->adapter);
    nt_sip_end_del(process->sip);
    nt_process_free_lines(process);
    nt_program_log_close(&process->log);
    free(process);
}
