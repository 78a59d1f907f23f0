/* The simulated internet of a case as plain data of its result: networks, nodes, where they are attached. For the page's drawing
 * and the order of a ladder's columns. */
#ifndef NT_JUDGE_TOPOLOGY_H
#define NT_JUDGE_TOPOLOGY_H

#include "reports/result/case.h"
#include "scenarios/model/case.h"

int nt_topology_describe(const struct nt_scn_case *c, struct nt_result_case *r); /* 0 or NT_ENOMEM */

#endif
