#include "natsim/host/secure_ends.h"
#include "core/base/err.h"
#include "core/tls/tls.h"

#include <stdlib.h>

#define ENDS_MAX (1U << 20) /* TCP holds fewer */

void nt_secure_ends_init(struct nt_secure_ends *t)
{
    nt_map_init(&t->by_name, sizeof(struct nt_tcp_name));
    t->last_ready = &t->first_ready;
    t->due = NT_TIME_NEVER;
}

static void end_del(struct nt_secure_end *e)
{
    nt_tls_del(e->tls);
    free(e->server);
    free(e);
}

void nt_secure_ends_free(struct nt_secure_ends *t)
{
    for (size_t i = 0; i < t->count; i++)
        end_del(t->slots[i]);
    free(t->slots);
    nt_map_free(&t->by_name);
}

struct nt_secure_end *nt_secure_ends_find(const struct nt_secure_ends *t, struct nt_tcp_name name)
{
    uint32_t i = nt_map_get(&t->by_name, &name);
    return i != NT_MAP_NONE ? t->slots[i] : NULL;
}

struct nt_secure_end *nt_secure_ends_add(struct nt_secure_ends *t, struct nt_tcp_name name)
{
    struct nt_secure_end *e = calloc(1, sizeof *e);
    if (e == NULL || nt_grow(&t->slots, &t->cap, t->count + 1, sizeof(struct nt_secure_end *), ENDS_MAX) != NT_OK ||
        nt_map_put(&t->by_name, &name, (uint32_t)t->count) != NT_OK) {
        free(e);
        return NULL;
    }
    e->name = name;
    e->due = NT_TIME_NEVER;
    t->slots[t->count++] = e;
    return e;
}

static void find_due(struct nt_secure_ends *t)
{
    t->due = NT_TIME_NEVER;
    for (size_t i = 0; i < t->count; i++)
        t->due = nt_time_min(t->due, t->slots[i]->due);
}

void nt_secure_ends_set_due(struct nt_secure_ends *t, struct nt_secure_end *e, nt_time at)
{
    bool first = e->due == t->due;
    e->due = at;
    if (at <= t->due)
        t->due = at;
    else if (first)
        find_due(t);
}

static void leave_ready(struct nt_secure_ends *t, const struct nt_secure_end *e)
{
    struct nt_secure_end **at = &t->first_ready;
    while (*at != e)
        at = &(*at)->next_ready;
    *at = e->next_ready;
    if (*at == NULL)
        t->last_ready = at;
}

void nt_secure_ends_remove(struct nt_secure_ends *t, struct nt_secure_end *e)
{
    uint32_t slot = nt_map_get(&t->by_name, &e->name);
    struct nt_secure_end *last = t->slots[--t->count];
    if (e->ready)
        leave_ready(t, e);
    t->slots[slot] = last;
    nt_map_put(&t->by_name, &last->name, slot); /* it is there: this needs no memory */
    nt_map_remove(&t->by_name, &e->name);
    if (e->due == t->due)
        find_due(t);
    end_del(e);
}

void nt_secure_ends_push(struct nt_secure_ends *t, struct nt_secure_end *e)
{
    if (e->ready)
        return;
    e->ready = true;
    e->next_ready = NULL;
    *t->last_ready = e;
    t->last_ready = &e->next_ready;
}

void nt_secure_ends_pop(struct nt_secure_ends *t)
{
    struct nt_secure_end *e = t->first_ready;
    leave_ready(t, e);
    e->ready = false;
}
