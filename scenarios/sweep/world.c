#include "scenarios/sweep/world.h"
#include "scenarios/sweep/draw.h"
#include "scenarios/sweep/options.h"
#include "scenarios/sweep/topology.h"
#include "scenarios/sweep/troubles.h"

#include <inttypes.h>

struct plan { /* of one world */
    uint64_t number;
    struct nt_tree *world, *networks, *gateways, *servers, *agents, *steps;
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
    struct nt_rand options = stream(p, "sweep options"), lines = stream(p, "sweep lines");
    if (nt_draw_chance(&options, 60))
        nt_sweep_settings(p->agents, p->servers, &options, p->troubled);
    if (p->limited)
        nt_sweep_limit_pairs(p->agents, &options);
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
    struct nt_rand r = stream(p, "sweep steps");
    struct nt_tree *step = nt_tree_put(p->steps, NULL, NT_TREE_MAP);
    bool left = nt_draw_chance(&r, 50);
    nt_tree_say(step, "at", "0s");
    struct nt_tree *call = nt_tree_put(step, "call", NT_TREE_MAP);
    nt_tree_say(call, "from", left ? "L" : "R");
    nt_tree_say(call, "to", left ? "R" : "L");
    bool sends = nt_draw_chance(&r, p->troubled ? 80 : 30);
    if ((p->troubled || sends) && nt_draw_chance(&r, 40))
        add_late_signalling(p, &r);
    if (p->troubled)
        nt_sweep_troubles(p->world, &r);
    if (sends)
        add_sends(p);
}

static void say_what_it_is(struct plan *p)
{
    nt_tree_say(p->world, "natsim", "1");
    bool told = !p->troubled && !p->limited;
    nt_tree_say(p->world, "claim", "World %" PRIu64 " keeps the laws%s.", p->number, told ? " and ends as the oracle says" : "");
    struct nt_tree *tags = nt_tree_put(p->world, "tags", NT_TREE_LIST);
    nt_tree_say(tags, NULL, "%s", p->troubled ? "troubled" : NT_SWEEP_FAULTLESS);
    nt_tree_say(p->world, "seed", "%" PRIu64, p->number);
}

static void say_what_is_expected(struct plan *p)
{
    struct nt_tree *expect = nt_tree_put(p->world, "expect", NT_TREE_MAP);
    if (!p->troubled && !p->limited)
        nt_tree_say(expect, "path", "oracle");
    nt_tree_say(expect, "limit", "20m");
}

struct nt_tree *nt_sweep_world(struct nt_arena *a, uint64_t number)
{
    struct plan p = {.number = number, .world = nt_tree_new(a, NT_TREE_MAP)};
    struct nt_sweep_topology t;
    struct nt_rand kind = stream(&p, "sweep kind");
    if (p.world == NULL)
        return NULL;
    unsigned dice = nt_draw_between(&kind, 0, 99);
    p.troubled = dice < 40;
    p.limited = dice >= 90;
    say_what_it_is(&p);
    p.networks = nt_tree_put(p.world, "networks", NT_TREE_MAP);
    p.gateways = nt_tree_put(p.world, "gateways", NT_TREE_MAP);
    p.servers = nt_tree_put(p.world, "servers", NT_TREE_MAP);
    p.agents = nt_tree_put(p.world, "agents", NT_TREE_MAP);
    p.steps = nt_tree_put(p.world, "steps", NT_TREE_LIST);
    draw_places(&p, &t);
    draw_options(&p);
    draw_steps(&p);
    say_what_is_expected(&p);
    if (p.gateways != NULL && p.gateways->count == 0)
        nt_tree_drop(p.world, "gateways");
    return p.world;
}
