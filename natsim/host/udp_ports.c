#include "natsim/host/udp_ports.h"
#include "core/base/err.h"

#include <stdlib.h>

#define SOCKETS_MAX 1000000
enum { PORT_FIRST = 50000, PORT_WRAP = 1024 };

void nt_udp_ports_init(struct nt_udp_ports *t)
{
    *t = (struct nt_udp_ports){.next = PORT_FIRST};
    nt_map_init(&t->by_local, sizeof(struct nt_addr));
    nt_map_init(&t->by_port, 2 * sizeof(uint16_t));
}

void nt_udp_ports_free(struct nt_udp_ports *t)
{
    free(t->sockets);
    nt_map_free(&t->by_local);
    nt_map_free(&t->by_port);
}

/* Every wildcard has the same form: the address all zeros. */
static struct nt_addr key_of(const struct nt_addr *local)
{
    if (local->family == NT_AF_NONE)
        return (struct nt_addr){.port = local->port};
    return *local;
}

static struct nt_addr any_of(uint8_t family, uint16_t port)
{
    return (struct nt_addr){.family = family, .port = port};
}

static uint32_t sockets_on(const struct nt_udp_ports *t, uint8_t family, uint16_t port)
{
    uint16_t key[2] = {family, port};
    uint32_t n = nt_map_get(&t->by_port, key);
    return n == NT_MAP_NONE ? 0 : n;
}

/* Adds `step` to the number of sockets. */
static int count_family(struct nt_udp_ports *t, uint8_t family, uint16_t port, int step)
{
    uint16_t key[2] = {family, port};
    uint32_t n = sockets_on(t, family, port) + (uint32_t)step;
    if (n > 0)
        return nt_map_put(&t->by_port, key, n);
    nt_map_remove(&t->by_port, key);
    return NT_OK;
}

/* A socket without a family is on both. */
static int count_socket(struct nt_udp_ports *t, const struct nt_addr *local, int step)
{
    if (local->family != NT_AF_NONE)
        return count_family(t, local->family, local->port, step);
    int r = count_family(t, NT_AF_IPV4, local->port, step);
    if (r != NT_OK)
        return r;
    r = count_family(t, NT_AF_IPV6, local->port, step);
    if (r != NT_OK)
        count_family(t, NT_AF_IPV4, local->port, -step);
    return r;
}

/* As without SO_REUSEADDR: a wildcard and an address do not share a port. */
static bool is_free(const struct nt_udp_ports *t, const struct nt_addr *key)
{
    if (key->family == NT_AF_NONE)
        return sockets_on(t, NT_AF_IPV4, key->port) == 0 && sockets_on(t, NT_AF_IPV6, key->port) == 0;
    if (nt_addr_is_any(key))
        return sockets_on(t, key->family, key->port) == 0;
    struct nt_addr any = any_of(key->family, key->port), every = any_of(NT_AF_NONE, key->port);
    return sockets_on(t, key->family, key->port) == 0 ||
           (nt_map_get(&t->by_local, key) == NT_MAP_NONE && nt_map_get(&t->by_local, &any) == NT_MAP_NONE &&
            nt_map_get(&t->by_local, &every) == NT_MAP_NONE);
}

static bool choose_port(struct nt_udp_ports *t, struct nt_addr *key)
{
    for (uint32_t tries = 0; tries <= UINT16_MAX - PORT_WRAP; tries++) {
        key->port = t->next;
        t->next = t->next == UINT16_MAX ? PORT_WRAP : (uint16_t)(t->next + 1);
        if (is_free(t, key))
            return true;
    }
    return false;
}

static int free_slot(struct nt_udp_ports *t, uint32_t *slot)
{
    while (t->free_hint < t->count && t->sockets[t->free_hint].used)
        t->free_hint++;
    *slot = t->free_hint;
    return nt_grow(&t->sockets, &t->cap, (size_t)*slot + 1, sizeof *t->sockets, SOCKETS_MAX);
}

int nt_udp_ports_bind(struct nt_udp_ports *t, struct nt_addr *local, uint32_t endpoint)
{
    struct nt_addr key = key_of(local);
    uint32_t slot;
    int r = free_slot(t, &slot);
    if (r != NT_OK)
        return r;
    if (key.port == 0 ? !choose_port(t, &key) : !is_free(t, &key))
        return NT_EEXIST;
    if ((r = count_socket(t, &key, 1)) != NT_OK)
        return r;
    if ((r = nt_map_put(&t->by_local, &key, slot)) != NT_OK) {
        count_socket(t, &key, -1);
        return r;
    }
    t->sockets[slot] = (struct nt_udp_socket){.local = key, .endpoint = endpoint, .used = true};
    if (slot == t->count)
        t->count++;
    *local = key;
    return NT_OK;
}

int nt_udp_ports_close(struct nt_udp_ports *t, const struct nt_addr *local, uint32_t endpoint)
{
    struct nt_addr key = key_of(local);
    uint32_t slot = nt_map_get(&t->by_local, &key);
    if (slot == NT_MAP_NONE || t->sockets[slot].endpoint != endpoint)
        return NT_ENOENT;
    t->sockets[slot].used = false;
    if (slot < t->free_hint)
        t->free_hint = slot;
    nt_map_remove(&t->by_local, &key);
    count_socket(t, &key, -1);
    return NT_OK;
}

uint32_t nt_udp_ports_find(const struct nt_udp_ports *t, const struct nt_addr *local)
{
    uint32_t slot = nt_map_get(&t->by_local, local);
    for (int i = 0; slot == NT_MAP_NONE && i < 2; i++) {
        struct nt_addr any = any_of(i == 0 ? local->family : NT_AF_NONE, local->port);
        slot = nt_map_get(&t->by_local, &any);
    }
    return slot != NT_MAP_NONE ? t->sockets[slot].endpoint : NT_UDP_PORT_CLOSED;
}
