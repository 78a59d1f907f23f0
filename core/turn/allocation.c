#include "core/turn/allocation.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ID (1 + NT_STUN_LISTENS) /* of port requests; the listening places have those before it */

/* What is the client's alone of a 5-tuple (RFC 8656, 6): its address, and the connection that it has made, whose number is given to
 * no other one. */
struct tuple {
    struct nt_addr client;
    uint32_t connection; /* 0: over UDP */
};

static struct tuple tuple_of(const struct nt_path *path)
{
    return (struct tuple){.client = path->remote, .connection = path->transport != NT_UDP ? path->id : 0};
}

int nt_turn_allocations_init(struct nt_turn_allocations *t, size_t users)
{
    *t = (struct nt_turn_allocations){.first_free = NT_MAP_NONE, .held = calloc(users + 1, sizeof *t->held)};
    nt_map_init(&t->by_client, sizeof(struct tuple));
    nt_map_init(&t->by_relay, sizeof(struct nt_addr));
    return t->held != NULL ? NT_OK : NT_ENOMEM;
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
    free(t->held);
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

struct nt_turn_allocation *nt_turn_allocation_new(struct nt_turn_allocations *t, const struct nt_path *client, uint32_t user)
{
    struct nt_turn_allocation *a = calloc(1, sizeof *a);
    if (a == NULL || take_slot(t, a) != NT_OK) {
        free(a);
        return NULL;
    }
    const struct tuple tuple = tuple_of(client);
    a->client =
        (struct nt_path){.transport = client->transport, .id = tuple.connection, .local = client->local, .remote = client->remote};
    a->user = user;
    nt_turn_permissions_init(&a->permissions);
    nt_turn_channels_init(&a->channels);
    for (int i = 0; i < NT_RELAYS; i++)
        a->relays[i].owner = a;
    if (nt_map_put(&t->by_client, &tuple, a->index) != NT_OK) {
        leave_slot(t, a->index);
        free(a);
        return NULL;
    }
    t->live++;
    t->held[user]++;
    return a;
}

/* The object is freed when no part is bound and no request of it is queued. */
static void free_if_unused(struct nt_turn_allocations *t, struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state != NT_RELAY_NONE || a->relays[i].queued)
            return;
    leave_slot(t, a->index);
    release_memory(a);
}

static void queue_ask(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    if (r->queued)
        return;
    r->queued = 1;
    r->next = NULL;
    if (t->last_ask != NULL)
        t->last_ask->next = r;
    else
        t->first_ask = r;
    t->last_ask = r;
}

/* The part is found no more and expires no more; a bound port still has to be closed. */
static void detach_relay(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    if (r->state != NT_RELAY_BINDING && r->state != NT_RELAY_BOUND)
        return;
    nt_turn_expiry_remove(&t->expiry, &r->expiry);
    nt_map_remove(&t->by_relay, &r->addr);
    bool bound = r->state == NT_RELAY_BOUND;
    r->state = bound ? NT_RELAY_CLOSING : NT_RELAY_NONE;
    if (bound)
        queue_ask(t, r);
}

static bool has_ended(const struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BINDING || a->relays[i].state == NT_RELAY_BOUND)
            return false;
    return true;
}

void nt_turn_allocation_end(struct nt_turn_allocations *t, struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        detach_relay(t, &a->relays[i]);
    const struct tuple tuple = tuple_of(&a->client);
    nt_map_remove(&t->by_client, &tuple);
    t->live--;
    t->held[a->user]--;
    free_if_unused(t, a);
}

void nt_turn_relay_end(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    detach_relay(t, r);
    if (has_ended(r->owner))
        nt_turn_allocation_end(t, r->owner);
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
    queue_ask(t, r);
    return NT_OK;
}

void nt_turn_relay_bound(struct nt_turn_relay *r)
{
    r->state = NT_RELAY_BOUND;
}

void nt_turn_relay_refused(struct nt_turn_allocations *t, struct nt_turn_relay *r)
{
    detach_relay(t, r);
}

void nt_turn_relay_expires(struct nt_turn_allocations *t, struct nt_turn_relay *r, nt_time at)
{
    nt_turn_expiry_move(&t->expiry, &r->expiry, at);
}

bool nt_turn_address_taken(const struct nt_turn_allocations *t, const struct nt_addr *addr)
{
    return nt_map_get(&t->by_relay, addr) != NT_MAP_NONE;
}

int nt_turn_address_hold(struct nt_turn_allocations *t, const struct nt_addr *addr)
{
    return nt_turn_address_taken(t, addr) ? NT_EEXIST : nt_map_put(&t->by_relay, addr, NT_TURN_HELD);
}

void nt_turn_address_release(struct nt_turn_allocations *t, const struct nt_addr *addr)
{
    nt_map_remove(&t->by_relay, addr);
}

struct nt_turn_allocation *nt_turn_by_client(const struct nt_turn_allocations *t, const struct nt_path *client)
{
    const struct tuple tuple = tuple_of(client);
    uint32_t i = nt_map_get(&t->by_client, &tuple);
    return i != NT_MAP_NONE ? t->slots[i].allocation : NULL;
}

struct nt_turn_relay *nt_turn_by_relay(const struct nt_turn_allocations *t, const struct nt_addr *relayed)
{
    uint32_t i = nt_map_get(&t->by_relay, relayed);
    struct nt_turn_relay *r = i < NT_TURN_HELD ? relay_at(t, i) : NULL;
    return r != NULL && r->state == NT_RELAY_BOUND ? r : NULL;
}

struct nt_turn_relay *nt_turn_relay_by_id(const struct nt_turn_allocations *t, uint32_t id)
{
    return id >= FIRST_ID ? relay_at(t, id - FIRST_ID) : NULL;
}

struct nt_turn_relay *nt_turn_relay_expired(const struct nt_turn_allocations *t, nt_time now)
{
    const struct nt_turn_timer *first = nt_turn_expiry_first(&t->expiry);
    return first != NULL && first->at <= now ? nt_turn_relay_by_id(t, first->tag) : NULL;
}

nt_time nt_turn_allocations_deadline(const struct nt_turn_allocations *t)
{
    const struct nt_turn_timer *first = nt_turn_expiry_first(&t->expiry);
    return first != NULL ? first->at : NT_TIME_NEVER;
}

int nt_turn_relay_request(struct nt_turn_allocations *t, struct nt_request *req)
{
    while (t->first_ask != NULL) {
        struct nt_turn_relay *r = t->first_ask;
        t->first_ask = r->next;
        if (t->first_ask == NULL)
            t->last_ask = NULL;
        r->queued = 0;
        *req = (struct nt_request){.path = {.transport = NT_UDP, .id = id_of(r), .local = r->addr}};
        req->kind = r->state == NT_RELAY_BINDING ? NT_REQ_BIND : NT_REQ_CLOSE;
        bool wanted = r->state == NT_RELAY_BINDING || r->state == NT_RELAY_CLOSING;
        if (r->state == NT_RELAY_CLOSING)
            r->state = NT_RELAY_NONE;
        if (has_ended(r->owner) && nt_turn_by_client(t, &r->owner->client) != r->owner)
            free_if_unused(t, r->owner);
        if (wanted)
            return 1;
    }
    return 0;
}
