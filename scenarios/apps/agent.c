#include "scenarios/apps/agent.h"
#include "scenarios/apps/server.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/apps/agent_result.h"
#include "scenarios/apps/platform.h"
#include "scenarios/apps/sip_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX_BYTES 300
/* Probes for a process: every 10 ms until enough have come back, then every 100 ms; and how many in all. */
#define PROBE_BYTES 200
#define PROBE_INTERVAL (10 * NT_MSEC)
#define PROBE_INTERVAL_LATER (100 * NT_MSEC)
#define PROBES_MAX 100000
enum { PROBE = 128, ECHO = 129 };

enum meets { MEETS_AGENT = 0, MEETS_PROCESS, MEETS_WEBRTC };

struct nt_app_agent {
    struct nt_world *w;
    uint32_t index;
    struct nt_host *host;
    struct nt_trace trace;
    struct nt_ice_agent *ice;
    uint32_t endpoint;             /* on the host */
    struct nt_sip_end *sip;
    bool caller, answered, gathered;
    struct nt_ice_description offer; /* the callee's, until its answer leaves */
    bool has_offer;
    bool trickles, peer_trickles, confirmed; /* confirmed: both sides know of the call, so candidates may follow */
    bool described, news;                    /* our first description has left; there is something to trickle since */
    struct nt_data_flow flows[NT_DATA_FLOWS_MAX];
    size_t flow_count;
    bool default_data;             /* no send step: ten datagrams after selection */
    enum meets meets;
    size_t selected_components;
    nt_time selected_at;
    uint8_t magic[NT_DATA_MAGIC];
};

const uint8_t *nt_app_agent_magic(const struct nt_app_agent *a)
{
    return a->magic;
}

static void emit(struct nt_app_agent *a, enum nt_trace_kind kind, nt_time now)
{
    nt_trace_emit(&a->trace, (struct nt_trace_event){.at = now, .kind = kind});
}

static struct nt_app_agent *peer_of(const struct nt_app_agent *a)
{
    const struct nt_scn_case *c = a->w->scn;
    if (a->index == c->caller)
        return a->w->agents[c->callee];
    return a->index == c->callee ? a->w->agents[c->caller] : NULL;
}

/* --- data --- */

static int start_flow(struct nt_app_agent *a, uint32_t bytes, uint32_t count, nt_time interval, nt_time now)
{
    if (a->flow_count == NT_DATA_FLOWS_MAX)
        return NT_ELIMIT;
    int r = nt_data_flow_init(&a->flows[a->flow_count], bytes, count, interval, now);
    a->flow_count += r == NT_OK;
    return r;
}

static int send(void *self, uint32_t bytes, uint32_t count, nt_time interval, nt_time now)
{
    struct nt_app_agent *a = self;
    if (a->meets != MEETS_AGENT)
        return NT_EUNSUPPORTED;
    int r = start_flow(a, bytes, count, interval, now);
    nt_host_kick(a->host, now);
    return r;
}

static void send_due(struct nt_app_agent *a, nt_time now)
{
    uint8_t buf[NT_DATAGRAM_MAX];
    for (size_t i = 0; i < a->flow_count; i++) {
        struct nt_data_flow *f = &a->flows[i];
        while (f->next <= now) {
            struct nt_data_flow before = *f;
            uint32_t number = f->sent;
            size_t len = nt_data_flow_write(f, (uint8_t)i, a->magic, buf);
            if (a->meets == MEETS_PROCESS)
                buf[0] = PROBE;
            /* What cannot be sent is lost, and counted as such; for a full queue it is too early. */
            if (nt_ice_send(a->ice, 1, 1, buf, len, now) == NT_ELIMIT) {
                *f = before;
                return;
            }
            nt_trace_emit(&a->trace, (struct nt_trace_event){.at = now, .kind = NT_TR_DATA_SENT, .n = {number}});
        }
    }
}

/* A datagram too short for a header is the oldest missing one of a flow of that length with that first byte. */
static bool find_short(const struct nt_app_agent *from, const uint8_t *bytes, size_t len, uint8_t *flow, uint32_t *number)
{
    for (size_t i = 0; i < from->flow_count && len < NT_DATA_MIN; i++) {
        if (from->flows[i].bytes == len && nt_data_flow_missing(&from->flows[i], bytes[0], number)) {
            *flow = (uint8_t)i;
            return true;
        }
    }
    return false;
}

/* Of a process: its probe goes back, and ours has come back. */
static void probed(struct nt_app_agent *a, const uint8_t *bytes, size_t len, nt_time now)
{
    uint8_t echo[NT_DATAGRAM_MAX], flow;
    uint32_t number;
    struct nt_data_flow *f = &a->flows[0];
    if (len > 0 && bytes[0] == PROBE) {
        memcpy(echo, bytes, len);
        echo[0] = ECHO;
        nt_ice_send(a->ice, 1, 1, echo, len, now);
    } else if (len > 0 && bytes[0] == ECHO && a->flow_count > 0 && nt_data_read(bytes, len, a->magic, &flow, &number) &&
               nt_data_flow_arrived(f, number) && f->received == NT_DATA_ECHOES) {
        f->interval = PROBE_INTERVAL_LATER;
        a->w->last_activity = now;
    }
}

static void received(struct nt_app_agent *a, const uint8_t *bytes, size_t len, nt_time now)
{
    if (a->meets == MEETS_PROCESS) {
        probed(a, bytes, len, now);
        return;
    }
    struct nt_app_agent *from = peer_of(a);
    uint8_t flow;
    uint32_t number;
    if (from == NULL || !(nt_data_read(bytes, len, from->magic, &flow, &number) || find_short(from, bytes, len, &flow, &number)) ||
        flow >= from->flow_count)
        return;
    if (nt_data_flow_arrived(&from->flows[flow], number))
        nt_trace_emit(&a->trace, (struct nt_trace_event){.at = now, .kind = NT_TR_DATA_RECEIVED, .n = {number}});
}

static struct nt_data_count data(const void *self)
{
    const struct nt_app_agent *a = self;
    struct nt_data_count n = {0};
    if (a->meets == MEETS_PROCESS) { /* what counts is what came back */
        n.sent = a->flow_count > 0 ? NT_DATA_ECHOES : 0;
        n.received = a->flow_count > 0 && a->flows[0].received < NT_DATA_ECHOES ? a->flows[0].received : n.sent;
        return n;
    }
    for (size_t i = 0; i < a->flow_count; i++) {
        n.sent += a->flows[i].sent;
        n.received += a->flows[i].received;
        n.marked += a->flows[i].bytes < NT_DATA_MIN ? 0 : a->flows[i].received;
    }
    return n;
}

static bool waits(const void *self)
{
    const struct nt_app_agent *a = self;
    return !a->answered && (a->caller ? a->gathered : !a->has_offer);
}

static bool data_done(const struct nt_app_agent *a)
{
    if (a->meets == MEETS_PROCESS)
        return nt_ice_state(a->ice) != NT_ICE_COMPLETED || (a->flow_count > 0 && a->flows[0].received >= NT_DATA_ECHOES);
    for (size_t i = 0; i < a->flow_count; i++)
        if (a->flows[i].next != NT_TIME_NEVER)
            return false;
    return true;
}

/* Nothing is to come from a party that waits for a description: it is on its way, or lost. */
static bool goes_on(const void *self)
{
    const struct nt_app_agent *a = self;
    return !waits(a) && (nt_ice_state(a->ice) < NT_ICE_COMPLETED || !data_done(a));
}

static nt_time next_data(const struct nt_app_agent *a)
{
    nt_time next = NT_TIME_NEVER;
    for (size_t i = 0; i < a->flow_count; i++)
        next = nt_time_min(next, a->flows[i].next);
    return next;
}

/* --- signalling --- */

/* RFC 5888, 8.4.2: the answer's identification tags are the offer's. */
static void keep_tags(struct nt_ice_description *answer, const struct nt_ice_description *offer)
{
    for (size_t i = 0; i < answer->stream_count && i < offer->stream_count; i++)
        if (answer->streams[i].mid[0] != '\0' && offer->streams[i].mid[0] != '\0')
            memcpy(answer->streams[i].mid, offer->streams[i].mid, sizeof offer->streams[i].mid);
}

/* false: it is too early for that. */
static bool send_description(struct nt_app_agent *a, enum nt_sip_kind kind, nt_time now)
{
    struct nt_ice_description d;
    if (nt_ice_local(a->ice, kind == NT_SIP_INVITE, &d) != NT_OK)
        return false;
    emit(a, kind == NT_SIP_INVITE ? NT_TR_OFFER_SENT : NT_TR_ANSWER_SENT, now);
    if (kind == NT_SIP_OK)
        keep_tags(&d, &a->offer);
    nt_sip_end_send(a->sip, kind, &d, now);
    nt_ice_description_free(&d);
    a->described = true;
    a->news = false;
    return true;
}

/* The callee: the answer has left, and checks start with it. */
static void take_offer(struct nt_app_agent *a, nt_time now)
{
    a->peer_trickles = a->offer.trickle;
    nt_ice_set_remote(a->ice, &a->offer, now);
    nt_ice_description_free(&a->offer);
    a->has_offer = false;
    a->answered = true;
}

static void gathered(struct nt_app_agent *a, nt_time now)
{
    a->gathered = true;
    if (a->trickles)
        return; /* one more event of those that trickle() is for */
    if (a->caller) {
        send_description(a, NT_SIP_INVITE, now);
    } else if (a->has_offer) {
        send_description(a, NT_SIP_OK, now);
        take_offer(a, now);
    }
}

/* RFC 8838, 3: the first description as early as it may be: an answer to one who does not trickle has all candidates. RFC 8840,
 * 4.3: then, once "trickle ICE support at the peer agent" is known and "a dialog" is there for both, whatever is new. */
static void trickle(struct nt_app_agent *a, nt_time now)
{
    struct nt_ice_description d;
    if (!a->trickles)
        return;
    if (!a->described && a->caller)
        send_description(a, NT_SIP_INVITE, now);
    else if (!a->described && a->has_offer && (a->gathered || a->offer.trickle) && send_description(a, NT_SIP_OK, now))
        take_offer(a, now);
    if (!a->news || !a->described || !a->confirmed || !a->peer_trickles || nt_ice_trickle(a->ice, &d, now) != NT_OK)
        return;
    nt_sip_end_send(a->sip, NT_SIP_INFO, &d, now);
    nt_ice_description_free(&d);
    a->news = false;
}

static void gather(struct nt_app_agent *a, nt_time now)
{
    nt_host_announce(a->host, a->endpoint, now);
    nt_ice_gather(a->ice, now);
    nt_host_kick(a->host, now);
}

static void call(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    a->caller = true;
    emit(a, NT_TR_CALL, now);
    gather(a, now);
}

static int reoffer(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    if (!a->answered)
        return NT_ESTATE;
    send_description(a, NT_SIP_INVITE, now);
    return NT_OK;
}

static void signal_fault(void *self, const struct nt_scn_step *step)
{
    struct nt_app_agent *a = self;
    nt_sip_end_fault(a->sip, step->message, step->act, step->by);
}

static void offered(struct nt_app_agent *a, struct nt_ice_description *d, nt_time now)
{
    emit(a, NT_TR_OFFER_RECEIVED, now);
    if (a->answered) { /* a subsequent offer: answered at once */
        nt_ice_set_remote(a->ice, d, now);
        nt_ice_description_free(d);
        send_description(a, NT_SIP_OK, now);
        nt_host_kick(a->host, now);
        return;
    }
    if (a->has_offer)
        nt_ice_description_free(&a->offer); /* the same offer again */
    a->offer = *d;
    if (!a->has_offer) {
        a->has_offer = true;
        nt_ice_set_pacing(a->ice, d->pacing_ms);
        gather(a, now);
    }
}

static void answered(struct nt_app_agent *a, struct nt_ice_description *d, nt_time now)
{
    emit(a, NT_TR_ANSWER_RECEIVED, now);
    a->peer_trickles = d->trickle;
    nt_ice_set_remote(a->ice, d, now);
    nt_ice_description_free(d);
    a->answered = a->confirmed = true;
    trickle(a, now);
    nt_host_kick(a->host, now);
}

static void on_signal(void *user, enum nt_sip_kind kind, struct nt_ice_description *d, nt_time now)
{
    struct nt_app_agent *a = user;
    if (kind == NT_SIP_INVITE) {
        offered(a, d, now);
    } else if (kind == NT_SIP_OK) {
        answered(a, d, now);
    } else if (kind == NT_SIP_INFO) {
        nt_ice_add_remote(a->ice, d, now); /* what is not of this session is passed over */
        nt_ice_description_free(d);
        nt_host_kick(a->host, now);
    } else if (a->trickles) {
        a->confirmed = true;
        trickle(a, now);
        nt_host_kick(a->host, now);
    }
}

/* --- the endpoint on the host: ICE, with an eye on its events --- */

static void selected(struct nt_app_agent *a, nt_time now)
{
    if (++a->selected_components != 1)
        return;
    a->selected_at = now;
    if (a->meets == MEETS_PROCESS)
        start_flow(a, PROBE_BYTES, PROBES_MAX, PROBE_INTERVAL, now);
    else if (a->default_data && a->meets == MEETS_AGENT)
        start_flow(a, 200, 10, 20 * NT_MSEC, now);
}

static void drain(struct nt_app_agent *a, nt_time now)
{
    struct nt_ice_event ev;
    while (nt_ice_event(a->ice, &ev)) {
        a->news |= ev.kind == NT_ICE_EV_CANDIDATE || ev.kind == NT_ICE_EV_GATHERED;
        if (ev.kind == NT_ICE_EV_GATHERED)
            gathered(a, now);
        else if (ev.kind == NT_ICE_EV_SELECTED)
            selected(a, now);
        else if (ev.kind == NT_ICE_EV_DATA)
            received(a, ev.bytes, ev.len, now);
        else if (ev.kind == NT_ICE_EV_STATE && ev.state >= NT_ICE_COMPLETED)
            a->w->last_activity = now;
    }
    trickle(a, now);
}

static void input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_app_agent *a = self;
    nt_ice_input(a->ice, path, kind, bytes, len, now);
    drain(a, now);
    send_due(a, now);
}

static void timer(void *self, nt_time now)
{
    struct nt_app_agent *a = self;
    nt_ice_timer(a->ice, now);
    drain(a, now);
    send_due(a, now);
}

static size_t output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_app_agent *a = self;
    size_t n = nt_ice_output(a->ice, path, buf, cap, now);
    if (n > 0 || next_data(a) > now)
        return n;
    send_due(a, now);
    return nt_ice_output(a->ice, path, buf, cap, now);
}

static nt_time deadline(const void *self)
{
    const struct nt_app_agent *a = self;
    return nt_time_min(nt_ice_deadline(a->ice), next_data(a));
}

static int request(void *self, struct nt_request *req)
{
    struct nt_app_agent *a = self;
    return nt_ice_request(a->ice, req);
}

/* --- as a party --- */

static enum nt_ice_state state(const void *self)
{
    return nt_ice_state(((const struct nt_app_agent *)self)->ice);
}

static nt_time selected_at(const void *self)
{
    return ((const struct nt_app_agent *)self)->selected_at;
}

static bool selected_pair(const void *self, struct nt_addr *local, struct nt_addr *remote)
{
    const struct nt_app_agent *a = self;
    struct nt_ice_candidate l, r;
    if (!nt_ice_selected(a->ice, 1, 1, &l, &r))
        return false;
    *local = l.addr;
    *remote = r.addr;
    return true;
}

static int describe(const void *self, struct nt_result_agent *r)
{
    return nt_describe_ice(((const struct nt_app_agent *)self)->ice, r);
}

struct nt_party nt_app_agent_party(struct nt_app_agent *a)
{
    static const struct nt_party_ops ops = {call, reoffer, signal_fault, send, waits, goes_on, state, data, selected_at, selected_pair, describe};
    return (struct nt_party){.ops = &ops, .self = a};
}

void nt_app_agent_meets_process(struct nt_app_agent *a, bool webrtc)
{
    a->meets = webrtc ? MEETS_WEBRTC : MEETS_PROCESS;
    nt_sip_end_webrtc(a->sip, webrtc);
}

/* --- birth and end --- */

static size_t stun_addresses(const struct nt_world *w, const struct nt_scn_agent *scn, struct nt_addr *out)
{
    size_t n = 0;
    for (size_t i = 0; i < scn->stun_count; i++) {
        const struct nt_scn_server *s = &w->scn->servers[scn->stun[i]];
        if (n < NT_ICE_SERVERS_MAX && nt_app_server_address(s, NT_AF_IPV4, &out[n]))
            n++;
    }
    return n;
}

static size_t turn_uses(const struct nt_world *w, const struct nt_scn_agent *scn, struct nt_ice_turn *out)
{
    size_t n = 0;
    for (size_t i = 0; i < scn->turn_count; i++) {
        const struct nt_scn_turn_use *use = &scn->turn[i];
        if (n < NT_ICE_SERVERS_MAX && nt_app_server_address(&w->scn->servers[use->server], NT_AF_IPV4, &out[n].server)) {
            out[n].transport = use->transport;
            out[n].user = use->user;
            out[n++].password = use->password;
        }
    }
    return n;
}

static uint32_t peer_index(const struct nt_scn_case *c, uint32_t index)
{
    return index == c->caller ? c->callee : index == c->callee ? c->caller : NT_SCN_NONE;
}

/* RFC 8838, 3: full trickle is for agents that know of each other's support; else the caller's offer is half trickle's. */
static enum nt_ice_trickle trickle_of(const struct nt_scn_case *c, uint32_t index)
{
    uint32_t peer = peer_index(c, index);
    bool known = peer != NT_SCN_NONE && c->agents[peer].trickle != NT_ICE_TRICKLE_OFF;
    return c->agents[index].trickle == NT_ICE_TRICKLE_FULL && !known ? NT_ICE_TRICKLE_HALF : c->agents[index].trickle;
}

static struct nt_ice_agent *ice_agent(struct nt_app_agent *a)
{
    const struct nt_scn_agent *scn = &a->w->scn->agents[a->index];
    struct nt_addr stun[NT_ICE_SERVERS_MAX];
    struct nt_ice_turn turn[NT_ICE_SERVERS_MAX];
    char label[LABEL_MAX_BYTES];
    enum nt_ice_role by_call = a->index == a->w->scn->caller ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED;
    struct nt_ice_config config = {.role = scn->role != 0 ? (enum nt_ice_role)scn->role : by_call, .policy = scn->policy,
        .streams = 1, .components = 1, .max_pairs = scn->max_pairs, .ta = scn->ta, .rto = scn->rto, .keepalive = scn->keepalive,
        .nomination_wait = scn->nomination_wait, .no_consent = scn->no_consent, .no_ice2 = scn->no_ice2,
        .icmp_errors = scn->icmp_errors, .ipv6 = scn->ipv6, .software = "natsim " NATSIM_VERSION, .stun = stun, .turn = turn,
        .tie_breaker = scn->tie_breaker, .trickle = trickle_of(a->w->scn, a->index), .trace = a->trace};
    config.stun_count = stun_addresses(a->w, scn, stun);
    config.turn_count = turn_uses(a->w, scn, turn);
    snprintf(label, sizeof label, "agent/%s", scn->name);
    nt_fabric_stream(a->w->fabric, label, &config.rand);
    int err;
    return nt_ice_agent_new(&config, &err);
}

static bool has_send_step(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SEND)
            return true;
    return false;
}

static int start(struct nt_app_agent *a)
{
    static const struct nt_endpoint_ops ops = {input, timer, output, deadline, request};
    const struct nt_scn_case *c = a->w->scn;
    struct nt_rand rand;
    char label[LABEL_MAX_BYTES];
    snprintf(label, sizeof label, "data/%s", c->agents[a->index].name);
    nt_fabric_stream(a->w->fabric, label, &rand);
    nt_rand_bytes(&rand, a->magic, sizeof a->magic);
    if ((a->ice = ice_agent(a)) == NULL)
        return NT_ENOMEM;
    a->endpoint = nt_host_run_endpoint(a->host, (struct nt_endpoint){.ops = &ops, .self = a}, 0);
    if (a->endpoint == NT_FABRIC_NONE)
        return NT_ENOMEM;
    uint32_t peer = peer_index(c, a->index);
    enum nt_ice_trickle mode = trickle_of(c, a->index);
    a->trickles = mode != NT_ICE_TRICKLE_OFF;
    if (peer == NT_SCN_NONE)
        return NT_OK;
    struct nt_sip_end_config config = {.host = a->w->signal_hosts[a->index], .user = c->agents[a->index].name,
        .peer = c->agents[peer].name, .seed = a->w->seed, .trickle = a->trickles,
        .trickle_required = mode == NT_ICE_TRICKLE_FULL, .receive = on_signal, .receiver = a};
    nt_signalling_ends(a->w, a->index, &config.own, &config.via);
    a->sip = nt_sip_end_new(&config);
    return a->sip != NULL ? NT_OK : NT_ENOMEM;
}

struct nt_app_agent *nt_app_agent_new(struct nt_world *w, uint32_t index)
{
    struct nt_app_agent *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->w = w;
    a->index = index;
    a->host = w->agent_hosts[index];
    a->trace = nt_world_trace(w, nt_host_node(a->host));
    a->selected_at = NT_TIME_NEVER;
    a->default_data = !has_send_step(w->scn);
    if (start(a) == NT_OK)
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
    nt_sip_end_del(a->sip);
    if (a->has_offer)
        nt_ice_description_free(&a->offer);
    for (size_t i = 0; i < a->flow_count; i++)
        nt_data_flow_free(&a->flows[i]);
    free(a);
}
