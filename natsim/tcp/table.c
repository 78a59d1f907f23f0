#include "natsim/tcp/table.h"
#include "core/base/err.h"
#include "natsim/tcp/timers.h"

#include <stdlib.h>

struct tuple {
    struct nt_addr local, remote;
};

void nt_tcp_table_init(struct nt_tcp *t)
{
    nt_map_init(&t->by_tuple, sizeof(struct tuple));
    nt_map_init(&t->by_name, sizeof(struct nt_tcp_name));
    t->free = NT_MAP_NONE;
    for (int i = 0; i < 2; i++)
        t->first[i] = t->last[i] = NT_MAP_NONE;
}

void nt_tcp_table_free(struct nt_tcp *t)
{
    for (size_t i = 0; i < t->connection_count; i++) {
        nt_tcp_sender_free(&t->connections[i].snd);
        nt_receiver_free(&t->connections[i].rcv);
    }
    free(t->connections);
    free(t->listeners);
    free(t->heap);
    nt_map_free(&t->by_tuple);
    nt_map_free(&t->by_name);
}

static int take_place(struct nt_tcp *t, uint32_t *index)
{
    if (t->free != NT_MAP_NONE) {
        *index = t->free;
        t->free = t->connections[*index].next[0];
        return NT_OK;
    }
    int r = nt_grow(&t->connections, &t->connection_cap, t->connection_count + 1, sizeof *t->connections, t->limits.connections);
    if (r == NT_OK)
        r = nt_timers_reserve(t, t->connection_count + 1);
    if (r == NT_OK)
        *index = (uint32_t)t->connection_count++;
    return r;
}

static void give_place_back(struct nt_tcp *t, uint32_t index)
{
    t->connections[index].used = false;
    t->connections[index].next[0] = t->free;
    t->free = index;
}

int nt_tcp_table_add(struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, uint32_t *index)
{
    struct tuple key = {*local, *remote};
    if (nt_map_get(&t->by_tuple, &key) != NT_MAP_NONE)
        return NT_EEXIST;
    int r = take_place(t, index);
    if (r != NT_OK)
        return r;
    t->connections[*index] = (struct nt_tcp_connection){
        .used = true, .local = *local, .remote = *remote, .listener = NT_MAP_NONE, .ends = NT_TIME_NEVER, .due = NT_TIME_NEVER};
    if ((r = nt_map_put(&t->by_tuple, &key, *index)) != NT_OK)
        give_place_back(t, *index);
    else
        t->live++;
    return r;
}

int nt_tcp_table_name(struct nt_tcp *t, uint32_t index, struct nt_tcp_name name)
{
    if (nt_map_get(&t->by_name, &name) != NT_MAP_NONE)
        return NT_EEXIST;
    t->connections[index].name = name;
    return nt_map_put(&t->by_name, &name, index);
}

struct nt_tcp_connection *nt_tcp_table_find(const struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote)
{
    struct tuple key = {*local, *remote};
    uint32_t i = nt_map_get(&t->by_tuple, &key);
    return i != NT_MAP_NONE ? &t->connections[i] : NULL;
}

struct nt_tcp_connection *nt_tcp_table_named(const struct nt_tcp *t, struct nt_tcp_name name)
{
    uint32_t i = nt_map_get(&t->by_name, &name);
    return i != NT_MAP_NONE ? &t->connections[i] : NULL;
}

void nt_tcp_table_release_tuple(struct nt_tcp *t, struct nt_tcp_connection *c)
{
    struct tuple key = {c->local, c->remote};
    if (nt_map_get(&t->by_tuple, &key) != nt_tcp_table_index(t, c))
        return;
    nt_map_remove(&t->by_tuple, &key);
    t->live--;
}

static void append(struct nt_tcp *t, enum nt_tcp_list list, struct nt_tcp_connection *c)
{
    uint32_t index = nt_tcp_table_index(t, c);
    if (c->listed[list])
        return;
    c->listed[list] = true;
    c->next[list] = NT_MAP_NONE;
    if (t->last[list] != NT_MAP_NONE)
        t->connections[t->last[list]].next[list] = index;
    else
        t->first[list] = index;
    t->last[list] = index;
}

void nt_tcp_table_touch(struct nt_tcp *t, struct nt_tcp_connection *c)
{
    if (c->state == NT_TCP_GONE)
        nt_tcp_table_release_tuple(t, c);
    append(t, NT_TCP_TO_TELL, c);
    append(t, NT_TCP_TO_SEND, c);
}

struct nt_tcp_connection *nt_tcp_table_first(const struct nt_tcp *t, enum nt_tcp_list list)
{
    return t->first[list] != NT_MAP_NONE ? &t->connections[t->first[list]] : NULL;
}

static void forget(struct nt_tcp *t, struct nt_tcp_connection *c)
{
    nt_timers_set(t, nt_tcp_table_index(t, c), NT_TIME_NEVER);
    nt_tcp_sender_free(&c->snd);
    nt_receiver_free(&c->rcv);
    if (nt_tcp_table_named(t, c->name) == c)
        nt_map_remove(&t->by_name, &c->name);
    give_place_back(t, nt_tcp_table_index(t, c));
}

void nt_tcp_table_shift(struct nt_tcp *t, enum nt_tcp_list list)
{
    struct nt_tcp_connection *c = nt_tcp_table_first(t, list);
    t->first[list] = c->next[list];
    if (t->first[list] == NT_MAP_NONE)
        t->last[list] = NT_MAP_NONE;
    c->listed[list] = false;
    if (c->state == NT_TCP_GONE && !c->listed[NT_TCP_TO_SEND] && !c->listed[NT_TCP_TO_TELL])
        forget(t, c);
}
