#include "scenarios/judge/topology.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "natsim/nat/policy/policy.h"
#include "reports/result/result.h"
#include "reports/result/text.h"
#include "scenarios/apps/result_array.h"

#include <inttypes.h>

/* Ends a text and gives its bytes to the caller; "" when nothing was put. */
static char *take_text(struct nt_text *t, int *err)
{
    if (t->err != NT_OK)
        *err = t->err;
    char *p = t->p != NULL ? t->p : nt_strdup("", err);
    *t = (struct nt_text){0};
    return p;
}

static void put_item(struct nt_text *t, const char *item)
{
    nt_text_put(t, t->len > 0 ? ", " : "");
    nt_text_put(t, item);
}

/* --- networks --- */

static void put_time(struct nt_text *t, const char *name, nt_time v)
{
    nt_text_put(t, t->len > 0 && v > 0 ? ", " : "");
    if (v > 0 && v % NT_MSEC == 0)
        nt_text_printf(t, "%s %" PRId64 " ms", name, v / NT_MSEC);
    else if (v > 0)
        nt_text_printf(t, "%s %" PRId64 " us", name, v / NT_USEC);
}

static void put_chance(struct nt_text *t, const char *name, uint32_t parts)
{
    if (parts == 0)
        return;
    uint64_t per_mille = ((uint64_t)parts * 1000 + NT_CHANCE_ONE / 2) / NT_CHANCE_ONE;
    nt_text_put(t, t->len > 0 ? ", " : "");
    nt_text_printf(t, "%s %" PRIu64 ".%" PRIu64 " %%", name, per_mille / 10, per_mille % 10);
}

static char *network_text(const struct nt_scn_network *n, int *err)
{
    struct nt_text t = {0};
    put_time(&t, "delay", n->delay);
    put_time(&t, "jitter", n->jitter);
    put_chance(&t, "loss", n->loss);
    put_chance(&t, "duplicate", n->duplicate);
    put_chance(&t, "reorder", n->reorder);
    if (n->rate > 0)
        nt_text_printf(&t, "%s%" PRIu64 " kbit/s", t.len > 0 ? ", " : "", n->rate / 1000);
    if (n->mtu != 1500)
        nt_text_printf(&t, "%sMTU %" PRIu32, t.len > 0 ? ", " : "", n->mtu);
    return take_text(&t, err);
}

static void put_prefix(struct nt_text *t, const struct nt_prefix *p)
{
    char buf[NT_ADDR_TEXT];
    if (p->addr.family == NT_AF_NONE)
        return;
    put_item(t, nt_prefix_format(p, buf));
}

static int describe_networks(const struct nt_scn_case *c, struct nt_result_case *r)
{
    int err = NT_OK;
    r->networks = nt_result_array(c->network_count, sizeof *r->networks, &err);
    for (size_t i = 0; i < c->network_count && err == NT_OK; i++) {
        struct nt_text prefixes = {0};
        put_prefix(&prefixes, &c->networks[i].ipv4);
        put_prefix(&prefixes, &c->networks[i].ipv6);
        r->networks[r->network_count++] = (struct nt_result_network){
            nt_strdup(c->networks[i].name, &err), take_text(&prefixes, &err), network_text(&c->networks[i], &err)};
    }
    return err;
}

/* --- nodes --- */

/* Takes the name of the tap. */
static struct nt_result_interface interface_of(const struct nt_scn_case *c, struct nt_text *tap, const struct nt_scn_attachment *on,
                                               int *err)
{
    struct nt_text t = {0};
    char buf[NT_ADDR_TEXT];
    for (size_t i = 0; i < on->address_count; i++)
        put_item(&t, nt_addr_format_ip(&on->addresses[i], buf));
    return (struct nt_result_interface){take_text(tap, err), nt_strdup(c->networks[on->network].name, err), take_text(&t, err)};
}

/* Adds a node with room for its interfaces; NULL without memory. */
static struct nt_result_node *add_node(struct nt_result_case *r, const char *name, const char *kind, struct nt_text *text,
                                       size_t interfaces, int *err)
{
    struct nt_result_node *n = &r->nodes[r->node_count++];
    *n = (struct nt_result_node){nt_strdup(name, err), nt_strdup(kind, err), take_text(text, err),
                                 nt_result_array(interfaces, sizeof *n->interfaces, err), 0};
    return *err == NT_OK ? n : NULL;
}

static size_t count_moves(const struct nt_scn_case *c, struct nt_scn_node n)
{
    size_t count = 0;
    for (size_t i = 0; i < c->move_count; i++)
        count += c->steps[c->moves[i]].where.kind == n.kind && c->steps[c->moves[i]].where.index == n.index;
    return count;
}

/* Where steps move its attachments: each once more, with the network and the addresses there. */
static void add_moves(const struct nt_scn_case *c, struct nt_scn_node node, struct nt_result_node *n, int *err)
{
    for (size_t i = 0; i < c->move_count && *err == NT_OK; i++) {
        const struct nt_scn_step *s = &c->steps[c->moves[i]];
        struct nt_text tap = {0};
        if (s->where.kind != node.kind || s->where.index != node.index)
            continue;
        nt_text_printf(&tap, "%s.%" PRIu32, nt_scn_node_name(c, node), s->port);
        n->interfaces[n->interface_count++] = interface_of(c, &tap, &s->move_to, err);
    }
}

static int describe_agent(const struct nt_scn_case *c, const struct nt_scn_agent *a, struct nt_result_case *r)
{
    struct nt_text text = {0};
    int err = NT_OK;
    const struct nt_scn_node node = {NT_SCN_NODE_AGENT, (uint32_t)(a - c->agents)};
    nt_text_put(&text, a->exec != NULL ? a->exec : "natsim");
    struct nt_result_node *n = add_node(r, a->name, "agent", &text, a->on_count + count_moves(c, node), &err);
    for (size_t i = 0; i < a->on_count && err == NT_OK; i++) {
        struct nt_text tap = {0};
        nt_text_printf(&tap, "%s.%zu", a->name, i);
        n->interfaces[n->interface_count++] = interface_of(c, &tap, &a->on[i], &err);
    }
    if (err == NT_OK)
        add_moves(c, node, n, &err);
    return err;
}

static int describe_server(const struct nt_scn_case *c, const struct nt_scn_server *s, struct nt_result_case *r)
{
    static const struct {
        uint8_t kind;
        const char *name;
    } kinds[] = {{NT_SCN_STUN, "STUN"}, {NT_SCN_TURN, "TURN"}, {NT_SCN_PLATFORM, "signalling"}, {NT_SCN_COTURN, "coturn"}};
    struct nt_text text = {0};
    int err = NT_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((s->kinds & kinds[i].kind) != 0)
            put_item(&text, kinds[i].name);
    const struct nt_scn_node node = {NT_SCN_NODE_SERVER, (uint32_t)(s - c->servers)};
    struct nt_result_node *n = add_node(r, s->name, "server", &text, 1 + count_moves(c, node), &err);
    if (err == NT_OK && s->on.address_count > 0) {
        struct nt_text tap = {0};
        nt_text_printf(&tap, "%s.0", s->name);
        n->interfaces[n->interface_count++] = interface_of(c, &tap, &s->on, &err);
    }
    if (err == NT_OK)
        add_moves(c, node, n, &err);
    return err;
}

static void put_policy(struct nt_text *t, const struct nt_scn_gateway *g)
{
    static const char *const kinds[] = {"", "no NAT", "blocks UDP", "blocks all"};
    if (g->preset != NULL && g->preset[0] != '\0')
        nt_text_put(t, g->preset);
    else if (g->policy.kind != NT_GW_TRANSLATE)
        nt_text_put(t, kinds[g->policy.kind]);
    else
        nt_text_printf(t, "mapping %s, filtering %s", nt_dependence_name(g->policy.mapping),
                       nt_dependence_name(g->policy.filtering));
}

static int describe_gateway(const struct nt_scn_case *c, const struct nt_scn_gateway *g, struct nt_result_case *r)
{
    struct nt_text text = {0};
    int err = NT_OK;
    put_policy(&text, g);
    struct nt_result_node *n = add_node(r, g->name, "gateway", &text, g->inside_count + 1, &err);
    for (size_t i = 0; i <= g->inside_count && err == NT_OK; i++) {
        struct nt_text tap = {0};
        if (i > 0 && i < g->inside_count)
            nt_text_printf(&tap, "%s.inside.%zu", g->name, i);
        else
            nt_text_printf(&tap, "%s.%s", g->name, i < g->inside_count ? "inside" : "outside");
        n->interfaces[n->interface_count++] = interface_of(c, &tap, i < g->inside_count ? &g->inside[i] : &g->outside, &err);
    }
    return err;
}

int nt_topology_describe(const struct nt_scn_case *c, struct nt_result_case *r)
{
    int err = describe_networks(c, r);
    r->nodes = nt_result_array(c->agent_count + c->gateway_count + c->server_count, sizeof *r->nodes, &err);
    for (size_t i = 0; i < c->agent_count && err == NT_OK; i++)
        err = describe_agent(c, &c->agents[i], r);
    for (size_t i = 0; i < c->gateway_count && err == NT_OK; i++)
        err = describe_gateway(c, &c->gateways[i], r);
    for (size_t i = 0; i < c->server_count && err == NT_OK; i++)
        err = describe_server(c, &c->servers[i], r);
    if (err != NT_OK) {
        nt_result_forget_list(r, "networks");
        nt_result_forget_list(r, "nodes");
    }
    return err;
}
