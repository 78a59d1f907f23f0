/* Networks and attachments: who answers for an address, and what a crossing does to a packet. */
#include "natsim/fabric/fabric_state.h"
#include "natsim/packet/fragment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MTU_DEFAULT = 1500, MTU_MIN = 68 /* RFC 791, 3.2: every internet module must forward 68 octets */, QUEUE_DEFAULT = 100 };

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
    n.ours = config->medium == NT_MEDIUM_SWITCH || f->carrier == &nt_carrier_builtin;
    if (f->carrier->network != NULL && f->carrier->network(f->carried, (uint32_t)f->network_count, &n.config) != NT_OK) {
        free(n.name);
        return NT_FABRIC_NONE;
    }
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

/* An attachment's label for ever: its stream of draws hangs on it, so that nobody else's sending changes it. The caller frees. */
static char *label_of(const struct nt_fabric *f, uint32_t node, uint32_t network, uint32_t port)
{
    const char *net = f->networks[network].name, *name = f->nodes[node].name;
    size_t size = strlen(net) + strlen(name) + sizeof "net//.4294967295";
    char *label = malloc(size);
    if (label != NULL)
        snprintf(label, size, "net/%s/%s.%u", net, name, (unsigned)port);
    return label;
}

static struct nt_sender *sender_new(const struct nt_fabric *f, const char *label)
{
    struct nt_sender *s = calloc(1, sizeof *s);
    if (s != NULL)
        nt_fabric_stream(f, label, &s->rand);
    return s;
}

/* What the attachment needs of its own: a sender where the network draws or has a rate, and its end of the carrier. */
static int equip(struct nt_fabric *f, struct nt_attachment *a)
{
    const struct nt_network *n = f->networks + a->network;
    bool sends = n->ours && (nt_impairs(&n->config) || n->config.rate > 0);
    if (!sends && f->carrier->attach == NULL)
        return NT_OK;
    char *label = label_of(f, a->node, a->network, a->port);
    int r = label != NULL ? NT_OK : NT_ENOMEM;
    if (r == NT_OK && sends && (a->sender = sender_new(f, label)) == NULL)
        r = NT_ENOMEM;
    if (r == NT_OK && f->carrier->attach != NULL)
        r = f->carrier->attach(f->carried, (uint32_t)f->attachment_count, a->network, label);
    free(label);
    return r;
}

uint32_t nt_fabric_attach(struct nt_fabric *f, uint32_t node, uint32_t network, const char *tap)
{
    struct nt_node *n = f->nodes + node;
    struct nt_attachment a = {.node = node, .port = (uint32_t)n->port_count, .network = network, .up = true};
    if (nt_grow(&f->attachments, &f->attachment_cap, f->attachment_count + 1, sizeof *f->attachments, NT_NODES_MAX) != NT_OK ||
        nt_grow(&n->ports, &n->port_cap, n->port_count + 1, sizeof *n->ports, NT_NODES_MAX) != NT_OK || (a.tap = strdup(tap)) == NULL)
        return NT_FABRIC_NONE;
    if (equip(f, &a) != NT_OK) {
        free(a.sender);
        free(a.tap);
        return NT_FABRIC_NONE;
    }
    n->ports[n->port_count] = (uint32_t)f->attachment_count;
    f->attachments[f->attachment_count++] = a;
    return (uint32_t)n->port_count++;
}

int nt_fabric_place(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_waypoint *points, size_t count)
{
    const struct nt_attachment *at = nt_fabric_attachment(f, node, port);
    if (at == NULL || count == 0 || count > NT_WAYPOINTS_MAX)
        return NT_EINVAL;
    if (f->carrier->place == NULL)
        return NT_EUNSUPPORTED;
    return f->carrier->place(f->carried, (uint32_t)(at - f->attachments), points, count);
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

/* Why the packet cannot cross, or NT_DROP_NONE: then it is on its way. */
static enum nt_drop cross(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now)
{
    const struct nt_attachment *a = f->attachments + from;
    struct nt_network *n = f->networks + a->network;
    struct nt_addr key = nt_addr_with_port(next_hop, 0);
    nt_time enter = now;
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
    if (n->ours && n->config.rate > 0 && !nt_impair_depart(f, a->sender, &n->config, p->len, now, &enter))
        return NT_DROP_QUEUE;
    if (n->ours && nt_impairs(&n->config))
        return nt_impair_carry(f, from, to, p, now, enter) ? NT_DROP_NONE : NT_DROP_LOSS;
    f->carrier->send(f->carried, a->network, from, to, p, now, enter);
    return NT_DROP_NONE;
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
