#include "natsim/nat/inside.h"

#include "core/base/err.h"

void nt_inside_init(struct nt_inside *in, size_t limit)
{
    nt_slots_init(&in->hosts, sizeof(struct nt_inside_host), limit);
    nt_slots_init(&in->endpoints, sizeof(struct nt_inside_endpoint), limit);
    nt_map_init(&in->by_ip, sizeof(struct nt_addr));
    nt_map_init(&in->by_addr, sizeof(struct nt_nat_key));
    in->next_external = 0;
}

void nt_inside_free(struct nt_inside *in)
{
    nt_slots_free(&in->hosts);
    nt_slots_free(&in->endpoints);
    nt_map_free(&in->by_ip);
    nt_map_free(&in->by_addr);
    in->next_external = 0;
}

uint32_t nt_inside_find(const struct nt_inside *in, uint32_t proto, const struct nt_addr *addr)
{
    struct nt_nat_key key = {.proto = proto, .a = *addr};
    return nt_map_get(&in->by_addr, &key);
}

static int enter_host(struct nt_inside *in, const struct nt_addr *ip, size_t externals, uint32_t *host)
{
    *host = nt_map_get(&in->by_ip, ip);
    if (*host != NT_MAP_NONE)
        return NT_OK;
    int err = nt_slots_take(&in->hosts, host);
    if (err != NT_OK)
        return err;
    err = nt_map_put(&in->by_ip, ip, *host);
    if (err != NT_OK) {
        nt_slots_release(&in->hosts, *host);
        return err;
    }
    struct nt_inside_host *h = nt_inside_host_at(in, *host);
    h->ip = *ip;
    h->external = (uint32_t)(in->next_external++ % externals);
    return NT_OK;
}

static bool leave_host(struct nt_inside *in, uint32_t host, struct nt_inside_host *gone)
{
    struct nt_inside_host *h = nt_inside_host_at(in, host);
    if (h->mappings != 0)
        return false;
    *gone = *h;
    nt_map_remove(&in->by_ip, &h->ip);
    nt_slots_release(&in->hosts, host);
    return true;
}

int nt_inside_enter(struct nt_inside *in, uint32_t proto, const struct nt_addr *addr, size_t externals, uint32_t *endpoint)
{
    *endpoint = nt_inside_find(in, proto, addr);
    if (*endpoint != NT_MAP_NONE)
        return NT_OK;
    uint32_t host;
    struct nt_inside_host ignored;
    struct nt_addr ip = nt_addr_with_port(addr, 0);
    int err = enter_host(in, &ip, externals, &host);
    if (err != NT_OK)
        return err;
    struct nt_nat_key key = {.proto = proto, .a = *addr};
    err = nt_slots_take(&in->endpoints, endpoint);
    if (err == NT_OK) {
        err = nt_map_put(&in->by_addr, &key, *endpoint);
        if (err == NT_OK) {
            *nt_inside_endpoint_at(in, *endpoint) = (struct nt_inside_endpoint){
                .proto = proto, .addr = *addr, .host = host, .newest = NT_MAP_NONE, .flows = NT_MAP_NONE, .filters = NT_MAP_NONE};
            return NT_OK;
        }
        nt_slots_release(&in->endpoints, *endpoint);
    }
    (void)leave_host(in, host, &ignored);
    return err;
}

bool nt_inside_leave(struct nt_inside *in, uint32_t endpoint, struct nt_inside_host *gone)
{
    struct nt_inside_endpoint *e = nt_inside_endpoint_at(in, endpoint);
    if (e->newest != NT_MAP_NONE)
        return false;
    struct nt_nat_key key = {.proto = e->proto, .a = e->addr};
    uint32_t host = e->host;
    nt_map_remove(&in->by_addr, &key);
    nt_slots_release(&in->endpoints, endpoint);
    return leave_host(in, host, gone);
}
