#include "scenarios/language/sections/expect_agent.h"
#include "scenarios/language/sections/match.h"

#include <stddef.h>
#include <string.h>

struct form {
    const struct nt_yaml *selected, *candidates, *prflx, *pairs;
};

struct agent_form {
    struct nt_scn_agent_expect e;
    struct form f;
};

#define EXPECT(field) .offset = offsetof(struct agent_form, e.field)
#define NODE(field) .offset = offsetof(struct agent_form, f.field)

static const struct nt_key keys[] = {
    {.name = "state", .type = NT_KEY_WORD, EXPECT(state), .words = nt_agent_state_words, .doc = "state at the end"},
    {.name = "role", .type = NT_KEY_WORD, EXPECT(role), .words = nt_role_words, .doc = "role at the end"},
    {.name = "checks", .type = NT_KEY_COUNT, EXPECT(checks), .doc = "transactions sent, as in \"<= 12\""},
    {.name = "restarts", .type = NT_KEY_COUNT, EXPECT(restarts), .doc = "how often its credentials changed, as in 1 or \">= 1\""},
    {.name = "selected", NODE(selected), .schema = "{\"$ref\": \"#/$defs/selected\"}", .doc = "the selected pair"},
    {.name = "candidates",
     NODE(candidates),
     .schema = "{\"$ref\": \"#/$defs/candidates\"}",
     .doc = "exact number of candidates of each type; 0 of a type that is not named"},
    {.name = "peer-reflexive",
     NODE(prflx),
     .schema = "{\"$ref\": \"#/$defs/peer-reflexive\"}",
     .doc = "peer-reflexive candidates that were discovered"},
    {.name = "pairs",
     NODE(pairs),
     .schema = "{\"type\": \"array\", \"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/pair\"}, {\"$ref\": \"#/$defs/axis\"}]}}",
     .doc = "pairs that must exist"},
};
const struct nt_table nt_table_agent_expect = NT_TABLE("agent-expect", "an agent's expectation", keys);

struct match_form {
    const struct nt_yaml *local, *remote;
};

#define MATCH(field) .offset = offsetof(struct match_form, field), .schema = "{\"$ref\": \"#/$defs/names\"}"
static const struct nt_key selected_keys[] = {
    {.name = "local", MATCH(local), .doc = "host, srflx, prflx, relay, an address, or a list of these"},
    {.name = "remote", MATCH(remote), .doc = "host, srflx, prflx, relay, an address, or a list of these"},
};
const struct nt_table nt_table_selected = NT_TABLE("selected", "'selected'", selected_keys);

#define COUNTS(which) .type = NT_KEY_U32, .offset = (which) * sizeof(uint32_t)
static const struct nt_key candidate_keys[] = {
    {.name = "host", COUNTS(NT_ICE_HOST), .doc = "number of host candidates"},
    {.name = "srflx", COUNTS(NT_ICE_SRFLX), .doc = "number of server-reflexive candidates"},
    {.name = "relay", COUNTS(NT_ICE_RELAY), .doc = "number of relayed candidates"},
};
const struct nt_table nt_table_candidates = NT_TABLE("candidates", "'candidates'", candidate_keys);

struct prflx_form {
    struct nt_scn_count local, remote;
    const struct nt_yaml *from;
};

static const struct nt_key prflx_keys[] = {
    {.name = "local",
     .type = NT_KEY_COUNT,
     .offset = offsetof(struct prflx_form, local),
     .doc = "number learnt from responses (RFC 8445, 7.2.5.3.1)"},
    {.name = "remote",
     .type = NT_KEY_COUNT,
     .offset = offsetof(struct prflx_form, remote),
     .doc = "number learnt from requests (RFC 8445, 7.3.1.3)"},
    {.name = "from",
     .offset = offsetof(struct prflx_form, from),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "source addresses of the remote ones, with or without port"},
};
const struct nt_table nt_table_prflx = NT_TABLE("peer-reflexive", "'peer-reflexive'", prflx_keys);

struct pair_form {
    struct nt_scn_pair_expect e;
    const struct nt_yaml *local, *remote;
};

#define PAIR(field) .offset = offsetof(struct pair_form, e.field)
#define SIDE(field) .offset = offsetof(struct pair_form, field), .schema = "{\"$ref\": \"#/$defs/names\"}"
static const struct nt_key pair_keys[] = {
    {.name = "local", SIDE(local), .doc = "types or addresses; any by default"},
    {.name = "remote", SIDE(remote), .doc = "types or addresses; any by default"},
    {.name = "receivable", .type = NT_KEY_TRI, PAIR(receivable), .doc = "our check got a symmetric success response"},
    {.name = "sendable", .type = NT_KEY_TRI, PAIR(sendable), .doc = "we answered a check of the peer with success"},
    {.name = "handshake", .type = NT_KEY_TRI, PAIR(handshake), .doc = "receivable and sendable"},
    {.name = "valid", .type = NT_KEY_TRI, PAIR(valid), .doc = "it is in the valid list"},
    {.name = "nominated", .type = NT_KEY_TRI, PAIR(nominated), .doc = "it is nominated"},
    {.name = "count",
     .type = NT_KEY_COUNT,
     PAIR(count),
     .flags = NT_KEY_DEMANDS,
     .doc = "number of such pairs; \">= 1\" by default"},
};
const struct nt_table nt_table_pair = NT_TABLE("pair", "an entry of 'pairs'", pair_keys);

static void read_selected(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e)
{
    struct match_form f = {0};
    e->selected = true;
    e->selected_place = v->place;
    if (!nt_table_read(l, &nt_table_selected, v, &f))
        return;
    nt_load_match(l, f.local, &e->selected_local);
    nt_load_match(l, f.remote, &e->selected_remote);
}

static void read_candidates(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e)
{
    e->candidates = true;
    e->candidates_place = v->place;
    for (size_t i = 0; v->kind == NT_YAML_MAP && i < v->count; i++)
        if (strcmp(v->keys[i]->text, "prflx") == 0) {
            nt_diag_mend(nt_load_error(l, v->keys[i], "peer-reflexive candidates are not counted here"),
                         "write peer-reflexive: {local: N, remote: N}");
            return;
        }
    nt_table_read(l, &nt_table_candidates, v, e->candidate_counts);
}

static void read_prflx(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e)
{
    struct prflx_form f = {0};
    e->prflx = true;
    e->prflx_place = v->place;
    if (!nt_table_read(l, &nt_table_prflx, v, &f))
        return;
    e->prflx_local = f.local;
    e->prflx_remote = f.remote;
    e->prflx_from = nt_load_alloc(l, (nt_yaml_count(f.from) + 1) * sizeof *e->prflx_from);
    for (size_t i = 0; e->prflx_from != NULL && i < nt_yaml_count(f.from); i++) {
        const struct nt_yaml *item = nt_yaml_item(f.from, i);
        if (item->kind == NT_YAML_SCALAR && nt_addr_parse(&e->prflx_from[e->prflx_from_count], item->text) == 0)
            e->prflx_from_count++;
        else
            nt_diag_mend(nt_load_error(l, item, "'%s' is not an address",
                                       item->kind == NT_YAML_SCALAR ? item->text : nt_yaml_kind_name(item)),
                         "write it as in 203.0.113.2 or 203.0.113.2:40000");
    }
}

static void read_pairs(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e)
{
    e->pairs = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *e->pairs);
    for (size_t i = 0; e->pairs != NULL && i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        struct pair_form f = {.e = {.place = item->place}};
        if (!nt_table_read(l, &nt_table_pair, item, &f))
            continue;
        nt_load_match(l, f.local, &f.e.local);
        nt_load_match(l, f.remote, &f.e.remote);
        e->pairs[e->pair_count++] = f.e;
    }
}

void nt_load_agent_expect(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent_expect *e)
{
    struct agent_form f = {.e = *e};
    bool good = nt_table_read(l, &nt_table_agent_expect, v, &f);
    *e = f.e;
    e->place = v->place;
    if (!good)
        return;
    if (nt_yaml_get(v, "state") != NULL)
        e->state_place = nt_yaml_get(v, "state")->place;
    if (nt_yaml_get(v, "role") != NULL)
        e->role_place = nt_yaml_get(v, "role")->place;
    if (f.f.selected != NULL)
        read_selected(l, f.f.selected, e);
    if (f.f.candidates != NULL)
        read_candidates(l, f.f.candidates, e);
    if (f.f.prflx != NULL)
        read_prflx(l, f.f.prflx, e);
    if (f.f.pairs != NULL)
        read_pairs(l, f.f.pairs, e);
}
