#include "scenarios/sweep/nats.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/sweep/draw.h"

#include <string.h>

static const char *const answers[] = {"too-big", "limit", "limit-host", "ttl", "echo", "echo-outside", "port", "route", "host"};
enum { ANSWERS = sizeof answers / sizeof *answers, TOO_BIG = 1, LIMIT = 2, LIMIT_HOST = 4, NO_ERRORS = 1 << 4 | 1 << 5 };

#define DEPENDENCES "endpoint-independent", "address-dependent", "address-and-port-dependent"

struct policy { /* in the making */
    struct nt_tree *t;
    struct nt_rand *r;
    bool router, troubled;
};

static bool says(const struct policy *p, const char *key, const char *word)
{
    return strcmp(nt_tree_text(p->t, key), word) == 0;
}

/* With so many percent. */
static void say_sometimes(struct policy *p, unsigned percent, const char *key, const char *word)
{
    if (nt_draw_chance(p->r, percent))
        nt_tree_say(p->t, key, "%s", word);
}

/* --- ICMP, which changes no path --- */

/* The words of `answers` that have an effect; 0: none is left. */
static unsigned draw_answers(struct policy *p)
{
    unsigned idle = (says(p, "icmp", "drop-too-big") ? TOO_BIG : 0) | (p->router ? LIMIT | LIMIT_HOST : 0);
    unsigned bits = nt_draw_chance(p->r, 30) ? 0 : nt_draw_some(p->r, ANSWERS, ANSWERS) & ~idle;
    return (bits & LIMIT) != 0 ? bits & ~(unsigned)LIMIT_HOST : bits; /* one or the other */
}

static void list_answers(struct policy *p, unsigned bits)
{
    struct nt_tree *list = nt_tree_put(p->t, "answers", NT_TREE_LIST);
    for (unsigned i = 0; i < ANSWERS; i++)
        if ((bits >> i & 1) != 0)
            nt_tree_say(list, NULL, "%s", answers[i]);
    if (bits == 0)
        nt_tree_say(list, NULL, "none");
}

/* Of errors but "too big", where any are sent. */
static void draw_icmp_rate(struct policy *p, bool errors)
{
    if (!errors || !nt_draw_chance(p->r, 10))
        return;
    struct nt_tree *rate = nt_tree_put(p->t, "icmp-rate", NT_TREE_MAP);
    nt_tree_say(rate, "burst", "%s", NT_DRAW(p->r, "1", "6"));
    nt_tree_say(rate, "interval", "1s");
}

static void draw_icmp(struct policy *p)
{
    bool rejects = says(p, "unsolicited", "reject"), errors = true;
    const char *icmp = nt_draw_chance(p->r, 90) ? "translate" : NT_DRAW(p->r, "drop", "drop-too-big");
    if (strcmp(icmp, "drop") == 0 && rejects)
        icmp = "drop-too-big";
    if (strcmp(icmp, "translate") != 0)
        nt_tree_say(p->t, "icmp", "%s", icmp);
    if (strcmp(icmp, "drop") == 0)
        return;
    if (nt_draw_chance(p->r, 15)) {
        unsigned bits = draw_answers(p);
        list_answers(p, bits);
        errors = rejects || (bits & ~(unsigned)(TOO_BIG | NO_ERRORS)) != 0;
    }
    draw_icmp_rate(p, errors);
}

/* --- mappings --- */

/* Without trouble they live longer than the time between keepalives. */
static void draw_lives(struct policy *p)
{
    if (nt_draw_chance(p->r, 15)) {
        struct nt_tree *lives = nt_tree_put(p->t, "lifetimes", NT_TREE_MAP);
        nt_tree_say(lives, "new", "%s", NT_DRAW(p->r, "20s", "30s"));
        nt_tree_say(lives, "replied", "%s", NT_DRAW(p->r, "30s", "60s"));
        nt_tree_say(lives, "stream", "120s");
    } else if (p->troubled) {
        say_sometimes(p, 15, "lifetime", NT_DRAW(p->r, "2s", "10s", "40s"));
    }
    if (nt_draw_chance(p->r, 5))
        nt_tree_say(nt_tree_put(p->t, "lifetime-by-port", NT_TREE_MAP), "3478", "20s");
    say_sometimes(p, 10, "hold-down", "65s");
    if (nt_draw_chance(p->r, 20)) {
        struct nt_tree *refresh = nt_tree_put(p->t, "refresh", NT_TREE_LIST);
        nt_tree_say(refresh, NULL, "inbound");
        if (nt_draw_chance(p->r, 50))
            nt_tree_say(refresh, NULL, "outbound");
    }
}

/* Ports of a mapping that is used for all may be shared, as Linux does. Without trouble there are enough for every order. */
static void draw_ports(struct policy *p)
{
    bool independent = says(p, "mapping", "endpoint-independent"), hairpins = !says(p, "hairpin", "none");
    unsigned dice = nt_draw_between(p->r, 0, 99);
    if (dice < 30)
        nt_tree_say(p->t, "ports", "%s", NT_DRAW(p->r, "random", "sequential", "preserve"));
    else if (dice < 60 && independent && !hairpins)
        nt_tree_say(p->t, "ports", "overload");
    if (independent)
        say_sometimes(p, says(p, "ports", "overload") ? 60 : 20, "reuse",
                      NT_DRAW(p->r, "latest-by-source-if-tuple-unique", "by-source"));
    if (nt_draw_chance(p->r, 20))
        nt_tree_say(p->t, "conflict", "%s",
                    independent && hairpins ? NT_DRAW(p->r, "pick-new", "lowest", "random")
                                            : NT_DRAW(p->r, "pick-new", "lowest", "random", "overload"));
    dice = nt_draw_between(p->r, 0, 99);
    if (dice < 12)
        nt_tree_say(p->t, "low-ports", "%s", NT_DRAW(p->r, "in-range", "same-class", "linux"));
    else if (dice < 17)
        nt_tree_say(p->t, "block", "256");
    say_sometimes(p, 5, "parity", "true");
    say_sometimes(p, 5, "contiguity", "true");
}

static void draw_filters(struct policy *p)
{
    bool strict = says(p, "filtering", "address-and-port-dependent");
    if (strict && nt_draw_chance(p->r, 40))
        nt_tree_say(p->t, "filter-scope", "flow");
    else
        say_sometimes(p, 10, "filter-scope", NT_DRAW(p->r, "endpoint", "mapping"));
    say_sometimes(p, 15, "poison", NT_DRAW(p->r, "30s", "60s"));
    say_sometimes(p, 15, "unsolicited", NT_DRAW(p->r, "reject", "reject", "drop"));
}

static void draw_addresses(struct policy *p)
{
    if (!nt_draw_chance(p->r, 10))
        return;
    nt_tree_say(p->t, "addresses", "%s", NT_DRAW(p->r, "2", "3"));
    bool arbitrary =
        says(p, "mapping", "endpoint-independent") && nt_tree_get(p->t, "poison") == NULL && nt_tree_get(p->t, "block") == NULL;
    if (arbitrary)
        say_sometimes(p, 30, "pooling", NT_DRAW(p->r, "arbitrary", "paired"));
}

/* Ports, mappings or time run out; packets or flows are refused. */
static void draw_troubles(struct policy *p)
{
    if (nt_tree_get(p->t, "block") == NULL && !says(p, "low-ports", "linux"))
        say_sometimes(p, 10, "range", NT_DRAW(p->r, "4000..4003", "20000..20100"));
    say_sometimes(p, 10, "max-mappings", NT_DRAW(p->r, "1", "3", "8"));
    say_sometimes(p, 10, "max-per-host", NT_DRAW(p->r, "1", "2", "6"));
    say_sometimes(p, 10, "when-full",
                  nt_tree_get(p->t, "hold-down") == NULL && !says(p, "filter-scope", "flow") ? NT_DRAW(p->r, "steal", "refuse")
                                                                                             : "refuse");
    if (!says(p, "filter-scope", "flow"))
        say_sometimes(p, 10, "filter-lifetime", NT_DRAW(p->r, "1s", "10s", "mapping"));
    say_sometimes(p, 5, "conflict", "fail");
    if (!says(p, "mapping", "endpoint-independent"))
        say_sometimes(p, 5, "reuse", "never");
    if (!says(p, "icmp", "drop")) {
        say_sometimes(p, 10, "icmp-kills-mapping", "true");
        say_sometimes(p, 10, "icmp-lifetime", "5s");
    }
    if (nt_draw_chance(p->r, 3))
        nt_tree_say(nt_tree_put(p->t, "deny", NT_TREE_LIST), NULL, "udp");
}

static void draw_policy(struct policy *p)
{
    nt_tree_say(p->t, "mapping", "%s", NT_DRAW(p->r, DEPENDENCES));
    nt_tree_say(p->t, "filtering", "%s", NT_DRAW(p->r, DEPENDENCES));
    nt_tree_say(p->t, "replies", "%s", NT_DRAW(p->r, "table", "pinned"));
    nt_tree_say(p->t, "hairpin", "%s", NT_DRAW(p->r, "none", "internal-source", "external-source"));
    draw_filters(p);
    draw_ports(p);
    draw_addresses(p);
    draw_lives(p);
    say_sometimes(p, 6, "fragments", NT_DRAW(p->r, "in-order", "drop", "reassemble"));
    draw_icmp(p);
    if (p->troubled)
        draw_troubles(p);
}

/* --- the gateway --- */

static void draw_preset(struct nt_tree *gateway, struct nt_rand *r)
{
    size_t count;
    const struct nt_nat_preset *all = nt_nat_presets(&count), *one;
    struct nt_nat_policy p;
    do {
        one = &all[nt_rand_below(r, count)];
        nt_nat_policy_init(&p);
        one->set(&p);
    } while (p.kind != NT_GW_TRANSLATE);
    nt_tree_say(gateway, "nat", "%s", one->name);
}

static void draw_router(struct nt_tree *gateway, struct nt_rand *r)
{
    struct nt_tree *words = nt_tree_new(gateway->arena, NT_TREE_MAP);
    nt_tree_say(words, "preset", "none");
    draw_icmp(&(struct policy){words, r, .router = true});
    if (words != NULL && words->count > 1)
        nt_tree_hang(gateway, "nat", words);
    else
        nt_tree_say(gateway, "nat", "none");
}

void nt_sweep_nat(struct nt_tree *gateway, struct nt_rand *r, bool troubled)
{
    unsigned dice = nt_draw_between(r, 0, 99);
    if (gateway == NULL)
        return;
    if (dice < 8)
        draw_router(gateway, r);
    else if (dice < 10)
        nt_tree_say(gateway, "nat", "%s", NT_DRAW(r, "blocked-udp", "blocked-udp", "blocked-udp", "blocked"));
    else if (dice < 20)
        nt_tree_say(gateway, "nat", "%s", NT_DRAW(r, "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"));
    else if (dice < 35)
        draw_preset(gateway, r);
    else
        draw_policy(&(struct policy){nt_tree_put(gateway, "nat", NT_TREE_MAP), r, .troubled = troubled});
}

bool nt_sweep_translates(const struct nt_tree *gateway)
{
    const struct nt_tree *nat = nt_tree_get(gateway, "nat");
    const char *preset = nat != NULL && nat->kind == NT_TREE_MAP ? nt_tree_text(nat, "preset") : nt_tree_text(gateway, "nat");
    return strcmp(preset, "none") != 0 && strncmp(preset, "blocked", strlen("blocked")) != 0;
}
