#include "scenarios/language/sections/network.h"

#include "core/base/err.h"
#include "scenarios/language/sections/medium.h"
#include "scenarios/language/sections/prefix.h"

#include <stddef.h>

struct form {
    struct nt_scn_network n;
    const struct nt_yaml *burst, *wifi;
};

#define AT(field) .offset = offsetof(struct form, n.field)
#define NODE(field) .offset = offsetof(struct form, field)

static const struct nt_key keys[] = {
    {.name = "ipv4", .type = NT_KEY_PREFIX4, AT(ipv4), .doc = "IPv4 prefix; a network needs this or ipv6"},
    {.name = "ipv6", .type = NT_KEY_PREFIX6, AT(ipv6), .doc = "IPv6 prefix"},
    {.name = "medium",
     .type = NT_KEY_WORD,
     AT(medium),
     .words = nt_medium_words,
     .doc = "switch (default): all keys but burst-loss and wifi; p2p: a line between two, with delay, rate, queue, loss or "
            "burst-loss, mtu; "
            "csma: a bus, with the same keys, rate required; wifi: a cell, with queue, mtu, wifi; csma, wifi and burst-loss need "
            "--carrier ns3"},
    {.name = "delay", .type = NT_KEY_TIME, AT(delay), .doc = "delay of each packet that crosses it; 0s by default"},
    {.name = "jitter", .type = NT_KEY_TIME, AT(jitter), .doc = "added to the delay: uniform from 0 to this; packets stay in order"},
    {.name = "loss", .type = NT_KEY_PERCENT, AT(loss), .doc = "share of packets that are lost"},
    {.name = "duplicate", .type = NT_KEY_PERCENT, AT(duplicate), .doc = "share of packets that are duplicated"},
    {.name = "reorder", .type = NT_KEY_PERCENT, AT(reorder), .doc = "share of packets that are reordered"},
    {.name = "rate", .type = NT_KEY_RATE, AT(rate), .doc = "of each attachment that sends; unlimited by default"},
    {.name = "queue",
     .type = NT_KEY_U32,
     AT(queue),
     .low = 1,
     .high = 1000000,
     .doc = "packets that wait for the rate before the next is dropped; 100 by default"},
    {.name = "mtu",
     .type = NT_KEY_U32,
     AT(mtu),
     .low = 68,
     .high = 65535,
     .doc = "bytes, 68 at least (RFC 791, 3.2); 1500 by default; at most 1500 on csma, 2296 on wifi"},
    {.name = "burst-loss",
     NODE(burst),
     .schema = "{\"$ref\": \"#/$defs/burst\"}",
     .doc = "packets that are lost in bursts, on p2p and csma; instead of loss"},
    {.name = "wifi",
     NODE(wifi),
     .schema = "{\"$ref\": \"#/$defs/wifi\"}",
     .doc = "the Wi-Fi cell; its defaults apply without this key"},
};
const struct nt_table nt_table_network = NT_TABLE("network", "a network", keys);

/* A prefix that was given, and can be read. */
static void check_prefix(struct nt_load *l, const struct nt_yaml *v, const struct nt_prefix *p)
{
    const char *why = nt_addr_is_set(&p->addr) ? nt_prefix_why_unusable(p) : NULL;
    if (why != NULL)
        nt_diag_mend(nt_load_error(l, v, "no network can have the prefix %s: %s", v->text, why), "write another one, as in %s",
                     p->addr.family == NT_AF_IPV4 ? "203.0.113.0/24 or 10.1.0.0/24" : "2001:db8:1::/64");
}

static void read_network(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_network *n)
{
    struct form f = {.n = *n};
    /* A medium that cannot be read is one error: its attachments may still have positions. */
    if (nt_yaml_get(v, "medium") != NULL)
        f.n.medium = NT_MEDIUM_WIFI;
    bool good = nt_table_read(l, &nt_table_network, v, &f);
    *n = f.n;
    if (!good)
        return;
    nt_load_medium(l, v, f.burst, f.wifi, n);
    check_prefix(l, nt_yaml_get(v, "ipv4"), &n->ipv4);
    check_prefix(l, nt_yaml_get(v, "ipv6"), &n->ipv6);
    if (nt_yaml_get(v, "queue") != NULL && n->rate == 0 && n->medium == NT_MEDIUM_SWITCH)
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, "queue"), "'queue' has no effect without 'rate': nothing waits"),
                     "add rate: 10Mbit, or leave it out");
    if (!nt_addr_is_set(&n->ipv4.addr) && !nt_addr_is_set(&n->ipv6.addr))
        nt_diag_mend(nt_load_error(l, v, "network '%s' has no prefix", n->name), "write ipv4: 203.0.113.0/24, or ipv6");
    /* RFC 8200, 5: "IPv6 requires that every link in the Internet have an MTU of 1280 octets or greater." */
    if (nt_addr_is_set(&n->ipv6.addr) && n->mtu < 1280)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "mtu"), "an MTU of %u is too small for IPv6", (unsigned)n->mtu),
                     "write 1280 or more");
}

void nt_load_networks(struct nt_load *l, const struct nt_yaml *section)
{
    size_t n = section->count;
    l->c->networks = nt_load_alloc(l, (n + 1) * sizeof *l->c->networks);
    if (l->c->networks == NULL || nt_names_init(&l->networks, l->arena, n) != NT_OK) {
        l->nomem = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct nt_scn_network *net = &l->c->networks[i];
        *net = (struct nt_scn_network){
            .name = nt_load_text(l, section->keys[i]->text), .place = section->keys[i]->place, .queue = 100, .mtu = 1500};
        if (nt_load_check_name(l, section->keys[i]) && !l->nomem)
            nt_names_add(&l->networks, net->name, (uint32_t)i);
        read_network(l, section->items[i], net);
    }
    l->c->network_count = n;
}
