#define _GNU_SOURCE /* ppoll */
#include "natsim/sockets/sockets.h"
#include "core/base/err.h"
#include "natsim/sockets/interfaces.h"
#include "natsim/sockets/ports.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BURST 64 /* datagrams of a port before another one has its turn */

_Static_assert(NT_SOCKETS_WATCHED_MAX == NT_PORTS_BEFORE, "descriptors of the owner stand before those of ports");

struct watched {
    void (*ready)(void *user, nt_time now);
    void *user;
};

struct nt_sockets {
    struct nt_trace trace;
    nt_time began; /* by the machine's clock */
    struct nt_ports ports;
    struct nt_endpoint endpoints[NT_SOCKETS_ENDPOINTS_MAX];
    struct watched watched[NT_SOCKETS_WATCHED_MAX];
    size_t endpoint_count, watched_count;
    uint8_t in[NT_DATAGRAM_MAX], out[NT_DATAGRAM_MAX];
};

static nt_time machine_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (nt_time)t.tv_sec * NT_SEC + t.tv_nsec;
}

nt_time nt_sockets_now(const struct nt_sockets *s)
{
    return machine_clock() - s->began;
}

struct nt_sockets *nt_sockets_new(size_t ports_max, const struct nt_trace *trace)
{
    struct nt_sockets *s = calloc(1, sizeof *s);
    if (s == NULL || nt_ports_init(&s->ports, ports_max) != NT_OK) {
        free(s);
        return NULL;
    }
    s->trace = *trace;
    s->began = machine_clock();
    return s;
}

void nt_sockets_del(struct nt_sockets *s)
{
    if (s == NULL)
        return;
    nt_ports_free(&s->ports);
    free(s);
}

/* --- an endpoint is called, and drained --- */

static void give(struct nt_sockets *s, uint32_t endpoint, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes,
                 size_t len)
{
    const struct nt_endpoint *e = &s->endpoints[endpoint];
    e->ops->input(e->self, path, kind, bytes, len, nt_sockets_now(s));
}

static const char *open_port(struct nt_sockets *s, uint32_t endpoint, struct nt_request *req)
{
    if (req->kind != NT_REQ_BIND || req->path.transport != NT_UDP)
        return "only UDP ports are opened";
    return nt_ports_open(&s->ports, &req->path.local, endpoint);
}

static void answer_request(struct nt_sockets *s, uint32_t endpoint, struct nt_request *req)
{
    if (req->kind == NT_REQ_CLOSE) {
        uint32_t place = nt_ports_find(&s->ports, &req->path.local, endpoint);
        if (place != NT_PORTS_NONE)
            nt_ports_close(&s->ports, place);
        return;
    }
    const char *why = open_port(s, endpoint, req);
    if (why != NULL)
        nt_trace_emit(&s->trace, (struct nt_trace_event){
                                     .at = nt_sockets_now(s), .kind = NT_TR_PORT_REFUSED, .a = req->path.local, .text = why});
    give(s, endpoint, &req->path, why == NULL ? NT_IN_CONNECTED : NT_IN_CLOSED, NULL, 0);
}

/* NULL, or why not. */
static const char *send_datagram(struct nt_sockets *s, uint32_t endpoint, const struct nt_path *path, size_t len)
{
    uint32_t place = nt_ports_find(&s->ports, &path->local, endpoint);
    if (path->transport != NT_UDP)
        return "only UDP is sent";
    if (place == NT_PORTS_NONE)
        return "the port that it leaves from is not open";
    int error = nt_udp_send(&s->ports.items[place].udp, path, s->out, len);
    return error != 0 ? strerror(error) : NULL;
}

static void send_output(struct nt_sockets *s, uint32_t endpoint, const struct nt_path *path, size_t len)
{
    const char *why = send_datagram(s, endpoint, path, len);
    if (why == NULL)
        return;
    nt_trace_emit(&s->trace, (struct nt_trace_event){
                                 .at = nt_sockets_now(s), .kind = NT_TR_UNSENT, .a = path->local, .b = path->remote, .text = why});
    give(s, endpoint, path, NT_IN_SEND_FAILED, NULL, 0);
}

static void drain(struct nt_sockets *s, uint32_t endpoint)
{
    const struct nt_endpoint *e = &s->endpoints[endpoint];
    struct nt_request req;
    struct nt_path path;
    size_t len;
    while (e->ops->request != NULL && (memset(&req, 0, sizeof req), e->ops->request(e->self, &req)) != 0)
        answer_request(s, endpoint, &req);
    while (path = (struct nt_path){.transport = NT_UDP},
           (len = e->ops->output(e->self, &path, s->out, sizeof s->out, nt_sockets_now(s))) > 0)
        send_output(s, endpoint, &path, len != NT_OUTPUT_EMPTY ? len : 0);
}

static void drain_all(struct nt_sockets *s)
{
    for (uint32_t i = 0; i < s->endpoint_count; i++)
        drain(s, i);
}

/* --- what happens --- */

static void take_errors(struct nt_sockets *s, uint32_t place)
{
    struct nt_path path;
    uint8_t icmp[NT_ICMP_INPUT];
    for (int i = 0; i < BURST && nt_ports_is_open(&s->ports, place); i++) {
        struct nt_port *port = &s->ports.items[place];
        uint32_t endpoint = port->endpoint;
        if (nt_udp_receive_error(&port->udp, &path, icmp) == NT_UDP_NOTHING)
            return;
        give(s, endpoint, &path, NT_IN_ICMP, icmp, sizeof icmp);
        drain(s, endpoint);
    }
}

static void take_datagrams(struct nt_sockets *s, uint32_t place)
{
    static const struct nt_why too_long = {NT_DISCARD_SIZE, "it is longer than a datagram can be over IPv4"};
    struct nt_path path;
    size_t len;
    for (int i = 0; i < BURST && nt_ports_is_open(&s->ports, place); i++) {
        struct nt_port *port = &s->ports.items[place];
        uint32_t endpoint = port->endpoint;
        enum nt_udp_got got = nt_udp_receive(&port->udp, &path, s->in, sizeof s->in, &len);
        if (got == NT_UDP_NOTHING)
            return;
        if (got == NT_UDP_TOO_LONG)
            nt_trace_discard(&s->trace, &too_long, &path.remote, &path.local, nt_sockets_now(s));
        else
            give(s, endpoint, &path, NT_IN_DATAGRAM, s->in, len);
        drain(s, endpoint);
    }
}

/* A port that opens meanwhile has no events yet, and one that closes has none any more. */
static void take_ports(struct nt_sockets *s)
{
    for (uint32_t i = 0; i < s->ports.count; i++) {
        if ((s->ports.polled[NT_PORTS_BEFORE + i].revents & POLLERR) != 0)
            take_errors(s, i);
        if (s->ports.polled[NT_PORTS_BEFORE + i].revents != 0)
            take_datagrams(s, i);
    }
}

static void take_watched(struct nt_sockets *s)
{
    bool any = false;
    for (size_t i = 0; i < s->watched_count; i++)
        if (s->ports.polled[i].revents != 0) {
            s->watched[i].ready(s->watched[i].user, nt_sockets_now(s));
            any = true;
        }
    if (any)
        drain_all(s);
}

static void run_timers(struct nt_sockets *s)
{
    for (uint32_t i = 0; i < s->endpoint_count; i++) {
        const struct nt_endpoint *e = &s->endpoints[i];
        nt_time now = nt_sockets_now(s);
        if (e->ops->deadline(e->self) > now)
            continue;
        e->ops->timer(e->self, now);
        drain(s, i);
    }
}

static nt_time next_deadline(const struct nt_sockets *s)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < s->endpoint_count; i++)
        at = nt_time_min(at, s->endpoints[i].ops->deadline(s->endpoints[i].self));
    return at;
}

/* false: nothing can be read. */
static bool wait_until(struct nt_sockets *s, nt_time until)
{
    nt_time now = nt_sockets_now(s), left = until > now ? until - now : 0;
    struct timespec t = {.tv_sec = left / NT_SEC, .tv_nsec = left % NT_SEC};
    return ppoll(s->ports.polled, NT_PORTS_BEFORE + s->ports.count, until != NT_TIME_NEVER ? &t : NULL, NULL) > 0;
}

void nt_sockets_turn(struct nt_sockets *s, nt_time until)
{
    drain_all(s);
    if (wait_until(s, nt_time_min(until, next_deadline(s)))) {
        take_watched(s);
        take_ports(s);
    }
    run_timers(s);
}

/* --- the owner's --- */

uint32_t nt_sockets_run_endpoint(struct nt_sockets *s, struct nt_endpoint e)
{
    if (s->endpoint_count == NT_SOCKETS_ENDPOINTS_MAX)
        return NT_SOCKETS_NONE;
    s->endpoints[s->endpoint_count] = e;
    return (uint32_t)s->endpoint_count++;
}

struct announced {
    struct nt_sockets *sockets;
    uint32_t endpoint;
};

static void announce_address(void *user, const struct nt_addr *addr)
{
    const struct announced *a = user;
    struct nt_path path = {.transport = NT_UDP, .local = *addr};
    give(a->sockets, a->endpoint, &path, NT_IN_IF_UP, NULL, 0);
}

int nt_sockets_announce(struct nt_sockets *s, uint32_t endpoint)
{
    return nt_interfaces_each(announce_address, &(struct announced){s, endpoint});
}

int nt_sockets_watch(struct nt_sockets *s, int fd, void (*ready)(void *user, nt_time now), void *user)
{
    if (s->watched_count == NT_SOCKETS_WATCHED_MAX)
        return NT_ELIMIT;
    s->ports.polled[s->watched_count] = (struct pollfd){.fd = fd, .events = POLLIN};
    s->watched[s->watched_count++] = (struct watched){ready, user};
    return NT_OK;
}
