#include "reports/conformance/rules.h"

#include "reports/conformance/rule_numbers.h"

#include <string.h>

#define ROW(name, id_, fact_, level_, binds_, needs_, text_)                                                                       \
    {.id = id_,                                                                                                                    \
     .fact = fact_,                                                                                                                \
     .level = NT_CONF_##level_,                                                                                                    \
     .binds = NT_CONF_BINDS_##binds_,                                                                                              \
     .needs = NT_CONF_NEEDS_##needs_,                                                                                              \
     .text = text_},

// clang-format off
static const struct nt_conf_rule rules[] = { /* in the order of enum nt_rule */
    NT_RFC8489_RULES(ROW)
    NT_RFC8445_RULES(ROW)
    NT_RFC8656_RULES(ROW)
    NT_RFC8839_RULES(ROW)
    NT_RFC8838_RULES(ROW)
    NT_RFC8840_RULES(ROW)
    NT_RFC7675_RULES(ROW)
    NT_RFC8863_RULES(ROW)
    NT_RFC3261_RULES(ROW)
};
// clang-format on

const char *nt_conf_level_name(enum nt_conf_level level)
{
    return level == NT_CONF_MUST ? "MUST" : level == NT_CONF_DERIVED ? "derived" : "SHOULD";
}

const struct nt_conf_rule *nt_conf_rules(size_t *count)
{
    *count = NT_RULE_COUNT;
    return rules;
}

const struct nt_conf_rule *nt_conf_rule_find(const char *id)
{
    for (size_t i = 0; i < NT_RULE_COUNT; i++)
        if (strcmp(rules[i].id, id) == 0)
            return &rules[i];
    return NULL;
}
