#include "scenarios/sweep/troubles.h"
#include "scenarios/sweep/draw.h"
#include "scenarios/sweep/nats.h"

#include <stdio.h>
#include <string.h>

#define NAME_BYTES 48
#define NODES_MAX 64

struct trouble {
    struct nt_tree *world, *steps, *agents, *servers, *gateways; /* gateways may be NULL */
    struct nt_rand *r;
};

/* --- what steps are made of --- */

static struct nt_tree *add_step(struct trouble *t, const char *at, const char *kind)
{
    struct nt_tree *step = nt_tree_put(t->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "at", "%s", at);
    return nt_tree_put(step, kind, NT_TREE_MAP);
}

static const char *draw_moment(struct trouble *t, char buf[NAME_BYTES])
{
    unsigned latest = (unsigned[]){0, 300, 500, 3000, 5000, 30000}[nt_rand_below(t->r, 6)];
    snprintf(buf, NAME_BYTES, "%ums", nt_draw_between(t->r, 0, latest));
    return latest == 0 ? "0s" : buf;
}

/* Some of the first packets, or all of a while. */
static void draw_which(struct trouble *t, struct nt_tree *step, const char *while_)
{
    if (nt_draw_chance(t->r, 35)) {
        nt_tree_say(step, "for", "%s", while_);
        return;
    }
    struct nt_tree *nth = nt_tree_put(step, "nth", NT_TREE_LIST);
    unsigned bits = nt_draw_some(t->r, 12, 4);
    for (unsigned i = 0; i < 12; i++)
        if ((bits >> i & 1) != 0)
            nt_tree_say(nth, NULL, "%u", i + 1);
}

static void add_names(const char *names[NODES_MAX], size_t *count, const struct nt_tree *of)
{
    for (size_t i = 0; of != NULL && i < of->count && *count < NODES_MAX; i++)
        if (strcmp(of->items[i]->key, "platform") != 0)
            names[(*count)++] = of->items[i]->key;
}

static const char *draw_node(struct trouble *t)
{
    const char *names[NODES_MAX];
    size_t count = 0;
    add_names(names, &count, t->agents);
    add_names(names, &count, t->servers);
    add_names(names, &count, t->gateways);
    return nt_draw_word(t->r, names, count);
}

static const struct nt_tree *draw_agent(struct trouble *t)
{
    return t->agents->items[nt_rand_below(t->r, t->agents->count)];
}

/* One of the servers but the platform; NULL: there is none. */
static const char *draw_server(struct trouble *t)
{
    const char *names[NODES_MAX];
    size_t count = 0;
    add_names(names, &count, t->servers);
    return count > 0 ? nt_draw_word(t->r, names, count) : NULL;
}

/* --- packets --- */

static void disturb_packets(struct trouble *t)
{
    const char *kind = NT_DRAW(t->r, "delay", "delay", "drop", "duplicate", "corrupt");
    char at[NAME_BYTES];
    struct nt_tree *step = add_step(t, draw_moment(t, at), kind);
    nt_tree_say(step, "where", "%s", draw_node(t));
    nt_tree_say(step, "filter", "%s",
                NT_DRAW(t->r, "udp", "udp and not port 3478", "udp dst port 3478", "udp src port 3478", "udp and greater 100",
                        "udp[8:2] = 0x0101", "udp[8:2] = 0x0111"));
    draw_which(t, step, NT_DRAW(t->r, "50ms", "200ms", "1s", "2s"));
    if (strcmp(kind, "delay") == 0)
        nt_tree_say(step, "by", "%s", NT_DRAW(t->r, "5ms", "20ms", "90ms", "200ms", "700ms", "3s"));
}

/* CreatePermission or ChannelBind requests or their answers are lost. */
static void lose_permissions(struct trouble *t)
{
    bool answer = nt_draw_chance(t->r, 50);
    struct nt_tree *step = add_step(t, "0s", "drop");
    nt_tree_say(step, "where", "%s", answer ? "turn" : draw_agent(t)->key);
    nt_tree_say(step, "filter", "%s",
                answer ? NT_DRAW(t->r, "udp[8:2] = 0x0108", "udp[8:2] = 0x0109")
                       : NT_DRAW(t->r, "udp[8:2] = 0x0008", "udp[8:2] = 0x0009"));
    draw_which(t, step, NT_DRAW(t->r, "1s", "10s", "60s"));
}

/* --- servers --- */

/* The TURN server ends; sometimes so early that the caller's allocation has expired when the answer comes. */
static void lose_relay(struct trouble *t)
{
    const struct nt_tree *call = nt_tree_get(t->steps->items[0], "call");
    char at[NAME_BYTES];
    bool long_ago = nt_draw_chance(t->r, 60);
    snprintf(at, sizeof at, "%ums", nt_draw_between(t->r, 50, long_ago ? 20000 : 3000));
    struct nt_tree *step = add_step(t, at, "server");
    nt_tree_say(step, "at", "turn");
    nt_tree_say(step, "do", "stop");
    if (!long_ago)
        return;
    nt_tree_say(nt_tree_get(t->servers, "turn"), "lifetime", "40s");
    step = add_step(t, "0s", "signalling");
    nt_tree_say(step, "from", "%s", nt_tree_text(call, "to"));
    nt_tree_say(step, "message", "answer");
    nt_tree_say(step, "delay", "%us", nt_draw_between(t->r, 60, 100));
}

static void pause_server(struct trouble *t, const char *server)
{
    unsigned down = nt_draw_between(t->r, 0, 5000), up = down + nt_draw_between(t->r, 10, 3000);
    for (int i = 0; i < 2; i++) {
        char at[NAME_BYTES];
        snprintf(at, sizeof at, "%ums", i == 0 ? down : up);
        struct nt_tree *step = add_step(t, at, "server");
        nt_tree_say(step, "at", "%s", server);
        nt_tree_say(step, "do", "%s", i == 0 ? "stop" : "start");
    }
}

static void refuse_requests(struct trouble *t, struct nt_tree *step, bool turn)
{
    nt_tree_say(step, "method", "%s",
                turn ? NT_DRAW(t->r, "any", "allocate", "refresh", "create-permission", "channel-bind", "binding") : "binding");
    nt_tree_say(step, "code", "%s", NT_DRAW(t->r, "400", "401", "403", "437", "438", "486", "500", "508", "none"));
    draw_which(t, step, NT_DRAW(t->r, "500ms", "5s"));
}

/* A server loses its state, refuses requests or answers late. */
static void disturb_server(struct trouble *t, const char *server)
{
    char at[NAME_BYTES];
    const char *what = NT_DRAW(t->r, "reset", "refuse", "slow");
    struct nt_tree *step = add_step(t, draw_moment(t, at), "server");
    nt_tree_say(step, "at", "%s", server);
    nt_tree_say(step, "do", "%s", what);
    if (strcmp(what, "refuse") == 0)
        refuse_requests(t, step, strcmp(server, "turn") == 0);
    if (strcmp(what, "slow") == 0) {
        nt_tree_say(step, "by", "%s", NT_DRAW(t->r, "50ms", "500ms", "3s"));
        nt_tree_say(step, "for", "%s", NT_DRAW(t->r, "500ms", "5s"));
    }
}

static void trouble_servers(struct trouble *t)
{
    bool turn = nt_tree_get(t->servers, "turn") != NULL;
    const char *server = draw_server(t),
               *what = NT_DRAW(t->r, "permissions", "permissions", "relay", "pause", "disturb", "disturb");
    if (server == NULL)
        return;
    if (turn && strcmp(what, "permissions") == 0)
        lose_permissions(t);
    else if (turn && strcmp(what, "relay") == 0)
        lose_relay(t);
    else if (strcmp(what, "pause") == 0)
        pause_server(t, server);
    else
        disturb_server(t, server);
}

/* --- links and NATs --- */

static void name_others(struct trouble *t, struct nt_tree *list, const char *but)
{
    const char *names[NODES_MAX];
    size_t count = 0;
    add_names(names, &count, t->agents);
    add_names(names, &count, t->servers);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], but) != 0)
            nt_tree_say(list, NULL, "%s", names[i]);
}

static struct nt_tree *add_step_after(struct trouble *t, const char *agent, const char *event, const char *delay, const char *kind)
{
    struct nt_tree *step = nt_tree_put(t->steps, NULL, NT_TREE_MAP);
    nt_tree_say(step, "after", "%s.%s", agent, event);
    nt_tree_say(step, "delay", "%s", delay);
    return nt_tree_put(step, kind, NT_TREE_MAP);
}

/* After a while nothing passes to or from an agent any more, or passes again later. */
static void cut_off(struct trouble *t)
{
    const struct nt_tree *agent = draw_agent(t), *on = nt_tree_get(agent, "on");
    const char *event = NT_DRAW(t->r, "completed", "completed", "check-sent", "selected");
    char delay[NAME_BYTES];
    snprintf(delay, sizeof delay, "%ums", nt_draw_between(t->r, 0, nt_draw_chance(t->r, 50) ? 500 : 12000));
    if (nt_draw_chance(t->r, 50)) {
        struct nt_tree *step = add_step_after(t, agent->key, event, delay, "partition");
        nt_tree_say(step, "between", "%s", agent->key);
        name_others(t, nt_tree_put(step, "and", NT_TREE_LIST), agent->key);
        nt_tree_say(step, "for", "%s", NT_DRAW(t->r, "1s", "5s", "28s", "100s"));
        return;
    }
    for (size_t i = 0; on != NULL && i < on->count; i++) {
        struct nt_tree *step = add_step_after(t, agent->key, event, delay, "link");
        nt_tree_say(step, "at", "%s.%zu", agent->key, i);
        nt_tree_say(step, "set", "down");
    }
}

static void disturb_link(struct trouble *t)
{
    const struct nt_tree *agent = draw_agent(t);
    unsigned down = nt_draw_between(t->r, 0, 5000), up = down + nt_draw_between(t->r, 10, 3000);
    for (int i = 0; i < 2; i++) {
        char at[NAME_BYTES];
        snprintf(at, sizeof at, "%ums", i == 0 ? down : up);
        struct nt_tree *step = add_step(t, at, "link");
        nt_tree_say(step, "at", "%s.0", agent->key);
        nt_tree_say(step, "set", "%s", i == 0 ? "down" : "up");
    }
}

static void disturb_nat(struct trouble *t)
{
    const char *names[NODES_MAX];
    size_t count = 0;
    for (size_t i = 0; t->gateways != NULL && i < t->gateways->count && count < NODES_MAX; i++)
        if (nt_sweep_translates(t->gateways->items[i]))
            names[count++] = t->gateways->items[i]->key;
    if (count == 0)
        return;
    char at[NAME_BYTES];
    struct nt_tree *step = add_step(t, draw_moment(t, at), "nat");
    nt_tree_say(step, "at", "%s", nt_draw_word(t->r, names, count));
    nt_tree_say(step, "do", "%s", NT_DRAW(t->r, "reboot", "flush", "renumber"));
}

static void disturb_signalling(struct trouble *t)
{
    struct nt_tree *step = add_step(t, "0s", "signalling");
    nt_tree_say(step, "from", "%s", draw_agent(t)->key);
    nt_tree_say(step, "message", "%s", NT_DRAW(t->r, "candidate", "any"));
    nt_tree_say(step, NT_DRAW(t->r, "drop", "duplicate"), "true");
}

void nt_sweep_troubles(struct nt_tree *world, struct nt_rand *r)
{
    static void (*const kinds[])(struct trouble * t) = {disturb_packets, disturb_packets,   disturb_packets, trouble_servers,
                                                        trouble_servers, trouble_servers,   cut_off,         disturb_link,
                                                        disturb_nat,     disturb_signalling};
    struct trouble t = {.world = world, .r = r};
    t.steps = nt_tree_get(world, "steps");
    t.agents = nt_tree_get(world, "agents");
    t.servers = nt_tree_get(world, "servers");
    t.gateways = nt_tree_get(world, "gateways");
    if (t.steps == NULL || t.agents == NULL || t.servers == NULL || t.agents->count == 0)
        return;
    for (unsigned n = nt_draw_between(r, 1, 3); n > 0; n--)
        kinds[nt_rand_below(r, sizeof kinds / sizeof *kinds)](&t);
}
