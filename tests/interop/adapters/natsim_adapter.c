#include "natsim_adapter.h"
#include "core/base/err.h"
#include "core/ice/ice.h"
#include "lines.h"
#include "natsim/sockets/sockets.h"
#include "natsim_signals.h"
#include "probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define CLOSE_TIME (1500 * NT_MSEC) /* for the allocations' release: "it exits with 0 within 3 s" */
#define PORTS_MAX 1024              /* as many as an agent has */

/* The endpoint that runs on the sockets: the agent, with what is to be said and sent when it has been called. */
struct adapter {
    const struct nt_adapter_config *config;
    struct nt_sockets *sockets;
    struct nt_ice_agent *ice; /* from `start` on */
    struct nt_signals signals;
    struct nt_lines in;
    struct nt_probes probes;
    nt_time next_probe, close_at; /* NT_TIME_NEVER: not open yet; not stopped yet */
    bool over;                    /* it is time to go */
};

/* --- data --- */

static void send_probe(struct adapter *a, nt_time now)
{
    uint8_t bytes[NT_PROBE_LEN];
    if (now < a->next_probe)
        return;
    nt_probes_write(&a->probes, bytes);
    nt_ice_send(a->ice, 1, 1, bytes, sizeof bytes, false, now); /* what cannot be sent is lost */
    a->next_probe = now + nt_probes_interval(&a->probes) * NT_MSEC;
}

static void take_data(struct adapter *a, const struct nt_ice_event *event, nt_time now)
{
    static uint8_t bytes[NT_DATAGRAM_MAX];
    memcpy(bytes, event->bytes, event->len);
    enum nt_probes_what what = nt_probes_take(&a->probes, bytes, event->len);
    if (what == NT_PROBES_ECHO)
        nt_ice_send(a->ice, 1, 1, bytes, event->len, false, now);
    else if (what == NT_PROBES_DONE)
        nt_lines_say("{s:s, s:b, s:i}", "t", "data", "ok", 1, "n", NT_PROBES_WANTED);
}

/* --- the agent's events --- */

static void say_state(struct adapter *a, enum nt_ice_state state, nt_time now)
{
    static const char *const words[] = {[NT_ICE_NEW] = "new",          [NT_ICE_GATHERING] = "new",
                                        [NT_ICE_RUNNING] = "checking", [NT_ICE_COMPLETED] = "completed",
                                        [NT_ICE_FAILED] = "failed",    [NT_ICE_DISCONNECTED] = "disconnected",
                                        [NT_ICE_CLOSED] = "closed"};
    nt_lines_say("{s:s, s:s}", "t", "state", "ice", words[state]);
    if (state == NT_ICE_COMPLETED && a->next_probe == NT_TIME_NEVER) {
        nt_lines_say("{s:s}", "t", "open");
        a->next_probe = now;
    }
}

static json_t *candidate(const struct nt_ice_candidate *c)
{
    char ip[NT_ADDR_TEXT];
    return json_pack("{s:s, s:s, s:i, s:s}", "type", nt_ice_type_name(c->type), "addr", nt_addr_format_ip(&c->addr, ip), "port",
                     (int)c->addr.port, "proto", "udp");
}

static void take_events(struct adapter *a, nt_time now)
{
    struct nt_ice_event event;
    while (nt_ice_event(a->ice, &event) == 1) {
        nt_signals_event(&a->signals, &event);
        if (event.kind == NT_ICE_EV_STATE)
            say_state(a, event.state, now);
        else if (event.kind == NT_ICE_EV_SELECTED)
            nt_lines_say("{s:s, s:o, s:o}", "t", "selected", "local", candidate(&event.local), "remote", candidate(&event.remote));
        else if (event.kind == NT_ICE_EV_DATA)
            take_data(a, &event, now);
    }
}

/* --- the endpoint --- */

/* After every call into the agent. */
static void run(struct adapter *a, nt_time now)
{
    take_events(a, now);
    if (a->close_at == NT_TIME_NEVER)
        nt_signals_run(&a->signals, a->ice, now);
    else
        a->over = a->over || nt_ice_state(a->ice) == NT_ICE_CLOSED || now >= a->close_at;
}

static void input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct adapter *a = self;
    nt_ice_input(a->ice, path, kind, bytes, len, now);
    run(a, now);
}

static void timer(void *self, nt_time now)
{
    struct adapter *a = self;
    send_probe(a, now);
    if (nt_ice_deadline(a->ice) <= now)
        nt_ice_timer(a->ice, now);
    run(a, now);
}

static size_t output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    return nt_ice_output(((struct adapter *)self)->ice, path, buf, cap, now);
}

static nt_time deadline(const void *self)
{
    const struct adapter *a = self;
    return nt_time_min(nt_ice_deadline(a->ice), nt_time_min(a->next_probe, a->close_at));
}

static int request(void *self, struct nt_request *req)
{
    return nt_ice_request(((struct adapter *)self)->ice, req);
}

/* --- start and stop --- */

static void set_servers(struct nt_ice_config *config, struct nt_addr *stun, struct nt_ice_turn *turn,
                        const struct nt_lines_start *start)
{
    config->stun = stun;
    config->turn = turn;
    for (size_t i = 0; i < start->server_count; i++) {
        const struct nt_lines_server *s = &start->servers[i];
        struct nt_addr addr;
        if (s->tcp)
            nt_lines_unsupported("natsim's agent has no STUN and no TURN over TCP");
        if (nt_addr_parse(&addr, s->ip) != NT_OK)
            continue;
        addr = nt_addr_with_port(&addr, s->port);
        if (s->turn)
            turn[config->turn_count++] =
                (struct nt_ice_turn){.server = addr, .transport = NT_UDP, .user = s->user, .password = s->credential};
        else
            stun[config->stun_count++] = addr;
    }
}

static struct nt_ice_agent *agent_for(const struct nt_lines_start *start, const struct nt_adapter_config *own)
{
    struct nt_addr stun[NT_LINES_SERVERS_MAX];
    struct nt_ice_turn turn[NT_LINES_SERVERS_MAX];
    uint8_t key[32];
    int err;
    struct nt_ice_config config = {.role = start->controlling ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED,
                                   .policy = start->relay_only ? NT_ICE_RELAY_ONLY : NT_ICE_ALL,
                                   .trickle = own->trickles ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF,
                                   .ta = own->ta,
                                   .ipv6 = true,
                                   .software = "natsim " NATSIM_VERSION};
    set_servers(&config, stun, turn, start);
    if (getrandom(key, sizeof key, 0) != sizeof key)
        return NULL;
    nt_rand_init_key(&config.rand, key);
    struct nt_ice_agent *ice = nt_ice_agent_new(&config, &err);
    if (ice == NULL)
        fprintf(stderr, "no agent: %s\n", nt_strerror(err));
    return ice;
}

/* The agent on its sockets, behind the one who wraps it. */
static uint32_t run_endpoint(struct adapter *a)
{
    static const struct nt_endpoint_ops ops = {input, timer, output, deadline, request};
    struct nt_endpoint endpoint = {&ops, a};
    if (a->config->wrap != NULL)
        endpoint = a->config->wrap(a->config->user, endpoint);
    return nt_sockets_run_endpoint(a->sockets, endpoint);
}

static void gather(struct adapter *a, uint32_t endpoint, nt_time now)
{
    if (nt_sockets_announce(a->sockets, endpoint) != NT_OK)
        fprintf(stderr, "the system does not say which interfaces there are\n");
    int r = nt_ice_gather(a->ice, now);
    if (r != NT_OK)
        fprintf(stderr, "gathering does not start: %s\n", nt_strerror(r));
}

static void begin(struct adapter *a, const json_t *line, nt_time now)
{
    struct nt_lines_start start;
    nt_lines_read_start(&start, line);
    a->signals.offerer = start.offerer;
    a->ice = agent_for(&start, a->config);
    if (a->ice == NULL)
        exit(1);
    gather(a, run_endpoint(a), now);
}

static void stop(struct adapter *a, nt_time now)
{
    a->over = a->ice == NULL;
    if (a->ice != NULL)
        nt_ice_close(a->ice, now);
    a->close_at = now + CLOSE_TIME;
    a->next_probe = NT_TIME_NEVER;
}

static void take(struct adapter *a, const json_t *line, nt_time now)
{
    if (nt_lines_is(line, "stop"))
        stop(a, now);
    else if (nt_lines_is(line, "start") && a->ice == NULL)
        begin(a, line, now);
    else if (nt_lines_is(line, "restart") && a->ice != NULL)
        nt_signals_restart(&a->signals, a->ice, now);
    else if (nt_lines_is(line, "signal") && a->ice != NULL)
        nt_signals_take(&a->signals, a->ice, line, now);
    else
        fprintf(stderr, "a line of an unknown kind, or not at its time\n");
}

/* The end of standard input means stop, at once. */
static void take_lines(void *user, nt_time now)
{
    struct adapter *a = user;
    json_t *line;
    if (!nt_lines_fill(&a->in, STDIN_FILENO))
        a->over = true;
    while ((line = nt_lines_next(&a->in)) != NULL) {
        if (!a->over)
            take(a, line, now);
        json_decref(line);
    }
    if (a->ice != NULL)
        run(a, now);
}

/* What sockets refuse or cannot send, for the log. */
static void log_event(void *user, const struct nt_trace_event *e)
{
    char from[NT_ADDR_TEXT], to[NT_ADDR_TEXT];
    (void)user;
    fprintf(stderr, "%s: %s, %s%s\n",
            e->kind == NT_TR_PORT_REFUSED ? "port refused"
            : e->kind == NT_TR_UNSENT     ? "not sent"
                                          : "discarded",
            e->text, nt_addr_format(&e->a, from), nt_addr_is_set(&e->b) ? nt_addr_format(&e->b, to) : "");
}

static bool set_up(struct adapter *a)
{
    static const struct nt_trace trace = {.emit = log_event};
    a->signals.trickles = a->config->trickles;
    a->signals.describe = a->config->describe;
    a->signals.user = a->config->user;
    a->sockets = nt_sockets_new(PORTS_MAX, &trace);
    return a->sockets != NULL && nt_sockets_watch(a->sockets, STDIN_FILENO, take_lines, a) == NT_OK &&
           nt_signals_init(&a->signals) == NT_OK && getrandom(a->probes.magic, sizeof a->probes.magic, 0) == sizeof a->probes.magic;
}

int nt_adapter_run(const struct nt_adapter_config *config)
{
    static struct adapter a = {.next_probe = NT_TIME_NEVER, .close_at = NT_TIME_NEVER};
    a.config = config;
    if (!set_up(&a))
        return 1;
    nt_lines_say("{s:s, s:s, s:s, s:s, s:b, s:s, s:[s]}", "t", "hello", "stack", config->stack, "version", NATSIM_VERSION, "kind",
                 "ice", "trickle", (int)config->trickles, "local_type", "candidate", "caps", "restart");
    while (!a.over)
        nt_sockets_turn(a.sockets, NT_TIME_NEVER);
    nt_lines_say("{s:s}", "t", "bye");
    nt_sockets_del(a.sockets);
    nt_ice_agent_del(a.ice);
    nt_signals_free(&a.signals);
    return 0;
}
