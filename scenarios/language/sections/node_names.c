#include "scenarios/language/sections/node_names.h"

#include "core/base/err.h"
#include "scenarios/language/sections/expect.h"

static void add_names(struct nt_load *l, const struct nt_yaml *section, enum nt_scn_node_kind kind)
{
    for (size_t i = 0; section != NULL && i < section->count; i++) {
        const struct nt_yaml *key = section->keys[i];
        if (!nt_load_check_name(l, key))
            continue;
        if (kind == NT_SCN_NODE_AGENT && nt_table_find(&nt_table_expect, key->text) != NULL) {
            nt_diag_mend(nt_load_error(l, key, "an agent cannot be called '%s'", key->text), "it is a key of 'expect'");
            continue;
        }
        if (nt_names_add(&l->nodes, key->text, (uint32_t)kind << 28 | (uint32_t)i) == NT_EEXIST)
            nt_diag_mend(nt_load_error(l, key, "the name '%s' is taken by %s", key->text,
                                       nt_load_kind_name(nt_load_find_node(l, key->text).kind)),
                         "give each gateway, server and agent a name of its own");
    }
}

void nt_load_node_names(struct nt_load *l, const struct nt_yaml *gateways, const struct nt_yaml *servers,
                        const struct nt_yaml *agents)
{
    size_t n =
        (gateways != NULL ? gateways->count : 0) + (servers != NULL ? servers->count : 0) + (agents != NULL ? agents->count : 0);
    if (nt_names_init(&l->nodes, l->arena, n) != NT_OK) {
        l->nomem = true;
        return;
    }
    add_names(l, gateways, NT_SCN_NODE_GATEWAY);
    add_names(l, servers, NT_SCN_NODE_SERVER);
    add_names(l, agents, NT_SCN_NODE_AGENT);
}
