/* Presets: policies by name. Rows of a table, each with the source of its facts. */
#ifndef NT_POLICY_PRESETS_H
#define NT_POLICY_PRESETS_H

#include "natsim/nat/policy/policy.h"

struct nt_nat_preset {
    const char *name;
    const char *source;   /* where the facts are from */
    const char *evidence; /* "standard", "measured", "documentation", "code", "assumed" */
    const char *assumed;  /* which fields are assumed: NULL or text */
    void (*set)(struct nt_nat_policy *p);
};

const struct nt_nat_preset *nt_nat_presets(size_t *count);
const struct nt_nat_preset *nt_nat_preset_find(const char *name); /* NULL: none */

#endif
