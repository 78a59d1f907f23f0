#include "scenarios/sweep/process.h"

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

/* Data are the process's own probes; an answer that comes after a minute takes that minute. */
static bool is_for_processes(const struct nt_tree *step)
{
    const char *delay = nt_tree_text(nt_tree_get(step, "signalling"), "delay");
    bool late = delay[0] != '\0' && strstr(delay, "ms") == NULL;
    return nt_tree_get(step, "send") == NULL && !late && strcmp(nt_tree_text(step, "after"), "L.check-sent") != 0;
}

void nt_sweep_give_to_process(struct nt_tree *world, const char *command)
{
    struct nt_tree *agent = nt_tree_get(nt_tree_get(world, "agents"), "L"), *steps = nt_tree_get(world, "steps"),
                   *expect = nt_tree_get(world, "expect");
    if (agent == NULL || steps == NULL)
        return;
    replace_agent(agent, command);
    if (nt_tree_get(expect, "path") == NULL) /* it is troubled: data may be lost */
        nt_tree_say(nt_tree_put(expect, "data", NT_TREE_MAP), "lost", ">= 0");
    for (size_t i = steps->count; i > 0; i--)
        if (!is_for_processes(steps->items[i - 1]))
            nt_tree_remove(steps, i - 1);
}
