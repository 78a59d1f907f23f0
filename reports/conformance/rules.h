/* The rules: one table per RFC (rfc*_rules.h), in one list. */
#ifndef NT_CONFORMANCE_RULES_H
#define NT_CONFORMANCE_RULES_H

#include <stddef.h>

enum nt_conf_level { NT_CONF_MUST = 1, NT_CONF_SHOULD };

struct nt_conf_rule {
    const char *id;   /* "RFC8445-7.1.1-priority" */
    const char *fact; /* the number in the list of requirements: "I-023" */
    enum nt_conf_level level;
    const char *text; /* what the RFC says */
};

const struct nt_conf_rule *nt_conf_rules(size_t *count);
const struct nt_conf_rule *nt_conf_rule_find(const char *id); /* NULL: none */

#endif
