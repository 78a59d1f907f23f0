/* The firewall's states: one per inside endpoint and the part of the remote endpoint that the filtering looks at. */
#include "natsim/gateway/firewall.h"

#include "core/base/err.h"
#include "natsim/nat/deadlines.h"
#include "natsim/nat/inside.h"
#include "natsim/nat/lifetime.h"
#include "natsim/packet/protocol.h"

#include <stdlib.h>

#define STATES_MAX 262144

struct state {
    struct nt_nat_key key;
    struct nt_life life;
    uint32_t deadline;
};

struct nt_firewall {
    struct nt_nat_policy policy;
    struct nt_slots states;
    struct nt_map by_key;
    struct nt_deadlines deadlines;
};

static void init_tables(struct nt_firewall *w)
{
    nt_slots_init(&w->states, sizeof(struct state), STATES_MAX);
    nt_map_init(&w->by_key, sizeof(struct nt_nat_key));
    nt_deadlines_init(&w->deadlines, STATES_MAX);
}

static void free_tables(struct nt_firewall *w)
{
    nt_slots_free(&w->states);
    nt_map_free(&w->by_key);
    nt_deadlines_free(&w->deadlines);
}

struct nt_firewall *nt_firewall_new(const struct nt_nat_policy *policy)
{
    struct nt_firewall *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->policy = *policy;
    init_tables(w);
    return w;
}

void nt_firewall_del(struct nt_firewall *w)
{
    if (w == NULL)
        return;
    free_tables(w);
    free(w);
}

static struct state *state_at(const struct nt_firewall *w, uint32_t i)
{
    return nt_slots_at(&w->states, i);
}

/* ICMP queries have an identifier, not a remote port. */
static struct nt_nat_key key_of(const struct nt_firewall *w, uint8_t proto, const struct nt_addr *internal,
                                const struct nt_addr *remote)
{
    struct nt_nat_key key = {.proto = proto, .a = *internal};
    enum nt_dependence filtering = proto == NT_PROTO_TCP ? w->policy.tcp.filtering : w->policy.filtering;
    if (filtering != NT_DEP_ENDPOINT_INDEPENDENT)
        key.b = nt_addr_with_port(remote, filtering == NT_DEP_ADDRESS || proto == NT_PROTO_ICMP6 ? 0 : remote->port);
    return key;
}

static int open_state(struct nt_firewall *w, const struct nt_nat_key *key, const struct nt_addr *remote, nt_time now)
{
    uint32_t index;
    int err = nt_slots_take(&w->states, &index);
    if (err != NT_OK)
        return err;
    struct state *s = state_at(w, index);
    s->key = *key;
    s->life = nt_life_start(&w->policy, key->proto, remote, now);
    if (w->policy.filter_lifetime != 0)
        s->life.expires = nt_time_after(now, w->policy.filter_lifetime);
    err = nt_deadlines_add(&w->deadlines, 0, index, s->life.expires, &s->deadline);
    if (err == NT_OK) {
        err = nt_map_put(&w->by_key, key, index);
        if (err != NT_OK)
            nt_deadlines_remove(&w->deadlines, s->deadline);
    }
    if (err != NT_OK)
        nt_slots_release(&w->states, index);
    return err;
}

static void refresh_state(struct nt_firewall *w, struct state *s, const struct nt_addr *remote, bool inbound, nt_time now)
{
    bool changed = nt_life_packet(&s->life, &w->policy, s->key.proto, remote, inbound, inbound, now);
    if (w->policy.filter_lifetime != 0) {
        /* RFC 4787, section 5: outbound packets open the filter. */
        if (inbound)
            return;
        s->life.expires = nt_time_after(now, w->policy.filter_lifetime);
        changed = true;
    }
    if (changed)
        nt_deadlines_move(&w->deadlines, s->deadline, s->life.expires);
}

int nt_firewall_out(struct nt_firewall *w, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote, nt_time now)
{
    nt_firewall_run(w, now);
    struct nt_nat_key key = key_of(w, proto, internal, remote);
    uint32_t index = nt_map_get(&w->by_key, &key);
    if (index == NT_MAP_NONE)
        return open_state(w, &key, remote, now);
    refresh_state(w, state_at(w, index), remote, false, now);
    return NT_OK;
}

bool nt_firewall_in(struct nt_firewall *w, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *internal, nt_time now)
{
    nt_firewall_run(w, now);
    struct nt_nat_key key = key_of(w, proto, internal, remote);
    uint32_t index = nt_map_get(&w->by_key, &key);
    if (index == NT_MAP_NONE)
        return false;
    refresh_state(w, state_at(w, index), remote, true, now);
    return true;
}

bool nt_firewall_error_in(struct nt_firewall *w, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote,
                          nt_time now)
{
    nt_firewall_run(w, now);
    struct nt_nat_key key = key_of(w, proto, internal, remote);
    return nt_map_get(&w->by_key, &key) != NT_MAP_NONE;
}

void nt_firewall_run(struct nt_firewall *w, nt_time now)
{
    uint32_t kind, index;
    nt_time at;
    while (nt_deadlines_due(&w->deadlines, now, &kind, &index, &at)) {
        nt_map_remove(&w->by_key, &state_at(w, index)->key);
        nt_slots_release(&w->states, index);
    }
}

nt_time nt_firewall_deadline(const struct nt_firewall *w)
{
    return nt_deadlines_next(&w->deadlines);
}

void nt_firewall_flush(struct nt_firewall *w)
{
    free_tables(w);
    init_tables(w);
}
