#include "natsim/gateway/neighbors.h"

#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/send.h"

#include <stdlib.h>
#include <string.h>

/* RFC 4861, 10: MAX_MULTICAST_SOLICIT, RETRANS_TIMER; Linux asks by ARP as often (mcast_solicit, retrans_time_ms). */
enum { REQUESTS_MAX = 3 };
#define REQUEST_INTERVAL NT_SEC

struct waiting {
    struct nt_packet *packet, *error;
};

struct neighbor {
    struct nt_addr addr;
    uint32_t port, requests;
    nt_time next; /* request, or the end */
    struct waiting waiting[NT_NEIGHBOR_PACKETS_MAX];
    size_t count;
};

struct nt_neighbors {
    struct neighbor items[NT_NEIGHBORS_MAX]; /* oldest first */
    size_t count;
};

struct nt_neighbors *nt_neighbors_new(void)
{
    return calloc(1, sizeof(struct nt_neighbors));
}

void nt_neighbors_del(struct nt_neighbors *n)
{
    free(n);
}

static void drop_waiting(struct nt_gateway *g, const struct neighbor *x, const struct waiting *w, enum nt_drop why, nt_time now)
{
    nt_fabric_consumed(g->fabric, w->error);
    nt_fabric_drop_held(g->fabric, g->node, w->packet, why, &w->packet->src, &x->addr, now);
}

static struct neighbor *find_neighbor(struct nt_neighbors *n, uint32_t port, const struct nt_addr *a)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->items[i].port == port && nt_addr_same_ip(&n->items[i].addr, a))
            return &n->items[i];
    return NULL;
}

/* NULL: too many are looked for. */
static struct neighbor *ask_for_neighbor(struct nt_neighbors *n, uint32_t port, const struct nt_addr *a, nt_time now)
{
    if (n->count == NT_NEIGHBORS_MAX)
        return NULL;
    struct neighbor *x = &n->items[n->count++];
    *x = (struct neighbor){.addr = *a, .port = port, .requests = 1, .next = now + REQUEST_INTERVAL};
    return x;
}

static void make_room(struct nt_gateway *g, struct neighbor *x, nt_time now)
{
    if (x->count < NT_NEIGHBOR_PACKETS_MAX)
        return;
    drop_waiting(g, x, &x->waiting[0], NT_DROP_QUEUE, now);
    memmove(x->waiting, x->waiting + 1, --x->count * sizeof *x->waiting);
}

void nt_neighbors_wait(struct nt_gateway *g, const struct nt_route *r, struct nt_packet *p, struct nt_packet *error, nt_time now)
{
    struct nt_addr hop = nt_addr_with_port(nt_addr_is_set(&r->via) ? &r->via : &p->dst, 0);
    struct nt_neighbors *n = g->neighbors;
    struct neighbor *x = find_neighbor(n, r->port, &hop);
    if (x == NULL)
        x = ask_for_neighbor(n, r->port, &hop, now);
    if (x == NULL) {
        nt_fabric_consumed(g->fabric, error);
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_QUEUE, &p->src, &hop, now);
        return;
    }
    make_room(g, x, now);
    x->waiting[x->count++] = (struct waiting){p, error};
}

static void send_waiting(struct nt_gateway *g, const struct neighbor *x, nt_time now)
{
    for (size_t i = 0; i < x->count; i++) {
        nt_fabric_consumed(g->fabric, x->waiting[i].error);
        nt_gateway_send_to(g, x->port, &x->addr, x->waiting[i].packet, now);
    }
}

static void give_up(struct nt_gateway *g, const struct neighbor *x, nt_time now)
{
    for (size_t i = 0; i < x->count; i++) {
        struct nt_packet *p = x->waiting[i].packet, *error = nt_icmp_error_within_rate(g, x->waiting[i].error, now);
        nt_fabric_drop_held(g->fabric, g->node, p, nt_drop_answered(NT_DROP_NO_HOST, error != NULL), &p->src, &x->addr, now);
        if (error != NULL)
            nt_gateway_send(g, error, now);
    }
}

/* True: it is found, or given up. */
static bool ask_again(struct nt_gateway *g, struct neighbor *x, nt_time now)
{
    bool found = nt_fabric_has_neighbor(g->fabric, g->node, x->port, &x->addr);
    if (found)
        send_waiting(g, x, now);
    else if (x->requests == REQUESTS_MAX)
        give_up(g, x, now);
    else {
        x->requests++;
        x->next += REQUEST_INTERVAL;
        return false;
    }
    return true;
}

void nt_neighbors_run(struct nt_gateway *g, nt_time now)
{
    struct nt_neighbors *n = g->neighbors;
    size_t kept = 0;
    if (nt_neighbors_deadline(n) > now)
        return;
    for (size_t i = 0; i < n->count; i++) {
        struct neighbor *x = &n->items[i];
        if (x->next > now || !ask_again(g, x, now))
            n->items[kept++] = *x;
    }
    n->count = kept;
}

nt_time nt_neighbors_deadline(const struct nt_neighbors *n)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < n->count; i++)
        at = nt_time_min(at, n->items[i].next);
    return at;
}

void nt_neighbors_forget(struct nt_gateway *g, nt_time now)
{
    struct nt_neighbors *n = g->neighbors;
    for (size_t i = 0; i < n->count; i++)
        for (size_t k = 0; k < n->items[i].count; k++)
            drop_waiting(g, &n->items[i], &n->items[i].waiting[k], NT_DROP_NO_HOST, now);
    n->count = 0;
}
