#include "natsim/sockets/ports.h"
#include "core/base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int nt_ports_init(struct nt_ports *p, size_t max)
{
    *p = (struct nt_ports){.max = max};
    nt_map_init(&p->by_local, sizeof(struct nt_addr));
    int r = nt_grow(&p->polled, &p->polled_cap, NT_PORTS_BEFORE, sizeof *p->polled, NT_PORTS_BEFORE + max);
    for (size_t i = 0; r == NT_OK && i < NT_PORTS_BEFORE; i++)
        p->polled[i].fd = -1;
    return r;
}

void nt_ports_free(struct nt_ports *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (nt_ports_is_open(p, i))
            close(p->items[i].udp.fd);
    free(p->items);
    free(p->polled);
    nt_map_free(&p->by_local);
}

/* poll(2) takes no more entries than the process may have descriptors open, free places and those of the owner included. */
static bool can_be_polled(uint32_t place)
{
    struct rlimit files;
    return getrlimit(RLIMIT_NOFILE, &files) != 0 || NT_PORTS_BEFORE + (rlim_t)place < files.rlim_cur;
}

/* A free place; NT_PORTS_NONE with *why set: there is none. */
static uint32_t free_place(struct nt_ports *p, const char **why)
{
    for (uint32_t i = 0; p->free_count > 0 && i < p->count; i++)
        if (!nt_ports_is_open(p, i))
            return i;
    if (!can_be_polled((uint32_t)p->count)) {
        *why = strerror(EMFILE);
        return NT_PORTS_NONE;
    }
    int r = nt_grow(&p->items, &p->cap, p->count + 1, sizeof *p->items, p->max);
    if (r == NT_OK)
        r = nt_grow(&p->polled, &p->polled_cap, NT_PORTS_BEFORE + p->count + 1, sizeof *p->polled, NT_PORTS_BEFORE + p->max);
    if (r == NT_OK)
        return (uint32_t)p->count;
    *why = r == NT_ELIMIT ? "too many ports are open" : nt_strerror(r);
    return NT_PORTS_NONE;
}

const char *nt_ports_open(struct nt_ports *p, struct nt_addr *local, uint32_t endpoint)
{
    struct nt_udp udp;
    const char *why = NULL;
    uint32_t place = free_place(p, &why);
    if (place == NT_PORTS_NONE)
        return why;
    int error = nt_udp_open(&udp, local);
    if (error != 0)
        return strerror(error);
    if (nt_map_put(&p->by_local, &udp.local, place) != NT_OK) {
        close(udp.fd);
        return nt_strerror(NT_ENOMEM);
    }
    *local = udp.local;
    p->items[place] = (struct nt_port){udp, endpoint};
    p->polled[NT_PORTS_BEFORE + place] = (struct pollfd){.fd = udp.fd, .events = POLLIN};
    if (place == p->count)
        p->count++;
    else
        p->free_count--;
    return NULL;
}

uint32_t nt_ports_find(const struct nt_ports *p, const struct nt_addr *local, uint32_t endpoint)
{
    uint32_t place = nt_map_get(&p->by_local, local);
    return place != NT_MAP_NONE && p->items[place].endpoint == endpoint ? place : NT_PORTS_NONE;
}

void nt_ports_close(struct nt_ports *p, uint32_t place)
{
    nt_map_remove(&p->by_local, &p->items[place].udp.local);
    close(p->items[place].udp.fd);
    p->polled[NT_PORTS_BEFORE + place] = (struct pollfd){.fd = -1};
    p->free_count++;
}
