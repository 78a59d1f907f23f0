#include "scenarios/sweep/options.h"
#include "scenarios/sweep/draw.h"

#include <ctype.h>
#include <string.h>

static void say_sometimes(struct nt_tree *t, struct nt_rand *r, unsigned percent, const char *key, const char *word)
{
    if (nt_draw_chance(r, percent))
        nt_tree_say(t, key, "%s", word);
}

/* --- servers --- */

static struct nt_tree *add_server(struct nt_tree *servers, const char *name, const char *on, const char *kind)
{
    struct nt_tree *s = nt_tree_put(servers, name, NT_TREE_MAP);
    nt_tree_say(s, "on", "%s", on);
    nt_tree_say(s, "kind", "%s", kind);
    return s;
}

static void add_turn(struct nt_tree *servers, struct nt_rand *r)
{
    struct nt_tree *turn = add_server(servers, "turn", "internet", "turn");
    nt_tree_say(nt_tree_put(turn, "users", NT_TREE_MAP), "alice", "secret");
    say_sometimes(turn, r, 50, "realm", "example.org");
    if (nt_draw_chance(r, 8))
        nt_tree_say(nt_tree_put(turn, "deny", NT_TREE_LIST), NULL, "%s",
                    NT_DRAW(r, "10.0.0.0/8", "192.168.0.0/16", "203.0.113.0/28"));
}

void nt_sweep_servers(struct nt_tree *servers, struct nt_rand *r, struct nt_sweep_topology *t)
{
    add_server(servers, "stun", "internet", "stun");
    add_server(servers, "platform", "internet", "platform");
    if (nt_draw_chance(r, 80))
        add_turn(servers, r);
    unsigned within = nt_draw_chance(r, 10) ? nt_sweep_carrier(t) : 0;
    if (within != 0)
        add_server(servers, "stun-inside", t->networks[within].name, "stun");
}

static bool asks(const struct nt_tree *agent, const char *server)
{
    const struct nt_tree *stun = nt_tree_get(agent, "stun"), *turn = nt_tree_get(agent, "turn");
    for (size_t i = 0; stun != NULL && i < stun->count; i++)
        if (strcmp(stun->items[i]->text, server) == 0)
            return true;
    for (size_t i = 0; turn != NULL && i < turn->count; i++)
        if (strcmp(nt_tree_text(turn->items[i], "server"), server) == 0)
            return true;
    return false;
}

static void use_network(struct nt_sweep_topology *t, const char *name)
{
    for (unsigned i = 0; i < t->network_count; i++)
        if (strcmp(t->networks[i].name, name) == 0)
            nt_sweep_use(t, i);
}

void nt_sweep_use_servers(struct nt_tree *servers, const struct nt_tree *agents, struct nt_sweep_topology *t)
{
    for (size_t i = 0; servers != NULL && i < servers->count;) {
        const char *name = servers->items[i]->key;
        bool asked = strcmp(name, "platform") == 0;
        for (size_t k = 0; agents != NULL && k < agents->count; k++)
            asked |= asks(agents->items[k], name);
        if (!asked) {
            nt_tree_remove(servers, i);
            continue;
        }
        use_network(t, nt_tree_text(servers->items[i], "on"));
        i++;
    }
}

/* --- agents --- */

static bool same_prefix(const struct nt_sweep_topology *t, unsigned a, unsigned b)
{
    return strcmp(t->networks[a].prefix, t->networks[b].prefix) == 0;
}

/* One home, sometimes two, and sometimes networks of its own: an interface in each. */
static void draw_interfaces(struct nt_tree *on, char letter, struct nt_rand *r, struct nt_sweep_topology *t)
{
    unsigned home = nt_sweep_home(t), first, others = 0;
    nt_tree_say(on, NULL, "%s", t->networks[home].name);
    nt_sweep_use(t, home);
    if (nt_draw_chance(r, 8)) {
        unsigned other = nt_sweep_home(t);
        if (!same_prefix(t, home, other)) {
            nt_tree_say(on, NULL, "%s", t->networks[other].name);
            nt_sweep_use(t, other);
        }
    }
    if (on != NULL && nt_draw_chance(r, 12))
        others = nt_sweep_own_networks(t, letter, nt_draw_between(r, 1, 6 - (unsigned)on->count), &first);
    for (unsigned i = 0; i < others; i++) {
        nt_tree_say(on, NULL, "%s", t->networks[first + i].name);
        nt_sweep_use(t, first + i);
    }
}

static void ask_stun(struct nt_tree *agent, const struct nt_tree *servers, struct nt_rand *r)
{
    struct nt_tree *stun = nt_tree_put(agent, "stun", NT_TREE_LIST);
    bool inside = nt_tree_get(servers, "stun-inside") != NULL && nt_draw_chance(r, 50);
    if (!inside || nt_draw_chance(r, 70))
        nt_tree_say(stun, NULL, "stun");
    if (inside)
        nt_tree_say(stun, NULL, "stun-inside");
}

static void ask_turn(struct nt_tree *agent, struct nt_rand *r)
{
    struct nt_tree *turn = nt_tree_put(nt_tree_put(agent, "turn", NT_TREE_LIST), NULL, NT_TREE_MAP);
    nt_tree_say(turn, "server", "turn");
    nt_tree_say(turn, "user", "alice");
    nt_tree_say(turn, "password", "secret");
    say_sometimes(agent, r, 8, "policy", "relay");
}

void nt_sweep_agent(struct nt_tree *agents, const char *name, const struct nt_tree *servers, struct nt_rand *r,
                    struct nt_sweep_topology *t)
{
    struct nt_tree *agent = nt_tree_put(agents, name, NT_TREE_MAP);
    draw_interfaces(nt_tree_put(agent, "on", NT_TREE_LIST), (char)tolower((unsigned char)name[0]), r, t);
    if (nt_draw_chance(r, 90))
        ask_stun(agent, servers, r);
    if (nt_tree_get(servers, "turn") != NULL && nt_draw_chance(r, 75))
        ask_turn(agent, r);
}

/* --- settings --- */

static void draw_roles(struct nt_tree *agents, struct nt_rand *r)
{
    static const char *const roles[][2] = {{NULL, NULL},
                                           {NULL, NULL},
                                           {"controlling", "controlling"},
                                           {"controlled", "controlled"},
                                           {"controlling", "controlled"},
                                           {"controlled", "controlling"}};
    unsigned dice = nt_draw_between(r, 0, 5), ties = nt_draw_between(r, 0, 9);
    for (size_t i = 0; i < agents->count; i++) {
        if (roles[dice][i] != NULL)
            nt_tree_say(agents->items[i], "role", "%s", roles[dice][i]);
        if (ties < 4)
            nt_tree_say(agents->items[i], "tie-breaker", "5");
        else if (ties < 7)
            nt_tree_say(agents->items[i], "tie-breaker", "%u", nt_draw_between(r, 1, 3));
    }
}

static void limit_pairs(struct nt_tree *agent, struct nt_rand *r)
{
    nt_tree_say(agent, "max-pairs", "%u", nt_draw_between(r, 1, nt_draw_chance(r, 60) ? 4 : 20));
}

void nt_sweep_limit_pairs(struct nt_tree *agents, struct nt_rand *r)
{
    for (size_t i = 0; agents != NULL && i < agents->count; i++)
        if (i == 0 || nt_draw_chance(r, 60))
            limit_pairs(agents->items[i], r);
}

/* The oracle takes it that a nomination waits for checks, as by default: other times are troubles. */
static void draw_agent_settings(struct nt_tree *agent, struct nt_rand *r, bool troubled)
{
    if (troubled && nt_draw_chance(r, 45))
        limit_pairs(agent, r);
    say_sometimes(agent, r, 25, "trickle", NT_DRAW(r, "half", "full"));
    say_sometimes(agent, r, 10, "ta", troubled ? NT_DRAW(r, "20ms", "100ms", "400ms") : "20ms");
    say_sometimes(agent, r, troubled ? 25 : 0, "nomination-wait", NT_DRAW(r, "1ms", "20ms", "60ms"));
    say_sometimes(agent, r, troubled ? 12 : 0, "rto", NT_DRAW(r, "formula", "500ms", "1s"));
    say_sometimes(agent, r, 8, "keepalive", NT_DRAW(r, "15s", "18s"));
    say_sometimes(agent, r, 8, "ice2", "false");
    say_sometimes(agent, r, troubled ? 10 : 0, "icmp-errors", "true");
    say_sometimes(agent, r, troubled ? 5 : 0, "consent", "off");
}

static void draw_server_settings(struct nt_tree *server, struct nt_rand *r, bool troubled)
{
    const char *kind = nt_tree_text(server, "kind");
    if (strcmp(kind, "stun") == 0)
        say_sometimes(server, r, 15, "behaviour", "true");
    if (strcmp(kind, "turn") != 0)
        return;
    if (nt_draw_chance(r, 20))
        nt_tree_say(nt_tree_put(server, "auth", NT_TREE_LIST), NULL, "%s", NT_DRAW(r, "md5", "sha256"));
    say_sometimes(server, r, 10, "lifetime", NT_DRAW(r, "40s", "120s"));
    say_sometimes(server, r, 10, "nonce-lifetime", NT_DRAW(r, "2s", "20s"));
    say_sometimes(server, r, 5, "ports", "50000..50100");
    say_sometimes(server, r, troubled ? 8 : 0, "quota", NT_DRAW(r, "1", "2"));
}

void nt_sweep_settings(struct nt_tree *agents, struct nt_tree *servers, struct nt_rand *r, bool troubled)
{
    if (agents == NULL || servers == NULL)
        return;
    if (nt_draw_chance(r, 50))
        draw_roles(agents, r);
    for (size_t i = 0; i < agents->count; i++)
        draw_agent_settings(agents->items[i], r, troubled);
    for (size_t i = 0; i < servers->count; i++)
        draw_server_settings(servers->items[i], r, troubled);
}

/* How those that translate IPv4 forward it. */
static void draw_firewalls(struct nt_tree *gateways, struct nt_rand *r)
{
    for (size_t i = 0; gateways != NULL && i < gateways->count; i++) {
        struct nt_tree *nat = nt_tree_get(gateways->items[i], "nat");
        if (nt_tree_get(nat, "mapping") != NULL)
            say_sometimes(nat, r, 40, "ipv6", NT_DRAW(r, "firewall", "open", "none"));
    }
}

void nt_sweep_add_ipv6(struct nt_tree *agents, struct nt_tree *networks, struct nt_tree *gateways, struct nt_rand *r)
{
    draw_firewalls(gateways, r);
    for (size_t i = 0; networks != NULL && i < networks->count; i++)
        nt_tree_say(networks->items[i], "ipv6", "2001:db8:%zx::/64", i);
    for (size_t i = 0; agents != NULL && i < agents->count; i++) {
        nt_tree_say(agents->items[i], "ipv6", "on");
        say_sometimes(agents->items[i], r, 30, "prefer", NT_DRAW(r, "ipv4", "ipv6"));
    }
}

void nt_sweep_lines(struct nt_tree *networks, struct nt_rand *r, bool troubled)
{
    if (networks == NULL)
        return;
    for (size_t i = 0; i < networks->count; i++) {
        say_sometimes(networks->items[i], r, 12, "jitter", NT_DRAW(r, "1ms", "5ms", "30ms", "100ms"));
        say_sometimes(networks->items[i], r, 8, "reorder", NT_DRAW(r, "2%", "10%", "30%"));
        say_sometimes(networks->items[i], r, 5, "duplicate", NT_DRAW(r, "2%", "20%"));
    }
    if (troubled && nt_draw_chance(r, 35))
        nt_tree_say(networks->items[nt_rand_below(r, networks->count)], "loss", "%s", NT_DRAW(r, "1%", "5%", "20%"));
}
