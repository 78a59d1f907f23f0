#include "core/turn/permission.h"
#include "core/base/err.h"

#include <stdlib.h>

void nt_turn_permissions_init(struct nt_turn_permissions *p)
{
    *p = (struct nt_turn_permissions){0};
    nt_map_init(&p->by_ip, sizeof(struct nt_addr));
}

void nt_turn_permissions_free(struct nt_turn_permissions *p)
{
    free(p->items);
    nt_map_free(&p->by_ip);
    nt_turn_permissions_init(p);
}

static uint32_t permission_of(const struct nt_turn_permissions *p, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    return nt_map_get(&p->by_ip, &ip);
}

/* The index of an entry to write to: a new one, or an expired one when the array is full. One that expires just now may have been
 * made for another peer of the same request. */
static int room_for_permission(struct nt_turn_permissions *p, nt_time now)
{
    if (p->count == p->cap)
        for (size_t i = 0; i < p->count; i++)
            if (p->items[i].expires < now) {
                nt_map_remove(&p->by_ip, &p->items[i].ip);
                return (int)i;
            }
    int r = nt_grow(&p->items, &p->cap, p->count + 1, sizeof *p->items, NT_TURN_PERMISSIONS_MAX);
    return r != NT_OK ? r : (int)p->count++;
}

int nt_turn_permission_prepare(struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now)
{
    uint32_t known = permission_of(p, peer);
    if (known != NT_MAP_NONE) {
        if (p->items[known].expires < now)
            p->items[known].expires = now;
        return (int)known;
    }
    int i = room_for_permission(p, now);
    if (i < 0)
        return i;
    p->items[i] = (struct nt_turn_permission){.ip = nt_addr_with_port(peer, 0), .expires = now};
    int r = nt_map_put(&p->by_ip, &p->items[i].ip, (uint32_t)i);
    if (r != NT_OK)
        p->items[i] = (struct nt_turn_permission){0};
    return r != NT_OK ? r : i;
}

void nt_turn_permission_install(struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now)
{
    uint32_t i = permission_of(p, peer);
    if (i != NT_MAP_NONE)
        p->items[i].expires = nt_time_after(now, NT_TURN_PERMISSION_LIFETIME);
}

struct nt_turn_path_mtu *nt_turn_permission_path(const struct nt_turn_permissions *p, const struct nt_addr *peer)
{
    uint32_t i = permission_of(p, peer);
    return i != NT_MAP_NONE ? &p->items[i].path : NULL;
}

bool nt_turn_permitted(const struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now)
{
    uint32_t i = permission_of(p, peer);
    return i != NT_MAP_NONE && p->items[i].expires > now;
}
