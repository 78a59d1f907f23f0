/* Networks and attachments: who answers for an address, and what a crossing does to a packet. */
#include "natsim/fabric_state.h"
#include "natsim/fragment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MTU_DEFAULT = 1500, MTU_MIN = 68 /* RFC 791, 3.2: every internet module must forward 68 octets */, QUEUE_DEFAULT = 100 };

static bool draws(const struct nt_network_config *c)
{
    return c->jitter > 0 || c->loss > 0 || c->duplicate > 0 || c->reorder > 0;
}

uint32_t nt_fabric_add_network(struct nt_fabric *f, const struct nt_network_config *config)
{
    struct nt_network n = {.config = *config};
    n.config.mtu = config->mtu != 0 ? config->mtu : MTU_DEFAULT;
    n.config.queue = config->queue != 0 ? config->queue : QUEUE_DEFAULT;
    if (n.config.mtu < MTU_MIN || config->delay < 0 || config->jitter < 0)
        return NT_FABRIC_NONE;
    if (nt_grow(&f->networks, &f->network_cap, f->network_count + 1, sizeof *f->networks, NT_NODES_MAX) != NT_OK ||
        (n.name = strdup(config->name)) == NULL)
        return NT_FABRIC_NONE;
    n.config.name = n.name;
    nt_map_init(&n.addresses, sizeof(struct nt_addr));
    nt_map_init(&n.pairs, 2 * sizeof(uint32_t));
    f->networks[f->network_count] = n;
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
        if (f->attachments[i].sender != NULL)
            free(f->attachments[i].sender->departures);
        free(f->attachments[i].sender);
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

/* The stream of draws has a label of its own, so that nobody else's sending changes it. */
static struct nt_sender *sender_new(struct nt_fabric *f, uint32_t node, uint32_t network, uint32_t port)
{
    const char *net = f->networks[network].name, *name = f->nodes[node].name;
    size_t size = strlen(net) + strlen(name) + sizeof "net//.4294967295";
    struct nt_sender *s = calloc(1, sizeof *s);
    char *label = malloc(size);
    if (s != NULL && label != NULL) {
        snprintf(label, size, "net/%s/%s.%u", net, name, (unsigned)port);
        nt_fabric_stream(f, label, &s->rand);
    } else {
        free(s);
        s = NULL;
    }
    free(label);
    return s;
}

uint32_t nt_fabric_attach(struct nt_fabric *f, uint32_t node, uint32_t network, const char *tap)
{
    struct nt_node *n = f->nodes + node;
    const struct nt_network_config *c = &f->networks[network].config;
    struct nt_attachment a = {.node = node, .port = (uint32_t)n->port_count, .network = network, .up = true};
    if (nt_grow(&f->attachments, &f->attachment_cap, f->attachment_count + 1, sizeof *f->attachments, NT_NODES_MAX) != NT_OK ||
        nt_grow(&n->ports, &n->port_cap, n->port_count + 1, sizeof *n->ports, NT_NODES_MAX) != NT_OK || (a.tap = strdup(tap)) == NULL)
        return NT_FABRIC_NONE;
    if ((draws(c) || c->rate > 0) && (a.sender = sender_new(f, node, network, a.port)) == NULL) {
        free(a.tap);
        return NT_FABRIC_NONE;
    }
    n->ports[n->port_count] = (uint32_t)f->attachment_count;
    f->attachments[f->attachment_count++] = a;
    return (uint32_t)n->port_count++;
}

struct nt_attachment *nt_fabric_attachment(const struct nt_fabric *f, uint32_t node, uint32_t port)
{
    if (node >= f->node_count || port >= f->nodes[node].port_count)
        return NULL;
    return f->attachments + f->nodes[node].ports[port];
}

int nt_fabric_add_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a)
{
    const struct nt_attachment *at = nt_fabric_attachment(f, node, port);
    struct nt_addr key = nt_addr_with_port(a, 0);
    if (at == NULL || !nt_addr_is_set(a))
        return NT_EINVAL;
    struct nt_map *m = &f->networks[at->network].addresses;
    uint32_t number = (uint32_t)(at - f->attachments), owner = nt_map_get(m, &key);
    if (owner == number)
        return NT_OK;
    return owner != NT_MAP_NONE ? NT_EEXIST : nt_map_put(m, &key, number);
}

int nt_fabric_remove_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a)
{
    const struct nt_attachment *at = nt_fabric_attachment(f, node, port);
    struct nt_addr key = nt_addr_with_port(a, 0);
    if (at == NULL)
        return NT_EINVAL;
    struct nt_map *m = &f->networks[at->network].addresses;
    if (nt_map_get(m, &key) != (uint32_t)(at - f->attachments))
        return NT_ENOENT;
    nt_map_remove(m, &key);
    return NT_OK;
}

uint32_t nt_fabric_port_network(const struct nt_fabric *f, uint32_t node, uint32_t port)
{
    const struct nt_attachment *at = nt_fabric_attachment(f, node, port);
    return at != NULL ? at->network : NT_FABRIC_NONE;
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

/* When a packet that comes now has left the attachment at the network's rate; false: the queue is full. `queue` packets may wait
 * behind the one that is being sent. */
static bool depart(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t len, nt_time now, nt_time *at)
{
    while (s->ring_count > 0 && s->departures[s->ring_first] <= now) {
        s->ring_first = (s->ring_first + 1) % s->ring_cap;
        s->ring_count--;
    }
    if (s->ring_count > c->queue)
        return false;
    if (s->ring_count == s->ring_cap) {
        size_t old = s->ring_cap;
        if (nt_grow(&s->departures, &s->ring_cap, s->ring_count + 1, sizeof *s->departures, (size_t)c->queue + 1) != NT_OK) {
            nt_fabric_out_of_memory(f);
            return false;
        }
        /* The part that had wrapped goes behind; doubling leaves room for it, a capped growth only when it is short. */
        size_t room = s->ring_cap - old, head = s->ring_first < room ? s->ring_first : room;
        memcpy(s->departures + old, s->departures, head * sizeof *s->departures);
        memmove(s->departures, s->departures + head, (s->ring_first - head) * sizeof *s->departures);
    }
    uint64_t bits = (uint64_t)len * 8 * NT_SEC; /* len < 2^17: below 2^50 */
    nt_time start = s->busy_until > now ? s->busy_until : now;
    *at = s->busy_until = nt_time_after(start, (nt_time)((bits + c->rate - 1) / c->rate));
    s->departures[(s->ring_first + s->ring_count++) % s->ring_cap] = *at;
    return true;
}

static bool chance(struct nt_sender *s, uint32_t part)
{
    return part > 0 && nt_rand_below(&s->rand, NT_CHANCE_ONE) < part;
}

/* Not before the packet that went before it from and to the same attachments. */
static nt_time in_order(struct nt_fabric *f, struct nt_network *n, uint32_t from, uint32_t to, nt_time at)
{
    uint32_t key[2] = {from, to}, i = nt_map_get(&n->pairs, key);
    if (i == NT_MAP_NONE) {
        i = (uint32_t)n->last_count;
        if (nt_grow(&n->last, &n->last_cap, n->last_count + 1, sizeof *n->last, NT_QUEUE_MAX) != NT_OK ||
            nt_map_put(&n->pairs, key, i) != NT_OK) {
            nt_fabric_out_of_memory(f);
            return at;
        }
        n->last_count++;
    }
    if (n->last[i] < at)
        n->last[i] = at;
    return n->last[i];
}

/* The draws of one crossing; all are made for each packet, so that one's outcome shifts no other's. */
static bool impair(struct nt_fabric *f, struct nt_network *n, struct nt_sender *s, uint32_t from, uint32_t to, struct nt_packet *p, nt_time at)
{
    const struct nt_network_config *c = &n->config;
    bool lost = chance(s, c->loss), twice = chance(s, c->duplicate), late = chance(s, c->reorder);
    if (c->jitter > 0)
        at = nt_time_after(at, (nt_time)nt_rand_below(&s->rand, (uint64_t)c->jitter + 1));
    if (lost)
        return false;
    if (late)
        at = nt_time_after(at, c->delay > NT_MSEC ? c->delay : NT_MSEC);
    else if (c->jitter > 0)
        at = in_order(f, n, from, to, at);
    struct nt_packet *copy = twice ? nt_fabric_copy(f, p) : NULL;
    nt_fabric_push(f, at, p, to, NT_DELIVER);
    if (copy != NULL)
        nt_fabric_push(f, at, copy, to, NT_DELIVER);
    return true;
}

/* Why the packet cannot cross, or NT_DROP_NONE: then it is on its way. */
static enum nt_drop cross(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *a = f->attachments + from;
    struct nt_network *n = f->networks + a->network;
    struct nt_addr key = nt_addr_with_port(next_hop, 0);
    nt_time at = now;
    if (!a->up)
        return NT_DROP_DOWN;
    if (p->len > n->config.mtu)
        return NT_DROP_MTU;
    uint32_t to = nt_map_get(&n->addresses, &key);
    if (to == NT_MAP_NONE)
        return NT_DROP_NO_HOST;
    if (!f->attachments[to].up)
        return NT_DROP_DOWN;
    if (p->origin == NT_PACKET_NEW)
        p->origin = a->node;
    if (f->partition_count > 0 && (nt_partition_parts(f, a->node, f->attachments[to].node, now) ||
                                   nt_partition_parts(f, p->origin, f->attachments[to].node, now)))
        return NT_DROP_PARTITION;
    if (n->config.rate > 0 && !depart(f, a->sender, &n->config, p->len, now, &at))
        return NT_DROP_QUEUE;
    at = nt_time_after(at, n->config.delay);
    if (!draws(&n->config)) {
        nt_fabric_push(f, at, p, to, NT_DELIVER);
        return NT_DROP_NONE;
    }
    return impair(f, n, a->sender, from, to, p, at) ? NT_DROP_NONE : NT_DROP_LOSS;
}

void nt_network_cross(struct nt_fabric *f, const struct nt_outgoing *out, nt_time now)
{
    const struct nt_network *n = f->networks + f->attachments[out->attachment].network;
    struct nt_packet *p = out->packet, *next;
    if (p->len > n->config.mtu && nt_fragment(f, &p, n->config.mtu) == NT_ENOMEM)
        nt_fabric_out_of_memory(f);
    for (; p != NULL; p = next) {
        next = p->next;
        nt_fabric_show(f, out->attachment, 2, p, now);
        enum nt_drop reason = cross(f, out->attachment, &out->b, p, now);
        if (reason != NT_DROP_NONE)
            nt_fabric_end_packet(f, out->attachment, p, reason, &p->src, reason == NT_DROP_NO_HOST ? &out->b : &p->dst, n->name, now);
    }
}
