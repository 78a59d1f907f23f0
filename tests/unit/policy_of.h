/* For tests: a NAT policy of this mapping and filtering, else the defaults. */
#ifndef NT_TEST_POLICY_OF_H
#define NT_TEST_POLICY_OF_H

#include "natsim/nat/policy/policy.h"

static inline struct nt_nat_policy policy_of(enum nt_dependence mapping, enum nt_dependence filtering)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    p.mapping = mapping;
    p.filtering = filtering;
    return p;
}

#endif
