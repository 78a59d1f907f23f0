#include "scenarios/language/schema.h"
#include "scenarios/language/expect_where.h"
#include "scenarios/language/file_keys.h"
#include "scenarios/language/sections/agent.h"
#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/call_step.h"
#include "scenarios/language/sections/expect.h"
#include "scenarios/language/sections/expect_agent.h"
#include "scenarios/language/sections/fault.h"
#include "scenarios/language/sections/gateway.h"
#include "scenarios/language/sections/inject.h"
#include "scenarios/language/sections/medium.h"
#include "scenarios/language/sections/nat_policy.h"
#include "scenarios/language/sections/network.h"
#include "scenarios/language/sections/position.h"
#include "scenarios/language/sections/program_step.h"
#include "scenarios/language/sections/server.h"
#include "scenarios/language/sections/server_step.h"
#include "scenarios/language/sections/step.h"
#include "scenarios/language/sections/stun_message.h"
#include "scenarios/language/sections/tcp_policy.h"
#include "scenarios/language/sections/world_step.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct nt_table *const tables[] = {
    &nt_table_network,     &nt_table_gateway,    &nt_table_policy,        &nt_table_lifetimes,  &nt_table_pace,
    &nt_table_server,      &nt_table_agent,      &nt_table_turn,          &nt_table_attachment, &nt_table_step,
    &nt_table_call,        &nt_table_reoffer,    &nt_table_send,          &nt_table_link,       &nt_table_nat,
    &nt_table_server_step, &nt_table_partition,  &nt_table_signalling,    &nt_table_fault,      &nt_table_delay,
    &nt_table_inject,      &nt_table_run,        &nt_table_stun,          &nt_table_expect,     &nt_table_agent_expect,
    &nt_table_selected,    &nt_table_candidates, &nt_table_prflx,         &nt_table_pair,       &nt_table_explore,
    &nt_table_data,        &nt_table_packets,    &nt_table_where,         &nt_table_burst,      &nt_table_wifi,
    &nt_table_waypoint,    &nt_table_after,      &nt_table_move,          &nt_table_restart,    &nt_table_hangup,
    &nt_table_renominate,  &nt_table_tcp,        &nt_table_tcp_lifetimes,
};

// clang-format off
/* Definitions that several keys share. An axis can replace any value; the type of its value is known only in a cell. */
static const struct {
    const char *name, *schema;
} shapes[] = {
    {"axis", "{\"type\": \"string\", \"pattern\": \"\\\\$\\\\{[^}]+\\\\}\"}"},
    {"text", "{\"type\": [\"string\", \"number\", \"boolean\"]}"},
    {"number", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"type\": \"string\", \"pattern\": \"^[0-9]+$\"}]}"},
    {"numbers", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, {\"type\": \"array\", \"items\": {\"type\": \"integer\", "
                "\"minimum\": 1}}]}"},
    {"time", "{\"type\": \"string\", \"pattern\": \"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h)$\"}"},
    {"rate", "{\"type\": \"string\", \"pattern\": \"^[0-9]+(\\\\.[0-9]+)?(bit|kbit|Mbit|Gbit)$\"}"},
    {"percent", "{\"type\": \"string\", \"pattern\": \"^([0-9]{1,2}(\\\\.[0-9]+)?|100(\\\\.0+)?)%$\"}"},
    {"range", "{\"type\": \"string\", \"pattern\": \"^[0-9]+\\\\.\\\\.[0-9]+$\"}"},
    {"switch", "{\"enum\": [true, false, \"on\", \"off\"]}"},
    {"count", "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"type\": \"string\", \"pattern\": \"^(<=|>=|==|!=|<|>|=)? "
              "*[0-9]+$\"}]}"},
    {"span", "{\"type\": \"string\", \"pattern\": \"^(<=|>=|==|!=|<|>|=)? *[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h)$\"}"},
    {"address", "{\"type\": \"string\"}"},
    {"addresses", "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"anyOf\": [{\"type\": \"string\"}, "
                  "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}}]}"},
    {"position", "{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 3, \"items\": {\"anyOf\": [{\"type\": \"number\", "
                 "\"minimum\": -100000, \"maximum\": 100000}, {\"$ref\": \"#/$defs/axis\"}]}}"},
    {"names", "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}"},
    {"attachments", "{\"anyOf\": [{\"type\": \"string\"}, {\"$ref\": \"#/$defs/attachment\"}, {\"type\": \"array\", \"minItems\": "
                    "1, \"items\": {\"anyOf\": "
                    "[{\"type\": \"string\"}, {\"$ref\": \"#/$defs/attachment\"}]}}]}"},
};
// clang-format on

static json_t *reference(const char *name)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", name));
}

/* Words as an enum. */
static json_t *word_schema(const struct nt_word *words)
{
    json_t *list = json_array();
    for (; words->name != NULL; words++)
        if (!words->unbuilt)
            json_array_append_new(list, json_string(words->name));
    return json_pack("{s:o}", "enum", list);
}

/* One of the words, or a list of them. */
static json_t *words_schema(const struct nt_word *words)
{
    return json_pack("{s:[o, {s:s, s:i, s:o}]}", "anyOf", word_schema(words), "type", "array", "minItems", 1, "items",
                     word_schema(words));
}

static json_t *number_schema(const struct nt_key *k)
{
    json_int_t part = k->type == NT_KEY_DECIMAL ? 1000 : 1;
    json_t *j = json_pack("{s:s, s:I}", "type", part == 1 ? "integer" : "number", "minimum", (json_int_t)k->low / part);
    if (k->high != 0 && k->high <= INT64_MAX)
        json_object_set_new(j, "maximum", json_integer((json_int_t)k->high / part));
    return j;
}

static json_t *value_schema(const struct nt_key *k)
{
    switch (k->type) {
    case NT_KEY_NODE: return json_loads(k->schema, JSON_DECODE_ANY, NULL);
    case NT_KEY_TEXT: return reference("text");
    case NT_KEY_TIME: return reference("time");
    case NT_KEY_RATE: return reference("rate");
    case NT_KEY_PERCENT: return reference("percent");
    case NT_KEY_U16:
    case NT_KEY_U32:
    case NT_KEY_U64:
    case NT_KEY_I32:
    case NT_KEY_DECIMAL: return number_schema(k);
    case NT_KEY_BOOL:
    case NT_KEY_NOT:
    case NT_KEY_TRI: return reference("switch");
    case NT_KEY_WORD: return word_schema(k->words);
    case NT_KEY_WORDS: return words_schema(k->words);
    case NT_KEY_ADDR:
    case NT_KEY_ENDPOINT:
    case NT_KEY_PREFIX4:
    case NT_KEY_PREFIX6: return reference("address");
    case NT_KEY_COUNT: return reference("count");
    case NT_KEY_SPAN: return reference("span");
    }
    return NULL;
}

static json_t *key_schema(const struct nt_key *k)
{
    return json_pack("{s:s, s:[o, o]}", "description", k->doc, "anyOf", value_schema(k), reference("axis"));
}

static json_t *table_schema(const struct nt_table *t)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < t->count; i++) {
        if (t->keys[i].flags & NT_KEY_UNBUILT)
            continue;
        json_object_set_new(properties, t->keys[i].name, key_schema(&t->keys[i]));
        if (t->keys[i].flags & NT_KEY_REQUIRED)
            json_array_append_new(required, json_string(t->keys[i].name));
    }
    json_t *rest = t->rest != NULL ? json_loads(t->rest, JSON_DECODE_ANY, NULL) : json_false();
    return json_pack("{s:s, s:o, s:o, s:o}", "type", "object", "properties", properties, "required", required,
                     "additionalProperties", rest);
}

static json_t *nat_schema(void)
{
    return json_pack("{s:[{s:s}, {s:s}]}", "anyOf", "type", "string", "$ref", "#/$defs/policy");
}

char *nt_scn_schema(void)
{
    json_t *root = table_schema(&nt_table_file), *defs = json_object();
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        json_object_set_new(defs, shapes[i].name, json_loads(shapes[i].schema, 0, NULL));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        json_object_set_new(defs, tables[i]->def, table_schema(tables[i]));
    json_object_set_new(defs, "nat", nat_schema());
    json_t *schema =
        json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title", "natsim scenario, version 1");
    char *text = NULL;
    if (schema != NULL && json_object_update(schema, root) == 0 && json_object_set(schema, "$defs", defs) == 0)
        text = json_dumps(schema, JSON_INDENT(2));
    json_decref(schema);
    json_decref(defs);
    json_decref(root);
    return text;
}
