/* Networks and gateways: no cycle, at most one gateway above a network, no overlapping prefixes in one routing domain. */
#ifndef NT_CHECKS_TOPOLOGY_H
#define NT_CHECKS_TOPOLOGY_H

#include "scenarios/language/keys/reader.h"

void nt_check_topology(struct nt_load *l);

#endif
