#include "scenarios/language/load.h"

#include "scenarios/language/key_table.h"
#include "scenarios/language/matrix.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTERS_MAX 4096   /* BPF texts remembered as good */
#define BAD_CELLS_MAX 1000 /* cells with errors before the rest is left alone */

struct root {
    const struct nt_yaml *natsim, *claim, *tags, *seed, *matrix, *networks, *gateways, *servers, *agents, *steps, *expect, *where;
};

struct nt_scn_file {
    char *id_path, *path;
    struct nt_source src;
    struct nt_arena *arena;
    struct root root;
    struct nt_yaml *yaml;
    struct nt_matrix matrix;
    struct nt_where *wheres;
    size_t where_count;
    char *claim;
    struct nt_yaml nothing; /* an empty mapping where 'expect' is left out */
};

#define ROOT(field, ref) .offset = offsetof(struct root, field), .schema = ref
#define NAMED(def) "{\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [{\"$ref\": \"#/$defs/" def "\"}, {\"$ref\": \"#/$defs/axis\"}]}}"

static const struct nt_key keys[] = {
    {.name = "natsim", ROOT(natsim, "{\"const\": 1}"), .flags = NT_KEY_REQUIRED, .doc = "the version of the language"},
    {.name = "claim",
     ROOT(claim, "{\"type\": \"string\"}"),
     .flags = NT_KEY_REQUIRED,
     .doc = "what the scenario shows, in a sentence"},
    {.name = "tags", ROOT(tags, "{\"$ref\": \"#/$defs/names\"}"), .doc = "words for --tag"},
    {.name = "seed", ROOT(seed, "{\"$ref\": \"#/$defs/number\"}"), .doc = "a number up to 9223372036854775807 (2^63-1); 1 by default; --seed overrides"},
    {.name = "matrix",
     ROOT(matrix, "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"minItems\": 1}}"),
     .doc = "axes with their values: the cartesian product, last axis fastest"},
    {.name = "networks", ROOT(networks, NAMED("network")), .flags = NT_KEY_REQUIRED, .doc = "switches, or lines, buses and Wi-Fi cells"},
    {.name = "gateways", ROOT(gateways, NAMED("gateway")), .doc = "routers with a NAT or firewall"},
    {.name = "servers", ROOT(servers, NAMED("server")), .doc = "STUN, TURN, the signalling platform"},
    {.name = "agents", ROOT(agents, NAMED("agent")), .doc = "ICE agents"},
    {.name = "steps", ROOT(steps, "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/step\"}}"), .doc = "what happens"},
    {.name = "expect", ROOT(expect, "{\"$ref\": \"#/$defs/expect\"}"), .doc = "what must come of it"},
    {.name = "expect-where",
     ROOT(where, "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/where\"}}"),
     .doc = "merged over expect in file order"},
};
const struct nt_table nt_table_file = NT_TABLE("scenario", "a scenario", keys);

static void fail_nomem(struct nt_source *s)
{
    nt_source_error(s, (struct nt_place){0, 0}, "out of memory");
}

/* --- one cell --- */

static bool set_names(struct nt_load *l, const struct nt_scn_file *f, const size_t *values, size_t cell)
{
    struct nt_scn_case *c = l->c;
    char *id = nt_scn_file_case_id(f, cell);
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
    c->tags = nt_load_alloc(l, (nt_load_count(f->root.tags) + 1) * sizeof *c->tags);
    for (size_t i = 0; c->tags != NULL && i < nt_load_count(f->root.tags); i++)
        if (nt_load_item(f->root.tags, i)->text != NULL) /* check_tags refuses the others */
            c->tags[c->tag_count++] = nt_load_text(l, nt_load_item(f->root.tags, i)->text);
    return !l->nomem;
}

/* A section of the cell with its axes filled in, of the right kind; NULL when it is not there or wrong. */
static const struct nt_yaml *section(struct nt_load *l, const struct nt_scn_file *f, const size_t *values,
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
    static const struct nt_key seed = {.name = "seed", .type = NT_KEY_U64, .high = INT64_MAX, .offset = offsetof(struct nt_scn_case, seed)};
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
    const struct root *r = &f->root;
    size_t before = l->src->errors;
    const struct nt_yaml *networks = section(l, f, values, r->networks, "networks", NT_YAML_MAP);
    const struct nt_yaml *gateways = section(l, f, values, r->gateways, "gateways", NT_YAML_MAP);
    const struct nt_yaml *servers = section(l, f, values, r->servers, "servers", NT_YAML_MAP);
    const struct nt_yaml *agents = section(l, f, values, r->agents, "agents", NT_YAML_MAP);
    if (networks == NULL || l->src->errors != before || l->nomem)
        return;
    nt_load_networks(l, networks);
    if (!l->nomem)
        nt_load_names(l, gateways, servers, agents);
    if (l->nomem)
        return;
    nt_load_gateways(l, gateways);
    nt_load_servers(l, servers);
    nt_load_agents(l, agents);
    if (l->src->errors != before || l->nomem)
        return;
    nt_assign(l);
    nt_check_topology(l);
}

static void read_story(struct nt_load *l, const struct nt_scn_file *f, const size_t *values)
{
    size_t before = l->src->errors;
    const struct nt_yaml *steps = section(l, f, values, f->root.steps, "steps", NT_YAML_LIST);
    if (l->src->errors == before && !l->nomem)
        nt_load_steps(l, steps);
    if (l->src->errors == before && !l->nomem)
        nt_check_live_steps(l);
    before = l->src->errors;
    const struct nt_yaml *expect = f->root.expect != NULL ? f->root.expect : &f->nothing;
    expect = nt_where_merge(&f->matrix, f->wheres, f->where_count, values, expect, l->arena);
    l->nomem = l->nomem || expect == NULL;
    expect = section(l, f, values, expect, "expect", NT_YAML_MAP);
    if (l->src->errors == before && !l->nomem)
        nt_load_expect(l, expect);
    if (l->src->errors == before && !l->nomem)
        nt_check_live_expect(l, expect);
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
    nt_check_carrier(l);
}

/* One case; NULL with errors in `src`. `check` NULL: this cell is known to be good. */
static struct nt_scn_case *make_case(const struct nt_scn_file *f, size_t cell, struct nt_source *src, struct nt_check *check)
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
        fail_nomem(src);
    if (src->errors == before)
        return l.c;
    nt_arena_del(l.arena);
    return NULL;
}

void nt_scn_case_del(struct nt_scn_case *c)
{
    if (c != NULL)
        nt_arena_del(c->arena);
}

/* --- the file --- */

static void check_version(struct nt_load *l, const struct nt_yaml *v)
{
    if (v == NULL || (v->kind == NT_YAML_SCALAR && !v->quoted && strcmp(v->text, "1") == 0))
        return;
    nt_diag_mend(
        nt_load_error(l, v, "'natsim: %s' is not in this version", v->kind == NT_YAML_SCALAR ? v->text : nt_yaml_kind_name(v)),
        "write natsim: 1");
}

static bool check_tags(struct nt_load *l, const struct nt_yaml *v)
{
    bool good = true;
    for (size_t i = 0; i < nt_load_count(v); i++) {
        const struct nt_yaml *item = nt_load_item(v, i);
        if (item->kind == NT_YAML_SCALAR && item->len > 0)
            continue;
        nt_load_error(l, item, "a tag must be a word, not %s", nt_yaml_kind_name(item));
        good = false;
    }
    return good;
}

/* All values but the matrix's own and the entries' 'when'. */
static void scan_axes(struct nt_scn_file *f)
{
    size_t before = f->src.errors;
    for (size_t i = 0; i < f->yaml->count; i++) {
        const struct nt_yaml *v = f->yaml->items[i];
        if (v != f->root.matrix && v != f->root.where)
            nt_matrix_scan(&f->matrix, v, &f->src);
    }
    for (size_t i = 0; i < f->where_count; i++)
        if (f->wheres[i].entry != NULL)
            nt_matrix_scan(&f->matrix, f->wheres[i].entry, &f->src);
    if (f->src.errors == before)
        nt_matrix_unused(&f->matrix, &f->src);
}

static bool read_file(struct nt_scn_file *f)
{
    struct nt_source *s = &f->src;
    struct nt_load l = {.src = s, .arena = f->arena};
    nt_table_read(&l, &nt_table_file, f->yaml, &f->root);
    if (f->yaml->kind != NT_YAML_MAP)
        return false;
    check_version(&l, f->root.natsim);
    bool tags = check_tags(&l, f->root.tags);
    size_t before = s->errors;
    bool good = nt_matrix_read(&f->matrix, f->root.matrix, s, f->arena);
    if (good && f->root.where != NULL) {
        f->wheres = nt_where_read(&f->matrix, f->root.where, s, f->arena);
        f->where_count = f->wheres != NULL ? f->root.where->count : 0;
    }
    if (good)
        scan_axes(f);
    if (l.nomem)
        fail_nomem(s);
    /* Cells are read in spite of other errors, so that all are said at once; not without what every cell needs. */
    return s->errors == before && tags && !l.nomem && f->root.claim != NULL && f->root.networks != NULL;
}

static void check_cells(struct nt_scn_file *f, enum nt_carrier_name carrier)
{
    struct nt_check check = {.arena = f->arena, .carrier = carrier};
    size_t bad = 0;
    nt_map_init(&check.nodes, 8);
    if (nt_names_init(&check.filters, f->arena, FILTERS_MAX) != 0)
        fail_nomem(&f->src);
    for (size_t i = 0; i < f->matrix.cells && !nt_source_full(&f->src) && bad < BAD_CELLS_MAX; i++) {
        struct nt_scn_case *c = make_case(f, i, &f->src, &check);
        bad += c == NULL;
        nt_scn_case_del(c);
    }
    if (f->src.errors == 0)
        nt_report_unused(&check, &f->src);
    nt_map_free(&check.nodes);
    free(check.uses);
}

static struct nt_scn_file *new_file(const char *path, const char *text, size_t len, const char *id_path, const char *shown,
                                    struct nt_diags *diags)
{
    struct nt_scn_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->arena = nt_arena_new();
    f->id_path = strdup(id_path);
    f->path = strdup(path);
    f->nothing = (struct nt_yaml){.kind = NT_YAML_MAP, .weight = 1, .place = {1, 1}};
    int r = nt_source_init(&f->src, shown, text, len);
    f->src.diags = diags;
    if (r == 0 && f->arena != NULL && f->id_path != NULL && f->path != NULL)
        return f;
    nt_scn_file_del(f);
    return NULL;
}

static struct nt_scn_file *load(const char *path, const char *text, size_t len, const char *id_path, const char *shown,
                                enum nt_carrier_name carrier, struct nt_diags *diags)
{
    size_t before = diags->count;
    if (len > NT_SCN_FILE_MAX) {
        nt_diag_mend(nt_diag_add(diags, shown, 1, 1, "the file has more than %zu MiB", NT_SCN_FILE_MAX >> 20),
                     "a scenario is small: use a matrix, or several files");
        return NULL;
    }
    struct nt_scn_file *f = new_file(path, text, len, id_path, shown, diags);
    if (f == NULL) {
        nt_diag_add(diags, shown, 0, 0, "out of memory");
        return NULL;
    }
    f->yaml = nt_yaml_parse(&f->src, f->arena);
    if (f->yaml != NULL && read_file(f))
        check_cells(f, carrier);
    if (f->yaml != NULL && f->src.errors == 0 && diags->count == before) {
        f->claim = strdup(f->root.claim->text);
        f->src.diags = NULL;
        if (f->claim != NULL)
            return f;
        nt_diag_add(diags, shown, 0, 0, "out of memory");
    }
    nt_scn_file_del(f);
    return NULL;
}

struct nt_scn_file *nt_scn_load_text(const char *text, size_t len, const char *id_path, const char *shown, struct nt_diags *diags)
{
    return load(shown, text, len, id_path, shown, NT_CARRIER_ANY, diags);
}

struct nt_scn_file *nt_scn_load(const char *path, const char *id_path, const char *shown, enum nt_carrier_name carrier, struct nt_diags *diags)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        nt_diag_add(diags, shown, 0, 0, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    char *text = malloc(NT_SCN_FILE_MAX + 1);
    size_t len = text != NULL ? fread(text, 1, NT_SCN_FILE_MAX + 1, in) : 0;
    bool failed = ferror(in) != 0;
    int why = errno;
    fclose(in);
    struct nt_scn_file *f = NULL;
    if (text == NULL)
        nt_diag_add(diags, shown, 0, 0, "out of memory");
    else if (failed)
        nt_diag_add(diags, shown, 0, 0, "cannot be read: %s", strerror(why));
    else
        f = load(path, text, len, id_path, shown, carrier, diags);
    free(text);
    return f;
}

void nt_scn_file_del(struct nt_scn_file *f)
{
    if (f == NULL)
        return;
    nt_source_free(&f->src);
    nt_arena_del(f->arena);
    free(f->id_path);
    free(f->path);
    free(f->claim);
    free(f);
}

size_t nt_scn_file_cases(const struct nt_scn_file *f)
{
    return f->matrix.cells;
}

const char *nt_scn_file_claim(const struct nt_scn_file *f)
{
    return f->claim;
}

const char *nt_scn_file_shown(const struct nt_scn_file *f)
{
    return f->src.shown;
}

bool nt_scn_file_has_tag(const struct nt_scn_file *f, const char *tag)
{
    for (size_t i = 0; i < nt_load_count(f->root.tags); i++)
        if (strcmp(nt_load_item(f->root.tags, i)->text, tag) == 0)
            return true;
    return false;
}

char *nt_scn_file_case_id(const struct nt_scn_file *f, size_t i)
{
    size_t values[NT_AXES_MAX] = {0}, len = strlen(f->id_path) + 3, at;
    nt_matrix_cell(&f->matrix, i, values);
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

struct nt_scn_case *nt_scn_file_case(const struct nt_scn_file *f, size_t i, struct nt_diags *diags)
{
    struct nt_source src = f->src; /* shares the text */
    src.diags = diags;
    src.errors = 0;
    if (i < f->matrix.cells)
        return make_case(f, i, &src, NULL);
    nt_diag_add(diags, f->src.shown, 0, 0, "there is no case %zu", i);
    return NULL;
}
