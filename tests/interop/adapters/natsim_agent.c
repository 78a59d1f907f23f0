/* natsim's own ICE agent as an adapter of README.md, on sockets of its own: nothing here but the public headers of core/. It
 * trickles, unless started with --no-trickle: then it tells all its candidates when gathering has ended. */
#include "core/base/err.h"
#include "core/ice/ice.h"
#include "lines.h"
#include "natsim_signals.h"
#include "natsim_sockets.h"
#include "probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define CLOSE_TIME (1500 * NT_MSEC) /* for the allocations' release: "it exits with 0 within 3 s" */
#define BURST 64                    /* datagrams read before anything else has its turn */

struct adapter {
    struct nt_ice_agent *ice; /* from `start` on */
    struct nt_sockets sockets;
    struct nt_signals signals;
    struct nt_lines in;
    struct nt_probes probes;
    nt_time next_probe, close_at; /* NT_TIME_NEVER: not open yet; not stopped yet */
};

static nt_time clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (nt_time)t.tv_sec * NT_SEC + t.tv_nsec;
}

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

/* --- the agent and its sockets --- */

static void answer_requests(struct adapter *a, nt_time now)
{
    struct nt_request request;
    while (nt_ice_request(a->ice, &request) == 1) {
        if (request.kind != NT_REQ_BIND)
            continue;
        bool granted = nt_sockets_bind(&a->sockets, &request.path.local) == NT_OK;
        nt_ice_input(a->ice, &request.path, granted ? NT_IN_CONNECTED : NT_IN_CLOSED, NULL, 0, now);
    }
}

/* After every input and every timer: what the agent asks for, says and sends. */
static void drain(struct adapter *a, nt_time now)
{
    static uint8_t buf[NT_DATAGRAM_MAX];
    struct nt_path path;
    size_t len;
    answer_requests(a, now);
    take_events(a, now);
    if (a->close_at == NT_TIME_NEVER)
        nt_signals_run(&a->signals, a->ice, now);
    while ((len = nt_ice_output(a->ice, &path, buf, sizeof buf, now)) > 0)
        nt_sockets_send(&a->sockets, &path, buf, len);
}

static void receive(struct adapter *a)
{
    static uint8_t buf[NT_DATAGRAM_MAX];
    struct nt_path path;
    size_t len;
    for (int i = 0; i < BURST && (len = nt_sockets_receive(&a->sockets, &path, buf, sizeof buf)) > 0; i++) {
        nt_time now = clock_now();
        nt_ice_input(a->ice, &path, NT_IN_DATAGRAM, buf, len, now);
        drain(a, now);
    }
}

static void run(struct adapter *a)
{
    receive(a);
    nt_time now = clock_now();
    send_probe(a, now);
    if (nt_ice_deadline(a->ice) <= now)
        nt_ice_timer(a->ice, now);
    drain(a, now);
}

static nt_time deadline(const struct adapter *a)
{
    if (a->ice == NULL)
        return NT_TIME_NEVER;
    return nt_time_min(nt_ice_deadline(a->ice), nt_time_min(a->next_probe, a->close_at));
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

static struct nt_ice_agent *agent_for(const struct nt_lines_start *start, bool trickles)
{
    struct nt_addr stun[NT_LINES_SERVERS_MAX];
    struct nt_ice_turn turn[NT_LINES_SERVERS_MAX];
    uint8_t key[32];
    int err;
    struct nt_ice_config config = {.role = start->controlling ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED,
                                   .policy = start->relay_only ? NT_ICE_RELAY_ONLY : NT_ICE_ALL,
                                   .trickle = trickles ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF,
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

static void gather(struct adapter *a, nt_time now)
{
    struct nt_addr addrs[NT_ICE_INTERFACES_MAX];
    size_t count = nt_sockets_interfaces(addrs, NT_ICE_INTERFACES_MAX);
    for (size_t i = 0; i < count; i++)
        nt_ice_input(a->ice, &(struct nt_path){.transport = NT_UDP, .local = addrs[i]}, NT_IN_IF_UP, NULL, 0, now);
    int r = nt_ice_gather(a->ice, now);
    if (r != NT_OK)
        fprintf(stderr, "gathering does not start: %s\n", nt_strerror(r));
}

static void begin(struct adapter *a, const json_t *line, nt_time now)
{
    struct nt_lines_start start;
    nt_lines_read_start(&start, line);
    a->signals.offerer = start.offerer;
    a->ice = agent_for(&start, a->signals.trickles);
    if (a->ice == NULL)
        exit(1);
    gather(a, now);
}

/* false: it is time to go. */
static bool take(struct adapter *a, const json_t *line, nt_time now)
{
    if (nt_lines_is(line, "stop")) {
        if (a->ice == NULL)
            return false;
        nt_ice_close(a->ice, now);
        a->close_at = now + CLOSE_TIME;
        a->next_probe = NT_TIME_NEVER;
    } else if (nt_lines_is(line, "start") && a->ice == NULL) {
        begin(a, line, now);
    } else if (nt_lines_is(line, "signal") && a->ice != NULL) {
        nt_signals_take(&a->signals, a->ice, line, now);
    } else {
        fprintf(stderr, "a line of an unknown kind, or not at its time\n");
    }
    return true;
}

static bool take_lines(struct adapter *a)
{
    bool more = nt_lines_fill(&a->in, STDIN_FILENO);
    json_t *line;
    while ((line = nt_lines_next(&a->in)) != NULL) {
        more = more && take(a, line, clock_now());
        json_decref(line);
    }
    return more;
}

static bool closed(const struct adapter *a)
{
    return a->close_at != NT_TIME_NEVER && (nt_ice_state(a->ice) == NT_ICE_CLOSED || clock_now() >= a->close_at);
}

int main(int argc, char **argv)
{
    static struct adapter a = {.next_probe = NT_TIME_NEVER, .close_at = NT_TIME_NEVER};
    a.signals.trickles = argc < 2 || strcmp(argv[1], "--no-trickle") != 0;
    if (nt_signals_init(&a.signals) != NT_OK || getrandom(a.probes.magic, sizeof a.probes.magic, 0) != sizeof a.probes.magic)
        return 1;
    nt_lines_say("{s:s, s:s, s:s, s:s, s:b, s:s}", "t", "hello", "stack", "natsim", "version", NATSIM_VERSION, "kind", "ice",
                 "trickle", (int)a.signals.trickles, "local_type", "candidate");
    for (bool more = true; more && !closed(&a);) {
        nt_time at = deadline(&a);
        if (nt_sockets_wait(&a.sockets, STDIN_FILENO, at == NT_TIME_NEVER ? at : at - clock_now()))
            more = take_lines(&a);
        if (a.ice != NULL)
            run(&a);
    }
    nt_lines_say("{s:s}", "t", "bye");
    nt_ice_agent_del(a.ice);
    nt_signals_free(&a.signals);
    nt_sockets_close(&a.sockets);
    return 0;
}
