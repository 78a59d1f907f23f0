#include "scenarios/programs/agent.h"
#include "scenarios/apps/result_text.h"
#include "scenarios/model/words.h"
#include "scenarios/programs/agent_signalling.h"
#include "scenarios/programs/packet_evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* --- what it reports --- */

static void on_state(struct nt_process *p, enum nt_ice_state state, nt_time now)
{
    if (p->stopping || state == p->state)
        return;
    p->state = state;
    nt_process_active(p, now);
    if (state == NT_ICE_COMPLETED)
        nt_process_emit(p, NT_TR_ICE_COMPLETED, now);
    if (state == NT_ICE_FAILED)
        nt_process_emit(p, NT_TR_ICE_FAILED, now);
}

static void on_selected(struct nt_process *p, const struct nt_adapter_event *ev, nt_time now)
{
    if (p->stopping || (p->has_selected && nt_addr_equal(&ev->local.addr, &p->local.addr) && nt_addr_equal(&ev->remote.addr, &p->remote.addr) &&
                        ev->local.type == p->local.type && ev->remote.type == p->remote.type))
        return;
    p->local = ev->local;
    p->remote = ev->remote;
    if (!p->has_selected)
        p->selected_at = now;
    p->has_selected = true;
    nt_process_active(p, now);
    nt_trace_emit(&p->context.trace, (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_SELECTED, .a = p->local.addr, .b = p->remote.addr});
}

static void on_event(void *user, const struct nt_adapter_event *ev, nt_time now)
{
    struct nt_process *p = user;
    switch (ev->said) {
    case NT_ADAPTER_NOTHING:
    case NT_ADAPTER_HELLO:
    case NT_ADAPTER_BYE: p->bye |= ev->said == NT_ADAPTER_BYE; return;
    case NT_ADAPTER_DESCRIBED: nt_process_described(p, ev, now); return;
    case NT_ADAPTER_CANDIDATE: nt_process_candidate(p, ev->candidate, now); return;
    case NT_ADAPTER_CANDIDATES_END: nt_process_candidates_end(p, now); return;
    case NT_ADAPTER_STATE: on_state(p, ev->state, now); return;
    case NT_ADAPTER_SELECTED: on_selected(p, ev, now); return;
    case NT_ADAPTER_OPEN: p->open = true; return;
    case NT_ADAPTER_DATA:
        p->echoes = ev->n;
        p->data_ok |= ev->ok;
        nt_process_active(p, now);
        return;
    case NT_ADAPTER_WRONG:
        if (p->wrong[0] == '\0')
            snprintf(p->wrong, sizeof p->wrong, "%s", ev->text);
        return;
    case NT_ADAPTER_ENDED:
        p->ended = true;
        p->ended_early = !p->stopping;
        p->status = ev->status;
        return;
    }
}

/* --- as a party --- */

static void process_call(void *self, nt_time now)
{
    struct nt_process *p = self;
    p->caller = true;
    nt_process_emit(p, NT_TR_CALL, now);
    nt_process_start_call(p);
}

static int process_reoffer(void *self, nt_time now)
{
    (void)self;
    (void)now;
    return NT_EUNSUPPORTED;
}

static void process_signal_fault(void *self, const struct nt_scn_step *step)
{
    struct nt_process *p = self;
    nt_sip_end_fault(p->sip, step->message, step->act, step->by);
}

static int process_send(void *self, uint32_t bytes, uint32_t count, nt_time interval, nt_time now)
{
    (void)self, (void)bytes, (void)count, (void)interval, (void)now;
    return NT_EUNSUPPORTED;
}

static bool process_delivered(void *self, const uint8_t *bytes, size_t len, uint32_t *number)
{
    (void)self, (void)bytes, (void)len, (void)number;
    return false;
}

static bool process_waits(const void *self)
{
    const struct nt_process *p = self;
    return !p->ended && !p->answered && (p->caller ? p->sent : !p->has_offer);
}

/* Data both ways as far as this side can tell; between WebRTC and our agent: ICE connected and a pair selected. */
static bool is_connected(const struct nt_process *p)
{
    if (!p->webrtc_meets_ours)
        return p->data_ok;
    const struct nt_party *peer = p->context.peer;
    return p->state == NT_ICE_COMPLETED && p->has_selected && peer->ops->state(peer->self) == NT_ICE_COMPLETED;
}

/* A failure that only one side reports is not the end: the other may still find a pair. */
static bool process_goes_on(const void *self)
{
    const struct nt_process *p = self;
    const struct nt_party *peer = p->context.peer;
    bool both_failed = p->state == NT_ICE_FAILED && peer->ops->state(peer->self) == NT_ICE_FAILED;
    return !p->ended && !both_failed && !is_connected(p);
}

static enum nt_ice_state process_state(const void *self)
{
    const struct nt_process *p = self;
    return p->data_ok ? NT_ICE_COMPLETED : p->state;
}

static struct nt_data_count process_data(const void *self)
{
    const struct nt_process *p = self;
    uint32_t sent = p->open ? p->data_ok && p->echoes > 0 ? p->echoes : 20 : 0;
    return (struct nt_data_count){.sent = sent, .received = p->data_ok ? sent : p->echoes < sent ? p->echoes : sent};
}

static nt_time process_selected_at(const void *self)
{
    return ((const struct nt_process *)self)->selected_at;
}

static bool process_selected_pair(const void *self, struct nt_addr *local, struct nt_addr *remote)
{
    const struct nt_process *p = self;
    *local = p->local.addr;
    *remote = p->remote.addr;
    return p->has_selected;
}

static int describe_candidates(const struct nt_process *p, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->candidates = nt_describe_array(p->candidates.count, sizeof *r->candidates, &err);
    for (size_t i = 0; err == NT_OK && i < p->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        if (nt_sdp_read_candidate(&c, p->candidates.items[i], strlen(p->candidates.items[i]), &what) != NT_OK)
            continue; /* TCP, names */
        r->candidates[r->candidate_count++] = (struct nt_result_candidate){.type = nt_describe_copy(nt_ice_type_name(c.type), &err), .stream = 1,
            .component = c.component, .transport = nt_describe_copy("udp", &err), .addr = c.addr,
            .base = nt_addr_is_set(&c.related) ? c.related : c.addr, .related = c.related, .priority = c.priority,
            .foundation = nt_describe_copy(c.foundation, &err)};
    }
    return err;
}

static int describe_selected(const struct nt_process *p, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->selected = nt_describe_array(1, sizeof *r->selected, &err);
    if (err != NT_OK || !p->has_selected)
        return err;
    r->selected[r->selected_count++] = (struct nt_result_selected){.stream = 1, .component = 1,
        .local = {nt_describe_copy(nt_ice_type_name(p->local.type), &err), p->local.addr},
        .remote = {nt_describe_copy(nt_ice_type_name(p->remote.type), &err), p->remote.addr}};
    return err;
}

static int process_describe(const void *self, struct nt_result_agent *r)
{
    const struct nt_process *p = self;
    const struct nt_adapter_hello *h = p->adapter != NULL ? nt_adapter_hello(p->adapter) : NULL;
    char stack[140] = "process";
    int err = NT_OK;
    if (h != NULL)
        snprintf(stack, sizeof stack, "%s%s%s", h->stack, h->version[0] ? " " : "", h->version);
    r->stack = nt_describe_copy(stack, &err);
    r->state = nt_describe_copy(nt_agent_state_name(process_state(p)), &err);
    r->role = nt_describe_copy(nt_role_name(nt_process_controlling(p) ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED), &err);
    r->pairs = nt_describe_array(0, sizeof *r->pairs, &err);
    nt_evidence_checks(p->w, p->context.index, &r->checks_sent, &r->checks_received);
    if (err != NT_OK || describe_candidates(p, r) != NT_OK)
        return NT_ENOMEM;
    return describe_selected(p, r);
}

static void process_meets(void *self, const struct nt_peer_kind *peer)
{
    struct nt_process *p = self;
    const struct nt_scn_agent *scn = nt_process_scn(p);
    bool both = peer->trickles && nt_adapter_hello(p->adapter)->trickle;
    p->webrtc_meets_ours = !peer->process && nt_adapter_hello(p->adapter)->webrtc;
    p->trickle = scn->trickle_given ? scn->trickle : both ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF;
    nt_sip_end_trickle(p->sip, p->trickle != NT_ICE_TRICKLE_OFF, p->trickle == NT_ICE_TRICKLE_FULL);
}

struct nt_party nt_process_party(struct nt_process *p)
{
    static const struct nt_party_ops ops = {.meets = process_meets, .call = process_call, .reoffer = process_reoffer, .signal = process_signal_fault, .send = process_send,
        .delivered = process_delivered, .waits = process_waits, .goes_on = process_goes_on, .state = process_state, .data = process_data, .selected_at = process_selected_at, .selected = process_selected_pair,
        .describe = process_describe};
    return (struct nt_party){.ops = &ops, .self = p};
}

/* --- its life --- */

/* The signal that ended it, or 0; a shell in between reports it as 128 and more. */
static int signal_of(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    return WEXITSTATUS(status) > 128 && WEXITSTATUS(status) <= 192 ? WEXITSTATUS(status) - 128 : 0;
}

enum process_fault { FAULT_NONE = 0, FAULT_CONTRACT, FAULT_UNSUPPORTED, FAULT_NOT_STARTED, FAULT_CRASHED, FAULT_STATUS };

static enum process_fault find_fault(const struct nt_process *p)
{
    int code = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
    if (p->wrong[0] != '\0')
        return FAULT_CONTRACT;
    if (!p->ended || (code == 0 && (p->bye || !p->ended_early)))
        return FAULT_NONE;
    if (code == 127)
        return FAULT_UNSUPPORTED;
    if (code == 126)
        return FAULT_NOT_STARTED;
    return signal_of(p->status) != 0 ? FAULT_CRASHED : FAULT_STATUS;
}

bool nt_process_broken(const struct nt_process *p)
{
    return find_fault(p) != FAULT_NONE;
}

enum nt_outcome nt_process_fault(const struct nt_process *p, char *why, size_t cap)
{
    const char *name = nt_process_scn(p)->name, *words = p->adapter != NULL ? nt_adapter_last_words(p->adapter) : "";
    const char *colon = *words != '\0' ? ": " : "";
    switch (find_fault(p)) {
    case FAULT_NONE: return NT_PASS;
    case FAULT_CONTRACT: snprintf(why, cap, "%s broke the contract of adapters: %s", name, p->wrong); return NT_FAIL;
    case FAULT_UNSUPPORTED:
        snprintf(why, cap, "%s: not supported here: %s", name, *words != '\0' ? words : "its process ended with status 127");
        return NT_SKIP;
    case FAULT_NOT_STARTED: snprintf(why, cap, "%s: its process cannot be started: %s", name, words); return NT_ERROR;
    case FAULT_CRASHED:
        snprintf(why, cap, "%s: its process crashed: signal %d%s%s", name, signal_of(p->status), colon, words);
        return NT_FAIL;
    case FAULT_STATUS:
        snprintf(why, cap, "%s: its process ended with status %d%s%s%s", name, WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1,
                 p->ended_early ? " before it was told to stop" : "", colon, words);
        return NT_FAIL;
    }
    return NT_PASS;
}

bool nt_process_ended(const struct nt_process *p)
{
    return p->ended;
}

void nt_process_stop(struct nt_process *p)
{
    if (p->adapter == NULL || p->ended)
        return;
    p->stopping = true;
    nt_adapter_stop(p->adapter);
}

const struct nt_adapter_hello *nt_process_hello(const struct nt_process *p)
{
    return p->adapter != NULL ? nt_adapter_hello(p->adapter) : NULL;
}

int nt_process_start(struct nt_process *p, struct nt_machine *m, const struct nt_world *w, FILE *log)
{
    struct nt_adapter_config config = {.machine = m, .command = nt_process_scn(p)->exec, .log = log, .event = on_event, .user = p};
    p->w = w;
    p->log = log;
    p->adapter = nt_adapter_new(&config);
    return p->adapter != NULL ? NT_OK : NT_EIO;
}

struct nt_process *nt_process_new(const struct nt_app_context *context)
{
    struct nt_process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->context = *context;
    p->selected_at = NT_TIME_NEVER;
    if (nt_process_connect(p) == NT_OK)
        return p;
    free(p);
    return NULL;
}

void nt_process_del(struct nt_process *p)
{
    if (p == NULL)
        return;
    nt_adapter_del(p->adapter);
    nt_sip_end_del(p->sip);
    nt_process_free_lines(p);
    if (p->log != NULL)
        fclose(p->log);
    free(p);
}
