#include "scenarios/judge/why_causes.h"

#include <string.h>

static bool translates(const struct nt_scn_gateway *g)
{
    return g->policy.kind == NT_GW_TRANSLATE;
}

bool nt_why_maps_each(const struct nt_scn_gateway *g)
{
    return translates(g) && g->policy.mapping != NT_DEP_ENDPOINT_INDEPENDENT;
}

const struct nt_scn_gateway *nt_why_translator(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->gateway_count; i++)
        for (size_t k = 0; k < c->gateways[i].outside.address_count; k++)
            if (translates(&c->gateways[i]) && nt_addr_same_ip(&c->gateways[i].outside.addresses[k], a))
                return &c->gateways[i];
    return NULL;
}

static bool network_has(const struct nt_scn_case *c, uint32_t network, const struct nt_addr *a)
{
    const struct nt_scn_network *n = &c->networks[network];
    return nt_prefix_contains(a->family == NT_AF_IPV6 ? &n->ipv6 : &n->ipv4, a);
}

static bool is_behind(const struct nt_scn_gateway *g, uint32_t network)
{
    for (size_t i = 0; i < g->inside_count; i++)
        if (g->inside[i].network == network)
            return true;
    return false;
}

const struct nt_scn_gateway *nt_why_gateway_before(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->gateway_count; i++)
        for (size_t k = 0; k < c->gateways[i].inside_count; k++)
            if (translates(&c->gateways[i]) && network_has(c, c->gateways[i].inside[k].network, a))
                return &c->gateways[i];
    return NULL;
}

/* --- the way --- */

static void add(struct nt_why_gateways *list, const struct nt_scn_gateway *g)
{
    if (list->count < NT_WHY_GATEWAYS_MAX)
        list->of[list->count++] = g;
}

static bool is_among(const struct nt_why_gateways *list, const struct nt_scn_gateway *g)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->of[i] == g)
            return true;
    return false;
}

/* The next gateway outwards from a network; NULL: it is the outermost. */
static const struct nt_scn_gateway *gateway_out_of(const struct nt_scn_case *c, uint32_t network)
{
    for (size_t i = 0; i < c->gateway_count; i++)
        if (is_behind(&c->gateways[i], network))
            return &c->gateways[i];
    return NULL;
}

/* The gateways between a network and the outside of all, from inside. */
static void gateways_from(struct nt_why_gateways *list, const struct nt_scn_case *c, uint32_t network)
{
    const struct nt_scn_gateway *g;
    while (list->count < NT_WHY_GATEWAYS_MAX && (g = gateway_out_of(c, network)) != NULL && !is_among(list, g)) {
        add(list, g);
        network = g->outside.network;
    }
}

/* Where it is, or is moved to. */
static const struct nt_scn_attachment *place_of(const struct nt_scn_case *c, const struct nt_scn_agent *a, size_t k)
{
    return nt_scn_place_at(c, (struct nt_scn_node){NT_SCN_NODE_AGENT, (uint32_t)(a - c->agents)}, k);
}

bool nt_why_is_before(const struct nt_scn_case *c, const struct nt_scn_agent *a, const struct nt_scn_gateway *g)
{
    const struct nt_scn_attachment *on;
    for (size_t i = 0; (on = place_of(c, a, i)) != NULL; i++) {
        struct nt_why_gateways out = {.count = 0};
        gateways_from(&out, c, on->network);
        if (is_among(&out, g))
            return true;
    }
    return false;
}

static bool blocks(const struct nt_scn_gateway *g)
{
    return g->policy.kind == NT_GW_BLOCKED || g->policy.kind == NT_GW_BLOCKED_UDP;
}

static bool has_address(const struct nt_scn_attachment *on, const struct nt_addr *a)
{
    for (size_t i = 0; i < on->address_count; i++)
        if (nt_addr_same_ip(&on->addresses[i], a))
            return true;
    return false;
}

static void add_blocking(struct nt_why_gateways *list, const struct nt_why_gateways *out)
{
    for (size_t i = 0; i < out->count; i++)
        if (blocks(out->of[i]) && !is_among(list, out->of[i]))
            add(list, out->of[i]);
}

/* Of the interface with this address, or those behind the gateway that has it; none of a relayed one: what it relays is no packet
 * of the interface's. */
static void find_blocking_before(struct nt_why_gateways *list, const struct nt_scn_case *c, uint32_t agent, const struct nt_addr *a)
{
    const struct nt_scn_gateway *translator = nt_why_translator(c, a);
    const struct nt_scn_attachment *on;
    for (size_t i = 0; (on = place_of(c, &c->agents[agent], i)) != NULL; i++) {
        struct nt_why_gateways out = {.count = 0};
        gateways_from(&out, c, on->network);
        if (has_address(on, a) || (translator != NULL && is_among(&out, translator)))
            add_blocking(list, &out);
    }
}

void nt_why_find_blocking(struct nt_why_gateways *list, const struct nt_scn_case *c, uint32_t agent,
                          const struct nt_result_pair *pair)
{
    list->count = 0;
    if (pair == NULL)
        return;
    find_blocking_before(list, c, agent, &pair->base);
    find_blocking_before(list, c, agent == c->caller ? c->callee : c->caller, &pair->remote);
}

/* Those of the receiver from the one with this address outside inwards; none: it is the address of a host. */
static void find_way_in(struct nt_why_causes *causes, const struct nt_why_question *q)
{
    const struct nt_scn_agent *a = &q->scn->agents[q->receiver];
    const struct nt_scn_gateway *first = nt_why_translator(q->scn, &q->dst);
    const struct nt_scn_attachment *on;
    for (size_t i = 0; first != NULL && causes->way_in.count == 0 && (on = place_of(q->scn, a, i)) != NULL; i++) {
        struct nt_why_gateways out = {.count = 0};
        gateways_from(&out, q->scn, on->network);
        for (size_t k = out.count; k-- > 0;)
            if (out.of[k] == first || (causes->way_in.count > 0 && translates(out.of[k])))
                add(&causes->way_in, out.of[k]);
    }
}

static uint32_t network_of_base(const struct nt_why_question *q)
{
    const struct nt_scn_agent *a = &q->scn->agents[q->sender];
    const struct nt_scn_attachment *on;
    for (size_t i = 0; (on = place_of(q->scn, a, i)) != NULL; i++)
        if (has_address(on, &q->pair->base))
            return on->network;
    return NT_SCN_NONE; /* a relayed address: it lies outside */
}

/* Those of the sender until the network in which the destination address lies. */
static void find_way_out(struct nt_why_causes *causes, const struct nt_why_question *q)
{
    struct nt_why_gateways out = {.count = 0};
    uint32_t network = network_of_base(q);
    gateways_from(&out, q->scn, network);
    for (size_t i = 0; i < out.count && !network_has(q->scn, network, &q->dst); i++) {
        causes->hairpins |= causes->way_in.count > 0 && out.of[i] == causes->way_in.of[0];
        if (causes->hairpins)
            return;
        if (translates(out.of[i]))
            add(&causes->way_out, out.of[i]);
        network = out.of[i]->outside.network;
    }
}

/* --- what the receiver knows --- */

static bool is_of_type(const char *type, const char *name)
{
    return type != NULL && strcmp(type, name) == 0;
}

/* The receiver sends to it, not through a relay, and not only since a check has come from there. */
static bool is_sent_to(const struct nt_result_pair *p, const struct nt_addr *to)
{
    return nt_addr_same_ip(&p->remote, to) && !is_of_type(p->local_type, "relay") && !is_of_type(p->remote_type, "prflx");
}

static bool has_sent_to(const struct nt_why_question *q, const struct nt_addr *to, bool exact)
{
    for (size_t i = 0; i < q->knowledge->pair_count; i++) {
        const struct nt_result_pair *p = &q->knowledge->pairs[i];
        if (is_sent_to(p, to) && (!exact || p->remote.port == to->port))
            return true;
    }
    return false;
}

static uint16_t port_known(const struct nt_why_question *q)
{
    if (has_sent_to(q, &q->src, true))
        return q->src.port;
    for (size_t i = 0; i < q->knowledge->pair_count; i++)
        if (is_sent_to(&q->knowledge->pairs[i], &q->src))
            return q->knowledge->pairs[i].remote.port;
    return 0;
}

/* --- rules --- */

/* The port that was asked was made for the sender: it is where a check of the receiver came from. It is for the address and port
 * that the receiver knew. */
static bool is_made_for_sender(const struct nt_why_causes *causes, const struct nt_why_question *q, const struct nt_scn_gateway *g)
{
    return is_of_type(q->pair->remote_type, "prflx") && (causes->sent_from.count == 0 || g->policy.mapping == NT_DEP_ADDRESS);
}

/* A NAT at this place of the way in, or further in, has another mapping towards the sender. */
static bool is_for_another(const struct nt_why_causes *causes, size_t from)
{
    for (size_t i = from; i < causes->way_in.count; i++)
        if (is_among(&causes->asked, causes->way_in.of[i]))
            return true;
    return false;
}

static bool does_not_let_in(const struct nt_why_causes *causes, const struct nt_why_question *q, size_t at)
{
    enum nt_dependence filtering = causes->way_in.of[at]->policy.filtering;
    if (filtering == NT_DEP_ENDPOINT_INDEPENDENT)
        return false;
    return is_for_another(causes, at) || (!causes->hairpins && !has_sent_to(q, &q->src, filtering == NT_DEP_ADDRESS_AND_PORT));
}

void nt_why_find_causes(struct nt_why_causes *causes, const struct nt_why_question *q)
{
    *causes = (struct nt_why_causes){.receiver = q->receiver, .known_port = port_known(q)};
    find_way_in(causes, q);
    find_way_out(causes, q);
    for (size_t i = 0; i < causes->way_out.count && causes->known_port != q->src.port; i++)
        if (nt_why_maps_each(causes->way_out.of[i]))
            add(&causes->sent_from, causes->way_out.of[i]);
    for (size_t i = 0; i < causes->way_in.count; i++)
        if (nt_why_maps_each(causes->way_in.of[i]) && !is_made_for_sender(causes, q, causes->way_in.of[i]))
            add(&causes->asked, causes->way_in.of[i]);
    for (size_t i = 0; i < causes->way_in.count; i++)
        if (does_not_let_in(causes, q, i))
            add(&causes->filters, causes->way_in.of[i]);
}
