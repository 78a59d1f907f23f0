/* Rows of `natsim bench`: the cases of the classic suite, each once in a round. Each returns false when it cannot be measured. */
#ifndef NT_COMMAND_BENCH_CASES_H
#define NT_COMMAND_BENCH_CASES_H

#include "scenarios/command/bench_row.h"

bool nt_bench_world(struct nt_bench *b);    /* building and running a case's world, per case */
bool nt_bench_judge(struct nt_bench *b);    /* judging a case, per packet at a tap */
bool nt_bench_outputs(struct nt_bench *b);  /* what a case costs beside those two, per case */
bool nt_bench_case(struct nt_bench *b);     /* a case of `natsim run --capture none`, all processes, per case */
bool nt_bench_captures(struct nt_bench *b); /* a case of `natsim run`, captures written, all processes, per case */

#endif
