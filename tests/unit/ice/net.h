/* A small network for tests: agents, one STUN server and real TURN servers as endpoints, simple NATs, virtual time.
 *
 *   agent 10.x.0.2 --- [NAT x: 203.0.113.x] --- delay --- stun 203.0.113.100, turn 203.0.113.101
 */
#ifndef NET_H
#define NET_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/ice/ice.h"
#include "core/turn/turn.h"

#define NODES 6
#define WIRES 4096
#define LOG 8192
#define MAPS 256

enum nat_kind { NAT_NONE = 0, NAT_CONE /* EIM, APDF */, NAT_FULL /* EIM, EIF */, NAT_SYM /* APDM, APDF */ };

struct mapping {
    int used;
    uint16_t inside_port, outside_port;
    struct nt_addr remote; /* of symmetric ones */
    struct nt_addr allowed[64];
    int allowed_count;
};

struct node {
    struct nt_ice_agent *agent;
    struct nt_endpoint server; /* servers */
    struct nt_addr ip, also;   /* also: of another interface, if it is set */
    enum nat_kind nat;
    struct nt_addr outside;
    struct mapping maps[MAPS];
    int map_count;
    uint16_t next_port;
    struct nt_ice_event last;
    int data_count, selected_count;
    int lazy; /* leaves its events where they are */
    nt_time selected_at, completed_at;
    uint8_t last_data[64];
};

struct wire { /* a packet under way */
    nt_time at;
    uint64_t order;
    int to;
    struct nt_path path;
    size_t len;
    uint8_t *bytes;
};

struct sent { /* a packet as it left a node, before its NAT */
    nt_time at;
    int node;
    struct nt_path path;
    size_t len;
    uint8_t head[160];
};

struct net;
typedef int (*filter_fn)(struct net *n, int from, struct nt_path *path, uint8_t *bytes, size_t *len); /* 0: drop; else deliver */

struct net {
    struct node nodes[NODES];
    int count;
    struct wire wires[WIRES];
    int wire_count;
    uint64_t order;
    struct sent log[LOG];
    int log_count;
    nt_time now, delay;
    filter_fn filter;
    void *user;
    uint8_t buf[NT_DATAGRAM_MAX];
};

static inline void net_init(struct net *n, nt_time delay)
{
    memset(n, 0, sizeof *n);
    n->delay = delay;
}

static inline void net_free(struct net *n)
{
    for (int i = 0; i < n->wire_count; i++)
        free(n->wires[i].bytes);
    for (int i = 0; i < n->count; i++)
        nt_ice_agent_del(n->nodes[i].agent);
}

/* Outbound through the node's NAT. */
static inline void translate(struct node *d, struct nt_path *path)
{
    if (d->nat == NAT_NONE)
        return;
    struct mapping *m = NULL;
    for (int i = 0; i < d->map_count && m == NULL; i++)
        if (d->maps[i].inside_port == path->local.port && (d->nat != NAT_SYM || nt_addr_equal(&d->maps[i].remote, &path->remote)))
            m = &d->maps[i];
    if (m == NULL) {
        assert_true(d->map_count < MAPS);
        m = &d->maps[d->map_count++];
        *m = (struct mapping){
            .used = 1, .inside_port = path->local.port, .outside_port = (uint16_t)(40000 + d->next_port++), .remote = path->remote};
    }
    int known = 0;
    for (int i = 0; i < m->allowed_count; i++)
        known |= nt_addr_equal(&m->allowed[i], &path->remote);
    if (!known && m->allowed_count < 64)
        m->allowed[m->allowed_count++] = path->remote;
    path->local = nt_addr_with_port(&d->outside, m->outside_port);
}

/* Inbound: rewrites the destination; 0: filtered. */
static inline int let_in(struct node *d, struct nt_addr *to, const struct nt_addr *from)
{
    if (d->nat == NAT_NONE)
        return 1;
    for (int i = 0; i < d->map_count; i++) {
        struct mapping *m = &d->maps[i];
        if (m->outside_port != to->port)
            continue;
        int ok = d->nat == NAT_FULL;
        for (int k = 0; k < m->allowed_count; k++)
            ok |= nt_addr_equal(&m->allowed[k], from);
        if (ok) {
            *to = nt_addr_with_port(&d->ip, m->inside_port);
            return 1;
        }
    }
    return 0;
}

static inline int node_of(struct net *n, const struct nt_addr *to)
{
    for (int i = 0; i < n->count; i++) {
        struct node *d = &n->nodes[i];
        struct nt_addr second = nt_addr_plus(&d->ip, 100); /* a server's relayed addresses */
        if (nt_addr_same_ip(d->nat == NAT_NONE ? &d->ip : &d->outside, to) ||
            (nt_addr_is_set(&d->also) && nt_addr_same_ip(&d->also, to)) || (d->server.ops != NULL && nt_addr_same_ip(&second, to)))
            return i;
    }
    return -1;
}

static inline void put(struct net *n, int to, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time at)
{
    assert_true(n->wire_count < WIRES);
    struct wire *w = &n->wires[n->wire_count++];
    *w = (struct wire){.at = at, .order = n->order++, .to = to, .path = *path, .len = len, .bytes = malloc(len + 1)};
    memcpy(w->bytes, bytes, len);
}

static inline size_t node_output(struct net *n, int i, struct nt_path *path)
{
    struct node *d = &n->nodes[i];
    memset(path, 0, sizeof *path);
    return d->agent != NULL ? nt_ice_output(d->agent, path, n->buf, sizeof n->buf, n->now)
                            : d->server.ops->output(d->server.self, path, n->buf, sizeof n->buf, n->now);
}

static inline void events_of(struct net *n, int i)
{
    struct node *d = &n->nodes[i];
    struct nt_ice_event ev;
    while (d->agent != NULL && !d->lazy && nt_ice_event(d->agent, &ev) == 1) {
        d->last = ev;
        if (ev.kind == NT_ICE_EV_DATA) {
            d->data_count++;
            memcpy(d->last_data, ev.bytes, ev.len < sizeof d->last_data ? ev.len : sizeof d->last_data);
        }
        if (ev.kind == NT_ICE_EV_SELECTED) {
            d->selected_count++;
            d->selected_at = n->now;
        }
        if (ev.kind == NT_ICE_EV_STATE && ev.state == NT_ICE_COMPLETED)
            d->completed_at = n->now;
    }
}

static inline void drain(struct net *n, int i)
{
    struct node *d = &n->nodes[i];
    struct nt_request req;
    struct nt_path path;
    size_t len;
    while ((d->agent != NULL ? nt_ice_request(d->agent, &req) : d->server.ops->request(d->server.self, &req)) == 1) {
        if (req.kind != NT_REQ_BIND)
            continue;
        struct nt_path granted = req.path;
        if (granted.local.port == 0)
            granted.local.port = (uint16_t)(50000 + d->next_port++);
        if (d->agent != NULL)
            nt_ice_input(d->agent, &granted, NT_IN_CONNECTED, NULL, 0, n->now);
        else
            d->server.ops->input(d->server.self, &granted, NT_IN_CONNECTED, NULL, 0, n->now);
    }
    while ((len = node_output(n, i, &path)) > 0) {
        assert_true(n->log_count < LOG);
        struct sent *s = &n->log[n->log_count++];
        *s = (struct sent){.at = n->now, .node = i, .path = path, .len = len};
        memcpy(s->head, n->buf, len < sizeof s->head ? len : sizeof s->head);
        if (n->filter != NULL && n->filter(n, i, &path, n->buf, &len) == 0)
            continue;
        translate(d, &path);
        int to = node_of(n, &path.remote);
        struct nt_path in = {.transport = NT_UDP, .local = path.remote, .remote = path.local};
        if (to >= 0)
            put(n, to, &in, n->buf, len, n->now + n->delay);
    }
    events_of(n, i);
}

static inline nt_time deadline_of(struct net *n, int i)
{
    struct node *d = &n->nodes[i];
    return d->agent != NULL ? nt_ice_deadline(d->agent) : d->server.ops->deadline(d->server.self);
}

static inline void input(struct net *n, int i, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    struct node *d = &n->nodes[i];
    if (d->agent != NULL)
        nt_ice_input(d->agent, path, NT_IN_DATAGRAM, bytes, len, n->now);
    else
        d->server.ops->input(d->server.self, path, NT_IN_DATAGRAM, bytes, len, n->now);
    events_of(n, i);
    drain(n, i);
}

/* One step: what is due first, if not after `until`. */
static inline int step(struct net *n, nt_time until)
{
    nt_time at = NT_TIME_NEVER;
    int wire = -1, timer = -1;
    for (int i = 0; i < n->wire_count; i++)
        if (n->wires[i].at < at || (wire >= 0 && n->wires[i].at == at && n->wires[i].order < n->wires[wire].order)) {
            at = n->wires[i].at;
            wire = i;
        }
    for (int i = 0; i < n->count; i++)
        if (deadline_of(n, i) < at) {
            at = deadline_of(n, i);
            timer = i;
        }
    if (at == NT_TIME_NEVER || at > until) {
        n->now = until;
        return 0;
    }
    n->now = at > n->now ? at : n->now;
    if (timer >= 0) {
        struct node *d = &n->nodes[timer];
        if (d->agent != NULL)
            nt_ice_timer(d->agent, n->now);
        else
            d->server.ops->timer(d->server.self, n->now);
        drain(n, timer);
        assert_true(deadline_of(n, timer) > n->now); /* Law 1: no livelock */
        return 1;
    }
    struct wire w = n->wires[wire];
    n->wires[wire] = n->wires[--n->wire_count];
    struct nt_path path = w.path;
    if (let_in(&n->nodes[w.to], &path.local, &path.remote))
        input(n, w.to, &path, w.bytes, w.len);
    free(w.bytes);
    return 1;
}

static inline void run(struct net *n, nt_time until)
{
    while (step(n, until))
        ;
}

/* --- setting up --- */
static inline struct nt_ice_config config_of(enum nt_ice_role role, const char *label)
{
    struct nt_ice_config c = {.role = role};
    nt_rand_init(&c.rand, 7, label);
    return c;
}

static inline int add_agent(struct net *n, const struct nt_ice_config *c, const char *ip, enum nat_kind nat, const char *outside)
{
    int err = 0, i = n->count++;
    struct node *d = &n->nodes[i];
    d->ip = addr(ip);
    d->nat = nat;
    if (nat != NAT_NONE)
        d->outside = addr(outside);
    d->agent = nt_ice_agent_new(c, &err);
    assert_int_equal(err, NT_OK);
    nt_ice_input(d->agent, &(struct nt_path){.local = d->ip}, NT_IN_IF_UP, NULL, 0, n->now);
    return i;
}

static inline int add_server(struct net *n, struct nt_endpoint e, const char *ip)
{
    int i = n->count++;
    n->nodes[i].ip = addr(ip);
    n->nodes[i].server = e;
    drain(n, i);
    return i;
}

static inline void gather(struct net *n, int i)
{
    assert_int_equal(nt_ice_gather(n->nodes[i].agent, n->now), NT_OK);
    drain(n, i);
}

/* Gives `to` the description of `from`. */
static inline int tell(struct net *n, int from, int to)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(n->nodes[from].agent, false, &d), NT_OK);
    int r = nt_ice_set_remote(n->nodes[to].agent, &d, n->now);
    nt_ice_description_free(&d);
    drain(n, to);
    return r;
}

static inline nt_time ms(nt_time t)
{
    return t / NT_MSEC;
}

static inline int is_request(const struct sent *s)
{
    return s->len >= 20 && nt_load16(s->head) == 0x0001 && nt_load32(s->head + 4) == NT_STUN_COOKIE;
}

/* The first sends of each transaction of a node: how many; their smallest distance in *gap. */
static inline int first_sends(const struct net *n, int node, nt_time *gap)
{
    static uint8_t ids[LOG][12];
    int count = 0;
    nt_time last = -NT_SEC * 1000;
    *gap = NT_TIME_NEVER;
    for (int i = 0; i < n->log_count; i++) {
        const struct sent *s = &n->log[i];
        if (s->node != node || s->len < 20 || nt_load32(s->head + 4) != NT_STUN_COOKIE || (nt_load16(s->head) & 0x0110) != 0)
            continue;
        int known = 0;
        for (int k = 0; k < count && !known; k++)
            known = memcmp(ids[k], s->head + 8, 12) == 0;
        if (known)
            continue;
        memcpy(ids[count++], s->head + 8, 12);
        if (s->at - last < *gap)
            *gap = s->at - last;
        last = s->at;
    }
    return count;
}

#endif
