#include "scenarios/language/sections/fault.h"
#include "scenarios/language/sections/filter.h"
#include "scenarios/language/sections/nth.h"
#include "scenarios/language/text/units.h"

#include "natsim/fabric/fabric.h"

#include <stddef.h>
#include <string.h>

struct form {
    const struct nt_yaml *where, *filter, *nth;
    nt_time duration, by;
};

#define AT(field) .offset = offsetof(struct form, field)
#define COMMON                                                                                                                     \
    {.name = "where",                                                                                                              \
     AT(where),                                                                                                                    \
     .schema = "{\"type\": \"string\"}",                                                                                           \
     .flags = NT_KEY_REQUIRED,                                                                                                     \
     .doc = "a node: at a gateway, packets as they arrive; at a host, packets as they leave"},                                     \
        {.name = "filter", AT(filter), .schema = "{\"type\": \"string\"}", .doc = "BPF over raw IP; all packets by default"},      \
        {.name = "nth",                                                                                                            \
         AT(nth),                                                                                                                  \
         .schema = "{\"$ref\": \"#/$defs/numbers\"}",                                                                              \
         .doc = "which of the matching packets, counted from 1; all by default"},                                                  \
    {                                                                                                                              \
        .name = "for", .type = NT_KEY_TIME, AT(duration), .low = 1, .high = NT_UNIT_TIME_MAX,                                      \
        .doc = "how long; without end by default"                                                                                  \
    }

static const struct nt_key fault_keys[] = {COMMON};
const struct nt_table nt_table_fault = NT_TABLE("fault", "a fault", fault_keys);

static const struct nt_key delay_keys[] = {
    COMMON,
    {.name = "by", .type = NT_KEY_TIME, AT(by), .low = 1, .high = NT_UNIT_TIME_MAX, .flags = NT_KEY_REQUIRED, .doc = "by how much"},
};
const struct nt_table nt_table_delay = NT_TABLE("delay", "'delay'", delay_keys);

void nt_load_fault(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    static const struct nt_key filter = {.name = "filter", .type = NT_KEY_TEXT, .offset = offsetof(struct nt_scn_step, filter)};
    struct form f = {0};
    step->kind = NT_STEP_FAULT;
    if (!nt_table_read(l, step->fault == NT_FAULT_DELAY ? &nt_table_delay : &nt_table_fault, v, &f))
        return;
    step->where = nt_load_node(l, f.where, NT_LOAD_ANY);
    if (f.filter != NULL && nt_key_read(l, &filter, f.filter, step))
        nt_load_filter(l, f.filter);
    if (f.nth != NULL)
        nt_load_nth(l, f.nth, UINT32_MAX, step);
    step->duration = f.duration;
    step->by = f.by;
}
