#include "scenarios/sweep/life.h"
#include "scenarios/sweep/draw.h"
#include "scenarios/sweep/nats.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 64
#define FIRST_SECOND 1000

/* Milliseconds. */
#define SETTLED_SEEN 8000    /* a session that begins at once has ended by then */
#define SETTLED_UNSEEN 55000 /* consent has told, and a session has ended */
#define SETTLED_CUT 110000   /* servers that do not answer hold up a session */

struct life {
    struct nt_tree *world, *steps, *agents, *servers, *gateways, *networks; /* gateways may be NULL */
    struct nt_rand *r;
    enum nt_sweep_life kind;
    unsigned now;     /* when the next change comes, ms */
    unsigned settles; /* how long the one before takes */
    bool renominates;
};

/* --- keys --- */

static const char *draw_way(struct nt_rand *r, enum nt_sweep_life life)
{
    if (life == NT_SWEEP_TOLD)
        return NT_DRAW(r, "restart", "restart", "restart", "restart", "failover");
    return NT_DRAW(r, "restart", "restart", "failover", "none");
}

void nt_sweep_ways_to_recover(struct nt_tree *agents, struct nt_rand *r, enum nt_sweep_life life)
{
    bool same = life == NT_SWEEP_TOLD || nt_draw_chance(r, 60), trickles = nt_draw_chance(r, life == NT_SWEEP_TOLD ? 60 : 35),
         renominates = life != NT_SWEEP_TOLD && nt_draw_chance(r, 25);
    const char *way = draw_way(r, life);
    for (size_t i = 0; agents != NULL && i < agents->count; i++) {
        nt_tree_say(agents->items[i], "recover", "%s", same ? way : draw_way(r, life));
        if (nt_draw_chance(r, trickles ? 75 : 50))
            nt_tree_say(agents->items[i], "gather", "continual");
        if (trickles)
            nt_tree_say(agents->items[i], "trickle", "full");
        if (renominates)
            nt_tree_say(agents->items[i], "renomination", "on");
    }
}

/* --- what steps are made of --- */

static struct nt_tree *add_step(struct life *l, unsigned at, const char *kind)
{
    struct nt_tree *step = nt_tree_put(l->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "at", "%ums", at);
    return nt_tree_put(step, kind, NT_TREE_MAP);
}

static const struct nt_tree *draw_agent(struct life *l)
{
    return l->agents->items[nt_rand_below(l->r, l->agents->count)];
}

static const char *draw_name(struct life *l)
{
    return draw_agent(l)->key;
}

/* --- sessions --- */

static void restart(struct life *l)
{
    nt_tree_say(add_step(l, l->now, "restart"), "agent", "%s", draw_name(l));
    l->settles = SETTLED_SEEN;
}

/* At once, or one while the other's offer is on its way. */
static void restart_both(struct life *l)
{
    bool left = nt_draw_chance(l->r, 50);
    unsigned later = l->kind == NT_SWEEP_TOLD ? 0 : nt_draw_between(l->r, 0, nt_draw_chance(l->r, 50) ? 0 : 150);
    nt_tree_say(add_step(l, l->now, "restart"), "agent", left ? "L" : "R");
    nt_tree_say(add_step(l, l->now + later, "restart"), "agent", left ? "R" : "L");
    l->settles = SETTLED_SEEN;
}

static struct nt_tree *add_step_after(struct life *l, const char *event, const char *kind)
{
    struct nt_tree *step = nt_tree_put(l->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "after", "%s", event);
    nt_tree_say(step, "delay", "%ums", l->now);
    return nt_tree_put(step, kind, NT_TREE_MAP);
}

/* After the call is made: who refuses the first offer refuses the call. */
static void refuse_restart(struct life *l)
{
    bool left = nt_draw_chance(l->r, 50);
    struct nt_tree *refusal = add_step_after(l, "L.completed", "signalling");
    nt_tree_say(refusal, "from", left ? "R" : "L");
    nt_tree_say(refusal, "message", "answer");
    nt_tree_say(refusal, "reject", "true");
    nt_tree_say(add_step_after(l, "L.completed", "restart"), "agent", left ? "L" : "R");
    l->settles = SETTLED_SEEN;
}

static void offer_again(struct life *l)
{
    nt_tree_say(add_step(l, l->now, "reoffer"), "from", "%s", draw_name(l));
    l->settles = SETTLED_SEEN;
}

static void renominate(struct life *l)
{
    if (!l->renominates) {
        offer_again(l);
        return;
    }
    struct nt_tree *step = add_step(l, l->now, "renominate");
    nt_tree_say(step, "agent", "%s", draw_name(l));
    nt_tree_say(step, "remote", "%s", NT_DRAW(l->r, "host", "srflx", "prflx", "relay"));
    l->settles = SETTLED_SEEN;
}

/* Nothing passes until the checks have failed. */
static void restart_after_failure(struct life *l)
{
    struct nt_tree *cut = add_step(l, 0, "partition");
    nt_tree_say(cut, "between", "L");
    nt_tree_say(cut, "and", "R");
    nt_tree_say(cut, "for", "%us", nt_draw_between(l->r, 35, 80));
    l->now += nt_draw_between(l->r, 35000, 90000);
    restart(l);
}

/* --- interfaces --- */

static bool same_prefix(const struct life *l, const char *a, const char *b)
{
    return strcmp(nt_tree_text(nt_tree_get(l->networks, a), "ipv4"), nt_tree_text(nt_tree_get(l->networks, b), "ipv4")) == 0;
}

/* May interface `port` of the agent be on this network? No other of its interfaces is on one of that prefix. */
static bool may_be_on(const struct life *l, const struct nt_tree *on, size_t port, const char *network)
{
    for (size_t i = 0; i < on->count; i++)
        if (i != port && same_prefix(l, on->items[i]->text, network))
            return false;
    return true;
}

static void move(struct life *l)
{
    const struct nt_tree *agent = draw_agent(l), *on = nt_tree_get(agent, "on");
    const char *names[NAMES_MAX];
    size_t count = 0, port = on != NULL && on->count > 0 ? nt_rand_below(l->r, on->count) : 0;
    for (size_t i = 0; on != NULL && i < l->networks->count && count < NAMES_MAX; i++)
        if (may_be_on(l, on, port, l->networks->items[i]->key))
            names[count++] = l->networks->items[i]->key;
    if (count == 0)
        return;
    bool same = nt_draw_chance(l->r, 30);
    const char *outage = NT_DRAW(l->r, "0s", "200ms", "3s", "12s"), *to = nt_draw_word(l->r, names, count);
    struct nt_tree *step = add_step(l, l->now, "move");
    nt_tree_say(step, "at", "%s.%zu", agent->key, port);
    nt_tree_say(step, "to", "%s", same ? on->items[port]->text : to);
    if (strcmp(outage, "0s") != 0)
        nt_tree_say(step, "outage", "%s", outage);
    l->settles = on->count > 1 ? SETTLED_CUT : SETTLED_SEEN + 12000;
}

static void set_link(struct life *l, unsigned at, const char *agent, size_t port, const char *state)
{
    struct nt_tree *step = add_step(l, at, "link");
    nt_tree_say(step, "at", "%s.%zu", agent, port);
    nt_tree_say(step, "set", "%s", state);
}

/* An interface goes, and comes again; one of several may stay away. */
static void lose_link(struct life *l)
{
    const struct nt_tree *agent = draw_agent(l), *on = nt_tree_get(agent, "on");
    size_t count = on != NULL && on->count > 0 ? on->count : 1, port = nt_rand_below(l->r, count);
    bool calm = l->kind != NT_SWEEP_WILD;
    unsigned away = nt_draw_between(l->r, 1, nt_draw_chance(l->r, 50) ? 500 : 10000);
    set_link(l, l->now, agent->key, port, "down");
    if (calm && count > 1)
        l->now += SETTLED_CUT;
    else
        l->now += away;
    if (count == 1 || nt_draw_chance(l->r, 60))
        set_link(l, l->now, agent->key, port, "up");
    l->settles = count > 1 ? SETTLED_CUT : SETTLED_SEEN;
}

static void flap(struct life *l)
{
    const char *agent = draw_name(l);
    for (unsigned i = 0; i < 6; i++) {
        set_link(l, l->now, agent, 0, i % 2 == 0 ? "down" : "up");
        l->now += (unsigned[]){1, 50, 300, 1000}[nt_rand_below(l->r, 4)];
    }
    l->settles = SETTLED_SEEN;
}

/* --- NATs and servers --- */

static void lose_mappings(struct life *l)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; l->gateways != NULL && i < l->gateways->count && count < NAMES_MAX; i++)
        if (nt_sweep_translates(l->gateways->items[i]))
            names[count++] = l->gateways->items[i]->key;
    if (count == 0)
        return;
    struct nt_tree *step = add_step(l, l->now, "nat");
    nt_tree_say(step, "at", "%s", nt_draw_word(l->r, names, count));
    nt_tree_say(step, "do", "%s", NT_DRAW(l->r, "reboot", "renumber", "flush"));
    l->settles = SETTLED_UNSEEN;
}

static void lose_allocations(struct life *l)
{
    if (nt_tree_get(l->servers, "turn") == NULL)
        return;
    struct nt_tree *step = add_step(l, l->now, "server");
    nt_tree_say(step, "at", "turn");
    bool revokes = l->kind != NT_SWEEP_TOLD && nt_draw_chance(l->r, 40);
    nt_tree_say(step, "do", revokes ? "revoke" : "reset");
    if (revokes)
        nt_tree_say(step, "user", "alice");
    l->settles = SETTLED_UNSEEN;
}

/* --- the whole --- */

typedef void (*change)(struct life *l);

static change draw_change(struct life *l)
{
    static const change told[] = {restart,   restart, restart_both, move,          move,
                                  lose_link, move,    lose_link,    lose_mappings, lose_allocations};
    static const change calm[] = {restart,    restart,    restart_both, refuse_restart, offer_again,
                                  renominate, renominate, move,         lose_link};
    static const change wild[] = {restart, restart, restart_both, refuse_restart, offer_again, renominate,    restart_after_failure,
                                  move,    move,    lose_link,    lose_link,      flap,        lose_mappings, lose_allocations};
    if (l->kind == NT_SWEEP_TOLD)
        return told[nt_rand_below(l->r, sizeof told / sizeof *told)];
    if (l->kind == NT_SWEEP_CALM)
        return calm[nt_rand_below(l->r, sizeof calm / sizeof *calm)];
    return wild[nt_rand_below(l->r, sizeof wild / sizeof *wild)];
}

/* Until the next change. */
static void wait_a_while(struct life *l)
{
    if (l->kind == NT_SWEEP_WILD)
        l->now += (unsigned[]){0, 1, 21, 40, 100, 300, 1000, 5000, 12000, 40000}[nt_rand_below(l->r, 10)];
    else
        l->now += l->settles + nt_draw_between(l->r, 0, 5000);
}

static void hang_up(struct life *l)
{
    nt_tree_say(add_step(l, l->now, "hangup"), "agent", "%s", draw_name(l));
    l->settles = SETTLED_SEEN;
}

void nt_sweep_life(struct nt_tree *world, struct nt_rand *r, enum nt_sweep_life life)
{
    struct life l = {.world = world, .r = r, .kind = life, .settles = SETTLED_SEEN};
    l.steps = nt_tree_get(world, "steps");
    l.agents = nt_tree_get(world, "agents");
    l.servers = nt_tree_get(world, "servers");
    l.gateways = nt_tree_get(world, "gateways");
    l.networks = nt_tree_get(world, "networks");
    if (l.steps == NULL || l.agents == NULL || l.agents->count == 0 || l.servers == NULL || l.networks == NULL)
        return;
    l.renominates = nt_tree_get(l.agents->items[0], "renomination") != NULL;
    if (life == NT_SWEEP_WILD)
        l.now = (unsigned[]){50, 200, 500, 700, 3000, 3000, 8000}[nt_rand_below(r, 7)];
    else
        l.now = 8 * FIRST_SECOND + nt_draw_between(r, 0, 5000);
    for (unsigned n = nt_draw_between(r, 1, life == NT_SWEEP_WILD ? 5 : 3); n > 0; n--) {
        draw_change (&l)(&l);
        wait_a_while(&l);
    }
    if ((life == NT_SWEEP_CALM && nt_draw_chance(r, 60)) || (life == NT_SWEEP_WILD && nt_draw_chance(r, 15)))
        hang_up(&l);
    nt_tree_say(nt_tree_get(world, "expect"), "until", "%ums", l.now + l.settles + 5000);
}
