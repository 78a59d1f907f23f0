#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/position.h"

#include "core/base/err.h"

#include <stddef.h>
#include <string.h>

struct form {
    const struct nt_yaml *on, *address, *position, *walk;
};

static const struct nt_key attachment_keys[] = {
    {.name = "on",
     .offset = offsetof(struct form, on),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "the network"},
    {.name = "address",
     .offset = offsetof(struct form, address),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "its addresses there: one, or a list (IPv4 and IPv6)"},
    {.name = "position",
     .offset = offsetof(struct form, position),
     .schema = "{\"$ref\": \"#/$defs/position\"}",
     .doc = "where it is in the Wi-Fi cell, in metres: [x, y] or [x, y, z]; the origin by default"},
    {.name = "walk",
     .offset = offsetof(struct form, walk),
     .schema = "{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 1000, \"items\": {\"$ref\": \"#/$defs/waypoint\"}}",
     .doc = "where it walks in the Wi-Fi cell: straight from one waypoint to the next; it stands still before the first and after "
            "the last"},
};
const struct nt_table nt_table_attachment = NT_TABLE("attachment", "an attachment", attachment_keys);

typedef bool claim_address(struct nt_load *l, const struct nt_yaml *at, uint32_t network, const struct nt_addr *a);

/* A map key: no padding. */
struct given_key {
    uint32_t network;
    uint8_t family[4];
    uint8_t ip[16];
};

static struct given_key given_key(uint32_t network, const struct nt_addr *a)
{
    struct given_key k;
    memset(&k, 0, sizeof k);
    k.network = network;
    k.family[0] = a->family;
    memcpy(k.ip, a->ip, sizeof k.ip);
    return k;
}

uint32_t nt_load_given(const struct nt_load *l, uint32_t network, const struct nt_addr *a)
{
    struct given_key k = given_key(network, a);
    return nt_map_get(&l->given, &k);
}

/* A host cannot have the address of the network or the broadcast address (RFC 1122, 3.2.1.3). */
static bool is_host_address(const struct nt_prefix *p, const struct nt_addr *a)
{
    if (a->family != NT_AF_IPV4 || p->bits > 30)
        return true;
    uint32_t host = ~UINT32_C(0) >> p->bits;
    uint32_t ip = (uint32_t)a->ip[0] << 24 | (uint32_t)a->ip[1] << 16 | (uint32_t)a->ip[2] << 8 | a->ip[3];
    return (ip & host) != 0 && (ip & host) != host;
}

/* A host of the network can have it. False with an error. */
static bool fits_network(struct nt_load *l, const struct nt_yaml *at, uint32_t network, const struct nt_addr *a)
{
    const struct nt_scn_network *n = &l->c->networks[network];
    const struct nt_prefix *p = a->family == NT_AF_IPV6 ? &n->ipv6 : &n->ipv4;
    char text[NT_ADDR_TEXT], prefix[NT_ADDR_TEXT];
    nt_addr_format_ip(a, text);
    if (!nt_addr_is_set(&p->addr)) {
        nt_load_error(l, at, "%s: network '%s' has no IPv%d prefix", text, n->name, a->family);
        return false;
    }
    if (!nt_prefix_contains(p, a) || !is_host_address(p, a)) {
        nt_load_error(l, at, "%s is not an address of a host in %s, the prefix of '%s'", text, nt_prefix_format(p, prefix),
                      n->name);
        return false;
    }
    return true;
}

bool nt_load_give(struct nt_load *l, const struct nt_yaml *at, uint32_t network, const struct nt_addr *a)
{
    char text[NT_ADDR_TEXT];
    if (!fits_network(l, at, network, a))
        return false;
    struct given_key k = given_key(network, a);
    uint32_t before = nt_map_get(&l->given, &k);
    if (before != NT_MAP_NONE) {
        nt_diag_mend(nt_load_error(l, at, "address %s is given twice on network '%s'", nt_addr_format_ip(a, text),
                                   l->c->networks[network].name),
                     "it is already in line %d", l->given_places[before].line);
        return false;
    }
    if (nt_grow(&l->given_places, &l->given_cap, l->given_count + 1, sizeof *l->given_places, NT_MAP_NONE - 2) != NT_OK ||
        nt_map_put(&l->given, &k, (uint32_t)l->given_count) != NT_OK) {
        l->nomem = true;
        return false;
    }
    l->given_places[l->given_count++] = at->place;
    return true;
}

/* Adds a given address to an attachment, IPv4 before IPv6. `claim` sees to it that it can be given. */
static bool add_address(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a, claim_address *claim)
{
    static const struct nt_key key = {.name = "address", .type = NT_KEY_ADDR};
    struct nt_addr addr;
    if (!nt_key_read(l, &key, v, &addr) || a->network == NT_SCN_NONE || !claim(l, v, a->network, &addr))
        return false;
    if (a->addresses == NULL)
        a->addresses = nt_load_alloc(l, NT_SCN_ADDRESSES_MAX * sizeof *a->addresses);
    if (a->addresses == NULL)
        return false;
    if (a->address_count == NT_SCN_ADDRESSES_MAX) {
        nt_load_error(l, v, "more than %d addresses on one attachment", NT_SCN_ADDRESSES_MAX);
        return false;
    }
    for (size_t i = 0; i < a->address_count; i++)
        if (nt_addr_equal(&a->addresses[i], &addr)) {
            nt_diag_mend(nt_load_error(l, v, "the address '%s' is given twice", v->text), "leave one out");
            return false;
        }
    size_t at = a->address_count++;
    for (; addr.family == NT_AF_IPV4 && at > 0 && a->addresses[at - 1].family == NT_AF_IPV6; at--)
        a->addresses[at] = a->addresses[at - 1];
    a->addresses[at] = addr;
    return true;
}

static bool add_addresses(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a, claim_address *claim)
{
    bool good = nt_yaml_count(v) > 0;
    if (!good)
        nt_diag_mend(nt_load_error(l, v, "an empty list of addresses"), "name one, or leave 'address' out");
    for (size_t i = 0; i < nt_yaml_count(v); i++)
        good = add_address(l, nt_yaml_item(v, i), a, claim) && good;
    return good;
}

bool nt_load_move_addresses(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a)
{
    return add_addresses(l, v, a, fits_network);
}

static bool read_one(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a)
{
    a->network = NT_SCN_NONE;
    if (v->kind != NT_YAML_MAP) {
        a->network = nt_load_network(l, v);
        return a->network != NT_SCN_NONE;
    }
    struct form f = {0};
    if (!nt_table_read(l, &nt_table_attachment, v, &f))
        return false;
    a->network = nt_load_network(l, f.on);
    if (a->network == NT_SCN_NONE)
        return false;
    bool good = f.address == NULL || add_addresses(l, f.address, a, nt_load_give);
    return nt_load_points(l, v, f.position, f.walk, a) && good;
}

bool nt_load_attachments(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment **out, size_t *count, size_t max)
{
    size_t n = nt_yaml_count(v);
    if (n == 0 || n > max) {
        struct nt_diag *d = nt_load_error(l, v, n == 0 ? "no network" : "%zu networks", n);
        nt_diag_mend(d, max == 1 ? "name one" : "name 1 to %zu", max);
        return false;
    }
    struct nt_scn_attachment *a = nt_load_alloc(l, n * sizeof *a);
    if (a == NULL)
        return false;
    bool good = true;
    for (size_t i = 0; i < n; i++)
        good = read_one(l, nt_yaml_item(v, i), &a[i]) && good;
    *out = a;
    *count = n;
    return good;
}

bool nt_load_address_key(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *on, size_t count)
{
    if (v == NULL)
        return true;
    if (count == 1)
        return add_addresses(l, v, on, nt_load_give);
    if (v->kind != NT_YAML_LIST || v->count != count) {
        nt_diag_mend(nt_load_error(l, v, "'address' must have one entry for each of the %zu networks", count),
                     "write [A, B], or 'on: [{on: NET, address: A}, NET]'");
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good = add_addresses(l, v->items[i], &on[i], nt_load_give) && good;
    return good;
}
