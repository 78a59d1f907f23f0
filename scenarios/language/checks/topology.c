#include "scenarios/language/checks/topology.h"

#include <stdlib.h>
#include <string.h>

struct row {
    struct nt_prefix prefix;
    uint32_t domain, network;
};

/* For each network the gateway that it is inside of, or NT_SCN_NONE. */
static uint32_t *find_above(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    uint32_t *above = nt_load_alloc(l, (c->network_count + 1) * sizeof *above);
    if (above == NULL)
        return NULL;
    for (size_t i = 0; i < c->network_count; i++)
        above[i] = NT_SCN_NONE;
    for (uint32_t i = 0; i < c->gateway_count; i++)
        for (size_t j = 0; j < c->gateways[i].inside_count; j++) {
            uint32_t n = c->gateways[i].inside[j].network;
            if (above[n] != NT_SCN_NONE)
                nt_diag_mend(nt_source_error(l->src, c->gateways[i].place, "network '%s' is already the inside of gateway '%s'",
                                             c->networks[n].name, c->gateways[above[n]].name),
                             "a network has one gateway: put the second behind a network of its own");
            else
                above[n] = i;
        }
    return above;
}

/* Follows each network outwards; walk[n]: 1 + the network from which n was reached first. */
static bool check_cycles(struct nt_load *l, const uint32_t *above)
{
    const struct nt_scn_case *c = l->c;
    uint32_t *walk = nt_load_alloc(l, (c->network_count + 1) * sizeof *walk);
    bool good = walk != NULL;
    for (uint32_t i = 0; walk != NULL && i < c->network_count; i++) {
        uint32_t n = i, mark = i + 1;
        while (walk[n] == 0 && above[n] != NT_SCN_NONE) {
            walk[n] = mark;
            n = c->gateways[above[n]].outside.network;
        }
        if (walk[n] != mark || above[n] == NT_SCN_NONE) {
            walk[n] = walk[n] == 0 ? mark : walk[n];
            continue;
        }
        const struct nt_scn_gateway *g = &c->gateways[above[n]];
        nt_diag_mend(nt_source_error(l->src, g->place, "the outside of gateway '%s' leads back to its inside '%s'", g->name,
                                     c->networks[n].name),
                     "choose an outside network nearer to the internet");
        good = false;
    }
    return good;
}

/* There are no cycles. The gateway that is one too many is named, once. */
static void check_nesting(struct nt_load *l, const uint32_t *above)
{
    const struct nt_scn_case *c = l->c;
    for (uint32_t i = 0; i < c->network_count; i++) {
        uint32_t n = i, depth = 0;
        while (above[n] != NT_SCN_NONE && depth++ < NT_SCN_NESTED_MAX)
            n = c->gateways[above[n]].outside.network;
        if (above[n] == NT_SCN_NONE)
            continue;
        nt_diag_mend(nt_source_error(l->src, c->gateways[above[i]].place, "gateway '%s' is nested deeper than %d levels",
                                     c->gateways[above[i]].name, NT_SCN_NESTED_MAX),
                     "a hop limit is 255 at most: put fewer gateways behind each other");
        return;
    }
}

static uint32_t root_of(uint32_t *domain, uint32_t n)
{
    while (domain[n] != n) {
        domain[n] = domain[domain[n]];
        n = domain[n];
    }
    return n;
}

static void join_domains(uint32_t *domain, uint32_t a, uint32_t b)
{
    domain[root_of(domain, a)] = root_of(domain, b);
}

/* Networks share a routing domain when no translating gateway is between them: the outermost ones, the insides of one gateway, and
 * both sides of a gateway that does not translate. */
static void find_domains(const struct nt_scn_case *c, const uint32_t *above, uint32_t *domain)
{
    uint32_t outermost = NT_SCN_NONE;
    for (uint32_t i = 0; i < c->network_count; i++)
        domain[i] = i;
    for (uint32_t i = 0; i < c->network_count; i++) {
        if (above[i] != NT_SCN_NONE)
            continue;
        if (outermost != NT_SCN_NONE)
            join_domains(domain, i, outermost);
        outermost = i;
    }
    for (size_t i = 0; i < c->gateway_count; i++) {
        const struct nt_scn_gateway *g = &c->gateways[i];
        for (size_t j = 1; j < g->inside_count; j++)
            join_domains(domain, g->inside[j].network, g->inside[0].network);
        if (g->policy.kind != NT_GW_TRANSLATE && g->inside_count > 0)
            join_domains(domain, g->inside[0].network, g->outside.network);
    }
}

static int compare_rows(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    int order = nt_addr_cmp(&a->prefix.addr, &b->prefix.addr);
    if (order != 0)
        return order;
    if (a->prefix.bits != b->prefix.bits)
        return a->prefix.bits < b->prefix.bits ? -1 : 1;
    return a->network < b->network ? -1 : a->network > b->network;
}

static void report_overlap(struct nt_load *l, const struct row *a, const struct row *b, const char *where)
{
    const struct nt_scn_case *c = l->c;
    const struct row *late = a->network > b->network ? a : b, *early = late == a ? b : a;
    char one[NT_ADDR_TEXT], two[NT_ADDR_TEXT];
    nt_diag_mend(nt_source_error(l->src, c->networks[late->network].place, "%s of '%s' overlaps %s of '%s'%s",
                                 nt_prefix_format(&late->prefix, one), c->networks[late->network].name,
                                 nt_prefix_format(&early->prefix, two), c->networks[early->network].name, where),
                 "give it another prefix, or put a translating gateway between them");
}

/* Sorted by address, a prefix comes after the one that contains it. */
static void check_rows(struct nt_load *l, struct row *rows, size_t n, const char *where)
{
    qsort(rows, n, sizeof *rows, compare_rows);
    for (size_t i = 1, holder = 0; i < n; i++) {
        if (rows[i].domain == rows[holder].domain && rows[i].network != rows[holder].network &&
            nt_prefix_overlaps(&rows[holder].prefix, &rows[i].prefix))
            report_overlap(l, &rows[holder], &rows[i], where);
        else
            holder = i;
    }
}

static size_t add_rows(const struct nt_scn_case *c, uint32_t network, uint32_t domain, struct row *rows)
{
    size_t n = 0;
    const struct nt_prefix *both[2] = {&c->networks[network].ipv4, &c->networks[network].ipv6};
    for (size_t f = 0; f < 2; f++)
        if (nt_addr_is_set(&both[f]->addr))
            rows[n++] = (struct row){*both[f], domain, network};
    return n;
}

static void check_prefixes(struct nt_load *l, const uint32_t *above)
{
    const struct nt_scn_case *c = l->c;
    uint32_t *domain = nt_load_alloc(l, (c->network_count + 1) * sizeof *domain);
    struct row *rows = nt_load_alloc(l, (2 * c->network_count + 2 * NT_ICE_INTERFACES_MAX) * sizeof *rows);
    size_t n = 0;
    if (domain == NULL || rows == NULL)
        return;
    find_domains(c, above, domain);
    for (uint32_t i = 0; i < c->network_count; i++)
        n += add_rows(c, i, root_of(domain, i), rows + n);
    check_rows(l, rows, n, "");
    for (size_t i = 0; i < c->agent_count; i++) {
        n = 0;
        for (size_t j = 0; c->agents[i].on_count > 1 && j < c->agents[i].on_count; j++)
            n += add_rows(c, c->agents[i].on[j].network, 0, rows + n);
        check_rows(l, rows, n, ", and an agent is on both");
    }
}

void nt_check_topology(struct nt_load *l)
{
    size_t before = l->src->errors;
    uint32_t *above = find_above(l);
    if (above != NULL && l->src->errors == before && check_cycles(l, above)) {
        check_nesting(l, above);
        check_prefixes(l, above);
    }
}
