#include "core/turn/allocation.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ID 2 /* of port requests; the listening port has 1 */

void nt_turn_allocations_init(struct nt_turn_allocations *t)
{
    *t = (struct nt_turn_allocations){.first_free = NT_MAP_NONE};
    nt_map_init(&t->by_client, sizeof(struct nt_addr));
    nt_map_init(&t->by_relay, sizeof(struct nt_addr));
}

static void release_memory(struct nt_turn_allocation *a)
{
    nt_turn_permissions_free(&a->permissions);
    nt_turn_channels_free(&a->channels);
    free(a);
}

void nt_turn_allocations_free(struct nt_turn_allocations *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->slots[i].allocation != NULL)
            release_memory(t->slots[i].allocation);
    free(t->slots);
    nt_map_free(&t->by_client);
    nt_map_free(&t->by_relay);
    nt_turn_expiry_free(&t->expiry);
}

static int take_slot(struct nt_turn_allocations *t, struct nt_turn_allocation *a)
{
    if (t->first_free == NT_MAP_NONE) {
        int r = nt_grow(&t->slots, &t->cap, t->count + 1, sizeof *t->slots, NT_TURN_SLOTS_MAX);
        if (r != NT_OK)
            return r;
        t->slots[t->count].next_free = NT_MAP_NONE;
        t->first_free = (uint32_t)t->count++;
    }
    a->index = t->first_free;
    t->first_free = t->slots[a->index].next_free;
    t->slots[a->index].allocation = a;
    return NT_OK;
}

static void leave_slot(struct nt_turn_allocations *t, uint32_t index)
{
    t->slots[index] = (struct nt_turn_allocation_slot){.next_free = t->first_free};
    t->first_free = index;
}

struct nt_turn_allocation *nt_turn_allocation_new(struct nt_turn_allocations *t, const struct nt_addr *client)
{
    struct nt_turn_allocation *a = calloc(1, sizeof *a);
    if (a == NULL || take_slot(t, a) != NT_OK) {
        free(a);
        return NULL;
    }
    a->client = *client;
    nt_turn_permissions_init(&a->permissions);
    nt_turn_channels_init(&a->channels);
    for (int i = 0; i < NT_RELAYS; i++)
        a->relays[i].owner = a;
    if (nt_map_put(&t->by_client, client, a->index) != NT_OK) {
        leave_slot(t, a->index);
        free(a);
        return NULL;
    }
    t->live++;
    return a;
}

/* The object goes when no part is bound and no request of it is queued. */
static void free_if_over(struct nt_turn_allocations *t, struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state != NT_RELAY_NONE || a->relays[i].queued)
            return;
    leave_slot(t, a->index);
    release_memory(a);
}

static void ask(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    if (r->queued)
        return;
    r->queued = 1;
    r->next = NULL;
    if (t->last_ask != NULL)
        t->last_ask->next = r;
    else
        t->asks = r;
    t->last_ask = r;
}

/* Takes a part out of what can be found; a bound port still has to be closed. */
static void detach(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    if (r->state != NT_RELAY_BINDING && r->state != NT_RELAY_BOUND)
        return;
    nt_turn_expiry_remove(&t->expiry, &r->expiry);
    nt_map_remove(&t->by_relay, &r->addr);
    bool bound = r->state == NT_RELAY_BOUND;
    r->state = bound ? NT_RELAY_CLOSING : NT_RELAY_NONE;
    if (bound)
        ask(t, r);
}

static bool over(const struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BINDING || a->relays[i].state == NT_RELAY_BOUND)
            return false;
    return true;
}

void nt_turn_allocation_end(struct nt_turn_allocations *t, struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        detach(t, &a->relays[i]);
    nt_map_remove(&t->by_client, &a->client);
    t->live--;
    free_if_over(t, a);
}

bool nt_turn_relay_end(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    detach(t, r);
    bool last = over(r->owner);
    if (last)
        nt_turn_allocation_end(t, r->owner);
    return last;
}

static uint32_t id_of(const struct nt_turn_relay *r)
{
    return FIRST_ID + r->owner->index * NT_RELAYS + (uint32_t)(r - r->owner->relays);
}

static struct nt_turn_relay *relay_at(const struct nt_turn_allocations *t, uint32_t i)
{
    if (i / NT_RELAYS >= t->count || t->slots[i / NT_RELAYS].allocation == NULL)
        return NULL;
    return &t->slots[i / NT_RELAYS].allocation->relays[i % NT_RELAYS];
}

int nt_turn_relay_bind(struct nt_turn_allocations *t, struct nt_turn_relay *r, const struct nt_addr *addr)
{
    int e = nt_turn_expiry_add(&t->expiry, &r->expiry, id_of(r), NT_RELAYS * (size_t)NT_TURN_SLOTS_MAX);
    if (e == NT_OK && (e = nt_map_put(&t->by_relay, addr, id_of(r) - FIRST_ID)) != NT_OK)
        nt_turn_expiry_remove(&t->expiry, &r->expiry);
    if (e != NT_OK)
        return e;
    r->addr = *addr;
    r->state = NT_RELAY_BINDING;
    ask(t, r);
    return NT_OK;
}

void nt_turn_relay_refused(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    detach(t, r);
}

struct nt_turn_allocation *nt_turn_by_client(const struct nt_turn_allocations *t, const struct nt_addr *client)
{
    uint32_t i = nt_map_get(&t->by_client, client);
    return i != NT_MAP_NONE ? t->slots[i].allocation : NULL;
}

struct nt_turn_relay *nt_turn_by_relay(const struct nt_turn_allocations *t, const struct nt_addr *relayed)
{
    uint32_t i = nt_map_get(&t->by_relay, relayed);
    struct nt_turn_relay *r = i < NT_TURN_RESERVED ? relay_at(t, i) : NULL;
    return r != NULL && r->state == NT_RELAY_BOUND ? r : NULL;
}

struct nt_turn_relay *nt_turn_relay_by_id(const struct nt_turn_allocations *t, uint32_t id)
{
    return id >= FIRST_ID ? relay_at(t, id - FIRST_ID) : NULL;
}

int nt_turn_relay_request(struct nt_turn_allocations *t, struct nt_request *req)
{
    while (t->asks != NULL) {
        struct nt_turn_relay *r = t->asks;
        t->asks = r->next;
        if (t->asks == NULL)
            t->last_ask = NULL;
        r->queued = 0;
        *req = (struct nt_request){.path = {.transport = NT_UDP, .id = id_of(r), .local = r->addr}};
        req->kind = r->state == NT_RELAY_BINDING ? NT_REQ_BIND : NT_REQ_CLOSE;
        bool wanted = r->state == NT_RELAY_BINDING || r->state == NT_RELAY_CLOSING;
        if (r->state == NT_RELAY_CLOSING)
            r->state = NT_RELAY_NONE;
        if (over(r->owner) && nt_turn_by_client(t, &r->owner->client) != r->owner)
            free_if_over(t, r->owner);
        if (wanted)
            return 1;
    }
    return 0;
}
