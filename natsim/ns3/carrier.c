/* The ns-3 carrier: the fabric's packets as frames of ns-3's devices. A packet in flight is kept here, its bytes travel in ns-3. */
#include "natsim/fabric/carrier.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/ns3/air.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHTS_MAX 16000000
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define RUN_BITS 51 /* of ns-3's run number */

struct flight {
    struct nt_packet *packet; /* NULL: free */
    uint32_t to, turn;        /* turn: how often the slot was used before */
    uint32_t next_free;
    bool departed; /* its last bit is on the way: at once on a network that the fabric queues for, never told on Wi-Fi */
};

struct carrier {
    struct nt_carrier_events events;
    struct nt_air air;
    struct flight *flights;
    size_t flight_count, flight_cap;
    uint32_t free; /* NT_FABRIC_NONE: none */
};

static uint64_t cookie_of(const struct carrier *c, uint32_t slot)
{
    return (uint64_t)c->flights[slot].turn << 32 | slot;
}

static int begin_flight(struct carrier *c, uint32_t to, struct nt_packet *p, bool departed, uint32_t *slot)
{
    *slot = c->free;
    if (*slot == NT_FABRIC_NONE) {
        int r = nt_grow(&c->flights, &c->flight_cap, c->flight_count + 1, sizeof *c->flights, FLIGHTS_MAX);
        if (r != NT_OK)
            return r;
        *slot = (uint32_t)c->flight_count++;
        c->flights[*slot] = (struct flight){.next_free = NT_FABRIC_NONE};
    }
    struct flight *f = c->flights + *slot;
    c->free = f->next_free;
    f->packet = p;
    f->to = to;
    f->departed = departed;
    return NT_OK;
}

/* NULL: it has ended. */
static struct flight *find_flight(struct carrier *c, uint64_t cookie)
{
    uint32_t slot = (uint32_t)cookie;
    bool lasts = slot < c->flight_count && c->flights[slot].packet != NULL && cookie_of(c, slot) == cookie;
    return lasts ? c->flights + slot : NULL;
}

/* Ends the flight; its packet is NULL when it had ended before (Wi-Fi: the packet arrived, but every acknowledgement was lost; or
 * its sender's link went down). */
static struct flight end_flight(struct carrier *c, uint64_t cookie)
{
    const struct flight *flight = find_flight(c, cookie);
    if (flight == NULL)
        return (struct flight){0};
    struct flight ended = *flight;
    uint32_t slot = (uint32_t)cookie;
    c->flights[slot].packet = NULL;
    c->flights[slot].turn++;
    c->flights[slot].next_free = c->free;
    c->free = slot;
    return ended;
}

static void frame_received(void *user, uint32_t device, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie)
{
    struct carrier *c = user;
    struct flight f = end_flight(c, cookie);
    (void)device, (void)protocol;
    if (f.packet == NULL)
        return;
    if (len < f.packet->len) { /* CSMA pads: the frame may be longer */
        c->events.lost(c->events.user, f.packet, NT_DROP_MALFORMED, ns3c_now(c->air.ns3));
        return;
    }
    memcpy(f.packet->data, bytes, f.packet->len);
    c->events.arrived(c->events.user, f.to, f.packet, ns3c_now(c->air.ns3));
}

/* What the fabric cuts goes on in ns-3, and nobody waits for it. */
static void frame_departed(void *user, uint32_t device, uint64_t cookie)
{
    struct carrier *c = user;
    struct flight *flight = find_flight(c, cookie);
    nt_time now = ns3c_now(c->air.ns3);
    (void)device;
    if (flight == NULL || flight->departed)
        return;
    enum nt_drop reason = c->events.departs(c->events.user, flight->to, flight->packet, now);
    flight->departed = reason == NT_DROP_NONE;
    if (reason != NT_DROP_NONE)
        c->events.lost(c->events.user, end_flight(c, cookie).packet, reason, now);
}

static void frame_lost(void *user, uint32_t device, uint64_t cookie, enum ns3c_loss_reason why)
{
    static const enum nt_drop reasons[] = {[NS3C_LOST_QUEUE] = NT_DROP_QUEUE,
                                           [NS3C_LOST_CHANNEL] = NT_DROP_LOSS,
                                           [NS3C_LOST_RETRIES] = NT_DROP_RETRIES,
                                           [NS3C_LOST_EXPIRED] = NT_DROP_EXPIRED};
    struct carrier *c = user;
    struct flight f = end_flight(c, cookie);
    (void)device;
    if (f.packet != NULL)
        c->events.lost(c->events.user, f.packet, reasons[why], ns3c_now(c->air.ns3));
}

static void carrier_del(void *self)
{
    struct carrier *c = self;
    ns3c_del(c->air.ns3);
    nt_air_free(&c->air);
    free(c->flights);
    free(c);
}

static void *carrier_new(const struct nt_carrier_events *events, uint64_t seed)
{
    struct carrier *c = calloc(1, sizeof *c);
    struct ns3c_events ours = {.user = c, .departed = frame_departed, .received = frame_received, .lost = frame_lost};
    if (c == NULL)
        return NULL;
    *c = (struct carrier){.events = *events, .air = {.seed = seed}, .free = NT_FABRIC_NONE};
    nt_map_init(&c->air.lines, 2 * sizeof(uint32_t));
    c->air.ns3 = ns3c_new(1 + (uint32_t)(seed >> RUN_BITS), seed & ((UINT64_C(1) << RUN_BITS) - 1), &ours);
    if (c->air.ns3 == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

static int carrier_network(void *self, uint32_t network, const struct nt_network_config *config)
{
    return nt_air_add_network(&((struct carrier *)self)->air, network, config);
}

static int carrier_attach(void *self, uint32_t attachment, uint32_t network, const char *label)
{
    return nt_air_add_station(&((struct carrier *)self)->air, attachment, network, label);
}

static int carrier_place(void *self, uint32_t attachment, const struct nt_waypoint *points, size_t count)
{
    return nt_air_place(&((struct carrier *)self)->air, attachment, points, count);
}

/* At the first packet, or when the run begins. */
static void begin(struct carrier *c)
{
    if (nt_air_begin(&c->air) != NT_OK)
        c->events.failed(c->events.user);
}

static void carrier_send(void *self, uint32_t network, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter)
{
    struct carrier *c = self;
    uint32_t out, in, slot;
    enum nt_medium medium = c->air.networks[network].config.medium;
    enum nt_drop reason = medium == NT_MEDIUM_WIFI ? c->events.departs(c->events.user, to, p, now) : NT_DROP_NONE;
    if (reason != NT_DROP_NONE) {
        c->events.lost(c->events.user, p, reason, now);
        return;
    }
    begin(c);
    if (now > ns3c_now(c->air.ns3))
        ns3c_advance(c->air.ns3, now);
    if (nt_air_devices(&c->air, network, from, to, &out, &in) != NT_OK ||
        begin_flight(c, to, p, medium == NT_MEDIUM_SWITCH, &slot) != NT_OK) {
        c->events.failed(c->events.user);
        c->events.lost(c->events.user, p, NT_DROP_QUEUE, now);
        return;
    }
    uint64_t cookie = cookie_of(c, slot);
    uint16_t protocol = p->family == NT_AF_IPV6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
    if (ns3c_send(c->air.ns3, out, in, p->data, p->len, protocol, cookie, enter) < 0)
        frame_lost(c, out, cookie, NS3C_LOST_QUEUE);
}

/* What the devices have queued is forgotten there, and told here. A frame on the air, or half on the wire, still takes its time. */
static void carrier_down(void *self, uint32_t from, nt_time now)
{
    struct carrier *c = self;
    nt_air_flush(&c->air, from);
    for (uint32_t slot = 0; slot < c->flight_count; slot++) {
        const struct flight *flight = c->flights + slot;
        if (flight->packet != NULL && flight->packet->from == from && !flight->departed)
            c->events.lost(c->events.user, end_flight(c, cookie_of(c, slot)).packet, NT_DROP_DOWN, now);
    }
}

static nt_time carrier_next(void *self)
{
    struct carrier *c = self;
    begin(c);
    return ns3c_next(c->air.ns3);
}

static void carrier_run(void *self, nt_time at)
{
    ns3c_run(((struct carrier *)self)->air.ns3, at);
}

static const struct nt_carrier_ops ops = {.name = "ns3",
                                          .new = carrier_new,
                                          .network = carrier_network,
                                          .attach = carrier_attach,
                                          .place = carrier_place,
                                          .send = carrier_send,
                                          .down = carrier_down,
                                          .next = carrier_next,
                                          .run = carrier_run,
                                          .del = carrier_del};

extern const struct nt_carrier_module nt_carrier_module;
__attribute__((visibility("default"))) const struct nt_carrier_module nt_carrier_module = {
    .abi = NT_CARRIER_ABI, .version = NATSIM_VERSION, .library = NATSIM_NS3_LIBRARY, .ops = &ops};
