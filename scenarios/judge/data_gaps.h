/* Data that went on with the call: how it went over time, each way. */
#ifndef NT_JUDGE_DATA_GAPS_H
#define NT_JUDGE_DATA_GAPS_H

#include "reports/result/result.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/world/world.h"

/* Fills what *r has of flows and their gaps; nothing where no flow went on with the call. 0 or NT_ENOMEM. */
int nt_data_gaps_describe(const struct nt_world *w, struct nt_result_case *r);
/* The flow of the two with the longest silence; `from`: its agent. NULL: the one or the other agent never began. */
const struct nt_data_flow *nt_data_gaps_worst(const struct nt_world *w, uint32_t *from);
/* "R received nothing from L from 5020 ms to 7360 ms; 117 datagrams were lost, of which L could not send 100". */
void nt_data_gaps_text(const struct nt_world *w, uint32_t from, const struct nt_data_flow *flow, char *buf, size_t cap);

#endif
