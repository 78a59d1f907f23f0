#include "natsim/tcp/listeners.h"
#include "core/base/err.h"
#include "natsim/tcp/table.h"

enum { PORT_FIRST = 50000, PORT_WRAP = 1024 }; /* as the host's UDP ports */

static bool is_wild(const struct nt_addr *a)
{
    return a->family == NT_AF_NONE || nt_addr_is_any(a);
}

static bool covers(const struct nt_addr *listener, const struct nt_addr *a)
{
    return listener->port == a->port &&
           (listener->family == NT_AF_NONE || a->family == NT_AF_NONE || listener->family == a->family) &&
           (is_wild(listener) || is_wild(a) || nt_addr_same_ip(listener, a));
}

/* As without SO_REUSEADDR: any address and one of them do not share a port. */
static uint32_t find_other(const struct nt_tcp *t, const struct nt_addr *local)
{
    for (uint32_t i = 0; i < t->listener_count; i++)
        if (t->listeners[i].used && covers(&t->listeners[i].local, local))
            return i;
    return NT_MAP_NONE;
}

uint32_t nt_listeners_find(const struct nt_tcp *t, const struct nt_addr *local)
{
    return find_other(t, local);
}

uint32_t nt_listeners_named(const struct nt_tcp *t, struct nt_tcp_name name)
{
    for (uint32_t i = 0; i < t->listener_count; i++)
        if (t->listeners[i].used && t->listeners[i].name.owner == name.owner && t->listeners[i].name.id == name.id)
            return i;
    return NT_MAP_NONE;
}

static uint16_t next_port(struct nt_tcp *t)
{
    uint16_t port = t->next_port < PORT_WRAP ? PORT_FIRST : t->next_port;
    t->next_port = port == UINT16_MAX ? PORT_WRAP : (uint16_t)(port + 1);
    return port;
}

int nt_listeners_choose(struct nt_tcp *t, struct nt_addr *local, const struct nt_addr *remote, uint32_t owner)
{
    uint32_t tries = 1, other;
    bool given = local->port != 0;
    for (; tries <= UINT16_MAX - PORT_WRAP + 1; tries++) {
        if (!given)
            local->port = next_port(t);
        other = find_other(t, local);
        bool ours = other == NT_MAP_NONE || (given && t->listeners[other].name.owner == owner);
        if (ours && (remote == NULL || nt_tcp_table_find(t, local, remote) == NULL))
            return NT_OK;
        if (given)
            break;
    }
    return NT_EEXIST;
}

static int take_place(struct nt_tcp *t, size_t *place)
{
    for (*place = 0; *place < t->listener_count; ++*place)
        if (!t->listeners[*place].used)
            return NT_OK;
    int r = nt_grow(&t->listeners, &t->listener_cap, t->listener_count + 1, sizeof *t->listeners, NT_TCP_LISTENERS_MAX);
    if (r == NT_OK)
        t->listener_count++;
    return r;
}

int nt_listeners_add(struct nt_tcp *t, struct nt_addr *local, struct nt_tcp_name name)
{
    size_t place;
    struct nt_addr at = *local;
    if (nt_listeners_named(t, name) != NT_MAP_NONE || nt_tcp_table_named(t, name) != NULL)
        return NT_EEXIST;
    if (at.port != 0 ? find_other(t, &at) != NT_MAP_NONE : nt_listeners_choose(t, &at, NULL, name.owner) != NT_OK)
        return NT_EEXIST;
    int r = take_place(t, &place);
    if (r != NT_OK)
        return r;
    t->listeners[place] = (struct nt_tcp_listener){.local = at, .name = name, .used = true};
    *local = at;
    return NT_OK;
}
