#include "natsim/fabric/network.h"
#include "core/base/err.h"
#include "natsim/fabric/carrier.h"
#include "natsim/fabric/fabric_state.h"
#include "natsim/fabric/fate.h"
#include "natsim/fabric/impair.h"
#include "natsim/fabric/partition.h"
#include "natsim/fabric/sender.h"
#include "natsim/packet/fragment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MTU_DEFAULT = 1500, MTU_MIN = 68 /* RFC 791, 3.2: every internet module must forward 68 octets */, QUEUE_DEFAULT = 100 };

uint32_t nt_fabric_add_network(struct nt_fabric *f, const struct nt_network_config *config)
{
    struct nt_network net = {.config = *config};
    net.config.mtu = config->mtu != 0 ? config->mtu : MTU_DEFAULT;
    net.config.queue = config->queue != 0 ? config->queue : QUEUE_DEFAULT;
    if (net.config.mtu < MTU_MIN || config->delay < 0 || config->jitter < 0)
        return NT_FABRIC_NONE;
    if (nt_grow(&f->networks, &f->network_cap, f->network_count + 1, sizeof *f->networks, NT_NODES_MAX) != NT_OK ||
        (net.name = strdup(config->name)) == NULL)
        return NT_FABRIC_NONE;
    net.config.name = net.name;
    net.impaired_here = config->medium == NT_MEDIUM_SWITCH || f->carrier == &nt_carrier_builtin;
    if (f->carrier->network != NULL && f->carrier->network(f->carried, (uint32_t)f->network_count, &net.config) != NT_OK) {
        free(net.name);
        return NT_FABRIC_NONE;
    }
    nt_map_init(&net.addresses, sizeof(struct nt_addr));
    nt_map_init(&net.pairs, 2 * sizeof(uint32_t));
    f->networks[f->network_count] = net;
    return (uint32_t)f->network_count++;
}

uint32_t nt_fabric_network_mtu(const struct nt_fabric *f, uint32_t network)
{
    return f->networks[network].config.mtu;
}

void nt_network_free(struct nt_fabric *f)
{
    for (size_t i = 0; i < f->attachment_count; i++) {
        free(f->attachments[i].tap);
        nt_sender_del(f->attachments[i].sender);
    }
    for (size_t i = 0; i < f->network_count; i++) {
        free(f->networks[i].name);
        free(f->networks[i].last);
        nt_map_free(&f->networks[i].addresses);
        nt_map_free(&f->networks[i].pairs);
    }
    free(f->attachments);
    free(f->networks);
}

/* The attachment's label, from which its random stream is derived, so that no other attachment's sending changes it. The caller
 * frees. */
static char *stream_label(const struct nt_fabric *f, const struct nt_attachment *link)
{
    const char *net = f->networks[link->network].name, *node = f->nodes[link->node].name;
    size_t size = strlen(net) + strlen(node) + sizeof "net//.4294967295/4294967295";
    char *label = malloc(size);
    if (label != NULL && link->moves == 0)
        snprintf(label, size, "net/%s/%s.%u", net, node, (unsigned)link->port);
    else if (label != NULL)
        snprintf(label, size, "net/%s/%s.%u/%u", net, node, (unsigned)link->port, (unsigned)link->moves);
    return label;
}

/* Gives the attachment a sender where the network draws or has a rate, and announces it to the carrier. */
static int equip_attachment(struct nt_fabric *f, struct nt_attachment *link)
{
    const struct nt_network *net = f->networks + link->network;
    bool sends = net->impaired_here && (nt_impair_draws(&net->config) || net->config.rate > 0);
    if (!sends && f->carrier->attach == NULL)
        return NT_OK;
    char *label = stream_label(f, link);
    int r = label != NULL ? NT_OK : NT_ENOMEM;
    if (r == NT_OK && sends && (link->sender = nt_sender_new(f->seed, label)) == NULL)
        r = NT_ENOMEM;
    if (r == NT_OK && f->carrier->attach != NULL)
        r = f->carrier->attach(f->carried, (uint32_t)f->attachment_count, link->network, label);
    free(label);
    return r;
}

uint32_t nt_fabric_attach(struct nt_fabric *f, uint32_t node, uint32_t network, const char *tap)
{
    struct nt_node *n = f->nodes + node;
    struct nt_attachment link = {.node = node, .port = (uint32_t)n->port_count, .network = network, .up = true};
    if (nt_grow(&f->attachments, &f->attachment_cap, f->attachment_count + 1, sizeof *f->attachments, NT_NODES_MAX) != NT_OK ||
        nt_grow(&n->ports, &n->port_cap, n->port_count + 1, sizeof *n->ports, NT_NODES_MAX) != NT_OK ||
        (link.tap = strdup(tap)) == NULL)
        return NT_FABRIC_NONE;
    if (equip_attachment(f, &link) != NT_OK) {
        nt_sender_del(link.sender);
        free(link.tap);
        return NT_FABRIC_NONE;
    }
    n->ports[n->port_count] = (uint32_t)f->attachment_count;
    f->attachments[f->attachment_count++] = link;
    return (uint32_t)n->port_count++;
}

int nt_fabric_join(struct nt_fabric *f, uint32_t node, uint32_t port, uint32_t network)
{
    struct nt_attachment *link = nt_network_attachment(f, node, port);
    if (link == NULL || !link->away || network >= f->network_count)
        return NT_EINVAL;
    if (f->carrier->attach != NULL)
        return NT_EUNSUPPORTED;
    if (link->moves == UINT16_MAX)
        return NT_ELIMIT;
    struct nt_attachment moved = *link;
    moved.network = network;
    moved.moves++;
    moved.sender = NULL;
    if (equip_attachment(f, &moved) != NT_OK)
        return NT_ENOMEM;
    nt_sender_del(link->sender);
    *link = moved;
    return NT_OK;
}

void nt_network_lose_arrivals(struct nt_fabric *f, uint32_t tap)
{
    for (size_t i = 0; i < f->attachment_count; i++)
        if (f->attachments[i].sender != NULL)
            nt_sender_lose_target(f->attachments[i].sender, tap);
    for (size_t i = 0; i < f->queue.count; i++) {
        struct nt_event *e = &f->queue.heap[i];
        if (nt_event_class_of(e) != NT_EV_DELIVERY || !nt_delivery_arrives(e->kind) || e->target != tap)
            continue;
        e->kind = NT_LOST;
        e->reason = NT_DROP_LEFT;
    }
}

int nt_fabric_place(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_waypoint *points, size_t count)
{
    const struct nt_attachment *link = nt_network_attachment(f, node, port);
    if (link == NULL || count == 0 || count > NT_WAYPOINTS_MAX)
        return NT_EINVAL;
    if (f->carrier->place == NULL)
        return NT_EUNSUPPORTED;
    return f->carrier->place(f->carried, (uint32_t)(link - f->attachments), points, count);
}

struct nt_attachment *nt_network_attachment(const struct nt_fabric *f, uint32_t node, uint32_t port)
{
    if (node >= f->node_count || port >= f->nodes[node].port_count)
        return NULL;
    return f->attachments + f->nodes[node].ports[port];
}

int nt_fabric_add_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a)
{
    const struct nt_attachment *link = nt_network_attachment(f, node, port);
    struct nt_addr key = nt_addr_with_port(a, 0);
    if (link == NULL || !nt_addr_is_set(a))
        return NT_EINVAL;
    struct nt_map *m = &f->networks[link->network].addresses;
    uint32_t number = (uint32_t)(link - f->attachments), owner = nt_map_get(m, &key);
    if (owner == number)
        return NT_OK;
    return owner != NT_MAP_NONE ? NT_EEXIST : nt_map_put(m, &key, number);
}

int nt_fabric_remove_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a)
{
    const struct nt_attachment *link = nt_network_attachment(f, node, port);
    struct nt_addr key = nt_addr_with_port(a, 0);
    if (link == NULL)
        return NT_EINVAL;
    struct nt_map *m = &f->networks[link->network].addresses;
    if (nt_map_get(m, &key) != (uint32_t)(link - f->attachments))
        return NT_ENOENT;
    nt_map_remove(m, &key);
    return NT_OK;
}

bool nt_fabric_has_neighbor(const struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a)
{
    const struct nt_attachment *link = nt_network_attachment(f, node, port);
    struct nt_addr key = nt_addr_with_port(a, 0);
    return link != NULL && nt_map_get(&f->networks[link->network].addresses, &key) != NT_MAP_NONE;
}

uint32_t nt_fabric_port_network(const struct nt_fabric *f, uint32_t node, uint32_t port)
{
    const struct nt_attachment *link = nt_network_attachment(f, node, port);
    return link != NULL ? link->network : NT_FABRIC_NONE;
}

const char *nt_fabric_port_tap(const struct nt_fabric *f, uint32_t node, uint32_t port)
{
    return nt_network_attachment(f, node, port)->tap;
}

const char *nt_fabric_network_name(const struct nt_fabric *f, uint32_t network)
{
    return f->networks[network].name;
}

uint32_t nt_fabric_tap_count(const struct nt_fabric *f)
{
    return (uint32_t)f->attachment_count;
}

const char *nt_fabric_tap_name(const struct nt_fabric *f, uint32_t tap)
{
    return f->attachments[tap].tap;
}

uint32_t nt_fabric_tap_node(const struct nt_fabric *f, uint32_t tap)
{
    return f->attachments[tap].node;
}

/* A partition lies before the packet: between the nodes of the two attachments, or between the packet's two ends. */
static bool is_parted(struct nt_fabric *f, uint32_t to, const struct nt_packet *p, nt_time now)
{
    uint32_t there = f->attachments[to].node;
    return nt_partition_separates(f, f->attachments[p->from].node, there, now) || nt_partition_separates(f, p->origin, there, now);
}

enum nt_drop nt_network_departure(struct nt_fabric *f, uint32_t to, const struct nt_packet *p, nt_time now)
{
    if (!f->attachments[p->from].up)
        return NT_DROP_DOWN;
    return f->partition_count > 0 && is_parted(f, to, p, now) ? NT_DROP_PARTITION : NT_DROP_NONE;
}

enum nt_drop nt_network_arrival(struct nt_fabric *f, uint32_t at, const struct nt_packet *p, nt_time now)
{
    if (!f->attachments[at].up)
        return NT_DROP_DOWN_THERE;
    return f->partition_count > 0 && is_parted(f, at, p, now) ? NT_DROP_PARTITION : NT_DROP_NONE;
}

void nt_network_lost(struct nt_fabric *f, struct nt_packet *p, enum nt_drop reason, nt_time now)
{
    const char *network = f->networks[f->attachments[p->from].network].name;
    nt_fate_drop(f, p, (struct nt_packet_fate){.tap = p->from, .shown = p->shown, .reason = (int)reason, .network = network}, now);
}

/* The packet leaves its sender: what happens on the way is decided now. */
static enum nt_drop depart(struct nt_fabric *f, uint32_t to, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *link = f->attachments + p->from;
    const struct nt_network *net = f->networks + link->network;
    if (net->impaired_here && f->partition_count > 0 && is_parted(f, to, p, now))
        return NT_DROP_PARTITION;
    if (net->impaired_here && nt_impair_draws(&net->config))
        return nt_impair_carry(f, to, p, now) ? NT_DROP_NONE : NT_DROP_LOSS;
    f->carrier->send(f->carried, link->network, p->from, to, p, now, now);
    return NT_DROP_NONE;
}

void nt_network_depart(struct nt_fabric *f, uint32_t from, nt_time now)
{
    struct nt_sender *s = f->attachments[from].sender; /* NULL: what was to depart was lost when the attachment moved */
    struct nt_waiting next;
    while (s != NULL && nt_sender_take_due(s, now, &next)) {
        enum nt_drop reason = next.to != NT_FABRIC_NONE ? depart(f, next.to, next.packet, next.departs) : NT_DROP_LEFT;
        if (reason != NT_DROP_NONE)
            nt_network_lost(f, next.packet, reason, next.departs);
    }
}

/* What departs at this instant makes room before the packet comes. */
static enum nt_drop join_queue(struct nt_fabric *f, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *link = f->attachments + from;
    nt_network_depart(f, from, now);
    return nt_sender_enter(f, link->sender, &f->networks[link->network].config, to, p, now) ? NT_DROP_NONE : NT_DROP_QUEUE;
}

/* What is decided when a packet comes to its sender. */
static enum nt_drop enter_network(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p,
                                  nt_time now)
{
    const struct nt_attachment *link = f->attachments + from;
    const struct nt_network *net = f->networks + link->network;
    struct nt_addr key = nt_addr_with_port(next_hop, 0);
    if (!link->up)
        return link->away ? NT_DROP_AWAY : NT_DROP_DOWN;
    if (p->len > net->config.mtu)
        return NT_DROP_MTU;
    uint32_t to = nt_map_get(&net->addresses, &key);
    if (to == NT_MAP_NONE)
        return NT_DROP_NO_HOST;
    p->from = from;
    if (p->origin == NT_PACKET_NEW)
        p->origin = link->node;
    return net->impaired_here && net->config.rate > 0 ? join_queue(f, from, to, p, now) : depart(f, to, p, now);
}

static void cross_whole(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now)
{
    nt_fate_show(f, from, NT_LEAVING, p, now);
    enum nt_drop reason = enter_network(f, from, next_hop, p, now);
    if (reason == NT_DROP_NONE)
        return;
    const struct nt_addr *about = reason == NT_DROP_NO_HOST ? next_hop : &p->dst;
    const char *network = f->networks[f->attachments[from].network].name;
    nt_fate_drop(f, p, (struct nt_packet_fate){.tap = from, .reason = (int)reason, .b = about, .network = network}, now);
}

void nt_network_cross(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now)
{
    uint32_t mtu = f->networks[f->attachments[from].network].config.mtu;
    if (p->len > mtu && nt_fragment(&f->pool, &p, mtu) == NT_ENOMEM)
        nt_fabric_out_of_memory(f);
    for (struct nt_packet *next; p != NULL; p = next) {
        next = p->next;
        cross_whole(f, from, next_hop, p, now);
    }
}

/* As Linux does: dev_deactivate_many() of net/sched/sch_generic.c, for a link that is set down or has lost its carrier, resets the
 * queue, and what comes later finds none. */
void nt_network_purge(struct nt_fabric *f, uint32_t from, nt_time now)
{
    struct nt_sender *s = f->attachments[from].sender;
    struct nt_waiting next;
    while (s != NULL && nt_sender_purge(s, &next))
        nt_network_lost(f, next.packet, NT_DROP_DOWN, now);
    if (f->carrier->down != NULL)
        f->carrier->down(f->carried, from, now);
}
