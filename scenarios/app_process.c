#include "scenarios/app_process.h"
#include "reports/text.h"
#include "scenarios/app_server.h"
#include "scenarios/describe.h"
#include "scenarios/sdp_lines.h"
#include "scenarios/sip_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LINES_MAX 512 /* candidates of one side */
#define LINE_MAX_BYTES 1024
#define WHY_MAX 200

struct line_list {
    char *items[LINES_MAX];
    size_t count;
};

struct nt_app_process {
    struct nt_world *w;
    uint32_t index;
    struct nt_trace trace;
    struct nt_adapter *adapter;
    FILE *log;
    struct nt_sip_end *sip;
    bool caller, meets_webrtc_alone; /* ours meets a WebRTC stack: no data, ICE is the verdict */
    /* its own side of the signalling */
    bool described, ended_candidates, sent, news;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1], mid[NT_ICE_MID_MAX + 1];
    struct nt_text sdp;
    struct line_list candidates; /* told by it */
    /* the peer's */
    bool has_offer, answered, confirmed, peer_trickles, told_end;
    struct line_list peer_candidates; /* told to it */
    /* what it reports */
    enum nt_ice_state state;
    bool has_selected, open, data_ok, bye, stopping, ended;
    struct nt_adapter_end local, remote;
    nt_time selected_at, settled_at;
    uint32_t echoes;
    int status;
    char wrong[WHY_MAX];
};

static const struct nt_scn_agent *scn_of(const struct nt_app_process *p)
{
    return &p->w->scn->agents[p->index];
}

static void emit(struct nt_app_process *p, enum nt_trace_kind kind, nt_time now)
{
    struct nt_trace_event ev = {.at = now, .kind = kind};
    if (kind == NT_TR_ICE_SELECTED)
        ev.a = p->local.addr, ev.b = p->remote.addr;
    nt_trace_emit(&p->trace, ev);
}

static bool note_line(struct line_list *l, const char *text, size_t len)
{
    for (size_t i = 0; i < l->count; i++)
        if (strlen(l->items[i]) == len && memcmp(l->items[i], text, len) == 0)
            return false;
    if (l->count == LINES_MAX || len >= LINE_MAX_BYTES || (l->items[l->count] = strndup(text, len)) == NULL)
        return false;
    l->count++;
    return true;
}

/* --- what it says goes out as SIP --- */

/* RFC 8445, 5.1.1.4: the default candidate is the one most likely to work with a peer without ICE: relayed, then reflexive, then host. */
static struct nt_addr default_address(const struct nt_app_process *p)
{
    struct nt_addr best = {0};
    int rank = -1;
    static const int ranks[] = {[NT_ICE_HOST] = 0, [NT_ICE_PRFLX] = 0, [NT_ICE_SRFLX] = 1, [NT_ICE_RELAY] = 2};
    for (size_t i = 0; i < p->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        if (nt_sdp_read_candidate(&c, p->candidates.items[i], strlen(p->candidates.items[i]), &what) == NT_OK && c.component == 1 &&
            ranks[c.type] > rank) {
            best = c.addr;
            rank = ranks[c.type];
        }
    }
    return best;
}

static void add_candidates(const struct nt_app_process *p, struct nt_text *t)
{
    char line[LINE_MAX_BYTES + 8];
    for (size_t i = 0; i < p->candidates.count; i++) {
        int len = snprintf(line, sizeof line, "a=%s", p->candidates.items[i]);
        if (t->p != NULL && nt_sdp_has_line(t->p, t->len, line, (size_t)len))
            continue;
        line[len++] = '\r', line[len++] = '\n';
        nt_text_add(t, line, (size_t)len);
    }
    static const char end[] = "a=end-of-candidates\r\n";
    if (p->ended_candidates && !nt_sdp_has_line(t->p != NULL ? t->p : "", t->len, end, sizeof end - 3))
        nt_text_add(t, end, sizeof end - 1);
}

/* The frame of a description or a fragment; candidates stand in its one media section, the last. */
static void add_frame(const struct nt_app_process *p, enum nt_sip_kind kind, struct nt_text *t)
{
    struct nt_ice_description d;
    char buf[4096];
    if (nt_ice_description_init(&d, 1) != NT_OK)
        return;
    d.trickle = scn_of(p)->trickle != NT_ICE_TRICKLE_OFF;
    snprintf(d.streams[0].ufrag, sizeof d.streams[0].ufrag, "%s", p->ufrag);
    snprintf(d.streams[0].pwd, sizeof d.streams[0].pwd, "%s", p->pwd);
    snprintf(d.streams[0].mid, sizeof d.streams[0].mid, "%s", p->mid);
    d.streams[0].default_addr = default_address(p);
    struct nt_sdp_write options = {.session_id = p->w->seed & INT64_MAX, .version = 1, .user = scn_of(p)->name};
    int len = kind == NT_SIP_INFO ? nt_sdp_write_fragment(&d, buf, sizeof buf) : nt_sdp_write(&d, &options, buf, sizeof buf);
    nt_ice_description_free(&d);
    if (len > 0)
        nt_text_add(t, buf, (size_t)len);
}

static void send(struct nt_app_process *p, enum nt_sip_kind kind, nt_time now)
{
    struct nt_text t = {0};
    if (kind != NT_SIP_INFO && p->sdp.len > 0)
        nt_text_add(&t, p->sdp.p, p->sdp.len);
    else
        add_frame(p, kind, &t);
    add_candidates(p, &t);
    if (kind == NT_SIP_INVITE)
        emit(p, NT_TR_OFFER_SENT, now);
    if (kind == NT_SIP_OK)
        emit(p, NT_TR_ANSWER_SENT, now);
    if (t.len > 0 && t.len <= NT_SDP_MAX)
        nt_sip_end_send_text(p->sip, kind, t.p, t.len, now);
    nt_text_free(&t);
    p->sent = true;
    p->news = false;
}

/* RFC 8838, 3, as app_agent does it for ours: a full trickle offer at once, an answer at once to one who trickles; else with all
 * candidates. Then, in the dialog, what is new. */
static void speak(struct nt_app_process *p, nt_time now)
{
    enum nt_ice_trickle mode = scn_of(p)->trickle;
    if (!p->described)
        return;
    if (!p->sent && p->caller && (p->ended_candidates || mode == NT_ICE_TRICKLE_FULL)) {
        send(p, NT_SIP_INVITE, now);
    } else if (!p->sent && p->has_offer && (p->ended_candidates || (mode != NT_ICE_TRICKLE_OFF && p->peer_trickles))) {
        send(p, NT_SIP_OK, now);
        p->answered = true;
    }
    if (p->sent && p->news && p->confirmed && p->peer_trickles && mode != NT_ICE_TRICKLE_OFF)
        send(p, NT_SIP_INFO, now);
}

static void described(struct nt_app_process *p, const struct nt_adapter_event *ev, nt_time now)
{
    if (p->described)
        return;
    p->described = true;
    snprintf(p->mid, sizeof p->mid, "0");
    if (*ev->sdp != '\0') {
        size_t len = strlen(ev->sdp);
        nt_text_add(&p->sdp, ev->sdp, len);
        if (len > 0 && ev->sdp[len - 1] != '\n')
            nt_text_add(&p->sdp, "\r\n", 2);
        nt_sdp_find(ev->sdp, len, "a=ice-ufrag:", p->ufrag, sizeof p->ufrag);
        nt_sdp_find(ev->sdp, len, "a=ice-pwd:", p->pwd, sizeof p->pwd);
        nt_sdp_find(ev->sdp, len, "a=mid:", p->mid, sizeof p->mid);
    } else {
        snprintf(p->ufrag, sizeof p->ufrag, "%s", ev->ufrag);
        snprintf(p->pwd, sizeof p->pwd, "%s", ev->pwd);
    }
    speak(p, now);
}

/* --- what comes as SIP goes in --- */

static void tell_candidates(struct nt_app_process *p, const char *text, size_t len, bool known)
{
    const char *line;
    size_t at = 0, n;
    while (nt_sdp_next_line(text, len, &at, &line, &n))
        if (n > 12 && memcmp(line, "a=candidate:", 12) == 0 && note_line(&p->peer_candidates, line + 2, n - 2) && !known)
            nt_adapter_candidate(p->adapter, line + 2, n - 2, p->mid);
    if (!p->told_end && (nt_sdp_has_line(text, len, "a=end-of-candidates", 19) || !p->peer_trickles)) {
        p->told_end = true;
        nt_adapter_candidates_end(p->adapter);
    }
}

static void tell_description(struct nt_app_process *p, bool offer, const char *text, size_t len)
{
    bool webrtc = nt_adapter_hello(p->adapter)->webrtc;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1] = "", pwd[NT_ICE_CREDENTIAL_MAX + 1] = "";
    p->peer_trickles = nt_sdp_trickles(text, len);
    if (!p->described)
        nt_sdp_find(text, len, "a=mid:", p->mid, sizeof p->mid);
    if (webrtc) {
        nt_adapter_describe_sdp(p->adapter, offer, text, len);
    } else {
        nt_sdp_find(text, len, "a=ice-ufrag:", ufrag, sizeof ufrag);
        nt_sdp_find(text, len, "a=ice-pwd:", pwd, sizeof pwd);
        nt_adapter_describe(p->adapter, offer, ufrag, pwd);
    }
    tell_candidates(p, text, len, webrtc);
}

static size_t add_servers(const struct nt_app_process *p, struct nt_adapter_server *out)
{
    const struct nt_scn_agent *scn = scn_of(p);
    size_t n = 0;
    for (size_t i = 0; i < scn->stun_count; i++)
        if (nt_app_server_address(&p->w->scn->servers[scn->stun[i]], NT_AF_IPV4, &out[n].addr))
            n++;
    for (size_t i = 0; i < scn->turn_count; i++) {
        out[n].user = scn->turn[i].user;
        out[n].password = scn->turn[i].password;
        if (nt_app_server_address(&p->w->scn->servers[scn->turn[i].server], NT_AF_IPV4, &out[n].addr))
            n++;
    }
    return n;
}

static bool controlling(const struct nt_app_process *p)
{
    int role = scn_of(p)->role;
    return role != 0 ? role == NT_ICE_CONTROLLING : p->index == p->w->scn->caller;
}

static void start(struct nt_app_process *p)
{
    struct nt_adapter_server servers[2 * NT_ICE_SERVERS_MAX] = {0};
    struct nt_adapter_start s = {.controlling = controlling(p), .offerer = p->caller, .relay_only = scn_of(p)->policy == NT_ICE_RELAY_ONLY,
                                 .servers = servers, .server_count = add_servers(p, servers)};
    nt_adapter_start(p->adapter, &s);
}

static void receive(void *user, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    struct nt_app_process *p = user;
    if (p->ended || p->stopping)
        return;
    if (kind == NT_SIP_INVITE) {
        emit(p, NT_TR_OFFER_RECEIVED, now);
        if (p->has_offer)
            return; /* the same offer again */
        p->has_offer = true;
        start(p);
        tell_description(p, true, text, len);
    } else if (kind == NT_SIP_OK) {
        emit(p, NT_TR_ANSWER_RECEIVED, now);
        p->confirmed = true;
        if (!p->answered)
            tell_description(p, false, text, len);
        p->answered = true;
    } else if (kind == NT_SIP_INFO) {
        tell_candidates(p, text, len, false);
    } else {
        p->confirmed = true;
    }
    speak(p, now);
}

/* --- what it reports --- */

static void changed(struct nt_app_process *p, nt_time now)
{
    p->settled_at = p->w->last_activity = now;
}

static void stated(struct nt_app_process *p, enum nt_ice_state state, nt_time now)
{
    if (p->stopping || state == p->state)
        return;
    p->state = state;
    changed(p, now);
    if (state == NT_ICE_COMPLETED)
        emit(p, NT_TR_ICE_COMPLETED, now);
    if (state == NT_ICE_FAILED)
        emit(p, NT_TR_ICE_FAILED, now);
}

static void selected(struct nt_app_process *p, const struct nt_adapter_event *ev, nt_time now)
{
    if (p->stopping || (p->has_selected && nt_addr_equal(&ev->local.addr, &p->local.addr) && nt_addr_equal(&ev->remote.addr, &p->remote.addr) &&
                        ev->local.type == p->local.type && ev->remote.type == p->remote.type))
        return;
    p->local = ev->local;
    p->remote = ev->remote;
    if (!p->has_selected)
        p->selected_at = now;
    p->has_selected = true;
    changed(p, now);
    emit(p, NT_TR_ICE_SELECTED, now);
}

static void on_event(void *user, const struct nt_adapter_event *ev, nt_time now)
{
    struct nt_app_process *p = user;
    switch (ev->said) {
    case NT_ADAPTER_HELLO:
    case NT_ADAPTER_BYE: p->bye |= ev->said == NT_ADAPTER_BYE; return;
    case NT_ADAPTER_DESCRIBED: described(p, ev, now); return;
    case NT_ADAPTER_CANDIDATE:
        p->news |= note_line(&p->candidates, ev->candidate, strlen(ev->candidate));
        speak(p, now);
        return;
    case NT_ADAPTER_CANDIDATES_END:
        p->news |= !p->ended_candidates;
        if (!p->ended_candidates)
            emit(p, NT_TR_ICE_GATHERED, now);
        p->ended_candidates = true;
        speak(p, now);
        return;
    case NT_ADAPTER_STATE: stated(p, ev->state, now); return;
    case NT_ADAPTER_SELECTED: selected(p, ev, now); return;
    case NT_ADAPTER_OPEN: p->open = true; return;
    case NT_ADAPTER_DATA:
        p->echoes = ev->n;
        p->data_ok |= ev->ok;
        changed(p, now);
        return;
    case NT_ADAPTER_WRONG:
        if (p->wrong[0] == '\0')
            snprintf(p->wrong, sizeof p->wrong, "%s", ev->text);
        return;
    case NT_ADAPTER_ENDED:
        p->ended = true;
        p->status = ev->status;
        return;
    }
}

/* --- as a party --- */

static void call(void *self, nt_time now)
{
    struct nt_app_process *p = self;
    p->caller = true;
    emit(p, NT_TR_CALL, now);
    start(p);
}

static int reoffer(void *self, nt_time now)
{
    (void)self;
    (void)now;
    return NT_EUNSUPPORTED;
}

static void signal_fault(void *self, const struct nt_scn_step *step)
{
    struct nt_app_process *p = self;
    nt_sip_end_fault(p->sip, step->message, step->act, step->by);
}

static int send_step(void *self, uint32_t bytes, uint32_t count, nt_time interval, nt_time now)
{
    (void)self, (void)bytes, (void)count, (void)interval, (void)now;
    return NT_EUNSUPPORTED;
}

static bool waits(const void *self)
{
    const struct nt_app_process *p = self;
    return !p->ended && !p->answered && (p->caller ? p->sent : !p->has_offer);
}

static const struct nt_party *peer_of(const struct nt_app_process *p)
{
    const struct nt_scn_case *c = p->w->scn;
    return &p->w->parties[p->index == c->caller ? c->callee : c->caller];
}

bool nt_app_process_connected(const struct nt_app_process *p)
{
    if (!p->meets_webrtc_alone)
        return p->data_ok;
    const struct nt_party *peer = peer_of(p);
    return p->state == NT_ICE_COMPLETED && p->has_selected && peer->ops->state(peer->self) == NT_ICE_COMPLETED;
}

nt_time nt_app_process_settled_at(const struct nt_app_process *p)
{
    return nt_app_process_connected(p) ? p->settled_at : NT_TIME_NEVER;
}

/* A failure that one side alone speaks of ends nothing: the other may still find a pair. */
static bool goes_on(const void *self)
{
    const struct nt_app_process *p = self;
    const struct nt_party *peer = peer_of(p);
    bool both_failed = p->state == NT_ICE_FAILED && peer->ops->state(peer->self) == NT_ICE_FAILED;
    return !p->ended && !both_failed && !nt_app_process_connected(p);
}

static enum nt_ice_state state(const void *self)
{
    const struct nt_app_process *p = self;
    return p->data_ok ? NT_ICE_COMPLETED : p->state;
}

static struct nt_data_count data(const void *self)
{
    const struct nt_app_process *p = self;
    uint32_t sent = p->open ? p->data_ok && p->echoes > 0 ? p->echoes : 20 : 0;
    return (struct nt_data_count){.sent = sent, .received = p->data_ok ? sent : p->echoes < sent ? p->echoes : sent};
}

static nt_time selected_at(const void *self)
{
    return ((const struct nt_app_process *)self)->selected_at;
}

static bool selected_pair(const void *self, struct nt_addr *local, struct nt_addr *remote)
{
    const struct nt_app_process *p = self;
    *local = p->local.addr;
    *remote = p->remote.addr;
    return p->has_selected;
}

static int describe_candidates(const struct nt_app_process *p, struct nt_result_agent *r)
{
    r->candidates = calloc(p->candidates.count + 1, sizeof *r->candidates);
    for (size_t i = 0; r->candidates != NULL && i < p->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        if (nt_sdp_read_candidate(&c, p->candidates.items[i], strlen(p->candidates.items[i]), &what) != NT_OK)
            continue; /* TCP, names */
        r->candidates[r->candidate_count] = (struct nt_result_candidate){.type = strdup(nt_ice_type_name(c.type)), .stream = 1,
            .component = c.component, .transport = strdup("udp"), .addr = c.addr, .base = nt_addr_is_set(&c.related) ? c.related : c.addr,
            .related = c.related, .priority = c.priority, .foundation = strdup(c.foundation)};
        const struct nt_result_candidate *made = &r->candidates[r->candidate_count++];
        if (made->type == NULL || made->transport == NULL || made->foundation == NULL)
            return NT_ENOMEM;
    }
    return r->candidates != NULL ? NT_OK : NT_ENOMEM;
}

static int describe(const void *self, struct nt_result_agent *r)
{
    const struct nt_app_process *p = self;
    const struct nt_adapter_hello *h = p->adapter != NULL ? nt_adapter_hello(p->adapter) : NULL;
    char stack[140];
    snprintf(stack, sizeof stack, "%s%s%s", h != NULL ? h->stack : "process", h != NULL && h->version[0] ? " " : "", h != NULL ? h->version : "");
    r->stack = strdup(stack);
    r->state = strdup(nt_describe_state(state(p)));
    r->role = strdup(controlling(p) ? "controlling" : "controlled");
    r->pairs = calloc(1, sizeof *r->pairs);
    r->selected = calloc(1, sizeof *r->selected);
    if (r->stack == NULL || r->state == NULL || r->role == NULL || r->pairs == NULL || r->selected == NULL || describe_candidates(p, r) != NT_OK)
        return NT_ENOMEM;
    if (!p->has_selected)
        return NT_OK;
    r->selected[0] = (struct nt_result_selected){.stream = 1, .component = 1,
        .local = {strdup(nt_ice_type_name(p->local.type)), p->local.addr}, .remote = {strdup(nt_ice_type_name(p->remote.type)), p->remote.addr}};
    r->selected_count = 1;
    return r->selected[0].local.type != NULL && r->selected[0].remote.type != NULL ? NT_OK : NT_ENOMEM;
}

struct nt_party nt_app_process_party(struct nt_app_process *p)
{
    static const struct nt_party_ops ops = {call, reoffer, signal_fault, send_step, waits, goes_on, state, data, selected_at, selected_pair, describe};
    return (struct nt_party){.ops = &ops, .self = p};
}

/* --- its life --- */

enum nt_outcome nt_app_process_fault(const struct nt_app_process *p, char *why, size_t cap)
{
    const char *name = scn_of(p)->name, *words = p->adapter != NULL ? nt_adapter_last_words(p->adapter) : "";
    int code = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
    if (p->wrong[0] != '\0') {
        snprintf(why, cap, "%s broke the contract of adapters: %s", name, p->wrong);
        return NT_FAIL;
    }
    if (!p->ended || (code == 0 && (p->bye || p->stopping)))
        return NT_PASS;
    if (code == 127) {
        snprintf(why, cap, "%s: not supported here: %s", name, *words != '\0' ? words : "its process ended with status 127");
        return NT_SKIP;
    }
    if (code == 126) {
        snprintf(why, cap, "%s: its process cannot be started: %s", name, words);
        return NT_ERROR;
    }
    if (code < 0)
        snprintf(why, cap, "%s: its process crashed: signal %d%s%s", name, WTERMSIG(p->status), *words ? ": " : "", words);
    else
        snprintf(why, cap, "%s: its process ended with status %d%s%s%s", name, code, p->stopping ? "" : " before it was told to stop", *words ? ": " : "", words);
    return NT_FAIL;
}

bool nt_app_process_ended(const struct nt_app_process *p)
{
    return p->ended;
}

void nt_app_process_stop(struct nt_app_process *p)
{
    p->stopping = true;
    if (p->adapter != NULL && !p->ended)
        nt_adapter_stop(p->adapter);
}

const struct nt_adapter_hello *nt_app_process_hello(const struct nt_app_process *p)
{
    return p->adapter != NULL ? nt_adapter_hello(p->adapter) : NULL;
}

void nt_app_process_meets(struct nt_app_process *p, const struct nt_adapter_hello *hello)
{
    p->meets_webrtc_alone = hello == NULL && nt_adapter_hello(p->adapter)->webrtc;
}

int nt_app_process_start(struct nt_app_process *p, FILE *log)
{
    struct nt_adapter_config config = {.machine = p->w->agent_machines[p->index], .command = scn_of(p)->exec, .log = log, .event = on_event, .user = p};
    p->log = log;
    p->adapter = nt_adapter_new(&config);
    return p->adapter != NULL ? NT_OK : NT_EIO;
}

struct nt_app_process *nt_app_process_new(struct nt_world *w, uint32_t index)
{
    const struct nt_scn_case *c = w->scn;
    struct nt_app_process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->w = w;
    p->index = index;
    p->trace = nt_world_trace(w, nt_host_node(w->agent_hosts[index]));
    p->selected_at = NT_TIME_NEVER;
    uint32_t peer = index == c->caller ? c->callee : index == c->callee ? c->caller : NT_SCN_NONE;
    if (peer == NT_SCN_NONE)
        return p;
    struct nt_sip_end_config config = {.host = w->signal_hosts[index], .user = c->agents[index].name, .peer = c->agents[peer].name,
        .seed = w->seed, .trickle = c->agents[index].trickle != NT_ICE_TRICKLE_OFF,
        .trickle_required = c->agents[index].trickle == NT_ICE_TRICKLE_FULL, .receive_text = receive, .receiver = p};
    nt_signalling_ends(w, index, &config.own, &config.via);
    p->sip = nt_sip_end_new(&config);
    if (p->sip != NULL)
        return p;
    free(p);
    return NULL;
}

static void free_lines(struct line_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->items[i]);
}

void nt_app_process_del(struct nt_app_process *p)
{
    if (p == NULL)
        return;
    nt_adapter_del(p->adapter);
    nt_sip_end_del(p->sip);
    nt_text_free(&p->sdp);
    free_lines(&p->candidates);
    free_lines(&p->peer_candidates);
    if (p->log != NULL)
        fclose(p->log);
    free(p);
}
