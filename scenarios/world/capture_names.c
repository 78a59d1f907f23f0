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

static bool is_moved_to(const struct nt_scn_case *c, uint32_t network, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->move_count; i++) {
        const struct nt_scn_attachment *to = &c->steps[c->moves[i]].move_to;
        for (size_t k = 0; to->network == network && k < to->address_count; k++)
            if (nt_addr_same_ip(&to->addresses[k], a))
                return true;
    }
    return false;
}

/* Nor do addresses that one node has after another. */
static bool changes_hands(const struct nt_scn_case *c, const struct nt_scn_attachment *on, const struct nt_addr *a)
{
    size_t owners = 0;
    if (!is_moved_to(c, on->network, a))
        return false;
    for (size_t i = 0; i < c->agent_count + c->server_count; i++) {
        struct nt_scn_node n = {i < c->agent_count ? NT_SCN_NODE_AGENT : NT_SCN_NODE_SERVER,
                                (uint32_t)(i < c->agent_count ? i : i - c->agent_count)};
        owners += nt_scn_ever_has(c, n, on->network, a);
    }
    return owners > 1;
}

static int name_addresses(struct nt_world *w, const char *name, const struct nt_scn_attachment *on)
{
    for (size_t i = 0; i < on->address_count && is_unique(w->scn, on); i++)
        if (!changes_hands(w->scn, on, &on->addresses[i]) &&
            nt_capture_add_name(w->observer.capture, &on->addresses[i], name) != NT_OK)
            return NT_ENOMEM;
    return NT_OK;
}

static int name_places(struct nt_world *w, struct nt_scn_node n)
{
    const struct nt_scn_attachment *on;
    int r = NT_OK;
    for (size_t k = 0; r == NT_OK && (on = nt_scn_place_at(w->scn, n, k)) != NULL; k++)
        r = name_addresses(w, nt_scn_node_name(w->scn, n), on);
    return r;
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
        r = name_addresses(w, c->gateways[i].name, &c->gateways[i].outside);
    for (uint32_t i = 0; i < c->server_count && r == NT_OK; i++)
        r = name_places(w, (struct nt_scn_node){NT_SCN_NODE_SERVER, i});
    for (uint32_t i = 0; i < c->agent_count && r == NT_OK; i++)
        r = name_places(w, (struct nt_scn_node){NT_SCN_NODE_AGENT, i});
    return r;
}
