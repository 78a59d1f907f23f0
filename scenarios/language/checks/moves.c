#include "scenarios/language/checks/moves.h"
#include "core/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_HOST 2 /* .1 is a gateway's */

/* A map key: no padding. */
struct owned_address {
    struct nt_addr addr;
    uint32_t network;
};

struct owner {
    struct nt_scn_node node;
    uint32_t port;
};

struct assignment {
    struct nt_load *l;
    struct nt_map owned; /* struct owned_address -> index in owners */
    struct owner *owners;
    size_t count, cap;
    uint32_t *next[2]; /* by network: the host number to try next, of IPv4, of IPv6 */
};

static struct owned_address key_of(uint32_t network, const struct nt_addr *a)
{
    struct owned_address k;
    memset(&k, 0, sizeof k);
    k.addr.family = a->family;
    memcpy(k.addr.ip, a->ip, sizeof k.addr.ip);
    k.network = network;
    return k;
}

static const struct owner *owner_of(const struct assignment *as, uint32_t network, const struct nt_addr *a)
{
    struct owned_address k = key_of(network, a);
    uint32_t i = nt_map_get(&as->owned, &k);
    return i != NT_MAP_NONE ? &as->owners[i] : NULL;
}

static void own(struct assignment *as, const struct owner *who, uint32_t network, const struct nt_addr *a)
{
    struct owned_address k = key_of(network, a);
    if (nt_grow(&as->owners, &as->cap, as->count + 1, sizeof *as->owners, NT_MAP_NONE - 2) != NT_OK ||
        nt_map_put(&as->owned, &k, (uint32_t)as->count) != NT_OK) {
        as->l->nomem = true;
        return;
    }
    as->owners[as->count++] = *who;
}

static void own_all(struct assignment *as, enum nt_scn_node_kind kind, size_t index, uint32_t port,
                    const struct nt_scn_attachment *on)
{
    struct owner who = {{kind, (uint32_t)index}, port};
    for (size_t i = 0; i < on->address_count && !as->l->nomem; i++)
        own(as, &who, on->network, &on->addresses[i]);
}

/* As the case begins. */
static void note_owners(struct assignment *as)
{
    const struct nt_scn_case *c = as->l->c;
    for (size_t i = 0; i < c->gateway_count; i++) {
        for (uint32_t k = 0; k < c->gateways[i].inside_count; k++)
            own_all(as, NT_SCN_NODE_GATEWAY, i, k, &c->gateways[i].inside[k]);
        own_all(as, NT_SCN_NODE_GATEWAY, i, (uint32_t)c->gateways[i].inside_count, &c->gateways[i].outside);
    }
    for (size_t i = 0; i < c->server_count; i++)
        own_all(as, NT_SCN_NODE_SERVER, i, 0, &c->servers[i].on);
    for (size_t i = 0; i < c->agent_count; i++)
        for (uint32_t k = 0; k < c->agents[i].on_count; k++)
            own_all(as, NT_SCN_NODE_AGENT, i, k, &c->agents[i].on[k]);
}

static bool is_same(const struct owner *o, const struct nt_scn_step *s)
{
    return o->node.kind == s->where.kind && o->node.index == s->where.index && o->port == s->port;
}

static void report_taken(struct nt_load *l, const struct nt_scn_step *s, const struct nt_addr *a, const struct owner *o)
{
    const struct nt_scn_case *c = l->c;
    char text[NT_ADDR_TEXT], number[16] = "";
    if (o->node.kind == NT_SCN_NODE_AGENT && c->agents[o->node.index].on_count > 1)
        snprintf(number, sizeof number, ".%u", (unsigned)o->port);
    nt_diag_mend(nt_source_error(l->src, s->move_place, "%s on network '%s' is the address of '%s%s', which does not move",
                                 nt_addr_format_ip(a, text), c->networks[s->move_to.network].name, nt_scn_node_name(c, o->node),
                                 number),
                 "give another address, or none");
}

static void claim_given(struct assignment *as, const struct nt_scn_step *s)
{
    const struct owner me = {s->where, s->port};
    for (size_t i = 0; i < s->move_to.address_count; i++) {
        const struct nt_addr *a = &s->move_to.addresses[i];
        const struct owner *o = owner_of(as, s->move_to.network, a);
        if (o == NULL)
            own(as, &me, s->move_to.network, a);
        else if (!is_same(o, s) && !nt_scn_moves(as->l->c, o->node, o->port))
            report_taken(as->l, s, a, o);
    }
}

/* The next address of the prefix that nobody ever has; false: there is none. */
static bool take_next(struct assignment *as, uint32_t network, const struct nt_prefix *p, struct nt_addr *a)
{
    bool v4 = p->addr.family == NT_AF_IPV4;
    unsigned bits = (v4 ? 32U : 128U) - p->bits;
    uint32_t all = bits >= 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1, last = v4 && bits >= 2 ? all - 1 : all; /* no broadcast */
    uint32_t *next = &as->next[v4 ? 0 : 1][network];
    for (*next = *next < FIRST_HOST ? FIRST_HOST : *next; *next <= last && *next != 0; ++*next) {
        *a = nt_addr_plus(&p->addr, *next);
        if (owner_of(as, network, a) == NULL)
            return true;
    }
    return false;
}

static bool has_family(const struct nt_scn_attachment *on, uint8_t family)
{
    for (size_t i = 0; i < on->address_count; i++)
        if (on->addresses[i].family == family)
            return true;
    return false;
}

/* One of each family of the network, IPv4 first. */
static void fill_family(struct assignment *as, struct nt_scn_step *s, const struct nt_prefix *p, struct nt_addr *out, size_t *count)
{
    const struct nt_scn_network *n = &as->l->c->networks[s->move_to.network];
    const struct owner me = {s->where, s->port};
    char text[NT_ADDR_TEXT];
    for (size_t i = 0; i < s->move_to.address_count; i++)
        if (s->move_to.addresses[i].family == p->addr.family)
            out[(*count)++] = s->move_to.addresses[i];
    if (!nt_addr_is_set(&p->addr) || has_family(&s->move_to, p->addr.family))
        return;
    if (take_next(as, s->move_to.network, p, &out[*count]))
        own(as, &me, s->move_to.network, &out[(*count)++]);
    else
        nt_diag_mend(nt_source_error(as->l->src, s->move_place, "no address left for '%s' in %s, the prefix of '%s'",
                                     nt_scn_node_name(as->l->c, s->where), nt_prefix_format(p, text), n->name),
                     "make the prefix larger");
}

static void fill_addresses(struct assignment *as, struct nt_scn_step *s)
{
    const struct nt_scn_network *n = &as->l->c->networks[s->move_to.network];
    struct nt_addr *out = nt_load_alloc(as->l, (s->move_to.address_count + 2) * sizeof *out);
    size_t count = 0;
    if (out == NULL)
        return;
    fill_family(as, s, &n->ipv4, out, &count);
    fill_family(as, s, &n->ipv6, out, &count);
    s->move_to.addresses = out;
    s->move_to.address_count = count;
}

/* --- what cannot be --- */

static const struct nt_scn_attachment *begin_of(const struct nt_scn_case *c, const struct nt_scn_step *s)
{
    return s->where.kind == NT_SCN_NODE_AGENT ? &c->agents[s->where.index].on[s->port] : &c->servers[s->where.index].on;
}

static void check_line(struct nt_load *l, const struct nt_scn_step *s)
{
    const struct nt_scn_case *c = l->c;
    const uint32_t ends[2] = {begin_of(c, s)->network, s->move_to.network};
    for (size_t i = 0; i < 2; i++)
        if (c->networks[ends[i]].medium == NT_MEDIUM_P2P) {
            nt_diag_mend(nt_source_error(l->src, s->place, "'move' %s '%s', a p2p network: a line has the same two ends for ever",
                                         i == 0 ? "from" : "to", c->networks[ends[i]].name),
                         "write medium: switch, or leave out 'medium'");
            return;
        }
}

static bool networks_overlap(const struct nt_scn_network *a, const struct nt_scn_network *b)
{
    return (nt_addr_is_set(&a->ipv4.addr) && nt_addr_is_set(&b->ipv4.addr) && nt_prefix_overlaps(&a->ipv4, &b->ipv4)) ||
           (nt_addr_is_set(&a->ipv6.addr) && nt_addr_is_set(&b->ipv6.addr) && nt_prefix_overlaps(&a->ipv6, &b->ipv6));
}

/* As for agents that do not move: two of its interfaces on networks of one prefix. */
static void check_overlap(struct nt_load *l, const struct nt_scn_step *s)
{
    const struct nt_scn_case *c = l->c;
    const struct nt_scn_agent *a = s->where.kind == NT_SCN_NODE_AGENT ? &c->agents[s->where.index] : NULL;
    for (uint32_t i = 0; a != NULL && i < a->on_count; i++) {
        uint32_t other = a->on[i].network;
        if (i != s->port && other != s->move_to.network && !nt_scn_moves(c, s->where, i) &&
            networks_overlap(&c->networks[other], &c->networks[s->move_to.network]))
            nt_diag_mend(nt_source_error(l->src, s->place,
                                         "the prefix of '%s' overlaps that of '%s', and agent '%s' would be on both",
                                         c->networks[s->move_to.network].name, c->networks[other].name, a->name),
                         "give it another prefix");
    }
}

static void note_moves(struct nt_load *l)
{
    struct nt_scn_case *c = l->c;
    c->moves = nt_load_alloc(l, (c->step_count + 1) * sizeof *c->moves);
    for (uint32_t i = 0; c->moves != NULL && i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_MOVE)
            c->moves[c->move_count++] = i;
}

static void assign(struct assignment *as)
{
    struct nt_scn_case *c = as->l->c;
    note_owners(as);
    for (size_t i = 0; i < c->move_count && !as->l->nomem; i++) {
        check_line(as->l, &c->steps[c->moves[i]]);
        check_overlap(as->l, &c->steps[c->moves[i]]);
        claim_given(as, &c->steps[c->moves[i]]);
    }
    for (size_t i = 0; i < c->move_count && !as->l->nomem; i++)
        fill_addresses(as, &c->steps[c->moves[i]]);
}

void nt_assign_moves(struct nt_load *l)
{
    struct assignment as = {.l = l};
    note_moves(l);
    if (l->c->move_count == 0)
        return;
    nt_map_init(&as.owned, sizeof(struct owned_address));
    for (size_t f = 0; f < 2; f++)
        as.next[f] = nt_load_alloc(l, (l->c->network_count + 1) * sizeof *as.next[f]);
    if (!l->nomem)
        assign(&as);
    nt_map_free(&as.owned);
    free(as.owners);
}
