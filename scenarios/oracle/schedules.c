#include "scenarios/oracle/schedules.h"

#include <stdlib.h>
#include <string.h>

/* Where the order of first packets does not matter, facts only grow: all checks are repeated until none is new. */
#define ROUNDS_MAX 64
/* Where it does: moments that are visited. */
#define MOMENTS_MAX 8000
#define BUCKETS 8192

/* RFC 8489, 6.2.1: "The RTO ... SHOULD be greater than or equal to 500 ms". RFC 8445, 14.2: Ta is 50 ms by default. 14.3: "RTO =
 * MAX (500ms, Ta * N * (Num-Waiting + Num-In-Progress))". */
#define RTO (500 * NT_MSEC)
#define TA (50 * NT_MSEC)
/* By default a relayed pair is nominated 500 ms and four round trips after the first that is valid, which takes one. */
#define RELAYED_WAIT (500 * NT_MSEC)
#define RELAYED_ROUNDS 5

static bool has_path(const struct nt_oracle_call *x, enum nt_path_bit path)
{
    return nt_oracle_fact_holds(&x->table, NT_ORACLE_FACT_GOOD, 0, (uint16_t)path, 0, 0);
}

/* A direct path that works stays, and has priority over relayed ones. */
static unsigned best_path(const struct nt_oracle_call *x)
{
    return has_path(x, NT_PATH_DIRECT) ? NT_PATH_DIRECT : has_path(x, NT_PATH_RELAYED) ? NT_PATH_RELAYED : NT_PATH_NONE;
}

static bool is_full(const struct nt_oracle_call *x)
{
    return x->table.limit != NULL;
}

static void give_up_rounds(struct nt_oracle_call *x)
{
    nt_oracle_table_limit(&x->table, "the checks go on for longer than the oracle follows them");
}

static void check_all(struct nt_oracle_call *x)
{
    for (uint8_t side = 0; side < 2; side++)
        for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
            struct nt_oracle_check k = {.side = side, .base = base};
            for (size_t i = 0; nt_oracle_check_target(x, side, base, i, &k.to); i++)
                nt_oracle_check_send(x, &k);
        }
}

/* With `whole` although a direct path has been found. */
static unsigned check_until_stable(struct nt_oracle_call *x, bool whole)
{
    for (int round = 0; round < ROUNDS_MAX && !is_full(x); round++) {
        struct nt_oracle_moment before = x->table.now;
        check_all(x);
        if ((!whole && has_path(x, NT_PATH_DIRECT)) || nt_oracle_moments_equal(&before, &x->table.now))
            return best_path(x);
    }
    give_up_rounds(x);
    return 0;
}

struct exploration {
    struct nt_oracle_moment *items;
    uint16_t *next, *buckets, *open; /* numbers from 1; open: a stack */
    uint16_t count, open_count;
    unsigned found, all; /* all: the paths that can be found at most */
    bool drifts;         /* a port that is used for one remote changes the port for all later ones */
};

static uint32_t hash_moment(const struct nt_oracle_moment *f)
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

/* Sends the checks whose order relative to all others does not matter. */
static void settle_unordered(struct exploration *e, struct nt_oracle_call *x)
{
    bool moved = true;
    for (int round = 0; moved && !is_full(x); round++) {
        moved = false;
        if (round == ROUNDS_MAX)
            give_up_rounds(x);
        for (uint8_t side = 0; side < 2; side++)
            for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
                struct nt_oracle_check k = {.side = side, .base = base};
                for (size_t i = 0; nt_oracle_check_target(x, side, base, i, &k.to); i++) {
                    struct nt_oracle_moment before = x->table.now;
                    if (!e->drifts && concerns_relay(x, &k))
                        continue;
                    if (!nt_oracle_check_send(x, &k) || !nt_oracle_moments_differ_unordered(&x->table, &before, &x->table.now))
                        x->table.now = before;
                    moved |= !nt_oracle_moments_equal(&before, &x->table.now);
                }
            }
    }
}

static void visit_moment(struct exploration *e, struct nt_oracle_call *x)
{
    settle_unordered(e, x);
    if (has_path(x, NT_PATH_DIRECT)) {
        e->found |= NT_PATH_DIRECT;
        return;
    }
    uint32_t bucket = hash_moment(&x->table.now);
    for (uint16_t i = e->buckets[bucket]; i != 0; i = e->next[i])
        if (nt_oracle_moments_equal(&e->items[i], &x->table.now))
            return;
    if (e->count == MOMENTS_MAX) {
        nt_oracle_table_limit(&x->table, "too many orders of first packets");
        return;
    }
    uint16_t i = ++e->count;
    e->items[i] = x->table.now;
    e->next[i] = e->buckets[bucket];
    e->buckets[bucket] = i;
    e->open[e->open_count++] = i;
}

/* Visits all moments that one more check leads to. True: there are some. */
static bool follow_check(struct exploration *e, struct nt_oracle_call *x, const struct nt_oracle_moment *now,
                         const struct nt_oracle_check *k, bool may_hold)
{
    /* Flows to different remotes are independent unless ports drift, so checks through a relay can wait. */
    if (!e->drifts && concerns_relay(x, k))
        return false;
    x->table.now = *now;
    bool moved = nt_oracle_check_send(x, k) && !nt_oracle_moments_equal(now, &x->table.now);
    if (!moved)
        return false;
    visit_moment(e, x);
    x->table.now = *now;
    for (unsigned place = 1; may_hold && nt_oracle_check_send_held(x, k, place); place++) {
        visit_moment(e, x);
        x->table.now = *now;
    }
    return true;
}

/* At most one request is held; meanwhile only the other side sends checks. */
static void follow_moment(struct exploration *e, struct nt_oracle_call *x, uint16_t number)
{
    struct nt_oracle_moment now = e->items[number];
    bool moved = false;
    x->table.now = now;
    uint16_t held = nt_oracle_fact_value(&x->table, NT_ORACLE_FACT_HELD, 0, 0, 0);
    if (held != 0) {
        nt_oracle_check_release(x, held);
        visit_moment(e, x);
        moved = true;
    }
    for (uint8_t side = 0; side < 2; side++)
        for (uint8_t base = 0; base < x->sides[side].base_count; base++) {
            struct nt_oracle_check k = {.side = side, .base = base};
            if (held != 0 && x->held[held].check.side == side)
                continue;
            x->table.now = now;
            for (size_t i = 0; nt_oracle_check_target(x, side, base, i, &k.to) && !is_full(x); i++) {
                moved |= follow_check(e, x, &now, &k, held == 0);
                x->table.now = now;
            }
        }
    x->table.now = now;
    if (!moved)
        e->found |= check_until_stable(x, false);
}

static bool has_relay(const struct nt_oracle_call *x)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < x->sides[side].base_count; i++)
            if (x->table.addrs[x->sides[side].bases[i].addr].kind == NT_ORACLE_RELAY)
                return true;
    return false;
}

static unsigned explore_moments(struct exploration *e, struct nt_oracle_call *x)
{
    e->all = NT_PATH_DIRECT | (has_relay(x) ? NT_PATH_RELAYED : NT_PATH_NONE);
    visit_moment(e, x);
    while (e->open_count > 0 && (e->found & e->all) != e->all && !is_full(x))
        follow_moment(e, x, e->open[--e->open_count]);
    return e->found;
}

static unsigned explore_orders(struct nt_oracle_call *x, bool drifts)
{
    struct exploration e = {.drifts = drifts,
                            .items = malloc((MOMENTS_MAX + 1) * sizeof *e.items),
                            .next = calloc(MOMENTS_MAX + 1, sizeof *e.next),
                            .buckets = calloc(BUCKETS, sizeof *e.buckets),
                            .open = calloc(MOMENTS_MAX + 1, sizeof *e.open)};
    unsigned found = 0;
    if (e.items != NULL && e.next != NULL && e.buckets != NULL && e.open != NULL)
        found = explore_moments(&e, x);
    else
        nt_oracle_table_limit(&x->table, "there is no memory");
    free(e.items);
    free(e.next);
    free(e.buckets);
    free(e.open);
    return found;
}

/* How long direct pairs have before a relayed one is nominated, at least: each way through a relay crosses its network twice. */
static nt_time shortest_wait(const struct nt_scn_case *c)
{
    nt_time delay = NT_TIME_NEVER;
    for (size_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_TURN) != 0)
            delay = nt_time_min(delay, c->networks[c->servers[i].on.network].delay);
    return delay == NT_TIME_NEVER ? delay : RELAYED_WAIT + RELAYED_ROUNDS * 4 * delay;
}

/* Is a check that was lost, since the other side had not yet opened the way, repeated before a relayed pair is nominated? Not if a
 * step holds the answer back, so that one side checks for long before the other; or if the time between two transmissions is longer
 * than the agents wait, because many pairs share the pace, or they are told so. */
static bool may_nominate_early(const struct nt_oracle_call *x)
{
    const struct nt_scn_case *c = x->map.scn;
    nt_time wait = shortest_wait(c);
    for (uint8_t side = 0; side < 2; side++) {
        const struct nt_scn_agent *a = &c->agents[x->sides[side].agent];
        nt_time pairs = (nt_time)(x->sides[side].base_count * x->sides[1 - side].candidate_count);
        if (pairs * (a->ta != 0 ? a->ta : TA) > wait || a->rto > RTO ||
            (a->nomination_wait != 0 && a->nomination_wait < RELAYED_WAIT))
            return true;
    }
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SIGNALLING)
            return true;
    return false;
}

unsigned nt_oracle_schedules_explore(struct nt_oracle_call *x, const char **why)
{
    const struct nt_scn_case *c = x->map.scn;
    bool ordered = false, drifts = false;
    for (size_t i = 0; i < c->gateway_count; i++) {
        const struct nt_nat_policy *p = &c->gateways[i].policy;
        ordered |= nt_oracle_is_order_sensitive(p);
        drifts |= nt_oracle_is_order_sensitive(p) && p->poison != 0 && p->reuse == NT_REUSE_LATEST_BY_SOURCE;
    }
    bool early = nt_scn_lossy(c) || may_nominate_early(x);
    unsigned found = ordered ? explore_orders(x, drifts) : check_until_stable(x, early);
    *why = x->table.limit;
    if (is_full(x))
        return 0;
    /* The direct checks may all be lost for as long as nomination waits for them. */
    if (early && (found & NT_PATH_DIRECT) != 0 && (ordered ? has_relay(x) : has_path(x, NT_PATH_RELAYED)))
        found |= NT_PATH_RELAYED;
    return found;
}

unsigned nt_oracle_schedules_all(struct nt_oracle_call *x, const char **why)
{
    check_until_stable(x, true);
    if (is_full(x))
        *why = x->table.limit;
    return (has_path(x, NT_PATH_DIRECT) ? NT_PATH_DIRECT : 0U) | (has_path(x, NT_PATH_RELAYED) ? NT_PATH_RELAYED : 0U);
}
