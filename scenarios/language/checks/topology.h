/* Networks and gateways together: no cycle, one gateway above each network, no ambiguous prefixes. */
#ifndef NT_CHECKS_TOPOLOGY_H
#define NT_CHECKS_TOPOLOGY_H

#include "scenarios/language/keys/reader.h"

void nt_check_topology(struct nt_load *l);

#endif
