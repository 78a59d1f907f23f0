#include "scenarios/sweep/tidy.h"

#include <string.h>

/* --- names of what is gone --- */

static bool has(const struct nt_tree *world, const char *section, const char *name)
{
    return nt_tree_get(nt_tree_get(world, section), name) != NULL;
}

/* A node, or a part of one: "L.0". */
static bool has_node(const struct nt_tree *world, const char *text)
{
    static const char *const sections[] = {"gateways", "servers", "agents"};
    size_t len = strcspn(text, ".");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const struct nt_tree *section = nt_tree_get(world, sections[i]);
        for (size_t k = 0; section != NULL && k < section->count; k++)
            if (strncmp(section->items[k]->key, text, len) == 0 && section->items[k]->key[len] == '\0')
                return true;
    }
    return false;
}

/* Of a list, or of a scalar alone; of an item that is a map the server that it names. */
static const char *name_of(const struct nt_tree *item)
{
    return item->kind == NT_TREE_MAP ? nt_tree_text(item, "server") : item->text;
}

static bool drop_names(struct nt_tree *owner, const char *key, const struct nt_tree *world, const char *section)
{
    struct nt_tree *list = nt_tree_get(owner, key);
    bool changed = false;
    for (size_t i = list != NULL ? list->count : 0; i > 0; i--)
        if (!has(world, section, name_of(list->items[i - 1]))) {
            nt_tree_remove(list, i - 1);
            changed = true;
        }
    if (list != NULL && list->kind == NT_TREE_LIST && list->count == 0) {
        nt_tree_drop(owner, key);
        changed = true;
    }
    return changed;
}

static bool tidy_agents(struct nt_tree *world)
{
    struct nt_tree *agents = nt_tree_get(world, "agents");
    bool changed = false;
    for (size_t i = 0; agents != NULL && i < agents->count; i++) {
        changed |= drop_names(agents->items[i], "on", world, "networks");
        changed |= drop_names(agents->items[i], "stun", world, "servers");
        changed |= drop_names(agents->items[i], "turn", world, "servers");
    }
    return changed;
}

static bool tidy_gateways_names(struct nt_tree *world)
{
    struct nt_tree *gateways = nt_tree_get(world, "gateways");
    bool changed = false;
    for (size_t i = gateways != NULL ? gateways->count : 0; i > 0; i--) {
        struct nt_tree *g = gateways->items[i - 1];
        changed |= drop_names(g, "inside", world, "networks");
        if (nt_tree_get(g, "inside") != NULL && has(world, "networks", nt_tree_text(g, "outside")))
            continue;
        nt_tree_remove(gateways, i - 1);
        changed = true;
    }
    return changed;
}

/* Does what a step does, or waits for, name a node that is gone, or a network? */
static bool is_stale(const struct nt_tree *world, const struct nt_tree *step)
{
    static const char *const keys[] = {"where", "at", "between", "and", "from", "to", "agent"};
    const char *after = nt_tree_text(step, "after");
    const struct nt_tree *move = nt_tree_get(step, "move");
    bool stale = after[0] != '\0' && !has_node(world, after);
    if (move != NULL)
        return stale || !has_node(world, nt_tree_text(move, "at")) || !has(world, "networks", nt_tree_text(move, "to"));
    for (size_t i = 0; i < step->count && !stale; i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const struct nt_tree *t = nt_tree_get(step->items[i], keys[k]);
            stale |= t != NULL && t->kind == NT_TREE_SCALAR && !has_node(world, t->text);
            for (size_t n = 0; t != NULL && n < t->count; n++)
                stale |= !has_node(world, t->items[n]->text);
        }
    return stale;
}

static bool tidy_steps(struct nt_tree *world)
{
    struct nt_tree *steps = nt_tree_get(world, "steps");
    bool changed = false;
    for (size_t i = steps != NULL ? steps->count : 0; i > 0; i--)
        if (is_stale(world, steps->items[i - 1])) {
            nt_tree_remove(steps, i - 1);
            changed = true;
        }
    return changed;
}

/* --- what nobody uses --- */

/* Is it the scalar itself, or one of a list, or the server of an item? */
static bool mentions(const struct nt_tree *t, const char *name)
{
    if (t == NULL)
        return false;
    if (t->kind != NT_TREE_LIST)
        return strcmp(name_of(t), name) == 0;
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(name_of(t->items[i]), name) == 0)
            return true;
    return false;
}

static bool is_mentioned(const struct nt_tree *world, const char *section, const char *key, const char *name)
{
    const struct nt_tree *s = nt_tree_get(world, section);
    for (size_t i = 0; s != NULL && i < s->count; i++)
        if (mentions(nt_tree_get(s->items[i], key), name))
            return true;
    return false;
}

static bool is_moved_to(const struct nt_tree *world, const char *network)
{
    const struct nt_tree *steps = nt_tree_get(world, "steps");
    for (size_t i = 0; steps != NULL && i < steps->count; i++)
        if (strcmp(nt_tree_text(nt_tree_get(steps->items[i], "move"), "to"), network) == 0)
            return true;
    return false;
}

/* Is somebody on the network, or behind it, or comes to be there? */
static bool is_lived_in(const struct nt_tree *world, const char *network)
{
    return is_moved_to(world, network) || is_mentioned(world, "agents", "on", network) ||
           is_mentioned(world, "servers", "on", network) || is_mentioned(world, "gateways", "outside", network);
}

static bool drop_unused_gateways(struct nt_tree *world)
{
    struct nt_tree *gateways = nt_tree_get(world, "gateways");
    bool changed = false;
    for (size_t i = gateways != NULL ? gateways->count : 0; i > 0; i--) {
        const struct nt_tree *inside = nt_tree_get(gateways->items[i - 1], "inside");
        bool used = false;
        for (size_t k = 0; inside != NULL && k < inside->count; k++)
            used |= is_lived_in(world, inside->items[k]->text);
        if (!used)
            nt_tree_remove(gateways, i - 1);
        changed |= !used;
    }
    return changed;
}

static bool drop_unused_networks(struct nt_tree *world)
{
    struct nt_tree *networks = nt_tree_get(world, "networks");
    bool changed = false;
    for (size_t i = networks != NULL ? networks->count : 0; i > 0; i--) {
        const char *name = networks->items[i - 1]->key;
        bool used = is_lived_in(world, name);
        if (!used)
            nt_tree_remove(networks, i - 1);
        changed |= !used;
    }
    return changed;
}

static bool drop_unused_servers(struct nt_tree *world)
{
    struct nt_tree *servers = nt_tree_get(world, "servers");
    bool changed = false;
    for (size_t i = servers != NULL ? servers->count : 0; i > 0; i--) {
        const char *name = servers->items[i - 1]->key;
        bool used = strcmp(name, "platform") == 0 || is_mentioned(world, "agents", "stun", name) ||
                    is_mentioned(world, "agents", "turn", name);
        used &= has(world, "networks", nt_tree_text(servers->items[i - 1], "on"));
        if (!used)
            nt_tree_remove(servers, i - 1);
        changed |= !used;
    }
    return changed;
}

static void drop_empty_sections(struct nt_tree *world)
{
    for (size_t i = world->count; i > 0; i--)
        if (world->items[i - 1]->kind != NT_TREE_SCALAR && world->items[i - 1]->count == 0)
            nt_tree_remove(world, i - 1);
}

void nt_sweep_tidy(struct nt_tree *world)
{
    bool changed = world != NULL;
    while (changed) {
        changed = tidy_agents(world);
        changed |= tidy_gateways_names(world);
        changed |= tidy_steps(world);
        changed |= drop_unused_gateways(world);
        changed |= drop_unused_networks(world);
        changed |= drop_unused_servers(world);
    }
    if (world != NULL)
        drop_empty_sections(world);
}
