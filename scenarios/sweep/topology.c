#include "scenarios/sweep/topology.h"
#include "scenarios/sweep/draw.h"
#include "scenarios/sweep/nats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HOME_PREFIXES "192.168.1.0/24", "10.0.0.0/24"
#define LABEL_BYTES 48

/* How likely it goes on inwards from each level, in percent. */
static const unsigned deeper[NT_SWEEP_LEVELS] = {96, 50, 45, 40, 40};

void nt_sweep_topology_init(struct nt_sweep_topology *t, struct nt_arena *a, uint64_t number, struct nt_rand *r, bool troubled)
{
    *t = (struct nt_sweep_topology){.arena = a, .number = number, .r = r, .troubled = troubled, .network_count = 1};
    t->networks[0] = (struct nt_sweep_network){.name = "internet", .prefix = "203.0.113.0/24", .used = true};
    t->networks[0].delay = (unsigned[]){5, 20, 40}[nt_rand_below(r, 3)];
}

static bool is_full(const struct nt_sweep_topology *t)
{
    return t->network_count + NT_SWEEP_INSIDE_MAX > NT_SWEEP_NETWORKS_MAX || t->gateway_count == NT_SWEEP_GATEWAYS_MAX;
}

/* The draws of its NAT are its own. */
static struct nt_sweep_gateway *add_gateway(struct nt_sweep_topology *t, const char *name, unsigned outside)
{
    struct nt_sweep_gateway *g = &t->gateways[t->gateway_count++];
    struct nt_rand r;
    char label[LABEL_BYTES];
    *g = (struct nt_sweep_gateway){.t = nt_tree_new(t->arena, NT_TREE_MAP), .outside = outside};
    snprintf(g->name, sizeof g->name, "%s", name);
    snprintf(label, sizeof label, "sweep nat %s", name);
    nt_rand_init(&r, t->number, label);
    nt_tree_put(g->t, "inside", NT_TREE_LIST); /* in this order in the file */
    nt_tree_put(g->t, "outside", NT_TREE_SCALAR);
    nt_sweep_nat(g->t, &r, t->troubled);
    return g;
}

static struct nt_sweep_network *add_network(struct nt_sweep_topology *t, struct nt_sweep_gateway *g)
{
    struct nt_sweep_network *n = &t->networks[t->network_count];
    *n = (struct nt_sweep_network){.level = t->networks[g->outside].level + 1};
    g->inside[g->inside_count++] = t->network_count++;
    return n;
}

/* Networks with the same prefix need a translating gateway each, and nobody behind them. */
static void draw_prefix(struct nt_sweep_topology *t, struct nt_sweep_network *n, bool may_be_home)
{
    n->home = may_be_home && nt_draw_chance(t->r, 50);
    if (n->home)
        snprintf(n->prefix, sizeof n->prefix, "%s", NT_DRAW(t->r, HOME_PREFIXES));
    else
        snprintf(n->prefix, sizeof n->prefix, "10.%u.0.0/24", t->network_count - 1);
}

/* A new gateway and the network inside it, sometimes two. */
static unsigned go_behind(struct nt_sweep_topology *t, unsigned outside)
{
    char name[24];
    unsigned number = t->gateway_count + 1;
    snprintf(name, sizeof name, "gw%u", number);
    struct nt_sweep_gateway *g = add_gateway(t, name, outside);
    struct nt_sweep_network *n = add_network(t, g);
    bool leaf = n->level == NT_SWEEP_LEVELS || nt_draw_chance(t->r, 50);
    snprintf(n->name, sizeof n->name, "net%u", number);
    draw_prefix(t, n, leaf && nt_sweep_translates(g->t));
    n->delay = (unsigned[]){1, 1, 3, 8}[nt_rand_below(t->r, 4)];
    if (nt_draw_chance(t->r, 8)) {
        struct nt_sweep_network *second = add_network(t, g);
        snprintf(second->name, sizeof second->name, "net%ub", number);
        draw_prefix(t, second, false);
        second->delay = 1;
    }
    return g->inside[0];
}

/* One of the networks behind this one, those first that others may be behind; itself: there is none. */
static unsigned some_network_behind(struct nt_sweep_topology *t, unsigned outside)
{
    unsigned found[NT_SWEEP_NETWORKS_MAX], count = 0, homes = 0;
    for (unsigned i = 0; i < t->gateway_count; i++)
        for (unsigned k = 0; t->gateways[i].outside == outside && k < t->gateways[i].inside_count; k++) {
            found[count++] = t->gateways[i].inside[k];
            homes += t->networks[found[count - 1]].home;
        }
    for (unsigned i = 0; homes < count && i < count; i++)
        if (t->networks[found[i]].home)
            found[i--] = found[--count];
    return count > 0 ? found[nt_rand_below(t->r, count)] : outside;
}

unsigned nt_sweep_home(struct nt_sweep_topology *t)
{
    unsigned at = 0;
    for (unsigned level = 0; level < NT_SWEEP_LEVELS && nt_draw_chance(t->r, deeper[level]); level++) {
        unsigned inner = some_network_behind(t, at);
        if (inner != at && nt_draw_chance(t->r, 35))
            at = inner;
        else if (!t->networks[at].home && !is_full(t))
            at = go_behind(t, at);
    }
    return at;
}

unsigned nt_sweep_own_networks(struct nt_sweep_topology *t, char agent, unsigned count, unsigned *first)
{
    struct nt_sweep_gateway *g = NULL;
    unsigned made = 0;
    *first = t->network_count;
    for (; made < count && !is_full(t); made++) {
        unsigned number = t->network_count;
        char name[24];
        snprintf(name, sizeof name, "gw-%c%u", agent, made + 1);
        if (g == NULL || g->inside_count == NT_SWEEP_INSIDE_MAX || nt_draw_chance(t->r, 40))
            g = add_gateway(t, name, 0);
        struct nt_sweep_network *n = add_network(t, g);
        snprintf(n->name, sizeof n->name, "%c%u", agent, made + 1);
        snprintf(n->prefix, sizeof n->prefix, "10.%u.0.0/24", number);
        n->delay = (unsigned[]){1, 1, 3}[nt_rand_below(t->r, 3)];
    }
    return made;
}

unsigned nt_sweep_carrier(const struct nt_sweep_topology *t)
{
    unsigned found[NT_SWEEP_NETWORKS_MAX], count = 0;
    for (unsigned i = 1; i < t->network_count; i++)
        if (!t->networks[i].home)
            found[count++] = i;
    return count > 0 ? found[nt_rand_below(t->r, count)] : 0;
}

void nt_sweep_use(struct nt_sweep_topology *t, unsigned network)
{
    t->networks[network].used = true;
    for (unsigned i = 0; i < t->gateway_count && network != 0; i++) {
        struct nt_sweep_gateway *g = &t->gateways[i];
        bool inside = false;
        for (unsigned k = 0; k < g->inside_count; k++)
            inside |= g->inside[k] == network;
        if (inside) {
            g->used = true;
            nt_sweep_use(t, g->outside);
        }
    }
}

static void write_gateway(const struct nt_sweep_topology *t, struct nt_tree *into, const struct nt_sweep_gateway *g)
{
    struct nt_tree *inside = nt_tree_put(g->t, "inside", NT_TREE_LIST);
    for (unsigned k = 0; k < g->inside_count; k++)
        if (t->networks[g->inside[k]].used)
            nt_tree_say(inside, NULL, "%s", t->networks[g->inside[k]].name);
    nt_tree_say(g->t, "outside", "%s", t->networks[g->outside].name);
    nt_tree_hang(into, g->name, g->t);
}

void nt_sweep_topology_write(const struct nt_sweep_topology *t, struct nt_tree *networks, struct nt_tree *gateways)
{
    for (unsigned i = 0; i < t->network_count; i++) {
        const struct nt_sweep_network *n = &t->networks[i];
        struct nt_tree *network = n->used ? nt_tree_put(networks, n->name, NT_TREE_MAP) : NULL;
        nt_tree_say(network, "ipv4", "%s", n->prefix);
        nt_tree_say(network, "delay", "%ums", n->delay);
    }
    for (unsigned i = 0; i < t->gateway_count; i++)
        if (t->gateways[i].used)
            write_gateway(t, gateways, &t->gateways[i]);
}
