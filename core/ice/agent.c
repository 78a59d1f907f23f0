/* The agent: its life, Law 1's calls, the pacer. What it does stands in the other files of this room. */
#include "core/ice/agent.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

static char *copy_text(const char *text, bool *failed)
{
    if (text == NULL)
        return NULL;
    size_t n = strlen(text) + 1;
    char *copy = malloc(n);
    if (copy == NULL)
        *failed = true;
    else
        memcpy(copy, text, n);
    return copy;
}

/* NT_EINVAL: RFC 8445, 14.2 (Ta), 14.3 ("Agents MUST NOT use an RTO value smaller than 500 ms"), 11 (Tr: "MUST NOT use a value
 * smaller than 15 seconds"). */
static int judge(const struct nt_ice_config *c)
{
    if (c->mode != NT_ICE_FULL || c->nomination != NT_ICE_REGULAR)
        return NT_EUNSUPPORTED;
    for (size_t i = 0; i < c->turn_count && i < NT_ICE_SERVERS_MAX; i++)
        if (c->turn[i].transport != 0 && c->turn[i].transport != NT_UDP)
            return NT_EUNSUPPORTED;
    if ((c->role != NT_ICE_CONTROLLING && c->role != NT_ICE_CONTROLLED) || (c->ta != 0 && c->ta < 5 * NT_MSEC) ||
        (c->rto != 0 && c->rto < NT_STUN_RTO) || (c->keepalive != 0 && c->keepalive < NT_ICE_TR) || c->nomination_wait < 0)
        return NT_EINVAL;
    if (c->stun_count > NT_ICE_SERVERS_MAX || c->turn_count > NT_ICE_SERVERS_MAX || c->streams > NT_ICE_STREAMS_MAX ||
        c->components > NT_ICE_COMPONENTS_MAX)
        return NT_ELIMIT;
    return NT_OK;
}

static int copy_servers(struct nt_ice_config *to, const struct nt_ice_config *from)
{
    bool failed = false;
    struct nt_addr *stun = calloc(from->stun_count + 1, sizeof *stun);
    struct nt_ice_turn *turn = calloc(from->turn_count + 1, sizeof *turn);
    to->stun = stun;
    to->turn = turn;
    to->software = copy_text(from->software, &failed);
    if (stun == NULL || turn == NULL) {
        to->turn_count = 0;
        return NT_ENOMEM;
    }
    if (from->stun_count > 0)
        memcpy(stun, from->stun, from->stun_count * sizeof *stun);
    for (size_t i = 0; i < from->turn_count; i++) {
        turn[i] = from->turn[i];
        turn[i].user = copy_text(from->turn[i].user != NULL ? from->turn[i].user : "", &failed);
        turn[i].password = copy_text(from->turn[i].password != NULL ? from->turn[i].password : "", &failed);
    }
    return failed ? NT_ENOMEM : NT_OK;
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

static void free_config(struct nt_ice_config *c)
{
    for (size_t i = 0; i < c->turn_count; i++) {
        free_text(c->turn[i].user);
        free_text(c->turn[i].password);
    }
    free((void *)(uintptr_t)c->stun);
    free((void *)(uintptr_t)c->turn);
    free_text(c->software);
}

static void defaults(struct nt_ice_config *c)
{
    c->streams = c->streams != 0 ? c->streams : 1;
    c->components = c->components != 0 ? c->components : 1;
    c->max_pairs = c->max_pairs != 0 ? c->max_pairs : 100;
    c->ta = c->ta != 0 ? c->ta : NT_ICE_TA;
    c->rto = c->rto != 0 ? c->rto : NT_STUN_RTO;
    c->keepalive = c->keepalive != 0 ? c->keepalive : NT_ICE_TR;
}

/* RFC 8445, 5.3: "The username fragment MUST contain at least 24 bits of randomness, and the password MUST contain at least 128
 * bits of randomness": 8 ice-chars of 6 bits each are 48, 24 are 144. */
static void draw_text(struct nt_rand *r, char *text, size_t n)
{
    static const char ice_char[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i++)
        text[i] = ice_char[nt_rand_below(r, 64)];
    text[n] = '\0';
}

static void begin_session(struct nt_ice_agent *a)
{
    struct nt_ice_session *s = &a->session;
    draw_text(&a->config.rand, s->ufrag, sizeof s->ufrag - 1);
    draw_text(&a->config.rand, s->pwd, sizeof s->pwd - 1);
    nt_stun_key_short(&s->key, s->pwd);
    s->role = a->config.role;
    s->tie_breaker = a->config.tie_breaker != 0 ? a->config.tie_breaker : nt_rand_u64(&a->config.rand);
    s->free_at = NT_TIME_NEVER;
}

struct nt_ice_agent *nt_ice_agent_new(const struct nt_ice_config *config, int *err)
{
    int r = judge(config);
    struct nt_ice_agent *a = r == NT_OK ? calloc(1, sizeof *a) : NULL;
    if (r == NT_OK && a == NULL)
        r = NT_ENOMEM;
    if (r == NT_OK) {
        a->config = *config;
        r = copy_servers(&a->config, config);
        defaults(&a->config);
        a->event_cap = NT_ICE_EVENTS_SPARE + (unsigned)a->config.streams * a->config.components;
        a->events = calloc(a->event_cap, sizeof *a->events);
        if (a->events == NULL)
            r = NT_ENOMEM;
    }
    *err = r;
    if (r != NT_OK) {
        if (a != NULL) {
            free_config(&a->config);
            free(a->events);
        }
        free(a);
        return NULL;
    }
    a->ta = a->config.ta;
    a->paced_at = -1;
    a->close_at = a->deadline = NT_TIME_NEVER;
    begin_session(a);
    return a;
}

void nt_ice_agent_del(struct nt_ice_agent *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->bases.source_count; i++) {
        nt_turn_client_del(a->bases.sources[i].client);
        free(a->bases.sources[i].held);
    }
    for (size_t i = 0; i < NT_ICE_DATA_MAX; i++)
        free(a->data[i].bytes);
    free(a->bases.items);
    free(a->bases.sources);
    free(a->bases.own);
    free(a->session.lists);
    free(a->session.components);
    free(a->session.remotes);
    free(a->session.pairs);
    free(a->session.valids);
    free(a->session.checks);
    free(a->session.prflx);
    free(a->inbox);
    free(a->events);
    free_config(&a->config);
    free(a);
}

void nt_ice_trace(const struct nt_ice_agent *a, enum nt_trace_kind kind, const struct nt_addr *x, const struct nt_addr *y, uint8_t stream,
                  uint16_t component, int64_t n2, int64_t n3, nt_time now)
{
    struct nt_trace_event ev = {.at = now, .kind = kind, .n = {stream, component, n2, n3}};
    if (a->config.trace.emit == NULL)
        return;
    if (x != NULL)
        ev.a = *x;
    if (y != NULL)
        ev.b = *y;
    nt_trace_emit(&a->config.trace, ev);
}

void nt_ice_set_state(struct nt_ice_agent *a, enum nt_ice_state state)
{
    if (a->state == state)
        return;
    a->state = state;
    if (state == NT_ICE_FAILED || state == NT_ICE_DISCONNECTED)
        a->out_count = a->data_count = 0; /* nothing more is sent */
    nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = state});
}

void nt_ice_paced(struct nt_ice_agent *a, nt_time now)
{
    a->next_start = nt_time_after(now, a->ta);
}

/* RFC 8445, 14.2 and 6.1.4.2: one new transaction every Ta, be it of gathering, of a TURN client or a check. */
static void pace(struct nt_ice_agent *a, nt_time now)
{
    a->paced_at = now;
    if (now < a->next_start)
        return;
    bool started = nt_ice_source_start(a, now);
    if (!started && !a->turn_had_slot)
        started = a->turn_had_slot = nt_ice_relay_turn(a, now);
    if (!started && nt_ice_lists_pending(a)) {
        started = nt_ice_lists_check(a, now);
        a->turn_had_slot = false;
        if (!started)
            a->session.tick = nt_time_after(now, a->ta);
    }
    if (!started)
        started = nt_ice_relay_turn(a, now);
    if (started)
        nt_ice_paced(a, now);
}

/* Before gathering, after the end; and after failure nothing is sent until the owner closes. */
bool nt_ice_silent(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_NEW || a->state == NT_ICE_CLOSED || (a->state == NT_ICE_FAILED && a->close_at == NT_TIME_NEVER);
}

static nt_time checks_deadline(const struct nt_ice_agent *a)
{
    nt_time at = nt_ice_check_deadline(a);
    if (nt_ice_lists_pending(a))
        at = nt_time_min(at, a->next_start > a->session.tick ? a->next_start : a->session.tick);
    if (a->state != NT_ICE_RUNNING)
        return at;
    nt_time pac = nt_time_after(a->session.started, NT_ICE_PAC);
    if (a->paced_at < pac)
        at = nt_time_min(at, pac);
    return nt_time_min(at, nt_ice_nominate_deadline(a));
}

void nt_ice_reckon(struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    if (!nt_ice_silent(a)) {
        at = nt_time_min(nt_ice_gather_deadline(a), nt_ice_relay_deadline(a));
        if (a->session.running)
            at = nt_time_min(at, checks_deadline(a));
        at = nt_time_min(at, nt_ice_consent_deadline(a));
        at = nt_time_min(at, nt_time_min(a->session.free_at, a->close_at));
    }
    a->deadline = at;
}

nt_time nt_ice_deadline(const struct nt_ice_agent *a)
{
    return a->deadline;
}

/* Once allocations are released, or after a transaction's time. */
static void close_if_done(struct nt_ice_agent *a, nt_time now)
{
    if (a->close_at == NT_TIME_NEVER || a->state == NT_ICE_CLOSED)
        return;
    for (size_t i = 0; now < a->close_at && i < a->bases.source_count; i++) {
        const struct nt_turn_client *client = a->bases.sources[i].client;
        if (client == NULL)
            continue;
        enum nt_turn_client_state state = nt_turn_client_state(client);
        if (state == NT_TURN_ALLOCATING || state == NT_TURN_ALLOCATED || state == NT_TURN_RELEASING)
            return;
    }
    nt_ice_set_state(a, NT_ICE_CLOSED);
}

void nt_ice_settle(struct nt_ice_agent *a, nt_time now)
{
    if (a->session.running && a->state == NT_ICE_RUNNING) {
        if (a->session.unpaired)
            nt_ice_lists_extend(a, now);
        nt_ice_nominate(a, now);
        nt_ice_lists_update(a, now);
    }
    close_if_done(a, now);
    nt_ice_relay_pull(a, now);
    nt_ice_reckon(a);
}

void nt_ice_timer(struct nt_ice_agent *a, nt_time now)
{
    if (nt_ice_silent(a))
        return;
    nt_ice_relay_timer(a, now);
    nt_ice_gather_timer(a, now);
    nt_ice_check_timer(a, now);
    if (a->session.running && a->state == NT_ICE_RUNNING) {
        nt_ice_nominate(a, now);
        nt_ice_lists_update(a, now);
    }
    nt_ice_consent_timer(a, now);
    if (now >= a->session.free_at) {
        a->session.free_at = NT_TIME_NEVER;
        nt_ice_relay_free(a, false, now);
    }
    nt_ice_relay_pull(a, now);
    pace(a, now);
    nt_ice_settle(a, now);
}

void nt_ice_dispatch(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    if (!nt_stun_looks_like(bytes, len)) {
        nt_ice_data_input(a, via, from, bytes, len);
        return;
    }
    if (nt_stun_parse(&m, bytes, len) != NT_OK || m.method != NT_STUN_BINDING) {
        a->stats.dropped++;
        return;
    }
    if (m.class_ == NT_STUN_REQUEST)
        nt_ice_respond(a, via, from, &m, now);
    else if (m.class_ != NT_STUN_INDICATION && !nt_ice_check_response(a, via, from, &m, now) &&
             !nt_ice_consent_response(a, via, from, &m, now))
        a->stats.dropped++;
}

static void datagram(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg m;
    uint16_t base = 0;
    while (base < a->bases.count && !(a->bases.items[base].state == NT_ICE_BASE_BOUND &&
                                      nt_addr_equal(&a->bases.items[base].addr, &path->local)))
        base++;
    if (base == a->bases.count || nt_ice_silent(a)) {
        a->stats.dropped++;
        return;
    }
    bool response = nt_stun_looks_like(bytes, len) && (bytes[0] & 1) != 0; /* the upper bit of the class */
    if (response && nt_stun_parse(&m, bytes, len) == NT_OK && m.class_ >= NT_STUN_SUCCESS && m.method == NT_STUN_BINDING &&
        nt_ice_source_response(a, base, &path->remote, &m, now))
        return;
    if (!nt_ice_relay_input(a, base, path, bytes, len, now))
        nt_ice_dispatch(a, (struct nt_ice_via){.base = base, .relay = NT_ICE_DIRECT}, &path->remote, bytes, len, now);
}

/* The answer to a bind: path->id is our number of it, from 1. */
static void bound(struct nt_ice_agent *a, const struct nt_path *path, bool granted, nt_time now)
{
    if (path->id == 0 || path->id > a->bases.asked || a->bases.items[path->id - 1].state != NT_ICE_BASE_ASKED)
        return;
    struct nt_ice_base *b = &a->bases.items[path->id - 1];
    b->state = granted ? NT_ICE_BASE_BOUND : NT_ICE_BASE_REFUSED;
    if (granted)
        b->addr = path->local;
    a->bases.answered++;
    nt_ice_gather_input(a, now);
}

static void interface_up(struct nt_ice_agent *a, const struct nt_addr *addr)
{
    if (a->state == NT_ICE_NEW && a->bases.interface_count < NT_ICE_INTERFACES_MAX)
        a->bases.interfaces[a->bases.interface_count++] = *addr;
}

void nt_ice_input(struct nt_ice_agent *a, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    a->has_arrived = false;
    switch (kind) {
    case NT_IN_DATAGRAM: datagram(a, path, bytes, len, now); break;
    case NT_IN_CONNECTED: bound(a, path, true, now); break;
    case NT_IN_CLOSED: bound(a, path, false, now); break;
    case NT_IN_ICMP:
        if (a->session.running)
            nt_ice_check_icmp(a, path, bytes, len, now);
        break;
    case NT_IN_IF_UP: interface_up(a, &path->local); break;
    default: break; /* a datagram that could not be sent is one that was lost (RFC 8863, 4) */
    }
    nt_ice_settle(a, now);
}

int nt_ice_request(struct nt_ice_agent *a, struct nt_request *req)
{
    if (a->bases.asked == a->bases.count)
        return 0;
    size_t i = a->bases.asked++;
    *req = (struct nt_request){.kind = NT_REQ_BIND,
                               .path = {.transport = NT_UDP, .id = (uint32_t)(i + 1), .local = a->bases.items[i].addr}};
    return 1;
}

void nt_ice_close(struct nt_ice_agent *a, nt_time now)
{
    if (a->close_at != NT_TIME_NEVER || a->state == NT_ICE_CLOSED)
        return;
    a->close_at = nt_time_after(now, NT_STUN_TI);
    a->session.free_at = NT_TIME_NEVER;
    a->out_count = a->data_count = 0;
    for (size_t i = 0; i < a->bases.source_count; i++)
        a->bases.sources[i].binding = false;
    nt_ice_relay_free(a, true, now);
    nt_ice_settle(a, now);
}
