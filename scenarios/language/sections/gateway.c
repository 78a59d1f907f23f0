#include "scenarios/language/sections/gateway.h"

#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/nat_policy.h"

#include <stddef.h>

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
     .doc = "network, or list of networks; {on: NETWORK, address: A} for an address other than .1"},
    {.name = "outside", AT(outside), .schema = "{\"$ref\": \"#/$defs/attachments\"}", .flags = NT_KEY_REQUIRED, .doc = "network"},
    {.name = "address",
     AT(address),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "its address on the outside network, or a list of addresses"},
    {.name = "nat",
     AT(nat),
     .schema = "{\"$ref\": \"#/$defs/nat\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "none, blocked-udp, blocked, a preset's name, {preset: NAME, ...}, or a whole policy"},
};
const struct nt_table nt_table_gateway = NT_TABLE("gateway", "a gateway", keys);

static bool has_ipv6(const struct nt_load *l, const struct nt_scn_attachment *on)
{
    return on->network != NT_SCN_NONE && nt_addr_is_set(&l->c->networks[on->network].ipv6.addr);
}

/* IPv6 crosses a gateway between networks that have it. */
static void check_ipv6(struct nt_load *l, const struct nt_yaml *nat, const struct nt_scn_gateway *g)
{
    const struct nt_yaml *key = nat->kind == NT_YAML_MAP ? nt_yaml_key(nat, "ipv6") : NULL;
    bool inside = false;
    for (size_t i = 0; i < g->inside_count; i++)
        inside = inside || has_ipv6(l, &g->inside[i]);
    if (key != NULL && g->policy.ipv6 != NT_V6_FIREWALL && g->inside_count > 0 && g->outside.network != NT_SCN_NONE &&
        !(inside && has_ipv6(l, &g->outside)))
        nt_diag_mend(
            nt_load_error(l, key, "'ipv6' has no effect: the networks of gateway '%s' have no IPv6 on both sides", g->name),
            "give them an 'ipv6' prefix, or leave it out");
}

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
    if (f.nat != NULL) {
        nt_load_policy(l, f.nat, g);
        check_ipv6(l, f.nat, g);
    }
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
