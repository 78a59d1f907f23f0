#include "scenarios/language/checks/addresses.h"

#include "scenarios/language/sections/attachment.h"

struct cursor {
    uint32_t next4, next6;
};

struct assign {
    struct nt_load *l;
    struct cursor *cursors; /* by network */
};

/* The largest host number of a prefix, without the broadcast address. */
static uint32_t last_host(const struct nt_prefix *p)
{
    unsigned total = p->addr.family == NT_AF_IPV4 ? 32 : 128;
    unsigned bits = total - p->bits;
    uint32_t all = bits >= 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
    return p->addr.family == NT_AF_IPV4 && bits >= 2 ? all - 1 : all;
}

/* `count` consecutive free addresses of the network; false when its prefix is full. */
static bool take_run(struct assign *as, uint32_t network, const struct nt_prefix *p, uint32_t count, struct nt_addr *out)
{
    struct cursor *c = &as->cursors[network];
    uint32_t *next = p->addr.family == NT_AF_IPV4 ? &c->next4 : &c->next6, last = last_host(p);
    for (uint32_t start = *next, n = 0; start + n <= last && start + n >= start;) {
        struct nt_addr a = nt_addr_plus(&p->addr, start + n);
        if (nt_load_given(as->l, network, &a) != NT_MAP_NONE) {
            start += n + 1;
            n = 0;
            continue;
        }
        out[n++] = a;
        if (n == count) {
            *next = start + n;
            return true;
        }
        if (start + n == UINT32_MAX)
            break;
    }
    return false;
}

static size_t copy_family(const struct nt_scn_attachment *a, int family, struct nt_addr *out)
{
    size_t n = 0;
    for (size_t i = 0; i < a->address_count; i++)
        if (a->addresses[i].family == family)
            out[n++] = a->addresses[i];
    return n;
}

/* Fills one family up to `count` addresses, the given ones first. */
static size_t fill_family(struct assign *as, const struct nt_scn_attachment *a, const struct nt_prefix *p, int family,
                          uint32_t count, struct nt_addr *out, struct nt_place at, const char *name)
{
    size_t n = copy_family(a, family, out);
    if (!nt_addr_is_set(&p->addr) || n >= count)
        return n;
    if (take_run(as, a->network, p, count - (uint32_t)n, out + n))
        return count;
    char text[NT_ADDR_TEXT];
    nt_diag_mend(nt_source_error(as->l->src, at, "no address left for '%s' in %s, the prefix of '%s'", name,
                                 nt_prefix_format(p, text), as->l->c->networks[a->network].name),
                 "make the prefix larger");
    return n;
}

static void fill_attachment(struct assign *as, struct nt_scn_attachment *a, uint32_t count4, uint32_t count6, struct nt_place at,
                            const char *name)
{
    const struct nt_scn_network *n = &as->l->c->networks[a->network];
    size_t want = (size_t)count4 + count6 + a->address_count;
    struct nt_addr *out = nt_load_alloc(as->l, want * sizeof *out);
    if (out == NULL)
        return;
    size_t have = fill_family(as, a, &n->ipv4, NT_AF_IPV4, count4, out, at, name);
    have += fill_family(as, a, &n->ipv6, NT_AF_IPV6, count6, out + have, at, name);
    a->addresses = out;
    a->address_count = have;
}

/* .1 and ::1 of an inside network, unless the address of the gateway is given. */
static void fill_inside(struct assign *as, struct nt_scn_attachment *a, const struct nt_scn_gateway *g)
{
    const struct nt_scn_network *n = &as->l->c->networks[a->network];
    const struct nt_prefix *prefixes[2] = {&n->ipv4, &n->ipv6};
    struct nt_addr *out = nt_load_alloc(as->l, (a->address_count + 2) * sizeof *out);
    size_t have = 0;
    for (size_t f = 0; out != NULL && f < 2; f++) {
        int family = f == 0 ? NT_AF_IPV4 : NT_AF_IPV6;
        size_t given_count = copy_family(a, family, out + have);
        have += given_count;
        if (given_count > 0 || !nt_addr_is_set(&prefixes[f]->addr))
            continue;
        char text[NT_ADDR_TEXT];
        struct nt_addr first = nt_addr_plus(&prefixes[f]->addr, 1);
        uint32_t given = nt_load_given(as->l, a->network, &first);
        if (last_host(prefixes[f]) < 1)
            nt_diag_mend(nt_source_error(as->l->src, g->place, "no address left for '%s' in %s, the prefix of '%s'", g->name,
                                         nt_prefix_format(prefixes[f], text), n->name),
                         "make the prefix larger");
        else if (given != NT_MAP_NONE)
            nt_diag_mend(nt_source_error(as->l->src, as->l->given_places[given], "%s is the address of gateway '%s' on '%s'",
                                         nt_addr_format_ip(&first, text), g->name, n->name),
                         "give another address");
        out[have++] = first;
    }
    if (out != NULL) {
        a->addresses = out;
        a->address_count = have;
    }
}

/* The relay address: the given one, added to the addresses of the server, or the second one. */
static size_t place_relay(struct nt_addr *relay, struct nt_addr *of_family, size_t n)
{
    if (!nt_addr_is_set(relay)) {
        if (n > 1)
            *relay = of_family[1];
        return n;
    }
    for (size_t i = 0; i < n; i++)
        if (nt_addr_same_ip(&of_family[i], relay))
            return n;
    of_family[n] = *relay;
    return n + 1;
}

/* A server has two addresses for RFC 5780 (it answers from the other one) or for TURN (relayed addresses), and two for both. */
static void fill_server(struct assign *as, struct nt_scn_server *s)
{
    struct nt_scn_attachment *on = &s->on;
    bool turn = (s->kinds & NT_SCN_TURN) != 0;
    uint32_t count4 = s->behaviour || (turn && !nt_addr_is_set(&s->relay)) ? 2 : 1;
    uint32_t count6 = s->behaviour || (turn && !nt_addr_is_set(&s->relay6)) ? 2 : 1;
    fill_attachment(as, on, count4, count6, s->place, s->name);
    struct nt_addr *out = nt_load_alloc(as->l, (on->address_count + 2) * sizeof *out);
    if (!turn || out == NULL)
        return;
    size_t have = place_relay(&s->relay, out, copy_family(on, NT_AF_IPV4, out));
    have += place_relay(&s->relay6, out + have, copy_family(on, NT_AF_IPV6, out + have));
    on->addresses = out;
    on->address_count = have;
}

void nt_assign_addresses(struct nt_load *l)
{
    struct nt_scn_case *c = l->c;
    struct assign as = {.l = l, .cursors = nt_load_alloc(l, (c->network_count + 1) * sizeof *as.cursors)};
    if (as.cursors == NULL)
        return;
    for (size_t i = 0; i < c->network_count; i++)
        as.cursors[i] = (struct cursor){2, 2};
    for (size_t i = 0; i < c->gateway_count; i++)
        for (size_t j = 0; j < c->gateways[i].inside_count; j++)
            fill_inside(&as, &c->gateways[i].inside[j], &c->gateways[i]);
    for (size_t i = 0; i < c->gateway_count; i++) {
        struct nt_scn_gateway *g = &c->gateways[i];
        fill_attachment(&as, &g->outside, g->policy.kind == NT_GW_TRANSLATE ? g->policy.addresses : 1, 1, g->place, g->name);
    }
    for (size_t i = 0; i < c->server_count; i++)
        fill_server(&as, &c->servers[i]);
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t j = 0; j < c->agents[i].on_count; j++)
            fill_attachment(&as, &c->agents[i].on[j], 1, 1, c->agents[i].place, c->agents[i].name);
}
