#include "scenarios/language/cell.h"
#include "scenarios/language/checks/addresses.h"
#include "scenarios/language/checks/carrier.h"
#include "scenarios/language/checks/effect.h"
#include "scenarios/language/checks/live.h"
#include "scenarios/language/checks/media.h"
#include "scenarios/language/checks/moves.h"
#include "scenarios/language/checks/oracle.h"
#include "scenarios/language/checks/reach.h"
#include "scenarios/language/checks/topology.h"
#include "scenarios/language/checks/usage.h"
#include "scenarios/language/sections/agent.h"
#include "scenarios/language/sections/expect.h"
#include "scenarios/language/sections/gateway.h"
#include "scenarios/language/sections/network.h"
#include "scenarios/language/sections/node_names.h"
#include "scenarios/language/sections/server.h"
#include "scenarios/language/sections/step.h"
#include "scenarios/language/substitute.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *nt_cell_id(const struct nt_scn_file *f, size_t cell)
{
    size_t values[NT_AXES_MAX] = {0}, len = strlen(f->id_path) + 3, at;
    nt_matrix_cell(&f->matrix, cell, values);
    for (size_t j = 0; j < f->matrix.count; j++)
        len += strlen(f->matrix.axes[j].name) + strlen(f->matrix.axes[j].values[values[j]].label) + 2;
    char *id = malloc(len);
    if (id == NULL)
        return NULL;
    at = (size_t)snprintf(id, len, "%s", f->id_path);
    for (size_t j = 0; j < f->matrix.count; j++)
        at += (size_t)snprintf(id + at, len - at, "%s%s=%s", j == 0 ? "[" : ",", f->matrix.axes[j].name,
                               f->matrix.axes[j].values[values[j]].label);
    if (f->matrix.count > 0)
        snprintf(id + at, len - at, "]");
    return id;
}

static bool set_names(struct nt_load *l, const struct nt_scn_file *f, const size_t *values, size_t cell)
{
    struct nt_scn_case *c = l->c;
    char *id = nt_cell_id(f, cell);
    c->id = id != NULL ? nt_load_text(l, id) : NULL;
    l->nomem = l->nomem || id == NULL;
    free(id);
    c->file = nt_load_text(l, f->src.shown);
    c->path = nt_load_text(l, f->path);
    c->place = f->yaml->place;
    c->params = nt_load_alloc(l, (f->matrix.count + 1) * sizeof *c->params);
    for (size_t i = 0; c->params != NULL && i < f->matrix.count; i++) {
        const struct nt_axis_value *v = &f->matrix.axes[i].values[values[i]];
        c->params[i] =
            (struct nt_scn_param){nt_load_text(l, f->matrix.axes[i].name), nt_load_text(l, v->json), nt_load_text(l, v->label)};
        c->param_count = i + 1;
    }
    c->tags = nt_load_alloc(l, (nt_yaml_count(f->root.tags) + 1) * sizeof *c->tags);
    for (size_t i = 0; c->tags != NULL && i < nt_yaml_count(f->root.tags); i++)
        if (nt_yaml_item(f->root.tags, i)->text != NULL) /* check_tags reports the others */
            c->tags[c->tag_count++] = nt_load_text(l, nt_yaml_item(f->root.tags, i)->text);
    return !l->nomem;
}

/* A section with the values of the axes of this cell; NULL when it is missing, or of the wrong kind (an error). */
static const struct nt_yaml *cell_section(struct nt_load *l, const struct nt_scn_file *f, const size_t *values,
                                          const struct nt_yaml *raw, const char *name, enum nt_yaml_kind kind)
{
    if (raw == NULL)
        return NULL;
    size_t before = l->src->errors;
    const struct nt_yaml *v = nt_substitute(&f->matrix, values, raw, l->src, l->arena);
    if (v == NULL) {
        l->nomem = l->nomem || l->src->errors == before;
        return NULL;
    }
    if (v->kind != kind) {
        nt_diag_mend(nt_load_error(l, v, "'%s' must be %s, not %s", name, kind == NT_YAML_MAP ? "a mapping" : "a list",
                                   nt_yaml_kind_name(v)),
                     kind == NT_YAML_MAP ? "write '%s: {name: ...}'" : "write '%s: [...]'", name);
        return NULL;
    }
    if (v->count > NT_SCN_NODES_MAX) {
        nt_load_error(l, v, "'%s' has more than %d entries", name, NT_SCN_NODES_MAX);
        return NULL;
    }
    return v;
}

static void read_head(struct nt_load *l, const struct nt_scn_file *f, const size_t *values)
{
    static const struct nt_key claim = {.name = "claim", .type = NT_KEY_TEXT, .offset = offsetof(struct nt_scn_case, claim)};
    static const struct nt_key seed = {
        .name = "seed", .type = NT_KEY_U64, .high = INT64_MAX, .offset = offsetof(struct nt_scn_case, seed)};
    const struct nt_yaml *v = nt_substitute(&f->matrix, values, f->root.claim, l->src, l->arena);
    if (v != NULL)
        nt_key_read(l, &claim, v, l->c);
    l->c->seed = 1;
    v = f->root.seed != NULL ? nt_substitute(&f->matrix, values, f->root.seed, l->src, l->arena) : NULL;
    if (v != NULL)
        nt_key_read(l, &seed, v, l->c);
}

static void read_world(struct nt_load *l, const struct nt_scn_file *f, const size_t *values)
{
    const struct nt_file_keys *r = &f->root;
    size_t before = l->src->errors;
    const struct nt_yaml *networks = cell_section(l, f, values, r->networks, "networks", NT_YAML_MAP);
    const struct nt_yaml *gateways = cell_section(l, f, values, r->gateways, "gateways", NT_YAML_MAP);
    const struct nt_yaml *servers = cell_section(l, f, values, r->servers, "servers", NT_YAML_MAP);
    const struct nt_yaml *agents = cell_section(l, f, values, r->agents, "agents", NT_YAML_MAP);
    if (networks == NULL || l->src->errors != before || l->nomem)
        return;
    nt_load_networks(l, networks);
    if (!l->nomem)
        nt_load_node_names(l, gateways, servers, agents);
    if (l->nomem)
        return;
    nt_load_gateways(l, gateways);
    nt_load_servers(l, servers);
    nt_load_agents(l, agents);
    if (l->src->errors != before || l->nomem)
        return;
    nt_assign_addresses(l);
    nt_check_media(l);
    nt_check_topology(l);
}

static void read_story(struct nt_load *l, const struct nt_scn_file *f, const size_t *values)
{
    size_t before = l->src->errors, start = before;
    const struct nt_yaml *steps = cell_section(l, f, values, f->root.steps, "steps", NT_YAML_LIST);
    if (l->src->errors == before && !l->nomem)
        nt_load_steps(l, steps);
    if (l->src->errors == before && !l->nomem)
        nt_assign_moves(l);
    if (l->src->errors == before && !l->nomem)
        nt_check_live_steps(l);
    if (l->src->errors == before && !l->nomem)
        nt_check_effect_of_steps(l);
    before = l->src->errors;
    const struct nt_yaml *expect = f->root.expect != NULL ? f->root.expect : &f->nothing;
    expect = nt_where_merge(&f->matrix, f->wheres, f->where_count, values, expect, l->arena);
    l->nomem = l->nomem || expect == NULL;
    expect = cell_section(l, f, values, expect, "expect", NT_YAML_MAP);
    if (l->src->errors == before && !l->nomem)
        nt_load_expect(l, expect);
    if (!l->nomem && expect != NULL)
        nt_check_oracle(l, expect);
    if (l->src->errors == before && !l->nomem)
        nt_check_live_expect(l, expect);
    if (l->src->errors == start && !l->nomem)
        nt_check_effect_of_expect(l, expect);
}

static void read_cell(struct nt_load *l, const struct nt_scn_file *f, size_t cell)
{
    size_t values[NT_AXES_MAX] = {0};
    nt_matrix_cell(&f->matrix, cell, values);
    l->c->caller = l->c->callee = NT_SCN_NONE;
    if (!set_names(l, f, values, cell))
        return;
    read_head(l, f, values);
    size_t before = l->src->errors;
    read_world(l, f, values);
    if (!l->nomem && l->nodes.slots != NULL)
        read_story(l, f, values);
    if (l->nomem || l->check == NULL || l->src->errors != before)
        return;
    nt_check_usage(l);
    nt_check_reach(l);
    nt_check_carrier(l);
}

struct nt_scn_case *nt_cell_case(const struct nt_scn_file *f, size_t cell, struct nt_source *src, struct nt_file_check *check)
{
    size_t before = src->errors;
    struct nt_load l = {.src = src, .arena = nt_arena_new(), .check = check};
    l.c = l.arena != NULL ? nt_load_alloc(&l, sizeof *l.c) : NULL;
    nt_map_init(&l.given, 24);
    if (l.c != NULL) {
        l.c->arena = l.arena;
        read_cell(&l, f, cell);
    } else {
        l.nomem = true;
    }
    nt_map_free(&l.given);
    free(l.given_places);
    if (l.nomem)
        nt_source_nomem(src);
    if (src->errors == before)
        return l.c;
    nt_arena_del(l.arena);
    return NULL;
}
