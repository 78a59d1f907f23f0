#include "scenarios/oracle/schedules.h"

#include <stdlib.h>
#include <string.h>

/* Where the order of first packets does not matter, what holds only grows: all checks again and again until nothing is new. */
#define ROUNDS_MAX 64
/* Where it does: moments visited. */
#define MOMENTS_MAX 8000
#define BUCKETS 8192

static bool good(const struct nt_oracle_call *x, enum nt_path_bit path)
{
    return nt_oracle_holds(&x->table, NT_ORACLE_GOOD, 0, (uint16_t)path, 0, 0);
}

/* A direct pair that works stays, and wins over any relayed one. */
static unsigned outcome(const struct nt_oracle_call *x)
{
    return good(x, NT_PATH_DIRECT) ? NT_PATH_DIRECT : good(x, NT_PATH_RELAYED) ? NT_PATH_RELAYED : NT_PATH_NONE;
}

static bool full(const struct nt_oracle_call *x)
{
    return x->full || x->table.full;
}

static void check_all(struct nt_oracle_call *x)
{
    for (uint8_t side = 0; side < 2; side++)
        for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
            struct nt_oracle_check k = {.side = side, .base = base};
            for (size_t i = 0; nt_oracle_target(x, side, base, i, &k.to); i++)
                nt_oracle_check(x, &k);
        }
}

static unsigned grow(struct nt_oracle_call *x)
{
    for (int round = 0; round < ROUNDS_MAX && !full(x); round++) {
        struct nt_oracle_facts before = x->table.now;
        check_all(x);
        if (good(x, NT_PATH_DIRECT) || nt_oracle_same(&before, &x->table.now))
            return outcome(x);
    }
    return 0;
}

struct moments {
    struct nt_oracle_facts *items;
    uint16_t *next, *buckets, *open; /* numbers from 1; open: a stack */
    uint16_t count, open_count;
    unsigned found, all; /* all: what can be found at most */
    bool drifts;         /* a port taken for one remote changes the port for all later ones */
    bool full;
};

static uint32_t hash(const struct nt_oracle_facts *f)
{
    uint64_t h = 0;
    for (size_t i = 0; i < NT_ORACLE_WORDS; i++)
        h = (h ^ f->words[i]) * UINT64_C(0x9e3779b97f4a7c15), h ^= h >> 29;
    return (uint32_t)(h % BUCKETS);
}

static bool concerns_relay(const struct nt_oracle_call *x, const struct nt_oracle_check *k)
{
    uint16_t own = x->sides[k->side].bases[k->base].addr;
    return x->table.addrs[own].kind == NT_ORACLE_RELAY || x->table.addrs[k->to].kind == NT_ORACLE_RELAY;
}

/* Checks whose order with all others is of no account come at once. */
static void settle(struct moments *m, struct nt_oracle_call *x)
{
    bool moved = true;
    for (int round = 0; moved && round < ROUNDS_MAX && !full(x); round++) {
        moved = false;
        for (uint8_t side = 0; side < 2; side++)
            for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
                struct nt_oracle_check k = {.side = side, .base = base};
                for (size_t i = 0; nt_oracle_target(x, side, base, i, &k.to); i++) {
                    struct nt_oracle_facts before = x->table.now;
                    if (!m->drifts && concerns_relay(x, &k))
                        continue;
                    if (!nt_oracle_check(x, &k) || !nt_oracle_harmless(&x->table, &before, &x->table.now))
                        x->table.now = before;
                    moved |= !nt_oracle_same(&before, &x->table.now);
                }
            }
    }
}

static void visit(struct moments *m, struct nt_oracle_call *x)
{
    settle(m, x);
    if (good(x, NT_PATH_DIRECT)) {
        m->found |= NT_PATH_DIRECT;
        return;
    }
    uint32_t bucket = hash(&x->table.now);
    for (uint16_t i = m->buckets[bucket]; i != 0; i = m->next[i])
        if (nt_oracle_same(&m->items[i], &x->table.now))
            return;
    if (m->count == MOMENTS_MAX) {
        m->full = true;
        return;
    }
    uint16_t i = ++m->count;
    m->items[i] = x->table.now;
    m->next[i] = m->buckets[bucket];
    m->buckets[bucket] = i;
    m->open[m->open_count++] = i;
}

/* All that can come next with one more check. True: something can. */
static bool follow_check(struct moments *m, struct nt_oracle_call *x, const struct nt_oracle_facts *now,
                         const struct nt_oracle_check *k, bool may_hold)
{
    /* Flows to different remotes do not touch each other, unless ports drift: what goes by a relay can wait. */
    if (!m->drifts && concerns_relay(x, k))
        return false;
    x->table.now = *now;
    bool moved = nt_oracle_check(x, k) && !nt_oracle_same(now, &x->table.now);
    if (!moved)
        return false;
    visit(m, x);
    x->table.now = *now;
    if (may_hold && nt_oracle_check_hold(x, k))
        visit(m, x);
    return true;
}

/* One packet at a time is held; while it is, only the other side checks. */
static void follow(struct moments *m, struct nt_oracle_call *x, uint16_t number)
{
    struct nt_oracle_facts now = m->items[number];
    bool moved = false;
    x->table.now = now;
    uint16_t held = nt_oracle_value(&x->table, NT_ORACLE_FLYING, 0, 0, 0);
    if (held != 0) {
        nt_oracle_check_land(x, held);
        visit(m, x);
        moved = true;
    }
    for (uint8_t side = 0; side < 2; side++)
        for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
            struct nt_oracle_check k = {.side = side, .base = base};
            if (held != 0 && x->flying[held].check.side == side)
                continue;
            x->table.now = now;
            for (size_t i = 0; nt_oracle_target(x, side, base, i, &k.to) && !m->full; i++) {
                moved |= follow_check(m, x, &now, &k, held == 0);
                x->table.now = now;
            }
        }
    x->table.now = now;
    if (!moved)
        m->found |= grow(x);
}

static bool relays(const struct nt_oracle_call *x)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < x->sides[side].base_count; i++)
            if (x->table.addrs[x->sides[side].bases[i].addr].kind == NT_ORACLE_RELAY)
                return true;
    return false;
}

static unsigned explore(struct moments *m, struct nt_oracle_call *x, const char **why)
{
    m->all = NT_PATH_DIRECT | (relays(x) ? NT_PATH_RELAYED : NT_PATH_NONE);
    visit(m, x);
    while (m->open_count > 0 && (m->found & m->all) != m->all && !m->full && !full(x))
        follow(m, x, m->open[--m->open_count]);
    if (m->found == 0 || m->full || full(x)) {
        *why = "too many orders of first packets";
        return 0;
    }
    return m->found;
}

static unsigned in_all_orders(struct nt_oracle_call *x, bool drifts, const char **why)
{
    struct moments m = {.drifts = drifts,
                        .items = malloc((MOMENTS_MAX + 1) * sizeof *m.items),
                        .next = calloc(MOMENTS_MAX + 1, sizeof *m.next),
                        .buckets = calloc(BUCKETS, sizeof *m.buckets),
                        .open = calloc(MOMENTS_MAX + 1, sizeof *m.open)};
    unsigned found = 0;
    *why = "out of memory";
    if (m.items != NULL && m.next != NULL && m.buckets != NULL && m.open != NULL)
        found = explore(&m, x, why);
    free(m.items);
    free(m.next);
    free(m.buckets);
    free(m.open);
    return found;
}

unsigned nt_oracle_explore(struct nt_oracle_call *x, const char **why)
{
    const struct nt_scn_case *c = x->world.scn;
    bool ordered = false, drifts = false;
    for (size_t i = 0; i < c->gateway_count; i++) {
        const struct nt_nat_policy *p = &c->gateways[i].policy;
        ordered |= nt_oracle_is_ordered(p);
        drifts |= nt_oracle_is_ordered(p) && p->poison != 0 && p->reuse == NT_REUSE_LATEST_BY_SOURCE;
    }
    *why = "the world has more addresses than the oracle keeps";
    unsigned found = ordered ? in_all_orders(x, drifts, why) : grow(x);
    /* What is lost may be the direct checks, for as long as nomination waits for them. */
    if (nt_scn_lossy(c) && (found & NT_PATH_DIRECT) != 0 && (ordered ? relays(x) : good(x, NT_PATH_RELAYED)))
        found |= NT_PATH_RELAYED;
    return found;
}
