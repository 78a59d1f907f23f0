/* The key `tcp` of a policy: what differs for TCP, in the words of RFC 5382. */
#ifndef NT_SECTIONS_TCP_POLICY_H
#define NT_SECTIONS_TCP_POLICY_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_tcp, nt_table_tcp_lifetimes;

/* Changes what is given. */
void nt_load_tcp_policy(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_tcp *t);

#endif
