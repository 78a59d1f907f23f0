#include "scenarios/sweep/world.h"
#include "scenarios/sweep/draw.h"
#include "scenarios/sweep/life.h"
#include "scenarios/sweep/options.h"
#include "scenarios/sweep/topology.h"
#include "scenarios/sweep/troubles.h"

#include <inttypes.h>

struct plan { /* of one world */
    uint64_t number;
    struct nt_tree *world, *networks, *gateways, *servers, *agents, *steps, *expect;
    enum nt_sweep_life life;
    bool troubled, limited; /* limited: without troubles, but with so few pairs that the oracle cannot tell */
};

static struct nt_rand stream(const struct plan *p, const char *label)
{
    struct nt_rand r;
    nt_rand_init(&r, p->number, label);
    return r;
}

static void draw_places(struct plan *p, struct nt_sweep_topology *t)
{
    struct nt_rand places = stream(p, "sweep places"), parties = stream(p, "sweep parties");
    nt_sweep_topology_init(t, p->world->arena, p->number, &places, p->troubled);
    unsigned left =
        nt_draw_between(&parties, 0, 2); /* so that servers within a home are there before the agents, or between them */
    for (unsigned i = 0; i < left; i++)
        nt_sweep_home(t);
    nt_sweep_servers(p->servers, &parties, t);
    nt_sweep_agent(p->agents, "L", p->servers, &parties, t);
    nt_sweep_agent(p->agents, "R", p->servers, &parties, t);
    nt_sweep_use_servers(p->servers, p->agents, t);
    nt_sweep_topology_write(t, p->networks, p->gateways);
}

static void draw_options(struct plan *p)
{
    struct nt_rand options = stream(p, "sweep options"), lines = stream(p, "sweep lines"), ways = stream(p, "sweep recovery");
    if (nt_draw_chance(&options, 60))
        nt_sweep_settings(p->agents, p->servers, &options, p->troubled);
    if (p->limited)
        nt_sweep_limit_pairs(p->agents, &options);
    if (p->life != NT_SWEEP_BRIEF)
        nt_sweep_ways_to_recover(p->agents, &ways, p->life);
    if (nt_draw_chance(&options, 8))
        nt_sweep_add_ipv6(p->agents, p->networks, p->gateways, &options);
    if (nt_draw_chance(&lines, 60))
        nt_sweep_lines(p->networks, &lines, p->troubled);
}

static void add_send(struct plan *p, const char *from, const char *to, const char *delay, unsigned count)
{
    struct nt_tree *step = nt_tree_put(p->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "after", "%s.completed", from);
    nt_tree_say(step, "delay", "%s", delay);
    struct nt_tree *send = nt_tree_put(step, "send", NT_TREE_MAP);
    nt_tree_say(send, "from", "%s", from);
    nt_tree_say(send, "to", "%s", to);
    nt_tree_say(send, "count", "%u", count);
}

/* Data at once, when both have settled, and when consent may be over. */
static void add_sends(struct plan *p)
{
    for (int i = 0; i < 2; i++) {
        const char *from = i == 0 ? "L" : "R", *to = i == 0 ? "R" : "L";
        add_send(p, from, to, "0s", 2);
        add_send(p, from, to, "5s", 10);
        add_send(p, from, to, "50s", 2);
    }
}

/* Data that go on with the call. */
static void add_stream(struct plan *p)
{
    struct nt_tree *data = nt_tree_put(p->expect, "data", NT_TREE_MAP);
    nt_tree_say(data, "during", "call");
    nt_tree_say(data, "interval", "100ms");
    nt_tree_say(data, "gap", "<= 20m");
}

/* Data that one side sends before the other has its description are lost: so there must be some that are sent later. Without
 * trouble checks need no retransmission for it, before which a relayed pair would be nominated. */
static void add_late_signalling(struct plan *p, struct nt_rand *r)
{
    struct nt_tree *step = nt_tree_put(p->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "at", "0s");
    struct nt_tree *late = nt_tree_put(step, "signalling", NT_TREE_MAP);
    nt_tree_say(late, "from", "%s", NT_DRAW(r, "L", "R"));
    nt_tree_say(late, "message", "%s", NT_DRAW(r, "answer", "any"));
    nt_tree_say(late, "delay", "%ums", nt_draw_between(r, 1, p->troubled ? 3000 : 300));
}

static void draw_steps(struct plan *p)
{
    struct nt_rand r = stream(p, "sweep steps"), life = stream(p, "sweep life");
    struct nt_tree *step = nt_tree_put(p->steps, NULL, NT_TREE_MAP);
    bool left = nt_draw_chance(&r, 50);
    nt_tree_say(step, "at", "0s");
    struct nt_tree *call = nt_tree_put(step, "call", NT_TREE_MAP);
    nt_tree_say(call, "from", left ? "L" : "R");
    nt_tree_say(call, "to", left ? "R" : "L");
    bool streams = p->life != NT_SWEEP_BRIEF && nt_draw_chance(&r, 70),
         sends = !streams && nt_draw_chance(&r, p->troubled ? 80 : 30);
    if ((p->troubled || sends) && nt_draw_chance(&r, 40))
        add_late_signalling(p, &r);
    if (p->life != NT_SWEEP_BRIEF)
        nt_sweep_life(p->world, &life, p->life);
    if (p->troubled && (p->life == NT_SWEEP_BRIEF || nt_draw_chance(&life, 50)))
        nt_sweep_troubles(p->world, &r);
    if (streams)
        add_stream(p);
    if (sends)
        add_sends(p);
}

/* Is the path what the oracle says? */
static bool is_told(const struct plan *p)
{
    return p->life == NT_SWEEP_BRIEF ? !p->troubled && !p->limited : p->life == NT_SWEEP_TOLD;
}

static void say_what_it_is(struct plan *p)
{
    nt_tree_say(p->world, "natsim", "1");
    nt_tree_say(p->world, "claim", "World %" PRIu64 " keeps the laws%s.", p->number,
                is_told(p) ? " and ends as the oracle says" : "");
    struct nt_tree *tags = nt_tree_put(p->world, "tags", NT_TREE_LIST);
    nt_tree_say(tags, NULL, "%s", p->troubled ? "troubled" : p->life != NT_SWEEP_BRIEF ? NT_SWEEP_CHANGES : NT_SWEEP_FAULTLESS);
    nt_tree_say(p->world, "seed", "%" PRIu64, p->number);
}

static void say_what_is_expected(struct plan *p)
{
    if (is_told(p))
        nt_tree_say(p->expect, "path", "oracle");
    nt_tree_say(p->expect, "limit", "%um", NT_SWEEP_LIMIT);
}

/* Of 100 worlds 30 are troubled from the start, and 35 live through changes; 8 of the others have limits of pairs. */
static void draw_kind(struct plan *p)
{
    struct nt_rand kind = stream(p, "sweep kind");
    unsigned dice = nt_draw_between(&kind, 0, 99);
    if (dice >= 30 && dice < 65)
        p->life = dice < 45 ? NT_SWEEP_TOLD : dice < 53 ? NT_SWEEP_CALM : NT_SWEEP_WILD;
    p->troubled = dice < 30 || p->life == NT_SWEEP_WILD;
    p->limited = dice >= 92;
}

struct nt_tree *nt_sweep_world(struct nt_arena *a, uint64_t number)
{
    struct plan p = {.number = number, .world = nt_tree_new(a, NT_TREE_MAP)};
    struct nt_sweep_topology t;
    if (p.world == NULL)
        return NULL;
    draw_kind(&p);
    say_what_it_is(&p);
    p.networks = nt_tree_put(p.world, "networks", NT_TREE_MAP);
    p.gateways = nt_tree_put(p.world, "gateways", NT_TREE_MAP);
    p.servers = nt_tree_put(p.world, "servers", NT_TREE_MAP);
    p.agents = nt_tree_put(p.world, "agents", NT_TREE_MAP);
    p.steps = nt_tree_put(p.world, "steps", NT_TREE_LIST);
    p.expect = nt_tree_put(p.world, "expect", NT_TREE_MAP);
    draw_places(&p, &t);
    draw_options(&p);
    draw_steps(&p);
    say_what_is_expected(&p);
    if (p.gateways != NULL && p.gateways->count == 0)
        nt_tree_drop(p.world, "gateways");
    return p.world;
}
