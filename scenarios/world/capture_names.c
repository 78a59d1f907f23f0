#include "scenarios/world/capture_names.h"
#include "scenarios/world/world_state.h"

/* Private addresses that several nodes have get no name: Wireshark would show the wrong one. */
static bool is_unique(const struct nt_scn_case *c, const struct nt_scn_attachment *on)
{
    const struct nt_prefix *own = &c->networks[on->network].ipv4;
    for (size_t i = 0; i < c->network_count; i++)
        if (i != on->network && c->networks[i].ipv4.addr.family != NT_AF_NONE && own->addr.family != NT_AF_NONE &&
            nt_prefix_overlaps(&c->networks[i].ipv4, own))
            return false;
    return true;
}

static int name_addresses(struct nt_world *w, const char *name, const struct nt_scn_attachment *on, size_t count)
{
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < on[k].address_count && is_unique(w->scn, &on[k]); i++)
            if (nt_capture_add_name(w->observer.capture, &on[k].addresses[i], name) != NT_OK)
                return NT_ENOMEM;
    return NT_OK;
}

static int name_taps(struct nt_world *w)
{
    int r = NT_OK;
    for (uint32_t i = 0; i < nt_fabric_tap_count(w->fabric) && r >= 0; i++) {
        struct nt_scn_node n = nt_observer_node_at(&w->observer, nt_fabric_tap_node(w->fabric, i));
        r = nt_capture_add_tap(w->observer.capture, nt_fabric_tap_name(w->fabric, i), nt_scn_node_name(w->scn, n), NULL);
    }
    return r < 0 ? r : NT_OK;
}

int nt_world_name_capture(struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    int r = name_taps(w);
    for (size_t i = 0; i < c->gateway_count && r == NT_OK; i++)
        r = name_addresses(w, c->gateways[i].name, &c->gateways[i].outside, 1);
    for (size_t i = 0; i < c->server_count && r == NT_OK; i++)
        r = name_addresses(w, c->servers[i].name, &c->servers[i].on, 1);
    for (size_t i = 0; i < c->agent_count && r == NT_OK; i++)
        r = name_addresses(w, c->agents[i].name, c->agents[i].on, c->agents[i].on_count);
    return r;
}
