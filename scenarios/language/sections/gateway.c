/* Gateways, and the names of all nodes. */
#include "scenarios/language/key_table.h"

#include "core/base/err.h"

#include <stddef.h>
#include <string.h>

#define INSIDE_MAX 64

struct form {
    const struct nt_yaml *inside, *outside, *address, *nat;
};

#define AT(field) .offset = offsetof(struct form, field)

static const struct nt_key keys[] = {
    {.name = "inside",
     AT(inside),
     .schema = "{\"$ref\": \"#/$defs/attachments\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "network, or list of networks; {on: NET, address: A} for an address other than .1"},
    {.name = "outside", AT(outside), .schema = "{\"$ref\": \"#/$defs/attachments\"}", .flags = NT_KEY_REQUIRED, .doc = "network"},
    {.name = "address", AT(address), .schema = "{\"$ref\": \"#/$defs/addresses\"}", .doc = "outside address, or list of them"},
    {.name = "nat",
     AT(nat),
     .schema = "{\"$ref\": \"#/$defs/nat\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "none, blocked-udp, blocked, a preset's name, {preset: NAME, ...}, or a whole policy"},
};
const struct nt_table nt_table_gateway = NT_TABLE("gateway", "a gateway", keys);

static void read_gateway(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g)
{
    struct form f = {0};
    struct nt_scn_attachment *outside = NULL;
    size_t count = 0;
    nt_nat_policy_init(&g->policy);
    g->outside.network = NT_SCN_NONE;
    g->preset = nt_load_text(l, "");
    nt_table_read(l, &nt_table_gateway, v, &f);
    if (f.inside != NULL)
        nt_load_attachments(l, f.inside, &g->inside, &g->inside_count, INSIDE_MAX);
    if (f.outside != NULL && nt_load_attachments(l, f.outside, &outside, &count, 1)) {
        nt_load_address_key(l, f.address, outside, 1);
        g->outside = *outside;
    }
    if (f.nat != NULL)
        nt_load_policy(l, f.nat, g);
    size_t given4 = 0;
    for (size_t i = 0; i < g->outside.address_count; i++)
        given4 += g->outside.addresses[i].family == NT_AF_IPV4;
    if (given4 > (g->policy.kind == NT_GW_TRANSLATE ? g->policy.addresses : 1))
        nt_diag_mend(nt_load_error(l, f.address != NULL ? f.address : f.outside, "%zu addresses are given, and the policy has %u",
                                   given4, (unsigned)g->policy.addresses),
                     "write 'addresses: %zu' in the policy", given4);
}

void nt_load_gateways(struct nt_load *l, const struct nt_yaml *section)
{
    size_t n = section != NULL ? section->count : 0;
    l->c->gateways = nt_load_alloc(l, (n + 1) * sizeof *l->c->gateways);
    for (size_t i = 0; l->c->gateways != NULL && i < n; i++) {
        l->c->gateways[i].name = nt_load_text(l, section->keys[i]->text);
        l->c->gateways[i].place = section->keys[i]->place;
        l->c->gateway_count = i + 1;
        read_gateway(l, section->items[i], &l->c->gateways[i]);
    }
}

static void add_names(struct nt_load *l, const struct nt_yaml *section, enum nt_scn_node_kind kind)
{
    for (size_t i = 0; section != NULL && i < section->count; i++) {
        const struct nt_yaml *key = section->keys[i];
        if (!nt_load_check_name(l, key))
            continue;
        if (kind == NT_SCN_NODE_AGENT && nt_table_find(&nt_table_expect, key->text) != NULL) {
            nt_diag_mend(nt_load_error(l, key, "an agent cannot be called '%s'", key->text), "it is a key of 'expect'");
            continue;
        }
        if (nt_names_add(&l->nodes, key->text, (uint32_t)kind << 28 | (uint32_t)i) == NT_EEXIST)
            nt_diag_mend(nt_load_error(l, key, "the name '%s' is taken by %s", key->text,
                                       nt_load_kind_name(nt_load_find_node(l, key->text).kind)),
                         "give each gateway, server and agent a name of its own");
    }
}

void nt_load_names(struct nt_load *l, const struct nt_yaml *gateways, const struct nt_yaml *servers, const struct nt_yaml *agents)
{
    size_t n =
        (gateways != NULL ? gateways->count : 0) + (servers != NULL ? servers->count : 0) + (agents != NULL ? agents->count : 0);
    if (nt_names_init(&l->nodes, l->arena, n) != NT_OK) {
        l->nomem = true;
        return;
    }
    add_names(l, gateways, NT_SCN_NODE_GATEWAY);
    add_names(l, servers, NT_SCN_NODE_SERVER);
    add_names(l, agents, NT_SCN_NODE_AGENT);
}
