#include "scenarios/language/file_keys.h"

#include <stddef.h>

#define ROOT(field, ref) .offset = offsetof(struct nt_file_keys, field), .schema = ref
// clang-format off
#define NAMED(def) "{\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [{\"$ref\": \"#/$defs/" def "\"}, {\"$ref\": \"#/$defs/axis\"}]}}"
// clang-format on

static const struct nt_key keys[] = {
    {.name = "natsim", ROOT(natsim, "{\"const\": 1}"), .flags = NT_KEY_REQUIRED, .doc = "the version of the language"},
    {.name = "claim",
     ROOT(claim, "{\"type\": \"string\"}"),
     .flags = NT_KEY_REQUIRED,
     .doc = "what the scenario shows, in a sentence"},
    {.name = "tags", ROOT(tags, "{\"$ref\": \"#/$defs/names\"}"), .doc = "words for --tag"},
    {.name = "seed",
     ROOT(seed, "{\"$ref\": \"#/$defs/number\"}"),
     .doc = "a number up to 9223372036854775807 (2^63-1); 1 by default; --seed overrides it"},
    {.name = "matrix",
     ROOT(matrix, "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"minItems\": 1}}"),
     .doc = "axes with their values; the cases are their product, last axis fastest"},
    {.name = "networks",
     ROOT(networks, NAMED("network")),
     .flags = NT_KEY_REQUIRED,
     .doc = "the networks: switches, lines, buses and Wi-Fi cells"},
    {.name = "gateways", ROOT(gateways, NAMED("gateway")), .doc = "routers with a NAT or firewall"},
    {.name = "servers", ROOT(servers, NAMED("server")), .doc = "STUN and TURN servers, and the signalling platform"},
    {.name = "agents", ROOT(agents, NAMED("agent")), .doc = "ICE agents"},
    {.name = "steps",
     ROOT(steps, "{\"type\": \"array\", \"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/step\"}, {\"$ref\": \"#/$defs/axis\"}]}}"),
     .doc = "what happens, and when"},
    {.name = "expect", ROOT(expect, "{\"$ref\": \"#/$defs/expect\"}"), .doc = "what the result must be"},
    {.name = "expect-where",
     ROOT(where, "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/where\"}}"),
     .doc = "merged over expect in the cells that an entry names, in file order"},
};
const struct nt_table nt_table_file = NT_TABLE("scenario", "a scenario", keys);
