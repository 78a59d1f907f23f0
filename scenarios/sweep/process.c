#include "scenarios/sweep/process.h"
#include "scenarios/sweep/world.h"

#include <string.h>

static bool is_told(const char *key)
{
    static const char *const keys[] = {"on", "address", "ipv6", "stun", "turn", "role", "policy"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void replace_agent(struct nt_tree *agent, const char *command)
{
    for (size_t i = agent->count; i > 0; i--)
        if (!is_told(agent->items[i - 1]->key))
            nt_tree_remove(agent, i - 1);
    struct nt_tree *exec = nt_tree_put(agent, "exec", NT_TREE_SCALAR);
    char *text = nt_arena_text(agent->arena, command, strlen(command));
    if (exec != NULL)
        exec->text = text != NULL ? text : ""; /* which does not load */
}

static bool has_any(const struct nt_tree *step, const char *const *kinds)
{
    for (; *kinds != NULL; kinds++)
        if (nt_tree_get(step, *kinds) != NULL)
            return true;
    return false;
}

static bool has_tag(const struct nt_tree *world, const char *tag)
{
    const struct nt_tree *tags = nt_tree_get(world, "tags");
    for (size_t i = 0; tags != NULL && i < tags->count; i++)
        if (strcmp(tags->items[i]->text, tag) == 0)
            return true;
    return false;
}

/* Data are the process's own probes, and its sessions its own affair; an answer that comes after a minute takes that minute.
 * Without the steps that change it a world is told of by the oracle, or by nobody. */
static bool is_for_processes(const struct nt_tree *step, bool changes)
{
    static const char *const never[] = {"send", "restart", "reoffer", "renominate", "hangup", "move", NULL}, *const of_changes[] = {
                                                                                                                 "link", "nat",
                                                                                                                 "server", NULL};
    const struct nt_tree *signalling = nt_tree_get(step, "signalling");
    const char *delay = nt_tree_text(signalling, "delay");
    bool late = delay[0] != '\0' && strstr(delay, "ms") == NULL;
    return !has_any(step, never) && !(changes && has_any(step, of_changes)) && !late && nt_tree_get(signalling, "reject") == NULL &&
           strcmp(nt_tree_text(step, "after"), "L.check-sent") != 0;
}

static void forget_changes(struct nt_tree *world)
{
    struct nt_tree *agents = nt_tree_get(world, "agents"), *expect = nt_tree_get(world, "expect");
    static const char *const keys[] = {"recover", "gather", "renomination"};
    for (size_t i = 0; agents != NULL && i < agents->count; i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            nt_tree_drop(agents->items[i], keys[k]);
    nt_tree_drop(expect, "until");
    nt_tree_drop(expect, "data");
}

void nt_sweep_give_to_process(struct nt_tree *world, const char *command)
{
    struct nt_tree *agent = nt_tree_get(nt_tree_get(world, "agents"), "L"), *steps = nt_tree_get(world, "steps"),
                   *expect = nt_tree_get(world, "expect");
    if (agent == NULL || steps == NULL)
        return;
    bool changes = has_tag(world, NT_SWEEP_CHANGES);
    replace_agent(agent, command);
    forget_changes(world);
    if (nt_tree_get(expect, "path") == NULL) /* it is troubled: data may be lost */
        nt_tree_say(nt_tree_put(expect, "data", NT_TREE_MAP), "lost", ">= 0");
    for (size_t i = steps->count; i > 0; i--)
        if (!is_for_processes(steps->items[i - 1], changes))
            nt_tree_remove(steps, i - 1);
}
